"""Quantiles, counts, differences, distances and what else is made of other operations."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.absent import absent
from .._core.errors import Misfit
from .._core.families import axes_of
from .._core.forms import FUNCTIONS, in_place, write_out
from .._core.operations import op
from .._core.saved_names import from_front
from .._core.scalars import is_number
from .._core.tensor import Tensor, wrap, wrap_dim
from .._core.warn import warn_once
from .._kernels import fused, layout, reduce
from . import entry
from .arithmetic import broadcast_sum, together
from .by_number import over, times
from .random import no_derivative
from .reductions import norm_x, pair
from .shape import expand, reshape
from .sorting import whole_number
from .transcendental import real_parts

ndarray = np.ndarray
Array = ndarray
Arrays = Sequence[ndarray]


def ended(name: str, out: Tensor | None, result: Tensor, *inputs: Any) -> Tensor:
    """``result``, or ``out`` holding it."""
    return result if out is None else write_out(name, out, result, inputs)


def part(x: Any, dim: int, start: int, stop: int) -> Any:
    """A slice along ``dim``."""
    return FUNCTIONS["narrow"](x, dim, start, stop - start)


# ---- quantiles

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantile_of(name: str, ignore_nan: bool) -> None:
    """Declare ``quantile`` or ``nanquantile``."""

    def function(
        input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear",
        out: Tensor | None = None
    ) -> Tensor:
        x = input._data
        if not x.size:
            raise RuntimeError(f"{name}() input tensor must be non-empty")
        if x.dtype.char not in "fd":
            raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
        if isinstance(q, Tensor):
            if q._data.ndim > 1:
                raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
            if q._data.dtype != x.dtype:
                raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
            if not ((q._data >= 0) & (q._data <= 1)).all():
                raise RuntimeError("quantile() q values must be in the range [0, 1]")
        elif isinstance(q, (int, float)):
            if not 0 <= q <= 1:
                raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
            q = FUNCTIONS["scalar_tensor"](q, dtype=input.dtype)
        else:
            raise Misfit
        if interpolation not in INTERPOLATIONS:
            raise RuntimeError(
                f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
                f"{interpolation}"
            )
        return ended(name, out, quantiles(input, q, dim, keepdim, interpolation, ignore_nan), input)

    entry.publish(name, function)


def quantiles(x: Tensor, q: Tensor, dim: int | None, keepdim: bool, interpolation: str, ignore_nan: bool) -> Tensor:
    """The quantiles of all elements, or along ``dim``; several stand in front."""
    shape = x._data.shape
    place = None if dim is None else wrap_dim(whole_number(dim), len(shape))
    rows: Any
    if place is None or not shape:
        rows = reshape(x, (*[1] * len(shape), -1)) if keepdim else reshape(x, -1)
    elif keepdim:
        rows = FUNCTIONS["transpose"](FUNCTIONS["unsqueeze"](x, -1), place, -1)
    elif place == len(shape) - 1:
        rows = x
    else:
        rows = FUNCTIONS["squeeze"](FUNCTIONS["transpose"](FUNCTIONS["unsqueeze"](x, -1), place, -1), place)
    ordered = FUNCTIONS["sort"](rows).values
    length = ordered._data.shape[-1]
    asked = FUNCTIONS["atleast_1d"](q)
    if ignore_nan:
        counts = np.asarray(np.count_nonzero(~np.isnan(ordered._data), -1, keepdims=True))
        last = wrap(np.maximum(counts - 1, 0).astype(x._data.dtype))
        ranks = FUNCTIONS["mul"](asked, last)
    else:
        ranks = FUNCTIONS["mul"](asked, length - 1)
        missing = np.isnan(ordered._data).any(-1, keepdims=True)
        ranks = expand(ranks, (*ordered._data.shape[:-1], asked._data.size))
        ranks = FUNCTIONS["where"](wrap(missing), float(length - 1), ranks)
    ranks = expand(ranks, (*ordered._data.shape[:-1], asked._data.size))
    if interpolation in ("lower", "higher", "nearest"):
        rounding = {"lower": "floor", "higher": "ceil", "nearest": "round"}[interpolation]
        result = picked(ordered, FUNCTIONS[rounding](ranks))
    else:
        below = FUNCTIONS["floor"](ranks)
        low, high = picked(ordered, below), picked(ordered, FUNCTIONS["ceil"](ranks))
        weights = FUNCTIONS["full_like"](ranks, 0.5) if interpolation == "midpoint" else ranks - below
        result = low.lerp_(high, weights)
    # Several quantiles come to the front.
    if q._data.ndim:
        result = result.unsqueeze_(0).transpose_(0, -1)
    return result.squeeze_(-1)


def picked(ordered: Tensor, ranks: Tensor) -> Any:
    """The elements of the ranks."""
    return FUNCTIONS["gather"](ordered, -1, wrap(ranks._data.astype(np.int64)))


quantile_of("quantile", False)
quantile_of("nanquantile", True)


# ---- counts


@op("weighed", method=False, module=False, node="NotImplemented", weights=no_derivative("bincount"))
def weighed(x: Array, weights: Array, minlength):
    """For each number the sum of the weights of its occurrences."""
    sums = np.zeros(max(int(x.max()) + 1, minlength), np.float32 if weights.dtype.char == "f" else np.float64)
    np.add.at(sums, x, weights)
    return sums


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 on occurs, or the sums of its weights."""
    x = input._data
    if x.dtype.kind not in "iu" or (x.dtype.kind == "u" and x.itemsize > 1 and x.size and x.ndim == 1):
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{input.dtype.scalar_type}'")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if x.ndim == 1 and not x.size:
        return wrap(np.zeros(minlength, np.int64))
    if x.ndim != 1 or (x < 0).any():
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return wrap(np.bincount(x, minlength=minlength).astype(np.int64))
    if weights._data.shape != x.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    return weighed(input, weights, minlength)


