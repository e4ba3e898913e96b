"""One HTML file that opens from disk: the summary as plain tables, the cases as data that a script lays out.

Whatever an engine printed is hostile input. Jinja escapes the tables, the data is JSON in which no `<` is left, the
script makes text nodes only, and a content security policy names the one script and the one style sheet by their hash.
"""
import base64
import hashlib
import json
import math
import zlib
from functools import cache
from importlib.resources import files
from typing import Any

from ..causes import causes, operation, signatures
from ..result import DIMENSIONS, DOCUMENT_VERDICTS, OUTCOMES, Difference, Result, Run
from . import model

CHUNK = 100
"""Cases whose details are read together, when one of them is opened."""

CAUSES = 10
"""Causes the page begins with."""

PLAIN = 4_000_000
"""Bytes of data up to which it stays readable in the file; beyond, it is compressed."""

ROOM = 7_500_000
"""Bytes of the file for the details of many cases."""

SHORTER = (4_000, 1_000, 250, 60)
"""Characters to which texts are cut in turn, until a case fits its share of the room."""

WORDS = 250
"""Characters of a message in the table of many cases."""

SHARES = {None: 2, False: 3, True: 12}
"""How much of the room a case has: one that agrees, one like others before it, and the first of a cause."""

GZIP = 31
"""zlib's word for a window of 32 KiB in the format of gzip."""

OUTCOME_SIGNS = dict(zip(OUTCOMES, "✓≠○◇!×…", strict=True))
VERDICT_SIGNS = dict(zip(DOCUMENT_VERDICTS, "✓↺✗◐?–", strict=True))
"""A shape beside each colour, so that no meaning rests on colour alone."""


def html(run: Run) -> str:
    """The run as one self-contained page."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return model.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=FunctionLoader(template), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=finalize,
    )
    style, script = template("report.css"), template("report.js")
    return environment.get_template("report.html").render(
        run=run, causes=causes(run.results)[:CAUSES], trend=model.trend(run),
        total=model.tally("all", run.results), documents=model.documents(run), model=model,
        dimensions=run.by_dimension(), observed_dimensions=[
            name for name in DIMENSIONS if any(result.dimensions.get(name) != "not observed" for result in run.results)
        ],
        unsound=len(model.unsound(run)), missing=model.missing(run),
        signs={**VERDICT_SIGNS, **OUTCOME_SIGNS}, outcomes=OUTCOMES, verdicts=DOCUMENT_VERDICTS,
        style=Markup(style), script=Markup(script), style_hash=digest(style), script_hash=digest(script),
        blocks=[Markup(block) for block in blocks(run)],
    )


@cache
def template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def blocks(run: Run) -> list[str]:
    """The data as script elements: first what the table and its filters need, then the details in chunks."""
    many = len(run.results) > model.MANY
    head = {
        "reference": model.engine_title(run.reference), "candidate": model.engine_title(run.candidate),
        "dimensions": DIMENSIONS, "outcomes": OUTCOMES, "verdicts": DOCUMENT_VERDICTS,
        "signs": {**VERDICT_SIGNS, **OUTCOME_SIGNS}, "chapters": run.chapters, "chunk": CHUNK,
        "names": {"reference": run.reference.name, "engine": run.candidate.name},
    }
    weights = [
        SHARES[first if result.outcome != "agrees" else None]
        for result, first in zip(run.results, model.first_of_causes(run.results), strict=True)
    ] if many else []
    room = Room(ROOM, sum(weights)) if many else None
    entries, chunks, chunk = Packed(many), [], Packed(many)
    entries.add(embedded(head)[:-1] + ',"cases":[')
    for number, result in enumerate(run.results):
        entries.add("," * (number > 0) + embedded(entry(result, many)))
        told = detail(result, many)
        chunk.add("[" if number % CHUNK == 0 else ",")
        chunk.add(embedded(told) if room is None else room.fitting(told, weights[number]))
        if number % CHUNK == CHUNK - 1 or number == len(run.results) - 1:
            chunk.add("]")
            chunks.append(chunk.end())
            if room is not None:
                room.spend(chunk)
            chunk = Packed(many)
    entries.add("]}")
    named = [("data", entries.end()), *((f"details-{n}", each) for n, each in enumerate(chunks))]
    packed = many or sum(len(content) for _, content in named) > PLAIN
    return [block(name, content if many or not packed else pack(content), packed) for name, content in named]


def block(name: str, content: str, packed: bool) -> str:
    return f'<script type="application/{"gzip" if packed else "json"}" id="{name}">{content}</script>'


class Packed:
    """Text that grows piece by piece, compressed on the way where there is much of it."""

    def __init__(self, packed: bool) -> None:
        self._parts: list[str] = []
        self._bytes: list[bytes] = []
        self._compressor = zlib.compressobj(wbits=GZIP) if packed else None
        self.characters, self.size = 0, 0

    def add(self, text: str) -> None:
        self.characters += len(text)
        if self._compressor is None:
            self._parts.append(text)
        else:
            self._bytes.append(self._compressor.compress(text.encode()))

    def end(self) -> str:
        if self._compressor is None:
            content = "".join(self._parts)
        else:
            content = base64.b64encode(b"".join([*self._bytes, self._compressor.flush()])).decode()
        self.size = len(content)
        return content


def pack(text: str) -> str:
    made = Packed(True)
    made.add(text)
    return made.end()


class Room:
    """The bytes there are for details, shared out by weight among the cases that are still to come."""

    def __init__(self, size: int, weight: int) -> None:
        self._left, self._weight = float(size), weight
        self._characters = 1.0  # that one byte of the file holds

    def fitting(self, told: dict[str, Any], weight: int) -> str:
        """As much of a case's details as its share has room for, as JSON."""
        most = max(0.0, self._left) * self._characters * weight / max(1, self._weight)
        self._weight -= weight
        text = embedded(told)
        for longest in SHORTER:
            if len(text) <= most:
                return text
            text = embedded(cut(told, longest))
        return text if len(text) <= most else "{}"

    def spend(self, chunk: Packed) -> None:
        self._left -= chunk.size
        self._characters = chunk.characters / chunk.size


