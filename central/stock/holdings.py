"""Who has anything of a run when a new timetable carries it over, and the way that it goes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from central.stock import arrays
from central.stock.legmaps import Carried, carried, outer
from central.stock.rests import Rest, rest_of
from central.stock.words import RunKey
from central.tx import Tx
from counter_app.domain.reissue import map_calls
from counter_app.domain.timetable import Trip

FIRM: Final = frozenset({"LEASED", "IN_DOUBT"})  # claims on which money is, or may have been, taken
LIVE: Final = frozenset({"ACTIVE", "IN_DOUBT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    ticket_id: UUID
    claim_id: UUID
    device_id: UUID
    epoch: int
    seq: int
    state: str
    place: str | None
    travel_class: str
    board: int
    alight: int
    sold: tuple[str, int, int]  # pattern version and span that it was sold by; an empty one: nobody wrote it down


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    claim_id: UUID
    board: int
    alight: int
    travel_class: str
    places: tuple[str, ...]
    count: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    lease_id: UUID
    device_id: UUID | None
    board: int
    alight: int
    travel_class: str
    places: tuple[str, ...]
    left: int
    state: str
    granted: Grant
    rest: Rest | None = None  # of a live one, before it is carried

    @property
    def units(self) -> int:
        """Of units: whole ones that are left, be it on legs that the run has not."""
        return self.left + (0 if self.rest is None else self.rest.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What was signed; of a pool, which nobody sells from, nothing was (``pattern`` is empty)."""

    pattern: str
    board: int
    alight: int
    places: tuple[str, ...]
    epoch: int


@dataclass(slots=True, kw_only=True)
class Holdings:
    """Who has anything of a run, or had."""

    tickets: list[Ticket] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One run's way. ``places``: of the new formation; None: nothing is numbered, in the old one neither."""

    key: RunKey
    old: Trip
    old_hash: str
    new: Trip
    calls: tuple[int | None, ...]
    older: Mapping[str, Trip]  # patterns that it was sold under before ``old``
    places: frozenset[str] | None
    holdings: Holdings
    same_places: bool
    pattern: str  # hashes under which the new ones are frozen
    formation: str | None
    issue: str
    maps: dict[tuple[str, str], tuple[int | None, ...] | None] = field(default_factory=dict, compare=False)  # made once

    @property
    def same_legs(self) -> bool:
        return self.calls == tuple(range(len(self.new.calls)))

    def carried(self, board: int, alight: int) -> Carried:
        return carried(self.calls, self.old, self.new, board, alight)

    def became(self, version: str) -> tuple[int | None, ...] | None:
        """By call of a pattern that it was ever sold under, the same call now; None: it was not."""
        if version == self.old.pattern_version:
            return self.calls
        return self._mapped(version, self.new)

    def was(self, version: str) -> tuple[int | None, ...] | None:
        """The same, in the pattern that the run has until now."""
        return self._mapped(version, self.old)

    def _mapped(self, version: str, to: Trip) -> tuple[int | None, ...] | None:
        at = (version, to.pattern_version)
        if at not in self.maps:
            trips = {**self.older, self.old.pattern_version: self.old, self.new.pattern_version: self.new}
            known = trips.get(version)
            self.maps[at] = None if known is None else map_calls(known.calls, to.calls)
        return self.maps[at]

    def ticket_now(self, ticket: Ticket) -> tuple[int, int] | None:
        """Every leg that any of those became that it was sold for; None: that is not known."""
        version, board, alight = ticket.sold
        calls = self.became(version) if version else None
        return outer(calls, board, alight) if calls is not None and 0 <= board < alight < len(calls) else None

    def unit_now(self, ticket: Ticket) -> tuple[int, int]:
        """Of a ticket for a unit: the legs that it is counted on; (n, n): none."""
        span = self.ticket_now(ticket)
        if span is None and ticket.alight < len(self.calls):
            span = outer(self.calls, ticket.board, ticket.alight) if ticket.board < ticket.alight else None
        return (0, 0) if span is None else span

    def is_stranded(self, ticket: Ticket) -> bool:
        """A timetable before this one took its journey away, and central heard of it only then."""
        version, board, alight = ticket.sold
        calls = self.was(version) if version else None
        if calls is None or not 0 <= board < alight < len(calls):
            return False
        return calls[board] is None or calls[alight] is None


def read_holdings(tx: Tx, keys: Sequence[RunKey]) -> dict[RunKey, Holdings]:
    """In three statements, whatever the number of runs."""
    found = {key: Holdings() for key in keys}
    where = arrays.dates(key.service_date for key in keys), arrays.ids(key.run_id for key in keys)
    for service_date, run_id, *rest in tx.rows(
        "SELECT t.service_date, t.run_id, t.ticket_id, t.claim_id, t.device_id, t.epoch, t.seq, t.state, t.place, "
        "t.travel_class, t.board, t.alight, t.fact FROM ticket t "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON t.service_date = q.service_date AND t.run_id = q.run_id ORDER BY t.ticket_id",
        where,
    ):
        ticket_id, claim_id, device_id, epoch, seq, state, place, name, board, alight, fact = rest
        found[RunKey(service_date, run_id)].tickets.append(
            Ticket(
                ticket_id=ticket_id,
                claim_id=claim_id,
                device_id=device_id,
                epoch=epoch,
                seq=seq,
                state=state,
                place=place,
                travel_class=name,
                board=board,
                alight=alight,
                sold=_sold_by(fact),
            )
        )
    for service_date, run_id, claim_id, board, alight, name, places, count, state in tx.rows(
        "SELECT c.service_date, c.run_id, c.claim_id, c.board, c.alight, c.travel_class, c.places, c.count, c.state "
        "FROM claim c JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON c.service_date = q.service_date AND c.run_id = q.run_id ORDER BY c.claim_id",
        where,
    ):
        found[RunKey(service_date, run_id)].claims.append(
            Claim(
                claim_id=claim_id,
                board=board,
                alight=alight,
                travel_class=name,
                places=tuple(places),
                count=count,
                state=state,
            )
        )
    for service_date, run_id, lease_id, device_id, board, alight, name, places, left, state, body, unsettled in tx.rows(
        "SELECT l.service_date, l.run_id, l.lease_id, l.device_id, l.board, l.alight, l.travel_class, l.places, "
        "l.left_count, l.state, l.grant_body, l.rest FROM lease l "
        "JOIN unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "
        "ON l.service_date = q.service_date AND l.run_id = q.run_id ORDER BY l.granted_at, l.lease_id",
        where,
    ):
        found[RunKey(service_date, run_id)].leases.append(
            Lease(
                lease_id=lease_id,
                device_id=device_id,
                board=board,
                alight=alight,
                travel_class=name,
                places=tuple(places),
                left=left,
                state=state,
                granted=_signed(body),
                rest=rest_of(unsettled),
            )
        )
    return found


def _sold_by(fact: str) -> tuple[str, int, int]:
    said: dict[str, Any] = json.loads(fact)
    return (said["pattern"], said["board"], said["alight"]) if "board" in said else ("", 0, 0)


def _signed(body: str) -> Grant:
    said: dict[str, Any] = json.loads(body) if body else {}
    return Grant(
        pattern=said.get("pattern", ""),
        board=said.get("board", 0),
        alight=said.get("alight", 0),
        places=tuple(said.get("places", ())),
        epoch=said.get("holder_epoch", 0),
    )