def histc(input: Tensor, bins: int = 100, min: Any = 0, max: Any = 0, *, out: Tensor | None = None) -> Tensor:
    """How many elements lie in each of ``bins`` equal parts of [min, max], or of the range of the elements."""
    x = input._data
    if x.dtype.char not in "fdeE":
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{input.dtype.scalar_type}'")
    if whole_number(bins) <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")
    counts, _ = counted(x.reshape(-1), bins, float(min), float(max), None)
    counts = np.minimum(counts, {"e": 2048, "E": 256}.get(x.dtype.char, counts))  # where one more adds nothing
    return ended("histc", out, wrap(counts.astype(x.dtype)), input)


def counted(
    x: ndarray, bins: int, low: float, high: float, weight: ndarray | None
) -> tuple[ndarray, ndarray]:
    """Counts in equal bins, the last of them closed, and the edges."""
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise RuntimeError(f"torch.histogram(): range of [{low:g}, {high:g}] is not finite")
    if not x.size and low == high == 0:
        low, high = 0.0, 1.0
    if low == high:
        low, high = low - 0.5, high + 0.5
    inside = (x >= low) & (x <= high)
    chosen = x[inside].astype(x.dtype)
    width = x.dtype.type(high) - x.dtype.type(low)
    places = ((chosen - x.dtype.type(low)) * x.dtype.type(bins) / width).astype(np.int64)
    edges = FUNCTIONS["linspace"](low, high, bins + 1, dtype=dtypes.BY_NUMPY[x.dtype])._data
    np.minimum(places, bins - 1, out=places)
    weights = None if weight is None else weight.reshape(-1)[inside]
    return np.bincount(places, weights, minlength=bins), edges


HISTOGRAM = pair("histogram", "hist", "bin_edges")


@op("histogram_at", results=("hist", "edges"), method=False, module=False, node="NotImplemented",
    **dict.fromkeys(("x", "edges", "weight"), no_derivative("histogram")))
def histogram_at(x: Array, edges: Array, weight: Array | None, density):
    """How many elements, or how much of their weight, lie between each two edges."""
    x = x.reshape(-1)
    places = np.searchsorted(edges, x, "right") - 1
    places[x == edges[-1]] = edges.size - 2
    inside = (x >= edges[0]) & (x <= edges[-1])
    weights = None if weight is None else weight.reshape(-1)[inside]
    return dense(np.bincount(places[inside], weights, minlength=edges.size - 1).astype(x.dtype), edges, density)


