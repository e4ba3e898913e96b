"""Tensors of modules that are computed from others whenever they are asked for."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ..._core.modes import no_grad
from ..._core.tensor import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

_cache: dict[tuple[int, str], Any] = {}
_depth = 0


@contextmanager
def cached() -> Iterator[None]:
    """Compute each parametrized tensor only once inside."""
    global _depth
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        if not _depth:
            _cache.clear()


def _put(module: Module, name: str, value: Any) -> None:
    """Register a parameter, or else a buffer."""
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


def _inverted(modules: Sequence[Any], value: Any) -> Any:
    """``value`` taken back through parametrizations, where they know how."""
    for each in reversed(modules):
        if hasattr(each, "right_inverse"):
            with suppress(NotImplementedError):
                value = each.right_inverse(value)
    return value


def _check_same(before: Any, after: Any, flag: str = "`unsafe` flag") -> None:
    """Refuse a parametrization that returns another kind of tensor."""
    if not isinstance(after, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(after).__name__}.")
    for what in ("dtype", "shape"):
        one, other = getattr(before, what), getattr(after, what)
        if one != other:
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, unless {flag} is enabled.\n"
                f"unparametrized {what}: {one}\nparametrized {what}: {other}"
            )


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and the tensor or tensors that they start from.

    These are ``original``, or ``original0``, ``original1`` and so on where the first inverse gave several.
    """

    original: Any
    unsafe: bool

    def __init__(self, modules: Sequence[Module], original: Any, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new: Any = _inverted(list(self), original)
        self.is_tensor = isinstance(new, Tensor)
        if not self.is_tensor and not isinstance(new, Sequence):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got "
                f"{type(new).__name__}"
            )
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if original.dtype != new.dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\noriginal.dtype: "
                    f"{original.dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            with no_grad():
                original.set_(new)
            _put(self, "original", original)
        else:
            for place, each in enumerate(new):
                if not isinstance(each, Tensor):
                    raise ValueError(
                        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                        f"{place} of the sequence with type {type(each).__name__}."
                    )
                if isinstance(original, Parameter):
                    each = Parameter(each, original.requires_grad)
                each.requires_grad_(original.requires_grad)  # type: ignore[attr-defined]
                _put(self, f"original{place}", each)
        if not unsafe:
            made = self()
            if not isinstance(made, Tensor):
                raise ValueError(f"A parametrization must return a tensor. Got {type(made).__name__}.")
            for what, before in (("dtype", dtype), ("shape", shape)):
                after = getattr(made, what)
                if after != before:
                    raise ValueError(
                        f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag "
                        f"is enabled.\nunparametrized {what}: {before}\nparametrized {what}: {after}"
                    )

    def right_inverse(self, value: Any) -> None:
        """Write what gives ``value`` into the tensors that the parametrizations start from."""
        with no_grad():
            for each in reversed(list(self)):
                if not hasattr(each, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(each).__name__} does not implement right_inverse.")
                value = each.right_inverse(value)
            if self.is_tensor:
                if not isinstance(value, Tensor):
                    raise ValueError(f"`right_inverse` should return a tensor. Got {type(value).__name__}")
                if value.dtype != self.original.dtype:
                    raise ValueError(
                        "The tensor returned by `right_inverse` has dtype "
                        f"{value.dtype} while `original` has dtype {self.original.dtype}"
                    )
                self.original.set_(value)
                return
            if not isinstance(value, Sequence):
                raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}.")
            if len(value) != self.ntensors:
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors of length "
                    f"{self.ntensors}. Got a sequence of length {len(value)}."
                )
            for place, each in enumerate(value):
                held = getattr(self, f"original{place}")
                if not isinstance(each, Tensor):
                    raise ValueError(
                        f"`right_inverse` must return a sequence of tensors. Got element {place} of type "
                        f"{type(each).__name__}"
                    )
                if held.dtype != each.dtype:
                    raise ValueError(
                        f"Tensor {place} returned by `right_inverse` has dtype {each.dtype} while `original{place}` "
                        f"has dtype {held.dtype}"
                    )
                held.set_(each)

    def forward(self) -> Any:
        """The parametrized tensor."""
        if self.is_tensor:
            value = self[0](self.original)
        else:
            value = self[0](*[getattr(self, f"original{place}") for place in range(self.ntensors)])
        for each in list(self)[1:]:
            value = each(value)
        return value


