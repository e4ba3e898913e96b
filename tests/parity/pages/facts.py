"""What pages state: code, what torch 2.13 prints for it, and an error to plant in its place."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """Code with its output, and a wrong output (or wrong code) that a checker has to find."""

    name: str
    code: str
    output: str
    wrong: str
    wrong_code: str = ""
    raises: bool = False
    right: tuple[str, ...] = ("matches",)
    found: tuple[str, ...] = ("outdated",)


FIRST = (
    Fact("ones", "x = torch.ones(2, 2, requires_grad=True)\nprint(x)",
         "tensor([[1., 1.],\n        [1., 1.]], requires_grad=True)", "tensor([[1., 1.],\n        [1., 1.]])"),
    Fact("mean", "y = (x + 2).mean()\nprint(y)", "tensor(3., grad_fn=<MeanBackward0>)",
         "tensor(3., grad_fn=<MeanBackward1>)"),
    Fact("gradient", "y.backward()\nprint(x.grad)", "tensor([[0.2500, 0.2500],\n        [0.2500, 0.2500]])",
         "tensor([[0.2500, 0.2500],\n        [0.2500, 0.2600]])"),
)

OTHERS = (
    Fact("digits", "print(torch.tensor(2.0).sqrt().item())", "1.414214", "1.414219",
         right=("matches", "matches to the digits shown")),
    Fact("integers", "print(torch.arange(3))", "tensor([0, 1, 2])", "tensor([0., 1., 2.])"),
    Fact("shape", "print(torch.zeros(2, 3).t().shape)", "torch.Size([3, 2])", "torch.Size([2, 3])"),
    Fact("unseeded", "print(torch.rand(2, 2))", "tensor([[0.1234, 0.9876],\n        [0.5000, 0.2468]])",
         "tensor([[0.1234, 0.9876, 0.1111],\n        [0.5000, 0.2468, 0.1111]])"),
    Fact("seeded", "torch.manual_seed(0)\nprint(torch.rand(3))", "tensor([0.4963, 0.7682, 0.0885])",
         "tensor([0.4963, 0.7682, 0.0886])"),
    Fact("refusal", "torch.ones(2, 3) @ torch.ones(2, 3)",
         "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
         "RuntimeError: size mismatch, m1: [2 x 3], m2: [2 x 3]", raises=True),
    Fact("no refusal", "torch.ones(2, 3) + torch.ones(2, 1)", "", "RuntimeError: sizes do not match", raises=True),
    Fact("loop", "for i in range(2):\n    print(i * torch.ones(1))", "tensor([0.])\ntensor([1.])",
         "tensor([0.])\ntensor([2.])"),
    Fact("address", "print((x * 2).grad_fn)", "<MulBackward0 object at 0x7f1234567890>",
         "<MulBackward object at 0x7f1234567890>"),
    Fact("element", "print(torch.ones(3).sum().item())", "3.0", "3.0",
         wrong_code="print(torch.ones(3).sum().data[0])", found=("fails",)),
    Fact("truth", "print(torch.arange(3) > 1)", "tensor([False, False,  True])",
         "tensor([0, 0, 1], dtype=torch.uint8)"),
    Fact("left out", "print(torch.arange(2000))", "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])",
         "tensor([   0,    1,    2,  ..., 1997, 1998, 2000])"),
    Fact("picture", "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nprint(len([1, 2]))",
         "2", "3"),
    Fact("wrapped", "print(torch.autograd.Variable(torch.ones(2), requires_grad=True))",
         "tensor([1., 1.], requires_grad=True)", "Variable containing:\n 1\n 1\n[torch.FloatTensor of size 2]"),
    Fact("list", "print([each.item() for each in torch.arange(3)])", "[0, 1, 2]", "[0, 1, 3]"),
    Fact("file", "weights = torch.load('weights.pt')\nprint(weights)", "tensor([1.])", "tensor([2.])",
         right=("not checkable",), found=("not checkable",)),
    Fact("package", "import torchvision_of_mine\nprint(torchvision_of_mine.name)", "nothing", "something",
         right=("not checkable",), found=("not checkable",)),
    Fact("argument", "print(torch.nn.functional.mse_loss(torch.ones(2), torch.zeros(2), reduction='sum'))",
         "tensor(2.)", "2.0"),
    Fact("old argument", "print(torch.ones(2, requires_grad=True).sum().backward(retain_graph=True))", "None", "None",
         wrong_code="print(torch.ones(2, requires_grad=True).sum().backward(retain_variables=True))", found=("fails",)),
    Fact("assignment", "z = torch.full((2,), 7)\nprint(z)", "tensor([7, 7])", "tensor([7., 7.])"),
    Fact("in place", "w = torch.zeros(2, requires_grad=True)\nwith torch.no_grad():\n    w += 1\nprint(w)",
         "tensor([1., 1.], requires_grad=True)", "tensor([1., 1.], requires_grad=True)",
         wrong_code="w = torch.zeros(2, requires_grad=True)\nw += 1\nprint(w)", found=("fails",)),
)
