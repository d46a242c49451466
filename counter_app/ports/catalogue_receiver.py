"""A catalogue file that comes from central in pieces: whole or not at all, and a cut line costs one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class CatalogueReceiver(Protocol):
    def begin(self, sha256: str, size: int) -> int:
        """The offset to go on from: what an earlier try brought is kept. Pieces of any other file are dropped.

        ``size`` where nothing more is needed. Raises Refusal(FILE_REFUSED, code, detail): too_large, bad_name.
        """
        ...

    def append(self, offset: int, piece: bytes) -> int:
        """The next offset. Raises Refusal(FILE_REFUSED, code="out_of_order") for a piece that does not follow."""
        ...

    def finish(self) -> Path:
        """The file in its place, durable and read-only. Raises Refusal(FILE_REFUSED, code): incomplete; wrong_digest,

        and then it begins anew.
        """
        ...
