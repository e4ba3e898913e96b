"""Checkpoints that torch wrote are read here, and torch reads ours: values, dtypes, layout, sharing, classes."""

from __future__ import annotations

import gzip
import io
import mmap
import pickle
import struct
import tarfile
import zipfile
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import minitorch_compat as engine

BOTH = pytest.mark.parametrize(("writer", "reader"), [(torch, engine), (engine, torch), (engine, engine)])
FORMATS = pytest.mark.parametrize("archive", [True, False])
DTYPES = [
    "bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32",
    "float64", "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz",
    "float8_e5m2fnuz", "float8_e8m0fnu",
]  # fmt: skip
pytestmark = pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")


def written(t: Any, thing: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    t.save(thing, file, **options)
    return file.getvalue()


def again(writer: Any, reader: Any, make: Callable[[Any], Any], archive: bool = True, **options: Any) -> Any:
    data = written(writer, make(writer), _use_new_zipfile_serialization=archive)
    return reader.load(io.BytesIO(data), **options)


def bytes_of(t: Any, x: Any) -> bytes:
    return bytes(x.contiguous().view(-1).view(t.uint8).tolist()) if x.numel() else b""


def facts(t: Any, x: Any) -> Any:
    return str(x.dtype), tuple(x.shape), x.stride(), x.storage_offset(), x.requires_grad, bytes_of(t, x.detach())


@BOTH
@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype(writer: Any, reader: Any, name: str) -> None:
    def make(t: Any) -> Any:
        return t.arange(64, dtype=t.uint8).view(getattr(t, name)) if name != "bool" else t.tensor([True, False])

    assert facts(reader, again(writer, reader, make)) == facts(writer, make(writer))
    assert facts(reader, again(writer, reader, make, weights_only=False)) == facts(writer, make(writer))
    if name in ("complex32", "uint16", "uint32", "uint64") or "float8" in name:
        return  # torch does not read these from the older format itself
    assert facts(reader, again(writer, reader, make, False)) == facts(writer, make(writer))


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "transposed": lambda t: t.arange(6.0).reshape(2, 3).t(),
    "a part": lambda t: t.arange(9.0)[2:7:2],
    "expanded": lambda t: t.arange(3.0).expand(4, 3),
    "0-d": lambda t: t.tensor(2.5),
    "0-d in a row": lambda t: t.arange(4)[3],
    "empty": lambda t: t.zeros(0),
    "empty of a shape": lambda t: t.zeros(3, 0, 2),
    "channels last": lambda t: t.arange(24.0).reshape(1, 2, 3, 4).permute(0, 2, 3, 1),
    "a leaf": lambda t: t.ones(2, requires_grad=True),
    "a result": lambda t: t.ones(2, requires_grad=True) * 2,
    "a parameter": lambda t: t.nn.Parameter(t.ones(2)),
    "a frozen parameter": lambda t: t.nn.Parameter(t.ones(2), requires_grad=False),
    "a buffer": lambda t: t.nn.Buffer(t.ones(2)),
}  # fmt: skip


@BOTH
@FORMATS
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout(writer: Any, reader: Any, archive: bool, name: str) -> None:
    made, loaded = LAYOUTS[name](writer), again(writer, reader, LAYOUTS[name], archive)
    assert facts(reader, loaded) == facts(writer, made)
    assert isinstance(loaded, reader.nn.Parameter) == isinstance(made, writer.nn.Parameter)
    assert isinstance(loaded, reader.nn.Buffer) == isinstance(made, writer.nn.Buffer)
    assert loaded.is_leaf


@BOTH
@FORMATS
def test_memory_shared_stays_shared(writer: Any, reader: Any, archive: bool) -> None:
    def make(t: Any) -> Any:
        x = t.arange(12.0).reshape(3, 4)
        return {"whole": x, "part": x[1:], "columns": x.t(), "other": t.arange(2.0), "same": x}

    loaded = again(writer, reader, make, archive)
    assert loaded["whole"] is loaded["same"]
    loaded["whole"][1, 0] = 99
    assert loaded["part"][0, 0] == loaded["columns"][0, 1] == 99
    assert loaded["other"].tolist() == [0, 1]


@BOTH
def test_a_lazy_conjugate_stays_lazy(writer: Any, reader: Any) -> None:
    loaded = again(writer, reader, lambda t: t.tensor([1 + 2j, 3 - 1j]).conj())
    assert loaded.is_conj() and loaded.tolist() == [1 - 2j, 3 + 1j]


def test_a_negative_view_of_torch_is_read_by_value() -> None:
    data = written(torch, torch.tensor([1 + 2j]).conj().imag)
    assert engine.load(io.BytesIO(data)).tolist() == [-2]


