"""The forms in which an operation appears: function, method, in-place and ``out=``; and how a write is recorded."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from .._kernels import layout
from .._kernels.layout import address, strides
from . import dtypes, errors
from .graph import dense
from .modes import altered, mode, no_grad
from .options import NOTHING, Misfit, checked, refused, stumbled
from .quiet import quietly, run
from .recording import Cast, Kept, original, tensors, told_in_place
from .scalars import is_number
from .storage import resize
from .tensor import OutdatedView, Tensor, wrap
from .views import Untracked, check_write, look_beside, look_for_histories, rebase, refuse_expanded, shared_of

ndarray = np.ndarray

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""The operations of the ``torch`` namespace by name; the package's ``__init__`` takes them from here."""


WRITING_FUNCTIONS = frozenset(
    """
    abs_ acos_ acosh_ addmv_ alpha_dropout_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ as_strided_ asin_
    asinh_ atan_ atanh_ ceil_ celu_ clamp_ clamp_max_ clamp_min_ clip_ conj_physical_ cos_ cosh_ deg2rad_
    detach_ dropout_ embedding_renorm_ erf_ erfc_ exp2_ exp_ expm1_ feature_alpha_dropout_ feature_dropout_
    fill_ fix_ floor_ frac_ gcd_ i0_ index_put_ lcm_ ldexp_ log10_ log1p_ log2_ log_ logit_ nan_to_num_ neg_
    negative_ rad2deg_ reciprocal_ relu_ resize_as_ rrelu_ round_ rsqrt_ selu_ sigmoid_ sin_ sinc_ sinh_ sqrt_
    square_ tan_ tanh_ threshold_ trunc_ xlogy_ zero_
    """.split()  # noqa: SIM905
)
"""The in-place operations that torch has as functions too; all others are methods alone."""


PACKAGE = __name__.partition(".")[0]


def publish(name: str, function: Callable[..., Any], *, method: bool = True, module: bool = True) -> None:
    """Enter an operation into the torch namespace, among the methods of ``Tensor`` and into the tensors' vocabulary.

    A function with ``as_method`` among its keywords is not wrapped: it refuses what it does not take itself.
    """
    function.__name__ = function.__qualname__ = name
    plain = hasattr(function, "__wrapped__") or "as_method" in (getattr(function, "__kwdefaults__", None) or ())
    if module and (name[-1] != "_" or name in WRITING_FUNCTIONS):
        FUNCTIONS[name] = published = function if plain else checked(name)(function)
        published.__module__ = PACKAGE
    if method:
        setattr(Tensor, name, as_method(function) if plain else checked(name, method=True)(function))


def as_method(function: Any) -> Any:
    """The same function as a method, which counts its arguments without the tensor when it refuses them."""
    if "as_method" not in (function.__kwdefaults__ or ()):
        return function
    made: Any = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = {**function.__kwdefaults__, "as_method": True}
    made.__doc__, made.__qualname__, made.__annotations__ = (
        function.__doc__, function.__qualname__, function.__annotations__
    )
    return made


def alias(name: str, same: str) -> None:
    """Enter under another name all forms of an operation; their refusals tell this name."""

    def renamed(function: Callable[..., Any], form: str, method: bool) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            try:
                return function(*arguments, **keywords)
            except TypeError as error:
                problem = error
            refusal = refused(form, arguments[method:], keywords, method)
            raise problem if isinstance(refusal, NotImplementedError) else refusal

        call.__name__ = call.__qualname__ = form
        call.__doc__ = function.__doc__
        return call

    for ending in ("", "_"):
        form = name + ending
        if same + ending in FUNCTIONS and (not ending or form in WRITING_FUNCTIONS):
            FUNCTIONS[form] = renamed(FUNCTIONS[same + ending], form, False)
        if same + ending in Tensor.__dict__:
            setattr(Tensor, form, renamed(Tensor.__dict__[same + ending], form, True))


def wants_grad(*arguments: Any) -> bool:
    """Whether recording is on and any argument requires grad."""
    return (not altered or mode.enabled) and any(getattr(each, "requires_grad", False) for each in arguments)


