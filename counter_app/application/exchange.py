"""The exchange (改签): a ticket is given in, its worth goes into another one, and only the difference changes hands.

It is a sale like any other, by the same hold and the same tenders, whose commit also posts the after-sale of the old
ticket: SOLD and REFUNDED are in one transaction, so that there is never both ticket nor neither. What was agreed is
kept with the order while it is being paid, and once money was taken it holds for a while (``AGREED_HOLDS``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.aftersales import Guard, no_guard, ticket_terms
from counter_app.application.exchange_links import given_in
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.give_back import Credit, GivenBack, demand_cash, give_back, planned_back, slip_back
from counter_app.application.hold import money_on
from counter_app.application.issue_reimbursement import slips_out
from counter_app.application.payment_views import BackLegView
from counter_app.application.quote_sale import Drawable, QuoteSale, checked
from counter_app.application.redeemed import guard_redeemed
from counter_app.application.refund_plan import Policies
from counter_app.application.rights import demand
from counter_app.application.stock_holder import Act
from counter_app.application.ticket_views import ticket_view
from counter_app.application.views import ExchangeStart, HoldView, PassengerInput
from counter_app.domain.aftersales import AfterSale, ExchangeTerms, held_exchange, quote_exchange
from counter_app.domain.journal import Json
from counter_app.domain.money import Money
from counter_app.domain.orders import TicketState
from counter_app.domain.passengers import Passenger
from counter_app.domain.policy import Policy, Transaction
from counter_app.domain.sale_facts import given_in_fact
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.orders import AgreedExchange, OrderRecord, TicketRecord
from counter_app.ports.shifts import ShiftRecord
from counter_app.ports.stock import Claim, FrozenRun
from counter_app.ports.store import MoneyStore, Reading, Writing

AGREED_HOLDS: Final = timedelta(minutes=15)
"""How long what was agreed is kept past its tier's end once money was taken. Long enough for a card that is slow, a

terminal that is asked again and a machine that starts anew; a sale that lies longer is another one, or a leg of one fen
would keep fee and deadline for days.
"""

T = TypeVar("T")
Locked = Callable[[Actor, UUID, Callable[[], T]], T]
"""Does the work while nobody else can do an after-sale of that ticket (``lock_tickets.LockedWork``)."""


def at_once(actor: Actor, ticket_id: UUID, work: Callable[[], T]) -> T:
    """A stand-alone counter's tickets are nobody else's."""
    del actor, ticket_id
    return work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Checked: it may be posted."""

    agreed: AgreedExchange
    ticket: TicketRecord
    answer: AfterSale
    price: Money  # of the new ticket

    @property
    def credit(self) -> Money:
        return min(self.answer.refundable, self.price, key=lambda money: money.minor)

    @property
    def due(self) -> Money:
        return self.price - self.credit

    @property
    def back(self) -> Money:
        return self.answer.refundable - self.credit

    def fact(self) -> dict[str, Json]:
        """For SOLD."""
        return given_in_fact(
            ticket_id=str(self.ticket.ticket_id),
            order_id=str(self.ticket.order_id),
            refund_id=str(self.agreed.refund_id),
            credit_minor=self.credit.minor,
        )


def kept_exchange(order: OrderRecord) -> AgreedExchange | None:
    return next((one.exchange for one in order.draft if one.exchange is not None), None)


