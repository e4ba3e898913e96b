"""Backward while levels of forward mode or of ``torch.func`` are open, and for many gradients at once.

Then what a step kept may be dual, and what travels may be batched, so tensors travel, recorded or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core import errors
from .._core.forms import FUNCTIONS
from .._core.graph import Pass
from .._core.pytree import tree_flatten
from .._core.tensor import Tensor
from . import _edges_of, _flags, _wanted

MISMATCH = (
    "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The "
    "sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch was "
    "detected: grad_output[{place}] has a shape of {given} and output[{place}] has a shape of {wanted}. If you only "
    "want some tensors in `grad_output` to be considered batched, consider using vmap."
)


def gradients_given(roots: Sequence[Any], given: Any) -> list[Any]:
    """The gradient of each root as a tensor: the one given, or a one for a single element."""
    if given is None or isinstance(given, Tensor):
        given = (given,) * len(roots) if given is None else (given,)
    given = tuple(given)
    made = [gradient_of(place, *pair) for place, pair in enumerate(zip(roots, given, strict=False))]
    if len(made) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(made)} gradients")
    return made


def gradient_of(place: int, root: Tensor, gradient: Any) -> Any:
    """The gradient of one root; by what tensors say of themselves, since they may not show their memory."""
    if gradient is None:
        if root._node is None:
            return None
        if root.numel() != 1:
            raise errors.not_scalar_output()
        if not root.is_floating_point():
            raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {root.dtype}")
        return FUNCTIONS["ones_like"](root.detach())
    if not isinstance(gradient, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient.shape != root.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{place}] has a shape of {gradient.shape} and output[{place}] has a "
            f"shape of {root.shape}."
        )
    if gradient.is_complex() != root.is_complex():
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
            f"dtype: grad_output[{place}] has a dtype of {gradient.dtype} and output[{place}] has a dtype of "
            f"{root.dtype}."
        )
    return gradient if gradient.dtype is root.dtype else gradient.to(root.dtype)  # type: ignore[attr-defined]


def carried(edges: list[Any], gradients: list[Any], keep: bool, create: bool, **limits: Any) -> Pass:
    """A pass on tensors, which is recorded or not."""
    traversal = Pass(True, keep, **limits)
    traversal.recording = create
    traversal.run(edges, gradients)
    return traversal


def backward_in_levels(roots: Sequence[Any], given: Any, keep: Any, create: Any, inputs: Any) -> None:
    """``backward`` from the roots, into ``grad`` of the leaves, or of some inputs."""
    keep, create = _flags(keep, create)
    limits = {} if inputs is None else {"inputs": _wanted(inputs, retaining=True), "into_grad": True}
    carried(_edges_of(roots), gradients_given(roots, given), keep, create, **limits)


def grad_in_levels(
    roots: Sequence[Any], wanted: Sequence[Any], given: Any, keep: Any, create: Any, allow_unused: bool,
    materialize: bool,
) -> tuple[Tensor | None, ...]:
    """``grad`` of the roots at some inputs."""
    gradients = gradients_given(roots, given)
    keep, create = _flags(keep, create)
    entries, edges = _edges_of(roots), _wanted(wanted)
    found = carried(entries, gradients, keep, create, inputs=edges).captured
    results: list[Tensor | None] = []
    for place, (each, edge) in enumerate(zip(wanted, edges, strict=True)):
        gradient = found[edge]
        if gradient is None and not allow_unused:
            raise errors.unused_input(place)
        results.append(FUNCTIONS["zeros_like"](each.detach()) if gradient is None and materialize else gradient)
    return tuple(results)


def batched_grad(
    roots: Sequence[Any], wanted: Sequence[Any], given: Any, keep: Any, create: Any, allow_unused: bool,
    materialize: bool,
) -> tuple[Tensor | None, ...]:
    """``grad`` for many gradients of the roots, which lie along the first dimensions of those given."""
    from ..func.examples import mapped

    rows = tuple(given) if isinstance(given, (tuple, list)) else (given,) * (len(roots) if given is None else 1)
    made: list[Any] = []
    for place, (root, row) in enumerate(zip(roots, rows, strict=False)):
        if row is None:
            made.append(gradient_of(place, root, None))
            continue
        if tuple(row[0].shape) != tuple(root.shape):
            shown = row[0][0] if row[0].dim() else row[0]
            raise RuntimeError(MISMATCH.format(place=place, given=shown.shape, wanted=root.shape))
        made.append(row)
    flat, spec = tree_flatten((tuple(made),))
    if any(not each.dim() for each in flat):
        raise ValueError(
            "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of "
            "dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
        )
    sizes = [each.shape[0] for each in flat]
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
            "mapped dimension"
        )
    keep, create = _flags(keep, create)
    found: list[Any] = []

    def each_row(weights: Any) -> Any:
        found[:] = grad_in_levels(roots, wanted, weights, keep, create, allow_unused, False)
        return [each for each in found if each is not None]

    results = iter(mapped(each_row, sizes[0], [0] * len(flat), flat, spec, 0, "error", {}, inner=True))
    return tuple([
        (FUNCTIONS["zeros_like"](x.detach()) if materialize else None) if each is None else next(results)
        for each, x in zip(found, wanted, strict=True)
    ])
