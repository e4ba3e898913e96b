"""Views that show their memory conjugated: what torch calls a tensor with the conjugate bit set."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._kernels.layout import empty_strided, strides
from . import errors
from .modes import mode
from .tensor import Tensor
from .views import make_view

ndarray = np.ndarray
new = object.__new__


class ConjugateView(Tensor):
    """The conjugate of a complex tensor over the same memory.

    Operations are given the conjugated values; a write to these goes back into the memory when it is counted.
    """

    _memory: ndarray
    _shown: tuple[int, ndarray] | None

    @property
    def _data(self) -> ndarray:  # type: ignore[override]
        shown = self._shown
        version = self._shared.number
        if shown is None or shown[0] != version:
            made = empty_strided(self._memory.shape, strides(self._memory), self._memory.dtype)
            made[...] = np.conj(self._memory)
            shown = self._shown = version, made
        return shown[1]

    @_data.setter
    def _data(self, array: ndarray) -> None:
        raise RuntimeError("a conjugated view keeps its memory")

    def _bump(self, times: int = 1) -> None:
        written = self._data
        np.conj(written, self._memory)
        super()._bump(times)
        self._shown = self._shared.number, written

    def data_ptr(self) -> int:
        return int(self._memory.__array_interface__["data"][0]) if self._memory.size else 0

    def is_conj(self) -> bool:
        return True

    def detach(self) -> Tensor:
        tensor = plain(self)
        tensor._shared = self._shared
        return tensor

    def numpy(self, *, force: bool = False) -> ndarray:
        if self._node is not None and not force and mode.enabled:
            raise errors.numpy_of_tracked()
        if not force:
            raise RuntimeError(
                "Can't call numpy() on Tensor that has conjugate bit set. Use tensor.resolve_conj().numpy() instead."
            )
        return self._data.copy()


ConjugateView.__module__ = "torch"
ConjugateView.__name__ = ConjugateView.__qualname__ = "Tensor"


def plain(x: Any) -> ConjugateView:
    """The same view without history."""
    view = new(ConjugateView)
    view._memory = x._memory
    view._shown = None
    return view


def conjugate_view(x: Tensor, node: Any) -> Tensor:
    """``x`` conjugated, as a view with the history ``node``."""
    view: Any = new(Tensor if isinstance(x, ConjugateView) else ConjugateView)
    if isinstance(x, ConjugateView):
        view._data = x._memory
    else:
        view._memory, view._shown = x._data, None
    make_view(x, view)
    if node is not None:
        view._node = node
    return view
