"""Loaders beside torch's: batches, refusals, workers and their seeds, errors from them, random numbers after."""

import os
import random
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from beside import ROOMS, assert_same, numbers, stream


def of(count: int, D: Any, **more: Any) -> Any:
    return numbers(count, D.Dataset, **more)


def plain(batch: Any) -> Any:
    if isinstance(batch, (list, tuple)):
        return [plain(each) for each in batch]
    if isinstance(batch, dict):
        return {key: plain(each) for key, each in batch.items()}
    return batch.tolist() if hasattr(batch, "tolist") else batch


def load(D: Any, *arguments: Any, **options: Any) -> Any:
    return [plain(each) for each in D.DataLoader(*arguments, **options)]


def gen(t: Any, seed: int = 4) -> Any:
    return t.Generator().manual_seed(seed)


def put(D: Any, name: str, value: Any) -> None:
    setattr(D.DataLoader(of(3, D)), name, value)


def twice(D: Any, *arguments: Any, **options: Any) -> Any:
    loader = D.DataLoader(*arguments, **options)
    return [plain(list(loader)) for _ in range(3)]


def told(D: Any, **options: Any) -> Any:
    loader = D.DataLoader(stream(8, D, 3), 2, **options)
    return len(loader), plain(list(loader))


ALONE: dict[str, Callable[[Any, Any], Any]] = {
    "one": lambda t, D: load(D, of(5, D)),
    "two": lambda t, D: load(D, of(5, D), 2),
    "drop": lambda t, D: load(D, of(5, D), 2, drop_last=True),
    "shuffle": lambda t, D: load(D, of(6, D), 2, shuffle=True),
    "shuffle again": lambda t, D: twice(D, of(6, D), 2, shuffle=True),
    "generator": lambda t, D: twice(D, of(6, D), 3, True, generator=gen(t)),
    "no batches": lambda t, D: load(D, of(3, D), None),
    "no batches, shuffled": lambda t, D: load(D, of(5, D), None, True),
    "sampler": lambda t, D: load(D, of(5, D), 2, sampler=[4, 1, 0]),
    "batch sampler": lambda t, D: load(D, of(5, D), batch_sampler=[[0, 1], [4]]),
    "collate": lambda t, D: load(D, of(4, D), 2, collate_fn=lambda batch: batch),
    "several": lambda t, D: load(D, of(4, D, __getitems__=lambda self, indices: [[i] for i in indices]), 2),
    "stream": lambda t, D: load(D, stream(5, D), 2),
    "stream drop": lambda t, D: load(D, stream(5, D), 2, drop_last=True),
    "stream no batches": lambda t, D: load(D, stream(3, D), None),
    "stream tells": lambda t, D: told(D),
    "lengths": lambda t, D: [
        len(D.DataLoader(of(5, D), 2)), len(D.DataLoader(of(5, D), 2, drop_last=True)),
        len(D.DataLoader(stream(5, D, 3), 2)), len(D.DataLoader(of(5, D), None)), len(iter(D.DataLoader(of(5, D), 2))),
    ],
    "length of a stream": lambda t, D: len(D.DataLoader(stream(3, D))),
    "list": lambda t, D: load(D, [1, 2, 3], 2),
    "dict": lambda t, D: load(D, {0: "a", 1: "b"}, 2),
    "rows": lambda t, D: load(D, D.TensorDataset(t.arange(6).reshape(3, 2), t.arange(3.0)), 2, True),
    "empty": lambda t, D: load(D, of(0, D)),
    "empty shuffle": lambda t, D: load(D, of(0, D), shuffle=True),
    "number": lambda t, D: load(D, 5),
    "workers -1": lambda t, D: D.DataLoader(of(3, D), num_workers=-1),
    "timeout": lambda t, D: D.DataLoader(of(3, D), timeout=-1),
    "prefetch": lambda t, D: D.DataLoader(of(3, D), prefetch_factor=2),
    "prefetch -1": lambda t, D: D.DataLoader(of(3, D), num_workers=1, prefetch_factor=-1),
    "persistent": lambda t, D: D.DataLoader(of(3, D), persistent_workers=True),
    "stream shuffle": lambda t, D: D.DataLoader(stream(3, D), shuffle=True),
    "stream sampler": lambda t, D: D.DataLoader(stream(3, D), sampler=[1]),
    "stream batch sampler": lambda t, D: D.DataLoader(stream(3, D), batch_sampler=[1]),
    "sampler shuffle": lambda t, D: D.DataLoader(of(3, D), sampler=[1], shuffle=True),
    "batch sampler size": lambda t, D: D.DataLoader(of(3, D), 2, batch_sampler=[[1]]),
    "batch sampler drop": lambda t, D: D.DataLoader(of(3, D), drop_last=True, batch_sampler=[[1]]),
    "drop without": lambda t, D: D.DataLoader(of(3, D), None, drop_last=True),
    "size 0": lambda t, D: D.DataLoader(of(3, D), 0),
    "size a": lambda t, D: D.DataLoader(of(3, D), "a"),
    "context without": lambda t, D: D.DataLoader(of(3, D), multiprocessing_context="fork"),
    "context unknown": lambda t, D: D.DataLoader(of(3, D), num_workers=1, multiprocessing_context="foo"),
    "context 5": lambda t, D: D.DataLoader(of(3, D), num_workers=1, multiprocessing_context=5),
    "many": lambda t, D: D.DataLoader(of(3, D), num_workers=200).prefetch_factor,
    "pinned": lambda t, D: load(D, of(3, D), pin_memory=True),
    "pinned device": lambda t, D: load(D, of(3, D), pin_memory=True, pin_memory_device="cuda"),
    "put size": lambda t, D: put(D, "batch_size", 2),
    "put data": lambda t, D: put(D, "dataset", 2),
    "put workers": lambda t, D: put(D, "num_workers", 2),
    "put context": lambda t, D: put(D, "multiprocessing_context", "fork"),
    "kind": lambda t, D: type(iter(D.DataLoader(of(2, D)))).__name__,
}


