"""Scenery for pictures of the waiting list: painted parties on runs of the desk that stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from PySide6.QtCore import Qt

from counter_app.application.views import LineWord, RunOffer
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from counter_app.errors import Reason
from ui.screens.waiting import WaitingScreen
from ui.shell.screen import Screen

if TYPE_CHECKING:
    from ui.gallery import Gallery
    from ui.gallery_line import StagedLine

SPACE: Final = UUID("6d1c64a1-0f0e-5f0d-8a53-3a0a3a1f7f56")
SHORT_CLASS: Final = "second"
# (offer, how many, minutes since, what it came to, place in the line, minutes that are left)
PARTIES: Final = (
    (0, 2, 34, WaitingWord.WAITING, 1, None),
    (2, 1, 21, WaitingWord.WAITING, 4, None),
    (0, 3, 12, WaitingWord.WAITING, None, None),
    (1, 2, 58, WaitingWord.OVER, None, -2),
)


def short_of(offer: RunOffer) -> RunOffer:
    """One place left in the class that is asked for."""
    classes = [replace(one, free=1) if one.travel_class == SHORT_CLASS else one for one in offer.classes]
    return replace(offer, classes=tuple(classes))


def painted(offers: Sequence[RunOffer], now: datetime) -> list[WaitingView]:
    made = []
    for number, (at, count, since, word, place, left) in enumerate(PARTIES, 1):
        offer = offers[at % len(offers)]
        made.append(
            WaitingView(
                claim_id=uuid5(SPACE, str(number)),
                number=number,
                service=offer.service,
                origin=offer.origin.name,
                destination=offer.destination.name,
                depart=offer.depart,
                travel_class=offer.classes[-1].travel_class,
                count=count,
                since=(now - timedelta(minutes=since)).astimezone(offer.depart.tzinfo),
                word=word,
                place=place,
                expires_at=None if left is None else now + timedelta(minutes=left),
                places=(),
            )
        )
    return made


def served(parties: Sequence[WaitingView], now: datetime) -> list[WaitingView]:
    """The second of them has its places."""
    first = replace(parties[1], word=WaitingWord.SERVED, place=None, expires_at=now + timedelta(minutes=9, seconds=41))
    return [first, parties[0], *parties[2:]]


def take_waiting(gallery: Gallery, staged: StagedLine, offers: Sequence[RunOffer]) -> None:
    """Too few places, who waits for them, and a party that has them now."""
    gallery.enrol("clerk", line=LineWord.ONLINE, inbox=False, outbox=False, short=True)
    gallery.show(Screen, "sell")
    gallery.type_in("gzn +1 2 2a")
    gallery.press(Qt.Key.Key_Return)
    if gallery.in_results():
        gallery.press(Qt.Key.Key_Return)
    assert gallery.window.notice_code == Reason.NOT_ENOUGH_PLACES.value, "the picture shows what its name says"
    gallery.shot("waiting-offered")
    now = gallery.window.now()
    parties = painted(offers, now)
    staged.scene.waiting = parties[:1]
    gallery.press(Qt.Key.Key_F7)
    gallery.settle()
    gallery.shot("waiting-joined")
    staged.scene.waiting = parties
    gallery.window.waiting_watch.look()
    gallery.settle()
    gallery.window.clear_notice()
    gallery.show(WaitingScreen, "waiting")
    gallery.shot("waiting-list")
    staged.scene.waiting = served(parties, now)
    gallery.window.waiting_watch.look()
    gallery.settle()
    gallery.shot("waiting-served")
    gallery.show(Screen, "sell")
    gallery.shot("waiting-called")
    gallery.turn(waiting=[], short=False)
    gallery.window.waiting_watch.look()
    gallery.settle()
