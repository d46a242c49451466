"""The grammar of ``trust`` and ``verify-ticket``."""

from __future__ import annotations

import argparse
from pathlib import Path


def _epoch(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text)):
        raise argparse.ArgumentTypeError("1 to 999")
    return int(text)


def add_trust_arguments(trust: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    kinds = trust.add_subparsers(dest="trust_command", required=True, metavar="export|show|import|rotate|revoke")

    def command(name: str, help_text: str, *, who: bool) -> argparse.ArgumentParser:
        made = kinds.add_parser(name, parents=[common], help=help_text, description=help_text, allow_abbrev=False)
        made.add_argument("--json", action="store_true")
        if who:
            made.add_argument("--user", required=True, metavar="LOGIN", help="an administrator")
            made.add_argument("--password-stdin", action="store_true")
        return made

    command("export", "write the trust bundle, for gates and other windows", who=False).add_argument("file", type=Path)
    command("show", "which keys are known here, and which of them ended", who=False)
    taken = command("import", "take in another operator's bundle, or a newer one", who=True)
    taken.add_argument("file", type=Path)
    taken.add_argument(
        "--operator-key",
        default=None,
        metavar="HEX",
        help="its public key, come by another way; needed once",
    )
    rotate = command("rotate", "a new key of this window (a new epoch), or of the operator", who=True)
    rotate.add_argument("--operator", action="store_true", help="the operator's key, which certifies the windows'")
    rotate.add_argument("--at", default=None, metavar="TIME", help="of --operator: from when on it signs; without: now")
    rotate.add_argument("--reason", required=True)
    revoke = command("revoke", "a key of this window that is in use no more", who=True)
    revoke.add_argument("--epoch", type=_epoch, required=True, metavar="N", help="as in the ticket number")
    revoke.add_argument("--since", default=None, metavar="TIME", help="without it: now")
    revoke.add_argument("--reason", required=True)
    rule = revoke.add_mutually_exclusive_group()
    rule.add_argument("--keep", action="store_true", help="it ended regularly: all its tickets stay good")
    rule.add_argument(
        "--none-stays-good", action="store_true", help="not even the tickets that this window's journal has sold"
    )


def add_check_arguments(check: argparse.ArgumentParser) -> None:
    check.add_argument("what", metavar="CODE|PICTURE|-", nargs="?", help="-: a code a line on standard input")
    check.add_argument("--scanner", action="store_true", help="the scanner of devices.toml, until Ctrl-C")
    check.add_argument("--trust", type=Path, default=None, help="a trust bundle; without it the profile's own keys")
    check.add_argument("--redeem", action="store_true", help="let through, once: the second time it is refused")
    check.add_argument("--service", default="", metavar="TRAIN", help="of --redeem: only tickets of this train")
    check.add_argument("--user", default="", metavar="LOGIN", help="of --redeem: who checks; without it: system")
    check.add_argument("--password-stdin", action="store_true")
    check.add_argument("--json", action="store_true", help="with --scanner or -: one object a line")
