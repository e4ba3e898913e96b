"""Nodes of the recorded graph, seen from outside."""

from __future__ import annotations

from .._core.graph import Node

__all__ = ["Node"]
