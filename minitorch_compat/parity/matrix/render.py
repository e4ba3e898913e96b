"""A matrix as text for a terminal, Markdown, JSON, and one HTML file that opens from disk."""
import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..report import model as told
from ..report.html import block, digest, embedded, pack
from ..report.markdown import anchor, code, first_line, plain, table
from ..result import DIMENSIONS, OUTCOMES
from .model import SIGNS, STEPS, Cell, Column, Matrix, Row, cell_data

FORMATS = ("html", "md", "json")
PLAIN = 4_000_000
"""Bytes of data up to which they stay readable in the HTML file."""

CAUSES = 10
"""Causes that are told for each engine."""


def write(found: Matrix, directory: Path, formats: Sequence[str] | None = None) -> list[Path]:
    """Write `matrix` in each format into a directory, each file whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for format in formats or FORMATS:
        path = directory / f"matrix.{format}"
        beside = path.with_name(path.name + ".part")
        beside.write_text({"html": html, "md": markdown, "json": data}[format](found), encoding="utf-8", newline="\n")
        beside.replace(path)
        paths.append(path)
    return paths


def data(found: Matrix) -> str:
    """The matrix as JSON, which `schema.json` describes."""
    written = json.dumps(found.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    return written.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of that."""
    return json.loads(files(__package__).joinpath("schema.json").read_text(encoding="utf-8"))


def title(column: Column) -> str:
    return told.engine_title(column.engine)


def text(found: Matrix) -> str:
    """Chapters down, engines across, with how many cases agree."""
    from ..faces import table as aligned

    head = ("chapter", *(column.engine.name for column in found.columns))
    shares = [(name, *(found.share(rows, place).text for place in range(len(found.columns))))
              for name, rows in found.by_chapter().items()]
    totals = ("all", *(f"{column.outcomes['agrees']} of {column.selected}" for column in found.columns))
    outcomes = [(outcome, *(str(column.outcomes[outcome]) for column in found.columns)) for outcome in OUTCOMES
                if any(column.outcomes[outcome] for column in found.columns)]
    parts = [aligned([head, *shares, totals]), aligned([("outcome", *head[1:]), *outcomes])]
    return "\n\n".join([*parts, *(f"{title(column)}: {column.stopped}" for column in found.columns if column.stopped)])


def markdown(found: Matrix) -> str:
    """A page for a repository: chapters, the causes of each engine, and every case, each cell linked to its cause."""
    names = [plain(title(column)) for column in found.columns]
    anchors = {(place, cause.signature): f"{place + 1}-{number}" for place, column in enumerate(found.columns)
               for number, cause in enumerate(column.causes, 1)}
    parts = [
        f"# {len(found.rows)} cases on {len(found.columns)} engines",
        f"Held against {plain(told.engine_title(found.reference))}. A cell tells what an engine does of a case, and "
        "leads to the cause; the cells of a chapter count the cases that agree.",
        "\n".join(table(["sign", "of a case", "of a chapter"], legend())),
        "\n".join(["## Outcomes", "", *table(["", *names], [
            [outcome, *(str(column.outcomes[outcome]) for column in found.columns)] for outcome in OUTCOMES
        ])]),
        "\n".join(["## Dimensions", "", "In how many cases each engine differs; what an engine's adapter leaves out or "
                   "compares its own way is told below.", "", *table(["", *names], [
                       [name, *(str(column.dimensions[name]) + ("\\*" if name in column.engine.terms else "")
                                for column in found.columns)] for name in DIMENSIONS])]),
        *terms(found), "\n".join(["## Chapters", "", *table(["", *names], [
            [f"[{plain(name)}](#{anchor(name)})",
             *(found.share(rows, place).text for place in range(len(found.columns)))]
            for name, rows in found.by_chapter().items()])]),
        *causes(found), "## Cases",
    ]
    for name, rows in found.by_chapter().items():
        lines = [[code(row.id.rpartition("/")[2]), *(linked(row, place, anchors) for place in range(len(row.cells)))]
                 for row in rows]
        parts.append("\n".join([f"### {plain(name)}", "", *table(["", *names], lines)]))
    return "\n\n".join(parts) + "\n"


def legend() -> Iterator[list[str]]:
    shares = ["no result", "all agree", "90 % or more", "70 % or more", "50 % or more", "30 % or more", "10 % or more",
              "fewer, or none"]
    for step, name in enumerate(STEPS):
        yield [SIGNS[step], name, shares[step]]


def terms(found: Matrix) -> Iterator[str]:
    rows = [[plain(title(column)), dimension, plain(how)] for column in found.columns
            for dimension, how in column.engine.terms.items()]
    if rows:
        yield "\n".join(["## Terms of comparison", "", *table(["engine", "dimension", "how"], rows)])


def causes(found: Matrix) -> Iterator[str]:
    """For each engine every cause, the one that alone keeps most cases from agreeing first."""
    for place, column in enumerate(found.columns):
        rows = [[f'<a id="{place + 1}-{number}"></a>{number}', str(each.alone), str(each.count), plain(each.signature),
                 code(each.cases[0])] for number, each in enumerate(column.causes, 1)]
        if rows:
            yield "\n".join([f"## Causes: {plain(title(column))}", "",
                             *table(["", "would turn", "cases", "cause", "for example"], rows)])


def linked(row: Row, place: int, anchors: dict[tuple[int, str], str]) -> str:
    cell = row.cells[place]
    if cell is None:
        return "not run"
    name = f"{SIGNS[cell.step]} {plain(cell.text)}"
    return f"[{name}](#{anchors[place, cell.causes[0]]})" if cell.causes else name


def html(found: Matrix) -> str:
    """The matrix as one self-contained page."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(template), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=lambda value: told.printable(value) if type(value) is str else value,
    )
    style, script = template("matrix.css"), template("matrix.js")
    held = embedded(page_data(found))
    return environment.get_template("matrix.html").render(
        found=found, title=title, reference=told.engine_title(found.reference), signs=SIGNS, steps=STEPS,
        legend=list(legend()), outcomes=OUTCOMES, chapters=found.by_chapter(), causes=CAUSES, first_line=first_line,
        style=Markup(style), script=Markup(script), style_hash=digest(style), script_hash=digest(script),
        data=Markup(block("data", pack(held) if len(held) > PLAIN else held, len(held) > PLAIN)),
    )


@cache
def template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def page_data(found: Matrix) -> dict[str, Any]:
    """What the script lays out; every cause stands there once for each engine."""
    numbers = [{cause.signature: number for number, cause in enumerate(column.causes)} for column in found.columns]
    return {
        "engines": [column.engine.name for column in found.columns],
        "titles": [title(column) for column in found.columns], "reference": told.engine_title(found.reference),
        "signs": [SIGNS[step] for step in range(len(STEPS))], "steps": STEPS,
        "causes": [[cause.signature for cause in column.causes] for column in found.columns],
        "cases": [{
            "id": row.id, "chapter": row.chapter, "claim": row.claim, "source": row.source,
            "cells": [cell and page_cell(cell, numbers[place]) for place, cell in enumerate(row.cells)],
        } for row in found.rows],
    }


def page_cell(cell: Cell, numbers: dict[str, int]) -> dict[str, Any]:
    held = cell_data(cell)
    kept = {name: held[name] for name in ("step", "text", "outcome", "message", "differences", "more") if held[name]}
    return {**kept, **({"causes": [numbers[each] for each in cell.causes]} if cell.causes else {})}
