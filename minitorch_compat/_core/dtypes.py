"""Element types: the dtype objects, how they map to NumPy's, and the rules by which they combine.

Operands have three ranks: tensors with dimensions, 0-d tensors, Python numbers. A lower rank matters only where its
category (bool < integer < float < complex) is higher than that of every rank above it; see `result_type`.

torch's short names (`float`, `bool`, `long`, ...) are attributes of this module too, found through `ALIASES` so that
Python's own types keep their names in here.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from .naming import names_torch

BOOL, INTEGER, FLOAT, COMPLEX = range(4)

Scalar = bool | int | float | complex
Operand = np.ndarray | Scalar


class dtype:
    """The type of a tensor's elements; one object for each, compared by identity.

    `scalar_type` is the name torch's errors use ("Float"), `c_name` the C++ spelling some of them prefer ("float"),
    `tensor_type` the name of the legacy tensor class ("torch.FloatTensor").
    """

    __slots__ = ("_numpy", "abbr", "c_name", "category", "is_complex", "is_floating_point", "is_signed", "itemsize",
                 "name", "scalar_type", "tensor_type")

    name: str
    abbr: str
    category: int
    itemsize: int
    is_floating_point: bool
    is_complex: bool
    is_signed: bool
    scalar_type: str
    c_name: str
    tensor_type: str
    _numpy: np.dtype[Any] | None

    def __new__(cls, *args: Any, **keywords: Any) -> dtype:
        raise TypeError("cannot create 'torch.dtype' instances")

    @property
    def numpy(self) -> np.dtype[Any]:
        """The NumPy dtype that stores these elements; ml_dtypes is imported for those NumPy itself lacks."""
        if self._numpy is None:
            import ml_dtypes

            if not hasattr(ml_dtypes, self.name):
                raise NotImplementedError(f"{self!r} needs a newer ml_dtypes")
            self._numpy = np.dtype(getattr(ml_dtypes, self.name))
        return self._numpy

    def to_complex(self) -> dtype:
        """The complex dtype whose parts hold this one; RuntimeError for types without one, such as integers."""
        try:
            return _COMPLEX_OF[self.name]
        except KeyError:
            raise RuntimeError(f"Unknown Complex ScalarType for {self.scalar_type}") from None

    def to_real(self) -> dtype:
        """The dtype of the real part, itself for a type that is not complex."""
        return _REAL_OF.get(self.name, self)

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str | tuple[Callable[[str], dtype], tuple[str]]:
        return self.name if names_torch() else (_by_name, (self.name,))


_NAMED: dict[str, dtype] = {}


dtype.__module__ = "torch"


def _by_name(name: str) -> dtype:
    return _NAMED[name]


def _make(name: str, category: int, itemsize: int, abbr: str, scalar_type: str, c_name: str,
          signed: bool = True) -> dtype:
    made: dtype = object.__new__(dtype)
    made.name, made.category, made.itemsize, made.abbr = name, category, itemsize, abbr
    made.is_floating_point, made.is_complex, made.is_signed = category == FLOAT, category == COMPLEX, signed
    made.scalar_type, made.c_name, made.tensor_type = scalar_type, c_name, f"torch.{scalar_type}Tensor"
    made._numpy = np.dtype(name) if name in np.sctypeDict else None
    _NAMED[name] = made
    return made


bool_ = _make("bool", BOOL, 1, "b8", "Bool", "bool", signed=False)
uint8 = _make("uint8", INTEGER, 1, "u8", "Byte", "unsigned char", signed=False)
int8 = _make("int8", INTEGER, 1, "i8", "Char", "signed char")
int16 = _make("int16", INTEGER, 2, "i16", "Short", "short int")
int32 = _make("int32", INTEGER, 4, "i32", "Int", "int")
int64 = _make("int64", INTEGER, 8, "i64", "Long", "long int")
uint16 = _make("uint16", INTEGER, 2, "u16", "UInt16", "short unsigned int", signed=False)
uint32 = _make("uint32", INTEGER, 4, "u32", "UInt32", "unsigned int", signed=False)
uint64 = _make("uint64", INTEGER, 8, "u64", "UInt64", "long unsigned int", signed=False)
float8_e4m3fn = _make("float8_e4m3fn", FLOAT, 1, "f8e4m3fn", "Float8_e4m3fn", "c10::Float8_e4m3fn")
float8_e5m2 = _make("float8_e5m2", FLOAT, 1, "f8e5m2", "Float8_e5m2", "c10::Float8_e5m2")
float8_e4m3fnuz = _make("float8_e4m3fnuz", FLOAT, 1, "f8e4m3fnuz", "Float8_e4m3fnuz", "c10::Float8_e4m3fnuz")
float8_e5m2fnuz = _make("float8_e5m2fnuz", FLOAT, 1, "f8e5m2fnuz", "Float8_e5m2fnuz", "c10::Float8_e5m2fnuz")
float8_e8m0fnu = _make("float8_e8m0fnu", FLOAT, 1, "f8e8m0fnu", "Float8_e8m0fnu", "c10::Float8_e8m0fnu", signed=False)
float16 = _make("float16", FLOAT, 2, "f16", "Half", "c10::Half")
bfloat16 = _make("bfloat16", FLOAT, 2, "bf16", "BFloat16", "c10::BFloat16")
float32 = _make("float32", FLOAT, 4, "f32", "Float", "float")
float64 = _make("float64", FLOAT, 8, "f64", "Double", "double")
complex32 = _make("complex32", COMPLEX, 4, "c32", "ComplexHalf", "c10::complex<c10::Half>")
complex64 = _make("complex64", COMPLEX, 8, "c64", "ComplexFloat", "c10::complex<float>")
complex128 = _make("complex128", COMPLEX, 16, "c128", "ComplexDouble", "c10::complex<double>")

ALIASES: dict[str, dtype] = {
    "bool": bool_, "short": int16, "int": int32, "long": int64, "half": float16, "float": float32, "double": float64,
    "chalf": complex32, "cfloat": complex64, "cdouble": complex128,
}
ALL = tuple(_NAMED.values())

_COMPLEX_OF = {"float16": complex32, "bfloat16": complex64, "float32": complex64, "float64": complex128,
               "complex32": complex32, "complex64": complex64, "complex128": complex128}
_REAL_OF = {"complex32": float16, "complex64": float32, "complex128": float64}
_BARE_UNSIGNED = (uint16, uint32, uint64)
_FLOAT8 = (float8_e4m3fn, float8_e5m2, float8_e4m3fnuz, float8_e5m2fnuz, float8_e8m0fnu)


def __getattr__(name: str) -> dtype:
    try:
        return ALIASES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


# ---- from NumPy

class _ByNumpy(dict[Any, dtype]):
    """NumPy dtype -> dtype; types of ml_dtypes join when they are first met."""

    def __missing__(self, numpy: np.dtype[Any]) -> dtype:
        found = _NAMED.get(numpy.name)
        if found is None or numpy != found.numpy:
            raise unsupported_numpy_type(numpy)
        self[numpy] = found
        return found


BY_NUMPY = _ByNumpy({each._numpy: each for each in ALL if each._numpy is not None})


def of(array: np.ndarray) -> dtype:
    """The dtype of an array's elements."""
    return BY_NUMPY[array.dtype]


