"""What can go wrong, by whose fault and what follows.

A :class:`Refusal` is the world's "no": nothing was changed, and the clerk is told why. Anything else than these four
types that leaves a use case is our own mistake.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused. The value is stable: it is printed, logged and translated by it."""

    # people
    BAD_CREDENTIALS = "bad_credentials"
    ACCOUNT_LOCKED = "account_locked"
    NOT_ALLOWED = "not_allowed"
    SECOND_PERSON_NEEDED = "second_person_needed"
    NAME_TAKEN = "name_taken"
    PASSWORD_TOO_SHORT = "password_too_short"  # noqa: S105 - a reason, not a password
    # shift
    SHIFT_CLOSED = "shift_closed"
    SHIFT_ALREADY_OPEN = "shift_already_open"
    SHIFT_OF_ANOTHER = "shift_of_another"  # the drawer's shift is not the actor's: login
    SHIFT_COUNTED = "shift_counted"  # it was declared: nothing more is taken or given
    SHIFT_NOT_DECLARED = "shift_not_declared"
    REASON_NEEDED = "reason_needed"
    DRAWER_SHORT = "drawer_short"
    NO_REPORT = "no_report"
    # timetable and search
    UNKNOWN_STATION = "unknown_station"
    AMBIGUOUS_STATION = "ambiguous_station"
    UNKNOWN_RUN = "unknown_run"
    NO_TIMETABLE = "no_timetable"
    FILE_REFUSED = "file_refused"
    BEYOND_HORIZON = "beyond_horizon"
    DEPARTED = "departed"
    BAD_DATE = "bad_date"
    # places
    PLACE_TAKEN = "place_taken"
    NOT_ENOUGH_PLACES = "not_enough_places"
    NOT_HELD = "not_held"
    HOLD_EXPIRED = "hold_expired"
    FARE_UNKNOWN = "fare_unknown"
    # sale
    NO_PASSENGERS = "no_passengers"
    TOO_MANY_PASSENGERS = "too_many_passengers"
    NAME_NEEDED = "name_needed"
    DOCUMENT_NEEDED = "document_needed"
    BAD_DOCUMENT = "bad_document"
    SAME_DOCUMENT_TWICE = "same_document_twice"
    NAME_NOT_PRINTABLE = "name_not_printable"
    CASH_SHORT = "cash_short"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    TYPE_NOT_SOLD_HERE = "type_not_sold_here"
    # payments
    TENDER_NOT_TAKEN = "tender_not_taken"  # not by this station's policy: tender
    TENDER_NEEDS_LINE = "tender_needs_line"  # tender
    TERMINAL_NOT_READY = "terminal_not_ready"  # trouble
    TERMINAL_BLOCKED = "terminal_blocked"  # a payment on it is not settled
    PAYMENT_OPEN = "payment_open"  # one of this sale is under way, or unknown
    PAYMENT_NOT_OPEN = "payment_not_open"  # nothing to settle any more
    PAYMENT_TOO_MUCH = "payment_too_much"  # more than is due: due
    PAYMENT_MISSING = "payment_missing"  # not all is paid: missing
    PAYMENTS_UNSETTLED = "payments_unsettled"  # the shift cannot close: count
    BAD_PAYMENT_CODE = "bad_payment_code"
    TOO_MANY_PAYMENTS = "too_many_payments"
    # after-sales
    UNKNOWN_TICKET = "unknown_ticket"
    ALREADY_REFUNDED = "already_refunded"
    NOT_REFUNDABLE = "not_refundable"
    NOT_EXCHANGEABLE = "not_exchangeable"  # rule: no_rule | too_late
    EXCHANGED_BEFORE = "exchanged_before"  # once per ticket
    EXCHANGE_OTHER_ROUTE = "exchange_other_route"  # a change of destination is something else
    EXCHANGE_OTHER_PASSENGER = "exchange_other_passenger"
    QUOTE_CHANGED = "quote_changed"
    SLIP_OUT = "slip_out"  # its reimbursement slip has to come back first: issue, papers
    SLIP_ISSUED = "slip_issued"  # one original a ticket: issue
    NOTHING_PAID = "nothing_paid"  # a ticket without a price needs no reimbursement slip
    # tickets' codes
    BAD_CODE = "bad_code"
    FORGED_CODE = "forged_code"
    UNKNOWN_KEY = "unknown_key"
    CODE_EXPIRED = "code_expired"
    KEY_REVOKED = "key_revoked"  # the key that signed it is not to be trusted any more: ticket, key_id
    KEY_EXPIRED = "key_expired"  # it is of a time after its key's certificate: ticket, until
    TRUST_BEHIND = "trust_behind"  # certificates and the statement about them do not fit together: sync first
    TRUST_OLDER = "trust_older"  # a bundle older than the one that is known: sequence, known
    TICKET_REDEEMED = "ticket_redeemed"  # let through already; a supervisor may go on: ticket
    # the store
    PROFILE_EXISTS = "profile_exists"
    NO_PROFILE = "no_profile"
    PROFILE_IN_USE = "profile_in_use"
    PROFILE_TOO_NEW = "profile_too_new"
    PROFILE_TOO_OLD = "profile_too_old"
    SQLITE_TOO_OLD = "sqlite_too_old"
    STORE_DAMAGED = "store_damaged"
    STORE_NOT_WRITABLE = "store_not_writable"
    STORE_BEHIND_WITNESS = "store_behind_witness"
    CLOCK_JUMPED = "clock_jumped"
    BAD_SETTING = "bad_setting"
    BAD_INPUT = "bad_input"
    # printing
    PRINTER_NOT_READY = "printer_not_ready"
    JOB_NOT_OPEN = "job_not_open"
    LAYOUT_REFUSED = "layout_refused"  # file, line, code, detail and what its sentence names besides
    UNKNOWN_PRINTER = "unknown_printer"  # printer: there is none of that name in the settings
    # numbered blanks
    NO_ROLL = "no_roll"  # printer: none is in it
    ROLL_INSIDE = "roll_inside"  # printer: one is in it, left: with so many blanks
    BAD_BLANKS = "bad_blanks"  # no range of numbers, or not one that lies in the roll
    BLANKS_USED = "blanks_used"  # first: a number of the range was used already, or lies in another roll
    BLANKS_SHORT = "blanks_short"  # left, needed: the roll has too few for these tickets
    # central records
    CENTRAL_UNREACHABLE = "central_unreachable"  # needs central, and it does not answer in time
    CENTRAL_REFUSED = "central_refused"  # code, detail: what central said
    DEVICE_REVOKED = "device_revoked"
    EPOCH_NEEDED = "epoch_needed"  # forked, restored or superseded: an administrator asks central for a new epoch
    SELLING_STOPPED = "selling_stopped"  # central told this counter to stop: code
    LEASE_EXPIRED = "lease_expired"  # held for an outage, but its time is over
    NOT_LEASED = "not_leased"  # offline, and this window holds no such places
    TICKET_LOCKED = "ticket_locked"  # an after-sale is under way at another window: by
    ENROLMENT_REFUSED = "enrolment_refused"
    STAND_ALONE = "stand_alone"  # there is no central here
    ONLY_CENTRAL = "only_central"  # in an enrolled counter this is central's to change


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The world says no. Nothing was changed.

    ``facts`` fill the translated sentence (``{minimum}``); they hold no personal data, since refusals are logged.
    """

    def __init__(self, reason: Reason, /, **facts: str | int) -> None:
        self.reason = reason
        self.facts = facts
        detail = ", ".join(f"{k}={v}" for k, v in facts.items())
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)

    def __reduce__(self) -> tuple[object, ...]:  # crosses process borders (import runs in a child)
        return (_rebuild, (self.reason, self.facts))


def _rebuild(reason: Reason, facts: dict[str, str | int]) -> Refusal:
    return Refusal(reason, **facts)


class DeviceTrouble(Exception):  # noqa: N818
    """A device did not do what was asked, and it is known that nothing reached the outside."""

    def __init__(self, device: str, detail: str) -> None:
        self.device = device
        self.detail = detail
        super().__init__(f"{device}: {detail}")


class OutcomeUnknown(Exception):  # noqa: N818
    """Asked, and no answer that can be trusted: it may have happened. Never treated as "no"."""

    def __init__(self, what: str, detail: str = "") -> None:
        self.what = what
        self.detail = detail
        super().__init__(f"{what}: outcome unknown ({detail})" if detail else f"{what}: outcome unknown")


class NoAnswer(Exception):  # noqa: N818
    """Central did not answer in time, or not in a way that can be trusted.

    ``sent`` False: it is known that nothing reached it. True: it may have acted; the same request may be sent again.
    """

    def __init__(self, detail: str, *, sent: bool) -> None:
        self.detail = detail
        self.sent = sent
        super().__init__(detail)


class CentralSaidNo(Exception):  # noqa: N818
    """Central's answer was a refusal: it did nothing. ``code``: ``wire.messages.Refused``'s value."""

    def __init__(self, code: str, detail: str = "", **facts: object) -> None:
        self.code = code
        self.detail = detail
        self.facts = facts
        super().__init__(f"{code}: {detail}" if detail else code)


class Cancelled(Exception):  # noqa: N818
    """The user stopped it; nothing was changed."""
