"""torch's CPU generator and its draws, bit for bit.

Every draw takes ``(generator, out, parameters)`` and fills ``out`` in the order in which torch walks it. The words
come from a Mersenne Twister seeded with the low half of the seed; a uniform float32 takes the low 24 bits of a word,
a uniform float64 the low 53 bits of two (the first one high).

Agreement with torch 2.13 is bitwise for every sampler and for the generator's state, with one reservation: float64
results that go through ``log``, ``tan`` or ``exp`` rest on the platform's libm (torch and Python's ``math`` share it on
Linux). See ``docs/tolerances.md``.

The polynomials behind float32 normals are those of the Cephes library, see NOTICE.
"""

from __future__ import annotations

import math
import os
import struct
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import scalar_types as types
from .fused import fma32, fma64
from .iteration import in_memory_order

BLOCK = 1 << 15  # elements per pass: words, results and buffers stay in the second-level cache
LOW_24 = np.uint64((1 << 24) - 1)
LOW_53 = np.uint64((1 << 53) - 1)
_THIRTY_TWO = np.uint64(32)
_STATE = struct.Struct("<QiiQ624QdddixxxxfBxxx")


class MersenneTwister:
    """torch's CPU generator: the word stream, the seed it came from, and the spare half of a pair of normals.

    A new one has torch's default seed. State bytes are torch's own 5056, readable by either.
    """

    __slots__ = ("_bits", "_fresh", "_reseed", "_seed", "_words", "cached_normal")

    def __init__(self, seed: int = 67280421310721) -> None:
        # Loaded at the first generator: numpy.random costs as much as the rest of the engine.
        from numpy.random import MT19937, RandomState

        self._bits = MT19937(0)
        self._reseed = RandomState(self._bits).seed
        self._words: Callable[[int], np.ndarray] = self._bits.random_raw
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> None:
        """Restart the stream from ``seed``, which may be anything from -2**63 to 2**64 - 1; drops the spare normal."""
        if not -(1 << 63) <= seed < 1 << 64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = seed & ((1 << 64) - 1)
        self._reseed(seed & 0xFFFFFFFF)
        self.cached_normal: float | None = None
        self._fresh = True

    def seed(self) -> int:
        """Restart the stream from 64 bits of the operating system's randomness and return them."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self) -> int:
        """The seed last applied, as an unsigned 64-bit number."""
        return self._seed

    def random32(self, count: int) -> np.ndarray:
        """The next ``count`` 32-bit words, as uint64."""
        if count:
            self._fresh = False
        return self._words(count)

    def random64(self, count: int) -> np.ndarray:
        """The next ``count`` 64-bit words, two words each with the first one high, as uint64."""
        words = self.random32(2 * count)
        high = words[0::2] << _THIRTY_TWO
        high |= words[1::2]
        return high

    def uniform64(self) -> float:
        """One uniform double in [0, 1)."""
        self._fresh = False
        high, low = self._words(2).tolist()
        return ((high << 32 | low) & 0x1FFFFFFFFFFFFF) * 2.0**-53

    def normal(self) -> float:
        """One standard normal double: the spare one if there is one, else the first of a new pair."""
        spare = self.cached_normal
        if spare is not None:
            self.cached_normal = None
            return spare
        first, second = self.uniform64(), self.uniform64()
        radius = math.sqrt(-2 * math.log1p(-second))
        angle = 2 * math.pi * first
        self.cached_normal = radius * math.sin(angle)
        return radius * math.cos(angle)

    def get_state(self) -> np.ndarray:
        """The state as torch's 5056 bytes."""
        state = self._bits.state["state"]
        pos = int(state["pos"])
        spare = self.cached_normal
        packed = _STATE.pack(
            self._seed, 625 - pos, 1, 0 if self._fresh else pos, *state["key"].tolist(),
            0.0, spare or 0.0, 0.0, spare is not None, 0.0, 0,
        )  # fmt: skip
        return np.frombuffer(packed, np.uint8).copy()

    def set_state(self, state: np.ndarray) -> None:
        """Continue from state bytes that this generator or torch wrote."""
        data = np.ascontiguousarray(state).tobytes()
        if len(data) != _STATE.size:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.size} but found the input RNG state size to be "
                f"{len(data)}"
            )
        seed, left, seeded, position, *words, _, spare, _, has_spare, _, _ = _STATE.unpack(data)
        if not (seeded == 1 and 0 < left <= 624 and position <= 624):
            raise RuntimeError("Invalid mt19937 state")
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": np.array(words, np.uint64).astype(np.uint32), "pos": 624 if left == 1 else position},
        }
        self._seed = seed
        self._fresh = left == 1 and position == 0
        self.cached_normal = spare if has_spare else None

    def clone(self) -> MersenneTwister:
        """Another generator in the same state."""
        other = MersenneTwister()
        other.set_state(self.get_state())
        return other