@op("histogram_of", results=("hist", "edges"), method=False, module=False, node="NotImplemented",
    **dict.fromkeys(("x", "weight"), no_derivative("histogram")))
def histogram_of(x: Array, weight: Array | None, bins, low, high, density):
    """The same in equal parts of [low, high], or of the range of the elements."""
    counts, edges = counted(x.reshape(-1), bins, low, high, weight)
    return dense(counts.astype(x.dtype), edges, density)


def dense(counts: ndarray, edges: ndarray, density: bool) -> tuple[ndarray, ndarray]:
    """Counts, or parts of one by the width between edges, and the edges in memory of their own."""
    if density:
        with np.errstate(all="ignore"):
            counts = (counts / (counts.sum() * np.diff(edges))).astype(counts.dtype)
    return counts, np.array(edges)


def histogram(
    input: Tensor, bins: Any = 100, *, range: Any = None, weight: Tensor | None = None, density: bool = False,
    out: Any = None,
) -> Any:
    """How many elements lie between each two edges, given or equally spaced, and the edges."""
    if isinstance(bins, Tensor):
        return HISTOGRAM(*histogram_at(input, bins, weight, density))
    low, high = (0.0, 0.0) if range is None else range
    return HISTOGRAM(*histogram_of(input, weight, whole_number(bins), low, high, density))


HISTOGRAMDD = pair("histogramdd", "hist", "bin_edges")


@op("edges_between", results=("edges",), method=False, module=False, node="NotImplemented",
    **dict.fromkeys(("x", "weight"), no_derivative("_histogramdd_bin_edges")))
def edges_between(x: Array, weight: Array | None, counts, limits):
    """For each coordinate the edges of equal parts of its range."""
    bounds = [0.0] * (2 * len(counts)) if limits is None else limits
    return tuple([
        counted(x[:, place], count, bounds[2 * place], bounds[2 * place + 1], None)[1]
        for place, count in enumerate(counts)
    ])


@op("boxes_between", method=False, module=False, node="NotImplemented",
    **dict.fromkeys(("x", "edges", "weight"), no_derivative("_histogramdd_from_bin_tensors")))
def boxes_between(x: Array, edges: Arrays, weight: Array | None, density):
    """How many points, or how much of their weight, lie in each box between edges."""
    return in_boxes(x, edges, weight, density)


@op("equal_boxes", method=False, module=False, node="NotImplemented",
    **dict.fromkeys(("x", "weight"), no_derivative("_histogramdd_from_bin_cts")))
def equal_boxes(x: Array, weight: Array | None, edges, density):
    """The same, between edges that follow from the points."""
    return in_boxes(x, edges, weight, density)


def in_boxes(x: Array, edges: Sequence[Array], weight: Array | None, density: bool) -> Array:
    inside = np.ones(len(x), np.bool_)
    places = []
    for column, each in zip(x.T, edges, strict=True):
        steps = np.searchsorted(each, column, "right") - 1
        steps[column == each[-1]] = each.size - 2
        inside &= (column >= each[0]) & (column <= each[-1])
        places.append(steps)
    shape = tuple(each.size - 1 for each in edges)
    boxes = np.ravel_multi_index([each[inside] for each in places], shape)
    weights = None if weight is None else weight.reshape(-1)[inside]
    result = np.bincount(boxes, weights, minlength=math.prod(shape)).reshape(shape).astype(x.dtype)
    if density:
        with np.errstate(all="ignore"):
            result = result / result.sum()
            for place, each in enumerate(edges):
                others = [axis for axis in np.arange(len(edges)) if axis != place]
                result = result / np.expand_dims(np.diff(each), others)
    return result.astype(x.dtype)


def histogramdd(
    input: Tensor, bins: Any, range: Any = None, weight: Tensor | None = None, density: bool = False
) -> Any:
    """How many points, the rows of ``input``, lie in each box between edges, given or equally spaced, and the edges."""
    if input._data.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    points: Any = input if input._data.ndim == 2 else reshape(input, (-1, input._data.shape[-1]))
    width = input._data.shape[-1]
    chosen = [bins] * width if isinstance(bins, int) else list(bins)
    if len(chosen) != width:
        raise RuntimeError("histogramdd: The size of bins must be equal to the innermost dimension of the input.")
    if all(isinstance(each, Tensor) for each in chosen):
        return HISTOGRAMDD(boxes_between(points, chosen, weight, density), tuple(chosen))
    edges = edges_between(points, weight, [whole_number(each) for each in chosen], range)
    return HISTOGRAMDD(equal_boxes(points, weight, [each._data for each in edges], density), tuple(edges))


