"""Somebody spoils the outbox of a window: what is whole arrives at central, what is not is told of, nothing is lost.

Production code of counter and central, over a simulated line; the counter's file is edited behind its back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from counter_app.application.views import InboxItem, SyncStatus
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from counter_app.errors import Reason, Refusal
from db.engine import FILE_NAME, driver
from db.verify import verify_profile
from tests.postgres import Cluster
from tests.simulation.test_new_timetable import Both, two_windows

SPOILT, NOTES = "AAH", "BBH"  # windows
Edit = Callable[[sqlite3.Connection, int], object]


@pytest.fixture(scope="module")
def both(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with two_windows(cluster, tmp_path_factory.mktemp("spoilt")) as made:
        yield made


def _edit(both: Both, name: str, *edits: tuple[Edit, int]) -> None:
    """As a stranger with the file would: the triggers are off meanwhile, and back afterwards."""
    path = both.windows[name].folder / FILE_NAME
    # The same library as the program's: a second one in a process ends the locks of the first.
    with closing(driver().connect(path, isolation_level=None)) as file:
        triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        file.execute("BEGIN IMMEDIATE")
        file.execute("PRAGMA ignore_check_constraints = ON")
        for trigger, _ in triggers:
            file.execute(f"DROP TRIGGER {trigger}")
        for edit, seq in edits:
            edit(file, seq)
        for _, made in triggers:
            file.execute(made)
        file.execute("COMMIT")


def _raw(make: Callable[[bytes], object]) -> Edit:
    def edit(file: sqlite3.Connection, seq: int) -> None:
        (raw,) = file.execute("SELECT raw FROM journal WHERE seq = ?", (seq,)).fetchone()
        file.execute("UPDATE journal SET raw = ? WHERE seq = ?", (make(raw), seq))

    return edit


def _sql(statement: str) -> Edit:
    return lambda file, seq: file.execute(statement, {"seq": seq})


def _swap(*columns: str) -> Edit:
    def edit(file: sqlite3.Connection, seq: int) -> None:
        names = ", ".join(columns)
        here, there = (
            file.execute(f"SELECT {names} FROM journal WHERE seq = ?", (one,)).fetchone() for one in (seq, seq + 1)
        )
        put = "UPDATE journal SET " + ", ".join(f"{name} = ?" for name in columns) + " WHERE seq = ?"
        file.execute(put, (*there, seq))
        file.execute(put, (*here, seq + 1))

    return edit


# What is done, how many entries from there on are not whole any more.
DAMAGES: dict[str, tuple[Edit, int]] = {
    "no UTF-8": (_raw(lambda raw: raw[:60] + bytes([raw[60] | 0x80]) + raw[61:]), 1),
    "all bytes no UTF-8": (_raw(lambda raw: b"\xff" * len(raw)), 1),
    "another letter": (_raw(lambda raw: raw[:20] + bytes([raw[20] ^ 1]) + raw[21:]), 1),
    "empty": (_raw(lambda _: b""), 1),
    "one byte": (_raw(lambda _: b"x"), 1),
    "gone": (_sql("DELETE FROM journal WHERE seq = :seq"), 1),
    "cut": (_raw(lambda raw: raw[: len(raw) // 2]), 1),
    "zeros": (_raw(lambda raw: bytes(len(raw))), 1),
    "far too long": (_raw(lambda raw: raw * (3_000_000 // len(raw))), 1),
    "text": (_raw(lambda raw: raw.decode() + "…"), 1),
    "text of no UTF-8": (_sql("UPDATE journal SET raw = CAST(x'ff41' AS TEXT) WHERE seq = :seq"), 1),
    "a number": (_sql("UPDATE journal SET raw = 999999999999 WHERE seq = :seq"), 1),
    "another entry's bytes": (_swap("raw"), 2),
    "another entry": (_swap("raw", "hash", "signature"), 2),
    "a copy of the next": (
        _sql(
            "UPDATE journal SET (raw, hash, signature) ="
            " (SELECT raw, hash, signature FROM journal WHERE seq = :seq + 1) WHERE seq = :seq"
        ),
        1,
    ),
    "hash": (_sql("UPDATE journal SET hash = zeroblob(32) WHERE seq = :seq"), 0),
    "a short hash and signature": (_sql("UPDATE journal SET hash = x'00', signature = x'01' WHERE seq = :seq"), 0),
    "a word for a signature": (_sql("UPDATE journal SET signature = 'none' WHERE seq = :seq"), 0),
    "another epoch": (_sql("UPDATE journal SET epoch = 7 WHERE seq = :seq"), 0),
    "a word for an epoch": (_sql("UPDATE journal SET epoch = 'x' WHERE seq = :seq"), 0),
    "another epoch, in the bytes too": (
        _sql(
            "UPDATE journal SET epoch = 7, raw = CAST(replace(CAST(raw AS TEXT), '\"epoch\":1', '\"epoch\":7') AS BLOB)"
            " WHERE seq = :seq"
        ),
        1,
    ),
}


# What no entry is left of, or two are exchanged: not for the last one, which the witness knows.
BETWEEN = {"gone", "another entry's bytes", "another entry", "a copy of the next"}
FORGET = _sql("UPDATE sync_state SET sent_seq = 0, stored_seq = 0, judged_seq = 0")


def _say(both: Both, name: str, count: int) -> int:
    """Entries that mean nothing to central. Returns the first one's number."""
    store = both.windows[name].store
    assert store is not None
    with store.writing() as books:
        first = books.journal.head().seq + 1
        for _ in range(count):
            books.journal.append(Kind.TRUST_EXPORTED, {}, actor=SYSTEM)
    return first