def unsupported_numpy_type(numpy: np.dtype[Any]) -> TypeError:
    kind = numpy.type
    return TypeError(
        f"can't convert np.ndarray of type {kind.__module__}.{kind.__name__}. The only supported types are: float64, "
        "float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.")


def from_numpy_dtype(numpy: np.dtype[Any]) -> dtype:
    """The dtype of a foreign NumPy array as `torch.from_numpy` accepts it.

    TypeError for types torch has no match for (bfloat16 of ml_dtypes among them), ValueError for swapped byte order.
    """
    if numpy.isnative:
        if numpy.char == "q":
            return int64
        if numpy.char in "?bhilBHILefdFD":
            return BY_NUMPY[numpy]
    elif numpy.newbyteorder("=") in BY_NUMPY:
        raise ValueError("given numpy array has byte order different from the native byte order. "
                         "Conversion between byte orders is currently not supported.")
    raise unsupported_numpy_type(numpy)


# ---- the default

_default = float32


def get_default_dtype() -> dtype:
    """The dtype of tensors made from Python floats."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Choose the dtype of tensors made from Python floats: float16, bfloat16, float32 or float64."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    if d in _FLOAT8:
        raise TypeError(f"couldn't find storage object {d.scalar_type}Storage")
    _default = d


# ---- promotion

def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds both, except that an integer never widens a float.

    RuntimeError for the pairs torch leaves out: uint16, uint32 and uint64 with other integers or complex, float8 with
    anything else.
    """
    if type1 is type2 and type1.__class__ is dtype:
        return type1
    for position, each in enumerate((type1, type2), 1):
        if not isinstance(each, dtype):
            raise TypeError(f"promote_types(): argument 'type{position}' (position {position}) must be torch.dtype, "
                            f"not {each.__class__.__name__}")
    return _promoted(type1, type2)


