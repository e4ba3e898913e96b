"""Each engine in a process of its own, so that one that dies or hangs costs a case and not the run.

Both go through the cases at once; what they show meets here, and is compared here.
"""
import contextlib
import gc
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
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Any

from .case import Case, catalogue
from .causes import WORDS
from .engines import NoEngine, complete, described, load, settle
from .observation import Array, Named, Observation, Value
from .plain import encode
from .result import Engine, Result
from .runner import SIDES, TIMEOUT, Ended, concluded, observed

GRACE = 5.0
"""Seconds beyond its time after which a case that no alarm reaches is ended together with its process."""

AHEAD = 8
"""Cases a process holds at once, so that it never waits for the next."""

MANY_CASES = 200
"""Cases from which on engines import all they have before the first."""

LEAD = 64
"""Cases that one engine may be ahead of the other."""

TRIES = 5
"""How often a process may fail to begin after it has begun once."""

HEARD = 2_000
"""Bytes of a process's own last words that are told when it crashes."""

MANY = 50_000
"""Elements of an array beyond which a result keeps its digest."""

FLOOD = 64 * 1024 * 1024
"""Bytes a process may write to its standard output behind Python's back in one case."""


def run_isolated(
    cases: Sequence[Case], reference: str, candidate: str, timeout: float = TIMEOUT, package: str = "reference_cases",
    ready: Callable[[Engine, Engine], None] = lambda reference, candidate: None,
    written: Callable[[str], None] | None = None,
) -> Iterator[Result]:
    """Like `runner.run`, for engines given by name, each in a process that is begun anew where it goes away.

    `ready` is told the engines once they are imported, before the first result, and `written` is given the line of JSON
    for each result before it is yielded. Raises NoEngine as `runner.run` does.
    """
    coming = iter(cases)
    many = len(cases) >= MANY_CASES
    with Pair(reference, candidate, timeout, package, many, 2 if many else 1) as pair:
        for case in islice(coming, LEAD):
            pair.submit(case)
        for case in cases:
            if not case.portable:
                case.source  # noqa: B018  kept by the case; read while the engines are imported
        ready(*pair.engines())
        while pair.cases:
            result, line = pair.next_result()
            for case in islice(coming, 1):
                pair.submit(case)
            if written is not None:
                written(line)
            yield result


@dataclass(frozen=True)
class Shown:
    """What one engine showed of one case, as data and (long arrays as digests) as JSON."""

    observation: Observation
    text: str
    ended: Ended = None
    seconds: float = 0.0


def show(case: Case, engine: Any, timeout: float) -> Shown:
    """One case on one engine."""
    began = time.perf_counter()
    observation, ended = observed(case, engine, timeout)
    seconds = time.perf_counter() - began
    try:
        return Shown(observation, json_of(short(observation)), ended, seconds)
    except Exception as error:
        return without("crashed", f"what it shows is no data: {type(error).__name__}: {error}", seconds)


def without(outcome: str, message: str, seconds: float = 0.0) -> Shown:
    """Nothing seen, and why."""
    return Shown(Observation(), json_of(Observation()), (outcome, message), seconds)


def json_of(value: Any) -> str:
    return json.dumps(encode(value), allow_nan=False, ensure_ascii=False)


def short(observation: Observation) -> Observation:
    """What was seen, with a digest in the place of arrays that no reader would look through; all has been compared."""
    seen = [each if not isinstance(each, Array) or each.values.size <= MANY else Value(
        name=each.name, role=each.role, type=each.type, value=Named(each.type, (
            f"{each.dtype} of shape {each.shape}, strides {each.strides}, {each.values.size} elements, "
            f"SHA-256 of their bytes {hashlib.sha256(each.values.tobytes()).hexdigest()}"
        ))) for each in observation.seen]
    return replace(observation, seen=tuple(seen))


