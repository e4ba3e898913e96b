"""Random programs of operations, as plain data, run on torch and on the engine side by side.

A program is a row of inputs and a row of steps; a step names an expression and, by number, the values it works on. One
interpreter runs it on both engines. After each step the outcomes are compared: exceptions with their texts, warnings,
dtype, shape, strides, the name of the node, and the numbers by the ulps that ``docs/tolerances.md`` states for this
operation. Then the engine's result is overwritten with torch's bits, so that the next step starts from the same numbers
on both sides and no difference can hide behind an earlier one.

The gradients of first and second order pass through all steps at once. Their bound is torch's own: the program is run
again on torch with every result moved by as many ulps as its operation may differ, and every gradient on its way by an
ulp, and the gradients may be as far apart as that moves them. Where torch's second derivatives are not finite numbers,
dtype and shape are compared alone.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from .inputs import Input, bits, text_of

EPSILON = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52,
           "complex64": 2.0**-23, "complex128": 2.0**-52}
"""One ulp of a number between one and two."""

Bound = Callable[..., Any]
"""Of the expected result and the inputs: by how many ulps of one the result may differ."""


class Rule(NamedTuple):
    """By how much results may differ: ulps of each number or a bound, of real operands and of complex ones.

    Of a complex result, ulps are those of its size.
    """

    real: int | Bound = 0
    complex: float | Bound = 0


HALVES = ("float16", "bfloat16")
HALF = 1
"""Half types are computed in float32 and rounded once: where that is not exact, they may be one float apart."""


def products(expected: Any, x: np.ndarray, y: np.ndarray) -> Any:
    """What sums of products may differ by in another order: two ulps of the sum of their sizes."""
    return 2 * np.matmul(np.abs(x).astype(float), np.abs(y).astype(float))


def of_largest(expected: Any, *inputs: np.ndarray) -> Any:
    """Two ulps of the largest number involved."""
    return 2 * max([1.0, *[float(sizes(np.abs(each))) for each in (expected, *inputs)]])


def of_absolute(expected: Any, *inputs: np.ndarray) -> Any:
    """Sixteen ulps of one, or of the number."""
    return 16 * np.maximum(1.0, np.abs(expected))


def spread(x: np.ndarray) -> bool:
    """Whether one number is all there is along some dimension."""
    return any(bool((x == x.take([0], axis)).all()) for axis in range(x.ndim))


def of_factors(expected: Any, x: np.ndarray) -> Any:
    """Eight ulps of a product for ten factors."""
    return 8 * np.ceil(x.size / 10) * np.abs(expected)


def power(expected: Any, x: np.ndarray, y: Any) -> Any:
    """A complex power is the exponential of a product, whose size is the number of digits lost."""
    return 4 * (1 + np.abs(y) * np.abs(np.log(x.astype(complex)))) * np.abs(expected)


def special(single: float, double: float) -> Bound:
    """Absolute or relative, whichever is larger, for float32 and float64."""

    def bound(expected: Any, *inputs: np.ndarray) -> Any:
        wide = expected.dtype.itemsize == 8
        return (double / EPSILON["float64"] if wide else single / EPSILON["float32"]) * np.maximum(1, np.abs(expected))

    return bound


def terms(*factors: float) -> Bound:
    """The ulps of two complex products and quotients, of the sum of the sizes of some terms."""

    def bound(expected: Any, *inputs: np.ndarray) -> Any:
        return 2.5 * sum(factor * np.abs(each) for factor, each in zip(factors, inputs, strict=False))

    return bound


EXACT = """
    x + y; x - y; torch.sub(x, y, alpha=2); x + 2; x - 0.5; 1.5 - x; x + True; 2 * x; x * -1.5; x / y; x / 2; 1 / x; -x;
    x // 2; x % 3; torch.fmod(x, y); torch.remainder(x, y); torch.floor_divide(x, y);
    torch.div(x, y, rounding_mode="trunc"); torch.maximum(x, y); torch.minimum(x, y); torch.fmax(x, y);
    torch.clamp(x, -1, 1); torch.clamp(x, min=y); torch.relu(x); x.abs(); x.sign(); x.floor(); x.ceil(); x.round();
    x.trunc(); x.frac(); x * y; x * x; x ** 2; x ** 3; x ** 0; x ** -1; x.square(); x.reciprocal(); x == y; x != y;
    x < y; x >= 1; x > 0; x.logical_not(); torch.logical_and(x, y); torch.isnan(x); torch.isfinite(x); x & y; x | y;
    x ^ 1; ~x; x << 1; torch.where(x > 0, x, y); torch.where(x > 0, x, 0.5); torch.where(z > 0, x, y);
    x.masked_fill(x < 0, 2); torch.lerp(x, y, 0.25); torch.addcmul(x, y, z); torch.addcmul(x, y, z, value=0.5);
    torch.addcdiv(x, y, z); torch.heaviside(x, y); torch.copysign(x, y); torch.nan_to_num(x);
    torch.gcd(x, y); x.conj(); x.real; torch.hypot(x, y); x.sum(); x.sum(0); x.sum(-1, keepdim=True); x.sum((0, -1));
    x.mean(); x.mean(1); x.mean(0, keepdim=True); x.prod(); x.prod(0); x.amax(0); x.amin(); x.amax(0, keepdim=True);
    x.amax((0, 1)); x.amin((0, -1)); x.aminmax()[0]; x.max(); x.min(); x.max(0)[0]; x.min(1)[1]; x.argmax();
    x.argmin(0); x.any(); x.all(0); x.cumsum(0); x.cumsum(-1); x.cumprod(0); x.var(); x.var(0, unbiased=False);
    x.count_nonzero(); x.median(); x.sort(0)[0]; x.sort(-1, descending=True)[1]; x.topk(1)[0]; x.cummax(0)[0]; x.t();
    x.T; x.transpose(0, 1); x.permute(1, 0); x.unsqueeze(0); x.unsqueeze(-1); x.squeeze(); x.squeeze(0); x.flatten();
    x.reshape(-1); x.view(-1); x.reshape(3, 2); x.expand(2, 3); x.contiguous(); x.clone(); x.detach(); x.flip(0);
    x.roll(1, 0); x[0]; x[-1]; x[1:]; x[..., 0]; x[:, 1]; x[::2]; x[None]; x[x > 0]; x[torch.tensor([0, 1])];
    x[:, torch.tensor([1, 0])]; x.index_select(0, torch.tensor([1, 0]));
    x.gather(0, torch.zeros_like(x, dtype=torch.int64)); x.diagonal(); x.take(torch.tensor([0, 1])); x.narrow(0, 0, 1);
    x.tril(); x.triu(1); x.diag(); x.split(1)[0]; x.chunk(2, -1)[0]; x.unbind(0)[0]; torch.cat((x, y));
    torch.cat((x, y), -1); torch.stack((x, y)); torch.stack((x, x), -1); torch.hstack((x, y)); torch.vstack((x, y));
    torch.cat((x, x[:1])); x.repeat(2, 1); x.tile(2); torch.outer(x, x); x.float(); x.double(); x.half(); x.bfloat16();
    x.to(torch.float32); x.long(); x.int(); x.bool(); x.to(torch.complex64); torch.zeros_like(x);
    torch.ones_like(x) * x; torch.full_like(x, 2); x.new_ones(3); torch.broadcast_to(x, (3, 3)); x.movedim(0, -1);
    x.unfold(0, 1, 1); x.sum().item() and x; x.scatter_add(0, torch.zeros_like(x, dtype=torch.int64), x);
    torch.tensordot(x, y, 0); torch.diff(x); x.rot90(); torch.meshgrid(x, y, indexing="ij")[0];
    torch.meshgrid(x.ravel(), y.ravel(), indexing="ij")[0]; x.dist(y, 1); torch.atleast_2d(x);
    x.index_add(0, torch.tensor([0]), x[:1]); x.norm(); x.norm(1); x.masked_select(x > 0); torch.isclose(x, y);
    torch.equal(x, y); x.numel() * x; torch.kron(x, y); torch.square(x).sum(-1); x.signbit(); x.rsqrt(); x.std();
    x.std(0); x.angle()
