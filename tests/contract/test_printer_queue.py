"""A spooler's queue: what is believed of it, over a real socket, with a simulated printer behind it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, JobState, PaperState, PrinterStatus
from printers.compose import Composer
from printers.finding import find_printers
from printers.opening import open_printer, tell_recovered
from printers.profiles import PROFILES
from printers.simulator.serve import SimulatedPrinter
from printers.simulator.spooler import SimulatedSpooler
from printers.simulator.usb import SimulatedBus
from printers.transports import ipp
from printers.transports.cups import RAW, CupsDeadlines, CupsPrinter
from tests.contract.test_printers import FixedClock, same_dots
from tests.unit.printers.samples import RESOURCES, SLEEPER, Z_REPORT

QUICK = CupsDeadlines(answer_s=5.0, send_s=5.0, job_s=0.6, poll_s=0.02)
PATIENT = CupsDeadlines(answer_s=5.0, send_s=5.0, job_s=20.0, poll_s=0.02)
COMPOSER = Composer(RESOURCES)
TICKET = COMPOSER.compose(SLEEPER, width=576)
_CANCELED, _COMPLETED = 7, 9


@dataclass
class Desk:
    printer: SimulatedPrinter
    spooler: SimulatedSpooler

    def driver(self, deadlines: CupsDeadlines = PATIENT, *, half_sent: bool | None = False) -> CupsPrinter:
        return CupsPrinter(
            "127.0.0.1",
            self.spooler.port,
            f"/printers/{self.spooler.queue}",
            PROFILES["epson-80"],
            COMPOSER,
            deadlines=deadlines,
            half_sent=half_sent,
        )

    @property
    def printed(self) -> bool:
        return b"\x1dv0" in self.printer.received


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with (
        SimulatedPrinter(width=576) as printer,
        SimulatedSpooler(printer=("127.0.0.1", printer.listen())) as spooler,
    ):
        yield Desk(printer, spooler)


def test_a_job_that_the_spooler_has_done_is_unknown(desk: Desk) -> None:
    """ "Completed" means that the bytes left for the printer: a ticket in nobody's hand would count as sold and out."""
    outcome = desk.driver().deliver(SLEEPER, token=1)
    assert outcome.delivery is Delivery.UNKNOWN
    assert "sent" in outcome.detail
    assert desk.printer.wait_for_sheets(1)
    assert same_dots(desk.printer.sheets[0], TICKET)
    assert [(job.state, job.formats) for job in desk.spooler.jobs.values()] == [(_COMPLETED, [RAW])]


def test_a_job_that_was_swallowed_is_unknown_too(desk: Desk) -> None:
    """The spooler says the same of a printer that got nothing."""
    desk.spooler.trouble.swallows = True
    assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
    assert not desk.printed


@pytest.mark.parametrize(
    ("reasons", "error", "paper"),
    [
        (("media-empty-error",), "paper_out", PaperState.OUT),
        (("media-needed",), "paper_out", PaperState.OUT),
        (("cover-open-error",), "cover_open", PaperState.UNKNOWN),
        (("offline-report", "cups-missing-filter-warning"), "", PaperState.UNKNOWN),
        (("offline-error",), "offline", PaperState.UNKNOWN),
        (("media-low-warning",), "", PaperState.NEAR_END),
        ((), "", PaperState.UNKNOWN),
    ],
)
def test_what_the_queue_knows_of_its_printer(
    desk: Desk, reasons: tuple[str, ...], error: str, paper: PaperState
) -> None:
    """Money would be taken for a ticket that the queue already knows cannot come out."""
    desk.spooler.trouble.reasons = reasons
    status = desk.driver().status()
    assert (status.error, status.paper, status.ready) == (error, paper, not error)
    if error:
        assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
        assert desk.spooler.jobs == {}


def test_a_stopped_queue_gets_no_job(desk: Desk) -> None:
    """The ticket would come out by itself when somebody starts the queue again, days later."""
    desk.spooler.trouble.stopped = True
    assert desk.driver().status().error == "stopped"
    assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
    desk.spooler.trouble.stopped = False
    desk.spooler.trouble.rejecting = True
    assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
    assert desk.spooler.jobs == {}


