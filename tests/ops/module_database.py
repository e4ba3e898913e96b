"""The engine beside torch over torch's own database of modules: text, first weights, state, forward and gradients.

``python tests/ops/module_database.py [NAME ...] [--dtype float64 ...]`` prints the differences of each module, and how
many modules have none.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
import warnings
from collections import Counter
from typing import Any

import numpy as np
import torch
from beside_torch import text_of
from database import differences, engine, engine_absent, flat, look, operators, twin, walk, weights_of

Module = Any


def modules() -> list[Module]:
    """The database."""
    operators()  # makes it importable
    from torch.testing._internal.common_modules import module_db

    return module_db


def own(value: Any, known: dict[int, Any] | None = None) -> Any:
    """A module's argument as the engine's: also modules, by class and options, and functions of torch by name.

    A tensor that is there twice is one tensor twice.
    """
    known = {} if known is None else known
    if isinstance(value, torch.nn.LinearCrossEntropyOptions):
        given = {field.name: own(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return engine.nn.LinearCrossEntropyOptions(**given)
    if isinstance(value, torch.nn.Module):
        made = walk(f"nn.{type(value).__name__}")
        if isinstance(value, torch.nn.PairwiseDistance):
            return made(value.norm, value.eps, value.keepdim)
        return layer_like(value, made) if isinstance(value, torch.nn.TransformerEncoderLayer) else made()
    if isinstance(value, type) and issubclass(value, torch.nn.Module):
        return walk(f"nn.{value.__name__}")
    if isinstance(value, dict):
        return {key: own(each, known) for key, each in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(own(each, known) for each in value)
    if getattr(value, "__module__", "") in ("torch.nn.functional", "torch._C._nn"):
        return walk(f"nn.functional.{value.__name__}")
    if isinstance(value, torch.Tensor):
        return known.setdefault(id(value), twin(value))
    return twin(value)


def layer_like(layer: torch.nn.TransformerEncoderLayer, made: Any) -> Any:
    """The engine's layer of the same options and weights."""
    attention = layer.self_attn
    mine = made(
        attention.embed_dim, attention.num_heads, layer.linear1.out_features, layer.dropout.p,
        own(layer.activation), layer.norm1.eps, attention.batch_first, layer.norm_first, layer.linear1.bias is not None,
        dtype=own(layer.linear1.weight.dtype),
    ).train(layer.training)
    mine.load_state_dict({key: twin(each) for key, each in layer.state_dict().items()})
    return mine


def weights(module: Any) -> dict[str, Any]:
    """The state; what is not there yet, as in a lazy module, by its class."""
    return {key: look(each) if "Uninitialized" not in type(each).__name__ else ("other", type(each).__name__, "")
            for key, each in module.state_dict().items()}


def evaluate(side: Any, cls: Any, made_of: Any, given: Any, dtype: Any, training: bool) -> dict[str, Any]:
    """Everything that is looked at of one module."""
    seen: dict[str, Any] = {}
    generator = side.default_generator  # torch.manual_seed writes down the whole stack for devices that are not there
    generator.manual_seed(0)
    result = module = None
    args, kwargs = given
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            module = cls(*made_of[0], **made_of[1])
            seen["text"] = repr(module)
            seen["first state"] = weights(module)
            seen["stream"] = side.get_rng_state().numpy().tobytes()
            module = module.to(dtype).train(training)
            generator.manual_seed(1)
            result = module(*args, **kwargs)
            seen["value"] = look(result)
            seen["state"] = weights(module)
            seen["stream after"] = side.get_rng_state().numpy().tobytes()
        except engine_absent() as error:
            raise LookupError(str(error)) from None
        except Exception as error:
            seen["exception"] = (type(error).__name__, text_of(error))
    seen["warnings"] = [(each.category.__name__, text_of(each.message)) for each in caught]
    if module is None or result is None:
        return seen
    leaves = [each for each in (*flat(side, (args, kwargs)), *module.parameters()) if each.requires_grad]
    outs = [each for each in flat(side, result) if each.requires_grad and each.numel()]
    if leaves and outs:
        try:
            found = side.autograd.grad(outs, leaves, [weights_of(side, each) for each in outs], allow_unused=True)
            seen["gradients"] = [None if each is None else look(each) for each in found]
        except Exception as error:
            seen["gradients"] = (type(error).__name__, text_of(error))
    return seen


