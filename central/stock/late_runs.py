"""Runs that central hears of by a sale: sold offline, and touched by nobody else until then."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from central.request import Refusing
from central.services import Device, Services, Timetable
from central.stock.rules import RuleBook
from central.stock.runs import Issues, RunName, close_run, freeze, untouched
from central.stock.words import SoldRunRef
from central.tx import Tx
from counter_app.domain.timetable import instant


def freeze_sold(
    tx: Tx, services: Services, book: RuleBook, issues: Issues, device: Device, sold: Sequence[SoldRunRef]
) -> None:
    """From the timetable in force, or the one that the sale names."""
    named = {run.key: run for run in sold}
    missing = untouched(tx, named)
    if not missing:
        return
    rules = book.read(tx, [device.station_code], services.clock.now(), quotas=False)
    capacity = rules.unreserved_capacity(device.station_code)
    in_force = issues.to_freeze(tx)
    for key in sorted(missing):
        run = named[key]
        name = RunName(run_id=run.run_id, service_date=run.service_date, trip_id=run.trip_id)
        try:
            freeze(tx, services, in_force, name, unreserved_capacity=capacity)
        except Refusing:
            with suppress(Refusing):
                older = issues.named(tx, run.issue_id)
                freeze(tx, services, older, name, unreserved_capacity=capacity)
                _close_if_it_vanished(tx, services, older, in_force, name)


def _close_if_it_vanished(
    tx: Tx,
    services: Services,
    older: tuple[str, Timetable] | None,
    in_force: tuple[str, Timetable] | None,
    name: RunName,
) -> None:
    """C7: it was sold by a timetable that does not hold any more. What had left by then nobody called back."""
    trip = None if older is None else older[1].trip(name.trip_id)
    if trip is None or in_force is None:
        return
    since = tx.scalar("SELECT activated_at FROM issue WHERE sha256 = %s", (in_force[0],))
    if instant(name.service_date, trip.calls[0].depart_s, trip.zone) > since:
        close_run(tx, services, name.key, issue=in_force[0], trip_id=name.trip_id)
