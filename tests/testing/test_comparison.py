"""assert_close beside torch: what passes, and every word of what does not."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch_compat
import minitorch_compat.testing

torch = pytest.importorskip("torch")

NAN, INF = float("nan"), float("inf")
DTYPES = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128", "int8", "uint8", "int64", "bool")
Point = collections.namedtuple("Point", "a b")


def said(side: Any, call: Callable[[Any], Any]) -> Any:
    """What a call says: warnings, and the error with its cause."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            told: Any = call(side)
        except Exception as error:
            told = (type(error).__name__, str(error), type(error.__cause__).__name__, error.__suppress_context__)
    return str(told).replace("minitorch_compat", "torch"), [str(each.message) for each in caught]


def same(call: Callable[[Any], Any]) -> None:
    assert said(minitorch_compat, call) == said(torch, call)


def close(*values: Any, **options: Any) -> None:
    """The same for values that need no engine, and for tensors of them."""
    same(lambda t: t.testing.assert_close(*values, **options))


def tensors(actual: Any, expected: Any, **options: Any) -> None:
    same(lambda t: t.testing.assert_close(t.tensor(actual), t.tensor(expected), **options))


@pytest.mark.parametrize("name", DTYPES)
def test_dtypes(name: str) -> None:
    def of(t: Any, values: Any, other: str = name) -> Any:
        return t.tensor(values).to(getattr(t, other))

    one, other = [0, 1, 1], [1, 1, 0]
    same(lambda t: t.testing.assert_close(of(t, one), of(t, other)))
    same(lambda t: t.testing.assert_close(of(t, [one, other]), of(t, [other, other]), rtol=0.1, atol=0.2))
    same(lambda t: t.testing.assert_close(of(t, one), of(t, other), rtol=0, atol=0))
    same(lambda t: t.testing.assert_close(of(t, 0), of(t, 1)))
    same(lambda t: t.testing.assert_allclose(of(t, one), of(t, other)))
    for mixed in DTYPES:
        for check in (True, False):
            same(lambda t, m=mixed, c=check: t.testing.assert_close(of(t, one), of(t, other, m), check_dtype=c))


def test_numbers() -> None:
    numbers = (0, 1, 2, -1, 1.0, 2.0, 0.0, 1e-9, NAN, INF, -INF, 1 + 1j, 1j, complex(NAN, 1), True, False, 2**70, None,
               np.float64(1.0), np.int64(2), np.bool_(True), np.float32(0.1), "a", b"a")  # fmt: skip
    for actual in numbers:
        for expected in numbers:
            close(actual, expected)
            close(actual, expected, check_dtype=False, equal_nan=True)
    for options in ({"rtol": 0.1, "atol": 0.2}, {"rtol": 0, "atol": 0}, {"rtol": 1.0}, {"atol": 1.0},
                    {"rtol": -1, "atol": 0}, {"rtol": "a", "atol": 0}, {"rtol": None, "atol": None}):  # fmt: skip
        close(1, 2, **options)
        close(1.0, 1.5, **options)
        tensors(1.0, 1.5, **options)


