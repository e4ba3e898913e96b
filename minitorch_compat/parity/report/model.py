"""What every report shows of a run, worked out once: summaries, voices side by side, text differences, curves."""
import difflib
import math
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .. import display
from ..causes import signatures
from ..observation import Array, Observation, Seen, Value
from ..result import DOCUMENT_VERDICTS, OUTCOMES, Engine, Numeric, Result, Run

LONGEST = 20_000
"""Characters of one text that a report for reading shows; the JSON report has all of them."""

MANY = 5_000
"""Cases beyond which a page for reading leaves out what agrees, and tells in full what comes first of each cause."""

FIRST = 3
"""Cases of every cause that come first."""

PAGE = 1_500
"""Characters of code in brief."""

SHORTEST_CURVE = 8
"""Numbers that a sequence needs to be worth a plot."""

POINTS = 400
"""Points a plotted curve has at most."""

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc"
    "\ud800-\udfff\ufffe\uffff]"
)
"""Characters that show nothing, turn text around, or may not stand in XML or UTF-8; tab and line feed are fine."""


def printable(text: str) -> str:
    r"""The text with every invisible character written out, as `\x1b` or `\u202e`."""
    return INVISIBLE.sub(lambda match: written_out(match[0]), text)


def written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def shortened(text: str) -> str:
    """The text up to what a page can carry, saying how much is left out."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n… {len(text) - LONGEST} more characters, all of them in the JSON report"


PACKED = re.compile(r"(?<=')[A-Za-z0-9+/=]{64,}(?=')")


def brief(source: str) -> str:
    """Code without what nobody reads: packed numbers, and what is beyond a page."""
    text = PACKED.sub(lambda match: f"… {len(match[0])} characters …", source)
    return text if len(text) <= PAGE else f"{text[:PAGE]}\n… {len(text) - PAGE} more characters"


def title(run: Run) -> str:
    """What is compared with what, in one line."""
    return f"{engine_title(run.candidate)} against {engine_title(run.reference)}"


def engine_title(engine: Engine) -> str:
    return f"{engine.name} {engine.version}".strip()


@dataclass(frozen=True)
class Tally:
    """Results counted: by outcome, by verdict on the document, and the facts they are about."""

    label: str
    cases: int
    outcomes: dict[str, int]
    verdicts: dict[str, int]
    facts: int
    good_facts: int
    """Facts of which every case agrees and has a sound verdict."""

    @property
    def agreeing(self) -> int:
        return self.outcomes["agrees"]


def tally(label: str, results: Iterable[Result]) -> Tally:
    """Count these results."""
    results = list(results)
    outcomes = Counter(result.outcome for result in results)
    verdicts = Counter(result.verdict.verdict for result in results)
    facts: dict[str, bool] = {}
    for result in results:
        for fact in result.facts:
            facts[fact] = facts.get(fact, True) and result.good
    return Tally(
        label=printable(label), cases=len(results), outcomes={name: outcomes[name] for name in OUTCOMES},
        verdicts={name: verdicts[name] for name in DOCUMENT_VERDICTS}, facts=len(facts),
        good_facts=sum(facts.values()),
    )


NO_DOCUMENT = "no document"


def documents(run: Run) -> list[Tally]:
    """One tally for each document, by name; cases without a document come last."""
    table = run.by_document()
    named = sorted(name for name in table if name is not None)
    tallies = [tally(name, table[name]) for name in named]
    return tallies + ([tally(NO_DOCUMENT, table[None])] if None in table else [])


def by_chapter(run: Run) -> dict[str, list[Result]]:
    """The results by chapter, chapters in the order of the catalogue."""
    table: dict[str, list[Result]] = {name: [] for name in run.chapters}
    for result in run.results:
        table.setdefault(result.chapter, []).append(result)
    return {name: results for name, results in table.items() if results}


def missing(run: Run) -> int:
    """How many of the selected cases have no result."""
    return max(0, run.selected - len(run.results))


def unsound(run: Run) -> list[Result]:
    """Results whose verdict on the document is not what was computed."""
    return [result for result in run.results if not result.verdict.sound]


@dataclass(frozen=True)
class Row:
    """One thing under its name, in three voices; None where a voice says nothing of it."""

    name: str
    document: str | None
    reference: str | None
    candidate: str | None
    reference_agrees: bool | None = None
    candidate_agrees: bool | None = None
    differs: bool = False


def rows(result: Result, differing: bool = False) -> list[Row]:
    """Everything a case showed, by name and in order, beside what its document states; or only what differs."""
    voices = {voice.name: voice for voice in result.verdict.voices}
    different = {difference.name for difference in result.differences}
    wanted = {*different, *voices, "exception"} if differing else None
    reference, candidate = shown(result.reference, wanted), shown(result.candidate, wanted)
    found = []
    for name in dict.fromkeys([*reference, *candidate, *voices]):
        voice = voices.get(name)
        ours, theirs = candidate.get(name), reference.get(name)
        if voice is not None:
            ours, theirs = ours or voice.candidate, theirs or voice.reference
        found.append(Row(
            name=name, document=None if voice is None else voice.document, reference=theirs, candidate=ours,
            reference_agrees=None if voice is None else voice.reference_agrees,
            candidate_agrees=None if voice is None else voice.candidate_agrees,
            differs=name in different,
        ))
    return found


def shown(observation: Observation, wanted: Container[str] | None = None) -> dict[str, str]:
    """The texts of what one side showed, by name; of what is wanted, or of all."""
    texts = {seen.name: display.text_of(seen) for seen in observation.seen if wanted is None or seen.name in wanted}
    if observation.warnings:
        texts["warnings"] = "\n".join(map(str, observation.warnings))
    if observation.stdout:
        texts["stdout"] = observation.stdout
    if observation.raised is not None:
        texts["exception"] = f"{observation.raised.type}: {observation.raised.text}"
    return texts


Segment = tuple[str, str]
"""A piece of text with "both", "reference" or "candidate": who has it."""

AFFORDABLE = 50_000
"""How many pairs of equal items two sequences may have to be matched: the work grows with these, not with length."""

ALIKE = 0.55
"""How much two blocks have in common, from 0 to 1, where single words tell more than the blocks as wholes."""


AROUND = 2_000
"""Characters of a long common piece that are shown before and after what differs."""


def difference(reference: str, candidate: str) -> list[Segment]:
    """Both texts as one sequence of pieces: equal ends come off, lines are matched, then words, then ends of words."""
    return joined(within(reference, candidate, by_line))


def excerpt(pieces: Iterable[Segment]) -> list[Segment]:
    """The pieces as far as a page can carry them; what differs is in it, wherever it stands."""
    return [(who, around(text) if who == "both" else shortened(text)) for who, text in pieces]


def around(text: str) -> str:
    left_out = len(text) - 2 * AROUND
    if left_out <= 0:
        return text
    return f"{text[:AROUND]}\n… {left_out} characters in common …\n{text[-AROUND:]}"


def side(pieces: Iterable[Segment], who: str) -> str:
    """What one side says in a sequence of pieces."""
    return "".join(text for whose, text in pieces if whose in ("both", who))


def within(before: str, after: str, compare: Callable[[str, str], Iterable[Segment]]) -> Iterator[Segment]:
    """What two texts begin and end with in common, and what `compare` makes of the rest."""
    start = same_start(before, after)
    rest, other = before[start:], after[start:]
    end = same_start(rest[::-1], other[::-1])
    yield "both", before[:start]
    yield from compare(rest[:len(rest) - end], other[:len(other) - end])
    yield "both", rest[len(rest) - end:]


def same_start(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    sure, most = 0, min(len(one), len(other))
    while sure < most:
        middle = (sure + most + 1) // 2
        if one[sure:middle] == other[sure:middle]:
            sure = middle
        else:
            most = middle - 1
    return sure


def affordable(theirs: Sequence[str], ours: Sequence[str]) -> bool:
    counts = Counter(theirs)
    return sum(counts[each] for each in ours) <= AFFORDABLE


def by_line(before: str, after: str) -> Iterator[Segment]:
    theirs, ours = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if not affordable(theirs, ours):
        yield from wholly(before, after)
        return
    for tag, a, b, c, d in difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "both", "".join(theirs[a:b])
        else:
            yield from within("".join(theirs[a:b]), "".join(ours[c:d]), by_word)


WORD = re.compile(r"[\w.+-]+|\s+|.", re.S)
"""Words and numbers, space, and single signs."""


def by_word(before: str, after: str) -> Iterator[Segment]:
    theirs, ours = WORD.findall(before), WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
    if not affordable(theirs, ours) or matcher.ratio() < ALIKE:
        yield from wholly(before, after)
        return
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield "both", "".join(theirs[a:b])
        elif b - a == d - c:
            for one, other in zip(theirs[a:b], ours[c:d], strict=True):
                yield from within(one, other, wholly)
        else:
            yield from within("".join(theirs[a:b]), "".join(ours[c:d]), wholly)


def wholly(before: str, after: str) -> Iterator[Segment]:
    yield from (("reference", before), ("candidate", after))


def joined(pieces: Iterable[Segment]) -> list[Segment]:
    """Neighbours of one kind made one piece, and empty pieces left out."""
    result: list[Segment] = []
    for who, text in pieces:
        if text and result and result[-1][0] == who:
            result[-1] = (who, result[-1][1] + text)
        elif text:
            result.append((who, text))
    return result


@dataclass(frozen=True)
class Curve:
    """A sequence of numbers both sides observed, thinned out to `step`; None for what is not finite."""

    name: str
    reference: tuple[float | None, ...]
    candidate: tuple[float | None, ...]
    length: int
    step: int


def curves(result: Result) -> list[Curve]:
    """The sequences worth a plot: lists and one-dimensional arrays, and scalars seen as `name[0]`, `name[1]`, …"""
    ours, theirs = sequences(result.candidate), sequences(result.reference)
    found = []
    for name in dict.fromkeys([*theirs, *ours]):
        pair = theirs.get(name, []), ours.get(name, [])
        length = max(map(len, pair))
        if length >= SHORTEST_CURVE:
            step = math.ceil(length / POINTS)
            reference, candidate = (tuple(map(finite, numbers[::step])) for numbers in pair)
            found.append(Curve(name, reference, candidate, length, step))
    return found


def sequences(observation: Observation) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    scalars: dict[str, list[float]] = {}
    for seen in observation.seen:
        numbers = numbers_of(seen)
        place = re.fullmatch(r"(.+)\[(\d+)\]", seen.name)
        if numbers is None:
            continue
        if isinstance(numbers, list):
            found[seen.name] = numbers
        elif place is not None and int(place[2]) == len(scalars.get(place[1], [])):
            scalars.setdefault(place[1], []).append(numbers)
    return found | scalars


def numbers_of(seen: Seen) -> float | list[float] | None:
    """A real number or a flat list of them, where that is what was seen."""
    if isinstance(seen, Array) and seen.values.dtype.kind == "f" and seen.values.ndim <= 1:
        return seen.values.tolist()
    if isinstance(seen, Value):
        if isinstance(seen.value, float):
            return seen.value
        if isinstance(seen.value, list | tuple) and seen.value and all(isinstance(each, float) for each in seen.value):
            return list(seen.value)
    return None


def finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def trend(run: Run) -> list[tuple[float, float, str]]:
    """Points of the history in the unit square, the newest at the right end, each with its words."""
    last = max(1, len(run.history) - 1)
    return [
        (place / last, each.good / max(1, each.cases),
         f"{each.started}: {engine_title(each.candidate)}, {each.good} of {each.cases}")
        for place, each in enumerate(run.history)
    ] if len(run.history) > 1 else []


def figures(numeric: Numeric) -> list[tuple[str, str]]:
    """The numbers behind one difference, as labels and texts."""
    place = ", ".join(map(str, numeric.index))
    return [
        ("elements that differ", f"{numeric.differing} of {numeric.total}"),
        ("largest absolute difference", number(numeric.max_abs)),
        ("largest relative difference", number(numeric.max_rel)),
        ("largest distance", "no distance in ulps" if numeric.max_ulp is None else f"{numeric.max_ulp} ulp"),
        ("worst place", f"[{place}]" if place else "the only element"),
        ("reference there", numeric.expected),
        ("engine there", numeric.actual),
        ("rule", numeric.rule),
        ("would agree at", numeric.passes_at or "no tolerance"),
    ]


def place(lines: str | None) -> str:
    """Where in its document a claim stands: "line 5", "lines 5-7", or in the words of the case."""
    if not lines or not lines[0].isdigit():
        return lines or ""
    return f"line {lines}" if lines.isdigit() else f"lines {lines}"


def number(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def first_of_causes(results: Iterable[Result]) -> list[bool]:
    """For each result whether it is among the first to show one of its causes."""
    met: Counter[str] = Counter()
    found = []
    for result in results:
        own = list(signatures(result))
        met.update(own)
        found.append(any(met[each] <= FIRST for each in own))
    return found


def seconds(duration: float) -> str:
    """A duration for reading."""
    return f"{duration:.1f} s" if duration < 60 else f"{int(duration // 60)} min {duration % 60:.0f} s"
