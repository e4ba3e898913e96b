"""What reports show of a run, before any of them renders it."""
import pytest

from minitorch_compat.parity.observation import Observation, Value
from minitorch_compat.parity.report import model
from minitorch_compat.parity.result import OUTCOMES


def test_a_tally_counts_every_case_once(every_outcome):
    total = model.tally("all", every_outcome.results)
    assert total.cases == sum(total.outcomes.values()) == sum(total.verdicts.values()) == 9
    assert total.outcomes == {outcome: 3 if outcome == "agrees" else 1 for outcome in OUTCOMES}
    # Of nine facts, six belong to cases that do not agree, and one to a verdict that is contradicted.
    assert (total.facts, total.good_facts) == (9, 2)


def test_documents_come_by_name_and_what_has_none_comes_last(every_outcome):
    tallies = model.documents(every_outcome)
    assert [(each.label, each.cases) for each in tallies] == [("guide.txt", 6), ("other.txt", 1), ("no document", 2)]


def test_a_fact_of_two_cases_needs_both(every_outcome):
    from dataclasses import replace

    good, bad = every_outcome.results[0], replace(every_outcome.results[2], facts=every_outcome.results[0].facts)
    assert model.tally("both", [good, bad]).good_facts == 0
    assert model.tally("one", [good]).good_facts == 1


def test_rows_set_the_document_beside_both_engines(every_outcome):
    row, = model.rows(every_outcome.results[0])
    assert (row.name, row.document, row.reference_agrees, row.differs) == ("x.grad", "[2.0, 0.2, 0.02]", True, False)
    assert row.reference == row.candidate
    assert row.reference.startswith("[2.")


def test_a_row_tells_what_only_one_side_showed(every_outcome):
    broken = next(each for each in every_outcome.results if each.outcome == "case is broken")
    row, = model.rows(broken)
    assert (row.name, row.reference, row.candidate) == ("exception", "NameError: y", None)


@pytest.mark.parametrize(
    ("reference", "candidate", "pieces"),
    [
        ("same", "same", [("both", "same")]),
        ("", "new", [("candidate", "new")]),
        ("tensor([1., 2.])", "tensor([1, 2])",
         [("both", "tensor([1"), ("reference", "."), ("both", ", 2"), ("reference", "."), ("both", "])")]),
        ("a\nb\nc\n", "a\nB\nc\n", [("both", "a\n"), ("reference", "b"), ("candidate", "B"), ("both", "\nc\n")]),
        ("end", "end\n", [("both", "end"), ("candidate", "\n")]),
        ("#2 Mul1\n#3 Leaf", "#2 Mul0\n#3 Leaf\nNone",
         [("both", "#2 Mul"), ("reference", "1"), ("candidate", "0"), ("both", "\n#3 Leaf"), ("candidate", "\nNone")]),
        ("one\nno error\n", "one\nRuntimeError: 4\n",
         [("both", "one\n"), ("reference", "no error"), ("candidate", "RuntimeError: 4"), ("both", "\n")]),
    ],
)
def test_texts_are_told_apart_to_the_character(reference, candidate, pieces):
    assert model.difference(reference, candidate) == pieces


@pytest.mark.parametrize(
    ("reference", "candidate"),
    [("ab" * 3000, "ba" * 3000), ("x\n" * 3000, "y\nx\n" * 2000), ("x\n" * 10, "x\r\ny"), ("ключ", "key")],
)
def test_both_texts_can_be_read_off_their_difference(reference, candidate):
    pieces = model.difference(reference, candidate)
    assert model.side(pieces, "reference") == reference
    assert model.side(pieces, "candidate") == candidate


def test_a_difference_far_down_is_shown():
    same = "x" * 50_000
    pieces = model.excerpt(model.difference(f"{same}1{same}", f"{same}2{same}"))
    assert [who for who, _ in pieces] == ["both", "reference", "candidate", "both"]
    assert "1" in model.side(pieces, "reference")
    assert "… 46000 characters in common …" in pieces[0][1]
    assert len(model.side(pieces, "candidate")) < 10_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\ud800", r"\ud800"),
        ("שלום, é, 😀", "שלום, é, 😀"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, shown):
    assert model.printable(text) == shown


def test_long_text_says_how_much_is_left_out():
    assert model.shortened("x" * model.LONGEST) == "x" * model.LONGEST
    assert model.shortened("x" * (model.LONGEST + 7)).endswith("… 7 more characters, all of them in the JSON report")


def test_sequences_of_numbers_become_curves(every_outcome):
    from dataclasses import replace

    loss_falls = every_outcome.results[-1]
    curve, = model.curves(loss_falls)
    assert (curve.name, curve.length, curve.step) == ("losses", 30, 1)
    assert curve.reference[:2] == (2.0, 1.6)
    assert curve.candidate[0] == 2.02

    scalars = tuple(Value(name=f"loss[{k}]", type="float", value=k / 2) for k in range(9))
    stepwise = replace(loss_falls, reference=Observation(seen=scalars), candidate=Observation(seen=scalars[:2]))
    curve, = model.curves(stepwise)
    assert (curve.name, curve.reference[-1], curve.candidate) == ("loss", 4.0, (0.0, 0.5))

    few = replace(loss_falls, reference=Observation(seen=scalars[:7]), candidate=Observation(seen=scalars[:7]))
    assert model.curves(few) == []


def test_a_long_curve_is_thinned_and_what_is_not_finite_left_out(every_outcome):
    from dataclasses import replace

    numbers = [float("inf")] + [float(k) for k in range(1, 1000)]
    seen = Observation(seen=(Value(name="losses", type="list", value=numbers),))
    curve, = model.curves(replace(every_outcome.results[-1], reference=seen, candidate=seen))
    assert (curve.length, curve.step, len(curve.reference)) == (1000, 3, 334)
    assert curve.reference[:3] == (None, 3.0, 6.0)


@pytest.mark.parametrize(
    ("lines", "place"),
    [("5", "line 5"), ("5-7", "lines 5-7"), ("31, 52", "lines 31, 52"), ("general", "general"), (None, "")],
)
def test_a_place_is_said_in_words(lines, place):
    assert model.place(lines) == place
