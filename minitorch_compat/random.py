"""``torch.random``: the seeds and states of the default generator."""

from __future__ import annotations

import contextlib
from collections.abc import Generator as Iterator
from typing import Any

from ._core import kinds
from ._core.generator import Generator, default_generator
from ._core.tensor import Tensor

__all__ = [
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
    "thread_safe_generator",
]  # fmt: skip


def manual_seed(seed: Any) -> Generator:
    """Restart the default generator from ``seed``, anything ``int`` takes, and return it."""
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Restart the default generator from the operating system's randomness; the seed taken."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed last given to the default generator."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator as a vector of bytes."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Continue the default generator from a state."""
    default_generator.set_state(new_state)


def thread_safe_generator() -> Generator | None:
    """The generator of a loader's worker that is a thread; None elsewhere."""
    return None


@contextlib.contextmanager
def fork_rng(
    devices: Any = None, enabled: bool = True, _caller: str = "fork_rng", _devices_kw: str = "devices",
    device_type: str = "cuda"
) -> Iterator[None]:
    """Draw inside the block without a trace: the default generator's state is put back at its end."""
    if not enabled:
        yield
        return
    if device_type == "cpu":
        raise AttributeError("module 'torch.cpu' has no attribute 'get_rng_state'")
    kinds.device(device_type)
    if devices is not None and list(devices):
        kinds.check_device(device_type)
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
