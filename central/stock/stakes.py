"""Tickets of journeys that a timetable took away: of a leg that was two, both may be somebody's.

Such a leg has one row, and so one owner. What he gives up is the other's, not free: who paid stands in line for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from central.stock.arrays import dates, ids, texts
from central.stock.words import RunKey
from central.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """``board`` and ``alight`` in the legs of now: every leg that any of those became that were sold."""

    claim_id: UUID
    board: int
    alight: int
    epoch: int


class Stakes:
    """Of some places; tickets in force that were sold by a timetable that their run has not any more."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._found: dict[tuple[RunKey, str], list[Stake]] = {}

    def read(self, wanted: Iterable[tuple[RunKey, str]]) -> None:
        places = sorted(set(wanted))
        if not places:
            return
        for service_date, run_id, place, *rest in self._tx.rows(
            "SELECT t.service_date, t.run_id, t.place, t.claim_id, t.board, t.alight, t.epoch FROM ticket t "
            "JOIN unnest(%s::date[], %s::uuid[], %s::text[]) AS q (service_date, run_id, place) "
            "ON t.service_date = q.service_date AND t.run_id = q.run_id AND t.place = q.place "
            "JOIN leg_map m ON m.service_date = t.service_date AND m.run_id = t.run_id "
            "AND m.pattern_version = t.fact::json ->> 'pattern' WHERE t.state = 'FULFILLED' ORDER BY t.ticket_id",
            (
                dates(key.service_date for key, _ in places),
                ids(key.run_id for key, _ in places),
                texts(place for _, place in places),
            ),
        ):
            claim_id, board, alight, epoch = rest
            stake = Stake(claim_id=claim_id, board=board, alight=alight, epoch=epoch)
            self.add(RunKey(service_date, run_id), place, stake)

    def add(self, key: RunKey, place: str, stake: Stake) -> None:
        self._found.setdefault((key, place), []).append(stake)

    def drop(self, key: RunKey, place: str, claim_id: UUID) -> None:
        """Its ticket is given back."""
        standing = self._found.get((key, place), [])
        self._found[key, place] = [one for one in standing if one.claim_id != claim_id]

    def next(self, key: RunKey, place: str, leg: int) -> Stake | None:
        """Whose the leg is when whoever has it gives it up."""
        return next((one for one in self._found.get((key, place), ()) if one.board <= leg < one.alight), None)
