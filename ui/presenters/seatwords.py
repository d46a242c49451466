"""A place in words: for the accessible name, the tool tip and the line under the map."""

from __future__ import annotations

from counter_app.application.views import SpotState
from counter_app.domain.coaches import Place, PlaceRef
from counter_app.domain.money import Money
from counter_app.texts import Texts, mark
from ui.presenters import words

STATES = {
    SpotState.FREE: mark("Free"),
    SpotState.PART: mark("Free here, sold elsewhere on the way"),
    SpotState.OURS: mark("In this sale"),
    SpotState.HELD: mark("Held by another sale"),
    SpotState.SOLD: mark("Sold"),
    SpotState.BLOCKED: mark("Not sold here"),
}
LEGEND = {
    SpotState.FREE: mark("Free"),
    SpotState.PART: mark("Part of the way sold"),
    SpotState.OURS: mark("This sale"),
    SpotState.HELD: mark("Held elsewhere"),
    SpotState.SOLD: mark("Sold"),
    SpotState.BLOCKED: mark("Not sold here"),
}
POSITIONS = {"window": mark("window"), "aisle": mark("aisle"), "middle": mark("middle")}
DECKS = {
    "berth_upper": mark("upper berth"),
    "berth_middle": mark("middle berth"),
    "berth_lower": mark("lower berth"),
}
DECKS_SHORT = {"berth_upper": mark("Upper"), "berth_middle": mark("Middle"), "berth_lower": mark("Lower")}
_DECK_LETTERS = {"U": mark("upper"), "M": mark("middle"), "L": mark("lower")}


def place_name(label: str, kind: str | None, t: Texts) -> str:
    """``12A`` as it is; ``03L`` with a berth's kind as ``03 lower`` · ``03 下``."""
    if kind is not None and kind.startswith("berth_") and label[-1:] in _DECK_LETTERS and len(label) > 1:
        return f"{label[:-1]} {t(_DECK_LETTERS[label[-1]])}"
    return label


def ref_name(ref: PlaceRef, t: Texts, kind: str | None = None) -> str:
    """``Coach 05 · 12A`` · ``05车 12A``."""
    return t("Coach {coach} · {place}", coach=ref.coach, place=place_name(ref.label, kind, t))


def describe(ref: PlaceRef, place: Place, fare_class: str, state: SpotState, fare: Money | None, t: Texts) -> str:
    """``Coach 05 · 12A, window, second class, ¥553.00, free``."""
    parts = [ref_name(ref, t, place.kind)]
    if place.kind in DECKS and parts[0].endswith(place.label):  # the label does not say the deck
        parts.append(t(DECKS[place.kind]))
    if place.position in POSITIONS:
        parts.append(t(POSITIONS[place.position]))
    parts.append(words.travel_class(fare_class, t))
    parts.append(words.money(fare) if fare is not None else t("no fare"))
    parts.append(t(STATES[state]))
    return t(", ").join(parts)
