"""Giving a lease: which cells, their rows, the signed grant, and the word of it in the device's feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from central.feed import News
from central.services import Services
from central.stock.cells import CellWriter
from central.stock.leaserows import LeaseRow, LeaseRows
from central.stock.pictures import Picture
from central.stock.rules import Rules
from central.stock.work import Work
from central.tx import Tx
from counter_app.domain.bestfit import allot
from counter_app.domain.leases import LeaseGrant
from counter_app.wire.codec import encode, plain
from counter_app.wire.messages import FeedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who a lease is given to. ``device_id`` None: the station's pool."""

    station_code: str
    device_id: UUID | None
    epoch: int  # its lease epoch, already raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    lease_id: UUID
    places: tuple[str, ...]
    count: int
    expires_at: datetime
    grant: LeaseGrant | None  # None: a pool's


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """So many places or units of a class over legs."""

    board: int
    alight: int
    travel_class: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    expires_at: datetime
    guard_s: int
    by: str
    request_id: UUID | None


class Giving:
    """Gives leases in one transaction: rows, cells, signed grants, and the device's feed."""

    def __init__(self, services: Services, work: Work, leases: LeaseRows, now: datetime) -> None:
        self.writer = CellWriter(work.tx)
        self._services = services
        self._work = work
        self._leases = leases
        self._now = now

    def give(self, picture: Picture, rules: Rules, holder: Holder, span: Span, terms: Terms) -> Given | None:
        """From what is free: as many as are, None where none is."""
        facts = picture.facts
        places: tuple[str, ...] = ()
        if facts.places is not None and picture.places is not None:
            mask = allot(
                picture.places,
                span.board,
                span.alight,
                span.count,
                candidates=_candidates(picture, rules, span, self._now),
            )
            places = facts.places.names_of(mask)
            span = replace(span, count=len(places))
        else:
            span = replace(span, count=min(span.count, free_for(picture, rules, span, self._now)))
        if span.count <= 0:
            return None
        given = self.record(picture, holder, span, places, terms)
        picture.take(
            board=span.board, alight=span.alight, travel_class=span.travel_class, places=places, count=span.count
        )
        key = facts.key
        for place in places:
            self.writer.move_place(key, place, span.board, span.alight, given.lease_id, "", "LEASED", holder.epoch)
        if not places:
            if span.travel_class not in picture.unit_rows:
                self.writer.make_unit_rows(key, span.travel_class, legs=facts.legs, capacity=facts.capacity)
                picture.unit_rows.add(span.travel_class)
            self.writer.move_units(key, span.travel_class, span.board, span.alight, span.count, "", "LEASED")
        self._work.changed(key)
        return given

    def record(self, picture: Picture, holder: Holder, span: Span, places: Sequence[str], terms: Terms) -> Given:
        """The lease, its grant and the word of it; not the cells."""
        facts = picture.facts
        lease_id = self._services.ids.new()
        grant = None
        if holder.device_id is not None:
            grant = LeaseGrant(
                lease_id=lease_id,
                device_id=holder.device_id,
                holder_epoch=holder.epoch,
                run_id=facts.key.run_id,
                trip_id=facts.trip.trip_id,
                service_date=facts.key.service_date,
                pattern=facts.trip.pattern_version,
                travel_class=span.travel_class,
                board=span.board,
                alight=span.alight,
                places=tuple(places),
                count=span.count,
                granted_at=self._now,
                expires_at=terms.expires_at,
                guard_s=terms.guard_s,
            ).signed(self._services.operator.sign)
            body = plain(grant)
            self._work.tell(holder.device_id, News(kind=FeedKind.LEASE, key=f"lease/{lease_id}", body=body))
        row = LeaseRow(
            key=facts.key,
            lease_id=lease_id,
            device_id=holder.device_id,
            station_code=holder.station_code,
            holder_epoch=holder.epoch,
            board=span.board,
            alight=span.alight,
            travel_class=span.travel_class,
            places=tuple(places),
            count=span.count,
            left=span.count * (span.alight - span.board) if places else span.count,
            state="ACTIVE",
        )
        self._leases.add(
            row,
            request_id=terms.request_id,
            grant_body="" if grant is None else encode(grant).decode(),
            granted_at=self._now,
            expires_at=terms.expires_at,
            granted_by=terms.by,
        )
        return Given(
            lease_id=lease_id, places=tuple(places), count=span.count, expires_at=terms.expires_at, grant=grant
        )

    def write(self) -> None:
        self.writer.write()


def raise_epoch(tx: Tx, device_id: UUID) -> Holder:
    """The device as a holder, in the epoch of the transfer that is being made."""
    row = tx.row(
        "UPDATE device SET lease_epoch = lease_epoch + 1 WHERE device_id = %s RETURNING station_code, lease_epoch",
        (device_id,),
    )
    assert row is not None, "a device that asks is known"
    return Holder(station_code=row[0], device_id=device_id, epoch=row[1])


def pool_of(station_code: str) -> Holder:
    return Holder(station_code=station_code, device_id=None, epoch=0)


def free_for(picture: Picture, rules: Rules, span: Span, now: datetime) -> int:
    """How many may be leased over the span."""
    if picture.places is not None:
        return picture.places.count_free(span.board, span.alight, _candidates(picture, rules, span, now))
    free = picture.units[span.travel_class].count_free(span.board, span.alight)
    return max(0, free - rules.kept(picture.facts, span.travel_class, span.board, span.alight, now))


def _candidates(picture: Picture, rules: Rules, span: Span, now: datetime) -> int:
    named = picture.facts.places
    assert named is not None
    kept = rules.kept_mask(picture.facts, span.travel_class, span.board, span.alight, now)
    return named.table.by_class[span.travel_class] & ~kept
