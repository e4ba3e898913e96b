"""The loader: batches of a data set, made here or by worker processes."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pickle
import signal
import time
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import connection
from typing import Any, Generic, NoReturn, TypeVar

from ._utils.collate import default_collate, default_convert
from ._utils.failure import ExceptionWrapper
from ._utils.fetch import IterableFetcher, MapFetcher
from ._utils.seeds import drawn_seed
from ._utils.worker import Ended, Job, Resume, get_worker_info, work
from .dataset import Dataset, IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

T = TypeVar("T", covariant=True)

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

FAREWELL = 5.0
"""Seconds that a worker has to stop by itself."""


class _DatasetKind:
    Map = 0
    Iterable = 1


class _InfiniteConstantSampler(Sampler[Any]):
    """Without end None: iteration needs no index."""

    def __iter__(self) -> Iterator[Any]:
        return itertools.repeat(None)


def _positive_workers(value: int) -> None:
    if value < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing."
        )


class DataLoader(Generic[T]):
    """Batches of ``dataset``, by torch's arguments.

    With ``num_workers`` processes fetch ahead, ``prefetch_factor`` batches each; they are seeded with a number drawn
    from ``generator`` (by default the default one) plus their own. ValueError and TypeError for arguments that do not
    go together; errors in workers are raised here with their traceback.
    """

    dataset: Dataset[T]
    batch_size: int | None
    num_workers: int
    drop_last: bool
    timeout: float
    sampler: Any
    _iterator: _BaseDataLoaderIter | None = None
    __initialized = False
    __multiprocessing_context: Any = None

    def __init__(
        self, dataset: Dataset[T], batch_size: int | None = 1, shuffle: bool | None = None,
        sampler: Sampler[Any] | Iterable[Any] | None = None, batch_sampler: Any = None, num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None, pin_memory: bool = False, drop_last: bool = False,
        timeout: float = 0, worker_init_fn: Callable[[int], None] | None = None, multiprocessing_context: Any = None,
        generator: Any = None, *, prefetch_factor: int | None = None, persistent_workers: bool = False,
        pin_memory_device: str = "", in_order: bool = True
    ) -> None:
        _positive_workers(num_workers)
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
                "multiprocessing, otherwise set prefetch_factor to None."
            )
        if num_workers > 0 and prefetch_factor is None:
            prefetch_factor = 2
        elif prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError("prefetch_factor option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        self.dataset, self.num_workers, self.prefetch_factor = dataset, num_workers, prefetch_factor
        self.pin_memory, self.pin_memory_device, self.timeout = pin_memory, pin_memory_device, timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        if isinstance(dataset, IterableDataset):
            self._dataset_kind = _DatasetKind.Iterable
            for name, value, unset in (
                ("shuffle", shuffle, shuffle in (False, None)), ("sampler", sampler, sampler is None),
                ("batch_sampler", batch_sampler, batch_sampler is None),
            ):
                if not unset:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                    )
        else:
            shuffle = bool(shuffle)
            self._dataset_kind = _DatasetKind.Map
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size = None
            drop_last = False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            if self._dataset_kind == _DatasetKind.Iterable:
                sampler = _InfiniteConstantSampler()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)  # type: ignore[arg-type]
            else:
                sampler = SequentialSampler(dataset)  # type: ignore[arg-type]
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size, self.drop_last = batch_size, drop_last
        self.sampler, self.batch_sampler, self.generator = sampler, batch_sampler, generator
        if collate_fn is None:
            collate_fn = default_collate if self._auto_collation else default_convert
        self.collate_fn, self.persistent_workers = collate_fn, persistent_workers
        self.__initialized = True
        self._IterableDataset_len_called: int | None = None
        self._iterator = None
        self.check_worker_number_rationality()

    @property
    def multiprocessing_context(self) -> Any:
        """How workers are started: a context of ``multiprocessing``, None for the default one."""
        return self.__multiprocessing_context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        if context is not None:
            if self.num_workers <= 0:
                raise ValueError(
                    "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                    f"num_workers={self.num_workers}"
                )
            if isinstance(context, str):
                known = multiprocessing.get_all_start_methods()
                if context not in known:
                    raise ValueError(
                        "multiprocessing_context option should specify a valid start method in "
                        f"{known!r}, but got multiprocessing_context={context!r}"
                    )
                context = multiprocessing.get_context(context)
            if not isinstance(context, multiprocessing.context.BaseContext):
                raise TypeError(
                    "multiprocessing_context option should be a valid context object or a string specifying the start "
                    f"method, but got multiprocessing_context={context}"
                )
        self.__multiprocessing_context = context

    def __setattr__(self, attr: str, val: Any) -> None:
        if self.__initialized and attr in (
            "batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"
        ):
            raise ValueError(f"{attr} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(attr, val)

    def _get_iterator(self) -> _BaseDataLoaderIter:
        if self.num_workers == 0:
            return _SingleProcessDataLoaderIter(self)
        self.check_worker_number_rationality()
        return _MultiProcessingDataLoaderIter(self)

    def __iter__(self) -> _BaseDataLoaderIter:
        if not (self.persistent_workers and self.num_workers > 0):
            return self._get_iterator()
        if self._iterator is None:
            self._iterator = self._get_iterator()
        else:
            self._iterator._reset(self)
        return self._iterator

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def __len__(self) -> int:
        if self._dataset_kind != _DatasetKind.Iterable:
            return len(self._index_sampler)
        count = self._IterableDataset_len_called = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def check_worker_number_rationality(self) -> None:
        """Warn where there are more workers than processors that this process may use."""
        if not self.num_workers:
            return
        most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        if most is not None and self.num_workers > most:
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. Our suggested max number "
                f"of worker in current system is {most}, which is smaller than what this DataLoader is going to "
                "create. Please be aware that excessive worker creation might get DataLoader running slow or even "
                "freeze, lower the worker number to avoid potential slowness/freeze if necessary.",
                stacklevel=2,
            )


class _BaseDataLoaderIter:
    """One pass over a loader."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        self._dataset = loader.dataset
        self._dataset_kind = loader._dataset_kind
        self._IterableDataset_len_called = loader._IterableDataset_len_called
        self._auto_collation = loader._auto_collation
        self._index_sampler = loader._index_sampler
        self._num_workers = loader.num_workers
        self._timeout = loader.timeout
        self._persistent_workers = loader.persistent_workers
        if loader.pin_memory:
            _warn_of_pinning(loader.pin_memory_device)
        self._sampler_iter = iter(self._index_sampler)
        self._base_seed = drawn_seed(loader.generator)
        self._num_yielded = 0

    def __iter__(self) -> _BaseDataLoaderIter:
        return self

    def _reset(self, loader: DataLoader[Any]) -> None:
        self._sampler_iter = iter(self._index_sampler)
        self._num_yielded = 0
        self._IterableDataset_len_called = loader._IterableDataset_len_called

    def _next_data(self) -> Any:
        raise NotImplementedError

    def __next__(self) -> Any:
        data = self._next_data()
        self._num_yielded += 1
        told = self._IterableDataset_len_called
        if self._dataset_kind == _DatasetKind.Iterable and told is not None and self._num_yielded > told:
            text = (
                f"Length of IterableDataset {self._dataset} was reported to be {told}(when accessing len(dataloader)), "
                f"but {self._num_yielded} samples have been fetched. "
            )
            if self._num_workers > 0:
                text += (
                    "For multiprocessing data-loading, this could be caused by not properly configuring the "
                    "IterableDataset replica at each worker. Please see "
                    "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
                )
            warnings.warn(text, stacklevel=2)
        return data

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __getstate__(self) -> NoReturn:
        raise NotImplementedError("{} cannot be pickled", self.__class__.__name__)