def _at_central(both: Both, name: str) -> dict[int, str]:
    """Every number that central has, and what it says of it."""
    rows = both.central.rows(
        "SELECT e.seq, CASE WHEN v.judgement <> 'accepted' THEN v.reason ELSE '' END FROM entry e LEFT JOIN verdict v"
        " ON v.device_id = e.device_id AND v.epoch = e.epoch AND v.seq = e.seq WHERE e.device_id = %s",
        both.windows[name].device_id,
    )
    return {seq: reason or "" for seq, reason in rows}


def _status(both: Both, name: str) -> SyncStatus:
    return both.windows[name].the_desk.sync_status()


def _inbox(both: Both, name: str) -> dict[int, InboxItem]:
    found = both.windows[name].the_desk.sync_inbox(both.central.people["wang"], limit=1000)
    return {one.seq: one for one in found if not one.settled}


def _all_told(both: Both, damaged: Sequence[int]) -> None:
    """All arrived; of each damaged entry somebody is told, of no other.

    The first of two neighbours has nobody to say what it was: nobody says that it is this window's, either.
    """
    reasons = ("corrupt", "bad_signature")
    head = both.windows[SPOILT].the_desk.journal_head()
    found = _at_central(both, SPOILT)
    assert sorted(found) == list(range(1, head + 1))
    assert {seq for seq, reason in found.items() if reason} == set(damaged)
    assert {found[seq] for seq in damaged} <= set(reasons)
    inbox = _inbox(both, SPOILT)
    assert set(inbox) == set(damaged)
    assert {one.reason for one in inbox.values()} <= set(reasons)
    assert {(one.owner, one.next_step) for one in inbox.values()} <= {("administrator", "check_records")}
    status = _status(both, SPOILT)
    assert (status.unsynced_entries, status.stopped, status.epoch_needed) == (0, "", False)


def test_whatever_is_spoilt_costs_its_entry_and_no_other(both: Both) -> None:
    """One after the other in one journal: first, in the midst and last of what waits, as two neighbours; sent again."""
    both.sync(SPOILT)
    damaged: list[int] = []
    for name, (edit, spoilt) in DAMAGES.items():
        both.cut(SPOILT)
        first = _say(both, SPOILT, 7)
        _edit(both, SPOILT, (edit, first), (edit, first + 3))
        assert _status(both, SPOILT).unsynced_entries == 7, name
        both.mend(SPOILT)
        both.sync(SPOILT)
        damaged += [*range(first, first + spoilt), *range(first + 3, first + 3 + spoilt)]
        _all_told(both, damaged)
        assert spoilt != 1 or _at_central(both, SPOILT)[first] == "corrupt", name
        assert not spoilt or _status(both, SPOILT).last_error.startswith("entry_damaged:"), name
    for name, (edit, spoilt) in DAMAGES.items():
        if name in BETWEEN:
            continue
        last = _say(both, SPOILT, 1)
        _edit(both, SPOILT, (edit, last))
        both.sync(SPOILT)
        _say(both, SPOILT, 2)
        both.sync(SPOILT)
        damaged += range(last, last + spoilt)
        _all_told(both, damaged)
        assert not spoilt or _at_central(both, SPOILT)[last] == "corrupt", name
    for name, other in (("no UTF-8", "empty"), ("gone", "gone"), ("empty", "gone"), ("gone", "cut")):
        first = _say(both, SPOILT, 4)
        _edit(both, SPOILT, (DAMAGES[name][0], first), (DAMAGES[other][0], first + 1))
        both.sync(SPOILT)
        damaged += [first, first + 1]
        _all_told(both, damaged)
    # Central has everything: spoilt afterwards, and all of it sent again.
    first = _say(both, SPOILT, 3 * len(DAMAGES) + 6)
    both.sync(SPOILT)
    _edit(both, SPOILT, *((edit, first + 3 * n) for n, (edit, _) in enumerate(DAMAGES.values())), (FORGET, 0))
    both.windows[SPOILT].kill()
    both.windows[SPOILT].open()
    both.sync(SPOILT)
    _all_told(both, damaged)
    assert not verify_profile(both.windows[SPOILT].folder).ok
    desk = both.windows[SPOILT].the_desk
    shown = desk.outbox(both.central.people["wang"], limit=200)
    assert [one.seq for one in shown] == list(range(desk.journal_head(), desk.journal_head() - 200, -1))
    assert {one.kind for one in shown} >= {"damaged", "trust_exported"}


