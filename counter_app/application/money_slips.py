"""Slips about money: receipt, refund, movements of the drawer, and what a card terminal wants printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counter_app.application.exchange_links import followed_by, given_in
from counter_app.application.refund_plan import Policies
from counter_app.application.slip_frame import SlipFrame, plain, ticket_and_run, with_currency
from counter_app.application.tender_words import TENDER_WORDS
from counter_app.domain.card_slip_words import wants_signature
from counter_app.domain.papers import Block, Document, Pair, Part, Slip, Strength, Table, Text, Verbatim
from counter_app.domain.payments import PaymentState
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import OrderRecord, RefundRecord, TicketRecord
from counter_app.ports.prints import PrintJob
from counter_app.ports.shifts import CashKind
from counter_app.ports.store import Reading, Writing
from counter_app.texts import mark

CASH_WORDS: Final = {
    CashKind.FLOAT: mark("Float"),
    CashKind.SALE: mark("Cash sale"),
    CashKind.REFUND: mark("Cash refund"),
    CashKind.PAID_IN: mark("Paid in"),
    CashKind.PAID_OUT: mark("Paid out"),
    CashKind.DROP: mark("Cash drop"),
}
# Who signs: always two, the one who gives and the one who takes.
_SIGNERS: Final = {
    CashKind.PAID_IN: (mark("Signed, paid in by"), mark("Signed, clerk")),
    CashKind.PAID_OUT: (mark("Signed, clerk"), mark("Signed, received by")),
    CashKind.DROP: (mark("Signed, handed over by"), mark("Signed, received by")),
    CashKind.REFUND: (mark("Signed, clerk"), mark("Customer's signature")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneySlips:
    frame: SlipFrame
    policies: Policies

    # ---- refund

    def refund(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        refund = books.orders.refund(job.ref)
        if refund is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        ticket, frozen = ticket_and_run(books, refund.ticket_id)
        tiers = {tier.code: tier for tier in self.policies(ticket.policy).tiers}
        tier, currency, journey = tiers.get(refund.rule), ticket.currency, frame.journey(ticket, frozen)
        back = with_currency(refund.refunded_minor, currency)
        slip = books.papers.reimbursement(ticket.ticket_id)
        handed_in: tuple[Block, ...] = (Pair(t("Ticket"), ticket.number),)
        if slip is not None and slip.back_seq == refund.journal_seq:
            handed_in = (*handed_in, Pair(t("Reimbursement slip taken back"), slip.number))
        parts = [
            Part(
                "ticket",
                (
                    *handed_in,
                    Pair(t("Service"), f"{journey.service}  {journey.departs}"),
                    Text(journey.route),
                    Pair(journey.travel_class, journey.place or frame.passenger_type(ticket.passenger_type)),
                ),
            ),
            Part(
                "amounts",
                (
                    Pair(t("Fare paid"), plain(ticket.price_minor, currency)),
                    Pair(t("Refund fee"), plain(refund.fee_minor, currency)),
                ),
            ),
            Part("refund", (Pair(t("Refund amount"), back, Strength.LARGE),)),
            Part("tenders", tuple(self._back(books, refund, ticket))),
            Part("rule", tuple(Text(line) for line in frame.said(tier.words if tier is not None else {}))),
            Part("signature", (Pair(t("Customer's signature"), ""),)),
        ]
        return frame.slip(
            Document.REFUND_SLIP,
            t("Refund"),
            parts,
            job,
            refund.clerk,
            facts={"ticket_number": ticket.number, "amount": back},
            more=(Pair(t("Journal entry"), str(refund.journal_seq)),),
            demonstration=frozen.demonstration,
        )

    def _back(self, books: Reading | Writing, refund: RefundRecord, ticket: TicketRecord) -> list[Block]:
        """Where it goes, leg by leg, as the refund posted it; the cash part with what the coins make of it."""
        t, currency = self.frame.words(), ticket.currency
        lines: list[Block] = []
        for leg in books.payments.legs_of_order(ticket.order_id):
            if leg.journal_seq != refund.journal_seq:
                continue
            intent = None if leg.intent_id is None else books.payments.intent(leg.intent_id)
            # Of a ticket that came of an exchange, it may be a payment of the order before.
            charge = None if intent is None or intent.charge_id is None else books.payments.intent(intent.charge_id)
            label = t(TENDER_WORDS[f"{leg.tender.value}_refund"])
            if charge is not None:
                label = f"{label} {charge.evidence.card or charge.evidence.payer}".rstrip()
            # Posted is not paid: the slip comes out before the terminal or central has answered.
            if intent is not None and intent.superseded:
                label = f"{label}, {t('paid out in cash instead')}"
            elif intent is not None and intent.state is not PaymentState.APPROVED:
                label = f"{label}, {t('being paid back')}"
            lines.append(Pair(label, plain(-leg.amount_minor, currency)))
            if leg.rounding_minor:
                lines.append(Pair(t("Cash rounding"), plain(-leg.rounding_minor, currency)))
                paid_out = -leg.amount_minor - leg.rounding_minor
                lines.append(Pair(t("Paid out in cash"), plain(paid_out, currency), Strength.STRONG))
        return lines

    # ---- receipt

    def receipt(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        order = books.orders.order(job.ref)
        if order is None:
            raise Refusal(Reason.UNKNOWN_TICKET)
        tickets = books.orders.tickets_of(order.order_id)
        items: list[Block] = []
        seen, invented = "", False
        for ticket in tickets:
            _, frozen = ticket_and_run(books, ticket.ticket_id)
            invented = invented or frozen.demonstration
            journey = frame.journey(ticket, frozen)
            head = f"{journey.service}  {journey.departs}\n{journey.route}"
            if head != seen:  # one order is one journey, as a rule
                items += [Text(line) for line in head.split("\n")]
                seen = head
            items.append(Pair(ticket.number, plain(ticket.price_minor, order.currency), Strength.STRONG))
            what = "  ".join(
                word for word in (frame.passenger_type(ticket.passenger_type), journey.travel_class) if word
            )
            items.append(Pair(what, journey.place, Strength.FAINT))
            refund = books.orders.refund_of(ticket.ticket_id)
            if refund is not None:  # a copy that is asked for later must not claim what was given back
                items += self._back_since(books, refund, order.currency)
        total = with_currency(order.total_minor, order.currency)
        parts = [
            Part("items", tuple(items)),
            Part("total", (Pair(t("Total"), total, Strength.LARGE),)),
            Part("tenders", tuple(self.paid(books, order))),
        ]
        return frame.slip(Document.RECEIPT, t("Receipt"), parts, job, order.clerk, demonstration=invented)

    def _back_since(self, books: Reading | Writing, refund: RefundRecord, currency: str) -> list[Block]:
        """What went into another ticket was handed to nobody."""
        t, followed = self.frame.words(), followed_by(books, refund)
        if followed is None:
            return [Pair(t("Refunded since"), plain(-refund.refunded_minor, currency))]
        lines: list[Block] = [Pair(t("Given in for another ticket"), plain(-followed.credit_minor, currency))]
        back = refund.refunded_minor - followed.credit_minor
        if back:
            lines.append(Pair(t("Refunded since"), plain(-back, currency)))
        return lines

    def paid(self, books: Reading | Writing, order: OrderRecord) -> list[Block]:
        """By which tenders, as the sale posted it; of an exchange the old ticket's worth, which is in the cash leg."""
        t, given = self.frame.words(), given_in(books, order)
        credit = 0 if given is None else given.credit_minor
        intents = {one.intent_id: one for one in books.payments.of_order(order.order_id)}

        def pair(label: str, minor: int) -> Pair:
            return Pair(label, plain(minor, order.currency))

        lines: list[Block] = [] if given is None else [pair(t("Ticket given in"), -credit)]
        for leg in books.payments.legs_of_order(order.order_id):
            if leg.refund_id is not None:
                continue
            if leg.intent_id is not None:
                said = intents[leg.intent_id].evidence
                label = f"{t(TENDER_WORDS[leg.tender.value])} {said.card or said.payer}".strip()
                lines.append(pair(label, leg.amount_minor))
                continue
            cash = leg.amount_minor - credit
            if given is not None and not cash:
                continue
            if leg.rounding_minor:
                lines += [
                    pair(t("Cash"), cash),
                    pair(t("Cash rounding"), leg.rounding_minor),
                ]
            lines += [pair(t("Received in cash"), order.received_minor), pair(t("Change"), order.change_minor)]
        return lines

    # ---- the drawer

    def cash(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        movement = books.shifts.movement(job.ref)
        if movement is None:
            raise Refusal(Reason.NO_REPORT)
        shift = books.shifts.get(movement.shift_id)
        user = books.users.by_id(shift.user_id) if shift is not None else None
        currency = self.frame.profile.currency
        amount = with_currency(abs(movement.amount_minor), currency)
        kind = t(CASH_WORDS[movement.kind])
        count = books.papers.cash_count(movement.movement_id)
        blocks: list[Block] = [Pair(kind, amount, Strength.LARGE)]
        if count:
            blocks.append(
                Table(
                    (t("Value"), t("Pieces"), t("Amount")),
                    tuple(
                        (plain(value, currency), str(pieces), plain(value * pieces, currency))
                        for value, pieces in count.items()
                    ),
                    "rrr",
                )
            )
        signers = _SIGNERS.get(movement.kind, (mark("Signed, clerk"),))
        parts = [
            Part("amount", tuple(blocks)),
            Part("reason", (Pair(t("Reason"), movement.reason),) if movement.reason else ()),
            Part("signature", tuple(Pair(t(who), "") for who in signers)),
        ]
        more: list[Block] = [Pair(t("Journal entry"), str(movement.journal_seq))]
        if shift is not None:
            more.insert(0, Pair(t("Shift"), str(shift.number)))
        clerk = user.display_name if user is not None else ""
        return frame.slip(Document.CASH_SLIP, kind, parts, job, clerk, facts={"amount": amount}, more=more)

    # ---- the card terminal

    def card(self, books: Reading | Writing, job: PrintJob) -> Slip:
        frame, t = self.frame, self.frame.words()
        slip = books.payments.slip(job.ref)
        if slip is None:
            raise Refusal(Reason.JOB_NOT_OPEN, detail="no_slip")
        customer = slip.whose == "customer"
        parts = [Part("terminal", (Verbatim(slip.lines),))]
        if not customer and wants_signature(slip.lines):
            parts.append(Part("signature", (Pair(t("Customer's signature"), ""),)))
        return Slip(
            document=Document.CARD_SLIP_CUSTOMER if customer else Document.CARD_SLIP_MERCHANT,
            language=frame.language,
            title=t("Customer's card slip") if customer else t("Merchant's card slip"),
            subtitle="",
            marks=frame.marks(job),
            parts=tuple(parts),
            facts={"operator": frame.profile.operator, "station": frame.profile.station_name},
            copy_number=job.copy_number,
        )
