"""A profile that is enrolled with central: made whole, epochs by central's grant only, accounts from central."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from counter_app.application.export_journal import ExportJournal
from counter_app.domain.journal import BadEntry, Kind
from counter_app.domain.journal_export import check_export
from counter_app.domain.leases import LeaseState
from counter_app.domain.staff import SYSTEM, Role
from counter_app.domain.trust import parse_bundle
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.epochs import PendingKey
from counter_app.security import SigningKey, verify
from db.epochs import PENDING
from db.store import SqlMoneyStore
from db.verify import verify_profile
from db.witness import FILE_NAME as WITNESS
from tests.unit.db.enrolled import OPERATOR, Window, receive, take_lease, work
from tests.unit.db.station import Station


@pytest.fixture
def window(tmp_path: Path) -> Window:
    made = Window(tmp_path / "window")
    made.enrol()
    return made


@pytest.fixture
def store(window: Window) -> Iterator[SqlMoneyStore]:
    opened = window.open()
    yield opened
    opened.close()


def write(store: SqlMoneyStore, count: int = 1) -> int:
    with store.writing() as books:
        return max(books.journal.append(Kind.TRUST_EXPORTED, {}, actor=SYSTEM).seq for _ in range(count))


# ----------------------------------------------------------------------------------------------------- beginning


def test_a_profile_begins_in_the_epoch_that_central_granted(window: Window, store: SqlMoneyStore) -> None:
    """Another device sold at this window before: beginning at 1 again would print its ticket numbers twice."""
    write(store)
    with store.reading() as books:
        entries = list(books.journal.entries())
        assert books.users.all() == []
    assert [one.kind for one in entries[:2]] == [Kind.PROFILE_CREATED, Kind.EPOCH_STARTED]
    assert {one.epoch for one in entries} == {3}
    assert entries[0].body["enrolled"] is True
    assert entries[0].body["operator_key"] == OPERATOR.public.hex()
    assert not (window.directory / "keys" / "operator").exists(), "the operator's key is central's"
    store.close()
    assert verify_profile(window.directory).reason == ""


def test_a_grant_that_does_not_fit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """A window that sells under a key nobody certified prints tickets that every gate refuses."""
    window = Window(tmp_path / "window")
    good = window.enrolment()
    for bad in (
        replace(good, certificate=window.certificate(3, bytes(32))),
        replace(good, certificate=window.certificate(3, counter=8)),
        replace(good, certificate=window.certificate(3, station="WHN")),
        replace(good, operator_key=SigningKey(bytes(32)).public),
    ):
        with pytest.raises(Refusal) as refused:
            window.factory().create_enrolled(window.info(), bad)
        assert refused.value.reason is Reason.ENROLMENT_REFUSED
        assert list(tmp_path.iterdir()) == []
    window.enrol()
    with pytest.raises(Refusal) as refused:
        window.enrol()
    assert refused.value.reason is Reason.PROFILE_EXISTS


def test_an_enrolled_journal_passes_as_an_export(window: Window, store: SqlMoneyStore, tmp_path: Path) -> None:
    """The auditor's procedure is the same for every window; other windows' certificates are no part of it."""
    with store.writing() as books:
        books.sync.put_certificate(window.certificate(3, bytes(range(32)), counter=8))
    write(store)
    ExportJournal(store, store)(SYSTEM, tmp_path / "journal.jsonl")
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines()
    assert check_export(lines, verify, operator_key=OPERATOR.public) == len(lines) - 1


# -------------------------------------------------------------------------------------------------------- epochs


def grant(window: Window, pending: PendingKey, epoch: int) -> Any:
    assert verify(pending.public_key, "epoch", b"proof", pending.sign("epoch", b"proof"))
    return window.certificate(epoch, pending.public_key)


def test_only_central_begins_an_epoch(store: SqlMoneyStore, window: Window, tmp_path: Path) -> None:
    """A stolen till that could certify itself would print genuine tickets for ever."""
    with pytest.raises(Refusal) as refused:
        store.start_epoch(SYSTEM, reason="x")
    assert refused.value.reason is Reason.ONLY_CENTRAL
    alone = Station(tmp_path / "alone")
    alone.init()
    other = alone.open()
    for act in (other.prepare_epoch_key, lambda: other.adopt_epoch(SYSTEM, window.certificate(4), reason="x")):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.reason is Reason.STAND_ALONE
    other.close()


def test_a_restored_counter_goes_on_in_the_epoch_that_central_grants(window: Window, tmp_path: Path) -> None:
    """What it sold after the backup is at central, or in doubt there: nothing of it may be sold or refunded again."""
    store = window.open()
    lease = take_lease(store, window.grant())
    returned = take_lease(store, window.grant(run_id=UUID(int=9), places=("02/02A",), count=1))
    with store.writing() as books:
        books.journal.append(Kind.LEASE_RETURNED, {"lease_id": str(returned.lease_id), "count": 1}, actor=SYSTEM)
        books.sync.end_lease(returned.lease_id, LeaseState.RETURNED)
        books.sync.mark_sending(2)
    store.close()
    backup = window.database.read_bytes()
    store = window.open()
    write(store, 5)
    store.close()
    window.database.write_bytes(backup)

    store = window.open()
    assert store.behind_witness
    with store.reading() as books:
        last = books.journal.head().seq
    certificate = grant(window, store.prepare_epoch_key(), 6)
    assert store.adopt_epoch(SYSTEM, certificate, reason="restored") == 6
    assert store.signer.key_id == certificate.key_id
    write(store)
    with store.reading() as books:
        state = books.sync.state()
        assert [one.epoch for one in books.journal.latest(limit=2)] == [6, 6]
        found = {one.grant.lease_id: one.state for one in books.sync.leases(None)}
        assert books.journal.raw_entries(after_seq=0, limit=99, bytes_max=1 << 20)[-1].seq == last, "of one epoch"
    assert found == {lease.lease_id: LeaseState.ENDED, returned.lease_id: LeaseState.RETURNED}
    assert (state.sent_seq, state.forked) == (last, False)
    store.close()
    assert verify_profile(window.directory).reason == ""
    assert not (window.directory / "keys" / PENDING).exists()


def test_a_certificate_that_is_not_centrals_word_on_this_key_is_refused(window: Window, store: SqlMoneyStore) -> None:
    """Whoever sits in the line could otherwise end a counter's journal, or move it to a key of theirs."""
    with pytest.raises(Refusal):
        store.adopt_epoch(SYSTEM, window.certificate(4), reason="nobody asked")
    key = store.prepare_epoch_key().public_key
    assert store.prepare_epoch_key().public_key == key, "asked again with the same key"
    good = window.certificate(4, key)
    for bad in (
        window.certificate(4),
        window.certificate(3, key),
        window.certificate(4, key, counter=8),
        replace(good, signature=bytes(64)),
    ):
        with pytest.raises(Refusal) as refused:
            store.adopt_epoch(SYSTEM, bad, reason="x")
        assert refused.value.reason is Reason.CENTRAL_REFUSED
    with store.reading() as books:
        assert books.journal.head().epoch == 3
    assert write(store) > 2, "it sells on in its own epoch"
    assert store.adopt_epoch(SYSTEM, good, reason="forked") == 4


