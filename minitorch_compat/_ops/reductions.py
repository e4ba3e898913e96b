"""Operations that take dimensions away, and running sums and extremes along one."""

from __future__ import annotations

import warnings
from collections import namedtuple
from collections.abc import Callable
from math import prod as product_of
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import Misfit
from .._core.families import FLOAT32, FLOAT64, axes_of, reduction, refuse_narrow
from .._core.forms import FUNCTIONS, in_place, publish, wants_grad, write_out
from .._core.operations import op
from .._core.recording import arrays, tensors
from .._core.saved_names import as_given, axes_as_given, from_front
from .._core.tensor import Tensor, numbers_of, whole_number, wrap, wrap_dim
from .._kernels import reduce as kernels
from .._kernels import scalar_types as types
from .._kernels import shape as shapes
from .._kernels import summation
from .._kernels.layout import in_order
from .._kernels.scalar_types import FEW_KERNELS, NARROW
from . import entry

ndarray = np.ndarray
asarray = np.asarray
Array = ndarray


# ---- what backward formulas need of shapes


def expand(x: Any, shape: tuple[int, ...]) -> ndarray:
    """``x`` seen in a larger shape."""
    if type(x) is not ndarray:
        x = asarray(x)
    return x.view() if x.shape == shape else shapes.expand_to(x, shape)


def sum_to_size(x: Any, shape: tuple[int, ...]) -> ndarray:
    """``x`` summed over what broadcasting from ``shape`` added."""
    if not isinstance(x, ndarray):
        x = asarray(x)
    if x.shape == shape:
        return x
    new = x.ndim - len(shape)
    axes = [
        place for place in range(x.ndim) if place < new or (shape[place - new] == 1 and x.shape[place] != 1)
    ]
    if axes:
        x = summation.sum(x, tuple(axes), True)
        if not new or not shape:
            # Without dimensions to drop, or where all are, torch hands on the sum itself.
            x = x.reshape(shape)
            return x if x.base is None else x.copy()
    return x.reshape(shape)


arrays.expand = expand
arrays.sum_to_size = sum_to_size


def sum_to_size_(input: Tensor, *given: Any, size: Any = None) -> Tensor:
    """``input`` summed to ``size``, a shape that broadcasts to its own."""
    from .shape import named_or_positional, sizes_of

    shape = sizes_of("sum_to_size", named_or_positional(given, size))
    own = input._data.shape
    new = len(own) - len(shape)
    if new < 0 or any(want not in (1, have) for want, have in zip(shape, own[new:], strict=True)):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(own)}}}.")
    if not shape:
        return sum(input)
    axes = [place for place in range(len(own)) if place < new or (shape[place - new] == 1 and own[place] != 1)]
    if axes:
        input = sum(input, tuple(axes), True)
    return tensors.reshape(input, shape) if new else input


publish("sum_to_size", sum_to_size_, module=False)
tensors.sum_to_size = lambda g, shape: sum_to_size_(g, tuple(shape))


@op(method=False, module=False)
def count_as(mask: Array, like: Array, dim):
    """How often a mask is true along ``dim``, kept as dimensions, in the dtype of ``like``."""
    return asarray(np.add.reduce(mask, dim, np.int64, keepdims=True)).astype(like.dtype)


def share(xp, g, mask, dim):
    """The gradient of an extreme, in equal parts to all that attain it; where none does, torch divides by zero."""
    return g / xp.count_as(mask, g, dim) * mask


def share_filled(xp, g, mask, dim):
    """The same where torch fills its zeros: where none attains it, none receives anything."""
    return xp.where(mask, g / xp.count_as(mask, g, dim), 0.0)


# ---- sums


def check_mean(x: Tensor, dim: Any, dtype: Any) -> None:
    given = dtypes.of(x._data) if dtype is None else dtype
    if given.category < dtypes.FLOAT:
        source = "Input" if dtype is None else "Optional"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {source} dtype must be either a floating point or complex dtype. "
            f"Got: {given.scalar_type}"
        )


