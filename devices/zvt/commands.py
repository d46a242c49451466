"""Our own commands, byte by byte (PA00P015, chapter 2), and our answers to the terminal's."""

from __future__ import annotations

from typing import Final

from devices.zvt import fields, tlv
from devices.zvt.apdu import Apdu
from devices.zvt.numbers import bcd

DONE: Final = Apdu(0x8000)
WAIT: Final = Apdu(0x849C)  # asks for the status again in two seconds
TAKE_BACK: Final = Apdu(0x8466)  # to a status: no goods were issued, reverse it
CANNOT: Final = Apdu(0x8483)  # to a command that we do not serve
ABORT: Final = Apdu(0x06B0)
DIAGNOSE: Final = Apdu(0x0670)

AMOUNT_MAX_MINOR: Final = 10**12 - 1

# Both receipts printed by us (06 D1, 06 D3), intermediate texts wanted, nothing is started by hand at the terminal.
CONFIG_FULL: Final = 0xBE

_LIST_OF_COMMANDS, _COMMAND, _LINE_WIDTH = 0x26, 0x0A, 0x12


def register(password: int, config: int, currency: int, *, width: int | None) -> Apdu:
    """06 00. ``width``: characters in a line of our paper, or None where a terminal dislikes being told."""
    inner = [tlv.constructed(_LIST_OF_COMMANDS, [tlv.primitive(_COMMAND, b"\x06\xd3")])]
    if width is not None:
        inner.insert(0, tlv.primitive(_LINE_WIDTH, bcd(width, 1)))
    return Apdu(0x0600, bcd(password, 3) + bytes([config]) + bcd(currency, 2) + tlv.container(inner))


def pay(amount_minor: int, currency: int) -> Apdu:
    """06 01: amount and currency, and nothing else. In particular no 1F1F: by it a terminal may reverse by itself."""
    return Apdu(0x0601, _money(amount_minor, currency))


def reverse(password: int, receipt: int, amount_minor: int, currency: int) -> Apdu:
    """06 30. With the amount: a terminal then refuses where receipt and amount do not belong together."""
    return Apdu(
        0x0630, bcd(password, 3) + fields.encode(fields.RECEIPT, bcd(receipt, 2)) + _money(amount_minor, currency)
    )


def refund(password: int, amount_minor: int, currency: int) -> Apdu:
    return Apdu(0x0631, bcd(password, 3) + _money(amount_minor, currency))


def repeat_receipt(password: int) -> Apdu:
    """06 20, service byte 03: the status of the last transaction, and nothing printed."""
    return Apdu(0x0620, bcd(password, 3) + fields.encode(0x03, b"\x03"))


def end_of_day(password: int) -> Apdu:
    return Apdu(0x0650, bcd(password, 3))


def enquire(password: int) -> Apdu:
    """05 01, service byte 02: without the software's version. Some terminals insist on the password."""
    return Apdu(0x0501, bcd(password, 3) + fields.encode(0x03, b"\x02"))


def initialise(password: int) -> Apdu:
    return Apdu(0x0693, bcd(password, 3))


def _money(amount_minor: int, currency: int) -> bytes:
    return fields.encode(fields.AMOUNT, bcd(amount_minor, 6)) + fields.encode(fields.CURRENCY, bcd(currency, 2))
