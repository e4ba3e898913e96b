"""Programs: what is written down is what was done, and a statement less is a program still."""
import random

import pytest
import torch

import minitorch_compat
from minitorch_compat.parity.fuzz import actions
from minitorch_compat.parity.fuzz.findings import reduced, run_program, simpler
from minitorch_compat.parity.fuzz.program import Program
from minitorch_compat.parity.fuzz.rounding import moving
from minitorch_compat.parity.fuzz.scribe import Scribe, Statement
from minitorch_compat.parity.observation import Refusal
from minitorch_compat.parity.see import observe


def drawn(seed: int, length: int = 10) -> Program:
    chosen = random.Random(seed)
    names = [name for name in actions.NAMES if name != "call"]
    steps = [(chosen.choice(names), *[chosen.randrange(1 << 16) for _ in range(actions.NUMBERS + 1)])
             for _ in range(length)]
    return actions.written(steps, torch)


def test_a_program_does_again_what_was_done_while_it_was_written() -> None:
    for seed in range(30):
        program = drawn(seed)
        shown = observe(program.case(), torch)
        assert shown.raised is None, f"{program}\n{shown.raised}"
        refused = [each.type for each in shown.seen if isinstance(each, Refusal) and "statement" in each.name]
        assert len(refused) == sum(each.refused for each in program.statements)
        assert None not in refused, f"{program}\n{refused}"


def test_a_program_may_be_moved_and_renamed() -> None:
    for seed in range(10):
        program = drawn(seed)
        compile(moving(program), "moved", "exec")
        assert len(program.renamed().statements) == len(program.statements)
        assert observe(program.renamed().case(), torch).raised is None
        for each in reduced(program):
            compile(each.text, "reduced", "exec")


def test_source_of_what_is_done() -> None:
    scribe = Scribe(torch)
    engine = scribe.torch
    x = engine.tensor([[1.0, 2.0], [3.0, 4.0]])
    with engine.no_grad():
        x[0, 1:, None]
    x.mul_(3)
    first, second = x.split(1)
    x[..., 0] = 2
    assert (2 - first).held.tolist() == [[0.0, -4.0]]
    x.requires_grad = True
    assert [each.text for each in scribe.statements] == [
        "v0 = torch.tensor([[1.0, 2.0], [3.0, 4.0]])",
        "with torch.no_grad(): v1 = v0[0, 1:, None]",
        "v0.mul_(3)",
        "v2, v3 = v0.split(1)",
        "v0[..., 0] = 2",
        "v4 = 2 - v2",
        "v0.requires_grad = True",
    ]
    assert second.name == "v3"


def test_a_division_that_stops_midway_is_not_written_down() -> None:
    scribe = Scribe(torch)
    x, y = scribe.torch.tensor([7, 8, 9]), scribe.torch.tensor([2, 0, 3])
    for name in ("__ifloordiv__", "__imod__", "remainder_", "fmod_", "floor_divide_"):
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            getattr(x, name)(y)
    assert x.held.tolist() == [7, 8, 9]
    assert len(scribe.statements) == 2


def test_simpler_statements() -> None:
    statement = Statement("v0 = torch.tensor([1.5625, -2.25], dtype=torch.float64).requires_grad_()", ("v0",), "tensor")
    assert list(simpler(statement)) == [
        "v0 = torch.tensor([1.5625, -2.25], dtype=torch.float64)",
        "v0 = torch.tensor([1.5625, -2.25]).requires_grad_()",
        "v0 = torch.tensor([1.5625, 1.5625], dtype=torch.float64).requires_grad_()",
        "v0 = torch.tensor([1.6, -2.2], dtype=torch.float64).requires_grad_()",
    ]


def test_rounding_excuses_what_torch_itself_may_do_and_no_more() -> None:
    """A sine and what a later step makes of its last bits; but not a sine that is off by a thousandth."""
    lines = ("v0 = torch.tensor([0.5, 1.25, 3.0], requires_grad=True)", "v1 = v0.sin()", "v2 = v1 - 0.9489846193555862",
             "v3 = v2 * 1e7")
    program = Program(tuple(Statement(line, (f"v{place}",), "sin" if place == 1 else "mul" if place else "tensor")
                            for place, line in enumerate(lines)))
    assert run_program(program, torch, minitorch_compat).outcome == "agrees"

    class Off:
        def __getattr__(self, name: str) -> object:
            return getattr(torch, name)

        def tensor(self, data: list[float], **more: bool) -> object:
            return torch.tensor([data[0] * 1.001, *data[1:]], **more)

    assert run_program(program, torch, Off()).outcome == "differs"
