"""The sale: one commit writes the order, tickets, places, personal data, journal entry, cash and print jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from counter_app.application.hold import check_departure, erase_draft, held_claim
from counter_app.application.quote_sale import Drawable, Priced, check_count, check_not_twice, checked, priced
from counter_app.application.rights import demand
from counter_app.application.stock_holder import Act, LocalHolder
from counter_app.application.ticket_views import order_view
from counter_app.application.views import PassengerInput, Sold
from counter_app.domain.barcode import TicketBody, document_digest, seal_ticket
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import Kind
from counter_app.domain.money import Money
from counter_app.domain.orders import OrderState, TicketState, check_received
from counter_app.domain.policy import Policy
from counter_app.domain.sale_facts import TicketFact, run_fact, sold_fact
from counter_app.domain.shifts import denominations
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import RunRef, Span, instant
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids, Signer
from counter_app.ports.orders import OrderRecord, TicketRecord
from counter_app.ports.people import PersonalData, SealedPerson
from counter_app.ports.prints import JobKind, JobState, PrintJob
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord, ShiftState
from counter_app.ports.stock import Claim, ClaimState, FrozenRun
from counter_app.ports.store import MoneyStore, Reading, Writing

# How long before departure and after arrival a gate takes the code: the day's boarding, and a train that is late.
VALID_BEFORE: Final = timedelta(hours=24)
VALID_AFTER: Final = timedelta(hours=12)


def selling_shift(books: Reading | Writing, actor: Actor) -> ShiftRecord:
    """The actor's own, open one. Raises Refusal(SHIFT_CLOSED)."""
    shift = books.shifts.open_any()
    if shift is None or shift.user_id != actor.user_id or shift.state is not ShiftState.OPEN:
        raise Refusal(Reason.SHIFT_CLOSED)
    return shift