def same_bits(a: Any, b: Any) -> bool:
    if a[0] == b[0] == "tensor":
        return a[1] == b[1] and np.array_equal(a[2], b[2], equal_nan=True)
    return a == b


def unlike(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """The differences of what two modules showed; first weights to the bit, what is computed as operators are."""
    found = list(differences({"value": ("other", "", ""), **a}, {"value": ("other", "", ""), **b}))
    for what in ("text", "stream", "stream after"):
        if a.get(what) != b.get(what) and (what == "text" or (what in a and what in b)):
            found.append(f"{what}: {str(b.get(what))[:300]}, not {str(a.get(what))[:300]}")
    for what in ("first state", "state"):
        one, other = a.get(what), b.get(what)
        if one is None or other is None:
            continue
        if list(one) != list(other):
            found.append(f"{what} keys: {list(other)}, not {list(one)}")
        elif what == "first state":
            found += [f"first {key}" for key in one if not same_bits(one[key], other[key])]
        else:
            for key in one:
                quiet = {"warnings": []}
                found += [f"{key} after: {each}"
                          for each in differences({"value": one[key], **quiet}, {"value": other[key], **quiet})]
    return found


def of_module(info: Module, dtype: torch.dtype, training: bool) -> tuple[int, list[tuple[str, str]], str]:
    """The modules compared, the differences found, and why nothing could be compared."""
    try:
        cls = walk(info.name)
    except (AttributeError, engine_absent()) as error:
        return 0, [], f"absent: {error}"
    found: list[tuple[str, str]] = []
    torch.manual_seed(0)
    samples = [("", each) for each in
               info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)]
    if info.module_error_inputs_func is not None:
        samples += [("error ", each.module_error_input) for each in info.module_error_inputs_func(
            info, device="cpu", dtype=dtype, requires_grad=False, training=training)]
    for kind, sample in samples:
        of, given = sample.constructor_input, sample.forward_input
        made_of = (of.args, of.kwargs)
        given = ((), {}) if given is None else (given.args, given.kwargs)
        called = f"{kind}{sample.desc} {made_of}"[:200]
        try:
            mine = own(made_of), own(given)
            expected = evaluate(torch, info.module_cls, made_of, given, dtype, training)
            actual = evaluate(engine, cls, *mine, own(dtype), training)
        except (LookupError, engine_absent()) as error:
            found.append((called, f"absent: {error}"))
            continue
        found += [(called, each) for each in unlike(expected, actual)]
    return len(samples), found, ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--dtype", nargs="*", default=["float64", "float32"])
    parser.add_argument("--verbose", "-v", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for side in (torch, engine):
        side.set_warn_always(True)
    start = time.perf_counter()
    absent, same, calls, compared = [], 0, 0, 0
    for info in modules():
        if options.names and info.name.removeprefix("nn.") not in options.names:
            continue
        compared += 1
        found: list[tuple[str, str]] = []
        missing = ""
        for dtype in options.dtype:
            for training in (True, False):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    count, own_found, missing = of_module(info, getattr(torch, dtype), training)
                calls += count
                found += [(f"{dtype} {'training' if training else 'evaluating'} {each}", one)
                          for each, one in own_found]
        if missing:
            absent.append(info.name)
        elif not found:
            same += 1
        else:
            print(f"{info.name}: {dict(Counter(one.partition(':')[0] for _, one in found))}")
            if options.verbose:
                for each, one in found:
                    print(f"    {each}: {one}")
    print(f"absent {len(absent)}: {' '.join(absent)}")
    print(f"{compared} modules, {same} without difference, {len(absent)} absent, {calls} compared, "
          f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
