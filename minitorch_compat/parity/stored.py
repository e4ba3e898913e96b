"""Results whose bulk stays in the journal: what a summary needs is at hand, the rest is read when it is asked for.

A run of any number of cases so takes some hundred bytes of memory for each, whatever its cases showed.
"""
import dataclasses
import json
import sys
import weakref
from pathlib import Path
from typing import Any

from .causes import signatures
from .observation import Observation
from .plain import decode, encode, hints
from .result import Result

BULK = ("source", "differences", "reference", "candidate")
"""Fields of a result that are read again from its line."""

LIGHT = tuple(each.name for each in dataclasses.fields(Result) if each.name not in BULK)


UNIQUE = ("id", "name", "message", "shrunk")
"""Fields whose words no other result has."""

UNCHANGED: dict[str, Any] = {}
NOTHING = Observation()


class Lines:
    """The lines of a journal by their places in the file; the result read last is at hand."""

    def __init__(self, path: Path) -> None:
        """Raises OSError as files do. A file that is renamed or removed later can still be read."""
        self._file = path.open("rb")
        weakref.finalize(self, self._file.close)
        self._read: tuple[int, Result] | None = None
        self._same: dict[Any, Any] = {}
        self.causes: dict[str, tuple[str, str]] = {}
        """Every signature with the dimension and the message it was first met with."""

    def text(self, place: int) -> str:
        """The line that begins at this place, as JSON."""
        self._file.seek(place)
        return self._file.readline().decode("utf-8").rstrip("\n")

    def whole(self, place: int) -> Result:
        """The result in the line that begins at this place."""
        if self._read is None or self._read[0] != place:
            self._read = place, decode(Result, json.loads(self.text(place))["result"])
        return self._read[1]

    def result(self, data: dict[str, Any], place: int) -> "Stored":
        """A result of which the line at this place holds these data."""
        types = hints(Result)
        light = {name: decode(types[name], data[name]) for name in LIGHT if name in data}
        differences = decode(types["differences"], data["differences"])
        return self._made(light, Result(
            **light, source="", differences=differences, reference=NOTHING, candidate=NOTHING), place)

    def stored(self, result: Result, place: int) -> "Stored":
        """A result that has just been written at this place."""
        return self._made({name: getattr(result, name) for name in LIGHT}, result, place)

    def _made(self, light: dict[str, Any], result: Result, place: int) -> "Stored":
        made = Stored.__new__(Stored)
        found = signatures(result)
        for text, about in found.items():
            self.causes.setdefault(text, about)
        # Most results have the same words for most things: these are kept once.
        light["verdict"] = self._same.setdefault(light["verdict"], light["verdict"])
        light["dimensions"] = self._same.setdefault(tuple(light["dimensions"].items()), light["dimensions"])
        light |= {name: sys.intern(text) for name, text in light.items() if type(text) is str and name not in UNIQUE}
        vars(made).update(light, journal=self, place=place, causes=tuple(map(sys.intern, found)), changed=UNCHANGED)
        return made


class Stored(Result):
    """A result whose bulk is read from its line whenever it is asked for."""

    journal: Lines
    place: int
    causes: tuple[str, ...]
    changed: dict[str, Any]

    @property
    def signatures(self) -> dict[str, tuple[str, str]]:
        return {text: self.journal.causes[text] for text in self.causes}

    def __getattr__(self, name: str) -> Any:
        if name in BULK:
            return getattr(self.journal.whole(self.place), name)
        raise AttributeError(f"a result has no {name!r}")

    def __repr__(self) -> str:
        return super().__repr__().replace("Stored(", "Result(", 1)

    def but(self, **changes: Any) -> "Stored":
        made = super().but(**changes)
        vars(made)["changed"] = {**self.changed, **changes}
        return made

    def as_json(self) -> str:
        text = self.journal.text(self.place).removeprefix('{"result": ').removesuffix("}")
        if not self.changed:
            return text
        return json.dumps({**json.loads(text), **encode(self.changed)}, ensure_ascii=False)
