"""Accounts at central, what each may do, and central's own journal of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from hashlib import sha256

import psycopg
import pytest

from central.acts import ActKind, Acts, list_acts, verify_acts
from central.policies import import_policy, policy_names
from central.staff import Right, demand, demand_two
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json, canonical
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.security import SigningKey, verify
from tests.postgres import Database
from tests.unit.central.office import PASSWORD, POLICY, QUICK_PASSWORDS, Office


def reason(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refusal) as found:
        act()
    return found.value.reason


class TestStaff:
    def test_the_first_administrator_only_of_an_empty_central(self, office: Office) -> None:
        """Whoever reaches the command line could make themselves one."""
        admin = office.administrator()
        assert admin.role is Role.ADMINISTRATOR
        again = lambda: office.staff.first_administrator(office.connection, login="x", password=PASSWORD)  # noqa: E731
        assert reason(again) is Reason.NOT_ALLOWED

    def test_wrong_passwords_and_unknown_people_look_alike(self, office: Office) -> None:
        office.administrator()
        check = office.staff.check
        assert reason(lambda: check(office.connection, "admin", "wrong")) is Reason.BAD_CREDENTIALS
        assert reason(lambda: check(office.connection, "nobody", PASSWORD)) is Reason.BAD_CREDENTIALS
        assert check(office.connection, "ADMIN", PASSWORD).login == "admin"

    def test_tries_are_counted(self, office: Office) -> None:
        """A password could be guessed."""
        office.administrator()
        check = office.staff.check
        for _ in range(10):
            assert reason(lambda: check(office.connection, "admin", "wrong")) is Reason.BAD_CREDENTIALS
        assert reason(lambda: check(office.connection, "admin", PASSWORD)) is Reason.ACCOUNT_LOCKED
        office.clock.pass_(minutes=31)
        check(office.connection, "admin", PASSWORD)

    def test_every_counter_receives_the_account(self, office: Office) -> None:
        """A new clerk could not log in at a window."""
        window, boss = office.window(), office.administrator()
        office.staff.add(
            office.connection, boss, login="li", display_name="李", role=Role.CLERK, password="long enough"
        )
        (item,) = (one for one in office.page(window, "operator").items if one.body and one.body.get("login") == "li")
        assert item.body is not None
        assert (item.kind, item.body["role"], item.body["active"]) == ("staff", "clerk", True)
        assert item.body["display_name"] == "李"
        assert QUICK_PASSWORDS.matches(str(item.body["password_hash"]), "long enough")
        office.staff.deactivate(office.connection, boss, "li")
        (item,) = (one for one in office.page(window, "operator").items if one.body and one.body.get("login") == "li")
        assert item.body is not None
        assert item.body["active"] is False
        assert reason(lambda: office.staff.check(office.connection, "li", "long enough")) is Reason.BAD_CREDENTIALS

    def test_an_ended_account_begins_anew(self, office: Office) -> None:
        boss = office.administrator()
        add, connection = office.staff.add, office.connection
        first = add(connection, boss, login="li", display_name="Li", role=Role.CLERK, password=PASSWORD)
        office.staff.deactivate(connection, boss, "li")
        again = add(connection, boss, login="Li", display_name="Li", role=Role.SUPERVISOR, password=PASSWORD)
        assert again.user_id == first.user_id
        assert office.staff.check(connection, "li", PASSWORD).role is Role.SUPERVISOR
        assert [one.login for one in office.staff.all(connection)] == ["Li", "admin"]

    def test_bad_input(self, office: Office) -> None:
        boss = office.administrator()

        def add(login: str = "x", name: str = "X", password: str = PASSWORD) -> object:
            return office.staff.add(
                office.connection, boss, login=login, display_name=name, role=Role.CLERK, password=password
            )

        assert reason(lambda: add(login="a b")) is Reason.BAD_INPUT
        assert reason(lambda: add(login="system")) is Reason.BAD_INPUT
        assert reason(lambda: add(name=" ")) is Reason.BAD_INPUT
        assert reason(lambda: add(password="short")) is Reason.PASSWORD_TOO_SHORT
        assert reason(lambda: add(login="Admin")) is Reason.NAME_TAKEN
        assert reason(lambda: office.staff.deactivate(office.connection, boss, "nobody")) is Reason.BAD_INPUT

    def test_the_last_administrator_stays(self, office: Office) -> None:
        """Nobody could manage central any more."""
        boss = office.administrator()
        assert reason(lambda: office.staff.deactivate(office.connection, boss, "admin")) is Reason.NOT_ALLOWED
        office.person("second", Role.ADMINISTRATOR)
        office.staff.deactivate(office.connection, boss, "admin")

    def test_of_two_administrators_who_end_each_other_one_stays(self, fresh_database: Database) -> None:
        office = Office(fresh_database.connect())
        first, second = office.administrator(), office.person("second", Role.ADMINISTRATOR)
        start = threading.Barrier(2)
        refusals: list[Reason] = []

        def end(by: Actor, login: str, connection: Connection) -> None:
            start.wait()
            try:
                office.staff.deactivate(connection, by, login)
            except Refusal as refusal:
                refusals.append(refusal.reason)

        threads = [
            threading.Thread(target=end, args=(first, "second", fresh_database.connect())),
            threading.Thread(target=end, args=(second, "admin", fresh_database.connect())),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refusals == [Reason.NOT_ALLOWED]

    def test_who_may_what(self, office: Office) -> None:
        people = {role: office.person(f"the-{role}", role) for role in Role}
        may = {role: {right for right in Right if not _refused(people[role], right)} for role in Role}
        assert may == {
            Role.CLERK: set(),
            Role.SUPERVISOR: {Right.DIRECT, Right.AUDIT},
            Role.ADMINISTRATOR: {Right.MANAGE, Right.DIRECT, Right.AUDIT},
            Role.AUDITOR: {Right.AUDIT},
        }
        supervisor, boss = people[Role.SUPERVISOR], people[Role.ADMINISTRATOR]
        demand_two(supervisor, boss)
        demand_two(supervisor, office.person("another", Role.SUPERVISOR))
        assert reason(lambda: demand_two(boss, boss)) is Reason.SECOND_PERSON_NEEDED
        assert reason(lambda: demand_two(boss, SYSTEM)) is Reason.SECOND_PERSON_NEEDED
        assert reason(lambda: demand_two(people[Role.CLERK], boss)) is Reason.NOT_ALLOWED
        assert reason(lambda: demand_two(boss, people[Role.AUDITOR])) is Reason.NOT_ALLOWED

    def test_managing_needs_an_administrator(self, office: Office) -> None:
        supervisor, boss = office.person("super", Role.SUPERVISOR), office.person("boss", Role.ADMINISTRATOR)
        connection = office.connection
        assert boss.role is Role.ADMINISTRATOR
        assert reason(
            lambda: office.staff.add(
                connection, supervisor, login="x", display_name="X", role=Role.ADMINISTRATOR, password=PASSWORD
            )
        ) is (Reason.NOT_ALLOWED)
        assert reason(lambda: office.staff.deactivate(connection, supervisor, "boss")) is Reason.NOT_ALLOWED
        assert reason(lambda: import_policy(connection, office.services, supervisor, POLICY)) is Reason.NOT_ALLOWED


def _refused(actor: Actor, right: Right) -> bool:
    try:
        demand(actor, right)
    except Refusal:
        return True
    return False


class TestPolicies:
    def test_the_newest_reaches_every_counter(self, office: Office) -> None:
        window = office.window()
        newer = POLICY.replace("version = 2", "version = 3", 1)
        assert import_policy(office.connection, office.services, SYSTEM, newer) == ("default", 3)
        (item,) = (one for one in office.page(window, "operator").items if one.kind == "policy")
        assert item.body == {"name": "default", "version": 3, "body": newer}
        assert policy_names(office.connection) == [("default", 3)]

    def test_the_same_again_is_nothing(self, office: Office) -> None:
        before = len(list_acts(office.connection))
        assert import_policy(office.connection, office.services, SYSTEM, POLICY) == ("default", 2)
        assert len(list_acts(office.connection)) == before

    def test_a_version_is_one_text(self, office: Office) -> None:
        """Two counters could price by two policies of one name and number."""
        other = POLICY.replace("hold_minutes = 10", "hold_minutes = 11")
        assert other != POLICY
        assert reason(lambda: import_policy(office.connection, office.services, SYSTEM, other)) is Reason.BAD_SETTING
        assert reason(lambda: import_policy(office.connection, office.services, SYSTEM, "x")) is Reason.BAD_SETTING


class TestActs:
    def write(self, office: Office, count: int) -> None:
        acts = Acts(office.services)
        for n in range(count):
            in_transaction(
                office.connection,
                lambda tx, n=n: acts.append(tx, ActKind.REJUDGED, {"n": n}, by=SYSTEM),  # type: ignore[misc]
            )

    def bad(self, office: Office) -> list[tuple[int, str]]:
        _, bad = verify_acts(office.connection, office.services.operator.public, verify)
        return [(one.seq, one.reason) for one in bad]

    def test_a_whole_chain(self, office: Office) -> None:
        self.write(office, 1_500)
        count, bad = verify_acts(office.connection, office.services.operator.public, verify)
        assert count == 1_500 + 2
        assert not bad

    def test_an_act_that_was_changed(self, office: Office) -> None:
        """An administrator with a database client could hide what they did."""
        self.write(office, 3)
        office.connection.execute(
            "UPDATE act SET raw = convert_to(replace(convert_from(raw, 'UTF8'), '\"n\":1', '\"n\":7'), 'UTF8')"
            " WHERE seq = 4"
        )
        assert self.bad(office) == [(4, "hash_mismatch")]
        office.connection.execute("UPDATE act SET hash = sha256(raw) WHERE seq = 4")
        assert self.bad(office) == [(4, "bad_signature"), (5, "broken_chain")]

    def test_an_act_that_was_taken_out(self, office: Office) -> None:
        self.write(office, 3)
        office.connection.execute("DELETE FROM act WHERE seq = 4")
        assert self.bad(office) == [(5, "wrong_seq"), (5, "broken_chain")]

    def test_rubbish(self, office: Office) -> None:
        self.write(office, 1)
        office.connection.execute("UPDATE act SET raw = 'x', hash = sha256('x') WHERE seq = 2")
        assert self.bad(office) == [(2, "bad_signature"), (2, "bad_form"), (3, "broken_chain")]

    def test_forms_that_are_none_of_ours(self, office: Office) -> None:
        """Whoever has the operator's key could write what nobody reads."""
        self.write(office, 1)
        (sound,) = office.connection.execute("SELECT raw FROM act WHERE seq = 3").fetchone() or ()
        fields = json.loads(bytes(sound))
        changes: list[dict[str, Json]] = [
            {"v": 2},
            {"seq": "3"},
            {"at": "now"},
            {"prev": "x"},
            {"body": []},
            {"more": 1},
        ]
        for change in [*changes, {"seq": 4}]:
            raw = canonical(fields | change)
            digest = sha256(raw).digest()
            signature = office.services.operator.sign("act", digest)
            office.connection.execute(
                "UPDATE act SET raw = %s, hash = %s, signature = %s WHERE seq = 3", (raw, digest, signature)
            )
            assert self.bad(office) == [(3, "wrong_seq" if change == {"seq": 4} else "bad_form")], change

    def test_another_operators_signature(self, office: Office) -> None:
        stranger = SigningKey(bytes(32))
        _, bad = verify_acts(office.connection, stranger.public, verify)
        assert {one.reason for one in bad} == {"bad_signature"}

    def test_two_people_stand_in_it(self, office: Office) -> None:
        one, two = office.person("one", Role.SUPERVISOR), office.person("two", Role.SUPERVISOR)
        acts = Acts(office.services)
        in_transaction(
            office.connection, lambda tx: acts.append(tx, ActKind.WRITTEN_OFF, {"lease_id": "x"}, by=one, second=two)
        )
        (act,) = list_acts(office.connection, limit=1)
        assert (act.kind, act.by, act.second, act.body) == ("written_off", "one", "two", {"lease_id": "x"})
        assert act.at == office.clock.now()

    def test_many_at_once_are_one_chain(self, fresh_database: Database) -> None:
        """Two administrators at once would fork central's own journal."""
        office = Office(fresh_database.connect())
        acts = Acts(office.services)

        def write(connection: Connection) -> None:
            for n in range(20):
                in_transaction(connection, lambda tx, n=n: acts.append(tx, ActKind.REJUDGED, {"n": n}, by=SYSTEM))  # type: ignore[misc]

        threads = [threading.Thread(target=write, args=(fresh_database.connect(),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verify_acts(office.connection, office.services.operator.public, verify) == (82, [])

    def test_it_goes_with_what_it_tells_of(self, office: Office) -> None:
        """An act of something that was rolled back would stand in the journal."""
        before = len(list_acts(office.connection))

        def work(tx: Tx) -> None:
            Acts(office.services).append(tx, ActKind.REJUDGED, {}, by=SYSTEM)
            tx.run("SELECT 1 / 0")

        with pytest.raises(psycopg.errors.DivisionByZero):
            in_transaction(office.connection, work)
        assert len(list_acts(office.connection)) == before
