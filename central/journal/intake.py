"""Entries of a counter's journal come in: raw first, in a transaction of their own; what they mean is judged after it.

Idempotent by (device, epoch, number): the same bytes again get the same receipt. Another entry under a number that is
taken, or after a hash that is not the last one's, is a second history of one device: a fork (C1). Nothing is dropped:
what has no place in the chain is kept as a stray.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from central.feed import News, device_shard, publish
from central.journal.chain import Item, Piece, Standing, contradicts, examine, follows, is_signed_by
from central.journal.judge import Judge
from central.journal.verdicts import Findings, write_verdicts
from central.request import Refusing
from central.services import Device, Services
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import GENESIS, Kind
from counter_app.domain.verdicts import Why
from counter_app.wire.messages import PUSH_BYTES_MAX, PUSH_ENTRIES_MAX, Push, PushAnswer, Refused, Verdict

JUDGED_AT_ONCE_MAX: Final = 128
"""So many entries are judged before the answer goes out; a drain's batches are judged behind it, by ``tend``."""
BACKLOG_MAX: Final = 5_000
"""More than these waiting to be judged, and a push helps: judging may fall behind, and not for ever."""
_SPOILT: Final = [Why.CORRUPT.value, Why.BAD_SIGNATURE.value]
STRAY_FACTS: Final = 16  # hex digits of a hash in a verdict's facts: enough to find the stray


@dataclass(slots=True)
class _Batch:
    """What becomes of one push, decided under the chain's lock."""

    first_seq: int
    pieces: list[Piece]
    entries: list[Piece] = field(default_factory=list)  # new ones, in order
    entries_from: int = 0
    strays: list[tuple[int, Piece, Why]] = field(default_factory=list)
    forked: bool = False
    findings: Findings = field(default_factory=lambda: Findings(0))
    chain_seq: int = 0  # the chain's last number after it
    again: list[int] = field(default_factory=list)  # numbers to judge anew: what was doubtful of them is cleared


@dataclass(frozen=True, slots=True)
class _Chain:
    first_seq: int
    seq: int
    hash: bytes
    judged_seq: int
    doubt: str  # reason of the last entry's verdict, when it is quarantined


