"""The receipts that the terminal composes: lines with the attribute of 06 D1 (PA00P015, 3.5 and chapter 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from devices.simulators.terminal.apdu import Apdu, field, tlv
from devices.simulators.terminal.books import Entry, Totals

PLAIN, CENTRED, WIDE, LAST = 0x00, 0x40, 0x20, 0x81
MERCHANT, CUSTOMER, ADMINISTRATION = 1, 2, 3
_TITLES: Final = {"payment": "PAYMENT", "reversal": "REVERSAL", "refund": "REFUND"}
_CURRENCIES: Final = {978: "EUR", 156: "CNY", 756: "CHF", 840: "USD", 826: "GBP"}
Line = tuple[int, str]


def transaction(entry: Entry, copy: int, merchant: str, width: int, *, repeated: bool = False) -> list[Line]:
    at = datetime.fromisoformat(entry.at)
    title = "MERCHANT RECEIPT" if copy == MERCHANT else "CUSTOMER RECEIPT"
    lines: list[Line] = [(CENTRED, merchant[:width]), (CENTRED, title)]
    if repeated:
        lines.append((CENTRED, "** COPY **"))
    lines += [(PLAIN, ""), (CENTRED | WIDE, _TITLES[entry.kind]), (CENTRED, entry.card_name)]
    lines += _pairs(
        width,
        ("Terminal-ID", entry.terminal_id),
        ("TA-No.", f"{entry.trace:06d}"),
        ("Receipt", f"{entry.receipt:04d}"),
        ("Original TA", f"{entry.original_trace:06d}" if entry.original_trace else ""),
        ("Date", at.strftime("%d.%m.%Y")),
        ("Time", at.strftime("%H:%M:%S")),
        ("Approval", entry.authorisation),
    )
    lines += [(PLAIN, entry.card_number[:width]), (PLAIN, "Contactless" if entry.contactless else "Chip")]
    lines += _pairs(width, ("Amount " + currency_name(entry.currency), amount_text(entry.amount_minor)))
    result = "Approved" if entry.result == 0 else f"DECLINED {entry.result:02X}"
    return [*lines, (PLAIN, ""), (CENTRED, result), (CENTRED, "Please keep this receipt")]


def end_of_day(totals: Totals, terminal_id: str, currency: int, merchant: str, width: int) -> list[Line]:
    at = datetime.fromisoformat(totals.at)
    lines: list[Line] = [(CENTRED, merchant[:width]), (CENTRED, "END OF DAY"), (PLAIN, "")]
    lines += _pairs(
        width,
        ("Terminal-ID", terminal_id),
        ("Date", at.strftime("%d.%m.%Y")),
        ("Time", at.strftime("%H:%M:%S")),
        ("Receipts", f"{totals.first_receipt:04d}-{totals.last_receipt:04d}"),
        *((f"{name} {count}", amount_text(amount)) for name, count, amount in totals.buckets if count),
        ("Total " + currency_name(currency), amount_text(totals.total_minor)),
    )
    return lines


def currency_name(number: int) -> str:
    return _CURRENCIES.get(number, f"{number:03d}")


def amount_text(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def as_lines(lines: list[Line]) -> list[Apdu]:
    """06 D1, one each; the last says that it is the last: a till with a cutter cuts there."""
    sent = [Apdu(0x06D1, bytes((attribute,)) + text.encode("cp437", "replace")) for attribute, text in lines]
    return [*sent, Apdu(0x06D1, bytes((LAST,)))]


def as_block(lines: list[Line], copy: int) -> Apdu:
    """06 D3: the whole receipt at once. The attribute at the end closes it."""
    inside, before = b"", PLAIN
    for attribute, text in lines:
        if attribute != before:  # it holds until the next one
            inside += tlv(0x09, bytes((attribute,)))
            before = attribute
        inside += tlv(0x07, text.encode("cp437", "replace"))
    inside += tlv(0x09, bytes((LAST,)))
    return Apdu(0x06D3, field(0x06, tlv(0x1F07, bytes((copy,))) + tlv(0x25, inside)))


def _pairs(width: int, *pairs: tuple[str, str]) -> list[Line]:
    return [(PLAIN, name + value.rjust(max(1, width - len(name)))) for name, value in pairs if value]
