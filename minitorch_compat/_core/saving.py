"""Saving through hooks: while a pair is in force, what a node keeps is packed, and unpacked when it is asked for.

The slot in which nodes keep tensors is watched only while a pair is in force somewhere, so that nobody else pays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from . import recording
from .graph import LEAF, Node, Output, record
from .modes import exchange
from .tensor import Tensor, wrap

_plain_slot: Any = Node.__dict__["kept"]
_plain_keep_result = recording.keep_result
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


class KeptWhole(recording.Kept):
    """A result that its node is about to keep, with the tensor for the eyes of the pack hook."""

    __slots__ = ("tensor",)

    tensor: Tensor


def keep_whole(out: Tensor) -> KeptWhole:
    """``out`` as its own node keeps it, until the hook has seen it."""
    kept = KeptWhole(out._data, recording.shared_of(out))
    kept.tensor = out
    return kept


class Packed:
    """What a pack hook made of a kept tensor; stands where the tensor would, and unpacks it on each use."""

    __slots__ = ("dtype", "number", "own", "packed", "source", "unpack")

    _shared = None

    def __init__(self, node: Node, kept: Any, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self.own = isinstance(kept, recording.Kept)
        self.dtype = kept.dtype if type(kept) is recording.Cast else None
        kept = recording.original(kept)
        self.number = getattr(kept, "output_nr", 0)
        if self.own:
            tensor = kept.tensor if type(kept) is KeptWhole else recording.revived(node, kept)
            if tensor._node is None and tensor._data.dtype.kind in "fcV":
                tensor._node = node if node.outputs == 1 else Output(node, self.number)
            self.source: Any = None
        else:
            tensor = kept
            # A leaf stays the leaf that its gradient goes to.
            self.source = tensor if tensor._node is LEAF else tensor._node
        shared = tensor._shared
        version = 0 if shared is None else shared.number
        recorded = exchange(False)
        try:
            self.packed = pack(tensor)
        finally:
            exchange(recorded)
        shared = tensor._shared
        if shared is not None and shared.number != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
                "cannot be modified by in-place operations as this can lead to unexpected side-effects. Please open an "
                "issue if you need to perform in-place operations on the input to a pack hook."
            )
        if self.own and self.packed is tensor:
            # The node would keep itself alive.
            self.packed = wrap(tensor._data)
            self.packed._shared = tensor._shared
        self.unpack = unpack

    @property
    def _data(self) -> Any:
        opened = self.opened()._data
        return opened if self.dtype is None else opened.astype(self.dtype, copy=False)

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
        tensor = self.unpacked(node)
        if self.dtype is None or tensor._data.dtype == self.dtype:
            return tensor
        return recording.Cast(tensor, self.dtype).revived(node)

    def unpacked(self, node: Any) -> Any:
        """The same in its own dtype, as users see it."""
        opened = self.opened()
        source = self.source
        if isinstance(source, Tensor) and opened._data is source._data:
            return source
        tensor = opened.detach()
        if self.own:
            tensor._node = node if node.outputs == 1 else Output(node, self.number)
        else:
            tensor._node = record(Alias, (source,)) if isinstance(source, Tensor) else source
        return tensor


class PackingSlot:
    """Stands for the slot of ``Node`` while a pair is in force."""

    def __get__(self, node: Any, owner: Any = None) -> Any:
        return self if node is None else _plain_slot.__get__(node, owner)

    def __set__(self, node: Any, kept: tuple[Any, ...] | None) -> None:
        if kept and pairs.stack:
            pack, unpack = pairs.stack[-1]
            made = list(kept)
            for place in type(node).packing_order(len(kept)):
                each = made[place]
                # torch packs no numbers, though it keeps them as tensors.
                packs = each is not None and type(each) is not Packed and type(each) is not recording.Cast
                if packs and "is_number" not in getattr(each, "__dict__", ()):
                    made[place] = Packed(node, each, pack, unpack)
            kept = tuple(made)
        elif kept:
            # Another thread has a pair in force.
            kept = tuple([_plain_keep_result(each.tensor) if type(each) is KeptWhole else each for each in kept])
        _plain_slot.__set__(node, kept)


_packing_slot = PackingSlot()


def push(pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
    """Put a pair in force in this thread. RuntimeError where hooks are disabled."""
    global _active
    if not callable(pack) or not callable(unpack):
        raise TypeError(
            "_push_saved_tensors_default_hooks(): incompatible function arguments. The following argument types are "
            "supported:\n    1. (arg0: collections.abc.Callable, arg1: collections.abc.Callable) -> None\n\n"
            f"Invoked with: {pack!r}, {unpack!r}"
        )
    if pairs.disabled is not None:
        raise RuntimeError(pairs.disabled)
    pairs.stack.append((pack, unpack))
    with _lock:
        _active += 1
        if _active == 1:
            Node.kept = _packing_slot  # type: ignore[assignment]
            recording.keep_result = keep_whole


def pop() -> None:
    """End the latest pair of this thread."""
    global _active
    pairs.stack.pop()
    with _lock:
        _active -= 1
        if not _active:
            Node.kept = _plain_slot
            recording.keep_result = _plain_keep_result


def disable(error_message: Any) -> str | None:
    """Refuse pairs with this message from now on, or with None no longer; what the message was."""
    if error_message is not None and not isinstance(error_message, str):
        raise TypeError(
            "_saved_tensors_hooks_disable(): incompatible function arguments. The following argument types are "
            "supported:\n    1. (error_message: str, fail_if_non_empty: bool = True) -> None\n\n"
            f"Invoked with: {error_message!r}"
        )
    if error_message is not None and pairs.stack:
        raise RuntimeError(error_message)
    before, pairs.disabled = pairs.disabled, error_message
    return before


def register(saved: Any, hooks: tuple[Any, ...]) -> None:
    """Give a pair of hooks to one saved tensor."""
    if len(hooks) != 2 or not all(map(callable, hooks)):
        shown = "".join(f", {each!r}" for each in hooks)
        raise TypeError(
            "register_hooks(): incompatible function arguments. The following argument types are supported:\n"
            "    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, arg1: "
            f"collections.abc.Callable) -> None\n\nInvoked with: {saved!r}{shown}"
        )
    node, place = saved.node, saved.place
    kept = node.kept
    if kept is None:
        raise RuntimeError(
            "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the graph "
            "are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward "
            "through the graph a second time or if you need to access saved variables after calling backward."
        )
    if kept[place] is None:
        raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
    if type(kept[place]) is Packed:
        raise RuntimeError(
            "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of hooks "
            "is allowed at a time."
        )
    recording.check_versions(node)
    packed = Packed(node, kept[place], *hooks)
    _plain_slot.__set__(node, (*kept[:place], packed, *kept[place + 1 :]))


