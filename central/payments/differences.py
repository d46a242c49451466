"""What does not agree, however it was found: listed once, owned by somebody, resolved with a note, or gone by itself.

Three comparisons write here: a gateway's bill (``reconcile``), the journals (``journal_look``), terminals' totals
(``terminal_look``). Each closes what its later look does not find any more, and nothing of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

LISTED_MAX: Final = 2_000
NOTE_MAX: Final = 200
_GONE: Final = "not found by a later look"


class Source(StrEnum):
    """Stored. Ours is central's books, of a terminal the journal's; theirs is what ours was laid beside."""

    BILL = "bill"
    JOURNAL = "journal"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``kind``: missing_here, missing_there, amount, state; order (another order, window or tender), twice (two sales,
    or paid back twice); count, and counted (the window counted otherwise than its journal). ``what``: charge, refund,
    reversed, closing. With a ``note`` when it was found: somebody at the window has resolved it.
    """

    difference_id: UUID | None = None
    source: Source = Source.BILL
    method: str
    day: date
    kind: str
    what: str
    number: str
    ours_minor: int | None
    theirs_minor: int | None
    ours_state: str
    theirs_state: str
    reference: str
    at_window: str = ""
    found_at: datetime | None = None
    owner: str = ""
    resolved_at: datetime | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, date, str, str, str]:
        return self.method, self.day, self.what, self.number, self.kind

    def fields(self) -> dict[str, Any]:
        """For a list."""
        return {
            "id": str(self.difference_id),
            "source": self.source.value,
            "method": self.method,
            "day": self.day.isoformat(),
            "kind": self.kind,
            "what": self.what,
            "number": self.number,
            "window": self.at_window,
            "ours_minor": self.ours_minor,
            "theirs_minor": self.theirs_minor,
            "ours": self.ours_state,
            "theirs": self.theirs_state,
            "reference": self.reference,
            "since": "" if self.found_at is None else timestamp(self.found_at),
            "owner": self.owner,
            "resolved": self.resolved_at is not None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Differences:
    services: Services

    # ---- people

    def all(self, connection: Connection, *, resolved: bool = False) -> list[Difference]:
        """Open ones first, then the newest."""
        rows = Tx(connection).rows(
            "SELECT difference_id, source, method, day, kind, what, number, ours_minor, theirs_minor, ours_state,"
            " theirs_state, reference, at_window, found_at, owner, resolved_at, note FROM payment_difference"
            " WHERE %s OR resolved_at IS NULL ORDER BY resolved_at IS NOT NULL, found_at DESC, difference_id LIMIT %s",
            (resolved, LISTED_MAX),
        )
        names = tuple(Difference.__dataclass_fields__)
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [Difference(**{**one, "source": Source(one["source"])}) for one in found]

    def own(self, connection: Connection, by: Actor, difference_id: UUID) -> None:
        """Who looks into it. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field="difference")."""
        demand(by, Right.DIRECT)

        def work(tx: Tx) -> None:
            done = tx.run(
                "UPDATE payment_difference SET owner = %s WHERE difference_id = %s AND resolved_at IS NULL",
                (by.login, difference_id),
            )
            self._noted(tx, done, ActKind.DIFFERENCE_OWNED, {"difference_id": str(difference_id)}, by)

        in_transaction(connection, work)

    def resolve(self, connection: Connection, by: Actor, difference_id: UUID, note: str) -> None:
        """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field): difference, note."""
        demand(by, Right.DIRECT)
        if not 1 <= len(note.strip()) <= NOTE_MAX or not note.isprintable():
            raise Refusal(Reason.BAD_INPUT, field="note")

        def work(tx: Tx) -> None:
            done = tx.run(
                "UPDATE payment_difference SET owner = CASE owner WHEN '' THEN %s ELSE owner END, resolved_at = %s,"
                " note = %s WHERE difference_id = %s AND resolved_at IS NULL",
                (by.login, self.services.clock.now(), note.strip(), difference_id),
            )
            body: dict[str, Json] = {"difference_id": str(difference_id), "note": note.strip()}
            self._noted(tx, done, ActKind.DIFFERENCE_RESOLVED, body, by)

        in_transaction(connection, work)

    def _noted(self, tx: Tx, done: int, kind: ActKind, body: dict[str, Json], by: Actor) -> None:
        if not done:
            raise Refusal(Reason.BAD_INPUT, field="difference")
        Acts(self.services).append(tx, kind, body, by=by)

    # ---- looks

    def keep(self, tx: Tx, found: Sequence[Difference]) -> int:
        """What is listed already stays as it is, unless the window has resolved it since. Returns how many are new."""
        before = tx.scalar("SELECT count(*) FROM payment_difference")
        now, again = self.services.clock.now(), 0
        for one in found:
            again += tx.run(  # it had gone, and is there again
                "UPDATE payment_difference SET resolved_at = NULL, note = '', found_at = %s WHERE source = %s"
                " AND method = %s AND day = %s AND what = %s AND number = %s AND kind = %s AND note = %s",
                (now, one.source.value, *one.key, _GONE),
            )
            tx.run(
                "INSERT INTO payment_difference AS d (difference_id, source, method, day, kind, what, number,"
                " ours_minor, theirs_minor, ours_state, theirs_state, reference, at_window, found_at, owner,"
                " resolved_at, note)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (source, method, day, what, number, kind) DO UPDATE SET owner = excluded.owner,"
                " resolved_at = excluded.resolved_at, note = excluded.note"
                " WHERE d.resolved_at IS NULL AND excluded.resolved_at IS NOT NULL",
                (
                    self.services.ids.new(),
                    one.source.value,
                    one.method,
                    one.day,
                    one.kind,
                    one.what,
                    one.number,
                    one.ours_minor,
                    one.theirs_minor,
                    one.ours_state,
                    one.theirs_state,
                    one.reference,
                    one.at_window,
                    now,
                    one.owner,
                    now if one.note else None,
                    one.note,
                ),
            )
        return int(tx.scalar("SELECT count(*) FROM payment_difference") - before) + again

    def close(
        self, tx: Tx, source: Source, method: str | None, days: Sequence[date], found: Sequence[Difference], by: Actor
    ) -> int:
        """What was found by an earlier look at these days, and is there no more. ``method`` None: of all."""
        still = {one.key for one in found}
        rows = tx.rows(
            "SELECT difference_id, method, day, what, number, kind FROM payment_difference"
            " WHERE source = %s AND (%s::text IS NULL OR method = %s) AND day = ANY(%s) AND resolved_at IS NULL",
            (source.value, method, method, list(days)),
        )
        gone = [row[0] for row in rows if tuple(row[1:]) not in still]
        return tx.run(
            "UPDATE payment_difference SET resolved_at = %s, note = %s,"
            " owner = CASE owner WHEN '' THEN %s ELSE owner END WHERE difference_id = ANY(%s)",
            (self.services.clock.now(), _GONE, by.login, gone),
        )


def lock_differences(tx: Tx) -> None:
    """One look at a time: what one finds, another does not close."""
    tx.run("LOCK TABLE payment_difference IN SHARE ROW EXCLUSIVE MODE")


def count_open(tx: Tx, source: Source, method: str | None = None) -> int:
    return int(
        tx.scalar(
            "SELECT count(*) FROM payment_difference WHERE source = %s AND (%s::text IS NULL OR method = %s)"
            " AND resolved_at IS NULL",
            (source.value, method, method),
        )
    )


def resolved_keys(tx: Tx) -> set[tuple[str, date, str, str, str]]:
    """Of the journals and the terminals: what somebody has given a reason for."""
    rows = tx.rows(
        "SELECT method, day, what, number, kind FROM payment_difference"
        " WHERE source <> %s AND resolved_at IS NOT NULL AND note <> %s",
        (Source.BILL.value, _GONE),
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}
