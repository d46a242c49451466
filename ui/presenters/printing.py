"""Sends print jobs in order: intent on the DATABASE lane, bytes on the PRINTER lane, outcome on the DATABASE lane.

A job that failed before its first byte is tried again when the printer says that it is ready; one whose outcome is
unknown never is: a person is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.errors import Cancelled, DeviceTrouble, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, JobState, PaperState, PrinterStatus
from ui.presenters.lane import Lane, Lanes, Trouble

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
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._changed = changed
        self._troubled = troubled
        self._queue: deque[UUID] = deque()
        self._known: set[UUID] = set()
        self._running: UUID | None = None
        self._asleep: set[UUID] = set()  # failed before send: wait for the printer

    @property
    def idle(self) -> bool:
        return self._running is None and not self._queue

    @property
    def waiting(self) -> int:
        return len(self._queue) + len(self._asleep) + (self._running is not None)

    def enqueue(self, jobs: Sequence[UUID]) -> None:
        for job in jobs:
            assert len(self._queue) < QUEUE_MAX, "print queue is flooded"
            if job not in self._known:
                self._known.add(job)
                self._queue.append(job)
        self._next()

    def printer_ready(self) -> None:
        """The printer says that it is ready: what failed before its first byte is sent again."""
        again, self._asleep = list(self._asleep), set()
        self.enqueue(again)

    def _next(self) -> None:
        if self._running is not None or not self._queue:
            return
        job = self._running = self._queue.popleft()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.start_job(job),
            done=lambda paper: self._send(job, paper),
            failed=self._not_begun,
        )

    def _send(self, job: UUID, paper: Paper | None) -> None:
        self._lanes.run(
            Lane.PRINTER,
            lambda: self._desk.send_job(job, paper),
            done=lambda outcome: self._finish(job, outcome),
            failed=lambda trouble: self._finish(job, _outcome_of(trouble)),
        )

    def _finish(self, job: UUID, outcome: DeliveryOutcome) -> None:
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk.finish_job(job, outcome),
            done=lambda view: self._finished(job, view),
            failed=self._not_begun,
        )

    def _finished(self, job: UUID, view: PrintJobView) -> None:
        self._running = None
        self._known.discard(job)
        if view.state is JobState.FAILED_BEFORE_SEND and view.kind != JobKind.DRAWER.value:  # a kick is never replayed
            self._asleep.add(job)
        self._changed(view)
        self._next()

    def _not_begun(self, trouble: Trouble) -> None:
        if self._running is not None:
            self._known.discard(self._running)
        self._running = None
        self._troubled(trouble)
        self._next()


def _outcome_of(trouble: Trouble) -> DeliveryOutcome:
    """A device trouble is known not to have reached the outside; anything else may have."""
    safe = isinstance(trouble, (DeviceTrouble, Refusal, Cancelled))
    return DeliveryOutcome(
        delivery=Delivery.FAILED_BEFORE_SEND if safe else Delivery.UNKNOWN, detail=str(trouble)[:200], status=_SILENT
    )
