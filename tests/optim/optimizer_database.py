"""The engine beside torch over torch's own database of optimisers: fifty steps with every option it lists.

``python tests/optim/optimizer_database.py [NAME ...] [-v]`` prints how far parameters and state lie apart, in units in
the last place of the largest element, and how many trajectories were compared.
"""

from __future__ import annotations

import argparse
import sys
import types
import unittest
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch as reference
from trajectories import distance

import minitorch_compat as engine

STEPS = 50


def optimizers() -> list[Any]:
    """The database."""
    if "expecttest" not in sys.modules and find_spec("expecttest") is None:
        # torch's test suite derives its classes from one of this package; its databases need nothing of it.
        sys.modules["expecttest"] = types.ModuleType("expecttest")
        sys.modules["expecttest"].TestCase = unittest.TestCase  # type: ignore[attr-defined]
    from torch.testing._internal.common_optimizers import optim_db

    return optim_db


def own(torch: Any, value: Any) -> Any:
    """An option as one side has it: tensors are made there."""
    if isinstance(value, reference.Tensor):
        return torch.tensor(value.tolist(), dtype=getattr(torch, str(value.dtype).removeprefix("torch.")))
    if isinstance(value, (tuple, list)):
        return type(value)(own(torch, each) for each in value)
    return value


def options(info: Any) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
    """The options that torch lists, alone and with each way to carry them out on the CPU, and schedules beside them."""
    ways: list[dict[str, Any]] = [{}]
    if "foreach" in info.supported_impls:
        ways.append({"foreach": True})
    if "fused" in info.supported_impls and "cpu" in info.supports_fused_on:
        ways.append({"fused": True})
    for number, given in enumerate(info.optim_inputs_func(device="cpu")):
        for way in ways:
            if "capturable" in given.kwargs or (way and any(each in given.kwargs for each in way)):
                continue
            schedules = info.scheduler_inputs if not way and number < 2 else ([],)
            yield f"{given.desc} {way or ''}".strip(), {**given.kwargs, **way}, []
            for place, schedule in enumerate(schedules):
                if schedule:
                    yield f"{given.desc} schedules {place}", dict(given.kwargs), list(schedule)


def trained(
    torch: Any, cls: Any, given: dict[str, Any], schedules: list[Any], dtype: str
) -> tuple[list[Any], dict[str, Any], list[str]]:
    """Parameters, state and warnings after fifty steps down a bowl, with drawn slopes on top."""
    draw = np.random.default_rng(0)
    kind = getattr(torch, dtype)
    shapes = ((4, 3), (4, 2)) if cls.__name__ == "Muon" else ((40,), (4, 3), (1,), ())
    parameters = [torch.nn.Parameter(torch.from_numpy(np.array(draw.normal(size=shape))).to(kind)) for shape in shapes]
    targets = [torch.from_numpy(np.array(draw.normal(size=shape))).to(kind) for shape in shapes]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optimizer = cls(parameters, **{key: own(torch, value) for key, value in given.items()})
        made = [types.FunctionType(each.__code__, {**each.__globals__, **schedulers(torch)})(optimizer)
                for each in schedules]

        def closure() -> Any:
            optimizer.zero_grad()
            pairs = zip(parameters, targets, strict=True)
            loss = sum(((x - y) ** 2).sum() * 0.3 + ((x - y) * (x - y) * x * x).sum() * 0.1 for x, y in pairs)
            loss.backward()
            return loss

        for _ in range(STEPS):
            if cls.__name__ == "LBFGS":
                optimizer.step(closure)
            else:
                loss = closure()
                optimizer.step()
            for each in made:
                plateau = type(each).__name__ == "ReduceLROnPlateau"
                each.step(loss.item()) if plateau else each.step()
    written = optimizer.state_dict()
    return parameters, written, [str(each.message) for each in caught]


def schedulers(torch: Any) -> dict[str, Any]:
    room = torch.optim.lr_scheduler
    return {name: getattr(room, name) for name in dir(reference.optim.lr_scheduler)
            if isinstance(getattr(reference.optim.lr_scheduler, name), type) and hasattr(room, name)}