def commit(x: Tensor, out: Tensor, expanded: str | None = None) -> Tensor:
    """Write ``out``, an operation's result for ``x``, into ``x``; take over its node and count the write.

    ``expanded`` is for an operation that may reach an element twice: torch warns, where there is a name, and what it
    did not change stays.
    """
    target, source = x._data, out._data
    if source.dtype is not target.dtype and source.dtype != target.dtype:
        result, own = dtypes.of(source), x.dtype
        if not dtypes.can_cast(result, own):
            raise dtypes.cannot_cast(result, own)
    if source.shape != target.shape:
        raise errors.write_result_shape(target.shape, source.shape)
    node = out._node
    if node is not None:
        keep_old(x, out, node)
        if node.is_fallback:
            kind: Any = type(node)
            node.__class__ = told_in_place(kind)
    if expanded is not None and reached_twice(target):
        if expanded:
            warn_of_expanded(expanded, "tensor[mask] = scalar", target)
        one, other = [np.ascontiguousarray(each).view(np.uint8).reshape(*each.shape, -1) for each in (
            target, source.astype(target.dtype, copy=False))]
        changed = (one != other).any(-1)
        target[changed] = source[changed]
    else:
        store(target, source)
    x._bump()
    if node is not None:
        rebase(x, node)
    return x


def keep_old(x: Tensor, out: Tensor, node: Any) -> None:
    """Before ``x`` is overwritten: what the node kept of it becomes a copy, what it kept of the result ``x`` itself.

    An ``x`` that came as another argument as well is kept as it is: going back through it will be refused.
    """
    kept = node.kept or ()
    own = node.keeps_first and kept and original(kept[0]) is x
    if own or any(type(each) is Kept for each in kept):
        changed = list(kept)
        noted = list(node.noted or (0,) * len(kept))
        for place, each in enumerate(kept):
            if own and not place:
                old = wrap(x._data.copy())
                old._node = x._node
                changed[place], noted[place] = Cast(old, each.dtype) if type(each) is Cast else old, 0
            elif type(each) is Kept:
                shared = shared_of(x)
                changed[place], noted[place] = Kept(x._data, shared), shared.number + 1
        node.kept = tuple(changed)
        node.noted = tuple(noted)


def shares_memory(target: ndarray, source: ndarray) -> str:
    """How two arrays lie in memory, as far as torch looks: "not", "wholly" in the same way, or only "partly"."""
    if not target.size or not source.size or not (dense(target) and dense(source)):
        return "not"
    start, other = address(target), address(source)
    end, other_end = start + target.nbytes, other + source.nbytes
    if start == other and end == other_end:
        return "wholly" if strides(target) == strides(source) else "partly"
    return "partly" if start < other_end and other < end else "not"


def overlapping() -> RuntimeError:
    return RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
        "memory location. Please clone() the tensor before performing the operation."
    )


def refuse_partial_overlap(target: ndarray, source: ndarray) -> None:
    """RuntimeError for an operand that shares some memory with the target, and not all of it in the same way."""
    if (target.base is not None or source.base is not None) and shares_memory(target, source) == "partly":
        raise overlapping()


def refuse_shared_memory(target: ndarray, source: ndarray) -> None:
    """RuntimeError for an operand that shares any memory with the target."""
    if target is source or shares_memory(target, source) != "not":
        raise overlapping()


def warn_of_expanded(name: str, indexing: str, target: ndarray) -> None:
    """torch's warning for memory that a write by index or mask would reach twice."""
    if reached_twice(target):
        warnings.warn(
            f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before performing this "
            f"operation. This also applies to advanced indexing e.g. {indexing}",
            UserWarning,
            stacklevel=4,
        )


def reached_twice(target: ndarray) -> bool:
    """Whether several elements lie at one place, as far as torch looks."""
    return target.size > 1 and 0 in target.strides and any(
        step == 0 and length > 1 for step, length in zip(target.strides, target.shape, strict=True)
    )


def refuse_overlap(target: ndarray) -> None:
    """RuntimeError for memory that a write would reach twice."""
    if target.size > 1 and 0 in target.strides:
        refuse_expanded(target.shape, target.strides)


