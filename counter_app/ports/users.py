from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from counter_app.domain.staff import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    user_id: UUID
    login: str
    display_name: str
    role: Role
    password_hash: str  # argon2id, PHC string
    active: bool
    failed_tries: int
    locked_until: datetime | None


class UserReader(Protocol):
    def by_login(self, login: str) -> UserRecord | None: ...

    def by_id(self, user_id: UUID) -> UserRecord | None: ...

    def all(self) -> list[UserRecord]: ...


class UserBook(UserReader, Protocol):
    def put(self, user: UserRecord) -> None:
        """Inserts or replaces by user_id. Raises Refusal(NAME_TAKEN)."""
        ...

    def receive(self, user: UserRecord) -> list[UserRecord]:
        """An account as central has it: inserted, or changed but for its tries and its lock.

        What was changed, to be journaled in this order (ACCOUNTS_RECEIVED): nothing, where it is so already; before it
        an account whose login it has now, which can be used no more until central says what it is called.
        """
        ...