def test_values_of_tensors() -> None:
    for actual, expected in (
        ([1.0, 2.0], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([[1.0]], [1.0]), ([], []), ([NAN, 1.0], [NAN, 1.0]), (NAN, 1.0),
        ([NAN, 1.0, 3.0], [1.0, 1.0, 2.0]), ([INF], [INF]), ([INF], [-INF]), ([INF, 1.0], [1.0, 1.0]), (5.0, INF),
        ([0.0, 1.0], [0.0, 0.0]), ([1e-9], [0.0]), ([2**62], [-(2**62)]), ([1e308], [1e-308]), (True, False),
        ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.5], [3.0, 9.0]]), ([True, False], [True, True]), ([1 + 1j], [1 + 2j]),
    ):  # fmt: skip
        for options in ({}, {"equal_nan": True}, {"rtol": 0.5, "atol": 0.5}):
            tensors(actual, expected, **options)
    same(lambda t: t.testing.assert_close(t.zeros(2, 3, 4), t.arange(24.0).reshape(2, 3, 4)))
    same(lambda t: t.testing.assert_close(t.empty(0, 2), t.empty(2, 0)))
    for check in (False, True):
        same(lambda t, c=check: t.testing.assert_close(t.ones(2, 3), t.ones(3, 2).t(), check_stride=c))
    same(lambda t: t.testing.assert_close(t.tensor([1.0], requires_grad=True), t.tensor([2.0], requires_grad=True)))
    same(lambda t: t.testing.assert_close(t.tensor([1 + 1j]).conj(), t.tensor([1 - 1j])))
    for allow in (True, False):
        same(lambda t, a=allow: t.testing.assert_close(
            t.nn.Parameter(t.tensor([1.0])), t.tensor([2.0]), allow_subclasses=a))  # fmt: skip


def test_structures() -> None:
    array = np.array([1.0, 2.0])
    structures = (
        [1, 2], (1, 2), [2, 3], [1], [], [[1, 2], [3]], {"a": 1}, {"b": 1}, {"a": 1.0}, {"a": {"b": [1, 2]}},
        {"a": {"b": [1, 3]}}, {1: 1, 2: 3}, {3: 1, 1: 2}, collections.OrderedDict(a=1), ["a"], {1}, range(2), range(3),
        Point(1, 2), collections.deque([1]), array, array + 1, np.array(["a"]), [array], [array + 1], np.array(1.0),
        object, [object()], {"x": [array, {"y": array}]}, {"x": [array, {"y": -array}]}, {1: 2, "a": 3},
    )  # fmt: skip
    for actual in structures:
        for expected in structures:
            close(actual, expected)
    for actual, expected in (
        (lambda t: [t.tensor(1.0), t.tensor(2.0)], lambda t: [t.tensor(1.0), t.tensor(3.0)]),
        (lambda t: {1: t.tensor(1.0), "a": t.tensor(2.0)}, lambda t: {1: t.tensor(1.0), "a": t.tensor(3.0)}),
        (lambda t: [t.tensor([1.0]), t.tensor([1.0, 2.0])], lambda t: [t.tensor([2.0]), t.tensor([1.0])]),
        (lambda t: t.tensor(1.0), lambda t: 1.0), (lambda t: array, lambda t: t.tensor([1.0, 2.0])),
        (lambda t: t.Size([1]), lambda t: t.Size([2])), (lambda t: t.float32, lambda t: t.float32),
        (lambda t: [t.tensor(1.0), 2], lambda t: [t.tensor(2.0), "a"]),
    ):  # fmt: skip
        same(lambda t, a=actual, e=expected: t.testing.assert_close(a(t), e(t)))
        same(lambda t, a=actual, e=expected: t.testing.assert_close(a(t), e(t), rtol=1.0))


def test_messages_of_ones_own() -> None:
    for message in ("own", "", lambda text: f"before\n{text}\nafter", lambda text: 3, 3):
        for actual, expected in (([1.0], [2.0]), ([1.0], [1.0]), ([1.0], [1.0, 2.0])):
            tensors(actual, expected, msg=message)
            close(actual, expected, msg=message)


def test_the_older_assertion() -> None:
    for actual, expected in (([1.0], [2.0]), (1.0, 2.0), ([1.0, 1.0], [1.0]), ([NAN], [NAN]), (np.ones(2), np.ones(2))):
        for options in ({}, {"rtol": 1.0}, {"rtol": 0.1, "atol": 0.1}, {"equal_nan": False}, {"msg": "own"}):
            same(lambda t, a=actual, e=expected, o=options: t.testing.assert_allclose(a, e, **o))
            same(lambda t, a=actual, e=expected, o=options: t.testing.assert_allclose(t.tensor(a), e, **o))
