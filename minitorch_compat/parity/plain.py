"""Dataclasses as JSON, and back.

A dataclass is an object of its fields; one of the kinds of observation carries its `kind` beside them. What JSON has no
word for is an object with one key that begins with `$`:

| key | value |
| --- | --- |
| `$float` | `"nan"`, `"inf"` or `"-inf"` |
| `$complex` | real and imaginary part |
| `$bytes` | hexadecimal digits |
| `$tuple` | the items of a tuple (where a field is declared as a tuple, a bare array) |
| `$dict` | key and value pairs, of a dict whose keys are not all text |
| `$named` | type, text and value of an `observation.Named` |
| `$array` | `dtype`, `shape` and the flat list `values` of an ndarray, in C order (`packed` in its place: see below) |

An array of more than a thousand elements has `packed` for `values`: its bytes, compressed by zlib, in base64.
Every float is written with the digits that read back to the same float64.
"""
import base64
import dataclasses
import math
import types
import typing
import zlib
from functools import cache
from typing import Any

import numpy as np

from .observation import KINDS, Named, Seen

MANY = 1000
"""Elements beyond which an array is packed."""

Json = dict[str, Any] | list[Any] | str | int | float | bool | None


def encode(value: Any) -> Any:
    """Plain data or a dataclass as JSON data. Raises TypeError for anything else."""
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, complex):
        return {"$complex": [encode(value.real), encode(value.imag)]}
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, Named):
        return {"$named": [value.type, value.text, encode(value.value)]}
    if isinstance(value, np.ndarray):
        about = {"dtype": value.dtype.name, "shape": list(value.shape)}
        if value.size > MANY:
            return {"$array": {**about, "packed": base64.b64encode(zlib.compress(value.tobytes(), 1)).decode()}}
        flat = value.ravel().tolist()
        if value.dtype.kind not in "biu" and not (value.dtype.kind == "f" and np.isfinite(value).all()):
            flat = [encode(each) for each in flat]
        return {"$array": {**about, "values": flat}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {name: _field(declared, getattr(value, name)) for name, declared in declared_by(type(value))}
        return {"kind": value.kind, **fields} if isinstance(value, Seen) else fields
    if isinstance(value, list):
        return [encode(each) for each in value]
    if isinstance(value, tuple):
        return {"$tuple": [encode(each) for each in value]}
    if isinstance(value, dict):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: encode(each) for key, each in value.items()}
        return {"$dict": [[encode(key), encode(each)] for key, each in value.items()]}
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _field(declared: Any, value: Any) -> Any:
    """The value of a field, of which `declared` is the type where that is a tuple of some kind."""
    if declared is None or not isinstance(value, tuple):
        return encode(value)
    return [_nested(declared, each) for each in value]


def _nested(declared: Any, value: Any) -> Any:
    """Tuples inside a declared tuple are bare arrays where their own type is declared too."""
    inner = typing.get_args(declared)
    if isinstance(value, tuple) and inner and typing.get_origin(inner[0]) is tuple:
        return [encode(each) for each in value]
    return encode(value)


@cache
def hints(owner: type) -> dict[str, Any]:
    """The types that a dataclass declares, by field."""
    return typing.get_type_hints(owner)


@cache
def declared_by(owner: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass, each with its type where that is a tuple of some kind, and with None elsewhere."""
    found = [(each.name, hints(owner)[each.name]) for each in dataclasses.fields(owner)]
    return tuple((name, kind if typing.get_origin(kind) is tuple else None) for name, kind in found)


def decode(declared: Any, data: Any) -> Any:
    """JSON data as what `declared`, a type annotation, says it is. Raises ValueError where it does not fit."""
    try:
        return _decode(declared, data)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"not what this version of the report holds: {error!r}") from error


def _decode(declared: Any, data: Any) -> Any:
    if declared is Any or declared is str:
        return _plain(data)
    origin, inner = _parts(declared)
    if origin in (types.UnionType, typing.Union):
        if data is None:
            return None
        return _decode(next(each for each in inner if each is not type(None)), data)
    if origin is tuple:
        kinds = [inner[0]] * len(data) if len(inner) == 2 and inner[1] is Ellipsis else inner
        return tuple(_decode(kind, each) for kind, each in zip(kinds, data, strict=True))
    if origin is list:
        return [_decode(inner[0], each) for each in data]
    if origin is dict:
        return {_decode(inner[0], key): _decode(inner[1], each) for key, each in data.items()}
    if declared is np.ndarray:
        return _plain(data)
    if isinstance(declared, type) and issubclass(declared, Seen):
        declared = KINDS[data["kind"]]
    if dataclasses.is_dataclass(declared) and isinstance(declared, type):
        types_of = hints(declared)
        return declared(**{
            name: _decode(types_of[name], data[name]) for name, _ in declared_by(declared) if name in data
        })
    return _plain(data)


@cache
def _parts(declared: Any) -> tuple[Any, tuple[Any, ...]]:
    return typing.get_origin(declared), typing.get_args(declared)


def _plain(data: Any) -> Any:
    if isinstance(data, list):
        return [_plain(each) for each in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        (key, held), = data.items()
        if key == "$float":
            return float(held)
        if key == "$complex":
            return complex(*map(_plain, held))
        if key == "$bytes":
            return bytes.fromhex(held)
        if key == "$tuple":
            return tuple(map(_plain, held))
        if key == "$dict":
            return {_plain(name): _plain(each) for name, each in held}
        if key == "$named":
            return Named(held[0], held[1], _plain(held[2]))
        if key == "$array":
            if "packed" in held:
                raw = zlib.decompress(base64.b64decode(held["packed"]))
                return np.frombuffer(raw, dtype=held["dtype"]).reshape(held["shape"])
            return np.array([_plain(each) for each in held["values"]], dtype=held["dtype"]).reshape(held["shape"])
    return {key: _plain(each) for key, each in data.items()}
