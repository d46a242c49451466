"""Places kept for long journeys: who sets them, and what is refused. What they do: ``stock/test_feed_and_search``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from central.acts import list_acts
from central.quotas import QuotaRule, drop_quota, quotas, set_quota
from counter_app.domain.staff import SYSTEM, Role
from counter_app.errors import Reason, Refusal
from tests.unit.central.office import Office

RULE = QuotaRule(
    trip_id="*", travel_class="second", kept=40, minimum_legs=3, origins=("A", "B"), released_minutes=1_440
)


def test_is_set_listed_and_dropped_with_a_name_on_it(office: Office) -> None:
    """A train that fills with short hops could be helped only in the database itself."""
    first = set_quota(office.connection, office.services, SYSTEM, RULE)
    second = set_quota(office.connection, office.services, SYSTEM, replace(RULE, trip_id="G1", origins=()))
    assert dict(quotas(office.connection)) == {first: RULE, second: replace(RULE, trip_id="G1", origins=())}
    drop_quota(office.connection, office.services, SYSTEM, first)
    assert [one for one, _ in quotas(office.connection)] == [second]
    dropped, made, _ = list_acts(office.connection, limit=3)
    assert (dropped.kind, dropped.body) == ("quota_dropped", {"quota_id": str(first)})
    assert (made.kind, made.body["trip_id"], made.body["kept"]) == ("quota_set", "G1", 40)
    with pytest.raises(Refusal) as found:
        drop_quota(office.connection, office.services, SYSTEM, first)
    assert found.value.facts == {"field": "quota"}


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("trip", replace(RULE, trip_id="")),
        ("class", replace(RULE, travel_class="*")),
        ("class", replace(RULE, travel_class="a\x00")),
        ("origin", replace(RULE, origins=("",))),
        ("origin", replace(RULE, origins=("A",) * 101)),
        ("kept", replace(RULE, kept=0)),
        ("minimum_legs", replace(RULE, minimum_legs=0)),
        ("released_minutes", replace(RULE, released_minutes=-1)),
    ],
)
def test_bad_input(office: Office, field: str, rule: QuotaRule) -> None:
    with pytest.raises(Refusal) as found:
        set_quota(office.connection, office.services, SYSTEM, rule)
    assert found.value.facts == {"field": field}
    assert quotas(office.connection) == []


def test_there_is_an_end_to_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every claim reads them all: thousands would slow every sale down."""
    monkeypatch.setattr("central.quotas.QUOTAS_MAX", 1)
    set_quota(office.connection, office.services, SYSTEM, RULE)
    with pytest.raises(Refusal) as found:
        set_quota(office.connection, office.services, SYSTEM, RULE)
    assert found.value.facts == {"field": "quotas"}


def test_needs_an_administrator(office: Office) -> None:
    supervisor = office.person("super", Role.SUPERVISOR)
    some = set_quota(office.connection, office.services, SYSTEM, RULE)
    for act in (
        lambda: set_quota(office.connection, office.services, supervisor, RULE),
        lambda: drop_quota(office.connection, office.services, supervisor, some),
    ):
        with pytest.raises(Refusal) as found:
            act()
        assert found.value.reason is Reason.NOT_ALLOWED
