"""A declaration becomes a function.

``unary``, ``binary``, ``reduction``, ``view`` and ``op`` take a kernel, a dtype rule and, by the name of each
differentiable argument, the formula that carries a gradient back to it. A formula's parameters are what the graph
keeps: ``x`` or ``y`` an input, ``out`` the result, any other name a plain value of the call. The signature is read once,
here, and a name that nothing provides is refused, so a typo fails at import.

A formula is written once and lives twice: its ``xp`` is ``arrays`` when an ordinary backward runs on ndarrays, and
``tensors`` when the backward is recorded itself. Both have torch's names, filled by the same declarations.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import dtypes, errors, graph
from .graph import LEAF, Node, NodeType, Output, next_order, record
from .modes import mode
from .quiet import quietly, run
from .tensor import Tensor, view_of, wrap, wrap_dim
from .views import Shared, edge_of, shared_of

ndarray = np.ndarray
asarray = np.asarray
new = object.__new__

arrays: Any = SimpleNamespace()
"""The kernels under torch's names: the ``xp`` of a backward pass on arrays."""
tensors: Any = SimpleNamespace()
"""The operations under torch's names: the ``xp`` of a backward pass that is recorded."""

arrays.written = lambda g: g.view(graph.Written)
arrays.written_twice = lambda g: g.view(graph.WrittenTwice)
tensors.written = tensors.written_twice = lambda g: g

DECLARED: dict[str, type[Node]] = {}
"""Every declaration with a derivative, by name; tests walk it."""

Formula = Callable[..., Any]


class Kept:
    """A result that its own node keeps: its memory and version, without the tensor, which would be a cycle."""

    __slots__ = ("_data", "_shared", "output_nr")

    def __init__(self, data: ndarray, shared: Shared, output_nr: int = 0) -> None:
        self._data = data
        self._shared = shared
        self.output_nr = output_nr


def parameters(function: Any) -> tuple[str, ...]:
    """The names of a function's positional parameters, or those that it says it has."""
    code = function.__code__
    return function.__dict__.get("names") or code.co_varnames[: code.co_argcount]


# ---- what a node keeps, and how a formula finds it


def array_values(node: Node) -> list[Any]:
    """What ``node`` kept, as arrays, after checking that nobody wrote to it; then its plain values."""
    if node.kept is None:
        raise errors.graph_freed()
    check_versions(node)
    return [*[None if each is None else each._data for each in node.kept], *node.values]


def tensor_values(node: Node) -> list[Any]:
    """The same as tensors."""
    if node.kept is None:
        raise errors.graph_freed()
    check_versions(node)
    return [*[revived(node, each) for each in node.kept], *node.values]


def modified(node: Node, kept: Any, version: int, expected: int) -> RuntimeError:
    """The error for a kept tensor that was written to since."""
    data = kept._data
    origin = ""
    source = getattr(kept, "_node", None)
    if type(kept) is Kept:
        origin = f", which is output {kept.output_nr} of {node.operation_name()},"
    elif source is not None and source is not LEAF:
        origin = f", which is output {kept.output_nr} of {source.face(source).operation_name()},"
    return errors.modified_in_place(dtypes.of(data).tensor_type, data.shape, origin, version, expected)


def note(node: Node) -> None:
    """Write down the versions of the kept tensors where one is not 0."""
    kept = node.kept or ()
    for each in kept:
        if each is not None and each._shared is not None and each._shared.number:
            node.noted = tuple(0 if each is None or each._shared is None else each._shared.number for each in kept)
            return


def keep_result(out: Tensor) -> Kept:
    """``out`` as its own node keeps it."""
    return Kept(out._data, shared_of(out))


# ---- gradients of broadcast and promoted arguments


