"""Modules of torch's database as samples: made from a seed, run, and seen with gradients and state."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import support
from .literal import Unwritten, Writer

if TYPE_CHECKING:
    from . import Drawn


def draw(drawn: Drawn) -> None:
    """Every sample of every module, in training and, where that is something else, in evaluation."""
    torch = drawn.torch
    for info in support.modules().module_db:
        if not drawn.wants(info.name):
            continue
        for dtype in drawn.dtypes:
            kind = getattr(torch, dtype)
            if kind not in info.supported_dtypes("cpu"):
                continue
            for training in (True, False) if info.train_and_eval_differ else (True,):
                support.seed(torch)
                given = {"device": "cpu", "dtype": kind, "requires_grad": True, "training": training}
                for sample in drawn.samples(lambda info=info, given=given: info.module_inputs_func(info, **given),
                                            info.name):
                    add(drawn, info, dtype, sample, training, None)
        if info.module_error_inputs_func is not None:
            support.seed(torch)
            given = {"device": "cpu", "dtype": torch.float64, "requires_grad": False, "training": True}
            for error in drawn.samples(lambda info=info, given=given: info.module_error_inputs_func(info, **given),
                                       info.name):
                add(drawn, info, "error", error.module_error_input, True, error.error_on.name)


def add(drawn: Drawn, info: Any, dtype: str, sample: Any, training: bool, error: str | None) -> None:
    try:
        drawn.keep(info.name, dtype, written(drawn.torch, info, dtype, sample, training, error))
    except Unwritten as problem:
        drawn.unwritten[f"{info.name}: {problem}"] += 1


def written(torch: Any, info: Any, dtype: str, sample: Any, training: bool, error: str | None) -> str:
    """A sample of a module as text. Raises Unwritten."""
    from . import function

    writer = Writer(torch)
    made, given = sample.constructor_input, sample.forward_input
    writer.prepare(made.args, made.kwargs, given and given.args, given and given.kwargs)
    construct = f"torch.nn.{info.module_cls.__name__}({arguments(writer, made)})"
    call = f"module({arguments(writer, given)})" if given else "None"
    kind = "float64" if error else dtype
    lines = [*writer.lines, "torch.manual_seed(0)"]
    if error == "CONSTRUCTION_ERROR":
        return function([*lines, "with see.refusal('call'):", f"    {construct}"])
    lines += [f"module = {construct}.to(torch.{kind}).train({training})"]
    if error:
        return function([*lines, "with see.refusal('call'):", f"    {call}"])
    return function([
        *lines, f"out = {call}", f"look(torch, see, {info.name!r}, out)",
        f"module_state(torch, see, module, out, [{', '.join(writer.leaves)}])",
    ])


def arguments(writer: Writer, given: Any) -> str:
    plain = [writer.expression(each) for each in given.args]
    return ", ".join([*plain, *(f"{key}={writer.expression(value)}" for key, value in given.kwargs.items())])
