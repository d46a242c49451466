"""The money store: one writer, one transaction per act, readers beside it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.domain.trust import Certificate, TrustBundle
from counter_app.domain.trust_statement import Revocation, Statement, ended_regularly
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.clock import Clock, Entropy, Ids, Signer
from counter_app.ports.epochs import PendingKey
from counter_app.ports.profile import ProfileInfo
from counter_app.security import SigningKey, verify
from db import engine as engines
from db.books import Books
from db.certifying import certify_counter
from db.context import Context
from db.epochs import PENDING, check_grant, pending_key, prepared
from db.journal import SqlJournal, journal_link, remembers_end
from db.keys import ProfileKeys
from db.lock import ProfileLock
from db.migrate import check_schema, upgrade_if_older
from db.opening import behind_witness, check_store, contains
from db.operator_keys import OperatorKeys, changed, whole_bundle
from db.profile import StoredProfile, own_bundle, put_certificate, read_certificates, read_profile, trust_bundle
from db.vault import EpochSigner, Vault
from db.witness import FILE_NAME as WITNESS_NAME
from db.witness import Mark, Witness, changed_at_rest, digest_at_rest, read_mark

LOCK_NAME: Final = "lock"


class SqlMoneyStore:
    """``ports.store.MoneyStore`` over one SQLite file in ``directory``.

    ``writable``: takes the profile's lock (Refusal PROFILE_IN_USE); otherwise it reads beside a window that has it.
    Opening raises Refusal: NO_PROFILE, SQLITE_TOO_OLD, PROFILE_TOO_NEW, STORE_DAMAGED. A store behind its witness
    opens, reads, and refuses to write until ``start_epoch``.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Clock,
        ids: Ids,
        entropy: Entropy,
        writable: bool,
        key_choice: str = "auto",
    ) -> None:
        self._directory = directory
        self._path = directory / engines.FILE_NAME
        if not self._path.is_file():
            raise Refusal(Reason.NO_PROFILE)
        engines.driver()
        self._clock, self._ids, self._entropy = clock, ids, entropy
        self._lock = ProfileLock(directory / LOCK_NAME) if writable else None
        self._writing_thread: int | None = None
        self._one_writer = threading.Lock()
        self._local = threading.local()
        self._readers: list[Connection] = []
        self._readers_lock = threading.Lock()
        self._reading_engine = engines.make_engine(self._path, writable=False)
        self._writing_engine: Engine | None = None
        self._writer: Context | None = None
        self._witness: Witness | None = None
        self._behind = False
        self._changed_at_rest = False
        self._key_choice = key_choice
        self._session = ids.new().hex
        # One signer as long as the store lives: whoever was given it signs with the key that is in force.
        self._vault = Vault(self._key)
        self._signer = EpochSigner(self._vault, 1)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    # ------------------------------------------------------------------------------------------ open and close

    def _open(self) -> None:
        with engines.in_words():
            if self._lock is not None:
                self._changed_at_rest = changed_at_rest(self._path)
                upgrade_if_older(self._path, clock=self._clock)
            probe = self._context(self._reading_engine.connect(), None)
            try:
                self._stored: StoredProfile = self._prepare(probe)
            finally:
                probe.connection.close()
            if self._lock is not None:
                self._open_writer()

    def _prepare(self, probe: Context) -> StoredProfile:
        """Checks what is there, and learns who this counter is."""
        check_schema(probe)
        stored = read_profile(probe)
        self._keys = ProfileKeys(self._directory, stored.info.profile_id, choice=self._key_choice)
        probe.run("BEGIN")
        try:
            check_store(probe)
            self._signer.epoch = max(1, SqlJournal(probe).head().epoch)
            self._behind = behind_witness(probe, self._directory / WITNESS_NAME)
        finally:
            probe.run("COMMIT")
        return stored

    def _key(self, name: str) -> bytes:
        return self._keys.load(name)

    def _open_writer(self) -> None:
        self._writing_engine = engines.make_engine(self._path, writable=True)
        self._writer = self._context(self._writing_engine.connect(), self._stored.info, writable=True)
        self._finish_adoption()
        if not self._behind:
            certified = {one.epoch: one.key_id for one in read_certificates(self._writer)}
            if certified.get(self._signer.epoch) != self._signer.key_id:
                raise Refusal(Reason.STORE_DAMAGED, part="keys", name=f"counter-{self._signer.epoch}")
            self._witness = self._witness or Witness(self._directory / WITNESS_NAME)
            self._wake_witness()

    def _context(self, connection: Connection, profile: ProfileInfo | None, *, writable: bool = False) -> Context:
        missing: Any = None  # while opening, the profile is what is being read
        return Context(
            connection=connection,
            profile=profile or missing,
            clock=self._clock,
            ids=self._ids,
            entropy=self._entropy,
            signer=missing if profile is None else self._signer,
            vault=missing if profile is None else self._vault,
            writable=writable,
            session=self._session,
        )

    def close(self) -> None:
        """Clean end: the log is written back, the witness is durable, the lock is free. May be called twice."""
        with self._readers_lock:
            for connection in self._readers:
                with contextlib.suppress(DBAPIError):
                    connection.close()
            self._readers.clear()
        self._local = threading.local()
        witness, self._witness = self._witness, None
        self._drop_writer()
        if witness is not None:
            with contextlib.suppress(OSError):
                digest = digest_at_rest(self._path)
                if digest is not None:
                    witness.rest(digest)
                witness.sync()
            witness.close()
        if self._lock is not None:
            self._lock.release()

    def _drop_writer(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(DBAPIError):
                self._writer.connection.close()
            self._writer = None
        if self._witness is not None:
            with contextlib.suppress(OSError):
                self._witness.sync()
            self._witness.close()
            self._witness = None

    # --------------------------------------------------------------------------------------------- what it says

    @property
    def profile(self) -> ProfileInfo:
        return self._stored.info

    @property
    def directory(self) -> Path:
        return self._directory

    @property
    def signer(self) -> Signer:
        """Always the current epoch's key, for tickets' codes too."""
        return self._signer

    @property
    def behind_witness(self) -> bool:
        """Nothing is written until an administrator starts a new epoch (decisions 10)."""
        return self._behind

    @staticmethod
    def holds(public_key: bytes, purpose: str, message: bytes, signature: bytes) -> bool:
        return verify(public_key, purpose, message, signature)

    def trust_bundle(self) -> TrustBundle:
        with self.reading() as books:
            return trust_bundle(books.context)

    def own_bundle(self) -> TrustBundle:
        """Of the second format where the first operator key did not sign all of it."""
        with self.reading() as books:
            if not self._stored.enrolled and books.trust.statement() is not None:
                return whole_bundle(self._keys, books.context, self._clock.now())
            return own_bundle(books.context)

    def fresh_bundle(self) -> TrustBundle:
        with self.reading() as books:
            return whole_bundle(self._keys, books.context, self._clock.now())

    def change_trust(
        self,
        actor: Actor,
        *,
        revoke: Sequence[Revocation] = (),
        restore: Sequence[bytes] = (),
        rotate_at: datetime | None = None,
        reason: str,
    ) -> Statement:
        if self._stored.enrolled:
            raise Refusal(Reason.ONLY_CENTRAL)
        with self.writing() as books:
            return changed(
                self._keys,
                books,
                actor,
                entropy=self._entropy,
                revoke=revoke,
                restore=restore,
                rotate_at=rotate_at,
                reason=reason,
            )

    # -------------------------------------------------------------------------------------------------- reading

    @contextlib.contextmanager
    def reading(self) -> Iterator[Books]:
        connection: Connection | None = getattr(self._local, "connection", None)
        with engines.in_words():
            if connection is None:
                connection = self._reading_engine.connect()
                self._local.connection = connection
                with self._readers_lock:
                    self._readers.append(connection)
            connection.exec_driver_sql("BEGIN")
            try:
                yield Books(self._context(connection, self._stored.info))
            finally:
                connection.exec_driver_sql("COMMIT")

    # -------------------------------------------------------------------------------------------------- writing

    @contextlib.contextmanager
    def writing(self) -> Iterator[Books]:
        if self._behind:
            raise Refusal(Reason.STORE_BEHIND_WITNESS)
        with self._transaction() as books:
            yield books

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Books]:
        assert self._lock is not None, "this store was opened for reading"
        assert self._writing_thread != threading.get_ident(), "one transaction per act: no nesting"
        with self._one_writer:
            self._writing_thread = threading.get_ident()
            try:
                writer = self._writer or self._reopened()
                self._begin(writer)
                self._check_end(writer)
                books = Books(writer)
                try:
                    with engines.in_words():
                        yield books
                except BaseException:
                    self._roll_back(writer)
                    raise
                self._commit(writer)
            finally:
                self._writing_thread = None

    @staticmethod
    def _begin(writer: Context) -> None:
        try:
            writer.run("BEGIN IMMEDIATE")
        except OperationalError as error:  # a foreign tool has the file, beyond our patience
            raise Refusal(Reason.PROFILE_IN_USE) from error

    def _check_end(self, writer: Context) -> None:
        """Where the journal's end is read anew, not remembered: entries may have been taken away meanwhile."""
        last = self._witness.last if self._witness is not None else None
        if last is None or remembers_end(writer):
            return
        if not contains(writer, Mark(epoch=last.epoch, seq=last.seq, hash=last.hash)):
            self._behind = True
            self._roll_back(writer)
            assert self._witness is not None
            self._witness.close()  # it keeps what it saw, until a new epoch begins
            self._witness = None
            raise Refusal(Reason.STORE_BEHIND_WITNESS)

    def _roll_back(self, writer: Context) -> None:
        writer.memory.clear()
        try:
            if _driver_connection(writer).in_transaction:  # SQLite ends it itself on a full disk
                writer.run("ROLLBACK")
        except DBAPIError:
            self._drop_writer()

    def _commit(self, writer: Context) -> None:
        try:
            self._say_commit(writer)
        except DBAPIError as error:
            # Even after "disk I/O error" the row may be there: stop, reopen, look it up by its id (decisions 14).
            self._drop_writer()
            raise OutcomeUnknown("commit", str(error.orig)) from error
        except BaseException:
            self._drop_writer()
            raise
        self._tell_witness()

    def _say_commit(self, writer: Context) -> None:
        writer.run("COMMIT")

    def _reopened(self) -> Context:
        """After a commit whose outcome is not known: everything is read again from the file."""
        with engines.in_words():
            probe = self._context(self._reading_engine.connect(), None)
            try:
                self._prepare(probe)
            finally:
                probe.connection.close()
            self._open_writer()
        if self._behind:
            raise Refusal(Reason.STORE_BEHIND_WITNESS)
        assert self._writer is not None
        return self._writer

    def _tell_witness(self) -> None:
        assert self._writer is not None
        link = journal_link(self._writer)
        if self._witness is not None and link != self._witness.last:
            # Its trouble is no reason to undo a sale: it stays behind, and says less.
            with contextlib.suppress(OSError):
                self._witness.advance(link)

    def _wake_witness(self) -> None:
        """What it says of the file at rest is taken back durably: after a power cut it would speak of another one."""
        assert self._writer is not None
        assert self._witness is not None
        if not self._witness.says_at_rest:
            self._tell_witness()
            return
        self._witness.advance(journal_link(self._writer))
        self._witness.sync()
        if self._changed_at_rest:
            self._changed_at_rest = False
            with self._transaction() as books:
                books.journal.append(Kind.CHANGED_AT_REST, {}, actor=SYSTEM)

    def sync_witness(self) -> None:
        """At a shift's close."""
        if self._witness is not None:
            with contextlib.suppress(OSError):
                self._witness.sync()

    # --------------------------------------------------------------------------------------------------- epochs

    def start_epoch(self, actor: Actor, *, reason: str) -> int:
        """A new epoch with a key of its own, certified by this stand-alone counter's operator key and journaled.

        The only writing that a store behind its witness allows. Who may is checked by the use case.
        """
        if self._stored.enrolled:
            raise Refusal(Reason.ONLY_CENTRAL)
        return self._begin_epoch(actor, reason=reason, ended_valid_for=None)

    def rotate_epoch(self, actor: Actor, *, ended_valid_for: timedelta, reason: str) -> int:
        if self._stored.enrolled:
            raise Refusal(Reason.ONLY_CENTRAL)
        return self._begin_epoch(actor, reason=reason, ended_valid_for=ended_valid_for)

    def _begin_epoch(self, actor: Actor, *, reason: str, ended_valid_for: timedelta | None) -> int:
        """``ended_valid_for`` None: nothing is said of the key before."""
        before = self._signer.epoch
        try:
            with self._transaction() as books:
                now = self._clock.now()
                known = books.journal.head().epoch
                former = own_bundle(books.context).of_epoch(self.profile.station_code, self.profile.counter, known)
                operator = OperatorKeys(self._keys, books.context).signer(now)
                key = SigningKey.generate(self._entropy.bytes(32))
                certificate = certify_counter(operator, key, profile=self.profile, epoch=known + 1, not_before=now)
                self._enter_epoch(books, key, certificate, actor=actor, reason=reason)
                if ended_valid_for is not None and former is not None:
                    ended = ended_regularly(former.key_id, now, ended_valid_for)
                    changed(self._keys, books, actor, entropy=self._entropy, revoke=[ended], reason=reason)
        except OutcomeUnknown:
            with self.reading() as found:
                self._signer.epoch = max(1, found.journal.head().epoch)
            raise
        except BaseException:
            self._signer.epoch = before
            raise
        self._renew_witness()
        return certificate.epoch

    def prepare_epoch_key(self) -> PendingKey:
        if not self._stored.enrolled:
            raise Refusal(Reason.STAND_ALONE)
        assert self._lock is not None, "this store was opened for reading"
        return prepared(pending_key(self._keys, self._entropy))

    def adopt_epoch(self, actor: Actor, certificate: Certificate, *, reason: str) -> int:
        """A program that ends in the middle of it finds at its next start how far it came: before the commit the same

        key is asked for again, after it ``_finish_adoption`` does what was left.
        """
        if not self._stored.enrolled:
            raise Refusal(Reason.STAND_ALONE)
        pending = self._keys.find(PENDING)
        try:
            with self._transaction() as books:
                before = books.journal.head()
                asked = None if pending is None else SigningKey(pending)
                key = check_grant(certificate, stored=self._stored, key=asked, after=before.epoch)
                self._enter_epoch(books, key, certificate, actor=actor, reason=reason)
                books.sync.begin_epoch(before.seq)
        except OutcomeUnknown:
            with self.reading() as found:  # what goes over the line is signed before anything is written again
                self._signer.epoch = max(1, found.journal.head().epoch)
            raise
        self._renew_witness()
        self._keys.remove(PENDING)
        return certificate.epoch

    def _enter_epoch(
        self, books: Books, key: SigningKey, certificate: Certificate, *, actor: Actor, reason: str
    ) -> None:
        epoch = certificate.epoch
        self._keys.save(f"counter-{epoch}", key.private_bytes())
        before, self._signer.epoch = self._signer.epoch, epoch
        self._vault.forget(epoch)
        try:
            body: dict[str, Json] = {"certificate": certificate.fields(), "reason": reason}
            books.journal.append_in_epoch(epoch, Kind.EPOCH_STARTED, body, actor=actor)
            put_certificate(books.context, certificate)
        except BaseException:
            self._signer.epoch = before
            raise

    def _renew_witness(self) -> None:
        assert self._writer is not None
        link = journal_link(self._writer)
        if self._witness is not None:
            self._witness.close()
        Witness.create(self._directory / WITNESS_NAME, Mark(epoch=link.epoch, seq=link.seq, hash=link.hash))
        self._witness = Witness(self._directory / WITNESS_NAME)
        self._behind = False

    def _finish_adoption(self) -> None:
        """An epoch that was adopted by a program which ended before the witness was told of it."""
        assert self._writer is not None
        pending = self._keys.find(PENDING) if self._stored.enrolled else None
        certified = {one.epoch: one.key_id for one in read_certificates(self._writer)}
        link = journal_link(self._writer)
        if pending is None or certified.get(link.epoch) != SigningKey(pending).key_id:
            return
        mark = read_mark(self._directory / WITNESS_NAME)
        if self._behind and mark is not None and mark.epoch < link.epoch:
            self._renew_witness()
        if not self._behind:
            self._keys.remove(PENDING)


def _driver_connection(context: Context) -> Any:
    return context.connection.connection.driver_connection


Opener = Callable[..., SqlMoneyStore]