def fitted(xp: Any, g: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """``g`` summed over what broadcasting added, and cast to the argument's dtype."""
    if xp is arrays:
        if type(g) is not ndarray:
            g = asarray(g)
        if g.shape != shape:
            g = arrays.sum_to_size(g, shape)
        if g.dtype is not dtype and g.dtype != dtype:
            if g.dtype.kind == "c" and dtype.kind != "c":
                g = g.real
            g = g.astype(dtype)
        return g
    if g.shape != shape:
        g = tensors.sum_to_size(g, shape)
    if g._data.dtype != dtype:
        g = tensors.to_dtype(g.real if g.is_complex() and dtype.kind != "c" else g, dtypes.BY_NUMPY[dtype])
    return g


# ---- node classes


def node_class(
    name: str, arguments: Sequence[str], formulas: dict[str, Formula | None], kept: Sequence[str], values: Sequence[str]
) -> type[Node]:
    """The class of the nodes that an operation records.

    ``kept`` are the tensors and ``values`` the plain values that its formulas name. Both ways back are written out as
    source when they are first needed, so that they ask no question whose answer the declaration has given.
    """

    def first_vjp(node: Any, g: Any) -> Sequence[Any]:
        made.vjp = written(made, arguments, formulas, kept, values, arrays)  # type: ignore[method-assign]
        return made.vjp(node, g)

    def first_vjp_tensors(node: Any, g: Any) -> Sequence[Any]:
        made.vjp_tensors = written(made, arguments, formulas, kept, values, tensors)  # type: ignore[method-assign]
        return made.vjp_tensors(node, g)

    body = {
        "__slots__": (), "__module__": "builtins", "vjp": first_vjp, "vjp_tensors": first_vjp_tensors, "operation": name,
        "saved": saved_names(kept, values),
    }
    DECLARED[name] = made = NodeType(name, (Node,), body)
    return made


def saved_names(kept: Sequence[str], values: Sequence[str]) -> dict[str, tuple[bool, int]]:
    """Under which attributes torch shows what a node saved: a tensor or not, and its place."""
    named = {"x": "self", "y": "other", "out": "result", "shape": "self_sym_sizes"}
    return {
        **{f"_saved_{named.get(each, each)}": (False, place) for place, each in enumerate(values)},
        **{f"_saved_{named.get(each, each)}": (True, place) for place, each in enumerate(kept)},
    }


def saved_tensor(node: Node, place: int) -> Any:
    """What the node kept at one place, as a tensor; RuntimeError where it was written to since."""
    check_versions(node)
    each = (node.kept or ())[place]
    return None if each is None else revived(node, each)


graph.revive = saved_tensor


def written(
    make: type[Node], arguments: Sequence[str], formulas: dict[str, Formula | None], kept: Sequence[str],
    values: Sequence[str], xp: Any
) -> Callable[[Any, Any], Sequence[Any]]:
    """Source and function of one way back: for ``mul`` on arrays

    def vjp(node, g):
        kept = node.kept
        if kept is None: raise graph_freed()
        x, y = kept
        if (node.noted is not None or ...): check_versions(node)
        edge_0, edge_1, = node.edges
        result_0 = None if edge_0 is None else formula_0(xp, g, y._data)
        result_1 = None if edge_1 is None else formula_1(xp, g, x._data)
        return (result_0, result_1) if node.fit is None else fit_all(xp, node, (result_0, result_1))
    """
    plain = xp is arrays
    lines = ["def vjp(node, g):"]
    if kept:
        lines.append("    kept = node.kept")
        lines.append("    if kept is None: raise graph_freed()")
        lines.append("    " + "".join(f"kept_{each}, " for each in kept) + "= kept")
        shared = " or ".join(f"(kept_{each} is not None and kept_{each}._shared is not None)" for each in kept)
        lines.append(f"    if node.noted is not None or {shared}: check_versions(node)")
    if values:
        lines.append("    " + "".join(f"value_{each}, " for each in values) + "= node.values")
    lines.append("    " + "".join(f"edge_{place}, " for place in range(len(arguments))) + "= node.edges")
    space: dict[str, Any] = {
        "graph_freed": errors.graph_freed, "check_versions": check_versions, "revived": revived, "fit_all": fit_all, "xp": xp,
    }
    for place, argument in enumerate(arguments):
        formula = formulas.get(argument)
        if formula is None:
            lines.append(f"    result_{place} = None")
            continue
        if hands_on(formula):
            lines.append(f"    result_{place} = None if edge_{place} is None else g")
            continue
        space[f"formula_{place}"] = formula
        named = "".join(
            f", value_{each}" if each in values else f", kept_{each}._data" if plain else f", revived(node, kept_{each})"
            for each in parameters(formula)[2:]
        )
        lines.append(f"    result_{place} = None if edge_{place} is None else formula_{place}(xp, g{named})")
    results = "(" + "".join(f"result_{place}, " for place in range(len(arguments))) + ")"
    lines.append(f"    return {results} if node.fit is None else fit_all(xp, node, {results})")
    source = "\n".join(lines) + "\n"
    title = f"<{make.__name__} on {'arrays' if plain else 'tensors'}>"
    linecache.cache[title] = (len(source), None, source.splitlines(True), title)
    exec(compile(source, title, "exec"), space)
    return space["vjp"]


def hands_on(formula: Formula) -> bool:
    """Whether a formula returns the gradient as it came."""
    if len(parameters(formula)) != 2:
        return False
    probe = object()
    try:
        return formula(None, probe) is probe
    except (TypeError, AttributeError):
        return False


def check_versions(node: Node) -> None:
    """RuntimeError where something the node kept was written to since."""
    noted = node.noted
    for place, each in enumerate(node.kept or ()):
        if each is not None and each._shared is not None:
            expected = 0 if noted is None else noted[place]
            if each._shared.number != expected:
                raise modified(node, each, each._shared.number, expected)


def revived(node: Any, each: Any) -> Any:
    """A kept tensor as it was; a kept result with the node as its history again."""
    if type(each) is not Kept:
        return each.revived(node) if hasattr(each, "revived") else each
    tensor = wrap(each._data)
    tensor._node = node if node.outputs == 1 else Output(node, each.output_nr)
    return tensor


def fit_all(xp: Any, node: Any, results: Sequence[Any]) -> Sequence[Any]:
    """Fit each gradient to the argument that ``node.fit`` describes at its place."""
    return [
        result if result is None or fit is None else fitted(xp, result, *fit)
        for result, fit in zip(results, node.fit, strict=True)
    ]


def backward_name(name: str, overload: int = 0) -> str:
    """``grad_fn`` names follow the operation's: ``mul`` is ``MulBackward0``, ``log_softmax`` ``LogSoftmaxBackward0``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) + f"Backward{overload}"


class Recorder:
    """How the calls of one operation are recorded: which inputs and results its node keeps, and for whom."""

    __slots__ = ("arguments", "keeps_out", "kept", "make", "values")

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        formulas: dict[str, Formula | None],
        value_names: Sequence[str] = (),
        *,
        node: str | None = None,
    ) -> None:
        for argument in formulas:
            if argument not in arguments:
                raise TypeError(f"{name}: a formula for {argument!r}, which is not one of {tuple(arguments)}")
        named = {each for formula in formulas.values() if formula for each in parameters(formula)[2:]}
        self.arguments = tuple(arguments)
        self.kept = tuple(
            (place, frozenset(arguments.index(a) for a, f in formulas.items() if f and each in parameters(f)[2:]))
            for place, each in enumerate(arguments)
            if each in named
        )
        self.keeps_out = "out" in named
        self.values = tuple(each for each in value_names if each in named)
        kept_names = [arguments[place] for place, _ in self.kept] + ["out"] * self.keeps_out
        for formula in formulas.values():
            for each in () if formula is None else parameters(formula)[2:]:
                if each not in kept_names and each not in value_names:
                    raise TypeError(f"{name}: a formula names {each!r}, known are {(*arguments, 'out', *value_names)}")
        self.make = node_class(node or backward_name(name), arguments, formulas, kept_names, self.values)

    def node(self, inputs: Sequence[Tensor | None], values: tuple[Any, ...] = ()) -> Node:
        """A node for ``inputs`` (None: not a tensor); its result, where a formula names it, is kept afterwards."""
        edges = tuple([None if x is None else edge_of(x) for x in inputs])
        if not self.kept:
            return record(self.make, edges, (), values)
        kept = tuple(
            [inputs[place] if any(edges[asks] is not None for asks in askers) else None for place, askers in self.kept]
        )
        node = record(self.make, edges, kept, values)
        note(node)
        return node

    def keep_out(self, node: Node, out: Tensor) -> None:
        """Let ``node`` keep the result it made."""
        if self.keeps_out:
            if node.noted is not None:
                node.noted = (*node.noted, 0)
            node.kept = (*(node.kept or ()), keep_result(out))


CROSSED = ((0, frozenset((1,))), (1, frozenset((0,))))
"""Each of two arguments is kept for the other's gradient, as in a product."""


def pair_keeper(recorder: Recorder) -> Callable[..., tuple[Any, ...]] | None:
    """What a node of two arguments keeps, as one function: nothing, each for the other's sake, or as the masks say."""
    if not recorder.kept:
        return None
    if recorder.kept == CROSSED:
        return lambda x, y, left, right: (x if right is not None else None, y if left is not None else None)
    masks = recorder.kept

    def keep(x: Any, y: Any, left: Any, right: Any) -> tuple[Any, ...]:
        asking = {place for place, source in enumerate((left, right)) if source is not None}
        return tuple([(x, y)[place] if asking & askers else None for place, askers in masks])

    return keep


def fit_of(inputs: Sequence[Tensor | None], result: ndarray) -> tuple[Any, ...] | None:
    """What to fit the gradients to: for each input its shape and dtype, or None where the result has the same."""
    fits = tuple(
        None
        if x is None or (x._data.shape == result.shape and x._data.dtype == result.dtype)
        else (x._data.shape, x._data.dtype)
        for x in inputs
    )
    return None if not any(fits) else fits


# ---- the families


def bad_arguments(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any] | None = None) -> Exception:
    """torch's words for arguments that fit no signature of ``name``."""
    from .signatures import refusal

    return refusal(name, arguments, keywords or {})


