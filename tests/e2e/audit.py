"""What a stranger would compare after a drill: printed lines with journal, tickets, places, cash and paper.

Nothing of the store's own code is asked, except for the verdict of ``journal verify``: the rows are read by plain SQL,
the paper is drawn from the printer's bytes, and its codes are read back from the picture.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counter_app.domain.barcode import parse_code_text, read_unverified
from counter_app.errors import Refusal
from db.engine import FILE_NAME, driver
from printers.codes import read_picture
from printers.interpreter import Events, Interpreter
from printers.profiles import profile_named
from printers.raster import Raster

ROOT = Path(__file__).resolve().parent.parent.parent
MAIN = (sys.executable, str(ROOT / "main.py"))

# What stands in the journal under the number that a line of this act gives.
_KIND_OF_ACT = {
    "open_shift": "shift_opened",
    "park": "sale_parked",
    "recall": "sale_recalled",
    "sale": "sold",
    "refund": "refunded",
    "cash_drop": "cash_moved",
}


@dataclass(frozen=True, slots=True)
class Line:
    act: str
    ticket: str | None
    journal_seq: int


def whole_lines(printed: bytes) -> list[Line]:
    """The lines that were printed to their end; a kill may cut the last one short."""
    whole = printed[: printed.rfind(b"\n") + 1]
    return [Line(**json.loads(text)) for text in whole.splitlines()]


def drill_command(profile: Path, *, sales: int, seed: int, feed: Path) -> list[str]:
    return [*MAIN, "drill", "--sales", str(sales), "--seed", str(seed), "--profile", str(profile), "--feed", str(feed)]


def verdict(profile: Path) -> dict[str, Any]:
    """What ``journal verify --json`` says. Raises AssertionError when it says anything else, or with another status."""
    done = subprocess.run(
        [*MAIN, "journal", "verify", "--json", "--profile", str(profile)],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, 3}, done.stderr.decode()
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == found["ok"], found
    return found


def lost(profile: Path, lines: Sequence[Line]) -> list[str]:
    """Lines whose act is not in the store: each would be a sale that a reader counted on, and that is gone."""
    with _opened(profile) as store:
        entries = _entries(store)
        tickets = {row["number"]: row["journal_seq"] for row in store.execute("SELECT * FROM ticket")}
        refunds = dict(store.execute("SELECT number, refund.journal_seq FROM refund JOIN ticket USING (ticket_id)"))
    found = []
    for line in lines:
        entry = entries.get(line.journal_seq)
        if entry is None or entry["kind"] != _KIND_OF_ACT[line.act]:
            found.append(f"{line}: the journal has {entry and entry['kind']} there")
        elif line.act == "sale":
            sold = [ticket["number"] for ticket in entry["body"]["tickets"]]
            if line.ticket not in sold or tickets.get(line.ticket) != line.journal_seq:
                found.append(f"{line}: no such ticket")
        elif line.act == "refund" and (
            entry["body"]["number"] != line.ticket or refunds.get(line.ticket) != line.journal_seq
        ):
            found.append(f"{line}: no such refund")
    return found


def faults_at_rest(profile: Path) -> list[str]:
    """What must hold after a drill that ended by itself: nothing open, nothing held, all sums right."""
    with _opened(profile) as store:
        return [*_open_ends(store), *_serials(store), *_cash(store), *_cells(store)]


def faults_on_paper(profile: Path, paper: Path) -> list[str]:
    """Every ticket on one original at most, and on some whole sheet; every further sheet is a copy with its number."""
    sheets = Counter(_codes_on(paper))
    with _opened(profile) as store:
        numbers = {row["number"] for row in store.execute("SELECT number FROM ticket")}
        copies = dict(
            store.execute(
                "SELECT number || '/' || copy_number, print_job.state FROM print_job JOIN ticket ON ref = ticket_id"
            )
        )
    found = [f"{number} on {count} sheets of copy {copy}" for (number, copy), count in sheets.items() if count > 1]
    found += [f"{number}: no paper" for number in sorted(numbers - {number for number, _ in sheets})]
    found += [f"{key}: paper without a job" for key in (f"{n}/{c}" for n, c in sheets) if key not in copies]
    printed = {f"{number}/{copy}" for number, copy in sheets}
    found += [
        f"{key}: confirmed without paper"
        for key, state in copies.items()
        if state == "confirmed" and key not in printed
    ]
    return found


# --------------------------------------------------------------------------------------------------------- inside


class _opened:  # noqa: N801 - reads as a function does
    """Read-only, rows by name, one snapshot."""

    def __init__(self, profile: Path) -> None:
        # A reader needs the shared-memory file, which only a writer may make: a copy of nothing is opened to write.
        self._store: sqlite3.Connection = driver().connect(f"{(profile / FILE_NAME).as_uri()}?mode=rw", uri=True)
        self._store.row_factory = driver().Row
        self._store.execute("PRAGMA query_only = ON")

    def __enter__(self) -> sqlite3.Connection:
        self._store.execute("BEGIN")
        return self._store

    def __exit__(self, *_: object) -> None:
        with closing(self._store):
            self._store.rollback()


def _entries(store: sqlite3.Connection) -> dict[int, dict[str, Any]]:
    return {row["seq"]: json.loads(bytes(row["raw"])) for row in store.execute("SELECT seq, raw FROM journal")}


def _open_ends(store: sqlite3.Connection) -> Iterator[str]:
    jobs = (
        "SELECT kind, state, detail, count(*) FROM print_job WHERE state NOT IN ('confirmed', 'settled_spoiled') "
        "GROUP BY 1, 2, 3"
    )
    # A drawer's kick of which nothing is known is over: nobody kicks twice. And none opens at the next start what
    # should have been open when the program was killed.
    over = {("drawer", "unknown"), ("drawer", "failed_before_send")}
    for kind, state, detail, count in store.execute(jobs):
        if (kind, state) not in over or (state == "failed_before_send" and detail != "interrupted"):
            yield f"{count} {kind} jobs are {state}"
    for state, count in store.execute("SELECT state, count(*) FROM claim WHERE state IN ('HELD', 'LEASED') GROUP BY 1"):
        yield f"{count} claims are still {state}"


def _serials(store: sqlite3.Connection) -> Iterator[str]:
    serials: dict[int, list[int]] = {}
    for epoch, serial in store.execute("SELECT epoch, serial FROM ticket ORDER BY epoch, serial"):
        serials.setdefault(epoch, []).append(serial)
    for epoch, found in serials.items():
        if found != list(range(1, len(found) + 1)):
            yield f"serials of epoch {epoch} have a gap"
    stock = [row[0] for row in store.execute("SELECT stock_n FROM print_job WHERE stock_n IS NOT NULL ORDER BY 1")]
    if stock != list(range(1, len(stock) + 1)):
        yield "stock numbers have a gap"
    seqs = [row[0] for row in store.execute("SELECT seq FROM journal ORDER BY seq")]
    if seqs != list(range(1, len(seqs) + 1)):
        yield "the journal has a gap"


def _cash(store: sqlite3.Connection) -> Iterator[str]:
    """The drawer as the journal tells it, as the movements tell it, and as tickets and refunds tell it."""
    told: Counter[str] = Counter()
    for entry in _entries(store).values():
        body = entry["body"]
        if entry["kind"] == "shift_opened":
            told["float"] += body["float_minor"]
        elif entry["kind"] == "sold":
            gained = _gained(body["tenders"])
            told["sale"] += gained
            tendered = sum(leg["received_minor"] - leg["change_minor"] for leg in body["tenders"])
            if tendered != gained or sum(leg["amount_minor"] for leg in body["tenders"]) != body["total_minor"]:
                yield f"entry {entry['seq']}: received, less change, is not the total"
        elif entry["kind"] == "refunded":
            told["refund"] -= _gained(body["legs"])
        elif entry["kind"] == "refund_paid_out":
            told["refund"] -= body["amount_minor"] + body["rounding_minor"]
        elif entry["kind"] == "cash_moved":
            told[body["kind"]] += body["amount_minor"]
    moved = dict(store.execute("SELECT kind, sum(amount_minor) FROM cash_movement GROUP BY kind"))
    if {kind: amount for kind, amount in told.items() if amount} != {
        kind: sum_ for kind, sum_ in moved.items() if sum_
    }:
        yield f"the journal tells of {dict(told)}, the drawer of {moved}"
    (sold,) = store.execute("SELECT coalesce(sum(price_minor), 0) FROM ticket").fetchone()
    (back,) = store.execute("SELECT coalesce(sum(refunded_minor), 0) FROM refund").fetchone()
    paid = store.execute("SELECT coalesce(sum(amount_minor), 0) FROM tender_leg WHERE refund_id IS NULL").fetchone()[0]
    given = store.execute("SELECT coalesce(sum(amount_minor), 0) FROM tender_leg WHERE refund_id > ''").fetchone()[0]
    if (sold, -back) != (paid, given):
        yield f"tickets {sold} and refunds {back} are not what was paid, {paid}, and given back, {given}"
    drawer = dict(
        store.execute(
            "SELECT iif(refund_id IS NULL, 'sale', 'refund'), sum(amount_minor + rounding_minor) FROM tender_leg"
            " WHERE tender = 'cash' GROUP BY 1"
        )
    )
    if any(drawer.get(kind, 0) != moved.get(kind, 0) for kind in ("sale", "refund")):
        yield f"cash of sales and refunds {drawer} is not the drawer's {moved}"


def _gained(legs: list[dict[str, Any]]) -> int:
    """By the drawer."""
    return sum(leg["amount_minor"] + leg["rounding_minor"] for leg in legs if leg["tender"] == "cash")


def _cells(store: sqlite3.Connection) -> Iterator[str]:
    """Taken cells are exactly those of tickets that are good: whatever else is taken is lost to everybody."""
    wanted: Counter[tuple[Any, ...]] = Counter()
    units: Counter[tuple[Any, ...]] = Counter()
    for row in store.execute("SELECT * FROM ticket WHERE state = 'FULFILLED'"):
        for leg in range(row["board"], row["alight"]):
            if row["place"] is None:
                units[row["service_date"], row["run_id"], row["travel_class"], leg] += 1
            else:
                wanted[row["service_date"], row["run_id"], row["place"], leg] += 1
    taken = Counter(tuple(row) for row in store.execute("SELECT service_date, run_id, place, leg FROM place_leg"))
    if wanted != taken:
        yield f"places: {len(wanted - taken)} sold cells are free, {len(taken - wanted)} free cells are taken"
    if any(count > 1 for count in wanted.values()):
        yield "a place was sold twice"
    counted = {
        tuple(row)[:4]: row["sold"]
        for row in store.execute("SELECT service_date, run_id, travel_class, leg, sold, held, leased FROM capacity_leg")
        if row["sold"] or row["held"] or row["leased"]
    }
    if counted != dict(units):
        yield "capacity: counts are not those of the tickets"


def _codes_on(paper: Path) -> Iterator[tuple[str, int]]:
    """Ticket number and copy of every code that can be read, sheet by sheet."""
    sheets: list[Raster] = []
    if paper.exists():
        Interpreter(profile_named("").width, Events(sheet=sheets.append)).feed(paper.read_bytes())
    for sheet in sheets:
        try:
            texts = read_picture(sheet.png())
        except Refusal:  # slips have none, and torn papers may have none
            continue
        for text in texts:
            body, _ = read_unverified(parse_code_text(text))
            yield str(body.ticket), body.copy_number
