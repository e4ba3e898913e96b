"""The engine does what torch was seen to do, and torch does it still, so that nobody has to believe the tables."""

from __future__ import annotations

import pytest
from observations import TABLES, holds

import minitorch_compat

NAMES = sorted(path.stem for path in TABLES.glob("*.txt"))


@pytest.mark.parametrize("table", NAMES)
def test_the_engine_does_what_the_table_says(table: str) -> None:
    holds(minitorch_compat, table)


@pytest.mark.parametrize("table", NAMES)
def test_torch_does_what_the_table_says(table: str) -> None:
    torch = pytest.importorskip("torch")
    holds(torch, table)