def _warn_of_pinning(device: str) -> None:
    if device:
        warnings.warn(
            "pin_memory_device is deprecated, the current accelerator will be used as the device,"
            f"ignore pin_memory_device='{device}'.",
            stacklevel=2,
        )
    warnings.warn(
        "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
        stacklevel=2,
    )


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """Fetches when it is asked."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        super().__init__(loader)
        kind = IterableFetcher if self._dataset_kind == _DatasetKind.Iterable else MapFetcher
        self._fetch = kind(self._dataset, self._auto_collation, loader.collate_fn, loader.drop_last).fetch

    def _next_data(self) -> Any:
        return self._fetch(next(self._sampler_iter))


class _Worker:
    """A worker process with the queue of its tasks and the connection on which it answers."""

    def __init__(self, context: Any, job: Job, place: int, base_seed: int) -> None:
        self.tasks = context.Queue()
        self.tasks.cancel_join_thread()
        self.answers, far = context.Pipe(duplex=False)
        self.process = context.Process(target=work, args=(job, place, base_seed, self.tasks, far), daemon=True)
        self.process.start()
        far.close()
        self.active = True

    def receive(self) -> Any:
        return pickle.loads(self.answers.recv_bytes())

    def failure(self) -> RuntimeError | None:
        """What is to be said of a process that is no more."""
        code = self.process.exitcode
        if code is None or code == 0:
            return None
        pid = self.process.pid
        if code < 0:
            told = signal.strsignal(-code)
            return RuntimeError(f"DataLoader worker (pid {pid}) is killed by signal: {told}. ")
        return RuntimeError(
            f"DataLoader worker (pid {pid}) exited unexpectedly with exit code {code}. Details are lost due to "
            "multiprocessing. Rerunning with num_workers=0 may give better error trace."
        )

    def stop(self) -> None:
        if self.process.is_alive():
            self.tasks.put(None)
            until = time.monotonic() + FAREWELL
            while self.process.is_alive() and time.monotonic() < until:
                # A worker that waits for its answer to be read would never come to see the order to stop.
                if self.process.sentinel not in connection.wait([self.answers, self.process.sentinel], 0.1):
                    try:
                        if self.answers.poll():
                            self.answers.recv_bytes()
                    except (EOFError, OSError):
                        self.process.join(0.1)
            if self.process.is_alive():
                self.process.terminate()
        self.process.join()
        self.tasks.close()
        self.answers.close()


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Hands out tasks to workers in turn and gives their answers in the order of the tasks.

    A task is the number of a batch with its index. ``_prefetch`` tasks for each worker are under way.
    """

    def __init__(self, loader: DataLoader[Any]) -> None:
        self._workers: list[_Worker] = []
        super().__init__(loader)
        if loader.prefetch_factor is None:
            raise AssertionError("a loader with workers fetches ahead")
        self._prefetch = loader.prefetch_factor
        self._in_order = loader.in_order
        context = loader.multiprocessing_context or multiprocessing
        job = Job(
            self._dataset, self._dataset_kind == _DatasetKind.Iterable, self._auto_collation, loader.collate_fn,
            loader.drop_last, loader.worker_init_fn, self._num_workers,
        )
        # Not __del__: where an iterator goes in a cycle, its connections may be closed before it is its turn.
        weakref.finalize(self, _stop_all, self._workers, os.getpid())
        for place in range(self._num_workers):
            self._workers.append(_Worker(context, job, place, self._base_seed))
        self._begin()

    def _begin(self) -> None:
        self._sent = self._given = 0
        self._turn = 0
        self._under_way: dict[int, _Worker] = {}
        self._arrived: dict[int, Any] = {}
        for worker in self._workers:
            worker.active = True
        for _ in range(self._prefetch * self._num_workers):
            self._send()

    def _reset(self, loader: DataLoader[Any]) -> None:
        super()._reset(loader)
        order = Resume()
        for worker in self._workers:
            worker.tasks.put((order, None))
        for worker in self._workers:
            while not isinstance(self._receive([worker])[1], Resume):
                pass
        self._begin()

    def _send(self) -> None:
        """Give the next task to the next worker that is not at its end."""
        try:
            index = next(self._sampler_iter)
        except StopIteration:
            return
        for _ in self._workers:
            worker = self._workers[self._turn]
            self._turn = (self._turn + 1) % self._num_workers
            if worker.active:
                break
        else:
            return
        worker.tasks.put((self._sent, index))
        self._under_way[self._sent] = worker
        self._sent += 1

    def _receive(self, workers: list[_Worker]) -> tuple[_Worker, Any, Any]:
        """The next answer of one of the workers: the worker, the number of the task, and what was fetched."""
        ends = [end for worker in workers for end in (worker.answers, worker.process.sentinel)]
        ready = connection.wait(ends, self._timeout or None)
        if not ready:
            self._stop()
            raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds")
        for worker in workers:
            if worker.answers in ready:
                try:
                    return worker, *worker.receive()
                except (EOFError, OSError):
                    worker.process.join()
            elif worker.process.sentinel in ready:
                worker.process.join()
        dead = [worker for worker in self._workers if not worker.process.is_alive()]
        pids, cause = ", ".join(str(worker.process.pid) for worker in dead), dead[0].failure()
        self._stop()
        raise RuntimeError(f"DataLoader worker (pid(s) {pids}) exited unexpectedly") from cause

    def _next_data(self) -> Any:
        while True:
            # Tasks of workers that came to their end before are never answered.
            while self._given < self._sent:
                owner = self._under_way.get(self._given)
                if self._given in self._arrived or (owner is not None and owner.active):
                    break
                self._under_way.pop(self._given, None)
                self._given += 1
            else:
                if not self._persistent_workers:
                    self._stop()
                raise StopIteration
            if self._given in self._arrived:
                data = self._arrived.pop(self._given)
                self._given += 1
                return self._handed_over(data)
            waited_for = [self._under_way[self._given]]
            if not self._in_order:
                waited_for = [worker for worker in self._workers if worker.active]
            worker, number, data = self._receive(waited_for)
            self._under_way.pop(number, None)
            if isinstance(data, Ended):
                worker.active = False
                self._send()
            elif not self._in_order:
                return self._handed_over(data)
            else:
                self._arrived[number] = data

    def _handed_over(self, data: Any) -> Any:
        self._send()
        if isinstance(data, ExceptionWrapper):
            data.reraise()
        return data

    def _stop(self) -> None:
        _stop_all(self._workers, os.getpid())


def _stop_all(workers: list[_Worker], owner: int) -> None:
    """Stop workers in the process that started them; one forked from it has no say."""
    if os.getpid() != owner:
        return
    stopped, workers[:] = workers[:], []
    for worker in stopped:
        if worker.process.is_alive():
            worker.tasks.put(None)
    for worker in stopped:
        worker.stop()


for _each in (DataLoader, _BaseDataLoaderIter, _SingleProcessDataLoaderIter, _MultiProcessingDataLoaderIter):
    _each.__module__ = "torch.utils.data.dataloader"
