"""What a scanned code is for: the wrong guess would send a passport number to a payment gateway."""

from __future__ import annotations

from datetime import date

import pytest

from counter_app.domain.ids import TicketNumber
from counter_app.domain.scans import ScanKind, payment_code, scan_kind

TODAY = date(2026, 11, 21)
NUMBER = str(TicketNumber(station_code="CWQ", counter=1, epoch=1, serial=123, training=False))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (NUMBER, ScanKind.TICKET),
        ("zwE" + "A" * 120, ScanKind.TICKET),
        ("134567890123456789", ScanKind.WECHAT),
        ("2812345678901234", ScanKind.ALIPAY),
        ("301234567890123456789012", ScanKind.ALIPAY),
        ("3112345678901234", ScanKind.OTHER),
        ("13456789012345678", ScanKind.OTHER),
        ("281234567890123", ScanKind.OTHER),
        ("2812345678901234567890123", ScanKind.OTHER),
        ("11010519491231002X", ScanKind.RESIDENT),
        ("110101199003070214", ScanKind.RESIDENT),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", ScanKind.ZONE_LINE),
        ("6901234567892", ScanKind.OTHER),
        ("", ScanKind.OTHER),
        ("１３４５６７８９０１２３４５６７８９", ScanKind.OTHER),
    ],
)
def test_kinds(text: str, kind: ScanKind) -> None:
    """A ticket would be looked for by a payment code, or money asked by a ticket."""
    assert scan_kind(text, TODAY) is kind


def test_what_waits_for_money_takes_a_payment_code_that_looks_like_a_resident_number() -> None:
    """Such numbers begin with 11 to 15 in both systems: at the checkout it is money that is waited for."""
    both = "110101199003070214"
    assert payment_code(both) is ScanKind.WECHAT
    assert scan_kind(both, TODAY, paying=True) is ScanKind.WECHAT
    assert scan_kind(NUMBER, TODAY, paying=True) is ScanKind.TICKET
