from __future__ import annotations

from collections.abc import Mapping

import pytest

from counter_app.application.views import PassengerInput, PassengerRule
from ui.presenters.passengers import PassengerForm

RULES = [
    PassengerRule(passenger_type="adult", sellable=True, needs_document=True, needs_name=True, fare=None),
    PassengerRule(passenger_type="child", sellable=True, needs_document=False, needs_name=True, fare=None),
    PassengerRule(passenger_type="student", sellable=False, needs_document=True, needs_name=True, fare=None),
]
ID = "430102199003070012"


def form(
    count: int = 2, said: Mapping[str, int] | None = None, before: tuple[PassengerInput, ...] = ()
) -> PassengerForm:
    return PassengerForm(count, said or {}, RULES, before)


def test_types_come_from_the_line_and_the_rest_are_adults() -> None:
    """Lost otherwise: a family typed in twice."""
    assert [line.passenger_type for line in form(3, {"adult": 1, "child": 1}).lines] == ["adult", "child", "adult"]


def test_what_is_missing_is_named_in_the_order_of_the_form() -> None:
    """Lost otherwise: a clerk who searches for what the program wants."""
    made = form()
    assert made.first_open() == (0, "name")
    made.put(0, name="王小明")
    assert made.first_open() == (0, "document")
    made.put(0, document=ID)
    made.put(1, passenger_type="child", name="王小小")
    assert made.complete
    assert made.first_open() is None


def test_the_same_document_twice_is_seen_before_it_is_asked() -> None:
    """Lost otherwise: two tickets of one person on one train."""
    made = form()
    for line in range(2):
        made.put(line, name="x", document=f" {ID[:6]} {ID[6:]} " if line else ID)
    assert made.state(0).problem == "same_document_twice"
    assert made.state(1).problem == "same_document_twice"


@pytest.mark.parametrize("place", range(1, 18))
def test_one_wrong_digit_of_an_identity_card_is_seen(place: int) -> None:
    """Lost otherwise: a number that belongs to nobody, or to somebody else."""
    wrong = ID[:place] + str((int(ID[place]) + 1) % 10) + ID[place + 1 :]
    made = form(1)
    made.put(0, name="x", document=wrong)
    assert made.state(0).problem == "bad_document"


def test_a_check_character_of_x_in_either_case() -> None:
    """Lost otherwise: every eleventh passenger."""
    made = form(1)
    made.put(0, name="x", document="11010519491231002x")
    assert made.complete
    assert made.inputs()[0].document == "11010519491231002X"


def test_other_documents_are_left_to_the_policy() -> None:
    """Lost otherwise: foreigners."""
    made = form(1)
    made.put(0, name="Ana", document="e12345678")
    assert made.complete


def test_a_type_that_is_not_sold_here_is_said() -> None:
    """Lost otherwise: a student's fare on a class that has none."""
    made = form(1, {"student": 1})
    assert made.state(0).field == "type"
    assert made.types == ["adult", "child"]


def test_names_stay_when_the_places_change() -> None:
    """Lost otherwise: names typed again for each other train."""
    before = (PassengerInput(name="王小明", document=ID),)
    made = form(2, {}, before)
    assert [line.name for line in made.lines] == ["王小明", ""]
    assert [line.name for line in form(1, {}, (*before, *before)).lines] == ["王小明"]


@pytest.mark.parametrize("typed", range(1, 18))
def test_an_unfinished_identity_number_never_passes_as_something_else(typed: int) -> None:
    """Lost otherwise: a ticket on half a number, which the gate turns away."""
    made = form(1)
    made.put(0, name="x", document=ID[:typed])
    assert made.state(0).problem == "bad_document"
    assert made.state(0).typed == typed
    assert made.document_type(0) == "cn_id"


def test_the_clerks_word_on_the_document_wins() -> None:
    """Lost otherwise: passports that are digits alone."""
    made = form(1)
    made.put(0, name="x", document="123456789", document_type="passport")
    assert made.complete
    assert made.inputs()[0].document_type == "passport"


def test_what_the_number_told_is_no_choice_of_the_clerk() -> None:
    """Lost otherwise: an identity card's rule over a passport that replaced it after another place was taken."""
    made = form(1)
    made.put(0, name="x", document=ID)
    again = form(1, before=made.inputs())
    again.put(0, document="E12345678")
    assert again.document_type(0) == "passport"
    chosen = form(1)
    chosen.put(0, name="x", document="123456789", document_type="passport")
    assert form(1, before=chosen.inputs()).document_type(0) == "passport"
