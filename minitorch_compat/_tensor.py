"""What files name of torch's module of this name."""

from ._core.absent import room as _room
from ._core.rebuilding import rebuild_from_type_v2 as _rebuild_from_type_v2
from ._core.tensor import Tensor

__all__ = ["Tensor", "_rebuild_from_type_v2"]
__getattr__ = _room("torch._tensor", __name__)
