"""Measure everything and print a table: `python -m tests.benchmarks`."""
import argparse
import importlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from . import processes
from .measure import Measured, measure
from .workloads import WORKLOADS

TURNS = {"single": 31, "small": 15, "large": 5}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Times beside torch's, one thread.")
    parser.add_argument("-k", metavar="TEXT", default="", help="only workloads whose name contains this")
    parser.add_argument("--engine", default="minitorch_compat", metavar="MODULE")
    parser.add_argument("--reference", default="torch", metavar="MODULE")
    parser.add_argument("--quick", action="store_true", help="a third of the turns, and no deep graph beyond 10⁵")
    parser.add_argument("--style", default="simple", metavar="NAME", help="the table's style, one of tabulate's")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as well")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a goal is missed")
    return parser.parse_args()


def measurements(chosen: argparse.Namespace) -> Iterator[Measured]:
    """Every number, as it comes; RuntimeError where NumPy is there already and has its threads."""
    if "numpy" in sys.modules:
        raise RuntimeError("NumPy was imported before it could be told to use one thread")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # before NumPy and torch are imported: they ask only once
    engine, reference = importlib.import_module(chosen.engine), importlib.import_module(chosen.reference)
    for each in (engine, reference):
        if hasattr(each, "set_num_threads"):
            each.set_num_threads(1)
    for workload in WORKLOADS:
        turns = TURNS[workload.room]
        if chosen.k in workload.name:
            yield measure(workload, engine, reference, max(3, turns // 3) if chosen.quick else turns)
    names = chosen.engine, chosen.reference
    if chosen.k in "chained adds, backward, del":
        for exponent, turns in ((4, 15), (5, 7), (6, 3)):
            if not (chosen.quick and exponent == 6):
                yield processes.deep_chain(*names, exponent, turns)
    if chosen.k in "import beyond NumPy's":
        yield processes.import_time(*names, 3 if chosen.quick else 9)
    if chosen.k in "memory of chained adds":
        yield processes.bytes_a_node(*names, 10**5 if chosen.quick else 10**6)
    if chosen.k in "peak memory":
        yield processes.peak_memory(*names)
    if chosen.k in "minitorch-compat run":
        yield processes.whole_run()
    if chosen.k in "report of 20 000 cases":
        from . import reports  # imports the engine, and NumPy with it

        yield from reports.large_report(2_000 if chosen.quick else 20_000)


def row(one: Measured) -> list[str]:
    if one.measured is None:
        return [one.name, one.goal, "", "", "not yet", "", one.lacks.rpartition(": ")[2]]
    control = "" if one.control is None else f"{one.control:.3g}"
    verdict = "reached" if one.reached else "MISSED"
    return [one.name, one.goal, f"{one.measured:.3g}", one.unit, verdict, duration(one.seconds),
            control if one.unit == "× torch" else f"torch: {control}" if control else ""]


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    unit, factor = ("s", 1.0) if seconds >= 1 else ("ms", 1e3) if seconds >= 1e-3 else ("µs", 1e6)
    return f"{seconds * factor:.3g} {unit}"


def main() -> int:
    from tabulate import tabulate

    chosen = options()
    found = []
    for one in measurements(chosen):
        found.append(one)
        if sys.stderr.isatty():
            print(f"\r{len(found)} measured: {one.name[:60]:60}\r", end="", file=sys.stderr, flush=True)
    print(tabulate([row(one) for one in found],
                   ["what", "goal", "measured", "in", "", "time", "torch against torch"],
                   tablefmt=chosen.style, disable_numparse=True))
    missed = [one for one in found if one.reached is False]
    lacking = [one for one in found if one.measured is None]
    print(f"\n{len(found) - len(missed) - len(lacking)} goals reached, {len(missed)} missed, "
          f"{len(lacking)} not measured")
    if chosen.json:
        about = {"python": platform.python_version(), "engine": chosen.engine, "reference": chosen.reference}
        rows = [{**asdict(one), "reached": one.reached} for one in found]
        chosen.json.write_text(json.dumps({**about, "measured": rows}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 1 if chosen.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())
