"""Files of the library safetensors: read by ``load``, and by the library where the engine stands in for torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch as with_torch
import torch

import minitorch_compat as engine

DTYPES = (
    "bool uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64 float8_e4m3fn "
    "float8_e5m2"
)


def tensors(t: Any) -> dict[str, Any]:
    return {
        **{name: t.tensor([1, 0, 1]).to(getattr(t, name)) for name in DTYPES.split()},
        "shape": t.arange(6.0).reshape(2, 3), "0-d": t.tensor(2), "empty": t.zeros(0, 2),
    }  # fmt: skip


def shown(found: dict[str, Any]) -> dict[str, str]:
    return {name: repr(each) for name, each in sorted(found.items())}


def test_load_reads_them_as_torch_does(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with_torch.save_file(tensors(torch), path)
    assert shown(engine.load(path)) == shown(torch.load(path)) == shown(tensors(engine))
    engine.load(path)["shape"][0, 0] = 9
    with pytest.raises(RuntimeError, match="with dict map_location is not supported"):
        engine.load(path, map_location={})


SCRIPT = """
import sys

import safetensors.torch as library
import torch
from safetensors import safe_open

path = sys.argv[1]
tensors = library.load_file(path)
library.save_file(tensors, path + ".again")
assert library.load(library.save(tensors)).keys() == tensors.keys()
with safe_open(path, framework="pt") as file:
    assert isinstance(file.get_tensor("shape"), torch.Tensor)
    assert file.get_slice("shape")[:, 1:].tolist() == [[1, 2], [4, 5]]
model, other = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
library.save_model(model, path)
assert library.load_model(other, path) == (set(), [])
assert torch.equal(model.weight, other.weight)
print(torch.__name__)
"""


def test_the_library_takes_the_engine_for_torch(tmp_path: Path) -> None:
    """In a process of its own: the library keeps the torch that it met first."""
    path, script = tmp_path / "x.safetensors", tmp_path / "script.py"
    with_torch.save_file(tensors(torch), path)
    script.write_text(SCRIPT)
    ran = subprocess.run([sys.executable, "-m", "minitorch_compat", script, path], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()) == (0, "minitorch_compat"), ran.stderr
    assert shown(with_torch.load_file(f"{path}.again")) == shown(tensors(torch))