def wanted_exchange(
    books: Reading | Writing, order: OrderRecord, given: AgreedExchange | None
) -> tuple[AgreedExchange | None, bool]:
    """With money on the order what was agreed before it was taken; else what is given now."""
    if money_on(books, order.order_id):
        return kept_exchange(order), True
    return given, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanges:
    """``guard`` refuses, inside the transaction, what this counter may not take back alone."""

    store: MoneyStore
    policies: Policies
    clock: Clock
    guard: Guard = no_guard

    def ticket(self, books: Reading | Writing, ticket_id: UUID) -> TicketRecord:
        """One that may be given in. Raises Refusal: UNKNOWN_TICKET, ALREADY_REFUNDED, EXCHANGED_BEFORE,

        NOT_EXCHANGEABLE(rule).
        """
        ticket = books.orders.ticket(ticket_id)
        if ticket is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        if ticket.state is TicketState.REFUNDED:
            raise Refusal(Reason.ALREADY_REFUNDED, ticket=ticket.number)
        if given_in(books, ticket) is not None:
            raise Refusal(Reason.EXCHANGED_BEFORE, ticket=ticket.number)
        if not self.policies(ticket.policy).tiers_of(Transaction.EXCHANGE):
            raise Refusal(Reason.NOT_EXCHANGEABLE, rule="no_rule")
        return ticket

    def checked(
        self,
        books: Reading | Writing,
        actor: Actor,
        agreed: AgreedExchange,
        claim: Claim,
        frozen: FrozenRun,
        people: Sequence[Passenger],
        price: Money,
        *,
        paid: bool,
    ) -> Exchange:
        """As ``quoted``; besides raises Refusal: NOT_ALLOWED, TICKET_REDEEMED, SLIP_OUT, and QUOTE_CHANGED(total) where

        another rule holds by now.
        """
        demand(actor, Right.REFUND)
        found = self.quoted(books, agreed, claim, frozen, people, price, paid=paid)
        guard_redeemed(books, actor, found.ticket.number)
        slip_back(books, found.ticket, taken_back=agreed.slip_taken_back)
        if (found.answer.rule, found.answer.fee.minor) != (agreed.rule, agreed.fee_minor):
            raise Refusal(Reason.QUOTE_CHANGED, total=found.due.plain())
        return found

    def quoted(
        self,
        books: Reading | Writing,
        agreed: AgreedExchange,
        claim: Claim,
        frozen: FrozenRun,
        people: Sequence[Passenger],
        price: Money,
        *,
        paid: bool,
    ) -> Exchange:
        """By the rules as they are now. ``paid``: by what was agreed, while that holds (``AGREED_HOLDS``).

        Raises as ``ticket``, and Refusal: EXCHANGE_OTHER_ROUTE, EXCHANGE_OTHER_PASSENGER, NOT_EXCHANGEABLE(rule),
        QUOTE_CHANGED(total) where what was agreed and paid does not hold any more.
        """
        ticket = self.ticket(books, agreed.ticket_id)
        self._same_journey(books, ticket, claim, frozen, people, price)
        policy, zone = self.policies(ticket.policy), ZoneInfo(self.store.profile.zone)
        depart = instant(claim.run.service_date, frozen.trip.calls[claim.span.board].depart_s, frozen.trip.zone)
        terms, now = _terms(ticket, depart, price, zone), self.clock.now()
        held = held_exchange(terms, agreed.rule, agreed.fee_minor, now, AGREED_HOLDS, policy) if paid else None
        answer = quote_exchange(terms, now, policy) if held is None else held
        found = Exchange(agreed=agreed, ticket=ticket, answer=answer, price=price)
        if paid and held is None:  # what was paid was for another amount: it goes back first
            raise Refusal(Reason.QUOTE_CHANGED, total=found.due.plain(), detail="paid_before")
        return found

    @staticmethod
    def _same_journey(
        books: Reading | Writing,
        ticket: TicketRecord,
        claim: Claim,
        frozen: FrozenRun,
        people: Sequence[Passenger],
        price: Money,
    ) -> None:
        old = books.stock.run(ticket.run.run_id)
        assert old is not None, "a ticket's run is frozen"
        was, now = old.trip.calls, frozen.trip.calls
        ends = (was[ticket.span.board].station_id, was[ticket.span.alight].station_id)
        if ends != (now[claim.span.board].station_id, now[claim.span.alight].station_id):
            raise Refusal(Reason.EXCHANGE_OTHER_ROUTE)
        known = books.people.get(ticket.person_id) if ticket.person_id is not None else None
        one = people[0]
        same = len(people) == 1 and one.type.code == ticket.passenger_type and price.currency == ticket.currency
        if known is not None:
            same = same and (one.name, one.document) == (known.name, known.document)
        if not same:
            raise Refusal(Reason.EXCHANGE_OTHER_PASSENGER, ticket=ticket.number)

    def post(self, act: Act, exchange: Exchange, *, order_id: UUID, shift: ShiftRecord, actor: Actor, ids: Ids) -> None:
        """The old ticket's half, in the transaction of the sale ``order_id`` and before it. Raises Refusal:

        DRAWER_SHORT, and what ``guard`` does.
        """
        books, ticket = act.books, exchange.ticket
        self.guard(books, ticket)
        planned = planned_back(books, ticket, exchange.back, self.policies) if exchange.back else ()
        demand_cash(books, shift, planned)
        give_back(
            act,
            GivenBack(
                refund_id=exchange.agreed.refund_id,
                ticket=ticket,
                answer=exchange.answer,
                planned=planned,
                shift=shift,
                actor=actor,
                slip_back=slip_back(books, ticket, taken_back=exchange.agreed.slip_taken_back),
                credit=Credit(order_id=order_id, amount=exchange.credit),
            ),
            ids,
        )


