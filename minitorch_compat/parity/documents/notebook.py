"""Notebooks: code cells, and the outputs that are stored with them."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .page import Block, NoPage, Want
from .source import program


def blocks(text: str) -> Iterator[Block]:
    """The code cells of a notebook. Lines are counted through all of them. Raises NoPage for what is none."""
    line = 1
    for number, cell in enumerate(cells(text), 1):
        if cell.get("cell_type") != "code":
            continue
        source = joined(cell.get("source", ""))
        outputs = cell.get("outputs", [])
        shown = [each for each in map(output_text, outputs) if each is not None]
        want = Want("".join(ended(each) for each in shown).rstrip("\n"), "notebook") if shown else None
        if source.strip():
            yield program(source, line, want, shows_last=True, cell=number)
        line += source.count("\n") + 1


def cells(text: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text)
        found = data["cells"] if "cells" in data else data["worksheets"][0]["cells"]
        return [each for each in found if isinstance(each, dict)]
    except (ValueError, KeyError, TypeError, IndexError):
        raise NoPage("this is no notebook: it has no cells") from None


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def output_text(output: dict[str, Any]) -> str | None:
    """What an output of a cell shows as text; None for pictures and for the stream of errors."""
    match output.get("output_type"):
        case "stream":
            return None if output.get("name") == "stderr" else joined(output.get("text", ""))
        case "execute_result" | "pyout":
            data = output.get("data", output)
            return joined(data.get("text/plain", data.get("text", "")))
        case "error" | "pyerr":
            return f"Traceback (most recent call last):\n{output.get('ename', '')}: {output.get('evalue', '')}"
    return None


def filled(text: str, today: dict[int, str]) -> str:
    """The notebook with the text of some cells (by number) in place of all their outputs."""
    data = json.loads(text)
    for number, cell in enumerate(data["cells"] if "cells" in data else data["worksheets"][0]["cells"], 1):
        if number in today:
            kept = [each for each in cell.get("outputs", []) if output_text(each) is None]
            cell["outputs"] = [{"name": "stdout", "output_type": "stream",
                                "text": ended(today[number]).splitlines(keepends=True)}, *kept]
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
