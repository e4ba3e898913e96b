"""The command line: what it says, what it writes, how it ends."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minitorch_compat.parity import isolated
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.journal import read

TOYS = ["--catalogue", "toy_catalogue", "--reference", "engines.py:right"]


def run(*arguments, engine="right", **more):
    return main(["run", *TOYS, "--engine", f"engines.py:{engine}", "--format", "json", *arguments])


def outcomes():
    with open("parity-report/report.json") as file:
        return {result["name"]: result["outcome"] for result in json.load(file)["results"]}


def test_agreement_is_0_and_writes_every_format(toys, capsys):
    assert main(["run", *TOYS, "--engine", "engines.py:right", "--report", "out"]) == 0
    names = sorted(path.name for path in (toys / "out").iterdir())
    assert names == ["report.html", "report.json", "report.md", "report.xml", "results.jsonl"]
    out = capsys.readouterr().out
    assert "3 of 3 cases agree" in out and all(f"wrote {os.path.join('out', name)}" in out for name in names)


def test_a_difference_is_1_and_told(toys, capsys):
    assert run(engine="wrong") == 1
    assert "differs: toys.all/everything: values: y: 1 of 4 numbers differ at [1, 0]: 6.0000005" in (
        capsys.readouterr().out)
    assert outcomes() == {"everything": "differs", "acting": "agrees", "last": "agrees"}


def test_something_lacking_is_1(toys):
    assert run(engine="lacking") == 1
    assert outcomes()["acting"] == "engine lacks it"


@pytest.mark.parametrize(("engine", "words", "processes"), [
    ("dying", "SIGSEGV", ()), ("leaving", "exit code 7", ("-n", "1")),
])
def test_a_crash_costs_one_case(toys, capsys, engine, words, processes):
    assert run(*processes, engine=engine) == 1
    assert outcomes() == {"everything": "agrees", "acting": "crashed", "last": "agrees"}
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("engine", ["slow", "deaf"])
def test_a_hang_costs_one_case(toys, monkeypatch, engine):
    monkeypatch.setattr(isolated, "GRACE", 0.5)
    assert run("--timeout", "0.5", engine=engine) == 1
    assert outcomes() == {"everything": "agrees", "acting": "timed out", "last": "agrees"}


def test_several_processes_find_the_same(toys, capsys):
    assert run("-n", "2", engine="wrong") == 1
    assert list(outcomes().items()) == [("everything", "differs"), ("acting", "agrees"), ("last", "agrees")]
    assert "engines.py:wrong 1.0 held against engines.py:right 1.0" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "ran"), [
    (["everything", "toys.all/last"], ["everything", "last"]), (["toys"], ["everything", "acting", "last"]),
    (["3"], ["last"]), (["-k", "not acting"], ["everything", "last"]), (["toys.all", "-k", "last or acting"],
                                                                      ["acting", "last"]),
    (["-k", "last", "-n", "1"], ["last"]),
])
def test_filters(toys, arguments, ran):
    assert run(*arguments) == 0
    assert list(outcomes()) == ran


@pytest.mark.parametrize(("arguments", "words"), [
    (["nothing"], "'nothing'"), (["evrything"], "did you mean 'everything'"), (["-k", "zork"], "-k 'zork'"),
    (["last", "-k", "acting"], "-k 'acting' (1 were asked)"),
])
def test_nothing_selected_is_5_and_names_the_filter(toys, capsys, arguments, words):
    assert run(*arguments) == 5
    told = capsys.readouterr()
    assert words in told.err and told.err.count("\n") == 1 and told.out == ""


@pytest.mark.parametrize(("arguments", "words"), [
    (["run", "--engine", "no_such_engine"], "no module no_such_engine"),
    (["run", "--engine", "engines.py:none"], "has no none"), (["run", "--engine", "gone.py:x"], "no such file"),
    (["run", "--engine", "engines.py:failing"], "it does not start"),
    (["run", "--engine", "no_such_engine", "-n", "1"], "no module no_such_engine"),
    (["run", "-k", "a and"], "a word is missing"), (["run", "-n", "many"], "not 'many'"),
    (["run", "-n", "0"], "not '0'"), (["run", "--catalogue", "no_such_catalogue"], "no module no_such_catalogue"),
    (["report", "gone.jsonl"], "gone.jsonl"), (["run", "--report", "engines.py"], "engines.py"),
])
def test_misuse_is_2_and_one_line(toys, capsys, arguments, words):
    if arguments[0] == "run":
        given = ["--catalogue", "toy_catalogue", "--reference", "engines.py:right", "--engine", "engines.py:right"]
        arguments = ["run", *given, *arguments[1:]]
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1 and "Traceback" not in told


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run", "--format", "pdf"], ["run", "--timeout", "never"],
                                       ["run", "--timeout", "-1"], ["show"]])
def test_an_option_that_there_is_not_is_2(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2 and "Traceback" not in capsys.readouterr().err


def test_a_catalogue_that_cannot_be_read_is_2(toys, capsys):
    (toys / "toy_catalogue" / "reference_cases" / "more.py").write_text("1 / 0")
    assert run() == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_list(toys, capsys):
    assert main(["list", "--catalogue", "toy_catalogue", "-k", "not last"]) == 0
    assert capsys.readouterr().out == "toys.all/everything  All of it.\ntoys.all/acting  An act.\n"


def test_show(toys, capsys):
    assert main(["show", "--catalogue", "toy_catalogue", "everything"]) == 0
    out = capsys.readouterr().out
    for words in ("toys.all/everything", "All of it.", "a.txt, lines 1-2", "x.grad: [[2, 2], [2, 2]]", "toys.py, line",
                  "def everything(torch, see):", '@case(lines="1-2"'):
        assert words in out
    assert main(["show", "--catalogue", "toy_catalogue", "toys.all"]) == 2
    assert "means 3 cases" in capsys.readouterr().err


def test_explain(toys, capsys):
    both = ["--catalogue", "toy_catalogue", "--reference", "engines.py:right", "--engine", "engines.py:wrong"]
    assert main(["explain", *both, "everything"]) == 1
    out = capsys.readouterr().out
    for words in ("ENGINES.PY:RIGHT SHOWS", "ENGINES.PY:WRONG SHOWS", "max ulp 1", "would pass at 1 ulp",
                  "a.txt, lines", "def everything(torch, see):", "class See:"):
        assert words in out
    assert main(["explain", *both, "last"]) == 0


def test_timeless_reports_of_equal_runs_are_equal(toys):
    for folder in ("one", "two"):
        assert main(["run", *TOYS, "--engine", "engines.py:wrong", "--timeless", "--report", folder]) == 1
    names = sorted(path.name for path in (toys / "one").iterdir())
    assert names == ["report.html", "report.json", "report.md", "report.xml"]
    for name in names:
        assert (toys / "one" / name).read_bytes() == (toys / "two" / name).read_bytes()
        assert str(toys).encode() not in (toys / "one" / name).read_bytes()


def command(*arguments, **more):
    given = [sys.executable, "-m", "minitorch_compat.parity.cli", *arguments]
    # Whoever starts the tests in the background has interrupts ignored, and children would inherit that.
    more.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    return subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


@pytest.mark.parametrize("processes", [(), ("-n", "1")])
def test_an_interrupted_run_reports_what_it_had(toys, processes):
    process = command("run", *TOYS, "--engine", "engines.py:slow", "--report", "out", *processes)
    journal = toys / "out" / "results.jsonl"
    deadline = time.monotonic() + 30
    while not (journal.exists() and '{"result"' in journal.read_text()):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 3 and "Traceback" not in err
    assert "stopped by the user after 1" in out
    assert json.loads((toys / "out" / "report.json").read_text())["stopped"] == "stopped by the user"


def test_a_killed_run_can_still_be_reported(toys):
    process = command("run", *TOYS, "--engine", "engines.py:slow", "--report", "out")
    journal = toys / "out" / "results.jsonl"
    deadline = time.monotonic() + 30
    while not (journal.exists() and '{"result"' in journal.read_text()):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=30)
    assert main(["report", str(journal), "--report", "after"]) == 3
    told = json.loads((toys / "after" / "report.json").read_text())
    assert told["stopped"] == "killed before its end" and len(told["results"]) == 1


def test_an_engine_may_be_in_the_current_folder_and_one_that_is_not_there_costs_no_journal(toys):
    (toys / "here.py").write_text("from engines import right\n\nthing = right()\n")
    command = [sys.executable, "-P", "-m", "minitorch_compat.parity.cli", "run", "last", "--catalogue", "toy_catalogue",
               "--reference", "here:thing", "--report", "out", "--format", "json"]
    here = Path(__file__).parent  # and not the folder of the toys, which the fixture puts on the path
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(here.parents[1]), str(here)))}
    for engine, code in (("here:thing", 0), ("nowhere:thing", 2)):
        ran = subprocess.run([*command, "--engine", engine], capture_output=True, text=True, cwd=toys, timeout=100,
                             env=environment)
        assert ran.returncode == code, ran.stderr
        assert [each.name for each in read(toys / "out" / "results.jsonl").results] == ["last"]


@pytest.mark.parametrize(("arguments", "words"), [
    (["coverage", "--reference", "recorded:2.13"], "recorded:2.13 holds what cases show, and no names"),
    (["list", "--suite", "opinfo", "--dtype", "Tensor", "opinfo.sin"], "torch has no element type 'Tensor'"),
    (["list", "--suite", "opinfo", "--dtype", "", "opinfo.sin"], "torch has no element type ''"),
])
def test_misuse_of_the_rest_is_2_and_one_line(arguments, words, capsys):
    pytest.importorskip("torch")
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1


def test_a_closed_pipe_ends_quietly(toys):
    process = command("list", "--catalogue", "toy_catalogue")
    process.stdout.close()
    assert process.wait(timeout=30) in (0, 3)
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process = command("run", *TOYS, "--engine", "engines.py:wrong", "--report", "out")
    process.stdout.close()
    process.wait(timeout=60)
    assert process.stderr.read() == ""
    process.stderr.close()
    assert (toys / "out" / "report.html").exists()


def test_without_torch_a_line_tells_how_to_get_it(toys):
    code = ("import sys; sys.modules['torch'] = None\n"
            "from minitorch_compat.parity.cli import main\n"
            "sys.exit(main(['run', '--catalogue', 'toy_catalogue']))")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2 and ran.stdout == ""
    assert ran.stderr.count("\n") == 1 and 'pip install -c constraints.txt "minitorch-compat[parity]"' in ran.stderr


def test_the_package_needs_nothing_but_the_engine_to_be_imported():
    code = ("import sys\n"
            "for name in ('torch', 'pytest', 'rich', 'tabulate', 'jinja2', 'xdist'): sys.modules[name] = None\n"
            "import minitorch_compat.parity, minitorch_compat.parity.cli, reference_cases.documents")
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
