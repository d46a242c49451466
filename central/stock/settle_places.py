"""Settlement of numbered places, cell by cell (rules C2 to C4 and C7 of the design).

A cell that somebody gives up is free only if nobody else has a part of it: of legs that a timetable joined, another
ticket may be for the other half, or the window may be selling it still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from central.services import Device
from central.stock.cellmap import Cell, CellMap
from central.stock.leaserows import LeaseRow, LeaseRows
from central.stock.legmaps import LegMaps
from central.stock.stakes import Stake, Stakes
from central.stock.words import Abandoned, Refunded, Returned, RunKey, Settled, SettleEvent, Sold
from central.stock.work import Work


class PlaceSettler:
    """Part of one settlement: works on its cells and leases."""

    def __init__(self, work: Work, device: Device, cells: CellMap, leases: LeaseRows, maps: LegMaps) -> None:
        self._work = work
        self._device = device
        self._cells = cells
        self._leases = leases
        self._maps = maps
        self._stakes = Stakes(work.tx)
        self._resting: list[LeaseRow] = []

    def read(self, events: Iterable[SettleEvent], older: Sequence[SettleEvent]) -> None:
        """Who else may have a part of what these events give up or sell; after cells and leases are read."""
        keys = {event.run.key for event in older}
        keys |= {row.key for row in self._leases.all() if row.rest is not None and row.live}
        keys |= {
            event.run.key
            for event in events
            if isinstance(event, Abandoned)
            or (isinstance(event, Refunded) and event.place is not None)
            or (isinstance(event, Returned) and event.places)
        }
        if not keys:
            return
        self._leases.read_resting(sorted(keys))
        self._resting = [row for row in self._leases.all() if row.rest is not None and row.live]
        self._maps.read((row.key, row.rest.pattern) for row in self._resting if row.rest is not None)
        self._stakes.read(one for one in self._cells.places() if one[0] in keys)

    # ---- sold

    def sold(
        self,
        event: Sold,
        place: str,
        *,
        mine: bool,
        taking: bool,
        vanished: bool,
        yield_hold: Callable[[RunKey, UUID], None],
    ) -> Settled:
        """``mine``: the claim is this device's, and unsettled. What is SOLD is another ticket's, under whatever claim:

        the intake does not bring the same ticket twice. ``taking``: what is free it gets. ``vanished``: the journey
        cannot be made any more, so nobody is displaced by it, and it shares a leg with whoever has another part.
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
        if blocked and not vanished:  # C4: and what it held of its own is nobody's now
            for leg in own:
                self.leave(key, place, leg)
            return Settled.DISPLACED
        if taking:
            for claim_id in sorted(unpaid):  # C3
                yield_hold(key, claim_id)
            for leg in free:
                self._sell(key, place, leg, event.claim_id)
        for leg in own:
            self._sell(key, place, leg, event.claim_id)
        return Settled.LATE if free else Settled.DONE

    def stands(self, event: Sold, place: str) -> None:
        """Sold by an older timetable: it has its part of these legs, whoever the row is of."""
        if event.board < event.alight:
            stake = Stake(claim_id=event.claim_id, board=event.board, alight=event.alight, epoch=self._device.epoch)
            self._stakes.add(event.run.key, place, stake)

    def told(self, sold: Sold, place: str, span: tuple[int, int]) -> None:
        """The device accounts for these cells. ``span``: of ``sold``, in the legs of now."""
        for lease in self._leases.of_run(sold.run.key, self._device.device_id):
            if lease.live and lease.rest is not None:
                legs = self._legs(lease, sold.run.pattern, (sold.board, sold.alight), span)
                lease.rest.drop(place, legs)

    # ---- given up

    def refunded(self, event: Refunded) -> bool:
        assert event.place is not None
        key, place = event.run.key, event.place
        self._stakes.drop(key, place, event.claim_id)
        freed = False
        # Its cells, wherever a timetable carried them: a leg that was one for a while may be two again.
        for leg in self._cells.legs_of(key, place, event.claim_id):
            cell = self._cells.get(key, place, leg)
            if cell is not None and cell.state == "SOLD":
                self.leave(key, place, leg)
                freed = True
        return freed

    def returned(self, event: Returned, span: tuple[int, int], lease: LeaseRow) -> bool:
        """``span``: of ``event``, in the legs of now."""
        key, found = lease.key, False
        for place in dict.fromkeys(event.places):
            own = self._cells.legs_of(key, place, lease.lease_id)
            if lease.rest is None:
                given = [leg for leg in own if max(span[0], lease.board) <= leg < min(span[1], lease.alight)]
            else:
                legs = self._legs(lease, event.run.pattern, (event.board, event.alight), span)
                found = found or not lease.rest.cells.get(place, set()).isdisjoint(legs)
                lease.rest.drop(place, legs)
                given = [leg for leg in own if not self._is_under(lease, place, leg)]
            for leg in given:
                self.leave(key, place, leg)
                found = True
        return found

    def leave(self, key: RunKey, place: str, leg: int) -> None:
        """Whoever has it gives it up: it is another's, or free."""
        self._leave_lease(key, self._cells.get(key, place, leg))
        stake = self._stakes.next(key, place, leg)
        if stake is not None:
            self._cells.put(key, place, leg, Cell("SOLD", stake.claim_id, stake.epoch))
            return
        lease = next((one for one in self._resting if one.key == key and self._is_under(one, place, leg)), None)
        if lease is None:
            self._cells.put(key, place, leg, None)
        else:
            self._cells.put(key, place, leg, Cell(lease.cell_state, lease.lease_id, lease.holder_epoch))
            lease.left += 1

    # ---- inside

    def _legs(self, lease: LeaseRow, pattern: str, span: tuple[int, int], now: tuple[int, int]) -> Iterable[int]:
        """A span of ``pattern``, which is ``now`` in the legs of now, in the legs of the lease's rest."""
        rest = lease.rest
        assert rest is not None
        if pattern == rest.pattern:
            return range(*span)
        became = self._maps.became(lease.key, rest.pattern, self._pattern(lease.key))
        of_it = {leg for legs in rest.cells.values() for leg in legs}
        return [leg for leg in of_it if any(now[0] <= one < now[1] for one in became(leg))]

    def _is_under(self, lease: LeaseRow, place: str, leg: int) -> bool:
        if lease.rest is None or not lease.live or place not in lease.places:
            return False
        return lease.rest.under(place, leg, self._maps.became(lease.key, lease.rest.pattern, self._pattern(lease.key)))

    def _pattern(self, key: RunKey) -> str:
        return self._work.picture(key).facts.trip.pattern_version

    def _sell(self, key: RunKey, place: str, leg: int, claim_id: UUID) -> None:
        self._leave_lease(key, self._cells.get(key, place, leg))
        self._cells.put(key, place, leg, Cell("SOLD", claim_id, self._device.epoch))

    def _leave_lease(self, key: RunKey, cell: Cell | None) -> None:
        lease = None if cell is None else self._own_lease(key, cell)
        if lease is not None:
            lease.left -= 1

    def _own_lease(self, key: RunKey, cell: Cell) -> LeaseRow | None:
        """The device's lease that the cell is of."""
        if cell.holder is None or cell.state not in {"LEASED", "IN_DOUBT"}:
            return None
        lease = self._leases.get(key, cell.holder)
        return lease if lease is not None and lease.live and lease.device_id == self._device.device_id else None
