"""Engines that are not torch-like, under torch's names: one page for each, and `foreign.py` for what all of them need.

An adapter gives the engine's own functions torch's names and arguments. It computes nothing itself: what the engine
does not do stays lacking.
"""
