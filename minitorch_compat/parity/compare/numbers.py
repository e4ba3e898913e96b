"""How far numbers lie apart. Complex numbers are measured part by part."""
import math
from typing import Any

import numpy as np

from ..result import Numeric
from ..tolerance import Bound, Exact, Scaled, Tolerance, Ulps

WORDS = {2: np.int16, 4: np.int32, 8: np.int64}


def measure(expected: np.ndarray, actual: np.ndarray, dtype: str, rule: Tolerance) -> Numeric | None:
    """What lies between two arrays of one shape, or None where the rule is kept.

    `dtype` is the reference's own name for its element type; a unit in the last place is that type's.
    """
    one, other = (real_parts(each) for each in alike(expected, actual))
    equal = same_number(one, other)
    if equal.all():
        return None
    odd = ~equal & ~(np.isfinite(one) & np.isfinite(other))
    apart, scale = distances(one, other)
    apart[equal] = 0
    ulp = ulps_between(one, other, dtype)
    if kept(rule, equal, odd, apart, scale, ulp):
        return None
    with np.errstate(all="ignore"):
        relative = np.where(apart == 0, 0.0, apart / scale)
        relative = np.where(relative * scale < apart, np.nextafter(relative, np.inf), relative)
    hopeless = bool(odd.any())
    by_rule = ulp.astype(np.float64) if ulp is not None and isinstance(rule, Ulps) else apart
    # A pair that differs comes before all that do not, and one of nan or infinity before all others.
    order = np.where(equal, -1.0, np.where(odd, np.inf, by_rule))
    index = tuple(map(int, np.unravel_index(int(np.argmax(order)), equal.shape)))[: expected.ndim]
    max_abs = None if hopeless else float(apart.max())
    max_rel = None if hopeless else float(relative.max())
    max_ulp = None if hopeless or ulp is None else int(ulp.max())
    return Numeric(
        max_abs=max_abs, max_rel=max_rel, max_ulp=max_ulp, index=index,
        expected=digits_of(expected[index]), actual=digits_of(actual[index]),
        differing=int((~equal).sum()), total=int(equal.size), rule=str(rule),
        passes_at=None if hopeless else passing(max_abs, max_rel, max_ulp),
        ulps={} if ulp is None else histogram(ulp, odd),
    )


def alike(expected: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays in one dtype: the reference's where both are inexact, one that holds both otherwise."""
    if expected.dtype == actual.dtype:
        return expected, actual
    if expected.dtype.kind + actual.dtype.kind in ("ff", "cc", "cf"):
        with np.errstate(all="ignore"):
            return expected, actual.astype(expected.dtype)
    wide = np.result_type(expected, actual)
    return expected.astype(wide), actual.astype(wide)


def real_parts(values: np.ndarray) -> np.ndarray:
    """Complex numbers as pairs of reals along a last axis, anything else as it is."""
    if values.dtype.kind != "c":
        return values
    return np.stack([values.real, values.imag], axis=-1)


def same_number(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two arrays of one dtype hold the same number: nan is nan, 0.0 is not -0.0."""
    if one.dtype.kind != "f":
        return np.asarray(one == other)
    signed = (one == other) & (np.signbit(one) == np.signbit(other))
    return np.asarray(signed | (np.isnan(one) & np.isnan(other)))


def distances(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The absolute distance of each pair, and the size of the reference's number, in float64."""
    if one.dtype.kind in "biu":
        # Python's integers: the distance of two int64 may be more than an int64 holds.
        whole = [abs(int(b) - int(a)) for a, b in zip(one.ravel(), other.ravel(), strict=True)]
        return np.array(whole, dtype=np.float64).reshape(one.shape), np.abs(one.astype(np.float64))
    with np.errstate(all="ignore"):
        wide, wide_other = one.astype(np.float64), other.astype(np.float64)
        return np.asarray(np.abs(wide_other - wide)), np.abs(wide)


def ulps_between(one: np.ndarray, other: np.ndarray, dtype: str) -> np.ndarray | None:
    """Units in the last place between each pair; None for integers and for floats wider than 64 bits."""
    if one.dtype.kind != "f" or one.dtype.itemsize not in WORDS:
        return None
    first, second = places(one, dtype), places(other, dtype)
    # Two float64 of unlike sign may lie further apart than an int64 counts; that far the last digit tells nothing.
    wide = np.abs(second.astype(np.float64) - first.astype(np.float64))
    return np.where(wide < 2.0**62, np.abs(second - first), np.int64(2**62))


def places(values: np.ndarray, dtype: str) -> np.ndarray:
    """Each float's place on the line of all floats of its dtype: 0 for both zeros, and one more for each next float."""
    raw = values.view(WORDS[values.dtype.itemsize]).astype(np.int64)
    magnitude = raw & (2 ** (8 * values.dtype.itemsize - 1) - 1)
    if "bfloat16" in dtype:  # kept in float32, whose upper half it is
        magnitude >>= 16
    return np.where(raw < 0, -magnitude, magnitude)


def kept(
    rule: Tolerance, equal: np.ndarray, odd: np.ndarray, apart: np.ndarray, scale: np.ndarray, ulp: np.ndarray | None
) -> bool:
    """Whether every pair is the same number or near enough by the rule."""
    if isinstance(rule, Exact):
        return False
    if isinstance(rule, Ulps):
        return ulp is not None and bool((equal | ((ulp <= rule.count) & ~odd)).all())
    if isinstance(rule, Scaled):
        finite = scale[np.isfinite(scale)]
        rule = Bound(rule.why, absolute=rule.relative * (finite.max() if finite.size else 0.0), relative=rule.relative)
    with np.errstate(all="ignore"):
        near = apart <= np.asarray(rule.absolute) + rule.relative * scale
    return bool((equal | (near & ~odd)).all())


def passing(max_abs: float | None, max_rel: float | None, max_ulp: int | None) -> str:
    """The smallest tolerances under which a value would pass, each of them enough."""
    if max_ulp == 0:
        return "0 ulp (only the signs of zeros differ)"
    parts = [] if max_ulp is None else [f"{max_ulp} ulp"]
    parts.append(f"absolute {max_abs!r}")
    if max_rel is not None and math.isfinite(max_rel):
        parts.append(f"relative {max_rel!r}")
    return ", or ".join(parts)


def histogram(ulp: np.ndarray, odd: np.ndarray) -> dict[str, int]:
    """Counts of distances in classes 0, 1, 2, 3-4, 5-8 and so on, and of pairs no distance is defined for."""
    classes: dict[str, int] = {}
    for distance, count in zip(*np.unique(ulp[~odd], return_counts=True), strict=True):
        power = math.ceil(math.log2(distance)) if distance > 2 else 0
        label = str(distance) if distance <= 2 else f"{2 ** (power - 1) + 1}-{2 ** power}"
        classes[label] = classes.get(label, 0) + int(count)
    if odd.any():
        classes["nan or inf"] = int(odd.sum())
    return classes


def digits_of(value: Any) -> str:
    """A number with as many digits as tell it from its neighbours."""
    return str(value.item()) if isinstance(value, np.float64 | np.integer | np.bool_) else str(value)
