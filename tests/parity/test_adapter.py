"""What an engine says of itself: how its tensors are read, what is not compared, and what is compared otherwise."""
import json
import pickle

import numpy as np
import pytest
from toy import Engine, right

from minitorch_compat.parity import Adapter, run
from minitorch_compat.parity.adapter import adapter_of, refusals_alone, shapes_alone
from minitorch_compat.parity.case import Case
from minitorch_compat.parity.cli import main
from minitorch_compat.parity.engines import described
from minitorch_compat.parity.plain import decode, encode
from minitorch_compat.parity.see import observe


class Array:
    """A tensor of nothing but numbers."""

    def __init__(self, numbers):
        self.numbers = numbers


class Plain:
    """An engine whose tensors answer none of torch's questions."""

    __version__ = "2"

    def __init__(self, **rules):
        self.__parity__ = Adapter(tensor=Array, to_numpy=lambda array: np.array(array.numbers, np.float32), **rules)

    def leaf(self):
        return Array([[1, 2], [3, 4]])

    def double(self, x):
        return Array([[2, 4], [6, 8]])

    def refuse(self):
        raise ValueError("in other words")


LEFT_OUT = {"graph": "there is none", "mutation and versions": "nobody counts", "random stream": "there is none",
            "aliasing": "nothing is shared"}


def case(body, name="toys/one"):
    return Case(id=name, body=body, claim="A claim.")


def result(body, engine):
    found, = run([case(body)], reference=right(), candidate=engine)
    return found


def a_tensor(torch, see):
    see("y", torch.double(torch.leaf()))


def test_tensors_are_read_by_the_adapter():
    seen = observe(case(a_tensor), Plain())["y"]
    assert (seen.type, seen.dtype, seen.shape, seen.strides) == ("Tensor", "torch.float32", (2, 2), (2, 1))
    assert seen.values.tolist() == [[2, 4], [6, 8]] and seen.tensor


def test_what_a_tensor_does_not_tell_differs_unless_it_is_left_out():
    strict = result(a_tensor, Plain())
    assert strict.outcome == "differs"
    assert {name for name, found in strict.dimensions.items() if found == "differs"} == {
        "graph", "mutation and versions", "random stream",
    }
    lenient = result(a_tensor, Plain(compare=LEFT_OUT))
    assert lenient.outcome == "agrees"
    assert {lenient.dimensions[name] for name in LEFT_OUT} == {"not observed"}
    assert {lenient.dimensions[name] for name in ("values", "dtype", "shape and strides")} == {"agrees"}


def test_numbers_are_compared_all_the_same():
    engine = Plain(compare=LEFT_OUT)
    engine.double = lambda x: Array([[2, 4], [6, 9]])
    assert [each.dimension for each in result(a_tensor, engine).differences] == ["values"]


def test_what_is_left_out_is_not_even_asked_for():
    def body(torch, see):
        x = torch.leaf()
        see.graph("graph", x)
        see.versions("versions", x)
        see.aliasing("aliasing", x, x)
        see.stream()
        see("y", torch.double(x))

    assert result(body, Plain(compare=LEFT_OUT)).outcome == "agrees"
    asked = result(body, Plain(compare={**LEFT_OUT, "graph": shapes_alone}))
    assert (asked.outcome, asked.message) == ("engine lacks it", "Tensor.grad_fn")


@pytest.mark.parametrize("numbers", [["words"], [None, 1], [{}]])
def test_a_tensor_of_no_numbers_is_told_as_text(numbers):
    engine = Plain(compare=LEFT_OUT)
    engine.__parity__ = Adapter(tensor=Array, to_numpy=lambda array: np.array(array.numbers), compare=LEFT_OUT)
    engine.double = lambda x: Array(numbers)
    found = result(a_tensor, engine)
    assert found.outcome == "differs" and repr(numbers) in found.differences[0].candidate
    assert decode(type(found), json.loads(json.dumps(encode(found)))).differences == found.differences


def test_memory_is_looked_up_in_the_array():
    def body(torch, see):
        x = torch.leaf()
        see.aliasing("x, itself, other", x, x, torch.double(x))

    engine = Plain(compare={name: why for name, why in LEFT_OUT.items() if name != "aliasing"})
    held = np.zeros(4, np.float32)
    engine.__parity__ = Adapter(tensor=Array, to_numpy=lambda array: array.numbers, compare=engine.__parity__.compare)
    engine.leaf, engine.double = lambda: Array(held), lambda x: Array(held[:2])
    found = result(body, engine)
    assert [each.dimension for each in found.differences] == ["aliasing"]
    assert "0 and 2: begin at one address is True, where the reference gives False" in found.differences[0].message


