"""Cables that are pulled, calls that are given up, printers that answer otherwise: over sockets, ptys and a USB bus."""

from __future__ import annotations

import errno
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import usb.core

from counter_app.ports.prints import Delivery, DeliveryOutcome, PaperState
from printers.compose import Composer
from printers.driver import Deadlines, EscposPrinter
from printers.profiles import PROFILES, Profile, RasterMode, StatusBy
from printers.simulator.serve import SimulatedPrinter
from printers.simulator.usb import Gadget, SimulatedBus
from printers.transports.base import Opener
from printers.transports.serial import SerialOpener
from printers.transports.tcp import TcpOpener
from printers.transports.usb import UsbOpener
from tests.contract.test_printers import same_dots
from tests.unit.printers.samples import RESOURCES, SLEEPER, Z_REPORT

QUICK = Deadlines(connect_s=1.0, answer_s=0.5, send_s=5.0, confirm_s=5.0, quiet_s=0.1)
COMPOSER = Composer(RESOURCES)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
LINES = ["tcp", pytest.param("pty", marks=POSIX), "usb"]
TICKET = COMPOSER.compose(SLEEPER, width=576)


@dataclass
class Desk:
    """A simulated printer with a cable, and drivers for it."""

    simulator: SimulatedPrinter
    opener: Opener
    bus: SimulatedBus
    gadget: Gadget | None

    def driver(self, profile: Profile = PROFILES["epson-80"], deadlines: Deadlines = QUICK) -> EscposPrinter:
        return EscposPrinter(self.opener, profile, COMPOSER, deadlines=deadlines)

    def pull(self) -> None:
        if self.gadget is not None:
            self.bus.unplug(self.gadget)
        else:
            self.simulator.unplug()

    def put_in(self) -> None:
        if self.gadget is not None:
            self.bus.plug(self.gadget)
        else:
            self.simulator.plug()

    def received(self, count: int) -> None:
        """Waits until the printer has got so many bytes."""
        wait_for(lambda: len(self.simulator.received) >= count)


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def only_on(*lines: str) -> pytest.MarkDecorator:
    """For what does not depend on the wire."""
    return pytest.mark.parametrize("desk", [one for one in LINES if one in lines], indirect=True)


@pytest.fixture(params=LINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    bus = SimulatedBus()
    with SimulatedPrinter(width=576) as simulator:
        simulator.also_close(bus.close)
        gadget: Gadget | None = None
        opener: Opener
        match request.param:
            case "tcp":
                opener = TcpOpener("127.0.0.1", simulator.listen(), bytes_per_s=900_000)
            case "pty":
                opener = SerialOpener(simulator.open_pty(tmp_path / "printer"), 921_600)
            case _:
                gadget = bus.plug(Gadget(0x04B8, 0x0E15, "J1", address=("127.0.0.1", simulator.listen())))
                gadget.port_status = lambda: simulator.machine.port_status
                opener = UsbOpener(0x04B8, 0x0E15, "J1", bus=lambda: bus, bytes_per_s=900_000)
        yield Desk(simulator, opener, bus, gadget)


def beside(work: Callable[[], DeliveryOutcome]) -> tuple[threading.Thread, list[DeliveryOutcome]]:
    outcomes: list[DeliveryOutcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(work()))
    thread.start()
    return thread, outcomes


# ---------------------------------------------------------------- the cable


def test_pulled_before_a_job_and_put_in_again(desk: Desk) -> None:
    """A printer that was off for a moment would be lost until the program is started anew."""
    driver = desk.driver()
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.pull()
    assert driver.status().error == "not_reachable"
    assert driver.deliver(SLEEPER, token=2).delivery is Delivery.FAILED_BEFORE_SEND
    assert driver.kick_drawer(token=3).delivery is Delivery.FAILED_BEFORE_SEND
    desk.put_in()
    assert driver.status().ready
    assert driver.deliver(SLEEPER, token=4).delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], TICKET)
    assert desk.simulator.machine.drawer_kicks == 0