class Pair:
    """A reference and a candidate that go through the same cases."""

    def __init__(
        self, reference: str, candidate: str, timeout: float = TIMEOUT, package: str = "reference_cases",
        many: bool = False, candidates: int = 1,
    ) -> None:
        """`many` cases are worth importing the engines in full before the first.

        `candidates` are as many processes of the candidate, which take turns: a core that the reference leaves idle
        then has something to do.
        """
        self.cases: deque[Case] = deque()
        """Given, and without a result yet."""
        self.given = self.told = 0
        """How many cases were given, and how many results told."""
        self.sides = [
            [Side(name, role, timeout, package, many) for _ in range(processes)]
            for name, role, processes in zip((reference, candidate), SIDES, (1, candidates), strict=True)
        ]

    def at_turn(self, number: int) -> "list[Side]":
        """The processes that run the case of this number."""
        return [each[number % len(each)] for each in self.sides]

    def submit(self, case: Case) -> None:
        """Give both engines a case; the results come in the order of these calls."""
        self.cases.append(case)
        for side in self.at_turn(self.given):
            side.submit(case)
        self.given += 1

    def engines(self) -> tuple[Engine, Engine]:
        """Who they are, once both are imported. Raises NoEngine."""
        while not all(side.engine for each in self.sides for side in each):
            self.listen()
        reference, candidate = (each[0].engine or Engine(each[0].name, "") for each in self.sides)
        return reference, candidate

    def next_result(self) -> tuple[Result, str]:
        """The result of the first case that has none, and its line in a journal. Raises NoEngine, and IndexError."""
        case = self.cases[0]
        sides = self.at_turn(self.told)
        while not all(side.shown for side in sides):
            self.listen()
        self.cases.popleft()
        self.told += 1
        shown = [side.shown.popleft() for side in sides]
        result = concluded(
            case, [(each.observation, each.ended) for each in shown], sum(each.seconds for each in shown)
        )
        result = replace(result, reference=short(result.reference), candidate=short(result.candidate))
        return result, line_of(result, *(each.text for each in shown))

    def listen(self) -> None:
        """Wait until a process says something, goes away, or is late."""
        busy = [side for each in self.sides for side in each if side.process is not None]
        heard = wait(
            [each for side in busy for each in (side.connection, side.process.sentinel)],
            min(60.0, max(0.0, min(side.due for side in busy) - time.monotonic())),
        )
        for side in busy:
            if side.connection in heard or side.process.sentinel in heard or time.monotonic() > side.due:
                side.hear()

    def end(self) -> None:
        for each in self.sides:
            for side in each:
                side.end()

    def __enter__(self) -> "Pair":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()


def line_of(result: Result, reference: str | None = None, candidate: str | None = None) -> str:
    """A result as one line of a journal; its observations may be JSON already."""
    told = encode(replace(result, reference=Observation(), candidate=Observation()))
    del told["reference"], told["candidate"]
    text = json.dumps(told, allow_nan=False, ensure_ascii=False)
    reference = reference or json_of(result.reference)
    candidate = candidate or json_of(result.candidate)
    return f'{{"result": {text[:-1]}, "reference": {reference}, "candidate": {candidate}}}}}'


