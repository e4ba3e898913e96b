"""Tensors in messages, as torch 2.13 writes them."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_compat._kernels.native_text import native_text


@pytest.mark.parametrize(("numbers", "expected"), [
    (np.array([[1, 0], [3, 100]]), "   1    0\n   3  100\n[ torch.LongTensor{2,2} ]"),
    (np.array([[True, False]]), " 1  0\n[ CPUBoolType{1,2} ]"),
    (np.array([[1.5, 2e10, np.nan]], np.float32), " 1.5000e+00  2.0000e+10         nan\n[ torch.FloatTensor{1,3} ]"),
    (np.array([[1e-5, 1e-6]], np.float32), "1e-06 *\n10.0000  1.0000\n[ torch.FloatTensor{1,2} ]"),
    (np.array([[1, np.inf, 3]]), " 1 inf  3\n[ torch.DoubleTensor{1,3} ]"),
    (np.array([[123456789, -5]]), "1.23457e+08         -5\n[ torch.LongTensor{1,2} ]"),
    (np.array([[1 + 2j, 1.5]], np.complex64), " 1.0000  1.5000\n[ CPUComplexFloatType{1,2} ]"),
    (np.empty((2, 0, 3), np.float32), "[ torch.FloatTensor{2,0,3} ]"),
    (
        np.arange(8.0).reshape(2, 2, 2),
        "(1,.,.) = \n 0  1\n  2  3\n\n(2,.,.) = \n 4  5\n  6  7\n[ torch.DoubleTensor{2,2,2} ]",
    ),
    (
        np.arange(18.0).reshape(1, 18) * 1.5,
        "Columns 1 to 8  0.0000   1.5000   3.0000   4.5000   6.0000   7.5000   9.0000  10.5000\n\n"
        "Columns 9 to 16 12.0000  13.5000  15.0000  16.5000  18.0000  19.5000  21.0000  22.5000\n\n"
        "Columns 17 to 18 24.0000  25.5000\n[ torch.DoubleTensor{1,18} ]",
    ),
])
def test_a_tensor_in_a_message(numbers, expected):
    assert native_text(numbers) == expected
