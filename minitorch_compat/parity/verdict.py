"""Holding a document's stated outcomes against what was seen, and its author's verdict against both."""
import math
import re
from typing import Any

import numpy as np

from .case import Case
from .display import plain_text, text_of
from .observation import Array, Named, Observation, Printed, Refusal, Seen, Value, Versions, Warnings
from .result import DocumentVerdict, Voice
from .see import normalised
from .statement import DigitsStated, PatternStated, PredicateStated, RefusalStated, WarningStated

SPECIAL = ("warnings", "stdout")
"""Names under which a case may state what is recorded without asking."""


def entry(observation: Observation, name: str) -> Seen | None:
    """What was seen under a name, the automatic records among it."""
    if name == "warnings":
        return Warnings(name=name, warnings=observation.warnings)
    if name == "stdout":
        return Printed(name=name, text=observation.stdout)
    return observation.get(name)


def agrees(stated: Any, seen: Seen | None) -> bool:
    """Whether what was seen is what was stated."""
    if seen is None:
        return False
    match stated:
        case RefusalStated():
            return isinstance(seen, Refusal) and refusal_agrees(stated, seen)
        case PatternStated():
            return re.fullmatch(stated.pattern, text_in(seen), re.DOTALL) is not None
        case PredicateStated():
            return bool(stated.test(data_in(seen)))
        case DigitsStated():
            return numbers_agree(stated.value, data_in(seen), stated.places)
        case WarningStated():
            return agrees([stated], seen)
        case list() | tuple() if isinstance(seen, Warnings):
            return len(stated) == len(seen.warnings) and all(
                warning_agrees(one, other) for one, other in zip(stated, seen.warnings, strict=True)
            )
        case str():
            return normalised(stated).removesuffix("\n") == text_in(seen)
        case _:
            return numbers_agree(stated, data_in(seen), None)


def refusal_agrees(stated: RefusalStated, seen: Refusal) -> bool:
    if stated.type is None or seen.type is None:
        return stated.type == seen.type
    if stated.type not in (seen.type, seen.type.rpartition(".")[2]):
        return False
    return text_agrees(stated.text, stated.pattern, seen.text)


def text_agrees(text: str | None, pattern: str | None, seen: str) -> bool:
    if text is not None and normalised(text) != seen:
        return False
    return pattern is None or re.search(pattern, seen, re.DOTALL) is not None


def warning_agrees(stated: Any, seen: Any) -> bool:
    if isinstance(stated, str):
        return normalised(stated) == seen.text
    return stated.category in (seen.category, seen.category.rpartition(".")[2]) and text_agrees(
        stated.text, stated.pattern, seen.text
    )


def text_in(seen: Seen) -> str:
    """The text of what was seen: what was printed, an exception's text, a value's own text."""
    match seen:
        case Printed():
            return seen.text.removesuffix("\n")  # the line end is print's, not the document's
        case Refusal():
            return seen.text
        case Value(value=str()):
            return seen.value
        case Value(value=value):
            return str(value)
        case Warnings():
            return "\n".join(each.text for each in seen.warnings)
    return text_of(seen)


def data_in(seen: Seen) -> Any:
    """What was seen as plain data: an ndarray, a Python value, text."""
    match seen:
        case Array():
            return seen.values
        case Value(value=Named() as named):
            return named.text if named.value is None else named.value
        case Value():
            return seen.value
        case Versions():
            return seen.versions
    return text_in(seen)


def numbers_agree(stated: Any, seen: Any, decimals: int | None) -> bool:
    """Whether stated decimals, read in the precision of what was seen, are what was seen."""
    if isinstance(seen, np.ndarray):
        if stated is None or isinstance(stated, str):
            return False
        given = np.asarray(stated, dtype=None if np.size(stated) else seen.dtype)
        if given.shape != seen.shape or (given.dtype.kind == "b") != (seen.dtype.kind == "b"):
            return False
        if given.dtype.kind not in "biufc":
            return False
        if decimals is not None:
            return bool(np.all(np.abs(seen.astype(np.complex128) - given) <= 0.5 * 10.0**-decimals * (1 + 1e-9)))
        with np.errstate(all="ignore"):
            read = given.astype(seen.dtype) if seen.dtype.kind in "fc" else given
        return bool(np.all((read == seen) | ((read != read) & (seen != seen))))
    if isinstance(seen, Named):
        return numbers_agree(stated, seen.text if seen.value is None else seen.value, decimals)
    if isinstance(stated, dict) or isinstance(seen, dict):
        return isinstance(stated, dict) and isinstance(seen, dict) and stated.keys() == seen.keys() and all(
            numbers_agree(stated[key], seen[key], decimals) for key in stated
        )
    if isinstance(stated, list | tuple) or isinstance(seen, list | tuple):
        return isinstance(stated, list | tuple) and isinstance(seen, list | tuple) and len(stated) == len(seen) and all(
            numbers_agree(one, other, decimals) for one, other in zip(stated, seen, strict=True)
        )
    if isinstance(stated, str):
        return isinstance(seen, str) and normalised(stated) == seen
    if stated is None or isinstance(stated, bool) or isinstance(seen, bool) or seen is None or isinstance(seen, str):
        return type(stated) is type(seen) and stated == seen
    if decimals is not None:
        return abs(seen - stated) <= 0.5 * 10.0**-decimals * (1 + 1e-9)
    both_nan = isinstance(stated, float) and isinstance(seen, float) and math.isnan(stated) and math.isnan(seen)
    return both_nan or stated == seen


def stated_text(stated: Any) -> str:
    """What a document states, as a reader would put it."""
    if isinstance(stated, list | tuple) and any(isinstance(each, WarningStated) for each in stated):
        return "\n".join(map(str, stated))
    return stated if isinstance(stated, str) else plain_text(stated) if not is_statement(stated) else str(stated)


def is_statement(stated: Any) -> bool:
    return isinstance(stated, RefusalStated | PatternStated | DigitsStated | WarningStated | PredicateStated)


def judged(case: Case, reference: Observation, candidate: Observation) -> DocumentVerdict:
    """The verdict on the document, and whether it is what was computed."""
    voices = []
    for name, stated in case.states.items():
        theirs, ours = entry(reference, name), entry(candidate, name)
        voices.append(Voice(
            name, stated_text(stated), text_of(theirs), text_of(ours),
            None if theirs is None else agrees(stated, theirs), None if ours is None else agrees(stated, ours),
        ))
    contradicted = [voice.name for voice in voices if not voice.reference_agrees]
    verdict = case.verdict or ("unstated" if not voices else "holds")
    message = ""
    if case.verdict is None and contradicted:
        message = f"the document is said to hold, but the reference contradicts it in {', '.join(contradicted)}"
    elif case.verdict in ("outdated", "wrong") and not contradicted:
        message = f"the document is said to be {case.verdict}, but the reference agrees with all it states"
    return DocumentVerdict(verdict, case.verdict, case.why, not message, message, tuple(voices))