@BOTH
@FORMATS
def test_attributes_come_along(writer: Any, reader: Any, archive: bool) -> None:
    def make(t: Any) -> Any:
        x, parameter = t.ones(1), t.nn.Parameter(t.ones(1))
        x.note, parameter.note = "x", [1]
        return x, parameter

    x, parameter = again(writer, reader, make, archive)
    assert (x.note, parameter.note) == ("x", [1]) and isinstance(parameter, reader.nn.Parameter)


@BOTH
@FORMATS
def test_plain_things(writer: Any, reader: Any, archive: bool) -> None:
    def make(t: Any) -> Any:
        return [
            1, -1, 1 << 70, 2.5, True, None, "é", b"bytes", bytearray(b"x"), 1 + 2j, {1, 2}, (1, (2,)),
            {"a": {"b": []}}, OrderedDict(a=1), Counter("aab"), t.Size([1, 2]), t.float64, t.bfloat16, t.device("cpu"),
            t.strided,
        ]  # fmt: skip

    loaded = again(writer, reader, make, archive)
    assert repr(loaded) == repr(make(reader))
    assert [type(each).__name__ for each in loaded] == [type(each).__name__ for each in make(reader)]


@BOTH
@FORMATS
def test_states_of_modules_and_optimizers(writer: Any, reader: Any, archive: bool) -> None:
    def make(t: Any) -> Any:
        t.manual_seed(0)
        model = t.nn.Sequential(t.nn.Linear(3, 2), t.nn.BatchNorm1d(2))
        optimizer = t.optim.Adam(model.parameters(), lr=0.1)
        schedule = t.optim.lr_scheduler.StepLR(optimizer, 2)
        model(t.ones(4, 3)).sum().backward()
        optimizer.step()
        return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}

    loaded, own = again(writer, reader, make, archive), make(reader)
    model = reader.nn.Sequential(reader.nn.Linear(3, 2), reader.nn.BatchNorm1d(2))
    assert str(model.load_state_dict(loaded["model"])) == "<All keys matched successfully>"
    assert loaded["model"]._metadata == own["model"]._metadata
    optimizer = reader.optim.Adam(model.parameters())
    optimizer.load_state_dict(loaded["optimizer"])
    assert optimizer.state_dict()["param_groups"] == own["optimizer"]["param_groups"]
    assert loaded["optimizer"]["state"][0]["step"].item() == 1
    assert list(loaded["schedule"]) == list(own["schedule"])


@BOTH
@FORMATS
def test_whole_modules(writer: Any, reader: Any, archive: bool) -> None:
    def make(t: Any) -> Any:
        t.manual_seed(0)
        return t.nn.Sequential(OrderedDict(
            a=t.nn.Conv2d(1, 2, 3), b=t.nn.BatchNorm2d(2), c=t.nn.ReLU(), d=t.nn.ModuleList([t.nn.Dropout(0.3)]),
        ))  # fmt: skip

    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL torch\.nn\.modules\.container\.Sequential was not an"):
        again(writer, reader, make, archive)
    loaded = again(writer, reader, make, archive, weights_only=False)
    assert type(loaded) is reader.nn.Sequential and repr(loaded) == repr(make(writer))
    assert loaded.a.weight.tolist() == make(reader).a.weight.tolist()
    assert isinstance(loaded.a.weight, reader.nn.Parameter)


@BOTH
def test_optimizers_classes_and_generators_whole(writer: Any, reader: Any) -> None:
    def make(t: Any) -> Any:
        optimizer = t.optim.SGD([t.nn.Parameter(t.ones(2))], lr=0.1)
        return optimizer, t.nn.Linear, t.Tensor, t.nn.functional.relu, t.relu, t.Generator().manual_seed(3)

    optimizer, linear, tensor, relu, other, generator = again(writer, reader, make, weights_only=False)
    assert repr(optimizer) == repr(make(reader)[0])
    assert (linear, tensor, relu) == (reader.nn.Linear, reader.Tensor, reader.nn.functional.relu)
    assert other(reader.tensor(-1.0)) == 0
    assert reader.rand(2, generator=generator).tolist() == torch.rand(2, generator=make(torch)[5]).tolist()


