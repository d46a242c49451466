"""A new profile's folder, whole or not at all: built beside, then renamed into place."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from counter_app.domain.accounts import account_fact
from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import SYSTEM
from counter_app.domain.trust import Certificate, certificate_holds
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Entropy, Ids
from counter_app.ports.epochs import Enrolment
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.users import UserRecord
from counter_app.security import SigningKey, verify
from db import engine as engines
from db import schema_paper, schema_payments, schema_records, schema_sale, schema_sync
from db.books import Books
from db.certifying import certify_counter
from db.context import Context
from db.files import sync_folder, write_durably
from db.journal import TRIGGERS, journal_link
from db.keys import FOLDER as KEYS_FOLDER
from db.keys import ProfileKeys
from db.lock import ProfileLock
from db.metadata import metadata
from db.opening import SCHEMA
from db.profile import StoredProfile, put_certificate, write_central, write_profile
from db.store import LOCK_NAME
from db.sync_state import FIRST_STATE
from db.vault import EpochSigner, Vault
from db.witness import FILE_NAME as WITNESS_NAME
from db.witness import Mark, Witness

CATALOGUES: Final = "catalogues"
_OURS: Final = (
    LOCK_NAME,
    KEYS_FOLDER,
    CATALOGUES,
    WITNESS_NAME,
    engines.FILE_NAME,
)  # the database last: it is the profile
_HALF: Final = ".new"
_MOVING: Final = ".moving-in"
_ALL_TABLES: Final = (
    schema_paper,
    schema_payments,
    schema_records,
    schema_sale,
    schema_sync,
)  # importing them has filled the MetaData


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFactory:
    """``ports.profile.ProfileCreator``. ``directory`` is the profile's folder, which need not exist."""

    directory: Path
    clock: Clock
    ids: Ids
    entropy: Entropy
    key_choice: str = "auto"
    files: Mapping[str, bytes] = field(default_factory=dict)  # laid beside the store from the start: its settings

    def exists(self) -> bool:
        return (self.directory / engines.FILE_NAME).exists()

    def create(self, info: ProfileInfo, *, first_user: UserRecord) -> None:
        """Raises Refusal: PROFILE_EXISTS, STORE_NOT_WRITABLE; ``OSError``. Whatever fails, nothing is left."""
        self._make(lambda folder: self._build_alone(folder, info, first_user))

    def create_enrolled(self, info: ProfileInfo, enrolment: Enrolment) -> None:
        """As ``create``, and Refusal(ENROLMENT_REFUSED, code). The operator's private key stays at central."""
        certificate = enrolment.certificate
        window = (certificate.station, certificate.counter)
        if (
            not certificate_holds(certificate, enrolment.operator_key, verify)
            or window != (info.station_code, info.counter)
            or certificate.public_key != SigningKey(enrolment.key).public
        ):
            raise Refusal(Reason.ENROLMENT_REFUSED, code="bad_certificate")
        self._make(lambda folder: self._build_enrolled(folder, info, enrolment))

    def _make(self, build: Callable[[Path], None]) -> None:
        self._clear_halves()
        if any((self.directory / name).exists() for name in _OURS):
            raise Refusal(Reason.PROFILE_EXISTS)
        engines.driver()
        parent = self.directory.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        beside = parent / f".{self.directory.name}.{self.ids.new().hex}{_HALF}"
        beside.mkdir(mode=0o700)
        alive = ProfileLock(beside / LOCK_NAME)
        try:
            with engines.in_words():
                build(beside)
            for name, content in self.files.items():
                write_durably(beside / name, content)
            sync_folder(beside)
            self._put_in_place(beside)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            alive.release()
        sync_folder(parent)

    def _clear_halves(self) -> None:
        """What an ``init`` left that was killed: folders beside with keys in them, and half a move into place."""
        moving = self.directory / _MOVING
        if moving.exists():
            self._clear_moving(moving)
        for half in self.directory.absolute().parent.glob(f".{glob.escape(self.directory.name)}.*{_HALF}"):
            with contextlib.suppress(Refusal):  # another one is at work
                if (half / LOCK_NAME).is_file():
                    ProfileLock(half / LOCK_NAME).release()
                elif not any(half.iterdir()):  # another one begins this moment
                    continue
                shutil.rmtree(half, ignore_errors=True)

    def _clear_moving(self, moving: Path) -> None:
        if (self.directory / LOCK_NAME).exists():
            try:
                ProfileLock(self.directory / LOCK_NAME).release()
            except Refusal as refusal:  # it is at work this moment
                raise Refusal(Reason.PROFILE_EXISTS) from refusal
        if not self.exists():
            for name in _OURS:
                _remove(self.directory / name)
        moving.unlink()
        sync_folder(self.directory)

    def _build_alone(self, folder: Path, info: ProfileInfo, first_user: UserRecord) -> None:
        secrets = {name: self.entropy.bytes(32) for name in ("operator", "operator-tag", "profile", "counter-1")}
        operator, key = SigningKey(secrets["operator"]), SigningKey(secrets["counter-1"])
        certificate = certify_counter(operator, key, profile=info, epoch=1, not_before=self.clock.now())
        stored = StoredProfile(info=info, operator_key=operator.public)

        def first(books: Books) -> None:
            books.users.put(first_user)
            books.journal.append(Kind.USER_CREATED, account_fact(**account_of(first_user)), actor=SYSTEM)

        self._build(folder, secrets, stored, certificate, before=lambda _: None, after=first)

    def _build_enrolled(self, folder: Path, info: ProfileInfo, enrolment: Enrolment) -> None:
        secrets = {
            "operator-tag": enrolment.operator_tag,
            "profile": self.entropy.bytes(32),
            f"counter-{enrolment.certificate.epoch}": enrolment.key,
        }
        stored = StoredProfile(info=info, operator_key=enrolment.operator_key, enrolled=True)

        def central(books: Books) -> None:
            write_central(
                books.context,
                url=enrolment.url,
                certificate_file=enrolment.certificate_file,
                incarnation=enrolment.incarnation,
            )

        self._build(folder, secrets, stored, enrolment.certificate, before=central, after=lambda _: None)

    def _build(
        self,
        folder: Path,
        secrets: Mapping[str, bytes],
        stored: StoredProfile,
        certificate: Certificate,
        *,
        before: Callable[[Books], None],
        after: Callable[[Books], None],
    ) -> None:
        """The store with its first entries, PROFILE_CREATED and EPOCH_STARTED, and what else comes with them."""
        keys = ProfileKeys(folder, stored.info.profile_id, choice=self.key_choice)
        for name, secret in secrets.items():
            keys.save(name, secret)
        (folder / CATALOGUES).mkdir(mode=0o700)
        os.close(os.open(folder / engines.FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite keeps this mode
        engine = engines.make_engine(folder / engines.FILE_NAME, writable=True)
        with engine.connect() as connection:
            vault = Vault(keys.load)
            context = Context(
                connection=connection,
                profile=stored.info,
                clock=self.clock,
                ids=self.ids,
                entropy=self.entropy,
                signer=EpochSigner(vault, certificate.epoch),
                vault=vault,
                writable=True,
            )
            context.run("BEGIN IMMEDIATE")
            make_schema(context)
            books = Books(context)
            write_profile(context, stored)
            before(books)
            put_certificate(context, certificate)
            books.journal.append_in_epoch(certificate.epoch, Kind.PROFILE_CREATED, profile_fact(stored), actor=SYSTEM)
            started: dict[str, Json] = {"certificate": certificate.fields(), "reason": "profile_created"}
            books.journal.append(Kind.EPOCH_STARTED, started, actor=SYSTEM)
            after(books)
            context.run("COMMIT")
            link = journal_link(context)
        engine.dispose()
        Witness.create(folder / WITNESS_NAME, Mark(epoch=link.epoch, seq=link.seq, hash=link.hash))

    def _put_in_place(self, beside: Path) -> None:
        """One rename where the folder is new; else (settings are there already) the database comes last."""
        try:
            if self.directory.is_dir() and not any(self.directory.iterdir()):
                self.directory.rmdir()
            if not self.directory.exists():
                beside.rename(self.directory)
                return
            # Keys without a database are a profile whose database was lost; this says that they never had one.
            write_durably(self.directory / _MOVING, b"")
            moved: list[Path] = []
            try:
                for name in (*self.files, *_OURS):
                    if name == engines.FILE_NAME:
                        sync_folder(self.directory)
                    if not (self.directory / name).exists():
                        (beside / name).rename(self.directory / name)
                        moved.append(self.directory / name)
                    elif name in _OURS:  # another init was quicker
                        raise Refusal(Reason.PROFILE_EXISTS)  # noqa: TRY301 - the same way back
            except BaseException:
                for path in reversed(moved):
                    path.rename(beside / path.name)
                (self.directory / _MOVING).unlink()
                raise
            self.directory.chmod(0o700)
            sync_folder(self.directory)
            (self.directory / _MOVING).unlink()
        except FileExistsError as error:  # another init was quicker
            raise Refusal(Reason.PROFILE_EXISTS) from error


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_schema(context: Context) -> None:
    """The newest schema; a test holds it equal to what Alembic's steps lead to."""
    metadata.create_all(context.connection)
    for statement in TRIGGERS.values():
        context.run(statement)
    context.run(FIRST_STATE)
    context.run("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    context.connection.execute(text("INSERT INTO alembic_version VALUES (:schema)"), {"schema": SCHEMA})


def account_of(user: UserRecord) -> dict[str, Any]:
    return {
        "user_id": str(user.user_id),
        "login": user.login,
        "display_name": user.display_name,
        "role": user.role.value,
        "active": user.active,
        "password_hash": user.password_hash,
    }


def profile_fact(stored: StoredProfile) -> dict[str, Json]:
    """PROFILE_CREATED's body. Of a stand-alone profile it does not speak of central."""
    info = stored.info
    fact: dict[str, Json] = {
        "profile_id": str(info.profile_id),
        "station_name": info.station_name,
        "station_latin": info.station_latin,
        "station_code": info.station_code,
        "counter": info.counter,
        "operator": info.operator,
        "operator_key": stored.operator_key.hex(),
        "zone": info.zone,
        "currency": info.currency,
        "policy": info.policy,
        "training": info.training,
        "demonstration": info.demonstration,
    }
    return {**fact, "enrolled": True} if stored.enrolled else fact
