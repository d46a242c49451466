"""The exchange slip (改签凭条): the old ticket, the new one, and the difference by tender. Nothing is reckoned here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from counter_app.application.exchange_links import Followed, followed_by
from counter_app.application.refund_plan import Policies
from counter_app.application.slip_frame import Journey, SlipFrame, plain, ticket_and_run, with_currency
from counter_app.application.tender_words import TENDER_WORDS
from counter_app.domain.aftersales import exchange_words
from counter_app.domain.papers import Block, Document, Pair, Part, Slip, Strength, Text
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import PrintJob
from counter_app.ports.store import Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedTicket:
    number: str
    journey: Journey
    price_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLeg:
    """``amount_minor`` is positive where the customer pays and negative where money goes back, before rounding."""

    tender: str
    card: str  # masked, "" where there is none
    amount_minor: int
    rounding_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    old: ExchangedTicket
    new: ExchangedTicket
    fee_minor: int
    legs: tuple[DifferenceLeg, ...]  # none: both cost the same
    currency: str
    rule_words: Mapping[str, str]  # language -> sentence
    clerk: str
    journal_seq: int

    @property
    def difference_minor(self) -> int:
        """Positive: the customer pays."""
        return self.new.price_minor - self.old.price_minor + self.fee_minor

    def __post_init__(self) -> None:
        assert sum(leg.amount_minor for leg in self.legs) == self.difference_minor, "the legs are the difference"


def exchange_slip(frame: SlipFrame, exchange: Exchange, job: PrintJob) -> Slip:
    t, currency, difference = frame.words(), exchange.currency, exchange.difference_minor
    amount = with_currency(abs(difference), currency)
    if difference > 0:
        settled = Pair(t("Difference paid"), amount, Strength.LARGE)
    elif difference < 0:
        settled = Pair(t("Difference given back"), amount, Strength.LARGE)
    else:
        settled = Pair(t("No difference"), amount, Strength.LARGE)
    parts = [
        Part("old", (Text(t("Old ticket"), Strength.STRONG), *_ticket(frame, exchange.old, currency))),
        Part("new", (Text(t("New ticket"), Strength.STRONG), *_ticket(frame, exchange.new, currency))),
        Part(
            "amounts",
            (
                Pair(t("Fare of the new ticket"), plain(exchange.new.price_minor, currency)),
                Pair(t("Fare of the old ticket"), plain(-exchange.old.price_minor, currency)),
                Pair(t("Exchange fee"), plain(exchange.fee_minor, currency)),
            ),
        ),
        Part("difference", (settled,)),
        Part("tenders", tuple(_tenders(frame, exchange))),
        Part("rule", tuple(Text(line) for line in frame.said(exchange.rule_words))),
        Part("signature", (Pair(t("Customer's signature"), ""),)),
    ]
    return frame.slip(
        Document.EXCHANGE_SLIP,
        t("Exchange slip"),
        parts,
        job,
        exchange.clerk,
        facts={"ticket_number": exchange.new.number, "amount": amount},
        more=(Pair(t("Journal entry"), str(exchange.journal_seq)),),
    )


def _ticket(frame: SlipFrame, ticket: ExchangedTicket, currency: str) -> list[Block]:
    t, journey = frame.words(), ticket.journey
    return [
        Pair(t("Ticket"), ticket.number),
        Pair(t("Service"), f"{journey.service}  {journey.departs}"),
        Text(journey.route),
        Pair(journey.travel_class, journey.place or plain(ticket.price_minor, currency)),
    ]


def _tenders(frame: SlipFrame, exchange: Exchange) -> list[Block]:
    """Each leg as it was posted; of a cash leg what the coins make of it."""
    t, currency = frame.words(), exchange.currency
    lines: list[Block] = []
    for leg in exchange.legs:
        word = leg.tender if leg.amount_minor > 0 else f"{leg.tender}_refund"
        lines.append(Pair(f"{t(TENDER_WORDS[word])} {leg.card}".rstrip(), plain(abs(leg.amount_minor), currency)))
        if leg.rounding_minor:
            sign = 1 if leg.amount_minor > 0 else -1
            passed = abs(leg.amount_minor + leg.rounding_minor)
            lines.append(Pair(t("Cash rounding"), plain(sign * leg.rounding_minor, currency)))
            lines.append(Pair(t("Cash that changed hands"), plain(passed, currency), Strength.STRONG))
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSlips:
    frame: SlipFrame
    policies: Policies

    def of_job(self, books: Reading | Writing, job: PrintJob) -> Slip:
        """From what was posted. Raises Refusal(UNKNOWN_TICKET)."""
        frame, refund = self.frame, books.orders.refund(job.ref)
        followed = None if refund is None else followed_by(books, refund)
        if refund is None or followed is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        old, old_run = ticket_and_run(books, refund.ticket_id)
        new, new_run = ticket_and_run(books, books.orders.tickets_of(followed.order_id)[0].ticket_id)
        exchange = Exchange(
            old=ExchangedTicket(number=old.number, journey=frame.journey(old, old_run), price_minor=old.price_minor),
            new=ExchangedTicket(number=new.number, journey=frame.journey(new, new_run), price_minor=new.price_minor),
            fee_minor=refund.fee_minor,
            legs=tuple(_legs(books, old.order_id, refund.journal_seq, followed)),
            currency=old.currency,
            rule_words=exchange_words(refund.rule, refund.items, self.policies(old.policy), old.currency),
            clerk=refund.clerk,
            journal_seq=refund.journal_seq,
        )
        slip = exchange_slip(frame, exchange, job)
        if not (old_run.demonstration or new_run.demonstration):
            return slip
        return replace(slip, marks=frame.marks(job, demonstration=True))


def _legs(books: Reading | Writing, old_order: UUID, refund_seq: int, followed: Followed) -> Iterator[DifferenceLeg]:
    """Of both entries, without the credit that both booked as cash."""
    paid = [leg for leg in books.payments.legs_of_order(followed.order_id) if leg.refund_id is None]
    back = [leg for leg in books.payments.legs_of_order(old_order) if leg.journal_seq == refund_seq]
    for legs, credit in ((paid, -followed.credit_minor), (back, followed.credit_minor)):
        for leg in legs:
            amount = leg.amount_minor + (credit if leg.intent_id is None else 0)
            if not amount and not leg.rounding_minor:
                continue
            intent = None if leg.intent_id is None else books.payments.intent(leg.intent_id)
            if intent is not None and intent.charge_id is not None:
                intent = books.payments.intent(intent.charge_id)
            card = "" if intent is None else intent.evidence.card or intent.evidence.payer
            yield DifferenceLeg(
                tender=leg.tender.value, card=card, amount_minor=amount, rounding_minor=leg.rounding_minor
            )
