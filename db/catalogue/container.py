"""The zip as a container: opened strictly, judged before a byte is inflated, and never unpacked to the file system.

Why not ``zipfile``: it forgives. Overlapping entries, two directories, sizes that differ between directory and local
header, data behind the declared end: each lets two readers see two feeds, or one small file become a huge one.
Source: PKWARE APPNOTE.TXT 6.3.10, the section numbers below.
"""

from __future__ import annotations

import bz2
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

from counter_app.errors import Reason, Refusal
from db.catalogue import limits

STORED: Final = 0
DEFLATED: Final = 8
BZIP2: Final = 12
_AES: Final = 99

_CHUNK: Final = 256 * 1024
_END: Final = struct.Struct("<4s4H2LH")  # 4.3.16
_END64_LOCATOR: Final = struct.Struct("<4sLQL")  # 4.3.15
_END64: Final = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_LOCAL: Final = struct.Struct("<4s5H3L2H")  # 4.3.7
_FULL16: Final = 0xFFFF
_FULL32: Final = 0xFFFFFFFF
_ENCRYPTED: Final = 1 << 0 | 1 << 6 | 1 << 13
_DESCRIPTOR: Final = 1 << 3
_PATCH: Final = 1 << 5
_UTF8: Final = 1 << 11


def refuse(code: str, detail: str) -> Refusal:
    return Refusal(Reason.FILE_REFUSED, code=code, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file inside. ``name`` never touches a file system."""

    name: str
    method: int
    flags: int
    crc: int
    packed_bytes: int
    bytes: int
    offset: int  # of the local header


class _Inflater(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class Archive:
    """A zip whose whole directory has been judged. Raises Refusal(FILE_REFUSED) for danger or damage."""

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_file():
            raise refuse("unreadable", "not a regular file")  # a pipe would block, a device never end
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise refuse("unreadable", error.strerror or type(error).__name__) from None
        try:
            self._size = self._file.seek(0, 2)
            self.entries = self._judge()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, name: str) -> Iterator[bytes]:
        """The file's bytes in pieces, never more than declared. The CRC is checked with the last one."""
        entry = self.entries[name]
        start = entry.offset + _LOCAL.size + sum(self._local(entry)[-2:])
        crc = total = 0
        for piece in self._pieces(entry, start):
            total += len(piece)
            if total > entry.bytes:
                raise refuse("damaged", f"{name}: more bytes than declared")
            crc = zlib.crc32(piece, crc)
            yield piece
        if total != entry.bytes:
            raise refuse("damaged", f"{name}: fewer bytes than declared")
        if crc != entry.crc:
            raise refuse("damaged", f"{name}: checksum")

    # ---- the directory

    def _judge(self) -> dict[str, Entry]:
        if self._size > limits.ARCHIVE_BYTES:
            raise refuse("too_large", f"{self._size} bytes")
        count, size, offset = self._end()
        if count > limits.ENTRIES:
            raise refuse("too_many_entries", f"{count}")
        if offset + size > self._size:
            raise refuse("damaged", "the directory lies outside the file")
        if size > limits.DIRECTORY_BYTES:
            raise refuse("too_large", "directory")
        directory = self._at(offset, size)
        entries = list(_parse_directory(directory, count))
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            if entry.bytes > limits.ENTRY_BYTES:
                raise refuse("too_large", f"{entry.name}: {entry.bytes} bytes")
        if total > limits.TOTAL_BYTES:
            raise refuse("too_large", f"{total} bytes in all")
        if any(entry.flags & _ENCRYPTED or entry.method == _AES for entry in entries):
            raise refuse("encrypted", "")
        named: dict[str, Entry] = {}
        for entry in entries:
            if entry.name in named:
                raise refuse("duplicate_entry", entry.name)
            named[entry.name] = entry
        self._judge_locals(entries, offset)
        return named

    def _end(self) -> tuple[int, int, int]:
        """Count, size and offset of the directory (4.3.16; with zip64 4.3.14)."""
        tail_at = max(0, self._size - _END.size - _FULL16)
        tail = self._at(tail_at, self._size - tail_at)
        found = [at for at in _all(tail, b"PK\x05\x06") if _comment_reaches_end(tail, at)]
        if not found:
            if b"PK\x05\x06" in tail:
                raise refuse("damaged", "data behind the end of the zip")
            raise refuse("not_a_zip", "no end record")
        if len(found) > 1:
            raise refuse("damaged", "two end records")
        at = found[0]
        _, disk, directory_disk, here, count, size, offset, _ = _END.unpack_from(tail, at)
        end_at = tail_at + at
        if self._at(end_at - _END64_LOCATOR.size, 4) == b"PK\x06\x07":
            _, _, where, disks = _END64_LOCATOR.unpack(self._at(end_at - _END64_LOCATOR.size, _END64_LOCATOR.size))
            record = self._at(where, _END64.size)
            if len(record) < _END64.size or record[:4] != b"PK\x06\x06" or where + _END64.size > end_at:
                raise refuse("damaged", "zip64 end record")
            fields = _END64.unpack(record)
            wide = fields[6:10]  # entries here, entries, size, offset
            narrow = ((here, _FULL16), (count, _FULL16), (size, _FULL32), (offset, _FULL32))
            if any(value not in (full, true) for (value, full), true in zip(narrow, wide, strict=True)):
                raise refuse("damaged", "zip64 and plain end records differ")
            disk, directory_disk = fields[4], fields[5]
            here, count, size, offset = wide
            if disks > 1:
                raise refuse("split_archive", "")
            end_at = where
        if disk or directory_disk or here != count:
            raise refuse("split_archive", "")
        if offset + size > end_at:
            raise refuse("damaged", "the directory runs into the end record")
        if offset + size < end_at and count:
            # Self-extracting zips may have bytes in front, but then every offset counts them (4.1.9).
            raise refuse("damaged", "the directory is not where it is said to be")
        return count, size, offset

    def _judge_locals(self, entries: list[Entry], directory_at: int) -> None:
        """Each local header says what the directory says, and no two entries share a byte."""
        end = 0
        for entry in sorted(entries, key=lambda e: e.offset):
            if entry.offset < end:
                raise refuse("damaged", f"{entry.name}: entries overlap")
            _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = self._local(entry)
            at = entry.offset + _LOCAL.size
            rest = self._at(at, name_length + extra_length)
            if _name(rest[:name_length], flags) != entry.name or method != entry.method:
                raise refuse("damaged", f"{entry.name}: local header differs")
            if (flags ^ entry.flags) & (_ENCRYPTED | _DESCRIPTOR):
                raise refuse("damaged", f"{entry.name}: local flags differ")
            if _FULL32 in {size, packed}:
                size, packed, _ = _wide(rest[name_length:], size, packed, 0, entry.name)
            said = (crc, packed, size)
            true = (entry.crc, entry.packed_bytes, entry.bytes)
            if said != true and not (flags & _DESCRIPTOR and said == (0, 0, 0)):
                raise refuse("damaged", f"{entry.name}: local sizes differ")
            end = at + name_length + extra_length + entry.packed_bytes
            if end > directory_at:
                raise refuse("damaged", f"{entry.name}: runs into the directory")

    def _local(self, entry: Entry) -> tuple[int, ...]:
        header = self._at(entry.offset, _LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise refuse("damaged", f"{entry.name}: no local header")
        return _LOCAL.unpack(header)

    def _at(self, offset: int, size: int) -> bytes:
        if offset < 0:
            return b""
        self._file.seek(offset)
        return self._file.read(size)

    # ---- the data

    def _pieces(self, entry: Entry, start: int) -> Iterator[bytes]:
        raw = self._raw(entry, start)
        if entry.method == STORED:
            return raw
        if entry.method == DEFLATED:
            return _deflated(raw, entry.name)
        if entry.method == BZIP2:
            return _bzipped(raw, entry.name)
        # LZMA is left out on purpose: a stream names its own dictionary, up to 4 GB of memory.
        raise refuse("unsupported_compression", f"{entry.name}: method {entry.method}")

    def _raw(self, entry: Entry, start: int) -> Iterator[bytes]:
        left = entry.packed_bytes
        while left:
            piece = self._at(start, min(left, _CHUNK))
            if not piece:
                raise refuse("damaged", f"{entry.name}: cut off")
            start += len(piece)
            left -= len(piece)
            yield piece


def readable(entry: Entry) -> bool:
    return entry.method in (STORED, DEFLATED, BZIP2)


def _deflated(raw: Iterator[bytes], name: str) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in raw:
            piece = inflater.decompress(packed, _CHUNK)
            yield piece
            while inflater.unconsumed_tail:
                yield inflater.decompress(inflater.unconsumed_tail, _CHUNK)
        # What the window still holds: at most what the unread input can make, but bounded piece by piece.
        while not inflater.eof:
            piece = inflater.decompress(b"", _CHUNK)
            if not piece:
                break
            yield piece
    except zlib.error:
        raise refuse("damaged", f"{name}: deflate") from None
    _whole(inflater, name)


def _bzipped(raw: Iterator[bytes], name: str) -> Iterator[bytes]:
    inflater = bz2.BZ2Decompressor()
    try:
        for packed in raw:
            if inflater.eof:
                raise refuse("damaged", f"{name}: data behind the end")
            yield inflater.decompress(packed, _CHUNK)
            while not inflater.needs_input and not inflater.eof:
                yield inflater.decompress(b"", _CHUNK)
    except (OSError, ValueError):
        raise refuse("damaged", f"{name}: bzip2") from None
    _whole(inflater, name)


def _whole(inflater: _Inflater, name: str) -> None:
    if not inflater.eof:
        raise refuse("damaged", f"{name}: cut off")
    if inflater.unused_data:
        raise refuse("damaged", f"{name}: data behind the end")


# ---- parsing


def _all(data: bytes, what: bytes) -> Iterator[int]:
    at = data.find(what)
    while at >= 0:
        yield at
        at = data.find(what, at + 1)


def _comment_reaches_end(tail: bytes, at: int) -> bool:
    if at + _END.size > len(tail):
        return False
    return at + _END.size + int(_END.unpack_from(tail, at)[-1]) == len(tail)


def _parse_directory(directory: bytes, count: int) -> Iterator[Entry]:
    at = 0
    for _ in range(count):
        if at + _CENTRAL.size > len(directory) or directory[at : at + 4] != b"PK\x01\x02":
            raise refuse("damaged", "directory")
        fields = _CENTRAL.unpack_from(directory, at)
        flags, method, crc, packed, size = fields[3], fields[4], fields[7], fields[8], fields[9]
        name_length, extra_length, comment_length, disk, outside, offset = (*fields[10:14], fields[15], fields[16])
        at += _CENTRAL.size
        raw_name = directory[at : at + name_length]
        extra = directory[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        if at > len(directory):
            raise refuse("damaged", "directory")
        name = _name(raw_name, flags)
        _judge_name(name, raw_name, extra)
        _judge_type(name, outside)
        if disk not in (0, _FULL16):
            raise refuse("split_archive", "")
        if _FULL32 in (packed, size, offset):
            size, packed, offset = _wide(extra, size, packed, offset, name)
        if flags & _PATCH:
            raise refuse("unsupported_compression", f"{name}: patch data")
        yield Entry(name=name, method=method, flags=flags, crc=crc, packed_bytes=packed, bytes=size, offset=offset)
    if at != len(directory):
        raise refuse("damaged", "the directory holds more than it counts")


def _wide(extra: bytes, size: int, packed: int, offset: int, name: str) -> tuple[int, int, int]:
    """Size, packed size and offset with the zip64 field (4.5.3): only what is all ones is in it, in this order."""
    field = next((body for tag, body in _extras(extra) if tag == 1), b"")
    values = [size, packed, offset]
    at = 0
    for i, value in enumerate(values):
        if value == _FULL32:
            if at + 8 > len(field):
                raise refuse("damaged", f"{name}: zip64 field")
            values[i] = int.from_bytes(field[at : at + 8], "little")
            at += 8
    return values[0], values[1], values[2]


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        yield tag, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        raise refuse("unsafe_entry_name", ascii(raw)[:100]) from None


def _judge_name(name: str, raw: bytes, extra: bytes) -> None:
    """Climbing, absolute, drive and share names, and names that another reader would read differently."""
    parts = name.split("/")
    if parts[-1] == "":
        parts.pop()
    bad = (
        not parts
        or any(part in ("", ".", "..") for part in parts)
        or "\\" in name
        or ":" in name
        or any(ord(char) < 32 or 127 <= ord(char) < 160 for char in name if ord(char) < 256 and char < "\xa0")
        or any(tag == 0x7075 and body[5:] != raw for tag, body in _extras(extra))  # 4.6.9: a second name
    )
    if bad:
        raise refuse("unsafe_entry_name", ascii(name)[:100])


def _judge_type(name: str, outside: int) -> None:
    """Plain files and folders only. The upper half is the Unix mode, whoever says to have made the zip."""
    kind = stat.S_IFMT(outside >> 16)
    folder = name.endswith("/")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR and not folder):
        raise refuse("unsafe_entry_type", ascii(name)[:100])
