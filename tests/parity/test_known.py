"""Known differences: forgiven while they are what they were, and each way in which they are not has its own code."""
import datetime
import json
import re

import pytest

from minitorch_compat.parity.causes import causes, fingerprint, shape_of
from minitorch_compat.parity.changes import changes
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.journal import read
from minitorch_compat.parity.known import BadKnown, parse

TOYS = ["--catalogue", "toy_catalogue", "--reference", "engines.py:right"]


def run(*arguments, engine="wrong"):
    return main(["run", *TOYS, "--engine", f"engines.py:{engine}", "--format", "json", *arguments])


def add(*arguments):
    return main(["known", "add", "everything", "--reason", "it is so", "--catalogue", "toy_catalogue", *arguments])


@pytest.fixture
def known(toys):
    assert run() == 1
    assert add() == 0
    return toys / "known-differences.toml"


def test_what_is_known_is_forgiven_and_said(known, capsys):
    assert run("--known", str(known)) == 0
    assert "1 part as is known" in capsys.readouterr().out
    result = json.loads((known.parent / "parity-report" / "report.json").read_text())["results"][0]
    assert (result["outcome"], result["known"]) == ("differs", "it is so")


def test_an_unexpected_agreement_is_7(known, capsys):
    assert run("--known", str(known), engine="right") == 7
    assert "agrees now" in capsys.readouterr().out


def test_a_different_failure_is_6(known, capsys):
    known.write_text(re.sub(r'fingerprint = "\w+"', 'fingerprint = "000000000000"', known.read_text()))
    assert run("--known", str(known)) == 6
    assert "a different failure: toys.all/everything shows" in capsys.readouterr().out


def test_a_failure_in_another_dimension_is_6_and_no_agreement(known, capsys):
    known.write_text(known.read_text().replace('"values"', '"printed text"'))
    assert run("--known", str(known)) == 6
    told = capsys.readouterr().out
    assert "a different failure: toys.all/everything differs in values, and no more in printed text" in told


def test_an_id_that_means_nothing_is_8_whatever_is_selected(known, capsys):
    known.write_text(known.read_text() + known.read_text().replace("everything", "nothing"))
    assert run("--known", str(known)) == 8
    assert run("last", "--known", str(known)) == 8
    assert "'toys.all/nothing'" in capsys.readouterr().out


@pytest.mark.parametrize(("expires", "code"), [
    ("2001-01-01", 9), ('"2001-01-01"', 9), ('"1.0"', 9), ('"toy 0.9"', 9), ("2999-01-01", 0), ('"2999-01-01"', 0),
    ('"1.1"', 0),
])
def test_an_expired_entry_is_9(known, expires, code):
    known.write_text(known.read_text().rstrip() + f"\nexpires = {expires}\n")
    assert run("--known", str(known)) == code


def test_another_difference_is_still_1(known):
    text = known.read_text()
    known.write_text(text.replace("everything", "last"))
    assert run("--known", str(known)) == 1


def test_prune_keeps_what_is_still_so_and_its_comments(known, capsys):
    known.write_text("# ours\n\n" + known.read_text() + "# a remark\n\n" + known.read_text().replace("everything", "x"))
    assert main(["known", "prune", "--catalogue", "toy_catalogue"]) == 0
    text = known.read_text()
    assert text.startswith("# ours\n") and "# a remark" in text and "toys.all/x" not in text
    assert text.count("[[known]]") == 1 and "1 of 2 entries stay" in capsys.readouterr().out
    assert run("--known", str(known)) == 0
    assert run(engine="right") == 0
    assert main(["known", "prune", "--catalogue", "toy_catalogue"]) == 0
    assert known.read_text() == "# ours\n"


@pytest.mark.parametrize(("text", "words"), [
    ("known = 1", "nothing else"), ("[[known", "no TOML"),
    ("[[known]]\nid = 'a'", "lacks dimension, fingerprint, reason"),
    ("[[known]]\nid='a'\ndimension='hue'\nfingerprint='1'\nreason='r'", "no dimension 'hue'"),
    ("[[known]]\nid='a'\ndimension='values'\nfingerprint='1'\nreason=''", "reason must be text"),
    ("[[known]]\nid='a'\ndimension='values'\nfingerprint='1'\nreason='r'\nexpires='soon'", "expires is a date"),
    ("[[known]]\nid='a'\ndimension='values'\nfingerprint='1'\nreason='r'\nexpires='2001-13-01'", "expires is a date"),
    ("[[known]]\nid='a'\ndimension='values'\nfingerprint='1'\nreason='r'\nwhy=1", "no use for why"),
])
def test_a_file_that_cannot_be_read_says_where(toys, capsys, text, words):
    with pytest.raises(BadKnown, match=re.escape(words)):
        parse(text, "known.toml")
    (toys / "known.toml").write_text(text)
    assert run("--known", "known.toml") == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [
    ["add"], ["add", "everything"], ["add", "acting", "--reason", "x"], ["add", "nix", "--reason", "x"],
    ["add", "everything", "--reason", "x", "--expires", "soon"],
])
def test_misuse_of_known(toys, capsys, arguments):
    run()
    assert main(["known", *arguments, "--catalogue", "toy_catalogue"]) == 2
    assert not (toys / "known-differences.toml").exists()


def test_an_entry_reads_back():
    text = "#\n[[known]]\nid='a/*'\ndimension='values'\nfingerprint='1'\nreason='r'\nexpires=2027-01-02"
    head, (entry,) = parse(text, "")
    assert head == "#\n" and entry.means("a/b") and not entry.means("b/a")
    assert entry.expired(datetime.date(2027, 1, 3), "2.13") and not entry.expired(datetime.date(2027, 1, 2), "2.13")


