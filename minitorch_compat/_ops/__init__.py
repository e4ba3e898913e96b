"""The tables: importing a room declares its operations."""

from . import arithmetic, reductions