def test_a_dimension_can_be_compared_its_own_way():
    def body(torch, see):
        see("x", torch.leaf())
        with see.refusal():
            torch.refuse()

    rules = {**LEFT_OUT, "graph": lambda expected, actual: None}
    strict = result(body, Plain(compare=rules))
    assert [(each.dimension, each.message) for each in strict.differences] == [
        ("exceptions", "ValueError, where the reference gives RuntimeError"),
    ]
    lenient = Plain(compare={**rules, "exceptions": refusals_alone})
    assert result(body, lenient).outcome == "agrees"
    lenient.refuse = lambda: None
    differing = result(body, lenient)
    assert differing.outcome == "differs"
    assert differing.differences[0].message == "no error, where the reference gives RuntimeError"


def test_shapes_without_strides():
    def body(torch, see):
        see("y", torch.double(torch.leaf()))

    engine = Plain(compare=LEFT_OUT)
    engine.__parity__ = Adapter(tensor=Array, to_numpy=lambda array: np.asfortranarray(array.numbers, np.float32),
                                compare=LEFT_OUT)
    assert [each.dimension for each in result(body, engine).differences] == ["shape and strides"]
    engine.__parity__ = Adapter(tensor=Array, to_numpy=engine.__parity__.to_numpy,
                                compare={**LEFT_OUT, "shape and strides": shapes_alone})
    assert result(body, engine).outcome == "agrees"
    engine.double = lambda x: Array([[1, 2]])
    assert "the shape (1, 2), where the reference gives (2, 2)" in [
        each.message for each in result(body, engine).differences]


@pytest.mark.parametrize(("body", "missing"), [
    (lambda torch, see: torch.cosine(1), "torch.cosine"),
    (lambda torch, see: torch.leaf().backward(), "Tensor.backward"),
    (lambda torch, see: torch.double(torch.leaf(), dim=1), "the argument dim of double()"),
])
def test_what_is_lacking_goes_by_torchs_name(body, missing):
    def whole(torch, see):
        see("before", 1)
        if isinstance(torch, Plain):
            body(torch, see)

    found = result(whole, Plain())
    assert (found.outcome, found.message) == ("engine lacks it", missing)


def test_without_an_adapter_an_unknown_argument_is_a_difference():
    def body(torch, see):
        see("x", 1)
        if torch.flaw:
            torch.leaf(dim=1)

    assert result(body, Engine("values")).outcome == "differs"


FILE = """
from minitorch_compat.parity import Adapter

def engine():
    import toy
    made = toy.Engine("exceptions")
    made.__parity__ = Adapter(tensor=toy.Tensor, to_numpy=toy.Tensor.numpy, compare={"exceptions": HOW})
    return made

def all_the_same(expected, actual):
    "What is refused is not looked at."
"""


@pytest.mark.parametrize(("how", "code"), [("all_the_same", 0), ("lambda expected, actual: None", 2)])
def test_functions_of_an_adapter_go_to_the_process_that_compares(toys, how, code, capsys):
    (toys / "adapted.py").write_text(FILE.replace("HOW", how))
    act = "    made.act = lambda: None\n    return made\n"
    (toys / "adapted.py").write_text((toys / "adapted.py").read_text().replace("    return made\n", act))
    assert main(["run", "--catalogue", "toy_catalogue", "--engine", "adapted.py:engine", "--reference",
                 "engines.py:right", "--report", "report",
                 *(f"--format={each}" for each in ("json", "md", "html"))]) == code
    told = capsys.readouterr()
    if code:
        assert "adapted.py:engine compares exceptions by a function without a name of its own" in told.err
    else:
        engine = json.loads((toys / "report" / "report.json").read_text())["candidate"]
        assert engine["terms"] == {"exceptions": "What is refused is not looked at."}
        assert "Exceptions: What is refused is not looked at" in (toys / "report" / "report.md").read_text()
        assert "</b>: What is refused is not looked at." in (toys / "report" / "report.html").read_text()
        assert "exceptions: What is refused is not looked at." in told.out


def test_the_terms_are_told():
    engine = described("plain", Plain(compare={"graph": "there is none", "exceptions": refusals_alone}))
    assert engine.terms["graph"] == "not compared: there is none"
    assert engine.terms["exceptions"].startswith("That a call is refused is compared")
    assert described("toy", right()).terms == {}


def test_a_dimension_that_there_is_not():
    with pytest.raises(ValueError, match="no dimension 'speed'"):
        Adapter(compare={"speed": "it is slow"})


def test_an_adapter_is_found_without_running_the_engines_code():
    class Liar:
        def __getattr__(self, name):
            raise AssertionError("asked")

    assert adapter_of(Liar()) is None
    assert adapter_of(right()) is None
    pretender = Engine()
    pretender.__parity__ = "an adapter"
    assert adapter_of(pretender) is None
    assert result(a_tensor, pretender).outcome == "agrees"
    rules = Adapter(compare={**LEFT_OUT, "exceptions": refusals_alone}).rules
    assert pickle.loads(pickle.dumps(rules)) == rules
