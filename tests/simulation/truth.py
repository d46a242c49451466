"""What really happened in a simulated world, beside what anybody in it believes: every entry that was ever durable on

any disk, who walks about with which ticket, and what may excuse two tickets for one place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from counter_app.domain.journal import Entry, Kind
from tests.simulation.timetable import Lines

Cell = tuple[str, str, int]  # run id, place, piece of the track: legs as no timetable counts them
UNITS: Final = "*"  # of a run without numbered places


class Broken(AssertionError):  # noqa: N818
    """An invariant does not hold."""


@dataclass(slots=True)
class Ticket:
    ticket_id: str
    number: str
    device: UUID
    epoch: int
    seq: int
    window: str
    cells: frozenset[Cell]
    travel_class: str
    price_minor: int
    refunds: list[str] = field(default_factory=list)  # hashes of the entries

    @property
    def live(self) -> bool:
        return not self.refunds


@dataclass(slots=True)
class Written:
    """One entry as some copy of a device has it on its disk."""

    device: UUID
    epoch: int
    seq: int
    hash: bytes
    kind: Kind
    body: dict[str, Any]


@dataclass(slots=True)
class Truth:
    unit_capacity: int
    lines: Lines
    entries: dict[tuple[UUID, bytes], Written] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    owners: dict[Cell, set[str]] = field(default_factory=lambda: defaultdict(set))
    excused: dict[Cell, str] = field(default_factory=dict)
    excused_runs: dict[str, str] = field(default_factory=dict)  # of units: which run, why
    copied: dict[UUID, set[Cell]] = field(default_factory=dict)  # devices that were cloned or put back: what they held
    written_off: set[UUID] = field(default_factory=set)  # devices of which two people wrote off what they held
    central_restored: bool = False  # it forgot locks, too
    doubles: dict[Cell, str] = field(default_factory=dict)  # two owners, and the excuse
    twins: int = 0  # ticket numbers given twice by copies of one device
    sales: int = 0
    refunds: int = 0
    exchanges: int = 0
    gave_up: dict[UUID, set[Cell]] = field(default_factory=dict)  # what a copied device returned, of all its copies
    # What a world looks at besides, at the moment of the commit: by whom, ticket or claim.
    refunded: Callable[[UUID, Ticket], None] = lambda device, ticket: None
    sold: Callable[[UUID, dict[str, Any]], None] = lambda device, body: None

    # ---- what counters write

    def read(
        self, device: UUID, window: str, entries: Iterable[Entry], granted: Callable[[UUID], str] = lambda _: ""
    ) -> None:
        """New durable entries of one copy of a device, in order. ``granted``: under which pattern a lease was.

        They are whole commits: of an exchange both halves are among them, or neither.
        """
        taken_in: dict[str, str] = {}  # refund -> order of the sale that must follow
        for entry in entries:
            key = (device, entry.hash)
            if key in self.entries:
                continue
            assert sha256(entry.raw).digest() == entry.hash
            body: dict[str, Any] = entry.body
            self.entries[key] = Written(device, entry.epoch, entry.seq, entry.hash, entry.kind, body)
            if "exchange" in body:
                self._exchanged(entry, body, taken_in)
            if entry.kind is Kind.SOLD:
                self._sold(device, window, entry, body)
                self.sold(device, body)
            elif entry.kind is Kind.REFUNDED:
                self._refunded(device, entry, body)
            elif entry.kind is Kind.LEASE_TAKEN and device in self.copied:
                pattern = granted(UUID(body["lease_id"]))
                self.copied[device] |= lease_cells({**body, "pattern": pattern}, self.lines)
            elif entry.kind is Kind.LEASE_RETURNED and device in self.copied:
                self.gave_up[device] |= lease_cells(body, self.lines)

        if taken_in:
            raise Broken(f"{window}: taken back in exchange, and nothing was sold for it: {taken_in}")

    def _exchanged(self, entry: Entry, body: dict[str, Any], taken_in: dict[str, str]) -> None:
        said = body["exchange"]
        if entry.kind is Kind.REFUNDED:
            taken_in[body["refund_id"]] = said["order_id"]
        elif taken_in.pop(said["refund_id"], None) != body["order_id"]:
            raise Broken(f"order {body['order_id']} was sold in exchange, and nothing was taken back for it")
        else:
            self.exchanges += 1

    def _sold(self, device: UUID, window: str, entry: Entry, body: dict[str, Any]) -> None:
        run = body["run"]
        ends = self.lines.ends(run["pattern"], run["board"], run["alight"])
        for one in body["tickets"]:
            place = one["place"] or f"{UNITS}{body['travel_class']}"
            cells = frozenset((run["run_id"], place, leg) for leg in range(*ends))
            ticket = Ticket(
                one["ticket_id"], one["number"], device, entry.epoch, entry.seq, window, cells, body["travel_class"],
                one["price_minor"],
            )  # fmt: skip
            if ticket.ticket_id in self.tickets:
                raise Broken(f"ticket {ticket.ticket_id} sold by two entries")
            self.tickets[ticket.ticket_id] = ticket
            self.sales += 1
            self._number(ticket)
            for cell in cells:
                self.owners[cell].add(ticket.ticket_id)
                self._owners(cell)

    def _number(self, ticket: Ticket) -> None:
        other = self.numbers.setdefault(ticket.number, ticket.ticket_id)
        if other == ticket.ticket_id:
            return
        if ticket.device in self.copied and self.tickets[other].device == ticket.device:
            self.twins += 1
            return
        raise Broken(f"number {ticket.number} is on tickets {other} and {ticket.ticket_id}")

    def _owners(self, cell: Cell) -> None:
        owners = [self.tickets[one] for one in self.owners[cell]]
        if cell[1].startswith(UNITS):
            if len(owners) > self.unit_capacity and cell[0] not in self.excused_runs:
                raise Broken(f"{len(owners)} tickets for {self.unit_capacity} units of {cell}")
            return
        if len(owners) < 2:
            return
        excuse = self.excused.get(cell) or self._copies(cell, owners)
        if not excuse:
            told = "; ".join(f"{one.number} of {one.window} entry {one.epoch}/{one.seq}" for one in owners)
            raise Broken(f"two owners of {cell}: {told}")
        self.doubles[cell] = excuse

    def _copies(self, cell: Cell, owners: Sequence[Ticket]) -> str:
        """Only of what the device held when it was copied, or was leased to it until that was found out; for another

        device's passenger only what one of the copies gave back.
        """
        for one in owners:
            if one.device in self.copied and cell in self.copied[one.device]:
                if len({other.device for other in owners}) == 1:
                    return f"copies of {one.window}"
                if cell in self.gave_up[one.device]:
                    return f"given back by a copy of {one.window}"
        return ""

    def _refunded(self, device: UUID, entry: Entry, body: dict[str, Any]) -> None:
        ticket = self.tickets.get(body["ticket_id"])
        if ticket is None:
            raise Broken(f"refund of a ticket that was never sold: {body['ticket_id']}")
        self.refunds += 1
        self.refunded(device, ticket)
        if device in self.copied:
            self.gave_up[device] |= ticket.cells
        if ticket.refunds and ticket.device not in self.copied and not self.central_restored:
            raise Broken(f"{ticket.number} refunded twice")
        ticket.refunds.append(entry.hash.hex())
        for cell in ticket.cells:
            self.owners[cell].discard(ticket.ticket_id)

    # ---- what excuses

    def excuse(self, cells: Iterable[Cell], why: str) -> None:
        for cell in cells:
            self.excused.setdefault(cell, why)
            if cell[1].startswith(UNITS):
                self.excused_runs.setdefault(cell[0], why)

    def was_copied(self, device: UUID, held: Iterable[Cell], tendered: Iterable[Cell] = ()) -> None:
        """From now on there are, or were, two histories of it. ``tendered``: cells that any of them may abandon.

        One of them may have given back already what the other one, as it was when the copy was made, still has.
        """
        cells = self.copied.setdefault(device, set())
        cells |= set(held)
        self.gave_up.setdefault(device, set()).update(tendered, self._given_back(device))
        for run, place, _ in cells:
            if place.startswith(UNITS):
                self.excused_runs.setdefault(run, "copied device")

    def _given_back(self, device: UUID) -> Iterator[Cell]:
        for one in self.entries.values():
            if one.device == device and one.kind is Kind.LEASE_RETURNED:
                yield from lease_cells(one.body, self.lines)
            elif one.device == device and one.kind is Kind.REFUNDED:
                yield from self.tickets[one.body["ticket_id"]].cells


def lease_cells(body: dict[str, Any], lines: Lines) -> set[Cell]:
    """Of LEASE_TAKEN's or LEASE_RETURNED's body, with the pattern."""
    places = body["places"] or [f"{UNITS}{body['travel_class']}"]
    legs = lines.pieces(body["pattern"], body["board"], body["alight"])
    return {(body["run_id"], place, leg) for place in places for leg in legs}
