"""Which of torch's public names an engine has, lacks, or has with another signature."""
import inspect
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ROOMS = (
    "", "Tensor", "autograd", "autograd.functional", "fft", "func", "linalg", "nn", "nn.functional", "nn.init",
    "nn.utils", "nn.utils.parametrizations", "nn.utils.rnn", "optim", "optim.lr_scheduler", "optim.swa_utils", "random",
    "special", "testing", "utils.data", "utils.checkpoint", "distributions",
)
"""Namespaces a user of torch on a processor meets."""

STATES = ("has", "signature", "lacks")


@dataclass(frozen=True)
class Name:
    """One public name: where it is, whether the engine has it, and what its keywords lack or have beyond."""

    room: str
    name: str
    state: str
    told: str = ""

    @property
    def path(self) -> str:
        return ".".join(filter(None, ("torch", self.room, self.name)))


def coverage(reference: Any, candidate: Any) -> list[Name]:
    """Every public name of the reference, in the order of rooms and of the alphabet."""
    return [each for room in ROOMS for each in names_in(room, reference, candidate)]


def found(engine: Any, path: str) -> Any:
    for part in filter(None, path.split(".")):
        try:
            engine = getattr(engine, part)
        except Exception:  # an engine says in its own way that it does not have something
            return None
    return engine


def names_in(room: str, reference: Any, candidate: Any) -> Iterator[Name]:
    theirs, ours = found(reference, room), found(candidate, room)
    for name in public(theirs, room):
        one = found(theirs, name)
        other = None if ours is None else found(ours, name)
        if other is None and one is not None:
            yield Name(room, name, "lacks")
            continue
        told = keywords_apart(one, other)
        yield Name(room, name, "signature" if told else "has", told)


def public(room: Any, path: str) -> list[str]:
    """The names a namespace means to be used: what it lists, or what begins with a letter and is no module's import."""
    if room is None:
        return []
    listed = getattr(room, "__all__", None) if path else None
    names = listed if listed is not None and path != "nn" else dir(room)
    kept = []
    for name in sorted(set(names)):
        held = found(room, name)
        inside = getattr(held, "__module__", None) or "torch"
        bound = "pybind11_type" in (type(held).__name__, type(type(held)).__name__)  # parts of torch's compiler
        hidden = bound or name.startswith("_") or isinstance(held, types.ModuleType)
        if not hidden and inside.startswith("torch"):
            kept.append(name)
    return kept


def keywords_apart(one: Any, other: Any) -> str:
    """The keyword arguments the second of two callables does not take, in words."""
    mine, theirs = keywords(one), keywords(other)
    if mine is None or theirs is None:
        return ""
    (names, _), (others, other_open) = mine, theirs
    lacking = [] if other_open else sorted(names - others)
    return f"lacks {', '.join(lacking)}" if lacking else ""


def keywords(held: Any) -> tuple[set[str], bool] | None:
    """The names a callable can be given, and whether it takes any name; None where it does not tell."""
    if not callable(held):
        return None
    try:
        parameters = inspect.signature(held).parameters.values()
    except (ValueError, TypeError):
        return documented(held)
    named = {each.name for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)}
    spread = any(each.kind is each.VAR_KEYWORD for each in parameters)
    plain = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    return (named - {"self"}, spread) if named or not plain else documented(held)


def documented(held: Any) -> tuple[set[str], bool] | None:
    """The names in the first line of a built-in's documentation, such as `sum(input, dim, *, dtype=None) -> Tensor`."""
    text = getattr(held, "__doc__", None)
    match = re.match(r"\s*[\w.]+\((?P<names>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*->", text if isinstance(text, str) else "")
    if match is None:
        return None
    names = {each.partition("=")[0].strip(" *[]") for each in match["names"].split(",")}
    return {each for each in names if each.isidentifier()} - {"self"}, "**" in match["names"]


def counts(names: list[Name]) -> dict[str, dict[str, int]]:
    """How many names of each room are in which state."""
    table: dict[str, dict[str, int]] = {}
    for each in names:
        row = table.setdefault(each.room or "torch", dict.fromkeys(STATES, 0))
        row[each.state] += 1
    return table


def text(names: list[Name], engine: str, reference: str) -> str:
    """For a terminal: a line for each room, then what is lacking and what has another signature."""
    from .faces import table

    rows: list[tuple[str, ...]] = [("room", "has", "other signature", "lacks")]
    rows += [(room, *(str(row[state]) for state in STATES)) for room, row in counts(names).items()]
    total = [sum(each.state == state for each in names) for state in STATES]
    rows.append(("all", *map(str, total)))
    lines = [f"{engine} has {total[0] + total[1]} of {len(names)} public names of {reference}", "", table(rows), ""]
    lines += [f"lacks {each.path}" for each in names if each.state == "lacks"]
    lines += [f"{each.path}: {each.told}" for each in names if each.state == "signature"]
    return "\n".join(lines)


def page(names: list[Name], engine: str, reference: str) -> str:
    """The same as Markdown."""
    total = [sum(each.state == state for each in names) for state in STATES]
    lines = [f"# What {engine} has of {reference}", "",
             f"{total[0] + total[1]} of {len(names)} public names, {total[1]} of them with another signature.", "",
             "| room | has | other signature | lacks |", "| --- | ---: | ---: | ---: |"]
    for room, row in counts(names).items():
        lines.append(f"| `{room}` | {' | '.join(str(row[state]) for state in STATES)} |")
    for state, head in (("lacks", "Lacking"), ("signature", "Another signature")):
        own = [each for each in names if each.state == state]
        lines += ["", f"## {head} ({len(own)})", ""]
        lines += [f"- `{each.path}`" + (f": {each.told}" if each.told else "") for each in own]
    return "\n".join(lines) + "\n"
