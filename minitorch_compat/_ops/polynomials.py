"""Orthogonal polynomials, and functions of Bessel and Airy, none of which torch can differentiate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.forms import write_out
from .._core.scalars import is_number
from .._core.tensor import Tensor, wrap
from .._kernels import layout, polynomials, special
from . import entry
from .special import SPECIAL

Array = np.ndarray


def without_halves(name: str, x: Array) -> None:
    """NotImplementedError for dtypes that torch has no kernel for."""
    if x.dtype.char not in "fd":
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")


def polynomial(name: str, kernel: Callable[[Array, Array], Array]) -> None:
    """Declare a polynomial of a degree, both tensors, or one of them a number."""

    def function(x: Any, n: Any, *, out: Tensor | None = None) -> Tensor:
        operands = [each._data if isinstance(each, Tensor) else each for each in (x, n)]
        if not isinstance(x, Tensor) and (not isinstance(n, Tensor) or not is_number(x)):
            raise Misfit
        if not isinstance(n, Tensor) and not is_number(n):
            raise Misfit
        wanted = dtypes.to_float(dtypes.result_type(*operands)).numpy
        left, right = (np.asarray(each).astype(wanted, copy=False) for each in operands)
        without_halves(name, left)
        layout.broadcast_shapes(left.shape, right.shape)
        with np.errstate(all="ignore"):
            made = np.asarray(kernel(left, right), wanted)
        if made.ndim > 1:
            made = layout.laid_out(made, left, right)
        result = wrap(made)
        return result if out is None else write_out(name, out, result, ())

    SPECIAL[name] = entry.guarded(f"special_{name}", function, False)


def of_one(name: str, kernel: Callable[[Array], Array]) -> None:
    """Declare a function of one real argument."""

    def function(input: Tensor, *, out: Tensor | None = None) -> Tensor:
        x = input._data
        x = x.astype(dtypes.to_float(dtypes.of(x)).numpy, copy=False)
        without_halves(name, x)
        with np.errstate(all="ignore"):
            made = np.asarray(kernel(x), x.dtype)
        result = wrap(layout.laid_out(made, input._data) if made.ndim > 1 else made)
        return result if out is None else write_out(name, out, result, ())

    SPECIAL[name] = entry.guarded(f"special_{name}", function, False)


for _name in (
    "chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w",
    "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p",
    "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
):
    polynomial(_name, getattr(polynomials, _name))
for _name in (
    "airy_ai", "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1",
    "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "spherical_bessel_j0",
):
    of_one(_name, getattr(special, _name))