def counted(shape: tuple[int, ...], dim: tuple[int, ...] | None) -> int:
    """How many elements go into one result."""
    return product_of(shape if dim is None else [shape[each] for each in dim])


def share_out(g: Any, shape: tuple[int, ...], count: int) -> ndarray:
    """``g`` expanded to ``shape``, then divided by ``count``: a dense array, as the division leaves it."""
    if type(g) is ndarray and count and g.size == 1 and ((dtype := g.dtype) is FLOAT32 or dtype is FLOAT64):
        whole = np.empty(shape, dtype)
        # A quotient of two float32 is rounded to double on its way without harm.
        whole.fill(g.item() / count)
        return whole
    return expand(g, shape) / count


arrays.share_out = share_out
tensors.share_out = lambda g, shape, count: tensors.expand(g, shape) / count

sum = reduction(
    "sum",
    summation.sum,
    dtypes.to_sum,
    x=lambda xp, g, shape: xp.expand(g, shape),
    nodes=("SumBackward0", "SumBackward1"),
    typed=True,
)
mean = reduction(
    "mean",
    summation.mean,
    x=lambda xp, g, shape, dim: xp.share_out(g, shape, counted(shape, dim)),
    nodes=("MeanBackward0", "MeanBackward1"),
    typed=True,
    check=check_mean,
)


def check_nansum(x: Tensor, dim: Any, dtype: Any) -> None:
    if x._data.dtype.kind == "c":
        raise RuntimeError("nansum on CPU does not support complex inputs")


nansum = reduction(
    "nansum",
    kernels.nansum,
    dtypes.to_sum,
    check=check_nansum,
    x=lambda xp, g, x, shape: xp.expand(g, shape) * xp.logical_not(xp.isnan(x)),
    typed=True,
)


def nanmean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Tensor:
    """The mean of the elements that are numbers."""
    if input._data.dtype.kind not in "fcV":
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype.scalar_type}"
        )
    if dtype is not None and dtype.category < dtypes.FLOAT:
        raise RuntimeError(
            "nanmean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. "
            f"Got: {dtype.scalar_type}"
        )
    numbers = sum(~FUNCTIONS["isnan"](input.detach()), dim, keepdim)  # type: ignore[operator]
    result = nansum(input, dim, keepdim, dtype) / numbers  # type: ignore[operator]
    return result if out is None else write_out("nanmean", out, result, (input,))


entry.publish("nanmean", nanmean)


def others(xp, x, dim):
    """For each element the product of all others along ``dim``, without a division."""
    count = x.shape[dim]
    first = xp.slice(x, dim, 0, 1, 1)
    ones = xp.zeros_like(first) + 1
    before = xp.cumprod(xp.cat([ones, xp.slice(x, dim, 0, count - 1, 1)], dim), dim)
    after = xp.cumprod(xp.cat([ones, xp.flip_(xp.slice(x, dim, 1, count, 1), (dim,))], dim), dim)
    return before * xp.flip_(after, (dim,))


def has_zero(x: Any) -> bool:
    return not (x if isinstance(x, ndarray) else numbers_of(x)).all()


def prod_x(xp, g, x, out, shape, dim):
    """The product divided by each element, or, where one is zero, multiplied up without it."""
    if not shape:
        return xp.clone(g)
    if not has_zero(x):
        return g * xp.conj(out / x)
    if dim is None:
        if xp is arrays and np.count_nonzero(x) < x.size - 1:
            # Each product of the others has a zero in it, whatever arrives.
            return xp.zeros_like(x)
        if x.shape == (1,) * len(shape):
            return xp.reshape(g, shape)
        flat = xp.reshape(x, (-1,))
        return xp.expand(g, shape) * xp.conj(xp.reshape(others(xp, flat, 0), shape))
    if shape[dim[0]] == 1:
        return g
    return xp.expand(g, shape) * xp.conj(others(xp, x, dim[0]))


_prod = reduction("prod", kernels.prod, dtypes.to_sum, x=prod_x, nodes=("ProdBackward0", "ProdBackward1"), typed=True)



