"""The functions behind the layers, under torch's names; what they compute stands in ``_ops``."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .._core.absent import room as _room
from .._core.dtypes import int64 as _int64
from .._core.forms import FUNCTIONS
from .._core.kinds import contiguous_format as _legacy_format
from .._core.modes import no_grad as _no_grad
from .._core.tensor import Tensor
from .._ops import bilinear as _bilinear  # noqa: F401
from .._ops import criteria as _criteria
from .._ops import dropout as _dropout  # noqa: F401
from .._ops import embedding as _embedding
from .._ops import nonlinear as _nonlinear
from .._ops.likelihood import check_reduction as _check_reduction
from .._ops.likelihood import cross_entropy_loss as _cross_entropy_loss
from .._ops.likelihood import nll_loss_nd as _nll_loss_nd
from .._ops.linear import linear
from .._ops.loss import mse_loss as _mse_loss
from . import multihead as _multihead
from . import spatial as _spatial
from .linear_cross_entropy import linear_cross_entropy
from .multihead import *  # noqa: F403
from .spatial import *  # noqa: F403

__all__ = ["cross_entropy", "dropout", "l1_loss", "leaky_relu", "linear", "linear_cross_entropy", "mse_loss",
           "nll_loss", *_multihead.__all__, *_spatial.__all__]


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


# ---- losses


def _reduced(losses: Any, reduction: str) -> Any:
    return losses.mean() if reduction == "mean" else losses.sum() if reduction == "sum" else losses


def _check_target_size(input: Tensor, target: Tensor) -> None:
    """Warn where input and target differ in size, which is rarely meant."""
    if target.size() != input.size():
        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )


def _check_weight_size(input: Any, weight: Any) -> None:
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")


def mse_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    weight: Tensor | None = None
) -> Tensor:
    """The squared differences: each ("none"), their mean or their sum; a size that differs warns and broadcasts."""
    differ = not isinstance(target, Tensor) or input._data.shape != target._data.shape
    if differ:
        _check_target_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if differ:
        input, target = FUNCTIONS["broadcast_tensors"](input, target)
    if weight is None:
        return _mse_loss(input, target, reduction)
    _check_weight_size(input, weight)
    weighted = FUNCTIONS["pow"](input - target, 2) * weight  # type: ignore[operator]
    if reduction == "mean":
        return weighted.sum() / weight.sum()  # type: ignore[attr-defined]
    return _reduced(weighted, reduction)


def l1_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    weight: Tensor | None = None
) -> Tensor:
    """The absolute differences: each ("none"), their mean or their sum."""
    _check_target_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    input, target = FUNCTIONS["broadcast_tensors"](input, target)
    if weight is None:
        _check_reduction(reduction)
        return _criteria.l1_loss(input, target, reduction)
    _check_weight_size(input, weight)
    weighted: Any = _criteria.l1_loss(input, target, "none") * weight
    if reduction == "mean":
        return weighted.sum() / weight.sum()  # type: ignore[attr-defined]
    return _reduced(weighted, reduction)


def smooth_l1_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    beta: float = 1.0
) -> Tensor:
    """Squares of differences within ``beta``, over 2 ``beta``, and absolute differences beyond."""
    _check_target_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    input, target = FUNCTIONS["broadcast_tensors"](input, target)
    _check_reduction(reduction)
    return _criteria.smooth_l1_loss(input, target, reduction, beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half the squares of differences within ``delta``, a line beyond."""
    _check_target_size(input, target)
    input, target = FUNCTIONS["broadcast_tensors"](input, target)
    if weight is None:
        _check_reduction(reduction)
        return _criteria.huber_loss(input, target, reduction, delta)
    _check_weight_size(input, weight)
    weighted: Any = _criteria.huber_loss(input, target, "none", delta) * weight  # type: ignore[operator]
    return _reduced(weighted, reduction)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, reduce: Any = None,
    reduction: str = "mean"
) -> Tensor:
    """The cross entropy of probabilities and targets between 0 and 1."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    if target.size() != input.size():
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) is "
            "deprecated. Please ensure they have the same size."
        )
    if weight is not None:
        size = FUNCTIONS["broadcast_shapes"](target.size(), weight.size())
        weight = weight.expand(size)
    return _criteria.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None, reduce: Any = None,
    reduction: str = "mean", pos_weight: Tensor | None = None
) -> Tensor:
    """``binary_cross_entropy`` of the logistic function of ``input``."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    if target.size() != input.size():
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    return FUNCTIONS["binary_cross_entropy_with_logits"](
        input, target, weight, pos_weight, REDUCTIONS.index(reduction)
    )


