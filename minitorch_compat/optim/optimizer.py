"""What all optimisers share: parameter groups, state, and the hooks around a step."""

from __future__ import annotations

import functools
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from itertools import chain
from typing import Any, ClassVar

from .._core.copying import reduced_by_place
from .._core.graph import RemovableHandle
from .._core.modes import exchange
from .._core.tensor import Tensor
from ..nn.modules.module import clear_gradient
from .options import FUSED_DEVICES, zero_steps


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


_global_pre_hooks: OrderedDict[int, Any] = OrderedDict()
_global_post_hooks: OrderedDict[int, Any] = OrderedDict()


def _register(hooks: OrderedDict[int, Any], hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before each step of any optimiser; what it returns replaces both."""
    return _register(_global_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after each step of any optimiser."""
    return _register(_global_post_hooks, hook)


def _use_grad_for_differentiable(step: Callable[..., Any]) -> Callable[..., Any]:
    """Take a step with recording off unless the optimiser is differentiable."""
    return _with_hooks(step, silent=True)


def members_of(param_group: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The tensors of a new group, which become its "params", and their names, if they have some."""
    given = param_group["params"]
    if isinstance(given, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )
    given = param_group["params"] = [given] if isinstance(given, Tensor) else list(given)
    named = [each for each in given if isinstance(each, tuple)]
    if not named:
        return given, []
    if len(named) < len(given):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    param_group["params"] = [each[1] for each in named]
    return param_group["params"], [each[0] for each in named]


def refuse_unfit(parameter: Any, differentiable: bool) -> None:
    """TypeError for what is no tensor, ValueError for one that is computed, unless steps are to be differentiated."""
    if not isinstance(parameter, Tensor):
        raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(parameter).__name__}")
    if not (differentiable or parameter.is_leaf or parameter.retains_grad):
        raise ValueError("can't optimize a non-leaf Tensor")


def all_members(groups: Iterable[dict[str, Any]]) -> Iterator[Any]:
    """The parameters of all groups, or their numbers, one after the other."""
    return chain.from_iterable(group["params"] for group in groups)


def changed_by(hooks: OrderedDict[int, Any], optimizer: Optimizer, value: dict[str, Any]) -> dict[str, Any]:
    """A dict after hooks each of which may give another in its place."""
    for hook in hooks.values():
        answer = hook(optimizer, value)
        value = value if answer is None else answer
    return value


_HOOKS = tuple(
    f"_optimizer_{name}_hooks"
    for name in (
        "step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post"
    )
)


class Optimizer:
    """Updates parameters from their gradients; a subclass writes ``step``.

    ``params`` are tensors, pairs of a name and a tensor, or groups of them (dicts with "params" and options that
    differ from ``defaults``).
    """

    _once_missing: ClassVar[dict[str, Any]] = {}
    """Options that optimisers saved long ago may lack."""

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._optimizer_step_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_step_post_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_state_dict_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_state_dict_post_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_load_state_dict_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_load_state_dict_post_hooks: OrderedDict[int, Any] = OrderedDict()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + params.type()
            )
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own; errors for tensors that are no leaves or appear twice."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        members, names = members_of(param_group)
        if names:
            param_group["param_names"] = names
        for each in members:
            refuse_unfit(each, bool(self.defaults.get("differentiable")))
        for option, usual in self.defaults.items():
            if usual is required and option not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {option}")
            param_group.setdefault(option, usual)
        if len(set(members)) < len(members):
            import warnings

            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                UserWarning,
                stacklevel=3,
            )
        for known in self.param_groups:
            if not set(known["params"]).isdisjoint(members):
                raise ValueError("some parameters appear in more than one parameter group")
        named = "param_names" in param_group
        if any(("param_names" in known) != named for known in self.param_groups):
            raise ValueError(
                "all optimizer param groups should be with/without names. "
                f"cannot add param group {'with' if named else 'without'} names to the optimizer"
            )
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter._grad is not None:
                    if set_to_none:
                        parameter._grad = None
                    else:
                        clear_gradient(parameter, False)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update the parameters once; ``closure`` evaluates the loss again."""
        raise NotImplementedError

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "step" in cls.__dict__ and not getattr(cls.__dict__["step"], "hooked", False):
            cls.step = _with_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step; what it returns replaces the arguments."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before the state is written down."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` with what was written down; what it returns takes its place."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before a state is taken over; what it returns takes its place."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` after a state was taken over."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    def _settle_fused(self, differentiable: bool, foreach: bool | None) -> None:
        """RuntimeError where ``fused`` and other options, or other parameters than of floats, do not go together."""
        if differentiable:
            raise RuntimeError("`fused` does not support `differentiable`")
        self._step_supports_amp_scaling = True
        for group in self.param_groups:
            for parameter in group["params"]:
                if not parameter.is_floating_point():
                    raise RuntimeError(
                        "`fused=True` requires all the params to be floating point Tensors of supported devices: "
                        f"{FUSED_DEVICES} but {parameter.dtype} and {parameter.device.type}"
                    )
        if foreach:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")

    def state_dict(self) -> dict[str, Any]:
        """State and options with parameters replaced by their numbers."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers: dict[int, int] = {}
        for each in all_members(self.param_groups):
            numbers.setdefault(id(each), len(numbers))
        groups = []
        for group in self.param_groups:
            options = {name: value for name, value in group.items() if name != "params"}
            groups.append({**options, "params": [numbers[id(each)] for each in group["params"]]})
        state = {numbers[id(key)] if isinstance(key, Tensor) else key: kept for key, kept in self.state.items()}
        return changed_by(self._optimizer_state_dict_post_hooks, self, {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over state and options; ValueError where groups or their sizes differ."""
        loaded = changed_by(self._optimizer_load_state_dict_pre_hooks, self, state_dict.copy())
        groups = deepcopy(loaded["param_groups"])
        refuse_other_sizes(self.param_groups, groups)
        owners = dict(zip(all_members(groups), all_members(self.param_groups), strict=True))
        state: defaultdict[Any, Any] = defaultdict(dict)
        for key, kept in loaded["state"].items():
            owner = owners.get(key)
            state[key if owner is None else owner] = kept if owner is None else _fitting(kept, owner, None)
        for own, group in zip(self.param_groups, groups, strict=True):
            if "param_names" in own:
                group.setdefault("param_names", own["param_names"])
            group["params"] = own["params"]
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name in _HOOKS:
            if name not in self.__dict__:
                setattr(self, name, OrderedDict())
        self.defaults.setdefault("differentiable", False)
        for group in self.param_groups:
            for name, value in self._once_missing.items():
                group.setdefault(name, value)
            for parameter in group["params"]:
                kept = self.state.get(parameter, {})
                if isinstance(kept, dict) and "step" in kept and not isinstance(kept["step"], Tensor):
                    count = zero_steps(group)
                    count.fill_(float(kept["step"]))
                    kept["step"] = count

    def __repr__(self) -> str:
        text = type(self).__name__ + " ("
        for place, group in enumerate(self.param_groups):
            text += f"\nParameter Group {place}\n"
            for name in sorted(group):
                if name != "params":
                    text += f"    {name}: {group[name]}\n"
        return text + ")"


def refuse_other_sizes(own: list[dict[str, Any]], loaded: list[dict[str, Any]]) -> None:
    """ValueError unless there are as many groups, of as many parameters each."""
    if len(own) != len(loaded):
        raise ValueError("loaded state dict has a different number of parameter groups")
    for one, other in zip(own, loaded, strict=True):
        if len(one["params"]) != len(other["params"]):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )


def _fitting(value: Any, parameter: Tensor, key: Any) -> Any:
    """A saved state value in the parameter's dtype; counts of steps keep theirs. As in torch nothing else is copied."""
    if isinstance(value, Tensor):
        if key != "step" and parameter.is_floating_point():
            return value.to(dtype=parameter.dtype)  # type: ignore[attr-defined]
        return value
    if isinstance(value, dict):
        return {name: _fitting(each, parameter, name) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_fitting(each, parameter, key) for each in value)
    return value


def _with_hooks(step: Callable[..., Any], silent: bool = False) -> Callable[..., Any]:
    """A step with its hooks, where there are any, around it; a ``silent`` one records nothing."""

    @functools.wraps(step)
    def stepped(*arguments: Any, **keywords: Any) -> Any:
        self = arguments[0]
        hooked = (
            self._optimizer_step_pre_hooks or self._optimizer_step_post_hooks or _global_pre_hooks
            or _global_post_hooks
        )
        if hooked:
            arguments, keywords = _after_pre_hooks(self, stepped, arguments, keywords)
        if silent:
            previous = exchange(self.defaults["differentiable"])
            try:
                result = step(*arguments, **keywords)
            finally:
                exchange(previous)
        else:
            result = step(*arguments, **keywords)
        if hooked:
            for hook in (*self._optimizer_step_post_hooks.values(), *_global_post_hooks.values()):
                hook(self, arguments, keywords)
        return result

    stepped.hooked = True  # type: ignore[attr-defined]
    return stepped


def _after_pre_hooks(
    self: Optimizer, shown: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a step after the hooks that may replace them."""
    for hook in (*_global_pre_hooks.values(), *self._optimizer_step_pre_hooks.values()):
        changed = hook(self, arguments, keywords)
        if changed is not None:
            if not (isinstance(changed, tuple) and len(changed) == 2):
                raise RuntimeError(f"{shown} must return None or a tuple of (new_args, new_kwargs), but got {changed}.")
            arguments, keywords = changed
    return arguments, keywords


Optimizer.__module__ = "torch.optim.optimizer"
Optimizer.__reduce_ex__ = reduced_by_place  # type: ignore[method-assign]
