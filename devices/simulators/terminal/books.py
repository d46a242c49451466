"""The terminal's own books: every transaction, the day's totals, the last one. A file keeps them over a restart.

No whole card number is ever in here: what is stored is masked.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from devices.simulators.terminal.cards import BUCKETS

Kind = Literal["payment", "reversal", "refund"]
State = Literal["pending", "stored", "reversed", "auto-reversed", "declined"]
RECEIPT_MAX: Final = 9_999
TRACE_MAX: Final = 999_999
BATCH_MAX: Final = 2_000  # the turnover file's size: full answers 6A
CLOSED_MAX: Final = 400
_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transaction. ``at`` is the terminal's own clock, ISO 8601; ``receipt`` 0: it got none (declined)."""

    kind: Kind
    state: State
    result: int
    receipt: int
    trace: int
    amount_minor: int
    currency: int
    at: str
    card_number: str = ""
    card_name: str = ""
    card_kind: int = 0
    bucket: str = "other"
    aid: str = ""
    contactless: bool = False
    with_pin: bool = False
    authorisation: str = ""
    original_trace: int = 0
    original_receipt: int = 0
    terminal_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """An end of day: ``buckets`` in field 60's order, each how many and the sum. Reversed payments count in neither."""

    first_receipt: int
    last_receipt: int
    total_minor: int
    buckets: tuple[tuple[str, int, int], ...]
    at: str
    trace: int


@dataclass(slots=True)
class _State:
    receipt: int = 0
    trace: int = 0
    batch: list[Entry] = field(default_factory=list)
    last: Entry | None = None
    pending: Entry | None = None
    closed: list[dict[str, Any]] = field(default_factory=list)
    registration: dict[str, Any] = field(default_factory=dict)


class BooksFullError(Exception):
    """The turnover file is full: an end of day is due."""


