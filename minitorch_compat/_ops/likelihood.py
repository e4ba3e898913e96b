"""Losses of classes: the negative log likelihood and the cross entropy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.forms import wants_grad
from .._core.graph import Node, Saved, Watched, record
from .._core.modes import mode
from .._core.operations import op
from .._core.options import refused
from .._core.quiet import quietly
from .._core.recording import DECLARED, arrays, check_versions, keep_result, note, tensor_values, tensors
from .._core.saved_names import saved_names
from .._core.saving import pairs
from .._core.tensor import Tensor, wrap
from .._core.views import edge_of
from .._kernels import loss as kernels
from .activation import log_softmax_recorder
from .by_number import over, plus, times

Array = np.ndarray
REDUCTIONS = frozenset(("none", "mean", "sum"))


def check_reduction(reduction: Any) -> None:
    """ValueError for a reduction that there is not."""
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")


@op(
    method=False, module=False,
    g=lambda xp, g, target, weight, reduction, ignore_index: xp.nll_loss(g, target, weight, reduction, ignore_index),
)
def nll_loss_backward(g: Array, target: Array, weight: Array | None, total: Array, reduction, ignore_index, size):
    """The gradient of log probabilities of a ``size`` through ``nll_loss``."""
    return kernels.nll_loss_backward(g, target, weight, reduction, ignore_index, total, size)


class NllLossBackward0(Node):
    """Back from the negative log likelihood to log probabilities, or, through log_softmax, to what those came from.

    torch records the log_softmax of a cross entropy as a node of its own. Here it is folded in, and unfolded when
    somebody looks.
    """

    __slots__ = ("folded", "logarithms")
    __module__ = "builtins"
    operation = "nll_loss"
    folded: bool
    logarithms: Array | None

    def vjp(self, g: Any) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        check_versions(self)
        input, target, weight, *more = self.kept
        reduction, ignore_index, total, shape = self.values
        if more:  # hooks on saved tensors see each
            total = more[0]._data
            _ = None if input is None else input._data
        arguments = (target._data, None if weight is None else weight._data, reduction, ignore_index, total)
        if self.logarithms is None:
            return (kernels.nll_loss_backward(g, *arguments, shape),)
        return (kernels.log_softmax_nll_backward(g, self.logarithms, *arguments),)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        input, target, weight, *_, reduction, ignore_index, total, shape = tensor_values(self)
        gradient = nll_loss_backward(g, target, weight, wrap(total), reduction, ignore_index, shape)
        if self.logarithms is None:
            return (tensors.beside(gradient, input),)
        logarithms = wrap(self.logarithms)
        logarithms._node = self.log_softmax()
        return (gradient - tensors.exp(logarithms) * tensors.sum(gradient, (1,), True),)

    def free(self) -> None:
        self.kept = None
        self.logarithms = None

    def log_softmax(self) -> Node:
        """The node that torch has between this one and the input of a cross entropy."""
        step = record(log_softmax_recorder.make, self.edges, (), (1,))
        step.order = self.order - 0.25
        if self.logarithms is not None:
            step.kept = (keep_result(wrap(self.logarithms)),)
        else:
            step.kept = None
        return step

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        if self.folded:
            self.edges = (self.log_softmax(),)
            self.logarithms = None
            self.folded = False
        return super().next_functions


class NllLoss2DBackward0(NllLossBackward0):
    """The same for log probabilities (N, C, H, W)."""

    __slots__ = ()
    __module__ = "builtins"
    operation = "nll_loss2d"


class SavedInput(Saved):
    """The log probabilities, those of a folded cross entropy with their history."""

    __slots__ = ()

    def __get__(self, node: Any, owner: Any = None) -> Any:
        if node is None or node.kept is None or node.kept[0] is not None:
            return super().__get__(node, owner)
        return node.next_functions[0][0]._saved_result


for _name, _shown in saved_names(
    "NllLossBackward0", ("input", "target", "weight"), ("reduction", "ignore_index", "total", "x_shape")
).items():
    setattr(NllLossBackward0, _name, _shown)
NllLossBackward0._saved_self = SavedInput(True, 0)  # type: ignore[attr-defined]
DECLARED["nll_loss"] = NllLossBackward0
DECLARED["nll_loss2d"] = NllLoss2DBackward0


def shape_text(shape: Sequence[int]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def check_nll(x: Array, target: Array, weight: Array | None) -> None:
    """The errors of torch's kernel for (C), (N, C) or (N, C, H, W), in its order."""
    if x.ndim < 3:
        if target.ndim > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        classes = x.shape[-1]
        if weight is not None and (weight.ndim != 1 or weight.size != classes):
            raise RuntimeError(
                f"weight tensor should be defined either for all {classes} classes or no classes but got weight "
                f"tensor of shape: {shape_text(weight.shape)}"
            )
    else:
        if target.ndim != 3:
            raise RuntimeError(
                "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
                f"{target.ndim}"
            )
        if target.shape[1:] != x.shape[2:]:
            raise RuntimeError(
                f"size mismatch (got input: {shape_text(x.shape)} , target: {shape_text(target.shape)}"
            )
        if weight is not None and weight.size != x.shape[1]:
            raise RuntimeError("weight tensor should be defined either for all or no classes")
    if x.dtype.kind not in "fV":
        name = "nll_loss_out_frame" if x.ndim < 3 else "nll_loss2d_forward_out_frame"
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x).scalar_type}'")
    if target.dtype not in (np.int64, np.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {dtypes.of(target).scalar_type}")
    if x.ndim == 1 and target.ndim and target.size != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {target.size}")
    if x.ndim > 2 and x.size and target.dtype == np.uint8:
        raise RuntimeError("expected scalar type Long but found Byte")
    if weight is not None and weight.dtype != x.dtype:
        raise RuntimeError(
            f"expected scalar type {dtypes.of(x).scalar_type} but found {dtypes.of(weight).scalar_type}"
        )


def recorded(
    out: Tensor, input: Tensor, target: Tensor, weight: Tensor | None, values: tuple[Any, ...],
    logarithms: Array | None, make: type[NllLossBackward0] = NllLossBackward0,
) -> Tensor:
    """``out`` with its node, where recording is on and the input requires grad."""
    if input._node is not None and mode.enabled:
        saved: list[Any] = [input if logarithms is None else None, target, weight]
        if pairs.stack:
            saved.append(wrap(values[2]))
        step = record(make, (edge_of(input),), tuple(saved), values)
        step.logarithms = logarithms
        step.folded = logarithms is not None
        note(step)
        out._node = step
    return out


def refuse_slopes(weight: Tensor | None, ndim: int) -> None:
    """The weights of classes have no gradient."""
    if weight is not None and wants_grad(weight):
        raise RuntimeError(
            f"The function 'nll_loss{'2d' if ndim > 2 else ''}_forward' is not differentiable with respect to "
            "argument 'weight'. This input cannot have requires_grad True."
        )


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean", ignore_index: int = -100
) -> Tensor:
    """The negative log likelihood of targets for log probabilities (C), (N, C) or (N, C, H, W)."""
    x, known = input._data, target._data
    weights = None if weight is None else weight._data
    refuse_slopes(weight, x.ndim)
    check_nll(x, known, weights)
    if x.ndim == 1:
        rows, places = x[None], known.reshape(1)
        loss, total = quietly(kernels.nll_loss, rows, places, weights, reduction, ignore_index)
        loss = loss.reshape(known.shape if reduction == "none" else ())
    else:
        loss, total = quietly(kernels.nll_loss, x, known, weights, reduction, ignore_index)
    return recorded(
        wrap(loss), input, target, weight, (reduction, ignore_index, total, x.shape), None,
        NllLossBackward0 if x.ndim < 3 else NllLoss2DBackward0,
    )


