"""``counterfoil sync``: the background work of an enrolled window, until all is settled or the patience is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from counter_app.application.desk import Desk
from counter_app.application.views import LineWord, SyncStatus
from counter_app.domain.journal import Json, timestamp
from counter_app.errors import Reason, Refusal
from ui.commandline.commands import DONE, print_json

_TURN_S_MAX: Final = 1.0


def settled(status: SyncStatus) -> bool:
    return status.line is LineWord.ONLINE and not status.unsynced_entries and status.loading is None


def sync(
    desk: Desk,
    *,
    wait_s: float,
    only_status: bool,
    as_json: bool,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Raises Refusal: STAND_ALONE, CENTRAL_UNREACHABLE where patience ended first (what was done stays done)."""
    status = desk.sync_status()
    if status.line is LineWord.STAND_ALONE:
        raise Refusal(Reason.STAND_ALONE)
    if not only_status:
        status = _until_settled(desk, monotonic() + wait_s, monotonic, sleep)
    _say(status, as_json=as_json)
    if not only_status and not settled(status):
        raise Refusal(Reason.CENTRAL_UNREACHABLE, line=status.line.value, unsynced=status.unsynced_entries)
    return DONE


def _until_settled(
    desk: Desk, until: float, monotonic: Callable[[], float], sleep: Callable[[float], None]
) -> SyncStatus:
    """Two quiet turns after the last change: what one turn brings may ask for another."""
    quiet = 0
    desk.sync_now()
    while True:
        turn = desk.sync_turn()
        status = desk.sync_status()
        quiet = 0 if turn.changed or not settled(status) else quiet + 1
        if quiet >= 2 or monotonic() >= until:
            return status
        if not turn.changed:
            sleep(min(turn.next_ms / 1000, _TURN_S_MAX, max(0.0, until - monotonic())))
            desk.sync_now()


def _say(status: SyncStatus, *, as_json: bool) -> None:
    facts: dict[str, Json] = {
        "line": status.line.value,
        "unsynced_entries": status.unsynced_entries,
        "unsynced_tickets": status.unsynced_tickets,
        "unsynced_minor": status.unsynced_value.minor,
        "inbox_open": status.inbox_open,
        "leased_places": status.leased_places,
        "stopped": status.stopped,
        "epoch_needed": status.epoch_needed,
        "last_answer": None if status.last_answer is None else timestamp(status.last_answer),
        "last_error": status.last_error,
    }
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):18} {value if value not in {None, ''} else '-'}")
