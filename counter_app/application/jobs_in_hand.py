"""What this process knows of print jobs beyond the store: which it is working on, and what could not be written down.

Nothing here has to outlive the process: at the next start ``recover`` takes every job that is SENDING for unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Final
from uuid import UUID

from counter_app.ports.prints import JobKind, JobState, PrintJob

REFUSED_MAX: Final = 1_000  # jobs that could not be begun: the oldest are forgotten first
_AGAIN_S: Final = 0.025  # a call that is given up may not have begun yet, or be another one's: it is said again
_AGAIN_MAX: Final = 200


@dataclass(slots=True)
class _Begun:
    printer: str
    sending: bool = False  # a call of the printer's is under way, or about to be
    given_up: bool = False
    sent: Event = field(default_factory=Event)


@dataclass(slots=True)
class JobsInHand:
    """Any thread may ask and tell. A job is in hand from the commit that begins it to the one that ends it."""

    _begun: dict[UUID, _Begun] = field(default_factory=dict)
    _not_written: set[UUID] = field(default_factory=set)
    _not_sent: set[UUID] = field(default_factory=set)
    _refused: dict[UUID, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    # ---- beginning

    def begin(self, job_id: UUID, printer: str) -> None:
        """In the transaction that begins it: nobody else can."""
        with self._lock:
            self._forget(job_id)
            self._begun[job_id] = _Begun(printer)

    def refuse(self, job_id: UUID, why: str) -> None:
        """It could not be begun, and is as it was."""
        with self._lock:
            self._refused.pop(job_id, None)
            self._refused[job_id] = why
            while len(self._refused) > REFUSED_MAX:
                del self._refused[next(iter(self._refused))]

    def refused(self, job_id: UUID) -> str:
        """Why the last try to begin it came to nothing, "" for none."""
        with self._lock:
            return self._refused.get(job_id, "")

    def not_sent(self, job_id: UUID) -> None:
        """Nobody knows whether it is SENDING in the store; nobody sends it."""
        with self._lock:
            self._begun.pop(job_id, None)
            self._not_sent.add(job_id)

    # ---- sending

    def take(self, job_id: UUID) -> bool:
        """Whoever is told True sends it, and nobody else ever: it was begun here, and not sent."""
        with self._lock:
            begun = self._begun.get(job_id)
            if begun is None or begun.sending or begun.sent.is_set():
                return False
            begun.sending = True
            return True

    def sent(self, job_id: UUID) -> bool:
        """The printer's call is over. Whether a person had given it up."""
        with self._lock:
            begun = self._begun.get(job_id)
            if begun is None:
                return False
            begun.sending = False
        begun.sent.set()
        return begun.given_up

    def give_up(self, printer: str, cancel: Callable[[], None]) -> bool:
        """What is on its way to ``printer`` ends now, or is not begun. False: there is nothing on its way.

        ``cancel`` ends a call of the printer's. It may end one that had the line before ours, so it is said until ours
        is over.
        """
        with self._lock:
            found = [one for one in self._begun.values() if one.printer == printer and not one.sent.is_set()]
            for one in found:
                one.given_up = True
        for one in found:  # what was not taken yet is not sent: ``given_up``
            cancel()
            for _ in range(_AGAIN_MAX):
                if not one.sending or one.sent.wait(_AGAIN_S):
                    break
                cancel()
        return bool(found)

    def given_up(self, job_id: UUID) -> bool:
        with self._lock:
            begun = self._begun.get(job_id)
            return begun is not None and begun.given_up

    # ---- ending

    def not_written(self, job_id: UUID) -> None:
        """What became of it could not be committed."""
        with self._lock:
            self._not_written.add(job_id)

    def over(self, job_id: UUID) -> None:
        with self._lock:
            self._forget(job_id)

    def standing(self, job: PrintJob) -> JobState:
        """Its state, as the store would have it, had its last commit not failed.

        A kick that could not be begun is over: a drawer that opens later opens beside nobody.
        """
        with self._lock:
            if job.state is JobState.QUEUED and job.kind is JobKind.DRAWER and job.job_id in self._refused:
                return JobState.FAILED_BEFORE_SEND
            if job.state is not JobState.SENDING:
                return job.state
            if job.job_id in self._not_written:
                return JobState.UNKNOWN
            if job.job_id in self._not_sent:  # a kick is never begun twice
                return JobState.UNKNOWN if job.kind is JobKind.DRAWER else JobState.QUEUED
        return job.state

    def waits(self, job: PrintJob) -> bool:
        """It may be begun."""
        state = self.standing(job)
        if job.kind is JobKind.DRAWER:  # whatever became of the first try, there is no second one
            return state is JobState.QUEUED
        return state in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}

    def _forget(self, job_id: UUID) -> None:
        self._begun.pop(job_id, None)
        self._not_written.discard(job_id)
        self._not_sent.discard(job_id)
        self._refused.pop(job_id, None)
