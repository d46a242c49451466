"""Numbered blanks lie in a printer one after the other: tickets come out in their order, or on each other's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from counter_app.domain.stocknumbers import stock_number
from counter_app.ports.blanks import BlankRoll
from counter_app.ports.prints import JobKind, PrintJob
from counter_app.ports.store import Reading, Writing

TRIES_MAX: Final = 5  # of one that holds others back: a ticket that can never be printed must not stop the window


def in_order(books: Reading | Writing, found: Sequence[tuple[PrintJob, str]]) -> list[tuple[PrintJob, str]]:
    """Jobs with their printers, as they came; those on blanks of a printer's roll change places among themselves.

    One that was sent there by a person came earlier, and has a later blank.
    """
    ordered = list(found)
    for name in {name for _, name in found}:
        roll = books.blanks.inside(name)
        if roll is None:
            continue
        places = [at for at, (job, where) in enumerate(ordered) if where == name and _blank(roll, job)]
        jobs = sorted((ordered[at] for at in places), key=lambda one: _blank(roll, one[0]))
        for at, one in zip(places, jobs, strict=True):
            ordered[at] = one
    return ordered


def behind(books: Reading | Writing, job: PrintJob, printer: str, waiting: Callable[[], Sequence[PrintJob]]) -> bool:
    """Whether one of ``waiting``, which go to the same printer, has an earlier blank of its roll."""
    roll = books.blanks.inside(printer) if job.kind is JobKind.TICKET else None
    own = 0 if roll is None else _blank(roll, job)
    if roll is None or not own:
        return False
    return any(0 < _blank(roll, one) < own and one.attempts < TRIES_MAX for one in waiting())


def _blank(roll: BlankRoll, job: PrintJob) -> int:
    """Its number, 0 where it is none of this roll's."""
    if job.kind is not JobKind.TICKET or not job.stock_number:
        return 0
    number = stock_number(job.stock_number)
    return number if roll.first_n <= number <= roll.last_n else 0
