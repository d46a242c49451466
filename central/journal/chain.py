"""A batch of entries as bytes: which of them are the device's, and what their hashes are. Pure.

One signature covers a batch: each entry names the hash of the one before it, so the last one's signature is the
device's word on all of them (decisions 7). Where a link is broken the batch falls into pieces, each checked at its own
last entry: a corrupt byte costs its entry and no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import Final, NamedTuple

from counter_app.domain.journal import SIGNING_PURPOSE


class Item(NamedTuple):
    """As it came or as it is stored. ``told``: the hash that wire version 1 sends beside it."""

    raw: bytes
    signature: bytes
    told: bytes | None = None


Signed = Callable[[bytes, bytes], bool]
"""``signed(digest, signature)`` by the epoch's key."""


class Standing(Enum):
    WHOLE = auto()  # these bytes are the device's
    CORRUPT = auto()  # they are not, and what they should be is known: ``hash``
    UNSIGNED = auto()  # nothing says that they are


@dataclass(frozen=True, slots=True)
class Piece:
    """``prev``, ``epoch``, ``seq`` and ``kind`` as the bytes say; None where they cannot be read."""

    raw: bytes
    signature: bytes
    digest: bytes  # SHA-256 of raw
    prev: bytes | None
    epoch: int | None
    seq: int | None
    kind: str | None
    standing: Standing
    hash: bytes  # the digest, or the hash that the chain says raw should have


# Canonical keys are sorted, so every entry ends alike; parsing it whole can wait until somebody reads its body.
_TAIL: Final = re.compile(
    rb',"epoch":(\d{1,4}),"kind":"([^"\\]{0,60})","prev":"([0-9a-f]{64})","seq":(\d{1,16}),"v":\d{1,9}\}$'
)
_TAIL_BYTES: Final = 256


def examine(items: Sequence[Item], signed: Signed) -> list[Piece]:
    """The batch, in its order. At best one signature is checked, at worst two of each entry."""
    digests = [sha256(item.raw).digest() for item in items]
    made: list[Piece] = []
    after: Piece | None = None
    for n in range(len(items) - 1, -1, -1):
        item, digest = items[n], digests[n]
        place = _place(item.raw)
        standing, true_hash = _judge(digest, item, after, signed)
        after = Piece(item.raw, item.signature, digest, *place, standing, true_hash)
        made.append(after)
    made.reverse()
    return made


def _judge(digest: bytes, item: Item, after: Piece | None, signed: Signed) -> tuple[Standing, bytes]:
    told = after.prev if after is not None and after.standing is Standing.WHOLE else None
    if told == digest:
        return Standing.WHOLE, digest
    if signed(digest, item.signature):
        return Standing.WHOLE, digest
    if told is not None:  # the device's own word on what came before
        return Standing.CORRUPT, told
    if item.told is not None and item.told != digest and signed(item.told, item.signature):
        return Standing.CORRUPT, item.told
    return Standing.UNSIGNED, digest


def follows(piece: Piece, before: bytes) -> bool:
    """Whether it may come after the entry of that hash. Bytes that say nothing contradict nothing."""
    return piece.prev is None or piece.prev == before


def contradicts(piece: Piece, before: bytes) -> bool:
    """The device itself says that something else came before: two histories."""
    return piece.standing is Standing.WHOLE and not follows(piece, before)


def _place(raw: bytes) -> tuple[bytes | None, int | None, int | None, str | None]:
    """Previous hash, epoch, number and kind as the bytes say."""
    found = _TAIL.search(raw, max(0, len(raw) - _TAIL_BYTES))
    if found is not None:
        return bytes.fromhex(found[3].decode()), int(found[1]), int(found[4]), found[2].decode("utf-8", "replace")
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return None, None, None, None
    if not isinstance(fields, dict):
        return None, None, None, None
    prev, epoch, seq, kind = (fields.get(name) for name in ("prev", "epoch", "seq", "kind"))
    return (
        bytes.fromhex(prev) if isinstance(prev, str) and re.fullmatch("[0-9a-f]{64}", prev) else None,
        epoch if type(epoch) is int else None,
        seq if type(seq) is int else None,
        kind if isinstance(kind, str) else None,
    )


def is_signed_by(key: bytes, verify: Callable[[bytes, str, bytes, bytes], bool]) -> Signed:
    return lambda digest, signature: verify(key, SIGNING_PURPOSE, digest, signature)
