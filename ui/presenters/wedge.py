"""Keys of a scanner that types like a keyboard, told from a clerk's typing. No Qt.

Keys are held back until it is known whose they are. Three in a row, each within ``burst_ms`` of the one before, are no
hand's: from there on nothing of them reaches a text field, whether the suffix comes or not. With a prefix only what
begins with it is held back, and typing is not delayed at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from counter_app.domain.device_settings import ReaderSettings
from counter_app.ports.scanner import ScanTrouble

MACHINE_KEYS: Final = 3
CODE_MIN: Final = 4
TYPED_JUST_NOW_MS: Final = 200  # a hand does not change from keyboard to scanner so quickly
SUSPECT_MS: Final = 2000  # after half a code: what comes may be its other half
K = TypeVar("K")


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password: typing, let through after what was held
    HELD = "held"


@dataclass(frozen=True, slots=True)
class _Held(Generic[K]):
    key: K
    text: str


class WedgeReader(Generic[K]):
    """``K``: whatever the window can type again (a key event). ``release`` is called with held keys that were typing,

    in their order, before a later key is let through.
    """

    def __init__(
        self,
        settings: ReaderSettings,
        *,
        release: Callable[[list[K]], None],
        scanned: Callable[[str], None],
        misread: Callable[[ScanTrouble], None],
    ) -> None:
        assert settings.kind == "wedge"
        self._suffix = settings.suffix
        self._prefix = settings.prefix
        self._burst_ms = settings.burst_ms
        self._length_max = settings.length_max
        self._release = release
        self._scanned = scanned
        self._misread = misread
        self._held: list[_Held[K]] = []
        self._last_ms = 0
        self._typed_ms: int | None = None  # when a key was let through as typing
        self._suspect_until_ms: int | None = None
        self._machine = False
        self._spoiled: ScanTrouble | None = None

    @property
    def holding(self) -> bool:
        return bool(self._held)

    @property
    def patience_ms(self) -> int:
        """How long after the last key :meth:`paused` is due."""
        return self._burst_ms

    def key(self, key: K, text: str, at_ms: int) -> Verdict:
        """One key press. ``text``: what it types, "" for a key that types nothing (an arrow, Ctrl+L)."""
        quick = at_ms - self._last_ms <= self._burst_ms
        if self._held and not quick:
            self._end()
        if self._machine and text == self._suffix:
            self._whole()
            return Verdict.HELD
        if len(text) != 1 or (not text.isprintable() and text not in self._prefix) or text == self._suffix:
            return self._other(at_ms)
        if self._prefix and not self._held and text != self._prefix[0]:
            return self._typed(at_ms)
        if not self._held and self._begins_late(at_ms):
            self._spoiled = ScanTrouble.HALF
        self._held.append(_Held(key, text))
        self._last_ms = at_ms
        if self._prefix:
            begun = "".join(one.text for one in self._held)[: len(self._prefix)]
            if not self._prefix.startswith(begun):
                return self._not_ours(at_ms)
            self._machine = len(self._held) >= len(self._prefix)
        elif len(self._held) >= MACHINE_KEYS:
            self._machine = True
        if len(self._held) > self._length_max + len(self._prefix):
            self._spoiled = ScanTrouble.TOO_LONG
            del self._held[MACHINE_KEYS + len(self._prefix) :]
        return Verdict.HELD

    def paused(self) -> None:
        """``patience_ms`` went by without a key."""
        if self._held:
            self._end()

    # ---- inside
    def _begins_late(self, at_ms: int) -> bool:
        """Its first keys may have been let through as typing, or dropped with the half before it."""
        if self._prefix:
            return False
        typed = self._typed_ms is not None and at_ms - self._typed_ms <= max(self._burst_ms, TYPED_JUST_NOW_MS)
        suspect = self._suspect_until_ms is not None and at_ms <= self._suspect_until_ms
        self._suspect_until_ms = None
        return typed or suspect

    def _typed(self, at_ms: int) -> Verdict:
        self._typed_ms = at_ms if not self._prefix else None
        return Verdict.PASS

    def _other(self, at_ms: int) -> Verdict:
        """A key that belongs to no code: what is held ends here."""
        if self._held:
            self._end()
        self._last_ms = at_ms
        return Verdict.PASS

    def _not_ours(self, at_ms: int) -> Verdict:
        """It began like the prefix, and went on otherwise: typing."""
        self._held.pop()
        self._end()
        return self._typed(at_ms)

    def _whole(self) -> None:
        text = "".join(one.text for one in self._held)[len(self._prefix) :].strip()
        spoiled = self._spoiled
        self._clear()
        if spoiled is not None:
            self._misread(spoiled)
        elif len(text) < CODE_MIN:
            self._misread(ScanTrouble.HALF)
        else:
            self._scanned(text)

    def _end(self) -> None:
        """No suffix came. A machine's keys are dropped and said; a hand's are typed."""
        held, machine, spoiled = self._held, self._machine, self._spoiled
        self._clear()
        if machine:
            self._suspect_until_ms = self._last_ms + SUSPECT_MS
            self._misread(spoiled or ScanTrouble.HALF)
        else:
            self._typed_ms = self._last_ms if not self._prefix else None
            self._release([one.key for one in held])

    def _clear(self) -> None:
        self._held = []
        self._machine = False
        self._spoiled = None
