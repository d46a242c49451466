"""``journal verify``: the whole record looked through, read-only, also beside a window that is selling.

Everything here takes a folder and gives a verdict: it may run in a child process (decisions 19).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from counter_app.application.views import JournalVerdict
from counter_app.domain import blank_folds, check_folds, line_folds, payment_folds, sale_folds, slip_folds
from counter_app.domain.journal import START, BadEntry, Entry, Kind, Link, check_link, read_entry
from counter_app.domain.projection import (
    RECORD_FOLDS,
    RECORD_TABLES,
    Contradiction,
    Fact,
    Fold,
    Projection,
    compare,
    fold,
)
from counter_app.domain.trust import BadTrust, Certificate, certificate_holds, parse_bundle, read_certificate
from counter_app.domain.trust_statement import check_statement
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Progress
from counter_app.security import Sealed, SigningKey, Unsealable, verify
from db import engine as engines
from db.blanks import blank_facts
from db.context import Context
from db.create import CATALOGUES
from db.keys import ProfileKeys
from db.line_facts import line_facts, trusted_faults
from db.migrate import check_schema
from db.opening import missing_triggers
from db.payment_rows import payment_rows
from db.people import open_person
from db.profile import read_certificates, read_profile
from db.record_facts import record_facts
from db.redemptions import redemption_facts
from db.reference import expected_schema, stored_schema
from db.sale_rows import sale_rows
from db.slip_rows import slip_rows
from db.sync_state import read_state
from db.trust import SqlTrust, trust_facts
from db.vault import Vault
from db.verify_stock import stock_faults
from db.witness import FILE_NAME as WITNESS_NAME
from db.witness import Mark, changed_at_rest, is_whole, read_mark

_PROGRESS_EVERY: Final = 500
_PARTS: Final = (sale_folds, payment_folds, slip_folds, line_folds, check_folds, blank_folds)
_FOLDS: Final[dict[Kind, Fold]] = {
    kind: step for folds in (RECORD_FOLDS, *(part.FOLDS for part in _PARTS)) for kind, step in folds.items()
}
_TABLES: Final[frozenset[str]] = RECORD_TABLES.union(*(part.TABLES for part in _PARTS))

_FACTS: Final = (
    record_facts,
    sale_rows,
    payment_rows,
    slip_rows,
    line_facts,
    redemption_facts,
    trust_facts,
    blank_facts,
)


@dataclass(slots=True)
class _Finding:
    seq: int | None
    reason: str


@dataclass(slots=True)
class _Check:
    """One run over one profile's folder."""

    directory: Path
    trust: bytes | None
    progress: Callable[[Progress], None]
    link: Link = START
    chain_read: bool = False
    projection: Projection = field(default_factory=Projection)
    activated: dict[str, int] = field(default_factory=dict)  # catalogue file name -> seq of its activation
    findings: list[_Finding] = field(default_factory=list)

    def verdict(self) -> JournalVerdict:
        # The earliest entry that is wrong comes first; what no entry can be named for comes last.
        first = min(self.findings, key=lambda one: (one.seq is None, one.seq or 0), default=None)
        return JournalVerdict(
            ok=first is None,
            entries=self.link.seq,
            head=self.link.hash.hex(),
            first_bad=first.seq if first else None,
            reason=first.reason if first else "",
        )

    def add(self, seq: int | None, reason: str) -> None:
        self.findings.append(_Finding(seq, reason))

    # ------------------------------------------------------------------------------------------------- the run

    def run(self) -> JournalVerdict:
        # Before the snapshot: a window that sells meanwhile moves both, and the database first.
        mark = read_mark(self.directory / WITNESS_NAME)
        path = self.directory / engines.FILE_NAME
        engine = engines.make_engine(path, writable=False)
        try:
            with engine.connect() as connection:
                context = Context.bare(connection, writable=False)
                context.run("BEGIN")
                self._all(context, mark)
                context.run("COMMIT")
        except (Refusal, BadTrust):
            raise
        except (
            DBAPIError,
            engines.database_error(),
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ):
            # SQLite itself cannot read it, or what it read has no meaning: as far as we came, the entry after the last
            # whole one.
            self.add(None if self.chain_read else self.link.seq + 1, "store_damaged")
        if not self.findings and changed_at_rest(self.directory / engines.FILE_NAME):
            self.add(None, "changed_at_rest")
        return self.verdict()

    def _all(self, context: Context, mark: Mark | None) -> None:
        check_schema(context)
        self._integrity(context)
        if self._chain(context):
            self._witness(context, mark)
            self._tables(context)
            self._catalogue()
        for name in missing_triggers(context):
            self.add(None, f"trigger_missing:{name}")
        if not self.findings and stored_schema(context) != expected_schema():
            self.add(None, "schema_changed")

    def _integrity(self, context: Context) -> None:
        self.progress(Progress(stage="check", done=0, total=0))
        try:
            words = [row[0] for row in context.rows("PRAGMA integrity_check(10)")]
            broken = words != ["ok"] or bool(context.rows("PRAGMA foreign_key_check"))
        except DBAPIError:
            broken = True
        if broken:
            self.add(None, "store_damaged")

    # ----------------------------------------------------------------------------------------------- the chain

    def _chain(self, context: Context) -> bool:
        """Whether it is whole; then ``projection`` holds what it tells."""
        check = _signature_check(self._certificates(context))
        total = int(context.scalar("SELECT count(*) FROM journal"))
        rows = context.connection.exec_driver_sql(
            "SELECT seq, epoch, kind, raw, hash, signature FROM journal ORDER BY seq"
        )
        for seq, epoch, kind, raw, digest, signature in rows:
            wanted = self.link.seq + 1
            if seq != wanted:
                self.add(wanted, "missing_entry")
                return False
            try:
                entry = read_entry(bytes(raw), bytes(digest), bytes(signature))
                link = check_link(self.link, entry, check)
                if (epoch, kind) != (entry.epoch, entry.kind.value):
                    raise BadEntry("column_mismatch")  # noqa: TRY301 - one way out for all that is wrong with an entry
                self._tell(entry)
            except (BadEntry, Contradiction) as error:
                self.add(wanted, error.reason if isinstance(error, BadEntry) else "contradiction")
                return False
            except (TypeError, ValueError):  # a column of another type
                self.add(wanted, "bad_field")
                return False
            self.link = link
            if wanted % _PROGRESS_EVERY == 0:
                self.progress(Progress(stage="journal", done=wanted, total=total))
        self.chain_read = True
        self.progress(Progress(stage="journal", done=total, total=total))
        if self.link.seq == 0:
            self.add(1, "missing_entry")
        return self.link.seq > 0

    def _tell(self, entry: Entry) -> None:
        fold(self.projection, entry, _FOLDS)
        if entry.kind is Kind.CATALOGUE_ACTIVATED:
            self.activated[str(entry.body["file_name"])] = entry.seq

    def _certificates(self, context: Context) -> list[Certificate]:
        """Those of this window that an operator's key signed, from the table and from the journal: one of them may be

        tampered with. Another window of the same operator has keys too, and no say in this journal.

        With a trust bundle from outside only its operator counts, and nobody can remake the whole journal unseen.
        """
        operators: list[bytes] = []
        first = _body(context.scalar("SELECT raw FROM journal WHERE seq = 1"))
        if self.trust is not None:
            operators = list(parse_bundle(self.trust, verify).operator_keys)
        else:
            with contextlib.suppress(Refusal, ValueError, TypeError):
                operators.append(read_profile(context).operator_key)
            with contextlib.suppress(KeyError, TypeError, ValueError):
                operators.append(bytes.fromhex(first["operator_key"]))
            operators += _later_operator_keys(context, operators)
        stored = [json_of(body) for (body,) in context.rows("SELECT body FROM certificate")]
        told = [
            _body(raw).get("certificate")
            for (raw,) in context.rows("SELECT raw FROM journal WHERE kind = 'epoch_started'")
        ]
        window = (first.get("station_code"), first.get("counter"))
        found = []
        for fields in [*stored, *told]:
            with contextlib.suppress(BadTrust):
                certificate = read_certificate(fields)
                if (certificate.station, certificate.counter) == window and any(
                    certificate_holds(certificate, key, verify) for key in operators
                ):
                    found.append(certificate)
        return found

    # --------------------------------------------------------------------------------- what lies beside the chain

    def _witness(self, context: Context, mark: Mark | None) -> None:
        if mark is None:
            self.add(None, "witness_missing")
            return
        if not is_whole(self.directory / WITNESS_NAME):
            self.add(None, "witness_damaged")
        if mark.seq > self.link.seq:
            self.add(self.link.seq + 1, "tail_cut")
        elif mark.seq:
            found = context.row("SELECT epoch, hash FROM journal WHERE seq = ?", (mark.seq,))
            if found is None or found[0] != mark.epoch or bytes(found[1]) != mark.hash:
                self.add(mark.seq, "not_what_the_witness_saw")

    def _tables(self, context: Context) -> None:
        self.progress(Progress(stage="tables", done=0, total=0))
        try:
            facts = list(chain.from_iterable(source(context) for source in _FACTS))
        except Refusal as refusal:
            self.add(None, f"tables:{refusal.facts.get('part', 'store')}")
            return
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):  # a value of no meaning
            self.add(None, "tables:unreadable")
            facts = list(_readable(context))
        try:
            for table in chain(stock_faults(context), trusted_faults(context)):
                self.add(None, f"table_mismatch:{table}")
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
            self.add(None, "tables:unreadable")
        if read_state(context, self.link.seq).odd:
            self.add(None, "table_mismatch:sync_state")
        for wrong in compare(self.projection, facts, _TABLES):
            self.add(wrong.seq, f"table_mismatch:{wrong.table}")
        self._people(context)
        self._keys(context)

    def _keys(self, context: Context) -> None:
        """Key files, where whoever verifies may read them, are those of the certificates."""
        profile = read_profile(context)
        wanted = {"operator": profile.operator_key}
        with contextlib.suppress(Refusal):  # a certificate that is none was found by its entry
            wanted |= {f"counter-{one.epoch}": one.public_key for one in read_certificates(context)}
        keys = ProfileKeys(self.directory, profile.info.profile_id, choice="file")
        for name, public_key in wanted.items():
            try:
                if keys.is_file(name) and SigningKey(keys.load(name)).public != public_key:
                    self.add(None, f"keys:{name}")
            except Refusal:
                self.add(None, f"keys:{name}")
            except OSError:  # an auditor may not
                continue

    def _people(self, context: Context) -> None:
        """Sealed names open with the profile's keys, where whoever verifies may read those."""
        keys = ProfileKeys(self.directory, read_profile(context).info.profile_id)
        sealer = None
        with contextlib.suppress(Refusal, OSError):
            sealer = Vault(keys.load).sealer()
        if sealer is None:
            return
        for person_id, sealed, tag, wrapped in context.rows(
            "SELECT person_id, sealed, document_tag, wrapped FROM person JOIN person_key USING (person_id)"
        ):
            row = self.projection.rows.get(("person", person_id))
            try:
                data = open_person(sealer, person_id, Sealed(bytes(sealed), bytes(wrapped)))
            except (Unsealable, ValueError, TypeError):
                self.add(row.seq if row else None, "table_mismatch:person_key")
                continue
            wanted = sealer.document_tag(data.document) if data.document else None
            if wanted != (None if tag is None else bytes(tag)):
                self.add(row.seq if row else None, "table_mismatch:person")

    def _catalogue(self) -> None:
        """The active issue's file is the one that was activated."""
        issues = [(int(key), row) for (table, key), row in self.projection.rows.items() if table == "catalogue_issue"]
        if not issues:
            return
        self.progress(Progress(stage="catalogue", done=0, total=0))
        _, active = max(issues, key=lambda one: one[0])
        path = self.directory / CATALOGUES / Path(str(active.fields["file_name"])).name
        try:
            with path.open("rb") as file:
                digest = _sha256(file)
        except OSError:
            self.add(active.seq, "catalogue_missing")
            return
        if digest != active.fields["sha256"]:
            self.add(active.seq, "catalogue_changed")


