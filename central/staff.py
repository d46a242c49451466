"""People: accounts at central, which every counter receives, and who may do what here.

What a person asks for and may not have is a ``counter_app.errors.Refusal``; every change is an act and an item of the
operator's feed in one transaction. A counter checks a password against the verifier (argon2) without a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.feed import News, publish
from central.services import Services
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.accounts import (
    after_wrong_try,
    check_display_name,
    check_login,
    check_new_password,
)
from counter_app.domain.journal import Json
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import OPERATOR_SHARD, FeedKind

ACCOUNTS_MAX: Final = 20_000


class Right(StrEnum):
    """At central. ``counter_app.domain.staff.Right`` are those at a window."""

    MANAGE = "manage"  # codes, devices, timetable, policies, accounts
    DIRECT = "direct"  # leases by hand, conflicts, one half of a write-off
    AUDIT = "audit"


RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.CLERK: frozenset(),
    Role.SUPERVISOR: frozenset({Right.DIRECT, Right.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Right.MANAGE, Right.DIRECT, Right.AUDIT}),
    Role.AUDITOR: frozenset({Right.AUDIT}),
}


def demand(actor: Actor, right: Right) -> None:
    """Raises Refusal(NOT_ALLOWED)."""
    if right not in RIGHTS[actor.role]:
        raise Refusal(Reason.NOT_ALLOWED)


def demand_two(first: Actor, second: Actor) -> None:
    """A write-off: two different people who may each direct. Raises Refusal: NOT_ALLOWED, SECOND_PERSON_NEEDED."""
    demand(first, Right.DIRECT)
    demand(second, Right.DIRECT)
    if first.user_id == second.user_id or SYSTEM.user_id in {first.user_id, second.user_id}:
        raise Refusal(Reason.SECOND_PERSON_NEEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    user_id: UUID
    login: str
    display_name: str
    role: Role
    active: bool


@dataclass(frozen=True, slots=True)
class Staff:
    services: Services

    def check(self, connection: Connection, login: str, password: str) -> Actor:
        """Raises Refusal: BAD_CREDENTIALS (also for an account that is none, or ended), ACCOUNT_LOCKED."""
        now = self.services.clock.now()
        row = Tx(connection).row(
            "SELECT user_id, login, display_name, role, password_hash, active, locked_until FROM staff"
            " WHERE lower(login) = lower(%s)",
            (login,),
        )
        if row is not None and row[6] is not None and row[6] > now:
            raise Refusal(Reason.ACCOUNT_LOCKED)
        good = self.services.passwords.matches(row[4] if row else None, password)
        if row is None or not row[5]:
            raise Refusal(Reason.BAD_CREDENTIALS)
        self._count(connection, row[0], good=good)
        if not good:
            raise Refusal(Reason.BAD_CREDENTIALS)
        return Actor(user_id=row[0], login=row[1], display_name=row[2], role=Role(row[3]))

    def _count(self, connection: Connection, user_id: UUID, *, good: bool) -> None:
        def work(tx: Tx) -> None:
            tries = tx.scalar("SELECT failed_tries FROM staff WHERE user_id = %s FOR UPDATE", (user_id,))
            count, until = (0, None) if good else after_wrong_try(tries, self.services.clock.now())
            if count != tries or until is not None:
                tx.run(
                    "UPDATE staff SET failed_tries = %s, locked_until = %s WHERE user_id = %s", (count, until, user_id)
                )

        in_transaction(connection, work)

    def add(
        self, connection: Connection, by: Actor, *, login: str, display_name: str, role: Role, password: str
    ) -> Account:
        """An account that was ended begins anew under its old id.

        Raises Refusal: NOT_ALLOWED, BAD_INPUT(field), PASSWORD_TOO_SHORT, NAME_TAKEN.
        """
        demand(by, Right.MANAGE)
        check_login(login)
        check_display_name(display_name)
        check_new_password(password)
        password_hash = self.services.passwords.hash(password)

        def work(tx: Tx) -> Account:
            return self._add(tx, by, login, display_name, role, password_hash)

        return in_transaction(connection, work)

    def _add(self, tx: Tx, by: Actor, login: str, display_name: str, role: Role, password_hash: str) -> Account:
        _one_at_a_time(tx)
        before = tx.row("SELECT user_id, active FROM staff WHERE lower(login) = lower(%s)", (login,))
        if before is not None and before[1]:
            raise Refusal(Reason.NAME_TAKEN)
        if tx.scalar("SELECT count(*) FROM staff") >= ACCOUNTS_MAX:
            raise Refusal(Reason.BAD_INPUT, field="accounts")
        account = Account(
            user_id=before[0] if before else self.services.ids.new(),
            login=login,
            display_name=display_name,
            role=role,
            active=True,
        )
        tx.run(
            "INSERT INTO staff (user_id, login, display_name, role, password_hash, active)"
            " VALUES (%s, %s, %s, %s, %s, true) ON CONFLICT (user_id) DO UPDATE SET login = excluded.login,"
            " display_name = excluded.display_name, role = excluded.role, password_hash = excluded.password_hash,"
            " active = true, failed_tries = 0, locked_until = NULL",
            (account.user_id, login, display_name, role.value, password_hash),
        )
        self._tell(tx, ActKind.STAFF_ADDED, by, account, password_hash)
        return account

    def deactivate(self, connection: Connection, by: Actor, login: str) -> Account:
        """Raises Refusal: NOT_ALLOWED (also for the last administrator), BAD_INPUT(field) for no such account."""
        demand(by, Right.MANAGE)

        def work(tx: Tx) -> Account:
            _one_at_a_time(tx)
            row = tx.row(
                "SELECT user_id, login, display_name, role, password_hash FROM staff"
                " WHERE lower(login) = lower(%s) AND active",
                (login,),
            )
            if row is None:
                raise Refusal(Reason.BAD_INPUT, field="login")
            others = tx.scalar(
                "SELECT count(*) FROM staff WHERE role = 'administrator' AND active AND user_id <> %s", (row[0],)
            )
            if row[3] == Role.ADMINISTRATOR and not others:
                raise Refusal(Reason.NOT_ALLOWED)
            tx.run("UPDATE staff SET active = false WHERE user_id = %s", (row[0],))
            account = Account(user_id=row[0], login=row[1], display_name=row[2], role=Role(row[3]), active=False)
            self._tell(tx, ActKind.STAFF_DEACTIVATED, by, account, row[4])
            return account

        return in_transaction(connection, work)

    def first_administrator(self, connection: Connection, *, login: str, password: str) -> Account:
        """Of a central that has nobody yet. Raises Refusal: NOT_ALLOWED when there is somebody, and as ``add``."""
        check_login(login)
        check_new_password(password)
        password_hash = self.services.passwords.hash(password)

        def work(tx: Tx) -> Account:
            _one_at_a_time(tx)
            if tx.scalar("SELECT count(*) FROM staff"):
                raise Refusal(Reason.NOT_ALLOWED)
            return self._add(tx, SYSTEM, login, login, Role.ADMINISTRATOR, password_hash)

        return in_transaction(connection, work)

    def all(self, connection: Connection) -> list[Account]:
        rows = Tx(connection).rows("SELECT user_id, login, display_name, role, active FROM staff ORDER BY login")
        return [Account(user_id=r[0], login=r[1], display_name=r[2], role=Role(r[3]), active=r[4]) for r in rows]

    def _tell(self, tx: Tx, kind: ActKind, by: Actor, account: Account, password_hash: str) -> None:
        fields: dict[str, Json] = {
            "user_id": str(account.user_id),
            "login": account.login,
            "role": account.role.value,
            "active": account.active,
        }
        Acts(self.services).append(tx, kind, fields, by=by)
        shown: dict[str, Json] = {**fields, "display_name": account.display_name, "password_hash": password_hash}
        publish(tx, OPERATOR_SHARD, [News(kind=FeedKind.STAFF, key=f"staff/{account.user_id}", body=shown)])


def _one_at_a_time(tx: Tx) -> None:
    """Rules over all accounts (names, the last administrator) hold only if nobody changes one beside."""
    tx.run("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE")
