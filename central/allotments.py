"""How much windows may hold for an outage: rules by station and class, set by an administrator."""

from __future__ import annotations

import re
from dataclasses import asdict, astuple, dataclass
from typing import Any, Final

from central.acts import ActKind, Acts
from central.feed import News, publish
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import OPERATOR_SHARD, FeedKind

EVERY: Final = "*"
RULES_MAX: Final = 2_000
_STATION: Final = re.compile(r"\*|[A-Z0-9]{1,5}")
_BOUNDS: Final = {
    "per_window": (0, 2_000),
    "hours_ahead": (1, 24 * 60),
    "share_permille": (0, 1_000),
    "valid_minutes": (5, 60 * 24 * 31),
    "guard_s": (0, 3_600),
}
_NAMES: Final = ("station_code", "travel_class", *_BOUNDS)
_READ: Final = (
    "SELECT station_code, travel_class, per_window, hours_ahead, share_permille, valid_minutes, guard_s"
    " FROM allotment_policy"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllotmentRule:
    """For one station and class, or ``*``: the narrower rule wins. ``per_window``: places per run, class and window;

    ``share_permille``: at most so much of what is free.
    """

    station_code: str
    travel_class: str
    per_window: int
    hours_ahead: int
    share_permille: int
    valid_minutes: int
    guard_s: int


def set_allotment_rule(connection: Connection, services: Services, by: Actor, rule: AllotmentRule) -> None:
    """In the place of the one for the same station and class. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
    demand(by, Right.MANAGE)
    if not _STATION.fullmatch(rule.station_code):
        raise Refusal(Reason.BAD_INPUT, field="station")
    if not rule.travel_class or len(rule.travel_class) > 60 or not rule.travel_class.isprintable():
        raise Refusal(Reason.BAD_INPUT, field="class")
    fields = asdict(rule)
    for name, (low, high) in _BOUNDS.items():
        if not low <= fields[name] <= high:
            raise Refusal(Reason.BAD_INPUT, field=name)

    def work(tx: Tx) -> None:
        tx.run("LOCK TABLE allotment_policy IN SHARE ROW EXCLUSIVE MODE")
        write_rule(tx, rule)
        rules = _rules(tx)
        if len(rules) > RULES_MAX:
            raise Refusal(Reason.BAD_INPUT, field="rules")
        Acts(services).append(tx, ActKind.ALLOTMENT_RULE_SET, dict(fields), by=by)
        publish(tx, OPERATOR_SHARD, [News(kind=FeedKind.ALLOTMENT_POLICY, key="allotment", body=_told(rules))])

    in_transaction(connection, work)


def write_rule(tx: Tx, rule: AllotmentRule) -> None:
    """The row alone: nobody is asked, and nobody told."""
    tx.run(
        "INSERT INTO allotment_policy (station_code, travel_class, per_window, hours_ahead, share_permille,"
        " valid_minutes, guard_s) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (station_code, travel_class) DO UPDATE SET per_window = excluded.per_window,"
        " hours_ahead = excluded.hours_ahead, share_permille = excluded.share_permille,"
        " valid_minutes = excluded.valid_minutes, guard_s = excluded.guard_s",
        astuple(rule),
    )


def allotment_rules(connection: Connection) -> list[AllotmentRule]:
    return _rules(Tx(connection))


def rules_for(tx: Tx, station_code: str) -> list[AllotmentRule]:
    """The station's own, then everybody's."""
    rows = tx.rows(f"{_READ} WHERE station_code IN (%s, %s) ORDER BY station_code = %s", (station_code, EVERY, EVERY))
    return [_rule(row) for row in rows]


def _rules(tx: Tx) -> list[AllotmentRule]:
    return [_rule(row) for row in tx.rows(f"{_READ} ORDER BY station_code, travel_class")]


def _rule(row: tuple[Any, ...]) -> AllotmentRule:
    return AllotmentRule(**dict(zip(_NAMES, row, strict=True)))


def _told(rules: list[AllotmentRule]) -> dict[str, Json]:
    """What a counter asks for at most (``hours``, ``per_class``, ``classes``); what it gets is decided here."""
    classes: dict[str, Json] = {}
    for rule in rules:
        if rule.travel_class != EVERY:
            known = classes.get(rule.travel_class, 0)
            assert isinstance(known, int)
            classes[rule.travel_class] = max(known, rule.per_window)
    return {
        "hours": max(rule.hours_ahead for rule in rules),
        "per_class": max((rule.per_window for rule in rules if rule.travel_class == EVERY), default=0),
        "classes": classes,
        "rules": [dict(asdict(rule)) for rule in rules],
    }
