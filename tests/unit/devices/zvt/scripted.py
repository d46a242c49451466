"""A terminal by script: what it says in turn, and what it heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from counter_app.domain.payments import CardResult
from devices.links import LinkBroken
from devices.zvt.apdu import Apdu, decode
from devices.zvt.transport import LineTrouble

AT = datetime(2026, 11, 21, 13, 14, 15, tzinfo=UTC)
Step = str | Exception | None  # an APDU in hexadecimal, trouble, or a silence


class SteppingClock:
    """Goes on by so much whenever somebody waits."""

    def __init__(self) -> None:
        self.ms = 0

    def now(self) -> datetime:
        return AT

    def monotonic_ms(self) -> int:
        return self.ms


class ScriptedTransport:
    """``heard``: what was sent to it, in hexadecimal. A trouble among ``refuses`` is raised by that many-th sending."""

    def __init__(
        self,
        clock: SteppingClock,
        steps: Iterable[Step],
        *,
        repeated: bool = False,
        refuses: dict[int, LineTrouble] | None = None,
    ) -> None:
        self._clock = clock
        self._steps = deque(steps)
        self._repeated = repeated
        self._refuses = refuses or {}
        self.heard: list[str] = []
        self.closed = False

    def send(self, apdu: Apdu) -> bool:
        self.heard.append(apdu.encode().hex(" ").upper())
        if (trouble := self._refuses.get(len(self.heard))) is not None:
            raise trouble
        return self._repeated

    def receive(self, within_s: float) -> Apdu | None:
        self._clock.ms += 1
        step = self._steps.popleft() if self._steps else None
        if isinstance(step, Exception):
            raise step
        if step is None:
            self._clock.ms += max(0, round(within_s * 1000))
            return None
        return decode(bytes.fromhex(step))

    def is_fresh(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True


@dataclass
class Watcher:
    """``commits``: one answer for each status; then True."""

    commits: list[bool | Exception] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    results: list[CardResult] = field(default_factory=list)
    on_result: Callable[[], None] = lambda: None

    def says(self, text: str) -> None:
        self.said.append(text)

    def answered(self, result: CardResult) -> bool:
        self.results.append(result)
        self.on_result()
        verdict = self.commits.pop(0) if self.commits else True
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


class ScriptedLink:
    """Bytes by script, under a transport. A silence takes as long as the reader would wait."""

    def __init__(self, clock: SteppingClock, steps: Iterable[str | Exception | None]) -> None:
        self._clock = clock
        self._steps = deque(steps)
        self.written: list[str] = []

    def write(self, data: bytes, within_s: float) -> None:
        self.written.append(data.hex(" ").upper())

    def read(self, within_s: float) -> bytes:
        if within_s <= 0:
            return b""
        step = self._steps.popleft() if self._steps else None
        if isinstance(step, Exception):
            raise step
        if step is None:
            self._clock.ms += round(within_s * 1000) + 1
            return b""
        return bytes.fromhex(step)

    def close(self) -> None:
        pass


GONE = LinkBroken("closed")
