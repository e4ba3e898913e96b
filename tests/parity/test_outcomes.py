"""Seven ways a case can come out, each reached, and every case counted once."""
import time
import types

import pytest
from toy import Engine

from minitorch_compat.parity import Ulps, chapter, refusal
from minitorch_compat.parity.result import OUTCOMES, Run
from minitorch_compat.parity.result import Engine as Named
from minitorch_compat.parity.runner import begin, run, run_case


def case_of(body, **more):
    body.__doc__ = body.__doc__ or "A claim."
    return chapter("toy")(**more)(body)


def outcome(body, reference=None, candidate=None, **more):
    result = run_case(case_of(body, **more), reference or Engine(), candidate or Engine(), timeout=0.3)
    return result.outcome, result.message


def raising(error):
    engine = Engine()

    def act():
        raise error

    engine.act = act
    return engine


def fine():
    engine = Engine()
    engine.act = lambda: None
    return engine


def acts(torch, see):
    see("before", 1)
    torch.act()


def test_agrees():
    assert outcome(acts, fine(), fine()) == ("agrees", "")


def test_differs_with_the_first_difference_in_its_message():
    assert outcome(lambda torch, see: see("flaw", torch.flaw), Engine(), Engine("x")) == (
        "differs", "values: flaw: another value")


def test_an_exception_on_the_engine_alone_differs():
    assert outcome(acts, fine(), raising(ValueError("no"))) == (
        "differs", "exceptions: the case: ends early with ValueError")


def test_what_was_seen_before_an_early_end_is_still_compared():
    def body(torch, see):
        see("flaw", torch.flaw)
        torch.act()
        see("after", 1)

    engine = raising(ValueError("no"))
    engine.flaw = "x"
    result = run_case(case_of(body), fine(), engine)
    assert [each.name for each in result.differences] == ["flaw", "the case"]


@pytest.mark.parametrize("error", [NotImplementedError("sinc of complex"), NotImplementedError()])
def test_what_is_not_implemented_is_lacking(error):
    assert outcome(acts, fine(), raising(error)) == ("engine lacks it", str(error) or "NotImplementedError")
    assert outcome(acts, raising(error), fine())[0] == "reference lacks it"


def test_a_missing_name_is_lacking_and_named():
    assert outcome(acts, fine(), Engine()) == ("engine lacks it", "Engine.act")
    assert outcome(acts, Engine(), fine()) == ("reference lacks it", "Engine.act")


@pytest.mark.parametrize(("owner", "named"), [
    (types.ModuleType("torch.nn"), "torch.nn.gone"), (type("Linear", (), {}), "Linear.gone"),
    (Engine().leaf(), "Tensor.gone"),
])
def test_what_is_missing_is_named_by_its_owner(owner, named):
    def body(torch, see):
        see("before", 1)
        if torch.flaw:
            owner.gone  # noqa: B018

    assert outcome(body, Engine(), Engine("x")) == ("engine lacks it", named)


def test_an_attribute_error_inside_the_engine_is_a_difference():
    def act():
        return [].gone

    engine = Engine()
    engine.act = act
    assert outcome(acts, fine(), engine)[0] == "differs"


def refuses(torch, see):
    with see.refusal():
        torch.act()


def test_a_refusal_that_only_tells_of_something_missing():
    assert outcome(refuses, raising(RuntimeError("no")), raising(NotImplementedError("act"))) == (
        "engine lacks it", "act")
    assert outcome(refuses, raising(RuntimeError("no")), Engine()) == ("engine lacks it", "Engine.act")
    assert outcome(refuses, fine(), Engine()) == ("engine lacks it", "Engine.act")


def test_a_refusal_that_both_give_is_no_lack():
    error = NotImplementedError("forward is missing")
    assert outcome(refuses, raising(error), raising(error)) == ("agrees", "")
    assert outcome(refuses, Engine(), Engine()) == ("agrees", "")
    assert outcome(refuses, raising(error), fine())[0] == "differs"


@pytest.mark.parametrize(("body", "message"), [
    (lambda torch, see: None, "it observes nothing"),
    (lambda torch, see: see("f", len), "TypeError: a builtin_function_or_method cannot be seen"),
    (lambda torch, see: [see("x", 1), see("x", 2)], "ValueError: two things are seen under the name 'x'"),
    (lambda torch, see: 1 / 0, "ZeroDivisionError: division by zero"),
])
def test_a_case_that_fails_on_the_reference_is_broken(body, message):
    found = outcome(body)
    assert found[0] == "case is broken" and found[1].startswith(message)


