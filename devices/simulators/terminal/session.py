"""One line's session: takes the till's commands, refuses what a terminal refuses, plays the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from devices.simulators.terminal.apdu import (
    OK,
    Apdu,
    MalformedError,
    UnknownFieldError,
    from_bcd,
    read_fields,
)
from devices.simulators.terminal.books import Kind
from devices.simulators.terminal.dialogue import Dialogue, PowerCutError
from devices.simulators.terminal.faults import Faults
from devices.simulators.terminal.house import RefusedError, TerminalHouse
from devices.simulators.terminal.lines import Line
from devices.simulators.terminal.messages import (
    CARD_INSIDE,
    INITIALISATION_DUE,
    NOT_POSSIBLE,
    NOT_REGISTERED,
    PROTOCOL_ERROR,
    WAIT,
    WRONG_CURRENCY,
    WRONG_PIN,
    read_registration,
    registered,
    state,
)
from devices.simulators.terminal.office import Office
from devices.simulators.terminal.orders import Order, read_order
from devices.simulators.terminal.transactions import Cashbox, Transaction

MONEY: Final[dict[int, Kind]] = {0x0601: "payment", 0x0630: "reversal", 0x0631: "refund"}
_WITH_PASSWORD: Final = {0x0630, 0x0631, 0x0610, 0x0612, 0x0620, 0x0650, 0x0691, 0x0693}
_FREE: Final = {0x0600, 0x0602, 0x0501, 0x06B0, 0x0801, 0x06E0, 0x0618}  # before any registration, too


class Session:
    """``serve`` runs in the line's own thread until the line is gone."""

    def __init__(self, house: TerminalHouse, line: Line) -> None:
        self._house = house
        self._line = line
        self._office = Office(house)
        self._commands: dict[int, Callable[[Dialogue, bytes], None]] = {
            0x0501: self._enquiry,
            0x0600: self._register,
            0x0602: self._log_off,
            0x06B0: self._abort,
            **self._office.commands,
        }

    def serve(self) -> None:
        while not self._house.closing:
            event = self._line.inbox.get()
            if isinstance(event, Apdu):
                self._house.note(f"< {event.control >> 8:02X} {event.control & 0xFF:02X}")
                if not event.answers and not self._house.deaf:
                    self._obey(event)
            if self._line.gone:
                return

    def _obey(self, command: Apdu) -> None:
        talk = Dialogue(self._house, self._line, Faults(base=self._house.faults), self._between)
        try:
            if self._house.faults.take("busy"):
                talk.answer(Apdu(0x8400 | WAIT))
            elif command.control in MONEY:
                self._money(command)
            else:
                self._dispatch(talk, command)
        except PowerCutError:
            self._house.power_cut()
        finally:
            self._line.flush()
            self._line.mend()

    def _dispatch(self, talk: Dialogue, command: Apdu) -> None:
        """Administration. While another line's customer acts, only what ``_between`` answers."""
        if self._house.under_way is not None:
            self._between(talk, command)
            return
        try:
            data = self._checked(command)
            self._commands[command.control](talk, data)
        except RefusedError as refusal:
            talk.answer(Apdu(0x8400 | refusal.code, refusal.data))

    def _checked(self, command: Apdu) -> bytes:
        """The data behind the password. Raises ``RefusedError``."""
        control, data = command.control, command.data
        if control not in self._commands and control not in MONEY:
            raise RefusedError(NOT_POSSIBLE)
        if control not in _FREE and not self._house.is_registered:
            raise RefusedError(NOT_REGISTERED)
        if control in _WITH_PASSWORD:
            if len(data) < 3:
                raise RefusedError(PROTOCOL_ERROR)
            self._check_password(data[:3])
            data = data[3:]
        return data

    def _check_password(self, given: bytes) -> None:
        if not self._house.settings.knows(given):
            raise RefusedError(WRONG_PIN)

    # ---- money

    def _money(self, command: Apdu) -> None:
        """Each command of these uses up one plan, if one was made."""
        if self._house.under_way is not None:
            self._between(Dialogue(self._house, self._line, Faults(base=self._house.faults)), command)
            return
        kept = self._line.faults
        faults = self._house.take_plan()
        talk = Dialogue(self._house, self._line, faults, self._between)
        try:
            order = self._order(command)
        except RefusedError as refusal:
            talk.answer(Apdu(0x8400 | refusal.code, refusal.data))
            return
        if self._house.begin(talk) is not None:
            talk.answer(Apdu(0x8400 | WAIT))
            return
        self._line.faults = faults
        try:
            Transaction(self._box(talk), order).run()
        except PowerCutError:
            self._house.power_cut()  # before anybody else may begin: what is pending is forgotten first
        finally:
            self._line.faults = kept
            self._house.end()

    def _order(self, command: Apdu) -> Order:
        data = self._checked(command)
        try:
            return read_order(MONEY[command.control], read_fields(data))
        except UnknownFieldError:
            raise RefusedError(NOT_POSSIBLE) from None
        except MalformedError:
            raise RefusedError(PROTOCOL_ERROR) from None

    def _box(self, talk: Dialogue) -> Cashbox:
        house = self._house
        return Cashbox(house.books, talk, house.registration, house.face(talk.faults), house.approval())

    def _between(self, talk: Dialogue, command: Apdu) -> None:
        """A command while a customer acts: the enquiry says wait, 06 B0 stops it, all else is answered 84 9C 00."""
        under_way = self._house.under_way
        lies = (under_way or talk).faults.on("says_ready")
        if command.control == 0x0501:
            self._enquiry(talk, command.data)
        elif command.control == 0x06B0:
            stopped = under_way is not None and under_way.stop()
            talk.answer(OK if stopped else Apdu(0x8400 | WAIT))
        elif command.control == 0x0600:
            self._register(talk, command.data)  # a till that began anew
        elif command.control == 0x0620 and lies:
            try:
                self._office.repeat(talk, self._checked(command))
            except RefusedError as refusal:
                talk.answer(Apdu(0x8400 | refusal.code))
        elif command.control in self._commands or command.control in MONEY:
            talk.answer(Apdu(0x8400 | WAIT))
        else:
            talk.answer(Apdu(0x8400 | NOT_POSSIBLE))

    # ---- registration and enquiry

    def _register(self, talk: Dialogue, data: bytes) -> None:
        house = self._house
        if len(data) < 4:
            talk.answer(Apdu(0x8400 | PROTOCOL_ERROR))
            return
        try:
            self._check_password(data[:3])
            fields = read_fields(data[6:])
            registration = read_registration(data[3], fields, currency_given=len(data) >= 6)
            currency = from_bcd(data[4:6]) if len(data) >= 6 else house.settings.currency
        except RefusedError as refusal:
            talk.answer(Apdu(0x8400 | refusal.code))
            return
        except UnknownFieldError:
            talk.answer(Apdu(0x8400 | NOT_POSSIBLE))
            return
        except MalformedError:
            talk.answer(Apdu(0x8400 | PROTOCOL_ERROR))
            return
        own = bytes.fromhex(f"{house.settings.currency:04d}")
        if currency != house.settings.currency:
            talk.answer(Apdu(0x841E, bytes((WRONG_CURRENCY,)) + own))
            return
        house.register(registration)
        talk.answer(OK)
        terminal_id = talk.faults.text("terminal_id") or house.settings.terminal_id
        status = 1 if talk.faults.on("uninitialised") else 0
        talk.tell(registered(status, terminal_id, house.settings.currency, registration))

    def _log_off(self, talk: Dialogue, _data: bytes) -> None:
        self._house.register(None)
        talk.answer(OK)

    def _enquiry(self, talk: Dialogue, data: bytes) -> None:
        house = self._house
        if data and (len(data) < 3 or not house.settings.knows(data[:3])):
            talk.answer(Apdu(0x8400 | (PROTOCOL_ERROR if len(data) < 3 else WRONG_PIN)))
            return
        try:
            service = read_fields(data[3:]).get(0x03, b"\0")[0]
        except (MalformedError, UnknownFieldError):
            talk.answer(Apdu(0x8400 | PROTOCOL_ERROR))
            return
        talk.answer(OK)
        talk.tell(state(self._condition(talk), house.settings.software, with_version=not service & 0x02))

    def _condition(self, talk: Dialogue) -> int:
        forced = talk.faults.code("enquiry")
        if forced is not None:
            return forced
        under_way = self._house.under_way
        if under_way is not None and not under_way.faults.on("says_ready"):
            return WAIT
        if talk.faults.on("uninitialised"):
            return INITIALISATION_DUE
        return CARD_INSIDE if talk.faults.on("card_left") else 0

    def _abort(self, talk: Dialogue, _data: bytes) -> None:
        """Nothing is under way: a card that is still inside is put out."""
        self._house.faults.set("card_left", "off")
        talk.answer(OK)