def prod(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Tensor:
    """The product of all elements, or along one dimension."""
    if dim is None and keepdim:
        raise Misfit
    result = _prod(input, None if dim is None else one_dim(dim), keepdim, dtype)
    return result if out is None else write_out("prod", out, result, (input,))


entry.publish("prod", prod)


def running_back(xp: Any, g: Any, dim: int) -> Any:
    """Running sums from the other end; a gradient in which there is nothing to add is handed on."""
    if product_of(g.shape) <= 1 or g.shape[dim] == 1:
        return g
    return xp.flip_(xp.cumsum(xp.flip_(g, (dim,)), dim), (dim,))


@op(
    inplace="as a whole",
    x=lambda xp, g, dim: running_back(xp, g, dim),
)
def cumsum(x: Array, dim, *, dtype=None):
    """Running sums."""
    return kernels.cumsum(x, wrap_dim(dim, x.ndim), None if dtype is None else dtype.numpy)


def cumprod_x(xp, g, x, out, dim):
    """Sums, from the end, of the running products, each divided by the element; without a division near zeros."""
    if not x.size if isinstance(x, ndarray) else not x.numel():
        return xp.zeros_like(g)
    if not g.ndim or g.shape[dim] == 1:
        return g
    if not has_zero(x):
        run = xp.flip_(xp.cumsum(xp.flip_(g * xp.conj(out), (dim,)), dim), (dim,))
        return run / xp.conj(x)
    if xp is arrays:
        return cumprod_beside_zeros(g, x, out, dim)
    parts = []
    count = x.shape[dim]
    for place in range(count):
        # The products from here on, with this element left out.
        before = xp.slice(out, dim, place - 1, place, 1) if place else None
        one = xp.zeros_like(xp.slice(x, dim, place, place + 1, 1)) + 1
        rest = xp.cumprod(xp.cat([one, xp.slice(x, dim, place + 1, count, 1)], dim), dim)
        weights = rest if before is None else rest * before
        parts.append(xp.sum(xp.slice(g, dim, place, count, 1) * xp.conj(weights), (dim,), True))
    return xp.cat(parts, dim)


def cumprod_beside_zeros(g: ndarray, x: ndarray, out: ndarray, dim: int) -> ndarray:
    """The same of arrays: before the first zero of a row by division, at it without it, and behind it nothing."""
    zeros = x == 0
    passed = np.cumsum(zeros, dim)
    first = zeros & (passed == 1)
    none = g.dtype.type(0)
    weights = np.where(passed == 0, g * out.conj(), none)
    before = np.flip(arrays.cumsum(np.flip(weights, dim), dim), dim) / np.where(zeros, x.dtype.type(1), x.conj())
    rest = arrays.cumprod(np.where(first, x.dtype.type(1), x), dim).conj()
    there = arrays.sum(np.where(passed == 1, g * rest, none), (dim,), True)
    return np.where(passed == 0, before, np.where(first, there, none))


@op(inplace="as a whole", x=cumprod_x)
def cumprod(x: Array, dim, *, dtype=None):
    """Running products."""
    return kernels.cumprod(x, wrap_dim(dim, x.ndim), None if dtype is None else dtype.numpy)


def refuse_truth(name: str) -> Any:
    """What refuses running results of truth values in their own place."""

    def first(x: Tensor, dim: Any, **named: Any) -> None:
        if x._data.dtype.kind == "b" and x._data.ndim and x._data.size:
            wrap_dim(dim, x._data.ndim)
            raise types.not_implemented(f"{name}_out_cpu", x._data.dtype)

    return first


def in_own_dtype(running: Any) -> Any:
    """Running results, of a single truth value a truth value."""
    def call(x: Tensor, dim: Any, *, dtype: Any = None) -> Tensor:
        made: Tensor = running(x, dim, dtype=dtype)
        return made.to(x.dtype) if x._data.dtype.kind == "b" else made

    return call


for _running in (cumsum, cumprod):
    publish(
        _running.__name__ + "_",
        in_place(in_own_dtype(_running), elementwise=False, first=refuse_truth(_running.__name__)), module=False
    )


@op(x=lambda xp, g, x, out, dim: _logcumsumexp_x(xp, g, x, out, dim))
def logcumsumexp(x: Array, dim):
    """Logarithms of running sums of exponentials."""
    return kernels.logcumsumexp(x, wrap_dim(dim, x.ndim))


def _logcumsumexp_x(xp, g, x, out, dim):
    if not g.ndim:
        return g
    return xp.exp(x) * xp.flip_(xp.cumsum(xp.flip_(g * xp.exp(-out), (dim,)), dim), (dim,))


# ---- extremes


def extreme(name: str, kernel: Any) -> None:
    """Declare ``amax`` or ``amin``."""

    def forward(x: ndarray, axes: Any, keepdim: bool) -> ndarray:
        if not x.size and axes is None:
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                "with the 'dim' argument."
            )
        if x.dtype.kind == "c" and x.size:
            raise types.not_implemented(f"{name[1:]}_values_cpu", x.dtype)
        return kernel(x, axes, keepdim)

    def first(x: Tensor, dim: Any, dtype: Any) -> None:
        """What is said of a tensor without elements before dimensions are counted, and named as they were given."""
        shape = x._data.shape
        if not shape or x._data.size or dim is None:
            return
        for each in dim if isinstance(dim, (tuple, list)) else (dim,):
            if not shape[wrap_dim(each, len(shape))]:
                raise IndexError(f"{name}(): Expected reduction dim {each} to have non-zero size.")
        if x._data.dtype.kind == "c" and wants_grad(x) and axes_of(dim, len(shape), name):
            raise errors.real_only(name)

    def shared(xp, g, x, out, dim):
        return share(xp, g, x == out, dim)

    reduction(name, forward, x=shared, check=first)


