"""Batched tensors: what ``vmap`` shows a function of one example in place of many, and how operations meet them.

A ``Batched`` hides one dimension of its value. An operation that meets batched tensors looks for a rule
(``batch_rules``) that says how to do all examples at once; where there is none it is done example by example, and the
results are stacked. Levels count the open transforms; a value may itself be batched at lower levels, so that the
highest level lies outermost, and innermost an ordinary or a dual tensor, which records as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from . import errors
from .duals import Dual, give, stripped
from .kinds import Size
from .recording import tensors
from .tensor import Tensor
from .transforms import Transformed, attached, border, interpret, replaced, tensors_in, writes

new = object.__new__


class Level:
    """An open transform: what it does, and for ``vmap`` how many examples there are and how random numbers come."""

    def __init__(self, kind: str, number: int, size: int = 0, randomness: str = "error", inner: bool = False) -> None:
        self.kind, self.number, self.size, self.randomness, self.inner = kind, number, size, randomness, inner
        self.entered: list[Any] = []


class _Levels(threading.local):
    """The transforms open in this thread, the innermost last."""

    def __init__(self) -> None:
        self.stack: list[Level] = []

    def batched(self) -> list[Level]:
        """Those that are ``vmap``'s."""
        return [each for each in self.stack if each.kind == "vmap"]


levels = _Levels()


class Batched(Transformed):
    """One example of many: ``_value`` holds them all along dimension ``_dim``, which this tensor hides."""

    _value: Tensor
    _dim: int
    _level: int

    # ---- questions

    @property
    def shape(self) -> Size:
        sizes = tuple(self._value.shape)
        return tuple.__new__(Size, sizes[: self._dim] + sizes[self._dim + 1 :])

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[wrapped_dim(dim, self.dim())]

    def stride(self, dim: int | None = None) -> Any:
        steps = tuple(self._value.stride())
        steps = steps[: self._dim] + steps[self._dim + 1 :]
        return steps if dim is None else steps[dim]

    def dim(self) -> int:
        return self._value.dim() - 1

    ndimension = dim
    ndim = property(lambda self: self._value.dim() - 1)

    def numel(self) -> int:
        count = 1
        for each in self.shape:
            count *= each
        return count

    nelement = numel
    dtype = property(lambda self: self._value.dtype)  # type: ignore[assignment]
    requires_grad = property(lambda self: self._value.requires_grad)  # type: ignore[assignment]
    is_leaf = property(lambda self: self._value.is_leaf)  # type: ignore[assignment]
    grad_fn = property(lambda self: self._value.grad_fn)  # type: ignore[assignment]
    retains_grad = property(lambda self: False)  # type: ignore[assignment]
    grad = property(lambda self: None)  # type: ignore[assignment]
    itemsize = property(lambda self: self._value.itemsize)  # type: ignore[assignment]
    nbytes = property(lambda self: self.numel() * self._value.itemsize)  # type: ignore[assignment]

    @property
    def _node(self) -> Any:  # type: ignore[override]
        return self._value._node

    @_node.setter
    def _node(self, node: Any) -> None:
        self._value._node = node

    _shared = None
    _version = property(lambda self: 0)  # type: ignore[assignment]

    def element_size(self) -> int:
        return self._value.element_size()

    def is_floating_point(self) -> bool:
        return self._value.is_floating_point()

    def is_complex(self) -> bool:
        return self._value.is_complex()

    def is_signed(self) -> bool:
        return self._value.is_signed()

    def is_inference(self) -> bool:
        return False

    def is_contiguous(self, memory_format: Any = None) -> bool:
        value = self._value if not self._dim else self._value.movedim(self._dim, 0)
        return value.is_contiguous()

    def storage_offset(self) -> int:
        return self._value.storage_offset()

    def _is_view(self) -> bool:
        return False

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        if dtype is None:
            return self._value.type()
        return wrap_level(self._value.type(dtype), self._dim, self._level)

    def __len__(self) -> int:
        if not self.dim():
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Any:
        if not self.dim():
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        from .transform_printing import transformed_text

        return transformed_text(self)

    def __format__(self, specification: str) -> str:
        return object.__format__(self, specification)

    # ---- what cannot be done for many at once

    def item(self) -> Any:
        raise RuntimeError(
            "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
            "Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere "
            "inside PyTorch internals, please file a bug report."
        )

    def __float__(self) -> float:
        return self.item()

    def __int__(self) -> int:
        return self.item()

    def __index__(self) -> int:
        return self.item()

    def __complex__(self) -> complex:
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __bool__(self) -> bool:
        raise RuntimeError(
            "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
            "support that yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
        )

    def __contains__(self, element: Any) -> bool:
        return self.item()

    def is_nonzero(self) -> bool:
        return self.__bool__()

    def numpy(self, *, force: bool = False) -> Any:
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")

    def tolist(self) -> Any:
        return self.numpy()

    def data_ptr(self) -> int:
        return self.numpy()

    def __array__(self, dtype: Any = None) -> Any:
        return self.numpy()

    def storage(self) -> Any:
        raise NotImplementedError("Cannot access storage of BatchedTensorImpl")

    untyped_storage = storage

    @property  # type: ignore[misc]
    def data(self) -> Any:  # type: ignore[override]
        raise RuntimeError("accessing `data` under vmap transform is not allowed")

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        raise errors.requires_grad_in_transform()

    def backward(self, *arguments: Any, **keywords: Any) -> None:
        raise errors.backward_in_transform()

    def detach(self) -> Tensor:
        return wrap_level(self._value.detach(), self._dim, self._level)

    def _bump(self, times: int = 1) -> None:
        self._value._bump(times)


