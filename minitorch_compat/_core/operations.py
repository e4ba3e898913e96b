"""``op``: an operation declared from its kernel, whatever its arguments and results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from .._kernels.layout import empty_like, laid_out
from .._kernels.scalar_types import FEW_KERNELS
from . import errors
from . import recording as records
from .families import astray, bad_arguments, refusals, renamed
from .graph import NOWHERE, Node, NodeType, Output, in_new_memory, record
from .modes import altered, mode
from .quiet import quietly
from .recording import (
    AT_ONCE,
    DECLARED,
    Formula,
    Unfreed,
    array_values,
    arrays,
    backward_name,
    fit_all,
    note,
    parameters,
    tensor_values,
    tensors,
)
from .saved_names import saved_names
from .tensor import Tensor, wrap
from .views import edge_of, look_for_histories

ndarray = np.ndarray
asarray = np.asarray


def op(
    name: str | None = None,
    *,
    node: str | None = None,
    results: Sequence[str] = ("out",),
    method: bool = True,
    module: bool = True,
    inplace: bool | str = False,
    vocabulary: bool = True,
    elementwise: Sequence[str] = (),
    without: Callable[..., Sequence[Any]] | None = None,
    real_only: bool = False,
    shown: Sequence[str] = (),
    **formulas: Formula | None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation from its kernel, a function of arrays whose annotations say which arguments are tensors.

    ``x: Array`` is a tensor, ``x: Array | None`` an optional one, ``x: Arrays`` a sequence of tensors whose formula
    returns one gradient for each. ``inplace`` is True for an elementwise operation with an in-place form, "as a whole"
    for any other. A kernel that returns a tuple names its parts in ``results``; those with a floating
    dtype are differentiable: with one of them a formula's ``g`` is its gradient, with more a list. The layouts of
    what ``elementwise`` names, tensors and numbers in the order in which torch looks at them, decide the result's.
    ``without``, a function of the arrays that want gradients, says which of them torch does not have, by exceptions;
    a ``real_only`` operation has none of complex numbers. ``shown`` are plain arguments, and shapes of tensors, that
    torch saves and no formula names.
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
        places = [accepted.index(each) for each in elementwise]
        plain = tuple(each for each, kind in zip(accepted, kinds, strict=True) if not kind)
        tensor_names = [each for each, kind in zip(accepted, kinds, strict=True) if kind]
        recording = None
        if arguments:
            recording = OpRecorder(own, node, arguments, tensor_names, plain, results, formulas, shown)

        def lost(values: tuple[Any, ...]) -> Any:
            # No ``op`` writes, whatever its name ends with.
            count = len(positional)
            named = dict(zip(accepted[count:], values[count:], strict=True))
            return astray(own + "of" if own[-1] == "_" else own, call, values[:count], named)

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
            narrow = None
            for place, kind in enumerate(kinds):
                value = values[place]
                if kind == 1:
                    if value is not None:
                        try:
                            entered[place] = array = value._data
                        except AttributeError:
                            return lost(values)
                        if array.dtype.char in FEW_KERNELS:
                            narrow = array.dtype
                elif kind == 2:
                    try:
                        entered[place] = [each._data for each in value]
                    except (AttributeError, TypeError):
                        return lost(values)
            try:
                if narrow is not None:
                    look_at_narrow(own, narrow, kernel, entered, positional, accepted)
                r = quietly(kernel_call, kernel, entered, positional, accepted)
            except Exception:
                look_for_histories(
                    values, recording and (lambda: recording.look(dict(zip(accepted, values, strict=True))))
                )
                raise
            if elementwise and type(r) is ndarray and r.ndim > 1:
                operands = [
                    NUMBER if type(each) is not ndarray
                    # torch casts first, and looks at the casts; a condition stays as it is.
                    else each if not each.ndim or each.dtype == r.dtype or word == "condition" else empty_like(each)
                    for word, each in [(word, entered[place]) for word, place in zip(elementwise, places, strict=True)]
                    if each is not None
                ]
                r = laid_out(r, *operands)
            parts = r if type(r) is tuple else (r,)
            outs = tuple([wrap(each if type(each) is ndarray else asarray(each)) for each in parts])
            if recording is not None and (not altered or mode.enabled):
                recording.record(dict(zip(accepted, values, strict=True)), outs, without)
                if real_only and outs[0]._node is not None and outs[0]._data.dtype.kind == "c":
                    raise errors.real_only(own)
            return outs if type(r) is tuple else outs[0]

        def function(*values: Any, out: Any = None, **named: Any) -> Any:
            if "input" in named:
                values = (named.pop("input"), *values)
            r = call(*values, **named)
            return r if out is None else write_out(own, out, r, values)

        if vocabulary:
            setattr(arrays, own, kernel)
        attach(own, call, function, method=method, module=module, inplace=bool(inplace),
               elementwise=inplace != "as a whole")
        return renamed(call, own)

    return declare


def look_at_narrow(
    name: str, dtype: np.dtype[Any], kernel: Any, entered: list[Any], positional: Sequence[str], accepted: Sequence[str]
) -> None:
    """NotImplementedError where a kernel does not take a type of few kernels; what else is wrong is said first."""
    from .._kernels import narrow

    refusal = narrow.refusal(name, dtype, False)
    if refusal is not None:
        other = np.int64 if dtype.kind == "u" else np.float32
        wide = [each.astype(other) if type(each) is ndarray and each.dtype == dtype else each for each in entered]
        quietly(kernel_call, kernel, wide, positional, accepted)
        raise refusal


NUMBER = np.zeros(())
"""Stands for a number where layouts are looked at."""

RENAMED = {"axis": "dim", "keepdims": "keepdim", "input": "x", "other": "y"}


def kernel_call(kernel: Any, entered: list[Any], positional: Sequence[str], accepted: Sequence[str]) -> Any:
    """Call a kernel with its positional and keyword-only arguments."""
    count = len(positional)
    if count == len(accepted):
        return kernel(*entered)
    return kernel(*entered[:count], **dict(zip(accepted[count:], entered[count:], strict=True)))


IN_NEW_MEMORY = frozenset(
    """
    AdaptiveAvgPool2D AdaptiveAvgPool3D AdaptiveMaxPool2D AdaptiveMaxPool3D AvgPool3D ChannelShuffle Col2Im Convolution
    FractionalMaxPool2D LinalgSolveEx MaskedScatter MaxPool2DWithIndices PixelShuffle PixelUnshuffle
    ReflectionPad1D ReflectionPad2D ReflectionPad3D Repeat ReplicationPad1D ReplicationPad2D ReplicationPad3D Scatter
    ScatterAdd ScatterReduce UpsampleNearest1D UpsampleNearest2D UpsampleNearest3D
    UpsampleNearestExact1D UpsampleNearestExact2D UpsampleNearestExact3D
    """.split()  # noqa: SIM905
)
"""The steps whose gradients torch makes in new memory, where a kernel here hands out a part or another shape of its."""


class OpNode(Node):
    """A step of an ``op``: any number of tensors, sequences of tensors and results."""

    __slots__ = ("counts", "outputs", "spans")

    recorder: ClassVar[OpRecorder]
    fresh: ClassVar[bool]
    counts: Sequence[tuple[str, int]]
    """How many of what is kept go by which name; -1 for one alone."""
    spans: Sequence[tuple[int, int, bool]]
    """For each argument its first edge, the one past its last, and whether it is a sequence."""

    def vjp(self, g: Any) -> Sequence[Any]:
        gradients = self.carry(g, arrays, array_values(self))
        return in_new_memory(gradients) if self.fresh else gradients

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        return self.carry(g, tensors, tensor_values(self))

    def carry(self, g: Any, xp: Any, kept: list[Any]) -> Sequence[Any]:
        named = self.regroup(kept)
        gradients: list[Any] = []
        recorder = self.recorder
        for argument, (start, stop, many) in zip(recorder.arguments, self.spans, strict=True):
            formula = recorder.formulas[argument]
            edges = self.edges[start:stop]
            if formula is None or all(edge is None for edge in edges):
                gradients.extend([None] * (stop - start))
                continue
            made = formula(xp, g, *[named[each] for each in parameters(formula)[2:]])
            gradients.extend(made if many else (made,))
        return gradients if self.fit is None else fit_all(xp, self, gradients)

    def regroup(self, values: list[Any]) -> dict[str, Any]:
        """The kept values by the names that formulas use, sequences of tensors together again."""
        named = {}
        start = 0
        for each, count in self.counts:
            named[each] = values[start] if count < 0 else values[start : start + count]
            start += abs(count)
        return named


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
        shown: Sequence[str] = (),
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
        self.values = [each for each in (*plain, *shapes) if each in named or each in shown]
        self.formulas = formulas
        self.make = self.node_class(node or backward_name(name), name, tensor_names[0])

    def node_class(self, title: str, name: str, first: str) -> type[Node]:
        body = {
            "__slots__": (), "__module__": "builtins", "operation": name, "recorder": self,
            "fresh": title.removesuffix("Backward0") in IN_NEW_MEMORY,
            **saved_names(title, [*self.kept_inputs, *[self.results[each] for each in self.kept_results]], self.values),
        }
        if title == "NotImplemented":
            body["order"] = AT_ONCE
        made: Any = NodeType(title, (OpNode,), body)
        made.keeps_first = self.kept_inputs[:1] == [first]
        made.inputs_kept = len(self.kept_inputs)
        DECLARED[name] = made
        return made

    def look(self, given: dict[str, Any]) -> None:
        """Record a call that made nothing, for the refusals of what it would keep."""
        self.record(given, tuple([wrap(np.zeros(())) for _ in self.results]))

    def record(self, given: dict[str, Any], outs: tuple[Tensor, ...], without: Any = None) -> None:
        """Make the node of this call, if any differentiable argument requires grad and any result can."""
        inputs: list[Any] = []
        spans = []
        asking = set()
        recorded = False
        for argument in self.arguments:
            value = given[argument]
            start = len(inputs)
            many = isinstance(value, (tuple, list))
            inputs.extend(value if many else (value,))
            spans.append((start, len(inputs), many))
            for each in inputs[start:]:
                step = None if each is None else each._node
                if step is not None:
                    recorded = True
                    if step is not NOWHERE:
                        asking.add(argument)
        if not recorded:
            return
        floating = [each for each in outs if each._data.dtype.kind in "fcV"]
        if not floating:
            return
        edges = [None if each is None else edge_of(each) for each in inputs]
        node = record(self.make, tuple([None if each is NOWHERE else each for each in edges]))
        node.spans = spans
        node.outputs = len(floating)
        kept: list[Any] = []
        counts = []
        for each in self.kept_inputs:
            value = given[each]
            # As torch, which asks for whom it saves something only where it is for one argument alone.
            wanted = len(self.named[each]) > 1 or not asking.isdisjoint(self.named[each])
            if isinstance(value, (tuple, list)):
                kept.extend(value if wanted else [None] * len(value))
                counts.append((each, len(value)))
            else:
                kept.append(value if wanted else None)
                counts.append((each, -1))
        for place in self.kept_results:
            wanted = not asking.isdisjoint(self.named[self.results[place]])
            result: Any = outs[place] if wanted else None
            # What wants no gradient makes no cycle, and is kept as other tensors are.
            if result is not None and result._data.dtype.kind in "fcV":
                result = records.keep_result(result)
                if place:
                    result.output_nr = sum(each._data.dtype.kind in "fcV" for each in outs[:place])
            kept.append(result)
            counts.append((self.results[place], -1))
        # What is not saved is not freed.
        node.kept = Unfreed(kept) if kept and all(each is None for each in kept) else tuple(kept)
        note(node)
        values = []
        for each in self.values:
            if each in given:
                values.append(given[each])
            else:
                argument = next(iter(given)) if each == "shape" else each.removesuffix("s").removesuffix("_shape")
                value = given[argument]
                many = isinstance(value, (tuple, list))
                shapes = [one._data.shape for one in value] if many else None if value is None else value._data.shape
                values.append(shapes)
            counts.append((each, -1))
        node.values = tuple(values)
        node.counts = counts
        made = floating[0]._data.dtype
        # Of several dtypes each gradient is cast: what a formula multiplied may have had a wider one.
        mixed = made.kind == "V" or any(
            each._data.dtype != made for value in given.values()
            for each in (value if isinstance(value, (tuple, list)) else (value,)) if isinstance(each, Tensor)
        )
        fits = [
            None
            if each is None or not mixed
            else (each._data.shape, each._data.dtype)
            for each in inputs
        ]
        if without is not None and mixed:
            led = [None if each is None or each._node is NOWHERE else each._data for each in inputs]
            fits = list(refusals(without(*led), fits))
        node.fit = tuple(fits) if any(fits) else None
        for number, out in enumerate(floating):
            if node.outputs == 1:
                out._node = node
            else:
                out._node = Output(node, number)
                out.output_nr = number
