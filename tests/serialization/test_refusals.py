"""What load and save refuse is refused with torch's exceptions, texts and warnings."""

from __future__ import annotations

import io
import pickle
import re
import warnings
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

import pytest
import torch

import minitorch_compat as engine


def written(thing: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file, **options)
    return file.getvalue()


def outcome(t: Any, attempt: Callable[[Any], Any]) -> tuple[str, list[tuple[str, str]]]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            result = repr(attempt(t))
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
    return re.sub("0x[0-9a-f]+", "0x", result), [(each.category.__name__, str(each.message)) for each in said]


def agree(attempt: Callable[[Any], Any]) -> None:
    assert outcome(engine, attempt) == outcome(torch, attempt)


def rezipped(data: bytes, packing: int = zipfile.ZIP_STORED, **records: bytes | None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", packing) as new:
        for entry in old.infolist():
            body = records.get(entry.filename.partition("/")[2], old.read(entry))
            if body is not None:
                new.writestr(entry.filename, body)
    return made.getvalue()


SOUND = written({"w": torch.arange(6.0), "s": {1, 2}, "n": [1, 2.5, "x", b"yy", True, None, (1,) * 5]})
OLD = written([torch.arange(3), torch.zeros(0)], _use_new_zipfile_serialization=False)
CHANGES: list[dict[str, bytes | None]] = [
    {}, {"data/0": b"abc"}, {"data/0": bytes(64)}, {"data/0": None}, {"data.pkl": None}, {"version": None},
    {"version": b"99\n"}, {"version": b"0\n"}, {"version": b"x"}, {"byteorder": b"odd"}, {"byteorder": None},
    {"byteorder": b"big", "data/0": b"\x3f\x80\0\0" * 6}, {".storage_alignment": b"odd"}, {"data.pkl": b""},
    {"data.pkl": b"\x80\x02}"}, {"data.pkl": b"\x80\x02\xff"}, {"data.pkl": b"\x80\x02h\x05."},
    {"data.pkl": b"\x80\x02t."}, {"data.pkl": b"\x80\x02."}, {"data.pkl": b"\x80\x02X\xff\xff\xff\x7fa."},
]  # fmt: skip
FILES = [
    *(rezipped(SOUND, **each) for each in CHANGES), rezipped(SOUND, zipfile.ZIP_DEFLATED), SOUND[:-1], SOUND[:100], b"",
    b"PK\3\4", b"hello world", b"\x80\x02", b"junk" + SOUND, SOUND + b"junk", pickle.dumps(5, 2),
    *(OLD[: len(OLD) - each] for each in (0, 1, 3, 8, 20, 30, len(OLD) // 2)),
    pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(5, 2),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(FILES)))
def test_broken_files(place: int) -> None:
    agree(lambda t: t.load(io.BytesIO(FILES[place])))
    agree(lambda t: t.load(io.BytesIO(FILES[place]), weights_only=False))


MEMORY, HOOKS = torch.arange(6.0).untyped_storage(), OrderedDict[str, Any]()
PLACES: list[tuple[Any, ...]] = [
    (0, (100,), (1,)), (7, (1,), (1,)), (6, (0,), (1,)), (9, (0,), (1,)), (-1, (1,), (1,)), (0, (2,), (-1,)),
    (0, (-2,), (1,)), (0, (2, 2), (1,)), (0, "ab", (1,)), (0,), (0, (2,), (0,)), (0, (1 << 40,), (1,)),
    (0, (1 << 40,), (1 << 40,)), (0.5, (1,), (1,)), (0, (), ()), (0, (3, 2), (1, 3)), (0, [2], [1]), (True, (2,), (1,)),
]  # fmt: skip


class Rebuilt:
    """A tensor as a file says it is made."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __reduce__(self) -> Any:
        return torch._utils._rebuild_tensor_v3, self.arguments


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("flag", [False, True, "x"])
def test_places_in_storages(place: tuple[Any, ...], flag: Any) -> None:
    data = written(Rebuilt(MEMORY, *place, flag, HOOKS, torch.float32) if len(place) > 1 else Rebuilt(MEMORY))
    # torch.float32 written by torch is read as the engine's.
    theirs, ours = (outcome(t, lambda t: t.load(io.BytesIO(data))) for t in (torch, engine))
    assert ours == theirs


WHERE: list[Any] = [
    "cuda", "cuda:1", "cuda0", "cuda:", "nowhere", "", "mps", "mps:0", "hpu", "xpu", "cpu:0", "mtia", "privateuseone",
    b"cpu", 5, {"cpu": "hpu"}, {"cpu": "cpu"}, {"x": "y"}, lambda storage, location: storage,
    lambda storage, location: None, lambda storage, location: 5,
]  # fmt: skip


@pytest.mark.parametrize("where", WHERE, ids=lambda each: "a function" if callable(each) else str(each))
def test_places_of_storages(where: Any) -> None:
    agree(lambda t: t.load(io.BytesIO(SOUND), map_location=where))


class Own:
    """A class of a user's."""


THINGS: list[Any] = [
    Own(), defaultdict(list), torch.nn.Linear(1, 1), torch.Generator(), frozenset([1]), range(3), bytearray(b"x"),
    slice(1, 2), Ellipsis, int, 1 << 70, -5, "é", "x" * 300, b"x" * 300, print, eval, torch.relu, 1 + 2j,
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(THINGS)))
def test_things_that_are_no_weights(place: int) -> None:
    data = written(THINGS[place])
    agree(lambda t: t.load(io.BytesIO(data)))
    agree(lambda t: sorted(t.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(data))))


@pytest.mark.parametrize("attempt", [
    lambda t: t.load(io.BytesIO(SOUND), mmap=True), lambda t: t.load(io.BytesIO(OLD), mmap=True),
    lambda t: t.load(io.BytesIO(SOUND), pickle_module=pickle, weights_only=True),
    lambda t: t.load(io.BytesIO(SOUND), encoding="latin1"), lambda t: t.load(5), lambda t: t.load("/no/such/file"),
    lambda t: t.load(io.StringIO("x")), lambda t: t.save(1, 5), lambda t: t.save(1, "/no/such/folder/x"),
    lambda t: t.save(1, "/"), lambda t: t.save(lambda: 1, io.BytesIO()),
    lambda t: t.save([x := t.zeros(2), x.view(t.int32)], io.BytesIO()),
    lambda t: t.serialization.set_default_load_endianness("big"),
    lambda t: t.serialization.set_default_mmap_options(77), lambda t: t.serialization.StorageType("XStorage"),
    lambda t: t.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(OLD)),
    lambda t: t.load(io.BytesIO(written(torch.ones(1), pickle_protocol=4))),
    lambda t: t.load(io.BytesIO(written(1, pickle_protocol=5))),
])  # fmt: skip
def test_arguments(attempt: Any) -> None:
    agree(attempt)


@pytest.mark.parametrize("allowed", [[(1, 2, 3)], [(int, 2)], [Own], [(Own, "another.Name")]])
def test_what_may_be_allowed(allowed: Any) -> None:
    data = written(Own())

    def attempt(t: Any) -> Any:
        try:
            with t.serialization.safe_globals(allowed):
                return type(t.load(io.BytesIO(data)))
        finally:
            t.serialization.clear_safe_globals()

    agree(attempt)


def test_no_name_of_torchs_room_is_missing() -> None:
    assert [name for name in torch.serialization.__all__ if not hasattr(engine.serialization, name)] == []
