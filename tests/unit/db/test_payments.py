"""Payments in the store: found at once, kept as journaled, and no row that says more than the journal does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from counter_app.domain.payments import PaymentState
from counter_app.ports.payments import Slip
from db import engine as engines
from db.context import Context
from db.verify import verify_profile
from tests.unit.counter_app.application.payments.till import LI, Till, cny
from tests.unit.db.station import Station

S = PaymentState


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def quiet(text: str) -> None:
    del text


def paid(till: Till) -> None:
    """One sale by card, given back: of everything one row."""
    hold = till.in_tender()
    till.payments.run(till.pay(hold), quiet)
    sold = till.sell(till.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)
    till.refund(till.clerk, till.quote_refund(sold.order.tickets[0].ticket_id))


def test_what_is_kept_is_what_was_put(till: Till) -> None:
    hold = till.in_tender()
    intent_id = till.pay(hold)
    till.payments.run(intent_id, quiet)
    intent = till.intent(intent_id)
    with till.store.writing() as books:
        books.payments.put(intent)
        assert books.payments.intent(intent_id) == intent
        assert books.payments.of_order(hold.order_id) == [intent]
        assert books.payments.unresolved() == [intent]  # approved, and nothing stands on it
        assert books.payments.unsettled_of_shift(intent.shift_id) == [intent]
        books.payments.put(replace(intent, bound=True))
        assert books.payments.unresolved() == []
        books.payments.put(intent)


def test_what_is_unsettled_is_found_by_an_index(till: Till) -> None:
    """Asked for with every sale: it must not grow with the years."""
    paid(till)
    with engines.make_engine(till.folder / engines.FILE_NAME, writable=False).connect() as connection:
        context = Context.bare(connection, writable=False)
        for query in (
            "SELECT * FROM payment_intent WHERE unsettled = 1 ORDER BY created_at, intent_id",
            "SELECT * FROM payment_intent WHERE order_id = ''",
            "SELECT * FROM payment_intent WHERE refund_id = ''",
            "SELECT * FROM payment_intent WHERE device = '' AND moved_at > 0",
            "SELECT * FROM tender_leg WHERE shift_id = ''",
            "SELECT * FROM tender_leg WHERE order_id = ''",
        ):
            plan = " ".join(str(row[3]) for row in context.rows(f"EXPLAIN QUERY PLAN {query}"))
            assert "USING INDEX ix_" in plan, (query, plan)


def test_the_table_itself_refuses_what_no_payment_is(till: Till) -> None:
    hold = till.in_tender()
    intent = till.intent(till.pay(hold))
    with till.store.reading() as books:
        before = books.payments.intent(intent.intent_id)
    for wrong in (replace(intent, journal_seq=0), replace(intent, amount=cny(0), intent_id=hold.claim_id)):
        with pytest.raises(IntegrityError), till.store.writing() as writing:
            writing.payments.put(wrong)
    with till.store.reading() as books:
        assert books.payments.intent(intent.intent_id) == before


def test_slips_are_kept_once_in_their_order_and_bounded(till: Till) -> None:
    """Asked again after a lost line, a terminal sends the same slip again."""
    intent_id = till.pay(till.in_tender())
    first, second = Slip(whose="merchant", lines=("A", " B")), Slip(whose="customer", lines=())
    with till.store.writing() as books:
        books.payments.put_slips(intent_id, [first, second])
        books.payments.put_slips(intent_id, [second, first, replace(first, lines=("C",))])
        assert [slip.lines for slip in books.payments.slips(intent_id)] == [("A", " B"), (), ("C",)]
        ids = books.payments.slip_ids(intent_id)
        assert [books.payments.slip(one) for one in ids] == books.payments.slips(intent_id)
        books.payments.put_slips(intent_id, [Slip(whose="customer", lines=(str(n),)) for n in range(100)])
        assert len(books.payments.slips(intent_id)) == 32


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE payment_intent SET amount_minor = amount_minor - 100", "payment_intent"),
        ("UPDATE payment_intent SET evidence = '{}' WHERE direction = 'charge'", "payment_intent"),
        ("UPDATE payment_intent SET state = 'approved', unsettled = 0 WHERE direction = 'refund'", "payment_intent"),
        ("UPDATE payment_intent SET superseded = 1", "payment_intent"),
        ("UPDATE tender_leg SET amount_minor = amount_minor + 1", "tender_leg"),
        ("DELETE FROM tender_leg WHERE refund_id IS NOT NULL", "tender_leg"),
        ("INSERT INTO terminal_closing VALUES ('terminal', 0)", "terminal_closing"),
        (
            "INSERT INTO difference VALUES ('d', 's', 0, 'amount', 'card', 1, 2, NULL, '', 'resolved', 'li', 'n')",
            "difference",
        ),
    ],
)
def test_a_changed_row_is_found_by_the_journal(tmp_path: Path, change: str, table: str) -> None:
    """Whoever may write the file could else make a refund look paid, or money vanish."""
    till = Till(tmp_path / "profile")
    till.open_shift()
    paid(till)
    till.close()
    assert verify_profile(till.folder).ok
    Station(till.folder).edit(change)
    verdict = verify_profile(till.folder)
    assert not verdict.ok
    assert verdict.reason == f"table_mismatch:{table}"
