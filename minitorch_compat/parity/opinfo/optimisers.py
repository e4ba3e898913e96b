"""Optimisers of torch's database as samples: a few steps on a small problem, seen with parameters and state."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import support
from .literal import Unwritten, Writer

if TYPE_CHECKING:
    from . import Drawn

STEPS = 4

PROBLEM = """\
first = torch.nn.Parameter(torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.{dtype}))
second = torch.nn.Parameter(torch.tensor({second}, dtype=torch.{dtype}))
given = {given}
optimizer = torch.optim.{name}({parameters}{settings})
def closure():
    optimizer.zero_grad()
    loss = {loss}
    loss.backward()
    return loss
for step in range({steps}):
    see(f"loss[{{step}}]", {take})
    see(f"first[{{step}}]", first)
see("second", second)
see.state("state", optimizer)"""

DENSE = "((given @ first + second) ** 2).mean() + (first - 0.5).abs().sum() * 0.25"
SPARSE = "(torch.nn.functional.embedding(torch.tensor([1, 0, 1]), first, sparse=True) ** 2).sum()"


def draw(drawn: Drawn) -> None:
    """Every setting of every optimiser, in each of its implementations, and settings it refuses."""
    torch = drawn.torch
    for info in support.optimisers().optim_db:
        name = f"optim.{info.optim_cls.__name__}"
        if not drawn.wants(name):
            continue
        for dtype in drawn.dtypes:
            kind = getattr(torch, dtype)
            support.seed(torch)
            for sample in drawn.samples(lambda info=info, kind=kind: info.optim_inputs_func("cpu", kind), name):
                for more in implementations(info, sample.kwargs):
                    keep(drawn, name, dtype, lambda: written(torch, info, dtype, {**sample.kwargs, **more}))  # noqa: B023
        support.seed(torch)
        for error in drawn.samples(lambda info=info: info.optim_error_inputs_func("cpu", torch.float64), name):
            keep(drawn, name, "error", lambda: refused(torch, info, error))  # noqa: B023


def implementations(info: Any, settings: dict[str, Any]) -> Iterator[dict[str, bool]]:
    """The settings that choose one of the ways an optimiser goes through its parameters."""
    yield {}
    for way in ("foreach", "fused"):
        there = way in info.supported_impls and (way != "fused" or "cpu" in info.supports_fused_on)
        if there and way not in settings and not settings.get("differentiable"):
            yield {way: True}


def keep(drawn: Drawn, name: str, dtype: str, text: Any) -> None:
    try:
        drawn.keep(name, dtype, text())
    except Unwritten as problem:
        drawn.unwritten[f"{name}: {problem}"] += 1


def written(torch: Any, info: Any, dtype: str, settings: dict[str, Any]) -> str:
    """A setting of an optimiser as text. Raises Unwritten."""
    from . import function

    name, writer = info.optim_cls.__name__, Writer(torch)
    writer.prepare(settings)
    told = "".join(f", {key}={writer.expression(value)}" for key, value in settings.items())
    sparse = info.only_supports_sparse_grads
    text = PROBLEM.format(
        dtype=dtype, name=name, settings=told, steps=STEPS, loss=SPARSE if sparse else DENSE,
        second="[[0.5, 0.25, -1.0]]" if name == "Muon" else "[0.5, 0.25, -1.0]",
        given=f"torch.tensor([[1.0, 2.0], [0.5, -1.0], [2.0, 0.25]], dtype=torch.{dtype})",
        parameters="[first]" if sparse else "[first, second]", take="optimizer.step(closure)",
    )
    return function([*writer.lines, "torch.manual_seed(0)", *text.splitlines()])


def refused(torch: Any, info: Any, error: Any) -> str:
    """A setting that an optimiser refuses, when it is made or when it steps. Raises Unwritten."""
    from . import function

    writer, given = Writer(torch), error.optimizer_error_input
    writer.prepare(given.params, given.kwargs)
    parameters = "[torch.nn.Parameter(torch.ones(2, 2))]" if given.params is None else writer.expression(given.params)
    told = "".join(f", {key}={writer.expression(value)}" for key, value in given.kwargs.items())
    make = f"torch.optim.{info.optim_cls.__name__}({parameters}{told})"
    if error.error_on.name == "CONSTRUCTION_ERROR":
        return function([*writer.lines, "with see.refusal('call'):", f"    {make}"])
    return function([*writer.lines, f"optimizer = {make}", "with see.refusal('call'):", "    optimizer.step()"])
