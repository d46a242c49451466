"""Several drivers at one device: they take turns, and one knows what another left in the printer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from counter_app.application.change_printers import ChangePrinters
from counter_app.application.printer_set import Fitted, PrinterSet
from counter_app.domain.settings import DEFAULTS
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobState, PrinterStatus
from counter_app.ports.workshop import FoundPrinter
from counter_app.system import SystemClock
from counter_app.texts import Texts
from printers import bench_finder
from printers.bench_finder import PrinterFinder
from printers.driver import EscposPrinter
from printers.finding import Found
from printers.interpreter import Events, Interpreter
from printers.line import PrinterLine
from printers.opening import PrinterLines, open_printer, tell_recovered
from printers.paperless import FilePrinter
from printers.profiles import PROFILES
from printers.raster import Raster
from printers.simulator.serve import SimulatedPrinter
from tests.contract.test_printer_queue import wait_for
from tests.contract.test_printers import COMPOSER, POSIX, QUICK, FixedClock, same_dots
from tests.unit.printers.samples import RESOURCES, SLEEPER


@dataclass
class Window:
    """A window with one printer, whose address the technician spells otherwise."""

    driver: EscposPrinter
    simulator: SimulatedPrinter
    finder: PrinterFinder
    spelled: str


def _finder(url: str, driver: EscposPrinter, search: Callable[..., list[Found]], folder: Path) -> PrinterFinder:
    return PrinterFinder(
        composer=lambda: COMPOSER,
        clock=SystemClock(),
        own=folder / "printers",
        texts=lambda language: Texts(RESOURCES / "i18n", language),
        change=ChangePrinters(folder=folder, check_url=lambda _url, _profile: None),
        in_force=DEFAULTS,
        saved=lambda: DEFAULTS,
        hosts=lambda: ["localhost"],
        search=search,
        running=lambda: PrinterSet(main=Fitted(printer=driver, url=url, profile="thermal-80")),
    )


def _nothing(*_: object, **__: object) -> list[Found]:
    return []


@pytest.fixture(params=["tcp", pytest.param("pty", marks=POSIX)])
def window(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    def quick(url: str, **kwargs: object) -> object:
        return open_printer(url, deadlines=QUICK, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(bench_finder, "open_printer", quick)
    with SimulatedPrinter(width=576) as simulator:
        if request.param == "tcp":
            port = simulator.listen()
            url, spelled = f"tcp://127.0.0.1:{port}", f"tcp://LOCALHOST:{port}/"
        else:
            device = simulator.open_pty()
            (tmp_path / "by-id").symlink_to(device)
            url, spelled = f"serial://{tmp_path}/by-id?baud=921600", f"serial://{device}?baud=921600"
        driver = open_printer(url, composer=COMPOSER, clock=FixedClock(), profile="thermal-80", deadlines=QUICK)
        assert isinstance(driver, EscposPrinter)
        tell_recovered(driver, interrupted=0, last=JobState.CONFIRMED)
        yield Window(driver, simulator, _finder(url, driver, _nothing, tmp_path), spelled)


def test_a_page_that_ends_unknown_is_known_to_the_windows_own_driver(window: Window) -> None:
    """The technician's page stops in the middle of a picture: the next ticket would be swallowed as the rest of it."""
    assert window.finder.own_printer(window.spelled) == "main"
    machine = window.simulator.machine
    machine.switch("closes" if window.spelled.startswith("tcp") else "stalls", "5000")
    outcome = window.finder.try_page(window.spelled, "thermal-58", "all", "en")
    assert outcome.delivery is Delivery.UNKNOWN
    machine.switch("closes", "off")
    machine.switch("stalls", "off")
    assert window.driver.line.half_sent
    for _ in range(3):
        outcome = window.driver.deliver(SLEEPER, token=3)
        if outcome.delivery is Delivery.CONFIRMED:
            break
    assert outcome.delivery is Delivery.CONFIRMED
    assert same_dots(window.simulator.sheets[-1], COMPOSER.compose(SLEEPER, width=576))


