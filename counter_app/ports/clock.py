"""Time, identity and chance, as the core asks for them. One clock: nobody else reads the time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, aware, UTC, to the millisecond."""
        ...

    def monotonic_ms(self) -> int:
        """For deadlines: never goes back, survives no restart."""
        ...


class Ids(Protocol):
    def new(self) -> UUID:
        """A UUIDv7."""
        ...


class Entropy(Protocol):
    def bytes(self, count: int) -> bytes:
        """Unpredictable bytes from the system's source."""
        ...


class Signer(Protocol):
    """The counter's Ed25519 key. ``purpose`` prefixes what is signed, so that no signature serves twice."""

    @property
    def key_id(self) -> bytes:
        """First 8 bytes of SHA-256 of the raw public key."""
        ...

    def sign(self, purpose: str, message: bytes) -> bytes:
        """64 bytes, over ``counterfoil/<purpose>``, a zero byte and the message."""
        ...
