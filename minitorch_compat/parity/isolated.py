"""The runner in processes of its own, so that an engine that dies or hangs costs one case and not the run."""
import contextlib
import hashlib
import json
import multiprocessing
import os
import queue
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from .case import Case, catalogue
from .engines import NoEngine, described, load, settle
from .observation import Array, Named, Observation, Value
from .plain import encode
from .result import Engine, Result
from .runner import TIMEOUT, lost, run_case

GRACE = 5.0
"""Seconds beyond its time after which a case that no alarm reaches is ended together with its process."""

AHEAD = 4
"""Cases a process holds at once, so that it never waits for the next."""

TRIES = 5
"""How often a process may fail to begin after another has begun."""

HEARD = 2_000
"""Bytes of a process's own last words that are told when it crashes."""

MANY = 50_000
"""Elements of an array beyond which a result keeps its digest."""

FLOOD = 64 * 1024 * 1024
"""Bytes a process may write to its standard output behind Python's back in one case."""


def run_isolated(
    cases: Sequence[Case], reference: str, candidate: str, timeout: float = TIMEOUT, package: str = "reference_cases",
    ready: Callable[[Engine, Engine], None] = lambda reference, candidate: None, processes: int = 1,
    written: Callable[[str], None] | None = None,
) -> Iterator[Result]:
    """Like `runner.run`, for engines given by name, in processes that are begun anew where they go away.

    Results come as they end. `ready` is told the engines once they are imported, before the first result, and `written`
    is given the line of JSON for each result before it is yielded. Raises NoEngine as `runner.run` does.
    """
    waiting = deque(cases)
    told, failures = False, 0

    def begin() -> Worker:
        return Worker(reference, candidate, timeout, package)

    workers = [begin() for _ in range(max(1, min(processes, len(waiting))))]
    try:
        while any(worker.held for worker in workers) or waiting:
            for worker in workers:
                worker.fill(waiting)
            busy = [worker for worker in workers if worker.held]
            heard = wait(
                [each for worker in busy for each in (worker.connection, worker.process.sentinel)],
                min(60.0, max(0.0, min(worker.due for worker in busy) - time.monotonic())),
            )
            for worker in busy:
                if worker.connection in heard or worker.process.sentinel in heard or time.monotonic() > worker.due:
                    try:
                        result, line = worker.next_result()
                    except NoEngine:
                        failures += 1
                        if not told or failures > TRIES:
                            raise
                        result, line = None, None  # ended from outside while it began: what works once works again
                    if worker.engines is not None and not told:
                        told = True
                        ready(*worker.engines)
                    if worker.gone:
                        waiting.extendleft(reversed(worker.held))
                        workers[workers.index(worker)] = begin() if waiting else worker
                        worker.end()
                    if result is not None:
                        if written is not None:
                            written(line or line_of(result))
                        yield result
    finally:
        for worker in workers:
            worker.end()


def line_of(result: Result) -> str:
    """A result as one line of a journal."""
    return json.dumps({"result": encode(result)}, allow_nan=False, ensure_ascii=False)


