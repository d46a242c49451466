"""What people ask of central by hand: a ticket of any window, a new epoch; and what they settle of its verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.rights import demand
from counter_app.application.standing import Standing, unreachable
from counter_app.application.views import CentralTicket
from counter_app.domain.barcode import looks_like_code, parse_code_text, read_unverified
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import Json, Kind
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor, Right
from counter_app.domain.trust import BadTrust, read_certificate
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.epochs import EpochKeeper
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore
from counter_app.wire import messages as m
from counter_app.wire.signing import EPOCH_PURPOSE, epoch_text

FIND_MS: Final = 4_000
EPOCH_MS: Final = 15_000
TEXT_MAX: Final = 400
NOTE_MAX: Final = 200
REASON_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCentralTickets:
    store: MoneyStore
    line: Line
    standing: Standing
    catalogue: Callable[[], Catalogue | None]

    def __call__(self, text: str) -> list[CentralTicket]:
        """By number, or by the code on the paper. Raises Refusal: CENTRAL_UNREACHABLE, BAD_INPUT, BAD_CODE."""
        number = self._number(text.strip())
        if not self.line.worth_asking():
            raise Refusal(Reason.CENTRAL_UNREACHABLE)
        try:
            found = self.line.find_tickets(m.TicketQuestion(number=number), deadline_ms=FIND_MS)
        except NoAnswer as silence:
            raise unreachable(silence) from silence
        except CentralSaidNo as no:
            raise self.standing.refusal(no) from no
        return [self._view(ticket) for ticket in found.tickets]

    def _number(self, plain: str) -> str:
        if not plain or len(plain) > TEXT_MAX:
            raise Refusal(Reason.BAD_INPUT, field="text")
        if looks_like_code(plain):
            return str(read_unverified(parse_code_text(plain))[0].ticket)
        try:
            return str(TicketNumber.parse(plain, station_code=self.store.profile.station_code))
        except ValueError as error:
            raise Refusal(Reason.BAD_INPUT, field="text") from error

    def _view(self, ticket: m.WireTicket) -> CentralTicket:
        zone = ZoneInfo(self.store.profile.zone)
        return CentralTicket(
            ticket_id=ticket.ticket_id,
            number=ticket.number,
            state=ticket.state,
            window=f"{ticket.station_code}/{ticket.counter}",
            service=ticket.service,
            origin=self._name(ticket.origin),
            destination=self._name(ticket.destination),
            depart=ticket.depart.astimezone(zone),
            arrive=ticket.arrive.astimezone(zone),
            place=ticket.place or "",
            travel_class=ticket.travel_class,
            passenger_type=ticket.passenger_type,
            price=Money(ticket.price_minor, ticket.currency),
            sold_at=ticket.sold_at.astimezone(zone),
            locked_by=ticket.locked_by,
        )

    def _name(self, station_id: str) -> str:
        catalogue = self.catalogue()
        station = catalogue.station(station_id) if catalogue is not None else None
        return station_id if station is None else station.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEpoch:
    store: MoneyStore
    keeper: EpochKeeper
    line: Line
    device_id: UUID

    def __call__(self, actor: Actor, *, reason: str) -> int:
        """The same key is asked for until an epoch was adopted with it: a lost answer costs nothing.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED, CENTRAL_UNREACHABLE, CENTRAL_REFUSED(code, detail).
        """
        demand(actor, Right.MANAGE)
        plain = reason.strip()[:REASON_MAX]
        if not plain:
            raise Refusal(Reason.REASON_NEEDED)
        pending = self.keeper.prepare_epoch_key()
        with self.store.reading() as books:
            head = books.journal.head()
        request = m.EpochRequest(
            public_key=pending.public_key,
            head_seq=head.seq,
            head_hash=head.hash,
            reason=plain,
            proof=pending.sign(EPOCH_PURPOSE, epoch_text(self.device_id, pending.public_key, head.hash)),
        )
        try:
            granted = self.line.epoch(request, deadline_ms=EPOCH_MS)
            certificate = read_certificate(granted.certificate)
        except NoAnswer as silence:
            raise unreachable(silence) from silence
        except CentralSaidNo as no:
            raise Refusal(Reason.CENTRAL_REFUSED, code=no.code, detail=no.detail[:200]) from no
        except BadTrust as error:
            raise Refusal(Reason.CENTRAL_REFUSED, code="bad_certificate", detail=str(error)[:200]) from error
        return self.keeper.adopt_epoch(actor, certificate, reason=plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleInbox:
    store: MoneyStore

    def __call__(self, actor: Actor, epoch: int, seq: int, *, note: str) -> None:
        """A person dealt with it. Raises Refusal: NOT_ALLOWED, REASON_NEEDED, BAD_INPUT (no such verdict)."""
        if not (actor.may(Right.OTHERS_SHIFTS) or actor.may(Right.MANAGE)):
            raise Refusal(Reason.NOT_ALLOWED, right=Right.OTHERS_SHIFTS.value)
        plain = " ".join(note.split())[:NOTE_MAX]
        if not plain or not plain.isprintable():
            raise Refusal(Reason.REASON_NEEDED)
        with self.store.writing() as books:
            books.sync.settle_verdict(epoch, seq, by=actor.login, note=plain)
            body: dict[str, Json] = {"epoch": epoch, "seq": seq, "note": plain}
            books.journal.append(Kind.VERDICT_SETTLED, body, actor=actor)
