"""Payments in the clerk's words: tenders, states, what a terminal says, what to do about what is not settled. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.application.payment_views import AboutPayment, PaymentLeg, SettleAction, SettleItem, TerminalView
from counter_app.domain.payments import Direction, PaymentState, Tender
from counter_app.texts import Texts, mark
from ui.presenters import words
from ui.presenters.refusals import Notice
from ui.presenters.refused_words import REASONS, refused

S = PaymentState

TENDERS: Mapping[Tender, str] = {
    Tender.CASH: mark("Cash"),
    Tender.CARD: mark("Card"),
    Tender.ALIPAY: mark("Alipay"),
    Tender.WECHAT: mark("WeChat Pay"),
    Tender.VOUCHER: mark("Voucher"),
    Tender.POINTS: mark("Member points"),
    Tender.ACCOUNT: mark("Corporate account"),
}
STATES: Mapping[PaymentState, tuple[str, str]] = {
    S.CREATED: (mark("not sent yet"), "info"),
    S.SENT: (mark("under way"), "info"),
    S.APPROVED_UNACKED: (mark("under way"), "info"),
    S.APPROVED: (mark("approved"), "ok"),
    S.DECLINED: (mark("declined"), "bad"),
    S.UNKNOWN: (mark("not known"), "bad"),
    S.NOT_PERFORMED: (mark("nothing was charged"), "text_muted"),
    S.MANUAL: (mark("to be decided"), "bad"),
    S.REVERSING: (mark("being given back"), "info"),
    S.REVERSED: (mark("given back"), "text_muted"),
    S.REVERSE_UNKNOWN: (mark("giving back: not known"), "bad"),
}
PAID_BACK = mark("paid back")
NOT_PAID_BACK = (mark("nothing was paid back"), "bad")
WHY: Mapping[str, str] = {
    "not_configured": mark("no terminal here"),
    "terminal_blocked": mark("a payment is not settled"),
    "needs_line": mark("needs central, and the line is down"),
    "offline_by_policy": mark("not while the line is down"),
    "stand_alone": mark("needs central"),
}
# What terminals say on the way (ZVT: 04 FF), and what the program itself waits for.
SAYS: Mapping[str, str] = {
    "asking": mark("Asking …"),
    "customer_confirms": mark("The customer confirms in the wallet …"),
    "taking_back": mark("Taking it back …"),
    "watch_pinpad": mark("Follow the terminal"),
    "amount_confirmation": mark("The customer confirms the amount"),
    "insert_card": mark("Insert, tap or swipe the card"),
    "swipe_card": mark("Swipe the card"),
    "remove_card": mark("Take the card out"),
    "pin": mark("The customer types the PIN"),
    "pin_wrong": mark("Wrong PIN, once more"),
    "processing": mark("The terminal is asking the bank …"),
    "please_wait": mark("Please wait …"),
    "approved": mark("Approved"),
    "declined": mark("Declined"),
    "aborting": mark("Stopping …"),
    "printing": mark("The terminal prints …"),
}
# The standard's words for the steps of a terminal, as the driver gives them (ZVT: 04 FF).
TERMINAL_WORDS = frozenset(
    {
        mark("Please watch the PIN pad"),
        mark("Not accepted"),
        mark("Waiting for the host"),
        mark("Sending an automatic reversal"),
        mark("Sending later bookings"),
        mark("Card not admitted"),
        mark("Card unknown"),
        mark("Card expired"),
        mark("Insert the card"),
        mark("Please remove the card"),
        mark("Card not readable"),
        mark("Processing error"),
        mark("Please wait"),
        mark("An automatic end of day begins"),
        mark("Card invalid"),
        mark("Balance display"),
        mark("System malfunction"),
        mark("Payment not possible"),
        mark("Credit not sufficient"),
        mark("Incorrect PIN"),
        mark("Limit not sufficient"),
        mark("Incorrect PIN too often"),
        mark("Card data incorrect"),
        mark("Service mode"),
        mark("Approved"),
        mark("Declined"),
        mark("Waiting for the mobile number"),
        mark("The customer chooses a currency"),
        mark("The customer chooses a language"),
        mark("The customer chooses debit or credit"),
        mark("The customer chooses an application"),
        mark("Connecting"),
        mark("Connected"),
        mark("Offline"),
        mark("Online"),
        mark("A customer card was inserted"),
        mark("An automatic diagnosis begins"),
        mark("An automatic initialisation begins"),
        mark("Debit advice not possible, PIN required"),
        mark("Emergency transaction, please wait"),
        mark("Insert the card to load it"),
        mark("Merchant journal full"),
        mark("Offline transaction"),
        mark("Please use the cleaning card"),
        mark("The customer chooses the currency of the card"),
        mark("Waiting for the amount to be confirmed"),
        mark("Waiting for the clerk"),
        mark("Waiting for the mileage"),
        mark("Waiting for the mobile number again"),
    }
)
STEPS: Mapping[str, str] = {
    "unknown_ask_terminal": mark(
        "Nobody knows yet whether the card was charged. Ask the terminal; charge nothing again."
    ),
    "unknown_ask_central": mark("Nobody knows yet whether the customer paid. Ask central; charge nothing again."),
    "reversal_unknown_ask_terminal": mark("Nobody knows yet whether the card got its money back. Ask the terminal."),
    "reversal_unknown_ask_central": mark("Nobody knows yet whether the customer got the money back. Ask central."),
    "decide": mark(
        "What the terminal says does not fit this payment. Print its last receipts there, compare amount, time and "
        "receipt number, and decide with a supervisor."
    ),
    "decide_reversed_another": mark(
        "ALARM: the terminal gave back another payment than this one, of another customer. Compare its receipts at "
        "once and decide with a supervisor."
    ),
    "finish_sale": mark("All is paid. Make the sale, and the tickets print; or give the money back."),
    "continue_sale": mark("Part of it is paid. Go on at its checkout, or give the money back."),
    "reverse": mark("It is paid, and its places are gone. Give the money back."),
    "refund_owed": mark("The customer has not got this money back yet. Try again, or pay it out in cash."),
    "under_way": mark("Somebody is at it just now."),
}
ACTIONS: Mapping[SettleAction, str] = {
    SettleAction.ASK: mark("Ask again"),
    SettleAction.FINISH_SALE: mark("Make the sale"),
    SettleAction.CONTINUE_SALE: mark("To its checkout"),
    SettleAction.REVERSE: mark("Give back"),
    SettleAction.TRY_AGAIN: mark("Try again"),
    SettleAction.PAY_OUT_CASH: mark("Pay out in cash …"),
    SettleAction.DECIDE: mark("Decide …"),
    SettleAction.CARRY: mark("Carry over …"),
}


def tender(one: Tender, t: Texts) -> str:
    return t(TENDERS[one])


def leg_title(leg: PaymentLeg, t: Texts) -> str:
    """``Card **** 1234``; a refund's leg says so."""
    said = " ".join(part for part in (tender(leg.tender, t), leg.card) if part)
    return t("Back to: {leg}", leg=said) if leg.direction is Direction.REFUND else said


