"""The sale's tables against the journal: what a clerk could gain by an edit is what must be found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter_app.application.users import fact_of
from counter_app.application.views import PassengerInput
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI, Counter
from tests.unit.db.station import Station


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tickets of two orders, one of them refunded."""
    counter = Counter(tmp_path_factory.mktemp("sold") / "counter")
    with counter.store.writing() as books:  # the second account was put there without an entry
        chief = books.users.by_login("wang")
        assert chief is not None
        books.journal.append(Kind.USER_CREATED, fact_of(chief), actor=SYSTEM)
    counter.open_shift()
    counter.sold(LI, HAN)
    third = PassengerInput(name="王五", document_type="passport", document="E87654321")
    first = counter.sold(third, trip_id="G3")
    counter.refund(counter.clerk, counter.quote_refund(first.order.tickets[0].ticket_id))
    counter.close()
    return counter.folder


def test_sales_and_refunds_verify(sold: Path) -> None:
    """An honest day must pass, or nobody will look at the verdict."""
    assert verify_profile(sold).reason == ""


EDITS = {
    "price": "UPDATE ticket SET price_minor = 1 WHERE serial = 1",
    "items": "UPDATE ticket SET items = '[]' WHERE serial = 1",
    "holder": "UPDATE ticket SET person_id = (SELECT person_id FROM ticket WHERE serial = 2) WHERE serial = 1",
    "code": "UPDATE ticket SET payload = zeroblob(200) WHERE serial = 1",
    "place": "UPDATE ticket SET place = '01/01A' WHERE serial = 1",
    "day": "UPDATE ticket SET service_date = '2026-12-05' WHERE serial = 1",
    "refunded by hand": "UPDATE ticket SET state = 'REFUNDED' WHERE serial = 1",
    "order's total": "UPDATE sale_order SET total_minor = total_minor - 100 WHERE journal_seq > 0",
    "cash of the sale": "UPDATE cash_movement SET amount_minor = amount_minor - 100 WHERE kind = 'sale'",
    "seat freed": "DELETE FROM place_leg WHERE leg = 2",
    "seat of another claim": "UPDATE place_leg SET claim_id = 'x' WHERE leg = 0",
    "refund's sum": "UPDATE refund SET refunded_minor = refunded_minor + 1",
    "refund gone": "DELETE FROM refund",
    "passenger's record": "UPDATE person SET sealed = zeroblob(80)",
    "blank": "UPDATE print_job SET stock = 'X1' WHERE kind = 'ticket'",
    "ticket gone": "DELETE FROM ticket WHERE serial = 1",
    "claim's class": "UPDATE claim SET travel_class = 'first' WHERE state = 'SOLD'",
    "claim let go": "UPDATE claim SET state = 'GONE' WHERE state = 'SOLD'",
    "run of another day": "UPDATE run SET service_date = '2026-12-09'",
    "run's issue": "UPDATE run SET issue_id = 'x'",
    "paper asked for again": "UPDATE print_job SET state = 'confirmed' WHERE kind = 'ticket' AND state = 'queued'",
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_sale_is_found_and_its_entry_named(name: str, sold: Path, tmp_path: Path) -> None:
    """The entry that is named is the sale that the auditor looks up."""
    shutil.copytree(sold, tmp_path / "copy")
    station = Station(tmp_path / "copy")
    store = station.open(writable=False)
    with store.reading() as books:
        seqs = {one.seq for one in books.journal.entries() if one.kind in {Kind.SOLD, Kind.REFUNDED}}
    store.close()
    station.edit(EDITS[name], keep_triggers=True)
    verdict = verify_profile(station.directory)
    assert not verdict.ok
    assert verdict.first_bad in seqs, verdict
    assert verdict.reason.startswith(("table_mismatch:", "tables:"))


UNTOLD = {
    "pattern": ("UPDATE frozen SET body = replace(body, '\"fares\"', '\"farez\"')", "table_mismatch:run"),
    "formation": ("UPDATE frozen SET body = replace(body, 'window', 'aisle')", "table_mismatch:frozen"),
    "clerk": ("UPDATE ticket SET clerk = 'somebody' WHERE serial = 1", "table_mismatch:ticket"),
    "seat kept from everybody": (
        "INSERT INTO place_leg SELECT service_date, run_id, '9/9Z', leg, 'HELD', claim_id, 1 FROM place_leg LIMIT 1",
        "table_mismatch:place_leg",
    ),
    "hold without seats": (
        """INSERT INTO claim SELECT 'x', order_id, run_id, service_date, trip_id, board, alight, travel_class, places,
        count, 'LEASED', NULL, fare_minor, currency, origin, asked FROM claim LIMIT 1""",
        "table_mismatch:claim",
    ),
    "any byte": ("UPDATE print_job SET updated_at = updated_at + 1 WHERE kind = 'drawer'", "changed_at_rest"),
}


@pytest.mark.parametrize("name", UNTOLD)
def test_an_edit_of_what_no_entry_tells_is_found(name: str, sold: Path, tmp_path: Path) -> None:
    """A frozen fare table that was edited sells at the forger's prices; any other byte is an intruder's too."""
    shutil.copytree(sold, tmp_path / "copy")
    statement, reason = UNTOLD[name]
    Station(tmp_path / "copy").edit(statement, keep_triggers=True)
    verdict = verify_profile(tmp_path / "copy")
    assert (verdict.ok, verdict.reason) == (False, reason)


def test_a_file_that_was_changed_while_closed_is_journaled_at_the_next_start(sold: Path, tmp_path: Path) -> None:
    """Opening and closing must not make good what somebody did in between."""
    shutil.copytree(sold, tmp_path / "copy")
    station = Station(tmp_path / "copy")
    station.edit("UPDATE print_job SET updated_at = updated_at + 1 WHERE kind = 'drawer'", keep_triggers=True)
    for _ in range(2):  # the second time it is as it was left
        store = station.open()
        with store.reading() as books:
            kinds = [entry.kind for entry in books.journal.entries()]
        store.close()
    assert kinds.count(Kind.CHANGED_AT_REST) == 1
    assert kinds[-1] is Kind.CHANGED_AT_REST
    assert verify_profile(station.directory).ok


def test_a_spoiled_witness_is_found(sold: Path, tmp_path: Path) -> None:
    """The other slot is as good; but somebody was at the witness, and a cut tail would come next."""
    shutil.copytree(sold, tmp_path / "copy")
    path = tmp_path / "copy" / "witness"
    whole = path.read_bytes()
    for offset in (3, 60, 110, 127, 500, 4096 + 20, 8191):
        content = bytearray(whole)
        content[offset] ^= 4
        path.write_bytes(content)
        assert not verify_profile(path.parent).ok, offset
