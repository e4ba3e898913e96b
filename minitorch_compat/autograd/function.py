"""``Function``: an operation whose forward and backward a user writes."""

from __future__ import annotations

import copyreg
import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._core import errors
from .._core import recording as records
from .._core.copying import reduced_class
from .._core.dtypes import BY_NUMPY
from .._core.graph import LEAF, SHOWN, Node, NodeType, Output, SavedTensor, Watched, next_order, record
from .._core.modes import exchange, mode, no_grad
from .._core.recording import note, tensor_values
from .._core.tensor import Tensor, stands_for_others, wrap
from .._core.views import check_write, edge_of, rebase
from .variable import type_name

__all__ = [
    "BackwardCFunction", "Function", "FunctionCtx", "FunctionMeta", "InplaceFunction", "NestedIOFunction",
    "once_differentiable",
]


class FunctionCtx:
    """What forward hands to backward."""

    to_save: Any = None
    dirty_tensors: Any = None
    non_differentiable: Any = None
    saved_for_forward: Any = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (or None) for backward, which finds them in ``saved_tensors``."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors (or None) for ``jvp``; AssertionError for anything else."""
        if not all(isinstance(each, Tensor) or each is None for each in tensors):
            # Raised, not asserted: pytest writes its own words under an assertion of a plugin's package.
            raise AssertionError(
                "save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes on "
                "ctx."
            )
        self.saved_for_forward = tensors

    def mark_dirty(self, *arguments: Any) -> None:
        """Say which inputs forward wrote to."""
        self.dirty_tensors = arguments

    def mark_shared_storage(self, *pairs: Any) -> None:
        """Without effect: storages that are shared are found without it."""
        warnings.warn(
            "`mark_shared_storage` is deprecated. Tensors with shared storages are automatically tracked. Note that "
            "calls to `set_()` are not tracked",
            FutureWarning,
            stacklevel=2,
        )

    def mark_non_differentiable(self, *arguments: Any) -> None:
        """Say which results have no gradient."""
        self.non_differentiable = arguments

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward sees zeros (True) or None for results that received no gradient."""
        self.materialize_grads = value


class _HookMixin:
    """Named among the bases of functions."""


class BackwardCFunction(Node, FunctionCtx, _HookMixin):
    """The node of a user's function, at the same time the ``ctx`` its methods see."""

    __slots__ = ()

    _forward_cls: Any
    _materializes = True
    takes_none = True
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
        if self.kept is None:
            raise errors.graph_freed()
        if not self.kept and self.to_save:
            return tuple(self.to_save)
        return tuple(tensor_values(self)[: len(self.kept)])

    @saved_tensors.setter
    def saved_tensors(self, value: Any) -> None:
        raise AttributeError("attribute 'saved_tensors' of 'torch._C._FunctionBase' objects is not writable")

    @property
    def saved_variables(self) -> tuple[Any, ...]:
        """The same under its name of old, with a warning."""
        warnings.warn("'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2)
        return self.saved_tensors

    @property
    def _raw_saved_tensors(self) -> tuple[Any, ...]:
        if self.kept is None:
            raise errors.graph_freed()
        return tuple([SavedTensor(self, place) for place in range(len(self.kept))])

    @property
    def materialize_grads(self) -> bool:
        raise AttributeError("attribute 'materialize_grads' of 'torch._C._FunctionBase' objects is not readable")

    @materialize_grads.setter
    def materialize_grads(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(
                "set_materialize_grads received an invalid combination of arguments - got (), but expected (bool)"
            )
        self._materializes = value

    def free(self) -> None:
        self.kept = None

    def __call__(self, *gradients: Any) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not callable")

    def __dir__(self) -> list[str]:
        hidden = {"_materializes", "places", "made", "inputs_like", "known_results", "accumulators", "prehooks",
                  "posthooks", "_metadata", "outputs", "tensor_hooks", "retained", "hooked", *OF_FUNCTIONS, *SHOWN}
        return sorted([
            *(name for name in SHOWN if name not in ("__call__", "_input_metadata")), "_input_metadata", *OF_FUNCTIONS,
            *(name for name in self.__dict__ if name not in hidden),
        ])

    def _get_user_fn(self) -> Any:
        """The method that carries gradients back; RuntimeError where there are two."""
        function = self._forward_cls
        carries, vjp = function.backward is not Function.backward, function.vjp is not Function.vjp
        if carries and vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement one of them."
            )
        return function.vjp if vjp else function.backward

    def apply(self, *gradients: Any) -> Any:
        """Run the user's way back."""
        return self._get_user_fn()(self, *gradients)

    def apply_jvp(self, *tangents: Any) -> Any:
        """Run the user's way forward."""
        return self._forward_cls.jvp(self, *tangents)

    def vjp(self, g: Any) -> Sequence[Any]:
        gradients = [each if each is None else wrap(np.asarray(each)) for each in (g if self.outputs > 1 else [g])]
        return [None if each is None else each._data for each in self.carry(gradients)]

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        return self.carry(list(g) if self.outputs > 1 else [g])

    def carry(self, gradients: list[Any]) -> list[Any]:
        """Run the user's backward and check what it returns."""
        if self._materializes:
            gradients = [
                zeros_written(*like) if each is None and like is not None else each
                for each, like in zip(gradients, self.made, strict=True)
            ]
        made = self.apply(*gradients)
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
                        f"function {self.name()} returned a gradient different than None at position {place + 1}, "
                        "but the corresponding forward input was not a Variable"
                    )
                continue
            if tensor is not None and not isinstance(tensor, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type_name(tensor)})")
            results.append(tensor)
        for place, (tensor, fit) in enumerate(zip(results, self.inputs_like, strict=True)):
            if tensor is not None and fit is not None:
                shape, dtype = fit
                if tuple(tensor.shape) != shape:
                    if not expands(shape, tuple(tensor.shape)):
                        raise RuntimeError(
                            f"Function {self.name()} returned an invalid gradient at index {place} - got "
                            f"{errors.size_text(tuple(tensor.shape))} but expected shape compatible with "
                            f"{errors.size_text(shape)}"
                        )
                    tensor = tensor.sum_to_size(shape)  # type: ignore[attr-defined]
                if tensor.dtype.numpy != dtype:
                    if tensor.dtype.numpy.kind == "c" and dtype.kind != "c":
                        raise RuntimeError(
                            "Expected isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex) to "
                            "be true, but got false.  (Could this error message be improved?  If so, please report an "
                            "enhancement request to PyTorch.)"
                        )
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
    try:
        bound = inspect.signature(function).bind(*given, **keywords)
    except TypeError as error:
        text = str(error)
        raise TypeError(f"forward() {text}" if text.startswith("got an unexpected") else text) from None
    if bound.kwargs:
        raise TypeError(f"forward() got an unexpected keyword argument '{next(iter(bound.kwargs))}'")
    return bound.args


