"""The first half of a sale: the entry line or the form, read; the runs that answer to it, searched. No Qt.

Stale answers are dropped: only the newest question of a kind counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import EntryReading, ReadingState, RunOffer
from counter_app.domain.stations import Station
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble
from ui.presenters.offers import Offers

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


class FindPresenter:
    """``changed`` carries what changed: reading | offers. What is sold of it is the business of who derives from it."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        *,
        changed: Callable[[str], None],
        troubled: Callable[[Trouble], None],
        by_lease: Callable[[], bool],
    ) -> None:
        """``by_lease``: whether central is not asked now, so that only what is held here can be sold."""
        self._desk = desk
        self._by_lease = by_lease
        self._lanes = lanes
        self._changed = changed
        self._troubled = troubled
        self._asked: dict[str, CancelToken] = {}
        self._searched: tuple[str, str, date] | None = None
        self._open_when_found = False
        self.line = ""
        self.reading: EntryReading | None = None
        self.query = Query()
        self.offers = Offers()
        self.searching = False
        self.search_trouble: Trouble | None = None

    def _order(self) -> UUID | None:
        """The sale whose own places are free to it in a search."""
        return None

    def _searched_out(self) -> None:
        """The answer is there, and shown."""

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
        order = self._order()
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
        self._searched_out()

    def _not_found(self, trouble: Trouble) -> None:
        self.searching = False
        self.search_trouble = trouble
        self._searched = None
        self.offers = Offers(count=self.query.count, by_lease=self._by_lease())
        self._changed("offers")

    def meant(self) -> RunOffer | None:
        """The run that the line names; None when it names none or more than one."""
        runs = self.offers.shown()
        named = [run for run in runs if run.service == self.query.service]
        if named:
            return named[0]
        return runs[0] if len(runs) == 1 else None

    def _look_anew(self) -> None:
        """Nothing is typed, found or asked any more."""
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

    # ---- inside
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
