"""Views whose elements are not what lies in their memory: torch's conjugate bit, and its negative bit."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .._kernels.layout import address, empty_strided, restride, storage_offset, strides
from . import errors
from .graph import LEAF, Node
from .modes import mode
from .tensor import OutdatedView, Tensor, _disabled_torch_function_impl, share_data
from .views import make_view, refuse_expanded

ndarray = np.ndarray
new = object.__new__


class TurnedView(Tensor):
    """A view of memory that holds its elements turned, conjugated or negated.

    Operations are given the elements as they are meant; a write to these goes back into the memory when it is counted.
    """

    _memory: ndarray
    _shown: tuple[bytes, ndarray] | None = None
    turn: Any
    bit: str
    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]

    @property
    def _data(self) -> ndarray:  # type: ignore[override]
        memory, shown = self._memory, self._shown
        if not memory.size:
            return memory
        held = memory.tobytes()
        if shown is None or shown[0] != held or shown[1].shape != memory.shape or shown[1].strides != memory.strides:
            made = empty_strided(memory.shape, strides(memory), memory.dtype)
            made[...] = self.turn(memory)
            shown = self._shown = held, made
        return shown[1]

    @_data.setter
    def _data(self, array: ndarray) -> None:
        """Another shape of the same elements, or other memory."""
        shown = self._shown
        same = shown is not None and np.may_share_memory(array, shown[1])
        self._memory = self.beneath(array) if same else np.asarray(self.turn(array))
        self._shown = None

    def beneath(self, array: ndarray) -> ndarray:
        """The memory of a part, or another shape, of the elements as they are shown."""
        offset = address(array) - address(self._data)
        return restride(self._memory, array.shape, array.strides, offset)

    def over(self, memory: ndarray) -> TurnedView:
        """A tensor that shows ``memory`` as this one does."""
        view: Any = new(self._current)
        view._memory = memory
        return view

    def __getitem__(self, index: Any) -> Any:
        return getitem(self, index)

    def _bump(self, times: int = 1) -> None:
        written = self._data
        if 0 in self._memory.strides:
            self._shown = None
            refuse_expanded(written.shape, strides(written))
        np.copyto(self._memory, self.turn(written))
        self._shown = self._memory.tobytes(), written
        super()._bump(times)

    @property
    def data(self) -> Tensor:
        tensor = self.over(self._memory)
        if self.is_inference():
            share_data(tensor)
        elif mode.inference:
            tensor._shared = None
        return tensor

    @data.setter
    def data(self, value: Tensor) -> None:
        if value is not self:
            Tensor.data.__set__(self, value)  # type: ignore[attr-defined]

    def detach(self) -> Tensor:
        tensor = self.over(self._memory)
        if self.is_inference():
            share_data(tensor)
        else:
            tensor._shared = self._shared
        return tensor

    def data_ptr(self) -> int:
        return int(address(self._memory)) if self._memory.size else 0

    def storage_offset(self) -> int:
        return storage_offset(self._memory)

    def numpy(self, *, force: bool = False) -> ndarray:
        if self._node is not None and not force and mode.enabled:
            raise errors.numpy_of_tracked()
        if not force:
            word = "conj" if self.bit == "conjugate" else "neg"
            raise RuntimeError(
                f"Can't call numpy() on Tensor that has {self.bit} bit set. Use tensor.resolve_{word}().numpy() "
                "instead."
            )
        return self._data.copy()


class ConjugateView(TurnedView):
    """The conjugate of a complex tensor over the same memory."""

    turn = np.conj
    bit = "conjugate"

    def is_conj(self) -> bool:
        return True


class NegativeView(TurnedView):
    """A tensor over memory that holds its elements with the other sign."""

    turn = np.negative
    bit = "negative"

    def is_neg(self) -> bool:
        return True


class OutdatedConjugateView(OutdatedView, ConjugateView):
    """A conjugate that has to find its history anew."""


class OutdatedNegativeView(OutdatedView, NegativeView):
    """A negative that has to find its history anew."""


for _class, _outdated in ((ConjugateView, OutdatedConjugateView), (NegativeView, OutdatedNegativeView)):
    _class._outdated = _outdated
    for _each in (_class, _outdated):
        _each._current = _class
        _each.__module__ = "torch"
        _each.__name__ = _each.__qualname__ = "Tensor"


def getitem(x: Tensor, index: Any) -> Any:
    """``x[index]``; the operations of indices, which stand above, put their own function here."""
    raise AssertionError("the operations of indices are not loaded")


def turned(x: Any, kind: type[TurnedView], step: str, node: Node | None) -> Tensor:
    """``x`` conjugated or negated, as a view with the history ``node``; turned twice it is plain again."""
    view: Any
    if isinstance(x, kind):
        view = new(Tensor)
        view._data = x._memory
    elif isinstance(x, TurnedView):
        raise errors.lacks("negatives of conjugated views")
    else:
        view = new(kind)
        view._memory = x._data
    make_view(x, view, (step,))
    if node is not None and node is not LEAF:
        view._node = node
    return view


def held_conjugated(x: Tensor) -> Tensor:
    """A result that nobody has seen yet, over memory that holds its conjugate."""
    held: Any = new(ConjugateView)
    held._memory, held._node = np.conj(x._data), x._node
    return held


def compared(name: str, mirrored: str) -> Any:
    """A comparison of a turned view; a refusal names the operands in the order in which they were written."""

    def compare(self: Tensor, other: Any) -> Any:
        try:
            return getattr(Tensor, name)(self, other)
        except RuntimeError:
            if type(other) is not Tensor or not stands_last(self, sys._getframe(1)):
                raise
        return getattr(Tensor, mirrored)(other, self)

    compare.__name__ = compare.__qualname__ = name
    return compare


def stands_last(x: Tensor, frame: Any) -> bool:
    """Whether the name read last where a frame stands is that of ``x``.

    Python asks the operand of the more special class first, on whichever side of a comparison it stands.
    """
    import dis

    before: Any = None
    for step in dis.get_instructions(frame.f_code):
        if step.offset >= frame.f_lasti:
            break
        before = step
    return before is not None and before.opname.startswith("LOAD_") and (
        frame.f_locals.get(before.argval, frame.f_globals.get(before.argval)) is x
    )


for _name, _mirrored in (
    ("__eq__", "__eq__"), ("__ne__", "__ne__"), ("__lt__", "__gt__"), ("__gt__", "__lt__"), ("__le__", "__ge__"),
    ("__ge__", "__le__"),
):
    setattr(TurnedView, _name, compared(_name, _mirrored))
TurnedView.__hash__ = Tensor.__hash__  # type: ignore[method-assign]
