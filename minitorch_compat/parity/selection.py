"""Which cases are meant: by id, by chapter, by pattern, by expression."""
import difflib
import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence

from .case import Case

TOKEN = re.compile(r"\s*(?:(?P<mark>[()])|(?P<word>[\w:+\-.\[\]\\/*]+))")


class BadExpression(ValueError):
    """An expression that cannot be read; the text points at the place."""


class NothingSelected(Exception):
    """No case is left; the text names the filter that left none."""


def by_ids(cases: Sequence[Case], wanted: Iterable[str]) -> list[Case]:
    """The cases meant by ids, names, chapters, facts or patterns (`documents.*`), in the catalogue's order.

    Raises NothingSelected for any of them that means no case.
    """
    chosen: set[str] = set()
    for each in wanted:
        meant = [case for case in cases if is_meant(case, each)]
        if not meant:
            raise NothingSelected(f"no case is meant by {each!r}{suggestion(each, cases)}")
        chosen.update(case.id for case in meant)
    return [case for case in cases if case.id in chosen]


def is_meant(case: Case, wanted: str) -> bool:
    if wanted in (case.id, case.name, case.chapter) or wanted in case.facts:
        return True
    if wanted.endswith("/"):
        return case.chapter == wanted[:-1]
    return case.chapter.startswith(f"{wanted}.") or fnmatch.fnmatchcase(case.id, wanted)


def suggestion(wanted: str, cases: Iterable[Case]) -> str:
    """A near name, as the end of a sentence."""
    names = {name for case in cases for name in (case.id, case.name, case.chapter)}
    near = difflib.get_close_matches(wanted, sorted(names), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def by_expression(cases: Sequence[Case], expression: str) -> list[Case]:
    """The cases an expression fits: words joined by `and`, `or`, `not` and parentheses, as pytest's `-k` has them.

    A word fits where it is part of the id, the document's name, a fact, or the author's verdict, in capitals or not.
    Raises BadExpression, or NothingSelected where it fits none.
    """
    fits = parsed(expression)
    chosen = [case for case in cases if fits(haystack(case))]
    if not chosen:
        raise NothingSelected(f"no case fits -k {expression!r} ({len(list(cases))} were asked)")
    return chosen


def haystack(case: Case) -> list[str]:
    """What the words of an expression are looked for in."""
    return [each.lower() for each in (case.id, case.document or "", case.verdict or "", *case.facts)]


Fits = Callable[[list[str]], bool]


def parsed(expression: str) -> Fits:
    """An expression as a test of the texts of a case."""
    tokens = list(tokenised(expression))
    position = 0

    def accept(word: str) -> bool:
        nonlocal position
        if position < len(tokens) and tokens[position] == word:
            position += 1
            return True
        return False

    def either() -> Fits:
        parts = [both()]
        while accept("or"):
            parts.append(both())
        return lambda texts: any(part(texts) for part in parts)

    def both() -> Fits:
        parts = [one()]
        while accept("and"):
            parts.append(one())
        return lambda texts: all(part(texts) for part in parts)

    def one() -> Fits:
        nonlocal position
        if accept("not"):
            inner = one()
            return lambda texts: not inner(texts)
        if accept("("):
            inner = either()
            if not accept(")"):
                raise BadExpression(f"-k {expression!r}: a parenthesis is not closed")
            return inner
        if position == len(tokens) or tokens[position] in (")", "and", "or"):
            found = "its end" if position == len(tokens) else repr(tokens[position])
            raise BadExpression(f"-k {expression!r}: a word is missing before {found}")
        word = tokens[position].lower()
        position += 1
        return lambda texts: any(word in text for text in texts)

    fits = either()
    if position < len(tokens):
        raise BadExpression(f"-k {expression!r}: {tokens[position]!r} is one word too many")
    return fits


def tokenised(expression: str) -> Iterable[str]:
    position = 0
    text = expression.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise BadExpression(f"-k {expression!r}: {text[position:].lstrip()[0]!r} has no meaning here")
        position = match.end()
        yield match["mark"] or match["word"]
