"""Runs that never ran: every outcome, every verdict, and an engine that prints the worst it can."""
import shutil
from dataclasses import replace

import numpy as np
import pytest

from minitorch_compat.parity.observation import Array, Observation, Printed, Raised, Refusal, Stream, Value, Warned
from minitorch_compat.parity.result import (
    DIMENSIONS,
    Difference,
    DocumentVerdict,
    Engine,
    Numeric,
    Result,
    Run,
    Voice,
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium without a window, for all tests of pages; these alone are skipped where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no Chromium with its chromedriver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in (
        "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "disable-dev-shm-usage", "window-size=1200,900",
        f"user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()


def tensor(name, values, **more):
    values = np.asarray(values, dtype=np.float32)
    strides = tuple(step // values.itemsize for step in values.strides)
    facts = {"type": "Tensor", "dtype": "torch.float32", "requires_grad": False, "is_leaf": True, "version": 0}
    return Array(name=name, values=values, shape=values.shape, strides=strides, **(facts | more))


def case(
    name, outcome="agrees", verdict="holds", *, differences=(), seen=(), theirs=None, document="guide.txt",
    chapter="guide.leaves", **more,
):
    """A result of this outcome; what it differs in follows from its differences."""
    dimensions = dict.fromkeys(DIMENSIONS, "not observed") | {"values": "agrees", "random stream": "agrees"}
    dimensions |= {each.dimension: "differs" for each in differences}
    verdict = verdict if isinstance(verdict, DocumentVerdict) else DocumentVerdict(verdict, None, None, True)
    observation = Observation(seen=tuple(seen), stream=Stream(name="at the end", digest="0" * 64, size=5056))
    candidate = observation if theirs is None else replace(observation, seen=tuple(theirs))
    result = Result(
        id=f"{chapter}/{name}", chapter=chapter, name=name, claim=f"The claim of {name.replace('_', ' ')}.",
        document=document, lines="3-9", facts=(f"000-{name}",), note=None,
        source=f"@case()\ndef {name}(torch, see):\n    x = torch.ones(3)  # a comment\n    see(\"x\", x)\n",
        outcome=outcome, message="", dimensions=dimensions, differences=tuple(differences), verdict=verdict,
        reference=observation, candidate=candidate, duration=0.25,
    )
    return replace(result, **more)


def run_of(*results, **more):
    chapters = {each.chapter: f"What the guide says about {each.chapter.rpartition('.')[2]}." for each in results}
    run = Run(
        reference=Engine("torch", "2.13.0"), candidate=Engine("toy", "0.1"), selected=len(results),
        results=list(results), chapters=chapters, python="3.11.7", numpy="2.4.6", started="2026-01-02T03:04:05+00:00",
        duration=61.5,
    )
    return replace(run, **more)


@pytest.fixture(scope="session")
def every_outcome():
    """Eight cases: the seven outcomes, one of them agreeing under a verdict that is contradicted."""
    grad = Voice("x.grad", "[2.0, 0.2, 0.02]", "[2.0, 0.2, 0.02]", "[2.0, 0.2, 0.02]", True, True)
    losses = [2.0 * 0.8**step for step in range(30)]
    numeric = Numeric(
        max_abs=2.3841858e-07, max_rel=1.2e-07, max_ulp=2, index=(0, 1), expected="2.0", actual="2.0000002",
        differing=2, total=4, rule="equal bits", passes_at="2 ulp", ulps={"0": 2, "1": 1, "2": 1},
    )
    differences = (
        Difference("values", "y", "2 of 4 elements differ", "[1.0, 2.0]\n", "[1.0, 2.0000002]\n", numeric),
        Difference("printed text", "stdout", "the texts differ", "tensor([1., 2.])\nend\n", "tensor([1, 2])\nend\n"),
    )
    refused = "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation."
    outdated = DocumentVerdict(
        "outdated", "outdated", "Since 0.4 a `Variable` is a tensor.", True,
        voices=(Voice("refusal", "no error", refused, refused, False, False),),
    )
    doubtful = DocumentVerdict("holds", None, None, False, message="torch contradicts the document")
    return run_of(
        case("weights_scale_gradients", verdict=DocumentVerdict("holds", None, None, True, voices=(grad,)),
             seen=[tensor("x.grad", [2.0, 0.2, 0.02])]),
        case("variables_are_tensors", verdict=outdated, seen=[Refusal(name="refusal", type="RuntimeError", text="no")]),
        case("digits_are_lost", "differs", "incomplete", differences=differences, seen=[tensor("y", [[1, 2], [3, 4]])],
             theirs=[tensor("y", [[1, 2.0000002], [3, 4]])], message="values, printed text differ"),
        case("fft_is_missing", "engine lacks it", "ambiguous", message="torch.fft.rfft", document=None),
        case("torch_lacks_this", "reference lacks it", "unstated", message="torch.ops.nothing", document=None),
        case("the_case_is_wrong", "case is broken", "unstated", message="NameError: name 'y' is not defined",
             reference=Observation(raised=Raised("NameError", "y", "Traceback …\nNameError: y\n")),
             chapter="guide.training"),
        case("memory_runs_out", "crashed", "wrong", message="signal 11", chapter="guide.training"),
        case("it_never_ends", "timed out", "unstated", message="after 60 seconds", chapter="guide.training"),
        case("loss_falls", verdict=doubtful, chapter="guide.training", document="other.txt",
             seen=[Value(name="losses", type="list", value=losses)],
             theirs=[Value(name="losses", type="list", value=[each * 1.01 for each in losses])]),
    )


HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>{{ 7*7 }}{% raw %}"
UNSEEN = "\x00\x1b[31mred\x1b[0m \u202eright to left\u202c \ud800 \ufeff zero\u200bwidth"


@pytest.fixture
def hostile():
    """One differing case in which every text an engine or an author controls is hostile."""
    nasty = f"{HOSTILE} {UNSEEN} -->]]>&lt; | ` ``` שלום " + "long" * 3000
    difference = Difference("printed text", nasty, nasty, nasty, nasty.replace("red", "RED") + "\n\n```\n# heading")
    verdict = DocumentVerdict("wrong", "wrong", nasty, False, nasty, (Voice(nasty, nasty, nasty, nasty, False, None),))
    observed = Observation(
        seen=(Printed(name=nasty, text=nasty), Value(name="losses", type="list", value=[float("nan")] * 4 + [1.0] * 9)),
        warnings=(Warned("UserWarning", nasty),), stdout=nasty, raised=Raised("RuntimeError", nasty, nasty),
    )
    result = case(
        "hostile", "differs", verdict, differences=(difference,), claim=nasty, note=nasty, message=nasty, source=nasty,
        document=nasty, lines=nasty, facts=(nasty,), reference=observed, candidate=observed, id=f"{nasty}/{nasty}",
        chapter=nasty,
    )
    return run_of(
        result, candidate=Engine(nasty, nasty), reference=Engine(nasty, nasty), chapters={nasty: nasty}, stopped=nasty,
        selected=3, python=nasty,
    )


@pytest.fixture
def many():
    """A run of `n` small cases, every tenth of them differing."""

    def make(n):
        difference = (Difference("dtype", "x", "torch.float64, where torch gives torch.float32", "float32", "float64"),)
        return run_of(*(
            case(f"case_{k}", "agrees" if k % 10 else "differs", differences=() if k % 10 else difference,
                 chapter=f"guide.part_{k // 100}", seen=[tensor("x", [k, k + 1, k + 2])])
            for k in range(n)
        ))

    return make