"""
"""Equal to the bit, of real numbers."""

NEAR = """
    x.exp(); x.log(); x.sqrt(); x.sin(); x.cos(); x.tanh(); x.atan(); x.log1p(); x.expm1(); x.exp2(); x.log2();
    x.log10(); x ** 0.5; x ** 1.5; 2 ** x; x ** y; torch.atan2(x, y); x.abs().sqrt(); x.abs().log1p(); torch.pow(x, y);
    x.cosh(); x.acos(); x.tan()
"""
"""One ulp apart at most."""

NOT_FAR = """
    x.sinh(); x.asinh(); x.sigmoid(); torch.xlogy(x, y); torch.sinc(x); x.softmax(-1)
"""
"""Two ulps apart at most."""

PRODUCTS = """
    x / y; 1 / x; x * y; x * x; 2 * x; x * -1.5; x / 2; x ** 2; x ** -1; x.square(); x.reciprocal(); torch.outer(x, x);
    torch.tensordot(x, y, 0); torch.kron(x, y); torch.ones_like(x) * x; x.numel() * x
"""
"""Products and quotients, whose parts torch and NumPy fuse in different ways where they are complex."""

EQUAL = frozenset(
    """
    torch.maximum(x, y); torch.minimum(x, y); torch.fmax(x, y); torch.clamp(x, -1, 1); torch.clamp(x, min=y);
    x.amax(0); x.amax(0, keepdim=True); x.amax((0, 1)); x.amin(); x.amin((0, -1)); x.aminmax()[0]; x.max(); x.min();
    x.median()
    """.replace("\n    ", " ").strip().split("; ")
)
"""Equal but for the sign of zero, of which torch's own loops take now one, now the other."""


