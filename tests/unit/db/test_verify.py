"""What ``journal verify`` must find: every way in which somebody could make the record say something else."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from counter_app.application.views import JournalVerdict
from counter_app.domain.journal import canonical
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.people import PersonalData
from db.engine import FILE_NAME
from db.verify import verify_profile
from db.verify_child import verify_in_child
from db.witness import FILE_NAME as WITNESS
from db.witness import Witness
from tests.unit.db.station import Chance, Station, flip


def test_an_untouched_record_verifies(worked: Station) -> None:
    """A verdict that cries wolf would be switched off, and then finds nothing."""
    verdict = verify_profile(worked.directory)
    assert verdict == JournalVerdict(ok=True, entries=verdict.entries, head=verdict.head, first_bad=None, reason="")
    assert verdict.entries > 25


EDITS = {
    "raw": ("UPDATE journal SET raw = cast(replace(raw, '8:00', '9:00') AS BLOB) WHERE seq = 9", 9, "hash_mismatch"),
    "raw type": ("UPDATE journal SET raw = cast(raw AS TEXT) || ' ' WHERE seq = 9", 9, ""),
    "hash": ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 9", 9, "hash_mismatch"),
    "signature": ("UPDATE journal SET signature = zeroblob(64) WHERE seq = 9", 9, "bad_signature"),
    "signature of another": (
        "UPDATE journal SET signature = (SELECT signature FROM journal WHERE seq = 8) WHERE seq = 9",
        9,
        "bad_signature",
    ),
    "epoch": ("UPDATE journal SET epoch = 2 WHERE seq = 9", 9, "column_mismatch"),
    "kind": ("UPDATE journal SET kind = 'sold' WHERE seq = 9", 9, "column_mismatch"),
    "kind of the epoch": ("UPDATE journal SET kind = 'sold' WHERE seq = 2", 2, "column_mismatch"),
    "number": ("UPDATE journal SET seq = 900 WHERE seq = 9", 9, "missing_entry"),
    "deleted": ("DELETE FROM journal WHERE seq = 9", 9, "missing_entry"),
    "deleted first": ("DELETE FROM journal WHERE seq = 1", 1, "missing_entry"),
    "all deleted": ("DELETE FROM journal", 1, "missing_entry"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_entry_is_named(name: str, worked: Station, tmp_path: Path) -> None:
    """An operator who is told only "something is wrong" cannot find the sale that was tampered with."""
    statement, seq, reason = EDITS[name]
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit(statement)
    verdict = verify_profile(copy.directory)
    assert not verdict.ok
    assert verdict.first_bad == seq
    assert verdict.reason == reason or not reason


def test_swapped_entries_are_found(worked: Station, tmp_path: Path) -> None:
    """A refund moved before its sale would clear whoever pocketed the difference."""
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit(
        "CREATE TEMP TABLE pair AS SELECT * FROM journal WHERE seq IN (9, 10)",
        "DELETE FROM journal WHERE seq IN (9, 10)",
        "INSERT INTO journal SELECT 19 - seq, epoch, kind, raw, hash, signature FROM pair",
    )
    assert verify_profile(copy.directory).first_bad == 9


def test_an_inserted_entry_is_found(worked: Station, tmp_path: Path) -> None:
    """A made-up cash drop would explain away missing money."""
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit(
        "CREATE TEMP TABLE later AS SELECT * FROM journal WHERE seq > 9",
        "DELETE FROM journal WHERE seq > 9",
        "INSERT INTO journal SELECT 10, epoch, kind, raw, hash, signature FROM journal WHERE seq = 9",
        "INSERT INTO journal SELECT seq + 1, epoch, kind, raw, hash, signature FROM later",
    )
    verdict = verify_profile(copy.directory)
    assert (verdict.first_bad, verdict.reason) == (10, "wrong_seq")


def test_a_cut_tail_is_found_by_the_witness(worked: Station, tmp_path: Path) -> None:
    """The evening's sales cut off leave a journal that is whole in itself; only the witness knows."""
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit("DELETE FROM journal WHERE seq > (SELECT max(seq) - 3 FROM journal)")
    verdict = verify_profile(copy.directory)
    assert (verdict.ok, verdict.first_bad, verdict.reason) == (False, verdict.entries + 1, "tail_cut")


