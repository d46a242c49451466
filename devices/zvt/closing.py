"""The end of a terminal's day: 06 50, its totals, its paper."""

from __future__ import annotations

from counter_app.domain.money import Money
from counter_app.ports.payments import Closing, ClosingLine, TerminalTrouble, Watch
from devices.zvt import codes, commands, messages
from devices.zvt.apdu import Apdu
from devices.zvt.connection import ZvtConfig
from devices.zvt.dialogue import Dialogue, Refused
from devices.zvt.messages import Status, read_abort, read_completion, read_intermediate, read_printing, read_status
from devices.zvt.numbers import Garbled
from devices.zvt.slips import Slips
from devices.zvt.transport import LineTrouble

# In the completion: a software update or a restart follows at some terminals. The day was ended all the same.
_AFTERWARDS = frozenset({0xE0, 0xFC})


class ClosingRun:
    """Played once. It moves no money; without a trustworthy end it is ``unknown`` and may be asked for again."""

    def __init__(self, config: ZvtConfig, watch: Watch) -> None:
        self._config = config
        self._watch = watch
        self._slips = Slips(config.width)
        self._status: Status | None = None
        self.keep_line = False

    @staticmethod
    def not_begun(trouble: TerminalTrouble) -> Closing:
        return Closing(done=False, unknown=False, reason=trouble.value, count=None, total=None, lines=(), slips=())

    def play(self, dialogue: Dialogue, command: Apdu) -> Closing:
        try:
            dialogue.ask(command)
            while (closing := self._step(dialogue, dialogue.next())) is None:
                pass
        except Refused as refused:
            self.keep_line = refused.code != codes.NOT_REGISTERED
            return self._closing(done=False, unknown=refused.repeated, reason=codes.result_name(refused.code))
        except LineTrouble as trouble:
            return self._closing(done=False, unknown=trouble.sent, reason=trouble.why)
        except Garbled:
            return self._closing(done=False, unknown=True, reason="garbled")
        return closing

    def _step(self, dialogue: Dialogue, said: Apdu) -> Closing | None:
        closing = None
        match said.control:
            case messages.STATUS:
                self._status = read_status(said, self._config.encoding)
            case messages.INTERMEDIATE:
                intermediate = read_intermediate(said, self._config.encoding)
                dialogue.longer(intermediate.timeout_min)
                self._watch.says(intermediate.words)
            case messages.PRINT_LINE | messages.PRINT_BLOCK:
                self._slips.add(read_printing(said, self._config.encoding))
            case messages.COMPLETION:
                closing = self._completed(read_completion(said).result)
            case messages.ABORT:
                code = read_abort(said, self._config.encoding).code
                reason = "aborted" if code is None else codes.result_name(code)
                closing = self._closing(done=False, unknown=False, reason=reason)
            case messages.SET_DATE:
                pass
            case _:
                dialogue.answer(commands.CANNOT)
                return None
        try:
            dialogue.done()
        except LineTrouble:
            if closing is None:
                raise
            return closing  # its last word was heard
        self.keep_line = closing is not None
        return closing

    def _completed(self, result: int | None) -> Closing:
        said = codes.DONE if self._status is None or self._status.result is None else self._status.result
        for code in (said, codes.DONE if result is None or result in _AFTERWARDS else result):
            if code != codes.DONE:
                return self._closing(done=False, unknown=False, reason=codes.result_name(code))
        return self._closing(done=True, unknown=False, reason="")

    def _closing(self, *, done: bool, unknown: bool, reason: str) -> Closing:
        currency = self._config.currency
        status = self._status or Status()
        rows = [row for row in status.totals if row.count or row.total_minor]
        total = status.amount_minor
        if total is None and status.totals:
            total = sum(row.total_minor for row in rows)
        return Closing(
            done=done,
            unknown=unknown,
            reason=reason,
            count=sum(row.count for row in rows) if status.totals else None,
            total=None if total is None else Money(total, currency),
            lines=tuple(
                ClosingLine(card_name=row.name, count=row.count, total=Money(row.total_minor, currency)) for row in rows
            ),
            slips=self._slips.finish(),
        )
