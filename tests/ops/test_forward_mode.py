"""Forward mode against reverse mode, for every declaration with a derivative: the two are adjoint."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from samples import ONCE, REFUSED, SAMPLES, draw
from test_derivatives import DIFFERENTIABLE, function_of, inputs_of

import minitorch_compat as torch
from minitorch_compat.autograd import forward_ad

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


BACKWARD_ONLY = {
    "torch.cdist(x, y, compute_mode=": "_euclidean_dist",
    "torch.cholesky(": "cholesky", "torch.ormqr(": "ormqr", "torch.igamma(": "igamma", "torch.igammac(": "igammac",
    "torch.special.zeta(": "special_zeta", "torch.cdist(": "_cdist_forward", "torch.index_reduce(": "index_reduce",
    "torch.rrelu_(": "rrelu_with_noise_", "torch.nn.functional.embedding_bag(": "_embedding_bag",
    "torch.nn.functional.conv_tbc(": "conv_tbc",
    "torch.nn.functional.grid_sample(x, y, 'bilinear', 'reflection'": "grid_sampler_3d",
    "torch.nn.functional.grid_sample(": "grid_sampler_2d", "torch._pack_padded_sequence(": "_pack_padded_sequence",
    "torch.pdist(": "_pdist_forward", "torch.ctc_loss(": "_ctc_loss", "torch.embedding_bag(": "_embedding_bag",
    "torch.nn.functional.multi_margin_loss(": "multi_margin_loss",
    "torch.nn.functional.multilabel_margin_loss(": "multilabel_margin_loss_forward",
    "torch.segment_reduce(": "segment_reduce", "torch.geqrf(": "geqrf", "torch.unique(x)": "_unique2",
    "torch.unique(x, dim=0)": "unique_dim", "torch.unique_consecutive(": "unique_consecutive",
}
"""What torch does not carry forward, by the beginning of the expression, and what it calls it then."""


def refused(expression: str) -> str | None:
    """The text of torch's refusal."""
    name = next((name for start, name in BACKWARD_ONLY.items() if expression.startswith(start)), None)
    return name and (
        f"Trying to use forward AD with {name} that does not support it because it has not been implemented yet.\n"
        "Please file an issue to PyTorch at https://github.com/pytorch/pytorch/issues/new?template=feature-request.yml "
        "so that we can prioritize its implementation or submit a PR adding the implementation to derivatives.yaml"
    )


@pytest.mark.parametrize(
    ("expression", "samples"), [
        (each, samples)
        for each, samples in (*SAMPLES.items(), *ONCE.items(), *[(key, held) for key, (_, held) in REFUSED.items()])
        if refused(each)
    ],
)
def test_what_torch_does_not_carry_forward_is_refused_in_its_words(expression: str, samples: Any) -> None:
    inputs = [torch.tensor(draw(each, place, False)) for place, each in enumerate(samples)]
    with forward_ad.dual_level(), pytest.raises(NotImplementedError, match=f"^{re.escape(str(refused(expression)))}$"):
        function_of(expression)(*[forward_ad.make_dual(x, torch.ones_like(x)) for x in inputs])


NOT_IMPLEMENTED = {
    "x // y": "floor_divide", "torch.heaviside(x, y)": "heaviside", "torch.remainder(2.5, x)": "remainder",
    "torch.linalg.ldl_factor(x)[0]": "linalg_ldl_factor_ex",
    "torch.scatter(x, 1, torch.tensor([[0], [1]]), y, reduce='add')": "scatter",
}
"""What torch has no derivative of at all, and its name."""


@pytest.mark.parametrize("expression", NOT_IMPLEMENTED)
@pytest.mark.filterwarnings("ignore:The reduce argument of torch.scatter")
def test_what_has_no_derivative_at_all_is_refused_in_torchs_words(expression: str) -> None:
    inputs = [torch.tensor(draw(each, place, False)) for place, each in enumerate(REFUSED[expression][1])]
    text = f"Trying to use forward AD with aten::{NOT_IMPLEMENTED[expression]} that does not support it."
    with forward_ad.dual_level(), pytest.raises(NotImplementedError, match=f"^{re.escape(text)}$"):
        function_of(expression)(*[forward_ad.make_dual(x, torch.ones_like(x)) for x in inputs])


CARRIED = [each for each in DIFFERENTIABLE if refused(each.values[0]) is None]


