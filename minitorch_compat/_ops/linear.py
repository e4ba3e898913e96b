"""The step of a linear layer, as one node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core import errors
from .._core.errors import NoMemory
from .._core.families import astray
from .._core.graph import LEAF, Derived, Node, RawSaved, Saved, SavedNumber, next_order, record
from .._core.modes import altered, mode
from .._core.quiet import quietly, run
from .._core.recording import arrays, check_versions, note, saved_tensor, tensor_values, tensors
from .._core.tensor import Tensor, new
from .._kernels import matmul as kernels
from .._kernels import summation
from .shape import t

ndarray = np.ndarray
add = np.add
running_sum = np.add.accumulate


class Linear(Node):
    """Back from ``x @ weight.T``, with or without a bias, to bias, x and weight.

    torch records the transposition as a node of its own. Here it is folded in, and unfolded when somebody looks.
    """

    __slots__ = ()
    __module__ = "builtins"
    folded = True
    operation = "linear"

    def vjp(self, g: Any) -> Sequence[Any]:
        kept = self.kept
        if kept is None:
            raise errors.graph_freed()
        x, weight = kept
        if self.noted is not None or (x is not None and x._shared is not None) or (
            weight is not None and weight._shared is not None
        ):
            check_versions(self)
        bias_edge, x_edge, weight_edge = self.edges
        for_weight = for_bias = None
        if self.values[1] and weight_edge is not None and bias_edge is not None:
            for_weight, for_bias = one_weight(x._data, g)
        else:
            if weight_edge is not None:
                for_weight = weight_gradient(arrays.conj(x._data), g)
            if bias_edge is not None:
                for_bias = summation.sum(g, 0)
        if for_weight is not None:
            # A view in torch, too: the next gradient is not added in place.
            for_weight = for_weight.view() if self.folded else for_weight.T
        return (for_bias, None if x_edge is None else kernels.mm(g, arrays.conj(weight._data)), for_weight)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        x, weight, *_ = tensor_values(self)
        bias_edge, x_edge, weight_edge = self.edges
        for_weight = None
        if weight_edge is not None:
            for_weight = t(tensors.mm(t(g), tensors.conj(x)))
            for_weight = t(for_weight) if self.folded else for_weight
        return (
            None if bias_edge is None else tensors.sum_to_size(g, self.values[0]),
            None if x_edge is None else tensors.mm(g, tensors.conj(weight)),
            for_weight,
        )

    def unfold(self) -> None:
        """Put the transposition of the weight into the graph."""
        if self.folded and self.edges[2] is not None:
            step = record(t.recorder.make, (self.edges[2],))  # type: ignore[attr-defined]
            step.order = self.order + 0.25
            self.edges = (*self.edges[:2], step)
        self.folded = False

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        self.unfold()
        return super().next_functions


    def turned(self) -> Any:
        """The second factor as torch saves it, turned."""
        if self.kept is None:
            raise errors.graph_freed()
        weight = saved_tensor(self, 1)
        if weight is None:
            return None
        made = t(weight)
        if self.edges[2] is not None:
            self.unfold()
            made._node = self.edges[2]
        return made

    def factor(self, place: int, strides: bool) -> tuple[int, ...]:
        """The size of a factor, or its strides, where its gradient is wanted."""
        if strides and self.edges[1 + place] is None:
            return ()
        if len(self.values) > 2:
            found, dtype = self.values[2 + strides][place], self.values[4]
        elif self.kept is None:
            raise errors.graph_freed()
        else:
            array = self.kept[place]._data
            found, dtype = array.strides if strides else array.shape, array.dtype
        if strides:
            found = tuple([each // dtype.itemsize for each in found])
        return found[::-1] if place else found


def shown(node: type[Linear], first: str) -> None:
    """Enter the names under which torch shows the factors."""
    made: dict[str, Any] = {
        f"_raw_saved_{first}": RawSaved(0), "_raw_saved_mat2": RawSaved(1), f"_saved_{first}": Saved(True, 0),
    }
    for place, name in enumerate((first, "mat2")):
        made[f"_saved_{name}_sym_sizes"] = Derived(lambda node, place=place: node.factor(place, False))
        made[f"_saved_{name}_sym_strides"] = Derived(lambda node, place=place: node.factor(place, True))
    made["_saved_mat2"] = Derived(Linear.turned)
    for name, each in made.items():
        setattr(node, name, each)


class AddmmBackward0(Linear):
    """Back from ``bias + x @ weight.T`` to bias, x and weight."""

    __slots__ = ()
    __module__ = "builtins"
    _saved_alpha = _saved_beta = SavedNumber(1)


class MmBackward0(Linear):
    """Back from ``x @ weight.T`` to x and weight."""

    __slots__ = ()
    __module__ = "builtins"

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        return super().next_functions[1:]


shown(AddmmBackward0, "mat1")
shown(MmBackward0, "self")


def weight_gradient(x: ndarray, g: ndarray) -> ndarray:
    """``g.T @ x``: a transposed weight lies in memory column after column, and so does its gradient."""
    return kernels.mm(g.T, x)


def one_weight(x: ndarray, g: ndarray) -> tuple[ndarray, ndarray]:
    """The gradients of a single weight and its bias: products and numbers added in order, each rounded by itself."""
    g = g.ravel()
    for_weight, for_bias = np.empty((1, 1), g.dtype), np.empty(1, g.dtype)
    for_weight.fill(running_sum(g * x.ravel()).item(-1) + 0.0)  # never -0
    for_bias.fill(summation.vector_total(g))
    return for_weight, for_bias


def forward(x: ndarray, w: ndarray, b: ndarray | None) -> ndarray:
    """``x @ w.T + b``, with the plain case straight away."""
    rows, inner = x.shape
    columns = w.shape[0]
    if (
        x.dtype.char in "fd" and w.dtype is x.dtype and w.shape[1] == inner and (rows > 1 or columns > 1)
        and (b is None or (b.dtype is x.dtype and b.shape == (columns,)))
    ):
        r = x.dot(w.T)
        if b is None:
            return r
        # One number goes to every row more quickly than a row of one.
        return add(r, b[0, ...] if columns == 1 else b, r)
    return kernels.linear(x, w, b)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias`` for input (..., in), weight (out, in) and bias (out)."""
    try:
        x, w = input._data, weight._data
        b = None if bias is None else bias._data
    except NoMemory:
        return astray("linear", linear, (input, weight, bias), {})
    except AttributeError:
        from .._core.signatures import refusal  # a long table, which only a refusal reads

        raise refusal("linear", (input, weight, bias), {}) from None
    if x.ndim != 2 or w.ndim != 2:
        return _general(input, weight, bias)
    try:
        r = run(forward, x, w, b)
    except RuntimeError:
        r = quietly(forward, x, w, b)
    out = new(Tensor)
    out._data = r
    source, other = input._node, weight._node
    third = None if bias is None else bias._node
    if (source is not None or other is not None or third is not None) and (not altered or mode.enabled):
        step = new(MmBackward0 if bias is None else AddmmBackward0)
        step.order = next_order()
        step.edges = (
            bias if third is LEAF else third, input if source is LEAF else source, weight if other is LEAF else other
        )
        step.noted = None
        step.kept = (input if other is not None else None, weight if source is not None else None)
        if input._shared is not None or weight._shared is not None:
            note(step)
        step.values = (None if b is None else b.shape, w.size == 1 and len(x) > 1 and x.dtype.char in "fd")
        if source is None or other is None:
            # What is not kept is known by its geometry.
            step.values = (*step.values, (x.shape, w.shape), (x.strides, w.strides), x.dtype)
        step.fit = None
        out._node = step
    return out


def _general(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Inputs of other than two dimensions go through two, as in torch; a weight vector is a matrix-vector product.

    To what does not lie in order the bias is added in a step of its own.
    """
    if not input._data.ndim or not weight._data.ndim:
        kernels.linear(input._data, weight._data)
    if input._data.ndim == 1 and weight._data.ndim == 2 and bias is None:
        return linear(tensors.unsqueeze(input, 0), weight).squeeze_(0)  # type: ignore[attr-defined]
    if weight._data.ndim > 2:
        t(weight)  # refuses it
    if weight._data.ndim == 1:
        if bias is not None and (bias._data.ndim == 1 or input._data.ndim == 2):
            raise RuntimeError("mat2 must be a matrix, got 1-D tensor")
        return tensors.matmul(input, weight) if bias is None else tensors.matmul(input, weight) + bias
    rows = tensors.reshape(input, (-1, input._data.shape[-1]))
    shape = (*input._data.shape[:-1], weight._data.shape[0])
    if bias is None:
        return tensors.unsafe_view(linear(rows, weight), shape)
    if not input._data.flags.c_contiguous:
        return tensors.unsafe_view(linear(rows, weight), shape) + bias  # type: ignore[operator]
    return tensors.view(linear(rows, weight, bias), shape)
