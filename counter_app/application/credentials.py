"""Checks a login and its password, counting wrong tries across restarts. For logging in, and for a second person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.domain.accounts import PASSWORD_BYTES_MAX, after_wrong_try
from counter_app.domain.journal import Json, Kind, timestamp
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.passwords import Passwords
from counter_app.ports.store import MoneyStore
from counter_app.ports.users import UserRecord


@dataclass(slots=True)
class Credentials:
    """Raises Refusal: BAD_CREDENTIALS (never says which was wrong), ACCOUNT_LOCKED(until, in the station's zone)."""

    store: MoneyStore
    clock: Clock
    passwords: Passwords
    # Only for a store that may not be written (behind its witness): there the count lives as long as the program.
    _unwritten_tries: dict[UUID, tuple[int, datetime | None]] = field(default_factory=dict)

    def check(self, login: str, password: str) -> UserRecord:
        with self.store.reading() as books:
            user = books.users.by_login(login.strip())
        if user is not None:
            self._check_lock(user, user.locked_until)
            self._check_lock(user, self._unwritten_tries.get(user.user_id, (0, None))[1])
        known = user if user is not None and user.active else None
        # Outside any transaction, since it takes a tenth of a second; and for unknown logins too, as long.
        bounded = len(password.encode()) <= PASSWORD_BYTES_MAX
        right = self.passwords.matches(known.password_hash if known else None, password if bounded else "")
        if known is not None and right and bounded:
            return known
        self._refused(user)
        raise Refusal(Reason.BAD_CREDENTIALS)

    def _check_lock(self, user: UserRecord, until: datetime | None) -> None:
        if until is not None and self.clock.now() < until:
            local = until.astimezone(ZoneInfo(self.store.profile.zone))
            raise Refusal(Reason.ACCOUNT_LOCKED, login=user.login, until=f"{local:%H:%M}")

    def _refused(self, user: UserRecord | None) -> None:
        """Counts and journals the wrong try. What was typed as a login is not kept: it may be a password."""
        try:
            with self.store.writing() as books:
                current = None if user is None else books.users.by_id(user.user_id)
                body: dict[str, Json] = {"user_id": None}
                if current is not None:
                    tries, until = after_wrong_try(current.failed_tries, self.clock.now())
                    books.users.put(replace(current, failed_tries=tries, locked_until=until))
                    body = {
                        "user_id": str(current.user_id),
                        "tries": tries,
                        "locked_until": timestamp(until) if until else None,
                    }
                books.journal.append(Kind.LOGIN_REFUSED, body, actor=SYSTEM)
        except Refusal as refusal:
            if refusal.reason is not Reason.STORE_BEHIND_WITNESS:
                raise
            if user is not None:
                tries, _ = self._unwritten_tries.get(user.user_id, (0, None))
                self._unwritten_tries[user.user_id] = after_wrong_try(tries, self.clock.now())


def actor_of(user: UserRecord) -> Actor:
    return Actor(user_id=user.user_id, login=user.login, display_name=user.display_name, role=user.role)
