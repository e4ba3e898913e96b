"""The part of a data set that one of several processes sees."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..._core.generator import Generator
from ..._ops.random import randperm
from .sampler import Sampler

__all__ = ["DistributedSampler"]
NO_GROUP = "Default process group has not been initialized, please make sure to call init_process_group."


class DistributedSampler(Sampler[int]):
    """Every ``num_replicas``-th index from ``rank`` on, of an order that all processes shuffle alike.

    The order is that of ``seed`` plus the epoch. It is filled up from its beginning so that all see equally many, or
    with ``drop_last`` cut off. ValueError for a rank out of range, and where no process group is there to ask.
    """

    def __init__(
        self, dataset: Any, num_replicas: int | None = None, rank: int | None = None, shuffle: bool = True,
        seed: int = 0, drop_last: bool = False
    ) -> None:
        if num_replicas is None or rank is None:
            raise ValueError(NO_GROUP)
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset, self.num_replicas, self.rank = dataset, num_replicas, rank
        self.epoch, self.drop_last = 0, drop_last
        count = len(dataset)
        if drop_last and count % num_replicas != 0:
            count -= num_replicas
        self.num_samples = math.ceil(count / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle, self.seed = shuffle, seed

    def __iter__(self) -> Iterator[int]:
        count = len(self.dataset)
        if self.shuffle:
            generator = Generator()
            generator.manual_seed(self.seed + self.epoch)
            order = randperm(count, generator=generator).tolist()
        else:
            order = list(range(count))
        if not self.drop_last:
            missing = self.total_size - len(order)
            order += (order * math.ceil(missing / len(order)))[:missing] if missing > len(order) else order[:missing]
        order = order[: self.total_size]
        return iter(order[self.rank : self.total_size : self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch it is, so that each has an order of its own."""
        self.epoch = epoch


DistributedSampler.__module__ = "torch.utils.data.distributed"
