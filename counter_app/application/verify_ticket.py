"""Whether a ticket code is genuine: needs the trust bundle only, no store and no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counter_app.domain import trust
from counter_app.domain.barcode import FindKey, TicketBody, TicketKey, open_ticket, parse_code_text
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.trust import Certificate, TrustBundle
from counter_app.errors import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class GenuineTicket:
    """A code whose signature and certificate hold. ``not_yet``: its validity begins later than it was checked."""

    body: TicketBody
    operator: str
    certificate: Certificate
    checked_at: datetime
    not_yet: bool

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
        }


def key_finder(bundle: TrustBundle, verify: trust.Verify) -> FindKey:
    """Keys of a bundle whose certificates were checked (``trust.parse_bundle`` does). ``verify``: security's."""

    def find(key_id: bytes) -> TicketKey | None:
        certificate = bundle.by_key_id(key_id)
        if certificate is None:
            return None
        public_key = certificate.public_key
        return TicketKey(
            station=certificate.station,
            counter=certificate.counter,
            epoch=certificate.epoch,
            verify=lambda purpose, message, signature: verify(public_key, purpose, message, signature),
        )

    return find


class VerifyTicket:
    """``VerifyTicket(bundle, verify)(code, at=clock.now())``."""

    def __init__(self, bundle: TrustBundle, verify: trust.Verify) -> None:
        self._bundle = bundle
        self._find_key = key_finder(bundle, verify)

    def __call__(self, code: str, *, at: datetime) -> GenuineTicket:
        """Raises ``Refusal``: BAD_CODE, UNKNOWN_KEY, FORGED_CODE, CODE_EXPIRED (genuine, but its time is over)."""
        payload = parse_code_text(code)
        body = open_ticket(payload, find_key=self._find_key)
        certificate = self._bundle.by_key_id(payload[3:11])
        assert certificate is not None, "open_ticket found it"
        if body.valid_until < certificate.not_before:  # the key did not exist while the ticket was valid
            raise Refusal(Reason.FORGED_CODE, ticket=str(body.ticket))
        if body.valid_until < at:
            raise Refusal(Reason.CODE_EXPIRED, ticket=str(body.ticket), until=timestamp(body.valid_until))
        return GenuineTicket(
            body=body,
            operator=self._bundle.operator_name,
            certificate=certificate,
            checked_at=at,
            not_yet=at < body.valid_from,
        )
