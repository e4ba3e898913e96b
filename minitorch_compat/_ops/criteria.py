"""Losses of numbers, as single nodes where torch has one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.modes import mode
from .._core.operations import op
from .._core.options import refused
from .._core.recording import tensors
from .._core.scalars import is_number
from .._core.tensor import Tensor, wrap_dim
from .._kernels import activation, elementwise, reduce, summation
from . import entry, nonlinear
from .arithmetic import together
from .by_number import less, plus, times
from .reductions import norm_x, vector_norm_

Array = np.ndarray


def reduced(losses: Array, reduction: str) -> Array:
    """Each loss, their mean or their sum."""
    return losses if reduction == "none" else getattr(summation, reduction)(losses)


def share(g: Any, reduction: str, count: int) -> Any:
    """The gradient of each loss, where ``g`` is that of their mean."""
    return g * (1.0 / count) if reduction == "mean" and count else g


def size_of(shape: tuple[int, ...]) -> int:
    return math.prod(shape)


def end(losses: Any, reduction: str) -> Any:
    """Losses as tensors, reduced."""
    return losses.mean() if reduction == "mean" else losses.sum() if reduction == "sum" else losses


def not_differentiable(name: str, **arguments: Tensor | None) -> None:
    """RuntimeError where recording is on and an argument without a derivative requires grad."""
    for argument, value in arguments.items():
        if value is not None and value._node is not None and mode.enabled:
            raise RuntimeError(
                f"The function '{name}' is not differentiable with respect to argument '{argument}'. This input "
                "cannot have requires_grad True."
            )


# ---- differences


def smooth_gradient(xp: Any, g: Any, x: Any, target: Any, reduction: str, beta: float, x_shape: Any) -> Any:
    """A line outside ``beta``, a parabola inside."""
    z = x - target
    each = share(g, reduction, size_of(x_shape))
    inside = each * z / beta if beta else each * 0.0
    return xp.where(z <= -beta, -each, xp.where(z >= beta, each, inside))


@op(
    "smooth_l1_loss", method=False, module=False,
    x=smooth_gradient,
    target=lambda xp, g, x, target, reduction, beta, x_shape: -smooth_gradient(
        xp, g, x, target, reduction, beta, x_shape
    ),
)
def smooth_l1(x: Array, target: Array, reduction, beta):
    x, target = together(x, target)
    nonlinear.floating(x, "smooth_l1_cpu")
    wide, aim = elementwise.widened(x), elementwise.widened(target)
    z = np.abs(wide - aim)
    number = wide.dtype.type
    losses = np.where(z < number(beta), number(0.5) * z * z / number(beta), z - number(0.5) * number(beta))
    return reduced(losses.astype(x.dtype, copy=False), reduction)


def smooth_l1_loss(input: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """Squares of differences within ``beta``, over 2 ``beta``, and absolute differences beyond."""
    if beta == 0:
        return l1_loss(input, target, reduction)
    if not is_number(beta):
        raise refused("smooth_l1_loss", (input, target, 1, beta), {})
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    return smooth_l1(input, target, reduction, float(beta))


def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Absolute differences."""
    return end((input - target).abs(), reduction)


def huber_gradient(xp: Any, g: Any, x: Any, target: Any, reduction: str, delta: float, x_shape: Any) -> Any:
    """A line of slope ``delta`` outside, a parabola inside."""
    z = x - target
    each = share(g, reduction, size_of(x_shape))
    return xp.where(z <= -delta, -each * delta, xp.where(z >= delta, each * delta, each * z))


@op(
    "huber_loss", method=False, module=False,
    x=huber_gradient,
    target=lambda xp, g, x, target, reduction, delta, x_shape: -huber_gradient(
        xp, g, x, target, reduction, delta, x_shape
    ),
)
def huber(x: Array, target: Array, reduction, delta):
    own = x.dtype
    x, target = together(x, target)
    if not dtypes.can_cast(dtypes.of(x), dtypes.of(np.empty(0, own))):
        raise dtypes.cannot_cast(dtypes.of(x), dtypes.of(np.empty(0, own)))
    nonlinear.floating(x, "huber_cpu")
    wide, aim = elementwise.widened(x), elementwise.widened(target)
    z = np.abs(wide - aim)
    number = wide.dtype.type
    losses = np.where(z <= number(delta), number(0.5) * z * z, number(delta) * (z - number(0.5) * number(delta)))
    return reduced(losses.astype(own, copy=False), reduction)


