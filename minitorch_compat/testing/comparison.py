"""Assertions that values are close, and what is said where they are not."""

from __future__ import annotations

import cmath
import contextlib
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.forms import FUNCTIONS
from .._core.modes import no_grad
from .._core.tensor import Tensor

CLOSE = {
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
    "complex32": (1e-3, 1e-5), "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7),
}
"""Relative and absolute tolerance by dtype; others must be equal."""
ONCE_CLOSE = {"float16": (1e-3, 1e-3), "float32": (1e-4, 1e-5), "float64": (1e-5, 1e-8)}
"""The same for ``assert_allclose``."""
NUMBERS = {int: "int64", float: "float64", complex: "complex128"}

UNEXPECTED = (
    "resulted in the unexpected exception above. If you are a user and see this message during normal operation "
    "please file an issue at https://github.com/pytorch/pytorch/issues. If you are a developer and working on the "
    "comparison functions, please except the previous error and raise an expressive `ErrorMeta` instead."
)


class Unlike(Exception):
    """Two values are not close: the text for who asked."""


def tolerances(table: dict[str, tuple[float, float]], *names: str) -> tuple[float, float]:
    """The largest of the tolerances for these dtypes."""
    pairs = [table.get(name, (0.0, 0.0)) for name in names]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def one_name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


def place(path: tuple[Any, ...]) -> str:
    return "".join(f"[{each!r}]" for each in path)


def occurred(text: str, path: tuple[Any, ...]) -> str:
    return f"{text}\n\nThe failure occurred for item {place(path)}" if path else text


# ---- pairs


