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


@pytest.mark.parametrize("workload", SMALL, ids=lambda each: each.name)
def test_both_sides_compute_the_same(workload: workloads.Workload) -> None:
    ours, theirs = workload.prepare(minitorch_compat)(), workload.prepare(torch)()
    for mine, other in zip(arrays(ours), arrays(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
        assert mine.dtype == other.dtype
