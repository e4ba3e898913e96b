"""The tables: importing a room declares its operations."""

from . import arithmetic, comparison, conversion, creation, joining, linear, loss, matmul, random, reductions, shape
