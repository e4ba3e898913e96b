"""What old pages meet today: each of these fails or is outdated, with the sentence that says why."""
import pytest

from minitorch_compat.parity.documents import Page, check_page
from minitorch_compat.parity.documents.explanations import EXPLANATIONS
from minitorch_compat.parity.documents.markdown import blocks
from minitorch_compat.parity.documents.outside import Sessions

BEGIN = ("import io\nimport numpy as np\nimport torch\nfrom torch import nn\n"
         "from torch.autograd import Function, Variable\nx = torch.ones(2, 2, requires_grad=True)")

MEETS = {
    "print": "print x", "async": "x.cuda(async=True)", "data[0]": "x.sum().data[0]", "creator": "x.creator",
    "retain_variables": "x.sum().backward(retain_variables=True)", "zero_grad": "x.grad.data.zero_()",
    "in-place leaf": "x += 1", "changed in place": "y = x.exp()\ny.add_(1)\ny.sum().backward()",
    "backward twice": "y = (x * x).sum()\ny.backward()\ny.backward()",
    "legacy function": "class F(Function):\n    def forward(self, x):\n        return x\nF()(x)", "numpy": "x.numpy()",
    "bool arithmetic": "1 - (x > 0)", "byte mask": "x.detach().masked_fill_(torch.ByteTensor([1, 0]), 1)",
    "linear algebra": "torch.gesv(x, x)", "fft": "torch.rfft(x, 1)", "stft": "torch.stft(torch.ones(400), 100)",
    "load": "b = io.BytesIO()\ntorch.save(nn.Linear(1, 1), b)\nn = b.seek(0)\ntorch.load(b)",
    "six": "from torch._six import inf", "legacy": "import torch.legacy.nn",
    "mean of integers": "torch.tensor([1, 2]).mean()", "integer division": "torch.ones(2).long().div_(2)",
    "integers with gradients": "torch.tensor([1], requires_grad=True)", "scalar outputs": "(x * 2).backward()",
    "no graph": "torch.ones(1).backward()", "NumPy's names": "np.float(1)",
}
REMARKS = {
    "volatile": "Variable(torch.ones(2), volatile=True)", "size_average": "nn.MSELoss(size_average=False)",
    "implicit dim": "nn.functional.softmax(torch.ones(2, 2))", "range": "torch.range(0, 3)",
    "underscore": "nn.init.constant(torch.ones(2), 1)",
    "grad_variables": "torch.autograd.backward([x * 1], grad_variables=[x.detach()])",
}


def test_old_ways_are_explained(torch_sessions: Sessions) -> None:
    chosen = {**MEETS, **REMARKS}
    why = {each.name: each.why for each in EXPLANATIONS}
    text = "\n".join(f"```python\n{BEGIN}\n{code}\n```\n" for code in chosen.values())
    checked = check_page(Page("old", tuple(blocks(text)), text=text), torch_sessions)
    wrong = []
    for name, block in zip(chosen, checked.blocks, strict=True):
        told = block.verdict == "fails" and block.why.startswith(why[name]) if name in MEETS else (
            block.verdict == "matches" and why[name] in block.remarks)
        if not told:
            wrong.append((name, block.verdict, block.why, block.remarks))
    assert not wrong


@pytest.mark.parametrize("code, why", [
    ("model = ...\nfor layer in model:\n    print(layer)", "leaves code out"), ("input.shape", "it needs `input`"),
    ("torch.ones(1 << 50)", "memory"), ("import os\nos.environ['NOWHERE']", "environment variable"),
    ("torch.ones(1, device='mps')", "device"), ("import inspect\ninspect.getsource(len)", "TypeError"),
])  # fmt: skip
def test_what_a_page_leaves_out_cannot_be_checked(code: str, why: str, torch_sessions: Sessions) -> None:
    text = f"```python\nimport torch\n{code}\n```\n"
    (block,) = check_page(Page("left out", tuple(blocks(text)), text=text), torch_sessions).blocks
    assert why in block.why
    assert block.verdict == ("fails" if why == "TypeError" else "not checkable")


@pytest.mark.parametrize("package", ["torch.nn.functional"])
def test_docstrings_of_the_installed_torch(package: str, torch_sessions: Sessions) -> None:
    from minitorch_compat.parity.documents.checking import docstring_pages

    pages = list(docstring_pages(package))
    assert len(pages) >= 20
    for page in pages[::4]:
        checked = check_page(page, torch_sessions)
        assert page.blocks and len(checked.blocks) == len(page.blocks)
        assert all(block.why for block in checked.blocks if block.verdict in ("outdated", "fails", "not checkable"))
