"""What the customer sees, on two lines of twenty and on a second monitor: one value feeds both. No Qt.

Screens set a :class:`CustomerView` (``shell.show_customer``); nothing of the clerk's side is in it, names are masked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from counter_app.application.views import PassengerInput, RunOffer
from counter_app.domain.money import MINOR_DIGITS, Money
from counter_app.domain.passengers import mask_name
from counter_app.domain.stations import Station
from counter_app.texts import Texts, mark
from ui.presenters import words

COLUMNS: Final = 20
PASSENGERS_MAX: Final = 6  # more are counted
THANKS_MS: Final = 8_000  # how long what was paid stays when the clerk goes on at once


class CustomerStage(StrEnum):
    CLOSED = "closed"
    IDLE = "idle"
    ITINERARY = "itinerary"  # read back, before money
    PAYING = "paying"
    PAID = "paid"


class WaitingFor(StrEnum):
    """What the customer is asked to do."""

    NOTHING = ""
    CARD = "card"
    CODE = "code"
    PATIENCE = "patience"  # the answer is not there yet: nothing is to be paid again


ASKED: Final = {
    WaitingFor.CARD: mark("Please follow the card terminal"),
    WaitingFor.CODE: mark("Please show your payment code"),
    WaitingFor.PATIENCE: mark("One moment, please: the payment is being checked"),
}
_ASKED_SHORT: Final = {
    WaitingFor.CARD: mark("SEE CARD TERMINAL"),
    WaitingFor.CODE: mark("SHOW PAYMENT CODE"),
    WaitingFor.PATIENCE: mark("ONE MOMENT PLEASE"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    service: str
    origin: Station
    destination: Station
    depart: datetime  # each in its station's zone
    arrive: datetime
    travel_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """``due``: still to be paid; ``received``: so far, over all tenders; ``change``: goes back to the customer."""

    stage: CustomerStage
    journey: Journey | None = None
    passengers: tuple[tuple[str, str], ...] = ()  # type, masked name
    count: int = 0
    total: Money | None = None
    due: Money | None = None
    received: Money | None = None
    change: Money | None = None
    waiting_for: WaitingFor = WaitingFor.NOTHING


CLOSED: Final = CustomerView(stage=CustomerStage.CLOSED)
IDLE: Final = CustomerView(stage=CustomerStage.IDLE)


def itinerary(
    offer: RunOffer,
    travel_class: str,
    count: int,
    passengers: Sequence[PassengerInput] = (),
    total: Money | None = None,
) -> CustomerView:
    return CustomerView(
        stage=CustomerStage.ITINERARY,
        journey=_journey(offer, travel_class),
        passengers=_people(passengers),
        count=count,
        total=total,
    )


def paying(
    offer: RunOffer,
    travel_class: str,
    passengers: Sequence[PassengerInput],
    total: Money,
    *,
    received: Money | None = None,
    waiting_for: WaitingFor = WaitingFor.NOTHING,
) -> CustomerView:
    """``received`` more than ``total``: the rest is change."""
    zero = Money(0, total.currency)
    paid = received or zero
    return CustomerView(
        stage=CustomerStage.PAYING,
        journey=_journey(offer, travel_class),
        passengers=_people(passengers),
        count=len(passengers),
        total=total,
        due=total - paid if paid < total else zero,
        received=received,
        change=paid - total if total < paid else None,
        waiting_for=waiting_for,
    )


def paid(
    offer: RunOffer,
    travel_class: str,
    passengers: Sequence[PassengerInput],
    total: Money,
    *,
    received: Money,
    change: Money,
) -> CustomerView:
    return CustomerView(
        stage=CustomerStage.PAID,
        journey=_journey(offer, travel_class),
        passengers=_people(passengers),
        count=len(passengers),
        total=total,
        received=received,
        change=change,
    )


class CustomerSide:
    """Which view is shown when: what was paid stays a moment, unless the next itinerary comes."""

    def __init__(self) -> None:
        self.view = CLOSED
        self._next: CustomerView | None = None
        self._until_ms = 0

    def show(self, view: CustomerView, now_ms: int) -> bool:
        """Whether what is shown changed."""
        if view.stage is CustomerStage.IDLE and self.view.stage is CustomerStage.PAID and now_ms < self._until_ms:
            self._next = view
            return False
        self._next = None
        if view == self.view:
            return False
        if view.stage is CustomerStage.PAID and self.view.stage is not CustomerStage.PAID:
            self._until_ms = now_ms + THANKS_MS
        self.view = view
        return True

    def second(self, now_ms: int) -> bool:
        """Called once a second: whether what is shown changed."""
        if self._next is None or now_ms < self._until_ms:
            return False
        self.view, self._next = self._next, None
        return True


# ---- words
def latin_name(station: Station) -> str:
    return station.english or station.pinyin.capitalize() or station.name


def station_name(station: Station, t: Texts) -> str:
    return station.name if t.language == "zh" else latin_name(station)


def two_lines(view: CustomerView, t: Texts, *, now: datetime, station: str) -> tuple[str, str]:
    """At most twenty columns each, a Chinese character being two. A sum is never cut. ``now``: in the window's zone."""
    match view.stage:
        case CustomerStage.CLOSED:
            return _cut(t("WINDOW CLOSED")), _cut(t("NEXT WINDOW PLEASE"))
        case CustomerStage.IDLE:
            return _cut(station), _cut(f"{now:%Y-%m-%d}     {now:%H:%M}")
        case CustomerStage.ITINERARY:
            assert view.journey is not None
            if view.total is None:
                return _where(view.journey, t), _cut(f"{view.journey.depart:%m-%d %H:%M}")
            return _where(view.journey, t), _sum(t("TOTAL"), view.total)
        case CustomerStage.PAYING:
            assert view.due is not None
            if view.change is not None and view.total is not None:
                return _sum(t("TOTAL"), view.total), _sum(t("CHANGE"), view.change)
            second = (
                _cut(t(_ASKED_SHORT[view.waiting_for]))
                if view.waiting_for
                else _sum(t("RECEIVED"), view.received)
                if view.received
                else _where(view.journey, t)
                if view.journey
                else ""
            )
            return _sum(t("TO PAY"), view.due), second
        case CustomerStage.PAID:
            assert view.total is not None
            back = _sum(t("CHANGE"), view.change) if view.change else _cut(t("THANK YOU"))
            return _sum(t("PAID"), view.total), back


