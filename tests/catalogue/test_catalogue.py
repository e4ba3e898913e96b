"""The catalogue is complete, each case says where it comes from, and its verdicts are what torch computes."""
import ast
import re
import sys
from collections import Counter
from pathlib import Path

import reference_cases
from minitorch_compat.parity.case import catalogue

CHAPTERS = sorted(Path(reference_cases.__file__).parent.rglob("*.py"))
CASES = [case for case in catalogue() if case.chapter.startswith("documents.")]
BEHAVIOURS = [case for case in catalogue() if not case.chapter.startswith("documents.")]
NAMES = [case.id for case in CASES]

FACTS = {"000": 23, "001": 29, "002": 27, "003": 32, "004": 25, "ERA": 20}
"""How many facts each document states, and the Variable era beside them."""

VERDICTS = {
    "000": {"holds": 9, "outdated": 5, "wrong": 2, "incomplete": 6, "ambiguous": 1},
    "001": {"holds": 23, "outdated": 1, "incomplete": 3, "ambiguous": 2},
    "002": {"holds": 9, "outdated": 4, "wrong": 4, "incomplete": 10},
    "003": {"holds": 15, "outdated": 4, "wrong": 4, "incomplete": 6, "ambiguous": 3},
    "004": {"holds": 10, "outdated": 2, "wrong": 3, "incomplete": 8, "ambiguous": 2},
    "ERA": {"holds": 3, "outdated": 16, "incomplete": 1},
}
"""What became of each document's facts, found by hand before there was a harness."""

DOCUMENTS = {
    "000_d699a83e2cdbec99.txt": 97,
    "001_7e7ed833da88f6dd.txt": 201,
    "002_f21a07dfaf42bedb.txt": 144,
    "003_26a4ad811299ad37.txt": 60,
    "004_1f92f23d1b2036bb.txt": 89,
}
"""The documents and how many lines they have."""

GRAVITY = ("wrong", "outdated", "ambiguous", "incomplete", "holds", "unstated")
"""Where several cases tell one fact, its verdict is the first of these that one of them has."""


def test_every_fact_is_told_by_a_case():
    told = {fact for case in CASES for fact in case.facts}
    assert told == {f"{document}-{number:02}" for document, count in FACTS.items() for number in range(1, count + 1)}
    assert len(told) == 156


def test_every_behaviour_is_shown_by_a_case():
    shown = {fact for case in BEHAVIOURS for fact in case.facts}
    assert shown == {f"B-{number:03}" for number in range(1, 132)}


def test_a_behaviour_has_no_document():
    # Those without a fact rest on torch alone.
    assert [case.id for case in BEHAVIOURS if not case.claim.endswith(".")] == []
    assert [case.id for case in BEHAVIOURS if case.document is not None or case.lines is not None] == []
    assert [case.id for case in BEHAVIOURS if case.path.parts[-2:] != (
        case.chapter.partition(".")[0], case.chapter.rpartition(".")[2] + ".py")] == []


def test_ids_are_unique():
    names = NAMES + [case.id for case in BEHAVIOURS]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def says_where_it_comes_from(case):
    if not case.facts or not case.claim.endswith(".") or case.path.stem != case.chapter.rpartition(".")[2]:
        return False
    if case.lines == "general":  # a spelling of those days that no document's line shows
        return case.document is None and all(fact.startswith("ERA-") for fact in case.facts)
    numbers = [int(number) for number in re.findall(r"\d+", case.lines)]
    return (
        re.fullmatch(r"\d+(-\d+)?(, \d+(-\d+)?)*", case.lines) is not None
        and min(numbers) >= 1 and max(numbers) <= DOCUMENTS[case.document]
        and all(fact[:3] in (case.document[:3], "ERA") for fact in case.facts)
    )


def test_a_case_says_where_it_comes_from():
    assert [case.id for case in CASES if not says_where_it_comes_from(case)] == []


def test_a_case_states_an_outcome_or_says_why_it_cannot():
    assert [case.id for case in CASES if not (case.states or case.verdict or case.note)] == []


def test_every_fact_has_a_verdict():
    judged = {fact for case in CASES if case.states or case.verdict for fact in case.facts}
    assert {fact for case in CASES for fact in case.facts} - judged == set()


def test_a_chapter_knows_the_harness_and_no_engine():
    foreign = {}
    for path in CHAPTERS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [
                node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                known = name.partition(".")[0] in sys.stdlib_module_names
                if not known and name not in ("minitorch_compat.parity", "numpy"):
                    foreign.setdefault(str(path), set()).add(name)
    assert foreign == {}


def test_a_case_never_asks_which_engine_it_has():
    for case in CASES + BEHAVIOURS:
        assert not re.search(r"torch\.(__version__|__file__|version)\b|minitorch", case.source), case.id
        for node in ast.walk(ast.parse(case.source)):
            if isinstance(node, ast.If | ast.IfExp | ast.While):
                names = {name.id for name in ast.walk(node.test) if isinstance(name, ast.Name)}
                assert "torch" not in names, case.id


def test_the_computed_verdicts_are_those_found_by_hand(on_torch):
    computed = {}
    for result in on_torch:
        for fact in result.facts:
            known = computed.get(fact, "unstated")
            computed[fact] = min(known, result.verdict.verdict, key=GRAVITY.index)
    tally = {document: dict(Counter(v for fact, v in computed.items() if fact[:3] == document)) for document in FACTS}
    assert tally == VERDICTS
