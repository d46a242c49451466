"""A card terminal as the core calls it: the session of one order, and what its end proves.

The rules of money. The caller has committed before an order is given. A status (04 0F) is the caller's to commit before
``80 00 00`` is sent. What is lost, late, broken or contradictory is ``Unknown``; only a terminal's own refusal is one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event, Lock
from typing import Final

from counter_app.domain.money import Money
from counter_app.domain.payments import CardResult, TerminalReport
from counter_app.ports.clock import Clock
from counter_app.ports.payments import (
    Approved,
    CardOutcome,
    Closing,
    NotSent,
    TerminalStatus,
    TerminalTrouble,
    Unknown,
    Watch,
)
from devices.links import Opener
from devices.zvt import codes, commands
from devices.zvt.closing import ClosingRun
from devices.zvt.connection import Connection, Trouble, ZvtConfig
from devices.zvt.dialogue import Dialogue
from devices.zvt.messages import Status
from devices.zvt.order import Order, OrderRun, card_result

_log = logging.getLogger(__name__)
_SETTLE_TRIES: Final = 4
_SETTLE_PAUSE_S: Final = 1.0
_REMEMBERS_MS: Final = 10 * 60 * 1000  # a terminal knows its last transaction at least so long


class ZvtTerminal:
    """Implements ``ports.payments.CardTerminal``. ``pause``: waits so many seconds, for tests to shorten."""

    def __init__(
        self, opener: Opener, config: ZvtConfig, clock: Clock, *, pause: Callable[[float], object] | None = None
    ) -> None:
        self._config = config
        self._clock = clock
        self._connection = Connection(opener, config, clock)
        self._stop = Event()
        self._working = Lock()
        self._closing = False
        self._sold_ms: int | None = None
        self._last_receipt: int | None = None
        self._pause = pause if pause is not None else Event().wait

    @property
    def name(self) -> str:
        return self._config.name

    @property
    def longest(self) -> timedelta:
        return timedelta(seconds=self._config.times.longest_s)

    # ---- what it says of itself

    def status(self) -> TerminalStatus:
        with self._alone():
            return self._asked()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One call at a time; ``close`` in the middle of one waits for its end."""
        with self._working:
            try:
                yield
            finally:
                if self._closing:
                    self._connection.drop()

    def _asked(self) -> TerminalStatus:
        try:
            self._connection.stand()
            code = self._connection.state()
            if code == codes.WAIT:
                return self._status(TerminalTrouble.BUSY, TerminalReport(ready=False, terminal_id=self._id, last=None))
            if code == codes.NOT_REGISTERED:
                self._connection.drop()
                return self._status(TerminalTrouble.NOT_REGISTERED, None)
            if code is None:
                return self._status(TerminalTrouble.GARBLED, None)
            if code != codes.READY:
                _log.info("terminal %s: %s", self.name, codes.state_name(code))
            said, could_tell = self._connection.last()
        except Trouble as trouble:
            return self._status(trouble.kind, None)
        if said is None and could_tell and self._has_just_sold:
            could_tell = False  # it forgets, or refuses the question itself: then it proves nothing either
        last = None if said is None else self._last(said)
        report = TerminalReport(
            ready=code == codes.READY and could_tell,
            terminal_id=self._id or ("" if last is None else last.terminal_id),
            last=last,
        )
        return self._status(TerminalTrouble.NONE, report)

    def _last(self, said: Status) -> CardResult | None:
        """Some repeat a refused transaction, without a receipt: then the last number that we saw still holds."""
        if said.result is None:
            return None
        result = card_result("", said, self._id)
        if said.result == codes.DONE:
            self._last_receipt = result.receipt
        elif result.receipt is None:
            return None if self._last_receipt is None else replace(result, receipt=self._last_receipt)
        return result

    @property
    def _has_just_sold(self) -> bool:
        return self._sold_ms is not None and self._clock.monotonic_ms() - self._sold_ms < _REMEMBERS_MS

    @property
    def _id(self) -> str:
        return self._connection.terminal_id

    def _status(self, trouble: TerminalTrouble, report: TerminalReport | None) -> TerminalStatus:
        return TerminalStatus(name=self.name, trouble=trouble, report=report)

    # ---- money

    def charge(self, amount: Money, watch: Watch) -> CardOutcome:
        self._check(amount)
        command = commands.pay(amount.minor, self._config.currency_number)
        return self._run(Order(kind="payment", command=command, amount=amount), watch)

    def reverse(self, receipt: int, amount: Money, watch: Watch) -> CardOutcome:
        self._check(amount)
        assert 0 <= receipt <= 9_999, "a receipt number has four digits"
        command = commands.reverse(self._config.password, receipt, amount.minor, self._config.currency_number)
        return self._run(Order(kind="reversal", command=command, amount=amount, receipt=receipt), watch)

    def refund(self, amount: Money, watch: Watch) -> CardOutcome:
        self._check(amount)
        command = commands.refund(self._config.password, amount.minor, self._config.currency_number)
        return self._run(Order(kind="refund", command=command, amount=amount), watch)

    def _check(self, amount: Money) -> None:
        assert amount.currency == self._config.currency, "the terminal is registered in one currency"
        assert 0 < amount.minor <= commands.AMOUNT_MAX_MINOR

    def _run(self, order: Order, watch: Watch) -> CardOutcome:
        with self._alone():
            outcome = self._played(order, watch)
            if isinstance(outcome, Approved):
                self._sold_ms, self._last_receipt = self._clock.monotonic_ms(), outcome.result.receipt
            return outcome

    def _played(self, order: Order, watch: Watch) -> CardOutcome:
        self._stop.clear()
        try:
            self._connection.stand()
        except Trouble as trouble:
            return NotSent(trouble=trouble.kind)
        run = OrderRun(order, self._config, watch, terminal_id=self._id)
        try:
            outcome = run.play(self._dialogue(self._config.times.t4_s, self._config.times.longest_s))
        except BaseException:
            self._connection.drop()  # nothing was acknowledged that was not committed; the terminal is left to itself
            raise
        if run.keep_line:
            return outcome
        self._connection.drop()
        if isinstance(outcome, Unknown):
            _log.info("terminal %s: %s unknown, %s", self.name, order.kind, outcome.reason)
        return self._settled(outcome, run) if run.acknowledged is not None else outcome

    def _dialogue(self, t4_s: float, all_s: float) -> Dialogue:
        return Dialogue(
            self._connection.transport, self._config.times, self._clock, t4_s=t4_s, all_s=all_s, stop=self._stop
        )

    def _settled(self, outcome: CardOutcome, run: OrderRun) -> CardOutcome:
        """The answer is durable here, the acknowledgement was sent, then the line was lost: the terminal is asked.

        The standard contradicts itself on whether the payment stands then (PA00P015, 2.2.8 and 2.2.9).
        """
        for n in range(_SETTLE_TRIES):
            if n:
                self._pause(_SETTLE_PAUSE_S)
            status = self._asked()
            if status.ready and status.report is not None and status.report.last is not None:
                return run.settled_by(status.report.last) or outcome
            if status.trouble is TerminalTrouble.NOT_REACHABLE and n:
                break
        return outcome

    # ---- the end of the day, the abort, the end

    def end_of_day(self, watch: Watch) -> Closing:
        with self._alone():
            closing = self._closed(watch)
            if closing.done:
                self._sold_ms = None  # some forget their last transaction with it
            return closing

    def _closed(self, watch: Watch) -> Closing:
        self._stop.clear()
        try:
            self._connection.stand()
        except Trouble as trouble:
            return ClosingRun.not_begun(trouble.kind)
        run = ClosingRun(self._config, watch)
        times = self._config.times
        try:
            closing = run.play(
                self._dialogue(times.t4_s, times.end_of_day_s), commands.end_of_day(self._config.password)
            )
        except BaseException:
            self._connection.drop()
            raise
        if not run.keep_line:
            self._connection.drop()
        return closing

    def abort(self) -> None:
        self._stop.set()

    def close(self) -> None:
        self._closing = True
        if self._working.acquire(blocking=False):
            try:
                self._connection.drop()
            finally:
                self._working.release()
