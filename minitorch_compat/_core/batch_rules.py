"""How operations are done for all examples of a batch at once: one rule for a family, by the names of its members.

A rule gets the ``Call`` and the arguments as they came, some of them batched, and returns the result for one example;
NotImplemented sends the call to the loop over examples. All examples lie along the first dimension (``call.lift``), so
dimensions counted from the back stay as they are, and those from the front move by one.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from . import batching, dtypes, graph
from .batching import Batched, Call, levels, top_level, wrapped_dim
from .duals import RESHAPING
from .forms import FUNCTIONS
from .overloads import write_name
from .recording import tensors
from .tensor import Tensor
from .transforms import replaced, tensors_in

Rule = Callable[..., Any]
RULES: dict[str, Rule] = {}


def rule(names: str) -> Callable[[Rule], Rule]:
    """Enter a rule under the names of the operations it is for."""

    def enter(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names.split(), function))
        return function

    return enter


# ---- elementwise


@rule(
    """
    add sub mul div multiply subtract divide true_divide rsub pow float_power remainder fmod floor_divide add_scaled
    sub_scaled rsub_number rsub_tensor pow_number pow_base_number remainder_number fmod_number
    __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __mod__
    __rmod__ __pow__ __rpow__ __and__ __or__ __xor__ __rand__ __ror__ __rxor__ __lshift__ __rshift__ __neg__ __pos__
    __abs__ __invert__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__
    eq ne lt le gt ge greater greater_equal less less_equal not_equal isclose
    maximum minimum fmax fmin atan2 arctan2 hypot logaddexp logaddexp2 xlogy ldexp copysign nextafter heaviside
    bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift logical_and logical_or logical_xor
    gcd lcm where where_of lerp addcmul addcdiv clamp clip clamp_min clamp_max clamp_numbers clamp_tensors
    clamp_min_number clamp_max_number clamp_min_tensor clamp_max_tensor lerp_number lerp_tensor
    masked_fill_number complex polar igamma igammac zeta xlog1py ldexp_of
    abs absolute neg negative positive sign sgn floor ceil trunc fix frac round round_decimals square sqrt rsqrt
    reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan arcsin arccos arctan sinh cosh tanh asinh
    acosh atanh arcsinh arccosh arctanh deg2rad rad2deg sinc erf erfc erfinv lgamma digamma i0 polygamma mvlgamma logit
    nan_to_num sigmoid relu leaky_relu bitwise_not logical_not isnan isinf isfinite isposinf isneginf isreal signbit
    angle conj conj_physical resolve_conj resolve_neg real imag real_part conj_number i1 i0e i1e erfcx ndtr ndtri
    log_ndtr entr clone clone_contiguous to double float half bfloat16 int long short byte char bool cfloat
    cdouble to_dtype zeros_like ones_like full_like empty_like scale tanh_backward written written_twice
    frexp alias positive gelu elu selu celu silu mish softplus hardtanh relu6 hardsigmoid hardswish softsign tanhshrink
    threshold hardshrink softshrink logsigmoid logit_of mvlgamma_of
    div_floor div_trunc special_i1 special_i0e special_i1e special_erfcx special_ndtr special_ndtri special_log_ndtr
    special_entr special_zeta special_xlog1py polygamma_of gelu_of elu_unit celu_unit leaky_relu_unit threshold_unit
    hardshrink_of softshrink_of log_sigmoid frexp_of plus
    xlogy_number xlogy_of_number special_xlog1py_number special_xlog1py_of_number special_zeta_number
    special_zeta_of_number
    """
)
def elementwise(call: Call, *arguments: Any, **keywords: Any) -> Any:
    """Tensors that broadcast: each gets as many dimensions after the first as the one that has most."""
    given = list(tensors_in((arguments, keywords)))
    most = max(each.dim() for each in given)
    number_like = cast_numbers(given) if len(given) > 1 and call.name not in UNLIKE else {}

    kinds = {(tuple(each.shape), each.dtype if not most else None) for each in given}

    def enter(x: Tensor) -> Tensor:
        whole = call.lift(x)
        if whole is None:
            # Among tensors of one shape each must have it: formulas of some operations know of no broadcasting.
            return x.expand(call.size, *x.shape) if len(kinds) == 1 else x
        if id(x) in number_like:
            whole = whole.to(number_like[id(x)])
        missing = most - x.dim()
        return whole.reshape(call.size, *(1,) * missing, *x.shape) if missing else whole

    made = call.function(*replaced(arguments, enter), **replaced(keywords, enter))
    return call.wrap_all(made)


UNLIKE = frozenset(("where", "where_of", "masked_fill_number", "to"))


def cast_numbers(given: Sequence[Tensor]) -> dict[int, Any]:
    """Of tensors of several dtypes: what batched ones without dimensions become, so that they promote as numbers do."""
    if len({each.dtype for each in given}) == 1:
        return {}
    shapes = [wrap_like(each) for each in given]
    wanted = shapes[0].dtype
    wanted = FUNCTIONS["result_type"](*shapes[:2]) if len(shapes) > 1 else wanted
    for each in shapes[2:]:
        wanted = FUNCTIONS["result_type"](FUNCTIONS["zeros"](1, dtype=wanted), each)
    return {id(each): wanted for each in given if isinstance(each, Batched) and not each.dim() and any(
        other.dim() for other in given
    )}


def wrap_like(x: Tensor) -> Tensor:
    """A small tensor that promotes as ``x`` does."""
    return FUNCTIONS["zeros"](() if not x.dim() else (1,), dtype=x.dtype)


@rule("contiguous")
def contiguous(call: Call, x: Tensor, *values: Any, **keywords: Any) -> Any:
    return x if x.is_contiguous() else call.wrap(call.full(x).contiguous(*values, **keywords))


# ---- along a dimension


def moved(dim: Any, count: int) -> Any:
    """A dimension, or several, of one example among those of all."""
    if isinstance(dim, (tuple, list)):
        return tuple([moved(each, count) for each in dim])
    return wrapped_dim(dim, count) + 1


def along(names: str, place: int = 0, default: Any = -1) -> None:
    """Operations along the dimension that stands at ``place`` after the tensor, or is called ``dim``."""

    def carry(call: Call, x: Any, *values: Any, **keywords: Any) -> Any:
        if "axis" in keywords:
            keywords["dim"] = keywords.pop("axis")
        others = [each for each in tensors_in((values, keywords)) if isinstance(each, Batched)]
        if others or not isinstance(x, Batched) or not x.dim():
            return NotImplemented
        whole = call.lift(x)
        if "dim" in keywords:
            keywords["dim"] = moved(keywords["dim"], x.dim())
        elif len(values) > place:
            values = (*values[:place], moved(values[place], x.dim()), *values[place + 1 :])
        elif default is None:
            return NotImplemented
        else:
            keywords["dim"] = moved(default, x.dim())
        return call.wrap_all(call.function(whole, *values, **keywords))

    RULES.update(dict.fromkeys(names.split(), carry))


along("softmax log_softmax softmax_of log_softmax_of cumsum cumprod logcumsumexp cummax cummin logsumexp", default=None)
along("sort argsort")
along("topk kthvalue", 1)
along("unbind split split_with_sizes chunk tensor_split unsafe_split unsafe_chunk", 1, 0)
RULES.pop("unbind")
along("unbind", 0, 0)
along("narrow squeeze_one unflatten", 0, None)
along("index_select index_fill", 0, None)
along("mode", 0)


@rule("softmax_backward log_softmax_backward")
def along_together(call: Call, w: Tensor, y: Tensor, dim: int) -> Any:
    if not y.dim():
        return NotImplemented
    return call.wrap(call.function(call.full(w), call.full(y), moved(dim, y.dim())))


@rule("select slice")
def selected(call: Call, x: Tensor, dim: int = 0, *values: Any, **keywords: Any) -> Any:
    if not isinstance(x, Batched) or any(isinstance(each, Tensor) for each in values):
        return NotImplemented
    return call.wrap(call.function(call.lift(x), moved(dim, x.dim()), *values, **keywords))


@rule("select_backward slice_backward diagonal_backward")
def into_zeros(call: Call, g: Tensor, shape: Any, values: Any) -> Any:
    whole = call.full(g)
    dims = 3 if call.name == "diagonal_backward" else 1
    start = 1 if call.name == "diagonal_backward" else 0
    values = tuple(
        moved(each, len(shape)) if start <= place < max(dims, 1) else each for place, each in enumerate(values)
    )
    return call.wrap(call.function(whole, (call.size, *shape), values))


# ---- reductions


@rule(
    """
    sum mean nansum nanmean prod amax amin all any std var std_mean var_mean argmax argmin count_nonzero max min median
    nanmedian aminmax
    """
)
def reduction(call: Call, x: Tensor, *values: Any, **keywords: Any) -> Any:
    """Over some dimensions, or over all of an example."""
    if (values and isinstance(values[0], Tensor)) or "other" in keywords:
        return elementwise(call, x, *values, **keywords)
    if not isinstance(x, Batched):
        return NotImplemented
    whole = call.full(x)
    for numpys, own in (("axis", "dim"), ("keepdims", "keepdim")):
        if numpys in keywords:
            keywords[own] = keywords.pop(numpys)
    dim = keywords.pop("dim", None)
    if dim is None and values and not isinstance(values[0], bool):
        dim, *rest = values
        values = tuple(rest)
    keepdim = keywords.get("keepdim", bool(values and values[0] is True))
    if dim is None or (isinstance(dim, (tuple, list)) and not len(dim)):
        if values and values[0] in (True, False, None):
            values = values[1:]
        keywords.pop("keepdim", None)
        flat = whole.reshape(call.size, -1)
        made = call.function(flat, dim=1, **keywords) if call.name == "aminmax" else call.function(flat, 1, **keywords)
        if call.name in ("max", "min", "median", "nanmedian"):
            made = made[0]
        if keepdim:
            made = replaced(made, lambda each: each.reshape(call.size, *(1,) * x.dim()))
        return call.wrap_all(made)
    if not x.dim():
        return NotImplemented
    if call.name == "aminmax":
        return call.wrap_all(call.function(whole, dim=moved(dim, x.dim()), **keywords))
    return call.wrap_all(call.function(whole, moved(dim, x.dim()), *values, **keywords))


@rule("norm")
def norm(call: Call, x: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, **keywords: Any) -> Any:
    if not isinstance(x, Batched) or p == "nuc":
        return NotImplemented
    whole = call.full(x)
    if dim is None:
        made = call.function(whole.reshape(call.size, -1), p, 1, **keywords)
        return call.wrap(made.reshape(call.size, *(1,) * x.dim()) if keepdim else made)
    if not x.dim():
        return NotImplemented
    return call.wrap(call.function(whole, p, moved(dim, x.dim()), keepdim, **keywords))


@rule("sum_to_size")
def sum_to_size(call: Call, x: Tensor, *sizes: Any) -> Any:
    shape = tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
    whole = call.full(x)
    padded = (1,) * (x.dim() - len(shape)) + shape
    made = call.function(whole, (call.size, *padded))
    return call.wrap(made.reshape(call.size, *shape))


# ---- shapes


def flat_sizes(sizes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Sizes given one by one or as one sequence."""
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


