"""Elementwise kernels against torch on special and random numbers, within the rules of docs/tolerances.md."""

from __future__ import annotations

import math

import numpy as np
import pytest

from minitorch_compat._kernels import elementwise as kernels
from minitorch_compat._kernels.fused import fma32, fma64

REAL = ["float16", "bfloat16", "float32", "float64"]
SPECIAL = [0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 5, 7.5, math.inf, -math.inf, math.nan, 1e-3]
INTEGERS = ["int8", "uint8", "int16", "int32", "int64"]


@pytest.fixture(scope="module")
def pairs(torch):
    """Two columns: all pairs of special numbers, small integers, and numbers at random, by dtype."""
    torch.manual_seed(1)
    special = torch.tensor([(a, b) for a in SPECIAL for b in SPECIAL])
    small = torch.randint(-9, 9, (500, 2)).float()
    columns = torch.cat([special, small, torch.randn(1500, 2) * 3])
    return {name: [columns[:, i].to(getattr(torch, name)).contiguous() for i in (0, 1)] for name in REAL}


BITWISE_OF_TWO = {
    "floor_divide": lambda t, x, y: t.floor_divide(x, y),
    "trunc_divide": lambda t, x, y: t.div(x, y, rounding_mode="trunc"),
    "remainder": lambda t, x, y: t.remainder(x, y),
    "fmod": lambda t, x, y: t.fmod(x, y),
    "copysign": lambda t, x, y: t.copysign(x, y),
    "heaviside": lambda t, x, y: t.heaviside(x, y),
}


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", BITWISE_OF_TWO)
def test_two_arguments_bitwise(torch, compare, pairs, name, dtype):
    x, y = pairs[dtype]
    got = getattr(kernels, name)(compare.as_array(x), compare.as_array(y))
    compare.agree(got, BITWISE_OF_TWO[name](torch, x, y))


# name: ulps in float16 and bfloat16, float32, float64
NEAR_OF_TWO = {"atan2": (1, 1, 1), "hypot": (0, 0, 1), "pow": (1, 1, 1), "xlogy": (1, 4, 2)}


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", NEAR_OF_TWO)
def test_two_arguments_near(torch, compare, pairs, name, dtype):
    x, y = pairs[dtype]
    within = NEAR_OF_TWO[name][{"float32": 1, "float64": 2}.get(dtype, 0)]
    compare.agree(getattr(kernels, name)(compare.as_array(x), compare.as_array(y)), getattr(torch, name)(x, y), within)


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_extremes(torch, compare, pairs, name, dtype):
    x, y = pairs[dtype]
    got, expected = getattr(kernels, name)(compare.as_array(x), compare.as_array(y)), getattr(torch, name)(x, y)
    # Which of two zeros of different sign is the larger is not the same in all of torch's own loops.
    np.testing.assert_array_equal(got.astype("f8"), expected.double().numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["logaddexp", "logaddexp2"])
def test_logaddexp_is_near_in_absolute_terms(torch, pairs, name, dtype):
    x, y = pairs[dtype]
    got, expected = getattr(kernels, name)(x.numpy(), y.numpy()), getattr(torch, name)(x, y).numpy()
    np.testing.assert_allclose(got, expected, rtol=0, atol=16 * np.finfo(dtype).eps)


BITWISE_OF_ONE = {
    "sign": {}, "sgn": {}, "frac": {}, "floor": {}, "ceil": {}, "trunc": {}, "rsqrt": {}, "reciprocal": {},
    "square": {}, "deg2rad": {}, "rad2deg": {}, "angle": {}, "nan_to_num": {}, "round": {},
}  # fmt: skip


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", BITWISE_OF_ONE)
def test_one_argument_bitwise(torch, compare, pairs, name, dtype):
    x, _ = pairs[dtype]
    compare.agree(getattr(kernels, name)(compare.as_array(x)), getattr(torch, name)(x))


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("decimals", [-1, 1, 2, 3])
def test_rounding_to_decimals(torch, compare, pairs, dtype, decimals):
    x, _ = pairs[dtype]
    compare.agree(kernels.round(compare.as_array(x), decimals), torch.round(x, decimals=decimals))


