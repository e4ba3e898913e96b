"""A reader of pickles that calls nothing but what makes weights: tensors, plain containers, and what users allow.

It walks the opcodes of Python's pickle protocol 2 as ``torch.save`` writes them. Whatever an opcode asks for that could
take more memory than the file has bytes to show for it is paid from an allowance that grows with the file.
"""

from __future__ import annotations

import warnings
from _codecs import encode
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from functools import cache
from pickle import UnpicklingError, decode_long
from struct import unpack
from typing import Any, BinaryIO

from . import _utils
from ._core import dtypes, kinds, rebuilding
from ._core.absent import absent
from ._core.absent import room as _room
from ._core.legacy import TYPES, tensortype
from ._core.storage import TypedStorage, UntypedStorage
from ._core.tensor import Tensor
from .nn.parameter import Parameter

__getattr__ = _room("torch._weights_only_unpickler", __name__)

BLOCKED = ("sys", "os", "posix", "nt")
NESTED = frozenset((
    "torch.nested._internal.nested_tensor.NestedTensor", "torch.nested._internal.nested_tensor._rebuild_njt",
    "torch._dynamo.decorators._DimRange",
))  # fmt: skip
DISTRIBUTED = frozenset((
    "torch.distributed.device_mesh.DeviceMesh", "torch.distributed.tensor._dtensor_spec.DTensorSpec",
    "torch.distributed.tensor._dtensor_spec.TensorMeta", "torch.distributed.tensor.DTensor",
    "torch.distributed.tensor.placement_types.Partial", "torch.distributed.tensor.placement_types.Replicate",
    "torch.distributed.tensor.placement_types.Shard",
))  # fmt: skip
REBUILDING = (
    "_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_qtensor", "_rebuild_tensor", "_rebuild_tensor_v2",
    "_rebuild_tensor_v3", "_rebuild_sparse_tensor", "_rebuild_meta_tensor_no_storage", "_rebuild_nested_tensor",
    "_rebuild_wrapper_subclass", "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor",
)
KINDS = ["BFloat16", "Bool", "Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short"]
ELSEWHERE = frozenset((
    *(f"torch.{kind}Storage" for kind in ("QInt32", "QInt8", "QUInt2x4", "QUInt4x2", "QUInt8")),
    *(f"torch.cuda.{kind}Tensor" for kind in KINDS),
    *(f"torch.sparse.{kind}Tensor" for kind in KINDS if kind != "Bool"),
    *(f"torch.cuda.sparse.{kind}Tensor" for kind in KINDS if kind != "Bool"),
    *(f"torch.{sign}int{bits}" for sign in ("", "u") for bits in range(1, 8)),
    *(f"torch.{name}" for name in ("bits16", "bits1x8", "bits2x4", "bits4x2", "bits8", "float4_e2m1fn_x2",
      "qint32", "qint8", "quint2x4", "quint4x2", "quint8")),
    *(f"torch.per_{each}" for each in ("channel_affine", "channel_affine_float_qparams", "channel_symmetric",
      "tensor_affine", "tensor_symmetric")),
))  # fmt: skip
"""What torch allows and this engine has not."""


class StorageType:
    """The class of storages that a file names, as far as it matters: the dtype."""

    def __init__(self, name: str) -> None:
        from .storage import LEGACY

        found = LEGACY.get(name)
        if found is None:
            raise KeyError(f'pickle storage type "{name}" is not recognized')
        self._dtype = found.dtype

    @property
    def dtype(self) -> dtypes.dtype:
        """The dtype of the elements."""
        return self._dtype

    def __str__(self) -> str:
        return f"StorageType(dtype={self.dtype})"


StorageType.__module__ = "torch.serialization"


