"""What is printed while the world may stop: a sale, a copy, papers sent to the other printer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from counter_app.ports.prints import JobState
from tests.e2e.print_world import Till

Act = Callable[[Till], Callable[[], None]]
"""Prepares, and returns what is done under the knife."""


def sale(till: Till) -> Callable[[], None]:
    """A kick, two tickets, a receipt."""
    sells = till.in_tender()

    def act() -> None:
        sells()
        till.print_all()

    return act


def copy(till: Till) -> Callable[[], None]:
    """The window died in mid-ticket before; the clerk says that it did not come out."""
    till.in_tender()()
    kick, first, *_ = till.desk.open_print_jobs()
    for job in (kick, first):
        till.desk.start_job(job.job_id)
    till.recover()

    def act() -> None:
        for job in till.desk.open_print_jobs():
            if job.state is JobState.UNKNOWN:
                till.desk.settle_job(till.clerk, job.job_id, came_out=False)
        till.print_all()

    return act


def moved(till: Till) -> Callable[[], None]:
    """No paper in the tickets' printer: the clerk sends both to the other one."""
    till.in_tender()()

    def act() -> None:
        till.desk.move_waiting(till.clerk, "main", "receipt")
        till.print_all()

    return act


ACTS: Final[Mapping[str, Act]] = {"sale": sale, "copy": copy, "moved": moved}