def test_numbers_do_not_make_a_cause():
    assert shape_of("3 of 4 numbers differ, most at [0, 1]: -1.5e-07") == "# of # numbers differ, most at [#]: #"
    assert shape_of("shape (2, 3)") == shape_of("shape (4, 5)") != shape_of("dtype float32")
    assert shape_of("float32") == "float32"


def test_causes_and_fingerprints(toys):
    run()
    first = read(toys / "parity-report" / "results.jsonl")
    found = causes(first.results)
    assert [(cause.alone, cause.cases) for cause in found] == [(1, ("toys.all/everything",))]
    result = first.results[0]
    assert fingerprint(result, "values") and not fingerprint(result, "dtype")


def test_two_runs_side_by_side(toys, capsys):
    assert run("--report", "old", "everything", "acting", engine="right") == 0
    assert run("--report", "new", "everything", "last") == 1
    old, new = (read(toys / name / "results.jsonl") for name in ("old", "new"))
    found = changes(old, new)
    assert {kind: [each.id.partition("/")[2] for each in listed] for kind, listed in found.kinds.items()} == {
        "regressed": ["everything"], "fixed": [], "still differing": [], "worse": [],
        "new": ["last"], "gone": ["acting"],
    }
    assert (found.common, found.good_before, found.good_after) == (1, 1, 0)
    assert [each.id for each in changes(new, old).kinds["fixed"]] == ["toys.all/everything"]
    pair = ["diff", "old/results.jsonl", "new/report.json"]
    assert main(pair) == 0
    assert main([*pair, "--fail-on", "fixed"]) == 0
    assert main([*pair, "--fail-on", "regressed"]) == 1
    out = capsys.readouterr().out
    assert "then: 2 of 2 good; now: 1 of 2" in out and "over the 1 cases both have: 1 good then, 0 now" in out


def test_numbers_twice_as_far_apart_are_worse(toys):
    run("--report", "old")
    text = (toys / "old" / "results.jsonl").read_text()
    old = read(toys / "old" / "results.jsonl")
    ulps = old.results[0].differences[0].numeric.max_ulp
    (toys / "worse.jsonl").write_text(text.replace(f'"max_ulp": {ulps}', f'"max_ulp": {2 * ulps}'))
    (toys / "near.jsonl").write_text(text.replace(f'"max_ulp": {ulps}', f'"max_ulp": {2 * ulps - 1}'))
    kinds = changes(old, read(toys / "worse.jsonl")).kinds
    assert [each.message for each in kinds["worse"]] == [f"{ulps} ulp before, {2 * ulps} now"]
    assert not kinds["still differing"]
    assert changes(old, read(toys / "near.jsonl")).kinds["still differing"]


def test_shards_merged_are_the_whole(toys, capsys):
    run("--report", "whole")
    for part in (1, 2):
        run("--report", f"part{part}", "--shard", f"{part}/2")
    arguments = ["--catalogue", "toy_catalogue", "--report", "merged", "--format", "json", "--timeless"]
    assert main(["merge", "part2/results.jsonl", "part1/results.jsonl", *arguments]) == 1
    whole, merged = (json.loads((toys / name / "report.json").read_text()) for name in ("whole", "merged"))
    for name in ("outcomes", "verdicts", "dimensions", "chapters", "selected", "causes"):
        assert whole[name] == merged[name]
    assert [each["id"] for each in whole["results"]] == [each["id"] for each in merged["results"]]
    assert main(["merge", "part1/results.jsonl", "part1/results.jsonl", *arguments]) == 2
    assert "is in part1/results.jsonl and in part1" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "a/b"])
def test_a_shard_that_is_none(toys, text):
    with pytest.raises(SystemExit) as ended:
        run("--shard", text)
    assert ended.value.code == 2


def test_a_run_goes_on_where_it_was_cut(toys, capsys):
    run()
    journal = toys / "parity-report" / "results.jsonl"
    whole = journal.read_text()
    lines = whole.splitlines(keepends=True)
    marked = lines[1].replace('"duration": ', '"duration": 77')  # only the first run can have written this
    journal.write_text(lines[0] + marked + lines[2][:50])
    assert run("--resume") == 1
    again = read(journal)
    assert [each.id for each in again.results] == [each.id for each in read(journal).results]
    assert len(again.results) == 3 and again.complete and again.results[0].duration > 70
    assert run("--resume", engine="right") == 2
    assert "resume that one" in capsys.readouterr().err


def test_a_history_has_a_trend(toys):
    for engine in ("wrong", "wrong"):
        run("--history", "past", engine=engine)
        for path in (toys / "past").glob("*.json"):
            path.rename(path.with_name("first.json"))
    run("--history", "past")
    points = json.loads((toys / "parity-report" / "report.json").read_text())["history"]
    assert len(points) == 2 and {(each["cases"], each["good"]) for each in points} == {(3, 2)}


def test_github_gets_annotations_and_a_summary(toys, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(toys / "summary.md"))
    assert main(["run", *TOYS, "--engine", "engines.py:wrong", "--format", "github", "--format", "badge"]) == 1
    line, = (each for each in capsys.readouterr().out.splitlines() if each.startswith("::error"))
    assert re.match(r"::error file=toy_catalogue/.*toys.py,line=\d+,title=toys.all/everything%3A differs::values", line)
    assert (toys / "summary.md").read_text().startswith("# Parity report")
    assert json.loads((toys / "parity-report" / "report-badge.json").read_text())["message"] == "2 of 3"