@cache
def _get_allowed_globals() -> dict[str, Any]:
    """What a file may name though its user allowed nothing."""
    from .storage import LEGACY

    return {
        "collections.OrderedDict": OrderedDict, "collections.Counter": Counter, "_codecs.encode": encode,
        "builtins.bytearray": bytearray, "builtins.set": set, "builtins.complex": complex,
        "torch.nn.parameter.Parameter": Parameter, "torch.serialization._get_layout": kinds.get_layout,
        "torch.Size": kinds.Size, "torch.Tensor": Tensor, "torch.device": kinds.device,
        "torch.storage.TypedStorage": TypedStorage, "torch.storage.UntypedStorage": UntypedStorage,
        **{f"torch._utils.{name}": getattr(_utils, name) for name in REBUILDING},
        "torch._tensor._rebuild_from_type_v2": rebuilding.rebuild_from_type_v2,
        **{str(each): each for each in dtypes.ALL},
        **{f"torch.{name}": kind for name, kind in TYPES.items()},
        **{f"torch.{room}{name}": StorageType(name) for name in LEGACY for room in ("", "cuda.")},
        **dict.fromkeys(ELSEWHERE),
    }


# ---- what users allow

_marked: set[Any] = set()


def _add_safe_globals(safe_globals: Iterable[Any]) -> None:
    """Allow more functions and classes."""
    global _marked
    _marked = _marked.union(safe_globals)


def _get_safe_globals() -> list[Any]:
    """What users allowed."""
    return list(_marked)


def _clear_safe_globals() -> None:
    """Allow no more than torch does."""
    global _marked
    _marked = set()


def _remove_safe_globals(globals_to_remove: Iterable[Any]) -> None:
    """Take back what was allowed."""
    global _marked
    _marked = _marked.difference(globals_to_remove)


def _get_user_allowed_globals() -> dict[str, Any]:
    """What users allowed, by the names that files have for it."""
    named: dict[str, Any] = {}
    for each in _marked:
        if not isinstance(each, tuple):
            named[f"{each.__module__}.{each.__qualname__}"] = each
            continue
        if len(each) != 2:
            raise ValueError(
                f"Expected tuple of length 2 (global, str of callable full path), but got tuple of length: {len(each)}"
            )
        if type(each[1]) is not str:
            raise TypeError(f"Expected second item in tuple to be str of callable full path, but got: {type(each[1])}")
        named[each[1]] = each[0]
    return named


# ---- reading

def _name_of_global(readline: Callable[[], bytes]) -> tuple[str, str]:
    """A module and a name in it, under Python 3's names for both."""
    module, name = readline()[:-1].decode(), readline()[:-1].decode()
    if (module, name) in NAME_MAPPING:
        return NAME_MAPPING[module, name]
    return IMPORT_MAPPING.get(module, module), name


FIXED = {
    **dict.fromkeys(b"\x81Rbaesu(t\x85\x86\x87N\x89\x88)]}\x8fQ", 0), **dict.fromkeys(b"Jjr", 4),
    **dict.fromkeys(b"Khq\x80", 1), ord("M"): 2, ord("G"): 8,
}  # fmt: skip
"""How many bytes follow an opcode of which the globals in a pickle do not depend."""


def get_globals_in_pkl(file: BinaryIO) -> set[str]:
    """The names of all globals in a pickle, which is not run."""
    found: set[str] = set()
    while code := file.read(1):
        (key,) = code
        if code == b"c":
            found.add(".".join(_name_of_global(file.readline)))
        elif key in FIXED:
            file.read(FIXED[key])
        elif code == b"X":
            file.read(unpack("<I", file.read(4))[0])
        elif code in b"U\x8a":
            file.read(file.read(1)[0])
        elif code == b".":
            return found
        else:
            raise UnpicklingError(f"Unsupported operand {key}")
    raise EOFError


class Bounded:
    """A file that is never asked for more bytes than it has left, so that no room is made for what is not there."""

    def __init__(self, file: Any) -> None:
        self.file, self.readline = file, file.readline
        here = file.tell()
        self.end = file.seek(0, 2)
        file.seek(here)

    def read(self, count: int) -> bytes:
        return self.file.read(count if count < 4096 else max(0, min(count, self.end - self.file.tell())))


class Allowance:
    """What the objects in a file may take beyond the bytes that stand for each of them in it."""

    def __init__(self, size: int) -> None:
        self.left = (1 << 20) + 64 * size

    def pay(self, count: int) -> None:
        """Take some; UnpicklingError where too little is left."""
        self.left -= max(int(count), 0) + 8
        if self.left < 0:
            raise UnpicklingError("The file asks for more memory than its length allows")

    def check_key(self, key: Any) -> None:
        """Refuse tuples in tuples without end: hashing looks at each as often as it is named."""
        waiting, seen = [key], 0
        while waiting:
            each = waiting.pop()
            if isinstance(each, tuple):
                seen += len(each) + 1
                if seen > 1000:
                        raise UnpicklingError("The file has a key of more than 1000 parts")
                waiting.extend(each)


