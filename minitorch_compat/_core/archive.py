"""torch's archives: zip files of uncompressed records, each in its place at a multiple of 64 bytes.

The layout is that of the published ZIP format (APPNOTE 6.3): local headers, data descriptors, a central directory and
the 64-bit end records. What is read is checked against the length of the file before memory is taken for it.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any, NamedTuple

import numpy as np

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
LIMIT = 0xFFFFFFFF
VERSIONS = 1, 10
GROWTH = 8
"""How many times as large as the file all that its compressed records expand to may be."""


# ---- writing

class Writer:
    """Writes records into a file-like object, one after the other, and the directory at the end."""

    def __init__(self, write: Any, name: str, alignment: int = 64, checksums: bool = True) -> None:
        self.write, self.name, self.alignment, self.checksums = write, name, alignment, checksums
        self.position = 0
        self.entries: list[tuple[bytes, int, int, int]] = []
        self.combined = 0

    def _put(self, data: Any) -> None:
        self.write(data)
        self.position += memoryview(data).nbytes

    def record(self, name: str, data: bytes | memoryview, *, blank: bool = False) -> None:
        """A record; a blank one has the length of ``data`` and zeros in its place."""
        full = f"{self.name}/{name}".encode()
        size, start = len(data), self.position
        crc = zlib.crc32(data) if self.checksums and not blank else 0
        wide = size >= LIMIT or start >= LIMIT
        extra = struct.pack("<2H2Q", 1, 16, size, size) if wide else b""
        gap = self.alignment - (start + LOCAL.size + len(full) + len(extra) + 4) % self.alignment
        extra += struct.pack("<2sH", b"FB", gap) + b"Z" * gap
        flags = 0x0808 if size else 0x0800
        self._put(LOCAL.pack(b"PK\3\4", 0, flags, 0, 0, 0, 0, 0, 0, len(full), len(extra)) + full + extra)
        if size:
            self._put(bytes(size) if blank else data)
            self._put(struct.pack("<4sL2Q" if wide else "<4s3L", b"PK\7\10", crc, size, size))
        self.entries.append((full, crc, size, start))
        self.combined = _mixed(self.combined, crc)

    def finish(self) -> None:
        """The version, a number that tells archives apart, and the directory."""
        self.record("version", b"3\n")
        names = 0
        for full, *_ in self.entries:
            names = _mixed(names, zlib.crc32(full))
        self.record(".data/serialization_id", f"{names:020d}{self.combined:020d}".encode())
        start = self.position
        for full, crc, size, place in self.entries:
            wide = [each for each in (size, size, place) if each >= LIMIT]
            extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
            self._put(CENTRAL.pack(
                b"PK\1\2", 0, 0, 0x0808 if size else 0x0800, 0, 0, 0, crc, min(size, LIMIT), min(size, LIMIT),
                len(full), len(extra), 0, 0, 0, 0, min(place, LIMIT),
            ) + full + extra)  # fmt: skip
        length, count, end = self.position - start, len(self.entries), self.position
        self._put(END64.pack(b"PK\6\6", 44, 0x031E, 45, 0, 0, count, count, length, start))
        self._put(LOCATOR.pack(b"PK\6\7", 0, end, 1))
        few = min(count, 0xFFFF)
        self._put(END.pack(b"PK\5\6", 0, 0, few, few, min(length, LIMIT), min(start, LIMIT), 0))


def _mixed(seed: int, value: int) -> int:
    """Two numbers in one of 64 bits, with the golden ratio's digits between them."""
    return (seed ^ (value + 0x9E3779B9 + (seed << 6) + (seed >> 2))) & (1 << 64) - 1


# ---- reading

class Entry(NamedTuple):
    """Where a record lies: its header, its length in the file and unpacked, and how it is packed."""

    start: int
    packed: int
    size: int
    method: int


