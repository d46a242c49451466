"""Accounts: what a login and a password must be, how tries are counted, and what the journal says of an account."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from counter_app.domain.journal import Json, canonical
from counter_app.errors import Reason, Refusal

PASSWORD_CHARACTERS_MIN: Final = 8
PASSWORD_BYTES_MAX: Final = 1024  # a bound: nobody may have a gigabyte hashed
TRIES_MAX: Final = 10
LOCKED_FOR: Final = timedelta(minutes=30)
DISPLAY_NAME_MAX: Final = 60
_LOGIN: Final = re.compile(r"[^\s/\\\x00-\x1f\x7f]{1,32}")
RESERVED_LOGINS: Final = frozenset({"system"})


def check_login(login: str) -> None:
    """Raises Refusal(BAD_INPUT, field="login")."""
    if not _LOGIN.fullmatch(login) or login.casefold() in RESERVED_LOGINS:
        raise Refusal(Reason.BAD_INPUT, field="login")


def check_display_name(name: str) -> None:
    if not name.strip() or len(name) > DISPLAY_NAME_MAX or not name.isprintable():
        raise Refusal(Reason.BAD_INPUT, field="display_name")


def check_new_password(password: str) -> None:
    """Raises Refusal: PASSWORD_TOO_SHORT(minimum), BAD_INPUT(field="password") beyond any sense."""
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise Refusal(Reason.PASSWORD_TOO_SHORT, minimum=PASSWORD_CHARACTERS_MIN)
    if len(password.encode()) > PASSWORD_BYTES_MAX:
        raise Refusal(Reason.BAD_INPUT, field="password")


def after_wrong_try(tries: int, now: datetime) -> tuple[int, datetime | None]:
    """The new count, and until when the account is locked by it. A lock that has run out starts a new count."""
    tries += 1
    if tries >= TRIES_MAX:
        return 0, now + LOCKED_FOR
    return tries, None


def account_commitment(*, login: str, display_name: str, role: str, active: bool, password_hash: str) -> str:
    """SHA-256, hex, of the account as stored. The password hash's own salt keeps it from being guessed at."""
    return sha256(canonical([login, display_name, role, active, password_hash])).hexdigest()


def account_fact(
    *, user_id: str, login: str, display_name: str, role: str, active: bool, password_hash: str
) -> dict[str, Json]:
    """Body of USER_CREATED and USER_CHANGED: no name, no password hash, and yet an edit of either shows."""
    return {
        "user_id": user_id,
        "login": login,
        "role": role,
        "active": active,
        "commitment": account_commitment(
            login=login, display_name=display_name, role=role, active=active, password_hash=password_hash
        ),
    }
