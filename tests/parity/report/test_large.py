"""Reports of many cases: how large they are, what they leave out, and how much memory they take to write."""
import base64
import gzip
import json
import random
import tracemalloc

import pytest
from test_html import data_of

from minitorch_compat.parity.journal import read
from minitorch_compat.parity.report import html as page
from minitorch_compat.parity.report import model, parts, render
from minitorch_compat.parity.report.github import ANNOTATIONS, LIMIT, annotations, job_summary
from minitorch_compat.parity.result import Run
from tests.benchmarks.reports import journal

CASES = 300
ROOM = 110_000
"""Bytes of details in these tests: as few for each case as 7.5 MB are for twenty thousand."""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return journal(tmp_path_factory.mktemp("run") / "run.jsonl", CASES, 0.7)


@pytest.fixture
def large(written, monkeypatch):
    """A run that counts as one of many cases."""
    monkeypatch.setattr(model, "MANY", CASES - 1)
    monkeypatch.setattr("minitorch_compat.parity.report.json.MANY", CASES - 1)
    monkeypatch.setattr(page, "ROOM", ROOM)
    return read(written)


def test_the_page_keeps_to_its_room(large):
    text = render(large, "html")
    details = sum(len(each) for each in page.blocks(large)[1:])
    assert ROOM / 2 < details < ROOM * 1.1
    assert len(text) - details < 150_000 + 200 * CASES
    assert sum(len(chunk) for name, chunk in data_of(text).items() if name != "data") == CASES


def test_what_agrees_carries_its_code_in_brief_and_the_first_of_a_cause_everything(large):
    data = data_of(render(large, "html"))
    details = [each for name, chunk in data.items() if name != "data" for each in chunk]
    first = model.first_of_causes(large.results)
    agreeing = [told for told, result in zip(details, large.results, strict=True) if result.outcome == "agrees"]
    assert {tuple(told) for told in agreeing} <= {("source",), ()}
    assert sum(told != {} for told in agreeing) > len(agreeing) / 2
    assert all(len(told["source"]) < 1_500 for told in agreeing if told)
    whole = [told for told, leads in zip(details, first, strict=True) if leads and "differences" in told]
    assert len(whole) > 10 and all("pieces" in told["differences"][0] and told["rows"] for told in whole)
    assert all("source" not in each for each in data["data"]["cases"])


def test_no_case_is_lost(large):
    data = data_of(render(large, "html"))
    assert [each["id"] for each in data["data"]["cases"]] == [each.id for each in large.results]
    again = Run.from_json(json.loads(render(large, "json")))
    assert [each.as_json() for each in again.results] == [each.as_json() for each in large.results]
    text = render(large, "md")
    bad = [each for each in large.results if not each.good]
    assert all(f"`{each.name}`" in text for each in bad)
    assert f"{len(bad) - sum(model.first_of_causes(bad))} more are in the JSON report." in text
    assert not any(f"`{each.name}`" in text for each in large.results if each.good)


def test_a_summary_of_many_is_under_its_limit(large):
    large.results *= 120
    text = job_summary(large).encode()
    assert LIMIT - 1000 < len(text) <= LIMIT < 2**20
    assert b" more are in the reports." in text
    assert len(list(annotations(large, {}))) == ANNOTATIONS


def test_an_annotation_is_one_line_whatever_is_said(hostile):
    result = hostile.results[0].but(message="%\r\n::error::owned\n" * 1000)
    line, = annotations(hostile.__class__(**{**vars(hostile), "results": [result]}), {result.id: ("a,b:c\n.py", 3)})
    assert line.startswith("::error file=a%2Cb%3Ac%0A.py,line=3,title=") and "\n" not in line and "\r" not in line
    assert len(line) < 20_000 + len(result.id) * 3


def test_the_bulk_of_results_stays_in_the_journal(tmp_path):
    def peak(path):
        tracemalloc.start()
        run = read(path)
        for format in ("json", "junit", "github"):
            for _ in parts(run, format):
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = (journal(tmp_path / f"{number}.jsonl", number, 0.2) for number in (40, 240))
    peak(few)  # what is imported and compiled on the way counts for neither
    assert peak(many) - peak(few) < 200 * 3_000
    assert many.stat().st_size > 200 * 4_000


def test_packed_pieces_are_one_text():
    dice = random.Random(0)
    pieces = ["".join(dice.choices("abc<", k=dice.randrange(50))) for _ in range(100)]
    made = page.Packed(True)
    for each in pieces:
        made.add(each)
    assert gzip.decompress(base64.b64decode(made.end())).decode() == "".join(pieces)
    assert made.characters == sum(map(len, pieces))
