"""What a terminal says, read into values that hold no card number. Raises ``Garbled`` and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from devices.zvt import fields, tlv
from devices.zvt.apdu import Apdu
from devices.zvt.codes import WRONG_CURRENCY, intermediate_words
from devices.zvt.currencies import letters_of
from devices.zvt.fields import Fields
from devices.zvt.masking import masked_number
from devices.zvt.numbers import Garbled, digits_of, from_bcd, var_length
from devices.zvt.texts import ZVT, encoding_of, text

STATUS: Final = 0x040F
INTERMEDIATE: Final = 0x04FF
SET_DATE: Final = 0x0401
COMPLETION: Final = 0x060F
ABORT: Final = 0x061E
PRINT_LINE: Final = 0x06D1
PRINT_BLOCK: Final = 0x06D3
DONE: Final = 0x8000
_REFUSED: Final = 0x84

_TEXT_LINE, _ATTRIBUTE, _CHARSET = 0x07, 0x09, 0x14
_DISPLAY_TEXTS, _PRINT_TEXTS, _RECEIPT_TYPE = 0x24, 0x25, 0x1F07
_EXTENDED_TEXT, _LONG_TRACE, _TERMINAL_ID, _REFERENCE = 0x1F17, 0x1F2B, 0x1F44, 0x69
_TOTALS_ROWS: Final = ("girocard", "JCB", "Mastercard", "American Express", "Visa", "Diners", "other")


def is_answer(apdu: Apdu) -> bool:
    """An answer to a command, as against a command of the terminal."""
    return apdu.control >> 8 in {0x80, _REFUSED}


def refusal_of(answer: Apdu) -> int | None:
    """The error code of an answer; None: it is positive. 84 00 is positive too (PA00P016, 5.2.3)."""
    return answer.control & 0xFF or None if answer.control >> 8 == _REFUSED else None


# ---- 04 0F


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsRow:
    name: str
    count: int
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """04 0F. None and "": it was not said. ``currency``: letters. ``card``: masked. ``words``: the terminal's own text.

    ``reversal``: it names an original transaction, which only a reversal does.
    """

    result: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    terminal_id: str = ""
    receipt: int | None = None
    trace: int | None = None
    original_trace: int | None = None
    reversal: bool = False
    card: str = ""
    card_name: str = ""
    words: str = ""
    totals: tuple[TotalsRow, ...] = ()


def read_status(apdu: Apdu, encoding: str = ZVT) -> Status:
    found = fields.read(apdu.data)
    encoding = _charset(found.elements, encoding)
    result = found.get(fields.RESULT)
    original = _decimal(found, fields.ORIGINAL_TRACE)
    currency = _decimal(found, fields.CURRENCY)
    terminal = found.get(fields.TERMINAL)
    name = found.get(fields.CARD_NAME)
    return Status(
        result=None if result is None else result[0],
        amount_minor=_decimal(found, fields.AMOUNT),
        currency=None if currency is None else letters_of(currency),
        terminal_id="" if terminal is None else digits_of(terminal),
        receipt=_receipt(found),
        trace=_trace(found),
        original_trace=original,
        reversal=original is not None or any(one.tag == _REFERENCE for one in found.elements),
        card=masked_number(found.get(fields.CARD) or b""),
        card_name=text(name, encoding).strip() if name else "",
        words=_words(found, encoding),
        totals=_totals(found.get(fields.TOTALS)),
    )


def _decimal(found: Fields, number: int) -> int | None:
    value = found.get(number)
    return None if value is None else from_bcd(value)


def _receipt(found: Fields) -> int | None:
    value = found.get(fields.RECEIPT)
    # "No receipt" of an open pre-authorisation and of failed ones is FF FF at some terminals.
    return None if value is None or value == b"\xff\xff" else from_bcd(value)


def _trace(found: Fields) -> int | None:
    """Longer than six digits: field 0B is zero, and the number stands in tag 1F2B."""
    for element in found.tagged(_LONG_TRACE):
        if element.data:
            return from_bcd(element.data)
    return _decimal(found, fields.TRACE)


def _words(found: Fields, encoding: str) -> str:
    value = found.get(fields.TEXT)
    said = text(value, encoding).strip() if value else ""
    if said:
        return said
    lines = [line.data for element in found.tagged(_DISPLAY_TEXTS) for line in element.inner if line.tag == _TEXT_LINE]
    lines = lines or [element.data for element in found.tagged(_EXTENDED_TEXT)]
    return " ".join(filter(None, (text(line, encoding).strip() for line in lines)))


def _charset(elements: Sequence[tlv.Element], default: str) -> str:
    for element in elements:
        if element.tag == _CHARSET:
            return encoding_of(element.data, default)
    return default


def _totals(record: bytes | None) -> tuple[TotalsRow, ...]:
    """Field 60: two receipt numbers, then a count and a sum for each kind of card (PA00P015, 3.1.3)."""
    if record is None or len(record) < 4 + 7 * len(_TOTALS_ROWS):
        return ()
    rows = (record[4 + 7 * n : 11 + 7 * n] for n in range(len(_TOTALS_ROWS)))
    return tuple(
        TotalsRow(name=name, count=row[0], total_minor=from_bcd(row[1:]))
        for name, row in zip(_TOTALS_ROWS, rows, strict=True)
    )


# ---- 04 FF, 06 0F, 06 1E


@dataclass(frozen=True, slots=True, kw_only=True)
class Intermediate:
    """04 FF. ``words``: the standard's for the code, and on a line of its own what the terminal itself shows.

    The first can be translated, the second is what the customer reads. ``timeout_min``: a new T4 in minutes, or None.
    """

    code: int
    timeout_min: int | None
    words: str


def read_intermediate(apdu: Apdu, encoding: str = ZVT) -> Intermediate:
    if not apdu.data:
        return Intermediate(code=0x0E, timeout_min=None, words=intermediate_words(0x0E))
    code, rest, timeout = apdu.data[0], apdu.data[1:], None
    if rest and not _is_container(rest):
        timeout, rest = from_bcd(rest[:1]), rest[1:]
    found = fields.read(rest)
    shown = [line.data for element in found.tagged(_DISPLAY_TEXTS) for line in element.inner if line.tag == _TEXT_LINE]
    encoding = _charset(found.elements, encoding)
    own = " ".join(filter(None, (text(line, encoding).strip() for line in shown)))
    said = intermediate_words(code)
    words = f"{said}\n{own}" if own and own.casefold() != said.casefold() else said
    return Intermediate(code=code, timeout_min=timeout or None, words=words)


def _is_container(data: bytes) -> bool:
    """Whether all of ``data`` is field 06: some terminals leave out the timeout that should stand before it."""
    if len(data) < 2 or data[0] != fields.TLV:
        return False
    try:
        length, at = tlv.length_at(data, 1)
    except Garbled:
        return False
    return at + length == len(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """06 0F. ``status``: bits of a registration (1: initialise, 2: diagnose, 4: OPT action)."""

    result: int | None = None
    status: int = 0
    terminal_id: str = ""


def read_completion(apdu: Apdu) -> Completion:
    found = fields.read(apdu.data)
    result, status, terminal = (found.get(number) for number in (fields.RESULT, fields.STATUS, fields.TERMINAL))
    return Completion(
        result=None if result is None else result[0],
        status=0 if status is None else status[0],
        terminal_id="" if terminal is None else digits_of(terminal),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The completion of a status enquiry. ``code`` None: it did not say."""

    code: int | None
    terminal_id: str = ""