def test_a_held_job_is_taken_back_and_never_prints(desk: Desk) -> None:
    """It would be printed after its copy was."""
    desk.spooler.trouble.held = True
    outcome = desk.driver(QUICK).deliver(SLEEPER, token=1)
    assert outcome.delivery is Delivery.FAILED_BEFORE_SEND
    assert [job.state for job in desk.spooler.jobs.values()] == [_CANCELED]
    desk.spooler.trouble.held = False
    assert desk.driver().deliver(Z_REPORT, token=2).delivery is Delivery.UNKNOWN
    assert desk.printer.wait_for_sheets(1)
    assert same_dots(desk.printer.sheets[0], COMPOSER.compose(Z_REPORT, width=576))


def test_a_job_that_somebody_cancels_before_it_began_has_failed(desk: Desk) -> None:
    """A person would be asked about paper that cannot be."""
    desk.spooler.trouble.cancels = True
    assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND
    assert not desk.printed


@pytest.mark.parametrize("after", [0, 9000])
def test_a_job_that_was_begun_and_ended_is_unknown(desk: Desk, after: int) -> None:
    """Half a ticket may lie in the tray, or a whole one."""
    desk.spooler.trouble.aborts_after = after
    assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN


def test_after_a_broken_job_the_next_is_whole(desk: Desk) -> None:
    """The next ticket would vanish into the picture that was left half sent."""
    driver = desk.driver()
    desk.spooler.trouble.aborts_after = 9000
    assert driver.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
    desk.spooler.trouble.aborts_after = None
    assert driver.deliver(SLEEPER, token=2).delivery is Delivery.UNKNOWN
    assert desk.printer.wait_for_sheets(2)
    assert same_dots(desk.printer.sheets[-1], TICKET)
    assert desk.printer.machine.unknown == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_spooler_that_hangs_up_is_asked_what_became_of_the_job(desk: Desk, when: str) -> None:
    """Unheard is not unsent: it is looked up, and taken back where that is still possible."""
    desk.spooler.trouble.hangs_up = when
    desk.spooler.trouble.slow_s = 0.3  # not begun before it is taken back, or begun: both have their own end
    outcome = desk.driver().deliver(SLEEPER, token=1)
    job = desk.spooler.jobs[1]
    if job.begun_at is None:
        assert outcome.delivery is Delivery.FAILED_BEFORE_SEND
        assert not desk.printed
    else:
        assert outcome.delivery is Delivery.UNKNOWN
    assert job.state in {_CANCELED, _COMPLETED}


def test_a_spooler_that_goes_away_leaves_the_job_unknown(desk: Desk) -> None:
    """Nobody knows what it did before it went."""
    desk.spooler.trouble.held = True  # so that the job is there when it goes
    driver = desk.driver()
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(driver.deliver(SLEEPER, token=1)))
    thread.start()
    wait_for(lambda: any(job.whole for job in desk.spooler.jobs.values()))
    desk.spooler.close()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.UNKNOWN]
    assert driver.status().error == "not_reachable"
    assert driver.deliver(SLEEPER, token=2).delivery is Delivery.FAILED_BEFORE_SEND


def test_a_job_is_given_up(desk: Desk) -> None:
    """The clerk would wait for a queue that does not move."""
    desk.spooler.trouble.held = True
    driver = desk.driver()
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(driver.deliver(SLEEPER, token=1)))
    thread.start()
    wait_for(lambda: any(job.whole for job in desk.spooler.jobs.values()))
    driver.cancel()
    thread.join(30)
    assert [outcome.delivery for outcome in outcomes] == [Delivery.FAILED_BEFORE_SEND]
    assert [job.state for job in desk.spooler.jobs.values()] == [_CANCELED]
    driver.cancel()


PATIENT_AS_STONE = CupsDeadlines(answer_s=300.0, send_s=300.0, job_s=300.0, poll_s=0.02, withdraw_s=0.3)


