"""Rules of how much windows may hold for an outage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from central.acts import list_acts
from central.allotments import AllotmentRule, allotment_rules, set_allotment_rule
from counter_app.application.top_up_leases import allotting
from counter_app.domain.staff import SYSTEM, Role
from counter_app.errors import Reason, Refusal
from tests.unit.central.office import Office

RULE = AllotmentRule(
    station_code="*",
    travel_class="*",
    per_window=8,
    hours_ahead=24,
    share_permille=200,
    valid_minutes=1_440,
    guard_s=120,
)


def test_every_counter_hears_of_the_rules(office: Office) -> None:
    """Windows would ask for what they are never given, or not ask at all."""
    window = office.window()
    set_allotment_rule(office.connection, office.services, SYSTEM, RULE)
    set_allotment_rule(office.connection, office.services, SYSTEM, replace(RULE, per_window=4, hours_ahead=12))
    station = replace(RULE, station_code="CSQ", travel_class="first", per_window=2, hours_ahead=48)
    set_allotment_rule(office.connection, office.services, SYSTEM, station)
    assert [one.per_window for one in allotment_rules(office.connection)] == [4, 2], "a rule replaces its like"
    (item,) = (one for one in office.page(window, "operator").items if one.kind == "allotment_policy")
    assert item.key == "allotment"
    asked = allotting(item.body)
    assert (asked.hours_ahead, asked.per_class, dict(asked.classes)) == (48, 4, {"first": 2})
    (act,) = list_acts(office.connection, limit=1)
    assert (act.kind, act.body["station_code"]) == ("allotment_rule_set", "CSQ")


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("station", replace(RULE, station_code="csq")),
        ("class", replace(RULE, travel_class="")),
        ("class", replace(RULE, travel_class="a\x00")),
        ("per_window", replace(RULE, per_window=-1)),
        ("hours_ahead", replace(RULE, hours_ahead=0)),
        ("share_permille", replace(RULE, share_permille=1_001)),
        ("valid_minutes", replace(RULE, valid_minutes=4)),
        ("guard_s", replace(RULE, guard_s=3_601)),
    ],
)
def test_bad_input(office: Office, field: str, rule: AllotmentRule) -> None:
    with pytest.raises(Refusal) as found:
        set_allotment_rule(office.connection, office.services, SYSTEM, rule)
    assert found.value.facts == {"field": field}
    assert allotment_rules(office.connection) == []


def test_needs_an_administrator(office: Office) -> None:
    supervisor = office.person("super", Role.SUPERVISOR)
    with pytest.raises(Refusal) as found:
        set_allotment_rule(office.connection, office.services, supervisor, RULE)
    assert found.value.reason is Reason.NOT_ALLOWED