Batched.__module__ = "torch"
Batched.__name__ = Batched.__qualname__ = "Tensor"


def wrapped_dim(dim: int, count: int) -> int:
    """A dimension counted from the front; IndexError outside the range."""
    room = count or 1
    if not -room <= dim < room:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-room}, {room - 1}], but got {dim})")
    return dim + room if dim < 0 else dim


def wrap_level(value: Tensor, dim: int, level: int) -> Tensor:
    """``value`` with dimension ``dim`` hidden at a level; higher levels stay outside."""
    if isinstance(value, Batched) and value._level > level:
        # ``dim`` counts without the dimension that the value hides already.
        outer = value._dim
        whole_dim = dim + (dim >= outer)
        return wrap_level(wrap_level(value._value, whole_dim, level), outer - (whole_dim < outer), value._level)
    made = new(Batched)
    held = made.__dict__
    held["_value"], held["_dim"], held["_level"] = value, dim, level
    return made


def lifted(x: Tensor, level: int) -> Tensor | None:
    """``x`` with what it hides at a level as its first dimension; None where it hides nothing there."""
    if x.__class__ is Tensor:
        return None
    if isinstance(x, Batched):
        if x._level == level:
            value = x._value
            moved = value if not x._dim else value.movedim(x._dim, 0)
            return moved
        inner = lifted(x._value, level)
        return None if inner is None else wrap_level(inner, x._dim + 1, x._level)
    if isinstance(x, Dual):
        found = {number: lifted(tangent, level) for number, tangent in x._tangents.items()}
        if all(each is None for each in found.values()):
            return None
        size = next(each.shape[0] for each in found.values() if each is not None)
        tangents = x._tangents
        made = stripped(lambda: x.expand(size, *x.shape), [x])
        for number, tangent in found.items():
            give(made, number, tangents[number].expand(size, *x.shape) if tangent is None else tangent)
        return made
    return None


def top_level(values: Any) -> int:
    """The highest level at which some tensor among the arguments is batched."""
    return max((each._level for each in tensors_in(values) if isinstance(each, Batched)), default=0)


def size_at(values: Any, level: int) -> int:
    """How many examples there are at a level."""
    for each in tensors_in(values):
        if isinstance(each, Batched) and each._level == level:
            return each._value.shape[each._dim]
    raise AssertionError("no batched tensor at this level")


