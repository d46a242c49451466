"""A ticket is shown: genuine or not, and let through once (检票, 核销). Works without a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from counter_app.application.rights import demand
from counter_app.application.ticket_views import ticket_view
from counter_app.application.verify_ticket import FindKnown, GenuineTicket, KnownKey, VerifyTicket
from counter_app.domain.barcode import TicketBody, looks_mistyped, parse_code_text, read_unverified
from counter_app.domain.checking import (
    NO_FILTER,
    VERDICTS,
    CheckedTicket,
    RunFilter,
    Verdict,
    same_reading,
)
from counter_app.domain.journal import Json, Kind
from counter_app.domain.orders import TicketState
from counter_app.domain.staff import Actor, Right
from counter_app.domain.trust import Verify
from counter_app.errors import Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.orders import TicketRecord
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.redemptions import Redemption
from counter_app.ports.store import MoneyStore, Reading, Writing

_CAME_OUT = {JobState.CONFIRMED, JobState.SETTLED_OUT}


def known_here(books: Reading | Writing, profile: ProfileInfo) -> FindKnown:
    """Keys of this operator's windows as the store knows them, then those of imported bundles."""

    def find(key_id: bytes) -> KnownKey | None:
        own = books.trust.certificate(key_id)
        if own is not None:
            return KnownKey(certificate=own, operator=profile.operator, statement=books.trust.statement())
        for bundle in books.trust.others():
            other = bundle.by_key_id(key_id)
            if other is not None:
                return KnownKey(certificate=other, operator=bundle.operator_name, statement=bundle.statement)
        return None

    return find


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTicket:
    """``verify``: security's."""

    store: MoneyStore
    clock: Clock
    verify: Verify

    def __call__(
        self,
        actor: Actor,
        code: str,
        *,
        redeem: bool = True,
        wanted: RunFilter = NO_FILTER,
        scanned: bool = True,
    ) -> CheckedTicket:
        """WRITE with ``redeem``, else READ. What is wrong with a ticket is a verdict, not a refusal.

        ``scanned``: a scanner may read one paper twice, and the second reading within a moment answers as the first;
        without it the second time is the second time. Raises Refusal: NOT_ALLOWED, and what the store refuses;
        OutcomeUnknown.
        """
        demand(actor, Right.CHECK)
        if not redeem:
            with self.store.reading() as books:
                return self._look(books, code, wanted)
        with self.store.writing() as books:
            found = self._look(books, code, wanted)
            if found.body is None:
                return found
            now, number = found.checked_at, found.record
            if found.verdict is Verdict.REDEEMED_BEFORE:
                assert found.first_at is not None, "of what was let through"
                twice = scanned and found.body.copy_number == found.first_copy
                if twice and same_reading(found.first_at, now):
                    return replace(found, verdict=Verdict.GENUINE, redeemed=True, same_reading=True)
                return replace(found, seen=books.redemptions.seen_again(number, now).seen)
            if found.verdict is not Verdict.GENUINE:
                return found
            return self._redeem(books, actor, code, found, found.body)

    def _redeem(self, books: Writing, actor: Actor, code: str, found: CheckedTicket, body: TicketBody) -> CheckedTicket:
        _, key_id = read_unverified(parse_code_text(code))
        number = found.record
        fact: dict[str, Json] = {
            "number": number,
            "copy": body.copy_number,
            "run_id": str(body.run_id),
            "service_date": body.service_date.isoformat(),
            "key_id": key_id.hex(),
        }
        entry = books.journal.append(Kind.TICKET_REDEEMED, fact, actor=actor)
        books.redemptions.add(
            Redemption(
                number=number,
                copy_number=body.copy_number,
                run_id=body.run_id,
                service_date=body.service_date,
                key_id=key_id,
                at=entry.at,
                clerk=actor.login,
                seen=1,
                last_at=entry.at,
                journal_seq=entry.seq,
            )
        )
        return replace(
            found,
            redeemed=True,
            first_at=entry.at,
            first_copy=body.copy_number,
            first_clerk=actor.login,
            seen=1,
        )

    # ---- looking only

    def _look(self, books: Reading | Writing, code: str, wanted: RunFilter) -> CheckedTicket:
        now = self.clock.now()
        profile = self.store.profile
        try:
            ticket = VerifyTicket(None, self.verify, known=known_here(books, profile))(code, at=now)
        except Refusal as refusal:
            return self._refused(refusal, code, now)
        found = self._facts(books, ticket, now)
        body = ticket.body
        if body.ticket.training and not profile.training:
            return replace(found, verdict=Verdict.TRAINING)
        if body.demonstration and not (profile.demonstration or profile.training):
            return replace(found, verdict=Verdict.DEMONSTRATION)
        if not wanted.fits(body):
            return replace(found, verdict=Verdict.WRONG_RUN)
        if ticket.not_yet:
            return replace(found, verdict=Verdict.NOT_YET)
        sold = None if found.foreign else books.orders.by_number(str(body.ticket))
        if sold is not None:
            if sold.state is not TicketState.FULFILLED:
                return replace(found, verdict=Verdict.REFUNDED)
            newest = self._newest_copy(books, sold)
            if body.copy_number < newest:
                return replace(found, verdict=Verdict.SUPERSEDED, newest_copy=newest)
        before = books.redemptions.of(found.record)
        if before is None:
            return found
        return replace(
            found,
            verdict=Verdict.REDEEMED_BEFORE,
            first_at=before.at,
            first_copy=before.copy_number,
            first_clerk=before.clerk,
            seen=before.seen,
        )

    @staticmethod
    def _refused(refusal: Refusal, code: str, now: datetime) -> CheckedTicket:
        if refusal.reason not in VERDICTS:
            raise refusal
        verdict = VERDICTS[refusal.reason]
        if verdict is Verdict.UNKNOWN_KEY:
            body, _ = read_unverified(parse_code_text(code))
            if body.ticket.training:  # nobody forges what opens nothing
                verdict = Verdict.TRAINING
        body_read: TicketBody | None = None
        if verdict in {Verdict.EXPIRED, Verdict.REVOKED, Verdict.KEY_EXPIRED}:  # its signature holds
            body_read, _ = read_unverified(parse_code_text(code))
        return CheckedTicket(
            verdict=verdict,
            checked_at=now,
            body=body_read,
            mistyped=verdict is Verdict.NOT_A_CODE and looks_mistyped(code),
            origin="" if body_read is None else body_read.origin_code,
            destination="" if body_read is None else body_read.destination_code,
        )

    def _facts(self, books: Reading | Writing, ticket: GenuineTicket, now: datetime) -> CheckedTicket:
        body, key_id = ticket.body, ticket.certificate.key_id
        foreign = books.trust.certificate(key_id) is None
        found = CheckedTicket(
            verdict=Verdict.GENUINE,
            foreign=foreign,
            record=f"{key_id.hex()}/{body.ticket}" if foreign else str(body.ticket),
            checked_at=now,
            body=body,
            operator=ticket.operator,
            origin=body.origin_code,
            destination=body.destination_code,
            trust_issued_at=None if ticket.statement is None else ticket.statement.issued_at,
        )
        sold = None if foreign else books.orders.by_number(str(body.ticket))
        if sold is None:
            return found
        view = ticket_view(books, sold, self.store.profile)
        return replace(found, origin=view.origin.name, destination=view.destination.name, masked_name=view.masked_name)

    @staticmethod
    def _newest_copy(books: Reading | Writing, sold: TicketRecord) -> int:
        """Of the papers that came out. Of a ticket of an earlier epoch every paper now has the original's code."""
        if sold.epoch != max(1, books.journal.head().epoch):
            return 0
        copies = [
            job.copy_number
            for job in books.prints.of(sold.ticket_id)
            if job.kind is JobKind.TICKET and job.state in _CAME_OUT
        ]
        return max(copies, default=0)
