"""The model written down. `schema.json`, beside this file, describes it in JSON Schema."""
import dataclasses
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from ..result import Result, Run
from .model import MANY

FIELDS = tuple(each.name for each in dataclasses.fields(Result))


def parts(run: Run) -> Iterator[str]:
    """The run as JSON, its keys in the order of the dataclasses; `Run.from_json` reads it back.

    Of many results each stands on one line.
    """
    begin, end = json.dumps(run.summary_json(), indent=1, ensure_ascii=False, allow_nan=False).split('"results": []')
    yield portable(f'{begin}"results": [')
    many = len(run.results) > MANY
    for number, result in enumerate(run.results):
        if many:
            text = result.as_json()
        else:
            data = json.loads(result.as_json())  # of what is in a journal, nothing else need be made
            data = {name: data[name] for name in FIELDS if name in data}
            text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False).replace("\n", "\n  ")
        yield portable(f"{',' * (number > 0)}\n  {text}")
    yield portable(("\n " if run.results else "") + f"]{end}\n")


def portable(text: str) -> str:
    """JSON whose lone surrogates, which have no UTF-8, have their backslash form, which is JSON's own."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of this report."""
    return json.loads(files(__package__).joinpath("schema.json").read_text(encoding="utf-8"))