extreme("amax", kernels.amax)
extreme("amin", kernels.amin)


def named(name: str, *fields: str) -> Any:
    """The named tuple ``torch.return_types.name``."""
    build: Any = namedtuple
    made = build(name, fields)
    made.__module__ = "torch.return_types"
    made.__reduce__ = lambda self: (named_again, (name, tuple(self)))
    made.__repr__ = lambda self: (
        f"torch.return_types.{name}(\n" + ",\n".join(f"{each}={getattr(self, each)!r}" for each in fields) + ")"
    )
    return made


def named_again(name: str, values: tuple[Any, ...]) -> Any:
    """The named tuple ``torch.return_types.name`` of these values, from its pickle."""
    if name not in RETURN_TYPES:
        from . import sorting  # noqa: F401
    return RETURN_TYPES[name](*values)


RETURN_TYPES: dict[str, Any] = {}


def pair(name: str, *fields: str) -> Any:
    """A named tuple of values and indices, entered into ``torch.return_types``."""
    made = RETURN_TYPES[name] = named(name, *(fields or ("values", "indices")))
    return made


def one_dim(dim: Any) -> int:
    """A dimension given as one integer; Misfit for anything else."""
    if isinstance(dim, bool) or not isinstance(dim, (int, np.integer)):
        raise Misfit
    return int(dim)


