"""What rounding may do to a program: torch runs it again with every result moved by as much as it may be off.

A number may lie as far from torch's as that moves it, and nothing else counts that changes then on torch itself: an
order, an index, a refusal that a last bit decides.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
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

REACH = 8.0
"""How many times as far as the results moved something may lie from torch's: noise of so few runs seldom adds up."""

ULPS = 8.0
"""Units in the last place of the largest number that went into a result by which it may be off.

Measured over the samples of every operator of the database, in four element types, engine and torch are at most 5.6 of
them apart, but for those below; `docs/tolerances.md` has the bounds of each in its own terms.
"""

ULPS_OF = {"native_layer_norm": 16.0, "layer_norm": 16.0, "matrix_exp": 128.0, "kaiser": 16.0}
"""Where they are further apart: inverse deviations [12.5], powers in another order [96], a series [7.6]."""

TRUTHS = {
    "bessel_j0": "j0", "bessel_j1": "j1", "bessel_y0": "y0", "bessel_y1": "y1", "airy_ai": "airy",
}
"""Functions whose torch has in double precision no more than 7 digits, under SciPy's names.

torch's result is replaced by the truth before the engine is held against it, so that the engine must have the truth.
"""

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
    noise: bool = True
    parts: dict[str, float] = field(default_factory=dict, compare=False)
    """The largest part that went into the gradient of each leaf, by its name."""

    def __call__(self, torch: Any, see: Any) -> None:
        draw = np.random.default_rng(self.seed)
        sizes: dict[int, float] = {}
        watched: dict[int, Any] = {}

        def everything(torch: Any, see: Any, **tensors: Any) -> None:
            support.everything(torch, see, **tensors)
            self.parts.update({name: sizes[id(x)] for name, x in tensors.items() if id(x) in sizes})

        def moved(ulps: float, operands: list[Any], *tensors: Any) -> None:
            size = max((largest(torch, each) for each in operands), default=0.0) if ulps else 0.0
            for each in tensors if self.noise else ():
                move(torch, each, ulps, size, draw)
                if ulps and isinstance(each, torch.Tensor) and each.requires_grad:
                    watch(each.grad_fn, sizes, watched)

        def corrected(name: str, operand: Any, x: Any) -> None:
            correct(torch, name, operand, x)

        scope: dict[str, Any] = {name: getattr(support, name) for name in support.SPOKEN}
        scope |= {"moved": moved, "corrected": corrected, "everything": everything, "unpacked": of_samples.unpacked}
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

        def hook(g: Any) -> Any:
            if g is None:  # undefined beside other results
                return None
            # What was written to in place since, through a view, may come back in another shape.
            return g * (factor if g.shape == factor.shape else factor.reshape(-1)[0]).to(g.dtype)

        _ = x.grad_fn  # a view that was written to finds its history anew when asked for it; hooked without, torch dies
        x.register_hook(hook)