class Pair:
    """Two values at one place of what was given, and how close they must be."""

    shown: tuple[str, ...] = ()

    def __init__(self, actual: Any, expected: Any, path: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.actual, self.expected, self.path = actual, expected, path
        self.options = dict(options)

    @classmethod
    def takes(cls, actual: Any, expected: Any, options: dict[str, Any]) -> bool:
        """Whether this kind of pair is for these values."""
        raise NotImplementedError

    def compare(self) -> None:
        """``Unlike`` unless both are close."""
        raise NotImplementedError

    def settle(self, *names: str) -> None:
        """Find the tolerances that were not given; ValueError where only one was."""
        rtol, atol = self.options["rtol"], self.options["atol"]
        if (rtol is None) != (atol is None):
            raise ValueError(
                "Both 'rtol' and 'atol' must be either specified or omitted, "
                f"but got no {'rtol' if rtol is None else 'atol'}."
            ) from None
        if rtol is None:
            self.options["rtol"], self.options["atol"] = tolerances(CLOSE, *names)

    def __repr__(self) -> str:
        values = {"id": self.path, "actual": self.actual, "expected": self.expected}
        values.update((name, self.options[name]) for name in self.shown)
        lines = [f"    {name}={value!s}," for name, value in values.items()]
        return "\n".join((f"{type(self).__name__}(", *lines, ")"))

    def headed(self, who: str) -> str:
        exact = self.options["rtol"] == 0 and self.options["atol"] == 0
        return f"{who} are not {'equal' if exact else 'close'}!\n\n"

    def difference(self, which: str, value: Any, tolerance: str, index: str = "") -> str:
        exact = self.options["rtol"] == 0 and self.options["atol"] == 0
        allowed = "" if exact else f" (up to {self.options[tolerance]} allowed)"
        return f"{which} difference: {value}{index}{allowed}"

    def unlike_numbers(self, actual: Any, expected: Any) -> Unlike:
        """What is said of two numbers."""
        apart = abs(actual - expected)
        relative = float("inf") if expected == 0 else apart / abs(expected)
        return Unlike(
            f"{self.headed('Scalars')}Expected {expected} but got {actual}.\n"
            f"{self.difference('Absolute', apart, 'atol')}\n{self.difference('Relative', relative, 'rtol')}"
        )


class NonePair(Pair):
    @classmethod
    def takes(cls, actual: Any, expected: Any, options: dict[str, Any]) -> bool:
        return actual is None or expected is None

    def compare(self) -> None:
        if self.actual is not self.expected:
            raise Unlike(f"None mismatch: {self.actual} is not {self.expected}")


class BooleanPair(Pair):
    @classmethod
    def takes(cls, actual: Any, expected: Any, options: dict[str, Any]) -> bool:
        return isinstance(actual, (bool, np.bool_)) and isinstance(expected, (bool, np.bool_))

    def compare(self) -> None:
        actual, expected = bool(self.actual), bool(self.expected)
        if actual is not expected:
            raise Unlike(f"Booleans mismatch: {actual} is not {expected}")


class NumberPair(Pair):
    shown = ("rtol", "atol", "equal_nan", "check_dtype")

    def __init__(self, actual: Any, expected: Any, path: tuple[Any, ...], options: dict[str, Any]) -> None:
        actual, expected = (each.item() if isinstance(each, np.number) else each for each in (actual, expected))
        super().__init__(actual, expected, path, options)
        self.settle(NUMBERS[type(actual)], NUMBERS[type(expected)])

    @classmethod
    def takes(cls, actual: Any, expected: Any, options: dict[str, Any]) -> bool:
        return all(isinstance(each, (int, float, complex, np.number)) for each in (actual, expected))

    def compare(self) -> None:
        actual, expected = self.actual, self.expected
        if self.options["check_dtype"] and type(actual) is not type(expected):
            raise Unlike(f"The (d)types do not match: {type(actual)} != {type(expected)}.")
        if actual == expected or (self.options["equal_nan"] and cmath.isnan(actual) and cmath.isnan(expected)):
            return
        apart, allowed = abs(actual - expected), self.options["atol"] + self.options["rtol"] * abs(expected)
        if not (cmath.isfinite(apart) and apart <= allowed):
            raise self.unlike_numbers(actual, expected)


class TensorLikePair(Pair):
    shown = ("rtol", "atol", "equal_nan", "check_device", "check_dtype", "check_layout", "check_stride")

    def __init__(self, actual: Any, expected: Any, path: tuple[Any, ...], options: dict[str, Any]) -> None:
        actual, expected = (
            each if isinstance(each, Tensor) else FUNCTIONS["as_tensor"](each) for each in (actual, expected)
        )
        super().__init__(actual, expected, path, options)
        self.settle(one_name(actual.dtype), one_name(expected.dtype))

    @classmethod
    def takes(cls, actual: Any, expected: Any, options: dict[str, Any]) -> bool:
        related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
        if not related or (not options["allow_subclasses"] and type(actual) is not type(expected)):
            return False
        try:
            for each in (actual, expected):
                if not isinstance(each, Tensor):
                    FUNCTIONS["as_tensor"](each)
        except Exception:
            return False
        return True

    def compare(self) -> None:
        actual, expected = self.actual, self.expected
        self.same("shape", actual.shape, expected.shape)
        if self.options["check_device"]:
            self.same("device", actual.device, expected.device)
        if self.options["check_layout"]:
            self.same("layout", actual.layout, expected.layout)
        if self.options["check_dtype"]:
            self.same("dtype", actual.dtype, expected.dtype)
        if self.options["check_stride"]:
            self.same("stride()", actual.stride(), expected.stride())
        if actual.dtype != expected.dtype:
            common = dtypes.promote_types(actual.dtype, expected.dtype)
            actual, expected = actual.to(common), expected.to(common)
        if actual.is_sparse is not expected.is_sparse:
            actual, expected = actual.to_dense(), expected.to_dense()
        if actual.is_sparse:
            self.compare_sparse(actual, expected)
        else:
            self.compare_elements(actual, expected, "Tensor-likes")

    def compare_sparse(self, actual: Any, expected: Any) -> None:
        """Coordinates have to be the same, values near."""
        if actual._nnz() != expected._nnz():
            raise Unlike(
                "The number of specified values in sparse COO tensors does not match: "
                f"{actual._nnz()} != {expected._nnz()}"
            )
        tolerant = self.options
        self.options = {**tolerant, "rtol": 0, "atol": 0}
        self.compare_elements(actual._indices(), expected._indices(), "Sparse COO indices")
        self.options = tolerant
        self.compare_elements(actual._values(), expected._values(), "Sparse COO values")

    def compare_elements(self, actual: Any, expected: Any, who: str) -> None:
        """Element by element."""
        if actual.numel() == 1 and not actual.shape:
            numbers = actual.item(), expected.item()
        whole = not actual.dtype.is_floating_point and not actual.dtype.is_complex
        x, y = (each.to(dtypes.int64) if whole else each for each in (actual, expected))
        matches = FUNCTIONS["isclose"](
            x, y, rtol=self.options["rtol"], atol=self.options["atol"], equal_nan=self.options["equal_nan"]
        )
        if bool(matches.all()):
            return
        if not actual.shape:
            raise self.unlike_numbers(*numbers)
        raise self.unlike_tensors(x, y, matches, who)

    def same(self, name: str, actual: Any, expected: Any) -> None:
        if actual != expected:
            raise Unlike(f"The values for attribute '{name}' do not match: {actual} != {expected}.")

    def unlike_tensors(self, actual: Any, expected: Any, matches: Any, who: str) -> Unlike:
        """How many elements mismatch, and where those are that differ most."""
        total, shape = matches.numel(), tuple(matches.shape)
        mismatched = total - int(matches.sum())
        apart = (actual - expected).abs()
        lines = [f"Mismatched elements: {mismatched} / {total} ({mismatched / total:.1%})"]
        for which, values, tolerance in (
            ("Greatest absolute", apart, "atol"), ("Greatest relative", apart / expected.abs(), "rtol")
        ):
            largest, flat = FUNCTIONS["max"](values.masked_fill(matches, 0).flatten(), 0)
            index = tuple(int(each) for each in np.unravel_index(int(flat), shape))
            lines.append(self.difference(which, largest.item(), tolerance, f" at index {index}"))
        return Unlike(self.headed(who) + "\n".join(lines))


PAIRS: tuple[type[Pair], ...] = (NonePair, BooleanPair, NumberPair, TensorLikePair)


def pairs_of(actual: Any, expected: Any, path: tuple[Any, ...], options: dict[str, Any]) -> Iterator[Pair]:
    """The pairs of all leaves; errors where lengths, keys or kinds do not fit."""
    both = (actual, expected)
    if all(isinstance(each, Sequence) and not isinstance(each, str) for each in both):
        if len(actual) != len(expected):
            raise AssertionError(
                occurred(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", path)
            ) from None
        for index in range(len(actual)):
            yield from pairs_of(actual[index], expected[index], (*path, index), options)
    elif all(isinstance(each, Mapping) for each in both):
        missing, more = sorted(expected.keys() - actual.keys()), sorted(actual.keys() - expected.keys())
        if missing or more:
            raise AssertionError(occurred(
                f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {missing}\n"
                f"Additional keys in the actual mapping: {more}", path,
            )) from None  # fmt: skip
        # Keys that cannot be sorted come as the set of them has them: another order would name another item first.
        keys: Collection[Any] = set(actual.keys())
        with contextlib.suppress(Exception):
            keys = sorted(keys)
        for key in keys:
            yield from pairs_of(actual[key], expected[key], (*path, key), options)
    else:
        for kind in PAIRS:
            if kind.takes(actual, expected, options):
                yield made_pair(kind, actual, expected, path, options)
                return
        raise TypeError(occurred(
            f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.", path
        )) from None  # fmt: skip


def made_pair(kind: type[Pair], actual: Any, expected: Any, path: tuple[Any, ...], options: dict[str, Any]) -> Pair:
    try:
        return kind(actual, expected, path, options)
    except ValueError as error:
        raise ValueError(occurred(str(error), path)) from None
    except Exception as error:
        raise RuntimeError(
            f"Originating a {kind.__name__}() at item {place(path)} with\n\n{type(actual).__name__}(): {actual}\n\n"
            f"and\n\n{type(expected).__name__}(): {expected}\n\n{UNEXPECTED}"
        ) from error


# ---- assertions


@no_grad()
def compared(pairs: list[Pair], msg: str | Callable[[str], str] | None) -> None:
    """AssertionError for the first pair that is not close."""
    first = None
    for pair in pairs:
        try:
            pair.compare()
        except Unlike as unlike:
            first = first or occurred(str(unlike), pair.path)
        except Exception as error:
            raise RuntimeError(f"Comparing\n\n{pair}\n\n{UNEXPECTED}") from error
    if first is not None:
        told: Any = msg(first) if callable(msg) else msg if isinstance(msg, str) else first
        raise AssertionError(told)


def assert_close(
    actual: Any, expected: Any, *, allow_subclasses: bool = True, rtol: float | None = None, atol: float | None = None,
    equal_nan: bool = False, check_device: bool = True, check_dtype: bool = True, check_layout: bool = True,
    check_stride: bool = False, msg: str | Callable[[str], str] | None = None,
) -> None:
    """AssertionError unless ``|actual - expected| <= atol + rtol * |expected|`` everywhere.

    Values are numbers, tensors, what tensors can be made of, and sequences and mappings of those. TypeError for kinds
    that cannot be compared, ValueError for only one tolerance.
    """
    options = {
        "allow_subclasses": allow_subclasses, "rtol": rtol, "atol": atol, "equal_nan": equal_nan,
        "check_device": check_device, "check_dtype": check_dtype, "check_layout": check_layout,
        "check_stride": check_stride,
    }
    compared(list(pairs_of(actual, expected, (), options)), msg)


def assert_allclose(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, equal_nan: bool = True,
    msg: str = "",
) -> None:
    """``assert_close`` as it was once: of tensors alone, of any dtypes, with wider tolerances."""
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. "
        "Please use `torch.testing.assert_close()` instead. You can find detailed upgrade instructions in "
        "https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
        stacklevel=2,
    )
    actual, expected = (
        each if isinstance(each, Tensor) else FUNCTIONS["tensor"](each) for each in (actual, expected)
    )
    if rtol is None and atol is None:
        rtol, atol = tolerances(ONCE_CLOSE, one_name(actual.dtype), one_name(expected.dtype))
    options = {
        "allow_subclasses": True, "rtol": rtol, "atol": atol, "equal_nan": equal_nan, "check_device": True,
        "check_dtype": False, "check_layout": True, "check_stride": False,
    }
    compared([TensorLikePair(actual, expected, (), options)], msg or None)


for _function in (assert_close, assert_allclose):
    _function.__module__ = "torch.testing._comparison"
