"""Rolls of numbered blanks in the store, and the blanks that no paper took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from counter_app.domain.projection import Fact
from counter_app.domain.stocknumbers import stock_text
from counter_app.ports.blanks import BlankCount, BlankRoll, SpoiledBlank
from db.context import Context, from_ms, maybe_from_ms, maybe_ms, to_ms
from db.prints import OWN_STOCK, TAKEN

_COLUMNS: Final = (
    "roll_id, printer, first_n, last_n, next_n, loaded_at, clerk, shift_id, ended_at, journal_seq"  # as in BlankRoll
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM blank_roll"  # noqa: S608 - constants of this file
_PUT: Final = f"""
    INSERT INTO blank_roll ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (roll_id) DO UPDATE SET next_n = excluded.next_n, ended_at = excluded.ended_at
"""  # noqa: S608
_USED: Final = """
    SELECT min(n) FROM (
        SELECT min(stock_n) AS n FROM print_job WHERE stock_n BETWEEN ?1 AND ?2
        UNION ALL SELECT min(n) FROM spoiled_blank WHERE n BETWEEN ?1 AND ?2
        UNION ALL SELECT min(max(first_n, ?1)) FROM blank_roll
            WHERE ended_at IS NULL AND first_n <= ?2 AND last_n >= ?1
    )
"""
# A blank of a roll, not of the counter's own count: it lies in the part of a roll that was used.
_OF_ROLL: Final = "EXISTS (SELECT 1 FROM blank_roll WHERE stock_n BETWEEN first_n AND next_n - 1)"
_ISSUED: Final = f"SELECT count(*) FROM print_job WHERE created_at BETWEEN ? AND ? AND {_OF_ROLL}"  # noqa: S608
_SPOILED: Final = f"""
    SELECT (SELECT count(*) FROM print_job
            WHERE state = 'settled_spoiled' AND updated_at BETWEEN ?1 AND ?2 AND {_OF_ROLL})
        + (SELECT count(*) FROM spoiled_blank WHERE at BETWEEN ?1 AND ?2)
"""  # noqa: S608


class SqlBlanks:
    def __init__(self, context: Context) -> None:
        self._context = context

    def inside(self, printer: str) -> BlankRoll | None:
        found = self._context.row(f"{_SELECT} WHERE printer = ? AND ended_at IS NULL", (printer,))
        return None if found is None else _roll(found)

    def rolls(self, limit: int) -> list[BlankRoll]:
        order = "ORDER BY ended_at IS NOT NULL, loaded_at DESC, roll_id LIMIT ?"
        return [_roll(row) for row in self._context.rows(f"{_SELECT} {order}", (limit,))]

    def of_number(self, n: int) -> BlankRoll | None:
        found = self._context.row(f"{_SELECT} WHERE ? BETWEEN first_n AND next_n - 1", (n,))
        return None if found is None else _roll(found)

    def used(self, first_n: int, last_n: int) -> int | None:
        found: int | None = self._context.scalar(_USED, (first_n, last_n))
        return found

    def count(self, since: datetime, until: datetime) -> BlankCount:
        span = (to_ms(since), to_ms(until))
        return BlankCount(
            issued=self._context.scalar(_ISSUED, span) or 0, spoiled=self._context.scalar(_SPOILED, span) or 0
        )

    def put(self, roll: BlankRoll) -> None:
        self._context.memory.pop(OWN_STOCK, None)  # the counter's own count leaves the roll's numbers out
        self._context.run(
            _PUT,
            (
                str(roll.roll_id),
                roll.printer,
                roll.first_n,
                roll.last_n,
                roll.next_n,
                to_ms(roll.loaded_at),
                roll.clerk,
                None if roll.shift_id is None else str(roll.shift_id),
                maybe_ms(roll.ended_at),
                roll.journal_seq,
            ),
        )

    def take(self, printer: str, count: int) -> list[str]:
        roll = self.inside(printer)
        numbers = [] if roll is None else range(roll.next_n, roll.next_n + min(count, roll.left))
        if roll is None or not numbers:
            return []
        self._context.run(
            "UPDATE blank_roll SET next_n = ? WHERE roll_id = ?", (roll.next_n + len(numbers), str(roll.roll_id))
        )
        taken = {stock_text(number): number for number in numbers}
        memory = self._context.memory
        memory[TAKEN] = memory.get(TAKEN, {}) | taken
        return list(taken)

    def spoil(self, blanks: list[SpoiledBlank]) -> None:
        self._context.run_many(
            "INSERT INTO spoiled_blank (n, roll_id, reason, at, clerk, shift_id, journal_seq)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    one.n,
                    str(one.roll_id),
                    one.reason,
                    to_ms(one.at),
                    one.clerk,
                    None if one.shift_id is None else str(one.shift_id),
                    one.journal_seq,
                )
                for one in blanks
            ],
        )


def _roll(row: tuple[Any, ...]) -> BlankRoll:
    return BlankRoll(
        roll_id=UUID(row[0]),
        printer=row[1],
        first_n=row[2],
        last_n=row[3],
        next_n=row[4],
        loaded_at=from_ms(row[5]),
        clerk=row[6],
        shift_id=None if row[7] is None else UUID(row[7]),
        ended_at=maybe_from_ms(row[8]),
        journal_seq=row[9],
    )


def blank_facts(context: Context) -> Iterator[Fact]:
    """To be compared with what the journal tells (``counter_app.domain.blank_folds``)."""
    for roll_id, printer, first_n, last_n, next_n, ended_at, shift_id, journal_seq in context.rows(
        "SELECT roll_id, printer, first_n, last_n, next_n, ended_at, shift_id, journal_seq FROM blank_roll"
    ):
        fields = {
            "printer": printer,
            "first_n": first_n,
            "last_n": last_n,
            "next_n": next_n,
            "ended": ended_at is not None,
            "shift_id": shift_id,
            "journal_seq": journal_seq,
        }
        yield "blank_roll", roll_id, fields
    for n, roll_id, reason, journal_seq in context.rows("SELECT n, roll_id, reason, journal_seq FROM spoiled_blank"):
        yield "spoiled_blank", str(n), {"roll_id": roll_id, "reason": reason, "journal_seq": journal_seq}
