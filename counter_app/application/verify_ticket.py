"""Whether a ticket code is genuine: needs the trust bundle only, no store and no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from counter_app.domain import trust
from counter_app.domain.barcode import FindKey, TicketBody, TicketKey, open_ticket, parse_code_text
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.trust import Certificate, TrustBundle
from counter_app.domain.trust_statement import Statement
from counter_app.errors import Reason, Refusal

ONE_MINUTE: Final = timedelta(minutes=1)
KEY_ID: slice = slice(3, 11)  # where a payload names its key


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A certificate that was checked, whose operator's it is, and what that operator last said (None: nothing)."""

    certificate: Certificate
    operator: str
    statement: Statement | None


FindKnown = Callable[[bytes], KnownKey | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenuineTicket:
    """A code whose signature and certificate hold. ``not_yet``: its validity begins later than it was checked."""

    body: TicketBody
    operator: str
    certificate: Certificate
    checked_at: datetime
    not_yet: bool
    statement: Statement | None = None

    def fields(self) -> dict[str, Json]:
        """For ``--json``: what the code says and who signed it."""
        body = self.body
        return {
            "genuine": True,
            "ticket": str(body.ticket),
            "operator": self.operator,
            "station": self.certificate.station,
            "counter": self.certificate.counter,
            "key_id": self.certificate.key_id.hex(),
            "run_id": str(body.run_id),
            "service_date": body.service_date.isoformat(),
            "service": body.service,
            "origin_code": body.origin_code,
            "destination_code": body.destination_code,
            "board_call": body.span.board,
            "alight_call": body.span.alight,
            "coach": body.coach,
            "place": body.place,
            "travel_class": body.travel_class,
            "passenger_type": body.passenger_type,
            "has_document": body.document_digest is not None,
            "valid_from": timestamp(body.valid_from),
            "valid_until": timestamp(body.valid_until),
            "not_yet_valid": self.not_yet,
            "copy": body.copy_number,
            "training": body.ticket.training,
            "demonstration": body.demonstration,
            "offline": body.offline,
            "trust": None
            if self.statement is None
            else {"sequence": self.statement.sequence, "issued_at": timestamp(self.statement.issued_at)},
        }


def known_of(bundle: TrustBundle) -> FindKnown:
    """Keys of a bundle that was checked (``trust.parse_bundle`` does)."""

    def find(key_id: bytes) -> KnownKey | None:
        certificate = bundle.by_key_id(key_id)
        if certificate is None:
            return None
        return KnownKey(certificate=certificate, operator=bundle.operator_name, statement=bundle.statement)

    return find


def key_finder(bundle: TrustBundle, verify: trust.Verify) -> FindKey:
    """As ``barcode.open_ticket`` asks for them. ``verify``: security's."""
    find = known_of(bundle)

    def ticket_key(key_id: bytes) -> TicketKey | None:
        known = find(key_id)
        return None if known is None else _ticket_key(known.certificate, verify)

    return ticket_key


def _ticket_key(certificate: Certificate, verify: trust.Verify) -> TicketKey:
    public_key = certificate.public_key
    return TicketKey(
        station=certificate.station,
        counter=certificate.counter,
        epoch=certificate.epoch,
        verify=lambda purpose, message, signature: verify(public_key, purpose, message, signature),
    )


class VerifyTicket:
    """``VerifyTicket(bundle, verify)(code, at=clock.now())``; ``known``: instead of a bundle, what finds a key."""

    def __init__(self, bundle: TrustBundle | None, verify: trust.Verify, *, known: FindKnown | None = None) -> None:
        assert (bundle is None) != (known is None), "one of both"
        self._known: FindKnown = known if bundle is None else known_of(bundle)  # type: ignore[assignment]
        self._verify = verify

    def __call__(self, code: str, *, at: datetime) -> GenuineTicket:
        """Raises ``Refusal``: BAD_CODE, UNKNOWN_KEY, FORGED_CODE, KEY_REVOKED, KEY_EXPIRED, CODE_EXPIRED (genuine, but

        its time is over).
        """
        payload = parse_code_text(code)
        # Looked up once, so that what is asked of it below is of the same state of things.
        known = self._known(payload[KEY_ID])
        key = None if known is None else _ticket_key(known.certificate, self._verify)
        body = open_ticket(payload, find_key=lambda _: key)
        assert known is not None, "open_ticket found it"
        self._check_key(payload, body, known)
        if at - body.valid_until >= ONE_MINUTE:  # its times are whole minutes; in its last one it is still good
            raise Refusal(Reason.CODE_EXPIRED, ticket=str(body.ticket), until=timestamp(body.valid_until))
        return GenuineTicket(
            body=body,
            operator=known.operator,
            certificate=known.certificate,
            checked_at=at,
            not_yet=at < body.valid_from,
            statement=known.statement,
        )

    @staticmethod
    def _check_key(payload: bytes, body: TicketBody, known: KnownKey) -> None:
        """That the key was its window's at the ticket's time, and that its operator still stands by it."""
        number, certificate = str(body.ticket), known.certificate
        if body.valid_until < certificate.not_before:  # the key did not exist while the ticket was valid
            raise Refusal(Reason.FORGED_CODE, ticket=number)
        if body.valid_from >= certificate.not_after:
            raise Refusal(Reason.KEY_EXPIRED, ticket=number, until=timestamp(certificate.not_after))
        revoked = None if known.statement is None else known.statement.revocation(certificate.key_id)
        if revoked is not None and revoked.refuses(payload, body.valid_until):
            raise Refusal(Reason.KEY_REVOKED, ticket=number, key_id=certificate.key_id.hex())
