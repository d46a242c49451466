"""Thirty days without a line, drained over HTTP: what ``python -m benchmarks --only drain --sales 100000`` runs, small.

``COUNTERFOIL_OUTAGE_SALES`` makes more sales.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final, LiteralString

import pytest

from benchmarks.long_outage import DAYS, Drained, drained
from benchmarks.outage_books import Books, compare
from counter_app.domain.journal import Kind
from tests.postgres import Cluster

pytestmark = pytest.mark.e2e
SALES: Final = int(os.environ.get("COUNTERFOIL_OUTAGE_SALES", "300"))
DAMAGES: Final[dict[str, tuple[LiteralString, str]]] = {  # to what central has, and how it is told
    "an entry is gone": ("DELETE FROM entry WHERE seq = (SELECT max(seq) - 5 FROM entry)", "is not there"),
    "an entry is another": ("UPDATE entry SET raw = raw || ' ' WHERE seq = 9", "entry 1/9 is another one there"),
    "an entry too many": (
        (
            "INSERT INTO entry SELECT device_id, epoch, seq + 1, hash, raw, signature, received_at FROM entry"
            " ORDER BY seq DESC LIMIT 1"
        ),
        "were written",
    ),
    "a ticket is gone": ("DELETE FROM ticket WHERE number = (SELECT max(number) FROM ticket)", "is not there"),
    "a ticket twice": (
        (
            "INSERT INTO ticket SELECT service_date, run_id, order_id, order_id, claim_id, number, device_id, epoch,"
            " seq, state, place, board, alight, travel_class, price_minor, currency, fact, sold_at FROM ticket LIMIT 1"
        ),
        "is there 2 times",
    ),
    "a price": (
        "UPDATE ticket SET price_minor = price_minor + 1 WHERE number = (SELECT max(number) FROM ticket)",
        "sold at",
    ),
    "money": ("UPDATE money SET amount_minor = amount_minor - 1 WHERE kind = 'sold'", "were taken"),
    "a place is free": (
        (
            "DELETE FROM place_leg WHERE (place, leg, run_id) IN"
            " (SELECT place, leg, run_id FROM place_leg WHERE state = 'SOLD' LIMIT 1)"
        ),
        "sold at the window only",
    ),
    "units are free": ("UPDATE capacity_leg SET sold = sold - 1 WHERE sold > 0", "units ("),
    "a verdict": (
        (
            "INSERT INTO verdict SELECT device_id, epoch, seq, 'accepted', 'price', 'nobody', '', '{}', received_at"
            " FROM entry LIMIT 1"
        ),
        "not simply accepted",
    ),
}


@pytest.fixture(scope="module")
def outage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drained]:
    """The answers to its first two pushes are lost: central has them, and they come once more."""
    with drained(cluster, tmp_path_factory.mktemp("outage"), SALES, to_lose=2) as made:
        yield made


def _compared(outage: Drained) -> Books:
    assert outage.window.store is not None
    with outage.window.store.reading() as books:
        return compare(books.journal.entries(), outage.window.device_id, outage.central.connection)


def test_a_month_of_sales_is_drained_with_no_gap_and_no_duplicate(outage: Drained) -> None:
    assert outage.wrong == ()  # by central's own verify, and by the counter's journal
    books, central, status = outage.books, outage.central, outage.window.the_desk.sync_status()
    assert (len(books.prices), outage.days) == (SALES, DAYS)
    assert outage.entries > SALES
    assert books.places  # numbered ones, and
    assert books.units  # such as are only counted
    assert outage.traffic.pushes >= 3
    assert (status.unsynced_entries, status.unsynced_tickets, status.inbox_open) == (0, 0, 0)
    numbers = central.rows("SELECT seq FROM entry ORDER BY seq")
    assert numbers == [(seq,) for seq in range(1, books.last + 1)]
    sold = central.rows("SELECT count(DISTINCT number), sum(price_minor) FROM ticket WHERE state = 'FULFILLED'")
    assert sold == [(SALES, books.cash_minor)]
    days = central.rows("SELECT count(DISTINCT service_date), max(service_date) - min(service_date) FROM ticket")
    assert days == [(DAYS, DAYS - 1)]


def test_the_drawer_is_what_central_counts(outage: Drained) -> None:
    drawer = outage.window.the_desk.current_shift()
    assert drawer is not None
    assert outage.central.rows("SELECT sum(amount_minor) FROM money WHERE tender = 'cash'") == [
        (outage.books.cash_minor + 5 * 10_000,)
    ]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_a_drain_might_do_wrong_is_found(outage: Drained, damage: str) -> None:
    statement, told = DAMAGES[damage]
    with outage.central.connection.transaction(force_rollback=True):
        assert outage.central.connection.execute(statement).rowcount > 0
        found = _compared(outage).found
    assert any(told in one for one in found), found
    assert not _compared(outage).found


def test_a_journal_with_a_hole_is_found_by_itself(outage: Drained) -> None:
    assert outage.window.store is not None
    with outage.window.store.reading() as books:
        entries = list(books.journal.entries())
    sale = next(at for at, entry in enumerate(entries) if entry.kind is Kind.SOLD)
    found = compare([*entries[:sale], *entries[sale + 1 :]], outage.window.device_id, outage.central.connection).found
    assert any("the journal itself" in one for one in found)
    assert any("was not written" in one for one in found)
