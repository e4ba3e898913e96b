"""Tensors as text."""
import math

from minitorch_compat.parity import chapter

case = chapter("tensor.printing")


@case(fact="B-106")
def flags_and_functions(torch, see):
    """The text ends in the flag of a leaf or the grad_fn of a result."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    see("leaf", repr(x))
    see("product", repr(x * 2))
    see("sum", repr(x.sum()))
    see("detached", repr(x.detach()))
    see("grad_fn of a leaf", str(x.grad_fn))


@case(fact="B-106")
def short_texts(torch, see):
    """Small tensors of each kind, with the digits and the suffixes they need."""
    for words, tensor in (
        ("a number", torch.tensor(1.5)), ("nothing", torch.tensor([])), ("nothing in a shape", torch.zeros(0, 3)),
        ("integers", torch.tensor([1, 2])), ("a bool", torch.tensor([True])),
        ("float64", torch.tensor([1.0], dtype=torch.float64)),
        ("float64 flagged", torch.tensor([1.0], dtype=torch.float64, requires_grad=True)),
        ("int32", torch.tensor([1], dtype=torch.int32)),
        ("nan and inf", torch.tensor([1.0, math.nan, math.inf])), ("minus zero", torch.tensor(-0.0)),
        ("complex", torch.tensor([1 + 2j])),
    ):
        see(words, repr(tensor))


@case(fact="B-106")
def when_exponents_appear(torch, see):
    """Large, small and far apart numbers print with exponents."""
    for numbers in (
        [1e-8, 1.0], [1e10], [0.1, 1000.5], [1.0, 123456.0], [99999.5, 0.001], [0.00001], [1e5, 1.5], [12345678.0],
    ):
        see(str(numbers), repr(torch.tensor(numbers)))
    see("flagged", repr(torch.tensor(1e-5, requires_grad=True)))


@case(fact="B-106")
def long_texts(torch, see):
    """A thousand elements are abridged, lines break, and matrices of a cube are set apart."""
    print(torch.arange(2000.0))
    print(torch.zeros(2, 2, 2))
    print(torch.arange(30.0))


@case(fact="B-106")
def formats(torch, see):
    """In a format a tensor of no dimension without history is its number; digits need a single element."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    see("f-string of a sum", f"{x.sum()}")
    see("percent", "%s" % x.sum())  # noqa: UP031
    see("three digits", f"{x.sum():.3f}")
    see("f-string of a vector", f"{x}")
    with see.refusal("digits of a vector"):
        f"{x:.2f}"


@case(fact="B-107")
def the_suffix_of_a_long_text(torch, see):
    """The suffix of a long text stands at the end of its last line."""
    x = torch.arange(20.0, requires_grad=True)
    print(x)
    print(x * 1)
    print((x * 1).sum())
    print(torch.ones(2, 2, requires_grad=True) * 3)
    print(torch.ones(2, 2, dtype=torch.float64, requires_grad=True) * 3)


@case()
def options_of_printing(torch, see):
    """set_printoptions changes what it is given, a profile sets all at once, and every call sets sci_mode."""
    x = torch.arange(1, 31) / 7
    torch.set_printoptions(precision=2, sci_mode=True)
    print(x[:3])
    torch.set_printoptions(threshold=10, edgeitems=2, linewidth=40)
    print(x, x[:9])
    torch.set_printoptions(profile="short")
    print(x)
    torch.set_printoptions(profile="full")
    print(x)
    with torch._tensor_str.printoptions(precision=1):
        print(x[0])
    print(x[0], torch._tensor_str.get_printoptions())