@pytest.mark.parametrize("name", ["operator", "counter-1"])
def test_a_key_of_somebody_else_is_found(name: str, worked: Station, tmp_path: Path) -> None:
    """Tickets signed with it would be forgeries at every gate."""
    copy = worked.copy_to(tmp_path / "copy")
    (copy.directory / "keys" / name).write_text("ab" * 32 + "\n")
    assert verify_profile(copy.directory).reason == f"keys:{name}"
    (copy.directory / "keys" / name).write_text("no key")
    assert verify_profile(copy.directory).reason == f"keys:{name}"


def test_a_missing_witness_is_no_silence(worked: Station, tmp_path: Path) -> None:
    """Whoever cuts the tail would also delete the witness."""
    copy = worked.copy_to(tmp_path / "copy")
    (copy.directory / WITNESS).unlink()
    assert verify_profile(copy.directory).reason == "witness_missing"


def test_a_remade_end_is_found(worked: Station, tmp_path: Path) -> None:
    """A thief with the keys can remake the end of the chain, but not what the witness saw."""
    copy = worked.copy_to(tmp_path / "copy")
    before = (copy.directory / WITNESS).read_bytes()
    copy.edit("DELETE FROM journal WHERE seq > (SELECT max(seq) - 1 FROM journal)")
    (copy.directory / WITNESS).unlink()
    store = copy.open()
    from counter_app.domain.staff import SYSTEM

    store.start_epoch(SYSTEM, reason="thief")
    store.close()
    (copy.directory / WITNESS).write_bytes(before)
    assert verify_profile(copy.directory).reason == "not_what_the_witness_saw"


TABLE_EDITS = {
    "profile": ("UPDATE profile SET station_code = 'XXX'", "table_mismatch:profile"),
    "operator key": ("UPDATE profile SET operator_key = zeroblob(32)", "table_mismatch:profile"),
    "certificate": ("UPDATE certificate SET body = replace(body, 'CSQ', 'XXX')", "table_mismatch:certificate"),
    "role": ("UPDATE user SET role = 'administrator' WHERE login = 'li'", "table_mismatch:user"),
    "password": (
        "UPDATE user SET password_hash = (SELECT password_hash FROM user WHERE login = 'li') WHERE login = 'wang'",
        "table_mismatch:user",
    ),
    "name": ("UPDATE user SET display_name = 'X' WHERE login = 'li'", "table_mismatch:user"),
    "unlocked": ("UPDATE user SET failed_tries = 3 WHERE login = 'li'", "table_mismatch:user"),
    "another account": (
        "INSERT INTO user SELECT 'x', 'ghost', display_name, role, password_hash, 1, 0, NULL FROM user LIMIT 1",
        "table_mismatch:user",
    ),
    "account gone": ("DELETE FROM user WHERE login = 'wang'", "table_mismatch:user"),
    "shift": ("UPDATE shift SET opened_at = opened_at + 1", "table_mismatch:shift"),
    "float": ("UPDATE shift SET float_count = '{}'", "table_mismatch:shift"),
    "cash": (
        "UPDATE cash_movement SET amount_minor = 1 WHERE kind = 'paid_in'",
        "table_mismatch:cash_movement",
    ),
    "cash gone": ("DELETE FROM cash_movement WHERE kind = 'drop'", "table_mismatch:cash_movement"),
    "cash of text": ("UPDATE cash_movement SET at = 'x' WHERE kind = 'drop'", "table"),
}


@pytest.mark.parametrize("name", TABLE_EDITS)
def test_an_edited_table_is_found(name: str, worked: Station, tmp_path: Path) -> None:
    """The tables are what screens and reports show: edited, they would tell of another drawer than the journal."""
    statement, reason = TABLE_EDITS[name]
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit(statement, keep_triggers=True)
    verdict = verify_profile(copy.directory)
    assert not verdict.ok
    assert verdict.reason.startswith(reason)