def test_nothing_is_asked_of_a_printer_in_the_middle_of_its_job(window: Window) -> None:
    """`DLE EOT` and `DLE ENQ` of a second driver come between the bands of a ticket."""
    machine = window.simulator.machine
    machine.switch("stalls", "5000")  # holds the job until it is let go
    outcomes: list[DeliveryOutcome] = []
    words: list[PrinterStatus] = []
    job = threading.Thread(target=lambda: outcomes.append(window.driver.deliver(SLEEPER, token=1)))
    job.start()
    wait_for(lambda: len(window.simulator.received) >= 5000)
    ask = threading.Thread(target=lambda: words.append(window.finder.ask(window.spelled, "thermal-80")))
    ask.start()
    wait_for(lambda: len(window.driver.line._calls) == 2)  # it waits for its turn
    held = bytes(window.simulator.received)
    machine.switch("stalls", "off")
    job.join(30)
    ask.join(30)
    assert (len(outcomes), len(words)) == (1, 1)
    assert held.count(b"\x10\x04") == 4, "the job's own questions"
    if outcomes[0].delivery is Delivery.CONFIRMED:
        assert same_dots(window.simulator.sheets[-1], COMPOSER.compose(SLEEPER, width=576))
    assert machine.unknown == []


def test_a_search_does_not_wait_for_a_printer_at_work(window: Window, tmp_path: Path) -> None:
    """The list stays empty until a long report is out, or the report has a question in its middle."""
    asked: list[object] = []

    def search(*_: object, hosts: object = None, **__: object) -> list[Found]:
        asked.append(hosts)
        return [Found(url=window.spelled, name="ours", profile="", how="usb", sure=True)] if hosts is None else []

    finder = _finder(window.driver.name, window.driver, search, tmp_path)
    found: list[FoundPrinter] = []
    with window.driver.line.call() as stop, window.driver.line.turn(stop):  # a job is under way
        finder.search(lambda _step: None, found.append, lambda: False)
    assert [one.status for one in found] == [None]
    assert not window.simulator.received
    found.clear()
    finder.search(lambda _step: None, found.append, lambda: False)
    assert [one.status is not None and one.status.ready for one in found] == [True]
    assert [one.profile for one in found] == ["thermal-80"], "that of the settings, where it does not say"


def test_two_printers_of_the_settings_at_one_device_never_mix(window: Window) -> None:
    """Tickets and receipts in lanes of their own, and one printer for both: bands of one in the other."""
    lines = PrinterLines()
    drivers = [
        open_printer(
            url, composer=COMPOSER, clock=FixedClock(), profile="thermal-80", deadlines=QUICK, line=lines.at(url)
        )
        for url in (window.driver.name, window.spelled)
    ]
    outcomes: list[Delivery] = []

    def work(at: int) -> None:
        outcomes.extend(drivers[at].deliver(SLEEPER, token=10 * at + n + 1).delivery for n in range(3))

    threads = [threading.Thread(target=work, args=(at,)) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes == [Delivery.CONFIRMED] * 6
    expected = COMPOSER.compose(SLEEPER, width=576)
    assert [same_dots(sheet, expected) for sheet in window.simulator.sheets] == [True] * 6
    assert window.simulator.machine.unknown == []


@POSIX
def test_after_a_device_node_took_half_a_ticket_the_next_is_whole(tmp_path: Path) -> None:
    """/dev/usb/lp0 says nothing of what became of a job: the next one's beginning was taken for dots of it."""
    node = tmp_path / "lp0"
    os.mkfifo(node)
    held = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    taken = bytearray()

    def take() -> None:
        try:
            while True:
                taken.extend(os.read(held, 65536))
        except BlockingIOError:
            return

    try:
        line = PrinterLine(half_sent=False)
        hasty = FilePrinter(node, PROFILES["thermal-80"], COMPOSER, device_s=0.2, line=line)
        while hasty.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN:
            pass  # until it is full, in the middle of one
        take()
        driver = FilePrinter(node, PROFILES["thermal-80"], COMPOSER, line=line)
        outcomes: list[DeliveryOutcome] = []
        thread = threading.Thread(target=lambda: outcomes.append(driver.deliver(SLEEPER, token=2)))
        thread.start()
        while thread.is_alive():
            take()
            thread.join(0.01)
        take()
        assert outcomes[0].delivery is Delivery.UNKNOWN
    finally:
        os.close(held)
    sheets: list[Raster] = []
    Interpreter(576, Events(sheet=sheets.append)).feed(bytes(taken))
    assert same_dots(sheets[-1], COMPOSER.compose(SLEEPER, width=576))
