"""The sale from the entry line to the read-back: what is asked of the desk, and what its answers change. No Qt.

The view calls the methods below and draws what it finds here after ``changed``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.views import (
    ExchangeStart,
    HoldView,
    ParkedSale,
    PassengerRule,
    PlaceWish,
    RunOffer,
    SaleQuote,
    SeatMap,
)
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from ui.presenters.find import FindPresenter, Query
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.presenters.passengers import LineState, PassengerForm
from ui.presenters.seatchoice import SeatChoice


class SellPresenter(FindPresenter):
    """``changed`` carries what changed: reading | offers | hold | map | passengers | quote | busy."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[str], None],
        troubled: Callable[[Trouble], None],
        by_lease: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(desk, lanes, changed=changed, troubled=troubled, by_lease=by_lease)
        self._actor = actor
        self.offer: RunOffer | None = None
        self.hold: HoldView | None = None
        self.map: SeatMap | None = None
        self.choice: SeatChoice | None = None
        self.form: PassengerForm | None = None
        self.quote: SaleQuote | None = None
        self.quote_trouble: Trouble | None = None
        self.exchanging: ExchangeStart | None = None  # the ticket that is given in for this sale
        self.exchange: ExchangeQuote | None = None  # priced, as ``quote`` is
        self.busy = ""  # hold | park | ""
        self._sale = 0  # counts up when a sale is given up: an answer for the one before is not for this one

    # ---- from what was found to the hold
    def _order(self) -> UUID | None:
        return self.hold.order_id if self.hold else None

    def _searched_out(self) -> None:
        if self._open_when_found:
            self.go_on()

    def go_on(self) -> bool:
        """Enter in the line: sells at once when one run is meant, else False and the list is to be walked.

        One run is meant when the line names a service and a class, or a service that has only one class left. Pressed
        while the search is still under way, it is done when the answer is there.
        """
        if self.searching:
            self._open_when_found = True
            return True
        self._open_when_found = False
        run = self.meant()
        if run is None or not self.query.service or self.query.travel_class is None:
            return False
        travel_class = self.offers.best_class(run, self.query.travel_class)
        if travel_class is None:
            return False
        self.open_run(run, travel_class)
        return True

    def line_changed(self) -> None:
        """The line came or went: other places can be had, and other numbers are true."""
        if self.offers.by_lease == self._by_lease():
            return
        self.offers.by_lease = self._by_lease()
        self._changed("offers")
        if self._searched is not None:
            self.search(again=True)
        self.read_map()

    # ---- the hold
    def open_run(self, run: RunOffer, travel_class: str) -> None:
        """Best fit for the party in a class of a run; the hold of before goes in the same transaction."""
        wish = PlaceWish(travel_class=travel_class, count=self.query.count, preferences=self.query.preferences)
        offered = self.offers.offer(run, travel_class)
        if run.closed:
            self._troubled(Refusal(Reason(run.closed)))
            return
        if offered is None or offered.fare is None:
            self._troubled(Refusal(Reason.FARE_UNKNOWN))
            return
        if not self.offers.by_lease and offered.free < wish.count:  # by lease the desk knows best: the line may be back
            self._troubled(Refusal(Reason.NOT_ENOUGH_PLACES, free=offered.free))
            return
        self._hold(run, wish=wish)

    def _hold(self, run: RunOffer, *, wish: PlaceWish | None = None, places: tuple[PlaceRef, ...] = ()) -> None:
        if self.busy:
            return
        replaces = self.hold.order_id if self.hold else None
        sale = self._sale

        def held(hold: HoldView) -> None:
            if sale == self._sale:
                self._held(run, hold)
            else:  # given up while the desk was still at it: nobody else would let it go
                self._release(hold)

        def failed(trouble: Trouble) -> None:
            if sale == self._sale:
                self._not_held(trouble)

        self._be_busy("hold")
        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().hold(actor, run.run, run.span, wish, places=places, replaces=replaces),
            done=held,
            failed=failed,
        )

    def _held(self, run: RunOffer, hold: HoldView) -> None:
        self._be_busy("")
        same_run = self.offer is not None and self.offer.run == run.run and self.map is not None
        self.offer, self.hold = run, hold
        self.quote = self.exchange = None
        if not same_run:
            self.map = self.choice = None
        elif self.map is not None and self.map.coaches:
            self.choice = SeatChoice(self.map, hold.places, hold.count)
        self._changed("hold")
        self.read_map()
        self._ask("rules", Lane.READ, lambda: self._desk().passenger_rules(hold), self._have_rules)

    def _not_held(self, trouble: Trouble) -> None:
        self._be_busy("")
        self._troubled(trouble)
        self._searched = None
        if self.hold is not None:
            self.read_map()
        else:
            self.search(again=True)

    def read_map(self) -> None:
        hold = self.hold
        if hold is None:
            return
        self._ask(
            "map",
            Lane.READ,
            lambda: self._desk().seat_map(hold.run, hold.span, order_id=hold.order_id),
            self._have_map,
        )

    def _have_map(self, seat_map: SeatMap) -> None:
        if self.hold is None:
            return
        self.map = seat_map
        self.choice = SeatChoice(seat_map, self.hold.places, self.hold.count) if seat_map.coaches else None
        self._changed("map")

    def toggle(self, place: PlaceRef) -> bool:
        """A press on the seat map. When the party is complete again the new places are held at once."""
        if self.choice is None or self.busy or not self.choice.toggle(place):
            return False
        if self.choice.complete and self.choice.changed:
            assert self.offer is not None
            self._hold(self.offer, places=tuple(sorted(self.choice.chosen)))
        else:
            self._changed("map")
        return True

    @property
    def choice_complete(self) -> bool:
        """Nothing was let go on the map that is not chosen anew: what is held is what the clerk wants."""
        return self.hold is not None and (self.choice is None or self.choice.complete)

    def seconds_left(self, now: datetime) -> int | None:
        """Of the hold; None when nothing is held or it does not run out."""
        if self.hold is None or self.hold.expires_at is None:
            return None
        return max(0, int((self.hold.expires_at - now).total_seconds()))

    def hold_ran_out(self) -> None:
        """The places are gone, what was typed stays."""
        self.hold = self.map = self.choice = self.quote = self.exchange = None
        self._searched = None
        self._changed("hold")
        self.search(again=True)

    # ---- passengers and price
    def _have_rules(self, rules: list[PassengerRule]) -> None:
        if self.hold is None:
            return
        before = tuple(self.form.lines) if self.form else ()
        self.form = PassengerForm(self.hold.count, self.query.passengers, rules, before)
        self._changed("passengers")
        self.price()

    def put_passenger(self, line: int, **fields: str) -> None:
        assert self.form is not None
        self.form.put(line, **fields)
        self.price()

    def price(self) -> None:
        """Asks for the quote when the form is complete; an older quote no longer shows."""
        hold, form = self.hold, self.form
        self.quote = self.exchange = None
        self.quote_trouble = None
        self._forget("quote")
        self._changed("quote")
        if hold is None or form is None or not form.complete or len(form.lines) != hold.count:
            return
        passengers, start = form.inputs(), self.exchanging
        if start is not None:
            self._ask(
                "quote",
                Lane.READ,
                lambda: self._desk().quote_exchange(hold, passengers, start),
                self._exchange_priced,
                self._not_priced,
            )
            return
        self._ask("quote", Lane.READ, lambda: self._desk().quote(hold, passengers), self._priced, self._not_priced)

    def _exchange_priced(self, exchange: ExchangeQuote) -> None:
        self.exchange = exchange
        self._priced(exchange.sale)

    def _priced(self, quote: SaleQuote) -> None:
        self.quote = quote
        self._changed("quote")

    def _not_priced(self, trouble: Trouble) -> None:
        self.quote_trouble = trouble
        if isinstance(trouble, Refusal) and self.form is not None:
            line = trouble.facts.get("passenger")
            if isinstance(line, int) and 1 <= line <= len(self.form.lines):
                column = "name" if "name" in trouble.reason.value else "document"
                self.form.refused[line - 1] = LineState(problem=trouble.reason.value, field=column)
        self._changed("quote")

    # ---- park, give up, recall
    def park(self, label: str, done: Callable[[ParkedSale], None]) -> None:
        hold = self.hold
        if hold is None or self.busy:
            return
        passengers = self.form.inputs() if self.form else ()

        def parked(sale: ParkedSale) -> None:
            self._be_busy("")
            self.hold = None
            self.start_anew()
            done(sale)

        def failed(trouble: Trouble) -> None:
            self._be_busy("")
            self._troubled(trouble)

        self._be_busy("park")
        actor = self._actor()
        self._ask(
            "hold",
            Lane.DATABASE,
            lambda: self._desk().park(actor, hold.order_id, passengers, label),
            parked,
            failed,
        )

    def begin_exchange(self, start: ExchangeStart) -> None:
        """Of a ticket that was brought: its journey is looked for, its passenger is put in."""
        self.start_anew()
        self.exchanging = start
        ticket, one = start.ticket, start.passenger
        counted = {one.passenger_type: 1}
        self.form = PassengerForm(1, counted, (), (one,))
        self.query = Query(
            origin=ticket.origin,
            destination=ticket.destination,
            on=ticket.depart.date(),
            travel_class=ticket.travel_class,
            passengers=counted,
        )
        self._changed("reading")
        self.search()

    def recall(self, sale: ParkedSale) -> None:
        self.start_anew()
        self.exchanging = sale.exchanging
        self.offer = sale.offer
        counted: dict[str, int] = {}
        for passenger in sale.passengers:
            counted[passenger.passenger_type] = counted.get(passenger.passenger_type, 0) + 1
        self.query = Query(
            origin=sale.offer.origin,
            destination=sale.offer.destination,
            on=sale.offer.depart.date(),
            service=sale.offer.service,
            travel_class=sale.hold.travel_class,
            passengers=counted or {"adult": sale.count},
        )
        if sale.passengers:
            self.form = PassengerForm(sale.count, counted, (), sale.passengers)
        self._held(sale.offer, sale.hold)
        self.search()

    def start_anew(self) -> None:
        """Nothing of the sale before is left; a hold that nobody paid goes back."""
        hold, self.hold = self.hold, None
        self._sale += 1
        if hold is not None:
            self._release(hold)
        self._look_anew()
        self.offer = self.map = self.choice = self.form = self.quote = self.quote_trouble = None
        self.exchanging = self.exchange = None
        self.busy = ""
        self._changed("all")

    def sold(self) -> None:
        """The hold became tickets: nothing to let go."""
        self.hold = None
        self.start_anew()

    def tender_ended(self, hold: HoldView) -> None:
        """Back from the checkout without money: the hold runs again, and what it costs may be another sum by now."""
        self.hold = hold
        self.price()

    # ---- inside
    def _release(self, hold: HoldView) -> None:
        actor = self._actor()  # now: by the time the lane gets there the clerk may have signed out
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().release(actor, hold.order_id),
            done=lambda _none: None,
            failed=self._troubled,
        )

    def _be_busy(self, what: str) -> None:
        self.busy = what
        self._changed("busy")
