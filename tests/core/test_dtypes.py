"""Element types: names, promotion, casting and limits are torch's."""
import copy
import itertools
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

from minitorch_compat._core import dtypes

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float8_e4m3fn",
         "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "float16", "bfloat16", "float32",
         "float64", "complex32", "complex64", "complex128"]
ALIASES = ["half", "float", "double", "short", "int", "long", "chalf", "cfloat", "cdouble"]


@pytest.fixture
def default():
    before = dtypes.get_default_dtype()
    yield dtypes.set_default_dtype
    dtypes.set_default_dtype(before)


def outcome(function, *arguments):
    try:
        return repr(function(*arguments))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def test_names_and_aliases():
    assert [each.name for each in dtypes.ALL] == NAMES
    assert repr(dtypes.float32) == "torch.float32" and repr(dtypes.bool) == "torch.bool"
    assert dtypes.float is dtypes.float32 and dtypes.long is dtypes.int64 and dtypes.chalf is dtypes.complex32
    with pytest.raises(AttributeError, match="quad"):
        _ = dtypes.quad


@pytest.mark.parametrize("name", NAMES)
def test_one_object_for_each(name):
    each = getattr(dtypes, name)
    assert copy.copy(each) is each and copy.deepcopy(each) is each
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(each, protocol)) is each
    array = np.zeros(2, each.numpy)
    assert dtypes.of(array) is each and array.itemsize == each.itemsize


def test_making_one_is_refused():
    with pytest.raises(TypeError, match=r"^cannot create 'torch\.dtype' instances$"):
        dtypes.dtype("float32")


def test_ml_dtypes_waits_until_asked():
    code = ("import sys, numpy as np; from minitorch_compat._core import dtypes as d; d.of(np.ones(1)); "
            "d.promote_types(d.bfloat16, d.float16); assert 'ml_dtypes' not in sys.modules; "
            "d.bfloat16.numpy; assert 'ml_dtypes' in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("a", "b", "expected"), [
    ("int16", "float16", "float16"), ("int64", "float32", "float32"), ("int64", "complex64", "complex64"),
    ("uint8", "int8", "int16"), ("float16", "bfloat16", "float32"), ("bfloat16", "complex32", "complex64"),
    ("float64", "complex64", "complex128"), ("uint16", "float16", "float16"), ("bool", "bool", "bool")])
def test_promotion(a, b, expected):
    for pair in ((a, b), (b, a)):
        assert dtypes.promote_types(*(getattr(dtypes, each) for each in pair)).name == expected


def test_promotion_that_torch_leaves_out():
    with pytest.raises(RuntimeError, match=r"^Promotion for uint16, uint32, uint64 types is not supported, "
                                           r"attempted to promote UInt16 and Char$"):
        dtypes.promote_types(dtypes.uint16, dtypes.int8)
    with pytest.raises(RuntimeError, match=r"^Promotion for Float8 Types is not supported, "
                                           r"attempted to promote Float and Float8_e5m2$"):
        dtypes.promote_types(dtypes.float32, dtypes.float8_e5m2)
    with pytest.raises(TypeError, match=r"^promote_types\(\): argument 'type1' \(position 1\) must be torch.dtype, "
                                        r"not int$"):
        dtypes.promote_types(1, dtypes.int8)


def test_ranks():
    vector, number = np.ones(2, np.int8), np.array(1.0)
    assert dtypes.result_type(vector, number) is dtypes.float64
    assert dtypes.result_type(vector, 1.5) is dtypes.float32
    assert dtypes.result_type(vector, 300) is dtypes.int8
    assert dtypes.result_type(np.ones(2, np.float32), number) is dtypes.float32
    assert dtypes.result_type(np.ones(2), 1j) is dtypes.complex128
    assert dtypes.result_type(number, vector, 1j) is dtypes.complex128
    assert dtypes.result_type(True, 1) is dtypes.int64


def test_the_default_decides_for_python_floats(default):
    default(dtypes.float64)
    assert dtypes.result_type(np.ones(2, np.int8), 1.5) is dtypes.float64
    assert dtypes.to_float(dtypes.int8) is dtypes.float64 and dtypes.finfo().dtype == "float64"
    default(dtypes.bfloat16)
    with pytest.raises(RuntimeError, match=r"^invalid default scalar type for complex$"):
        dtypes.of_scalar(1j)


@pytest.mark.parametrize(("bad", "message"), [
    (dtypes.int64, "only floating-point types are supported as the default type"),
    (dtypes.complex64, "only floating-point types are supported as the default type"),
    ("float32", "invalid dtype object: only floating-point types are supported as the default type"),
    (dtypes.float8_e4m3fn, "couldn't find storage object Float8_e4m3fnStorage")])
def test_defaults_that_are_refused(default, bad, message):
    with pytest.raises(TypeError) as caught:
        default(bad)
    assert str(caught.value) == message


def test_casting():
    assert dtypes.can_cast(dtypes.float64, dtypes.float16) and dtypes.can_cast(dtypes.int64, dtypes.uint8)
    assert not dtypes.can_cast(dtypes.float32, dtypes.int64) and not dtypes.can_cast(dtypes.uint8, dtypes.bool)
    assert str(dtypes.cannot_cast(dtypes.float32, dtypes.int64)) == (
        "result type Float can't be cast to the desired output type Long")


