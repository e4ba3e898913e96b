"""Data sets, their parts, and batches out of samples."""
import collections

from minitorch_compat.parity import chapter

case = chapter("data.datasets")


def tens(data, count):
    class Tens(data.Dataset):  # type: ignore[name-defined]
        def __getitem__(self, index):
            return index * 10

        def __len__(self):
            return count

    return Tens()


def stream(data, count):
    class Stream(data.IterableDataset):  # type: ignore[name-defined]
        def __iter__(self):
            return iter(range(count))

    return Stream()


@case()
def rows_of_tensors(torch, see):
    """A TensorDataset gives rows, by any index of a tensor; its tensors are equally long."""
    rows = torch.utils.data.TensorDataset(torch.tensor([1, 2, 3]), torch.tensor([[1.0], [2.0], [3.0]]))
    see("length", len(rows))
    see("one", rows[1])
    see("some", rows[[0, 2]])
    see("from the second", rows[1:])
    with see.refusal("beyond"):
        rows[3]
    with see.refusal("unequal"):
        torch.utils.data.TensorDataset(torch.ones(2), torch.ones(3))


@case()
def data_sets_in_a_row(torch, see):
    """Sums of data sets, by index and by iteration."""
    data = torch.utils.data
    both = tens(data, 2) + tens(data, 3)
    see("lengths", both.cumulative_sizes)
    see("samples", [both[place] for place in range(-5, 5)])
    see("streams", list(stream(data, 2) + stream(data, 3)))
    for words, attempt in (
        ("before", lambda: both[-6]), ("beyond", lambda: both[5]), ("none", lambda: data.ConcatDataset([])),
        ("a stream", lambda: data.ConcatDataset([stream(data, 1)])),
        ("no stream", lambda: list(data.ChainDataset([tens(data, 1)]))),
    ):
        with see.refusal(words):
            attempt()
    with see.warnings("name of old: warned"):
        see("name of old", both.cummulative_sizes)


@case()
def data_sets_side_by_side(torch, see):
    """A StackDataset gives samples of several data sets together, in tuples or under names."""
    data = torch.utils.data
    see("tuple", data.StackDataset(tens(data, 2), tens(data, 2))[1])
    see("names", data.StackDataset(x=tens(data, 2), y=tens(data, 2)).__getitems__([0, 1]))
    for words, attempt in (
        ("none", lambda: data.StackDataset()),
        ("unequal", lambda: data.StackDataset(tens(data, 1), tens(data, 2))),
        ("both", lambda: data.StackDataset(tens(data, 1), x=tens(data, 1))),
    ):
        with see.refusal(words):
            attempt()


@case()
def what_a_data_set_needs(torch, see):
    """Without __getitem__ there are no samples, without __len__ no length, without __iter__ no stream."""
    data = torch.utils.data
    for words, attempt in (
        ("sample", lambda: data.Dataset()[0]), ("length", lambda: len(data.Dataset())),
        ("stream", lambda: data.IterableDataset()), ("sample of a stream", lambda: stream(data, 1)[0]),
    ):
        with see.refusal(words):
            attempt()


@case()
def random_splits(torch, see):
    """random_split shuffles; fractions are rounded down and what is left is dealt out."""
    data = torch.utils.data
    torch.manual_seed(5)
    for lengths in ([7, 3], [0.5, 0.3, 0.2], [1 / 3] * 3, [10, 0]):
        see(f"{lengths}", [part.indices for part in data.random_split(tens(data, 10), lengths)])
    see("by a generator", [
        list(part) for part in data.random_split(tens(data, 5), [2, 3], generator=torch.Generator().manual_seed(1))
    ])
    see.stream()
    with see.warnings("nothing left: warned"):
        see("nothing left", [len(part) for part in data.random_split(tens(data, 1), [0.5, 0.5])])
    for lengths in ([5, 4], [0.5, 0.6], [1.5, -0.5]):
        with see.refusal(f"refused {lengths}"):
            data.random_split(tens(data, 10), lengths)


@case()
def batches_of_samples(torch, see):
    """default_collate stacks tensors and numbers, goes into containers and keeps strings."""
    Pair = collections.namedtuple("Pair", "x y")
    for words, samples in (
        ("integers", [1, 2]), ("floats", [1.5, 2.0]), ("truths", [True, False]), ("strings", ["a", "b"]),
        ("tensors", [torch.ones(2), torch.zeros(2)]), ("tuples", [(1, 2.0), (3, 4.0)]), ("lists", [[1, 2], [3, 4]]),
        ("dicts", [{"a": 1, "b": [1, 2]}, {"a": 3, "b": [5, 6]}]), ("large", [2**40, 1]), ("bytes", [b"a"]),
    ):
        see(words, torch.utils.data.default_collate(samples))
    pair = torch.utils.data.default_collate([Pair(1, 2), Pair(3, 4)])
    see("named", [type(pair).__name__, pair.x, pair.y])


@case()
def samples_that_make_no_batch(torch, see):
    """What cannot be put together is named by its type."""
    for words, samples in (
        ("nothing", [None, None]), ("sets", [{1}, {2}]), ("complex", [1j]), ("unequal lists", [[1, 2], [3]]),
        ("unequal tensors", [torch.ones(1), torch.ones(2)]), ("other keys", [{"a": 1}, {"b": 1}]),
        ("mixture", [1, "a"]), ("none at all", []),
    ):
        with see.refusal(words):
            torch.utils.data.default_collate(samples)
