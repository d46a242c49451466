"""What the customer reads on a display of two lines beside the till."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class DeviceState(StrEnum):
    """How a device that only shows or reads stands. Money never waits for one of these."""

    STARTING = "starting"
    CONNECTED = "connected"
    LOST = "lost"  # not there, or it went away: tried again by itself
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """``detail``: the system's own words, empty when all is well."""

    state: DeviceState
    detail: str = ""


class CustomerDisplay(Protocol):
    """Calls never block and never fail: the newest message is what is shown, as soon as the display takes it."""

    @property
    def name(self) -> str: ...

    @property
    def columns(self) -> int: ...

    def show(self, lines: Sequence[str]) -> None:
        """Any text; what the display has no character for is spelled in Latin letters. More lines are left out."""
        ...

    def clear(self) -> None: ...

    def status(self) -> DeviceStatus: ...

    def close(self) -> None: ...
