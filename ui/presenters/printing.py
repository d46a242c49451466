"""Sends print jobs in order: intent on the DATABASE lane, bytes on the printer's lane, outcome on the DATABASE lane.

Each printer has a queue and a lane of its own: one that is stuck holds no other's papers back. A job that failed before
its first byte, or that could not be begun, is tried again when its printer says that it is ready; the longer this comes
to nothing the rarer. One whose outcome is unknown never is: a person is asked. One that a person gave up waits for a
person. Where a job goes the store says, when it is put in the queue and again when it is begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, JobKind, JobState, PaperState, PrinterStatus
from ui.presenters.lane import Lane, Lanes, Trouble, printer_lane

QUEUE_MAX = 500
LOOKS_MAX: Final = 12  # at a printer that is ready and prints nothing: a try a minute, as often as it is asked
MUTE_MS: Final = 2_000  # a job that waits so long for its printer's word: the printer is not called ready meanwhile
_SILENT = PrinterStatus(
    ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error="silent", answered=False
)


@dataclass(slots=True)
class _Rest:
    """Of a printer that says that it is ready, and at which a job came to nothing."""

    tries: int = 0
    looks: int = 0  # so many more answers of the printer are let pass


def _nobody(*_: object) -> None:
    pass


class PrintPump:
    """``changed`` hears of each finished job, ``troubled`` once of what could not even be begun.

    ``not_written``: what became of a job could not be committed. ``sent``: a job waits for this printer's word from now
    on. ``rested``: nothing is on its way to a printer any more. ``now_ms``: monotonic.
    """

    def __init__(
        self,
        desk: Desk,
        lanes: Lanes,
        *,
        changed: Callable[[PrintJobView], None],
        troubled: Callable[[Trouble], None],
        not_written: Callable[[Trouble], None] = _nobody,
        sent: Callable[[str], None] = _nobody,
        rested: Callable[[], None] = _nobody,
        now_ms: Callable[[], int] = lambda: 0,
        printers: Sequence[str] = (MAIN_PRINTER,),
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._changed = changed
        self._troubled = troubled
        self._not_written, self._sent, self._rested, self._now_ms = not_written, sent, rested, now_ms
        self._lane_of = {name: printer_lane(at) for at, name in enumerate(printers)}
        self._queues: dict[str, deque[UUID]] = {name: deque() for name in printers}
        self._running: dict[str, UUID] = {}
        self._asleep: dict[UUID, str] = {}  # failed before send, or could not be begun: wait for their printer
        self._refused: dict[UUID, str] = {}  # of those that could not be begun: what the clerk was told
        self._rests: dict[str, _Rest] = {}
        self._given_up: dict[str, UUID] = {}  # the paper that a person gave up at a printer: it waits for a person
        self._unwritten: dict[UUID, tuple[str, DeliveryOutcome]] = {}  # over, and the store did not take it yet
        self._since_ms: dict[str, int] = {}  # since when a job waits for a printer's word
        self._woken: set[UUID] = set()  # of those in the queues: slept until a later paper was to pass them
        self._asked = 0  # how often the store was asked where jobs go, and has not answered yet

    @property
    def idle(self) -> bool:
        return not self._asked and not self._running and not any(self._queues.values())

    @property
    def sending(self) -> bool:
        """Something is on its way to a printer, or about to be: the next paper of a sale too."""
        return bool(self._running) or any(self._queues.values())

    @property
    def waiting(self) -> int:
        return sum(map(len, self._queues.values())) + len(self._asleep) + len(self._running)

    @property
    def unwritten(self) -> Collection[UUID]:
        """Jobs that are over, and of which the store does not know it."""
        return self._unwritten.keys()

    def idle_at(self, printer: str) -> bool:
        return printer not in self._running and not self._queues[printer]

    def mute(self, printer: str) -> bool:
        """A job has been waiting for its word for longer than it usually takes."""
        since_ms = self._since_ms.get(printer)
        return since_ms is not None and self._now_ms() - since_ms >= MUTE_MS

    @property
    def awaited(self) -> bool:
        """A job waits for a printer's word."""
        return bool(self._since_ms)

    def lane_of(self, printer: str) -> Lane:
        return self._lane_of[printer]

    def enqueue(self, jobs: Sequence[UUID]) -> None:
        """Also of jobs that wait here already and that a person sent to another printer."""
        room = QUEUE_MAX - sum(map(len, self._queues.values()))
        # After a day without a printer there may be more: the rest waits in the store, and the next look finds it.
        wanted = [job for job in jobs if job not in self._running.values()][: max(0, room)]
        if not wanted:
            return
        self._asked += 1
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.job_printers(wanted),
            done=lambda found: self._routed(wanted, found),
            failed=self._not_routed,
        )

    def adopt(self, jobs: Sequence[PrintJobView]) -> None:
        """Of those that are open in the store: what waits there and is not known here, in their order.

        What became of others, and could not be written, is written now if the store takes it.
        """
        for job, (name, outcome) in list(self._unwritten.items()):
            self._write_again(job, name, outcome)
        there = {(job.printer, job.job_id) for job in jobs if _waits(job) or job.state is JobState.SENDING}
        for name, job in list(self._given_up.items()):
            if (name, job) not in there:  # sent elsewhere, or refunded: the others need not wait with it
                del self._given_up[name]
        known = {*self._running.values(), *self._asleep, *(job for queue in self._queues.values() for job in queue)}
        lost = [job.job_id for job in jobs if _waits(job) and job.job_id not in known]
        if lost and not self._asked:
            self.enqueue(lost)

    def printer_ready(self, printer: str = MAIN_PRINTER) -> None:
        """It says that it is ready: what failed before its first byte is sent again."""
        rest = self._rests.get(printer)
        if printer in self._given_up:
            return
        if rest is not None and rest.looks:
            rest.looks -= 1
            return
        if rest is not None:
            rest.tries = min(rest.tries + 1, LOOKS_MAX)
        self._try(printer)

    def printer_troubled(self, printer: str) -> None:
        """Somebody works on it: what was given up there is printed when it is ready again."""
        self._given_up.pop(printer, None)
        self._rests.pop(printer, None)

    def try_again(self) -> None:
        """A person says so: also what was given up."""
        self._given_up.clear()
        self._rests.clear()
        for printer in self._queues:
            self._try(printer)

    def _try(self, printer: str) -> None:
        again = [job for job, where in self._asleep.items() if where == printer]
        for job in again:
            del self._asleep[job]
        self.enqueue(again)

    # ---- which printer

    def _routed(self, wanted: Sequence[UUID], found: Sequence[tuple[UUID, str]]) -> None:
        """Those that may be sent; of the others somebody else has seen to it."""
        self._asked -= 1
        goes_to = dict(found)
        for job in wanted:
            self._asleep.pop(job, None)
            if job not in goes_to:
                self._refused.pop(job, None)
            for name, queue in self._queues.items():
                if job in queue and goes_to.get(job) != name:
                    queue.remove(job)
        for name in {name for _, name in found}:
            self._wake(name)
        for job, name in found:
            # The store's order is that of printing; a job that came back goes behind those that wait.
            if job not in self._running.values() and job not in self._queues[name]:
                self._queues[name].append(job)
        for name in self._queues:
            self._next(name)
        self._say_rested()

    def _wake(self, name: str) -> None:
        """Paper may be back unnoticed: a later ticket would come out first, on the blank that an earlier one has."""
        self._given_up.pop(name, None)
        slept = [job for job, where in self._asleep.items() if where == name]
        for job in reversed(slept):
            del self._asleep[job]
            self._queues[name].appendleft(job)
        self._woken.update(slept)

    def _not_routed(self, trouble: Trouble) -> None:
        self._asked -= 1
        self._troubled(trouble)  # they wait in the store: the next look at it finds them

    # ---- one job, at one printer

    def _next(self, name: str) -> None:
        if name in self._running or not self._queues[name]:
            return
        job = self._running[name] = self._queues[name].popleft()
        self._woken.discard(job)
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.start_job(job, name),
            done=lambda paper: self._send(name, job, paper),
            failed=lambda trouble: self._not_begun(name, job, trouble),
        )

    def _send(self, name: str, job: UUID, paper: Paper | None) -> None:
        self._refused.pop(job, None)
        self._since_ms[name] = self._now_ms()
        self._sent(name)
        self._lanes.run(
            self._lane_of[name],
            lambda: self._desk.send_job(job, paper),
            done=lambda outcome: self._finish(name, job, outcome),
            failed=lambda trouble: self._not_sent(name, job, trouble),
        )

    def _not_sent(self, name: str, job: UUID, trouble: Trouble) -> None:
        if _not_open(trouble):  # somebody else has it, and will say what became of it
            self._since_ms.pop(name, None)
            self._not_begun(name, job, trouble)
        else:
            self._finish(name, job, _outcome_of(trouble))

    def _finish(self, name: str, job: UUID, outcome: DeliveryOutcome) -> None:
        self._since_ms.pop(name, None)
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.finish_job(job, outcome),
            done=lambda view: self._finished(name, view, outcome),
            failed=lambda trouble: self._unfinished(name, job, outcome, trouble),
        )

    def _finished(self, name: str, view: PrintJobView, outcome: DeliveryOutcome) -> None:
        del self._running[name]
        self._ended(name, view, outcome)
        self._next(name)
        self._say_rested()

    def _ended(self, name: str, view: PrintJobView, outcome: DeliveryOutcome) -> None:
        if view.state is JobState.FAILED_BEFORE_SEND and view.kind != JobKind.DRAWER.value:  # a kick is never replayed
            self._asleep[view.job_id] = name
            if outcome.detail == GIVEN_UP:
                self._given_up[name] = view.job_id
            elif outcome.status.ready or outcome.status is _SILENT:
                self._rest(name)  # it would say that it is ready, and the next try be as vain
            # One try says how the printer is: the others that slept do not wait for it to time out each.
            for job in [job for job in self._queues[name] if job in self._woken]:
                self._queues[name].remove(job)
                self._woken.discard(job)
                self._asleep[job] = name
        elif view.state is not JobState.FAILED_BEFORE_SEND:
            self._rests.pop(name, None)
        self._changed(view)

    def _not_begun(self, name: str, job: UUID, trouble: Trouble) -> None:
        del self._running[name]
        detail = trouble.facts.get("detail") if isinstance(trouble, Refusal) else None
        if detail == "moved":  # by a person, between our look at the store and now
            self.enqueue([job])
        elif detail == "behind":  # a ticket on an earlier blank sleeps, or is not known here yet
            self._asleep[job] = name
        elif _not_open(trouble):
            self._refused.pop(job, None)  # somebody else printed or settled it: nothing is wrong
        else:
            self._put_off(name, job, trouble)
        self._next(name)
        self._say_rested()

    def _put_off(self, name: str, job: UUID, trouble: Trouble) -> None:
        """It waits, and is tried again. What is in its way is said once, not of each job and at each try."""
        self._asleep[job] = name
        self._rest(name)
        said = _code(trouble)
        known = said in self._refused.values()
        self._refused[job] = said
        if not known:
            self._troubled(trouble)

    def _rest(self, name: str) -> None:
        rest = self._rests.setdefault(name, _Rest())
        rest.looks = min(2**rest.tries - 1, LOOKS_MAX - 1)

    def _say_rested(self) -> None:
        if not self.sending:
            self._rested()

    # ---- what the store did not take

    def _unfinished(self, name: str, job: UUID, outcome: DeliveryOutcome, trouble: Trouble) -> None:
        """It is never printed again by itself: it stands as unknown until its outcome is written, or a person says."""
        del self._running[name]
        if not _not_open(trouble):
            self._unwritten[job] = (name, outcome)
            self._not_written(trouble)
        self._next(name)
        self._say_rested()

    def _write_again(self, job: UUID, name: str, outcome: DeliveryOutcome) -> None:
        del self._unwritten[job]

        def failed(trouble: Trouble) -> None:
            if not _not_open(trouble):  # else it was written after all, or a person settled it
                self._unwritten[job] = (name, outcome)

        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.finish_job(job, outcome),
            done=lambda view: self._ended(name, view, outcome),
            failed=failed,
        )


def _waits(job: PrintJobView) -> bool:
    """A kick that came to nothing is over."""
    kick = job.kind == JobKind.DRAWER.value
    return job.state is JobState.QUEUED or (job.state is JobState.FAILED_BEFORE_SEND and not kick)


def _not_open(trouble: Trouble) -> bool:
    return isinstance(trouble, Refusal) and trouble.reason is Reason.JOB_NOT_OPEN


def _code(trouble: Trouble) -> str:
    match trouble:
        case Refusal():
            return trouble.reason.value
        case OutcomeUnknown():
            return trouble.what
        case DeviceTrouble():
            return trouble.detail
        case Cancelled():
            return "cancelled"


def _outcome_of(trouble: Trouble) -> DeliveryOutcome:
    """A device trouble is known not to have reached the outside; anything else may have."""
    safe = isinstance(trouble, (DeviceTrouble, Refusal, Cancelled))
    return DeliveryOutcome(
        delivery=Delivery.FAILED_BEFORE_SEND if safe else Delivery.UNKNOWN, detail=str(trouble)[:200], status=_SILENT
    )