def listed(text: str, bound: int) -> dict[str, int]:
    """The expressions of a text, between semicolons, with the bound they share."""
    return {each.strip(): bound for each in text.split(";")}


REAL: dict[str, int | Bound] = {
    **listed(EXACT, 0),
    **listed(NEAR, 1),
    **listed(NOT_FAR, 2),
    **dict.fromkeys(
        (
            "x @ y", "torch.matmul(x, y)", "torch.mm(x, y)", "torch.mv(x, y)", "torch.dot(x, y)", "torch.bmm(x, y)",
        ),
        products,
    ),
    "x @ x.mT": lambda expected, x: products(expected, x, x.swapaxes(-1, -2)),
    "torch.addmm(x, y, z)": lambda expected, x, y, z: products(expected, y, z) + np.abs(x),
    # torch rounds the last elements of a row twice where one element is spread over all.
    "torch.add(x, y, alpha=-3)": lambda expected, x, y: (np.abs(x) + 3 * np.abs(y)) * (x.size != y.size or spread(y)),
    "x.nansum()": 0,
    "x.logsumexp(0)": of_largest,
    "x.log_softmax(0)": of_largest,
    "x.lgamma()": special(1e-6, 1e-14),
    "torch.logaddexp(x, y)": of_absolute,
    "torch.erf(x)": special(3e-7, 2e-15),
}

COMPLEX: dict[str, float | Bound] = {
    **dict.fromkeys((*listed(NEAR, 0), *listed(NOT_FAR, 0), "x.rsqrt()"), 2),
    **dict.fromkeys(listed(PRODUCTS, 0), 2.5),
    **{each: bound for each, bound in REAL.items() if callable(bound)},
    "torch.add(x, y, alpha=-3)": terms(1, 3),
    # torch's own is 1e-16 off, near one as elsewhere, where the result is small.
    "x.acos()": lambda expected, x: 2 * np.maximum(1, np.abs(expected)),
    "torch.sub(x, y, alpha=2)": terms(1, 2),
    "torch.lerp(x, y, 0.25)": terms(1, 1),
    "torch.addcmul(x, y, z)": lambda expected, x, y, z: 2.5 * (np.abs(x) + np.abs(y * z)),
    "torch.addcmul(x, y, z, value=0.5)": lambda expected, x, y, z: 2.5 * (np.abs(x) + np.abs(y * z)),
    "torch.addcdiv(x, y, z)": lambda expected, x, y, z: 2.5 * (np.abs(x) + np.abs(y / z)),
    "torch.square(x).sum(-1)": lambda expected, x: 2.5 * (np.abs(x) ** 2).sum(-1),
    "x ** 3": 5,
    "x ** 0.5": lambda expected, x: power(expected, x, 0.5),
    "x ** 1.5": lambda expected, x: power(expected, x, 1.5),
    "2 ** x": lambda expected, x: power(expected, np.array(2.0), x),
    "x ** y": power,
    "torch.pow(x, y)": power,
    "x.prod()": of_factors,
    "x.prod(0)": of_factors,
    "x.abs()": 1,
    "x.angle()": 1,
    "x.std()": 1,
    "x.std(0)": 1,
    "x.norm()": 8,
    "x.norm(1)": 8,
    "x.dist(y, 1)": 8,
}

