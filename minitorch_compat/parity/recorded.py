"""What a reference showed of every case, written down: held against an engine later, without the reference.

A recording is gzipped JSON: who was recorded (torch's version, NumPy's, the CPU capability), a hash of the catalogue,
and for each case a hash of its text and its `Observation` (in the form of `plain.py`). The same gives the same bytes.
"""
import gzip
import hashlib
import json
import multiprocessing
import random
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from .case import Case
from .engines import NoEngine, described, prepare
from .observation import Named, Observation, Raised, Value
from .plain import decode, encode
from .result import Run
from .see import observe

FORMAT = 1
PREFIX = "recorded:"
SHIPPED = Path(__file__).with_name("baselines")


def text_hash(case: Case) -> str:
    """A hash of what a case does; a recording speaks of a case only while this is the same."""
    return hashlib.sha256(case.source.encode()).hexdigest()[:16]


def catalogue_hash(cases: Iterable[Case]) -> str:
    lines = sorted(f"{case.id} {text_hash(case)}" for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


class Recorded:
    """A reference that answers from a recording."""

    def __init__(self, data: dict[str, Any], place: str) -> None:
        """Raises NoEngine for what is no recording of this format."""
        if not isinstance(data, dict) or data.get("recording") != FORMAT:
            raise NoEngine(f"{place} is no recording that this version reads")
        self.data, self.place = data, place
        self.__version__ = f"{data['version']}, recorded"
        self.cases: dict[str, Any] = data["cases"]

    def observation(self, case: Case) -> Observation:
        """What was recorded of a case, or an observation that says that nothing was."""
        held = self.cases.get(case.id)
        if held is None or held["text"] != text_hash(case):
            why = "not recorded" if held is None else "the case has changed since it was recorded"
            return Observation(raised=Raised("NotRecorded", why, why, why))
        return decode(Observation, held["observation"])


def record(cases: Sequence[Case], all_cases: Sequence[Case], name: str, engine: Any, before: Recorded | None) -> bytes:
    """Observe cases on an engine and return the recording; what else `before` has of the catalogue is kept."""
    known = {} if before is None else before.cases
    shown = {
        case.id: {"text": text_hash(case), "observation": observation} for case, observation in apart(cases, engine)
    }
    prepare(engine)
    kept = {case.id: shown.get(case.id) or known.get(case.id) for case in all_cases}
    return written(name, described(name, engine).version, capability(engine), all_cases, kept)


def apart(cases: Sequence[Case], engine: Any) -> Iterator[tuple[Case, Any]]:
    """What each case shows, in a process forked from this one where that can be: one that ends costs its case alone."""
    if "fork" not in multiprocessing.get_all_start_methods():
        yield from ((case, shown_by(case, engine)) for case in cases)
        return
    context = multiprocessing.get_context("fork")
    waiting = deque(cases)
    while waiting:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=show, args=(list(waiting), engine, there))
        process.start()
        there.close()
        try:
            while waiting:
                yield waiting[0], here.recv()
                waiting.popleft()
        except EOFError:
            process.join()
            why = f"the process ended here, with code {process.exitcode}"
            yield waiting.popleft(), encode(Observation(raised=Raised("Crashed", why, why)))
        finally:
            here.close()
            process.terminate()
            process.join()


def show(cases: Sequence[Case], engine: Any, there: Connection) -> None:
    """Send what each case shows, one after another."""
    for case in cases:
        there.send(shown_by(case, engine))


def shown_by(case: Case, engine: Any) -> Any:
    """What one case shows, in plain data."""
    prepare(engine)
    random.seed(0)
    np.random.seed(0)
    return encode(observe(case, engine))


def recorded_of(run: Run, cases: Sequence[Case]) -> bytes:
    """A recording of what the reference showed in a run, of those cases in which all of it is left."""
    found = {case.id: case for case in cases}
    kept = {
        result.id: {"text": text_hash(found[result.id]), "observation": encode(result.reference)}
        for result in run.results if result.reference != Observation() and whole(result.reference)
    }
    return written(run.reference.name, run.reference.version, "", cases, kept)


def whole(observation: Observation) -> bool:
    """Whether no digest stands in the place of an array, as `isolated.short` puts it."""
    values = [each.value for each in observation.seen if isinstance(each, Value)]
    return not any(isinstance(each, Named) and "SHA-256 of their bytes" in each.text for each in values)


def written(
    name: str, version: str, capability: str, cases: Sequence[Case], kept: Mapping[str, dict[str, Any] | None]
) -> bytes:
    data = {
        "recording": FORMAT, "name": name, "version": version, "numpy": np.__version__, "capability": capability,
        "catalogue": catalogue_hash(cases), "cases": {case: held for case, held in kept.items() if held is not None},
    }
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 9, mtime=0)


def capability(engine: Any) -> str:
    """The instruction set that the engine's kernels were chosen for, where it tells."""
    with suppress(AttributeError, NotImplementedError):
        return str(engine.backends.cpu.get_cpu_capability())
    return ""


def read(path: Path) -> Recorded:
    """A recording from its file. Raises NoEngine where it is none, OSError as files do."""
    try:
        return Recorded(json.loads(gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass")), str(path))
    except (ValueError, EOFError, gzip.BadGzipFile) as error:
        raise NoEngine(f"{path} is no recording: {error}") from None


def shipped() -> dict[str, Path]:
    """The recordings that come with this package, by torch's version, the oldest first."""
    paths = SHIPPED.glob("torch-*.json.gz")
    found = {path.name.removesuffix(".json.gz").removeprefix("torch-"): path for path in paths}
    return dict(sorted(found.items(), key=lambda pair: numbers(pair[0])))


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def find(name: str) -> Recorded:
    """The recording that `recorded:2.13`, `recorded:2.13.0` or `recorded:FILE` means. Raises NoEngine."""
    wanted = name.removeprefix(PREFIX)
    if Path(wanted).is_file():
        return read(Path(wanted))
    there = shipped()
    fitting = [path for version, path in there.items() if f"{version}.".startswith(f"{wanted}.")]
    if not fitting:
        raise NoEngine(f"no recording {wanted!r}: there are {', '.join(there) or 'none'}, and files")
    return read(fitting[-1])
