"""Printers, print jobs and rolls of the invented counter: one printer, and as many more as a test fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from counter_app.application.print_views import MovedJob, PrinterView, RollView
from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Document, Paper, Slip
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor
from counter_app.domain.stocknumbers import stock_range, stock_text
from counter_app.errors import Reason, Refusal
from counter_app.ports.printer_events import PrinterEvent
from counter_app.ports.prints import (
    ROLES,
    Delivery,
    DeliveryOutcome,
    JobKind,
    JobState,
    PaperState,
    PrinterRole,
    PrinterStatus,
)

READY = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)
WAITING = (JobState.QUEUED, JobState.FAILED_BEFORE_SEND)
_ROLE_OF = {"receipt": PrinterRole.RECEIPT, "report": PrinterRole.REPORT}


class FakePrinting:
    """``status`` is the main printer's. ``fit`` adds one; ``sent`` tells what went where, in order."""

    def __init__(self) -> None:
        self.status = READY
        self.delivery = Delivery.CONFIRMED
        self.further: dict[str, PrinterStatus] = {}
        self.sent: list[tuple[str, UUID]] = []
        self.cancelled: list[str] = []
        self.events: list[PrinterEvent] = []
        self.sale_needs: tuple[str, ...] = (MAIN_PRINTER,)
        self.inside: list[RollView] = []  # and those that were
        self.signed: list[tuple[str, str]] = []  # why, and the second person
        self._jobs: dict[UUID, PrintJobView] = {}

    def fit(self, name: str, status: PrinterStatus = READY) -> None:
        self.further[name] = status

    # ---- printers
    def printers(self) -> list[PrinterView]:
        return [
            PrinterView(
                name=name,
                url="virtual:",
                profile="thermal-80",
                roles=self._roles(name),
                status=self._status_of(name),
                drawer=PrinterRole.RECEIPT in self._roles(name),
            )
            for name in (MAIN_PRINTER, *self.further)
        ]

    def printer_status(self, name: str = MAIN_PRINTER) -> PrinterStatus:
        return self._status_of(name)

    def sale_printers(self) -> tuple[str, ...]:
        return self.sale_needs

    def cancel_printing(self, name: str) -> None:
        self._status_of(name)
        self.cancelled.append(name)

    def printer_events(self, limit: int = 200, printer: str | None = None) -> list[PrinterEvent]:
        return [event for event in self.events if printer in {None, event.printer}][:limit]

    def keep_printer_events(self) -> int:
        return 0

    # ---- jobs
    def job_printers(self, jobs: Sequence[UUID]) -> list[tuple[UUID, str]]:
        wanted = set(jobs)
        return [
            (job.job_id, self._goes_to(job))
            for job in self._jobs.values()
            if job.job_id in wanted and job.state in WAITING
        ]

    def start_job(self, job_id: UUID, printer: str = "") -> Paper | None:
        job = self._jobs[job_id]
        if job.state not in WAITING:
            raise Refusal(Reason.JOB_NOT_OPEN)
        if printer not in {"", self._goes_to(job)}:
            raise Refusal(Reason.JOB_NOT_OPEN, detail="moved")
        self._jobs[job_id] = replace(job, state=JobState.SENDING, printer=self._goes_to(job))
        return Slip(document=Document.TEST, language="zh", title=job.title, subtitle="", marks=(), parts=())

    def send_job(self, job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        del paper
        name = self._jobs[job_id].printer
        self.sent.append((name, job_id))
        status = self._status_of(name)
        delivery = self.delivery if status.ready else Delivery.FAILED_BEFORE_SEND
        return DeliveryOutcome(delivery=delivery, detail=status.error, status=status)

    def finish_job(self, job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        job = replace(self._jobs[job_id], state=JobState(outcome.delivery.value), detail=outcome.detail)
        self._jobs[job_id] = job
        return job

    def print_jobs(self, *, limit: int = 100) -> list[PrintJobView]:
        found = sorted(self._jobs.values(), key=lambda job: job.created_at, reverse=True)[:limit]
        return [replace(job, printer=self._goes_to(job)) for job in found]

    def open_print_jobs(self) -> list[PrintJobView]:
        done = {JobState.CONFIRMED, JobState.SETTLED_OUT, JobState.SETTLED_SPOILED}
        return [replace(job, printer=self._goes_to(job)) for job in self._jobs.values() if job.state not in done]

    def move_job(self, actor: Actor, job_id: UUID, printer: str) -> MovedJob:
        del actor
        self._status_of(printer)
        job = self._jobs[job_id]
        if job.state not in WAITING or job.kind == JobKind.DRAWER.value or self._goes_to(job) == printer:
            raise Refusal(Reason.JOB_NOT_OPEN)
        self._jobs[job_id] = replace(job, state=JobState.QUEUED, printer=printer)
        return MovedJob(
            job_id=job_id, kind=job.kind, title=job.title, printer=printer, stock_number=job.stock_number, unused=""
        )

    def move_waiting(self, actor: Actor, printer: str, to: str) -> list[MovedJob]:
        waiting = [
            job
            for job in self._jobs.values()
            if job.state in WAITING and self._goes_to(job) == printer and job.kind != JobKind.DRAWER.value
        ]
        if not waiting or printer == to:
            raise Refusal(Reason.JOB_NOT_OPEN)
        return [self.move_job(actor, job.job_id, to) for job in waiting]

    # ---- numbered blanks
    def rolls(self) -> list[RollView]:
        return list(self.inside)

    def load_roll(self, actor: Actor, printer: str, first: str, last: str) -> RollView:
        if any(roll.printer == printer and roll.inside for roll in self.inside):
            raise Refusal(Reason.ROLL_INSIDE, left=next(roll.left for roll in self.inside if roll.inside))
        first_n, last_n = stock_range(first, last)
        roll = RollView(
            roll_id=UUID(int=0xB0 + len(self.inside)),
            printer=printer,
            first=first,
            last=last,
            next=first,
            left=last_n - first_n + 1,
            loaded_at=datetime(2026, 12, 1, 6, 0, tzinfo=UTC),
            clerk=actor.login,
            inside=True,
        )
        self.inside.append(roll)
        return roll

    def end_roll(
        self, actor: Actor, printer: str, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> RollView:
        del actor, supervisor_password
        roll = self._inside(printer)
        self.signed.append((reason, supervisor))
        return self._now(replace(roll, inside=False))

    def spoil_blanks(
        self,
        actor: Actor,
        printer: str,
        first: str,
        last: str,
        *,
        reason: str,
        supervisor: str,
        supervisor_password: str,
    ) -> RollView:
        del actor, supervisor_password
        roll = self._inside(printer)
        if first != roll.next:
            raise Refusal(Reason.BAD_BLANKS, expected=roll.next)
        _, last_n = stock_range(first, last)
        self.signed.append((reason, supervisor))
        return self._now(replace(roll, next=stock_text(last_n + 1), left=stock_range(roll.last, roll.last)[1] - last_n))

    def _inside(self, printer: str) -> RollView:
        found = next((roll for roll in self.inside if roll.printer == printer and roll.inside), None)
        if found is None:
            raise Refusal(Reason.NO_ROLL, printer=printer)
        return found

    def _now(self, roll: RollView) -> RollView:
        self.inside = [roll if other.roll_id == roll.roll_id else other for other in self.inside]
        return roll

    # ---- inside
    def _status_of(self, name: str) -> PrinterStatus:
        if name != MAIN_PRINTER and name not in self.further:
            raise Refusal(Reason.UNKNOWN_PRINTER, printer=name)
        return self.status if name == MAIN_PRINTER else self.further[name]

    def _roles(self, name: str) -> frozenset[PrinterRole]:
        if name == MAIN_PRINTER:
            return frozenset(PrinterRole) - {_ROLE_OF[other] for other in self.further if other in _ROLE_OF}
        return frozenset({_ROLE_OF[name]}) if name in _ROLE_OF else frozenset()

    def _goes_to(self, job: PrintJobView) -> str:
        if job.printer:
            return job.printer
        role = ROLES[JobKind(job.kind)]
        return next(name for name in (MAIN_PRINTER, *self.further) if role in self._roles(name))
