"""Small trains for tests of places: made here, not taken from any feed."""

from __future__ import annotations

from counter_app.domain.coaches import Coach, Formation, Place, Section

POSITIONS = {
    "ABCDF": ("window", "middle", "aisle", "aisle", "window"),
    "ACDF": ("window", "aisle", "aisle", "window"),
    "ACF": ("window", "aisle", "window"),
    "AC": ("window", "aisle"),
}


def seats(rows: int, columns: str = "ABCDF", travel_class: str = "second", *, start: int = 1) -> Section:
    return Section(
        coach_type=f"{columns}{rows}",
        travel_class=travel_class,
        description="",
        places=tuple(
            Place(label=f"{row:02d}{column}", row=str(row), column=column, kind="seat", position=position)
            for row in range(start, start + rows)
            for column, position in zip(columns, POSITIONS[columns], strict=True)
        ),
    )


def berths(bays: int, decks: str = "UML", travel_class: str = "hard_sleeper") -> Section:
    kinds = {"U": "berth_upper", "M": "berth_middle", "L": "berth_lower"}
    return Section(
        coach_type=f"{decks}{bays}",
        travel_class=travel_class,
        description="",
        places=tuple(
            Place(
                label=f"{2 * bay + side + 1:02d}{deck}",
                row=str(bay + 1),
                column="AB"[side],
                kind=kinds[deck],
                position="none",
            )
            for bay in range(bays)
            for side in range(2)
            for deck in decks
        ),
    )


def dining() -> Section:
    return Section(coach_type="CA", travel_class="none", description="dining coach", places=())


def train(*coaches: Section | tuple[Section, ...]) -> Formation:
    return Formation(
        formation_id="test",
        coaches=tuple(
            Coach(number=str(i + 1), sections=sections if isinstance(sections, tuple) else (sections,))
            for i, sections in enumerate(coaches)
        ),
    )
