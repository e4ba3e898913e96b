"""What ``torch.compile`` makes of a module: one around it, under whose name parameters and states are found."""

from __future__ import annotations

from typing import Any

from .modules.module import Module


class OptimizedModule(Module):
    """A module that calls another, ``_orig_mod``, and reads and writes its attributes there; nothing is compiled."""

    def __init__(self, mod: Module) -> None:
        super().__init__()
        self._modules["_orig_mod"] = mod

    @property
    def training(self) -> bool:  # type: ignore[override]
        return self._modules["_orig_mod"].training  # type: ignore[union-attr, no-any-return]

    @training.setter
    def training(self, value: bool) -> None:
        self._modules["_orig_mod"].training = value  # type: ignore[union-attr]

    def forward(self, *arguments: Any, **keywords: Any) -> Any:
        return self._modules["_orig_mod"](*arguments, **keywords)  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        original = self.__dict__["_modules"]["_orig_mod"]
        return original if name == "_orig_mod" else getattr(original, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["_modules"]["_orig_mod"], name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.__dict__["_modules"]["_orig_mod"], name)

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["_modules"]["_orig_mod"])


OptimizedModule.__module__ = "torch._dynamo.eval_frame"
