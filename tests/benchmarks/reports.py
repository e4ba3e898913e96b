"""The report of a large run: its size, how soon a browser shows it, how soon it filters, and the memory it takes to
write. The run is made up: samples like those of torch's database, of which as many differ as is asked for."""
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from minitorch_compat.parity.case import Case
from minitorch_compat.parity.journal import Journal
from minitorch_compat.parity.observation import Array, Observation, Raised
from minitorch_compat.parity.result import Engine
from minitorch_compat.parity.runner import begin, judge

from .measure import Measured

SAMPLES = 25
"""Samples of one operator."""

SOURCE = """\
def sample(torch, see):
    x0 = torch.tensor({numbers}, dtype=torch.float64).requires_grad_()
    x1 = unpacked(torch, 'float64', (10, 20), '{packed}')
    torch.manual_seed(0)
    out = torch.operator_{operator}(x0, x1)
    look(torch, see, 'operator_{operator}', out)
"""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Made(Case):
    """A case whose code is text."""

    text: str

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.text


def results(number: int, share: float) -> Iterator[Any]:
    """So many results, of which this share differs or is lacking, each in numbers of its own."""
    draw, dice = np.random.default_rng(0), random.Random(0)

    def seen(name: str, values: np.ndarray) -> Array:
        return Array(name=name, type="Tensor", dtype="torch.float64", shape=values.shape, strides=(5, 1), values=values,
                     requires_grad=False, is_leaf=True, version=0)

    for place in range(number):
        operator = place // SAMPLES
        values, gradient = draw.normal(size=(4, 5)), draw.normal(size=(4, 5))
        case = Made(id=f"opinfo.operator_{operator}/float64-{dice.randrange(16**10):010x}", body=str,
                    claim=f"`operator_{operator}` of a float64 sample.", chapter_title=f"Samples of {operator}.")
        vars(case)["text"] = SOURCE.format(numbers=values.tolist(), operator=operator,
                                           packed="".join(dice.choices(ALPHABET, k=dice.choice((0, 400, 4000)))))
        reference = Observation(seen=(seen("out", values), seen("gradients[0]", gradient)))
        if dice.random() >= share:
            yield case, judge(case, reference, reference)
        elif dice.random() < 0.3:
            missing = f"torch.operator_{operator}"
            raised = Raised("Absent", f"no {missing}", f"Traceback …\nAbsent: no {missing}\n", missing=missing)
            yield case, judge(case, reference, Observation(raised=raised))
        else:
            other = Observation(seen=(seen("out", values * (1 + draw.normal(size=(4, 5)) * 1e-9)),
                                      seen("gradients[0]", gradient * 1.5)))
            yield case, judge(case, reference, other)


def journal(path: Path, number: int, share: float = 0.5) -> Path:
    """The journal of such a run."""
    titles = {f"opinfo.operator_{each}": f"Samples of `operator_{each}`." for each in range(number // SAMPLES + 1)}
    run = begin([], Engine("torch", "2.13.0"), Engine("made up", "1.0"))
    run.selected, run.chapters, run.duration = number, titles, 1.0
    with Journal(path) as written:
        written.begin(run)
        for _, result in results(number, share):
            written.add(result)
        written.end(run)
    return path


# The kernel's own note of the most memory a process had, once it has read a journal and written these reports.
WRITE = """
import json, sys, time
from pathlib import Path
from minitorch_compat.parity.journal import read
from minitorch_compat.parity.report import write
began = time.process_time()
for path in write(read(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3].split(",")):
    pass
spent = time.process_time() - began
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))
print(json.dumps([peak, spent]))
"""


def writing(path: Path, folder: Path, formats: str = "html,md,json,junit") -> tuple[float, float]:
    """MiB at most, and seconds of the processor, that writing these reports takes."""
    done = subprocess.run([sys.executable, "-c", WRITE, path, folder, formats], capture_output=True, text=True,
                          check=True)
    peak, spent = json.loads(done.stdout)
    return peak, spent


FILTER = """
const box = document.getElementById("q"), before = performance.now();
box.value = arguments[0];
box.dispatchEvent(new Event("input"));
document.getElementById("list").getBoundingClientRect();
return performance.now() - before;
"""

QUERIES = ("status:differs", "dim:grad ulp>4", "operator_77", "op:operator_42 dtype:float64", "cause:numbers", "zzz")


def browser(profile: str) -> Any:
    """A headless Chromium, or None where there is none."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        return None
    driver, binary = shutil.which("chromedriver"), shutil.which("chromium")
    if not (driver and binary):
        return None
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1200,900",
                   f"user-data-dir={profile}"):
        options.add_argument(f"--{switch}")
    return webdriver.Chrome(options=options, service=Service(driver))


def opened(driver: Any, path: Path) -> float:
    """Seconds from asking for the page until its cases are there."""
    driver.get("about:blank")
    began = time.perf_counter()
    driver.get(path.as_uri())
    while not driver.execute_script("return 'ready' in document.documentElement.dataset"):
        time.sleep(0.005)
    return time.perf_counter() - began


def large_report(number: int) -> Iterator[Measured]:
    """The figures of a report of so many cases."""
    words = f"report of {number:,} cases".replace(",", " ")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peak, spent = writing(journal(folder / "run.jsonl", number), folder)
        few, _ = writing(journal(folder / "few.jsonl", number // 20), folder / "few")
        size = (folder / "report.html").stat().st_size / 1e6
        yield Measured(f"{words}: HTML", "≤ 10 MB", size, None, "MB")
        yield Measured(f"{words}: memory beyond a twentieth's", "≤ 50 MiB", peak - few, None, "MiB")
        yield Measured(f"{words}: written in all formats", "≤ 60 s", spent, None, "s")
        driver = browser(str(folder / "profile"))
        if driver is None:
            yield Measured(f"{words}: opens", "≤ 1 s", lacks="no Chromium")
            return
        try:
            yield Measured(f"{words}: opens", "≤ 1 s",
                           statistics.median(opened(driver, folder / "report.html") for _ in range(5)), None, "s")
            slowest = max(driver.execute_script(FILTER, each) for each in QUERIES)
            yield Measured(f"{words}: filters", "≤ 200 ms", slowest, None, "ms")
        finally:
            driver.quit()