def _terms(ticket: TicketRecord, depart: datetime, price: Money, zone: ZoneInfo) -> ExchangeTerms:
    date = ticket.depart.astimezone(zone).date()
    return ExchangeTerms(
        ticket=ticket_terms(ticket),
        old_date=date,
        date_ends=datetime.combine(date + timedelta(days=1), time(), zone) - timedelta(microseconds=1),
        new_price=price,
        new_date=depart.astimezone(zone).date(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StartExchange:
    """A ticket is brought to be exchanged; nothing is changed yet."""

    store: MoneyStore
    exchanges: Exchanges

    def __call__(self, actor: Actor, ticket_id: UUID) -> ExchangeStart:
        """READ. Raises Refusal: NOT_ALLOWED, TICKET_REDEEMED, and as ``Exchanges.ticket``."""
        demand(actor, Right.REFUND)
        with self.store.reading() as books:
            ticket = self.exchanges.ticket(books, ticket_id)
            guard_redeemed(books, actor, ticket.number)
            return exchange_start(books, ticket, self.store)


def exchange_start(
    books: Reading | Writing, ticket: TicketRecord, store: MoneyStore, *, slip_taken_back: bool = False
) -> ExchangeStart:
    person = books.people.get(ticket.person_id) if ticket.person_id is not None else None
    out = slips_out(books, ticket.ticket_id)
    slip = books.papers.reimbursement(ticket.ticket_id) if out else None
    return ExchangeStart(
        ticket=ticket_view(books, ticket, store.profile),
        passenger=PassengerInput(
            passenger_type=ticket.passenger_type,
            name=person.name if person else "",
            document_type=person.document_type if person else "",
            document=person.document if person else "",
        ),
        slip_number="" if slip is None else slip.number,
        slips_out=out,
        slip_taken_back=slip_taken_back,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteExchange:
    store: MoneyStore
    exchanges: Exchanges
    quote_sale: QuoteSale
    policy: Policy
    drawable: Drawable
    ids: Ids

    def __call__(self, hold: HoldView, passengers: Sequence[PassengerInput], start: ExchangeStart) -> ExchangeQuote:
        """READ. Raises Refusal as ``QuoteSale`` and ``Exchanges.quoted``."""
        ticket_id = start.ticket.ticket_id
        sale = self.quote_sale(hold, passengers, instead_of=ticket_id)
        people = checked(passengers, self.policy, self.drawable)
        with self.store.reading() as books:
            order, claim = books.orders.order(hold.order_id), books.stock.claim_of(hold.order_id)
            frozen = None if claim is None else books.stock.run(claim.run.run_id)
            if order is None or claim is None or frozen is None:
                raise Refusal(Reason.NOT_HELD)
            asked = AgreedExchange(
                ticket_id=ticket_id,
                refund_id=self.ids.new(),
                rule="",
                fee_minor=0,
                slip_taken_back=start.slip_taken_back,
            )
            wanted, paid = wanted_exchange(books, order, asked)
            if wanted is None or wanted.ticket_id != ticket_id:  # paid in part as another sale than this
                raise Refusal(Reason.PAYMENT_OPEN)
            found = self.exchanges.quoted(books, wanted, claim, frozen, people, sale.total, paid=paid)
            planned = planned_back(books, found.ticket, found.back, self.exchanges.policies) if found.back else ()
            view = ticket_view(books, found.ticket, self.store.profile)
        return ExchangeQuote(
            agreed=replace(wanted, rule=found.answer.rule, fee_minor=found.answer.fee.minor),
            ticket=view,
            sale=sale,
            rule_words=found.answer.words,
            fee=found.answer.fee,
            credit=found.credit,
            due=found.due,
            back=found.back,
            back_legs=tuple(
                BackLegView(
                    tender=one.back.tender,
                    amount=one.back.amount,
                    rounding=one.back.rounding,
                    card="" if one.charge is None else one.charge.evidence.card or one.charge.evidence.payer,
                    how=one.how,
                )
                for one in planned
            ),
            valid_until=found.answer.valid_until,
        )
