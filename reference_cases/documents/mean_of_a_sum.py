"""The mean of x + temp + 2, its gradients in print, and how to clear them, as document 002 tells it."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.mean_of_a_sum", document="002_f21a07dfaf42bedb.txt")


def operands(torch: Any) -> tuple[Any, Any]:
    """The two leaves of the document's programs, of which only the second asks for a gradient."""
    x = torch.autograd.Variable(torch.ones(2, 2), requires_grad=False)
    temp = torch.autograd.Variable(torch.zeros(2, 2), requires_grad=True)
    return x, temp


@case(lines="29-48", fact="002-15", states={"x.grad": None, "y.backward()": refusal(None)})
def the_untracked_operand_gets_nothing(torch, see):
    """After backward through x + temp + 2, the grad of x is absent, because x did not ask for it."""
    x, temp = operands(torch)
    y = (x + temp + 2).mean()
    see("y", y)
    with see.refusal("y.backward()"):
        y.backward()
    print(x.grad)
    see("x.grad", x.grad)
    see("x", x)


@case(
    lines="41", fact="002-16", states={"x has a gradient": True},
    verdict="wrong", why="Only temp asks for a gradient and gets one, as the document's own output shows.",
)
def backward_is_for_x(torch, see):
    """backward finds the gradient of y with respect to the variable that came before it, x."""
    x, temp = operands(torch)
    (x + temp + 2).mean().backward()
    see("x has a gradient", x.grad is not None)
    see("temp has a gradient", temp.grad is not None)


@case(lines="50-69", fact="002-17", states={"temp.grad": [[0.25, 0.25], [0.25, 0.25]]})
def the_tracked_operand_gets_a_quarter_each(torch, see):
    """The gradient of the mean with respect to temp is a 2x2 matrix of quarters."""
    x, temp = operands(torch)
    y = (x + temp + 2).mean()
    y.backward()
    print(temp.grad)
    see("temp.grad", temp.grad)


@case(
    lines="38-39", fact="002-21", states={"y": 3.0},
    verdict="incomplete", why="The value of the mean is never printed.",
)
def the_mean_is_three(torch, see):
    """Ones plus zeros plus two, averaged, make three."""
    x, temp = operands(torch)
    y = (x + temp + 2).mean()
    print(y)
    see("y", y)
    see.graph("graph of y", y)


@case(
    lines="31, 52, 73, 97", fact="002-25", states={"programs that use np": [True, True, True, True]},
    verdict="incomplete", why="All four programs import NumPy and none of them uses it.",
)
def numpy_is_imported(torch, see):
    """Each of the four programs begins by importing NumPy."""
    names = {"torch": torch, "Variable": torch.autograd.Variable}
    begin = "x = Variable(torch.ones(2, 2)); temp = Variable(torch.zeros(2, 2), requires_grad=True)\n"
    uses = []
    for number, rest in enumerate((
        "y = (x + temp + 2).mean(); y.backward(); print(x.grad)",
        "y = (x + temp + 2).mean(); y.backward(); print(temp.grad)",
        "y = (x + 2).mean(); y.backward(); print(x.grad)",
        "y = (x + 2).mean(); print(y.grad_fn)",
    ), 1):
        program = compile(begin + rest, f"program {number}", "exec")
        uses.append("np" in program.co_names)
        with see.refusal(f"program {number}"), see.printed(f"printed by program {number}"):
            exec(program, dict(names))
    see("programs that use np", uses)


@case(
    lines="46, 113", fact="002-26", states={"grad": "none", "grad_fn": "none"},
    verdict="wrong", why="Python writes None with a capital, and always did.",
)
def nothing_is_printed_as_none(torch, see):
    """An absent grad or grad_fn prints as a word in lower case."""
    x = torch.autograd.Variable(torch.ones(1))
    see("grad", str(x.grad))
    see("grad_fn", str(x.grad_fn))


@case(
    lines="68-69", fact="002-27", states={"printed": "tensor([[0.2500, 0.2500],\n[0.2500, 0.2500]])"},
    verdict="wrong", why="The page lost the eight blanks that bring each further row under the first.",
)
def rows_begin_at_the_margin(torch, see):
    """In print, the second row of the gradient begins at the margin."""
    x = torch.autograd.Variable(torch.zeros(2, 2), requires_grad=True)
    x.mean().backward()
    see("printed", str(x.grad))


@case(
    lines="117", fact="002-22",
    states={
        "1: temp.grad": [[0.25, 0.25]] * 2, "2: temp.grad": [[0.5, 0.5]] * 2, "3: temp.grad": [[0.75, 0.75]] * 2,
        "cleared, then: temp.grad": [[0.25, 0.25]] * 2,
    },
)
def gradients_add_up_until_cleared(torch, see):
    """Each backward adds to grad, so every iteration has to clear it."""
    _, temp = operands(torch)
    first = None
    for n in (1, 2, 3):
        (temp + 3).mean().backward()
        first = temp.grad if first is None else first
        see(f"{n}: temp.grad", temp.grad)
    see.aliasing("first and last gradient", first, temp.grad)
    temp.grad.data.zero_()
    (temp + 3).mean().backward()
    see("cleared, then: temp.grad", temp.grad)


@case(
    lines="119", fact="002-23", states={"temp.grad": [[0, 0], [0, 0]], "clearing": refusal(None)},
    note="The document writes it for x, which in all its programs has no gradient to clear.",
)
def clearing_through_data(torch, see):
    """grad.data.zero_() sets a gradient to zero."""
    x, temp = operands(torch)
    (temp + 3).mean().backward()
    kept = temp.grad
    see.versions("version before", kept)
    with see.refusal("clearing"):
        see("zero_ returns", temp.grad.data.zero_())
    see("temp.grad", temp.grad)
    see.aliasing("gradient before and after", kept, temp.grad)
    see.versions("version after grad.data.zero_()", kept)
    kept.zero_()
    see.versions("version after grad.zero_()", kept)
    with see.refusal("clearing the gradient that x never had"):
        x.grad.data.zero_()


@case(
    lines="121", fact="002-24", states={"returns its tensor": True, "t.zero()": refusal(AttributeError)},
    verdict="incomplete", why="Augmented assignment and writing to an index are in place too, without an underscore.",
)
def in_place_operations_end_in_an_underscore(torch, see):
    """Operations that work in place are spelled with a trailing underscore."""
    t = torch.ones(2)
    see("returns its tensor", t.zero_() is t)
    see("version after zero_()", t._version)
    with see.refusal("t.zero()"):
        t.zero()
    same = t
    t += 1
    t[0] = 5
    see("after += and t[0] = 5", t)
    see("+= kept the tensor", t is same)
    see("torch.zero_ and torch.zero exist", [hasattr(torch, "zero_"), hasattr(torch, "zero")])
