"""Who acts: roles, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    SELL = "sell"
    CHECK = "check"  # tickets: let through, once
    REFUND = "refund"
    OWN_SHIFT = "own_shift"
    OTHERS_SHIFTS = "others_shifts"  # verify and lock the close of another's shift; see its figures
    REPRINT = "reprint"
    OVERRULE = "overrule"
    MANAGE = "manage"  # accounts, policies, timetable, devices, keys
    AUDIT = "audit"  # read and verify


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CLERK: frozenset({Right.SELL, Right.CHECK, Right.REFUND, Right.OWN_SHIFT}),
    Role.SUPERVISOR: frozenset(
        {
            Right.SELL,
            Right.CHECK,
            Right.REFUND,
            Right.OWN_SHIFT,
            Right.OTHERS_SHIFTS,
            Right.REPRINT,
            Right.OVERRULE,
            Right.AUDIT,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Right.MANAGE, Right.AUDIT, Right.REPRINT, Right.CHECK}),
    Role.AUDITOR: frozenset({Right.AUDIT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A logged-in person, or the system itself (``SYSTEM``), as the journal names it."""

    user_id: UUID
    login: str
    display_name: str
    role: Role

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]


SYSTEM = Actor(user_id=UUID(int=0), login="system", display_name="system", role=Role.ADMINISTRATOR)
