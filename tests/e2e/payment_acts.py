"""What is sold and given back while the world may stop, and what a clerk does about it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.payment_views import SettleAction, SettleItem, Verdict
from counter_app.application.views import HoldView
from counter_app.domain.money import Money
from counter_app.domain.payments import Direction, PaymentState, Tender, cash_due
from counter_app.errors import Refusal
from devices.simulators.terminal.books import Books, Entry
from tests.e2e.payment_world import KillTill
from tests.unit.counter_app.application.payments.test_split_sale import PASSWORD
from tests.unit.counter_app.application.payments.till import HAN, LI, cny

S = PaymentState
A = SettleAction
ROUNDS_MAX = 8


def quiet(text: str) -> None:
    del text


# ---- what is done. Each ends early where a payment did not go through: the rest is the settle screen's.


def _pays(till: KillTill, hold: HoldView, amount: Money, *, tender: Tender = Tender.CARD, count: int = 1) -> bool:
    people = (LI, HAN)[:count]
    intent_id = till.pay(hold, amount, people=people, tender=tender)
    return till.payments.run(intent_id, quiet, code="285000000000000000").state is S.APPROVED


def _sells(till: KillTill, hold: HoldView, *, received: Money | None = None, count: int = 1) -> None:
    total = Money(hold.fare.minor * count, "CNY")
    till.sell(till.clerk, hold.order_id, (LI, HAN)[:count], received=received, quoted=total)
    till.print_all()


def card(till: KillTill) -> None:
    hold = till.in_tender()
    if _pays(till, hold, hold.fare):
        _sells(till, hold)


def card_and_cash(till: KillTill) -> None:
    """600.00: 200.02 by card, and of 399.98 in cash 400.00 after rounding."""
    hold = till.in_tender()
    if _pays(till, hold, cny(200.02)):
        _sells(till, hold, received=cny(500))


def two_cards(till: KillTill) -> None:
    hold = till.in_tender()
    if _pays(till, hold, cny(200)) and _pays(till, hold, cny(400)):
        _sells(till, hold)


def refused_then_card(till: KillTill) -> None:
    hold = till.in_tender()
    if _pays(till, hold, hold.fare) or _pays(till, hold, hold.fare):
        _sells(till, hold)


def abandoned(till: KillTill) -> None:
    """One card of two has paid; the customers change their minds."""
    hold = till.in_tender()
    intent_id = till.pay(hold, cny(200))
    if till.payments.run(intent_id, quiet).state is not S.APPROVED:
        return
    if till.payments.reverse(till.clerk, intent_id, quiet).state is S.REVERSED:
        till.end_tender(till.clerk, hold.order_id)
        till.release(till.clerk, hold.order_id)


def wallet(till: KillTill) -> None:
    hold = till.in_tender()
    if _pays(till, hold, hold.fare, tender=Tender.ALIPAY):
        _sells(till, hold)


def wallet_and_card(till: KillTill) -> None:
    hold = till.in_tender()
    if _pays(till, hold, cny(100), tender=Tender.ALIPAY) and _pays(till, hold, cny(500)):
        _sells(till, hold)


def _gives_back(till: KillTill, ticket_id: UUID) -> None:
    till.points.armed = True
    refunded = till.refund(till.clerk, till.quote_refund(ticket_id))
    for leg in till.refund_payments(refunded):
        till.payments.run(leg.intent_id, quiet)
    till.print_all()


def reversal(till: KillTill) -> None:
    """The card paid 20.00 of a ticket: all of that goes back, and the rest in cash."""
    till.points.armed = False
    sold = till.split(cny(20))
    till.print_all()
    _gives_back(till, sold.order.tickets[0].ticket_id)


def credit(till: KillTill) -> None:
    """One of two tickets that one card paid."""
    till.points.armed = False
    hold = till.in_tender(2)
    assert _pays(till, hold, cny(1200), count=2)
    _sells(till, hold, count=2)
    with till.store.reading() as books:
        first = books.orders.tickets_of(hold.order_id)[0]
    _gives_back(till, first.ticket_id)


def wallet_back(till: KillTill) -> None:
    till.points.armed = False
    hold = till.in_tender()
    assert _pays(till, hold, hold.fare, tender=Tender.ALIPAY)
    _sells(till, hold)
    with till.store.reading() as books:
        (ticket,) = books.orders.tickets_of(hold.order_id)
    _gives_back(till, ticket.ticket_id)


@dataclass(frozen=True, slots=True)
class Script:
    """``before``: transactions at the terminal before the first point. ``kicks``: of the drawer, at the most."""

    act: Callable[[KillTill], None]
    plans: tuple[str, ...] = ()
    before: int = 0
    kicks: int = 1
    variants: bool = True  # whether the terminal's ways make a difference


SCRIPTS = {
    "card": Script(card),
    "card_and_cash": Script(card_and_cash),
    "two_cards": Script(two_cards),
    "refused_then_card": Script(refused_then_card, plans=("decline=05",)),
    "abandoned": Script(abandoned),
    "reversal": Script(reversal, before=1, kicks=2),
    "credit": Script(credit, before=1),
    "wallet": Script(wallet, variants=False),
    "wallet_and_card": Script(wallet_and_card, variants=False),
    "wallet_back": Script(wallet_back, variants=False),
}
# What the terminal does otherwise, in the first transaction after the beginning.
TERMINALS = {
    "takes_back": "",
    "keeps": "keeps",
    "completion_lost": "drop=acknowledged",
    "power_cut_paid": "power_cut=acknowledged",
    "power_cut_status": "power_cut=status",
    "own_receipt": "echoes_receipt keeps",
}


# ---- what a clerk does afterwards


def settle(till: KillTill, books: Books) -> list[SettleItem]:
    """The first thing that the screen offers for each, until nothing is listed or nothing changes. What is left."""
    before: list[object] = []
    for _ in range(ROUNDS_MAX):
        listed = till.to_settle()
        now = [(item.leg.intent_id, item.leg.state, item.actions) for item in listed]
        if not listed or now == before:
            return listed
        before = list(now)
        for item in listed:
            if any(one.leg.intent_id == item.leg.intent_id for one in till.to_settle()):
                _act(till, item, books)
    return till.to_settle()


def _act(till: KillTill, item: SettleItem, books: Books) -> None:
    leg = item.leg
    match item.actions[0]:
        case A.ASK:
            till.payments.ask(leg.intent_id, quiet)
        case A.FINISH_SALE:
            till.finish_sale(till.clerk, leg.order_id)
        case A.CONTINUE_SALE:
            _continue(till, leg.order_id)
        case A.REVERSE:
            till.payments.reverse(till.clerk, leg.intent_id, quiet)
        case A.TRY_AGAIN:
            again = leg.intent_id if leg.state is S.CREATED else till.retry(till.clerk, leg.intent_id)
            till.payments.run(again, quiet)
        case A.DECIDE:
            till.decide(
                till.clerk,
                leg.intent_id,
                verdict(item, books.batch),
                reason="the terminal's paper",
                supervisor=till.chief.login,
                supervisor_password=PASSWORD,
            )
        case other:
            raise AssertionError(f"nobody can do anything: {other}, {item}")
    till.print_all()


def _continue(till: KillTill, order_id: UUID) -> None:
    """Back at the checkout: what is left is paid in cash. One whose places are gone for sale is reversed instead."""
    parked = till.resume(till.clerk, order_id)
    with till.store.reading() as books:
        order = books.orders.order(order_id)
    assert order is not None
    total = Money(order.total_minor, order.currency)
    left = till.checkout(order_id, total).left
    try:
        till.sell(
            till.clerk, order_id, parked.passengers, received=cash_due(left, 5).due if left else None, quoted=total
        )
    except Refusal as refusal:
        raise AssertionError(f"a sale that is offered to be continued cannot be: {refusal}") from refusal


def verdict(item: SettleItem, batch: list[Entry]) -> Verdict:
    """By the terminal's own journal, which is what a supervisor reads. Amounts of one script differ."""
    mine = [one for one in batch if one.amount_minor == item.leg.amount.minor and one.state in {"stored", "reversed"}]
    if item.leg.direction is Direction.REFUND:
        return Verdict.PAID if any(one.kind in {"reversal", "refund"} for one in mine) else Verdict.NOT_PAID
    payments = [one for one in mine if one.kind == "payment"]
    if not payments:
        return Verdict.NOT_PAID
    return Verdict.PAID if payments[-1].state == "stored" else Verdict.REVERSED
