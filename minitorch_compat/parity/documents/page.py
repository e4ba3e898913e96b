"""A document as blocks of steps: what runs, in which line it stands, and what the page says it shows."""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path


class NoPage(Exception):
    """A file that cannot be read as a document; the text is for the user."""


@dataclass(frozen=True)
class Want:
    """Text a page sets down as output: where it stands, line by line (from 1; 0 where it has no lines), and how.

    The form is "console" (lines under a prompt), "block" (a block of its own), "comment", or "notebook".
    `prefix` stands before its first line in the file, `rest` before every other.
    """

    text: str
    form: str
    first: int = 0
    last: int = 0
    prefix: str = ""
    rest: str = ""
    name: str = ""
    """The variable whose value it is, where a comment stands beside an assignment."""
    lines: tuple[int, int] = (0, 0)
    """For a comment inside a loop or a function: the lines of the statement whose printing it tells of."""


@dataclass(frozen=True)
class Step:
    """A piece of code that runs by itself: a statement, or what stands under one prompt."""

    source: str
    line: int
    wants: tuple[Want, ...] = ()


@dataclass(frozen=True)
class Block:
    """What gets one verdict: a fence, a cell, a session. `skip` says why it is not to be run."""

    steps: tuple[Step, ...]
    line: int
    want: Want | None = None
    skip: str = ""
    shows_last: bool = False
    """Whether the value of the last expression is shown without being printed, as notebooks do."""
    cell: int = 0
    """The number of the notebook's cell, from 1."""
    session: bool = False
    """Whether it goes on after an error, as a session with prompts does."""

    @property
    def source(self) -> str:
        return "\n".join(step.source for step in self.steps)

    @property
    def wants(self) -> list[Want]:
        """All that is stated."""
        stated = [want for step in self.steps for want in step.wants]
        return [*stated, self.want] if self.want else stated


@dataclass(frozen=True)
class Page:
    """A document. `preamble` is code that comes first and may fail, such as what docstrings take for granted."""

    name: str
    blocks: tuple[Block, ...]
    path: Path | None = None
    preamble: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def renamed(self, name: str) -> Page:
        return replace(self, name=name)


def read(path: Path) -> Page:
    """The document in a file, told by its ending: .md, .markdown, .qmd, .rst, .txt, .py, .ipynb.

    Raises NoPage for another ending or a file that is not what it should be, OSError where it cannot be opened.
    """
    from . import markdown, notebook, program, restructured

    readers = {
        ".md": markdown.blocks, ".markdown": markdown.blocks, ".qmd": markdown.blocks, ".txt": restructured.blocks,
        ".rst": restructured.blocks, ".py": program.blocks, ".ipynb": notebook.blocks,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise NoPage(f"{path}: documents end in {', '.join(readers)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise NoPage(f"{path} is not written in UTF-8") from None
    return Page(str(path), tuple(reader(text)), path, text=text)
