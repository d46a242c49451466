"""X at any time, Z as it was closed, and either as a print job."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from counter_app.application.shift_figures import gather, thawed
from counter_app.application.shift_views import may_act_on, sees_cash
from counter_app.application.views import ShiftReport
from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.prints import JobKind, JobState, PrintJob
from counter_app.ports.shifts import ShiftRecord
from counter_app.ports.store import MoneyStore, Reading, Writing


@dataclass(frozen=True, slots=True)
class ReportX:
    store: MoneyStore
    clock: Clock

    def __call__(self, actor: Actor) -> ShiftReport:
        """Of the shift that is not closed; blind for its clerk until declared, and for whoever gave no name.

        Raises Refusal: SHIFT_CLOSED where there is none, NOT_ALLOWED.
        """
        with self.store.reading() as books:
            shift = books.shifts.open_any()
            if shift is None:
                raise Refusal(Reason.SHIFT_CLOSED)
            demand_report(actor, shift)
            return x_report(shift, books, self.store, self.clock, blind=not sees_cash(actor, shift))


def x_report(
    shift: ShiftRecord, books: Reading | Writing, store: MoneyStore, clock: Clock, *, blind: bool
) -> ShiftReport:
    """Also for whoever composes a queued X: ``blind`` as it was asked for."""
    last = books.journal.head().seq
    return gather(shift, books, store.profile, kind="x", made_at=clock.now(), blind=blind, journal_last=last)


def demand_report(actor: Actor, shift: ShiftRecord) -> None:
    if not (may_act_on(actor, shift) or actor.may(Right.AUDIT)):
        raise Refusal(Reason.NOT_ALLOWED, right=Right.AUDIT.value)


@dataclass(frozen=True, slots=True)
class ReportZ:
    """Only repeats what was closed: the frozen figures, never a new reckoning."""

    store: MoneyStore

    def __call__(self, actor: Actor, z_number: int | None = None) -> ShiftReport:
        """None: the last. Raises Refusal: NO_REPORT, NOT_ALLOWED."""
        with self.store.reading() as books:
            wanted = books.shifts.last_z() if z_number is None else z_number
            shift = books.shifts.by_z(wanted)
            if shift is None or shift.z_report is None:
                raise Refusal(Reason.NO_REPORT)
            demand_report(actor, shift)
            return thawed(shift.z_report)


@dataclass(frozen=True, slots=True)
class PrintReport:
    store: MoneyStore
    ids: Ids

    def __call__(self, actor: Actor, report: ShiftReport) -> UUID:
        """Queues it, journaled. ``ref`` of the job is the shift; the detail of an X says whether it is blind."""
        kind = JobKind.Z_REPORT if report.kind == "z" else JobKind.X_REPORT
        with self.store.writing() as books:
            shift = books.shifts.get(report.shift.shift_id)
            if shift is None:
                raise Refusal(Reason.NO_REPORT)
            demand_report(actor, shift)
            blind = report.kind == "x" and (report.blind or not sees_cash(actor, shift))
            copies = sum(1 for job in books.prints.of(shift.shift_id) if job.kind is kind)
            job_id = self.ids.new()
            body: dict[str, Json] = {"shift_id": str(shift.shift_id), "job_id": str(job_id), "blind": blind}
            if kind is JobKind.Z_REPORT:
                body |= {"z_number": shift.z_number, "copy": copies}
            entry = books.journal.append(
                Kind.Z_PRINTED if kind is JobKind.Z_REPORT else Kind.X_PRINTED, body, actor=actor
            )
            books.prints.put(
                PrintJob(
                    job_id=job_id,
                    kind=kind,
                    ref=shift.shift_id,
                    copy_number=copies if kind is JobKind.Z_REPORT else 0,
                    state=JobState.QUEUED,
                    detail="blind" if blind else "",
                    created_at=entry.at,
                    updated_at=entry.at,
                    attempts=0,
                    token=books.prints.next_token(),
                )
            )
        return job_id
