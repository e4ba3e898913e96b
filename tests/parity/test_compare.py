"""What differs between two things seen under one name, and in which dimensions."""
from collections import OrderedDict

import numpy as np
import pytest
from toy import Engine, Node, Tensor

from minitorch_compat.parity import chapter
from minitorch_compat.parity.observation import Warned
from minitorch_compat.parity.runner import run_case


class Parameter(Tensor):
    """A tensor of another type."""


class Size(tuple):
    def __repr__(self):
        return f"torch.Size({list(self)})"


class Shown:
    """Something known by its text alone."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return f"<Shown {self.text} at 0x1>"


def compared(one, other, name="x", how="__call__"):
    """The dimensions in which two values differ, as seen by a case that gives them to `see`."""

    def body(torch, see):
        """A value."""
        getattr(see, how)(name, torch.value)

    first, second = Engine(), Engine()
    first.value, second.value = one, other
    result = run_case(chapter("toy")()(body), first, second)
    assert result.outcome in ("agrees", "differs"), result.message
    differing = {dimension for dimension, verdict in result.dimensions.items() if verdict == "differs"}
    assert differing == {each.dimension for each in result.differences}
    assert (result.outcome == "agrees") == (not differing)
    return differing


def tensor(values, dtype=np.float32, **more):
    return Tensor(np.array(values, dtype), **more)


def strided(values):
    wide = np.zeros((len(values), 2), np.float32)
    wide[:, 0] = values
    return Tensor(wide[:, 0])


def versioned(number):
    made = tensor([1.0])
    made._version = number
    return made


SAME = [
    (tensor([1.0, np.nan, -np.inf]), tensor([1.0, np.nan, -np.inf])),
    (float("nan"), float("nan")),
    ([1.0, "a", None, {"k": (2, True)}], [1.0, "a", None, {"k": (2, True)}]),
    ("<Node object at 0x7f01>", "<Node object at 0x99ab>"),
    (2**100, 2**100),
    (tensor(np.zeros((0, 3))), tensor(np.zeros((0, 3)))),
    (Size((2, 3)), Size((2, 3))),
    ([tensor([1.0]), None], [tensor([1.0]), None]),
    (b"bytes", b"bytes"),
    (1 + 2j, 1 + 2j),
    (Shown("one"), Shown("one")),
]

UNLIKE = [
    (tensor(1.0), 1.0, {"dtype"}),
    (1.0, tensor(1.0), {"dtype"}),
    (tensor([1.0, 2.0]), [1.0, 2.0], {"dtype"}),
    (tensor([1.0, 2.0]), np.array([1.0, 2.0], np.float32), {"dtype"}),
    (tensor([1.0]), tensor([1.0], np.float64), {"dtype"}),
    (tensor([1]), tensor([1], np.int64), {"dtype"}),
    (Parameter(np.ones(1)), Tensor(np.ones(1)), {"dtype"}),
    (np.float32(1), 1.0, {"dtype"}),
    (np.float32(1), np.float64(1), {"dtype"}),
    (1, 1.0, {"dtype"}),
    (1, True, {"dtype"}),
    (1, 2.5, {"dtype", "values"}),
    ([1.0, 2.0], (1.0, 2.0), {"dtype"}),
    ([1.0, 2], [1.0, 2.0], {"dtype"}),
    (np.dtype("float32").type, np.dtype("float64").type, {"dtype"}),
    (tensor([0.1]), tensor([0.1], np.float64), {"dtype"}),
    (tensor([0.0]), tensor([-0.0]), {"values"}),
    (0.0, -0.0, {"values"}),
    (tensor([np.nan]), tensor([1.0]), {"values"}),
    (tensor([np.inf]), tensor([-np.inf]), {"values"}),
    (tensor([1.0]), tensor([np.nextafter(np.float32(1), np.float32(2))]), {"values"}),
    (tensor([True], bool), tensor([False], bool), {"values"}),
    (tensor([2**62], np.int64), tensor([-(2**62)], np.int64), {"values"}),
    (tensor([1 + 1j], np.complex64), tensor([1 - 1j], np.complex64), {"values"}),
    (2**100, 2**100 + 1, {"values"}),
    (None, 1.0, {"values"}),
    (None, tensor([1.0]), {"values"}),
    (tensor([1.0]), None, {"values"}),
    ("text", None, {"values"}),
    ([1.0], [1.0, 2.0], {"values"}),
    ({"a": 1}, {"b": 1}, {"values"}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"values"}),
    ([tensor([1.0])], [tensor([1.0]), tensor([1.0])], {"values"}),
    ([tensor([1.0])], (tensor([1.0]),), {"dtype"}),
    ([tensor([1.0])], [tensor([2.0])], {"values"}),
    (tensor([[1.0, 2.0]]), tensor([1.0, 2.0]), {"shape and strides"}),
    (tensor(1.0), tensor([1.0]), {"shape and strides"}),
    (tensor([1.0, 2.0]), tensor([1.0, 2.0, 3.0]), {"shape and strides"}),
    (tensor([1.0, 2.0]), strided([1.0, 2.0]), {"shape and strides"}),
    (Size((2, 3)), Size((3, 2)), {"shape and strides"}),
    (Size((2,)), (2,), {"values"}),
    (versioned(0), versioned(1), {"mutation and versions"}),
    (tensor([1.0]), tensor([1.0], requires_grad=True), {"graph"}),
    (tensor([1.0], grad_fn=Node("A")), tensor([1.0], grad_fn=Node("B")), {"graph"}),
    ("a line\nand another", "a line\nand anothex", {"printed text"}),
    (["a", 1], ["b", 1], {"printed text"}),
    (Shown("one"), Shown("two"), {"printed text"}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_is_the_same(one, other):
    assert compared(one, other) == set()


@pytest.mark.parametrize(("one", "other", "dimensions"), UNLIKE)
def test_what_differs_differs_in_its_dimension_alone(one, other, dimensions):
    assert compared(one, other) == dimensions


@pytest.mark.parametrize(("one", "other"), [
    (None, tensor([1.0])), (tensor([1.0]), None), (tensor([1.0]), tensor([2.0])), (1.0, 2.0),
])
@pytest.mark.parametrize(("name", "how"), [("x.grad", "__call__"), ("grad", "__call__"), ("dx", "gradient")])
def test_gradients_are_a_dimension_of_their_own(one, other, name, how):
    assert compared(one, other, name, how) == {"gradients"}


def test_a_gradient_of_another_dtype_differs_there_alone():
    assert compared(tensor([1.0]), tensor([1.0], np.float64), "x.grad") == {"dtype"}


@pytest.mark.parametrize(("one", "other"), [
    ({"a": 1.0}, {"a": 2.0}), ({"a": 1}, {"a": 1.0}), ({"a": tensor([1.0])}, {"a": tensor([1.0], np.float64)}),
    ({"a": tensor([1.0])}, {"a": tensor([[1.0]])}), ({"a": versioned(1)}, {"a": versioned(2)}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"a": 1}, {}), ({"a": [{"lr": 0.1}]}, {"a": [{"lr": 0.2}]}),
    ({"a": 1}, OrderedDict(a=1)), ({"a": {"x": tensor([1.0])}}, {"a": {"x": tensor([1.5])}}), ({"a": "p"}, {"a": "q"}),
])
def test_all_of_a_state_dict_is_state(one, other):
    assert compared(one, one, how="state") == set()
    assert compared(one, other, how="state") == {"state"}


@pytest.mark.parametrize(("one", "other"), [
    (Node("A", Node("B"), Node("C")), Node("A", Node("C"), Node("B"))),
    (Node("A", Node("B")), Node("A")),
    (Node("A", None), Node("A")),
    (Node("A", *[Node("B")] * 2), Node("A", Node("B"), Node("B"))),
    (Node("A"), None),
])
def test_graphs_differ_in_names_edges_and_sharing(one, other):
    assert compared(one, one, how="graph") == set()
    assert compared(one, other, how="graph") == {"graph"}


def test_a_long_graph_is_walked_without_recursion():
    node = Node("last")
    for _ in range(10_000):
        node = Node("A", node)
    assert compared(node, node, how="graph") == set()


def act(first, second):
    """The dimensions in which two engines' `act(see)` differ."""

    def body(torch, see):
        """An act."""
        torch.act(see)
        see("end", 1)

    one, other = Engine(), Engine()
    one.act, other.act = first, second
    result = run_case(chapter("toy")()(body), one, other)
    return {difference.dimension for difference in result.differences}