# Functions of one argument: where they live, and ulps in the half types, float32 (below the limit), float64.
MATHEMATICS = {
    "exp": ((-8, 8), 1, 1, 1), "exp2": ((-8, 8), 0, 1, 1), "expm1": ((-3, 3), 1, 1, 1), "log": ((0, 20), 1, 1, 1),
    "log2": ((0, 20), 1, 1, 1), "log10": ((0, 20), 1, 1, 1), "log1p": ((-0.99, 20), 1, 1, 1),
    "sin": ((-9, 9), 1, 1, 1), "cos": ((-9, 9), 1, 1, 1), "tan": ((-9, 9), 1, 1, 1), "asin": ((-1, 1), 1, 1, 1),
    "acos": ((-1, 1), 1, 1, 1), "atan": ((-9, 9), 1, 1, 1), "sinh": ((-5, 5), 1, 2, 1), "cosh": ((-5, 5), 1, 2, 1),
    "tanh": ((-5, 5), 1, 1, 1), "asinh": ((-9, 9), 1, 2, 2), "acosh": ((1, 20), 1, 2, 2),
    "atanh": ((-1, 1), 1, 2, 2), "sqrt": ((0, 20), 0, 1, 1), "sinc": ((-5, 5), 1, 2, 2),
}  # fmt: skip


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", MATHEMATICS)
def test_mathematics(torch, compare, name, dtype):
    (low, high), half, single, double = MATHEMATICS[name]
    torch.manual_seed(2)
    x = (torch.rand(500, dtype=torch.float64) * (high - low) + low).to(getattr(torch, dtype))
    within = {"float32": single, "float64": double}.get(dtype, half)
    compare.agree(np.asarray(getattr(kernels, name)(compare.as_array(x))), getattr(torch, name)(x), within)


# In large float32 arrays, where NumPy's own loops compute; what is not named keeps the bound for small ones.
LARGE = {"exp": 2, "expm1": 2, "log": 4, "log2": 3, "log10": 3, "log1p": 2, "tan": 3, "asin": 3, "acos": 2, "atan": 3}


@pytest.mark.parametrize("name", MATHEMATICS)
def test_mathematics_of_large_arrays(torch, compare, name):
    (low, high), _, single, _ = MATHEMATICS[name]
    torch.manual_seed(2)
    x = torch.rand(20000) * (high - low) + low
    got = np.asarray(getattr(kernels, name)(x.numpy()))
    compare.agree(got, getattr(torch, name)(x), LARGE.get(name, single))


@pytest.mark.parametrize(("dtype", "bound"), [("complex64", 3e-7), ("complex128", 6e-16)])
def test_complex_numbers_are_near_relative_to_their_size(torch, dtype, bound):
    torch.manual_seed(9)
    x, y = (torch.randn(3000, dtype=getattr(torch, dtype)) for _ in range(2))
    a, b = x.numpy(), y.numpy()
    pairs = {"mul": (a * b, x * y), "div": (a / b, x / y), "square": (kernels.square(a), x * x)}
    pairs |= {
        name: (getattr(kernels, name)(a), getattr(torch, name)(x)) for name in ("exp", "log", "sin", "cos", "tanh")
    }
    pairs["sqrt"] = (kernels.sqrt(a), torch.sqrt(x))
    for name, (got, expected) in pairs.items():
        assert got.dtype == dtype
        apart = np.abs(got - expected.numpy()) / np.abs(expected.numpy())
        assert apart.max() <= bound, name


def test_exp_of_few_numbers_is_the_rounded_exact_value():
    x = np.linspace(-5, 5, 1000, dtype=np.float32)
    assert kernels.exp(x).tolist() == [float(np.float32(math.exp(each))) for each in x.tolist()]


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2])
def test_short_powers_are_bitwise(torch, compare, pairs, dtype, exponent):
    x, _ = pairs[dtype]
    array = compare.as_array(x)
    compare.agree(kernels.pow_number(array, exponent, array.dtype), x**exponent)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32", "float64"])
