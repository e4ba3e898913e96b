"""What the text of a sample calls besides an engine: how results are seen, and functions of the database's own."""
import base64
import contextlib
import hashlib
import importlib
import random
import sys
import types
import unittest
import zlib
from functools import lru_cache
from importlib.util import find_spec

import numpy as np

SPOKEN = ("look", "gradients", "from_database", "unpacked", "drawn", "module_state")
"""Names that the text of a sample may use besides `torch` and `see`."""

NOT_UNIQUE = {
    "svd": (0, 2), "linalg.svd": (0, 2), "linalg.eig": (1,), "linalg.eigh": (1,), "pca_lowrank": (0, 2),
    "svd_lowrank": (0, 2), "lobpcg": (1,),
}
"""Results that are vectors in columns, which may turn: each is right times any number of size one."""

TIES = {"sort", "msort", "argsort", "topk", "kthvalue", "mode", "median", "nanmedian", "aminmax"}
"""Where equal elements may come in any order: the elements are compared, not where they stood."""

UNSET = {"empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided", "empty_permuted"}
"""Memory that nobody has set."""


def look(torch, see, name, out):
    """See a result; of what is not unique, what is."""
    if isinstance(out, torch.Tensor) and str(getattr(out, "layout", "torch.strided")) != "torch.strided":
        see("out.layout", str(out.layout))
        see("out.shape", tuple(out.shape))
        see("out.parts", parts_of(out))
    elif name in UNSET:
        see("out.shape", tuple(out.shape))
        see("out.dtype", str(out.dtype))
        see("out.stride", tuple(out.stride()))
    elif name in NOT_UNIQUE and isinstance(out, tuple):
        for place, part in enumerate(out):
            columns = part.mH if name in ("linalg.svd",) and place == 2 else part
            see(f"out[{place}]", turned(torch, columns.detach()) if place in NOT_UNIQUE[name] else part)
    elif name in TIES and isinstance(out, tuple):
        see("out[0]", out[0])
        see("out[1].shape", tuple(out[1].shape))
    else:
        see("out", out)


def parts_of(out):
    """The plain tensors a sparse one is made of."""
    plain = out.detach()
    if str(plain.layout) == "torch.sparse_coo":
        return [plain._indices(), plain._values()]
    if str(plain.layout) in ("torch.sparse_csc", "torch.sparse_bsc"):
        return [plain.ccol_indices(), plain.row_indices(), plain.values()]
    return [plain.crow_indices(), plain.col_indices(), plain.values()]


def turned(torch, vectors):
    """Vectors in columns, each times the number of size one that makes its largest entry positive."""
    if not vectors.numel():
        return vectors
    largest = vectors.abs().argmax(-2, keepdim=True)
    entry = vectors.gather(-2, largest)
    return vectors * (entry.conj() / entry.abs())


