"""From a program that differs to a finding: the statement that makes it differ, the cause, and the shortest program."""
from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..causes import signature, signatures
from ..observation import Array
from ..result import Difference, Result
from ..runner import run_case
from .program import Program, digest
from .rounding import beyond_rounding
from .scribe import Statement

CHAPTER = "found."
"""Where findings are filed, by the operation that makes them differ."""

TIMEOUT = 20.0
"""Seconds one program may take on both engines."""


@dataclass(frozen=True)
class Finding:
    """A program that differs, cut after the statement that makes it, its result, and the cause."""

    program: Program
    result: Result
    operation: str
    cause: str
    seed: str = ""

    @property
    def id(self) -> str:
        return self.result.id


def run_program(program: Program, torch: Any, engine: Any) -> Result:
    """What the two engines show of a program, without what rounding explains."""
    result = run_case(program.case(), torch, engine, TIMEOUT)
    if result.outcome == "differs":
        result = beyond_rounding(program, result, torch)
    return result


def differing(result: Result) -> bool:
    """Whether the engine does something else than torch, and does not say that it lacks something."""
    return result.outcome in ("differs", "crashed", "timed out")


LACKS = "engine lacks it"

Holds = Callable[["Finding"], bool]


def finding_of(
    program: Program, torch: Any, engine: Any, known: Holds, met: Counter[str], lacking: Counter[str] | None = None,
) -> Finding | None:
    """What makes a program differ in a way that is not known; what is known is counted in `met` and taken out.

    A program is cut after the first statement with which it differs. Where that is known, or is only something that the
    engine says it lacks, the statement goes, with all that use what it made, and the rest is looked through: nothing
    hides behind what is known.
    """
    while program.statements:
        whole = run_program(program, torch, engine)
        lacks = whole.outcome == LACKS
        if not (differing(whole) or lacks):
            return None
        part, result = shortest_part(program, whole, torch, engine)
        if lacks:
            if lacking is not None:
                lacking[result.message] += 1
            program = program.apart_from(len(part.statements) - 1)
            continue
        finding = told(part, result, known)
        if not known(finding):
            return finding
        met[finding.id] += 1
        program = program.apart_from(len(part.statements) - 1)
    return None


def shortest_part(program: Program, whole: Result, torch: Any, engine: Any) -> tuple[Program, Result]:
    """The beginning of a program that differs, up to the statement that makes it so, found by halving."""
    low, high, result = 0, len(program.statements), whole
    while high - low > 1:
        middle = (low + high) // 2
        tried = run_program(Program(program.statements[:middle]), torch, engine)
        if tried.outcome == LACKS if whole.outcome == LACKS else differing(tried):
            high, result = middle, tried
        else:
            low = middle
    return Program(program.statements[:high]), result


def told(program: Program, result: Result, known: Holds = lambda finding: False) -> Finding:
    """A finding of a program that differs with its last statement: what is not known comes before what is."""
    every = every_finding(program, result)
    return next(itertools.filterfalse(known, every), every[0])


def every_finding(program: Program, result: Result) -> list[Finding]:
    """A finding for each difference; id and chapter say operation and cause."""
    label = program.label(len(program.statements) - 1)
    first = [each for each in result.differences if each.name in ("the case", label)]
    if first and (first[0].name == "the case" or "no error" in (first[0].reference, first[0].candidate)):
        return [finding_from(program, result, first[0])]  # the rest comes of what one side refused and the other took
    found = result.differences
    if any(each.name.startswith("backward from") for each in found):  # the gradients differ because of it
        found = tuple(each for each in found if " after backward" not in each.name)
    if any(each.message.startswith("requires_grad is") for each in found):  # what has no history shows none
        found = tuple(each for each in found if not each.name.endswith((" lies", " comes of"))
                      and not each.name.startswith("backward from")
                      and not each.message.startswith(("is_leaf is", "grad_fn is")))
    made: dict[str, Finding] = {}
    for each in found or (None,):
        finding = finding_from(program, result, each)
        made.setdefault(finding.id, finding)
    return list(made.values())


def finding_from(program: Program, result: Result, first: Difference | None) -> Finding:
    operation = program.statements[-1].operation
    if first is not None:
        first = classed(first, program, result)
    named = replace(result, chapter=f"{CHAPTER}{operation}")
    cause = signature(named, first) if first is not None else next(iter(signatures(named)))
    name = f"{re.sub(r'[^0-9A-Za-z_.]+', '_', operation)}/{digest(cause)}"
    case = program.case(f"{CHAPTER}{name}", f"`{operation}`: {cause}")
    made = replace(
        result, id=case.id, chapter=case.chapter, name=case.name, claim=case.claim, source=program.text,
        differences=() if first is None else (replace(first, name="the program"),),
        message=result.message if first is None else f"{first.dimension}: {first.name}: {first.message}",
    )
    return Finding(program, made, operation, cause)


