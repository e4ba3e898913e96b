"""A declaration becomes a function.

``unary``, ``binary``, ``reduction`` and ``view`` take a kernel, a dtype rule and, by the name of each differentiable
argument, the formula that carries a gradient back to it (see ``recording``). What every member of a family shares is
here: promotion, broadcasting, the in-place and ``out=`` forms, the method. ``operations.op`` declares all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._kernels.layout import broadcast_shapes, contiguous_bytes, empty_like, in_order, laid_out
from .._kernels.scalar_types import FEW_KERNELS, NARROW
from . import dtypes, errors
from .errors import Misfit, NoMemory
from .graph import LEAF, NOWHERE, next_order
from .modes import altered, mode
from .options import NOTHING, checked, dtype_of, refused, stumbled
from .quiet import quietly, run
from .recording import (
    CROSSED,
    Formula,
    Recorder,
    arrays,
    backward_name,
    fit_of,
    keep_as_given,
    note,
    pair_keeper,
    parameters,
    tensors,
)
from .scalars import rounded
from .tensor import Tensor, stands_for_others, view_of, wrap, wrap_dim
from .views import look_for_histories
from .warn import warn_once

ndarray = np.ndarray
asarray = np.asarray
new = object.__new__


def bad_arguments(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any] | None = None) -> Misfit:
    """torch's words for arguments that fit no signature of ``name``, until the outermost form of the call speaks."""
    from .signatures import refusal

    return Misfit(str(refusal(name, tuple([each for each in arguments if each is not NOTHING]), keywords or {})))


