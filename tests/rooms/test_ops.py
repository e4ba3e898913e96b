"""Operators by the dispatcher's names. Expected values and texts were observed from torch 2.13."""
import pytest

import minitorch_compat as torch

ATEN = torch.ops.aten


def test_names():
    assert repr(ATEN.slice) == "<OpOverloadPacket(op='aten.slice')>" and str(ATEN.slice) == "aten.slice"
    assert repr(ATEN.slice.Tensor) == "<OpOverload(op='aten.slice', overload='Tensor')>"
    assert str(ATEN.slice.Tensor) == "aten.slice.Tensor" and ATEN.slice.Tensor.name() == "aten::slice.Tensor"
    assert ATEN._safe_softmax.default.name() == "aten::_safe_softmax" and ATEN.slice is ATEN.slice
    with pytest.raises(AttributeError) as error:
        print(ATEN.slice.foo)
    assert str(error.value) == "The underlying op of 'aten.slice' has no overload name 'foo'"
    for ask in (lambda: ATEN.conv2d, lambda: torch.ops.quantized.add):
        with pytest.raises(torch._core.absent.Absent, match=r"does not have torch\.ops\.\w+\.\w+ yet"):
            ask()


def test_slices_are_views_whatever_they_leave_out():
    x = torch.arange(12.0).reshape(3, 4).requires_grad_()
    for arguments, shape, strides in (
        ((), (3, 4), (4, 1)), ((0, 1, 3), (2, 4), (4, 1)), ((1, -2, 100, 2), (3, 1), (4, 2)),
        ((0, 0, 9223372036854775807), (3, 4), (4, 1)),
    ):
        y = ATEN.slice.Tensor(x, *arguments)
        assert (tuple(y.shape), y.stride(), y.grad_fn.name()) == (shape, strides, "SliceBackward0") and y._is_view()
    for arguments, kind, text in (
        ((0, 0, 1, 0), RuntimeError, "slice step must be positive"),
        ((5,), IndexError, "Dimension out of range (expected to be in range of [-2, 1], but got 5)"),
    ):
        with pytest.raises(kind) as error:
            ATEN.slice(x, *arguments)
        assert str(error.value) == text


def test_rows_of_minus_infinity_are_zeros():
    x = torch.tensor([[0.0, 0.0], [-float("inf")] * 2]).requires_grad_()
    y = ATEN._safe_softmax.default(x, dim=1)
    assert y.tolist() == [[0.5, 0.5], [0, 0]] and y.grad_fn.name() == "SafeSoftmaxBackward0"
    y[0, 0].backward()
    assert x.grad.tolist() == [[0.25, -0.25], [0, 0]]
    assert ATEN._safe_softmax(x, 1, dtype=torch.float64).dtype is torch.float64
    assert ATEN._safe_softmax(torch.tensor([0, 0]), 0, torch.float32).tolist() == [0.5, 0.5]
    with pytest.raises(NotImplementedError) as error:
        ATEN._safe_softmax(torch.tensor([0, 0]), 0)
    assert str(error.value) == "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'"


def test_ways_back():
    g = torch.ones(3, requires_grad=True)
    y = ATEN.native_dropout_backward.default(g, torch.tensor([True, False, True]), 2.0)
    assert y.tolist() == [2, 0, 2] and y.grad_fn.name() == "NativeDropoutBackwardBackward0"
    out = torch.tensor([0.25, 0.75]).requires_grad_()
    y = ATEN._softmax_backward_data(g[:2], out, 0, torch.float32)
    assert y.tolist() == [0, 0] and y.grad_fn.name() == "SoftmaxBackwardDataBackward0"
    x = torch.tensor([[[1.0, 2.0, 0.0, 5.0]] * 2]).requires_grad_()
    out, indices = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    g = torch.ones_like(out).requires_grad_()
    y = ATEN.max_pool2d_with_indices_backward(g, x, [2, 2], [2, 2], [0, 0], [1, 1], False, indices)
    assert y.tolist() == [[[0, 1, 0, 1], [0, 0, 0, 0]]]
    assert y.grad_fn.name() == "MaxPool2DWithIndicesBackwardBackward0"
    back = torch.autograd.grad(y.sum(), (g, x))
    assert [each.tolist() for each in back] == [[[[1, 1]]], [[[0] * 4] * 2]]
    assert [each._version for each in (y, *back)] == [0, 0, 1]
