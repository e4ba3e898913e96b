"""Drawing new tensors."""
from minitorch_compat.parity import chapter

case = chapter("random.draws")


@case()
def uniform_numbers(torch, see):
    """rand takes one word of the stream for float32, two for float64."""
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64):
        torch.manual_seed(0)
        see(f"{dtype}", torch.rand(5, dtype=dtype))
        see.stream(f"{dtype} stream")


@case()
def normal_numbers_from_sixteen_on(torch, see):
    """From 16 elements on normals are made in blocks, other numbers than one by one."""
    for count in (15, 16, 17, 40):
        torch.manual_seed(0)
        see(f"{count}", torch.randn(count))
        see.stream(f"{count} stream")


@case()
def integers(torch, see):
    """randint draws below a bound, or between two."""
    torch.manual_seed(0)
    see("below", torch.randint(10, (6,)))
    see("between", torch.randint(-3, 3, (6,)))
    see("bytes", torch.randint(0, 256, (4,), dtype=torch.uint8))
    see("wide", torch.randint(2**40, (3,)))
    see.stream()


@case()
def integers_from_nothing(torch, see):
    """An empty range is refused, and so is what the dtype cannot hold."""
    with see.refusal("empty"):
        torch.randint(5, 5, (2,))
    with see.refusal("too large"):
        torch.randint(0, 300, (2,), dtype=torch.uint8)
    with see.refusal("overflow"):
        torch.randint(2**63, (2,))


@case()
def permutations(torch, see):
    """randperm gives each index once."""
    torch.manual_seed(0)
    for count in (0, 1, 2, 9):
        see(f"{count}", torch.randperm(count))
    see("int32", torch.randperm(5, dtype=torch.int32))
    see.stream()
    with see.refusal("float16"):
        torch.randperm(3000, dtype=torch.float16)


@case()
def like_another(torch, see):
    """rand_like and its kin take over strides, and fill in memory order."""
    x = torch.zeros(3, 4).t()
    torch.manual_seed(0)
    see("rand_like", torch.rand_like(x))
    see("randn_like", torch.randn_like(x))
    see("randint_like", torch.randint_like(x, 9))
    see("strides", torch.rand_like(x).stride())


@case()
def coins(torch, see):
    """bernoulli compares uniforms with each probability."""
    torch.manual_seed(0)
    see("by tensor", torch.bernoulli(torch.tensor([[0.1, 0.5], [0.9, 1.0]])))
    see("by number", torch.zeros(5).bernoulli(0.3))
    see.stream()
    with see.refusal("no probability"):
        torch.bernoulli(torch.tensor([2.0]))


@case()
def normals_of_tensors(torch, see):
    """normal takes means and deviations as tensors or numbers."""
    mean, std = torch.tensor([0.0, 10.0, 20.0]), torch.tensor([1.0, 2.0, 0.0])
    torch.manual_seed(0)
    see("both", torch.normal(mean, std))
    see("mean", torch.normal(mean, 0.5))
    see("std", torch.normal(1.0, std))
    see("size", torch.normal(1.0, 2.0, (4,)))
    see.stream()
    with see.refusal("negative"):
        torch.normal(mean, -std - 1)


@case()
def indices_by_weight(torch, see):
    """multinomial draws with or without putting back."""
    weights = torch.tensor([[1.0, 2.0, 3.0, 4.0], [4.0, 0.0, 0.0, 1.0]])
    torch.manual_seed(0)
    see("with", torch.multinomial(weights, 6, True))
    see("without", torch.multinomial(weights, 2))
    see("one", torch.multinomial(weights[0], 1))
    see.stream()
    with see.refusal("too many"):
        torch.multinomial(weights, 5)
    with see.refusal("nothing"):
        torch.multinomial(torch.zeros(3), 1)


@case()
def counts(torch, see):
    """poisson and binomial draw counts, by other methods for large ones."""
    torch.manual_seed(0)
    see("poisson", torch.poisson(torch.tensor([0.0, 0.5, 4.0, 50.0])))
    see("binomial", torch.binomial(torch.tensor([5.0, 100.0, 40.0]), torch.tensor([0.3, 0.4, 0.9])))
    see.stream()
    with see.refusal("negative rate"):
        torch.poisson(torch.tensor([-1.0]))
