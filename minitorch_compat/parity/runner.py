"""The only loop: each case on two engines, one result for each."""
import contextlib
import datetime
import platform
import random
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

import numpy as np

from .case import Case, catalogue
from .compare import COMPARERS, compare
from .engines import load, prepare, settle
from .observation import Observation, Raised, Refusal
from .recorded import Recorded
from .result import DIMENSIONS, Difference, Engine, Result, Run
from .see import observe, spoken
from .verdict import SPECIAL, judged

TIMEOUT = 60.0
"""Seconds a case may take on each engine, unless it states its own."""

SIDES = "reference", "candidate"


class TimedOut(BaseException):
    """Ends a case that takes too long; no case can catch it by catching Exception."""


def run(
    cases: Iterable[Case] | None = None, reference: str | Any = "torch", candidate: str | Any = "minitorch_compat",
    timeout: float = TIMEOUT,
) -> Iterator[Result]:
    """Run cases on two engines, each a name (see `engines.load`) or a namespace, and yield one Result for each case.

    Without cases, the whole catalogue. Raises NoEngine, before the first case, for a name that leads to no engine.
    """
    sides = [load(side) if isinstance(side, str) else side for side in (reference, candidate)]
    for side in sides:
        settle(side)
    one, other = sides
    return (run_case(case, one, other, timeout) for case in (catalogue() if cases is None else cases))


def begin(cases: Iterable[Case], reference: Engine, candidate: Engine) -> Run:
    """A run that has no result yet: what is compared, and on what."""
    selected = list(cases)
    return Run(
        reference=reference, candidate=candidate, selected=len(selected),
        chapters={case.chapter: case.chapter_title or case.chapter for case in selected},
        python=platform.python_version(), numpy=np.__version__,
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def run_case(case: Case, reference: Any, candidate: Any, timeout: float = TIMEOUT) -> Result:
    """One case on two engines."""
    began = time.perf_counter()
    shown = []
    for engine in (reference, candidate):
        shown.append(observed(case, engine, timeout))
        if shown[-1][1] is not None:
            break
    for engine in (reference, candidate):
        prepare(engine)
    return concluded(case, shown, time.perf_counter() - began)


Ended = tuple[str, str] | None
"""An outcome and its message, where an engine did not get to the end of a case."""


def observed(case: Case, engine: Any, timeout: float = TIMEOUT) -> tuple[Observation, Ended]:
    """What one engine shows of a case, and how it ended where that was not its end."""
    if isinstance(engine, Recorded):
        return engine.observation(case), None
    prepare(engine)
    random.seed(0)
    np.random.seed(0)
    try:
        with deadline(case.timeout or timeout):
            return observe(case, engine), None
    except TimedOut as error:
        return Observation(), ("timed out", str(error))


def concluded(case: Case, shown: Sequence[tuple[Observation, Ended]], duration: float) -> Result:
    """The result of what the reference showed and, if it was asked, the candidate."""
    expected, actual = (*(observation for observation, _ in shown), Observation())[:2]
    ended = None
    for side, (_, outcome) in zip(SIDES, shown, strict=False):
        if outcome is not None and ended is None:
            ended = outcome[0], f"{outcome[1]}, on the {side}"
    try:
        return judge(case, expected, actual, duration, ended)
    except Exception as error:  # what an engine showed is no data that could be compared
        return lost(case, "crashed", f"comparing fails: {type(error).__name__}: {spoken(error)}")


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TimedOut in the block after so many seconds, where the system and the thread allow an alarm."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise TimedOut(f"not done after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judge(
    case: Case, reference: Observation, candidate: Observation, duration: float = 0.0,
    ended: tuple[str, str] | None = None,
) -> Result:
    """The result of what two engines showed; `ended` is an outcome and its message where nothing is to compare."""
    dimensions = dict.fromkeys(DIMENSIONS, "not observed")
    differences: list[Difference] = []
    outcome = ended or broken(case, reference) or lacking(reference, candidate)
    if outcome is None:
        dimensions, differences = compare(reference, candidate, case.tolerance_for, COMPARERS)
        outcome = settled(candidate, differences)
    return Result(
        id=case.id, chapter=case.chapter, name=case.name, claim=case.claim, document=case.document, lines=case.lines,
        facts=case.facts, note=case.note, source=case.source, outcome=outcome[0], message=outcome[1],
        dimensions=dimensions, differences=tuple(differences), verdict=judged(case, reference, candidate),
        reference=reference, candidate=candidate, duration=duration,
    )


def settled(candidate: Observation, differences: list[Difference]) -> tuple[str, str]:
    raised = candidate.raised
    if raised is not None and raised.type in ("SystemExit", "MemoryError", "RecursionError"):
        return "crashed", told(raised)
    if not differences:
        return "agrees", ""
    names = ", ".join(dict.fromkeys(difference.dimension for difference in differences))
    first = differences[0]
    return "differs", f"{names}: {first.name}: {first.message}"


def broken(case: Case, reference: Observation) -> tuple[str, str] | None:
    """Why a case cannot be judged although the reference has all it needs, or that the reference lacks something."""
    raised = reference.raised
    if raised is not None:
        return ("reference lacks it", raised.missing) if raised.missing else ("case is broken", told(raised))
    if not reference.seen and not reference.stdout and not reference.warnings:
        return "case is broken", "it observes nothing"
    unseen = [name for name in case.states if name not in SPECIAL and reference.get(name) is None]
    if unseen:
        return "case is broken", f"it states what it never sees: {', '.join(unseen)}"
    return None


def lacking(reference: Observation, candidate: Observation) -> tuple[str, str] | None:
    """What the candidate does not have where the reference has it."""
    if candidate.raised is not None and candidate.raised.missing:
        return "engine lacks it", candidate.raised.missing
    for name, missing in candidate.missing:
        mine, theirs = reference.get(name), candidate.get(name)
        if isinstance(mine, Refusal) and isinstance(theirs, Refusal) and mine.type != theirs.type:
            return "engine lacks it", missing
    return None


def told(raised: Raised) -> str:
    return f"{raised.type}: {raised.text}" if raised.text else raised.type


def lost(case: Case, outcome: str, message: str) -> Result:
    """The result of a case whose process went away, taking with it what was seen."""
    return judge(case, Observation(), Observation(), ended=(outcome, message))