def classed(first: Difference, program: Program, result: Result) -> Difference:
    """A difference with a message of its own where it is of a kind that all operations share."""
    name, where, kind = first.name, "", program.statements[-1].kind
    if kind == "changed" and first.dimension == "exceptions":
        told = changed_call(first)
        return replace(first, message=told, candidate=told)
    if first.dimension == "exceptions" and name.startswith("backward from") and KEPT in (
            f"{first.reference} {first.candidate}") and any(each.kind for each in program.statements):
        return replace(first, message=OTHERS_KEPT, candidate=OTHERS_KEPT)
    if first.dimension == "exceptions" and first.candidate == "no error" and "NoneType" in first.reference and any(
            each.operation == "register_hook" for each in program.statements):
        return replace(first, message=NOT_CALLED, candidate=NOT_CALLED)
    if kind and first.dimension == "graph" and OTHER_STEPS.match(first.message):
        return replace(first, message="made of other steps than in torch")
    if first.dimension == "graph" and OTHER_STEPS.match(first.message) and "create_graph=True" in (
            program.statements[-1].text) and program.statements[-1].operation in ("grad", "backward"):
        return replace(first, message="a second derivative made of other steps than in torch")
    if "Inference tensors cannot be saved" in first.reference and first.candidate.startswith("RuntimeError"):
        told = "sizes are looked at before inference tensors are kept"
        return replace(first, message=told, candidate=told)
    if "returned an invalid gradient" in first.reference and first.candidate == "no error":
        told = "a gradient is not held against a leaf that has another size since"
        return replace(first, message=told, candidate=told)
    one, other = result.reference.get(name), result.candidate.get(name)
    if isinstance(one, Array) and one.dtype.endswith("complex32"):
        return replace(first, message="of complex32, with which the engine does not compute", numeric=None)
    made = name in program.statements[-1].makes
    if first.dimension == "mutation and versions" and name.endswith(".grad"):
        where = "of a gradient: "
    elif first.dimension == "mutation and versions" and made:
        where = "of a new result: "
    elif first.dimension == "shape and strides" and isinstance(one, Array) and isinstance(other, Array):
        if one.shape == other.shape and not one.values.size:
            return replace(first, message="strides of a tensor without elements")
        if one.shape == other.shape and 1 in one.shape and steps(one) == steps(other):
            return replace(first, message="strides along dimensions of one element")
        where = "of a gradient: " if name.endswith(".grad") else ""
    return replace(first, message=where + first.message)


def changed_call(first: Difference) -> str:
    """What becomes of a call with an argument changed at random, in few words: the texts are as many as the arguments.

    An engine may refuse in other words, take what torch refuses, or refuse what torch takes.
    """
    if first.reference == "no error" or first.name == "the case":
        return "refuses changed arguments that torch takes"
    theirs, ours = (each.partition(":")[0] for each in (first.reference, first.candidate))
    if first.candidate == "no error":
        return f"takes changed arguments that torch refuses with {theirs}"
    return f"refuses changed arguments in other words, {ours} for {theirs}"


KEPT = "has been modified by an inplace operation"
OTHERS_KEPT = "a step of an operation keeps other tensors than torch's, and notices other writes"

NOT_CALLED = "a hook is not called with None"

OTHER_STEPS = re.compile(r"node \d|\d+ nodes|grad_fn is (?!None)(?!.*None$)")
"""What is said of two graphs that both lead somewhere."""


def steps(seen: Array) -> list[int]:
    return [stride for stride, length in zip(seen.strides, seen.shape, strict=True) if length > 1]


def shortest(finding: Finding, torch: Any, engine: Any, alive: Callable[[], None] = lambda: None) -> Finding:
    """The same finding with every statement taken out that it does not need, and with simpler ones.

    ``alive`` is called before each try, for whoever watches over this process.
    """

    def still(program: Program) -> Finding | None:
        alive()
        result = run_program(program, torch, engine)
        if not differing(result):
            return None
        return next((each for each in every_finding(program, result) if each.id == finding.id), None)

    best, smaller = finding, True
    while smaller:
        smaller = False
        for each in reduced(best.program):
            made = still(each)
            if made is not None:
                best, smaller = made, True
                break
    renamed = still(best.program.renamed())
    return replace(renamed or best, seed=finding.seed)


def reduced(program: Program) -> Iterator[Program]:
    """Programs that are a step simpler: a statement less, or one written more simply."""
    statements = program.statements
    for place in reversed(range(len(statements) - 1)):
        names = statements[place].makes
        rest = " ".join(each.text for each in statements[place + 1 :])
        if not any(re.search(rf"\b{name}\b", rest) for name in names):
            yield program.without(place)
    for place, each in enumerate(statements):
        for text in simpler(each):
            yield Program((*statements[:place], replace(each, text=text), *statements[place + 1 :]))


LITERAL = re.compile(r"^(v\d+ = )torch\.tensor\((.*?)(, dtype=torch\.(\w+))?\)(\.requires_grad_\(\))?$")


def simpler(statement: Statement) -> Iterator[str]:
    """A statement's text without its mode, with fewer digits, without a gradient, without an element type."""
    text = statement.text
    if text.startswith("with "):
        yield text.partition(": ")[2]
    match = LITERAL.match(text)
    if match is None:
        return
    head, numbers, dtype, _, grad = match[1], match[2], match[3] or "", match[4], match[5] or ""
    if grad:
        yield f"{head}torch.tensor({numbers}{dtype})"
    if dtype:
        yield f"{head}torch.tensor({numbers}){grad}"
    for shorter in (fewer_elements(numbers), rounded(numbers)):
        if shorter != numbers:
            yield f"{head}torch.tensor({shorter}{dtype}){grad}"


def rounded(numbers: str) -> str:
    return re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda found: short(found[0]), numbers)


def short(number: str) -> str:
    made = repr(round(float(number), 1))
    return made if len(made) < len(number) else number


def fewer_elements(numbers: str) -> str:
    """The numbers all the same, the first one."""
    found = re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?j?|True|False", numbers)
    if not found or "(" in numbers:
        return numbers
    return re.sub(r"-?\d+(?:\.\d+)?(?:e-?\d+)?j?|True|False", found[0], numbers)
