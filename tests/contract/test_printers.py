"""One suite for every printer: over a real socket, a real pseudo-terminal, into a file, and onto the virtual roll."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from counter_app.ports.prints import Delivery, JobState, PaperState
from printers.codes import read_picture
from printers.compose import Composer
from printers.driver import Deadlines, EscposPrinter
from printers.escpos import paper_bytes
from printers.interpreter import Events, Interpreter
from printers.opening import tell_recovered
from printers.profiles import PROFILES, profile_named
from printers.raster import Raster
from printers.simulator.serve import SimulatedPrinter
from printers.simulator.usb import Gadget, SimulatedBus
from printers.transports.base import Opener
from printers.transports.serial import SerialOpener
from printers.transports.tcp import TcpOpener
from printers.transports.usb import UsbOpener
from tests.unit.printers.samples import CODE, PAPERS, RESOURCES, SLEEPER, Z_REPORT

QUICK = Deadlines(connect_s=1.0, answer_s=0.4, send_s=0.8, confirm_s=0.8, quiet_s=0.1)
COMPOSER = Composer(RESOURCES)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
LINES = ["tcp", pytest.param("pty", marks=POSIX), "usb"]


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 9, 5, tzinfo=UTC)

    def monotonic_ms(self) -> int:
        return 0


@dataclass
class Bench:
    """A driver and the simulated printer at the other end of its line."""

    driver: EscposPrinter
    simulator: SimulatedPrinter
    again: Callable[[], EscposPrinter]  # a driver of a fresh process

    def fault(self, name: str, value: str = "on") -> None:
        self.simulator.machine.switch(name, value)


def bench_on(line: str, profile: str) -> tuple[SimulatedPrinter, Callable[[], EscposPrinter]]:
    found = profile_named(profile)
    simulator = SimulatedPrinter(width=found.width)
    opener: Opener
    match line:
        case "tcp":
            opener = TcpOpener("127.0.0.1", simulator.listen(), bytes_per_s=900_000)
        case "usb":
            bus = SimulatedBus()
            simulator.also_close(bus.close)
            bus.plug(Gadget(0x04B8, 0x0E15, "J1", address=("127.0.0.1", simulator.listen())))
            opener = UsbOpener(0x04B8, 0x0E15, bus=lambda: bus, bytes_per_s=900_000)
        case _:
            opener = SerialOpener(simulator.open_pty(), 921600)
    return simulator, lambda: EscposPrinter(opener, found, COMPOSER, deadlines=QUICK)


@pytest.fixture(params=LINES)
def line(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(
    params=[
        ("tcp", "thermal-80"),
        ("tcp", "epson-80"),
        pytest.param(("pty", "thermal-80"), marks=POSIX),
        ("usb", "epson-80"),
    ],
    ids="-".join,
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    simulator, again = bench_on(*request.param)
    with simulator:
        yield Bench(again(), simulator, again)


def same_dots(sheet: Raster, paper: Raster) -> bool:
    """The sheet begins with the paper's rows and has nothing but white after them."""
    return sheet.rows[: len(paper.rows)] == paper.rows and not any(sheet.rows[len(paper.rows) :])


# ---------------------------------------------------------------- what goes well


@pytest.mark.parametrize("profile", ["thermal-80", "epson-58", "epson-80-512"])
def test_every_profile_prints_each_paper_whole_and_cut_once(line: str, profile: str) -> None:
    """A passenger would hold half a ticket, or two in one."""
    simulator, again = bench_on(line, profile)
    driver = again()
    with simulator:
        for number, (name, paper) in enumerate(PAPERS.items(), start=1):
            outcome = driver.deliver(paper, token=number)
            assert outcome.delivery is Delivery.CONFIRMED, (name, outcome)
            assert len(simulator.sheets) == number
            expected = COMPOSER.compose(paper, width=driver.profile.width)
            assert same_dots(simulator.sheets[-1], expected), name
        assert simulator.machine.unknown == []
        assert simulator.machine._interpreter.clipped == 0
        assert sum(said.startswith("GS V") for said in simulator.commands) == len(PAPERS)
        assert simulator.machine.drawer_kicks == 0


@pytest.mark.parametrize("profile", ["thermal-58", "thermal-80", "epson-58", "epson-80"])
@pytest.mark.parametrize("symbology", ["aztec", "qr"])
def test_the_code_is_read_back_from_the_drawn_bytes(profile: str, symbology: str) -> None:
    """The gate's scanner would refuse a paid ticket."""
    found = replace(PROFILES[profile], symbology=symbology)  # type: ignore[arg-type]
    sheets: list[Raster] = []
    raster = COMPOSER.compose(SLEEPER, width=found.width, symbology=found.symbology)
    Interpreter(found.width, Events(sheet=sheets.append)).feed(paper_bytes(raster, found, token=1))
    assert read_picture(sheets[0].png()) == [CODE]


