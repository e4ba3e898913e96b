"""The matrix as a command: every engine over the same cases, whatever one of them does, in one report."""
import json
import os
import subprocess
import sys

import pytest

from minitorch_compat.parity.cli import main
from minitorch_compat.parity.journal import read

TOYS = ["--catalogue", "toy_catalogue", "--reference", "engines.py:right", "--report", "out"]

COUNTED = '''
from pathlib import Path
from toy import Engine


def act():
    with Path("acts").open("a") as file:
        file.write("x")


def counted():
    made = Engine()
    made.act = act
    return made
'''

LARGE = '''

@case(fact="4")
def large(torch, see):
    """An array that no journal keeps."""
    import numpy as np

    see("many", np.zeros(60_000) + (torch.flaw == "values"))
'''


def matrix(*engines, more=()):
    return main(["matrix", *TOYS, *more, *(f"--engine=engines.py:{name}" for name in engines)])


def report(folder="out"):
    with open(f"{folder}/matrix.json", encoding="utf-8") as file:
        return json.load(file)


def outcomes(found):
    return {each["id"].rpartition("/")[2]: [cell and cell["outcome"] for cell in each["cells"]]
            for each in found["cases"]}


@pytest.fixture(scope="module")
def side_by_side(toys_for_all):
    """Four engines against a reference that counts how often it is asked: the folder, the exit, what was printed."""
    folder, monkeypatch = toys_for_all
    (folder / "counting.py").write_text(COUNTED)
    cases = folder / "toy_catalogue" / "reference_cases" / "toys.py"
    cases.write_text(cases.read_text() + LARGE)
    done = subprocess.run(
        [sys.executable, "-m", "minitorch_compat.parity.cli", "matrix", "--catalogue", "toy_catalogue", "--report",
         "out", "--reference", "counting.py:counted",
         *(f"--engine=engines.py:{name}" for name in ("right", "wrong", "lacking", "dying"))],
        cwd=folder, env=os.environ.copy(), capture_output=True, text=True,
    )
    monkeypatch.undo()
    return folder, done


@pytest.fixture
def found(side_by_side):
    return report(side_by_side[0] / "out")


def test_every_engine_has_its_column(side_by_side, found):
    _, done = side_by_side
    assert done.returncode == 1 and done.stderr == ""
    assert [engine["name"] for engine in found["engines"]] == [
        "engines.py:right", "engines.py:wrong", "engines.py:lacking", "engines.py:dying",
    ]
    assert found["reference"] == {"name": "counting.py:counted", "version": "1.0", "terms": {}}
    assert found["complete"] is True
    assert "engines.py:wrong 1.0: 2 of 4 agree" in done.stdout
    assert "toys.all   4 of 4" in done.stdout and "wrote out/matrix.html" in done.stdout


def test_one_engine_that_dies_costs_its_case_alone(found):
    assert outcomes(found) == {
        "everything": ["agrees", "differs", "agrees", "agrees"],
        "acting": ["agrees", "agrees", "engine lacks it", "crashed"],
        "last": ["agrees", "agrees", "agrees", "agrees"],
        "large": ["agrees", "differs", "agrees", "agrees"],
    }


def test_cells_tell_how_far_from_agreement_they_are(found):
    everything, acting, *_ = found["cases"]
    assert [cell["step"] for cell in acting["cells"]] == [1, 1, 6, 7]
    assert acting["cells"][2]["text"] == "lacks Engine.act"
    assert "SIGSEGV" in acting["cells"][3]["message"]
    assert (everything["cells"][1]["step"], everything["cells"][1]["text"]) == (2, "1 ulp")
    assert everything["cells"][1]["differences"][0]["dimension"] == "values"
    assert everything["cells"][1]["causes"] == ["values · numbers differ, at most 64 ulp"]


def test_the_reference_runs_once(side_by_side):
    folder, _ = side_by_side
    assert (folder / "acts").read_text() == "x"
    assert read(folder / "out" / "engines.py-dying.jsonl").reference.name == "counting.py:counted"