def people_lines(view: CustomerView, t: Texts) -> list[str]:
    """``Adult 张*``; the rest counted."""
    lines = [f"{words.passenger_type(kind, t)}  {name}".strip() for kind, name in view.passengers[:PASSENGERS_MAX]]
    more = len(view.passengers) - PASSENGERS_MAX
    return [*lines, t("and {n} more", n=more)] if more > 0 else lines


def times(journey: Journey, t: Texts) -> tuple[str, str, str]:
    """Day, departure, arrival (``+1``: on a later day)."""
    days = (journey.arrive.date() - journey.depart.date()).days
    later = f" +{days}" if days else ""
    return words.day(journey.depart.date(), t), f"{journey.depart:%H:%M}", f"{journey.arrive:%H:%M}{later}"


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _journey(offer: RunOffer, travel_class: str) -> Journey:
    return Journey(
        service=offer.service,
        origin=offer.origin,
        destination=offer.destination,
        depart=offer.depart,
        arrive=offer.arrive,
        travel_class=travel_class,
    )


def _people(passengers: Sequence[PassengerInput]) -> tuple[tuple[str, str], ...]:
    return tuple((one.passenger_type, mask_name(one.name.strip())) for one in passengers)


def _where(journey: Journey, t: Texts) -> str:
    return _cut(f"{journey.service} {t('TO')} {station_name(journey.destination, t)}")


def _sum(label: str, amount: Money) -> str:
    """The label on the left, the sum on the right; where both do not fit the label gives way, then the currency."""
    digits = MINOR_DIGITS[amount.currency]
    whole, part = divmod(abs(amount.minor), 10**digits)
    plain = ("-" if amount.minor < 0 else "") + (f"{whole}.{part:0{digits}d}" if digits else str(whole))
    full = f"{amount.currency} {plain}"
    for left, right in ((label, full), (label, plain), ("", full)):
        if width(left) + bool(left) + len(right) <= COLUMNS:
            return left + " " * (COLUMNS - width(left) - len(right)) + right
    return plain[:COLUMNS]


def _cut(text: str) -> str:
    out, room = "", COLUMNS
    for char in text:
        room -= width(char)
        if room < 0:
            break
        out += char
    return out.rstrip()
