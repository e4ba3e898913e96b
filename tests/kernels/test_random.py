"""The generator and its draws: known values of torch 2.13, and torch itself where it is installed."""

from __future__ import annotations

import hashlib
import warnings

import numpy as np
import pytest

from minitorch_compat._kernels import random, sampling
from minitorch_compat._kernels.scalar_types import bfloat16


def seeded(seed: int = 0) -> random.MersenneTwister:
    generator = random.MersenneTwister()
    generator.manual_seed(seed)
    return generator


def hexes(*texts: str) -> list[float]:
    return [float.fromhex(text) for text in texts]


def single(size: int) -> np.ndarray:
    return np.empty(size, np.float32)


KNOWN = {
    "uniform": (
        lambda g: random.uniform_(g, single(3)),
        hexes("0x1.fc2ab0p-2", "0x1.89545ep-1", "0x1.6a6750p-4"),
    ),
    "uniform between": (
        lambda g: random.uniform_(g, single(3), -0.5, 2.0),
        hexes("0x1.7b355cp-1", "0x1.6ba976p+0", "-0x1.1d7f6ep-2"),
    ),
    "uniform float64": (
        lambda g: random.uniform_(g, np.empty(2)),
        hexes("0x1.f0aac97c4aa2fp-1", "0x1.6a675d821ccc0p-1"),
    ),
    "few normals": (
        lambda g: random.normal_(g, single(3)),
        hexes("0x1.8a7eb8p+0", "-0x1.2c78a0p-2", "-0x1.16e292p+1"),
    ),
    "normals in blocks": (
        lambda g: random.normal_(g, single(17)),
        hexes(
            "-0x1.20370ap+0",
            "-0x1.b2288cp+0",
            "0x1.222008p-1",
            "0x1.9646bap-1",
            "0x1.329b16p-1",
            "-0x1.8e1ab6p+0",
            "-0x1.5d8d94p-2",
            "0x1.da5e9cp+0",
            "0x1.df54aap-2",
            "-0x1.2bc656p-1",
            "-0x1.631dd6p-3",
            "0x1.77c348p-3",
            "0x1.63ad80p+0",
            "0x1.961a00p+0",
            "0x1.e48138p-1",
            "-0x1.aff666p-1",
            "0x1.dd1860p-1",
        ),
    ),
    "normals in float64 blocks": (
        lambda g: random.normal_(g, np.empty(16))[:3],
        hexes("-0x1.27bb92e9262dcp+1", "-0x1.7e35794939460p-2", "-0x1.0f91ae8d685b6p+0"),
    ),
    "integers": (lambda g: random.random_(g, np.empty(8, np.int64), -5, 100), [69, 19, 93, 25, 38, 4, 92, 68]),
    "wide integers": (
        lambda g: random.random_(g, np.empty(3, np.int64), 0, 1 << 40),
        [741280623151, 506137267392, 291447657211],
    ),
    "all integers": (
        lambda g: random.random_(g, np.empty(2, np.int64)),
        [900450186894289455, 3969543146641149120],
    ),
    "an order": (lambda g: random.randperm(g, np.empty(10, np.int64)), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]),
    "yes or no": (lambda g: random.bernoulli_(g, single(8), 0.3), [0, 0, 0, 0, 0, 0, 1, 0]),
    "exponential": (
        lambda g: random.exponential_(g, single(3), 2.0),
        hexes("0x1.c110d6p+0", "0x1.3afa7ep-1", "0x1.3ae710p-2"),
    ),
    "geometric": (lambda g: random.geometric_(g, single(6), 0.2), [1, 2, 4, 1, 2, 2]),
    "cauchy": (
        lambda g: random.cauchy_(g, single(3)),
        hexes("0x1.53209ap+3", "0x1.878f94p-1", "-0x1.06c1cep-3"),
    ),
    "log normal": (
        lambda g: random.log_normal_(g, single(3)),
        hexes("0x1.da1b7ap+5", "0x1.82f598p+0", "0x1.1d3db4p-5"),
    ),
    "poisson": (lambda g: sampling.poisson(g, np.array([0.5, 3, 12, 40, 0], "f")), [2, 4, 13, 39, 0]),
    "binomial": (
        lambda g: sampling.binomial(g, np.array([5, 40, 100, 9], "f"), np.array([0.3, 0.4, 0.9, 1.0], "f")),
        [3, 17, 93, 9],
    ),
    "multinomial": (
        lambda g: sampling.multinomial(g, np.array([0.1, 0.5, 0.2, 0.2], "f"), 6, True),
        [3, 2, 1, 3, 2, 2],
    ),
    "gamma": (
        lambda g: sampling.standard_gamma(g, np.array([0.5, 2, 9], "f")),
        hexes("0x1.9dd9dcp-11", "0x1.43594ap-1", "0x1.24b7dap+3"),
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_seed_0_gives_what_torch_gives(name):
    draw, expected = KNOWN[name]
    assert draw(seeded()).tolist() == expected


def test_the_spare_normal_serves_the_next_call():
    generator = seeded()
    random.normal_(generator, single(3))
    assert random.normal_(generator, single(2)).tolist() == hexes("0x1.23096cp-1", "-0x1.15a342p+0")


def test_seeding_drops_the_spare_normal():
    generator = seeded()
    random.normal_(generator, single(1))
    generator.manual_seed(0)
    assert random.normal_(generator, single(1)).tolist() == hexes("0x1.8a7eb8p+0")


def test_a_transposed_array_is_filled_in_memory_order():
    out = np.zeros((3, 2), np.float32).T
    random.uniform_(seeded(), out)
    assert out.T.reshape(-1).tolist() == random.uniform_(seeded(), single(6)).tolist()


def digest(generator: random.MersenneTwister) -> str:
    return hashlib.sha256(generator.get_state().tobytes()).hexdigest()[:16]


def test_state_bytes_are_torchs():
    generator = seeded(123)
    assert digest(generator) == "b04f168bb97ae5f0"
    random.uniform_(generator, single(5))
    assert digest(generator) == "8ed925be2393a9e0"
    random.normal_(generator, single(1))
    assert digest(generator) == "517e295371044564"
    random.uniform_(generator, single(620))
    assert digest(generator) == "0080812bae855f4f"


def test_a_full_block_of_words_is_not_a_fresh_seed():
    generator = seeded(7)
    random.uniform_(generator, single(624))
    assert digest(generator) == "5fb8e6083bf899e5"


def test_negative_seeds_wrap_around():
    generator = seeded(-1)
    assert generator.initial_seed() == 2**64 - 1
    assert digest(generator) == "74c65bce05a4fcdd"


@pytest.mark.parametrize("draws", [0, 1, 5, 623, 624, 625])
def test_state_comes_back(draws):
    generator = seeded(11)
    random.uniform_(generator, single(draws))
    random.normal_(generator, single(1))
    other = random.MersenneTwister()
    other.set_state(generator.get_state())
    assert other.get_state().tolist() == generator.get_state().tolist()
    assert other.initial_seed() == 11
    assert random.normal_(other, single(40)).tolist() == random.normal_(generator, single(40)).tolist()


def test_a_clone_goes_its_own_way():
    generator = seeded(3)
    clone = generator.clone()
    random.uniform_(clone, single(9))
    assert random.uniform_(generator, single(1))[0] == random.uniform_(seeded(3), single(1))[0]


def test_a_generator_begins_with_torchs_seed():
    assert random.MersenneTwister().initial_seed() == 67280421310721


def test_bad_states_and_seeds_are_refused():
    generator = seeded()
    with pytest.raises(RuntimeError, match=r"^Expected a CPUGeneratorImplState of size 5056 but found the input RNG"):
        generator.set_state(np.zeros(3, np.uint8))
    with pytest.raises(RuntimeError, match=r"^Invalid mt19937 state$"):
        generator.set_state(np.zeros(5056, np.uint8))
    for seed in (2**64, -(2**63) - 1):
        with pytest.raises(ValueError, match=r"^Overflow when unpacking long long$"):
            generator.manual_seed(seed)


# What is asked of torch and of the kernel, for the tests below; x is a tensor or an array to fill.
FILLS = {
    "uniform": (lambda x: x.uniform_(), random.uniform_, ()),
    "uniform between": (lambda x: x.uniform_(-0.3, 0.7), random.uniform_, (-0.3, 0.7)),
    "uniform at a point": (lambda x: x.uniform_(2, 2), random.uniform_, (2, 2)),
    "normal": (lambda x: x.normal_(), random.normal_, ()),
    "normal scaled": (lambda x: x.normal_(1.5, 2.5), random.normal_, (1.5, 2.5)),
    "normal without spread": (lambda x: x.normal_(0.1, 0), random.normal_, (0.1, 0)),
    "log normal": (lambda x: x.log_normal_(0.3, 0.7), random.log_normal_, (0.3, 0.7)),
    "exponential": (lambda x: x.exponential_(1.7), random.exponential_, (1.7,)),
    "cauchy": (lambda x: x.cauchy_(0.3, 1.7), random.cauchy_, (0.3, 1.7)),
    "geometric": (lambda x: x.geometric_(0.3), random.geometric_, (0.3,)),
    "bernoulli": (lambda x: x.bernoulli_(0.3), random.bernoulli_, (0.3,)),
    "bernoulli never": (lambda x: x.bernoulli_(0), random.bernoulli_, (0,)),
    "random": (lambda x: x.random_(), random.random_, ()),
    "random from": (lambda x: x.random_(3, None), random.random_, (3, None)),
    "random between": (lambda x: x.random_(3, 50), random.random_, (3, 50)),
}
CONTINUOUS = {"uniform", "normal", "log", "exponential", "cauchy"}
NUMPY = {"float16": "f2", "float32": "f4", "float64": "f8", "complex64": "c8", "complex128": "c16", "int8": "i1",
         "uint8": "u1", "int16": "i2", "int32": "i4", "int64": "i8", "bool": "?"}  # fmt: skip


def takes(name: str, dtype: str) -> bool:
    word = name.split()[0]
    if dtype.startswith("complex"):
        return word in ("uniform", "normal")
    if dtype == "bool":
        return word == "bernoulli" or name == "random"
    return word not in CONTINUOUS or "float" in dtype


def numpy_dtype(name: str) -> np.dtype:
    return bfloat16() if name == "bfloat16" else np.dtype(NUMPY[name])


@pytest.mark.parametrize("dtype", ["bfloat16", *NUMPY])
@pytest.mark.parametrize("name", FILLS)
def test_fills_and_state_are_torchs(torch, compare, name, dtype):
    if not takes(name, dtype):
        with pytest.raises((RuntimeError, NotImplementedError)) as theirs:
            FILLS[name][0](torch.empty(3, dtype=getattr(torch, dtype)))
        with pytest.raises(theirs.type) as ours:
            FILLS[name][1](seeded(), np.empty(3, numpy_dtype(dtype)), *FILLS[name][2])
        assert str(ours.value) == str(theirs.value)
        return
    ask, fill, parameters = FILLS[name]
    for seed, size in enumerate((0, 1, 3, 15, 16, 17, 100, 1003)):
        torch.manual_seed(seed)
        expected = ask(torch.zeros(size, dtype=getattr(torch, dtype)))
        generator = seeded(seed)
        compare.agree(fill(generator, np.zeros(size, numpy_dtype(dtype)), *parameters), expected)
        assert generator.get_state().tobytes() == bytes(torch.get_rng_state().tolist())


@pytest.mark.parametrize("name", ["uniform", "normal", "exponential", "bernoulli"])
@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.reshape(3, 4, 5).swapaxes(0, 2),
        lambda x: x.reshape(3, 4, 5)[:, :, ::2],
        lambda x: x.reshape(3, 4, 5)[:, :, ::2].swapaxes(0, 1),
        lambda x: x.reshape(3, 4, 5).swapaxes(1, 2)[1:],
        lambda x: x[:6].reshape(1, 6, 1).swapaxes(0, 2),
    ],
)
def test_layouts_are_filled_in_torchs_order(torch, compare, name, view):
    ask, fill, parameters = FILLS[name]
    theirs, ours = torch.zeros(60), np.zeros(60, np.float32)
    torch.manual_seed(5)
    ask(view(theirs))
    fill(seeded(5), view(ours), *parameters)
    compare.agree(ours, theirs)


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        ("float32", 0, 2**25), ("float32", -(2**25), 3), ("float64", -(2**30), 2**30 + 7), ("int32", -5, 2**28 - 5),
        ("int64", -5, 2**28 - 6), ("int64", -(2**63), None), ("float16", 0, 2053), ("float16", -3000, 5),
        ("bfloat16", 0, 300), ("bfloat16", -300, 259), ("uint8", 0, 256), ("int64", 2**63 - 1, None),
    ],
)  # fmt: skip
def test_bounds_are_narrowed_as_torch_narrows_them(torch, compare, dtype, low, high):
    torch.manual_seed(1)
    with warnings.catch_warnings(record=True) as theirs:
        warnings.simplefilter("always")
        expected = torch.empty(50, dtype=getattr(torch, dtype)).random_(low, high)
    with warnings.catch_warnings(record=True) as ours:
        warnings.simplefilter("always")
        got = random.random_(seeded(1), np.empty(50, numpy_dtype(dtype)), low, high)
    compare.agree(got, expected)
    texts = [str(each.message).split(" (Triggered internally")[0] for each in theirs]
    assert [str(each.message) for each in ours] == texts


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "int8", "int64"])
def test_randperm_is_torchs(torch, compare, dtype):
    for size in (0, 1, 2, 10, 127):
        torch.manual_seed(size)
        expected = torch.randperm(size, dtype=getattr(torch, dtype))
        compare.agree(random.randperm(seeded(size), np.empty(size, numpy_dtype(dtype))), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_samplers_are_torchs(torch, compare, dtype):
    rates = np.abs(np.random.default_rng(0).normal(size=200)).astype(dtype) * 8
    chances = np.random.default_rng(1).random(200).astype(dtype)
    rows = chances.reshape(4, 50)

    def tensor(array):
        return torch.from_numpy(array)

    pairs = [
        (lambda g: sampling.poisson(g, rates), lambda: torch.poisson(tensor(rates))),
        (
            lambda g: sampling.binomial(g, np.floor(rates * 4), chances),
            lambda: torch.binomial(tensor(np.floor(rates * 4)), tensor(chances)),
        ),
        (lambda g: sampling.standard_gamma(g, rates), lambda: torch._standard_gamma(tensor(rates))),
        (lambda g: sampling.multinomial(g, rows, 7, True), lambda: torch.multinomial(tensor(rows), 7, True)),
        (lambda g: sampling.multinomial(g, rows, 7), lambda: torch.multinomial(tensor(rows), 7)),
        (lambda g: sampling.multinomial(g, rows, 1), lambda: torch.multinomial(tensor(rows), 1)),
        (
            lambda g: random.bernoulli_(g, np.empty(200, dtype), chances),
            lambda: torch.bernoulli(tensor(chances)),
        ),
    ]
    for seed, (ours, theirs) in enumerate(pairs):
        torch.manual_seed(seed)
        generator = seeded(seed)
        compare.agree(ours(generator), theirs())
        assert generator.get_state().tobytes() == bytes(torch.get_rng_state().tolist())


def test_dirichlet_is_near_torchs(torch):
    alpha = np.abs(np.random.default_rng(0).normal(size=(20, 5))).astype("f") + np.float32(0.2)
    torch.manual_seed(2)
    expected = torch._sample_dirichlet(torch.from_numpy(alpha)).numpy()
    generator = seeded(2)
    np.testing.assert_allclose(sampling.dirichlet(generator, alpha), expected, rtol=3e-7)
    assert generator.get_state().tobytes() == bytes(torch.get_rng_state().tolist())


def refusals():
    x, i, c = np.empty(3, np.float32), np.empty(3, np.int64), np.empty(3, np.complex64)
    h, i8, b = np.empty(3, np.float16), np.empty(3, np.int8), np.empty(3, np.bool_)
    p = np.array
    g = seeded()
    return {
        "uniform_ expects to return a [from, to) range, but found from=1 > to=0": lambda: random.uniform_(g, x, 1, 0),
        "uniform_ expects to return a [from, to) range, but found from=1.5 > to=0.25": (
            lambda: random.uniform_(g, x, 1.5, 0.25)
        ),
        "from is out of bounds for float": lambda: random.uniform_(g, x, -1e39, 0),
        "to is out of bounds for c10::Half": lambda: random.uniform_(g, h, 0, 1e5),
        "uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found to=3e+38 and from=-3e+38 which "
        "result in to-from to exceed the limit": lambda: random.uniform_(g, x, -3e38, 3e38),
        "\"check_uniform_bounds\" not implemented for 'Long'": lambda: random.uniform_(g, i),
        "normal expects std >= 0.0, but found std -1": lambda: random.normal_(g, x, 0, -1),
        "normal expects std >= 0.0, but found std nan": lambda: random.normal_(g, x, 0, float("nan")),
        "\"normal_kernel_cpu\" not implemented for 'Long'": lambda: random.normal_(g, i),
        "random_ expects 'from' to be less than 'to', but got from=5 >= to=3": lambda: random.random_(g, i, 5, 3),
        "to - 1 is out of bounds for signed char": lambda: random.random_(g, i8, 0, 200),
        "from is out of bounds for signed char": lambda: random.random_(g, i8, -200, 0),
        "to - 1 is out of bounds for bool": lambda: random.random_(g, b, 0, 3),
        "check_random_bounds handles only integral, floating-point and boolean types": (
            lambda: random.random_(g, c, 0, 3)
        ),
        "\"random_kernel_cpu\" not implemented for 'ComplexFloat'": lambda: random.random_(g, c),
        "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
        "from=16777216 > to_inc=16777216": lambda: random.random_(g, x, 2**24, None),
        "n cannot be greater than 2049 for Half type.": lambda: random.randperm(g, np.empty(2050, np.float16)),
        "\"randperm\" not implemented for 'Bool'": lambda: random.randperm(g, b),
        "bernoulli_ expects p to be in [0, 1], but got p=1.5": lambda: random.bernoulli_(g, x, 1.5),
        "\"bernoulli_scalar_cpu_\" not implemented for 'ComplexFloat'": lambda: random.bernoulli_(g, c),
        "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'": lambda: random.bernoulli_(g, i, i),
        "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, "
        "please report an enhancement request to PyTorch.)": lambda: random.bernoulli_(g, x, p([2, 0, 0], "f")),
        "exponential_ expects lambda > 0.0, but found lambda=0": lambda: random.exponential_(g, x, 0),
        "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
        "specified Long": lambda: random.exponential_(g, i),
        "geometric_ expects p to be in (0, 1), but got p=1": lambda: random.geometric_(g, x, 1),
        "\"geometric_cpu\" not implemented for 'Bool'": lambda: random.geometric_(g, b, 0.5),
        "cauchy_ expects sigma > 0.0, but found sigma=-1": lambda: random.cauchy_(g, x, 0, -1),
        "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you "
        "specified c10::complex<float>": lambda: random.cauchy_(g, c),
        "log_normal_ expects std > 0.0, but found std=0": lambda: random.log_normal_(g, x, 0, 0),
        "\"log_normal_cpu\" not implemented for 'Long'": lambda: random.log_normal_(g, i),
        "invalid Poisson rate, expected rate to be non-negative": lambda: sampling.poisson(g, p([-1.0], "f")),
        "\"poisson_cpu\" not implemented for 'Long'": lambda: sampling.poisson(g, i),
        "binomial only supports floating-point dtypes for count, got: Long": lambda: sampling.binomial(g, i, x),
        "Found dtype Double but expected Float": lambda: sampling.binomial(g, x, x.astype("d")),
        "\"gamma_cpu\" not implemented for 'Half'": lambda: sampling.standard_gamma(g, h),
        "\"dirichlet\" not implemented for 'Long'": lambda: sampling.dirichlet(g, i),
        "probability tensor contains either `inf`, `nan` or element < 0": (
            lambda: sampling.multinomial(g, p([1, -1], "f"), 1)
        ),
        "invalid multinomial distribution (sum of probabilities <= 0)": (
            lambda: sampling.multinomial(g, p([0, 0], "f"), 2, True)
        ),
        "invalid multinomial distribution (encountering probability entry < 0)": (
            lambda: sampling.multinomial(g, p([1, -1], "f"), 2, True)
        ),
        "invalid multinomial distribution (encountering probability entry = infinity or NaN)": (
            lambda: sampling.multinomial(g, p([1, np.inf], "f"), 2, True)
        ),
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement": (
            lambda: sampling.multinomial(g, x, 4)
        ),
        "cannot sample n_sample <= 0 samples": lambda: sampling.multinomial(g, x, 0),
        "prob_dist must be 1 or 2 dim": lambda: sampling.multinomial(g, np.ones((2, 2, 2), "f"), 1),
        "multinomial only supports floating-point dtypes for input, got: Long": lambda: sampling.multinomial(g, i, 1),
    }


@pytest.mark.parametrize("text", refusals())
def test_bad_parameters_are_refused_in_torchs_words(text):
    with pytest.raises((RuntimeError, ValueError)) as refusal:
        refusals()[text]()
    assert str(refusal.value) == text
