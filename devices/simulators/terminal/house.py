"""What a session needs of the terminal that it belongs to."""

from __future__ import annotations

from typing import Protocol

from devices.simulators.terminal.books import Books
from devices.simulators.terminal.dialogue import Dialogue, House
from devices.simulators.terminal.faults import Faults
from devices.simulators.terminal.messages import Registration


class TerminalHouse(House, Protocol):
    """What a session needs of the terminal that it belongs to."""

    books: Books
    faults: Faults

    def take_plan(self) -> Faults: ...

    def begin(self, dialogue: Dialogue) -> Dialogue | None:
        """Takes the terminal for a transaction; the one under way, if there is one."""
        ...

    def end(self) -> None: ...

    @property
    def under_way(self) -> Dialogue | None: ...

    def register(self, registration: Registration | None) -> None: ...

    @property
    def is_registered(self) -> bool: ...

    def face(self, faults: Faults) -> str:
        """The terminal's own clock, ISO 8601 with its zone."""
        ...

    def approval(self) -> str: ...

    def power_cut(self) -> None: ...

    def switch_off_protocol(self) -> None: ...

    @property
    def deaf(self) -> bool: ...


class RefusedError(Exception):
    """84 and this code."""

    def __init__(self, code: int, data: bytes = b"") -> None:
        super().__init__(f"{code:02X}")
        self.code = code
        self.data = data