@cache
def _promoted(a: dtype, b: dtype) -> dtype:
    if a in _FLOAT8 or b in _FLOAT8:
        raise RuntimeError("Promotion for Float8 Types is not supported, "
                           f"attempted to promote {a.scalar_type} and {b.scalar_type}")
    low, high = sorted((a, b), key=lambda each: (each.category, each.itemsize))
    if (a in _BARE_UNSIGNED or b in _BARE_UNSIGNED) and high.category != FLOAT:
        raise RuntimeError("Promotion for uint16, uint32, uint64 types is not supported, "
                           f"attempted to promote {a.scalar_type} and {b.scalar_type}")
    if low.category < high.category and low.category != FLOAT:
        return high
    if high.is_complex:
        low, high = low.to_complex(), high.to_complex()
        return high if high.itemsize >= low.itemsize else low
    if low.itemsize == high.itemsize:
        # The two 2-byte floats, or uint8 with int8: neither holds the other.
        return float32 if high.is_floating_point else int16
    return high


def of_scalar(value: Any) -> dtype:
    """The dtype of a Python number: bool, int64, the default float, or the complex of the default float."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    if isinstance(value, float):
        return _default
    if isinstance(value, complex):
        if _default is bfloat16:
            raise RuntimeError("invalid default scalar type for complex")
        return _default.to_complex()
    raise TypeError(f"expected a Python number, not {value.__class__.__name__}")


@cache
def outrank(higher: dtype, lower: dtype) -> dtype:
    """What an operand of dtype `higher` becomes beside one of a lower rank and dtype `lower`."""
    if lower.category <= higher.category:
        return higher
    if higher.is_floating_point:
        return higher.to_complex()
    return lower if lower.is_complex else promote_types(higher, lower)


def result_type(*operands: Operand) -> dtype:
    """The dtype of an arithmetic result, from arrays of any shape and Python numbers."""
    if len(operands) == 2:
        a, b = operands
        if isinstance(a, np.ndarray):
            if not isinstance(b, np.ndarray):
                return outrank(BY_NUMPY[a.dtype], of_scalar(b))
            if a.dtype is b.dtype:
                return BY_NUMPY[a.dtype]
            if (a.ndim == 0) == (b.ndim == 0):
                return promote_types(BY_NUMPY[a.dtype], BY_NUMPY[b.dtype])
            return outrank(BY_NUMPY[a.dtype], BY_NUMPY[b.dtype]) if a.ndim else outrank(
                BY_NUMPY[b.dtype], BY_NUMPY[a.dtype])
    ranks: list[dtype | None] = [None, None, None]
    for rank, each in map(_ranked, operands):
        met = ranks[rank]
        ranks[rank] = each if met is None else promote_types(met, each)
    present = _present(ranks)
    result = next(present)
    for lower in present:
        result = outrank(result, lower)
    return result


def _ranked(operand: Operand) -> tuple[int, dtype]:
    if isinstance(operand, np.ndarray):
        return (0 if operand.ndim else 1), BY_NUMPY[operand.dtype]
    return 2, of_scalar(operand)


def _present(ranks: list[dtype | None]) -> Iterator[dtype]:
    return (each for each in ranks if each is not None)


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result of dtype `from_` may be written into a tensor of dtype `to`: no category may be lost."""
    for position, (name, each) in enumerate((("from_", from_), ("to", to)), 1):
        if not isinstance(each, dtype):
            raise TypeError(f"can_cast(): argument '{name}' (position {position}) must be torch.dtype, "
                            f"not {each.__class__.__name__}")
    return from_.category <= to.category or (from_.category == FLOAT and to.category == FLOAT)