class FunctionMeta(type):
    """Gives every function its node class, ``NameBackward``."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> None:
        super().__init__(name, bases, body)
        backward_class: Any = NodeType(f"{name}Backward", (BackwardCFunction,), {"__slots__": ()})
        backward_class._forward_cls = cls
        backward_class.__module__ = "torch.autograd.function"
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

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Return one tangent, or None, for each result of forward."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *arguments: Any) -> Any:
        """Compute on batches: the results and their dimensions."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *arguments: Any, **keywords: Any) -> Any:
        """Run forward without recording and record the whole as one node."""
        node = cls._backward_cls()
        Watched.watch(node)
        apart = _is_setup_context_defined(cls.setup_context)
        if apart:
            bound = inspect.signature(cls.forward).bind(*arguments, **keywords)
            bound.apply_defaults()
            arguments, keywords = bound.args, bound.kwargs
        elif keywords:
            arguments, keywords = positional(cls.forward, (node, *arguments), keywords)[1:], {}
        if Watched.levels:
            from .function_in_levels import apply_in_levels, check_transformable

            if Watched.transforms:
                check_transformable(cls)
            if stands_for_others(arguments):
                return apply_in_levels(cls, arguments)
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
        dirty_tensors, constants = checked_marks(node)
        if any(all(each is not one for one in results) for each in dirty_tensors):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        node.outputs = max(1, len(results))
        node.made = [(each._data.shape, each._data.dtype) if isinstance(each, Tensor) else None for each in results]
        attached: list[Any] = []
        for number, each in enumerate(results):
            if not isinstance(each, Tensor):
                attached.append(each)
                continue
            dirty = any(each is one for one in dirty_tensors)
            is_input = any(each is one for one in inputs)
            constant = (
                not recording or any(each is one for one in constants) or each._data.dtype.kind not in "fcV"
            )
            if dirty:
                each._bump()
                if not is_input:
                    warnings.warn(
                        "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been "
                        "mutated should be passed to ctx.mark_dirty().",
                        UserWarning,
                        stacklevel=3,
                    )
                if not constant:
                    if each._node is LEAF:
                        raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
                    check_write(each)
            if constant and each._node is not None and (is_input or not dirty):
                if is_input:
                    each = each.detach()
                elif each._base is None:
                    each._node = None
            elif is_input and not dirty:
                with no_grad():
                    each = each.view_as(each)  # type: ignore[attr-defined]
            if not (is_input and dirty) and each._base is not None:
                each._created = "function"
            if not constant:
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
                    own_result = records.keep_result(each)
                    own_result.output_nr = place or 0
                    kept.append(own_result)
                else:
                    kept.append(each)
            node.kept = tuple(kept)
            note(node)
        if recording:
            node.to_save = node.dirty_tensors = node.non_differentiable = None
        several = sum(each._node is not None for each in attached if isinstance(each, Tensor)) > 1
        if recording and several:
            for each in attached:
                if isinstance(each, Tensor) and each._created == "function":
                    each._created = "several"
        return tuple(attached)