def selecting(name: str, kernel: Callable[..., Any], arg: Any, whole: Any) -> None:
    """Declare ``max`` or ``min`` in its three forms: of all elements, along a dimension, of two tensors."""
    results = pair(name)
    title = name.capitalize()

    def all_elements(x: ndarray, axes: Any, keepdim: bool) -> ndarray:
        if not x.size:
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                "with the 'dim' argument."
            )
        if x.dtype.kind == "c":
            raise types.not_implemented(f"{name}_all", x.dtype)
        return kernel(x, None, False)

    everything = reduction(
        name, all_elements, x=lambda xp, g, x, out: xp.written(share_filled(
            xp, g, xp.logical_or(x == out, xp.logical_and(xp.isnan(x), xp.isnan(out))), None
        )),
        nodes=(f"{title}Backward1",) * 2,
    )

    @op(
        name + "_along",
        method=False,
        module=False,
        node=f"{title}Backward0",
        results=("values", "indices"),
        x=lambda xp, g, x_shape, indices, dim, keepdim: xp.written_twice(xp.gather_backward(
            kept(xp, g, dim, keepdim, x_shape), x_shape, dim, kept(xp, indices, dim, keepdim, x_shape)
        )),
    )
    def along(x: Array, dim, keepdim):
        if x.ndim and not x.shape[dim]:
            raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
        if x.dtype.kind == "c":
            raise RuntimeError(f"{name}(): does not support complex input")
        if not x.ndim:
            return asarray(kernel(x, dim, keepdim)), asarray(arg(x, dim, keepdim))
        found = arg(x, dim, True)
        values = np.take_along_axis(x, found, dim)
        if not keepdim:
            values, found = values.squeeze(dim), found.squeeze(dim)
        return in_order(values), in_order(found)

    def function(
        input: Tensor, dim: Any = None, keepdim: Any = None, *, out: Any = None, other: Any = None, axis: Any = None,
        keepdims: Any = None
    ) -> Any:
        dim = axis if dim is None else dim
        keepdim = keepdims if keepdim is None else keepdim
        if isinstance(dim, Tensor):
            if keepdim is None:
                dim, other = None, dim
            else:  # the number of a dimension
                dim = whole_number(dim) if not dim._data.ndim and dim._node is None else None
        if keepdim is not None and (not isinstance(keepdim, bool) or other is not None or dim is None):
            raise Misfit
        if other is not None:
            return FUNCTIONS[name + "imum"](input, other, out=out)
        if dim is None:
            result = everything(input)
            return result if out is None else write_out(name, out, result, (input,))
        values, indices = along(input, from_front(one_dim(dim), input._data.ndim), bool(keepdim))
        if out is not None:
            values = write_out(name, out[0], values, (input,))
            indices = write_out(name, out[1], indices, (input,))
        return results(values, indices)

    entry.publish(name, function)


def kept(xp, x, dim, keepdim, shape):
    """The result of a reduction, or its gradient, with the reduced dimension in its place."""
    return x if keepdim or not shape else xp.unsqueeze(x, dim)


selecting("max", kernels.amax, kernels.argmax, None)
selecting("min", kernels.amin, kernels.argmin, None)


def arg_extreme(name: str, kernel: Any) -> None:
    """Declare ``argmax`` or ``argmin``."""

    def function(
        input: Tensor, dim: int | None = None, keepdim: bool = False, *, out: Tensor | None = None, axis: Any = None
    ) -> Tensor:
        x = input._data
        dim = axis if dim is None else dim
        dim = None if dim is None else one_dim(dim)
        if x.dtype.kind in "bc":
            kind = "bool" if x.dtype.kind == "b" else "complex"
            raise RuntimeError(f"{name}(): does not support {kind} input")
        if x.dtype.char in FEW_KERNELS:
            if dim is not None:
                wrap_dim(dim, x.ndim)
            refuse_narrow(name, x.dtype)
        if not x.size:
            if dim is None:
                raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
            if not x.shape[wrap_dim(dim, x.ndim)]:
                raise IndexError(
                    f"{name}(): Expected reduction dim {wrap_dim(dim, x.ndim)} to have non-zero size."
                )
        result = wrap(asarray(kernel(x, None if dim is None else wrap_dim(dim, x.ndim), keepdim)))
        return result if out is None else write_out(name, out, result, (input,))

    entry.publish(name, function)


arg_extreme("argmax", kernels.argmax)
arg_extreme("argmin", kernels.argmin)


def both_extremes(xp, g, x, low, high, dim, keepdim, shape):
    """The gradients of the smallest and of the largest element, each shared out to all that attain it."""
    parts = []
    for gradient, extreme in zip(g, (low, high), strict=True):
        if gradient is not None:
            mask = x == raised(xp, extreme, shape, dim, keepdim)
            parts.append(share(xp, raised(xp, gradient, shape, dim, keepdim), mask, dim))
    return parts[0] if len(parts) == 1 else xp.written(parts[0] + parts[1])