entry.publish("histogramdd", histogramdd, method=False)
for _function in (bincount, histc, histogram):
    entry.publish(_function.__name__, _function)


# ---- differences and areas


def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *,
    out: Tensor | None = None
) -> Tensor:
    """The ``n``-th differences of neighbours along ``dim``."""
    if not input._data.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if whole_number(n) < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    place = wrap_dim(whole_number(dim), input._data.ndim)
    x: Any = input
    if n and (prepend is not None or append is not None):
        x = FUNCTIONS["cat"]([each for each in (prepend, input, append) if each is not None], place)
    if not n:
        x = FUNCTIONS["zeros_like"](x).copy_(x)
    for _ in range(min(n, x._data.shape[place])):
        length = x._data.shape[place]
        above, below = part(x, place, 1, length), part(x, place, 0, length - 1)
        x = FUNCTIONS["logical_xor"](above, below) if x._data.dtype.kind == "b" else above - below
    return ended("diff", out, x, input)


def neighbours(y: Tensor, dim: int) -> tuple[Any, Any]:
    length = y._data.shape[dim]
    return part(y, dim, 0, length - 1), part(y, dim, 1, length)


def trapezoid(y: Tensor, x: Any = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The area under ``y`` along ``dim`` by the trapezoidal rule, over places ``x`` or steps ``dx``."""
    return areas(y, x, dx, dim, False)


def cumulative_trapezoid(y: Tensor, x: Any = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The areas under ``y`` up to each place along ``dim``."""
    return areas(y, x, dx, dim, True)


def areas(y: Tensor, x: Any, dx: Any, dim: int, running: bool) -> Tensor:
    place = wrap_dim(whole_number(dim), y._data.ndim)
    below, above = neighbours(y, place)

    def total(values: Tensor) -> Any:
        return FUNCTIONS["cumsum"](values, place) if running else FUNCTIONS["sum"](values, place)

    if isinstance(x, Tensor):
        steps = x
        if x._data.ndim == 1 and y._data.ndim > 1:
            steps = reshape(x, [-1 if axis == place else 1 for axis in range(y._data.ndim)])
        widths = diff(steps, 1, place if steps._data.ndim == y._data.ndim else -1)
        return over(total((below + above) * widths), 2.0)
    step = 1 if dx is None else dx
    if running:
        return total(times(below + above, step / 2.0))
    ends = FUNCTIONS["select"](y, place, 0) + FUNCTIONS["select"](y, place, -1)
    return times(FUNCTIONS["sum"](y, place) - times(ends, 0.5), step)


def gradient(
    input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The slopes along each of the dimensions, by central differences inside and one-sided ones at the ends."""
    ndim = input._data.ndim
    dims = tuple(range(ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    several = isinstance(spacing, (tuple, list))
    if isinstance(spacing, Tensor):
        if spacing._data.ndim:
            raise Misfit
        spacing = spacing.item()
    steps: Sequence[Any] = spacing if several else [1 if spacing is None else spacing] * len(dims)
    if several and dim is None and len(steps) != ndim:
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{ndim}', since dim argument was not given, but got a list of length {len(steps)}"
        )
    if len(steps) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
            f"same length, but got a spacing argument of length {len(steps)} and a dim argument of length {len(dims)}."
        )
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    axes_of(dims, ndim, "gradient")
    for each in steps:
        if isinstance(each, Tensor) and each._data.ndim != 1:
            raise RuntimeError(
                "torch.gradient expected each element of spacing to have one dimension, but got an element with "
                f"{each._data.ndim} dimensions!"
            )
    places = [wrap_dim(each, ndim) for each in dims]
    if any(input._data.shape[place] < edge_order + 1 for place in places):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple([slope(input, place, step, edge_order) for place, step in zip(places, steps, strict=True)])


def slope(x: Tensor, dim: int, step: Any, edge_order: int) -> Tensor:
    length = x._data.shape[dim]

    def at(start: int, stop: int) -> Any:
        return part(x, dim, start if start >= 0 else length + start, stop if stop > 0 else length + stop)

    if isinstance(step, Tensor):
        shape = [-1 if axis == dim else 1 for axis in range(x._data.ndim)]
        h: Any = diff(step)
        before: Any = reshape(part(h, 0, 0, h._data.size - 1), shape)
        behind: Any = reshape(part(h, 0, 1, h._data.size), shape)
        both = before + behind
        low, own, high = -behind / (before * both), (behind - before) / (before * behind), before / (behind * both)
        middle = low * at(0, -2) + own * at(1, -1) + high * at(2, length)
        first, last = (at(1, 2) - at(0, 1)) / h[0], (at(-1, length) - at(-2, -1)) / h[-1]
        if edge_order == 2:
            one, two = h[0], h[1]
            first = (
                -(2 * one + two) / (one * (one + two)) * at(0, 1) + (one + two) / (one * two) * at(1, 2)
                + -one / (two * (one + two)) * at(2, 3)
            )
            two, one = h[-2], h[-1]
            last = (
                one / (two * (two + one)) * at(-3, -2) + -(one + two) / (two * one) * at(-2, -1)
                + (2 * one + two) / (one * (two + one)) * at(-1, length)
            )
    else:
        middle = (at(2, length) - at(0, -2)) / (2 * step)
        first, last = (at(1, 2) - at(0, 1)) / step, (at(-1, length) - at(-2, -1)) / step
        if edge_order == 2:
            first = (at(0, 1) * -1.5 + at(1, 2) * 2 - at(2, 3) * 0.5) / step
            last = (at(-1, length) * 1.5 - at(-2, -1) * 2 + at(-3, -2) * 0.5) / step
    return FUNCTIONS["cat"]([first, middle, last], dim)


entry.publish("diff", diff)
for _name in ("trapezoid", "trapz"):
    entry.publish(_name, trapezoid, method=False)
entry.publish("cumulative_trapezoid", cumulative_trapezoid, method=False)
entry.publish("gradient", gradient, method=False)


# ---- spread of several variables


def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariances of the variables that are the rows of ``input``."""
    if input._data.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input._data.ndim} dimensions"
        )
    if input._data.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x: Any = input if input._data.ndim == 2 else reshape(input, (1, -1))
    if x._data.dtype.kind not in "fcV":
        x = x.to(dtypes.get_default_dtype())
    count = x._data.shape[1]
    weights: Any = None
    for word, kind, each in (("fweights", "integral", fweights), ("aweights", "floating point", aweights)):
        if each is not None:
            given = each._data
            if given.ndim > 1:
                raise RuntimeError(
                    f"cov(): expected {word} to have one or fewer dimensions but got {word} with {given.ndim} "
                    "dimensions"
                )
            if given.dtype.kind not in ("iu" if word == "fweights" else "fV"):
                raise RuntimeError(
                    f"cov(): expected {word} to have {kind} dtype but got {word} with {each.dtype.scalar_type} dtype"
                )
            if given.size != count:
                raise RuntimeError(
                    f"cov(): expected {word} to have the same numel as there are observations in the input but got "
                    f"{given.size} != {count}"
                )
            if count and not given.min() >= 0:  # nan is not either
                raise RuntimeError(f"cov(): {word} cannot be negative")
            weights = each if weights is None else weights * each
    total = FUNCTIONS["tensor"](count) if weights is None else FUNCTIONS["sum"](weights)
    if weights is not None and not total._data:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = FUNCTIONS["sum"](x if weights is None else x * weights, 1) / total
    if aweights is None or not correction:
        free: Any = total - correction
    else:
        free = total - FUNCTIONS["sum"](weights * aweights) * correction / total
    if free._data <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            UserWarning,
            stacklevel=3,
        )
        free.zero_()
    centered = x - FUNCTIONS["unsqueeze"](mean, 1)
    other = centered if weights is None else centered * weights
    product = FUNCTIONS["mm"](centered, FUNCTIONS["t"](FUNCTIONS["conj"](other)))
    return FUNCTIONS["squeeze"](FUNCTIONS["true_divide"](product, free))


