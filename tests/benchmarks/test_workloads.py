"""A workload computes the same on the engine as on torch; how long it takes is not asked here."""
from typing import Any

import numpy as np
import pytest

import minitorch_compat

from . import workloads

torch = pytest.importorskip("torch")

SMALL = [each for each in workloads.WORKLOADS if each.room != "large"]


def arrays(result: Any) -> list[np.ndarray]:
    return [np.asarray(each.detach().numpy()) for each in (result if isinstance(result, tuple) else (result,))]


LACKING = frozenset({
    "MLP 2-16-16-1, Adam, batch 32", "MLP 784-256-10, Adam, batch 64", "small CNN, batch 32, 28×28",
})
"""Workloads that need what the engine does not have yet; the table of the benchmarks names it."""


@pytest.mark.parametrize("workload", [each for each in SMALL if each.name not in LACKING], ids=lambda each: each.name)
def test_both_sides_compute_the_same(workload: workloads.Workload) -> None:
    ours, theirs = workload.prepare(minitorch_compat)(), workload.prepare(torch)()
    for mine, other in zip(arrays(ours), arrays(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
        assert mine.dtype == other.dtype


@pytest.mark.parametrize("workload", [each for each in SMALL if each.name in LACKING], ids=lambda each: each.name)
def test_what_is_lacking_is_named(workload: workloads.Workload) -> None:
    with pytest.raises((AttributeError, NotImplementedError), match=r"\w+"):
        workload.prepare(minitorch_compat)()
