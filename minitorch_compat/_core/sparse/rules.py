"""How an operation of which some argument is sparse finds its rule; the rules of conversions and of writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..._kernels import coo
from .. import dtypes, errors, graph
from ..errors import Misfit
from ..forms import FUNCTIONS, commit
from ..modes import mode, no_grad
from ..options import dtype_of
from ..scalars import is_number
from ..tensor import Tensor, wrap
from ..transforms import tensors_in
from ..views import check_write, known_step
from .compressed import Compressed
from .creation import detached, sparse_coo_tensor, spdiags
from .gradients import recorded
from .refusals import not_run, refused
from .tensor import Sparse, sparse_of

ndarray = np.ndarray
RULES: dict[str, Callable[..., Any]] = {}
WRITTEN: set[str] = set()
"""The rules that have an in-place form."""
COALESCED: set[str] = set()
"""Those whose in-place form wants each place once."""

SAME = {
    **{name: other for other, names in {
        "abs": "absolute __abs__", "neg": "negative __neg__", "trunc": "fix", "mul": "multiply __mul__",
        "div": "divide true_divide __truediv__ __div__", "sub": "subtract __sub__", "add": "__add__",
        "pow": "__pow__", "matmul": "__matmul__", "floor_divide": "__floordiv__", "asin": "arcsin",
        "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh", "transpose": "swapaxes swapdims",
        "positive": "__pos__", "cat": "concat concatenate", "movedim": "moveaxis", "to_sparse": "to_sparse_coo",
        "get_item": "__getitem__", "t": "T adjoint_", "add_": "__iadd__", "sub_": "__isub__ subtract_",
        "mul_": "__imul__ multiply_", "div_": "__itruediv__ __idiv__ divide_ true_divide_", "abs_": "absolute_",
        "neg_": "negative_", "trunc_": "fix_", "asin_": "arcsin_", "asinh_": "arcsinh_", "atan_": "arctan_",
        "atanh_": "arctanh_", "transpose_": "swapaxes_ swapdims_", "floor_divide_": "__ifloordiv__",
    }.items() for name in names.split()},
}  # fmt: skip
"""Other names of operations that have rules."""


def rule(*names: str, written: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a rule under these names; one that may be ``written`` has an in-place form."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            RULES[name] = function
            if written:
                WRITTEN.add(name)
        return function

    return enter


OPERATORS = frozenset(
    f"__{side}{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "pow", "matmul", "mod")
    for side in ("", "r", "i")
)
"""Operators that leave it to others what is neither a tensor nor a number."""
def called(name: str, arguments: Any, keywords: Any, method: bool = False) -> Any:
    """A call by a user: what fits no form of the operation is refused in the words of torch's parser."""
    try:
        return carry_out(name, arguments, keywords)
    except TypeError as error:
        traceback = error.__traceback__
        here = traceback is not None and traceback.tb_next is not None and traceback.tb_next.tb_next is None
        if not (isinstance(error, Misfit) or here):
            raise
        problem = error
    from ..signatures import refusal

    said = refusal(name, tuple(arguments)[method:], keywords, method=method)
    raise problem if isinstance(said, NotImplementedError) else said


SWAPPED = {"__radd__": "add", "__rmul__": "mul", "__rsub__": "sub", "__rmatmul__": "matmul"}
"""The operators that a tensor at the right side is asked for."""


def carry_out(name: str, arguments: Any, keywords: Any) -> Any:
    """An operation of which some argument is sparse; NotImplementedError in torch's words where it has none."""
    if not PREPARED:
        prepare()
    if any(isinstance(each, Compressed) for each in tensors_in((arguments, keywords))):
        from . import compressed_rules

        return compressed_rules.carry_out(name, arguments, keywords)
    if name in OPERATORS and not (isinstance(arguments[1], Tensor) or is_number(arguments[1])):
        return NotImplemented
    if name in SWAPPED:
        name, arguments = SWAPPED[name], (arguments[1], arguments[0])
    own = SAME.get(name, name)
    found = RULES.get(own)
    if found is None and own[-1] == "_" and own[:-1] in WRITTEN:
        if own[:-1] in COALESCED and isinstance(arguments[0], Sparse) and not arguments[0]._whole:
            raise RuntimeError(f"{own} requires coalesced input")
        if own == "abs_" and arguments[0].is_complex():
            raise RuntimeError("In-place abs is not supported for complex tensors.")
        return written(RULES[own[:-1]], arguments, keywords)
    if found is None:
        raise refused(name, arguments)
    out = keywords.get("out")
    if out is None:
        if "out" in keywords:
            keywords = {word: value for word, value in keywords.items() if word != "out"}
        return found(*arguments, **keywords)
    keywords = {word: value for word, value in keywords.items() if word != "out"}
    with no_grad():
        return into(out, found(*arguments, **keywords))


