"""What every wire is to the driver: opened anew for each conversation, each call with a deadline and a way to stop."""

from __future__ import annotations

import time
from threading import Event
from typing import Final, Protocol

SLICE_S: Final = 0.05  # how long a wait may last before it looks whether it was given up


class LinkBroken(Exception):  # noqa: N818 - what happened, not whose error
    """``why``: closed | stalled | cancelled. ``sent``: bytes that left before it happened (at least)."""

    def __init__(self, why: str, sent: int = 0) -> None:
        self.why = why
        self.sent = sent
        super().__init__(f"{why} after {sent} bytes")


class Limit:
    """Until when one call may last; another thread may end it before by ``stop``."""

    def __init__(self, within_s: float, stop: Event) -> None:
        self._end = time.monotonic() + within_s
        self._stop = stop

    @property
    def left_s(self) -> float:
        return max(0.0, self._end - time.monotonic())

    @property
    def slice_s(self) -> float:
        """How long to wait before asking again."""
        return min(self.left_s, SLICE_S)

    @property
    def over(self) -> bool:
        return self.left_s <= 0

    def check(self, sent: int = 0) -> None:
        """Raises ``LinkBroken``: given up."""
        if self._stop.is_set():
            raise LinkBroken("cancelled", sent)


class Link(Protocol):
    def write(self, data: bytes, within_s: float) -> None:
        """All of it, or ``LinkBroken``."""
        ...

    def read(self, within_s: float) -> bytes:
        """What comes first, b"" when nothing does; ``LinkBroken`` when the other side is gone."""
        ...

    def port_error(self) -> str:
        """What the port itself says beside the bytes: "paper_out", "error", or "" for nothing that would matter.

        "" is no word that all is well: most wires have no such line.
        """
        ...

    def close(self) -> None: ...


class Opener(Protocol):
    """How a link is made, each time anew: nothing of an older conversation is left in it, and a device that was
    unplugged and came back is found again.
    """

    @property
    def where(self) -> str: ...

    def open(self, within_s: float, stop: Event) -> Link:
        """``stop`` ends it and every call of its link. Raises ``DeviceTrouble`` (nobody there), ``LinkBroken``."""
        ...

    @property
    def keeps_answers(self) -> bool:
        """Whether an answer to an earlier conversation may come in a later one: a serial line is never new."""
        ...

    def seconds_for(self, count: int) -> float:
        """How long ``count`` bytes take on this line, at least."""
        ...
