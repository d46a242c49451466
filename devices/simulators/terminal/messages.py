"""What the terminal says: 04 0F of a transaction and of an end of day, 06 0F, 06 1E, 04 FF (PA00P015, chapter 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from devices.simulators.terminal.apdu import Apdu, bcd, field, from_bcd, lllvar, read_tlv, tags, tlv
from devices.simulators.terminal.books import Entry, Totals
from devices.simulators.terminal.cards import packed
from devices.simulators.terminal.faults import Faults

ABORTED, WRONG_CURRENCY, NOT_REGISTERED = 0x6C, 0x6F, 0x6B
UNREADABLE, NOT_POSSIBLE, PROTOCOL_ERROR, WAIT = 0x64, 0x83, 0x9A, 0x9C
ALREADY_REVERSED, NO_REVERSAL, WRONG_AMOUNT = 0xB4, 0xB5, 0xB7
TURNOVER_FULL, TOO_SMALL, CARD_INSIDE, INITIALISATION_DUE = 0x6A, 0xC8, 0xDC, 0x51
WRONG_PIN, PINS_EXHAUSTED = 55, 75  # the banks' own codes, as binary numbers: 84 37 00 is a wrong password
AMOUNT_MAX: Final = 10**12 - 1
TEXTS: Final = {
    ABORTED: "Abort by customer",
    WRONG_CURRENCY: "Wrong currency",
    UNREADABLE: "Card not readable",
    ALREADY_REVERSED: "Already reversed",
    NO_REVERSAL: "Reversal not possible",
    WRONG_AMOUNT: "Wrong amount",
    TURNOVER_FULL: "Turnover file full",
    TOO_SMALL: "Amount too small",
    PINS_EXHAUSTED: "PIN tried too often",
    WRONG_PIN: "PIN incorrect",
    5: "Declined",
    51: "Limit exceeded",
    INITIALISATION_DUE: "Initialisation required",
}
STATUS_TEXTS: Final = {
    0x01: "Please watch PIN-Pad",
    0x04: "PT is waiting for response from FEP",
    0x05: "PT is sending auto-reversal",
    0x0A: "Insert card",
    0x0B: "Please remove card!",
    0x0E: "Please wait...",
    0x15: "Incorrect PIN",
    0x17: "Please wait...",
    0x1A: "Service-mode",
    0x18: "PIN try limit exceeded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the till said with 06 00: what it prints, whether it takes TLV, which of the print commands it takes."""

    config: int = 0x86
    currency_given: bool = False
    tlv: bool = False
    blocks: bool = False
    width: int = 0

    @property
    def intermediate(self) -> bool:
        return bool(self.config & 0x08)

    def prints(self, *, administration: bool) -> str:
        """Who prints a receipt: ``till`` (by our lines), ``nobody`` (the till makes its own), ``terminal``."""
        if not self.config & (0x04 if administration else 0x02):
            return "terminal"
        return "till" if self.config & 0x80 else "nobody"


def read_registration(config: int, rest: Mapping[int, bytes], *, currency_given: bool) -> Registration:
    objects = read_tlv(rest.get(0x06, b""))
    allowed = [data for tag, data in read_tlv(tags(objects).get(0x26, b"")) if tag == 0x0A]
    width = tags(objects).get(0x12, b"")
    return Registration(
        config=config,
        currency_given=currency_given,
        tlv=0x06 in rest,
        blocks=b"\x06\xd3" in allowed,
        width=from_bcd(width) if len(width) == 1 else 0,
    )


def registered(completion_status: int, terminal_id: str, currency: int, registration: Registration) -> Apdu:
    data = field(0x19, bytes((completion_status,))) + field(0x29, bcd(int(terminal_id), 4))
    if registration.currency_given:
        data += field(0x49, bcd(currency, 2))
    if registration.tlv:
        echoed = tlv(0x12, bcd(registration.width, 1)) if registration.width else b""
        echoed += tlv(0x26, tlv(0x0A, b"\x06\xd3")) if registration.blocks else b""
        data += field(0x06, echoed)
    return Apdu(0x060F, data)


def intermediate(code: int, registration: Registration, line: str) -> Apdu:
    """With a text where the till takes TLV; T4 must stand before it: three minutes, as by default."""
    data = bytes((code,))
    if registration.tlv:
        data += b"\x03" + field(0x06, tlv(0x24, tlv(0x07, line.encode("cp437", "replace"))))
    return Apdu(0x04FF, data)


def aborted(code: int, currency: bytes = b"") -> Apdu:
    return Apdu(0x061E, bytes((code,)) + currency)


