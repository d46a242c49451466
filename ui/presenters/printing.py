"""Sends print jobs in order: intent on the DATABASE lane, bytes on the printer's lane, outcome on the DATABASE lane.

Each printer has a queue and a lane of its own: one that is stuck holds no other's papers back. A job that failed before
its first byte is tried again when its printer says that it is ready; one whose outcome is unknown never is: a person is
asked. Where a job goes the store says, when it is put in the queue and again when it is begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.errors import Cancelled, DeviceTrouble, Reason, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, JobState, PaperState, PrinterStatus
from ui.presenters.lane import Lane, Lanes, Trouble, printer_lane

QUEUE_MAX = 500
_SILENT = PrinterStatus(
    ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error="silent", answered=False
)


class PrintPump:
    """``changed`` hears of each finished job, ``troubled`` of what could not even be begun."""

    def __init__(
        self,
        desk: Desk,
        lanes: Lanes,
        *,
        changed: Callable[[PrintJobView], None],
        troubled: Callable[[Trouble], None],
        printers: Sequence[str] = (MAIN_PRINTER,),
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._changed = changed
        self._troubled = troubled
        self._lane_of = {name: printer_lane(at) for at, name in enumerate(printers)}
        self._queues: dict[str, deque[UUID]] = {name: deque() for name in printers}
        self._running: dict[str, UUID] = {}
        self._asleep: dict[UUID, str] = {}  # failed before send: wait for their printer
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

    def idle_at(self, printer: str) -> bool:
        return printer not in self._running and not self._queues[printer]

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
        """Of those that are open in the store: what waits there and is not known here, in their order."""
        known = {*self._running.values(), *self._asleep, *(job for queue in self._queues.values() for job in queue)}
        waiting = {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}
        lost = [job.job_id for job in jobs if job.state in waiting and job.job_id not in known]
        if lost and not self._asked:
            self.enqueue(lost)

    def printer_ready(self, printer: str = MAIN_PRINTER) -> None:
        """It says that it is ready: what failed before its first byte is sent again."""
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

    def _wake(self, name: str) -> None:
        """Paper may be back unnoticed: a later ticket would come out first, on the blank that an earlier one has."""
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
        self._lanes.run(
            self._lane_of[name],
            lambda: self._desk.send_job(job, paper),
            done=lambda outcome: self._finish(name, job, outcome),
            failed=lambda trouble: self._finish(name, job, _outcome_of(trouble)),
        )

    def _finish(self, name: str, job: UUID, outcome: DeliveryOutcome) -> None:
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.finish_job(job, outcome),
            done=lambda view: self._finished(name, view),
            failed=lambda trouble: self._not_begun(name, job, trouble),
        )

    def _finished(self, name: str, view: PrintJobView) -> None:
        del self._running[name]
        if view.state is JobState.FAILED_BEFORE_SEND and view.kind != JobKind.DRAWER.value:  # a kick is never replayed
            self._asleep[view.job_id] = name
            # One try says how the printer is: the others that slept do not wait for it to time out each.
            for job in [job for job in self._queues[name] if job in self._woken]:
                self._queues[name].remove(job)
                self._woken.discard(job)
                self._asleep[job] = name
        self._changed(view)
        self._next(name)

    def _not_begun(self, name: str, job: UUID, trouble: Trouble) -> None:
        del self._running[name]
        moved = isinstance(trouble, Refusal) and trouble.facts.get("detail") == "moved"
        if moved:  # by a person, between our look at the store and now
            self.enqueue([job])
        elif isinstance(trouble, Refusal) and trouble.reason is Reason.JOB_NOT_OPEN:
            pass  # somebody else printed or settled it: there is nothing to do, and nothing is wrong
        else:
            self._troubled(trouble)
        self._next(name)


def _outcome_of(trouble: Trouble) -> DeliveryOutcome:
    """A device trouble is known not to have reached the outside; anything else may have."""
    safe = isinstance(trouble, (DeviceTrouble, Refusal, Cancelled))
    return DeliveryOutcome(
        delivery=Delivery.FAILED_BEFORE_SEND if safe else Delivery.UNKNOWN, detail=str(trouble)[:200], status=_SILENT
    )