class Side:
    """One engine's process, the cases it is to run, and what it has shown."""

    def __init__(self, name: str, role: str, timeout: float, package: str, many: bool) -> None:
        self.name, self.role, self.timeout = name, role, timeout
        self.about = name, timeout, package, many
        self.todo: deque[Case] = deque()
        self.held: deque[Case] = deque()
        """Sent to the process, and not answered yet."""
        self.shown: deque[Shown] = deque()
        self.engine: Engine | None = None
        self.failures = 0
        self.process: Any = None
        self.begin()

    def begin(self) -> None:
        """Start a process. What it is to import may take any time."""
        context = beginner()
        self.connection, there = context.Pipe()
        handle, words = tempfile.mkstemp(prefix="parity-")
        os.close(handle)
        self.words = Path(words)
        self.begun = False
        self.due = float("inf")
        """When the wait for the first case ends."""
        self.process = context.Process(
            target=serve, args=(there, words, *self.about), daemon=True
        )
        self.process.start()
        there.close()

    def submit(self, case: Case) -> None:
        self.todo.append(case)
        self.fill()

    def fill(self) -> None:
        """Give the process cases to hold, where it needs more."""
        if self.process is None and self.todo:
            self.begin()
        waited = bool(self.held)
        while self.todo and len(self.held) < AHEAD:
            case = self.todo.popleft()
            self.held.append(case)
            try:
                self.connection.send(case if case.portable else case.id)
            except (BrokenPipeError, ConnectionError):
                break  # told when its answer is waited for
        if not waited:
            self.begin_waiting()

    def begin_waiting(self) -> None:
        self.due = float("inf")
        if self.held and self.begun:
            self.due = time.monotonic() + (self.held[0].timeout or self.timeout) + GRACE

    def hear(self) -> None:
        """Take what the process says, or its silence. One that is gone costs the case it was at. Raises NoEngine."""
        try:
            if self.connection.poll():
                answer = self.connection.recv()
                if isinstance(answer, NoEngine):
                    raise answer
                if isinstance(answer, Engine):
                    self.engine, self.begun = answer, True
                else:
                    self.held.popleft()
                    self.shown.append(answer)
                    self.fill()
                self.begin_waiting()
                return
            if self.process.is_alive():
                if time.monotonic() <= self.due:
                    return
                case = self.held[0]
                self.gone("timed out", f"not done after {case.timeout or self.timeout:g} s, and no alarm reached it")
                return
        except NoEngine:
            raise
        except Exception:  # the end of the pipe, or what is no answer
            self.kill()
        self.process.join()
        told = f"{ending(self.process)}{self.last_words()}"
        if not self.begun:
            self.failures += 1
            if self.engine is None or self.failures > TRIES:
                raise NoEngine(f"the engine {self.name} cannot be imported: {told}")
        self.gone("crashed", told)

    def gone(self, outcome: str, message: str) -> None:
        """The process is no more: its first case is lost, unless it was not at it yet, and another takes the rest."""
        if self.begun and self.held:
            self.held.popleft()
            self.shown.append(without(outcome, message))
        self.todo.extendleft(reversed(self.held))
        self.held.clear()
        self.end()
        self.fill()

    def last_words(self) -> str:
        """What the process wrote last, behind Python's back or not."""
        with contextlib.suppress(OSError), self.words.open("rb") as file:
            file.seek(max(0, self.words.stat().st_size - HEARD))
            text = file.read().decode("utf-8", "replace").strip()
            return f"{WORDS}{text}" if text else ""
        return ""

    def kill(self) -> None:
        """End the process and whatever it has begun."""
        with contextlib.suppress(OSError, TypeError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()

    def end(self) -> None:
        if self.process is not None:
            self.kill()
            self.connection.close()
            self.words.unlink(missing_ok=True)
            self.process = None


def beginner() -> Any:
    """What begins processes: where the system can, copies of one that has imported this module and nothing else."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


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

        faulthandler.enable(all_threads=False)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FLOOD, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def gather(connection: "Connection[Any, Any]", coming: "queue.SimpleQueue[Case | str]") -> None:
    """Take in cases as they come."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            coming.put(connection.recv())


def serve(
    connection: "Connection[Any, Any]", words: str, name: str, timeout: float, package: str, many: bool
) -> None:
    """Another process: import an engine, run the cases as they come, send what each shows."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's to handle
    alone(words)
    threading.Thread(target=end_with_parent, daemon=True).start()
    # Read beside the work: were both sides to write more than the pipe holds, each would wait for the other.
    coming: queue.SimpleQueue[Case | str] = queue.SimpleQueue()
    threading.Thread(target=gather, args=(connection, coming), daemon=True).start()
    try:
        engine = load(name)
        if many:
            complete(engine)
    except Exception as error:
        connection.send(error if isinstance(error, NoEngine) else NoEngine(f"{type(error).__name__}: {error}"))
        return
    settle(engine)
    known: dict[str, Case] = {}
    own = os.getpid()
    case = coming.get()
    if isinstance(case, str):
        known = {each.id: each for each in catalogue(package)}
    gc.collect()
    gc.freeze()  # what is there now stays to the end; looking through it again and again would cost each case
    connection.send(described(name, engine))
    while True:
        shown = show(known[case] if isinstance(case, str) else case, engine, timeout)
        if os.getpid() != own:
            os._exit(0)  # a copy that the engine has made of this process; the case goes on in the first
        connection.send(shown)
        with contextlib.suppress(OSError):
            os.truncate(words, 0)
        case = coming.get()
