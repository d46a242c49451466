"""What a train is made of: places in coaches in a formation. Only values; the geometry for painting is derived."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A seat or berth. ``row`` is the bay or compartment of a berth; ``column`` its side."""

    label: str  # "12A", "03M": unique within its coach
    row: str
    column: str
    kind: str  # seat | berth_upper | berth_middle | berth_lower
    position: str  # window | middle | aisle | none


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A coach, or the part of one that is of one travel class. ``travel_class`` "none" has no places (dining)."""

    coach_type: str
    travel_class: str
    description: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    number: str  # as painted on the coach: "05"
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formation:
    formation_id: str
    coaches: tuple[Coach, ...]


@dataclass(frozen=True, slots=True, order=True)
class PlaceRef:
    """One place of one run's formation. As text ``05/12A``: the key under which stock is kept, stable across issues."""

    coach: str
    label: str

    def __str__(self) -> str:
        return f"{self.coach}/{self.label}"

    @classmethod
    def parse(cls, text: str) -> PlaceRef:
        coach, slash, label = text.partition("/")
        if not slash or not coach or not label:
            raise ValueError(text)
        return cls(coach, label)


def fare_class(travel_class: str, kind: str) -> str:
    """The class that a place is priced and sold in: ``second``, ``hard_sleeper_middle``."""
    return f"{travel_class}_{kind.removeprefix('berth_')}" if kind.startswith("berth_") else travel_class
