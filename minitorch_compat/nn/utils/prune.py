"""Pruning: a parameter times a mask of zeros and ones, applied anew before each forward."""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from ..._core.forms import FUNCTIONS
from ..modules.module import Module


class BasePruningMethod(ABC):
    """A way to choose what is pruned, and the hook that multiplies the mask before each forward.

    A subclass says in ``PRUNING_TYPE`` what it chooses among when something is pruned already ("unstructured": single
    elements, "structured": channels along its ``dim``, "global": everything), and in ``compute_mask`` how.
    """

    PRUNING_TYPE: ClassVar[str]
    _tensor_name: Any

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask for importances ``t``, of their shape, that keeps the zeros of ``default_mask``."""

    def apply_mask(self, module: Module) -> Any:
        """The parameter as it was times its mask; AssertionError where there is none."""
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = getattr(module, self._tensor_name + "_mask")
        original = getattr(module, self._tensor_name + "_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prune parameter ``name`` of ``module`` on top of what is pruned; the method, or the container it went to.

        The first time, the parameter goes to ``name_orig``, the mask to the buffer ``name_mask``, and their product
        takes the parameter's place.
        """
        known = hooks_of(module, name)
        if len(known) > 1:
            raise AssertionError(
                f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. "
                "Use a PruningContainer."
            )
        method: Any = cls(*args, **kwargs)
        method._tensor_name = name
        for place, earlier in known.items():
            del module._forward_pre_hooks[place]
            container = earlier if isinstance(earlier, PruningContainer) else PruningContainer(earlier)
            container.add_pruning_method(method)
            method = container
        parameter = getattr(module, name)
        if importance_scores is None:
            importance_scores = parameter
        elif importance_scores.shape != parameter.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}, "
                f"got {importance_scores.shape} vs {parameter.shape}"
            )
        if known:
            mask = getattr(module, name + "_mask").detach().clone()
        else:
            module.register_parameter(name + "_orig", parameter)
            del module._parameters[name]
            mask = FUNCTIONS["ones_like"](parameter)
        try:
            module.register_buffer(name + "_mask", method.compute_mask(importance_scores, default_mask=mask))
            setattr(module, name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        except Exception:
            if not known:
                module.register_parameter(name, module._parameters.pop(name + "_orig"))
            raise
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """``t`` with its least important elements set to zero, and those that ``default_mask`` has pruned."""
        if importance_scores is None:
            importance_scores = t
        elif importance_scores.shape != t.shape:
            raise AssertionError(
                "importance_scores should have the same shape as tensor t, "
                f"got {importance_scores.shape} vs {t.shape}"
            )
        if default_mask is None:
            default_mask = FUNCTIONS["ones_like"](t)
        return t * self.compute_mask(importance_scores, default_mask=default_mask)

    def remove(self, module: Module) -> None:
        """Make the parameter what its product with the mask is now; that is not undone."""
        name = self._tensor_name
        if name is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        pruned = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        parameter = module._parameters.pop(name + "_orig")
        parameter.data = pruned.data  # type: ignore[union-attr]
        del module._buffers[name + "_mask"]
        setattr(module, name, parameter)


def hooks_of(module: Module, name: str) -> dict[int, BasePruningMethod]:
    """The hooks of ``module`` that prune its parameter ``name``."""
    return {
        place: hook for place, hook in module._forward_pre_hooks.items()
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name
    }


class PruningContainer(BasePruningMethod):
    """Several methods for one parameter, each of which chooses among what those before it have left."""

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for each in args:
            self.add_pruning_method(each)

    def add_pruning_method(self, method: Any) -> None:
        """Add one method for the same parameter; TypeError and ValueError for what is none."""
        if method is not None:
            if not isinstance(method, BasePruningMethod):
                raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
            if method._tensor_name != self._tensor_name:
                raise ValueError(
                    "Can only add pruning methods acting on the parameter named "
                    f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
                )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask with what the latest method prunes of what was left."""
        latest = self._pruning_methods[-1]
        left: Any
        if latest.PRUNING_TYPE == "unstructured":
            left = default_mask == 1
        elif latest.PRUNING_TYPE == "structured":
            dim = latest.dim % t.dim()  # type: ignore[attr-defined]
            others = [each for each in range(t.dim()) if each != dim]
            left = (slice(None),) * dim + (default_mask.sum(dim=others) != 0,)
        elif latest.PRUNING_TYPE == "global":
            left = ...
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {latest.PRUNING_TYPE}")
        mask = default_mask.clone()
        mask[left] = latest.compute_mask(t[left], default_mask=default_mask[left]).to(dtype=mask.dtype)
        return mask


# ---- how much


def _validate_pruning_amount_init(amount: Any) -> None:
    """TypeError unless ``amount`` is a number, ValueError unless it is a count or a share between 0 and 1."""
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if float(amount) < 0 or (not isinstance(amount, numbers.Integral) and float(amount) > 1):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _validate_pruning_amount(amount: Any, tensor_size: int) -> None:
    """ValueError for a count beyond what there is."""
    if isinstance(amount, numbers.Integral) and int(amount) > tensor_size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={tensor_size}")


def _compute_nparams_toprune(amount: Any, tensor_size: int) -> int:
    """How many of ``tensor_size`` a count or a share are."""
    return amount if isinstance(amount, numbers.Integral) else round(amount * tensor_size)  # type: ignore[return-value]


def _pruned_of(amount: Any, size: int) -> int:
    _validate_pruning_amount(amount, size)
    return _compute_nparams_toprune(amount, size)


def _validate_structured_pruning(t: Any) -> None:
    """ValueError for fewer than two dimensions, where there are no channels."""
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. "
            f"Found tensor of shape {t.shape} with {t.dim()} dims"
        )


def _validate_pruning_dim(t: Any, dim: int) -> None:
    """IndexError for a dimension beyond the last."""
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def _compute_norm(t: Any, n: Any, dim: int) -> Any:
    """The norm of order ``n`` of each channel along ``dim``."""
    others = [each for each in range(t.dim()) if each != (t.dim() - 1 if dim == -1 else dim)]
    return FUNCTIONS["norm"](t, p=n, dim=others)


# ---- methods


class Identity(BasePruningMethod):
    """Prunes nothing: the mask is of ones."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask

    @classmethod
    def apply(cls, module: Module, name: str) -> Any:  # type: ignore[override]
        return super().apply(module, name)


class RandomUnstructured(BasePruningMethod):
    """Prunes elements at random."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: Any) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return _without(self.amount, t, default_mask, FUNCTIONS["rand_like"], largest=True)

    @classmethod
    def apply(cls, module: Module, name: str, amount: Any) -> Any:  # type: ignore[override]
        return super().apply(module, name, amount=amount)


class L1Unstructured(BasePruningMethod):
    """Prunes the elements with the smallest absolute values."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: Any) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return _without(self.amount, t, default_mask, FUNCTIONS["abs"], largest=False)

    @classmethod
    def apply(  # type: ignore[override]
        cls, module: Module, name: str, amount: Any, importance_scores: Any = None
    ) -> Any:
        return super().apply(module, name, amount=amount, importance_scores=importance_scores)


def _without(amount: Any, t: Any, mask: Any, scored: Callable[[Any], Any], largest: bool) -> Any:
    """``mask`` with zeros for the ``amount`` elements of the largest, or smallest, scores."""
    count = _pruned_of(amount, t.nelement())
    mask = mask.clone()
    if count != 0:
        mask.view(-1)[FUNCTIONS["topk"](scored(t).view(-1), k=count, largest=largest).indices] = 0
    return mask


class RandomStructured(BasePruningMethod):
    """Prunes whole channels along ``dim`` at random."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, dim: int = -1) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        pruned = _channels_of(t, self.dim, self.amount)
        if pruned == 0:
            return default_mask
        drawn = FUNCTIONS["rand"](t.shape[self.dim])
        return _channels_only(drawn > FUNCTIONS["kthvalue"](drawn, k=pruned).values, t, self.dim, default_mask)

    @classmethod
    def apply(cls, module: Module, name: str, amount: Any, dim: int = -1) -> Any:  # type: ignore[override]
        return super().apply(module, name, amount=amount, dim=dim)


class LnStructured(BasePruningMethod):
    """Prunes the channels along ``dim`` with the smallest norms of order ``n``."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        kept = -_channels_of(t, self.dim, self.amount) + t.shape[self.dim]
        norms = _compute_norm(t, self.n, self.dim)
        return _channels_only(FUNCTIONS["topk"](norms, k=kept, largest=True).indices, t, self.dim, default_mask)

    @classmethod
    def apply(  # type: ignore[override]
        cls, module: Module, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None
    ) -> Any:
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


def _channels_of(t: Any, dim: int, amount: Any) -> int:
    """How many channels along ``dim`` an amount is; errors where there are none or not so many."""
    _validate_structured_pruning(t)
    _validate_pruning_dim(t, dim)
    return _pruned_of(amount, t.shape[dim])


def _channels_only(kept: Any, t: Any, dim: int, mask: Any) -> Any:
    """``mask`` with zeros for all channels but the ``kept``."""
    ones = FUNCTIONS["zeros_like"](t)
    ones[(slice(None),) * (dim % t.dim()) + (kept,)] = 1
    return ones.mul_(mask.to(dtype=ones.dtype))


class CustomFromMask(BasePruningMethod):
    """Prunes what a given mask has zeros for."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)

    @classmethod
    def apply(cls, module: Module, name: str, mask: Any) -> Any:  # type: ignore[override]
        return super().apply(module, name, mask=mask)


# ---- functions


def identity(module: Module, name: str) -> Module:
    """Give parameter ``name`` of ``module`` a mask of ones; the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: Any) -> Module:
    """Prune ``amount`` elements of a parameter at random."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Module, name: str, amount: Any, importance_scores: Any = None) -> Module:
    """Prune the ``amount`` elements that are smallest, or least important."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: Any, dim: int) -> Module:
    """Prune ``amount`` channels along ``dim`` at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Module, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None) -> Module:
    """Prune the ``amount`` channels along ``dim`` with the smallest norms of order ``n``."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Any) -> Module:
    """Prune what ``mask`` has zeros for."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any) -> None:
    """Prune elements of several parameters, pairs of a module and a name, as if they were one.

    TypeError for a method that does not choose single elements.
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    importance_scores = {} if importance_scores is None else importance_scores
    if not isinstance(importance_scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    parameters = list(parameters)
    scores = [importance_scores.get((module, name), getattr(module, name)) for module, name in parameters]
    masks = [
        getattr(module, name + "_mask", FUNCTIONS["ones_like"](getattr(module, name))) for module, name in parameters
    ]
    flat_scores = FUNCTIONS["cat"]([each.reshape(-1) for each in scores])
    flat_masks = FUNCTIONS["cat"]([each.reshape(-1) for each in masks])
    container = PruningContainer()
    container._tensor_name = "temp"
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. '
            f"Found method {pruning_method} of type {method.PRUNING_TYPE}"
        )
    container.add_pruning_method(method)
    mask = container.compute_mask(flat_scores, flat_masks)
    start = 0
    for module, name in parameters:
        parameter = getattr(module, name)
        size = parameter.numel()
        custom_from_mask(module, name, mask=mask[start : start + size].view_as(parameter))
        start += size


def remove(module: Module, name: str) -> Module:
    """Leave parameter ``name`` as pruned as it is and take mask, hook and original away; the module."""
    for place, hook in hooks_of(module, name).items():
        hook.remove(module)
        del module._forward_pre_hooks[place]
        return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Whether anything in ``module`` is pruned on the fly."""
    return any(
        isinstance(hook, BasePruningMethod)
        for _, each in module.named_modules() for hook in each._forward_pre_hooks.values()
    )


__all__ = [
    "BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured", "PruningContainer",
    "RandomStructured", "RandomUnstructured", "custom_from_mask", "global_unstructured", "identity", "is_pruned",
    "l1_unstructured", "ln_structured", "random_structured", "random_unstructured", "remove",
]

for _name in __all__:
    globals()[_name].__module__ = "torch.nn.utils.prune"
