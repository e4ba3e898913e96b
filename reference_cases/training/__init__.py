"""Whole training runs of two hundred steps, in float64 and in float32."""
