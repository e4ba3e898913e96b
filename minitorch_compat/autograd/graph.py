"""Nodes of the recorded graph, seen from outside."""

from __future__ import annotations

from .._core.absent import room as _room
from .._core.graph import Node

__all__ = ["Node"]


__getattr__ = _room("torch.autograd.graph", __name__)
