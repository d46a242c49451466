"""The line to one terminal: opened, registered, initialised where the terminal demands it, given up when in doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from counter_app.ports.clock import Clock
from counter_app.ports.payments import TerminalTrouble
from devices.links import NotReachable, Opener
from devices.zvt import codes, commands
from devices.zvt.apdu import Apdu
from devices.zvt.currencies import number_of
from devices.zvt.dialogue import Dialogue, Refused
from devices.zvt.messages import (
    ABORT,
    COMPLETION,
    PRINT_BLOCK,
    PRINT_LINE,
    SET_DATE,
    STATUS,
    Abort,
    read_abort,
    read_completion,
    read_state,
    read_status,
)
from devices.zvt.messages import INTERMEDIATE as INTERMEDIATE_STATUS
from devices.zvt.messages import Completion as CompletionMessage
from devices.zvt.messages import Status as StatusMessage
from devices.zvt.numbers import Garbled
from devices.zvt.texts import ZVT
from devices.zvt.transport import LineTrouble, SerialTransport, TcpTransport, Times, Transport

_ENDS: Final = frozenset({COMPLETION, ABORT})
_SERVED: Final = frozenset({INTERMEDIATE_STATUS, PRINT_LINE, PRINT_BLOCK, SET_DATE})
_INITIALISE, _DIAGNOSE = 0x01, 0x02  # bits of a registration's completion


@dataclass(frozen=True, slots=True, kw_only=True)
class ZvtConfig:
    """``currency``: ISO 4217 letters. ``prints_here``: we print the terminal's slips, ``width`` characters a line.

    ``encoding``: of :data:`devices.zvt.texts.ENCODINGS`. ``tells_width`` False: for one that refuses tag 12.
    """

    name: str
    password: int = 0
    currency: str = "EUR"
    prints_here: bool = True
    width: int = 32
    tells_width: bool = True
    encoding: str = ZVT
    times: Times = field(default_factory=Times)

    @property
    def config_byte(self) -> int:
        return commands.CONFIG_FULL if self.prints_here else commands.CONFIG_FULL & ~0x86

    @property
    def currency_number(self) -> int:
        number = number_of(self.currency)
        assert number is not None, self.currency
        return number


class Trouble(Exception):  # noqa: N818
    """A question that moves no money was not answered. The connection was given up where it is in doubt."""

    def __init__(self, kind: TerminalTrouble) -> None:
        self.kind = kind
        super().__init__(kind.value)


_OF_LINE: Final = {
    "timeout": TerminalTrouble.SILENT,
    "reset": TerminalTrouble.NOT_REACHABLE,
    "garbled": TerminalTrouble.GARBLED,
}


@dataclass(slots=True)
class _Answered:
    """All that a question brought: the last status, and how it ended."""

    status: StatusMessage | None = None
    completion: Apdu | None = None
    abort: Abort | None = None


class Connection:
    """Every call ends by its own deadline. Not for several threads."""

    def __init__(self, opener: Opener, config: ZvtConfig, clock: Clock) -> None:
        self._opener = opener
        self._config = config
        self._clock = clock
        self._transport: Transport | None = None
        self._due = 0  # what the registration's completion demands
        self.terminal_id = ""

    @property
    def transport(self) -> Transport:
        assert self._transport is not None
        return self._transport

    # ---- standing

    def stand(self) -> None:
        """A registered line, an older one where it still stands. Raises ``Trouble``; then no order was sent."""
        if self._transport is not None and self._transport.is_fresh():
            return
        self.drop()
        times = self._config.times
        try:
            link = self._opener.open(times.connect_s)
        except NotReachable as trouble:
            raise Trouble(TerminalTrouble.NOT_REACHABLE) from trouble
        kind = SerialTransport if self._opener.serial else TcpTransport
        self._transport = kind(link, times, self._clock)
        if self._opener.serial and not self._transport.is_fresh():  # a port that is opened may hold what came before
            self.drop()
            raise Trouble(TerminalTrouble.GARBLED)
        self._register()

    def drop(self) -> None:
        """What a line in doubt still brings belongs to nobody."""
        if self._transport is not None:
            self._transport.close()
        self._transport, self._due = None, 0

    def dialogue(self) -> Dialogue:
        times = self._config.times
        return Dialogue(self.transport, times, self._clock, t4_s=times.query_s, all_s=2 * times.query_s)

    def _register(self) -> None:
        config = self._config
        command = commands.register(
            config.password,
            config.config_byte,
            config.currency_number,
            width=config.width if config.tells_width else None,
        )
        try:
            answered = self._ask(command)
        except Refused as refused:
            self.drop()
            busy = refused.code in {codes.WAIT, 0xA0}
            raise Trouble(TerminalTrouble.BUSY if busy else TerminalTrouble.NOT_REGISTERED) from refused
        if answered.completion is None:
            self.drop()
            raise Trouble(TerminalTrouble.NOT_REGISTERED)
        found = self._read(answered.completion)
        self._due = found.status & (_INITIALISE | _DIAGNOSE)
        self.terminal_id = found.terminal_id

    def _read(self, completion: Apdu) -> CompletionMessage:
        try:
            return read_completion(completion)
        except Garbled as garbled:
            self.drop()
            raise Trouble(TerminalTrouble.GARBLED) from garbled

    # ---- questions

    def state(self) -> int | None:
        """05 01. None: it does not say. What it demands (initialisation, diagnosis) is done. Raises ``Trouble``."""
        if self._due:
            self._serve(self._due)
            self._due = 0
        code = self._state()
        demanded = {0x51: _INITIALISE, 0xC2: _DIAGNOSE}.get(code or 0)
        if demanded is None:
            return code
        self._serve(demanded)
        return self._state()

    def _state(self) -> int | None:
        try:
            answered = self._ask(commands.enquire(self._config.password))
        except Refused as refused:
            return refused.code
        if answered.completion is None:
            return None if answered.abort is None else answered.abort.code
        try:
            state = read_state(answered.completion)
        except Garbled as garbled:
            self.drop()
            raise Trouble(TerminalTrouble.GARBLED) from garbled
        self.terminal_id = self.terminal_id or state.terminal_id
        return state.code

    def _serve(self, demanded: int) -> None:
        """That it fails is seen in the state that follows."""
        orders = [commands.initialise(self._config.password)] * bool(demanded & _INITIALISE)
        orders += [commands.DIAGNOSE] * bool(demanded & _DIAGNOSE)
        for order in orders:
            try:
                self._ask(order)
            except Refused:
                continue

    def last(self) -> tuple[StatusMessage | None, bool]:
        """06 20: its last transaction, and whether it could tell. (None, True): it says that it has none.

        An end without a status is no such word: not all know the service byte that asks for it. Raises ``Trouble``.
        """
        try:
            answered = self._ask(commands.repeat_receipt(self._config.password))
        except Refused as refused:
            return None, refused.code not in codes.TRANSIENT
        if answered.abort is not None:
            code = answered.abort.code
            return None, code is not None and code not in codes.TRANSIENT
        return answered.status, answered.status is not None

    def _ask(self, command: Apdu) -> _Answered:
        """A command that moves no money, until its end. Raises ``Refused``, or ``Trouble`` after dropping the line."""
        dialogue, answered = self.dialogue(), _Answered()
        try:
            dialogue.ask(command)
            while answered.completion is None and answered.abort is None:
                got = dialogue.next()
                if got.control == STATUS:
                    answered.status = read_status(got, self._config.encoding)
                elif got.control == COMPLETION:
                    answered.completion = got
                elif got.control == ABORT:
                    answered.abort = read_abort(got, self._config.encoding)
                dialogue.answer(commands.DONE if got.control in _ENDS | _SERVED | {STATUS} else commands.CANNOT)
        except LineTrouble as trouble:
            self.drop()
            raise Trouble(_OF_LINE[trouble.why]) from trouble
        except Garbled as garbled:
            self.drop()
            raise Trouble(TerminalTrouble.GARBLED) from garbled
        return answered
