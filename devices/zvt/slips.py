"""Print lines of the terminal, as they come, into the slips that we print for it, verbatim but for card numbers."""

from __future__ import annotations

from typing import Final

from counter_app.ports.payments import Slip
from devices.zvt.messages import Printing, PrintLine
from devices.zvt.transport import LineTrouble

LINES_MAX: Final = 2_000  # of one command; an end of day of a busy terminal has some hundred
LINE_MAX: Final = 256
_FEEDS_MAX: Final = 12
_INDENT: Final = 0x0F
_CENTRED: Final = 0x40
_MERCHANT, _CUSTOMER, _ADMINISTRATION = 1, 2, 3
_SAYS_CUSTOMER: Final = ("kundenbeleg", "kunden-beleg", "customer copy", "customer receipt", "cardholder copy")
_SAYS_MERCHANT: Final = ("händlerbeleg", "haendlerbeleg", "händler-beleg", "merchant copy", "merchant receipt")


class Slips:
    """``width``: characters of a line; the terminal formats for it, and centres by an attribute."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._done: list[tuple[int | None, tuple[str, ...]]] = []
        self._lines: list[str] = []
        self._type: int | None = None
        self._count = 0

    def add(self, printing: Printing) -> None:
        """Raises ``LineTrouble`` where it does not end."""
        if self._type is None:  # the first word on it holds: some terminals change their mind in a slip's middle
            self._type = printing.receipt_type
        for line in printing.lines:
            self._add(line)

    def _add(self, line: PrintLine) -> None:
        rows = [""] * min(line.feeds, _FEEDS_MAX) if line.feeds else [self._row(line)]
        if line.last and not line.text:
            rows = []
        self._count += len(rows) + 1
        if self._count > LINES_MAX:
            raise LineTrouble("garbled")
        self._lines += rows
        if line.last:
            self._end()

    def _row(self, line: PrintLine) -> str:
        text = line.text[:LINE_MAX].rstrip()
        if line.attribute & _CENTRED:
            text = text.strip()
            return " " * max(0, (self._width - len(text)) // 2) + text
        return " " * (line.attribute & _INDENT) + text if text else ""

    def _end(self) -> None:
        lines = self._lines
        while lines and not lines[-1]:
            lines.pop()
        if lines:
            self._done.append((self._type, tuple(lines)))
        self._lines, self._type = [], None

    def finish(self) -> tuple[Slip, ...]:
        """All that came, what was cut off in its middle included."""
        self._end()
        untyped = sum(1 for kind, _ in self._done if kind is None)
        return tuple(Slip(whose=_whose(kind, lines, alone=untyped == 1), lines=lines) for kind, lines in self._done)


def _whose(kind: int | None, lines: tuple[str, ...], *, alone: bool) -> str:
    """Customer | merchant. Not said: the slip's own heading; a single one is for the customer."""
    if kind is not None:
        return "customer" if kind == _CUSTOMER else "merchant"
    words = "\n".join(lines).lower()
    if any(mark in words for mark in _SAYS_CUSTOMER):
        return "customer"
    if any(mark in words for mark in _SAYS_MERCHANT):
        return "merchant"
    return "customer" if alone else "merchant"