# -- filling ----------------------------------------------------------------------------------------------------


def fill(out: np.ndarray, draw: Callable[[int], np.ndarray], safe: bool = False) -> np.ndarray:
    """Fill ``out`` in torch's order with what ``draw`` gives for successive blocks; ``safe`` draws cannot overflow."""
    if not safe:
        with np.errstate(all="ignore"):
            return fill(out, draw, True)
    if out.flags.c_contiguous:
        ordered, flat = out, out.reshape(-1)
    else:
        ordered = in_memory_order(out)
        flat = ordered.reshape(-1) if ordered.flags.c_contiguous else np.empty(out.size, out.dtype)
    size = flat.size
    if size <= BLOCK and out.dtype.char not in types.HALVES:
        if size:
            flat[...] = draw(size)
    else:
        for start in range(0, size, BLOCK):
            block = flat[start : start + BLOCK]
            drawn = draw(block.size)
            # Doubles reach the half types by way of float32, rounded twice.
            block[...] = drawn.astype(np.float32, copy=False) if out.dtype.char in types.HALVES else drawn
    if not ordered.flags.c_contiguous:
        ordered[...] = flat.reshape(ordered.shape)
    return out


def _unit32(generator: MersenneTwister, count: int) -> np.ndarray:
    words = generator.random32(count)
    words &= LOW_24
    unit = words.astype(np.float32)
    unit *= np.float32(2.0**-24)
    return unit


def unit64(generator: MersenneTwister, count: int) -> np.ndarray:
    """``count`` uniform doubles in [0, 1)."""
    words = generator.random64(count)
    words &= LOW_53
    unit = words.astype(np.float64)
    unit *= 2.0**-53
    return unit


def _by_math(function: Callable[[float], float], x: np.ndarray) -> np.ndarray:
    # torch calls the same libm as Python's math; NumPy's vectorised doubles differ in the last place.
    return np.fromiter(map(function, x.tolist()), np.float64, x.size)


def _real_view(out: np.ndarray) -> np.ndarray:
    """The (re, im) pairs of a complex array as a real array with one dimension more."""
    part = np.dtype("f4" if out.dtype.char == "F" else "f8")
    if not out.size:
        return np.empty(0, part)
    return np.lib.stride_tricks.as_strided(out.real[..., None], (*out.shape, 2), (*out.strides, part.itemsize))


# -- uniform ----------------------------------------------------------------------------------------------------


