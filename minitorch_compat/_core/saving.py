"""Saving through hooks: while a pair is in force, what a node keeps is packed, and unpacked when it is asked for.

The slot in which nodes keep tensors is watched only while a pair is in force somewhere, so that nobody else pays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from . import recording
from .graph import LEAF, Node, Output, record
from .tensor import Tensor, wrap

_plain_slot: Any = Node.__dict__["kept"]
_lock = threading.Lock()
_active = 0


class _Pairs(threading.local):
    """The pairs in force in this thread, and why there may be none."""

    def __init__(self) -> None:
        self.stack: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = []
        self.disabled: str | None = None
        self.mutable = False


pairs = _Pairs()


class Alias(Node):
    """The step between a leaf and its unpacked copy."""

    __slots__ = ()

    def vjp(self, g: Any) -> Any:
        return (g,)

    vjp_tensors = vjp


class Packed:
    """What a pack hook made of a kept tensor; stands where the tensor would, and unpacks it on each use."""

    __slots__ = ("number", "own", "packed", "source", "unpack")

    _shared = None

    def __init__(self, tensor: Any, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self.own = type(tensor) is recording.Kept
        self.number = getattr(tensor, "output_nr", 0)
        node = None if self.own else tensor._node
        self.source = record(Alias, (tensor,)) if node is LEAF else node
        data = wrap(tensor._data)
        data._shared = tensor._shared
        self.packed = pack(data)
        self.unpack = unpack

    @property
    def _data(self) -> Any:
        return self.opened()._data

    def opened(self) -> Any:
        """What the unpack hook makes of it."""
        tensor = self.unpack(self.packed)
        if not isinstance(tensor, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(tensor).__name__}"
            )
        return tensor

    def revived(self, node: Any) -> Any:
        """The unpacked tensor with the history of the one that was packed."""
        tensor = self.opened().detach()
        if self.own:
            tensor._node = node if node.outputs == 1 else Output(node, self.number)
        else:
            tensor._node = self.source
        return tensor


class PackingSlot:
    """Stands for the slot of ``Node`` while a pair is in force."""

    def __get__(self, node: Any, owner: Any = None) -> Any:
        return self if node is None else _plain_slot.__get__(node, owner)

    def __set__(self, node: Any, kept: tuple[Any, ...] | None) -> None:
        if kept and pairs.stack:
            pack, unpack = pairs.stack[-1]
            kept = tuple(
                [each if each is None or type(each) is Packed else Packed(each, pack, unpack) for each in kept]
            )
        _plain_slot.__set__(node, kept)


_packing_slot = PackingSlot()


def push(pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
    """Put a pair in force in this thread. RuntimeError where hooks are disabled."""
    global _active
    if pairs.disabled is not None:
        raise RuntimeError(pairs.disabled)
    pairs.stack.append((pack, unpack))
    with _lock:
        _active += 1
        if _active == 1:
            Node.kept = _packing_slot  # type: ignore[assignment]


def pop() -> None:
    """End the latest pair of this thread."""
    global _active
    pairs.stack.pop()
    with _lock:
        _active -= 1
        if not _active:
            Node.kept = _plain_slot