class Call:
    """One operation at one level: what rules ask."""

    __slots__ = ("function", "level", "name", "size")

    def __init__(self, name: str, function: Callable[..., Any], level: int, size: int) -> None:
        self.name, self.function, self.level, self.size = name, function, level, size

    def lift(self, x: Tensor) -> Tensor | None:
        """All examples of ``x``, along the first dimension; None where there is only one."""
        return lifted(x, self.level)

    def full(self, x: Tensor) -> Tensor:
        """The same, one tensor repeated for all examples."""
        found = lifted(x, self.level)
        return x.expand(self.size, *x.shape) if found is None else found

    def full_if(self, x: Tensor) -> Tensor:
        """All examples of ``x``, or ``x`` where there is only one."""
        found = lifted(x, self.level)
        return x if found is None else found

    def wrap(self, value: Tensor, dim: int = 0) -> Tensor:
        """A result of all examples as that of one."""
        return wrap_level(value, dim, self.level)

    def wrap_all(self, values: Any, dim: int = 0) -> Any:
        """The same for each tensor of a result."""
        return replaced(values, lambda each: wrap_level(each, dim, self.level))


def carry_out(name: str, function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
    """An operation of which some arguments are batched."""
    from . import batch_rules

    level = top_level((arguments, keywords))
    size = size_at((arguments, keywords), level)
    if all(each.number != level for each in levels.stack):
        raise RuntimeError(
            "Either your tensor may have escaped from inside a function being vmapped and this is a user error (see "
            "https://pytorch.org/functorch/stable/ux_limitations.html), or there is an internal functorch error in "
            "`gen_vmap_plumbing` Please file an issue if it looks like the latter"
        )
    call = Call(name, function, level, size)
    batch_rules.refuse(call, arguments, keywords)
    batch_rules.tell_of_fallback(call, arguments, keywords)
    if writes(name) and isinstance(arguments[0], Tensor):
        return batch_rules.write(call, arguments, keywords)
    rule = batch_rules.RULES.get(name)
    if rule is not None:
        made = rule(call, *arguments, **keywords)
        if made is not NotImplemented:
            return made
    return one_by_one(call, arguments, keywords)


def one_by_one(call: Call, arguments: Any, keywords: Any) -> Any:
    """The operation for each example, the results stacked."""
    if not call.size:
        raise RuntimeError(
            "The fallback path does not support vmap over dims of size 0. Please file an issue at "
            "https://github.com/pytorch/pytorch/issues"
        )
    all_of = {id(each): call.lift(each) for each in tensors_in((arguments, keywords))}
    results = []
    for place in range(call.size):

        def example(x: Tensor, place: int = place) -> Tensor:
            whole = all_of[id(x)]
            return x if whole is None else whole.select(0, place)

        results.append(
            call.function(*replaced(tuple(arguments), example), **replaced(dict(keywords), example))
        )
    return stacked(call, results)


def stacked(call: Call, results: list[Any]) -> Any:
    """The results of the examples together, as that of one."""
    first = results[0]
    if isinstance(first, Tensor):
        return call.wrap(tensors.stack(results, 0))
    if isinstance(first, (tuple, list)):
        parts = [stacked(call, list(each)) for each in zip(*results, strict=True)]
        return type(first)(*parts) if hasattr(first, "_make") else type(first)(parts)
    return first


# ---- the methods of batched tensors


def method(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A method of ``Tensor`` as batched tensors have it: by its rule, else by what it is made of, else one by one."""
    from . import batch_rules

    guarded = border(name, function)
    ruled = name in batch_rules.RULES or name in batch_rules.REFUSED or writes(name)

    def call(*arguments: Any, **keywords: Any) -> Any:
        if ruled:
            return interpret(name, guarded, arguments, keywords)
        return guarded(*arguments, **keywords)

    call.__name__ = call.__qualname__ = name
    return call


def _prepare() -> None:
    """Give ``Batched`` the operations among the methods and properties of ``Tensor``."""
    for name, value in attached():
        if name in Batched.__dict__ or name == "__hash__":
            continue
        if isinstance(value, property):
            setter = value.fset and method(name + "_", value.fset)
            setattr(Batched, name, property(method(name, value.fget), setter))  # type: ignore[arg-type]
        else:
            setattr(Batched, name, method(name, value))


def prepare() -> None:
    """Finish the class, once the rules are known."""
    if "add" not in Batched.__dict__:
        _prepare()
