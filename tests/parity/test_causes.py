"""What tells one cause from another."""
import pytest
from toy import Engine, right

from minitorch_compat.parity import run
from minitorch_compat.parity.case import Case
from minitorch_compat.parity.causes import causes
from minitorch_compat.parity.runner import lost


def signatures(*bodies, candidate):
    cases = [Case(id=f"toys/case_{number}", body=body, claim="A claim.") for number, body in enumerate(bodies)]
    return {each.signature: each.count for each in causes(run(cases, reference=right(), candidate=candidate))}


def refusing(words, otherwise=None):
    def body(torch, see):
        with see.refusal():
            if torch.flaw is None:
                raise RuntimeError(words)
            if otherwise:
                raise ValueError(otherwise)

    return body


def test_what_is_not_refused_is_told_by_what_the_reference_says():
    found = signatures(refusing("shape 3 does not fit"), refusing("shape 4 does not fit"), refusing("no gradient"),
                       candidate=Engine("none"))
    assert found == {
        "exceptions · no error for RuntimeError: shape # does not fit": 2,
        "exceptions · no error for RuntimeError: no gradient": 1,
    }


def test_what_is_refused_otherwise_is_told_by_the_engines_words():
    found = signatures(refusing("one", "mine 1"), refusing("two", "mine 2"), candidate=Engine("none"))
    assert found == {"exceptions · ValueError: mine #": 2}


@pytest.mark.parametrize(("one", "other", "told"), [
    (True, False, "truth values differ"), (1.0, 2.0, "numbers differ"),
    (1.0, 1.0000000000000002, "numbers differ, at most 64 ulp"),
])
def test_values(one, other, told):
    found = signatures(lambda torch, see: see("value", one if torch.flaw is None else other), candidate=Engine("none"))
    assert found == {f"values · {told}": 1}


FATAL = """the process died of SIGSEGV; its last words: Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "{file}", line {line} in {name}
  File "/the/harness.py", line 7 in observe"""


def test_what_crashes_in_one_function_is_one_cause():
    told = [FATAL.format(file=file, line=line, name=name)
            for file, line, name in (("/a.py", 3, "kernel"), ("/b.py", 4, "kernel"), ("/b.py", 4, "other"))]
    told += ["the process ended with exit code 9; its last words: so long", "the process ended with exit code 9"]
    cases = [Case(id=f"opinfo.sin/{number}", body=refusing(""), claim="A claim.") for number in range(len(told))]
    found = causes(lost(case, "crashed", each) for case, each in zip(cases, told, strict=True))
    assert {each.signature: each.count for each in found} == {
        "sin · crashed · the process died of SIGSEGV, in kernel": 2,
        "sin · crashed · the process died of SIGSEGV, in other": 1,
        "sin · crashed · the process ended with exit code #: so long": 1,
        "sin · crashed · the process ended with exit code #": 1,
    }
