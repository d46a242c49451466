"""The command line's grammar. What each command does stands in ``commands``; what it is built from, in ``main``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ui.commandline.parser_blanks import add_blanks_arguments
from ui.commandline.parser_tickets import add_check_arguments, add_trust_arguments

EXITS = (
    "exit status: 0 done, 2 usage, 3 refused (reason on standard error, nothing changed), 4 outcome unknown, "
    "130 interrupted"
)
SIMULATORS = {
    "printer": "an ESC/POS printer with faults to switch on",
    "gateway": "both wallets' gateways, with books of their own and faults to switch on",
    "terminal": "a ZVT card terminal with books of its own and faults to switch on",
}


def check_texts(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Exits as for any wrong use where a text is not UTF-8 (a path may be anything that the system takes).

    Under a locale of ASCII Python hands the bytes of a Chinese name on as they are: they are read again here.
    """
    for name, value in vars(args).items():
        if isinstance(value, str) and not value.isascii():
            try:
                setattr(args, name, os.fsencode(value).decode() if _escaped(value) else value)
            except UnicodeError:
                parser.error(f"{name.replace('_', '-')}: not UTF-8")


def _escaped(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _up_to(maximum: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(maximum)) and 0 < int(text) <= maximum):
            raise argparse.ArgumentTypeError(f"1 to {maximum}")
        return int(text)

    return number


