"""make_tensor beside torch: bits, strides, the stream afterwards, warnings and refusals."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import pytest

import minitorch_compat
import minitorch_compat.testing

torch = pytest.importorskip("torch")

NAN, INF = float("nan"), float("inf")
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64",
          "complex128")  # fmt: skip
INTERVALS = ((None, None), (0, 1), (-1, 1), (2, 5), (None, 3), (3, None), (-1e6, 1e6), (NAN, 1), (1, NAN), (5, 2),
             (3, 3), (0.5, 2.5), (-1e40, 1e40), (1.2, 1.7), (0, 2), (0, 0), (-5, -5), (300, 400),
             (-400, -300))  # fmt: skip
OPTIONS: tuple[dict[str, Any], ...] = (
    {"exclude_zero": True, "low": 0, "high": 1}, {"exclude_zero": True}, {"noncontiguous": True},
    {"requires_grad": True}, {"noncontiguous": True, "exclude_zero": True, "low": 0, "high": 2},
)
SHAPES = ((3, 4), (1,), (), (0,), (2, 1), (2, 3, 2, 2))


def made(side: Any, *shape: Any, dtype: Any = "float32", device: Any = "cpu", **options: Any) -> Any:
    side.manual_seed(5)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            x = side.testing.make_tensor(*shape, dtype=getattr(side, dtype, dtype), device=device, **options)
            plain = x.detach().float() if x.dtype in (side.float16, side.bfloat16) else x.detach()
            told: Any = (tuple(x.shape), str(x.dtype), x.stride(), x.requires_grad, plain.numpy().tobytes())
        except (TypeError, ValueError, RuntimeError) as error:
            told = (type(error).__name__, str(error))
    return str(told).replace("minitorch_compat", "torch"), [str(each.message) for each in caught], (
        side.get_rng_state().numpy().tobytes()
    )


def same(*shape: Any, **options: Any) -> None:
    assert made(minitorch_compat, *shape, **options) == made(torch, *shape, **options)


@pytest.mark.parametrize("dtype", DTYPES)
def test_intervals_and_options(dtype: str) -> None:
    for low, high in INTERVALS:
        if (low, high) != (-1e40, 1e40) or not dtype.endswith(("64", "128")):
            same(3, 4, dtype=dtype, low=low, high=high)
    for options, shape in itertools.product(OPTIONS, SHAPES):
        same(shape, dtype=dtype, **options)


def test_shapes_and_what_is_refused() -> None:
    for shape in ((3,), ((3,),), ([3, 2],), (2, 3), (), ((),), ("a",), (-1,), (2.5,), ((2,), 3)):
        same(*shape)
    same(3, dtype="no dtype")
    same(3, low="a")
    for side in (torch, minitorch_compat):
        with pytest.raises(ValueError, match="mutually exclusive, but got noncontiguous=True"):
            made(side, 2, 3, 2, 2)  # draws
            side.testing.make_tensor(
                2, 3, 2, 2, dtype=side.float32, device="cpu", noncontiguous=True, memory_format=side.channels_last
            )
