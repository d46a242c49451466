"""What became of the papers of a sale, and the clerk's word on one of which nobody knows whether it came out. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import PrintJobView, Sold
from counter_app.domain.staff import Actor
from counter_app.ports.prints import JobKind, JobState
from ui.presenters.lane import Lane, Lanes, Trouble


class SalePapers:
    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        troubled: Callable[[Trouble], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self._answered: set[UUID] = set()
        self.jobs: dict[UUID, PrintJobView] = {}

    def begin(self) -> None:
        self.jobs = {}
        self._answered = set()

    def ended(self, job: PrintJobView, sale: Sold | None) -> None:
        if sale is not None and (job.job_id in sale.jobs or job.job_id in self.jobs):
            self.jobs[job.job_id] = job
            self._changed()

    @property
    def to_answer(self) -> PrintJobView | None:
        """The paper of which nobody knows whether it came out, and nobody was asked yet."""
        for job in self.jobs.values():
            paper = job.kind != JobKind.DRAWER.value  # a drawer is seen to be open or not: nothing to answer
            if paper and job.state is JobState.UNKNOWN and job.job_id not in self._answered:
                return job
        return None

    def answer(self, *, came_out: bool, print_copy: Callable[[Sequence[UUID]], None]) -> None:
        """The clerk's word on ``to_answer``. No: the numbered copy that follows is printed."""
        job = self.to_answer
        if job is None:
            return
        self._answered.add(job.job_id)
        self._changed()

        def settled(copy: UUID | None) -> None:
            state = JobState.SETTLED_OUT if came_out else JobState.SETTLED_SPOILED
            self.jobs[job.job_id] = _as_now(job, state)
            if copy is not None:
                self.jobs[copy] = replace(
                    _as_now(job, JobState.QUEUED), job_id=copy, detail="", copy_number=job.copy_number + 1
                )
                print_copy([copy])
            self._changed()

        def failed(trouble: Trouble) -> None:
            self._answered.discard(job.job_id)
            self._troubled(trouble)
            self._changed()

        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().settle_job(actor, job.job_id, came_out=came_out),
            done=settled,
            failed=failed,
        )


def _as_now(job: PrintJobView, state: JobState) -> PrintJobView:
    return PrintJobView(
        job_id=job.job_id,
        kind=job.kind,
        state=state,
        detail=job.detail,
        created_at=job.created_at,
        title=job.title,
        copy_number=job.copy_number,
    )
