"""The runner in a process of its own, so that an engine that dies or hangs costs one case and not the run."""
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

from .case import Case, catalogue
from .engines import NoEngine, described, load, settle
from .result import Engine, Result
from .runner import TIMEOUT, lost, run_case

GRACE = 5.0
"""Seconds beyond its time after which a case that no alarm reaches is ended together with its process."""


def run_isolated(
    cases: Sequence[Case], reference: str, candidate: str, timeout: float = TIMEOUT, package: str = "reference_cases",
    ready: Callable[[Engine, Engine], None] = lambda reference, candidate: None,
) -> Iterator[Result]:
    """Like `runner.run`, for engines given by name, in a second process that is begun anew where it goes away.

    `ready` is told the engines once they are imported, before the first result. Raises NoEngine as `runner.run` does.
    """
    waiting = list(cases)
    while waiting:
        sent = [case if case.portable else case.id for case in waiting]
        process, connection = started(sent, reference, candidate, timeout, package)
        try:
            answer = connection.recv()
            if isinstance(answer, Exception):
                raise answer
            ready(*answer)
            while waiting:
                case = waiting[0]
                result = next_result(case, process, connection, case.timeout or timeout)
                waiting.pop(0)
                yield result
                if result.outcome in ("crashed", "timed out") and not process.is_alive():
                    break
        except EOFError:
            process.join()
            raise NoEngine(f"the engines cannot be imported: {ending(process)}") from None
        finally:
            process.kill()
            process.join()
            connection.close()


def started(
    cases: list[Case | str], reference: str, candidate: str, timeout: float, package: str
) -> tuple[Any, "Connection[Any, Any]"]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, cases, reference, candidate, timeout, package), daemon=True)
    process.start()
    there.close()
    return process, here


def next_result(case: Case, process: Any, connection: "Connection[Any, Any]", timeout: float) -> Result:
    """The result of the case the process is at; where none comes, the process is gone when this returns."""
    try:
        if connection.poll(timeout + GRACE):
            return connection.recv()
    except (EOFError, ConnectionError):
        process.join()
        return lost(case, "crashed", ending(process))
    process.kill()
    process.join()
    return lost(case, "timed out", f"not done after {timeout:g} s, and no alarm reached it")


def ending(process: Any) -> str:
    """How a process ended, in words."""
    code = process.exitcode
    if code is not None and code < 0:
        return f"the process died of {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}"


def end_with_parent() -> None:
    """End this process when the first one is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def serve(
    connection: "Connection[Any, Any]", cases: list[Case | str], reference: str, candidate: str, timeout: float,
    package: str,
) -> None:
    """The second process: import the engines, run the cases, send each result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's to handle
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        engines = [load(reference), load(candidate)]
        known = {case.id: case for case in catalogue(package)} if any(isinstance(each, str) for each in cases) else {}
    except Exception as error:
        connection.send(error if isinstance(error, NoEngine) else NoEngine(f"{type(error).__name__}: {error}"))
        return
    for engine in engines:
        settle(engine)
    connection.send((described(reference, engines[0]), described(candidate, engines[1])))
    for each in cases:
        connection.send(run_case(known[each] if isinstance(each, str) else each, engines[0], engines[1], timeout))
