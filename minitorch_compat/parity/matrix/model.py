"""Runs of several engines as one table, each cell a step between agreement and a process that died."""
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..causes import NEAR, Cause, causes, signatures
from ..result import DIMENSIONS, OUTCOMES, Difference, Engine, Result, Run

FORM = 1
"""Version of the JSON form, which `schema.json` describes."""

NO_VERDICT = 0
STEPS = (
    "no verdict", "agrees", "last digits", "one dimension", "several dimensions", "ends early", "lacks it", "crashed",
)
"""What the colour of a case says, from agreement on; the first is off the scale, for a case that says nothing."""

SIGNS = dict(zip(range(len(STEPS)), "·✓≈◔◑◕○×", strict=True))
"""A shape for each step, so that no meaning rests on colour alone."""

SHARES = (1.0, 0.9, 0.7, 0.5, 0.3, 0.1)
"""From which share of agreeing cases on a chapter has the first six steps; below, and with none, it has the seventh."""

LONGEST = 1_000
"""Characters of one side of a difference, and of a message."""

MOST = 5
"""Differences of one cell that are told."""


WORDS = 40
"""Characters of what is lacking that stand in a cell."""

ARGUMENT = re.compile(r"the argument (\w+) of ([\w<>.]+)\(\)")


@dataclass(frozen=True)
class Cell:
    """One case on one engine."""

    outcome: str
    step: int
    text: str
    message: str
    dimensions: tuple[str, ...]
    """Those in which it differs."""
    ulp: int | None
    causes: tuple[str, ...]
    differences: tuple[Difference, ...]
    more: int
    """Differences beyond those."""


@dataclass(frozen=True)
class Column:
    """One engine: what it was held against the reference in, and how that went."""

    engine: Engine
    selected: int
    outcomes: dict[str, int]
    dimensions: dict[str, int]
    """In how many cases it differs in each dimension."""
    causes: tuple[Cause, ...]
    stopped: str | None

    @property
    def done(self) -> int:
        return sum(self.outcomes.values())


@dataclass(frozen=True)
class Row:
    """One case on all engines; None where an engine has not come to it."""

    id: str
    chapter: str
    claim: str
    source: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Share:
    """How many cases of a chapter agree on one engine, of those it has a result for."""

    agreeing: int
    of: int

    @property
    def step(self) -> int:
        if not self.of:
            return NO_VERDICT
        if not self.agreeing:
            return len(SHARES) + 1
        return next((step for step, least in enumerate(SHARES, 1) if self.agreeing / self.of >= least), len(SHARES) + 1)

    @property
    def text(self) -> str:
        return f"{self.agreeing} of {self.of}" if self.of else "not run"


@dataclass(frozen=True)
class Matrix:
    """All of it."""

    reference: Engine
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chapters: dict[str, str]

    @property
    def complete(self) -> bool:
        return all(column.stopped is None and column.done == column.selected for column in self.columns)

    @property
    def good(self) -> bool:
        return self.complete and all(column.outcomes["agrees"] == column.selected for column in self.columns)

    def by_chapter(self) -> dict[str, list[Row]]:
        table: dict[str, list[Row]] = {name: [] for name in self.chapters}
        for row in self.rows:
            table.setdefault(row.chapter, []).append(row)
        return {name: rows for name, rows in table.items() if rows}

    def share(self, rows: Iterable[Row], column: int) -> Share:
        cells = [cell for row in rows if (cell := row.cells[column]) is not None]
        return Share(sum(cell.outcome == "agrees" for cell in cells), len(cells))

    def to_json(self) -> dict[str, Any]:
        """The matrix as plain JSON data."""
        return {
            "matrix": FORM, "reference": engine_data(self.reference), "steps": list(STEPS), "complete": self.complete,
            "engines": [{
                **engine_data(column.engine), "selected": column.selected, "stopped": column.stopped,
                "outcomes": column.outcomes, "dimensions": column.dimensions,
                "causes": [{"signature": each.signature, "dimension": each.dimension, "message": clipped(each.message),
                            "cases": list(each.cases), "alone": each.alone} for each in column.causes],
            } for column in self.columns],
            "chapters": self.chapters,
            "cases": [{"id": row.id, "chapter": row.chapter, "claim": row.claim,
                       "cells": [None if cell is None else cell_data(cell) for cell in row.cells]}
                      for row in self.rows],
        }


