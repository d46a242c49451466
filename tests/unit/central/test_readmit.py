"""After central was put back to an older backup: what the counters hold the operator's word for, it learns again."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from central.acts import list_acts
from central.operator import new_incarnation
from central.request import Request
from central.windows import certify_window
from counter_app.domain.staff import SYSTEM
from counter_app.domain.trust import Certificate, read_certificate
from counter_app.errors import CentralSaidNo
from counter_app.ports.line import WireResponse
from counter_app.security import SigningKey
from counter_app.wire import messages as m
from counter_app.wire.signing import CERTIFICATES, certificates_header
from sync.client import CentralLine
from tests.unit.central.office import Office, Window, epoch_request, good, refused


def certificates(office: Office, window: Window) -> list[Certificate]:
    """As the device keeps them, newest first."""
    items = office.page(window, "operator").items
    mine = [read_certificate(item.body) for item in items if item.kind == m.FeedKind.CERTIFICATE]
    return sorted((one for one in mine if one.counter == 1), key=lambda one: -one.epoch)


def shown(window: Window, held: list[Certificate], name: str = "feed") -> Request:
    header = ",".join(certificates_header([one]) for one in held)
    message = None
    query = {"shard": "operator"} if name == "feed" else None
    return window.request(name, message, query=query, headers={CERTIFICATES.lower(): header})


def forget(office: Office) -> None:
    """The database is put back to before the window came."""
    for table in ("request_seen", "device_key", "enrol_code", "device", "feed_item", "feed_head", "station"):
        office.connection.execute(f"DELETE FROM {table}")
    office.central = office.process()


@pytest.fixture
def window(office: Office) -> Window:
    return office.window()


def test_a_device_that_was_forgotten(office: Office, window: Window) -> None:
    """A window that enrolled after the backup could never deliver what it sold."""
    held = certificates(office, window)
    forget(office)
    assert refused(office.ask(window.feed("operator"))).code == "unknown_device"
    assert office.ask(shown(window, held)).status == 200
    record = office.devices.at(office.connection, ("CSQ", 1))
    assert (record.device_id, record.state, record.epoch) == (window.device_id, "active", 1)
    assert office.ask(window.feed("operator")).status == 200, "from now on it needs to show nothing"
    act = list_acts(office.connection, limit=1)[0]
    assert (act.kind, act.body["window"]) == ("device_readmitted", "CSQ/1")


def test_an_epoch_that_was_forgotten(office: Office, window: Window) -> None:
    """A device that had gone on under a new key would be locked out for ever."""
    for _ in range(2):
        key = office.new_key()
        granted = good(office.ask(window.request("epoch", epoch_request(window, key))), m.EpochGranted)
        window.key, window.epoch = key, granted.epoch
    held = certificates(office, window)
    assert [one.epoch for one in held] == [3, 2, 1]
    office.connection.execute("DELETE FROM device_key WHERE epoch > 1")
    office.connection.execute("UPDATE device SET epoch = 1")
    office.central = office.process()
    assert office.ask(shown(window, held)).status == 200
    rows = office.connection.execute("SELECT epoch, ended_at IS NULL FROM device_key ORDER BY epoch").fetchall()
    assert rows == [(1, False), (2, False), (3, True)]
    assert office.devices.at(office.connection, ("CSQ", 1)).epoch == 3


def test_a_window_that_another_took(office: Office, window: Window) -> None:
    """Two devices would sell under one window's number; and what the first one sold must come in all the same."""
    held = certificates(office, window)
    forget(office)
    other = office.window()
    push = m.Push(epoch=1, first_seq=1, entries=(m.WireEntry(raw="{}", signature=b"s" * 64),))
    header = {CERTIFICATES.lower(): certificates_header(held)}
    assert office.ask(window.request("push", push, headers=header)).status == 200
    assert refused(office.ask(window.feed("operator"))).code == "device_revoked"
    assert office.ask(other.feed("operator")).status == 200


def test_a_known_device_needs_no_certificate_and_gains_nothing_by_one(office: Office, window: Window) -> None:
    """A revoked device could come back by its old certificate."""
    held = certificates(office, window)
    office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    assert refused(office.ask(shown(window, held))).code == "device_revoked"
    disguised = replace(window, device_id=office.numbers.new())
    assert refused(office.ask(shown(disguised, held))).code == "unknown_device"
    assert len(office.devices.all(office.connection)) == 1


