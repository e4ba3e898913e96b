"""One round of a search: Hypothesis draws programs from a seed, and shrinks the first that differs in a new way."""
from __future__ import annotations

import struct
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..causes import fingerprint
from ..known import Known
from . import actions
from .findings import Finding, finding_of, shortest
from .program import Program
from .views import Step

ROUND = 50
"""Programs of one round."""

NAMES: Sequence[str] = actions.NAMES
"""Actions of a program's steps, each as often as it is drawn."""

LONGEST = 14
"""Steps of one program."""

SHRINKING = 1.5
"""Seconds of the processor after which Hypothesis shrinks a program no further; statement by statement goes on."""


@dataclass
class Familiar:
    """Causes that are found already, by the ids of their findings, and those that are known."""

    ids: set[str] = field(default_factory=set)
    entries: list[Known] = field(default_factory=list)

    def holds(self, finding: Finding) -> bool:
        return finding.id in self.ids or self.reason(finding) is not None

    def reason(self, finding: Finding) -> str | None:
        """Why a finding is accepted, where an entry with its fingerprint means it."""
        for each in self.entries:
            if each.means(finding.id) and fingerprint(finding.result, each.dimension) == each.fingerprint:
                return each.reason
        return None


class Differs(Exception):
    """A program differs in the way that is looked for."""


class Enough(BaseException):
    """Ends a run of Hypothesis at once: no test can catch it by catching Exception, and Hypothesis does not."""


@dataclass
class Figures:
    """What a round has run: programs, statements, those torch refused, and how often each operation was reached."""

    programs: int = 0
    statements: int = 0
    refused: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    """How often each cause was met, by the id of its finding."""
    seconds: float = 0.0

    def add(self, other: Figures) -> None:
        self.programs += other.programs
        self.statements += other.statements
        self.refused += other.refused
        self.lacking.update(other.lacking)
        self.reached.update(other.reached)
        self.met.update(other.met)
        self.seconds += other.seconds

    def count(self, program: Program) -> None:
        self.programs += 1
        self.statements += len(program.statements)
        self.refused += sum(each.refused for each in program.statements)
        self.reached.update(each.operation for each in program.statements if not each.refused)


def round_of(
    seed: int, number: int, torch: Any, engine: Any, found: Familiar, only: int | None = None,
    heard: Callable[[str], None] = lambda line: None, ends: float = float("inf"), programs: int = ROUND,
    names: Sequence[str] = NAMES, alive: Callable[[], None] = lambda: None,
) -> tuple[list[Finding], Figures]:
    """The findings of a round whose causes are not familiar yet; each cause once.

    The programs come from `seed` and `number` alone. With `only`, the round says nothing of the programs before that
    one, which is how a finding is made again.
    """
    figures, known, findings = Figures(), Familiar(set(found.ids), found.entries), []
    began = time.perf_counter()
    skip = 0 if only is None else only
    while True:
        made = one_finding(seed, number, torch, engine, known, skip, heard, figures, ends, programs, names, alive)
        if made is None:
            break
        finding, place = made
        findings.append(finding)
        known.ids.add(finding.id)
        if only is not None:
            break
        skip = place + 1
    figures.seconds = time.perf_counter() - began
    return findings, figures


def one_finding(
    seed: int, number: int, torch: Any, engine: Any, known: Familiar, skip: int, heard: Callable[[str], None],
    figures: Figures, ends: float, programs: int, names: Sequence[str], alive: Callable[[], None],
) -> tuple[Finding, int] | None:
    """The first finding of a round from its program `skip` on, shrunk, and the place of the program."""
    import hypothesis
    from hypothesis import strategies as st

    size = 2 * (actions.NUMBERS + 1)
    # All numbers of a step in one draw, which costs Hypothesis a tenth of a draw for each.
    steps = st.tuples(st.sampled_from(names), st.binary(min_size=size, max_size=size))
    drawn = 0
    first: Finding | None = None
    best: tuple[Any, Finding] | None = None
    place, since = 0, 0.0

    @hypothesis.seed(seed * 1_000_003 + number)
    @hypothesis.settings(
        max_examples=programs, deadline=None, database=None, print_blob=False, report_multiple_bugs=False,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck), verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(st.lists(steps, min_size=1, max_size=LONGEST))
    def attempt(taken: Any) -> None:
        nonlocal drawn, first, best, place, since
        drawn += 1
        if first is None and time.monotonic() > ends:
            raise Enough
        if first is None and drawn <= skip:
            return
        if best is not None and time.process_time() - since > SHRINKING:
            raise Enough
        program = actions.written([numbered(*each) for each in taken], torch, heard)
        heard("")
        if first is None:
            figures.count(program)
            finding = finding_of(program, torch, engine, known.holds, figures.met, figures.lacking)
        else:
            wanted = first.id
            finding = finding_of(program, torch, engine, lambda each: each.id != wanted, Counter())
        alive()
        if finding is None:
            return
        if first is None:
            figures.met[finding.id] += 1
            first, place, since = finding, drawn - 1, time.process_time()
        best = taken, finding
        raise Differs

    try:
        attempt()
    except (Differs, Enough):
        pass
    except hypothesis.errors.Flaky:
        pass  # what does not differ a second time hangs on something outside the program; the first finding tells
    if first is None:
        return None
    least = first if best is None else best[1]
    line = f"{seed}:{number}:{place}"
    return replace(shortest(replace(least, seed=line), torch, engine, alive), seed=line), place


def numbered(name: str, raw: bytes) -> Step:
    """A step from its name and the bytes of its numbers."""
    return name, *struct.unpack(f"<{len(raw) // 2}H", raw)
