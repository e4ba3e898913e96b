"""From one layout to another."""

from __future__ import annotations

from typing import Any

from .. import kinds
from ..tensor import Tensor
from . import compressed, creation
from .tensor import Sparse


def to_layout(
    input: Tensor, sparse_dim: Any = None, *, layout: Any = None, blocksize: Any = None, dense_dim: Any = None
) -> Any:
    """``Tensor.to_sparse``: by the number of sparse dimensions, or by a layout."""
    if isinstance(sparse_dim, kinds.layout):
        layout, sparse_dim = sparse_dim, None
    if layout is kinds.strided:
        return input.to_dense() if isinstance(input, Sparse) else input
    if layout in compressed.TURNED or isinstance(input, compressed.Compressed):
        return compressed.to_layout(input, layout, blocksize, dense_dim)
    if isinstance(input, Sparse):
        if sparse_dim is not None and sparse_dim != len(input._places):
            raise RuntimeError(
                "to_sparse: conversion from Sparse to Sparse with sparse_dim argument !=self.sparse_dim() is not "
                "supported"
            )
        return input
    if sparse_dim is None and dense_dim is not None:
        sparse_dim = input.dim() - dense_dim
    node = "ToSparseBackward0" if sparse_dim is not None else "ToSparseBackward1"
    return creation.to_sparse(input, sparse_dim, node)