def test_rules():
    assert dtypes.keeps(dtypes.int8) is dtypes.int8
    assert dtypes.to_float(dtypes.bool) is dtypes.float32 and dtypes.to_float(dtypes.complex64) is dtypes.complex64
    assert dtypes.to_sum(dtypes.bool) is dtypes.int64 and dtypes.to_sum(dtypes.float16) is dtypes.float16
    assert dtypes.to_bool(dtypes.float32) is dtypes.bool
    assert dtypes.arithmetic_to_float(np.ones(2, np.int8), 2) is dtypes.float32


SUPPORTED = ("The only supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, "
             "int8, uint64, uint32, uint16, uint8, and bool.")


@pytest.mark.parametrize(("numpy", "shown"), [
    ("O", "numpy.object_"), ("U1", "numpy.str_"), ("S1", "numpy.bytes_"), ("M8[s]", "numpy.datetime64"),
    ("m8[s]", "numpy.timedelta64"), ("i4,i4", "numpy.void"), ("g", "numpy.longdouble"), ("Q", "numpy.ulonglong")])
def test_numpy_types_torch_has_not(numpy, shown):
    with pytest.raises(TypeError) as caught:
        dtypes.from_numpy_dtype(np.dtype(numpy))
    assert str(caught.value) == f"can't convert np.ndarray of type {shown}. {SUPPORTED}"


def test_swapped_bytes():
    with pytest.raises(ValueError, match=r"^given numpy array has byte order different from the native byte order"):
        dtypes.from_numpy_dtype(np.dtype(">f4"))


def test_limits_as_printed():
    assert repr(dtypes.finfo(dtypes.float32)) == (
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, "
        "tiny=1.17549e-38, dtype=float32)")
    assert repr(dtypes.iinfo(dtypes.int32)) == "iinfo(min=-2.14748e+09, max=2.14748e+09, dtype=int32)"
    assert dtypes.finfo(dtypes.complex64) == dtypes.finfo(dtypes.float32) != dtypes.finfo(dtypes.float64)


# ---- against torch itself

@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("name", NAMES + ALIASES)
def test_attributes_as_in_torch(torch, name):
    ours, theirs = getattr(dtypes, name), getattr(torch, name)
    assert repr(ours) == repr(theirs)
    for attribute in ("is_floating_point", "is_complex", "is_signed", "itemsize", "abbr"):
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    assert outcome(ours.to_real) == outcome(theirs.to_real)
    assert outcome(ours.to_complex) == outcome(theirs.to_complex)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert torch.empty(0, dtype=theirs).type() == ours.tensor_type


@pytest.mark.parametrize("kind", ["finfo", "iinfo"])
@pytest.mark.parametrize("name", NAMES)
def test_limits_as_in_torch(torch, kind, name):
    ours = outcome(getattr(dtypes, kind), getattr(dtypes, name))
    assert ours == outcome(getattr(torch, kind), getattr(torch, name))
    if not ours.startswith("TypeError"):
        a, b = getattr(dtypes, kind)(getattr(dtypes, name)), getattr(torch, kind)(getattr(torch, name))
        for attribute in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype"):
            x, y = getattr(a, attribute, None), getattr(b, attribute, None)
            assert x == y and type(x) is type(y), attribute


def test_promotion_of_all_pairs_as_in_torch(torch):
    for a, b in itertools.product(NAMES, repeat=2):
        for function in ("promote_types", "can_cast"):
            expected = outcome(getattr(torch, function), getattr(torch, a), getattr(torch, b))
            assert outcome(getattr(dtypes, function), getattr(dtypes, a), getattr(dtypes, b)) == expected, (a, b)


def test_ranks_of_all_pairs_as_in_torch(torch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {name: (torch.empty(2, dtype=getattr(torch, name)), torch.empty((), dtype=getattr(torch, name)))
                  for name in NAMES}
    ours = {name: (np.empty(2, getattr(dtypes, name).numpy), np.empty((), getattr(dtypes, name).numpy))
            for name in NAMES}
    scalars = (True, 3, 2.5, 1j)
    for a, b in itertools.product(NAMES, repeat=2):
        for i, j in itertools.product((0, 1), repeat=2):
            expected = outcome(torch.result_type, theirs[a][i], theirs[b][j])
            assert outcome(dtypes.result_type, ours[a][i], ours[b][j]) == expected, (a, i, b, j)
    for a, i, scalar in itertools.product(NAMES, (0, 1), scalars):
        expected = outcome(torch.result_type, theirs[a][i], scalar)
        assert outcome(dtypes.result_type, ours[a][i], scalar) == expected, (a, i, scalar)
        assert outcome(dtypes.result_type, scalar, ours[a][i]) == expected, (a, i, scalar)
    for pair in itertools.product(scalars, repeat=2):
        assert outcome(dtypes.result_type, *pair) == outcome(torch.result_type, *pair)


def test_scalar_type_names_as_in_torch(torch):
    x = torch.ones(2, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in NAMES:
            if name != "float32":
                with pytest.raises(RuntimeError) as caught:
                    torch.mm(torch.empty(2, 2, dtype=getattr(torch, name)), x)
                assert str(caught.value).endswith(f"but got: {getattr(dtypes, name).c_name} != float"), name
