"""Blocks in which operations choose their precision, and scales for losses, beside torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import minitorch_compat
import minitorch_compat.amp

torch = pytest.importorskip("torch")


def drawn(t: Any) -> tuple[Any, Any, Any]:
    t.manual_seed(0)
    return t.randn(3, 4), t.randn(4, 4), t.randn(4)


def tree(node: Any, depth: int = 8) -> Any:
    return None if node is None or not depth else (node.name(), [tree(each, depth - 1) for each, _ in
                                                                 node.next_functions])  # fmt: skip


def told(value: Any, t: Any, digits: int) -> Any:
    """A result as data; numbers to some digits, since products of float32 are those of a library."""
    if isinstance(value, t.Tensor):
        numbers = [f"{each:.{digits}g}" for each in value.detach().double().flatten().tolist()]
        return tuple(value.shape), str(value.dtype), numbers, value.requires_grad, tree(value.grad_fn)
    if isinstance(value, (list, tuple)):
        return [told(each, t, digits) for each in value]
    return str(value)


def same(call: Callable[[Any], Any], digits: int = 4) -> Any:
    seen = []
    for t in (torch, minitorch_compat):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                made = told(call(t), t, digits)
            except Exception as error:
                made = (type(error).__name__, str(error))
        seen.append(str((made, [str(each.message) for each in caught])).replace("minitorch_compat", "torch"))
    assert seen[1] == seen[0]
    return seen[0]


def entered(block: Any) -> None:
    with block:
        pass


def cast(operation: Callable[..., Any], **options: Any) -> Callable[[Any], Any]:
    """An operation on drawn numbers inside a block."""

    def call(t: Any) -> Any:
        given = drawn(t)
        with t.autocast("cpu", **options):
            return operation(t, *given)

    return call


OPERATIONS: dict[str, Callable[..., Any]] = {
    "linear": lambda t, x, w, b: t.nn.functional.linear(x, w, b), "mm": lambda t, x, w, b: t.mm(x, w),
    "method": lambda t, x, w, b: x.mm(w), "operator": lambda t, x, w, b: x @ w, "product": lambda t, x, w, b: x * w[:3],
    "softmax": lambda t, x, w, b: t.nn.functional.softmax(x @ w, 1), "sum": lambda t, x, w, b: x + x @ w,
    "prod": lambda t, x, w, b: (x @ w).prod(), "mean": lambda t, x, w, b: (x @ w).mean(),
    "cat": lambda t, x, w, b: t.cat([x, x @ w]), "stack": lambda t, x, w, b: t.stack([x, x @ w]),
    "copy": lambda t, x, w, b: t.zeros(3, 4).index_copy(0, t.tensor([0, 1, 2]), x @ w),
    "out": lambda t, x, w, b: t.mm(x, w, out=t.empty(3, 4)), "addmm": lambda t, x, w, b: t.addmm(b, x, w),
    "double": lambda t, x, w, b: x.double() @ w.double(), "mixed": lambda t, x, w, b: x.double() @ w,
    "half": lambda t, x, w, b: x.half() @ w, "integers": lambda t, x, w, b: t.ones(2, 2).long() @ t.ones(2, 2).long(),
    "entropy": lambda t, x, w, b: t.nn.functional.cross_entropy(x @ w, t.tensor([0, 1, 2])),
    "mse": lambda t, x, w, b: t.nn.functional.mse_loss(x @ w, x),
    "bce": lambda t, x, w, b: t.nn.functional.binary_cross_entropy(t.sigmoid(x @ w), t.ones(3, 4)),
    "mv": lambda t, x, w, b: t.mv(x, b), "vector": lambda t, x, w, b: t.matmul(x, b),
    "einsum": lambda t, x, w, b: t.einsum("ij,jk->ik", x, w), "inner": lambda t, x, w, b: t.inner(x, w),
    "tensordot": lambda t, x, w, b: t.tensordot(x, w, 1), "vecdot": lambda t, x, w, b: t.linalg.vecdot(x, x),
    "multi_dot": lambda t, x, w, b: t.linalg.multi_dot([x, w, w]), "bmm": lambda t, x, w, b: t.bmm(x[None], w[None]),
    "conv": lambda t, x, w, b: t.nn.functional.conv1d(x[None], t.ones(2, 3, 2)),
    "prelu": lambda t, x, w, b: t.nn.functional.prelu(x, t.tensor([0.25])), "trace": lambda t, x, w, b: t.trace(x @ w),
    "module": lambda t, x, w, b: t.nn.Linear(4, 2)(x), "add_": lambda t, x, w, b: (x @ w).add_(x),
    "addmm_": lambda t, x, w, b: t.zeros(3, 4).addmm_(x, w), "dtype of inverse": lambda t, x, w, b: (
        t.linalg.inv(w.bfloat16()).dtype), "embedding": lambda t, x, w, b: t.nn.functional.embedding(t.tensor([1]), w),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_cast(name: str) -> None:
    for dtype in ("bfloat16", "float16"):
        same(lambda t, dtype=dtype: cast(OPERATIONS[name], dtype=getattr(t, dtype))(t))


def test_blocks_and_what_they_change() -> None:
    def state(t: Any) -> list[Any]:
        return [t.is_autocast_enabled("cpu"), t.is_autocast_enabled(), t.get_autocast_dtype("cpu"),
                t.is_autocast_cache_enabled()]  # fmt: skip

    same(state)
    for options in ({}, {"enabled": False}, {"cache_enabled": False}):
        same(lambda t, o=options: cast(lambda t, x, w, b: [state(t), x @ w], **o)(t))
    for dtype in ("float16", "float32", "int32", "no dtype"):
        same(lambda t, d=dtype: cast(lambda t, x, w, b: [state(t), x @ w], dtype=getattr(t, d, d))(t))
    for device in ("cuda", "foo", 3, "cpu:0", "meta"):
        same(lambda t, d=device: entered(t.autocast(d)))

    def nested(t: Any) -> Any:
        x, w, _ = drawn(t)
        seen = []
        with t.autocast("cpu"):
            seen.append(x @ w)
            with t.autocast("cpu", enabled=False):
                seen.append(x @ w)
            with t.autocast("cpu", dtype=t.float16):
                seen += [x @ w, *state(t)]
            seen.append(x @ w)
        return [*seen, x @ w]

    def decorated(t: Any) -> Any:
        x, w, _ = drawn(t)

        @t.autocast("cpu")
        def product(x: Any) -> Any:
            """A product."""
            return x @ w

        return [product(x), product.__name__, product.__doc__, *state(t)]

    def by_hand(t: Any) -> Any:
        x, w, _ = drawn(t)
        t.set_autocast_enabled("cpu", True)
        t.set_autocast_dtype("cpu", t.float16)
        seen = [x @ w, *state(t)]
        t.set_autocast_enabled("cpu", False)
        t.set_autocast_dtype("cpu", t.bfloat16)
        return [*seen, x @ w]

    for call in (nested, decorated, by_hand):
        same(call)
    for older in ("is_autocast_cpu_enabled", "get_autocast_cpu_dtype", "get_autocast_gpu_dtype",
                  "is_autocast_xla_enabled", "clear_autocast_cache"):  # fmt: skip
        for t in (torch, minitorch_compat):
            t.set_warn_always(True)
        same(lambda t, name=older: getattr(t, name)())
        for t in (torch, minitorch_compat):
            t.set_warn_always(False)


@pytest.mark.parametrize("options", [{}, {"cache_enabled": False}])
def test_weights_are_cast_once(options: dict[str, Any]) -> None:
    def call(t: Any) -> Any:
        x, w, _ = drawn(t)
        w.requires_grad_()
        with t.autocast("cpu", **options):
            with t.no_grad():
                x @ w
            y = x @ w
            loss = (y @ w).sum() + t.nn.functional.mse_loss(y, t.ones(3, 4))
        return [loss, t.autograd.grad(loss, w)]

    same(call)


def test_training() -> None:
    def call(t: Any) -> Any:
        t.manual_seed(0)
        net = t.nn.Sequential(t.nn.Linear(4, 8), t.nn.ReLU(), t.nn.Linear(8, 2))
        optimizer = t.optim.SGD(net.parameters(), 0.1)
        x, losses = t.randn(3, 4), []
        for _ in range(2):
            optimizer.zero_grad()
            with t.autocast("cpu", dtype=t.bfloat16):
                loss = t.nn.functional.mse_loss(net(x), t.ones(3, 2))
            loss.backward()
            optimizer.step()
            losses.append(loss)
        return [*losses, *(each.grad for each in net.parameters())]

    same(call)


def test_checkpoints_cast_again() -> None:
    from torch.utils.checkpoint import checkpoint  # noqa: F401

    import minitorch_compat.utils.checkpoint  # noqa: F401

    for reentrant in (True, False):

        def call(t: Any, reentrant: bool = reentrant) -> Any:
            x, w, _ = drawn(t)
            w.requires_grad_()
            x.requires_grad_()
            with t.autocast("cpu"):
                y = t.utils.checkpoint.checkpoint(lambda a: (a @ w).relu() @ w, x, use_reentrant=reentrant).sum()
            y.backward()
            return [y.dtype, w.grad, x.grad]

        same(call)


@pytest.mark.parametrize("casts", [False, True])
def test_functions_of_ones_own(casts: bool) -> None:
    def call(t: Any) -> Any:
        seen: list[str] = []

        class Product(t.autograd.Function):  # type: ignore[name-defined, misc]
            @staticmethod
            @t.amp.custom_fwd(device_type="cpu", cast_inputs=t.float32 if casts else None)
            def forward(ctx: Any, a: Any, b: Any) -> Any:
                ctx.save_for_backward(a, b)
                seen.append(f"{a.dtype} {t.is_autocast_enabled('cpu')}")
                return a @ b

            @staticmethod
            @t.amp.custom_bwd(device_type="cpu")
            def backward(ctx: Any, g: Any) -> Any:
                a, b = ctx.saved_tensors
                seen.append(f"{g.dtype} {t.is_autocast_enabled('cpu')}")
                return g @ b.t(), a.t() @ g

        x, w, _ = drawn(t)
        x, w = x.bfloat16().requires_grad_(), w.requires_grad_()
        with t.autocast("cpu"):
            y = Product.apply(x, w)
        y.float().sum().backward()
        return [y, seen, x.grad, w.grad]

    same(call)
    same(lambda t: t.amp.custom_fwd(lambda x: x))
    same(lambda t: t.amp.custom_bwd(lambda x: x, device_type=3))


def test_scales() -> None:
    def call(t: Any) -> Any:
        x, w, _ = drawn(t)
        w.requires_grad_()
        scaler, optimizer, seen = t.amp.GradScaler("cpu", growth_interval=2), t.optim.SGD([w], 0.1), []
        for step in range(5):
            optimizer.zero_grad()
            scaler.scale(((x @ w) ** 2).mean()).backward()
            if step == 1:
                w.grad[0, 0] = float("inf")
            if step == 2:
                scaler.unscale_(optimizer)
            scaler.step(optimizer)
            scaler.update()
            seen += [scaler.get_scale(), scaler.state_dict(), w.detach().clone()]
        return seen

    same(call)

    def ready(t: Any) -> Any:
        w = t.ones(2, requires_grad=True)
        scaler, optimizer = t.amp.GradScaler("cpu"), t.optim.SGD([w], 0.1)
        scaler.scale(w.sum()).backward()
        return scaler, optimizer, w

    def twice(first: str, second: str) -> Callable[[Any], Any]:
        def call(t: Any) -> Any:
            scaler, optimizer, _ = ready(t)
            for name in (first, second):
                getattr(scaler, name)(*[optimizer][: name != "update"])

        return call

    for first in ("unscale_", "step", "update"):
        for second in ("unscale_", "step", "update"):
            same(twice(first, second))
    for wrong in ({"growth_factor": 1.0}, {"backoff_factor": 1.0}):
        same(lambda t, w=wrong: t.amp.GradScaler("cpu", **w))
    for name in ("step", "unscale_"):
        same(lambda t, n=name: getattr(t.amp.GradScaler("cpu"), n)(t.optim.SGD([t.ones(1, requires_grad=True)], 0.1)))
    same(lambda t: t.amp.GradScaler("cpu").update())
    same(lambda t: ready(t)[0].step(ready(t)[1], closure=lambda: 0))
    same(lambda t: ready(t)[0].load_state_dict({}))
    same(lambda t: t.amp.GradScaler("cpu").scale(3))
    same(lambda t: t.amp.GradScaler("cpu", init_scale=4.0).scale([t.ones(1), (t.ones(2),)]))
    for value in (3.0, "tensor", "pair"):

        def renewed(t: Any, value: Any = value) -> Any:
            scaler, optimizer, _ = ready(t)
            scaler.step(optimizer)
            scaler.update({"tensor": t.tensor(5.0), "pair": t.ones(2)}.get(value, value))
            return scaler.get_scale()

        same(renewed)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("cell", ["RNNCell", "GRUCell", "LSTMCell"])
def test_cells_are_cast_step_by_step(cell: str, bias: bool, dtype: str) -> None:
    def states(t: Any) -> Any:
        t.manual_seed(0)
        lower = getattr(t, dtype)
        layer, x, h = getattr(t.nn, cell)(4, 5, bias=bias), t.linspace(-1, 1, 12).view(3, 4), t.linspace(-2, 2, 15)
        start = h.view(3, 5) if cell != "LSTMCell" else (h.view(3, 5), h.view(3, 5) * 2)
        low = start.to(lower) if cell != "LSTMCell" else tuple(each.to(lower) for each in start)
        with t.autocast("cpu", dtype=lower):
            made = [layer(x), layer(x, start), layer(x.to(lower)), layer(x.to(lower), low), layer(x, low)]
            return [*made, layer.double()(x.double())]

    same(states, 7)
    same(lambda t: t.autocast("cpu", dtype=getattr(t, dtype))(getattr(t.nn, cell)(4, 5))(t.ones(3, 3)))


@pytest.mark.parametrize("options", [
    {}, {"num_layers": 2, "bidirectional": True}, {"batch_first": True, "bias": False},
    {"num_layers": 2, "dropout": 0.5},
], ids=str)  # fmt: skip
def test_gated_layers_are_cast_step_by_step(options: dict[str, Any]) -> None:
    def outputs(t: Any) -> Any:
        t.manual_seed(0)
        layer, x = t.nn.GRU(4, 5, **options), t.linspace(-1, 1, 24).view(2, 3, 4)
        packed = t.nn.utils.rnn.pack_sequence([x[:2, 0], x[:1, 1]])
        with t.autocast("cpu"):
            return [layer(x), layer(x.bfloat16()), layer(packed)[0].data, layer(packed)[1]]

    same(outputs, 7)


@pytest.mark.parametrize("cell", ["GRUCell", "LSTMCell", "GRU"])
def test_slopes_of_what_is_cast_step_by_step(cell: str) -> None:
    """Within a rounding of the largest: torch rounds between the factors of a slope, the engine at its end."""
    found = []
    for t in (torch, minitorch_compat):
        side: Any = t
        side.manual_seed(0)
        layer = getattr(side.nn, cell)(4, 5)
        x = side.linspace(-1, 1, 24).view(2, 3, 4) if cell == "GRU" else side.linspace(-1, 1, 12).view(3, 4)
        with side.autocast("cpu"):
            out = layer(x)
        (out if cell == "GRUCell" else out[0]).sum().backward()
        found.append([each.grad.numpy() for each in layer.parameters()])
    for one, other in zip(*found, strict=True):
        assert abs(one - other).max() <= 2**-7 * abs(one).max()


def test_low_ranks_are_cast_step_by_step() -> None:
    def parts(t: Any) -> Any:
        t.manual_seed(0)
        x = t.randn(5, 4)
        with t.autocast("cpu"):
            made = [*t.svd_lowrank(x, 2), *t.pca_lowrank(x, 2), *t.svd_lowrank(x.T, 2, M=t.ones(1, 5))]
            return [each.abs() for each in made]  # of which signs are the library's

    same(parts, 3)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
def test_a_form_of_two_vectors_is_cast_step_by_step(dtype: str) -> None:
    def forms(t: Any) -> Any:
        own = getattr(t, dtype)
        t.manual_seed(0)
        one, two, matrix, bias = (t.rand(shape).to(own) for shape in ((5, 2), (5, 3), (4, 2, 3), (4,)))
        with t.autocast("cpu"):
            return [t.nn.functional.bilinear(one, two, matrix), t.nn.functional.bilinear(one, two, matrix, bias)]

    same(forms)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (2, 4, 3), (2, 0)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_the_last_product_of_a_pseudo_inverse_is_cast(shape: tuple[int, ...], dtype: str) -> None:
    def inverted(t: Any) -> Any:
        t.manual_seed(0)
        x = t.rand(shape).to(getattr(t, dtype))
        square = x @ x.mH + 2 * t.eye(shape[-2], dtype=x.dtype)
        with t.autocast("cpu"):
            return [t.linalg.pinv(x), t.linalg.pinv(x, rtol=0.3), t.linalg.pinv(square, hermitian=True)]

    same(inverted, 2 if dtype == "float32" else 4)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4)])
def test_the_way_back_through_a_pseudo_inverse_leads_inside_the_block_alone(shape: tuple[int, ...]) -> None:
    def slope(t: Any) -> Any:
        t.manual_seed(0)
        x = t.rand(shape, requires_grad=True)
        with t.autocast("cpu"):
            made = t.linalg.pinv(x).float().sum()
        made.backward()

    assert "float" in same(slope).lower()
    found = []
    for t in (torch, minitorch_compat):
        side: Any = t
        side.manual_seed(0)
        x = side.rand(shape, requires_grad=True)
        with side.autocast("cpu"):
            side.linalg.pinv(x).float().sum().backward()
        found.append(x.grad.numpy())
    assert abs(found[1] - found[0]).max() <= 2**-6 * abs(found[0]).max()
