from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.coaches import Coach, Formation, Place, Section
from counter_app.domain.tariff import (
    CLASS_ORDER,
    Band,
    DistanceTariff,
    Fare,
    FareRule,
    capacities,
    cheapest_fare,
    class_fares,
    class_rank,
    cumulative_fares,
    great_circle_m,
)
from counter_app.domain.timetable import Call, Span, Trip


def trip(fares: dict[str, tuple[int | None, ...]], calls: int = 4, formation: str | None = None) -> Trip:
    return Trip(
        trip_id="T1",
        service="G1",
        route_id="G",
        route_type=2,
        zone="Asia/Shanghai",
        operator="X",
        headsign="",
        calls=tuple(
            Call(stop_id=f"S{at}", station_id=f"S{at}", arrive_s=at * 600, depart_s=at * 600 + 60)
            for at in range(calls)
        ),
        pattern_version="v",
        formation_id=formation,
        currency="CNY",
        cumulative_fares=fares,
    )


def test_a_fare_is_the_difference_and_unknown_if_either_end_is() -> None:
    """Unknown is not free: decisions 16."""
    found = trip({"second": (0, 1000, None, 2500), "first": (0, None, 3000, 2900)})
    assert cumulative_fares(found, Span(0, 1)) == {"second": 1000, "first": None}
    assert cumulative_fares(found, Span(1, 3)) == {"second": 1500, "first": None}
    assert cumulative_fares(found, Span(1, 2)) == {"second": None, "first": None}
    assert cumulative_fares(found, Span(2, 3)) == {"second": None, "first": None}, "a fall is no price"


def test_the_cheapest_fare_that_applies_is_charged() -> None:
    """Another rule's price would be asked of every passenger of that pair."""
    fares = [
        Fare(fare_id="far", price_minor=900, currency="USD", rules=(FareRule(origin="1", destination="3"),)),
        Fare(fare_id="near", price_minor=300, currency="USD", rules=(FareRule(origin="1", destination="2"),)),
        Fare(fare_id="route", price_minor=700, currency="USD", rules=(FareRule(route_id="R"),)),
        Fare(fare_id="zones", price_minor=100, currency="USD", rules=(FareRule(contains=frozenset("12")),)),
        Fare(fare_id="other", price_minor=1, currency="USD", agency_id="B"),
    ]

    def price(route: str, start: str, end: str, passed: str) -> int | None:
        fare = cheapest_fare(
            fares, agency_id="A", route_id=route, origin=start, destination=end, passed=frozenset(passed)
        )
        return None if fare is None else fare.price_minor

    assert price("Q", "1", "3", "123") == 900
    assert price("R", "1", "3", "123") == 700
    assert price("Q", "1", "2", "12") == 100, "all its zones and no others are passed"
    assert price("Q", "1", "2", "123") == 300
    assert price("Q", "3", "1", "13") is None
    anywhere = Fare(fare_id="all", price_minor=50, currency="USD")
    assert (
        cheapest_fare([anywhere], agency_id="A", route_id="Q", origin="", destination="", passed=frozenset())
        == anywhere
    )


TARIFF = DistanceTariff(
    currency="CNY",
    bands=(Band(0, 46_000), Band(200, 36_000), Band(500, 20_500)),
    minimum_minor=100,
    step_minor=50,
    class_permille={"second": 1000, "first": 1600, "hard_sleeper": 2000, "hard_sleeper_lower": 2200},
)


def test_kilometres_cost_less_the_farther() -> None:
    """Worked by hand: 200 km at 0.46 yuan and 100 km at 0.36 are 128 yuan; first class 1.6 times that."""
    assert TARIFF.fare_minor(300_000, "second") == 12_800
    assert TARIFF.fare_minor(300_000, "first") == 20_500, "204.80, to the half yuan"
    assert TARIFF.fare_minor(1_000, "second") == 100, "the minimum"
    assert TARIFF.fare_minor(300_000, "business") is None, "a class without a factor has no price"
    assert TARIFF.fare_minor(300_000, "hard_sleeper_upper") == 25_600, "from the sleeper's"
    assert TARIFF.fare_minor(300_000, "hard_sleeper_lower") == 28_150


