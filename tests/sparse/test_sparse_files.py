"""Files with sparse tensors, written on one side and read on the other."""

from __future__ import annotations

import io
import warnings
from types import ModuleType
from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")


def content(torch: ModuleType) -> dict[str, Any]:
    x = torch.sparse_coo_tensor([[0, 1, 1, 0], [2, 0, 2, 2]], [3.0, 4.0, 5.0, 1.0], (3, 3))
    table = torch.nn.Embedding(4, 2, sparse=True)
    optimizer = torch.optim.SGD(table.parameters(), lr=0.1, momentum=0.9)
    table(torch.tensor([1, 1])).sum().backward()
    optimizer.step()
    return {
        "as it is": x, "coalesced": x.coalesce(), "empty": torch.sparse_coo_tensor(size=(2, 2)),
        "rows": torch.sparse_coo_tensor([[1]], [[1.0, 2.0]], (3, 2), dtype=torch.float64),
        "a leaf": x.detach().requires_grad_(), "bfloat16": x.to(torch.bfloat16), "a parameter": torch.nn.Parameter(x),
        "momentum": optimizer.state_dict()["state"][0]["momentum_buffer"],
    }


def told(x: Any) -> tuple[Any, ...]:
    values = x._values().float().tolist()
    return (
        type(x).__name__, str(x.dtype), tuple(x.shape), x.is_coalesced(), x.requires_grad, x._indices().tolist(), values
    )


@pytest.mark.parametrize("archive", [True, False])
@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize("writer", ["torch", "minitorch_compat"])
def test_files_go_over(writer: str, weights_only: bool, archive: bool) -> None:
    one, other = (torch, engine) if writer == "torch" else (engine, torch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file, again = io.BytesIO(), io.BytesIO()
        written = content(one)
        one.save(written, file, _use_new_zipfile_serialization=archive)
        file.seek(0)
        read = other.load(file, weights_only=weights_only)
        torch.save(content(torch), again)
        again.seek(0)
        expected = torch.load(again)
    assert {name: told(each) for name, each in read.items()} == {name: told(each) for name, each in expected.items()}
