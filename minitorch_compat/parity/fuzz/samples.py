"""Calls of torch's operators with arguments of its own database: legal, refused, and changed at random."""
from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from ..opinfo import called
from ..opinfo import support as database
from ..opinfo.literal import Unwritten, Writer

if TYPE_CHECKING:
    from .actions import Writing
    from .views import Numbers

DTYPES = ("float32", "float64", "float32", "float64", "int64", "complex64", "bool", "complex128", "float16", "bfloat16",
          "int32", "uint8")

LARGEST = 40
"""Elements of one tensor of a sample that is taken."""

MOST_SAMPLES = 64
"""Samples of an operator that are kept for one element type."""

NOT_DRAWN = {
    **dict.fromkeys(database.UNSET, "memory that nobody has set"),
    **dict.fromkeys(database.NOT_UNIQUE, "signs and phases of vectors are not determined"),
    **dict.fromkeys(("linalg.lstsq", "linalg.matrix_rank", "linalg.pinv", "pinverse", "linalg.cond", "ormqr", "geqrf",
                     "linalg.ldl_factor", "linalg.ldl_factor_ex", "linalg.ldl_solve"),
                    "for singular matrices LAPACK's own choices show"),
    "resize_": "memory beyond the old end that nobody has set", "resize_as_": "memory that nobody has set",
    "as_strided": "the samples reach beyond what a variable of the program has",
    "linalg.eigvals": "the order of eigenvalues is not determined",
    "cauchy": "no seed", "nn.functional.scaled_dot_product_attention": "torch takes blocks of other sizes by processor",
}
"""Operators that are not called, with what is undefined or undetermined in torch itself."""

NO_TIES = database.TIES | {"unique", "unique_consecutive"}
"""Operators whose results among equal elements are in no order: only called with the samples' own numbers."""

SORTED = {"bucketize", "searchsorted"}
"""Operators whose result is not defined for boundaries that do not ascend: called with the samples' own alone."""

SIGNS = {"signbit", "copysign"}
"""Operators that look at the sign of nan, which IEEE 754 leaves open where an operation has made it: called with the
samples' own numbers alone, and in expressions with no nan."""

WRITING_PRODUCTS = {"addmm", "addmv", "addbmm", "baddbmm", "addr"}
"""Operators whose in-place form is undefined where a factor lies in the memory that is written to."""

CODED = {"grid_sampler_2d", "grid_sampler_3d"}
"""Operators whose modes are numbers that torch does not look at: of others comes memory that nobody has set."""

JOINING = {"cat"}
"""Operators whose refused samples write into the memory they read: what is read then hangs on the order of a loop."""

WRONG_IN_HALVES = {"matrix_exp", "linalg.matrix_exp"}
"""Operators that torch computes with numbers that are none of theirs where elements are halves: the exponential of a
matrix of 0.1 is infinite, of 0.01 nan."""

ODD = ("None", "-1", "7", "True", "1.5", "'sum'", "[1, 2]", "(0, 0)", "()", "torch.float64", "-3", "2", "float('nan')",
       "1j", "0", "torch.int64", "[]")
"""What takes the place of an argument when a call is to be refused, or not."""