@rule("reshape view reshape_alias unsafe_view")
def reshaped(call: Call, x: Tensor, *sizes: Any, **keywords: Any) -> Any:
    if (sizes and isinstance(sizes[0], dtypes.dtype)) or "dtype" in keywords:
        return call.wrap(call.function(call.lift(x), *sizes, **keywords))
    shape = flat_sizes(sizes or (keywords.get("shape", keywords.get("size")),))
    if -1 in shape:
        from .._kernels.layout import infer_size

        shape = infer_size(shape, x.numel())
    whole = call.full(x)
    if call.name in ("unsafe_view", "reshape_alias", "view") and not whole.is_contiguous():
        return call.wrap(whole.reshape(call.size, *shape))
    return call.wrap(call.function(whole, (call.size, *shape)))


@rule("expand broadcast_to")
def expanded(call: Call, x: Tensor, *sizes: Any, **keywords: Any) -> Any:
    shape = flat_sizes(sizes or (keywords.get("size"),))
    missing = len(shape) - x.dim()
    whole = call.full(x)
    if missing > 0:
        whole = whole.reshape(call.size, *(1,) * missing, *x.shape)
    return call.wrap(call.function(whole, (call.size, *shape)))


@rule("view_as reshape_as expand_as")
def like(call: Call, x: Tensor, other: Tensor) -> Any:
    shape = tuple(other.shape)
    return x.expand(shape) if call.name == "expand_as" else x.reshape(shape)


