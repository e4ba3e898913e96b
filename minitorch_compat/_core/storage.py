"""The memory of a tensor as an object: bytes, or elements with the warning that comes with them."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from .._kernels import layout
from . import dtypes, kinds
from .naming import PACKAGE, find
from .tensor import Tensor
from .views import keep_promise, memory_of

ndarray = np.ndarray

DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. "
    "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
    "tensor.untyped_storage() instead of tensor.storage()"
)


SET_SIGNATURES = (
    "set_()",
    "set_(Storage source)",
    "set_(Storage source, int storage_offset, ints size, ints stride=None)",
    "set_(Tensor source)",
    "set_(Tensor source, int storage_offset, ints size, ints stride=None)",
)
WRAPPED = (
    "TypedStorage.__init__ received an invalid combination of arguments. Expected one of:\n"
    " * (*, torch.device device, torch.dtype dtype)\n * (int size, *, torch.device device, torch.dtype dtype)\n"
    " * (Sequence data, *, torch.device device, torch.dtype dtype)\n"
    " * (*, UntypedStorage wrap_storage, torch.dtype dtype)\n"
    "Argument 'wrap_storage' must be UntypedStorage, but got "
)


class _Alone:
    """Memory that holds on to what it is a part of, and yet counts as a storage of its own."""

    __slots__ = ("__array_interface__", "whole")
    __array_interface__: dict[str, Any]
    whole: ndarray


def part(whole: ndarray, index: slice) -> ndarray:
    """Some of the bytes of a storage as a storage of their own."""
    found = whole[index]
    if not found.size:
        return np.empty(0, np.uint8)
    alone = _Alone()
    alone.whole, alone.__array_interface__ = found, found.__array_interface__
    return np.asarray(alone)


def reduced_storage(storage: Any) -> Any:
    """What pickle needs to make a storage again: all its bytes in the format before archives."""
    return find(f"{PACKAGE}._utils", "reduced_storage")(storage)


class UntypedStorage:
    """The bytes that a tensor and its views share."""

    __module__ = "torch.storage"
    device = property(lambda self: kinds.CPU)

    def __init__(self, source: Any = 0, *, device: Any = None) -> None:
        kinds.check_device(device)
        if not isinstance(source, ndarray):
            source = np.empty(source, np.uint8) if isinstance(source, int) else np.array(source, np.uint8)
        self._bytes = source

    @classmethod
    def from_file(cls, filename: str, shared: bool = False, nbytes: int = 0) -> UntypedStorage:
        """The first bytes of a file as memory; what is written into it goes to the file if it is shared."""
        from mmap import ACCESS_COPY, ACCESS_WRITE, mmap

        with open(filename, "r+b" if shared else "rb") as file:
            mapped = mmap(file.fileno(), nbytes, access=ACCESS_WRITE if shared else ACCESS_COPY)
        return cls(np.frombuffer(mapped, np.uint8))

    def data_ptr(self) -> int:
        """The address of the first byte; 0 for an empty storage."""
        return layout.address(self._bytes) if self._bytes.size else 0

    _cdata = property(data_ptr)

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._bytes.size

    size = __len__ = nbytes

    def element_size(self) -> int:
        """1: the elements are bytes."""
        return 1

    is_cuda = is_hpu = is_sparse = is_sparse_csr = False

    def is_pinned(self, device: Any = "cuda") -> bool:
        """False: without an accelerator there is no pinned memory."""
        return False

    def get_device(self) -> int:
        """-1, the number of the CPU."""
        return -1

    def cpu(self) -> UntypedStorage:
        """The storage itself, which is there already."""
        return self

    def to(self, *, device: Any, non_blocking: bool = False) -> UntypedStorage:
        """The storage itself; another device is refused."""
        kinds.check_device(device)
        return self

    def untyped(self) -> UntypedStorage:
        """The storage itself."""
        return self

    def clone(self) -> UntypedStorage:
        """A copy of the bytes."""
        return UntypedStorage(self._bytes.copy())

    def copy_(self, source: Any, non_blocking: bool | None = None) -> UntypedStorage:
        """Take over the bytes of another storage."""
        self._bytes[...] = source.untyped()._bytes
        return self

    def fill_(self, value: int) -> UntypedStorage:
        """Write one value into every byte."""
        self._bytes.fill(value)
        return self

    def byteswap(self, dtype: dtypes.dtype) -> None:
        """Turn the bytes of each element of a dtype around; the parts of a complex number each for itself."""
        size = dtype.itemsize // 2 if dtype.is_complex else dtype.itemsize
        if size > 1:
            parts = self._bytes[: self._bytes.size // size * size].reshape(-1, size)
            parts[...] = parts[:, ::-1].copy()

    def _write_file(self, write: Any, size: int) -> None:
        """The number of elements of ``size`` bytes, and the bytes, as the format before archives has them."""
        write((self._bytes.size // size).to_bytes(8, "little"))
        write(memoryview(self._bytes))

    def __reduce__(self) -> Any:
        return reduced_storage(self)

    def __deepcopy__(self, memo: dict[Any, Any]) -> UntypedStorage:
        if id(self) not in memo:
            memo[id(self)] = self.clone()
        return memo[id(self)]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return UntypedStorage(part(self._bytes, index))
        return int(self._bytes[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._bytes[index] = value

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        return self._bytes.tolist()

    def __repr__(self) -> str:
        shown = "\n ".join(map(str, self.tolist()))
        return f" {shown}\n[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]"


class TypedStorage:
    """The elements that a tensor and its views share; each use warns, for it is deprecated."""

    __module__ = "torch.storage"
    device = property(lambda self: kinds.CPU)

    def __init__(
        self, source: Any = None, *, wrap_storage: Any = None, dtype: Any = None, device: Any = None,
        _internal: bool = False
    ) -> None:
        if wrap_storage is not None:
            if not isinstance(wrap_storage, UntypedStorage):
                raise TypeError(f"{WRAPPED}{type(wrap_storage)}")
            source = wrap_storage._bytes.view(dtype.numpy)
        elif not isinstance(source, ndarray):
            wanted = (dtypes.get_default_dtype() if dtype is None else dtype).numpy
            source = np.empty(source or 0, wanted) if isinstance(source, int | None) else np.array(source, wanted)
        self._elements = source

    @property
    def _untyped_storage(self) -> UntypedStorage:
        return UntypedStorage(self._elements.view(np.uint8))

    def __reduce__(self) -> Any:
        return reduced_storage(self)

    def __deepcopy__(self, memo: dict[Any, Any]) -> TypedStorage:
        if id(self) not in memo:
            memo[id(self)] = TypedStorage(self._elements.copy())
        return memo[id(self)]

    def _warned(self) -> ndarray:
        warnings.warn(DEPRECATED, UserWarning, stacklevel=3)
        return self._elements

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.of(self._elements)

    def data_ptr(self) -> int:
        """The address of the first element."""
        return layout.address(self._warned())

    def size(self) -> int:
        """How many elements there are."""
        return self._warned().size

    __len__ = size

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._warned().nbytes

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return self._warned().tolist()

    def __getitem__(self, index: Any) -> Any:
        return self._warned()[index].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._warned()[index] = value

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self._warned().view(np.uint8))

    def __repr__(self) -> str:
        shown = "\n ".join(map(str, self._warned().tolist()))
        kind = f"torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {self._elements.size}"
        return f" {shown}\n[{kind}]"


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes of this tensor's storage."""
    return UntypedStorage(layout.memory(memory_of(self)).view(np.uint8))


