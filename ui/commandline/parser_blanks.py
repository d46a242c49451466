"""The grammar of ``blanks``."""

from __future__ import annotations

import argparse
from typing import Final

from counter_app.domain.settings import MAIN_PRINTER

WRITING: Final = ("load", "end", "spoil")


def add_blanks_arguments(blanks: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    kinds = blanks.add_subparsers(dest="blanks_command", required=True, metavar="list|load|end|spoil")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        made = kinds.add_parser(name, parents=[common], help=help_text, description=help_text, allow_abbrev=False)
        made.add_argument("--json", action="store_true")
        if name in WRITING:
            made.add_argument("--printer", default=MAIN_PRINTER, metavar="NAME", help="as in the settings")
            made.add_argument("--user", required=True, metavar="LOGIN")
            made.add_argument("--password-stdin", action="store_true", help="one password a line: yours, the second's")
        return made

    def numbers(made: argparse.ArgumentParser) -> None:
        made.add_argument("first", metavar="FIRST", help="as printed on the blank: A000001")
        made.add_argument("last", metavar="LAST")

    command("list", "the rolls in the printers, then the newest")
    numbers(command("load", "a roll was put in"))
    ended = command("end", "the roll was taken out; what is left of it may be loaded again")
    ended.add_argument("--reason", required=True)
    ended.add_argument("--second", default="", metavar="LOGIN", help="a supervisor; needed where blanks are left")
    spoiled = command("spoil", "the next blanks of the roll cannot be used")
    numbers(spoiled)
    spoiled.add_argument("--reason", required=True)
    spoiled.add_argument("--second", required=True, metavar="LOGIN", help="a supervisor")