@op("aminmax_", method=False, module=False, node="AminmaxBackward0", results=("low", "high"), x=both_extremes)
def low_and_high(x: Array, dim, keepdim):
    if not x.size and dim is None:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    if dim is not None and not x.shape[dim[0]]:
        raise IndexError(f"aminmax: Expected reduction dim {dim[0]} to have non-zero size.")
    if x.dtype.kind == "c":
        raise types.not_implemented("aminmax_cpu", x.dtype)
    return kernels.aminmax(x, dim, keepdim)


def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False, out: Any = None) -> Any:
    """The smallest and the largest element."""
    axes = None if dim is None else (from_front(one_dim(dim), input._data.ndim),) if input._data.ndim else None
    found = low_and_high(input, axes, keepdim)
    if out is not None:
        found = tuple([write_out("aminmax", place, each, (input,)) for place, each in zip(out, found, strict=True)])
    return RETURN_TYPES["aminmax"](*found)


pair("aminmax", "min", "max")
entry.publish("aminmax", aminmax)


def running(name: str, kernel: Any) -> None:
    """Declare ``cummax`` or ``cummin``."""
    results = pair(name)

    @op(
        name + "_along",
        method=False,
        module=False,
        node=f"{name.capitalize()}Backward0",
        results=("values", "indices"),
        x=lambda xp, g, x, x_shape, indices, dim: xp.written_twice(xp.gather_backward(g, x_shape, dim, indices)),
    )
    def along(x: Array, dim):
        if not x.ndim or not x.size:
            return x.copy(), np.zeros(x.shape, np.int64)
        return kernel(x, dim)

    def function(input: Tensor, dim: int, *, out: Any = None) -> Any:
        made = along(input, from_front(dim, input._data.ndim))
        if made[0]._node is not None and made[0].is_complex():
            raise errors.real_only(name)
        return results(*made)

    publish(name, function)


running("cummax", kernels.cummax)
running("cummin", kernels.cummin)


# ---- counts and truth


def truth(name: str, kernel: Any) -> None:
    """Declare ``all`` or ``any``."""

    def function(
        input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Tensor | None = None, axis: Any = None,
        keepdims: bool = False
    ) -> Tensor:
        x, dim = input._data, axis if dim is None else dim
        if out is not None and out._data.dtype.char not in "?B":
            raise RuntimeError(f"{name} only supports bool tensor for result, got: {out.dtype.scalar_type}")
        axes = axes_of(dim, x.ndim, name)
        if axes is None and dim is not None and not isinstance(dim, int):  # along no dimension, each element for itself
            x, axes = x[..., None], (x.ndim,)
            keepdim = keepdims = False
        made = in_order(asarray(kernel(x, axes, keepdim or keepdims)))
        return wrap(made) if out is None else write_out(name, out, wrap(made.astype(out._data.dtype, copy=False)), ())

    entry.publish(name, function)


truth("all", kernels.all)
truth("any", kernels.any)


def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not zero."""
    if input._data.dtype.char in (FEW_KERNELS if dim is None else NARROW):
        refuse_narrow("count_nonzero", input._data.dtype)
    return wrap(asarray(kernels.count_nonzero(input._data, axes_of(dim, input._data.ndim, "count_nonzero"))))


entry.publish("count_nonzero", count_nonzero)


# ---- spread


def centered(xp, x, dim):
    """Differences from the mean."""
    return x - (xp.mean(x) if dim is None else xp.mean(x, dim or tuple(range(x.ndim)), True))


def var_x(xp, g, x, shape, dim, correction):
    """Twice the differences from the mean, shared out over the degrees of freedom."""
    free = counted(shape, dim) - correction
    if free <= 0 and dim is None:
        nothing = xp.real_part(xp.zeros_like(x))
        return g * xp.where(x == xp.mean(x), nothing + float("nan"), nothing + float("inf"))
    return xp.times(g, 2.0 / free if free else float("inf")) * centered(xp, x, dim)


def spread_arguments(
    name: str, x: ndarray, dim: Any, unbiased: Any, correction: Any
) -> tuple[tuple[int, ...] | None, Any]:
    """The dimensions and the correction of ``var`` and kin, of which both have two spellings."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    elif correction is None:
        correction = as_given(1, None if dim is None else 1)
    if x.dtype.kind not in "fcV":
        who = name if name.endswith("mean") else "std and var"
        raise RuntimeError(f"{who} only support floating point and complex dtypes")
    nowhere = isinstance(dim, (tuple, list)) and not dim and x.ndim
    # Along no dimension the spread is that of all elements, but torch counts one on the way back.
    axes = () if nowhere else axes_as_given(axes_of(dim, x.ndim, name), dim)
    taken = axes or range(x.ndim)
    results = product_of([length for place, length in enumerate(x.shape) if place not in taken])
    if x.size // max(1, results) - correction <= 0:
        # torch takes the real and the imaginary part of complex numbers one by one.
        for _ in range(2 if x.dtype.kind == "c" else 1):
            warnings.warn(
                f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
                "(input numel divided by output numel).",
                UserWarning,
                stacklevel=4,
            )
    return axes, correction


