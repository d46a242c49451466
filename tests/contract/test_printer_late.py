"""Answers that come late, or to something else: none of them is a word for a paper that did not come out."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator

import pytest

from counter_app.ports.prints import Delivery
from printers.driver import Deadlines, EscposPrinter
from printers.profiles import PROFILES
from printers.transports.serial import SerialOpener
from tests.contract.test_printers import COMPOSER, QUICK
from tests.unit.printers.samples import SLEEPER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
STATUS, WORD = b"\x12", b"\x00"


class Hostile:
    """The printer's end of a serial line. ``heard(data, at)``: what it answers to the bytes that came now; ``at`` is
    what came before them.
    """

    def __init__(self) -> None:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._ours)
        tty.setraw(self._theirs)
        self.device = os.ttyname(self._theirs)
        self.received = bytearray()
        self.heard: Callable[[bytes], None] = lambda _: None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, data: bytes) -> None:
        os.write(self._ours, data)

    def _run(self) -> None:
        while not self._done.is_set():
            if select.select([self._ours], [], [], 0.01)[0]:
                data = os.read(self._ours, 65536)
                self.received += data
                # Real-time questions are answered one by one, as they are asked.
                self.say(STATUS * (data.count(b"\x10\x04")))
                self.heard(data)

    def close(self) -> None:
        self._done.set()
        self._thread.join(10)
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def printer() -> Iterator[Hostile]:
    made = Hostile()
    yield made
    made.close()


def driver_of(printer: Hostile, deadlines: Deadlines = QUICK, *, half_sent: bool | None = False) -> EscposPrinter:
    opener = SerialOpener(printer.device, 921_600)
    return EscposPrinter(opener, PROFILES["thermal-80"], COMPOSER, deadlines=deadlines, half_sent=half_sent)


def test_the_answer_to_the_filling_up_is_no_word_for_the_next_job(printer: Hostile) -> None:
    """Ticket 1 comes out late, with new paper; its word counts as that of the filling up, and the word of the filling
    up as that of ticket 2, which nobody has seen.
    """
    driver = driver_of(printer)
    assert driver.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
    questions: list[float] = []
    late: list[threading.Timer] = []

    def heard(data: bytes) -> None:
        asked = data.count(b"\x1dr\x01")
        if asked and not questions:
            printer.say(WORD)  # that of ticket 1, which was printed just now
            # The filling up is printed after it: longer than the driver waits for another answer.
            late.append(threading.Timer(4 * QUICK.quiet_s, printer.say, (WORD * asked,)))
            late[0].start()
        questions.extend([time.monotonic()] * asked)

    printer.heard = heard
    outcome = driver.deliver(SLEEPER, token=2)
    late[0].join(10)
    assert outcome.delivery is not Delivery.CONFIRMED


def test_a_printer_that_loses_answers_is_not_given_up_for_ever(printer: Hostile) -> None:
    """A printer that answers two questions at once with one byte would never print again after its first fault."""
    driver = driver_of(printer)
    assert driver.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN

    def once(data: bytes) -> None:
        if b"\x1dr\x01" in data:
            printer.say(WORD)

    printer.heard = once
    assert driver.deliver(SLEEPER, token=2).delivery is Delivery.FAILED_BEFORE_SEND
    assert driver.deliver(SLEEPER, token=2).delivery is Delivery.CONFIRMED


@pytest.mark.parametrize("half_sent", [None, True])
def test_words_that_an_earlier_process_left_confirm_nothing(printer: Hostile, half_sent: bool | None) -> None:
    """The window was killed before the word came: it is there when the next one opens, and counts for its ticket."""
    driver = driver_of(printer, half_sent=half_sent)
    said: list[int] = []

    def heard(data: bytes) -> None:
        asked = data.count(b"\x1dr\x01")
        if asked and not said:
            printer.say(WORD)  # the older one
            threading.Timer(4 * QUICK.quiet_s, printer.say, (WORD * asked,)).start()
        said.extend([1] * asked)

    printer.heard = heard
    assert driver.deliver(SLEEPER, token=2).delivery is not Delivery.CONFIRMED


def test_a_word_that_nobody_asked_for_yet_is_none(printer: Hostile) -> None:
    """A converter that says "done" when the ticket begins: it ends without paper, and counts as printed."""
    driver = driver_of(printer)

    def heard(data: bytes) -> None:
        if b"\x1dv0" in data and len(said) == 0:
            said.append(1)
            printer.say(WORD)

    said: list[int] = []
    printer.heard = heard
    assert driver.deliver(SLEEPER, token=1).delivery is Delivery.UNKNOWN
    assert said
