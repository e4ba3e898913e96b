"""Random programs of views and writes, as plain data, and the interpreter that runs one on either engine.

A program is a list of steps; a step is the name of an action and a few small numbers, of which the action makes
whatever arguments it needs from the tensors that are there. So every list of steps is a program, the same list means
the same on both engines as long as they agree, and a failing program shrinks by losing steps and by smaller numbers.

Not drawn is what torch does not define, or leaves to how its loops and reference counts happen to go; a comment
beside each says why: writes to windows that overlap, operands that share memory in a way torch does not look for,
results that read what was written while room was made for them, memory nobody has set, whole numbers divided by 0 in
place, ``.data`` of int64 (places that a step keeps, which torch reads unchecked), integers that require grad, tensors
that require grad and are given another size behind the back of their history, inference tensors in computations outside
inference mode, ``.data`` of those, hooks on views that have lost their history, ``sgn_``, whose gradient torch cannot
add up. Nor is, though torch defines it: halves seen as complex32, a number but 0 as an index of a 0-d tensor (which
reads memory that is not there), inference tensors that require grad, unsafe splits in inference mode, results that
require grad written into integers, and the operations and dtypes in ``ROUNDED``, whose last bit is another one. Not
compared: whether a gradient is a view (those that ``autograd.grad`` gives are detached before), and the sign of zero
where complex numbers fill two of torch's vectors, for its vectors and its loops over single numbers disagree there.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

Step = tuple[Any, ...]
Program = Sequence[Step]
Action = Callable[["Machine", "Numbers"], Any]

NUMBERS = 7
"""How many numbers belong to a step; an action that asks for more gets zeros."""
LIMIT = 1 << 10
"""The numbers of a step are below this."""
VECTORS = 64
"""Bytes that torch's loops over vectors take at a time, at least."""
MOST_ELEMENTS = 400
"""Tensors that would grow beyond this are not made."""
REAL = ("float32", "float64")
COMPLEX = ("complex64", "complex128")
HALF = ("float16", "bfloat16")
ROUNDED = {
    "sqrt": REAL + COMPLEX, "sigmoid": REAL + COMPLEX, "div": COMPLEX, "reciprocal": COMPLEX,
    "hypot": ("float64", *COMPLEX), "tanh": REAL + COMPLEX + HALF, "exp": REAL, "erf": REAL + HALF, "sin": REAL,
    "log1p": REAL + COMPLEX, "atan2": REAL, "xlogy": ("float64",), "rsqrt": COMPLEX, "sgn": COMPLEX, "lerp": COMPLEX,
    "addcdiv": COMPLEX, "abs": COMPLEX, "cumprod": COMPLEX, "square": COMPLEX,
}
"""The dtypes in which the last bit of a result is another one in torch: docs/tolerances.md has the table."""

ACTIONS: dict[str, Action] = {}
WEIGHTS: dict[str, int] = {}

SHAPES = ((3,), (2, 3), (4,), (2, 2), (), (1,), (3, 2), (1, 3), (2, 1, 3), (2, 2, 2), (0,), (2, 0), (3, 1))
DTYPES = ("float32", "float32", "float32", "float64", "complex64", "float32", "int64", "bool", "complex128", "float16",
          "bfloat16")
SCALARS = (2, 0.5, -1, 0, 1.5, True, 3, -0.25)


class Numbers:
    """The numbers of a step, handed out one after the other, each brought into the range asked for."""

    def __init__(self, given: Sequence[int]) -> None:
        self.given = iter(given)

    def __call__(self, below: int) -> int:
        return next(self.given, 0) % below

    def name(self, x: Any, names: Sequence[str]) -> str:
        """One of several operations; the first where the last bit of another would not be torch's."""
        name = self.one_of(names)
        kind = name.strip("_").removeprefix("itrue").replace("idiv", "div")
        return names[0] if str(x.dtype)[6:] in ROUNDED.get(kind, ()) else name

    def one_of(self, choices: Sequence[Any]) -> Any:
        return choices[self(len(choices))]

    def dim(self, ndim: int) -> int:
        """A dimension, counted from the front or from the back; now and then one that there is not."""
        chosen = self(24)
        room = ndim or 1
        return ndim + 1 if chosen == 23 else chosen % (2 * room) - room


def action(name: str, weight: int = 4) -> Callable[[Action], Action]:
    """Enter an action under its name; it comes up as often as its weight says."""

    def enter(function: Action) -> Action:
        ACTIONS[name] = function
        WEIGHTS[name] = weight
        return function

    return enter


