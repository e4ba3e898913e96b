"""Linear algebra: ``torch.linalg``."""

from ._core.absent import absent as _absent
from ._ops.linear_algebra import LINEAR_ALGEBRA as _LINEAR_ALGEBRA
from ._ops.linear_algebra import LinAlgError as LinAlgError

_LACKING = """ldl_factor ldl_factor_ex ldl_solve"""

globals().update(_LINEAR_ALGEBRA)

__all__ = ["LinAlgError", *sorted(_LINEAR_ALGEBRA)]


def __getattr__(name: str) -> object:
    if name in _LACKING.split():
        raise _absent(f"torch.linalg.{name}")
    raise AttributeError(f"module 'torch.linalg' has no attribute '{name}'")
