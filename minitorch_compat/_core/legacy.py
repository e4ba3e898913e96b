"""The constructors from before ``torch.tensor``: ``Tensor(...)``, ``FloatTensor(...)`` and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes, kinds
from .nested import array_from
from .options import Misfit, allocate, is_integer, size_of
from .recording import tensors
from .storage import TypedStorage, UntypedStorage
from .tensor import Tensor, wrap

ndarray = np.ndarray

SIGNATURES = (
    "new(*, device device=None)",
    "new(Storage storage)",
    "new(Tensor other)",
    "new(ints size, *, device device=None)",
    "new(object data, *, device device=None)",
)


def construct(cls: Any, dtype: dtypes.dtype, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor:
    """What ``Tensor(...)`` makes: an empty tensor, one of a size, one with the elements of a sequence, or an alias.

    A sequence gives elements and numbers give a size, so brackets matter; ``torch.Size`` is a size either way.
    """
    made = made_from(cls, dtype, arguments, keywords)
    if type(made) is not cls and cls is not Tensor:
        own = object.__new__(cls)
        own.__dict__.update(made.__dict__)
        return own
    return made


def made_from(cls: Any, dtype: dtypes.dtype, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor:
    words = dict(keywords)
    if "device" in words:
        check_device(words.pop("device"))
    if len(arguments) + len(words) == 0:
        return wrap(np.empty(0, dtype.numpy))
    if words:
        (word, given), *others = words.items()
        if others or arguments or word not in ("data", "other", "size"):
            raise refused(arguments, keywords)
    else:
        given, word = arguments[0], ""
        if len(arguments) > 1 and not is_integer(given):
            raise refused(arguments, keywords)
    if isinstance(given, Tensor) and word != "size":
        return alias_of(given, dtype, checked=isinstance(cls, tensortype) or cls is tensortype)
    if word == "size" or isinstance(given, kinds.Size) or is_integer(given):
        try:
            size = size_of((), given) if word or isinstance(given, kinds.Size) else size_of(arguments)
        except Misfit:
            raise refused(arguments, keywords) from None
        return wrap(allocate(size, dtype.numpy))
    return wrap(elements_of(given, dtype))


def new(self: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
    """The legacy constructor for this tensor's dtype."""
    return made_from(tensortype, self.dtype, arguments, keywords)


def elements_of(data: Any, dtype: dtypes.dtype) -> ndarray:
    """A sequence as an array of ``dtype``; TypeError for anything else."""
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if isinstance(data, (dict, np.generic)) or not hasattr(type(data), "__getitem__"):
        from .signatures import type_name

        raise TypeError(f"new(): data must be a sequence (got {type_name(data)})")
    return array_from(data, dtype)


def alias_of(other: Tensor, dtype: dtypes.dtype, *, checked: bool) -> Tensor:
    """The memory of ``other`` as a view; TypeError where the constructor's dtype is another."""
    if checked and other.dtype is not dtype:
        raise TypeError(f"expected {options_text(dtype)} (got {options_text(other.dtype)})")
    return tensors.alias(other)


def options_text(dtype: dtypes.dtype) -> str:
    """How the oldest messages print a tensor type."""
    return (
        f"TensorOptions(dtype={dtype.c_name}, device=cpu, layout=Strided, requires_grad=false (default), "
        "pinned_memory=false (default), memory_format=(nullopt))"
    )


def check_device(where: Any) -> None:
    kind = "cpu" if where is None else kinds.device(where).type
    if kind != "cpu":
        raise RuntimeError(f"legacy constructor expects device type: cpu but device type: {kind} was passed")


