"""Reading and writing along one dimension, through masks and by positions in the flattened tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes
from .._core.forms import (
    FUNCTIONS,
    in_place,
    refuse_overlap,
    refuse_shared,
    refuse_shared_memory,
    warn_of_expanded,
    write_out,
)
from .._core.operations import op
from .._core.options import Misfit
from .._core.recording import arrays, tensors
from .._core.scalars import cast, is_number, no_fit, number_of
from .._core.tensor import Tensor, wrap, wrap_dim
from .._core.warn import warn_once
from .._kernels import gather as kernels
from .._kernels import layout
from .._kernels import shape as shapes
from .arithmetic import broadcast_sum, underivable
from .entry import publish
from .shape import expand, reshape

ndarray = np.ndarray
Array = ndarray


def number_as(value: Any, x: Tensor) -> ndarray:
    """A number as one element of the dtype of ``x``; RuntimeError where it does not fit."""
    if not is_number(value):
        raise Misfit
    return cast(number_of(value), x.dtype)


def finished(name: str, out: Tensor | None, result: Tensor, *inputs: Any) -> Tensor:
    """``result``, or ``out`` holding it."""
    return result if out is None else write_out(name, out, result, inputs)


def met_twice_first(function: Any) -> Any:
    """The in-place form of a write to places; that memory is met twice is told before that a place does not exist."""

    def bounded(x: Tensor, *arguments: Any, **keywords: Any) -> Any:
        try:
            return function(x, *arguments, **keywords)
        except (IndexError, RuntimeError) as error:
            if "out of" in str(error) and "Dimension" not in str(error) and "Indexing dim" not in str(error):
                refuse_overlap(x._data)
                refuse_shared(x, [each for each in (*arguments, *keywords.values()) if isinstance(each, Tensor)])
            raise

    return in_place(bounded, elementwise=False, apart="last")


# ---- one index for each element


@op(
    method=False, module=False,
    x=lambda xp, g, x, x_shape, dim, index: xp.written(xp.gather_backward(g, x_shape, dim, index)),
    shown=("sparse_grad",),
)
def gather(x: Array, dim, index: Array, sparse_grad=False):
    """The elements that ``index`` names along ``dim``."""
    return kernels.gather(x, dim, index)


@op(method=False, module=False, node="ScatterAddBackward0", g=lambda xp, g, dim, index: xp.gather(g, dim, index))
def gather_backward(g: Array, shape, dim, index: Array):
    """Zeros of ``shape`` with ``g`` added where ``index`` points along ``dim``."""
    return kernels.scatter_add(np.zeros(shape, g.dtype), dim, index, g)


@op(
    "scatter_tensor",
    method=False,
    module=False,
    node="ScatterBackward0",
    x=lambda xp, g, dim, index: xp.scatter_number(g, dim, index, 0),
    src=lambda xp, g, dim, index: xp.gather(g, dim, index),
)
def scatter_tensor(x: Array, dim, index: Array, src: Array):
    """``x`` with the elements of ``src`` where ``index`` points."""
    return kernels.scatter(x, dim, index, src)


@op(
    "scatter_number",
    method=False,
    module=False,
    node="ScatterBackward1",
    x=lambda xp, g, dim, index: xp.scatter_number(g, dim, index, 0),
)
def scatter_number(x: Array, dim, index: Array, value):
    """``x`` with one number where ``index`` points."""
    return kernels.scatter(x, dim, index, np.asarray(value, x.dtype))


@op(
    "scatter_with",
    method=False,
    module=False,
    node="NotImplemented",
    x=underivable("aten::scatter"),
    src=underivable("aten::scatter"),
)
def scatter_with(x: Array, dim, index: Array, src: Array, reduce):
    """``x`` with the elements of ``src`` added, or multiplied, where ``index`` points."""
    return kernels.scatter(x, dim, index, src, reduce)


@op(
    "scatter_add",
    method=False,
    module=False,
    x=lambda xp, g: g,
    src=lambda xp, g, dim, index: xp.gather(g, dim, index),
)
def scatter_add(x: Array, dim, index: Array, src: Array):
    """``x`` with the elements of ``src`` added where ``index`` points."""
    return kernels.scatter_add(x, dim, index, src)


def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None,
    out: Tensor | None = None
) -> Tensor:
    """``input`` with the elements of ``src``, or one ``value``, where ``index`` points along ``dim``."""
    if (src is None) == (value is None):
        raise Misfit
    given = src if value is None else value
    if reduce is not None:
        if not isinstance(reduce, str):
            raise Misfit
        if not isinstance(given, Tensor):
            given = wrap(number_as(given, input))
        else:
            warn_once(
                "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future "
                "PyTorch release. Use torch.scatter_reduce instead for more reduction options.", stacklevel=3,
            )
        result = scatter_with(input, dim, index, given, reduce)
    elif isinstance(src, Tensor):
        if not src._data.ndim and input._data.ndim:
            kernels.scatter_add(input._data, dim, index._data, src._data)
        result = scatter_tensor(input, dim, index, src)
    else:
        result = scatter_number(input, dim, index, number_as(given, input))
    return finished("scatter", out, result, input, given)


def _gather(
    input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None
) -> Tensor:
    """The elements that ``index`` names along ``dim``; a result of its shape."""
    return finished("gather", out, gather(input, dim, index, sparse_grad), input, index)


def _scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input`` with the elements of ``src`` added where ``index`` points along ``dim``."""
    return finished("scatter_add", out, scatter_add(input, dim, index, src), input, src)


