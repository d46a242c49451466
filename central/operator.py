"""Who central belongs to: its keys, its one row, its incarnation.

The operator's private key and the HMAC key of documents are two files of 32 bytes in central's own folder, readable by
their owner only. Several processes, or machines, of one central share them.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from central.acts import ActKind, Acts
from central.services import Entropy, Services
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.security import SigningKey

OPERATOR_KEY: Final = "operator.key"
TAG_KEY: Final = "operator-tag.key"
NAME_MAX: Final = 60
_KEY_BYTES: Final = 32
_READABLE_BY_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class BadKeys(Exception):  # noqa: N818 - the world's
    """A key file that is missing, of another size, or readable by others: in words."""


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    signer: SigningKey
    tag: bytes
    folder: Path


def make_keys(folder: Path, entropy: Entropy) -> OperatorKeys:
    """Those that are there, else new ones, each durable before it is used. Raises ``BadKeys``, ``OSError``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (OPERATOR_KEY, TAG_KEY):
        if not (folder / name).exists():
            _write_once(folder / name, entropy.bytes(_KEY_BYTES))
    return load_keys(folder)


def load_keys(folder: Path) -> OperatorKeys:
    """Raises ``BadKeys``."""
    private, tag = (_read(folder / name) for name in (OPERATOR_KEY, TAG_KEY))
    return OperatorKeys(SigningKey(private), tag, folder)


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all; of two processes that make it at once the first wins."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # readable by its owner only
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    with contextlib.suppress(FileExistsError):
        os.link(beside, path)
    Path(beside).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> bytes:
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError as error:
        raise BadKeys(
            f"{path} is not there: run `counterfoil central migrate` first,"
            " or put the operator's keys back from where they were kept"
        ) from error
    except OSError as error:
        raise BadKeys(f"{path}: {error.strerror}") from error
    if len(content) != _KEY_BYTES:
        raise BadKeys(f"{path}: not a key")
    if os.name == "posix" and mode & _READABLE_BY_OTHERS:
        raise BadKeys(f"{path}: others may read it; chmod 600 it")
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralInfo:
    incarnation: UUID
    operator_name: str
    operator_key: bytes
    zone: str
    currency: str
    demonstration: bool


def read_central(tx: Tx) -> CentralInfo | None:
    """None: it was not created yet."""
    row = tx.row("SELECT incarnation, operator_name, operator_key, zone, currency, demonstration FROM central")
    if row is None:
        return None
    return CentralInfo(
        incarnation=row[0],
        operator_name=row[1],
        operator_key=bytes(row[2]),
        zone=row[3],
        currency=row[4],
        demonstration=row[5],
    )


def create_central(
    connection: Connection, services: Services, *, operator_name: str, zone: str, currency: str, demonstration: bool
) -> CentralInfo:
    """The one row, once. Again with the same key: nothing. Raises Refusal: BAD_INPUT(field), also ``key`` where the

    database belongs to another operator's key.
    """
    made = CentralInfo(
        incarnation=services.ids.new(),
        operator_name=operator_name.strip(),
        operator_key=services.operator.public,
        zone=zone,
        currency=currency,
        demonstration=demonstration,
    )

    def work(tx: Tx) -> CentralInfo:
        tx.run("LOCK TABLE central IN SHARE ROW EXCLUSIVE MODE")
        found = read_central(tx)
        if found is not None:
            check_key(found, services)
            return found
        check_new(operator_name=made.operator_name, zone=zone, currency=currency)
        tx.run(
            "INSERT INTO central (incarnation, operator_name, operator_key, zone, currency, demonstration, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                made.incarnation,
                made.operator_name,
                made.operator_key,
                zone,
                currency,
                demonstration,
                services.clock.now(),
            ),
        )
        Acts(services).append(
            tx,
            ActKind.CENTRAL_CREATED,
            {
                "incarnation": str(made.incarnation),
                "operator": made.operator_name,
                "operator_key": made.operator_key.hex(),
                "zone": zone,
                "currency": currency,
                "demonstration": demonstration,
            },
            by=SYSTEM,
        )
        return made

    return in_transaction(connection, work)


def check_key(info: CentralInfo, services: Services) -> None:
    """The key files and the database belong together. Raises Refusal(BAD_INPUT, field="key")."""
    if info.operator_key != services.operator.public:
        raise Refusal(Reason.BAD_INPUT, field="key")


def new_incarnation(connection: Connection, services: Services, by: Actor = SYSTEM) -> UUID:
    """After the database was put back from a backup: no cursor that a counter has means anything any more."""

    def work(tx: Tx) -> UUID:
        old = tx.scalar("SELECT incarnation FROM central FOR UPDATE")
        new = services.ids.new()
        tx.run("UPDATE central SET incarnation = %s, restored_at = %s", (new, services.clock.now()))
        Acts(services).append(tx, ActKind.INCARNATION_CHANGED, {"incarnation": str(new), "replaces": str(old)}, by=by)
        return new

    return in_transaction(connection, work)


def check_new(*, operator_name: str, zone: str, currency: str) -> None:
    """What ``create_central`` refuses. Raises Refusal(BAD_INPUT, field)."""
    name = operator_name.strip()
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise Refusal(Reason.BAD_INPUT, field="operator")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refusal(Reason.BAD_INPUT, field="zone") from error
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise Refusal(Reason.BAD_INPUT, field="currency")
