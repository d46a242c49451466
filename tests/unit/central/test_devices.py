"""New keys for restored and forked devices; windows that are revoked, lost, told to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from central.acts import list_acts
from central.request import Refusing
from central.services import Device
from counter_app.domain.staff import SYSTEM, Role
from counter_app.domain.trust import read_certificate
from counter_app.errors import Reason, Refusal
from counter_app.wire import messages as m
from counter_app.wire.routes import BY_NAME
from tests.unit.central.office import Office, Window, epoch_request, good, refused


def grant(office: Office, window: Window) -> m.EpochGranted:
    """The window goes on under a new key."""
    key = office.new_key()
    granted = good(office.ask(window.request("epoch", epoch_request(window, key))), m.EpochGranted)
    window.key, window.epoch = key, granted.epoch
    return granted


class TestEpochs:
    def test_a_new_key_for_a_restored_device(self, office: Office) -> None:
        """A window restored from a backup could never sell again, or would sell under numbers that were given."""
        window = office.window()
        office.connection.execute("UPDATE device SET forked = true")
        granted = grant(office, window)
        assert granted.epoch == 2
        assert read_certificate(granted.certificate).public_key == window.key.public
        assert office.stock.doubted == [window.device_id], "what the copy before held is in doubt"
        assert office.ask(window.feed("device")).status == 200
        record = office.devices.at(office.connection, ("CSQ", 1))
        assert (record.epoch, record.forked) == (2, False)
        row = office.connection.execute("SELECT lease_epoch FROM device").fetchone()
        assert row == (1,), "a grant to the copy before is of an older epoch"

    def test_asked_again(self, office: Office) -> None:
        """A lost answer would leave the device without a key that central knows."""
        window = office.window()
        key = office.new_key()
        message = epoch_request(window, key)
        first = good(office.ask(window.request("epoch", message)), m.EpochGranted)
        again = good(office.ask(window.request("epoch", message)), m.EpochGranted)
        assert (first.epoch, first.certificate) == (again.epoch, again.certificate)
        assert office.stock.doubted == [window.device_id]

    def test_of_two_copies_one_goes_on(self, office: Office) -> None:
        """Both copies of a cloned device would hold a certified key."""
        window = office.window()
        clone = replace(window, sequence=1_000)
        grant(office, window)
        answer = refused(office.ask(clone.request("epoch", epoch_request(clone, office.new_key()))))
        assert (answer.code, answer.facts) == ("epoch_superseded", {"epoch": 2})
        grant(office, window)
        assert window.epoch == 3

    def test_a_key_of_long_ago_is_not_current_again(self, office: Office) -> None:
        """A copy with epoch 2's key, asking anew, would be told that it is the current one."""
        window = office.window()
        grant(office, window)
        second_key = window.key
        old = Window(device_id=window.device_id, key=second_key, clock=office.clock, epoch=2, sequence=1_000)
        grant(office, window)
        again = old.request("epoch", epoch_request(old, second_key))
        assert refused(office.ask(again)).code == "epoch_superseded"

    def test_proof_of_the_new_key(self, office: Office) -> None:
        window = office.window()
        key = office.new_key()
        sound = epoch_request(window, key)
        for forged in (
            replace(sound, public_key=office.new_key().public),
            replace(sound, head_hash=b"x" * 32),
            replace(sound, proof=key.sign("enrol", b"")),
        ):
            answer = refused(office.ask(window.request("epoch", forged)))
            assert (answer.code, answer.detail) == ("bad_signature", "proof")

    def test_the_same_key_again_is_no_new_key(self, office: Office) -> None:
        window = office.window()
        other = office.window(2)
        for key in (window.key, other.key):
            answer = refused(office.ask(window.request("epoch", epoch_request(window, key))))
            assert (answer.code, answer.detail) == ("not_allowed", "key_known")

    def test_everybody_hears_of_both_keys(self, office: Office) -> None:
        """Tickets that the stolen copy prints would pass."""
        window, other = office.window(1), office.window(2)
        grant(office, window)
        items = {item.key: item for item in office.page(other, "operator").items}
        revoked = items[f"revocation/{window.device_id}/1"].body
        assert revoked is not None
        assert (revoked["station"], revoked["counter"], revoked["epoch"]) == ("CSQ", 1, 1)
        certificates = [item for item in items.values() if item.kind == m.FeedKind.CERTIFICATE]
        assert len(certificates) == 3

    def test_revoked_between_seal_and_grant(self, office: Office) -> None:
        """A device that is shut this moment would get a new key all the same."""
        window = office.window()
        (device,) = office.central._gate.admit(
            [office.central._gate.open(window.feed("device"), BY_NAME["feed"])],
            office.connection,
        )
        assert isinstance(device, Device)
        office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        with pytest.raises(Refusing) as found:
            office.devices.grant_epoch(device, epoch_request(window, office.new_key()), office.connection)
        assert found.value.code is m.Refused.DEVICE_REVOKED

    def test_no_epoch_is_left(self, office: Office) -> None:
        window = office.window()
        office.connection.execute("UPDATE device_key SET epoch = 999")
        office.connection.execute("UPDATE device SET epoch = 999")
        window.epoch = 999
        answer = refused(office.ask(window.request("epoch", epoch_request(window, office.new_key()))))
        assert answer.detail == "epochs_used_up"


