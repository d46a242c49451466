"""What a customer display does with bytes: two lines of twenty, both dialects, byte by byte. Knows no line."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = 20
ROWS: Final = 2
_OPERANDS: Final = {b"\x1b@": 0, b"\x1bt": 1, b"\x1f$": 2, b"\x1f\x01": 0, b"\x1f\x02": 0, b"\x1f\x03": 0}


class DisplayMachine:
    """``strange``: bytes that no command has. ``table``: as the last ``ESC t`` chose it."""

    def __init__(self) -> None:
        self.strange = bytearray()
        self.begun = 0
        self.table = 0
        self._command = bytearray()
        self._text: bytearray | None = None
        self._row_of_text = 0
        self._at = 0
        self._cells = bytearray(b" " * COLUMNS * ROWS)

    def take(self, data: bytes) -> None:
        for byte in data:
            self._byte(byte)

    def rows(self) -> tuple[bytes, bytes]:
        return bytes(self._cells[:COLUMNS]), bytes(self._cells[COLUMNS:])

    def lines(self, encoding: str) -> tuple[str, str]:
        upper, lower = self.rows()
        return upper.decode(encoding).rstrip(), lower.decode(encoding).rstrip()

    def _byte(self, byte: int) -> None:
        if self._text is not None:
            self._text_byte(byte)
        elif self._command:
            self._command.append(byte)
            self._try_command()
        elif byte in b"\x1b\x1f":
            self._command.append(byte)
        elif byte == 0x0C:
            self._clear()
        elif byte == 0x0D:
            self._at -= self._at % COLUMNS
        elif byte < 0x20 or byte == 0x7F:
            self.strange.append(byte)
        else:
            self._cells[self._at] = byte
            self._at = (self._at + 1) % len(self._cells)

    def _text_byte(self, byte: int) -> None:
        assert self._text is not None
        if byte != 0x0D:
            self._text.append(byte)
            return
        self.strange += bytes(b for b in self._text if b < 0x20 or b == 0x7F)
        start = self._row_of_text * COLUMNS
        self._cells[start : start + COLUMNS] = bytes(self._text[:COLUMNS]).ljust(COLUMNS)
        self._text = None

    def _try_command(self) -> None:
        command = bytes(self._command)
        if command == b"\x1bQ":
            return
        if command in {b"\x1bQA", b"\x1bQB"}:
            self._text, self._row_of_text = bytearray(), command[2] - ord("A")
        elif command[:2] not in _OPERANDS:
            self.strange += command
        elif len(command) < 2 + _OPERANDS[command[:2]]:
            return
        else:
            self._do(command)
        self._command.clear()

    def _do(self, command: bytes) -> None:
        operands = command[2:]
        if command[:2] == b"\x1b@":
            self.begun += 1
            self.table = 0
            self._clear()
        elif command[:2] == b"\x1bt":
            self.table = operands[0]
        elif command[:2] == b"\x1f$":
            column, row = operands
            if 1 <= column <= COLUMNS and 1 <= row <= ROWS:
                self._at = (row - 1) * COLUMNS + column - 1
            else:
                self.strange += command

    def _clear(self) -> None:
        self._cells = bytearray(b" " * COLUMNS * ROWS)
        self._at = 0
