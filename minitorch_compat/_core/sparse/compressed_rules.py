"""The operations that compressed sparse tensors have, and what is said of those they have not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import errors, kinds
from ..errors import Misfit
from ..modes import mode
from ..options import dtype_of
from ..recording import backward_name
from ..scalars import is_number
from ..tensor import Tensor, wrap, wrap_dim
from ..transforms import tensors_in
from ..views import check_write, shared_of
from .compressed import (
    BACKEND,
    BLOCKS,
    ROWS,
    TURNED,
    Compressed,
    back_to,
    compress,
    converted,
    like,
    masked,
    names,
    of_parts,
    same_places,
    title,
    to_coo,
    whole,
    without,
)
from .gradients import recorded
from .refusals import not_run
from .tensor import Sparse

RULES: dict[str, Callable[..., Any]] = {}


def rule(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a rule of compressed tensors under these names."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        RULES.update(dict.fromkeys(names, function))
        return function

    return enter


def carry_out(name: str, arguments: Any, keywords: Any) -> Any:
    """An operation of which some argument is compressed; named as lacking where it has no rule."""
    own = RULES.get(name)
    if own is None and name in WRITTEN and isinstance(arguments[0], Compressed):
        return written(RULES[WRITTEN[name]], *arguments, **keywords)
    if own is None:
        raise refused(name, next(each for each in tensors_in((arguments, keywords)) if isinstance(each, Compressed)))
    if keywords.get("out") is not None:
        raise errors.lacks(f"torch.{name} of compressed tensors with out=")
    return own(*arguments, **{word: value for word, value in keywords.items() if word != "out"})


WRITTEN = {
    "mul_": "mul", "__imul__": "mul", "add_": "add", "__iadd__": "add", "zero_": "zeros_like", "copy_": "copied",
    "neg_": "neg", "abs_": "abs", "sin_": "sin", "relu_": "relu", "sqrt_": "sqrt",
}  # fmt: skip
"""In-place forms, and the rules whose results they keep."""


def written(function: Callable[..., Any], x: Compressed, *arguments: Any, **keywords: Any) -> Compressed:
    """The in-place form of a rule: its result, with its history, takes the place of the first argument."""
    check_write(x, *[each for each in arguments if isinstance(each, Tensor)])
    before: Any = x
    if mode.enabled and any(isinstance(each, Tensor) and each._node is not None for each in (x, *arguments)):
        before = x.detach()
        before._node = x._node
    made = function(before, *arguments, **keywords)
    if not isinstance(made, Compressed) or made._size != x._size or made.dtype is not x.dtype:
        raise errors.lacks("writes to compressed tensors of what has another layout, size or dtype")
    x._starts, x._others, x._held, x._kind = made._starts, made._others, made._held, made._kind
    x._bump()
    if made._node is not None:
        x._node = made._node
    return x


STRIDES = frozenset("unsqueeze squeeze diagonal sort argsort einsum narrow split chunk".split())  # noqa: SIM905
CONTIGUOUS = frozenset("contiguous flatten reshape ravel cat stack concat vstack hstack".split())  # noqa: SIM905
LAYOUTS = frozenset(
    """
    sub div true_divide divide pow cos exp log exp2 eq ne lt le gt ge clamp clamp_min clamp_max sigmoid reciprocal rsqrt
    bitwise_not allclose isclose __sub__ __rsub__ __truediv__ __pow__ square __eq__ __ne__ __lt__ __le__ __gt__ __ge__
    """.split()  # noqa: SIM905
)
NOWHERE = {
    name: kernel for kernel, names in {
        "as_strided": "T permute as_strided", "view": "view", "uniform_": "rand_like", "normal_": "randn_like",
        "mean.out": "mean", "norm.out": "norm", "max": "max", "min": "min", "any.all_out": "any", "all.all_out": "all",
        "_softmax.out": "softmax", "_sparse_softmax": "_sparse_softmax", "argmax.out": "argmax", "argmin.out": "argmin",
        "topk.values": "topk", "equal": "equal", "where.self": "where", "masked_select": "masked_select", "dot": "dot",
        "trace": "trace", "tril.out": "tril", "triu.out": "triu", "nonzero": "nonzero", "prod": "prod",
        "count_nonzero.dim_IntList": "count_nonzero", "cumsum.out": "cumsum", "std.correction": "std", "flip": "flip",
        "var.correction": "var", "index_select": "index_select", "gather.out": "gather", "bmm.out": "bmm",
        "nan_to_num.out": "nan_to_num", "_spsolve": "linalg_solve",
    }.items() for name in names.split()
}  # fmt: skip
"""Where torch gets stuck, by the names of its kernels."""


def refused(name: str, x: Compressed) -> Exception:
    """The exception for an operation that compressed tensors do not have in torch, or not yet here."""
    if name in STRIDES:
        return without("strides", x)
    if name in CONTIGUOUS:
        return without("is_contiguous", x)
    if name in LAYOUTS:
        return RuntimeError(f"unsupported tensor layout: {title(x._kind)}")
    if name in NOWHERE:
        return not_run(NOWHERE[name], BACKEND)
    if name in ("coalesce", "_sparse_sum"):
        return RuntimeError(f"coalesce expected sparse coordinate tensor layout but got {title(x._kind)}")
    if name in ("expand", "expand_as", "broadcast_to"):
        return RuntimeError(f"expand is unsupported for {title(x._kind)} tensors")
    if name == "masked_fill":
        return RuntimeError("unsupported memory format option Contiguous")
    return errors.lacks(f"torch.{name} of compressed tensors")


for _word, _kinds in {"row": ROWS, "column": (kinds.sparse_csc, kinds.sparse_bsc)}.items():
    for _place, _part in enumerate(("_starts", "_others")):
        _name = names(_kinds[0])[_place]

        def _index(input: Any, _name: str = _name, _part: str = _part, _kinds: Any = _kinds, _word: str = _word) -> Any:
            if input._kind not in _kinds:
                raise RuntimeError(
                    f"{_name} expected sparse {_word} compressed tensor layout but got {title(input._kind)}"
                )
            return wrap(getattr(input, _part)._data)

        RULES[_name] = _index


@rule("values")
def values(input: Compressed) -> Tensor:
    held = wrap(input._held._data)
    held._shared = shared_of(input)
    return recorded("ValuesBackward0", held, (input,), (lambda g, x: like(x, g),), (input.detach(),))


@rule("to_dense")
def to_dense(input: Compressed, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
    if dtype_of(dtype) is not None:
        raise errors.lacks("to_dense of compressed tensors to a dtype")
    return recorded(
        "ToDenseBackward0", wrap(whole(input)), (input,),
        (lambda g, x: g if masked_grad is False else masked(g, x),), (input.detach(),),
    )


@rule("to_sparse", "to_sparse_coo")
def to_sparse(input: Any, *arguments: Any, **keywords: Any) -> Any:
    from .conversions import to_layout

    return to_layout(input, *arguments, **keywords)


for _kind in TURNED:
    RULES[f"to_{repr(_kind).removeprefix('torch.')}"] = (
        (lambda input, blocksize, dense_dim=None, _kind=_kind: converted(input, _kind, blocksize, dense_dim))
        if _kind in BLOCKS else
        lambda input, dense_dim=None, _kind=_kind: converted(input, _kind, None, dense_dim)
    )


@rule("sparse_mask")
def sparse_mask(input: Any, mask: Any) -> Any:
    if not isinstance(mask, Compressed):
        raise errors.lacks("sparse_mask between compressed tensors and others")
    layout = input.layout
    return recorded(
        "SparseMaskBackward0", masked(input, mask.detach()), (input,),  # type: ignore[arg-type]
        (lambda g: back_to(g, layout),),
    )


@rule("copied")
def copied(input: Compressed, src: Any, non_blocking: bool = False) -> Any:
    return recorded("CopyBackwards", clone(src.detach()), (input, src), (lambda g: g * 0, lambda g: g))


@rule("clone")
def clone(input: Compressed, *, memory_format: Any = None) -> Compressed:
    parts = [wrap(each._data.copy()) for each in (input._starts, input._others, input._held)]
    made = of_parts(input._kind, parts[0], parts[1], parts[2], input._size)
    return recorded("CloneBackward0", made, (input,), (lambda g: g,))


@rule("to_dtype", "_to")
def to_dtype(input: Compressed, dtype: Any, copy: bool = False) -> Compressed:
    if dtype is input.dtype and not copy:
        return input
    own = input.dtype
    return recorded("ToCopyBackward0", like(input, input._held.to(dtype)), (input,), (lambda g: g.to(own),))


@rule("to", "type_as", "cpu")
def to(input: Any, *arguments: Any, **keywords: Any) -> Any:
    if not isinstance(input, Compressed):
        return input.to(arguments[0].dtype)
    if arguments and isinstance(arguments[0], Tensor):
        arguments = (arguments[0].dtype, *arguments[1:])
    probe = wrap(np.empty(0, input.dtype.numpy))
    wanted = probe.to(*arguments, **keywords)
    return to_dtype(input, wanted.dtype, keywords.get("copy", False) or wanted is not probe)


for _name in "float double half bfloat16 int long short char byte bool cfloat cdouble".split():  # noqa: SIM905
    RULES[_name] = lambda input, _name=_name, **keywords: to_dtype(input, getattr(wrap(np.zeros(0)), _name)().dtype)
for _name in "is_conj is_neg is_distributed is_pinned is_xla is_vulkan is_maia is_mtia is_ipu".split():  # noqa: SIM905
    RULES[_name] = lambda input, **keywords: False
for _name in ("numel", "is_floating_point", "is_complex", "is_signed", "get_device"):
    RULES[_name] = lambda input, _name=_name: getattr(input, _name)()
RULES["is_inference"] = Tensor.is_inference
RULES["name"] = lambda input: None
RULES["is_same_size"] = lambda input, other: tuple(input.shape) == tuple(other.shape)
for _name in ("resolve_conj", "resolve_neg", "positive", "__pos__"):
    RULES[_name] = lambda input: input


@rule("conj", "real")
def real(input: Compressed) -> Compressed:
    if input.is_complex():
        raise errors.lacks("parts and conjugates of complex compressed tensors")
    return input



@rule("zeros_like", "empty_like")
def zeros_like(input: Compressed, *, dtype: Any = None, **options: Any) -> Compressed:
    none = [wrap(np.zeros((*each.shape[:input.batch_dim()], 0, *each.shape[input.batch_dim() + 1:]), each.dtype.numpy))
            for each in (input._others, input._held.to(dtype or input.dtype))]
    return of_parts(input._kind, wrap(np.zeros_like(input._starts._data)), none[0], none[1], input._size)


@rule("ones_like")
def ones_like(input: Compressed, *, dtype: Any = None, **options: Any) -> Compressed:
    return like(input, wrap(np.ones(input._held.shape, (dtype or input.dtype).numpy)))


def turned(x: Compressed) -> Compressed:
    """The transpose: the same entries in the layout that compresses the other dimension."""
    batch = x.batch_dim()
    held = x._held.transpose(batch + 1, batch + 2) if x._kind in BLOCKS else x._held
    size = [*x._size]
    size[batch], size[batch + 1] = size[batch + 1], size[batch]
    return of_parts(TURNED[x._kind], x._starts, x._others, held, size)


@rule("transpose", "swapaxes", "swapdims")
def transpose(input: Compressed, dim0: int, dim1: int) -> Compressed:
    batch, count = input.batch_dim(), input.dim()
    if input.dense_dim():
        raise RuntimeError("transpose(): hybrid sparse compressed tensors with dense dimensions are not supported")
    one, other = wrap_dim(dim0, count), wrap_dim(dim1, count)
    if {one, other} != {batch, batch + 1}:
        kinds_of = ["Batch" if each < batch else "Sparse" for each in (one, other)]
        if kinds_of[0] != kinds_of[1]:
            raise RuntimeError(
                "transpose(): can only transpose dimensions of the same type (Batch, Sparse, Dense), got "
                f"{one}({kinds_of[0]}) and {other}({kinds_of[1]})"
            )
        raise errors.lacks("transposes of compressed tensors other than of rows and columns")
    return recorded("TransposeBackward0", turned(input), (input,), (lambda g: g.transpose(one, other),))


@rule("t")
def t(input: Compressed) -> Compressed:
    if input.dim() > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.dim()}D")
    return recorded("TBackward0", turned(input), (input,), (lambda g: g.t(),))


@rule("mT", "H", "mH", "adjoint")
def adjoint(input: Compressed) -> Compressed:
    if input.is_complex():
        raise errors.lacks("adjoints of complex compressed tensors")
    return transpose(input, -2, -1)


# ---- numbers

ON_VALUES = """
    abs angle asin asinh atan atanh ceil deg2rad erf erfinv expm1 floor isinf isnan isneginf isposinf log1p neg rad2deg
    relu round sgn sign signbit sin sinh sqrt tan tanh trunc
