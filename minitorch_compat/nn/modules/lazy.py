"""Modules that learn the shapes of their parameters from their first input."""

from __future__ import annotations

from typing import Any

from ..parameter import is_lazy

__all__: list[str] = []


class LazyModuleMixin:
    """Makes a module lazy: its parameters have no shape until ``initialize_parameters`` sees the first input.

    After that the module becomes ``cls_to_become``, if the class names one.
    """

    cls_to_become: Any = None

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        this: Any = self
        this._load_hook = this._register_load_state_dict_pre_hook(self._lazy_load_hook)
        this._initialize_hook = this.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        this: Any = self
        members = {**this._parameters, **{
            name: each for name, each in this._buffers.items() if name not in this._non_persistent_buffers_set
        }}
        for name, each in members.items():
            if each is not None:
                destination[prefix + name] = each if is_lazy(each) or keep_vars else each.detach()

    def _lazy_load_hook(
        self, state_dict: Any, prefix: str, local_metadata: Any, strict: bool, missing_keys: Any, unexpected_keys: Any,
        error_msgs: Any,
    ) -> None:
        this: Any = self
        for name, each in (*this._parameters.items(), *this._buffers.items()):
            key = prefix + name
            if key in state_dict and each is not None and is_lazy(each):
                value = state_dict[key]
                if not is_lazy(value):
                    from ..._core.modes import no_grad

                    with no_grad():
                        each.materialize(value.shape)

    def initialize_parameters(self, *arguments: Any, **keywords: Any) -> None:
        """Give the parameters their shapes, for the arguments of the first call."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether any parameter or buffer has no shape yet."""
        this: Any = self
        return any(is_lazy(each) for each in (*this._parameters.values(), *this._buffers.values()))

    def _infer_parameters(self, module: Any, arguments: tuple[Any, ...], keywords: Any = None) -> None:
        module.initialize_parameters(*arguments, **(keywords or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(
                f"module {self._get_name()} has not been fully initialized"  # type: ignore[attr-defined]
            )
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook, module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become

    def _replicate_for_data_parallel(self) -> Any:
        raise RuntimeError(
            "Modules with uninitialized parameters can't be used with `DataParallel`. Run a dummy forward pass to "
            "correctly initialize the modules"
        )


LazyModuleMixin.__module__ = "torch.nn.modules.lazy"