NOTES_SPOILT = [
    "UPDATE sync_state SET sent_seq = 999999, stored_seq = 999999, judged_seq = 999999",
    "UPDATE sync_state SET sent_seq = 999999, stored_seq = 999999, judged_seq = 3",
    "UPDATE sync_state SET sent_seq = 999999",
    "UPDATE sync_state SET judged_seq = 999999",
    "UPDATE sync_state SET judged_seq = 'x'",
    "UPDATE sync_state SET stored_seq = -5",
    "UPDATE sync_state SET sent_seq = 1, stored_seq = 9",
    "UPDATE sync_state SET sent_seq = 'a', stored_seq = 'a', judged_seq = 'a'",
    "UPDATE sync_state SET stored_seq = 1.5",
    "UPDATE sync_state SET told = 'x', told_wall = 'x', high_water = 'x'",
    "UPDATE sync_state SET last_contact = 1e300",
    "DELETE FROM sync_state",
]


def test_an_impossible_note_of_what_central_has_counts_for_nothing(both: Both) -> None:
    """Else what is sold now would never be sent, and nobody would miss it."""
    window = both.windows[NOTES]
    both.sync(NOTES)
    for statement in NOTES_SPOILT:
        both.cut(NOTES)
        _say(both, NOTES, 2)
        _edit(both, NOTES, (_sql(statement), 0))
        assert verify_profile(window.folder).reason == "table_mismatch:sync_state", statement
        assert _status(both, NOTES).unsynced_entries >= 2, statement
        both.sync(NOTES)  # no line: what is noted is put right all the same
        assert verify_profile(window.folder).ok, statement
        assert _status(both, NOTES).unsynced_entries >= 2, statement
        both.mend(NOTES)
        both.sync(NOTES)
        assert sorted(_at_central(both, NOTES)) == list(range(1, window.the_desk.journal_head() + 1)), statement
        status = _status(both, NOTES)
        assert (status.unsynced_entries, status.stopped, status.epoch_needed) == (0, "", False), statement
        assert status.last_error.startswith("outbox_note:"), statement
    # Possible, and not so: the last entry is sent once in each run, and central misses what is before it.
    both.cut(NOTES)
    _say(both, NOTES, 3)
    end = window.the_desk.journal_head()
    _edit(both, NOTES, (_sql(f"UPDATE sync_state SET sent_seq = {end}, stored_seq = {end}, judged_seq = {end}"), 0))
    window.kill()
    window.open()
    both.mend(NOTES)
    both.sync(NOTES)
    assert sorted(_at_central(both, NOTES)) == list(range(1, window.the_desk.journal_head() + 1))
    assert set(_at_central(both, NOTES).values()) == {""}


def test_a_spoilt_verdict_stops_no_entry(both: Both) -> None:
    """It is told again, in its place."""
    known = _inbox(both, SPOILT)
    assert known, "of the test before"
    _edit(both, SPOILT, (_sql("UPDATE inbox SET body = x'ff'"), 0))
    assert {one.reason for one in _inbox(both, SPOILT).values()} == {"store_damaged"}
    _edit(both, SPOILT, (FORGET, 0))
    both.windows[SPOILT].kill()
    both.windows[SPOILT].open()
    both.sync(SPOILT)
    assert {seq: one.reason for seq, one in _inbox(both, SPOILT).items()} == {
        seq: one.reason for seq, one in known.items()
    }


def test_an_end_that_was_taken_away_sells_nothing_until_a_new_epoch(both: Both) -> None:
    """Numbers that central has would be given out again. What is left still arrives."""
    window = both.windows[NOTES]
    _say(both, NOTES, 3)
    both.sync(NOTES)
    end = window.the_desk.journal_head()
    _edit(both, NOTES, (_sql("DELETE FROM journal WHERE seq > :seq"), end - 2))
    with pytest.raises(Refusal) as first:
        _say(both, NOTES, 1)
    assert first.value.reason is Reason.STORE_DAMAGED
    with pytest.raises(Refusal) as then:
        _say(both, NOTES, 1)
    assert then.value.reason is Reason.STORE_BEHIND_WITNESS
    both.sync(NOTES)
    status = _status(both, NOTES)
    assert (status.epoch_needed, status.unsynced_entries >= 0) == (True, True)
    window.kill()
    window.open()
    assert _status(both, NOTES).epoch_needed
    window.the_desk.request_epoch(both.central.admin, reason="the end was taken away")
    both.sync(NOTES)
    _say(both, NOTES, 1)
    both.sync(NOTES)
    rows = both.central.rows("SELECT epoch, seq FROM entry WHERE device_id = %s", window.device_id)
    head = window.the_desk.journal_head()
    assert set(rows) == {(1, seq) for seq in range(1, end + 1)} | {(2, seq) for seq in range(end - 1, head + 1)}
    status = _status(both, NOTES)
    assert (status.unsynced_entries, status.epoch_needed) == (0, False)
