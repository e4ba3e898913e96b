"""The engine beside torch over torch's own database of operators, their sample inputs and their error inputs.

``python tests/ops/database.py [NAME ...] [--dtype float64 ...]`` prints the differences of each operator, the most
frequent causes, and how many operators have none.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import time
import types
import unittest
import warnings
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from beside_torch import apart, bits, text_of

import minitorch_compat as engine

RELATIVE = {
    "float64": 1e-12, "complex128": 1e-12, "float32": 2e-5, "complex64": 2e-5, "float16": 2e-3, "bfloat16": 2e-2,
}
"""What a value may differ by, relative to the largest of its tensor: an operator is a composition of many roundings."""

Operator = Any


def operators() -> list[Operator]:
    """The database."""
    if "expecttest" not in sys.modules and find_spec("expecttest") is None:
        # torch's test suite derives its classes from one of this package; its database needs nothing of it.
        sys.modules["expecttest"] = types.ModuleType("expecttest")
        sys.modules["expecttest"].TestCase = unittest.TestCase  # type: ignore[attr-defined]
    from torch.testing._internal.common_methods_invocations import op_db

    return op_db


def twin(value: Any, memories: dict[int, Any] | None = None) -> Any:
    """A value of torch's as the engine's: tensors with their memory and strides, dtypes by name, the rest as it is."""
    memories = {} if memories is None else memories
    if isinstance(value, torch.Tensor):
        if value.layout is not torch.strided or value.is_quantized or value.device.type != "cpu" or value.ndim > 64:
            raise LookupError("a tensor that an ndarray cannot be")
        return tensor_twin(value, memories)
    if isinstance(value, torch.Size):
        return engine.Size(value)
    if isinstance(value, (tuple, list)):
        made = [twin(each, memories) for each in value]
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    if isinstance(value, dict):
        return {each: twin(one, memories) for each, one in value.items()}
    if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
        return getattr(engine, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return engine.device(str(value))
    if isinstance(value, torch.Generator):
        raise LookupError("a generator")
    if isinstance(value, types.FunctionType):
        return twin_function(value)
    if getattr(value, "__module__", None) == "torch" and callable(value):
        return getattr(engine, value.__name__)
    return value


def tensor_twin(value: Any, memories: dict[int, Any]) -> Any:
    """A tensor at the same place of the same memory, which tensors of one call share as they do in torch."""
    storage = value.untyped_storage()
    dtype = getattr(engine, str(value.dtype).removeprefix("torch."))
    if not value.numel():
        made = engine.empty(value.shape, dtype=dtype)
    else:
        if storage.data_ptr() not in memories:
            memories[storage.data_ptr()] = np.array(torch.empty(0, dtype=torch.uint8).set_(storage).numpy())
        memory = engine.from_numpy(memories[storage.data_ptr()]).view(dtype)
        made = memory.as_strided(value.shape, value.stride(), value.storage_offset()).detach()
    if value.is_conj():
        made = made.conj()
    return made.requires_grad_() if value.requires_grad else made


def twin_function(function: types.FunctionType) -> Any:
    """A Python function that speaks of torch, speaking of the engine."""
    scope = {**function.__globals__, "torch": engine, "F": engine.nn.functional, "wrapper_set_seed": seeded}
    cells = function.__closure__
    if cells:
        cells = tuple(types.CellType(twin(cell.cell_contents)) for cell in cells)
    made = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def seeded(function: Any, *args: Any, **kwargs: Any) -> Any:
    """A call after the seed that torch's database sets."""
    engine.manual_seed(42)
    return function(*args, **kwargs)


def find(function: Any, name: str) -> Any:
    """The engine's function for one of torch's; AttributeError if it has none."""
    if isinstance(function, types.FunctionType) and not function.__module__.startswith("torch.testing"):
        for path in (f"{function.__module__}.{function.__name__}", name):
            with contextlib.suppress(AttributeError, engine_absent()):
                return walk(path.removeprefix("torch."))
        raise AttributeError(name)
    if isinstance(function, types.FunctionType):
        return twin_function(function)
    qualified = getattr(function, "__qualname__", "")
    if qualified.startswith(("TensorBase.", "Tensor.")):
        return getattr(engine.Tensor, qualified.partition(".")[2])
    return walk(name)


def engine_absent() -> type[Exception]:
    from minitorch_compat._core.absent import Absent

    return Absent


def walk(path: str) -> Any:
    found: Any = engine
    for part in path.split("."):
        found = getattr(found, part)
    return found


def look(value: Any) -> Any:
    """What is seen of a value: plain data, arrays last."""
    if isinstance(value, (torch.Tensor, engine.Tensor)):
        if value.layout is torch.sparse_coo:
            return ("sparse",)
        node = value.grad_fn
        seen = (str(value.dtype).replace("minitorch_compat", "torch"), tuple(value.shape),
                tuple(value.stride()) if value.numel() else None, None if node is None else type(node).__name__)
        return ("tensor", seen, bits(value.resolve_conj().resolve_neg()))
    if isinstance(value, (tuple, list)):
        return ("sequence", type(value).__name__, [look(each) for each in value])
    return ("other", type(value).__name__, str(value).replace("minitorch_compat", "torch"))


