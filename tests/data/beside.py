"""The same call on torch and on the engine: results as text, errors, warnings, and the random numbers that follow."""

import importlib
import re
import warnings
from collections.abc import Callable
from typing import Any

import torch as reference

import minitorch_compat as engine

ROOMS = [(each, importlib.import_module(f"{each.__name__}.utils.data")) for each in (reference, engine)]


def seen(call: Callable[[Any, Any], Any], torch: Any, data: Any) -> list[Any]:
    """What a call gives, after a seed, with what it warns of and with the next random number."""
    torch.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = str(call(torch, data))
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
    told = [f"{each.category.__name__}: {each.message}" for each in caught if each.category is not DeprecationWarning]
    plain = [re.sub(r" at 0x[0-9a-f]+", "", each) for each in [result, *told]]
    return [*plain, torch.rand(2).tolist()]


def assert_same(call: Callable[[Any, Any], Any]) -> None:
    """The engine does as torch does."""
    expected, got = (seen(call, *room) for room in ROOMS)
    assert got == expected


def numbers(count: int, base: Any, **more: Any) -> Any:
    """A data set of ``count`` numbers, ten apart, of the given class of either engine."""

    class Numbers(base):  # type: ignore[misc]
        def __getitem__(self, index: int) -> int:
            return index * 10

        def __len__(self) -> int:
            return count

    for name, value in more.items():
        setattr(Numbers, name, value)
    return Numbers()


def stream(count: int, data: Any, told: int | None = None) -> Any:
    """A data set by iteration of ``count`` numbers, shared out among workers, which may tell a wrong length."""

    class Stream(data.IterableDataset):  # type: ignore[misc]
        size = count

        def __iter__(self) -> Any:
            worker = data.get_worker_info()
            return iter(range(self.size) if worker is None else range(worker.id, self.size, worker.num_workers))

    if told is not None:
        Stream.__len__ = lambda self: told  # type: ignore[attr-defined]
    return Stream()
