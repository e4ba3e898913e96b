"""How tensors are copied and pickled: their memory, their place in it, and what users hung on them."""

from __future__ import annotations

import copy
import copyreg
import warnings
from collections import OrderedDict
from typing import Any

import numpy as np

from .._kernels import layout
from . import dtypes, rebuilding
from .graph import LEAF
from .naming import PACKAGE, find, names_torch
from .rebuilding import INTERNAL, placed
from .storage import TypedStorage, UntypedStorage
from .tensor import Tensor, TensorType

ndarray = np.ndarray
new = object.__new__

def place_of(array: ndarray) -> tuple[ndarray, int]:
    """All elements of the storage of ``array``, and where among them it begins."""
    flat = layout.memory(array)
    return flat, (layout.address(array) - layout.address(flat)) // array.itemsize


def user_state(tensor: Tensor) -> dict[str, Any]:
    """The attributes that users gave to a tensor."""
    return {name: value for name, value in tensor.__dict__.items() if name not in INTERNAL}


def warn_of_hooks(tensor: Tensor) -> None:
    """Warn of each hook on a tensor that will stay behind."""
    for hook in (tensor._backward_hooks or {}).values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can decorate the "
                "function with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=5,
            )


def reduced(tensor: Tensor) -> tuple[Any, ...]:
    """What pickle and ``copy.copy`` need to make the tensor again, in torch's form; warns of hooks, which stay "
    "behind."""
    warn_of_hooks(tensor)
    state = user_state(tensor)
    wants_grad = tensor._node is not None
    conjugate = tensor.is_conj()  # type: ignore[attr-defined]
    array = tensor._memory if conjugate else tensor._data  # type: ignore[attr-defined]
    flat, offset = place_of(array)
    dtype, kind = tensor.dtype, plain_kind(tensor)
    storage: Any = UntypedStorage(flat.view(np.uint8)) if dtype in UNTYPED else TypedStorage(flat)
    arguments: tuple[Any, ...] = (
        storage, offset, tuple(array.shape), layout.strides(array), wants_grad, OrderedDict()
    )
    if dtype in UNTYPED:
        arguments += (dtype,)
    if conjugate:
        arguments += ({"conj": True},)
    rebuild = rebuilding.rebuild_tensor_v3 if dtype in UNTYPED else rebuilding.rebuild_tensor_v2
    if kind is Tensor and not state:
        return rebuild, arguments
    return rebuilding.rebuild_from_type_v2, (rebuild, kind, arguments, state or None)


_LATER = "uint16", "uint32", "uint64", "float8", "complex32"
UNTYPED = frozenset(each for each in dtypes.ALL if each.name.startswith(_LATER))
"""The dtypes without a class of storages: their elements are pickled as bytes beside the dtype."""


def plain_kind(tensor: Tensor) -> Any:
    """The class of a tensor as its users know it: views of the engine's own kinds are Tensors."""
    kind = type(tensor)
    return Tensor if kind.__module__ == "torch" and kind.__qualname__ == "Tensor" else kind


def place_of_class(kind: type) -> tuple[str, str] | None:
    """Where in this package a class is that says it is torch's; None for any other."""
    room, dot, rest = kind.__module__.partition(".")
    return (PACKAGE + dot + rest, kind.__qualname__) if room == "torch" else None


def reduced_by_place(self: Any, protocol: Any) -> Any:
    """``__reduce_ex__`` of classes that say they are torch's: their objects name where the class is here."""
    reduction: Any = object.__reduce_ex__(self, max(int(protocol), 2))
    make, given, *rest = reduction
    place = None if names_torch() else place_of_class(given[0])
    return (make, given, *rest) if place is None else (made_anew, (place, *given[1:]), *rest)


def made_anew(place: tuple[str, str], *arguments: Any) -> Any:
    """A new object of the class at a place, before its state is set."""
    kind = find(*place)
    return kind.__new__(kind, *arguments)


def reduced_class(kind: type) -> Any:
    """What pickle needs to find a class whose metaclass is registered for this."""
    place = None if names_torch() else place_of_class(kind)
    return kind.__qualname__ if place is None else (find, place)


copyreg.pickle(TensorType, reduced_class)  # type: ignore[arg-type]


def deep_copied(tensor: Tensor, memo: dict[int, Any]) -> Tensor:
    """A copy of a leaf with its whole storage, which other copies of the same ``copy.deepcopy`` share."""
    if tensor._node is not None and tensor._node is not LEAF:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    if id(tensor) in memo:
        return memo[id(tensor)]
    original = id(tensor)
    if tensor.is_conj():  # type: ignore[attr-defined]
        tensor = tensor.resolve_conj()  # type: ignore[attr-defined]
    if type(tensor) is not Tensor:
        raise RuntimeError(
            "The default implementation of __deepcopy__() for non-wrapper subclasses only works for subclass types "
            "that implement new_empty() and for which that function returns another instance of the same subclass. You "
            "should either properly implement new_empty() for your subclass or override __deepcopy__() if it is "
            "intended behavior for new_empty() to return an instance of a different type."
        )
    flat, offset = place_of(tensor._data)
    storages: dict[Any, ndarray] = memo.setdefault("torch", {})  # type: ignore[call-overload]
    key = layout.address(flat), flat.dtype
    if key not in storages:
        storages[key] = flat.copy()
    made = new(Tensor)
    made._data = placed(storages[key], offset, tensor._data.shape, layout.strides(tensor._data))
    made._node = tensor._node
    made._bump()
    memo[original] = made
    if tensor._grad is not None:
        made._grad = copy.deepcopy(tensor._grad, memo)
    made.__dict__.update(copy.deepcopy(user_state(tensor), memo))
    return made
