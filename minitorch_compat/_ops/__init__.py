"""The tables: importing a room declares its operations."""

from . import (  # noqa: F401
    activation,
    arithmetic,
    comparison,
    conversion,
    creation,
    gathering,
    indexing,
    joining,
    linear,
    loss,
    matmul,
    memory,
    properties,
    random,
    ranges,
    reductions,
    shape,
    sorting,
    special,
    transcendental,
)
