"""Mutated checkpoints: whatever a file says, ``load`` calls nothing, takes no more memory than it may, and ends.

``FUZZ=100000 python -m tests.serialization.fuzz`` tries that many files and prints what came of them.
"""

from __future__ import annotations

import io
import os
import random
import struct
import sys
import tracemalloc
import warnings
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import minitorch_compat as torch

COUNT = int(os.environ.get("FUZZ", "400"))
ROOM = 4 << 20
"""Bytes that a small file may cost, in traced memory."""
FACTOR = 200
"""Bytes of memory for each byte of a file: an opcode of one byte makes an empty dictionary of 64."""
DEEDS = ("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "exec", "compile", "pty.", "webbrowser.", "code.")
HARMLESS = ("os.fspath",)


watching: list[str] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if watching is None or not event.startswith(DEEDS) or event in HARMLESS:
        return
    watching.append(f"{event} {str(arguments)[:200]}")


def objects() -> list[Any]:
    """What the files hold before they are changed: a little of everything that weights are made of."""
    shared = torch.arange(12.0).reshape(3, 4)
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.note = "x"
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return [
        {"whole": shared, "part": shared[1:], "columns": shared.t(), "n": 3},
        [torch.zeros(2, dtype=each) for each in (torch.bool, torch.bfloat16, torch.uint16, torch.float8_e5m2)],
        OrderedDict(a=parameter, b=torch.ones(1, requires_grad=True), c=torch.tensor(2.5), d=torch.zeros(0, 3)),
        {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 7, "rate": 0.5},
        [torch.Size([2, 3]), torch.float64, torch.device("cpu"), {1, 2}, b"bytes", 1 + 2j, Counter("aab"), -(1 << 70)],
        torch.ones(3, dtype=torch.complex64).conj(),
    ]


def saved(thing: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file, **options)
    return file.getvalue()


GLOBALS = [
    (b"torch", b"Tensor"), (b"torch", b"FloatTensor"), (b"torch", b"Size"), (b"torch.storage", b"UntypedStorage"),
    (b"torch._utils", b"_rebuild_tensor_v2"), (b"torch._utils", b"_rebuild_parameter"), (b"os", b"system"),
    (b"torch._tensor", b"_rebuild_from_type_v2"), (b"builtins", b"bytearray"), (b"builtins", b"set"),
    (b"_codecs", b"encode"), (b"collections", b"OrderedDict"), (b"collections", b"Counter"), (b"builtins", b"eval"),
    (b"torch", b"device"), (b"torch.nn.parameter", b"Parameter"), (b"torch", b"FloatStorage"),
    (b"torch.serialization", b"_get_layout"), (b"subprocess", b"Popen"), (b"torch._utils", b"_rebuild_tensor_v3"),
]  # fmt: skip
OPCODES = b"c\x81RbQaesu(t\x85\x86\x87N\x89\x88)]}\x8fJKMGXU\x8ahjqr\x80.00112"


def snippet(draw: random.Random) -> bytes:
    """A few opcodes that belong together, or nearly."""
    kind = draw.randrange(8)
    if kind == 0:
        return b"c%s\n%s\n" % draw.choice(GLOBALS)
    if kind == 1:
        return b"J" + struct.pack("<i", draw.choice((0, 1, -1, 2**31 - 1, -(2**31), draw.getrandbits(30))))
    if kind == 2:
        return b"\x8a\x08" + struct.pack("<q", draw.choice((1 << 40, 1 << 62, -(1 << 62), draw.getrandbits(50))))
    if kind == 3:
        return bytes([draw.choice(OPCODES)])
    if kind == 4:
        return b"h" + bytes([draw.randrange(40)])
    if kind == 5:
        return b"h%ch%c\x86" % (draw.randrange(30), draw.randrange(30)) + draw.choice((b"", b"R", b"b", b"\x81", b"Q"))
    if kind == 6:
        return b"c%s\n%s\n" % draw.choice(GLOBALS) + b"K\x05\x85" + draw.choice((b"R", b"\x81", b"b"))
    return b"X" + struct.pack("<I", draw.choice((0, 3, 2**31, 2**32 - 1))) + b"abc"


def changed(data: bytes, draw: random.Random, other: bytes) -> bytes:
    """Some bytes turned, put in, taken out, doubled, swapped or cut off."""
    made = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        at = draw.randrange(len(made) + 1)
        kind = draw.randrange(8)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << draw.randrange(8)
        elif kind == 1 and at < len(made):
            made[at] = draw.randrange(256)
        elif kind == 2:
            made[at:at] = snippet(draw)
        elif kind == 3:
            del made[at : at + draw.randrange(1, 20)]
        elif kind == 4:
            made[at:at] = made[at : at + draw.randrange(1, 60)] * draw.choice((1, 2, 50))
        elif kind == 5:
            start = draw.randrange(len(other))
            made[at : at + 16] = other[start : start + draw.randrange(1, 40)]
        elif kind == 6:
            made[at : at + 4] = struct.pack("<I", draw.choice((0, 1, 0xFFFFFFFF, 0x7FFFFFFF, draw.getrandbits(32))))
        elif draw.random() < 0.2:
            del made[at:]
    return bytes(made)


def rezipped(data: bytes, draw: random.Random, other: bytes) -> bytes:
    """An archive that is sound as such, with a changed pickle or another record in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entries = old.infolist()
        target = draw.choice(entries) if draw.random() < 0.2 else entries[0]
        for entry in entries:
            body = old.read(entry)
            if entry is target:
                body = changed(body, draw, other)
            packing = zipfile.ZIP_DEFLATED if draw.random() < 0.05 else zipfile.ZIP_STORED
            new.writestr(entry.filename, body, packing)
    return made.getvalue()


def files(count: int, seed: int = 0) -> Iterator[bytes]:
    """Changed files, always the same for a seed."""
    draw = random.Random(seed)
    sound = [saved(each) for each in objects()]
    old = [saved(each, _use_new_zipfile_serialization=False) for each in objects()]
    pickles = [zipfile.ZipFile(io.BytesIO(each)).read("archive/data.pkl") for each in sound]
    for _ in range(count):
        kind = draw.random()
        if kind < 0.6:
            yield rezipped(draw.choice(sound), draw, draw.choice(pickles))
        elif kind < 0.8:
            yield changed(draw.choice(sound), draw, draw.choice(sound))
        else:
            yield changed(draw.choice(old), draw, draw.choice(old))


def outcome(data: bytes) -> tuple[str, int]:
    """What came of a file, and how much memory it took at most; AssertionError if it did anything."""
    global watching
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    watching = []
    try:
        torch.load(io.BytesIO(data))
        result = "loaded"
    except MemoryError:
        raise AssertionError("memory was asked for without end") from None
    except Exception as error:
        result = type(error).__name__
    finally:
        done, watching = watching, None
    assert not done, f"the file did {done}"
    return result, tracemalloc.get_traced_memory()[1] - before


def run(count: int, seed: int = 0) -> tuple[Counter[str], int, float]:
    """How files ended, the most memory one took, and the most for each byte of those over 1 KiB.

    AssertionError for a file that did anything, or took more than it may.
    """
    for room in ("_core", "_kernels", "_ops", "nn", "nn.modules", "utils"):
        # What is loaded when it is first needed is loaded now, so that a file has no reason to run anything.
        package = import_module(f"minitorch_compat.{room}")
        for module in iter_modules(package.__path__, package.__name__ + "."):
            import_module(module.name)
    sys.addaudithook(_hook)
    results: Counter[str] = Counter()
    most, worst = 0, 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in objects():
            torch.load(io.BytesIO(saved(each)))
        tracemalloc.start()
        try:
            for number, data in enumerate(files(count, seed)):
                result, peak = outcome(data)
                results[result] += 1
                most, worst = max(most, peak), max(worst, peak / max(len(data), 1024))
                assert peak <= ROOM + FACTOR * len(data), f"file {number} took {peak} bytes for {len(data)}"
        finally:
            tracemalloc.stop()
    return results, most, worst


if __name__ == "__main__":
    ended, peak, ratio = run(COUNT)
    print(sum(ended.values()), "files:", dict(ended.most_common()))
    print(f"at most {peak / 2**20:.2f} MiB, {ratio:.1f} bytes for each of the file")
