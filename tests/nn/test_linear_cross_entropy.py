"""A linear map and its cross entropy in pieces, beside torch: bits, steps, warnings, refusals."""

from __future__ import annotations

import copy
import inspect
import itertools
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

ULPS = 8
"""Of the largest element: sums of a hundred products lie up to 5.5 apart, everything else one or two."""
REDUCTIONS = ("mean", "sum", "none")
SIZES = ((6, 4, 5), (37, 8, 20), (20, 16, 100))


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def made(side: Any, sizes: tuple[int, int, int], dtype: str) -> dict[str, Any]:
    """Tensors of one problem, the same on both sides."""
    n, width, classes = sizes
    side.default_generator.manual_seed(0)
    x, matrix, bias = side.randn(n, width), side.randn(classes, width), side.randn(classes)
    weight, target = side.rand(classes), side.randint(0, classes, (n,))
    target[3] = -100
    scope = {"x": x, "W": matrix, "b": bias, "w": weight, "p": side.randn(n, classes).softmax(1)}
    return {key: each.to(getattr(side, dtype)) for key, each in scope.items()} | {"y": target}


def seen(side: Any, value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [seen(side, each) for each in value]
    if isinstance(value, side.Tensor):
        return str(value.dtype), tuple(value.shape), value.detach().double().numpy()
    return str(value).replace("minitorch_compat", "torch").partition(" at 0x")[0]


def of_each(call: Callable[[Any, Any], Any]) -> list[Any]:
    """What a call gives on torch and on the engine, or its refusal, with the warnings."""
    found = []
    for side in (torch, engine):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                value = seen(side, call(side, side.nn.LinearCrossEntropyOptions))
            except Exception as error:
                value = seen(side, f"{type(error).__name__}: {error}")
        found.append((value, [str(each.message).partition(" (Triggered")[0] for each in caught]))
    return found


def with_gradients(side: Any, scope: dict[str, Any], options: Any, bias: bool, weight: bool, reduction: str) -> Any:
    leaves = [scope[key].clone().requires_grad_() for key in ("x", "W", *("b" * bias))]
    loss = side.nn.functional.linear_cross_entropy(
        leaves[0], leaves[1], scope["y"], linear_bias=leaves[2] if bias else None,
        weight=scope["w"] if weight else None, reduction=reduction, options=options,
    )  # fmt: skip
    (loss * 0.75).sum().backward()
    return [loss, type(loss.grad_fn).__name__, *[each.grad for each in leaves]]


POLICIES: list[dict[str, Any]] = [
    {}, {"acc_policy": "accurate"}, {"acc_policy": "balanced", "batch_chunk_size": 5}, {"chunking_method": None},
    {"chunking_method": "aspect_ratio"}, {"allow_retain_graph": True, "batch_chunk_size": 99},
    {"chunking_method": "aspect_ratio:16"},
]  # fmt: skip


def assert_near(dtype: str, given: dict[str, Any], room: float) -> None:
    """Losses and gradients of all sizes lie within so much of their largest number."""
    for sizes, bias, weight, reduction in itertools.product(SIZES, (False, True), (False, True), REDUCTIONS):
        expected, actual = of_each(lambda side, options: with_gradients(
            side, made(side, sizes, dtype), options(**given), bias, weight, reduction))  # noqa: B023
        assert actual[1] == expected[1]
        for one, other in zip(expected[0], actual[0], strict=True):
            if not isinstance(one, tuple):
                assert other == one
                continue
            assert other[:2] == one[:2]
            assert np.abs(other[2] - one[2]).max() <= room * np.abs(one[2]).max()


@pytest.mark.parametrize("given", POLICIES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_and_gradients_are_near(dtype: str, given: dict[str, Any]) -> None:
    # The order of operations is torch's; products of matrices and exponentials are near it.
    assert_near(dtype, given, ULPS * np.finfo(dtype).eps)


@pytest.mark.parametrize("given", [{}, {"acc_policy": "accurate"}, {"acc_policy": "compact"}], ids=str)
@pytest.mark.parametrize(("dtype", "eps"), [("bfloat16", 2**-7), ("float16", 2**-10)])
def test_half_precision_is_near(dtype: str, eps: float, given: dict[str, Any]) -> None:
    assert_near(dtype, given, 2 * eps)


PROGRAMS = """
F(x,W,y) F(x,W,p) F(x,W,y,label_smoothing=.1) F(x,W,y,ignore_index=2) F(x,W,p,ignore_index=2) F(x[0],W,y[0])
F(x[0],W,y[0],reduction='none') F(x,W.unsqueeze(1).expand(5,3,4),y.view(6,1).expand(6,3)%5) F(x,W[:,:2],y)
F(x,W[0],y) F(x,W,y[:3]) F(x,W,y+1) F(x,W,y.float()) F(x,W,y.int()) F(x,W,y,reduction='bad') F(x,W,y,linear_bias=b[:3])
F(x,W,y,options=3) F(x,W,p,options=3) F(x.view(2,3,4),W,y) F(x,W,y,label_smoothing=2.) F(x,W,y,weight=w[:3])
F(x,W,y*0-100) F(x,W,y*0-100,reduction='sum') F(x[:0],W,y[:0]) F(x.double(),W,y) F(x,W,y,weight=w.view(5,1))
F(x,W,y,weight=w.double()) F(x,W,y,linear_bias=b.double()) F(x,W,y.view(6,1)) F(x,W,side.tensor(0))
F(x.int(),W.int(),y) F(x,W,y,options=O(acc_dtype=side.float64)) F(x,W,y-200,ignore_index=-300)
F(x,W,y-200,ignore_index=-300,weight=w) F(x[:,:0],W[:,:0],y) F(x,W[:0],y) F(x,W,y,weight=w.requires_grad_())
O(chunking_method='bad') O(chunking_method='aspect_ratio:0') O(chunking_method='aspect_ratio:') O(chunking_method=3)
O(chunking_method='aspect_ratio:02') O(batch_chunk_size=0) O(batch_chunk_size=2.5) O(batch_chunk_size=True)
O(acc_policy='x') O(acc_dtype=side.int32) O(acc_dtype='float32') O(nothing=1) O()==O() O()==O(True) hash(O())==hash(O())
setattr(O(),'acc_policy','compact') delattr(O(),'acc_policy') O.__slots__ O()._adjust(6,4,5,side.float16)
O()._adjust(6,4,5,side.float32,side.device('cpu')) O()._adjust(6,4,5,side.int64) O._ceil_div(7,2)
O()._compute_batch_chunk_size(6,4,5) O()._compute_batch_chunk_size(1000,10,100,'aspect_ratio')
O._resolve_auto_acc_dtype(side.float16,side.device('cpu')) O._resolve_auto_acc_dtype(side.float16,None)
pickle.loads(pickle.dumps(O(acc_policy='compact'))) copy.deepcopy(O(acc_policy='compact')) inspect.signature(O)
side.nn.LinearCrossEntropyLoss(4,5,options=O(),bias=True)
side.func.grad(lambda a:F(a,W,y))(x)
""".split()  # noqa: SIM905


def alike(one: Any, other: Any) -> bool:
    """Whether two things that were seen are the same, numbers up to rounding."""
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, tuple):
        return one[:2] == other[:2] and np.allclose(one[2], other[2], 1e-5, 1e-6, equal_nan=True)
    return bool(one == other)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_what_is_said(program: str) -> None:
    def call(side: Any, options: Any) -> Any:
        def linear_cross_entropy(*args: Any, **given: Any) -> Any:
            loss = side.nn.functional.linear_cross_entropy(*args, **{"options": options(), **given})
            return loss, loss.grad_fn

        if "func" in program:
            def linear_cross_entropy(*args: Any, **given: Any) -> Any:  # type: ignore[no-redef]
                return side.nn.functional.linear_cross_entropy(*args, options=options())

        scope = {**made(side, SIZES[0], "float32"), "F": linear_cross_entropy, "O": options, "side": side,
                 "pickle": pickle, "copy": copy, "inspect": inspect}  # fmt: skip
        return eval(program, scope)

    expected, actual = of_each(call)
    assert actual[1] == expected[1]
    assert alike(actual[0], expected[0])


@pytest.mark.parametrize("options", [{}, {"allow_retain_graph": True}], ids=str)
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_going_back_again(reduction: str, options: dict[str, Any]) -> None:
    def loss_of(side: Any, made_options: Any) -> tuple[Any, Any]:
        scope = made(side, SIZES[0], "float32")
        x = scope["x"].requires_grad_()
        given = {"reduction": reduction, "options": made_options(**options)}
        return x, side.nn.functional.linear_cross_entropy(x, scope["W"], scope["y"], **given).sum()

    def twice(side: Any, made_options: Any) -> Any:
        x, loss = loss_of(side, made_options)
        loss.backward(retain_graph=True)
        first = x.grad.clone()
        loss.backward()
        return [first, x.grad]

    def freed(side: Any, made_options: Any) -> Any:
        x, loss = loss_of(side, made_options)
        loss.backward()
        loss.backward()
        return x.grad

    def written(side: Any, made_options: Any) -> Any:
        x, loss = loss_of(side, made_options)
        x.detach().add_(1)
        loss.backward()
        return x.grad

    def with_a_graph(side: Any, made_options: Any) -> Any:
        x, loss = loss_of(side, made_options)
        (gradient,) = side.autograd.grad(loss**2, x, create_graph=True)
        return [gradient, type(gradient.grad_fn).__name__, *side.autograd.grad(gradient.sum(), x)]

    for call in (twice, freed, written, with_a_graph):
        expected, actual = of_each(call)
        assert actual[1] == expected[1]
        assert alike(actual[0], expected[0])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_writes_to_the_loss_are_counted(dtype: str, reduction: str) -> None:
    for n in (0, 1, 6, 37):
        seen = []
        for side in (torch, engine):
            own = getattr(side, dtype)
            x, matrix, target = side.ones(n, 4, dtype=own), side.ones(5, 4, dtype=own), side.zeros(n, dtype=side.int64)
            options = side.nn.LinearCrossEntropyOptions()
            seen.append(side.nn.functional.linear_cross_entropy(
                x, matrix, target, reduction=reduction, options=options)._version)
        assert seen[0] == seen[1], n


def test_transforms_find_neither_tangents_nor_a_rule_for_batches() -> None:
    def found(side: Any) -> Any:
        side.manual_seed(0)
        x, matrix, target = side.randn(6, 4), side.randn(5, 4), side.arange(6) % 5
        options = side.nn.LinearCrossEntropyOptions()

        def loss(x: Any, target: Any = target) -> Any:
            return side.nn.functional.linear_cross_entropy(x, matrix, target, options=options)

        batched = side.func.vmap(loss)(x.view(2, 3, 4), target.view(2, 3))
        return [*side.func.jvp(loss, (x,), (x,)), batched, side.func.jacfwd(loss)(x)]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = list(zip(found(torch), found(engine), strict=True))
    for one, other in pairs:
        np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-6)