@dataclass(frozen=True, slots=True)
class Intake:
    services: Services
    judge: Judge

    def push(self, device: Device, message: Push, connection: Connection) -> PushAnswer:
        """Raises Refusing: NOT_FOUND (an epoch without a key), TOO_LARGE, BAD_MESSAGE, GAP (epoch, expected)."""
        if sum(len(entry.raw) for entry in message.entries) > PUSH_BYTES_MAX:
            raise Refusing(Refused.TOO_LARGE, "entries", bytes_max=PUSH_BYTES_MAX)
        found = Tx(connection).row(
            "SELECT public_key FROM device_key WHERE device_id = %s AND epoch = %s", (device.device_id, message.epoch)
        )
        if found is None:
            raise Refusing(Refused.NOT_FOUND, "epoch", epoch=message.epoch)
        items = [Item(entry.raw.encode(), entry.signature, entry.hash) for entry in message.entries]
        pieces = examine(items, is_signed_by(bytes(found[0]), self.services.verify))
        _check_numbers(message, pieces)
        batch, stored = in_transaction(connection, lambda tx: self._store(tx, device, message, pieces))
        for seq in batch.again:
            self.judge.rejudge(connection, device.device_id, message.epoch, seq, cleared=True)
        judged = self._judge(connection, device.device_id, message.epoch)
        return PushAnswer(
            epoch=message.epoch,
            stored_seq=stored,
            # A stray has its verdict as it comes: once the chain is judged, so is all that was pushed.
            judged_seq=stored if batch.strays and judged >= batch.chain_seq else judged,
            verdicts=self._verdicts(connection, device.device_id, message, judged),
            forked=batch.forked or (device.forked and message.epoch == device.current_epoch),
            stop_selling=self._stop(device, forked=batch.forked),
            central_time=self.services.clock.now(),
        )

    def tend(self, connection: Connection, *, entries_max: int = 2_000) -> int:
        """Judges what is stored and waits, of all devices in turn, at most about so many. Returns how many."""
        waiting = Tx(connection).rows(
            "SELECT device_id, epoch FROM chain WHERE judged_seq < seq ORDER BY device_id, epoch LIMIT 1000"
        )
        done = 0
        for device_id, epoch in waiting:
            if done >= entries_max:
                break
            done += self.judge.judge(connection, device_id, epoch, entries_max=entries_max - done)
        return done

    def _judge(self, connection: Connection, device_id: UUID, epoch: int) -> int:
        """What can be judged before the answer goes out. Returns how far it is judged now."""
        row = Tx(connection).row(
            "SELECT seq, judged_seq FROM chain WHERE device_id = %s AND epoch = %s", (device_id, epoch)
        )
        if row is None:  # all strays
            return 0
        waiting = row[0] - row[1]
        wanted = waiting if waiting <= JUDGED_AT_ONCE_MAX else waiting - BACKLOG_MAX
        if wanted <= 0:
            return int(row[1])
        return int(row[1]) + self.judge.judge(connection, device_id, epoch, entries_max=wanted)

    def _verdicts(self, connection: Connection, device_id: UUID, message: Push, judged: int) -> tuple[Verdict, ...]:
        last = message.first_seq + len(message.entries) - 1
        return self.judge.verdicts(connection, device_id, message.epoch, message.first_seq, max(last, judged))

    @staticmethod
    def _stop(device: Device, *, forked: bool) -> str:
        if device.state != "active":
            return device.state
        if device.stop_selling:
            return device.stop_selling
        if forked or device.forked:
            return "forked"
        return "epoch_superseded" if device.epoch != device.current_epoch else ""

    # ---- storing ---------------------------------------------------------------------------------------------

    def _store(self, tx: Tx, device: Device, message: Push, pieces: list[Piece]) -> tuple[_Batch, int]:
        """Returns the batch and the number up to which this push is durable."""
        now = self.services.clock.now()
        batch = _Batch(first_seq=message.first_seq, pieces=pieces, findings=Findings(message.epoch))
        chain = self._locked_chain(tx, device.device_id, message, batch)
        self._place(tx, device, message, chain, batch)
        self._write_entries(tx, device.device_id, message.epoch, batch, now)
        self._write_strays(tx, device.device_id, message.epoch, batch, now)
        if batch.forked and message.epoch == device.current_epoch:
            tx.run("UPDATE device SET forked = true WHERE device_id = %s AND NOT forked", (device.device_id,))
        news: list[News] = write_verdicts(tx, device.device_id, batch.findings.verdicts(), now)
        if news:
            publish(tx, device_shard(device.device_id), news)
        last = message.first_seq + len(pieces) - 1
        batch.chain_seq = chain.seq + len(batch.entries)
        return batch, last if batch.strays else max(chain.seq, last)

    def _locked_chain(self, tx: Tx, device_id: UUID, message: Push, batch: _Batch) -> _Chain:
        sql = (
            "SELECT c.first_seq, c.seq, c.hash, c.judged_seq, coalesce(v.reason, '') FROM chain c"
            " LEFT JOIN verdict v ON v.device_id = c.device_id AND v.epoch = c.epoch AND v.seq = c.seq"
            " AND v.judgement = 'quarantined'"
            " WHERE c.device_id = %s AND c.epoch = %s FOR UPDATE OF c"
        )
        row = tx.row(sql, (device_id, message.epoch))
        if row is None:
            first, before = message.first_seq, self._before_first(tx, device_id, message, batch)
            tx.run(
                "INSERT INTO chain (device_id, epoch, first_seq, seq, hash, judged_seq)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (device_id, message.epoch, first, first - 1, before, first - 1),
            )
            row = tx.row(sql, (device_id, message.epoch))
            assert row is not None, "it was put just now, or by another push"
        return _Chain(row[0], row[1], bytes(row[2]), row[3], row[4])

    def _before_first(self, tx: Tx, device_id: UUID, message: Push, batch: _Batch) -> bytes:
        """The hash that the first entry of an epoch follows: of an entry of an earlier epoch, or of a stray."""
        first, piece = message.first_seq, batch.pieces[0]
        if first == 1:
            return GENESIS
        if piece.standing is Standing.WHOLE and piece.kind not in {None, Kind.EPOCH_STARTED.value}:
            # This central was restored and lost how the epoch began; the counter goes back until it finds that.
            expected = max(1, first - PUSH_ENTRIES_MAX)
            raise Refusing(Refused.GAP, "how the epoch began is missing", epoch=message.epoch, expected=expected)
        found = tx.rows(
            "SELECT hash FROM entry WHERE device_id = %s AND epoch < %s AND seq = %s"
            " UNION ALL SELECT hash FROM stray WHERE device_id = %s AND epoch < %s AND seq = %s",
            (device_id, message.epoch, first - 1, device_id, message.epoch, first - 1),
        )
        hashes = [bytes(one) for (one,) in found]
        if not hashes:
            last = tx.row(
                "SELECT epoch, seq FROM chain WHERE device_id = %s AND epoch < %s ORDER BY epoch DESC LIMIT 1",
                (device_id, message.epoch),
            )
            epoch, seq = last or (message.epoch, 0)
            if seq < first - 1:
                raise Refusing(Refused.GAP, "entries before these are missing", epoch=epoch, expected=seq + 1)
        matching = [one for one in hashes if follows(piece, one)]
        if matching:
            return matching[0]
        batch.findings.add(first, Why.BROKEN_HISTORY, prev=piece.prev.hex()[:STRAY_FACTS] if piece.prev else "")
        return piece.prev if piece.prev is not None else hashes[0]

    def _place(self, tx: Tx, device: Device, message: Push, chain: _Chain, batch: _Batch) -> None:
        """Sorts the pieces into new entries and strays."""
        pieces, first = batch.pieces, message.first_seq
        known = max(0, min(len(pieces), chain.seq - first + 1))
        if first < chain.first_seq:  # a copy that began the same epoch elsewhere
            self._fork(batch, 0)
            return
        if first > chain.seq + 1:
            # A copy that begins an epoch which central has seen begin is another history too.
            if not (_begins_epoch(pieces[0]) or self._continues_stray(tx, device.device_id, message, pieces[0])):
                raise Refusing(
                    Refused.GAP, "entries before these are missing", epoch=message.epoch, expected=chain.seq + 1
                )
            self._fork(batch, 0)
            return
        fork_at = self._compare(tx, device.device_id, message, batch, known)
        if fork_at is None and known < len(pieces):
            fork_at = self._append(tx, device.device_id, message.epoch, chain, batch, known)
        if fork_at is not None:
            self._demand_beginning(tx, device.device_id, message, pieces, fork_at)
            self._fork(batch, fork_at)

    @staticmethod
    def _demand_beginning(tx: Tx, device_id: UUID, message: Push, pieces: Sequence[Piece], at: int) -> None:
        """A central that was restored lost how another history began, and nothing that it has shows that: it asks.

        Raises Refusing(GAP): by half a batch, so that the next one has this entry in its middle.
        """
        before, prev = message.first_seq - 1, pieces[0].prev
        if at > 0 or before < 1 or prev is None:
            return
        known = tx.row(
            "SELECT 1 FROM entry WHERE device_id = %s AND epoch <= %s AND seq = %s AND hash = %s"
            " UNION ALL SELECT 1 FROM stray WHERE device_id = %s AND epoch <= %s AND seq = %s AND hash = %s LIMIT 1",
            (device_id, message.epoch, before, prev, device_id, message.epoch, before, prev),
        )
        if known is None:
            expected = max(1, message.first_seq - max(1, len(pieces) // 2))
            raise Refusing(Refused.GAP, "how this history began is missing", epoch=message.epoch, expected=expected)

    def _compare(self, tx: Tx, device_id: UUID, message: Push, batch: _Batch, known: int) -> int | None:
        """Against what central has under these numbers. Returns the index from which on it is another history."""
        if not known:
            return None
        rows = tx.rows(
            "SELECT e.seq, e.hash, v.seq IS NOT NULL FROM entry e"
            " LEFT JOIN verdict v ON v.device_id = e.device_id AND v.epoch = e.epoch AND v.seq = e.seq"
            " AND v.judgement = 'quarantined' AND v.reason = ANY(%s)"
            " WHERE e.device_id = %s AND e.epoch = %s AND e.seq BETWEEN %s AND %s",
            (_SPOILT, device_id, message.epoch, message.first_seq, message.first_seq + known - 1),
        )
        hashes = {seq: bytes(digest) for seq, digest, _ in rows}
        spoilt = {seq for seq, _, doubtful in rows if doubtful}
        for n in range(known):
            seq, piece = message.first_seq + n, batch.pieces[n]
            if hashes[seq] == piece.digest == piece.hash:
                if piece.standing is Standing.WHOLE and seq in spoilt:
                    self._heal(tx, device_id, message.epoch, seq, piece, batch)
                continue
            if hashes[seq] == piece.hash:
                continue  # corrupt here, and central knows what it should be
            if piece.standing is Standing.WHOLE:
                return n
            if not self._same_bytes(tx, device_id, message.epoch, seq, piece):
                batch.strays.append((seq, piece, Why.BAD_SIGNATURE))
        return None

    def _append(self, tx: Tx, device_id: UUID, epoch: int, chain: _Chain, batch: _Batch, known: int) -> int | None:
        """The pieces after the last known one. Returns the index from which on they contradict what is before."""
        before, whole = chain.hash, True
        first = batch.pieces[known]
        if chain.doubt in {Why.BAD_SIGNATURE, Why.CORRUPT} and first.standing is Standing.WHOLE:
            # What was doubtful as the last one of its batch is told by its successor.
            before = self._settle_doubt(tx, device_id, epoch, chain, first, batch)
        batch.entries_from = chain.seq + 1
        for n in range(known, len(batch.pieces)):
            piece = batch.pieces[n]
            if whole and contradicts(piece, before):
                return n
            batch.entries.append(piece)
            before, whole = piece.hash, piece.standing is not Standing.UNSIGNED
            seq = batch.first_seq + n
            if piece.standing is Standing.CORRUPT:
                batch.findings.add(seq, Why.CORRUPT, hash=piece.hash.hex(), received=piece.digest.hex())
            elif piece.standing is Standing.UNSIGNED:
                batch.findings.add(seq, Why.BAD_SIGNATURE, received=piece.digest.hex())
        return None

    @staticmethod
    def _fork(batch: _Batch, at: int) -> None:
        batch.forked = True
        for n in range(at, len(batch.pieces)):
            seq, piece = batch.first_seq + n, batch.pieces[n]
            batch.strays.append((seq, piece, Why.FORKED))

    def _settle_doubt(self, tx: Tx, device_id: UUID, epoch: int, chain: _Chain, piece: Piece, batch: _Batch) -> bytes:
        """The last entry was unsigned when it came; a whole one that follows says what its hash is."""
        if piece.prev is None or piece.prev == chain.hash:
            row = tx.row(
                "SELECT raw FROM entry WHERE device_id = %s AND epoch = %s AND seq = %s", (device_id, epoch, chain.seq)
            )
            if piece.prev is not None and row is not None and sha256(row[0]).digest() == piece.prev:
                batch.again.append(chain.seq)  # only its signature was spoilt
            return chain.hash
        tx.run(
            "UPDATE entry SET hash = %s WHERE device_id = %s AND epoch = %s AND seq = %s",
            (piece.prev, device_id, epoch, chain.seq),
        )
        batch.findings.add(chain.seq, Why.CORRUPT, hash=piece.prev.hex(), received=chain.hash.hex())
        return piece.prev

    @staticmethod
    def _heal(tx: Tx, device_id: UUID, epoch: int, seq: int, piece: Piece, batch: _Batch) -> None:
        """Whole bytes come for an entry of which central has spoilt ones: those become a stray."""
        row = tx.row(
            "SELECT raw, signature FROM entry WHERE device_id = %s AND epoch = %s AND seq = %s",
            (device_id, epoch, seq),
        )
        assert row is not None, "it was compared just now"
        raw, signature = bytes(row[0]), bytes(row[1])
        if raw != piece.raw:
            spoilt = Piece(raw, signature, sha256(raw).digest(), None, None, None, None, Standing.CORRUPT, piece.hash)
            batch.strays.append((seq, spoilt, Why.CORRUPT))
        tx.run(
            "UPDATE entry SET raw = %s, signature = %s WHERE device_id = %s AND epoch = %s AND seq = %s",
            (piece.raw, piece.signature, device_id, epoch, seq),
        )
        batch.again.append(seq)

    @staticmethod
    def _same_bytes(tx: Tx, device_id: UUID, epoch: int, seq: int, piece: Piece) -> bool:
        raw = tx.scalar(
            "SELECT raw FROM entry WHERE device_id = %s AND epoch = %s AND seq = %s", (device_id, epoch, seq)
        )
        return raw is not None and bytes(raw) == piece.raw

    @staticmethod
    def _continues_stray(tx: Tx, device_id: UUID, message: Push, piece: Piece) -> bool:
        """Whether it goes on with a history that is known to be the other one."""
        if piece.prev is None:
            return False
        found = tx.row(
            "SELECT 1 FROM stray WHERE device_id = %s AND epoch = %s AND seq = %s AND hash = %s",
            (device_id, message.epoch, message.first_seq - 1, piece.prev),
        )
        return found is not None

    # ---- rows ------------------------------------------------------------------------------------------------

    @staticmethod
    def _write_entries(tx: Tx, device_id: UUID, epoch: int, batch: _Batch, now: datetime) -> None:
        if not batch.entries:
            return
        with (
            tx.connection.cursor() as cursor,
            cursor.copy(
                "COPY entry (device_id, epoch, seq, hash, raw, signature, received_at) FROM STDIN (FORMAT BINARY)"
            ) as copy,
        ):
            copy.set_types(["uuid", "int2", "int8", "bytea", "bytea", "bytea", "timestamptz"])
            for seq, piece in enumerate(batch.entries, batch.entries_from):
                copy.write_row((device_id, epoch, seq, piece.hash, piece.raw, piece.signature, now))
        tx.run(
            "UPDATE chain SET seq = %s, hash = %s WHERE device_id = %s AND epoch = %s",
            (batch.entries_from + len(batch.entries) - 1, batch.entries[-1].hash, device_id, epoch),
        )

    def _write_strays(self, tx: Tx, device_id: UUID, epoch: int, batch: _Batch, now: datetime) -> None:
        if not batch.strays:
            return
        # Those that came before have their verdict; a person may have dealt with it since.
        known = {
            (seq, bytes(digest))
            for seq, digest in tx.rows(
                "SELECT seq, hash FROM stray WHERE device_id = %s AND epoch = %s AND seq = ANY(%s)",
                (device_id, epoch, [seq for seq, _, _ in batch.strays]),
            )
        }
        fresh: list[tuple[Any, ...]] = []
        for seq, piece, why in batch.strays:
            if (seq, piece.digest) in known:
                continue
            fresh.append(
                (self.services.ids.new(), device_id, epoch, seq, piece.digest, piece.raw, piece.signature, why, now)
            )
            if why is Why.FORKED:
                batch.findings.add(seq, Why.FORKED, stray=piece.digest.hex()[:STRAY_FACTS])
        tx.run_many(
            "INSERT INTO stray (stray_id, device_id, epoch, seq, hash, raw, signature, reason, received_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (device_id, epoch, seq, hash) DO NOTHING",
            fresh,
        )


def _begins_epoch(piece: Piece) -> bool:
    return piece.standing is Standing.WHOLE and piece.kind == Kind.EPOCH_STARTED.value


def _check_numbers(message: Push, pieces: Sequence[Piece]) -> None:
    """Whole entries stand where they say. Raises Refusing(BAD_MESSAGE)."""
    for n, piece in enumerate(pieces):
        if piece.standing is not Standing.WHOLE:
            continue
        if piece.epoch not in {None, message.epoch}:
            raise Refusing(Refused.BAD_MESSAGE, f"entries[{n}]: of another epoch")
        if piece.seq not in {None, message.first_seq + n}:
            raise Refusing(Refused.BAD_MESSAGE, f"entries[{n}]: another number")


__all__ = ["BACKLOG_MAX", "JUDGED_AT_ONCE_MAX", "Intake"]
