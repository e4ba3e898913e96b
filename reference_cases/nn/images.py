"""Padding, resampling and rearranging images."""
from minitorch_compat.parity import Scaled, chapter

case = chapter("nn.images")

WEIGHTS = Scaled(1e-6, "torch fuses products and sums where its compiler does")


def counted(torch, *shape):
    size = 1
    for each in shape:
        size *= each
    return torch.arange(float(size)).reshape(shape)


@case()
def four_ways_to_pad(torch, see):
    """A constant, a mirror, a repeated border, and what comes round."""
    x = counted(torch, 1, 2, 4).requires_grad_()
    pad = torch.nn.functional.pad
    for mode in ("constant", "reflect", "replicate", "circular"):
        out = pad(x, (2, 1), mode)
        see(mode, out)
        print(out.grad_fn.name())
        (gradient,) = torch.autograd.grad(out, x, counted(torch, *out.shape))
        see(f"gradient of {mode}", gradient)


@case()
def padding_can_take_away(torch, see):
    """Negative padding takes elements away; the last dimension comes first in the list."""
    see("out", torch.nn.functional.pad(counted(torch, 3, 4), (-1, 2, 1, -2), value=9.0))


@case()
def what_padding_refuses(torch, see):
    """Reflections longer than the input, rounds beyond one, and values where they mean nothing."""
    pad = torch.nn.functional.pad
    x = counted(torch, 1, 2, 4)
    for words, attempt in (
        ("odd", lambda: pad(x, (1,))), ("reflect", lambda: pad(x, (4, 0), "reflect")),
        ("circular", lambda: pad(x, (5, 0), "circular")), ("value", lambda: pad(x, (1, 1), "reflect", 2)),
        ("mode", lambda: pad(x, (1, 1), "mirror")), ("dimensions", lambda: pad(x, (1,) * 6, "reflect")),
    ):
        with see.refusal(words):
            attempt()


@case()
def the_nearest_element(torch, see):
    """Nearest neighbours, as torch had them first, and exactly."""
    x = counted(torch, 1, 1, 2, 3).requires_grad_()
    for mode in ("nearest", "nearest-exact", "area"):
        out = torch.nn.functional.interpolate(x, (3, 5), mode=mode)
        see(mode, out)
        print(out.grad_fn.name())


@case(tolerance=WEIGHTS)
def between_elements(torch, see):
    """Linear and cubic interpolation, with corners aligned or not."""
    x = counted(torch, 1, 1, 3, 4).requires_grad_()
    for mode in ("bilinear", "bicubic"):
        for corners in (False, True):
            out = torch.nn.functional.interpolate(x, (5, 3), mode=mode, align_corners=corners)
            see(f"{mode} {corners}", out)
            (gradient,) = torch.autograd.grad(out.sum(), x)
            see(f"gradient {mode} {corners}", gradient)


@case(tolerance=WEIGHTS)
def without_aliases(torch, see):
    """With antialias=True as many elements enter as the scale spans."""
    out = torch.nn.functional.interpolate(counted(torch, 1, 1, 8, 8), 3, mode="bilinear", antialias=True)
    see("out", out)


@case()
def by_a_factor(torch, see):
    """A factor gives a length rounded down, and is the scale, unless it is computed anew."""
    x = counted(torch, 1, 1, 5)
    resample = torch.nn.functional.interpolate
    see("kept", resample(x, scale_factor=1.7))
    see("computed anew", resample(x, scale_factor=1.7, recompute_scale_factor=True))
    with see.refusal("both"):
        resample(x, 3, 2.0)
    with see.refusal("wrong mode"):
        resample(x, 3, mode="bilinear")


@case(tolerance=WEIGHTS)
def samples_at_a_grid(torch, see):
    """grid_sample looks where an affine map points; input and grid get gradients."""
    theta = torch.tensor([[[0.6, -0.8, 0.1], [0.8, 0.6, 0.0]]])
    grid = torch.nn.functional.affine_grid(theta, (1, 1, 3, 3), align_corners=False).requires_grad_()
    see("grid", grid)
    x = counted(torch, 1, 1, 4, 4).requires_grad_()
    for padding in ("zeros", "border", "reflection"):
        out = torch.nn.functional.grid_sample(x, grid, padding_mode=padding, align_corners=False)
        see(padding, out)
        first, second = torch.autograd.grad(out.sum(), (x, grid))
        see(f"x {padding}", first)
        see(f"grid {padding}", second)


@case()
def pixels_and_channels(torch, see):
    """Channels become pixels and pixels channels; channels are dealt out over groups."""
    x = counted(torch, 1, 4, 2, 2)
    shuffled = torch.nn.functional.pixel_shuffle(x, 2)
    see("shuffled", shuffled)
    see("and back", torch.nn.functional.pixel_unshuffle(shuffled, 2))
    see("channels", torch.nn.functional.channel_shuffle(x, 2))


@case()
def blocks_as_columns(torch, see):
    """unfold makes a column of each block; fold adds the blocks up again."""
    x = counted(torch, 1, 1, 3, 4)
    columns = torch.nn.functional.unfold(x, 2)
    see("columns", columns)
    see("added up", torch.nn.functional.fold(columns, (3, 4), 2))
    with see.refusal("too few"):
        torch.nn.functional.fold(columns[..., :-1], (3, 4), 2)


@case()
def flat_and_back(torch, see):
    """Flatten joins all dimensions but the first, Unflatten divides one."""
    x = counted(torch, 2, 3, 4)
    flat = torch.nn.Flatten()(x)
    see("flat", flat)
    see.aliasing("x and flat", x, flat)
    see("back", torch.nn.Unflatten(1, (3, -1))(flat))
    print(torch.nn.Flatten(), torch.nn.Unflatten(1, (2, 3)))
