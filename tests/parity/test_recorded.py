"""A recording gives the verdicts that the reference itself gives, and says where it knows nothing."""
import gzip
import json
import sys

import pytest

from minitorch_compat.parity.case import catalogue
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.drift import changed, drift, held, html, markdown, told
from minitorch_compat.parity.engines import NoEngine, load
from minitorch_compat.parity.recorded import catalogue_hash, find, read, shipped

TOYS = ["--catalogue", "toy_catalogue"]


def record(*arguments, engine="right"):
    return main(["record", *TOYS, "--engine", f"engines.py:{engine}", *arguments])


def report(folder):
    with open(f"{folder}/report.json") as file:
        return json.load(file)


@pytest.fixture
def recording(toys):
    assert record("--output", "one.json.gz") == 0
    return toys / "one.json.gz"


@pytest.mark.parametrize("engine", ["right", "wrong", "lacking"])
def test_live_and_recorded_say_the_same(recording, engine):
    common = [*TOYS, "--engine", f"engines.py:{engine}", "--format", "json"]
    live = main(["run", *common, "--reference", "engines.py:right", "--report", "live"])
    assert main(["run", *common, "--reference", f"recorded:{recording}", "--report", "recorded"]) == live
    one, other = report("live"), report("recorded")
    for name in ("outcomes", "verdicts", "dimensions", "causes"):
        assert one[name] == other[name]
    for mine, theirs in zip(one["results"], other["results"], strict=True):
        for name in ("outcome", "message", "differences", "verdict", "reference"):
            assert mine[name] == theirs[name]
    assert other["reference"] == {"name": f"recorded:{recording}", "version": "1.0, recorded", "terms": {}}


def test_the_same_again_is_the_same_to_the_byte(recording):
    assert record("--output", "two.json.gz") == 0
    assert recording.read_bytes() == recording.with_name("two.json.gz").read_bytes()


@pytest.mark.parametrize("engine, code", [("leaving", "7"), ("dying", "-11")])
def test_a_reference_that_ends_its_process_costs_one_case(toys, engine, code):
    assert record("--output", "one.json.gz", engine=engine) == 0
    cases = read(toys / "one.json.gz").cases
    assert [name.partition("/")[2] for name in cases] == ["everything", "acting", "last"]
    assert cases["toys.all/acting"]["observation"]["raised"]["text"] == f"the process ended here, with code {code}"
    assert [each["observation"].get("raised") for name, each in cases.items() if "acting" not in name] == [None, None]


def test_a_selection_touches_nothing_else(recording):
    before = read(recording).cases
    assert record("last", "--output", "one.json.gz", engine="wrong") == 0
    after = read(recording).cases
    assert list(after) == list(before)
    assert [name for name in before if after[name] != before[name]] in ([], ["toys.all/last"])
    assert record("everything", "--output", "one.json.gz", engine="wrong") == 0
    assert [name for name in before if read(recording).cases[name] != before[name]] == ["toys.all/everything"]


def test_a_case_that_changed_is_not_guessed(recording, capsys):
    data = json.loads(gzip.decompress(recording.read_bytes()))
    data["cases"]["toys.all/everything"]["text"] = "another"
    del data["cases"]["toys.all/last"]
    recording.write_bytes(gzip.compress(json.dumps(data).encode()))
    code = main(["run", *TOYS, "--engine", "engines.py:right", "--reference", f"recorded:{recording}",
                 "--format", "json"])
    told = [(each["outcome"], each["message"]) for each in report("parity-report")["results"]]
    assert code == 1 and told == [
        ("reference lacks it", "the case has changed since it was recorded"), ("agrees", ""),
        ("reference lacks it", "not recorded"),
    ]


@pytest.mark.parametrize(("name", "words"), [
    ("recorded:0.1", "no recording '0.1'"), ("recorded:nothing.gz", "no recording"),
    ("recorded:bad.gz", "is no recording"),
])
def test_what_is_no_recording(toys, name, words):
    (toys / "bad.gz").write_bytes(gzip.compress(b'{"recording": 99}'))
    with pytest.raises(NoEngine, match=words):
        load(name)


def test_drift_tells_versions_apart(toys, recording, capsys):
    assert record("--output", "two.json.gz", engine="wrong") == 0
    sys.path.insert(0, str(toys))
    cases = catalogue("toy_catalogue")
    one, two = find("one.json.gz"), find("two.json.gz")
    # Both recordings say 1.0, as the engine does, which is held against the first of them.
    found = drift(cases, [one, two], "engines.py:wrong")
    assert [(each.id, each.changes, each.engine) for each in found.rows if each.changed] == [
        ("toys.all/everything", (("values",),), ("values",))
    ]
    assert changed(cases[0], one.observation(cases[0]), one.observation(cases[0])) == ()
    assert "torch changed in 1 of 3 cases" in told(found)
    assert "values" in markdown(found) and "<code>toys.all/everything</code>" in html(found)
    assert main(["drift", "one.json.gz", "two.json.gz", *TOYS, "--engine", "engines.py:right", "--report", "page"]) == 0
    assert (toys / "page" / "drift.html").exists()
    assert main(["drift", "one.json.gz", *TOYS]) == 2


def test_a_claim_has_held_or_not():
    case = next(each for each in catalogue() if each.id == "documents.vectors/a_vector_alone_is_refused")
    recorded = find("2.13")
    assert held(case, recorded.observation(case)) == "holds"


def test_what_is_shipped_speaks_of_this_catalogue():
    assert "2.13.0" in shipped()
    newest = find("2.13")
    assert newest.data["version"] == "2.13.0" and newest.data["name"] == "torch"
    assert newest.data["catalogue"] == catalogue_hash(catalogue()), "record the catalogue anew: see the README"