OPERATIONS = {each: Rule(bound, COMPLEX.get(each, 0)) for each, bound in REAL.items()}
"""The expressions of programs, and by how much their results may differ, as ``docs/tolerances.md`` states it."""

NAMES = sorted(OPERATIONS)


UNDEFINED: dict[str, tuple[Callable[..., bool], str]] = {
    "x[-1]": (
        lambda x, y, z: x.dim() == 0,
        "torch looks for a length that a tensor without dimensions does not have, and takes what memory held before",
    ),
    "torch.copysign(x, y)": (
        lambda x, y, z: bool(y.isnan().any()),
        "a cast of half types keeps the sign of nan or loses it, as torch's loop takes many elements at once or one",
    ),
}
"""Expressions that torch does not define of some operands, and why; there they are left out."""


class Step(NamedTuple):
    """One expression, and which of the values there are so far are its ``x``, ``y`` and ``z``."""

    expression: str
    operands: tuple[int, int, int]


class Program(NamedTuple):
    """Inputs and steps."""

    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        lines = [f"v{place} = {each}" for place, each in enumerate(self.inputs)]
        lines += [f"{each.expression}  {each.operands}" for each in self.steps]
        return "\n".join(lines)


def is_tensor(value: Any) -> bool:
    return hasattr(value, "grad_fn")


class Run:
    """A program on one engine, step by step."""

    def __init__(self, side: ModuleType, program: Program) -> None:
        self.side = side
        self.program = program
        self.values = [each.make(side) for each in program.inputs]
        self.leaves = [each for each in self.values if each.requires_grad]
        self.moved: np.random.Generator | None = None
        self.last: list[Any] = []

    def operands(self, step: Step) -> list[Any]:
        """The values a step works on."""
        values = [self.values[each % len(self.values)] for each in step.operands]
        return values if self.moved is None else [self.alias(each) for each in values]

    def alias(self, x: Any) -> Any:
        """The same numbers, for one use; the gradient that comes back from it is moved by an ulp."""
        if not x.requires_grad:
            return x
        assert self.moved is not None
        same = x.view_as(x)
        size = EPSILON[str(x.dtype).rpartition(".")[2]]
        factor = self.side.as_tensor(1 + self.moved.uniform(-size, size, tuple(x.shape)))
        same.register_hook(lambda g: g * factor.to(g.dtype))
        return same

    def step(self, step: Step) -> tuple[Any, tuple[str, str] | None, list[tuple[str, str]]]:
        """The result, the exception, and the warnings of a step."""
        self.last = self.operands(step)
        scope = {"torch": self.side, **dict(zip("xyz", self.last, strict=True))}
        result: Any = None
        refusal = None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                result = eval(COMPILED[step.expression], scope)
            except Exception as error:
                refusal = (type(error).__name__, text_of(error))
        if is_tensor(result) and result.numel() <= 400:
            # What is handed back as it came is the value itself, not the name it had in this step.
            given = [self.values[each % len(self.values)] for each in step.operands]
            same = [value for value, each in zip(given, self.last, strict=True) if each is result]
            self.values.append(same[0] if same else result)
        return result, refusal, [(each.category.__name__, text_of(each.message)) for each in caught]

    def gradients(self) -> tuple[Any, Any, Any]:
        """Gradients of first and second order, as far as there are any, and the exception that ended them."""
        outs = [each for each in self.values if each.requires_grad and each.numel() and each.grad_fn is not None][-3:]
        if not outs or not self.leaves:
            return [], [], None
        first: Any = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                first = self.side.autograd.grad(
                    outs, self.leaves, [self.weights(each) for each in outs], allow_unused=True, create_graph=True
                )
                again = [each for each in first if each is not None and each.requires_grad and each.numel()]
                if not again:
                    return first, [], None
                return first, self.side.autograd.grad(
                    again, self.leaves, [self.weights(each) for each in again], allow_unused=True
                ), None
            except Exception as error:
                return first, [], (type(error).__name__, text_of(error))

    def weights(self, x: Any) -> Any:
        """A gradient that differs from element to element."""
        weights = self.side.arange(x.numel()).reshape(x.shape).remainder(5) * 0.25 + 0.5
        if self.moved is not None:
            size = EPSILON[str(x.dtype).rpartition(".")[2]]
            weights = weights * self.side.as_tensor(1 + self.moved.uniform(-size, size, tuple(x.shape)))
        return weights.to(x.dtype)


