"""One-time codes: one device, one window, once; and ticket numbers never begin again."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from central.acts import list_acts, verify_acts
from central.enrol import code_hash, new_code
from central.request import Response
from counter_app.domain.staff import SYSTEM, Role
from counter_app.domain.trust import certificate_holds, read_certificate
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from counter_app.wire import messages as m
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text
from tests.postgres import Database
from tests.unit.central.office import Office, good, plain, refused


def test_everything_that_a_profile_begins_with(office: Office) -> None:
    """A new window could not print a ticket that other windows accept."""
    key, device_id = office.new_key(), office.numbers.new()
    answer = good(office.ask(office.enrol_request(office.code(7), device_id, key)), m.Enrolled)
    assert (answer.station_code, answer.counter, answer.epoch) == ("CSQ", 7, 1)
    assert (answer.station_name, answer.station_latin, answer.policy) == ("长沙南", "CS", "default")
    assert (answer.operator, answer.zone, answer.currency) == ("Test Railway", "Asia/Shanghai", "CNY")
    assert answer.demonstration
    assert answer.operator_tag == office.services.operator_tag
    certificate = read_certificate(answer.certificate)
    assert certificate_holds(certificate, answer.operator_key, verify)
    assert certificate.public_key == key.public
    assert (certificate.station, certificate.counter, certificate.epoch) == ("CSQ", 7, 1)
    assert certificate.covers(office.clock.now())


def test_a_lost_answer_is_given_again(office: Office) -> None:
    """A window whose line dropped at the wrong moment would need another code, and burn an epoch."""
    key, device_id = office.new_key(), office.numbers.new()
    request = office.enrol_request(office.code(), device_id, key)
    first = office.ask(request)
    assert good(office.ask(request), m.Enrolled) == good(first, m.Enrolled)
    office.clock.pass_(hours=30)
    assert good(office.ask(request), m.Enrolled).certificate == good(first, m.Enrolled).certificate


def test_a_code_works_once(office: Office) -> None:
    """Whoever finds the slip of paper would be a second window."""
    code = office.code()
    key, device_id = office.new_key(), office.numbers.new()
    assert office.ask(office.enrol_request(code, device_id, key)).status == 200
    for other_id, other_key in (
        (office.numbers.new(), office.new_key()),
        (device_id, office.new_key()),
        (office.numbers.new(), key),
    ):
        answer = refused(office.ask(office.enrol_request(code, other_id, other_key)))
        assert (answer.code, answer.detail) == ("bad_code", "used")


def test_a_code_ends(office: Office) -> None:
    code = office.code(hours=2)
    office.clock.pass_(hours=2)
    answer = refused(office.ask(office.enrol_request(code, office.numbers.new(), office.new_key())))
    assert (answer.code, answer.detail) == ("bad_code", "expired")


def test_a_guess_is_no_code(office: Office) -> None:
    office.code()
    guess = new_code(bytes(10))
    assert refused(office.ask(office.enrol_request(guess, office.numbers.new(), office.new_key()))).code == "bad_code"


def test_as_people_type_it(office: Office) -> None:
    """A clerk who types small letters would be sent away."""
    code = office.code()
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert office.ask(office.enrol_request(typed, office.numbers.new(), office.new_key())).status == 200


def test_codes_differ_in_every_symbol_that_counts() -> None:
    code = new_code(bytes(range(10)))
    assert len(code) == 19
    assert code_hash(code) == code_hash(code.replace("-", "").lower())
    assert len({new_code(bytes([n]) + bytes(9)) for n in range(256)}) == 256
    assert len({new_code(bytes(9) + bytes([n])) for n in range(256)}) == 256


def test_the_code_is_not_in_the_database(office: Office) -> None:
    """Whoever reads a backup could enrol a window."""
    code = office.code()
    plain_code = code.replace("-", "")
    for table in ("enrol_code", "act", "feed_item"):
        for row in office.connection.execute(f"SELECT t::text FROM {table} t"):
            assert code not in row[0]
            assert plain_code not in row[0]
            assert plain_code.encode().hex() not in row[0]


def test_proof_of_the_key(office: Office) -> None:
    """Somebody could enrol another's public key, and its tickets would be the wrong window's."""
    code, key, device_id = office.code(), office.new_key(), office.numbers.new()
    text = enrol_text(code, device_id, key.public)
    sound = m.EnrolRequest(
        code=code, device_id=device_id, public_key=key.public, proof=key.sign(ENROL_PURPOSE, text), app_version=""
    )
    for forged in (
        replace(sound, proof=key.sign("request", text)),
        replace(sound, public_key=office.new_key().public),
        replace(sound, device_id=office.numbers.new()),
        replace(sound, code=office.code(2)),
    ):
        assert refused(office.ask(plain("enrol", forged))).code == "bad_signature"
    assert office.ask(plain("enrol", sound)).status == 200, "and the code is not used up by them"


def test_an_occupied_window(office: Office) -> None:
    """Two devices would print the same ticket numbers."""
    code_before = office.code()
    office.window()
    with pytest.raises(Refusal) as found:
        office.code()
    assert (found.value.reason, found.value.facts) == (Reason.BAD_INPUT, {"field": "counter"})
    answer = refused(office.ask(office.enrol_request(code_before, office.numbers.new(), office.new_key())))
    assert (answer.code, answer.detail) == ("not_allowed", "window_in_use")


def test_the_next_device_of_a_window_goes_on_in_the_next_epoch(office: Office) -> None:
    """The new device would begin at ticket number 1 again."""
    assert office.window().epoch == 1
    office.devices.mark_lost(office.connection, SYSTEM, ("CSQ", 1), "fire")
    second = office.window()
    assert second.epoch == 2
    office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "sold")
    assert office.window().epoch == 3
    assert office.window(2).epoch == 1, "another window has its own"
    states = [(one.state, one.epoch) for one in office.devices.all(office.connection) if one.counter == 1]
    assert sorted(states) == [("active", 3), ("lost", 1), ("revoked", 2)]
    assert office.ask(second.feed("device")).status == 403


def test_a_known_key_or_device_is_not_taken_again(office: Office) -> None:
    window = office.window()
    code = office.code(2)
    answer = refused(office.ask(office.enrol_request(code, window.device_id, office.new_key())))
    assert answer.detail == "device_known"
    answer = refused(office.ask(office.enrol_request(code, office.numbers.new(), window.key)))
    assert answer.detail == "key_known"


def test_of_two_at_once_one_gets_in(fresh_database: Database) -> None:
    """Two devices with the same code would both be window 1."""
    office = Office(fresh_database.connect())
    codes = [office.code(), office.code()]
    requests = [
        office.enrol_request(code, office.numbers.new(), office.new_key()) for code in (codes[0], codes[0], codes[1])
    ]
    connections = [fresh_database.connect() for _ in requests]
    start, responses = threading.Barrier(len(requests)), dict[int, Response]()

    def enrol(n: int) -> None:
        start.wait()
        responses[n] = office.process().handle(requests[n], connections[n])

    threads = [threading.Thread(target=enrol, args=(n,)) for n in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(responses[n].status for n in range(3)) == [200, 403, 403]
    assert len(office.devices.all(office.connection)) == 1


def test_who_may_issue_codes(office: Office) -> None:
    """A clerk could add windows."""
    for role in (Role.CLERK, Role.SUPERVISOR, Role.AUDITOR):
        actor = office.person(f"the-{role}", role)
        with pytest.raises(Refusal) as found:
            office.enrolment.issue_code(office.connection, actor, station_code="CSQ", counter=1, hours=1, name="X")
        assert found.value.reason is Reason.NOT_ALLOWED
    administrator = office.person("boss", Role.ADMINISTRATOR)
    office.enrolment.issue_code(office.connection, administrator, station_code="CSQ", counter=1, hours=1, name="X")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("station", {"station_code": "csq"}),
        ("station", {"station_code": "TOOLONG"}),
        ("counter", {"counter": 0}),
        ("counter", {"counter": 1000}),
        ("hours", {"hours": 0}),
        ("hours", {"hours": 1000}),
        ("name", {"name": ""}),
        ("name", {"name": "a\nb"}),
        ("latin", {"latin": "x" * 61}),
        ("policy", {"policy": "nowhere"}),
    ],
)
def test_bad_input(office: Office, field: str, changes: dict[str, object]) -> None:
    sound: dict[str, object] = {"station_code": "CSQ", "counter": 1, "hours": 1, "name": "长沙南"}
    with pytest.raises(Refusal) as found:
        office.enrolment.issue_code(office.connection, SYSTEM, **{**sound, **changes})  # type: ignore[arg-type]
    assert found.value.facts["field"] == field
    assert office.connection.execute("SELECT 1 FROM station").fetchone() is None, "nothing was changed"


def test_epochs_are_used_up(office: Office) -> None:
    window = office.window()
    office.connection.execute("UPDATE device_key SET epoch = 999")
    office.connection.execute("UPDATE device SET epoch = 999")
    window.epoch = 999
    office.devices.mark_lost(office.connection, SYSTEM, ("CSQ", 1), "fire")
    with pytest.raises(Refusal):
        office.code()


def test_the_last_epoch_went_between_code_and_enrolment(office: Office) -> None:
    office.window()
    office.devices.mark_lost(office.connection, SYSTEM, ("CSQ", 1), "fire")
    code = office.code()
    office.connection.execute("UPDATE device_key SET epoch = 999")
    answer = refused(office.ask(office.enrol_request(code, office.numbers.new(), office.new_key())))
    assert (answer.code, answer.detail) == ("not_allowed", "epochs_used_up")


def test_every_window_hears_of_the_certificate(office: Office) -> None:
    """Its tickets would be refused everywhere else."""
    first = office.window(1)
    second = office.window(2)
    items = [item for item in office.page(first, "operator").items if item.kind == m.FeedKind.CERTIFICATE]
    keys = {read_certificate(item.body).public_key for item in items}
    assert keys == {first.key.public, second.key.public}


def test_enrolment_is_in_the_acts(office: Office) -> None:
    office.window()
    kinds = [act.kind for act in list_acts(office.connection)]
    assert kinds[:3] == ["device_enrolled", "enrol_code_issued", "station_added"]
    count, bad = verify_acts(office.connection, office.services.operator.public, verify)
    assert count == len(kinds)
    assert not bad