def uniform_(generator: MersenneTwister, out: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Fill with uniform numbers in [low, high). Bitwise torch for float16, bfloat16, float32, float64, complex."""
    dtype = out.dtype
    if dtype.char in types.COMPLEX:
        if out.size:
            uniform_(generator, _real_view(out), low, high)
        return out
    if dtype.char not in types.FLOATING:
        raise types.not_implemented("check_uniform_bounds", dtype)
    if low != 0.0 or high != 1.0:
        _check_uniform(dtype, low, high)
    if dtype.char == "d":
        low, high = float(low), float(high)
        if low == 0.0 and high == 1.0:
            return fill(out, lambda count: unit64(generator, count), safe=True)

        def doubles(count: int) -> np.ndarray:
            drawn = fma64(unit64(generator, count), high - low, low)
            drawn[drawn == high] = low
            return drawn

        return fill(out, doubles)

    if dtype.char == "f" and low == 0.0 and high == 1.0:
        return fill(out, lambda count: _unit32(generator, count), safe=True)
    first, last = np.float32(low), np.float32(high)
    width = last - first

    def singles(count: int) -> np.ndarray:
        drawn = fma32(_unit32(generator, count), width, first).astype(dtype, copy=False)
        drawn[drawn == last.astype(dtype)] = first.astype(dtype)
        return drawn

    return fill(out, singles)


def _check_uniform(dtype: np.dtype, low: float, high: float) -> None:
    limit = types.largest(dtype)
    for which, bound in (("from", low), ("to", high)):
        if not -limit <= bound <= limit:
            raise RuntimeError(f"{which} is out of bounds for {types.cpp_name(dtype)}")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    if high - low > limit:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{types.name(dtype)}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit"
        )


# -- normal -----------------------------------------------------------------------------------------------------


def normal_(generator: MersenneTwister, out: np.ndarray, mean: float = 0.0, std: float = 1.0) -> np.ndarray:
    """Fill with normal numbers. Bitwise torch (its AVX2 stream) for float16, bfloat16, float32, float64, complex.

    Fewer than 16 elements, or an array that is not contiguous, take doubles from pairs that the generator shares
    between calls; others are made from blocks of 16 uniforms of the array's own precision.
    """
    if not std >= 0.0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if not out.size:
        return out
    dtype = out.dtype
    if dtype.char in types.COMPLEX:
        # The two parts share the variance, and each has the whole mean.
        normal_(generator, _real_view(out), mean, std / math.sqrt(2))
        return out
    if dtype.char not in types.FLOATING:
        raise types.not_implemented("normal_kernel_cpu", dtype)
    mean, std = float(mean), float(std)
    if out.size < 16 or not out.flags.c_contiguous:
        return fill(out, lambda count: _scaled(_normals(generator, count), mean, std))
    flat = out.reshape(-1)
    with np.errstate(all="ignore"):
        if dtype.char == "d":
            _blocks(generator, flat, unit64, lambda pairs: _box_muller64(pairs, mean, std))
        else:
            _blocks(generator, flat, _unit32, lambda pairs: _box_muller32(pairs, mean, std))
    return out


def _normals(generator: MersenneTwister, count: int) -> np.ndarray:
    """``count`` standard normals in pairs, as :meth:`MersenneTwister.normal` would give them one by one."""
    drawn: list[float] = []
    spare = generator.cached_normal
    if spare is not None:
        drawn.append(spare)
        generator.cached_normal = None
    missing = count - len(drawn)
    unit = iter(unit64(generator, missing + missing % 2).tolist())
    for first, second in zip(unit, unit, strict=True):
        radius = math.sqrt(-2 * math.log1p(-second))
        angle = 2 * math.pi * first
        drawn.append(radius * math.cos(angle))
        drawn.append(radius * math.sin(angle))
    if len(drawn) > count:
        generator.cached_normal = drawn.pop()
    return np.array(drawn)


def _scaled(z: np.ndarray, mean: float, std: float) -> np.ndarray:
    if std == 1.0:
        return z + mean
    return fma64(z, std, mean)


def _blocks(
    generator: MersenneTwister,
    flat: np.ndarray,
    unit: Callable[[MersenneTwister, int], np.ndarray],
    transform: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Fill ``flat`` in blocks of sixteen; a ragged end is a block of its own over the last sixteen elements."""
    size = flat.size
    whole = size // 16 * 16
    start = 0
    while whole - start > BLOCK // 2:
        flat[start : start + BLOCK // 2] = transform(unit(generator, BLOCK // 2))
        start += BLOCK // 2
    if whole == size:
        flat[start:] = transform(unit(generator, size - start))
        return
    # torch draws for the whole array first (the half types spare themselves the ragged end), then sixteen more.
    drawn = (whole if flat.dtype.char in types.HALVES else size) - start + 16
    uniforms = unit(generator, drawn)
    made = transform(np.concatenate((uniforms[: whole - start], uniforms[-16:])))
    flat[start:whole] = made[:-16]
    flat[-16:] = made[-16:]


def _box_muller64(unit: np.ndarray, mean: float, std: float) -> np.ndarray:
    pairs = unit.reshape(-1, 2, 8)
    first, second = pairs[:, 0].reshape(-1), pairs[:, 1].reshape(-1)
    radius = np.sqrt(-2 * _by_math(math.log, 1 - first))
    angle = 2 * math.pi * second
    cosine, sine = (radius * _by_math(function, angle) for function in (math.cos, math.sin))
    both = np.stack((cosine.reshape(-1, 8), sine.reshape(-1, 8)), 1).reshape(-1)
    return _scaled(both, mean, std)


_TWO_PI = np.float32(2 * math.pi)
_LOG = [
    float(np.float32(c))
    for c in (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
              2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
]  # fmt: skip
_LOG_2_LOW, _LOG_2_HIGH = (float(np.float32(c)) for c in (-2.12194440e-4, 0.693359375))
_COS = [float(np.float32(c)) for c in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)]
_SIN = [float(np.float32(c)) for c in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)]
_HALF_QUARTERS = [float(np.float32(c)) for c in (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)]
_FOUR_OVER_PI = np.float32(1.27323954473516)


def _polynomial(x: np.ndarray, coefficients: list[float]) -> np.ndarray:
    """Horner's rule on float32 values held in float64, every step rounded once to float32."""
    y: Any = coefficients[0]
    for c in coefficients[1:]:
        y = (y * x + c).astype(np.float32)
    return y


def _log32(x: np.ndarray) -> np.ndarray:
    """The natural logarithm of float32 in (0, 1], as the Cephes polynomial with fused steps gives it."""
    m, e = np.frexp(x)
    small = m < np.float32(0.70710678)
    exponent = (e - small).astype(np.float32)
    m += m * small
    m -= 1
    z = m * m
    y = _polynomial(m.astype(np.float64), _LOG)
    y *= m
    y = fma32(y, z, exponent * np.float32(_LOG_2_LOW))
    y -= np.float32(0.5) * z
    m += y
    return m + exponent * np.float32(_LOG_2_HIGH)


def _cos_sin32(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of float32 in [0, 2 pi), as the Cephes polynomials with fused steps give them."""
    j = (t * _FOUR_OVER_PI).astype(np.int32)
    j += 1
    j &= -2
    y = j.astype(np.float32)
    # The first two products are exact in float32, the third is not.
    x = t + y * np.float32(_HALF_QUARTERS[0])
    x += y * np.float32(_HALF_QUARTERS[1])
    x = fma32(y, _HALF_QUARTERS[2], x)
    z = x * x
    wide = z.astype(np.float64)
    c = _polynomial(wide, _COS)
    c *= z
    c = fma32(c, wide, np.float32(-0.5) * z)
    c += 1
    s = _polynomial(wide, _SIN)
    s *= z
    s = fma32(s, x, x)
    swap = (j & 2).astype(bool)
    sine = np.where(swap, c, s)
    cosine = np.where(swap, s, c)
    np.negative(sine, out=sine, where=(j & 4).astype(bool))
    np.negative(cosine, out=cosine, where=(~(j - 2) & 4).astype(bool))
    return cosine, sine


def _box_muller32(unit: np.ndarray, mean: float, std: float) -> np.ndarray:
    pairs = unit.reshape(-1, 2, 8)
    first, second = pairs[:, 0].reshape(-1), pairs[:, 1].reshape(-1)
    radius = np.sqrt(np.float32(-2) * _log32(1 - first))
    both = np.empty_like(pairs)
    for part, wave in enumerate(_cos_sin32(_TWO_PI * second)):
        wave *= radius
        if std != 1.0 or mean != 0.0:
            wave = fma32(wave, np.float32(std), np.float32(mean))
        both[:, part] = wave.reshape(-1, 8)
    return both.reshape(-1)


def log_normal_(generator: MersenneTwister, out: np.ndarray, mean: float = 1.0, std: float = 2.0) -> np.ndarray:
    """Fill with exponentials of normal numbers. Bitwise torch; always the paired doubles, whatever the size."""
    if not std > 0.0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if out.size and out.dtype.char not in types.FLOATING:
        raise types.not_implemented("log_normal_cpu", out.dtype)
    mean, std = float(mean), float(std)
    return fill(out, lambda count: _by_math(_exp, _scaled(_normals(generator, count), mean, std)))


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


# -- integers ---------------------------------------------------------------------------------------------------


def random_(generator: MersenneTwister, out: np.ndarray, low: int | None = None, high: int | None = None) -> np.ndarray:
    """Fill with integers from [low, high); ``high`` None means up to the largest value of the type. Bitwise torch.

    Without bounds a floating type takes what its significand counts exactly. One word an element where the range is
    below 2**28, two otherwise.
    """
    dtype = out.dtype
    kind = dtype.char
    if low is None:
        if kind in types.COMPLEX or kind in "HILQ":
            if not out.size:
                return out
            raise types.not_implemented("random_kernel_cpu", dtype)
        if kind in types.FLOATING:
            count, wide = (1 << types.DIGITS[kind]) + 1, kind == "d"
        else:
            count, wide = int(types.largest(dtype)) + 1, dtype.itemsize == 8
        return fill(out, lambda size: _below(generator, size, count, wide))
    if high is None and low == -(1 << 63):
        if out.size and (kind in types.COMPLEX or kind in "?eHILQ"):
            raise types.not_implemented("random_full_64_bits_range_kernel_cpu", dtype)
        if out.size and kind in "bBhi":
            raise RuntimeError("random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16")
        return fill(out, lambda size: generator.random64(size).view(np.int64))
    if high is not None and low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if kind in types.COMPLEX:
        check = "check_random_bounds" if high is not None else "random_from_to_impl"
        raise RuntimeError(f"{check} handles only integral, floating-point and boolean types")
    first, last = _integer_bounds(dtype, low, high)
    span = last - first + 1
    offset = np.int64(first)

    def draw(size: int) -> np.ndarray:
        drawn = _below(generator, size, span, span >= 1 << 28).view(np.int64)
        drawn += offset
        return drawn

    return fill(out, draw, safe=kind in types.INTEGRAL)


def _below(generator: MersenneTwister, size: int, count: int, wide: bool) -> np.ndarray:
    words = generator.random64(size) if wide else generator.random32(size)
    if count < 1 << 64:
        words %= np.uint64(count)
    return words


def _integer_bounds(dtype: np.dtype, low: int, high: int | None) -> tuple[int, int]:
    """First and last integer to draw, as torch narrows them to what the type can hold."""
    kind = dtype.char
    if kind in types.FLOATING:
        low = _representable(dtype, low, +1)
        if high is None:
            last = 1 << types.DIGITS[kind]
            if low >= last:
                raise RuntimeError(
                    "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but "
                    f"got from={low} > to_inc={last}"
                )
        else:
            high = _representable(dtype, high, -1)
            last = high - 1
            if low >= high:
                raise RuntimeError(
                    "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                    f"from={low} >= to={high}"
                )
    else:
        last = int(types.largest(dtype)) if high is None else high - 1
        if high is None and last >= 1 << 63:
            raise RuntimeError(f"to - 1 is out of bounds for {types.cpp_name(dtype)}")
    for which, bound in (("from", low), ("to - 1", last)):
        if not types.smallest(dtype) <= bound <= types.largest(dtype):
            raise RuntimeError(f"{which} is out of bounds for {types.cpp_name(dtype)}")
    if kind in types.FLOATING:
        digits = types.DIGITS[kind]
        for which, bound in (("from", low), ("to - 1", last)):
            if abs(bound) > 1 << digits:
                warnings.warn(
                    f"{which} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
                    f"{types.cpp_name(dtype)} can support discrete uniform distribution only within this range. This "
                    "warning will become an error in version 1.7 release, please fix the code in advance",
                    UserWarning,
                    stacklevel=3,
                )
    return low, last


def _representable(dtype: np.dtype, bound: int, step: int) -> int:
    """A bound moved inwards where rounding its neighbour to the type would carry a draw across it."""
    with np.errstate(all="ignore"):
        neighbour = int(np.array(bound + step).astype(dtype).astype(np.float64).astype(np.int64))
    if neighbour < bound if step > 0 else neighbour >= bound:
        bits = abs(bound + step).bit_length() - 1
        return neighbour + step * (1 << max(bits - types.DIGITS[dtype.char] + 1, 0))
    return bound


def randperm(generator: MersenneTwister, out: np.ndarray) -> np.ndarray:
    """Fill a vector with a random order of 0 … n-1. Bitwise torch for every dtype."""
    n, dtype = out.size, out.dtype
    if dtype.char in types.COMPLEX or dtype.char in "?HILQ":
        raise types.not_implemented("randperm", dtype)
    if dtype.char in "ef":
        # The half types are not stopped where they stop being exact, save float16.
        most = (1 << types.DIGITS[dtype.char]) + 1
        if n > most:
            raise RuntimeError(f"n cannot be greater than {most} for {types.name(dtype)} type.")
    if n > 1:
        words = generator.random32(n - 1)
        steps = (words % np.arange(n, 1, -1, dtype=np.uint64)).tolist()
        order = list(range(n))
        for i, step in enumerate(steps):
            j = i + step
            order[i], order[j] = order[j], order[i]
        out[...] = order
    elif n:
        out[...] = 0
    return out


# -- yes or no --------------------------------------------------------------------------------------------------


def bernoulli_(generator: MersenneTwister, out: np.ndarray, p: float | np.ndarray = 0.5) -> np.ndarray:
    """Fill with ones that have probability ``p``, a number or an array that broadcasts to ``out``. Bitwise torch."""
    if isinstance(p, np.ndarray):
        check_bernoulli_by_array(out.dtype, out.size)
        return _bernoulli_by_array(generator, out, p)
    if not 0.0 <= p <= 1.0:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    if out.dtype.char in types.COMPLEX or out.dtype.char in "HILQ":
        if out.size:
            raise types.not_implemented("bernoulli_scalar_cpu_", out.dtype)
        return out
    # u < p for u = k / 2**53 is k < p * 2**53: integers are quicker to compare.
    bound = np.uint64(math.ceil(float(p) * 2.0**53))

    def draw(count: int) -> np.ndarray:
        words = generator.random64(count)
        words &= LOW_53
        return words < bound

    return fill(out, draw, safe=True)


def check_bernoulli_by_array(dtype: np.dtype, size: int) -> None:
    """NotImplementedError for dtypes that an array of probabilities cannot fill."""
    if size and (dtype.char in types.COMPLEX or dtype.char in "HILQ"):
        raise types.not_implemented("bernoulli_tensor_cpu_self_", dtype)


def _bernoulli_by_array(generator: MersenneTwister, out: np.ndarray, p: np.ndarray) -> np.ndarray:
    if not out.size:
        return out
    if p.dtype.char not in types.FLOATING:
        raise types.not_implemented("bernoulli_tensor_cpu_p_", p.dtype)
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)"
        )
    unit = uniform_(generator, np.empty_like(out, "f8" if p.dtype.char == "d" else "f4"))
    out[...] = unit < p.astype(unit.dtype, copy=False)
    return out


# -- continuous ---------------------------------------------------------------------------------------------------


def _log1p_of_minus(unit: np.ndarray, dtype: np.dtype) -> np.ndarray:
    # Rounding to a narrower type hides the last place in which NumPy's log1p differs from libm's.
    return _by_math(math.log1p, -unit) if dtype.char == "d" else np.log1p(-unit)


def exponential_(generator: MersenneTwister, out: np.ndarray, rate: float = 1.0) -> np.ndarray:
    """Fill with exponentially distributed numbers of the given rate. Bitwise torch, float64 by way of libm."""
    if not rate > 0.0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    dtype = out.dtype
    if not out.size:
        return out
    if dtype.char not in types.FLOATING:
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but "
            f"you specified {types.name(dtype)}"
        )
    scale = -1.0 / float(rate)
    return fill(out, lambda count: scale * _log1p_of_minus(unit64(generator, count), dtype))


def geometric_(generator: MersenneTwister, out: np.ndarray, p: float) -> np.ndarray:
    """Fill with the number of trials up to the first success. Bitwise torch for every real dtype."""
    if not 0.0 < p < 1.0:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if not out.size:
        return out
    if out.dtype.char in types.COMPLEX or out.dtype.char in "?HILQ":
        raise types.not_implemented("geometric_cpu", out.dtype)
    failure = math.log1p(-float(p))

    def draw(count: int) -> np.ndarray:
        unit = unit64(generator, count)
        return np.ceil(_by_math(log, unit) / failure)

    return fill(out, draw)


def log(x: float) -> float:
    """math.log, with minus infinity at zero."""
    return math.log(x) if x else -math.inf


def cauchy_(generator: MersenneTwister, out: np.ndarray, median: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """Fill with Cauchy distributed numbers. Bitwise torch, float64 by way of libm."""
    if not sigma > 0.0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    if out.dtype.char not in types.FLOATING:
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {types.cpp_name(out.dtype)}"
        )
    median, sigma = float(median), float(sigma)

    def draw(count: int) -> np.ndarray:
        tangent = _by_math(math.tan, math.pi * (unit64(generator, count) - 0.5))
        return fma64(sigma, tangent, median)

    return fill(out, draw)