def tensors(torch, value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [each for part in value for each in tensors(torch, part)] if isinstance(value, (tuple, list)) else []


def gradients(torch, see, name, out, leaves):
    """See the gradients of every differentiable result, each element weighted otherwise."""
    outs = [each for each in tensors(torch, out) if each.requires_grad]
    if name in NOT_UNIQUE:  # what may turn has no gradient of its own; sizes do not turn
        outs = [each.abs() for each in outs]
    if outs:
        given = [weights(torch, each) for each in outs]
        found = torch.autograd.grad(outs, leaves, given, allow_unused=True)
        see.gradient("gradients", [each if each is None or str(getattr(each, "layout", "torch.strided")) ==
                                   "torch.strided" else parts_of(each) for each in found])


def module_state(torch, see, module, out, leaves):
    """See what a layer has learned of its input: gradients of inputs and parameters, and its state."""
    parameters = list(module.parameters())
    outs = [each for each in tensors(torch, out) if each.requires_grad]
    if outs and (leaves or parameters):
        found = torch.autograd.grad(outs, [*leaves, *parameters], [weights(torch, each) for each in outs],
                                    allow_unused=True)
        see.gradient("gradients", list(found))
    see.state("state", module)


def weights(torch, out):
    return (torch.arange(1, out.numel() + 1).reshape(out.shape).remainder(7) * 0.25 + 0.5).to(out.dtype)


def unpacked(torch, kind, shape, text):
    """A tensor from its bytes, compressed and as text."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=kind)
    return torch.tensor(raw.reshape(shape).copy(), dtype=getattr(torch, kind))


def drawn(torch, name, variant, kind, shape, digest):
    """A large tensor of the database's own, drawn again by the installed torch and known by its bytes' SHA-256."""
    for held in large(name, variant, kind):
        if held.size == np.prod(shape) and hashlib.sha256(held.tobytes()).hexdigest() == digest:
            return torch.tensor(held.reshape(shape), dtype=getattr(torch, str(held.dtype)))
    raise LookupError(f"the installed torch draws no such tensor for {name} {variant}")


@lru_cache(maxsize=1)
def large(name, variant, kind):
    """The memory of every tensor among an operator's samples, the long ones alone."""
    import torch

    for operator in database().op_db:
        if (operator.name, operator.variant_test_name) == (name, variant):
            with torch.random.fork_rng(devices=[]):
                seed(torch)
                dtype = getattr(torch, kind)
                wants = operator.supports_autograd and dtype in operator.supported_backward_dtypes("cpu")
                samples = list(operator.sample_inputs_func(operator, "cpu", dtype, wants))
    given = tensors(torch, [[sample.input, sample.args, sample.kwargs] for sample in samples])
    flat = [each.detach() for each in given if each.layout is torch.strided and each.numel() > 10_000]
    return [each.contiguous().numpy().copy() for each in flat]


def seed(torch):
    """Begin every stream of random numbers that the database draws from."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)


@contextlib.contextmanager
def filled(torch):
    """In the block, memory that nobody has set has the same in it each time."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def database():
    """torch's module of operators."""
    return internal("common_methods_invocations")


def modules():
    """torch's module of layers."""
    return internal("common_modules")


def optimisers():
    """torch's module of optimisers."""
    return internal("common_optimizers")


def internal(name):
    """A module of torch's database, which asks for a package that it does not need for this."""
    if "expecttest" not in sys.modules and find_spec("expecttest") is None:
        stub = types.ModuleType("expecttest")
        vars(stub)["TestCase"] = unittest.TestCase
        sys.modules["expecttest"] = stub
    return importlib.import_module(f"torch.testing._internal.{name}")


def from_database(torch, name, variant):
    """A function that the database defines for an operator, speaking of this engine."""
    for operator in database().op_db:
        if (operator.name, operator.variant_test_name) == (name, variant):
            return rebound(operator.op, torch)
    raise LookupError(f"the installed torch tests no {name} {variant}")


def rebound(function, torch):
    """A Python function with an engine for every torch it names."""
    if not isinstance(function, types.FunctionType):
        owner = getattr(function, "__module__", None) or "torch"
        for path in (owner.removeprefix("torch").removeprefix("._C.").removeprefix("._C._").lstrip("._"), ""):
            room = getattr(torch, path, None) if path else torch
            if room is not None and hasattr(room, getattr(function, "__name__", "?")):
                return getattr(room, function.__name__)
        return function
    scope = {**function.__globals__, "torch": torch, "wrapper_set_seed": seeded(torch)}
    if "F" in scope:
        scope["F"] = torch.nn.functional
    cells = function.__closure__
    if cells:
        cells = tuple(types.CellType(inside(cell.cell_contents, torch)) for cell in cells)
    made = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def inside(value, torch):
    named = getattr(value, "__module__", None) or ""
    return rebound(value, torch) if callable(value) and named.startswith("torch") else value


def seeded(torch):
    def wrapper_set_seed(function, *args, **kwargs):
        torch.manual_seed(42)
        return function(*args, **kwargs)

    return wrapper_set_seed
