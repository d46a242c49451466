"""Taking cash: tender begun before money is taken, printer looked at, one commit, change, the paper's fate. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import HoldView, PassengerInput, PrintJobView, RunOffer, SaleQuote, Sold
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import JobKind, JobState, PrinterStatus
from ui.presenters.lane import Lane, Lanes, Trouble

# Central did not say yes, and the places are still ours as far as is known: back with what was typed, to try again or
# to choose others.
STILL_HELD: Final = frozenset(
    {
        Reason.CENTRAL_UNREACHABLE,
        Reason.CENTRAL_REFUSED,
        Reason.SELLING_STOPPED,
        Reason.DEVICE_REVOKED,
        Reason.EPOCH_NEEDED,
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


class Stage(StrEnum):
    BEGINNING = "beginning"  # HELD becomes LEASED: no money yet
    TENDER = "tender"
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
        sold: Callable[[Sold], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self._sold = sold
        self.basket: Basket | None = None
        self.stage = Stage.BEGINNING
        self.printer: PrinterStatus | None = None
        self.quick: Sequence[Money] = ()
        self.received: Money | None = None
        self.sale: Sold | None = None
        self.jobs: dict[UUID, PrintJobView] = {}
        self._answered: set[UUID] = set()
        self._still_held = False

    @property
    def due(self) -> Money:
        assert self.basket is not None
        return self.basket.quote.total

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
        return self.stage in {Stage.TENDER, Stage.SELLING, Stage.UNKNOWN}

    def begin(self, basket: Basket) -> None:
        self.basket = basket
        self.stage = Stage.BEGINNING
        self.printer = None
        self.quick = ()
        self.received = None
        self.sale = None
        self.jobs = {}
        self._answered = set()
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
        self._lanes.run(
            Lane.READ,
            lambda: self._desk().quick_tenders(basket.quote.total),
            done=self._have_quick,
            failed=self._troubled,
        )

    def _begun(self, order: UUID) -> None:
        if self.basket is not None and self.basket.hold.order_id == order and self.stage is Stage.BEGINNING:
            self.stage = Stage.TENDER
            self._changed()

    def _not_begun(self, trouble: Trouble) -> None:
        self.stage = Stage.REFUSED
        self._still_held = isinstance(trouble, Refusal) and trouble.reason in STILL_HELD
        self._troubled(trouble)
        self._changed()

    def look_at_printer(self) -> None:
        """Before money is taken: a clerk must know that the ticket can be printed."""
        self._lanes.run(
            Lane.PRINTER, lambda: self._desk().printer_status(), done=self.see_printer, failed=self._troubled
        )

    def see_printer(self, status: PrinterStatus) -> None:
        """As asked for, or as the window polled it meanwhile: paper that was put in shows by itself."""
        if self.basket is not None:
            self.printer = status
            self._changed()

    @property
    def cannot_print(self) -> bool:
        """Known not to be ready: money should wait."""
        return self.printer is not None and not self.printer.ready

    def _have_quick(self, sums: Sequence[Money]) -> None:
        self.quick = tuple(sums)
        self._changed()

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
        basket, received, due = self.basket, self.received, self.due
        self.stage = Stage.SELLING
        self._changed()
        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().sell_for_cash(
                actor, basket.hold.order_id, basket.passengers, received=received, quoted=due
            ),
            done=self._done,
            failed=self._not_sold,
        )
        return True

    def _done(self, sale: Sold) -> None:
        assert self.basket is not None
        self.stage = Stage.DONE
        self.sale = sale
        self.basket.sold()
        self._sold(sale)
        self._changed()

    def _not_sold(self, trouble: Trouble) -> None:
        self.stage = Stage.UNKNOWN if isinstance(trouble, OutcomeUnknown) else Stage.TENDER
        self._troubled(trouble)
        self._changed()

    def back(self, done: Callable[[HoldView | None], None]) -> None:
        """Without money: LEASED becomes HELD again. ``done`` gets the fresh hold, None when it is gone."""
        basket = self.basket
        if basket is None or self.stage in {Stage.SELLING, Stage.UNKNOWN, Stage.DONE}:
            return
        if self.stage is Stage.REFUSED:
            done(basket.hold if self._still_held else None)
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
        if self.sale is not None and (job.job_id in self.sale.jobs or job.job_id in self.jobs):
            self.jobs[job.job_id] = job
            self._changed()

    @property
    def to_answer(self) -> PrintJobView | None:
        """The paper of which nobody knows whether it came out, and nobody was asked yet."""
        for job in self.jobs.values():
            paper = job.kind != JobKind.DRAWER.value  # a drawer is seen to be open or not: nothing to answer
            if paper and job.state is JobState.UNKNOWN and job.job_id not in self._answered:
                return job
        return None

    def answer(self, *, came_out: bool, print_copy: Callable[[Sequence[UUID]], None]) -> None:
        """The clerk's word on ``to_answer``. No: the numbered copy that follows is printed."""
        job = self.to_answer
        if job is None:
            return
        self._answered.add(job.job_id)
        self._changed()

        def settled(copy: UUID | None) -> None:
            state = JobState.SETTLED_OUT if came_out else JobState.SETTLED_SPOILED
            self.jobs[job.job_id] = PrintJobView(
                job_id=job.job_id,
                kind=job.kind,
                state=state,
                detail=job.detail,
                created_at=job.created_at,
                title=job.title,
                copy_number=job.copy_number,
            )
            if copy is not None:
                self.jobs[copy] = PrintJobView(
                    job_id=copy,
                    kind=job.kind,
                    state=JobState.QUEUED,
                    detail="",
                    created_at=job.created_at,
                    title=job.title,
                    copy_number=job.copy_number + 1,
                )
                print_copy([copy])
            self._changed()

        def failed(trouble: Trouble) -> None:
            self._answered.discard(job.job_id)
            self._troubled(trouble)
            self._changed()

        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().settle_job(actor, job.job_id, came_out=came_out),
            done=settled,
            failed=failed,
        )
