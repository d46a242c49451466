"""Settlement: what a counter's journal says of cells, in its order (rules C2 to C4 and C7 of the design).

A sale of what this device holds (a claim, a lease; in doubt too) makes it SOLD. What is free, or only held by an unpaid
sale, it gets: late. What is somebody else's stays theirs: the paper is valid, its holder is re-seated. Nothing here
looks at the time: only what a journal says, or two people, free what was leased.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from uuid import UUID

from central.services import Device, Services
from central.stock.cellmap import CellMap
from central.stock.cells import CellWriter
from central.stock.claimrows import ClaimRow, ClaimRows
from central.stock.late_runs import freeze_sold
from central.stock.leaserows import LeaseRows
from central.stock.legmaps import Carried, LegMaps
from central.stock.pictures import Pictures, RunFacts
from central.stock.rules import RuleBook
from central.stock.runs import Issues
from central.stock.settle_places import PlaceSettler
from central.stock.settle_units import UnitSettler
from central.stock.words import (
    Abandoned,
    Refunded,
    Returned,
    RunKey,
    Settled,
    SettleEvent,
    SettleResult,
    Sold,
    SoldRunRef,
)
from central.stock.work import Work, go_as_planned
from central.tx import Tx
from counter_app.domain.reissue import Trouble

OPEN_CLAIM = frozenset({"HELD", "LEASED", "IN_DOUBT"})
_NOTHING = SettleResult(outcome=Settled.NOTHING)
_AGAIN = SettleResult(outcome=Settled.AGAIN)
_DONE = SettleResult(outcome=Settled.DONE)


class Settler:
    """Makes settlements of one central."""

    def __init__(self, services: Services, pictures: Pictures, rules: RuleBook, issues: Issues) -> None:
        self._services = services
        self._pictures = pictures
        self._rules = rules
        self._issues = issues

    def settle(self, tx: Tx, device: Device, events: Sequence[SettleEvent]) -> Settlement:
        """In the order of the events. All their runs are locked; the cells are written when this returns."""
        freeze_sold(tx, self._services, self._rules, self._issues, device, self._untouched(events))
        work = Work(tx, self._pictures)
        work.lock(event.run.key for event in events)
        settlement = Settlement(work, device, self._services, self._issues)
        settlement.read(events)
        settlement.results = [settlement.one(event) for event in events]
        settlement.write()
        go_as_planned(tx)
        return settlement

    def _untouched(self, events: Sequence[SettleEvent]) -> list[SoldRunRef]:
        """Of which this process has no picture: they may be new."""
        return [event.run for event in events if isinstance(event, Sold) and self._pictures.get(event.run.key) is None]


class Settlement:
    """``results`` in the order of the events. ``publish`` is to be of the transaction's last acts."""

    def __init__(self, work: Work, device: Device, services: Services, issues: Issues) -> None:
        self.results: list[SettleResult] = []
        self._work = work
        self._device = device
        self._issues = issues
        self._cells = CellMap(work.tx)
        self._writer = CellWriter(work.tx)
        self._claims = ClaimRows(work.tx, services.clock.now())
        self._leases = LeaseRows(work.tx)
        self._maps = LegMaps(work.tx, services)
        self._places = PlaceSettler(work, device, self._cells, self._leases, self._maps)
        self._units = UnitSettler(work, device.device_id, self._writer, self._leases)

    def publish(self) -> None:
        self._work.publish()

    def committed(self) -> None:
        self._work.committed()

    def failed(self) -> None:
        self._work.failed()

    # ---- reading and writing, once a batch

    def read(self, events: Sequence[SettleEvent]) -> None:
        known = [event for event in events if self._work.known(event.run.key)]
        self._leases.read_device(self._device.device_id, sorted({event.run.key for event in known}))
        self._claims.read((event.run.key, event.claim_id) for event in known if not isinstance(event, Returned))
        places: list[tuple[RunKey, str]] = []
        for event in known:
            key = event.run.key
            if isinstance(event, Sold | Returned):
                places += [(key, place) for place in event.places]
            elif isinstance(event, Refunded) and event.place is not None:
                places.append((key, event.place))
            row = None if isinstance(event, Returned) else self._claims.get(key, event.claim_id)
            if row is not None:
                places += [(key, place) for place in row.places]
        self._cells.read(places)
        older = [event for event in known if self._is_older(event)]
        self._maps.read((event.run.key, event.run.pattern) for event in older)
        for event in older:
            if isinstance(event, Sold) and not self._maps.knows(event.run.key, event.run.pattern):
                self._learn(event)
        self._places.read(known, older)

    def _learn(self, event: Sold) -> None:
        """A run that had been sold nowhere but there when the timetable changed: its old legs are in that timetable."""
        with suppress(LookupError):
            named = self._issues.named(self._work.tx, event.run.issue_id)
            old = None if named is None else named[1].trip(event.run.trip_id)
            if old is not None and old.pattern_version == event.run.pattern:
                self._maps.learn(event.run.key, old, self._work.picture(event.run.key).facts.trip)

    def _is_older(self, event: SettleEvent) -> bool:
        """Its legs are another pattern's than the run has now."""
        return event.run.pattern not in {"", self._work.picture(event.run.key).facts.trip.pattern_version}

    def write(self) -> None:
        self._cells.write(self._writer, self._work)
        self._writer.write()
        self._claims.write_rows()
        self._leases.write(self._work)

    # ---- one event

    def one(self, event: SettleEvent) -> SettleResult:
        if not self._work.known(event.run.key):
            return _unknown_run(event) if isinstance(event, Sold) else _NOTHING
        match event:
            case Sold():
                return self._sold(event)
            case Abandoned():
                return self._abandoned(event)
            case Refunded():
                return self._refunded(event)
            case Returned():
                return self._returned(event)

    def _span_now(self, event: Refunded | Returned) -> tuple[int, int]:
        """Cells that an older timetable counted. Of a pattern that central never had they are taken as they are: only

        what is the device's own is ever freed.
        """
        span = None
        if self._is_older(event):
            span = self._maps.outer(event.run.key, event.run.pattern, event.board, event.alight)
        return (event.board, event.alight) if span is None else span

    def _own_claim(self, key: RunKey, claim_id: UUID) -> ClaimRow | None:
        row = self._claims.get(key, claim_id)
        return row if row is not None and row.device_id == self._device.device_id else None

    # ---- SOLD

    def _sold(self, sold: Sold) -> SettleResult:
        key, event = sold.run.key, sold
        picture = self._work.picture(key)
        facts = picture.facts
        carried: Carried | None = None
        older = self._is_older(sold)
        if older:
            carried = self._maps.carried(key, sold.run.pattern, facts.trip, sold.board, sold.alight)
            if carried is not None:
                event = replace(sold, board=carried.board, alight=carried.alight)
        for place in dict.fromkeys(sold.places):
            self._places.told(sold, place, (event.board, event.alight))
        trouble = "" if carried is None or carried.trouble is None else str(carried.trouble)
        vanished = trouble == Trouble.CALL_VANISHED
        if vanished and event.board == event.alight:
            return self._vanished_whole(event, (sold.board, sold.alight))
        known = () if facts.places is None else tuple(one for one in event.places if one in facts.places.index)
        if carried is not None and facts.places is not None and len(known) < len(event.places):
            trouble = trouble or Trouble.PLACE_VANISHED.value  # C7: a seat that the train has no more
        elif problem := _problem(event, facts, known):
            return SettleResult(
                outcome=Settled.UNKNOWN_RUN,
                changed=older and (carried is None or bool(trouble)),
                without=() if event.places else self._units.has_none(event, event.count),
                detail=problem,
            )
        row = self._own_claim(key, event.claim_id)
        # Where it is not known which legs were meant, only what was the device's own is settled.
        taking = not older or carried is not None
        span = None if carried is None else (event.board, event.alight)
        without: tuple[int, ...] = ()
        if facts.places is None and not taking:
            displaced: tuple[int, ...] = ()
            outcome, without, span = self._units.sold_somehow(event, row)
        elif facts.places is None:
            outcome, displaced = self._units.sold(
                event, row, (sold.board, sold.alight), yield_hold=partial(self._let_yield, key)
            )
        else:
            outcome, displaced = self._places_sold(event, row, known, taking=taking, vanished=vanished)
        if carried is not None:
            for n, place in enumerate(event.places):
                if n not in displaced:
                    self._places.stands(event, place)
        if row is not None and row.state in OPEN_CLAIM:
            self._end_claim(row, "SOLD")
        if vanished and facts.places is not None:  # on the disruption list, whoever has what is left of its way
            outcome, displaced = Settled.DONE, ()
        return SettleResult(
            outcome=outcome,
            displaced=displaced,
            written_off=outcome in {Settled.LATE, Settled.DISPLACED} and self._was_written_off(event, row),
            cancelled=not picture.open,
            changed=older and (carried is None or bool(trouble)),
            trouble=trouble,
            span=span,
            without=without,
        )

    def _vanished_whole(self, event: Sold, told: tuple[int, int]) -> SettleResult:
        """A journey that the run does not make any more: what the device held for it is free."""
        key = event.run.key
        row = self._own_claim(key, event.claim_id)
        if not event.places:
            self._units.give_up(event, row, told)
        if row is not None and row.state in OPEN_CLAIM:
            self._end_claim(row, "SOLD")
        return SettleResult(
            outcome=Settled.DONE,
            cancelled=not self._work.picture(key).open,
            changed=True,
            trouble=Trouble.CALL_VANISHED.value,
            span=(event.board, event.board),
        )

    def _places_sold(
        self, event: Sold, row: ClaimRow | None, known: tuple[str, ...], *, taking: bool, vanished: bool
    ) -> tuple[Settled, tuple[int, ...]]:
        """``known``: the places that there are."""
        mine = row is not None and row.state in OPEN_CLAIM
        found = {
            place: self._places.sold(
                event, place, mine=mine, taking=taking, vanished=vanished, yield_hold=self._let_yield
            )
            for place in dict.fromkeys(known)
        }
        displaced = tuple(n for n, place in enumerate(event.places) if found.get(place) is Settled.DISPLACED)
        outcomes = {Settled.DONE, *found.values()}
        worst = next(one for one in (Settled.DISPLACED, Settled.LATE, Settled.DONE) if one in outcomes)
        return worst, displaced

    def _end_claim(self, row: ClaimRow, state: str) -> None:
        """What is left of its cells becomes free: its journal said what became of it."""
        picture = self._work.picture(row.key)
        for place in row.places:
            for leg in self._cells.legs_of(row.key, place, row.claim_id):
                cell = self._cells.get(row.key, place, leg)
                if cell is not None and cell.state != "SOLD":
                    self._places.leave(row.key, place, leg)
        if row.state == "HELD":
            picture.held.pop(row.claim_id, None)
            self._work.touched(row.key)
        row.state, row.expires_at = state, None

    def _was_written_off(self, event: Sold, row: ClaimRow | None) -> bool:
        if row is not None and row.state == "WRITTEN_OFF":
            return True
        wanted = set(event.places)
        return any(
            lease.state == "WRITTEN_OFF"
            and lease.board < event.alight
            and event.board < lease.alight
            and (bool(wanted.intersection(lease.places)) if wanted else lease.travel_class == event.travel_class)
            for lease in self._leases.of_run(event.run.key, self._device.device_id)
        )

    def _let_yield(self, key: RunKey, claim_id: UUID) -> None:
        """An unpaid hold of anybody is GONE, whole."""
        self._claims.read([(key, claim_id)])
        row = self._claims.get(key, claim_id)
        if row is None or row.state != "HELD":
            return
        picture = self._work.picture(key)
        for place in row.places:
            self._cells.is_gone(key, place, row.board, row.alight, claim_id)
            self._writer.move_place(key, place, row.board, row.alight, claim_id, "HELD", "", row.epoch)
        if not row.places:
            self._writer.move_units(key, row.travel_class, row.board, row.alight, row.count, "HELD", "")
        picture.free(
            board=row.board, alight=row.alight, travel_class=row.travel_class, places=row.places, count=row.count
        )
        picture.held.pop(claim_id, None)
        row.state, row.expires_at = "GONE", None
        self._work.changed(key)

    # ---- the others

    def _abandoned(self, event: Abandoned) -> SettleResult:
        row = self._own_claim(event.run.key, event.claim_id)
        if row is None:
            return _NOTHING
        if row.state not in OPEN_CLAIM:
            return _AGAIN if row.state == "GONE" else _NOTHING
        if not row.places:
            self._units.end(row)
        self._end_claim(row, "GONE")
        return _DONE

    def _refunded(self, event: Refunded) -> SettleResult:
        if event.place is not None:
            return _DONE if self._places.refunded(event) else _NOTHING
        board, alight = self._span_now(event)
        return _DONE if self._units.refunded(replace(event, board=board, alight=alight)) else _NOTHING

    def _returned(self, event: Returned) -> SettleResult:
        lease = self._leases.get(event.run.key, event.lease_id)
        if lease is None or lease.device_id != self._device.device_id:
            return SettleResult(outcome=Settled.NOTHING, detail="lease")
        if lease.holder_epoch != event.holder_epoch:
            return SettleResult(outcome=Settled.NOTHING, detail="holder_epoch")
        if not lease.live:
            return _AGAIN if lease.state == "SETTLED" else SettleResult(outcome=Settled.NOTHING, detail=lease.state)
        span = self._span_now(event)
        if not lease.places:
            back = replace(event, board=span[0], alight=span[1])
            return _DONE if self._units.returned(back, lease) else _AGAIN
        return _DONE if self._places.returned(event, span, lease) else _AGAIN


def _unknown_run(event: Sold) -> SettleResult:
    without = () if event.places else tuple(range(event.count))
    return SettleResult(outcome=Settled.UNKNOWN_RUN, without=without, detail="run")


def _problem(event: Sold, facts: RunFacts, known: Sequence[str]) -> str:
    """Of a sale that no timetable explains."""
    if not 0 <= event.board < event.alight <= facts.legs:
        return "span"
    if (facts.places is None) == bool(event.places) or event.count < 1:
        return "places"
    if facts.places is None and event.travel_class not in facts.whole:
        return "travel_class"
    return "place" if len(known) < len(event.places) and facts.places is not None else ""
