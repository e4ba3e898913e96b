"""What lets a module's hooks see the gradients of its inputs and outputs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..._core.modes import mode
from ..._core.tensor import Tensor
from ...autograd.function import Function


class BackwardHookFunction(Function):
    """Passes everything on; its node stands between a module and the world."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Any:
        ctx.mark_non_differentiable(*[each for each in arguments if not each.requires_grad])
        return arguments

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class BackwardHook:
    """One call of a module: waits for the gradients of its outputs and of its inputs, then calls the hooks."""

    def __init__(
        self, module: Any, hooks: Sequence[Callable[..., Any]], pre_hooks: Sequence[Callable[..., Any]]
    ) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.outputs: Any = None
        self.places: list[int] | None = None
        self.count = 0

    def attach(self, step: Callable[[Any], None], values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[int] | None]:
        """Put a node behind the tensors among ``values`` and hand it to ``step``, if any of them is recorded."""
        places = [place for place, each in enumerate(values) if isinstance(each, Tensor)]
        tensors = [values[place] for place in places]
        if not mode.enabled or not any(each.requires_grad for each in tensors):
            return values, None
        made = BackwardHookFunction.apply(*tensors)
        nodes = [each.grad_fn for each in made if each.grad_fn is not None]
        if not nodes:
            raise RuntimeError(
                "Error while setting up backward hooks. Please open an issue with a code sample to reproduce this."
            )
        step(nodes[0])
        changed = list(values)
        for place, each in zip(places, made, strict=True):
            changed[place] = each
        return tuple(changed), places

    def full(self, count: int, places: Sequence[int], gradients: Sequence[Any]) -> tuple[Any, ...]:
        """The gradients at the places of their tensors, None elsewhere."""
        made: list[Any] = [None] * count
        for place, each in zip(places, gradients, strict=True):
            made[place] = each
        return tuple(made)

    def result_of(self, hook: Callable[..., Any], given: Any, count: int, what: str) -> Any:
        """What a hook returned, as a tuple of the right length; None where it returned nothing."""
        if given is None:
            return None
        given = given if isinstance(given, tuple) else (given,)
        if len(given) != count:
            raise RuntimeError(
                f"Backward {what} returned an invalid number of grad_{'output' if 'pre' in what else 'input'}, "
                f"got {len(given)}, but expected {count}"
            )
        return given

    def inputs(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments with their node before them."""

        def step(node: Any) -> None:
            def after(given: tuple[Any, ...], came: tuple[Any, ...]) -> Any:
                if self.outputs is None:
                    # Only the inputs take part in this pass.
                    return None
                gradients = self.full(len(arguments), places or (), given)
                for hook in self.hooks:
                    changed = self.result_of(hook, hook(self.module, gradients, self.outputs), len(arguments), "hook")
                    if changed is not None:
                        gradients = changed
                self.outputs = None
                return tuple([gradients[place] for place in places or ()])

            node.register_hook(after)

        self.count = len(arguments)
        changed, places = self.attach(step, arguments)
        self.places = places
        return changed

    def results(self, result: Any) -> Any:
        """The results of the module with their node behind them."""
        several = isinstance(result, tuple)
        values = result if several else (result,)

        def step(node: Any) -> None:
            def after(given: tuple[Any, ...], came: tuple[Any, ...]) -> Any:
                gradients = self.full(len(values), places or (), came)
                for hook in self.pre_hooks:
                    changed = self.result_of(hook, hook(self.module, gradients), len(values), "pre hook")
                    if changed is not None:
                        gradients = changed
                self.outputs = gradients
                if self.places is None:
                    warnings.warn(
                        "Full backward hook is firing when gradients are computed with respect to module outputs since "
                        "no inputs require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module."
                        "html#torch.nn.Module.register_full_backward_hook for more details.",
                        UserWarning,
                        stacklevel=5,
                    )
                    for hook in self.hooks:
                        changed = hook(self.module, (None,) * self.count, gradients)
                        if changed is not None and not (
                            isinstance(changed, tuple) and all(each is None for each in changed)
                        ):
                            raise RuntimeError(
                                "Backward hook for Modules where no input requires gradient should always "
                                "return None or "
                                "None for all gradients."
                            )
                    self.outputs = None
                return tuple([gradients[place] for place in places or ()])

            node.register_hook(after)

        changed, places = self.attach(step, values)
        return changed if several else changed[0]


FULL = "Please use register_full_backward_hook to get the documented behavior."
OLD = "is deprecated and will be removed in future versions. This hook will be missing some"


def watch_last_step(
    module: Any, hooks: Sequence[Callable[..., Any]], arguments: tuple[Any, ...], result: Any
) -> None:
    """Hooks of old see the gradients of the last step that a module recorded; a warning says what they miss."""
    first = result
    while not isinstance(first, Tensor):
        first = next(iter(first.values())) if isinstance(first, dict) else first[0]
    step = first.grad_fn
    if step is None:
        return
    for hook in hooks:
        step.register_hook(partial(hook, module))
    problem = what_is_missed(arguments, result, step)
    if problem is not None:
        warnings.warn(f"{problem} {FULL}", FutureWarning, stacklevel=4)


def what_is_missed(arguments: tuple[Any, ...], result: Any, step: Any) -> str | None:
    """Why a hook on the last step does not see all gradients of a module."""
    one = "Using a non-full backward hook"
    several = "Using non-full backward hooks on a Module that does not"
    results = result if isinstance(result, tuple) else (result,)
    if not all(isinstance(each, Tensor) for each in results):
        return f"{several} return a single Tensor or a tuple of Tensors {OLD} of the grad_output."
    if not all(isinstance(each, Tensor) for each in arguments):
        return f"{several} take as input a single Tensor or a tuple of Tensors {OLD} of the grad_input."
    steps = {each.grad_fn for each in results if each.grad_fn is not None}
    if len(steps) > 1 or (steps and step not in steps):
        return f"{one} when outputs are generated by different autograd Nodes {OLD} grad_output."
    given = {each.grad_fn for each in arguments if each.grad_fn is not None}
    if given != {each for each, _ in step.next_functions}:
        return f"{one} when the forward contains multiple autograd Nodes {OLD} grad_input."
    return None
