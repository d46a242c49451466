"""The counter's desk: printers, print jobs and numbered blanks (``print_desk.PrintDesk``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from counter_app.application.blanks import DemandBlanks, EndRoll, ListRolls, LoadRoll, SpoilBlanks
from counter_app.application.compose_paper import ComposePaper
from counter_app.application.credentials import Credentials
from counter_app.application.jobs_in_hand import JobsInHand
from counter_app.application.move_job import MoveJob
from counter_app.application.payments.settle_payment import SecondPerson
from counter_app.application.print_job import FinishJob, ListJobs, PrintTest, SendJob, StartJob, job_printer
from counter_app.application.print_views import MovedJob, PrinterView, RollView
from counter_app.application.printer_log import PrinterLog
from counter_app.application.reprint import Reprint
from counter_app.application.settle_job import SettleJob
from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.domain.policy import Policy
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.printer_events import EventKind, PrinterEvent
from counter_app.ports.prints import DeliveryOutcome, JobKind, JobState, Printers, PrinterStatus
from counter_app.ports.store import MoneyStore

TellRecovered = Callable[[str, int, JobState | None], None]
"""Printer, how many of its jobs were found being sent, and how its newest ended (None: it had none)."""


class CounterPrinting:
    def __init__(
        self,
        *,
        store: MoneyStore,
        policy: Policy,
        printers: Printers,
        clock: Clock,
        ids: Ids,
        credentials: Credentials,
        compose: ComposePaper,
        tell_recovered: TellRecovered,
    ) -> None:
        self._books, self._paper_policy, self._printers, self._time = store, policy, printers, clock
        self._log = log = PrinterLog(clock=clock)
        self._tell_recovered = tell_recovered
        self._hand = hand = JobsInHand()
        control, second = policy.stock_control, SecondPerson(credentials=credentials)
        self._move_job = MoveJob(store=store, clock=clock, printers=printers, control=control, log=log)
        self._start_job = StartJob(
            store=store,
            clock=clock,
            compose=compose,
            printers=printers,
            hand=hand,
            take_over=self._move_job.take_over,
        )
        self._send_job = SendJob(store=store, printers=printers, log=log, hand=hand)
        self._finish_job = FinishJob(store=store, clock=clock, printers=printers, log=log, hand=hand)
        self._list_jobs = ListJobs(store=store, printers=printers, hand=hand)
        self._print_test = PrintTest(store=store, clock=clock, ids=ids, printers=printers)
        self._settle_job = SettleJob(store=store, clock=clock, ids=ids, printers=printers, control=control, hand=hand)
        self._reprint = Reprint(store=store, clock=clock, ids=ids, printers=printers, control=control)
        self._demand_blanks = DemandBlanks(store=store, control=control)
        self._load_roll = LoadRoll(
            store=store, ids=ids, printers=printers, control=control, renumber=self._move_job.renumber
        )
        self._end_roll = EndRoll(store=store, second=second)
        self._spoil_blanks = SpoilBlanks(store=store, second=second)
        self._list_rolls = ListRolls(store=store)

    # ---- printers

    def printers(self) -> list[PrinterView]:
        drawer = self._printers.of_kind(JobKind.DRAWER)
        return [
            PrinterView(
                name=name,
                url=self._printers.url(name),
                profile=self._printers.profile(name),
                roles=self._printers.roles(name),
                status=self._log.last(name),
                drawer=name == drawer,
            )
            for name in self._printers.names
        ]

    def printer_status(self, name: str = MAIN_PRINTER) -> PrinterStatus:
        status = self._printers.named(name).status()
        self._log.heard(name, status)
        return status

    def sale_printers(self) -> tuple[str, ...]:
        kinds = (JobKind.TICKET, JobKind.RECEIPT) if self._paper_policy.receipt else (JobKind.TICKET,)
        return tuple(dict.fromkeys(self._printers.of_kind(kind) for kind in kinds))

    def cancel_printing(self, name: str) -> None:
        if not self._hand.give_up(name, self._printers.named(name).cancel):
            raise Refusal(Reason.JOB_NOT_OPEN)  # what is given up stands in the log when it has ended: ``FinishJob``

    def printer_events(self, limit: int = 200, printer: str | None = None) -> list[PrinterEvent]:
        with self._books.reading() as books:
            return books.printer_events.latest(limit, printer)

    def keep_printer_events(self) -> int:
        if not self._log.waiting:
            return 0
        with self._books.writing() as books:
            return self._log.keep(books)

    # ---- jobs

    def job_printers(self, jobs: Sequence[UUID]) -> list[tuple[UUID, str]]:
        return self._list_jobs.to_send(jobs)

    def start_job(self, job_id: UUID, printer: str = "") -> Paper | None:
        return self._start_job(job_id, printer)

    def send_job(self, job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        return self._send_job(job_id, paper)

    def finish_job(self, job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        return self._finish_job(job_id, outcome)

    def print_jobs(self, *, limit: int = 100) -> list[PrintJobView]:
        return self._list_jobs.latest(limit)

    def open_print_jobs(self) -> list[PrintJobView]:
        return self._list_jobs.open()

    def settle_job(self, actor: Actor, job_id: UUID, *, came_out: bool) -> UUID | None:
        return self._settle_job(actor, job_id, came_out=came_out)

    def reprint(self, actor: Actor, ticket_id: UUID, *, reason: str) -> UUID:
        return self._reprint(actor, ticket_id, reason=reason)

    def move_job(self, actor: Actor, job_id: UUID, printer: str) -> MovedJob:
        return self._move_job(actor, job_id, printer)

    def move_waiting(self, actor: Actor, printer: str, to: str) -> list[MovedJob]:
        return self._move_job.all_of(actor, printer, to)

    def print_test(self, actor: Actor, printer: str = MAIN_PRINTER) -> UUID:
        return self._print_test(actor, printer)

    # ---- numbered blanks

    def rolls(self) -> list[RollView]:
        return self._list_rolls()

    def load_roll(self, actor: Actor, printer: str, first: str, last: str) -> RollView:
        return self._load_roll(actor, printer, first, last)

    def end_roll(
        self, actor: Actor, printer: str, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> RollView:
        return self._end_roll(
            actor, printer, reason=reason, supervisor=supervisor, supervisor_password=supervisor_password
        )

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
        return self._spoil_blanks(
            actor,
            printer,
            first,
            last,
            reason=reason,
            supervisor=supervisor,
            supervisor_password=supervisor_password,
        )

    # ---- at start, after recovery

    def _open_printers(self) -> None:
        """Each is told what an earlier process left in it: interrupted jobs, and how the newest ended.

        Papers that wait for a printer that is in the settings no more are sent to another.
        """
        self._move_job.take_over_all()
        with self._books.reading() as books:
            unknown = [
                job_printer(books, job, self._printers)
                for job in books.prints.open_jobs()
                if job.state is JobState.UNKNOWN
            ]
            newest = {name: books.prints.last_on(name) for name in self._printers.names}
            if newest[MAIN_PRINTER] is None:  # of before it was written down where a job went
                newest[MAIN_PRINTER] = next(iter(books.prints.latest(1)), None)
        now = self._time.now()
        for name, last in newest.items():
            self._tell_recovered(name, unknown.count(name), None if last is None else last.state)
            self._log.say(name, EventKind.OPENED, self._printers.url(name), now)
