"""A ticket handed over as a file: the same code, journaled, by whoever may make copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.e_tickets import IssueETickets
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.application.counter import HAN, LI, Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def issued(counter: Counter) -> list[str]:
    with counter.store.reading() as books:
        return [str(one.body["number"]) for one in books.journal.entries() if one.kind is Kind.E_TICKET_ISSUED]


def test_the_faces_are_the_tickets_own_and_each_is_journaled(counter: Counter) -> None:
    """Another code for the same seat would let two people in."""
    tickets = counter.sold(LI, HAN).order.tickets
    use = IssueETickets(store=counter.store, compose=counter.compose)
    faces = use(SYSTEM, [one.ticket_id for one in tickets])
    assert [face.ticket_number for face in faces] == [one.number for one in tickets]
    assert [face.code for face in faces] == [counter.compose.ticket(one.ticket_id).code for one in tickets]  # type: ignore[union-attr]
    assert sorted(issued(counter)) == sorted(one.number for one in tickets)


def test_one_refused_and_none_is_written(counter: Counter) -> None:
    """A refunded ticket sent by mail travels for nothing."""
    sold = counter.sold(LI, HAN)
    first, second = (one.ticket_id for one in sold.order.tickets)
    counter.refund(counter.clerk, counter.quote_refund(second))
    use = IssueETickets(store=counter.store, compose=counter.compose)
    for actor, ids, reason in (
        (SYSTEM, [first, second], Reason.ALREADY_REFUNDED),
        (SYSTEM, [first, UUID(int=7)], Reason.UNKNOWN_TICKET),
        (counter.clerk, [first], Reason.NOT_ALLOWED),
    ):
        with pytest.raises(Refusal) as refused:
            use(actor, ids)
        assert refused.value.reason is reason
    assert issued(counter) == []