class Books:
    """Thread-safe. ``path`` None keeps them in memory only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._gate = threading.RLock()
        self._state = _State()
        if path is not None and path.exists():
            self._state = _read(path)

    @property
    def batch(self) -> list[Entry]:
        with self._gate:
            return list(self._state.batch)

    @property
    def last(self) -> Entry | None:
        """The last one stored: what 06 20 repeats."""
        with self._gate:
            return self._state.last

    @property
    def closed(self) -> list[dict[str, Any]]:
        with self._gate:
            return list(self._state.closed)

    @property
    def registration(self) -> dict[str, Any]:
        with self._gate:
            return dict(self._state.registration)

    def remember(self, registration: dict[str, Any]) -> None:
        with self._gate:
            self._state.registration = registration
            self._save()

    @property
    def full(self) -> bool:
        with self._gate:
            batch = self._state.batch
            return len(batch) >= BATCH_MAX and sum(one.state != "declined" for one in batch) >= BATCH_MAX

    def next_trace(self) -> int:
        with self._gate:
            self._state.trace = self._state.trace % TRACE_MAX + 1
            return self._state.trace

    def approve(self, entry: Entry) -> Entry:
        """Gives it a receipt number and keeps it as pending: the till has not acknowledged it."""
        with self._gate:
            assert self._state.pending is None
            if self.full:
                raise BooksFullError
            receipt = entry.receipt
            if not receipt:
                receipt = self._state.receipt = self._state.receipt % RECEIPT_MAX + 1
            self._state.pending = replace(entry, state="pending", receipt=receipt)
            self._save()
            return self._state.pending

    def store(self, *, amount_minor: int | None = None) -> Entry:
        """The till has acknowledged: the pending one counts. ``amount_minor``: only so much was sold of it."""
        with self._gate:
            pending = self._taken()
            entry = replace(
                pending, state="stored", amount_minor=pending.amount_minor if amount_minor is None else amount_minor
            )
            self._append(entry)
            self._state.last = entry
            if entry.kind == "reversal":
                self._mark_reversed(entry)
            self._save()
            return entry

    def auto_reverse(self) -> Entry | None:
        """The till has not acknowledged; None where nothing is pending."""
        with self._gate:
            if self._state.pending is None:
                return None
            entry = replace(self._taken(), state="auto-reversed")
            self._append(entry)
            self._save()
            return entry

    def decline(self, entry: Entry) -> None:
        with self._gate:
            self._append(replace(entry, state="declined"))
            self._save()

    def payment(self, receipt: int) -> Entry | None:
        """The batch's payment of that number, also one that is reversed by now."""
        with self._gate:
            return next(
                (
                    one
                    for one in reversed(self._state.batch)
                    if one.kind == "payment" and one.receipt == receipt and one.state in {"stored", "reversed"}
                ),
                None,
            )

    def last_payment(self) -> Entry | None:
        with self._gate:
            return next((one for one in reversed(self._state.batch) if _counts(one, "payment")), None)

    def by_receipt(self, receipt: int) -> Entry | None:
        with self._gate:
            return next((one for one in reversed(self._state.batch) if one.receipt == receipt and _counts(one)), None)

    def totals(self, at: str, trace: int) -> Totals:
        with self._gate:
            counted = [one for one in self._state.batch if _counts(one)]
        buckets = tuple((name, *_sum(one for one in counted if one.bucket == name)) for name in BUCKETS)
        return Totals(
            first_receipt=counted[0].receipt if counted else 0,
            last_receipt=counted[-1].receipt if counted else 0,
            total_minor=sum(amount for _, _, amount in buckets),
            buckets=buckets,
            at=at,
            trace=trace,
        )

    def close_batch(self, totals: Totals) -> None:
        """End of day: the batch is handed over. The last transaction can still be repeated, never reversed."""
        with self._gate:
            self._state.closed = [*self._state.closed, asdict(totals)][-CLOSED_MAX:]
            self._state.batch = []
            self._save()

    def _taken(self) -> Entry:
        pending = self._state.pending
        assert pending is not None
        self._state.pending = None
        return pending

    def _append(self, entry: Entry) -> None:
        batch = self._state.batch
        batch.append(entry)
        if len(batch) > 2 * BATCH_MAX:  # refusals only: approvals end at BATCH_MAX
            del batch[next(at for at, one in enumerate(batch) if one.state == "declined")]

    def _mark_reversed(self, reversal: Entry) -> None:
        for at, one in enumerate(self._state.batch):
            if one.kind == "payment" and one.trace == reversal.original_trace and one.state == "stored":
                self._state.batch[at] = replace(one, state="reversed")

    def _save(self) -> None:
        if self._path is None:
            return
        state = self._state
        content = {
            "version": _VERSION,
            "receipt": state.receipt,
            "trace": state.trace,
            "batch": [asdict(one) for one in state.batch],
            "last": state.last and asdict(state.last),
            "pending": state.pending and asdict(state.pending),
            "closed": state.closed,
            "registration": state.registration,
        }
        # Written aside, flushed, put in place: a kill leaves the old books or the new ones.
        aside = self._path.with_suffix(self._path.suffix + ".new")
        with aside.open("w", encoding="utf-8") as out:
            json.dump(content, out)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(self._path)


def _counts(entry: Entry, kind: Kind | None = None) -> bool:
    return entry.state == "stored" and (kind is None or entry.kind == kind)


def _sum(entries: Iterable[Entry]) -> tuple[int, int]:
    """How many count and their sum. A reversal and its payment cancel out; refunds go off, and never below nothing."""
    chosen = [one for one in entries if one.kind != "reversal"]
    total = sum(-one.amount_minor if one.kind == "refund" else one.amount_minor for one in chosen)
    return len(chosen), max(0, total)


def _read(path: Path) -> _State:
    """Raises ``ValueError`` for a file that is none of ours: better no terminal than one with wrong books."""
    content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        raise ValueError(f"{path}: not the books of a simulated terminal")
    try:
        return _State(
            receipt=int(content["receipt"]),
            trace=int(content["trace"]),
            batch=[Entry(**one) for one in content["batch"]],
            last=Entry(**content["last"]) if content["last"] else None,
            pending=Entry(**content["pending"]) if content["pending"] else None,
            closed=list(content["closed"]),
            registration=dict(content["registration"]),
        )
    except (KeyError, TypeError) as trouble:
        raise ValueError(f"{path}: not the books of a simulated terminal") from trouble
