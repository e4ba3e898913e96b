"""``save`` and ``load``: objects with tensors in torch's formats, an archive of a pickle and its storages above all."""

from __future__ import annotations

import os
import pickle
import re
import struct
import sys
import tarfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from importlib import import_module
from io import BytesIO, UnsupportedOperation
from mmap import MAP_PRIVATE, MAP_SHARED
from threading import local
from typing import Any

import numpy as np

from . import _weights_only_unpickler
from ._core import dtypes, kinds
from ._core.absent import absent
from ._core.absent import room as _room
from ._core.archive import Reader, Writer
from ._core.legacy import typename
from ._core.naming import PACKAGE, as_torch_names
from ._core.rebuilding import seen
from ._core.storage import TypedStorage, UntypedStorage
from ._core.tensor import wrap
from ._kernels import layout
from ._weights_only_unpickler import StorageType, text_of
from .utils.serialization import config

__all__ = [
    "LoadEndianness", "SourceChangeWarning", "StorageType", "add_safe_globals",
    "check_module_version_greater_or_equal", "clear_safe_globals", "default_restore_location", "get_crc32_options",
    "get_default_load_endianness", "get_default_mmap_options", "get_safe_globals", "get_unsafe_globals_in_checkpoint",
    "load", "location_tag", "mkdtemp", "normalize_storage_type", "register_package", "safe_globals", "save",
    "set_crc32_options", "set_default_load_endianness", "set_default_mmap_options", "skip_data",
    "storage_to_tensor_type", "validate_cuda_device", "validate_hpu_device",
]  # fmt: skip
__getattr__ = _room("torch.serialization", __name__)
_get_layout = kinds.get_layout

DEFAULT_PROTOCOL = 2
MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
UNSAFE_MESSAGE = (
    "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to "
    "`True`. Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in "
    "arbitrary code execution. Do it only if you got the file from a trusted source."
)


class SourceChangeWarning(Warning):
    """The source of a class is not what it was when one of its objects was saved."""


class LoadEndianness(Enum):
    """The byte order of archives that do not say theirs."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


# ---- options

def get_default_load_endianness() -> LoadEndianness | None:
    """The byte order of archives that do not say theirs; None for little."""
    return config.load.endianness


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Choose the byte order of archives that do not say theirs; TypeError for anything but one."""
    if endianness is not None and not isinstance(endianness, LoadEndianness):
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    config.load.endianness = endianness


def get_crc32_options() -> bool:
    """Whether ``save`` writes the checksum of each record."""
    return config.save.compute_crc32


def set_crc32_options(compute_crc32: bool) -> None:
    """Choose whether ``save`` writes the checksum of each record, or zeros."""
    config.save.compute_crc32 = compute_crc32


def get_default_mmap_options() -> int | None:
    """How ``load(mmap=True)`` maps a file: a flag of the module ``mmap``."""
    return config.load.mmap_flags


class set_default_mmap_options:
    """Choose how ``load(mmap=True)`` maps a file, for good or for a block; ValueError for other flags."""

    def __init__(self, flags: int) -> None:
        if flags not in (MAP_PRIVATE, MAP_SHARED):
            raise ValueError(
                "Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, "
                f"but got {flags}"
            )
        self.prev = config.load.mmap_flags
        config.load.mmap_flags = flags

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: Any) -> None:
        config.load.mmap_flags = self.prev


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Allow functions and classes, or pairs of one and its full name, in files read for weights only."""
    _weights_only_unpickler._add_safe_globals(safe_globals)


def get_safe_globals() -> list[Any]:
    """What users allowed in files read for weights only."""
    return _weights_only_unpickler._get_safe_globals()


def clear_safe_globals() -> None:
    """Take back all that users allowed."""
    _weights_only_unpickler._clear_safe_globals()


class safe_globals:
    """A block in which more functions and classes are allowed."""

    def __init__(self, safe_globals: list[Any]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exception: Any) -> None:
        _weights_only_unpickler._remove_safe_globals(self.safe_globals)


class _Local(local):
    """What holds for the thread that saves or loads."""

    skip_data = False
    materialize_fake_tensors = False
    map_location: Any = None


_serialization_tls = _Local()


class skip_data:
    """A block in which ``save`` leaves the places of storages empty, and ``load`` does not read them."""

    def __init__(self, materialize_fake_tensors: bool = False) -> None:
        self.materialize_fake_tensors = materialize_fake_tensors

    def __enter__(self) -> None:
        own = _serialization_tls
        self._before = own.skip_data, own.materialize_fake_tensors
        own.skip_data, own.materialize_fake_tensors = True, self.materialize_fake_tensors

    def __exit__(self, *exception: Any) -> None:
        _serialization_tls.skip_data, _serialization_tls.materialize_fake_tensors = self._before


@contextmanager
def mkdtemp() -> Iterator[str]:
    """A folder that is gone after the block."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as path:
        yield path


