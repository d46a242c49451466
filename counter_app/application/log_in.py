"""A person begins to act under their own name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counter_app.application.credentials import Credentials, actor_of
from counter_app.domain.journal import Kind
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.store import MoneyStore


@dataclass(frozen=True, slots=True)
class LogIn:
    store: MoneyStore
    credentials: Credentials

    def __call__(self, login: str, password: str) -> Actor:
        """Journaled. Raises Refusal: BAD_CREDENTIALS, ACCOUNT_LOCKED.

        With a store behind its witness a login is not written, and still lets people read and an administrator mend.
        """
        user = self.credentials.check(login, password)
        actor = actor_of(user)
        try:
            with self.store.writing() as books:
                current = books.users.by_id(user.user_id) or user
                if current.failed_tries or current.locked_until:
                    books.users.put(replace(current, failed_tries=0, locked_until=None))
                books.journal.append(Kind.LOGGED_IN, {"user_id": str(user.user_id)}, actor=actor)
        except Refusal as refusal:
            if refusal.reason is not Reason.STORE_BEHIND_WITNESS:
                raise
        return actor
