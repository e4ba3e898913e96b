"""Engines wrong in one dimension each: exactly that verdict turns."""
import pytest
from toy import Engine, show_all

from minitorch_compat.parity import chapter
from minitorch_compat.parity.compare import COMPARERS
from minitorch_compat.parity.result import DIMENSIONS
from minitorch_compat.parity.runner import run_case

CASE = chapter("toy")()(show_all)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_an_engine_wrong_in_one_dimension_differs_in_that_alone(dimension):
    result = run_case(CASE, Engine(), Engine(dimension))
    assert result.outcome == "differs"
    assert [name for name, verdict in result.dimensions.items() if verdict == "differs"] == [dimension]
    assert {name for name, verdict in result.dimensions.items() if verdict == "agrees"} == {*DIMENSIONS} - {dimension}
    assert {difference.dimension for difference in result.differences} == {dimension}
    assert all(difference.message and difference.reference != difference.candidate for difference in result.differences)


def test_an_engine_agrees_with_itself_in_all_dimensions():
    result = run_case(CASE, Engine(), Engine())
    assert result.outcome == "agrees" and not result.differences
    assert set(result.dimensions.values()) == {"agrees"}


def test_every_dimension_has_one_comparer_that_says_what_agreement_means():
    assert tuple(comparer.dimension for comparer in COMPARERS) == DIMENSIONS
    assert all(type(comparer).__doc__ for comparer in COMPARERS)

