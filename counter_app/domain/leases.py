"""Allotments: places or units that central leases to a device, so that it sells through an outage.

A lease is a signed list of cells. Expiry stops selling and never frees: only settlement does (the device's journal,
and what it says in it that it returns), or a write-off by two people at central.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from counter_app.domain.journal import Json, canonical, timestamp

PURPOSE: Final = "grant"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseGrant:
    """Central's word: these places (or ``count`` units) of one run, class and span are this device's to sell.

    ``holder_epoch`` is the device's lease epoch: every transfer raises it. ``guard_s``: so long before ``expires_at``
    the device stops selling, since its clock is only an estimate of central's.
    """

    TOLERANT: ClassVar = True
    lease_id: UUID
    device_id: UUID
    holder_epoch: int
    run_id: UUID
    trip_id: str
    service_date: date
    pattern: str
    travel_class: str
    board: int
    alight: int
    places: tuple[str, ...] = ()
    count: int
    granted_at: datetime
    expires_at: datetime
    guard_s: int
    signature: bytes = b""

    def body(self) -> bytes:
        """Canonical JSON of everything but the signature."""
        fields: dict[str, Json] = {
            "lease_id": str(self.lease_id),
            "device_id": str(self.device_id),
            "holder_epoch": self.holder_epoch,
            "run_id": str(self.run_id),
            "trip_id": self.trip_id,
            "service_date": self.service_date.isoformat(),
            "pattern": self.pattern,
            "travel_class": self.travel_class,
            "board": self.board,
            "alight": self.alight,
            "places": list(self.places),
            "count": self.count,
            "granted_at": timestamp(self.granted_at),
            "expires_at": timestamp(self.expires_at),
            "guard_s": self.guard_s,
        }
        return canonical(fields)

    def signed(self, sign: Callable[[str, bytes], bytes]) -> LeaseGrant:
        return replace(self, signature=sign(PURPOSE, self.body()))

    def holds(self, operator_key: bytes, verify: Callable[[bytes, str, bytes, bytes], bool]) -> bool:
        return verify(operator_key, PURPOSE, self.body(), self.signature)

    def sells_at(self, central_now: datetime) -> bool:
        """Whether the device may still sell of it, by its estimate of central's clock."""
        return central_now < self.expires_at - timedelta(seconds=self.guard_s)


class LeaseState(StrEnum):
    """On the counter."""

    ACTIVE = "active"  # may be sold from until its time
    RETURNED = "returned"  # the journal says so; central settles when it reads that
    ENDED = "ended"  # settled or written off at central


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralTime:
    """Central's clock as a counter reckons it (decisions 17): the last word of central plus what has passed since.

    ``high_water`` never goes back: a lease that was once too late stays too late, whatever is done to the clock.
    """

    told: datetime
    told_wall: datetime
    told_monotonic_ms: int | None  # None: from an earlier run of the program
    high_water: datetime

    def at(self, wall: datetime, monotonic_ms: int) -> datetime:
        """The estimate now. Within one run of the program time passes by the monotonic clock; after a restart the wall

        clock says how long the program was closed, and never less than nothing.
        """
        if self.told_monotonic_ms is not None:
            passed = timedelta(milliseconds=monotonic_ms - self.told_monotonic_ms)
        else:
            passed = max(timedelta(0), wall - self.told_wall)
        return max(self.told + passed, self.high_water)
