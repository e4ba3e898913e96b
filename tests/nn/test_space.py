"""Convolutions, pools, padding, normalizations and images beside torch: numbers, derivatives, steps and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch as reference

import minitorch_compat as engine

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

EXACT: dict[str, tuple[tuple[int, ...], ...]] = {
    "F.max_pool1d(x, 3, 2, 1, return_indices=True)": ((2, 3, 9),),
    "F.max_pool1d(x, 2)": ((3, 9),),
    "F.max_pool2d(x, 2)": ((2, 3, 6, 5),),
    "F.max_pool2d(x, 2, ceil_mode=True)": ((2, 3, 7, 5),),
    "F.max_pool2d(x, 2, dilation=2)": ((2, 3, 7, 6),),
    "F.max_pool2d(F.relu(x), 2, return_indices=True)": ((2, 3, 8, 8),),
    "F.max_pool2d(F.relu(x), 3, 2, 1, ceil_mode=True, return_indices=True)": ((2, 3, 8, 7),),
    "F.max_pool2d(x, (3, 2), (1, 2), dilation=(2, 1))": ((3, 8, 7),),
    "F.max_pool3d(x, 2, 1, 1, return_indices=True)": ((2, 2, 3, 4, 5),),
    "F.adaptive_max_pool1d(x, 4, return_indices=True)": ((2, 3, 9),),
    "F.adaptive_max_pool2d(x, (3, None))": ((2, 3, 8, 5),),
    "F.adaptive_max_pool3d(x, (2, 3, 1), return_indices=True)": ((1, 2, 3, 4, 5),),
    "F.fractional_max_pool2d(x, 2, (3, 4), return_indices=True)": ((2, 2, 7, 8),),
    "F.fractional_max_pool3d(x, (2, 1, 2), output_ratio=(0.5, 0.6, 0.7))": ((2, 2, 5, 6, 7),),
    "F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=(7, 6))": ((2, 3, 7, 6),),
    "F.max_unpool1d(*F.max_pool1d(x, 3, 2, return_indices=True), 3, 2)": ((2, 3, 9),),
    "F.avg_pool1d(x, 3, 2, 1)": ((2, 3, 9),),
    "F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False)": ((2, 3, 8, 7),),
    "F.avg_pool2d(x, (2, 3), divisor_override=5)": ((3, 8, 7),),
    "F.avg_pool3d(x, 2, 1, 1)": ((2, 2, 3, 4, 5),),
    "F.adaptive_avg_pool1d(x, 4)": ((2, 3, 9),),
    "F.unfold(x, (2, 3), dilation=(2, 1), padding=1, stride=(1, 2))": ((2, 3, 6, 7),),
    "F.fold(x, (4, 5), 2, padding=1, stride=2)": ((2, 8, 9),),
    "F.pad(x, (1, 2, -1, 0), value=1.5)": ((2, 3, 4),),
    "F.pad(x, (2, 1), 'reflect')": ((3, 4),),
    "F.pad(x, (2, -1, 0, 3), 'reflect')": ((2, 3, 4, 5),),
    "F.pad(x, (1, 1, 2, 0, 1, 2), 'reflect')": ((2, 3, 3, 4, 5),),
    "F.pad(x, (1, 5), 'replicate')": ((2, 3, 4),),
    "F.pad(x, (1, 1, 2, 0, -1, 2), 'replicate')": ((2, 3, 3, 4, 5),),
    "F.pad(x, (2, 1, 0, 3), 'circular')": ((2, 3, 4, 5),),
    "F.pad(x, (-1, 2), 'circular')": ((3, 4),),
    "F.interpolate(x, 7)": ((2, 3, 4),),
    "F.interpolate(x, scale_factor=(1.7, 0.6))": ((2, 3, 4, 5),),
    "F.interpolate(x, (3, 2, 7), mode='nearest-exact')": ((1, 2, 2, 3, 4),),
    "F.pixel_shuffle(x, 2)": ((2, 8, 3, 4),),
    "F.pixel_unshuffle(x, 2)": ((8, 6, 4),),
    "F.channel_shuffle(x, 3)": ((2, 6, 3),),
    "nn.Flatten(1, 2)(x)": ((2, 3, 4, 5),),
    "nn.Unflatten(-1, (2, -1))(x)": ((2, 6),),
}
"""Expressions whose numbers and first gradients agree to the bit."""

CLOSE: dict[str, tuple[tuple[int, ...], ...]] = {
    "F.conv1d(x, y, z, 2, 1, 2)": ((2, 4, 9), (6, 4, 3), (6,)),
    "F.conv1d(x, y)": ((4, 9), (6, 4, 3)),
    "F.conv2d(x, y, z, padding=1)": ((3, 4, 8, 7), (5, 4, 3, 3), (5,)),
    "F.conv2d(x, y, z, (2, 1), (1, 2), (1, 2), 2)": ((3, 4, 8, 9), (6, 2, 3, 2), (6,)),
    "F.conv2d(x, y, groups=4, padding=1)": ((2, 4, 6, 6), (4, 1, 3, 3)),
    "F.conv2d(x, y, padding='same', dilation=2)": ((2, 3, 6, 6), (2, 3, 2, 3)),
    "F.conv2d(x, y, padding='same')": ((3, 6, 6), (2, 3, 2, 3)),
    "F.conv2d(x, y)": ((2, 3, 4, 4), (5, 3, 1, 1)),
    "F.conv2d(x.to(memory_format=torch.channels_last), y)": ((2, 3, 5, 4), (5, 3, 2, 2)),
    "F.conv3d(x, y, z, stride=(1, 2, 1), padding=1)": ((2, 2, 4, 5, 4), (4, 2, 3, 2, 3), (4,)),
    "F.conv_transpose1d(x, y, z, 3, 1, 2)": ((2, 4, 5), (4, 3, 4), (3,)),
    "F.conv_transpose2d(x, y, z, (2, 3), (1, 0), (1, 2), 2, (1, 2))": ((2, 4, 3, 4), (4, 2, 3, 2), (4,)),
    "F.conv_transpose2d(x, y, stride=3, dilation=5, output_padding=4)": ((1, 2, 3, 3), (2, 2, 2, 2)),
    "F.conv_transpose3d(x, y)": ((2, 2, 2, 3), (2, 2, 2, 1, 2)),
    "F.conv_tbc(x, y, z, 1)": ((5, 2, 4), (3, 4, 6), (6,)),
    "torch.convolution(x, y, None, [2], [1], [1], True, [1], 1)": ((2, 4, 3, 3), (4, 2, 3, 3)),
    "F.adaptive_avg_pool2d(x, (3, 2))": ((2, 3, 8, 5),),
    "F.adaptive_avg_pool2d(x, 1)": ((2, 3, 8, 5),),
    "F.adaptive_avg_pool3d(x, (2, None, 3))": ((2, 2, 3, 4, 5),),
    "F.lp_pool1d(x.abs(), 2.5, 2, 1)": ((3, 7),),
    "F.lp_pool2d(x, 2, 3, ceil_mode=True)": ((2, 2, 7, 7),),
    "F.batch_norm(x, None, None, y, z, True)": ((4, 3), (3,), (3,)),
    "F.batch_norm(x, None, None, y, z, True, eps=0.1)": ((4, 3, 5), (3,), (3,)),
    "F.batch_norm(x, torch.arange(3).to(x), torch.ones(3).to(x), y)": ((4, 3, 2, 2), (3,)),
    "F.instance_norm(x, weight=y, bias=z)": ((2, 3, 4, 4), (3,), (3,)),
    "F.layer_norm(x, (4,), y, z)": ((2, 3, 4), (4,), (4,)),
    "F.layer_norm(x, (3, 4), eps=0.5)": ((2, 3, 4),),
    "F.normalize(x, dim=-1)": ((2, 3, 4),),
    "F.normalize(x, 3, (0, 2), 2.5)": ((2, 3, 4),),
    "F.rms_norm(x, (4,), y)": ((2, 3, 4), (4,)),
    "F.group_norm(x, 2, y, z)": ((2, 4, 3, 3), (4,), (4,)),
    "F.group_norm(x, 4, y)": ((2, 4, 3), (4,)),
    "F.local_response_norm(x, 3, 0.1, 0.6, 1.5)": ((2, 5, 4),),
    "F.local_response_norm(x, 2)": ((2, 5, 4, 3),),
    "F.interpolate(x, 7, mode='linear')": ((2, 3, 4),),
    "F.interpolate(x, (3, 8), mode='bilinear')": ((2, 3, 4, 5),),
    "F.interpolate(x, scale_factor=1.7, mode='bilinear', align_corners=True)": ((2, 3, 4, 5),),
    "F.interpolate(x, scale_factor=0.6, mode='bicubic', recompute_scale_factor=True)": ((2, 3, 6, 5),),
    "F.interpolate(x, (3, 5, 2), mode='trilinear')": ((1, 2, 2, 3, 4),),
    "F.interpolate(x, (3, 2), mode='area')": ((2, 3, 4, 5),),
    "F.interpolate(x, (3, 7), mode='bilinear', antialias=True)": ((2, 3, 8, 5),),
    "F.interpolate(x, (3, 7), mode='bicubic', antialias=True)": ((2, 3, 8, 5),),
    "F.interpolate(x, (3, 7), mode='lanczos', antialias=True)": ((2, 3, 8, 5),),
    "F.grid_sample(x, y, align_corners=True)": ((2, 3, 4, 5), (2, 3, 2, 2)),
    "F.grid_sample(x, y, 'bilinear', 'border')": ((2, 3, 4, 5), (2, 3, 2, 2)),
    "F.grid_sample(x, y, 'bicubic', 'reflection')": ((2, 3, 4, 5), (2, 3, 2, 2)),
    "F.grid_sample(x, y, 'nearest')": ((2, 3, 4, 5), (2, 3, 2, 2)),
    "F.grid_sample(x, y, 'bilinear', 'reflection', True)": ((2, 2, 3, 4, 2), (2, 2, 2, 2, 3)),
    "F.affine_grid(x, (2, 3, 4, 5), align_corners=False)": ((2, 2, 3),),
    "F.affine_grid(x, (2, 3, 2, 3, 4), align_corners=True)": ((2, 3, 4),),
}
"""Expressions whose sums are added in another order: equal within a few roundings of the largest number."""


def both(expression: str, inputs: Any) -> list[Any]:
    """The value of an expression in torch and in the engine."""
    found = []
    for torch, given in zip((reference, engine), inputs, strict=True):
        torch.manual_seed(5)
        space = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, **dict(zip("xyz", given, strict=False))}
        found.append(eval(expression, space))
    return found


def tensors_of(shapes: tuple[tuple[int, ...], ...], dtype: str, seed: int = 0) -> Any:
    """Inputs that require grad, the same for both."""
    generator = np.random.RandomState(seed)
    arrays = [generator.randn(*shape).astype(dtype) for shape in shapes]
    return [[torch.tensor(each).requires_grad_() for each in arrays] for torch in (reference, engine)]


def first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) else value


def check(expected: Any, found: Any, bound: float) -> None:
    """The same shape, dtype and numbers; ``bound`` is relative to the largest."""
    assert tuple(found.shape) == tuple(expected.shape)
    assert str(found.dtype) == str(expected.dtype)
    a, b = expected.detach().numpy(), found.detach().numpy()
    if not bound:
        np.testing.assert_array_equal(b, a)
    else:
        np.testing.assert_allclose(b, a, rtol=0, atol=bound * max(1e-3, float(np.abs(a).max()) if a.size else 0))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression", [*EXACT, *CLOSE])
def test_numbers_and_derivatives_are_those_of_torch(expression: str, dtype: str) -> None:
    exact = expression in EXACT
    bound = 1e-13 if dtype == "float64" else 2e-6
    inputs = tensors_of((EXACT if exact else CLOSE)[expression], dtype)
    values = both(expression, inputs)
    if isinstance(values[0], tuple):
        np.testing.assert_array_equal(values[1][1].numpy(), values[0][1].numpy())
    expected, found = map(first, values)
    check(expected, found, 0 if exact else bound)
    assert found.stride() == expected.stride()
    assert found.grad_fn.name() == expected.grad_fn.name()
    weight = np.random.RandomState(1).randn(*expected.shape).astype(dtype)
    weights = [torch.tensor(weight).requires_grad_() for torch in (reference, engine)]
    gradients = [
        torch.autograd.grad(value, given, w, create_graph=True)
        for torch, value, given, w in zip((reference, engine), (expected, found), inputs, weights, strict=True)
    ]
    for one, other in zip(*gradients, strict=True):
        check(one, other, 0 if exact and "adaptive" not in expression else 50 * bound)
    seconds = []
    for torch, given, w, made in zip((reference, engine), inputs, weights, gradients, strict=True):
        total = sum((each * each).sum() for each in made)
        seconds.append(torch.autograd.grad(total, [*given, w], allow_unused=True))
    for one, other in zip(*seconds, strict=True):
        if one is None or other is None:
            assert all(each is None or not each.any() for each in (one, other))
        else:
            check(one, other, 500 * bound)


REFUSED = """
F.conv2d(r(8, 8), r(6, 4, 3, 3))
F.conv1d(r(8), r(6, 4, 3))
F.conv2d(r(2, 3, 8, 8), r(6, 4, 3, 3))
F.conv2d(r(2, 4, 2, 2), r(6, 4, 3, 3))
F.conv3d(r(2, 4, 2, 2, 2), r(6, 4, 3, 3, 3), dilation=2)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3))
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), r(5))
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), stride=0)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), padding=-1)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), dilation=0)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), dilation=-1)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), groups=0)
F.conv2d(r(2, 4, 8, 8), r(6, 2, 3, 3), groups=4)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), stride=(1, 2, 3))
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), padding='same', stride=2)
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), padding='foo')
F.conv2d(r(2, 4, 8, 8).double(), r(6, 4, 3, 3))
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), r(6).double())
F.conv2d(r(2, 4, 8, 8).bool(), r(6, 4, 3, 3).bool())
F.conv2d(r(2, 4, 8, 8), r(0, 4, 3, 3))
F.conv2d(r(2, 4, 8, 8), 3)
F.conv2d([1], r(6, 4, 3, 3))
F.conv2d(r(2, 4, 8, 8), r(6, 4, 3, 3), foo=1)
F.conv_transpose2d(r(2, 4, 8, 8), r(3, 6, 3, 3))
F.conv_transpose2d(r(2, 4, 8, 8), r(4, 6, 3, 3), r(5))
F.conv_transpose2d(r(2, 4, 8, 8), r(4, 6, 3, 3), output_padding=2, stride=2)
F.conv_transpose1d(r(2, 4, 8), r(4, 6, 3), output_padding=1)
F.conv_transpose2d(r(2, 4, 8, 8), r(4, 6, 3, 3), output_padding=-1)
F.conv_transpose2d(r(2, 4, 8, 8), r(4, 6, 3, 3), padding='same')
F.conv_transpose2d(r(2, 4, 0, 8), r(4, 6, 3, 3))
torch.convolution(r(2, 4, 8), r(6, 4, 3, 3), None, [1], [0], [1], False, [0], 1)
F.conv_tbc(r(5, 2, 4), r(3, 4, 6), r(5))
nn.Conv2d(4, 6, 3, groups=3)
nn.Conv2d(4, 5, 3, groups=2)
nn.Conv2d(4, 6, 3, padding='same', stride=2)
nn.Conv2d(1, 2)
nn.ConvTranspose2d(4, 6, 3, padding_mode='reflect')
nn.ConvTranspose2d(4, 6, 3)(r(2, 4, 8, 8), output_size=(3, 3))
nn.ConvTranspose2d(4, 6, 3, stride=2)(r(2, 4, 8, 8), output_size=(18,))
nn.LazyConv2d(6, 3)(r(2, 2, 3, 8, 8))
nn.LazyConv2d(6, 3).weight.shape
nn.LazyConv2d(6, 3).weight + 1
F.max_pool2d(r(8, 8), 2)
F.max_pool1d(r(8), 2)
F.max_pool2d(r(2, 0, 8, 8), 2)
F.max_pool3d(r(2, 1, 0, 2, 10), 1)
F.max_pool2d(r(2, 4, 8, 8), 2, stride=0)
F.max_pool1d(r(2, 4, 8), 2, stride=0)
F.max_pool2d(r(2, 4, 8, 8), 2, padding=2)
F.max_pool1d(r(2, 4, 8), 2, padding=2)
F.max_pool2d(r(2, 4, 8, 8), 2, padding=-1)
F.max_pool2d(r(2, 4, 8, 8), 2, dilation=0)
F.max_pool2d(r(2, 4, 8, 8), 9)
F.max_pool1d(r(2, 4, 8), 9)
F.max_pool2d(r(2, 4, 8, 8), (2, 2, 2))
F.max_pool1d(r(2, 4, 8), (2, 2))
F.max_pool3d(r(2, 4, 8, 8, 8), (2, 2))
F.max_pool2d(r(2, 4, 8, 8).bool(), 2)
F.max_pool1d(r(2, 4, 8).long(), 2)
F.max_pool2d(r(2, 4, 8, 8))
torch.max_pool2d(r(2, 4, 8, 8), 'a')
F.avg_pool2d(r(8, 8), 2)
F.avg_pool1d(r(8), 2)
F.avg_pool3d(r(8, 8, 8), 2)
F.avg_pool2d(r(2, 4, 8, 8), 2, padding=2)
F.avg_pool2d(r(2, 4, 8, 8), 2, divisor_override=0)
F.avg_pool1d(r(2, 4, 8), 9)
F.avg_pool2d(r(2, 4, 8, 8).int(), 2)
F.avg_pool2d(r(2, 4, 8, 8), 2, (1, 2, 3))
F.avg_pool3d(r(2, 4, 8, 8, 8), (2, 2))
F.adaptive_avg_pool2d(r(8, 8), 2)
F.adaptive_avg_pool2d(r(2, 4, 0, 8), 2)
F.adaptive_avg_pool2d(r(2, 4, 8, 8), -1)
F.adaptive_avg_pool2d(r(2, 4, 8, 8).long(), 2)
F.adaptive_avg_pool1d(r(2, 4, 8), (2, 2))
F.adaptive_max_pool2d(r(2, 4, 8, 8), (2, 2, 2))
F.adaptive_max_pool2d(r(2, 4, 8, 8), -1)
F.fractional_max_pool2d(r(2, 4, 8, 8), 2)
F.fractional_max_pool2d(r(2, 4, 8, 8), 2, output_size=8)
F.fractional_max_pool2d(r(2, 4, 8, 8), 2, output_size=3, _random_samples=r(2, 4, 3))
nn.FractionalMaxPool2d(2, output_ratio=1.5)
F.max_unpool2d(r(2, 4, 4, 4), torch.zeros(2, 4, 4, 3).long(), 2)
F.max_unpool2d(r(2, 4, 4, 4), torch.zeros(2, 4, 4, 4), 2)
F.max_unpool2d(r(2, 4, 4, 4), torch.full((2, 4, 4, 4), 100), 2)
F.max_unpool2d(r(2, 4, 4, 4), torch.zeros(2, 4, 4, 4).long(), 2, output_size=(5, 5))
F.unfold(r(8, 8), 2)
F.unfold(r(2, 3, 8, 8), 9)
F.unfold(r(2, 3, 8, 8), 2, dilation=0)
F.unfold(r(2, 3, 8, 8).long(), 2)
F.unfold(3, 2)
F.fold(r(2, 16, 48), 8, 2)
F.fold(r(2, 15, 49), 8, 2)
F.fold(r(8), 8, 2)
F.pad(r(2, 3), (1,))
F.pad(r(2, 3), (1, 1, 1, 1, 1, 1))
F.pad(r(2, 3), (-2, -2))
F.pad(r(2, 3), (1, 1), 'reflect', 5)
F.pad(r(2, 3), (3, 1), 'reflect')
F.pad(r(2, 3), (1, 1), 'foo')
F.pad(r(2, 3, 4, 5), (1, 1), 'reflect')
F.pad(r(2, 3, 4), (5, 1), 'circular')
F.pad(r(2, 3, 4), (-3, -3), 'circular')
F.pad(r(2, 3, 4), (-5, 1), 'replicate')
F.pad(r(2, 3, 4).bool(), (1, 1), 'reflect')
F.pad(r(2, 3), 1)
nn.CircularPad2d((1, 2, 3, 4))(r(2, 3))
F.batch_norm(r(2, 3), None, None)
F.batch_norm(r(1, 3), None, None, training=True)
F.batch_norm(r(2, 3), torch.zeros(4), torch.ones(4))
F.batch_norm(r(2, 3), torch.zeros(3), torch.ones(3), weight=torch.ones(4))
F.batch_norm(r(2, 3).long(), torch.zeros(3), torch.ones(3))
F.batch_norm(r(2, 3).double(), torch.zeros(3), torch.ones(3))
F.batch_norm(r(2, 3), torch.zeros(3), torch.ones(3), eps=-1)
nn.BatchNorm1d(3)(r(3))
nn.BatchNorm2d(3)(r(2, 3))
nn.InstanceNorm1d(3, affine=True)(r(2, 4, 5))
nn.InstanceNorm1d(3)(r(2, 3, 1))
F.instance_norm(r(2, 3, 4), torch.zeros(3), None)
F.layer_norm(r(2, 3), 3)
F.layer_norm(r(2, 3), (2, 3, 4))
F.layer_norm(r(2, 3), ())
F.layer_norm(r(2, 3), (3,), r(4))
F.layer_norm(r(2, 3).long(), (3,))
F.layer_norm(r(2, 3), (3,), r(3).double())
F.rms_norm(r(2, 3), (4,))
F.group_norm(r(2, 3), 2)
F.group_norm(r(2, 4), 0)
F.group_norm(r(2, 4), 2, r(3))
F.group_norm(r(1, 4), 4)
F.group_norm(r(4), 2)
nn.GroupNorm(3, 4)
F.local_response_norm(r(3), 2)
nn.CrossMapLRN2d(2)(r(2, 3, 4))
F.pixel_shuffle(r(8, 8), 2)
F.pixel_shuffle(r(3, 8, 8), 2)
F.pixel_unshuffle(r(4, 7, 8), 2)
F.channel_shuffle(r(2, 4, 8), 3)
F.interpolate(r(2, 3, 4))
F.interpolate(r(2, 3, 4), 2, 2.0)
F.interpolate(r(2, 3), 2)
F.interpolate(r(2, 3, 4), (2, 2))
F.interpolate(r(2, 3, 4), 2, mode='bilinear')
F.interpolate(r(2, 3, 4), 2, mode='foo')
F.interpolate(r(2, 3, 4), 2, align_corners=True)
F.interpolate(r(2, 3, 4), 2, mode='linear', antialias=True)
F.interpolate(r(2, 3, 4), 2, recompute_scale_factor=True)
F.interpolate(r(2, 3, 4), 0)
F.interpolate(r(2, 3, 4, 4, 4), (2, 2, 0), mode='trilinear')
F.interpolate(r(2, 3, 4), 'a')
F.interpolate(r(2, 3, 4).long(), 2)
F.grid_sample(r(2, 3, 4, 4), r(2, 3, 3, 2), mode='foo')
F.grid_sample(r(2, 3, 4, 4), r(3, 3, 3, 2))
F.grid_sample(r(2, 3, 4, 4), r(2, 3, 3, 3))
F.grid_sample(r(2, 3, 4, 4, 4), r(2, 3, 3, 3, 3), mode='bicubic')
F.grid_sample(r(2, 3, 4, 4), r(2, 3, 3, 2).double())
F.affine_grid(r(2, 2, 3), (2, 3, 4, 4, 4))
F.affine_grid(r(2, 2, 3), (2, 3, 4))
F.affine_grid(r(2, 2, 3).long(), (2, 3, 4, 4))
nn.Unflatten(1, 2)
nn.Unflatten(1, (2, 3))(r(2, 7))
F.normalize(r(2, 3), dim=5)
F.avg_pool3d(r(2, 4, 4, 4).half(), 2)
F.conv2d(r(2, 4, 8, 8).int(), r(6, 4, 3, 3).int(), dilation=2)
F.conv_transpose1d(r(2, 4, 8).int(), r(4, 6, 3).int())
F.interpolate(r(1, 1, 5, 5).bfloat16(), 2, mode='bilinear', antialias=True)
F.max_unpool2d(torch.ones(1, 2, 2).long(), torch.zeros(1, 2, 2).long(), 2)
""".strip().splitlines()


@pytest.mark.parametrize("expression", REFUSED)
def test_what_torch_refuses_is_refused_in_its_words(expression: str) -> None:
    said = []
    for torch in (reference, engine):
        space = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, "r": torch.randn}
        with pytest.raises(Exception) as caught:
            eval(expression, space)
        said.append((type(caught.value).__name__, str(caught.value)))
    assert said[1] == said[0]


MODULES = """
nn.Conv1d(4, 6, 3)
nn.Conv2d(4, 6, (3, 5), (2, 1), (4, 2), (3, 1), 2, False, 'circular')
nn.Conv3d(2, 2, 2, padding='same', padding_mode='replicate')
nn.Conv2d(1, 3, 2, padding=1, padding_mode='reflect', dtype=torch.float64)
nn.ConvTranspose1d(4, 6, 3, 2, 1, 1)
nn.ConvTranspose2d(4, 6, 3, groups=2, bias=False)
nn.ConvTranspose3d(2, 3, (1, 2, 3), dilation=2)
nn.LazyConv2d(6, 3)
nn.LazyConvTranspose1d(6, 3, stride=2, output_padding=1)
nn.LazyBatchNorm2d()
nn.BatchNorm1d(3)
nn.BatchNorm2d(3, affine=False, track_running_stats=False, momentum=None)
nn.BatchNorm3d(3, bias=False)
nn.SyncBatchNorm(3)
nn.InstanceNorm1d(3)
nn.InstanceNorm2d(3, affine=True, track_running_stats=True)
nn.LayerNorm((3, 4))
nn.LayerNorm(3, elementwise_affine=False)
nn.GroupNorm(2, 4, affine=False)
nn.RMSNorm((3, 4), eps=1e-3)
nn.LocalResponseNorm(2)
nn.CrossMapLRN2d(2)
nn.MaxPool1d((2,), stride=1, return_indices=True, ceil_mode=True)
nn.MaxUnpool2d(2, stride=3)
nn.AvgPool1d(2)
nn.AvgPool2d((2, 3), stride=1, divisor_override=3)
nn.LPPool2d(2, 3, ceil_mode=True)
nn.AdaptiveAvgPool2d((None, 2))
nn.AdaptiveMaxPool1d(3)
nn.FractionalMaxPool2d(2, output_size=3)
nn.ReflectionPad1d((1, 2))
nn.ReplicationPad3d(1)
nn.ConstantPad2d(2, 3.5)
nn.ZeroPad2d(2)
nn.CircularPad1d(2)
nn.PixelShuffle(2)
nn.PixelUnshuffle(2)
nn.ChannelShuffle(2)
nn.Upsample(scale_factor=(2, 3), mode='bicubic')
nn.UpsamplingBilinear2d(size=4)
nn.Fold(8, 2)
nn.Unfold((2, 3), dilation=2)
nn.Flatten()
nn.Unflatten(1, (2, 3))
""".strip().splitlines()


@pytest.mark.parametrize("expression", MODULES)
def test_a_layer_prints_and_starts_as_in_torch(expression: str) -> None:
    expected, found = both(expression, ((), ()))
    assert repr(found) == repr(expected)
    assert list(found.state_dict()) == list(expected.state_dict())
    assert type(found).__module__ == type(expected).__module__
    if "Lazy" not in expression:
        for one, other in zip(expected.state_dict().values(), found.state_dict().values(), strict=True):
            check(one, other, 0)
    assert engine.get_rng_state().numpy().tobytes() == reference.get_rng_state().numpy().tobytes()


@pytest.mark.parametrize("expression", ["nn.LazyConv2d(3, 2)", "nn.LazyBatchNorm2d()", "nn.LazyInstanceNorm2d()"])
def test_a_lazy_layer_becomes_what_its_first_input_says(expression: str) -> None:
    expected, found = both(expression, ((), ()))
    out = [
        module(torch.ones(2, 4, 3, 3)) for torch, module in ((reference, expected), (engine, found))
    ]
    assert out[1].shape == out[0].shape
    assert type(found).__name__ == type(expected).__name__
    for one, other in zip(expected.state_dict().values(), found.state_dict().values(), strict=True):
        check(one, other, 0)
    fresh = both(expression, ((), ()))
    for one, module in zip(fresh, (expected, found), strict=True):
        one.load_state_dict(module.state_dict())
    assert fresh[1].state_dict().keys() == found.state_dict().keys()


NARROW = {
    "bfloat16": 2e-2, "float16": 2e-3, "int64": 0, "complex64": 1e-5,
}
"""Other dtypes, and how far their results may lie apart, relative to the largest number."""


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("expression", [
    "F.conv2d(x, y, stride=2, padding=1)", "F.conv_transpose2d(x, y)", "F.max_pool2d(x, 2)", "F.avg_pool2d(x, 3, 2, 1)",
    "F.pad(x, (1, 2), value=1)", "F.pad(x, (1, 2, 1, 1), 'reflect')", "F.unfold(x, 2)", "F.pixel_shuffle(x, 2)",
    "F.batch_norm(x, None, None, training=True)", "F.layer_norm(x, (5,))", "F.group_norm(x, 2)",
    "F.rms_norm(x, (5,))", "F.interpolate(x, (3, 7), mode='bilinear')", "F.grid_sample(x, x[..., :2])",
    "F.adaptive_avg_pool2d(x, 2)", "F.adaptive_max_pool2d(x, 2)",
])
def test_other_dtypes_are_taken_or_refused_as_in_torch(expression: str, dtype: str) -> None:
    generator = np.random.RandomState(0)
    x, y = generator.randn(2, 4, 6, 5) * 3, generator.randn(4, 4, 2, 3) * 3
    said: list[Any] = []
    for torch in (reference, engine):
        given = [torch.tensor(each).to(getattr(torch, dtype)) for each in (x, y)]
        space = {"F": torch.nn.functional, "x": given[0], "y": given[1]}
        try:
            made = eval(expression, space)
            said.append((str(made.dtype), made.to(torch.complex128).numpy()))
        except (RuntimeError, NotImplementedError) as error:
            said.append((type(error).__name__, str(error)))
    assert said[1][0] == said[0][0]
    if isinstance(said[0][1], str):
        assert said[1][1] == said[0][1]
    else:
        bound = NARROW[dtype] * float(np.abs(said[0][1]).max())
        np.testing.assert_allclose(said[1][1], said[0][1], rtol=0, atol=bound)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_bytes_are_rounded_after_each_dimension(mode: str) -> None:
    x = np.random.RandomState(0).randint(0, 255, (1, 3, 6, 7)).astype("uint8")
    made = [
        torch.nn.functional.interpolate(torch.from_numpy(x.copy()), (4, 9), mode=mode).numpy()
        for torch in (reference, engine)
    ]
    np.testing.assert_array_equal(made[1], made[0])


@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize("layer", ["nn.BatchNorm2d(3, momentum=m)", "nn.InstanceNorm2d(3, 1e-5, m or 0.2, True, True)"])
def test_running_moments_follow_those_of_torch(layer: str, momentum: float | None) -> None:
    made = both(layer.replace("m)", f"{momentum})").replace("m or", f"{momentum} or"), ((), ()))
    for seed in range(3):
        for value, module in zip(tensors_of(((4, 3, 5, 5),), "float32", seed), made, strict=True):
            module(value[0] * 3 + 2)
    for module in made:
        module.eval()
    for one, other in zip(made[0].state_dict().values(), made[1].state_dict().values(), strict=True):
        check(one, other, 2e-7)
    outs = [module(value[0]) for value, module in zip(tensors_of(((2, 3, 4, 4),), "float32"), made, strict=True)]
    check(*outs, 1e-6)


def test_a_small_network_learns_as_in_torch() -> None:
    """200 steps of a convolutional network with normalizations: float64 within 1e-12, float32 within 1e-4."""
    for dtype, bound in (("float64", 1e-12), ("float32", 1e-4)):
        curves = []
        for torch in (reference, engine):
            nn = torch.nn
            torch.manual_seed(0)
            model = nn.Sequential(
                nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3),
                nn.GroupNorm(2, 8), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.LayerNorm(8), nn.Linear(8, 3),
            ).to(getattr(torch, dtype))
            optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
            x = torch.randn(16, 1, 8, 8, dtype=torch.float64).to(getattr(torch, dtype))
            y = torch.randint(0, 3, (16,))
            losses = []
            for _ in range(200):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            curves.append(np.array(losses))
        np.testing.assert_allclose(curves[1], curves[0], rtol=bound, atol=bound)


def test_gradients_of_pools_lie_as_their_inputs_do() -> None:
    for torch in (reference, engine):
        x = torch.ones(1, 2, 3, 6).contiguous(memory_format=torch.channels_last).requires_grad_()
        y = torch.nn.functional.max_pool2d(x, 3, 2)
        gradient, = torch.autograd.grad(y, x, torch.ones(y.shape))
        assert gradient.stride() == x.stride() == (36, 1, 12, 2)