def check_module_version_greater_or_equal(
    module: Any, req_version_tuple: tuple[Any, ...], error_if_malformed: bool = True
) -> bool:
    """Whether a module's version is at least this one; RuntimeError, or a warning, for one that cannot be read."""
    try:
        parts = module.__version__.split(".")
        own = tuple(type(wanted)(parts[place]) for place, wanted in enumerate(req_version_tuple))
        return own >= req_version_tuple
    except Exception as error:
        message = (
            f"'{module.__name__}' module version string is malformed '{module.__version__}' and cannot be compared "
            f"with tuple {req_version_tuple}"
        )
        if error_if_malformed:
            raise RuntimeError(message) from error
        warnings.warn(f"{message}, but continuing assuming that requirement is met", stacklevel=2)
        return True


# ---- devices

Tagger = Callable[[Any], str | None]
Placer = Callable[[Any, str], Any]
_package_registry: list[tuple[int, Tagger, Placer]] = []


def register_package(priority: int, tagger: Tagger, deserializer: Placer) -> None:
    """Add a pair that names the place of a storage and brings one there; lower numbers are asked first."""
    _package_registry.append((priority, tagger, deserializer))
    _package_registry.sort()


def _validate_device(location: str, name: str) -> Any:
    """RuntimeError: there is no such device."""
    advice = (
        "If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map "
        "your storages to the CPU."
    )
    if name in ("cuda", "xpu"):
        if re.fullmatch(rf"{name}(:\d+)?", location) is None:
            raise RuntimeError(f"Invalid device string: '{location}'")
        raise RuntimeError(
            f"Attempting to deserialize object on a {name.upper()} device but torch.{name}.is_available() is False. "
            f"{advice}"
        )
    if name == "mtia":
        raise RuntimeError("Cannot execute getCurrentDevice() without MTIA backend.")
    raise RuntimeError(f"The {name.upper()} device module is not registered. {advice}")


def validate_cuda_device(location: str) -> int:
    """RuntimeError: there is no CUDA."""
    return _validate_device(location, "cuda")


def validate_hpu_device(location: str) -> int:
    """RuntimeError: there is no HPU."""
    return _validate_device(location, "hpu")


def _tag(name: str, storage: Any) -> str | None:
    return name if storage.device.type == name else None


def _on_cpu(storage: Any, location: str) -> Any:
    return storage if location == "cpu" else None


def _on_accelerator(name: str, storage: Any, location: str) -> Any:
    if location == name or re.match(f"{name}(:|[0-9]+)", location):
        _validate_device(location, name)


def _on_mps(storage: Any, location: str) -> None:
    if location.startswith("mps"):
        raise RuntimeError("torch.UntypedStorage(): Storage device not recognized: mps")


def _on_meta(storage: Any, location: str) -> None:
    if location == "meta":
        kinds.check_device("meta")


for _priority, _name in ((10, "cpu"), (20, "cuda"), (21, "mps"), (22, "meta"), (23, "privateuseone"), (24, "hpu"),
                         (25, "xpu"), (26, "mtia")):  # fmt: skip
    _own: dict[str, Placer] = {"cpu": _on_cpu, "mps": _on_mps, "meta": _on_meta}
    register_package(_priority, partial(_tag, _name), _own.get(_name) or partial(_on_accelerator, _name))


def location_tag(storage: Any) -> str:
    """The name of the place of a storage; RuntimeError where nobody knows one."""
    for _, tagger, _ in _package_registry:
        location = tagger(storage)
        if location:
            return location
    raise RuntimeError(f"don't know how to determine data location of {typename(storage)}")


def default_restore_location(storage: Any, location: str) -> Any:
    """The storage at the place of this name; RuntimeError where nobody can bring it there."""
    for _, _, place in _package_registry:
        result = place(storage, location)
        if result is not None:
            return result
    raise RuntimeError("don't know how to restore data location of " + typename(storage) + f" (tagged with {location})")


