"""What rounding may do to a program: torch runs it again with every result moved by as much as it may be off.

A number may lie as far from torch's as that moves it, and nothing else counts that changes then on torch itself: an
order, an index, a refusal that a last bit decides.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..compare import COMPARERS, compare
from ..engines import prepare
from ..observation import Array, Observation, Value
from ..opinfo import support as of_samples
from ..result import Difference, Result
from ..see import observe
from ..tolerance import EXACT as EXACT_RULE
from . import support
from .expressions import EPSILON, listed, read
from .expressions import EXACT as EXACT_EXPRESSIONS
from .program import NAME, Found, Program, function
from .scribe import OPERATORS
from .views import overlaps

RUNS = 4
"""How often a program is run with moved results."""

REACH = 16.0
"""How many times as far as the results moved something may lie from torch's."""

ULPS = 64.0
"""Units in the last place of a result's largest number by which it may be off, where its operation is not exact."""

OF_CALLS = 4.5e4
"""The same for calls of the database in double precision, a relative 1e-11: many roundings in an order of their own."""

WIDE = 1e9
"""The same where torch's own approximation is good to 2e-6 alone."""

EXACT_NAMES = (frozenset(
    name for expression in listed(EXACT_EXPRESSIONS, 0) for name in re.findall(r"\b(?:torch|x)\.(\w+)", expression)
) | set(OPERATORS) | {"index", "neg", "tensor", "set item", "iter"}) - {"pow", "matmul", "norm", "tensordot"}
"""Operations whose results agree to the bit for real numbers."""


MOVES = EXACT_NAMES - set(OPERATORS) - frozenset(
    """
    abs addcdiv addcmul angle copysign cumprod cumsum diff dist div floor_divide fmod frac hypot index_add kron lerp
    mean nansum norm outer prod reciprocal remainder rsqrt scatter_add square std sum tensordot var
    """.split()  # noqa: SIM905
)
"""Those of them that compute nothing: complex numbers are computed in an order of torch's own."""


@dataclass(frozen=True)
class Moved(Found):
    """A program after whose statements results are moved."""

    seed: int = 0

    def __call__(self, torch: Any, see: Any) -> None:
        draw = np.random.default_rng(self.seed)

        def moved(ulps: float, operands: list[Any], *tensors: Any) -> None:
            size = max((largest(torch, each) for each in operands), default=0.0) if ulps else 0.0
            for each in tensors:
                move(torch, each, ulps, size, draw)

        scope: dict[str, Any] = {name: getattr(support, name) for name in support.SPOKEN}
        scope |= {"moved": moved, "unpacked": of_samples.unpacked}
        exec(compile(self.text, "<program>", "exec"), scope)
        scope["program"](torch, see)


def largest(torch: Any, x: Any) -> float:
    """The size of the largest finite number of a tensor."""
    if not isinstance(x, torch.Tensor) or not x.numel():
        return 0.0
    numbers = np.abs(read(x).astype(complex))
    return float(numbers[np.isfinite(numbers)].max(initial=0.0))


def move(torch: Any, x: Any, ulps: float, size: float, draw: np.random.Generator) -> None:
    """Move the numbers of a tensor, and every gradient that comes back to it as well.

    `size` is that of the largest number it was made of: what is left of large numbers is no more exact than they are.
    """
    if not isinstance(x, torch.Tensor) or not (x.is_floating_point() or x.is_complex()) or not x.numel():
        return
    dtype = str(x.dtype).rpartition(".")[2]
    epsilon = EPSILON.get(dtype)
    if epsilon is None:
        return
    if dtype not in ("float64", "complex128"):
        ulps = min(ulps, ULPS)
    if ulps and not overlaps(x):
        numbers = read(x)
        size = epsilon * ulps * max(size, largest(torch, x))
        noise = draw.uniform(-size, size, (*numbers.shape, 2))
        noise = noise[..., 0] + 1j * noise[..., 1] if x.is_complex() else noise[..., 0]
        with np.errstate(all="ignore"):
            # Through data, which counts no writes: what a node has kept is moved with its result.
            x.data.copy_(torch.as_tensor(np.where(numbers == 0, 0, noise) + numbers))
    if x.requires_grad:
        width = epsilon * max(ulps, 1.0)  # the way back of what rounds rounds as well
        factor = torch.as_tensor(1 + draw.uniform(-width, width, tuple(x.shape)))
        x.register_hook(lambda g: None if g is None else g * factor.to(g.dtype))  # undefined beside other results