class Machine:
    """Runs programs on one engine: ``tensors`` are the results so far, which later steps take up."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.tensors: list[Any] = []
        self.called: list[Any] = []
        """What hooks have seen."""
        self.handles: list[Any] = []

    def run(self, program: Program) -> list[Any]:
        """What each step did: nothing but its warnings, or the error; then everything that can be seen."""
        seen = [self.step(step) for step in program]
        seen.append(("at the end", self.everything()))
        seen.append(("backward from everything", self.backward_from_everything()))
        seen.append(("after backward", self.everything()))
        seen.append(("seen by hooks", self.called))
        return seen

    def step(self, step: Step) -> Any:
        name, mode, *numbers = step
        return self.watch(lambda: self.take(ACTIONS[name](self, Numbers(numbers))), self.mode(mode))

    def mode(self, number: int) -> AbstractContextManager[Any]:
        """Most steps are recorded, some run under no_grad, a few in inference mode."""
        chosen = number % 16
        if chosen in (13, 14):
            return self.torch.no_grad()
        return self.torch.inference_mode() if chosen == 15 else nullcontext()

    def watch(self, does: Callable[[], Any], mode: AbstractContextManager[Any]) -> Any:
        """Type and text of the error, if there is one, and the warnings."""
        error = None
        with warnings.catch_warnings(record=True) as warned, mode:
            warnings.simplefilter("always")
            try:
                does()
            except Exception as caught:
                error = type(caught).__name__, str(caught)
                del caught
        told = [(each.category.__name__, without_place(str(each.message))) for each in warned]
        return error, told

    def take(self, result: Any) -> None:
        """Let later steps use what a step returned."""
        for each in (result,) if isinstance(result, self.torch.Tensor) else (result or ())[:4]:
            if each is not None and each.numel() <= MOST_ELEMENTS:
                self.tensors.append(each)

    def pick(self, n: Numbers) -> Any:
        """A tensor that is there, the latest ones twice as often."""
        if not self.tensors:
            return self.make("float32", (3,), 1)
        chosen = n(2 * len(self.tensors) + 1)
        return self.tensors[-1 - chosen // 3 if chosen % 3 else chosen // 3]

    def fresh(self, x: Any, n: Numbers) -> Any:
        """A new tensor of the size and dtype of ``x``."""
        return self.make(str(x.dtype)[6:], tuple(x.shape), n(5))

    def pick_to_compute(self, n: Numbers) -> Any:
        """The same, but no inference tensor outside inference mode: torch's compositions count their writes then."""
        x = self.pick(n)
        return self.fresh(x, n) if x.is_inference() and not self.torch.is_inference_mode_enabled() else x

    def pick_to_write(self, n: Numbers) -> Any:
        """The same, but no windows that overlap: what comes of them hangs on the order in which a loop goes."""
        x = self.pick(n)
        return self.make("float32", (3,), 2) if overlaps(x) and 0 not in x.stride() else x

    def make(self, dtype: str, shape: tuple[int, ...], seed: int) -> Any:
        """A new tensor of small numbers that binary fractions hold."""
        numbers = self.numbers_for(dtype, shape, seed)
        return self.torch.tensor(numbers, dtype=getattr(self.torch, dtype)).reshape(shape).clone()

    def numbers_for(self, dtype: str, shape: tuple[int, ...], seed: int) -> list[Any]:
        """The numbers of a new tensor, in a row."""
        count = 1
        for each in shape:
            count *= each
        numbers: list[Any] = [(place * 7 + seed) % 11 / 4 - 1 for place in range(count)]
        if dtype.startswith("complex"):
            numbers = [complex(each, (place * 5 + seed) % 7 / 2 - 1) for place, each in enumerate(numbers)]
        elif not dtype.startswith(("float", "bfloat")):
            numbers = [int(4 * each) if dtype != "bool" else each > 0 for each in numbers]
        return numbers

    def like(self, x: Any, n: Numbers) -> Any:
        """A tensor of the size of ``x``: new, or one that is there and may fit or not.

        New in complex64 for complex32, of which torch warns wherever it makes room.
        """
        dtype = str(x.dtype)[6:].replace("complex32", "complex64")
        return self.apart(x, self.pick(n)) if n(3) else self.make(dtype, tuple(x.shape), n(5))

    def apart(self, x: Any, y: Any) -> Any:
        """``y``, or a copy where it meets ``x`` in memory and torch does not look: the order of a loop decides then."""
        looks = is_dense(x) and is_dense(y) and x.shape == y.shape
        return y if looks or not meet(x, y) or same_place(x, y) else y.clone()

    def value(self, x: Any, n: Numbers) -> Any:
        """What can be written or added: a number, a tensor that is there, a new one."""
        return n.one_of(SCALARS) if n(3) == 0 else self.like(x, n)

    def value_for_index(self, x: Any, n: Numbers) -> Any:
        return self.pick(n).clone() if n(2) else self.make(str(x.dtype)[6:], (), n(5))

    # ---- what can be seen

    def everything(self) -> list[Any]:
        return [self.look(each) for each in self.tensors]

    def look(self, x: Any) -> dict[str, Any]:
        """All that can be asked of a tensor, each answer with its error or warnings."""
        questions: dict[str, Callable[[], Any]] = {
            "dtype": lambda: str(x.dtype)[6:],
            "shape": lambda: tuple(x.shape),
            "stride": x.stride,
            "offset": x.storage_offset,
            "values": lambda: self.values(x),
            "requires_grad": lambda: x.requires_grad,
            "is_leaf": lambda: x.is_leaf,
            "version": lambda: x._version,
            "inference": x.is_inference,
            "conjugated": x.is_conj,
            "negated": x.is_neg,
            "is_view": x._is_view,
            "base": lambda: None if x._base is None else self.place(x._base),
            "history": lambda: self.history(x.grad_fn),
            "output_nr": lambda: x.output_nr,
            "retains_grad": lambda: x.retains_grad,
            "grad": lambda: None if x.grad is None else self.gradient(x.grad),
        }
        return {name: self.answer(question) for name, question in questions.items()}

    def answer(self, question: Callable[[], Any]) -> Any:
        answers: list[Any] = []
        outcome = self.watch(lambda: answers.append(question()), nullcontext())
        return answers[0] if outcome == (None, []) else (answers, outcome)

    def values(self, x: Any) -> Any:
        """The elements with their exact bits; for NaN it is enough to be NaN."""
        with self.torch.no_grad():
            flat = x.detach().resolve_conj().resolve_neg().reshape(-1)
            if flat.is_complex():
                flat = self.torch.view_as_real(flat).reshape(-1)
            listed = flat.tolist()
            # torch's negation of complex numbers makes 0 of 0 in its vectors, and -0 where it goes number by number.
            if any(each.is_complex() and each.nbytes >= VECTORS for each in (x, *self.tensors)):
                listed = [each + 0.0 if isinstance(each, float) else each for each in listed]
            return [each.hex() if isinstance(each, float) else each for each in listed]

    def place(self, x: Any) -> Any:
        """Which of the tensors this is, or what it looks like if it is none of them."""
        for place, each in enumerate(self.tensors):
            if each is x:
                return place
        return tuple(x.shape), x.requires_grad, x.is_leaf

    def gradient(self, g: Any) -> Any:
        return (
            str(g.dtype)[6:], tuple(g.shape), g.stride(), None if g.is_inference() else g._version,
            g.requires_grad, self.values(g), self.history(g.grad_fn),
        )

    def seen_by_hook(self, seen: Any) -> Any:
        """A gradient, several, or the tensor whose gradient has been added up."""
        if seen is None or isinstance(seen, tuple):
            return seen and [self.seen_by_hook(each) for each in seen]
        return str(seen.dtype)[6:], tuple(seen.shape), self.values(seen), seen.requires_grad, seen.grad is None

    def history(self, node: Any, depth: int = 5) -> Any:
        """The names of the steps that lead to a tensor, as far as ``depth``, and the leaves at their ends."""
        if node is None:
            return None
        if hasattr(node, "variable"):
            return node.name(), self.place(node.variable)
        nexts = [(self.history(each, depth - 1), number) for each, number in node.next_functions] if depth else "..."
        return node.name(), nexts

    def backward_from_everything(self) -> list[Any]:
        def backward(x: Any) -> None:
            if x.requires_grad:
                x.backward(self.torch.ones_like(x), retain_graph=True)

        return [self.watch(partial(backward, each), nullcontext()) for each in tuple(self.tensors)]


