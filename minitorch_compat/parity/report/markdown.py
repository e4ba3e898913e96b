"""Markdown for reading in a repository: the summary, one row for each case, then every difference in full."""
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ..causes import causes
from ..result import DIMENSIONS, DOCUMENT_VERDICTS, OUTCOMES, Difference, Result, Run
from . import model
from .model import printable


def parts(run: Run) -> Iterator[str]:
    """The run as GitHub-flavoured Markdown."""
    tables = [summary(run), *by_cause(run), by_document(run), by_dimension(run)]
    for number, part in enumerate(filter(None, chain(tables, chapters(run), part_ways(run), in_full(run)))):
        yield "\n\n" * (number > 0) + part
    yield "\n"


def summary(run: Run) -> str:
    total = model.tally("all", run.results)
    lines = [
        "# Parity report", "",
        f"{plain(model.engine_title(run.candidate))} agrees with {plain(model.engine_title(run.reference))} on "
        f"**{total.agreeing} of {total.cases}** cases.",
    ]
    for dimension, how in run.candidate.terms.items():
        lines += ["", f"{dimension.capitalize()}: {plain(how.rstrip('.'))}."]
    if total.facts:
        lines += ["", f"Facts of the documents without a difference: **{total.good_facts} of {total.facts}**."]
    if not run.complete:
        lines += ["", f"**Unfinished**: {model.missing(run)} of {run.selected} selected cases have no result. "
                      f"{plain(run.stopped or '')}".rstrip()]
    if wrong := model.unsound(run):
        lines += ["", f"**Verdicts on documents that the run contradicts: {len(wrong)}.**"]
    lines += ["", *table(["outcome", "cases"], [[name, str(total.outcomes[name])] for name in OUTCOMES])]
    made = [f"Python {run.python}" if run.python else "", f"NumPy {run.numpy}" if run.numpy else ""]
    if run.started is not None:
        made.append(run.started)
    if run.duration is not None:
        made.append(model.seconds(run.duration))
    if any(made):
        lines += ["", plain(", ".join(each for each in made if each)) + "."]
    return "\n".join(lines)


def by_cause(run: Run, most: int = 10) -> Iterator[str]:
    """The causes that would turn most cases; one that stands behind a single case needs no row of its own."""
    found = causes(run.results)
    if found:
        rows = [[str(each.alone), str(each.count), plain(each.signature), code(each.cases[0])] for each in found[:most]]
        more = [] if len(found) <= most else ["", f"{len(found) - most} more causes are in the JSON report."]
        head = ["would turn", "cases", "cause", "for example"]
        yield "\n".join(["## By cause", "", *table(head, rows), *more])


def by_document(run: Run) -> str:
    rows = [
        [plain(each.label), str(each.cases), str(each.agreeing), f"{each.good_facts} of {each.facts}",
         *(str(each.verdicts[verdict]) for verdict in DOCUMENT_VERDICTS)]
        for each in model.documents(run)
    ]
    head = ["document", "cases", "engine agrees", "facts in order", *DOCUMENT_VERDICTS]
    return "\n".join(["## By document", "", *table(head, rows)])


def by_dimension(run: Run) -> str:
    counts = run.by_dimension()
    rows = [[name, *(str(counts[name][key]) for key in ("agrees", "differs", "not observed"))] for name in DIMENSIONS]
    return "\n".join(["## By dimension", "", *table(["dimension", "agrees", "differs", "not observed"], rows)])


def chapters(run: Run) -> Iterator[str]:
    many = len(run.results) > model.MANY
    yield "## Cases" + (" that are not in order" if many else "")
    for name, results in model.by_chapter(run).items():
        results = [result for result in results if not (many and result.good)]
        if not results:
            continue
        rows = [
            [code(result.name), plain(first_line(result.claim)), plain(result.lines or ""), outcome(result),
             verdict(result)]
            for result in results
        ]
        heading = plain(first_line(run.chapters.get(name, "")))
        head = ["case", "claim", "lines", "outcome", "document"]
        documents = " and ".join(plain(each) for each in dict.fromkeys(r.document for r in results) if each)
        about = " ".join(part for part in (heading, f"({documents})" if documents else "") if part)
        yield "\n".join([f"### {plain(name)}", "", *([about, ""] if about else []), *table(head, rows)])


def outcome(result: Result) -> str:
    """The outcome, as a link to all there is to say where something is not in order."""
    if result.known is not None:
        return f"{result.outcome}, as is known: {plain(result.known)}"
    return "agrees" if result.good else f"[**{result.outcome}**](#{anchor(result.id)})"


def anchor(heading: str) -> str:
    """What GitHub and its like make of a heading's text to link to it."""
    return re.sub(r"[^\w\- ]", "", printable(heading).lower()).replace(" ", "-")