def take_along_dim(
    input: Tensor, indices: Tensor, dim: int | None = None, *, out: Tensor | None = None
) -> Tensor:
    """``gather`` with the other dimensions broadcast; without ``dim``, by position in the flattened tensor."""
    if dim is None:
        result = gather(reshape(input, -1), 0, reshape(indices, -1))
    else:
        if indices._data.dtype.char != "l":
            raise RuntimeError(
                f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.scalar_type}"
            )
        x, places = input._data, indices._data
        if x.ndim != places.ndim:
            raise RuntimeError(
                f"torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
                f"{x.ndim} dimensions for input, and {places.ndim} dimensions for indices"
            )
        dim = wrap_dim(dim, x.ndim)
        own, asked = list(x.shape), list(places.shape)
        own[dim : dim + 1] = asked[dim : dim + 1] = [1] * min(x.ndim, 1)
        shared = list(layout.broadcast_shapes(tuple(own), tuple(asked)))
        sizes = shared.copy()
        sizes[dim : dim + 1], shared[dim : dim + 1] = x.shape[dim : dim + 1], places.shape[dim : dim + 1]
        found = from_the_front(expand(indices, shared), x.shape[layout.dim_of(dim, x.ndim)])
        result = gather(expand(input, sizes), dim, found)
    return finished("take_along_dim", out, result, input)


def from_the_front(places: Tensor, length: int) -> Tensor:
    """Places, those from the end counted from the front; torch counts those beyond it from the front again."""
    if not length and places._data.size:
        raise RuntimeError("ZeroDivisionError")
    return wrap(np.asarray(places._data % length)) if length else places


publish("gather", _gather)
publish("scatter", scatter, inplace=met_twice_first(scatter))
publish("scatter_add", _scatter_add, inplace=met_twice_first(_scatter_add))
publish("take_along_dim", take_along_dim)


# ---- reduced where they meet


def spread_out(xp: Any, g: Any, x: Any, src: Any, out: Any, dim: int, index: Any, reduce: str) -> tuple[Any, Any]:
    """The gradients of ``x`` and ``src`` under ``scatter_reduce``, before ``include_self`` is asked."""
    if reduce == "sum":
        return g, xp.gather(g, dim, index)
    if reduce == "prod":
        whole = xp.where(x == 0, 1.0, x)
        others = xp.scatter_reduce_with(whole, dim, index, src, "prod", True)
        zero = src == 0
        zeros = xp.gather(xp.scatter_add(g * 0, dim, index, xp.where(zero, ones_like(src), 0.0)), dim, index)
        lone = xp.logical_and(zero, zeros == 1)
        without = xp.scatter_reduce_with(x, dim, index, xp.where(lone, 1.0, src), "prod", True)
        for_src = xp.where(
            lone,
            xp.gather(g * without, dim, index),
            xp.gather(g * out, dim, index) / xp.where(zero, 1.0, src),
        )
        return g * others / whole, for_src
    # amax and amin: equal parts to all that attain the extreme.
    mine = x == out
    theirs = src == xp.gather(out, dim, index)
    mine, theirs = xp.where(mine, ones_like(out), 0.0), xp.where(theirs, ones_like(src), 0.0)
    share = g / xp.scatter_add(mine, dim, index, theirs)
    return mine * share, theirs * xp.gather(share, dim, index)


def ones_like(x: Any) -> Any:
    """Ones of the shape and dtype of ``x``, outside any graph."""
    return np.ones_like(x) if isinstance(x, ndarray) else FUNCTIONS["ones_like"](x.detach())