def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """Half the squares of differences within ``delta``, a line beyond."""
    if not is_number(delta):
        raise refused("huber_loss", (input, target, 1, delta), {})
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return huber(input, target, reduction, float(delta))


# ---- probabilities


def weighted(each: Any, weight: Any) -> Any:
    return each if weight is None else each * weight


LEAST = float(np.float32(1e-12))
"""torch holds its smallest denominator in single precision."""


def beside_loss(xp: Any, each: Any, weight: Any, reduction: str, x_shape: Any) -> Any:
    """A gradient with the weight of each loss, and a share of it where ``reduction`` takes the mean."""
    each = weighted(each, weight)
    return xp.over(each, size_of(x_shape)) if reduction == "mean" else each


EPSILON = 1e-12


def bce_slope_w(xp: Any, g: Any, x: Any, target: Any, weight: Any, reduction: str, w_shape: Any, x_shape: Any) -> Any:
    """The slope, with a little more in its denominator."""
    slope = (x - target) / (xp.plus(x, EPSILON) * xp.plus(1 - x, EPSILON))
    return xp.sum_to_size(beside_loss(xp, slope * g, weight, reduction, x_shape), w_shape)


def bce_slope_x(xp: Any, g: Any, w: Any, x: Any, target: Any, weight: Any, reduction: str, x_shape: Any) -> Any:
    """(x² - 2 x target + target) / (x (1 - x))²."""
    above = x * x - xp.times(x, 2) * target + target
    below = xp.pow_number(xp.plus(x, EPSILON), 2) * xp.pow_number(xp.plus(1 - x, EPSILON), 2)
    return beside_loss(xp, above / below * (g * w), weight, reduction, x_shape)


def bce_slope_target(xp: Any, g: Any, w: Any, x: Any, weight: Any, reduction: str, x_shape: Any) -> Any:
    """-1 / (x (1 - x)), which is kept away from zero."""
    below = (1 - x) * x
    each = weighted(-g * w, weight) / xp.where(below < EPSILON, EPSILON, below)
    return beside_loss(xp, each, None, reduction, x_shape)


@op("bce_slope", method=False, module=False, node="BinaryCrossEntropyBackwardBackward0",
    w=bce_slope_w, x=bce_slope_x, target=bce_slope_target)
def bce_slope(w: Array, x: Array, target: Array, weight: Array | None, reduction):
    """The difference over x (1 - x), which is kept away from zero."""
    product = (1 - x) * x
    each = weighted(w * (x - target) / np.where(product < LEAST, product.dtype.type(LEAST), product), weight)
    return each / size_of(x.shape) if reduction == "mean" else each


def bce_x(xp: Any, g: Any, x: Any, target: Any, weight: Any, reduction: str) -> Any:
    return xp.bce_slope(g, x, target, weight, reduction)


def bce_target(xp: Any, g: Any, x: Any, weight: Any, reduction: str, x_shape: Any) -> Any:
    """The logarithm of the odds, negative."""
    writes = 2 + (weight is not None) + (reduction == "mean")
    return xp.written_often(beside_loss(xp, -xp.logit_(x, None) * g, weight, reduction, x_shape), writes)


@op("binary_cross_entropy", method=False, module=False, x=bce_x, target=bce_target)
def bce(x: Array, target: Array, weight: Array | None, reduction):
    for each in (target, weight):
        if each is not None and each.dtype != x.dtype:
            raise RuntimeError(
                f"Found dtype {dtypes.of(each).scalar_type} but expected {dtypes.of(x).scalar_type}"
            )
    nonlinear.floating(x, "binary_cross_entropy")
    wide, aim = elementwise.widened(x), elementwise.widened(target)
    if not ((wide >= 0) & (wide <= 1)).all():
        raise RuntimeError("all elements of input should be between 0 and 1")
    low = wide.dtype.type(-100)
    losses = (aim - 1) * np.maximum(elementwise.log1p(-wide), low) - aim * np.maximum(elementwise.log(wide), low)
    losses = np.asarray(losses).astype(x.dtype, copy=False)
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """The cross entropy of probabilities and targets."""
    not_differentiable("binary_cross_entropy", weight=weight)
    return bce(input, target, weight, reduction)


