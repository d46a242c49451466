"""``counterfoil simulate terminal``: the simulated card terminal as a program."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TextIO

from counter_app.ports.clock import Clock, Entropy
from devices.simulators.terminal.cards import CARDS
from devices.simulators.terminal.control import HELP, LINE_MAX, obey
from devices.simulators.terminal.dialogue import KEYS
from devices.simulators.terminal.faults import FAULTS, POINTS
from devices.simulators.terminal.serve import TerminalSimulator
from devices.simulators.terminal.settings import ANY, PORT, Settings

DONE, USAGE, REFUSED = 0, 2, 3
_TELL_S: Final = 10
_SAID_MAX: Final = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    line = parser.add_mutually_exclusive_group(required=True)
    line.add_argument("--listen", metavar="HOST:PORT", help=f"over TCP; port 0 takes a free one ({PORT} is usual)")
    line.add_argument("--pty", action="store_true", help="over a serial line: a pseudo-terminal")
    line.add_argument("--tell", metavar="HOST:PORT", help="say WORDS to the control of a terminal that runs")
    parser.add_argument("words", nargs="*", metavar="WORDS", help="for --tell")
    parser.add_argument("--link", type=Path, metavar="PATH", help="with --pty: a name for the device")
    parser.add_argument("--books", type=Path, metavar="FILE", help="keep the books there, over a restart")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]", help="from the start, for good")
    parser.add_argument(
        "--next", action="append", default=[], metavar="PLAN", help="faults of one transaction: 'decline=05 drop=ack'"
    )
    parser.add_argument("--control", metavar="HOST:PORT", help="take the control lines there, not on standard input")
    parser.add_argument("--show", action="store_true", help="show the customer's display and what happens")
    parser.add_argument("--manual", action="store_true", help="somebody plays the customer, by control lines")
    parser.add_argument("--pace", type=float, default=1.0, help="times faster than life; 0: customer and bank at once")
    parser.add_argument("--patience", type=float, default=60.0, metavar="S", help="seconds it waits for card and PIN")
    parser.add_argument("--terminal-id", default="52500038", help="8 digits")
    parser.add_argument("--password", default=ANY, help="6 digits that the till must know; any: whatever it says")
    parser.add_argument("--currency", type=int, default=978, help="ISO 4217, as a number: 978 EUR, 156 CNY")
    parser.add_argument("--card", choices=sorted(CARDS), default="girocard", help="what the customer brings")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write down what happens; never card data")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(
        (
            f"Control lines (standard input, or --control): {HELP}.",
            f"Keys: {', '.join(KEYS)}.",
            "Faults:",
            *(f"  {name:16} {kind:8} {text}" for name, (kind, text) in FAULTS.items()),
            "Points of a transaction:",
            *(f"  {name:16} {text}" for name, text in POINTS.items()),
        )
    )


def run_terminal(args: argparse.Namespace, clock: Clock, entropy: Entropy) -> int:
    """Until ``quit`` or an interrupt. 0 done, 2 for arguments that can't be, 3 where books or line are refused."""
    if args.tell:
        return _tell(args.tell, " ".join(args.words))
    if args.words or (args.link and not args.pty):
        sys.stderr.write("WORDS belong to --tell, --link to --pty\n")
        return USAGE
    with contextlib.ExitStack() as stack:
        try:
            settings = Settings(
                terminal_id=args.terminal_id,
                password=args.password,
                currency=args.currency,
                card=args.card,
                pace=args.pace,
                manual=args.manual,
                patience_s=args.patience,
            )
            control = _address(args.control) if args.control else None
            listen = _address(args.listen) if args.listen else None
            log = stack.enter_context(args.log.open("a", encoding="utf-8")) if args.log else None
            terminal = TerminalSimulator(
                args.books,
                clock=clock,
                entropy=entropy,
                settings=settings,
                script=args.next,
                on_note=_noting(clock, log, shown=args.show),
                on_display=_showing if args.show else lambda _: None,
            )
            stack.enter_context(terminal)
            for fault in args.fault:
                name, _, value = fault.partition("=")
                terminal.faults.set(name, value)
        except ValueError as trouble:
            sys.stderr.write(f"{trouble}\n")
            return USAGE
        except OSError as trouble:
            sys.stderr.write(f"{trouble}\n")
            return REFUSED
        return _serve(terminal, listen, control, args.link)


def _serve(
    terminal: TerminalSimulator, listen: tuple[str, int] | None, control: tuple[str, int] | None, link: Path | None
) -> int:
    with contextlib.ExitStack() as stack:
        try:
            if listen is not None:
                url = f"tcp://{listen[0]}:{terminal.serve_tcp(*listen)}"
            else:
                url = f"serial://{terminal.serve_pty(link)}"
            door = stack.enter_context(socket.create_server(control)) if control is not None else None
        except OSError as trouble:
            sys.stderr.write(f"{trouble}\n")
            return REFUSED
        said = f" control {control[0]}:{door.getsockname()[1]}" if door is not None and control is not None else ""
        sys.stdout.write(f"terminal {url}{said}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            if door is not None:
                _serve_control(terminal, door)
            elif not obey(terminal, sys.stdin, sys.stdout):
                threading.Event().wait()  # standard input ended (started in the background): on until interrupted
    return DONE


def _serve_control(terminal: TerminalSimulator, door: socket.socket) -> None:
    """One after the other; whoever says nothing for a minute makes room for the next."""
    while True:
        connection, _ = door.accept()
        connection.settimeout(60)
        with (
            contextlib.suppress(OSError),
            connection,
            connection.makefile("rw", encoding="utf-8", errors="replace") as stream,
        ):
            if obey(terminal, iter(partial(stream.readline, LINE_MAX), ""), stream):
                return


def _tell(where: str, words: str) -> int:
    """0 for ``ok``, 3 for anything else."""
    try:
        with (
            socket.create_connection(_address(where), timeout=_TELL_S) as connection,
            connection.makefile("rw", encoding="utf-8") as stream,
        ):
            stream.write(words + "\n")
            stream.flush()
            said = stream.readline(_SAID_MAX)
    except (OSError, ValueError) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return REFUSED
    sys.stdout.write(said)
    return DONE if said.startswith("ok") or words == "quit" else REFUSED


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"{text}: HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _noting(clock: Clock, log: TextIO | None, *, shown: bool) -> Callable[[str], None]:
    gate = threading.Lock()

    def note(text: str) -> None:
        line = f"{clock.now():%H:%M:%S.%f} {text}\n"
        with gate:
            if log is not None and not log.closed:
                log.write(line)
                log.flush()
            if shown:
                sys.stdout.write("    " + line)
                sys.stdout.flush()

    return note


def _showing(lines: tuple[str, ...]) -> None:
    """The customer's display, drawn in text."""
    width = max(24, *(len(line) for line in lines))
    edge = "+" + "-" * (width + 2) + "+"
    drawn = [edge, *(f"| {line.ljust(width)} |" for line in lines), edge]
    sys.stdout.write("\n".join(drawn) + "\n")
    sys.stdout.flush()
