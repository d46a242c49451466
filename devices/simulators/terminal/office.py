"""The commands of administration: repeat, totals, end of day, diagnosis, clock, display (PA00P015, 2.16 to 2.61)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from devices.simulators.terminal import receipts
from devices.simulators.terminal.apdu import OK, Apdu, MalformedError, UnknownFieldError, from_bcd, read_fields
from devices.simulators.terminal.cards import CARDS
from devices.simulators.terminal.dialogue import Dialogue, PowerCutError
from devices.simulators.terminal.house import RefusedError, TerminalHouse
from devices.simulators.terminal.messages import NOT_POSSIBLE, PROTOCOL_ERROR, aborted, approved, day_closed, told_time
from devices.simulators.terminal.transactions import print_receipts

NO_END_OF_DAY: Final = 0x77
_HOST_S, _SERVICE_S = 2.0, 1.0


class Office:
    """``commands``: what is played, by control field. Each gets the data behind the password."""

    def __init__(self, house: TerminalHouse) -> None:
        self._house = house
        self.commands: dict[int, Callable[[Dialogue, bytes], None]] = {
            0x0610: self._turnover,
            0x0612: self._reprint,
            0x0618: self._reset,
            0x0620: self.repeat,
            0x0650: self._end_of_day,
            0x0670: self._diagnosis,
            0x0691: self._set_clock,
            0x0693: self._initialise,
            0x06E0: self._display,
            0x0801: self._service,
            0x0802: self._switch_protocol,
        }

    @property
    def _width(self) -> int:
        return self._house.registration.width or self._house.settings.width

    # ---- receipts

    def repeat(self, talk: Dialogue, data: bytes) -> None:
        """The last one stored: its 04 0F if bit 0 of the service byte asks for it, its receipts unless bit 1."""
        house = self._house
        try:
            service = read_fields(data).get(0x03, b"\0")[0]
        except (MalformedError, UnknownFieldError):
            raise RefusedError(PROTOCOL_ERROR) from None
        last = house.books.last
        talk.answer(OK)
        if last is None:
            talk.tell(aborted(NOT_POSSIBLE))
            return
        if service & 0x01:
            number = next((one.number for one in CARDS.values() if one.masked == last.card_number), last.card_number)
            talk.tell(
                approved(
                    last,
                    house.registration,
                    talk.faults,
                    full_number=number,
                    currency=house.registration.currency_given,
                )
            )
        if not service & 0x02:
            self._print_copies(talk, [last.receipt])
        talk.tell(Apdu(0x060F))

    def _reprint(self, talk: Dialogue, data: bytes) -> None:
        """06 12: the receipts from one number to another, of the day that is open."""
        if len(data) not in {2, 4}:
            raise RefusedError(PROTOCOL_ERROR)
        try:
            first, last = from_bcd(data[:2]), from_bcd(data[-2:])
        except MalformedError:
            raise RefusedError(PROTOCOL_ERROR) from None
        talk.answer(OK)
        self._print_copies(talk, list(range(first, last + 1)))
        talk.tell(Apdu(0x060F))

    def _print_copies(self, talk: Dialogue, numbers: list[int]) -> None:
        house = self._house
        last = house.books.last
        for number in numbers:
            found = last if last is not None and last.receipt == number else house.books.by_receipt(number)
            if found is None:
                continue
            papers = [
                (copy, receipts.transaction(found, copy, house.settings.merchant, self._width, repeated=True))
                for copy in (receipts.MERCHANT, receipts.CUSTOMER)
            ]
            print_receipts(talk, house.registration, papers, administration=False)

    # ---- the day

    def _turnover(self, talk: Dialogue, _data: bytes) -> None:
        self._tell_totals(talk, close=False)

    def _end_of_day(self, talk: Dialogue, _data: bytes) -> None:
        self._tell_totals(talk, close=True)

    def _tell_totals(self, talk: Dialogue, *, close: bool) -> None:
        """An end of day counts when the totals are acknowledged; until then the batch stays as it is."""
        house = self._house
        talk.point("start")
        talk.answer(OK)
        talk.point("ack")
        talk.status(0x0E)
        talk.pause(_HOST_S, 0x0E)
        code = talk.faults.code("abort_code")
        if code is not None:
            talk.tell(aborted(code))
            return
        totals = house.books.totals(house.face(talk.faults), house.books.next_trace())
        currency = house.settings.currency if house.registration.currency_given else None
        reply = talk.ask(day_closed(totals, currency), house.settings.timers.reply_s)
        talk.point("status")
        if reply is None or not reply.positive:
            talk.tell(aborted(NO_END_OF_DAY))
            return
        if close:
            house.books.close_batch(totals)
            house.note(f"end of day: {totals.total_minor}")
            settings = house.settings
            lines = receipts.end_of_day(totals, settings.terminal_id, settings.currency, settings.merchant, self._width)
            print_receipts(talk, house.registration, [(receipts.ADMINISTRATION, lines)], administration=True)
        talk.point("completion")
        talk.tell(Apdu(0x060F))

    # ---- the rest

    def _diagnosis(self, talk: Dialogue, _data: bytes) -> None:
        talk.answer(OK)
        talk.status(0x0E)
        talk.pause(_HOST_S, 0x0E)
        talk.tell(told_time(datetime.fromisoformat(self._house.face(talk.faults))))
        talk.tell(Apdu(0x060F))

    def _initialise(self, talk: Dialogue, _data: bytes) -> None:
        talk.answer(OK)
        talk.status(0x0E)
        talk.pause(_HOST_S, 0x0E)
        self._house.faults.set("uninitialised", "off")
        talk.tell(Apdu(0x060F))

    def _set_clock(self, talk: Dialogue, data: bytes) -> None:
        """Taken and checked; the terminal's clock is the machine's, which no till may set."""
        try:
            fields = read_fields(data)
        except (MalformedError, UnknownFieldError):
            raise RefusedError(PROTOCOL_ERROR) from None
        if {0xAA, 0x0C} - fields.keys():
            raise RefusedError(PROTOCOL_ERROR)
        self._house.faults.set("clock", "off")
        talk.answer(OK)
        talk.tell(Apdu(0x060F))

    def _display(self, talk: Dialogue, data: bytes) -> None:
        try:
            fields = read_fields(data)
        except (MalformedError, UnknownFieldError):
            raise RefusedError(PROTOCOL_ERROR) from None
        self._house.display(*(fields[key].decode("cp437") for key in range(0xF1, 0xF9) if key in fields))
        talk.answer(OK)

    def _service(self, talk: Dialogue, _data: bytes) -> None:
        talk.answer(OK)
        talk.status(0x1A)
        talk.pause(_SERVICE_S, 0x1A)
        talk.tell(Apdu(0x060F))

    def _reset(self, talk: Dialogue, _data: bytes) -> None:
        talk.answer(OK)
        talk.tell(Apdu(0x060F))
        raise PowerCutError

    def _switch_protocol(self, talk: Dialogue, data: bytes) -> None:
        """ZVT is off until the terminal's power was off: it has no other protocol to offer."""
        if len(data) != 1:
            raise RefusedError(PROTOCOL_ERROR)
        talk.answer(OK)
        self._house.switch_off_protocol()
