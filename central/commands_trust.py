"""``central trust …``: which keys there are, whose tickets are refused, and the bundle for gates without a line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from central.output import print_table
from central.trust import TrustOffice
from counter_app.domain.journal import timestamp
from counter_app.domain.trust import TrustBundle
from counter_app.domain.trust_statement import Statement
from counter_app.errors import Reason, Refusal

if TYPE_CHECKING:
    from central.commands import Desk

DONE = 0


def trust(desk: Desk) -> int:
    args = desk.args
    office = TrustOffice(desk.rooms.services)
    if args.refuse:
        since = None if args.since is None else instant(args.since)
        said = office.refuse(desk.connection, desk.actor(), args.refuse, args.reason, since=since)
        _say(said, as_json=args.json)
    elif args.accept:
        _say(office.accept(desk.connection, desk.actor(), args.accept, args.reason), as_json=args.json)
    elif args.export is not None:
        content = office.bundle(desk.connection).to_bytes()
        beside = args.export.with_name(f".{args.export.name}.part")
        beside.write_bytes(content)
        beside.replace(args.export)
    else:
        bundle = office.listed(desk.connection)
        print_table([] if bundle is None else _rows(bundle), as_json=args.json)
    return DONE


def instant(text: str) -> datetime:
    """With its offset (``Z``, ``+08:00``): a time of central's own zone would be another's elsewhere."""
    try:
        at = datetime.fromisoformat(text)
        utc = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refusal(Reason.BAD_INPUT, field="since", detail="for example 2026-12-01T00:00:00Z") from error
    if at.tzinfo is None:
        raise Refusal(Reason.BAD_INPUT, field="since", detail="with its offset, for example 2026-12-01T00:00:00Z")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _say(statement: Statement, *, as_json: bool) -> None:
    rows = [
        {
            "key_id": one.key_id.hex(),
            "rule": one.rule.value,
            "from": timestamp(one.since),
            "tickets_that_stay_good": len(one.accepted),
        }
        for one in statement.revocations
    ]
    print_table(rows, as_json=as_json)


def _rows(bundle: TrustBundle) -> list[dict[str, object]]:
    statement = bundle.statement
    assert statement is not None, "central says one"
    made = []
    for one in bundle.certificates:
        ended = statement.revocation(one.key_id)
        made.append(
            {
                "window": f"{one.station}/{one.counter}",
                "epoch": one.epoch,
                "key_id": one.key_id.hex(),
                "not_after": timestamp(one.not_after),
                "rule": "in use" if ended is None else ended.rule.value,
                "tickets_that_stay_good": 0 if ended is None else len(ended.accepted),
            }
        )
    return made
