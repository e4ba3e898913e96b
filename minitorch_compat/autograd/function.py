"""``Function``: an operation whose forward and backward a user writes."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._core import errors
from .._core.graph import LEAF, Node, NodeType, Output, Watched, next_order, record
from .._core.modes import exchange, mode, no_grad
from .._core.recording import Kept, note
from .._core.tensor import Tensor, wrap
from .._core.views import check_write, edge_of, make_view, rebase, shared_of


class FunctionCtx:
    """What forward hands to backward."""

    to_save: tuple[Any, ...] | None = None
    dirty: tuple[Any, ...] = ()
    constant: tuple[Any, ...] = ()
    materialize_grads = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (or None) for backward, which finds them in ``saved_tensors``."""
        self.to_save = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Say which inputs forward wrote to."""
        self.dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say which results have no gradient."""
        self.constant = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward sees zeros (True) or None for results that received no gradient."""
        self.materialize_grads = value


class BackwardCFunction(Node, FunctionCtx):
    """The node of a user's function, at the same time the ``ctx`` its methods see."""

    __slots__ = ()

    function: Any
    places: list[bool]
    made: list[Any]
    inputs_like: list[Any]
    needs_input_grad: tuple[bool, ...]

    def __init__(self) -> None:
        self.order = next_order()
        self.edges = self.kept = self.values = ()
        self.noted = self.fit = None

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors given to ``save_for_backward``; RuntimeError after they were freed or written to."""
        from .._core.recording import tensor_values

        if self.kept is None:
            raise errors.graph_freed()
        if not self.kept and self.to_save:
            return tuple(self.to_save)
        return tuple(tensor_values(self)[: len(self.kept)])

    def vjp(self, g: Any) -> Sequence[Any]:
        gradients = [each if each is None else wrap(np.asarray(each)) for each in (g if self.outputs > 1 else [g])]
        return [None if each is None else each._data for each in self.carry(gradients)]

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        return self.carry(list(g) if self.outputs > 1 else [g])

    def carry(self, gradients: list[Any]) -> list[Any]:
        """Run the user's backward and check what it returns."""
        if self.kept is None:
            raise errors.graph_freed()
        if self.materialize_grads:
            gradients = [
                zeros_written(shape, dtype) if each is None else each
                for each, (shape, dtype) in zip(gradients, self.made, strict=True)
            ]
        made = self.function.backward(self, *gradients)
        made = list(made) if isinstance(made, tuple) else [made]
        count = len(self.places)
        while len(made) > count and made[-1] is None:
            made.pop()
        if len(made) != count:
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients (expected {count}, got {len(made)})"
            )
        results = []
        for place, (edge, tensor) in enumerate(zip(self.places, made, strict=True)):
            if not edge:
                if tensor is not None:
                    raise RuntimeError(
                        f"function {self.name()} returned a gradient different from None at position {place + 1}, "
                        "but the corresponding forward input was not a Variable"
                    )
                continue
            if tensor is not None and not isinstance(tensor, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(tensor).__name__})")
            results.append(tensor)
        for place, (tensor, fit) in enumerate(zip(results, self.inputs_like, strict=True)):
            if tensor is not None and fit is not None:
                shape, dtype = fit
                if tensor._data.shape != shape:
                    if not expands(shape, tensor._data.shape):
                        raise RuntimeError(
                            f"Function {self.name()} returned an invalid gradient at index {place} - got "
                            f"{errors.size_text(tensor._data.shape)} but expected shape compatible with "
                            f"{errors.size_text(shape)}"
                        )
                    tensor = tensor.sum_to_size(shape)  # type: ignore[attr-defined]
                if tensor._data.dtype != dtype:
                    from .._core.dtypes import BY_NUMPY

                    tensor = tensor.to(BY_NUMPY[dtype])
                results[place] = tensor
        return results