def bcel_x(
    xp: Any, g: Any, x: Any, target: Any, weight: Any, pos_weight: Any, reduction: str, x_shape: Any
) -> Any:
    """The logistic function less the target."""
    if pos_weight is None:
        each = (xp.sigmoid(x) - target) * g
    else:
        t = pos_weight * target
        each = ((t + 1 - target) * xp.sigmoid(x) - t) * g
    each = weighted(each, weight)
    writes = 2 + (weight is not None) + (reduction == "mean") + 2 * (pos_weight is not None)
    return xp.written_often(each / size_of(x_shape) if reduction == "mean" else each, writes)


def bcel_target(
    xp: Any, g: Any, x: Any, weight: Any, pos_weight: Any, reduction: str, x_shape: Any
) -> Any:
    """The logit, negative."""
    each = g * -x if pos_weight is None else g * (xp.log_sigmoid(-x) - pos_weight * xp.log_sigmoid(x))
    each = weighted(each, weight)
    writes = (weight is not None) + (reduction == "mean") + 2 * (pos_weight is not None)
    return xp.written_often(each / size_of(x_shape) if reduction == "mean" else each, writes)


@op("binary_cross_entropy_with_logits", method=False, module=False, x=bcel_x, target=bcel_target)
def bcel(x: Array, target: Array, weight: Array | None, pos_weight: Array | None, reduction):
    logarithms = activation.log_sigmoid(nonlinear.floating(x, "log_sigmoid_cpu"))
    if target.dtype.kind not in "fV":
        raise dtypes.cannot_cast(dtypes.of(x), dtypes.of(target))
    one = target.dtype.type(1)
    if pos_weight is not None:
        logarithms = logarithms * ((pos_weight - pos_weight.dtype.type(1)) * target + one)
    losses = np.asarray((one - target) * x - logarithms)
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, pos_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``binary_cross_entropy`` of the logistic function of ``input``."""
    if not all(each is None or isinstance(each, Tensor) for each in (weight, pos_weight)):
        raise refused("binary_cross_entropy_with_logits", (input, target, weight, pos_weight, 1), {})
    not_differentiable("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    for each in (weight, pos_weight):
        if each is not None:
            FUNCTIONS["broadcast_tensors"](each.detach(), input.detach())
    return bcel(input, target, weight, pos_weight, reduction)


def soft_margin_x(xp: Any, g: Any, x: Any, target: Any, reduction: str, x_shape: Any) -> Any:
    """Back through log(1 + exp(-target x))."""
    z = xp.exp(-target * x)
    return share(-target * z / (z + 1), reduction, size_of(x_shape)) * g


@op("soft_margin_loss", method=False, module=False, x=soft_margin_x)
def soft_margin(x: Array, target: Array, reduction):
    if x.dtype.kind in "biu":
        raise dtypes.cannot_cast(dtypes.get_default_dtype(), dtypes.of(x))
    losses = elementwise.log1p(np.asarray(elementwise.exp(np.asarray(-x * target).astype(x.dtype, copy=False))))
    return reduced(np.asarray(losses), reduction)


def soft_margin_loss(input: Tensor, target: Tensor, reduction: int = 1) -> Tensor:
    """log(1 + exp(-target x)), for targets of 1 or -1."""
    input._data, target._data  # noqa: B018
    not_differentiable("soft_margin_loss", target=target)
    if input._data.shape != target._data.shape:
        input, target = FUNCTIONS["broadcast_tensors"](input, target)
    return soft_margin(input, target, REDUCTIONS[reduction])


soft_margin_loss = entry.guarded("soft_margin_loss", soft_margin_loss, False)


# ---- margins between classes


def rows_of(x: Array, target: Array, labels: bool) -> tuple[Array, Array]:
    """Scores as (N, C), and targets as (N) classes or (N, C) labels."""
    if not (x.ndim < 2 and x.size) and not (x.ndim == 2 and x.shape[1]):
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"[{', '.join(map(str, x.shape))}]"
        )
    rows = x if x.ndim == 2 else x.reshape(1, -1)
    if labels:
        if x.shape != target.shape and not (x.ndim < 2 and target.ndim < 2 and x.size == target.size):
            raise RuntimeError(
                f"inconsistent target size: [{', '.join(map(str, target.shape))}] for input of size: "
                f"[{', '.join(map(str, x.shape))}]"
            )
        return rows, target.reshape(rows.shape)
    if target.ndim > 1 or target.size != len(rows):
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{len(rows)}], but got [{', '.join(map(str, target.shape))}]. Input has "
            f"shape [{', '.join(map(str, x.shape))}]."
        )
    return rows, target.reshape(-1)


def long_needed(target: Array) -> None:
    """RuntimeError for targets that are no int64."""
    if target.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {dtypes.of(target).scalar_type}")


def margins(xp: Any, rows: Any, known: Array, margin: float) -> tuple[Any, Array]:
    """By how much each score comes too near to that of the right class, and where it does."""
    places = np.arange(len(known))
    own = np.zeros(rows.shape, bool)
    own[places, known] = True
    z = margin - rows[places, known][:, None] + rows
    return z, (z > 0) & ~own


@op("multi_margin_loss_backward", method=False, module=False, node="NotImplemented",
    g=nonlinear.no_derivative("multi_margin_loss_backward"), x=nonlinear.no_derivative("multi_margin_loss_backward"))
def multi_margin_backward(g: Array, x: Array, target: Array, weight: Array | None, p, margin, reduction):
    """Back to the scores of the classes that came too near, and to that of the right one."""
    rows, known = rows_of(x, target, False)
    z, near = margins(np, rows, known, margin)
    unit = 1.0 / (len(rows) * rows.shape[1] if reduction == "mean" else rows.shape[1])
    each = np.where(near, 2 * unit * z if p == 2 else unit, 0.0)
    if weight is not None:
        each = each * weight[known][:, None]
    each[np.arange(len(rows)), known] = -each.sum(1)
    gradient = each * (g.reshape(-1, 1) if g.ndim else g)
    return gradient.astype(x.dtype, copy=False).reshape(x.shape)


@op("multi_margin_loss", method=False, module=False,
    x=lambda xp, g, x, target, weight, p, margin, reduction: xp.multi_margin_loss_backward(
        g, x, target, weight, p, margin, reduction
    ))
def multi_margin(x: Array, target: Array, weight: Array | None, p, margin, reduction):
    rows, known = rows_of(x, target, False)
    if weight is not None and weight.size != rows.shape[1]:
        raise RuntimeError(
            f"inconsistent weight size, expected {rows.shape[1]} but got [{', '.join(map(str, weight.shape))}]"
        )
    if x.dtype.kind != "f":
        raise NotImplementedError(
            f"\"multi_margin_loss_cpu_kernel\" not implemented for '{dtypes.of(x).scalar_type}'"
        )
    long_needed(target)
    if known.size and (known.min() < 0 or known.max() >= rows.shape[1]):
        raise RuntimeError("target out of range")
    z, near = margins(np, rows, known, x.dtype.type(margin))
    each = np.where(near, z * z if p == 2 else z, x.dtype.type(0))
    if weight is not None:
        each = each * weight[known][:, None]
    losses = np.add.accumulate(each, 1)[:, -1] / x.dtype.type(rows.shape[1])
    if reduction == "none":
        return losses if target.ndim else losses.reshape(())
    total = np.add.accumulate(losses)[-1] if losses.size else x.dtype.type(0)
    return np.asarray(total / x.dtype.type(len(rows)) if reduction == "mean" else total)


def multi_margin_loss(
    input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Tensor | None = None,
    reduction: int = 1,
) -> Tensor:
    """By how much scores of other classes come within ``margin`` of that of the target, to the power ``p``."""
    input._data, target._data  # noqa: B018
    not_differentiable("multi_margin_loss", weight=weight)
    return multi_margin(input, target, weight, p, float(margin), REDUCTIONS[reduction])


multi_margin_loss = entry.guarded("multi_margin_loss", multi_margin_loss, False)


def label_margins(rows: Array, labels: Array) -> tuple[Array, Array, Array]:
    """For each row: which classes are targets, as often as named, and how near the other scores come."""
    named = np.logical_and.accumulate(labels >= 0, 1)
    is_target = np.zeros(rows.shape, bool)
    batch, place = np.nonzero(named)
    is_target[batch, labels[batch, place]] = True
    return named, is_target, np.where(named, labels, 0)


@op("multilabel_margin_loss_backward", method=False, module=False, node="NotImplemented",
    g=nonlinear.no_derivative("multilabel_margin_loss_backward"),
    x=nonlinear.no_derivative("multilabel_margin_loss_backward"))
def multilabel_margin_backward(g: Array, x: Array, target: Array, reduction):
    """Back to the scores of the classes that came too near, and to those of the targets."""
    slope = label_slope(x, target, reduction)
    return (slope * (g.reshape(-1, 1) if g.ndim else g)).astype(x.dtype, copy=False).reshape(x.shape)


def label_slope(x: Array, target: Array, reduction: str) -> Array:
    """The derivative of each row's loss by its scores."""
    rows, labels = rows_of(x, target, True)
    named, is_target, known = label_margins(rows, labels)
    unit = 1.0 / (rows.size if reduction == "mean" else rows.shape[1])
    slope = np.zeros(rows.shape)
    for place in range(rows.shape[1]):
        own = np.take_along_axis(rows, known[:, place : place + 1], 1)
        near = (1 - own + rows > 0) & ~is_target & named[:, place : place + 1]
        slope += np.where(near, unit, 0.0)
        slope[np.arange(len(rows)), known[:, place]] -= near.sum(1) * unit
    return slope