def test_status_is_the_printers_own(bench: Bench) -> None:
    """A sale would be paid while the printer has no paper."""
    assert bench.driver.status().ready
    bench.fault("paper_near_end")
    near = bench.driver.status()
    assert (near.ready, near.paper) == (True, PaperState.NEAR_END)
    bench.fault("paper_near_end", "off")
    for fault, error in (("paper_out", "paper_out"), ("cover_open", "cover_open"), ("cutter", "cutter")):
        bench.fault(fault)
        status = bench.driver.status()
        assert (status.ready, status.answered, status.error) == (False, True, error)
        assert bench.driver.deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
        bench.fault(fault, "off")
    assert bench.simulator.sheets == []
    assert bench.driver.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED


def test_the_drawer_opens_once(bench: Bench) -> None:
    """A drawer that opens twice, or with a ticket, is money unwatched."""
    assert bench.driver.kick_drawer(token=1).delivery is Delivery.CONFIRMED
    assert bench.driver.deliver(SLEEPER, token=2).delivery is Delivery.CONFIRMED
    assert bench.simulator.machine.drawer_kicks == 1


def test_status_blocks_that_nobody_asked_for_are_no_answer(bench: Bench) -> None:
    """A printer with automatic status would seem on-line with its cover open, or done before it printed."""
    bench.fault("babble")
    bench.fault("mute")
    assert bench.driver.deliver(SLEEPER, token=3).delivery is not Delivery.CONFIRMED
    bench.fault("mute", "off")
    assert bench.driver.deliver(SLEEPER, token=4).delivery is Delivery.CONFIRMED
    bench.fault("cover_open")
    assert not bench.driver.status().ready


# ---------------------------------------------------------------- what goes wrong


def test_a_silent_printer_is_not_ready_and_nothing_is_sent(bench: Bench) -> None:
    """ "Printed" would be believed of a printer that is switched off behind its network card."""
    bench.fault("silent")
    assert bench.driver.status().error == "silent"
    outcome = bench.driver.deliver(SLEEPER, token=1)
    assert outcome.delivery is Delivery.FAILED_BEFORE_SEND
    assert b"\x1dv0" not in bench.simulator.received


def test_a_garbling_printer_is_never_believed(bench: Bench) -> None:
    """Noise on the line would count as paper in the tray."""
    bench.fault("garble")
    assert not bench.driver.status().ready
    assert bench.driver.deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND


def test_a_printer_that_says_every_good_answer_to_everything_is_not_believed() -> None:
    """A converter that repeats what it once heard: "all printed" would be among it at any time."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def repeat() -> None:
            try:
                while True:
                    line, _ = server.accept()
                    with line:
                        while line.recv(4096):
                            line.sendall(b"\x00\x12")
            except OSError:
                return  # the test is over

        threading.Thread(target=repeat, daemon=True).start()
        opener = TcpOpener("127.0.0.1", server.getsockname()[1], bytes_per_s=900_000)
        driver = EscposPrinter(opener, PROFILES["thermal-80"], COMPOSER, deadlines=QUICK, half_sent=False)
        assert driver.status().ready
        assert driver.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
        assert driver.kick_drawer(token=2).delivery is not Delivery.CONFIRMED


def test_no_word_is_unknown(bench: Bench) -> None:
    """A ticket that may lie in the tray would be printed, and handed out, twice."""
    assert bench.driver.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
    bench.fault("mute")
    outcome = bench.driver.deliver(SLEEPER, token=2)
    assert outcome.delivery is Delivery.UNKNOWN


def test_another_jobs_word_is_not_ours(line: str) -> None:
    """An old job's echo would confirm a ticket that never came out."""
    simulator, again = bench_on(line, "epson-80")
    with simulator:
        driver = again()
        assert driver.deliver(SLEEPER, token=1234).delivery is Delivery.CONFIRMED
        simulator.machine.switch("wrong_id", "on")
        assert driver.deliver(SLEEPER, token=1235).delivery is Delivery.UNKNOWN


def test_paper_that_ends_in_the_middle_is_unknown_and_says_why(bench: Bench) -> None:
    """The clerk would not know why the ticket is short."""
    assert bench.driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    bench.fault("paper_rows", "150")
    outcome = bench.driver.deliver(SLEEPER, token=2)
    assert outcome.delivery is Delivery.UNKNOWN
    assert outcome.status.error == "paper_out"
    assert bench.driver.deliver(SLEEPER, token=3).delivery is Delivery.FAILED_BEFORE_SEND


