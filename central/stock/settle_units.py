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
        self._without: dict[tuple[RunKey, UUID], int] = {}  # units sold by claims of this batch and not had
        self._spans: dict[tuple[RunKey, UUID], tuple[int, int]] = {}  # where units sold by claims of this batch are

    def sold(
        self, event: Sold, row: ClaimRow | None, told: tuple[int, int], *, yield_hold: Callable[[UUID], None]
    ) -> tuple[Settled, tuple[int, ...]]:
        """``told``: its span in the legs that it was sold by. The displaced are counted from the last."""
        left, span = event.count, (event.board, event.alight)
        if row is not None and row.state in OPEN:
            self.end(row)  # and takes of it, at once, what was sold
            left -= self._sell(event, span, min(left, row.count))
        left -= self._sell(event, span, self._take_leased(event, told, left))
        if not left:
            return Settled.DONE, ()
        left -= self._take_free(event, left, yield_hold)
        if left:
            return Settled.DISPLACED, self.has_none(event, left)
        return Settled.LATE, ()

    def sold_somehow(self, event: Sold, row: ClaimRow | None) -> tuple[Settled, tuple[int, ...], tuple[int, int]]:
        """It is not known which legs were meant: a claim's units are sold where they are, nothing else is taken.

        Returns those that have none, and the span of the others.
        """
        left, span = event.count, (event.board, event.board)
        if row is not None and row.state in OPEN:
            self.end(row)
            span = (row.board, row.alight)
            left -= self._sell(event, span, min(left, row.count))
        return Settled.LATE if left else Settled.DONE, self.has_none(event, left), span

    def has_none(self, event: Sold, count: int) -> tuple[int, ...]:
        """So many of a sale have no units: nothing is free when they are given back. Returns which, from the last."""
        if count:
            self._without[event.run.key, event.claim_id] = count
        return tuple(range(event.count - count, event.count))

    def give_up(self, event: Sold, row: ClaimRow | None, told: tuple[int, int]) -> None:
        """What this device held for a journey that cannot be made any more: a sale took whole units of its lease."""
        left = event.count
        if row is not None and row.state in OPEN:
            self.end(row)
            left -= row.count
        if left > 0:
            self._take_leased(event, told, left)
        picture = self._work.picture(event.run.key)
        if event.travel_class in picture.facts.whole:  # for when the journey can be made again
            self._make_rows(event.run.key, event.travel_class)

    def end(self, row: ClaimRow) -> None:
        """A claim's units are free."""
        self._writer.move_units(row.key, row.travel_class, row.board, row.alight, row.count, row.state, "")
        self._work.picture(row.key).units[row.travel_class].release(row.count, row.board, row.alight)
        self._work.changed(row.key)

    def refunded(self, event: Refunded) -> bool:
        key, span = event.run.key, self._spans.get((event.run.key, event.claim_id), (event.board, event.alight))
        without = self._without.get((key, event.claim_id), 0)
        if without:  # sold and given back in one batch, and never had
            self._without[key, event.claim_id] = without - 1
            return False
        units = self._work.picture(key).units.get(event.travel_class)
        if units is None or not 0 <= span[0] < span[1] <= units.legs:
            return False
        self._writer.move_units(key, event.travel_class, *span, 1, "SOLD", "")
        units.release(1, *span)
        self._work.changed(key)
        return True

    def returned(self, event: Returned, lease: LeaseRow) -> int:
        """How many of its units came back: never more than there are."""
        count = min(event.count, lease.units)
        if count:
            self._give_up(lease, count)
        return count

    # ---- inside

    def _take_leased(self, event: Sold, told: tuple[int, int], wanted: int) -> int:
        """Of this device's leases, in the order in which the counter takes of them; how many there were."""
        found = 0
        for lease in self._leases.of_run(event.run.key, self._device_id):
            if (
                lease.live
                and not lease.places
                and lease.travel_class == event.travel_class
                and lease.fits(event.run.pattern, told, (event.board, event.alight))
            ):
                taken = min(wanted - found, lease.units)
                if taken > 0:
                    self._give_up(lease, taken)
                    found += taken
        return found

    def _give_up(self, lease: LeaseRow, count: int) -> None:
        """Whole units, over the lease's span, or on legs that the run has not."""
        if lease.rest is not None and lease.rest.units:
            lease.rest.units -= count
            return
        self._writer.move_units(lease.key, lease.travel_class, lease.board, lease.alight, count, lease.cell_state, "")
        self._work.picture(lease.key).units[lease.travel_class].release(count, lease.board, lease.alight)
        lease.left -= count
        self._work.changed(lease.key)

    def _sell(self, event: Sold, span: tuple[int, int], wanted: int) -> int:
        """How many: no more than are free."""
        key, name, claim_id = event.run.key, event.travel_class, event.claim_id
        picture = self._work.picture(key)
        count = min(wanted, picture.units[name].count_free(*span))
        if count <= 0:
            return 0
        self._make_rows(key, name)
        self._spans[key, claim_id] = span
        picture.units[name].take(count, *span)
        self._writer.move_units(key, name, *span, count, "", "SOLD")
        self._work.changed(key)
        return count

    def _make_rows(self, key: RunKey, name: str) -> None:
        picture = self._work.picture(key)
        if name not in picture.unit_rows:
            facts = picture.facts
            self._writer.make_unit_rows(key, name, legs=facts.legs, capacity=facts.capacity)
            picture.unit_rows.add(name)
            self._work.touched(key)

    def _take_free(self, event: Sold, wanted: int, yield_hold: Callable[[UUID], None]) -> int:
        """C3: what is free, then what only unpaid sales hold."""
        name, span = event.travel_class, (event.board, event.alight)
        picture = self._work.picture(event.run.key)
        for held in sorted(picture.held.values(), key=lambda one: (one.expires_at, one.claim_id)):
            if picture.units[name].count_free(*span) >= wanted:
                break
            if held.travel_class == name and held.board < span[1] and span[0] < held.alight:
                yield_hold(held.claim_id)
        return self._sell(event, span, wanted)
