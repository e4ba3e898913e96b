"""Products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.conjugate import held_conjugated
from .._core.errors import Misfit, size_text
from .._core.families import astray, with_out
from .._core.forms import FUNCTIONS, WRITING_FUNCTIONS, attach, in_place, publish, write_out
from .._core.graph import LEAF, next_order
from .._core.modes import altered, mode
from .._core.operations import op
from .._core.options import NOTHING, checked, refused, stumbled
from .._core.quiet import quietly, run
from .._core.recording import Formula, Recorder, arrays, note, pair_keeper, tensors
from .._core.scalars import whole
from .._core.tensor import Tensor, new
from .._core.views import look_for_histories
from .._core.warn import warn_once
from .._kernels import layout
from .._kernels import matmul as kernels
from .shape import expand, reshape, squeezed_row, transpose, unsafe_view, unsqueeze

ndarray = np.ndarray
Array = ndarray


def product(
    name: str, kernel: Callable[[ndarray, ndarray], ndarray], *, x: Formula, y: Formula, module: bool = True,
    second: str = "mat2", turned: Callable[[Tensor, Tensor], bool] | None = None,
) -> Callable[[Tensor, Tensor], Tensor]:
    """Declare a product of two tensors that neither promotes nor broadcasts.

    Of factors that are ``turned`` together torch makes the product beneath, and shows its conjugate.
    """
    recorder = Recorder(name, ("x", "y"), {"x": x, "y": y}, ("x_strides", "y_strides"))
    layouts = bool(recorder.values)
    if layouts:
        recorder = Recorder(name, ("x", "y"), {"x": x, "y": y}, ("x_strides", "y_strides"), shown=("sizes",))
    make: Any = recorder.make
    keep: Any = pair_keeper(recorder)

    def note_kept(x: Any, y: Any) -> None:
        """RuntimeError for an inference tensor that would have been kept."""
        step = new(make)
        step.edges, step.kept = (x._node, y._node), keep(x, y, x._node, y._node)
        note(step)

    def call(x: Any, y: Any) -> Tensor:
        try:
            r = run(kernel, x._data, y._data)
        except AttributeError:
            return astray(name, call, (x, y), {})
        except RuntimeError:
            look_for_histories((x, y), lambda: note_kept(x, y))
            r = quietly(kernel, x._data, y._data)
        if type(r) is not ndarray:
            r = np.asarray(r)
        out = new(Tensor)
        out._data = r
        left, right = x._node, y._node
        if (left is not None or right is not None) and (not altered or mode.enabled):
            step = new(make)
            step.order = next_order()
            step.edges = (x if left is LEAF else left, y if right is LEAF else right)
            # The size of a factor that is not kept for the other's sake.
            step.values = (
                x._data.strides, y._data.strides,
                None if left is not None and right is not None else (x._data.shape, y._data.shape),
            ) if layouts else ()
            step.noted = step.fit = None
            step.kept = keep(x, y, left, right)
            if x._shared is not None or y._shared is not None:
                note(step)
            out._node = step
        return out if turned is None or type(y) is Tensor or not turned(x, y) else held_conjugated(out)

    def function(
        input: Tensor = NOTHING, mat2: Tensor = NOTHING, *rest: Any, out: Tensor | None = None, as_method: bool = False,
        **wrong: Any
    ) -> Tensor:
        if wrong.keys() == {second} and mat2 is NOTHING:
            mat2 = wrong.pop(second)
        if not rest and not wrong:
            try:
                r = call(input, mat2)
                return r if out is None else write_out(name, out, r, (input, mat2), as_method)
            except Misfit:
                pass
        return stumbled(name, function, as_method, (input, mat2, *rest), with_out(wrong, out))

    setattr(arrays, name, kernel)
    attach(name, call, function, module=module, method=module)
    return call


def by_columns(steps, rows, dtype):
    """Whether a matrix with these byte strides lies in memory column after column, without gaps."""
    return steps[0] == dtype.itemsize and steps[1] == rows * dtype.itemsize


def mm_x(xp, g, y, x_strides):
    """Against the second factor, transposed; in the first one's memory order."""
    if xp is arrays and y.dtype.char in "fd":
        return kernels.mm(y, g.T).T if by_columns(x_strides, g.shape[0], y.dtype) else kernels.mm(g, y.T)
    if by_columns(x_strides, g.shape[0], y.dtype):
        return xp.t(xp.mm(xp.conj(y), xp.t(g)))
    return xp.mm(g, xp.conj(xp.t(y)))