def about(one: AboutPayment, *, short: bool = False) -> str:
    """``G1 2026-12-05 05-12A 05-12B``; ``short``, for a list: ``G1 12-05 05-12A +1``. A refund's: its ticket."""
    if one.ticket or one.travel_on is None:
        return one.ticket or one.service
    day = f"{one.travel_on:%m-%d}" if short else one.travel_on.isoformat()
    places = one.places[:1] if short else one.places
    more = f"+{len(one.places) - 1}" if short and len(one.places) > 1 else ""
    return " ".join(part for part in (one.service, day, *places, more) if part)


def state(leg: PaymentLeg, t: Texts) -> tuple[str, str]:
    """Words and mood."""
    said, mood = STATES[leg.state]
    if leg.direction is Direction.REFUND and leg.state is S.NOT_PERFORMED:
        said, mood = NOT_PAID_BACK
    if leg.direction is Direction.REFUND and leg.state is S.APPROVED:
        said = PAID_BACK
    return t(said), mood


def reason(leg: PaymentLeg, t: Texts) -> str:
    """Why it is so, as a sentence of its own; "" where there is nothing to add."""
    return _sentence(t(REASONS[leg.reason]) if leg.reason in REASONS else refused(leg.reason, t))


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:]


def terminal(view: TerminalView, t: Texts) -> str:
    """Which one it is, whether it is ready, and why not."""
    if not view.configured:
        return t("No card terminal")
    if view.ready:
        said = t("Terminal {id}: {word}", id=view.terminal_id or view.name, word=t("ready"))
        return said if view.last_receipt is None else f"{said} · " + t("last receipt {n}", n=view.last_receipt)
    if view.trouble in REASONS:
        return _sentence(t(REASONS[view.trouble]))
    return t("Terminal {id}: {word}", id=view.terminal_id or view.name, word=t("not ready"))


def device(name: str, t: Texts) -> str:
    """Who was asked: the terminal, a wallet, central; a terminal that the station named itself keeps its name."""
    if name == Tender.CARD.value:
        return t("Card terminal")
    return next((tender(one, t) for one in Tender if one.value == name), name)


def ended(leg: PaymentLeg, t: Texts) -> Notice:
    """What became of a payment, for the notice bar."""
    owed = leg.direction is Direction.REFUND and leg.state in {S.NOT_PERFORMED, S.REVERSED}
    good = leg.state in {S.APPROVED, S.REVERSED, S.NOT_PERFORMED} and not owed
    return Notice(
        title=f"{leg_title(leg, t)}  {words.money(leg.amount)}: {state(leg, t)[0]}",
        what_happened=t("{sentence}.", sentence=why) if (why := reason(leg, t)) else "",
        what_to_do="" if good else t("It stands under Payments, with what to do about it."),
        mood="ok" if good else "warn",
        code=f"payment_{leg.state.value}",
    )


def no_news(t: Texts) -> Notice:
    """Asked again, and nobody knows more."""
    return Notice(
        title=t("No news yet"),
        what_to_do=t("A customer may still be paying. It is asked again every 20 seconds by itself."),
        mood="info",
        code="payment_no_news",
    )


def says(text: str, t: Texts) -> tuple[str, str]:
    """What is going on, in words, and what the terminal itself shows: verbatim, "" where it shows nothing else.

    The standard's words are translated, also two of them in a row.
    """
    if text in SAYS:
        return t(SAYS[text]), ""
    said, _, own = text.partition("\n")
    return "  ".join(t(one) if one in TERMINAL_WORDS else one for one in said.split(". ")), own


def next_step(item: SettleItem, t: Texts) -> str:
    return t(STEPS[item.next_step]) if item.next_step in STEPS else ""