tensors.nll_loss = nll_loss
arrays.nll_loss = lambda x, target, weight, reduction, ignore_index: kernels.nll_loss(
    x, target, weight, reduction, ignore_index
)[0]


def nll_loss_nd(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean", ignore_index: int = -100
) -> Tensor:
    """``nll_loss`` for log probabilities (C) or (N, C, …) of any number of dimensions."""
    if not isinstance(input, Tensor) or not isinstance(target, Tensor) or not isinstance(weight, (Tensor, type(None))):
        raise refused("nll_loss_nd", (input, target, weight), {})
    shape, places = input._data.shape, target._data.shape
    if not shape:
        raise ValueError(f"Expected 1 or more dimensions (got {len(shape)})")
    if len(shape) > 1 and places and shape[0] != places[0]:
        raise ValueError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size ({places[0]})."
        )
    if len(shape) in (1, 2, 4):
        return nll_loss(input, target, weight, reduction, ignore_index)
    wanted = (shape[0], *shape[2:])
    if places != wanted:
        raise RuntimeError(f"Expected target size {shape_text(wanted)}, got {shape_text(places)}")
    flat = (shape[0], shape[1], 1, -1) if input._data.size else (*shape[:2], 0, 0)
    rows = (shape[0], 1, -1) if input._data.size else (shape[0], 0, 0)
    loss = nll_loss(
        tensors.view(tensors.contiguous(input), flat), tensors.view(tensors.contiguous(target), rows), weight,
        reduction, ignore_index,
    )
    return tensors.view(loss, wanted) if reduction == "none" else loss


