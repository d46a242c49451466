"""Finding a ticket, the rule that applies to it, and giving the money back. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.payment_views import BackLegView, PaymentLeg
from counter_app.application.views import ExchangeStart, Refunded, RefundQuote, TicketView
from counter_app.domain.payments import PaymentState, Tender
from counter_app.domain.staff import Actor
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble
from ui.presenters.paying import Paying

T = TypeVar("T")


class Stage(StrEnum):
    FIND = "find"
    CHOOSE = "choose"  # more than one ticket answers to the text
    QUOTE = "quote"
    POSTING = "posting"
    PAYING_BACK = "paying_back"  # it is posted; a card or wallet gets its money back
    DONE = "done"
    UNKNOWN = "unknown"


class RefundPresenter:
    """``changed`` after every step; ``refunded`` once, with the print jobs to send."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        troubled: Callable[[Trouble], None],
        printed: Callable[[Sequence[UUID]], None],
        refunded: Callable[[Refunded], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self._refunded = refunded
        self._asked: CancelToken | None = None
        self.stage = Stage.FIND
        self.text = ""
        self.tickets: Sequence[TicketView] = ()
        self.quote: RefundQuote | None = None
        self.done: Refunded | None = None
        self.back_legs: Sequence[BackLegView] = ()
        self.paid_back: list[PaymentLeg] = []
        self.paying = Paying(desk, lanes, actor, changed=changed, troubled=self._not_paid_back, printed=printed)

    @property
    def in_cash(self) -> Sequence[BackLegView]:
        return [leg for leg in self.back_legs if leg.tender is Tender.CASH]

    @property
    def still_owed(self) -> list[PaymentLeg]:
        """Legs that did not go back, or of which it is not known: they stand under Payments."""
        return [leg for leg in self.paid_back if leg.state is not PaymentState.APPROVED]

    def start(self) -> None:
        """Another ticket. What was typed is gone only after it was done."""
        if self._asked is not None:
            self._asked.cancel()
        self.stage = Stage.FIND
        self.text = ""
        self.tickets = ()
        self.quote = None
        self.done = None
        self.back_legs = ()
        self.paid_back = []
        self._changed()

    def find(self, text: str) -> None:
        """By scan, number, its serial or document. One ticket goes straight to its quote."""
        self.text = text.strip()
        if not self.text:
            return
        wanted = self.text
        self._ask(lambda: self._desk().find_tickets(wanted, limit=50), self._found)

    def _found(self, tickets: list[TicketView]) -> None:
        self.tickets = tuple(tickets)
        self.quote = None
        if not tickets:
            self.stage = Stage.FIND
            self._troubled(Refusal(Reason.UNKNOWN_TICKET))
        elif len(tickets) == 1:
            self.choose(tickets[0])
            return
        else:
            self.stage = Stage.CHOOSE
        self._changed()

    def choose(self, ticket: TicketView) -> None:
        def ask() -> tuple[RefundQuote, Sequence[BackLegView]]:
            quote = self._desk().quote_refund(ticket.ticket_id)
            return quote, self._desk().refund_legs(ticket.ticket_id, quote.refundable)

        self._ask(ask, self._quoted)

    def _quoted(self, found: tuple[RefundQuote, Sequence[BackLegView]]) -> None:
        self.quote, self.back_legs = found[0], tuple(found[1])
        self.stage = Stage.QUOTE
        self._changed()

    def seconds_left(self, now: datetime) -> int | None:
        """Until a dearer tier begins; None when nothing is quoted."""
        if self.quote is None or self.stage is not Stage.QUOTE:
            return None
        return max(0, int((self.quote.valid_until - now).total_seconds()))

    def back(self) -> bool:
        """Esc: one step back, the text kept. False when there is nowhere to go within this screen."""
        if self.stage is Stage.QUOTE:
            self.quote = None
            self.stage = Stage.CHOOSE if len(self.tickets) > 1 else Stage.FIND
        elif self.stage is Stage.CHOOSE:
            self.stage = Stage.FIND
        else:
            return False
        self._changed()
        return True

    def confirm(self, *, slip_taken_back: bool = False) -> bool:
        """Posts exactly what is shown. False when there is nothing to post.

        ``slip_taken_back``: the clerk has the reimbursement slip in hand, where the quote says that one is out.
        """
        quote = self.quote
        if quote is None or self.stage is not Stage.QUOTE:
            return False
        if slip_taken_back:
            quote = replace(quote, slip_taken_back=True)
        self.stage = Stage.POSTING
        self._changed()
        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE, lambda: self._desk().refund(actor, quote), done=self._posted, failed=self._not_posted
        )
        return True

    @property
    def one(self) -> TicketView | None:
        """The ticket that is meant: the one that is quoted, or the only one found, be it refundable or not."""
        if self.quote is not None:
            return self.quote.ticket if self.stage is Stage.QUOTE else None
        only = self.stage is Stage.FIND and len(self.tickets) == 1
        return self.tickets[0] if only else None

    def exchange(self, ticket: TicketView, done: Callable[[ExchangeStart], None]) -> None:
        """Asks whether it may be given in for another; then the sale of that one begins."""
        actor = self._actor()
        self._ask(lambda: self._desk().start_exchange(actor, ticket.ticket_id), done)

    def _posted(self, done: Refunded) -> None:
        self.stage = Stage.PAYING_BACK
        self.done = done
        self._refunded(done)
        self._changed()
        self.paying.pay_back_all(done, each=self.paid_back.append, done=self._over)

    def _over(self) -> None:
        self.stage = Stage.DONE
        self._changed()

    def _not_paid_back(self, trouble: Trouble) -> None:
        self._troubled(trouble)
        if self.stage is Stage.PAYING_BACK:
            self._over()

    def _not_posted(self, trouble: Trouble) -> None:
        if isinstance(trouble, OutcomeUnknown):
            self.stage = Stage.UNKNOWN
        else:
            self.stage = Stage.QUOTE
        self._changed()  # first: what is shown again can have the keyboard again
        self._troubled(trouble)
        anew = {Reason.QUOTE_CHANGED, Reason.SLIP_OUT}  # a dearer tier has begun, or a slip was printed meanwhile
        if isinstance(trouble, Refusal) and trouble.reason in anew and self.quote is not None:
            self.choose(self.quote.ticket)  # shown before anything is posted

    def _ask(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        if self._asked is not None:
            self._asked.cancel()
        self._asked = self._lanes.run(Lane.READ, work, done=done, failed=self._troubled)
