"""The options of ``save`` and ``load`` that hold until they are changed."""

from __future__ import annotations

from mmap import MAP_PRIVATE
from typing import Any


class save:
    """What ``save`` does: checksums of records or zeros, and the multiple of bytes at which they begin."""

    compute_crc32 = True
    use_pinned_memory_for_d2h = False
    storage_alignment = 64


class load:
    """What ``load`` does: mapped memory or a copy, and the byte order of archives that do not say theirs."""

    mmap = False
    endianness: Any = None
    mmap_flags: int | None = MAP_PRIVATE
    calculate_storage_offsets = False