def corrcoef(input: Tensor) -> Tensor:
    """The correlations of the variables that are the rows of ``input``."""
    if input._data.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input._data.ndim} dimensions"
        )
    c: Any = cov(input)
    if not c._data.ndim:
        return c / c
    deviations = FUNCTIONS["sqrt"](c.diag())
    c = c / FUNCTIONS["unsqueeze"](deviations, 1) / FUNCTIONS["unsqueeze"](deviations, 0)
    return c if c._data.dtype.kind == "c" else FUNCTIONS["clamp"](c, -1, 1)


entry.publish("cov", cov)
entry.publish("corrcoef", corrcoef)


# ---- products and distances


@op(
    "cross_",
    method=False,
    module=False,
    node="LinalgCrossBackward0",
    x=broadcast_sum(lambda xp, g, y, dim: xp.cross_(xp.conj(y), g, dim), "x"),
    y=broadcast_sum(lambda xp, g, x, dim: xp.cross_(g, xp.conj(x), dim), "y"),
)
def crossed(x: Array, y: Array, dim):
    """The vector product along a dimension of length 3."""
    shape = layout.broadcast_shapes(x.shape, y.shape)
    x, y = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
    if x.dtype.kind == "c" or y.dtype.kind == "c":
        x, y = together(x, y)
        return np.asarray(
            multiplied(np.roll(x, -1, dim), np.roll(y, -2, dim)) - multiplied(np.roll(x, -2, dim), np.roll(y, -1, dim))
        )
    less = np.roll(x, -2, dim) * np.roll(y, -1, dim)
    if x.dtype == y.dtype and x.dtype.char in "fd":
        # torch's compiler multiplies the first two and subtracts the rounded product of the others with one rounding.
        once = fused.fma32 if x.dtype.char == "f" else fused.fma64
        return once(np.roll(x, -1, dim), np.roll(y, -2, dim), -less)
    return np.asarray(np.roll(x, -1, dim) * np.roll(y, -2, dim) - less)


