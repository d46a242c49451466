"""Result codes, terminal states and intermediate texts of PA00P015 (chapters 10, 11 and 3.7), with stable names."""

from __future__ import annotations

from typing import Final

DONE: Final = 0x00
NOT_REGISTERED: Final = 0x6B
WRONG_CURRENCY: Final = 0x6F
WAIT: Final = 0x9C
ALREADY_REVERSED: Final = 0xB4

RESULTS: Final[dict[int, str]] = {
    0x00: "done",
    0x64: "card_not_readable",
    0x65: "no_card_data",
    0x66: "processing_error",
    0x67: "not_for_debit_cards",
    0x68: "not_for_credit_cards",
    0x6A: "turnover_file_full",
    0x6B: "not_registered",
    0x6C: "aborted",
    0x6E: "card_blocked",
    0x6F: "wrong_currency",
    0x71: "credit_not_sufficient",
    0x72: "chip_error",
    0x73: "card_data_incorrect",
    0x74: "dukpt_exhausted",
    0x75: "text_not_authentic",
    0x76: "card_not_listed",
    0x77: "end_of_day_not_possible",
    0x78: "card_expired",
    0x79: "card_not_yet_valid",
    0x7A: "card_unknown",
    0x7B: "no_stripe_for_girocard",
    0x7C: "no_stripe",
    0x7D: "communication_error",
    0x7E: "no_stripe_but_debit_advice",
    0x83: "function_not_possible",
    0x85: "key_missing",
    0x89: "pin_pad_defective",
    0x9A: "protocol_error",
    0x9B: "dial_up_error",
    0x9C: "please_wait",
    0xA0: "receiver_not_ready",
    0xA1: "host_does_not_respond",
    0xA3: "no_connection",
    0xA4: "geldkarte_not_possible",
    0xA5: "not_allowed_by_pci",
    0xB1: "memory_full",
    0xB2: "journal_full",
    0xB4: "already_reversed",
    0xB5: "reversal_not_possible",
    0xB7: "amount_wrong",
    0xB8: "pre_authorisation_error",
    0xBF: "voltage_too_low",
    0xC0: "card_lock_defective",
    0xC1: "merchant_card_locked",
    0xC2: "diagnosis_required",
    0xC3: "maximum_exceeded",
    0xC4: "card_profile_invalid",
    0xC5: "method_not_supported",
    0xC6: "currency_not_applicable",
    0xC8: "amount_too_small",
    0xC9: "maximum_too_small",
    0xCB: "only_in_euro",
    0xCC: "printer_not_ready",
    0xCD: "cashback_not_possible",
    0xD2: "not_for_this_card",
    0xDC: "card_inserted",
    0xDD: "card_eject_error",
    0xDE: "card_insert_error",
    0xDF: "out_of_order",
    0xE0: "remote_maintenance",
    0xE1: "card_not_removed",
    0xE2: "card_reader_defective",
    0xE3: "shutter_closed",
    0xE4: "activation_required",
    0xE7: "goods_group_not_found",
    0xE8: "no_goods_groups",
    0xE9: "restriction_code",
    0xEA: "card_code_not_permitted",
    0xEB: "pin_algorithm_unknown",
    0xEC: "pin_not_possible",
    0xED: "pin_pad_defective",
    0xF0: "open_end_of_day",
    0xF1: "offline_error",
    0xF5: "opt_error",
    0xF6: "opt_data_missing",
    0xFA: "offline_clearing_error",
    0xFB: "turnover_defective",
    0xFC: "device_missing",
    0xFD: "baud_rate",
    0xFE: "register_unknown",
    0xFF: "system_error",
}

# What 06 1E alone may say and be believed: the card, the amount, the currency, the right or the customer was refused,
# which is decided before money moves, or by the host itself (01 to 63). Not believed, though it ends a payment: what
# breaks while it is booked (66 processing, 72 chip, 75 text, 7D 9B A1 A3 lines, 9A protocol, B1 B2 FB storage,
# CC printer, FF), what says that something else is done now (9C, A0, DC), CD (sold, without the cash back) and 00.
_REFUSED: Final = frozenset(
    set(range(0x01, 0x64))
    | {0x64, 0x65, 0x67, 0x68, 0x6B, 0x6C, 0x6E, 0x6F, 0x71, 0x73, 0x76, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7E, 0x83, 0xA5}
    | {0xC3, 0xC5, 0xC6, 0xC8, 0xC9, 0xCB, 0xD2, 0xE4, 0xE9, 0xEA, 0xEB, 0xEC, 0xF0}
)
_REVERSAL_REFUSED: Final = _REFUSED | {0xB5, 0xB7}
# Of 06 20: these say that it cannot tell now. Any other refusal says that it has no receipt.
TRANSIENT: Final = frozenset({0x00, 0x66, 0x6B, 0x6C, 0x7D, 0x9A, 0x9B, 0x9C, 0xA0, 0xA1, 0xA3, 0xB1, 0xB2, 0xDC, 0xFF})

