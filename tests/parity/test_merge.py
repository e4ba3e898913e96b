"""Runs that are merged count as one run would: shards, and element types of torch's database."""
import json

import pytest

from minitorch_compat.parity import cli
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.result import Engine as Named
from minitorch_compat.parity.runner import begin, run_case

torch = pytest.importorskip("torch")

from minitorch_compat.parity.journal import Journal  # noqa: E402
from minitorch_compat.parity.opinfo import Drawn, support  # noqa: E402

TOTALS = ("selected", "outcomes", "verdicts", "dimensions", "complete", "causes", "chapters")


class Off:
    """torch with a function that is wrong, and one that is not there."""

    def __getattr__(self, name):
        return getattr(torch, name)

    def aminmax(self, *given, **more):
        low, high = torch.aminmax(*given, **more)
        return torch.return_types.aminmax((low, high * 2))

    def frac(self, *given, **more):
        raise AttributeError("module 'off' has no attribute 'frac'")


def drawn(dtypes):
    made = Drawn(dtypes)
    for each in support.database().op_db:
        if each.name in ("aminmax", "frac", "std_mean"):
            made.operator(each)
    return made


def ran(path, cases):
    run = begin(cases, Named("torch", "2"), Named("off", "1"))
    run.duration = 1.0
    with Journal(path) as journal:
        journal.begin(run)
        for case in cases:
            result = run_case(case, torch, Off())
            run.results.append(result)
            journal.add(result)
        journal.end(run)
    return run


@pytest.fixture
def merged(tmp_path, monkeypatch, capsys):
    """Merges journals by the command line, and gives the report and the exit code."""
    monkeypatch.setattr(cli, "database", lambda dtypes, ids=(): drawn(dtypes or ("float64", "float32")))

    def merge(*journals):
        code = main(["merge", *map(str, journals), "--suite", "opinfo", "--report", str(tmp_path / "merged"),
                     "--format", "json"])
        path = tmp_path / "merged" / "report.json"
        return code, json.loads(path.read_text()) if code in (0, 1) else capsys.readouterr().err

    return merge


def same(report, run):
    whole = run.to_json()
    for name in TOTALS:
        assert report[name] == whole[name], name
    assert [each["id"] for each in report["results"]] == [each["id"] for each in whole["results"]]


def test_two_element_types_are_one_run_of_both(tmp_path, merged):
    both = ran(tmp_path / "both.jsonl", drawn(("float64", "float32")).cases)
    for dtype in ("float64", "float32"):
        ran(tmp_path / f"{dtype}.jsonl", drawn((dtype,)).cases)
    code, report = merged(tmp_path / "float32.jsonl", tmp_path / "float64.jsonl")
    assert code == 1
    same(report, both)
    refused = [each["id"] for each in report["results"] if "/error-" in each["id"]]
    assert refused and len(refused) == len(set(refused)), "they are in both runs, and count once"
    assert report["outcomes"]["differs"] and report["outcomes"]["agrees"]


@pytest.mark.parametrize("parts", [2, 5])
def test_shards_are_the_whole(tmp_path, merged, parts):
    cases = drawn(("float64",)).cases
    whole = ran(tmp_path / "whole.jsonl", cases)
    for part in range(parts):
        ran(tmp_path / f"{part}.jsonl", cases[part::parts])
    code, report = merged(*(tmp_path / f"{part}.jsonl" for part in reversed(range(parts))))
    assert code == 1
    same(report, whole)


def test_what_adds_nothing_or_contradicts_is_refused(tmp_path, merged):
    cases = drawn(("float64",)).cases
    ran(tmp_path / "one.jsonl", cases)
    ran(tmp_path / "part.jsonl", cases[:3])
    code, told = merged(tmp_path / "one.jsonl", tmp_path / "part.jsonl")
    assert code == 2 and "part.jsonl, which has no case that others do not have" in told
    text = (tmp_path / "part.jsonl").read_text()
    (tmp_path / "odd.jsonl").write_text(text.replace('"outcome": "differs"', '"outcome": "timed out"'))
    assert text != (tmp_path / "odd.jsonl").read_text()
    code, told = merged(tmp_path / "one.jsonl", tmp_path / "odd.jsonl")
    assert code == 2 and "with another end, in" in told
