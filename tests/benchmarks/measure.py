"""Times as ratios: the engine, torch, and torch once more as the control, turn by turn in one process.

Turns are interleaved, so what disturbs the machine disturbs all three, and the median of the turns' ratios is what
counts. The control runs the same workload prepared a second time: how far its ratio is from 1 says how far the
engine's is to be believed. The garbage collector stays as it is. It is the processor's time that counts, on one thread,
so that other programs' turns on the machine do not.
"""
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .workloads import Step, Workload

SHORTEST = 0.005
"""Seconds one turn of one engine takes at least; shorter workloads are repeated within a turn."""


@dataclass(frozen=True)
class Measured:
    """One line of the table: times in seconds, ratios to the reference; `lacks` says why there are none."""

    name: str
    goal: str
    measured: float | None = None
    control: float | None = None
    unit: str = "× torch"
    seconds: float | None = None
    reference_seconds: float | None = None
    lacks: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where nothing could be measured."""
        return None if self.measured is None else self.measured <= float(self.goal.lstrip("≤ ").split()[0])


def measure(workload: Workload, engine: Any, reference: Any, turns: int) -> Measured:
    """Run a workload on both sides in so many turns."""
    goal = f"≤ {workload.goal:g}"
    try:
        ours = workload.prepare(engine)
        ours()
    except Exception as error:  # to be told in its line, while the others go on
        return Measured(workload.name, goal, lacks=f"{type(error).__name__}: {error}")
    steps = [ours, workload.prepare(reference), workload.prepare(reference)]
    loops = [enough(step) for step in steps]
    times: list[list[float]] = [[], [], []]
    for turn in range(turns):
        for place in (turn % 3, (turn + 1) % 3, (turn + 2) % 3):
            times[place].append(timed(steps[place], loops[place]))
    mine, theirs, control = times
    return Measured(
        workload.name, goal, middle_ratio(mine, theirs), middle_ratio(control, theirs),
        seconds=statistics.median(mine), reference_seconds=statistics.median(theirs),
    )


def middle_ratio(times: Sequence[float], beside: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(times, beside, strict=True))


def timed(step: Callable[[], Any], loops: int) -> float:
    """Seconds for one call, from so many."""
    began = time.process_time()
    for _ in range(loops):
        step()
    return (time.process_time() - began) / loops


def enough(step: Step) -> int:
    """How many calls make a turn long enough to be timed; warms up on the way."""
    loops = 1
    while (taken := timed(step, loops) * loops) < SHORTEST:
        loops = max(loops + 1, int(loops * min(10.0, 1.2 * SHORTEST / max(taken, 1e-9))))
    return loops
