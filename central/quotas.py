"""Places kept for long journeys, set by an administrator. What a quota does to a claim: ``central.stock.rules``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.journal import Json
from counter_app.domain.staff import Actor
from counter_app.errors import Reason, Refusal

EVERY: Final = "*"
QUOTAS_MAX: Final = 500  # each claim reads them all
_NAME_MAX: Final = 200
_ORIGINS_MAX: Final = 100
_BOUNDS: Final = {"kept": (1, 100_000), "minimum_legs": (1, 2_000), "released_minutes": (0, 60 * 24 * 60)}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRule:
    """``kept`` places of a class for journeys of at least ``minimum_legs`` from ``origins`` (station ids; empty: any),

    everybody's from ``released_minutes`` before the departure. ``trip_id`` may be ``*``.
    """

    trip_id: str
    travel_class: str
    kept: int
    minimum_legs: int
    origins: tuple[str, ...]
    released_minutes: int


def set_quota(connection: Connection, services: Services, by: Actor, rule: QuotaRule) -> UUID:
    """In force from the next claim on. Raises Refusal: NOT_ALLOWED, BAD_INPUT(field)."""
    demand(by, Right.MANAGE)
    _check(rule)
    quota_id = services.ids.new()

    def work(tx: Tx) -> UUID:
        tx.run("LOCK TABLE quota IN SHARE ROW EXCLUSIVE MODE")
        if tx.scalar("SELECT count(*) FROM quota") >= QUOTAS_MAX:
            raise Refusal(Reason.BAD_INPUT, field="quotas")
        tx.run(
            "INSERT INTO quota (quota_id, trip_id, travel_class, kept, minimum_legs, origins, released_minutes)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                quota_id,
                rule.trip_id,
                rule.travel_class,
                rule.kept,
                rule.minimum_legs,
                list(rule.origins),
                rule.released_minutes,
            ),
        )
        Acts(services).append(tx, ActKind.QUOTA_SET, fields_of(quota_id, rule), by=by)
        return quota_id

    return in_transaction(connection, work)


def drop_quota(connection: Connection, services: Services, by: Actor, quota_id: UUID) -> None:
    """Raises Refusal: NOT_ALLOWED, BAD_INPUT(field=quota): there is none."""
    demand(by, Right.MANAGE)

    def work(tx: Tx) -> None:
        if not tx.run("DELETE FROM quota WHERE quota_id = %s", (quota_id,)):
            raise Refusal(Reason.BAD_INPUT, field="quota")
        Acts(services).append(tx, ActKind.QUOTA_DROPPED, {"quota_id": str(quota_id)}, by=by)

    in_transaction(connection, work)


def quotas(connection: Connection) -> list[tuple[UUID, QuotaRule]]:
    rows = Tx(connection).rows(
        "SELECT quota_id, trip_id, travel_class, kept, minimum_legs, origins, released_minutes FROM quota"
        " ORDER BY trip_id, travel_class, quota_id"
    )
    return [
        (
            row[0],
            QuotaRule(
                trip_id=row[1],
                travel_class=row[2],
                kept=row[3],
                minimum_legs=row[4],
                origins=tuple(row[5]),
                released_minutes=row[6],
            ),
        )
        for row in rows
    ]


def fields_of(quota_id: UUID, rule: QuotaRule) -> dict[str, Json]:
    return {
        "quota_id": str(quota_id),
        "trip_id": rule.trip_id,
        "travel_class": rule.travel_class,
        "kept": rule.kept,
        "minimum_legs": rule.minimum_legs,
        "origins": list(rule.origins),
        "released_minutes": rule.released_minutes,
    }


def _check(rule: QuotaRule) -> None:
    for name, text in (
        ("trip", rule.trip_id),
        ("class", rule.travel_class),
        *(("origin", one) for one in rule.origins),
    ):
        if not text or len(text) > _NAME_MAX or not text.isprintable():
            raise Refusal(Reason.BAD_INPUT, field=name)
    if rule.travel_class == EVERY:  # a place is of one class
        raise Refusal(Reason.BAD_INPUT, field="class")
    if len(rule.origins) > _ORIGINS_MAX:
        raise Refusal(Reason.BAD_INPUT, field="origin")
    for name, (low, high) in _BOUNDS.items():
        if not low <= getattr(rule, name) <= high:
            raise Refusal(Reason.BAD_INPUT, field=name)
