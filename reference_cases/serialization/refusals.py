"""What save and load refuse, and how they say it."""
import io
import os
import pickle
import zipfile
from collections import OrderedDict, defaultdict

from minitorch_compat.parity import chapter

case = chapter("serialization.refusals")


def saved(torch, thing, **options):
    file = io.BytesIO()
    torch.save(thing, file, **options)
    return file.getvalue()


def changed(data, **records):
    """The archive with other bytes in some records, or without them."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            body = records.get(entry.filename.removeprefix("archive/").replace("/", "_"), old.read(entry))
            if body is not None:
                new.writestr(entry.filename, body)
    made.seek(0)
    return made


class Deed:
    """Something that a pickle would do."""

    def __init__(self, function, *arguments):
        self.deed = function, arguments

    def __reduce__(self):
        return self.deed


@case()
def deeds(torch, see):
    """A file that would call something is refused before it does."""
    for words, function in (("eval", eval), ("system", os.system), ("print", print), ("getattr", getattr)):
        with see.refusal(words):
            torch.load(io.BytesIO(saved(torch, Deed(function, "1"))))


@case()
def what_is_not_plain(torch, see):
    """Of Python's own types those that weights are not made of are refused by name."""
    things: tuple[object, ...] = range(3), frozenset([1]), slice(1, 2), defaultdict(list), Ellipsis
    for thing in things:
        with see.refusal(repr(thing)):
            torch.load(io.BytesIO(saved(torch, thing)))


@case()
def allowing(torch, see):
    """What users allow is loaded, inside a block or until it is cleared."""
    data = saved(torch, defaultdict(list))
    see("unsafe", sorted(torch.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(data))))
    with torch.serialization.safe_globals([defaultdict, list]):
        see("inside", repr(torch.load(io.BytesIO(data))))
    see("after", defaultdict in torch.serialization.get_safe_globals())
    torch.serialization.add_safe_globals([defaultdict, list])
    see("added", defaultdict in torch.serialization.get_safe_globals())
    torch.serialization.clear_safe_globals()
    with see.refusal("cleared"):
        torch.load(io.BytesIO(data))


@case()
def broken_archives(torch, see):
    """Archives that are cut off, or lack a record, or have another one."""
    data = saved(torch, torch.arange(6.0))
    for words, file in (
        ("cut off", io.BytesIO(data[:-1])), ("half", io.BytesIO(data[:500])), ("four bytes", io.BytesIO(data[:4])),
        ("no storage", changed(data, data_0=None)), ("a short storage", changed(data, data_0=b"abc")),
        ("no pickle", changed(data, **{"data.pkl": None})), ("no version", changed(data, version=None)),
        ("version 99", changed(data, version=b"99")), ("version 0", changed(data, version=b"0")),
        ("no number", changed(data, version=b"x")), ("byte order", changed(data, byteorder=b"odd")),
        ("no pickle's end", changed(data, **{"data.pkl": b"\x80\x02}"})),
        ("no opcode", changed(data, **{"data.pkl": b"\x80\x02\xff"})),
    ):  # fmt: skip
        with see.refusal(words):
            torch.load(file)


@case()
def no_archive(torch, see):
    """What is no archive is taken for the older format."""
    for words, data in (
        ("nothing", b""), ("text", b"hello world"), ("a number", pickle.dumps(5, 2)),
        ("half", saved(torch, torch.ones(3), _use_new_zipfile_serialization=False)[:-5]),
    ):  # fmt: skip
        with see.refusal(words):
            torch.load(io.BytesIO(data))


@case()
def places_outside(torch, see):
    """A tensor that would reach beyond its storage is refused."""
    storage = torch.arange(6.0).untyped_storage()
    rebuild = torch._utils._rebuild_tensor_v3
    for words, place in (
        ("too long", (0, (7,), (1,))), ("too far", (6, (1,), (1,))), ("before", (-1, (1,), (1,))),
        ("backwards", (3, (2,), (-1,))), ("negative", (0, (-2,), (1,))), ("no stride", (0, (2, 2), (1,))),
    ):  # fmt: skip
        data = saved(torch, Deed(rebuild, storage, *place, False, OrderedDict(), torch.float32))
        with see.refusal(words):
            torch.load(io.BytesIO(data))


@case()
def one_memory_two_dtypes(torch, see):
    """Memory is saved as elements of one dtype."""
    x = torch.zeros(2)
    with see.refusal("views"):
        torch.save([x, x.view(torch.int32)], io.BytesIO())


@case()
def files_that_are_none(torch, see):
    """Neither a number nor a folder is a file."""
    with see.refusal("save to a number"):
        torch.save(1, 5)
    with see.refusal("load from a number"):
        torch.load(5)
    with see.refusal("no such folder"):
        torch.save(1, "/no/such/folder")
    with see.refusal("no such file"):
        torch.load("/no/such/file")


@case()
def options_that_do_not_fit(torch, see):
    """mmap wants a path to an archive, and another pickle module no weights only."""
    data = saved(torch, torch.ones(1))
    with see.refusal("mmap of a buffer"):
        torch.load(io.BytesIO(data), mmap=True)
    with see.refusal("mmap of the older format"):
        torch.load(io.BytesIO(saved(torch, 1, _use_new_zipfile_serialization=False)), mmap=True)
    with see.refusal("pickle module"):
        torch.load(io.BytesIO(data), pickle_module=pickle, weights_only=True)
    with see.refusal("byte order"):
        torch.serialization.set_default_load_endianness("big")
    with see.refusal("mapping"):
        torch.serialization.set_default_mmap_options(77)


@case()
def warnings_of_old_options(torch, see):
    """Arguments for another unpickler, another protocol, and hooks that stay behind are warned of."""
    with see.warnings("arguments"):
        torch.load(io.BytesIO(saved(torch, torch.ones(1))), encoding="latin1")
    with see.warnings("protocol"):
        torch.load(io.BytesIO(saved(torch, 1, pickle_protocol=4)))


@case()
def hooks_stay_behind(torch, see):
    """A hook is not saved with its tensor, and a mark keeps torch from saying so."""
    x = torch.ones(1, requires_grad=True)
    x.register_hook(torch.utils.hooks.unserializable_hook(lambda g: g * 2))
    y = torch.load(io.BytesIO(saved(torch, x)))
    (y * 3).sum().backward()
    see("gradient", y.grad)
