"""Print jobs in the store, in the order in which they are printed; and the roll's stock numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from counter_app.domain.stocknumbers import stock_text
from counter_app.ports.prints import JobKind, JobState, PrintJob
from db.context import Context, from_ms, to_ms

_READ: Final = "job_id, kind, ref, copy_number, state, detail, created_at, updated_at, attempts, token, stock"
_SELECT: Final = f"SELECT {_READ} FROM print_job"  # noqa: S608 - constants of this file
_ADD: Final = f"INSERT INTO print_job ({_READ}, stock_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_PUT: Final = f"""{_ADD} ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, detail = excluded.detail,
    updated_at = excluded.updated_at, attempts = excluded.attempts"""
# A kick that failed or of which nothing is known is over: the drawer has a key, and a second kick may open it twice.
_OPEN: Final = f"""{_SELECT} WHERE state IN ('queued', 'sending', 'failed_before_send', 'unknown')
    AND NOT (kind = 'drawer' AND state IN ('failed_before_send', 'unknown')) ORDER BY n"""
_LAST_ON: Final = f"{_SELECT} JOIN print_route USING (job_id) WHERE printer = ? ORDER BY n DESC LIMIT 1"
_ROUTE: Final = """
    INSERT INTO print_route (job_id, printer) VALUES (?, ?)
    ON CONFLICT (job_id) DO UPDATE SET printer = excluded.printer
"""
TOKEN_MAX: Final = 9999
_TOKEN: Final = "print_job.token"  # noqa: S105 - a name in memory
OWN_STOCK: Final = "print_job.stock"
TAKEN: Final = "print_job.taken"  # texts of numbers that were taken, for rows that come in the same transaction
# The counter's own count: the numbers that lie in no roll.
_LAST_OWN: Final = """
    SELECT stock_n FROM print_job AS job WHERE stock_n IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM blank_roll WHERE job.stock_n BETWEEN first_n AND last_n)
    ORDER BY stock_n DESC LIMIT 1
"""


class SqlPrints:
    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, job_id: UUID) -> PrintJob | None:
        found = self._context.row(f"{_SELECT} WHERE job_id = ?", (str(job_id),))
        return None if found is None else _job(found)

    def open_jobs(self) -> list[PrintJob]:
        return [_job(row) for row in self._context.rows(_OPEN)]

    def latest(self, limit: int) -> list[PrintJob]:
        return [_job(row) for row in self._context.rows(f"{_SELECT} ORDER BY n DESC LIMIT ?", (limit,))]

    def of(self, ref: UUID) -> list[PrintJob]:
        return [_job(row) for row in self._context.rows(f"{_SELECT} WHERE ref = ? ORDER BY n", (str(ref),))]

    def route(self, job_id: UUID) -> str | None:
        printer: str | None = self._context.scalar("SELECT printer FROM print_route WHERE job_id = ?", (str(job_id),))
        return printer

    def last_on(self, printer: str) -> PrintJob | None:
        found = self._context.row(_LAST_ON, (printer,))
        return None if found is None else _job(found)

    def put_route(self, job_id: UUID, printer: str) -> None:
        self._context.run(_ROUTE, (str(job_id), printer))

    def put(self, job: PrintJob) -> None:
        self._context.run(_PUT, self._row(job))

    def put_new(self, jobs: Sequence[PrintJob]) -> None:
        self._context.run_many(_ADD, [self._row(job) for job in jobs])

    def next_token(self) -> int:
        memory = self._context.memory
        if _TOKEN not in memory:
            memory[_TOKEN] = self._context.scalar("SELECT token FROM print_job ORDER BY n DESC LIMIT 1") or 0
        memory[_TOKEN] = memory[_TOKEN] % TOKEN_MAX + 1
        return int(memory[_TOKEN])

    def next_stock_numbers(self, count: int) -> list[str]:
        memory = self._context.memory
        if OWN_STOCK not in memory:
            ranges = self._context.rows("SELECT first_n, last_n FROM blank_roll ORDER BY first_n")
            memory[OWN_STOCK] = (self._context.scalar(_LAST_OWN) or 0, ranges)
        last, ranges = memory[OWN_STOCK]
        numbers: list[int] = []
        while len(numbers) < count:
            last += 1
            for first_n, last_n in ranges:
                if first_n <= last <= last_n:
                    last = last_n + 1
            numbers.append(last)
        memory[OWN_STOCK] = (last, ranges)
        taken = {stock_text(number): number for number in numbers}
        memory[TAKEN] = memory.get(TAKEN, {}) | taken
        return list(taken)

    def restock(self, job_id: UUID, stock_number: str) -> None:
        number = self._context.memory[TAKEN].pop(stock_number)
        self._context.run(
            "UPDATE print_job SET stock = ?, stock_n = ? WHERE job_id = ?", (stock_number, number, str(job_id))
        )

    def _row(self, job: PrintJob) -> tuple[Any, ...]:
        # Only a new job brings a number that was just taken; an update keeps what the row has.
        number = self._context.memory.get(TAKEN, {}).pop(job.stock_number, None) if job.stock_number else None
        return (
            str(job.job_id),
            job.kind.value,
            str(job.ref),
            job.copy_number,
            job.state.value,
            job.detail,
            to_ms(job.created_at),
            to_ms(job.updated_at),
            job.attempts,
            job.token,
            None if number is None else job.stock_number,
            number,
        )


def _job(row: tuple[Any, ...]) -> PrintJob:
    return PrintJob(
        job_id=UUID(row[0]),
        kind=JobKind(row[1]),
        ref=UUID(row[2]),
        copy_number=row[3],
        state=JobState(row[4]),
        detail=row[5],
        created_at=from_ms(row[6]),
        updated_at=from_ms(row[7]),
        attempts=row[8],
        token=row[9],
        stock_number=row[10] or "",
    )
