"""Programs as documents 003 and 004 print them, their line breaks and indentation lost or bullets added."""
from minitorch_compat.parity import chapter, refusal

case = chapter("documents.code_as_printed")

VECTORS, BULLETS = "003_26a4ad811299ad37.txt", "004_1f92f23d1b2036bb.txt"


@case(
    document=VECTORS, lines="8, 15, 38, 59", fact="003-08",
    states={f"line {n} does something": True for n in (8, 15, 38, 59)},
    verdict="wrong", why="The comment that opens the line runs to its end and swallows the code.",
)
def code_behind_a_comment(torch, see):
    """Lines that begin with a comment go on with statements that are to run."""
    for number, line in (
        (8, "# Import variables in the following way from torch.autograd import Variable"),
        (15, "# Find the gradient of x and y z.backward() print(x.grad) print(y.grad)"),
        (38, "# Build a computational graph y = w * x + b # y = 2x + b # Compute gradients y.backward()"),
        (59, "# answer x = Variable(torch.FloatTensor([2]), requires_grad=True) y = x ** 2 y.backward()"),
    ):
        see(f"line {number} does something", bool(compile(line, "page", "exec").co_names))


@case(
    document=VECTORS, lines="9-11, 43, 58", fact="003-08",
    states={f"line {n}": refusal(None) for n in (9, 10, 11, 43, 58)},
    verdict="wrong", why="Statements on one line need semicolons; only the line with a single statement compiles.",
)
def statements_run_together(torch, see):
    """Several statements stand on one line with nothing but a blank between them."""
    for number, line in (
        (9, "x_tensor = torch.randn(10, 5) y_tensor = torch.randn(10, 5)"),
        (10, "z = torch.sum(x + y)"),
        (11, "print(z.data) print(z.grad_fn)"),
        (43, "x = torch.randn(3) x = Variable(x, requires_grad=True)"),
        (58, "import matplotlib.pyplot as plt x = np.arange(-3, 3.01, 0.1)"),
    ):
        with see.refusal(f"line {number}"):
            compile(line, "page", "exec")


@case(
    document=VECTORS, lines="47", fact="003-25",
    states={"[1, 1, 1]": refusal(None), "[1, 0.1, 0.01]": refusal(None)},
    verdict="wrong", why="Each call lacks its last parenthesis.",
)
def calls_without_their_last_parenthesis(torch, see):
    """The prose tells to write backward with a FloatTensor, in calls that open two parentheses and close one."""
    for weights in ("[1, 1, 1]", "[1, 0.1, 0.01]"):
        with see.refusal(weights):
            compile(f"y.backward(torch.FloatTensor({weights})", "page", "exec")


@case(
    document=BULLETS, lines="8-9, 23, 53", fact="004-13",
    states={f"line {n}": refusal(None) for n in (8, 9, 23, 53)},
    verdict="wrong", why="A bullet is a minus sign to Python, and a statement cannot be negated.",
)
def statements_behind_a_bullet(torch, see):
    """Every line of code begins with the bullet of a list."""
    for number, line in (
        (8, "- from torch.autograd import Variable"), (9, "- v1 = Variable(torch.tensor([1.,2.,3.]))"),
        (23, "- x=Variable(torch.Tensor(np.array([0.,1.,1.5,2.])*np.pi))"),
        (53, "- class LinearRegressionModel(torch.nn.Module):"),
    ):
        with see.refusal(f"line {number}"):
            compile(line, "page", "exec")


@case(
    document=BULLETS, lines="14, 17", fact="004-13",
    states={"line 14 shows": [4, 10, 18], "line 17": refusal(None)},
    verdict="wrong", why="The bullet in front of an expression negates it, in silence where there is a negative.",
)
def expressions_behind_a_bullet(torch, see):
    """Lines that show a value begin with the bullet of a list as well."""
    v2 = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
    names = {"v3": torch.tensor([1.0, 2.0, 3.0]) * v2}
    see("line 14 shows", eval("- v3.data.numpy()", names))
    with see.refusal("line 17"):
        eval("- v3.grad_fn", names)


@case(
    document=BULLETS, lines="22-31, 52-63, 68-87", fact="004-13",
    states={name: refusal(None) for name in ("an if", "a class", "a for")},
    verdict="wrong", why="Without its indentation a block has no body.",
)
def blocks_without_indentation(torch, see):
    """Rid of their bullets, the bodies of if, class and for begin at the margin."""
    for name, block in (
        ("an if", "if (left == right).all():\nprint('equal')"),
        ("a class", "class LinearRegressionModel(torch.nn.Module):\ndef forward(self, x):\nreturn x"),
        ("a for", "for epoch in range(100):\ny_pred = model(inputs)"),
    ):
        with see.refusal(name):
            compile(block, "page", "exec")


@case(document=BULLETS, lines="60-61, 82-85", fact="004-23", states={"one step": refusal(None), "w": [0.98]})
def semicolons_at_the_end(torch, see):
    """Clear, backward, step; and a semicolon at the end of a statement does no harm."""
    w = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = torch.optim.SGD([w], lr=0.01, momentum=0.9)
    w.grad = torch.tensor([100.0])
    names = {"optimizer": optimizer, "loss": (w * 2).sum()}
    with see.refusal("one step"):
        exec("optimizer.zero_grad();\nloss.backward()\noptimizer.step()", names)
    see("w", w)
    see("w.grad", w.grad)
    see.state("optimizer", optimizer)
