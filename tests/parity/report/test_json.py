"""The JSON report: what its schema says, and a run that comes back unchanged."""
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from minitorch_compat.parity import observation
from minitorch_compat.parity.observation import Named, Observation
from minitorch_compat.parity.report import render
from minitorch_compat.parity.report.json import schema
from minitorch_compat.parity.result import DIMENSIONS, DOCUMENT_VERDICTS, OUTCOMES, SCHEMA, Run

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def complaints(data, rule, path="$"):
    """What a JSON Schema has against these data, for the keywords that ours uses."""
    known = {
        "$schema", "title", "description", "$defs", "$ref", "anyOf", "const", "enum", "type", "properties", "required",
        "additionalProperties", "propertyNames", "items", "prefixItems", "minItems", "minimum",
    }
    assert rule.keys() <= known, f"a keyword this check does not know: {rule.keys() - known}"
    if "$ref" in rule:
        yield from complaints(data, schema()["$defs"][rule["$ref"].removeprefix("#/$defs/")], path)
    if "anyOf" in rule and all(any(True for _ in complaints(data, each, path)) for each in rule["anyOf"]):
        yield f"{path}: none of the alternatives fits {str(data)[:80]}"
    if "const" in rule and data != rule["const"]:
        yield f"{path}: {data!r} is not {rule['const']!r}"
    if "enum" in rule and data not in rule["enum"]:
        yield f"{path}: {data!r} is none of {rule['enum']}"
    kinds = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if kinds and not any(is_a(data, kind) for kind in kinds):
        yield f"{path}: {data!r} is no {' or '.join(kinds)}"
    elif isinstance(data, dict):
        yield from (f"{path}: {key} is missing" for key in rule.get("required", ()) if key not in data)
        for key, value in data.items():
            if "propertyNames" in rule and not re.search(rule["propertyNames"]["pattern"], key):
                yield f"{path}: {key} is no name here"
            inner = rule.get("properties", {}).get(key, rule.get("additionalProperties", {}))
            if inner is False:
                yield f"{path}: {key} is unknown"
            else:
                yield from complaints(value, inner, f"{path}.{key}")
    elif isinstance(data, list):
        first = rule.get("prefixItems", [])
        if len(data) < rule.get("minItems", 0) or (rule.get("items") is False and len(data) > len(first)):
            yield f"{path}: {len(data)} items"
        for index, value in enumerate(data):
            inner = first[index] if index < len(first) else rule.get("items", {})
            yield from complaints(value, inner or {}, f"{path}[{index}]")
    elif is_a(data, "number") and data < rule.get("minimum", data):
        yield f"{path}: {data} is too small"


def is_a(data, kind):
    if kind in ("number", "integer"):
        return isinstance(data, int if kind == "integer" else (int, float)) and not isinstance(data, bool)
    return isinstance(data, TYPES[kind])


EVERYTHING = (
    observation.Array(
        name="array", type="Tensor", dtype="torch.float32", shape=(2,), strides=(1,), values=np.float32([1, np.nan]),
        requires_grad=True, is_leaf=False, grad_fn="MulBackward0", version=1,
    ),
    observation.Array(
        name="ndarray", type="ndarray", dtype="complex64", shape=(1,), strides=(8,), values=np.complex64([1 + 2j]),
    ),
    observation.Value(
        name="value", role="state", type="dict",
        value={"a": [1, 2.5, float("inf"), None, True, 1j, b"\xff", (1, 2)], "d": {0: Named("dtype", "torch.int64")},
               "$": {"s": Named("Size", "torch.Size([2])", (2,))}},
    ),
    observation.Container(name="container", type="dict", keys=(0, "a")),
    observation.Refusal(name="refusal", type="RuntimeError", text="no"),
    observation.Refusal(name="no refusal", type=None, text="no error"),
    observation.Warnings(name="warnings", warnings=(observation.Warned("UserWarning", "text", 3),)),
    observation.Printed(name="printed", text="text\n"),
    observation.Graph(
        name="graph", requires_grad=True, is_leaf=False,
        nodes=(observation.GraphNode(0, "Mul", ((None, 0), (1, 0))), observation.GraphNode(1, "Leaf", ())),
    ),
    observation.Aliasing(name="aliasing", pairs=((0, 1, False, True, True),)),
    observation.Versions(name="versions", versions=(0, 1)),
    observation.Stream(name="stream", digest="00", size=5056, seed=2**64 - 1, left=1, next=0, normal=0.5),
    observation.State(name="state", type="OrderedDict", keys=("weight",)),
)


@pytest.fixture
def every_kind(every_outcome):
    """A run in which each kind of observation occurs."""
    assert {type(each) for each in EVERYTHING} == set(observation.KINDS.values())
    first = replace(
        every_outcome.results[0],
        reference=Observation(seen=EVERYTHING, missing=(("refusal", "torch.fft"),)),
    )
    return replace(every_outcome, results=[first, *every_outcome.results[1:]])


@pytest.mark.parametrize("name", ["every_outcome", "every_kind", "hostile"])
def test_a_report_is_what_the_schema_says(name, request):
    data = json.loads(render(request.getfixturevalue(name), "json"))
    assert list(complaints(data, schema())) == []


def test_the_schema_refuses_what_it_does_not_describe(every_kind):
    for spoil in (
        lambda data: data.update(schema=SCHEMA + 1),
        lambda data: data["results"][0].update(outcome="fine"),
        lambda data: data["results"][0].pop("claim"),
        lambda data: data["results"][0].update(surprise=1),
        lambda data: data["results"][2]["differences"][0]["numeric"].update(differing=-1),
        lambda data: data["results"][0]["reference"]["seen"][0].update(shape=["2"]),
        lambda data: data["dimensions"].pop("values"),
    ):
        data = json.loads(render(every_kind, "json"))
        spoil(data)
        assert list(complaints(data, schema()))


def test_the_schema_knows_the_same_words_as_the_model():
    definitions = schema()["$defs"]
    assert definitions["dimension"]["enum"] == list(DIMENSIONS)
    assert definitions["outcome"]["enum"] == list(OUTCOMES)
    assert definitions["verdict"]["enum"] == list(DOCUMENT_VERDICTS)
    assert schema()["properties"]["schema"] == {"const": SCHEMA}
    kinds = [each["$ref"].removeprefix("#/$defs/") for each in definitions["seen"]["anyOf"]]
    assert kinds == list(observation.KINDS)


@pytest.mark.parametrize("name", ["every_outcome", "every_kind", "hostile"])
def test_a_run_comes_back_unchanged(name, request):
    run = request.getfixturevalue(name)
    text = render(run, "json")
    again = Run.from_json(json.loads(text))
    assert render(again, "json") == text
    assert [each.id for each in again.results] == [each.id for each in run.results]
    assert again.outcomes() == run.outcomes()


def test_a_text_that_utf8_cannot_hold_still_makes_a_file(hostile):
    text = render(hostile, "json")
    assert "\ud800" in json.loads(text.encode("utf-8"))["results"][0]["claim"]