def test_pulled_in_mid_ticket_is_unknown_and_the_next_one_whole(desk: Desk) -> None:
    """Half a ticket hangs from the printer; the next would be printed on it, or vanish into it."""
    driver = desk.driver()
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("stalls", "3000")  # holds the job where it is, so that the cable comes out in it
    before = len(desk.simulator.received)
    thread, outcomes = beside(lambda: driver.deliver(SLEEPER, token=2))
    desk.received(before + 3000)
    desk.pull()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.UNKNOWN]
    desk.simulator.machine.switch("stalls", "off")
    desk.put_in()
    assert driver.deliver(SLEEPER, token=3).delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], TICKET)


def test_pulled_before_the_word_is_unknown(desk: Desk) -> None:
    """A ticket that lies in the tray would be printed a second time."""
    driver = desk.driver()
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("mute", "on")
    thread, outcomes = beside(lambda: driver.deliver(SLEEPER, token=2))
    wait_for(lambda: len(desk.simulator.sheets) == 2)
    desk.pull()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.UNKNOWN]
    desk.simulator.machine.switch("mute", "off")
    desk.put_in()
    assert driver.deliver(SLEEPER, token=3).delivery is Delivery.CONFIRMED


# ---------------------------------------------------------------- given up


def test_a_blocked_job_is_given_up_and_the_next_one_whole(desk: Desk) -> None:
    """The clerk presses "stop" with a queue before the window, and has to wait for a minute."""
    slow = replace(QUICK, send_s=60.0)
    driver = desk.driver(deadlines=slow)
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("stalls", "3000")
    before = len(desk.simulator.received)
    thread, outcomes = beside(lambda: driver.deliver(SLEEPER, token=2))
    desk.received(before + 3000)
    driver.cancel()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.UNKNOWN]
    assert "cancelled" in outcomes[0].detail
    desk.simulator.machine.switch("stalls", "off")
    for token in (3, 4, 5):
        again = driver.deliver(SLEEPER, token=token)
        if again.delivery is Delivery.CONFIRMED:
            break
    assert again.delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], TICKET)


def test_a_job_that_waits_for_its_word_is_given_up_as_unknown(desk: Desk) -> None:
    """It may lie in the tray: "failed" would print it twice."""
    driver = desk.driver(deadlines=replace(QUICK, confirm_s=60.0))
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("mute", "on")
    thread, outcomes = beside(lambda: driver.deliver(SLEEPER, token=2))
    wait_for(lambda: len(desk.simulator.sheets) == 2)
    driver.cancel()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.UNKNOWN]


def test_a_job_given_up_before_its_first_byte_has_failed(desk: Desk) -> None:
    """A person would be asked whether a ticket came out that never was sent."""
    driver = desk.driver(deadlines=replace(QUICK, answer_s=60.0))
    desk.simulator.machine.switch("silent", "on")
    thread, outcomes = beside(lambda: driver.deliver(SLEEPER, token=2))
    desk.received(3)
    driver.cancel()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.FAILED_BEFORE_SEND]
    assert outcomes[0].status.error == "cancelled"
    driver.cancel()  # nothing is under way: nothing happens
    desk.simulator.machine.switch("silent", "off")
    assert driver.deliver(SLEEPER, token=3).delivery is Delivery.CONFIRMED


def test_giving_up_ends_the_call_that_has_the_line_and_no_other(desk: Desk) -> None:
    """The drawer's job that waits behind the stuck ticket would be given up in its place."""
    driver = desk.driver(deadlines=replace(QUICK, answer_s=60.0))
    desk.simulator.machine.switch("silent", "on")
    first, stuck = beside(lambda: driver.deliver(SLEEPER, token=1))
    desk.received(3)
    second, waiting = beside(lambda: driver.kick_drawer(token=2))
    wait_for(lambda: len(driver.line._calls) == 2)
    driver.cancel()
    first.join(30)
    assert [outcome.delivery for outcome in stuck] == [Delivery.FAILED_BEFORE_SEND]
    assert waiting == []
    desk.received(6)  # it asks now, and is not answered
    driver.cancel()
    second.join(30)
    assert [outcome.delivery for outcome in waiting] == [Delivery.FAILED_BEFORE_SEND]
    assert desk.simulator.machine.drawer_kicks == 0


