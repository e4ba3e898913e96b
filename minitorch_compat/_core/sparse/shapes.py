"""Parts, transposes and joints of sparse tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..forms import FUNCTIONS
from ..modes import no_grad
from ..tensor import Tensor, wrap, wrap_dim
from .gradients import recorded
from .refusals import not_run
from .rules import RULES, assign, rule
from .tensor import Sparse, sparse_of

ndarray = np.ndarray


@rule("permute")
def permute(input: Sparse, *dims: Any) -> Sparse:
    if len(dims) == 1 and isinstance(dims[0], (tuple, list)):
        dims = tuple(dims[0])
    count = len(input._size)
    if len(dims) != count:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {count} is not equal to len(dims) = {len(dims)}"
        )
    order = [wrap_dim(each, count) for each in dims]
    if len(set(order)) != count:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    sparse = len(input._places)
    if any(each >= sparse for each in order[:sparse]):
        raise RuntimeError(
            "permute(sparse_coo): transpositions between sparse and dense dimensions are not allowed."
            "Only transpositions within sparse and dense dimensions are supported."
        )
    size = [input._size[each] for each in order]
    held = input._held.permute(0, *[each - sparse + 1 for each in order[sparse:]])
    same = order[:sparse] == list(range(sparse))
    made = sparse_of(
        np.ascontiguousarray(input._places[order[:sparse]]), held, size, same and input._whole
    )
    back = np.argsort(order).tolist() if order else []
    return recorded("PermuteBackward0", made, (input,), (lambda g: g.permute(back),))


def transposed(x: Sparse, dim0: int, dim1: int) -> Sparse:
    count, sparse = len(x._size), len(x._places)
    dim0, dim1 = wrap_dim(dim0, count), wrap_dim(dim1, count)
    if max(dim0, dim1, 0) >= sparse and count:
        raise RuntimeError(
            f"sparse transpose: transposed dimensions must be sparse Got sparse_dim: {sparse}, d0: {dim0}, d1: {dim1}"
        )
    if dim0 == dim1:
        return sparse_of(x._places.copy(), x._held.detach().clone(), x._size, x._whole)
    rows = list(range(sparse))
    rows[dim0], rows[dim1] = rows[dim1], rows[dim0]
    size = list(x._size)
    size[dim0], size[dim1] = size[dim1], size[dim0]
    return sparse_of(x._places[rows], x._held.detach().clone(), size, not x._nnz())


@rule("transpose", written=True)
def transpose(input: Sparse, dim0: int, dim1: int) -> Sparse:
    return recorded(
        "TransposeBackward0", transposed(input, dim0, dim1), (input,), (lambda g: g.transpose(dim0, dim1),)
    )


@rule("adjoint", "H", "mH")
def adjoint(input: Sparse) -> Sparse:
    made = t(input)
    return made.conj() if made.is_complex() else made


@rule("t", "mT")
def t(input: Sparse) -> Sparse:
    sparse, dense = len(input._places), input.dense_dim()
    if sparse > 2 or dense:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got {sparse} sparse and {dense} dense "
            "dimensions"
        )
    made = transposed(input, 0, sparse - 1) if sparse else sparse_of(input._places, input._held, (), input._whole)
    return recorded("TBackward0", made, (input,), (lambda g: g.t(),))


@rule("transpose_")
def transpose_(input: Sparse, dim0: int, dim1: int) -> Sparse:
    from ..views import check_write

    check_write(input)
    made = transposed(input, dim0, dim1)
    assign(input, recorded("TransposeBackward0", made, (input,), (lambda g: g.transpose(dim0, dim1),)))
    return input


@rule("t_")
def t_(input: Sparse) -> Sparse:
    return transpose_(input, 0, 0 if len(input._size) < 2 else 1)


@rule("movedim")
def movedim(input: Sparse, source: Any, destination: Any) -> Sparse:
    count = len(input._size)
    froms = [wrap_dim(each, count) for each in (source if isinstance(source, (tuple, list)) else (source,))]
    to = [wrap_dim(each, count) for each in (destination if isinstance(destination, (tuple, list)) else (destination,))]
    order = [-1] * count
    for one, other in zip(froms, to, strict=True):
        order[other] = one
    rest = iter(each for each in range(count) if each not in froms)
    return permute(input, [next(rest) if each < 0 else each for each in order])


@rule("unsqueeze")
def unsqueeze(input: Sparse, dim: int) -> Sparse:
    sparse = len(input._places)
    place = wrap_dim(dim, len(input._size) + 1)
    size = [*input._size[:place], 1, *input._size[place:]]
    if place <= sparse:
        places = np.insert(input._places, place, 0, axis=0)
        made = sparse_of(places, input._held.detach(), size)
    else:
        made = sparse_of(input._places, input._held.detach().unsqueeze(place - sparse + 1), size)
    return recorded("UnsqueezeBackward0", made, (input,), (lambda g: g.squeeze(place),))


@rule("select")
def select(input: Sparse, dim: int, index: int) -> Any:
    count, sparse = len(input._size), len(input._places)
    if not count:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    place = wrap_dim(dim, count)
    size = input._size[place]
    index = int(index)
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input._size)} at dimension {place}"
        )
    index %= size
    rest = [*input._size[:place], *input._size[place + 1:]]
    if place < sparse:
        hit = np.flatnonzero(input._places[place] == index)
        held = input._held.detach()
        values = wrap(held._data[hit])
        if sparse == 1:
            made: Any = values.sum(0).to(input.dtype)
        else:
            made = sparse_of(np.delete(input._places, place, 0).take(hit, 1), values, rest)
    else:
        made = sparse_of(input._places, input._held.detach().select(place - sparse + 1, index), rest)
    shape = input._size
    if not made.is_sparse:
        zeros = FUNCTIONS["zeros"]
        return recorded("SelectBackward0", made, (input,), (
            lambda g: FUNCTIONS["select_scatter"](zeros(shape, dtype=g.dtype), g, place, index),
        ))
    return recorded("SelectBackward0", made, (input,), (lambda g: refuse("select_backward"),))


@rule("get_item")
def get_item(input: Sparse, index: Any) -> Any:
    given = index if isinstance(index, tuple) else (index,)
    parts = list(given)
    taken = sum(each is not None and each is not Ellipsis for each in parts)
    if taken > len(input._size):
        raise IndexError(f"too many indices for tensor of dimension {len(input._size)}")
    if Ellipsis in [each for each in parts if each is Ellipsis]:
        place = next(number for number, each in enumerate(parts) if each is Ellipsis)
        parts[place:place + 1] = [slice(None)] * (len(input._size) - taken)
    x: Any = input
    dim = 0
    for each in parts:
        if each is None:
            x = x.unsqueeze(dim)
            dim += 1
        elif isinstance(each, slice):
            if each != slice(None):
                raise not_run("as_strided")
            dim += 1
        elif isinstance(each, (int, np.integer)) and not isinstance(each, bool):
            x = indexed(x, dim, int(each))
        elif isinstance(each, bool):
            raise not_run("fill_.Scalar")
        else:
            raise not_run("index.Tensor")
    if x is input:
        if any(isinstance(each, slice) for each in parts) and Ellipsis not in given:
            raise not_run("as_strided")
        raise NotImplementedError("Cannot access storage of SparseTensorImpl")
    return x


def indexed(x: Any, dim: int, index: int) -> Any:
    """``select``, with the words of indexing for an index outside."""
    size = x.shape[dim] if dim < x.dim() else 0
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")
    return x.select(dim, index)


@rule("unbind")
def unbind(input: Sparse, dim: int = 0) -> tuple[Any, ...]:
    place = wrap_dim(dim, len(input._size))
    with no_grad():
        made = tuple([select(input, place, number) for number in range(input._size[place])])
    return recorded("UnbindBackward0", made, (input,), (lambda g: stacked_again(g, place, made[0].is_sparse),))


def stacked_again(g: Any, place: int, sparse: bool) -> Any:
    """The gradients of the parts together; RuntimeError where one of sparse ones is missing."""
    if isinstance(g, Tensor):
        g = [g]
    if any(each is None for each in g):
        if sparse:
            raise RuntimeError("expand is unsupported for Sparse tensors")
        shape = next(each for each in g if each is not None)
        g = [FUNCTIONS["zeros_like"](shape) if each is None else each for each in g]
    return FUNCTIONS["stack"](g, place)


@rule("index_select")
def index_select(input: Sparse, dim: int, index: Tensor) -> Sparse:
    count, sparse = len(input._size), len(input._places)
    if not count:
        raise RuntimeError("index_select() cannot be applied to a 0-dim tensor.")
    place = wrap_dim(dim, count)
    if index.dim() != 1 or index.dtype.is_floating_point or index.dtype.itemsize < 4:
        raise RuntimeError("index_select() argument index must be 1-D long-tensor.")
    length = input._size[place]
    wanted = index._data.astype(np.int64)
    outside = (wanted < -length) | (wanted >= length)
    if outside.any():
        bad = wanted[np.argmax(outside)]
        raise IndexError(
            f"index_select(): index contains {bad} that is out of range for tensor of size {list(input._size)} at "
            f"dimension {place}"
        )
    wanted = np.where(wanted < 0, wanted + length, wanted)
    size = [*input._size[:place], wanted.size, *input._size[place + 1:]]
    if place < sparse:
        row = input._places[place]
        hits = [np.flatnonzero(row == each) for each in wanted.tolist()]
        picked = np.concatenate([*hits, np.empty(0, np.int64)]).astype(np.int64)
        places = input._places.take(picked, 1)
        places[place] = np.repeat(np.arange(wanted.size), [each.size for each in hits])
        made = sparse_of(places, wrap(input._held._data[picked]), size)
    else:
        held = input._held.detach().index_select(place - sparse + 1, index)
        made = sparse_of(input._places, held, size)
    return recorded(
        "IndexSelectBackward0", made, (input,),
        (lambda g: refuse("index_add_"),),
    )


@rule("narrow_copy")
def narrow_copy(input: Sparse, dim: int, start: int, length: int) -> Sparse:
    count, sparse = len(input._size), len(input._places)
    if not 0 <= dim < count:
        raise RuntimeError(f"Dimension {dim} out of range. Expecting 0 <= dim < {count}.")
    place = dim
    size = input._size[place]
    if start + length > size or length < 0 or start < 0:
        raise RuntimeError(
            "Invalid range to narrow. range(start, start+length) must be a subset of range(0, "
            f"{size})."
        )
    sizes = [*input._size[:place], length, *input._size[place + 1:]]
    if place < sparse:
        row = input._places[place]
        hit = np.flatnonzero((row >= start) & (row < start + length))
        places = input._places.take(hit, 1)
        places[place] -= start
        made = sparse_of(places, wrap(input._held._data[hit]), sizes, input._whole)
    else:
        made = sparse_of(
            input._places.copy(), wrap(np.array(narrowed(input, place - sparse + 1, start, length), order="C")), sizes,
            input._whole,
        )
    return recorded("NarrowCopyBackward0", made, (input,), (lambda g: refuse("as_strided"),))


def refuse(name: str) -> Any:
    """What torch says of a way back that takes something that sparse tensors do not have."""
    raise not_run(name)


def narrowed(x: Sparse, axis: int, start: int, length: int) -> ndarray:
    """A part of the values along one of their dimensions."""
    return x._held._data[(slice(None),) * axis + (slice(start, start + length),)]


@rule("cat")
def cat(tensors: Sequence[Any], dim: int = 0) -> Sparse:
    given = list(tensors)
    if not isinstance(given[0], Sparse):
        raise not_run("_values", "CPU")
    for number, each in enumerate(given):
        if not isinstance(each, Sparse):
            raise RuntimeError(f"Concatenating sparse tensors, but a dense tensor was found at position {number}.")
    first = given[0]
    count, sparse = len(first._size), len(first._places)
    place = wrap_dim(dim, count)
    for number, each in enumerate(given):
        if len(each._places) != sparse or each.dense_dim() != first.dense_dim():
            raise RuntimeError(
                "All tensors must have the same sparse_dim and dense_dim: "
                f"{sparse}, {first.dense_dim()}, but tensor at position {number} has {len(each._places)}, "
                f"{each.dense_dim()}."
            )
        for axis, (one, other) in enumerate(zip(first._size, each._size, strict=True)):
            if axis != place and one != other:
                raise RuntimeError(
                    f"All tensors must have the same shape: {list(first._size)} (except in the concatenating "
                    f"dimension), but found shape: {list(each._size)} at position {number}."
                )
    total = sum(each._size[place] for each in given)
    size = [*first._size[:place], total, *first._size[place + 1:]]
    columns, values, begin = [], [], 0
    for each in given:
        moved = each._places.copy()
        held = each._held.detach()
        if place < sparse:
            moved[place] += begin
        else:
            before = list(held.shape)
            after = list(held.shape)
            axis = place - sparse + 1
            before[axis], after[axis] = begin, total - begin - held.shape[axis]
            zeros = FUNCTIONS["zeros"]
            held = FUNCTIONS["cat"](
                [zeros(before, dtype=held.dtype), held, zeros(after, dtype=held.dtype)], axis
            )
        columns.append(moved)
        values.append(held)
        begin += each._size[place]
    made = sparse_of(np.concatenate(columns, 1), FUNCTIONS["cat"](values, 0), size)
    starts = np.cumsum([0, *[each._size[place] for each in given]]).tolist()
    ways = [
        lambda g, start=start, length=each._size[place]: g.narrow(place, start, length)
        for start, each in zip(starts, given, strict=False)
    ]
    return recorded("CatBackward0", made, given, ways)


def at_least(least: int) -> Any:
    """The rule of ``atleast_1d`` and its like: new dimensions where there are too few."""

    def call(*tensors: Any) -> Any:
        given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
        made = []
        for each in given:
            while each.dim() < least:
                each = each.unsqueeze(each.dim() if each.dim() == 2 else 0)
            made.append(each)
        return made[0] if len(tensors) == 1 and given is tensors else tuple(made)

    return call


for _least in (1, 2, 3):
    RULES[f"atleast_{_least}d"] = at_least(_least)


@rule("stack")
def stack(tensors: Sequence[Any], dim: int = 0) -> Sparse:
    place = wrap_dim(dim, tensors[0].dim() + 1)
    with no_grad():
        made = cat([each.unsqueeze(place) for each in tensors], place)
    return recorded(
        "StackBackward0", made, list(tensors),
        [lambda g, number=number: g.select(place, number) for number in range(len(tensors))],
    )