@pytest.mark.parametrize("make", [
    lambda t: {"a": t.arange(3.0), "b": t.zeros(0), "c": [t.ones(2, dtype=t.int64)] * 2},
    lambda t: [t.zeros(2, dtype=getattr(t, name)) for name in DTYPES],
    lambda t: [t.Size([1]), t.float32, t.device("cpu"), t.strided, {1}, b"x", t.nn.Parameter(t.ones(1)), "cpu"],
    lambda t: t.optim.Adam([t.nn.Parameter(t.ones(2))]).state_dict(),
    lambda t: t.nn.ModuleDict({"a": t.nn.Conv1d(1, 1, 1), "b": t.nn.GroupNorm(1, 2)}).state_dict(),
    lambda t: t.nn.Buffer(t.ones(1)), lambda t: t.tensor([1j]).conj(), lambda t: t.nn.Dropout(), lambda t: 5,
])  # fmt: skip
@pytest.mark.parametrize("alignment", [64, 256])
@pytest.mark.parametrize("checksums", [True, False])
def test_archives_are_alike_but_for_their_number(make: Any, alignment: int, checksums: bool) -> None:
    """Every byte but those of the number that tells archives apart, and its checksum, is torch's."""
    files = []
    for t in (torch, engine):
        from importlib import import_module

        config = import_module(f"{t.__name__}.utils.serialization.config")
        before = config.save.storage_alignment
        config.save.storage_alignment = alignment
        t.serialization.set_crc32_options(checksums)
        try:
            t.manual_seed(0)
            files.append(written(t, make(t)))
        finally:
            config.save.storage_alignment = before
            t.serialization.set_crc32_options(True)
    ours, theirs = files
    assert len(ours) == len(theirs)
    with zipfile.ZipFile(io.BytesIO(theirs)) as archive:
        last = archive.infolist()[-1]
    assert last.filename == "archive/.data/serialization_id" and last.file_size == 40
    different = [place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
    number = range(ours.rindex(b"Z", 0, archive.start_dir) + 1, ours.rindex(b"Z", 0, archive.start_dir) + 49)
    header = range(archive.start_dir, len(ours))
    assert all(place in number or place in header for place in different)
    assert len([place for place in different if place in header]) <= 4


def test_the_name_of_an_archive_is_that_of_its_file(tmp_path: Path) -> None:
    for name in ("model.pt", "a.b.pt", "plain", "é.pt"):
        names = []
        for t in (torch, engine):
            t.save(1, tmp_path / name)
            names.append(zipfile.ZipFile(tmp_path / name).namelist())
        assert names[0] == names[1]
    for t in (torch, engine):
        with pytest.raises(RuntimeError, match=r"inline_container\.cc:720\] \. invalid file name: .*/\.hidden$"):
            t.save(1, tmp_path / ".hidden")


@BOTH
@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_other_protocols(writer: Any, reader: Any, protocol: int) -> None:
    data = written(writer, {"x": writer.arange(3), "s": writer.Size([1])}, pickle_protocol=protocol)
    loaded = reader.load(io.BytesIO(data), weights_only=False)
    assert loaded["x"].tolist() == [0, 1, 2] and loaded["s"] == reader.Size([1])


@BOTH
def test_paths_files_buffers_and_gzip(writer: Any, reader: Any, tmp_path: Path) -> None:
    x, path = writer.arange(5.0), tmp_path / "x.pt"
    for archive in (True, False):
        writer.save(x, path, _use_new_zipfile_serialization=archive)
        assert reader.load(str(path)).tolist() == reader.load(path).tolist() == x.tolist()
        with open(path, "rb") as file:
            assert reader.load(file).tolist() == x.tolist()
        with gzip.open(path, "wb") as packed:
            writer.save(x, packed, _use_new_zipfile_serialization=archive)
        with gzip.open(path, "rb") as packed:
            assert reader.load(packed).tolist() == x.tolist()
    buffer = io.BytesIO(b"before")
    buffer.seek(6)
    writer.save(x, buffer)
    buffer.seek(6)
    assert reader.load(buffer).tolist() == x.tolist()


@BOTH
def test_mapped_files(writer: Any, reader: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    x = writer.arange(6.0)
    writer.save({"a": x, "b": x[2:], "c": writer.ones(3, dtype=writer.int16)}, path)
    loaded = reader.load(path, mmap=True)
    loaded["a"][2] = 9
    assert loaded["b"][0] == 9 and loaded["c"].tolist() == [1, 1, 1]
    assert loaded["a"].untyped_storage().nbytes() == 24
    assert reader.load(path)["a"][2] == 2
    with reader.serialization.set_default_mmap_options(mmap.MAP_SHARED):
        reader.load(path, mmap=True)["a"][2] = 7
    assert reader.load(path)["a"][2] == 7


@BOTH
def test_byte_order(writer: Any, reader: Any) -> None:
    kinds = ("int16", "float32", "float64", "complex64", "uint8", "bool")
    data = written(writer, [writer.tensor([1, 0], dtype=getattr(writer, kind)) for kind in kinds])
    swapped = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(swapped, "w") as new:
        for entry in old.infolist():
            body = old.read(entry)
            if entry.filename == "archive/byteorder":
                body = b"big"
            elif "/data/" in entry.filename:
                width = (2, 4, 8, 4, 1, 1)[int(entry.filename.rpartition("/")[2])]
                body = b"".join(body[at : at + width][::-1] for at in range(0, len(body), width))
            new.writestr(entry.filename, body)
    swapped.seek(0)
    assert [each.tolist() for each in reader.load(swapped)] == [[1, 0]] * 4 + [[1, 0], [True, False]]


@BOTH
def test_data_left_out(writer: Any, reader: Any) -> None:
    with writer.serialization.skip_data():
        data = written(writer, writer.ones(3))
    assert reader.load(io.BytesIO(data)).tolist() == [0, 0, 0]
    with reader.serialization.skip_data():
        assert reader.load(io.BytesIO(written(writer, writer.ones(3)))).shape == (3,)


@pytest.mark.parametrize("reader", [torch, engine])
def test_the_oldest_format(reader: Any, tmp_path: Path) -> None:
    """A tar file of storages, tensors and a pickle, as torch wrote it before 2017."""
    storages, tensors = io.BytesIO(), io.BytesIO()
    pickle.dump(1, storages, 2)
    storages.write(b"\x80\x02(K\x05X\x03\x00\x00\x00cpuctorch\nFloatStorage\nt.")
    storages.write((4).to_bytes(8, "little") + b"".join(
        struct.pack("<f", each) for each in (0, 1, 2, 3)))
    pickle.dump([(6, 5, 1, 2)], storages, 2)
    pickle.dump(1, tensors, 2)
    tensors.write(b"\x80\x02(K\x07K\x05ctorch\nFloatTensor\nt.")
    tensors.write(struct.pack("<2i5q", 2, 0, 2, 2, 2, 1, 0))
    path = tmp_path / "old.tar"
    with tarfile.open(path, "w") as tar:
        for name, body in (("storages", storages.getvalue()), ("tensors", tensors.getvalue()),
                           ("pickle", b"\x80\x02X\x01\x00\x00\x007Q.")):
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    assert reader.load(path, weights_only=False).tolist() == [[0, 1], [2, 3]]
    with pytest.raises(RuntimeError, match=r"legacy \.tar format"):
        reader.load(path)


def test_plain_pickles_go_both_ways_where_the_engine_stands_in() -> None:
    """Inside ``as_torch`` pickles have torch's names, so that pickles of torch's are read, and torch reads ours."""
    def facts_of(t: Any) -> Any:
        parameter = t.nn.Parameter(t.arange(2.0))
        parameter.note = 1
        return {"x": t.arange(6.0).reshape(2, 3).t(), "p": parameter, "d": t.float16,
                "s": t.Size([2]), "c": t.device("cpu"), "m": t.nn.Linear(2, 1).eval()}

    theirs = pickle.dumps(facts_of(torch))
    with engine.as_torch():
        read = pickle.loads(theirs)
        ours = pickle.dumps(facts_of(engine))
    back = pickle.loads(ours)
    for t, loaded in ((engine, read), (torch, back)):
        assert isinstance(loaded["x"], t.Tensor) and loaded["x"].stride() == (1, 3)
        assert isinstance(loaded["p"], t.nn.Parameter) and loaded["p"].note == 1
        assert (loaded["d"], loaded["s"]) == (t.float16, t.Size([2]))
        assert loaded["c"] == t.device("cpu") and type(loaded["m"]) is t.nn.Linear and not loaded["m"].training
    alone = pickle.loads(pickle.dumps({**facts_of(engine), "u": engine.ones(1, dtype=engine.uint16)}))
    assert alone["u"].dtype is engine.uint16
    assert isinstance(alone["x"], engine.Tensor) and type(alone["m"]) is engine.nn.Linear


class Meaning:
    """A class of a user's."""

    def __init__(self) -> None:
        self.value = engine.ones(1)


def test_users_allow_their_own_classes() -> None:
    data = written(engine, Meaning())
    name = f"{__name__}.Meaning"
    assert engine.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(data)) == [name]
    with pytest.raises(pickle.UnpicklingError, match="add_safe_globals"):
        engine.load(io.BytesIO(data))
    with engine.serialization.safe_globals([Meaning]):
        assert engine.serialization.get_safe_globals() == [Meaning]
        assert engine.load(io.BytesIO(data)).value.tolist() == [1]
    assert engine.serialization.get_safe_globals() == []
    with engine.serialization.safe_globals([defaultdict, list]):
        assert engine.load(io.BytesIO(written(torch, defaultdict(list)))) == defaultdict(list)


@pytest.mark.parametrize("t", [torch, engine])
def test_other_pickle_modules(t: Any) -> None:
    import pickle as module

    data = written(t, {"x": t.ones(1)}, pickle_module=module)
    assert t.load(io.BytesIO(data), pickle_module=module)["x"].item() == 1