"""


def on_values(name: str) -> Callable[..., Any]:
    """The rule of an operation that leaves zeros zeros; the way back is that of its values."""
    function = getattr(Tensor, name)

    def call(input: Compressed) -> Compressed:
        def way(g: Any, x: Compressed) -> Any:
            if name != "neg":
                raise errors.lacks(f"the way back through {name} of compressed tensors")
            return g.neg()

        return recorded(backward_name(name), like(input, function(input._held)), (input,), (way,), (input.detach(),))

    return call


for _name in ON_VALUES.split():
    RULES[_name] = on_values(_name)
RULES.update({"absolute": RULES["abs"], "__abs__": RULES["abs"], "__neg__": RULES["neg"], "negative": RULES["neg"],
              "arcsin": RULES["asin"], "arctan": RULES["atan"], "fix": RULES["trunc"]})  # fmt: skip


def rows_of(made: Sparse, x: Compressed | None = None) -> Compressed:
    """A result by coordinates row by row, or in the layout of ``x``."""
    from .rules import coalesced

    y = coalesced(made)
    kind, blocks = (kinds.sparse_csr, (1, 1)) if x is None else (x._kind, x.blocks())
    return compress(kind, y._places, y._held._data, y._size, blocks)


@rule("mul", "multiply", "__mul__", "__rmul__")
def mul(input: Any, other: Any) -> Any:
    if not isinstance(input, Compressed):
        input, other = other, input
    if not isinstance(other, Sparse) and (is_number(other) or (isinstance(other, Tensor) and not other.dim())):
        factor = other.detach() if isinstance(other, Tensor) else other
        return recorded("MulBackward0", like(input, input._held * factor), (input,), (lambda g: g * factor,))
    if not isinstance(other, Tensor):
        raise Misfit
    if input._kind in BLOCKS:
        raise RuntimeError(
            f"empty_sparse_compressed expected sparse compressed (non-block) tensor layout but got {title(input._kind)}"
        )
    if input._kind is kinds.sparse_csc:
        raise RuntimeError("Expected result Tensor to be of format CSR")
    if isinstance(other, Compressed) and input.batch_dim():
        raise RuntimeError(
            "coo_to_sparse_csr: conversion from Sparse to SparseCsr for input tensors with sparse_dim()!=2 is not "
            "supported"
        )
    if isinstance(other, Compressed) and other._kind is input._kind and same_places(input, other):
        made = like(input, input._held * other._held)
    elif isinstance(other, Compressed):
        from .arithmetic import product

        made = rows_of(product(to_coo(input), to_coo(other)))
    elif isinstance(other, Sparse):
        raise errors.lacks("products of tensors by coordinates and compressed ones")
    else:
        made = like(input, input._held * masked(other.detach(), input)._held)
    return recorded(
        "MulBackward0", made, (input, other), (lambda g, x, y: mul(g, y), lambda g, x, y: mul(g, x)),
        (input.detach(), other.detach()),
    )


@rule("add", "__add__", "__radd__")
def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    if not isinstance(other, Tensor) or not isinstance(input, Tensor):
        size = list((input if isinstance(input, Tensor) else other).shape)
        raise RuntimeError(
            f"add: expected 'self' and 'other' to have same size, but self has size [] while other has size {size} "
            "(FYI: op2-sparse addition does not currently support broadcasting)"
        )
    if input.dtype is not other.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype.scalar_type} but found {other.dtype.scalar_type}")
    if isinstance(input, Compressed) and isinstance(other, Compressed):
        if input._kind is not other._kind or input._size != other._size:
            raise errors.lacks("sums of compressed tensors of two layouts or sizes")
        if same_places(input, other):
            made: Any = like(input, input._held.add(other._held, alpha=alpha))
        else:
            from .arithmetic import sparse_sum

            made = rows_of(sparse_sum(to_coo(input), to_coo(other), alpha, input.dtype), input)
    elif isinstance(input, Sparse) and isinstance(other, Sparse):
        raise errors.lacks("sums of tensors by coordinates and compressed ones")
    else:
        compressed, dense = (input, other) if isinstance(input, Compressed) else (other, input)
        if tuple(dense.shape) != compressed._size:
            raise RuntimeError(
                f"add: expected 'self' and 'other' to have same size, but self has size {list(dense.shape)} while "
                f"other has size {list(compressed._size)} (FYI: op2-sparse addition does not currently support "
                "broadcasting)"
            )
        if compressed._kind in BLOCKS:
            raise errors.lacks("sums of blocks and dense tensors")
        one, two = (wrap(whole(each)) if isinstance(each, Compressed) else each.detach() for each in (input, other))
        made = one.add(two, alpha=alpha)
    return recorded(
        "AddBackward0", made, (input, other), (lambda g: g, lambda g: g if alpha == 1 else g * alpha)
    )


@rule("sum")
def sum(input: Compressed, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    if dim is not None:
        if not keepdim:
            raise RuntimeError("reduction operations on CSR tensors with keepdim=False is unsupported")
        if input._kind is not kinds.sparse_csr:
            raise RuntimeError(
                "Currently the only compressed sparse format supported for sum.dim_IntList is CSR, but got layout "
                f"{title(input._kind)}"
            )
        raise errors.lacks("sums along dimensions of compressed tensors")
    shape = input._size
    return recorded(
        "SumBackward0", input._held.sum(dtype=dtype), (input,), (lambda g: g.expand(shape),)
    )


@rule("get_item", "__getitem__")
def get_item(input: Compressed, index: Any) -> Any:
    if isinstance(index, tuple) and all(isinstance(each, int) for each in index):
        for each in index:
            input = input[each]
        return input
    if isinstance(index, int) and not isinstance(index, bool):
        return select(input, 0, index)
    if isinstance(index, tuple) and len(index) == 2 and index[0] == slice(None) and isinstance(index[1], int):
        return select(input, 1, index[1])
    raise without("strides", input)


@rule("select")
def select(input: Compressed, dim: int, index: int) -> Any:
    """A row or column by coordinates."""
    if input._kind in BLOCKS and dim == 0:
        raise RuntimeError("select(): no view exists for the given input, consider using torch.select_copy.")
    if input.batch_dim() and dim >= input.batch_dim():
        raise RuntimeError(
            "select(): selecting sparse dimensions is not supported for batched sparse compressed tensors."
        )
    if input.dim() != 2 or input._kind in BLOCKS:
        raise errors.lacks("parts of compressed tensors of batches, blocks or dense dimensions")
    size = input._size
    made = to_coo(input).select(dim, index)
    if not made._whole:
        made = made.coalesce()

    def way(g: Any) -> Any:
        spread = np.zeros(size, g.dtype.numpy)
        np.moveaxis(spread, dim, 0)[index] = (g.to_dense() if isinstance(g, Sparse) else g)._data
        return wrap(spread)

    return recorded("SelectBackward0", made.detach(), (input,), (way,))


# ---- products


def on_cpu(one: str, two: str, three: str) -> RuntimeError:
    return RuntimeError(f"addmm: computation on CPU is not implemented for {one} + {two} @ {three}")


def check_product(a: Any, b: Any) -> None:
    """RuntimeError for matrices that torch does not multiply."""
    for number, each in enumerate((a, b), 1):
        if each.dim() != 2:
            raise RuntimeError(f"mat{number} must be a matrix, got {each.dim()}-D tensor")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )
    if a.layout is kinds.sparse_coo or b.layout is kinds.sparse_coo:
        raise on_cpu(*(title(each.layout) for each in (a, a, b)))
    if a.layout in BLOCKS and b.layout in BLOCKS:
        raise RuntimeError(
            f"zeros_sparse_compressed expected sparse compressed (non-block) tensor layout but got {title(a.layout)}"
        )
    if a.layout is kinds.sparse_bsc or b.layout is kinds.sparse_bsr:
        raise on_cpu("Strided", title(a.layout), title(b.layout))
    if a.dtype is not b.dtype:
        raise RuntimeError(f"expected scalar type {a.dtype.scalar_type} but found {b.dtype.scalar_type}")
    if not (a.is_floating_point() or a.is_complex()) or a.dtype.itemsize < 4:
        raise NotImplementedError(f"\"addmm_out_sparse_csr_impl_mkl\" not implemented for '{a.dtype.scalar_type}'")


def product(a: Any, b: Any) -> Any:
    """The product of two matrices of which one is compressed at least, without history."""
    from .products import product as by_coordinates

    check_product(a, b)
    one, two = (to_coo(each) if isinstance(each, Compressed) else each.detach() for each in (a, b))
    made = by_coordinates(one, two)
    return rows_of(made) if isinstance(made, Sparse) else made.contiguous()


@rule("mm", "spmm", "dsmm", "matmul", "__matmul__")
def mm(input: Any, mat2: Any, *, node: str = "MmBackward0") -> Any:
    if not isinstance(input, Tensor) or not isinstance(mat2, Tensor):
        raise Misfit
    if mat2.dim() == 1:
        return mv(input, mat2)
    if node == "MmBackward0" and (input.dim() != 2 or mat2.dim() != 2):
        raise errors.lacks("products of compressed tensors other than matrices")
    return recorded(
        node, product(input, mat2), (input, mat2),
        (lambda g, a, b: at_places(g.mm(b.t()), a, node), lambda g, a, b: a.t().mm(g)), (input, mat2),
    )


RULES["__rmatmul__"] = lambda input, other: mm(other, input)


def at_places(g: Any, x: Any, node: str) -> Any:
    """The gradient of a sparse factor: dense, or at its places where the step is that of `torch.sparse`."""
    return masked(g, x) if node == "SparseAddmmBackward0" and isinstance(x, Compressed) else g


@rule("mv")
def mv(input: Any, vec: Any) -> Any:
    if input.dim() > 2:
        raise without("strides", input)
    if input._kind is kinds.sparse_bsc:
        raise RuntimeError("torch.addmv: operation not supported for mat with SparseBsc layout")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat ({input.shape[0]}x{input.shape[1]}), vec "
            f"({vec.shape[0]})"
        )
    made = product(input, wrap(vec._data[:, None])).squeeze(-1)
    return recorded(
        "MvBackward0", made, (input, vec), (lambda g, a, v: g.ger(v), lambda g, a, v: a.t().mv(g)), (input, vec)
    )


@rule("addmm")
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1, node: str = "AddmmBackward0") -> Any:
    if any(isinstance(each, Compressed) for each in (input, mat2)):
        raise errors.lacks("addmm of compressed tensors but for the first factor")
    made = product(mat1, mat2)
    made = (made if alpha == 1 else made * alpha) + (input.detach() if beta == 1 else input.detach() * beta)
    own = tuple(input.shape)
    return recorded(
        node, made, (input, mat1, mat2),
        (
            lambda g, a, b: (g * beta).sum_to_size(*own), lambda g, a, b: at_places(g.mm(b.t()), a, node) * alpha,
            lambda g, a, b: a.t().mm(g) * alpha,
        ),
        (mat1, mat2),
    )


@rule("_sparse_mm")
def sparse_mm(sparse: Any, dense: Any, reduce: str | None = None) -> Any:
    if reduce is not None:
        raise errors.lacks("torch.sparse.mm of compressed tensors with a reduction")
    return mm(sparse, dense, node="SparseAddmmBackward0")


@rule("_sparse_addmm")
def sparse_addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    return addmm(input, mat1, mat2, beta=beta, alpha=alpha, node="SparseAddmmBackward0")


@rule("linear")
def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    made = mm(input, weight.t())
    return made if bias is None else made + bias
