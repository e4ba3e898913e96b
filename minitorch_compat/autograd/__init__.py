"""Differentiation: ``backward``, ``grad``, ``Variable``, ``Function`` and the grad modes."""
# ruff: noqa: F401

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.absent import room as _room
from .._core.graph import (
    LEAF,
    NOWHERE,
    AccumulateGrad,
    Carried,
    Fresh,
    Nowhere,
    Output,
    Pass,
    Slot,
    Watched,
    carried,
    propagate,
)
from .._core.kinds import Size
from .._core.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from .._core.quiet import quietly
from .._core.recording import arrays, as_promised, tensors
from .._core.tensor import Tensor, wrap
from .._core.views import make_view
from .._core.warn import warn_once
from . import anomaly_mode, function, grad_mode, graph, variable
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function, NestedIOFunction
from .grad_mode import (
    _force_original_view_tracking,
    _unsafe_preserve_version_counter,
    enforce_grad_layout_policy,
    is_multithreading_enabled,
    is_view_replay_enabled,
    set_multithreading_enabled,
)
from .gradcheck import gradcheck, gradgradcheck
from .variable import Variable

__all__ = [
    "Function", "NestedIOFunction", "Variable", "backward", "detect_anomaly", "enable_grad",
    "enforce_grad_layout_policy", "grad", "grad_mode", "gradcheck", "gradgradcheck", "inference_mode", "no_grad",
    "set_detect_anomaly", "set_grad_enabled", "set_multithreading_enabled", "variable",
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
    if Watched.transforms:
        raise errors.backward_in_transform()
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. "
                "Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if inputs is not None:
        inputs = _sequence(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    roots = _sequence(tensors)
    if Watched.levels:
        from .in_levels import backward_in_levels

        backward_in_levels(roots, grad_tensors, retain_graph, create_graph, inputs)
        return
    gradients = _gradients_of(roots, grad_tensors, create_graph)
    retain_graph, create_graph = _flags(retain_graph, create_graph)
    edges = _edges_of(roots)
    _check_promises(edges, roots, gradients)
    if create_graph:
        warn_once(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
            "gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid "
            "this. If you have to use this function, make sure to reset the .grad fields of your parameters to None "
            "after use to break the cycle and avoid the leak.",
            stacklevel=3,
        )
    if inputs is None:
        if len(edges) == 1 and not create_graph and not Watched.order and edges[0].order is not None:
            (gradient,) = gradients
            quietly(propagate, edges[0], gradient, retain_graph)
        else:
            Pass(create_graph, retain_graph).run(edges, gradients)
        return
    Pass(create_graph, retain_graph, _wanted(inputs, retaining=True), into_grad=True).run(edges, gradients)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
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
    roots = _sequence(outputs)
    wanted = _sequence(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for "
            "other parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    if is_grads_batched or Watched.levels:
        from .in_levels import batched_grad, grad_in_levels

        how = batched_grad if is_grads_batched else grad_in_levels
        return how(roots, wanted, grad_outputs, retain_graph, create_graph, allow_unused, materialize_grads)
    gradients = _gradients_of(roots, grad_outputs, create_graph)
    retain_graph, create_graph = _flags(retain_graph, create_graph)
    entries = _edges_of(roots)
    edges = _wanted(wanted)
    _check_promises(entries, roots, gradients)
    traversal = Pass(create_graph, retain_graph, edges)
    traversal.run(entries, gradients)
    # A gradient that came out as it went in is the same tensor; one over its memory is a view of it.
    given = [] if grad_outputs is None else [each for each in _sequence(grad_outputs) if each is not None]
    made_of = {id(each._data): each for each in given if not each.is_sparse}
    results: list[Tensor | None] = []
    for place, (each, edge) in enumerate(zip(wanted, edges, strict=True)):
        gradient = traversal.captured[edge]
        if gradient is None:
            if not allow_unused:
                raise errors.unused_input(place)
            results.append(wrap(np.zeros_like(each._data)) if materialize_grads else None)
        elif create_graph:
            results.append(gradient)
        elif isinstance(gradient, Carried):
            results.append(gradient.tensor)
        else:
            known = made_of.get(id(gradient))
            if known is None:
                known = made_of[id(gradient)] = wrap(np.asarray(gradient))
                for each in given:
                    if known._data.base is not None and known._data.base is owner(each._data):
                        make_view(each, known)
                        break
                else:
                    whole = None if isinstance(gradient, Fresh) else known._data.base
                    if type(whole) is np.ndarray and (whole.shape, whole.strides) != (gradient.shape, gradient.strides):
                        # torch's gradient is a view of one that was on its way.
                        make_view(made_of.setdefault(id(whole), wrap(whole)), known)
                bumps = traversal.bumps.get(edge, 0) + getattr(gradient, "writes", 0)
                if bumps:
                    known._bump(bumps)
            results.append(known)
    return tuple(results)


def owner(array: np.ndarray) -> Any:
    """The array whose memory ``array`` shows."""
    return array if array.base is None else array.base


def _sequence(given: Any) -> tuple[Any, ...]:
    """One tensor or edge as a tuple, several as they are."""
    return (given,) if isinstance(given, (Tensor, graph.GradientEdge)) else tuple(given)


def _flags(retain_graph: Any, create_graph: Any) -> tuple[bool, bool]:
    """Whether to keep and whether to record; TypeError for what is no number."""
    create = bool(index(create_graph))
    return (create if retain_graph is None else bool(index(retain_graph))), create


def _wanted(inputs: Sequence[Any], retaining: bool = False) -> list[Any]:
    """The edges at which a pass is to end; RuntimeError for what has no gradient."""
    edges: list[Any] = []
    for each in inputs:
        if isinstance(each, graph.GradientEdge):
            node = each.node
            if isinstance(node, AccumulateGrad):
                edges.append(node.variable)
            else:
                edges.append(node if node.outputs == 1 else Slot(node, each.output_nr))
            continue
        if not isinstance(each, Tensor):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(each).__name__}")
        if retaining:
            each.retain_grad()
        elif not each.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        each._step()
        node = each._node
        # A view that leads nowhere is reached by nothing.
        edges.append(each if node is LEAF else Nowhere() if node is NOWHERE else node)
    return edges


def _edges_of(roots: Sequence[Any]) -> list[Any]:
    """Where the gradients of the roots enter; RuntimeError for a root without history."""
    edges = []
    for place, root in enumerate(roots):
        if isinstance(root, graph.GradientEdge):
            node = root.node
            if isinstance(node, AccumulateGrad):
                edges.append(node.variable)
            else:
                edges.append(node if node.outputs == 1 else Output(node, root.output_nr))
            continue
        root._step()
        node = root._node
        if node is None or node is NOWHERE:
            raise errors.does_not_require_grad(place)
        edges.append(root if node is LEAF else node)
    return edges


def _gradients_of(roots: Sequence[Any], given: Any, create_graph: bool) -> list[Any]:
    """The gradient of each root: the one given, or a one for a scalar; arrays, or tensors for a recorded pass."""
    if given is None or isinstance(given, Tensor):
        given = (given,) * len(roots) if given is None else (given,)
    else:
        given = tuple(given)
    made: list[Any] = []
    for place, (root, gradient) in enumerate(zip(roots, given, strict=False)):
        if isinstance(root, graph.GradientEdge):
            shape, dtype = root.node.metadata_of(root.output_nr)
        elif isinstance(root, Tensor):
            shape, dtype = root.shape, root.dtype.numpy
        elif gradient is None:
            raise AssertionError("Expected output to be a torch.Tensor")
        if gradient is None:
            if isinstance(root, Tensor) and not root.requires_grad:
                made.append(None)
                continue
            if prod(shape) != 1:
                raise errors.not_scalar_output()
            if dtype.kind not in "fV":
                raise RuntimeError(
                    f"grad can be implicitly created only for real scalar outputs but got {dtypes.BY_NUMPY[dtype]}"
                )
            one = np.ones_like(root._data) if isinstance(root, Tensor) else np.ones(shape, dtype)
            made.append(wrap(one) if create_graph else one)
            continue
        if not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
        if gradient.shape != shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{place}] has a shape of {gradient.shape} and output[{place}] has a "
                f"shape of {Size(shape)}."
            )
        if gradient.is_complex() != (dtype.kind == "c"):
            raise RuntimeError(
                "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
                f"dtype: grad_output[{place}] has a dtype of {gradient.dtype} and output[{place}] has a dtype of "
                f"{dtypes.BY_NUMPY[dtype]}."
            )
        if gradient.dtype.numpy != dtype:
            gradient = gradient.to(dtypes.BY_NUMPY[dtype])  # type: ignore[attr-defined]
        made.append(gradient if create_graph else carried(gradient))
    if len(made) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(made)} gradients")
    return made


def _check_promises(edges: Sequence[Any], roots: Sequence[Any], gradients: list[Any]) -> None:
    """Fit the gradients of roots that were given another size behind the back of their history.

    RuntimeError where that cannot be: torch sees it at once.
    """
    for place, (edge, root) in enumerate(zip(edges, roots, strict=True)):
        promised = getattr(edge, "promised", None)
        if promised is None or not isinstance(root, Tensor):
            continue
        shape, given = promised[0], root._data.shape
        if len(given) < len(shape) or any(
            one not in (1, other) for one, other in zip(shape[::-1], given[::-1], strict=False)
        ):
            raise RuntimeError(
                f"invalid gradient at index 0 - got {errors.size_text(given)} but expected shape compatible with "
                f"{errors.size_text(shape)}"
            )
        xp = tensors if isinstance(gradients[place], Tensor) else arrays
        gradients[place] = as_promised(xp, edge, gradients[place])


__getattr__ = _room("torch.autograd", __name__, frozenset(("forward_ad", "functional", "profiler")))