def test_an_edited_drop_names_the_entry_that_wrote_it(worked: Station, tmp_path: Path) -> None:
    """The auditor opens the journal at the entry that is named."""
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit("UPDATE cash_movement SET amount_minor = -1 WHERE kind = 'drop'", keep_triggers=True)
    store = copy.open(writable=False)
    with store.reading() as books:
        (entry,) = [one for one in books.journal.entries() if one.body.get("kind") == "drop"]
    store.close()
    assert verify_profile(copy.directory).first_bad == entry.seq


@pytest.mark.parametrize("name", ["journal_no_update", "journal_no_delete", "journal_next_only"])
def test_a_missing_trigger_is_found_and_never_mended(name: str, worked: Station, tmp_path: Path) -> None:
    """Without its triggers the journal can be edited by any tool; a silent repair would hide that somebody did."""
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit(f"DROP TRIGGER {name}", keep_triggers=True)
    assert verify_profile(copy.directory).reason == f"trigger_missing:{name}"
    with pytest.raises(Refusal) as refused:
        copy.open()
    assert refused.value.reason is Reason.STORE_DAMAGED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET kind = 'x' WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 3",
        "INSERT INTO journal SELECT seq + 1000, epoch, kind, raw, hash, signature FROM journal WHERE seq = 3",
        "INSERT INTO journal SELECT seq - 1000, epoch, kind, raw, hash, signature FROM journal WHERE seq = 3",
    ],
)
def test_the_database_itself_refuses(statement: str, worked: Station, tmp_path: Path) -> None:
    """A mistake in the program, or a careless hand in a tool, must not change what happened."""
    from db.engine import database_error

    copy = worked.copy_to(tmp_path / "copy")
    with pytest.raises(database_error(), match="journal"):
        copy.edit(statement, keep_triggers=True)
    assert verify_profile(copy.directory).ok


def test_personal_data_that_was_spoiled_is_found(worked: Station, tmp_path: Path) -> None:
    """A name that opens no more is a ticket whose holder cannot be checked."""
    copy = worked.copy_to(tmp_path / "copy")
    store = copy.open()
    with store.writing() as books:
        books.people.put(copy.ids.new(), PersonalData(name="a", document_type="", document=""))
    store.close()
    assert verify_profile(copy.directory).ok
    copy.edit("UPDATE person_key SET wrapped = zeroblob(60)", keep_triggers=True)
    assert verify_profile(copy.directory).reason == "table_mismatch:person_key"


def test_a_schema_that_was_edited_is_found(worked: Station, tmp_path: Path) -> None:
    """A constraint taken out of the schema lets a later write break what it held."""
    copy = worked.copy_to(tmp_path / "copy")
    copy.edit("CREATE INDEX extra ON shift (login)", keep_triggers=True)
    assert verify_profile(copy.directory).reason == "schema_changed"


def test_the_timetable_file_is_part_of_the_record(worked: Station, tmp_path: Path) -> None:
    """Fares are read from it: an edited file would sell at other prices than those that were imported."""
    from hashlib import sha256

    from counter_app.domain.journal import Kind
    from counter_app.domain.staff import SYSTEM
    from counter_app.ports.catalogue_issues import ActiveIssue

    copy = worked.copy_to(tmp_path / "copy")
    file = copy.directory / "catalogues" / "one.sqlite"
    file.write_bytes(b"timetable")
    digest = sha256(b"timetable").hexdigest()
    store = copy.open()
    with store.writing() as books:
        entry = books.journal.append(
            Kind.CATALOGUE_ACTIVATED,
            {"issue_id": "i", "file_name": file.name, "sha256": digest, "feed_name": "f.zip", "trips": 2},
            actor=SYSTEM,
        )
        books.issues.activate(
            ActiveIssue(
                issue_id="i",
                file_name=file.name,
                sha256=digest,
                feed_name="f.zip",
                trips=2,
                activated_at=entry.at,
            )
        )
    store.close()
    assert verify_profile(copy.directory).ok
    file.write_bytes(b"Timetable")
    verdict = verify_profile(copy.directory)
    assert (verdict.first_bad, verdict.reason) == (entry.seq, "catalogue_changed")
    file.unlink()
    assert verify_profile(copy.directory).reason == "catalogue_missing"