def plain(x: Any) -> Any:
    """The tensor itself, where a program is written down while it runs."""
    return getattr(x, "held", x)


def is_short(x: Any) -> bool:
    """Whether sums of products of the elements, which are real, need no rounding."""
    return not x.is_complex() and all(
        abs(each) < 64 and each * 16 == int(each * 16) for each in plain(x).detach().reshape(-1).tolist()
        if each == each
    )


def places(x: Any) -> list[int]:
    """Where the elements of a tensor lie in memory, in bytes."""
    size = x.element_size()
    places = [x.untyped_storage().data_ptr() + x.storage_offset() * size]
    for length, step in zip(x.shape, x.stride(), strict=True):
        places = [place + number * step * size for place in places for number in range(length)]
    return places


def overlaps(x: Any) -> bool:
    """Whether windows of a tensor lie over each other in memory."""
    return len(set(where := places(x))) < len(where)


def reached_twice(x: Any) -> bool:
    """Whether a write to a tensor reaches an element twice, in a way that most operations refuse."""
    return any(step == 0 and length > 1 for step, length in zip(x.stride(), x.shape, strict=True))


def meet(x: Any, y: Any) -> bool:
    """Whether two tensors share bytes."""
    shared = x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
    one, other = [{place + byte for place in places(each) for byte in range(each.element_size())} for each in (x, y)]
    return shared and bool(one & other)


