"""``counterfoil blanks …``: the rolls of numbered blanks: what is in the printers, loaded, taken out, spoiled."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from counter_app.application.print_views import RollView
from counter_app.domain.journal import timestamp
from counter_app.domain.staff import Actor
from ui.commandline.commands import DONE, print_json


class BlankDesk(Protocol):
    def log_in(self, login: str, password: str) -> Actor: ...
    def rolls(self) -> list[RollView]: ...
    def load_roll(self, actor: Actor, printer: str, first: str, last: str) -> RollView: ...
    def end_roll(
        self, actor: Actor, printer: str, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> RollView: ...
    def spoil_blanks(
        self,
        actor: Actor,
        printer: str,
        first: str,
        last: str,
        *,
        reason: str,
        supervisor: str,
        supervisor_password: str,
    ) -> RollView: ...


def blanks(args: argparse.Namespace, desk: BlankDesk, read_passwords: Callable[[int], Sequence[str]]) -> int:
    """Raises Refusal as the desk does."""
    if args.blanks_command == "list":
        return _list(desk.rolls(), as_json=args.json)
    second: str = getattr(args, "second", "")
    own, *others = read_passwords(2 if second else 1)
    actor = desk.log_in(args.user, own)
    match args.blanks_command:
        case "load":
            roll = desk.load_roll(actor, args.printer, args.first, args.last)
        case "end":
            roll = desk.end_roll(
                actor, args.printer, reason=args.reason, supervisor=second, supervisor_password="".join(others)
            )
        case _:
            roll = desk.spoil_blanks(
                actor,
                args.printer,
                args.first,
                args.last,
                reason=args.reason,
                supervisor=second,
                supervisor_password="".join(others),
            )
    return _list([roll], as_json=args.json)


def _list(rolls: Sequence[RollView], *, as_json: bool) -> int:
    if as_json:
        print_json(
            [
                {
                    "printer": roll.printer,
                    "inside": roll.inside,
                    "first": roll.first,
                    "last": roll.last,
                    "next": roll.next,
                    "left": roll.left,
                    "loaded_at": timestamp(roll.loaded_at),
                    "clerk": roll.clerk,
                }
                for roll in rolls
            ]
        )
        return DONE
    for roll in rolls:
        where = roll.printer if roll.inside else f"({roll.printer})"
        line = f"{where:<10} {roll.first}-{roll.last}  next {roll.next or '-':<7}  left {roll.left:>5}"
        sys.stdout.write(f"{line}  {timestamp(roll.loaded_at)}  {roll.clerk}\n")
    return DONE
