from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from counter_app.domain.journal import Entry, Json, Kind
from counter_app.domain.staff import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    epoch: int
    seq: int  # 0: empty
    hash: bytes  # 32 zero bytes when empty


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An entry as it is stored, not parsed: for sending. ``whole``: it is what was written; else ``raw`` is what is

    left of it, perhaps nothing, and ``hash`` what it should have, if that is known.
    """

    epoch: int
    seq: int
    raw: bytes
    hash: bytes | None
    signature: bytes
    whole: bool = True


class JournalReader(Protocol):
    def head(self) -> Head: ...

    def entries(self, *, after_seq: int = 0, limit: int | None = None) -> Iterator[Entry]: ...

    def raw_entries(self, *, after_seq: int, limit: int, bytes_max: int) -> list[RawEntry]:
        """In order, without a gap and of one epoch, at most so many and so long in all; one at least, where there is

        one that can be sent. A damaged or missing entry keeps its place (``domain.outgoing``).
        """
        ...

    def latest(self, *, limit: int, before_seq: int | None = None) -> list[Entry]:
        """Newest first, for the screen."""
        ...

    def count(self, kind: Kind, *, after_seq: int) -> int: ...


class JournalWriter(JournalReader, Protocol):
    def append(self, kind: Kind, body: dict[str, Json], *, actor: Actor) -> Entry:
        """Chains, signs and inserts. ``body`` holds no personal data: references and commitments only.

        Its time is now, and never before that of the last entry, unless the clock is being accepted. Raises
        Refusal(CLOCK_JUMPED) for what a clock that went back must not do (``domain.journal.NEEDS_CLOCK``).
        """
        ...

    def check_clock(self) -> None:
        """Before a sale is begun. Raises Refusal(CLOCK_JUMPED)."""
        ...