@op("multilabel_margin_loss", method=False, module=False,
    x=lambda xp, g, x, target, reduction: xp.multilabel_margin_loss_backward(g, x, target, reduction))
def multilabel_margin(x: Array, target: Array, reduction):
    rows, labels = rows_of(x, target, True)
    if x.dtype.kind != "f":
        raise NotImplementedError(
            f"\"multilabel_margin_loss_forward_out_frame\" not implemented for '{dtypes.of(x).scalar_type}'"
        )
    if target.size and (target.min() < -1 or target.max() >= rows.shape[1]):
        raise RuntimeError("argument #2 'target' is out of range")
    long_needed(target)
    named, is_target, known = label_margins(rows, labels)
    sums = np.zeros(len(rows), x.dtype)
    one, zero = x.dtype.type(1), x.dtype.type(0)
    for place in range(rows.shape[1]):
        own = np.take_along_axis(rows, known[:, place : place + 1], 1)
        z = one - own + rows
        each = np.where((z > 0) & ~is_target & named[:, place : place + 1], z, zero)
        for column in range(rows.shape[1]):
            sums += each[:, column]
    losses = sums / x.dtype.type(rows.shape[1])
    if reduction == "none":
        return losses if target.ndim == 2 else losses.reshape(())
    total = np.add.accumulate(losses)[-1] if losses.size else zero
    return np.asarray(total / x.dtype.type(len(rows)) if reduction == "mean" else total)


