"""Tensors put together: along a dimension, or along a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import FUNCTIONS, cannot_join, commit, publish, write_out
from .._core.graph import WrittenTwice
from .._core.operations import op
from .._core.recording import DECLARED, arrays
from .._core.tensor import Tensor, wrap, wrap_dim
from .._core.views import check_write, rebase
from .._kernels import rearrange as kernels
from .._kernels.formats import channels_last, relaid
from . import entry
from .shape import named_or_positional, reshape, sizes_of, unsqueeze

Array = np.ndarray
Arrays = Sequence[np.ndarray]


def promoted(given: Arrays) -> list[Array]:
    """The arrays in the dtype they have in common."""
    if all(each.dtype == given[0].dtype for each in given):
        return list(given)
    wanted = dtypes.result_type(*given).numpy
    return [each.astype(wanted, copy=False) for each in given]


def cut(xp: Any, g: Any, shapes: Sequence[tuple[int, ...]], dim: int) -> list[Any]:
    """A gradient cut into the parts that were joined."""
    parts: list[Any] = []
    start = 0
    for shape in shapes:
        if shape == (0,):
            # Skipped among others, and its gradient is empty, which is not none.
            parts.append(xp.written(xp.zeros_like(xp.slice(xp.reshape(g, (-1,)), 0, 0, 0, 1))))
            continue
        length = shape[dim]
        parts.append(xp.slice(g, dim, start, start + length, 1))
        start += length
    return parts


@op(
    "cat",
    method=False,
    module=False,
    tensors=lambda xp, g, tensors_shapes, dim: cut(xp, g, tensors_shapes, dim),
)
def cat(tensors: Arrays, dim=0):
    """The tensors after each other along a dimension."""
    made = kernels.cat(promoted(tensors), dim)
    # Channels lie last in the result where they do in every part.
    return relaid(made, all(map(channels_last, tensors))) if made.ndim in (4, 5) else made


DECLARED["cat"].looks = True


@op(
    "stack",
    method=False,
    module=False,
    tensors=lambda xp, g, tensors_shapes, dim: [
        xp.select(g, dim, place) for place in range(len(tensors_shapes))
    ],
)
def stack(tensors: Arrays, dim=0):
    """The tensors after each other along a new dimension."""
    return kernels.stack(promoted(tensors), dim)


def joining(name: str, call: Callable[..., Tensor]) -> None:
    """Enter ``cat`` and kin, which take a tuple or a list of tensors."""

    def function(tensors: Any, dim: Any = None, *, axis: Any = None, out: Tensor | None = None) -> Tensor:
        if not isinstance(tensors, (tuple, list)) or (dim is not None and axis is not None):
            raise Misfit
        dim = axis if dim is None else dim
        result = call(tensors, 0 if dim is None else dim)
        # Rows are laid after each other in room made for them; along other dimensions dtypes come before room.
        rows = result.dim() > 1 and (dim or 0) % result.dim() == 0
        if name == "stack" and out is not None and not rows and not dtypes.can_cast(result.dtype, out.dtype):
            raise cannot_join(out.dtype)
        return result if out is None else write_out(name, out, result, tuple(tensors))

    entry.publish(name, function, method=False)


for _name in ("cat", "concat", "concatenate"):
    joining(_name, cat)
joining("stack", stack)


def at_least(count: int) -> Callable[..., Any]:
    """``atleast_1d`` and kin."""

    def one(tensor: Tensor) -> Tensor:
        ndim = tensor._data.ndim
        if ndim >= count:
            return tensor
        if count == 1:
            return reshape(tensor, 1)
        if count == 2:
            return reshape(tensor, 1, 1) if ndim == 0 else unsqueeze(tensor, 0)
        if ndim == 0:
            return reshape(tensor, 1, 1, 1)
        return unsqueeze(unsqueeze(tensor, 0), -1) if ndim == 1 else unsqueeze(tensor, -1)

    def function(*tensors: Any) -> Any:
        if len(tensors) == 1:
            if isinstance(tensors[0], Tensor):
                return one(tensors[0])
            if not isinstance(tensors[0], (tuple, list)):
                raise Misfit
            tensors = tuple(tensors[0])
        return tuple([one(each) for each in tensors])

    return function


for _count in (1, 2, 3):
    entry.publish(f"atleast_{_count}d", at_least(_count), method=False)


def joined(name: str, prepare: str, dim_of: Callable[[Any], int]) -> None:
    """Declare ``hstack`` and kin: tensors brought to a number of dimensions, then ``cat``."""

    def function(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
        if not isinstance(tensors, (tuple, list)):
            raise Misfit
        if not tensors:
            raise RuntimeError(f"{name.replace('row_', 'v')} expects a non-empty TensorList")
        raised = FUNCTIONS[prepare](tuple(tensors))
        return FUNCTIONS["cat"](raised, dim_of(raised[0]), out=out)

    entry.publish(name, function, method=False)


joined("hstack", "atleast_1d", lambda first: 0 if first.dim() == 1 else 1)
joined("vstack", "atleast_2d", lambda first: 0)
joined("row_stack", "atleast_2d", lambda first: 0)
joined("dstack", "atleast_3d", lambda first: 2)


def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Vectors as columns beside matrices."""
    if not tensors:
        raise RuntimeError("column_stack expects a non-empty TensorList")
    columns = [reshape(each, each.numel(), 1) if each.dim() <= 1 else each for each in tensors]
    return FUNCTIONS["hstack"](columns, out=out)


