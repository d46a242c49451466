"""The grammar of ``counterfoil central …``. What each command does stands in ``commands``."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from central.commandparser_payments import add_payment_arguments

ROLES: Final = ("clerk", "supervisor", "administrator", "auditor")


def add_central_arguments(parser: argparse.ArgumentParser) -> None:
    """Into the sub-parser ``central`` of the program's own."""
    commands = parser.add_subparsers(dest="central_command", required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="keys, cache and the embedded PostgreSQL of this central"
    )
    where.add_argument(
        "--database",
        default=None,
        metavar="URL",
        help="postgresql://… of PostgreSQL 15 to 18 (or COUNTERFOIL_DATABASE_URL); without it an embedded one in DIR",
    )

    def command(name: str, words: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words, parents=[where, *parents], allow_abbrev=False)

    who = argparse.ArgumentParser(add_help=False)
    who.add_argument("--user", required=True, metavar="LOGIN", help="who does it: an account at central")
    who.add_argument("--password-stdin", action="store_true", help="the password is the first line of standard input")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true")

    migrate = command("migrate", "create central's database, or bring it to this version")
    migrate.add_argument("--operator", default="", help="who sells, on every ticket; asked for at the first time")
    migrate.add_argument("--zone", default="Asia/Shanghai", help="IANA time zone")
    migrate.add_argument("--currency", default="CNY", help="ISO 4217")
    migrate.add_argument("--demonstration", action="store_true", help="its tickets say that they are none")
    migrate.add_argument("--admin", default="", metavar="LOGIN", help="make the first administrator")
    migrate.add_argument("--password-stdin", action="store_true", help="the administrator's password")
    migrate.add_argument(
        "--restored", action="store_true", help="the database comes from a backup: every counter loads everything anew"
    )

    serve = command("serve", "answer the counters")
    serve.add_argument("--listen", default="127.0.0.1:8470", metavar="HOST:PORT")
    serve.add_argument("--tls-cert", type=Path, default=None, metavar="FILE", help="PEM, with its chain")
    serve.add_argument("--tls-key", type=Path, default=None, metavar="FILE", help="PEM")
    serve.add_argument("--no-tls", action="store_true", help="behind a proxy that ends TLS, or on this machine only")
    serve.add_argument(
        "--trusted-proxy", action="append", type=_network, default=[], metavar="CIDR",
        help="a proxy whose X-Forwarded-For is believed, for limits by address; may be repeated",
    )  # fmt: skip
    serve.add_argument("--workers", type=_between(1, 64), default=1, metavar="N", help="processes")
    serve.add_argument("--any-core", action="store_true", help="do not keep each process to one core (Linux)")
    serve.add_argument("--log", choices=["json", "text"], default="json")

    importer = command("import-timetable", "a GTFS zip as the timetable of every counter", as_json)
    importer.add_argument("file", type=Path)

    policy = command("import-policy", "a policy file (TOML) for every counter", who)
    policy.add_argument("file", type=Path)

    user = command("add-user", "an account for every counter, and for central", who)
    user.add_argument("--login", required=True)
    user.add_argument("--display-name", default="")
    user.add_argument("--role", required=True, choices=ROLES)

    user = command("deactivate-user", "an account that may not log in anywhere any more", who)
    user.add_argument("--login", required=True)

    code = command("enrol-code", "a one-time code with which a new window enrols", who, as_json)
    code.add_argument("--station", required=True, type=_station, metavar="CODE", help="1 to 5 of A-Z and 0-9")
    code.add_argument("--counter", required=True, type=_between(1, 999), metavar="N", help="number of the window")
    code.add_argument("--name", default="", help="the station's name, where central does not know it yet")
    code.add_argument("--latin", default="", help="its name in latin letters")
    code.add_argument("--policy", default="", help="its policy's name")
    code.add_argument("--hours", type=_between(1, 24 * 14), default=24, metavar="H", help="how long the code holds")

    counters = command("counters", "the windows: list them, revoke one, give one up, stop one", as_json)
    act = counters.add_mutually_exclusive_group()
    for flag, words in (
        ("--revoke", "it may push its journal, and do nothing else"),
        ("--lost", "it will not come back: what it holds can be written off"),
        ("--stop-selling", "until --resume; needs --reason"),
        ("--resume", "after --stop-selling"),
    ):
        act.add_argument(flag, type=_window, default=None, metavar="CODE/N", help=words)
    counters.add_argument("--reason", default="")
    _optional_who(counters)

    allotments = command("allotments", "what windows hold for an outage: list, rules, by hand, split", as_json)
    how = allotments.add_mutually_exclusive_group()
    how.add_argument("--rule", action="store_true", help="set how much windows may hold (--station, --class, …)")
    how.add_argument("--grant", action="store_true", help="lease by hand (--station, --trip, --date, --count, …)")
    how.add_argument("--split", metavar="LEASE", default=None, help="from a station's pool to a window (--to, --count)")
    allotments.add_argument("--station", type=_station_or_all, default="*", metavar="CODE")
    allotments.add_argument("--class", dest="travel_class", default="*", metavar="CLASS")
    allotments.add_argument("--to", type=_window, default=None, metavar="CODE/N", help="without it: the station's pool")
    allotments.add_argument("--trip", default="", metavar="TRIP_ID")
    allotments.add_argument("--date", default="", metavar="YYYY-MM-DD")
    allotments.add_argument("--board", type=_between(0, 2_000), default=None, metavar="CALL")
    allotments.add_argument("--alight", type=_between(1, 2_000), default=None, metavar="CALL")
    allotments.add_argument("--count", type=_between(1, 2_000), default=None, metavar="N")
    allotments.add_argument("--per-window", type=_between(0, 2_000), default=8, metavar="N")
    allotments.add_argument("--hours-ahead", type=_between(1, 24 * 60), default=24, metavar="H")
    allotments.add_argument("--share-permille", type=_between(0, 1000), default=200, metavar="N")
    allotments.add_argument("--valid-minutes", type=_between(5, 60 * 24 * 31), default=24 * 60, metavar="N")
    allotments.add_argument("--guard-s", type=_between(0, 3_600), default=120, metavar="S")
    _optional_who(allotments)

    quotas = command("quotas", "places kept for long journeys: list them, keep some, drop one", as_json)
    kind = quotas.add_mutually_exclusive_group()
    kind.add_argument("--keep", type=_between(1, 100_000), default=None, metavar="N", help="places; needs --class")
    kind.add_argument("--drop", default=None, metavar="ID", help="as the list names it")
    quotas.add_argument("--class", dest="travel_class", default="", metavar="CLASS")
    quotas.add_argument("--trip", default="*", metavar="TRIP_ID", help="without it: every trip")
    quotas.add_argument(
        "--minimum-legs", type=_between(1, 2_000), default=1, metavar="N", help="shorter journeys do not get them"
    )
    quotas.add_argument(
        "--origin", action="append", default=[], metavar="STATION_ID", help="journeys from here; may be repeated"
    )
    quotas.add_argument(
        "--released-minutes", type=_between(0, 60 * 24 * 60), default=24 * 60, metavar="N",
        help="everybody's from so long before the departure on",
    )  # fmt: skip
    _optional_who(quotas)

    runs = command("runs", "what is sold, held and leased of each run: list them, cancel one", as_json)
    runs.add_argument("--from", dest="first", default="", metavar="YYYY-MM-DD", help="without it: today")
    runs.add_argument("--to", dest="last", default="", metavar="YYYY-MM-DD")
    runs.add_argument(
        "--cancel",
        nargs="+",
        default=None,
        metavar="RUN",
        help="its id, or its service (or trip) and date; no way back",
    )
    runs.add_argument("--reason", default="")
    runs.add_argument(
        "--confirm", type=_between(0, 1_000_000), default=None, metavar="TICKETS",
        help="so many are sold of it; without it the figures are shown and nothing is done",
    )  # fmt: skip
    _optional_who(runs)

    partitions = command("partitions", "how much each month takes: list them, drop old ones", as_json)
    partitions.add_argument(
        "--drop-before", default="", metavar="YYYY-MM-DD", help="whole months before it, if nothing in them is open"
    )
    _optional_who(partitions)

    conflicts = command("conflicts", "what somebody has to deal with: list it, resolve it", as_json)
    conflicts.add_argument("--resolve", default=None, metavar="ID", help="as the list names it; needs --note")
    conflicts.add_argument("--rejudge", default=None, metavar="ID", help="a quarantined entry, after an upgrade")
    conflicts.add_argument("--note", default="")
    conflicts.add_argument("--all", action="store_true", help="resolved ones too")
    _optional_who(conflicts)

    write_off = command("write-off", "free what a lost window holds: two people answer for it", who, as_json)
    what = write_off.add_mutually_exclusive_group(required=True)
    what.add_argument("--lease", default=None, metavar="ID")
    what.add_argument("--counter", type=_window, default=None, metavar="CODE/N", help="everything that it holds")
    write_off.add_argument("--second", required=True, metavar="LOGIN", help="the other person; second line of input")
    write_off.add_argument("--reason", required=True)

    trust = command("trust", "keys of all windows: list them, export the bundle, refuse tickets of ended ones", as_json)
    act = trust.add_mutually_exclusive_group()
    act.add_argument("--export", type=Path, default=None, metavar="FILE", help="the trust bundle, for gates")
    act.add_argument(
        "--refuse", type=_window, default=None, metavar="CODE/N",
        help="its ended keys may be in other hands: what central's journal knows stays good; needs --reason",
    )  # fmt: skip
    act.add_argument("--accept", type=_window, default=None, metavar="CODE/N", help="after --refuse; needs --reason")
    trust.add_argument("--reason", default="")
    trust.add_argument(
        "--since", default=None, metavar="TIME",
        help="of --refuse: only what central had by then stays good, for example 2026-12-01T00:00:00Z",
    )  # fmt: skip
    _optional_who(trust)

    add_payment_arguments(command, as_json)

    command("verify", "check every chain, signature, ticket and place", as_json)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("an address or network, for example 192.0.2.0/24") from error


def _optional_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", default="", metavar="LOGIN", help="who does it; a list needs nobody")
    parser.add_argument("--password-stdin", action="store_true")


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{low} to {high}")
        return int(text)

    return number


def _station(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{1,5}", text.upper()):
        raise argparse.ArgumentTypeError("1 to 5 of A-Z and 0-9")
    return text.upper()


def _station_or_all(text: str) -> str:
    return text if text == "*" else _station(text)


def _window(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"([A-Za-z0-9]{1,5})/(\d{1,3})", text)
    if found is None or not int(found[2]):
        raise argparse.ArgumentTypeError("CODE/N, for example CSQ/2")
    return found[1].upper(), int(found[2])


def split_listen(text: str) -> tuple[str, int]:
    """``HOST:PORT`` or ``[IPv6]:PORT``. Raises ``ValueError``."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) < 65_536):
        raise ValueError(text)
    return host.strip("[]"), int(port)


__all__: Sequence[str] = ("ROLES", "add_central_arguments", "split_listen")
