"""Optimisers, and parameters moved by hand."""
