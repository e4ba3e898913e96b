"""What needs a process of its own: import time, memory, and a whole run of the catalogue."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from .measure import Measured

IMPORT = """
import time
import numpy
began = time.process_time()
import {engine}
print(time.process_time() - began)
"""

# What getrusage says begins with what the parent held when it made the process; the kernel's own note does not.
PEAK = """
import importlib
from tests.benchmarks import workloads
torch = importlib.import_module({engine!r})
model = workloads.large_perceptron(torch)
optimizer = torch.optim.{optimizer}(model.parameters(), lr=0.01)
step = workloads.training(torch, model, optimizer, torch.nn.{loss}(), *workloads.large_batch(torch){target})
for _ in range(20):
    step()
with open("/proc/self/status") as file:
    print(next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM")))
"""

# The garbage collector walks over everything that is imported, so each side has its own process, as its users have.
DEEP = """
import importlib, statistics, time
from tests.benchmarks.workloads import deep
torch = importlib.import_module({engine!r})
if hasattr(torch, "set_num_threads"):
    torch.set_num_threads(1)
times = []
for _ in range({turns}):
    began = time.process_time()
    deep(torch, {length})
    times.append(time.process_time() - began)
print(statistics.median(times))
"""

# Beside the tensor that is alive, each node holds what it must until backward: that is counted, from outside, for
# torch's allocations are not Python's.
NODES = """
import importlib, resource
from tests.benchmarks.workloads import chain
torch = importlib.import_module({engine!r})
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
chain(torch, 1000)
before = resident()
kept = chain(torch, {length})
print((resident() - before) / {length})
"""


class Failed(Exception):
    """A program's last word."""


ROOT = Path(__file__).parents[2]


def printed(program: str, **environment: str) -> float:
    """The number that a program prints in a fresh process, with these variables beside those there are."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment}
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise Failed(last)
    return float(done.stdout)


def import_time(engine: str, reference: str, turns: int) -> Measured:
    """Milliseconds the import takes once NumPy is there."""
    with tempfile.TemporaryDirectory() as folder:
        # Compiled files are there after any installation; here they get a folder, in case the environment forbids them.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
        times: dict[str, list[float]] = {}
        for name in (engine, reference):
            program = IMPORT.format(engine=name)
            printed(program, **compiled)
            times[name] = [printed(program, **compiled) for _ in range(turns)]
    mine, theirs = times[engine], times[reference]
    return Measured(
        "import beyond NumPy's", "≤ 25 ms", 1000 * statistics.median(mine), 1000 * statistics.median(theirs), "ms"
    )


def deep_chain(engine: str, reference: str, exponent: int, turns: int) -> Measured:
    """The time of 10ⁿ additions, one on the other, of the way back, and of throwing all away."""
    names = (engine, reference, reference)
    mine, theirs, again = (printed(DEEP.format(engine=name, length=10**exponent, turns=turns)) for name in names)
    name = f"10{'⁰¹²³⁴⁵⁶'[exponent]} chained adds, backward, del"
    return Measured(name, "≤ 0.6", mine / theirs, again / theirs, seconds=mine, reference_seconds=theirs)


def bytes_a_node(engine: str, reference: str, length: int) -> Measured:
    """Resident memory for each node of a chain of additions, before its backward."""
    mine, theirs = (printed(NODES.format(engine=name, length=length)) for name in (engine, reference))
    name = f"memory of {length:,} chained adds".replace(",", " ")
    return Measured(name, "≤ 350 B", mine, theirs, "B a node")


def peak_memory(engine: str, reference: str) -> Measured:
    """The most memory a process needs to train the large perceptron."""
    name = "peak memory, MLP 784, Adam"
    try:
        mine, theirs = (
            printed(PEAK.format(engine=each, optimizer="Adam", loss="CrossEntropyLoss", target=""))
            for each in (engine, reference)
        )
    except Failed as error:
        return Measured(name, "≤ 60 MiB", lacks=str(error))
    return Measured(name, "≤ 60 MiB", mine, theirs, "MiB")


def whole_run() -> Measured:
    """Seconds that `minitorch-compat run` takes for the whole catalogue once the engines are imported."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "minitorch_compat.parity.cli", "run", "--report", folder, "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True)
        report = Path(folder, "report.json")
        if not report.exists():
            return Measured("minitorch-compat run", "≤ 5 s", lacks=done.stderr.strip().rpartition("\n")[2])
        taken = json.loads(report.read_text(encoding="utf-8"))["duration"]
    return Measured("minitorch-compat run, after imports", "≤ 5 s", taken, None, "s")