READY: Final = 0x00
STATES: Final[dict[int, str]] = {
    0x00: "ready",
    0x51: "initialisation_required",
    0x62: "date_incorrect",
    0x9C: "please_wait",
    0x9D: "partial_issue",
    0xF0: "reconciliation_required",
} | {
    code: RESULTS[code]
    for code in (0xB1, 0xB2, 0xBF, 0xC0, 0xC1, 0xC2, 0xC4, 0xCC, 0xDC, 0xDF, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xF6)
}


def written(code: int) -> str:
    """As it stands on paper, in the journal and in a ``CardResult``: ``6C``."""
    return f"{code:02X}"


def result_name(code: int) -> str:
    """The stable name; ``host_05`` for the authorisation system's own; ``code_BB`` for none of the standard's."""
    if 0x01 <= code <= 0x63:
        return f"host_{code:02X}"
    return RESULTS.get(code, f"code_{code:02X}")


def state_name(code: int) -> str:
    return STATES.get(code, f"code_{code:02X}")


def is_refusal(code: int, *, reversal: bool = False) -> bool:
    """Whether 06 1E with this code, and no status before it, is an explicit refusal."""
    return code in (_REVERSAL_REFUSED if reversal else _REFUSED)


_REMOVE: Final = "Please remove the card"
_INTERMEDIATE: Final[dict[int, str]] = {
    0x00: "Waiting for the amount to be confirmed",
    0x01: "Please watch the PIN pad",
    0x02: "Please watch the PIN pad",
    0x03: "Not accepted",
    0x04: "Waiting for the host",
    0x05: "Sending an automatic reversal",
    0x06: "Sending later bookings",
    0x07: "Card not admitted",
    0x08: "Card unknown",
    0x09: "Card expired",
    0x0A: "Insert the card",
    0x0B: _REMOVE,
    0x0C: "Card not readable",
    0x0D: "Processing error",
    0x0E: "Please wait",
    0x0F: "An automatic end of day begins",
    0x10: "Card invalid",
    0x11: "Balance display",
    0x12: "System malfunction",
    0x13: "Payment not possible",
    0x14: "Credit not sufficient",
    0x15: "Incorrect PIN",
    0x16: "Limit not sufficient",
    0x17: "Please wait",
    0x18: "Incorrect PIN too often",
    0x19: "Card data incorrect",
    0x1A: "Service mode",
    0x1B: "Approved",
    0x1C: "Approved",
    0x1D: "Declined",
    0x26: "Waiting for the mobile number",
    0x27: "Waiting for the mobile number again",
    0x28: "The customer chooses a currency",
    0x29: "The customer chooses a language",
    0x2A: "Insert the card to load it",
    0x2B: "Emergency transaction, please wait",
    0x2C: "The customer chooses debit or credit",
}
_LATER: Final[dict[int, str]] = {
    0x68: "A customer card was inserted",
    0x69: "The customer chooses the currency of the card",
    0xC7: "Waiting for the mileage",
    0xC8: "Waiting for the clerk",
    0xC9: "An automatic diagnosis begins",
    0xCA: "An automatic initialisation begins",
    0xCB: "Merchant journal full",
    0xCC: "Debit advice not possible, PIN required",
    0xD2: "Connecting",
    0xD3: "Connected",
    0xE0: "The customer chooses an application",
    0xE1: "The customer chooses a language",
    0xE2: "Please use the cleaning card",
    0xF1: "Offline",
    0xF2: "Online",
    0xF3: "Offline transaction",
}
INTERMEDIATE: Final[dict[int, str]] = (
    _INTERMEDIATE
    | {0x40 | code: f"{words}. {_REMOVE}" for code, words in _INTERMEDIATE.items() if code < 0x28 and words != _REMOVE}
    | {0x4B: _REMOVE}
    | _LATER
)
"""The standard's words, from 41 on with the request to remove the card. A terminal's own text goes before them."""


def intermediate_words(code: int) -> str:
    return INTERMEDIATE.get(code, "Please wait")
