"""Tenders on paper, in words; their Chinese stands in ``resources/i18n``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from counter_app.texts import mark

TENDER_WORDS: Final[Mapping[str, str]] = {
    "cash": mark("Cash"),
    "card": mark("Card"),
    "alipay": mark("Alipay"),
    "wechat": mark("WeChat Pay"),
    "voucher": mark("Voucher"),
    "points": mark("Member points"),
    "account": mark("Corporate account"),
    "exchange": mark("Tickets given in"),
    "cash_refund": mark("Cash refunded"),
    "card_refund": mark("Card refunded"),
    "alipay_refund": mark("Alipay refunded"),
    "wechat_refund": mark("WeChat Pay refunded"),
    "voucher_refund": mark("Voucher refunded"),
    "points_refund": mark("Member points refunded"),
    "account_refund": mark("Corporate account refunded"),
    "cash_rounding": mark("Cash rounding"),
}
"""By the codes of a report's lines."""
