"""Reverse mode: gradients, and products of vectors with Jacobians."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

from .._core.batching import Batched, Level, levels, lifted, wrap_level
from .._core.duals import Dual, Marker, give, settle_all
from .._core.forms import FUNCTIONS
from .._core.graph import LEAF, Node, next_order
from .._core.modes import enable_grad, mode
from .._core.pytree import tree_flatten, tree_map, tree_unflatten
from .._core.tensor import Tensor
from ..autograd.in_levels import carried, gradient_of, gradients_given
from .levels import opened, wraps_any


def innermost(x: Any) -> Tensor:
    """The tensor at the heart of a batched one: the one that is recorded."""
    while isinstance(x, Batched):
        x = x._value
    return x


def rewrapped(value: Tensor, like: Any) -> Tensor:
    """``value``, which belongs to the heart of ``like``, batched as that is."""
    if not isinstance(like, Batched):
        return value
    return wrap_level(rewrapped(value, like._value), like._dim, like._level)


def without_history(x: Tensor) -> Tensor:
    """The same tensor with no history, its tangents and what hides it as they are."""
    if isinstance(x, Batched):
        return wrap_level(without_history(x._value), x._dim, x._level)
    if isinstance(x, Dual):
        tangents = dict(x._tangents)
        made = x.detach()
        for level, tangent in tangents.items():
            give(made, level, without_history(tangent))
        return made
    return x.detach()


def entered(x: Any, level: Level) -> Tensor:
    """An argument as the function to differentiate gets it: recorded from here on, one for each example."""
    if not isinstance(x, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
    if not (x.is_floating_point() or x.is_complex()):
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    for each in levels.stack:
        if each.kind == "vmap" and not each.inner and each.number not in levels_of(x):
            x = wrap_level(x.expand(each.size, *x.shape), 0, each.number)
    source = innermost(x)
    node = source._node
    alias = without_history(source)
    alias._node = Marker(source if node is LEAF else node)
    level.entered.append(alias._node)
    return rewrapped(alias, x)


def entered_at(
    places: Sequence[int], arguments: Sequence[Any], level: Level
) -> tuple[list[Any], list[list[Tensor]], list[Any]]:
    """The arguments with those at ``places`` entered; the tensors of each of these, and how they stand in it."""
    given = [tree_flatten(arguments[place]) for place in places]
    leaves = [[entered(each, level) for each in found] for found, _ in given]
    changed = list(arguments)
    for place, own, (_, spec) in zip(places, leaves, given, strict=True):
        changed[place] = tree_unflatten(own, spec)
    return changed, leaves, [spec for _, spec in given]


def levels_of(x: Any) -> set[int]:
    """The levels at which ``x`` is batched."""
    found = set()
    while isinstance(x, Batched):
        found.add(x._level)
        x = x._value
    return found


def leads_outside(roots: Sequence[Tensor], start: float) -> bool:
    """Whether some history goes on before the arguments were entered."""
    stack = [root._node for root in roots]
    visited = set()
    while stack:
        node = stack.pop()
        if node is None or id(node) in visited:
            continue
        if not isinstance(node, Node) or node.order > start:
            return True
        visited.add(id(node))
        stack.extend(node.edges)
    return False


def gradients_at(
    roots: Sequence[Tensor], weights: Sequence[Any], arguments: Sequence[Tensor], create: bool, keep: bool = True
) -> list[Any]:
    """The gradients of the roots at the arguments, None where there is none.

    What is recorded is recorded for all examples at once, so hidden dimensions of the roots are shown first.
    """
    hearts, given = [], []
    for root, weight in zip(roots, weights, strict=True):
        while isinstance(root, Batched):
            number, size = root._level, root._value.shape[root._dim]
            if weight is not None:
                shown = lifted(weight, number)
                weight = weight.expand(size, *weight.shape) if shown is None else shown
            root = lifted(root, number)  # type: ignore[assignment]
        if root._node is not None:
            hearts.append(root)
            given.append(weight)
    if not hearts:
        return [None] * len(arguments)
    entries = [root if root._node is LEAF else root._node for root in hearts]
    wanted = [innermost(each)._node for each in arguments]
    captured = carried(entries, gradients_given(hearts, given), keep, create, inputs=wanted).captured
    found = [captured[each] for each in wanted]
    return [None if each is None else rewrapped(each, like) for each, like in zip(found, arguments, strict=True)]


class Reverse:
    """A call of a function whose arguments were entered: its results, and the way back from them."""

    def __init__(self, arguments: Sequence[Tensor], start: float, outside: bool) -> None:
        self.arguments, self.start, self.outside = arguments, start, outside

    def gradients(
        self, roots: Sequence[Tensor], weights: Sequence[Any], settle: bool = True, keep: bool = True
    ) -> list[Tensor]:
        """The gradients at the arguments, zeros where there is none, with the history that leads outside."""
        found = gradients_at(roots, weights, self.arguments, self.outside, keep)
        made = []
        for gradient, x in zip(found, self.arguments, strict=True):
            if gradient is None:
                gradient = FUNCTIONS["zeros_like"](without_history(x))
            if settle:
                self.leave(gradient)
            made.append(gradient)
        return made

    def leave(self, x: Tensor) -> Tensor:
        """Cut what leads nowhere from a history."""
        settle_all(innermost(x), self.start, self.outside)
        return x


def chosen(argnums: Any, arguments: tuple[Any, ...]) -> tuple[int, ...]:
    """The places that ``argnums`` names; RuntimeError where it names none, or one that there is not."""
    if not isinstance(argnums, (int, tuple)) or (
        isinstance(argnums, tuple) and not all(isinstance(each, int) for each in argnums)
    ):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    places = (argnums,) if isinstance(argnums, int) else argnums
    if not places:
        raise RuntimeError("argnums must be non-empty")
    for each in places:
        if not -len(arguments) <= each < len(arguments):
            raise RuntimeError(f"Got argnum={each}, but only {len(arguments)} positional inputs")
    places = tuple(each % len(arguments) for each in places)
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return places


def grad(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the gradient of ``func``, which returns a scalar, by the arguments ``argnums`` counts."""
    with_value = grad_and_value(func, argnums, has_aux)

    @wraps_any(func)
    def wrapper(*arguments: Any, **keywords: Any) -> Any:
        found, value = with_value(*arguments, **keywords)
        return (found, value[1]) if has_aux else found

    return wrapper


