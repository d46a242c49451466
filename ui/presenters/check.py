"""Tickets that are shown at the window or gate: the verdict in words, and the last ones. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from counter_app.application.desk import Desk
from counter_app.domain.barcode import BLANKS
from counter_app.domain.checking import CheckedTicket, RunFilter, Verdict
from counter_app.domain.staff import Actor
from counter_app.texts import Texts, mark
from ui.presenters import words
from ui.presenters.lane import Lane, Lanes, Trouble

LAST_MAX: Final = 100
WAITING_MAX: Final = 20  # codes that are read faster than they can be checked
CODES_IN_PICTURE_MAX: Final = 20
CODE_CHARS_MAX: Final = 600


@dataclass(frozen=True, slots=True)
class Said:
    """``mark``: besides colour and words, for whoever sees no colours."""

    title: str
    to_do: str
    mood: str
    mark: str


_STOP, _LOOK, _GO = "✕", "!", "✓"
SAID: Final[Mapping[Verdict, Said]] = {
    Verdict.GENUINE: Said(mark("Valid"), mark("Let the passenger through."), "ok", _GO),
    Verdict.REDEEMED_BEFORE: Said(
        mark("Already used"),
        mark("Do not let through: this ticket, or a copy of it, was shown before. Call a supervisor."),
        "bad",
        _STOP,
    ),
    Verdict.REFUNDED: Said(mark("Given back"), mark("The money for this ticket was paid back."), "bad", _STOP),
    Verdict.SUPERSEDED: Said(
        mark("Replaced by a copy"), mark("A later copy was printed here. Ask for that one."), "bad", _STOP
    ),
    Verdict.WRONG_RUN: Said(
        mark("Another train"), mark("The ticket is good, but not for the train that is set here."), "warn", _LOOK
    ),
    Verdict.NOT_YET: Said(mark("Not valid yet"), mark("Look at date and time on the ticket."), "warn", _LOOK),
    Verdict.EXPIRED: Said(mark("Expired"), mark("The time of this ticket has passed."), "bad", _STOP),
    Verdict.DEMONSTRATION: Said(
        mark("Demonstration ticket"), mark("It was made to show the program, and is worth nothing."), "bad", _STOP
    ),
    Verdict.TRAINING: Said(
        mark("Training ticket"), mark("It was made in training, and is worth nothing."), "bad", _STOP
    ),
    Verdict.REVOKED: Said(
        mark("Key withdrawn"),
        mark("The operator no longer stands by the key that signed it. Call a supervisor."),
        "bad",
        _STOP,
    ),
    Verdict.KEY_EXPIRED: Said(
        mark("Key no longer valid"), mark("Its key's time was over when it was sold. Call a supervisor."), "bad", _STOP
    ),
    Verdict.UNKNOWN_KEY: Said(
        mark("Issuer not known"),
        mark("It may be a new window's: bring the keys up to date. Else it is not ours."),
        "bad",
        _STOP,
    ),
    Verdict.FORGED: Said(
        mark("Forged"), mark("It was altered, or signed by nobody of ours. Keep it, call a supervisor."), "bad", _STOP
    ),
    Verdict.NOT_A_CODE: Said(
        mark("Not a ticket code"), mark("Scan the square code on the ticket; a receipt has another."), "warn", _LOOK
    ),
}
AGAIN: Final = mark("Read twice by the scanner: counted once.")
MISTYPED: Final = mark(
    "A code came with wrong letters: switch off Caps Lock and wide letters, choose an English keyboard."
)


@dataclass(frozen=True, slots=True)
class Fact:
    caption: str
    value: str


def reason(found: CheckedTicket, t: Texts, zone: str) -> str:
    """What the clerk tells the passenger, beside what to do."""
    if found.verdict is Verdict.REDEEMED_BEFORE and found.first_at is not None:
        copy = _copy_words(found.first_copy, t)
        return t(
            "First shown {when} ({copy}, checked by login {clerk}); shown {times} times by now.",
            when=words.moment(found.first_at, zone, t),
            copy=copy,
            clerk=found.first_clerk,
            times=found.seen,
        )
    if found.verdict is Verdict.SUPERSEDED:
        return t("Copy {number} is the one that counts.", number=found.newest_copy)
    body = found.body
    if body is None:
        return t(MISTYPED) if found.mistyped else ""
    if found.verdict is Verdict.EXPIRED:
        return t("Valid until {when}.", when=words.moment(body.valid_until, zone, t))
    if found.verdict is Verdict.NOT_YET:
        return t("Valid from {when}.", when=words.moment(body.valid_from, zone, t))
    return t(AGAIN) if found.same_reading else ""


def facts(found: CheckedTicket, t: Texts) -> list[Fact]:
    """What stands in the code, where its signature holds. Names only masked."""
    body = found.body
    if body is None:
        return []
    place = "—" if body.coach is None and body.place is None else " ".join(filter(None, (body.coach, body.place)))
    return [
        Fact(t("Train"), body.service or "—"),
        Fact(t("Date of service"), words.day(body.service_date, t)),
        Fact(t("Route"), f"{found.origin or '—'} → {found.destination or '—'}"),
        Fact(t("Place"), place),
        Fact(t("Class"), words.travel_class(body.travel_class, t)),
        Fact(t("Passenger"), " ".join(filter(None, (words.passenger_type(body.passenger_type, t), found.masked_name)))),
        Fact(t("Ticket"), f"{body.ticket} ({found.operator})" if found.foreign else str(body.ticket)),
        Fact(t("Original or copy"), _copy_words(body.copy_number, t)),
    ]


def _copy_words(copy: int, t: Texts) -> str:
    return t("copy {number}", number=copy) if copy else t("original")


class CheckPresenter:
    """``changed`` is told after each step; ``heard`` of each verdict, for colour and sound."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        heard: Callable[[CheckedTicket], None],
        troubled: Callable[[Trouble], None],
        read_codes: Callable[[Path], Sequence[str]] | None,
    ) -> None:
        self._desk, self._lanes, self._actor = desk, lanes, actor
        self._changed, self._heard, self._troubled = changed, heard, troubled
        self._read_codes = read_codes
        self._waiting = 0
        self.last: deque[CheckedTicket] = deque(maxlen=LAST_MAX)  # the newest first
        self.service = ""  # only of this train; empty: of any

    @property
    def shown(self) -> CheckedTicket | None:
        return self.last[0] if self.last else None

    @property
    def busy(self) -> bool:
        return self._waiting > 0

    @property
    def reads_pictures(self) -> bool:
        return self._read_codes is not None

    def check(self, text: str, *, scanned: bool = True) -> None:
        """Empty text and what comes while too many wait is dropped; the paper is still in the clerk's hand.

        ``scanned`` False: of a picture. What is typed may come from a scanner that types.
        """
        plain = text.strip(BLANKS)[:CODE_CHARS_MAX]
        if not plain or self._waiting >= WAITING_MAX:
            return
        self._waiting += 1
        desk, actor, wanted = self._desk(), self._actor(), RunFilter(service=self.service)
        self._lanes.run(
            Lane.DATABASE,
            lambda: desk.check_ticket(actor, plain, wanted=wanted, scanned=scanned),
            done=self._have,
            failed=self._failed,
        )
        self._changed()

    def check_picture(self, path: Path) -> None:
        """Every code in it, as if they were scanned one after the other."""
        read = self._read_codes
        if read is None:
            return

        def done(codes: Sequence[str]) -> None:
            for code in codes[:CODES_IN_PICTURE_MAX]:
                self.check(code, scanned=False)

        self._lanes.run(Lane.APART, lambda: read(path), done=done, failed=self._troubled)

    def clear(self) -> None:
        """For the next clerk."""
        self.last.clear()
        self._changed()

    def _have(self, found: CheckedTicket) -> None:
        self._waiting -= 1
        before = self.shown
        twice = (
            found.same_reading
            and before is not None
            and before.body is not None
            and found.body is not None
            and before.body.ticket == found.body.ticket
        )
        if twice:
            self.last[0] = found  # one paper, one line
        else:
            self.last.appendleft(found)
        self._changed()
        if not twice:
            self._heard(found)

    def _failed(self, trouble: Trouble) -> None:
        self._waiting -= 1
        self._changed()
        self._troubled(trouble)