def reduced_x(xp, g, x, src, out, dim, index, reduce, include_self):
    """The part of ``x``; places that were written lose it unless ``x`` took part."""
    if reduce == "mean":
        found = g / counted(xp, g, src, dim, index, include_self)
    else:
        start = x if include_self else neutral(xp, x, dim, index, reduce)
        found, _ = spread_out(xp, g, start, src, out, dim, index, reduce)
    return found if include_self else xp.scatter_number(found, dim, index, 0)


def reduced_src(xp, g, x, src, out, dim, index, reduce, include_self):
    """The part of ``src``."""
    if reduce == "mean":
        return xp.gather(g / counted(xp, g, src, dim, index, include_self), dim, index)
    start = x if include_self else neutral(xp, x, dim, index, reduce)
    return spread_out(xp, g, start, src, out, dim, index, reduce)[1]


def neutral(xp: Any, x: Any, dim: int, index: Any, reduce: str) -> Any:
    """``x`` with what changes no result at the places that ``index`` names."""
    value = {"sum": 0.0, "prod": 1.0, "amax": -np.inf, "amin": np.inf}[reduce]
    return xp.scatter_number(x, dim, index, value)


def counted(xp: Any, g: Any, src: Any, dim: int, index: Any, include_self: bool) -> Any:
    """How many elements went into each mean."""
    start = ones_like(g) if include_self else ones_like(g) * 0
    counts = xp.scatter_add(start, dim, index, ones_like(src))
    return xp.where(counts == 0, 1.0, counts)


@op(
    "scatter_reduce_with", method=False, module=False, node="ScatterReduceBackward0", x=reduced_x, src=reduced_src
)
def scatter_reduce_with(x: Array, dim, index: Array, src: Array, reduce, include_self):
    """``x`` with the elements of ``src`` reduced where ``index`` points."""
    return kernels.scatter_reduce(x, dim, index, src, reduce, include_self)


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True,
    out: Tensor | None = None
) -> Tensor:
    """``input`` with the elements of ``src`` reduced (sum, prod, mean, amax, amin) where ``index`` points."""
    result = scatter_reduce_with(input, dim, index, src, reduce, include_self)
    return finished("scatter_reduce", out, result, input, src)


publish("scatter_reduce", scatter_reduce, inplace=met_twice_first(scatter_reduce))


# ---- one index for each slice


@op(
    "index_select",
    method=False,
    module=False,
    x=lambda xp, g, x_shape, dim, index: xp.written(xp.index_select_backward(g, x_shape, dim, index)),
)
def index_select(x: Array, dim, index: Array):
    """The slices along ``dim`` that ``index`` names."""
    return kernels.index_select(x, dim, index)


@op(method=False, module=False, node="IndexAddBackward0", g=lambda xp, g, dim, index: xp.index_select(g, dim, index))
def index_select_backward(g: Array, shape, dim, index: Array):
    """Zeros of ``shape`` with the slices of ``g`` added to those that ``index`` names."""
    return kernels.index_add(np.zeros(shape, g.dtype), dim, index, g)


def slices_of(xp, g, source_shape, dim, index):
    """The slices of a gradient that came from ``source``, in its shape."""
    found = xp.index_select(g, dim, index)
    return found if found.shape == source_shape else xp.reshape(found, source_shape)


@op(
    "index_add",
    method=False,
    module=False,
    x=lambda xp, g: g,
    source=lambda xp, g, source, source_shape, dim, index, alpha: scaled(
        slices_of(xp, g, source_shape, dim, index), alpha
    ),
)
def index_add(x: Array, dim, index: Array, source: Array, alpha):
    """``x`` with the slices of ``source``, times ``alpha``, added to those that ``index`` names."""
    return kernels.index_add(x, dim, index, source, 1 if alpha == 1 else cast(number_of(alpha), dtypes.of(x))[()])


def scaled(g: Any, alpha: Any) -> Any:
    return g * alpha  # torch does not conjugate it here


@op(
    "index_copy",
    method=False,
    module=False,
    x=lambda xp, g, dim, index: xp.index_fill_number(g, dim, index, 0),
    source=lambda xp, g, source, source_shape, dim, index: (
        xp.expand(slices_of(xp, g, source_shape, dim, index), source_shape)
        if xp is tensors else slices_of(xp, g, source_shape, dim, index).view()
    ),
)
def index_copy(x: Array, dim, index: Array, source: Array):
    """``x`` with the slices of ``source`` in place of those that ``index`` names."""
    return kernels.index_copy(x, dim, index, source)