def spread(name: str, kernel: Callable[..., ndarray], formula: Any) -> Callable[..., Tensor]:
    """Declare ``var`` or ``std``; the gradient arrives with its reduced dimensions in place."""

    @op(name + "_over", method=False, module=False, node=name.capitalize() + "Backward0", x=formula)
    def over(x: Array, dim, correction, keepdim):
        return in_order(kernel(x, dim or None, correction, keepdim))

    def function(
        input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None,
        out: Tensor | None = None, axis: Any = None, keepdims: bool = False
    ) -> Tensor:
        axes, correction = spread_arguments(name, input._data, axis if dim is None else dim, unbiased, correction)
        result = over(input, axes, correction, keepdim or keepdims)
        return result if out is None else write_out(name, out, result, (input,))

    entry.publish(name, function)
    return function


def raised(xp, g, shape, dim, keepdim):
    """``g`` with the dimensions that were taken away in their places again."""
    if keepdim or not shape:
        return g
    return xp.reshape(g, tuple([1 if not dim or place in dim else each for place, each in enumerate(shape)]))


spread(
    "var",
    kernels.var,
    lambda xp, g, x, shape, dim, correction, keepdim: var_x(
        xp, raised(xp, g, shape, dim, keepdim), x, shape, dim, correction
    ),
)


def std_x(xp, g, x, out, shape, dim, correction, keepdim):
    """The gradient of the variance over twice the deviation, zero where nothing deviates."""
    half = xp.masked_fill_number(g / xp.times(out, 2), out == 0, 0)
    return var_x(xp, raised(xp, half, shape, dim, keepdim), x, shape, dim, correction)


spread("std", kernels.std, std_x)


def with_mean(name: str, kernel: Callable[..., ndarray], formula: Any) -> None:
    """Declare ``var_mean`` or ``std_mean``."""
    field = name.removesuffix("_mean")

    def formula_of_var(xp, g, x, shape, dim, correction, keepdim):
        return formula_of_both(xp, g, x, None, shape, dim, correction, keepdim)

    def formula_of_both(xp, g, x, spread, shape, dim, correction, keepdim):
        g_spread, g_mean = g
        total = None
        if g_spread is not None:
            total = formula(xp, g_spread, x, spread, shape, dim, correction, keepdim)
        if g_mean is not None:
            part = xp.expand(raised(xp, g_mean, shape, dim, keepdim), shape) / counted(shape, dim or None)
            total = part if total is None else total + part
        return total

    @op(
        name + "_over", method=False, module=False, node=f"{field.capitalize()}MeanBackward0",
        results=("spread", "mean"), x=formula_of_both if field == "std" else formula_of_var,
    )
    def over(x: Array, dim, correction, keepdim):
        return kernel(x, dim or None, correction, keepdim), asarray(summation.mean(x, dim or None, keepdim))

    def function(
        input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
    ) -> tuple[Tensor, Tensor]:
        return over(input, *spread_arguments(name, input._data, dim, unbiased, correction), keepdim)

    entry.publish(name, function, method=False)


