"""The recorded graph from outside: its nodes and edges, hooks on several tensors, and hooks on what it saves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from .._core import saving
from .._core.absent import room as _room
from .._core.graph import LEAF, Node, Pass, RemovableHandle, accumulator_of, step_of
from .._core.tensor import Tensor
from .._core.views import edge_of

__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "get_gradient_edge",
    "increment_version", "region_activation_memory_budget", "register_multi_grad_hook", "save_on_cpu",
    "saved_tensors_hooks", "set_override_stale_capture_stream", "set_warn_on_accumulate_grad_stream_mismatch",
]


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor is computed: a node, and which of its results the tensor is."""

    node: Any
    output_nr: int
    ownership_token: Any = None


GradientEdge.__module__ = "torch.autograd.graph"


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge of a tensor; RuntimeError for one that requires no grad."""
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients"
        )
    node: Any = _get_grad_fn_or_grad_acc(tensor)
    if tensor._node is not LEAF:
        node.know(tensor)
    return GradientEdge(node, tensor.output_nr)


def _get_grad_fn_or_grad_acc(tensor: Tensor) -> Any:
    """The step that made ``tensor``, or a leaf's accumulator."""
    return accumulator_of(tensor) if tensor._node is LEAF else step_of(tensor)


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count a write that was made behind the engine's back."""
    if not isinstance(tensor, Tensor) and not hasattr(tensor, "__iter__"):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for each in (tensor,) if isinstance(tensor, Tensor) else tensor:
        if not isinstance(each, Tensor):
            raise RuntimeError("increment_version expects each element of the iterable to be a tensor")
        if not each.is_inference():
            each._bump()


class saved_tensors_hooks:
    """Within the block, what a recorded operation saves goes out by ``pack_hook`` and comes back by ``unpack_hook``."""

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        saving.push(self.pack_hook, self.unpack_hook)

    def __exit__(self, *exception: object) -> None:
        saving.pop()


class save_on_cpu(saved_tensors_hooks):
    """Keep copies of what is saved, as they would lie in the memory of the CPU."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: (tensor.device, tensor.cpu()), lambda packed: packed[1])


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Within the block, hooks on saved tensors are refused with this message."""
    before = saving.disable(error_message)
    try:
        yield
    finally:
        saving.disable(before)


class _AllowMutationOnSavedContext:
    """What ``allow_mutation_on_saved_tensors`` gives; it is over when its block is."""

    over = False

    def clear(self) -> None:
        self.over = True


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[_AllowMutationOnSavedContext]:
    """Within the block, backward uses saved values as they were, whatever is written to the tensors later."""
    context = _AllowMutationOnSavedContext()

    def pack(tensor: Tensor) -> Tensor:
        return tensor.clone()  # type: ignore[attr-defined]

    def unpack(tensor: Tensor) -> Tensor:
        if context.over:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return tensor

    with saved_tensors_hooks(pack, unpack):
        if saving.pairs.mutable:
            raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
        saving.pairs.mutable = True
        try:
            yield context
        finally:
            saving.pairs.mutable = False
            context.clear()


class _MultiHandle(RemovableHandle):
    """Removes several hooks at once."""

    def __init__(self, handles: Sequence[Any]) -> None:
        self.handles = tuple(handles)

    def remove(self) -> None:
        for each in self.handles:
            each.remove()

    def __enter__(self) -> _MultiHandle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., None], *, mode: str = "all"
) -> Any:
    """Call ``fn`` once a pass: with the gradients of all tensors (None for those not reached), or with the first.

    ValueError for a mode other than "all" and "any".
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    # Not the tensors: a hook that kept its own would keep it alive.
    edges = [edge_of(each) for each in tensors]
    if mode == "all" and any(each is None for each in edges):
        raise AssertionError("Expected gradient function to be set")
    lock = threading.Lock()
    waiting: dict[int, tuple[int, list[Any]]] = {}

    if mode == "any":
        called: set[int] = set()

        def first(gradient: Tensor) -> None:
            with lock:
                if Pass.serial() in called:
                    return
                called.add(Pass.serial())
            fn(gradient)

        return _MultiHandle([each.register_hook(first) for each in tensors if each.requires_grad])

    def hook_at(place: int) -> Callable[[Tensor], None]:
        def hook(gradient: Tensor) -> None:
            running = Pass.running()
            with lock:
                left, gradients = waiting.get(running.serial_number) or (
                    sum(map(running.reaches, edges)), [None] * len(edges)
                )
                gradients[place] = gradient
                waiting[running.serial_number] = left - 1, gradients
                if left > 1:
                    return
                del waiting[running.serial_number]
            fn(gradients)

        return hook

    return _MultiHandle([each.register_hook(hook_at(place)) for place, each in enumerate(tensors)])


def set_warn_on_accumulate_grad_stream_mismatch(enabled: bool) -> None:
    """Streams belong to accelerators, which the CPU has not: no effect."""


def set_override_stale_capture_stream(enabled: bool) -> None:
    """Streams belong to accelerators, which the CPU has not: no effect."""


def region_activation_memory_budget(budget: float) -> None:
    """RuntimeError: there is no compiled region in which this could have an effect."""
    raise RuntimeError(
        "torch.autograd.graph.region_activation_memory_budget can only be used inside a torch.compile region; it has "
        "no effect in eager mode."
    )


__getattr__ = _room("torch.autograd.graph", __name__)