def cross_entropy_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean", ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Tensor:
    """The negative log likelihood of targets, classes or their probabilities, for logits (C) or (N, C, …)."""
    try:
        x, known = input._data, target._data
        _ = None if weight is None else weight._data
    except AttributeError:
        raise refused("cross_entropy_loss", (input, target, weight), {}) from None
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    if x.shape == known.shape:
        return of_probabilities(input, target, weight, reduction, ignore_index, label_smoothing)
    if (
        x.ndim == 2 and known.ndim == 1 and len(x) == len(known) and x.dtype.kind == "f" and x.dtype.char != "e"
        and label_smoothing == 0.0 and not Watched.levels and not pairs.stack
    ):
        refuse_slopes(weight, x.ndim)
        check_nll(x, known, None if weight is None else weight._data)
        logarithms, loss, total = quietly(
            kernels.cross_entropy, x, known, None if weight is None else weight._data, reduction, ignore_index
        )
        return recorded(
            wrap(loss), input, target, weight, (reduction, ignore_index, total, x.shape), logarithms
        )
    logarithms = tensors.log_softmax(input, 0 if x.ndim == 1 else 1)
    loss = nll_loss_nd(logarithms, target, weight, reduction, ignore_index)
    if label_smoothing == 0.0:
        return loss
    return smoothed(loss, logarithms, target, weight, reduction, ignore_index, label_smoothing)


def of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, ignore_index: int, label_smoothing: float
) -> Any:
    """The cross entropy where the target gives each class its probability."""
    shape = input._data.shape
    dim = 0 if len(shape) == 1 else 1
    if target._data.dtype.kind not in "fV":
        raise RuntimeError(
            "Expected floating point type for target with class probabilities, got "
            f"{target.dtype.scalar_type}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    count = shape[dim] if shape else 1
    if weight is not None and (weight._data.ndim != 1 or weight._data.size != count):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {count} classes or no classes but got "
            f"weight tensor of shape: {shape_text(weight._data.shape)}"
        )
    products: Any = tensors.log_softmax(input, dim)
    if label_smoothing > 0.0:
        target = plus(times(target, 1 - label_smoothing), label_smoothing / count)
    products = products * target
    if weight is not None:
        products = products * along_classes(weight, len(shape), dim)
    if reduction == "none":
        return -products.sum(dim)
    if reduction == "sum":
        return -products.sum()
    if not input._data.size:
        return -products.sum().fill_(float("nan"))
    return over(-products.sum(), input._data.size // count)


def along_classes(weight: Tensor, ndim: int, dim: int) -> Tensor:
    """One weight for each class, ready to be multiplied with logarithms of probabilities."""
    if ndim <= 1:
        return weight
    return tensors.view(weight, tuple([-1 if place == dim else 1 for place in range(ndim)]))


def smoothed(
    loss: Any, logarithms: Any, target: Any, weight: Any, reduction: str, ignore_index: int, label_smoothing: float
) -> Any:
    """The cross entropy with a part of each target shared out over all classes."""
    ndim = logarithms._data.ndim
    dim = 0 if ndim == 1 else 1
    count = logarithms._data.shape[dim]
    spread = logarithms if weight is None else logarithms * along_classes(weight, ndim, dim)
    spread = -spread.sum(dim)
    ignored = target == ignore_index
    spread.masked_fill_(ignored, 0.0)
    if reduction == "sum":
        spread = spread.sum()
    elif reduction == "mean":
        if weight is not None:
            shares = weight.gather(0, target.masked_select(ignored.logical_not()).flatten())
            spread = spread.sum() / shares.sum()
        else:
            spread = spread.sum() / ignored.logical_not().sum()
    return times(loss, 1 - label_smoothing) + times(spread, label_smoothing / count)
