"""``counterfoil central …``: what each command does. Grammar: ``commandparser``; parts: ``wiring``."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

from central import commands_payments, commands_stock, commands_trust
from central.commandparser import split_listen
from central.devices import DeviceRecord
from central.heads import note_head
from central.journal.payments_told import fill
from central.operator import (
    BadKeys,
    CentralInfo,
    OperatorKeys,
    check_key,
    check_new,
    create_central,
    load_keys,
    make_keys,
    new_incarnation,
    read_central,
)
from central.output import print_json, print_table
from central.policies import import_policy, policy_names
from central.shell.http import Shape
from central.shell.migrate import check_schema, connect, is_central, migrate
from central.shell.serve import Options, serve
from central.shell.trouble import Trouble
from central.staff import Staff
from central.tx import Connection, Tx
from central.wiring import (
    CACHE,
    KEYS,
    Rooms,
    Tools,
    database_of,
    database_there,
    rooms_of,
    served_parts,
    services_of,
    share_of,
)
from counter_app.domain.journal import timestamp
from counter_app.domain.policy import POLICY_BYTES_MAX
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Cancelled, Reason, Refusal

DONE, USAGE, REFUSED = 0, 2, 3
_PASSWORD_MAX: Final = 1024
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An open central, for one command."""

    args: argparse.Namespace
    folder: Path
    url: str
    tools: Tools
    rooms: Rooms
    connection: Connection
    stdin: TextIO

    def actor(self) -> Actor:
        """Who ``--user`` names, with the next line of standard input as the password.

        Raises Refusal: NOT_ALLOWED (nobody is named), BAD_CREDENTIALS, ACCOUNT_LOCKED.
        """
        if not self.args.user:
            raise Refusal(Reason.NOT_ALLOWED, detail="--user and --password-stdin are needed")
        return self.person(self.args.user)

    def person(self, login: str) -> Actor:
        if not self.args.password_stdin:
            raise Refusal(Reason.NOT_ALLOWED, detail="--password-stdin is needed")
        return Staff(self.rooms.services).check(self.connection, login, read_password(self.stdin))


def run_central(args: argparse.Namespace, folder: Path, tools: Tools, *, stdin: TextIO | None = None) -> int:
    """Raises Refusal, Cancelled, ``OSError``; ``Trouble`` and ``BadKeys`` become a refusal in one sentence."""
    try:
        if args.central_command == "migrate" and not database_there(folder, args.database):
            _check_first(args)  # not even an embedded database is made for a refusal
        with database_of(folder, args.database) as url:
            if args.central_command == "migrate":
                return _migrate(args, folder, url, tools, stdin or sys.stdin)
            if args.central_command == "serve":
                return _serve(args, folder, url, tools)
            with _open(args, folder, url, tools, stdin or sys.stdin) as desk:
                return _COMMANDS[args.central_command](desk)
    except (Trouble, BadKeys) as trouble:
        raise Refusal(Reason.CENTRAL_REFUSED, detail=str(trouble)) from trouble


@contextlib.contextmanager
def _open(args: argparse.Namespace, folder: Path, url: str, tools: Tools, stdin: TextIO) -> Iterator[Desk]:
    keys = load_keys(folder / KEYS)
    services = services_of(keys, url, folder / CACHE, tools)
    with connect(url) as connection:
        check_schema(connection)
        check_key(_info(connection), services)
        rooms = rooms_of(services, tools.open_timetable)
        try:
            yield Desk(args=args, folder=folder, url=url, tools=tools, rooms=rooms, connection=connection, stdin=stdin)
        finally:
            if not connection.closed:
                note_head(connection, services.heads)


def _info(connection: Connection) -> CentralInfo:
    info = read_central(Tx(connection))
    if info is None:
        raise Trouble("this database has no central yet: run `counterfoil central migrate` first")
    return info


def read_password(stdin: TextIO) -> str:
    """Raises Refusal(BAD_INPUT, field="password") where standard input has no line for it."""
    line = stdin.readline(_PASSWORD_MAX + 2)
    if not line or len(line) > _PASSWORD_MAX:
        raise Refusal(Reason.BAD_INPUT, field="password")
    return line.rstrip("\r\n")


# ---- making it ----------------------------------------------------------------------------------------------------


