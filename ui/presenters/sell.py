"""The sale from the entry line to the read-back: what is asked of the desk, and what its answers change. No Qt.

The view calls the methods below and draws what it finds here after ``changed``. Stale answers are dropped: only the
newest question of a kind counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from counter_app.application.desk import Desk
from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.views import (
    EntryReading,
    ExchangeStart,
    HoldView,
    ParkedSale,
    PassengerRule,
    PlaceWish,
    ReadingState,
    RunOffer,
    SaleQuote,
    SeatMap,
)
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.staff import Actor
from counter_app.domain.stations import Station
from counter_app.errors import Reason, Refusal
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble
from ui.presenters.offers import Offers
from ui.presenters.passengers import LineState, PassengerForm
from ui.presenters.seatchoice import SeatChoice

PARTY_MAX = 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, whether it came from the line or from the form."""

    origin: Station | None = None
    destination: Station | None = None
    on: date | None = None
    service: str | None = None
    travel_class: str | None = None
    passengers: Mapping[str, int] = field(default_factory=dict)
    preferences: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return max(1, sum(self.passengers.values()))

    @property
    def route(self) -> tuple[str, str, date] | None:
        if self.origin is None or self.destination is None or self.on is None:
            return None
        return self.origin.station_id, self.destination.station_id, self.on


class SellPresenter:
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
        """``by_lease``: whether central is not asked now, so that only what is held here can be sold."""
        self._desk = desk
        self._by_lease = by_lease
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self._asked: dict[str, CancelToken] = {}
        self._searched: tuple[str, str, date] | None = None
        self.line = ""
        self.reading: EntryReading | None = None
        self.query = Query()
        self.offers = Offers()
        self.searching = False
        self.search_trouble: Trouble | None = None
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
        self._open_when_found = False
        self._sale = 0  # counts up when a sale is given up: an answer for the one before is not for this one

    # ---- the line and the form
    def type_line(self, line: str, cursor: int | None = None) -> None:
        self.line = line
        self._open_when_found = False
        if not line.strip():
            self._forget("read")
            self.reading = None
            self.query = Query()
            self._changed("reading")
            self._forget_offers()
            return
        self._ask("read", Lane.READ, lambda: self._desk().read_entry(line, cursor=cursor), self._read)

    def _read(self, reading: EntryReading) -> None:
        self.reading = reading
        # The whole query follows the line, also where a word is not clear: results of an older line must not stay.
        clear = reading.state is ReadingState.COMPLETE
        self.query = Query(
            origin=reading.origin,
            destination=reading.destination,
            on=reading.departing_on,
            service=reading.service if clear else None,
            travel_class=reading.travel_class,
            passengers=reading.passengers or {"adult": 1},
            preferences=reading.preferences,
        )
        self._changed("reading")
        if clear:
            self.search()
        else:
            self._forget_offers()

    def ask_with(self, **fields: object) -> None:
        """Fields of ``Query`` from the form."""
        self.query = replace(self.query, **fields)  # type: ignore[arg-type]
        self.offers.count = self.query.count
        self._changed("reading")
        self.search()

    def find_stations(self, text: str, *, destination: bool, done: Callable[[list[Station]], None]) -> None:
        def answer(hits: list[Station]) -> None:
            done(hits)

        kind = "to" if destination else "from"
        self._ask(
            kind,
            Lane.READ,
            lambda: [hit.station for hit in self._desk().find_stations(text, limit=8, as_destination=destination)],
            answer,
        )

    def read_words(self, text: str, done: Callable[[EntryReading], None]) -> None:
        """A field of the form, read by the same reader as the line: ``+1``, ``2a1c``."""
        self._ask("words", Lane.READ, lambda: self._desk().read_entry(text), done)

    def query_today(self) -> None:
        """A form without a date means today, as the line does."""
        self._ask("today", Lane.READ, lambda: self._desk().today(), lambda today: self.ask_with(on=today))

    def step_day(self, days: int) -> None:
        """Previous or next day; stays within what may be looked at (today or later)."""
        if self.query.on is not None:
            self.ask_with(on=self.query.on + timedelta(days=days))

    # ---- search
    def search(self, *, again: bool = False) -> None:
        route = self.query.route
        if route is None:
            self._forget_offers()
            return
        if route == self._searched and not again:
            self.offers.count = self.query.count
            self._changed("offers")
            return
        self._searched = route
        self.searching = True
        self.search_trouble = None
        order = self.hold.order_id if self.hold else None
        self._ask(
            "search",
            Lane.READ,
            lambda: self._desk().search(*route, order_id=order),
            self._found,
            self._not_found,
        )

    def _forget_offers(self) -> None:
        self._forget("search")
        self._searched = None
        self.searching = False
        self.search_trouble = None
        before = self.offers
        self.offers = Offers(count=self.query.count, by_lease=self._by_lease())
        self.offers.sort, self.offers.filter = before.sort, before.filter
        self._changed("offers")

    def _found(self, found: list[RunOffer]) -> None:
        self.searching = False
        before = self.offers
        self.offers = Offers(found, count=self.query.count, by_lease=self._by_lease())
        self.offers.sort, self.offers.filter = before.sort, before.filter
        self._changed("offers")
        if self._open_when_found:
            self.go_on()

    def _not_found(self, trouble: Trouble) -> None:
        self.searching = False
        self.search_trouble = trouble
        self._searched = None
        self.offers = Offers(count=self.query.count, by_lease=self._by_lease())
        self._changed("offers")

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

    def meant(self) -> RunOffer | None:
        """The run that the line names; None when it names none or more than one."""
        runs = self.offers.shown()
        named = [run for run in runs if run.service == self.query.service]
        if named:
            return named[0]
        return runs[0] if len(runs) == 1 else None

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
        for token in self._asked.values():
            token.cancel()
        self._asked.clear()
        self.line = ""
        self.reading = None
        self.query = Query()
        self.offers = Offers(by_lease=self._by_lease())
        self._searched = None
        self.searching = False
        self.search_trouble = None
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

    def _forget(self, kind: str) -> None:
        token = self._asked.pop(kind, None)
        if token is not None:
            token.cancel()

    def _ask(
        self,
        kind: str,
        lane: Lane,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Trouble], None] | None = None,
    ) -> None:
        self._forget(kind)
        self._asked[kind] = self._lanes.run(lane, work, done=done, failed=failed or self._troubled)