def verdict(result: Result) -> str:
    return result.verdict.verdict + ("" if result.verdict.sound else " (**contradicted**)")


def part_ways(run: Run) -> Iterator[str]:
    """What documents state and torch does not do, with the author's reason."""
    found = [each for each in run.results if each.verdict.verdict not in ("holds", "unstated")]
    if not found:
        return
    yield "## Where the documents are not the whole truth"
    for result in found:
        head = f"### {code(result.name)}: {result.verdict.verdict}"
        source = plain(", ".join(filter(None, [result.document, model.place(result.lines)])))
        lines = [head, "", f"{plain(first_line(result.claim))} {source and f'({source})'}".rstrip()]
        if result.verdict.why:
            lines += ["", plain(result.verdict.why)]
        if result.verdict.voices:
            cells = [
                [code(voice.name), code(voice.document), code(voice.reference),
                 "the same" if voice.candidate == voice.reference else code(voice.candidate)]
                for voice in result.verdict.voices
            ]
            heads = ["the document", *(plain(model.engine_title(each)) for each in (run.reference, run.candidate))]
            lines += ["", *table(["", *heads], cells)]
        yield "\n".join(lines)


def in_full(run: Run) -> Iterator[str]:
    """Everything that is not agreement, with all there is to know about it; of many, the first cases of each cause."""
    bad = [each for each in run.results if not each.good]
    if not bad:
        return
    found = bad
    if len(run.results) > model.MANY:
        found = [each for each, first in zip(bad, model.first_of_causes(bad), strict=True) if first]
    yield "## Differences in full"
    if len(found) < len(bad):
        yield f"The first {model.FIRST} cases of each cause; {len(bad) - len(found)} more are in the JSON report."
    for result in found:
        lines = [f"### {code(result.id)}", "", f"{plain(result.claim)}", "", f"Outcome: **{result.outcome}**."]
        if result.message:
            lines += ["", fenced(model.shortened(result.message))]
        if not result.verdict.sound:
            lines += ["", f"Verdict contradicted: {plain(result.verdict.message)}"]
        for observation, who in ((result.reference, "reference"), (result.candidate, "engine")):
            if observation.raised is not None:
                lines += ["", f"Exception on the {who}:", "", fenced(model.shortened(observation.raised.traceback))]
        yield "\n".join(lines)
        yield from map(one_difference, result.differences)
        if result.shrunk:
            yield "\n".join(["Less code that ends the same way:", "", fenced(result.shrunk, "python")])
        yield "\n".join(["The case:", "", fenced(model.shortened(result.source), "python")])


def one_difference(difference: Difference) -> str:
    lines = [f"**{difference.dimension}**, {code(difference.name)}: {plain(difference.message)}"]
    if difference.numeric is not None:
        lines += ["", *table(["", ""], [[label, code(text)] for label, text in model.figures(difference.numeric)])]
    lines += ["", fenced(two_sides(difference), "diff")]
    return "\n".join(lines)


def two_sides(difference: Difference) -> str:
    """The reference's lines marked with a minus, the engine's with a plus."""
    pieces = model.excerpt(model.difference(difference.reference, difference.candidate))
    sides = [("-", model.side(pieces, "reference")), ("+", model.side(pieces, "candidate"))]
    return "\n".join(f"{sign}{line}" for sign, text in sides for line in text.split("\n"))


def table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [line(head), line(["---"] * len(head)), *map(line, rows)]


def line(cells: list[str]) -> str:
    # A bar would end its cell, even inside code.
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def first_line(text: str) -> str:
    return text.strip().partition("\n\n")[0].replace("\n", " ")


SPECIAL = re.compile(r"([\\*\[\]<>#~$&]|(?<![^\W_])_|_(?![^\W_]))")
"""What Markdown would take for its own; an underscore inside a name is none of these."""

CELL = 300
"""Characters of inline code; what is longer stands in full in the JSON report."""


def plain(text: str) -> str:
    """Text that Markdown leaves alone, on one line; what stands between backticks stays code."""
    pieces = printable(text).replace("\r", " ").replace("\n", " ").split("`")
    if len(pieces) % 2 == 0:
        return "\\`".join(SPECIAL.sub(r"\\\1", piece) for piece in pieces)
    return "".join(code(piece) if index % 2 else SPECIAL.sub(r"\\\1", piece) for index, piece in enumerate(pieces))


def code(text: str) -> str:
    """Text as inline code, on one line."""
    text = text if len(text) <= CELL else f"{text[:CELL]}… ({len(text) - CELL} more)"
    text = printable(text).replace("\n", " ⏎ ").replace("\t", " ")
    if not text.strip():
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def fenced(text: str, language: str = "") -> str:
    """Text as a block of code, in a fence longer than any in it."""
    text = printable(text).rstrip("\n")
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"
