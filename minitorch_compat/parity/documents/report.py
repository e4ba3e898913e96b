"""Checked pages for a reader: lines for a terminal, Markdown, HTML, JSON."""
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..report.markdown import code, fenced, plain, table
from ..report.model import printable
from .verdicts import FAILS, MATCHES, OUTDATED, VERDICTS, Checked, CheckedPage

FORMATS = ("md", "html", "json")
SIGNS = dict(zip(VERDICTS, "✓≈↺✗–", strict=True))


def place(page: CheckedPage, block: Checked) -> str:
    """Where a block stands, as an editor takes it."""
    return f"{page.page.name}, cell {block.block.cell}" if block.block.cell else f"{page.page.name}:{block.block.line}"


def sentence(pages: Sequence[CheckedPage]) -> str:
    """How many blocks have which verdict."""
    counts = {name: sum(page.counts()[name] for page in pages) for name in VERDICTS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    blocks = sum(counts.values())
    pages_told = f"{len(pages)} pages" if len(pages) != 1 else pages[0].page.name
    return f"{pages_told}: {blocks} block{'s' * (blocks != 1)}" + (f": {told}" if told else "")


def told(page: CheckedPage, everything: bool = False) -> Iterator[str]:
    """A line for each block that is not as it should be (or for every one), with the lines it should have."""
    for block in page.blocks:
        differs = page.candidate is not None and block.engine.startswith("differs")
        if not (everything or block.verdict in (OUTDATED, FAILS) or differs):
            continue
        yield f"{place(page, block)}: {block.verdict}" + (f": {block.why}" if block.why else "")
        for claim in block.claims:
            if claim.verdict == OUTDATED:
                yield from (f"  - {line}" for line in printable(claim.want.text).rstrip("\n").split("\n"))
                yield from (f"  + {line}" for line in printable(claim.today).rstrip("\n").split("\n"))
        yield from (f"  note: {remark}" for remark in block.remarks)
        if differs:
            yield f"  the engine {block.engine}"


def markdown(pages: Sequence[CheckedPage]) -> str:
    """All pages as Markdown: a table, then each block that is not as the page says."""
    parts = ["# Documents held against torch", heading(pages), "\n".join(table(
        ["page", *VERDICTS], [[code(page.page.name), *(str(count) for count in page.counts().values())]
                              for page in pages]))]
    for page in pages:
        parts.append(f"## {plain(page.page.name)}")
        for block in page.blocks:
            parts.append(f"**{code(where(block))}: {block.verdict}**" + (f". {plain(block.why)}" if block.why else ""))
            parts += [f"Note: {plain(remark)}" for remark in block.remarks]
            if page.candidate is not None and block.engine not in ("same", "not run"):
                parts.append(f"{page.candidate.name} {plain(block.engine)}")
            if block.verdict != MATCHES:
                parts.append(fenced(block.block.source, "python"))
            for claim in block.claims:
                if claim.verdict == OUTDATED:
                    old, new = claim.want.text.split("\n"), claim.today.rstrip().split("\n")
                    parts.append(fenced("\n".join([*map("-{}".format, old), *map("+{}".format, new)]), "diff"))
    return "\n\n".join(parts) + "\n"


def where(block: Checked) -> str:
    return f"cell {block.block.cell}" if block.block.cell else f"line {block.block.line}"


def heading(pages: Sequence[CheckedPage]) -> str:
    engines = [pages[0].reference, pages[0].candidate] if pages else []
    names = " and ".join(f"{each.name} {each.version}" for each in engines if each is not None)
    return f"Run on {plain(names)}. {plain(sentence(pages))}."


STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { padding: .2rem .8rem; border-bottom: 1px solid #8884; text-align: left }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem }
pre { background: #8882; padding: .6rem; overflow: auto; margin: .2rem 0 } details { margin: .6rem 0 }
summary { cursor: pointer } .bad { color: #c33; font-weight: 600 } .good { color: #2a8; font-weight: 600 }
"""


def html(pages: Sequence[CheckedPage]) -> str:
    """All pages as one HTML file: for each block what the document shows, and beside it what each engine shows."""
    rows = "".join(
        f"<tr><td>{escape(page.page.name)}</td>" + "".join(f"<td>{count}</td>" for count in page.counts().values())
        + "</tr>" for page in pages)
    body = "".join(one_page(page) for page in pages)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Documents held against torch</title>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style><h1>Documents held against torch</h1><p>{escape(sentence(pages))}</p>"
        "<table><tr><th>page</th>"
        + "".join(f"<th>{SIGNS[name]} {name}</th>" for name in VERDICTS) + f"</tr>{rows}</table>{body}</html>\n"
    )


def one_page(page: CheckedPage) -> str:
    parts = [f"<h2>{escape(page.page.name)}</h2>"]
    for block in page.blocks:
        bad = block.verdict in (OUTDATED, FAILS)
        sides = [("the document", "\n".join(want.text for want in block.block.wants)),
                 (f"{page.reference.name} {page.reference.version}", block.today)]
        if page.candidate is not None:
            sides.append((f"{page.candidate.name} {page.candidate.version}: {block.engine}", block.beside))
        columns = "".join(
            f"<div><b>{escape(printable(name))}</b><pre>{escape(printable(text)) or '(nothing)'}</pre></div>"
            for name, text in sides)
        notes = "".join(f"<p>Note: {escape(remark)}</p>" for remark in block.remarks)
        parts.append(
            f"<details{' open' if bad else ''}><summary>{escape(where(block))}: <span class={'bad' if bad else 'good'}>"
            f"{SIGNS[block.verdict]} {block.verdict}</span> {escape(printable(block.why))}</summary>{notes}"
            f"<pre>{escape(printable(block.block.source))}</pre><div class=sides>{columns}</div></details>")
    return "".join(parts)


def as_json(pages: Sequence[CheckedPage]) -> str:
    """All that was found as JSON."""
    return json.dumps({"pages": [page_data(page) for page in pages]}, indent=1, ensure_ascii=False) + "\n"


def page_data(page: CheckedPage) -> dict[str, Any]:
    return {
        "page": page.page.name, "reference": [page.reference.name, page.reference.version],
        "engine": None if page.candidate is None else [page.candidate.name, page.candidate.version],
        "counts": page.counts(),
        "blocks": [{
            "line": block.block.line, "cell": block.block.cell or None, "verdict": block.verdict, "why": block.why,
            "source": block.block.source, "today": block.today, "beside": block.beside, "engine": block.engine,
            "remarks": block.remarks, "claims": [{
                "states": claim.want.text, "form": claim.want.form, "lines": [claim.want.first, claim.want.last],
                "verdict": claim.verdict, "today": claim.today, "why": claim.why,
            } for claim in block.claims],
        } for block in page.blocks],
    }


def write(pages: Sequence[CheckedPage], folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write documents.md, documents.html, documents.json; returns where they are."""
    renderers = {"md": markdown, "html": html, "json": as_json}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in formats:
        path = folder / f"documents.{name}"
        path.write_text(renderers[name](pages), encoding="utf-8", errors="replace")
        paths.append(path)
    return paths
