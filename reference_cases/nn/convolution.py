"""Convolutions: what they compute, how they start, and what they refuse."""
from minitorch_compat.parity import Scaled, chapter

case = chapter("nn.convolution")


def counted(torch, *shape):
    """Small whole numbers, whose sums are exact in any order."""
    size = 1
    for each in shape:
        size *= each
    return (torch.arange(size) % 7 - 3.0).reshape(shape)


@case()
def a_window_slides_over_an_image(torch, see):
    """conv2d multiplies each window by the weight and adds it up; nothing is mirrored."""
    x = counted(torch, 1, 1, 4, 4)
    w = torch.tensor([[[[1.0, 2.0], [0.0, -1.0]]]])
    see("out", torch.nn.functional.conv2d(x, w))
    see("by hand", (x[0, 0, :2, :2] * w[0, 0]).sum())


@case()
def all_three_get_gradients(torch, see):
    """Input, weight and bias get gradients from one step, ConvolutionBackward0, in that order."""
    x = counted(torch, 2, 2, 4, 3).requires_grad_()
    w = counted(torch, 3, 2, 2, 2).requires_grad_()
    b = counted(torch, 3).requires_grad_()
    out = torch.nn.functional.conv2d(x, w, b, padding=1)
    print(out.grad_fn.name(), [each[0].name() for each in out.grad_fn.next_functions])
    out.sum().backward()
    see("x.grad", x.grad)
    see("w.grad", w.grad)
    see("b.grad", b.grad)


@case()
def stride_padding_and_dilation(torch, see):
    """The lengths follow from stride, padding and dilation; one number stands for all dimensions."""
    x, w = counted(torch, 1, 2, 9, 8), counted(torch, 2, 2, 3, 3)
    conv = torch.nn.functional.conv2d
    for words, options in (
        ("plain", {}), ("stride", {"stride": 2}), ("padding", {"padding": (2, 1)}), ("dilation", {"dilation": (1, 3)}),
        ("all", {"stride": (2, 3), "padding": 2, "dilation": 2}),
    ):
        see(words, conv(x, w, **options))


@case()
def groups_see_their_own_channels(torch, see):
    """With groups each part of the output sees its part of the input; as many groups as channels is depthwise."""
    x = counted(torch, 1, 4, 3, 3)
    see("two", torch.nn.functional.conv2d(x, counted(torch, 6, 2, 2, 2), groups=2))
    see("depthwise", torch.nn.functional.conv2d(x, counted(torch, 4, 1, 2, 2), groups=4))


@case()
def same_and_valid(torch, see):
    """padding='same' keeps the lengths, an even window with one more at the end; 'valid' pads nothing."""
    x = counted(torch, 1, 1, 5, 6)
    see("odd", torch.nn.functional.conv2d(x, counted(torch, 1, 1, 3, 3), padding="same"))
    with see.warnings():
        see("even", torch.nn.functional.conv2d(x, counted(torch, 1, 1, 2, 4), padding="same"))
    see("valid", torch.nn.functional.conv2d(x, counted(torch, 1, 1, 2, 4), padding="valid"))
    with see.refusal("with a stride"):
        torch.nn.functional.conv2d(x, counted(torch, 1, 1, 3, 3), padding="same", stride=2)


@case()
def one_sample_alone(torch, see):
    """An input without a dimension of samples gives a result without one, by a squeeze at the end."""
    x = counted(torch, 2, 5).requires_grad_()
    out = torch.nn.functional.conv1d(x, counted(torch, 3, 2, 2))
    see("out", out)
    print(out.grad_fn.name(), out.grad_fn.next_functions[0][0].name())


@case()
def three_dimensions(torch, see):
    """conv3d does the same over depth, height and width."""
    x, w = counted(torch, 1, 2, 3, 4, 3), counted(torch, 2, 2, 2, 2, 3)
    see("out", torch.nn.functional.conv3d(x, w, padding=(0, 1, 1)))