def astray(name: str, call: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A call with something that has no memory: a tensor that stands for others has rules, anything else is refused."""
    if stands_for_others((arguments, keywords)):
        from .transforms import interpret

        return interpret(name, call, arguments, keywords)
    raise bad_arguments(name, arguments, keywords) from None


def refuse_narrow(name: str, dtype: np.dtype[Any], computes: bool = True) -> None:
    """NotImplementedError for what has no kernel for a type of few, as with floats of eight bits nearly all."""
    from .._kernels import narrow

    refusal = narrow.refusal(name, dtype, computes)
    if refusal is not None:
        raise refusal


HALF = frozenset("eE")
CHARS = {"b": "?", "i": "bhilq", "u": "B", "f": "efd", "c": "FD", "V": "E"}
"""Types that operations compute with, by their kind."""
BESIDE_NUMBERS = frozenset(("mul", "div", "floor_divide", "div_floor", "div_trunc"))
"""Operations that have a kernel of their own for a number on the right."""
OF_NUMBERS = frozenset(("add", "sub", "mul", "div"))
UNROUNDED = frozenset(("mul", "div", "floor_divide", "div_floor", "div_trunc"))
Rule = Callable[[dtypes.dtype], dtypes.dtype]


def unary(
    name: str,
    kernel: Callable[[ndarray], Any],
    rule: Rule = dtypes.keeps,
    *,
    x: Formula | None = None,
    inplace: bool = True,
    method: bool = True,
    module: bool = True,
    node: str | None = None,
    arranged: bool = False,
) -> Callable[..., Tensor]:
    """An elementwise operation of one tensor; ``rule`` gives the dtype in which the kernel computes.

    The result of an ``arranged`` kernel has its layout already.
    """
    from .forms import attach, begin_out, in_place, write_out

    recorder = None if x is None else Recorder(name, ("x",), {"x": x}, node=node)
    direct = {each for each, made in dtypes.BY_NUMPY.items() if rule(made) is made}
    as_it_is = rule is dtypes.keeps
    floats_stay = FLOAT32 in direct and FLOAT64 in direct
    make: Any = None if recorder is None else recorder.make
    if make is not None:
        make.elementwise = True
    keeps_x = recorder is not None and bool(recorder.kept)
    keeps_out = recorder is not None and recorder.keeps_out

    def call(x: Tensor, *rest: Any, **wrong: Any) -> Tensor:
        if rest or wrong:
            raise refused(name, rest, wrong, method=True)
        try:
            a = x._data
        except AttributeError:
            return astray(name, call, (x,), {})
        dtype = a.dtype
        usual = dtype is FLOAT32 or dtype is FLOAT64
        if not usual and dtype.char in FEW_KERNELS:
            refuse_narrow(name, dtype)
        if not as_it_is and not (usual and floats_stay) and dtype not in direct:
            wanted = rule(dtypes.BY_NUMPY[dtype]).numpy
            if wanted != dtype:
                a = a.astype(wanted)
        try:
            r = run(kernel, a)
        except RuntimeError:
            r = quietly(kernel, a)
        if type(r) is not ndarray:
            r = asarray(r)
        elif r.ndim > 1 and x._data.base is not None and not arranged and not (
            a.flags.c_contiguous and r.size and r.strides == contiguous_bytes(r.shape, r.itemsize)
        ):
            r = laid_out(r, x._data if a is x._data else empty_like(x._data))
        out = new(Tensor)
        out._data = r
        source = x._node
        if source is not None and recorder is not None and (not altered or mode.enabled):
            made = r.dtype
            same = usual and made is dtype
            if not same and made.kind not in "fcV":
                return out
            step = new(make)
            step.order = next_order()
            step.edges = (x if source is LEAF else source,)
            step.values = ()
            step.noted = step.fit = None
            if keeps_x:
                step.kept = (x,)
                if x._shared is not None:
                    note(step)
            else:
                step.kept = ()
            if not same and (made != x._data.dtype or made.kind == "V"):
                step.fit = fit_of((x,), r)
            out._node = step
            if keeps_out:
                recorder.keep_out(step, out)
        return out

    def function(
        input: Tensor = NOTHING, *rest: Any, out: Tensor | None = None, as_method: bool = False, **wrong: Any
    ) -> Tensor:
        if not rest and not wrong:
            try:
                if out is None:
                    return call(input)
                begin_out(name, out, (input,), as_method)
                try:
                    result = call(input)
                except NotImplementedError as error:
                    # That the result would not fit is said before that there is no kernel, which has a name.
                    made = rule(input.dtype)
                    if str(error)[0] == '"' and not dtypes.can_cast(made, out.dtype):
                        raise dtypes.cannot_cast(made, out.dtype) from None
                    raise
                return write_out(name, out, result, (input,), as_method)
            except Misfit:
                pass
        return stumbled(name, function, as_method, (input, *rest), with_out(wrong, out))

    written = in_place(call)
    setattr(arrays, name, kernel)
    attach(
        name, call, function, method=method, module=module, inplace=inplace,
        form=checked(name + "_", method=True)(lambda x: written(x)),
    )
    if method:
        setattr(Tensor, name, renamed(call, name))
    return call


def with_out(keywords: dict[str, Any], out: Any) -> dict[str, Any]:
    """Keywords with ``out`` among them, if it was given."""
    return keywords if out is None else {**keywords, "out": out}


def flag(value: Any) -> bool:
    """A bool; Misfit for anything else."""
    if type(value) is not bool:
        raise Misfit
    return value


def renamed(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """``function``, named as users know it, for tracebacks and messages."""
    function.__name__ = function.__qualname__ = name
    return function


FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_float32_numbers: dict[float, Tensor] = {}
_float64_numbers: dict[float, Tensor] = {}


def number(value: Any, dtype: np.dtype[Any], cache: dict[float, Tensor]) -> Tensor:
    """A Python number as a 0-d tensor of a float dtype, entered into ``cache`` (but for zeros, whose sign counts)."""
    made = scalar(value, dtype)
    if value:
        if len(cache) > 4096:
            cache.clear()
        cache[value] = made
    return made


def number32(value: Any) -> Tensor:
    """A Python number as a 0-d float32 tensor."""
    made = _float32_numbers.get(value)
    return number(value, FLOAT32, _float32_numbers) if made is None else made


def number64(value: Any) -> Tensor:
    """A Python number as a 0-d float64 tensor."""
    made = _float64_numbers.get(value)
    return number(value, FLOAT64, _float64_numbers) if made is None else made


def scalar(value: Any, dtype: np.dtype[Any]) -> Tensor:
    """A Python number as a 0-d tensor of ``dtype``; integers wrap around."""
    if dtype.kind in "iu" and isinstance(value, int):
        bits = dtype.itemsize * 8
        value &= (1 << bits) - 1
        if dtype.kind == "i" and value >> (bits - 1):
            value -= 1 << bits
    made = wrap(quietly(np.array, value, dtype))
    # A number is no tensor of inference mode, and outlives it.
    made._shared = None
    made.is_number = True  # type: ignore[attr-defined]
    return made


NUMBERS = (int, float, complex, np.number, np.bool_)


def binary(
    name: str,
    kernel: Callable[[ndarray, ndarray], Any],
    rule: Callable[..., dtypes.dtype] = dtypes.arithmetic,
    *,
    x: Formula | None = None,
    y: Formula | None = None,
    inplace: bool = True,
    method: bool = True,
    module: bool = True,
    node: str | None = None,
    scalars: bool = True,
    same: str = "",
    without: Callable[[Any, Any], Sequence[Any]] | None = None,
    uncast: str = "",
    of_complex: Callable[[ndarray, ndarray], Any] | None = None,
) -> Callable[..., Any]:
    """An elementwise operation of two tensors, or of a tensor and a number, with promotion and broadcasting.

    ``rule``: ``arithmetic`` (compute in the promoted dtype), ``arithmetic_to_float`` (at least a float) or ``to_bool``
    (compare in the promoted dtype). ``same`` lists the NumPy kinds for which two equal dtypes need no thought.
    ``without`` says of two operands of different dtypes for which of them torch has no gradient, by the exception.
    The formulas see the operands in one dtype, but those named in ``uncast``, unless wider, as they are. ``of_complex``
    is the kernel of complex numbers, where it is another.
    """
    from .forms import attach, begin_out, in_place, quick_in_place, write_out

    FLOAT32_NUMBERS, FLOAT64_NUMBERS = (_float32_numbers, _float64_numbers) if scalars else ({}, {})
    recorder = None if x is None and y is None else Recorder(name, ("x", "y"), {"x": x, "y": y}, node=node)
    # Gradients of bfloat16 are always fitted, which the quick form does not: a formula's numbers make it wider.
    natural = frozenset(
        char for kind in same or ("fc" if rule is dtypes.arithmetic_to_float else "biufc") for char in CHARS[kind]
    )
    if of_complex is not None:
        natural -= {"F", "D"}
    promote = dtypes.arithmetic_to_float if rule is dtypes.arithmetic_to_float else dtypes.arithmetic

    keep = None if recorder is None else pair_keeper(recorder)
    crossed = recorder is not None and recorder.kept == CROSSED
    keeps_out = recorder is not None and recorder.keeps_out
    make: Any = None if recorder is None else recorder.make
    if make is not None:
        make.elementwise = True

    def build(mixed: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """The quick form, with ``mixed`` for everything but equal dtypes and plain numbers beside floats."""

        def call(x: Any, y: Any) -> Any:
            kind = type(y)
            try:
                a = x._data
                dtype = a.dtype
                if kind is float or kind is int:
                    if dtype is FLOAT32:
                        value, y = y, FLOAT32_NUMBERS.get(y)
                        if y is None:
                            y = number(value, dtype, FLOAT32_NUMBERS)
                    elif dtype is FLOAT64:
                        value, y = y, FLOAT64_NUMBERS.get(y)
                        if y is None:
                            y = number(value, dtype, FLOAT64_NUMBERS)
                    else:
                        return mixed(x, y)
                b = y._data
            except NoMemory:
                return astray(name, call, (x, y), {})
            except AttributeError:
                return mixed(x, y)
            if dtype is not b.dtype:
                return mixed(x, y)
            if dtype is not FLOAT32 and dtype is not FLOAT64 and dtype.char not in natural:
                return mixed(x, y)
            try:
                r = run(kernel, a, b)
            except ValueError:
                look_for_histories((x, y), recorder and (lambda: recorder.node((x, y))))
                raise broadcast_error(a.shape, b.shape) from None
            except RuntimeError:
                r = repeated(kernel, a, b)
            if type(r) is not ndarray:
                r = asarray(r)
            elif r.ndim > 1 and (a.base is not None or b.base is not None or not r.size):
                r = laid_out(r, a, b)
            out = new(Tensor)
            out._data = r
            out._node = None
            if recorder is None:
                # What is not recorded minds no lost history.
                return out
            left, right = x._node, y._node
            if left is None and right is None:
                return out
            if not altered or mode.enabled:
                step = new(make)
                step.order = next_order()
                step.edges = (x if left is LEAF else left, y if right is LEAF else right)
                step.values = ()
                step.noted = step.fit = None
                if keep is None:
                    step.kept = ()
                else:
                    step.kept = (
                        (x if right is not None else None, y if left is not None else None)
                        if crossed else keep(x, y, left, right)
                    )
                    if x._shared is not None or y._shared is not None:
                        note(step)
                # Beside a number, or itself, a tensor has the shape of the result.
                if kind is not float and kind is not int and a is not b:
                    # As many dimensions and elements as the result, and not none: then the shape is the same.
                    size, ndim = r.size, r.ndim
                    if (
                        (left is not None and (a.size != size or a.ndim != ndim))
                        or (right is not None and (b.size != size or b.ndim != ndim))
                        or not size
                    ):
                        step.fit = fit_of((x, y), r)
                out._node = step
                if keeps_out:
                    recorder.keep_out(step, out)
            return out

        return call

    def mixed(x: Any, y: Any) -> Tensor:
        """Numbers beside tensors, and tensors of two dtypes."""
        left, right = isinstance(x, Tensor), isinstance(y, Tensor)
        if left and right:
            wanted = promote(x._data, y._data).numpy
        elif scalars and left and isinstance(y, NUMBERS):
            wanted = x._data.dtype
            if wanted.kind not in "fc" or (type(y) is not float and type(y) is not int):
                y = y.item() if isinstance(y, np.generic) else y
                wanted = promote(x._data, y).numpy
        elif scalars and right and isinstance(x, NUMBERS):
            x = x.item() if isinstance(x, np.generic) else x
            wanted = promote(y._data, x).numpy
        elif name in OF_NUMBERS and isinstance(x, NUMBERS) and isinstance(y, NUMBERS):
            plain: Any = x
            return call(scalar(plain, dtypes.result_type(plain).numpy), y)
        else:
            raise bad_arguments(name, (x, y))
        compute = wanted
        if wanted.char in FEW_KERNELS:
            number = not (left and right and x._data.ndim and y._data.ndim)
            refuse_narrow(name if not number or name not in BESIDE_NUMBERS else f"{name}_number", wanted)
            compute = FLOAT32 if wanted.char in NARROW else wanted
        # Products and quotients of halves take a number, or a 0-d tensor, on the right as it is, and round once.
        if wanted.char in HALF and name in UNROUNDED and not (right and (y._data.ndim or y._data.dtype == wanted)):
            compute = np.dtype(np.float32)
        p = x if left else scalar(x, compute)
        q = y if right else scalar(y, compute)
        a, b = p._data, q._data
        if a.dtype != compute:
            a = quietly(a.astype, compute)
        if b.dtype != compute:
            b = quietly(b.astype, compute)
        try:
            r = repeated(kernel if of_complex is None or compute.kind != "c" else of_complex, a, b)
        except (ValueError, NotImplementedError) as error:
            look_for_histories((x, y), recorder and (lambda: recorder.node((p, q))))
            if isinstance(error, NotImplementedError):
                raise
            raise broadcast_error(a.shape, b.shape) from None
        if type(r) is not ndarray:
            r = asarray(r)
        if compute is not wanted and rule is not dtypes.to_bool:
            r = rounded(r, wanted)
        if r.ndim > 1:
            # torch casts first, and looks at the casts.
            r = laid_out(r, *[
                each if not each.ndim or each.dtype == wanted else empty_like(each) for each in (p._data, q._data)
            ])
        out = new(Tensor)
        out._data = r
        if recorder is not None and (not altered or mode.enabled) and (p._node is not None or q._node is not None):
            if r.dtype.kind not in "fcV":
                return out
            step = recorder.node((p, q))
            step.edges = tuple([None if each is NOWHERE else each for each in step.edges])
            real = name in ("mul", "div")
            keep_as_given(step, r.dtype, tuple([{"x": p, "y": q}[each] for each in uncast]), real)
            step.fit = fit_of((p if left else None, q if right else None), r)
            if uncast or p._data.dtype != q._data.dtype:
                # What is written into one of them brings back a gradient of that one's dtype.
                step.fit = ((a.shape, p._data.dtype), (b.shape, q._data.dtype))
            if without is not None:
                step.fit = refusals(without(p._data, q._data), step.fit or (None, None))
            if real and step.kept and compute.kind == "c" and not (left and right) and (
                type(y if left else x) is not complex
            ):
                # The number is kept as it was given: its conjugate has no imaginary part, not one of -0.
                own = q if left else p
                step.kept = tuple([wrap(each._data.real) if each is own else each for each in step.kept])
            out._node = step
            recorder.keep_out(step, out)
        return out

    def beside(x: Any, y: Any) -> Any:
        """For Python's operators: NotImplemented beside anything but tensors and numbers."""
        return mixed(x, y) if isinstance(y, (Tensor, *NUMBERS)) else NotImplemented

    def reflected(x: Any, y: Any) -> Any:
        """The same for the operand on the right, which is a tensor."""
        if not isinstance(x, Tensor):
            raise no_descriptor(f"__r{name}__", x)
        return beside(x, y)

    call: Any = build(mixed)
    call.operator, call.reflected = build(beside), build(reflected)

    def function(
        input: Any = NOTHING, other: Any = NOTHING, *rest: Any, out: Tensor | None = None, as_method: bool = False,
        **wrong: Any
    ) -> Tensor:
        if not rest and not wrong:
            try:
                if out is None:
                    return call(input, other)
                begin_out(name, out, (input, other), as_method)
                return write_out(name, out, call(input, other), (input, other), as_method)
            except Misfit:
                pass
        return stumbled(name, function, as_method, (input, other, *rest), with_out(wrong, out))

    form = None
    if inplace and isinstance(kernel, np.ufunc) and rule is not dtypes.to_bool:
        form = quick_in_place(kernel, in_place(call), scalars, of_complex is None)
    setattr(arrays, name, kernel)
    attach(name, call, function, method=method, module=module, inplace=inplace, form=form)
    return call


def no_descriptor(name: str, x: Any) -> TypeError:
    """What Python says where a method of tensors is called on something else."""
    return TypeError(
        f"descriptor '{name}' for 'torch._C.TensorBase' objects doesn't apply to a '{type(x).__name__}' object"
    )


def repeated(kernel: Any, a: ndarray, b: ndarray) -> Any:
    """A kernel without NumPy's warnings; where it refuses, shapes that do not go together are told first."""
    try:
        return quietly(kernel, a, b)
    except RuntimeError as error:
        # Only of complex numbers torch speaks first.
        if not str(error).endswith("complex tensors."):
            broadcast_shapes(a.shape, b.shape)
        raise


def refusals(found: Sequence[Any], fits: Sequence[Any]) -> tuple[Any, ...]:
    """What to fit gradients to, with the exceptions in place of those that torch has not."""
    return tuple([fit if refusal is None else (refusal, None) for refusal, fit in zip(found, fits, strict=True)])


def broadcast_error(a: Sequence[int], b: Sequence[int]) -> RuntimeError:
    """The first pair of lengths, from the right, that do not go together."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) at non-singleton "
                f"dimension {max(len(a), len(b)) - back}"
            )
    raise AssertionError("shapes that broadcast")


def axes_of(dim: Any, count: int, name: str) -> tuple[int, ...] | None:
    """The dimensions to reduce, counted from the front and in order; None for all of them."""
    if dim is None:
        return None
    if isinstance(dim, int) and not isinstance(dim, bool):
        return (wrap_dim(dim, count),) if count else None if -1 <= dim < 1 else (wrap_dim(dim, count),)
    if not isinstance(dim, (tuple, list)):
        if isinstance(dim, Tensor):
            return axes_of(dim.__index__(), count, name)
        raise bad_arguments(name, (), {"dim": dim})
    axes = [wrap_dim(each, count) for each in dim]
    if len(set(axes)) != len(axes):
        twice = next(each for each in axes if axes.count(each) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    return tuple(sorted(axes)) if axes and count else None


def kind_of_out(out: Tensor, dtype: Any) -> Any:
    """The dtype a sum is taken in: that of the tensor it is written to, and no other may be asked for."""
    if dtype is not None and dtype is not out.dtype:
        raise RuntimeError(f"Expected out tensor to have dtype {dtype.c_name}, but got {out.dtype.c_name} instead")
    return out.dtype


def reduction(
    name: str,
    kernel: Callable[..., Any],
    rule: Rule = dtypes.keeps,
    *,
    x: Formula | None = None,
    nodes: tuple[str, str] | None = None,
    typed: bool = False,
    check: Callable[[Tensor, Any, Any], None] | None = None,
) -> Callable[..., Tensor]:
    """An operation that takes away dimensions: ``kernel(array, axes or None, keepdim)``.

    Its formula sees the gradient, and ``out``, in the shape they have with ``keepdim=True``; ``typed`` operations take
    ``dtype=``. ``check`` refuses what is to be refused before dimensions are counted.
    """
    from .forms import attach, wants_grad, write_out

    whole = some = None
    plain = dims_too = False
    if x is not None:
        wrapped = keepdim_formula(x)
        names = nodes or (backward_name(name), backward_name(name))
        told = ("given", "keepdim")
        formulas: dict[str, Formula | None] = {"x": wrapped}
        values = ("shape", "dim", "kept_shape")
        whole = Recorder(name, ("x",), formulas, values, node=names[0], shown=() if nodes else told)
        some = Recorder(name, ("x",), formulas, values, node=names[1], shown=told)
        places = tuple(values.index(each) for each in some.values[:-2])
        plain = places in ((0, 2), (0, 1, 2)) and not whole.kept and not whole.keeps_out
        dims_too = len(places) == 3

    def call(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
        try:
            a = x._data
        except AttributeError:
            return astray(name, call, (x, dim, keepdim, dtype), {})
        if check is not None:
            check(x, dim, dtype)
        entered = a
        if dtype is None and a.dtype.char in FEW_KERNELS:
            if dim is not None:
                axes_of(dim, a.ndim, name)
            refuse_narrow(name, a.dtype)
        if dtype is not None:
            if a.dtype.kind == "c" and not dtype.is_complex:
                if a.size and dtype is not dtypes.bool_:
                    warn_once("Casting complex values to real discards the imaginary part", stacklevel=4)
                a = a != 0 if dtype is dtypes.bool_ else a.real
            entered = a.astype(dtype.numpy, copy=False)
            if entered.dtype.kind in "biu":  # kernels give what holds all sums of integers
                r = kernel(entered, None if dim is None else axes_of(dim, a.ndim, name), keepdim)
                return wrap(in_order(asarray(r).astype(entered.dtype, copy=False)))
        elif a.dtype.kind not in "fc":
            entered = a.astype(rule(dtypes.BY_NUMPY[a.dtype]).numpy, copy=False)
        axes = None if dim is None else axes_of(dim, a.ndim, name)
        try:
            r = run(kernel, entered, axes, keepdim)
        except RuntimeError:
            r = quietly(kernel, entered, axes, keepdim)
        if type(r) is not ndarray:
            r = asarray(r)
        elif r.ndim > 1:
            r = in_order(r)
        out = new(Tensor)
        out._data = r
        if x._node is not None and whole is not None and (not altered or mode.enabled) and r.dtype.kind in "fcV":
            shape = a.shape
            # One gradient for everything broadcasts by itself.
            if keepdim or axes is None:
                kept_shape = None
            else:
                kept_shape = tuple([1 if place in axes else each for place, each in enumerate(shape)])
            recorder: Any = whole if dim is None else some
            shown = () if dim is None and nodes else (dim, keepdim)
            if plain:
                step = new(recorder.make)
                step.order = next_order()
                step.edges = (x if x._node is LEAF else x._node,)
                step.kept = ()
                step.noted = step.fit = None
                step.values = (shape, axes, kept_shape, *shown) if dims_too else (shape, kept_shape, *shown)
            else:
                given = (shape, axes, kept_shape)
                step = recorder.node((x,), (*[given[place] for place in places], *shown))
            if r.dtype != a.dtype or r.dtype.kind == "V":
                step.fit = ((shape, a.dtype),)
            out._node = step
            if recorder.keeps_out:
                recorder.keep_out(step, out)
        return out

    def everything(x: Any) -> Tensor:
        """All dimensions of a floating tensor, the common case."""
        a = x._data
        if a.dtype is not FLOAT32 and a.dtype is not FLOAT64:
            return call(x)
        try:
            r = run(kernel, a)
        except RuntimeError:
            r = quietly(kernel, a)
        out = new(Tensor)
        out._data = r
        source = x._node
        out._node = None
        if source is not None and plain and (not altered or mode.enabled):
            step = new(make)
            step.order = next_order()
            step.edges = (x if source is LEAF else source,)
            step.kept = ()
            step.noted = step.fit = None
            step.values = (a.shape, None, None) if dims_too else (a.shape, None)
            out._node = step
        elif source is not None:
            return call(x)
        return out

    quick = whole is None or plain
    single = not typed or nodes is None
    make: Any = None if whole is None else whole.make

    def function(
        input: Tensor = NOTHING, dim: Any = NOTHING, keepdim: Any = NOTHING, *rest: Any, dtype: Any = None,
        out: Tensor | None = None, as_method: bool = False, **wrong: Any
    ) -> Tensor:
        if dim is NOTHING and quick and dtype is None and out is None and keepdim is NOTHING and not rest and not wrong:
            try:
                return everything(input)
            except (AttributeError, Misfit):
                return stumbled(name, function, as_method, (input,), {})
        if not rest and not wrong and (dtype is None or typed) and (dim is not NOTHING or keepdim is NOTHING or single):
            try:
                axes = None if dim is NOTHING else () if dim is None else dim
                if out is not None and not as_method and wants_grad(out, input):
                    raise errors.out_requires_grad(name)
                if typed and name != "mean" and isinstance(out, Tensor):
                    dtype = kind_of_out(out, dtype)
                r = call(input, axes, keepdim is not NOTHING and flag(keepdim), dtype_of(dtype))
                return r if out is None else write_out(name, out, r, (input,), as_method)
            except Misfit:
                pass
        if dtype is not None:
            wrong["dtype"] = dtype
        if dim is NOTHING and keepdim is not NOTHING:
            wrong["keepdim"], keepdim = keepdim, NOTHING
        return stumbled(name, function, as_method, (input, dim, keepdim, *rest), with_out(wrong, out))

    setattr(arrays, name, lambda a, dim=None, keepdim=False: kernel(a, axes_of(dim, a.ndim, name), keepdim))
    attach(name, call, function)
    return call


def keepdim_formula(formula: Formula) -> Formula:
    """``formula`` with its gradient, and the result where it names it, given the dimensions that were taken away."""
    named = parameters(formula)[2:]
    place = named.index("out") if "out" in named else None
    if named == ("shape", "dim"):

        def wrapped_mean(xp: Any, g: Any, shape: Any, dim: Any, kept_shape: Any) -> Any:
            return formula(xp, g if kept_shape is None else g.reshape(kept_shape), shape, dim)

        wrapped_mean.names = ("xp", "g", *named, "kept_shape")  # type: ignore[attr-defined]
        return wrapped_mean

    def wrapped(xp: Any, g: Any, *values: Any) -> Any:
        kept_shape = values[-1]
        values = values[:-1]
        if kept_shape is not None:
            g = g.reshape(kept_shape)
            if place is not None:
                values = (*values[:place], values[place].reshape(kept_shape), *values[place + 1 :])
        return formula(xp, g, *values)

    wrapped.names = ("xp", "g", *named, "kept_shape")  # type: ignore[attr-defined]
    return wrapped


def view(
    name: str,
    kernel: Callable[..., ndarray],
    *,
    x: Formula,
    method: bool = True,
    module: bool = True,
    inplace: bool = False,
    node: str | None = None,
) -> Callable[..., Tensor]:
    """An operation whose result looks at its argument's memory: ``kernel(array, *values)`` gives a NumPy view.

    The values are positional in the order of the kernel's parameters; ``shape`` is the argument's.
    """
    from .forms import publish

    accepted = parameters(kernel)[1:]
    defaults = kernel.__defaults__ or ()
    required = len(accepted) - len(defaults)
    recorder = Recorder(name, ("x",), {"x": x}, (*accepted, "shape"), node=node)
    recorder.make.looks = True
    places = tuple(-1 if each == "shape" else accepted.index(each) for each in recorder.values)

    def call(x: Tensor, *values: Any) -> Tensor:
        if len(values) < len(accepted):
            values += defaults[len(values) - required :]
        try:
            a = x._data
        except NoMemory:
            return astray(name, call, (x, *values), {})
        try:
            out = view_of(x, kernel(a, *values))
        except (IndexError, RuntimeError):
            _ = x._node  # a view that cannot find its history says so first
            raise
        if x._node is not None and (not altered or mode.enabled):
            out._node = recorder.node((x,), tuple([a.shape if place < 0 else values[place] for place in places]))
        return out

    def function(input: Tensor, *values: Any, **named: Any) -> Tensor:
        if not isinstance(input, Tensor):
            raise bad_arguments(name, (input, *values), named)
        if named:
            values = bound_values(name, accepted, defaults, values, named)
        elif not required <= len(values) <= len(accepted):
            raise bad_arguments(name, (input, *values), named)
        return call(input, *values)

    setattr(arrays, name, kernel)
    setattr(tensors, name, call)
    publish(name, function, method=method, module=module)
    call.recorder = recorder  # type: ignore[attr-defined]
    return call


def bound_values(
    name: str, accepted: Sequence[str], defaults: Sequence[Any], values: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, ...]:
    """Values given by position and by keyword, in the order of the parameters."""
    given = dict(zip(accepted, values, strict=False))
    for keyword, value in named.items():
        keyword = {"axis": "dim", "keepdims": "keepdim"}.get(keyword, keyword)
        if keyword not in accepted or keyword in given:
            raise bad_arguments(name, values, named)
        given[keyword] = value
    required = len(accepted) - len(defaults)
    for place, each in enumerate(accepted):
        if each not in given:
            if place < required:
                raise bad_arguments(name, values, named)
            given[each] = defaults[place - required]
    return tuple([given[each] for each in accepted])