@pytest.mark.parametrize(
    ("mute", "whole", "ends"),
    [
        ({ipp.GET_PRINTER_ATTRIBUTES}, False, Delivery.FAILED_BEFORE_SEND),
        ({ipp.CREATE_JOB}, False, Delivery.FAILED_BEFORE_SEND),
        ({ipp.SEND_DOCUMENT}, False, Delivery.FAILED_BEFORE_SEND),  # taken back, and never begun
        ({ipp.SEND_DOCUMENT, ipp.CANCEL_JOB}, False, Delivery.UNKNOWN),
        ({ipp.GET_JOB_ATTRIBUTES}, True, Delivery.UNKNOWN),
        ({ipp.GET_JOB_ATTRIBUTES, ipp.CANCEL_JOB}, True, Delivery.UNKNOWN),
    ],
)
def test_giving_up_ends_every_wait_for_a_spooler(desk: Desk, mute: set[int], whole: bool, ends: Delivery) -> None:
    """A print service that hangs holds the clerk for minutes, or its ticket is asked for that never was sent."""
    desk.spooler.trouble.held = True
    driver = desk.driver(PATIENT_AS_STONE)
    asked: list[int] = []
    answer = desk.spooler.answer

    def watched(path: str, data: bytes) -> bytes | None:
        asked.append(int.from_bytes(data[2:4], "big"))
        return answer(path, data)

    desk.spooler.answer = watched  # type: ignore[method-assign]
    desk.spooler.trouble.mute = frozenset(mute)
    outcomes: list[DeliveryOutcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(driver.deliver(SLEEPER, token=1)))
    thread.start()
    wait_for(lambda: bool(mute & set(asked)))
    driver.cancel()
    thread.join(60)  # the deadlines of this driver are of five minutes
    assert [outcome.delivery for outcome in outcomes] == [ends]
    assert whole == any(job.whole for job in desk.spooler.jobs.values())
    if ends is Delivery.FAILED_BEFORE_SEND:
        assert outcomes[0].detail == GIVEN_UP


def test_giving_up_ends_a_question_for_the_queues_state(desk: Desk) -> None:
    """The next paper waits behind a status that nobody needs any more."""
    desk.spooler.trouble.mute = frozenset({ipp.GET_PRINTER_ATTRIBUTES})
    driver = desk.driver(PATIENT_AS_STONE)
    words: list[PrinterStatus] = []
    thread = threading.Thread(target=lambda: words.append(driver.status()))
    thread.start()
    wait_for(lambda: bool(driver._spooler._open))
    driver.cancel()
    thread.join(60)
    assert [(word.ready, word.error) for word in words] == [(False, "cancelled")]


def test_the_drawers_pulse_does_not_stay_in_a_queue(desk: Desk) -> None:
    """The drawer would spring open when the queue is started again, with nobody before it."""
    desk.spooler.trouble.held = True
    assert desk.driver(QUICK).kick_drawer(token=1).delivery is Delivery.FAILED_BEFORE_SEND
    desk.spooler.trouble.held = False
    assert desk.driver().kick_drawer(token=2).delivery is Delivery.UNKNOWN
    wait_for(lambda: desk.printer.machine.drawer_kicks == 1)


def test_what_is_no_spooler_is_not_believed(desk: Desk) -> None:
    """A web page at that port would take the ticket."""
    desk.spooler.trouble.noise = True
    assert desk.driver().status().error == "garbled"
    assert desk.driver().deliver(SLEEPER, token=1).delivery is Delivery.FAILED_BEFORE_SEND


def test_a_server_that_answers_drop_by_drop_is_not_waited_for() -> None:
    """Each byte in time, and the whole never: the lane would hang for an hour."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                while not done.wait(0.02):
                    try:
                        connection.send(b"HTTP/1.1 200 OK\r\nX: "[:1])
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        spooler = ipp.Spooler("127.0.0.1", listener.getsockname()[1])
        try:
            with pytest.raises((OSError, ipp.BadAnswer)):
                spooler.ask(ipp.CUPS_GET_PRINTERS, "/", {}, within_s=0.3, stop=threading.Event())
        finally:
            done.set()
            thread.join(10)


def test_a_queue_is_opened_by_its_url_and_found(desk: Desk) -> None:
    """A queue in the settings would not print; a queue of the machine would not be offered."""
    url = f"ipp://127.0.0.1:{desk.spooler.port}/printers/ticket?profile=epson-80"
    printer = open_printer(url, composer=COMPOSER, clock=FixedClock())
    tell_recovered(printer, interrupted=0, last=JobState.CONFIRMED)
    assert printer.name == url
    assert printer.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
    assert desk.printer.wait_for_sheets(1)
    assert same_dots(desk.printer.sheets[0], TICKET)
    found = find_printers(10.0, spooler=("127.0.0.1", desk.spooler.port), usb_bus=SimulatedBus)
    queues = [one for one in found if one.how == "cups"]
    assert [(one.url, one.sure) for one in queues] == [(f"ipp://127.0.0.1:{desk.spooler.port}/printers/ticket", True)]