def store(target: ndarray, source: ndarray) -> None:
    """Copy values, cast as C does; torch refuses memory that a write would reach twice."""
    refuse_overlap(target)
    quietly(copy_unsafe, target, source)


def copy_unsafe(target: ndarray, source: ndarray) -> None:
    """Copy values with C's casts."""
    np.copyto(target, source, casting="unsafe")


def begin_write(x: Tensor, operands: Iterable[Any], differentiable: bool = True) -> None:
    """Before an elementwise write, in torch's order: history, memory, shapes.

    ``operands`` may hold anything; tensors among them are what ``x`` is combined with. RuntimeError for what may not be
    recorded, for memory that is met twice, and for shapes that do not fit.
    """
    others = [each for each in operands if isinstance(each, Tensor)]
    # What stands for others says so before its history is looked for.
    target = x._data
    if differentiable or mode.inference:
        check_write(x, *others)
    refuse_overlap(target)
    shape = target.shape
    for each in others:
        if each is not x:
            refuse_partial_overlap(target, each._data)
    for each in others:
        if each._data.shape != shape:
            shape = layout.broadcast_shapes(shape, each._data.shape)
    if shape != target.shape:
        raise errors.write_result_shape(target.shape, shape)


DIVIDED_BY_ZERO = "ZeroDivisionError"
"""What torch says of whole numbers divided by zero, as of a RuntimeError."""


def in_place(
    function: Callable[..., Any], *, elementwise: bool = True, apart: str = "", differentiable: bool = True,
    expanded: str | None = None, first: Callable[..., Any] | None = None, to_bool: bool = False
) -> Callable[..., Any]:
    """The in-place form of an operation: the operation, then a write, then the new history.

    ``apart`` says when to refuse other tensors that share memory with the one written to: "first", or "last" of all
    there is to refuse. A write that is not ``differentiable`` leaves the history as it is; ``expanded`` is for
    ``commit``, and ``first`` refuses what torch refuses before memory and sizes are looked at. A write ``to_bool``
    is one of truth values, which fit everywhere.
    """

    def form(x: Tensor, *arguments: Any, **keywords: Any) -> Tensor:
        others = [each for each in (*arguments, *keywords.values()) if isinstance(each, Tensor)]
        kept: Any = x
        if x._shared.__class__ is Untracked and wants_grad(*others):
            kept = x.clone()  # what is overwritten is kept as a copy
        if first is not None:
            check_write(x, *others)
            first(x, *arguments, **keywords)
        if elementwise:
            try:
                begin_write(x, others, differentiable)
            except RuntimeError:
                if differentiable:
                    check_write(x, *others)
                if any(each._shared.__class__ is Untracked for each in others):
                    look_for_histories((x, *others), lambda: function(kept, *arguments, **keywords))
                if not arguments and not keywords:
                    refuse_dtype(function, x)
                raise
        else:
            check_write(x, *others)
        if apart == "first":
            refuse_shared(x, others)
        try:
            # A write to an inference tensor is refused once it is done: there is nothing to record.
            if differentiable and (mode.inference or kept is not x or x._shared.__class__ is not Untracked):
                out = function(kept, *arguments, **keywords)
            else:
                with no_grad():
                    out = function(x, *arguments, **keywords)
        except TypeError as error:
            traceback = error.__traceback__
            if traceback is None or traceback.tb_next is not None:
                raise
            raise Misfit from None
        except RuntimeError as error:
            if elementwise and not to_bool and (type(error) is NotImplementedError or str(error) == DIVIDED_BY_ZERO):
                # That the result would not fit is said before that there is no kernel, or a zero to divide by.
                numbers = [each for each in arguments if isinstance(each, (int, float, complex))] if not others else []
                wanted = dtypes.result_type(x._data, *[each._data for each in others], *numbers)
                if not dtypes.can_cast(wanted, x.dtype):
                    raise dtypes.cannot_cast(wanted, x.dtype) from None
            raise
        if apart == "last":
            refuse_shared(x, others)
        return commit(x, out, expanded)

    return form


def refuse_dtype(function: Callable[..., Any], x: Tensor) -> None:
    """Raise what an operation of one tensor says of its dtype before it looks at memory: all but a kernel's name."""
    try:
        with no_grad():
            function(x)
    except RuntimeError as error:
        if not str(error).startswith('"'):
            raise error from None