# ---------------------------------------------------------------- other answers


def test_a_printer_without_dle_eot_is_asked_for_its_block(desk: Desk) -> None:
    """Such a printer would be "silent" for ever; or worse, its block be taken for an answer to something else."""
    desk.simulator.machine.switch("no_dle", "on")
    driver = desk.driver(replace(PROFILES["thermal-80"], status=StatusBy.ASB))
    assert driver.status().ready
    assert driver.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("paper_near_end", "on")
    assert driver.status().paper is PaperState.NEAR_END
    desk.simulator.machine.switch("mute", "on")
    assert desk.driver(replace(PROFILES["thermal-80"], status=StatusBy.ASB)).status().ready
    assert desk.driver(PROFILES["thermal-80"]).status().error == "silent"


def test_a_printer_that_only_listens_is_never_said_to_have_paper(desk: Desk) -> None:
    """ "Paper: enough" of a printer that cannot say so."""
    driver = desk.driver(PROFILES["listening-80"])
    status = driver.status()
    assert (status.ready, status.answered, status.paper) == (True, False, PaperState.UNKNOWN)
    outcome = driver.deliver(SLEEPER, token=1)
    assert outcome.delivery is Delivery.UNKNOWN
    assert desk.simulator.wait_for_sheets(1)
    assert same_dots(desk.simulator.sheets[0], TICKET)
    if desk.gadget is not None:  # a USB port has a line for it
        desk.simulator.machine.switch("paper_out", "on")
        status = driver.status()
        assert (status.ready, status.error, status.paper) == (False, "paper_out", PaperState.OUT)
        assert driver.deliver(SLEEPER, token=2).delivery is Delivery.FAILED_BEFORE_SEND


def test_an_error_whose_cause_is_gone_is_cleared_where_the_profile_allows_it(desk: Desk) -> None:
    """The jam is out, the cover shut, and the printer would stay in its error until it is switched off and on."""
    desk.simulator.machine.switch("stuck", "on")
    plain = desk.driver()
    assert plain.status().error == "cutter"
    assert b"\x10\x05" not in desk.simulator.received
    driver = desk.driver(replace(PROFILES["epson-80"], recovers=True))
    assert driver.status().ready
    assert driver.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], TICKET)
    desk.simulator.machine.switch("cutter", "on")  # its cause stays: it is not cleared away
    assert driver.status().error == "cutter"


def test_the_cover_is_opened_in_mid_ticket(desk: Desk) -> None:
    """The clerk lifts the cover too early: the ticket is short, and the next must not be."""
    driver = desk.driver(deadlines=replace(QUICK, confirm_s=0.5))
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("cover_rows", "150")
    outcome = driver.deliver(SLEEPER, token=2)
    assert (outcome.delivery, outcome.status.error) == (Delivery.UNKNOWN, "cover_open")
    assert driver.deliver(SLEEPER, token=3).delivery is Delivery.FAILED_BEFORE_SEND
    desk.simulator.machine.switch("cover_open", "off")
    calm = desk.driver()
    calm.assume(half_sent=True)
    assert calm.deliver(SLEEPER, token=4).delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], TICKET)


@only_on("tcp")
def test_a_printer_that_crashes_on_large_images_prints_in_small_bands(desk: Desk) -> None:
    """A cheap printer with 4 kB for images dies of a ticket, and is dead until it is switched off and on."""
    desk.simulator.machine.switch("buffer", "4096")
    short = replace(QUICK, answer_s=0.2, confirm_s=0.3)
    assert desk.driver(deadlines=short).deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
    assert desk.driver().status().error == "silent"
    desk.simulator.machine.switch("power", "on")
    driver = desk.driver(replace(PROFILES["epson-80"], band_rows=48))
    driver.assume(half_sent=True)
    assert driver.deliver(SLEEPER, token=2).delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], TICKET)


