"""Exchanges of the invented counter: a tenth of the lower fare is kept, everything else as the real desk has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.payment_views import BackLegView
from counter_app.application.views import ExchangeStart, HoldView, PassengerInput, Refunded, TicketView
from counter_app.domain.money import Money
from counter_app.domain.payments import Tender
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import AgreedExchange
from tests.ui import fake_sale

if TYPE_CHECKING:
    from tests.ui.fake_desk import FakeDesk


class FakeExchange:
    """``travellers``: who travels with a ticket; ``came_of_exchange``: tickets that came of an exchange."""

    def __init__(self) -> None:
        self.travellers: dict[UUID, PassengerInput] = {}
        self.came_of_exchange: set[UUID] = set()
        self.exchanged: list[AgreedExchange] = []

    def start_exchange(self: FakeDesk, actor: Actor, ticket_id: UUID) -> ExchangeStart:  # type: ignore[misc]
        self._may(actor, Right.REFUND)
        ticket = self._ticket(ticket_id)
        if ticket.state != "FULFILLED":
            raise Refusal(Reason.ALREADY_REFUNDED)
        if ticket_id in self.came_of_exchange:
            raise Refusal(Reason.EXCHANGED_BEFORE)
        out = ticket_id in self.slips
        return ExchangeStart(
            ticket=ticket,
            passenger=self.travellers[ticket_id],
            slip_number=self.slips.get(ticket_id, ""),
            slips_out=int(out),
        )

    def quote_exchange(  # type: ignore[misc]
        self: FakeDesk, hold: HoldView, passengers: Sequence[PassengerInput], start: ExchangeStart
    ) -> ExchangeQuote:
        ticket = start.ticket
        offer = fake_sale.offer_of(hold.run, self.clock.now())
        if (offer.origin, offer.destination) != (ticket.origin, ticket.destination):
            raise Refusal(Reason.EXCHANGE_OTHER_ROUTE)
        if list(passengers) != [start.passenger]:
            raise Refusal(Reason.EXCHANGE_OTHER_PASSENGER)
        sale = fake_sale.quote(hold, passengers)
        fee = Money(min(sale.total.minor, ticket.price.minor) // 10, "CNY")
        worth = ticket.price - fee
        credit = min(worth, sale.total, key=lambda one: one.minor)
        back = worth - credit
        nothing = Money(0, "CNY")
        return ExchangeQuote(
            agreed=AgreedExchange(
                ticket_id=ticket.ticket_id,
                refund_id=UUID(int=ticket.ticket_id.int ^ 3),
                rule="exchange_tenth",
                fee_minor=fee.minor,
                slip_taken_back=start.slip_taken_back,
            ),
            ticket=ticket,
            sale=sale,
            rule_words={"en": "Exchanged: a fee of 10 % of the lower fare", "zh": "改签：收取10%的改签费"},
            fee=fee,
            credit=credit,
            due=sale.total - credit,
            back=back,
            back_legs=(BackLegView(tender=Tender.CASH, amount=back, rounding=nothing, card="", how="cash"),)
            if back
            else (),
            valid_until=ticket.depart,
        )

    def credit_of(self: FakeDesk, agreed: AgreedExchange | None, price: Money) -> Money:  # type: ignore[misc]
        if agreed is None:
            return Money(0, "CNY")
        return Money(min(self._ticket(agreed.ticket_id).price.minor - agreed.fee_minor, price.minor), "CNY")

    def take_in(self: FakeDesk, agreed: AgreedExchange, new: TicketView) -> Refunded:  # type: ignore[misc]
        ticket = self._ticket(agreed.ticket_id)
        if ticket.state != "FULFILLED":
            raise Refusal(Reason.ALREADY_REFUNDED)
        if ticket.ticket_id in self.slips and not agreed.slip_taken_back:
            raise Refusal(Reason.SLIP_OUT)
        done = replace(ticket, state="EXCHANGED")
        self._orders = [
            replace(order, tickets=tuple(done if t.ticket_id == done.ticket_id else t for t in order.tickets))
            for order in self._orders
        ]
        self.came_of_exchange.add(new.ticket_id)
        self.exchanged.append(agreed)
        self._note("refunded", "wang", ticket=ticket.number, exchange=True)
        return Refunded(
            refund_id=agreed.refund_id,
            ticket=done,
            refunded=ticket.price - Money(agreed.fee_minor, "CNY"),
            fee=Money(agreed.fee_minor, "CNY"),
            jobs=(self._queue("exchange_slip", ticket.number),),
            journal_seq=len(self._journal),
        )
