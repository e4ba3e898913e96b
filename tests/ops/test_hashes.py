"""Hashes of elements. Expected values were observed from torch 2.13."""
import pytest

import minitorch_compat as torch


@pytest.mark.parametrize(("given", "dtype", "expected"), [
    ([1.5, 2.0], "float32", 9221120237041090560), ([1, 2, -3], "int64", 18446744073709551614),
    ([True, False, True], "bool", 0), ([1, 2], "uint8", 3), ([1.5], "float16", 4609434218613702656),
    ([1.5], "bfloat16", 4609434218613702656), (2.5, "float32", 4612811918334230528), ([5, 6], "int8", 3),
])
def test_the_bits_of_all_elements(given, dtype, expected):
    x = torch.tensor(given, dtype=getattr(torch, dtype))
    for made in (torch.hash_tensor(x), x.hash_tensor()):
        assert made.item() == expected and made.dtype is torch.uint64 and made.shape == ()


def test_along_dimensions():
    x = torch.arange(6.0).reshape(2, 3)
    columns = [4613937818241073152, 9214364837600034816, 5629499534213120]
    assert torch.hash_tensor(x, 0).tolist() == columns
    assert torch.hash_tensor(x, dim=-1, keepdim=True).tolist() == [[9218868437227405312], [4615063718147915776]]
    for dim in ((0, 1), [], None):
        assert torch.hash_tensor(x, dim).item() == 4610560118520545280
    assert torch.hash_tensor(torch.empty(0, 2), 1).shape == (0,)
    out = torch.empty(3, dtype=torch.uint64)
    assert torch.hash_tensor(x, 0, out=out) is out and out.tolist() == columns


@pytest.mark.parametrize(("call", "kind", "text"), [
    (lambda: torch.hash_tensor(torch.ones(2), mode=1), RuntimeError, "Unknown hash_tensor mode: 1"),
    (lambda: torch.hash_tensor(torch.empty(0)), RuntimeError, "hash_tensor: Expected reduction dim to be specified for "
     "input.numel() == 0. Specify the reduction dim with the 'dim' argument."),
    (lambda: torch.hash_tensor(torch.empty(2, 0), 1), IndexError,
     "hash_tensor: Expected reduction dim 1 to have non-zero size."),
    (lambda: torch.hash_tensor(torch.ones(2), 2), IndexError,
     "Dimension out of range (expected to be in range of [-1, 0], but got 2)"),
    (lambda: torch.hash_tensor(torch.ones(2, dtype=torch.complex64)), NotImplementedError,
     "\"xor_sum_cpu\" not implemented for 'ComplexFloat'"),
    (lambda: torch.hash_tensor(torch.ones(2), 0, out=torch.empty(()),), RuntimeError,
     "Expected result to be of dtype uint64, but got Float"),
])
def test_refusals(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text