def test_a_superseded_key_does_not_come_back(office: Office, window: Window) -> None:
    old = replace(window, sequence=1_000)
    held = certificates(office, window)
    assert office.ask(window.request("epoch", epoch_request(window, office.new_key()))).status == 200
    assert refused(office.ask(shown(old, held))).code == "epoch_superseded"


def test_what_is_no_word_of_the_operator(office: Office, window: Window) -> None:
    """Anybody could make themselves a window."""
    held = certificates(office, window)
    forget(office)
    stranger = SigningKey(bytes(32))
    forged = certify_window(
        replace(office.services, operator=stranger),
        public_key=window.key.public,
        station_code="CSQ",
        counter=1,
        epoch=1,
    )
    second = certify_window(office.services, public_key=office.new_key().public, station_code="CSQ", counter=2, epoch=2)
    for bad in (
        [forged],
        [replace(held[0], counter=2)],
        [second],
        [second, *held],
        [*held, *held],
        [],
    ):
        assert refused(office.ask(shown(window, bad))).code == "unknown_device"
    other_key = replace(window, key=office.new_key())
    assert refused(office.ask(shown(other_key, held))).code == "unknown_device", "the seal is not that key's"
    for header in ("x", "e30=", "bnVsbA==", "A" * 20_000, ",".join(["e30="] * 9)):
        request = window.request("feed", query={"shard": "operator"}, headers={CERTIFICATES.lower(): header})
        assert refused(office.ask(request)).code == "unknown_device"
    assert office.devices.all(office.connection) == []


def test_epochs_that_a_backup_does_not_know_are_not_granted_again(office: Office, window: Window) -> None:
    """Two devices would have printed the same ticket numbers: one before the restore, one after it."""
    office.clock.pass_(hours=1)
    new_incarnation(office.connection, office.services)
    assert office.window(2).epoch == 4, "it may have had devices that are forgotten"
    key = office.new_key()
    granted = good(office.ask(window.request("epoch", epoch_request(window, key))), m.EpochGranted)
    assert granted.epoch == 5
    window.key, window.epoch = key, 5
    office.clock.pass_(hours=1)
    key = office.new_key()
    assert good(office.ask(window.request("epoch", epoch_request(window, key))), m.EpochGranted).epoch == 6


class Wire:
    """``ports.line.Transport`` straight into ``handle``."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.asked: list[dict[str, str]] = []

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        self.asked.append(headers)
        bare, _, query = path.partition("?")
        response = self.office.ask(
            Request(
                method=method,
                path=bare,
                target=path,
                query=dict(parse_qsl(query)),
                headers={name.lower(): value for name, value in headers.items()},
                body=body,
            )
        )
        return WireResponse(status=response.status, body=response.body)

    def close(self) -> None:
        pass


def test_the_counter_shows_them_when_it_is_not_known(office: Office, window: Window) -> None:
    """The window would stand still until somebody enrolled it anew, and its unsent sales with it."""
    wire = Wire(office)
    held = certificates(office, window)
    office.clock.pass_(seconds=1)
    line = CentralLine(
        transport=wire,
        signer=window.key,
        device_id=window.device_id,
        epoch=lambda: 1,
        clock=office.clock,
        central_now=office.clock.now,
        told=lambda at: None,
        certificates=lambda: held,
    )
    line.feed("operator", incarnation=None, position=0, limit=10, deadline_ms=1_000)
    assert CERTIFICATES not in wire.asked[-1], "nobody is shown them without need"
    forget(office)
    line.feed("operator", incarnation=None, position=0, limit=10, deadline_ms=1_000)
    assert CERTIFICATES in wire.asked[-1]
    line.feed("operator", incarnation=None, position=0, limit=10, deadline_ms=1_000)
    assert CERTIFICATES not in wire.asked[-1]
    forget(office)
    held = []
    with pytest.raises(CentralSaidNo) as found:
        line.feed("operator", incarnation=None, position=0, limit=10, deadline_ms=1_000)
    assert found.value.code == m.Refused.UNKNOWN_DEVICE
