"""One HTML file that opens from disk: the summary as plain tables, the cases as data that a script lays out.

Whatever an engine printed is hostile input. Jinja escapes the tables, the data is JSON in which no `<` is left, the
script makes text nodes only, and a content security policy names the one script and the one style sheet by their hash.
"""
import base64
import gzip
import hashlib
import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

from ..causes import causes, operation, signatures
from ..observation import Array
from ..result import DIMENSIONS, DOCUMENT_VERDICTS, OUTCOMES, Difference, Result, Run
from . import model

CHUNK = 100
"""Cases whose details are read together, when one of them is opened."""

CAUSES = 10
"""Causes the page begins with."""

PLAIN = 4_000_000
"""Bytes of data up to which it stays readable in the file; beyond, it is compressed."""

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
    details = [detail(result) for result in run.results]
    head = {
        "reference": model.engine_title(run.reference), "candidate": model.engine_title(run.candidate),
        "dimensions": DIMENSIONS, "outcomes": OUTCOMES, "verdicts": DOCUMENT_VERDICTS,
        "signs": {**VERDICT_SIGNS, **OUTCOME_SIGNS}, "chapters": run.chapters, "chunk": CHUNK,
        "cases": [entry(result) for result in run.results],
    }
    chunks = [details[start:start + CHUNK] for start in range(0, len(details), CHUNK)]
    named = [("data", embedded(head)), *((f"details-{n}", embedded(chunk)) for n, chunk in enumerate(chunks))]
    compress = sum(len(text) for _, text in named) > PLAIN
    return [block(name, text, compress) for name, text in named]


def block(name: str, text: str, compress: bool) -> str:
    if not compress:
        return f'<script type="application/json" id="{name}">{text}</script>'
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return f'<script type="application/gzip" id="{name}">{packed}</script>'


def embedded(data: Any) -> str:
    """JSON that may stand inside a script element: ASCII, and nothing that could end the element or open another."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def entry(result: Result) -> dict[str, Any]:
    """What the table shows of a case, and what is searched."""
    return present({
        "id": result.id, "claim": result.claim, "document": model.printable(result.document or model.NO_DOCUMENT),
        "place": model.place(result.lines), "facts": result.facts, "outcome": result.outcome,
        "verdict": result.verdict.verdict, "unsound": not result.verdict.sound, "chapter": result.chapter,
        "source": result.source, "note": result.note, "why": result.verdict.why,
        "message": model.shortened(result.message), "known": result.known,
        "causes": list(signatures(result)), "dtypes": dtypes(result), "operation": operation(result),
        **{measure: farthest(result, measure) for measure in ("ulp", "abs", "rel")},
        # One letter for each dimension: agrees, differs, or a dash where it was not observed.
        "dimensions": "".join(result.dimensions.get(name, "-").replace("not ", "-")[0] for name in DIMENSIONS),
    })


def dtypes(result: Result) -> list[str]:
    """The element types a case showed, without torch's name before them."""
    seen = [*result.reference.seen, *result.candidate.seen]
    return sorted({each.dtype.removeprefix("torch.") for each in seen if isinstance(each, Array)})


def farthest(result: Result, measure: str) -> float | None:
    """The largest distance between numbers of a case, in ulps, absolutely or relatively."""
    found = [getattr(each.numeric, f"max_{measure}") for each in result.differences if each.numeric]
    return max((each for each in found if each is not None and math.isfinite(each)), default=None)


def detail(result: Result) -> dict[str, Any]:
    """What an opened case shows beside its entry."""
    return present({
        "claimed": result.verdict.claimed, "contradiction": "" if result.verdict.sound else result.verdict.message,
        "rows": [row(each) for each in model.rows(result)],
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
