"""Filling tensors in place."""
from minitorch_compat.parity import chapter

case = chapter("random.fills")

FILLS = (
    ("uniform_", (-1.5, 2.25)), ("normal_", (0.5, 2.0)), ("random_", ()), ("random_", (3, 100)), ("bernoulli_", (0.3,)),
    ("exponential_", (1.5,)), ("geometric_", (0.2,)), ("cauchy_", ()), ("log_normal_", ()),
)


@case()
def every_fill_of_a_dense_tensor(torch, see):
    """Each sampler has an in-place form."""
    for name, arguments in FILLS:
        torch.manual_seed(6)
        see(f"{name}{arguments}", getattr(torch.empty(5), name)(*arguments))
        see.stream(f"{name}{arguments} stream")


@case()
def every_fill_of_a_view_with_gaps(torch, see):
    """A view with gaps is filled row by row, and its neighbours stay."""
    for name, arguments in FILLS:
        torch.manual_seed(6)
        whole = torch.zeros(4, 6)
        getattr(whole[:, ::2], name)(*arguments)
        see(f"{name}{arguments}", whole)


@case()
def complex_numbers_with_gaps(torch, see):
    """Real and imaginary parts are drawn in turn, also where elements do not touch."""
    for dtype in (torch.complex64, torch.complex128):
        torch.manual_seed(6)
        whole = torch.zeros(9, 4, dtype=dtype)
        whole[:, ::2].normal_()
        see(f"{dtype}", whole)
        see.stream(f"{dtype} stream")


@case()
def whole_ranges(torch, see):
    """random_ without bounds takes what the dtype counts exactly."""
    for dtype in (torch.int8, torch.uint8, torch.int32, torch.int64, torch.bool, torch.float32, torch.float64):
        torch.manual_seed(6)
        see(f"{dtype}", torch.empty(3).to(dtype).random_())
    torch.manual_seed(6)
    see("from the smallest", torch.empty(3, dtype=torch.int64).random_(-(2**63), None))
    with see.refusal("int8 from the smallest"):
        torch.empty(3, dtype=torch.int8).random_(-(2**63), None)


@case()
def parameters_that_are_refused(torch, see):
    """Each sampler says what it expects."""
    x = torch.empty(2)
    for name, arguments in (
        ("uniform_", (2, 1)), ("normal_", (0, -1)), ("bernoulli_", (2,)), ("exponential_", (0,)), ("geometric_", (1,)),
        ("cauchy_", (0, 0)), ("log_normal_", (0, -1)), ("random_", (5, 5)),
    ):
        with see.refusal(f"{name}{arguments}"):
            getattr(x, name)(*arguments)
    see.stream()


@case()
def one_place_for_many_elements(torch, see):
    """An expanded tensor cannot be filled; a wrong parameter is told first."""
    x = torch.zeros(1).expand(3)
    with see.refusal("fill"):
        x.normal_()
    with see.refusal("parameter"):
        x.normal_(0, -1)
    torch.manual_seed(0)
    see.stream()


@case()
def no_gradient_passes(torch, see):
    """What was there before has no part in what was drawn."""
    x = torch.ones(3, requires_grad=True)
    torch.manual_seed(0)
    y = (x * 2).uniform_()
    see.graph("graph", y)
    y.sum().backward()
    see("x.grad", x.grad)
