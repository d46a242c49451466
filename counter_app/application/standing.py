"""Whether this counter may sell at all, by central's word; and what central's refusals mean at the window."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import SYSTEM, Actor, Right
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.wire.messages import Refused

REVOKED: Final = Refused.DEVICE_REVOKED.value
FORKED: Final = Refused.FORKED.value
_LOST_KEY: Final = frozenset({Refused.FORKED.value, Refused.EPOCH_SUPERSEDED.value})
_REVOKED_WORDS: Final = frozenset({REVOKED, "revoked", "lost"})  # the last two: a device's state at central
STOP_MAX: Final = 60


def is_lost_key(reason: str) -> bool:
    """Whether only a new epoch mends it."""
    return reason in _LOST_KEY


def check_selling(books: Reading | Writing) -> None:
    """Raises Refusal: EPOCH_NEEDED, DEVICE_REVOKED, SELLING_STOPPED(code)."""
    check_not_ended(books)
    stopped = books.sync.state().stopped
    if stopped:
        raise Refusal(Reason.SELLING_STOPPED, code=stopped)


def check_not_ended(books: Reading | Writing) -> None:
    """For what goes on when nothing more is sold. Raises Refusal: EPOCH_NEEDED, DEVICE_REVOKED."""
    state = books.sync.state()
    if state.forked:
        raise Refusal(Reason.EPOCH_NEEDED)
    if state.stopped == REVOKED:
        raise Refusal(Reason.DEVICE_REVOKED)


def check_account(books: Reading | Writing, actor: Actor) -> None:
    """A session outlives no account that central has ended. Raises Refusal(NOT_ALLOWED)."""
    known = books.users.by_id(actor.user_id)
    if known is None or not known.active:
        raise Refusal(Reason.NOT_ALLOWED, right=Right.SELL.value)


def note_stopped(books: Writing, reason: str) -> bool:
    """Journaled once; empty: sell again. Whether it is news."""
    plain = REVOKED if reason in _REVOKED_WORDS else reason[:STOP_MAX]
    if books.sync.state().stopped == plain:
        return False
    books.sync.put_stopped(plain)
    body: dict[str, Json] = {"reason": plain}
    books.journal.append(Kind.SELLING_STOPPED if plain else Kind.SELLING_RESUMED, body, actor=SYSTEM)
    return True


def note_forked(books: Writing) -> bool:
    if books.sync.state().forked:
        return False
    books.sync.put_forked(True)
    body: dict[str, Json] = {"reason": FORKED}
    books.journal.append(Kind.SELLING_STOPPED, body, actor=SYSTEM)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    store: MoneyStore

    def heed(self, no: CentralSaidNo) -> bool:
        """What a refusal says of this counter itself is kept: it holds when the line is down again."""
        if no.code != REVOKED and not is_lost_key(no.code):
            return False
        with suppress(Refusal), self.store.writing() as books:  # behind its witness it sells nothing anyway
            return note_stopped(books, REVOKED) if no.code == REVOKED else note_forked(books)
        return False

    def refusal(self, no: CentralSaidNo, *, trip: str = "") -> Refusal:
        """For the clerk, after it was heeded."""
        self.heed(no)
        match no.code:
            case Refused.DEVICE_REVOKED.value:
                return Refusal(Reason.DEVICE_REVOKED)
            case Refused.EPOCH_SUPERSEDED.value | Refused.FORKED.value:
                return Refusal(Reason.EPOCH_NEEDED)
            case Refused.CHANGED_TIMETABLE.value:
                return Refusal(Reason.UNKNOWN_RUN, trip=trip, detail=no.code)
            case Refused.UNKNOWN_RUN.value:
                return Refusal(Reason.UNKNOWN_RUN, trip=trip)
            case Refused.NOT_ALLOWED.value if no.detail == "stop_selling":  # before the feed brought the order
                return Refusal(Reason.SELLING_STOPPED, code=str(no.facts.get("reason", ""))[:STOP_MAX])
            case Refused.NO_TIMETABLE.value:
                return Refusal(Reason.NO_TIMETABLE)
        return Refusal(Reason.CENTRAL_REFUSED, code=no.code, detail=no.detail[:200])


def unreachable(silence: NoAnswer) -> Refusal:
    return Refusal(Reason.CENTRAL_UNREACHABLE, detail=silence.detail[:200])