def _restoring(map_location: Any) -> Placer:
    """What brings storages to their places, as ``map_location`` has it."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(storage, map_location.get(location, location))
    if isinstance(map_location, (str, bytes)):
        if isinstance(map_location, bytes):
            raise TypeError("cannot use a string pattern on a bytes-like object")
        return lambda storage, location: default_restore_location(storage, map_location)
    if isinstance(map_location, kinds.device):
        return lambda storage, location: default_restore_location(storage, str(map_location))

    def restore(storage: Any, location: str) -> Any:
        result = map_location(storage, location)
        return default_restore_location(storage, location) if result is None else result

    return restore


def place_for(device: Any) -> Any:
    """The device for a tensor that was on ``device`` and has no storage in the file."""
    chosen = _serialization_tls.map_location
    if chosen is None:
        return device
    if isinstance(chosen, dict):
        return chosen.get(device, device)
    if isinstance(chosen, (str, kinds.device)):
        return chosen
    raise RuntimeError(
        "Callable map_location not supported with _rebuild_wrapper_subclass or _rebuild_device_tensor_from_numpy"
    )


def normalize_storage_type(storage_type: type) -> Any:
    """The class of storages of this name in ``torch``."""
    return getattr(import_module(PACKAGE), storage_type.__name__)


def storage_to_tensor_type(storage: Any) -> Any:
    """The class of tensors over storages of this class."""
    kind = type(storage)
    return getattr(_room_of(kind.__module__), kind.__name__.replace("Storage", "Tensor"))


# ---- files

def _is_path(f: object) -> bool:
    return isinstance(f, (str, os.PathLike))


def _check_seekable(f: Any) -> None:
    try:
        f.seek(f.tell())
    except (UnsupportedOperation, AttributeError) as error:
        if "seek" in str(error) or "tell" in str(error):
            raise type(error)(
                f"{error}. You can only torch.load from a file that is seekable. Please pre-load the data into a "
                "buffer like io.BytesIO and try to load from it instead."
            ) from None
        raise


@contextmanager
def _opened(f: Any) -> Iterator[Any]:
    """A file to read from, closed at the end if it was opened here."""
    if _is_path(f):
        with open(f, "rb") as file:
            yield file
    else:
        _check_seekable(f)
        yield f


def _is_zipfile(f: Any) -> bool:
    start = f.tell()
    found = f.read(4)
    f.seek(start)
    return found == b"PK\3\4"


def _check_dill(module: Any) -> None:
    if (
        module is not None and module.__name__ == "dill"
        and not check_module_version_greater_or_equal(module, (0, 3, 1), False)
    ):
        raise ValueError(
            f"'torch' supports dill >= 0.3.1, but you have dill {module.__version__}. Please upgrade dill or switch to "
            "'pickle'"
        )


# ---- writing

def _room_of(module: str) -> Any:
    """This package's room for a module of torch's."""
    return import_module(PACKAGE + module.removeprefix("torch"))


_Pickler: Any = pickle._Pickler  # type: ignore[attr-defined]
"""The pickler in Python, whose steps can be replaced."""


class _Names:
    """Steps of a pickler by which things of this package are written under torch's names."""

    proto: int

    def save_global(self: Any, obj: Any, name: str | None = None) -> None:
        """Write a global by its name, which is not looked up where it is torch's."""
        place = _place_of_global(obj, name)
        if place is None:
            qualified = str(name or getattr(obj, "__qualname__", ""))
            if "<locals>" in qualified:
                raise AttributeError(f"Can't pickle local object '{qualified}'")
            _Pickler.save_global(self, obj, name)
            return
        module, qualified = place
        if self.proto >= 4:
            self.save(module)
            self.save(qualified)
            self.write(pickle.STACK_GLOBAL)
        elif "." in qualified:
            parent, _, last = qualified.rpartition(".")
            self.save_reduce(getattr, (_Global(module, parent), last))
        else:
            self.write(pickle.GLOBAL + f"{module}\n{qualified}\n".encode("utf-8" if self.proto == 3 else "ascii"))
        self.memoize(obj)

    def reducer_override(self, thing: Any) -> Any:
        """Names without a thing are written as they are."""
        return thing.name if isinstance(thing, _Global) else NotImplemented


class _Global:
    """A name in a module that need not be there."""

    def __init__(self, module: str, name: str) -> None:
        self.__module__, self.name = module, name

    def __call__(self) -> None: ...


def _place_of_global(thing: Any, name: str | None) -> tuple[str, str] | None:
    """torch's module and name for a thing of this package; None for others' things."""
    name = str(name or getattr(thing, "__qualname__", None) or getattr(thing, "__name__", ""))
    module = getattr(thing, "__module__", None) or ""
    room, dot, rest = module.partition(".")
    if room == PACKAGE:
        return "torch" + dot + rest, name
    return (module, name) if room == "torch" else None


class _Storages:
    """The storages that a pickle names, each with its key and its one dtype."""

    def __init__(self, *, by_address: bool) -> None:
        self.by_address = by_address
        self.keys: dict[tuple[int, int], str] = {}
        self.dtypes: dict[tuple[int, int], dtypes.dtype] = {}
        self.bytes: dict[str, tuple[np.ndarray, int]] = {}

    def named(self, thing: Any) -> tuple[Any, ...]:
        """What stands for a storage in the pickle; RuntimeError for memory that was named with another dtype."""
        from .storage import BY_DTYPE

        if isinstance(thing, TypedStorage):
            elements, dtype = thing._elements, thing.dtype
            kind: Any = BY_DTYPE[dtype]
        else:
            elements, dtype, kind = thing._bytes, dtypes.uint8, UntypedStorage
        owner = layout.storage(elements)
        place = id(owner), layout.address(elements)
        if elements.size and self.dtypes.setdefault(place, dtype) is not dtype:
            raise RuntimeError("Cannot save multiple tensors or storages that view the same data as different types")
        key = self.keys.get(place)
        if key is None:
            key = self.keys[place] = str(place[0] if self.by_address else len(self.keys))
            self.bytes[key] = elements.view(np.uint8), dtype.itemsize
        location = "cpu" if not len(_package_registry) > _BUILT_IN else location_tag(UntypedStorage(self.bytes[key][0]))
        return "storage", kind, key, location, elements.size