def grad_and_value(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The same, beside the value of ``func``."""

    @wraps_any(func)
    def wrapper(*arguments: Any, **keywords: Any) -> Any:
        places = chosen(argnums, arguments)
        outside = mode.enabled
        with opened("grad", func=func) as level, enable_grad():
            start = next_order()
            changed, leaves, specs = entered_at(places, arguments, level)
            made = func(*changed, **keywords)
            aux = None
            if has_aux:
                if not isinstance(made, tuple) or len(made) != 2:
                    raise RuntimeError(
                        "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is "
                        "True"
                    )
                made, aux = made
                check_aux(aux)
            if not isinstance(made, Tensor):
                raise RuntimeError(
                    f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(made)}"
                )
            if made.dim():
                raise RuntimeError(
                    "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
                    f"{made.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
            flat = [each for own in leaves for each in own]
            root = innermost(made)
            reverse = Reverse(flat, start, outside and leads_outside([root], start))
            reverse.arguments = flat
            found = reverse.gradients([made], [gradient_of(0, made, None) if made.requires_grad else None])
        value = left(made, start, reverse.outside)
        aux = tree_map(lambda each: left(each, start, reverse.outside), aux)
        parts = iter(found)
        results = tuple(
            tree_unflatten([next(parts) for _ in own], spec) for own, spec in zip(leaves, specs, strict=True)
        )
        return (results[0] if isinstance(argnums, int) else results), (value, aux) if has_aux else value

    return wrapper


def left(x: Any, start: float, outside: bool, settle: bool = True) -> Any:
    """A result as it leaves a transform: with the history that it has outside; the way back may still need the rest."""
    if not isinstance(x, Tensor) or innermost(x)._node is None:
        return x
    if not outside:
        return without_history(x)
    if settle:
        settle_all(innermost(x), start, True)
    return x


def tensors_only(values: Sequence[Any], api: str, call: str) -> None:
    """RuntimeError where a function returned something else than tensors."""
    for each in values:
        if not isinstance(each, Tensor):
            raise RuntimeError(
                f"{api}: expected {call} to return only tensors, got unsupported type {type(each)}"
            )


def split_aux(made: Any, api: str) -> tuple[Any, Any]:
    """Output and the rest of what a function returned."""
    if not isinstance(made, tuple) or len(made) != 2:
        raise RuntimeError(f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return made


def check_aux(aux: Any) -> None:
    """RuntimeError where something else than tensors leaves a transform beside its results."""
    for each in tree_flatten(aux)[0]:
        if not isinstance(each, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(each)}")


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of ``func``, and the function that multiplies with its Jacobian from the left."""
    return vjp_of(func, primals, tuple(range(len(primals))), has_aux, always_tuple=True)


def vjp_of(
    func: Callable[..., Any], primals: tuple[Any, ...], places: tuple[int, ...], has_aux: bool = False,
    always_tuple: bool = False,
) -> Any:
    """``vjp`` by some of the arguments."""
    outside = mode.enabled
    with opened("grad", func=func) as level, enable_grad():
        start = next_order()
        changed, leaves, specs = entered_at(places, primals, level)
        made = func(*changed)
        aux = None
        if has_aux:
            made, aux = split_aux(made, "vjp(f, *primals)")
            check_aux(aux)
        outputs, out_spec = tree_flatten(made)
        if not outputs or outputs == [None]:
            raise RuntimeError(
                f"vjp(f, *primals): Expected f to be a function that has non-empty output (got output = {outputs})"
            )
        tensors_only(outputs, "vjp(f, *primals)", "f(*primals)")
    flat = [each for own in leaves for each in own]
    reverse = Reverse(flat, start, outside and leads_outside([innermost(each) for each in outputs], start))
    shown = [shown_outside(each, reverse.outside) for each in outputs]

    def wrapper(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        weights, spec = tree_flatten(cotangents)
        if spec != out_spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {spec.text()}, primal output: {out_spec.text()}"
            )
        keep = bool(index(retain_graph))
        weights = [gradient_of(place, *pair) for place, pair in enumerate(zip(outputs, weights, strict=True))]
        create = mode.enabled if create_graph is None else create_graph
        deep = create and (reverse.outside or any(innermost(each)._node is not None for each in weights))
        with opened("grad"):
            # The way back stays as it is: it may be gone again.
            found = Reverse(flat, start, deep).gradients(outputs, weights, settle=False, keep=keep)
        parts = iter(found)
        results = tuple(
            tree_unflatten([next(parts) for _ in own], each) for own, each in zip(leaves, specs, strict=True)
        )
        return results if always_tuple or len(results) > 1 else results[0]

    wrapper.__qualname__ = "_vjp_with_argnums.<locals>.wrapper"
    value = tree_unflatten(shown, out_spec)
    if has_aux:
        return value, wrapper, tree_map(lambda each: left(each, start, reverse.outside, settle=False), aux)
    return value, wrapper


def shown_outside(x: Tensor, outside: bool) -> Tensor:
    """A result beside its way back: the way needs the history, the result shows it only where it leads outside."""
    return x if outside or innermost(x)._node is None else without_history(x)
