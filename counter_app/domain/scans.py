"""What a code is, by its shape: which screen it is for. Whether it is genuine is asked there."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Final

from counter_app.domain.barcode import looks_like_code
from counter_app.domain.documents import is_resident_number
from counter_app.domain.ids import TicketNumber
from counter_app.domain.passengers import plain_document

# Alipay: prefix 25 to 30, 16 to 24 digits. WeChat Pay: 18 digits, prefix 10 to 15 (the pages of their payment codes).
_ALIPAY: Final = re.compile(r"(2[5-9]|30)\d{14,22}", re.ASCII)
_WECHAT: Final = re.compile(r"1[0-5]\d{16}", re.ASCII)


class ScanKind(StrEnum):
    TICKET = "ticket"  # a ticket's code or number
    WECHAT = "wechat"
    ALIPAY = "alipay"
    RESIDENT = "resident"  # a resident number
    ZONE_LINE = "zone_line"  # a line of a machine-readable zone, or all of them
    OTHER = "other"


def payment_code(text: str) -> ScanKind | None:
    """ALIPAY or WECHAT by its shape alone. What waits for money asks this; a resident number can look like one."""
    if _WECHAT.fullmatch(text):
        return ScanKind.WECHAT
    return ScanKind.ALIPAY if _ALIPAY.fullmatch(text) else None


def scan_kind(text: str, today: date, *, paying: bool = False) -> ScanKind:
    """18 digits may be a resident number and a payment code at once: ``paying`` says what is waited for."""
    plain = text.strip()
    wallet = payment_code(plain)
    if wallet is not None and paying:
        return wallet
    if looks_like_code(plain) or _is_ticket_number(plain):
        return ScanKind.TICKET
    if re.fullmatch(r"([A-Z0-9<]{30}|[A-Z0-9<]{36}|[A-Z0-9<]{44})([\r\n]+[A-Z0-9<]+)*", plain) and "<" in plain:
        return ScanKind.ZONE_LINE
    if is_resident_number(plain_document(plain), today):
        return ScanKind.RESIDENT
    return wallet or ScanKind.OTHER


def _is_ticket_number(text: str) -> bool:
    try:
        TicketNumber.parse(text, station_code="")
    except ValueError:
        return False
    return True
