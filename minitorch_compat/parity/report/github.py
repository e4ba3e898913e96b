"""For GitHub's runners: a job summary within its size limit, and annotations that show at the lines of cases."""
from collections.abc import Iterator

from ..result import Run
from . import model
from .markdown import by_cause, by_dimension, by_document, code, plain, summary, table

LIMIT = 1_000_000
"""Bytes of a job summary; GitHub refuses more than 1 MiB."""

ANNOTATIONS = 10
"""Errors of one step that GitHub shows."""

MESSAGE = 1_000
"""Characters of an annotation."""


def job_summary(run: Run) -> str:
    """The summary, and as many of the differing cases as there is room for."""
    parts = [summary(run), *by_cause(run), by_document(run), by_dimension(run)]
    text = "\n\n".join(parts) + "\n"
    bad = [result for result in run.results if not result.good]
    if not bad:
        return text
    head = "\n## Cases to look at\n\n" + "\n".join(table(["case", "outcome", "message"], [])) + "\n"
    rows, size = [], len((text + head).encode())
    for result in bad:
        message = plain(model.shortened(result.message or result.verdict.message).partition("\n")[0][:300])
        row = table([], [[code(result.id), result.outcome, message]])[-1] + "\n"
        size += len(row.encode())
        if size > LIMIT - 200:
            break
        rows.append(row)
    rest = f"\n{len(bad) - len(rows)} more are in the reports.\n" if len(rows) < len(bad) else ""
    return text + head + "".join(rows) + rest


def annotations(run: Run, places: dict[str, tuple[str, int]]) -> Iterator[str]:
    """Workflow commands, one for each of the first cases that are not good; `places` has their files and lines."""
    bad = [result for result in run.results if not result.good]
    for result in bad[:ANNOTATIONS]:
        file, line = places.get(result.id, ("", 0))
        where = f"file={value(file)},line={line}," if file else ""
        message = result.message or result.verdict.message or result.outcome
        yield f"::error {where}title={value(f'{result.id}: {result.outcome}')}::{data(message[:MESSAGE])}"


def data(text: str) -> str:
    """Text as a workflow command has it: nothing in it can begin another."""
    return model.printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def value(text: str) -> str:
    return data(text).replace(":", "%3A").replace(",", "%2C")
