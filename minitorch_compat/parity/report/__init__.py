"""A run as a report: HTML to open, Markdown to read in a repository, JSON to work with, JUnit XML for CI systems.

Every renderer shows the same `Run` and decides nothing. A run without times gives the same bytes each time.
"""
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..result import Run

FORMATS = ("html", "md", "json", "junit")
"""The names of the formats that are written unless one is asked for, the one for a browser first."""

MORE = ("badge", "github", "operators")
"""Formats that are written only when asked for."""

SUFFIXES = {
    "html": ".html", "md": ".md", "json": ".json", "junit": ".xml", "badge": "-badge.json", "github": "-summary.md",
    "operators": "-operators.md",
}

__all__ = ["FORMATS", "MORE", "SUFFIXES", "render", "write", "write_file"]


def render(run: Run, format: str) -> str:
    """The report as text that UTF-8 can hold. Raises ValueError for a format that is not in `FORMATS`."""
    return "".join(parts(run, format))


def parts(run: Run, format: str) -> Iterable[str]:
    """The report piece by piece, so that a large one need not be in memory. Raises ValueError as `render` does."""
    match format:
        case "html":
            from .html import html

            return [html(run)]
        case "md":
            from . import markdown

            return markdown.parts(run)
        case "json":
            from . import json

            return json.parts(run)
        case "junit":
            from . import junit

            return junit.parts(run)
        case "badge":
            from .badge import badge

            return [badge(run)]
        case "github":
            from .github import job_summary

            return [job_summary(run)]
        case "operators":
            from .operators import operators

            return [operators(run)]
        case _:
            raise ValueError(f"no report format {format!r}; there are {', '.join(FORMATS + MORE)}")


def write(run: Run, directory: Path, formats: Sequence[str] = FORMATS, stem: str = "report") -> list[Path]:
    """Write `stem` with each format's suffix into a directory, made where missing; the paths in the order asked for."""
    return [write_file(run, Path(directory) / f"{stem}{SUFFIXES.get(each, '')}", each) for each in formats]


def write_file(run: Run, path: Path, format: str) -> Path:
    """Write one report to this very path, whole or not at all."""
    path = Path(path)
    pieces = parts(run, format)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    with beside.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
    beside.replace(path)
    return path