def multiplied(x: Array, y: Array) -> Array:
    """A product of complex numbers as torch's compiler makes it: each part rounds three times, in double twice."""
    out = np.empty(x.shape, x.dtype)
    a, b, c, d = x.real, x.imag, y.real, y.imag
    if x.dtype.char == "F":
        out.real, out.imag = a * c - b * d, a * d + b * c
    else:
        out.real, out.imag = fused.fma64(a, c, -(b * d)), fused.fma64(a, d, b * c)
    return out


def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """The vector product along ``dim``, or along the first dimension of length 3."""
    x, y = input._data, other._data
    if dim is None:
        warn_once(
            "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or "
            "simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross "
            "in a future release.", stacklevel=3,
        )
        found = [axis for axis, size in enumerate(x.shape) if size == 3]
        if not found:
            raise RuntimeError("no dimension of size 3 in input")
        dim = found[0]
    place = wrap_dim(whole_number(dim), x.ndim)
    if x.ndim != y.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if x.shape[place] != 3 or y.shape[place] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[place]} and {y.shape[place]}"
        )
    return ended("cross", out, crossed(input, other, place - max(x.ndim, y.ndim)), input, other)


def distance_x(xp, g, x, y, out, p):
    """The gradient of the norm of the difference."""
    difference = x - y
    return norm_x(xp, g, difference, out, difference.shape, None, p, False)


@op(
    "dist_",
    method=False,
    module=False,
    node="DistBackward0",
    without=real_parts,
    x=broadcast_sum(distance_x, "x"),
    y=broadcast_sum(lambda xp, g, x, y, out, p: -distance_x(xp, g, x, y, out, p), "y"),
)
def distance(x: Array, y: Array, p):
    x, y = together(x, y)
    difference = x - y
    # The norm adds in the order of memory.
    return reduce.norm(layout.laid_out(difference, x, y) if difference.ndim > 1 else difference, p, None, False)


