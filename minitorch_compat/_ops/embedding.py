"""Rows of a table by number: one for each index, or reduced in bags; one-hot vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes
from .._core.operations import op
from .._core.recording import arrays, tensors
from .._core.tensor import Tensor, wrap
from .._kernels import reduce
from .._kernels.elementwise import widened
from . import entry
from .random import no_derivative

Array = np.ndarray


def check_indices(indices: Array, name: str) -> None:
    """RuntimeError for indices that are neither int64 nor int32."""
    if indices.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{dtypes.of(indices).tensor_type.removeprefix('torch.')} instead (while checking arguments for "
            f"{name})"
        )


def shares(indices: Array, padding_idx: int, scale_grad_by_freq: bool, dtype: np.dtype) -> Array | None:
    """What each place contributes to the gradient of its row: nothing for padding, less where a row is frequent."""
    share = None
    if scale_grad_by_freq:
        _, inverse, counts = np.unique(indices, return_inverse=True, return_counts=True)
        share = (dtype.type(1) / counts.astype(dtype))[inverse.reshape(-1)]
    if padding_idx >= 0:
        padded = indices.ravel() == padding_idx
        if padded.any():
            share = np.where(padded, dtype.type(0), dtype.type(1) if share is None else share)
    return share


@op(method=False, module=False,
    g=lambda xp, g, indices, padding_idx, scale_grad_by_freq: xp.embedding_rows(
        g, indices, padding_idx, scale_grad_by_freq
    ))
def embedding_dense_backward(g: Array, indices: Array, num_weights, padding_idx, scale_grad_by_freq):
    """The gradient of the table: each row is the sum over its places."""
    rows = g.reshape(-1, g.shape[-1])
    share = shares(indices, padding_idx, scale_grad_by_freq, rows.dtype)
    if share is not None:
        rows = rows * share[:, None]
    table = np.zeros((num_weights, g.shape[-1]), g.dtype)
    np.add.at(table, indices.ravel(), rows)
    return table


@op("embedding_rows", method=False, module=False,
    x=lambda xp, g, indices, x_shape, padding_idx, scale_grad_by_freq: xp.embedding_dense_backward(
        g, indices, x_shape[0], padding_idx, scale_grad_by_freq
    ))
def embedding_rows(x: Array, indices: Array, padding_idx, scale_grad_by_freq):
    """The rows that a change of the table's gradient reaches."""
    rows = x[indices.ravel()]
    share = shares(indices, padding_idx, scale_grad_by_freq, x.dtype)
    if share is not None:
        rows = rows * share[:, None]
    return rows.reshape(*indices.shape, x.shape[-1])


def sparse_backward(g: Array, indices: Array, num_weights: int, padding_idx: int, scale_grad_by_freq: bool) -> Any:
    """The gradient of the table as a sparse one: a row for each place."""
    from .._core.graph import carried

    return carried(tensors.embedding_sparse_backward(wrap(g), wrap(indices), num_weights, padding_idx,
                                                     scale_grad_by_freq))


def sparse_backward_of_tensors(
    g: Tensor, indices: Tensor, num_weights: int, padding_idx: int, scale_grad_by_freq: bool
) -> Tensor:
    """The same, recorded. RuntimeError for rows weighted by frequency."""
    from .._core.sparse.creation import assembled

    if scale_grad_by_freq:
        raise RuntimeError("embedding_backward: scale_grad_by_freq not supported with sparse gradients")
    rows = g.reshape(-1, g.shape[-1])  # type: ignore[attr-defined]
    places = indices._data.reshape(1, -1).astype(np.int64)
    if padding_idx >= 0:
        kept = np.flatnonzero(places[0] != padding_idx)
        if kept.size < places.size:
            places, rows = places.take(kept, 1), tensors.index_select(rows, 0, wrap(kept))
    return assembled(places, rows, (num_weights, g.shape[-1]), False)


arrays.embedding_sparse_backward = sparse_backward
tensors.embedding_sparse_backward = sparse_backward_of_tensors