def new_job(
    job_id: UUID, kind: JobKind, ref: UUID, at: datetime, token: int, *, stock_number: str = "", copy_number: int = 0
) -> PrintJob:
    return PrintJob(
        job_id=job_id,
        kind=kind,
        ref=ref,
        copy_number=copy_number,
        state=JobState.QUEUED,
        detail="",
        created_at=at,
        updated_at=at,
        attempts=0,
        token=token,
        stock_number=stock_number,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """What a ticket's code says, whichever copy it is."""

    number: TicketNumber
    run: RunRef
    span: Span
    place: PlaceRef | None
    travel_class: str
    passenger_type: str
    document: str
    depart: datetime
    arrive: datetime


def ticket_payload(facts: CodeFacts, frozen: FrozenRun, signer: Signer, *, copy_number: int) -> bytes:
    calls = frozen.trip.calls
    body = TicketBody(
        ticket=facts.number,
        run_id=facts.run.run_id,
        service_date=facts.run.service_date,
        span=facts.span,
        origin_code=frozen.stations[calls[facts.span.board].station_id].code,
        destination_code=frozen.stations[calls[facts.span.alight].station_id].code,
        service=frozen.trip.service,
        coach=facts.place.coach if facts.place is not None else None,
        place=facts.place.label if facts.place is not None else None,
        travel_class=facts.travel_class,
        passenger_type=facts.passenger_type,
        document_digest=document_digest(facts.number, facts.document) if facts.document else None,
        valid_from=facts.depart - VALID_BEFORE,
        valid_until=facts.arrive + VALID_AFTER,
        copy_number=copy_number,
        demonstration=frozen.demonstration,
    )
    return seal_ticket(body, key_id=signer.key_id, sign=signer.sign)


@dataclass(frozen=True, slots=True, kw_only=True)
class SellForCash:
    store: MoneyStore
    holder: LocalHolder
    policy: Policy
    clock: Clock
    ids: Ids
    signer: Signer
    drawable: Drawable

    def __call__(
        self, actor: Actor, order_id: UUID, passengers: Sequence[PassengerInput], *, received: Money, quoted: Money
    ) -> Sold:
        """Selling an order again that is sold already returns that sale: so an unknown commit is looked up by its id.

        Raises Refusal: NOT_ALLOWED, SHIFT_CLOSED, NOT_HELD, DEPARTED, QUOTE_CHANGED(total), CASH_SHORT(missing),
        AMOUNT_OUT_OF_RANGE, SAME_DOCUMENT_TWICE, and what is wrong with a passenger; OutcomeUnknown.
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
                check_not_twice(act.books, people, claim, frozen.trip, self.policy)
                lines = priced(people, Money(claim.fare_minor, claim.currency), claim.travel_class, self.policy)
                total = Money(sum(line.price_minor for line in lines), claim.currency)
                if total != quoted:
                    raise Refusal(Reason.QUOTE_CHANGED, total=total.plain())
                change = check_received(received, total, denominations(claim.currency))
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
                    received=received,
                    change=change,
                )
                sale.post()
        return sold_view(self.store, order_id)


@dataclass(slots=True, kw_only=True)
class _Sale:
    """One sale on its way into the store; every check has been made."""

    use: SellForCash
    act: Act
    actor: Actor
    order: OrderRecord
    claim: Claim
    frozen: FrozenRun
    shift: ShiftRecord
    lines: list[Priced]
    total: Money
    received: Money
    change: Money

    def post(self) -> None:
        use, act, claim, trip = self.use, self.act, self.claim, self.frozen.trip
        books = act.books
        depart = instant(claim.run.service_date, trip.calls[claim.span.board].depart_s, trip.zone)
        arrive = instant(claim.run.service_date, trip.calls[claim.span.alight].arrive_s, trip.zone)
        check_departure(depart, use.clock.now(), use.policy)
        use.holder.demand_held(claim.run, claim.span, claim.places, claim.travel_class, claim.count)
        use.holder.check_claim(act, claim)

        # In the chain's epoch: the signing key is that epoch's, and numbers are gapless in it.
        epoch = max(1, books.journal.head().epoch)
        first_serial = books.orders.last_serial(epoch) + 1
        stock_numbers = books.prints.next_stock_numbers(claim.count)
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
        movement_id, drawer_job = use.ids.new(), use.ids.new()
        receipt_job = use.ids.new() if use.policy.receipt else None
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
                received_minor=self.received.minor,
                change_minor=self.change.minor,
                currency=self.total.currency,
                policy=use.policy.reference,
                issue_id=self.frozen.issue_id,
                movement_id=str(movement_id),
                drawer_job=str(drawer_job),
                receipt_job=None if receipt_job is None else str(receipt_job),
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
                received_minor=self.received.minor,
                change_minor=self.change.minor,
                policy=use.policy.reference,
                label="",  # a note on the customer, of no use any more
                parked_at=None,
                draft=(),
                journal_seq=entry.seq,
            )
        )
        books.orders.add_tickets([self._ticket(fact, depart, arrive, entry.at, entry.seq) for fact in facts])
        books.shifts.move_cash(
            CashMovement(
                movement_id=movement_id,
                shift_id=self.shift.shift_id,
                kind=CashKind.SALE,
                amount_minor=self.total.minor,
                reason="",
                at=entry.at,
                journal_seq=entry.seq,
            )
        )
        jobs = [new_job(drawer_job, JobKind.DRAWER, claim.order_id, entry.at, books.prints.next_token())]
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
        books.prints.put_new(jobs)

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
            jobs += [job for job in books.prints.of(ticket.ticket_id) if job.copy_number == 0]
        jobs += [job for job in books.prints.of(order_id) if job.kind is not JobKind.DRAWER]
    return Sold(
        order=view,
        received=Money(order.received_minor, order.currency),
        change=Money(order.change_minor, order.currency),
        jobs=tuple(job.job_id for job in jobs),
        journal_seq=order.journal_seq,
    )
