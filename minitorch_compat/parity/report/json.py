"""The model written down. `schema.json`, beside this file, describes it in JSON Schema."""
import json
from functools import cache
from importlib.resources import files
from typing import Any

from ..result import Run


def text(run: Run) -> str:
    """The run as JSON, its keys in the order of the dataclasses; `Run.from_json` reads it back."""
    written = json.dumps(run.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    # A lone surrogate has no UTF-8, and its backslash form is JSON's own way to write it.
    return written.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of this report."""
    return json.loads(files(__package__).joinpath("schema.json").read_text(encoding="utf-8"))
