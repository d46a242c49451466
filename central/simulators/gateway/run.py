"""``counterfoil simulate gateway``: both wallets' gateways on this machine, with money that is none."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from central.commandparser import split_listen
from central.simulators.gateway.faults import Fault
from central.simulators.gateway.server import GatewaySimulator
from counter_app.errors import Reason, Refusal

_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def add_gateway_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listen", default="127.0.0.1:8480", metavar="HOST:PORT", help="this machine's own address")
    parser.add_argument(
        "--config",
        type=Path,
        default=None,
        metavar="DIR",
        help="write wechat.toml, alipay.toml and test keys here, for `central gateway add`",
    )
    parser.add_argument("--password-s", type=float, default=8.0, metavar="S", help="how long a customer types it")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="FAULT[:ON[:TIMES[:SECONDS]]]",
        help=f"from the start on: {', '.join(Fault)}; ON: pay, query, reverse, refund, query_refund, *",
    )


def run_gateway(args: argparse.Namespace, now: Callable[[], datetime]) -> int:
    """Until SIGTERM or SIGINT. Raises Refusal(BAD_INPUT)."""
    try:
        host, port = split_listen(args.listen)
    except ValueError as error:
        raise Refusal(Reason.BAD_INPUT, field="listen", detail=args.listen) from error
    if host not in _LOCAL:
        raise Refusal(Reason.BAD_INPUT, field="listen", detail="this machine only: its money is none")
    try:
        simulator = GatewaySimulator(now, host=host, port=port, password_s=args.password_s)
    except OSError as error:
        raise Refusal(Reason.BAD_INPUT, field="listen", detail=error.strerror or args.listen) from error
    for text in args.fault:
        order_fault(simulator, text)
    files = {} if args.config is None else simulator.write_config(args.config)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    simulator.start()
    told = {"listening": simulator.url, "config": {name: str(path) for name, path in files.items()}}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    stopped.wait()
    simulator.stop()
    return 0


def order_fault(simulator: GatewaySimulator, text: str) -> None:
    """Raises Refusal(BAD_INPUT, field="fault")."""
    name, *rest = text.split(":")
    try:
        on = rest[0] if rest else "*"
        times = int(rest[1]) if len(rest) > 1 else 1
        seconds = float(rest[2]) if len(rest) > 2 else 1.0
        simulator.faults.order(Fault(name), on, times=times, seconds=seconds)
    except (ValueError, IndexError) as error:
        raise Refusal(Reason.BAD_INPUT, field="fault", detail=text) from error
