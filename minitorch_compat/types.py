"""What functions take, for annotations."""

from __future__ import annotations

import builtins
import os
from collections.abc import Sequence
from typing import IO, Any, TypeAlias, Union

from ._core.kinds import Size, device
from ._core.storage import UntypedStorage as Storage
from ._core.tensor import Tensor

__all__ = ["Device", "FileLike", "Number", "Storage"]

_int = builtins.int
_float = builtins.float
_bool = builtins.bool
_complex = builtins.complex
_TensorOrTensors: TypeAlias = Union[Tensor, Sequence[Tensor]]  # noqa: UP007
_size: TypeAlias = Union[Size, list[int], tuple[int, ...]]  # noqa: UP007
_symsize = _size
_dispatchkey: TypeAlias = str

Number: Any = int | float | bool
Device: Any = device | str | int | None
FileLike: Any = Union[str, os.PathLike[str], IO[bytes]]  # noqa: UP007
