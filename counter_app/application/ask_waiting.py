"""What central says of those who wait at this window: asked by the clerk once, and by the background from then on.

Asked again with its claim's id a party keeps its place. That it was served comes through the device's feed as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from counter_app.application.standing import Standing
from counter_app.application.waiting_book import Party, PartyState, drop_party, parties, party, put_party
from counter_app.domain.timetable import RunRef, Trip, instant
from counter_app.errors import CentralSaidNo, NoAnswer
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.clock import Clock
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore, Writing
from counter_app.wire import messages as m

WAIT_MS: Final = 1_500  # as long as a clerk may be kept waiting
REFRESH_MS: Final = 60_000  # a place in the line is for people to read: what matters comes through the feed
KEPT: Final = timedelta(days=1)  # after departure
# Central has nothing of the kind that could be left.
_LEFT: Final = frozenset(
    {
        m.Refused.UNKNOWN_RUN.value,
        m.Refused.NOT_FOUND.value,
        m.Refused.BAD_MESSAGE.value,
        m.Refused.CHANGED_TIMETABLE.value,
        m.Refused.NO_TIMETABLE.value,
    }
)


def run_ref(one: Party) -> RunRef:
    return RunRef(run_id=one.run.run_id, trip_id=one.run.trip_id, service_date=one.run.service_date)


def departs(service_date: date, trip: Trip, board: int) -> datetime:
    return instant(service_date, trip.calls[board].depart_s, trip.zone)


def as_now(one: Party, catalogue: Catalogue | None) -> Party | None:
    """The journey in the legs of the timetable in force; None: that does not have it."""
    trip = catalogue.trip(one.run.trip_id) if catalogue is not None else None
    if trip is None or trip.pattern_version == one.run.pattern:
        return one if trip is not None or catalogue is None else None
    spans = [
        (board, alight)
        for board, start in enumerate(trip.calls)
        for alight, end in enumerate(trip.calls)
        if board < alight and (start.station_id, end.station_id) == (one.origin, one.destination)
    ]
    if not spans:
        return None
    board, alight = min(spans, key=lambda span: abs(span[0] - one.board) + abs(span[1] - one.alight))
    return replace(
        one,
        run=replace(one.run, pattern=trip.pattern_version),
        board=board,
        alight=alight,
        depart=departs(one.run.service_date, trip, board),
    )


def note_served(books: Writing, answer: m.ClaimAnswer) -> bool:
    """Central's word that came by itself. Whether a party here hears it for the first time."""
    one = party(books, answer.claim_id)
    if one is None or one.state not in {PartyState.ASKING, PartyState.WAITING}:
        return False
    if answer.status is not m.ClaimStatus.HELD:
        return False
    put_party(books, replace(one, state=PartyState.SERVED, place=None, served=answer))
    return True


@dataclass(slots=True, kw_only=True)
class AskWaiting:
    """``refresh`` is the background's: one caller at a time."""

    store: MoneyStore
    line: Line
    standing: Standing
    catalogue: Callable[[], Catalogue | None]
    clock: Clock
    _next_ms: int | None = None

    def ask(self, one: Party) -> Party:
        """Where they stand. Raises CentralSaidNo, and NoAnswer, of which ``sent`` False means that they do not."""
        place = self.line.wait(m.WaitRequest(claim=one.request()), deadline_ms=WAIT_MS).place_in_line
        if place > 0:
            return replace(one, state=PartyState.WAITING, place=place, heard=self.clock.now())
        try:
            answer = self.line.claim(one.request(), deadline_ms=WAIT_MS)  # of that id there is a claim already
        except NoAnswer as silence:
            raise NoAnswer(silence.detail, sent=True) from silence
        if answer.status is m.ClaimStatus.HELD:
            return replace(one, state=PartyState.SERVED, place=None, served=answer)
        return replace(one, state=PartyState.OVER, place=None)

    def keep(self, told: Party) -> bool:
        """What was said, unless something newer is known here by now. Whether the list is another."""
        with self.store.writing() as books:
            known = party(books, told.claim_id)
            if known is None:
                if books.stock.claim_of(told.order_id) is None:  # left meanwhile: the question may have come after that
                    put_party(books, replace(told, state=PartyState.LEAVING))
                return False
            if known.state in {PartyState.LEAVING, PartyState.SERVED, PartyState.OVER} or known == told:
                return False
            put_party(books, told)
            return (known.state, known.place) != (told.state, told.place)

    def refresh(self) -> bool:
        """Whether the list of those who wait is another. Silence is no trouble here: nobody knows the place then."""
        with self.store.reading() as books:
            known = parties(books)
        if not known:
            return False
        now, now_ms = self.clock.now(), self.clock.monotonic_ms()
        due = self._next_ms is None or now_ms >= self._next_ms
        if due:
            self._next_ms = now_ms + REFRESH_MS
        changed = False
        for one in known:
            if now > one.depart + KEPT:
                with self.store.writing() as books:
                    drop_party(books, one.claim_id)
                changed = True
                continue
            try:
                if one.state is PartyState.LEAVING:
                    self._leave(one)
                elif now < one.depart and (one.state is PartyState.ASKING or (due and one.state is PartyState.WAITING)):
                    changed = self._again(one) or changed
            except NoAnswer:
                break
            except CentralSaidNo as no:
                self.standing.heed(no)
                break
        return changed

    def _again(self, one: Party) -> bool:
        asked = as_now(one, self.catalogue())
        if asked is None:
            return self.keep(replace(one, state=PartyState.OVER, place=None))
        try:
            return self.keep(self.ask(asked))
        except CentralSaidNo as no:
            if no.code == m.Refused.UNKNOWN_RUN.value:  # cancelled
                return self.keep(replace(one, state=PartyState.OVER, place=None))
            if no.code == m.Refused.CHANGED_TIMETABLE.value:  # ours comes with the feed
                return self.keep(replace(one, state=PartyState.WAITING, place=None, heard=None))
            raise

    def _leave(self, one: Party) -> None:
        try:
            self.line.wait(m.WaitRequest(claim=one.request(), leave=True), deadline_ms=WAIT_MS)
        except CentralSaidNo as no:
            if no.code not in _LEFT:
                raise
        with self.store.writing() as books:
            drop_party(books, one.claim_id)
            books.sync.put_release(one.claim_id, run_ref(one))  # they may have been served before they left
