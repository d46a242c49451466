"""Accounts: listed, added and changed by an administrator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.credentials import actor_of
from counter_app.application.rights import demand
from counter_app.domain.accounts import account_fact, check_display_name, check_login, check_new_password
from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import Actor, Right, Role
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Ids
from counter_app.ports.passwords import Passwords
from counter_app.ports.store import MoneyStore
from counter_app.ports.users import UserRecord


@dataclass(frozen=True, slots=True)
class ListUsers:
    store: MoneyStore

    def __call__(self, actor: Actor) -> list[Actor]:
        demand(actor, Right.MANAGE)
        with self.store.reading() as books:
            return [actor_of(user) for user in books.users.all() if user.active]


@dataclass(frozen=True, slots=True)
class AddUser:
    store: MoneyStore
    ids: Ids
    passwords: Passwords

    def __call__(self, actor: Actor, *, login: str, display_name: str, role: Role, password: str) -> Actor:
        """Raises Refusal: NOT_ALLOWED, NAME_TAKEN(login), PASSWORD_TOO_SHORT(minimum), BAD_INPUT(field)."""
        demand(actor, Right.MANAGE)
        user = new_user(self.ids, self.passwords, login=login, display_name=display_name, role=role, password=password)
        with self.store.writing() as books:
            if books.users.by_login(user.login) is not None:
                raise Refusal(Reason.NAME_TAKEN, login=user.login)
            books.users.put(user)
            books.journal.append(Kind.USER_CREATED, fact_of(user), actor=actor)
        return actor_of(user)


@dataclass(frozen=True, slots=True)
class ChangeUser:
    """Role, name, password, or whether the account may still be used. A change of password lifts a lock."""

    store: MoneyStore
    passwords: Passwords

    def __call__(
        self,
        actor: Actor,
        user_id: UUID,
        *,
        display_name: str | None = None,
        role: Role | None = None,
        active: bool | None = None,
        password: str | None = None,
    ) -> Actor:
        """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field), PASSWORD_TOO_SHORT(minimum).

        The last active administrator stays one: a profile that nobody can manage is lost.
        """
        demand(actor, Right.MANAGE)
        if password is not None:
            check_new_password(password)
        if display_name is not None:
            check_display_name(display_name)
        password_hash = None if password is None else self.passwords.hash(password)
        with self.store.writing() as books:
            user = books.users.by_id(user_id)
            if user is None:
                raise Refusal(Reason.BAD_INPUT, field="user")
            changed = replace(
                user,
                display_name=user.display_name if display_name is None else display_name.strip(),
                role=user.role if role is None else role,
                active=user.active if active is None else active,
                password_hash=password_hash or user.password_hash,
                failed_tries=0,
                locked_until=None,
            )
            others = [one for one in books.users.all() if one.user_id != user_id]
            if not any(one.active and one.role is Role.ADMINISTRATOR for one in [*others, changed]):
                raise Refusal(Reason.NOT_ALLOWED, detail="last_administrator")
            books.users.put(changed)
            books.journal.append(Kind.USER_CHANGED, fact_of(changed), actor=actor)
        return actor_of(changed)


def new_user(ids: Ids, passwords: Passwords, *, login: str, display_name: str, role: Role, password: str) -> UserRecord:
    """Checked, hashed, not stored. Raises Refusal: PASSWORD_TOO_SHORT(minimum), BAD_INPUT(field)."""
    login, display_name = login.strip(), display_name.strip() or login.strip()
    check_login(login)
    check_display_name(display_name)
    check_new_password(password)
    return UserRecord(
        user_id=ids.new(),
        login=login,
        display_name=display_name,
        role=role,
        password_hash=passwords.hash(password),
        active=True,
        failed_tries=0,
        locked_until=None,
    )


def fact_of(user: UserRecord) -> dict[str, Json]:
    return account_fact(
        user_id=str(user.user_id),
        login=user.login,
        display_name=user.display_name,
        role=user.role.value,
        active=user.active,
        password_hash=user.password_hash,
    )
