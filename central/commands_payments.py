"""``counterfoil central gateway | voucher | member | account | payments | reconcile | differences``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from central.acts import ActKind, Acts
from central.operator import read_central
from central.output import print_json, print_table
from central.payments.deciding import Deciding, Verdict
from central.payments.differences import Differences
from central.payments.fundbook import FundBook, StatementLine, Terms, fund_fields
from central.payments.funds import Fund, PointsRule
from central.payments.gateways.bills import read_bill
from central.payments.gateways.config import FOLDER, build, drop_config, keep_config, read_config, views
from central.payments.journal_look import waiting_fields
from central.payments.reconcile import DAYS_MAX, JournalReconciled, Reconciling, zone_of
from central.staff import Right, demand
from central.tx import Tx, in_transaction
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.money import MINOR_DIGITS
from counter_app.errors import Reason, Refusal

if TYPE_CHECKING:
    from central.commands import Desk

DONE, REFUSED = 0, 3
_CODE_MAX: Final = 200
_LOOKED_BACK: Final = timedelta(days=DAYS_MAX - 1)


def gateway(desk: Desk) -> int:
    args, folder = desk.args, desk.folder / FOLDER
    if args.act != "list":
        by = desk.actor()
        demand(by, Right.MANAGE)
        services = desk.rooms.services
        body: dict[str, Json] = {"method": args.method}
        if args.act == "add":
            made = read_config(args.method, args.config)
            build(made, services.clock, services.entropy)  # whatever is wrong with its keys is said now
            keep_config(folder, made)
            body["base_url"] = made["base_url"]
        elif not drop_config(folder, args.method):
            raise Refusal(Reason.BAD_INPUT, field="gateway", detail=args.method)
        kind = ActKind.GATEWAY_SET if args.act == "add" else ActKind.GATEWAY_REMOVED
        in_transaction(desk.connection, lambda tx: Acts(services).append(tx, kind, body, by=by))
        if not args.json:
            print("in force when `central serve` is started again")
    print_table([asdict(one) for one in views(folder)], as_json=args.json)
    return DONE


def voucher(desk: Desk) -> int:
    args, book = desk.args, FundBook(desk.rooms.services)
    if args.act == "issue":
        terms = Terms(
            amount_minor=_minor(desk, args.amount),
            single_use=args.single_use,
            valid_from=_midnight(desk, args.valid_from),
            valid_until=_midnight(desk, args.valid_until, after=True),
        )
        codes = book.issue(desk.connection, desk.actor(), terms, count=args.count, note=args.note)
        if args.json:
            print_json({"codes": codes, "amount_minor": terms.amount_minor})
        else:
            print("\n".join(codes))
        return DONE
    if args.act == "void":
        by = desk.actor()
        _show(desk, [book.void(desk.connection, by, _code(desk), args.reason)])
    elif args.code_stdin:
        _show(desk, [book.find(desk.connection, "voucher", _code(desk))])
    else:
        _show(desk, book.all(desk.connection, "voucher"))
    return DONE


def member(desk: Desk) -> int:
    args, book = desk.args, FundBook(desk.rooms.services)
    if args.act == "rule":
        rule = PointsRule(earn_every_minor=_minor(desk, args.earn_every), point_minor=_minor(desk, args.point))
        book.set_points_rule(desk.connection, desk.actor(), rule)
        print_table([asdict(book.rule(desk.connection))], as_json=args.json)
    elif args.act == "add":
        _show(desk, [book.add_member(desk.connection, desk.actor(), args.card)])
    elif args.act == "give":
        _show(desk, [book.give_points(desk.connection, desk.actor(), args.card, args.points, args.note)])
    elif args.card:
        _show(desk, [book.find(desk.connection, "points", args.card)])
    else:
        _show(desk, book.all(desk.connection, "points"))
    return DONE


def account(desk: Desk) -> int:
    args, book = desk.args, FundBook(desk.rooms.services)
    match args.act:
        case "add":
            credit = _minor(desk, args.credit)
            _show(desk, [book.add_account(desk.connection, desk.actor(), args.code, args.label, credit)])
        case "pay-in":
            amount = _minor(desk, args.amount)
            _show(desk, [book.pay_in(desk.connection, desk.actor(), args.code, amount, args.note)])
        case "statement":
            found = book.find(desk.connection, "account", args.code)
            lines = [_line(one) for one in book.statement(desk.connection, found)]
            print_table(lines, as_json=args.json)
        case _:
            _show(desk, book.all(desk.connection, "account"))
    return DONE


def reconcile(desk: Desk) -> int:
    """3: something is open, or a line of the bill is none. What a window has not told yet is no difference."""
    args = desk.args
    reconciling = Reconciling(desk.rooms.services)
    by = desk.actor()
    if args.method == "journal":
        if args.file is not None:
            raise Refusal(Reason.BAD_INPUT, field="file", detail="the journals are central's own: no file")
        last = args.day or desk.rooms.services.clock.now().astimezone(zone_of(Tx(desk.connection))).date()
        journals = reconciling.journals(desk.connection, by, args.since or args.day or last - _LOOKED_BACK, last)
        told = _journals(journals)
        if args.json:
            print_json(told)
        else:
            _say_journals(told)
        return DONE if not journals.still_open else REFUSED
    if args.file is None or args.since is not None:
        raise Refusal(Reason.BAD_INPUT, field="file", detail="a bill is a file, and says its days itself")
    bill = read_bill(args.method, args.file)
    digest = sha256(args.file.read_bytes()).hexdigest()
    done = reconciling.reconcile(desk.connection, by, args.method, bill, digest, day=args.day)
    # A line of the bill is an order here; whether that is a sale the journals of the same days say.
    journals = reconciling.journals(
        desk.connection, by, min(done.days), min(done.days[-1], min(done.days) + _LOOKED_BACK)
    )
    faults = [asdict(one) for one in bill.faults]
    summary: dict[str, Any] = asdict(done) | {"days": [day.isoformat() for day in done.days]}
    if args.json:
        print_json({**summary, "fault_lines": faults, "journals": _journals(journals)})
    else:
        for fault in faults:
            print(f"{args.file.name}:{fault['line']}: {fault['reason']}")
        print_table([{**summary, "days": " ".join(summary["days"])}], as_json=False)
        _say_journals(_journals(journals))
    return DONE if not done.still_open and not journals.still_open and not faults else REFUSED


def _journals(done: JournalReconciled) -> dict[str, Any]:
    return {
        **asdict(done),
        "first": done.first.isoformat(),
        "last": done.last.isoformat(),
        "waiting": [waiting_fields(one) for one in done.waiting],
    }


def _say_journals(told: dict[str, Any]) -> None:
    waiting = told.pop("waiting")
    print_table([told], as_json=False)
    for one in waiting:
        print(
            f"waiting for window {one['window']}: {one['payments']} payments, last heard {one['last_heard']},"
            f" it has told until {one['told_until']}"
        )


def differences(desk: Desk) -> int:
    args, book = desk.args, Differences(desk.rooms.services)
    if args.own is not None:
        book.own(desk.connection, desk.actor(), _uuid(args.own))
    elif args.resolve is not None:
        book.resolve(desk.connection, desk.actor(), _uuid(args.resolve), args.note)
    found = book.all(desk.connection, resolved=args.all)
    print_table([one.fields() for one in found], as_json=args.json)
    return DONE


def payments(desk: Desk) -> int:
    args, deciding = desk.args, Deciding(desk.rooms.services)
    if args.act == "decide":
        by, second = desk.actor(), desk.person(args.second)
        deciding.decide(desk.connection, by, second, _uuid(args.id, "payment"), Verdict(args.verdict), args.reason)
    found = deciding.open(desk.connection, asked_too=args.act == "list" and args.asked)
    print_table([one.fields() for one in found], as_json=args.json)
    return DONE


COMMANDS: Final[dict[str, Callable[[Desk], int]]] = {
    "payments": payments,
    "gateway": gateway,
    "voucher": voucher,
    "member": member,
    "account": account,
    "reconcile": reconcile,
    "differences": differences,
}


def _show(desk: Desk, found: list[Fund]) -> None:
    rule = FundBook(desk.rooms.services).rule(desk.connection)
    print_table([fund_fields(one, rule) for one in found], as_json=desk.args.json)


def _line(one: StatementLine) -> dict[str, Any]:
    return {
        "at": timestamp(one.at),
        "kind": one.kind,
        "amount_minor": one.amount,
        "balance_minor": one.balance,
        "order": "" if one.order_id is None else str(one.order_id),
        "by": one.by_login,
        "note": one.note,
    }


def _minor(desk: Desk, text: str) -> int:
    """Raises Refusal(BAD_INPUT, field="amount"): more places than the currency has."""
    central = read_central(Tx(desk.connection))
    assert central is not None, "an open central"
    digits = MINOR_DIGITS.get(central.currency, 2)
    whole, _, part = text.partition(".")
    if len(part) > digits:
        raise Refusal(Reason.BAD_INPUT, field="amount", detail=text)
    return int(whole) * int(10**digits) + int(part.ljust(digits, "0") or "0")


def _midnight(desk: Desk, day: date | None, *, after: bool = False) -> datetime | None:
    central = read_central(Tx(desk.connection))
    assert central is not None, "an open central"
    if day is None:
        return None
    wanted = day + timedelta(days=1) if after else day
    return datetime.combine(wanted, datetime.min.time(), ZoneInfo(central.zone))


def _code(desk: Desk) -> str:
    """The next line: a code on the command line would stand in the list of processes."""
    line = desk.stdin.readline(_CODE_MAX + 2)
    if not line.strip() or len(line) > _CODE_MAX:
        raise Refusal(Reason.BAD_INPUT, field="code")
    return line.strip()


def _uuid(text: str, field: str = "difference") -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal(Reason.BAD_INPUT, field=field) from error