def kl_div(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    log_target: bool = False
) -> Tensor:
    """The divergence of Kullback and Leibler of logarithms of probabilities from ``target``."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    elif reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    whole = "sum" if reduction == "batchmean" else reduction
    _check_reduction(whole)
    result = FUNCTIONS["kl_div"](input, target, REDUCTIONS.index(whole), log_target=log_target)
    return result / input.size()[0] if reduction == "batchmean" and input.dim() != 0 else result


REDUCTIONS = ("none", "mean", "sum")


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool = True, full: bool = False, size_average: Any = None,
    eps: float = 1e-8, reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """The negative log likelihood of counts for rates, or their logarithms."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if reduction not in REDUCTIONS:
        raise ValueError(reduction + " is not a valid value for reduction")  # and TypeError for what is no text
    return FUNCTIONS["poisson_nll_loss"](input, target, log_input, full, eps, REDUCTIONS.index(reduction))


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """The negative log likelihood of numbers for normal distributions with the variances ``var``."""
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = var * FUNCTIONS["ones_like"](input)
    elif FUNCTIONS["any"](var < 0):
        raise ValueError("var has negative entry/entries")
    if var.size() != input.size():
        if input.size()[:-1] == var.size():
            var = var.unsqueeze(-1)
        elif input.dim() != var.dim() or [
            mine for mine, other in zip(var.size(), input.size(), strict=True) if mine != other
        ] != [1]:
            raise ValueError("var is of incorrect size")
    if reduction not in REDUCTIONS:
        raise ValueError(reduction + " is not valid")
    var = var.clone()
    with _no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss += 0.5 * math.log(2 * math.pi)
    return _reduced(loss, reduction)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, size_average: Any = None, reduce: Any = None,
    reduction: str = "mean"
) -> Tensor:
    """x where the target is 1, what it lacks to ``margin`` where it is -1."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    return FUNCTIONS["hinge_embedding_loss"](input, target, margin, REDUCTIONS.index(reduction))


def margin_ranking_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0, size_average: Any = None, reduce: Any = None,
    reduction: str = "mean"
) -> Tensor:
    """By how much ``input1`` fails to be larger (target 1) or smaller (-1) than ``input2`` by ``margin``."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return FUNCTIONS["margin_ranking_loss"](input1, input2, target, margin, REDUCTIONS.index(reduction))


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0, size_average: Any = None, reduce: Any = None,
    reduction: str = "mean"
) -> Tensor:
    """One less the cosine of two vectors where the target is 1, its excess over ``margin`` where it is -1."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    return FUNCTIONS["cosine_embedding_loss"](input1, input2, target, margin, REDUCTIONS.index(reduction))


def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """log(1 + exp(-target x)), for targets of 1 or -1."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    return _criteria.soft_margin_loss(input, target, REDUCTIONS.index(reduction))


def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """By how much scores of other classes come near those of the targets, which a row lists until its first -1."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    return _criteria.multilabel_margin_loss(input, target, REDUCTIONS.index(reduction))


def multilabel_soft_margin_loss(
    input: Any, target: Any, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """The mean over classes of ``binary_cross_entropy_with_logits``."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    dim = input.dim() - 1
    loss = loss.sum(dim=dim) / input.size(dim)
    if reduction not in REDUCTIONS:
        raise ValueError(reduction + " is not valid")
    return _reduced(loss, reduction)


def multi_margin_loss(
    input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Any = None, size_average: Any = None,
    reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """By how much scores of other classes come within ``margin`` of that of the target, to the power ``p``."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    return _criteria.multi_margin_loss(input, target, p, margin, weight, REDUCTIONS.index(reduction))


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2, eps: float = 1e-6,
    swap: bool = False, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
) -> Tensor:
    """By how much the negative fails to be further from the anchor than the positive by ``margin``."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    _check_reduction(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    return FUNCTIONS["triplet_margin_loss"](
        anchor, positive, negative, margin, p, eps, swap, REDUCTIONS.index(reduction)
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *, distance_function: Any = None, margin: float = 1.0,
    swap: bool = False, reduction: str = "mean"
) -> Tensor:
    """``triplet_margin_loss`` with a distance of your own; ``pairwise_distance`` if none is given."""
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    distance = pairwise_distance if distance_function is None else distance_function
    _criteria.same_dimensions(anchor, positive, negative)
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = FUNCTIONS["minimum"](far, distance(positive, negative))
    return _reduced((margin + near - far).clamp_min(0), reduction)


