"""Programs from numbers: every list of steps of plain numbers is a program, written down while torch runs it.

The actions are those of `views`, and beside them expressions (`expressions`), calls of torch's operators (`samples`),
hooks, texts and looks in the middle.
"""
from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from . import samples
from .expressions import NAMES as EXPRESSIONS
from .program import Program
from .scribe import Raw, Scribe, Spoken
from .views import ACTIONS as OF_VIEWS
from .views import MOST_ELEMENTS, WEIGHTS, Action, Machine, Numbers, Step

NUMBERS = 12
"""How many numbers belong to a step."""

ACTIONS: dict[str, Action] = dict(OF_VIEWS)

MOST_IN_ORDER = 16
"""So many elements torch sorts by insertion, which leaves equal ones in their order; of more the order is undefined."""

HOOKS = ("lambda g: g * 2", "lambda g: None", "lambda g: -g", "lambda g: g.detach()", "lambda g: g + 1")

SAID_BY_NUMBERS = ("float32", "int64", "bool", "complex64")
"""Element types that a literal has by itself."""

NOT_TAKEN = frozenset({"x.sum().item() and x"})
"""Expressions whose steps a line of text does not tell apart."""


class Writing(Machine):
    """The machine of `views` on a torch that writes down what is done with it."""

    def __init__(self, engine: Any, heard: Callable[[str], None] = lambda line: None) -> None:
        self.scribe = Scribe(engine, heard)
        self.scribe.scope |= {"see": lambda *seen: None, "unpacked": samples.database.unpacked}
        self.looks = 0
        super().__init__(self.scribe.torch)

    def take(self, result: Any) -> None:
        for each in result if isinstance(result, list | tuple) else [result]:
            if isinstance(each, Spoken) and each.numel() <= MOST_ELEMENTS and not any(each is x for x in self.tensors):
                self.tensors.append(each)

    def make(self, dtype: str, shape: tuple[int, ...], seed: int) -> Any:
        numbers = self.numbers_for(dtype, shape, seed)
        told = {} if dtype in SAID_BY_NUMBERS and numbers else {"dtype": getattr(self.torch, dtype)}
        return self.torch.tensor(nested(numbers, shape), **told)


def nested(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """A flat row as nested lists."""
    if not shape:
        return numbers[0]
    step = len(numbers) // shape[0] if shape[0] else 0
    return [nested(numbers[place * step : (place + 1) * step], shape[1:]) for place in range(shape[0])]


def action(name: str, weight: int) -> Callable[[Any], Any]:
    """Enter an action of written programs, which may take the place of one of `views`."""

    def enter(function: Any) -> Any:
        ACTIONS[name], WEIGHTS_HERE[name] = function, weight
        return function

    return enter


WEIGHTS_HERE: dict[str, int] = {**WEIGHTS, "create": 25}


@action("express", 60)
def express(m: Writing, n: Numbers) -> Any:
    """An expression of the table with tensors that are there."""
    expression = n.one_of(EXPRESSIONS)
    if expression in NOT_TAKEN:
        return None
    given = {name: m.pick_to_compute(n) for name in "xyz" if uses(expression, name)}
    if any(uses(expression, name) for name in samples.NO_TIES) and any(
        max(each.shape, default=0) > MOST_IN_ORDER for each in given.values()
    ):
        return None
    if any(uses(expression, name) for name in samples.SIGNS) and any(
        bool(each.held.isnan().any()) for each in given.values()
    ):
        return None
    return eval(COMPILED[expression], {"torch": m.torch, **given})


def uses(expression: str, name: str) -> bool:
    return name in COMPILED[expression].co_names


COMPILED = {each: compile(each, each, "eval") for each in EXPRESSIONS}


@action("call", 90)
def call(m: Writing, n: Numbers) -> Any:
    return samples.call(m, n)


@action("hook", 4)
def hook(m: Writing, n: Numbers) -> None:
    x = m.pick(n)
    if x._is_view() and x._version:
        return  # torch ends its process: `register_hook` takes the history from before the memory was written to
    x.register_hook(Raw(n.one_of(HOOKS)))


@action("look", 3)
def look(m: Writing, n: Numbers) -> None:
    x = m.pick(n)
    m.looks += 1
    m.scribe.execute(f"see('look {m.looks}', {x.name})", "see")


@action("print", 2)
def print_it(m: Writing, n: Numbers) -> None:
    x = m.pick(n)
    m.looks += 1
    m.scribe.execute(f"see('text {m.looks}', repr({x.name}))", "repr")


@action("forget", 3)
def forget(m: Writing, n: Numbers) -> None:
    if m.tensors:
        m.scribe.forget(m.tensors.pop(n(len(m.tensors))))


NAMES = [name for name in ACTIONS for _ in range(WEIGHTS_HERE.get(name, 0))]


def written(
    steps: Sequence[Step], torch: Any, heard: Callable[[str], None] = lambda line: None,
    actions: dict[str, Action] | None = None,
) -> Program:
    """The program that steps mean on torch."""
    machine = Writing(torch, heard)
    chosen = ACTIONS if actions is None else actions
    for name, mode, *numbers in steps:
        with contextlib.suppress(Exception):  # refused: the statement is written down as such
            machine.watch(lambda: machine.take(chosen[name](machine, Numbers(numbers))), machine.mode(mode))  # noqa: B023
    return Program(tuple(machine.scribe.statements))
