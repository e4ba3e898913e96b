"""``Generator``: torch's CPU generator as users hold it, and the default one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from . import dtypes, kinds
from .naming import names_torch
from .tensor import Tensor, TensorType, wrap


def without_arguments(method: Callable[[Any], Any]) -> Callable[..., Any]:
    """``method``, which refuses arguments in the words of a method written in C."""

    @wraps(method)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if keywords:
            raise TypeError(f"Generator.{method.__name__}() takes no keyword arguments")
        if arguments:
            raise TypeError(f"Generator.{method.__name__}() takes no arguments ({len(arguments)} given)")
        return method(self)

    return call


class Generator(metaclass=TensorType):
    """A stream of random numbers with torch's seeds, draws and state bytes."""

    __module__ = "torch._C"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        if len(arguments) > 1:
            raise TypeError(f"Generator() takes from 0 to 1 positional arguments but {len(arguments)} were given")
        device = arguments[0] if arguments else keywords.pop("device", None)
        for keyword in keywords:
            raise TypeError(f"Generator() got an unexpected keyword argument '{keyword}'")
        kinds.check_device(device)
        self._twister: Any = None
        self._pending: int | None = 67280421310721

    @property
    def twister(self) -> Any:
        """The bit generator, made when first asked for: numpy.random takes longer to load than the whole engine."""
        if self._twister is None:
            from .._kernels.random import MersenneTwister

            self._twister = MersenneTwister()
            if self._pending is None:
                self._twister.seed()
            else:
                self._twister.manual_seed(self._pending)
        return self._twister

    device = property(lambda self: kinds.CPU)

    def manual_seed(self, *arguments: Any, **keywords: Any) -> Generator:
        """Restart the stream from a seed between -2**63 and 2**64 - 1."""
        if keywords:
            raise TypeError("Generator.manual_seed() takes no keyword arguments")
        if len(arguments) != 1:
            raise TypeError(f"Generator.manual_seed() takes exactly one argument ({len(arguments)} given)")
        (seed,) = arguments
        if isinstance(seed, np.integer):
            raise TypeError("an integer is required")
        if isinstance(seed, bool) or not isinstance(seed, int):
            from .signatures import type_name

            raise RuntimeError(f"manual_seed expected a long, but got {type_name(seed)}")
        if self._twister is not None:
            self._twister.manual_seed(seed)
        elif -(1 << 63) <= seed < 1 << 64:
            self._pending = seed & (1 << 64) - 1
        else:
            raise ValueError("Overflow when unpacking long long")
        return self

    @without_arguments
    def seed(self) -> int:
        """Restart the stream from the operating system's randomness; the seed taken."""
        return self.twister.seed()

    @without_arguments
    def initial_seed(self) -> int:
        """The seed last applied."""
        return self.twister.initial_seed() if self._twister or self._pending is None else self._pending

    @without_arguments
    def get_state(self) -> Tensor:
        """The state as a vector of 5056 bytes."""
        return wrap(self.twister.get_state())

    def set_state(self, *arguments: Any) -> Generator:
        """Continue from a state; RuntimeError for bytes that are none."""
        if len(arguments) != 1:
            raise TypeError(f"Generator.set_state() takes exactly one argument ({len(arguments)} given)")
        (new_state,) = arguments
        if not isinstance(new_state, Tensor):
            from .signatures import type_name

            raise TypeError(f"expected a torch.ByteTensor, but got {type_name(new_state)}")
        if new_state.dtype is not dtypes.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        self.twister.set_state(new_state._data)
        return self

    @without_arguments
    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        other = Generator()
        other._twister = self.twister.clone()
        return other

    @without_arguments
    def get_offset(self) -> int:
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int) -> None:
        raise RuntimeError("CPU Generator does not use offset")

    @without_arguments
    def graphsafe_get_state(self) -> Generator:
        raise NotImplementedError("graphsafe_get_state is not supported in this Generator")

    def graphsafe_set_state(self, state: Generator) -> None:
        if not isinstance(state, Generator):
            raise TypeError(f"expected a Generator, but got {type(state).__name__}")
        raise NotImplementedError("graphsafe_set_state is not supported in this Generator")

    def __repr__(self) -> str:
        return f"<torch._C.Generator object at {id(self):#x}>"

    def __reduce__(self) -> Any:
        state = self.initial_seed(), None, self.get_state()
        return (Generator, (self.device,), state) if names_torch() else (_restored, state)

    def __setstate__(self, state: tuple[int, None, Tensor]) -> None:
        self.set_state(state[2])

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'torch._C.Generator' object has no attribute '{name}'")


def _restored(seed: int, offset: None, state: Tensor) -> Generator:
    return Generator().set_state(state)


default_generator = Generator()
default_generator._pending = None
