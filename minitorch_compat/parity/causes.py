"""What lies behind differences: those of one signature are one cause, and the one that turns most cases comes first."""
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .result import Difference, Result

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|nan|inf)(?![\w.])")
INDEX = re.compile(r"\[[-\d, ]*\]")
QUOTED = re.compile(r"0x[0-9a-f…]+")

WORDS = "; its last words: "
"""What stands between how a process ended and what it wrote."""

FATAL = re.compile(r"\(most recent call first\):\n  File \".*\", line \d+ in (\S+)")
"""What Python's own handler of crashes writes of the function that was at work."""

LONGEST = 200
"""Characters of a message that tell one cause from another."""

NEAR = 64
"""Units in the last place within which numbers are a matter of rounding rather than of the formula."""

OPERATIONS = "opinfo."
"""Chapters whose last name is that of the operation they try."""


@dataclass(frozen=True)
class Cause:
    """One signature: the cases that show it, and how many of them show nothing else."""

    signature: str
    dimension: str
    message: str
    """One difference of this cause, word for word."""
    cases: tuple[str, ...]
    alone: int

    @property
    def count(self) -> int:
        return len(self.cases)


def shape_of(text: str) -> str:
    """A message without its numbers, so that the same mistake on other inputs reads the same."""
    line = text.strip().partition("\n")[0][:LONGEST].replace('"', "'")  # a quote would end it in a query
    line = line.encode("utf-8", "backslashreplace").decode("utf-8")
    return NUMBER.sub("#", INDEX.sub("[#]", QUOTED.sub("#", line)))


def operation(result: Result) -> str:
    """The operation a case tries, where its chapter says so."""
    return result.chapter.removeprefix(OPERATIONS) if result.chapter.startswith(OPERATIONS) else ""


def signature(result: Result, difference: Difference) -> str:
    """Operation, dimension, and what is said: the exception's line where one side raises, else the message's shape."""
    if difference.numeric is not None:
        near = difference.numeric.max_ulp is not None and difference.numeric.max_ulp <= NEAR
        told = f"numbers differ, at most {NEAR} ulp" if near else "numbers differ"
        if {difference.numeric.expected, difference.numeric.actual} == {"True", "False"}:
            told = "truth values differ"
    elif difference.dimension == "exceptions":
        told = shape_of(difference.candidate)
        if told == "no error":  # then it is the other side's exception that tells one cause from another
            told = f"no error for {shape_of(difference.reference)}"
    else:
        told = shape_of(difference.message)
    return " · ".join(filter(None, (operation(result), difference.dimension, told)))


def signatures(result: Result) -> dict[str, tuple[str, str]]:
    """Every signature of a result that is not good, with its dimension and a message; empty where it agrees."""
    if result.signatures is not None:
        return result.signatures
    found: dict[str, tuple[str, str]] = {}
    for difference in result.differences:
        found.setdefault(signature(result, difference), (difference.dimension, difference.message))
    if result.outcome not in ("agrees", "differs"):
        died, _, words = result.message.partition(WORDS)
        at = FATAL.search(words)
        told = shape_of(died) + (f", in {at[1]}" if at else f": {shape_of(words)}" if words else "")
        place = operation(result) if result.outcome == "crashed" else ""
        found.setdefault(" · ".join(filter(None, (place, result.outcome, told))), (result.outcome, result.message))
    return found


def fingerprint(result: Result, dimension: str) -> str:
    """Twelve hexadecimal digits that stay the same while a case differs here in the same places and way."""
    places = {f"{each.name}: {signature(result, each)}" for each in result.differences if each.dimension == dimension}
    told = sorted(places or {text for text, (its, _) in signatures(result).items() if its == dimension})
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12] if told else ""


def causes(results: Iterable[Result]) -> list[Cause]:
    """All causes, the one that alone keeps most cases from agreeing first."""
    cases: dict[str, list[str]] = {}
    alone: dict[str, int] = {}
    about: dict[str, tuple[str, str]] = {}
    for result in results:
        found = signatures(result)
        for text, told in found.items():
            cases.setdefault(text, []).append(result.id)
            about.setdefault(text, told)
            alone[text] = alone.get(text, 0) + (len(found) == 1)
    made = [Cause(text, *about[text], tuple(ids), alone[text]) for text, ids in cases.items()]
    return sorted(made, key=lambda cause: (-cause.alone, -cause.count, cause.signature))