def refuse_shared(x: Tensor, others: Iterable[Tensor]) -> None:
    """RuntimeError for memory that a write would reach twice, or that ``others`` share with ``x``."""
    refuse_overlap(x._data)
    for each in others:
        refuse_shared_memory(x._data, each._data)


def suits(y: Any) -> bool:
    """Whether an operation of two takes ``y``, a tensor or a number, for its second: the parser comes first."""
    return isinstance(y, Tensor) or is_number(y)


def quick_in_place(kernel: Any, general: Callable[..., Any], numbers: bool, complex_too: bool) -> Callable[..., Any]:
    """The in-place form of an elementwise ufunc: straight into the memory where nothing is recorded or cast."""
    from .families import FLOAT32, FLOAT64, number32, number64

    def form(x: Any, other: Any = NOTHING, *rest: Any, **wrong: Any) -> Any:
        if rest or wrong:
            return stumbled(form.__name__, form, True, (x, other, *rest), wrong)
        y = other
        if x._created is not None or type(x) is OutdatedView:
            return general(x, y) if suits(y) else stumbled(form.__name__, form, True, (x, y), {})
        a = x._data
        dtype = a.dtype
        kind = type(y)
        b = None
        if kind is float or kind is int:
            if numbers and (x._node is None or (altered and not mode.enabled)):
                if dtype is FLOAT32:
                    b = number32(y)._data
                elif dtype is FLOAT64:
                    b = number64(y)._data
        elif isinstance(y, Tensor) and ((x._node is None and y._node is None) or (altered and not mode.enabled)):
            b = y._data
            if b.dtype is not dtype or b.shape != a.shape or not (complex_too or dtype.kind != "c"):
                b = None
        if b is None or not a.flags.c_contiguous:
            return general(x, y) if suits(y) else stumbled(form.__name__, form, True, (x, y), {})
        if b.base is not None or a.base is not None:
            refuse_partial_overlap(a, b)
        run(kernel, a, b, a)
        x._bump()
        return x

    return form


OF_ONE_DTYPE = frozenset(
    ("neg", "ceil", "floor", "trunc", "sign", "frac", "abs", "sgn", "bitwise_not", "round", "conj_physical")
)
"""Elementwise operations that write into a tensor of their own dtype alone."""


BOOLEAN = frozenset(("signbit", "isposinf", "isneginf"))
"""Elementwise operations that write into a tensor of truth values alone."""


ELEMENTWISE: set[str] = set()
"""Operations that were given an ``out=``: torch makes room for these twice where it computes in another dtype."""


def begin_out(name: str, out: Any, inputs: Sequence[Any], as_method: bool = False) -> None:
    """Before an elementwise operation with ``out=``: refuse to record it, and memory that is met twice.

    Misfit for anything but a tensor, and for methods, which do not take it.
    """
    if as_method or not isinstance(out, Tensor) or name == "relu":
        raise Misfit
    if wants_grad(out, *inputs):
        raise errors.out_requires_grad(name)
    ELEMENTWISE.add(name)
    if name in OF_ONE_DTYPE and inputs[0]._data.dtype != out._data.dtype and (
        inputs[0]._data.dtype.kind != "c" or name in ("neg", "frac", "sgn", "bitwise_not", "round", "conj_physical")
    ) and (name != "neg" or inputs[0]._data.dtype.kind != "b"):
        raise RuntimeError(f"Found dtype {out.dtype.scalar_type} but expected {inputs[0].dtype.scalar_type}")
    if name in BOOLEAN and out._data.dtype.kind != "b" and inputs[0]._data.dtype.kind != "c":
        raise RuntimeError(f"{name} does not support non-boolean outputs.")
    refuse_overlap(out._data)
    for each in inputs:
        if isinstance(each, Tensor) and each is not out:
            refuse_partial_overlap(out._data, each._data)
    if any(each is out for each in inputs):
        # It is not resized: what is read from it is to be there.
        shape: tuple[int, ...] = ()
        for each in inputs:
            if isinstance(each, Tensor) and each._data.shape != shape:
                shape = layout.broadcast_shapes(shape, each._data.shape)
        if shape != out._data.shape:
            raise errors.write_result_shape(out._data.shape, shape)


