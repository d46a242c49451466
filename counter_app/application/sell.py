"""The sale: one commit writes the order, tickets, places, personal data, journal entry, tenders and print jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from counter_app.application.aftersales import refunded_view
from counter_app.application.blanks import take_blanks
from counter_app.application.card_slips import card_slip_jobs, jobs_of_slips
from counter_app.application.exchange import Exchange, Exchanges, kept_exchange, wanted_exchange
from counter_app.application.exchange_links import given_in
from counter_app.application.hold import check_departure, erase_draft, held_claim
from counter_app.application.issuing import CodeFacts, new_job, selling_shift, ticket_payload
from counter_app.application.keep_draft import draft_passengers
from counter_app.application.quote_sale import Drawable, Priced, check_count, check_not_twice, checked, priced
from counter_app.application.rights import demand
from counter_app.application.stock_holder import Act, LocalHolder
from counter_app.application.tendered import Tendered, tendered
from counter_app.application.ticket_views import order_view
from counter_app.application.views import PassengerInput, Sold
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import Kind
from counter_app.domain.money import Money
from counter_app.domain.orders import OrderState, TicketState
from counter_app.domain.policy import Policy
from counter_app.domain.sale_facts import TicketFact, run_fact, sold_fact
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids, Signer
from counter_app.ports.orders import AgreedExchange, OrderRecord, TicketRecord
from counter_app.ports.payments import TenderLeg
from counter_app.ports.people import PersonalData, SealedPerson
from counter_app.ports.prints import JobKind
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord
from counter_app.ports.stock import Claim, ClaimState, FrozenRun
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Sell:
    store: MoneyStore
    holder: LocalHolder
    policy: Policy
    clock: Clock
    ids: Ids
    signer: Signer
    drawable: Drawable
    merchant_slips: bool = True  # printed with each card payment; if not, only those to be signed
    exchanges: Exchanges | None = None  # None: tickets are not exchanged here

    def __call__(
        self,
        actor: Actor,
        order_id: UUID,
        passengers: Sequence[PassengerInput],
        *,
        received: Money | None,
        quoted: Money,
        exchange: AgreedExchange | None = None,
    ) -> Sold:
        """Of every approved payment of the order and, for what is left, cash; ``received`` None: nothing is left.

        Selling an order again that is sold already returns that sale: so an unknown commit is looked up by its id.
        ``exchange``: the ticket that is given in for it; ``quoted`` is the whole price of the new one all the same.

        Raises Refusal: NOT_ALLOWED, SHIFT_CLOSED, NOT_HELD, DEPARTED, QUOTE_CHANGED(total), CASH_SHORT(missing),
        AMOUNT_OUT_OF_RANGE, BLANKS_SHORT(left, needed), PAYMENT_OPEN, PAYMENT_MISSING(missing), PAYMENT_TOO_MUCH(due),
        SAME_DOCUMENT_TWICE, and what is wrong with a passenger, or with the exchange (``Exchanges``); OutcomeUnknown.
        """
        demand(actor, Right.SELL)
        people = checked(passengers, self.policy, self.drawable)
        sale: _Sale | None = None
        with self.holder.writing() as act:
            order = act.books.orders.order(order_id)
            if order is None:
                raise Refusal(Reason.NOT_HELD)
            if order.state not in {OrderState.FULFILLED, OrderState.REFUNDED}:
                claim = held_claim(act, order_id)
                shift = selling_shift(act.books, actor)
                frozen = self.holder.frozen(act.books.stock, claim.run.run_id)
                assert frozen is not None, "a held run is frozen"
                check_count(claim, people)
                wanted, money = wanted_exchange(act.books, order, exchange)
                instead_of = None if wanted is None else wanted.ticket_id
                check_not_twice(act.books, people, claim, frozen.trip, self.policy, instead_of=instead_of)
                lines = priced(people, Money(claim.fare_minor, claim.currency), claim.travel_class, self.policy)
                total = Money(sum(line.price_minor for line in lines), claim.currency)
                if total != quoted:
                    raise Refusal(Reason.QUOTE_CHANGED, total=total.plain())
                given = None
                if wanted is not None:
                    assert self.exchanges is not None, "tickets are not exchanged here"
                    given = self.exchanges.checked(act.books, actor, wanted, claim, frozen, people, total, paid=money)
                due = total if given is None else given.due
                paid = tendered(act.books, order_id, due, received, self.policy)
                if given is not None:
                    paid = replace(paid, credit_minor=given.credit.minor)
                sale = _Sale(
                    use=self,
                    act=act,
                    actor=actor,
                    order=order,
                    claim=claim,
                    frozen=frozen,
                    shift=shift,
                    lines=lines,
                    total=total,
                    paid=paid,
                    given=given,
                )
                sale.post()
        return sold_view(self.store, order_id)


@dataclass(slots=True, kw_only=True)
class _Sale:
    """One sale on its way into the store; every check has been made."""

    use: Sell
    act: Act
    actor: Actor
    order: OrderRecord
    claim: Claim
    frozen: FrozenRun
    shift: ShiftRecord
    lines: list[Priced]
    total: Money
    paid: Tendered
    given: Exchange | None  # what is given in for it

    def post(self) -> None:
        use, act, claim, trip = self.use, self.act, self.claim, self.frozen.trip
        books = act.books
        depart = instant(claim.run.service_date, trip.calls[claim.span.board].depart_s, trip.zone)
        arrive = instant(claim.run.service_date, trip.calls[claim.span.alight].arrive_s, trip.zone)
        if not self.paid.charges:
            check_departure(depart, use.clock.now(), use.policy)
        elif depart <= use.clock.now():  # the sale had not ended when it was paid: only the train itself may be gone
            raise Refusal(Reason.DEPARTED)
        use.holder.demand_held(claim.run, claim.span, claim.places, claim.travel_class, claim.count)
        use.holder.check_claim(act, claim)
        if self.given is not None:
            assert use.exchanges is not None
            use.exchanges.post(
                act, self.given, order_id=claim.order_id, shift=self.shift, actor=self.actor, ids=use.ids
            )

        # In the chain's epoch: the signing key is that epoch's, and numbers are gapless in it.
        epoch = max(1, books.journal.head().epoch)
        first_serial = books.orders.last_serial(epoch) + 1
        # Where money was taken already the papers come, whatever the roll has.
        stock_numbers = take_blanks(
            books, MAIN_PRINTER, claim.count, use.policy.stock_control, anyhow=bool(self.paid.charges)
        )
        places: Sequence[PlaceRef | None] = claim.places or (None,) * claim.count
        facts: list[TicketFact] = []
        for at, (line, place) in enumerate(zip(self.lines, places, strict=True)):
            number = self._number(epoch, first_serial + at)
            person = self._seal(line)
            code = CodeFacts(
                number=number,
                run=claim.run,
                span=claim.span,
                place=place,
                travel_class=claim.travel_class,
                passenger_type=line.passenger.type.code,
                document=line.passenger.document,
                depart=depart,
                arrive=arrive,
            )
            facts.append(
                TicketFact(
                    ticket_id=str(use.ids.new()),
                    number=str(number),
                    epoch=epoch,
                    serial=number.serial,
                    stock_number=stock_numbers[at],
                    job_id=str(use.ids.new()),
                    place=place,
                    passenger_type=line.passenger.type.code,
                    items=line.items,
                    price_minor=line.price_minor,
                    person_id=None if person is None else str(person.person_id),
                    commitment=None if person is None else person.commitment.hex(),
                    payload=ticket_payload(code, self.frozen, use.signer, copy_number=0),
                )
            )
        cash = self.paid.cash
        movement_id = None if self.paid.booked is None else use.ids.new()
        drawer_job = use.ids.new() if self.paid.kicks else None
        # An exchange has its slip: a receipt would say that all of the price was paid now.
        receipt_job = use.ids.new() if use.policy.receipt and self.given is None else None
        entry = books.journal.append(
            Kind.SOLD,
            sold_fact(
                order_id=str(claim.order_id),
                claim_id=str(claim.claim_id),
                shift_id=str(self.shift.shift_id),
                user_id=str(self.actor.user_id),
                run=run_fact(claim.run, trip, claim.span),
                travel_class=claim.travel_class,
                tickets=facts,
                total_minor=self.total.minor,
                tenders=self.paid.legs,
                currency=self.total.currency,
                policy=use.policy.reference,
                issue_id=self.frozen.issue_id,
                movement_id=None if movement_id is None else str(movement_id),
                drawer_job=None if drawer_job is None else str(drawer_job),
                receipt_job=None if receipt_job is None else str(receipt_job),
                exchange=None if self.given is None else self.given.fact(),
            ),
            actor=self.actor,
        )
        act.changed(books.stock.change(claim, ClaimState.SOLD, expires_at=None))
        if self.order.draft:
            erase_draft(act, self.order)
        books.orders.put_order(
            replace(
                self.order,
                state=OrderState.FULFILLED,
                user_id=self.actor.user_id,
                clerk=self.actor.display_name,
                shift_id=self.shift.shift_id,
                total_minor=self.total.minor,
                received_minor=0 if cash is None else cash.received_minor,
                change_minor=0 if cash is None else cash.change_minor,
                policy=use.policy.reference,
                label="",  # a note on the customer, of no use any more
                parked_at=None,
                draft=(),
                journal_seq=entry.seq,
            )
        )
        books.orders.add_tickets([self._ticket(fact, depart, arrive, entry.at, entry.seq) for fact in facts])
        self._pay(movement_id, entry.at, entry.seq)
        jobs = []
        if drawer_job is not None:
            jobs.append(new_job(drawer_job, JobKind.DRAWER, claim.order_id, entry.at, books.prints.next_token()))
        jobs += [
            new_job(
                UUID(fact.job_id),
                JobKind.TICKET,
                UUID(fact.ticket_id),
                entry.at,
                books.prints.next_token(),
                stock_number=fact.stock_number,
            )
            for fact in facts
        ]
        if receipt_job is not None:
            jobs.append(new_job(receipt_job, JobKind.RECEIPT, claim.order_id, entry.at, books.prints.next_token()))
        for charge in self.paid.charges:
            jobs += card_slip_jobs(books, use.ids, charge.intent_id, entry.at, merchant=use.merchant_slips)
        books.prints.put_new(jobs)

    def _pay(self, movement_id: UUID | None, at: datetime, seq: int) -> None:
        """The charges are this sale's from now on, and what the drawer gained is in it."""
        books, shift_id = self.act.books, self.shift.shift_id
        for charge in self.paid.charges:
            books.payments.put(replace(charge, bound=True))
        books.payments.add_legs(
            [
                TenderLeg(
                    order_id=self.claim.order_id,
                    refund_id=None,
                    n=n,
                    tender=leg.tender,
                    amount_minor=leg.amount_minor,
                    rounding_minor=leg.rounding_minor,
                    intent_id=leg.intent_id,
                    shift_id=shift_id,
                    journal_seq=seq,
                )
                for n, leg in enumerate(self.paid.legs)
            ]
        )
        if movement_id is not None:
            books.shifts.move_cash(
                CashMovement(
                    movement_id=movement_id,
                    shift_id=shift_id,
                    kind=CashKind.SALE,
                    amount_minor=self.paid.gained_minor,
                    reason="",
                    at=at,
                    journal_seq=seq,
                )
            )

    def _number(self, epoch: int, serial: int) -> TicketNumber:
        profile: ProfileInfo = self.use.store.profile
        return TicketNumber(
            station_code=profile.station_code,
            counter=profile.counter,
            epoch=epoch,
            serial=serial,
            training=profile.training,
        )

    def _seal(self, line: Priced) -> SealedPerson | None:
        one = line.passenger
        if not one.name and not one.document:
            return None
        data = PersonalData(name=one.name, document_type=one.document_type, document=one.document)
        return self.act.books.people.put(self.use.ids.new(), data)

    def _ticket(self, fact: TicketFact, depart: datetime, arrive: datetime, at: datetime, seq: int) -> TicketRecord:
        claim = self.claim
        return TicketRecord(
            ticket_id=UUID(fact.ticket_id),
            order_id=claim.order_id,
            claim_id=claim.claim_id,
            number=fact.number,
            epoch=fact.epoch,
            serial=fact.serial,
            state=TicketState.FULFILLED,
            run=claim.run,
            span=claim.span,
            place=fact.place,
            travel_class=claim.travel_class,
            passenger_type=fact.passenger_type,
            items=fact.items,
            price_minor=fact.price_minor,
            currency=claim.currency,
            person_id=None if fact.person_id is None else UUID(fact.person_id),
            depart=depart,
            arrive=arrive,
            sold_at=at,
            clerk=self.actor.display_name,
            shift_id=self.shift.shift_id,
            policy=self.use.policy.reference,
            payload=fact.payload,
            journal_seq=seq,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishSale:
    """Of a paid sale that a crash left: its passengers were kept, and the price is what it was paid for."""

    store: MoneyStore
    sell: Sell

    def exchange(self, order_id: UUID) -> AgreedExchange | None:
        """What is given in for it."""
        with self.store.reading() as books:
            order = books.orders.order(order_id)
        return None if order is None else kept_exchange(order)

    def __call__(self, actor: Actor, order_id: UUID) -> Sold:
        """Raises Refusal as ``Sell``; NOT_HELD where nothing was kept."""
        demand(actor, Right.SELL)
        with self.store.reading() as books:
            order = books.orders.order(order_id)
            if order is None:
                raise Refusal(Reason.NOT_HELD)
            people = draft_passengers(books, order)
            quoted = Money(order.total_minor, order.currency)
            kept = kept_exchange(order)
            ticket = None if kept is None else books.orders.ticket(kept.ticket_id)
            if kept is not None and ticket is not None:  # what was paid is the difference
                quoted += Money(ticket.price_minor - kept.fee_minor, ticket.currency)
            sold = order.journal_seq > 0
        if sold:
            return sold_view(self.store, order_id)
        if not people:
            raise Refusal(Reason.NOT_HELD)
        return self.sell(actor, order_id, people, received=None, quoted=quoted)


def sold_view(store: MoneyStore, order_id: UUID) -> Sold:
    """A sale as it stands in the store. Raises Refusal(NOT_HELD) where it was never paid."""
    with store.reading() as books:
        order = books.orders.order(order_id)
        if order is None or order.journal_seq == 0:
            raise Refusal(Reason.NOT_HELD)
        tickets = books.orders.tickets_of(order_id)
        view = order_view(books, order, tickets, store.profile)
        jobs = [job for job in books.prints.of(order_id) if job.kind is JobKind.DRAWER]
        for ticket in tickets:
            papers = books.prints.of(ticket.ticket_id)
            jobs += [job for job in papers if job.kind is JobKind.TICKET and job.copy_number == 0]
        jobs += [job for job in books.prints.of(order_id) if job.kind is JobKind.RECEIPT and job.copy_number == 0]
        for leg in books.payments.legs_of_order(order_id):
            if leg.refund_id is None and leg.intent_id is not None:
                jobs += jobs_of_slips(books, leg.intent_id)
        given = given_in(books, order)
    exchanged = None if given is None else refunded_view(store, given.refund_id)
    return Sold(
        order=view,
        received=Money(order.received_minor, order.currency),
        change=Money(order.change_minor, order.currency),
        jobs=(*(job.job_id for job in jobs), *(() if exchanged is None else exchanged.jobs)),
        journal_seq=order.journal_seq,
        exchanged=exchanged,
    )
