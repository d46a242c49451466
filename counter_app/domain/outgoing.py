"""What of a journal's rows may go to central when some of them are not what was written. Pure.

A row's columns are believed only as far as the chain, or a signature of this counter's own, bears them out. What is
damaged or missing keeps its place all the same, so that what follows it arrives: central, which has every hash from the
entry after it, finds it corrupt and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from counter_app.domain.journal import Kind

DAMAGED_MAX: Final = 1 << 16  # bytes of a damaged entry that are sent: for people to look at
SIGNATURE_BYTES: Final = 64
HASH_BYTES: Final = 32
# Canonical keys are sorted, so every entry ends alike.
_TAIL: Final = re.compile(
    rb',"epoch":(\d{1,4}),"kind":"([^"\\]{0,60})","prev":"([0-9a-f]{64})","seq":(\d{1,16}),"v":\d{1,9}\}$'
)
_TAIL_BYTES: Final = 256

Signed = Callable[[int, bytes, bytes], bool]
"""``signed(epoch, digest, signature)`` by this counter's key of that epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """As it is stored. Of a missing one, or a column that holds no bytes, nothing is left."""

    seq: int
    epoch: int | None
    raw: bytes
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """``whole``: these bytes are this counter's entry of this number. ``hash``: that of the entry as it was written,

    where that is known: of a damaged one from its own signature or from the entry after it.
    """

    seq: int
    epoch: int
    raw: bytes
    hash: bytes | None
    signature: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """What the bytes say of themselves."""

    epoch: int
    seq: int
    prev: bytes
    begins: bool  # an epoch


@dataclass(frozen=True, slots=True)
class _Piece:
    row: Row
    place: _Place | None  # of a whole one
    hash: bytes | None
    foreign: bool  # the bytes are an entry, of another place


def outgoing(
    rows: Sequence[Row], *, before: Row | None, after_seq: int, limit: int, signed: Signed, epochs: Collection[int]
) -> list[Outgoing]:
    """Entries of one epoch, in order and without a gap: those after ``after_seq``, which is ``before`` if it is there.

    ``rows``: in order, perhaps with gaps. ``epochs``: this counter's. What lies behind a gap goes out only where a
    whole entry there proves that there was one.
    """
    if not rows:
        return []
    first = after_seq + 1
    pieces = _examined([*([] if before is None else [before]), *rows], signed)
    known = None if before is None else pieces.pop(0)
    filled = _filled(pieces, first, limit)
    told = _epochs(filled, known, epochs)
    made = []
    for piece, epoch in zip(filled[:limit], told, strict=False):
        if epoch != told[0]:
            break
        made.append(_outgoing(piece, epoch))
    return made


def sendable(raw: bytes, seq: int) -> str:
    """The text that stands for damaged bytes on the line: readable as far as they are, never what is refused there."""
    text = raw[:DAMAGED_MAX].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) > 1 else f'{{"damaged":{seq}}}'


def _examined(rows: Sequence[Row], signed: Signed) -> list[_Piece]:
    digests = [sha256(row.raw).digest() for row in rows]
    everywhere = set(digests)
    made: list[_Piece] = []
    after: _Piece | None = None
    for row, digest in zip(reversed(rows), reversed(digests), strict=True):
        next_to = after is not None and after.row.seq == row.seq + 1
        told = after.place.prev if next_to and after is not None and after.place is not None else None
        place = _place(row.raw)
        here = place is not None and place.seq == row.seq
        if place is not None and here and (told == digest or signed(place.epoch, digest, row.signature)):
            after = _Piece(row, place, digest, foreign=False)
        else:
            known = told
            # Its own signature may still say what it was; not where it is another entry's.
            if known is None and row.epoch is not None and row.hash not in everywhere:
                known = row.hash if signed(row.epoch, row.hash, row.signature) else None
            after = _Piece(row, None, known, foreign=place is not None and not here)
        made.append(after)
    made.reverse()
    return made


def _filled(pieces: Sequence[_Piece], first: int, limit: int) -> list[_Piece]:
    """Without gaps, and a little further than the limit: to the next whole one, which says what epoch it is."""
    found: list[_Piece] = []
    last_whole = max((piece.row.seq for piece in pieces if piece.place is not None), default=0)
    for piece in pieces:
        missing = piece.row.seq - (first + len(found))
        if missing and piece.row.seq > last_whole:
            break
        gap = range(first + len(found), min(piece.row.seq, first + limit))
        found += [_missing(seq) for seq in gap]
        if first + len(found) < piece.row.seq:  # as many as may go are missing
            found.append(piece)
            break
        found.append(piece)
    return found


def _missing(seq: int) -> _Piece:
    return _Piece(Row(seq=seq, epoch=None, raw=b"", hash=b"", signature=b""), None, None, foreign=False)


def _epochs(pieces: Sequence[_Piece], known: _Piece | None, epochs: Collection[int]) -> list[int]:
    """Of each; whole ones say it, and those between them cannot be before the last or after the next."""
    nexts: list[_Place | None] = []  # the next whole one of each
    after: _Place | None = None
    for piece in reversed(pieces):
        nexts.append(after)
        after = piece.place or after
    low = _first_epoch(pieces, known, epochs)
    made: list[int] = []
    for piece, after in zip(pieces, reversed(nexts), strict=True):
        low = piece.place.epoch if piece.place is not None else _epoch_between(low, piece.row, after, epochs)
        made.append(low)
    return made


def _first_epoch(pieces: Sequence[_Piece], known: _Piece | None, epochs: Collection[int]) -> int:
    if known is not None:
        if known.place is not None:
            return known.place.epoch
        if known.row.epoch in epochs and known.row.epoch is not None:
            return known.row.epoch
    said = next((piece.place.epoch for piece in pieces if piece.place is not None), None)
    return said or min(epochs, default=1)


def _epoch_between(low: int, row: Row, after: _Place | None, epochs: Collection[int]) -> int:
    if after is None:
        high = max((low, *epochs))
    elif after.epoch == low or not after.begins:
        high = after.epoch
        if after.seq == row.seq + 1:
            return high  # only an entry that says so begins an epoch
    else:
        high = after.epoch - 1
    return row.epoch if row.epoch in epochs and row.epoch is not None and low <= row.epoch <= high else low


def _outgoing(piece: _Piece, epoch: int) -> Outgoing:
    row = piece.row
    # An entry of another place that is well signed would be refused with all that goes with it.
    signature = row.signature if len(row.signature) == SIGNATURE_BYTES and not piece.foreign else bytes(SIGNATURE_BYTES)
    return Outgoing(
        seq=row.seq,
        epoch=epoch,
        raw=row.raw if piece.place is not None else row.raw[:DAMAGED_MAX],
        hash=piece.hash,
        signature=signature,
        whole=piece.place is not None,
    )


def _place(raw: bytes) -> _Place | None:
    found = _TAIL.search(raw, max(0, len(raw) - _TAIL_BYTES))
    if found is None:
        return None
    return _Place(
        int(found[1]), int(found[4]), bytes.fromhex(found[3].decode()), found[2] == Kind.EPOCH_STARTED.encode()
    )
