"""A copy of a page with today's output in place of what is outdated."""
from __future__ import annotations

from pathlib import Path

from . import notebook
from .page import NoPage, Want
from .verdicts import OUTDATED, CheckedPage, Claim


def fixable(claim: Claim) -> bool:
    """Whether today's text can stand for the old: it is known, and not a matter of chance."""
    return claim.verdict == OUTDATED and not claim.form_only and bool(claim.today)


def fixed(checked: CheckedPage) -> str:
    """The page's text with today's output filled in. Raises NoPage for a page that is no file."""
    page = checked.page
    if page.path is None:
        raise NoPage(f"{page.name} is no file, and has no copy")
    claims = [(block, claim) for block in checked.blocks for claim in block.claims if fixable(claim)]
    cells = {block.block.cell: claim.today.rstrip("\n") for block, claim in claims if claim.want.form == "notebook"}
    if cells:
        return notebook.filled(page.text, cells)
    lines = page.text.split("\n")
    for _, claim in sorted(claims, key=lambda pair: pair[1].want.first, reverse=True):
        want = claim.want
        if want.first:
            lines[want.first - 1:want.last] = written(want, claim.today)
    return "\n".join(lines)


def written(want: Want, today: str) -> list[str]:
    """Today's text in the form the page has, line by line."""
    first, *rest = today.rstrip("\n").split("\n")
    if want.form == "comment":
        *before, head = want.prefix.split("\n")
        lead = head if not before else want.rest
        return [*before, f"{lead}{first}", *(f"{want.rest}{line}".rstrip() for line in rest)]
    # A blank line would end the output of a session.
    return [f"{want.rest}{line}".rstrip() if line or want.form == "block" else f"{want.rest}<BLANKLINE>"
            for line in (first, *rest)]


def copy_of(path: Path) -> Path:
    """Where the copy of a page goes: beside it, with `fixed` before its ending."""
    return path.with_name(f"{path.stem}.fixed{path.suffix}")
