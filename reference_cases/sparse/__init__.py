"""Sparse tensors: coordinates and values in place of zeros."""
