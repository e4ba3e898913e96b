"""Data sets, splits and collation beside torch's."""

import collections
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from beside import ROOMS, assert_same, numbers, stream
from hypothesis import given, settings
from hypothesis import strategies as some

Pair = collections.namedtuple("Pair", "x y")


def of(count: int, D: Any, **more: Any) -> Any:
    return numbers(count, D.Dataset, **more)


def rows(t: Any, D: Any) -> Any:
    return D.TensorDataset(t.tensor([1, 2, 3]), t.tensor([[1.0], [2.0], [3.0]]))


def both(D: Any) -> Any:
    return D.ConcatDataset([of(2, D), of(3, D)])


def short(self: Any, indices: Any) -> Any:
    return [1]


def hundred(self: Any, indices: Any) -> Any:
    return [index * 100 for index in indices]


def lengths(parts: Any) -> Any:
    return [list(part.indices) for part in parts]


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "no item": lambda t, D: D.Dataset()[0],
    "no length": lambda t, D: len(D.Dataset()),
    "sum": lambda t, D: len(of(3, D) + of(4, D)),
    "sum of streams": lambda t, D: list(stream(2, D) + stream(3, D)),
    "abstract": lambda t, D: D.IterableDataset(),
    "item of a stream": lambda t, D: stream(3, D)[0],
    "rows": lambda t, D: (len(rows(t, D)), rows(t, D)[1], rows(t, D)[1:], rows(t, D)[[0, 2]]),
    "rows beyond": lambda t, D: rows(t, D)[5],
    "rows of unequal": lambda t, D: D.TensorDataset(t.tensor([1]), t.tensor([1, 2])),
    "rows of numbers": lambda t, D: D.TensorDataset(5),
    "both": lambda t, D: (len(both(D)), [both(D)[i] for i in range(-5, 5)], both(D).cumulative_sizes),
    "both before": lambda t, D: both(D)[-6],
    "both beyond": lambda t, D: both(D)[5],
    "none": lambda t, D: D.ConcatDataset([]),
    "with a stream": lambda t, D: D.ConcatDataset([stream(2, D)]),
    "old name": lambda t, D: both(D).cummulative_sizes,
    "chain": lambda t, D: list(D.ChainDataset([stream(2, D), stream(3, D)])),
    "length of a chain": lambda t, D: len(D.ChainDataset([stream(2, D, 2), stream(3, D, 3)])),
    "chain of others": lambda t, D: list(D.ChainDataset([of(2, D)])),
    "length of others": lambda t, D: len(D.ChainDataset([of(2, D)])),
    "subset": lambda t, D: (lambda s: (len(s), s[0], s.__getitems__([0, 1])))(D.Subset(of(5, D), [3, 1])),
    "subset by lists": lambda t, D: D.Subset(rows(t, D), [2, 1])[[0, 1]],
    "subset beyond": lambda t, D: D.Subset(of(5, D), [3, 1])[2],
    "subset of several": lambda t, D: D.Subset(of(4, D, __getitems__=hundred), [3, 2]).__getitems__([0, 1]),
    "stack": lambda t, D: (lambda s: (len(s), s[0], s.__getitems__([0, 1])))(D.StackDataset(of(2, D), of(2, D))),
    "named": lambda t, D: (lambda s: (s[0], s.__getitems__([0, 1])))(D.StackDataset(a=of(2, D), b=of(2, D))),
    "unequal": lambda t, D: D.StackDataset(of(2, D), of(3, D)),
    "named unequal": lambda t, D: D.StackDataset(a=of(2, D), b=of(3, D)),
    "mixed": lambda t, D: D.StackDataset(of(2, D), b=of(2, D)),
    "nothing": lambda t, D: D.StackDataset(),
    "stack of several": lambda t, D: D.StackDataset(of(2, D, __getitems__=hundred), of(2, D)).__getitems__([0, 1]),
    "stack of short": lambda t, D: D.StackDataset(of(2, D, __getitems__=short), of(2, D)).__getitems__([0, 1]),
    "split": lambda t, D: lengths(D.random_split(of(10, D), [7, 3])),
    "fractions": lambda t, D: lengths(D.random_split(of(10, D), [0.5, 0.3, 0.2])),
    "thirds": lambda t, D: lengths(
        D.random_split(of(11, D), [1 / 3] * 3, generator=t.Generator().manual_seed(3))
    ),
    "empty part": lambda t, D: lengths(D.random_split(of(1, D), [0.5, 0.5])),
    "wrong sum": lambda t, D: D.random_split(of(10, D), [5, 4]),
    "wrong fractions": lambda t, D: D.random_split(of(10, D), [0.5, 0.6]),
    "less than all": lambda t, D: D.random_split(of(10, D), [0.5, 0.3]),
    "no fraction": lambda t, D: D.random_split(of(10, D), [1.5, -0.5]),
    "no worker": lambda t, D: D.get_worker_info(),
}