HALF = frozenset("eE")
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
) -> Callable[..., Tensor]:
    """An elementwise operation of one tensor; ``rule`` gives the dtype in which the kernel computes."""
    from .forms import attach, write_out

    recorder = None if x is None else Recorder(name, ("x",), {"x": x}, node=node)
    direct = {each for each, made in dtypes.BY_NUMPY.items() if rule(made) is made}
    checked = rule is dtypes.keeps
    make: Any = None if recorder is None else recorder.make
    keeps_x = recorder is not None and bool(recorder.kept)
    keeps_out = recorder is not None and recorder.keeps_out

    def call(x: Tensor) -> Tensor:
        try:
            a = x._data
        except AttributeError:
            raise bad_arguments(name, (x,)) from None
        if not checked and a.dtype not in direct:
            wanted = rule(dtypes.BY_NUMPY[a.dtype]).numpy
            if wanted != a.dtype:
                a = a.astype(wanted)
        try:
            r = run(kernel, a)
        except RuntimeError:
            r = quietly(kernel, a)
        if type(r) is not ndarray:
            r = asarray(r)
        out = new(Tensor)
        out._data = r
        source = x._node
        if source is not None and recorder is not None and mode.enabled and r.dtype.kind in "fcV":
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
            if r.dtype != x._data.dtype:
                step.fit = fit_of((x,), r)
            out._node = step
            if keeps_out:
                recorder.keep_out(step, out)
        return out

    def function(input: Tensor, *, out: Tensor | None = None) -> Tensor:
        return call(input) if out is None else write_out(name, out, call(input), (input,))

    setattr(arrays, name, kernel)
    attach(name, call, function, method=method, module=module, inplace=inplace)
    if method:
        setattr(Tensor, name, renamed(call, name))
    return call


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
    return wrap(quietly(np.array, value, dtype))


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
) -> Callable[..., Any]:
    """An elementwise operation of two tensors, or of a tensor and a number, with promotion and broadcasting.

    ``rule`` is ``arithmetic`` (compute in the promoted dtype), ``arithmetic_to_float`` (at least a float) or ``to_bool``
    (compare in the promoted dtype). ``same`` lists the NumPy kinds for which two equal dtypes need no thought.
    """
    from .forms import attach, in_place, quick_in_place, write_out

    FLOAT32_NUMBERS, FLOAT64_NUMBERS = (_float32_numbers, _float64_numbers) if scalars else ({}, {})
    recorder = None if x is None and y is None else Recorder(name, ("x", "y"), {"x": x, "y": y}, node=node)
    natural = frozenset("fcV" if rule is dtypes.arithmetic_to_float else "biufcV") if not same else frozenset(same)
    promote = dtypes.arithmetic_to_float if rule is dtypes.arithmetic_to_float else dtypes.arithmetic

    keep = None if recorder is None else pair_keeper(recorder)
    crossed = recorder is not None and recorder.kept == CROSSED
    keeps_out = recorder is not None and recorder.keeps_out
    make: Any = None if recorder is None else recorder.make

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
            except AttributeError:
                return mixed(x, y)
            if dtype is not b.dtype:
                return mixed(x, y)
            if dtype is not FLOAT32 and dtype is not FLOAT64 and dtype.kind not in natural:
                return mixed(x, y)
            try:
                r = run(kernel, a, b)
            except ValueError:
                raise broadcast_error(a.shape, b.shape) from None
            except RuntimeError:
                r = quietly(kernel, a, b)
            if type(r) is not ndarray:
                r = asarray(r)
            out = new(Tensor)
            out._data = r
            out._node = None
            left, right = x._node, y._node
            if left is None and right is None:
                return out
            if recorder is not None and mode.enabled:
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
            if wanted.kind not in "fc" or type(y) is not float and type(y) is not int:
                y = y.item() if isinstance(y, np.generic) else y
                wanted = promote(x._data, y).numpy
        elif scalars and right and isinstance(x, NUMBERS):
            x = x.item() if isinstance(x, np.generic) else x
            wanted = promote(y._data, x).numpy
        else:
            raise bad_arguments(name, (x, y))
        compute = wanted
        # torch computes half types with a number, or with a 0-d tensor, in float32 and rounds once.
        if wanted.char in HALF and not (left and right and x._data.dtype == y._data.dtype):
            compute = np.dtype(np.float32)
        p = x if left else scalar(x, compute)
        q = y if right else scalar(y, compute)
        a, b = p._data, q._data
        if a.dtype != compute:
            a = quietly(a.astype, compute)
        if b.dtype != compute:
            b = quietly(b.astype, compute)
        try:
            r = quietly(kernel, a, b)
        except ValueError:
            raise broadcast_error(a.shape, b.shape) from None
        if type(r) is not ndarray:
            r = asarray(r)
        if compute is not wanted and rule is not dtypes.to_bool:
            r = quietly(r.astype, wanted)
        out = new(Tensor)
        out._data = r
        if recorder is not None and mode.enabled and (p._node is not None or q._node is not None):
            if r.dtype.kind not in "fcV":
                return out
            # The formulas see the operands as they entered the kernel, in one dtype.
            kept_x, kept_y = seen(p, r.dtype), seen(q, r.dtype)
            step = recorder.node((kept_x, kept_y))
            step.edges = (edge_of(p), edge_of(q))
            step.fit = fit_of((p if left else None, q if right else None), r)
            out._node = step
            recorder.keep_out(step, out)
        return out

    def beside(x: Any, y: Any) -> Any:
        """For Python's operators: NotImplemented beside anything but tensors and numbers."""
        return mixed(x, y) if isinstance(y, (Tensor, *NUMBERS)) else NotImplemented

    call: Any = build(mixed)
    call.operator = build(beside)

    def function(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        return call(input, other) if out is None else write_out(name, out, call(input, other), (input, other))

    form = None
    if inplace and isinstance(kernel, np.ufunc) and rule is not dtypes.to_bool:
        form = quick_in_place(kernel, in_place(call), scalars)
    setattr(arrays, name, kernel)
    attach(name, call, function, method=method, module=module, inplace=inplace, form=form)
    return call


def seen(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """``x`` cast to the dtype in which an operation computed, with its history."""
    if x._data.dtype == dtype:
        return x
    return tensors.to_dtype(x, dtypes.BY_NUMPY[dtype])


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
    if isinstance(dim, int):
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


def reduction(
    name: str,
    kernel: Callable[..., Any],
    rule: Rule = dtypes.keeps,
    *,
    x: Formula | None = None,
    nodes: tuple[str, str] | None = None,
    typed: bool = False,
    check: Callable[[ndarray, Any], None] | None = None,
) -> Callable[..., Tensor]:
    """An operation that takes away dimensions: ``kernel(array, axes or None, keepdim)``.

    Its formula sees the gradient, and ``out``, in the shape they have with ``keepdim=True``; ``typed`` operations take
    ``dtype=``.
    """
    from .forms import attach, write_out

    whole = some = None
    plain = dims_too = False
    if x is not None:
        wrapped = keepdim_formula(x)
        names = nodes or (backward_name(name), backward_name(name))
        whole = Recorder(name, ("x",), {"x": wrapped}, ("shape", "dim", "kept_shape"), node=names[0])
        some = Recorder(name, ("x",), {"x": wrapped}, ("shape", "dim", "kept_shape"), node=names[1])
        places = tuple(("shape", "dim", "kept_shape").index(each) for each in whole.values)
        plain = places in ((0, 2), (0, 1, 2)) and not whole.kept and not whole.keeps_out
        dims_too = len(places) == 3

    def call(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
        try:
            a = x._data
        except AttributeError:
            raise bad_arguments(name, (x,)) from None
        if check is not None:
            check(a, dtype)
        entered = a
        if dtype is not None:
            entered = a.astype(dtype.numpy, copy=False)
        elif a.dtype.kind not in "fc":
            entered = a.astype(rule(dtypes.BY_NUMPY[a.dtype]).numpy, copy=False)
        axes = None if dim is None else axes_of(dim, a.ndim, name)
        try:
            r = run(kernel, entered, axes, keepdim)
        except RuntimeError:
            r = quietly(kernel, entered, axes, keepdim)
        if type(r) is not ndarray:
            r = asarray(r)
        out = new(Tensor)
        out._data = r
        if x._node is not None and whole is not None and mode.enabled and r.dtype.kind in "fcV":
            shape = a.shape
            # One gradient for everything broadcasts by itself.
            if keepdim or axes is None:
                kept_shape = None
            else:
                kept_shape = tuple([1 if place in axes else each for place, each in enumerate(shape)])
            recorder: Any = whole if dim is None else some
            if plain:
                step = new(recorder.make)
                step.order = next_order()
                step.edges = (x if x._node is LEAF else x._node,)
                step.kept = ()
                step.noted = step.fit = None
                step.values = (shape, axes, kept_shape) if dims_too else (shape, kept_shape)
            else:
                given = (shape, axes, kept_shape)
                step = recorder.node((x,), tuple([given[place] for place in places]))
            if r.dtype != a.dtype:
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
        if source is not None and plain and mode.enabled:
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
    make: Any = None if whole is None else whole.make

    def function(
        input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None,
        axis: Any = None, keepdims: bool = False
    ) -> Tensor:
        if dim is None and quick and not keepdim and dtype is None and out is None and axis is None and not keepdims:
            try:
                return everything(input)
            except AttributeError:
                raise bad_arguments(name, (input,)) from None
        if dtype is not None and not typed:
            raise bad_arguments(name, (input,), {"dtype": dtype})
        r = call(input, axis if dim is None else dim, keepdim or keepdims, dtype)
        return r if out is None else write_out(name, out, r, (input,))

    setattr(arrays, name, lambda a, dim=None, keepdim=False: kernel(a, axes_of(dim, a.ndim, name), keepdim))
    attach(name, call, function)
    return call


def keepdim_formula(formula: Formula) -> Formula:
    """``formula`` with its gradient, and the result where it names it, given the dimensions that were taken away."""
    named = parameters(formula)[2:]
    place = named.index("out") if "out" in named else None

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
    places = tuple(-1 if each == "shape" else accepted.index(each) for each in recorder.values)

    def call(x: Tensor, *values: Any) -> Tensor:
        if len(values) < len(accepted):
            values += defaults[len(values) - required :]
        a = x._data
        out = view_of(x, kernel(a, *values))
        if x._node is not None and mode.enabled:
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


def op(
    name: str | None = None,
    *,
    node: str | None = None,
    results: Sequence[str] = ("out",),
    method: bool = True,
    module: bool = True,
    inplace: bool = False,
    vocabulary: bool = True,
    **formulas: Formula | None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation from its kernel, a function of arrays whose annotations say which arguments are tensors.

    ``x: Array`` is a tensor, ``x: Array | None`` an optional one, ``x: Arrays`` a sequence of tensors whose formula
    returns one gradient for each. A kernel that returns a tuple names its parts in ``results``; those with a floating
    dtype are differentiable: with one of them a formula's ``g`` is its gradient, with more a list.
    """
    from .forms import attach, write_out

    def declare(kernel: Any) -> Callable[..., Any]:
        own = name or kernel.__name__
        code = kernel.__code__
        positional = code.co_varnames[: code.co_argcount]
        accepted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        annotations = kernel.__annotations__
        kinds = tuple(
            2 if annotations.get(each) == "Arrays" else 1 if str(annotations.get(each, "")).startswith("Array") else 0
            for each in accepted
        )
        default_values = dict(zip(positional[::-1], (kernel.__defaults__ or ())[::-1], strict=False))
        default_values.update(kernel.__kwdefaults__ or {})
        arguments = tuple(each for each, kind in zip(accepted, kinds, strict=True) if kind and each in formulas)
        plain = tuple(each for each, kind in zip(accepted, kinds, strict=True) if not kind)
        tensor_names = [each for each, kind in zip(accepted, kinds, strict=True) if kind]
        recording = OpRecorder(own, node, arguments, tensor_names, plain, results, formulas) if arguments else None

        def call(*values: Any, **named: Any) -> Any:
            if len(values) > len(positional):
                raise bad_arguments(own, values, named)
            if named or len(values) < len(accepted):
                given = dict(zip(positional, values, strict=False))
                for keyword, value in named.items():
                    keyword = RENAMED.get(keyword, keyword) if keyword not in accepted else keyword
                    if keyword not in accepted or keyword in given:
                        raise bad_arguments(own, values, named)
                    given[keyword] = value
                try:
                    values = tuple(
                        [given[each] if each in given else default_values[each] for each in accepted]
                    )
                except KeyError:
                    raise bad_arguments(own, values, named) from None
            entered = list(values)
            for place, kind in enumerate(kinds):
                value = values[place]
                if kind == 1:
                    if value is not None:
                        try:
                            entered[place] = value._data
                        except AttributeError:
                            raise bad_arguments(own, values, named) from None
                elif kind == 2:
                    try:
                        entered[place] = [each._data for each in value]
                    except (AttributeError, TypeError):
                        raise bad_arguments(own, values, named) from None
            r = quietly(kernel_call, kernel, entered, positional, accepted)
            parts = r if type(r) is tuple else (r,)
            outs = tuple([wrap(each if type(each) is ndarray else asarray(each)) for each in parts])
            if recording is not None and mode.enabled:
                recording.record(dict(zip(accepted, values, strict=True)), outs)
            return outs if type(r) is tuple else outs[0]

        def function(*values: Any, out: Any = None, **named: Any) -> Any:
            if "input" in named:
                values = (named.pop("input"), *values)
            r = call(*values, **named)
            return r if out is None else write_out(own, out, r, values)

        if vocabulary:
            setattr(arrays, own, kernel)
        attach(own, call, function, method=method, module=module, inplace=inplace)
        return renamed(call, own)

    return declare


RENAMED = {"axis": "dim", "keepdims": "keepdim", "input": "x", "other": "y"}


def kernel_call(kernel: Any, entered: list[Any], positional: Sequence[str], accepted: Sequence[str]) -> Any:
    """Call a kernel with its positional and keyword-only arguments."""
    count = len(positional)
    if count == len(accepted):
        return kernel(*entered)
    return kernel(*entered[:count], **dict(zip(accepted[count:], entered[count:], strict=True)))


class OpRecorder:
    """Records the calls of an ``op``: any number of tensors, sequences of tensors and results."""

    def __init__(
        self,
        name: str,
        node: str | None,
        arguments: tuple[str, ...],
        tensor_names: list[str],
        plain: tuple[str, ...],
        results: Sequence[str],
        formulas: dict[str, Formula | None],
    ) -> None:
        self.arguments = arguments
        self.results = tuple(results)
        shapes = ("shape", *(f"{each}_shape" for each in tensor_names), *(f"{each}_shapes" for each in tensor_names))
        named: dict[str, set[str]] = {}
        for argument, formula in formulas.items():
            if argument not in arguments:
                raise TypeError(f"{name}: a formula for {argument!r}, which is not one of the tensors {tensor_names}")
            for each in () if formula is None else parameters(formula)[2:]:
                if each not in (*tensor_names, *plain, *results, *shapes):
                    raise TypeError(f"{name}: the formula for {argument!r} names {each!r}, which nothing provides")
                named.setdefault(each, set()).add(argument)
        self.named = named
        self.kept_inputs = [each for each in tensor_names if each in named]
        self.kept_results = [place for place, each in enumerate(self.results) if each in named]
        self.values = [each for each in (*plain, *shapes) if each in named]
        self.formulas = formulas
        self.make = self.node_class(node or backward_name(name), name)

    def node_class(self, title: str, name: str) -> type[Node]:
        arguments, formulas = self.arguments, self.formulas

        def carry(node: Any, g: Any, xp: Any, kept: list[Any]) -> Sequence[Any]:
            named = node.regroup(kept)
            gradients: list[Any] = []
            for argument, (start, stop, many) in zip(arguments, node.spans, strict=True):
                formula = formulas[argument]
                edges = node.edges[start:stop]
                if formula is None or all(edge is None for edge in edges):
                    gradients.extend([None] * (stop - start))
                    continue
                made = formula(xp, g, *[named[each] for each in parameters(formula)[2:]])
                gradients.extend(made if many else (made,))
            return gradients if node.fit is None else fit_all(xp, node, gradients)

        def vjp(node: Any, g: Any) -> Sequence[Any]:
            return carry(node, g, arrays, array_values(node))

        def vjp_tensors(node: Any, g: Any) -> Sequence[Any]:
            return carry(node, g, tensors, tensor_values(node))

        def regroup(node: Any, values: list[Any]) -> dict[str, Any]:
            """The kept values by the names that formulas use, sequences of tensors together again."""
            named = {}
            start = 0
            for each, count in node.counts:
                named[each] = values[start] if count < 0 else values[start : start + count]
                start += abs(count)
            return named

        body = {
            "__slots__": ("counts", "outputs", "spans"), "__module__": "builtins", "vjp": vjp,
            "vjp_tensors": vjp_tensors, "regroup": regroup, "operation": name,
            "saved": saved_names([*self.kept_inputs, *[self.results[each] for each in self.kept_results]], self.values),
        }
        DECLARED[name] = made = NodeType(title, (Node,), body)
        return made

    def record(self, given: dict[str, Any], outs: tuple[Tensor, ...]) -> None:
        """Make the node of this call, if any differentiable argument requires grad and any result can."""
        inputs: list[Any] = []
        spans = []
        asking = set()
        for argument in self.arguments:
            value = given[argument]
            start = len(inputs)
            many = isinstance(value, (tuple, list))
            inputs.extend(value if many else (value,))
            spans.append((start, len(inputs), many))
            if any(each is not None and each._node is not None for each in inputs[start:]):
                asking.add(argument)
        if not asking:
            return
        floating = [each for each in outs if each._data.dtype.kind in "fcV"]
        if not floating:
            return
        node = record(self.make, tuple([None if each is None else edge_of(each) for each in inputs]))
        node.spans = spans
        node.outputs = len(floating)
        kept: list[Any] = []
        counts = []
        for each in self.kept_inputs:
            value = given[each]
            wanted = not asking.isdisjoint(self.named[each])
            if isinstance(value, (tuple, list)):
                kept.extend(value if wanted else [None] * len(value))
                counts.append((each, len(value)))
            else:
                kept.append(value if wanted else None)
                counts.append((each, -1))
        for place in self.kept_results:
            kept.append(keep_result(outs[place]) if not asking.isdisjoint(self.named[self.results[place]]) else None)
            counts.append((self.results[place], -1))
        node.kept = tuple(kept)
        note(node)
        values = []
        for each in self.values:
            if each in given:
                values.append(given[each])
            else:
                argument = next(iter(given)) if each == "shape" else each.removesuffix("s").removesuffix("_shape")
                value = given[argument]
                many = isinstance(value, (tuple, list))
                values.append([one._data.shape for one in value] if many else None if value is None else value._data.shape)
            counts.append((each, -1))
        node.values = tuple(values)
        node.counts = counts
        fits = [
            None if each is None or each._data.dtype == floating[0]._data.dtype else (each._data.shape, each._data.dtype)
            for each in inputs
        ]
        node.fit = tuple(fits) if any(fits) else None
        for number, out in enumerate(floating):
            if node.outputs == 1:
                out._node = node
            else:
                out._node = Output(node, number)
                out.output_nr = number