def apart(one: Any, other: Any) -> float:
    """The largest distance of two states; infinite where anything but numbers differs."""
    if isinstance(one, reference.Tensor):
        if not isinstance(other, engine.Tensor) or str(one.dtype) != str(other.dtype) or one.shape != other.shape:
            return np.inf
        return distance(one, other)
    if isinstance(one, dict):
        if list(one) != list(other):
            return np.inf
        return max((apart(value, other[key]) for key, value in one.items()), default=0.0)
    if isinstance(one, (tuple, list)):
        if len(one) != len(other):
            return np.inf
        return max((apart(a, b) for a, b in zip(one, other, strict=True)), default=0.0)
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) / np.spacing(max(abs(one), 1e-300)) if one != other else 0.0
    return 0.0 if one == other else np.inf


def compared(info: Any, dtypes: tuple[str, ...]) -> Iterator[tuple[str, float, float, str]]:
    """The distances of parameters and of state for every set of options, and what else differs."""
    cls = getattr(engine.optim, info.optim_cls.__name__)
    for name, given, schedules in options(info):
        for dtype in dtypes:
            sides: list[Any] = []
            for torch, one in ((reference, info.optim_cls), (engine, cls)):
                try:
                    sides.append(trained(torch, one, given, schedules, dtype))
                except Exception as error:
                    sides.append((type(error).__name__, str(error).replace("minitorch_compat", "torch")))
            first, second = sides
            if len(first) == 2 or len(second) == 2:
                yield f"{name} {dtype}", 0.0, 0.0, "" if first == second else f"{second[:2]}, not {first[:2]}"
                continue
            told = "" if first[2] == second[2] else f"warned {second[2]}, not {first[2]}"
            yield f"{name} {dtype}", apart(first[0], second[0]), apart(first[1], second[1]), told


def refused(info: Any) -> Iterator[tuple[str, Any, Any]]:
    """What torch's database says an optimiser refuses, as both sides tell it."""
    if info.optim_error_inputs_func is None:
        return
    for each in info.optim_error_inputs_func(device="cpu", dtype=reference.float32):
        given = each.optimizer_error_input
        if given.params is not None and not isinstance(given.params, list):
            continue
        told = []
        for torch in (reference, engine):
            try:
                params = [own_parameter(torch, one) for one in given.params or []]
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    made = getattr(torch.optim, info.optim_cls.__name__)(
                        params, **{key: own(torch, value) for key, value in given.kwargs.items()})
                    made.step()
                told.append(None)
            except Exception as error:
                told.append((type(error).__name__, str(error).replace("minitorch_compat", "torch")))
        yield f"{given.desc} {given.kwargs}", told[0], told[1]


def own_parameter(torch: Any, value: Any) -> Any:
    if isinstance(value, reference.nn.Parameter):
        made = torch.nn.Parameter(own(torch, value.detach()))
        if value.grad is not None:
            made.grad = own(torch, value.grad)
        return made
    if isinstance(value, dict):
        return {key: own_parameter(torch, each) if key == "params" else own(torch, each)
                for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [own_parameter(torch, each) for each in value]
    return own(torch, value)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--verbose", "-v", action="store_true")
    given = parser.parse_args()
    reference.set_num_threads(1)
    count = refusals = 0
    for info in optimizers():
        name = info.optim_cls.__name__
        if given.names and name not in given.names:
            continue
        found = list(compared(info, ("float32", "float64")))
        told = list(refused(info))
        count += len(found)
        refusals += len(told)
        bitwise = sum(not (one or other or text) for _, one, other, text in found)
        worst = max(each[1] for each in found), max(each[2] for each in found)
        print(f"{name}: {len(found)} trajectories, {bitwise} bitwise, parameters {worst[0]:g} ulp, state {worst[1]:g}; "
              f"{sum(one == other for _, one, other in told)} of {len(told)} refusals alike")
        for options, one, other, text in found:
            if text or (given.verbose and (one or other)):
                print(f"    {options}: {one:g} {other:g} {text}")
        for options, one, other in told:
            if one != other:
                print(f"    {options}: {other}, not {one}")
    print(f"{count} trajectories of {STEPS} steps, {refusals} refusals")


if __name__ == "__main__":
    main()