def drawn(shape: Any, complex: bool, seed: int) -> torch.Tensor:
    random = np.random.RandomState(seed)
    return torch.tensor(np.asarray(random.randn(*shape) + (1j * random.randn(*shape) if complex else 0)))


def inner(x: torch.Tensor, y: torch.Tensor) -> float:
    """The real inner product of two tensors."""
    return float((x.detach().conj() * y.detach()).sum().real)


@pytest.mark.parametrize(("expression", "complex"), CARRIED)
def test_forward_mode_is_the_adjoint_of_reverse_mode(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    torch.manual_seed(0)
    out = function(*inputs)
    directions = [drawn(x.shape, x.is_complex(), place) for place, x in enumerate(inputs)]
    torch.manual_seed(0)
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(x.detach(), t) for x, t in zip(inputs, directions, strict=True)]
        primal, tangent = forward_ad.unpack_dual(function(*duals))
    np.testing.assert_array_equal(primal.resolve_conj().numpy(), out.detach().resolve_conj().numpy())
    weight = drawn(out.shape, out.is_complex(), 9)
    back: Any = [None] * len(inputs)
    if out.requires_grad:
        back = torch.autograd.grad(out, inputs, weight, allow_unused=True)
    expected = sum(inner(g, t) for g, t in zip(back, directions, strict=True) if g is not None)
    if tangent is None:
        assert expected == 0
        return
    assert (tangent.shape, tangent.dtype, tangent.requires_grad) == (out.shape, out.dtype, False)
    assert inner(weight, tangent) == pytest.approx(expected, rel=1e-9, abs=1e-9)


SMOOTH = [each for each in CARRIED if "requires_grad_" not in each.values[0]]


@pytest.mark.parametrize(("expression", "complex"), SMOOTH)
def test_forward_over_reverse_is_reverse_over_reverse(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    torch.manual_seed(0)
    out = function(*inputs)
    if not out.requires_grad:
        return
    weight = drawn(out.shape, out.is_complex(), 9)
    directions = [drawn(x.shape, x.is_complex(), place) for place, x in enumerate(inputs)]
    first = torch.autograd.grad(out, inputs, weight, create_graph=True, allow_unused=True)
    pairs = [(g, t) for g, t in zip(first, directions, strict=True) if g is not None and g.requires_grad]
    expected = [None] * len(inputs)
    if pairs:
        expected = torch.autograd.grad(
            [g for g, _ in pairs], inputs, [t for _, t in pairs], allow_unused=True
        )
    torch.manual_seed(0)
    with forward_ad.dual_level():
        duals = [
            forward_ad.make_dual(x.detach().requires_grad_(), t) for x, t in zip(inputs, directions, strict=True)
        ]
        slopes = torch.autograd.grad(function(*duals), duals, weight, allow_unused=True)
        found = [None if each is None else forward_ad.unpack_dual(each).tangent for each in slopes]
    for one, other in zip(found, expected, strict=True):
        shape = next((each.shape for each in (one, other) if each is not None), ())
        left, right = (np.zeros(shape) if each is None else each.resolve_conj().numpy() for each in (one, other))
        np.testing.assert_allclose(left, right, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("written", [
    lambda x, y, z: (x - y).mul_(z), lambda x, y, z: (x - y.tanh()).mul_(z.sigmoid()).add_(y.tanh()),
    lambda x, y, z: (x - y).mul_(z).tanh_() * z,
])
def test_what_was_written_over_keeps_its_tangent_for_the_way_back(written: Any) -> None:
    plain: dict[Any, Any] = {}
    values = [torch.tensor([0.3, -1.2, 0.7], dtype=torch.float64) * scale for scale in (1, 2, -1)]
    tangents = [torch.tensor([1.0, 0.5, -2.0], dtype=torch.float64) / scale for scale in (1, 3, 2)]
    step = 1e-6
    for sign in (1, -1):
        moved = [(x + sign * step * t).requires_grad_() for x, t in zip(values, tangents, strict=True)]
        plain[sign] = torch.autograd.grad(written(*moved).sum(), moved)
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(x.clone().requires_grad_(), t) for x, t in zip(values, tangents, strict=True)]
        slopes = torch.autograd.grad(written(*duals).sum(), duals)
        found = [forward_ad.unpack_dual(each).tangent for each in slopes]
    for one, right, left in zip(found, plain[1], plain[-1], strict=True):
        np.testing.assert_allclose(one.numpy(), ((right - left) / (2 * step)).numpy(), rtol=1e-6, atol=1e-8)
