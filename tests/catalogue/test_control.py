"""The control: torch held against itself, over the whole catalogue, in both orders."""
from minitorch_compat.parity import catalogue
from minitorch_compat.parity.case import chapters


def test_torch_has_no_difference_from_itself(on_torch):
    assert {result.id: result.message for result in on_torch if result.outcome != "agrees"} == {}
    assert {result.id: result.differences for result in on_torch if result.differences} == {}
    assert len(on_torch) == len(catalogue()) > 100


def test_every_verdict_on_a_document_is_what_was_computed(on_torch):
    assert {result.id: result.verdict.message for result in on_torch if not result.verdict.sound} == {}


def test_every_dimension_is_observed_somewhere(on_torch):
    observed = {name for result in on_torch for name, verdict in result.dimensions.items() if verdict == "agrees"}
    assert observed == set(on_torch[0].dimensions)


def test_no_case_leaves_a_trace_for_the_next(on_torch):
    """In the reverse order, after all of them have run, each shows what it showed at first."""
    assert [result.id for result in on_torch if repr(result.reference) != repr(result.candidate)] == []


def test_a_chapter_stands_in_the_file_of_its_name():
    for module, chapter in chapters():
        assert module.__name__ == f"reference_cases.{chapter.name}"
        assert chapter.title != chapter.name and chapter.cases
