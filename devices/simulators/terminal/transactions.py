"""Payment, reversal, refund: from the command to 06 0F or 06 1E (PA00P015, 2.2, 2.9, 2.15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from devices.simulators.terminal import receipts
from devices.simulators.terminal.apdu import OK, Apdu, bcd
from devices.simulators.terminal.books import Books, BooksFullError, Entry
from devices.simulators.terminal.cards import CARDS, Card
from devices.simulators.terminal.dialogue import AbortedError, Dialogue
from devices.simulators.terminal.messages import (
    ABORTED,
    ALREADY_REVERSED,
    INITIALISATION_DUE,
    NO_REVERSAL,
    PINS_EXHAUSTED,
    TOO_SMALL,
    TURNOVER_FULL,
    UNREADABLE,
    WAIT,
    WRONG_AMOUNT,
    WRONG_CURRENCY,
    Registration,
    aborted,
    approved,
    refused,
)
from devices.simulators.terminal.orders import Order, partly_sold

PINS_MAX: Final = 3
_WAKE_S, _INSERT_S, _PIN_S, _BANK_S, _REMOVE_S = 0.1, 2.0, 3.0, 1.5, 1.0
_STATUS_REPEATS_MAX: Final = 1_000


class Cashbox:
    """The books and what a transaction needs besides: the clock's face and approval numbers."""

    def __init__(self, books: Books, dialogue: Dialogue, registration: Registration, at: str, approval: str) -> None:
        self.books = books
        self.dialogue = dialogue
        self.registration = registration
        self.at = at
        self.approval = approval

    @property
    def terminal_id(self) -> str:
        return self.dialogue.faults.text("terminal_id") or self.dialogue.house.settings.terminal_id


