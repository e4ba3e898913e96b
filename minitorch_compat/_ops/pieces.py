"""Tensors cut into equal pieces that are put side by side, as sharded parameters are."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .._core.errors import Misfit
from .._core.forms import write_out
from .._core.operations import op
from .._core.tensor import Tensor, wrap_dim
from .entry import publish
from .random import no_derivative

Arrays = Sequence[np.ndarray]


@op("_chunk_cat_", method=False, module=False, node="NotImplemented", tensors=no_derivative("_chunk_cat"))
def pieces(tensors: Arrays, dim, number):
    """Each tensor cut into so many pieces along a dimension, the last ones filled up with zeros, in rows beside the
    pieces of the others.
    """
    rows = []
    for each in tensors:
        lead, length, inner = each.shape[:dim], each.shape[dim], prod(each.shape[dim + 1 :])
        size = -(-length // number)
        filled = np.zeros((*lead, size * number, inner), each.dtype)
        filled[..., :length, :] = each.reshape(*lead, length, inner)
        rows.append(filled.reshape(*lead, number, size * inner))
    return np.concatenate(rows, -1)


def _chunk_cat(tensors: Any, dim: int, num_chunks: int, *, out: Tensor | None = None) -> Tensor:
    """Pieces of tensors in rows: all first pieces, then all second ones, and so on.

    RuntimeError without a tensor, without pieces, for empty tensors and for those of several dtypes or of other sizes
    before the dimension.
    """
    if not isinstance(tensors, (list, tuple)) or not all(isinstance(each, Tensor) for each in tensors):
        raise Misfit
    if not tensors:
        raise RuntimeError("_chunk_cat expects a non-empty input tensor list")
    if num_chunks < 1:
        raise RuntimeError("_chunk_cat expects positive num_chunks")
    first = tensors[0]
    counts = {each.dim() for each in tensors}
    if dim < 0 and len(counts) > 1:
        raise RuntimeError("_chunk_cat expects non-negative dim when input tensors have different ndims")
    dim = wrap_dim(dim, first.dim())
    for each in tensors:
        if not each.numel():
            raise RuntimeError("_chunk_cat expects non-empty tensor")
        if each.dtype is not first.dtype:
            raise RuntimeError("_chunk_cat expects all input tensors with the same dtype")
        if dim >= each.dim():
            raise RuntimeError("_chunk_cat expects dim < ndim for all input tensors")
        if each.shape[:dim] != first.shape[:dim]:
            raise RuntimeError("_chunk_cat expects same sizes of 0,...,dim-1 dimensions for all tensors")
    made = pieces(tensors, dim, num_chunks)
    return made if out is None else write_out("_chunk_cat", out, made, tuple(tensors))


publish("_chunk_cat", _chunk_cat, method=False)
