"""Discrete Fourier transforms: ndarray in, ndarray out.

A mode of normalisation is 0 for none, 1 for a division by the root of the number of points, 2 by the number itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import layout

ndarray = np.ndarray
FORWARD: tuple[Any, ...] = ("backward", "ortho", "forward")
INVERSE = FORWARD[::-1]
"""NumPy's names of the modes; where it divides in an inverse transform, it does not in a forward one."""


def arranged(r: ndarray, like: ndarray, dims: Sequence[int]) -> ndarray:
    """``r`` in memory as torch leaves it: the transformed dimensions innermost, the others in the order of ``like``."""
    steps = layout.strides(like)
    others = sorted((dim for dim in range(r.ndim) if dim not in dims), key=lambda dim: -steps[dim])
    order = [*others, *dims]
    return np.ascontiguousarray(r.transpose(order)).transpose(np.argsort(order))


def check(x: ndarray) -> None:
    """RuntimeError for no numbers at all, from which the library behind torch's transforms plans nothing."""
    if not x.size:
        raise RuntimeError("MKL FFT error: Intel oneMKL DFTI ERROR: Inconsistent configuration parameters")


def c2c(x: ndarray, dim: Sequence[int], norm: int, forward: bool) -> ndarray:
    """Complex to complex."""
    check(x)
    made = np.fft.fftn(x, axes=dim, norm=FORWARD[norm]) if forward else np.fft.ifftn(x, axes=dim, norm=INVERSE[norm])
    steps = layout.strides(x)
    return arranged(made.astype(x.dtype, copy=False), x, sorted(dim, key=lambda each: (-steps[each], each)))


def r2c(x: ndarray, dim: Sequence[int], norm: int, onesided: bool) -> ndarray:
    """Real to complex, of the last transformed dimension one half or both."""
    check(x)
    made = (np.fft.rfftn if onesided else np.fft.fftn)(x, axes=dim, norm=FORWARD[norm])
    return arranged(made.astype(np.complex64 if x.dtype.char == "f" else np.complex128, copy=False), x, dim)


def c2r(x: ndarray, dim: Sequence[int], norm: int, last: int) -> ndarray:
    """One half of a spectrum to ``last`` real numbers."""
    check(x)
    sizes = [*(x.shape[each] for each in dim[:-1]), last]
    made = np.fft.irfftn(x, s=sizes, axes=dim, norm=INVERSE[norm])
    return arranged(made.astype(np.float32 if x.dtype.char == "F" else np.float64, copy=False), x, dim)