_BUILT_IN = len(_package_registry)


def _pickler(module: Any, file: Any, protocol: int, persistent_id: Callable[[Any], Any]) -> Any:
    """A pickler of a module that writes torch's names, as far as its steps can be replaced."""
    base: Any = _Pickler if module is pickle or module is None else module.Pickler
    names: tuple[Any, ...] = (_Names,) if issubclass(base, _Pickler) else ()
    body: dict[str, Any] = {"persistent_id": lambda self, thing: persistent_id(thing)}
    if names:
        body["dispatch"] = {
            kind: _Names.save_global if step is _Pickler.save_global else step for kind, step in base.dispatch.items()
        }
    return type("Pickler", (*names, base), body)(file, protocol)


def save(
    obj: object, f: Any, pickle_module: Any = pickle, pickle_protocol: int = DEFAULT_PROTOCOL,
    _use_new_zipfile_serialization: bool = True, _disable_byteorder_record: bool = False,
) -> None:
    """Write an object to a file, or to what has ``write`` and ``flush``; tensors that share memory share it there.

    RuntimeError for memory seen as two dtypes; whatever pickle refuses is refused.
    """
    _check_dill(pickle_module)
    if not _is_path(f) and not hasattr(f, "write"):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    if not _use_new_zipfile_serialization:
        if _serialization_tls.skip_data:
            raise RuntimeError("Cannot use skip_data=True with _use_new_zipfile_serialization=False")
        if _is_path(f):
            with open(f, "wb") as file:
                _save_legacy(obj, file, pickle_module, pickle_protocol)
        else:
            _save_legacy(obj, f, pickle_module, pickle_protocol)
            f.flush()
        return
    if not _is_path(f):
        _check_writer(f)
        _save_archive(obj, f.write, "archive", pickle_module, pickle_protocol, _disable_byteorder_record)
        f.flush()
        return
    path = os.fspath(f)
    parent, name = os.path.split(path)
    name = (name.rpartition(".")[0] if "." in name else name) if path.isascii() else "archive"
    if not name:
        raise RuntimeError(f"[enforce fail at inline_container.cc:720] . invalid file name: {path}")
    if parent and not os.path.isdir(parent):
        raise RuntimeError(f"Parent directory {parent} does not exist.")
    try:
        file = open(path, "wb")  # noqa: SIM115
    except OSError as error:
        raise RuntimeError(
            f"[enforce fail at inline_container.cc:747] . open file failed with strerror: {error.strerror}"
        ) from None
    with file:
        _save_archive(obj, file.write, name, pickle_module, pickle_protocol, _disable_byteorder_record)


def _check_writer(f: Any) -> None:
    if callable(f.write):
        return
    raise TypeError(f"Buffer of {str(type(f)).strip('<>')} has no callable attribute 'write'")


def _save_archive(
    obj: object, write: Callable[[Any], Any], name: str, module: Any, protocol: int, without_order: bool
) -> None:
    storages, body = _Storages(by_address=False), BytesIO()

    def persistent_id(thing: Any) -> Any:
        return storages.named(thing) if isinstance(thing, (TypedStorage, UntypedStorage)) else None

    archive = Writer(write, name, config.save.storage_alignment, config.save.compute_crc32)
    with as_torch_names():
        _pickler(module, body, protocol, persistent_id).dump(obj)
    archive.record("data.pkl", body.getvalue())
    archive.record(".format_version", b"1")
    archive.record(".storage_alignment", str(config.save.storage_alignment).encode())
    if not without_order:
        archive.record("byteorder", sys.byteorder.encode())
    for key, (data, _) in storages.bytes.items():
        archive.record(f"data/{key}", np.ascontiguousarray(data).data, blank=_serialization_tls.skip_data)
    archive.finish()