class TestPeople:
    def test_revoked(self, office: Office) -> None:
        window, other = office.window(1), office.window(2)
        record = office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        assert record.state == "revoked"
        assert office.stock.doubted == [window.device_id]
        assert office.ask(other.feed("device")).status == 200, "nobody else is touched"
        keys = {item.key for item in office.page(other, "operator").items}
        assert f"revocation/{window.device_id}/1" in keys
        with pytest.raises(Refusal):
            office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "again")

    def test_lost_after_revoked(self, office: Office) -> None:
        office.window()
        office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        assert office.devices.mark_lost(office.connection, SYSTEM, ("CSQ", 1), "gone for good").state == "lost"

    def test_an_order_reaches_the_device_alone(self, office: Office) -> None:
        """The clerk would sell on, or the whole station would stop."""
        window, other = office.window(1), office.window(2)
        office.devices.stop_selling(office.connection, SYSTEM, ("CSQ", 1), "audit")
        (item,) = office.page(window, "device").items
        assert (item.kind, item.key, item.body) == ("order", "order", {"stop_selling": "audit"})
        assert office.page(other, "device").items == ()
        position = item.position
        office.devices.resume_selling(office.connection, SYSTEM, ("CSQ", 1))
        page = office.page(window, "device", incarnation=office.info.incarnation, position=position)
        assert [item.body for item in page.items] == [{"stop_selling": ""}]

    def test_each_needs_an_administrator_and_a_reason(self, office: Office) -> None:
        """Anybody could shut a window, and nobody would know why."""
        office.window()
        supervisor = office.person("super", Role.SUPERVISOR)
        devices, connection = office.devices, office.connection
        for act in (devices.revoke, devices.mark_lost, devices.stop_selling):
            with pytest.raises(Refusal) as found:
                act(connection, supervisor, ("CSQ", 1), "because")
            assert found.value.reason is Reason.NOT_ALLOWED
            with pytest.raises(Refusal) as found:
                act(connection, SYSTEM, ("CSQ", 1), "  ")
            assert found.value.reason is Reason.REASON_NEEDED
            with pytest.raises(Refusal) as found:
                act(connection, SYSTEM, ("CSQ", 1), "x" * 201)
            assert found.value.facts == {"field": "reason"}
            with pytest.raises(Refusal) as found:
                act(connection, SYSTEM, ("XXX", 1), "because")
            assert found.value.facts == {"field": "window"}
        with pytest.raises(Refusal):
            devices.resume_selling(connection, supervisor, ("CSQ", 1))

    def test_each_is_an_act(self, office: Office) -> None:
        office.window()
        boss = office.person("boss", Role.ADMINISTRATOR)
        office.devices.stop_selling(office.connection, boss, ("CSQ", 1), "audit")
        office.devices.resume_selling(office.connection, boss, ("CSQ", 1))
        office.devices.revoke(office.connection, boss, ("CSQ", 1), "stolen")
        acts = list_acts(office.connection, limit=3)
        assert [(act.kind, act.by, act.body["reason"]) for act in acts] == [
            ("device_revoked", "boss", "stolen"),
            ("selling_resumed", "boss", ""),
            ("selling_stopped", "boss", "audit"),
        ]
