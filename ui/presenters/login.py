"""What the login screen decides: what is missing, and Enter pressed before the store was open."""

from __future__ import annotations


class LoginPresenter:
    """``waiting``: sign in as soon as the store is open."""

    def __init__(self) -> None:
        self.waiting = False

    def missing(self, login: str, password: str) -> str:
        """``login``, ``password`` or "" when both are there."""
        if not login:
            return "login"
        return "" if password else "password"
