"""Functions that turn functions into their derivatives, and into functions of many examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ._core.absent import room as _room
from ._core.batch_rules import guard_random
from ._core.batching import Batched, Level, levels, lifted, wrap_level
from ._core.duals import Dual, Marker, close, forward, give, settle_all, take, tangent_of
from ._core.forms import FUNCTIONS
from ._core.graph import LEAF, Node, next_order
from ._core.modes import enable_grad, mode, no_grad
from ._core.pytree import TreeSpec, broadcast_to_spec, tree_flatten, tree_map, tree_unflatten
from ._core.recording import tensors
from ._core.tensor import Tensor
from ._core.transforms import level_closed, level_opened
from .autograd.in_levels import carried, gradient_of, gradients_given

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
    "stack_module_state", "vjp", "vmap",
]

RANDOMNESS = ("error", "different", "same")


def name_of(func: Any) -> str:
    """A function as messages name it."""
    return func.__name__ if hasattr(func, "__name__") else repr(func)


class opened:
    """A block with one transform more open, as its level."""

    def __init__(self, kind: str, size: int = 0, randomness: str = "error", inner: bool = False) -> None:
        self.level = Level(kind, len(levels.stack) + 1, size, randomness, inner)

    def __enter__(self) -> Level:
        levels.stack.append(self.level)
        level_opened(transform=not self.level.inner)
        if self.level.kind == "vmap":
            guard_random()
        if self.level.kind == "jvp":
            forward.members[self.level.number] = []
        return self.level

    def __exit__(self, *exception: Any) -> None:
        levels.stack.remove(self.level)
        level_closed(transform=not self.level.inner)
        if self.level.kind == "jvp":
            close(self.level.number)


# ---- reverse mode


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
    roots: Sequence[Tensor], weights: Sequence[Any], arguments: Sequence[Tensor], create: bool
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
    captured = carried(entries, gradients_given(hearts, given), True, create, inputs=wanted).captured
    found = [captured[each] for each in wanted]
    return [None if each is None else rewrapped(each, like) for each, like in zip(found, arguments, strict=True)]


class Reverse:
    """A call of a function whose arguments were entered: its results, and the way back from them."""

    def __init__(self, arguments: Sequence[Tensor], start: float, outside: bool) -> None:
        self.arguments, self.start, self.outside = arguments, start, outside

    def gradients(self, roots: Sequence[Tensor], weights: Sequence[Any], settle: bool = True) -> list[Tensor]:
        """The gradients at the arguments, zeros where there is none, with the history that leads outside."""
        found = gradients_at(roots, weights, self.arguments, self.outside)
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
    def gradient(*arguments: Any, **keywords: Any) -> Any:
        found, value = with_value(*arguments, **keywords)
        return (found, value[1]) if has_aux else found

    return gradient


def wraps_any(func: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``functools.wraps`` for whatever can be called."""
    return wraps(func) if hasattr(func, "__name__") else lambda function: function