@cache
def operators() -> list[Any]:
    """The operators of the installed torch that are called."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = database.database().op_db
    kept = [each for each in found if not each.name.startswith(("jiterator_", "sparse.", "_", "ops.", "torch.ops"))]
    return [each for each in kept if each.name not in NOT_DRAWN]


@cache
def samples(place: int, dtype: str | None) -> list[Any]:
    """The small samples of an operator in an element type; those it refuses without one."""
    torch = database_torch()
    operator = operators()[place]
    state = torch.get_rng_state()
    database.seed(torch)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if dtype is None:
                drawn = [each.sample_input for each in operator.error_inputs_func(operator, "cpu")]
            else:
                kind = getattr(torch, dtype)
                wants = operator.supports_autograd and kind in operator.supported_backward_dtypes("cpu")
                drawn = []
                for each in operator.sample_inputs_func(operator, "cpu", kind, wants):
                    if small(torch, each):
                        drawn.append(each)
                    if len(drawn) == MOST_SAMPLES:
                        break
        return [each for each in drawn if small(torch, each)]
    except Exception:
        return []
    finally:
        torch.set_rng_state(state)


def database_torch() -> Any:
    import torch

    return torch


def small(torch: Any, sample: Any) -> bool:
    given = database.tensors(torch, [[sample.input], list(sample.args), list(sample.kwargs.values())])
    return all(each.layout is torch.strided and each.numel() <= LARGEST and each.device.type == "cpu"
               for each in given)


@cache
def dtypes_of(place: int) -> tuple[str, ...]:
    torch = database_torch()
    operator = operators()[place]
    supported = operator.supported_dtypes("cpu")
    if operator.name in WRONG_IN_HALVES:
        supported = supported - {torch.float16, torch.bfloat16}
    return tuple(each for each in DTYPES if getattr(torch, each) in supported)


class Substituting(Writer):
    """Writes the arguments of a sample as variables of the program: ones that are there, or new ones."""

    def __init__(self, machine: Writing, numbers: Numbers, own: bool) -> None:
        super().__init__(machine.scribe.engine)
        self.machine, self.numbers, self.own = machine, numbers, own

    def tensor(self, tensor: Any) -> str:
        if id(tensor) in self.tensors:
            return self.tensors[id(tensor)]
        self.kept.append(tensor)
        if tensor.dtype is self.torch.complex32:
            raise Unwritten("torch warns of complex32 wherever it makes room, and computes next to nothing with it")
        fitting = [] if self.own or not self.numbers(3) else [
            each for each in self.machine.tensors
            if each.shape == tensor.shape and each.dtype is tensor.dtype and not each.is_inference()
        ]
        if fitting:
            made = fitting[self.numbers(len(fitting))]
        else:
            text = self.made(tensor)
            if tensor.is_conj():
                text += ".conj()"
            if tensor.is_neg():
                text = f"torch._neg_view({text})"
            if tensor.requires_grad and not self.torch.is_inference_mode_enabled():
                text += ".requires_grad_()"  # in inference mode, what torch forgets of it outside is not told here
            made = self.machine.scribe.evaluate(text, "tensor")
            self.machine.take(made)
        self.tensors[id(tensor)] = made.name
        return made.name

    def memory(self, tensor: Any) -> tuple[str, int]:
        before = len(self.lines)
        name, first = super().memory(tensor)
        if len(self.lines) > before:  # memory that several tensors lie in is a variable of its own
            line = self.lines.pop()
            made = self.machine.scribe.evaluate(line.partition(" = ")[2], "tensor")
            self.memories[tensor.untyped_storage().data_ptr()] = made.name, first
            return made.name, first
        return name, first


def call(machine: Writing, numbers: Numbers) -> Any:
    """Call one operator: as a function, a method, or in place, now and then with an argument changed."""
    torch = machine.scribe.engine
    place = numbers(len(operators()))
    operator = operators()[place]
    dtypes = dtypes_of(place)
    refused = operator.error_inputs_func is not None and numbers(12) == 11
    dtype = None if refused or not dtypes else numbers.one_of(dtypes)
    drawn = samples(place, dtype)
    if not drawn or (refused and operator.name in JOINING):
        return None
    sample = numbers.one_of(drawn)
    own = operator.name in NO_TIES | SORTED | SIGNS | WRITING_PRODUCTS or refused
    if operator.name in NO_TIES and dtype is not None and "float" not in dtype:
        return None
    writer = Substituting(machine, numbers, own)
    given = (sample.input, *sample.args)
    try:
        writer.prepare(given, sample.kwargs)
        arguments = [writer.expression(each) for each in given]
        keywords = [f"{key}={writer.expression(value)}" for key, value in sample.kwargs.items()]
        path = called(torch, operator, ["()"], []).removesuffix("(())")
    except Unwritten:
        return None
    if path.startswith(("from_database", "torch.ops")):
        return None
    name = path.rpartition(".")[2]
    way = numbers(4)
    if path.startswith("torch.Tensor.") or (way == 1 and operator.method_variant is not None):
        path, arguments = f"{arguments[0]}.{name}", arguments[1:]
    elif way == 2 and operator.inplace_variant is not None and isinstance(sample.input, torch.Tensor):
        name = operator.inplace_variant.__name__
        path, arguments = f"{arguments[0]}.{name}", arguments[1:]
    kind = "call"
    if numbers(8) == 7 and operator.name not in NO_TIES | SORTED | CODED:
        arguments, keywords = changed(machine, numbers, arguments, keywords)
        kind = "changed"
    machine.scribe.kind = kind
    try:
        return machine.scribe.evaluate(f"{path}({', '.join([*arguments, *keywords])})", operation_of(path))
    finally:
        machine.scribe.kind = ""


def operation_of(path: str) -> str:
    """The name an operation has in reports: without torch, and without the variable whose method it is."""
    head, _, name = path.rpartition(".")
    return name if not head.startswith("torch.") else f"{head.removeprefix('torch.')}.{name}"


def changed(
    machine: Writing, numbers: Numbers, arguments: list[str], keywords: list[str]
) -> tuple[list[str], list[str]]:
    """The arguments with one of them another, gone, or more than there were."""
    how, place = numbers(4), numbers(len(arguments) + len(keywords) or 1)
    odd = numbers.one_of((*ODD, *(each.name for each in machine.tensors[-3:])))
    if how == 3:
        return [*arguments, odd], keywords
    if place < len(arguments):
        return [*arguments[:place], *([odd] if how else []), *arguments[place + 1 :]], keywords
    place -= len(arguments)
    if not keywords:
        return [*arguments, odd], keywords
    name = keywords[place].partition("=")[0]
    return arguments, [*keywords[:place], *([f"{name}={odd}"] if how else []), *keywords[place + 1 :]]
