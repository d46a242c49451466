"""``counterfoil drill``: sells, parks and refunds as a clerk would, and says what is durable.

It goes through the same use cases as the window. One line of JSON an act, written only after its commit:
``{"act", "ticket", "journal_seq"}``. Whatever line was read before a kill or a power cut stands in the journal
afterwards. On the profile that it finds it first recovers: a job that was being sent is *unknown*; there is nobody to
ask, so it is settled as spoiled and a numbered copy follows.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, TextIO
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.views import (
    HoldView,
    LineWord,
    PassengerInput,
    PlaceWish,
    RunOffer,
    Sold,
    TicketView,
)
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import JobState
from counter_app.ports.shifts import CashKind

# What a passing "no" of the world looks like to a clerk with a queue: next customer.
_GO_ON: Final = frozenset(
    {
        Reason.NOT_ENOUGH_PLACES,
        Reason.PLACE_TAKEN,
        Reason.FARE_UNKNOWN,
        Reason.DEPARTED,
        Reason.BEYOND_HORIZON,
        Reason.HOLD_EXPIRED,
        Reason.TYPE_NOT_SOLD_HERE,
        Reason.SAME_DOCUMENT_TWICE,
        Reason.NOT_REFUNDABLE,
        Reason.ALREADY_REFUNDED,
        Reason.DRAWER_SHORT,
        Reason.QUOTE_CHANGED,
        # of a window that belongs to central records
        Reason.CENTRAL_UNREACHABLE,
        Reason.CENTRAL_REFUSED,
        Reason.NOT_LEASED,
        Reason.LEASE_EXPIRED,
        Reason.NOT_HELD,
        Reason.TICKET_LOCKED,
        Reason.UNKNOWN_RUN,  # the timetable has changed between two looks at it
    }
)
_PATIENCE: Final = 10  # times as many, where the line may be down and come back
_FRUITLESS_MAX: Final = 200  # customers in a row to whom nothing could be sold: then the drill says so and stops
_DOWN_S_MAX: Final = 120.0  # so long without a line, and nothing leased to sell through it: the same


@dataclass(slots=True)
class Drill:
    desk: Desk
    clerk: Actor
    sales: int
    random: Random
    out: TextIO = field(default_factory=lambda: sys.stdout)
    wait: Callable[[float], None] = time.sleep
    now_s: Callable[[], float] = time.monotonic
    _routes: list[tuple[str, str]] = field(default_factory=list)
    _sold: list[TicketView] = field(default_factory=list)

    def run(self) -> None:
        """Sells ``sales`` times, parks and refunds in between. Raises what is not a clerk's everyday "no"; also

        NOT_ENOUGH_PLACES and CENTRAL_UNREACHABLE(done) where nothing can be sold any more.
        """
        self._recover()
        self._open_shift()
        self._routes = list(self._find_routes())
        if not self._routes:
            raise Refusal(Reason.NO_TIMETABLE)
        done = fruitless = 0
        enrolled = self.desk.sync_status().line is not LineWord.STAND_ALONE
        patience = _FRUITLESS_MAX * (_PATIENCE if enrolled else 1)
        able_s = self.now_s()
        while done < self.sales:
            if enrolled:
                self._turn(fruitless)
            try:
                sold = self._serve()
            except Refusal as refusal:
                if refusal.reason not in _GO_ON:
                    raise
                sold = False
            done += sold
            fruitless = 0 if sold else fruitless + 1
            if fruitless > patience:
                raise Refusal(Reason.NOT_ENOUGH_PLACES, done=done)
            if sold or not enrolled or self._may_sell():
                able_s = self.now_s()
            elif self.now_s() - able_s > _DOWN_S_MAX:
                line = self.desk.sync_status().line.value
                raise Refusal(Reason.CENTRAL_UNREACHABLE, done=done, detail=f"line: {line}, and nothing is leased")
            if sold and self.random.random() < 0.12:
                self._try_refund()
            if sold and self.random.random() < 0.02:
                self._drop_cash()

    def _may_sell(self) -> bool:
        """Whether the line, or what is leased, lets anything be sold at all."""
        status = self.desk.sync_status()
        return status.line is LineWord.ONLINE or bool(status.leased_places)

    def _turn(self, fruitless: int) -> None:
        """Between two customers the background work of a window: here the drill does it, one turn at a time."""
        turn = self.desk.sync_turn()
        if fruitless > 3 and not turn.changed:
            self.wait(min(turn.next_ms, 200) / 1000)

    # ------------------------------------------------------------------------------------------ before the queue

    def _recover(self) -> None:
        recovered = self.desk.recover()
        for job in self.desk.open_print_jobs():
            if job.state is JobState.UNKNOWN:
                copy = self.desk.settle_job(self.clerk, job.job_id, came_out=False)
                if copy is not None:
                    self._print((copy,))
        self._print(recovered.jobs_to_print)
        for parked in self.desk.parked():
            self.desk.release(self.clerk, parked.order_id)

    def _open_shift(self) -> None:
        shift = self.desk.current_shift()
        if shift is not None and shift.login == self.clerk.login and shift.state == "open":
            return
        smallest = sorted(self.desk.denominations())
        self.desk.open_shift(self.clerk, dict.fromkeys(smallest, 20))
        self._say("open_shift", None)

    def _find_routes(self) -> Iterator[tuple[str, str]]:
        """Pairs that are sold from here, found as the window would: stations that the matcher offers."""
        stations = [hit.station for letter in "bcghjnswxz" for hit in self.desk.find_stations(letter, limit=12)]
        unique = list({station.station_id: station for station in stations}.values())
        unique.sort(key=lambda station: (-station.weight, station.station_id))
        first, last = self.desk.sale_dates()
        probe = min(first + timedelta(days=2), last)
        count = 0
        for origin in unique[:14]:
            for destination in unique[:14]:
                if origin is not destination and self._served(origin.station_id, destination.station_id, probe):
                    yield origin.station_id, destination.station_id
                    count += 1
                    if count >= 24:
                        return

    def _served(self, origin: str, destination: str, day: date) -> bool:
        """Whatever is free of it: with the line down a window may hold nothing of a route that it sells every day."""
        return any(
            entry.fare is not None
            for offer in self.desk.search(origin, destination, day)
            if not offer.closed
            for entry in offer.classes
        )

    def _sellable(self, origin: str, destination: str, day: date) -> list[tuple[RunOffer, str, int]]:
        return [
            (offer, entry.travel_class, entry.free)
            for offer in self.desk.search(origin, destination, day)
            if not offer.closed
            for entry in offer.classes
            if entry.fare is not None and entry.free > 0
        ]

    # ------------------------------------------------------------------------------------------------ a customer

    def _serve(self) -> bool:
        origin, destination = self.random.choice(self._routes)
        first, last = self.desk.sale_dates()
        day = min(first + timedelta(days=self.random.randint(0, 12)), last)
        choices = self._sellable(origin, destination, day)
        if not choices:
            return False
        offer, travel_class, free = self.random.choice(choices)
        count = min(self.random.choice((1, 1, 1, 2, 2, 3, 4)), free)
        wish = PlaceWish(travel_class=travel_class, count=count)
        hold = self.desk.hold(self.clerk, offer.run, offer.span, wish)
        try:
            passengers = self._passengers(hold)
            if self.random.random() < 0.1:
                self._park_and_recall(hold, passengers)
            self._sell(hold, passengers)
        except Refusal:
            self.desk.release(self.clerk, hold.order_id)
            raise
        return True

    def _passengers(self, hold: HoldView) -> list[PassengerInput]:
        rules = [rule for rule in self.desk.passenger_rules(hold) if rule.sellable]
        return [self._passenger(self.random.choice([r.passenger_type for r in rules]), hold) for _ in range(hold.count)]

    def _passenger(self, passenger_type: str, hold: HoldView) -> PassengerInput:
        rule = next(rule for rule in self.desk.passenger_rules(hold) if rule.passenger_type == passenger_type)
        name = self.random.choice("赵钱孙李周吴郑王冯陈") + self.random.choice(("伟", "芳", "秀英", "敏", "强", "洋"))
        return PassengerInput(
            passenger_type=passenger_type,
            name=name if rule.needs_name else "",
            document_type="cn_id" if rule.needs_document else "",
            document=self._document() if rule.needs_document else "",
        )

    def _document(self) -> str:
        """An invented resident ID number: area 430103 is real, the person is not. Check digit: GB 11643, MOD 11-2."""
        born = date(1950, 1, 1) + timedelta(days=self.random.randrange(20_000))
        body = f"430103{born:%Y%m%d}{self.random.randrange(1000):03d}"
        total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
        return body + "10X98765432"[total % 11]

    def _park_and_recall(self, hold: HoldView, passengers: list[PassengerInput]) -> None:
        self.desk.park(self.clerk, hold.order_id, passengers, f"drill {self.random.randrange(1000)}")
        self._say("park", None)
        self.desk.recall(self.clerk, hold.order_id)
        self._say("recall", None)

    def _sell(self, hold: HoldView, passengers: list[PassengerInput]) -> None:
        quote = self.desk.quote(hold, passengers)
        self.desk.begin_tender(self.clerk, hold.order_id)
        received = self.random.choice(self.desk.quick_tenders(quote.total))
        try:
            sold = self._pay(hold, passengers, received, quote.total)
        except OutcomeUnknown:  # asked again, a sale that is in the store is that sale
            sold = self._pay(hold, passengers, received, quote.total)
        for ticket in sold.order.tickets:
            self._say("sale", ticket.number, seq=sold.journal_seq)
        self._sold.extend(sold.order.tickets)
        self._print(sold.jobs)

    def _pay(self, hold: HoldView, passengers: list[PassengerInput], received: Money, total: Money) -> Sold:
        return self.desk.sell(self.clerk, hold.order_id, passengers, received=received, quoted=total)

    def _try_refund(self) -> None:
        ticket = self._sold.pop(self.random.randrange(len(self._sold)))
        try:
            refunded = self.desk.refund(self.clerk, self.desk.quote_refund(ticket.ticket_id))
        except Refusal as refusal:
            if refusal.reason not in _GO_ON:
                raise
            return
        self._say("refund", ticket.number, seq=refunded.journal_seq)
        self._print(refunded.jobs)

    def _drop_cash(self) -> None:
        if not self._sold or self._sold[-1].price.minor <= 0:
            return
        amount = self._sold[-1].price
        try:
            jobs = self.desk.move_cash(self.clerk, CashKind.DROP, amount, "drill")
        except Refusal as refusal:
            if refusal.reason not in _GO_ON:
                raise
            return
        self._say("cash_drop", None)
        self._print(jobs)

    # ----------------------------------------------------------------------------------------------------- paper

    def _print(self, jobs: tuple[UUID, ...]) -> None:
        for job_id in jobs:
            try:
                paper = self.desk.start_job(job_id)
            except Refusal as refusal:
                if refusal.reason is not Reason.JOB_NOT_OPEN:
                    raise
                continue
            self.desk.finish_job(job_id, self.desk.send_job(job_id, paper))

    def _say(self, act: str, ticket: str | None, *, seq: int | None = None) -> None:
        """After the commit, never before: the reader may count on it."""
        if seq is None:
            seq = self.desk.journal_head()
        json.dump({"act": act, "ticket": ticket, "journal_seq": seq}, self.out, ensure_ascii=False)
        self.out.write("\n")
        self.out.flush()
