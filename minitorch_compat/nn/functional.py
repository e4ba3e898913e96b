"""The functions behind the layers, under torch's names; what they compute stands in ``_ops``."""

from __future__ import annotations

import warnings
from typing import Any

from .._core.absent import room as _room
from .._core.forms import FUNCTIONS
from .._core.kinds import contiguous_format as _legacy_format
from .._core.tensor import Tensor
from .._ops import dropout as _dropout  # noqa: F401
from .._ops import nonlinear as _nonlinear
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


# ---- activations


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Elements above ``threshold`` as they are, ``value`` for the others."""
    return FUNCTIONS["threshold_" if inplace else "threshold"](input, threshold, value)


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """``threshold`` in place."""
    return FUNCTIONS["threshold_"](input, threshold, value)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Negative elements become zero."""
    return FUNCTIONS["relu_" if inplace else "relu"](input)


def relu_(input: Tensor) -> Tensor:
    """``relu`` in place."""
    return FUNCTIONS["relu_"](input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along ``dim`` times the logistic function of the second."""
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    return _nonlinear.glu(input, dim)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Elements between two bounds."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return (_nonlinear.hardtanh_ if inplace else _nonlinear.hardtanh)(input, min_val, max_val)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """``hardtanh`` in place."""
    return _nonlinear.hardtanh_(input, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Elements between 0 and 6."""
    return (_nonlinear.relu6_ if inplace else _nonlinear.relu6)(input)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``alpha`` (exp(x) - 1) below zero, x above."""
    return (_nonlinear.elu_ if inplace else _nonlinear.elu)(input, alpha)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """``elu`` in place."""
    return _nonlinear.elu_(input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """``elu`` with the constants of self-normalising networks."""
    return FUNCTIONS["selu_" if inplace else "selu"](input)


def selu_(input: Tensor) -> Tensor:
    """``selu`` in place."""
    return FUNCTIONS["selu_"](input)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``alpha`` (exp(x / alpha) - 1) below zero, x above."""
    return FUNCTIONS["celu_" if inplace else "celu"](input, alpha)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """``celu`` in place."""
    return FUNCTIONS["celu_"](input, alpha)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Negative elements times ``negative_slope``."""
    return (_nonlinear.leaky_relu_ if inplace else _nonlinear.leaky_relu)(input, negative_slope)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """``leaky_relu`` in place."""
    return _nonlinear.leaky_relu_(input, negative_slope)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Negative elements times a weight, one for all or one for each channel."""
    return FUNCTIONS["prelu"](input, weight)


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """Negative elements times slopes drawn from [lower, upper], or their middle when not training."""
    return FUNCTIONS["rrelu_" if inplace else "rrelu"](input, lower, upper, training)


def rrelu_(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> Tensor:
    """``rrelu`` in place."""
    return FUNCTIONS["rrelu_"](input, lower, upper, training)


logsigmoid = _nonlinear.log_sigmoid
gelu = _nonlinear.gelu
softplus = _nonlinear.softplus
softshrink = _nonlinear.softshrink


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Elements further than ``lambd`` from zero, zero for the others."""
    return FUNCTIONS["hardshrink"](input, lambd)


def tanhshrink(input: Tensor) -> Tensor:
    """x - tanh(x)."""
    return input - input.tanh()  # type: ignore[operator, attr-defined]


def softsign(input: Tensor) -> Tensor:
    """x / (1 + abs(x))."""
    return input / (input.abs() + 1)  # type: ignore[operator, attr-defined]


def sigmoid(input: Tensor) -> Tensor:
    """``torch.sigmoid`` under its older name."""
    return input.sigmoid()  # type: ignore[attr-defined]


def tanh(input: Tensor) -> Tensor:
    """``torch.tanh`` under its older name."""
    return input.tanh()  # type: ignore[attr-defined]


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """(x + 3) / 6 between 0 and 1."""
    return (_nonlinear.hardsigmoid_ if inplace else _nonlinear.hardsigmoid)(input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x times its logistic function."""
    return (_nonlinear.silu_ if inplace else _nonlinear.silu)(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x times the tangent of its softplus."""
    return (_nonlinear.mish_ if inplace else _nonlinear.mish)(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x times (x + 3) / 6 between 0 and 1."""
    return (_nonlinear.hardswish_ if inplace else _nonlinear.hardswish)(input)


def _get_softmax_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        UserWarning,
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """``softmax`` of the negatives."""
    if dim is None:
        dim = _get_softmax_dim("softmin", input.dim(), _stacklevel)
    return FUNCTIONS["softmax"](-input, dim, dtype=dtype)  # type: ignore[operator]


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Exponentials that add up to one along ``dim``."""
    if dim is None:
        dim = _get_softmax_dim("softmax", input.dim(), _stacklevel)
    return FUNCTIONS["softmax"](input, dim, dtype=dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The logarithm of ``softmax``."""
    if dim is None:
        dim = _get_softmax_dim("log_softmax", input.dim(), _stacklevel)
    return FUNCTIONS["log_softmax"](input, dim, dtype=dtype)


def gumbel_softmax(logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Any:
    """A draw from the Gumbel-Softmax distribution (Jang and others, 2017), or, ``hard``, the nearest one-hot vector."""
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    gumbels = -FUNCTIONS["empty_like"](logits, memory_format=_legacy_format).exponential_().log()
    soft = ((logits + gumbels) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    one_hot = FUNCTIONS["zeros_like"](logits, memory_format=_legacy_format).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft


# ---- dropout


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, zero with probability ``p`` and scaled by 1 / (1 - p) elsewhere; otherwise the input itself."""
    _check_probability(p)
    return FUNCTIONS["dropout_" if inplace else "dropout"](input, p, training)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps mean and variance of what ``selu`` gives."""
    _check_probability(p)
    return FUNCTIONS["alpha_dropout_" if inplace else "alpha_dropout"](input, p, training)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """``alpha_dropout`` of whole channels."""
    _check_probability(p)
    return FUNCTIONS["feature_alpha_dropout_" if inplace else "feature_alpha_dropout"](input, p, training)


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels, for input (C, L) or (N, C, L)."""
    _check_probability(p)
    count = input.dim()
    if count not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {count}D input. Note that dropout1d exists to provide "
            "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch "
            "dimension (i.e. 2D or 3D inputs)."
        )
    if count == 3:
        return FUNCTIONS["feature_dropout_" if inplace else "feature_dropout"](input, p, training)
    batch = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
    result: Any = FUNCTIONS["feature_dropout_" if inplace else "feature_dropout"](batch, p, training)
    return result.squeeze_(0) if inplace else result.squeeze(0)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels, for input (N, C, H, W)."""
    _check_probability(p)
    count = input.dim()
    if count not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {count}-D input to dropout2d, which is deprecated and will result in an error in a "
            "future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
            "dropout2d exists to provide channel-wise dropout on inputs with 2 spatial dimensions, a channel "
            "dimension, and an optional batch dimension (i.e. 3D or 4D inputs).",
            stacklevel=2,
        )
    if count == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain "
            "the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return FUNCTIONS["feature_dropout_" if inplace else "feature_dropout"](input, p, training)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels, for input (C, D, H, W) or (N, C, D, H, W)."""
    _check_probability(p)
    count = input.dim()
    if count not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {count}-D input to dropout3d, which is deprecated and will result in an error in a "
            "future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
            "dropout3d exists to provide channel-wise dropout on inputs with 3 spatial dimensions, a channel "
            "dimension, and an optional batch dimension (i.e. 4D or 5D inputs).",
            stacklevel=2,
        )
    if count == 5:
        return FUNCTIONS["feature_dropout_" if inplace else "feature_dropout"](input, p, training)
    batch = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
    result: Any = FUNCTIONS["feature_dropout_" if inplace else "feature_dropout"](batch, p, training)
    return result.squeeze_(0) if inplace else result.squeeze(0)


__getattr__ = _room("torch.nn.functional", __name__)