def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: int = 1) -> Tensor:
    """By how much scores of other classes come near those of the targets, which a row lists until its first -1."""
    input._data, target._data  # noqa: B018
    return multilabel_margin(input, target, REDUCTIONS[reduction])


multilabel_margin_loss = entry.guarded("multilabel_margin_loss", multilabel_margin_loss, False)


# ---- made of other operations


def kl_div(input: Any, target: Any, reduction: str = "mean", *, log_target: bool = False) -> Any:
    """The divergence of Kullback and Leibler of ``input``, logarithms of probabilities, from ``target``."""
    for each in (input, target):
        if each._data.dtype.kind == "c":
            raise RuntimeError("kl_div: Complex inputs not supported.")
    for each in (input, target):
        if each._data.dtype.kind in "biu":
            raise RuntimeError("kl_div: Integral inputs not supported.")
    if log_target:
        return end(target.exp() * (target - input), reduction)
    return end(FUNCTIONS["xlogy"](target, target) - target * input, reduction)


def poisson_nll_loss(
    input: Any, target: Any, log_input: bool, full: bool, eps: float, reduction: str
) -> Any:
    """The negative log likelihood of counts for rates, or their logarithms; ``full`` adds Stirling's terms."""
    if log_input:
        loss = input.exp() - target * input
    else:
        loss = input - target * plus(input, eps).log()
    if full:
        stirling = target * target.log() - target + times(times(target, 2 * math.pi).log(), 0.5)
        loss = loss.add_(stirling.masked_fill(target <= 1, 0))
    return end(loss, reduction)


def clamped(x: Any) -> Any:
    return x.clamp_min(0)


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """x where the target is 1, what it lacks to ``margin`` where it is -1."""
    where, zeros = FUNCTIONS["where"], FUNCTIONS["zeros_like"]
    lacking = clamped(FUNCTIONS["scalar_tensor"](margin, dtype=input.dtype) - input)
    return end(
        where(target != 1, lacking, zeros(lacking)) + where(target != -1, input, zeros(input)), reduction
    )


def margin_ranking_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = "mean"
) -> Any:
    """By how much ``input1`` fails to be larger (target 1) or smaller (-1) than ``input2`` by ``margin``."""
    return end(plus(-target * (input1 - input2), margin).clamp_min_(0), reduction)


