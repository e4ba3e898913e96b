"""What a run found, as dataclasses that are written to JSON and read back unchanged."""
import copy
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Self

from .observation import Array, Observation

SCHEMA = 1
"""Version of the JSON form; a reader refuses any other."""

DIMENSIONS = (
    "values", "gradients", "dtype", "shape and strides", "aliasing", "mutation and versions", "graph", "exceptions",
    "warnings", "random stream", "printed text", "state",
)

OUTCOMES = (
    "agrees", "differs", "engine lacks it", "reference lacks it", "case is broken", "crashed", "timed out",
)

DOCUMENT_VERDICTS = ("holds", "outdated", "wrong", "incomplete", "ambiguous", "unstated")
"""`unstated`: the document gives no outcome that could be checked, and the author claims nothing."""


@dataclass(frozen=True)
class Numeric:
    """How far numbers lie apart, over the elements of one observed value.

    `index` is the place of the worst element, with what either side has there. `max_ulp` is None where units in the
    last place mean nothing (integers, unlike dtypes, nan against a number). `passes_at` is the smallest tolerance
    under which these values would agree, as text; None where none would.
    """

    max_abs: float | None
    max_rel: float | None
    max_ulp: int | None
    index: tuple[int, ...]
    expected: str
    actual: str
    differing: int
    total: int
    rule: str
    passes_at: str | None
    ulps: dict[str, int] = field(default_factory=dict)
    """How many elements lie how many ulps apart, in classes 0, 1, 2, 3-4, 5-8, … for a histogram."""


@dataclass(frozen=True)
class Difference:
    """One disagreement: its dimension, the name (path) it was seen under, and both sides as text."""

    dimension: str
    name: str
    message: str
    reference: str
    candidate: str
    numeric: Numeric | None = None


@dataclass(frozen=True)
class Voice:
    """What the three voices say about one stated outcome. Agreement is None where an engine showed nothing."""

    name: str
    document: str
    reference: str
    candidate: str
    reference_agrees: bool | None
    candidate_agrees: bool | None


@dataclass(frozen=True)
class DocumentVerdict:
    """The verdict on the document. `sound` is False where claim and computation contradict each other."""

    verdict: str
    claimed: str | None
    why: str | None
    sound: bool
    message: str = ""
    voices: tuple[Voice, ...] = ()


@dataclass(frozen=True)
class Result:
    """What came out of one case."""

    id: str
    chapter: str
    name: str
    claim: str
    document: str | None
    lines: str | None
    facts: tuple[str, ...]
    note: str | None
    source: str
    outcome: str
    message: str
    dimensions: dict[str, str]
    """For each of the twelve, "agrees", "differs" or "not observed"."""
    differences: tuple[Difference, ...]
    verdict: DocumentVerdict
    reference: Observation
    candidate: Observation
    duration: float = 0.0
    known: str | None = None
    """Why its differences are forgiven, where a file of known differences names them all."""
    shrunk: str | None = None
    """Less code that ends the same way for the same cause, where that was asked for and found."""

    @property
    def good(self) -> bool:
        """Whether the engines agree, or part as is known, and the verdict on the document is what was computed."""
        return (self.outcome == "agrees" or self.known is not None) and self.verdict.sound

    @property
    def signatures(self) -> dict[str, tuple[str, str]] | None:
        """What `causes.signatures` finds, where that was worked out before the bulk of the result was put away."""
        return None

    @property
    def dtypes(self) -> tuple[str, ...]:
        """The element types that either side showed, by name, without torch's own before it."""
        seen = [*self.reference.seen, *self.candidate.seen]
        return tuple(sorted({each.dtype.removeprefix("torch.") for each in seen if isinstance(each, Array)}))

    def but(self, **changes: Any) -> Self:
        """The same result with other values for some fields; what it has of the others is not touched."""
        made = copy.copy(self)
        vars(made).update(changes)
        return made

    def as_json(self) -> str:
        """The result as JSON on one line."""
        from .plain import encode

        return json.dumps(encode(self), allow_nan=False, ensure_ascii=False)


@dataclass(frozen=True)
class Engine:
    """An engine by the name it was asked for, and the version it gives.

    `terms` tells, for each dimension that its adapter leaves out or compares its own way, why or how.
    """

    name: str
    version: str
    terms: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """An earlier run, as a point of a trend."""

    started: str
    candidate: Engine
    reference: Engine
    cases: int
    good: int


@dataclass
class Run:
    """All results of a run, in the order of the catalogue, with what produced them.

    `selected` is how many cases were to run; a run stopped half-way has fewer results and says why in `stopped`.
    """

    reference: Engine
    candidate: Engine
    selected: int
    results: list[Result] = field(default_factory=list)
    chapters: dict[str, str] = field(default_factory=dict)
    """Chapter name to title, in the order of the catalogue."""
    python: str = ""
    numpy: str = ""
    started: str | None = None
    duration: float | None = None
    """Seconds from when both engines, and all they import late, are there."""
    stopped: str | None = None
    history: list[Past] = field(default_factory=list)
    """Earlier runs and this one, the oldest first, where a history is kept."""
    schema: int = SCHEMA

    @property
    def complete(self) -> bool:
        return self.stopped is None and len(self.results) == self.selected

    @property
    def good(self) -> bool:
        return self.complete and all(result.good for result in self.results)

    def outcomes(self) -> dict[str, int]:
        """How many cases came out how; these add up to the number of results."""
        count = Counter(result.outcome for result in self.results)
        return {outcome: count[outcome] for outcome in OUTCOMES}

    def verdicts(self) -> dict[str, int]:
        """How many cases reached which verdict on their document."""
        count = Counter(result.verdict.verdict for result in self.results)
        return {verdict: count[verdict] for verdict in DOCUMENT_VERDICTS}

    def by_dimension(self) -> dict[str, dict[str, int]]:
        """For each dimension, in how many cases it agrees, differs, or was not observed."""
        table: dict[str, dict[str, int]] = {}
        for dimension in DIMENSIONS:
            count = Counter(result.dimensions.get(dimension, "not observed") for result in self.results)
            table[dimension] = {key: count[key] for key in ("agrees", "differs", "not observed")}
        return table

    def by_document(self) -> dict[str | None, list[Result]]:
        """The results by the document they speak of; None gathers those without one."""
        table: dict[str | None, list[Result]] = {}
        for result in self.results:
            table.setdefault(result.document, []).append(result)
        return table

    def to_json(self) -> dict[str, Any]:
        """The model as plain JSON data, described in `plain.py`."""
        from .plain import encode

        return {**self.summary_json(), "results": [encode(result) for result in self.results]}

    def summary_json(self) -> dict[str, Any]:
        """The same with an empty list of results."""
        from .causes import causes
        from .plain import encode

        return {
            **encode(replace(self, results=[])), "outcomes": self.outcomes(), "verdicts": self.verdicts(),
            "dimensions": self.by_dimension(), "complete": self.complete,
            "causes": [
                {"signature": each.signature, "dimension": each.dimension, "message": each.message,
                 "cases": list(each.cases), "alone": each.alone}
                for each in causes(self.results)
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Run":
        """Read what `to_json` wrote. Raises ValueError for another schema version."""
        from .plain import decode

        if data.get("schema") != SCHEMA:
            raise ValueError(f"a report of schema {data.get('schema')!r}, where this version reads {SCHEMA}")
        return decode(cls, data)