@only_on("tcp", "usb")
@pytest.mark.parametrize("mode", sorted(set(RasterMode) - {RasterMode.GS_V_0}))
def test_each_way_of_pictures_survives_a_broken_one(desk: Desk, mode: RasterMode) -> None:
    """The next ticket would be swallowed by what is missing of the last one."""
    driver = desk.driver(replace(PROFILES["epson-80"], raster=mode))
    assert driver.deliver(Z_REPORT, token=1).delivery is Delivery.CONFIRMED
    desk.simulator.machine.switch("closes", "9000")
    outcome = desk.driver(replace(PROFILES["epson-80"], raster=mode), replace(QUICK, confirm_s=0.5)).deliver(
        SLEEPER, token=2
    )
    assert outcome.delivery is not Delivery.CONFIRMED
    desk.simulator.machine.switch("clear", "on")
    again = desk.driver(replace(PROFILES["epson-80"], raster=mode))
    again.assume(half_sent=True)
    assert again.deliver(Z_REPORT, token=3).delivery is Delivery.CONFIRMED
    assert same_dots(desk.simulator.sheets[-1], COMPOSER.compose(Z_REPORT, width=576))
    assert desk.simulator.machine.unknown == []


# ---------------------------------------------------------------- the bus


def test_what_is_no_printer_is_not_opened() -> None:
    """A card reader on the same bus would be disturbed in the middle of a payment."""
    bus = SimulatedBus()
    reader = bus.plug(Gadget(0x0ACA, 0x1234, "R", interface_class=3))
    twin = bus.plug(Gadget(0x04B8, 0x0E15, "R", interface_class=3))
    driver = EscposPrinter(UsbOpener(0x04B8, 0x0E15, bus=lambda: bus), PROFILES["epson-80"], COMPOSER)
    assert driver.status().error == "not_reachable"
    assert "no printer" in driver.deliver(SLEEPER, token=1).detail
    assert (reader.opened, twin.opened) == (0, 0)


def test_two_printers_of_one_kind_are_told_apart_by_their_serial_number() -> None:
    """The ticket would come out at the neighbour's window."""
    bus = SimulatedBus()
    with SimulatedPrinter() as one, SimulatedPrinter() as two:
        one.also_close(bus.close)
        for serial, printer in (("A1", one), ("B2", two)):
            bus.plug(Gadget(0x0416, 0x5011, serial, address=("127.0.0.1", printer.listen())))
        lost = EscposPrinter(UsbOpener(0x0416, 0x5011, bus=lambda: bus), PROFILES["thermal-80"], COMPOSER)
        assert "serial number" in lost.deliver(SLEEPER, token=1).detail
        named = EscposPrinter(UsbOpener(0x0416, 0x5011, "B2", bus=lambda: bus), PROFILES["thermal-80"], COMPOSER)
        assert named.deliver(SLEEPER, token=1).delivery is Delivery.CONFIRMED
        assert (len(one.sheets), len(two.sheets)) == (0, 1)


def test_a_printer_that_may_not_be_opened_says_so() -> None:
    """Without the rule for its device the clerk would read "not plugged in" and look for the cable."""
    bus = SimulatedBus()
    bus.plug(Gadget(0x0416, 0x5011, denied=True))
    driver = EscposPrinter(UsbOpener(0x0416, 0x5011, bus=lambda: bus), PROFILES["thermal-80"], COMPOSER)
    assert "denied" in driver.deliver(SLEEPER, token=1).detail


def test_pulled_while_the_first_piece_is_on_its_way_is_unknown() -> None:
    """The bus says that the printer is gone, and not how much it took: a short slip would be printed a second time."""

    class Pulled(SimulatedBus):
        def bulk_write(self, dev_handle: Gadget, ep: int, intf: int, data: Any, timeout: int) -> int:
            sent = super().bulk_write(dev_handle, ep, intf, data, timeout)
            if len(data) > 1000:  # no question
                raise usb.core.USBError("Input/Output Error", -1, errno.EIO)
            return sent

    bus = Pulled()
    with SimulatedPrinter() as simulator:
        simulator.also_close(bus.close)
        bus.plug(Gadget(0x04B8, 0x0E15, address=("127.0.0.1", simulator.listen())))
        driver = EscposPrinter(
            UsbOpener(0x04B8, 0x0E15, bus=lambda: bus), PROFILES["epson-80"], COMPOSER, half_sent=False
        )
        assert driver.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
