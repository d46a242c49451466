"""Papers about a journey beside the ticket: the reimbursement slip, luggage tags, a group's list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from counter_app.application.slip_frame import (
    Journey,
    SlipFrame,
    station_name,
    ticket_and_run,
    with_currency,
)
from counter_app.application.tender_words import TENDER_WORDS
from counter_app.domain.capital_figures import capital_figures
from counter_app.domain.luggage import tag_code, tag_number
from counter_app.domain.money import Money
from counter_app.domain.orders import TicketState
from counter_app.domain.papers import Block, Code, Document, Pair, Part, Slip, Strength, Table, Text
from counter_app.domain.passengers import mask_document, mask_name
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import TicketRecord
from counter_app.ports.prints import PrintJob
from counter_app.ports.store import Reading, Writing
from counter_app.texts import mark

_STATEMENT: Final = (
    (mark("For reimbursement only"), Strength.STRONG),
    (mark("This is no travel document."), Strength.PLAIN),
    (mark("Hand it back when the ticket is refunded or exchanged."), Strength.FAINT),
)
_STARS: Final = re.compile(r"\*{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    ticket: TicketRecord
    name: str  # masked, like the document
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelPapers:
    frame: SlipFrame

    # ---- reimbursement slip, 报销凭证

    def reimbursement(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        issued = books.papers.reimbursement(job.ref)
        if issued is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        ticket, frozen = ticket_and_run(books, job.ref)
        journey, member = frame.journey(ticket, frozen), _member(books, ticket)
        amount = with_currency(issued.amount_minor, issued.currency)
        figures = capital_figures(Money(issued.amount_minor, issued.currency))
        paid: list[Block] = [Pair(t("Price paid"), amount, Strength.LARGE)]
        if figures:
            paid.append(Pair(t("In capital figures"), figures))
        paid.append(Pair(t("Paid by"), self._tenders(books, ticket)))
        parts = [
            Part("journey", (Pair(t("Ticket"), ticket.number), *self._journey(journey))),
            Part("passenger", tuple(self._passenger(member))),
            Part("amount", tuple(paid)),
            Part(
                "statement",
                tuple(Text(line, strength, "center") for source, strength in _STATEMENT for line in frame.each(source)),
            ),
        ]
        return frame.slip(
            Document.REIMBURSEMENT,
            t("Reimbursement slip"),
            parts,
            job,
            issued.clerk,
            facts={
                **_journey_facts(journey),
                "number": issued.number,
                "ticket_number": ticket.number,
                "amount": amount,
            },
            more=(Pair(t("Issue no."), issued.number),),
            demonstration=frozen.demonstration,
        )

    def _journey(self, journey: Journey) -> list[Block]:
        t = self.frame.words()
        lines: list[Block] = [
            Text(journey.route, Strength.STRONG),
            Pair(t("Service"), journey.service),
            Pair(t("Departure"), journey.departs),
            Pair(t("Class"), journey.travel_class),
        ]
        if journey.place:
            lines.append(Pair(t("Place"), journey.place))
        return lines

    def _passenger(self, member: _Member) -> list[Block]:
        t = self.frame.words()
        lines: list[Block] = [Pair(t("Passenger type"), self.frame.passenger_type(member.ticket.passenger_type))]
        if member.name:
            lines.append(Pair(t("Passenger"), member.name))
        if member.document:
            lines.append(Pair(t("Document"), member.document))
        return lines

    def _tenders(self, books: Reading | Writing, ticket: TicketRecord) -> str:
        """All that the order was paid with: an employer who paid by account must see it."""
        t = self.frame.words()
        legs = books.payments.legs_of_order(ticket.order_id)
        tenders = dict.fromkeys(leg.tender.value for leg in legs if leg.refund_id is None)
        return ", ".join(t(TENDER_WORDS[one]) for one in tenders) or t(TENDER_WORDS["cash"])

    # ---- luggage tag, 行李标签

    def luggage_tag(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        piece = books.papers.piece(job.job_id)
        if piece is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        ticket, frozen = ticket_and_run(books, job.ref)
        journey, member = frame.journey(ticket, frozen), _member(books, ticket)
        name = station_name(frozen.stations[frozen.trip.calls[ticket.span.alight].station_id])
        which = f"{piece.piece}/{piece.pieces}"
        number = tag_number(ticket.number, piece.piece)
        parts = [
            Part(
                "journey",
                (
                    Pair(t("Service"), journey.service, Strength.STRONG),
                    Pair(t("Departure"), journey.departs),
                    Pair(t("Route"), journey.route),
                ),
            ),
            Part("piece", (Pair(t("Piece"), which, Strength.LARGE),)),
            Part(
                "passenger",
                tuple(
                    block
                    for block in (
                        Pair(t("Passenger"), member.name) if member.name else None,
                        Pair(t("Ticket"), ticket.number),
                    )
                    if block is not None
                ),
            ),
            Part("code", (Code(tag_code(ticket.number, piece.piece, piece.pieces)),)),
        ]
        return frame.slip(
            Document.LUGGAGE_TAG,
            t("Luggage tag"),
            parts,
            job,
            facts={
                **_journey_facts(journey),
                "number": number,
                "tag_number": number,
                "destination": name.native,
                "destination_latin": name.latin,
                "piece": which,
            },
            demonstration=frozen.demonstration,
        )

    # ---- a group's list, 团体名单

    def group_list(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        tickets = [one for one in books.orders.tickets_of(job.ref) if one.state is TicketState.FULFILLED]
        order = books.orders.order(job.ref)
        if order is None or not tickets:
            raise Refusal(Reason.UNKNOWN_TICKET)
        ticket, frozen = ticket_and_run(books, tickets[0].ticket_id)
        journey = frame.journey(ticket, frozen)
        members = [_member(books, one) for one in tickets]
        total = with_currency(sum(one.price_minor for one in tickets), ticket.currency)
        types = sorted({one.passenger_type for one in tickets}, key=lambda code: (code != "adult", code))
        counted: list[Block] = [Pair(t("Passengers"), str(len(tickets)), Strength.STRONG)]
        if len(types) > 1:
            counted += [
                Pair(frame.passenger_type(code), str(sum(one.passenger_type == code for one in tickets)))
                for code in types
            ]
        counted.append(Pair(t("Total"), total, Strength.STRONG))
        parts = [
            Part(
                "journey",
                (
                    Text(journey.route, Strength.STRONG),
                    Pair(t("Service"), journey.service),
                    Pair(t("Departure"), journey.departs),
                    Pair(t("Class"), journey.travel_class),
                ),
            ),
            Part("members", tuple(self._members(members))),
            Part("totals", tuple(counted)),
            Part("signature", (Pair(t("Group leader's signature"), ""),)),
        ]
        return frame.slip(
            Document.GROUP_LIST,
            t("Group list"),
            parts,
            job,
            order.clerk,
            facts=_journey_facts(journey),
            demonstration=frozen.demonstration,
        )

    def _members(self, members: Sequence[_Member]) -> list[Block]:
        """By coach, in the order of the places; a group without places as it was sold."""
        t = self.frame.words()

        def coach(member: _Member) -> str:
            return member.ticket.place.coach if member.ticket.place is not None else ""

        blocks: list[Block] = []
        number = 0
        for name, inside in groupby(sorted(members, key=lambda one: _natural(coach(one))), key=coach):
            rows = []
            for member in sorted(inside, key=_place_order):
                number += 1
                who = member.name or "—"
                if member.ticket.passenger_type != "adult":
                    who = f"{who} ({self.frame.passenger_type(member.ticket.passenger_type)})"
                place = member.ticket.place.label if member.ticket.place is not None else "—"
                # Of a masked number the length says nothing: 58 mm paper has no room for it.
                document = _STARS.sub("***", member.document) or "—"
                rows.append((str(number), place, who, document))
            if name:
                blocks.append(Text(t("Coach {coach}: {count}", coach=name, count=len(rows)), Strength.STRONG))
            blocks.append(Table(("#", t("Place"), t("Name"), t("ID")), tuple(rows), "rlll"))
        return blocks


def _journey_facts(journey: Journey) -> dict[str, str]:
    return {
        "origin": journey.origin,
        "destination": journey.destination,
        "service": journey.service,
        "date": f"{journey.depart:%Y-%m-%d}",
        "departs": f"{journey.depart:%H:%M}",
    }


def _member(books: Reading | Writing, ticket: TicketRecord) -> _Member:
    person = books.people.get(ticket.person_id) if ticket.person_id is not None else None
    if person is None:
        return _Member(ticket=ticket, name="", document="")
    document = mask_document(person.document) if person.document else ""
    return _Member(ticket=ticket, name=mask_name(person.name) if person.name else "", document=document)


def _natural(text: str) -> tuple[int, str]:
    """Coach 2 before coach 10."""
    digits = "".join(char for char in text if char.isdigit())
    return (int(digits) if digits else 0, text)


def _place_order(member: _Member) -> tuple[tuple[int, str], int]:
    place = member.ticket.place
    return (_natural(place.label) if place is not None else (0, ""), member.ticket.serial)