def test_a_case_that_states_what_it_never_sees_is_broken():
    found = outcome(lambda torch, see: see("x", 1), states={"x": 1, "y": 2})
    assert found == ("case is broken", "it states what it never sees: y")
    assert outcome(lambda torch, see: see("x", 1), states=refusal(ValueError))[0] == "case is broken"


@pytest.mark.parametrize("error", [SystemExit(3), MemoryError(), RecursionError("deep")])
def test_an_engine_that_gives_up_has_crashed(error):
    assert outcome(acts, fine(), raising(error))[0] == "crashed"


def slow():
    engine = Engine()
    engine.act = lambda: time.sleep(5)
    return engine


def test_a_case_that_takes_too_long_is_timed_out():
    began = time.perf_counter()
    assert outcome(acts, fine(), slow()) == ("timed out", "not done after 0.3 s, on the candidate")
    assert outcome(acts, slow(), fine()) == ("timed out", "not done after 0.3 s, on the reference")
    assert outcome(acts, fine(), slow(), timeout=0.1)[1].startswith("not done after 0.1 s")
    assert time.perf_counter() - began < 4


def test_the_time_cannot_be_caught():
    def body(torch, see):
        see("before", 1)
        try:
            torch.act()
        except Exception:
            see("caught", 1)

    assert outcome(body, fine(), slow())[0] == "timed out"


def test_every_case_is_counted_once():
    def seen(torch, see):
        """A claim."""
        see("x", 1)

    def broken(torch, see):
        """A claim."""

    def differs(torch, see):
        """A claim."""
        see("x", torch.flaw)

    def lacks(torch, see):
        """A claim."""
        see("x", torch.wide)

    def lacked(torch, see):
        """A claim."""
        see("x", torch.narrow)

    def crashes(torch, see):
        """A claim."""
        see("x", 1)
        torch.end()

    def stays(torch, see):
        """A claim."""
        see("x", 1)
        torch.stay()

    case = chapter("toy")
    for body in (seen, broken, differs, lacks, lacked, crashes):
        case()(body)
    case(timeout=0.1)(stays)
    reference, candidate = Engine(), Engine("x")
    reference.wide, candidate.narrow = 1, 1
    reference.end, candidate.end = lambda: None, lambda: exit(1)
    reference.stay, candidate.stay = lambda: None, lambda: time.sleep(3)
    told = begin(case.cases, Named("a", "1"), Named("b", "1"))
    told.results = list(run(case.cases, reference, candidate))
    assert told.outcomes() == dict.fromkeys(OUTCOMES, 1)
    assert sum(told.outcomes().values()) == told.selected == 7
    assert not told.good and told.complete
    for counts in told.by_dimension().values():
        assert sum(counts.values()) == 7
    assert sum(len(results) for results in told.by_document().values()) == 7
    assert sum(told.verdicts().values()) == 7
    assert isinstance(told, Run)


def test_a_case_begins_where_every_case_begins():
    import random

    import numpy as np

    def body(torch, see):
        """A claim."""
        see("numpy", float(np.random.rand()))
        see("python", random.random())
        see.stream()
        torch.rand()

    first = run_case(case_of(body), Engine(), Engine())
    second = run_case(case_of(body), Engine(), Engine())
    assert first.outcome == "agrees" and first.reference == second.reference


def test_a_rule_holds_for_the_name_it_is_stated_for():
    def body(torch, see):
        """A claim."""
        see("loss", [1.0, 1.0 + torch.step])
        see("other", 1.0 + torch.step)
        see("pair", [torch.leaf()._data, 1.0 + torch.step])

    reference, candidate = Engine(), Engine()
    reference.step, candidate.step = 0.0, 2**-52
    told = Ulps(1, "a reason")
    for rule, differing in (
        (None, ["loss", "other", "pair[1]"]), (told, []), ({"loss": told}, ["other", "pair[1]"]),
        ({"pair": told, "other": told}, ["loss"]), ({"pair[1]": told}, ["loss", "other"]),
    ):
        result = run_case(case_of(body, tolerance=rule), reference, candidate)
        assert [each.name for each in result.differences] == differing
