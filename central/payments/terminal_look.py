"""Card terminals' totals at the end of their days, as windows journaled them, beside the payments of the same journals.

A window compares them itself, with what it has in its tables; here the entries are counted again. What somebody at the
window resolved with a note comes here as resolved by them. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from central.payments.differences import NOTE_MAX, Difference, Source
from central.payments.journal_look import Window, read_windows
from central.tx import Tx
from counter_app.domain.payments import UNRESOLVED, PaymentState, Tender
from counter_app.domain.terminal_days import Card, day_totals

PAGE: Final = 1_000  # payments that are read at once
LAST_ID: Final = UUID(int=2**128 - 1)  # behind every payment of an entry
_UNRESOLVED: Final = frozenset(one.value for one in UNRESOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closing:
    device_id: UUID
    epoch: int
    seq: int
    terminal: str
    count: int
    total_minor: int
    theirs_count: int | None
    theirs_minor: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TerminalLook:
    tx: Tx
    zone: ZoneInfo
    windows: dict[UUID, Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.windows.update(read_windows(self.tx))

    def day(self, day: date) -> Iterator[Difference]:
        first = datetime.combine(day, datetime.min.time(), self.zone)
        last = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.zone)
        for row in self.tx.rows(
            "SELECT device_id, epoch, seq, terminal, count, total_minor, theirs_count, theirs_minor, at"
            " FROM terminal_closing WHERE at >= %s AND at < %s AND done ORDER BY device_id, epoch, seq",
            (first, last),
        ):
            yield from self._closing(_Closing(**dict(zip(_Closing.__dataclass_fields__, row, strict=True))), day)

    def _closing(self, one: _Closing, day: date) -> Iterator[Difference]:
        totals = day_totals(self._payments(one))
        found = totals.differences(one.theirs_count, one.theirs_minor)
        if (one.count, one.total_minor) != (totals.count, totals.minor):
            found.append(("counted", totals.minor, one.total_minor))
        for kind, ours, theirs in found:
            owner, note = self._resolved(one, kind)
            yield Difference(
                source=Source.TERMINAL,
                method=Tender.CARD.value,
                day=day,
                kind=kind,
                what="closing",
                number=f"{self.windows[one.device_id].name} {one.terminal} {one.epoch}/{one.seq}",
                ours_minor=ours,
                theirs_minor=theirs,
                ours_state=f"{totals.count} in the journal",
                theirs_state=f"{one.count} by the window"
                if kind == "counted"
                else f"{one.theirs_count} by the terminal",
                reference=one.terminal,
                at_window=self.windows[one.device_id].name,
                owner=owner,
                note=note,
            )

    def _payments(self, one: _Closing) -> Iterator[Card]:
        """Those that were sent to that terminal since its day before ended, as they stood when this one did."""
        before = self.tx.row(
            "SELECT epoch, seq FROM terminal_closing WHERE device_id = %s AND terminal = %s AND done"
            " AND (epoch, seq) < (%s, %s) ORDER BY epoch DESC, seq DESC LIMIT 1",
            (one.device_id, one.terminal, one.epoch, one.seq),
        )
        after: tuple[int, int, UUID] = (*(before or (0, 0)), LAST_ID)
        while True:
            sent = self.tx.rows(
                "SELECT epoch, seq, intent_id FROM payment_entry WHERE device_id = %s AND kind = 'moved' AND state = %s"
                " AND (epoch, seq, intent_id) > (%s, %s, %s) AND (epoch, seq) < (%s, %s)"
                " ORDER BY epoch, seq, intent_id LIMIT %s",
                (
                    *(one.device_id, PaymentState.SENT.value),
                    *after,
                    *(one.epoch, one.seq, PAGE),
                ),
            )
            yield from self._of_terminal(one, [intent_id for _, _, intent_id in sent])
            if len(sent) < PAGE:
                return
            after = (sent[-1][0], sent[-1][1], sent[-1][2])

    def _of_terminal(self, one: _Closing, sent: Sequence[UUID]) -> Iterator[Card]:
        rows = self.tx.rows(
            "SELECT c.intent_id, c.direction, c.amount_minor, c.takes_back, (SELECT m.state FROM payment_entry m"
            " WHERE m.intent_id = c.intent_id AND m.device_id = c.device_id AND m.state <> ''"
            " AND (m.epoch, m.seq) < (%s, %s) ORDER BY m.epoch DESC, m.seq DESC LIMIT 1)"
            " FROM unnest(%s::uuid[]) AS s (intent_id) JOIN payment_entry c ON c.intent_id = s.intent_id"
            " AND c.device_id = %s AND c.kind IN ('created', 'again') AND c.terminal = %s AND c.tender = %s",
            (one.epoch, one.seq, list(sent), one.device_id, one.terminal, Tender.CARD.value),
        )
        for intent_id, direction, amount, takes_back, state in rows:
            known = state == PaymentState.APPROVED.value
            if known or state in _UNRESOLVED:
                minor = amount if direction == "charge" else -amount
                yield Card(key=intent_id, minor=minor, known=known, takes_back=takes_back)

    def _resolved(self, one: _Closing, kind: str) -> tuple[str, str]:
        """Who at the window said what of it; empty: nobody yet."""
        row: tuple[Any, ...] | None = self.tx.row(
            "SELECT owner, note FROM window_difference WHERE device_id = %s AND terminal = %s AND found_at = %s"
            " AND kind = %s AND note <> ''",
            (one.device_id, one.terminal, one.at, kind),
        )
        if row is None:
            return "", ""
        return row[0], f"at the window: {row[1]}"[:NOTE_MAX]