def grad_and_value(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The same, beside the value of ``func``."""

    @wraps_any(func)
    def gradient_and_value(*arguments: Any, **keywords: Any) -> Any:
        places = chosen(argnums, arguments)
        outside = mode.enabled
        with opened("grad") as level, enable_grad():
            start = next_order()
            given = [tree_flatten(arguments[place]) for place in places]
            leaves = [[entered(each, level) for each in found] for found, _ in given]
            changed = list(arguments)
            for place, own, (_, spec) in zip(places, leaves, given, strict=True):
                changed[place] = tree_unflatten(own, spec)
            made = func(*changed, **keywords)
            aux = None
            if has_aux:
                if not isinstance(made, tuple) or len(made) != 2:
                    raise RuntimeError(
                        "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is "
                        "True"
                    )
                made, aux = made
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
        results = tuple(tree_unflatten([next(parts) for _ in own], spec) for own, (_, spec) in
                        zip(leaves, given, strict=True))
        return (results[0] if isinstance(argnums, int) else results), (value, aux) if has_aux else value

    return gradient_and_value


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


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of ``func``, and the function that multiplies with its Jacobian from the left."""
    return _vjp(func, primals, tuple(range(len(primals))), has_aux, always_tuple=True)


def _vjp(
    func: Callable[..., Any], primals: tuple[Any, ...], places: tuple[int, ...], has_aux: bool = False,
    always_tuple: bool = False,
) -> Any:
    """``vjp`` by some of the arguments."""
    outside = mode.enabled
    with opened("grad") as level, enable_grad():
        start = next_order()
        given = [tree_flatten(primals[place]) for place in places]
        leaves = [[entered(each, level) for each in found] for found, _ in given]
        changed = list(primals)
        for place, own, (_, spec) in zip(places, leaves, given, strict=True):
            changed[place] = tree_unflatten(own, spec)
        made = func(*changed)
        aux = None
        if has_aux:
            made, aux = split_aux(made, "vjp(f, *primals)")
        outputs, out_spec = tree_flatten(made)
        if not outputs:
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
        weights = [gradient_of(place, *pair) for place, pair in enumerate(zip(outputs, weights, strict=True))]
        create = mode.enabled if create_graph is None else create_graph
        deep = create and (reverse.outside or any(innermost(each)._node is not None for each in weights))
        with opened("grad"):
            # The way back stays as it is: it may be gone again.
            found = Reverse(flat, start, deep).gradients(outputs, weights, settle=False)
        parts = iter(found)
        results = tuple(
            tree_unflatten([next(parts) for _ in own], each) for own, (_, each) in zip(leaves, given, strict=True)
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


# ---- forward mode


def entered_forward(x: Tensor, tangent: Tensor, level: int) -> Tensor:
    """``x`` with a tangent: at the heart, with the hidden dimensions of ``x`` shown in the tangent."""
    if isinstance(x, Batched):
        size = x._value.shape[x._dim]
        shown = lifted(tangent, x._level)
        shown = tangent.expand(size, *tangent.shape) if shown is None else shown
        if x._dim:
            shown = shown.movedim(0, x._dim)
        return wrap_level(entered_forward(x._value, shown, level), x._dim, x._level)
    if tangent.shape != x.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    return give(x.view_as(x), level, tangent)


def unpacked_forward(x: Tensor, level: int) -> tuple[Tensor, Tensor | None]:
    """A result without its tangent of a level, and that tangent, batched as the result is."""
    if isinstance(x, Batched):
        primal, tangent = unpacked_forward(x._value, level)
        return wrap_level(primal, x._dim, x._level), None if tangent is None else wrap_level(tangent, x._dim, x._level)
    tangent = tangent_of(x, level)
    if tangent is None:
        return x, None
    alias = x.view_as(x)
    take(alias, level)
    return alias, tangent


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """The value of ``func`` and its Jacobian times ``tangents``, in forward mode."""
    return _jvp(func, primals, tangents, strict, has_aux)


def _jvp(
    func: Callable[..., Any], primals: Any, directions: Any, strict: bool = False, has_aux: bool = False,
    places: tuple[int, ...] | None = None,
) -> Any:
    """``jvp`` by some of the arguments."""
    if not isinstance(primals, tuple):
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    varied = primals if places is None else tuple(primals[place] for place in places)
    flat, spec = tree_flatten(varied)
    flat_directions, other = tree_flatten(directions)
    if spec != other:
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. For example, "
            f"if primals is a tuple of 3 tensors, tangents also must be. Got primals with structure {spec} and "
            f"tangents with structure {other}"
        )
    for word, values in (("primals", flat), ("tangents", flat_directions)):
        if not values:
            raise RuntimeError(f"jvp(f, primals, tangents): Expected {word} to contain at least one Tensor.")
        for each in values:
            if not isinstance(each, Tensor):
                raise RuntimeError(
                    f"jvp(f, primals, tangents): Expected {word} to only contain Tensors, got {type(each)}"
                )
    previous, forward.enabled = forward.enabled, True
    try:
        with opened("jvp") as level:
            for word, values in (("primal", flat), ("tangent", flat_directions)):
                for each in values:
                    if not (each.is_floating_point() or each.is_complex()):
                        raise ValueError(f"Expected {word} to be floating point or complex, but got: {each.dtype}")
            duals = [entered_forward(x, t, level.number) for x, t in zip(flat, flat_directions, strict=True)]
            arguments = tree_unflatten(duals, spec)
            if places is not None:
                changed = list(primals)
                for place, each in zip(places, arguments, strict=True):
                    changed[place] = each
                arguments = tuple(changed)
            made = func(*arguments)
            aux = None
            if has_aux:
                made, aux = split_aux(made, "jvp(f, primals, tangents)")
                aux = tree_map(
                    lambda each: unpacked_forward(each, level.number)[0] if isinstance(each, Tensor) else each, aux
                )
            outputs, out_spec = tree_flatten(made)
            tensors_only(outputs, "jvp(f, primals, tangents)", "f(*primals)")
            values, slopes = [], []
            for each in outputs:
                primal, tangent = unpacked_forward(each, level.number)
                if tangent is None:
                    if strict:
                        raise RuntimeError(
                            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. "
                            "This is not allowed with strict=True."
                        )
                    tangent = FUNCTIONS["zeros_like"](primal)
                values.append(primal)
                slopes.append(tangent)
    finally:
        forward.enabled = previous
    results = tree_unflatten(values, out_spec), tree_unflatten(slopes, out_spec)
    return (*results, aux) if has_aux else results


# ---- Jacobians


def numels(values: Sequence[Any]) -> list[int]:
    return [each.numel() for each in values]


def basis_of(values: Sequence[Tensor]) -> list[Tensor]:
    """For each tensor the unit vectors of all tensors together, as far as they lie in it: one row each."""
    total = sum(numels(values))
    made = []
    start = 0
    for each in values:
        count = each.numel()
        rows = FUNCTIONS["zeros"](total, count, dtype=each.dtype)
        rows._data[start : start + count] = FUNCTIONS["eye"](count, dtype=each.dtype)._data
        made.append(rows.view(total, *each.shape))
        start += count
    return made


def jacrev(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: bool = False,
    chunk_size: int | None = None, _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The function that gives the Jacobian of ``func``, row by row backward."""
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    def jacobian(*arguments: Any) -> Any:
        places = chosen(argnums, arguments)
        made = _vjp(func, arguments, places, has_aux, always_tuple=True)
        value, back = made[0], made[1]
        outputs, out_spec = tree_flatten(value)
        for each in outputs:
            if not (each.is_floating_point() or each.is_complex()):
                raise RuntimeError(
                    "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                    f"{each.dtype}"
                )
        rows = basis_of(outputs)
        columns_of = _vmapped(
            lambda *row: back(tree_unflatten(list(row), out_spec)), tuple(rows), chunk_size=chunk_size
        )
        flat_inputs, in_spec = tree_flatten(tuple(arguments[place] for place in places))
        columns = tree_flatten(columns_of)[0]
        per_output: list[list[Any]] = [[] for _ in outputs]
        for column, x in zip(columns, flat_inputs, strict=True):
            parts = column.split(numels(outputs), 0)
            for own, part, out in zip(per_output, parts, outputs, strict=True):
                own.append(part.view(*out.shape, *x.shape))
        results = []
        for own in per_output:
            structured = tree_unflatten(own, in_spec)
            results.append(structured[0] if isinstance(argnums, int) else structured)
        result = tree_unflatten(results, out_spec)
        return (result, made[2]) if has_aux else result

    return wraps_any(func)(jacobian)


def jacfwd(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """The function that gives the Jacobian of ``func``, column by column forward."""

    def jacobian(*arguments: Any) -> Any:
        places = chosen(argnums, arguments)
        varied = tuple(arguments[place] for place in places)
        inputs, in_spec = tree_flatten(varied)
        directions = basis_of(inputs)
        found: dict[str, Any] = {}

        def column(*direction: Any) -> Any:
            made = _jvp(func, arguments, tree_unflatten(list(direction), in_spec), False, has_aux, places)
            found["spec"] = tree_flatten(made[1])[1]
            return (made[1], made[2]) if has_aux else made[1]

        check_randomness(randomness)
        mapped_slopes = _vmapped(column, tuple(directions), randomness=randomness, inner=True)
        aux = None
        if has_aux:
            mapped_slopes, aux = mapped_slopes
            aux = tree_map(lambda each: each[0] if isinstance(each, Tensor) else each, aux)
        rows = tree_flatten(mapped_slopes)[0]
        results = []
        for row in rows:
            shape = tuple(row.shape)[1:]
            parts = row.split(numels(inputs), 0)
            own = [
                part.movedim(0, -1).reshape(*shape, *x.shape) for part, x in zip(parts, inputs, strict=True)
            ]
            structured = tree_unflatten(own, in_spec)
            results.append(structured[0] if isinstance(argnums, int) else structured)
        result = tree_unflatten(results, found["spec"])
        return (result, aux) if has_aux else result

    return wraps_any(func)(jacobian)


def hessian(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function that gives the Hessian of ``func``: forward over reverse."""
    return jacfwd(jacrev(func, argnums), argnums)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of ``func`` and the linear function that its Jacobian at ``primals`` is."""
    value = func(*primals)
    flat, spec = tree_flatten(primals)

    def jvp_fn(*directions: Any) -> Any:
        given, other = tree_flatten(directions)
        if other != spec:
            raise RuntimeError(f"Expected the tangents {other} to have the same argspec as the primals {spec}")
        for place, (x, t) in enumerate(zip(flat, given, strict=True)):
            for word in ("shape", "dtype"):
                if getattr(x, word) != getattr(t, word):
                    raise RuntimeError(
                        f"tangent:{place} with {word} {getattr(t, word)} in flattened pytree doesn't match the {word} "
                        f"{getattr(x, word)} of the corresponding primal."
                    )
        return _jvp(func, primals, directions)[1]

    jvp_fn.__qualname__ = "linearize.<locals>.jvp_fn"
    return value, jvp_fn


# ---- many examples


def check_randomness(randomness: Any) -> None:
    """RuntimeError for a word that does not say how random numbers come."""
    if randomness not in RANDOMNESS:
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}"
        )


def vmap(
    func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function of one example as a function of many, which lie along ``in_dims`` and come along ``out_dims``."""
    check_randomness(randomness)
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @wraps_any(func)
    def wrapped(*arguments: Any, **keywords: Any) -> Any:
        size, dims, flat, spec = batch_inputs(in_dims, arguments, func)
        if chunk_size is not None and size:
            return in_chunks(func, size, dims, flat, spec, out_dims, randomness, chunk_size, keywords)
        return mapped(func, size, dims, flat, spec, out_dims, randomness, keywords)

    wrapped.__qualname__ = "vmap.<locals>.wrapped" if not hasattr(func, "__name__") else wrapped.__qualname__
    return wrapped


def batch_inputs(in_dims: Any, arguments: tuple[Any, ...], func: Any) -> tuple[int, list[Any], list[Any], TreeSpec]:
    """How many examples there are, the dimension of each flat argument, these, and their structure."""
    name = name_of(func)
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{start}expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    if not arguments:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    flat, spec = tree_flatten(arguments)
    dims = broadcast_to_spec(in_dims, spec, lambda each: not isinstance(each, (tuple, list, dict)))
    if dims is None:
        other = tree_flatten(in_dims)[1]
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure {other} but "
            f"inputs has structure {spec}."
        )
    for place, (each, dim) in enumerate(zip(flat, dims, strict=True)):
        if not isinstance(dim, int) and dim is not None:
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if isinstance(dim, int) and not isinstance(each, Tensor):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but the input is of type {type(each)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if dim is not None and not -each.dim() <= dim < each.dim():
            raise ValueError(
                f"{start}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {each.dim()} so "
                f"expected in_dim to satisfy -{each.dim()} <= in_dim < {each.dim()}."
            )
        if dim is not None and dim < 0:
            dims[place] = dim % each.dim()
    sizes = [each.shape[dim] for each, dim in zip(flat, dims, strict=True) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return sizes[0], dims, flat, spec


def mapped(
    func: Callable[..., Any], size: int, dims: list[Any], flat: list[Any], spec: TreeSpec, out_dims: Any,
    randomness: str, keywords: dict[str, Any], inner: bool = False,
) -> Any:
    """``func`` once, on batched tensors."""
    with opened("vmap", size, randomness, inner) as level:
        given = [
            each if dim is None else wrap_level(each, dim, level.number) for each, dim in zip(flat, dims, strict=True)
        ]
        made = func(*tree_unflatten(given, spec), **keywords)
        return unwrapped(made, out_dims, level, func)


def unwrapped(made: Any, out_dims: Any, level: Level, func: Any) -> Any:
    """The results of all examples, each along its own dimension."""
    name = name_of(func)
    outputs, spec = tree_flatten(made)
    if isinstance(made, Tensor):
        if isinstance(out_dims, (int, type(None))):
            dims: Any = [out_dims]
        elif isinstance(out_dims, tuple) and len(out_dims) == 1:
            dims = list(out_dims)
        else:
            dims = None
    else:
        dims = broadcast_to_spec(out_dims, spec, lambda each: not isinstance(each, (tuple, list, dict)))
    if not all(isinstance(each, (int, type(None))) for each in tree_flatten(out_dims)[0]):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    results = []
    for each, dim in zip(outputs, dims, strict=True):
        if not isinstance(each, Tensor):
            if dim is None:
                results.append(each)
                continue
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(each)}. Did you mean to set "
                "out_dims= to None for output?"
            )
        whole = lifted(each, level.number)
        if dim is None:
            if whole is not None:
                raise ValueError(
                    f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None"
                )
            results.append(each)
            continue
        if isinstance(each, Batched) and each._level == level.number:
            places = each._value.dim()
            if not -places <= dim < places:
                raise IndexError(
                    f"Dimension out of range (expected to be in range of [{-places}, {places - 1}], but got {dim})"
                )
            results.append(each._value if dim % places == each._dim else each._value.movedim(each._dim, dim))
            continue
        if whole is None:
            sizes = list(each.shape)
            sizes.insert(dim, level.size)
            results.append(each.expand(sizes))
            continue
        results.append(whole if not dim else whole.movedim(0, dim))
    return tree_unflatten(results, spec)


def in_chunks(
    func: Callable[..., Any], size: int, dims: list[Any], flat: list[Any], spec: TreeSpec, out_dims: Any,
    randomness: str, chunk_size: int, keywords: dict[str, Any],
) -> Any:
    """The examples some at a time, the results joined."""
    state = FUNCTIONS["get_rng_state"]() if "get_rng_state" in FUNCTIONS else None
    results = []
    for start in range(0, size, chunk_size):
        count = min(chunk_size, size - start)
        part = [
            each if dim is None else each.narrow(dim, start, count) for each, dim in zip(flat, dims, strict=True)
        ]
        if state is not None and randomness == "same":
            FUNCTIONS["set_rng_state"](state)
        results.append(mapped(func, count, dims, part, spec, out_dims, randomness, keywords))
    flattened = [tree_flatten(each) for each in results]
    out_spec = flattened[0][1]
    places = broadcast_to_spec(out_dims, out_spec, lambda each: not isinstance(each, (tuple, list, dict)))
    assert places is not None
    joined = [
        parts[0] if dim is None else FUNCTIONS["cat"](list(parts), dim)
        for parts, dim in zip(zip(*[each for each, _ in flattened], strict=True), places, strict=True)
    ]
    return tree_unflatten(joined, out_spec)


def _vmapped(
    func: Callable[..., Any], given: tuple[Any, ...], randomness: str = "error", inner: bool = False,
    chunk_size: int | None = None,
) -> Any:
    """``vmap`` over the first dimensions, of the library's own functions; ``inner``: only tangents are batched."""
    size = given[0].shape[0] if given else 0
    flat, spec = tree_flatten(given)
    if not size:
        # No rows: one of zeros tells the shapes.
        flat = [FUNCTIONS["zeros"](1, *tuple(each.shape)[1:], dtype=each.dtype) for each in flat]
        made = mapped(func, 1, [0] * len(flat), flat, spec, 0, randomness, {}, inner)
        return tree_map(lambda each: each.narrow(0, 0, 0), made)
    if chunk_size is not None:
        return in_chunks(func, size, [0] * len(flat), flat, spec, 0, randomness, chunk_size, {})
    return mapped(func, size, [0] * len(flat), flat, spec, 0, randomness, {}, inner)


# ---- modules


def functional_call(
    module: Any, parameter_and_buffer_dicts: Any, args: Any = None, kwargs: dict[str, Any] | None = None, *,
    tie_weights: bool = True, strict: bool = False,
) -> Any:
    """Call a module with other tensors in place of its parameters and buffers, which are as before afterwards."""
    if isinstance(parameter_and_buffer_dicts, dict):
        given = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, Sequence):
        if not all(isinstance(each, dict) for each in parameter_and_buffer_dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        keys = [key for each in parameter_and_buffer_dicts for key in each]
        repeated = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
        if repeated:
            raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        given = {key: value for each in parameter_and_buffer_dicts for key, value in each.items()}
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    from .nn.modules.module import Module

    if not isinstance(module, Module):
        raise TypeError(f"Expected module to be nn.Module, got {type(module)}")
    own: dict[str, tuple[Any, str]] = {}
    for prefix, each in module.named_modules():
        for name in (*each._parameters, *each._buffers):
            own[f"{prefix}.{name}" if prefix else name] = (each, name)
    whole = dict(given)
    if tie_weights:
        tied: dict[int, list[str]] = {}
        for key, (each, name) in own.items():
            value = each._parameters.get(name, each._buffers.get(name))
            if value is not None:
                tied.setdefault(id(value), []).append(key)
        for names in tied.values():
            present = [name for name in names if name in given]
            if len(names) > 1 and present:
                for name in names:
                    whole.setdefault(name, given[present[0]])
    unexpected = [key for key in given if key not in own]
    missing = [key for key in own if key not in whole]
    if strict and (unexpected or missing):
        raise RuntimeError(key_errors(module, unexpected, missing))
    held = []
    try:
        for key, value in whole.items():
            if key not in own:
                continue
            each, name = own[key]
            table = each._parameters if name in each._parameters else each._buffers
            held.append((table, name, table[name]))
            table[name] = value
        arguments = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*arguments, **(kwargs or {}))
    finally:
        for table, name, value in reversed(held):
            table[name] = value


