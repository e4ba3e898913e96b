"""Sums and means: the order of torch's additions, on every layout and dtype."""

from __future__ import annotations

import random

import numpy as np
import pytest

from minitorch_compat._kernels.summation import mean, sum, sum_vector


def reciprocals(count: int, dtype: str = "f4") -> np.ndarray:
    return np.dtype(dtype).type(1) / np.arange(1, count + 1, dtype=dtype)


# Observed from torch 2.13; NumPy's own order gives another last digit in most of these.
VECTORS = {
    ("f4", 7): "0x1.4be2bep+1",
    ("f4", 12): "0x1.8d3602p+1",
    ("f4", 100): "0x1.4bfe00p+2",
    ("f4", 1000): "0x1.df11f4p+2",
    ("f4", 5000): "0x1.230638p+3",
    ("f8", 7): "0x1.4be2be2be2be3p+1",
    ("f8", 12): "0x1.8d3601ebc1a4dp+1",
    ("f8", 100): "0x1.4bfdfe4591242p+2",
    ("f8", 1000): "0x1.df11f45f4e61bp+2",
    ("f8", 5000): "0x1.2306376e18053p+3",
}


@pytest.mark.parametrize(("dtype", "count"), VECTORS)
def test_vectors(dtype, count):
    total = sum(reciprocals(count, dtype))
    assert total.shape == () and total.dtype == dtype
    assert float(total) == float.fromhex(VECTORS[dtype, count])


def test_dimensions():
    x = reciprocals(1000).reshape(20, 50)
    rows = ["0x1.1ff2fcp+2", "0x1.60581cp-1", "0x1.9d7e90p-2", "0x1.25bc1ap-2"]
    assert [each.hex() for each in sum(x, 1)[:4].tolist()] == [float.fromhex(each).hex() for each in rows]
    both = ["0x1.35d17ap+2", "0x1.faadf8p-1", "0x1.5938acp-1", "0x1.10af12p-1", "0x1.cadc52p-2"]
    assert sum(x.reshape(4, 5, 50), (0, 2)).tolist() == [float.fromhex(each) for each in both]
    assert float(sum(x[:, ::2])) == float.fromhex("0x1.05b326p+2")


def test_means():
    x = reciprocals(1000)
    assert float(mean(x)) == float.fromhex("0x1.ea915cp-8")
    assert float(mean(x.astype(np.float16))) == 0.00748443603515625
    assert float(sum(x.astype(np.float16))) == 7.484375


@pytest.mark.parametrize("shape", [(), (1,), (2,), (9,), (100,), (2, 3), (3, 1, 2)])
def test_a_sum_is_never_minus_zero(shape):
    zeros = np.full(shape, -0.0, np.float32)
    assert not np.signbit(sum(zeros))
    assert not np.signbit(mean(zeros))
    if shape:
        assert not np.signbit(sum(zeros, 0)).any()
        assert not np.signbit(sum(zeros, -1, True)).any()


def test_of_nothing():
    assert sum(np.empty((0, 3), np.float32)).tolist() == 0
    assert sum(np.empty((0, 3), np.float32), 0).tolist() == [0, 0, 0]
    assert sum(np.empty((0, 3), np.float32), 1, True).shape == (0, 1)
    assert np.isnan(mean(np.empty((0, 3), np.float32), 0)).all()


def test_integers_are_int64_and_wrap_around():
    assert sum(np.array([200, 100], np.uint8)).dtype == np.int64
    assert sum(np.array([200, 100], np.uint8)).tolist() == 300
    assert sum(np.array([2**63 - 1, 1])).tolist() == -(2**63)
    assert sum(np.array([True, True])).tolist() == 2
    assert sum(np.array([200, 100], np.uint8), dtype=np.dtype(np.uint8)).tolist() == 44


def test_the_input_is_left_alone():
    x = np.array([-0.0, -0.0], np.float32)
    sum(x)
    assert np.signbit(x).all()
    y = np.array(-0.0, np.float32)
    assert sum_vector(y.reshape(1)) is not y and np.signbit(y)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("seed", range(4))
def test_every_layout_is_summed_as_torch_sums_it(torch, compare, dtype, seed):
    choose = random.Random(f"{dtype} {seed}")
    torch.manual_seed(seed)
    for _ in range(40):
        ndim = choose.randint(0, 4)
        longest = (1, 3000, 90, 40, 14)[ndim]
        shape = [choose.choice([1, 2, 3, choose.randint(1, longest)]) for _ in range(ndim)]
        steps = [choose.choice([1, 1, 1, 2, 3]) for _ in range(ndim)]
        order = list(range(ndim))
        if choose.random() < 0.6:
            choose.shuffle(order)
        x = torch.randn([size * step for size, step in zip(shape, steps, strict=True)], dtype=getattr(torch, dtype))
        x = x[tuple(slice(None, None, step) for step in steps)].permute(order)
        if ndim and choose.random() < 0.1:
            place = choose.randrange(ndim)
            x = x.narrow(place, 0, 1).expand([5 if axis == place else -1 for axis in range(ndim)])
        dims = tuple(choose.sample(range(ndim), choose.randint(0, ndim))) or tuple(range(ndim))
        keepdim = choose.random() < 0.5
        array = compare.as_array(x)
        compare.agree(sum(array, dims, keepdim), x.sum(dims, keepdim))
        compare.agree(mean(array, dims, keepdim), x.mean(dims, keepdim))
        compare.agree(sum(array), x.sum())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_are_added_down_as_torch_adds_them(torch, compare, dtype):
    torch.manual_seed(0)
    for height in range(1, 72):
        for width in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33):
            x = torch.randn(height, width, dtype=getattr(torch, dtype)) * torch.logspace(-3, 3, width)
            x = x.to(getattr(torch, dtype))
            compare.agree(sum(x.numpy(), 0), x.sum(0))
    assert not np.signbit(sum(np.full((8, 9), -0.0, np.float32), 0)).any()


def test_a_long_vector(torch, compare):
    x = torch.rand(1_000_003)
    compare.agree(sum(x.numpy()), x.sum())
