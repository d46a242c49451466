"""How far the journal got, as it is noted; and what is certain where somebody made that impossible.

A note beyond the journal's end would leave sales here for ever with nobody to miss them. Such a note counts for
nothing: everything is sent again, which central takes as often as it comes.
"""

from __future__ import annotations

from typing import Any, Final

from counter_app.domain.leases import CentralTime
from counter_app.errors import Reason
from counter_app.ports.sync import SyncState
from db.context import Context, from_ms

# Of a new store, and of one that was made before there was a line.
FIRST_STATE: Final = (
    "INSERT INTO sync_state (only, sent_seq, stored_seq, judged_seq, stopped, forked) VALUES (1, 0, 0, 0, '', 0)"
)
# Bytes for text: SQLite hands out no text that is no UTF-8.
_STATE: Final = """
    SELECT sent_seq, stored_seq, judged_seq, told, told_wall, told_monotonic_ms, CAST(told_session AS BLOB), high_water,
           last_contact, CAST(stopped AS BLOB), typeof(stopped), forked
    FROM sync_state
"""
MISSING: Final = "missing"
_MS_MAX: Final = 253_402_300_799_999  # the end of the year 9999


def read_state(context: Context, head: int) -> SyncState:
    found = context.connection.exec_driver_sql(_STATE).fetchone()
    if found is None:
        return SyncState(
            sent_seq=head,
            stored_seq=0,
            judged_seq=0,
            time=None,
            last_contact=None,
            stopped="",
            forked=False,
            odd=MISSING,
        )
    sent, stored, judged, told, told_wall, monotonic_ms, session, high_water, contact, stopped, kind, forked = found
    odd = _odd_marks(sent, stored, judged, head)
    if odd in {"sent_seq", "stored_seq"}:
        sent = head
    if odd == "stored_seq" or not _counts(stored, head):
        stored = 0
    if odd:
        judged = judged if _counts(judged, stored) else 0
    time, time_holds = _time(told, told_wall, monotonic_ms, high_water, mine=session == context.session.encode())
    contact_holds = contact is None or _instant(contact)
    word = _word(stopped, kind)
    return SyncState(
        sent_seq=sent,
        stored_seq=stored,
        judged_seq=judged,
        time=time,
        last_contact=from_ms(contact) if contact is not None and contact_holds else None,
        stopped=Reason.STORE_DAMAGED.value if word is None else word,
        forked=bool(forked),
        odd=odd
        or ("" if time_holds else "told")
        or ("" if contact_holds else "last_contact")
        or ("stopped" if word is None else ""),
    )


def _odd_marks(sent: Any, stored: Any, judged: Any, head: int) -> str:
    if not _counts(stored, head):
        return "stored_seq"
    if not _counts(sent, head) or sent < stored:
        return "sent_seq"
    return "" if _counts(judged, stored) else "judged_seq"


def _counts(mark: Any, most: int) -> bool:
    return type(mark) is int and 0 <= mark <= most


def _instant(ms: Any) -> bool:
    return type(ms) is int and 0 <= ms <= _MS_MAX


def _time(told: Any, wall: Any, monotonic_ms: Any, high_water: Any, *, mine: bool) -> tuple[CentralTime | None, bool]:
    """And whether that is what is noted."""
    if told is None and high_water is None:
        return None, True
    if not (_instant(told) and _instant(wall) and _instant(high_water)):
        return None, False
    monotonic_holds = monotonic_ms is None or type(monotonic_ms) is int
    time = CentralTime(
        told=from_ms(told),
        told_wall=from_ms(wall),
        told_monotonic_ms=monotonic_ms if mine and monotonic_holds else None,
        high_water=from_ms(high_water),
    )
    return time, monotonic_holds


def _word(stopped: bytes | None, kind: str) -> str | None:
    """None: it was a word once."""
    if kind != "text" or stopped is None:
        return None
    try:
        return bytes(stopped).decode()
    except UnicodeDecodeError:
        return None