def _save_legacy(obj: object, f: Any, module: Any, protocol: int) -> None:
    storages = _Storages(by_address=True)
    classes: set[type] = set()

    def persistent_id(thing: Any) -> Any:
        if isinstance(thing, (TypedStorage, UntypedStorage)):
            return (*storages.named(thing), None)
        if isinstance(thing, type) and thing not in classes and _is_module_class(thing):
            classes.add(thing)
            return ("module", thing, *_source_of(thing))
        return None

    system = {
        "protocol_version": PROTOCOL_VERSION, "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for header in (MAGIC_NUMBER, PROTOCOL_VERSION, system):
        module.dump(header, f, protocol=protocol)
    with as_torch_names():
        _pickler(module, f, protocol, persistent_id).dump(obj)
    keys = sorted(storages.bytes)
    module.dump(keys, f, protocol=protocol)
    for key in keys:
        data, itemsize = storages.bytes[key]
        UntypedStorage(np.ascontiguousarray(data))._write_file(f.write, itemsize)


def _is_module_class(kind: type) -> bool:
    modules = sys.modules.get(f"{PACKAGE}.nn.modules.module")
    return modules is not None and issubclass(kind, modules.Module)


def _source_of(kind: type) -> tuple[str | None, str | None]:
    """The file and text of a class, to be compared when it is read; of torch's own there is none to compare."""
    if kind.__module__.partition(".")[0] == "torch":
        return None, None
    import inspect

    try:
        return inspect.getsourcefile(kind), "".join(inspect.getsourcelines(kind)[0])
    except Exception:
        warnings.warn(
            f"Couldn't retrieve source code for container of type {kind.__name__}. It won't be checked for correctness "
            "upon loading.",
            stacklevel=2,
        )
        return None, None


# ---- reading

def _find_class(module: str, name: str) -> Any:
    """A thing of this package by torch's name for it."""
    if module == "torch.tensor":
        module = "torch._tensor"
    if "Storage" in name:
        try:
            return StorageType(name)
        except KeyError:
            pass
    if (module, name) == ("torch._C", "_VariableFunctionsClass"):
        return sys.modules[PACKAGE]
    return _named_here(module, name)


def _named_here(module: str, name: str) -> Any:
    allowed = _weights_only_unpickler._get_allowed_globals().get(f"{module}.{name}")
    if allowed is not None:
        return allowed
    places: list[Any] = []
    for place in (module, _ROOMS.get(module, ""), *(each for each in _SPREAD if module.startswith(each))):
        try:
            places.append(_room_of(place) if place else None)
        except ModuleNotFoundError:
            continue
    refused: Exception | None = None
    for room in places:
        found = room
        try:
            for part in name.split("."):
                found = getattr(found, part)
        except AttributeError as error:
            refused = refused or (error if room is not None else None)
            continue
        if found is not None:
            return found
    raise refused or ModuleNotFoundError(f"No module named '{module}'", name=module)


_ROOMS = {"torch._C": "torch", "torch._C._nn": "torch.nn.functional", "torch.functional": "torch"}
"""Where this package has what torch keeps elsewhere."""
_SPREAD = ("torch.nn", "torch.optim", "torch.utils.data", "torch.autograd")
"""Rooms whose things torch may keep in other files of the same room."""


class _Reading:
    """What an unpickler of a module needs to find storages, and this package's things under torch's names."""

    def __init__(self, module: Any, arguments: dict[str, Any], persistent_load: Callable[[Any], Any]) -> None:
        self.module, self.arguments, self.persistent_load = module, arguments, persistent_load

    def load(self, file: Any) -> Any:
        """One object."""
        if self.module is _weights_only_unpickler:
            reader: Any = _weights_only_unpickler.Unpickler(file, **self.arguments)
        else:
            parent: Any = self.module.Unpickler

            def find_class(own: Any, module: str, name: str) -> Any:
                if module.partition(".")[0] == "torch":
                    return _find_class(module, name)
                return parent.find_class(own, module, name)

            reader = type("Unpickler", (parent,), {"find_class": find_class})(file, **self.arguments)
        reader.persistent_load = self.persistent_load
        return reader.load()

    def plain(self, file: Any) -> Any:
        """One object of Python's alone."""
        return self.module.load(file, **self.arguments)


def _explained(message: str) -> str:
    """What ``load`` says of a file that holds more than weights."""
    documents = (
        "\n\nCheck the documentation of torch.load to learn more about types accepted by default with weights_only "
        "https://pytorch.org/docs/stable/generated/torch.load.html."
    )
    if re.search(r"GLOBAL (\S+) was not an allowed global by default.", message):
        return (
            "Weights only load failed. This file can still be loaded, to do so you have two options, \033[1mdo those "
            f"steps only if you trust the source of the checkpoint\033[0m. \n\t(1) {UNSAFE_MESSAGE}\n\t(2) "
            "Alternatively, to load with `weights_only=True` please check the recommended steps in the following "
            f"error message.\n\tWeightsUnpickler error: {message}{documents}"
        )
    if re.search(r"(\S+) must be (\S+) to load", message):
        return f"Weights only load failed. {message}\n {UNSAFE_MESSAGE}\n"
    request = (
        "Please file an issue with the following so that we can make `weights_only=True` compatible with your use "
        "case: WeightsUnpickler error: "
    )
    if re.search(r"whose module (\S+) is blocked", message):
        request = ""
    return f"Weights only load failed. {UNSAFE_MESSAGE}\n{request}\n\n{message}{documents}"


def _wants_weights_only(chosen: bool | None, module: Any) -> bool:
    """The value of ``weights_only`` after the environment had its word."""
    forced, freed = (
        os.getenv(f"TORCH_FORCE_{name}", "0").lower() in ("1", "y", "yes", "true")
        for name in ("WEIGHTS_ONLY_LOAD", "NO_WEIGHTS_ONLY_LOAD")
    )
    if forced and freed:
        raise RuntimeError(
            "Only one of `TORCH_FORCE_WEIGHTS_ONLY_LOAD` or `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD` should be set, but both "
            "were set."
        )
    if forced:
        return True
    if chosen is not None:
        return bool(chosen)
    if freed:
        warnings.warn(
            "Environment variable TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD detected, since the`weights_only` argument was not "
            "explicitly passed to `torch.load`, forcing weights_only=False.",
            UserWarning,
            stacklevel=3,
        )
        return False
    return module is None


def load(
    f: Any, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool | None = None,
    mmap: bool | None = None, **pickle_load_args: Any
) -> Any:
    """Read what ``save`` wrote, here or in torch, from a file or from what can ``read``, ``seek`` and ``tell``.

    UnpicklingError for what is not weights, unless allowed or ``weights_only=False``, which runs whatever the file
    says; RuntimeError for what is no archive, and for places outside of storages.
    """
    weights_only = _wants_weights_only(weights_only, pickle_module)
    if weights_only:
        if pickle_module is not None:
            raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
        if pickle_load_args:
            warnings.warn("pickle_load_args only works if `weights_only=False`.", stacklevel=2)
    _check_dill(pickle_module)
    mmap = config.load.mmap if mmap is None else mmap
    pickle_load_args.setdefault("encoding", "utf-8")
    if _is_path(f) and os.fspath(f).endswith(".safetensors"):
        return _load_safetensors(os.fspath(f), map_location)
    module = _weights_only_unpickler if weights_only else pickle_module or pickle
    with _opened(f) as file:
        try:
            if _is_zipfile(file):
                return _load_archive(file, f, map_location, module, mmap, pickle_load_args)
            if mmap:
                name = f"{f}, " if isinstance(f, str) else ""
                raise RuntimeError(
                    f"mmap can only be used with files saved with "
                    f"`torch.save({name}_use_new_zipfile_serialization=True), please torch.save your checkpoint with "
                    "this option in order to use mmap."
                )
            return _load_legacy(file, map_location, module, pickle_load_args)
        except pickle.UnpicklingError as error:
            if not weights_only:
                raise
            raise pickle.UnpicklingError(_explained(str(error))) from None


SAFE_DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    "C64": "complex64", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
}  # fmt: skip
"""The dtypes of the library safetensors."""


