"""The order of torch's element loops."""

import numpy as np

from minitorch_compat._kernels.iteration import in_memory_order, order


def test_small_strides_come_first():
    assert order((3, 4), (16, 4)) == [1, 0]
    assert order((3, 4), (4, 12)) == [0, 1]
    assert order((2, 3, 4), (4, 32, 8)) == [0, 2, 1]


def test_a_stride_of_zero_has_no_opinion():
    assert order((5, 3), (0, 4)) == [1, 0]
    assert order((5, 3), (4, 0)) == [1, 0]
    assert order((5, 3), (0, 4), (4, 20)) == [0, 1]


def test_memory_order_of_a_transposed_array():
    x = np.arange(6).reshape(2, 3)
    assert in_memory_order(x) is x
    assert in_memory_order(x.T).reshape(-1).tolist() == [0, 1, 2, 3, 4, 5]
    assert in_memory_order(x.T[::2]).tolist() == [[0, 2], [3, 5]]