def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int = 0,
    reduction: str = "mean", zero_infinity: bool = False
) -> Tensor:
    """Connectionist temporal classification, for ``log_probs`` (T, N, C) or (T, C)."""
    _check_reduction(reduction)
    return FUNCTIONS["ctc_loss"](
        log_probs, targets, input_lengths, target_lengths, blank, REDUCTIONS.index(reduction), zero_infinity
    )


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
    return (-input).softmax(dim, dtype=dtype)  # type: ignore[no-any-return, operator]


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Exponentials that add up to one along ``dim``."""
    if dim is None:
        dim = _get_softmax_dim("softmax", input.dim(), _stacklevel)
    return input.softmax(dim, dtype=dtype)  # type: ignore[attr-defined, no-any-return]


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The logarithm of ``softmax``."""
    if dim is None:
        dim = _get_softmax_dim("log_softmax", input.dim(), _stacklevel)
    return input.log_softmax(dim, dtype=dtype)  # type: ignore[attr-defined, no-any-return]


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


# ---- tables, vectors and distances


def embedding(
    input: Tensor, weight: Any, padding_idx: int | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Tensor:
    """The rows of ``weight`` that ``input`` names; rows longer than ``max_norm`` are shrunk in place."""
    if padding_idx is None:
        padding_idx = -1
    elif padding_idx >= weight.size(0) or padding_idx < -weight.size(0):
        raise AssertionError("Padding_idx must be within num_embeddings")
    elif padding_idx < 0:
        padding_idx += weight.size(0)
    if max_norm is not None:
        input = input.contiguous()  # type: ignore[attr-defined]
        _renorm(weight, input, max_norm, norm_type)
    return FUNCTIONS["embedding"](weight, input, padding_idx, scale_grad_by_freq, sparse)


def _renorm(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    with _no_grad():
        FUNCTIONS["embedding_renorm_"](weight, input, max_norm, norm_type)


def embedding_bag(
    input: Any, weight: Any, offsets: Any = None, max_norm: float | None = None, norm_type: float = 2,
    scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False, per_sample_weights: Any = None,
    include_last_offset: bool = False, padding_idx: int | None = None
) -> Tensor:
    """Sums, means or maxima of rows of ``weight``; bags are the rows of a matrix, or start where ``offsets`` say."""
    if weight.dtype == _int64 and input.is_floating_point():
        warnings.warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
            "deprecated, and should now be `embedding_bag(input, weight, ...)`.",
            stacklevel=2,
        )
        weight, input = input, weight
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the "
            f"same shape as the input ({input.shape})"
        )
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {_type_text(offsets)}"
            )
        offsets = FUNCTIONS["arange"](0, input.numel(), input.size(1), dtype=input.dtype)
        input = input.reshape(-1)
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)
    elif input.dim() == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.dim() != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if mode not in _BAG_MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max":
        if scale_grad_by_freq:
            raise ValueError("max mode does not support scaling the gradient by the frequency")
        if sparse:
            raise ValueError("max mode does not support sparse weights")
    if max_norm is not None:
        _renorm(weight, input, max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    return FUNCTIONS["embedding_bag"](
        weight, input, offsets, scale_grad_by_freq, _BAG_MODES.index(mode), sparse, per_sample_weights,
        include_last_offset, padding_idx,
    )[0]


_BAG_MODES = ("sum", "mean", "max")


def _type_text(value: Any) -> str:
    return "<class 'torch.Tensor'>" if type(value) is Tensor else str(type(value))


one_hot = _embedding.one_hot
bilinear = FUNCTIONS["bilinear"]
cosine_similarity = FUNCTIONS["cosine_similarity"]
pairwise_distance = FUNCTIONS["pairwise_distance"]
pdist = FUNCTIONS["pdist"]


__getattr__ = _room("torch.nn.functional", __name__)
