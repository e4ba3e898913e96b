"""Modules that learn the shapes of their parameters from their first input."""

from __future__ import annotations

import warnings
from typing import Any

from ..parameter import is_lazy


class LazyModuleMixin:
    """Mixed into a module whose parameters are not there yet: the first call makes them and changes the class."""

    cls_to_become: type[Any] | None = None

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        own: Any = self
        self._load_hook = own._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = own.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)
        warnings.warn(
            "Lazy modules are a new feature under heavy development so changes to the API or functionality can happen "
            "at any moment.",
            UserWarning,
            stacklevel=2,
        )

    def _lazy_load_hook(self, state_dict: Any, prefix: str, *arguments: Any) -> None:
        """Give parameters the shapes of those that are loaded."""
        own: Any = self
        for name, parameter in {**own._parameters, **own._buffers}.items():
            key = prefix + name
            if key in state_dict and parameter is not None and is_lazy(parameter):
                given = state_dict[key]
                if not is_lazy(given):
                    parameter.materialize(given.shape)

    def initialize_parameters(self, *arguments: Any, **keywords: Any) -> None:
        """Make the parameters for the first input; each lazy class has its own."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or a buffer has no shape yet."""
        own: Any = self
        return any(is_lazy(each) for each in (*own._parameters.values(), *own._buffers.values()) if each is not None)

    def _infer_parameters(self, module: Any, arguments: Any, keywords: Any = None) -> None:
        module.initialize_parameters(*arguments, **(keywords or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(
                f"module {self._get_name()} has not been fully initialized"  # type: ignore[attr-defined]
            )
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook
        del module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become


LazyModuleMixin.__module__ = "torch.nn.modules.lazy"

