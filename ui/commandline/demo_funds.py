"""What a demonstration's customers pay with besides money: two vouchers, a member's points, a corporate account.

Made once, by the commands that an operator would use; their codes are kept in the demonstration's folder.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from counter_app.errors import Reason, Refusal
from ui.commandline.demo import ACCOUNTS

CODES_FILE: Final = "codes.txt"
VOUCHERS: Final = 2
VOUCHER_YUAN: Final = "50"
MEMBER: Final = "M20260001"
POINTS: Final = 2_000
COMPANY: Final = "ACME-1"


def issue_funds(folder: Path, central: Path, run_central: Callable[..., str]) -> None:
    """At the first start. A start that was interrupted gives vouchers and points again."""
    codes = folder / CODES_FILE
    if codes.exists():
        return
    admin = ACCOUNTS[-1]
    who = ("--data", str(central), "--user", admin.login, "--password-stdin", "--json")

    def run(*arguments: str) -> str:
        return run_central(*arguments, *who, stdin=f"{admin.password}\n")

    with _kept():
        run("member", "add", "--card", MEMBER)
    run("member", "give", "--card", MEMBER, "--points", str(POINTS), "--note", "welcome")
    with _kept():
        run("account", "add", "--code", COMPANY, "--label", "湘江旅游 Xiangjiang Travel", "--credit", "5000")
    told = json.loads(run("voucher", "issue", "--amount", VOUCHER_YUAN, "--count", str(VOUCHERS)))
    lines = [f"voucher, {VOUCHER_YUAN} yuan: {code}" for code in told["codes"]]
    lines += [f"member card, {POINTS} points at first: {MEMBER}", f"corporate account: {COMPANY}"]
    whole = codes.with_suffix(".new")
    whole.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    whole.replace(codes)


def tell_funds(folder: Path) -> None:
    for line in (folder / CODES_FILE).read_text("utf-8").splitlines():
        sys.stderr.write(f"counterfoil demo: {line}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """What is there already stays."""
    try:
        yield
    except Refusal as refusal:
        if refusal.reason is not Reason.BAD_INPUT:
            raise