def test_each_engine_has_a_journal_like_that_of_a_run(side_by_side, tmp_path):
    folder, _ = side_by_side
    assert main(["report", str(folder / "out" / "engines.py-wrong.jsonl"), "--report", str(tmp_path), "--format",
                 "md"]) == 1
    assert "2 of 4" in (tmp_path / "report.md").read_text()


def test_journals_of_killed_runs_are_put_side_by_side(side_by_side, tmp_path, capsys):
    folder, _ = side_by_side
    lines = (folder / "out" / "engines.py-wrong.jsonl").read_text().splitlines()
    killed = tmp_path / "killed.jsonl"
    killed.write_text("\n".join(lines[:2]) + "\n" + lines[2][:40])
    assert main(["matrix", "--from", str(folder / "out" / "engines.py-right.jsonl"), "--from", str(killed),
                 "--report", str(tmp_path)]) == 3
    again = report(tmp_path)
    assert again["complete"] is False
    assert [engine["stopped"] for engine in again["engines"]] == [None, "killed before its end"]
    assert outcomes(again) == {
        "everything": ["agrees", "differs"], "acting": ["agrees", None], "last": ["agrees", None],
        "large": ["agrees", None],
    }
    page = " ".join((tmp_path / "matrix.html").read_text().split())
    assert "engines.py:wrong 1.0: 1 of 4 cases, killed before its end." in page
    assert "| `acting` | ✓ agrees | not run |" in (tmp_path / "matrix.md").read_text()
    assert "killed before its end" in capsys.readouterr().out


def test_a_recorded_reference(toys):
    recording = ["--engine", "engines.py:right", "--output", "toy.json.gz"]
    assert main(["record", "--catalogue", "toy_catalogue", *recording]) == 0
    assert main(["matrix", "--catalogue", "toy_catalogue", "--reference", "recorded:toy.json.gz", "--report", "out",
                 "--engine=engines.py:lacking"]) == 1
    assert report()["reference"] == {"name": "recorded:toy.json.gz", "version": "1.0, recorded", "terms": {}}
    assert outcomes(report())["acting"] == ["engine lacks it"]


def test_stopped_by_the_user(toys, monkeypatch):
    """The second engine is cut short, the third never begins; the first stays whole."""
    from minitorch_compat.parity import cli

    real = cli.results

    def results(cases, options, *more):
        for number, result in enumerate(real(cases, options, *more)):
            if options.engine == "engines.py:wrong" and number == 1:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(cli, "results", results)
    assert matrix("right", "wrong", "lacking") == 3
    assert [engine["stopped"] for engine in report()["engines"]] == [None, "stopped by the user", "not begun"]
    assert [sum(engine["outcomes"].values()) for engine in report()["engines"]] == [3, 1, 0]


def test_a_name_that_leads_nowhere_comes_after_what_there_is(toys, capsys):
    assert main(["matrix", *TOYS, "--engine=engines.py:right", "--engine=engines.py:failing"]) == 2
    assert capsys.readouterr().err == (
        "minitorch-compat: no engine 'engines.py:failing': making it fails: RuntimeError: it does not start\n")
    assert outcomes(report())["last"] == ["agrees", None]


@pytest.mark.parametrize("package", ["tinygrad", "mygrad", "autograd"])
def test_a_package_that_is_not_installed_is_told_before_anything_runs(toys, package, monkeypatch, capsys):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == package else find(name, *more))
    assert main(["matrix", *TOYS, "--engine=engines.py:right", f"--engine={package}"]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1 and f"{package} is not installed; get it with: " in told.err and not told.out


def test_the_same_again_is_the_same_to_the_byte(toys):
    texts = []
    for _ in range(2):
        matrix("wrong", more=["--timeless"])
        texts.append({path.name: path.read_bytes() for path in (toys / "out").iterdir()})
    assert texts[0] == texts[1]
    assert sorted(texts[0]) == ["matrix.html", "matrix.json", "matrix.md"]


def test_names_that_would_share_a_journal(toys, capsys):
    assert main(["matrix", *TOYS, "--engine=engines.py:right", "--engine=engines.py/right"]) == 2
    assert "two of these names would share a journal" in capsys.readouterr().err
