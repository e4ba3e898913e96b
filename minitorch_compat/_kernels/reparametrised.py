"""How draws follow the parameters they were drawn with: derivatives through the distribution function.

A draw x with the distribution function F(x; a) stays at its quantile when the parameter moves, so that
dx/da = -(dF/da) / (dF/dx). The derivative of F by a shape parameter is a central difference, improved once by
Richardson's extrapolation, of SciPy's incomplete gamma or beta function in double precision; torch has approximations
of its own, good to about 1e-3 relative.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STEP = 1e-3


def _slope(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    step = STEP * at
    near = (function(at + step / 2) - function(at - step / 2)) / step
    far = (function(at + step) - function(at - step)) / (2 * step)
    return (4 * near - far) / 3


def gamma_slope(alpha: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """The derivative of a draw from Gamma(alpha, 1) by alpha."""
    from scipy import special

    a, x = alpha.astype(np.float64), draw.astype(np.float64)
    with np.errstate(all="ignore"):
        # The smaller of the two tails has the digits.
        lower = _slope(lambda shape: special.gammainc(shape, x), a)
        upper = -_slope(lambda shape: special.gammaincc(shape, x), a)
        density = np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))
        slope = -np.where(x < a, lower, upper) / density
        # Far below, where F and its density vanish, x**a / (a * gamma(a)) is all of F.
        small = -x / a * (np.log(x) - special.digamma(a + 1))
        slope = np.where((x < 1e-8) | ~np.isfinite(slope), small, slope)
    return slope.astype(alpha.dtype)


def dirichlet_slope(draw: np.ndarray, alpha: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The derivative of a draw from Beta(alpha, total - alpha) by alpha, over one minus the draw."""
    from scipy import special

    x, a, whole = (each.astype(np.float64) for each in (draw, alpha, total))
    b = whole - a
    with np.errstate(all="ignore"):
        lower = _slope(lambda shape: special.betainc(shape, b, x), a)
        upper = -_slope(lambda shape: special.betainc(b, shape, 1 - x), a)
        density = np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b))
        slope = -np.where(x < a / whole, lower, upper) / density
        small = -x / a * (np.log(x) - special.digamma(a) - 1 / a + special.digamma(whole))
        slope = np.where((x < 1e-8) | ~np.isfinite(slope), small, slope) / (1 - x)
    return slope.astype(alpha.dtype)
