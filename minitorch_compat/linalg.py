"""Linear algebra: ``torch.linalg``."""

from ._ops import factorisations as _factorisations  # noqa: F401
from ._ops.linear_algebra import LINEAR_ALGEBRA as _LINEAR_ALGEBRA
from ._ops.linear_algebra import LinAlgError as LinAlgError

globals().update(_LINEAR_ALGEBRA)

__all__ = ["LinAlgError", *sorted(_LINEAR_ALGEBRA)]


def __getattr__(name: str) -> object:
    raise AttributeError(f"module 'torch.linalg' has no attribute '{name}'")