@op(
    "index_fill_number",
    method=False,
    module=False,
    node="IndexFillBackward0",
    x=lambda xp, g, dim, index: xp.index_fill_number(g, dim, index, 0),
)
def index_fill_number(x: Array, dim, index: Array, value):
    """``x`` with one number in the slices that ``index`` names."""
    return kernels.index_fill(x, dim, index, np.asarray(value, x.dtype))


arrays.distinct = np.unique
tensors.distinct = lambda index: wrap(np.unique(index._data))


@op(
    "index_fill_tensor",
    method=False,
    module=False,
    node="IndexFillBackward1",
    x=lambda xp, g, dim, index: xp.index_fill_number(g, dim, index, 0),
    value=lambda xp, g, dim, index: xp.sum(xp.index_select(g, dim, xp.distinct(index))),
)
def index_fill_tensor(x: Array, dim, index: Array, value: Array):
    """``x`` with the value of a 0-d tensor in the slices that ``index`` names."""
    return kernels.index_fill(x, dim, index, value.astype(x.dtype, copy=False))


def _index_select(input: Tensor, dim: int, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The slices along ``dim`` that ``index`` names."""
    return finished("index_select", out, index_select(input, dim, index), input)


def _index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1, out: Tensor | None = None
) -> Tensor:
    """``input`` with the slices of ``source``, times ``alpha``, added to those that ``index`` names."""
    return finished("index_add", out, index_add(input, dim, index, source, alpha), input, source)


def _index_copy(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, out: Tensor | None = None
) -> Tensor:
    """``input`` with the slices of ``source`` in place of those that ``index`` names."""
    return finished("index_copy", out, index_copy(input, dim, index, source), input, source)


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """``input`` with one value in the slices that ``index`` names along ``dim``."""
    if isinstance(value, Tensor):
        return index_fill_tensor(input, dim, index, value)
    if isinstance(value, complex) and input._data.dtype.kind != "c":
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    return index_fill_number(input, dim, index, number_as(value, input))


def index_reduced(formula: Any) -> Any:
    """A formula of ``scatter_reduce`` for slices, where torch takes two more products, which warn."""

    def carried(xp, g, x, src, out, dim, index, reduce, include_self):
        if reduce == "prod":
            for _ in range(2 if formula is reduced_x else 0):
                warn_once(BETA, stacklevel=2)
        return formula(xp, g, x, src, out, dim, index, reduce, include_self)

    return carried


BETA = "index_reduce() is in beta and the API may change at any time."


@op("index_reduce_with", method=False, module=False, node="IndexReduceBackward0",
    x=index_reduced(reduced_x), src=index_reduced(reduced_src))
def index_reduce_with(x: Array, dim, index: Array, src: Array, reduce, include_self):
    """``scatter_reduce`` with whole slices; ``index`` is in the shape of ``src`` already."""
    return kernels.scatter_reduce(x, dim, index, src, reduce, include_self)


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True,
    out: Tensor | None = None
) -> Tensor:
    """``input`` with the slices of ``source`` reduced (prod, mean, amax, amin) into those that ``index`` names."""
    return reduced_slices(input, dim, index, source, reduce, include_self, out)


def reduced_slices(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool = True,
    out: Tensor | None = None, first: Any = None
) -> Tensor:
    """``index_reduce``; ``first`` looks at the memory that is written to, before torch warns."""
    if not (isinstance(input, Tensor) and isinstance(index, Tensor) and isinstance(source, Tensor)) or not isinstance(
        reduce, str
    ) or not isinstance(dim, int) or not isinstance(include_self, bool):
        raise Misfit
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}."
        )
    place = kernels.check_slices("index_reduce", input._data, dim, index._data, source._data)
    if first is not None:
        first(input._data)
    warn_once(BETA, stacklevel=3)
    if input._data.dtype.kind in "bc":
        kernel = "index_func_" if include_self else "index_reduce_func_exclude_input_init"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.scalar_type}'")
    places, length = index._data, input._data.shape[place] if input._data.ndim else 1
    if not include_self:  # these are filled first, by an operation with places from the end
        kernels.check_places(places, place, length)
    if ((places < 0) | (places >= length)).any():
        raise IndexError("index out of range in self")
    shape = source._data.shape
    along = reshape(index, [-1 if axis == place else 1 for axis in range(len(shape))]) if shape else index.squeeze()
    result = index_reduce_with(input, dim, expand(along, shape), source, reduce, include_self)
    return finished("index_reduce", out, result, input, source)


def begin_index_fill(x: Tensor, dim: Any = 0, index: Any = None, *_: Any) -> None:
    """Refuse an index that lies in the memory that is written to, and warn of memory met twice."""
    if isinstance(index, Tensor) and isinstance(dim, int):
        refuse_shared_memory(x._data, index._data)
    warn_of_expanded("index_fill_", "tensor[mask] = scalar", x._data)


publish("index_select", _index_select)
publish("index_add", _index_add, inplace=met_twice_first(_index_add))
publish("index_copy", _index_copy, inplace=in_place(
    _index_copy, elementwise=False, apart="first",
    first=lambda x, dim=0, *_, **__: wrap_dim(dim, x._data.ndim) if isinstance(dim, int) else None,
))
publish("index_fill", index_fill, inplace=in_place(
    index_fill, elementwise=False, expanded="",
    first=begin_index_fill,
))
publish("index_reduce", index_reduce, inplace=in_place(
    lambda x, dim, index, source, reduce, *, include_self=True: reduced_slices(
        x, dim, index, source, reduce, include_self, first=lambda memory: refuse_shared(x, [index, source])
    ), elementwise=False, apart="last",
))


# ---- masks


@op(
    "masked_fill_number",
    method=False,
    module=False,
    node="MaskedFillBackward0",
    x=broadcast_sum(lambda xp, g, mask: xp.masked_fill_number(g, mask, 0), "x"),
)
def masked_fill_number(x: Array, mask: Array, value):
    """``x`` with one number where a mask is true."""
    return kernels.masked_fill(x, mask, np.asarray(value, x.dtype))


@op(
    "masked_fill_tensor",
    method=False,
    module=False,
    node="MaskedFillBackward1",
    x=broadcast_sum(lambda xp, g, mask: xp.masked_fill_number(g, mask, 0), "x"),
    value=lambda xp, g, mask: xp.sum(xp.where(mask, g, 0.0)),
)
def masked_fill_tensor(x: Array, mask: Array, value: Array):
    """``x`` with the value of a 0-d tensor where a mask is true."""
    return kernels.masked_fill(x, mask, value.astype(x.dtype, copy=False))


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """``input`` with one value where ``mask`` is true."""
    if isinstance(value, Tensor):
        number = not value._data.ndim and value._data.dtype.kind == "c" and input._data.dtype.kind not in "bc"
        if number and value._data.imag.any():
            raise no_fit(input.dtype)
        return masked_fill_tensor(input, mask, value)
    return masked_fill_number(input, mask, number_as(value, input))


@op(
    "masked_select",
    method=False,
    module=False,
    # torch keeps the input as well, and notices writes to it.
    x=lambda xp, g, x, x_shape, mask: spread_by_mask(xp, xp.masked_select_backward(g, x_shape, mask), x_shape),
)
def masked_select(x: Array, mask: Array):
    """The elements where a mask is true, as a vector."""
    return kernels.masked_select(x, mask)


def spread_by_mask(xp: Any, whole: Any, shape: tuple[int, ...]) -> Any:
    """A gradient that was written where the mask is true, summed over what the mask's shape added."""
    return xp.written(whole) if whole.shape == shape else xp.sum_to_size(whole, shape)


@op(
    method=False, module=False, node="MaskedScatterBackward0", g=lambda xp, g, mask: xp.masked_select(g, mask)
)
def masked_select_backward(g: Array, shape, mask: Array):
    """Zeros with the elements of ``g``, in order, where the mask is true."""
    whole = np.zeros(layout.broadcast_shapes(shape, mask.shape), g.dtype)
    return kernels.masked_scatter(whole, mask, g)


def scattered_source(xp, g, mask, source_shape):
    """The gradient of the elements that were used, and zeros for the rest."""
    return xp.padded(xp.masked_select(g, mask), source_shape)


@op(method=False, module=False, x=lambda xp, g, x_shape: xp.slice(xp.reshape(g, (-1,)), 0, 0, x_shape[0], 1))
def padded(x: Array, size):
    """The elements of a vector and zeros behind them, in this size."""
    made = np.zeros(size, x.dtype)
    made.reshape(-1)[: x.size] = x
    return made


@op(
    "masked_scatter",
    method=False,
    module=False,
    x=broadcast_sum(lambda xp, g, mask: xp.masked_fill_number(g, mask, 0), "x"),
    source=scattered_source,
)
def masked_scatter(x: Array, mask: Array, source: Array, written=False):
    """``x`` with the elements of ``source``, in order, where a mask is true.

    Where ``x`` is ``written`` and a contiguous source lies in its memory, each element is read after earlier writes.
    """
    made = kernels.masked_scatter(x, mask, source)
    if written and source.flags.c_contiguous and np.shares_memory(x, source):
        kernels.scatter_one_by_one(x, mask, source)
        made[...] = x
    return made


def _masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements where ``mask`` is true, as a vector."""
    return finished("masked_select", out, masked_select(input, mask), input, mask)


def begin_masked_scatter(x: Tensor, mask: Any = None, source: Any = None) -> None:
    """Refuse memory met twice; where the source is too short, torch writes all of it before it says so."""
    refuse_overlap(x._data)
    fits = isinstance(mask, Tensor) and isinstance(source, Tensor) and x._data.dtype == source._data.dtype
    if fits:
        shapes.expand(mask._data, x._data.shape)
    look_at_mask(x, mask, source)
    if fits and mask._data.shape == x._data.shape and mask._data.dtype.kind == "b":
        kernels.scatter_too_few(x._data, mask._data, source._data)


def check_value(input: Tensor, mask: Any, value: Any) -> None:
    """RuntimeError for a value of several elements, and for a mask of another size."""
    if isinstance(value, Tensor) and value._data.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value._data.ndim} "
            "dimension(s)."
        )
    if isinstance(mask, Tensor) and mask._data.dtype.char == "?":
        layout.broadcast_shapes(input._data.shape, mask._data.shape)


publish(
    "masked_fill", masked_fill,
    inplace=in_place(masked_fill, elementwise=False, expanded="masked_fill_", first=check_value),
)
publish("masked_select", _masked_select)
def look_at_mask(x: Tensor, mask: Any, source: Any) -> None:
    """Warn of a mask of bytes, before it is refused."""
    if isinstance(mask, Tensor) and mask._data.dtype.char == "B" and isinstance(source, Tensor) and (
        source._data.dtype == x._data.dtype
    ):
        warn_once(
            "masked_scatter_ received a mask with dtype torch.uint8, this behavior is now deprecated,please use a mask "
            "with dtype torch.bool instead.", stacklevel=4,
        )


def _masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """``input`` with the elements of ``source``, in order, where ``mask`` is true."""
    look_at_mask(input, mask, source)
    return masked_scatter(input, mask, source)


def _masked_scatter_here(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    return masked_scatter(input, mask, source, True)


publish("masked_scatter", _masked_scatter,
        inplace=in_place(_masked_scatter_here, elementwise=False, first=begin_masked_scatter))


# ---- positions in the flattened tensor


@op(
    "take", method=False, module=False,
    x=lambda xp, g, x, x_shape, index: xp.written(xp.take_backward(g, x_shape, index)),
)
def take(x: Array, index: Array):
    """The elements at positions in the flattened tensor."""
    return kernels.take(x, index)


@op(method=False, module=False, node="PutBackward0", g=lambda xp, g, index: xp.take(g, index))
def take_backward(g: Array, shape, index: Array):
    """Zeros of ``shape`` with ``g`` added at positions in the flattened tensor."""
    return kernels.put(np.zeros(shape, g.dtype), index, g, True)


@op(
    "put",
    method=False,
    module=False,
    x=lambda xp, g, index, source_shape, accumulate: g if accumulate else xp.put_zeros(g, index),
    source=lambda xp, g, index, source, source_shape: xp.reshape(xp.take(g, index), source_shape),
)
def put(x: Array, index: Array, source: Array, accumulate):
    """``x`` with the elements of ``source`` at, or added at, positions in the flattened tensor."""
    return kernels.put(x, index, source, accumulate)


@op(method=False, module=False, node="PutBackward0", x=lambda xp, g, index: xp.put_zeros(g, index))
def put_zeros(x: Array, index: Array):
    """``x`` with zeros at positions in the flattened tensor."""
    return kernels.put(x, index, np.zeros(index.shape, x.dtype))


def _take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements at positions in the flattened tensor; a result like ``index``."""
    return finished("take", out, take(input, index), input, index)


def _put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """``input`` with the elements of ``source`` at, or added at, positions in the flattened tensor."""
    return put(input, index, source, accumulate)


publish("take", _take)
publish("put", _put, inplace=met_twice_first(_put))
