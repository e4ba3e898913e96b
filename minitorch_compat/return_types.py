"""The named tuples that operations with several results return."""

from ._ops import sorting as _sorting  # noqa: F401
from ._ops.reductions import RETURN_TYPES as _RETURN_TYPES

globals().update(_RETURN_TYPES)