def storage(self: Tensor) -> TypedStorage:
    """The elements of this tensor's storage, with a warning that such storages are deprecated."""
    warnings.warn(DEPRECATED, UserWarning, stacklevel=2)
    return TypedStorage(layout.memory(memory_of(self)))


def resize(x: Tensor, shape: tuple[int, ...], like: ndarray | None = None) -> None:
    """Let ``x`` be of another size, in order or laid out ``like`` something, from where it begins in its memory.

    All who look at that memory see it grow.
    """
    old = layout.memory(memory_of(x))
    elements = layout.contiguous_strides(shape) if like is None else layout.strides(like)
    steps = tuple([each * old.itemsize for each in elements])
    offset = layout.storage_offset(memory_of(x))
    needed = offset + prod(shape)
    if x.requires_grad:
        keep_promise(x)
    x._apart = x._shared is not None
    if 0 in shape:
        hold(x, layout.restride(memory_of(x), shape, steps))
        return
    if needed > old.size:
        grown = np.empty(needed, old.dtype)
        grown[: old.size] = old
        move(x, old, grown)
        old = grown
    hold(x, np.ndarray(shape, old.dtype, old, offset * old.itemsize, steps))


def hold(x: Tensor, memory: ndarray) -> None:
    """Let ``x`` look at this memory."""
    if x._memory is None:
        x._data = memory
    else:
        x._memory = memory
        x.__dict__.pop("_shown", None)


def move(x: Tensor, old: ndarray, grown: ndarray) -> None:
    """Let all tensors that look at the memory ``old``, as ``x`` does, look at ``grown`` in its place."""
    whole = layout.storage(memory_of(x))
    if not whole.size:
        return
    frozen = gc.get_freeze_count()
    if frozen:
        # What the user took away from the collector may look at it, too.
        gc.unfreeze()
    for each in gc.get_objects():
        held = each.__dict__ if issubclass(type(each), Tensor) else {}
        for name in ("_data", "_memory"):
            array = held.get(name)
            if type(array) is ndarray and layout.storage(array) is whole:
                place = layout.address(array) - layout.address(old)
                setattr(each, name, (
                    np.ndarray(array.shape, array.dtype, grown, place, array.strides) if array.size
                    else layout.restride(grown[:0].view(array.dtype), array.shape, array.strides, place)
                ))
    if frozen:
        gc.freeze()


Tensor.untyped_storage = untyped_storage  # type: ignore[attr-defined]
Tensor.storage = storage  # type: ignore[attr-defined]
