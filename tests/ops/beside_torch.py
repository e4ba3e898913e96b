"""One expression on torch and on the engine, and everything in which the outcomes differ.

Looked at are the value (dtype, shape, strides, bits or ulps, ``grad_fn``, version), the gradients of the inputs, what
happened to the inputs, the exception with its text, and the warnings.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from minitorch_compat.parity.fuzz.inputs import Input, bits, text_of


def look(torch: ModuleType, value: Any) -> Any:
    """What is seen of a value, as plain data; arrays at the end of a tensor's tuple."""
    if isinstance(value, torch.Tensor):
        node = value.grad_fn
        seen = {
            "dtype": str(value.dtype),
            "shape": tuple(value.shape),
            "strides": tuple(value.stride()) if value.numel() else None,
            "requires_grad": value.requires_grad,
            "grad_fn": None if node is None else type(node).__name__,
            "version": value._version,
        }
        return ("tensor", seen, bits(value))
    if isinstance(value, (tuple, list)):
        return ("sequence", type(value).__name__, [look(torch, each) for each in value])
    return ("other", type(value).__name__, str(value))


def outcome(torch: ModuleType, expression: str, inputs: tuple[Input, ...]) -> dict[str, Any]:
    """Everything that is looked at after the expression was evaluated."""
    tensors = [each.make(torch) for each in inputs]
    scope = {"torch": torch, "np": np, **dict(zip("xyz", tensors, strict=False))}
    seen: dict[str, Any] = {}
    result = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = eval(expression, scope)
            seen["value"] = look(torch, result)
        except Exception as error:
            seen["exception"] = (type(error).__name__, text_of(error))
    seen["warnings"] = [(each.category.__name__, text_of(each.message)) for each in caught]
    seen["inputs"] = [look(torch, each) for each in tensors]
    leaves = [each for each in tensors if each.requires_grad and each.is_leaf]
    parts = result if isinstance(result, (tuple, list)) else [result]
    outs = [each for each in parts if isinstance(each, torch.Tensor) and each.requires_grad and each.numel()]
    if leaves and outs:
        weights = [(torch.arange(1, each.numel() + 1).reshape(each.shape) * 0.25).to(each.dtype) for each in outs]
        try:
            found = torch.autograd.grad(outs, leaves, weights, allow_unused=True)
            seen["gradients"] = [
                None if each is None else (str(each.dtype), tuple(each.shape), bits(each)) for each in found
            ]
        except Exception as error:
            seen["gradients"] = (type(error).__name__, text_of(error))
    return seen


def apart(a: np.ndarray, b: np.ndarray) -> int:
    """How many floats lie between two arrays at most; nan is only near nan."""
    if a.dtype.kind == "c":
        return max(apart(a.real, b.real), apart(a.imag, b.imag))
    integer = {2: np.int16, 4: np.int32, 8: np.int64}[a.dtype.itemsize]
    smallest = int(np.iinfo(integer).min)
    worst = 0
    for one, other in zip(a.ravel(), b.ravel(), strict=True):
        if np.isnan(one) or np.isnan(other):
            if np.isnan(one) != np.isnan(other):
                return 1 << 62
            continue
        first, second = (int(each.view(integer)) for each in (np.asarray(one), np.asarray(other)))
        first, second = (each if each >= 0 else smallest - each for each in (first, second))
        worst = max(worst, abs(first - second))
    return worst


def unlike(what: str, a: np.ndarray, b: np.ndarray, ulps: int) -> Iterator[str]:
    """A line where two arrays of one dtype and shape are further apart than allowed."""
    if a.dtype.kind not in "fc":
        if not np.array_equal(a, b):
            yield f"{what} is {b.tolist()}, not {a.tolist()}"
        return
    distance = apart(a, b)
    if distance > ulps:
        yield f"{what} is {distance} ulp away: {b.tolist()}, not {a.tolist()}"
        return
    signs = a.dtype.kind == "f" and not ulps and not np.isnan(a).any()
    if signs and not np.array_equal(np.signbit(a), np.signbit(b)):
        yield f"{what} has another sign of zero: {b.tolist()}, not {a.tolist()}"


def compare(what: str, a: Any, b: Any, ulps: int) -> Iterator[str]:
    """The differences of two looks at a value."""
    if a[0] != b[0] or a[0] != "tensor":
        if a[0] == b[0] == "sequence" and a[1] == b[1] and len(a[2]) == len(b[2]):
            for place, (one, other) in enumerate(zip(a[2], b[2], strict=True)):
                yield from compare(f"{what}[{place}]", one, other, ulps)
        elif a != b:
            yield f"{what} is {b}, not {a}"
        return
    for name, expected in a[1].items():
        if b[1][name] != expected:
            yield f"{what}.{name} is {b[1][name]}, not {expected}"
    if a[2].shape == b[2].shape and a[2].dtype == b[2].dtype:
        yield from unlike(what, a[2], b[2], ulps)


def differences(
    torch: ModuleType, engine: ModuleType, expression: str, inputs: tuple[Input, ...], ulps: int
) -> list[str]:
    """In what the engine's outcome differs from torch's."""
    a, b = outcome(torch, expression, inputs), outcome(engine, expression, inputs)
    found = []
    if "exception" in a or "exception" in b:
        if a.get("exception") != b.get("exception"):
            found.append(f"it raises {b.get('exception')}, not {a.get('exception')}")
    else:
        found.extend(compare("the result", a["value"], b["value"], ulps))
    if a["warnings"] != b["warnings"]:
        found.append(f"it warns {b['warnings']}, not {a['warnings']}")
    for place, (one, other) in enumerate(zip(a["inputs"], b["inputs"], strict=True)):
        found.extend(compare(f"input {place}", one, other, ulps))
    one, other = a.get("gradients"), b.get("gradients")
    if not isinstance(one, list) or not isinstance(other, list):
        if one != other:
            found.append(f"gradients are {other}, not {one}")
        return found
    for place, (expected, actual) in enumerate(zip(one, other, strict=True)):
        if expected is None or actual is None or expected[:2] != actual[:2]:
            if expected is not actual:
                found.append(f"gradient {place} is {actual}, not {expected}")
        else:
            found.extend(unlike(f"gradient {place}", expected[2], actual[2], ulps))
    return found