def test_after_new_paper_the_old_jobs_late_word_confirms_nothing(bench: Bench) -> None:
    """The rest of the old ticket comes out with the new paper; its answer must not be the next ticket's."""
    assert bench.driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    bench.fault("paper_rows", "150")
    assert bench.driver.deliver(SLEEPER, token=2).delivery is Delivery.UNKNOWN
    bench.fault("paper_out", "off")
    bench.fault("paper_rows", "off")
    outcome = bench.driver.deliver(SLEEPER, token=3)
    assert outcome.delivery is Delivery.CONFIRMED
    assert same_dots(bench.simulator.sheets[-1], COMPOSER.compose(SLEEPER, width=576))
    assert bench.driver.deliver(Z_REPORT, token=4).delivery is Delivery.CONFIRMED
    assert same_dots(bench.simulator.sheets[-1], COMPOSER.compose(Z_REPORT, width=576))


@pytest.mark.parametrize("after", [500, 20_000, 39_000])
def test_a_line_that_closes_in_the_middle_is_unknown_and_the_next_ticket_whole(after: int) -> None:
    """The next passenger's ticket would be swallowed as the rest of the broken one's picture."""
    simulator, again = bench_on("tcp", "epson-80")
    with simulator:
        driver = again()
        assert driver.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
        simulator.machine.switch("closes", str(after))
        assert driver.deliver(SLEEPER, token=2).delivery is Delivery.UNKNOWN
        assert driver.deliver(SLEEPER, token=3).delivery is Delivery.CONFIRMED
        assert same_dots(simulator.sheets[-1], COMPOSER.compose(SLEEPER, width=576))


def test_a_line_that_closes_before_the_job_is_a_failure_before_it() -> None:
    """A job of which nothing left would bother the clerk with a question."""
    simulator, again = bench_on("tcp", "epson-80")
    with simulator:
        simulator.machine.switch("closes", "2")
        outcome = again().deliver(SLEEPER, token=2)
        assert outcome.delivery is Delivery.FAILED_BEFORE_SEND


def test_a_printer_that_stops_reading_freezes_nothing(bench: Bench) -> None:
    """The window would hang with a customer before it."""
    assert bench.driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    bench.fault("stalls", "3000")
    began = time.monotonic()
    outcome = bench.driver.deliver(SLEEPER, token=2)
    assert outcome.delivery is Delivery.UNKNOWN
    assert time.monotonic() - began < 30  # a hang would be for ever; this is no timing of ours
    bench.fault("stalls", "off")
    for _ in range(3):
        outcome = bench.driver.deliver(SLEEPER, token=3)
        if outcome.delivery is Delivery.CONFIRMED:
            break
    assert outcome.delivery is Delivery.CONFIRMED
    assert same_dots(bench.simulator.sheets[-1], COMPOSER.compose(SLEEPER, width=576))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("cut_at", [30, 700, 30_000])
def test_a_killed_process_leaves_the_next_ticket_whole(bench: Bench, cut_at: int, known: bool) -> None:
    """After a crash the first ticket would vanish into the picture that the crash left half sent."""
    profile = bench.driver.profile
    half = paper_bytes(COMPOSER.compose(SLEEPER, width=576), profile, token=9)[:cut_at]
    opener = bench.driver._opener
    link = opener.open(1, threading.Event())
    link.write(half, 5)
    end = time.monotonic() + 10
    while len(bench.simulator.received) < cut_at and time.monotonic() < end:
        time.sleep(0.01)
    link.close()
    expected = COMPOSER.compose(SLEEPER, width=576)
    driver = bench.again()
    if known:
        tell_recovered(driver, interrupted=1, last=JobState.UNKNOWN)
    outcome = driver.deliver(SLEEPER, token=10)
    assert outcome.delivery is Delivery.CONFIRMED
    assert bench.simulator.sheets[-1].rows.endswith(expected.rows)
    if known:
        assert bench.simulator.sheets[-1] == expected


def test_a_printer_known_to_be_clean_gets_the_ticket_and_nothing_else(bench: Bench) -> None:
    """Every start would send a band of zeros first, and the first customer would wait for it."""
    tell_recovered(bench.driver, interrupted=0, last=JobState.CONFIRMED)
    assert bench.driver.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
    job = paper_bytes(COMPOSER.compose(SLEEPER, width=576), bench.driver.profile, token=1)
    assert bytes(bench.simulator.received) == b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04" + job


