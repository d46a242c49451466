"""The witness beside the database: what the last commit left, in a file that no backup of the database restores.

Two slots are written in turn, each in a sector of its own, so that a write torn by a power cut leaves the other.
It is written after each commit without fsync: a killed process loses nothing (the page cache is the kernel's), and a
power cut may only leave it behind the database, which is harmless. Ahead of the database it can never be by itself:
that is a restored backup or a cut tail (decisions 10).

A counter that ends cleanly also leaves the digest of the database file at rest: whoever changes any byte of it while
the counter is closed is found, whatever the byte means. It is taken back, durably, before the next change.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from counter_app.domain.journal import Link
from db.files import write_durably

FILE_NAME: Final = "witness"
_MAGIC: Final = b"CFWITN01"
# magic, generation, epoch, seq, head hash, digest of the file at rest; then SHA-256 over these, and padding.
_BODY: Final = struct.Struct(">8sQQQ32s16s")
NOT_AT_REST: Final = bytes(16)
_SLOT_BYTES: Final = 128
_SLOT_STRIDE: Final = 4096
_FILE_BYTES: Final = 2 * _SLOT_STRIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    epoch: int
    seq: int
    hash: bytes
    generation: int = 0
    at_rest: bytes = NOT_AT_REST  # first 16 bytes of SHA-256 over the database file, when it was closed


def _pack(mark: Mark) -> bytes:
    body = _BODY.pack(_MAGIC, mark.generation, mark.epoch, mark.seq, mark.hash, mark.at_rest)
    return (body + sha256(body).digest()).ljust(_SLOT_BYTES, b"\0")


def _unpack(slot: bytes) -> Mark | None:
    body, check = slot[: _BODY.size], slot[_BODY.size : _BODY.size + 32]
    if len(slot) < _SLOT_BYTES or sha256(body).digest() != check:
        return None
    magic, generation, epoch, seq, digest, at_rest = _BODY.unpack(body)
    if magic != _MAGIC:
        return None
    return Mark(epoch=epoch, seq=seq, hash=digest, generation=generation, at_rest=at_rest)


def digest_at_rest(database: Path) -> bytes | None:
    """Of the file as it lies there; None while its log holds what is not in it. Raises ``OSError``."""
    log = database.with_name(database.name + "-wal")
    if log.exists() and log.stat().st_size:
        return None
    with database.open("rb") as file:
        return file_digest(file, "sha256").digest()[: len(NOT_AT_REST)]


def read_mark(path: Path) -> Mark | None:
    """The newest whole slot; None where the file is missing, cut short or neither slot is whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    marks = [_unpack(content[at : at + _SLOT_BYTES]) for at in (0, _SLOT_STRIDE)]
    return max((mark for mark in marks if mark), key=lambda mark: mark.generation, default=None)


def is_whole(path: Path) -> bool:
    """Whether both slots are, or one was never written, and nothing else stands in the file.

    A slot lies in one sector, which disks write whole or not at all: half a slot is the work of somebody.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return False
    slots = [content[at : at + _SLOT_BYTES] for at in (0, _SLOT_STRIDE)]
    rests = [content[at + _SLOT_BYTES : at + _SLOT_STRIDE] for at in (0, _SLOT_STRIDE)]
    return (
        len(content) == _FILE_BYTES
        and not any(map(any, rests))
        and any(map(_unpack, slots))
        and all(_pack(mark) == slot if (mark := _unpack(slot)) else not any(slot) for slot in slots)
    )


def changed_at_rest(database: Path) -> bool:
    """Whether the database file is another one than the last counter left when it closed.

    Read-only, also beside a window: that one takes its word back before it writes, so the word is read again.
    """
    mark = read_mark(database.with_name(FILE_NAME))
    if mark is None or mark.at_rest == NOT_AT_REST:
        return False
    digest = digest_at_rest(database)
    return digest not in {None, mark.at_rest} and read_mark(database.with_name(FILE_NAME)) == mark


class Witness:
    """The writer's end. One per profile, under its lock."""

    def __init__(self, path: Path) -> None:
        found = read_mark(path)
        self._generation = found.generation if found else 0
        self.says_at_rest = found is not None and found.at_rest != NOT_AT_REST
        self.last: Link | None = Link(epoch=found.epoch, seq=found.seq, hash=found.hash) if found else None
        self._descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))

    @staticmethod
    def create(path: Path, mark: Mark) -> None:
        """A new witness file, durable, whatever was there before."""
        old = read_mark(path)
        first = Mark(
            epoch=mark.epoch, seq=mark.seq, hash=mark.hash, generation=(old.generation if old else 0) // 2 * 2 + 2
        )
        write_durably(path, _pack(first).ljust(_FILE_BYTES, b"\0"))

    def advance(self, link: Link) -> None:
        """After a commit. Raises ``OSError``."""
        self._say(link, NOT_AT_REST)

    def rest(self, digest: bytes) -> None:
        """At a clean end, after the database was closed. Raises ``OSError``."""
        if self.last is not None:
            self._say(self.last, digest)

    def _say(self, link: Link, at_rest: bytes) -> None:
        self._generation += 1
        mark = Mark(epoch=link.epoch, seq=link.seq, hash=link.hash, generation=self._generation, at_rest=at_rest)
        slot = _pack(mark)
        self._write_at(slot, self._generation % 2 * _SLOT_STRIDE)
        self.last, self.says_at_rest = link, at_rest != NOT_AT_REST

    def _write_at(self, slot: bytes, offset: int) -> None:
        if hasattr(os, "pwrite"):
            os.pwrite(self._descriptor, slot, offset)
        else:  # Windows
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            os.write(self._descriptor, slot)

    def sync(self) -> None:
        """At a shift's close and a clean end: a power cut then leaves it no further behind than here."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)
