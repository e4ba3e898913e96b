"""Differentiation: ``backward``, ``grad``, ``Variable``, ``Function`` and the grad modes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.absent import room as _room
from .._core.forms import FUNCTIONS
from .._core.graph import LEAF, NOWHERE, Pass, Watched, propagate
from .._core.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from .._core.quiet import quietly
from .._core.tensor import Tensor, wrap
from . import anomaly_mode, function, graph, variable
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function, NestedIOFunction
from .gradcheck import gradcheck, gradgradcheck
from .variable import Variable

__all__ = [
    "Function", "NestedIOFunction", "Variable", "anomaly_mode", "backward", "detect_anomaly", "enable_grad", "function",
    "grad", "gradcheck", "gradgradcheck", "graph", "inference_mode", "no_grad", "set_detect_anomaly",
    "set_grad_enabled", "variable",
]


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Carry gradients from ``tensors`` back to the leaves, adding them to their ``grad``.

    ``grad_tensors`` are the gradients of the tensors, needed for those with more than one element. RuntimeError where a
    tensor has no history, a gradient is missing or has another shape.
    """
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. "
                "Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if inputs is not None:
        inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    roots = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
    gradients = _gradients_of(roots, grad_tensors, create_graph)
    if retain_graph is None:
        retain_graph = create_graph
    if create_graph:
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
            "gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid "
            "this. If you have to use this function, make sure to reset the .grad fields of your parameters to None "
            "after use to break the cycle and avoid the leak.",
            UserWarning,
            stacklevel=3,
        )
    edges = _edges_of(roots)
    if inputs is None:
        if len(edges) == 1 and not create_graph and not Watched.order and edges[0].order is not None:
            (gradient,) = gradients
            quietly(propagate, edges[0], gradient, retain_graph)
        else:
            Pass(create_graph, retain_graph).run(edges, gradients)
        return
    for each in inputs:
        each.retain_grad()
    traversal = Pass(create_graph, retain_graph, inputs)
    traversal.run(edges, gradients)
    for each in inputs:
        # A result was told to retain its gradient, and has it.
        gradient = traversal.captured.get(each) if each._node is LEAF else None
        if gradient is None:
            continue
        made = gradient if create_graph else wrap(np.array(gradient))
        if each._grad is None:
            each._grad = made
        elif create_graph:
            each._grad = each._grad + made
        else:
            quietly(np.add, each._grad._data, made._data, each._grad._data)
            each._grad._bump()


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of ``outputs`` with respect to ``inputs``, without touching any ``grad``."""
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if allow_unused is None:
        allow_unused = materialize_grads
    roots = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    if is_grads_batched:
        rows = _rows((grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs))
        made = [
            grad(roots, inputs, row, True if place + 1 < len(rows) else retain_graph, create_graph, allow_unused, False,
                 materialize_grads)
            for place, row in enumerate(rows)
        ]
        return tuple([None if each[0] is None else stack(each) for each in zip(*made, strict=True)])
    wanted = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    gradients = _gradients_of(roots, grad_outputs, create_graph)
    if retain_graph is None:
        retain_graph = create_graph
    for each in wanted:
        if each._node is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    traversal = Pass(create_graph, retain_graph, wanted)
    traversal.run(_edges_of(roots), gradients)
    results: list[Tensor | None] = []
    for place, each in enumerate(wanted):
        edge = each if each._node is LEAF else each._node
        gradient = traversal.captured[edge]
        if gradient is None:
            if not allow_unused:
                raise errors.unused_input(place)
            results.append(wrap(np.zeros_like(each._data)) if materialize_grads else None)
        else:
            if not create_graph:
                bumps = traversal.bumps.get(edge, 0) + getattr(gradient, "writes", 0)
                gradient = wrap(np.asarray(gradient))
                if bumps:
                    gradient._bump(bumps)
            results.append(gradient)
    return tuple(results)


def _rows(batched: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The gradients of each pass, from tensors whose first dimension counts the passes."""
    count = next(len(each) for each in batched if each is not None)
    return [tuple([None if each is None else each[place] for each in batched]) for place in range(count)]


def stack(parts: Sequence[Tensor]) -> Tensor:
    """The parts along a new first dimension."""
    return FUNCTIONS["stack"](list(parts))


def _edges_of(roots: Sequence[Tensor]) -> list[Any]:
    """Where the gradients of the roots enter; RuntimeError for a root without history."""
    edges = []
    for place, root in enumerate(roots):
        node = root._node
        if node is None or node is NOWHERE:
            raise errors.does_not_require_grad(place)
        edges.append(root if node is LEAF else node)
    return edges


def _gradients_of(roots: Sequence[Tensor], given: Any, create_graph: bool) -> list[Any]:
    """The gradient of each root: the one given, or a one for a scalar; arrays, or tensors for a recorded pass."""
    if given is None or isinstance(given, Tensor):
        given = (given,) * len(roots) if given is None else (given,)
    else:
        given = tuple(given)
    made: list[Any] = []
    for place, (root, gradient) in enumerate(zip(roots, given, strict=False)):
        data = root._data
        if gradient is None:
            if root._node is None:
                made.append(None)
                continue
            if data.size != 1:
                raise errors.not_scalar_output()
            if data.dtype.kind not in "fV":
                raise RuntimeError(
                    f"grad can be implicitly created only for real scalar outputs but got {dtypes.of(data)}"
                )
            one = np.ones_like(data)
            made.append(wrap(one) if create_graph else one)
            continue
        if not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
        if gradient._data.shape != data.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{place}] has a shape of {gradient.shape} and output[{place}] has a "
                f"shape of {root.shape}."
            )
        if (gradient._data.dtype.kind == "c") != (data.dtype.kind == "c"):
            raise RuntimeError(
                "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
                f"dtype: grad_output[{place}] has a dtype of {gradient.dtype} and output[{place}] has a dtype of "
                f"{root.dtype}."
            )
        if gradient._data.dtype != data.dtype:
            gradient = gradient.to(root.dtype)  # type: ignore[attr-defined]
        made.append(gradient if create_graph else gradient._data)
    if len(made) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(made)} gradients")
    return made


__getattr__ = _room("torch.autograd", __name__, frozenset(("functional",)))
