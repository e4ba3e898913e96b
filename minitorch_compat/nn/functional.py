"""The functions behind the layers, under torch's names; what they compute stands in ``_ops``."""

from __future__ import annotations

import warnings
from typing import Any

from .._core.absent import room as _room
from .._core.forms import FUNCTIONS
from .._core.tensor import Tensor
from .._ops.activation import leaky_relu as _leaky_relu
from .._ops.likelihood import check_reduction as _check_reduction
from .._ops.likelihood import cross_entropy_loss as _cross_entropy_loss
from .._ops.likelihood import nll_loss_nd as _nll_loss_nd
from .._ops.linear import linear
from .._ops.loss import mse_loss as _mse_loss

__all__ = ["cross_entropy", "dropout", "l1_loss", "leaky_relu", "linear", "mse_loss", "nll_loss"]


def legacy_reduction(size_average: Any, reduce: Any, emit_warning: bool = True) -> str:
    """The reduction that the arguments ``size_average`` and ``reduce`` of old stand for, with torch's warning."""
    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    reduction = "none" if not reduce else "mean" if size_average else "sum"
    if emit_warning:
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            UserWarning,
            stacklevel=3,
        )
    return reduction


def check_sizes(input: Tensor, target: Tensor) -> None:
    """Warn where input and target differ in size, which is rarely meant."""
    if target.size() != input.size():
        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )


def mse_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    weight: Tensor | None = None
) -> Tensor:
    """The squared differences: each ("none"), their mean or their sum; a size that differs warns and broadcasts."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if not isinstance(target, Tensor) or input._data.shape != target._data.shape:
        check_sizes(input, target)
        input, target = FUNCTIONS["broadcast_tensors"](input, target)
    if weight is None:
        return _mse_loss(input, target, reduction)
    weighted = weight * _mse_loss(input, target, "none")  # type: ignore[operator]
    if reduction == "none":
        return weighted
    return weighted.sum() if reduction == "sum" else weighted.sum() / weight.sum()  # type: ignore[attr-defined]


def l1_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """The absolute differences: each ("none"), their mean or their sum."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_sizes(input, target)
    difference = (input - target).abs()  # type: ignore[operator]
    return difference if reduction == "none" else getattr(difference, reduction)()


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None, ignore_index: int = -100,
    reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """The negative log likelihood of classes, for log probabilities (C) or (N, C, …)."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    return _nll_loss_nd(input, target, weight, reduction, ignore_index)


def cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None, ignore_index: int = -100,
    reduce: Any = None, reduction: str = "mean", label_smoothing: float = 0.0
) -> Tensor:
    """The negative log likelihood of classes or of their probabilities, for logits (C) or (N, C, …)."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    return _cross_entropy_loss(input, target, weight, reduction, ignore_index, label_smoothing)


def sigmoid(input: Tensor) -> Tensor:
    """``torch.sigmoid`` under its older name."""
    return FUNCTIONS["sigmoid"](input)


def tanh(input: Tensor) -> Tensor:
    """``torch.tanh`` under its older name."""
    return FUNCTIONS["tanh"](input)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Negative elements become zero."""
    return FUNCTIONS["relu_" if inplace else "relu"](input)


def _softmax_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        UserWarning,
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Exponentials that add up to one along ``dim``."""
    if dim is None:
        dim = _softmax_dim("softmax", input.dim(), _stacklevel)
    return FUNCTIONS["softmax"](input, dim, dtype=dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The logarithm of ``softmax``."""
    if dim is None:
        dim = _softmax_dim("log_softmax", input.dim(), _stacklevel)
    return FUNCTIONS["log_softmax"](input, dim, dtype=dtype)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, zero with probability ``p`` and scaled by 1 / (1 - p) elsewhere; otherwise the input itself."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0 or not input.numel():
        return input
    if p == 1:
        noise = FUNCTIONS["zeros_like"](input)
    else:
        noise = FUNCTIONS["empty_like"](input).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(noise) if inplace else input * noise  # type: ignore[attr-defined, operator]


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Negative elements times ``negative_slope``."""
    if inplace:
        return input.copy_(_leaky_relu(input.clone(), negative_slope))  # type: ignore[attr-defined]
    return _leaky_relu(input, negative_slope)


__getattr__ = _room("torch.nn.functional", __name__)
