"""Seeds that loaders and samplers draw."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ...._core import dtypes
from ...._core.forms import FUNCTIONS
from ....random import manual_seed


def drawn_seed(generator: Any = None) -> int:
    """A seed drawn as an int64 from a generator, by default the default one."""
    return FUNCTIONS["empty"]((), dtype=dtypes.int64).random_(generator=generator).item()


def seed_worker(base: int, place: int) -> None:
    """Seed Python, the engine and NumPy in a worker: by the sum, and NumPy by NumPy's own mixing of both."""
    random.seed(base + place)
    manual_seed(base + place)
    mixed = np.random.SeedSequence([place, base & 0xFFFFFFFF, base >> 32, 0])
    np.random.seed(mixed.generate_state(4).tolist())
