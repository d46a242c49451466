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
from typing import TypeVar
from uuid import UUID

from central.services import Device, Services
from central.stock.cellmap import Cell, CellMap
from central.stock.cells import CellWriter
from central.stock.claimrows import ClaimRow, ClaimRows
from central.stock.late_runs import freeze_sold
from central.stock.leaserows import LeaseRow, LeaseRows
from central.stock.legmaps import Carried, LegMaps
from central.stock.pictures import Pictures
from central.stock.rules import RuleBook
from central.stock.runs import Issues
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
L = TypeVar("L", Refunded, Returned)
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
        self._vanished: set[tuple[RunKey, UUID]] = set()  # units sold of which there is nothing to give back
        self._units = UnitSettler(work, self._writer, self._leases)

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
            return SettleResult(outcome=Settled.UNKNOWN_RUN, detail="run") if isinstance(event, Sold) else _NOTHING
        match event:
            case Sold():
                return self._sold(event)
            case Abandoned():
                return self._abandoned(event)
            case Refunded():
                return self._refunded(self._in_our_legs(event))
            case Returned():
                return self._returned(self._in_our_legs(event))

    def _in_our_legs(self, event: L) -> L:
        """Cells that an older timetable counted. Of a pattern that central never had they are taken as they are: only

        what is the device's own is ever freed.
        """
        if self._is_older(event):
            span = self._maps.outer(event.run.key, event.run.pattern, event.board, event.alight)
            if span is not None:
                return replace(event, board=span[0], alight=span[1])
        return event

    def _own_claim(self, key: RunKey, claim_id: UUID) -> ClaimRow | None:
        row = self._claims.get(key, claim_id)
        return row if row is not None and row.device_id == self._device.device_id else None

    # ---- SOLD

    def _sold(self, event: Sold) -> SettleResult:
        key = event.run.key
        picture = self._work.picture(key)
        facts = picture.facts
        carried: Carried | None = None
        older = self._is_older(event)
        if older:
            carried = self._maps.carried(key, event.run.pattern, facts.trip, event.board, event.alight)
            if carried is not None:
                event = replace(event, board=carried.board, alight=carried.alight)
        vanished = carried is not None and carried.trouble is Trouble.CALL_VANISHED
        # C7. Only what was the device's own is settled where it is not known which legs were meant.
        keep_others = older and (carried is None or vanished)
        changed = older and (carried is None or carried.trouble is not None)
        if vanished and (facts.places is None or event.board == event.alight):
            return self._vanished_whole(event)
        problem = ""
        if not 0 <= event.board < event.alight <= facts.legs:
            problem = "span"
        elif (facts.places is None) == bool(event.places) or event.count < 1:
            problem = "places"
        elif facts.places is None and event.travel_class not in facts.whole:
            problem = "travel_class"
        elif facts.places is not None and any(place not in facts.places.index for place in event.places):
            problem = "place"
        if problem:
            return SettleResult(outcome=Settled.UNKNOWN_RUN, changed=changed, detail=problem)
        row = self._own_claim(key, event.claim_id)
        if facts.places is None:
            outcome, displaced = self._units.sold(
                event, row, keep_others=keep_others, yield_hold=partial(self._let_yield, key)
            )
        else:
            outcome, displaced = self._places_sold(event, row, keep_others=keep_others)
        if row is not None and row.state in OPEN_CLAIM:
            self._end_claim(row, "SOLD")
        if vanished:  # it is on the disruption list, whoever has what is left of its way
            outcome, displaced = Settled.DONE, ()
        return SettleResult(
            outcome=outcome,
            displaced=displaced,
            written_off=outcome in {Settled.LATE, Settled.DISPLACED} and self._was_written_off(event, row),
            cancelled=not picture.open,
            changed=changed,
            trouble=str(carried.trouble) if carried is not None and carried.trouble is not None else "",
            span=None if carried is None else (event.board, event.alight),
        )

    def _vanished_whole(self, event: Sold) -> SettleResult:
        """A journey that the run does not make any more: what the device held for it is free."""
        key = event.run.key
        row = self._own_claim(key, event.claim_id)
        if not event.places:
            self._units.give_up(event, row)
            self._vanished.add((key, event.claim_id))
        if row is not None and row.state in OPEN_CLAIM:
            self._end_claim(row, "SOLD")
        return SettleResult(
            outcome=Settled.DONE,
            cancelled=not self._work.picture(key).open,
            changed=True,
            trouble=Trouble.CALL_VANISHED.value,
            span=(event.board, event.board),
        )

    def _places_sold(self, event: Sold, row: ClaimRow | None, *, keep_others: bool) -> tuple[Settled, tuple[int, ...]]:
        mine = row is not None and row.state in OPEN_CLAIM
        found = {
            place: self._place_sold(event, place, mine=mine, keep_others=keep_others)
            for place in dict.fromkeys(event.places)
        }
        displaced = tuple(n for n, place in enumerate(event.places) if found[place] is Settled.DISPLACED)
        outcomes = set(found.values())
        worst = next(one for one in (Settled.DISPLACED, Settled.LATE, Settled.DONE) if one in outcomes)
        return worst, displaced

    def _place_sold(self, event: Sold, place: str, *, mine: bool, keep_others: bool) -> Settled:
        """``mine``: the claim is this device's, and unsettled. What is SOLD is another ticket's, under whatever claim:

        the intake does not bring the same ticket twice.
        """
        key = event.run.key
        own: list[int] = []
        free: list[int] = []
        unpaid: set[UUID] = set()
        blocked = False
        cells = self._cells.at(key, place)
        for leg in range(event.board, event.alight):
            cell = cells.get(leg)
            if cell is None:
                free.append(leg)
            elif (mine and cell.holder == event.claim_id and cell.state != "SOLD") or self._own_lease(key, cell):
                own.append(leg)
            elif cell.state == "HELD" and cell.holder is not None:
                unpaid.add(cell.holder)
                free.append(leg)
            else:
                blocked = True
        if blocked:  # C4: and what it held of its own is nobody's now
            for leg in own:
                self._free(key, place, leg)
            return Settled.DISPLACED
        if not keep_others:
            for claim_id in sorted(unpaid):  # C3
                self._let_yield(key, claim_id)
            for leg in free:
                self._sell(key, place, leg, event.claim_id)
        for leg in own:
            self._sell(key, place, leg, event.claim_id)
        return Settled.LATE if free else Settled.DONE

    def _sell(self, key: RunKey, place: str, leg: int, claim_id: UUID) -> None:
        self._leave_lease(key, self._cells.get(key, place, leg))
        self._cells.put(key, place, leg, Cell("SOLD", claim_id, self._device.epoch))

    def _free(self, key: RunKey, place: str, leg: int) -> None:
        self._leave_lease(key, self._cells.get(key, place, leg))
        self._cells.put(key, place, leg, None)

    def _leave_lease(self, key: RunKey, cell: Cell | None) -> None:
        lease = None if cell is None else self._own_lease(key, cell)
        if lease is not None:
            lease.left -= 1

    def _own_lease(self, key: RunKey, cell: Cell) -> LeaseRow | None:
        """The device's lease that the cell is of."""
        if cell.holder is None or cell.state not in {"LEASED", "IN_DOUBT"}:
            return None
        lease = self._leases.get(key, cell.holder)
        return lease if lease is not None and lease.live else None

    def _end_claim(self, row: ClaimRow, state: str) -> None:
        """What is left of its cells becomes free: its journal said what became of it."""
        picture = self._work.picture(row.key)
        for place in row.places:
            for leg in self._cells.legs_of(row.key, place, row.claim_id):
                cell = self._cells.get(row.key, place, leg)
                if cell is not None and cell.state != "SOLD":
                    self._cells.put(row.key, place, leg, None)
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
            for lease in self._leases.of_run(event.run.key)
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
        key = event.run.key
        if event.place is None:
            if (key, event.claim_id) in self._vanished:
                return _NOTHING
            return _DONE if self._units.refunded(event) else _NOTHING
        freed = 0
        # Its cells, wherever a timetable carried them: a leg that was one for a while may be two again.
        for leg in self._cells.legs_of(key, event.place, event.claim_id):
            cell = self._cells.get(key, event.place, leg)
            if cell is not None and cell.state == "SOLD":
                self._cells.put(key, event.place, leg, None)
                freed += 1
        return _DONE if freed else _NOTHING

    def _returned(self, event: Returned) -> SettleResult:
        key = event.run.key
        lease = self._leases.get(key, event.lease_id)
        if lease is None:
            return SettleResult(outcome=Settled.NOTHING, detail="lease")
        if lease.holder_epoch != event.holder_epoch:
            return SettleResult(outcome=Settled.NOTHING, detail="holder_epoch")
        if not lease.live:
            return _AGAIN if lease.state == "SETTLED" else SettleResult(outcome=Settled.NOTHING, detail=lease.state)
        if not lease.places:
            return _DONE if self._units.returned(event, lease) else _AGAIN
        freed = 0
        for place in dict.fromkeys(event.places):
            for leg in range(max(event.board, lease.board), min(event.alight, lease.alight)):
                cell = self._cells.get(key, place, leg)
                if cell is not None and cell.holder == lease.lease_id:
                    self._free(key, place, leg)
                    freed += 1
        return _DONE if freed else _AGAIN