def shown(thing: Any) -> str:
    """How a thing prints; of containers, which may hold the same part over and over, only the class."""
    return str(thing) if not isinstance(thing, (tuple, list, dict, set)) else f"a {type(thing).__name__}"


ENCODINGS = frozenset(("latin1", "latin-1", "ascii", "utf-8", "utf8"))


class Unpickler:
    """Reads one pickle; ``persistent_load`` finds the storages."""

    persistent_load: Callable[[Any], Any]

    def __init__(self, file: Any, *, encoding: str = "bytes") -> None:
        self.encoding = encoding
        self.file = Bounded(file)
        self.read, self.readline = self.file.read, self.file.readline
        self.memo: dict[int, Any] = {}
        self.allowance = Allowance(self.file.end)

    def load(self) -> Any:
        """The object; UnpicklingError for whatever is not allowed."""
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        while code := self.read(1):
            if not isinstance(code, bytes):
                raise AssertionError(f"Expected bytes, got {type(code).__name__}")
            if code == b".":
                return self.stack.pop()
            step = STEPS.get(code)
            if step is None:
                raise UnpicklingError(f"Unsupported operand {code[0]}")
            step(self)
        raise EOFError

    # -- globals, and what is done with them

    def _global(self) -> None:
        module, name = _name_of_global(self.readline)
        path = f"{module}.{name}"
        if module in BLOCKED:
            raise UnpicklingError(f"Trying to load unsupported GLOBAL {path} whose module {module} is blocked.")
        allowed = _get_allowed_globals()
        if path in allowed:
            if path in ELSEWHERE:
                raise absent(path)
            self.stack.append(allowed[path])
            return
        own = _get_user_allowed_globals()
        if path in own:
            self.stack.append(own[path])
            return
        if path in NESTED:
            raise UnpicklingError(
                "``torch.nested`` and ``torch._dynamo`` must be imported to load nested jagged tensors (NJTs)"
            )
        if path in DISTRIBUTED:
            raise UnpicklingError("``torch.distributed.tensor`` must be imported to load DTensors")
        shown = path.removeprefix("builtins.") if path != "builtins." else ""
        raise UnpicklingError(
            f"Unsupported global: GLOBAL {shown} was not an allowed global by default. Please use "
            f"`torch.serialization.add_safe_globals([{shown}])` or the `torch.serialization.safe_globals([{shown}])` "
            "context manager to allowlist this global if you trust this class/function."
        )

    @staticmethod
    def _is_own(thing: Any) -> bool:
        """Whether users allowed it."""
        return any(each is thing for each in _get_user_allowed_globals().values())

    @staticmethod
    def _is_allowed(thing: Any) -> bool:
        """Whether torch allows it."""
        return thing is not None and any(each is thing for each in _get_allowed_globals().values())

    def _new_object(self) -> None:
        arguments = self.stack.pop()
        kind = self.stack.pop()
        if kind is Parameter:
            self.stack.append(Parameter(*arguments))
        elif self._is_own(kind):
            self.stack.append(kind.__new__(kind, *arguments))
        elif self._is_allowed(kind):
            if not isinstance(kind, type):
                raise TypeError(f"object.__new__(X): X is not a type object ({type(kind).__name__})")
            self._pay_for(kind, arguments)
            self.stack.append(kind.__new__(kind, *arguments))
        else:
            raise UnpicklingError(
                "Can only create new object for nn.Parameter or classes allowlisted via `add_safe_globals` but got "
                f"{shown(kind)}"
            )

    def _reduce(self) -> None:
        arguments = self.stack.pop()
        function = self.stack[-1]
        if not self._is_own(function):
            if not self._is_allowed(function):
                message = f"Trying to call reduce for unrecognized function {shown(function)}"
                if hasattr(function, "__self__"):
                    message += f" which belongs to {function.__self__}"
                raise UnpicklingError(message)
            self._pay_for(function, arguments)
        self.stack[-1] = function(*arguments)

    def _pay_for(self, function: Any, arguments: Any) -> None:
        """Take from the allowance what a call of one of torch's functions makes; refuse what could be misused."""
        if not isinstance(arguments, tuple):
            arguments = tuple(arguments)
        self.allowance.check_key(arguments)
        if function is encode and (len(arguments) != 2 or arguments[1] not in ENCODINGS):
            raise UnpicklingError("Only text can be encoded, and only as latin1, ascii or utf-8")
        if function is rebuilding.rebuild_from_type_v2 and arguments:
            maker, kind = (*arguments, None)[:2]
            if maker is function or not any(maker is getattr(_utils, name) for name in REBUILDING):
                raise UnpicklingError(f"Trying to call reduce for unrecognized function {shown(maker)}")
            if not (self._is_own(kind) or kind is Tensor or kind is Parameter):
                raise UnpicklingError(f"Can only build Tensor, Parameter or types allowlisted, but got {shown(kind)}")
        for each in arguments:
            if function is encode and not isinstance(each, str):
                raise TypeError(f"encode() argument must be str, not {type(each).__name__}")
            if function in (set, OrderedDict, Counter, kinds.Size):
                for part in each if isinstance(each, (list, tuple, set, dict)) else ():
                    self.allowance.check_key(part[0] if function is OrderedDict and isinstance(part, tuple) else part)
            if isinstance(each, (str, bytes, bytearray)):
                self.allowance.pay(4 * len(each))
            elif isinstance(each, (list, tuple, set, dict)):
                self.allowance.pay(ENTRY * len(each))
            elif isinstance(each, int) and function in MAKERS_OF_ROOM:
                self.allowance.pay(16 * each)
        if isinstance(function, tensortype) or function in (Tensor, UntypedStorage, TypedStorage):
            self._pay_for_elements(arguments)
        self.allowance.pay(0)

    def _pay_for_elements(self, arguments: Iterable[Any]) -> None:
        count = 16
        for each in arguments:
            for size in each if isinstance(each, tuple) else (each,):
                if isinstance(size, int):
                    count *= max(size, 1)
        self.allowance.pay(count)

    def _build(self) -> None:
        state = self.stack.pop()
        thing = self.stack[-1]
        kind = type(thing)
        if isinstance(state, (dict, list, tuple)):
            self.allowance.pay(ENTRY * len(state))
        if kind is Tensor or kind is Parameter:
            rebuilding.restore_old_state(thing, tuple(state))
        elif kind is OrderedDict or kind is Counter:
            thing.__dict__.update(state)
        elif not self._is_own(kind):
            raise UnpicklingError(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but got "
                f"{kind}"
            )
        elif hasattr(thing, "__setstate__"):
            thing.__setstate__(state)
        else:
            slots = None
            if isinstance(state, tuple) and len(state) == 2:
                state, slots = state
            if state:
                thing.__dict__.update(state)
            for name, value in (slots or {}).items():
                setattr(thing, name, value)

    def _persistent(self) -> None:
        key = self.stack.pop()
        if type(key) is not tuple and type(key) is not int:
            raise UnpicklingError(f"persistent_load id must be tuple or int, but got {type(key)}")
        if type(key) is tuple and key and text_of(key[0]) != "storage":
            raise UnpicklingError(f"Only persistent_load of storage is allowed, but got {type(key[0])}")
        self.allowance.check_key(key)
        self.stack.append(self.persistent_load(key))

    # -- containers

    def _append(self) -> None:
        item = self.stack.pop()
        into = self.stack[-1]
        if type(into) is not list:
            raise UnpicklingError(f"Can only append to lists, but got {type(into)}")
        into.append(item)

    def _appends(self) -> None:
        items = self._pop_mark()
        into = self.stack[-1]
        if type(into) is not list:
            raise UnpicklingError(f"Can only extend lists, but got {type(into)}")
        into.extend(items)

    def _mapping(self, opcode: str) -> Any:
        into = self.stack[-1]
        if type(into) not in (dict, OrderedDict, Counter):
            raise UnpicklingError(
                f"Can only {opcode} for dict, collections.OrderedDict, collections.Counter, but got {type(into)}"
            )
        return into

    def _set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        into = self._mapping("SETITEM")
        self.allowance.check_key(key)
        into[key] = value

    def _set_items(self) -> None:
        items = self._pop_mark()
        into = self._mapping("SETITEMS")
        for place in range(0, len(items), 2):
            self.allowance.check_key(items[place])
            into[items[place]] = items[place + 1]

    def _new_set(self) -> None:
        self.allowance.pay(200)
        self.stack.append(set())

    def _mark(self) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def _pop_mark(self) -> list[Any]:
        items = self.stack
        self.stack = self.marked.pop()
        return items

    def _tuple(self) -> None:
        items = self._pop_mark()
        self.stack.append(tuple(items))

    def _last(self, count: int) -> None:
        if len(self.stack) < count:
            raise IndexError("list index out of range")
        self.stack[-count:] = [tuple(self.stack[-count:])]

    # -- numbers, text, and the memo

    def _text(self) -> None:
        (length,) = unpack("<I", self.read(4))
        self.stack.append(str(self.read(length), "utf-8", "surrogatepass"))

    def _short_bytes(self) -> None:
        data: Any = self.read(self.read(1)[0])
        self.stack.append(data if self.encoding == "bytes" else data.decode(self.encoding, "strict"))

    def _number(self, layout: str, length: int) -> None:
        self.stack.append(unpack(layout, self.read(length))[0])

    def _byte(self) -> int:
        return self.read(1)[0]

    def _long_place(self) -> int:
        return unpack("<I", self.read(4))[0]

    def _protocol(self) -> None:
        protocol = self.read(1)[0]
        if protocol != 2:
            warnings.warn(
                f"Detected pickle protocol {protocol} in the checkpoint, which was not the default pickle protocol "
                "used by `torch.load` (2). The weights_only Unpickler might not support all instructions implemented "
                "by this protocol, please file an issue for adding support if you encounter this.",
                stacklevel=3,
            )

    def _remember(self, place: int) -> None:
        self.memo[place] = self.stack[-1]