class Reader:
    """Finds the records of an archive in a file-like object that can seek, from where it stands to its end.

    RuntimeError in torch's words for what is no archive.
    """

    def __init__(self, file: Any) -> None:
        self.file = file
        self.begin = file.tell()
        self.length = file.seek(0, 2) - self.begin
        self.entries: dict[str, Entry] = {}
        self.expanded = 0
        self._read_directory()
        first = next(iter(self.entries), "")
        if "/" not in first:
            raise RuntimeError(f"file in archive is not in a subdirectory: {first}")
        self.name = first.partition("/")[0]
        self._check_version()

    def _at(self, start: int, count: int) -> bytes:
        """Bytes of the file, as many as there are."""
        if not 0 <= start <= self.length:
            return b""
        self.file.seek(self.begin + start)
        return self.file.read(min(count, self.length - start))

    def _read_directory(self) -> None:
        if self.length < END.size:
            raise failed("reading zip archive", "not a ZIP archive")
        tail = self._at(max(0, self.length - END.size - 0xFFFF), END.size + 0xFFFF)
        place = tail.rfind(b"PK\5\6", 0, len(tail) - END.size + 4)
        if place < 0:
            raise failed("reading zip archive", "failed finding central directory")
        _, _, _, _, count, length, start, _ = END.unpack_from(tail, place)
        end = self.length - len(tail) + place
        locator = self._at(end - LOCATOR.size, LOCATOR.size)
        if len(locator) == LOCATOR.size and locator[:4] == b"PK\6\7":
            wide = self._at(LOCATOR.unpack(locator)[2], END64.size)
            if len(wide) == END64.size and wide[:4] == b"PK\6\6":
                count, length, start = END64.unpack(wide)[7:]
        if length > self.length or start > self.length - length or count * CENTRAL.size > length:
            raise corrupt()
        directory, at = self._at(start, length), 0
        for _ in range(count):
            at = self._read_entry(directory, at)

    def _read_entry(self, directory: bytes, at: int) -> int:
        if len(directory) - at < CENTRAL.size or directory[at : at + 4] != b"PK\1\2":
            raise corrupt()
        fields = CENTRAL.unpack_from(directory, at)
        flags, method, packed, size, start = fields[3], fields[4], fields[8], fields[9], fields[16]
        name_end = at + CENTRAL.size + fields[10]
        extra_end = name_end + fields[11]
        end = extra_end + fields[12]
        if end > len(directory):
            raise corrupt()
        if LIMIT in (packed, size, start):
            size, packed, start = _wide(directory[name_end:extra_end], size, packed, start)
        name = directory[at + CENTRAL.size : name_end].decode("utf-8", "surrogateescape")
        if start > self.length or packed > self.length - start or (method == 0 and packed != size):
            raise corrupt()
        if flags & 1:
            raise failed("reading zip archive", "unsupported encryption")
        self.entries.setdefault(name, Entry(start, packed, size, method))
        return end

    def _check_version(self) -> None:
        if "version" not in self and ".data/version" not in self:
            raise RuntimeError(
                'Expected hasRecord("version") to be true, but got false.  (Could this error message be improved?  If '
                "so, please report an enhancement request to PyTorch.)"
            )
        text = self.read("version" if "version" in self else ".data/version").decode("latin1")
        digits = text.strip().split("\n")[0]
        if not digits.lstrip("+-").isdecimal() or not digits.isascii() or len(digits) > 18:
            raise RuntimeError(
                f"[enforce fail at inline_container.cc:215] . Couldn't parse the version {text} as Long Long."
            )
        version = int(digits)
        if version < VERSIONS[0]:
            raise RuntimeError(
                f"[enforce fail at inline_container.cc:219] . Attempted to read a PyTorch file with version {version}, "
                f"but the minimum supported version for reading is {VERSIONS[0]}. Your PyTorch script module file is "
                "too old. Please regenerate it with latest version of PyTorch to mitigate this issue."
            )
        if version > VERSIONS[1]:
            raise RuntimeError(
                f"[enforce fail at inline_container.cc:230] . Attempted to read a PyTorch file with version {version}, "
                f"but the maximum supported version for reading is {VERSIONS[1]}. The version of your PyTorch "
                "installation may be too old, please upgrade PyTorch to latest version to mitigate this issue."
            )

    def __contains__(self, name: str) -> bool:
        return f"{self.name}/{name}" in self.entries

    def _entry(self, name: str) -> Entry:
        found = self.entries.get(f"{self.name}/{name}")
        if found is None:
            raise failed(f"locating file {name}", "file not found")
        return found

    def offset(self, name: str) -> int:
        """Where the bytes of a record begin in the file."""
        entry = self._entry(name)
        header = self._at(entry.start, LOCAL.size)
        if len(header) < LOCAL.size or header[:4] != b"PK\3\4":
            raise corrupt(f"reading file {name}")
        fields = LOCAL.unpack(header)
        start = entry.start + LOCAL.size + fields[9] + fields[10]
        if entry.packed > self.length - start:
            raise corrupt(f"reading file {name}")
        return self.begin + start

    def size(self, name: str) -> int:
        """How long a record is."""
        return self._entry(name).size

    def read(self, name: str) -> bytes:
        """The bytes of a record."""
        entry = self._entry(name)
        start = self.offset(name)
        self.file.seek(start)
        data = self.file.read(entry.packed)
        if len(data) != entry.packed:
            raise failed(f"reading file {name}", "file read failed")
        return data if entry.method == 0 else self._expanded(name, entry, data)

    def array(self, name: str) -> np.ndarray:
        """The bytes of a record as a new array."""
        entry = self._entry(name)
        if entry.method == 0 and hasattr(self.file, "readinto"):
            self.file.seek(self.offset(name))
            made = np.empty(entry.size, np.uint8)
            if self.file.readinto(made) == entry.size:
                return made
        return np.frombuffer(self.read(name), np.uint8).copy()

    def _expanded(self, name: str, entry: Entry, data: bytes) -> bytes:
        self.expanded += entry.size
        if entry.method != 8:
            raise failed(f"reading file {name}", "unsupported method")
        if self.expanded > GROWTH * self.length:
            raise RuntimeError(
                f"The compressed record {name} would expand to {entry.size} bytes, which is more than {GROWTH} times "
                "the archive together with those before it."
            )
        unpacker = zlib.decompressobj(-15)
        try:
            made = unpacker.decompress(data, entry.size + 1)
        except zlib.error:
            made = b""
        if len(made) != entry.size:
            raise failed(f"reading file {name}", "decompression failed or archive is corrupted")
        return made


def _wide(extra: bytes, *fields: int) -> list[int]:
    """The numbers that did not fit into 32 bits, from the extra field that has them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            body = extra[at + 4 : at + 4 + length]
            wide = list(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            return [wide.pop(0) if each == LIMIT and wide else each for each in fields]
        at += 4 + length
    return list(fields)


def failed(doing: str, what: str) -> RuntimeError:
    """torch's words for an archive it cannot read."""
    return RuntimeError(
        f"PytorchStreamReader failed {doing}: {what}. This is an internal miniz error. If you are seeing this error, "
        "there is a high likelihood that your checkpoint file is corrupted. This can happen if the checkpoint was not "
        "saved properly, was transferred incorrectly, or the file was modified after saving."
    )


def corrupt(doing: str = "reading zip archive") -> RuntimeError:
    return failed(doing, "invalid header or archive is corrupted")