COMPILED = {each: compile(each, each, "eval") for each in NAMES}


def memory(side: ModuleType, value: Any) -> np.ndarray:
    """The memory of a tensor as an array to write to; bfloat16 as integers of 16 bits."""
    value = value.detach()
    if str(value.dtype).endswith("bfloat16"):
        return value.view(side.int16).numpy()
    return value.numpy()


def read(value: Any) -> np.ndarray:
    """The elements, where a view of conjugates or negatives is resolved."""
    if hasattr(value, "_is_zerotensor") and value._is_zerotensor():
        # torch has gradients of zeros without memory, which it cannot show as an array.
        return bits(value + 0) if value.requires_grad else bits(value.clone().new_zeros(value.shape))
    return bits(value.resolve_conj().resolve_neg())


def facts(value: Any) -> dict[str, Any]:
    """What must be equal of a tensor besides its numbers."""
    node = value.grad_fn
    return {
        "dtype": str(value.dtype).rpartition(".")[2],
        "shape": tuple(value.shape),
        "strides": tuple(value.stride()) if value.numel() else None,
        "node": None if node is None else type(node).__name__,
        "requires_grad": value.requires_grad,
    }


def ulps_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many floats lie between the elements of two real arrays."""
    integer: Any = {2: np.int16, 4: np.int32, 8: np.int64}[a.dtype.itemsize]
    smallest = np.int64(np.iinfo(integer).min)
    ranks = []
    for each in (a, b):
        rank = np.ascontiguousarray(each).view(integer).astype(np.int64).reshape(each.shape)
        ranks.append(np.where(rank < 0, smallest - rank, rank))
    with np.errstate(over="ignore"):
        return np.abs(ranks[0] - ranks[1])


def differing(a: np.ndarray, b: np.ndarray, step: Step, operands: list[Any], dtype: str) -> str | None:
    """What lies outside the bound of a step."""
    if a.dtype.kind not in "fc":
        return None if np.array_equal(a, b) else f"{b.tolist()}, not {a.tolist()}"
    bound, of_complex = bound_of(step, operands)
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        if not bound and a.dtype.kind == "f" and step.expression not in EQUAL:
            same &= (np.signbit(a) == np.signbit(b)) | np.isnan(a)
        if bound:
            same = same | (np.abs(a - b) <= allowed(step, a, operands))
            if a.dtype.kind == "f" and (not callable(bound) or dtype in HALVES):
                same = same | ((floats_apart(a, b, dtype) <= (HALF if dtype in HALVES else bound)) & np.isfinite(a + b))
            if of_complex:
                # Not finite in one part: the other part is as torch's and NumPy's own formulas leave it.
                same = same | (~np.isfinite(a) & ~np.isfinite(b))
    if same.all():
        return None
    return f"{b[~same].tolist()[:4]}, not {a[~same].tolist()[:4]}"


def floats_apart(a: np.ndarray, b: np.ndarray, dtype: str) -> np.ndarray:
    """How many numbers of a dtype lie between the elements of two real arrays; bfloat16 comes as float32."""
    return ulps_apart(a, b) >> (16 if dtype == "bfloat16" else 0)


def bound_of(step: Step, operands: list[Any]) -> tuple[float | Bound, bool]:
    """The bound of a step on some operands, and whether any of those it has is complex."""
    rule = OPERATIONS[step.expression]
    named = [each for name, each in zip("xyz", operands, strict=True) if re.search(rf"\b{name}\b", step.expression)]
    of_complex = any(each.is_complex() for each in named)
    return (rule.complex, True) if of_complex else (rule.real, False)


def allowed(step: Step, expected: np.ndarray, operands: list[Any]) -> Any:
    """By how much the numbers of a step's result may differ."""
    bound, _ = bound_of(step, operands)
    epsilon = np.finfo(np.float32 if expected.dtype.char == "e" else expected.dtype).eps
    with np.errstate(all="ignore"):
        if not callable(bound):
            # Ulps of a real number are counted, those of a complex one are of its size.
            return bound * epsilon * np.abs(expected) * (expected.dtype.kind == "c")
        count = bound.__code__.co_argcount - 1 if not bound.__code__.co_flags & 4 else 2
        return np.nan_to_num(bound(expected, *[read(each) for each in operands[:count]]), nan=np.inf) * epsilon


