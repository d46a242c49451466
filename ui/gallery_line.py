"""Scenery for pictures of an enrolled counter: a real desk, and a line to central that is only painted.

Everything but the line is the desk that it stands before; nothing outside the gallery uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID, uuid5

from PySide6.QtCore import Qt

from counter_app.application.desk import Desk
from counter_app.application.views import (
    CentralTicket,
    InboxItem,
    LeaseLine,
    LineWord,
    LoadingView,
    OutboxItem,
    OutboxState,
    RunOffer,
    SyncStatus,
    SyncTurn,
)
from counter_app.application.waiting_desk import WaitingView
from counter_app.domain.money import Money
from counter_app.domain.staff import Actor
from counter_app.domain.verdicts import RULES, Why
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from ui.gallery_waiting import short_of, take_waiting
from ui.screens.sync import SyncScreen
from ui.screens.timetable import TimetableScreen
from ui.screens.users import UsersScreen
from ui.shell.screen import Screen

if TYPE_CHECKING:
    from ui.gallery import Gallery

KEY = Qt.Key

SPACE: Final = UUID("6d1c64a1-0f0e-5f0d-8a53-3a0a3a1f7f55")
QUIET_MS: Final = 60_000
OUTAGE: Final = timedelta(minutes=83)
HELD_EACH: Final = (6, 0, 2, 9, 4)  # of the classes and runs in turn
HELD_WHOLE: Final = 10
BY_LEASE: Final = frozenset({LineWord.SLOW, LineWord.OFFLINE})
NOT_THERE_YET: Final = frozenset({OutboxState.WAITING, OutboxState.SENT})
ENTRIES: Final = (
    ("shift_opened", None, OutboxState.ACCEPTED),
    ("sold", 62_800, OutboxState.ACCEPTED),
    ("sold", 31_400, OutboxState.CONFLICT),
    ("refunded", -25_100, OutboxState.ACCEPTED),
    ("cash_moved", -5_000, OutboxState.QUARANTINED),
    ("sold", 94_200, OutboxState.STORED),
    ("sold", 31_400, OutboxState.SENT),
    ("sold", 125_600, OutboxState.WAITING),
    ("lease_returned", None, OutboxState.WAITING),
    ("sold", 31_400, OutboxState.WAITING),
    ("refunded", -26_350, OutboxState.WAITING),
)
VERDICTS: Final = (
    (Why.DISPLACED, 3, False, ""),
    (Why.ALREADY_REFUNDED, 4, False, ""),
    (Why.UNKNOWN_KIND, 5, False, ""),
    (Why.LATE, 2, True, "Nothing to do"),
)


@dataclass
class Scene:
    """What is painted. ``line`` None: a stand-alone counter."""

    line: LineWord | None = None
    loading: LoadingView | None = None
    stopped: str = ""
    epoch_needed: bool = False
    inbox: bool = False
    outbox: bool = False
    central: Sequence[CentralTicket] = ()
    held: list[LeaseLine] = field(default_factory=list)
    waiting: list[WaitingView] = field(default_factory=list)
    short: bool = False  # every run found has one place left in the class that is asked for


class StagedLine:
    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self.scene = Scene()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    # ---- the painted line
    def sync_status(self) -> SyncStatus:
        scene, now = self.scene, self._clock.now()
        currency = self._desk.profile.currency
        if scene.line is None:
            return self._desk.sync_status()
        waiting = [entry for entry in self._entries() if entry.state in NOT_THERE_YET] if scene.outbox else []
        return SyncStatus(
            line=scene.line,
            since=now - OUTAGE,
            last_answer=now - OUTAGE,
            last_error="",
            unsynced_entries=len(waiting),
            unsynced_tickets=sum(entry.kind == "sold" for entry in waiting),
            unsynced_value=Money(sum(entry.amount.minor for entry in waiting if entry.amount), currency),
            unsynced_oldest=waiting[0].at if waiting else None,
            inbox_open=sum(not item.settled for item in self._items()) if scene.inbox else 0,
            leased_places=sum(lease.left for lease in scene.held if lease.sells),
            leases_end=min((lease.expires_at for lease in scene.held), default=None),
            loading=scene.loading,
            stopped=scene.stopped,
            epoch_needed=scene.epoch_needed,
        )

    def sync_turn(self) -> SyncTurn:
        return SyncTurn(next_ms=QUIET_MS, changed=False)

    def sync_now(self) -> None:
        """There is nothing behind the painting."""

    def outbox(self, actor: Actor, *, limit: int = 200) -> list[OutboxItem]:
        del actor
        return self._entries()[::-1][:limit] if self.scene.outbox else []

    def sync_inbox(self, actor: Actor, *, limit: int = 200) -> list[InboxItem]:
        del actor
        return self._items()[:limit] if self.scene.inbox else []

    def leases(self) -> list[LeaseLine]:
        return self.scene.held

    def find_central_tickets(self, text: str) -> list[CentralTicket]:
        del text
        return list(self.scene.central)

    def search(
        self, origin: str, destination: str, departing_on: date, *, order_id: UUID | None = None
    ) -> list[RunOffer]:
        found = self._desk.search(origin, destination, departing_on, order_id=order_id)
        if self.scene.short:
            found = [short_of(offer) for offer in found]
        return [self._with_lease(offer) for offer in found] if self.scene.line is not None else found

    def waiting(self) -> list[WaitingView]:
        return self.scene.waiting

    def wait_for_places(self, *_asked: object) -> WaitingView:
        return self.scene.waiting[0]

    def hold(self, actor: Actor, *args: Any, **kwargs: Any) -> Any:
        if self.scene.line in BY_LEASE:
            raise Refusal(Reason.NOT_LEASED, free=0)
        return self._desk.hold(actor, *args, **kwargs)

    # ---- inside
    def hold_leases(self, offers: Sequence[RunOffer]) -> None:
        """An allotment of some of these runs."""
        now = self._clock.now()
        self.scene.held = [
            LeaseLine(
                lease_id=uuid5(SPACE, f"{offer.run.run_id}/{one.travel_class}"),
                run=offer.run,
                service=offer.service,
                depart=offer.depart,
                origin=offer.origin.name,
                destination=offer.destination.name,
                travel_class=one.travel_class,
                left=HELD_EACH[(row + place) % len(HELD_EACH)],
                total=HELD_WHOLE,
                expires_at=now + timedelta(hours=20 + row),
                sells=(row + place) % 7 != 6,
            )
            for row, offer in enumerate(offers[:6])
            for place, one in enumerate(offer.classes[1:3])
        ]

    def _with_lease(self, offer: RunOffer) -> RunOffer:
        left = {lease.travel_class: lease.left for lease in self.scene.held if lease.run == offer.run and lease.sells}
        by_lease = self.scene.line in BY_LEASE
        classes = tuple(
            replace(
                one,
                leased=left.get(one.travel_class, 0),
                free=left.get(one.travel_class, 0) if by_lease else one.free,
            )
            for one in offer.classes
        )
        return replace(offer, classes=classes)

    def _entries(self) -> list[OutboxItem]:
        profile, now = self._desk.profile, self._clock.now()
        made = []
        for place, (kind, minor, state) in enumerate(ENTRIES):
            money = Money(minor, profile.currency) if minor is not None else None
            subject = self._number(place) if kind in {"sold", "refunded"} else ""
            at = now - OUTAGE + timedelta(minutes=7 * (place - 5))
            made.append(
                OutboxItem(epoch=1, seq=place + 1, at=at, kind=kind, subject=subject, amount=money, state=state)
            )
        return made

    def _items(self) -> list[InboxItem]:
        made = []
        for why, seq, settled, note in VERDICTS:
            rule = RULES[why]
            facts = {"tickets": self._number(seq - 1)} if why is Why.DISPLACED else {}
            if why is Why.ALREADY_REFUNDED:
                facts = {"number": self._number(seq - 1), "amount_minor": "25100"}
            made.append(
                InboxItem(
                    epoch=1,
                    seq=seq,
                    received_at=self._clock.now() - OUTAGE - timedelta(minutes=seq),
                    judgement=rule.judged.value,
                    reason=why.value,
                    owner=rule.owner.value,
                    next_step=rule.next_step.value,
                    subject="cash_moved" if why is Why.UNKNOWN_KIND else self._number(seq - 1),
                    facts=facts,
                    settled=settled,
                    settled_by="li" if settled else "",
                    note=note,
                )
            )
        return made

    def _number(self, place: int) -> str:
        profile = self._desk.profile
        return f"{profile.station_code}-{profile.counter:02d}-1-{place + 11:06d}-{place % 10}"

    def ticket_elsewhere(self, offer: RunOffer, now: datetime) -> CentralTicket:
        """Of another window of the same station."""
        profile = self._desk.profile
        other = profile.counter + 1
        travel_class = offer.classes[-1].travel_class
        return CentralTicket(
            ticket_id=uuid5(SPACE, "elsewhere"),
            number=f"{profile.station_code}-{other:02d}-1-000017-3",
            state="FULFILLED",
            window=f"{profile.station_code}/{other}",
            service=offer.service,
            origin=offer.origin.name,
            destination=offer.destination.name,
            depart=offer.depart,
            arrive=offer.arrive,
            place="05 12A",
            travel_class=travel_class,
            passenger_type="adult",
            price=offer.classes[-1].fare or Money(0, profile.currency),
            sold_at=now - timedelta(hours=2),
            locked_by="",
        )


def as_desk(staged: object) -> Desk:
    return cast(Desk, staged)


def take_line(gallery: Gallery, staged: StagedLine) -> None:
    """Selling with a line, with a slow one and without; what went over it; tickets of other windows."""
    gallery.enrol("clerk", line=LineWord.ONLINE)
    offers = gallery.on_lane(to_guangzhou)
    staged.hold_leases(offers)
    gallery.turn(loading=LoadingView(what="timetable", done=62, total=100))
    gallery.show(Screen, "home")
    gallery.shot("line-online")
    gallery.show(SyncScreen, "sync")
    gallery.shot("sync-inbox-empty")
    gallery.turn(line=LineWord.SLOW, loading=None)
    gallery.show(Screen, "sell")
    gallery.type_in("gzn +1 2 2a1c")
    gallery.shot("line-slow-results")
    gallery.turn(line=LineWord.OFFLINE, inbox=True, outbox=True)
    gallery.shot("line-offline-results")
    gallery.press(KEY.Key_Return)
    if gallery.in_results():
        gallery.press(KEY.Key_Return)
    gallery.shot("line-not-held")
    number = staged.ticket_elsewhere(offers[0], gallery.window.now())
    gallery.show(Screen, "refund", text=number.number)
    gallery.shot("central-ticket-offline")
    gallery.turn(line=LineWord.ONLINE, inbox=False, outbox=False, central=(number,))
    gallery.show(Screen, "refund", text=number.number)
    gallery.shot("central-ticket")
    gallery.enrol("supervisor", line=LineWord.OFFLINE, inbox=True, outbox=True)
    gallery.show(SyncScreen, "sync")
    gallery.shot("sync-inbox")
    gallery.press(KEY.Key_F3)
    gallery.shot("sync-outbox")
    gallery.press(KEY.Key_F4)
    gallery.shot("sync-held")
    take_waiting(gallery, staged, offers)


def take_stopped(gallery: Gallery) -> None:
    """A counter that may not sell, and what is central's alone."""
    gallery.enrol("clerk", line=LineWord.STOPPED, stopped="outdated", inbox=False, outbox=True)
    gallery.show(Screen, "home")
    gallery.shot("line-stopped")
    gallery.enrol("administrator", stopped="", epoch_needed=True)
    gallery.show(SyncScreen, "sync")
    gallery.shot("sync-new-epoch")
    gallery.turn(line=LineWord.ONLINE, epoch_needed=False, outbox=False)
    gallery.show(UsersScreen, "users")
    gallery.shot("accounts-of-central")
    gallery.show(TimetableScreen, "timetable")
    gallery.shot("timetable-of-central")
    gallery.enrol("clerk", line=None)


def to_guangzhou(desk: Desk) -> list[RunOffer]:
    reading = desk.read_entry("gzn +1")
    assert reading.origin is not None
    assert reading.destination is not None
    assert reading.departing_on is not None
    return desk.search(reading.origin.station_id, reading.destination.station_id, reading.departing_on)