def mm_y(xp, g, x, y_strides):
    """The first factor, transposed, against it; in the second one's memory order."""
    if xp is arrays and x.dtype.char in "fd":
        return kernels.mm(g.T, x).T if by_columns(y_strides, x.shape[1], x.dtype) else kernels.mm(x.T, g)
    if by_columns(y_strides, x.shape[1], x.dtype):
        return xp.t(xp.mm(xp.t(g), xp.conj(x)))
    return xp.mm(xp.conj(xp.t(x)), g)


mm = product("mm", kernels.mm, x=mm_x, y=mm_y)
bmm = product(
    "bmm",
    kernels.bmm,
    x=lambda xp, g, y: xp.bmm(g, xp.conj(xp.transpose(y, 1, 2))),
    y=lambda xp, g, x: xp.bmm(xp.conj(xp.transpose(x, 1, 2)), g),
)
mv = product(
    "mv",
    kernels.mv,
    second="vec",
    x=lambda xp, g, y: xp.unsqueeze(g, 1) * xp.conj(xp.unsqueeze(y, 0)),
    y=lambda xp, g, x: xp.mv(xp.conj(xp.t(x)), g),
)
dot = product(
    "dot", kernels.dot, x=lambda xp, g, y: g * xp.conj(y), y=lambda xp, g, x: g * xp.conj(x), second="tensor",
    turned=lambda x, y: y.is_conj() and x.is_conj(),
)
vdot = product(
    "vdot", kernels.vdot, x=lambda xp, g, y: xp.conj(g) * y, y=lambda xp, g, x: g * x, second="other",
    turned=lambda x, y: y.is_conj() and not x.is_conj(),
)


def matmul(x: Any, y: Any) -> Tensor:
    """The matrix product: vectors count as rows or columns, leading dimensions broadcast."""
    try:
        a, b = x._data, y._data
    except AttributeError:
        return astray("matmul", matmul, (x, y), {})
    if a.ndim == 2 and b.ndim == 2:
        return mm(x, y)
    if not a.ndim or not b.ndim:
        kernels.matmul(a, b)
    if a.ndim == 1 and b.ndim == 1:
        return dot(x, y)
    if a.ndim == 2 and b.ndim == 1:
        return mv(x, y)
    if a.ndim == 1 and b.ndim == 2:
        return squeezed_row(mm(unsqueeze(x, 0), y))
    if a.ndim == 3 == b.ndim and 1 in (a.shape[0], b.shape[0]) and a.shape[0] != b.shape[0]:
        # One matrix for all of the other factor's: its gradient is added up in the product.
        if a.shape[0] == 1 and x._node is not None:
            return matmul(tensors.squeeze_one(x, 0), y)
        if b.shape[0] == 1 and y._node is not None:
            return matmul(x, tensors.squeeze_one(y, 0))
    smaller = x if a.ndim < b.ndim else y
    if kernels.folds(a, b, smaller._node is not None):
        return _folded(x, y)
    return _batched(x, y)


def _folded(x: Any, y: Any) -> Tensor:
    """The larger factor as one matrix."""
    if x._data.ndim < y._data.ndim:
        swapped = _folded(transpose(y, -2, -1), tensors.t(x) if x._data.ndim == 2 else x)
        return tensors.contiguous(transpose(swapped, -2, -1)) if x._data.ndim == 2 else swapped
    shape = x._data.shape
    rows = reshape(x, (prod(shape[:-1]), shape[-1]))
    if y._data.ndim == 1:
        return unsafe_view(mv(rows, y), shape[:-1])
    return unsafe_view(mm(rows, y), (*shape[:-1], y._data.shape[1]))


def _batched(x: Any, y: Any) -> Tensor:
    """All matrices of both factors, side by side."""
    a = unsqueeze(x, 0) if x._data.ndim == 1 else x
    b = unsqueeze(y, 1) if y._data.ndim == 1 else y
    first, second = a._data.shape, b._data.shape
    batch = layout.broadcast_shapes(first[:-2], second[:-2])
    count = prod(batch)
    a = reshape(expand(a, (*batch, *first[-2:])), (count, *first[-2:]))
    b = reshape(expand(b, (*batch, *second[-2:])), (count, *second[-2:]))
    rows = () if x._data.ndim == 1 else (first[-2],)
    columns = () if y._data.ndim == 1 else (second[-1],)
    return unsafe_view(bmm(a, b), (*batch, *rows, *columns))