def engine_data(engine: Engine) -> dict[str, Any]:
    return {"name": engine.name, "version": engine.version, "terms": engine.terms}


def cell_data(cell: Cell) -> dict[str, Any]:
    return {
        "outcome": cell.outcome, "step": cell.step, "text": cell.text, "message": cell.message,
        "dimensions": list(cell.dimensions), "ulp": cell.ulp, "causes": list(cell.causes),
        "differences": [{
            "dimension": each.dimension, "name": each.name, "message": clipped(each.message),
            "reference": clipped(each.reference), "candidate": clipped(each.candidate),
        } for each in cell.differences],
        "more": cell.more,
    }


def clipped(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} more characters)"


def matrix(runs: Sequence[Run]) -> Matrix:
    """Runs side by side, the cases in the order of the first that has them. Raises ValueError without any run."""
    if not runs:
        raise ValueError("no run")
    found: dict[str, list[Result | None]] = {}
    for place, run in enumerate(runs):
        for result in run.results:
            found.setdefault(result.id, [None] * len(runs))[place] = result
    chapters: dict[str, str] = {}
    for run in runs:
        chapters = {**chapters, **{name: title for name, title in run.chapters.items() if name not in chapters}}
    rows = []
    for name, results in found.items():
        first = next(each for each in results if each is not None)
        rows.append(Row(name, first.chapter, first.claim, first.source,
                        tuple(None if each is None else cell(each) for each in results)))
    order = {name: place for place, name in enumerate(chapters)}
    rows.sort(key=lambda row: order.get(row.chapter, len(order)))
    return Matrix(runs[0].reference, tuple(map(column, runs)), tuple(rows), chapters)


def column(run: Run) -> Column:
    table = run.by_dimension()
    return Column(
        run.candidate, run.selected, run.outcomes(), {name: table[name]["differs"] for name in DIMENSIONS},
        tuple(causes(run.results)), run.stopped,
    )


def cell(result: Result) -> Cell:
    differing = tuple(name for name in DIMENSIONS if result.dimensions.get(name) == "differs")
    distances = [each.numeric.max_ulp for each in result.differences if each.numeric]
    ulp = max((each for each in distances if each is not None), default=None)
    step, text = verdict(result, differing, ulp if None not in distances else None)
    return Cell(
        result.outcome, step, text, clipped(result.message), differing, ulp, tuple(signatures(result)),
        result.differences[:MOST], max(0, len(result.differences) - MOST),
    )


def verdict(result: Result, differing: tuple[str, ...], ulp: int | None) -> tuple[int, str]:
    """The step of a cell, and its text."""
    assert result.outcome in OUTCOMES
    match result.outcome:
        case "agrees":
            return 1, "agrees"
        case "engine lacks it":
            missing = ARGUMENT.sub(r"\2(\1=)", result.message)
            return 6, f"lacks {missing if len(missing) <= WORDS else missing[:WORDS] + '…'}"
        case "crashed" | "timed out":
            return 7, result.outcome
        case "differs":
            if any(each.dimension == "exceptions" and each.name == "the case" for each in result.differences):
                return 5, "ends early"
            numbers = all(each.numeric is not None for each in result.differences)
            if numbers and ulp is not None and math.isfinite(ulp) and ulp <= NEAR:
                return 2, f"{ulp} ulp"
            return (3, differing[0]) if len(differing) == 1 else (4, f"{len(differing)} dimensions")
        case _:
            return NO_VERDICT, result.outcome
