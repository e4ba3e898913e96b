"""How tensors are copied and pickled: their memory, their place in it, and what users hung on them."""

from __future__ import annotations

import copy
import copyreg
import warnings
from importlib import import_module
from typing import Any

import numpy as np

from .._kernels import layout
from .graph import LEAF
from .tensor import Tensor, TensorType

ndarray = np.ndarray
new = object.__new__

INTERNAL = frozenset(
    ("_data", "_node", "_base", "_shared", "_created", "_grad", "_accumulator", "_backward_hooks",
     "_post_accumulate_grad_hooks", "_grad_dtype", "_before", "output_nr")
)  # fmt: skip


class Elements:
    """All elements of a storage in a row; a copy of a tensor shares them, a pickled one takes its own along."""

    __slots__ = ("array",)

    def __init__(self, array: ndarray) -> None:
        self.array = array

    def __reduce__(self) -> Any:
        return read_elements, (self.array.dtype.name, self.array.tobytes())


def read_elements(name: str, data: bytes) -> Elements:
    """Elements from their pickled bytes."""
    from . import dtypes

    return Elements(np.frombuffer(bytearray(data), dtypes._by_name(name).numpy))


def place_of(array: ndarray) -> tuple[ndarray, int]:
    """All elements of the storage of ``array``, and where among them it begins."""
    flat = layout.memory(array)
    return flat, (layout.address(array) - layout.address(flat)) // array.itemsize


def placed(flat: ndarray, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> ndarray:
    """The view of a storage with this offset, size and stride, in elements."""
    item = flat.itemsize
    if not flat.size:
        return np.empty(size, flat.dtype)
    return np.ndarray(size, flat.dtype, flat, offset * item, tuple([each * item for each in stride]))


def user_state(tensor: Tensor) -> dict[str, Any]:
    """The attributes that users gave to a tensor."""
    return {name: value for name, value in tensor.__dict__.items() if name not in INTERNAL}


def reduced(tensor: Tensor) -> tuple[Any, ...]:
    """What pickle and ``copy.copy`` need to make the tensor again; warns of hooks, which stay behind."""
    for hook in (tensor._backward_hooks or {}).values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can decorate the "
                "function with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=4,
            )
    if tensor.is_conj():  # type: ignore[attr-defined]
        return conjugated, (tensor.conj(),)  # type: ignore[attr-defined]
    state = user_state(tensor)
    wants_grad = tensor._node is not None
    if type(tensor) is not Tensor:
        return retyped, (kind_of(tensor), tensor.data, wants_grad, state)
    flat, offset = place_of(tensor._data)
    shape, steps = tensor._data.shape, layout.strides(tensor._data)
    return rebuilt, (Elements(flat), offset, shape, steps, wants_grad, state)


def conjugated(tensor: Tensor) -> Any:
    """The lazy conjugate, from the pickle of what lies in memory."""
    return tensor.conj()  # type: ignore[attr-defined]


def rebuilt(
    elements: Elements, offset: int, size: tuple[int, ...], stride: tuple[int, ...], requires_grad: bool,
    state: dict[str, Any]
) -> Tensor:
    """A leaf at its place in a storage."""
    tensor = new(Tensor)
    tensor._data = placed(elements.array, offset, size, stride)
    tensor.__dict__.update(state)
    if requires_grad:
        tensor._node = LEAF
    tensor._bump()
    return tensor


def kind_of(tensor: Tensor) -> Any:
    """The class of a tensor; of one that says it is torch's, where it can be found in this package."""
    return place_of_class(type(tensor)) or type(tensor)


def place_of_class(kind: type) -> tuple[str, str] | None:
    """Where in this package a class is that says it is torch's; None for any other."""
    room, dot, rest = kind.__module__.partition(".")
    return (PACKAGE + dot + rest, kind.__qualname__) if room == "torch" else None


def find(room: str, name: str) -> Any:
    """What a room of this package has under a name."""
    return getattr(import_module(room), name)


def reduced_by_place(self: Any, protocol: Any) -> Any:
    """``__reduce_ex__`` of classes that say they are torch's: their objects name where the class is here."""
    reduction: Any = object.__reduce_ex__(self, max(int(protocol), 2))
    make, given, *rest = reduction
    place = place_of_class(given[0])
    return (make, given, *rest) if place is None else (made_anew, (place, *given[1:]), *rest)


def made_anew(place: tuple[str, str], *arguments: Any) -> Any:
    """A new object of the class at a place, before its state is set."""
    kind = find(*place)
    return kind.__new__(kind, *arguments)


def reduced_class(kind: type) -> Any:
    """What pickle needs to find a class whose metaclass is registered for this."""
    place = place_of_class(kind)
    return kind.__qualname__ if place is None else (find, place)


PACKAGE = __name__.partition(".")[0]
copyreg.pickle(TensorType, reduced_class)  # type: ignore[arg-type]


def retyped(kind: Any, data: Tensor, requires_grad: bool, state: dict[str, Any]) -> Tensor:
    """A leaf of a subclass of Tensor, such as a parameter, over the memory of ``data``."""
    tensor = new(find(*kind) if isinstance(kind, tuple) else kind)
    tensor.__dict__.update(data.__dict__)
    tensor.__dict__.update(state)
    if requires_grad:
        tensor._node = LEAF
    return tensor


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