@given(
    distance=st.integers(0, 5_000_000),
    more=st.integers(0, 500_000),
    starts=st.lists(st.integers(1, 3_000), unique=True, max_size=4),
    rates=st.lists(st.integers(0, 90_000), min_size=5, max_size=5),
    factor=st.integers(1, 5_000),
    step=st.sampled_from([1, 5, 10, 50, 100]),
)
def test_kilometre_fares_are_exact_and_never_fall(
    distance: int, more: int, starts: list[int], rates: list[int], factor: int, step: int
) -> None:
    """A farther ride that is cheaper invites tickets beyond the stop; a rounding too early is a fen in every tenth."""
    bands = tuple(Band(start, rate) for start, rate in zip([0, *sorted(starts)], rates, strict=False))
    tariff = DistanceTariff(currency="CNY", bands=bands, step_minor=step, class_permille={"x": factor})
    exact = Fraction(0)
    for at, band in enumerate(bands):
        end = Fraction(bands[at + 1].from_km) if at + 1 < len(bands) else Fraction(distance)
        km = max(Fraction(0), min(Fraction(distance, 1000), end) - band.from_km)
        exact += km * Fraction(band.per_km_milli, 1000)
    exact *= Fraction(factor, 1000)
    fare = tariff.fare_minor(distance, "x")
    assert fare is not None
    assert fare % step == 0
    assert abs(fare - exact) <= Fraction(step, 2)
    farther = tariff.fare_minor(distance + more, "x")
    assert farther is not None
    assert farther >= fare


def test_straight_lines_over_the_earth() -> None:
    """Beijing to Shanghai is about 1,068 km as the crow flies; a degree of the equator 111.2."""
    assert great_circle_m([(39_904_200, 116_407_400), (31_230_400, 121_473_700)]) == pytest.approx(1_067_300, rel=0.002)
    assert great_circle_m([(0, 0), (0, 1_000_000)]) == pytest.approx(111_195, abs=10)
    assert great_circle_m([(0, 179_500_000), (0, -179_500_000)]) == pytest.approx(111_195, abs=10)
    assert great_circle_m([(5, 5)]) == 0


def test_classes_are_priced_by_the_feed_then_by_the_kilometre() -> None:
    """A feed with fares must never be mixed with a tariff of ours: two prices for one train."""
    assert class_fares(["second"], {"second": 100}, tariff=TARIFF, distance_m=300_000) == {"second": 100}
    assert class_fares(["second", "first"], {"second": 100}, tariff=TARIFF, distance_m=300_000)["first"] is None
    assert class_fares(["second"], {"second": None}, tariff=TARIFF, distance_m=300_000) == {"second": None}
    assert class_fares(["first", "second"], {"standard": 7}, tariff=None, distance_m=None) == {"first": 7, "second": 7}
    assert class_fares(["second"], {}, tariff=TARIFF, distance_m=300_000) == {"second": 12_800}
    assert class_fares(["second"], {}, tariff=TARIFF, distance_m=None) == {"second": None}
    assert class_fares(["second"], {}, tariff=None, distance_m=300_000) == {"second": None}


def test_a_train_holds_what_its_coaches_hold() -> None:
    """Free places shown before the first sale are the whole train, berths by their deck."""

    def section(name: str, *kinds: str) -> Section:
        places = tuple(
            Place(label=f"{at}", row="1", column="A", kind=kind, position="none") for at, kind in enumerate(kinds)
        )
        return Section(coach_type="t", travel_class=name, description="", places=places)

    formation = Formation(
        formation_id="F",
        coaches=(
            Coach(number="1", sections=(section("second", "seat", "seat"), section("business", "seat"))),
            Coach(number="2", sections=(section("none"),)),
            Coach(number="3", sections=(section("hard_sleeper", "berth_lower", "berth_upper", "berth_upper"),)),
            Coach(number="4", sections=(section("second", "seat"),)),
        ),
    )
    found = capacities(formation, trip({}), 80)
    assert found == {"business": 1, "second": 3, "hard_sleeper_upper": 2, "hard_sleeper_lower": 1}
    assert list(found) == ["business", "second", "hard_sleeper_upper", "hard_sleeper_lower"]
    assert capacities(None, trip({}), 80) == {"standard": 80}
    assert capacities(None, trip({"second": (0, 1, 2, 3), "first": (0, 1, 2, 3)}), 80) == {"first": 80, "second": 80}


def test_classes_stand_from_the_best_to_the_plainest() -> None:
    """The clerk's eye goes to the same column in every line; a class from elsewhere has a place too."""
    mixed = ["no_seat", "hard_seat", "sky_lounge", "business", "second"]
    assert sorted(mixed, key=class_rank) == ["business", "second", "hard_seat", "sky_lounge", "no_seat"]
    assert sorted(CLASS_ORDER, key=class_rank) == list(CLASS_ORDER)
