"""The control: torch held against itself, over the whole catalogue."""
import pytest

from minitorch_compat.parity import catalogue, run
from minitorch_compat.parity.case import chapters

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def results():
    return list(run(catalogue(), torch, torch))


def test_torch_has_no_difference_from_itself(results):
    assert {result.id: result.message for result in results if result.outcome != "agrees"} == {}
    assert len(results) == len(catalogue()) > 100


def test_every_verdict_on_a_document_is_what_was_computed(results):
    assert {result.id: result.verdict.message for result in results if not result.verdict.sound} == {}


def test_every_dimension_is_observed_somewhere(results):
    observed = {name for result in results for name, verdict in result.dimensions.items() if verdict == "agrees"}
    assert observed == set(results[0].dimensions)


def test_no_case_leaves_a_trace_for_the_next(results):
    """In the reverse order, after all of them have run, each shows what it showed at first."""
    first = {result.id: repr(result.reference) for result in results}
    again = {result.id: repr(result.reference) for result in run(catalogue()[::-1], torch, torch)}
    assert [case for case in first if first[case] != again[case]] == []


def test_a_chapter_stands_in_the_file_of_its_name():
    for module, chapter in chapters():
        assert module.__name__ == f"reference_cases.{chapter.name}"
        assert chapter.title != chapter.name and chapter.cases
