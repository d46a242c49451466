"""What central can check of an entry beside its places: tariff (C6), drawer, leases, certificate, profile, clock."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from central.journal.facts import (
    CashFact,
    DeclaredFact,
    EpochFact,
    LeaseTakenFact,
    ProfileFact,
    RefundedFact,
    SoldFact,
    Told,
)
from central.journal.ledger import Ledger, Money
from central.journal.payment_facts import PaidOutFact
from central.tx import Tx
from counter_app.domain.journal import timestamp
from counter_app.domain.verdicts import Why

TARIFF_GRACE: Final = timedelta(hours=1)  # a counter on the line hears of a new tariff within minutes
CLOCK_GRACE: Final = timedelta(minutes=10)  # beyond the window in which requests are taken at all


@dataclass(frozen=True, slots=True)
class _Tariff:
    in_force_at: datetime
    until: datetime | None


def check(tx: Tx, ledger: Ledger, received: dict[int, datetime], currency: str) -> None:
    """All checks of these entries, after ``sales.post``: the drawer's sums count what was posted."""
    _cash(ledger, currency)
    _tariffs(tx, ledger)
    _drawers(tx, ledger)
    _leases(tx, ledger)
    _certificates(tx, ledger)
    _profiles(tx, ledger)
    _clock(tx, ledger, received)
    _superseded(tx, ledger)


def _cash(ledger: Ledger, currency: str) -> None:
    for told in ledger.told:
        if isinstance(told.fact, CashFact):
            fact = told.fact
            ledger.money.append(Money(told.seq, told.kind, fact.shift_id, "cash", fact.amount_minor, currency, told.at))
        elif isinstance(told.fact, PaidOutFact):
            ledger.move(told, told.fact.shift_id, told.fact.legs, told.fact.currency)


# ---- C6 --------------------------------------------------------------------------------------------------------


def _tariffs(tx: Tx, ledger: Ledger) -> None:
    sold = [(told, told.fact) for told in ledger.told if isinstance(told.fact, SoldFact)]
    if not sold:
        return
    tariffs = _known_policies(tx, {fact.policy for _, fact in sold})
    issues = {
        issue_id
        for (issue_id,) in tx.rows(
            "SELECT DISTINCT issue_id FROM issue WHERE activation IS NOT NULL AND issue_id = ANY(%s)",
            (list({fact.issue_id for _, fact in sold}),),
        )
    }
    old: dict[str, list[Told]] = {}
    for told, fact in sold:
        tariff = tariffs.get(fact.policy)
        if tariff is None or told.at < tariff.in_force_at - TARIFF_GRACE:
            ledger.findings.add(told.seq, Why.UNKNOWN_TARIFF, policy=fact.policy)
        elif tariff.until is not None and told.at > tariff.until + TARIFF_GRACE:
            old.setdefault(fact.policy, []).append(told)
        if fact.issue_id not in issues:
            ledger.findings.add(told.seq, Why.UNKNOWN_TARIFF, issue=fact.issue_id[:80])
    if old:
        known = {facts.get("policy") for facts in _open(tx, ledger, Why.OLD_TARIFF)}
        for policy, sales in old.items():
            if policy not in known:  # once: a month of sales by an old tariff is one question
                until = tariffs[policy].until
                ledger.findings.add(
                    sales[0].seq,
                    Why.OLD_TARIFF,
                    policy=policy,
                    until=timestamp(until) if until else "",
                    sales_at_least=len(sales),
                )


def _known_policies(tx: Tx, references: Iterable[str]) -> dict[str, _Tariff]:
    names = sorted({reference.rpartition("@")[0] for reference in references})
    known: dict[str, _Tariff] = {}
    last: dict[str, str] = {}
    for name, version, at in tx.rows(
        "SELECT name, version, in_force_at FROM policy WHERE name = ANY(%s) ORDER BY name, in_force_at, version",
        (names,),
    ):
        if name in last:
            known[last[name]] = _Tariff(known[last[name]].in_force_at, at)
        last[name] = f"{name}@{version}"
        known[last[name]] = _Tariff(at, None)
    return known


# ---- drawer ----------------------------------------------------------------------------------------------------