def refused(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Exception:
    from .signatures import invalid_arguments

    return invalid_arguments("new", SIGNATURES, arguments, keywords)


# ---- the types


class tensortype(type):
    """The type of ``torch.FloatTensor`` and its kin: calling one makes a tensor, isinstance asks for the dtype."""

    dtype: dtypes.dtype
    is_sparse: bool

    def __call__(cls, *arguments: Any, **keywords: Any) -> Tensor:
        return made_from(cls, cls.dtype, arguments, keywords)

    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, Tensor) and other.dtype is cls.dtype and other.is_sparse is cls.is_sparse

    def __getattr__(cls, name: str) -> Any:
        raise AttributeError(f"type object '{cls.__module__}.{cls.__name__}' has no attribute '{name}'")

    def __repr__(cls) -> str:
        return f"<class '{cls.__module__}.{cls.__name__}'>"


tensortype.__module__ = "torch"

LEGACY = (
    dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16, dtypes.int64, dtypes.int32, dtypes.int16,
    dtypes.int8, dtypes.uint8, dtypes.bool_,
)  # fmt: skip

TYPES: dict[str, tensortype] = {
    f"{dtype.scalar_type}Tensor": tensortype(
        f"{dtype.scalar_type}Tensor",
        (),
        {"__module__": "torch", "dtype": dtype, "layout": kinds.strided, "is_cuda": False, "is_sparse": False},
    )
    for dtype in LEGACY
}
"""The legacy types by name; the package's ``__init__`` takes them from here."""


def dtype_named(kind: Any) -> dtypes.dtype:
    """The dtype behind what ``Tensor.type`` takes: a dtype, a legacy type, or the name of one."""
    if isinstance(kind, dtypes.dtype):
        return kind
    if isinstance(kind, tensortype):
        return kind.dtype
    if kind is Tensor:
        return dtypes.get_default_dtype()
    if isinstance(kind, type):
        kind = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    if not isinstance(kind, str):
        raise TypeError("dtype must be a type, str, or dtype object")
    if kind == "torch.Tensor":
        return dtypes.get_default_dtype()
    found = {each.tensor_type: each for each in dtypes.ALL}.get(kind)
    if found is None:
        raise ValueError(f"invalid type: '{kind}'")
    return found


def set_default_tensor_type(t: Any) -> None:
    """Choose the default dtype by legacy type or name; warns once, for it is deprecated."""
    from .warn import warn_once

    if isinstance(t, str):
        room, _, name = t.rpartition(".")
        if room != "torch" or name not in TYPES:
            raise ModuleNotFoundError(f"No module named '{room or t}'")
        t = TYPES[name]
    warn_once(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        stacklevel=3,
    )
    if not isinstance(t, tensortype):
        raise TypeError("invalid type object: only floating-point types are supported as the default type")
    if not t.dtype.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    dtypes.set_default_dtype(t.dtype)


def typename(obj: Any, /) -> str:
    """The name of an object's type with its module; a tensor's is its legacy type."""
    if isinstance(obj, Tensor):
        return obj.type()
    module = getattr(obj, "__module__", "") or ""
    name = getattr(obj, "__qualname__", getattr(obj, "__name__", ""))
    if not name:
        module, name = type(obj).__module__ or "", type(obj).__qualname__
    own = __name__.partition(".")[0]
    if module.partition(".")[0] == own:
        module = "torch" + module.removeprefix(own)
    return name if module in ("", "builtins") else f"{module}.{name}"


def is_tensor(obj: Any, /) -> bool:
    """Whether an object is a tensor."""
    return isinstance(obj, Tensor)


def is_storage(obj: Any, /) -> bool:
    """Whether an object is a storage."""
    return isinstance(obj, (UntypedStorage, TypedStorage))


def make_subclass(cls: Any, data: Tensor, require_grad: bool = False) -> Any:
    """The memory of ``data`` as a leaf of a subclass of Tensor."""
    made = object.__new__(cls)
    made.__dict__.update(data.detach().__dict__)
    return made.requires_grad_(require_grad)


Tensor.new = new  # type: ignore[attr-defined]
Tensor._make_subclass = staticmethod(make_subclass)  # type: ignore[attr-defined]
