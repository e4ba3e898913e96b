"""Engines that do their worst cost the case they do it in, and nothing else; a killed run loses no result."""
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from minitorch_compat.parity import isolated
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.journal import read

WORST = '''
import os, signal, sys, threading, time
from engines import engine
from toy import Tensor


class Rude:
    def __repr__(self):
        raise RuntimeError("no words")
    __str__ = __repr__


class RudeError(Exception):
    def __str__(self):
        raise RuntimeError("no words either")


class Liar(Tensor):
    shape = property(lambda self: (7, 7))
    def numpy(self):
        return "no array"


def raising():
    raise RudeError()


def forking():
    if os.fork() == 0:
        time.sleep(0.05)


def flooding():
    for _ in range(30):
        print("x" * 1_000_000)


def gushing():
    while True:
        os.write(1, b"x" * 1_000_000)


def polluting():
    os.write(1, b"these are its last words")
    os._exit(9)


def interrupting():
    raise KeyboardInterrupt


def closing():
    for handle in range(3, 64):
        try:
            os.close(handle)
        except OSError:
            pass


ACTS = {
    "rude": lambda: Rude(), "liar": lambda: Liar([1.0]), "raising": raising, "forking": forking, "flooding": flooding,
    "gushing": gushing, "polluting": polluting, "interrupting": interrupting, "closing": closing,
    "exits": lambda: sys.exit(3), "aborts": os.abort, "sleeps": lambda: time.sleep(60),
    "segfaults": lambda: os.kill(os.getpid(), signal.SIGSEGV), "kills": lambda: os.kill(0, signal.SIGKILL),
}



def worst():
    return engine(act=lambda name: ACTS[name]())


def harmless():
    return engine(act=lambda name: None)


def segfaults():
    return engine(act=lambda name: ACTS["segfaults"]())
'''

CASES = '''"""Each act, and a case after it."""
from minitorch_compat.parity import chapter

case = chapter("acts.all")

for name in NAMES:

    def act(torch, see, name=name):
        """What an act gives back."""
        see("before", 1)
        given = torch.act(name)
        see("given", given)

    def after(torch, see):
        """The next."""
        see("x", torch.double(torch.leaf()))

    act.__name__, after.__name__ = name, f"after_{name}"
    case(states={"before": 1}, timeout=1 if name == "sleeps" else None)(act)
    case()(after)
'''


@pytest.fixture
def hostile(toys, monkeypatch):
    monkeypatch.setattr(isolated, "GRACE", 1.0)
    (toys / "hostile.py").write_text(WORST)
    (toys / "toy_catalogue" / "reference_cases" / "toys.py").unlink()
    cases = toys / "toy_catalogue" / "reference_cases" / "acts.py"
    cases.write_text(CASES.replace("NAMES", repr(list(ENDS))))


def run(reference, candidate, *more):
    """The exit code, and each case's outcome and message."""
    code = main(["run", "--catalogue", "toy_catalogue", "--reference", f"hostile.py:{reference}", "--engine",
                 f"hostile.py:{candidate}", "--format", "json", "--report", "out", "--timeout", "30", *more])
    with open("out/report.json") as file:
        results = json.load(file)["results"]
    if reference == "harmless":
        assert all(each["verdict"]["sound"] for each in results)  # judged whatever the engine did
    return code, {each["name"]: (each["outcome"], each["message"]) for each in results}


ENDS = {
    "rude": "differs", "liar": "differs", "raising": "differs", "forking": "agrees", "flooding": "differs",
    "gushing": "differs", "polluting": "crashed", "interrupting": "crashed", "closing": "crashed", "exits": "crashed",
    "aborts": "crashed", "sleeps": "timed out", "segfaults": "crashed", "kills": "crashed",
}


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_it_costs_one_case(processes):
    code, told = run("harmless", "worst", *processes)
    assert code == 1
    assert {name: outcome for name, (outcome, _) in told.items()} == ENDS | {f"after_{name}": "agrees" for name in ENDS}
    assert "exit code 9" in told["polluting"][1] and "these are its last words" in told["polluting"][1]


@pytest.mark.usefixtures("hostile")
def test_a_crash_of_the_reference_is_its_own():
    code, told = run("segfaults", "harmless", "-k", "raising or exits")
    assert code == 1 and {name: outcome for name, (outcome, _) in told.items()} == {
        "raising": "crashed", "exits": "crashed", "after_raising": "agrees", "after_exits": "agrees"}
    for name in ("raising", "exits"):
        assert "SIGSEGV" in told[name][1] and told[name][1].endswith(", on the reference")


def processes_under(pid):
    """All that a process has begun, near and far, with their command lines."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    rows = [(int(one), int(other), words) for one, other, words in (
        line.split(None, 2) for line in listed.splitlines())]
    found: dict[int, str] = {}
    while more := {one: words for one, other, words in rows if other in (pid, *found) and one not in found}:
        found.update(more)
    return list(found.items())


@pytest.mark.parametrize("killed", ["multiprocessing", "sys.stdin.readline"])
def test_a_worker_killed_from_outside_costs_at_most_its_case(toys, killed):
    """While two workers of xdist sleep in a case each, they are killed, or with them all that has been begun."""
    given = [sys.executable, "-m", "minitorch_compat.parity.cli", "run", "--catalogue", "toy_catalogue", "--reference",
             "engines.py:right", "--engine", "engines.py:slow", "--timeout", "2", "-n", "2", "--format", "json",
             "--report", "out"]
    process = subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (toys / "out" / "results.jsonl").exists() or "everything" not in (
        toys / "out" / "results.jsonl").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    victims = [pid for pid, words in processes_under(process.pid) if killed in words and "tracker" not in words]
    assert len(victims) >= 2
    for each in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and not err
    told = {each["name"]: each["outcome"] for each in json.loads((toys / "out" / "report.json").read_text())["results"]}
    assert told["everything"] == "agrees" and told["acting"] in ("crashed", "timed out")
    assert told["last"] in ("crashed", "agrees") and len(told) == 3


def test_a_run_killed_at_any_moment_loses_no_result(toys):
    """Every line that was written is whole, and --resume runs the rest. PARITY_KILLS says how often."""
    cases = toys / "toy_catalogue" / "reference_cases" / "toys.py"
    many = "\n\nfor number in range(40):\n" + "".join(
        f"    {line}\n" for line in (
            "def body(torch, see):", '    """One of many."""', '    see("x", torch.double(torch.leaf()))',
            'body.__name__ = f"many_{number}"', "case()(body)"))
    cases.write_text(cases.read_text() + many)
    command = [sys.executable, "-m", "minitorch_compat.parity.cli", "run", "--catalogue", "toy_catalogue", "-k", "many",
               "--reference", "engines.py:right", "--engine", "engines.py:right", "--format", "json", "--report", "out",
               "-n", "2", "--resume"]
    journal = toys / "out" / "results.jsonl"
    draws = random.Random(0)
    for _ in range(int(os.environ.get("PARITY_KILLS", "2"))):
        if draws.random() < 0.3:
            journal.unlink(missing_ok=True)
        before = {each.id for each in read(journal).results} if journal.exists() and journal.stat().st_size else set()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(draws.uniform(0.1, 1.5))
        process.kill()
        process.wait()
        if journal.exists() and journal.stat().st_size:
            after = {each.id for each in read(journal).results}
            assert before <= after
    if journal.exists() and not journal.stat().st_size:
        journal.unlink()
    assert subprocess.run(command, capture_output=True, timeout=100).returncode == 0
    assert len(read(journal).results) == 40
