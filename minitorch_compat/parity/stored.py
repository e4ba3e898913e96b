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
from .observation import Array, Observation
from .plain import decode, encode, hints
from .result import Result

BULK = ("source", "differences", "reference", "candidate")
"""Fields of a result that are read again from its line."""

LIGHT = tuple(each.name for each in dataclasses.fields(Result) if each.name not in BULK)


UNIQUE = ("id", "name", "message", "shrunk")
"""Fields whose words no other result has."""

UNCHANGED: dict[str, Any] = {}
NOTHING = Observation()


class Told(Result):
    """A result on its way to a journal, beside its line: without its bulk, and with what is worked out from that."""

    found: dict[str, tuple[str, str]]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, result: Result) -> "Told":
        told = cls.__new__(cls)
        bulk = {"source": "", "differences": (), "reference": NOTHING, "candidate": NOTHING}
        vars(told).update({**vars(result), **bulk}, found=signatures(result), kinds=result.dtypes)
        return told

    @property
    def signatures(self) -> dict[str, tuple[str, str]]:
        return self.found

    @property
    def dtypes(self) -> tuple[str, ...]:
        return self.kinds


class Lines:
    """The lines of a journal by their places in the file; the result read last is at hand."""

    def __init__(self, path: Path) -> None:
        """Raises OSError as files do. A file that is renamed or removed later can still be read."""
        self._file = path.open("rb")
        weakref.finalize(self, self._file.close)
        self._place = -1
        self._data: dict[str, Any] = {}
        self._read: dict[str, Any] = {}
        self._same: dict[Any, Any] = {}
        self.causes: dict[str, tuple[str, str]] = {}
        """Every signature with the dimension and the message it was first met with."""

    def text(self, place: int) -> str:
        """The line that begins at this place, as JSON."""
        self._file.seek(place)
        return self._file.readline().decode("utf-8").rstrip("\n")

    def part(self, place: int, name: str) -> Any:
        """One field of the result in the line that begins at this place."""
        if self._place != place:
            self._place, self._data, self._read = place, json.loads(self.text(place))["result"], {}
        if name not in self._read:
            self._read[name] = decode(hints(Result)[name], self._data[name])
        return self._read[name]

    def result(self, data: dict[str, Any], place: int) -> "Stored":
        """A result of which the line at this place holds these data."""
        types = hints(Result)
        light = {name: decode(types[name], data[name]) for name in LIGHT if name in data}
        differences = decode(types["differences"], data["differences"])
        whole = Result(**light, source="", differences=differences, reference=NOTHING, candidate=NOTHING)
        seen = [each for side in ("reference", "candidate") for each in data[side]["seen"]]
        kinds = {each["dtype"].removeprefix("torch.") for each in seen if each["kind"] == Array.kind}
        return self._made(light, whole, tuple(sorted(kinds)), place)

    def stored(self, result: Result, place: int) -> "Stored":
        """A result that has just been written at this place."""
        return self._made({name: getattr(result, name) for name in LIGHT}, result, result.dtypes, place)
    def _made(self, light: dict[str, Any], result: Result, kinds: tuple[str, ...], place: int) -> "Stored":
        made = Stored.__new__(Stored)
        found = signatures(result)
        for text, about in found.items():
            self.causes.setdefault(text, about)
        # Most results have the same words for most things: these are kept once.
        light["verdict"] = self._same.setdefault(light["verdict"], light["verdict"])
        light["dimensions"] = self._same.setdefault(tuple(light["dimensions"].items()), light["dimensions"])
        light |= {name: sys.intern(text) for name, text in light.items() if type(text) is str and name not in UNIQUE}
        vars(made).update(light, journal=self, place=place, causes=tuple(map(sys.intern, found)),
                          kinds=self._same.setdefault(kinds, kinds), changed=UNCHANGED)
        return made


class Stored(Result):
    """A result whose bulk is read from its line whenever it is asked for."""

    journal: Lines
    place: int
    causes: tuple[str, ...]
    kinds: tuple[str, ...]
    changed: dict[str, Any]

    @property
    def signatures(self) -> dict[str, tuple[str, str]]:
        return {text: self.journal.causes[text] for text in self.causes}

    @property
    def dtypes(self) -> tuple[str, ...]:
        return self.kinds

    def __getattr__(self, name: str) -> Any:
        if name in BULK:
            return self.journal.part(self.place, name)
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
