"""Results are written to JSON and read back unchanged."""
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_nothing_hides import VALUES, strict
from toy import Engine, show_all

from minitorch_compat.parity import chapter
from minitorch_compat.parity.observation import KINDS, Named, Value
from minitorch_compat.parity.plain import decode, encode
from minitorch_compat.parity.result import DIMENSIONS, Result, Run
from minitorch_compat.parity.result import Engine as NamedEngine
from minitorch_compat.parity.runner import begin, run_case


def there_and_back(declared, value):
    return decode(declared, json.loads(json.dumps(encode(value), allow_nan=False)))


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    assert strict(there_and_back(Value, Value(name="x", type="any", value=value)).value) == strict(value)


@given(st.floats())
def test_every_float_keeps_its_bits(value):
    back = there_and_back(float, value)
    assert np.float64(back).tobytes() == np.float64(value).tobytes() or (math.isnan(back) and math.isnan(value))


@pytest.mark.parametrize("value", [
    {"$float": "nan"}, {"$tuple": [1]}, {1: "a", "b": None}, {"$": {}}, Named("dtype", "torch.float32"),
    [Named("Size", "torch.Size([2])", (2,))], b"\x00\xff", 2**80, {"kind": "array"},
])
def test_a_value_that_looks_like_the_code_comes_back_as_it_was(value):
    assert there_and_back(Value, Value(name="x", type="any", value=value)).value == value


@pytest.mark.parametrize("dtype", [
    "float16", "float32", "float64", "int8", "uint64", "bool", "complex64", "complex128",
])
@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (3,), (2, 3)])
def test_an_array_comes_back_with_its_dtype_shape_and_bits(dtype, shape):
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    if dtype.startswith("float") and array.size:
        array.flat[0] = -0.0
    back = there_and_back(np.ndarray, array)
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())


def all_results():
    case = chapter("toy", document="a.txt")(states={"x.grad": [[2, 2], [2, 2]]}, fact=("1", "2"), note="n")(show_all)
    return case, [run_case(case, Engine(), Engine(flaw)) for flaw in (None, *DIMENSIONS)]


def test_a_whole_run_comes_back_as_it_was():
    case, results = all_results()
    run = begin([case], NamedEngine("a", "1"), NamedEngine("b", "2"))
    run.results = results
    data = json.loads(json.dumps(run.to_json(), allow_nan=False))
    back = Run.from_json(data)
    assert repr(back) == repr(run) and back.to_json() == run.to_json()
    assert data["schema"] == 1 and data["outcomes"]["differs"] == 12
    kinds = {seen["kind"] for result in data["results"] for seen in result["reference"]["seen"]}
    assert kinds | {"container", "warnings", "printed", "stream"} == set(KINDS)


def test_another_schema_is_refused():
    case, _ = all_results()
    data = begin([case], NamedEngine("a", "1"), NamedEngine("b", "2")).to_json()
    with pytest.raises(ValueError, match="schema 99, where this version reads 1"):
        Run.from_json({**data, "schema": 99})


@pytest.mark.parametrize("damage", [
    lambda data: data.pop("id"), lambda data: data.update(differences=5), lambda data: data.update(reference=None),
    lambda data: data["reference"]["seen"].append({"kind": "nothing"}),
])
def test_what_does_not_fit_is_a_value_error(damage):
    _, results = all_results()
    data = encode(results[1])
    damage(data)
    with pytest.raises(ValueError, match="not what this version"):
        decode(Result, data)


def test_what_is_not_plain_data_is_refused():
    with pytest.raises(TypeError, match="has no JSON form"):
        encode({"x": object()})