def key_errors(module: Any, unexpected: list[str], missing: list[str]) -> str:
    """What ``strict`` says of keys too many and too few."""
    lines = []
    if unexpected:
        lines.append("Unexpected key(s): " + ", ".join(map(repr, unexpected)) + ".")
    if missing:
        lines.append("Missing key(s): " + ", ".join(map(repr, missing)) + ".")
    return f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(lines)


def stack_module_state(models: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of several models of one kind, each stacked along a new first dimension."""
    if not len(models):
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(each.training for each in models) or all(not each.training for each in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    kind = type(models[0])
    if not all(type(each) is kind for each in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    results = []
    for listed in ("named_parameters", "named_buffers"):
        names = [name for name, _ in getattr(models[0], listed)()]
        columns = [dict(getattr(each, listed)()) for each in models]
        made = {}
        for name in names:
            parts = [each[name] for each in columns]
            wanted = [each.requires_grad for each in parts]
            if any(wanted) and not all(wanted):
                raise RuntimeError(
                    f"Expected {listed.removeprefix('named_')} from each model to have the same .requires_grad"
                )
            if wanted[0]:
                with no_grad():
                    made[name] = tensors.stack([each.detach() for each in parts], 0)
                made[name]._node = LEAF
            else:
                made[name] = tensors.stack(parts, 0)
        results.append(made)
    return results[0], results[1]


__getattr__ = _room("torch.func", __name__)


def __dir__() -> list[str]:
    return sorted(__all__)
