"""Known differences: a TOML file that names them, and what is wrong with it after a run.

```toml
[[known]]
id = "documents.sine/weights_of_one"
dimension = "values"
fingerprint = "3f2a81c09d11"
reason = "The sine of this engine rounds once less."
expires = 2027-06-30
```

`id` may be a pattern (`documents.sine/*`), or several with blanks between them, `dimension` one of the twelve or an
outcome such as "engine lacks it", and `expires` a date or a version of the reference ("torch 2.14"). A case is forgiven
while every dimension it differs in has an entry with the fingerprint it shows.
"""
import contextlib
import datetime
import fnmatch
import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .causes import fingerprint, signatures
from .result import DIMENSIONS, OUTCOMES, Run

PROBLEMS = {"a different failure": 6, "agrees now": 7, "means no case": 8, "expired": 9}
"""What can be wrong with an entry, and the exit code that says so."""

FIELDS = {"id", "dimension", "fingerprint", "reason", "expires"}
VERSION = re.compile(r"([A-Za-z]\w* )?v?\d+(\.\d+)*")
HEAD = re.compile(r"^\[\[known\]\][ \t]*(#.*)?$", re.M)


class BadKnown(ValueError):
    """A file of known differences that cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Known:
    """One entry, and its text in the file."""

    id: str
    dimension: str
    fingerprint: str
    reason: str
    expires: datetime.date | str | None = None
    text: str = ""

    def means(self, case: str) -> bool:
        return self.id == case or any(fnmatch.fnmatchcase(case, each) for each in self.id.split())

    def expired(self, today: datetime.date, reference: str) -> bool:
        """Whether its day has passed, or the reference has reached its version."""
        if isinstance(self.expires, datetime.date):
            return today > self.expires
        return self.expires is not None and version(reference) >= version(self.expires)


@dataclass(frozen=True)
class Problem:
    """Something wrong with an entry after a run."""

    kind: str
    entry: Known
    told: str

    def __str__(self) -> str:
        return f"known difference {self.entry.id!r} in {self.entry.dimension}: {self.kind}: {self.told}"


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text.partition("+")[0])))


def parse(text: str, name: str) -> tuple[str, list[Known]]:
    """The text before the first entry, and the entries with theirs. Raises BadKnown."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadKnown(f"{name}: no TOML: {error}") from None
    places = [match.start() for match in HEAD.finditer(text)]
    listed = data.get("known", [])
    if set(data) - {"known"} or not isinstance(listed, list) or len(listed) != len(places):
        raise BadKnown(f"{name}: it may hold [[known]] tables and nothing else")
    head = text[: places[0]] if places else text
    texts = [text[start:end] for start, end in zip(places, [*places, len(text)][1:], strict=True)]
    return head, [entry(each, own, f"{name}, entry {number}")
                  for number, (each, own) in enumerate(zip(listed, texts, strict=True), 1)]


def entry(data: dict[str, Any], text: str, place: str) -> Known:
    missing, odd = FIELDS - {"expires"} - set(data), set(data) - FIELDS
    if missing or odd:
        said = f"lacks {', '.join(sorted(missing))}" if missing else f"has no use for {', '.join(sorted(odd))}"
        raise BadKnown(f"{place}: it {said}")
    for name in ("id", "dimension", "fingerprint", "reason"):
        if not isinstance(data[name], str) or not data[name].strip():
            raise BadKnown(f"{place}: {name} must be text, and not empty")
    if data["dimension"] not in (*DIMENSIONS, *OUTCOMES[2:]):
        raise BadKnown(f"{place}: there is no dimension {data['dimension']!r}; "
                       f"there are {', '.join((*DIMENSIONS, *OUTCOMES[2:]))}")
    expires = data.get("expires")
    if isinstance(expires, datetime.datetime):
        expires = expires.date()
    if isinstance(expires, str) and not VERSION.fullmatch(expires):
        with contextlib.suppress(ValueError):
            expires = datetime.date.fromisoformat(expires)
    if not (expires is None or isinstance(expires, datetime.date) or VERSION.fullmatch(str(expires))):
        raise BadKnown(f"{place}: expires is a date (2027-06-30) or a version (\"torch 2.14\")")
    return Known(**{**data, "expires": expires}, text=text)


def read(path: Path) -> tuple[str, list[Known]]:
    """The entries of a file. Raises BadKnown, OSError."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise BadKnown(f"{path}: no UTF-8: {error}") from None


def forgive(
    run: Run, entries: Sequence[Known], all_ids: Iterable[str], today: datetime.date | None = None
) -> list[Problem]:
    """Mark the known results of a run in place and return what is wrong with the entries, in the file's order.

    `all_ids` are the cases there are, selected or not.
    """
    today = today or datetime.datetime.now(datetime.UTC).date()
    everything = set(all_ids)
    problems: list[Problem] = []
    valid: list[Known] = []
    for each in entries:
        if not any(each.means(name) for name in everything):
            problems.append(Problem("means no case", each, "there is no such id"))
        elif each.expired(today, run.reference.version):
            problems.append(Problem("expired", each, f"it was good until {each.expires}"))
        else:
            valid.append(each)
    matched = dict.fromkeys(map(id, valid), False)
    concerned = dict.fromkeys(map(id, valid), 0)
    others: dict[int, str] = {}
    for number, result in enumerate(run.results):
        own = [each for each in valid if each.means(result.id)]
        if not own:
            continue
        wanted = {dimension for dimension, _ in signatures(result).values()}
        reasons: dict[str, str] = {}
        for each in own:
            concerned[id(each)] += 1
            shows = fingerprint(result, each.dimension)
            if shows == each.fingerprint:
                matched[id(each)] = True
                reasons[each.dimension] = each.reason
            elif shows:
                others[id(each)] = f"{result.id} shows {shows}, not {each.fingerprint}"
            elif strange := sorted(wanted - {entry.dimension for entry in own}):
                others[id(each)] = f"{result.id} differs in {strange[0]}, and no more in {each.dimension}"
        if wanted and wanted <= set(reasons):
            run.results[number] = result.but(known="; ".join(dict.fromkeys(reasons.values())))
    for each in valid:
        if matched[id(each)] or not concerned[id(each)]:
            continue
        kind = "a different failure" if id(each) in others else "agrees now"
        problems.append(Problem(kind, each, others.get(id(each), f"no difference in {each.dimension} is left")))
    return problems


def written(result: Any, reason: str, expires: str | None) -> str:
    """Entries for everything a result differs in, as TOML."""
    made = []
    for dimension in dict.fromkeys(dimension for dimension, _ in signatures(result).values()):
        lines = [
            "[[known]]", f"id = {json.dumps(result.id)}", f"dimension = {json.dumps(dimension)}",
            f"fingerprint = {json.dumps(fingerprint(result, dimension))}",
            f"reason = {json.dumps(reason, ensure_ascii=False)}",
        ]
        if expires is not None:
            date = re.fullmatch(r"\d{4}-\d\d-\d\d", expires)
            lines.append(f"expires = {expires if date else json.dumps(expires)}")
        made.append("\n".join(lines) + "\n")
    return "\n".join(made)


def pruned(path: Path, problems: Sequence[Problem]) -> str:
    """The file without the entries that are wrong for good: those that agree, mean nothing, or have expired."""
    head, entries = read(path)
    gone = {each.entry.text for each in problems if each.kind != "a different failure"}
    return (head + "".join(each.text for each in entries if each.text not in gone)).rstrip("\n") + "\n"