def test_the_pending_key_survives_a_crash_before_the_grant(window: Window) -> None:
    """Central certified that key: another one would need another epoch, and the lost answer would cost one."""
    store = window.open()
    key = store.prepare_epoch_key().public_key
    store.close()
    store = window.open()
    assert store.prepare_epoch_key().public_key == key
    assert store.adopt_epoch(SYSTEM, window.certificate(4, key), reason="x") == 4
    store.close()


class _KilledError(BaseException):
    """What follows a kill is only what lies on the disk."""


@pytest.mark.parametrize("restored", [True, False])
def test_a_kill_between_commit_and_witness_is_no_further_epoch(
    window: Window, restored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal says that the epoch has begun; asking for yet another would end it before its first sale."""
    store = window.open()
    write(store)
    store.close()
    backup = window.database.read_bytes()
    if restored:
        store = window.open()
        write(store, 3)
        store.close()
        window.database.write_bytes(backup)
    store = window.open()
    certificate = grant(window, store.prepare_epoch_key(), 4)

    def killed(_self: SqlMoneyStore) -> None:
        raise _KilledError

    with monkeypatch.context() as patch:
        patch.setattr(SqlMoneyStore, "_renew_witness", killed)
        patch.setattr(SqlMoneyStore, "_tell_witness", lambda _self: None)
        patch.setattr("db.store.Witness.rest", lambda *_: None)
        with pytest.raises(_KilledError):
            store.adopt_epoch(SYSTEM, certificate, reason="x")
        store.close()
    store = window.open()
    assert not store.behind_witness
    write(store)
    with store.reading() as books:
        assert books.journal.head().epoch == 4
    store.close()
    assert not (window.directory / "keys" / PENDING).exists()
    assert verify_profile(window.directory).reason == ""


def test_a_backup_put_back_after_an_epoch_is_behind_all_the_same(window: Window) -> None:
    """What finishes an adoption that was cut off must not make a restored store pass for a whole one."""
    store = window.open()
    certificate = grant(window, store.prepare_epoch_key(), 4)
    pending = (window.directory / "keys" / PENDING).read_bytes()
    store.adopt_epoch(SYSTEM, certificate, reason="x")
    store.close()
    backup = window.database.read_bytes()
    store = window.open()
    write(store)
    store.close()
    window.database.write_bytes(backup)
    (window.directory / "keys" / PENDING).write_bytes(pending)
    for lost in (False, True):
        if lost:
            (window.directory / WITNESS).unlink()
        store = window.open()
        assert store.behind_witness
        store.close()


def test_an_unknown_commit_of_an_epoch_is_found_out_by_opening_again(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a disk error nobody knows whether the epoch has begun; the file does."""
    store = window.open()
    certificate = grant(window, store.prepare_epoch_key(), 4)
    commit = SqlMoneyStore._say_commit

    def fails_after(self: SqlMoneyStore, writer: Any) -> None:
        commit(self, writer)
        writer.run("COMMIT")  # there is no transaction any more: an error of the driver

    with monkeypatch.context() as patch:
        patch.setattr(SqlMoneyStore, "_say_commit", fails_after)
        with pytest.raises(OutcomeUnknown):
            store.adopt_epoch(SYSTEM, certificate, reason="x")
    write(store)
    with store.reading() as books:
        assert books.journal.head().epoch == 4
    store.close()
    assert verify_profile(window.directory).reason == ""


@pytest.mark.parametrize("really", [True, False])
def test_who_was_given_the_signer_signs_with_the_key_in_force(
    window: Window, store: SqlMoneyStore, monkeypatch: pytest.MonkeyPatch, *, really: bool
) -> None:
    """After a disk's hiccup, requests would be signed with the last epoch's key until the program is started again."""
    signer, first = store.signer, store.signer.key_id
    commit = SqlMoneyStore._say_commit

    def fails(self: SqlMoneyStore, writer: Any) -> None:
        if really:
            commit(self, writer)
        raise OperationalError("COMMIT", (), RuntimeError("disk I/O error"))

    @contextmanager
    def bad_disk() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(SqlMoneyStore, "_say_commit", fails)
            with pytest.raises(OutcomeUnknown):
                yield

    with bad_disk():
        write(store)
    write(store)  # the store reads everything again
    certificate = grant(window, store.prepare_epoch_key(), 4)
    with bad_disk():
        store.adopt_epoch(SYSTEM, certificate, reason="x")
    assert signer.key_id == (certificate.key_id if really else first)
    if not really:
        store.adopt_epoch(SYSTEM, certificate, reason="x")
    with bad_disk():
        write(store)
    write(store)
    assert signer.key_id == certificate.key_id


# ------------------------------------------------------------------------------------------------------ accounts


def test_accounts_come_from_central_and_keep_their_tries(window: Window, store: SqlMoneyStore) -> None:
    """A lock that every download lifts is none; a new role that does not arrive is a clerk who cannot work."""
    li = window.account("li")
    assert receive(store, li, window.account("wang", role=Role.SUPERVISOR)) == 2
    assert receive(store, li) == 0, "nothing to journal"
    with store.writing() as books:
        books.users.put(replace(li, failed_tries=4, locked_until=window.clock.at))
        body: dict[str, Any] = {"user_id": str(li.user_id), "tries": 4, "locked_until": "2026-12-01T08:00:00.000Z"}
        books.journal.append(Kind.LOGIN_REFUSED, body, actor=SYSTEM)
    assert receive(store, replace(li, active=False, role=Role.SUPERVISOR)) == 1
    with store.reading() as books:
        assert books.users.by_login("li") == replace(
            li, active=False, role=Role.SUPERVISOR, failed_tries=4, locked_until=window.clock.at
        )
    store.close()
    assert verify_profile(window.directory).reason == ""


def test_a_login_that_goes_to_another_person(window: Window, store: SqlMoneyStore) -> None:
    """Names are given anew; whoever had it before must not get in by it, whatever order the feed has."""
    old, new = window.account("li"), window.account("li", display_name="Li the younger")
    receive(store, old)
    assert receive(store, new) == 2
    with store.reading() as books:
        assert books.users.by_login("li") == new
        displaced = books.users.by_id(old.user_id)
    assert displaced is not None
    assert not displaced.active
    receive(store, replace(old, login="li.1"))
    with store.reading() as books:
        assert books.users.by_login("li.1") == replace(old, login="li.1")
    store.close()
    assert verify_profile(window.directory).reason == ""


# --------------------------------------------------------------------------------------------------------- trust


def test_other_windows_certificates_are_in_the_bundle(window: Window, store: SqlMoneyStore) -> None:
    """A passenger who bought at window 8 stands at window 7: his ticket is genuine there too."""
    other = window.certificate(1, bytes(range(32)), counter=8)
    with store.writing() as books:
        books.sync.put_certificate(other)
        books.sync.put_certificate(other)
        books.sync.put_certificate(window.certificate(3))  # our own comes back by the feed
        with pytest.raises(Refusal) as refused:
            books.sync.put_certificate(replace(other, counter=9))
        assert refused.value.reason is Reason.BAD_INPUT
    bundle = store.trust_bundle()
    assert [one.counter for one in bundle.certificates] == [7, 8]
    assert bundle.by_key_id(other.key_id) == other
    assert parse_bundle(bundle.to_bytes(), verify) == bundle
    assert store.own_bundle().certificates == (window.certificate(3),)
    with store.writing() as books:
        books.sync.drop_certificate(other.key_id)
    assert store.trust_bundle().by_key_id(other.key_id) is None


# ---------------------------------------------------------------------------------------------------- verification

EDITS = {
    "a lease made longer": ("UPDATE lease SET expires_at = expires_at + 1", "table_mismatch:lease"),
    "another place leased": (
        "UPDATE lease SET body = CAST(replace(CAST(body AS TEXT), '02/01C', '02/03C') AS BLOB)",
        "table_mismatch:lease",
    ),
    "a lease's time in its grant": (
        "UPDATE lease SET body = CAST(replace(CAST(body AS TEXT), '\"guard_s\":120', '\"guard_s\":0') AS BLOB)",
        "table_mismatch:lease",
    ),
    "a returned lease woken": ("UPDATE lease SET state = 'active' WHERE state = 'returned'", "table_mismatch:lease"),
    "a lease gone": ("DELETE FROM lease", "table_mismatch:lease"),
    "a verdict settled by hand": (
        "UPDATE inbox SET state = 'settled', settled_by = 'wang' WHERE seq = 2",
        "table_mismatch:inbox",
    ),
    "a settled verdict's note": ("UPDATE inbox SET note = 'other' WHERE state = 'settled'", "table_mismatch:inbox"),
    "a stranger's certificate": (
        "INSERT INTO trusted SELECT 'ffffffffffffffff', body FROM trusted",
        "table_mismatch:trusted",
    ),
    "a certificate that is none": ("UPDATE trusted SET body = x'7b'", "table_mismatch:trusted"),
    "no more central": ("DELETE FROM central", "table_mismatch:profile"),
    "an account's role": ("UPDATE user SET role = 'administrator'", "table_mismatch:user"),
}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Window:
    """With leases, verdicts, accounts and another window's certificate."""
    window = Window(tmp_path_factory.mktemp("worked") / "window")
    window.enrol()
    store = window.open()
    work(store, window)
    store.close()
    return window


def test_an_honest_window_verifies(worked: Window) -> None:
    """Or nobody looks at the verdict any more."""
    assert verify_profile(worked.directory).reason == ""


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_what_central_gave_is_found(name: str, worked: Window, tmp_path: Path) -> None:
    """A clerk with a SQLite tool could lease himself seats, or settle his own discrepancies."""
    window = worked.moved_to(tmp_path / "copy")
    statement, reason = EDITS[name]
    window.edit(statement, keep_triggers=True)
    verdict = verify_profile(window.directory)
    assert (verdict.ok, verdict.reason) == (False, reason)


def test_another_windows_key_has_no_say_in_this_journal(window: Window, tmp_path: Path) -> None:
    """Whoever has the key of window 8 could else write window 7's journal anew, and the verdict would be "whole"."""
    forger = Window(tmp_path / "forged")
    factory, eighth = forger.factory(), replace(forger.enrolment(), certificate=forger.certificate(3, counter=8))
    factory._make(lambda folder: factory._build_enrolled(folder, forger.info(), eighth))
    for trust in (None, _bundle_of(window)):
        verdict = verify_profile(forger.directory, trust=trust)
        assert (verdict.ok, verdict.first_bad, verdict.reason) == (False, 1, "bad_signature")
    store = forger.open(writable=False)
    ExportJournal(store, store)(SYSTEM, tmp_path / "journal.jsonl")
    store.close()
    with pytest.raises(BadEntry):
        check_export((tmp_path / "journal.jsonl").read_bytes().splitlines(), verify)


def _bundle_of(window: Window) -> bytes:
    store = window.open(writable=False)
    try:
        return store.own_bundle().to_bytes()
    finally:
        store.close()
