"""One order that moves money, from its first byte to the terminal's last word, and what that proves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from counter_app.domain.money import Money
from counter_app.domain.payments import CardResult
from counter_app.ports.payments import Approved, CardOutcome, Declined, NotSent, TerminalTrouble, Unknown, Watch
from devices.zvt import codes, commands, messages
from devices.zvt.apdu import Apdu
from devices.zvt.connection import ZvtConfig
from devices.zvt.dialogue import Dialogue, Refused
from devices.zvt.messages import Status, read_abort, read_intermediate, read_printing, read_status
from devices.zvt.numbers import Garbled
from devices.zvt.slips import Slips
from devices.zvt.stalling import Stalling
from devices.zvt.transport import LineTrouble

_DONE: Final = codes.written(codes.DONE)
_SOLD_ALL_THE_SAME: Final = 0xCD  # bought, without the cash back that was asked for besides


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``kind``: payment | reversal | refund. ``receipt``: of the payment that is to be reversed."""

    kind: str
    command: Apdu
    amount: Money
    receipt: int | None = None


def card_result(kind: str, said: Status, terminal_id: str) -> CardResult:
    """``terminal_id``: of the registration on the same line, where the status names none."""
    return CardResult(
        kind="reversal" if said.reversal else kind,
        result="" if said.result is None else codes.written(said.result),
        amount_minor=said.amount_minor,
        currency=said.currency,
        terminal_id=said.terminal_id or terminal_id,
        receipt=said.receipt,
        trace=said.trace,
        card=said.card,
        card_name=said.card_name,
        original_trace=said.original_trace,
    )


