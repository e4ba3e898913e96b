"""Twelve programs as users write them print on the engine what they print on torch, from the same random numbers.

Each comparison imports torch in a process of its own, so two are run here; MINITORCH_EVERY_SCRIPT=1 runs all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minitorch_compat.parity.scripts import compare
from minitorch_compat.parity.tolerance import Scaled

HERE = Path(__file__).parent
SCRIPTS = sorted(path.name for path in HERE.glob("*.py") if path.name != Path(__file__).name)
QUICK = ["perceptron.py", "schedules.py"]
NEAR = Scaled(1e-3, "rounding differs a little at each of 200 steps")
SAME = ("dtype", "shape and strides", "graph", "exceptions", "warnings", "random stream", "printed text")


def test_there_are_twelve() -> None:
    assert len(SCRIPTS) == 12


@pytest.mark.parametrize("name", SCRIPTS if os.environ.get("MINITORCH_EVERY_SCRIPT") else QUICK)
def test_a_program_prints_what_it_prints_on_torch(name: str) -> None:
    pytest.importorskip("torch", reason="the program is held against torch")
    _, result, one, other = compare([str(HERE / name)], "torch", "minitorch_compat", 120, NEAR)
    assert one.ended is None
    assert other.ended is None
    assert {each: result.dimensions[each] for each in SAME} == dict.fromkeys(SAME, "agrees")
    assert result.reference.stdout.count("\n") >= 6
