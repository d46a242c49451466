"""The Sync screen in words: what waits for central, what central said, what is held here for an outage. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from counter_app.application.line_views import DAMAGED
from counter_app.application.views import InboxItem, LeaseLine, LineWord, OutboxItem, OutboxState, SyncStatus
from counter_app.domain.staff import Actor, Right
from counter_app.texts import Texts, mark
from ui.presenters import words
from ui.presenters.journal import kind_words
from ui.presenters.line import round_money, since_words


class Part(StrEnum):
    INBOX = "inbox"
    OUTBOX = "outbox"
    HELD = "held"


OUTBOX_STATES: Mapping[OutboxState, tuple[str, str]] = {
    OutboxState.WAITING: (mark("Waits for the line"), "warn"),
    OutboxState.SENT: (mark("Sent, no answer yet"), "info"),
    OutboxState.STORED: (mark("Safe at central"), "info"),
    OutboxState.ACCEPTED: (mark("Accepted"), "ok"),
    OutboxState.CONFLICT: (mark("Conflict"), "bad"),
    OutboxState.QUARANTINED: (mark("Set aside"), "bad"),
}
WAITING = frozenset({OutboxState.WAITING, OutboxState.SENT})


def outbox_state(item: OutboxItem, t: Texts) -> str:
    return t(OUTBOX_STATES[item.state][0])


def outbox_mood(item: OutboxItem) -> str:
    return OUTBOX_STATES[item.state][1]


def outbox_entry(item: OutboxItem, t: Texts) -> str:
    """``Sale · CWQ-03-1-000012-1``: what it is, and of which ticket where it is of one."""
    said = t("Damaged entry {n}", n=item.seq) if item.kind == DAMAGED else kind_words(item.kind, t)
    return said if item.subject in {"", item.kind} else f"{said} · {item.subject}"


def waiting_for(item: OutboxItem, now: datetime, t: Texts) -> str:
    """How long an entry that central does not have yet has been waiting; "" for the others."""
    if item.state not in WAITING:
        return ""
    minutes = max(0, int((now - item.at).total_seconds()) // 60)
    if minutes >= 48 * 60:
        return t("{n} days", n=minutes // (24 * 60))
    return words.duration(minutes, t)


# ---- what is held here
def lease_class(lease: LeaseLine, t: Texts) -> str:
    return words.travel_class(lease.travel_class, t)


def lease_state(lease: LeaseLine, t: Texts) -> str:
    if not lease.sells:
        return t("On its way back")
    return t("Sold out here") if not lease.left else t("Sells")


def lease_mood(lease: LeaseLine) -> str:
    if not lease.sells:
        return "warn"
    return "ok" if lease.left else "text_muted"


def lease_end(lease: LeaseLine, zone: str, now: datetime) -> str:
    """The time of day when it is today, else the date too."""
    said = since_words(lease.expires_at, zone, now)
    return said if ":" in said else words.short_moment(lease.expires_at, zone)


def may_return(actor: Actor, lease: LeaseLine | None) -> bool:
    return lease is not None and lease.sells and lease.left > 0 and actor.may(Right.OTHERS_SHIFTS)


def may_settle(actor: Actor, item: InboxItem | None) -> bool:
    return item is not None and not item.settled and (actor.may(Right.OTHERS_SHIFTS) or actor.may(Right.MANAGE))


# ---- the head
def head_facts(status: SyncStatus, zone: str, t: Texts) -> list[tuple[str, str, str]]:
    """(caption, value, mood) of what a supervisor asks first."""
    waiting = t("nothing")
    if status.unsynced_entries:
        waiting = f"{status.unsynced_entries:,}"
        if status.unsynced_value.minor:
            waiting += f" · {round_money(status.unsynced_value)}"
    oldest = words.short_moment(status.unsynced_oldest, zone) if status.unsynced_oldest is not None else "—"
    ends = words.short_moment(status.leases_end, zone) if status.leases_end is not None else "—"
    answer = t("never")
    if status.line is LineWord.ONLINE:
        answer = t("just now")
    elif status.last_answer is not None:
        answer = words.short_moment(status.last_answer, zone)
    return [
        (t("Not sent yet"), waiting, "warn" if status.unsynced_entries else ""),
        (t("Oldest of it"), oldest, ""),
        (t("Places held here"), f"{status.leased_places:,}", "" if status.leased_places else "warn"),
        (t("First of them ends"), ends, ""),
        (t("Last answer"), answer, ""),
    ]
