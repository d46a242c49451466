"""Roles in words, and what a new account still lacks. No Qt."""

from __future__ import annotations

from counter_app.domain.staff import Role
from counter_app.texts import mark

ROLE_WORDS: dict[Role, str] = {
    Role.CLERK: mark("Clerk"),
    Role.SUPERVISOR: mark("Supervisor"),
    Role.ADMINISTRATOR: mark("Administrator"),
    Role.AUDITOR: mark("Auditor"),
}
ROLE_RIGHTS: dict[Role, str] = {
    Role.CLERK: mark("Sells, refunds by rule, works an own shift."),
    Role.SUPERVISOR: mark("As a clerk; also closes others' shifts, reprints, overrules with a reason."),
    Role.ADMINISTRATOR: mark("Accounts, timetable, devices and keys; does not sell."),
    Role.AUDITOR: mark("Reads and checks, changes nothing."),
}


def missing(login: str, name: str, password: str) -> frozenset[str]:
    """Which of ``login``, ``name``, ``password`` cannot be used as typed. The desk has the last word."""
    lacks = set()
    if not login or not login.isascii() or any(c.isspace() for c in login):
        lacks.add("login")
    if not name:
        lacks.add("name")
    if not password:
        lacks.add("password")
    return frozenset(lacks)
