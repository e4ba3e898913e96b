"""What a document says will happen, in a form that can be held against what did happen.

A plain value states itself: a number, a (nested) list of numbers, a bool, None, or text. Numbers are compared with the
stated decimals read in the precision of what was observed, text to the character. The functions here state the rest.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RefusalStated:
    """A block ends in this exception; a None type states that it ends well."""

    type: str | None
    text: str | None = None
    pattern: str | None = None

    def __str__(self) -> str:
        if self.type is None:
            return "no error"
        if self.text is not None:
            return f"{self.type}: {self.text}"
        return f"{self.type}" + (f" matching /{self.pattern}/" if self.pattern else " (its text is not given)")


@dataclass(frozen=True)
class PatternStated:
    """The whole of a text matches a regular expression."""

    pattern: str

    def __str__(self) -> str:
        return f"text matching /{self.pattern}/"


@dataclass(frozen=True)
class DigitsStated:
    """Numbers as printed with so many decimals."""

    places: int
    value: Any

    def __str__(self) -> str:
        return f"{self.value} to {self.places} decimals"


@dataclass(frozen=True)
class WarningStated:
    """One warning of this category, with this text where the document gives one."""

    category: str
    text: str | None = None
    pattern: str | None = None

    def __str__(self) -> str:
        tail = f": {self.text}" if self.text is not None else f" matching /{self.pattern}/" if self.pattern else ""
        return self.category + tail


@dataclass(frozen=True)
class PredicateStated:
    """Something said in words, with the test of it; the test is given what `see` saw, as plain Python data."""

    words: str
    test: Callable[[Any], bool] = field(compare=False)

    def __str__(self) -> str:
        return self.words


def refusal(
    exception: type[BaseException] | str | None, text: str | None = None, matches: str | None = None
) -> RefusalStated:
    """State that a block raises `exception`, with this `text`, or a text that `matches` the expression somewhere.

    `refusal(None)` states that nothing is raised. Passed bare as `states=`, it speaks of the case's only
    `see.refusal()`. A class that is not a builtin is best named by a string, as torch's own classes are.
    """
    name = exception.__name__ if isinstance(exception, type) else exception
    return RefusalStated(name, text, matches)


def matches(pattern: str) -> PatternStated:
    """State that the whole observed text matches the regular expression (`.` also matches line ends)."""
    re.compile(pattern)
    return PatternStated(pattern)


def digits(places: int, value: Any) -> DigitsStated:
    """State numbers as a document prints them: equal once rounded to so many decimals."""
    return DigitsStated(places, value)


def warns(category: type[Warning] | str, text: str | None = None, matches: str | None = None) -> WarningStated:
    """State one warning; a list of these states all that a case, or a `see.warnings` block, warns about."""
    return WarningStated(category if isinstance(category, str) else category.__name__, text, matches)


def says(words: str, test: Callable[[Any], bool]) -> PredicateStated:
    """State in words what no value expresses, with a test of the observed plain data (for a tensor, its ndarray)."""
    return PredicateStated(words, test)
