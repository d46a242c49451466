"""How the counter stands with central, in words: the status line, the head of the Sync screen, the standing notice.

No Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from counter_app.application.views import LineWord, LoadingView, SyncStatus
from counter_app.domain.money import MINOR_DIGITS, Money
from counter_app.domain.staff import Actor, Right
from counter_app.texts import Texts, mark
from ui.presenters import words
from ui.presenters.central_words import stop_words
from ui.presenters.refusals import Notice

LINE_WORDS: Mapping[LineWord, tuple[str, str]] = {
    LineWord.STAND_ALONE: (mark("Stand-alone"), ""),
    LineWord.ONLINE: (mark("Online"), "ok"),
    LineWord.SLOW: (mark("Slow line"), "warn"),
    LineWord.OFFLINE: (mark("Offline"), "warn"),
    LineWord.STOPPED: (mark("Selling stopped"), "bad"),
}
LOADING_WORDS: Mapping[str, str] = {
    "timetable": mark("Loading the timetable"),
    "stock": mark("Loading what is sold"),
    "accounts": mark("Loading accounts"),
    "journal": mark("Sending the journal"),
}
_TROUBLES: Mapping[str, str] = {  # how the detail of a silence begins
    "timeout": mark("no answer in time"),
    "no connection": mark("no connection"),
    "broken": mark("the connection broke"),
    "bad_answer": mark("an answer that is not central's"),
    "not an answer": mark("an answer that is not central's"),
    "trust_older": mark("central told of keys what it had told before: it was put back from a backup; tell its keeper"),
    "trust_not_read": mark("what central tells of keys is not understood here: bring this program up to date"),
    "trust_not_signed": mark("what central tells of keys is not signed with the operator's key that is known here"),
    "entry_damaged": mark(
        "entry {n} of the journal is damaged here; all others are sent, central's word is in the Inbox"
    ),
    "entries_not_sent": mark("the journal is damaged here near entry {n}: what is left goes with the next entry"),
    "outbox_note": mark("the note of what central has was damaged: everything was sent to it again"),
    "store_damaged": mark("the data of this window is damaged: an administrator checks the journal (Alt+6)"),
}
_SAMPLE: Final = 88  # digits of a usual width: what the status line keeps room for


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """The status line's part. ``per_mille`` of the loading bar: None without one, −1 when its end is not known."""

    word: str
    mood: str
    unsynced: str
    waiting: bool  # something is unsynced: said in plain text, else muted
    held: str
    by_held: bool  # what is held is all that can be sold just now
    inbox: str  # "" when empty
    loading: str = ""
    per_mille: int | None = None
    spoken: str = ""


def by_lease(status: SyncStatus | None) -> bool:
    """Whether sales go by what this window holds itself, since central is not asked."""
    return status is not None and status.line in {LineWord.SLOW, LineWord.OFFLINE}


def enrolled(status: SyncStatus | None) -> bool:
    return status is not None and status.line is not LineWord.STAND_ALONE


def line_item(status: SyncStatus, zone: str, now: datetime, t: Texts) -> LineItem | None:
    """None for a stand-alone counter: nothing to say."""
    if not enrolled(status):
        return None
    word = t(LINE_WORDS[status.line][0])
    if status.line is LineWord.OFFLINE and status.since is not None:
        word = t("Offline since {time}", time=since_words(status.since, zone, now))
    unsynced = _unsynced(status.unsynced_entries, status.unsynced_value, t)
    held = t("{n} held", n=f"{status.leased_places:,}")
    inbox = t("Inbox {n}", n=status.inbox_open) if status.inbox_open else ""
    loading, per_mille = loading_words(status.loading, t)
    title, _mood, body = line_sentence(status, zone, now, t)
    return LineItem(
        word=word,
        mood=LINE_WORDS[status.line][1],
        unsynced=unsynced,
        waiting=bool(status.unsynced_entries),
        held=held,
        by_held=by_lease(status),
        inbox=inbox,
        loading=loading,
        per_mille=per_mille,
        spoken=" ".join(part for part in (title, body, inbox, loading) if part),
    )


