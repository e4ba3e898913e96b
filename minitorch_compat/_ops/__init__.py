"""The tables: importing a room declares its operations."""

from . import arithmetic, creation, joining, linear, loss, matmul, random, reductions, shape
