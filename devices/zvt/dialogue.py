"""One command and the terminal's own commands that follow it, until it gives the word back. T3, T4, the abort."""

from __future__ import annotations

from threading import Event, Lock
from typing import Final

from counter_app.ports.clock import Clock
from devices.zvt import commands
from devices.zvt.apdu import Apdu
from devices.zvt.messages import is_answer, refusal_of
from devices.zvt.transport import LineTrouble, Times, Transport

_SLICE_S: Final = 0.1  # how soon an abort is noticed
_T4_MAX_S: Final = 600.0  # a terminal may ask for more time, up to 99 minutes
COMMANDS_MAX: Final = 10_000


class Refused(Exception):  # noqa: N818 - the terminal's answer
    """84 xx to our command. ``repeated``: it may have had it twice, and refused only the second."""

    def __init__(self, code: int, *, repeated: bool) -> None:
        self.code = code
        self.repeated = repeated
        super().__init__(f"84 {code:02X}")


class Dialogue:
    """``t4_s``: between two words of the terminal; ``all_s``: in all; ``stop``: set when the clerk wants it stopped."""

    def __init__(
        self, transport: Transport, times: Times, clock: Clock, *, t4_s: float, all_s: float, stop: Event | None = None
    ) -> None:
        self._transport = transport
        self._times = times
        self._clock = clock
        self._t4_s = t4_s
        self._stop = stop
        self._end_ms = clock.monotonic_ms() + round(all_s * 1000)
        self._word_ms = clock.monotonic_ms()
        self._given_up = False
        self._commands = 0
        self._sending = Lock()

    def ask(self, command: Apdu) -> None:
        """Raises ``Refused`` on 84 xx, ``LineTrouble`` where no answer came in T3 or something else did."""
        repeated = self._transport.send(command)
        answer = self._transport.receive(self._times.t3_s)
        if answer is None:
            raise LineTrouble("timeout")
        if not is_answer(answer):
            raise LineTrouble("garbled")  # it is in the middle of something of its own
        code = refusal_of(answer)
        if code is not None:
            raise Refused(code, repeated=repeated)
        self._word_ms = self._clock.monotonic_ms()

    def next(self) -> Apdu:
        """The terminal's next command. Raises ``LineTrouble``; before it gives up, it asks the terminal to stop."""
        while True:
            self._ask_to_stop()
            left_s = self._left_s()
            got = self._transport.receive(min(_SLICE_S, left_s))
            if got is None:
                if left_s <= 0:
                    self._give_up()
                continue
            self._commands += 1
            if self._commands > COMMANDS_MAX:
                raise LineTrouble("garbled")
            if is_answer(got):
                continue  # to our 06 B0: 80 00, or 84 83 where it is too late. The outcome is what comes at the end.
            self._word_ms = self._clock.monotonic_ms()
            return got

    def _left_s(self) -> float:
        now_ms = self._clock.monotonic_ms()
        return (min(self._word_ms + round(self._t4_s * 1000), self._end_ms) - now_ms) / 1000

    def _give_up(self) -> None:
        if self._given_up or self._stop is None:
            raise LineTrouble("timeout")
        # While a PIN is typed a terminal may be unable to speak: it is told to stop before we stop listening.
        self._given_up = True
        self._t4_s = self._times.t3_s
        self._word_ms = self._clock.monotonic_ms()
        self._end_ms = self._word_ms + round(2 * self._times.t3_s * 1000)
        self._send_abort()

    def _ask_to_stop(self) -> None:
        if self._stop is not None and self._stop.is_set():
            self._stop.clear()
            self._send_abort()

    def _send_abort(self) -> None:
        try:
            with self._sending:
                self._transport.send(commands.ABORT)
        except LineTrouble as trouble:
            # On a serial line it may cross what the terminal is saying just now: then nothing is lost but the abort.
            if trouble.why == "reset":
                raise

    def longer(self, minutes: int | None) -> None:
        """04 FF with a T4 of its own."""
        if minutes is not None and not self._given_up:
            self._t4_s = max(self._t4_s, min(minutes * 60.0, _T4_MAX_S))

    def done(self) -> None:
        self.answer(commands.DONE)

    def answer(self, answer: Apdu) -> None:
        """Raises ``LineTrouble``: whether it arrived is unknown."""
        with self._sending:
            self._transport.send(answer)

    def receive(self, within_s: float) -> Apdu | None:
        """Without a deadline's consequences; for whoever waits beside us (:mod:`devices.zvt.stalling`)."""
        return self._transport.receive(within_s)
