"""The special functions: ``torch.special``."""

from ._core.forms import FUNCTIONS as _FUNCTIONS
from ._ops import polynomials as _polynomials  # noqa: F401
from ._ops.special import SPECIAL as _SPECIAL

_SHARED = """
    digamma erf erfc erfinv exp2 expm1 i0 log1p log_softmax logit logsumexp polygamma sinc softmax xlogy
"""
_RENAMED = {
    "expit": "sigmoid", "gammainc": "igamma", "gammaincc": "igammac", "gammaln": "lgamma", "multigammaln": "mvlgamma",
    "psi": "digamma",
}

globals().update(_SPECIAL)
globals().update({name: _FUNCTIONS[name] for name in _SHARED.split()})
globals().update({name: _FUNCTIONS[same] for name, same in _RENAMED.items()})

__all__ = sorted((*_SPECIAL, *_SHARED.split(), *_RENAMED))



def __getattr__(name: str) -> object:
    raise AttributeError(f"module 'torch.special' has no attribute '{name}'")