def read_state(apdu: Apdu) -> State:
    """``[software version, LLLVAR] code [container]`` (PA00P015, 2.56.5), the version also unasked."""
    data = apdu.data
    if len(data) > 3 and all(mark >> 4 == 0xF for mark in data[:3]):
        data = data[3 + var_length(data, 0, 3) :]
    if not data:
        return State(code=None)
    if len(data) == 1:
        return State(code=data[0])
    if data[0] == fields.RESULT and len(data) == 2:  # as a field, at some terminals
        return State(code=data[1])
    found = fields.read(data[1:])
    ids = [element.data for element in found.tagged(_TERMINAL_ID)]
    return State(code=data[0], terminal_id=digits_of(ids[0]) if ids and len(ids[0]) == 4 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """06 1E. ``code`` None: it did not say why."""

    code: int | None
    words: str = ""


def read_abort(apdu: Apdu, encoding: str = ZVT) -> Abort:
    """The code alone decides; what follows it is read where it can be."""
    if not apdu.data:
        return Abort(code=None)
    rest = apdu.data[1:]
    if apdu.data[0] == WRONG_CURRENCY and len(rest) >= 2 and rest[0] != fields.TLV:
        rest = rest[2:]  # the terminal's own currency, without a field number
    try:
        return Abort(code=apdu.data[0], words=_words(fields.read(rest), encoding))
    except Garbled:
        return Abort(code=apdu.data[0])


# ---- 06 D1, 06 D3


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLine:
    """``attribute`` as in PA00P015 table 16. ``last``: the slip ends with it. ``feeds``: empty lines, no text."""

    text: str
    attribute: int = 0
    last: bool = False
    feeds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """One 06 D1 or 06 D3. ``receipt_type``: 1 merchant, 2 customer, 3 administration; None: not said."""

    lines: tuple[PrintLine, ...] = field(repr=False)
    receipt_type: int | None = None


def read_printing(apdu: Apdu, encoding: str = ZVT) -> Printing:
    return _read_line(apdu.data, encoding) if apdu.control == PRINT_LINE else _read_block(apdu.data, encoding)


def _read_line(data: bytes, encoding: str) -> Printing:
    if not data:
        return Printing(lines=(PrintLine(text=""),))
    data, receipt_type = _tail_container(data)
    return Printing(lines=(_line(data[0], data[1:], encoding),), receipt_type=receipt_type)


def _tail_container(data: bytes) -> tuple[bytes, int | None]:
    """Some terminals hang field 06 with the receipt's type to the text, which itself has no control characters."""
    at = data.find(fields.TLV, 1)
    if at < 1 or not _is_container(data[at:]):
        return data, None
    try:
        return data[:at], _receipt_type(fields.read(data[at:]).elements)
    except Garbled:
        return data, None


def _line(attribute: int, words: bytes, encoding: str) -> PrintLine:
    if attribute == 0xFF:  # FF: feeds, as many as the byte that follows says
        return PrintLine(text="", attribute=attribute, feeds=words[0] if words else 1)
    last = bool(attribute & 0x80) and attribute != 0x80
    return PrintLine(text=text(words, encoding), attribute=attribute & 0x7F, last=last)


def _read_block(data: bytes, encoding: str) -> Printing:
    found = fields.read(data)
    encoding = _charset(found.elements, encoding)
    lines: list[PrintLine] = []
    for block in (element for element in found.elements if element.tag == _PRINT_TEXTS):
        attribute = 0
        for one in block.inner:
            if one.tag == _ATTRIBUTE:
                attribute = one.data[0] if one.data else 0
                if attribute == 0xFF:
                    lines.append(PrintLine(text="", attribute=attribute, feeds=1))
                    attribute = 0
                elif attribute & 0x7F and attribute & 0x80 and one is block.inner[-1]:
                    lines.append(PrintLine(text="", attribute=attribute & 0x7F, last=True))
            elif one.tag == _TEXT_LINE:
                lines.append(PrintLine(text=text(one.data, encoding), attribute=attribute & 0x7F))
    return Printing(lines=tuple(lines), receipt_type=_receipt_type(found.elements))


def _receipt_type(elements: Sequence[tlv.Element]) -> int | None:
    for element in elements:
        if element.tag == _RECEIPT_TYPE and element.data:
            return element.data[-1]
    return None