@rule("permute")
def permuted(call: Call, x: Tensor, *dims: Any, **keywords: Any) -> Any:
    order = flat_sizes(dims or (keywords["dims"],))
    if len(order) != x.dim():
        return NotImplemented
    return call.wrap(call.function(call.full(x), (0, *moved(order, x.dim()))))


@rule("transpose swapaxes swapdims")
def transposed(call: Call, x: Tensor, dim0: int, dim1: int) -> Any:
    if not x.dim():
        return x
    return call.wrap(call.function(call.full(x), moved(dim0, x.dim()), moved(dim1, x.dim())))


@rule("t T")
def turned(call: Call, x: Tensor) -> Any:
    if call.name == "t" and x.dim() > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.dim()}D")
    whole = call.full(x)
    return call.wrap(whole.permute(0, *range(x.dim(), 0, -1)))


@rule("mT mH H adjoint")
def turned_matrices(call: Call, x: Tensor) -> Any:
    if x.dim() < 2:
        return NotImplemented
    made = call.full(x).transpose(-2, -1)
    return call.wrap(made.conj() if call.name != "mT" and made.is_complex() else made)


@rule("movedim moveaxis")
def moved_dims(call: Call, x: Tensor, source: Any, destination: Any) -> Any:
    return call.wrap(call.function(call.full(x), moved(source, x.dim()), moved(destination, x.dim())))


@rule("unsqueeze")
def unsqueezed(call: Call, x: Tensor, dim: int) -> Any:
    return call.wrap(call.function(call.full(x), wrapped_dim(dim, x.dim() + 1) + 1))


@rule("squeeze squeeze_one squeeze_some")
def squeezed(call: Call, x: Tensor, dim: Any = None) -> Any:
    shape = tuple(x.shape)
    if dim is None:
        wanted = set(range(len(shape)))
    else:
        wanted = {wrapped_dim(each, len(shape)) for each in (dim if isinstance(dim, (tuple, list)) else (dim,))}
    kept = [each for place, each in enumerate(shape) if place not in wanted or each != 1]
    return call.wrap(call.full(x).reshape(call.size, *kept))


