"""The tables: importing a room declares its operations."""

from . import (
    activation,
    arithmetic,
    comparison,
    conversion,
    creation,
    indexing,
    joining,
    linear,
    loss,
    matmul,
    properties,
    random,
    ranges,
    reductions,
    shape,
    transcendental,
)