def test_nobody_there() -> None:
    """A wrong address in the settings would look like a printed ticket."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for opener in (TcpOpener("127.0.0.1", port), SerialOpener("/dev/no-such-printer", 9600)):
        driver = EscposPrinter(opener, PROFILES["thermal-80"], COMPOSER, deadlines=QUICK)
        assert driver.status().error == "not_reachable"
        assert driver.deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
        assert driver.kick_drawer(token=1).delivery is Delivery.FAILED_BEFORE_SEND


class DeafWhilePrinting:
    """A line to a printer in the middle of a picture, that takes real-time questions for dots until it is whole."""

    keeps_answers = False
    where = "deaf"

    def __init__(self, missing: int) -> None:
        self.missing = missing
        self._answers = b""

    def open(self, within_s: float, stop: threading.Event) -> DeafWhilePrinting:
        return self

    def write(self, data: bytes, within_s: float) -> None:
        self.missing, rest = max(0, self.missing - len(data)), data[self.missing :]
        self._answers += b"\x12" * rest.count(b"\x10\x04") + b"\x00" * rest.count(b"\x1dr\x01")

    def read(self, within_s: float) -> bytes:
        said, self._answers = self._answers, b""
        if not said:
            time.sleep(min(within_s, 0.01))
        return said

    def port_error(self) -> str:
        return ""

    def close(self) -> None:
        pass

    def seconds_for(self, count: int) -> float:
        return 0.0


def test_a_printer_that_is_deaf_in_a_picture_is_filled_up() -> None:
    """After one broken job the window would say "silent" until somebody switches the printer off and on."""
    line = DeafWhilePrinting(missing=9_000)
    printer = EscposPrinter(line, PROFILES["thermal-80"], COMPOSER, deadlines=QUICK, half_sent=True)
    assert printer.status().ready
    assert printer.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
    clean = EscposPrinter(
        DeafWhilePrinting(missing=9_000), PROFILES["thermal-80"], COMPOSER, deadlines=QUICK, half_sent=False
    )
    assert not clean.status().ready  # without a reason nothing is sent to a silent printer


@pytest.mark.parametrize("host", ["a..b", "no-such-printer.invalid"])
def test_a_name_that_nobody_has_is_a_failure_before(host: str) -> None:
    """A mistyped host name would end the print lane with an exception that no one expects."""
    printer = EscposPrinter(TcpOpener(host, 9100), PROFILES["thermal-80"], COMPOSER)
    assert printer.deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
    assert printer.status().error == "not_reachable"


def test_a_dead_name_server_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window's printing would hang for half a minute at every ticket, resolver by resolver."""
    free = threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        free.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    printer = EscposPrinter(
        TcpOpener("printer", 9100), PROFILES["thermal-80"], COMPOSER, deadlines=Deadlines(connect_s=0.2)
    )
    try:
        outcome = printer.deliver(SLEEPER, token=1)
    finally:
        held = not free.is_set()
        free.set()
    assert held
    assert outcome.delivery is Delivery.FAILED_BEFORE_SEND
    assert "name server" in outcome.detail


def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A printer's name with an IPv6 address that leads nowhere would never print."""
    with SimulatedPrinter() as simulated:
        where = ("127.0.0.1", simulated.listen())
        found = [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 1, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", where),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        printer = EscposPrinter(TcpOpener("printer", 9100), PROFILES["thermal-80"], COMPOSER)
        assert printer.status().ready


def test_a_printer_that_only_listens_is_never_confirmed(line: str) -> None:
    """A cheap printer's silence would be taken for a ticket in hand."""
    simulator, again = bench_on(line, "listening-80")
    with simulator:
        assert again().deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN


def test_two_threads_never_interleave(bench: Bench) -> None:
    """Two tickets printed at once would come out as none."""
    outcomes: list[Delivery] = []

    def work(first: int) -> None:
        outcomes.extend(bench.driver.deliver(SLEEPER, token=first + n).delivery for n in range(4))
        outcomes.append(bench.driver.kick_drawer(token=first + 50).delivery)

    threads = [threading.Thread(target=work, args=(1 + 100 * n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes == [Delivery.CONFIRMED] * 10
    assert len(bench.simulator.sheets) == 8
    expected = COMPOSER.compose(SLEEPER, width=576)
    assert all(same_dots(sheet, expected) for sheet in bench.simulator.sheets)
    assert bench.simulator.machine.drawer_kicks == 2
    assert bench.simulator.machine.unknown == []
