"""What an enrolled counter keeps of the line to central: the facet ``sync`` of the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from counter_app.domain.journal import canonical
from counter_app.domain.leases import CentralTime
from counter_app.domain.timetable import RunRef
from counter_app.domain.trust import Certificate, certificate_holds
from counter_app.domain.verdicts import NextStep, Owner
from counter_app.errors import Reason, Refusal
from counter_app.ports.sync import Central, InboxEntry, InboxState, PendingRelease, SyncState, Unsynced
from counter_app.security import verify
from counter_app.wire import codec
from counter_app.wire.messages import Judgement, RunStock, Verdict
from db.context import from_ms, maybe_ms, to_ms
from db.journal import SqlJournal
from db.leases import SqlLeases
from db.profile import read_profile
from db.sync_state import FIRST_STATE, read_state

OLDEST_OF: Final = 50  # damaged ones are passed over, not for ever
_PUT_TIME: Final = """
    UPDATE sync_state SET told = ?, told_wall = ?, told_monotonic_ms = ?, told_session = ?,
        high_water = max(coalesce(high_water, ?), ?), last_contact = ?
"""
_INBOX: Final = "SELECT epoch, seq, body, received_at, state, settled_by, note FROM inbox"
_PUT_VERDICT: Final = """
    INSERT INTO inbox (epoch, seq, n, state, received_at, settled_by, note, body)
    SELECT ?, ?, coalesce(max(n), 0) + 1, 'open', ?, '', '', ? FROM inbox WHERE true
    ON CONFLICT (epoch, seq) DO UPDATE SET body = excluded.body WHERE body <> excluded.body
