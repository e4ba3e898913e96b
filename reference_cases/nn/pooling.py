"""Pools, and the way out of them."""
from minitorch_compat.parity import chapter

case = chapter("nn.pooling")

IMAGE = [[1.0, 5.0, 2.0, 0.0, 1.0], [3.0, 4.0, 2.0, 7.0, 1.0], [0.0, 0.0, 6.0, 6.0, 2.0], [9.0, 8.0, 6.0, 6.0, 3.0]]


def image(torch):
    return torch.tensor([[IMAGE]])


@case()
def the_largest_of_each_window(torch, see):
    """max_pool2d takes the largest element; its gradient goes to that element alone."""
    x = image(torch).requires_grad_()
    out = torch.nn.functional.max_pool2d(x, 2)
    see("out", out)
    print(out.grad_fn.name())
    out.backward(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
    see("x.grad", x.grad)


@case()
def indices_and_ties(torch, see):
    """The indices are those of the flat image; of equal elements the first counts."""
    _, indices = torch.nn.functional.max_pool2d(image(torch), 2, return_indices=True)
    see("indices", indices)
    _, indices = torch.nn.functional.max_pool2d(torch.zeros(1, 1, 4, 4), 3, 1, 1, return_indices=True)
    see("of zeros", indices)


@case()
def nan_is_larger_than_all(torch, see):
    """A window with nan gives nan, and the index of the last one."""
    x = torch.tensor([[[1.0, float("nan"), 2.0, float("nan"), 3.0, 4.0]]])
    out, indices = torch.nn.functional.max_pool1d(x, 4, 2, return_indices=True)
    see("out", out)
    see("indices", indices)


@case()
def ceil_mode(torch, see):
    """With ceil_mode a last window may reach beyond the input, if it starts within the input or its padding."""
    x = image(torch)
    for size, stride, padding in ((2, 2, 0), (3, 2, 1), (2, 3, 1)):
        see(f"{size, stride, padding}", torch.nn.functional.max_pool2d(x, size, stride, padding, ceil_mode=True))
        see(f"mean {size, stride, padding}", torch.nn.functional.avg_pool2d(x, size, stride, padding, ceil_mode=True))


@case()
def overlapping_windows_add_up(torch, see):
    """An element that is the largest of several windows gets the gradients of all."""
    x = image(torch).requires_grad_()
    torch.nn.functional.max_pool2d(x, 3, 1, dilation=1).sum().backward()
    see("x.grad", x.grad)


@case()
def the_mean_of_each_window(torch, see):
    """avg_pool2d counts the padding, or not; a divisor of one's own replaces the count."""
    x = image(torch)
    mean = torch.nn.functional.avg_pool2d
    see("plain", mean(x, 2))
    see("with padding", mean(x, 3, 2, 1))
    see("without", mean(x, 3, 2, 1, count_include_pad=False))
    see("own divisor", mean(x, 2, divisor_override=3))


@case()
def adaptive_pools(torch, see):
    """An adaptive pool divides the input into as many parts as asked for; None keeps a length, 1 is a plain mean."""
    x = image(torch).requires_grad_()
    see("mean", torch.nn.functional.adaptive_avg_pool2d(x, (3, 2)))
    see("largest", torch.nn.functional.adaptive_max_pool2d(x, (None, 3), return_indices=True)[1])
    print(torch.nn.functional.adaptive_avg_pool2d(x, 1).grad_fn.name())
    print(torch.nn.functional.adaptive_avg_pool2d(x, 2).grad_fn.name())


@case()
def out_of_a_pool(torch, see):
    """max_unpool2d puts each element back where the pool found it, with zeros around."""
    x = image(torch)
    out, indices = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    see("assumed", torch.nn.functional.max_unpool2d(out, indices, 2, output_size=(4, 5)))
    with see.refusal("another size"):
        torch.nn.functional.max_unpool2d(out, indices, 2, output_size=(8, 8))


@case()
def windows_at_random_distances(torch, see):
    """A fractional pool draws one number for each plane and dimension before it looks."""
    torch.manual_seed(3)
    pool = torch.nn.FractionalMaxPool2d(2, output_size=(2, 3), return_indices=True)
    out, indices = pool(image(torch))
    see("out", out)
    see("indices", indices)
    see.stream()


@case()
def pools_print_themselves(torch, see):
    """Each pool says what it was told."""
    nn = torch.nn
    for pool in (
        nn.MaxPool1d(2), nn.MaxPool2d((2, 3), stride=1, ceil_mode=True), nn.MaxUnpool2d(2), nn.AvgPool1d(3),
        nn.AvgPool3d(2, padding=1), nn.LPPool2d(2, 3), nn.AdaptiveMaxPool2d((None, 2)), nn.AdaptiveAvgPool1d(3),
    ):
        print(pool)


@case()
def what_pools_refuse(torch, see):
    """Padding beyond half a window, windows beyond the input, and strides of nothing."""
    x = image(torch)
    pool, mean = torch.nn.functional.max_pool2d, torch.nn.functional.avg_pool2d
    for words, attempt in (
        ("padding", lambda: pool(x, 2, padding=2)), ("too large", lambda: pool(x, 9)),
        ("stride", lambda: pool(x, 2, stride=0)), ("divisor", lambda: mean(x, 2, divisor_override=0)),
        ("dimensions", lambda: pool(torch.ones(3, 3), 2)), ("three sizes", lambda: pool(x, (2, 2, 2))),
        ("bool", lambda: pool(x > 0, 2)), ("adaptive", lambda: torch.nn.functional.adaptive_avg_pool2d(x, -1)),
    ):
        with see.refusal(words):
            attempt()