def _edited(worked: Station, folder: Path, offset: int, bit: int) -> tuple[Station, JournalVerdict]:
    copy = worked.copy_to(folder)
    flip(copy.database, offset, bit)
    return copy, verify_profile(copy.directory)


def test_any_flipped_bit_of_a_closed_store_is_found(worked: Station, tmp_path: Path) -> None:
    """One edited byte, wherever: also where nothing is stored, somebody was there."""
    random, size = Random(3), worked.database.stat().st_size
    for number in range(60):
        _, verdict = _edited(worked, tmp_path / str(number), random.randrange(size), random.randrange(8))
        assert not verdict.ok


def test_any_flipped_bit_is_found_or_says_nothing_after_a_kill(worked: Station, tmp_path: Path) -> None:
    """No clean end, so that nobody knows the file as it was left: "no", or all rows read as before; never a crash."""
    killed = worked.copy_to(tmp_path / "killed")
    witness = Witness(killed.directory / WITNESS)
    assert witness.last is not None
    witness.advance(witness.last)
    witness.close()
    random, size, wanted = Random(4), killed.database.stat().st_size, killed.dump()
    # Evenly, and the page of the schema more closely: what is flipped there shows in every statement.
    offsets = [random.randrange(size) for _ in range(250)] + [random.randrange(4096) for _ in range(60)]
    for number, offset in enumerate(offsets):
        copy, verdict = _edited(killed, tmp_path / str(number), offset, random.randrange(8))
        if verdict.ok:
            assert [rows for rows in zip(copy.dump(), wanted, strict=True) if rows[0] != rows[1]] == [], offset


def test_garbage_is_a_verdict(tmp_path: Path) -> None:
    """A store overwritten with anything at all still gets an answer that a supervisor can act on."""
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 1000)
    verdict = verify_profile(tmp_path)
    assert (verdict.ok, verdict.reason) == (False, "store_damaged")


def test_no_profile_is_a_refusal(tmp_path: Path) -> None:
    """The wrong folder is not a damaged one."""
    with pytest.raises(Refusal) as refused:
        verify_profile(tmp_path)
    assert refused.value.reason is Reason.NO_PROFILE


def test_verifying_works_beside_a_window_and_in_a_child(station: Station) -> None:
    """An inspection must not have to stop the sale."""
    store = station.open()
    steps: list[str] = []
    verdict = verify_in_child(station.directory, lambda step: steps.append(step.stage))
    store.close()
    assert verdict.ok
    assert "journal" in steps


def test_a_child_that_takes_too_long_is_unknown(station: Station) -> None:
    """Nothing waits for ever."""
    with pytest.raises(OutcomeUnknown):
        verify_in_child(station.directory, lambda _: None, deadline_s=0.0)


def test_an_outside_bundle_convicts_a_remade_journal(worked: Station, tmp_path: Path) -> None:
    """Whoever remakes journal and keys together is consistent with himself; the bundle kept elsewhere is not."""
    other = Station(tmp_path / "other", entropy=Chance(Random(2)))
    other.init()
    store = worked.copy_to(tmp_path / "copy").open(writable=False)
    trust = store.trust_bundle().to_bytes()
    store.close()
    assert verify_profile(other.directory).ok
    assert verify_profile(other.directory, trust=trust).reason == "bad_signature"
    assert verify_profile(worked.directory, trust=trust).ok


def test_an_entry_that_contradicts_the_rest_is_named(station: Station) -> None:
    """A signed entry that closes a shift which never opened is a fault of the program, and shows as one."""
    from counter_app.domain.journal import Kind
    from counter_app.domain.staff import SYSTEM

    store = station.open()
    with store.writing() as books:
        entry = books.journal.append(Kind.SHIFT_DECLARED, {"shift_id": "nobody's", "count": {}}, actor=SYSTEM)
    store.close()
    verdict = verify_profile(station.directory)
    assert (verdict.first_bad, verdict.reason) == (entry.seq, "contradiction")
    assert canonical(entry.body)
