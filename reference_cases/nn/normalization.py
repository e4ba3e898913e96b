"""Normalizations: of batches, layers, groups and instances."""
from minitorch_compat.parity import Scaled, chapter

case = chapter("nn.normalization")

MOMENTS = Scaled(1e-6, "torch adds the moments in the order of its machine code, and rounds product and sum once")


def batch(torch):
    return (torch.arange(24.0) * 5 % 11 / 4 - 1).reshape(2, 3, 4)


@case(tolerance=MOMENTS)
def a_batch(torch, see):
    """Each channel has mean 0 and variance 1 over samples and space, before weight and bias."""
    x = batch(torch).requires_grad_()
    layer = torch.nn.BatchNorm1d(3)
    out = layer(x)
    see("out", out)
    print(out.grad_fn.name())
    see("mean is zero", bool(out.mean((0, 2)).abs().max() < 1e-6))
    out.backward(torch.arange(24.0).reshape(2, 3, 4))
    see("x.grad", x.grad)
    see("weight.grad", layer.weight.grad)
    see("bias.grad", layer.bias.grad)


@case(tolerance=MOMENTS)
def running_moments(torch, see):
    """In training the running moments move towards those of the batch, the variance unbiased; evaluation uses them."""
    layer = torch.nn.BatchNorm1d(3, momentum=0.5)
    for step in range(3):
        layer(batch(torch) * (step + 1))
    see.state("after three", layer)
    layer.eval()
    see("evaluated", layer(batch(torch)))
    see.state("unchanged", layer)


@case(tolerance=MOMENTS)
def no_momentum_is_a_plain_average(torch, see):
    """momentum=None averages over all batches alike."""
    layer = torch.nn.BatchNorm1d(3, momentum=None)
    for step in range(4):
        layer(batch(torch) + step)
    see.state("after four", layer)


@case(tolerance=MOMENTS)
def without_running_moments(torch, see):
    """Without running statistics evaluation uses the batch's own; the state has none of them."""
    layer = torch.nn.BatchNorm1d(3, affine=False, track_running_stats=False).eval()
    print(layer, list(layer.state_dict()))
    see("out", layer(batch(torch)))


@case(tolerance=MOMENTS)
def a_layer(torch, see):
    """LayerNorm normalizes the last dimensions of each sample by themselves."""
    x = batch(torch).requires_grad_()
    layer = torch.nn.LayerNorm((3, 4))
    out = layer(x)
    see("out", out)
    print(layer, out.grad_fn.name())
    out.pow(3).sum().backward()
    see("x.grad", x.grad)


@case(tolerance=MOMENTS)
def the_root_of_the_mean_of_squares(torch, see):
    """RMSNorm divides, and takes no mean away; its eps is that of the dtype."""
    layer = torch.nn.RMSNorm(4)
    print(layer)
    see("out", layer(batch(torch)))
    see("of zeros", layer(torch.zeros(2, 4)))


@case(tolerance=MOMENTS)
def groups_of_channels(torch, see):
    """GroupNorm normalizes the channels of a sample in groups; one group is the whole sample."""
    x = (torch.arange(24.0) * 7 % 13 / 4 - 1).reshape(1, 4, 6)
    see("two", torch.nn.GroupNorm(2, 4)(x))
    see("one", torch.nn.GroupNorm(1, 4)(x))
    with see.refusal("three"):
        torch.nn.GroupNorm(3, 4)


@case(tolerance=MOMENTS)
def instances(torch, see):
    """InstanceNorm normalizes each channel of each sample; it is a batch of one with all channels."""
    x = batch(torch).requires_grad_()
    out = torch.nn.InstanceNorm1d(3, affine=True)(x)
    see("out", out)
    print(out.grad_fn.name(), out.grad_fn.next_functions[0][0].name())


@case(tolerance=MOMENTS)
def across_channels(torch, see):
    """LocalResponseNorm divides by a power of the mean square of neighbouring channels."""
    x = torch.arange(12.0).reshape(1, 6, 2)
    see("out", torch.nn.functional.local_response_norm(x, 3, alpha=0.5, beta=0.75, k=2.0))


@case()
def normalizations_print_themselves(torch, see):
    """Each says its size, its eps and what it keeps."""
    nn = torch.nn
    for layer in (
        nn.BatchNorm2d(3), nn.BatchNorm3d(2, momentum=None, affine=False), nn.InstanceNorm2d(3), nn.GroupNorm(2, 4),
        nn.LayerNorm(5, elementwise_affine=False), nn.RMSNorm((2, 3), eps=1e-3), nn.LocalResponseNorm(2),
        nn.SyncBatchNorm(3), nn.CrossMapLRN2d(2),
    ):
        print(layer)


@case()
def what_normalizations_refuse(torch, see):
    """One value per channel, another number of channels, and other dimensions."""
    nn = torch.nn
    for words, attempt in (
        ("one value", lambda: nn.BatchNorm1d(3)(torch.ones(1, 3))),
        ("channels", lambda: nn.BatchNorm1d(3)(torch.ones(2, 4))),
        ("dimensions", lambda: nn.BatchNorm2d(3)(torch.ones(2, 3))),
        ("one element", lambda: nn.InstanceNorm1d(3)(torch.ones(2, 3, 1))),
        ("shape", lambda: nn.LayerNorm(3)(torch.ones(2, 4))),
        ("nothing kept", lambda: nn.functional.batch_norm(torch.ones(2, 3), None, None)),
        ("integers", lambda: nn.functional.layer_norm(torch.ones(2, 3).long(), (3,))),
    ):
        with see.refusal(words):
            attempt()


@case(tolerance={"losses": Scaled(1e-4, "sums in another order, over 30 steps in float32")})
def a_normalized_network_learns(torch, see):
    """Thirty steps of a small convolutional network with normalizations."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3),
        nn.GroupNorm(2, 8), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    x, y = torch.randn(12, 1, 8, 8), torch.randint(0, 3, (12,))
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    see("losses", torch.tensor(losses, dtype=torch.float64))
    see("batches seen", model[1].num_batches_tracked)
