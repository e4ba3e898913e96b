"""What a run looks like while it goes, and at its end, on a terminal and in a pipe."""
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from .case import Case
from .causes import causes
from .result import DIMENSIONS, OUTCOMES, Result, Run


class Face(Protocol):
    """Shows each result as it comes, then a summary."""

    def __enter__(self) -> "Face": ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 at: TracebackType | None) -> None: ...

    def add(self, result: Result) -> None: ...

    def summary(self, run: Run, paths: Sequence[Path]) -> None: ...


def face(cases: Sequence[Case]) -> Face:
    """A progress bar on a terminal, lines elsewhere."""
    return Bar(len(cases)) if sys.stdout.isatty() else Lines()


def say(text: str) -> None:
    """Print, or do nothing for good where nobody reads any more."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # What Python would still flush at its end must go nowhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def line_of(result: Result) -> str:
    """A result that is not good, in a line or two."""
    text = f"{result.outcome}: {result.id}" + (f": {result.message}" if result.message else "")
    if not result.verdict.sound:
        text = f"verdict does not hold: {result.id}: {result.verdict.message}" + (
            "" if result.outcome == "agrees" else f"\n{text}"
        )
    return text


class Lines:
    """For a pipe: a line for each result that is not good, and nothing that moves."""

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def add(self, result: Result) -> None:
        if not result.good:
            say(line_of(result))

    def summary(self, run: Run, paths: Sequence[Path]) -> None:
        say(summary_text(run, paths))


class Bar:
    """For a terminal: a bar under the lines of results that are not good."""

    def __init__(self, total: int):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.console = Console(highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self.console, transient=True,
        )
        self.task = self.progress.add_task("importing the engines", total=total)

    def __enter__(self) -> "Bar":
        self.progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.progress.stop()

    def add(self, result: Result) -> None:
        from rich.text import Text

        if not result.good:
            # As Text, for what an engine says is no markup.
            self.console.print(Text(line_of(result), style="red" if result.outcome == "differs" else "yellow"))
        self.progress.update(self.task, advance=1, description=result.chapter)

    def summary(self, run: Run, paths: Sequence[Path]) -> None:
        from rich.text import Text

        self.console.print(Text(summary_text(run, paths)), soft_wrap=True)


def summary_text(run: Run, paths: Sequence[Path]) -> str:
    """Counts by outcome, by dimension and by document, the verdict in a sentence, and where the reports are."""
    outcomes = run.outcomes()
    parts = [
        f"{run.candidate.name} {run.candidate.version} held against {run.reference.name} {run.reference.version}",
        *(f"{dimension}: {how}" for dimension, how in run.candidate.terms.items()),
        table([("outcome", "cases")] + [(name, str(outcomes[name])) for name in OUTCOMES if outcomes[name]]
              + [("all", str(len(run.results)))]),
        table([("dimension", "agrees", "differs", "not observed")] + [
            (name, *(str(count) for count in run.by_dimension()[name].values())) for name in DIMENSIONS
        ]),
        table([("document", "cases", "good", "verdicts")] + [
            (document or "(none)", str(len(results)), str(sum(result.good for result in results)), verdicts_of(results))
            for document, results in sorted(run.by_document().items(), key=lambda pair: pair[0] or "~")
        ]),
    ]
    if lines := cause_lines(run):
        parts.append("\n".join(lines))
    time = "" if run.duration is None else f" in {run.duration:.1f} s"
    known = sum(result.known is not None for result in run.results)
    good = sum(result.good for result in run.results) - known
    forgiven = f", {known} part as is known" if known else ""
    parts.append(f"{good} of {run.selected} cases agree, with sound verdicts{forgiven}{time}"
                 + (f"; {run.stopped} after {len(run.results)}" if run.stopped else ""))
    parts.append("\n".join(f"wrote {path}" for path in paths))
    return "\n\n".join(parts)


def cause_lines(run: Run) -> list[str]:
    """The ten causes that would turn most cases, where some differ for a common one."""
    found = causes(run.results)
    if sum(cause.count > 1 for cause in found) == 0:
        return []
    rows = [(str(cause.alone), str(cause.count), cause.signature[:100]) for cause in found[:10]]
    lines = [table([("turns", "cases", "cause"), *rows])]
    return lines if len(found) <= 10 else [*lines, f"… and {len(found) - 10} more causes"]


def verdicts_of(results: Sequence[Result]) -> str:
    """How often each verdict was reached, and how many do not hold."""
    names = [result.verdict.verdict for result in results]
    told = [f"{names.count(name)} {name}" for name in dict.fromkeys(sorted(names))]
    unsound = sum(not result.verdict.sound for result in results)
    return ", ".join(told) + (f" ({unsound} of them do not hold)" if unsound else "")


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows under a head, numbers to the right."""
    from tabulate import tabulate

    head, *body = rows
    align = ["right" if body and body[0][i].isdecimal() else "left" for i in range(len(head))]
    return tabulate(body, headers=head, tablefmt="simple", colalign=align, disable_numparse=True)
