from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from counter_app.application.views import ClassOffer, RunOffer
from counter_app.domain.money import Money
from counter_app.texts import Texts
from tests.ui import fake_sale
from ui.presenters.offers import Filter, Offers, Sort, run_times

NOW = datetime(2026, 12, 1, tzinfo=UTC)
T = Texts(Path("/nonexistent"))


def run(service: str, hour: int, minutes: int, **free: int) -> RunOffer:
    made = fake_sale.offers("CWQ", "GZQ", NOW.date(), NOW)[0]
    depart = NOW.replace(hour=hour)
    classes = tuple(
        ClassOffer(travel_class=name, fare=Money(1000 * (i + 1), "CNY"), free=count, reserved=True)
        for i, (name, count) in enumerate(free.items())
    )
    return replace(made, service=service, depart=depart, arrive=depart + timedelta(minutes=minutes), classes=classes)


def test_sorts_are_what_they_say() -> None:
    """Lost otherwise: "the quickest, please" answered with the earliest."""
    offers = Offers([run("K1", 8, 300, hard_seat=5), run("G1", 9, 90, second=5), run("G2", 7, 500, second=0, first=9)])
    order = {}
    for _ in Sort:
        order[offers.sort] = [r.service for r in offers.shown()]
        offers.next_sort()
    assert order[Sort.DEPARTURE] == ["G2", "K1", "G1"]
    assert order[Sort.ARRIVAL] == ["G1", "K1", "G2"]
    assert order[Sort.DURATION] == ["G1", "K1", "G2"]
    assert order[Sort.FARE] == ["K1", "G1", "G2"]  # G2's cheap class is sold out


def test_filters_look_at_the_whole_party() -> None:
    """Lost otherwise: trains offered to five that have four places."""
    offers = Offers([run("G1", 8, 90, second=4), run("K2", 9, 90, hard_seat=9)], count=5)
    offers.next_filter()
    assert offers.filter is Filter.WITH_PLACES
    assert [r.service for r in offers.shown()] == ["K2"]
    offers.next_filter()
    assert [r.service for r in offers.shown()] == ["G1"]


def test_columns_stand_in_the_order_of_the_railway_and_strangers_come_last() -> None:
    """Lost otherwise: a list that reads differently for every pair of stations."""
    offers = Offers([run("K1", 8, 9, hard_seat=1, zebra=1, hard_sleeper_lower=1), run("G1", 8, 9, second=1)])
    assert offers.classes() == ["second", "hard_sleeper_lower", "hard_seat", "zebra"]


def test_an_unknown_fare_is_not_for_sale() -> None:
    """Lost otherwise: a ticket for nothing."""
    made = run("G1", 8, 9, business=5)
    made = replace(made, classes=(replace(made.classes[0], fare=None),))
    cell = Offers([made]).cell(made, "business", T)
    assert cell is not None
    assert not cell.sellable
    assert cell.fare == "—"


def test_a_wanted_sleeper_is_a_deck_that_has_room() -> None:
    """Lost otherwise: "hard sleeper" answered with a deck that is sold out."""
    made = run("K1", 8, 9, hard_sleeper_upper=3, hard_sleeper_middle=2, hard_sleeper_lower=0)
    assert Offers([made]).best_class(made, "hard_sleeper") == "hard_sleeper_middle"
    assert Offers([made], count=9).best_class(made, "hard_sleeper") == "hard_sleeper_lower"
    assert Offers([made]).best_class(made, "first") == "hard_sleeper_upper"


def test_an_arrival_on_a_later_day_says_so() -> None:
    """Lost otherwise: a passenger who expects to arrive before she has left."""
    assert run_times(run("Z1", 22, 600, second=1)) == ("22:00", "08:00 +1")


def test_without_the_line_only_what_is_held_here_can_be_sold() -> None:
    """A clerk never promises a place that she cannot sell: what is not held is shown, greyed, with the reason."""
    made = run("G1", 8, 90, first=9, second=200)
    held = replace(made, classes=tuple(replace(c, leased=3 if c.travel_class == "second" else 0) for c in made.classes))
    online, without = Offers([held], count=2), Offers([held], count=2, by_lease=True)
    cells = {name: without.cell(held, name, T) for name in ("first", "second")}
    assert [(cell.free, cell.sellable) for cell in cells.values() if cell] == [("not held", False), ("here 3", True)]
    assert without.best_class(held, None) == "second"
    second = online.cell(held, "second", T)
    assert second is not None
    assert (second.free, second.sellable) == ("200", True)
    without.count = 4
    assert not any(without.sellable(held, offer) for offer in held.classes)


def test_a_class_of_which_nothing_is_known_is_not_sold_without_the_line() -> None:
    """No word of the allotment is not a yes."""
    made = run("G1", 8, 90, second=200)
    cell = Offers([made], by_lease=True).cell(made, "second", T)
    assert cell is not None
    assert not cell.sellable