@case()
def the_way_back_of_a_convolution(torch, see):
    """conv_transpose2d is the gradient of conv2d's input; output_padding chooses among the lengths it could be."""
    x, w = counted(torch, 1, 2, 3, 3), counted(torch, 2, 3, 3, 3)
    transposed = torch.nn.functional.conv_transpose2d
    see("plain", transposed(x, w))
    see("stride", transposed(x, w, stride=2, padding=1))
    see("longer", transposed(x, w, stride=2, padding=1, output_padding=1))
    source = torch.zeros(1, 3, 5, 5, requires_grad=True)
    torch.nn.functional.conv2d(source, w, stride=2, padding=1).backward(x)
    see("as a gradient", source.grad)


@case()
def gradients_of_gradients(torch, see):
    """A convolution can be differentiated twice."""
    x = counted(torch, 1, 1, 3, 3).double().requires_grad_()
    w = counted(torch, 1, 1, 2, 2).double().requires_grad_()
    (gx,) = torch.autograd.grad(torch.nn.functional.conv2d(x, w).pow(2).sum(), x, create_graph=True)
    see("gx", gx)
    gx.sum().backward()
    see("x.grad", x.grad)
    see("w.grad", w.grad)


@case()
def the_first_weights(torch, see):
    """A layer starts uniform within one over the root of its fan-in, the weight first and then the bias."""
    torch.manual_seed(0)
    for layer in (
        torch.nn.Conv2d(3, 4, 3), torch.nn.Conv1d(2, 2, 5, groups=2, bias=False), torch.nn.ConvTranspose2d(2, 3, 2),
    ):
        print(layer)
        see.state(repr(layer), layer)
    see.stream()


@case()
def other_padding_modes(torch, see):
    """A layer pads with zeros, reflections, repetitions or what comes round."""
    for mode in ("zeros", "reflect", "replicate", "circular"):
        torch.manual_seed(1)
        layer = torch.nn.Conv1d(1, 1, 3, padding=2, padding_mode=mode)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor([[[1.0, 2.0, 4.0]]]))
            layer.bias.zero_()
        print(layer)
        see(mode, layer(counted(torch, 1, 1, 5)))


@case()
def shapes_that_do_not_fit(torch, see):
    """Each mismatch has its own message."""
    conv = torch.nn.functional.conv2d
    x, w = torch.ones(2, 3, 4, 4), torch.ones(6, 3, 3, 3)
    for words, attempt in (
        ("channels", lambda: conv(torch.ones(2, 4, 4, 4), w)), ("dimensions", lambda: conv(torch.ones(4, 4), w)),
        ("too small", lambda: conv(torch.ones(2, 3, 2, 2), w)), ("bias", lambda: conv(x, w, torch.ones(5))),
        ("stride", lambda: conv(x, w, stride=0)), ("padding", lambda: conv(x, w, padding=-1)),
        ("groups", lambda: conv(x, w, groups=4)), ("dtype", lambda: conv(x.double(), w)),
        ("three strides", lambda: conv(x, w, stride=(1, 1, 1))),
        ("layer", lambda: torch.nn.Conv2d(3, 4, 3, groups=2)),
    ):
        with see.refusal(words):
            attempt()


@case()
def a_lazy_layer(torch, see):
    """A lazy layer learns its channels from the first input and then is a plain one."""
    torch.manual_seed(0)
    with see.warnings():
        layer = torch.nn.LazyConv2d(2, 3)
    print(layer)
    with see.refusal("before"):
        see("shape", layer.weight.shape)
    see("shape of what comes out", layer(torch.ones(1, 5, 4, 4)).shape)
    print(layer, type(layer).__name__)
    see.state("after", layer)


@case(tolerance={"loss": Scaled(1e-5, "sums in another order, over 20 steps")})
def a_convolution_learns_an_edge(torch, see):
    """Twenty steps of gradient descent towards a filter that finds edges."""
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(1, 1, 3, bias=False)
    x = torch.randn(4, 1, 8, 8)
    y = torch.nn.functional.conv2d(x, torch.tensor([[[[1.0, 0.0, -1.0]] * 3]]))
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(layer(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    see("loss", torch.tensor(losses, dtype=torch.float64))