def watch(root: Any, sizes: dict[int, float], watched: dict[int, Any]) -> None:
    """Write down, by the id of a leaf, the largest part of its gradient that any step behind ``root`` sends to it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in watched:
            continue
        watched[id(node)] = node
        leaves = [getattr(each, "variable", None) for each, _ in node.next_functions]
        waiting += [each for each, _ in node.next_functions]
        if any(each is not None for each in leaves):
            node.register_hook(partial(note_sizes, sizes, [each if each is None else id(each) for each in leaves]))


def note_sizes(sizes: dict[int, float], leaves: list[int | None], parts: Any, given: Any) -> None:
    for leaf, part in zip(leaves, parts, strict=False):
        if leaf is not None and part is not None and part.numel():
            numbers = part.detach().abs().double()
            size = float(numbers[numbers.isfinite()].max()) if bool(numbers.isfinite().any()) else 0.0
            sizes[leaf] = max(sizes.get(leaf, 0.0), size)


def correct(torch: Any, name: str, operand: Any, x: Any) -> None:
    """Put the truth in the place of what torch has of a function in double precision."""
    import scipy.special

    if x.dtype is torch.float64 and operand.shape == x.shape and not overlaps(x):
        with np.errstate(all="ignore"):
            truth = getattr(scipy.special, TRUTHS[name])(read(operand).astype(np.float64))
        truth = truth[0] if isinstance(truth, tuple) else truth
        kept = read(x)
        x.data.copy_(torch.as_tensor(np.where(np.isfinite(kept), truth, kept)))


WIDER = {"float32": "float64", "float16": "float64", "bfloat16": "float64", "complex64": "complex128"}


def widened(text: str) -> str:
    """The text of a program in double precision."""
    return re.sub(r"\btorch\.(float32|float16|bfloat16|complex64)\b", lambda found: f"torch.{WIDER[found[1]]}", text)


@dataclass(frozen=True)
class Widened(Found):
    """A program in double precision, its literals too."""

    def __call__(self, torch: Any, see: Any) -> None:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            super().__call__(torch, see)
        finally:
            torch.set_default_dtype(before)


def moving(program: Program) -> str:
    """The text of a program after whose statements results are moved."""
    lines: list[str] = []
    made: set[str] = set()  # also what is gone by the end
    complex_numbers = "complex" in program.text or "j)" in program.text
    for place, each in enumerate(program.statements):
        if each.refused:
            lines += [f"with see.refusal({program.label(place)!r}):", f"    {each.text}"]
            continue
        lines.append(each.text)
        made.update(each.makes)
        plain = each.operation.removesuffix("_").rpartition(".")[2]
        ulps = 0.0 if plain in (MOVES if complex_numbers else EXACT_NAMES) else ULPS
        if ulps:
            ulps = ULPS_OF.get(plain, ULPS)
        names = each.makes or ((each.text.rpartition(": ")[2].partition(".")[0],) if each.operation.endswith("_") and
                               not each.operation.startswith("requires") else ())
        if names and each.operation != "tensor":
            operands = [name for name in NAME.findall(each.text) if name not in each.makes and name in made]
            if plain in TRUTHS and len(operands) == len(names) == 1:
                lines.append(f"corrected({plain!r}, {operands[0]}, {names[0]})")
            lines.append(f"moved({ulps}, [{', '.join(operands)}], {', '.join(names)})")
    return function([*lines, f"everything(torch, see{''.join(f', {name}={name}' for name in program.names)})"])


def beyond_rounding(program: Program, result: Result, torch: Any) -> Result:
    """A result without the differences that rounding explains."""
    text = moving(program)

    def run(case: type[Found], text: str, **more: Any) -> Observation:
        prepare(torch)
        made = observe(case(id=result.id, body=lambda torch, see: None, claim="", text=text, **more), torch)
        prepare(torch)
        return made

    reference, differences = result.reference, list(result.differences)
    if "corrected(" in text:
        reference = run(Moved, text, noise=False)
        differences = compare(reference, result.candidate, lambda name: EXACT_RULE, COMPARERS)[1]
    parts: dict[str, float] = {}
    runs = [run(Moved, text, seed=seed, parts=parts) for seed in range(RUNS)]
    if any(each.raised is not None for each in runs):
        runs = [each for each in runs if each.raised is None]
    changes = {(each.dimension, each.name)
               for run in runs for each in compare(reference, run, lambda name: EXACT_RULE, COMPARERS)[1]}
    left = tuple(each for each in differences if not explained(each, reference, result.candidate, runs, changes, parts))
    if left and any(each.numeric is not None for each in left) and any(each.kind for each in program.statements):
        truth = run(Widened, widened(program.text))
        left = tuple(each for each in left if not nearer(each, reference, result.candidate, truth))
    if left:
        return replace(result, differences=left)
    return replace(result, outcome="agrees", message="", differences=())


def nearer(difference: Difference, reference: Observation, candidate: Observation, truth: Observation) -> bool:
    """Whether the engine lies nearer than torch to what torch has in double precision."""
    one, other, true = (each.get(difference.name) for each in (reference, candidate, truth))
    if difference.numeric is None or not (
        isinstance(one, Array) and isinstance(other, Array) and isinstance(true, Array)
    ):
        return False
    a, b, c = one.values, other.values, true.values
    dtype = one.dtype.rpartition(".")[2]
    if not a.shape == b.shape == c.shape or dtype not in WIDER or c.dtype.kind not in "fc":
        return False
    epsilon = EPSILON[dtype]
    with np.errstate(all="ignore"):
        known = np.isfinite(c)
        own = np.abs(b - c)
        close = own <= np.maximum(np.where(np.isfinite(a), np.abs(a - c), np.inf), epsilon * np.abs(c))
        exact = (a == b) | (np.isnan(a) & np.isnan(b))
    # What torch has not as a number must be the truth to a few of its last places.
    lost = known & ~np.isfinite(a) & (own > 8 * epsilon * np.abs(c).max(initial=0.0, where=known))
    return bool((exact | (known & close & ~lost)).all())


def explained(
    difference: Difference, reference: Observation, candidate: Observation, runs: list[Observation],
    changes: set[tuple[str, str]], parts: dict[str, float]
) -> bool:
    """Whether rounding may make this difference."""
    one, other = reference.get(difference.name), candidate.get(difference.name)
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
        if difference.name.endswith(".grad"):  # what cancels in it is no more exact than its parts
            leaf = difference.name.partition(" ")[0].removesuffix(".grad")
            near |= np.abs(a - b) <= ULPS * epsilon * parts.get(leaf, 0.0)
        zeros = (a == 0) & (b == 0) & bool(moved and reach.any())
        return bool((same | near | unstable | zeros).all())
