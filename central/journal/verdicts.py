"""Verdicts in the making: gathered while entries are judged, written once, told to the device's feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from central.feed import News
from central.tx import Tx
from counter_app.domain.journal import Json, canonical
from counter_app.domain.verdicts import RULES, Judged, Why
from counter_app.wire.codec import plain
from counter_app.wire.messages import FeedKind, Judgement, Verdict

_ORDER: Final = {why: n for n, why in enumerate(Why)}
_FACTS_MAX: Final = 4_000  # bytes; the wire's own bound is a little above


def verdict_of(epoch: int, seq: int, why: Why, facts: Mapping[str, Json]) -> Verdict:
    rule = RULES[why]
    told = dict(facts)
    if len(canonical(told)) > _FACTS_MAX:
        told = {"too_long": True}
    return Verdict(
        epoch=epoch,
        seq=seq,
        judgement=Judgement(rule.judged.value),
        reason=why.value,
        owner=rule.owner.value,
        next_step=rule.next_step.value,
        facts=told,
    )


@dataclass(slots=True)
class Findings:
    """What was found of each entry of one epoch. The first of ``Why`` names the verdict, the others stand in its facts

    under ``also``.
    """

    epoch: int
    found: dict[int, dict[Why, dict[str, Json]]] = field(default_factory=dict)

    def add(self, seq: int, why: Why, **facts: Json) -> None:
        self.found.setdefault(seq, {}).setdefault(why, {}).update(facts)

    def has(self, seq: int, why: Why) -> bool:
        return why in self.found.get(seq, {})

    def verdicts(self) -> list[Verdict]:
        made = []
        for seq, reasons in sorted(self.found.items()):
            first, *others = sorted(reasons, key=_ORDER.__getitem__)
            facts = dict(reasons[first])
            if others:
                facts["also"] = {why.value: dict(reasons[why]) for why in others}
            made.append(verdict_of(self.epoch, seq, first, facts))
        return made


def write_verdicts(tx: Tx, device_id: UUID, verdicts: Iterable[Verdict], now: datetime) -> list[News]:
    """One a number: what was said before of the same number is kept in the facts (``before``). Returns the news."""
    fresh = list(verdicts)
    if not fresh:
        return []
    before = {
        (epoch, seq): (judgement, reason, facts)
        for epoch, seq, judgement, reason, facts in tx.rows(
            "SELECT v.epoch, v.seq, v.judgement, v.reason, v.facts FROM verdict v"
            " JOIN unnest(%s::smallint[], %s::bigint[]) AS i (epoch, seq) ON i.epoch = v.epoch AND i.seq = v.seq"
            " WHERE v.device_id = %s",
            ([one.epoch for one in fresh], [one.seq for one in fresh], device_id),
        )
    }
    kept = [_beside(one, before.get((one.epoch, one.seq))) for one in fresh]
    tx.run(
        "INSERT INTO verdict (device_id, epoch, seq, judgement, reason, owner, next_step, facts, judged_at)"
        " SELECT %s, i.epoch, i.seq, i.judgement, i.reason, i.owner, i.next_step, i.facts, %s"
        " FROM unnest(%s::smallint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " AS i (epoch, seq, judgement, reason, owner, next_step, facts)"
        " ON CONFLICT (device_id, epoch, seq) DO UPDATE SET judgement = excluded.judgement, reason = excluded.reason,"
        " owner = excluded.owner, next_step = excluded.next_step, facts = excluded.facts,"
        " judged_at = excluded.judged_at, resolved_at = NULL, resolved_by = NULL, resolution = NULL",
        (
            device_id,
            now,
            [one.epoch for one in kept],
            [one.seq for one in kept],
            [one.judgement.value for one in kept],
            [one.reason for one in kept],
            [one.owner for one in kept],
            [one.next_step for one in kept],
            [canonical(one.facts).decode() for one in kept],
        ),
    )
    return [news_of(one) for one in kept]


def news_of(verdict: Verdict) -> News:
    return News(kind=FeedKind.VERDICT, key=f"verdict/{verdict.epoch}/{verdict.seq}", body=plain(verdict))


def _beside(fresh: Verdict, before: tuple[str, str, str] | None) -> Verdict:
    """Two verdicts of one number. An entry that could not be read stays so, whatever fork is found beside it."""
    if before is None:
        return fresh
    judgement, reason, text = before
    if (judgement, reason) == (fresh.judgement.value, fresh.reason):
        return fresh
    facts: dict[str, Json] = json.loads(text)
    if fresh.reason == Why.FORKED and judgement == Judged.QUARANTINED.value:
        return verdict_of(fresh.epoch, fresh.seq, Why(reason), {**facts, "forked": fresh.facts})
    facts.pop("before", None)
    told: dict[str, Json] = {"judgement": judgement, "reason": reason, "facts": facts}
    both: dict[str, Json] = {**fresh.facts, "before": told}
    if len(canonical(both)) > _FACTS_MAX:
        both = {**fresh.facts, "before": {"judgement": judgement, "reason": reason}}
    return replace(fresh, facts=both)