def cosine_embedding_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = "mean"
) -> Any:
    """One less the cosine of two vectors where the target is 1, its excess over ``margin`` where it is -1."""
    count = target._data.ndim
    if count > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    sizes = [each._data.shape for each in (input1, input2)]
    if count == 1 and any(len(each) != 2 for each in sizes):
        raise RuntimeError(
            "1D target tensor expects 2D input tensors, but found inputs with sizes "
            f"{list(sizes[0])} and {list(sizes[1])}."
        )
    if count == 0 and any(len(each) != 1 for each in sizes):
        raise RuntimeError(
            "0D target tensor expects 1D input tensors, but found inputs with sizes "
            f"{list(sizes[0])} and {list(sizes[1])}."
        )
    where, zeros = FUNCTIONS["where"], FUNCTIONS["zeros_like"]
    product = (input1 * input2).sum(count)
    size = plus((input1 * input1).sum(count), 1e-12)
    other = plus((input2 * input2).sum(count), 1e-12)
    cosine = product / (size * other).sqrt()
    none = zeros(cosine)
    ones = FUNCTIONS["ones_like"](cosine.detach())
    near, far = ones - cosine, clamped(less(cosine, margin))
    return end(where(target == 1, near, none) + where(target == -1, far, none), reduction)


@op("norm_along", method=False, module=False, node="NormBackward1", x=norm_x)
def norm_along(x: Array, p, dim, keepdim):
    """The p-norm along dimensions, as torch's own code calls it."""
    return reduce.norm(x, p, dim, keepdim)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2, eps: float = 1e-06, keepdim: bool = False
) -> Any:
    """The p-norm of ``x1 - x2 + eps`` along the last dimension."""
    if not is_number(p):
        raise Misfit
    difference = plus(tensors.sub(x1, x2), eps)
    last = max(difference._data.ndim - 1, 0)
    return norm_along(difference, float(p), (last,) if difference._data.ndim else None, keepdim)


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6,
    swap: bool = False, reduction: str = "mean",
) -> Any:
    """By how much the negative fails to be further from the anchor than the positive by ``margin``."""
    same_dimensions(anchor, positive, negative)
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = tensors.minimum(far, pairwise_distance(positive, negative, p, eps))
    return end(clamped(plus(near, margin) - far), reduction)


def same_dimensions(anchor: Tensor, positive: Tensor, negative: Tensor) -> None:
    """RuntimeError for tensors that do not have the same number of dimensions."""
    counts = [each._data.ndim for each in (anchor, positive, negative)]
    if len(set(counts)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {counts[0]}D, positive {counts[1]}D, and negative {counts[2]}D inputs"
        )


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-08) -> Any:
    """The cosine of the angle between vectors along ``dim``, their norms at least ``eps``."""
    x1._data, x2._data  # noqa: B018
    common = dtypes.result_type(x1._data, x2._data)
    if common.numpy.kind not in "fcV":
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {common.scalar_type}")
    x1, x2 = x1.to(common), x2.to(common)
    if x1._data.shape != x2._data.shape:
        x1, x2 = FUNCTIONS["broadcast_tensors"](x1, x2)
    dim = wrap_dim(dim, x1._data.ndim)
    parts = []
    for each in (x1, x2):
        size = vector_norm_(each, 2.0, (dim,), True).clone()
        size.data.clamp_min_(eps)
        parts.append(each / size)
    return (parts[0] * parts[1]).sum(dim)


entry.publish("pairwise_distance", pairwise_distance, method=False)
entry.publish("cosine_similarity", cosine_similarity, method=False)

REDUCTIONS = ("none", "mean", "sum")


def numbered(name: str, function: Any, place: int) -> None:
    """Enter a loss into the torch namespace, where its reduction is a number."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        values = list(arguments)
        if len(values) > place:
            values[place] = REDUCTIONS[values[place]]
        elif "reduction" in keywords:
            keywords["reduction"] = REDUCTIONS[keywords["reduction"]]
        return function(*values, **keywords)

    entry.publish(name, call, method=False)


for _name, _function, _place in (
    ("kl_div", kl_div, 2), ("poisson_nll_loss", poisson_nll_loss, 5),
    ("hinge_embedding_loss", hinge_embedding_loss, 3), ("margin_ranking_loss", margin_ranking_loss, 4),
    ("cosine_embedding_loss", cosine_embedding_loss, 4), ("triplet_margin_loss", triplet_margin_loss, 7),
    ("binary_cross_entropy_with_logits", binary_cross_entropy_with_logits, 4),
):
    numbered(_name, _function, _place)