def matmul_(
    input: Tensor = NOTHING, other: Tensor = NOTHING, *rest: Any, out: Tensor | None = None, as_method: bool = False,
    **wrong: Any
) -> Tensor:
    """The matrix product: vectors count as rows or columns, leading dimensions broadcast."""
    if not rest and not wrong:
        try:
            r = matmul(input, other)
            return r if out is None else write_out("matmul", out, r, (input, other), as_method)
        except Misfit:
            pass
    return stumbled("matmul", matmul_, as_method, (input, other, *rest), with_out(wrong, out))


arrays.matmul = kernels.matmul
attach("matmul", matmul, matmul_)


def _operator(x: Tensor, y: Any) -> Any:
    return matmul(x, y) if isinstance(x, Tensor) and isinstance(y, Tensor) else NotImplemented


for _name, _form in {"__matmul__": _operator, "__rmatmul__": lambda x, y: _operator(y, x)}.items():
    setattr(Tensor, _name, _form)


def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """All products of an element of one vector and one of the other."""
    for name, each in (("self", input), ("vec2", vec2)):
        if each._data.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {each._data.ndim}-D")
    return FUNCTIONS["mul"](reshape(input, (-1, 1)), vec2, out=out)


def ger(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``outer`` under its first name; with ``out`` it warns."""
    if out is not None:
        warn_once(
            "torch.ger is deprecated and will be removed in a future PyTorch release. Use torch.outer instead.",
            stacklevel=3,
        )
    return outer(input, vec2, out=out)


publish("outer", outer)
publish("ger", ger)


# ---- added to something


def scaled(xp, g, factor):
    """``factor * g``, the factor conjugated where it is complex, without a multiplication by one."""
    return g if factor == 1 else g * (factor.conjugate() if isinstance(factor, complex) else factor)


def factors_for(x: Array, *given: Any) -> Sequence[Any]:
    """Numbers to multiply with, as integers where ``x`` holds any; RuntimeError for those that do not fit."""
    return [whole(each, dtypes.of(x)) for each in given] if x.dtype.kind in "iu" else given


def plus(
    name: str,
    kernel: Any,
    inner: str,
    turn: tuple[int, int],
) -> None:
    """Declare ``beta * x + alpha * (a @ b)`` for matrices or batches of them."""

    def first(xp, g, b, alpha):
        return scaled(xp, getattr(xp, inner)(g, xp.conj(xp.transpose(b, *turn))), alpha)

    def second(xp, g, a, alpha):
        return scaled(xp, getattr(xp, inner)(xp.conj(xp.transpose(a, *turn)), g), alpha)

    def forward(x: Array, a: Array, b: Array, *, beta=1, alpha=1):
        beta, alpha = factors_for(a, beta, alpha)
        return kernel(x, a, b, beta=beta, alpha=alpha)

    op(
        name,
        inplace="as a whole",
        x=lambda xp, g, x_shape, beta: scaled(xp, xp.sum_to_size(g, x_shape), beta),
        a=first,
        b=second,
        shown=("a_shape", "b_shape"),
    )(forward)


plus("addmm", kernels.addmm, "mm", (0, 1))
plus("baddbmm", kernels.baddbmm, "bmm", (1, 2))


@op(
    inplace="as a whole",
    x=lambda xp, g, x_shape, beta: scaled(xp, xp.sum_to_size(g, x_shape), beta),
    mat=lambda xp, g, vec, alpha: scaled(xp, xp.unsqueeze(g, 1) * xp.conj(xp.unsqueeze(vec, 0)), alpha),
    vec=lambda xp, g, mat, alpha: scaled(xp, xp.mv(xp.conj(xp.t(mat)), g), alpha),
)
def addmv(x: Array, mat: Array, vec: Array, *, beta=1, alpha=1):
    """``beta * x + alpha * (mat @ vec)``."""
    beta, alpha = factors_for(mat, beta, alpha)
    return kernels.addmv(x, mat, vec, beta=beta, alpha=alpha)


@op(
    inplace="as a whole",
    x=lambda xp, g, x_shape, beta: scaled(xp, xp.sum_to_size(g, x_shape), beta),
    vec1=lambda xp, g, vec2, alpha: scaled(xp, xp.mv(g, xp.conj(vec2)), alpha),
    vec2=lambda xp, g, vec1, alpha: scaled(xp, xp.mv(xp.t(g), xp.conj(vec1)), alpha),
)
def addr(x: Array, vec1: Array, vec2: Array, *, beta=1, alpha=1):
    """``beta * x + alpha * outer(vec1, vec2)``."""
    return kernels.addr(x, vec1, vec2, beta=beta, alpha=alpha)


def repeated(xp: Any, g: Any, shape: Sequence[int]) -> Any:
    """A gradient as each product of the batch receives it."""
    return xp.expand(xp.unsqueeze(g, 0), (shape[0], *g.shape))


@op(
    inplace="as a whole",
    x=lambda xp, g, x_shape, beta: scaled(xp, xp.sum_to_size(g, x_shape), beta),
    batch1=lambda xp, g, batch1_shape, batch2, alpha: scaled(
        xp, xp.bmm(repeated(xp, g, batch1_shape), xp.conj(xp.transpose(batch2, 1, 2))), alpha
    ),
    batch2=lambda xp, g, batch2_shape, batch1, alpha: scaled(
        xp, xp.bmm(xp.conj(xp.transpose(batch1, 1, 2)), repeated(xp, g, batch2_shape)), alpha
    ),
)
def addbmm(x: Array, batch1: Array, batch2: Array, *, beta=1, alpha=1):
    """``beta * x + alpha * sum(batch1 @ batch2)``."""
    beta, alpha = factors_for(batch1, beta, alpha)
    return kernels.addbmm(x, batch1, batch2, beta=beta, alpha=alpha)


def fits_in_place(name: str, shape_of: Callable[..., Any]) -> None:
    """Let the in-place form refuse a tensor that is not of the result's shape in the words torch has for it."""
    call = getattr(tensors, name)

    def first(x: Tensor, *operands: Any, **_: Any) -> None:
        if all(isinstance(each, Tensor) for each in operands):
            shape_of(x._data.shape, *[each._data.shape for each in operands])

    form = checked(name + "_", method=True)(in_place(call, elementwise=False, first=first))
    setattr(Tensor, name + "_", form)
    if name + "_" in WRITING_FUNCTIONS:
        FUNCTIONS[name + "_"] = form


def refuse_size(x: Any, made: Any) -> None:
    if tuple(x) != tuple(made):
        raise RuntimeError(
            f"Bad in-place call: input tensor size {size_text(x)} and output tensor size {size_text(made)} should match"
        )


def size_of_addmm(x: Any, a: Any = (), b: Any = ()) -> None:
    if len(a) == len(b) == 2 and a[1] == b[0]:
        refuse_size(x, (a[0], b[1]))


def size_of_addmv(x: Any, mat: Any = (), vec: Any = ()) -> None:
    if len(mat) == 2 and len(vec) == 1 and mat[1] == vec[0] and (not x or (len(x) == 1 and x[0] in (1, mat[0]))):
        refuse_size(x, mat[:1])


def size_of_baddbmm(x: Any, a: Any = (), b: Any = ()) -> None:
    if len(a) == len(b) == 3 and a[0] == b[0] and a[2] == b[1]:
        made = (a[0], a[1], b[2])
        if len(x) <= 3 and all(own in (1, size) for own, size in zip(reversed(x), reversed(made), strict=False)):
            refuse_size(x, made)


def size_of_addr(x: Any, vec1: Any = (), vec2: Any = ()) -> None:
    if len(vec1) == len(vec2) == 1:
        if len(x) != 2:
            raise RuntimeError(f"2D tensor expected, got {len(x)}D tensor for input")
        if tuple(x) != (*vec1, *vec2):
            raise RuntimeError(
                f"size mismatch, input: {size_text(x)}, v1: {size_text(vec1)}, v2: {size_text(vec2)}"
            )


for _name, _shape_of in {
    "addmm": size_of_addmm, "addmv": size_of_addmv, "baddbmm": size_of_baddbmm, "addr": size_of_addr,
}.items():
    fits_in_place(_name, _shape_of)


# ---- made of others


def tensordot(a: Tensor, b: Tensor, dims: Any = 2, *, out: Tensor | None = None) -> Tensor:
    """Sums of products over pairs of dimensions, or over the last of ``a`` and the first of ``b``."""
    if not isinstance(dims, (tuple, list, int, Tensor)):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, "
            f"but got dims={dims}"
        )
    if isinstance(dims, Tensor):
        dims = dims.tolist() if dims.numel() > 1 else int(dims.item())
    given: Any = dims
    if not isinstance(dims, int):
        first, second = dims
        lists = isinstance(first, (tuple, list)) and isinstance(second, (tuple, list))
        if not lists or not all(type(each) is int for each in (*first, *second)):
            raise refused("tensordot", (a, b, first, second), {})
        given = list(first), list(second)
    quietly(kernels.tensordot, a._data, b._data, given)
    if isinstance(given, int):
        given = (list(range(-given, 0)), list(range(given)))
    over_a = [layout.wrap_dim(dim, a._data.ndim) for dim in given[0]]
    over_b = [layout.wrap_dim(dim, b._data.ndim) for dim in given[1]]
    for first, second in zip(over_a, over_b, strict=True):
        if b._data.shape[second] == 1:
            a = summed(a, first)
        elif a._data.shape[first] == 1:
            b = summed(b, second)
    free_a = [dim for dim in range(a._data.ndim) if dim not in over_a]
    free_b = [dim for dim in range(b._data.ndim) if dim not in over_b]
    count = prod(a._data.shape[dim] for dim in over_a)
    sizes = (*(a._data.shape[dim] for dim in free_a), *(b._data.shape[dim] for dim in free_b))
    rows, columns = prod(sizes[: len(free_a)]), prod(sizes[len(free_a) :])
    left, right = tensors.permute(a, tuple(free_a + over_a)), tensors.permute(b, tuple(over_b + free_b))
    if rows == columns == 1:
        result = dot(FUNCTIONS["flatten"](left), FUNCTIONS["flatten"](right))
    else:
        result = mm(reshape(left, (rows, count)), reshape(right, (count, columns)))
    result = reshape(result, sizes)
    return result if out is None else write_out("tensordot", out, result, (a, b))


