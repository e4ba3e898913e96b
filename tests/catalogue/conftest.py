"""The catalogue on torch alone, once through and once back, for all tests that ask what torch does."""
import pytest

from minitorch_compat.parity.case import catalogue
from minitorch_compat.parity.engines import prepare, settle
from minitorch_compat.parity.runner import concluded, observed


@pytest.fixture(scope="session")
def on_torch():
    """The result of each case, torch in the order of the catalogue held against torch in the reverse order."""
    torch = pytest.importorskip("torch", reason="the verdicts are computed from what torch does")
    settle(torch)
    cases = catalogue()
    there = {case.id: observed(case, torch) for case in cases}
    back = {case.id: observed(case, torch) for case in reversed(cases)}
    prepare(torch)
    return [concluded(case, (there[case.id], back[case.id]), 0.0) for case in cases]