def _load_safetensors(path: str, map_location: Any) -> dict[str, Any]:
    """The tensors of a file of the library safetensors, by name."""
    try:
        from safetensors import deserialize
    except ImportError as error:
        raise RuntimeError(
            "Attempting to load a safetensors file but safetensors is not installed. Please install safetensors with: "
            "pip install safetensors"
        ) from error
    if isinstance(map_location, dict) or callable(map_location):
        kind = "dict" if isinstance(map_location, dict) else "callable"
        raise RuntimeError(
            f"Loading safetensors file with {kind} map_location is not supported. Use a device string or torch.device "
            "instead."
        )
    kinds.check_device(map_location)
    with open(path, "rb") as file:
        entries = deserialize(file.read())
    found = {}
    for name, entry in entries:
        if entry["dtype"] not in SAFE_DTYPES:
            raise absent(f"a dtype for safetensors' {entry['dtype']}")
        dtype = dtypes._by_name(SAFE_DTYPES[entry["dtype"]]).numpy
        found[name] = wrap(np.frombuffer(bytearray(entry["data"]), dtype).reshape(entry["shape"]))
    return found


def _load_archive(
    file: Any, f: Any, map_location: Any, module: Any, mmap: bool, arguments: dict[str, Any]
) -> Any:
    archive = Reader(file)
    if "constants.pkl" in archive:
        warnings.warn(
            "'torch.load' received a zip file that looks like a TorchScript archive dispatching to 'torch.jit.load' "
            "(call 'torch.jit.load' directly to silence this warning)",
            UserWarning,
            stacklevel=4,
        )
        if module is _weights_only_unpickler:
            raise RuntimeError(
                f"Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``. {UNSAFE_MESSAGE}"
            )
        return import_module(PACKAGE).jit
    whole = None
    if mmap:
        if not _is_path(f):
            raise ValueError("f must be a file path in order to use the mmap argument")
        shared = get_default_mmap_options() == MAP_SHARED
        whole = UntypedStorage.from_file(os.fspath(f), shared, os.path.getsize(f))
    storages = _ArchivedStorages(archive, _restoring(map_location), whole)
    reading = _Reading(module, arguments, storages.load)
    body = BytesIO(archive.read("data.pkl"))
    _serialization_tls.map_location = map_location
    try:
        return reading.load(body)
    finally:
        _serialization_tls.map_location = None