def zeros_written(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Tensor:
    """Zeros as backward is given them: torch writes them into new memory, and counts it."""
    zeros = wrap(np.zeros(shape, dtype))
    zeros._bump()
    return zeros


def expands(shape: tuple[int, ...], larger: tuple[int, ...]) -> bool:
    """Whether a tensor of ``shape`` could be expanded to ``larger``."""
    count = len(larger) - len(shape)
    return count >= 0 and all(a in (1, b) for a, b in zip(shape, larger[count:], strict=True))


class Error(Node):
    """The history of a gradient that may not be differentiated again."""

    __slots__ = ()

    def name(self) -> str:
        return "torch::autograd::Error"

    def vjp(self, g: Any) -> Sequence[Any]:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")

    vjp_tensors = vjp


Error.__module__ = "builtins"


def once_differentiable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a backward whose results may not be differentiated: they are constants, or raise where asked after all."""

    @functools.wraps(function)
    def backward(ctx: Any, *gradients: Any) -> Any:
        with no_grad():
            made = function(ctx, *gradients)
        if not mode.enabled or not any(isinstance(each, Tensor) and each.requires_grad for each in gradients):
            return made
        refusing = []
        for each in made if isinstance(made, tuple) else (made,):
            if each is not None:
                each = each.detach()
                leaf = each.detach()
                leaf._node = LEAF
                each._node = record(Error, (leaf,))
            refusing.append(each)
        return tuple(refusing) if isinstance(made, tuple) else refusing[0]

    return backward


def positional(function: Callable[..., Any], given: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call, keywords at the places of their parameters."""
    bound = inspect.signature(function).bind(*given, **keywords)
    if bound.kwargs:
        raise TypeError(f"{function.__name__}() got an unexpected keyword argument '{next(iter(bound.kwargs))}'")
    return bound.args


class FunctionMeta(type):
    """Gives every function its node class, ``NameBackward``."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> None:
        super().__init__(name, bases, body)
        backward_class: Any = NodeType(f"{name}Backward", (BackwardCFunction,), {"__slots__": ()})
        backward_class.function = cls
        backward_class.__module__ = cls.__module__
        cls._backward_cls = backward_class


class Function(FunctionCtx, metaclass=FunctionMeta):
    """Write ``forward`` and ``backward`` as static methods, and call ``apply``."""

    generate_vmap_rule = False
    _backward_cls: Any

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        warnings.warn(
            f"{self.__class__} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. "
            "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*arguments: Any, **keywords: Any) -> Any:
        """Compute the results; with ``ctx`` first, unless the class has ``setup_context``."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Prepare ``ctx`` after a ``forward`` that does not see it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return one gradient, or None, for each argument of forward."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *arguments: Any, **keywords: Any) -> Any:
        """Run forward without recording and record the whole as one node."""
        Watched.order = True
        node = cls._backward_cls()
        apart = cls.setup_context is not Function.setup_context
        if apart:
            bound = inspect.signature(cls.forward).bind(*arguments, **keywords)
            bound.apply_defaults()
            arguments, keywords = bound.args, bound.kwargs
        elif keywords:
            arguments, keywords = positional(cls.forward, (node, *arguments), keywords)[1:], {}
        tensors = [each for each in arguments if isinstance(each, Tensor)]
        recording = mode.enabled and any(each._node is not None for each in tensors)
        node.places = [isinstance(each, Tensor) for each in arguments]
        node.needs_input_grad = tuple(isinstance(each, Tensor) and each._node is not None for each in arguments)
        if recording:
            node.edges = tuple(edge_of(each) for each in tensors)
            node.inputs_like = [(each._data.shape, each._data.dtype) for each in tensors]
        previous = exchange(False)
        try:
            if apart:
                made = cls.forward(*arguments, **keywords)
                cls.setup_context(node, arguments, made)
            else:
                made = cls.forward(node, *arguments, **keywords)
        finally:
            exchange(previous)
        results = made if isinstance(made, tuple) else (made,)
        results = cls._attach(node, results, tensors, recording)
        return results if isinstance(made, tuple) else results[0]

    @staticmethod
    def _attach(node: Any, results: tuple[Any, ...], inputs: list[Tensor], recording: bool) -> tuple[Any, ...]:
        """Give the results their history and keep what ``save_for_backward`` named."""
        for each in results:
            if not isinstance(each, Tensor) and each is not None and not recording:
                continue
        node.outputs = max(1, len(results))
        node.made = [
            (each._data.shape, each._data.dtype) if isinstance(each, Tensor) else ((), np.dtype(np.float32))
            for each in results
        ]
        attached: list[Any] = []
        for number, each in enumerate(results):
            if not isinstance(each, Tensor):
                attached.append(each)
                continue
            dirty = any(each is one for one in node.dirty)
            is_input = any(each is one for one in inputs)
            constant = any(each is one for one in node.constant) or each._data.dtype.kind not in "fcV"
            if dirty:
                each._bump()
                if recording and each._node is LEAF:
                    raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
                if recording:
                    check_write(each)
            elif is_input:
                alias = wrap(each._data)
                if each._base is not None or recording:
                    make_view(each, alias)
                else:
                    alias._shared = shared_of(each)
                each = alias
            if recording and not constant:
                step = node if node.outputs == 1 else Output(node, number)
                if dirty:
                    rebase(each, step)
                else:
                    each._node = step
                each.output_nr = number
            attached.append(each)
        if recording and node.to_save is not None:
            kept: list[Any] = []
            for each in node.to_save:
                if each is not None and not isinstance(each, Tensor):
                    raise TypeError(
                        f"save_for_backward can only save variables, but argument {len(kept)} is of type "
                        f"{type(each).__name__}"
                    )
                place = next((n for n, one in enumerate(results) if one is each), None)
                own = place is not None and attached[place] is each
                if each is not None and own and each._node is not None and each._node is not LEAF:
                    kept.append(Kept(each._data, shared_of(each), place or 0))
                else:
                    kept.append(each)
            node.kept = tuple(kept)
            note(node)
        if recording:
            node.to_save = None
        return tuple(attached)


class NestedIOFunction(Function):
    """Kept for its name; nested inputs are given to ``Function`` directly."""