def cut(value: Any, longest: int) -> Any:
    """Data with every text in it cut to this length."""
    if isinstance(value, str):
        return value if len(value) <= longest + 20 else f"{value[:longest]}… {len(value) - longest} more characters"
    if isinstance(value, dict):
        return {key: cut(each, longest) for key, each in value.items() if key != "curves"}
    return [cut(each, longest) for each in value] if isinstance(value, list | tuple) else value


def embedded(data: Any) -> str:
    """JSON that may stand inside a script element: ASCII, and nothing that could end the element or open another."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def entry(result: Result, many: bool = False) -> dict[str, Any]:
    """What the table shows of a case, and what is searched; among many cases, without their sources."""
    message = model.shortened(result.message)
    return present({
        "id": result.id, "claim": result.claim, "document": model.printable(result.document or model.NO_DOCUMENT),
        "place": model.place(result.lines), "facts": result.facts, "outcome": result.outcome,
        "verdict": result.verdict.verdict, "unsound": not result.verdict.sound, "chapter": result.chapter,
        "source": None if many else result.source, "note": result.note, "why": result.verdict.why,
        "message": cut(message, WORDS) if many else message, "known": result.known,
        "causes": list(signatures(result)), "dtypes": result.dtypes, "operation": operation(result),
        **{measure: farthest(result, measure) for measure in ("ulp", "abs", "rel")},
        # One letter for each dimension: agrees, differs, or a dash where it was not observed.
        "dimensions": "".join(result.dimensions.get(name, "-").replace("not ", "-")[0] for name in DIMENSIONS),
    })


def farthest(result: Result, measure: str) -> float | None:
    """The largest distance between numbers of a case, in ulps, absolutely or relatively."""
    found = [getattr(each.numeric, f"max_{measure}") for each in result.differences if each.numeric]
    return max((each for each in found if each is not None and math.isfinite(each)), default=None)


def detail(result: Result, many: bool = False) -> dict[str, Any]:
    """What an opened case shows beside its entry; among many cases, what differs and the code in brief."""
    if many and result.outcome == "agrees":
        return {"source": model.brief(result.source)}
    return present({
        "claimed": result.verdict.claimed, "contradiction": "" if result.verdict.sound else result.verdict.message,
        "source": model.brief(result.source) if many else None, "shrunk": result.shrunk,
        "rows": [row(each) for each in model.rows(result, differing=many)],
        "differences": [one_difference(each) for each in result.differences],
        "raised": present({
            who: observation.raised and model.shortened(observation.raised.traceback)
            for who, observation in (("reference", result.reference), ("candidate", result.candidate))
        }),
        "curves": [
            {"name": each.name, "reference": each.reference, "candidate": each.candidate, "step": each.step,
             "length": each.length}
            for each in model.curves(result)
        ],
    })


def row(each: model.Row) -> dict[str, Any]:
    reference, candidate = (text and model.shortened(text) for text in (each.reference, each.candidate))
    found = {
        "name": each.name, "document": each.document, "reference": reference,
        # The script takes the reference's text where this one is missing and the two are the same.
        "candidate": None if candidate == reference else candidate, "same": candidate == reference or None,
        "referenceAgrees": each.reference_agrees, "candidateAgrees": each.candidate_agrees,
        "differs": each.differs or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def one_difference(each: Difference) -> dict[str, Any]:
    return present({
        "dimension": each.dimension, "name": each.name, "message": each.message,
        "pieces": model.excerpt(model.difference(each.reference, each.candidate)),
        "figures": each.numeric and model.figures(each.numeric),
        "ulps": each.numeric and list(each.numeric.ulps.items()),
    })


def present(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, which the script reads as absent."""
    return {key: value for key, value in data.items() if value}
