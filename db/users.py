"""Accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from counter_app.domain.staff import Role
from counter_app.errors import Reason, Refusal
from counter_app.ports.users import UserRecord
from db.context import Context, maybe_from_ms, maybe_ms

_COLUMNS: Final = "user_id, login, display_name, role, password_hash, active, failed_tries, locked_until"
_PUT: Final = f"""
    INSERT INTO user ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (user_id) DO UPDATE SET login = excluded.login, display_name = excluded.display_name,
        role = excluded.role, password_hash = excluded.password_hash, active = excluded.active,
        failed_tries = excluded.failed_tries, locked_until = excluded.locked_until
"""  # noqa: S608 - constants of this file


class SqlUsers:
    def __init__(self, context: Context) -> None:
        self._context = context

    def by_login(self, login: str) -> UserRecord | None:
        return _maybe(self._context.row(f"SELECT {_COLUMNS} FROM user WHERE login = ?", (login,)))  # noqa: S608

    def by_id(self, user_id: UUID) -> UserRecord | None:
        return _maybe(self._context.row(f"SELECT {_COLUMNS} FROM user WHERE user_id = ?", (str(user_id),)))  # noqa: S608

    def all(self) -> list[UserRecord]:
        return [_record(row) for row in self._context.rows(f"SELECT {_COLUMNS} FROM user ORDER BY login")]  # noqa: S608

    def put(self, user: UserRecord) -> None:
        try:
            self._context.run(
                _PUT,
                (
                    str(user.user_id),
                    user.login,
                    user.display_name,
                    user.role.value,
                    user.password_hash,
                    int(user.active),
                    user.failed_tries,
                    maybe_ms(user.locked_until),
                ),
            )
        except IntegrityError as error:
            raise Refusal(Reason.NAME_TAKEN, login=user.login) from error

    def receive(self, user: UserRecord) -> list[UserRecord]:
        known = self.by_id(user.user_id)
        if known is not None:
            user = replace(user, failed_tries=known.failed_tries, locked_until=known.locked_until)
        else:
            user = replace(user, failed_tries=0, locked_until=None)
        if user == known:
            return []
        changed = [user]
        other = self.by_login(user.login)
        if other is not None and other.user_id != user.user_id:
            # No login has a slash: nobody can be called so, and nobody can log in by it.
            changed.insert(0, replace(other, login=f"/{other.user_id}", active=False))
        for one in changed:
            self.put(one)
        return changed


def _maybe(row: tuple[Any, ...] | None) -> UserRecord | None:
    return None if row is None else _record(row)


def _record(row: tuple[Any, ...]) -> UserRecord:
    user_id, login, display_name, role, password_hash, active, failed_tries, locked_until = row
    return UserRecord(
        user_id=UUID(user_id),
        login=login,
        display_name=display_name,
        role=Role(role),
        password_hash=password_hash,
        active=bool(active),
        failed_tries=failed_tries,
        locked_until=maybe_from_ms(locked_until),
    )
