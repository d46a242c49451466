"""``counterfoil central allotments | quotas | runs | partitions | conflicts | write-off | verify``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from central.allotments import AllotmentRule, allotment_rules, set_allotment_rule
from central.byhand import ByHand
from central.cancelling import Cancelling
from central.journal.conflicts import Conflict, Conflicts
from central.journal.verify import verify_central
from central.output import print_json, print_table
from central.quotas import QuotaRule, drop_quota, fields_of, set_quota
from central.quotas import quotas as all_quotas
from central.retention import Retention
from central.stock.giving import Given, Span
from counter_app.errors import Reason, Refusal

if TYPE_CHECKING:
    from central.commands import Desk

DONE, REFUSED = 0, 3


def allotments(desk: Desk) -> int:
    args = desk.args
    if args.rule:
        rule = AllotmentRule(
            station_code=args.station,
            travel_class=args.travel_class,
            per_window=args.per_window,
            hours_ahead=args.hours_ahead,
            share_permille=args.share_permille,
            valid_minutes=args.valid_minutes,
            guard_s=args.guard_s,
        )
        set_allotment_rule(desk.connection, desk.rooms.services, desk.actor(), rule)
        print_table([asdict(one) for one in allotment_rules(desk.connection)], as_json=args.json)
        return DONE
    if args.grant:
        given = _by_hand(desk).grant(
            desk.connection,
            desk.actor(),
            station_code=args.to[0] if args.to else _needed(args.station, "station", "*"),
            window=args.to,
            trip_id=_needed(args.trip, "trip", ""),
            service_date=_date(args.date),
            span=Span(
                board=_needed(args.board, "board", None),
                alight=_needed(args.alight, "alight", None),
                travel_class=_needed(args.travel_class, "class", "*"),
                count=_needed(args.count, "count", None),
            ),
            valid=timedelta(minutes=args.valid_minutes),
            guard_s=args.guard_s,
        )
        _say_given(given, as_json=args.json)
        return DONE
    if args.split is not None:
        given = _by_hand(desk).split(
            desk.connection,
            desk.actor(),
            _uuid(args.split, "lease"),
            to=_needed(args.to, "to", None),
            count=_needed(args.count, "count", None),
            guard_s=args.guard_s,
        )
        _say_given(given, as_json=args.json)
        return DONE
    rows: list[dict[str, Any]] = [
        {**asdict(one), "lease_id": str(one.lease_id), "service_date": one.service_date.isoformat()}
        for one in _by_hand(desk).leases(desk.connection)
    ]
    print_table(rows, as_json=args.json)
    return DONE


def quotas(desk: Desk) -> int:
    args = desk.args
    if args.keep is not None:
        rule = QuotaRule(
            trip_id=args.trip,
            travel_class=_needed(args.travel_class, "class", ""),
            kept=args.keep,
            minimum_legs=args.minimum_legs,
            origins=tuple(args.origin),
            released_minutes=args.released_minutes,
        )
        set_quota(desk.connection, desk.rooms.services, desk.actor(), rule)
    elif args.drop is not None:
        drop_quota(desk.connection, desk.rooms.services, desk.actor(), _uuid(args.drop, "quota"))
    print_table([fields_of(*one) for one in all_quotas(desk.connection)], as_json=args.json)
    return DONE


def runs(desk: Desk) -> int:
    args = desk.args
    cancelling = Cancelling(desk.rooms.services, desk.rooms.stock)
    if args.cancel is None:
        found = cancelling.runs(
            desk.connection,
            first=_date(args.first) if args.first else desk.rooms.services.clock.now().date(),
            last=_date(args.last) if args.last else None,
        )
        print_table([one.fields() for one in found], as_json=args.json)
        return DONE
    if len(args.cancel) > 2:
        raise Refusal(Reason.BAD_INPUT, field="cancel", detail="an id, or service and date")
    by = desk.actor()
    run = cancelling.named(desk.connection, args.cancel[0], _date(args.cancel[1]) if args.cancel[1:] else None)
    if args.confirm is None:
        print_table([run.fields()], as_json=args.json)
        raise Refusal(Reason.BAD_INPUT, field="confirm", detail=f"nothing was done; to cancel it: --confirm {run.sold}")
    done = cancelling.cancel(desk.connection, by, run, args.reason, confirmed=args.confirm)
    print_table([done.fields()], as_json=args.json)
    return DONE


def partitions(desk: Desk) -> int:
    args = desk.args
    retention = Retention(desk.rooms.services)
    if args.drop_before:
        for begin in retention.drop(desk.connection, desk.actor(), _date(args.drop_before)):
            print(f"dropped {begin:%Y-%m}", file=sys.stderr)
    rows = [
        {"month": f"{one.begin:%Y-%m}", "bytes": one.bytes, "open": one.open}
        for one in retention.months(desk.connection)
    ]
    print_table(rows, as_json=args.json)
    return DONE


def conflicts(desk: Desk) -> int:
    args = desk.args
    book = Conflicts(desk.rooms.services, desk.rooms.judge, desk.rooms.stock.availability)
    if args.resolve is not None:
        _say_conflict(book.resolve(desk.connection, args.resolve, args.note, by=desk.actor()), as_json=args.json)
    elif args.rejudge is not None:
        _say_conflict(book.rejudge(desk.connection, args.rejudge, by=desk.actor()), as_json=args.json)
    else:
        found = book.all(desk.connection, resolved_too=args.all)
        if args.json:
            print_json([one.fields() for one in found])
        else:
            print_table([_short(one) for one in found], as_json=False)
    return DONE


def write_off(desk: Desk) -> int:
    args = desk.args
    ended = _by_hand(desk).write_off(
        desk.connection,
        desk.actor(),
        desk.person(args.second),
        args.reason,
        lease_id=None if args.lease is None else _uuid(args.lease, "lease"),
        window=args.counter,
    )
    if args.json:
        print_json(ended.fields())
    else:
        print(", ".join(f"{count} {name}" for name, count in ended.fields().items()))
    return DONE


def verify(desk: Desk) -> int:
    report = verify_central(desk.connection, desk.rooms.services, check_cells=desk.rooms.stock.check_cells)
    if desk.args.json:
        print_json(report.fields())
    else:
        for name, count in report.counts.items():
            print(f"{name.replace('_', ' '):24} {count}")
        for one in report.findings:
            print(f"NOT RIGHT: {one.what} {one.where} {one.detail}".rstrip())
        print("ok" if report.ok else f"not ok: {len(report.findings) + report.more} findings")
    return DONE if report.ok else REFUSED


def _by_hand(desk: Desk) -> ByHand:
    return ByHand(desk.rooms.services, desk.rooms.stock, desk.rooms.devices)


def _say_given(given: Given, *, as_json: bool) -> None:
    facts: dict[str, Any] = {
        "lease_id": str(given.lease_id),
        "count": given.count,
        "places": list(given.places),
        "expires_at": given.expires_at.isoformat(timespec="seconds"),
    }
    print_json(facts) if as_json else print_table([{**facts, "places": " ".join(given.places)}], as_json=False)


def _say_conflict(one: Conflict, *, as_json: bool) -> None:
    print_json(one.fields()) if as_json else print_table([_short(one)], as_json=False)


def _short(one: Conflict) -> dict[str, Any]:
    verdict = one.verdict
    offers = [offer.words for incident in one.incidents for offer in incident.proposals]
    return {
        "id": one.name,
        "window": one.window,
        "judgement": verdict.judgement.value,
        "reason": verdict.reason,
        "owner": verdict.owner,
        "next_step": verdict.next_step,
        "since": one.judged_at.isoformat(timespec="seconds"),
        "offers": "; ".join(offers),
        "resolved": one.resolution,
    }


def _needed(value: Any, name: str, nothing: object) -> Any:
    if value == nothing:
        raise Refusal(Reason.BAD_INPUT, field=name, detail="is needed")
    return value


def _uuid(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal(Reason.BAD_INPUT, field=name, detail=text[:60]) from error


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(Reason.BAD_INPUT, field="date", detail=text[:40]) from error
