"""A search finds an engine's one mistake, shrinks it, and makes it again from its seed."""
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import torch

from minitorch_compat.parity.case import cases_of
from minitorch_compat.parity.fuzz.filing import filed
from minitorch_compat.parity.fuzz.findings import Finding
from minitorch_compat.parity.fuzz.search import NAMES, Familiar, Figures, round_of
from minitorch_compat.parity.runner import run

OWN = [name for name in NAMES if name != "call"]
"""Without calls from torch's database, which takes seconds to import."""


class Off(types.SimpleNamespace):
    """torch, but that a product of two tensors is wrong where it is negative."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    def mul(self, x: Any, y: Any, **more: Any) -> Any:
        made = torch.mul(x, y, **more)
        return torch.where(made < 0, made * 2, made) if not made.is_complex() and made.dtype != torch.bool else made


def searched(engine: Any, rounds: int) -> tuple[list[Finding], Figures]:
    familiar, findings, figures = Familiar(), [], Figures()
    for number in range(rounds):
        found, more = round_of(1, number, torch, engine, familiar, names=OWN)
        figures.add(more)
        findings += found
        familiar.ids.update(each.id for each in found)
        if found:
            break
    return findings, figures


def test_torch_does_not_differ_from_itself() -> None:
    findings, figures = searched(torch, 2)
    assert not findings
    assert figures.programs == 100
    assert figures.statements > 500 and len(figures.reached) > 60
    assert figures.refused < figures.statements / 4


def test_one_wrong_operation_is_found_shrunk_and_found_again(tmp_path: Path) -> None:
    findings, _ = searched(Off(), 10)
    finding = findings[0]
    assert finding.operation == "mul"
    assert finding.result.outcome == "differs"
    assert 2 <= len(finding.program.statements) <= 5
    seed, number, place = map(int, finding.seed.split(":"))
    again, _ = round_of(seed, number, torch, Off(), Familiar(), only=place, names=OWN)
    assert [each.id for each in again] == [finding.id]
    assert again[0].seed == finding.seed
    path = filed([finding, finding], tmp_path / "found", 1)
    spec = importlib.util.spec_from_file_location("a_finding", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules["a_finding"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    cases = cases_of(module)
    assert len(cases) == 2
    assert [each.outcome for each in run(cases, torch, torch)] == ["agrees", "agrees"]
    assert [each.outcome for each in run(cases, torch, Off())] == ["differs", "differs"]
