"""Taking money: tender begun first, printer looked at, legs by card and wallet, cash for the rest, one commit, paper.

No Qt. A leg that is approved stays until the sale is made of it or it is given back; one that is unknown stops all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.payment_views import Checkout, PaymentLeg, TenderOption
from counter_app.application.views import HoldView, PassengerInput, PrintJobView, RunOffer, SaleQuote, Sold
from counter_app.domain.money import Money
from counter_app.domain.payments import UNRESOLVED, PaymentState, Tender
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import PrinterStatus
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.presenters.paying import Paying
from ui.presenters.sale_papers import SalePapers

# Central did not say yes, and the places are still ours as far as is known: back with what was typed, to try again or
# to choose others.
STILL_HELD: Final = frozenset(
    {
        Reason.CENTRAL_UNREACHABLE,
        Reason.CENTRAL_REFUSED,
        Reason.SELLING_STOPPED,
        Reason.DEVICE_REVOKED,
        Reason.EPOCH_NEEDED,
        Reason.BLANKS_SHORT,  # another roll, and it goes on
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What the sell screen hands over. ``sold`` is called once the sale is durable: it is no longer to be let go."""

    offer: RunOffer
    hold: HoldView
    passengers: Sequence[PassengerInput]
    quote: SaleQuote
    sold: Callable[[], None]
    exchange: ExchangeQuote | None = None  # of a ticket that is given in


class Stage(StrEnum):
    BEGINNING = "beginning"  # HELD becomes LEASED: no money yet
    TENDER = "tender"
    PAYING = "paying"  # a card or wallet is at it, or gives back
    OPEN = "open"  # a leg is not known: nothing more is charged until it is
    SELLING = "selling"
    DONE = "done"
    UNKNOWN = "unknown"  # the commit's answer did not arrive: it is looked up, never repeated
    REFUSED = "refused"  # no money on these places: back


