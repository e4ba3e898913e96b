"""What tests need: ``torch.testing``."""

from .._core.absent import absent as _absent
from .comparison import assert_allclose, assert_close
from .creation import make_tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]


def __getattr__(name: str) -> object:
    if name == "FileCheck":
        raise _absent("torch.testing.FileCheck")
    raise AttributeError(f"module 'torch.testing' has no attribute '{name}'")
