"""How sparse tensors come back from pickles."""

from __future__ import annotations

from typing import Any

from .. import kinds
from ..naming import Rebuild
from .compressed import sparse_compressed_tensor
from .creation import sparse_coo_tensor


def _rebuild_sparse_tensor(layout: Any, data: Any) -> Any:
    """A sparse tensor of its coordinates, values, size and, in newer files, whether it is coalesced."""
    if layout is not kinds.sparse_coo:
        return sparse_compressed_tensor(*data, layout=layout, check_invariants=False)
    places, values, size, *coalesced = data
    return sparse_coo_tensor(
        places, values, size, check_invariants=False, is_coalesced=coalesced[0] if coalesced else None
    )


rebuild_sparse_tensor = Rebuild(_rebuild_sparse_tensor, "torch._utils")