class CheckoutPresenter:
    """``changed`` after every step; ``sold`` once, with the print jobs to send."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        troubled: Callable[[Trouble], None],
        printed: Callable[[Sequence[UUID]], None],
        sold: Callable[[Sold], None],
        needed: Callable[[], Mapping[str, Lane]] = lambda: {MAIN_PRINTER: Lane.PRINTER},
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self._sold = sold
        self.basket: Basket | None = None
        self.stage = Stage.BEGINNING
        self._needed = needed  # the printers that a sale needs, each with its lane
        self.printers: dict[str, PrinterStatus] = {}  # of those, as they said
        self.quick: Sequence[Money] = ()
        self.received: Money | None = None
        self.sale: Sold | None = None
        self.papers = SalePapers(desk, lanes, actor, changed=changed, troubled=troubled)
        self.checkout: Checkout | None = None
        self.paid_back: list[PaymentLeg] = []  # of what an exchange gives back
        self.last_leg: PaymentLeg | None = None  # the one that ended last, to be told of
        self.paying = Paying(desk, lanes, actor, changed=changed, troubled=self._not_paid, printed=printed)
        self._still_held = False

    @property
    def total(self) -> Money:
        assert self.basket is not None
        exchange = self.basket.exchange
        return self.basket.quote.total if exchange is None else exchange.due

    @property
    def gives_back(self) -> Money | None:
        """What an exchange gives back."""
        exchange = None if self.basket is None else self.basket.exchange
        return exchange.back if exchange is not None and exchange.back else None

    @property
    def left(self) -> Money:
        """What neither is paid nor may be."""
        return self.checkout.left if self.checkout is not None else self.total

    @property
    def due(self) -> Money:
        """In cash: what is left, rounded as cash is."""
        return self.checkout.cash.due if self.checkout is not None else self.total

    @property
    def legs(self) -> Sequence[PaymentLeg]:
        return self.checkout.legs if self.checkout is not None else ()

    @property
    def approved(self) -> list[PaymentLeg]:
        return [leg for leg in self.legs if leg.state is PaymentState.APPROVED and not leg.bound]

    @property
    def open_leg(self) -> PaymentLeg | None:
        return next((leg for leg in self.legs if leg.state in UNRESOLVED), None)

    def option(self, tender: Tender) -> TenderOption | None:
        """None: not taken here at all."""
        options = self.checkout.options if self.checkout is not None else ()
        return next((one for one in options if one.tender is tender), None)

    def usable(self, tender: Tender) -> bool:
        """Whether something can be paid with it now."""
        option = self.option(tender)
        return self.stage is Stage.TENDER and option is not None and not option.why and bool(self.left)

    @property
    def change(self) -> Money | None:
        """None while nothing, or too little, was received."""
        if self.received is None or self.received < self.due:
            return None
        return self.received - self.due

    @property
    def short(self) -> Money | None:
        """What is missing; None when nothing was typed or it is enough."""
        if self.received is None or self.due <= self.received:
            return None
        return self.due - self.received

    @property
    def in_tender(self) -> bool:
        return self.stage in {Stage.TENDER, Stage.PAYING, Stage.OPEN, Stage.SELLING, Stage.UNKNOWN}

    def begin(self, basket: Basket) -> None:
        self.basket = basket
        self.stage = Stage.BEGINNING
        self.printers = {}
        self.quick = ()
        self.received = None
        self.sale = None
        self.papers.begin()
        self.checkout = None
        self.last_leg = None
        self.paid_back = []
        self._changed()
        order = basket.hold.order_id
        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().begin_tender(actor, order),
            done=lambda _hold: self._begun(order),
            failed=self._not_begun,
        )
        self.look_at_printer()

    def _begun(self, order: UUID) -> None:
        if self.basket is not None and self.basket.hold.order_id == order and self.stage is Stage.BEGINNING:
            self._look(self._ready)

    def _look(self, then: Callable[[], None]) -> None:
        """The legs as they stand, what is left, and the round sums for it."""
        basket = self.basket
        assert basket is not None
        order, total = basket.hold.order_id, self.total

        def read() -> tuple[Checkout, Sequence[Money]]:
            found = self._desk().checkout(order, total)
            return found, self._desk().quick_tenders(found.cash.due)

        def have(found: tuple[Checkout, Sequence[Money]]) -> None:
            if self.basket is basket:
                self.checkout, self.quick = found[0], tuple(found[1])
                then()
                self._changed()

        self._lanes.run(Lane.READ, read, done=have, failed=self._not_paid)

    def _ready(self) -> None:
        self.stage = Stage.OPEN if self.open_leg is not None else Stage.TENDER
        # An exchange that costs nothing more is confirmed by the clerk: nobody has paid for it just now.
        if self.stage is Stage.TENDER and not self.left and (self.approved or self.total or not self._exchanging):
            self._sell(None)

    @property
    def _exchanging(self) -> bool:
        return self.basket is not None and self.basket.exchange is not None

    def _not_begun(self, trouble: Trouble) -> None:
        self.stage = Stage.REFUSED
        self._still_held = isinstance(trouble, Refusal) and trouble.reason in STILL_HELD
        self._troubled(trouble)
        self._changed()

    def look_at_printer(self) -> None:
        """Before money is taken: a clerk must know that the ticket, and a receipt that is due, can be printed."""
        for name, lane in self._needed().items():
            self._ask_printer(name, lane)

    def _ask_printer(self, name: str, lane: Lane) -> None:
        self._lanes.run(
            lane,
            lambda: self._desk().printer_status(name),
            done=lambda status: self.see_printer(status, name),
            failed=self._troubled,
        )

    def see_printer(self, status: PrinterStatus, name: str = MAIN_PRINTER) -> None:
        """As asked for, or as the window polled it meanwhile: paper that was put in shows by itself."""
        if self.basket is not None and name in self._needed():
            self.printers[name] = status
            self._changed()

    @property
    def troubled_printer(self) -> str:
        """The first that is known not to be ready; else the main one."""
        return next((name for name, status in self.printers.items() if not status.ready), MAIN_PRINTER)

    @property
    def printer(self) -> PrinterStatus | None:
        """What it said; None as long as it was not asked."""
        return self.printers.get(self.troubled_printer)

    @property
    def cannot_print(self) -> bool:
        """Known not to be ready: money should wait."""
        return self.printer is not None and not self.printer.ready

    def receive(self, amount: Money | None) -> None:
        if amount != self.received:
            self.received = amount
            self._changed()

    def confirm(self) -> bool:
        """Enter. Nothing typed: the exact sum is put in and waits for another Enter. False: cannot be done now."""
        if self.stage is not Stage.TENDER or self.basket is None:
            return False
        if self.received is None:
            self.receive(self.due)
            return True
        if self.change is None:
            return False
        self._sell(self.received if self.left or not self._exchanging else None)
        return True

    def _sell(self, received: Money | None) -> None:
        """``received`` None: every leg is approved, and nothing is left."""
        basket = self.basket
        assert basket is not None
        self.stage = Stage.SELLING
        self._changed()
        actor, total = self._actor(), basket.quote.total
        agreed = None if basket.exchange is None else basket.exchange.agreed
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().sell(
                actor, basket.hold.order_id, basket.passengers, quoted=total, received=received, exchange=agreed
            ),
            done=self._done,
            failed=self._not_sold,
        )

    # ---- card, wallet and what central keeps
    def pay(self, tender: Tender, *, code: str = "") -> bool:
        """The sum that was typed, where it is a part of what is left; else all of it. False: cannot be done now."""
        if self.basket is None or not self.usable(tender):
            return False
        typed = self.received
        amount = typed if typed is not None and typed and typed < self.left else self.left
        self.last_leg = None
        self.stage = Stage.PAYING
        begun = self.paying.charge(
            self.basket.hold.order_id,
            tender,
            amount,
            passengers=self.basket.passengers,
            quoted=self.basket.quote.total,
            exchange=None if self.basket.exchange is None else self.basket.exchange.agreed,
            code=code,
            ended=self._paid,
        )
        assert begun, "one payment at a time"
        return True

    def _paid(self, leg: PaymentLeg) -> None:
        self.last_leg = leg
        self.received = None
        self._look(self._ready)

    def _not_paid(self, trouble: Trouble) -> None:
        """The payment could not begin, or it is not known how far it came: the store says what stands."""
        self._troubled(trouble)
        if self.sale is not None:  # what an exchange gives back is owed, and listed
            self._over()
            return
        if self.basket is not None and self.stage in {Stage.PAYING, Stage.BEGINNING}:
            if self.checkout is None:
                self.stage = Stage.REFUSED
                self._still_held = True
                self._changed()
            else:
                self.stage = Stage.TENDER
                self._look(self._ready)

    def look_again(self) -> None:
        """The leg that was not known may be by now."""
        if self.stage is Stage.OPEN:
            self._look(self._ready)

    def leave_open(self) -> None:
        """The clerk serves the next customer: from here on the sale with the leg that is not known is a matter of the
        payments to settle. Its places stay; the sell screen forgets it without letting them go.
        """
        basket = self.basket
        if basket is None or self.stage is not Stage.OPEN:
            return
        self.basket = None  # nothing of it happens here any more, whatever is found out
        self.stage = Stage.REFUSED
        basket.sold()

    def ask_again(self) -> bool:
        """Of the leg that is not known."""
        leg = self.open_leg
        if self.stage is not Stage.OPEN or leg is None:
            return False
        self.stage = Stage.PAYING
        return self.paying.ask(leg, self._paid)

    def _give_back(self, then: Callable[[], None]) -> None:
        """The approved legs, one after the other; ``then`` once none is left. One that does not go back stops it."""
        legs = self.approved
        if self.open_leg is not None or not legs:
            self._ready()
            if self.stage is Stage.TENDER:
                then()
            return
        self.stage = Stage.PAYING

        def ended(leg: PaymentLeg) -> None:
            self.last_leg = leg
            given = leg.state in {PaymentState.REVERSED, PaymentState.NOT_PERFORMED}
            self._look((lambda: self._give_back(then)) if given else self._ready_without_sale)

        self.paying.reverse(legs[0], ended)

    def _ready_without_sale(self) -> None:
        """Back to the tender with a leg that would not go: all may be paid, but the clerk wanted it back."""
        self.stage = Stage.OPEN if self.open_leg is not None else Stage.TENDER

    def _done(self, sale: Sold) -> None:
        assert self.basket is not None
        self.stage = Stage.DONE if self.gives_back is None else Stage.PAYING
        self.sale = sale
        self.basket.sold()
        self._sold(sale)
        self._changed()
        given = sale.exchanged
        if given is not None and self.stage is Stage.PAYING:
            self.paying.pay_back_all(given, each=self.paid_back.append, done=self._over)

    def _over(self) -> None:
        self.stage = Stage.DONE
        self._changed()

    def _not_sold(self, trouble: Trouble) -> None:
        self.stage = Stage.UNKNOWN if isinstance(trouble, OutcomeUnknown) else Stage.TENDER
        self._troubled(trouble)
        self._changed()

    def back(self, done: Callable[[HoldView | None], None]) -> None:
        """Without money: LEASED becomes HELD again. ``done`` gets the fresh hold, None when it is gone."""
        basket = self.basket
        if basket is None or self.stage in {Stage.SELLING, Stage.UNKNOWN, Stage.DONE, Stage.PAYING, Stage.OPEN}:
            return
        if self.stage is Stage.REFUSED:
            done(basket.hold if self._still_held else None)
            return
        if self.approved:
            self._give_back(lambda: self.back(done))
            return
        self.stage = Stage.REFUSED

        def failed(trouble: Trouble) -> None:
            self._troubled(trouble)
            done(None)

        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().end_tender(actor, basket.hold.order_id),
            done=done,
            failed=failed,
        )

    # ---- paper
    def job_ended(self, job: PrintJobView) -> None:
        self.papers.ended(job, self.sale)