def moving(program: Program) -> str:
    """The text of a program after whose statements results are moved."""
    lines: list[str] = []
    complex_numbers = "complex" in program.text or "j)" in program.text
    for place, each in enumerate(program.statements):
        if each.refused:
            lines += [f"with see.refusal({program.label(place)!r}):", f"    {each.text}"]
            continue
        lines.append(each.text)
        plain = each.operation.removesuffix("_").rpartition(".")[2]
        ulps = 0.0 if plain in (MOVES if complex_numbers else EXACT_NAMES) else ULPS
        if ulps and each.kind:
            ulps = WIDE if plain.startswith("bessel") else OF_CALLS
        names = each.makes or ((each.text.rpartition(": ")[2].partition(".")[0],) if each.operation.endswith("_") and
                               not each.operation.startswith("requires") else ())
        if names and each.operation != "tensor":
            operands = [name for name in NAME.findall(each.text) if name not in each.makes and name in program.names]
            lines.append(f"moved({ulps}, [{', '.join(operands)}], {', '.join(names)})")
    return function([*lines, f"everything(torch, see{''.join(f', {name}={name}' for name in program.names)})"])


def beyond_rounding(program: Program, result: Result, torch: Any) -> Result:
    """A result without the differences that rounding explains."""
    reference = result.reference
    text = moving(program)
    runs = []
    for seed in range(RUNS):
        prepare(torch)
        runs.append(observe(Moved(id=result.id, body=lambda torch, see: None, claim="", text=text, seed=seed), torch))
    prepare(torch)
    if any(each.raised is not None for each in runs):
        runs = [each for each in runs if each.raised is None]
    changes = {(each.dimension, each.name)
               for run in runs for each in compare(reference, run, lambda name: EXACT_RULE, COMPARERS)[1]}
    left = tuple(each for each in result.differences if not explained(each, result, runs, changes))
    if left:
        return replace(result, differences=left)
    return replace(result, outcome="agrees", message="", differences=())


def explained(
    difference: Difference, result: Result, runs: list[Observation], changes: set[tuple[str, str]]
) -> bool:
    """Whether rounding may make this difference."""
    one, other = result.reference.get(difference.name), result.candidate.get(difference.name)
    if difference.numeric is None:
        return (difference.dimension, difference.name) in changes
    if isinstance(one, Value) and isinstance(other, Value):
        return (difference.dimension, difference.name) in changes
    if not (isinstance(one, Array) and isinstance(other, Array)) or one.values.shape != other.values.shape:
        return False
    a, b = one.values, other.values
    if a.dtype.kind not in "fc" or b.dtype.kind not in "fc":
        return (difference.dimension, difference.name) in changes
    epsilon = EPSILON.get(one.dtype.rpartition(".")[2], 0.0)
    with np.errstate(all="ignore"):
        moved: list[Any] = [each.values for run in runs if isinstance(each := run.get(difference.name), Array)
                 and each.values.shape == a.shape]
        reach = np.max([np.abs(each - a) for each in moved], axis=0, initial=0.0) if moved else np.zeros(a.shape)
        unstable = np.zeros(a.shape, dtype=bool)
        for values in moved:
            unstable |= np.isfinite(values) != np.isfinite(a)
        same = (a == b) & (np.signbit(a) == np.signbit(b)) if a.dtype.kind == "f" else a == b
        same |= np.isnan(a) & np.isnan(b)
        if a.dtype.kind == "c":
            same |= ~np.isfinite(a) & ~np.isfinite(b)
        size = np.abs(a[np.isfinite(a)]).max(initial=0.0) if reach.any() else 0.0
        near = np.abs(a - b) <= REACH * reach + REACH * epsilon * size * bool(reach.any())
        zeros = (a == 0) & (b == 0) & bool(moved and reach.any())
        return bool((same | near | unstable | zeros).all())
