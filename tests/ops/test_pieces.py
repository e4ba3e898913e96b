"""Tensors in pieces side by side. Expected values were observed from torch 2.13."""
import pytest

import minitorch_compat as torch

X = torch.arange(6.0).reshape(2, 3)
Y = torch.arange(10.0).reshape(2, 5)


@pytest.mark.parametrize(("tensors", "dim", "number", "expected"), [
    ([X], 0, 2, [[0, 1, 2], [3, 4, 5]]), ((X, X), 0, 1, [[0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]]),
    ([X, X], 0, 3, [[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5], [0, 0, 0, 0, 0, 0]]),
    ([X, Y], 1, 2, [[[0, 1, 0, 1, 2], [2, 0, 3, 4, 0]], [[3, 4, 5, 6, 7], [5, 0, 8, 9, 0]]]),
    ([X, X + 1], -1, 2, [[[0, 1, 1, 2], [2, 0, 3, 0]], [[3, 4, 4, 5], [5, 0, 6, 0]]]),
    ([X, torch.ones(4)], 0, 2, [[0, 1, 2, 1, 1], [3, 4, 5, 1, 1]]),
])
def test_pieces_of_all_come_row_by_row(tensors, dim, number, expected):
    assert torch._chunk_cat(tensors, dim, number).tolist() == expected


def test_there_is_no_derivative():
    x = torch.ones(2, 3, requires_grad=True)
    made = torch._chunk_cat([x], 0, 2)
    assert made.requires_grad
    with pytest.raises(RuntimeError, match="derivative for aten::_chunk_cat is not implemented"):
        made.sum().backward()


@pytest.mark.parametrize(("arguments", "kind", "text"), [
    (([], 0, 2), RuntimeError, "_chunk_cat expects a non-empty input tensor list"),
    (([X], 0, 0), RuntimeError, "_chunk_cat expects positive num_chunks"),
    (([X], 2, 2), IndexError, "Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
    (([X, X.int()], 0, 2), RuntimeError, "_chunk_cat expects all input tensors with the same dtype"),
    (([X, torch.ones(3, 3)], 1, 2), RuntimeError,
     "_chunk_cat expects same sizes of 0,...,dim-1 dimensions for all tensors"),
    (([torch.empty(0, 3)], 0, 2), RuntimeError, "_chunk_cat expects non-empty tensor"),
    (([X, X[0]], 1, 2), RuntimeError, "_chunk_cat expects dim < ndim for all input tensors"),
    (([X, X[0]], -1, 2), RuntimeError, "_chunk_cat expects non-negative dim when input tensors have different ndims"),
])
def test_refusals(arguments, kind, text):
    with pytest.raises(kind) as error:
        torch._chunk_cat(*arguments)
    assert str(error.value) == text


def test_a_gradient_that_is_cropped_keeps_its_strides():
    for shape, strides in (((1, 3), (6, 1)), ((0, 3, 3), (18, 6, 1)), ((2, 3), (3, 1))):
        x = torch.ones(shape).requires_grad_()
        y = torch.nn.functional.pad(x, (1, 2))
        gradient, = torch.autograd.grad(y, x, torch.ones(y.shape))
        assert gradient.stride() == strides, shape
