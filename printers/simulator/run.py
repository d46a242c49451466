"""``counterfoil simulate printer``: the simulated printer as a program, with faults switched by lines of text."""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from printers.simulator.machine import Faults
from printers.simulator.serve import SimulatedPrinter
from printers.simulator.spooler import SimulatedSpooler

HELP = (
    "on standard input (or --control): FAULT on|off, FAULT NUMBER, clear, power (off and on), unplug, plug, status, "
    "quit. Faults: paper_out, paper_near_end, cover_open, cutter, stuck (until DLE ENQ), drawer_open, no_dle, chinese "
    "(wakes up in Chinese mode), crashed, silent, mute, wrong_id, garble, babble; with a number: paper_rows, "
    "cover_rows, buffer (bytes of an image), closes, stalls, slow"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    line = parser.add_mutually_exclusive_group(required=True)
    line.add_argument("--listen", metavar="HOST:PORT", help="a network printer; port 0 takes a free one")
    line.add_argument("--pty", action="store_true", help="a serial printer on a pseudo-terminal")
    parser.add_argument("--link", metavar="PATH", type=Path, help="a name for the pseudo-terminal that stays")
    parser.add_argument(
        "--ipp", metavar="HOST:PORT", help='beside --listen: a spooler with the queue "ticket" before it'
    )
    parser.add_argument(
        "--hanzi", choices=("gb2312", "gbk", "gb18030", "none"), default="gb18030", help="its Chinese set"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="a PNG for each cut paper, and a log")
    parser.add_argument("--width", type=int, default=576, help="dots: 576 (80 mm), 384 (58 mm), 512")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]", help="from the start")
    parser.add_argument("--control", metavar="HOST:PORT", help="take the control lines there, not on standard input")
    parser.epilog = HELP


def run_simulator(args: argparse.Namespace) -> int:
    """Runs until ``quit`` or an interrupt. 0 done, 2 for arguments that can't be."""
    if args.width % 8 or not 64 <= args.width <= 1024:
        sys.stderr.write("--width: a multiple of 8\n")
        return 2
    if (args.ipp and not args.listen) or (args.link and not args.pty):
        sys.stderr.write("--ipp goes with --listen, --link with --pty\n")
        return 2
    printer = SimulatedPrinter(width=args.width, out=args.out, hanzi="" if args.hanzi == "none" else args.hanzi)
    spooler: SimulatedSpooler | None = None
    try:
        for fault in args.fault:
            name, _, value = fault.partition("=")
            printer.machine.switch(name, value or "on")
        if args.pty:
            line = f"serial://{printer.open_pty(args.link)}"
        else:
            where = _listened(printer, args.listen)
            line = f"tcp://{where}"
            if args.ipp:
                host, port = _address(args.ipp)
                spooler = SimulatedSpooler(printer=_address(where), host=host, port=port)
                line += f"\nspooler ipp://{host}:{spooler.port}/printers/{spooler.queue}"
    except (ValueError, OSError) as trouble:
        sys.stderr.write(f"{trouble}\n")
        printer.close()
        return 2
    sys.stdout.write(f"printer {line}\n")
    sys.stdout.flush()
    try:
        if args.control:
            _serve_control(printer, args.control)
        elif not obey(printer, sys.stdin, sys.stdout):
            threading.Event().wait()  # standard input ended (started in the background): on until interrupted
    except KeyboardInterrupt:
        pass
    finally:
        if spooler is not None:
            spooler.close()
        printer.close()
    return 0


def obey(printer: SimulatedPrinter, lines: Iterable[str], out: TextIO) -> bool:
    """The control protocol: a line in, ``ok …`` or ``error …`` out. True once it was told to quit."""
    for line in lines:
        words = line.split()
        if not words:
            continue
        if words == ["quit"]:
            return True
        out.write(_obey_one(printer, words) + "\n")
        out.flush()
    return False


def _obey_one(printer: SimulatedPrinter, words: list[str]) -> str:
    if words == ["status"]:
        return f"ok sheets={len(printer.sheets)} kicks={printer.machine.drawer_kicks} {_active(printer.machine.faults)}"
    if words in (["unplug"], ["plug"]):
        (printer.plug if words == ["plug"] else printer.unplug)()
        return "ok"
    if len(words) > 2:
        return "error FAULT [on|off|NUMBER]"
    try:
        printer.machine.switch(words[0], words[1] if len(words) == 2 else "on")
    except ValueError as trouble:
        return f"error {trouble}"
    return f"ok {_active(printer.machine.faults)}"


def _active(faults: Faults) -> str:
    names = [name for name in Faults.__slots__ if not (getattr(faults, name) is None or getattr(faults, name) is False)]
    return ",".join(f"{name}={getattr(faults, name)}" for name in names) or "no faults"


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text}: HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _listened(printer: SimulatedPrinter, text: str) -> str:
    host, port = _address(text)
    return f"{host}:{printer.listen(host, port)}"


def _serve_control(printer: SimulatedPrinter, text: str) -> None:
    with socket.create_server(_address(text)) as listener:
        while True:
            connection, _ = listener.accept()
            with connection, connection.makefile("rw", encoding="utf-8", errors="replace") as stream:
                if obey(printer, stream, stream):
                    return
