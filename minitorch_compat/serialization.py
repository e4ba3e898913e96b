"""``save`` and ``load``: objects with tensors in torch's format, an archive of a pickle and its storages."""

from __future__ import annotations

import builtins
import pickle
import zipfile
from collections import Counter, OrderedDict, defaultdict
from importlib import import_module
from io import BytesIO
from os import PathLike, fspath
from os.path import basename, splitext
from typing import Any, BinaryIO, ClassVar

import numpy as np

from ._core import copying, dtypes
from ._core.graph import LEAF
from ._core.kinds import Size, device
from ._core.legacy import TYPES
from ._core.tensor import Tensor, wrap
from ._kernels import layout
from .nn.parameter import Parameter

__all__ = ["load", "save"]

PROTOCOL = 2
STORAGES = {
    name.removesuffix("Tensor") + "Storage": each.dtype for name, each in TYPES.items() if name.endswith("Tensor")
}
"""The classes of storages that files name, and the dtypes of their elements."""


class Name:
    """A global that is written by its name alone, and need not exist here."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


REBUILD_TENSOR = Name("torch._utils", "_rebuild_tensor_v2")
REBUILD_PARAMETER = Name("torch._utils", "_rebuild_parameter")
STORAGE_NAMES = {dtype: Name("torch", name) for name, dtype in STORAGES.items()}
DTYPE_NAMES = {each: Name("torch", str(each).removeprefix("torch.")) for each in dtypes.ALL}
SIZE = Name("torch", "Size")


class _Storage:
    """Stands in a pickle for a storage, which gets an entry of its own."""

    def __init__(self, key: tuple[Any, ...]) -> None:
        self.key = key


_Pickler: Any = pickle._Pickler  # type: ignore[attr-defined]
"""The pickler in Python, whose steps can be replaced."""


class _Writer(_Pickler):
    """A pickler that writes tensors as torch does, and remembers their storages."""

    dispatch: ClassVar[dict[type, Any]] = dict(_Pickler.dispatch)

    def __init__(self, file: BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.storages: list[np.ndarray] = []
        self.places: dict[int, int] = {}

    def persistent_id(self, thing: Any) -> Any:
        return thing.key if type(thing) is _Storage else None

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, Parameter):
            return REBUILD_PARAMETER, (thing.data, thing.requires_grad, OrderedDict())
        if isinstance(thing, Tensor):
            flat, offset = copying.place_of(thing._data)
            start = layout.address(flat)
            if start not in self.places:
                self.places[start] = len(self.storages)
                self.storages.append(flat)
            key = ("storage", STORAGE_NAMES[thing.dtype], str(self.places[start]), "cpu", flat.size)
            arguments: tuple[Any, ...] = (
                _Storage(key), offset, tuple(thing._data.shape), layout.strides(thing._data), thing.requires_grad,
                OrderedDict(),
            )
            return REBUILD_TENSOR, arguments
        if isinstance(thing, Size):
            return SIZE, (tuple(thing),)
        return NotImplemented

    def save_name(self, thing: Name) -> None:
        self.write(pickle.GLOBAL + f"{thing.module}\n{thing.name}\n".encode())
        self.memoize(thing)

    dispatch[Name] = save_name

    def save(self, thing: Any, save_persistent_id: bool = True) -> Any:
        if isinstance(thing, dtypes.dtype):
            thing = DTYPE_NAMES[thing]
        return super().save(thing, save_persistent_id)

    def save_reduce(self, func: Any, args: Any, *rest: Any, **named: Any) -> None:
        """As the parent, which insists on callables where a name stands."""
        if type(func) is Name:
            self.save(func)
            self.save(args)
            self.write(pickle.REDUCE)
            if named.get("obj") is not None:
                self.memoize(named["obj"])
            return
        super().save_reduce(func, args, *rest, **named)


def save(
    obj: object, f: str | PathLike[str] | BinaryIO, pickle_module: Any = None, pickle_protocol: int = PROTOCOL,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write an object to a file, or to what has ``write``; tensors that share memory share it in the file."""
    body = BytesIO()
    writer = _Writer(body, pickle_protocol)
    writer.dump(obj)
    name = splitext(basename(fspath(f)))[0] if isinstance(f, (str, PathLike)) else "archive"
    with zipfile.ZipFile(f, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{name}/data.pkl", body.getvalue())
        archive.writestr(f"{name}/byteorder", "little")
        for place, flat in enumerate(writer.storages):
            archive.writestr(f"{name}/data/{place}", np.ascontiguousarray(flat).tobytes())
        archive.writestr(f"{name}/version", "3\n")


def rebuild_tensor(
    flat: np.ndarray, offset: int, size: tuple[int, ...], stride: tuple[int, ...], requires_grad: bool, *hooks: Any
) -> Tensor:
    """A leaf at its place in a storage."""
    tensor = wrap(copying.placed(flat, offset, tuple(size), tuple(stride)))
    if requires_grad:
        tensor._node = LEAF
    # torch puts the memory into an empty tensor, and counts it.
    tensor._bump()
    return tensor


def rebuild_parameter(data: Tensor, requires_grad: bool, hooks: Any) -> Parameter:
    """A parameter over the memory of ``data``."""
    return Parameter(data, requires_grad)


KNOWN: dict[str, Any] = {
    "torch._utils._rebuild_tensor_v2": rebuild_tensor, "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch.Size": Size, "torch.device": device, "collections.OrderedDict": OrderedDict,
    "collections.defaultdict": defaultdict, "collections.Counter": Counter, "builtins.set": set,
    "builtins.bytearray": bytearray, "builtins.complex": complex, "__builtin__.set": set,
    **{f"torch.{name}": dtype for name, dtype in STORAGES.items()},
    **{str(each): each for each in dtypes.ALL},
}
"""What a file may name as long as only weights are wanted."""


class _Reader(pickle.Unpickler):
    """An unpickler that finds storages in the archive, and globals among those allowed."""

    def __init__(self, body: bytes, archive: zipfile.ZipFile, root: str, weights_only: bool) -> None:
        super().__init__(BytesIO(body))
        self.archive, self.root, self.weights_only = archive, root, weights_only
        self.storages: dict[str, np.ndarray] = {}

    def persistent_load(self, key: Any) -> np.ndarray:
        _, kind, name, _, count = key
        if name not in self.storages:
            data = bytearray(self.archive.read(f"{self.root}/data/{name}"))
            self.storages[name] = np.frombuffer(data, kind.numpy, count)
        return self.storages[name]

    def find_class(self, module: str, name: str) -> Any:
        full = f"{module}.{name}"
        if full in KNOWN:
            return KNOWN[full]
        if self.weights_only:
            shown = name if module in ("builtins", "__builtin__") else full
            raise pickle.UnpicklingError(
                f"WeightsUnpickler error: Unsupported global: GLOBAL {shown} was not an allowed global by default. "
                f"Please use `torch.serialization.add_safe_globals([{name}])` or the "
                f"`torch.serialization.safe_globals([{name}])` context manager to allowlist this global if you trust "
                "this class/function."
            )
        if module == "__builtin__":
            return getattr(builtins, name)
        room, dot, rest = module.partition(".")
        if room == "torch":
            return getattr(import_module(__name__.partition(".")[0] + dot + rest), name)
        return super().find_class(module, name)


def load(
    f: str | PathLike[str] | BinaryIO, map_location: Any = None, pickle_module: Any = None, *,
    weights_only: bool | None = None, mmap: bool | None = None, **pickle_load_args: Any
) -> Any:
    """Read what ``save`` wrote, also in torch; UnpicklingError for globals beyond weights, unless allowed."""
    weights_only = weights_only is not False
    with zipfile.ZipFile(f) as archive:
        entry = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        reader = _Reader(archive.read(entry), archive, entry.removesuffix("/data.pkl"), weights_only)
        try:
            return reader.load()
        except pickle.UnpicklingError as error:
            if not weights_only:
                raise
            raise pickle.UnpicklingError(
                "Weights only load failed. This file can still be loaded, to do so you have two options, "
                "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. \n"
                "\t(1) In PyTorch 2.6, we changed the default value of the `weights_only` argument in "
                "`torch.load` from "
                "`False` to `True`. Re-running `torch.load` with `weights_only` set to `False` will "
                "likely succeed, but "
                "it can result in arbitrary code execution. Do it only if you got the file from a trusted source.\n"
                "\t(2) Alternatively, to load with `weights_only=True` please check the recommended steps in the "
                f"following error message.\n\t{error}\n\n"
                "Check the documentation of torch.load to learn more about types accepted by default with weights_only "
                "https://pytorch.org/docs/stable/generated/torch.load.html."
            ) from None
