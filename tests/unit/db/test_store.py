"""The money store: one writer, whole transactions, honest doubt, and a witness that remembers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.people import PersonalData
from db import engine as engines
from db import store as stores
from db.context import Context
from db.store import SqlMoneyStore
from db.verify import verify_profile
from db.witness import FILE_NAME as WITNESS
from db.witness import read_mark
from tests.unit.db.station import Station


def write(store: SqlMoneyStore, number: int = 0) -> int:
    with store.writing() as books:
        return books.journal.append(Kind.DRAWER_OPENED, {"n": number}, actor=SYSTEM).seq


def last(store: SqlMoneyStore) -> int:
    with store.reading() as books:
        return books.journal.head().seq


def test_init_makes_a_folder_that_only_its_owner_reads(station: Station) -> None:
    """Private keys and passports in a folder that every user of the machine reads are nobody's secret."""
    assert station.directory.stat().st_mode & 0o777 == 0o700
    for path in station.directory.rglob("*"):
        assert not path.stat().st_mode & 0o077, path
    assert not list(station.directory.parent.glob(".*"))


def test_init_refuses_an_existing_profile_and_changes_nothing(station: Station) -> None:
    """Typed twice, ``init`` must not cost the station its journal."""
    before = {path: path.read_bytes() for path in station.directory.rglob("*") if path.is_file()}
    with pytest.raises(Refusal) as refused:
        station.init()
    assert refused.value.reason is Reason.PROFILE_EXISTS
    assert before == {path: path.read_bytes() for path in station.directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("settings_first", [False, True])
def test_a_half_made_init_leaves_nothing(settings_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut or a full disk during set-up must not leave a profile that is none and cannot be made again."""
    made = Station(tmp_path / "counter")
    if settings_first:
        made.directory.mkdir()
        (made.directory / "counterfoil.toml").write_text("")
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr("db.create.Witness.create", _fails)
        with pytest.raises(OSError, match="disk"):
            made.init()
    assert sorted(tmp_path.rglob("*")) == before
    made.init()
    assert verify_profile(made.directory).ok


def _fails(*_: object, **__: object) -> None:
    raise OSError("no disk")


def test_no_profile_is_told(tmp_path: Path) -> None:
    """The wrong --profile must not make an empty store."""
    with pytest.raises(Refusal) as refused:
        Station(tmp_path).open()
    assert refused.value.reason is Reason.NO_PROFILE
    assert list(tmp_path.iterdir()) == []


def test_an_exception_leaves_nothing(store: SqlMoneyStore) -> None:
    """Half a sale would be money without a ticket."""
    before = last(store)
    with pytest.raises(ZeroDivisionError), store.writing() as books:  # noqa: PT012 - the block is the transaction
        books.journal.append(Kind.DRAWER_OPENED, {}, actor=SYSTEM)
        raise ZeroDivisionError
    assert last(store) == before
    assert write(store) == before + 1  # the number was given back, and the chain goes on from what is stored


def test_readers_see_whole_transactions_only(station: Station, store: SqlMoneyStore) -> None:
    """A report made during a sale must not show its ticket without its money."""
    before = last(store)
    beside = station.open(writable=False)
    with store.writing() as books:
        books.journal.append(Kind.DRAWER_OPENED, {}, actor=SYSTEM)
        assert books.journal.head().seq == before + 1
        assert last(store) == last(beside) == before
    assert last(store) == last(beside) == before + 1
    with beside.reading() as snapshot:
        assert snapshot.journal.head().seq == before + 1
        write(store)
        assert snapshot.journal.head().seq == before + 1
        assert sum(1 for _ in snapshot.journal.entries()) == before + 1
    beside.close()


def test_readers_of_many_threads(store: SqlMoneyStore) -> None:
    """Search and the screens read from their own lane while the sale is written."""
    faults: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(20):
                with store.reading() as books:
                    head = books.journal.head().seq
                    assert [one.seq for one in books.journal.latest(limit=2)] == [head, head - 1]
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        write(store)
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_second_program_is_refused_and_reading_is_not(station: Station, store: SqlMoneyStore) -> None:
    """Two windows on one drawer would number two tickets alike."""
    with pytest.raises(Refusal) as refused:
        station.open()
    assert refused.value.reason is Reason.PROFILE_IN_USE
    beside = station.open(writable=False)
    assert last(beside) == last(store)
    beside.close()
    store.close()
    station.open().close()


def test_an_old_sqlite_is_refused(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 3.51.3 SQLite's own log could lose a committed sale."""
    monkeypatch.setattr(engines, "SQLITE_MIN", (99, 0, 0))
    with pytest.raises(Refusal) as refused:
        station.open()
    assert refused.value.reason is Reason.SQLITE_TOO_OLD


def test_a_newer_profile_is_refused(station: Station) -> None:
    """An old program would write rows that the newer one's rules forbid."""
    station.edit("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refusal) as refused:
        station.open()
    assert refused.value.reason is Reason.PROFILE_TOO_NEW


def test_a_damaged_last_entry_stops_the_opening(station: Station) -> None:
    """Selling on from a broken chain would bury where it broke."""
    station.edit("UPDATE journal SET signature = zeroblob(64) WHERE seq = (SELECT max(seq) FROM journal)")
    with pytest.raises(Refusal) as refused:
        station.open()
    assert refused.value.reason is Reason.STORE_DAMAGED


def test_another_key_than_the_certified_one_stops_the_opening(station: Station) -> None:
    """Tickets signed with a key that no verifier knows would be turned away at the gate."""
    (station.directory / "keys" / "counter-1").write_text("11" * 32)
    with pytest.raises(Refusal) as refused:
        station.open()
    assert refused.value.reason is Reason.STORE_DAMAGED


@pytest.mark.parametrize("really", [True, False])
def test_a_commit_that_fails_is_unknown_and_the_store_goes_on(
    really: bool, store: SqlMoneyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "disk I/O error" may come after the row was written: calling it "no" would sell the ticket twice."""
    before = last(store)

    def fail(_: SqlMoneyStore, writer: Context) -> None:
        if really:
            writer.run("COMMIT")
        raise OperationalError("COMMIT", (), RuntimeError("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(SqlMoneyStore, "_say_commit", fail)
        with pytest.raises(OutcomeUnknown):
            write(store)
    assert last(store) == before + really
    assert write(store) == before + really + 1
    store.close()
    assert verify_profile(store.directory).ok


def test_a_full_disk_is_a_refusal_with_nothing_changed(store: SqlMoneyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clerk is told before money is taken, and the sale is not half there."""
    before = last(store)
    with pytest.raises(Refusal) as refused, store.writing() as books:  # noqa: PT012 - the block is the transaction
        books.context.run("PRAGMA max_page_count = 1")
        books.people.put(books.context.ids.new(), PersonalData(name="x" * 1_000_000, document_type="", document=""))
    assert refused.value.reason is Reason.STORE_NOT_WRITABLE
    with store.writing() as books:
        books.context.run("PRAGMA max_page_count = 1000000")
    assert last(store) == before
    assert write(store) == before + 1


def test_a_foreign_tool_in_the_file_is_told(
    station: Station, store: SqlMoneyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's SQLite browser holds the file: the clerk reads that, not a stack trace."""
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 1)
    write(store)
    assert store._writer is not None
    store._writer.run("PRAGMA busy_timeout = 1")
    foreign = engines.driver().connect(station.database, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refusal) as refused:
        write(store)
    assert refused.value.reason is Reason.PROFILE_IN_USE
    foreign.close()
    write(store)


def test_nesting_is_our_own_mistake(store: SqlMoneyStore) -> None:
    """One transaction per act: a nested one would commit half of the outer."""
    with pytest.raises(AssertionError, match="nesting"), store.writing(), store.writing():
        pass


# ----------------------------------------------------------------------------------------------------- the witness


def test_the_witness_follows_each_commit(station: Station, store: SqlMoneyStore) -> None:
    """It is what tells a restored backup from the truth."""
    for _ in range(3):
        seq = write(store)
        mark = read_mark(station.directory / WITNESS)
        assert mark is not None
        assert mark.seq == seq


def test_a_witness_left_behind_is_normal(station: Station) -> None:
    """A kill between commit and witness, or a power cut, must not stop a counter from selling."""
    before = (station.directory / WITNESS).read_bytes()
    store = station.open()
    write(store)
    store.close()
    (station.directory / WITNESS).write_bytes(before)
    store = station.open()
    assert not store.behind_witness
    mark = read_mark(station.directory / WITNESS)
    assert mark is not None
    assert mark.seq == last(store)
    store.close()


def test_a_torn_slot_leaves_the_other(station: Station) -> None:
    """A power cut in the middle of writing the witness must not stop the counter in the morning."""
    store = station.open()
    seqs = [write(store) for _ in range(2)]
    store.close()
    path = station.directory / WITNESS
    content = bytearray(path.read_bytes())
    newest = max((0, 4096), key=lambda at: int.from_bytes(content[at + 8 : at + 16], "big"))
    content[newest + 40] ^= 1
    path.write_bytes(bytes(content))
    mark = read_mark(path)
    assert mark is not None
    assert mark.seq == seqs[1], "the clean end's slot is spoiled, the last commit's is there"
    store = station.open()
    assert not store.behind_witness
    store.close()


@pytest.mark.parametrize("harm", ["restored", "missing", "garbage", "short"])
def test_a_restored_backup_sells_nothing_until_a_new_epoch(harm: str, station: Station) -> None:
    """A restored store would sell yesterday's free seats again and number new tickets like sold ones."""
    backup = station.database.read_bytes()
    store = station.open()
    write(store)
    store.close()
    witness = station.directory / WITNESS
    match harm:
        case "restored":
            station.database.write_bytes(backup)
        case "missing":
            witness.unlink()
        case "garbage":
            witness.write_bytes(os.urandom(8192))
        case _:
            witness.write_bytes(witness.read_bytes()[:50])
    store = station.open()
    assert store.behind_witness
    with pytest.raises(Refusal) as refused:
        write(store)
    assert refused.value.reason is Reason.STORE_BEHIND_WITNESS
    assert last(store) > 0  # reading goes on

    assert store.start_epoch(SYSTEM, reason="restored after a disk failure") == 2
    seq = write(store)
    with store.reading() as books:
        (entry,) = books.journal.latest(limit=1)
    assert (entry.seq, entry.epoch) == (seq, 2)
    assert store.trust_bundle().by_key_id(store.signer.key_id) is not None
    store.close()
    assert verify_profile(station.directory).ok
    store = station.open()
    assert not store.behind_witness
    write(store)
    store.close()


# ----------------------------------------------------------------------------------------------------- people


def test_people_are_sealed_found_and_erased(station: Station, store: SqlMoneyStore, somebody: PersonalData) -> None:
    """The law gives a passenger the right to be forgotten; the journal must stay whole all the same."""
    person_id = station.ids.new()
    with store.writing() as books:
        sealed = books.people.put(person_id, somebody)
    assert len(sealed.commitment) == 32
    with store.reading() as books:
        assert books.people.get(person_id) == somebody
        assert books.people.by_document(somebody.document) == [person_id]
        assert books.people.by_document("another") == []
    store.close()
    content = b"".join(path.read_bytes() for path in station.directory.iterdir() if path.is_file())
    assert somebody.name.encode() not in content
    assert somebody.document.encode() not in content
    store = station.open()
    with store.writing() as books:
        books.people.erase(person_id)
        assert books.people.get(person_id) is None
        assert books.people.by_document(somebody.document) == []
    store.close()


def test_one_persons_record_does_not_open_as_anothers(station: Station, store: SqlMoneyStore) -> None:
    """Rows exchanged by hand would put one passenger's name on another's ticket."""
    first, second = station.ids.new(), station.ids.new()
    with store.writing() as books:
        for person_id, name in ((first, "a"), (second, "b")):
            books.people.put(person_id, PersonalData(name=name, document_type="", document=""))
    store.close()
    station.edit(
        f"UPDATE person SET sealed = (SELECT sealed FROM person WHERE person_id = '{second}') "
        f"WHERE person_id = '{first}'",
        f"UPDATE person_key SET wrapped = (SELECT wrapped FROM person_key WHERE person_id = '{second}') "
        f"WHERE person_id = '{first}'",
    )
    store = station.open()
    with store.reading() as books, pytest.raises(Refusal) as refused:
        books.people.get(first)
    assert refused.value.reason is Reason.STORE_DAMAGED
    store.close()


# ------------------------------------------------------------------------------------------------- kill -9 at any time

WRITER = """
import sys
from pathlib import Path
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM
from counter_app.system import SystemClock, SystemEntropy, Uuid7Ids
from db.store import SqlMoneyStore
clock, entropy = SystemClock(), SystemEntropy()
store = SqlMoneyStore(
    Path(sys.argv[1]), clock=clock, ids=Uuid7Ids(clock=clock, entropy=entropy), entropy=entropy, writable=True,
    key_choice="file",
)
while True:
    with store.writing() as books:
        seq = books.journal.append(Kind.TRUST_EXPORTED, {}, actor=SYSTEM).seq
    print(seq, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_was_told_survives_a_kill(station: Station) -> None:
    """The till is switched off at the wall: every ticket that was handed out is still sold when it starts again."""
    told = 0
    for round_number in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(station.directory)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            lines = [child.stdout.readline()]
            assert lines[0], "it did not start: the lock of a killed process must be free"
            time.sleep(0.002 * round_number)
            child.send_signal(signal.SIGKILL)
            lines += child.stdout.read().splitlines()
        numbers = [int(line) for line in lines if line.strip()]
        assert numbers[0] > told
        told = numbers[-1]
        verdict = verify_profile(station.directory)
        assert verdict.ok, verdict
        assert told <= verdict.entries <= told + 1
        told = verdict.entries


def test_closing_twice_is_harmless(station: Station) -> None:
    """The window and its crash handler may both close it."""
    store = station.open()
    store.close()
    store.close()
    assert not [path for path in station.directory.iterdir() if path.name.endswith(("-wal", "-shm"))]


def test_an_opening_that_fails_frees_the_lock(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the clerk who fixes the fault is told that the profile is in use."""

    def trouble(*_: Any) -> None:
        raise Refusal(Reason.STORE_DAMAGED)

    with monkeypatch.context() as patch:
        patch.setattr(stores, "check_store", trouble)
        with pytest.raises(Refusal):
            station.open()
    station.open().close()
