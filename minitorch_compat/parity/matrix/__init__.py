"""Several engines on the same cases, in one report: cases down, engines across.

`model.py` puts runs side by side, `command.py` makes them, and `render.py` writes what came out.
"""
