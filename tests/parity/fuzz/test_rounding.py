"""What rounding explains, and what it does not."""
import types
from typing import Any

import pytest
import torch

from minitorch_compat.parity.fuzz.findings import run_program
from minitorch_compat.parity.fuzz.program import Program
from minitorch_compat.parity.fuzz.scribe import Statement


def program(*lines: tuple[str, str, str]) -> Program:
    """Lines with the operation each calls and its kind."""
    return Program(tuple(
        Statement(text, (text.partition(" = ")[0],) if " = " in text else (), operation, False, kind)
        for text, operation, kind in lines
    ))


class Off(types.SimpleNamespace):
    """torch, but for one function in one of its rooms."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)


def off(room: str, **functions: Any) -> Off:
    inner = Off(**functions)
    inner.__class__ = type("Room", (Off,), {"__getattr__": lambda self, name: getattr(getattr(torch, room), name)})
    return Off(**{room: inner})


BESSEL = program(
    ("v0 = torch.tensor([7.1, 9.2], dtype=torch.float64)", "tensor", ""),
    ("v1 = torch.special.bessel_j0(v0)", "special.bessel_j0", "call"),
    ("v2 = v1 * 2", "mul", ""),
)


@pytest.mark.parametrize(("shift", "outcome"), [(0.0, "agrees"), (1e-12, "differs"), (-1e-12, "differs")])
def test_where_torch_has_seven_digits_the_engine_must_have_the_truth(shift: float, outcome: str) -> None:
    import scipy.special

    engine = off("special", bessel_j0=lambda x: torch.tensor(scipy.special.j0(x.numpy())) * (1 + shift))
    assert run_program(BESSEL, torch, engine).outcome == outcome


SOLVED = program(
    ("v0 = torch.tensor([[4.0, 1.0], [1.0, 3.0]])", "tensor", ""),
    ("v1 = torch.linalg.inv(v0)", "linalg.inv", "call"),
)


@pytest.mark.parametrize(("ulps", "outcome"), [(4, "agrees"), (1000, "differs")])
def test_a_call_may_differ_by_a_few_units_of_its_largest_number(ulps: int, outcome: str) -> None:
    engine = off("linalg", inv=lambda x: torch.linalg.inv(x) * (1 + ulps * 2.0**-23))
    assert run_program(SOLVED, torch, engine).outcome == outcome


NEAR = program(
    (f"v0 = torch.tensor({[[-2.6255006790161133] * 5] * 5})", "tensor", ""),
    ("v1 = torch.cdist(v0, v0, 2.0, 'use_mm_for_euclid_dist')", "cdist", "call"),
)


@pytest.mark.parametrize(("more", "outcome"), [(0.0, "agrees"), (0.01, "differs")])
def test_nearer_to_double_precision_than_torch_is_no_difference(more: float, outcome: str) -> None:
    def cdist(x: Any, y: Any, *how: Any) -> Any:
        return (torch.cdist(x.double(), y.double(), *how).round(decimals=9) + more).float()[:]  # torch's is a view too

    engine = Off(cdist=cdist)
    assert run_program(NEAR, torch, engine).outcome == outcome


QUOTIENT = program(
    ("v0 = torch.tensor(8.460954032517956+3.740757559196183j, dtype=torch.complex128).requires_grad_()", "tensor", ""),
    ("v1 = torch.div(v0, v0)", "div", ""),
)


class Quotient(torch.autograd.Function):
    """x / y, whose parts of a gradient round as they like."""

    @staticmethod
    def forward(ctx: Any, x: Any, y: Any) -> Any:
        ctx.save_for_backward(x, y)
        return x / y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:  # type: ignore[override]
        x, y = ctx.saved_tensors
        return g / y.conj() * (1 + 2.0**-52), -g * ((x / y) / y).conj()


def test_parts_that_cancel_round_each_for_itself() -> None:
    found = run_program(QUOTIENT, torch, Off(div=Quotient.apply))
    assert not [each for each in found.differences if each.dimension == "gradients"]


def test_a_view_that_was_written_to_is_moved_without_harm() -> None:
    written = program(
        ("v0 = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).requires_grad_()", "tensor", ""),
        ("v1 = torch.stack([v0], 0)", "stack", "call"),
        ("v2 = v1[0, -2:]", "index", ""),
        ("v1.zero_()", "zero_", ""),
    )
    differing = Off(stack=lambda tensors, dim: torch.stack(tensors, dim) * 1.5)
    assert run_program(written, torch, differing).outcome == "differs"


def test_what_was_moved_may_grow_later() -> None:
    grown = program(
        ("v0 = torch.tensor([0.5, 1.0, 0.25])", "tensor", ""),
        ("v1 = torch.cosh(v0)", "cosh", ""),
        ("v2 = v1.clone()", "clone", ""),
        ("v3 = torch.stack([v2, v2], out=v1)", "stack", ""),
    )
    engine = Off(cosh=lambda x: torch.cosh(x) * (1 + 2.0**-23))
    assert run_program(grown, torch, engine).outcome == "agrees"