class Transaction:
    """``run`` answers the command, plays it and ends it. The books are right at every moment of it."""

    def __init__(self, box: Cashbox, order: Order) -> None:
        self._box = box
        self._order = order
        self._talk = box.dialogue
        self._faults = box.dialogue.faults
        self._settings = box.dialogue.house.settings
        self._card: Card = CARDS[self._settings.card]
        self._contactless = False
        self._with_pin = False

    def run(self) -> None:
        talk = self._talk
        talk.point("start")
        code = self._faults.code("reject")
        if code is not None:
            talk.answer(Apdu(0x8400 | code))
            return
        talk.answer(OK)
        talk.point("ack")
        talk.pause(_WAKE_S)
        if self._faults.on("unperformed"):
            talk.house.note("! not performed, and nothing told")
            talk.silent = True
            return
        try:
            self._refuse_impossible()
            self._customer()
            self._bank()
        except AbortedError as abort:
            self._end_refused(abort.code)
            return
        finally:
            talk.stoppable = False
        if self._faults.on("bare_abort") or self._faults.on("abort_code"):
            code = self._faults.code("abort_code")
            self._box.books.decline(
                replace(self._entry(result=0xFF if code is None else code), trace=self._box.books.next_trace())
            )
            talk.tell(Apdu(0x061E) if code is None else aborted(code))
            return
        if not self._untrue():
            self._settle()

    # ---- before anything is charged

    def _refuse_impossible(self) -> None:
        order = self._order
        if order.currency not in {None, self._settings.currency}:
            raise AbortedError(WRONG_CURRENCY)
        if order.kind == "reversal":
            self._original()
        elif not order.amount_minor:
            raise AbortedError(TOO_SMALL)
        if self._box.books.full:
            raise AbortedError(TURNOVER_FULL)
        if self._faults.on("uninitialised"):
            raise AbortedError(INITIALISATION_DUE)

    def _original(self) -> Entry:
        """The payment that is to be reversed. Another amount than its own is refused; so is a second time."""
        books, order = self._box.books, self._order
        assert order.receipt is not None
        found = books.payment(order.receipt)
        if self._faults.on("reverses_last"):
            found = books.last_payment()
        if found is None:
            raise AbortedError(NO_REVERSAL)
        if found.state == "reversed":
            raise AbortedError(ALREADY_REVERSED)
        if order.amount_minor not in {None, found.amount_minor} and not self._faults.on("reverses_last"):
            raise AbortedError(WRONG_AMOUNT)
        return found

    def _customer(self) -> None:
        """A card and, from a chip, a PIN. A reversal needs neither: the payment's card is known."""
        talk = self._talk
        talk.stoppable = True
        if self._order.kind == "reversal":
            talk.status(0x17)
            return
        talk.status(0x0A)
        if self._faults.on("no_card"):
            talk.pause(self._settings.patience_s, 0x0A)
            raise AbortedError
        if self._settings.manual:
            key = talk.key(("insert", "tap"), self._settings.patience_s, 0x0A)
            if key is None:
                raise AbortedError
            self._contactless = key == "tap"
        else:
            talk.pause(_INSERT_S, 0x0A)
        if not self._contactless:
            self._pin()

    def _pin(self) -> None:
        talk = self._talk
        talk.status(0x01)
        talk.point("pin")
        for attempt in range(1, PINS_MAX + 1):
            talk.pause(self._faults.number("pin_pause"), 0x01)
            if self._faults.on("customer_aborts"):
                raise AbortedError
            if self._faults.on("card_removed"):
                raise AbortedError(UNREADABLE)
            wrong = attempt <= self._faults.number("wrong_pin")
            if self._settings.manual:
                key = talk.key(("pin-ok", "pin-wrong", "remove"), self._settings.patience_s, 0x01)
                if key is None:
                    raise AbortedError
                if key == "remove":
                    raise AbortedError(UNREADABLE)
                wrong = key == "pin-wrong"
            else:
                talk.pause(_PIN_S, 0x01)
            if not wrong:
                self._with_pin = True
                return
            talk.status(0x15)
        talk.status(0x18)
        raise AbortedError(PINS_EXHAUSTED)

    def _bank(self) -> None:
        """The bank is asked: from here on stop comes too late."""
        talk = self._talk
        talk.pause(0)
        talk.stoppable = False
        talk.status(0x04)
        talk.pause(_BANK_S, 0x04)
        code = self._faults.code("decline")
        if code is not None:
            raise AbortedError(code)
        if self._order.kind != "reversal":
            talk.status(0x0B)
            if not self._settings.manual:
                talk.pause(_REMOVE_S)

    # ---- refused

    def _end_refused(self, code: int) -> None:
        """04 0F with the code, the receipt of the refusal, 06 1E. Nothing is charged."""
        talk, books = self._talk, self._box.books
        talk.stoppable = False
        entry = replace(self._entry(result=code), trace=books.next_trace())
        books.decline(entry)
        talk.house.display("DECLINED" if code != ABORTED else "ABORTED")
        talk.ask(refused(code, self._box.terminal_id), self._settings.timers.reply_s)
        talk.point("status")
        if entry.kind != "reversal" and self._with_pin:
            self._print(entry, (receipts.CUSTOMER,))
        talk.point("completion")
        named = code == WRONG_CURRENCY and self._order.currency is not None
        talk.tell(aborted(code, bcd(self._settings.currency, 2) if named else b""))
        talk.point("completed")

    # ---- approved

    def _entry(self, *, result: int = 0) -> Entry:
        order, card = self._order, self._card
        base = Entry(
            kind=order.kind,
            state="pending",
            result=result,
            receipt=0,
            trace=1,
            amount_minor=order.amount_minor or 0,
            currency=self._settings.currency,
            at=self._box.at,
            card_number=card.masked,
            card_name=card.name,
            card_kind=card.kind,
            bucket=card.bucket,
            aid=card.aid,
            contactless=self._contactless,
            with_pin=self._with_pin,
            authorisation=self._box.approval,
            terminal_id=self._box.terminal_id,
        )
        if order.kind != "reversal" or result:
            return base
        original = self._original()
        return replace(
            base,
            amount_minor=original.amount_minor,
            card_number=original.card_number,
            card_name=original.card_name,
            card_kind=original.card_kind,
            bucket=original.bucket,
            aid=original.aid,
            original_trace=original.trace,
            original_receipt=original.receipt,
            receipt=original.receipt if self._faults.on("echoes_receipt") else 0,
        )

    def _untrue(self) -> bool:
        """A terminal that says what is not: it names the last transaction, or its number, and performs nothing."""
        last = self._box.books.last
        if self._faults.on("stale") and last is not None:
            said = last
        elif self._faults.on("phantom") and last is not None:
            said = replace(self._entry(), receipt=last.receipt, trace=last.trace)
        else:
            return False
        self._talk.house.note("! not performed, but told")
        self._talk.ask(self._status(said), self._settings.timers.reply_s)
        self._talk.tell(Apdu(0x060F))
        return True

    def _settle(self) -> None:
        """The order that decides over money: pending in the books, 04 0F, its acknowledgement, stored, 06 0F."""
        talk, books = self._talk, self._box.books
        try:
            entry = books.approve(replace(self._entry(), trace=books.next_trace()))
        except BooksFullError:
            self._end_refused(TURNOVER_FULL)
            return
        talk.point("host")
        reply = self._deliver(entry)
        partly = partly_sold(reply, entry.amount_minor)
        accepted = reply is not None and (reply.positive or partly is not None)
        if accepted and self._faults.on("commits_on_print"):
            accepted = self._print(entry, (receipts.MERCHANT, receipts.CUSTOMER))
        kept = reply is None and self._faults.on("keeps")
        if not accepted and not kept:
            self._auto_reverse(reply)
            return
        entry = books.store(amount_minor=partly)
        talk.house.note(f"stored: {entry.kind} {entry.amount_minor} receipt {entry.receipt:04d}")
        talk.house.display("APPROVED", receipts.amount_text(entry.amount_minor))
        talk.point("acknowledged")
        if not self._faults.on("commits_on_print"):
            self._print(entry, (receipts.MERCHANT, receipts.CUSTOMER))
        talk.point("completion")
        talk.tell(Apdu(0x060F))
        talk.point("completed")

    def _deliver(self, entry: Entry) -> Apdu | None:
        """04 0F until the till has sold: 84 9C 00 asks for two seconds more, as often as the command allowed."""
        talk, order, timers = self._talk, self._order, self._settings.timers
        wait_s = order.delivery_s or timers.delivery_s
        repeats = _STATUS_REPEATS_MAX if order.repeats_max is None else order.repeats_max
        for _ in range(repeats + 1):
            reply = self._asked(entry, wait_s)
            if reply is None or reply.control != 0x8400 | WAIT:
                return reply
            talk.key((), timers.again_s)
        return Apdu(0x8400 | WAIT)

    def _asked(self, entry: Entry, wait_s: float) -> Apdu | None:
        """The point ``status`` lies between 04 0F and its answer: what comes then is not heard."""
        talk = self._talk
        strikes = any(self._faults.at(fault, "status") for fault in ("drop", "silence", "power_cut"))
        if not strikes:
            return talk.ask(self._status(entry), wait_s)
        if talk.heard:
            talk.line.send(self._status(entry))
        talk.point("status")
        return None

    def _auto_reverse(self, reply: Apdu | None) -> None:
        talk = self._talk
        entry = self._box.books.auto_reverse()
        assert entry is not None
        talk.house.note(f"auto-reversed: {entry.kind} {entry.amount_minor} receipt {entry.receipt:04d}")
        talk.house.display("REVERSED")
        if reply is None:
            return  # nobody is there
        talk.status(0x05)
        if reply.control == 0x8400 | WAIT:
            talk.tell(Apdu(0x040F, bytes((0x27, ABORTED))))
        talk.tell(aborted(ABORTED))

    def _status(self, entry: Entry) -> Apdu:
        card = next((one for one in CARDS.values() if one.masked == entry.card_number), self._card)
        return approved(
            entry,
            self._box.registration,
            self._faults,
            full_number=card.number,
            currency=self._order.currency is not None,
        )

    def _print(self, entry: Entry, copies: tuple[int, ...]) -> bool:
        return print_receipts(
            self._talk,
            self._box.registration,
            [(copy, receipts.transaction(entry, copy, self._settings.merchant, width(self._box))) for copy in copies],
            administration=False,
        )


def width(box: Cashbox) -> int:
    return box.registration.width or box.dialogue.house.settings.width


def print_receipts(
    talk: Dialogue, registration: Registration, papers: list[tuple[int, list[receipts.Line]]], *, administration: bool
) -> bool:
    """To the till's printer, our own, or nowhere, as the registration has it. False: the till did not print all."""
    whose = registration.prints(administration=administration)
    if whose != "till":
        if whose == "terminal":
            talk.house.display(*(f"| {text}" for _, lines in papers for _, text in lines))
        return True
    messages = [
        message
        for copy, lines in papers
        for message in ([receipts.as_block(lines, copy)] if registration.blocks else receipts.as_lines(lines))
    ]
    done = True
    for number, message in enumerate(messages):
        reply = talk.ask(message, talk.house.settings.timers.reply_s)
        done &= reply is not None and reply.positive
        if number == 0:
            talk.point("print")
    return done
