"""What torch 2.13 was seen to do, kept as text, and how to see it again.

A table in ``observed/`` is a row of blocks. Lines that begin with ``>>>`` are Python: all but the last are run, the
last is evaluated, in a fresh namespace with ``torch`` and ``np`` and a generator seeded with 1; warnings that torch
gives once are given each time. Below them stands what came of it: the printed value with what is unusual about it, or
the exception, and the warnings.

``python tests/ops/observations.py`` writes the outcomes anew from the torch that is installed.
"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

TABLES = Path(__file__).parent / "observed"


class Block(NamedTuple):
    """One observation: the code, and what came of it."""

    code: str
    outcome: str


def blocks(table: str) -> list[Block]:
    """The observations of a table."""
    found: list[Block] = []
    code: list[str] = []
    outcome: list[str] = []
    for line in (TABLES / f"{table}.txt").read_text().splitlines():
        if line.startswith(">>> "):
            if outcome:
                found.append(Block("\n".join(code), "\n".join(outcome)))
                code, outcome = [], []
            code.append(line[4:])
        elif code:
            outcome.append(line)
    found.append(Block("\n".join(code), "\n".join(outcome)))
    return found


def described(torch: ModuleType, value: Any) -> str:
    """A value as text: a tensor's repr, then whatever a plain new leaf would not show."""
    if not isinstance(value, torch.Tensor):
        return repr(value)
    unusual = []
    if not value.is_contiguous():
        unusual.append(f"stride {value.stride()}")
    if value.storage_offset():
        unusual.append(f"offset {value.storage_offset()}")
    if value._version:
        unusual.append(f"version {value._version}")
    if value._is_view():
        unusual.append("view")
    return repr(value) + "".join(f"\n# {each}" for each in unusual)


def outcome_of(torch: ModuleType, code: str) -> str:
    """What comes of a block of code, as the tables write it."""
    *statements, expression = code.splitlines()
    space: dict[str, Any] = {"torch": torch, "np": np}
    torch.default_generator.manual_seed(1)
    torch.set_warn_always(True)
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        try:
            exec("\n".join(statements), space)
            text = described(torch, eval(expression, space))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
    torch.set_warn_always(False)
    torch.set_default_dtype(torch.float32)
    said = [f"{each.category.__name__}: {each.message}" for each in given]
    text = "\n".join([text, *(f"warns {each}" for each in said)])
    text = re.sub(r" \(Triggered internally at [^)]*\)", "", text)
    text = re.sub(r"0x[0-9a-f]+", "0x…", text)
    return "\n".join(line or "." for line in text.rstrip("\n").splitlines())


def holds(torch: ModuleType, table: str) -> None:
    """Raise AssertionError that names all code of a table of which something else comes."""
    told = []
    for code, outcome in blocks(table):
        found = outcome_of(torch, code)
        if found != outcome:
            told.append(f">>> {code}\n{found}\nwhere the table has\n{outcome}")
    if told:
        raise AssertionError(f"{len(told)} of {table} do not hold\n" + "\n\n".join(told))


def observe_again() -> None:
    """Write every table anew from the torch that is installed."""
    import torch

    torch.set_num_threads(1)
    for path in sorted(TABLES.glob("*.txt")):
        written = []
        for code, _ in blocks(path.stem):
            written.append("\n".join(f">>> {line}" for line in code.splitlines()))
            written.append(outcome_of(torch, code))
        path.write_text("\n".join(written) + "\n")


if __name__ == "__main__":
    sys.exit(observe_again())