def differences(torch: ModuleType, engine: ModuleType, program: Program) -> Iterator[str]:
    """In what the engine's run of a program differs from torch's."""
    one, other = Run(torch, program), Run(engine, program)
    for place, step in enumerate(program.steps):
        operands = one.operands(step)
        if promotes_to_complex32(torch, operands):
            # A dtype that the engine does not have.
            return
        if step.expression in UNDEFINED and UNDEFINED[step.expression][0](*operands):
            continue
        a, refusal, warned = one.step(step)
        b, other_refusal, other_warned = other.step(step)
        where = f"step {place}, {step.expression} of {', '.join(shown(each) for each in operands)}:"
        if refusal is not None and "ComplexHalf" in refusal[1]:
            return
        if refusal != other_refusal:
            yield f"{where} raises {other_refusal}, not {refusal}"
            return
        if any("ComplexHalf" in text for _, text in warned):
            # complex32, which the engine does not have.
            return
        if warned != other_warned:
            yield f"{where} warns {other_warned}, not {warned}"
        if not is_tensor(a) or not is_tensor(b):
            if a != b:
                yield f"{where} is {b}, not {a}"
                return
            continue
        expected, actual = facts(a), facts(b)
        for name in expected:
            if expected[name] != actual[name]:
                yield f"{where} {name} {actual[name]}, not {expected[name]}"
        if expected["dtype"] != actual["dtype"] or expected["shape"] != actual["shape"]:
            return
        one_bits, other_bits = read(a), read(b)
        if one_bits.tobytes() != other_bits.tobytes():
            wrong = differing(one_bits, other_bits, step, operands, expected["dtype"])
            if wrong is not None:
                yield f"{where} {wrong}"
                return
            memory(engine, b)[...] = memory(torch, a)
    yield from gradient_differences(torch, one, other)


def promotes_to_complex32(torch: ModuleType, operands: list[Any]) -> bool:
    """Whether two of the operands have complex32 in common."""
    return any(
        torch.result_type(x, y) is torch.complex32 for place, x in enumerate(operands) for y in operands[place + 1 :]
    )


def shown(value: Any) -> str:
    return f"{str(value.dtype).rpartition('.')[2]}{list(value.shape)}{'' if value.is_contiguous() else value.stride()}"