def refused(code: int, terminal_id: str) -> Apdu:
    text = TEXTS.get(code, "Not possible")
    return Apdu(
        0x040F,
        field(0x27, bytes((code,))) + field(0x29, bcd(int(terminal_id), 4)) + field(0x3C, text.encode("ascii")),
    )


def approved(entry: Entry, registration: Registration, faults: Faults, *, full_number: str, currency: bool) -> Apdu:
    """04 0F of a transaction, in the order in which terminals in the field send it (some tills rely on it).

    ``full_number`` is the card's whole number: sent only by the faults that say so, and kept nowhere.
    """
    amount = (entry.amount_minor + (100 if faults.on("other_amount") else 0)) % (AMOUNT_MAX + 1)
    wrong = 1 if faults.on("other_receipt") else 0
    at = datetime.fromisoformat(entry.at)
    data = field(0x27, bytes((entry.result,))) + field(0x04, bcd(amount, 6)) + field(0x0B, bcd(entry.trace, 3))
    data += field(0x0C, bytes.fromhex(at.strftime("%H%M%S"))) + field(0x0D, bytes.fromhex(at.strftime("%m%d")))
    data += field(0x0E, b"\x99\x12") + field(0x17, b"\x00\x01")
    data += field(0x19, b"\x70" if entry.with_pin else b"\x60")
    data += field(0x22, packed(full_number if faults.on("unmasked") else entry.card_number))
    if faults.on("tracks"):
        track = packed(full_number + "D9912201" + "0" * (len(full_number) % 2))
        data += field(0x23, track) + field(0x24, track)
    data += field(0x29, bcd(int(entry.terminal_id), 4)) + field(0x2A, b"1000000001     ")
    if entry.kind == "reversal":
        data += field(0x37, bcd(max(1, entry.original_trace - wrong), 3))
    data += field(0x3B, entry.authorisation.encode().ljust(8, b"\0"))
    data += field(0x3C, f"GEN.NR.:{entry.authorisation}".encode())
    if currency:
        data += field(0x49, bcd(entry.currency, 2))
    data += field(0x87, bcd((entry.receipt + 9_998 - wrong) % 9_999 + 1, 2)) + field(0x88, bcd(entry.receipt, 3))
    data += field(0x8A, bytes((entry.card_kind,))) + field(0x8B, entry.card_name.encode("cp437") + b"\0")
    if registration.tlv:
        inside = tlv(0x1F10, b"\x02" if entry.with_pin else b"\x00")
        inside += tlv(0x1F12, b"\x02" if entry.contactless else b"\x01")
        inside += tlv(0x60, tlv(0x43, bytes.fromhex(entry.aid)) + tlv(0x44, entry.card_name.encode("cp437")))
        data += field(0x06, inside)
    return Apdu(0x040F, lengthened(data, int(faults.number("long"))))


def lengthened(data: bytes, size: int) -> bytes:
    """More by 9A, a record of up to 999 bytes that only purse cards bring: no till may fall over it."""
    missing = min(size - len(data) - 4, 999)
    return data if missing < 1 else data + field(0x9A, bytes(missing))


def day_closed(totals: Totals, currency: int | None) -> Apdu:
    """04 0F of an end of day: 60 holds the seven kinds of card, each with its number and its sum."""
    at = datetime.fromisoformat(totals.at)
    single = bcd(totals.first_receipt, 2) + bcd(totals.last_receipt, 2)
    for _, count, amount in totals.buckets:
        single += bytes((min(count, 255),)) + bcd(min(amount, AMOUNT_MAX), 6)
    data = (
        field(0x27, b"\x00")
        + field(0x04, bcd(min(totals.total_minor, AMOUNT_MAX), 6))
        + field(0x0B, bcd(totals.trace, 3))
    )
    data += field(0x0C, bytes.fromhex(at.strftime("%H%M%S"))) + field(0x0D, bytes.fromhex(at.strftime("%m%d")))
    if currency is not None:
        data += field(0x49, bcd(currency, 2))
    return Apdu(0x040F, data + field(0x60, single))


def state(code: int, software: str, *, with_version: bool) -> Apdu:
    """06 0F after a status enquiry: the version counted like a field, but without a number, then the status."""
    version = lllvar(software.encode("ascii")) if with_version else b""
    return Apdu(0x060F, version + bytes((code,)))


def told_time(at: datetime) -> Apdu:
    day, time = bytes.fromhex(at.strftime("%y%m%d")), bytes.fromhex(at.strftime("%H%M%S"))
    return Apdu(0x0401, field(0xAA, day) + field(0x0C, time))


def as_plain(registration: Registration) -> dict[str, Any]:
    return {name: getattr(registration, name) for name in Registration.__slots__}
