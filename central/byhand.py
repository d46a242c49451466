"""What people do to the stock at central: lease by hand, split, write off. Each is an act with a name on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.devices import Devices
from central.issues import in_force
from central.services import Services
from central.staff import Right, demand, demand_two
from central.stock.desk import StockDesk
from central.stock.ending import Ended
from central.stock.giving import Given, Holder, Span, raise_epoch
from central.stock.runs import RunName
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.ids import run_id
from counter_app.domain.journal import Json
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

LIST_MAX: Final = 10_000
_REASON_MAX: Final = 200
Window = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    lease_id: UUID
    holder: str  # CSQ/2, or CSQ for a station's pool
    trip_id: str
    service_date: date
    travel_class: str
    board: int
    alight: int
    count: int
    cells_left: int  # places over legs, or units over legs
    state: str
    expires_at: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class ByHand:
    services: Services
    stock: StockDesk
    devices: Devices

    def grant(
        self,
        connection: Connection,
        by: Actor,
        *,
        station_code: str,
        window: Window | None,
        trip_id: str,
        service_date: date,
        span: Span,
        valid: timedelta,
        guard_s: int,
    ) -> Given:
        """To a window, or (``window`` None) to a station's pool, all of it or nothing.

        Raises Refusal: NOT_ALLOWED, BAD_INPUT(field), UNKNOWN_RUN, NOT_ENOUGH_PLACES(free), DEPARTED, NO_TIMETABLE.
        """
        demand(by, Right.DIRECT)

        def work(tx: Tx) -> Given:
            name = self._run(tx, trip_id, service_date)
            holder = self._holder(tx, station_code, window)
            given = self.stock.leasing.grant(
                tx, to=holder, name=name, span=span, valid=valid, guard_s=guard_s, by=by.login
            )
            body: dict[str, Json] = {
                "lease_id": str(given.lease_id),
                "holder": station_code if window is None else _name(window),
                "trip_id": trip_id,
                "service_date": service_date.isoformat(),
                "travel_class": span.travel_class,
                "board": span.board,
                "alight": span.alight,
                "count": given.count,
            }
            Acts(self.services).append(tx, ActKind.LEASE_GRANTED, body, by=by)
            return given

        return in_transaction(connection, work)

    def split(
        self, connection: Connection, by: Actor, lease_id: UUID, *, to: Window, count: int, guard_s: int
    ) -> Given:
        """From a station's pool to one of its windows. Raises Refusal: NOT_ALLOWED, BAD_INPUT, NOT_ENOUGH_PLACES."""
        demand(by, Right.DIRECT)

        def work(tx: Tx) -> Given:
            holder = self._holder(tx, to[0], to)
            given = self.stock.leasing.split(tx, lease_id, to=holder, count=count, guard_s=guard_s, by=by.login)
            body: dict[str, Json] = {
                "lease_id": str(lease_id),
                "to": _name(to),
                "new_lease_id": str(given.lease_id),
                "count": count,
            }
            Acts(self.services).append(tx, ActKind.LEASE_SPLIT, body, by=by)
            return given

        return in_transaction(connection, work)

    def write_off(
        self,
        connection: Connection,
        first: Actor,
        second: Actor,
        reason: str,
        *,
        lease_id: UUID | None = None,
        window: Window | None = None,
    ) -> Ended:
        """Of one lease, or of all that a lost or revoked window holds: its places are free again.

        Raises Refusal: NOT_ALLOWED, SECOND_PERSON_NEEDED, REASON_NEEDED, BAD_INPUT(field): also ``window`` while it
        is active, ``lease`` while an active window may sell from it.
        """
        demand_two(first, second)
        plain = reason.strip()
        if not plain:
            raise Refusal(Reason.REASON_NEEDED)
        if len(plain) > _REASON_MAX or not plain.isprintable():
            raise Refusal(Reason.BAD_INPUT, field="reason")
        assert (lease_id is None) != (window is None)

        def work(tx: Tx) -> Ended:
            if lease_id is not None:
                self._demand_not_selling(tx, lease_id)
                ended = self.stock.write_off_lease(tx, lease_id)
            else:
                assert window is not None
                found = self.devices.gone_from(connection, window)
                if found is None:
                    self.devices.at(connection, window)  # is there such a window?
                    raise Refusal(Reason.BAD_INPUT, field="window", detail="is active: counters --lost first")
                ended = self.stock.write_off_device(tx, found.device_id)
            body: dict[str, Json] = {
                "lease_id": None if lease_id is None else str(lease_id),
                "window": None if window is None else _name(window),
                "reason": plain,
                **ended.fields(),
            }
            Acts(self.services).append(tx, ActKind.WRITTEN_OFF, body, by=first, second=second)
            return ended

        return in_transaction(connection, work)

    def leases(self, connection: Connection) -> list[LeaseRecord]:
        """Those that hold something, by departure. A list for people: it looks at every partition."""
        rows = Tx(connection).rows(
            "SELECT l.lease_id, l.station_code, d.counter, r.trip_id, l.service_date, l.travel_class, l.board,"
            " l.alight, l.count, l.left_count, l.state, l.expires_at, l.granted_by FROM lease l"
            " JOIN run r ON r.service_date = l.service_date AND r.run_id = l.run_id"
            " LEFT JOIN device d ON d.device_id = l.device_id"
            " WHERE l.state IN ('ACTIVE', 'IN_DOUBT') ORDER BY l.service_date, r.trip_id, l.lease_id LIMIT %s",
            (LIST_MAX,),
        )
        return [
            LeaseRecord(
                lease_id=row[0],
                holder=row[1] if row[2] is None else f"{row[1]}/{row[2]}",
                trip_id=row[3],
                service_date=row[4],
                travel_class=row[5],
                board=row[6],
                alight=row[7],
                count=row[8],
                cells_left=row[9],
                state=row[10],
                expires_at=row[11].isoformat(timespec="seconds"),
                granted_by=row[12],
            )
            for row in rows
        ]

    def _demand_not_selling(self, tx: Tx, lease_id: UUID) -> None:
        """What a window may sell from at this moment would be sold twice: without a line it does not hear of it."""
        row = tx.row(
            "SELECT 1 FROM lease l JOIN device d ON d.device_id = l.device_id"
            " WHERE l.lease_id = %s AND l.state = 'ACTIVE' AND d.state = 'active'",
            (lease_id,),
        )
        if row is not None:
            raise Refusal(
                Reason.BAD_INPUT, field="lease", detail="is in use: wait for its end, or counters --lost first"
            )

    def _run(self, tx: Tx, trip_id: str, service_date: date) -> RunName:
        digest = in_force(tx)
        if digest is None:
            raise Refusal(Reason.NO_TIMETABLE)
        namespace = self.services.timetables.of(digest).info.feed_namespace
        return RunName(run_id=run_id(namespace, trip_id, service_date), service_date=service_date, trip_id=trip_id)

    def _holder(self, tx: Tx, station_code: str, window: Window | None) -> Holder:
        if window is None:
            if tx.row("SELECT 1 FROM station WHERE station_code = %s", (station_code,)) is None:
                raise Refusal(Reason.BAD_INPUT, field="station")
            return Holder(station_code=station_code, device_id=None, epoch=0)
        found = self.devices.at(tx.connection, window)
        if found.state != "active":
            raise Refusal(Reason.BAD_INPUT, field="window", detail=found.state)
        return raise_epoch(tx, found.device_id)


def _name(window: Window) -> str:
    return f"{window[0]}/{window[1]}"
