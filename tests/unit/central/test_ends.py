"""What ended stays ended, also when a backup from before is put back."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from central.acts import list_acts
from central.devices import Devices
from central.ends import FILE, End, EndsFile, note_ends
from counter_app.domain.staff import SYSTEM
from counter_app.wire import messages as m
from tests.conftest import LogWatch
from tests.unit.central.office import Office, Window, epoch_request, good, refused
from tests.unit.central.stock.world import START, Numbers
from tests.unit.central.test_readmit import certificates, forget, shown

Backup = Callable[[], Callable[[], None]]
TABLES = ("device", "device_key", "feed_item", "feed_head", "request_seen")


@pytest.fixture
def ends(office: Office, tmp_path: Path) -> EndsFile:
    """Beside the operator's key, which no backup of the database puts back."""
    made = EndsFile(tmp_path / FILE)
    office.services = replace(office.services, ends=made)
    office.devices = Devices(office.services, office.stock)
    office.central = office.process()
    return made


@pytest.fixture
def window(office: Office, ends: EndsFile) -> Window:
    return office.window()


@pytest.fixture
def backup(office: Office) -> Backup:
    """Taken when it is called; what it returns puts it back."""

    def take() -> Callable[[], None]:
        execute = office.connection.execute
        kept = {table: execute(f"TABLE {table}").fetchall() for table in TABLES}

        def put_back() -> None:
            for table in reversed(TABLES):
                execute(f"DELETE FROM {table}")
            for table, rows in kept.items():
                for row in rows:
                    execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)
            office.central = office.process()
            office.devices.end_again(office.connection)

        return put_back

    return take


def revoked_in_feed(office: Office, by: Window) -> set[int]:
    items = office.page(by, "operator").items
    return {item.body["epoch"] for item in items if item.kind == m.FeedKind.REVOCATION}  # type: ignore[misc,index]


@pytest.mark.parametrize("state", ["revoked", "lost"])
def test_a_device_revoked_yesterday_stays_so_after_last_weeks_backup(
    office: Office, window: Window, backup: Backup, state: str
) -> None:
    """The thief of a window waits until central has its next accident."""
    put_back = backup()
    end = office.devices.revoke if state == "revoked" else office.devices.mark_lost
    end(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    put_back()
    assert refused(office.ask(window.feed("operator"))).code == "device_revoked"
    assert office.devices.at(office.connection, ("CSQ", 1)).state == state
    assert office.stock.doubted[-1] == window.device_id, "what it holds is nobody's before its journal has come"
    assert revoked_in_feed(office, office.window(counter=2)) == {1}
    before = len(list_acts(office.connection))
    assert office.devices.end_again(office.connection) == []
    assert len(list_acts(office.connection)) == before


def test_one_that_the_backup_does_not_know_comes_back_revoked(office: Office, window: Window) -> None:
    """It shows its certificate, which is genuine."""
    held = certificates(office, window)
    office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    forget(office)
    assert refused(office.ask(shown(window, held))).code == "device_revoked"
    push = m.Push(epoch=1, first_seq=1, entries=(m.WireEntry(raw="{}", signature=b"s" * 64),))
    assert office.ask(window.request("push", push)).status == 200, "its journal is wanted all the same"
    row = office.connection.execute("SELECT ended_at FROM device_key").fetchone()
    assert row == (office.clock.now(),)
    assert revoked_in_feed(office, office.window(counter=2)) == {1}


def test_a_replaced_key_gets_nothing_until_its_successor_asks(office: Office, window: Window, backup: Backup) -> None:
    """The copy that lost against the other one would be the window again."""
    put_back = backup()
    old = replace(window, sequence=1_000)
    key = office.new_key()
    granted = good(office.ask(window.request("epoch", epoch_request(window, key))), m.EpochGranted)
    window.key, window.epoch = key, granted.epoch
    held = certificates(office, window)
    note_ends(office.connection, office.services.ends)
    put_back()
    claim = m.TopUp(request_id=office.numbers.new(), wants=())
    assert refused(office.ask(old.request("top_up", claim))).code == "forked"
    assert office.ask(shown(window, held)).status == 200
    assert refused(office.ask(window.request("top_up", claim))).code == "bad_message", "which comes after the seal"
    assert refused(office.ask(old.request("top_up", claim))).code == "epoch_superseded"


def test_the_file_is_its_owners_and_survives_a_cut(tmp_path: Path, log_watch: LogWatch) -> None:
    file, numbers = EndsFile(tmp_path / FILE), Numbers()
    assert file.all() == []
    first, second = (End(device_id=numbers.new(), window="CSQ/1", epoch=n, state="revoked", at=START) for n in (1, 2))
    file.add([first])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    with file.path.open("ab") as cut:
        cut.write(b'{"device_id":"019')
    file.add([second])
    log_watch.expect("cannot be read")
    assert file.all() == [first, second]