def evaluate(side: Any, function: Any, given: Any, second: bool, unset: bool) -> dict[str, Any]:
    """Everything that is looked at of one call."""
    input, args, kwargs = given
    seen: dict[str, Any] = {}
    result = None
    side.default_generator.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(input, *args, **kwargs)
            seen["value"] = look(result)
            if unset:
                seen["value"] = without_values(seen["value"])
        except engine_absent() as error:
            raise LookupError(str(error)) from None
        except Exception as error:
            seen["exception"] = (type(error).__name__, text_of(error))
    seen["warnings"] = [(each.category.__name__, text_of(each.message)) for each in caught]
    leaves = [each for each in flat(side, (input, args, kwargs)) if each.requires_grad and each.is_leaf]
    outs = [each for each in flat(side, result) if each.requires_grad and each.numel()]
    if not leaves or not outs:
        return seen
    weights = [weights_of(side, each) for each in outs]
    try:
        found = side.autograd.grad(outs, leaves, weights, allow_unused=True, create_graph=second)
        seen["gradients"] = [None if each is None else look(each) for each in found]
        again = [each for each in found if each is not None and each.requires_grad]
        if second and again:
            twice = side.autograd.grad(again, leaves, [weights_of(side, each) for each in again], allow_unused=True)
            seen["second"] = [None if each is None else look(each) for each in twice]
    except Exception as error:
        seen.setdefault("gradients", (type(error).__name__, text_of(error)))
        seen.setdefault("second", (type(error).__name__, text_of(error)))
    return seen


def weights_of(side: Any, x: Any) -> Any:
    """A gradient that differs from element to element."""
    return (side.arange(1, x.numel() + 1).reshape(x.shape).remainder(7) * 0.25 + 0.5).to(x.dtype)


def without_values(seen: Any) -> Any:
    """A look at memory that nobody has set."""
    return ("tensor", seen[1], np.zeros(0)) if seen[0] == "tensor" else seen