def same_place(x: Any, y: Any) -> bool:
    """Whether each element of one tensor lies where the same element of the other does, and nowhere else."""
    return x.dtype is y.dtype and x.shape == y.shape and places(x) == places(y) and not overlaps(x)


def is_dense(x: Any) -> bool:
    """Whether the elements of a tensor fill their memory."""
    where, size = set(places(x)), x.element_size()
    return not where or (len(where) == x.numel() and max(where) - min(where) == (len(where) - 1) * size)


def without_place(text: str) -> str:
    """A warning without the line of torch's sources that it comes from."""
    return re.sub(r" \(Triggered internally at .*", "", text)


# ---- new tensors


@action("create", 6)
def create(m: Machine, n: Numbers) -> Any:
    dtype, shape, kind = n.one_of(DTYPES), n.one_of(SHAPES), n(5)
    made = m.make(dtype, shape, n(9))
    if kind < 3 and dtype not in ("int64", "bool") and not m.torch.is_inference_mode_enabled():
        made.requires_grad_()
        if kind:
            return (made * 1, made) if n(2) else made * 1
    return made


@action("combine", 10)
def combine(m: Machine, n: Numbers) -> Any:
    x = m.pick_to_compute(n)
    name = n.name(x, ("add", "mul", "mul", "sub", "div", "where"))
    y = m.value(x, n)
    if name == "div" and hasattr(y, "is_complex") and y.is_complex():
        name = "mul"
    if name == "where":
        return m.torch.where(x > 0 if not x.is_complex() else x == x, x, y)
    return getattr(m.torch, name)(x, y)


@action("compute", 8)
def compute(m: Machine, n: Numbers) -> Any:
    x = m.pick_to_compute(n)
    name = n.name(x, ("clone", "sum", "relu", "square", "sigmoid", "abs", "neg", "sqrt", "contiguous"))
    return getattr(x, name)()


@action("multiply matrices", 2)
def multiply_matrices(m: Machine, n: Numbers) -> Any:
    x, y = m.pick_to_compute(n), m.pick_to_compute(n)
    return x @ y if is_short(x) and is_short(y) else None


@action("join", 2)
def join(m: Machine, n: Numbers) -> Any:
    x = m.pick_to_compute(n)
    return n.one_of((m.torch.stack, m.torch.cat))([x, m.like(x, n)], n.dim(x.ndim))


# ---- views


def basic_index(m: Machine, x: Any, n: Numbers, most: int = 3) -> Any:
    """Ints, slices, None and Ellipsis."""
    items: list[Any] = []
    for _ in range(1 + n(most)):
        kind = n(12)
        if kind < 4:
            size = x.shape[min(len(items), x.ndim - 1)] if x.ndim else 1
            # Of a 0-d tensor torch reads a size that is not there for any number but 0.
            items.append(n(2 * size + 1) - size if kind == 3 and x.ndim else n(size or 1))
        elif kind < 10:
            items.append(n.one_of((slice(None), slice(1, None), slice(None, -1), slice(None, None, 2), slice(0, 2),
                                   slice(5, 9), slice(-2, None))))
        elif kind == 10:
            items.append(None)
        elif Ellipsis not in items:
            items.append(Ellipsis)
    return items[0] if len(items) == 1 else tuple(items)


def advanced_index(m: Machine, x: Any, n: Numbers) -> Any:
    """A mask, index tensors, lists, a truth value, mixed with slices."""
    size = x.shape[0] if x.ndim else 1
    kind = n(8)
    if kind == 0:
        return x > 0 if not x.is_complex() else x.real > 0
    places = [n(size or 1), n(size or 1)]
    if kind == 1:
        return places
    index = m.torch.tensor(places)
    if kind == 2:
        return slice(None), index
    if kind == 3:
        return Ellipsis, index
    if kind == 4:
        return n(2) == 1
    if kind == 5:
        return index, None
    if kind == 6:
        return index, slice(0, 2)
    return index


