"""Samplers beside torch's: the same indices, and the same random numbers after them."""

from collections.abc import Callable
from typing import Any

import pytest
from beside import assert_same
from hypothesis import given, settings
from hypothesis import strategies as some


def made(t: Any, seed: int | None) -> Any:
    return None if seed is None else t.Generator().manual_seed(seed)


def spread(D: Any, count: int = 10, parts: int = 3, rank: int = 1, **options: Any) -> Any:
    sampler = D.DistributedSampler(range(count), num_replicas=parts, rank=rank, **options)
    first = list(sampler)
    sampler.set_epoch(2)
    return first, list(sampler), len(sampler), sampler.num_samples, sampler.total_size


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "in turn": lambda t, D: (list(D.SequentialSampler(range(3))), len(D.SequentialSampler(range(3)))),
    "replacement": lambda t, D: D.RandomSampler(range(6), replacement=1),
    "none": lambda t, D: D.RandomSampler(range(6), num_samples=0),
    "part": lambda t, D: D.RandomSampler(range(6), num_samples=2.0),
    "less": lambda t, D: D.RandomSampler(range(6), num_samples=-1),
    "empty": lambda t, D: D.RandomSampler(range(0)),
    "nothing": lambda t, D: D.RandomSampler(None),
    "own without": lambda t, D: iter(D.Sampler()),
    "own with": lambda t, D: D.Sampler(5),
    "weights none": lambda t, D: D.WeightedRandomSampler([1.0], 0),
    "weights replacement": lambda t, D: D.WeightedRandomSampler([1.0], 2, replacement=1),
    "weights shape": lambda t, D: D.WeightedRandomSampler([[1.0]], 2),
    "weights bool": lambda t, D: D.WeightedRandomSampler([1.0], True),
    "weights few": lambda t, D: list(D.WeightedRandomSampler([1.0], 2, False)),
    "weights": lambda t, D: D.WeightedRandomSampler(t.tensor([1.0, 2.0]), 3).weights,
    "batch 0": lambda t, D: D.BatchSampler(range(3), 0, False),
    "batch True": lambda t, D: D.BatchSampler(range(3), True, False),
    "batch 1.0": lambda t, D: D.BatchSampler(range(3), 1.0, False),
    "batch drop": lambda t, D: D.BatchSampler(range(3), 1, 1),
    "batch of none": lambda t, D: list(D.BatchSampler(5, 1, False)),
    "spread": lambda t, D: spread(D),
    "spread in turn": lambda t, D: spread(D, shuffle=False),
    "spread drop": lambda t, D: spread(D, drop_last=True, seed=5),
    "spread few": lambda t, D: spread(D, 1, 3, 2),
    "spread rank": lambda t, D: spread(D, rank=3),
    "spread rank below": lambda t, D: spread(D, rank=-1),
    "spread without": lambda t, D: D.DistributedSampler(range(3)),
}


@pytest.mark.parametrize("name", CALLS)
def test_samplers(name: str) -> None:
    assert_same(CALLS[name])


seeds = some.none() | some.integers(0, 2**64 - 1)


@settings(max_examples=60, deadline=None)
@given(some.integers(1, 300), some.booleans(), some.none() | some.integers(1, 700), seeds)
def test_random(count: int, replacement: bool, wanted: int | None, seed: int | None) -> None:
    def draw(t: Any, D: Any) -> Any:
        sampler = D.RandomSampler(range(count), replacement, wanted, made(t, seed))
        return list(sampler), list(sampler), len(sampler)

    assert_same(draw)


@settings(max_examples=40, deadline=None)
@given(some.lists(some.integers(0, 99), min_size=1, max_size=50), seeds)
def test_subsets(indices: list[int], seed: int | None) -> None:
    assert_same(lambda t, D: list(D.SubsetRandomSampler(indices, made(t, seed))))


@settings(max_examples=40, deadline=None)
@given(some.lists(some.floats(0.1, 9), min_size=1, max_size=30), some.integers(1, 40), some.booleans(), seeds)
def test_weights(weights: list[float], wanted: int, replacement: bool, seed: int | None) -> None:
    assert_same(lambda t, D: list(D.WeightedRandomSampler(weights, wanted, replacement, made(t, seed))))


@settings(max_examples=40, deadline=None)
@given(some.integers(0, 50), some.integers(1, 12), some.booleans())
def test_batches(count: int, size: int, drop: bool) -> None:
    def batches(t: Any, D: Any) -> Any:
        sampler = D.BatchSampler(range(count), size, drop)
        assert len(list(sampler)) == len(sampler)
        return list(sampler)

    assert_same(batches)
