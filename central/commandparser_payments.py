"""The grammar of ``counterfoil central gateway | voucher | member | account | payments | reconcile | differences``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final, Protocol

GATEWAYS: Final = ("wechat", "alipay")
VERDICTS: Final = ("paid", "not-paid", "reversed", "paid-back", "not-paid-back")


class Command(Protocol):
    def __call__(self, name: str, words: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser: ...


def add_payment_arguments(command: Command, as_json: argparse.ArgumentParser) -> None:
    common = _common()
    gateway = command("gateway", "the wallets' gateways that this central asks: list, add, remove", as_json)
    acts = gateway.add_subparsers(dest="act", required=True, metavar="list|add|remove")
    acts.add_parser("list", parents=[common], allow_abbrev=False)
    add = acts.add_parser("add", parents=[common], allow_abbrev=False)
    add.add_argument("method", choices=GATEWAYS)
    add.add_argument("--config", type=Path, required=True, metavar="FILE", help="TOML, its keys in files beside it")
    remove = acts.add_parser("remove", parents=[common], allow_abbrev=False)
    remove.add_argument("method", choices=GATEWAYS)
    for one in (add, remove):
        _who(one)

    voucher = command("voucher", "vouchers: issue, show, void", as_json)
    acts = voucher.add_subparsers(dest="act", required=True, metavar="issue|show|void")
    issue = acts.add_parser("issue", parents=[common], allow_abbrev=False)
    issue.add_argument("--amount", type=_money, required=True, metavar="12.34")
    issue.add_argument("--count", type=_between(1, 1_000), default=1, metavar="N")
    issue.add_argument("--single-use", action="store_true", help="what is left after one payment is lost")
    issue.add_argument("--valid-from", type=_day, default=None, metavar="YYYY-MM-DD")
    issue.add_argument("--valid-until", type=_day, default=None, metavar="YYYY-MM-DD", help="the last day, included")
    issue.add_argument("--note", default="")
    show = acts.add_parser("show", parents=[common], allow_abbrev=False)
    show.add_argument("--code-stdin", action="store_true", help="one voucher: its code is a line of standard input")
    void = acts.add_parser("void", parents=[common], allow_abbrev=False)
    void.add_argument("--code-stdin", action="store_true", required=True, help="the line after the password")
    void.add_argument("--reason", required=True)
    for one in (issue, void):
        _who(one)

    member = command("member", "members and their points: add, give, show, what points are worth", as_json)
    acts = member.add_subparsers(dest="act", required=True, metavar="add|give|show|rule")
    add = acts.add_parser("add", parents=[common], allow_abbrev=False)
    add.add_argument("--card", required=True, metavar="NUMBER")
    give = acts.add_parser("give", parents=[common], allow_abbrev=False)
    give.add_argument("--card", required=True, metavar="NUMBER")
    give.add_argument("--points", type=_between(1, 100_000_000), required=True, metavar="N")
    give.add_argument("--note", required=True, help="why; it is journaled")
    show = acts.add_parser("show", parents=[common], allow_abbrev=False)
    show.add_argument("--card", default="", metavar="NUMBER", help="without it: all of them")
    rule = acts.add_parser("rule", parents=[common], allow_abbrev=False)
    rule.add_argument("--earn-every", type=_money, required=True, metavar="1.00", help="paid in money: one point")
    rule.add_argument("--point", type=_money, required=True, metavar="0.01", help="what a point pays")
    for one in (add, give, rule):
        _who(one)

    account = command("account", "corporate accounts: add, show, statement, what they paid", as_json)
    acts = account.add_subparsers(dest="act", required=True, metavar="add|show|statement|pay-in")
    add = acts.add_parser("add", parents=[common], allow_abbrev=False)
    add.add_argument("--label", required=True, metavar="NAME")
    add.add_argument("--credit", type=_money, required=True, metavar="5000.00")
    acts.add_parser("show", parents=[common], allow_abbrev=False)
    statement = acts.add_parser("statement", parents=[common], allow_abbrev=False)
    pay_in = acts.add_parser("pay-in", parents=[common], allow_abbrev=False)
    pay_in.add_argument("--amount", type=_money, required=True, metavar="12.34")
    pay_in.add_argument("--note", required=True)
    for one in (add, statement, pay_in):
        one.add_argument("--code", required=True, metavar="CODE", help="what is shown at the window")
    for one in (add, pay_in):
        _who(one)

    payments = command("payments", "charges and refunds that only people can settle: list, decide", as_json)
    acts = payments.add_subparsers(dest="act", required=True, metavar="list|decide")
    listed = acts.add_parser("list", parents=[common], allow_abbrev=False)
    listed.add_argument("--asked", action="store_true", help="those too that central still asks the gateway about")
    decide = acts.add_parser("decide", parents=[common], allow_abbrev=False)
    decide.add_argument("id", metavar="ID")
    decide.add_argument("--verdict", choices=VERDICTS, required=True, help="as the gateway's own pages have it")
    decide.add_argument("--reason", required=True, help="it is journaled")
    decide.add_argument("--second", required=True, metavar="LOGIN", help="the other person; second line of input")
    _who(decide)

    reconcile = command(
        "reconcile", "a gateway's bill against what central has, and that against the journals", as_json
    )
    reconcile.add_argument("method", choices=(*GATEWAYS, "journal"), help="journal: without a bill")
    reconcile.add_argument("file", type=Path, nargs="?", default=None, help="the CSV as the gateway gives it")
    reconcile.add_argument(
        "--day", type=_day, default=None, metavar="YYYY-MM-DD", help="of a bill without lines; journal: the last day"
    )
    reconcile.add_argument(
        "--since",
        type=_day,
        default=None,
        metavar="YYYY-MM-DD",
        help="journal: the first day, 30 days before without it",
    )
    _who(reconcile)

    differences = command(
        "differences", "what bills, central, journals and terminals do not agree on: list, take, resolve", as_json
    )
    act = differences.add_mutually_exclusive_group()
    act.add_argument("--own", default=None, metavar="ID", help="you look into it")
    act.add_argument("--resolve", default=None, metavar="ID", help="needs --note")
    differences.add_argument("--note", default="")
    differences.add_argument("--all", action="store_true", help="resolved ones too")
    _who(differences, needed=False)


def _common() -> argparse.ArgumentParser:
    """What stands before an act of a command may stand behind it, too."""
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="DIR")
    made.add_argument("--database", default=argparse.SUPPRESS, metavar="URL")
    made.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    return made


def _who(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    parser.add_argument("--user", required=needed, default="", metavar="LOGIN", help="who does it")
    parser.add_argument(
        "--password-stdin", action="store_true", help="the password is the first line of standard input"
    )


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{low} to {high}")
        return int(text)

    return number


def _money(text: str) -> str:
    """As it is written; central's currency says how many places it has."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", text):
        raise argparse.ArgumentTypeError("an amount, for example 12.34")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("YYYY-MM-DD") from None