@pytest.mark.parametrize("name", ALONE)
def test_alone(name: str) -> None:
    assert_same(ALONE[name])


def drawing(torch: Any, D: Any) -> Any:
    """Each sample tells its worker, the seed, and a number from each of three generators."""

    class Drawing(D.Dataset):  # type: ignore[misc]
        def __getitem__(self, index: int) -> Any:
            worker = D.get_worker_info()
            drawn = int(torch.randint(0, 1000, ()).item()), random.randrange(1000), int(np.random.randint(1000))
            return index, worker.id, worker.num_workers, worker.seed, *drawn

        def __len__(self) -> int:
            return 6

    return Drawing()


def shorter(D: Any) -> Callable[[int], None]:
    def begin(place: int) -> None:
        D.get_worker_info().dataset.size = 4

    return begin


WORKERS: dict[str, Callable[[Any, Any], Any]] = {
    "seeds": lambda t, D: load(D, drawing(t, D), 2, num_workers=2),
    "generator": lambda t, D: load(D, drawing(t, D), 3, True, num_workers=2, generator=gen(t)),
    "persistent": lambda t, D: twice(D, drawing(t, D), 3, True, num_workers=2, persistent_workers=True),
    "stream": lambda t, D: load(D, stream(7, D), 2, num_workers=2),
    "stream again": lambda t, D: twice(D, stream(7, D), 2, num_workers=2, persistent_workers=True),
    "stream tells": lambda t, D: told(D, num_workers=2),
    "begin": lambda t, D: load(D, stream(9, D), 2, num_workers=2, worker_init_fn=shorter(D)),
    "no batches": lambda t, D: load(D, of(3, D), None, num_workers=1),
    "tensors": lambda t, D: load(D, [{"a": t.tensor([1.0, 2.0])}, {"a": t.tensor([3.0, 4.0])}], 2, num_workers=1),
    "prefetch": lambda t, D: load(D, of(9, D), 2, num_workers=2, prefetch_factor=1),
    "any order": lambda t, D: sorted(
        x for batch in load(D, of(6, D), 2, num_workers=2, in_order=False) for x in batch
    ),
}


@pytest.mark.parametrize("name", WORKERS)
def test_workers(name: str) -> None:
    assert_same(WORKERS[name])


def failing(error: Exception | Callable[[], Any], D: Any) -> Any:
    class Failing(D.Dataset):  # type: ignore[misc]
        def __getitem__(self, index: int) -> int:
            if index == 3:
                if isinstance(error, Exception):
                    raise error
                error()
            return index

        def __len__(self) -> int:
            return 6

    return Failing()


