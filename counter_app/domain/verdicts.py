"""Why central said something else of an entry than "accepted", whose turn it is and what to do: stable codes.

Central writes them, the counter's inbox puts them into words; ``docs/conflicts.md`` explains each. A code is stored for
ever: never renamed, only added to. A counter that meets one it does not know shows it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Judged(StrEnum):
    """``wire.messages.Judgement``'s values, for the domain."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


class Why(StrEnum):
    """``Verdict.reason``."""

    # quarantined: central has the bytes and could not take them for what they say
    FORKED = "forked"  # C1: another entry has this number: a cloned or restored counter
    CORRUPT = "corrupt"  # the bytes are not those that the chain speaks of
    BAD_SIGNATURE = "bad_signature"
    NOT_CANONICAL = "not_canonical"
    BAD_FIELD = "bad_field"  # of the entry itself
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_KIND = "unknown_kind"
    BAD_BODY = "bad_body"  # of this kind
    JUDGE_FAILED = "judge_failed"  # central's own mistake
    # conflicts: it happened, the money counts, and it contradicts something
    DISPLACED = "displaced"  # C4
    RUN_CANCELLED = "run_cancelled"  # C7
    RUN_CHANGED = "run_changed"  # C7
    UNKNOWN_RUN = "unknown_run"
    ALREADY_REFUNDED = "already_refunded"  # C5
    UNKNOWN_TICKET = "unknown_ticket"
    REFUND_TOO_HIGH = "refund_too_high"
    UNKNOWN_TARIFF = "unknown_tariff"  # C6: central never gave out this policy or timetable
    OLD_TARIFF = "old_tariff"  # C6: another one was in force at the sale
    DUPLICATE_NUMBER = "duplicate_number"
    FOREIGN_NUMBER = "foreign_number"  # of another window or epoch
    DUPLICATE_TICKET = "duplicate_ticket"
    SHIFT_DIFFERS = "shift_differs"  # the drawer's sum by the counter is not that by its entries
    UNKNOWN_LEASE = "unknown_lease"
    NOT_LEASED = "not_leased"  # returned what was not this counter's to return
    FOREIGN_CERTIFICATE = "foreign_certificate"
    WRONG_PROFILE = "wrong_profile"
    SUPERSEDED_EPOCH = "superseded_epoch"  # done under a key that another one had replaced
    BROKEN_HISTORY = "broken_history"  # a new epoch that follows entries which central never saw
    CLOCK_AHEAD = "clock_ahead"
    # accepted, with a remark
    LATE = "late"  # C3: it was no longer held for this counter, and still free (an unpaid hold gives way)


class Owner(StrEnum):
    """Who has to act."""

    NOBODY = ""
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"  # who runs central


class NextStep(StrEnum):
    """``Verdict.next_step``."""

    NONE = ""
    NEW_EPOCH = "new_epoch"  # ask central for a new epoch; find out which machine is the copy
    CHECK_RECORDS = "check_records"  # compare the counter's export and papers with central
    UPGRADE_CENTRAL = "upgrade_central"  # then judge it again
    REPORT_FAULT = "report_fault"
    RESEAT = "reseat"  # same class, upgrade, standing plus the difference, next run, refund
    DISRUPTION_DESK = "disruption_desk"
    SHIFT_DISCREPANCY = "shift_discrepancy"  # a drawer is short by this, with a name on it
    CHECK_PRICE = "check_price"
    CHECK_NUMBERS = "check_numbers"
    COUNT_AGAIN = "count_again"
    CHECK_CLOCK = "check_clock"
    CHECK_LEASE = "check_lease"


@dataclass(frozen=True, slots=True)
class Rule:
    judged: Judged
    owner: Owner
    next_step: NextStep


_A, _C, _Q = Judged.ACCEPTED, Judged.CONFLICT, Judged.QUARANTINED

RULES: Final = {
    Why.FORKED: Rule(_Q, Owner.ADMINISTRATOR, NextStep.NEW_EPOCH),
    Why.CORRUPT: Rule(_Q, Owner.ADMINISTRATOR, NextStep.CHECK_RECORDS),
    Why.BAD_SIGNATURE: Rule(_Q, Owner.ADMINISTRATOR, NextStep.CHECK_RECORDS),
    Why.NOT_CANONICAL: Rule(_Q, Owner.OPERATOR, NextStep.REPORT_FAULT),
    Why.BAD_FIELD: Rule(_Q, Owner.OPERATOR, NextStep.REPORT_FAULT),
    Why.UNKNOWN_VERSION: Rule(_Q, Owner.OPERATOR, NextStep.UPGRADE_CENTRAL),
    Why.UNKNOWN_KIND: Rule(_Q, Owner.OPERATOR, NextStep.UPGRADE_CENTRAL),
    Why.BAD_BODY: Rule(_Q, Owner.OPERATOR, NextStep.REPORT_FAULT),
    Why.JUDGE_FAILED: Rule(_Q, Owner.OPERATOR, NextStep.REPORT_FAULT),
    Why.DISPLACED: Rule(_C, Owner.SUPERVISOR, NextStep.RESEAT),
    Why.RUN_CANCELLED: Rule(_C, Owner.SUPERVISOR, NextStep.DISRUPTION_DESK),
    Why.RUN_CHANGED: Rule(_C, Owner.SUPERVISOR, NextStep.DISRUPTION_DESK),
    Why.UNKNOWN_RUN: Rule(_C, Owner.SUPERVISOR, NextStep.DISRUPTION_DESK),
    Why.ALREADY_REFUNDED: Rule(_C, Owner.SUPERVISOR, NextStep.SHIFT_DISCREPANCY),
    Why.UNKNOWN_TICKET: Rule(_C, Owner.SUPERVISOR, NextStep.CHECK_RECORDS),
    Why.REFUND_TOO_HIGH: Rule(_C, Owner.SUPERVISOR, NextStep.SHIFT_DISCREPANCY),
    Why.UNKNOWN_TARIFF: Rule(_C, Owner.SUPERVISOR, NextStep.CHECK_PRICE),
    Why.OLD_TARIFF: Rule(_C, Owner.SUPERVISOR, NextStep.CHECK_PRICE),
    Why.DUPLICATE_NUMBER: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_NUMBERS),
    Why.FOREIGN_NUMBER: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_NUMBERS),
    Why.DUPLICATE_TICKET: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_RECORDS),
    Why.SHIFT_DIFFERS: Rule(_C, Owner.SUPERVISOR, NextStep.COUNT_AGAIN),
    Why.UNKNOWN_LEASE: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_LEASE),
    Why.NOT_LEASED: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_LEASE),
    Why.FOREIGN_CERTIFICATE: Rule(_C, Owner.ADMINISTRATOR, NextStep.NEW_EPOCH),
    Why.WRONG_PROFILE: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_RECORDS),
    Why.SUPERSEDED_EPOCH: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_RECORDS),
    Why.BROKEN_HISTORY: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_RECORDS),
    Why.CLOCK_AHEAD: Rule(_C, Owner.ADMINISTRATOR, NextStep.CHECK_CLOCK),
    Why.LATE: Rule(_A, Owner.NOBODY, NextStep.NONE),
}
assert set(RULES) == set(Why)
