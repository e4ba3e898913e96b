"""The special functions: ``torch.special``."""

from ._core.absent import absent as _absent
from ._core.forms import FUNCTIONS as _FUNCTIONS
from ._ops.special import SPECIAL as _SPECIAL

_SHARED = """
    digamma erf erfc erfinv exp2 expm1 i0 log1p log_softmax logit logsumexp polygamma round sinc softmax xlogy
"""
_RENAMED = {
    "expit": "sigmoid", "gammainc": "igamma", "gammaincc": "igammac", "gammaln": "lgamma", "multigammaln": "mvlgamma",
    "psi": "digamma",
}
_LACKING = """airy_ai chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w
    hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p modified_bessel_i0
    modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0 scaled_modified_bessel_k1
    shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v
    shifted_chebyshev_polynomial_w spherical_bessel_j0"""

globals().update(_SPECIAL)
globals().update({name: _FUNCTIONS[name] for name in _SHARED.split()})
globals().update({name: _FUNCTIONS[same] for name, same in _RENAMED.items()})

__all__ = sorted((*_SPECIAL, *_SHARED.split(), *_RENAMED))


def __getattr__(name: str) -> object:
    if name in _LACKING.split():
        raise _absent(f"torch.special.{name}")
    raise AttributeError(f"module 'torch.special' has no attribute '{name}'")
