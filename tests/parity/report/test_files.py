"""Files: what is written where, the same bytes each time, and JUnit XML as a CI system reads it."""
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from minitorch_compat.parity import report
from minitorch_compat.parity.report import FORMATS, render


def without_times(run):
    results = [replace(each, duration=0.0) for each in run.results]
    return replace(run, results=results, started=None, duration=None)


def test_each_format_has_its_file(every_outcome, tmp_path):
    paths = report.write(every_outcome, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["report.html", "report.md", "report.json", "report.xml"]
    assert sorted(paths) == sorted((tmp_path / "new" / "folder").iterdir())
    path = report.write_file(every_outcome, tmp_path / "here.html", "html")
    assert path.read_text(encoding="utf-8") == render(every_outcome, "html")


def test_an_unknown_format_is_named(every_outcome, tmp_path):
    with pytest.raises(ValueError, match="no report format 'pdf'; there are html, md, json, junit"):
        report.write(every_outcome, tmp_path, ["pdf"])


@pytest.mark.parametrize("format", FORMATS)
def test_a_hostile_run_makes_a_file(hostile, tmp_path, format):
    assert report.write(hostile, tmp_path, [format])[0].stat().st_size > 10_000


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_without_times_depends_on_the_results_alone(every_outcome, format):
    quick = replace(every_outcome, started="2020-02-02T02:02:02+00:00", duration=1.0)
    slow = replace(quick, started="2021-12-12T12:12:12+00:00", duration=99.0)
    slow.results = [replace(each, duration=each.duration * 9) for each in slow.results]
    assert render(quick, format) != render(slow, format)
    text = render(without_times(quick), format)
    assert text == render(without_times(slow), format)
    assert "2020" not in text
    assert "2021" not in text


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_run_makes_a_report(every_outcome, format):
    assert render(replace(every_outcome, results=[], selected=0, chapters={}), format)


def test_junit_counts_failures_and_errors_and_skips_nothing(every_outcome):
    root = ElementTree.fromstring(render(every_outcome, "junit"))
    # Failures: what differs, what the engine lacks, the contradicted verdict. Errors: the other four.
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("9", "3", "4")
    assert [suite.get("name") for suite in root] == ["guide.leaves", "guide.training"]
    assert {suite.get("skipped") for suite in root} == {"0"}
    kinds = {case.get("name"): [(child.tag, child.get("type")) for child in case] for case in root.iter("testcase")}
    assert kinds["weights_scale_gradients"] == []
    assert kinds["digits_are_lost"] == [("failure", "differs")]
    assert kinds["fft_is_missing"] == [("failure", "engine lacks it")]
    assert kinds["torch_lacks_this"] == [("error", "reference lacks it")]
    assert kinds["memory_runs_out"] == [("error", "crashed")]
    assert kinds["loss_falls"] == [("failure", "verdict on the document")]
    failure = root.find(".//testcase[@name='digits_are_lost']/failure")
    assert "values, y: 2 of 4 elements differ" in failure.text
    assert "engine: tensor([1, 2])" in failure.text
    assert root.find("testsuite").get("timestamp") == "2026-01-02T03:04:05+00:00"


def test_junit_is_red_for_a_run_that_stopped(every_outcome):
    run = replace(every_outcome, results=every_outcome.results[:2], stopped="interrupted")
    root = ElementTree.fromstring(render(run, "junit"))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "0", "1")
    assert root.find(".//error").get("message") == "7 of 9 selected cases have no result"


def test_junit_holds_hostile_text_as_text(hostile):
    root = ElementTree.fromstring(render(hostile, "junit").encode("utf-8"))
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "error"}
    assert r"\x1b[31mred" in root.find(".//failure").get("message")