def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Sums of products along the last dimension of both."""
    kernels.inner(input._data, other._data)
    if not input._data.ndim or not other._data.ndim:
        result = tensors.mul(input, other)
    else:
        result = tensordot(input, other, ([-1], [-1]))
    return result if out is None else write_out("inner", out, result, (input, other))


def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of several matrices."""
    warn_once(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
        "instead, which accepts a list of two or more tensors rather than multiple parameters.",
        stacklevel=3,
    )
    for each in matrices:
        if each._data.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {each._data.ndim}, expected 2 instead.")
    if len(matrices) == 1:
        return matrices[0]
    result = matrices[0]
    for place, each in enumerate(matrices[1:]):
        if result._data.shape[1] != each._data.shape[0]:
            shapes = [list(one._data.shape) for one in matrices[place : place + 2]]
            raise RuntimeError(
                f"multi_dot(): tensors {place} and {place + 1} with shapes {shapes[0]} and {shapes[1]} cannot be "
                "multiplied"
            )
        result = mm(result, each)
    return reshape(result, result._data.shape)


def summed(x: Tensor, dim: int) -> Tensor:
    """The sum along a dimension that stays, in the dtype of ``x`` even for small integers."""
    if x._data.dtype.kind in "iub":
        return FUNCTIONS["sum"](x, (dim,), True, dtype=x.dtype)
    return tensors.sum(x, (dim,), True)


