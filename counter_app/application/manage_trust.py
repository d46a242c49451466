"""Keys of a stand-alone window's operator: revoked, rotated; and other operators' bundles, taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from counter_app.application.rights import demand
from counter_app.domain.barcode import VALID_AFTER
from counter_app.domain.journal import Kind
from counter_app.domain.policy import HORIZON_DAYS_MAX
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import Actor, Right
from counter_app.domain.trust import BadTrust, Certificate, TrustBundle, parse_bundle
from counter_app.domain.trust_statement import (
    ACCEPTED_MAX,
    Revocation,
    Rule,
    Statement,
    ended_regularly,
    follows,
    reached_from,
)
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Signer
from counter_app.ports.epochs import EpochKeeper, SignatureCheck, TrustSource
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.ports.trust import TrustKeeper

SOLD_AHEAD: Final = timedelta(days=HORIZON_DAYS_MAX)  # no window sells longer ahead


class TrustStore(MoneyStore, EpochKeeper, TrustSource, TrustKeeper, SignatureCheck, Protocol):
    @property
    def signer(self) -> Signer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    statement: Statement
    certificate: Certificate
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """A key of this window that is in use signs what is sold next: a new epoch comes first."""

    store: TrustStore
    clock: Clock

    def __call__(
        self, actor: Actor, epoch: int, *, rule: Rule, reason: str, since: datetime | None = None, accept_sold: bool
    ) -> Revoked:
        """``accept_sold``: of a refused key, the tickets that this journal sold before ``since`` stay good, as long as

        a gate takes them. What it sold later may be a thief's sale.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, ONLY_CENTRAL, BAD_INPUT(field: epoch | since), STORE_BEHIND_WITNESS.
        """
        demand(actor, Right.MANAGE)
        plain = check_reason(reason)
        now = self.clock.now()
        if since is not None and since > now:
            raise Refusal(
                Reason.BAD_INPUT, field="since", detail="to come: a key is refused from the moment it is said"
            )
        own = self.store.own_bundle()
        with self.store.reading() as books:
            if books.sync.central() is not None:
                raise Refusal(Reason.ONLY_CENTRAL)
            if epoch == max(1, books.journal.head().epoch):
                raise Refusal(Reason.BAD_INPUT, field="epoch", detail="in use: start a new epoch first")
            certificate = own.of_epoch(self.store.profile.station_code, self.store.profile.counter, epoch)
            if certificate is None:
                raise Refusal(Reason.BAD_INPUT, field="epoch", detail="there is none")
            payloads = (
                books.trust.sold_payloads(
                    epoch, arriving_after=now - VALID_AFTER, sold_before=since, limit=ACCEPTED_MAX + 1
                )
                if accept_sold and rule is Rule.REFUSED
                else []
            )
        if len(payloads) > ACCEPTED_MAX:
            raise Refusal(Reason.BAD_INPUT, field="epoch", detail=f"more than {ACCEPTED_MAX} tickets")
        accepted = frozenset(sha256(one).digest() for one in payloads)
        revocation = (
            ended_regularly(certificate.key_id, since or now, SOLD_AHEAD)
            if rule is Rule.ENDED
            else Revocation(key_id=certificate.key_id, rule=rule, since=since or now, accepted=accepted)
        )
        statement = self.store.change_trust(actor, revoke=[revocation], reason=plain)
        return Revoked(statement=statement, certificate=certificate, accepted=len(revocation.accepted))


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    store: TrustStore
    clock: Clock

    def station(self, actor: Actor, *, reason: str) -> int:
        """A new epoch with a key of its own; the one before ends regularly, in the same commit. Returns the epoch.

        Raises as the store's ``start_epoch``, and NOT_ALLOWED, REASON_NEEDED.
        """
        demand(actor, Right.MANAGE)
        return self.store.rotate_epoch(actor, ended_valid_for=SOLD_AHEAD, reason=check_reason(reason))

    def operator(self, actor: Actor, *, at: datetime | None, reason: str) -> Statement:
        """A new operator key signs from ``at`` (None: now) on.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, ONLY_CENTRAL, BAD_INPUT(field="at") for a time that is over or
        more than a year ahead, or where a key is to come already.
        """
        demand(actor, Right.MANAGE)
        return self.store.change_trust(actor, rotate_at=at or self.clock.now(), reason=check_reason(reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTrust:
    """Another operator's bundle, or a newer one of our own operator where the line is down."""

    store: TrustStore

    def __call__(self, actor: Actor, content: bytes, *, operator_key: bytes | None = None) -> TrustBundle:
        """``operator_key``: one of the operator's keys, come by another way; needed the first time.

        Raises Refusal: NOT_ALLOWED, TRUST_OLDER(sequence, known), BAD_INPUT(field: trust | operator_key).
        """
        demand(actor, Right.MANAGE)
        try:
            bundle = parse_bundle(content, self.store.holds)
        except BadTrust as error:
            raise Refusal(Reason.BAD_INPUT, field="trust", detail=f"trust bundle: {error}") from error
        said = bundle.statement
        if said is None:
            raise Refusal(Reason.BAD_INPUT, field="trust", detail="of the first format: it says nothing of its age")
        ours = self.store.own_bundle().operator_key
        own = ours in bundle.operator_keys
        with self.store.writing() as books:
            pinned, known = self._own(books, ours) if own else self._pinned(books, bundle)
            if not follows(said, known):
                assert known is not None, "only then it does not follow"
                raise Refusal(Reason.TRUST_OLDER, sequence=said.sequence, known=known.sequence)
            if pinned is None:
                pinned = operator_key
            elif operator_key is not None and operator_key not in bundle.operator_keys:
                raise Refusal(Reason.BAD_INPUT, field="operator_key")
            if pinned is None or not reached_from(said, pinned):
                raise Refusal(Reason.BAD_INPUT, field="operator_key", detail=said.operator_keys[0].public_key.hex())
            if not own:
                self._demand_apart(books, bundle)
            self._keep(books, actor, bundle, said, own=own)
        return bundle

    @staticmethod
    def _demand_apart(books: Reading | Writing, bundle: TrustBundle) -> None:
        """What it calls itself, and that it claims no window of ours or of a third one: a key that this one refuses

        would be good again by another's word.
        """
        name = bundle.operator_name
        if not name or not name.isprintable() or name != name.strip():
            raise Refusal(Reason.BAD_INPUT, field="trust", detail="the operator's name")
        others = [one for one in books.trust.others() if one.operator_key != bundle.operator_key]
        for certificate in bundle.certificates:
            key_id = certificate.key_id
            if books.trust.certificate(key_id) is not None or any(one.by_key_id(key_id) for one in others):
                raise Refusal(Reason.BAD_INPUT, field="trust", detail=f"{key_id.hex()} is another operator's key")

    @staticmethod
    def _own(books: Reading | Writing, first: bytes) -> tuple[bytes | None, Statement | None]:
        if books.sync.central() is None:
            raise Refusal(Reason.BAD_INPUT, field="trust", detail="of this window itself")
        known = books.trust.statement()
        return (first if known is None else known.signer.public_key), known

    @staticmethod
    def _pinned(books: Reading | Writing, bundle: TrustBundle) -> tuple[bytes | None, Statement | None]:
        """The key of this operator that is trusted here already, and what it last said.

        It is known by its first key: whoever else lists that among theirs has to be reached from it.
        """
        for other in books.trust.others():
            if other.statement is not None and other.operator_key in bundle.operator_keys:
                return other.statement.signer.public_key, other.statement
        return None, None

    @staticmethod
    def _keep(books: Writing, actor: Actor, bundle: TrustBundle, said: Statement, *, own: bool) -> None:
        if own:
            books.trust.put_statement(said)
            for certificate in bundle.certificates:
                books.sync.put_certificate(certificate)
            return
        books.journal.append(
            Kind.TRUST_IMPORTED,
            {
                "operator": bundle.operator_name,
                "operator_key": bundle.operator_key.hex(),
                "sequence": said.sequence,
                "sha256": said.digest.hex(),
            },
            actor=actor,
        )
        books.trust.put_other(bundle)
