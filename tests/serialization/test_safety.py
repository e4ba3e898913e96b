"""Hostile files: nothing is called, memory stays in proportion to the file, and what is said is an ordinary "
"exception."""

from __future__ import annotations

import io
import pickle
import struct
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

sys.path.insert(0, __file__.rpartition("/")[0])
import fuzz

import minitorch_compat as torch

COUNT = fuzz.COUNT


def test_changed_files_do_nothing_and_take_little() -> None:
    """``FUZZ`` in the environment says how many files."""
    results, _, _ = fuzz.run(COUNT, seed=int(time.time()))
    assert sum(results.values()) == COUNT
    assert results["loaded"] and results["UnpicklingError"]


def archive(body: bytes, records: dict[str, bytes] | None = None, packing: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as file:
        for name, data in {"data.pkl": body, "version": b"3\n", "byteorder": b"little", **(records or {})}.items():
            file.writestr(f"archive/{name}", data)
    return made.getvalue()


def program(*steps: bytes) -> bytes:
    return b"\x80\x02" + b"".join(steps) + b"."


def named(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def number(value: int) -> bytes:
    return b"\x8a\x10" + value.to_bytes(16, "little", signed=True)


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def storage(count: int, key: str = "0") -> bytes:
    name = named("torch", "FloatStorage")
    return b"(" + text("storage") + name + text(key) + text("cpu") + number(count) + b"tQ"


def tensor(memory: bytes, offset: int, size: bytes, stride: bytes) -> bytes:
    hooks = named("collections", "OrderedDict") + b")R"
    place = b"(" + memory + number(offset) + size + stride + b"\x89" + hooks + b"t"
    return named("torch._utils", "_rebuild_tensor_v2") + place + b"R"


HUGE = 1 << 50
ONE = number(1) + b"\x85"
TWO = number(2) + b"\x85"
FAR = number(HUGE) + b"\x85"
FOUR = {"data/0": bytes(16)}
NESTED = b")" + b"q\0h\0\x86" * 60  # a pair of itself, sixty times: 2**60 parts
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a storage longer than its record": lambda: archive(program(storage(HUGE)), FOUR),
    "a tensor longer than its storage": lambda: archive(program(tensor(storage(4), 0, FAR, ONE)), FOUR),
    "a stride beyond": lambda: archive(program(tensor(storage(4), 0, TWO, FAR)), FOUR),
    "an offset beyond": lambda: archive(program(tensor(storage(4), HUGE, ONE, ONE)), FOUR),
    "an offset before": lambda: archive(program(tensor(storage(4), -1, ONE, ONE)), FOUR),
    "a stride back": lambda: archive(program(tensor(storage(4), 3, TWO, number(-1) + b"\x85")), FOUR),
    "numbers that overflow": lambda: archive(program(tensor(storage(4), 1 << 100, ONE, ONE)), FOUR),
    "room for bytes": lambda: archive(program(named("builtins", "bytearray"), number(HUGE), b"\x85R")),
    "room for a tensor": lambda: archive(program(named("torch", "FloatTensor"), FAR, b"R")),
    "room for a tensor by its class": lambda: archive(program(named("torch", "Tensor"), number(HUGE), b"\x85\x81")),
    "room for a storage": lambda: archive(program(named("torch.storage", "UntypedStorage"), number(HUGE), b"\x85R")),
    "room by way of a subclass": lambda: archive(program(
        named("torch._tensor", "_rebuild_from_type_v2"), b"(", named("builtins", "bytearray"), named("torch", "Tensor"),
        number(HUGE), b"\x85}tR")),
    "a key of parts of parts": lambda: archive(program(b"}", NESTED, b"Ns")),
    "a set of parts of parts": lambda: archive(program(named("builtins", "set"), b"]", NESTED, b"a\x85R")),
    "a storage named by parts of parts": lambda: archive(program(
        b"(", text("storage"), named("torch", "FloatStorage"), NESTED, text("cpu"), ONE[:-1], b"tQ"), FOUR),
    "a function of parts of parts": lambda: archive(program(NESTED, b")R")),
    "a layout of parts of parts": lambda: archive(program(
        named("torch.serialization", "_get_layout"), NESTED, b"\x85R")),
    "text encoded over and over": lambda: archive(program(
        text("x" * 100000), b"q\0", named("_codecs", "encode"), b"q\1", text("latin1"), b"q\2",
        b"h\1h\0h\2\x86R" * 20000)),
    "hexadecimal text of hexadecimal text": lambda: archive(program(
        named("_codecs", "encode"), b"q\1", text("hex"), b"q\2", text("x" * 100), text("latin1"), b"\x86R",
        b"q\3h\1h\3h\2\x86R" * 40)),
    "sets copied over and over": lambda: archive(program(
        b"](", b"".join(b"M" + struct.pack("<H", each) for each in range(50000)), b"eq\0", named("builtins", "set"),
        b"q\1", b"h\1h\0\x85R" * 10000)),
    "dictionaries copied over and over": lambda: archive(program(
        b"}(", b"".join(b"M" + struct.pack("<H", each) + b"N" for each in range(50000)), b"uq\0",
        named("collections", "OrderedDict"), b"q\1", b"h\1)Rh\0b" * 10000)),
    "a bomb of zeros": lambda: archive(program(storage(1 << 24)), {"data/0": bytes(1 << 26)}, zipfile.ZIP_DEFLATED),
    "one record under many names": lambda: overlapping(200, 1 << 18),
    "lists in lists": lambda: archive(program(b"]" * 200000 + b"a" * 199999)),
    "tuples in tuples": lambda: archive(program(b")" + b"\x85" * 200000)),
    "marks without end": lambda: archive(program(b"(" * 200000)),
    "text that is not there": lambda: archive(program(b"X\xff\xff\xff\xff")),
    "the memory of a tensor replaced": lambda: archive(program(
        named("torch._tensor", "_rebuild_from_type_v2"), b"(", named("torch._utils", "_rebuild_tensor"),
        named("torch", "Tensor"), b"(", storage(4), number(0), ONE, ONE, b"t}", text("_data"), b"Nst", b"R"), FOUR),
    "an old file with room for nothing": lambda: old(program(b"(", text("storage"), named("torch", "FloatStorage"),
        text("1"), text("cpu"), number(HUGE), b"NtQ")),
    "an old file with text that is not there": lambda: old(b"\x80\x02X\xff\xff\xff\x7f"),
}  # fmt: skip
HARMLESS = {"lists in lists", "tuples in tuples", "text that is not there", "a bomb of zeros"}


def old(body: bytes) -> bytes:
    return pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({}, 2) + body


def overlapping(count: int, size: int) -> bytes:
    """An archive whose directory names the same bytes many times."""
    body = program(b"](", b"".join(storage(size // 4, str(each)) for each in range(count)), b"e")
    data = bytearray(archive(body, {"data/00": bytes(size)}))
    end = data.rindex(b"PK\5\6")
    start = struct.unpack_from("<L", data, end + 16)[0]
    directory = bytes(data[start:end])
    at = directory.index(b"archive/data/00") - 46
    entry = directory[at : at + 46]
    entries = []
    for each in range(count):
        name = f"archive/data/{each}".encode()
        entries.append(entry[:28] + struct.pack("<H", len(name)) + entry[30:46] + name)
    directory += b"".join(entries)
    total = struct.unpack_from("<H", data, end + 10)[0] + count
    return bytes(data[:start]) + directory + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, total, total, len(directory), start, 0)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    data = HOSTILE[name]()
    tracemalloc.start()
    started = time.process_time()
    try:
        try:
            torch.load(io.BytesIO(data))
        except MemoryError:
            raise AssertionError("memory was asked for") from None
        except Exception as error:
            str(error)
        else:
            assert name in HARMLESS
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (8 << 20) + fuzz.FACTOR * len(data)
    assert time.process_time() - started < 20


DEEDS = [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"),
    ("subprocess", "Popen"), ("torch", "load"), ("torch.serialization", "load"), ("torch._utils", "find"),
    ("builtins", "__import__"), ("operator", "attrgetter"), ("functools", "partial"), ("torch.hub", "load"),
    ("torch._C", "_VariableFunctionsClass"), ("minitorch_compat", "load"), ("builtins", "open"), ("sys", "exit"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "name"), DEEDS)
@pytest.mark.parametrize("wrap", [archive, old])
def test_deeds_are_refused(module: str, name: str, wrap: Callable[[bytes], bytes]) -> None:
    for call in (b"R", b"\x81"):
        with pytest.raises(pickle.UnpicklingError, match=r"not an allowed global|is blocked"):
            torch.load(io.BytesIO(wrap(program(named(module, name), text("1"), b"\x85" + call))))


@pytest.mark.parametrize("code", b"iocIpP\x82\x83\x84\x90\x91\x92\x93\x94\x95\x96\x97\x98\x8b\x8c\x8d\x8e")
def test_other_opcodes_are_refused(code: int) -> None:
    if code == ord("c"):
        return
    with pytest.raises(pickle.UnpicklingError, match=f"Unsupported operand {code}"):
        torch.load(io.BytesIO(archive(program(bytes([code]) + b"os\nsystem\n"))))


def test_torchs_own_words_for_what_only_looks_allowed() -> None:
    """What torch allows and the engine lacks says so by its name."""
    with pytest.raises(NotImplementedError, match=r"minitorch_compat does not have torch\.quint8 yet"):
        torch.load(io.BytesIO(archive(program(named("torch", "quint8")))))
    data = archive(program(named("torch", "quint8")))
    assert torch.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(data)) == []
