"""Modules as functions of their parameters and buffers, and several models as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.graph import LEAF
from .._core.modes import no_grad
from .._core.recording import tensors
from .._core.tensor import Tensor


def functional_call(
    module: Any, parameter_and_buffer_dicts: Any, args: Any = None, kwargs: dict[str, Any] | None = None, *,
    tie_weights: bool = True, strict: bool = False,
) -> Any:
    """Call a module with other tensors in place of its parameters and buffers, which are as before afterwards."""
    if isinstance(parameter_and_buffer_dicts, dict):
        given = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, Sequence):
        if not all(isinstance(each, dict) for each in parameter_and_buffer_dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        keys = [key for each in parameter_and_buffer_dicts for key in each]
        repeated = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
        if repeated:
            raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        given = {key: value for each in parameter_and_buffer_dicts for key, value in each.items()}
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    from ..nn.modules.module import Module

    if not isinstance(module, Module):
        if tie_weights:
            _ = module.named_parameters
        raise TypeError(f"Expected module to be nn.Module, got {type(module)}")
    own: dict[str, tuple[Any, str]] = {}
    for prefix, each in module.named_modules():
        for name in (*each._parameters, *each._buffers):
            own[f"{prefix}.{name}" if prefix else name] = (each, name)
    whole = dict(given)
    if tie_weights:
        tied: dict[int, list[str]] = {}
        for key, (each, name) in own.items():
            value = each._parameters.get(name, each._buffers.get(name))
            if value is not None:
                tied.setdefault(id(value), []).append(key)
        for names in tied.values():
            present = [name for name in names if name in given]
            if len({id(given[name]) for name in present}) > 1:
                raise ValueError(
                    f"functional_call got multiple values for keys {sorted(present)}, which are tied. Consider using "
                    "tie_weights=False"
                )
            if len(names) > 1 and present:
                for name in names:
                    whole.setdefault(name, given[present[0]])
    unexpected = [key for key in given if key not in own]
    missing = [key for key in own if key not in whole]
    if strict and (unexpected or missing):
        raise RuntimeError(key_errors(module, unexpected, missing))
    held = []
    try:
        for key, value in whole.items():
            if key not in own:
                continue
            each, name = own[key]
            if not isinstance(value, Tensor):
                raise TypeError(f"{value} is not an instance of torch.Tensor")
            table = each._parameters if name in each._parameters else each._buffers
            held.append((table, name, table[name]))
            table[name] = value
        arguments = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*arguments, **(kwargs or {}))
    finally:
        for table, name, value in reversed(held):
            table[name] = value


def key_errors(module: Any, unexpected: list[str], missing: list[str]) -> str:
    """What ``strict`` says of keys too many and too few."""
    lines = []
    if unexpected:
        lines.append("Unexpected key(s): " + ", ".join(map(repr, unexpected)) + ".")
    if missing:
        lines.append("Missing key(s): " + ", ".join(map(repr, missing)) + ".")
    return f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(lines)


def stack_module_state(models: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of several models of one kind, each stacked along a new first dimension."""
    if not len(models):
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(each.training for each in models) or all(not each.training for each in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    kind = type(models[0])
    if not all(type(each) is kind for each in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    results = []
    for listed in ("named_parameters", "named_buffers"):
        names = [name for name, _ in getattr(models[0], listed)()]
        columns = [dict(getattr(each, listed)()) for each in models]
        made = {}
        for name in names:
            parts = [each[name] for each in columns]
            wanted = [each.requires_grad for each in parts]
            if any(wanted) and not all(wanted):
                raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
            if wanted[0]:
                with no_grad():
                    made[name] = tensors.stack([each.detach() for each in parts], 0)
                made[name]._node = LEAF
            else:
                made[name] = tensors.stack(parts, 0)
        results.append(made)
    return results[0], results[1]