def gradient_differences(torch: ModuleType, one: Run, other: Run) -> Iterator[str]:
    """In what the gradients differ."""
    spread: list[Any] = []
    *orders, refusal = one.gradients()
    *other_orders, other_refusal = other.gradients()
    if refusal != other_refusal:
        yield f"the gradients raise {other_refusal}, not {refusal}"
        return
    for order, (expected, actual) in enumerate(zip(orders, other_orders, strict=True)):
        name = ("gradient", "second gradient")[order]
        if len(actual) != len(expected):
            yield f"{name}s: {str(actual)[:300]}, not {str(expected)[:300]}"
            return
        for place, (a, b) in enumerate(zip(expected, actual, strict=True)):
            if a is None or b is None:
                if a is not b:
                    yield f"{name} {place} is {b}, not {a}"
                continue
            first, second = facts(a), facts(b)
            for fact in ("dtype", "shape"):
                if first[fact] != second[fact]:
                    yield f"{name} {place}: {fact} {second[fact]}, not {first[fact]}"
            if first["shape"] != second["shape"] or first["dtype"] != second["dtype"]:
                return
            x, y = read(a), read(b)
            if order and not np.isfinite(x).all():
                # Where a second derivative is infinite or undefined, which of its elements are depends on the order in
                # which a formula multiplies, not on what it computes.
                continue
            if within(x, y, 16 * EPSILON[first["dtype"]]):
                continue
            if not spread:
                spread.extend(moved(torch, one.program) for _ in range(4))
            with np.errstate(all="ignore"):
                others = [each[order][place] for each in spread if len(each[order]) > place]
                loose = [np.abs(read(each) - x) for each in others if each is not None]
                reach = np.max(loose, axis=0) if loose else np.zeros(x.shape)
                # A gradient that is infinite or undefined near here has no size to compare.
                reach = np.where(np.isfinite(reach), reach, np.inf)
                apart = np.abs(x - y)
                fine = (apart <= 16 * reach + 64 * EPSILON[first["dtype"]] * sizes(x) + smallest(one.values)) | (
                    np.isnan(x) & np.isnan(y))
                fine |= (x == y) | np.isinf(reach)
            if not fine.all():
                yield f"{name} {place} is {y.tolist()}, not {x.tolist()}, reach {reach.tolist()}"


def sizes(x: np.ndarray) -> Any:
    """The largest finite size in an array."""
    finite = np.abs(x[np.isfinite(x)])
    return finite.max(initial=0)


def smallest(values: Iterable[Any]) -> float:
    """Two of the smallest numbers of float16, an ulp of which is none smaller, where it takes part."""
    return 2.0**-23 if any(str(each.dtype).endswith(".float16") for each in values) else 0.0


def within(a: np.ndarray, b: np.ndarray, relative: float) -> bool:
    """Whether two arrays are equal but for the last bits of each number."""
    with np.errstate(all="ignore"):
        return bool(((a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= relative * np.abs(a))).all())


def moved(torch: ModuleType, program: Program) -> tuple[Any, Any, Any]:
    """torch's gradients where every inexact result is moved by as many ulps as it may differ."""
    run = Run(torch, program)
    run.moved = draw = np.random.default_rng(moved.seed)  # type: ignore[attr-defined]
    moved.seed += 1  # type: ignore[attr-defined]
    for step in program.steps:
        if step.expression in UNDEFINED and UNDEFINED[step.expression][0](*run.operands(step)):
            continue
        result, _, _ = run.step(step)
        operands = run.last
        if not is_tensor(result) or not (result.is_floating_point() or result.is_complex()) or result._is_view():
            continue
        if result.is_conj() or any(result is each for each in operands):
            continue
        expected = read(result)
        dtype = str(result.dtype).rpartition(".")[2]
        bound, _ = bound_of(step, operands)
        with np.errstate(all="ignore"):
            # Backward formulas round as well, where the operation itself does not.
            size = np.maximum(
                allowed(step, expected, operands),
                (1 if callable(bound) or dtype in HALVES else max(bound, 1)) * EPSILON[dtype] * np.abs(expected),
            )
            write(torch, result, expected + np.nan_to_num(draw.uniform(-1, 1, expected.shape) * size))
        if result.requires_grad:
            widest = max(EPSILON.get(str(each.dtype).rpartition(".")[2], 0) for each in (result, *operands))
            factor = torch.as_tensor(1 + draw.uniform(-1, 1, expected.shape) * widest)
            result.register_hook(lambda g, factor=factor: g * factor.to(g.dtype))
    return run.gradients()


moved.seed = 0  # type: ignore[attr-defined]


def write(torch: ModuleType, result: Any, numbers: np.ndarray) -> None:
    """Overwrite the numbers of a result, which its node may have kept, without a trace."""
    made = torch.as_tensor(numbers).to(result.dtype)
    memory(torch, result)[...] = memory(torch, made)