def _pushes(make: Callable[[], Any]) -> Callable[[Unpickler], None]:
    return lambda self: self.stack.append(make())


STEPS: dict[bytes, Callable[[Unpickler], None]] = {
    b"c": Unpickler._global, b"\x81": Unpickler._new_object, b"R": Unpickler._reduce, b"b": Unpickler._build,
    b"Q": Unpickler._persistent, b"a": Unpickler._append, b"e": Unpickler._appends, b"s": Unpickler._set_item,
    b"u": Unpickler._set_items, b"(": Unpickler._mark, b"t": Unpickler._tuple,
    b"\x85": lambda self: self._last(1), b"\x86": lambda self: self._last(2), b"\x87": lambda self: self._last(3),
    b"N": _pushes(lambda: None), b"\x89": _pushes(lambda: False), b"\x88": _pushes(lambda: True), b")": _pushes(tuple),
    b"]": _pushes(list), b"}": _pushes(dict), b"\x8f": Unpickler._new_set,
    b"J": lambda self: self._number("<i", 4), b"K": lambda self: self.stack.append(self._byte()),
    b"M": lambda self: self._number("<H", 2), b"G": lambda self: self._number(">d", 8),
    b"X": Unpickler._text, b"U": Unpickler._short_bytes,
    b"\x8a": lambda self: self.stack.append(decode_long(self.read(self._byte()))),
    b"h": lambda self: self.stack.append(self.memo[self._byte()]),
    b"j": lambda self: self.stack.append(self.memo[self._long_place()]),
    b"q": lambda self: self._remember(self._byte()), b"r": lambda self: self._remember(self._long_place()),
    b"\x80": Unpickler._protocol,
}  # fmt: skip
ENTRY = 96
"""Bytes that an entry of a dictionary or set may take."""
MAKERS_OF_ROOM = (bytearray, UntypedStorage, TypedStorage)


def text_of(text: Any) -> Any:
    """The text that files from Python 2 have as bytes."""
    return text.decode("ascii") if isinstance(text, bytes) else text


def load(file: Any, *, encoding: str = "ASCII") -> Any:
    """One object from a file."""
    return Unpickler(file, encoding=encoding).load()