@pytest.mark.parametrize("exponent", [0.5, -0.5, 4, 1.5, -3, 1 / 3])
def test_other_powers_are_near(torch, compare, pairs, dtype, exponent):
    x, _ = pairs[dtype]
    array = compare.as_array(x)
    compare.agree(kernels.pow_number(array, exponent, array.dtype), x**exponent, 1)


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("number", [0.1, 2, -3.3, 0.0])
def test_with_a_number(torch, compare, pairs, dtype, number):
    x, _ = pairs[dtype]
    array = compare.as_array(x)
    compare.agree(kernels.with_number(kernels.remainder, array, number, array.dtype), torch.remainder(x, number))
    compare.agree(kernels.with_number(kernels.fmod, array, number, array.dtype), torch.fmod(x, number))
    compare.agree(kernels.with_number(kernels.floor_divide, array, number, array.dtype), x // number)
    compare.agree(kernels.with_number(np.multiply, array, number, array.dtype), x * number)
    compare.agree(kernels.with_number(np.true_divide, array, number, array.dtype), x / number)


@pytest.mark.parametrize("dtype", REAL)
def test_fused_steps(torch, compare, dtype):
    torch.manual_seed(3)
    x, y, z = (torch.randn(1000).to(getattr(torch, dtype)) for _ in range(3))
    a, b, c = map(compare.as_array, (x, y, z))
    for value in (1, 0.3, -2):
        compare.agree(kernels.addcmul(a, b, c, value), torch.addcmul(x, y, z, value=value))
        compare.agree(kernels.addcdiv(a, b, c, value), torch.addcdiv(x, y, z, value=value))
    for weight in (0.3, 0.5, 0.7, 1.2, -0.2, 0.0, 1.0):
        compare.agree(kernels.lerp(a, b, weight), torch.lerp(x, y, weight))
    compare.agree(kernels.lerp(a, b, c), torch.lerp(x, y, z))


@pytest.mark.parametrize("shape", [(), (5,), (5000,), (200, 201)])
@pytest.mark.parametrize(("dtype", "fused"), [("float32", fma32), ("float64", fma64)])
def test_add_with_alpha_is_one_rounding(torch, compare, dtype, fused, shape):
    torch.manual_seed(4)
    x, y = (torch.randn(shape, dtype=getattr(torch, dtype)) for _ in range(2))
    compare.agree(fused(y.numpy(), np.dtype(dtype).type(-0.3), x.numpy()), torch.add(x, y, alpha=-0.3))


def test_fused_known_values():
    x = np.array([0.1, 0.2, 0.7], np.float32)
    hexes = [each.hex() for each in fma32(x[::-1], np.float32(0.3), x).tolist()]
    assert hexes == ["0x1.3d70a40000000p-2", "0x1.0a3d720000000p-2", "0x1.75c2900000000p-1"]
    hexes = [each.hex() for each in kernels.lerp(x, x[::-1], 0.3).tolist()]
    assert hexes == ["0x1.1eb8520000000p-2", "0x1.99999a0000000p-3", "0x1.0a3d700000000p-1"]


def test_fma64_is_exact_where_fractions_say_so():
    from fractions import Fraction

    generator = np.random.default_rng(5)
    a, b = generator.normal(size=(2, 500))
    c = -a * b * (1 + generator.normal(size=500) * 1e-15)
    exact = [float(Fraction(i) * Fraction(j) + Fraction(k)) for i, j, k in zip(a.tolist(), b.tolist(), c.tolist(),
                                                                               strict=True)]  # fmt: skip
    assert fma64(a, b, c).tolist() == exact
    assert np.signbit(fma64(-0.0, 0.0, np.array([-0.0]))).all()
    assert fma64(1e300, 1e10, np.array([1.0])).tolist() == [math.inf]


INTEGER_OPERATIONS = {
    **{name: ask for name, ask in BITWISE_OF_TWO.items() if name not in ("copysign", "heaviside")},
    "pow": lambda t, x, y: t.pow(x, y),
    "bitwise_and": lambda t, x, y: x & y,
    "bitwise_or": lambda t, x, y: x | y,
    "bitwise_xor": lambda t, x, y: x ^ y,
    "bitwise_left_shift": lambda t, x, y: x << y,
    "bitwise_right_shift": lambda t, x, y: x >> y,
    "gcd": lambda t, x, y: t.gcd(x, y),
    "lcm": lambda t, x, y: t.lcm(x, y),
    "maximum": lambda t, x, y: t.maximum(x, y),
}


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", INTEGER_OPERATIONS)
def test_integers(torch, compare, name, dtype):
    kind = getattr(torch, dtype)
    bounds = torch.iinfo(kind)
    torch.manual_seed(6)
    x = torch.cat(
        [torch.randint(bounds.min, bounds.max, (300,), dtype=kind), torch.tensor([bounds.max, 0], dtype=kind)]
    )
    y = torch.randint(max(bounds.min, -70), 70, (302,), dtype=kind)
    y = torch.where(y == 0, 3, y).to(kind)
    compare.agree(getattr(kernels, name)(x.numpy(), y.numpy()), INTEGER_OPERATIONS[name](torch, x, y))


def test_known_integers():
    one = np.array([1, -7, 5])
    assert kernels.bitwise_left_shift(one, np.array([64, 63, -1])).tolist() == [0, -(2**63), 0]
    assert kernels.bitwise_right_shift(one, np.array([64, 64, -1])).tolist() == [0, -1, 0]
    assert kernels.pow(np.array([0, 1, -1, 2]), np.array([-1, -1, -1, -3])).tolist() == [0, 1, -1, 0]
    assert kernels.floor_divide(one, np.array([2, 2, -2])).tolist() == [0, -4, -3]
    assert kernels.trunc_divide(one, np.array([2, 2, -2])).tolist() == [0, -3, -2]
    assert kernels.remainder(one, np.array([3, 3, -3])).tolist() == [1, 2, -1]
    assert kernels.fmod(one, np.array([3, 3, -3])).tolist() == [1, -1, 2]
    assert kernels.with_number(np.add, np.array([10], np.uint8), 300, np.dtype(np.uint8)).tolist() == [54]


def test_known_signs():
    assert kernels.sign(np.array([math.nan, -0.0, -math.inf])).tolist() == [0, 0, -1]
    assert math.copysign(1, kernels.remainder(np.array(-0.0), np.array(3.0))) == -1
    assert kernels.remainder(np.array(-5.0), np.array(math.inf)).tolist() == math.inf
    assert kernels.floor_divide(np.array(-1.0), np.array(math.inf)).tolist() == -1
    assert math.copysign(1, kernels.clamp(np.array(-0.0), np.array(0.0))) == -1


@pytest.mark.parametrize("dtype", [*REAL, *INTEGERS])
def test_isclose(torch, compare, dtype):
    torch.manual_seed(7)
    x = (torch.randn(2000) * 50).to(getattr(torch, dtype))
    y = (x.double() + torch.randn(2000) * 3).to(getattr(torch, dtype))
    got = kernels.isclose(compare.as_array(x), compare.as_array(y), 0.1, 0.5)
    compare.agree(got, torch.isclose(x, y, 0.1, 0.5))


@pytest.mark.parametrize(("dtype", "within"), [("complex64", 0), ("complex128", 1)])
def test_lengths_of_complex_numbers(torch, compare, dtype, within):
    torch.manual_seed(8)
    x = torch.randn(2000, dtype=getattr(torch, dtype))
    compare.agree(kernels.abs(x.numpy()), torch.abs(x), within)
    assert kernels.abs(np.array([3 + 4j])).tolist() == [5]


REFUSALS = {
    "ZeroDivisionError": lambda i, f, b: kernels.floor_divide(i, i * 0),
    "\"abs_cpu\" not implemented for 'Bool'": lambda i, f, b: kernels.abs(b),
    "\"div_floor_cpu\" not implemented for 'Bool'": lambda i, f, b: kernels.floor_divide(b, b),
    "\"remainder_cpu\" not implemented for 'Bool'": lambda i, f, b: kernels.remainder(b, b),
    "\"fmod_cpu\" not implemented for 'Bool'": lambda i, f, b: kernels.fmod(b, b),
    "\"pow\" not implemented for 'Bool'": lambda i, f, b: kernels.pow(b, b),
    "Integers to negative integer powers are not allowed.": lambda i, f, b: kernels.pow_number(i, -1, i.dtype),
    "\"lshift_cpu\" not implemented for 'Float'": lambda i, f, b: kernels.bitwise_left_shift(f, f),
    "\"rshift_cpu\" not implemented for 'Float'": lambda i, f, b: kernels.bitwise_right_shift(f, f),
    "\"bitwise_and_cpu\" not implemented for 'Float'": lambda i, f, b: kernels.bitwise_and(f, f),
    "\"bitwise_not_cpu\" not implemented for 'Float'": lambda i, f, b: kernels.bitwise_not(f),
    "\"gcd_cpu\" not implemented for 'Float'": lambda i, f, b: kernels.gcd(f, f),
    "\"frac_cpu\" not implemented for 'Long'": lambda i, f, b: kernels.frac(i),
    "\"round_cpu\" not implemented for 'Long'": lambda i, f, b: kernels.round(i, 1),
    "\"nextafter_cpu\" not implemented for 'Long'": lambda i, f, b: kernels.nextafter(i, i),
    "\"hypot_cpu\" not implemented for 'Long'": lambda i, f, b: kernels.hypot(i, i),
    "\"lerp_kernel_scalar\" not implemented for 'Long'": lambda i, f, b: kernels.lerp(i, i, 0.5),
    "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.": (
        lambda i, f, b: kernels.sign(np.array([1j]))
    ),
    "maximum not implemented for complex tensors.": lambda i, f, b: kernels.maximum(np.array([1j]), np.array([1j])),
    "torch.clamp: At least one of 'min' or 'max' must not be None": lambda i, f, b: kernels.clamp(f),
    "Float did not match Double": lambda i, f, b: kernels.isclose(f, f.astype("d")),
    "rtol must be greater than or equal to zero, but got -1": lambda i, f, b: kernels.isclose(f, f, -1),
    "atol must be greater than or equal to zero, but got -1": lambda i, f, b: kernels.isclose(f, f, 0, -1),
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text):
    with pytest.raises((RuntimeError, NotImplementedError)) as refusal:
        REFUSALS[text](np.array([1, 2]), np.array([1, 2], np.float32), np.array([True, False]))
    assert str(refusal.value) == text