def _migrate(args: argparse.Namespace, folder: Path, url: str, tools: Tools, stdin: TextIO) -> int:
    """Schema, keys, the one row, the shipped policies, the first administrator: whatever of it is not there yet.

    What can be refused beforehand is: then the database stays as it was.
    """
    with connect(url) as connection:  # an old database with new keys would be nobody's
        there = is_central(connection)
    if not there:
        _check_first(args)
    if args.admin and not args.password_stdin:
        raise Refusal(Reason.NOT_ALLOWED, detail="--password-stdin is needed")
    keys = load_keys(folder / KEYS) if there else None
    before = migrate(url, today=tools.clock.now().date())
    with connect(url) as connection:
        fill(connection)
    services = services_of(keys or make_keys(folder / KEYS, tools.entropy), url, folder / CACHE, tools)
    with connect(url) as connection:
        made = read_central(Tx(connection)) is None
        create_central(
            connection,
            services,
            operator_name=args.operator,
            zone=args.zone,
            currency=args.currency,
            demonstration=args.demonstration,
        )
        known = {name for name, _ in policy_names(connection)}
        for text in tools.shipped_policies():
            if _policy_name(text) not in known:
                import_policy(connection, services, SYSTEM, text)
        if args.restored and not made:
            new_incarnation(connection, services)
            print("a new incarnation: every counter loads everything anew")
        for window in rooms_of(services, tools.open_timetable).devices.end_again(connection):
            print(f"{window} had ended before: so it is again")
        if args.admin:
            Staff(services).first_administrator(connection, login=args.admin, password=read_password(stdin))
            print(f"first administrator: {args.admin}")
    print("created" if not before else f"schema {before} is up to date" if not made else "created")
    return DONE


def _check_first(args: argparse.Namespace) -> None:
    """What a central that is not there yet has to be told. Raises Refusal."""
    if not args.operator:
        raise Refusal(Reason.BAD_INPUT, field="operator", detail="--operator NAME, at the first time")
    check_new(operator_name=args.operator, zone=args.zone, currency=args.currency)


def _policy_name(text: str) -> str:
    from counter_app.domain.policy import read_policy  # noqa: PLC0415 - only here

    return read_policy(text).name


# ---- serving ------------------------------------------------------------------------------------------------------


def _serve(args: argparse.Namespace, folder: Path, url: str, tools: Tools) -> int:
    try:
        host, port = split_listen(args.listen)
    except ValueError as error:
        raise Refusal(Reason.BAD_INPUT, field="listen", detail=args.listen) from error
    tls = None
    if args.tls_cert is not None or args.tls_key is not None:
        if args.tls_cert is None or args.tls_key is None:
            raise Refusal(Reason.BAD_INPUT, field="tls", detail="--tls-cert and --tls-key belong together")
        tls = (args.tls_cert, args.tls_key)
    elif not args.no_tls and host not in _LOCAL:
        raise Refusal(Reason.BAD_INPUT, field="tls", detail="--tls-cert and --tls-key, or --no-tls behind a proxy")
    _end_again(load_keys(folder / KEYS), folder, url, tools)
    options = Options(
        host=host,
        port=port,
        database_url=url,
        version=tools.version,
        tls=tls,
        workers=args.workers,
        own_core=not args.any_core,
        log=args.log,
        shape=Shape(proxies=tuple(args.trusted_proxy)),
        share=share_of(folder, args.database),
    )

    def ready(address: str) -> None:
        print(json.dumps({"listening": address}), flush=True)

    return serve(partial(served_parts, folder, url, tools), options, ready=ready)


def _end_again(keys: OperatorKeys, folder: Path, url: str, tools: Tools) -> None:
    """Before anybody is answered. Raises ``Trouble`` where there is no central to serve."""
    services = services_of(keys, url, folder / CACHE, tools)
    with connect(url) as connection:
        check_schema(connection)
        check_key(_info(connection), services)
        rooms_of(services, tools.open_timetable).devices.end_again(connection)


# ---- timetable, policies, people ------------------------------------------------------------------------------------