def cannot_cast(result: dtype, output: dtype) -> RuntimeError:
    return RuntimeError(f"result type {result.scalar_type} can't be cast to the desired output type "
                        f"{output.scalar_type}")


def not_implemented_for(operation: str, d: dtype) -> NotImplementedError:
    """torch's error for a kernel that has no version for a dtype; `operation` is the kernel's name there."""
    return NotImplementedError(f'"{operation}" not implemented for \'{d.scalar_type}\'')


# ---- what the result of an operation is

def keeps(x: dtype) -> dtype:
    """The result has the argument's dtype."""
    return x


def to_float(x: dtype) -> dtype:
    """Integers and bools become the default float; floats and complex stay."""
    return _default if x.category < FLOAT else x


def to_bool(*_: dtype) -> dtype:
    """The result is true or false."""
    return bool_


def to_sum(x: dtype) -> dtype:
    """Integers and bools add up in int64; floats and complex stay."""
    return int64 if x.category < FLOAT else x


def to_real(x: dtype) -> dtype:
    """A complex argument gives its real dtype, as in `abs`."""
    return x.to_real()


def arithmetic(*operands: Operand) -> dtype:
    """The promoted dtype of all operands."""
    return result_type(*operands)


def arithmetic_to_float(*operands: Operand) -> dtype:
    """The promoted dtype, a float at least, as in division."""
    return to_float(result_type(*operands))


# ---- limits

def _shown(number: float) -> str:
    """A number as C++ streams print it: six significant digits, integers of any size alike."""
    return f"{number:.6g}"


class iinfo:
    """The limits of an integer dtype: `bits`, `min`, `max`, `dtype` (its name)."""

    __slots__ = ("bits", "dtype", "max", "min")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, type: dtype) -> None:
        if not isinstance(type, dtype):
            raise TypeError(f"iinfo(): argument 'type' (position 1) must be torch.dtype, not {type.__class__.__name__}")
        if type.category > INTEGER:
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        if type is bool_:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        self.dtype = type.name
        self.bits = type.itemsize * 8
        self.max = 2 ** (self.bits - type.is_signed) - 1
        self.min = -self.max - 1 if type.is_signed else 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __repr__(self) -> str:
        return f"iinfo(min={_shown(self.min)}, max={_shown(self.max)}, dtype={self.dtype})"


# Bits of the significand after the leading one, exponent of the smallest normal number, largest number; torch has one
# bit too many for float8_e5m2fnuz.
_FLOATING = {
    "float8_e4m3fn": (3, -6, 448.0), "float8_e5m2": (2, -14, 57344.0), "float8_e4m3fnuz": (3, -7, 240.0),
    "float8_e5m2fnuz": (3, -15, 57344.0), "float8_e8m0fnu": (0, -127, 2.0**127), "float16": (10, -14, 65504.0),
    "bfloat16": (7, -126, (2 - 2.0**-7) * 2.0**127), "float32": (23, -126, (2 - 2.0**-23) * 2.0**127),
    "float64": (52, -1022, (2 - 2.0**-52) * 2.0**1023),
}


class finfo:
    """The limits of a float dtype (of a complex one: of its parts), for the default dtype without an argument.

    `bits`, `eps`, `max`, `min`, `tiny`, `smallest_normal`, `resolution` (the decimal digits that always survive) and
    `dtype` (its name).
    """

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, type: dtype | None = None) -> None:
        if type is None:
            type = _default
        elif not isinstance(type, dtype):
            raise TypeError(f"finfo(): argument 'type' (position 1) must be torch.dtype, not {type.__class__.__name__}")
        if type.category < FLOAT:
            raise TypeError("torch.finfo() requires a floating point input type. "
                            "Use torch.iinfo to handle 'torch.finfo'")
        real = type.to_real()
        significand, exponent, largest = _FLOATING[real.name]
        self.dtype = real.name
        self.bits = real.itemsize * 8
        self.eps = 2.0**-significand
        self.tiny = self.smallest_normal = 2.0**exponent
        self.max, self.min = largest, -largest if real.is_signed else self.tiny
        self.resolution = float(f"1e-{int(significand * 0.30103)}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __repr__(self) -> str:
        limits = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{each}={_shown(getattr(self, each))}' for each in limits)}, dtype={self.dtype})"
