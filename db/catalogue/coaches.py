"""coach_types.txt, coach_places.txt, formations.txt, trip_formations.txt: what a train is made of (our extension)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final

from db.catalogue import limits
from db.catalogue.source import Source
from db.catalogue.trips import LEFT_OUT, Trips

TYPES: Final = "coach_types.txt"
PLACES: Final = "coach_places.txt"
FORMATIONS: Final = "formations.txt"
TRIP_FORMATIONS: Final = "trip_formations.txt"
_KINDS: Final = {"seat", "berth_upper", "berth_middle", "berth_lower"}
_POSITIONS: Final = {"window", "middle", "aisle", "none"}
_NO_CLASS: Final = "none"  # a dining coach: it has a number and no places
_CODE_CHARS: Final = 40


@dataclass(slots=True)
class CoachType:
    n: int
    name: str
    travel_class: str
    description: str
    places: dict[str, tuple[str, str, str, str, str]] = field(default_factory=dict)  # by label, in order


@dataclass(slots=True)
class Coaches:
    """``of_trip``: trip n → formation n. ``fingerprints``: by formation n, what a seller depends on."""

    types: dict[str, CoachType] = field(default_factory=dict)
    formations: dict[str, dict[str, list[CoachType]]] = field(default_factory=dict)
    of_trip: dict[int, int] = field(default_factory=dict)

    def rows(self) -> list[tuple[int, str, str]]:
        """Of table formation."""
        return [(n, name, _coaches(coaches)) for n, (name, coaches) in enumerate(self.formations.items())]

    def fingerprints(self) -> list[bytes]:
        return [_fingerprint(coaches) for coaches in self.formations.values()]


def load_coaches(source: Source, trips: Trips) -> Coaches:
    coaches = Coaches()
    _read_types(source, coaches)
    _read_places(source, coaches)
    _read_formations(source, coaches)
    _read_trips(source, coaches, trips)
    return coaches


def _read_types(source: Source, coaches: Coaches) -> None:
    columns = ("coach_type", "travel_class", "description")
    for line, (name, travel_class, description) in source.bounded(
        TYPES, columns, required=columns[:2], at_most=limits.SMALL_ROWS
    ):
        if not name or not travel_class:
            source.faults.add(TYPES, line, "missing_value", "travel_class" if name else "coach_type")
        elif len(travel_class) > _CODE_CHARS:
            source.faults.add(TYPES, line, "text_too_long", name)
        elif name in coaches.types:
            source.faults.add(TYPES, line, "duplicate_id", name)
        else:
            kept = description[: limits.NAME_CHARS]
            coaches.types[name] = CoachType(len(coaches.types), name, travel_class, kept)


def _read_places(source: Source, coaches: Coaches) -> None:
    columns = ("coach_type", "place", "row", "column", "kind", "position")
    for line, (name, *place) in source.bounded(PLACES, columns, required=columns, at_most=limits.SMALL_ROWS):
        label, row, column, kind, position = place
        coach = coaches.types.get(name)
        if coach is None:
            fault, detail = "dangling_reference", f"coach type {name}"
        elif not label:
            fault, detail = "missing_value", "place"
        elif kind not in _KINDS:
            fault, detail = "bad_value", f"kind {kind}"
        elif position not in _POSITIONS:
            fault, detail = "bad_value", f"position {position}"
        elif coach.travel_class == _NO_CLASS:
            fault, detail = "bad_value", f"{name} has no class to sell {label} in"
        elif max(len(label), len(row), len(column)) > _CODE_CHARS:
            fault, detail = "text_too_long", f"{name} {label}"
        elif label in coach.places:
            fault, detail = "duplicate_place", f"{name} {label}"
        elif len(coach.places) >= limits.PLACES_A_COACH:
            fault, detail = "too_many_places", name
        else:
            coach.places[label] = (label, row, column, kind, position)
            continue
        source.faults.add(PLACES, line, fault, detail)


def _read_formations(source: Source, coaches: Coaches) -> None:
    """The key is all three columns: a coach of two classes is two rows, one for each section."""
    columns = ("formation_id", "coach_no", "coach_type")
    for line, (name, number, kind) in source.bounded(FORMATIONS, columns, required=columns, at_most=limits.SMALL_ROWS):
        train = coaches.formations.get(name, {})
        sections = train.get(number, [])
        coach = coaches.types.get(kind)
        if not name or not number:
            fault, detail = "missing_value", "coach_no" if name else "formation_id"
        elif coach is None:
            fault, detail = "dangling_reference", f"coach type {kind}"
        elif "/" in number or len(number) > _CODE_CHARS:
            fault, detail = "bad_value", f"coach_no {number}"  # a place is kept under the key "05/12A"
        elif coach in sections:
            fault, detail = "duplicate_id", f"{name} {number} {kind}"
        elif any(label in other.places for other in sections for label in coach.places):
            fault, detail = "duplicate_place", f"{name} {number} {kind}"
        elif len(train) >= limits.COACHES_A_TRAIN and number not in train:
            fault, detail = "too_many_coaches", name
        else:
            coaches.formations.setdefault(name, {}).setdefault(number, []).append(coach)
            continue
        source.faults.add(FORMATIONS, line, fault, detail)


def _read_trips(source: Source, coaches: Coaches, trips: Trips) -> None:
    """A trip whose formation is unknown stays: it sells unreserved capacity."""
    numbers = {name: n for n, name in enumerate(coaches.formations)}
    columns = ("trip_id", "formation_id")
    faults = source.faults
    seen: set[str] = set()
    for line, (trip_id, name) in source.bounded(TRIP_FORMATIONS, columns, required=columns, at_most=limits.TRIPS):
        trip_n = trips.index.get(trip_id)
        if trip_n is None:
            faults.add(TRIP_FORMATIONS, line, "dangling_reference", f"trip {trip_id}")
            continue
        formation_n = numbers.get(name)
        if formation_n is None:
            faults.add(TRIP_FORMATIONS, line, "dangling_reference", f"formation {name}")
        if trip_id in seen:
            faults.add(TRIP_FORMATIONS, line, "duplicate_id", trip_id)
        elif formation_n is not None and trip_n != LEFT_OUT:
            coaches.of_trip[trip_n] = formation_n
        seen.add(trip_id)


def _coaches(train: dict[str, list[CoachType]]) -> str:
    listed = [[number, [section.n for section in sections]] for number, sections in train.items()]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def _fingerprint(train: dict[str, list[CoachType]]) -> bytes:
    """Which places there are and what class each is of. Neither descriptions nor the order of the file count."""
    listed = sorted(
        (number, section.travel_class, *place)
        for number, sections in train.items()
        for section in sections
        for place in section.places.values()
    )
    return hashlib.sha256(json.dumps(listed, ensure_ascii=True).encode()).digest()