class _ArchivedStorages:
    """The storages of an archive, read when they are first named, all together not more than the file holds."""

    def __init__(self, archive: Reader, restore: Placer, whole: UntypedStorage | None) -> None:
        self.archive, self.restore, self.whole = archive, restore, whole
        self.found: dict[Any, TypedStorage] = {}
        self.read = 0
        self.swapped = self._order() != sys.byteorder
        if ".storage_alignment" in archive:
            int(archive.read(".storage_alignment"))

    def _order(self) -> str:
        if "byteorder" in self.archive:
            order = self.archive.read("byteorder")
            if order not in (b"little", b"big"):
                raise ValueError("Unknown endianness type: " + order.decode())
            return order.decode()
        chosen = get_default_load_endianness()
        if chosen is LoadEndianness.NATIVE:
            return sys.byteorder
        return "big" if chosen is LoadEndianness.BIG else "little"

    def load(self, key: Any) -> TypedStorage:
        """The storage that a pickle names by its class, key, place and length."""
        if not isinstance(key, tuple):
            raise AssertionError(f"saved_id must be a tuple, got {type(key).__name__}")
        kind = text_of(key[0])
        if kind != "storage":
            raise AssertionError(f"Unknown typename for persistent_load, expected 'storage' but got '{kind}'")
        storage_type, name, location, count = key[1:]
        dtype = dtypes.uint8 if storage_type is UntypedStorage else storage_type.dtype
        if name in self.found:
            return self.found[name]
        made = TypedStorage(wrap_storage=self._placed(f"data/{name}", dtype, count, text_of(location)), dtype=dtype)
        if made._elements.size:
            self.found[name] = made
        return made

    def _placed(self, record: str, dtype: dtypes.dtype, count: int, location: str) -> Any:
        storage = self._bytes(record, count * dtype.itemsize)
        if self.swapped:
            storage.byteswap(dtype)
        return self.restore(storage, location)

    def _bytes(self, record: str, length: int) -> UntypedStorage:
        size = self.archive.size(record)
        if self.whole is not None:
            start = self.archive.offset(record)
            return self.whole[start : start + min(length, size)]
        if size != length:
            raise RuntimeError(
                f"record size ({size} bytes) does not match expected size ({length} bytes = {length} elements * 1 "
                "bytes/element) for dtype Byte"
            )
        self.read += size
        if self.read > max(self.archive.length, self.archive.expanded):
            raise RuntimeError("The records of the archive overlap: together they are longer than the file")
        return UntypedStorage(np.empty(size, np.uint8) if _serialization_tls.skip_data else self.archive.array(record))


def _load_legacy(f: Any, map_location: Any, module: Any, arguments: dict[str, Any]) -> Any:
    restore = _restoring(map_location)
    direct = _has_descriptor(f)
    if direct and f.tell() == 0:
        try:
            tar = tarfile.open(fileobj=f, mode="r:", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        except tarfile.TarError:
            f.seek(0)
        else:
            if module is _weights_only_unpickler:
                raise RuntimeError(
                    f"Cannot use ``weights_only=True`` with files saved in the legacy .tar format. {UNSAFE_MESSAGE}"
                )
            with tar:
                return _load_tar(tar, restore, module, arguments)
    storages = _LegacyStorages(f, restore)
    reading = _Reading(module, arguments, storages.load)
    if reading.plain(f) != MAGIC_NUMBER:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = reading.plain(f)
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f"Invalid protocol version: {version}")
    reading.plain(f)
    result = reading.load(f)
    keys = reading.plain(f)
    if not _serialization_tls.skip_data:
        for key in keys:
            storages.fill(key)
    return result


def _has_descriptor(f: Any) -> bool:
    if getattr(f, "__module__", None) == "gzip":
        return False
    try:
        return f.fileno() >= 0
    except (UnsupportedOperation, AttributeError):
        return False


class _LegacyStorages:
    """The storages of a file from before archives: named in the pickle, and filled from what follows it."""

    def __init__(self, file: Any, restore: Placer) -> None:
        self.file, self.restore = file, restore
        here = file.tell()
        self.left = self.length = file.seek(0, 2)
        file.seek(here)
        self.found: dict[Any, TypedStorage] = {}

    def load(self, key: Any) -> Any:
        """The storage, or the class of modules, that a pickle names."""
        if not isinstance(key, tuple):
            raise AssertionError(f"saved_id must be a tuple, got {type(key).__name__}")
        kind, rest = text_of(key[0]), key[1:]
        if kind == "module":
            _check_source(*rest)
            return rest[0]
        if kind != "storage":
            raise RuntimeError(f"Unknown saved id type: {key[0]}")
        storage_type, root, location, count, view = rest
        dtype = dtypes.uint8 if storage_type is UntypedStorage else storage_type.dtype
        if root not in self.found:
            self.found[root] = self._empty(dtype, count, text_of(location))
        storage = self.found[root]
        if view is None:
            return storage
        name, offset, length = view
        if name not in self.found:
            self.found[name] = _part(storage, offset, length, dtype)
        return self.found[name]

    def _empty(self, dtype: dtypes.dtype, count: int, location: str) -> TypedStorage:
        size = count * dtype.itemsize
        self.left -= size
        if size < 0 or self.left < 0:
            raise RuntimeError(f"unexpected EOF, expected {-self.left} more bytes. The file might be corrupted.")
        placed = self.restore(UntypedStorage(np.zeros(size, np.uint8)), location)
        return TypedStorage(wrap_storage=placed, dtype=dtype)

    def fill(self, key: Any) -> None:
        """Read the elements of a storage from where the file stands."""
        if key not in self.found:
            raise AssertionError(f"storage key {key!r} not found in deserialized_objects")
        storage = self.found[key]
        _fill(self.file, storage._untyped_storage._bytes, storage.dtype.itemsize)