PREPARED: list[Any] = []


def prepare() -> None:
    """Bring in all rules."""
    from . import arithmetic, compressed_rules, elementwise, products, reductions, shapes

    for name in ("to_sparse_csr", "to_sparse_csc", "to_sparse_bsr", "to_sparse_bsc"):
        RULES[name] = compressed_rules.RULES[name]
    PREPARED.extend((arithmetic, elementwise, products, reductions, shapes))


def into(out: Any, result: Any) -> Any:
    """A result in the tensor given for it."""
    if isinstance(out, Sparse) and isinstance(result, Sparse):
        assign(out, result)
        return out
    if isinstance(result, Sparse) or isinstance(out, Sparse):
        raise not_run("resize_") if isinstance(out, Sparse) else not_run("_values", "CPU")
    return out.resize_(result.shape).copy_(result) if out.shape != result.shape else out.copy_(result)


def written(function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
    """The in-place form of a rule: the result, with its history, takes the place of the first argument."""
    x, *_ = arguments
    name = function.__name__
    check_write(x, *[each for each in (*arguments[1:], *keywords.values()) if isinstance(each, Tensor)])
    before = x
    if mode.enabled and any(isinstance(each, Tensor) and each._node is not None for each in arguments):
        # What the step keeps is what was there before.
        before = detached(x) if isinstance(x, Sparse) else wrap(x._data.copy())
        before._node = x._node
    result = function(before, *arguments[1:], **keywords)
    if not dtypes.can_cast(result.dtype, x.dtype):
        if name in ("add", "sub"):
            raise RuntimeError(
                f"Can't convert result type {result.dtype.scalar_type} to output {x.dtype.scalar_type} in add operation"
            )
        if name == "mul" and isinstance(x, Sparse):
            raise RuntimeError(
                f"dtype of values ({result.dtype.scalar_type}) must match dtype of sparse tensor "
                f"({x.dtype.scalar_type})"
            )
    if isinstance(x, Sparse):
        if result._size != x._size:
            raise errors.write_result_shape(x._size, result._size)
        assign(x, result)
        if name == "mul" and x._nnz() > 1:
            x._whole = False
        return x
    if isinstance(result, Sparse):
        node = result._node
        with no_grad():
            result = result.to_dense()
        result._node = node
    return commit(x, result)


def assign(x: Sparse, result: Sparse) -> None:
    """Let ``x`` hold what ``result`` does, with its history."""
    held = result._held
    if held.dtype is not x.dtype:
        if not dtypes.can_cast(held.dtype, x.dtype):
            raise dtypes.cannot_cast(held.dtype, x.dtype)
        held = held.to(x.dtype)
    x._places, x._held, x._size, x._whole = result._places, held, result._size, result._whole
    x._bump()
    if result._node is not None:
        x._node = result._node


# ---- conversions


def coalesced(x: Sparse) -> Sparse:
    """The same with each place once, in order; without history."""
    if x._whole:
        return x
    places, values = coo.coalesced(x._places, x._held._data, x._size[: len(x._places)])
    return sparse_of(places, wrap(values), x._size, True)


@rule("coalesce")
def coalesce(input: Sparse) -> Sparse:
    if input._whole:
        return input
    return recorded("CoalesceBackward0", coalesced(input), (input,), (lambda g: g,))


@rule("values")
def values(input: Sparse) -> Tensor:
    input._expect_coalesced("values")
    places, size = input._places, input._size
    return recorded(
        "ValuesBackward0", input._values(), (input,), (lambda g: with_history(places, g, size, True),)
    )


def with_history(places: ndarray, held: Tensor, size: Any, whole: bool | None = None) -> Sparse:
    """A sparse tensor of values that may have a history."""
    from .creation import of_values

    return of_values(sparse_of(places, held, size, whole), held)


@rule("to_dense")
def to_dense(input: Sparse, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
    if dtype_of(dtype) is not None:
        raise RuntimeError("dtype argument is not supported by sparse_to_dense")
    made = wrap(coo.dense(input._places, input._held._data, input._size))
    if masked_grad is None or masked_grad:
        return recorded(
            "ToDenseBackward0", made, (input,), (lambda g, x: carry_out("sparse_mask", (g, coalesced(x)), {}),),
            (input,),
        )
    count = len(input._places)
    return recorded("ToDenseBackward0", made, (input,), (lambda g: g if g.is_sparse else g.to_sparse(count),))


RULES["_spdiags"] = spdiags


@rule("to_sparse")
def to_sparse(input: Any, *arguments: Any, **keywords: Any) -> Any:
    from .conversions import to_layout

    return to_layout(input, *arguments, **keywords)


@rule("sparse_mask")
def sparse_mask(input: Tensor, mask: Tensor) -> Sparse:
    if not isinstance(mask, Tensor):
        raise Misfit
    if not isinstance(mask, Sparse):
        raise not_run("sparse_mask", "SparseCPU" if isinstance(input, Sparse) else "CPU")
    if tuple(input.shape) != mask._size:
        raise RuntimeError(
            f"sparse_mask(): operands have incompatible sizes; self has size {list(input.shape)} but mask has size "
            f"{list(mask._size)}"
        )
    mask = detached(mask)
    if isinstance(input, Sparse):
        if len(input._places) != len(mask._places):
            raise RuntimeError(
                "sparse_mask(): the number of sparse dimensions in `self` should match that of the `mask`. Got "
                f"`self.sparse_dim() == {len(input._places)}` != `mask.sparse_dim() == {len(mask._places)}`."
            )
        own = summed(input)
        made = sparse_of(mask._places.copy(), wrap(found_at(own, mask._places)), mask._size, mask._whole)
    else:
        count = len(mask._places)
        picked = input._data[tuple(mask._places)] if count else input._data[None].repeat(mask._nnz(), 0)
        made = sparse_of(mask._places.copy(), wrap(np.ascontiguousarray(picked)), mask._size, mask._whole)
    strided = not isinstance(input, Sparse)
    return recorded("SparseMaskBackward0", made, (input,), (lambda g: mask_gradient(g, mask, strided),))


def summed(x: Sparse, wide: bool = False) -> Sparse:
    """The same with each place once, its entries added up in a wider dtype as torch does here, and left in it."""
    if x._whole:
        return x
    places, sums = coo.summed(x._places, x._held._data, x._size[: len(x._places)])
    return sparse_of(places, wrap(sums if wide else sums.astype(x.dtype.numpy)), x._size, True)


def mask_gradient(g: Tensor, mask: Sparse, strided: bool) -> Tensor:
    made = carry_out("sparse_mask", (g, mask), {})
    if strided:
        return made.to_dense()
    made = carry_out("coalesce", (made,), {})
    return with_history(made._places.copy(), made.values(), made._size, True)


def found_at(x: Sparse, places: ndarray) -> ndarray:
    """What a coalesced tensor holds at places, zeros where it holds nothing."""
    sizes = x._size[: len(x._places)]
    own, wanted = coo.flattened(x._places, sizes), coo.flattened(places, sizes)
    data = x._held._data
    picked = np.zeros((wanted.size, *data.shape[1:]), data.dtype)
    if own.size:
        where = np.minimum(np.searchsorted(own, wanted), own.size - 1)
        hit = own[where] == wanted
        picked[hit] = data[where[hit]]
    return picked


@rule("clone")
def clone(input: Sparse, *, memory_format: Any = None) -> Sparse:
    from ..kinds import preserve_format

    if memory_format is not None and memory_format is not preserve_format:
        name = repr(memory_format).removeprefix("torch.").removesuffix("_format").title().replace("_", "")
        raise RuntimeError(f"unsupported memory format option {name}")
    made = sparse_of(input._places.copy(), input._held.detach().clone(), input._size, input._whole)
    return recorded("CloneBackward0", made, (input,), (lambda g: g,))


@rule("detach_")
def detach_(input: Sparse) -> Sparse:
    if input._node is not None and known_step(input) is not None:
        input._detached = graph.next_order()
    input._node = None
    return input


@rule("copy_")
def copy_(input: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
    if not (isinstance(input, Sparse) and isinstance(src, Sparse)):
        raise RuntimeError(
            "copy_() between dense and sparse Tensors is not implemented! Found self type = "
            f"{input.type()} and src type = {src.type()}"
        )
    check_write(input, src)
    if src is input:
        return input
    held = src._held.detach().to(input.dtype)
    made = sparse_of(src._places.copy(), held.clone() if held is src._held else held, src._size, src._whole)
    recorded("CopyBackwards", made, (input, src), (no_zeros, lambda g: g))
    input._places, input._held, input._size, input._whole = made._places, made._held, made._size, made._whole
    input._bump()
    input._node = made._node if input._node is not graph.LEAF else input._node
    return input


def no_zeros(g: Any) -> Any:
    """What torch says where it would make zeros like a sparse gradient."""
    raise RuntimeError("memory format option is only supported by strided tensors")


@rule("to_dtype", "_to")
def to_dtype(input: Sparse, dtype: Any, copy: bool = False) -> Sparse:
    """The same with values of another dtype."""
    if dtype is input.dtype and not copy:
        return input
    own = input.dtype
    held = input._held.to(dtype)
    made = sparse_of(input._places, held.clone() if held is input._held else held, input._size, input._whole)
    return recorded("ToCopyBackward0", made, (input,), (lambda g: g.to(own),))


@rule("to", "type_as", "cpu")
def to(input: Any, *arguments: Any, **keywords: Any) -> Any:
    if not isinstance(input, Sparse):
        return input.to(arguments[0].dtype)
    if arguments and isinstance(arguments[0], Tensor):
        arguments = (arguments[0].dtype, *arguments[1:])
    probe = wrap(np.empty(0, input.dtype.numpy))
    wanted = probe.to(*arguments, **keywords)
    copy = keywords.get("copy", False) or wanted is not probe
    return to_dtype(input, wanted.dtype, copy)


for _name in "float double half bfloat16 int long short char byte bool cfloat cdouble".split():  # noqa: SIM905
    RULES[_name] = lambda input, _name=_name, **keywords: to_dtype(input, getattr(wrap(np.zeros(0)), _name)().dtype)


@rule("resolve_conj", "resolve_neg", "positive", "real_", "requires_grad_of")
def unchanged(input: Sparse) -> Sparse:
    return input


@rule("is_nonzero")
def is_nonzero(input: Sparse) -> bool:
    return bool(input)


RULES["is_inference"] = Tensor.is_inference
for _name in ("is_conj", "is_neg", "is_distributed", "is_pinned"):
    RULES[_name] = lambda input, **keywords: False
for _name in ("numel", "is_floating_point", "is_complex", "is_signed", "get_device"):
    RULES[_name] = lambda input, _name=_name: getattr(input, _name)()
for _name in ("is_xla", "is_vulkan", "is_maia", "is_mtia", "is_ipu", "is_sparse_csr"):
    RULES[_name] = lambda input: False
RULES["name"] = lambda input: None
RULES["is_same_size"] = lambda input, other: tuple(input.shape) == tuple(other.shape)


for _name in ("_nnz", "_indices", "_values"):
    RULES[_name] = lambda input, _name=_name: fail(not_run(_name, "CPU"))


def fail(error: Exception) -> Any:
    raise error


# ---- new ones, and sizes


@rule("zeros_like", "empty_like", "new_zeros", "new_empty")
def empty(
    input: Sparse, *size: Any, dtype: Any = None, layout: Any = None, requires_grad: bool = False, **options: Any
) -> Any:
    from .. import kinds

    if "size" in options:
        size = (options.pop("size"),)
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = tuple(size[0])
    lengths = size or input._size
    wanted = dtype or input.dtype
    if layout is kinds.strided:
        return FUNCTIONS["zeros"](*lengths, dtype=wanted, requires_grad=requires_grad)
    count = len(lengths) if size else len(input._places)
    held = wrap(np.empty((0, *lengths[count:]), wanted.numpy))
    made = sparse_of(np.empty((count, 0), np.int64), held, lengths)
    return made.requires_grad_() if requires_grad else made


@rule("new")
def new(input: Sparse, *arguments: Any, **options: Any) -> Any:
    if any(isinstance(each, Tensor) for each in arguments):
        return sparse_coo_tensor(*arguments, check_invariants=False)
    return empty(input, *(arguments or (0,)), **options)


@rule("result_type")
def result_type(tensor: Any, other: Any) -> Any:
    return dtypes.result_type(*[
        np.empty((0,) * min(each.dim(), 1), each.dtype.numpy) if isinstance(each, Tensor) else each
        for each in (tensor, other)
    ])


@rule("new_tensor")
def new_tensor(input: Sparse, data: Any, **options: Any) -> Any:
    if isinstance(data, Sparse):
        return data.detach().clone()
    return wrap(np.zeros(0, input.dtype.numpy)).new_tensor(data, **options)


@rule("zero_")
def zero_(input: Sparse) -> Sparse:
    check_write(input)
    cleared(input, input._size, len(input._places))
    input._bump()
    return input


def cleared(x: Sparse, size: Any, sparse_dim: int) -> None:
    """Let ``x`` hold nothing, at a size."""
    x._size = tuple(size)
    x._places = np.empty((sparse_dim, 0), np.int64)
    x._held = wrap(np.empty((0, *x._size[sparse_dim:]), x.dtype.numpy))
    x._whole = True


@rule("sparse_resize_")
def sparse_resize_(input: Any, size: Any, sparse_dim: int, dense_dim: int) -> Any:
    if not isinstance(input, Sparse):
        raise not_run("sparse_resize_", "CPU")
    size = tuple(size)
    check_dims(size, sparse_dim, dense_dim)
    nnz, own = input._nnz(), (len(input._places), input.dense_dim())
    if nnz:
        if sparse_dim != own[0]:
            raise RuntimeError(
                f"changing the number of sparse dimensions (from {own[0]} to {sparse_dim}) on a non-empty sparse "
                "tensor is not supported." + RESIZING
            )
        if dense_dim != own[1]:
            raise RuntimeError(
                f"changing the number of dense dimensions (from {own[1]} to {dense_dim}) on a non-empty sparse "
                "tensor is not supported." + RESIZING
            )
        for kind, before, after in (
            ("sparse", input._size[:sparse_dim], size[:sparse_dim]),
            ("dense", input._size[sparse_dim:], size[sparse_dim:]),
        ):
            if any(new < old for new, old in zip(after, before, strict=True)):
                raise RuntimeError(
                    f"shrinking the size of {kind} dimensions (from {list(before)} to {list(after)}) on a non-empty "
                    "sparse tensor is not supported." + RESIZING
                )
    if size[sparse_dim:] != input._size[own[0]:] or (sparse_dim, dense_dim) != own:
        held = np.zeros((nnz, *size[sparse_dim:]), input.dtype.numpy)
        if nnz:
            held[tuple(slice(each) for each in input._held.shape)] = input._held._data
        input._held = wrap(held)
    if sparse_dim != own[0]:
        input._places = np.empty((sparse_dim, 0), np.int64)
    input._size = size
    return input


RESIZING = (
    "\nYou could try the following options:\n1. If you need an empty sparse tensor of this size, call `x = "
    "torch.sparse_coo_tensor(size)`.\n2. If you need to resize this tensor, you have the following options:\n    1. "
    "For both sparse and dense dimensions, keep the number of them constant and the size of them non-shrinking, and "
    "then try the same call again.\n    2. Or, create a new sparse tensor with the correct indices and values from "
    "this sparse tensor."
)


def check_dims(size: Any, sparse_dim: int, dense_dim: int) -> None:
    if len(size) != sparse_dim + dense_dim:
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, sparse_dim = "
            f"{sparse_dim}, dense_dim = {dense_dim}"
        )


@rule("sparse_resize_and_clear_")
def sparse_resize_and_clear_(input: Any, size: Any, sparse_dim: int, dense_dim: int) -> Any:
    if not isinstance(input, Sparse):
        raise not_run("sparse_resize_and_clear_", "CPU")
    check_dims(size, sparse_dim, dense_dim)
    cleared(input, size, sparse_dim)
    return input


@rule("resize_as_", "resize_as_sparse_")
def resize_as_(input: Any, the_template: Sparse, **options: Any) -> Any:
    if not isinstance(input, Sparse):
        raise not_run("resize_as_sparse_", "CPU")
    if input._size != the_template._size:
        sparse_resize_(input, the_template._size, the_template.sparse_dim(), the_template.dense_dim())
    return input

