"""Bytes of a scanner become whole codes, or a trouble with a name: never a half, never two as one. Pure.

A code ends with the suffix, nothing else ends it. Silence before it drops what came. What comes soon after that may be
the other half: without a prefix nobody can tell, so it is dropped too, up to its suffix, and the code is read again.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from counter_app.domain.device_settings import SCAN_LENGTH_MAX
from counter_app.ports.scanner import ScanTrouble

SUSPECT_MS: Final = 2000  # after a half was dropped: so long its rest may still come

Framed = str | ScanTrouble


class Framer:
    """``feed`` and ``idle`` take the time in milliseconds of a clock that never goes back."""

    def __init__(
        self, *, suffix: bytes = b"\r", prefix: bytes = b"", length_max: int = 1024, silence_ms: int = 500
    ) -> None:
        assert suffix, "without a suffix half a code looks whole"
        assert 0 < length_max <= SCAN_LENGTH_MAX
        self._suffix = suffix
        self._prefix = prefix
        self._length_max = length_max
        self._silence_ms = silence_ms
        self._buffer = bytearray()
        self._last_ms = 0
        self._suspect_until_ms: int | None = None
        self._overflown = False

    @property
    def in_code(self) -> bool:
        return bool(self._buffer) or self._overflown

    def feed(self, data: bytes, at_ms: int) -> list[Framed]:
        found = self.idle(at_ms)
        if data:
            self._last_ms = at_ms
        for byte in data:
            self._buffer.append(byte)
            if self._buffer.endswith(self._suffix):
                one = self._whole(bytes(self._buffer[: -len(self._suffix)]), at_ms)
                self._buffer.clear()
                if one is not None:
                    found.append(one)
            elif len(self._buffer) > self._length_max + len(self._prefix) + len(self._suffix):
                # Kept: as much as a suffix could begin in. The rest is noise until one comes.
                del self._buffer[: -len(self._suffix)]
                if not self._overflown:
                    found.append(ScanTrouble.TOO_LONG)
                self._overflown = True
        return found

    def idle(self, at_ms: int) -> list[Framed]:
        """Called now and then while nothing comes."""
        if not self.in_code or at_ms - self._last_ms < self._silence_ms:
            return []
        only_breaks = not self._buffer.strip(b"\r\n") and not self._overflown
        told = not self._overflown and not only_breaks
        self.reset()
        if only_breaks:
            return []
        self._suspect_until_ms = at_ms + SUSPECT_MS
        return [ScanTrouble.HALF] if told else []

    def reset(self) -> None:
        """The line was opened anew: nothing of the old one is left."""
        self._buffer.clear()
        self._overflown = False
        self._suspect_until_ms = None

    def _whole(self, raw: bytes, at_ms: int) -> Framed | None:
        suspect = self._suspect_until_ms is not None and at_ms <= self._suspect_until_ms and not self._prefix
        self._suspect_until_ms = None
        if self._overflown:
            self._overflown = False
            return None  # told already
        body = raw.lstrip(b"\r\n")  # CR LF where one of them is the suffix
        if not body:
            return None
        if suspect:
            return ScanTrouble.HALF
        if self._prefix:
            start = body.rfind(self._prefix) if self._prefix[0] < 0x20 else (0 if body.startswith(self._prefix) else -1)
            if start < 0:
                return ScanTrouble.NO_PREFIX
            body = body[start + len(self._prefix) :]
        if len(body) > self._length_max:
            return ScanTrouble.TOO_LONG
        return _text(body)


def _text(body: bytes) -> Framed | None:
    try:
        text = body.decode("utf-8").strip(" ")
    except UnicodeDecodeError:
        return ScanTrouble.ENCODING
    if any(unicodedata.category(char)[0] == "C" for char in text):
        return ScanTrouble.CONTROL
    return text or None
