"""Starting values beside torch's: the same numbers from the same seed, and as many draws."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")


def outcome(side: Any, name: str, shape: tuple[int, ...], dtype: str, arguments: tuple[Any, ...]) -> Any:
    """The numbers, what follows them from the generator, and warnings; or the refusal."""
    side.manual_seed(3)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            x = side.zeros(shape, dtype=getattr(side, dtype)).requires_grad_()
            made = getattr(side.nn.init, name)(x, *arguments)
        except Exception as error:
            return type(error).__name__, str(error)
    assert made is x or name.startswith("orthogonal")
    return x.detach().double().numpy(), side.rand(2).tolist(), [str(each.message) for each in said]


def check(name: str, shape: tuple[int, ...], dtype: str, arguments: tuple[Any, ...], near: float = 0) -> None:
    one, other = (outcome(side, name, shape, dtype, arguments) for side in (torch, engine))
    if isinstance(one[0], str) or isinstance(other[0], str):
        assert one == other
        return
    assert one[1:] == other[1:]
    assert np.abs(one[0] - other[0]).max(initial=0) <= near


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("arguments", [
    (), (0.0, 0.1), (1.0, 2.0, -1.0, 0.5), (5.0, 1.0, -2.0, 2.0), (-5.0, 1.0, -2.0, 2.0), (0.0, 1.0, 2.0, -2.0),
    (0.0, 1.0, 1.0, 1.0),
])  # fmt: skip
def test_truncated_normal(dtype: str, arguments: tuple[float, ...]) -> None:
    for shape in ((5,), (4, 9), (0,)):
        check("trunc_normal_", shape, dtype, arguments)


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (4, 2, 3), (16, 16), (2,), (0, 3)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    for gain in (1, 2.0):
        check("orthogonal_", shape, "float32", (gain,), 2e-6)
        check("orthogonal_", shape, "float64", (gain,), 4e-15)


@pytest.mark.parametrize("shape", [(3, 2, 3), (4, 2, 3, 3), (4, 2, 3, 3, 3), (3, 3), (4, 4, 2), (0, 2, 3)])
def test_dirac(shape: tuple[int, ...]) -> None:
    for arguments in ((), (2,)):
        check("dirac_", shape, "float32", arguments)


@pytest.mark.parametrize("shape", [(10, 4), (3, 2), (2, 2, 2)])
def test_sparse(shape: tuple[int, ...]) -> None:
    for arguments in ((0.3,), (0.9, 1.0)):
        check("sparse_", shape, "float32", arguments)


@pytest.mark.parametrize("name", ["dirac", "orthogonal", "sparse"])
def test_old_names(name: str) -> None:
    arguments = (0.5,) if name == "sparse" else ()
    check(name, (4, 2, 3) if name == "dirac" else (4, 3), "float32", arguments, 2e-6)