class OrderRun:
    """Played once. ``keep_line``: it ended as it should, the line may be used again."""

    def __init__(self, order: Order, config: ZvtConfig, watch: Watch, *, terminal_id: str) -> None:
        self._order = order
        self._config = config
        self._watch = watch
        self._terminal_id = terminal_id
        self._slips = Slips(config.width)
        self._refused: Status | None = None
        self._other: CardResult | None = None  # done, and not what was asked for
        self._spoilt = ""  # why no approval can be believed any more
        self.acknowledged: CardResult | None = None
        self.keep_line = False

    def play(self, dialogue: Dialogue) -> CardOutcome:
        try:
            dialogue.ask(self._order.command)
        except Refused as refused:
            return self._not_taken(refused)
        except LineTrouble as trouble:
            return self._unknown(trouble.why) if trouble.sent else NotSent(trouble=TerminalTrouble.NOT_REACHABLE)
        try:
            while (outcome := self._step(dialogue, dialogue.next())) is None:
                pass
        except LineTrouble as trouble:
            return self._unknown(self._spoilt or ("acknowledgement_lost" if self.acknowledged else trouble.why))
        except Garbled:
            return self._unknown(self._spoilt or "garbled")
        return outcome

    def _not_taken(self, refused: Refused) -> CardOutcome:
        """84 xx to the order itself: it was not begun. Unless the terminal may have had it twice."""
        if refused.repeated:
            return self._unknown("repeated")
        if self._is_already_reversed(refused.code):
            return self._unknown("already_reversed")
        self.keep_line = refused.code != codes.NOT_REGISTERED  # else: registered anew next time
        return Declined(code=codes.written(refused.code), words="")

    def _is_already_reversed(self, code: int | None) -> bool:
        """No refusal: it says that the money went back, by an earlier reversal."""
        return self._order.kind == "reversal" and code == codes.ALREADY_REVERSED

    # ---- what the terminal says on the way

    def _step(self, dialogue: Dialogue, said: Apdu) -> CardOutcome | None:
        match said.control:
            case messages.STATUS:
                self._status(dialogue, read_status(said, self._config.encoding))
            case messages.INTERMEDIATE:
                intermediate = read_intermediate(said, self._config.encoding)
                dialogue.longer(intermediate.timeout_min)
                dialogue.done()
                self._watch.says(intermediate.words)
            case messages.PRINT_LINE | messages.PRINT_BLOCK:
                self._slips.add(read_printing(said, self._config.encoding))
                dialogue.done()
            case messages.COMPLETION:
                return self._ended(dialogue, self._completed())
            case messages.ABORT:
                abort = read_abort(said, self._config.encoding)
                return self._ended(dialogue, self._aborted(abort.code, abort.words))
            case messages.SET_DATE:
                dialogue.done()  # its idea of the time; central's rules here
            case _:
                dialogue.answer(commands.CANNOT)
        return None

    def _ended(self, dialogue: Dialogue, outcome: CardOutcome) -> CardOutcome:
        try:
            dialogue.done()
        except LineTrouble:
            return outcome  # its last word was heard; that it does not hear ours changes nothing
        self.keep_line = not isinstance(outcome, Unknown)
        return outcome

    def _status(self, dialogue: Dialogue, said: Status) -> None:
        result = card_result(self._order.kind, said, self._terminal_id)
        if said.result is None:
            raise Garbled("a status without a result")
        if said.result != codes.DONE:
            if self.acknowledged is not None:
                self._spoilt = "contradiction"
            else:
                self._refused = said
                self._commit(dialogue, result)
            dialogue.done()
            return
        if self.acknowledged is not None:
            # It says it once more: it missed our answer, or adds details.
            if not _same(result, self.acknowledged):
                self._spoilt, self._other = "contradiction", result
            dialogue.done()
            return
        self._approval(dialogue, result)

    def _approval(self, dialogue: Dialogue, result: CardResult) -> None:
        asked = self._is_asked_for(result)
        durable = self._commit(dialogue, result)
        if not asked or (not durable and self._order.receipt not in {None, result.receipt}):
            self._other = result  # a reversal's trace may be another payment's: the watch saw that
        if not durable or not asked:
            self._spoilt = "not_committed" if self._other is None else "other_result"
        if not durable:
            dialogue.answer(commands.TAKE_BACK)
            return
        self._refused = None  # a second PIN was right
        if asked:
            self.acknowledged = result
        dialogue.done()

    def _is_asked_for(self, result: CardResult) -> bool:
        """As far as the order itself tells. That field 37 is the payment's trace, the watch knows."""
        return (
            result.amount_minor == self._order.amount.minor
            and result.currency in {None, self._order.amount.currency}
            and result.kind == self._order.kind
            and (self._order.receipt in {None, result.receipt} or result.original_trace is not None)
        )

    def _commit(self, dialogue: Dialogue, result: CardResult) -> bool:
        """Before anything is acknowledged. The terminal is asked to wait where that takes long."""
        stalling = Stalling(dialogue, self._config.times.stall_after_s)
        durable = stalling.run(lambda: self._watch.answered(result))
        if stalling.trouble is not None:
            raise stalling.trouble
        for said in stalling.came:
            self._again(said, result)
        if stalling.put_off:
            self._again(dialogue.next(), result)
        return durable

    def _again(self, said: Apdu, result: CardResult) -> None:
        """The status that was put off comes once more, and says the same: it is that one which is answered."""
        if said.control != messages.STATUS:
            raise Garbled("something else than the status that was asked for again")
        if not _same(
            card_result(self._order.kind, read_status(said, self._config.encoding), self._terminal_id), result
        ):
            raise Garbled("another status than the one that was put off")

    # ---- what its end proves

    def _completed(self) -> CardOutcome:
        if self._spoilt:
            return self._unknown(self._spoilt)
        if self.acknowledged is not None:
            return Approved(result=self.acknowledged, slips=self._slips.finish())
        return self._refusal() or self._unknown("no_status")

    def _aborted(self, code: int | None, words: str) -> CardOutcome:
        if self._spoilt:
            return self._unknown(self._spoilt)
        if self.acknowledged is not None:
            return self._unknown("aborted_after_status")  # it may have reversed it by itself
        refusal = self._refusal(words)
        if refusal is not None:
            return refusal
        if self._is_already_reversed(code):
            return self._unknown("already_reversed")
        if (
            self._refused is None
            and code is not None
            and codes.is_refusal(code, reversal=self._order.kind == "reversal")
        ):
            return Declined(code=codes.written(code), words=words, slips=self._slips.finish())
        return self._unknown("aborted" if code is None else f"aborted_{codes.result_name(code)}")

    def _refusal(self, words: str = "") -> Declined | None:
        """The status itself said that it was not done, and the terminal ended it."""
        said = self._refused
        if said is None or said.result is None:
            return None
        if said.result == _SOLD_ALL_THE_SAME or self._is_already_reversed(said.result):
            return None
        return Declined(code=codes.written(said.result), words=said.words or words, slips=self._slips.finish())

    def _unknown(self, reason: str) -> Unknown:
        return Unknown(reason=reason, result=self._other, slips=self._slips.finish())

    def settled_by(self, last: CardResult) -> Approved | None:
        """Whether the terminal, asked anew and idle, reports what we acknowledged as its last transaction."""
        mine = self.acknowledged
        if mine is None or self._spoilt or mine.receipt is None or last.result != _DONE:
            return None
        if not _same(replace(last, kind=mine.kind if last.kind == "" else last.kind), mine):
            return None
        return Approved(result=mine, slips=self._slips.finish(), completed=False)


def _same(one: CardResult, other: CardResult) -> bool:
    def key(result: CardResult) -> tuple[object, ...]:
        return (
            result.kind,
            result.result,
            result.amount_minor,
            result.terminal_id,
            result.receipt,
            result.original_trace,
        )

    return key(one) == key(other)