@rule("flatten")
def flattened(call: Call, x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Any:
    if not x.dim():
        return call.wrap(call.full(x).reshape(call.size, 1))
    return call.wrap(call.function(call.full(x), moved(start_dim, x.dim()), moved(end_dim, x.dim())))


@rule("ravel")
def ravelled(call: Call, x: Tensor) -> Any:
    return call.wrap(call.full(x).reshape(call.size, -1))


@rule("diagonal")
def diagonal(call: Call, x: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    return call.wrap(call.function(call.full(x), offset, moved(dim1, x.dim()), moved(dim2, x.dim())))


@rule("diag_embed")
def diag_embedded(call: Call, x: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    count = x.dim() + 1
    return call.wrap(call.function(call.full(x), offset, moved(dim1, count), moved(dim2, count)))


@rule("tril triu")
def triangle(call: Call, x: Tensor, diagonal: int = 0) -> Any:
    return call.wrap(call.function(call.full(x), diagonal)) if x.dim() > 1 else NotImplemented


@rule("flip")
def flipped(call: Call, x: Tensor, *dims: Any, **keywords: Any) -> Any:
    return call.wrap(call.function(call.full(x), moved(flat_sizes(dims or (keywords["dims"],)), x.dim())))


@rule("roll")
def rolled(call: Call, x: Tensor, shifts: Any, dims: Any = ()) -> Any:
    if dims == () or not x.dim():
        return NotImplemented
    return call.wrap(call.function(call.full(x), shifts, moved(dims, x.dim())))


@rule("repeat tile")
def repeated(call: Call, x: Tensor, *sizes: Any) -> Any:
    counts = flat_sizes(sizes)
    if call.name == "tile" and len(counts) < x.dim():
        counts = (1,) * (x.dim() - len(counts)) + counts
    whole = call.full(x)
    missing = len(counts) - x.dim()
    if missing > 0:
        whole = whole.reshape(call.size, *(1,) * missing, *x.shape)
    return call.wrap(call.function(whole, (1, *counts)))


@rule("view_as_real view_as_complex")
def parts(call: Call, x: Tensor) -> Any:
    return call.wrap(call.function(call.full(x)))


# ---- joining


@rule("cat concat concatenate stack")
def joined(call: Call, parts: Any = None, dim: int = 0, **keywords: Any) -> Any:
    if "out" in keywords:
        return NotImplemented
    parts = keywords.get("tensors", parts)
    dim = keywords.get("axis", dim)
    whole = [call.full(each) for each in parts if call.name == "stack" or tuple(each.shape) != (0,) or len(parts) == 1]
    count = max(each.dim() for each in whole) - 1 + (call.name == "stack")
    return call.wrap(call.function(whole, moved(dim, count)))


# ---- products


@rule("matmul mm bmm mv dot __matmul__ __rmatmul__")
def product(call: Call, x: Tensor, y: Tensor, **keywords: Any) -> Any:
    if keywords:
        return NotImplemented
    if call.name == "__rmatmul__":
        x, y = y, x
    wanted = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1)}.get(call.name)
    first, second = x.dim(), y.dim()
    if (wanted is not None and (first, second) != wanted) or not first or not second:
        return NotImplemented
    if tuple(x.shape)[-1] != tuple(y.shape)[-2 if second > 1 else -1]:
        return NotImplemented
    a, b = call.lift(x), call.lift(y)
    if b is None and second <= 2 and a is not None:
        return call.wrap(tensors.matmul(a, y) if first > 1 or second > 1 else tensors.mv(a, y))
    a, b = call.full(x) if a is None else a, call.full(y) if b is None else b
    if first == 1:
        a = a.unsqueeze(1)
    if second == 1:
        b = b.unsqueeze(2)
    most = max(a.dim(), b.dim())
    if most > 3:
        a, b = (
            each if each.dim() == most
            else each.reshape(call.size, *(1,) * (most - each.dim()), *tuple(each.shape)[1:])
            for each in (a, b)
        )
    made = tensors.matmul(a, b)
    if second == 1:
        made = made.squeeze(-1)
    if first == 1:
        made = made.squeeze(-1 if second == 1 else -2)
    return call.wrap(made)


@rule("outer ger")
def outer(call: Call, x: Tensor, y: Tensor) -> Any:
    return x.unsqueeze(1) * y.unsqueeze(0) if x.dim() == y.dim() == 1 else NotImplemented


@rule("vdot")
def vdot(call: Call, x: Tensor, y: Tensor) -> Any:
    return (x.conj() * y).sum(0) if x.dim() == y.dim() == 1 else NotImplemented


@rule("linear")
def linear(call: Call, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Any:
    made = x @ weight.t()
    return made if bias is None else made + bias


@rule("addmm addmv baddbmm")
def added_product(call: Call, x: Tensor, y: Tensor, z: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Any:
    made = y @ z
    return (made if alpha == 1 else made * alpha) + (x if beta == 1 else x * beta)


@rule("einsum")
def einsum(call: Call, equation: str, *operands: Any) -> Any:
    """The dimension of the examples gets a letter of its own."""
    if not isinstance(equation, str) or "." in equation:
        return NotImplemented
    given = operands[0] if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    text = equation.replace(" ", "")
    letter = next(each for each in "ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba" if each not in text)
    left, arrow, right = text.partition("->")
    if not arrow:
        right = "".join(sorted(each for each in set(left) - {","} if left.count(each) == 1))
    whole = [call.lift(each) for each in given]
    terms = [term if all_of is None else letter + term for term, all_of in zip(left.split(","), whole, strict=True)]
    entered = [each if all_of is None else all_of for each, all_of in zip(given, whole, strict=True)]
    return call.wrap(call.function(f"{','.join(terms)}->{letter}{right}", *entered))


# ---- indexing


@rule("__getitem__")
def getitem(call: Call, x: Tensor, index: Any) -> Any:
    """Slices and numbers after the first dimension; tensors pick from each example where they stand side by side."""
    index = index if isinstance(index, tuple) else (index,)
    picked = list(tensors_in(index))
    for each in picked:
        if each.dtype is dtypes.bool_ and isinstance(each, Batched):
            raise RuntimeError(
                "vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over "
                "indexing with a boolean mask."
            )
    whole = call.lift(x)
    if whole is None or any(isinstance(each, Batched) for each in picked):
        return picked_for_each(call, x, index)
    if any(isinstance(each, (list, Tensor)) for each in index):
        places = [place for place, each in enumerate(index) if isinstance(each, (list, Tensor))]
        if places[-1] - places[0] >= len(places):
            return NotImplemented
    return call.wrap(call.function(whole, (slice(None), *index)))


def picked_for_each(call: Call, x: Tensor, index: tuple[Any, ...]) -> Any:
    """Each example by its own numbers: the examples are counted beside them."""
    if not all(isinstance(each, Tensor) and each.dtype is not dtypes.bool_ for each in index):
        return NotImplemented
    most = max(each.dim() for each in index)
    whole = []
    for each in index:
        found = call.lift(each)
        whole.append(
            each if found is None
            else found.reshape(call.size, *(1,) * (most - each.dim()), *each.shape)
        )
    values = call.lift(x)
    if values is None:
        return call.wrap(x[tuple(whole)])
    counted = FUNCTIONS["arange"](call.size).reshape(call.size, *(1,) * most)
    return call.wrap(values[(counted, *whole)])


@rule("gather scatter scatter_add ")
def gathered(call: Call, x: Tensor, dim: int, index: Tensor, *values: Any, **keywords: Any) -> Any:
    if not x.dim() or not index.dim() or not isinstance(dim, int):
        return NotImplemented
    enter = {id(each): call.full(each) for each in tensors_in((x, index, values, keywords))}
    if any(not each.dim() for each in tensors_in((values, keywords))):
        return NotImplemented
    swap = lambda each: enter[id(each)]  # noqa: E731
    return call.wrap(
        call.function(
            swap(x), moved(dim, x.dim()), swap(index), *replaced(values, swap), **replaced(keywords, swap)
        )
    )


@rule("masked_fill")
def masked_fill(call: Call, x: Tensor, mask: Tensor, value: Any) -> Any:
    if not isinstance(value, Tensor):
        return elementwise(call, x, mask, value)
    if value.dim():
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.dim()} dimension(s)."
        )
    return FUNCTIONS["where"](mask, value.to(x.dtype), x)


@rule("index_add index_copy")
def index_written(
    call: Call, x: Tensor, dim: int, index: Tensor, source: Tensor, *values: Any, **keywords: Any
) -> Any:
    if isinstance(index, Batched) or not x.dim():
        return NotImplemented
    return call.wrap(
        call.function(call.full(x), moved(dim, x.dim()), index, call.full(source), *values, **keywords)
    )


@rule("as_strided")
def as_strided(call: Call, x: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """The geometry is that of one example, counted from where the first one begins."""
    whole = call.full(x)
    step = whole.stride(0)
    offset = whole.storage_offset() if storage_offset is None else storage_offset
    return call.wrap(whole.as_strided((call.size, *size), (step, *stride), offset))


@rule(
    """
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d avg_pool1d avg_pool2d avg_pool3d max_pool1d
    max_pool2d max_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
    adaptive_max_pool2d adaptive_max_pool3d
    """
)
def spatial(call: Call, x: Tensor, *values: Any, **keywords: Any) -> Any:
    """Over images: those of all examples make one batch, where only they are batched."""
    if any(isinstance(each, Batched) for each in tensors_in((values, keywords))):
        return NotImplemented
    count = int(call.name[-2])
    whole = call.full(x)
    if x.dim() == count + 1:
        return call.wrap_all(call.function(whole, *values, **keywords))
    if x.dim() != count + 2:
        return NotImplemented
    shape = tuple(x.shape)
    made = call.function(whole.reshape(call.size * shape[0], *shape[1:]), *values, **keywords)
    return call.wrap_all(
        replaced(made, lambda each: each.reshape(call.size, shape[0], *tuple(each.shape)[1:]))
    )


@rule("layer_norm rms_norm")
def trailing_norm(call: Call, x: Tensor, *values: Any, **keywords: Any) -> Any:
    """Over the last dimensions, which stay where they are."""
    if any(isinstance(each, Batched) for each in tensors_in((values, keywords))):
        return NotImplemented
    return call.wrap(call.function(call.full(x), *values, **keywords))


@rule("embedding")
def embedding(call: Call, *values: Any, **keywords: Any) -> Any:
    """By the numbers of all examples, where the table is one for all."""
    batched = [each for each in tensors_in((values, keywords)) if isinstance(each, Batched)]
    if len(batched) != 1 or batched[0].is_floating_point():
        return NotImplemented
    return call.wrap(call.function(*replaced(values, call.full_if), **replaced(keywords, call.full_if)))


@rule("new_zeros new_ones new_empty new_full")
def new_filled(call: Call, x: Tensor, *sizes: Any, **keywords: Any) -> Any:
    """Memory for each example, so that each can write to its own."""
    whole = call.lift(x)
    if whole is None:
        return NotImplemented
    if call.name == "new_full":
        size, *rest = sizes if sizes else (keywords.pop("size"),)
        return call.wrap(call.function(whole, (call.size, *size), *rest, **keywords))
    size = flat_sizes(sizes) if sizes else tuple(keywords.pop("size"))
    return call.wrap(call.function(whole, (call.size, *size), **keywords))


# ---- writes

def write_to_one(name: str, where: str) -> RuntimeError:
    """Examples are written to what there is one of."""
    return RuntimeError(
        f"vmap: {name}(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has "
        "more elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over "
        f"{where}. Please try to use out-of-place operators instead of {name}. If said operator is being called inside "
        "the PyTorch framework, please file a bug report instead."
    )


OF_THE_RESULT = frozenset(
    ("add_", "__iadd__", "atan2_", "arctan2_", "copysign_", "bitwise_and_", "bitwise_or_", "bitwise_xor_", "__iand__",
     "__ior__", "__ixor__")
)
"""Writes to one by many that torch refuses by the shape of the result."""
ARITHMETIC = frozenset(
    """
    sub_ mul_ div_ multiply_ divide_ true_divide_ __isub__ __imul__ __itruediv__ copy_ clamp_min_ clamp_max_
    masked_fill_ logical_and_ logical_or_ logical_xor_
    """.split()  # noqa: SIM905
)
OF_THEIR_OWN = frozenset(
    ("fill_", "index_add_", "index_fill_", "index_put_", "scatter_add_", "scatter_reduce_")
)
"""Those that it refuses by their own names; what is in none of the three goes by its fallback."""


def write(call: Call, arguments: Any, keywords: Any) -> Any:
    """An in-place operation: on the memory of all examples at once, or on that of each after the other."""
    x, *others = arguments
    whole = call.lift(x)
    if whole is None:
        if call.name in OF_THE_RESULT:
            widest = next(each for each in tensors_in((others, keywords)) if isinstance(each, Batched))
            shape = [call.size, *(1,) * (x.dim() - widest.dim()), *widest.shape]
            raise RuntimeError(f"output with shape {list(x.shape)} doesn't match the broadcast shape {shape}")
        name = write_name(call.name, others)
        own = name.partition(".")[0]
        if name != "masked_fill_.Tensor" and (call.name in ARITHMETIC or name == "copy_"):
            raise write_to_one("inplace arithmetic", "in a vmap")
        if own in OF_THEIR_OWN:
            raise write_to_one(own, "in a vmap")
        if call.name not in FALLBACKS:
            warn_of_fallback(name)
        raise write_to_one("aten::" + own, f"at level {call.level}")
    if call.name in RESHAPING:
        made = getattr(x, call.name[:-1])(*others, **keywords)
        x.__dict__.update(made.__dict__)
        return x
    if call.name == "fill_" and any(isinstance(each, Batched) for each in others):
        return x.copy_(others[0].expand(x.shape))
    plain = call.name.strip("_")
    plain = plain.removeprefix("i") if call.name[:3] == "__i" else plain
    if call.name == "__setitem__":
        made = set_part(call, x, whole, *others)
        if made is not NotImplemented:
            return None
    elif (RULES.get(plain) is elementwise or call.name in ("copy_", "fill_", "zero_")) and all(
        each.dim() <= x.dim() for each in tensors_in((others, keywords))
    ):

        def enter(each: Tensor) -> Tensor:
            found = call.lift(each)
            missing = x.dim() - each.dim()
            if found is None or not missing:
                return each if found is None else found
            return found.reshape(call.size, *(1,) * missing, *each.shape)

        call.function(whole, *replaced(tuple(others), enter), **replaced(dict(keywords), enter))
        return x
    batching.one_by_one(call, arguments, keywords)
    return x


def set_part(call: Call, x: Tensor, whole: Tensor, index: Any, value: Any) -> Any:
    """``x[index] = value`` for all examples; NotImplemented where the index has batched tensors."""
    index = index if isinstance(index, tuple) else (index,)
    picked = list(tensors_in(index))
    if any(isinstance(each, Batched) for each in picked):
        if any(each.dtype is dtypes.bool_ for each in picked):
            raise RuntimeError(
                "vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over "
                "indexing with a boolean mask."
            )
        return NotImplemented
    places = [place for place, each in enumerate(index) if isinstance(each, (list, Tensor))]
    if places and places[-1] - places[0] >= len(places):
        return NotImplemented
    if isinstance(value, Tensor):
        part = x[index]
        found = call.lift(value)
        if found is not None:
            missing = part.dim() - value.dim()
            if missing < 0:
                return NotImplemented
            value = found.reshape(call.size, *(1,) * missing, *value.shape) if missing else found
    call.function(whole, (slice(None), *index), value)
    return None


# ---- refusals

DYNAMIC = (
    "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{}. Please "
    "file an issue at https://github.com/pytorch/pytorch/issues if you need this feature."
)
REFUSED = {
    "rrelu": "vmap: we do not yet support aten::rrelu. Please file an issue",
    "rrelu_": "vmap: we do not yet support aten::rrelu_. Please file an issue",
    **{
        name: f"Batching rule not implemented for aten::{name}.input. We could not generate a fallback."
        for name in ("lstm", "gru", "rnn_tanh", "rnn_relu")
    },
    "lstm_cell": "Batching rule not implemented for aten::lstm_cell. We could not generate a fallback.",
    "nonzero": DYNAMIC.format("nonzero"),
    "argwhere": DYNAMIC.format("nonzero"),
    "unique": DYNAMIC.format("_unique2"),
    "_unique2": DYNAMIC.format("_unique2"),
    "unique_dim": DYNAMIC.format("unique_dim"),
    "unique_consecutive": DYNAMIC.format("unique_consecutive"),
    "equal": "Batching rule not implemented for aten::equal. We could not generate a fallback.",
    "allclose": (
        "vmap over torch.allclose isn't supported yet. Please file an issue at "
        "https://github.com/pytorch/pytorch/issues if you need this feature."
    ),
    "is_nonzero": (
        "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support "
        "that yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
    ),
}


def refuse(call: Call, arguments: Any, keywords: Any) -> None:
    """RuntimeError for what cannot be done for all examples at once: sizes that depend on numbers, and ``out=``."""
    if call.name == "nonzero" and keywords.get("as_tuple"):
        raise RuntimeError(DYNAMIC.format("where"))
    if call.name in REFUSED:
        raise RuntimeError(REFUSED[call.name])
    if keywords.get("out") is not None:
        raise RuntimeError(
            f"Batching rule not implemented for aten::{call.name}.out; the fallback path doesn't work on out= or view "
            "ops."
        )
    if call.name == "where" and len(arguments) == 1 and not keywords:
        raise RuntimeError(DYNAMIC.format("where"))
    if call.name == "masked_select" and any(
        isinstance(each, Batched) for each in (*arguments[1:2], keywords.get("mask"))
    ):
        raise RuntimeError(
            "vmap: Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because for "
            "each batch this would return a differently shaped Tensor. Please file an issue at "
            "https://github.com/pytorch/pytorch/issues if you need this feature."
        )


# ---- what torch does example by example

def overload(word: str) -> Callable[[Any, Any], str]:
    """The overload of an operation that asks whether its second argument, or ``word``, is a tensor."""

    def named(arguments: Any, keywords: Any) -> str:
        given = arguments[1] if len(arguments) > 1 else keywords.get(word)
        return "Tensor" if isinstance(given, Tensor) else "Scalar"

    return named


def quantile_overload(arguments: Any, keywords: Any) -> str:
    return "" if overload("q")(arguments, keywords) == "Tensor" else "scalar"


def lengths_overload(arguments: Any, keywords: Any) -> str:
    given = arguments[2] if len(arguments) > 2 else keywords.get("input_lengths")
    return "Tensor" if isinstance(given, Tensor) else "IntList"


def filled_overload(arguments: Any, keywords: Any) -> str | None:
    given = arguments[2] if len(arguments) > 2 else keywords.get("value")
    return "Tensor" if isinstance(given, Tensor) else None


def bag_overload(arguments: Any, keywords: Any) -> str:
    return "padding_idx" if len(arguments) > 8 or "padding_idx" in keywords else ""


FALLBACKS: dict[str, tuple[str, Callable[[Any, Any], str | None] | None]] = {
    **dict.fromkeys(("eq_", "ne_", "lt_", "le_", "gt_", "ge_", "fill"), ("", overload("other"))),
    **dict.fromkeys(("quantile", "nanquantile"), ("", quantile_overload)),
    **dict.fromkeys(
        """
        affine_grid_generator bilinear bincount conj_physical_ conv_tbc diagflat fractional_max_pool2d index_reduce
        linalg_ldl_solve linalg_lu linalg_tensorsolve masked_scatter multi_margin_loss multilabel_margin_loss
        native_channel_shuffle gru_cell ormqr pdist put renorm rnn_relu_cell rnn_tanh_cell segment_reduce
        soft_margin_loss special_log_ndtr take vander
        """.split(),  # noqa: SIM905
        ("", None),
    ),
    "_pack_padded_rows": ("_pack_padded_sequence", None),
    "embedding_bag": ("", bag_overload),
    "histogram_at": ("histogram.bins_tensor", None),
    "histogram_of": ("histogram.bin_ct", None),
    "masked_fill": ("", filled_overload),
    "max_unpool1d": ("max_unpool2d", None),
    "max_unpool2d": ("max_unpool2d", None),
    "max_unpool3d": ("max_unpool3d", None),
    "ihfft2": ("fft_ihfft2", None),
    "ctc_loss": ("", lengths_overload),
}
"""The operations that torch has no rule for either, and says so: their own names, and which overload it is."""


def tell_of_fallback(call: Call, arguments: Any, keywords: Any) -> None:
    """Warn as torch does where it goes from example to example; the ways back go by rules of their own."""
    if call.name not in FALLBACKS or graph.Pass.inside():
        return
    own, overloaded = FALLBACKS[call.name]
    name = own or call.name
    if overloaded is not None:
        which = overloaded(arguments, keywords)
        if which is None:
            return
        name += "." * bool(which) + which
    warn_of_fallback(name)


def warn_of_fallback(name: str) -> None:
    """torch's warning where the program of the user called."""
    depth, frame = 2, sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == PACKAGE:
        depth, frame = depth + 1, frame.f_back
    warnings.warn(
        f"There is a performance drop because we have not yet implemented the batching rule for aten::{name}. Please "
        "file us an issue on GitHub so that we can prioritize its implementation.", UserWarning, stacklevel=depth,
    )


PACKAGE = __name__.split(".")[0]


def ask(name: str, arguments: Any, keywords: Any) -> None:
    """Refuse, or tell of, an operation that is made of others here where torch has it as one.

    Only where ``vmap`` is the innermost transform: others take it apart there, too.
    """
    if not levels.stack or levels.stack[-1].kind != "vmap" or not top_level((arguments, keywords)):
        return
    if name in REFUSED:
        raise RuntimeError(REFUSED[name])
    tell_of_fallback(Call(name, FUNCTIONS[name], levels.stack[-1].number, 0), arguments, keywords)


# ---- random numbers

RANDOM_ERROR = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
    "randomness flags on vmap or perform the randomness operation out of vmap"
)
FACTORIES = "rand randn randint randperm"
LIKE = (
    "rand_like randn_like randint_like bernoulli poisson normal multinomial dropout feature_dropout alpha_dropout "
    "feature_alpha_dropout rrelu"
)
MASKS = ("dropout", "feature_dropout")
DRAWING_WRITES = "uniform_ normal_ exponential_ geometric_ cauchy_ log_normal_ random_ bernoulli_"


def randomness() -> str | None:
    """How random numbers come in the innermost ``vmap``; None outside."""
    found = levels.batched()
    return found[-1].randomness if found else None


def draws(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of random numbers that asks the innermost ``vmap`` how they should come."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        how = randomness()
        if name in TRAINING and not trains(name, arguments, keywords):
            how = None
        if how is None:
            return function(*arguments, **keywords)
        if how == "error":
            raise RuntimeError(RANDOM_ERROR)
        level = levels.batched()[-1]
        if name in FACTORIES.split():
            if how == "same":
                return function(*arguments, **keywords)
            return drawn_for_each(name, level, function, arguments, keywords)
        given = [each for each in tensors_in((arguments, keywords)) if isinstance(each, Batched)]
        if name in DRAWING_WRITES.split():
            return drawn_into(name, level, how, function, arguments, keywords)
        if how == "same":
            if given and name in ("rand_like", "randn_like", "randint_like"):
                shape = tuple(arguments[0].shape)
                return function(FUNCTIONS["zeros"](shape, dtype=arguments[0].dtype), *arguments[1:], **keywords)
            if given and name in MASKS:
                ones = FUNCTIONS["ones"](tuple(given[0].shape), dtype=given[0].dtype)
                return given[0] * function(ones, *arguments[1:], **keywords)
            if given:
                raise RuntimeError(
                    "Vmap does not currently support same randomness with a batched tensor input. Please file an "
                    "issue with functorch"
                )
            return function(*arguments, **keywords)
        full = Call(name, function, level.number, level.size)
        entered = replaced(tuple(arguments), full.full)
        return full.wrap_all(function(*entered, **replaced(dict(keywords), full.full)))

    call.__name__ = call.__qualname__ = name
    call.__dict__.update(vars(function))
    call.__wrapped__, call.draws = function, True  # type: ignore[attr-defined]
    return call


TRAINING = {"dropout": 2, "feature_dropout": 2, "alpha_dropout": 2, "feature_alpha_dropout": 2, "rrelu": 3}
"""Where those that draw in training alone have the argument that says so."""


def trains(name: str, arguments: Any, keywords: Any) -> bool:
    """Whether an operation that draws in training is in training."""
    place = TRAINING[name]
    given = keywords.get("training", keywords.get("train", name != "rrelu"))
    return bool(arguments[place] if len(arguments) > place else given)


def drawn_for_each(name: str, level: Any, function: Any, arguments: Any, keywords: Any) -> Any:
    """Random numbers of a given size, others for each example."""
    keywords = dict(keywords)
    if name == "randperm":
        made = tensors.stack([function(*arguments, **keywords) for _ in range(level.size)], 0)
        return batching.wrap_level(made, 0, level.number)
    bounds = ()
    if name == "randint":
        count = 2 if len(arguments) > 2 or (len(arguments) == 2 and not isinstance(arguments[1], (tuple, list))) else 1
        bounds, arguments = arguments[:count], arguments[count:]
    size = tuple(keywords.pop("size")) if "size" in keywords else flat_sizes(arguments)
    return batching.wrap_level(function(*bounds, (level.size, *size), **keywords), 0, level.number)


def drawn_into(name: str, level: Any, how: str, function: Any, arguments: Any, keywords: Any) -> Any:
    """Random numbers written to a tensor: others for each example, or the same for all."""
    x, *others = arguments
    call = Call(name, function, level.number, level.size)
    whole = call.lift(x)
    if whole is None:
        if how == "different":
            raise RuntimeError(
                "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same "
                "randomness. If this is necessary for your usage, please file an issue with functorch."
            )
        return function(x, *others, **keywords)
    if how == "different":
        function(whole, *replaced(tuple(others), call.full), **keywords)
    else:
        one = FUNCTIONS["zeros"](tuple(x.shape), dtype=x.dtype)
        whole.copy_(function(one, *others, **keywords).expand(whole.shape))
    return x


def guard_random() -> None:
    """Let the functions of random numbers ask ``vmap``; again at each level, since rooms put themselves in later."""
    package = sys.modules[__name__.split(".")[0]]
    for name in f"{FACTORIES} {LIKE}".split():
        if name in FUNCTIONS and not hasattr(FUNCTIONS[name], "draws"):
            made = FUNCTIONS[name] = draws(name, FUNCTIONS[name])
            if name in vars(package):
                setattr(package, name, made)
    for name in f"{DRAWING_WRITES} bernoulli multinomial".split():
        if name in Tensor.__dict__ and not hasattr(Tensor.__dict__[name], "draws"):
            made = draws(name, Tensor.__dict__[name])
            setattr(Tensor, name, made)
            setattr(Batched, name, made)


batching.prepare()