def _become_parametrized(module: Module) -> None:
    """Give the module a class of its own, in which its parametrized tensors are properties."""
    kind = type(module)

    def no_state(self: Any) -> Any:
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict(). See:\n"
            "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
            "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
        )

    def deep_copied(self: Any, memo: dict[int, Any]) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        made = memo[id(self)] = self.__new__(type(self))
        made.__dict__ = copy.deepcopy(self.__dict__, memo)
        return made

    body = {"__getstate__": no_state, "__deepcopy__": deep_copied, "__module__": "torch.nn.utils.parametrize"}
    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), body)
    module.parametrizations = ModuleDict()  # type: ignore[assignment]


def _put_property(module: Module, name: str) -> None:
    """Make a tensor a property that is computed."""

    def get(self: Any) -> Any:
        if not _depth:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let a parameter or buffer be what ``parametrization`` makes of it; with ``unsafe``, whatever that is."""
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        held: Any = module.parametrizations[tensor_name]  # type: ignore[index]
        if not unsafe:
            before = getattr(module, tensor_name)
            after = parametrization(before)
            _check_same(before, after, "the `unsafe` flag")
            if hasattr(parametrization, "right_inverse"):
                try:
                    back = parametrization.right_inverse(after)
                except NotImplementedError:
                    pass
                else:
                    if not isinstance(back, Tensor):
                        raise ValueError(
                            f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}"
                        )
                    for what in ("dtype", "shape"):
                        one, other = getattr(before, what), getattr(back, what)
                        if one != other:
                            raise ValueError(
                                f"The tensor returned by parametrization.right_inverse must have the same {what} as "
                                f"module.{tensor_name}.\nmodule.{tensor_name}.{what}: {one}\n"
                                f"returned {what}: {other}"
                            )
        held.append(parametrization)
        held.unsafe |= unsafe
    elif tensor_name in module._parameters or tensor_name in module._buffers:
        made = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _become_parametrized(module)
        _put_property(module, tensor_name)
        module.parametrizations[tensor_name] = made  # type: ignore[index,operator]
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether the module, or one tensor of it, is parametrized."""
    held = getattr(module, "parametrizations", None)
    if held is None or not isinstance(held, ModuleDict):
        return False
    if tensor_name is None:
        return len(held) > 0
    return tensor_name in held


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Let the tensor be a plain one again: as it was parametrized, or as its original."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    held: Any = module.parametrizations[tensor_name]  # type: ignore[index]
    if held.is_tensor:
        original = held.original
        if leave_parametrized:
            with no_grad():
                value = getattr(module, tensor_name)
                original.set_(value)
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        wanted = any(getattr(held, f"original{place}").requires_grad for place in range(held.ntensors))
        original = Parameter(value.detach() if wanted else value, wanted) if wanted else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]  # type: ignore[operator]
    _put(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class of the module, or the one it had before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give another module the parametrizations of this one and what they start from."""
    if not is_parametrized(from_module):
        return to_module
    held: Any = from_module.parametrizations
    for name in [tensor_name] if tensor_name is not None else list(held):
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        for each in held[name]:
            register_parametrization(to_module, name, each)
        other: Any = to_module.parametrizations[name]  # type: ignore[index]
        if held[name].is_tensor:
            other.original = held[name].original
        else:
            for place in range(held[name].ntensors):
                setattr(other, f"original{place}", getattr(held[name], f"original{place}"))
    return to_module


__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "transfer_parametrizations_and_params", "type_before_parametrizations",
]

ParametrizationList.__module__ = "torch.nn.utils.parametrize"
