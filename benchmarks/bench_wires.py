"""From the composed ticket to its first byte on the wire, and how many bytes there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event
from time import perf_counter_ns

from benchmarks.bench_paper import _face
from benchmarks.result import Context, Result, percentile
from counter_app.domain.papers import Pair, Paper, Slip, Strength, Text
from counter_app.ports.prints import Delivery
from printers.compose import Composer
from printers.driver import EscposPrinter
from printers.jobs import job_bytes
from printers.profiles import PROFILES, Symbology
from printers.raster import Raster
from printers.simulator.usb import Gadget, SimulatedBus
from printers.transports.base import Link, Opener
from printers.transports.serial import SerialOpener
from printers.transports.tcp import TcpOpener
from printers.transports.usb import UsbOpener

RESOURCES = Path(__file__).parents[1] / "resources"


def run(context: Context) -> list[Result]:
    composer = _Clocked(RESOURCES)
    return [*_bytes(composer), *_first_bytes(composer, context.folder, 20 if context.quick else 100)]


def _bytes(composer: Composer) -> list[Result]:
    results = []
    for name in ("epson-80", "epson-58"):
        fed = PROFILES[name]
        for profile, how in ((replace(fed, blank_feed=False), "sent whole"), (fed, "blank rows fed")):
            sizes = [len(job_bytes(_face(number), profile, composer, token=1)) for number in range(40)]
            results.append(
                Result(name=f"bytes of a ticket, {profile.width} dots, {how}", value=sum(sizes) / 40_000, unit="kB")
            )
    slow = replace(PROFILES["thermal-80"], native_slips=True)
    for profile, how in ((replace(slow, native_slips=False), "dots"), (slow, "native text")):
        size = len(job_bytes(_receipt(), profile, composer, token=1))
        note = f"{size * 10 / 19_200:.1f} s at 19200 baud"
        results.append(Result(name=f"bytes of a receipt, {how}", value=size / 1000, unit="kB", note=note))
    return results


def _receipt() -> Slip:
    lines = tuple(Pair(f"G{number} 长沙南 - 北京西 二等座", "¥649.00") for number in range(1, 6))
    total = Pair("合计", "¥3245.00", Strength.LARGE)
    return Slip(
        language="zh",
        title="购票凭证",
        subtitle="长沙南 3号窗口",
        marks=(),
        blocks=(*lines, total, Pair("现金", "¥3300.00"), Pair("找零", "¥55.00"), Text("请核对车票，当面点清找零。")),
    )


class _Clocked(Composer):
    """Notes when a paper was composed."""

    done_ns = 0

    def compose(self, paper: Paper, *, width: int, symbology: Symbology = "aztec") -> Raster:
        raster = super().compose(paper, width=width, symbology=symbology)
        self.done_ns = perf_counter_ns()
        return raster


class _Tapped:
    """A wire that notes when its first byte is sent, and the first of a job: the questions before it have three."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self.where = opener.where
        self.keeps_answers = opener.keeps_answers
        self.seconds_for = opener.seconds_for
        self.asked_ns = 0
        self.sent_ns = 0

    def open(self, within_s: float, stop: Event) -> Link:
        self.asked_ns = self.sent_ns = 0
        return _TappedLink(self, self._opener.open(within_s, stop))


class _TappedLink:
    def __init__(self, tap: _Tapped, link: Link) -> None:
        self._tap = tap
        self._link = link
        self.read = link.read
        self.port_error = link.port_error
        self.close = link.close

    def write(self, data: bytes, within_s: float) -> None:
        now_ns = perf_counter_ns()
        self._tap.asked_ns = self._tap.asked_ns or now_ns
        if len(data) > 3:
            self._tap.sent_ns = self._tap.sent_ns or now_ns
        self._link.write(data, within_s)


@contextmanager
def _printers(folder: Path) -> Iterator[list[str]]:
    """Simulated printers as processes of their own: where they draw, this one would wait for them."""
    wires = [["--listen", "127.0.0.1:0"]] + ([["--pty"]] if os.name == "posix" else [])
    with ExitStack() as stack:
        addresses = []
        for number, wire in enumerate(wires):
            out = str(folder / f"paper-{number}")
            command = [sys.executable, "main.py", "simulate", "printer", *wire, "--out", out]
            child = stack.enter_context(Popen(command, cwd=RESOURCES.parent, stdin=PIPE, stdout=PIPE, text=True))
            stack.callback(child.terminate)
            assert child.stdout is not None
            addresses.append(child.stdout.readline().split()[1])
        yield addresses


def _first_bytes(composer: _Clocked, folder: Path, rounds: int) -> list[Result]:
    """The printer is asked how it is while nothing is composed yet: the first byte of all comes before the ticket."""
    results: list[Result] = []
    bus = SimulatedBus()
    with _printers(folder) as addresses:
        host, _, port = addresses[0].removeprefix("tcp://").rpartition(":")
        bus.plug(Gadget(0x04B8, 0x0E15, address=(host, int(port))))
        lines: list[tuple[str, Opener]] = [("TCP", TcpOpener(host, int(port)))]
        if len(addresses) > 1:
            lines.append(("pty", SerialOpener(addresses[1].removeprefix("serial://"), 115_200)))
        lines.append(("USB (simulated bus)", UsbOpener(0x04B8, 0x0E15, bus=lambda: bus)))
        for name, opener in lines:
            tap = _Tapped(opener)
            driver = EscposPrinter(tap, PROFILES["epson-80"], composer, half_sent=False)
            asked: list[float] = []
            sent: list[float] = []
            for number in range(rounds):
                start_ns = perf_counter_ns()
                if driver.deliver(_face(number), token=number + 1).delivery is not Delivery.CONFIRMED:
                    raise RuntimeError("the simulated printer did not print")
                asked.append((tap.asked_ns - start_ns) / 1e6)
                sent.append((tap.sent_ns - composer.done_ns) / 1e6)
            for what, times in (
                ("asked to print to the first byte", asked),
                ("composed to the ticket's first byte", sent),
            ):
                note = f"{rounds} tickets, median {percentile(times, 50):.1f} ms"
                results.append(
                    Result(
                        name=f"{what}, {name}, p99",
                        value=percentile(times, 99),
                        unit="ms",
                        goal=10,
                        note=note,
                    )
                )
        bus.close()
    return results
