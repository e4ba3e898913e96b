"""How pages are read: prompts, comments that state output and those that do not, magics, and what goes together."""
import json
from pathlib import Path

import pytest

from minitorch_compat.parity.documents import NoPage, read
from minitorch_compat.parity.documents.markdown import blocks as markdown
from minitorch_compat.parity.documents.restructured import blocks as restructured
from minitorch_compat.parity.documents.source import program, session
from minitorch_compat.parity.documents.texts import alike_in_form, digits_agree, likeness


def wants(code: str) -> list[str]:
    return [want.text for want in program(code, 1).wants]


def test_a_loop_may_go_on_under_either_prompt() -> None:
    lines = [">>> for i in range(2):", ">>>     print(i)", "0", "1", ">>> f(", ">>>     1)", "2", ">>> if x:",
             "...     y", "... else:", "...     z", ">>> a", "3"]
    steps = session(lines, 10).steps
    assert [step.source for step in steps] == [
        "for i in range(2):\n    print(i)", "f(\n    1)", "if x:\n    y\nelse:\n    z", "a"]
    assert [want.text for step in steps for want in step.wants] == ["0\n1", "2", "3"]
    assert (steps[0].line, [(want.first, want.last) for want in steps[0].wants]) == (10, [(12, 13)])


def test_a_class_goes_on_over_an_empty_prompt() -> None:
    lines = [">>> class A:", ">>>     def f(self):", ">>>         return 1", ">>>", ">>>     # and",
             ">>>     def g(self):", ">>>         return 2", ">>>", ">>> A()  # one", ">>>        # two",
             ">>> f()", "3"]
    steps = session(lines, 1).steps
    assert [step.source.count("\n") for step in steps] == [6, 0, 1, 0]
    assert [step.line for step in steps] == [1, 8, 9, 11]


def test_output_with_blank_lines_goes_on_while_brackets_are_open() -> None:
    (step,) = session([">>> x", "tensor([[[1.]],", "", "        [[2.]]])", "", "Prose."], 1).steps
    assert step.wants[0].text == "tensor([[[1.]],\n\n        [[2.]]])"


@pytest.mark.parametrize("code, stated", [
    ("x  # tensor([1., 2.])", "tensor([1., 2.])"), ("x.shape # torch.Size([2])", "torch.Size([2])"),
    ("f(1) # => 3", "3"), ("print(x) # prints [1, 2]", "[1, 2]"), ("y = f(x)  # tensor(3.)", "tensor(3.)"),
    ("x.is_leaf  # True, because we made it", "True"), ("f()  # ValueError: no", "ValueError: no"),
    ("print(a)\n# tensor([[1.],\n#         [2.]])", "tensor([[1.],\n        [2.]])"),
    ("print(a)\n# Output:\n# one\n# two\n\n# Words.", "one\ntwo"), ("x.dtype  # torch.float32", "torch.float32"),
    ("y.grad_fn  # <AddBackward0 object at 0x7f>", "<AddBackward0 object at 0x7f>"), ("f()  # 输出: 7.5", "7.5"),
])
def test_comments_that_state_output(code: str, stated: str) -> None:
    assert wants(code) == [stated]


@pytest.mark.parametrize("code", [
    "x = 5  # 3", "lr = 0.1  # 10 times more", "f(x)  # tensor of ones", "f(x)  # prints the gradient of x",
    "x = torch.randn(3, 4)  # (N, C)", "f(x)  # True for leaves", "f(x)  # 2 rows", "g()  # returns a tensor",
    "f(x)  # x^2", "# tensor([1.])", "f(x)  # noqa: E501", "print(1)\n\n# 2", "f(x)  # d(y)/d(x)",
    "f(x)  # None of these",    "f(x)  # Error handling is left out",
])
def test_comments_that_state_nothing(code: str) -> None:
    assert wants(code) == []


def test_printing_inside_a_loop_is_known_by_its_line() -> None:
    (want,) = program("for x in y:\n    print(x)  # tensor(1)\n", 5).wants
    assert want.lines == (6, 6)


def test_magics_are_passed_over_and_foreign_cells_left_out() -> None:
    block = program("%matplotlib inline\n!pip install torch\nx = 1", 1)
    assert [step.source.split("#")[0].strip() for step in block.steps] == ["pass", "pass", "x = 1"]
    assert "bash" in program("%%bash\nls", 1).skip
    assert not program("%%time\nx = 1", 1).skip
    assert "shell" in program("files = !ls", 1).skip
    assert len(program("x = (7\n% 2)", 1).steps) == 1


def test_fences_and_what_follows_them() -> None:
    text = ("```python\nx = 1\n```\n\n```bash\nls\n```\n\n```\ntensor(1)\n```\n\n"
            "```{code-cell} python\nprint(1)\n```\n```\n1\n```\n\n1. In a list\n\n"
            "   ```py\n   f()\n   ```\n\n   ```\n   2\n   ```\n")
    found = list(markdown(text))
    assert [(block.source, block.want and block.want.text) for block in found] == [
        ("x = 1", None), ("print(1)", "1"), ("f()", "2")]
    assert found[2].want is not None and found[2].want.prefix == "   "


def test_restructured_text_skips_and_highlights() -> None:
    text = (".. code-block:: bash\n\n   ls\n\n"
            ".. doctest::\n\n   >>> f()  # doctest: +SKIP\n   1\n\n::\n\n   >>> g()\n   2\n")
    one, two = restructured(text)
    assert one.skip and not two.skip
    assert [want.text for want in two.wants] == ["2"]


def test_notebooks_give_their_outputs(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [
        {"cell_type": "code", "source": "x", "outputs": [
            {"output_type": "stream", "name": "stdout", "text": ["a\n"]},
            {"output_type": "execute_result", "data": {"text/plain": ["1"]}},
            {"output_type": "display_data", "data": {"image/png": "", "text/plain": "<Figure>"}}]}]}))
    (block,) = read(path).blocks
    assert block.want is not None and block.want.text == "a\n1"
    path.write_text("{}")
    with pytest.raises(NoPage, match="no notebook"):
        read(path)
    with pytest.raises(NoPage, match="documents end in"):
        read(tmp_path / "a.pdf")


@pytest.mark.parametrize("want, got, found", [
    ("tensor(1.)", "tensor(1.)", "same"), ("a\nb", "a  \nb\n", "same"), ("<X at 0x7f12>", "<X at 0x8034>", "same"),
    ("tensor([0., ..., 1.])", "tensor([0., 2., 1.])", "same"), ("0.333", "0.3333333432674408", "digits"),
    ("1.2346e-05", "1.23456e-05", "digits"), ("[1., 2.]", "[1.,  2.]", "spaces"), ("7.51", "7.5", "numbers"),
    ("tensor(1)", "tensor(1.)", "numbers"), ("0.334", "0.3333333432674408", "numbers"), ("1.", "1.4000", "numbers"),
    ("tensor(1.)", "tensor(1., grad_fn=<X>)", "other"), ("nan", "1.0", "numbers"),
])
def test_likeness(want: str, got: str, found: str) -> None:
    assert likeness(want, got) == found


def test_digits_and_form() -> None:
    assert digits_agree("2.4999", "2.5") is False
    assert digits_agree("0.33333334", "0.3333")
    assert alike_in_form("tensor([0.1, -2.])", "tensor([-0.1234,  0.5])")
    assert not alike_in_form("tensor([0.1, 0.2])", "tensor([0.1])")
