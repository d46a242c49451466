"""Passwords as the core asks for them; ``counter_app.security.Argon2Passwords`` does it."""

from __future__ import annotations

from typing import Protocol


class Passwords(Protocol):
    def hash(self, password: str) -> str:
        """A PHC string. Takes a tenth of a second: never inside a transaction."""
        ...

    def matches(self, password_hash: str | None, password: str) -> bool:
        """None: no such account; the answer is no, and takes as long as any other."""
        ...