publish("column_stack", column_stack, method=False)

@op(
    "block_diag_",
    method=False,
    module=False,
    node="BlockDiagBackward0",
    tensors=lambda xp, g, tensors_shapes: blocks_of(xp, g, tensors_shapes),
)
def block_diag_(tensors: Arrays):
    return kernels.block_diag(promoted(tensors))


def blocks_of(xp: Any, g: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """The blocks along the diagonal, in the shapes they had."""
    row = column = 0
    blocks = []
    for shape in shapes:
        height, width = ((1,) * (2 - len(shape)) + tuple(shape))
        block = xp.slice(xp.slice(g, 0, row, row + height, 1), 1, column, column + width, 1)
        blocks.append(xp.reshape(block, shape))
        row, column = row + height, column + width
    return blocks


def block_diag(*tensors: Any) -> Tensor:
    """Matrices, vectors and numbers as the blocks along the diagonal of a matrix of zeros."""
    return block_diag_(tensors) if tensors else FUNCTIONS["empty"](1, 0)


publish("block_diag", block_diag, method=False)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All tuples of one element from each vector, as rows."""
    if len(tensors) == 1:
        return tensors[0]
    grids = FUNCTIONS["meshgrid"](*tensors, indexing="ij")
    return FUNCTIONS["stack"]([reshape(each, -1) for each in grids], 1)


publish("cartesian_prod", cartesian_prod, method=False)


# ---- repeated and moved


def folded(xp: Any, g: Any, shape: tuple[int, ...], repeats: tuple[int, ...]) -> Any:
    """The gradients of all repetitions added up."""
    if len(repeats) == len(shape) and all(count == 1 for count in repeats):
        return g
    if 0 in repeats:
        return xp.written(xp.zeros_of(g, shape))
    new = len(repeats) - len(shape)
    sizes = (1,) * new + tuple(shape)
    apart = xp.reshape(g, tuple([each for pair in zip(repeats, sizes, strict=True) for each in pair]))
    return xp.reshape(xp.sum(apart, tuple(range(0, 2 * len(repeats), 2))), shape)


@op("repeat_", method=False, module=False, node="RepeatBackward0",
    x=lambda xp, g, shape, repeats: folded(xp, g, shape, repeats))
def repeat_(x: Array, repeats):
    return kernels.repeat(x, repeats)


def repeat(input: Tensor, *given: Any, repeats: Any = None) -> Tensor:
    """``input`` beside itself so many times along each dimension."""
    return repeat_(input, sizes_of("repeat", named_or_positional(given, repeats)))


def tile(input: Tensor, *given: Any, dims: Any = None) -> Tensor:
    """``repeat``, with ones put in front of too short a list."""
    counts = sizes_of("tile", named_or_positional(given, dims))
    return repeat_(input, (1,) * (input._data.ndim - len(counts)) + counts)


publish("repeat", repeat, module=False)
publish("tile", tile)


def _dims(dims: Any) -> tuple[int, ...]:
    return (dims,) if isinstance(dims, int) else tuple(dims)


@op("flip_", method=False, module=False, node="FlipBackward0", x=lambda xp, g, dims: xp.flip_(g, dims))
def flipped(x: Array, dims):
    return kernels.flip(x, dims)


def flip(input: Tensor, *places: Any, dims: Any = None) -> Tensor:
    """The order of elements reversed in some dimensions."""
    return flipped(input, sizes_of("flip", places or (dims,)))


@op("roll_", method=False, module=False, node="RollBackward0",
    x=lambda xp, g, shifts, dims: xp.roll_(g, tuple([-each for each in shifts]), dims))
def rolled(x: Array, shifts, dims):
    return kernels.roll(x, shifts, dims)


def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """Elements moved along dimensions, those that leave at one end entering at the other."""
    return rolled(input, _dims(shifts), () if dims is None else _dims(dims))


@op("rot90_", method=False, module=False, node="Rot90Backward0", x=lambda xp, g, k, dims: xp.rot90_(g, -k, dims))
def turned(x: Array, k, dims):
    return kernels.rot90(x, k, dims)


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """A plane of two dimensions turned by ``k`` right angles."""
    return turned(input, k, tuple(dims))


def fliplr(input: Tensor) -> Tensor:
    """The second dimension reversed."""
    if input._data.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flipped(input, (1,))


def flipud(input: Tensor) -> Tensor:
    """The first dimension reversed."""
    if input._data.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flipped(input, (0,))


for _function in (flip, roll, rot90, fliplr, flipud):
    publish(_function.__name__, _function)


@op("tril", x=lambda xp, g, diagonal: xp.tril(g, diagonal))
def tril(x: Array, diagonal=0):
    """The part of each matrix on and below a diagonal."""
    return kernels.tril(x, diagonal)


@op("triu", x=lambda xp, g, diagonal: xp.triu(g, diagonal))
def triu(x: Array, diagonal=0):
    """The part of each matrix on and above a diagonal."""
    return kernels.triu(x, diagonal)


def emptied(function: Callable[..., Tensor], kernel: Callable[[Array, int], None]) -> Callable[..., Tensor]:
    """The in-place form of a triangle: zeros are written beside it, whatever lies at one place with them."""

    def form(input: Tensor, diagonal: int = 0) -> Tensor:
        if not isinstance(diagonal, int):
            raise Misfit
        check_write(input)
        out = function(input, diagonal)
        if not kernels.in_a_row(input._data):
            return commit(input, out)
        kernel(input._data, diagonal)
        input._bump()
        if out._node is not None:
            rebase(input, out._node)
        return input

    return form


publish("tril_", emptied(tril, lambda *given: kernels.tril_(*given)), module=False)
publish("triu_", emptied(triu, lambda *given: kernels.triu_(*given)), module=False)


@op("diag_embed", x=lambda xp, g, offset, dim1, dim2: xp.diagonal(g, offset, dim1, dim2))
def diag_embed(x: Array, offset=0, dim1=-2, dim2=-1):
    """Matrices whose diagonals are the last dimension of ``x``."""
    return kernels.diag_embed(x, offset, dim1, dim2)


@op(
    "diagonal_copy_",
    method=False,
    module=False,
    node="DiagonalBackward0_copy",
    x=lambda xp, g, shape, offset: xp.diagonal_backward(g, shape, (offset, 0, 1)),
)
def diagonal_copied(x: Array, offset):
    """A matrix's diagonal in memory of its own."""
    return x.diagonal(offset).copy()


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """All elements as the diagonal of a square matrix."""
    return diag_embed(reshape(input, -1), offset)


publish("diagflat", diagflat)


def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """A vector as the diagonal of a square matrix, or a matrix's diagonal as a vector."""
    result = diag_of(input, diagonal)
    return result if out is None else write_out("diag", out, result, (input,))


def diag_of(input: Tensor, diagonal: int) -> Tensor:
    if input._data.ndim == 1:
        return diag_embed(input, diagonal)
    if input._data.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input._data.ndim}D")
    return diagonal_copied(input, diagonal)


