"""Assertions that values are close, and the tensors that tests are made of."""
from minitorch_compat.parity import chapter

case = chapter("testing.assertions")


@case()
def far_elements(torch, see):
    """assert_close counts the elements that mismatch and names the greatest differences with their places."""
    expected = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    torch.testing.assert_close(expected + 1e-6, expected)
    with see.refusal("two of four"):
        torch.testing.assert_close(torch.tensor([[1.0, 2.5], [3.0, 9.0]]), expected)
    with see.refusal("exactly"):
        torch.testing.assert_close(expected + 1, expected, rtol=0, atol=0)
    with see.refusal("not a number"):
        torch.testing.assert_close(torch.tensor([float("nan")]), torch.tensor([float("nan")]))


@case()
def numbers_and_kinds(torch, see):
    """Numbers are compared as numbers; dtypes and kinds must be the same unless one says otherwise."""
    with see.refusal("numbers"):
        torch.testing.assert_close(1.0, 1.1)
    with see.refusal("an int and a float"):
        torch.testing.assert_close(1, 1.0)
    torch.testing.assert_close(1, 1.0, check_dtype=False)
    with see.refusal("dtypes"):
        torch.testing.assert_close(torch.tensor([1.0]), torch.tensor([1.0], dtype=torch.float64))
    with see.refusal("a tensor and a number"):
        torch.testing.assert_close(torch.tensor(1.0), 1.0)
    with see.refusal("one tolerance"):
        torch.testing.assert_close(1.0, 1.0, rtol=0.1)


@case()
def what_is_nested(torch, see):
    """In lists and dicts the message names the item."""
    one = {"x": [torch.tensor([1.0, 2.0]), 3], "y": 4}
    with see.refusal("an element"):
        torch.testing.assert_close(one, {"x": [torch.tensor([1.0, 2.0]), 5], "y": 4})
    with see.refusal("a length"):
        torch.testing.assert_close(one, {"x": [torch.tensor([1.0, 2.0])], "y": 4})
    with see.refusal("a key"):
        torch.testing.assert_close(one, {"x": one["x"]})
    with see.refusal("a message of one's own"):
        torch.testing.assert_close([1], [2], msg=lambda text: f"after step 7:\n{text}")


@case()
def tensors_for_tests(torch, see):
    """make_tensor draws evenly from an interval that fits the dtype."""
    torch.manual_seed(0)
    for name in ("float32", "float64", "int64", "uint8", "bool", "complex64", "bfloat16"):
        see(name, torch.testing.make_tensor((2, 3), dtype=getattr(torch, name), device="cpu"))
    see("between", torch.testing.make_tensor(4, dtype=torch.float32, device="cpu", low=-1, high=1))
    see("apart", torch.testing.make_tensor(4, dtype=torch.int64, device="cpu", noncontiguous=True, exclude_zero=True))
    see("drawn next", torch.rand(1))
    with see.refusal("beyond the dtype"):
        torch.testing.make_tensor(3, dtype=torch.int8, device="cpu", low=300, high=400)
