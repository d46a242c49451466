"""Reimbursement slips, pieces of luggage and counted cash in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from counter_app.ports.papers import LuggagePiece, ReimbursementRecord
from db.context import Context, from_ms, to_ms
from db.shifts import count_text

_COLUMNS: Final = "ticket_id, epoch, serial, number, job_id, amount_minor, currency, at, clerk, journal_seq, back_seq"


class SqlPapers:
    def __init__(self, context: Context) -> None:
        self._context = context

    def reimbursement(self, ticket_id: UUID) -> ReimbursementRecord | None:
        row = self._context.row(
            f"SELECT {_COLUMNS} FROM reimbursement WHERE ticket_id = ?",  # noqa: S608 - constants of this file
            (str(ticket_id),),
        )
        if row is None:
            return None
        return ReimbursementRecord(
            ticket_id=ticket_id,
            epoch=row[1],
            serial=row[2],
            number=row[3],
            job_id=UUID(row[4]),
            amount_minor=row[5],
            currency=row[6],
            at=from_ms(row[7]),
            clerk=row[8],
            journal_seq=row[9],
            back_seq=row[10],
        )

    def piece(self, job_id: UUID) -> LuggagePiece | None:
        row = self._context.row("SELECT ticket_id, piece, pieces FROM luggage_piece WHERE job_id = ?", (str(job_id),))
        if row is None:
            return None
        return LuggagePiece(job_id=job_id, ticket_id=UUID(row[0]), piece=row[1], pieces=row[2])

    def pieces_of(self, ticket_id: UUID) -> int:
        return int(
            self._context.scalar(
                "SELECT coalesce(max(piece), 0) FROM luggage_piece WHERE ticket_id = ?", (str(ticket_id),)
            )
        )

    def cash_count(self, movement_id: UUID) -> Mapping[int, int]:
        text = self._context.scalar("SELECT count FROM cash_count WHERE movement_id = ?", (str(movement_id),))
        if text is None:
            return {}
        count = {int(value): int(pieces) for value, pieces in json.loads(text).items()}
        return dict(sorted(count.items(), reverse=True))

    def next_reimbursement(self, epoch: int) -> int:
        return int(
            self._context.scalar("SELECT coalesce(max(serial), 0) + 1 FROM reimbursement WHERE epoch = ?", (epoch,))
        )

    def add_reimbursement(self, record: ReimbursementRecord) -> None:
        self._context.run(
            f"INSERT INTO reimbursement ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                str(record.ticket_id),
                record.epoch,
                record.serial,
                record.number,
                str(record.job_id),
                record.amount_minor,
                record.currency,
                to_ms(record.at),
                record.clerk,
                record.journal_seq,
                record.back_seq,
            ),
        )

    def take_back(self, ticket_id: UUID, journal_seq: int) -> None:
        self._context.run("UPDATE reimbursement SET back_seq = ? WHERE ticket_id = ?", (journal_seq, str(ticket_id)))

    def add_pieces(self, pieces: Sequence[LuggagePiece]) -> None:
        self._context.run_many(
            "INSERT INTO luggage_piece (job_id, ticket_id, piece, pieces) VALUES (?, ?, ?, ?)",
            [(str(one.job_id), str(one.ticket_id), one.piece, one.pieces) for one in pieces],
        )

    def put_cash_count(self, movement_id: UUID, count: Mapping[int, int]) -> None:
        self._context.run(
            "INSERT INTO cash_count (movement_id, count) VALUES (?, ?)", (str(movement_id), count_text(count))
        )
