"""Hashes of a tensor's elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.dtypes import not_implemented_for
from .._core.errors import Misfit
from .._core.families import axes_of
from .._core.forms import write_out
from .._core.tensor import Tensor, wrap
from .._kernels.elementwise import widened
from . import entry


def hash_tensor(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, mode: int = 0, out: Tensor | None = None
) -> Tensor:
    """The bits of all elements, or of those along dimensions, as float64 or int64, joined by exclusive or: uint64.

    RuntimeError for another mode than 0 and for nothing to hash, IndexError along a dimension without elements,
    NotImplementedError for complex numbers and for unsigned integers of more than 8 bits.
    """
    if not isinstance(input, Tensor):
        raise Misfit
    x = input._data
    if mode != 0:
        raise RuntimeError(f"Unknown hash_tensor mode: {mode}")
    axes = axes_of(dim, x.ndim, "hash_tensor")
    if out is not None and str(out.dtype) != "torch.uint64":
        raise RuntimeError(f"Expected result to be of dtype uint64, but got {out.dtype.scalar_type}")
    for each in range(x.ndim) if axes is None else axes:
        if not x.size and axes is None:
            raise RuntimeError(
                "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                "with the 'dim' argument."
            )
        if not x.shape[each]:
            raise IndexError(f"hash_tensor: Expected reduction dim {each} to have non-zero size.")
    if x.dtype.kind == "c" or (x.dtype.kind == "u" and x.itemsize > 1):
        raise not_implemented_for("xor_sum_cpu", input.dtype)
    bits = widened(x).astype(np.float64 if x.dtype.kind in "fV" else np.int64).view(np.uint64)
    joined: Any = np.bitwise_xor.reduce
    made = wrap(np.asarray(joined(bits, axis=axes, keepdims=keepdim)))
    return made if out is None else write_out("hash_tensor", out, made, ())


entry.publish("hash_tensor", hash_tensor)
