"""The twelve dimensions of behaviour, one class each, whose docstring says what agreement means there."""
from .comparer import Comparer, compare
from .dimensions import COMPARERS

__all__ = ["COMPARERS", "Comparer", "compare"]
