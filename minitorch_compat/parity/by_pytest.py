"""The runner in several processes: pytest-xdist's, with pytest in a process of its own and a journal between."""
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .case import Case
from .engines import NoEngine
from .plain import decode
from .result import Engine, Result

PAUSE = 0.05
"""Seconds between two looks at the journal."""


def run_by_pytest(
    cases: Sequence[Case], reference: str, candidate: str, timeout: float, package: str,
    ready: Callable[[Engine, Engine], None], processes: str,
) -> Iterator[Result]:
    """Like `isolated.run_isolated`, in so many processes. Results come in the order in which they end."""
    with tempfile.TemporaryDirectory() as folder:
        journal, ids, log = (Path(folder) / name for name in ("journal", "ids", "log"))
        ids.write_text("\n".join(case.id for case in cases), encoding="utf-8")
        command = [
            sys.executable, "-m", "pytest", "--pyargs", package, "-c", os.devnull, "--rootdir", folder, "-q",
            "-p", "no:cacheprovider", "-p", "xdist.plugin", "-p", "minitorch_compat_pytest", "-n", processes,
            f"--parity-engine={candidate}", f"--parity-reference={reference}", f"--parity-timeout={timeout}",
            f"--parity-journal={journal}", f"--parity-select={ids}",
        ]
        # Neither the user's options nor other plugins belong to this run.
        own = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env={**own, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            )
        try:
            any_result = False
            for entry in followed(journal, process):
                if "run" in entry:
                    ready(*(decode(Engine, entry["run"][side]) for side in ("reference", "candidate")))
                elif "result" in entry:
                    any_result = True
                    yield decode(Result, entry["result"])
            if not any_result:
                raise NoEngine(reason(log.read_text(encoding="utf-8", errors="replace")))
        finally:
            process.terminate()
            process.wait()


def followed(journal: Path, process: "subprocess.Popen[bytes]") -> Iterator[dict[str, dict[str, object]]]:
    """The lines of a journal as they are written, until its writer has ended."""
    position, rest = 0, b""
    while True:
        ended = process.poll() is not None
        if journal.exists():
            with journal.open("rb") as file:
                file.seek(position)
                fresh = file.read()
            position += len(fresh)
            *lines, rest = (rest + fresh).split(b"\n")
            yield from map(json.loads, lines)
        if ended:
            return
        time.sleep(PAUSE)


def reason(log: str) -> str:
    """Why pytest ran nothing, from its last words."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("E ", "no engine", "torch is not", "ERROR:"))]
    return "pytest ran no case: " + (told or lines or ["it said nothing"])[0].removeprefix("E ").strip()
