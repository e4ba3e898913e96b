"""A random program: statements of torch source, a function that any engine runs, and a case."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from ..case import Case
from ..opinfo import support as of_samples
from . import support
from .scribe import Statement

NAME = re.compile(r"\bv\d+\b")


@dataclass(frozen=True)
class Program:
    """Statements in their order."""

    statements: tuple[Statement, ...]

    def __str__(self) -> str:
        return "\n".join(each.text for each in self.statements)

    @cached_property
    def names(self) -> list[str]:
        """The variables there are at the end, in the order in which they were made."""
        names: list[str] = []
        for each in self.statements:
            names += each.makes
            if each.operation == "del":
                names = [name for name in names if name != NAME.findall(each.text)[0]]
        return names

    def lines(self) -> list[str]:
        """The body of the function, but for the look at everything."""
        lines: list[str] = []
        for place, each in enumerate(self.statements):
            if each.refused:
                lines += [f"with see.refusal({self.label(place)!r}):", f"    {each.text}"]
            else:
                lines.append(each.text)
        return lines

    def label(self, place: int) -> str:
        """The name under which a refused statement is seen."""
        return f"{self.statements[place].operation}, statement {place + 1}"

    @cached_property
    def text(self) -> str:
        """The program as a function of an engine and `see`."""
        return function([*self.lines(), f"everything(torch, see{''.join(f', {name}={name}' for name in self.names)})"])

    def place_of(self, line: int) -> int | None:
        """The statement that stands in a line of the text, counted from one."""
        reached = 2
        for place, each in enumerate(self.statements):
            reached += 2 if each.refused else 1
            if line < reached:
                return place
        return None

    def case(self, case_id: str = "found.program/program", claim: str = "A random program.", **more: Any) -> Found:
        """The program as a case."""
        return Found(id=case_id, body=unused, claim=claim, text=self.text, **more)

    def without(self, place: int) -> Program:
        return Program(self.statements[:place] + self.statements[place + 1 :])

    def apart_from(self, place: int) -> Program:
        """The program without a statement and all those that use what it made."""
        gone = set(self.statements[place].makes)
        kept = list(self.statements[:place])
        for each in self.statements[place + 1 :]:
            if gone.isdisjoint(NAME.findall(each.text)):
                kept.append(each)
            else:
                gone.update(each.makes)
        return Program(tuple(kept))

    def renamed(self) -> Program:
        """The same with its variables numbered in the order in which they are made."""
        numbers: dict[str, str] = {}
        made: list[Statement] = []
        for each in self.statements:
            for name in each.makes:
                numbers[name] = f"v{len(numbers)}"
            text = NAME.sub(lambda found: numbers.get(found[0], found[0]), each.text)
            makes = tuple(numbers[name] for name in each.makes)
            made.append(replace(each, text=text, makes=makes))
        return Program(tuple(made))


@dataclass(frozen=True)
class Found(Case):
    """A program as a case; its body is compiled from its text when it runs, in whatever process that is."""

    text: str = ""
    portable: ClassVar[bool] = True

    def __call__(self, torch: Any, see: Any) -> None:
        scope: dict[str, Any] = {name: getattr(support, name) for name in support.SPOKEN}
        scope |= {name: getattr(of_samples, name) for name in ("unpacked",)}
        exec(compile(self.text, "<program>", "exec"), scope)
        scope["program"](torch, see)

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.text

    @property
    def path(self) -> Path:
        return Path(support.__file__)

    @property
    def line(self) -> int:
        return 1


def unused(torch: Any, see: Any) -> None:
    """A program's body is its text."""


def function(lines: Iterable[str]) -> str:
    """Lines as the function that a program is."""
    return "def program(torch, see):\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def digest(text: str) -> str:
    """Ten hexadecimal digits that tell one text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def joined(statements: Sequence[Statement]) -> Program:
    return Program(tuple(statements))