def build_parser(
    simulator_arguments: Mapping[str, Callable[[argparse.ArgumentParser], None]] | None = None,
    central_arguments: Callable[[argparse.ArgumentParser], None] | None = None,
) -> argparse.ArgumentParser:
    """``simulator_arguments`` (by device), ``central_arguments``: what only the houses themselves know, added by who

    may import them.
    """
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--profile", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the counter's data directory"
    )
    parser = argparse.ArgumentParser(
        prog="counterfoil",
        description="Point of sale for ticket clerks. Without a command: the window.",
        epilog=EXITS,
        parents=[common],
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=help_text, description=help_text, epilog=EXITS, parents=[common], allow_abbrev=False
        )

    demo = command("demo", "the demonstration: central records and two windows, an invented timetable, users")
    demo.add_argument("--windows", type=_up_to(2), default=2, metavar="N", help="how many open: 1 or 2")
    demo.add_argument("--only-window", type=_up_to(2), default=None, metavar="N", help=argparse.SUPPRESS)
    demo.add_argument("--stand-alone", action="store_true", help="one window without central records")
    demo.add_argument("--reset", action="store_true", help="throw the demonstration's data away and begin anew")
    demo.add_argument("--prepare-only", action="store_true", help="make the station, open no window")

    run = command("run", "the window, as without a command")
    run.add_argument("--customer-window", action="store_true", help="open the customer's window on the other monitor")

    devices = command("devices", "what devices.toml says, whether it is right, and whether each device is there")
    devices.add_argument("what", choices=["list", "check", "test", "example"], nargs="?", default="list")
    devices.add_argument("--only", default="", metavar="DEVICE", help="of test: terminal, customer_display, scanner, …")
    devices.add_argument("--wait", type=_up_to(600), default=None, metavar="S", help="of test: wait for a scan so long")
    devices.add_argument("--json", action="store_true")

    init = command("init", "make the profile of a stand-alone window")
    init.add_argument("--name", required=True, help="the station's name")
    init.add_argument("--latin", default="", help="its name in latin letters (pinyin, English)")
    init.add_argument("--station-code", default="", help="1 to 5 of A-Z and 0-9; of ticket numbers")
    init.add_argument("--counter", type=_up_to(999), default=1, metavar="N", help="number of this window, 1 to 999")
    init.add_argument("--operator", default="", help="who sells: stands on every ticket")
    init.add_argument("--policy", default="cn-rail", help="cn-rail, cn-coach, default, demonstration")
    init.add_argument("--zone", default="Asia/Shanghai", help="IANA time zone")
    init.add_argument("--currency", default="CNY", help="ISO 4217")
    init.add_argument("--admin", required=True, help="login of the first administrator")
    init.add_argument("--printer", default="virtual:", help="printer URL")
    init.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    enrol = command("enrol", "make the profile of a window that belongs to central records")
    enrol.add_argument("--central", required=True, metavar="URL", help="https://host:port of central records")
    enrol.add_argument("--code", required=True, help="the one-time code; - reads it from standard input")
    enrol.add_argument("--ca-file", type=Path, default=None, metavar="FILE", help="PEM of a private authority")
    enrol.add_argument("--printer", default="virtual:", help="printer URL")
    enrol.add_argument("--json", action="store_true")

    sync = command("sync", "bring this window and central records together, without a window")
    sync.add_argument("--wait", type=_up_to(86_400), default=60, metavar="S", help="seconds until it gives up")
    sync.add_argument("--status", action="store_true", help="only say how it stands")
    sync.add_argument("--json", action="store_true")

    user = command("add-user", "add an account (needs an administrator)")
    user.add_argument("--login", required=True)
    user.add_argument("--display-name", default="")
    user.add_argument("--role", required=True, choices=["clerk", "supervisor", "administrator", "auditor"])
    user.add_argument("--user", required=True, help="the administrator")
    user.add_argument("--password-stdin", action="store_true", help="two lines: the administrator's, the new one's")

    importer = command("import-timetable", "import a GTFS zip as the timetable in force")
    importer.add_argument("file", type=Path)
    importer.add_argument("--json", action="store_true")

    stations = command("stations", "find stations by name, pinyin, initials, code")
    stations.add_argument("text")
    stations.add_argument("--limit", type=_up_to(10_000), default=10, metavar="N")
    stations.add_argument("--json", action="store_true")

    search = command("search", "runs between two stations on a date, with fares and free places")
    search.add_argument("origin", metavar="FROM")
    search.add_argument("destination", metavar="TO")
    search.add_argument("date", metavar="DATE", help="YYYY-MM-DD, or as in the entry line: +1, 1205")
    search.add_argument("--json", action="store_true")

    journal = command("journal", "verify or export the journal")
    journal_commands = journal.add_subparsers(dest="journal_command", required=True, metavar="verify|export")
    verify = journal_commands.add_parser("verify", parents=[common], help="check every entry, the chain and the tables")
    verify.add_argument("--json", action="store_true")
    export = journal_commands.add_parser("export", parents=[common], help="write all entries with their signatures")
    export.add_argument("file", type=Path)

    report = command("report", "X of the shift under way, or a Z that was closed")
    report.add_argument("kind", choices=["x", "z"])
    report.add_argument(
        "--number", type=_up_to(999_999), default=None, metavar="N", help="of the Z; without it the last"
    )
    report.add_argument("--format", choices=["text", "json", "pdf"], default="text")
    report.add_argument("--language", choices=["zh", "en"], default=None)
    report.add_argument("--output", type=Path, default=None, help="without it: standard output")

    eticket = command("eticket", "tickets as a PDF, an A4 page each, by their numbers; journaled")
    eticket.add_argument("numbers", nargs="+", metavar="NUMBER")
    eticket.add_argument("--output", type=Path, required=True, metavar="FILE")

    add_blanks_arguments(command("blanks", "the rolls of numbered blanks: list, load, end, spoil"), common)

    trust = command("trust", "the certificates with which tickets are checked")
    add_trust_arguments(trust, common)

    check = command("verify-ticket", "check a ticket's code: its text, a picture of it, or what a scanner reads")
    add_check_arguments(check)

    screens = command("screens", "draw every screen, in both languages and all themes, as PNG")
    screens.add_argument("out_dir", type=Path, metavar="OUT_DIR")
    screens.add_argument("--only", default="", help="names that contain this")

    layouts = command("layouts", "how paper looks: list, check, begin and preview layouts")
    layout_commands = layouts.add_subparsers(dest="layout_command", required=True, metavar="list|check|show|preview")
    layout_commands.add_parser("list", parents=[common], help="every document, and whether its layout is your own")
    layout_check = layout_commands.add_parser("check", parents=[common], help="is a layout right? file, line, reason")
    layout_check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    layout_show = layout_commands.add_parser("show", parents=[common], help="a shipped layout, to start from")
    layout_show.add_argument("name", metavar="NAME")
    layout_preview = layout_commands.add_parser("preview", parents=[common], help="draw one with invented data")
    layout_preview.add_argument("what", metavar="NAME|FILE")
    layout_preview.add_argument("--width", type=int, choices=[384, 512, 576], default=576, help="dots")
    layout_preview.add_argument("--language", choices=["zh", "en", "both"], default="zh")
    layout_preview.add_argument("--sample", choices=["usual", "long", "short"], default="usual")
    layout_preview.add_argument("--out", type=Path, required=True, metavar="FILE.png|FILE.pdf")

    doctor = command(
        "doctor",
        "look for trouble everywhere; exit status: 0 all in order, 1 something to look at, 2 something does not work",
    )
    doctor.add_argument("--language", choices=["zh", "en"], default=None, help="of its words")
    doctor.add_argument("--json", action="store_true")

    epoch = command("start-epoch", "go on after a restored backup or a lost witness (needs an administrator)")
    epoch.add_argument("--user", required=True)
    epoch.add_argument("--reason", required=True)
    epoch.add_argument("--password-stdin", action="store_true")

    clock = command("accept-clock", "sell on after the wall clock was set back (needs a supervisor or administrator)")
    clock.add_argument("--user", required=True)
    clock.add_argument("--reason", required=True)
    clock.add_argument("--password-stdin", action="store_true")

    central = commands.add_parser(
        "central",
        help="central records: serve, migrate, enrol-code, counters, allotments, conflicts, …",
        epilog=EXITS,
        allow_abbrev=False,
    )
    if central_arguments is not None:
        central_arguments(central)

    simulate = command("simulate", "a device that is not there")
    simulators = simulate.add_subparsers(dest="device", required=True, metavar="|".join(SIMULATORS))
    for name, help_text in SIMULATORS.items():
        device = simulators.add_parser(name, parents=[common], help=help_text, allow_abbrev=False)
        if simulator_arguments is not None:
            simulator_arguments[name](device)

    drill = command("drill", "sell, park and refund as a clerk would, through the same use cases")
    drill.add_argument("--sales", type=int, required=True, metavar="N")
    drill.add_argument("--seed", type=int, required=True, metavar="S")
    drill.add_argument("--feed", type=Path, default=None, help="a timetable for a profile that is made now")
    return parser