@action("index", 14)
def index(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    return x[basic_index(m, x, n)]


@action("pick by index", 3)
def pick_by_index(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    return x[advanced_index(m, x, n)]


def size_for(x: Any, n: Numbers) -> tuple[int, ...]:
    """A size with as many elements, mostly."""
    count = x.numel()
    return n.one_of(((count,), (-1,), (1, count), (count, 1), tuple(x.shape), (2, -1), (-1, 2), (3, -1),
                     tuple(x.shape)[::-1], (1, *x.shape), (-1, 1, 2), (2, 2)))


def view_as_size(name: str) -> Action:
    return lambda m, n: (lambda x: getattr(x, name)(size_for(x, n)))(m.pick(n))


action("view", 8)(view_as_size("view"))
action("reshape", 5)(view_as_size("reshape"))


@action("expand", 6)
def expand(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    lengths = [n(4) if each == 1 and n(4) else n.one_of((-1, each, each, each)) for each in x.shape]
    front = [n.one_of((2, 3, 1, 0))] if n(2) else []
    return n.one_of((x.expand, lambda *sizes: m.torch.broadcast_to(x, sizes)))(*front, *lengths)


@action("exchange dimensions", 8)
def exchange_dimensions(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    name = n.one_of(("transpose", "permute", "T", "mT", "t", "movedim", "swapaxes", "H", "adjoint", "transpose"))
    if name in ("T", "mT", "H"):
        return getattr(x, name)
    if name in ("t", "adjoint"):
        return getattr(x, name)()
    if name == "permute":
        order = list(range(x.ndim))
        turn = n(x.ndim or 1)
        return x.permute(order[turn:] + order[:turn] if n(2) else order[::-1])
    return getattr(x, name)(n.dim(x.ndim), n.dim(x.ndim))


@action("part", 8)
def part(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    name, dim = n.one_of(("narrow", "select", "diagonal", "unfold", "select")), n.dim(x.ndim)
    if name == "narrow":
        return x.narrow(dim, n(3), n(3))
    if name == "select":
        return x.select(dim, n(5) - 2)
    if name == "unfold":
        return x.unfold(dim, 1 + n(3), 1 + n(2))
    return x.diagonal(n(3) - 1, dim, n.dim(x.ndim))


@action("see as strided", 4)
def see_as_strided(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    if not x._is_view() and x.untyped_storage().nbytes() > x.numel() * x.element_size():
        return None  # sums of losses lie in the memory of what they add up, which nobody is told of
    size = n.one_of(((2,), (2, 2), (3,), (1,), (), (0,), (2, 1)))
    steps = tuple(n.one_of((1, 2, 0, 1, 3)) for _ in size)
    return x.as_strided(size, steps, *((n(3),) if n(2) else ()))


@action("add or drop dimensions", 6)
def add_or_drop_dimensions(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    name = n.one_of(("squeeze", "squeeze one", "squeeze some", "unsqueeze", "flatten", "unflatten", "ravel"))
    if name in ("squeeze", "ravel"):
        return getattr(x, name)()
    dim = n.dim(x.ndim)
    if name == "squeeze one":
        return x.squeeze(dim)
    if name == "squeeze some":
        return x.squeeze((dim, 0))
    if name == "unsqueeze":
        return x.unsqueeze(dim)
    if name == "flatten":
        return x.flatten(dim, n.dim(x.ndim)) if n(2) else x.flatten()
    if not x.ndim:
        return None  # torch answers with a trace of its own frames
    return x.unflatten(dim, n.one_of(((1, -1), (-1, 1), (2, -1), (3, 1))))


@action("several", 9)
def several(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    name, dim = n.one_of(("split", "split sizes", "chunk", "unbind", "tensor_split", "tensor_split at", "iterate",
                          "hsplit", "unsafe_split", "unsafe_chunk")), n.dim(x.ndim)
    size = x.shape[dim] if x.ndim and -x.ndim <= dim < x.ndim else 2
    if name.startswith("unsafe") and m.torch.is_inference_mode_enabled():
        return None  # views that count their own writes, whose views count those of the base
    if name == "split sizes":
        first = n(size + 1)
        return x.split([first, size - first], dim)
    if name == "unbind":
        return x.unbind(dim)
    if name == "iterate":
        return tuple(x)
    if name == "hsplit":
        return x.hsplit(1 + n(2))
    if name == "tensor_split at":
        return x.tensor_split([n(3)], dim)
    return getattr(x, name)(1 + n(3), dim)


@action("complex parts", 6)
def complex_parts(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    name = n.one_of(("conj", "real", "imag", "view_as_real", "view_as_complex", "conj", "resolve_conj"))
    if name in ("real", "imag"):
        return getattr(x, name)
    if name == "view_as_complex" and x.dtype is m.torch.float16:
        return None  # torch's own complex32 can do next to nothing
    return getattr(m.torch, name)(x)


@action("detach", 4)
def detach(m: Machine, n: Numbers) -> Any:
    return m.pick(n).detach()


@action("data", 3)
def data(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    return None if is_places(x) else x.data


def is_places(x: Any) -> bool:
    """Whether a tensor may hold places that a step keeps: torch ends its process when its way back meets others."""
    return str(x.dtype) == "torch.int64"


@action("view of nothing changed", 3)
def view_of_nothing_changed(m: Machine, n: Numbers) -> Any:
    x = m.pick(n)
    return n.one_of((lambda: x.view_as(x), lambda: x.expand_as(x), lambda: x[...], lambda: x.positive(),
                     lambda: x.contiguous(), lambda: x.to(x.dtype)))()


# ---- writes

UNARY = (
    "zero_", "relu_", "sigmoid_", "sqrt_", "abs_", "neg_", "square_", "reciprocal_", "floor_", "sign_", "trunc_",
    "nan_to_num_", "logical_not_", "round_", "rsqrt_", "frac_", "ceil_", "bitwise_not_", "conj_physical_",
    "deg2rad_", "tanh_", "erf_",
)
BINARY = ("add_", "mul_", "sub_", "div_", "copy_", "mul_", "add_", "fmod_", "eq_", "clamp_min_", "__iadd__",
          "__imul__", "__isub__", "__itruediv__", "logical_and_", "lt_", "pow_", "atan2_", "hypot_", "remainder_",
          "floor_divide_", "clamp_max_", "copysign_", "bitwise_and_", "bitwise_or_", "logical_xor_", "ne_", "gcd_",
          "heaviside_", "nextafter_", "xlogy_", "__ior__", "__ifloordiv__", "__imod__", "__ipow__")


@action("write by itself", 10)
def write_by_itself(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    getattr(x, n.name(x, UNARY))()


@action("write with another", 20)
def write_with_another(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    name = n.name(x, BINARY)
    value = m.value(x, n)
    if not x.dtype.is_floating_point and not x.is_complex() and getattr(value, "requires_grad", False):
        value = value.detach()  # torch lets whole numbers require grad then, and knows no way with them later
    if not x.dtype.is_floating_point and any(each in name for each in ("floordiv", "floor_divide", "mod", "remainder")):
        value = 2  # where the divisor is 0, torch has written some elements before it refuses
    if "pow" in name:
        value = n.one_of((2, 3, 1, 0, -1, m.torch.tensor(2)))  # roots and broken powers are not torch's to the bit
    if name in ("copy_", "hypot_", "heaviside_", "nextafter_", "gcd_") and not isinstance(value, m.torch.Tensor):
        value = m.torch.tensor(value)
    getattr(x, name)(value)


@action("fill", 6)
def fill(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    value = n.one_of(SCALARS) if n(3) else m.pick(n)
    x.fill_(value.detach() if hasattr(value, "detach") and not x.dtype.is_floating_point else value)


@action("write with several", 8)
def write_with_several(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    name = n.name(x, ("index_put_", "lerp_", "addcmul_", "addcdiv_", "clamp_", "masked_fill_", "index_fill_",
                      "index_add_", "index_copy_", "scatter_", "masked_scatter_", "cumsum_", "tril_", "add alpha",
                      "scatter_add_", "triu_", "cumprod_", "addmm_"))
    if name == "clamp_":
        x.clamp_(-0.5, 0.5)
    elif name in ("tril_", "triu_"):
        getattr(x, name)()
    elif name in ("cumsum_", "cumprod_"):
        getattr(x, name)(n.dim(x.ndim))
    elif name == "add alpha":
        x.add_(m.like(x, n), alpha=2)
    elif name == "lerp_":
        x.lerp_(m.like(x, n), 0.25)
    elif name in ("addcmul_", "addcdiv_"):
        getattr(x, name)(m.like(x, n), m.apart(x, m.pick(n)), value=2)
    elif name == "addmm_":
        if x.ndim == 2 and is_short(x):
            x.addmm_(m.make(str(x.dtype)[6:], (x.shape[0], 2), 1), m.make(str(x.dtype)[6:], (2, x.shape[1]), 2))
    elif name in ("masked_fill_", "masked_scatter_"):
        if name == "masked_scatter_" and not x.is_contiguous():
            return  # in which order torch takes the source's elements hangs on how it goes through memory
        mask = (x.real if x.is_complex() else x) > 0
        getattr(x, name)(mask, n.one_of((1.5, 2, m.pick(n))) if name == "masked_fill_" else m.like(x, n).clone())
    elif name == "index_put_":
        if not x.ndim:
            return
        places = m.torch.tensor([0, n(x.shape[0] if x.ndim and x.shape[0] else 1)])
        x.index_put_((places,), m.value_for_index(x, n), accumulate=n(2) == 1)
    else:
        dim = n.dim(x.ndim)
        places = m.torch.tensor([0])
        if name == "index_fill_":
            x.index_fill_(dim, places, n.one_of((1.5, 0)))
        elif name in ("scatter_", "scatter_add_"):
            getattr(x, name)(dim, m.torch.zeros(x.shape, dtype=m.torch.int64), m.fresh(x, n))
        else:
            source = m.pick(n).clone()
            getattr(x, name)(dim, places, source)


@action("set item", 14)
def set_item(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    basic = n(4) > 0
    index = basic_index(m, x, n, 2) if basic else advanced_index(m, x, n)
    value = n.one_of(SCALARS) if n(2) else m.apart(x, m.pick(n)) if basic else m.pick(n).clone()
    x[index] = value.detach() if hasattr(value, "detach") and not x.dtype.is_floating_point else value


@action("set item from new", 4)
def set_item_from_new(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    index = basic_index(m, x, n, 2)
    x[index] = m.make(str(x.dtype)[6:], tuple(plain(x).detach()[index].shape), n(5))


@action("write to data", 5)
def write_to_data(m: Machine, n: Numbers) -> None:
    x = m.pick_to_write(n)
    if is_places(x):
        return
    n.one_of((lambda: x.data.mul_(2), lambda: x.data.zero_(), lambda: x.detach().add_(1),
              lambda: x.data.fill_(n(4)), lambda: x.detach().copy_(m.apart(x, m.pick(n)))))()


@action("set data", 2)
def set_data(m: Machine, n: Numbers) -> None:
    x, value = m.pick(n), m.like(m.pick(n), n)
    if is_places(x):
        return
    if x.requires_grad and x.shape != value.shape:
        return  # which step is told that its gradient does not suit hangs on when it arrives
    if not (x.is_inference() or value.is_inference() or m.torch.is_inference_mode_enabled()):
        x.data = value  # an inference tensor is one by torch's dispatch keys, which pass over with its memory


@action("out", 6)
def out(m: Machine, n: Numbers) -> None:
    target, x = m.pick_to_write(n), m.pick(n)
    if target.requires_grad and not m.torch.is_grad_enabled():
        return  # another size behind the back of a history: which of two refusals follows hangs on the order of steps
    if reached_twice(target):
        return  # sums and joined tensors are written there in the order of a loop
    name = n.name(x, ("mul", "add", "neg", "sub", "relu", "clone", "sum", "div", "abs", "where", "stack"))
    y = m.value(target, n)
    x, y = m.apart(target, x), m.apart(target, y) if hasattr(y, "shape") else y
    fits = x.dtype is not m.torch.bool and m.torch.can_cast(x.dtype, target.dtype)
    if (x.shape != target.shape or name in ("sum", "stack")) and not fits:
        return  # torch makes room before it refuses: memory that nobody has set
    if any(hasattr(each, "shape") and each.shape != target.shape for each in (x, y)) and name != "sum":
        # torch makes room before it reads.
        x, y = [each if each is target or not hasattr(each, "shape") else each.clone() for each in (x, y)]
    if name in ("mul", "add", "sub", "div"):
        getattr(m.torch, name)(x, y, out=target)
    elif name in ("where", "relu", "clone"):
        m.torch.where(m.torch.ones(x.shape) > 0, x, x, out=target)
    elif name == "sum":
        m.torch.sum(x.clone(), n.dim(x.ndim), out=target)  # torch makes room before it reads
    elif name == "stack":
        x = x.clone()
        m.torch.stack([x, x], out=target)
    else:
        getattr(m.torch, name)(x, out=target)


@action("change shape in place", 3)
def change_shape_in_place(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    if x.is_leaf and x.requires_grad and not m.torch.is_grad_enabled():
        return  # how long steps from before are promised gradients of the old size hangs on torch's reference counts
    name = n.one_of(("t_", "transpose_", "squeeze_", "unsqueeze_", "squeeze_ one", "swapaxes_"))
    if name in ("t_", "squeeze_"):
        getattr(x, name)()
    elif name in ("unsqueeze_", "squeeze_ one"):
        getattr(x, name.removesuffix(" one"))(n.dim(x.ndim))
    else:
        getattr(x, name)(n.dim(x.ndim), n.dim(x.ndim))


@action("set memory", 2)
def set_memory(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    if m.torch.is_inference_mode_enabled() and x.requires_grad:
        return  # another size behind the back of a history: which of two refusals follows hangs on the order of steps
    n.one_of((lambda: x.set_(m.pick(n)), lambda: x.set_(), lambda: x.set_(m.pick(n).detach())))()


@action("shrink", 2)
def shrink(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    if m.torch.is_inference_mode_enabled() and x.requires_grad:
        return  # another size behind the back of a history: which of two refusals follows hangs on the order of steps
    size = n.one_of(((1,), (0,), (), tuple(x.shape), tuple(x.shape)[::-1]))
    room = x.untyped_storage().nbytes() // x.element_size() - x.storage_offset()
    if x.numel() and x.numel() <= room:  # no memory that nobody has set
        x.resize_(size)


# ---- flags, gradients


@action("detach in place", 3)
def detach_in_place(m: Machine, n: Numbers) -> None:
    m.pick(n).detach_()


@action("require gradient", 5)
def require_gradient(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    if x.is_inference():
        return  # what is recorded of it hangs on the dispatch keys of whatever it meets
    if n(4) == 0:
        x.requires_grad = n(2) == 0
    else:
        x.requires_grad_(n(3) > 0)


@action("retain gradient", 3)
def retain_gradient(m: Machine, n: Numbers) -> None:
    m.pick(n).retain_grad()


@action("backward", 7)
def backward(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    keep, create = n.one_of((True, True, False, None)), n(6) == 0
    if n(2):
        x.sum().backward(retain_graph=keep, create_graph=create)
    else:
        x.backward(m.torch.ones_like(x) if n(4) else None, retain_graph=keep, create_graph=create)


@action("grad", 6)
def grad(m: Machine, n: Numbers) -> Any:
    x, inputs = m.pick(n), [m.pick(n), m.pick(n)][: 1 + n(2)]
    output = x.sum() if n(2) else x
    create = n(4) == 0
    keep, unused = n(4) > 0, n(4) > 0
    gradients = m.torch.autograd.grad(
        output, inputs, m.torch.ones_like(output), retain_graph=keep, create_graph=create, allow_unused=unused
    )
    # Whether a gradient that nobody recorded is called a view hangs on how the kernels inside reshape it.
    return [each if each is None or each.requires_grad else each.detach() for each in gradients]


@action("drop or clear gradient", 2)
def drop_or_clear_gradient(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    if n(2) and x.grad is not None:
        x.grad.zero_()
    else:
        x.grad = None


@action("take gradient", 2)
def take_gradient(m: Machine, n: Numbers) -> Any:
    return (m.pick(n).grad,)


@action("hook", 5)
def hook(m: Machine, n: Numbers) -> None:
    x, kind, answer = m.pick(n), n(6), n(4)
    number = len(m.handles)

    def see(*seen: Any) -> Any:
        m.called.append((number, [m.seen_by_hook(each) for each in seen]))
        if kind == 2:
            return None
        first = seen[0]
        if answer == 0:
            return first * 2 if kind < 2 else tuple(None if each is None else each * 2 for each in first)
        return None

    if kind < 3 and x.requires_grad and x._is_view() and x.is_leaf:
        return  # a view that lost its history: torch reads memory that is not there
    if kind < 2:
        handle = x.register_hook(see)
    elif kind == 2:
        handle = x.register_post_accumulate_grad_hook(see)
    elif x.grad_fn is None:
        return
    else:
        handle = (x.grad_fn.register_hook if kind < 5 else x.grad_fn.register_prehook)(see)
    m.handles.append(handle)


@action("remove hook", 1)
def remove_hook(m: Machine, n: Numbers) -> None:
    if m.handles:
        m.handles[n(len(m.handles))].remove()


@action("look", 4)
def look(m: Machine, n: Numbers) -> None:
    x = m.pick(n)
    raise Seen(repr(m.look(x)))


@action("forget", 3)
def forget(m: Machine, n: Numbers) -> None:
    if m.tensors:
        del m.tensors[n(len(m.tensors))]


class Seen(Exception):
    """What a look in the middle of a program saw."""


# ---- two engines


def difference(program: Program, torch: Any, engine: Any) -> str | None:
    """The first thing that differs when both run the program, with the program up to there; None if nothing does."""
    expected, got = Machine(torch).run(program), Machine(engine).run(program)
    for place, (one, other) in enumerate(zip(expected, got, strict=True)):
        if one != other:
            lines = [f"  {step!r}," for step in program[: place + 1]]
            what = [f"{path}: {a!r}, where torch has {b!r}" for path, b, a in parts_that_differ(one, other)]
            return "\n".join([*lines, *what])
    return None


def parts_that_differ(expected: Any, got: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The innermost differing parts of two nests of lists and dictionaries."""
    if type(expected) is type(got) and isinstance(expected, dict):
        for key in expected:
            yield from parts_that_differ(expected[key], got[key], f"{path}.{key}")
    elif type(expected) is type(got) and isinstance(expected, (list, tuple)) and len(expected) == len(got):
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from parts_that_differ(one, other, f"{path}[{place}]")
    elif expected != got:
        yield path, expected, got