def flat(side: Any, value: Any) -> Iterator[Any]:
    if isinstance(value, side.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from flat(side, list(value.values()))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from flat(side, each)


def unlike(what: str, a: Any, b: Any, strict: bool) -> Iterator[str]:
    """The differences of two looks, each a sentence that begins with its cause."""
    if a is None or b is None or isinstance(a, str) or a[0] != b[0] or a[0] != "tensor":
        if a and b and a[0] == b[0] == "sequence" and len(a[2]) == len(b[2]):
            if a[1] != b[1]:
                yield f"{what} type: {b[1]}, not {a[1]}"
            for one, other in zip(a[2], b[2], strict=True):
                yield from unlike(what, one, other, strict)
        elif a != b:
            yield f"{what}: {str(b)[:300]}, not {str(a)[:300]}"
        return
    for kind, expected, actual in zip(("dtype", "shape", "strides", "grad_fn"), a[1], b[1], strict=True):
        if expected != actual and not (kind == "grad_fn" and what in ("gradient", "second")):
            yield f"{what} {kind}: {actual}, not {expected}"
    one, other = a[2], b[2]
    if one.shape != other.shape or one.dtype != other.dtype:
        return
    if one.dtype.kind not in "fc":
        if not np.array_equal(one, other):
            yield f"{what} values: {str(other.tolist())[:80]}, not {str(one.tolist())[:80]}"
        return
    if strict and not np.array_equal(one, other, equal_nan=True):
        yield f"{what} bits: {apart(one, other)} ulp"
        return
    bound = RELATIVE.get(a[1][0].removeprefix("torch."), 1e-2)
    with np.errstate(all="ignore"):
        finite = np.isfinite(one)
        size = np.abs(one[finite]).max() if finite.any() else 1.0
        near = np.abs(one - other) <= bound * (np.abs(one) + min(size, 1.0))
        if not np.all(near | (one == other) | (np.isnan(one) & np.isnan(other))):
            worst = np.nanmax(np.where(np.isfinite(one - other), np.abs(one - other), 0))
            yield f"{what} values: {worst:.2e} apart"


def differences(a: dict[str, Any], b: dict[str, Any], strict: bool = False) -> Iterator[str]:
    if "exception" in a or "exception" in b:
        if a.get("exception") != b.get("exception"):
            yield f"raises: {b.get('exception')}, not {a.get('exception')}"
    else:
        yield from unlike("result", a["value"], b["value"], strict)
    if a["warnings"] != b["warnings"]:
        yield f"warns: {b['warnings']}, not {a['warnings']}"
    for what in ("gradients", "second"):
        one, other = a.get(what), b.get(what)
        if isinstance(one, list) and isinstance(other, list):
            for expected, actual in zip(one, other, strict=True):
                yield from unlike(what.removesuffix("s"), expected, actual, strict)
        elif one != other and "exception" not in a and "exception" not in b:
            yield f"{what}: {str(other)[:300]}, not {str(one)[:300]}"


def title(operator: Operator) -> str:
    return operator.name + (f".{operator.variant_test_name}" if operator.variant_test_name else "")


def of_operator(
    operator: Operator, dtype: torch.dtype, second: bool, strict: bool, forms: bool
) -> tuple[int, int, list[tuple[str, str]], str]:
    """The calls compared, those that cannot be made, the differences found, and why nothing could be compared."""
    name = operator.name
    found: list[tuple[str, str]] = []
    count = 0
    try:
        function = find(operator.op, name)
    except (AttributeError, engine_absent()) as error:
        return 0, 0, [], f"absent: {error}"
    pairs = [("", operator.op, function)]
    if forms:
        for form, one in (("method ", operator.method_variant), ("in place ", operator.inplace_variant)):
            if one is not None:
                try:
                    pairs.append((form, one, getattr(engine.Tensor, one.__name__)))
                except (AttributeError, engine_absent()) as error:
                    found.append((form, f"absent: {error}"))
    unset = "empty" in name
    skipped = 0
    torch.manual_seed(0)
    differentiable = dtype.is_floating_point or dtype.is_complex
    grads = differentiable and operator.supports_autograd and dtype in operator.supported_backward_dtypes("cpu")
    samples: list[tuple[str, Any]] = []
    if dtype in operator.supported_dtypes("cpu"):
        samples += [("", each) for each in operator.sample_inputs("cpu", dtype, requires_grad=grads)]
    if operator.error_inputs_func is not None and dtype is torch.float64:
        samples += [("error ", each.sample_input) for each in operator.error_inputs("cpu")]
    for kind, sample in samples:
        given = (sample.input, sample.args, sample.kwargs)
        for form, one, other in pairs:
            try:
                mine = twin(given)
            except LookupError:
                skipped += 1
                continue
            theirs = given
            if form == "in place " and isinstance(sample.input, torch.Tensor):
                theirs = (sample.input.clone(), *given[1:])
                mine = (mine[0].clone(), *mine[1:])
            count += 1
            expected = evaluate(torch, one, theirs, second and not form and not kind, unset)
            try:
                actual = evaluate(engine, other, mine, second and not form and not kind, unset)
            except LookupError as error:
                found.append((kind + form, f"absent: {error}"))
                continue
            for each in differences(expected, actual, strict):
                found.append((f"{kind}{form}{described(given)}", each))
    return count, skipped, found, ""


def described(given: Any) -> str:
    def one(value: Any) -> str:
        if isinstance(value, torch.Tensor):
            text = f"{str(value.dtype)[6:]}{list(value.shape)}"
            return text if value.is_contiguous() else f"{text}/{list(value.stride())}"
        if isinstance(value, (tuple, list)):
            return f"({', '.join(map(one, value))})"
        return repr(value)[:60]

    input, args, kwargs = given
    return ", ".join([one(input), *map(one, args), *[f"{key}={one(each)}" for key, each in kwargs.items()]])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--dtype", nargs="*", default=["float64"])
    parser.add_argument("--second", action="store_true")
    parser.add_argument("--strict", action="store_true", help="every bit")
    parser.add_argument("--forms", action="store_true", help="methods and in-place forms too")
    parser.add_argument("--verbose", "-v", action="store_true")
    parser.add_argument("--share", default="1/1", help="which part of the operators, such as 1/2")
    parser.add_argument("--json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for side in (torch, engine):
        side.set_warn_always(True)
    part, parts = map(int, options.share.split("/"))
    records = {}
    calls = unmade = 0
    start = time.perf_counter()
    for number, operator in enumerate(operators()):
        own = title(operator)
        if number % parts != part - 1 or (options.names and not {operator.name, own} & {*options.names}):
            continue
        for dtype in options.dtype:
            began = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    count, skipped, found, missing = of_operator(
                        operator, getattr(torch, dtype), options.second, options.strict, options.forms
                    )
                except Exception as error:
                    count, skipped, found, missing = 0, 0, [("", f"broken: {type(error).__name__}: {error}")], ""
            calls += count
            unmade += skipped
            records[f"{own} {dtype}"] = (count, found, missing, time.perf_counter() - began)
            if options.verbose:
                for given, each in found:
                    print(f"{own}({given}): {each}")
    if options.json:
        Path(options.json).write_text(json.dumps(records))
    absent = [each for each, record in records.items() if record[2]]
    same = [each for each, record in records.items() if not record[1] and not record[2]]
    for each, record in records.items():
        if record[1]:
            causes = Counter(re.sub(r":.*", "", one, flags=re.S) for _, one in record[1])
            print(f"{each}: {len(record[1])} in {record[0]}: {dict(causes)}")
    print(f"absent {len(absent)}: {' '.join(absent)}")
    print(f"{len(records)} operators, {len(same)} without difference, {len(absent)} absent, {calls} calls, "
          f"{unmade} cannot be made, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
