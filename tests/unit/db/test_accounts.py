"""People at the counter: who may log in, who is kept out, and what the record says of it."""

from __future__ import annotations

import pytest

from counter_app.application.credentials import Credentials
from counter_app.application.log_in import LogIn
from counter_app.application.start_epoch import StartEpoch
from counter_app.application.users import AddUser, ChangeUser, ListUsers
from counter_app.domain.journal import Kind
from counter_app.domain.staff import SYSTEM, Role
from counter_app.errors import Reason, Refusal
from db.store import SqlMoneyStore
from db.verify import verify_profile
from db.witness import FILE_NAME as WITNESS
from tests.unit.db.station import LIGHT, PASSWORD, Station, people


def log_in(store: SqlMoneyStore, station: Station) -> LogIn:
    return LogIn(store, Credentials(store, station.clock, LIGHT))


def refusal(call: LogIn, login: str, password: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(login, password)
    return refused.value


def test_the_first_administrator_logs_in(station: Station, store: SqlMoneyStore) -> None:
    """A profile that nobody can enter is useless."""
    actor = log_in(store, station)("admin", PASSWORD)
    assert actor.role is Role.ADMINISTRATOR
    with store.reading() as books:
        (entry,) = books.journal.latest(limit=1)
    assert (entry.kind, entry.actor) == (Kind.LOGGED_IN, "admin")


def test_a_refusal_never_says_which_was_wrong(station: Station, store: SqlMoneyStore) -> None:
    """Otherwise logins can be guessed one by one."""
    call = log_in(store, station)
    wrong, unknown = refusal(call, "admin", "wrong"), refusal(call, "nobody", "wrong")
    assert wrong.reason is unknown.reason is Reason.BAD_CREDENTIALS
    assert wrong.facts == unknown.facts == {}


def test_what_was_typed_as_a_login_is_not_kept(station: Station, store: SqlMoneyStore) -> None:
    """People type their password into the wrong field, and the journal is for ever."""
    refusal(log_in(store, station), "my-secret-pw", "")
    with store.reading() as books:
        assert all(b"my-secret-pw" not in entry.raw for entry in books.journal.entries())


def test_ten_wrong_tries_lock_for_thirty_minutes_across_restarts(station: Station) -> None:
    """Otherwise a thief at the closed window tries all night, restarting the program."""
    for tried in range(10):
        store = station.open()
        assert refusal(log_in(store, station), "admin", f"wrong {tried}").reason is Reason.BAD_CREDENTIALS
        store.close()
    store = station.open()
    call = log_in(store, station)
    locked = refusal(call, "admin", PASSWORD)
    assert (locked.reason, locked.facts["until"]) == (Reason.ACCOUNT_LOCKED, "16:30")  # in the station's zone
    station.clock.forward(minutes=29, seconds=59)
    assert refusal(call, "admin", PASSWORD).reason is Reason.ACCOUNT_LOCKED
    station.clock.forward(seconds=1)
    assert call("admin", PASSWORD).login == "admin"
    store.close()
    assert verify_profile(station.directory).ok


def test_a_right_password_forgives_wrong_tries(station: Station, store: SqlMoneyStore) -> None:
    """A clerk who mistypes once a day must not be locked out on the tenth."""
    call = log_in(store, station)
    for _ in range(3):
        for _ in range(9):
            refusal(call, "admin", "wrong")
        call("admin", PASSWORD)
    assert verify_profile(station.directory).ok


def test_a_store_behind_its_witness_lets_an_administrator_in_and_counts_tries(station: Station) -> None:
    """Whoever is to mend it must get in; whoever guesses must not, also while nothing can be written."""
    (station.directory / WITNESS).unlink()
    store = station.open()
    call = log_in(store, station)
    admin = call("admin", PASSWORD)
    for _ in range(10):
        assert refusal(call, "admin", "wrong").reason is Reason.BAD_CREDENTIALS
    assert refusal(call, "admin", PASSWORD).reason is Reason.ACCOUNT_LOCKED
    start = StartEpoch(store)
    with pytest.raises(Refusal) as refused:
        start(admin, reason=" ")
    assert refused.value.reason is Reason.REASON_NEEDED
    assert start(admin, reason="witness lost") == 2
    store.close()
    assert verify_profile(station.directory).ok


def test_only_an_administrator_starts_an_epoch(station: Station, store: SqlMoneyStore) -> None:
    """A clerk who could would restore yesterday's backup and sell the same seats again."""
    clerk, supervisor = people(store, station)
    for actor in (clerk, supervisor):
        with pytest.raises(Refusal) as refused:
            StartEpoch(store)(actor, reason="x")
        assert refused.value.reason is Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [
        ("admin", PASSWORD, Reason.NAME_TAKEN),
        ("zhao", "1234567", Reason.PASSWORD_TOO_SHORT),
        ("", PASSWORD, Reason.BAD_INPUT),
        ("a b", PASSWORD, Reason.BAD_INPUT),
        ("system", PASSWORD, Reason.BAD_INPUT),
        ("x" * 33, PASSWORD, Reason.BAD_INPUT),
        ("zhao", "x" * 2000, Reason.BAD_INPUT),
    ],
)
def test_accounts_that_cannot_be(
    login: str, password: str, reason: Reason, station: Station, store: SqlMoneyStore
) -> None:
    """Two accounts of one login, or one that passes for the program: the record points at the wrong person."""
    with store.reading() as books:
        before = books.journal.head()
    with pytest.raises(Refusal) as refused:
        AddUser(store, station.ids, LIGHT)(SYSTEM, login=login, display_name="x", role=Role.CLERK, password=password)
    assert refused.value.reason is reason
    with store.reading() as books:
        assert books.journal.head() == before


def test_changing_an_account(station: Station, store: SqlMoneyStore) -> None:
    """A clerk who leaves must lose the key to the till today; one who forgot the password gets a new one."""
    admin = log_in(store, station)("admin", PASSWORD)
    clerk, _ = people(store, station)
    change = ChangeUser(store, LIGHT)
    assert change(admin, clerk.user_id, password="another one", role=Role.SUPERVISOR).role is Role.SUPERVISOR
    assert log_in(store, station)("li", "another one").role is Role.SUPERVISOR
    change(admin, clerk.user_id, active=False)
    assert refusal(log_in(store, station), "li", "another one").reason is Reason.BAD_CREDENTIALS
    assert "li" not in [one.login for one in ListUsers(store)(admin)]
    with pytest.raises(Refusal) as refused:
        change(admin, admin.user_id, role=Role.CLERK)
    assert refused.value.reason is Reason.NOT_ALLOWED  # the last administrator stays
    with pytest.raises(Refusal):
        change(clerk, admin.user_id, active=False)
    store.close()
    assert verify_profile(station.directory).ok
