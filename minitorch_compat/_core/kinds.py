"""The small objects that describe a tensor: its size, device, layout and memory format."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from . import errors
from .naming import Rebuild, names_torch


class Size(tuple[int, ...]):
    """A shape: a tuple of lengths that prints as ``torch.Size([2, 3])``."""

    __slots__ = ()

    def __new__(cls, lengths: Iterable[int] = ()) -> Size:
        lengths = tuple(lengths)
        for position, length in enumerate(lengths):
            if not hasattr(length, "__index__"):
                raise TypeError(
                    f"torch.Size() takes an iterable of 'int' (item {position} is '{type(length).__name__}')"
                )
        return super().__new__(cls, lengths)

    def numel(self) -> int:
        """The number of elements of a tensor of this size."""
        return prod(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    __str__ = __repr__

    def __add__(self, other: tuple[int, ...]) -> Size:  # type: ignore[override]
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: tuple[int, ...]) -> Size:
        return Size(tuple.__add__(other, self))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __reduce__(self) -> tuple[Any, ...]:
        return Size if names_torch() else size, (tuple(self),)


class device:
    """Where a tensor lives; this engine has the CPU, and the meta device by name only."""

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: str | device | int = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            self.type = type.type
            self.index = type.index
            return
        if isinstance(type, int):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        kind, colon, number = type.partition(":")
        if kind not in _DEVICES:
            raise RuntimeError(
                f"Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, "
                f"vulkan, mps, meta, hpu, mtia, privateuseone device type at start of device string: {kind}"
            )
        if colon and not number.isdecimal():
            raise RuntimeError(f"Invalid device string: '{type}'")
        self.type = kind
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + ("" if self.index is None else f", index={self.index}") + ")"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        kind = self.type.encode().decode()  # a text of its own each time, as pickles of torch's have it
        return device if names_torch() else device_of, (kind,) if self.index is None else (kind, self.index)


_DEVICES = frozenset(("cpu", "cuda", "mps", "xpu", "meta"))
CPU = device("cpu")


def check_device(where: Any) -> None:
    """Accept None and the CPU; AssertionError for CUDA, NotImplementedError names any other device."""
    if where is None or where is CPU:
        return
    if device(where).type in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {device(where).type.upper()} enabled")
    if device(where).type != "cpu":
        raise errors.lacks(f"the device {device(where)}")


class _Named:
    """A constant of the torch namespace that prints as its own name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


class layout(_Named):
    """How a tensor's elements are stored; this engine has ``strided``."""

    def __reduce__(self) -> Any:
        return (get_layout, (repr(self),)) if names_torch() else self.name


class memory_format(_Named):
    """An order of the dimensions in memory."""


strided = layout("strided")
sparse_coo = layout("sparse_coo")
sparse_csr, sparse_csc = layout("sparse_csr"), layout("sparse_csc")
sparse_bsr, sparse_bsc = layout("sparse_bsr"), layout("sparse_bsc")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")


def _get_layout(name: str) -> layout:
    """A layout by the name it prints."""
    return {repr(each): each for each in (strided, sparse_coo, sparse_csr, sparse_csc, sparse_bsr, sparse_bsc)}[name]


get_layout = Rebuild(_get_layout, "torch.serialization")


def size(lengths: Iterable[int]) -> Size:
    """A shape; pickles name this function, since the class says that it is torch's."""
    return Size(lengths)


def device_of(type: str, index: int | None = None) -> device:
    """A device; pickles name this function as they name ``size``."""
    return device(type, index)


Size.__module__ = device.__module__ = "torch"
