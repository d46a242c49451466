"""The line's half of :mod:`tests.ui.fake_desk`: stand-alone until :meth:`FakeLine.enrol`, then every state by a switch.

The allotment is real enough to sell from: what is sold leaves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from counter_app.application.views import (
    CentralTicket,
    InboxItem,
    LeaseLine,
    LineWord,
    LoadingView,
    OutboxItem,
    OutboxState,
    SyncStatus,
    SyncTurn,
)
from counter_app.domain.ids import run_id
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor, Right
from counter_app.domain.timetable import RunRef
from counter_app.errors import Reason, Refusal

SPACE = UUID("1f2b7a4e-9a41-5d2c-8f43-6d1f2f3a4b5c")
SINCE = datetime(2026, 12, 1, 2, 42, tzinfo=UTC)  # 10:42 at the station
QUIET_MS = 60_000
# (service, destination, hour, minute, class, left, total)
HELD = (
    ("G1011", "深圳北", 7, 12, "second", 6, 10),
    ("G1011", "深圳北", 7, 12, "first", 2, 2),
    ("G6025", "广州南", 8, 3, "second", 9, 10),
    ("G79", "深圳北", 13, 27, "second", 4, 10),
    ("G1113", "广州南", 15, 12, "second", 3, 5),
    ("G437", "广州南", 18, 5, "second", 1, 5),
)


@dataclass
class Switches:
    """What a test or a picture turns. ``line`` None: a stand-alone counter."""

    line: LineWord | None = None
    since: datetime | None = SINCE
    last_error: str = ""
    loading: LoadingView | None = None
    stopped: str = ""
    epoch_needed: bool = False
    central_silent: bool = False  # only central can answer, and it does not
    turn: SyncTurn = field(default_factory=lambda: SyncTurn(next_ms=QUIET_MS, changed=False))
    on_turn: Callable[[], None] | None = None


class FakeLine:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.switch = Switches()
        self.turns = 0
        self.pushed = 0  # journal entries that central has
        self.tried = 0
        self.entries: list[OutboxItem] = []
        self.items: list[InboxItem] = []
        self.held: list[LeaseLine] = []
        self.central_tickets: list[CentralTicket] = []
        self.epoch = 1

    # ---- switches
    @property
    def enrolled(self) -> bool:
        return self.switch.line is not None

    @property
    def by_lease(self) -> bool:
        return self.switch.line in {LineWord.OFFLINE, LineWord.SLOW}

    def enrol(self, line: LineWord = LineWord.ONLINE) -> None:
        self.switch.line = line
        tomorrow = self._now().astimezone(UTC).date() + timedelta(days=1)
        self.held = [
            LeaseLine(
                lease_id=uuid5(SPACE, f"lease/{service}/{travel_class}"),
                run=RunRef(run_id=run_id("INVENTED", service, tomorrow), trip_id=service, service_date=tomorrow),
                service=service,
                depart=datetime.combine(tomorrow, time(hour, minute), ZoneInfo("Asia/Shanghai")),
                origin="长沙南",
                destination=destination,
                travel_class=travel_class,
                left=left,
                total=total,
                expires_at=self._now() + timedelta(hours=20),
                sells=True,
            )
            for service, destination, hour, minute, travel_class, left, total in HELD
        ]

    def note_entry(self, kind: str, at: datetime, subject: str, amount: Money | None) -> None:
        """An entry of the journal: it waits for central."""
        state = OutboxState.WAITING
        seq = len(self.entries) + 1
        self.entries.append(OutboxItem(epoch=1, seq=seq, at=at, kind=kind, subject=subject, amount=amount, state=state))

    def drain(self) -> None:
        """Central has everything and has judged it."""
        self.entries = [replace(entry, state=OutboxState.ACCEPTED) for entry in self.entries]

    def left(self, run: RunRef, travel_class: str) -> int:
        return sum(h.left for h in self.held if h.run == run and h.travel_class == travel_class and h.sells)

    def take(self, run: RunRef, travel_class: str, count: int) -> None:
        self.held = [
            replace(h, left=h.left - count) if h.run == run and h.travel_class == travel_class else h for h in self.held
        ]

    # ---- as the desk has them
    def status(self) -> SyncStatus:
        waiting = [e for e in self.entries if e.state in {OutboxState.WAITING, OutboxState.SENT}]
        alone = self.switch.line is None
        value = sum(e.amount.minor for e in waiting if e.amount is not None)
        return SyncStatus(
            line=self.switch.line or LineWord.STAND_ALONE,
            since=None if alone else self.switch.since,
            last_answer=None if alone else self.switch.since,
            last_error=self.switch.last_error,
            unsynced_entries=0 if alone else len(waiting),
            unsynced_tickets=0 if alone else sum(e.kind == "sold" for e in waiting),
            unsynced_value=Money(0 if alone else value, "CNY"),
            unsynced_oldest=None if alone or not waiting else waiting[0].at,
            inbox_open=sum(not item.settled for item in self.items),
            leased_places=sum(h.left for h in self.held if h.sells),
            leases_end=min((h.expires_at for h in self.held), default=None),
            loading=self.switch.loading,
            stopped=self.switch.stopped,
            epoch_needed=self.switch.epoch_needed,
        )

    def turn(self) -> SyncTurn:
        self.turns += 1
        if self.switch.on_turn is not None:
            self.switch.on_turn()
        if self.switch.line is LineWord.ONLINE:
            self.drain()
        return self.switch.turn

    def outbox(self, limit: int) -> list[OutboxItem]:
        return list(reversed(self.entries))[:limit]

    def inbox(self, limit: int) -> list[InboxItem]:
        return sorted(self.items, key=lambda item: (item.settled, -item.received_at.timestamp()))[:limit]

    def settle(self, actor: Actor, epoch: int, seq: int, note: str) -> None:
        if not (actor.may(Right.OTHERS_SHIFTS) or actor.may(Right.MANAGE)):
            raise Refusal(Reason.NOT_ALLOWED)
        if not note.strip():
            raise Refusal(Reason.REASON_NEEDED)
        self.items = [
            replace(item, settled=True, settled_by=actor.login, note=note)
            if (item.epoch, item.seq) == (epoch, seq)
            else item
            for item in self.items
        ]

    def give_back(self, actor: Actor, lease_id: UUID) -> None:
        if not actor.may(Right.OTHERS_SHIFTS):
            raise Refusal(Reason.NOT_ALLOWED)
        if not any(h.lease_id == lease_id and h.left for h in self.held):
            raise Refusal(Reason.NOT_HELD)
        self.held = [h for h in self.held if h.lease_id != lease_id]

    def find(self, text: str) -> list[CentralTicket]:
        self.ask_central()
        return [ticket for ticket in self.central_tickets if text.strip().upper() in ticket.number]

    def ask_central(self) -> None:
        if not self.enrolled:
            raise Refusal(Reason.STAND_ALONE)
        if self.switch.central_silent or self.switch.line is LineWord.OFFLINE:
            raise Refusal(Reason.CENTRAL_UNREACHABLE)

    def new_epoch(self, actor: Actor, reason: str) -> int:
        if not actor.may(Right.MANAGE):
            raise Refusal(Reason.NOT_ALLOWED)
        if not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        self.ask_central()
        self.epoch += 1
        self.switch.epoch_needed = False
        self.switch.stopped = ""
        self.switch.line = LineWord.ONLINE
        return self.epoch


def ticket_of(number: str, now: datetime) -> CentralTicket:
    """A ticket that another window sold."""
    depart = (now + timedelta(days=1)).astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=13, minute=27)
    station, counter, *_ = number.split("-")
    return CentralTicket(
        ticket_id=uuid5(SPACE, f"ticket/{number}"),
        number=number,
        state="FULFILLED",
        window=f"{station}/{int(counter)}",
        service="G79",
        origin="长沙南",
        destination="深圳北",
        depart=depart,
        arrive=depart + timedelta(minutes=188),
        place="05 12A",
        travel_class="second",
        passenger_type="adult",
        price=Money(38_850, "CNY"),
        sold_at=now - timedelta(hours=2),
        locked_by="",
    )
