"""Users' functions on dual and on batched tensors: their ``jvp``, and their ``vmap`` or the loop over examples."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._core.batching import Batched, Call, lifted, one_by_one, size_at, top_level, wrap_level
from .._core.batching import levels as open_levels
from .._core.duals import Dual, forward, give, keep_tangents, stripped, take, tangent_of
from .._core.forms import FUNCTIONS
from .._core.modes import mode
from .._core.tensor import Tensor
from .._core.transforms import tensors_in
from .forward_ad import set_forward_gradient

NOTES = "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"


class VmapInfo(NamedTuple):
    """What a user's ``vmap`` is told: how many examples there are, and how random numbers come."""

    batch_size: int
    randomness: str


def check_transformable(function: Any) -> None:
    """RuntimeError for a function in the old style inside a transform of ``torch.func``."""
    from .function import Function

    if function.setup_context is Function.setup_context:
        raise RuntimeError(
            "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must "
            f"override the setup_context staticmethod. {NOTES}"
        )


def apply_in_levels(function: Any, arguments: tuple[Any, ...]) -> Any:
    """``apply`` where some argument stands for others."""
    if any(isinstance(each, Batched) for each in tensors_in(arguments)):
        return apply_batched(function, arguments)
    return apply_dual(function, arguments)


def apply_batched(function: Any, arguments: tuple[Any, ...]) -> Any:
    """By the user's own rule, or example by example where the rule is to be made."""
    from .function import Function

    own = function.vmap is not Function.vmap
    if function.generate_vmap_rule and own:
        raise RuntimeError(
            f"You tried to vmap over {function.__name__}, but it has both generate_vmap_rule=True and an overridden "
            f"vmap staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to "
            f"avoid ambiguity. {NOTES}"
        )
    if not function.generate_vmap_rule and not own:
        raise RuntimeError(
            f"You tried to vmap over {function.__name__}, but it does not have vmap support. Please override and "
            f"implement the vmap staticmethod or set generate_vmap_rule=True. {NOTES}"
        )
    level = top_level(arguments)
    size = size_at(arguments, level)
    if not own:
        return one_by_one(Call(function.__name__, function.apply, level, size), arguments, {})
    dims = tuple([0 if isinstance(each, Tensor) and lifted(each, level) is not None else None for each in arguments])
    given = [
        each if dim is None else lifted(each, level) for each, dim in zip(arguments, dims, strict=True)
    ]
    randomness = next(each.randomness for each in open_levels.stack if each.number == level)
    made = function.vmap(VmapInfo(size, randomness), dims, *given)
    if not isinstance(made, tuple) or len(made) != 2:
        raise RuntimeError(
            "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree structure "
            "compatible with the output."
        )
    outputs, out_dims = made
    if isinstance(outputs, tuple):
        places = out_dims if isinstance(out_dims, tuple) else (out_dims,) * len(outputs)
        return tuple([
            each if dim is None else wrap_level(each, dim, level) for each, dim in zip(outputs, places, strict=True)
        ])
    return outputs if out_dims is None else wrap_level(outputs, out_dims, level)


def apply_dual(function: Any, arguments: tuple[Any, ...]) -> Any:
    """On the tensors without their tangents, and ``jvp`` on these; zeros stand for tangents that are not there."""
    duals = list({id(each): each for each in arguments if isinstance(each, Dual)}.values())
    if not forward.enabled or mode.inference:
        return stripped(lambda: function.apply(*arguments), duals)
    level = max(max(each._tangents) for each in duals)
    held = [(each, take(each, level)) for each in duals if tangent_of(each, level) is not None]
    made: list[Any] = []
    plain = function._backward_cls

    def make() -> Any:
        made.append(plain())
        return made[-1]

    function._backward_cls = make
    try:
        outputs = function.apply(*arguments)
        function._backward_cls = plain
        known = {id(each): tangent for each, tangent in held}
        tangents = [
            None if not isinstance(each, Tensor)
            else known[id(each)] if id(each) in known
            else FUNCTIONS["zeros_like"](each.detach()) if made[0]._materializes and each.is_floating_point()
            else None
            for each in arguments
        ]
        ctx = made[0]
        ahead = ctx.saved_for_forward
        before = ctx.kept, ctx.to_save
        if ahead is not None:
            ctx.kept, ctx.to_save = (), ahead
        try:
            slopes = function.jvp(ctx, *tangents)
        finally:
            ctx.kept, ctx.to_save = before
    finally:
        function._backward_cls = plain
        for each, tangent in held:
            assert tangent is not None
            give(each, level, tangent)
    results = outputs if isinstance(outputs, tuple) else (outputs,)
    slopes = slopes if isinstance(slopes, tuple) else (slopes,)
    if len(slopes) != len(results):
        raise RuntimeError(
            f"Function's jvp returned an invalid number of forward gradients (expected {len(results)} but got "
            f"{len(slopes)})"
        )
    for place, (out, slope) in enumerate(zip(results, slopes, strict=True)):
        if slope is not None and not isinstance(slope, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(slope).__name__}) for grad output {place}.")
        if slope is not None and isinstance(out, Tensor) and (out.is_floating_point() or out.is_complex()):
            set_forward_gradient(out, slope, level)
            keep_tangents(out)
    return outputs
