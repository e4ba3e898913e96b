"""How far two numbers may lie apart before they differ; without a stated reason, not at all.

A tolerance speaks about values only. Types, dtypes, shapes and everything else agree exactly or differ.
"""
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exact:
    """Equal bits: nan equals nan, and 0.0 differs from -0.0."""

    def __str__(self) -> str:
        return "equal bits"


@dataclass(frozen=True)
class Ulps:
    """At most `count` representable numbers of the reference's dtype apart.

    Units are counted along the number line, so -0.0 and 0.0 are one and the same place here, and a nan is near
    nothing but a nan.
    """

    count: int
    why: str

    def __str__(self) -> str:
        return f"within {self.count} ulp ({self.why})"


@dataclass(frozen=True)
class Bound:
    """`|actual - expected| <= absolute + relative * |expected|`, element by element.

    `absolute` may be an array that broadcasts against the values, for instance `3 * eps * (abs(a) @ abs(b))`,
    the usual bound on a matrix product.
    """

    why: str
    absolute: Any = 0.0
    relative: float = 0.0

    def __str__(self) -> str:
        absolute = self.absolute if isinstance(self.absolute, float | int) else "a bound of its own for each element"
        return f"within {absolute} + {self.relative} * |expected| ({self.why})"


@dataclass(frozen=True)
class Scaled:
    """`|actual - expected| <= relative * (|expected| + largest)`: near by the size of all numbers seen together.

    `largest` is that of the finite numbers of the value. A sum or a product of matrices is no more exact than that.
    """

    relative: float
    why: str

    def __str__(self) -> str:
        return f"within {self.relative} of the value's size ({self.why})"


Tolerance = Exact | Ulps | Bound | Scaled
EXACT = Exact()
