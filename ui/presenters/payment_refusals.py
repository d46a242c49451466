"""Sentences for the refusals of payments, in English; Chinese stands in ``resources/i18n/zh_CN.payments.ts``."""

from __future__ import annotations

from typing import Final

from counter_app.errors import Reason
from counter_app.texts import mark
from ui.presenters.said import Said

PAYMENT_SENTENCES: Final[dict[Reason, Said]] = {
    Reason.TENDER_NOT_TAKEN: Said(
        mark("Not taken here"),
        mark("This station does not take this way of paying."),
        mark("Offer another way of paying."),
    ),
    Reason.TENDER_NEEDS_LINE: Said(
        mark("This way of paying needs the line"),
        mark("Central has to approve it, and there is no line to central now."),
        mark("Offer cash or card, or wait for the line."),
    ),
    Reason.TERMINAL_NOT_READY: Said(
        mark("Card terminal not ready"),
        mark("The card terminal does not say that it is ready. Nothing was charged."),
        mark("Look at the terminal, then try again or offer another way of paying."),
        detail=mark("The card terminal does not say that it is ready ({trouble}). Nothing was charged."),
    ),
    Reason.TERMINAL_BLOCKED: Said(
        mark("Card terminal blocked"),
        mark("What became of an earlier payment on it is not known yet; a new one would wipe out the proof."),
        mark("Settle that payment under Payments to settle first. Cash can be taken."),
        mood="bad",
    ),
    Reason.PAYMENT_OPEN: Said(
        mark("A payment of this sale is open"),
        mark("A payment of this sale is under way, paid already, or not known yet."),
        mark("Finish the sale, take the payment back, or settle it under Payments to settle."),
    ),
    Reason.PAYMENT_NOT_OPEN: Said(
        mark("Nothing left to settle"),
        mark("This payment is settled already, or a sale stands on it."),
        mark("Read the list again."),
    ),
    Reason.PAYMENT_TOO_MUCH: Said(
        mark("More than is due"),
        mark("The amount is higher than what is left to pay."),
        mark("Type what is left, or less."),
        detail=mark("Only {due} is left to pay."),
    ),
    Reason.PAYMENT_MISSING: Said(
        mark("Not all is paid"),
        mark("The payments do not cover the price yet."),
        mark("Take the rest in cash or another way."),
        detail=mark("{missing} is not paid yet."),
    ),
    Reason.PAYMENTS_UNSETTLED: Said(
        mark("Payments are not settled"),
        mark("Of some payments of this shift it is not known whether the money moved."),
        mark("Settle them under Payments to settle, or have a supervisor carry them over by name."),
        detail=mark("Payments of this shift of which it is not known whether the money moved: {count}."),
    ),
    Reason.BAD_PAYMENT_CODE: Said(
        mark("Not a payment code"),
        mark("This is not a payment code of this wallet. Nothing was charged."),
        mark("Have the customer open the payment code anew, and scan it whole."),
    ),
    Reason.TOO_MANY_PAYMENTS: Said(
        mark("Too many payments"),
        mark("This sale has had as many payments as one sale can have."),
        mark("Take the rest in cash, or take the payments back and begin anew."),
    ),
}