with_mean("var_mean", kernels.var, lambda xp, g, x, spread, shape, dim, correction, keepdim: var_x(
    xp, raised(xp, g, shape, dim, keepdim), x, shape, dim, correction
))
with_mean("std_mean", kernels.std, lambda xp, g, x, spread, shape, dim, correction, keepdim: std_x(
    xp, g, x, spread, shape, dim, correction, keepdim
))


# ---- norms and logarithms of sums


def norm_x(xp, g, x, out, shape, dim, p, keepdim):
    """The element over the norm to the power of p - 1, zero where the norm is zero."""
    g, out = raised(xp, g, shape, dim, keepdim), raised(xp, out, shape, dim, keepdim)
    if p == 0:
        return None
    if p == 1:
        return g * xp.sgn(x)
    if p == 2:
        return g * xp.where(out == 0, 0.0, x / out)
    if p in (float("inf"), float("-inf")):
        size = xp.abs(x)
        mask = size == out
        return xp.sgn(x) * share(xp, g, mask, dim)
    if p < 1:
        scaled = xp.where(x == 0, 0.0, xp.sgn(x) * xp.pow_number(xp.abs(x), p - 1))
        return scaled * g * xp.pow_number(out, 1 - p)
    scaled = x * xp.pow_number(xp.abs(x), p - 2) if p > 2 else xp.sgn(x) * xp.pow_number(xp.abs(x), p - 1)
    return scaled * xp.where(out == 0, 0.0, g / xp.pow_number(out, p - 1))


@op("vector_norm_", method=False, module=False, node="LinalgVectorNormBackward0", x=norm_x)
def vector_norm_(x: Array, p, dim, keepdim):
    return kernels.norm(x, float(p), dim, keepdim)


def norm(
    input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Tensor | None = None, dtype: Any = None
) -> Tensor:
    """The p-norm of all elements, or along dimensions: a name of two functions of ``torch.linalg``."""
    from .linear_algebra import LINEAR_ALGEBRA

    ndim = len(input.layout and input._data.shape)  # what torch's Python asks for before any parser does
    dims = [dim] if isinstance(dim, int) else dim
    if isinstance(p, str) and not (p == "fro" and (dims is None or len(dims) <= 2)):
        dims = list(range(ndim)) if dims is None else dims
        return LINEAR_ALGEBRA["matrix_norm"](input, p, dims, keepdim, dtype=dtype, out=out)  # type: ignore[no-any-return]
    order = 2 if p == "fro" else 2.0 if p is None else p
    return LINEAR_ALGEBRA["vector_norm"](input, order, dims, keepdim, dtype=dtype, out=out)  # type: ignore[no-any-return]


entry.publish("norm", norm)


@op(
    "logsumexp_over",
    method=False,
    module=False,
    node="LogsumexpBackward0",
    x=lambda xp, g, x, out, shape, dim, keepdim: raised(xp, g, shape, dim, keepdim)
    * xp.conj(xp.exp(x - raised(xp, out, shape, dim, keepdim))),
)
def logsumexp_over(x: Array, dim, keepdim):
    return kernels.logsumexp(x, dim, keepdim)


def logsumexp(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Tensor | None = None, keepdims: bool = False
) -> Tensor:
    """The logarithm of a sum of exponentials, without overflow."""
    if dim is None:
        raise Misfit
    if input._data.dtype.kind not in "fcV":
        input = input.to(dtypes.get_default_dtype())
    ndim = input._data.ndim
    if isinstance(dim, (tuple, list)) and not dim and ndim and not (keepdim or keepdims) and input._data.size:
        raise RuntimeError(f"output with shape [] doesn't match the broadcast shape {[1] * ndim}")  # as torch stumbles
    result = logsumexp_over(input, axes_as_given(axes_of(dim, ndim, "logsumexp"), dim), keepdim or keepdims)
    return result if out is None else write_out("logsumexp", out, result, (input,))


entry.publish("logsumexp", logsumexp)