def refused(error):
    def act(see):
        with see.refusal():
            if error:
                raise error

    return act


@pytest.mark.parametrize("other", [ValueError("a"), RuntimeError("a "), RuntimeError(), None])
def test_exceptions_agree_in_type_and_whole_text(other):
    assert act(refused(RuntimeError("a")), refused(RuntimeError("a"))) == set()
    assert act(refused(RuntimeError("a")), refused(other)) == {"exceptions"}


def test_the_address_in_a_text_does_not_count():
    texts = ("at 0x7ffe01 (Triggered internally at /a/b.cpp:12.)", "at 0x1")
    assert act(*(refused(RuntimeError(text)) for text in texts)) == set()


def warned(*warnings):
    import warnings as python

    def act(see):
        for text, category in warnings:
            python.warn(text, category, stacklevel=1)

    return act


@pytest.mark.parametrize("others", [
    [("b", UserWarning), ("a", UserWarning)], [("a", UserWarning)], [("a", UserWarning), ("b", FutureWarning)],
    [("a", UserWarning), ("b!", UserWarning)], [("a", UserWarning), ("b", UserWarning), ("b", UserWarning)], [],
])
def test_warnings_agree_in_number_order_category_and_text(others):
    both = ("a", UserWarning), ("b", UserWarning)
    assert act(warned(*both), warned(*both)) == set()
    assert act(warned(*both), warned(*others)) == {"warnings"}


def test_a_warning_comes_at_its_point():
    def early(see):
        warned(("a", UserWarning))(see)
        see("between", 0)

    def late(see):
        see("between", 0)
        warned(("a", UserWarning))(see)

    assert act(early, late) == {"warnings"}
    assert str(Warned("UserWarning", "a")) == "[UserWarning] a"


def test_a_warning_in_a_block_of_its_own_is_told_once():
    def block(category):
        def act(see):
            with see.warnings("inside"):
                warned(("a", category))(see)
        return act

    def body(torch, see):
        """A block."""
        torch.act(see)

    one, other = Engine(), Engine()
    one.act, other.act = block(UserWarning), block(FutureWarning)
    result = run_case(chapter("toy")()(body), one, other)
    assert [(each.dimension, each.name) for each in result.differences] == [("warnings", "inside")]


def test_what_only_one_side_shows_differs():
    assert act(lambda see: see("more", 1.0), lambda see: None) == {"values"}
    assert act(lambda see: None, lambda see: see("more", "text")) == {"printed text"}
    assert act(lambda see: print("x"), lambda see: print("y")) == {"printed text"}
    assert act(lambda see: print("x"), lambda see: None) == {"printed text"}
    assert act(lambda see: None, lambda see: print("x")) == {"printed text"}