class TwoArguments(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(first, second)


def story(D: Any, *arguments: Any, **options: Any) -> Any:
    """What an error from a worker tells, without the lines that name files and their code."""
    try:
        return load(D, *arguments, **options)
    except Exception as error:
        lines = [line for line in str(error).split("\n") if not line.startswith("  ")]
        return type(error).__name__, re.sub(r"\d{3,}", "N", "\n".join(lines)), str(error).count("__getitem__")


# torch takes five seconds to clear up after an error in a worker; what it said is written down.
ORIGINAL = "Original Traceback (most recent call last):"


@pytest.mark.parametrize(
    ("error", "kind", "last"),
    [
        (ValueError("boo"), "ValueError", "ValueError: boo"), (KeyError("k"), "KeyError", "KeyError: 'k'"),
        (RuntimeError(), "RuntimeError", "RuntimeError"),
        (OSError(2, "m"), "FileNotFoundError", "FileNotFoundError: [Errno 2] m"),
        (lambda: 1 / 0, "ZeroDivisionError", "ZeroDivisionError: division by zero"),
    ],
)  # fmt: skip
def test_errors_in_workers(error: Any, kind: str, last: str) -> None:
    told = f"Caught {kind} in DataLoader worker process 0.\n{ORIGINAL}\n{last}\n"
    assert story(ROOMS[1][1], failing(error, ROOMS[1][1]), 2, num_workers=1) == (kind, told, 1)


def test_an_end_in_a_worker_is_the_end() -> None:
    D = ROOMS[1][1]
    assert story(D, failing(StopIteration(), D), 2, num_workers=1) == [[0, 1]]


def test_errors_that_take_no_text() -> None:
    D = ROOMS[1][1]
    kind, text, places = story(D, failing(TwoArguments(1, 2), D), 2, num_workers=1)
    assert (kind, places) == ("RuntimeError", 1)
    assert text.startswith(f"Caught TwoArguments in DataLoader worker process 0.\n{ORIGINAL}\n")
    assert text.endswith("TwoArguments: (1, 2)\n")


def test_errors_at_the_beginning() -> None:
    def begin(place: int) -> None:
        raise ValueError(place)

    D = ROOMS[1][1]
    told = f"Caught ValueError in DataLoader worker process 0.\n{ORIGINAL}\nValueError: 0\n"
    assert story(D, of(3, D), num_workers=1, worker_init_fn=begin) == ("ValueError", told, 0)


def test_workers_that_exit() -> None:
    D = ROOMS[1][1]
    kind, text, _ = story(D, failing(lambda: os._exit(3), D), 2, num_workers=1)
    assert (kind, text) == ("RuntimeError", "DataLoader worker (pid(s) N) exited unexpectedly")


def test_workers_that_take_too_long() -> None:
    D = ROOMS[1][1]
    kind, text, _ = story(D, failing(lambda: time.sleep(1), D), 2, num_workers=1, timeout=0.5)
    assert (kind, text) == ("RuntimeError", "DataLoader timed out after 0.5 seconds")


def test_a_killed_worker_is_named() -> None:
    _, D = ROOMS[1]
    with pytest.raises(RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly") as caught:
        load(D, failing(lambda: os.kill(os.getpid(), 9), D), num_workers=1)
    assert re.fullmatch(r"DataLoader worker \(pid \d+\) is killed by signal: Killed. ", str(caught.value.__cause__))


def test_another_way_to_start_workers() -> None:
    t, D = ROOMS[1]
    rows = D.TensorDataset(t.arange(3.0))
    assert load(D, rows, 2, num_workers=1, multiprocessing_context="spawn") == [[[0.0, 1.0]], [[2.0]]]


def test_large_batches_do_not_block() -> None:
    t, D = ROOMS[1]
    rows = D.TensorDataset(t.zeros(60000, 4))
    total = sum(len(each) for (each,) in D.DataLoader(rows, 20000, num_workers=1))
    assert total == 60000


def test_a_pass_left_early_leaves_no_process() -> None:
    t, D = ROOMS[1]
    walk = iter(D.DataLoader(D.TensorDataset(t.zeros(4000, 100)), 1000, num_workers=2))
    next(walk)
    processes = [worker.process for worker in walk._workers]
    del walk
    deadline = time.monotonic() + 10
    while any(each._popen is not None and each.is_alive() for each in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(each.is_alive() for each in processes)