def _import_timetable(desk: Desk) -> int:
    """Whoever owns central's files imports as ``system``; an interrupt changes nothing."""
    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set()) if _on_main_thread() else None
    try:
        with tempfile.TemporaryDirectory(prefix="import-", dir=desk.folder) as place:
            built = desk.tools.build_timetable(desk.args.file, Path(place), stopped.is_set)
            if stopped.is_set():
                raise Cancelled  # noqa: TRY301 - the same way back
            record = desk.rooms.issues.store(desk.connection, SYSTEM, built.catalogue, faults=built.fault_count)
            desk.rooms.issues.activate(desk.connection, SYSTEM, record.sha256)
    except BaseException as error:
        if before is not None:
            signal.signal(signal.SIGINT, before)
        if isinstance(error, Refusal):
            if stopped.is_set():  # the child had its own interrupt, and died of it
                raise Cancelled from error
            if desk.args.json:
                code = str(error.facts.get("code", error.reason.value))
                print_json({"accepted": False, "reason": code, **error.facts})
        raise
    if before is not None:  # it is in force: an interrupt from here on would report a failure that was none
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    faults = [{"file": one.file, "line": one.line, "fault": one.fault, "detail": one.detail} for one in built.faults]
    if desk.args.json:
        print_json(
            {
                "accepted": True,
                "trips": built.trips,
                "issue": record.issue_id,
                "sha256": record.sha256,
                "first_date": record.first_date.isoformat(),
                "last_date": record.last_date.isoformat(),
                "fault_count": built.fault_count,
                "faults": faults,
            }
        )
        return DONE
    for fault in faults:
        print(f"{fault['file']}:{fault['line']}: {fault['fault']} {fault['detail']}".rstrip())
    print(f"accepted: {built.trips} trips, {built.fault_count} faults")
    return DONE


def _import_policy(desk: Desk) -> int:
    by = desk.actor()
    content = desk.args.file.read_bytes()
    if len(content) > POLICY_BYTES_MAX:
        raise Refusal(Reason.BAD_SETTING, key=desk.args.file.name, detail="too long")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(Reason.BAD_SETTING, key=desk.args.file.name, detail="not UTF-8") from error
    name, version = import_policy(desk.connection, desk.rooms.services, by, text)
    print(f"{name}@{version}")
    return DONE


def _add_user(desk: Desk) -> int:
    by = desk.actor()
    password = read_password(desk.stdin)
    Staff(desk.rooms.services).add(
        desk.connection,
        by,
        login=desk.args.login,
        display_name=desk.args.display_name or desk.args.login,
        role=Role(desk.args.role),
        password=password,
    )
    return DONE


def _deactivate_user(desk: Desk) -> int:
    Staff(desk.rooms.services).deactivate(desk.connection, desk.actor(), desk.args.login)
    return DONE


# ---- windows --------------------------------------------------------------------------------------------------------


def _enrol_code(desk: Desk) -> int:
    args = desk.args
    code = desk.rooms.enrolment.issue_code(
        desk.connection,
        desk.actor(),
        station_code=args.station,
        counter=args.counter,
        hours=args.hours,
        name=args.name,
        latin=args.latin,
        policy=args.policy,
    )
    if args.json:
        print_json({"code": code.code, "station": code.station_code, "counter": code.counter,
               "expires_at": timestamp(code.expires_at)})  # fmt: skip
    else:
        print(code.code)
    return DONE


def _counters(desk: Desk) -> int:
    args, devices = desk.args, desk.rooms.devices
    if args.revoke:
        devices.revoke(desk.connection, desk.actor(), args.revoke, args.reason or "revoked")
    elif args.lost:
        devices.mark_lost(desk.connection, desk.actor(), args.lost, args.reason or "lost")
    elif args.stop_selling:
        devices.stop_selling(desk.connection, desk.actor(), args.stop_selling, args.reason)
    elif args.resume:
        devices.resume_selling(desk.connection, desk.actor(), args.resume)
    print_table([_device(one) for one in devices.all(desk.connection)], as_json=args.json)
    return DONE


def _device(one: DeviceRecord) -> dict[str, Any]:
    return {
        "window": one.window,
        "state": one.state,
        "epoch": one.epoch,
        "forked": one.forked,
        "stop_selling": one.stop_selling,
        "seen_at": None if one.seen_at is None else timestamp(one.seen_at),
        "wire": one.wire,
        "version": one.app_version,
        "device_id": str(one.device_id),
    }


def _on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


_COMMANDS: Final[dict[str, Callable[[Desk], int]]] = {
    "import-timetable": _import_timetable,
    "import-policy": _import_policy,
    "add-user": _add_user,
    "deactivate-user": _deactivate_user,
    "enrol-code": _enrol_code,
    "counters": _counters,
    "allotments": commands_stock.allotments,
    "quotas": commands_stock.quotas,
    "runs": commands_stock.runs,
    "partitions": commands_stock.partitions,
    "conflicts": commands_stock.conflicts,
    "write-off": commands_stock.write_off,
    "verify": commands_stock.verify,
    "trust": commands_trust.trust,
    **commands_payments.COMMANDS,
}
