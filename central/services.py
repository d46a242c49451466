"""What central's handlers are made with: clock, ids, chance, keys, the timetable. Everything comes by constructor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from central.ends import Ends, NoEnds
from central.heads import Heads, NoHeads
from central.trust_file import NothingSaid, Said
from counter_app.domain.coaches import Formation
from counter_app.domain.stations import Station
from counter_app.domain.timetable import Trip


class Clock(Protocol):
    """``counter_app.ports.clock.Clock``: central may not import the counter's ports."""

    def now(self) -> datetime: ...
    def monotonic_ms(self) -> int: ...


class Ids(Protocol):
    def new(self) -> UUID: ...


class Entropy(Protocol):
    def bytes(self, count: int) -> bytes: ...


class Signer(Protocol):
    """The operator's key. Purposes: ``certificate``, ``grant`` (of a lease), ``act`` (of central's own journal)."""

    @property
    def public(self) -> bytes: ...
    def sign(self, purpose: str, message: bytes) -> bytes: ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...
    def matches(self, password_hash: str | None, password: str) -> bool: ...


class TimetableInfo(Protocol):
    @property
    def issue_id(self) -> str: ...
    @property
    def feed_namespace(self) -> str: ...
    @property
    def feed_name(self) -> str: ...
    @property
    def first_date(self) -> date: ...
    @property
    def last_date(self) -> date: ...
    @property
    def trips(self) -> int: ...
    @property
    def invented(self) -> bool: ...


class Timetable(Protocol):
    """An issue's catalogue file, opened (``db.catalogue.reader.CatalogueFile``, handed in by main)."""

    @property
    def info(self) -> TimetableInfo: ...
    def trip(self, trip_id: str) -> Trip | None: ...
    def formation(self, formation_id: str) -> Formation | None: ...
    def station(self, station_id: str) -> Station | None: ...
    def runs_on(self, trip_id: str, service_date: date) -> bool: ...
    def trips_of(self, service: str) -> Sequence[Trip]: ...


class Timetables(Protocol):
    """Issues by the hash of their file; each process fetches the file from the database into its own cache folder."""

    def of(self, sha256: str) -> Timetable: ...


Verify = Callable[[bytes, str, bytes, bytes], bool]
"""``verify(public_key, purpose, message, signature)``: ``counter_app.security.verify``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    clock: Clock
    ids: Ids
    entropy: Entropy
    operator: Signer
    operator_tag: bytes  # 32: the HMAC key of documents
    passwords: Passwords
    timetables: Timetables
    verify: Verify
    write_pattern: Callable[[Trip, dict[str, Station]], str]  # ``db.frozen``'s, handed in by main
    write_formation: Callable[[Formation], str]
    read_pattern: Callable[[str], tuple[Trip, dict[str, Station]]]
    read_formation: Callable[[str], Formation]
    ends: Ends = field(default_factory=NoEnds)  # of devices and keys, as kept outside the database
    said: Said = field(default_factory=NothingSaid)  # of all keys, the last, likewise
    heads: Heads = field(default_factory=NoHeads)  # of central's own journal, likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Who asked, after its signature was checked."""

    device_id: UUID
    station_code: str
    counter: int
    epoch: int  # of the key that signed
    current_epoch: int
    lease_epoch: int
    state: str  # active | revoked | lost
    forked: bool
    wire: int
    stop_selling: str = ""  # central's order, with its reason; empty: sell

    @property
    def window(self) -> str:
        return f"{self.station_code}/{self.counter}"


__all__ = ["Clock", "Device", "Entropy", "Ids", "Passwords", "Services", "Signer", "Timetable", "Timetables"]
