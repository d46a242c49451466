"""The table of tickets that were let through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from counter_app.domain.journal import timestamp
from counter_app.domain.projection import Fact
from counter_app.ports.redemptions import Redemption
from db.context import Context, from_ms, to_ms

_COLUMNS: Final = (
    "number, copy_number, run_id, service_date, key_id, at, clerk, seen, last_at, journal_seq"  # as the record's fields
)


class SqlRedemptions:
    """``ports.redemptions.RedemptionBook``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, number: str) -> Redemption | None:
        row = self._context.row(f"SELECT {_COLUMNS} FROM redemption WHERE number = ?", (number,))  # noqa: S608
        return None if row is None else _redemption(row)

    def latest(self, limit: int) -> list[Redemption]:
        rows = self._context.rows(
            f"SELECT {_COLUMNS} FROM redemption ORDER BY journal_seq DESC LIMIT ?",  # noqa: S608 - constants
            (limit,),
        )
        return [_redemption(row) for row in rows]

    def add(self, redemption: Redemption) -> None:
        self._context.run(
            f"INSERT INTO redemption ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
            (
                redemption.number,
                redemption.copy_number,
                str(redemption.run_id),
                redemption.service_date.isoformat(),
                redemption.key_id.hex(),
                to_ms(redemption.at),
                redemption.clerk,
                redemption.seen,
                to_ms(redemption.last_at),
                redemption.journal_seq,
            ),
        )

    def seen_again(self, number: str, at: datetime) -> Redemption:
        changed = self._context.run(
            "UPDATE redemption SET seen = seen + 1, last_at = max(last_at, ?) WHERE number = ?", (to_ms(at), number)
        )
        assert changed == 1, "it was found"
        found = self.of(number)
        assert found is not None
        return found


def redemption_facts(context: Context) -> Iterator[Fact]:
    """What TICKET_REDEEMED says of each. How often it was shown again is not journaled."""
    for row in context.rows(f"SELECT {_COLUMNS} FROM redemption"):  # noqa: S608 - constants
        one = _redemption(row)
        yield (
            "redemption",
            one.number,
            {
                "copy": one.copy_number,
                "run_id": str(one.run_id),
                "service_date": one.service_date.isoformat(),
                "key_id": one.key_id.hex(),
                "at": timestamp(one.at),
                "clerk": one.clerk,
                "journal_seq": one.journal_seq,
            },
        )


def _redemption(row: tuple[Any, ...]) -> Redemption:
    return Redemption(
        number=row[0],
        copy_number=row[1],
        run_id=UUID(row[2]),
        service_date=date.fromisoformat(row[3]),
        key_id=bytes.fromhex(row[4]),
        at=from_ms(row[5]),
        clerk=row[6],
        seen=row[7],
        last_at=from_ms(row[8]),
        journal_seq=row[9],
    )
