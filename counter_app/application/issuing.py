"""What every act that takes or gives money needs: the shift that it belongs to, print jobs, a ticket's signed code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from counter_app.domain.barcode import VALID_AFTER, TicketBody, document_digest, seal_ticket
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import TicketNumber
from counter_app.domain.staff import Actor
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Signer
from counter_app.ports.prints import JobKind, JobState, PrintJob
from counter_app.ports.shifts import ShiftRecord, ShiftState
from counter_app.ports.stock import FrozenRun
from counter_app.ports.store import Reading, Writing

# How long before departure a gate takes the code: the day's boarding.
VALID_BEFORE: Final = timedelta(hours=24)


def selling_shift(books: Reading | Writing, actor: Actor) -> ShiftRecord:
    """The actor's own, open one. Raises Refusal: SHIFT_CLOSED (none), SHIFT_OF_ANOTHER(login), SHIFT_COUNTED."""
    shift = books.shifts.open_any()
    if shift is None:
        raise Refusal(Reason.SHIFT_CLOSED)
    if shift.user_id != actor.user_id:
        raise Refusal(Reason.SHIFT_OF_ANOTHER, login=shift.login)
    if shift.state is not ShiftState.OPEN:
        raise Refusal(Reason.SHIFT_COUNTED)
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
