"""Random programs of twenty operations come to the same on the engine and on torch."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import minitorch_compat as engine
from minitorch_compat.parity.fuzz.expressions import NAMES, Program, Step, differences
from minitorch_compat.parity.fuzz.inputs import Input

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("warnings_each_time")

PROGRAMS = int(os.environ.get("MINITORCH_PROGRAMS", "200"))
"""How many random programs are run beside torch; the environment variable asks for more."""

SHAPES = [(), (3,), (2, 3), (2, 3), (1, 3), (2, 1), (3, 3), (3, 3), (0, 3), (2, 2, 3), (1,)]
DTYPES = ["float32"] * 6 + ["float64"] * 4 + ["float16", "bfloat16"] * 2 + ["complex64", "complex128", "int64", "int32",
                                                                        "uint8", "bool"]
LAYOUTS = ["plain"] * 4 + ["turned", "gaps"]


@st.composite
def inputs(draw: st.DrawFn) -> Input:
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(st.sampled_from(SHAPES))
    layout = draw(st.sampled_from(LAYOUTS)) if len(shape) == 2 else "plain"
    return Input(dtype, shape, draw(st.integers(0, 19)), layout, grad=dtype[0] in "fcb" and dtype != "bool")


STEPS = st.builds(Step, st.sampled_from(NAMES), st.tuples(*[st.integers(0, 23)] * 3))
PROGRAM = st.builds(
    Program, st.lists(inputs(), min_size=4, max_size=4).map(tuple), st.lists(STEPS, min_size=20, max_size=20).map(tuple)
)


@settings(max_examples=PROGRAMS, deadline=None, derandomize="MINITORCH_PROGRAMS" not in os.environ, database=None,
          suppress_health_check=list(HealthCheck))
@given(PROGRAM)
def test_a_program_comes_to_the_same(program: Program) -> None:
    found = list(differences(torch, engine, program))
    assert not found, f"{program}\n" + "\n".join(found)
