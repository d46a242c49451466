"""Settlement of units: standing and unreserved. A sale takes whole units of its lease, as the counter reckons them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from central.stock.cells import CellWriter
from central.stock.claimrows import ClaimRow
from central.stock.leaserows import LeaseRow, LeaseRows
from central.stock.words import Refunded, Returned, RunKey, Settled, Sold
from central.stock.work import Work

OPEN: Final = frozenset({"HELD", "LEASED", "IN_DOUBT"})


class UnitSettler:
    """Works on the runs' pictures and tells the writer; part of one settlement."""

    def __init__(self, work: Work, device_id: UUID, writer: CellWriter, leases: LeaseRows) -> None:
        self._work = work
        self._device_id = device_id
        self._writer = writer
        self._leases = leases
        self._displaced: dict[tuple[RunKey, UUID], int] = {}  # units sold by claims of this batch and not had

    def sold(
        self, event: Sold, row: ClaimRow | None, *, keep_others: bool, yield_hold: Callable[[UUID], None]
    ) -> tuple[Settled, tuple[int, ...]]:
        """The displaced are counted from the last. ``keep_others``: nothing is taken but what was this device's."""
        key, name, span = event.run.key, event.travel_class, (event.board, event.alight)
        left = event.count
        if row is not None and row.state in OPEN:
            self.end(row)  # and takes of it, at once, what was sold
            taken = min(left, row.count)
            self._sell(key, name, span, taken)
            left -= taken
        for lease in self._leases.of_run(key, self._device_id):
            if lease.live and lease.travel_class == name and lease.board <= span[0] and span[1] <= lease.alight:
                taken = min(left, lease.left)
                if taken:
                    self._give_up(lease, taken)
                    self._sell(key, name, span, taken)
                    left -= taken
        if not left:
            return Settled.DONE, ()
        if keep_others:
            return Settled.LATE, ()
        late = self._take_free(key, name, span, left, yield_hold)
        left -= late
        if left:
            self._displaced[key, event.claim_id] = left
            return Settled.DISPLACED, tuple(range(event.count - left, event.count))
        return Settled.LATE, ()

    def give_up(self, event: Sold, row: ClaimRow | None) -> None:
        """What this device held for a journey that cannot be made any more: a sale took whole units of its lease."""
        left = event.count
        if row is not None and row.state in OPEN:
            self.end(row)
            left -= row.count
        for lease in self._leases.of_run(event.run.key, self._device_id):
            touches = lease.board <= event.alight and event.board <= lease.alight
            if left > 0 and lease.live and lease.travel_class == event.travel_class and touches:
                taken = min(left, lease.left)
                self._give_up(lease, taken)
                left -= taken

    def end(self, row: ClaimRow) -> None:
        """A claim's units are free."""
        self._writer.move_units(row.key, row.travel_class, row.board, row.alight, row.count, row.state, "")
        self._work.picture(row.key).units[row.travel_class].release(row.count, row.board, row.alight)
        self._work.changed(row.key)

    def refunded(self, event: Refunded) -> bool:
        key = event.run.key
        waiting = self._displaced.get((key, event.claim_id), 0)
        if waiting:  # sold and given back in one batch, and never had
            self._displaced[key, event.claim_id] = waiting - 1
            return False
        units = self._work.picture(key).units.get(event.travel_class)
        if units is None or not 0 <= event.board < event.alight <= units.legs:
            return False
        self._writer.move_units(key, event.travel_class, event.board, event.alight, 1, "SOLD", "")
        units.release(1, event.board, event.alight)
        self._work.changed(key)
        return True

    def returned(self, event: Returned, lease: LeaseRow) -> int:
        """How many of its units came back: never more than there are."""
        count = min(event.count, lease.left)
        if count:
            self._give_up(lease, count)
        return count

    # ---- inside

    def _give_up(self, lease: LeaseRow, count: int) -> None:
        """Whole units, over the lease's span."""
        self._writer.move_units(lease.key, lease.travel_class, lease.board, lease.alight, count, lease.cell_state, "")
        self._work.picture(lease.key).units[lease.travel_class].release(count, lease.board, lease.alight)
        lease.left -= count
        self._work.changed(lease.key)

    def _sell(self, key: RunKey, name: str, span: tuple[int, int], count: int) -> None:
        picture = self._work.picture(key)
        if name not in picture.unit_rows:
            facts = picture.facts
            self._writer.make_unit_rows(key, name, legs=facts.legs, capacity=facts.capacity)
            picture.unit_rows.add(name)
        picture.units[name].take(count, *span)
        self._writer.move_units(key, name, *span, count, "", "SOLD")
        self._work.changed(key)

    def _take_free(
        self, key: RunKey, name: str, span: tuple[int, int], wanted: int, yield_hold: Callable[[UUID], None]
    ) -> int:
        """C3: what is free, then what only unpaid sales hold."""
        picture = self._work.picture(key)
        for held in sorted(picture.held.values(), key=lambda one: (one.expires_at, one.claim_id)):
            if picture.units[name].count_free(*span) >= wanted:
                break
            if held.travel_class == name and held.board < span[1] and span[0] < held.alight:
                yield_hold(held.claim_id)
        taken = min(wanted, picture.units[name].count_free(*span))
        if taken:
            self._sell(key, name, span, taken)
        return taken