publish("diag", diag)


def trace_x(xp: Any, g: Any, shape: Any) -> Any:
    """A matrix with the gradient on its diagonal; a view of a row, as torch makes it."""
    if xp is arrays:
        row = np.zeros(shape[0] * shape[1], np.asarray(g).dtype)
        row[:: shape[1] + 1][: min(shape)] = g
        return row.reshape(shape).view(WrittenTwice)
    return xp.written_twice(xp.diagonal_backward(xp.expand(g, (min(shape),)), shape, (0, 0, 1)))


@op("trace", x=trace_x)
def trace(x: Array):
    """The sum of a matrix's diagonal."""
    if x.dtype.kind == "b":
        raise NotImplementedError("\"trace\" not implemented for 'Bool'")
    return kernels.trace(x)


def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element, or each slice along ``dim``, several times in a row."""
    if repeats is None:
        return wrap(kernels.interleaved(input._data, output_size))
    if dim is None:
        input, dim = reshape(input, -1), 0
    if isinstance(repeats, Tensor):
        kernels.repeat_interleave(input._data, repeats._data, dim, output_size)
        length = input._data.shape[wrap_dim(dim, input._data.ndim)]
        places = kernels.interleaved(np.broadcast_to(repeats._data.reshape(-1), (length,)), output_size)
        return FUNCTIONS["index_select"](input, dim, wrap(places))
    kernels.repeat_interleave(input._data, repeats, dim)
    dim = wrap_dim(dim, input._data.ndim)
    shape = input._data.shape
    widened = FUNCTIONS["unsqueeze"](input, dim + 1).expand(*shape[: dim + 1], repeats, *shape[dim + 1 :])
    return widened.clone().contiguous().flatten(dim, dim + 1)


publish("repeat_interleave", repeat_interleave)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of ``r`` elements of a vector, as rows."""
    kernels.combinations(input._data, r, with_replacement)
    if not r:
        return wrap(np.empty(0, input._data.dtype))
    return stack([FUNCTIONS["masked_select"](grid, wrap(mask)) for grid, mask in chosen(input, r, with_replacement)], 1)


def chosen(input: Tensor, r: int, with_replacement: bool) -> Any:
    """The grids of the elements, and where their places increase."""
    grids = FUNCTIONS["meshgrid"](*[input] * r, indexing="ij")
    places = np.meshgrid(*[np.arange(input._data.size)] * r, indexing="ij")
    mask = np.ones(places[0].shape, np.bool_)
    for one, other in pairwise(places):
        mask &= one <= other if with_replacement else one < other
    return [(grid, mask) for grid in grids]


publish("combinations", combinations)
