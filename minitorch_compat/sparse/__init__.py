"""Operations of sparse tensors: torch.sparse."""

from __future__ import annotations

from typing import Any

from .._core.absent import room as _room
from .._core.kinds import Size as _Size
from .._core.kinds import sparse_coo as _sparse_coo
from .._core.legacy import LEGACY as _LEGACY
from .._core.legacy import tensortype as _tensortype
from .._core.sparse.creation import Invariants as _Invariants
from .._core.sparse.creation import sparse_coo_tensor as _sparse_coo_tensor
from .._core.sparse.rules import called as _called
from .._core.sparse.rules import carry_out as _carry_out
from .._core.tensor import Tensor
from .._core.warn import warn_once as _warn_once

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


class _SparseType(_tensortype):
    """The type of ``torch.sparse.FloatTensor`` and its kin: calling one, which warns, makes a sparse tensor."""

    def __call__(cls, *arguments: Any, device: Any = None) -> Tensor:
        form, line = _LEGACY_FORMS[
            "parts" if isinstance(arguments[0], Tensor) and len(arguments) == 2 else
            "whole" if isinstance(arguments[0], Tensor) else "shape"
        ] if arguments else _LEGACY_FORMS["nothing"]
        if arguments and isinstance(arguments[0], (tuple, list)) and not isinstance(arguments[0], _Size):
            raise TypeError(
                "torch.sparse.SparseTensor(sequence) only accepts sizes.  Please use torch.sparse_coo_tensor() or "
                "construct a strided tensor and convert it to sparse via to_sparse."
            )
        _warn_once(
            f"torch.sparse.SparseTensor({form[0]}) is deprecated.  Please use torch.sparse_coo_tensor({form[1]}). "
            f"(Triggered internally at /__w/pytorch/pytorch/torch/csrc/utils/tensor_new.cpp:{line}.)",
            stacklevel=2,
        )
        if not arguments or not isinstance(arguments[0], Tensor):
            shape = arguments[0] if arguments and isinstance(arguments[0], _Size) else arguments or (0,)
            return _sparse_coo_tensor(tuple(shape), dtype=cls.dtype, check_invariants=False)
        return _sparse_coo_tensor(*arguments, check_invariants=False)


_LEGACY_FORMS = {
    "nothing": (("", "(0,), dtype="), 623), "shape": (("shape, *, device=", "shape, dtype=, device="), 684),
    "parts": (("indices, values, *, device=", "indices, values, dtype=, device="), 641),
    "whole": (("indices, values, shape, *, device=", "indices, values, shape, dtype=, device="), 653),
}  # fmt: skip
for _dtype in _LEGACY:
    _name = f"{_dtype.scalar_type}Tensor"
    if _name != "BoolTensor":
        globals()[_name] = _SparseType(_name, (), {
            "__module__": "torch.sparse", "dtype": _dtype, "layout": _sparse_coo, "is_cuda": False, "is_sparse": True,
        })
__getattr__ = _room("torch.sparse", __name__)