def dist(input: Tensor, other: Tensor, p: Any = 2) -> Tensor:
    """The p-norm of the difference."""
    difference = FUNCTIONS["sub"](input.detach(), other.detach())
    if difference.dtype is dtypes.complex32:
        raise absent("torch.complex32")
    if difference._data.dtype.kind not in "fcV":
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{difference.dtype.scalar_type} instead."
        )
    return distance(input, other, float(p))


def between_x(xp, g, x, y, out, p):
    """The gradients of all distances from each row, added up."""
    if p == 0:
        return xp.zeros_like(x)
    difference = xp.unsqueeze(x, -2) - xp.unsqueeze(y, -3)
    last = (len(difference.shape) - 1,)
    if p == float("inf"):  # each that attains it receives all
        reached = xp.abs(difference) == xp.unsqueeze(out, -1)
        return xp.sum(xp.where(reached, xp.unsqueeze(g, -1) * xp.sgn(difference), 0.0), (len(difference.shape) - 2,))
    slopes = norm_x(xp, xp.unsqueeze(g, -1), difference, xp.unsqueeze(out, -1), difference.shape, last, p, True)
    return xp.sum(slopes, (len(difference.shape) - 2,))


def between_y(xp, g, x, y, out, p):
    return between_x(xp, xp.transpose(g, -2, -1), y, x, xp.transpose(out, -2, -1), p)


@op(
    "cdist_", method=False, module=False, node="CdistBackward0",
    x1=broadcast_sum(lambda xp, g, x1, x2, out, p: between_x(xp, g, x1, x2, out, p), "x1"),
    x2=broadcast_sum(lambda xp, g, x1, x2, out, p: between_y(xp, g, x1, x2, out, p), "x2"),
)
def between(x1: Array, x2: Array, p):
    difference = x1[..., :, None, :] - x2[..., None, :, :]
    return np.ascontiguousarray(reduce.norm(difference, p, (difference.ndim - 1,), False))


COMPUTE_MODES = (
    "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
)


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = COMPUTE_MODES[0]) -> Tensor:
    """The p-norms of the differences of each row of ``x1`` and each row of ``x2``."""
    if compute_mode not in COMPUTE_MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return distances(x1, x2, p, COMPUTE_MODES.index(compute_mode))


def distances(x1: Tensor, x2: Tensor, p: Any, mode: int) -> Tensor:
    """The same by the number of a mode."""
    if not is_number(p):
        raise Misfit
    for word, each in (("X1", x1), ("X2", x2)):
        if each._data.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {word} got: {each._data.ndim}D")
    if x1._data.shape[-1] != x2._data.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1._data.shape[-1]} X2: {x2._data.shape[-1]}"
        )
    for word, each in (("X1", x1), ("X2", x2)):
        if each._data.dtype.kind not in "fV":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {word} got: {each.dtype.scalar_type}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    batch = layout.broadcast_shapes(x1._data.shape[:-2], x2._data.shape[:-2])
    if x1._data.dtype != x2._data.dtype:
        raise RuntimeError(f"expected scalar type {x1.dtype.scalar_type} but found {x2.dtype.scalar_type}")
    if x1._data.dtype.itemsize == 2:
        raise NotImplementedError(f"\"cdist\" not implemented for '{x1.dtype.scalar_type}'")
    rows, columns = x1._data.shape[-2], x2._data.shape[-2]
    many = mode == 0 and (rows > 25 or columns > 25)
    full = 0 not in (*batch, rows, columns, x1._data.shape[-1])
    if p == 2 and full and (many or mode == 1):
        return by_products(x1, x2, batch)
    return between(x1, x2, float(p))


distances = entry.guarded("cdist", distances, False)


def by_products(x: Any, y: Any, batch: tuple[int, ...]) -> Tensor:
    """Distances by one product of matrices: the square of a difference is two squares less twice a product."""
    shape = (*batch, x._data.shape[-2], y._data.shape[-2])
    count = prod(batch)
    if count == 1:
        return euclidean(x, y).view(shape)  # type: ignore[no-any-return]
    lead = (count,)
    x, y = [reshape(expand(each, (*batch, *each._data.shape[-2:])), (*lead, *each._data.shape[-2:])) for each in (x, y)]
    return euclidean(x, y).view(shape)  # type: ignore[no-any-return]


