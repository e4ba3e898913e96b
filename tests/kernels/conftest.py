"""What the kernel tests share: torch with one thread, its tensors as arrays, and how far two arrays are apart."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import numpy as np
import pytest

from minitorch_compat._kernels.scalar_types import bfloat16


@pytest.fixture(autouse=True)
def silent():
    """The engine runs kernels with NumPy's floating point warnings off."""
    with np.errstate(all="ignore"):
        yield


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch")


def as_array(tensor) -> np.ndarray:
    """The tensor's own memory as an array with its strides; bfloat16 through ml_dtypes. Keep the tensor alive."""
    if str(tensor.dtype) != "torch.bfloat16":
        return tensor.numpy()
    storage = tensor.untyped_storage()
    raw = (ctypes.c_char * storage.nbytes()).from_address(storage.data_ptr()) if storage.nbytes() else b""
    memory = np.frombuffer(raw, bfloat16())[tensor.storage_offset() :]
    return np.lib.stride_tricks.as_strided(memory, tuple(tensor.shape), [2 * step for step in tensor.stride()])


def ulps(got: np.ndarray, expected: np.ndarray) -> int:
    """The largest number of floats between two arrays; nan equals nan, and zeros of different sign are one apart."""
    if expected.dtype.kind == "c":
        part = expected.real.dtype
        got, expected = (np.ascontiguousarray(each).reshape(-1).view(part) for each in (got, expected))
    places = []
    for each in (got, expected):
        bits = np.ascontiguousarray(each).reshape(-1).view(f"i{each.dtype.itemsize}").astype(np.int64)
        places.append(np.where(bits < 0, np.iinfo(f"i{each.dtype.itemsize}").min - bits - 1, bits))
    both_nan = ((got != got) & (expected != expected)).reshape(-1)
    apart = np.abs(places[0] - places[1])[~both_nan]
    return int(apart.max(initial=0))


def agree(got: np.ndarray, expected, within: int = 0) -> None:
    """Assert that an array and a tensor have one dtype and shape and values within so many ulps."""
    array = as_array(expected) if hasattr(expected, "untyped_storage") else expected
    assert type(got) is np.ndarray
    assert got.dtype == array.dtype
    assert got.shape == array.shape
    if array.dtype.kind in "biu":
        np.testing.assert_array_equal(got, array)
    else:
        apart = ulps(got, array)
        assert apart <= within, f"{apart} ulps apart"


@pytest.fixture(scope="session")
def compare():
    """The functions above, for tests."""
    return SimpleNamespace(agree=agree, as_array=as_array, ulps=ulps)