def _drawers(tx: Tx, ledger: Ledger) -> None:
    """The drawer's sum as the counter declares it, beside that of its entries: cash = journal = central."""
    for told in ledger.told:
        if not isinstance(told.fact, DeclaredFact):
            continue
        fact = told.fact
        before = tx.scalar(
            "SELECT coalesce(sum(amount_minor), 0) FROM money"
            " WHERE device_id = %s AND shift_id = %s AND tender = 'cash'",
            (ledger.device.device_id, str(fact.shift_id)),
        )
        here = sum(
            one.amount_minor
            for one in ledger.money
            if one.shift_id == fact.shift_id and one.tender == "cash" and one.seq < told.seq
        )
        central_minor = int(before) + here
        if central_minor != fact.expected_minor:
            ledger.findings.add(
                told.seq,
                Why.SHIFT_DIFFERS,
                shift=str(fact.shift_id),
                expected_minor=fact.expected_minor,
                central_minor=central_minor,
            )


# ---- leases, certificates, profile -----------------------------------------------------------------------------


def _leases(tx: Tx, ledger: Ledger) -> None:
    taken = [(told, told.fact) for told in ledger.told if isinstance(told.fact, LeaseTakenFact)]
    if not taken:
        return
    own = {
        lease_id
        for (lease_id,) in tx.rows(
            "SELECT l.lease_id FROM lease l JOIN unnest(%s::date[], %s::uuid[], %s::uuid[])"
            " AS k (service_date, run_id, lease_id)"
            " ON l.service_date = k.service_date AND l.run_id = k.run_id AND l.lease_id = k.lease_id"
            " WHERE l.device_id = %s",
            (
                [fact.service_date for _, fact in taken],
                [fact.run_id for _, fact in taken],
                [fact.lease_id for _, fact in taken],
                ledger.device.device_id,
            ),
        )
    }
    for told, fact in taken:
        if fact.lease_id not in own:
            ledger.findings.add(told.seq, Why.UNKNOWN_LEASE, lease=str(fact.lease_id))


def _certificates(tx: Tx, ledger: Ledger) -> None:
    for told in ledger.told:
        if isinstance(told.fact, EpochFact):
            ours = tx.scalar(
                "SELECT certificate FROM device_key WHERE device_id = %s AND epoch = %s",
                (ledger.device.device_id, ledger.epoch),
            )
            if ours is None or json.loads(ours) != told.fact.certificate:
                ledger.findings.add(told.seq, Why.FOREIGN_CERTIFICATE, epoch=ledger.epoch)


def _profiles(tx: Tx, ledger: Ledger) -> None:
    for told in ledger.told:
        if isinstance(told.fact, ProfileFact):
            fact, key = told.fact, tx.scalar("SELECT operator_key FROM central")
            ours = (ledger.device.station_code, ledger.device.counter, bytes(key or b"").hex(), False)
            if (fact.station_code, fact.counter, fact.operator_key, fact.training) != ours:
                ledger.findings.add(told.seq, Why.WRONG_PROFILE, station=fact.station_code, counter=fact.counter)


# ---- time and epochs -------------------------------------------------------------------------------------------


def _clock(tx: Tx, ledger: Ledger, received: dict[int, datetime]) -> None:
    ahead = [told for told in ledger.told if told.at > received[told.seq] + CLOCK_GRACE]
    if ahead and not _open(tx, ledger, Why.CLOCK_AHEAD):
        first = ahead[0]
        ledger.findings.add(
            first.seq, Why.CLOCK_AHEAD, said=timestamp(first.at), received=timestamp(received[first.seq])
        )


def _superseded(tx: Tx, ledger: Ledger) -> None:
    """Money and tickets under a key that had an end: a copy of the device went on where a new epoch had begun."""
    if ledger.epoch >= ledger.device.current_epoch:
        return
    began = tx.scalar(
        "SELECT min(first_seq) FROM chain WHERE device_id = %s AND epoch > %s", (ledger.device.device_id, ledger.epoch)
    )
    if began is None:
        return
    for told in ledger.told:
        if told.seq >= began and isinstance(told.fact, SoldFact | RefundedFact | CashFact | PaidOutFact):
            ledger.findings.add(told.seq, Why.SUPERSEDED_EPOCH, current=ledger.device.current_epoch, began=began)


def _open(tx: Tx, ledger: Ledger, why: Why) -> list[dict[str, Any]]:
    """Facts of this device's open verdicts of that reason."""
    return [
        json.loads(facts)
        for (facts,) in tx.rows(
            "SELECT facts FROM verdict WHERE device_id = %s AND reason = %s AND resolved_at IS NULL LIMIT 50",
            (ledger.device.device_id, why.value),
        )
    ]
