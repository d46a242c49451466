"""Best fit among a thousand places over sixty legs, at several loads: the choice that stands between key and seat."""

from __future__ import annotations

import random
from time import perf_counter_ns

from benchmarks.result import Context, Result, percentile
from counter_app.domain.bestfit import best_fit
from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.places import LegBitmaps, PlaceTable

COACHES, ROWS, LEGS = 10, 20, 60
LOADS = (0.0, 0.2, 0.5, 0.8)
COLUMNS = {"A": "window", "B": "middle", "C": "aisle", "D": "aisle", "F": "window"}


def run(context: Context) -> list[Result]:
    table = PlaceTable(_formation())
    rounds = 100 if context.quick else 2_000
    ones: list[float] = []
    parties: list[float] = []
    for load in LOADS:
        stock, rng = _loaded(table, load)
        for _ in range(rounds):
            board, alight = _journey(rng)
            ones.append(_one_us(stock, table, board, alight, 1))
            parties.append(_one_us(stock, table, board, alight, rng.randint(2, 6)))
    note = f"{table.count} places, {LEGS} legs, loads {', '.join(f'{load:.0%}' for load in LOADS)}, {len(ones)} choices"
    return [
        Result(name="best fit, one place, mean", value=sum(ones) / len(ones), unit="µs", goal=50, note=note),
        Result(name="best fit, one place, p99", value=percentile(ones, 99), unit="µs", goal=50),
        Result(
            name="best fit, one place, worst", value=max(ones), unit="µs", note="with whatever else the machine did"
        ),
        Result(name="best fit, party of 2 to 6, mean", value=sum(parties) / len(parties), unit="µs", goal=300),
        Result(name="best fit, party of 2 to 6, p99", value=percentile(parties, 99), unit="µs", goal=300),
        Result(name="best fit, party of 2 to 6, worst", value=max(parties), unit="µs"),
    ]


def _formation() -> Formation:
    places = tuple(
        Place(label=f"{row:02d}{column}", row=str(row), column=column, kind="seat", position=position)
        for row in range(1, ROWS + 1)
        for column, position in COLUMNS.items()
    )
    section = Section(coach_type="ZE100", travel_class="second", description="", places=places)
    coaches = tuple(Coach(number=f"{i + 1:02d}", sections=(section,)) for i in range(COACHES))
    return Formation(formation_id="bench", coaches=coaches)


def _journey(rng: random.Random) -> tuple[int, int]:
    board = rng.randrange(LEGS)
    return board, min(LEGS, board + 1 + int(rng.expovariate(1 / 12)))


def _loaded(table: PlaceTable, load: float) -> tuple[LegBitmaps, random.Random]:
    """Random journeys on random places until ``load`` of all cells is taken."""
    rng = random.Random(20261201)
    stock = LegBitmaps(table.count, LEGS)
    cells = 0
    while cells < load * table.count * LEGS:
        board, alight = _journey(rng)
        place = rng.randrange(table.count)
        if stock.is_free(place, board, alight):
            stock.take(1 << place, board, alight)
            cells += alight - board
    return stock, rng


def _one_us(stock: LegBitmaps, table: PlaceTable, board: int, alight: int, count: int) -> float:
    window = table.preference("window")
    start_ns = perf_counter_ns()
    best_fit(stock, table, board, alight, count, candidates=table.by_class["second"], preferences=(window,))
    return (perf_counter_ns() - start_ns) / 1e3
