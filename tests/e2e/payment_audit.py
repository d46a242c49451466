"""Who has the money, who has the ticket: the terminal's books, central's, the journal, the drawer, the paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from counter_app.application.payment_views import SettleItem
from counter_app.domain.orders import TicketState
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender
from db.verify import verify_profile
from devices.simulators.terminal.books import Books
from tests.e2e.audit import faults_at_rest
from tests.e2e.payment_world import KillTill

S = PaymentState


def at_terminal(books: Books) -> int:
    """What customers are out of pocket for. A reversed payment and its reversal cancel out."""
    signs = {"payment": 1, "refund": -1, "reversal": 0}
    return sum(signs[one.kind] * one.amount_minor for one in books.batch if one.state == "stored")


def _net(intents: list[PaymentIntent], *, by_card: bool) -> int:
    signs = {Direction.CHARGE: 1, Direction.REFUND: -1}
    return sum(
        signs[one.direction] * one.amount.minor
        for one in intents
        if one.state is S.APPROVED and (one.tender is Tender.CARD) == by_card
    )


def _intents(till: KillTill, order_id: UUID) -> list[PaymentIntent]:
    with till.store.reading() as books:
        return books.payments.of_order(order_id)


def how_it_stands(till: KillTill, books: Books) -> dict[UUID, str]:
    """Of every order that was being paid: sold | given_back | reversed | listed. Raises AssertionError for all else."""
    listed = {item.leg.order_id for item in till.to_settle()}
    found = {}
    for order_id in till.orders_paid():
        intents = _intents(till, order_id)
        with till.store.reading() as store:
            tickets = store.orders.tickets_of(order_id)
            order = store.orders.order(order_id)
        charges = [one for one in intents if one.direction is Direction.CHARGE]
        if tickets:
            assert all(one.bound == (one.state is S.APPROVED) for one in charges), "a ticket on money that is not there"
            assert order is not None
            assert order.journal_seq
        else:
            assert not any(one.bound for one in charges), "money that was used, and no ticket"
        if order_id in listed:
            found[order_id] = "listed"
        elif tickets:
            back = any(one.state is TicketState.REFUNDED for one in tickets)
            found[order_id] = "given_back" if back else "sold"
        else:
            assert all(one.state in {S.DECLINED, S.NOT_PERFORMED, S.REVERSED} for one in intents), "money on nothing"
            found[order_id] = "reversed"
    if "listed" not in found.values():
        every = [one for order_id in found for one in _intents(till, order_id)]
        assert _net(every, by_card=True) == at_terminal(books), "the terminal says otherwise"
        assert _net(every, by_card=False) == till.wallets.paid, "central says otherwise"
    return found


def faults(till: KillTill, books: Books, left: list[SettleItem], *, kicks: int) -> Iterator[str]:
    """After the clerk has done what there was to do. The till is closed by then: its files are read."""
    pieces = Counter(till.tray.all())
    if twice := [piece for piece, count in pieces.items() if count > 1]:
        yield f"came out twice: {twice}"
    kicked = sum(kind == "drawer" for kind, _ in pieces)
    if kicked > kicks:
        yield f"the drawer opened {kicked} times"
    yield from _tickets_without_paper(till)
    if left:
        yield from (f"nobody can do anything about {item}" for item in left if not item.actions)
    till.abandon()
    told = verify_profile(till.folder)
    if not told.ok:
        yield f"verify: {told.reason}"
    if not left:
        yield from (one for one in faults_at_rest(till.folder) if "are settled_out" not in one)


def _tickets_without_paper(till: KillTill) -> Iterator[str]:
    out = till.tray.jobs()
    for order_id in till.orders_paid():
        with till.store.reading() as store:
            for ticket in store.orders.tickets_of(order_id):
                papers = [str(job.job_id) for job in store.prints.of(ticket.ticket_id)]
                if ticket.state is TicketState.FULFILLED and not out & set(papers):
                    yield f"{ticket.number}: no paper"