@pytest.mark.parametrize("name", CALLS)
def test_datasets(name: str) -> None:
    assert_same(CALLS[name])


SAMPLES: list[Callable[[Any], Any]] = [
    lambda t: [1, 2], lambda t: [1.5, 2], lambda t: ["a", "b"], lambda t: [b"a", b"b"], lambda t: [True, False],
    lambda t: [t.tensor([1, 2]), t.tensor([3, 4])], lambda t: [{"a": 1, "b": [1, 2]}, {"a": 3, "b": [5, 6]}],
    lambda t: [(1, 2.0), (3, 4.0)], lambda t: [Pair(1, 2), Pair(3, 4)], lambda t: [[1, 2], [3]],
    lambda t: [np.array([1, 2]), np.array([3, 4])], lambda t: [np.float32(1), np.float64(2)], lambda t: [None],
    lambda t: [], lambda t: [np.array(["a"])], lambda t: [t.tensor([1]), t.tensor([1, 2])], lambda t: [2**40, 1],
    lambda t: [{"a": 1}, {"b": 1}], lambda t: [object()], lambda t: [np.array(5), np.array(6)], lambda t: [1, "a"],
    lambda t: [collections.OrderedDict(a=1), collections.OrderedDict(a=2)], lambda t: [[], []], lambda t: [1j, 2j],
    lambda t: [collections.deque([1]), collections.deque([2])], lambda t: [{1, 2}], lambda t: [range(2), range(2)],
    lambda t: (t.tensor(1), t.tensor(2)), lambda t: [collections.defaultdict(int, a=1)],
    lambda t: [np.array([object()])], lambda t: [np.bool_(True)], lambda t: [["a", 1], ["b", 2]],
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
def test_collation(sample: Callable[[Any], Any]) -> None:
    assert_same(lambda t, D: D.default_collate(sample(t)))


@pytest.mark.parametrize("sample", SAMPLES)
def test_conversion(sample: Callable[[Any], Any]) -> None:
    assert_same(lambda t, D: D.default_convert(sample(t)))


def test_collation_of_own_types() -> None:
    def own(t: Any, D: Any) -> Any:
        collate = importlib.import_module(f"{t.__name__}.utils.data._utils.collate")
        count = {complex: lambda batch, *, collate_fn_map=None: len(batch)}
        assert collate.collate([1j, 2j], collate_fn_map=count) == 2
        return [each if isinstance(each, tuple) else each.__name__ for each in collate.default_collate_fn_map]

    assert_same(own)


@settings(max_examples=40, deadline=None)
@given(
    some.integers(0, 200),
    some.lists(some.floats(0.01, 1), min_size=1, max_size=6),
    some.integers(0, 2**63 - 1),
)
def test_splits(count: int, shares: list[float], seed: int) -> None:
    total = sum(shares)
    fractions = [share / total for share in shares]
    assert_same(
        lambda t, D: lengths(D.random_split(range(count), fractions, generator=t.Generator().manual_seed(seed)))
    )


def test_names() -> None:
    kept = [each for each in ROOMS[0][1].__all__ if hasattr(ROOMS[1][1], each)]
    assert set(ROOMS[1][1].__all__) == set(kept)
