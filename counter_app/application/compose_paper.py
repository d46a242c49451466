"""What is printed, composed from the records each time: a ticket's face, slips, and what others hand in for reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.issuing import CodeFacts, ticket_payload
from counter_app.application.refund_plan import Policies
from counter_app.application.report_paper import ReportPaper
from counter_app.application.shift_figures import thawed
from counter_app.application.shift_report import x_report
from counter_app.application.tender_words import TENDER_WORDS
from counter_app.domain.barcode import code_text
from counter_app.domain.ids import TicketNumber
from counter_app.domain.money import Money
from counter_app.domain.paper_contents import ticket_document
from counter_app.domain.papers import (
    Block,
    Document,
    Mark,
    Pair,
    Paper,
    Part,
    Slip,
    StationName,
    Strength,
    Text,
    TicketFace,
    Verbatim,
)
from counter_app.domain.passengers import mask_document
from counter_app.domain.stations import Station
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Signer
from counter_app.ports.orders import OrderRecord, RefundRecord, TicketRecord
from counter_app.ports.prints import JobKind, PrintJob
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind
from counter_app.ports.stock import FrozenRun
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.texts import Texts, languages_of, mark

BLIND = "blind"

CASH_WORDS = {
    CashKind.FLOAT: mark("Float"),
    CashKind.SALE: mark("Cash sale"),
    CashKind.REFUND: mark("Cash refund"),
    CashKind.PAID_IN: mark("Paid in"),
    CashKind.PAID_OUT: mark("Paid out"),
    CashKind.DROP: mark("Cash drop"),
}


def is_blind_x(job: PrintJob) -> bool:
    """An X that was asked for blind stays so, however often it is tried: its detail begins with the word."""
    return job.kind is JobKind.X_REPORT and job.detail.split(" ", 1)[0] == BLIND


def station_name(station: Station) -> StationName:
    latin = station.english or station.pinyin.capitalize()
    return StationName(native=station.name, latin="" if latin == station.name else latin)


def payload_of(
    books: Reading | Writing,
    ticket: TicketRecord,
    frozen: FrozenRun,
    profile: ProfileInfo,
    signer: Signer,
    copy_number: int,
) -> bytes:
    """The code of a paper: a copy says its number in it too. Of an earlier epoch every paper has the original's code:

    the key that signed it is not used any more.
    """
    if copy_number == 0 or ticket.epoch != max(1, books.journal.head().epoch):
        return ticket.payload
    person = books.people.get(ticket.person_id) if ticket.person_id is not None else None
    facts = CodeFacts(
        number=TicketNumber.parse(ticket.number, station_code=profile.station_code),
        run=ticket.run,
        span=ticket.span,
        place=ticket.place,
        travel_class=ticket.travel_class,
        passenger_type=ticket.passenger_type,
        document=person.document if person is not None else "",
        depart=ticket.depart,
        arrive=ticket.arrive,
    )
    return ticket_payload(facts, frozen, signer, copy_number=copy_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposePaper:
    """``texts(language)`` are the words of ``language``, that of the paper."""

    store: MoneyStore
    policies: Policies
    signer: Signer
    clock: Clock
    report_paper: ReportPaper
    texts: Callable[[str], Texts]
    language: str

    def ticket(self, ticket_id: UUID) -> Paper:
        """READ. The ticket as its last paper. Raises Refusal(UNKNOWN_TICKET)."""
        with self.store.reading() as books:
            papers = [job for job in books.prints.of(ticket_id) if job.kind is JobKind.TICKET]
            if not papers:
                raise Refusal(Reason.UNKNOWN_TICKET)
            return self.of_job(books, papers[-1])

    def of_job(self, books: Reading | Writing, job: PrintJob) -> Paper:
        if job.kind is JobKind.TICKET:
            return self._ticket(books, job)
        if job.kind in {JobKind.X_REPORT, JobKind.Z_REPORT}:
            return self._report(books, job)
        slips = {
            JobKind.REFUND_SLIP: self._refund_slip,
            JobKind.RECEIPT: self._receipt,
            JobKind.CASH_SLIP: self._cash_slip,
            JobKind.CARD_SLIP: self._card_slip,
            JobKind.TEST: self._test,
        }
        assert job.kind in slips, f"{job.kind} has no paper"
        return slips[job.kind](books, job)

    # ---- the ticket

    def _ticket(self, books: Reading | Writing, job: PrintJob) -> TicketFace:
        profile, zone = self.store.profile, ZoneInfo(self.store.profile.zone)
        ticket, frozen = self._ticket_and_run(books, job.ref)
        person = books.people.get(ticket.person_id) if ticket.person_id is not None else None
        document = person.document if person is not None else ""
        policy = self.policies(ticket.policy)
        calls = frozen.trip.calls
        marks = [Mark.DUPLICATE] if job.copy_number else []
        marks += [Mark.TRAINING] if profile.training else []
        marks += [Mark.DEMONSTRATION] if frozen.demonstration else []
        rules = [
            line
            for language in languages_of(self.language)
            for line in (*policy.ticket_rules[language], policy.luggage[language])
        ]
        return TicketFace(
            language=self.language,
            operator=profile.operator or frozen.trip.operator,
            ticket_number=ticket.number,
            stock_number=job.stock_number,
            check_gate=None,
            origin=station_name(frozen.stations[calls[ticket.span.board].station_id]),
            destination=station_name(frozen.stations[calls[ticket.span.alight].station_id]),
            service=frozen.trip.service,
            depart=ticket.depart.astimezone(zone),
            arrive=ticket.arrive.astimezone(zone),
            coach=ticket.place.coach if ticket.place is not None else None,
            place=ticket.place.label if ticket.place is not None else None,
            place_kind=_place_kind(frozen, ticket),
            travel_class=ticket.travel_class,
            price=Money(ticket.price_minor, ticket.currency),
            passenger_type=ticket.passenger_type,
            passenger_name=person.name or None if person is not None else None,
            masked_document=mask_document(document) if document else None,
            station=StationName(native=profile.station_name, latin=profile.station_latin),
            counter=profile.counter,
            clerk=ticket.clerk,
            sold_at=ticket.sold_at.astimezone(zone),
            rules=tuple(rules),
            marks=tuple(marks),
            copy_number=job.copy_number,
            code=code_text(payload_of(books, ticket, frozen, profile, self.signer, job.copy_number)),
            document=ticket_document(frozen.trip.route_type),
        )

    @staticmethod
    def _ticket_and_run(books: Reading | Writing, ticket_id: UUID) -> tuple[TicketRecord, FrozenRun]:
        ticket = books.orders.ticket(ticket_id)
        frozen = None if ticket is None else books.stock.run(ticket.run.run_id)
        if ticket is None or frozen is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        return ticket, frozen

    # ---- slips

    def _slip(self, document: Document, title: str, parts: Sequence[Part], job: PrintJob, clerk: str = "") -> Slip:
        """With the particulars that every slip has: the window, the clerk and the time."""
        profile, t = self.store.profile, self.texts(self.language)
        made_at = f"{job.created_at.astimezone(ZoneInfo(profile.zone)):%Y-%m-%d %H:%M:%S}"
        window = f"{profile.station_name} {profile.counter:02d}"
        particulars: list[Block] = [Pair(t("Window"), window), Pair(t("Time"), made_at)]
        if clerk:
            particulars.insert(1, Pair(t("Clerk"), clerk))
        return Slip(
            document=document,
            language=self.language,
            title=title,
            subtitle=profile.operator,
            marks=self._slip_marks(job),
            parts=(*(part for part in parts if part.blocks), Part("particulars", tuple(particulars))),
            facts={
                "operator": profile.operator,
                "station": profile.station_name,
                "window": f"{profile.counter:02d}",
                "clerk": clerk,
                "made_at": made_at,
            },
            copy_number=job.copy_number,
        )

    def _slip_marks(self, job: PrintJob) -> tuple[Mark, ...]:
        copy = (Mark.DUPLICATE,) if job.copy_number else ()
        return (*copy, Mark.TRAINING) if self.store.profile.training else copy

    def _refund_slip(self, books: Reading | Writing, job: PrintJob) -> Slip:
        t, zone = self.texts(self.language), ZoneInfo(self.store.profile.zone)
        refund = books.orders.refund(job.ref)
        if refund is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        ticket, frozen = self._ticket_and_run(books, refund.ticket_id)
        tiers = {tier.code: tier for tier in self.policies(ticket.policy).tiers}
        calls, currency = frozen.trip.calls, ticket.currency
        route = " - ".join(
            self._name(frozen.stations[calls[call].station_id]) for call in (ticket.span.board, ticket.span.alight)
        )
        tier = tiers.get(refund.rule)
        back = f"{Money(refund.refunded_minor, currency).plain()} {currency}"
        parts = [
            Part(
                "ticket",
                (
                    Pair(t("Ticket"), ticket.number),
                    Pair(t("Service"), f"{frozen.trip.service} {ticket.depart.astimezone(zone):%Y-%m-%d %H:%M}"),
                    Text(route),
                ),
            ),
            Part(
                "amounts",
                (
                    Pair(t("Fare paid"), Money(ticket.price_minor, currency).plain()),
                    Pair(t("Refund fee"), Money(refund.fee_minor, currency).plain()),
                ),
            ),
            Part("refund", (Pair(t("Refund amount"), back, Strength.LARGE),)),
            Part("tenders", tuple(self._back(books, refund, ticket))),
            Part("rule", tuple(Text(line) for line in self._said(tier.words if tier is not None else {}))),
            Part("signature", (Pair(t("Customer's signature"), ""),)),
        ]
        return self._slip(Document.REFUND_SLIP, t("Refund"), parts, job, refund.clerk)

    def _said(self, words: Mapping[str, str]) -> list[str]:
        """A policy's sentence in the paper's language or languages."""
        return [words[language] for language in languages_of(self.language) if language in words]

    def _name(self, station: Station) -> str:
        """As the paper's language says it: 长沙南, Changshanan, or both."""
        name = station_name(station)
        words = {"zh": name.native, "en": name.latin or name.native}
        return " ".join(dict.fromkeys(self._said(words)))

    def _back(self, books: Reading | Writing, refund: RefundRecord, ticket: TicketRecord) -> list[Block]:
        """Where it goes, leg by leg, as the refund posted it; the cash part with what the coins make of it."""
        t, currency = self.texts(self.language), ticket.currency
        intents = {one.intent_id: one for one in books.payments.of_order(ticket.order_id)}
        lines: list[Block] = []
        for leg in books.payments.legs_of_order(ticket.order_id):
            if leg.journal_seq != refund.journal_seq:
                continue
            intent = None if leg.intent_id is None else intents[leg.intent_id]
            charge = None if intent is None or intent.charge_id is None else intents[intent.charge_id]
            label = t(TENDER_WORDS[f"{leg.tender.value}_refund"])
            if charge is not None and charge.evidence.card:
                label = f"{label} {charge.evidence.card}"
            lines.append(Pair(label, Money(-leg.amount_minor - leg.rounding_minor, currency).plain()))
            if leg.rounding_minor:
                lines.append(Pair(t("Cash rounding"), Money(-leg.rounding_minor, currency).plain()))
        return lines

    def _card_slip(self, books: Reading | Writing, job: PrintJob) -> Slip:
        t = self.texts(self.language)
        slip = books.payments.slip(job.ref)
        if slip is None:
            raise Refusal(Reason.JOB_NOT_OPEN, detail="no_slip")
        customer = slip.whose == "customer"
        return Slip(
            document=Document.CARD_SLIP_CUSTOMER if customer else Document.CARD_SLIP_MERCHANT,
            language=self.language,
            title=t("Customer's card slip") if customer else t("Merchant's card slip"),
            subtitle="",
            marks=self._slip_marks(job),
            parts=(Part("terminal", (Verbatim(slip.lines),)),),
            facts={"operator": self.store.profile.operator, "station": self.store.profile.station_name},
            copy_number=job.copy_number,
        )

    def _report(self, books: Reading | Writing, job: PrintJob) -> Slip:
        shift = books.shifts.get(job.ref)
        if shift is None:
            raise Refusal(Reason.NO_REPORT)
        if job.kind is JobKind.X_REPORT:
            figures = x_report(shift, books, self.store, self.clock, blind=is_blind_x(job))
        else:
            assert shift.z_report is not None, "a Z is printed of what was closed"
            figures = thawed(shift.z_report)
        paper = self.report_paper(figures, self.language)
        if not job.copy_number:
            return paper
        return replace(paper, marks=(*paper.marks, Mark.DUPLICATE), copy_number=job.copy_number)

    def _cash_slip(self, books: Reading | Writing, job: PrintJob) -> Slip:
        t = self.texts(self.language)
        movement = books.shifts.movement(job.ref)
        if movement is None:
            raise Refusal(Reason.NO_REPORT)
        shift = books.shifts.get(movement.shift_id)
        user = books.users.by_id(shift.user_id) if shift is not None else None
        amount = Money(abs(movement.amount_minor), self.store.profile.currency)
        kind = t(CASH_WORDS[movement.kind])
        parts = [
            Part("amount", (Pair(kind, f"{amount.plain()} {amount.currency}", Strength.LARGE),)),
            Part("reason", (Text(movement.reason),)),
            Part("signature", (Pair(t("Signature"), ""),)),
        ]
        return self._slip(Document.CASH_SLIP, kind, parts, job, user.display_name if user is not None else "")

    def _receipt(self, books: Reading | Writing, job: PrintJob) -> Slip:
        t = self.texts(self.language)
        order = books.orders.order(job.ref)
        if order is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        tickets = books.orders.tickets_of(order.order_id)

        def plain(minor: int) -> str:
            return Money(minor, order.currency).plain()

        parts = [
            Part("items", tuple(Pair(ticket.number, plain(ticket.price_minor)) for ticket in tickets)),
            Part("total", (Pair(t("Total"), f"{plain(order.total_minor)} {order.currency}", Strength.LARGE),)),
            Part("tenders", tuple(self._paid(books, order))),
        ]
        return self._slip(Document.RECEIPT, t("Receipt"), parts, job, order.clerk)

    def _paid(self, books: Reading | Writing, order: OrderRecord) -> list[Block]:
        t = self.texts(self.language)
        intents = {one.intent_id: one for one in books.payments.of_order(order.order_id)}

        def pair(label: str, minor: int) -> Pair:
            return Pair(label, Money(minor, order.currency).plain())

        lines: list[Block] = []
        for leg in books.payments.legs_of_order(order.order_id):
            if leg.refund_id is not None:
                continue
            if leg.intent_id is not None:
                label = f"{t(TENDER_WORDS[leg.tender.value])} {intents[leg.intent_id].evidence.card}".strip()
                lines.append(pair(label, leg.amount_minor))
                continue
            if leg.rounding_minor:
                lines += [
                    pair(t("Cash"), leg.amount_minor),
                    pair(t("Cash rounding"), leg.rounding_minor),
                ]
            lines += [pair(t("Received in cash"), order.received_minor), pair(t("Change"), order.change_minor)]
        return lines

    def _test(self, books: Reading | Writing, job: PrintJob) -> Slip:
        del books
        t = self.texts(self.language)
        sample: tuple[Block, ...] = (
            Text(t("If you can read this, the printer prints.")),
            Text("0123456789 ABCDEFG abcdefg"),
            Text("长沙南 Žilina ￥553.00 é 𠮷 㛃"),
        )
        return self._slip(Document.TEST, t("Test print"), [Part("sample", sample)], job)


def _place_kind(frozen: FrozenRun, ticket: TicketRecord) -> str | None:
    if frozen.formation is None or ticket.place is None:
        return None
    for coach in frozen.formation.coaches:
        if coach.number == ticket.place.coach:
            for section in coach.sections:
                for place in section.places:
                    if place.label == ticket.place.label:
                        return place.kind
    return None
