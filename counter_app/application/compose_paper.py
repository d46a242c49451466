"""What is printed, composed from the records each time: a ticket's face, slips, and what others hand in for reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.exchange_slip import ExchangeSlips
from counter_app.application.issuing import CodeFacts, ticket_payload
from counter_app.application.money_slips import MoneySlips
from counter_app.application.refund_plan import Policies
from counter_app.application.report_paper import ReportPaper
from counter_app.application.shift_figures import thawed
from counter_app.application.shift_report import x_report
from counter_app.application.slip_frame import SlipFrame, station_name, ticket_and_run
from counter_app.application.travel_papers import TravelPapers
from counter_app.domain.barcode import code_text
from counter_app.domain.ids import TicketNumber
from counter_app.domain.money import Money
from counter_app.domain.paper_contents import ticket_document
from counter_app.domain.papers import (
    Block,
    Document,
    Mark,
    Paper,
    Part,
    Slip,
    StationName,
    Text,
    TicketFace,
)
from counter_app.domain.passengers import mask_document
from counter_app.domain.policy import Policy
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Signer
from counter_app.ports.orders import TicketRecord
from counter_app.ports.prints import JobKind, PrintJob
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.stock import FrozenRun
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.texts import Texts, languages_of

BLIND = "blind"


def is_blind_x(job: PrintJob) -> bool:
    """An X that was asked for blind stays so, however often it is tried: its detail begins with the word."""
    return job.kind is JobKind.X_REPORT and job.detail.split(" ", 1)[0] == BLIND


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


def no_platform(books: Reading | Writing, stop_id: str) -> str:
    del books, stop_id
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposePaper:
    """``texts(language)`` are the words of ``language``, that of the paper; ``platform``: of a stop, "" not known."""

    store: MoneyStore
    policies: Policies
    signer: Signer
    clock: Clock
    report_paper: ReportPaper
    texts: Callable[[str], Texts]
    language: str
    platform: Callable[[Reading | Writing, str], str] = no_platform

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
        frame = self._frame()
        money, travel = MoneySlips(frame=frame, policies=self.policies), TravelPapers(frame=frame)
        slips = {
            JobKind.REFUND_SLIP: money.refund,
            JobKind.EXCHANGE_SLIP: ExchangeSlips(frame=frame, policies=self.policies).of_job,
            JobKind.RECEIPT: money.receipt,
            JobKind.CASH_SLIP: money.cash,
            JobKind.CARD_SLIP: money.card,
            JobKind.REIMBURSEMENT: travel.reimbursement,
            JobKind.LUGGAGE_TAG: travel.luggage_tag,
            JobKind.GROUP_LIST: travel.group_list,
            JobKind.TEST: self._test,
        }
        assert job.kind in slips, f"{job.kind} has no paper"
        return slips[job.kind](books, job)

    def _frame(self) -> SlipFrame:
        return SlipFrame(store=self.store, texts=self.texts, language=self.language)

    # ---- the ticket

    def _ticket(self, books: Reading | Writing, job: PrintJob) -> TicketFace:
        profile, zone = self.store.profile, ZoneInfo(self.store.profile.zone)
        ticket, frozen = ticket_and_run(books, job.ref)
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
            platform=self.platform(books, calls[ticket.span.board].stop_id) or None,
            boarding_closes=self._boarding_closes(policy, ticket),
            headsign=_headsign(frozen, ticket),
        )

    def _boarding_closes(self, policy: Policy, ticket: TicketRecord) -> datetime | None:
        if policy.gate_closes_minutes is None:
            return None
        zone = ZoneInfo(self.store.profile.zone)
        return (ticket.depart - timedelta(minutes=policy.gate_closes_minutes)).astimezone(zone)

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

    def _test(self, books: Reading | Writing, job: PrintJob) -> Slip:
        del books
        frame = self._frame()
        t = frame.words()
        sample: tuple[Block, ...] = (
            Text(t("If you can read this, the printer prints.")),
            Text("0123456789 ABCDEFG abcdefg"),
            Text("长沙南 Žilina ￥553.00 é 𠮷 㛃"),
        )
        return frame.slip(Document.TEST, t("Test print"), [Part("sample", sample)], job)


def _headsign(frozen: FrozenRun, ticket: TicketRecord) -> str | None:
    """What stands on the vehicle, where a passenger to the destination would not look for it."""
    said = frozen.trip.headsign.strip()
    destination = frozen.stations[frozen.trip.calls[ticket.span.alight].station_id]
    return said if said and said not in {destination.name, destination.english} else None


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