def _fill(file: Any, into: np.ndarray, itemsize: int) -> None:
    """Read a count of elements and their bytes into memory for as many."""
    head = file.read(8)
    if len(head) < 8:
        raise RuntimeError(f"unexpected EOF, expected {8 - len(head)} more bytes. The file might be corrupted.")
    count = int.from_bytes(head, "little", signed=True)
    if count * itemsize != into.size:
        raise RuntimeError(f"storage has wrong byte size: expected {into.size} got {count * itemsize}")
    data = file.read(into.size)
    if len(data) < into.size:
        raise RuntimeError(f"unexpected EOF, expected {into.size - len(data)} more bytes. The file might be corrupted.")
    into[...] = np.frombuffer(data, np.uint8)


def _part(storage: TypedStorage, offset: int, length: int, dtype: dtypes.dtype) -> TypedStorage:
    """Some elements of a storage, over the same memory."""
    size = dtype.itemsize
    part = storage._untyped_storage[offset * size : (offset + length) * size]
    return TypedStorage(wrap_storage=part, dtype=dtype)


def _check_source(kind: Any, file: Any, source: Any) -> None:
    """Warn where the source of a class is another than when it was saved."""
    if not (file and source):
        return
    import inspect

    try:
        current = "".join(inspect.getsourcelines(kind)[0])
    except Exception:
        warnings.warn(
            f"Couldn't retrieve source code for container of type {kind.__name__}. It won't be checked for correctness "
            "upon loading.",
            stacklevel=5,
        )
        return
    if current != source and kind.__module__.partition(".")[0] != "torch":
        warnings.warn(
            f"source code of class '{typename(kind)}' has changed. you can retrieve the original source code by "
            "accessing the object's source attribute or set `torch.nn.Module.dump_patches = True` and use the patch "
            "tool to revert the changes.",
            SourceChangeWarning,
            stacklevel=5,
        )


def _load_tar(tar: tarfile.TarFile, restore: Placer, module: Any, arguments: dict[str, Any]) -> Any:
    """An object from the oldest format, a tar file with its storages, tensors and pickle."""
    found: dict[Any, Any] = {}

    def persistent_load(key: Any) -> Any:
        if isinstance(key, tuple):
            _check_source(*key)
            return key[0]
        return found[int(key)]

    reading = _Reading(module, arguments, persistent_load)
    parts = {name: BytesIO(_extracted(tar, name)) for name in ("storages", "tensors", "pickle")}
    file = parts["storages"]
    for _ in range(reading.load(file)):
        key, location, kind = reading.load(file)
        size = kind.dtype.itemsize
        (count,) = struct.unpack_from("<q", file.getbuffer(), file.tell())
        memory = np.empty(max(0, min(count * size, file.getbuffer().nbytes)), np.uint8)
        _fill(file, memory, size)
        found[key] = TypedStorage(wrap_storage=restore(UntypedStorage(memory), location), dtype=kind.dtype)
    for key, root, offset, count in reading.load(file):
        found[key] = _part(found[root], offset, count, found[root].dtype)
    file = parts["tensors"]
    for _ in range(reading.load(file)):
        key, storage, _ = reading.load(file)
        (ndim, _) = struct.unpack("<2i", file.read(8))
        *shape, offset = struct.unpack(f"<{2 * ndim + 1}q", file.read(16 * ndim + 8))
        root = found[storage]
        found[key] = wrap(seen(root, root.dtype, offset, shape[:ndim], shape[ndim:]))
    return reading.load(parts["pickle"])


def _extracted(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(f"filename {name!r} not found")
    return file.read()


def get_unsafe_globals_in_checkpoint(f: Any) -> list[str]:
    """The names in an archive that are not allowed when only weights are read; ValueError for other files."""
    safe = {*_weights_only_unpickler._get_allowed_globals(), *_weights_only_unpickler._get_user_allowed_globals()}
    with _opened(f) as file:
        if not _is_zipfile(file):
            raise ValueError("Expected input to be a checkpoint returned by torch.save")
        archive = Reader(file)
        if "constants.pkl" in archive:
            raise ValueError(
                "Expected input to be a checkpoint returned by torch.save but got a torchscript checkpoint"
            )
        return list(_weights_only_unpickler.get_globals_in_pkl(BytesIO(archive.read("data.pkl"))) - safe)