def room_for(t: Texts, currency: str) -> tuple[list[str], list[str], list[str], str]:
    """The widest usual words of the three parts that are always there: their room does not change with the line.

    And those of the inbox, which comes and goes.
    """
    lines = [t(said) for said, _mood in LINE_WORDS.values()] + [t("Offline since {time}", time="00:00")]
    waiting = [_unsynced(0, Money(0, currency), t), _unsynced(_SAMPLE, Money(8_888 * 100, currency), t)]
    return lines, waiting, [t("{n} held", n=_SAMPLE * 10)], t("Inbox {n}", n=_SAMPLE)


def _unsynced(entries: int, value: Money, t: Texts) -> str:
    if not entries:
        return t("all sent")
    if not value.minor:  # a paper printed, a place leased
        return t("{n} unsynced", n=f"{entries:,}")
    return t("{n} unsynced, {value}", n=f"{entries:,}", value=round_money(value))


def round_money(value: Money) -> str:
    """Without the minor digits where they are zero: ``¥3,420``."""
    text = words.money(value)
    digits = MINOR_DIGITS[value.currency]
    return text[: -digits - 1] if digits and value.minor % 10**digits == 0 else text


def trouble_words(detail: str, t: Texts) -> str:
    """What went wrong last. A code that is not known is said as it is."""
    for begins, said in _TROUBLES.items():
        if detail.startswith(begins):
            return t(said, n=detail.partition(":")[2])
    return detail


def since_words(since: datetime, zone: str, now: datetime) -> str:
    """``10:42``, or the day when it was not today: ``12-05``."""
    here, today = since.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%m-%d}"


def loading_words(loading: LoadingView | None, t: Texts) -> tuple[str, int | None]:
    if loading is None:
        return "", None
    said = t(LOADING_WORDS[loading.what]) if loading.what in LOADING_WORDS else loading.what
    return said, min(1000, loading.done * 1000 // loading.total) if loading.total else -1


def line_sentence(status: SyncStatus, zone: str, now: datetime, t: Texts) -> tuple[str, str, str]:
    """Title, mood and what it means for the clerk."""
    match status.line:
        case LineWord.STAND_ALONE:
            return t("Stand-alone"), "", t("There are no central records behind this counter.")
        case LineWord.ONLINE:
            return t("Online"), "ok", t("Central answers. Every place of every service can be sold.")
        case LineWord.SLOW:
            return (
                t("Slow line"),
                "warn",
                t("Central answers too late for a customer to wait. What this window holds is sold without asking."),
            )
        case LineWord.OFFLINE:
            title = t("Offline")
            if status.since is not None:
                title = t("Offline since {time}", time=since_words(status.since, zone, now))
            return (
                title,
                "warn",
                t("Selling goes on with what this window holds. Everything is sent once the line is back."),
            )
        case LineWord.STOPPED:
            return t("Selling stopped"), "bad", _why_stopped(status, t)


def _why_stopped(status: SyncStatus, t: Texts) -> str:
    code = status.stopped or ("epoch_needed" if status.epoch_needed else "")
    return (
        t("The reason: {code}.", code=stop_words(code, t)) if code else t("Central told this counter to sell nothing.")
    )


def standing(status: SyncStatus | None, actor: Actor | None, t: Texts) -> Notice | None:
    """What stays above every screen while it is so: this counter may not sell. With who can help."""
    if status is None or not enrolled(status):
        return None
    stopped = status.line is LineWord.STOPPED or bool(status.stopped)
    if not stopped and not status.epoch_needed:
        return None
    can = actor is not None and actor.may(Right.MANAGE)
    if status.epoch_needed:
        what_to_do = (
            t("Ask central for a new epoch under Sync (Alt+S), F9.")
            if can
            else t("An administrator signs in here and asks central for a new epoch under Sync (Alt+S).")
        )
    else:
        what_to_do = t("The administrator of central can help. What was recorded is still sent.")
    return Notice(
        title=t("This counter may not sell"),
        what_happened=_why_stopped(status, t),
        what_to_do=what_to_do,
        mood="bad",
        code="stopped",
    )
