"""How far central's own journal of acts had come, also outside the database: whoever cuts its end off is found out.

A file beside the operator's key, only ever added to, one canonical JSON object a line: {"incarnation", "seq", "hash"}.
Written by tending and after each command. A restored database has another incarnation: what it lost is not held against
it. What can be cut is what was done since the last line, seconds at most.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from central.tx import Connection, Tx
from counter_app.domain.journal import canonical

FILE: Final = "acts-head.jsonl"


@dataclass(frozen=True, slots=True)
class Head:
    seq: int
    hash: bytes


class Heads(Protocol):
    def last(self, incarnation: UUID) -> Head | None: ...
    def add(self, incarnation: UUID, head: Head) -> None: ...


class NoHeads:
    """Of a central without a folder."""

    def last(self, incarnation: UUID) -> Head | None:
        del incarnation
        return None

    def add(self, incarnation: UUID, head: Head) -> None:
        del incarnation, head


@dataclass(frozen=True, slots=True)
class HeadsFile:
    path: Path

    def last(self, incarnation: UUID) -> Head | None:
        """The highest of this incarnation; a line that was cut off is none."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        found: Head | None = None
        for line in lines:
            try:
                fields = json.loads(line)
                head = Head(int(fields["seq"]), bytes.fromhex(fields["hash"]))
                mine = fields["incarnation"] == str(incarnation)
            except (ValueError, KeyError, TypeError):
                continue
            if mine and (found is None or head.seq > found.seq):
                found = head
        return found

    def add(self, incarnation: UUID, head: Head) -> None:
        line = canonical({"incarnation": str(incarnation), "seq": head.seq, "hash": head.hash.hex()})
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, b"\n" + line + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def note_head(connection: Connection, heads: Heads) -> int:
    """Returns how many were new: one or none."""
    row = Tx(connection).row("SELECT c.incarnation, a.seq, a.hash FROM central c, act a ORDER BY a.seq DESC LIMIT 1")
    if row is None:
        return 0
    incarnation, seq, digest = row
    last = heads.last(incarnation)
    if last is not None and last.seq >= seq:
        return 0
    heads.add(incarnation, Head(seq, bytes(digest)))
    return 1
