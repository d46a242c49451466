"""After a drain: what a counter's journal says, held against what central has, from the counter's side.

``central verify`` looks at central alone; here nothing may be missing that the counter wrote, and nothing be there that
it did not write. Every entry is compared by its bytes; tickets, money and places are added up anew from the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from central.tx import Connection
from counter_app.domain.journal import Entry, Kind

PAGE: Final = 2_000
FINDINGS_MAX: Final = 50
_Cell = tuple[str, str, str, int]  # service date, run, place or class, leg


@dataclass(slots=True)
class Books:
    """What the journal adds up to. ``prices``: by ticket number."""

    entries: int = 0
    last: int = 0
    prices: dict[str, int] = field(default_factory=dict)
    cash_minor: int = 0
    places: set[_Cell] = field(default_factory=set)
    units: Counter[_Cell] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        if len(self.found) < FINDINGS_MAX:
            self.found.append(what)


def compare(entries: Iterable[Entry], device_id: UUID, connection: Connection) -> Books:
    """``found`` is empty where central has exactly what was written. ``entries``: the whole journal, in order."""
    books = Books()
    page: list[Entry] = []
    for entry in entries:
        _add(books, entry)
        page.append(entry)
        if len(page) == PAGE:
            _entries(books, page, device_id, connection)
            page.clear()
    _entries(books, page, device_id, connection)
    _numbers(books, device_id, connection)
    _tickets(books, connection)
    _money(books, connection)
    _cells(books, connection)
    return books


def _add(books: Books, entry: Entry) -> None:
    if entry.seq != books.last + 1:
        books.note(f"the journal itself: {entry.seq} follows {books.last}")
    books.last = entry.seq
    books.entries += 1
    if entry.kind is not Kind.SOLD:
        return
    body: Any = entry.body
    run = body["run"]
    books.cash_minor += body["total_minor"]
    for ticket in body["tickets"]:
        if ticket["number"] in books.prices:
            books.note(f"the journal itself: {ticket['number']} twice")
        books.prices[ticket["number"]] = ticket["price_minor"]
        for leg in range(run["board"], run["alight"]):
            if ticket["place"]:
                books.places.add((run["service_date"], run["run_id"], ticket["place"], leg))
            else:
                books.units[run["service_date"], run["run_id"], body["travel_class"], leg] += 1


def _entries(books: Books, page: list[Entry], device_id: UUID, connection: Connection) -> None:
    if not page:
        return
    there = {
        (epoch, seq): (bytes(raw), bytes(digest))
        for epoch, seq, raw, digest in connection.execute(
            "SELECT epoch, seq, raw, hash FROM entry WHERE device_id = %s AND seq BETWEEN %s AND %s",
            (device_id, page[0].seq, page[-1].seq),
        )
    }
    for entry in page:
        got = there.pop((entry.epoch, entry.seq), None)
        if got is None:
            books.note(f"entry {entry.epoch}/{entry.seq} is not there")
        elif got != (entry.raw, entry.hash):
            books.note(f"entry {entry.epoch}/{entry.seq} is another one there")
    for epoch, seq in there:
        books.note(f"entry {epoch}/{seq} is there, and was not written")


def _numbers(books: Books, device_id: UUID, connection: Connection) -> None:
    ((count, last),) = connection.execute(
        "SELECT count(*), max(seq) FROM entry WHERE device_id = %s", (device_id,)
    ).fetchall()
    if (count, last) != (books.entries, books.last):
        books.note(f"{books.entries} entries up to {books.last} were written, {count} up to {last} are there")
    strays = connection.execute("SELECT seq, reason FROM stray LIMIT 10").fetchall()
    verdicts = connection.execute("SELECT reason, count(*) FROM verdict GROUP BY reason").fetchall()
    for what in (*strays, *verdicts):
        books.note(f"not simply accepted: {what}")


def _tickets(books: Books, connection: Connection) -> None:
    there = Counter[str]()
    for number, price in connection.execute("SELECT number, price_minor FROM ticket"):
        there[number] += 1
        if there[number] > 1:
            books.note(f"ticket {number} is there {there[number]} times")
        if books.prices.get(number) != price:
            books.note(f"ticket {number}: sold at {books.prices.get(number)}, there at {price}")
    for number in sorted(books.prices.keys() - there.keys())[:FINDINGS_MAX]:
        books.note(f"ticket {number} is not there")


def _money(books: Books, connection: Connection) -> None:
    ((paid,),) = connection.execute(
        "SELECT coalesce(sum(amount_minor), 0) FROM money WHERE kind = %s", (Kind.SOLD.value,)
    ).fetchall()
    if paid != books.cash_minor:
        books.note(f"{books.cash_minor} were taken, {paid} are there")


def _cells(books: Books, connection: Connection) -> None:
    places = {
        (f"{day:%Y-%m-%d}", str(run), place, leg)
        for day, run, place, leg in connection.execute(
            "SELECT service_date, run_id, place, leg FROM place_leg WHERE state = 'SOLD'"
        )
    }
    units = {
        (f"{day:%Y-%m-%d}", str(run), travel_class, leg): sold
        for day, run, travel_class, leg, sold in connection.execute(
            "SELECT service_date, run_id, travel_class, leg, sold FROM capacity_leg WHERE sold > 0"
        )
    }
    for cell in sorted(books.places ^ places)[:FINDINGS_MAX]:
        books.note(f"place {cell}: sold {'there' if cell in places else 'at the window'} only")
    for cell in sorted(books.units.keys() | units.keys()):
        if books.units.get(cell, 0) != units.get(cell, 0):
            books.note(f"units {cell}: {books.units.get(cell, 0)} sold, {units.get(cell, 0)} there")
