"""Which devices and keys have ended, also outside the database: what a restored one forgot, central does not.

A file beside the operator's key, readable by its owner only, one canonical JSON object a line, only ever added to:
{"device_id", "window", "epoch", "state", "at"}: from ``at`` on that key is nobody's; ``state``: the device's then. It
is written after the commit that ended the key, and again whenever central starts or tends: the database knows what is
missing. It is read when central starts, and when a device that the database does not know shows its certificates.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from central.tx import Connection, Tx
from counter_app.domain.journal import Json, canonical, parse_timestamp, timestamp

_log = logging.getLogger("central.ends")
FILE: Final = "ended-devices.jsonl"
STATES: Final = ("active", "lost", "revoked")  # active: the key was replaced by the next epoch's
_WEIGHT: Final = {"active": 0, "lost": 1, "revoked": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Of a key."""

    device_id: UUID
    window: str
    epoch: int
    state: str
    at: datetime


class Ends(Protocol):
    def all(self) -> list[End]: ...
    def add(self, ends: Iterable[End]) -> None: ...


class NoEnds:
    """Of a central without a folder."""

    def all(self) -> list[End]:
        return []

    def add(self, ends: Iterable[End]) -> None:
        del ends


@dataclass(frozen=True, slots=True)
class EndsFile:
    path: Path

    def all(self) -> list[End]:
        """As they were written. A line that cannot be read (a write that was cut off) is left out, and logged."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                found.append(_read(line))
            except (ValueError, KeyError, TypeError):
                _log.warning("%s: line %d cannot be read", self.path.name, number)
        return found

    def add(self, ends: Iterable[End]) -> None:
        """Durable when it returns. Each begins a line of its own, also after one that was cut off."""
        text = b"".join(b"\n" + canonical(_fields(one)) for one in ends)
        if not text:
            return
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, text + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def last_state(ends: Iterable[End], device_id: UUID) -> str:
    """``active`` where nothing else was said of it; of lost and revoked the last word."""
    state = "active"
    for one in ends:
        if one.device_id == device_id and _WEIGHT[one.state]:
            state = one.state
    return state


def note_ends(connection: Connection, ends: Ends) -> int:
    """What the database knows and the file does not. Returns how many."""
    rows = Tx(connection).rows(
        "SELECT k.device_id, d.station_code || '/' || d.counter, k.epoch, d.state, k.ended_at FROM device_key k"
        " JOIN device d ON d.device_id = k.device_id WHERE k.ended_at IS NOT NULL ORDER BY k.ended_at, k.epoch"
    )
    known = {(one.device_id, one.epoch, one.state) for one in ends.all()}
    missing = [
        End(device_id=device_id, window=window, epoch=epoch, state=state, at=at)
        for device_id, window, epoch, state, at in rows
        if (device_id, epoch, state) not in known
    ]
    ends.add(missing)
    return len(missing)


def _fields(one: End) -> Json:
    return {
        "device_id": str(one.device_id),
        "window": one.window,
        "epoch": one.epoch,
        "state": one.state,
        "at": timestamp(one.at),
    }


def _read(line: str) -> End:
    fields = json.loads(line)
    epoch, state = fields["epoch"], fields["state"]
    if type(epoch) is not int or state not in STATES:
        raise ValueError(line)
    return End(
        device_id=UUID(fields["device_id"]),
        window=str(fields["window"]),
        epoch=epoch,
        state=state,
        at=parse_timestamp(fields["at"]),
    )