OF_THEIR_OWN = {
    "cat": 1, "gather": 1, "index_select": 0, "kthvalue": 0, "masked_select": 0, "stack": 1, "take": 0,
}
"""Operations that write into memory of their own alone, which torch finds out before it resizes (0) or after (1)."""

SEE_NEGATIVES = frozenset(
    "eq ge gt inner kron le logical_and logical_not logical_or logical_xor lt multi_dot ne tensordot".split()  # noqa: SIM905
)
SEE_CONJUGATES = SEE_NEGATIVES | {
    "abs", "addmm", "angle", "baddbmm", "bmm", "dot", "linalg_matrix_power", "linalg_multi_dot", "matmul", "mm", "vdot"
}
"""Operations that write into lazy negatives, or conjugates, without a copy of them."""

OF_ONE_DTYPE_OUT = frozenset(("aminmax", "gather"))
"""Operations whose ``out=`` has the dtype of their result."""


def write_out(name: str, out: Any, result: Tensor, inputs: Sequence[Any], as_method: bool = False) -> Tensor:
    """Put ``result`` into the tensor given as ``out=``, resizing it, with a warning, where its shape differs.

    Misfit for anything but a tensor, and for methods, which do not take it.
    """
    if as_method or not isinstance(out, Tensor):
        raise Misfit
    if wants_grad(out, *inputs):
        raise errors.out_requires_grad(name)
    owned = OF_THEIR_OWN.get(name)
    own, made = out.dtype, result.dtype
    if name in OF_ONE_DTYPE_OUT and own is not made:
        raise RuntimeError(f"Expected out tensor to have dtype {made.c_name}, but got {own.c_name} instead")
    if owned == 0:
        refuse_shared(out, [each for each in inputs if isinstance(each, Tensor)])
    if name != "stack" and not dtypes.can_cast(made, own):
        raise cannot_join(own) if name == "cat" else dtypes.cannot_cast(made, own)
    if out._data.shape != result._data.shape:
        twice = name in ELEMENTWISE - {"where"} and own is not made
        # Of lazy conjugates and negatives torch makes a copy, and room in both.
        copied = out._memory is not None and name not in (SEE_CONJUGATES if out.is_conj() else SEE_NEGATIVES)
        for _ in range((1 + twice + copied) if out._data.size else 0):
            warnings.warn(
                "An output with one or more elements was resized since it had shape "
                f"{errors.size_text(out._data.shape)}, which does not match the required output shape "
                f"{errors.size_text(result._data.shape)}. This behavior is deprecated, and in a future PyTorch release "
                "outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t "
                "by resizing it, inplace, to zero elements with t.resize_(0).",
                UserWarning,
                stacklevel=4,
            )
        resize(out, result._data.shape, result._data if name in ELEMENTWISE and dense(result._data) else None)
    if owned:
        refuse_shared(out, [each for each in inputs if isinstance(each, Tensor)])
    if name == "stack" and not dtypes.can_cast(made, own):
        raise cannot_join(own)
    store(out._data, result._data)
    if mode.inference:
        look_beside(out, inputs)
    out._bump()
    return out


def cannot_join(own: dtypes.dtype) -> TypeError:
    return TypeError(f"torch.cat(): input types can't be cast to the desired output type {own.scalar_type}")


def attach(
    name: str,
    call: Callable[..., Any],
    function: Callable[..., Any],
    *,
    method: bool = True,
    module: bool = True,
    inplace: bool = False,
    form: Callable[..., Any] | None = None,
    elementwise: bool = True,
) -> None:
    """Enter ``function`` under ``name``, its bare ``call`` into the tensors' vocabulary, and the in-place form."""
    setattr(tensors, name, call)
    publish(name, function, method=method, module=module)
    if inplace:
        form = form or checked(name + "_", method=True)(in_place(call, elementwise=elementwise))
        form.__name__ = form.__qualname__ = name + "_"
        if method:
            setattr(Tensor, name + "_", form)
        if module and name + "_" in WRITING_FUNCTIONS:
            FUNCTIONS[name + "_"] = form