def through_products(xp, g, own, other, out):
    """What the rows of one side receive: nothing from pairs without a distance."""
    ratio = xp.where(out == 0, 0.0, g / out)
    return own * xp.sum(ratio, (len(ratio.shape) - 1,), True) - ratio @ other


@op(
    "euclidean", method=False, module=False, node="EuclideanDistBackward0",
    x=lambda xp, g, x, y, out: through_products(xp, g, x, y, out),
    y=lambda xp, g, x, y, out: through_products(xp, xp.transpose(g, -2, -1), y, x, xp.transpose(out, -2, -1)),
)
def euclidean(x: Array, y: Array):
    a: Any = wrap(x)
    b: Any = wrap(y)
    squares = [FUNCTIONS["sum"](each.pow(2), -1, True) for each in (a, b)]
    ones = [FUNCTIONS["ones_like"](each) for each in squares]
    left = FUNCTIONS["cat"]([times(a, -2), squares[0], ones[0]], -1)
    right = FUNCTIONS["cat"]([b, ones[1], squares[1]], -1)
    found: Any = FUNCTIONS["matmul"](left, FUNCTIONS["transpose"](right, -2, -1))
    return found.clamp_min(0).sqrt()._data


def renorm_x(xp, g, x, p, dim, maxnorm):
    """The gradient through the factor that each slice was shrunk by."""
    axes = tuple([axis for axis in range(len(x.shape)) if axis != dim])
    norms = xp.vector_norm_(x, p, axes, True)
    inverse = xp.reciprocal(norms + 1e-7)
    inner = xp.sum(g * xp.conj(x), axes, True)
    along = norm_x(xp, inner * inverse * inverse, x, norms, x.shape, axes, p, True)
    return xp.where(norms > maxnorm, (g * inverse - along) * maxnorm, g)


@op("renorm_", method=False, module=False, node="RenormBackward0", x=renorm_x)
def shrunk(x: Array, p, dim, maxnorm):
    axes = tuple(axis for axis in range(x.ndim) if axis != dim)
    norms = reduce.norm(x, float(p), axes, True)
    return x * np.where(norms > maxnorm, maxnorm / (norms + 1e-7), 1.0).astype(x.dtype)


def renorm(input: Tensor, p: Any, dim: int, maxnorm: Any, *, out: Tensor | None = None) -> Tensor:
    """``input`` with the slices along ``dim`` shrunk to a p-norm of at most ``maxnorm``."""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input._data.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input._data.ndim} dimensions")
    place = from_front(whole_number(dim), input._data.ndim)
    return ended("renorm", out, shrunk(input, p, place, float(maxnorm)), input)


entry.publish("cross", cross)
entry.publish("dist", dist)
FUNCTIONS["cdist"] = cdist
entry.publish("renorm", renorm)
entry.publish("renorm_", in_place(renorm, elementwise=False), module=False)


# ---- shapes and powers


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of the elements of a vector, as rows."""
    if x._data.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x._data.size if N is None else whole_number(N)
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    dtype = x.dtype if x._data.dtype.kind in "fcV" else dtypes.int64
    result = FUNCTIONS["empty"](x._data.size, count, dtype=dtype)
    if count > 0:
        result[:, 0] = 1
    if count > 1:
        result[:, 1:] = FUNCTIONS["unsqueeze"](x, 1)
        FUNCTIONS["narrow"](result, 1, 1, count - 1).copy_(
            FUNCTIONS["cumprod"](FUNCTIONS["narrow"](result, 1, 1, count - 1).clone(), 1)
        )
    return result if increasing else FUNCTIONS["flip"](result, (1,))


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The places in a tensor of ``shape`` that positions in the flattened tensor name."""
    if indices._data.dtype.kind not in "iu":
        raise ValueError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    rest = indices._data.astype(np.int64)
    found = []
    for place in range(len(sizes)):
        stride = prod(sizes[place + 1 :])
        found.append(rest // stride % sizes[place])
    return tuple(FUNCTIONS["unbind"](wrap(np.stack(found, -1)), -1)) if found else ()


entry.publish("vander", vander, method=False)
entry.publish("unravel_index", unravel_index, method=False)
