"""What a clerk does next, by weights: every act of a shift that touches stock, money or the line."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from counter_app.application.counter_desk import CounterDesk
from counter_app.application.views import PassengerInput, PlaceWish, RunOffer
from counter_app.application.waiting_desk import WaitingWord
from counter_app.application.waiting_parties import PARTIES_MAX
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import JobState
from counter_app.ports.shifts import CashKind
from tests.simulation.headquarters import PASSWORD
from tests.simulation.timetable import LINE, STATIONS
from tests.simulation.window import PRINTED, Hand, Window

HANDS_MAX: Final = 3
EXCHANGES: Final = 4  # of so many tickets that are brought back, one is exchanged
# Never an honest answer to what these clerks do: each would be a mistake of ours.
NEVER: Final = frozenset(
    {
        Reason.STORE_DAMAGED,
        Reason.PROFILE_IN_USE,
        Reason.PROFILE_EXISTS,
        Reason.NO_PROFILE,
        Reason.BAD_INPUT,
        Reason.BAD_SETTING,
        Reason.STAND_ALONE,
        Reason.ONLY_CENTRAL,
        Reason.CENTRAL_REFUSED,  # but for these codes
        Reason.NOT_ALLOWED,
        Reason.CASH_SHORT,
        Reason.STORE_NOT_WRITABLE,
    }
)
# Of a ticket whose sale central has not (yet); of a copy; of a window that was told to stop.
HONEST_CODES: Final = frozenset({"unknown_ticket", "forked", "not_allowed"})

Act = Callable[["Clerk", CounterDesk, Actor], str]


@dataclass(slots=True)
class Clerk:
    """The one at ``window``. ``people``: all accounts, by login. ``waits``: lets parties wait for places."""

    window: Window
    people: dict[str, Actor]
    chance: random.Random
    waits: bool = False

    def act(self) -> str:
        """One act; returns what it came to, in a word. Raises what is nobody's everyday "no"."""
        with self.window.at_work() as desk:
            name, act = self._choose(desk)
            try:
                return f"{name} {act()}"
            except Refusal as refusal:
                if refusal.reason in NEVER and refusal.facts.get("code") not in HONEST_CODES:
                    raise
                return f"{name} refused: {refusal}"
            except OutcomeUnknown as unknown:
                # Decisions 14: stop, open again, look it up. What was in the clerk's hands is asked for by its id.
                return f"{name} {unknown}"

    def _choose(self, desk: CounterDesk) -> tuple[str, Callable[[], str]]:
        if self.window.clerk is None:
            return "log_in", lambda: self._log_in(desk)
        actor = self.window.clerk
        shift = desk.current_shift()
        if shift is not None and shift.state != "open" and shift.login != actor.login:
            return "close_other", lambda: self._close(desk, self.people["wang"])
        if shift is None or shift.login != actor.login:
            return "open_shift", lambda: self._open_shift(desk, actor)
        if shift.state == "declared":
            return "close", lambda: self._close(desk, actor)
        weighed: list[tuple[int, str, Callable[[], str]]] = [
            (22 if len(self.window.hands) < HANDS_MAX else 0, "hold", lambda: self._hold(desk, actor)),
            (5, "refund", lambda: self._refund(desk, actor)),
            (2, "recall", lambda: self._recall(desk, actor)),
            (3, "print", lambda: self._print(desk)),
            (1, "cash", lambda: self._cash(desk, actor)),
            (1, "x", lambda: str(desk.report_x(actor).tickets_sold)),
            (1, "find", lambda: self._find(desk)),
            (1, "status", lambda: self._look(desk, actor)),
        ]
        if self.waits:
            weighed += [
                (6, "wait", lambda: self._wait(desk, actor)),
                (6 if len(self.window.hands) < HANDS_MAX else 0, "take", lambda: self._take(desk, actor)),
                (1, "leave", lambda: self._leave(desk, actor)),
            ]
        if self.chance.random() < 0.02:
            weighed.append((20, "declare", lambda: self._declare(desk, actor)))
        if self.window.hands:
            hand = self.chance.choice(self.window.hands)
            if hand.tender:
                weighed += [
                    (40, "sell", lambda: self._sell(desk, actor, hand)),
                    (3, "end_tender", lambda: self._end_tender(desk, actor, hand)),
                    (2, "give_up", lambda: self._give_up(desk, actor, hand)),
                    (1, "walk_away", lambda: self._walk_away(hand)),
                ]
            else:
                weighed += [
                    (30, "tender", lambda: self._tender(desk, actor, hand)),
                    (5, "change", lambda: self._change(desk, actor, hand)),
                    (4, "give_up", lambda: self._give_up(desk, actor, hand)),
                    (2, "park", lambda: self._park(desk, actor, hand)),
                    (2, "walk_away", lambda: self._walk_away(hand)),
                ]
        weights, names, acts = zip(*weighed, strict=True)
        at = self.chance.choices(range(len(weights)), weights)[0]
        return names[at], acts[at]

    # ---- people and shifts

    def _log_in(self, desk: CounterDesk) -> str:
        login = "li" if self.window.counter % 2 else "han"
        actor = self.people[login]
        if self.chance.random() < 0.3:
            actor = desk.log_in(login, PASSWORD)  # accounts come by the feed: before it there are none
        self.window.clerk = actor
        return login

    def _open_shift(self, desk: CounterDesk, actor: Actor) -> str:
        desk.open_shift(actor, {10_000: 5, 1_000: 10})
        return "opened"

    def _declare(self, desk: CounterDesk, actor: Actor) -> str:
        for hand in list(self.window.hands):
            self._give_up(desk, actor, hand)
        short = self.chance.random() < 0.2
        desk.declare_shift(actor, {100: 1} if short else {10_000: 5, 1_000: 10})
        return "declared"

    def _close(self, desk: CounterDesk, actor: Actor) -> str:
        report = desk.close_shift(actor, reason="counted", supervisor="wang", supervisor_password=PASSWORD)
        return f"z {report.z_number}"

    def _cash(self, desk: CounterDesk, actor: Actor) -> str:
        kind = self.chance.choice((CashKind.PAID_IN, CashKind.PAID_OUT, CashKind.DROP))
        desk.move_cash(actor, kind, Money(self.chance.randrange(1, 50) * 100, "CNY"), "simulated")
        return str(kind)

    # ---- a sale

    def _offers(self, desk: CounterDesk) -> list[tuple[RunOffer, str, int]]:
        first, last = desk.sale_dates()
        day = min(first + timedelta(days=self.chance.choice((0, 0, 0, 1, 1, 2))), last)
        line = LINE if self.chance.random() < 0.06 else STATIONS
        at = sorted(self.chance.sample(range(len(line)), 2))
        found = desk.search(line[at[0]], line[at[1]], day)
        return [
            (offer, one.travel_class, one.free)
            for offer in found
            if not offer.closed
            for one in offer.classes
            if one.fare is not None
        ]

    def _hold(self, desk: CounterDesk, actor: Actor, replaces: UUID | None = None) -> str:
        offers = self._offers(desk)
        free = [one for one in offers if one[2] > 0] or offers
        if not free:
            return "nothing on offer"
        offer, travel_class, left = self.chance.choice(free)
        if left > 0 and self.chance.random() < 0.25:
            places = self._own_pick(desk, offer, travel_class)
            if places:
                hold = desk.hold(actor, offer.run, offer.span, places=places, replaces=replaces)
                return self._took(hold.order_id, Hand(hold))
        count = self.chance.choice((1, 1, 1, 2, 2, 3))
        hold = desk.hold(
            actor, offer.run, offer.span, PlaceWish(travel_class=travel_class, count=count), replaces=replaces
        )
        return self._took(hold.order_id, Hand(hold))

    def _took(self, order_id: UUID, hand: Hand) -> str:
        self.window.hands = [one for one in self.window.hands if one.hold.order_id != order_id] + [hand]
        hold = hand.hold
        return f"{hold.run.trip_id} {hold.run.service_date} {hold.span.board}-{hold.span.alight} " + (
            ",".join(map(str, hold.places)) or f"{hold.count} {hold.travel_class}"
        )

    def _own_pick(self, desk: CounterDesk, offer: RunOffer, travel_class: str) -> list[PlaceRef]:
        """What the map shows; also a place that it shows as taken, now and then."""
        plan = desk.seat_map(offer.run, offer.span)
        of_class = [
            PlaceRef(coach.number, place.label)
            for coach in plan.coaches
            for section in coach.sections
            if section.travel_class == travel_class
            for place in section.places
        ]
        free = [one for one in of_class if plan.states.get(one, "free") in {"free", "part"}]
        wanted = of_class if self.chance.random() < 0.1 else free
        return self.chance.sample(wanted, min(len(wanted), self.chance.choice((1, 1, 2))))

    def _change(self, desk: CounterDesk, actor: Actor, hand: Hand) -> str:
        return self._hold(desk, actor, replaces=hand.hold.order_id)

    def _tender(self, desk: CounterDesk, actor: Actor, hand: Hand) -> str:
        hand.hold = desk.begin_tender(actor, hand.hold.order_id)
        hand.tender = True
        return "begun"

    def _end_tender(self, desk: CounterDesk, actor: Actor, hand: Hand) -> str:
        hand.hold = desk.end_tender(actor, hand.hold.order_id)
        hand.tender = False
        return "ended"

    def _sell(self, desk: CounterDesk, actor: Actor, hand: Hand) -> str:
        passengers = [PassengerInput() for _ in range(hand.hold.count)]
        total = desk.quote(hand.hold, passengers).total
        sold = desk.sell(actor, hand.hold.order_id, passengers, received=total, quoted=total)
        self.window.hands.remove(hand)
        self.window.sold += [ticket.ticket_id for ticket in sold.order.tickets]
        return ",".join(ticket.number for ticket in sold.order.tickets)

    def _give_up(self, desk: CounterDesk, actor: Actor, hand: Hand) -> str:
        self.window.hands.remove(hand)
        desk.release(actor, hand.hold.order_id)
        return "released"

    def _walk_away(self, hand: Hand) -> str:
        """The customer left, and the clerk forgot: time will tell."""
        self.window.hands.remove(hand)
        return "left as it is"

    def _park(self, desk: CounterDesk, actor: Actor, hand: Hand) -> str:
        desk.park(actor, hand.hold.order_id, [PassengerInput() for _ in range(hand.hold.count)], "simulated")
        self.window.hands.remove(hand)
        return "parked"

    def _recall(self, desk: CounterDesk, actor: Actor) -> str:
        parked = desk.parked()
        if not parked:
            return "nothing parked"
        one = self.chance.choice(parked)
        desk.recall(actor, one.order_id)
        if self.chance.random() < 0.5:
            desk.release(actor, one.order_id)
        return "recalled"

    # ---- those who wait

    def _wait(self, desk: CounterDesk, actor: Actor) -> str:
        offers = self._offers(desk)
        short = [one for one in offers if one[2] < 2] or offers
        if not short or len(desk.waiting()) >= PARTIES_MAX:
            return "nothing to wait for"
        offer, travel_class, _ = self.chance.choice(short)
        wish = PlaceWish(travel_class=travel_class, count=self.chance.choice((1, 1, 2)))
        one = desk.wait_for_places(actor, offer.run, offer.span, wish, {})
        return f"{offer.run.trip_id} {offer.run.service_date} {wish.count} {one.word} {one.place}"

    def _take(self, desk: CounterDesk, actor: Actor) -> str:
        served = [one for one in desk.waiting() if one.word is WaitingWord.SERVED]
        if not served:
            return "nobody served"
        hold = desk.take_waiting(actor, self.chance.choice(served).claim_id).hold
        return self._took(hold.order_id, Hand(hold))

    def _leave(self, desk: CounterDesk, actor: Actor) -> str:
        known = desk.waiting()
        if not known:
            return "nobody waits"
        one = self.chance.choice(known)
        desk.leave_waiting(actor, one.claim_id)
        return f"{one.number} {one.word}"

    # ---- after a sale

    def _refund(self, desk: CounterDesk, actor: Actor) -> str:
        if not self.window.sold:
            return "nothing sold"
        at = self.chance.randrange(len(self.window.sold))
        ticket_id = self.window.sold[at]
        if ticket_id.int % EXCHANGES == 0:
            return self._exchange(desk, actor, at)
        done = desk.refund(actor, desk.quote_refund(ticket_id))
        self.window.sold.pop(at)
        return done.ticket.number

    def _exchange(self, desk: CounterDesk, actor: Actor, at: int) -> str:
        """For any departure of the same route; what is refused on the way leaves the old ticket as it is."""
        start = desk.start_exchange(actor, self.window.sold[at])
        first, last = desk.sale_dates()
        day = min(first + timedelta(days=self.chance.choice((0, 1, 2))), last)
        found = desk.search(start.ticket.origin.station_id, start.ticket.destination.station_id, day)
        offers = [
            (offer, one.travel_class)
            for offer in found
            if not offer.closed
            for one in offer.classes
            if one.fare is not None
        ]
        if not offers:
            return "nothing on offer"
        offer, travel_class = self.chance.choice(offers)
        hold = desk.hold(actor, offer.run, offer.span, PlaceWish(travel_class=travel_class, count=1))
        hand = Hand(hold)
        self.window.hands.append(hand)
        self._tender(desk, actor, hand)
        quote = desk.quote_exchange(hand.hold, (start.passenger,), start)
        received = quote.due or None
        sold = desk.sell(
            actor,
            hold.order_id,
            (start.passenger,),
            received=received,
            quoted=quote.sale.total,
            exchange=quote.agreed,
        )
        self.window.hands.remove(hand)
        self.window.sold.pop(at)
        self.window.sold += [ticket.ticket_id for ticket in sold.order.tickets]
        return f"{quote.ticket.number} for {sold.order.tickets[0].number}, {quote.due} {quote.back}"

    def _find(self, desk: CounterDesk) -> str:
        sold = sorted(self.window.truth.numbers)
        if not sold:
            return "nothing sold"
        number = self.chance.choice(sold)
        return f"{number}: {len(desk.find_central_tickets(number))}"

    def _print(self, desk: CounterDesk) -> str:
        jobs = desk.open_print_jobs()[:6]
        for job in jobs:
            if job.state is JobState.UNKNOWN:
                desk.settle_job(self.people["wang"], job.job_id, came_out=True)
            else:
                desk.start_job(job.job_id)
                desk.finish_job(job.job_id, PRINTED)
        return str(len(jobs))

    def _look(self, desk: CounterDesk, actor: Actor) -> str:
        """What the screens ask for; nothing of it may fail."""
        status = desk.sync_status()
        supervisor = self.people["wang"]
        inbox = desk.sync_inbox(supervisor)
        desk.outbox(supervisor, limit=50)
        lines = desk.leases()
        waiting = [item for item in inbox if not item.settled]
        if waiting and self.chance.random() < 0.5:
            one = self.chance.choice(waiting)
            desk.settle_inbox(supervisor, one.epoch, one.seq, note="seen")
        if lines and self.chance.random() < 0.2:
            desk.return_lease(supervisor, self.chance.choice(lines).lease_id)
        return f"{status.line} {status.unsynced_entries} unsynced, {len(waiting)} in the inbox, {len(lines)} leases"
