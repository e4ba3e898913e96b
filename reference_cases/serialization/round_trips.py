"""Objects with tensors, saved and loaded: what is the same afterwards, and what is shared."""
import io
import pickle
import zipfile
from collections import Counter, OrderedDict

from minitorch_compat.parity import chapter

case = chapter("serialization.round_trips")


def saved(torch, thing, **options):
    file = io.BytesIO()
    torch.save(thing, file, **options)
    file.seek(0)
    return file


def again(torch, thing, **options):
    return torch.load(saved(torch, thing), **options)


@case()
def every_dtype(torch, see):
    """Tensors of every dtype come back as they were."""
    for name in (
        "bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16",
        "float32", "float64", "complex64", "complex128",
    ):  # fmt: skip
        see(name, again(torch, torch.tensor([1, 0, 1], dtype=getattr(torch, name))))


@case()
def layouts(torch, see):
    """Strides and offsets come along, also those of tensors without elements or dimensions."""
    for words, x in (
        ("transposed", torch.arange(6.0).reshape(2, 3).t()), ("a part", torch.arange(9)[2:7:2]),
        ("expanded", torch.arange(3.0).expand(2, 3)), ("0-d", torch.tensor(2.5)), ("empty", torch.zeros(3, 0)),
    ):  # fmt: skip
        y = again(torch, x)
        see(words, y)
        see(f"{words}: offset", y.storage_offset())
        see(f"{words}: elements in memory", y.untyped_storage().nbytes())


@case()
def a_part_takes_the_whole_along(torch, see):
    """A view is saved with all the memory it is a part of; its clone is not."""
    x = torch.arange(1000.0)
    see("view", len(saved(torch, x[:5]).getvalue()) > 4000)
    see("clone", len(saved(torch, x[:5].clone()).getvalue()) > 4000)


@case()
def sharing(torch, see):
    """Tensors that share memory share it afterwards, and one object is one object."""
    x = torch.arange(4.0)
    whole, part, same = again(torch, [x, x[1:3], x])
    see.aliasing("whole and part", whole, part)
    see("the same", whole is same)
    whole[1] = 9
    see("part", part)


@case()
def gradients_stay_behind(torch, see):
    """The flag of a leaf comes along and its gradient does not; a result becomes a leaf."""
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    y = again(torch, x)
    see("flag", y.requires_grad)
    see("gradient", y.grad)
    z = again(torch, x * 2)
    see("result", z)
    see("result: leaf", z.is_leaf)


@case()
def parameters_and_buffers(torch, see):
    """Parameters stay parameters with what users gave them, and buffers stay buffers."""
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.note = "kept"
    loaded = again(torch, parameter)
    see("parameter", loaded)
    see("note", loaded.note)
    see("buffer", isinstance(again(torch, torch.nn.Buffer(torch.ones(1))), torch.nn.Buffer))


@case()
def a_lazy_conjugate(torch, see):
    """The bit that says conjugate is saved, not the conjugated numbers."""
    loaded = again(torch, torch.tensor([1 + 2j]).conj())
    see("lazy", loaded.is_conj())
    see("numbers", loaded.tolist())


@case()
def plain_things(torch, see):
    """Plain containers, numbers, text, bytes, sizes, dtypes and devices are weights as well."""
    for thing in (
        [1, -1, 1 << 70, 2.5, True, None, "text", b"bytes"], {"a": (1, (2,))}, {1, 2}, OrderedDict(a=1), Counter("aab"),
        torch.Size([2, 3]), torch.float16, torch.device("cpu"), torch.strided, 1 + 2j,
    ):  # fmt: skip
        see(str(thing), repr(again(torch, thing)))


@case()
def a_training_run_goes_on(torch, see):
    """A checkpoint of model and optimiser continues a training run as if it had not been interrupted."""
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0], [2.0]])

    def steps(model, optimiser):
        for _ in range(3):
            optimiser.zero_grad()
            torch.nn.functional.mse_loss(model(x), y).backward()
            optimiser.step()

    steps(model, optimiser)
    file = saved(torch, {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "epoch": 3})
    steps(model, optimiser)
    found = torch.load(file)
    other = torch.nn.Linear(2, 1)
    see("keys", str(other.load_state_dict(found["model"])))
    later = torch.optim.SGD(other.parameters(), lr=0.5)
    later.load_state_dict(found["optimiser"])
    steps(other, later)
    see("equal", torch.equal(other.weight, model.weight))
    see("epoch", found["epoch"])
    see("groups", found["optimiser"]["param_groups"])


@case()
def a_whole_module(torch, see):
    """A module is saved whole, and loaded only by who trusts the file."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()).eval()
    file = saved(torch, model)
    with see.refusal("weights only"):
        torch.load(file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    see("text", repr(loaded))
    see("training", loaded.training)
    see("weight", loaded[0].weight)


@case()
def the_random_stream(torch, see):
    """A generator's state is a tensor, and a generator goes on where it was."""
    generator = torch.Generator().manual_seed(7)
    torch.rand(3, generator=generator)
    other = torch.Generator()
    other.set_state(again(torch, generator.get_state()))
    whole = again(torch, generator, weights_only=False)
    see("expected", torch.rand(2, generator=generator))
    see("from its state", torch.rand(2, generator=other))
    see("whole", torch.rand(2, generator=whole))


@case()
def what_is_in_the_archive(torch, see):
    """The file is a zip archive of uncompressed records, each storage once."""
    x = torch.arange(4.0)
    with zipfile.ZipFile(saved(torch, {"x": x, "y": x[1:], "z": torch.zeros(2)})) as archive:
        for entry in archive.infolist():
            see(f"{entry.filename}: length", entry.file_size)
            see(f"{entry.filename}: place", entry.header_offset)
        for name in ("byteorder", "version", ".format_version", ".storage_alignment", "data/0", "data.pkl"):
            see(name, archive.read(f"archive/{name}").hex())


@case()
def the_format_before_archives(torch, see):
    """The older format is still written when asked for, and read."""
    x = torch.arange(3.0)
    file = saved(torch, [x, x[1:]], _use_new_zipfile_serialization=False)
    see("archive", zipfile.is_zipfile(file))
    file.seek(0)
    whole, part = torch.load(file)
    see("part", part)
    see.aliasing("whole and part", whole, part)


@case()
def places(torch, see):
    """map_location names where storages go: a device, its name, a dictionary of names, or a function."""
    x = torch.ones(2)
    asked = []

    def place(storage, location):
        asked.append((location, storage.nbytes()))
        return storage

    for words, where in (("name", "cpu"), ("device", torch.device("cpu")), ("names", {"cuda:0": "cpu"}), ("f", place)):
        see(words, torch.load(saved(torch, x), map_location=where))
    see("asked", asked)
    for where in ("cuda", "cuda:3", "xpu", "hpu", "nowhere", {"cpu": "cuda"}):
        with see.refusal(str(where)):
            torch.load(saved(torch, x), map_location=where)


@case()
def plain_pickles(torch, see):
    """pickle itself takes tensors as well; those of one storage are strangers afterwards."""
    x = torch.arange(3.0)
    whole, part = pickle.loads(pickle.dumps([x, x[1:]]))
    see.aliasing("whole and part", whole, part)
    see("how", [step.__name__ for step in (x.__reduce_ex__(2)[0], torch.nn.Parameter(x).__reduce_ex__(2)[0])])
