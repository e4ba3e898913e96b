"""Inputs of expressions, as plain data, and what is asked of results alike everywhere: their bits, their messages."""
from __future__ import annotations

import re
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

FLOATS = [
    -2.5, 0.5, 1.0, -0.0, 3.75, -1.0, 2.0, 0.0, -0.25, 7.0, 1.5, -3.0, 0.125, 4.0, -6.5, 2.25, 9.0, -1.75, 0.75, 5.0,
]  # fmt: skip
INTEGERS = [3, -1, 0, 2, 5, -4, 1, 7, -2, 4, 6, -3, 0, 1, 8, -5, 2, 3, -6, 9]
SPECIAL = [float("nan"), float("inf"), float("-inf"), 1e30, -1e-30, 0.0, -0.0, 1.0]


class Input(NamedTuple):
    """A tensor to be made on both sides: its dtype, shape, place in the row of numbers, and layout.

    Layouts: "plain"; "turned", the transpose of a plain one; "gaps", every other element; "repeated", expanded from one
    slice; "special", plain with nan and infinities first.
    """

    dtype: str
    shape: tuple[int, ...] = (2, 3)
    start: int = 0
    layout: str = "plain"
    grad: bool = False

    def make(self, torch: ModuleType) -> Any:
        shape = self.shape
        if self.layout == "turned":
            made = self.filled(torch, shape[::-1]).permute(tuple(range(len(shape)))[::-1])
        elif self.layout == "gaps":
            made = self.filled(torch, (*shape[:-1], shape[-1] * 2))[..., ::2]
        elif self.layout == "repeated":
            made = self.filled(torch, (1, *shape[1:])).expand(shape)
        else:
            made = self.filled(torch, shape)
        return made.requires_grad_() if self.grad else made

    def filled(self, torch: ModuleType, shape: tuple[int, ...]) -> Any:
        dtype = getattr(torch, self.dtype)
        count = int(np.prod(shape))
        if not count:
            return torch.empty(shape, dtype=dtype)
        numbers = [self.numbers[(self.start + place) % len(self.numbers)] for place in range(count)]
        return torch.tensor(numbers, dtype=dtype).reshape(shape)

    @property
    def numbers(self) -> list[Any]:
        if self.dtype == "bool":
            return [each > 0 for each in INTEGERS]
        if self.dtype.startswith("uint"):
            return [abs(each) for each in INTEGERS]
        if self.dtype.startswith("int"):
            return INTEGERS
        if self.dtype.startswith("complex"):
            return [complex(a, b) for a, b in zip(FLOATS, INTEGERS, strict=True)]
        return SPECIAL + FLOATS if self.layout == "special" else FLOATS

    def __str__(self) -> str:
        layout = "" if self.layout == "plain" else f" {self.layout}"
        return f"{self.dtype}{list(self.shape)}{layout}{' with grad' if self.grad else ''}"


def bits(x: Any) -> np.ndarray:
    """The elements as NumPy has them; bfloat16 as float32, which holds it.

    Those of a copy: torch never again resizes memory that an array has shared.
    """
    x = x.detach().clone()
    if str(x.dtype).endswith("bfloat16"):
        x = x.float()
    made: np.ndarray = x.numpy()
    return made


def text_of(error: BaseException | str) -> str:
    """A message without addresses and without the places in torch's sources."""
    text = re.sub(r"\s*\(Triggered internally at[^)]*\)", "", str(error)).replace("minitorch_compat", "torch")
    return re.sub(r"0x[0-9a-f]+", "0x", text)
