"""Operations of sparse tensors: torch.sparse."""

from __future__ import annotations

from typing import Any

from .._core.absent import room as _room
from .._core.options import Misfit as _Misfit
from .._core.options import checked as _checked
from .._core.sparse.creation import Invariants as _Invariants
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

    def __exit__(self, *exception: Any) -> None:
        assert self.saved_state is not None
        _Invariants.checked = self.saved_state
        self.saved_state = None

    def __call__(self, mth: Any) -> Any:
        from functools import wraps

        @wraps(mth)
        def test_mth(*arguments: Any, **keywords: Any) -> Any:
            with type(self)(self.state):
                return mth(*arguments, **keywords)

        return test_mth


check_sparse_tensor_invariants.__module__ = "torch.sparse"


def sum(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """The sum of all elements, or along ``dim``: sparse as long as a sparse dimension is left."""
    return _carry_out("_sparse_sum", (input, dim, dtype), {})


def _of_tensors(*given: Any) -> None:
    if not all(isinstance(each, Tensor) for each in given):
        raise _Misfit


@_checked("_sparse_mm")
def mm(sparse: Tensor, dense: Tensor, reduce: str | None = None) -> Tensor:
    """The product of two matrices: sparse for two sparse ones, else dense."""
    _of_tensors(sparse, dense)
    return _carry_out("_sparse_mm", (sparse, dense, reduce), {})


@_checked("_sparse_addmm")
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)`` for a sparse ``mat1``."""
    _of_tensors(input, mat1, mat2)
    return _carry_out("_sparse_addmm", (input, mat1, mat2), {"beta": beta, "alpha": alpha})


@_checked("_sparse_softmax")
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Softmax along ``dim`` of a sparse tensor, where what is not stored counts as minus infinity."""
    _of_tensors(input)
    return _carry_out("_sparse_softmax", (input, dim, dtype), {})


@_checked("_sparse_log_softmax")
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """The logarithm of ``softmax``."""
    _of_tensors(input)
    return _carry_out("_sparse_log_softmax", (input, dim, dtype), {})


__getattr__ = _room("torch.sparse", __name__)
