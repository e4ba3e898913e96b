"""What a worker process does: fetch what it is asked for and send it back, until it is told to stop."""

from __future__ import annotations

import os
import pickle
import queue
from typing import Any, NamedTuple

from .failure import ExceptionWrapper
from .fetch import IterableFetcher, MapFetcher
from .seeds import seed_worker

PATIENCE = 5.0
"""Seconds after which a worker without work looks whether the process that started it is still there."""


class WorkerInfo:
    """What ``get_worker_info`` tells: ``id``, ``num_workers``, ``seed`` and ``dataset`` (this worker's copy)."""

    __initialized = False

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.__names = tuple(values)
        self.__initialized = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__initialized:
            raise RuntimeError(f"Cannot assign attributes to {type(self).__name__} objects")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        items = ", ".join(f"{name}={getattr(self, name)}" for name in self.__names)
        return f"{type(self).__name__}({items})"


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker of a loader, which one it is; None in the main process."""
    return _info


class Job(NamedTuple):
    """What all workers of a loader have in common."""

    dataset: Any
    iterable: bool
    batched: bool
    collate: Any
    drop_last: bool
    begin: Any
    workers: int

    def fetcher(self) -> Any:
        kind = IterableFetcher if self.iterable else MapFetcher
        return kind(self.dataset, self.batched, self.collate, self.drop_last)


class Ended:
    """The answer of a worker whose iterable is at its end."""


class Resume:
    """The order to begin anew, and its answer."""


def work(job: Job, place: int, base_seed: int, tasks: Any, answers: Any) -> None:
    """Run in the process of a worker; ``tasks`` is a queue of (number, index), ``answers`` a connection."""
    global _info
    parent = os.getppid()
    seed_worker(base_seed, place)
    _info = WorkerInfo(id=place, num_workers=job.workers, seed=base_seed + place, dataset=job.dataset)
    where = f"in DataLoader worker process {place}"
    failure: ExceptionWrapper | None = None
    fetcher: Any = None
    ended = False
    try:
        if job.begin is not None:
            job.begin(place)
        fetcher = job.fetcher()
    except Exception:
        failure = ExceptionWrapper(where)

    def answer(number: Any, data: Any) -> None:
        try:
            message = pickle.dumps((number, data), pickle.HIGHEST_PROTOCOL)
        except Exception:
            message = pickle.dumps((number, ExceptionWrapper(where)))
        answers.send_bytes(message)

    try:
        while True:
            try:
                task = tasks.get(timeout=PATIENCE)
            except queue.Empty:
                if os.getppid() != parent:
                    return
                continue
            if task is None:
                return
            number, index = task
            if isinstance(number, Resume):
                fetcher, failure, ended = None, None, False
                try:
                    fetcher = job.fetcher()
                except Exception:
                    failure = ExceptionWrapper(where)
                answer(number, None)
                continue
            if ended:
                continue
            if failure is not None:
                answer(number, failure)
                continue
            try:
                data = fetcher.fetch(index)
            except Exception as error:
                if isinstance(error, StopIteration) and job.iterable:
                    data, ended = Ended(), True
                else:
                    data = ExceptionWrapper(where)
            answer(number, data)
            del data
    except (KeyboardInterrupt, BrokenPipeError):
        return