class Worker:
    """One process, the cases it holds, and until when the first of them must be done."""

    def __init__(self, reference: str, candidate: str, timeout: float, package: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, there = context.Pipe()
        handle, words = tempfile.mkstemp(prefix="parity-")
        os.close(handle)
        self.words = Path(words)
        self.timeout = timeout
        self.held: deque[Case] = deque()
        self.engines: tuple[Engine, Engine] | None = None
        self.gone = False
        self.due = float("inf")
        """When the wait for the first case ends; importing the engines may take any time."""
        self.process = context.Process(
            target=serve, args=(there, words, reference, candidate, timeout, package), daemon=True
        )
        self.process.start()
        there.close()

    def fill(self, waiting: "deque[Case]") -> None:
        """Give the process cases to hold, where it needs more."""
        while waiting and len(self.held) < AHEAD and not self.gone:
            case = waiting.popleft()
            self.held.append(case)
            try:
                self.connection.send(case if case.portable else case.id)
            except (BrokenPipeError, ConnectionError):
                return  # told when its answer is waited for
        if len(self.held) == 1 and self.engines is not None:
            self.begin_waiting()

    def begin_waiting(self) -> None:
        self.due = time.monotonic() + (self.held[0].timeout or self.timeout) + GRACE if self.held else float("inf")

    def next_result(self) -> tuple[Result | None, str | None]:
        """What the process sends: a result and its line, or nothing while it begins. One that is gone costs a case."""
        try:
            if self.connection.poll():
                answer = self.connection.recv()
                if isinstance(answer, NoEngine):
                    raise answer
                if self.engines is None:
                    self.engines = answer
                    self.begin_waiting()
                    return None, None
                self.held.popleft()
                self.begin_waiting()
                return answer
            if self.process.is_alive():
                if time.monotonic() <= self.due:
                    return None, None
                self.gone = True
                self.kill()
                case = self.held.popleft()
                return lost(case, "timed out", f"not done after {case.timeout or self.timeout:g} s, "
                                               "and no alarm reached it"), None
        except NoEngine:
            raise
        except Exception:  # the end of the pipe, or what is no answer
            self.kill()
        self.gone = True
        self.process.join()
        if self.engines is None:
            raise NoEngine(f"the engines cannot be imported: {ending(self.process)}{self.last_words()}")
        return lost(self.held.popleft(), "crashed", f"{ending(self.process)}{self.last_words()}"), None

    def last_words(self) -> str:
        """What the process wrote last, behind Python's back or not."""
        with contextlib.suppress(OSError), self.words.open("rb") as file:
            file.seek(max(0, self.words.stat().st_size - HEARD))
            text = file.read().decode("utf-8", "replace").strip()
            return f"; its last words: {text}" if text else ""
        return ""

    def kill(self) -> None:
        """End the process and whatever it has begun."""
        with contextlib.suppress(OSError, TypeError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()

    def end(self) -> None:
        self.kill()
        self.connection.close()
        self.words.unlink(missing_ok=True)


def ending(process: Any) -> str:
    """How a process ended, in words."""
    code = process.exitcode
    if code is not None and code < 0:
        return f"the process died of {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}"


def end_with_parent() -> None:
    """End this process, and what it has begun, when the first one is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.killpg(0, signal.SIGKILL)


def alone(words: str) -> None:
    """Make this process the head of a group of its own, whose words go to a file of limited length."""
    os.setpgid(0, 0)
    handle = os.open(words, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import faulthandler
        import resource

        faulthandler.enable()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FLOOD, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def gather(connection: "Connection[Any, Any]", coming: "queue.SimpleQueue[Case | str]") -> None:
    """Take in cases as they come."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            coming.put(connection.recv())


def short(observation: Observation) -> Observation:
    """What was seen, with a digest in the place of arrays that no reader would look through; all has been compared."""
    seen = [each if not isinstance(each, Array) or each.values.size <= MANY else Value(
        name=each.name, role=each.role, type=each.type, value=Named(each.type, (
            f"{each.dtype} of shape {each.shape}, strides {each.strides}, {each.values.size} elements, "
            f"SHA-256 of their bytes {hashlib.sha256(each.values.tobytes()).hexdigest()}"
        ))) for each in observation.seen]
    return replace(observation, seen=tuple(seen))


def serve(
    connection: "Connection[Any, Any]", words: str, reference: str, candidate: str, timeout: float, package: str
) -> None:
    """Another process: import the engines, run the cases as they come, send each result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's to handle
    alone(words)
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        engines = [load(reference), load(candidate)]
    except Exception as error:
        connection.send(error if isinstance(error, NoEngine) else NoEngine(f"{type(error).__name__}: {error}"))
        return
    for engine in engines:
        settle(engine)
    connection.send((described(reference, engines[0]), described(candidate, engines[1])))
    known: dict[str, Case] = {}
    own = os.getpid()
    # Read beside the work: were both sides to write more than the pipe holds, each would wait for the other.
    coming: queue.SimpleQueue[Case | str] = queue.SimpleQueue()
    threading.Thread(target=gather, args=(connection, coming), daemon=True).start()
    while True:
        case = coming.get()
        if isinstance(case, str):
            known = known or {each.id: each for each in catalogue(package)}
            case = known[case]
        result = run_case(case, engines[0], engines[1], timeout)
        if os.getpid() != own:
            os._exit(0)  # a copy that the engine has made of this process; the case goes on in the first
        result = replace(result, reference=short(result.reference), candidate=short(result.candidate))
        connection.send((result, line_of(result)))
        with contextlib.suppress(OSError):
            os.truncate(words, 0)
