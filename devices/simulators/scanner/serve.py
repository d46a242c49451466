"""A simulated scanner on a real pseudo-terminal: it sends what it is told, in the pieces it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.simulators.ptyport import PtyPort


class SimulatedScanner:
    """``between`` of ``send_split`` runs between two pieces: a wait for a condition, say."""

    def __init__(self, link: Path, *, suffix: bytes = b"\r", prefix: bytes = b"") -> None:
        self._port = PtyPort(link)
        self.device = self._port.device
        self._suffix = suffix
        self._prefix = prefix

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port.close()

    def scan(self, *texts: str) -> None:
        """Each code as the scanner frames it; several are glued into one write."""
        self.send(b"".join(self._prefix + text.encode() + self._suffix for text in texts))

    def send(self, data: bytes) -> None:
        self._port.write(data)

    def send_split(self, data: bytes, at: int, between: Callable[[], None]) -> None:
        self._port.write(data[:at])
        between()
        self._port.write(data[at:])

    def unplug(self) -> None:
        self._port.unplug()

    def plug(self) -> None:
        self._port.plug()
