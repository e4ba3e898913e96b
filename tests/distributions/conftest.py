"""What all tests of distributions begin with."""

from __future__ import annotations

import pytest

import minitorch_compat


@pytest.fixture(autouse=True)
def arguments_are_looked_at():
    """torch's compiler, once another test has loaded it, switches the looks at arguments off."""
    sides = [minitorch_compat, pytest.importorskip("torch")]
    before = [side.distributions.Distribution._validate_args for side in sides]
    for side in sides:
        side.distributions.Distribution.set_default_validate_args(True)
    yield
    for side, value in zip(sides, before, strict=True):
        side.distributions.Distribution.set_default_validate_args(value)
