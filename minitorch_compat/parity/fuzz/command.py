"""`minitorch-compat fuzz`: search for a time, tell what was found, and write the journal, the figures and the cases."""
from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..case import Case
from ..faces import say, table
from ..isolated import run_isolated
from ..journal import Journal
from ..known import Known
from ..result import Engine, Result, Run
from ..runner import begin, lost
from .filing import filed
from .findings import CHAPTER, Finding
from .program import Program, digest
from .scribe import Statement
from .search import Familiar, Figures
from .workers import Round, search

KNOWN = Path(__file__).with_name("known.toml")
"""What is known of the engine that comes with this package."""


@dataclass
class Found:
    """All of a search."""

    seed: int
    findings: list[Finding] = field(default_factory=list)
    crashes: list[Result] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    rounds: int = 0
    elapsed: float = 0.0


def fuzz(
    reference: str, candidate: str, seed: int, seconds: float, processes: int, report: Path,
    entries: list[Known], only: tuple[int, int] | None = None, file: Path | None = None,
) -> tuple[Run, Found]:
    """Search for so many seconds, or make one finding again; writes the journal and `fuzz.json` as it goes."""
    found, familiar = Found(seed), Familiar(set(), entries if only is None else [])
    run = begin([], Engine(reference, ""), Engine(candidate, ""))
    began = time.perf_counter()
    with Journal(report / "results.jsonl") as journal:

        def ready(one: Engine, other: Engine) -> None:
            nonlocal began
            run.reference, run.candidate = one, other
            began = time.perf_counter()
            journal.begin(run)

        try:
            for each in search(reference, candidate, seed, seconds, processes, ready, familiar, only):
                found.rounds += 1
                found.figures.add(each.figures)
                for finding in each.findings:
                    if any(finding.id == other.id for other in found.findings):
                        continue  # another process has found it meanwhile
                    found.findings.append(finding)
                    run.results.append(told(finding))
                    journal.add(run.results[-1])
                    say(line_of(finding))
                if each.ended:
                    crash = crashed(each, reference, candidate, seed)
                    if all(crash.id != other.id for other in found.crashes):
                        found.crashes.append(crash)
                        run.results.append(crash)
                        journal.add(crash)
                        say(f"{crash.outcome}: {crash.id}: {crash.message}\n{crash.source}")
        except KeyboardInterrupt:
            run.stopped = "stopped by the user"
        run.duration = found.elapsed = time.perf_counter() - began
        run.selected = len(run.results)
        run.chapters = {result.chapter: f"What differs with {result.chapter.removeprefix(CHAPTER)}."
                        for result in run.results}
    with Journal(report / "results.jsonl", run) as journal:
        journal.end(run)
    (report / "fuzz.json").write_text(json.dumps(figures_of(run, found), indent=1) + "\n", encoding="utf-8")
    if file is not None and found.findings:
        say(f"wrote {filed(found.findings, file, seed)}")
    return run, found


def told(finding: Finding) -> Result:
    """A finding's result, with the line that makes it again."""
    return replace(finding.result, note=f"found by: minitorch-compat fuzz --seed {finding.seed}")


def line_of(finding: Finding) -> str:
    """A finding in a few lines: id, cause, program, how to make it again."""
    program = "\n".join(f"    {line}" for line in str(finding.program).splitlines())
    return f"{finding.result.outcome}: {finding.id}: {finding.result.message}\n{program}\n    # --seed {finding.seed}"


def crashed(each: Round, reference: str, candidate: str, seed: int) -> Result:
    """The result of a program that ended its process: the engine's, unless torch dies of it too."""
    statements = tuple(Statement(line, (), "statement", True) for line in each.lines)
    case = Program(statements).case(f"{CHAPTER}crash/{digest(str(each.lines))}", "A program that ends its process.")
    if not each.running:
        return lost(case, "case is broken", f"{reference} died: {each.ended}, in round {seed}:{each.number}")
    again = next(run_isolated([case], reference, reference, 60.0))
    if again.outcome in ("crashed", "timed out"):
        return lost(case, "case is broken", f"{reference} died: {again.message}, in round {seed}:{each.number}")
    return lost(case, "crashed", f"{candidate}: {each.ended}, in round {seed}:{each.number}")


def figures_of(run: Run, found: Found) -> dict[str, Any]:
    """What was run and reached, as plain data."""
    figures = found.figures
    return {
        "reference": vars(run.reference), "candidate": vars(run.candidate), "seed": found.seed,
        "seconds": round(found.elapsed, 1), "rounds": found.rounds, "programs": figures.programs,
        "statements": figures.statements, "refused": figures.refused,
        "programs per second": round(figures.programs / found.elapsed, 1) if found.elapsed else None,
        "reached": dict(figures.reached.most_common()), "not reached": not_reached(figures.reached),
        "lacking": dict(figures.lacking.most_common()), "met": dict(figures.met.most_common()),
        "findings": [{"id": each.id, "cause": each.cause, "seed": each.seed, "program": str(each.program)}
                     for each in found.findings],
        "crashes": [{"id": each.id, "outcome": each.outcome, "message": each.message} for each in found.crashes],
    }


def not_reached(reached: Iterable[str]) -> list[str]:
    """The operators of torch's database that no program has called."""
    from .samples import operators

    last = {each.rpartition(".")[2].removesuffix("_") for each in reached}
    return sorted({each.name for each in operators()} - {each.name for each in operators()
                                                         if each.name.rpartition(".")[2] in last})


def summary(run: Run, found: Found, entries: list[Known]) -> str:
    """Figures, and findings by their causes."""
    figures = found.figures
    speed = figures.programs / found.elapsed if found.elapsed else 0.0
    lines = [
        f"{run.candidate.name} {run.candidate.version} held against {run.reference.name} {run.reference.version}",
        f"{figures.programs} programs in {found.elapsed:.0f} s, {speed:.1f} a second; {figures.statements} statements, "
        f"{figures.refused} of them refused by torch; {len(figures.reached)} operations reached, "
        f"{len(not_reached(figures.reached))} of the database's not",
        f"{len(found.findings)} causes found"
        + (f", {len(found.crashes)} programs ended their process" if found.crashes else "")
        + f"; {known_of(found, entries)} programs differ as is known; "
        f"{sum(figures.lacking.values())} met {len(figures.lacking)} things the engine says it lacks",
    ]
    causes = Counter(each.cause for each in found.findings)
    if causes:
        rows = [(str(count), cause[:100]) for cause, count in causes.most_common(20)]
        lines.append(table([("operations", "cause"), *rows]))
    if run.stopped:
        lines.append(run.stopped)
    return "\n\n".join(lines)


def known_of(found: Found, entries: list[Known]) -> int:
    """How many programs differ in a way that is known."""
    own = {each.id for each in found.findings}
    return sum(count for name, count in found.figures.met.items() if name not in own) if entries else 0


def processes_of(text: str | None) -> int:
    return (os.cpu_count() or 1) if text == "auto" else int(text or 1)


def cases_of(found: Found) -> list[Case]:
    return [each.program.case(each.id, each.cause) for each in found.findings]
