"""What central last said of all keys, also outside the database: a restored one does not make a refused key good again.

A file beside the operator's key, readable by its owner only: the statement with its signature, as it travels. It is
written anew after the commit that said it, and whenever central tends. A database whose own statement is older was put
back from a backup: what is said next goes on from the file.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from counter_app.domain.journal import canonical
from counter_app.domain.trust_statement import BadTrust, Statement, Verify, check_statement, read_statement

_log = logging.getLogger("central.trust")
FILE: Final = "last-statement.json"
BYTES_MAX: Final = 16 << 20  # more than the largest statement


class Said(Protocol):
    def last(self) -> Statement | None: ...
    def keep(self, statement: Statement) -> None: ...


class NothingSaid:
    """Of a central without a folder."""

    def last(self) -> Statement | None:
        return None

    def keep(self, statement: Statement) -> None:
        del statement


@dataclass(frozen=True, slots=True)
class SaidFile:
    """``operator_key``: who has to have signed it."""

    path: Path
    operator_key: bytes
    verify: Verify

    def last(self) -> Statement | None:
        """None where there is none. One that cannot be read, or that another signed, is none, and logged."""
        try:
            with self.path.open("rb") as file:
                content = file.read(BYTES_MAX + 1)
        except FileNotFoundError:
            return None
        try:
            return self._read(content)
        except (BadTrust, ValueError, RecursionError) as error:
            _log.warning("%s cannot be believed: %s", self.path.name, error)
            return None

    def _read(self, content: bytes) -> Statement:
        if len(content) > BYTES_MAX:
            raise BadTrust("too_large")
        statement = read_statement(json.loads(content.decode()))
        check_statement(statement, self.verify)
        if statement.signer.public_key != self.operator_key:
            raise BadTrust("bad_signer")
        return statement

    def keep(self, statement: Statement) -> None:
        """Durable when it returns. Never an older one in place of a newer."""
        known = self.last()
        if known is not None and known.sequence >= statement.sequence:
            return
        handle, beside = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)  # its owner's only
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(canonical(statement.envelope()))
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(beside).unlink()
            raise
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