def kron(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``other`` times each element of ``input``, side by side."""
    ndim = max(input._data.ndim, other._data.ndim)
    a = (1,) * (ndim - input._data.ndim) + input._data.shape
    b = (1,) * (ndim - other._data.ndim) + other._data.shape
    left = unsafe_view(input, tuple([each for length in a for each in (length, 1)]))
    right = unsafe_view(other, tuple([each for length in b for each in (1, length)]))
    made = unsafe_view(tensors.mul(left, right), tuple([p * q for p, q in zip(a, b, strict=True)]))
    return made if out is None else write_out("mul", out, made, (input, other))


def einsum(*arguments: Any) -> Tensor:
    """Sums of products after Einstein: letters name dimensions, those absent from the result are summed over."""
    equation, *given = arguments
    operands = list(given[0]) if len(given) == 1 and isinstance(given[0], (tuple, list)) else list(given)
    equation = equation.replace(" ", "")
    left, arrow, result = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise RuntimeError(
            "einsum(): more operands were provided than specified in the equation"
            if len(terms) < len(operands)
            else "einsum(): fewer operands were provided than specified in the equation"
        )
    spread = max((each._data.ndim - len(term.replace("...", "")) for term, each in zip(terms, operands, strict=True)
                  if "..." in term), default=0)
    extra = [f"<{place}>" for place in range(spread)]
    letters = []
    for place, (term, each) in enumerate(zip(terms, operands, strict=True)):
        before, dots, after = term.partition("...")
        missing = each._data.ndim - len(before) - len(after)
        names = [*before, *(extra[spread - missing :] if dots and missing > 0 else ()), *after]
        if len(names) != each._data.ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(names)}) does not match the number of "
                f"dimensions ({each._data.ndim}) for operand {place} and no ellipsis was given"
            )
        letters.append(names)
    everything = [name for names in letters for name in names]
    if arrow:
        before, dots, after = result.partition("...")
        wanted = [*before, *(extra if dots else ()), *after]
    else:
        wanted = extra + sorted(name for name in set(everything) - set(extra) if everything.count(name) == 1)
    for name in wanted:
        if name not in everything and name not in extra:
            raise RuntimeError(
                f"einsum(): output subscript {name} does not appear in the equation for any input operand"
            )
    order = wanted + [name for name in dict.fromkeys(everything) if name not in wanted]
    total: Any = None
    names_so_far: list[str] = []
    for place, (names, operand) in enumerate(zip(letters, operands, strict=True)):
        for name in [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            while names.count(name) > 1:
                first = names.index(name)
                second = names.index(name, first + 1)
                operand = FUNCTIONS["diagonal"](operand, 0, first, second)
                names = [each for at, each in enumerate(names) if at not in (first, second)] + [name]
        if total is None:
            total, names_so_far = operand, names
            continue
        later = {name for rest in letters[place + 1 :] for name in rest}
        total, names_so_far = _contract(total, names_so_far, operand, names, set(wanted) | later)
    lone = tuple([place for place, name in enumerate(names_so_far) if name not in wanted])
    if lone:
        total = tensors.sum(total, lone)
        names_so_far = [name for name in names_so_far if name in wanted]
    order = [names_so_far.index(name) for name in wanted]
    return total if order == list(range(len(order))) else tensors.permute(total, tuple(order))


def _contract(
    x: Any, x_names: list[str], y: Any, y_names: list[str], needed: set[str]
) -> tuple[Tensor, list[str]]:
    """The product of two operands, summed over what both have and nobody needs any more, as one batched product."""
    for own, (tensor, names, others) in enumerate(((x, x_names, y_names), (y, y_names, x_names))):
        gone = tuple([place for place, name in enumerate(names) if name not in needed and name not in others])
        if gone:
            tensor = tensors.sum(tensor, gone)
            names = [name for place, name in enumerate(names) if place not in gone]
            if own == 0:
                x, x_names = tensor, names
            else:
                y, y_names = tensor, names
    shared = [name for name in x_names if name in y_names]
    batch = [name for name in shared if name in needed]
    summed = [name for name in shared if name not in needed]
    free_x = [name for name in x_names if name not in shared]
    free_y = [name for name in y_names if name not in shared]
    sizes: dict[str, int] = {}
    for names, tensor in ((x_names, x), (y_names, y)):
        for name, length in zip(names, tensor._data.shape, strict=True):
            if sizes.get(name, 1) != 1 and length not in (1, sizes[name]):
                raise RuntimeError(
                    f"einsum(): subscript {name} has size {length} for operand 1 which does not broadcast with "
                    f"previously seen size {sizes[name]}"
                )
            sizes[name] = max(sizes.get(name, 1), length)

    def arranged(tensor: Any, names: list[str], groups: Sequence[list[str]]) -> Any:
        order = [name for group in groups for name in group]
        tensor = tensors.permute(tensor, tuple([names.index(name) for name in order]))
        tensor = tensors.expand(tensor, tuple([sizes[name] for name in order]))
        return reshape(tensor, tuple([prod(sizes[name] for name in group) for group in groups]))

    names = batch + free_x + free_y
    if not summed:
        spread = [
            arranged(tensor, own, [[name] if name in own else [] for name in names])
            for tensor, own in ((x, x_names), (y, y_names))
        ]
        return tensors.mul(*spread), names
    left = arranged(x, x_names, (batch, free_x, summed))
    right = arranged(y, y_names, (batch, summed, free_y))
    product_ = bmm(left, right)
    return reshape(product_, tuple([sizes[name] for name in names])), names


for _function in (tensordot, inner, kron):
    publish(_function.__name__, _function, method=_function is not tensordot)
publish("chain_matmul", chain_matmul, method=False)
publish("einsum", einsum, method=False)
