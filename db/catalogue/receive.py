"""A catalogue file received in pieces: kept across a crash, checked whole by its digest, then named by it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from db.catalogue.builder import SUFFIX, file_digest_of
from db.catalogue.container import refuse
from db.files import sync_folder

SIZE_MAX: Final = 8 * 2**30
_RECEIVING: Final = ".receiving-"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class CatalogueFiles:
    """``ports.catalogue_receiver.CatalogueReceiver`` over the folder of catalogues. One file at a time.

    What a power cut left of the last pieces may be anything: the digest finds it, and the file is asked for again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sha256 = ""
        self._size = 0

    @property
    def _part(self) -> Path:
        assert self._sha256, "begin first"
        return self._folder / f"{_RECEIVING}{self._sha256}"

    @property
    def _final(self) -> Path:
        return self._folder / f"{self._sha256}{SUFFIX}"

    def begin(self, sha256: str, size: int) -> int:
        if not _SHA256.fullmatch(sha256):
            raise refuse("bad_name", sha256[:80])
        if not 0 < size <= SIZE_MAX:
            raise refuse("too_large", str(size))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sha256, self._size = sha256, size
        for left in self._folder.glob(f"{_RECEIVING}*"):
            if left != self._part:
                left.unlink()
        if self._is_here():
            return size
        have = self._have()
        if have > size:
            self._part.unlink()
            return 0
        return have

    def append(self, offset: int, piece: bytes) -> int:
        have = self._have()
        if offset != have or not piece or have + len(piece) > self._size:
            raise refuse("out_of_order", f"{offset} of {self._size}, {have} are here")
        with self._part.open("ab") as file:
            file.write(piece)
        return have + len(piece)

    def finish(self) -> Path:
        if self._is_here():
            return self._final
        have = self._have()
        if have != self._size:
            raise refuse("incomplete", f"{have} of {self._size}")
        if file_digest_of(self._part) != self._sha256:
            self._part.unlink()
            raise refuse("wrong_digest", self._sha256)
        with self._part.open("rb+") as file:
            os.fsync(file.fileno())
        self._part.chmod(0o444)
        self._part.replace(self._final)
        sync_folder(self._folder)
        return self._final

    def _is_here(self) -> bool:
        return self._final.is_file() and file_digest_of(self._final) == self._sha256

    def _have(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0
