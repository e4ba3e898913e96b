"""Tensors: their flags, memory, views, copies, and what becomes of them outside."""