"""
_PUT_SHADOW: Final = """
    INSERT INTO shadow (run_id, shard, checksum, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (run_id) DO UPDATE SET shard = excluded.shard, checksum = excluded.checksum, body = excluded.body
"""
_PUT_CURSOR: Final = """
    INSERT INTO cursor (shard, incarnation, position) VALUES (?, ?, ?)
    ON CONFLICT (shard) DO UPDATE SET incarnation = excluded.incarnation, position = excluded.position
"""


class SqlSync(SqlLeases):
    """``ports.sync.SyncBook``; leases are in ``db.leases``."""

    # ---- central, and how far the journal got

    def central(self) -> Central | None:
        found = self._context.row("SELECT url, certificate_file, incarnation FROM central")
        if found is None:
            return None
        return Central(
            url=found[0],
            operator_key=read_profile(self._context).operator_key,
            incarnation=None if found[2] is None else UUID(found[2]),
            certificate_file=found[1],
        )

    def put_incarnation(self, incarnation: UUID) -> None:
        self._context.run("UPDATE central SET incarnation = ?", (str(incarnation),))

    def state(self) -> SyncState:
        return read_state(self._context, SqlJournal(self._context).head().seq)

    def mend(self) -> None:
        """A row that is whole stays as it is; of one that is not, only what is certain is kept."""
        state = self.state()
        if not state.odd:
            return
        self._context.run("DELETE FROM sync_state")
        self._context.run(FIRST_STATE)
        self._context.run(
            "UPDATE sync_state SET sent_seq = ?, stored_seq = ?, judged_seq = ?, last_contact = ?, stopped = ?, "
            "forked = ?",
            (
                state.sent_seq,
                state.stored_seq,
                state.judged_seq,
                maybe_ms(state.last_contact),
                state.stopped,
                int(state.forked),
            ),
        )
        if state.time is not None and state.last_contact is not None:
            self.put_time(state.time, state.last_contact)

    def _note(self, update: str, parameters: Sequence[Any]) -> None:
        """Somebody may have taken the row away: then it is put there first, with what is certain."""
        if self._context.run(update, parameters) == 0 and self._context.row("SELECT 1 FROM sync_state") is None:
            self.mend()
            self._context.run(update, parameters)

    def mark_sending(self, seq: int) -> None:
        assert seq <= SqlJournal(self._context).head().seq, "what is not written is not sent"
        self._note("UPDATE sync_state SET sent_seq = max(sent_seq, ?)", (seq,))

    def mark_stored(self, *, stored_seq: int, judged_seq: int) -> None:
        head = SqlJournal(self._context).head().seq
        stored = min(stored_seq, head)
        # What central has was sent, whatever was noted here: a restored store has forgotten it.
        self._note(
            "UPDATE sync_state SET stored_seq = ?, judged_seq = ?, sent_seq = max(sent_seq, ?)",
            (stored, min(judged_seq, stored), stored),
        )

    def put_time(self, time: CentralTime, contact: datetime) -> None:
        high_water = to_ms(time.high_water)
        self._note(
            _PUT_TIME,
            (
                to_ms(time.told),
                to_ms(time.told_wall),
                time.told_monotonic_ms,
                self._context.session,
                high_water,
                high_water,
                to_ms(contact),
            ),
        )

    def raise_high_water(self, central_now: datetime) -> None:
        self._note(
            "UPDATE sync_state SET high_water = max(high_water, ?) WHERE told IS NOT NULL", (to_ms(central_now),)
        )

    def put_stopped(self, reason: str) -> None:
        self._note("UPDATE sync_state SET stopped = ?", (reason,))

    def put_forked(self, forked: bool) -> None:
        self._note("UPDATE sync_state SET forked = ?", (int(forked),))

    def begin_epoch(self, last_seq: int) -> None:
        """With EPOCH_STARTED. What went before may have been sent by the store that this one was restored from."""
        self._note("UPDATE sync_state SET sent_seq = max(sent_seq, ?), forked = 0", (last_seq,))
        self.end_all_leases()

    def unsynced(self) -> Unsynced:
        if self._context.row("SELECT 1 FROM central") is None:
            return Unsynced(entries=0, tickets=0, value_minor=0, oldest=None)
        journal = SqlJournal(self._context)
        head = journal.head().seq
        stored = read_state(self._context, head).stored_seq
        entries = head - stored
        tickets, sold = self._sums("SELECT count(*), coalesce(sum(price_minor), 0) FROM ticket", stored)
        _, refunded = self._sums("SELECT count(*), coalesce(sum(refunded_minor), 0) FROM refund", stored)
        oldest = journal.first_whole(after_seq=stored, limit=OLDEST_OF) if entries else None
        return Unsynced(
            entries=entries,
            tickets=tickets,
            value_minor=sold - refunded,
            oldest=None if oldest is None else oldest.at,
        )

    def _sums(self, select: str, stored: int) -> tuple[int, int]:
        found = self._context.row(f"{select} WHERE journal_seq > ?", (stored,))
        assert found is not None, "a sum has one row"
        return found[0], found[1]

    # ---- the feed

    def cursor(self, shard: str) -> tuple[UUID, int] | None:
        found = self._context.row("SELECT incarnation, position FROM cursor WHERE shard = ?", (shard,))
        return None if found is None else (UUID(found[0]), found[1])

    def put_cursor(self, shard: str, incarnation: UUID, position: int) -> None:
        self._context.run(_PUT_CURSOR, (shard, str(incarnation), position))

    def feed_value(self, key: str) -> dict[str, object] | None:
        found = self._context.scalar("SELECT body FROM feed_value WHERE key = ?", (key,))
        return None if found is None else dict(json.loads(bytes(found)))

    def feed_keys(self, prefix: str) -> list[str]:
        found = self._context.rows(
            "SELECT key FROM feed_value WHERE substr(key, 1, ?) = ? ORDER BY key", (len(prefix), prefix)
        )
        return [key for (key,) in found]

    def put_feed_value(self, key: str, body: dict[str, object] | None) -> None:
        if body is None:
            self._context.run("DELETE FROM feed_value WHERE key = ?", (key,))
            return
        self._context.run(
            "INSERT INTO feed_value (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
            (key, canonical(body)),  # type: ignore[arg-type]  # parsed from JSON
        )

    def put_certificate(self, certificate: Certificate) -> None:
        if not certificate_holds(certificate, read_profile(self._context).operator_key, verify):
            raise Refusal(Reason.BAD_INPUT, field="certificate")
        self._context.run(
            "INSERT INTO trusted (key_id, body) VALUES (?, ?) ON CONFLICT (key_id) DO UPDATE SET body = excluded.body",
            (certificate.key_id.hex(), canonical(certificate.fields())),
        )

    def drop_certificate(self, key_id: bytes) -> None:
        self._context.run("DELETE FROM trusted WHERE key_id = ?", (key_id.hex(),))

    # ---- what central says is taken

    def stock_of(self, run_id: UUID) -> RunStock | None:
        found = self._context.scalar("SELECT body FROM shadow WHERE run_id = ?", (str(run_id),))
        return None if found is None else codec.decode(RunStock, bytes(found))

    def shadow_runs(self, shard: str) -> dict[UUID, str]:
        found = self._context.rows("SELECT run_id, checksum FROM shadow WHERE shard = ?", (shard,))
        return {UUID(run_id): checksum for run_id, checksum in found}

    def put_stock(self, shard: str, stock: Sequence[RunStock]) -> None:
        self._context.run_many(
            _PUT_SHADOW, [(str(one.run_id), shard, one.checksum, codec.encode(one)) for one in stock]
        )

    def drop_stock(self, shard: str, run_ids: Sequence[UUID] | None = None) -> None:
        if run_ids is None:
            self._context.run("DELETE FROM shadow WHERE shard = ?", (shard,))
        else:
            self._context.run_many(
                "DELETE FROM shadow WHERE shard = ? AND run_id = ?", [(shard, str(run_id)) for run_id in run_ids]
            )

    # ---- the inbox

    def inbox(self, *, limit: int = 200, state: InboxState | None = None) -> list[InboxEntry]:
        where, values = ("", ()) if state is None else ("WHERE state = ?", (state.value,))
        found = self._context.rows(f"{_INBOX} {where} ORDER BY n DESC LIMIT ?", (*values, limit))
        return [_inbox_entry(row) for row in found]

    def verdict(self, epoch: int, seq: int) -> InboxEntry | None:
        found = self._context.row(f"{_INBOX} WHERE epoch = ? AND seq = ?", (epoch, seq))
        return None if found is None else _inbox_entry(found)

    def inbox_open(self) -> int:
        count: int = self._context.scalar("SELECT count(*) FROM inbox WHERE state = 'open'")
        return count

    def put_verdict(self, verdict: Verdict, received_at: datetime) -> bool:
        added = self._context.run(_PUT_VERDICT, (verdict.epoch, verdict.seq, to_ms(received_at), codec.encode(verdict)))
        return added == 1

    def settle_verdict(self, epoch: int, seq: int, *, by: str, note: str) -> None:
        changed = self._context.run(
            "UPDATE inbox SET state = 'settled', settled_by = ?, note = ? WHERE epoch = ? AND seq = ? "
            "AND state = 'open'",
            (by, note, epoch, seq),
        )
        if changed != 1:
            raise Refusal(Reason.BAD_INPUT, field="verdict")

    # ---- claims to be let go at central

    def releases(self) -> list[PendingRelease]:
        return [
            PendingRelease(
                claim_id=UUID(claim_id),
                run=RunRef(run_id=UUID(run_id), trip_id=trip_id, service_date=date.fromisoformat(day)),
            )
            for claim_id, run_id, trip_id, day in self._context.rows(
                "SELECT claim_id, run_id, trip_id, service_date FROM pending_release ORDER BY claim_id"
            )
        ]

    def put_release(self, claim_id: UUID, run: RunRef) -> None:
        self._context.run(
            "INSERT INTO pending_release (claim_id, run_id, trip_id, service_date) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (claim_id) DO NOTHING",
            (str(claim_id), str(run.run_id), run.trip_id, run.service_date.isoformat()),
        )

    def drop_release(self, claim_id: UUID) -> None:
        self._context.run("DELETE FROM pending_release WHERE claim_id = ?", (str(claim_id),))


def _inbox_entry(row: tuple[Any, ...]) -> InboxEntry:
    epoch, seq, body, received_at, state, settled_by, note = row
    try:
        verdict = codec.decode(Verdict, bytes(body))
    except (ValueError, TypeError):
        verdict = _unreadable(epoch, seq)
    return InboxEntry(
        verdict=verdict,
        received_at=from_ms(received_at),
        state=InboxState(state),
        settled_by=settled_by,
        note=note,
    )


def _unreadable(epoch: int, seq: int) -> Verdict:
    """Until central says it again: something was said of this entry, and somebody is to ask what."""
    return Verdict(
        epoch=epoch,
        seq=seq,
        judgement=Judgement.QUARANTINED,
        reason=Reason.STORE_DAMAGED.value,
        owner=Owner.ADMINISTRATOR.value,
        next_step=NextStep.CHECK_RECORDS.value,
    )