def checked_marks(node: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What was marked dirty and what without gradient; RuntimeError for what is no tensor."""
    if node.to_save is not None and not isinstance(node.to_save, tuple):
        raise RuntimeError("autograd internal error: to_save attribute is expected to be a tuple but is ")
    dirty, constant = node.dirty_tensors or (), node.non_differentiable or ()
    if not all(isinstance(each, Tensor) for each in dirty):
        raise RuntimeError("mark_dirty can only accept variables, but argument ")
    if not all(isinstance(each, Tensor) for each in constant):
        raise RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")
    return dirty, constant


def _is_setup_context_defined(function: Callable[..., Any]) -> bool:
    """Whether a function's ``setup_context`` is its own."""
    return function is not Function.setup_context


class InplaceFunction(Function):
    """Kept for its name: a function with a flag."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class NestedIOFunction(Function):
    """Kept for its name, as torch keeps it: its calls fail for want of what they once stood on."""

    @property
    def saved_tensors(self) -> Any:
        return super().saved_tensors  # type: ignore[misc]

    def _do_forward(self, *input: Any) -> Any:
        return super()._do_forward(*input)  # type: ignore[misc]

    __call__ = _do_forward

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Any:
        nested = ctx._nested_input
        return ctx.forward_extended(*nested)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        nested = ctx._nested_output
        return ctx.backward_extended(*nested)

    def forward_extended(self, *input: Any) -> None:
        raise NotImplementedError

    def backward_extended(self, *grad_output: Any) -> None:
        raise NotImplementedError


OF_FUNCTIONS = (
    "_autograd_function_id", "_compiled_autograd_backward_state", "_compiled_autograd_key", "_forward_cls",
    "_get_compiled_autograd_symints", "_get_user_fn", "_is_pure_view", "_materialize_non_diff_grads",
    "_raw_saved_tensors", "_register_hook", "apply", "apply_boxed", "apply_jvp", "dirty_tensors", "mark_dirty",
    "mark_non_differentiable", "mark_shared_storage", "materialize_grads", "maybe_clear_saved_tensors",
    "needs_input_grad", "non_differentiable", "save_for_backward", "save_for_forward", "saved_for_forward",
    "saved_tensors", "saved_variables", "set_materialize_grads", "to_save", "__dict__", "__module__", "__weakref__",
)
"""What the step of a user's function shows beside what every step does."""

for _class in (FunctionCtx, _HookMixin, BackwardCFunction, FunctionMeta, Function, InplaceFunction, NestedIOFunction):
    _class.__module__ = "torch.autograd.function"
copyreg.pickle(FunctionMeta, reduced_class)  # type: ignore[arg-type]
