"""What a check of a ticket at a gate or window can come to, and the rules that need no store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from counter_app.domain.barcode import TicketBody
from counter_app.domain.journal import Json, timestamp
from counter_app.errors import Reason

SAME_READING: Final = timedelta(seconds=1)
"""A scanner that beeps twice at one paper reads it again within this time of the first reading. Nobody else can have

come with a copy by then, and the time counts from the first reading, so that a row of readings does not stretch it.
Only of what a scanner reads: a picture, or a text on a command line, is not read twice by itself.
"""


class Verdict(StrEnum):
    """The value is stable: printed, and translated by it."""

    GENUINE = "genuine"  # let through, where that was asked for
    REDEEMED_BEFORE = "redeemed_before"
    REFUNDED = "refunded"
    SUPERSEDED = "superseded"  # a later copy of it was printed here
    WRONG_RUN = "wrong_run"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    DEMONSTRATION = "demonstration"
    TRAINING = "training"
    REVOKED = "revoked"
    KEY_EXPIRED = "key_expired"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"
    NOT_A_CODE = "not_a_code"

    @property
    def good(self) -> bool:
        return self is Verdict.GENUINE


VERDICTS: Final = {
    Reason.BAD_CODE: Verdict.NOT_A_CODE,
    Reason.UNKNOWN_KEY: Verdict.UNKNOWN_KEY,
    Reason.FORGED_CODE: Verdict.FORGED,
    Reason.KEY_REVOKED: Verdict.REVOKED,
    Reason.KEY_EXPIRED: Verdict.KEY_EXPIRED,
    Reason.CODE_EXPIRED: Verdict.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Only tickets of this train are let through. Empty: of any. ``service``: what passengers call it."""

    run_id: UUID | None = None
    service: str = ""
    service_date: date | None = None

    def fits(self, body: TicketBody) -> bool:
        if self.run_id is not None and body.run_id != self.run_id:
            return False
        if self.service_date is not None and body.service_date != self.service_date:
            return False
        return not self.service or _plain(body.service) == _plain(self.service)


NO_FILTER: Final = RunFilter()


def _plain(service: str) -> str:
    return "".join(service.upper().split())


def same_reading(first: datetime, now: datetime) -> bool:
    return timedelta() <= now - first < SAME_READING


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTicket:
    """``body`` None: nothing that was read can be believed. ``first_*``: of the scan that let it through.

    ``redeemed``: this check let it through (or its second reading within a moment: ``same_reading``).
    """

    verdict: Verdict
    checked_at: datetime
    body: TicketBody | None = None
    operator: str = ""
    foreign: bool = False  # of another operator, whose bundle was imported
    record: str = ""  # under which it is kept when it is let through: two operators may have one ticket number
    redeemed: bool = False
    same_reading: bool = False
    mistyped: bool = False  # of no code: it looks like one that a keyboard with another layout made of it
    first_at: datetime | None = None
    first_copy: int = 0
    first_clerk: str = ""
    seen: int = 0
    newest_copy: int = 0  # of a superseded one: the copy that counts
    origin: str = ""  # stations' names where this counter knows them, else their codes
    destination: str = ""
    masked_name: str = ""  # where this counter sold it
    trust_issued_at: datetime | None = None

    def fields(self) -> dict[str, Json]:
        """For ``--json``: stable names, nothing personal."""
        body = self.body
        ticket: dict[str, Json] | None = None
        if body is not None:
            ticket = {
                "number": str(body.ticket),
                "copy": body.copy_number,
                "run_id": str(body.run_id),
                "service": body.service,
                "service_date": body.service_date.isoformat(),
                "origin_code": body.origin_code,
                "destination_code": body.destination_code,
                "coach": body.coach,
                "place": body.place,
                "travel_class": body.travel_class,
                "passenger_type": body.passenger_type,
                "valid_from": timestamp(body.valid_from),
                "valid_until": timestamp(body.valid_until),
                "demonstration": body.demonstration,
                "training": body.ticket.training,
                "operator": self.operator,
            }
        return {
            "verdict": self.verdict.value,
            "good": self.verdict.good,
            "redeemed": self.redeemed,
            "same_reading": self.same_reading,
            "mistyped": self.mistyped,
            "ticket": ticket,
            "first": None
            if self.first_at is None
            else {"at": timestamp(self.first_at), "copy": self.first_copy, "by": self.first_clerk, "seen": self.seen},
            "newest_copy": self.newest_copy or None,
            "trust_issued_at": None if self.trust_issued_at is None else timestamp(self.trust_issued_at),
            "checked_at": timestamp(self.checked_at),
        }
