"""What a printer says, byte by byte. Parsed here and not by python-escpos, whose empty answer is "adequate".

Source: Epson, ESC/POS reference: DLE EOT, GS a (automatic status back), GS r, GS ( H function 48.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counter_app.ports.prints import PaperState, PrinterStatus


@dataclass(frozen=True, slots=True)
class RealTime:
    """The answer to DLE EOT n. It does not say to which n: one question at a time."""

    bits: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """A status block that nobody asked for."""

    block: bytes


@dataclass(frozen=True, slots=True)
class InOrder:
    """The answer to GS r 1."""

    bits: int

    @property
    def paper_out(self) -> bool:
        return bool(self.bits & 0x0C)


@dataclass(frozen=True, slots=True)
class ProcessId:
    token: bytes  # 4


Answer = RealTime | Automatic | InOrder | ProcessId
_XON, _XOFF = 0x11, 0x13
# 0xx0nnee: near end and end are two bits each, both set or neither.
_IN_ORDER = frozenset(high | low for high in (0x00, 0x20, 0x40, 0x60) for low in (0x00, 0x03, 0x0C, 0x0F))


class AnswerReader:
    """Cuts a stream into answers; keeps what is not whole yet. Bytes that are no answer are counted and dropped."""

    def __init__(self) -> None:
        self._rest = b""
        self.garbage = 0

    def feed(self, data: bytes) -> list[Answer]:
        self._rest += data
        answers: list[Answer] = []
        while self._rest:
            answer, used = _first(self._rest)
            if not used:
                break
            self._rest = self._rest[used:]
            if answer is not None:
                answers.append(answer)
            else:
                self.garbage += 1
        return answers


def _first(data: bytes) -> tuple[Answer | None, int]:
    """The answer at the start and its length; length 0: wait for more."""
    head = data[0]
    if head & 0x93 == 0x12:  # 0xx1xx10
        return RealTime(head), 1
    if head & 0x93 == 0x10:  # 0xx1xx00, then three bytes of the form 0xx0xxxx
        if any(byte & 0x90 for byte in data[1:4]):
            return None, 1
        return (Automatic(data[:4]), 4) if len(data) >= 4 else (None, 0)
    if head == 0x37:  # GS ( H: 37 22 d1 d2 d3 d4 00; its kin with another second byte are no word of ours
        if len(data) < 7:
            return (None, 0) if b"\x37\x22".startswith(data[:2]) or data[1:2] == b"\x22" else (None, 1)
        if data[1] == 0x22 and data[6] == 0:
            return ProcessId(data[2:6]), 7
        return None, 1
    if head in {_XON, _XOFF}:
        return None, 1
    if head in _IN_ORDER:
        return InOrder(head), 1
    return None, 1


def silent(error: str = "silent") -> PrinterStatus:
    """No answer that can be trusted: not ready, whatever the reason."""
    return PrinterStatus(
        ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error=error, answered=False
    )


def read_status(bits: Mapping[int, int]) -> PrinterStatus:
    """Of the four answers to DLE EOT 1 to 4."""
    offline = bool(bits[1] & 0x08)
    cover = bool(bits[2] & 0x04)
    out = bool(bits[4] & 0x60) or bool(bits[2] & 0x20)
    paper = PaperState.OUT if out else PaperState.NEAR_END if bits[4] & 0x0C else PaperState.ADEQUATE
    error = ""
    if cover:
        error = "cover_open"
    elif out:
        error = "paper_out"
    elif bits[3] & 0x08:
        error = "cutter"
    elif bits[3] & 0x20:
        error = "unrecoverable"
    elif bits[2] & 0x40 or bits[3] & 0x40:
        error = "error"
    elif offline:
        error = "offline"
    return PrinterStatus(ready=not error, online=not offline, cover_open=cover, paper=paper, error=error, answered=True)


def read_block(block: bytes) -> PrinterStatus:
    """Of an automatic status block (GS a): four bytes, the first is 0xx1xx00."""
    out, cover = bool(block[2] & 0x0C), bool(block[0] & 0x20)
    bits = {
        1: 0x12 | (0x08 if block[0] & 0x08 else 0),
        2: 0x12 | (0x04 if cover else 0) | (0x20 if out else 0),
        3: 0x12
        | (0x08 if block[1] & 0x08 else 0)
        | (0x20 if block[1] & 0x20 else 0)
        | (0x40 if block[1] & 0x40 else 0),
        4: 0x12 | (0x60 if out else 0) | (0x0C if block[2] & 0x03 else 0),
    }
    return read_status(bits)


def unasked() -> PrinterStatus:
    """Of a printer that cannot answer: ready is no more than "nothing is known against it"."""
    return PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.UNKNOWN, error="", answered=False)


def in_trouble(error: str) -> PrinterStatus:
    """What the port told, where the printer itself did not speak."""
    paper = PaperState.OUT if error == "paper_out" else PaperState.UNKNOWN
    return PrinterStatus(ready=False, online=False, cover_open=False, paper=paper, error=error, answered=True)
