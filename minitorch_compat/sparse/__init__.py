"""Operations of sparse tensors: torch.sparse."""

from __future__ import annotations

from typing import Any

from .._core.absent import room as _room
from .._core.sparse.creation import Invariants as _Invariants
from .._core.sparse.rules import called as _called
from .._core.sparse.rules import carry_out as _carry_out
from .._core.tensor import Tensor

__all__ = ["addmm", "check_sparse_tensor_invariants", "log_softmax", "mm", "softmax", "sum"]


class check_sparse_tensor_invariants:
    """Check new sparse tensors, or do not, inside a ``with`` block, in a decorated function, or from now on."""

    def __init__(self, enable: bool = True) -> None:
        self.state = enable
        self.saved_state: bool | None = None

    @staticmethod
    def is_enabled() -> bool:
        """Whether new sparse tensors are checked."""
        return bool(_Invariants.checked)

    @staticmethod
    def enable() -> None:
        """Check new sparse tensors from now on."""
        _Invariants.checked = True

    @staticmethod
    def disable() -> None:
        """Check them no more."""
        _Invariants.checked = False

    def __enter__(self) -> None:
        if self.saved_state is not None:
            raise RuntimeError(
                "This context manager instance is already activated. Use a different context manager instance for "
                "context nesting."
            )
        self.saved_state = self.is_enabled()
        _Invariants.checked = self.state

    def __exit__(self, type: Any, value: Any, traceback: Any) -> None:
        assert self.saved_state is not None
        _Invariants.checked = self.saved_state
        self.saved_state = None

    def __call__(self, mth: Any) -> Any:
        from functools import wraps

        @wraps(mth)
        def test_mth(*arguments: Any, **keywords: Any) -> Any:
            with check_sparse_tensor_invariants(self.state):
                return mth(*arguments, **keywords)

        return test_mth


check_sparse_tensor_invariants.__module__ = "torch.sparse"


def sum(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """The sum of all elements, or along ``dim``: sparse as long as a sparse dimension is left."""
    return _carry_out("_sparse_sum", (input, dim, dtype), {})


def _native(name: str, documentation: str) -> Any:
    """A function that torch has written in C."""

    def call(*arguments: Any, **keywords: Any) -> Tensor:
        return _called(name, arguments, keywords)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = documentation
    return call


mm = _native("_sparse_mm", "The product of two matrices: sparse for two sparse ones, else dense.")
addmm = _native("_sparse_addmm", "``beta * input + alpha * (mat1 @ mat2)`` for a sparse ``mat1``.")
softmax = _native("_sparse_softmax", "Softmax along a dimension, where what is not stored counts as minus infinity.")
log_softmax = _native("_sparse_log_softmax", "The logarithm of ``softmax``.")
spdiags = _native("_spdiags", "A sparse matrix with the rows of ``diagonals`` on its diagonals at ``offsets``.")
__getattr__ = _room("torch.sparse", __name__)
