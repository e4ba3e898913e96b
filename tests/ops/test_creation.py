"""Tensors from data, from sizes, from ranges and from the memory of others."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_compat as torch


def test_from_numpy_shares_memory_both_ways() -> None:
    array = np.arange(6.0).reshape(2, 3)
    tensor = torch.from_numpy(array)
    array[0, 0] = 7
    tensor.add_(1)
    assert tensor.tolist() == array.tolist() == [[8, 2, 3], [4, 5, 6]]
    assert tensor.data_ptr() == array.ctypes.data


def test_a_part_of_an_array_is_the_beginning_of_its_own_storage() -> None:
    array = np.arange(10.0)
    tensor = torch.from_numpy(array[4:])
    assert tensor.storage_offset() == 0
    tensor.zero_()
    assert array.tolist() == [0, 1, 2, 3, 0, 0, 0, 0, 0, 0]


def test_an_array_that_may_not_be_written_is_taken_and_can_be_written() -> None:
    array = np.zeros(2)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        torch.set_warn_always(True)
        tensor = torch.from_numpy(array)
    torch.set_warn_always(False)
    tensor.fill_(3)
    assert array.tolist() == [3, 3]


def test_reshaping_the_array_leaves_the_tensor_alone() -> None:
    array = np.zeros(4)
    tensor = torch.from_numpy(array)
    array.shape = 2, 2
    assert tensor.shape == (4,)


def test_the_array_lives_as_long_as_the_tensor() -> None:
    tensor = torch.from_numpy(np.arange(1000.0)[10:])
    assert tensor.sum().item() == sum(range(10, 1000))


def test_asarray_shares_what_it_can() -> None:
    array = np.ones(2)
    tensor = torch.asarray(array)
    tensor[0] = 5
    assert array[0] == 5
    assert torch.asarray(tensor) is tensor
    buffer = bytearray(8)
    torch.asarray(buffer, dtype=torch.int32)[1] = 1
    assert buffer == bytes(4) + b"\x01\x00\x00\x00"


def test_tensor_copies() -> None:
    array = np.ones(2)
    tensor = torch.tensor(array)
    array[:] = 0
    assert tensor.tolist() == [1, 1]


@pytest.mark.parametrize("name", ["empty", "zeros", "ones"])
@pytest.mark.parametrize("size", [(), (0,), (3, 0, 2), (4,), (2, 3)])
def test_sizes(name: str, size: tuple[int, ...]) -> None:
    made = getattr(torch, name)(size)
    assert made.shape == size
    assert made.stride() == torch.zeros(*size if size else (size,)).stride()
    like = getattr(torch, f"{name}_like")(made)
    assert (like.shape, like.stride(), like.dtype) == (made.shape, made.stride(), made.dtype)


def test_the_default_dtype_is_what_floats_become() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor([1.5]).dtype is torch.zeros(2).dtype is torch.full((1,), 0.5).dtype is torch.float64
        assert torch.tensor(1j).dtype is torch.complex128
        assert torch.arange(3).dtype is torch.int64
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "bfloat16", "int64", "int32", "uint8"])
def test_ranges_bit_for_bit(name: str) -> None:
    real = pytest.importorskip("torch")
    draw = np.random.default_rng(3)
    whole = "int" in name
    for count in (2, 3, 8, 15, 16, 17, 33, 64, 100, 257):
        start, end, step = (float(each) for each in draw.normal(size=3) * (20 if whole else 1))
        if whole:
            start, end, step = abs(int(start)), abs(int(end)), abs(int(step)) or 1
        calls = (
            ("arange", (start, start + step * count, step)), ("linspace", (start, end, count)),
            ("logspace", (start % 5, end % 5, count, 2.5)),
        )  # fmt: skip
        for function, arguments in calls:
            expected = getattr(real, function)(*arguments, dtype=getattr(real, name))
            made = getattr(torch, function)(*arguments, dtype=getattr(torch, name))
            assert made.tolist() == expected.tolist(), (function, arguments)