def _later_operator_keys(context: Context, first: list[bytes]) -> list[bytes]:
    """Those that the first key says are the operator's too, by the chain of the stored statement."""
    try:
        said = SqlTrust(context).statement()
        if said is None or said.operator_keys[0].public_key not in first:
            return []
        check_statement(said, verify)
    except (BadTrust, Refusal):
        return []
    return [one.public_key for one in said.operator_keys[1:]]


def verify_profile(
    directory: Path,
    *,
    trust: bytes | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> JournalVerdict:
    """The verdict over a profile's folder. ``trust``: an exported bundle's bytes, kept somewhere else.

    Raises Refusal: NO_PROFILE, SQLITE_TOO_OLD, PROFILE_TOO_NEW, PROFILE_TOO_OLD; BadTrust for a bundle that is none.
    What is wrong with the store itself is a verdict, never an error.
    """
    if not (directory / engines.FILE_NAME).is_file():
        raise Refusal(Reason.NO_PROFILE)
    check = _Check(directory, trust, progress or (lambda _: None))
    try:
        return check.run()
    except Refusal as refusal:
        if refusal.reason is not Reason.STORE_DAMAGED:
            raise
        check.add(None, "store_damaged")
        return check.verdict()


def _readable(context: Context) -> Iterator[Fact]:
    """As many facts as can be read: what follows the unreadable one counts as missing, and names its entry."""
    for source in _FACTS:
        with contextlib.suppress(TypeError, ValueError, KeyError, AttributeError, OverflowError):
            yield from source(context)


def _signature_check(certificates: list[Certificate]) -> Callable[[int, str, bytes, bytes], bool]:
    def check(epoch: int, purpose: str, message: bytes, signature: bytes) -> bool:
        return any(verify(one.public_key, purpose, message, signature) for one in certificates if one.epoch == epoch)

    return check


def _body(raw: Any) -> dict[str, Any]:
    fields = json_of(raw)
    body = fields.get("body") if isinstance(fields, dict) else None
    return body if isinstance(body, dict) else {}


def json_of(raw: Any) -> Any:
    try:
        return json.loads(bytes(raw))
    except (ValueError, TypeError, RecursionError):
        return None


def _sha256(file: Any) -> str:
    digest = sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