@op("embedding_", method=False, module=False, node="EmbeddingBackward0",
    x=lambda xp, g, indices, x_shape, padding_idx, scale_grad_by_freq, sparse: (
        xp.embedding_sparse_backward if sparse else xp.embedding_dense_backward
    )(g, indices, x_shape[0], padding_idx, scale_grad_by_freq))
def lookup(x: Array, indices: Array, padding_idx, scale_grad_by_freq, sparse=False):
    if indices.size and (indices.min() < 0 or indices.max() >= len(x)):
        raise IndexError("index out of range in self")
    return x[indices]


def embedding(
    weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Tensor:
    """The rows of ``weight`` that ``indices`` name."""
    if weight._data.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    check_indices(indices._data, "embedding")
    return lookup(weight, indices, int(padding_idx), bool(scale_grad_by_freq), bool(sparse))


def embedding_renorm_(input: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> Tensor:
    """Shrink the rows that ``indices`` name to a norm of at most ``max_norm``, in place."""
    table = input._data
    if table.ndim != 2:
        raise RuntimeError(f"Expected 2-dimensional tensor, but got {table.ndim}-dimensional tensor for argument #1 "
                           "'self' (while checking arguments for embedding_renorm_)")
    check_indices(indices._data, "embedding_renorm_")
    rows = np.unique(indices._data)
    if rows.size and (rows[0] < 0 or rows[-1] >= len(table)):
        raise IndexError("index out of range in self")
    norms = reduce.norm(table[rows], float(norm_type), (1,), False)
    long = norms > max_norm
    factors = max_norm / (norms[long].astype(np.float64) + 1e-7)
    table[rows[long]] = table[rows[long]] * factors.astype(table.dtype)[:, None]
    input._bump()
    return input


# ---- bags


def bag_numbers(indices: Array, offsets: Array) -> Array:
    """The bag of each place."""
    marks = np.zeros(indices.size + 1, np.int64)
    np.add.at(marks, offsets, 1)
    return np.cumsum(marks[: indices.size]) - 1


def bag_sums(rows: Array, bags: Array, count: int) -> Array:
    sums = np.zeros((count, rows.shape[1]), rows.dtype)
    np.add.at(sums, bags, rows)
    return sums


@op("embedding_bag_", method=False, module=False, node="EmbeddingBagBackward0",
    x=lambda xp, g, x_shape, per_sample_weights, indices, bags, sizes, winners, scale, mode, padding_idx, sparse: (
        xp.embedding_bag_rows if sparse else xp.embedding_bag_table
    )(g, per_sample_weights, indices, bags, sizes, winners, x_shape[0], scale, mode, padding_idx),
    per_sample_weights=lambda xp, g, x, indices, bags, padding_idx: xp.embedding_bag_dots(
        g, x, indices, bags, padding_idx
    ))
def bag(
    x: Array, per_sample_weights: Array | None, indices: Array, bags: Array, sizes: Array, winners: Array,
    count, scale, mode, padding_idx, sparse=False,
):
    """The rows of each bag, added up or averaged, or the largest of each column."""
    if mode == 2:
        best = x[winners, np.arange(x.shape[1])] if x.shape[0] else np.zeros(winners.shape, x.dtype)
        return np.where(sizes[:, None] > 0, best, x.dtype.type(0))
    kept = indices != padding_idx
    rows = widened(x[indices[kept]])
    if per_sample_weights is not None:
        rows = rows * widened(per_sample_weights[kept])[:, None]
    sums = bag_sums(rows, bags[kept], count)
    if mode == 1:
        sums = sums / np.maximum(sizes, 1).astype(sums.dtype)[:, None]
    return sums.astype(x.dtype, copy=False)


def sparse_bag_rows(
    g: Array, per_sample_weights: Array | None, indices: Array, bags: Array, sizes: Array, winners: Array, rows: int,
    scale: bool, mode: int, padding_idx: int,
) -> Any:
    """The gradient of the table as a sparse one: of each place its share of the gradient of its bag."""
    from .._core.graph import carried

    weights = None if per_sample_weights is None else wrap(per_sample_weights)
    return carried(sparse_bag_rows_of_tensors(
        wrap(g), weights, wrap(indices), wrap(bags), wrap(sizes), wrap(winners), rows, scale, mode, padding_idx
    ))


def sparse_bag_rows_of_tensors(
    g: Tensor, per_sample_weights: Tensor | None, indices: Tensor, bags: Tensor, sizes: Tensor, winners: Tensor,
    rows: int, scale: bool, mode: int, padding_idx: int,
) -> Tensor:
    """The same, recorded."""
    spread = tensors.index_select(g, 0, bags)
    if mode == 1:
        share = bag_shares(None, indices._data, bags._data, sizes._data, False, mode, -1, g._data.dtype)
        spread = spread * wrap(share[:, None])
    if per_sample_weights is not None:
        spread = spread * per_sample_weights.unsqueeze(1)  # type: ignore[attr-defined]
    return tensors.embedding_sparse_backward(spread, indices, rows, padding_idx, scale)


arrays.embedding_bag_rows = sparse_bag_rows
tensors.embedding_bag_rows = sparse_bag_rows_of_tensors


@op("embedding_bag_table", method=False, module=False,
    into=lambda xp, g, per_sample_weights, indices, bags, sizes, winners, scale, mode, padding_idx, into_shape:
        xp.embedding_bag_gather(
            g, per_sample_weights, indices, bags, sizes, winners, into_shape[0], scale, mode, padding_idx
        ),
    per_sample_weights=lambda xp, g, into, indices, bags, padding_idx: xp.embedding_bag_dots(
        into, g, indices, bags, padding_idx
    ))
def bag_table(
    into: Array, per_sample_weights: Array | None, indices: Array, bags: Array, sizes: Array, winners: Array, rows,
    scale, mode, padding_idx,
):
    """The gradient of the table, from that of the bags."""
    table = np.zeros((rows, into.shape[1]), into.dtype)
    if mode == 2:
        filled = sizes > 0
        columns = np.broadcast_to(np.arange(into.shape[1]), winners[filled].shape)
        np.add.at(table, (winners[filled], columns), into[filled])
        return table
    share = bag_shares(per_sample_weights, indices, bags, sizes, scale, mode, padding_idx, into.dtype)
    np.add.at(table, indices, into[bags] * share[:, None])
    return table


def bag_shares(
    weights: Array | None, indices: Array, bags: Array, sizes: Array, scale: bool, mode: int, padding_idx: int,
    dtype: np.dtype,
) -> Array:
    """What each place contributes to its bag, as the gradient sees it."""
    share = np.where(indices != padding_idx, dtype.type(1), dtype.type(0))
    if weights is not None:
        share = share * weights
    if mode == 1:
        share = share / np.maximum(sizes, 1).astype(dtype)[bags]
    if scale:
        _, inverse, counts = np.unique(indices, return_inverse=True, return_counts=True)
        share = share / counts.astype(dtype)[inverse]
    return share


@op("embedding_bag_gather", method=False, module=False,
    table=lambda xp, g, per_sample_weights, indices, bags, sizes, winners, scale, mode, padding_idx, table_shape:
        xp.embedding_bag_table(
            g, per_sample_weights, indices, bags, sizes, winners, table_shape[0], scale, mode, padding_idx
        ),
    per_sample_weights=lambda xp, g, table, indices, bags, padding_idx: xp.embedding_bag_dots(
        g, table, indices, bags, padding_idx
    ))
def bag_gather(
    table: Array, per_sample_weights: Array | None, indices: Array, bags: Array, sizes: Array, winners: Array, count,
    scale, mode, padding_idx,
):
    """What a change of the table's gradient does to that of the bags."""
    if mode == 2:
        return np.where(sizes[:, None] > 0, table[winners, np.arange(table.shape[1])], table.dtype.type(0))
    share = bag_shares(per_sample_weights, indices, bags, sizes, scale, mode, padding_idx, table.dtype)
    return bag_sums(table[indices] * share[:, None], bags, count)


NO_SECOND = no_derivative("_embedding_bag_per_sample_weights_backward")


@op("embedding_bag_dots", method=False, module=False, node="NotImplemented", into=NO_SECOND, x=NO_SECOND)
def bag_dots(into: Array, x: Array, indices: Array, bags: Array, padding_idx):
    """The gradient of the weights of places: each row times the gradient of its bag."""
    dots = np.asarray((into[bags] * x[indices]).sum(1))
    return np.where(indices != padding_idx, dots, dots.dtype.type(0))


def bag_lookup(
    weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool = False, mode: int = 0,
    sparse: bool = False, per_sample_weights: Tensor | None = None, include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The bags, then the bag of each place, the sizes of the bags and, for their largest, where these were found."""
    table, places, starts = weight._data, indices._data, offsets._data
    check_indices(places, "embedding_bag")
    check_indices(starts, "embedding_bag")
    if starts.size and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {starts[0]}\n[ {dtypes.of(starts).tensor_type}{{}} ]"
        )
    if starts.size and starts[-1] > places.size:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {places.size} but got offsets[-1] of {starts[-1]}"
        )
    if padding_idx is None:
        padding_idx = -1
    elif not -len(table) <= padding_idx < len(table):
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-len(table)} through {len(table) - 1}, but got "
            f"{padding_idx}"
        )
    elif padding_idx < 0:
        padding_idx += len(table)
    outside = (places < 0) | (places >= len(table))
    if outside.any():
        first = int(np.argmax(outside))
        raise RuntimeError(
            f"Index {first} of input takes value {places[first]} which is not in the valid range [0, {len(table)})"
        )
    if include_last_offset:
        starts = starts[:-1]
    count = starts.size
    bags = bag_numbers(places, starts)
    sizes = np.bincount(bags[places != padding_idx], minlength=count).astype(np.int64)
    winners = np.zeros((count, table.shape[1]) if mode == 2 else 0, np.int64)
    if mode == 2:
        best = np.zeros((count, table.shape[1]), table.dtype)
        empty = np.ones(count, bool)
        for index, number in zip(places.tolist(), bags.tolist(), strict=True):
            if index != padding_idx:
                better = empty[number] | (table[index] > best[number])
                best[number] = np.where(better, table[index], best[number])
                winners[number] = np.where(better, index, winners[number])
                empty[number] = False
    result = bag(
        weight, per_sample_weights, indices, wrap(bags), wrap(sizes), wrap(winners), count,
        bool(scale_grad_by_freq), int(mode), padding_idx, bool(sparse),
    )
    known = mode != 0 or padding_idx >= 0
    told = bags.astype(places.dtype) if known else np.empty(0, places.dtype)
    counted = (sizes if known else np.zeros(count, np.int64)).astype(starts.dtype)
    return result, wrap(told), wrap(counted), wrap(winners if mode == 2 else counted.copy())


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Vectors of zeros with a one at the place that each integer names."""
    numbers = input._data
    if numbers.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not numbers.size:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return wrap(np.empty((*numbers.shape, num_classes), np.int64))
    if numbers.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(numbers.max()) + 1
    elif num_classes <= numbers.max():
        raise RuntimeError("Class values must be smaller than num_classes.")
    vectors = wrap((numbers[..., None] == np.arange(num_classes)).astype(np.int64))
    # torch fills with zeros, then scatters ones: two writes.
    vectors._bump()
    vectors._bump()
    return vectors


one_hot = entry.guarded("one_hot", one_hot, False)
entry.publish("embedding", embedding, method=False)
entry.publish("embedding_renorm_", embedding_renorm_, method=False)
entry.publish("embedding_bag", bag_lookup, method=False)
