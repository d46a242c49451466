"""The exchange slip (改签凭条): the old ticket, the new one, and the difference by tender. Nothing is reckoned here.

Whoever posts an exchange gives what it posted; today no use case does, so no job of this kind is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counter_app.application.slip_frame import Journey, SlipFrame, plain, with_currency
from counter_app.application.tender_words import TENDER_WORDS
from counter_app.domain.papers import Block, Document, Pair, Part, Slip, Strength, Text
from counter_app.ports.prints import PrintJob


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
