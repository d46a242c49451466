"""The simulated terminal on a real pseudo-terminal: blocks, check sums, repeats (PA00P016, chapter 3)."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from devices.simulators.terminal.faults import Faults
from devices.simulators.terminal.lines import LOST, SerialLine
from devices.simulators.terminal.serve import TerminalSimulator
from tests.unit.devices.simulators.till import PATIENCE_S, QUICK, SerialTill, terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
ACK, NAK = "06", "15"
OK = "10 02 80 00 00 10 03 F5 1F"
COMPLETION = "10 02 06 0F 00 10 03 C6 33"
READY = "10 02 06 0F 01 00 10 03"


def crc(data: str) -> str:
    """Bit by bit and by the book: x16 + x12 + x5 + 1 from the low end, begun with 0."""
    value = 0
    for byte in bytes.fromhex(data):
        for bit in range(8):
            low = (value ^ byte >> bit) & 1
            value = value >> 1 ^ (0x8408 if low else 0)
    return f"{value & 0xFF:02X} {value >> 8:02X}"


def block(apdu: str) -> str:
    doubled = " ".join("10 10" if byte == "10" else byte for byte in apdu.split())
    return f"10 02 {doubled} 10 03 {crc(apdu + ' 03')}"


@pytest.fixture
def pt() -> Iterator[TerminalSimulator]:
    with terminal(card="visa") as made:
        yield made


@pytest.fixture
def till(pt: TerminalSimulator) -> Iterator[SerialTill]:
    with registered(pt) as made:
        yield made


@contextlib.contextmanager
def registered(pt: TerminalSimulator) -> Iterator[SerialTill]:
    made = SerialTill(pt.serve_pty())
    try:
        say(made, "06 00 06 00 00 00 00 09 78")
        assert made.take_block() == block("80 00 00")
        made.send(ACK)
        assert made.take_block() == block("06 0F 0A 19 00 29 52 50 00 38 49 09 78")
        made.send(ACK)
        say(made, "80 00 00")
        yield made
    finally:
        made.close()


def say(till: SerialTill, apdu: str) -> None:
    till.send(block(apdu))
    assert till.take(1) == ACK


def hear(till: SerialTill) -> str:
    """The next block, acknowledged."""
    heard = till.take_block()
    till.send(ACK)
    return heard


def test_the_blocks_are_the_documents() -> None:
    """Blocks from captures of real terminals; the check sum's published example is 21 89."""
    assert crc("31 32 33 34 35 36 37 38 39") == "89 21"
    assert block("80 00 00") == OK
    assert block("06 0F 00") == COMPLETION


def test_ten_ten_over_a_serial_line(pt: TerminalSimulator, till: SerialTill) -> None:
    """10.10 is 10 10 in decimals, and 10 is what the line escapes: an amount that shrinks here is charged wrong."""
    check = crc("06 01 0A 04 00 00 00 00 10 10 49 09 78 03")
    till.send("10 02 06 01 0A 04 00 00 00 00 10 10 10 10 49 09 78 10 03 " + check)
    assert till.take(1) == ACK
    assert hear(till) == OK
    status = hear(till)
    assert status.startswith("10 02 04 0F 6B 27 00 04 00 00 00 00 10 10 10 10 0B 00 00 01 0C 13 14 15 0D 11 21")
    say(till, "80 00 00")
    assert hear(till) == COMPLETION
    say(till, "80 00 00")
    assert pt.wait_until_idle()
    assert [one.amount_minor for one in pt.books.batch] == [1010]


def test_a_block_with_a_wrong_check_sum_is_refused(pt: TerminalSimulator, till: SerialTill) -> None:
    good = block("05 01 05 00 00 00 03 02")
    till.send(good[:-2] + ("00" if good[-2:] != "00" else "01"))
    assert till.take(1) == NAK
    till.send("10 02 05 01 10 04")  # 10 and neither 10 nor 03
    assert till.take(1) == NAK
    till.send("10 02 05 01 09 00 10 03 " + crc("05 01 09 00 03"))  # the length says more than there is
    assert till.take(1) == NAK
    till.send(good[:17])  # and then nothing: T1
    assert till.take(1) == NAK
    till.send("FF FE " + good)  # noise between blocks is nothing
    assert till.take(1) == ACK
    assert hear(till) == OK
    assert hear(till) == block("06 0F 01 00")
    say(till, "80 00 00")


def test_refused_blocks_come_again(pt: TerminalSimulator, till: SerialTill) -> None:
    """Two repeats, then it is given up."""
    say(till, "05 01 05 00 00 00 03 02")
    for _ in range(2):
        assert till.take_block() == OK
        till.send(NAK)
    assert hear(till) == OK
    for _ in range(3):
        assert till.take_block() == block("06 0F 01 00")
        till.send(NAK)
    say(till, "05 01 05 00 00 00 03 02")
    assert hear(till) == OK
    assert hear(till) == block("06 0F 01 00")
    say(till, "80 00 00")


def test_an_acknowledgement_that_never_comes() -> None:
    """The till fell silent at the status: three blocks, and the terminal takes the payment back."""
    with terminal(card="visa", timers=replace(QUICK, block_s=1.0)) as pt, registered(pt) as till:
        say(till, "06 01 0A 04 00 00 00 00 10 10 49 09 78")
        assert hear(till) == OK
        first = till.take_block()
        assert till.take_block() == first
        assert till.take_block() == first
        assert pt.wait_until_idle()
        assert [one.state for one in pt.books.batch] == ["auto-reversed"]


def test_faults_of_the_line(pt: TerminalSimulator, till: SerialTill) -> None:
    pt.faults.set("bad_crc", "1")
    say(till, "05 01 05 00 00 00 03 02")
    bad = till.take_block()
    assert (bad[:-2], bad[-2:] != "1F") == (OK[:-2], True)
    till.send(NAK)
    assert hear(till) == OK
    assert hear(till)[:15] == READY[:15]
    say(till, "80 00 00")

    pt.faults.set("twice", "1")
    say(till, "05 01 05 00 00 00 03 02")
    assert till.take_block() == OK
    assert hear(till) == OK
    assert hear(till)[:15] == READY[:15]
    say(till, "80 00 00")

    pt.faults.set("nak", "2")
    for _ in range(2):
        till.send(block("05 01 05 00 00 00 03 02"))
        assert till.take(1) == NAK
    say(till, "05 01 05 00 00 00 03 02")
    assert hear(till) == OK
    assert hear(till)[:15] == READY[:15]
    say(till, "80 00 00")


def test_a_lost_acknowledgement_of_the_terminals(pt: TerminalSimulator, till: SerialTill) -> None:
    """The till says its command again: the terminal must not take the money twice."""
    pt.faults.set("mute_ack", "1")
    pay = block("06 01 0A 04 00 00 00 00 10 10 49 09 78")
    till.send(pay)
    assert till.take_block() == OK  # the answer comes, the 06 before it did not
    till.send(pay)
    assert till.take(1) == ACK
    till.send(ACK)
    assert hear(till).startswith("10 02 04 0F")
    say(till, "80 00 00")
    assert hear(till) == COMPLETION
    say(till, "80 00 00")
    assert pt.wait_until_idle()
    assert [one.state for one in pt.books.batch] == ["stored"]


def test_a_command_is_known_again_although_the_one_before_it_has_only_just_ended() -> None:
    """What ends a conversation (the cable is in again) must not forget the block that the till may repeat."""
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)
    closing = threading.Event()
    line = SerialLine(theirs, Faults(), closing, bytes, QUICK)
    reader = threading.Thread(target=line.read)
    reader.start()
    try:
        pay = bytes.fromhex(block("06 01 0A 04 00 00 00 00 10 10 49 09 78"))
        os.write(ours, pay)
        assert os.read(ours, 1) == bytes.fromhex(ACK)
        assert line.inbox.get(timeout=PATIENCE_S) != LOST
        line.mend()
        os.write(ours, pay)
        assert os.read(ours, 1) == bytes.fromhex(ACK)
        assert line.inbox.empty()
    finally:
        closing.set()
        reader.join()
        os.close(ours)
        os.close(theirs)


def test_the_cable_is_out_for_a_while(pt: TerminalSimulator, till: SerialTill) -> None:
    pt.plan("drop=ack keeps")
    say(till, "06 01 0A 04 00 00 00 00 10 10 49 09 78")
    assert hear(till) == OK
    assert pt.wait_for(lambda: [one.state for one in pt.books.batch] == ["stored"])
    assert pt.wait_until_idle()
    say(till, "05 01 05 00 00 00 03 02")
    assert hear(till) == OK
    assert hear(till) == block("06 0F 01 00")
    say(till, "80 00 00")


def test_asked_on_the_same_line_while_the_pin_is_typed() -> None:
    """A till that began anew has only this one line: it must learn that somebody is paying."""
    with terminal(card="visa", manual=True) as pt, registered(pt) as till:
        say(till, "06 01 0A 04 00 00 00 00 10 10 49 09 78")
        assert hear(till) == OK
        assert pt.press("insert")
        assert pt.wait_for(lambda: pt.showing == ("Please watch PIN-Pad",))
        say(till, "05 01 05 00 00 00 03 02")
        assert hear(till) == OK
        assert hear(till) == block("06 0F 01 9C")
        say(till, "80 00 00")
        assert pt.press("pin-ok")
        assert hear(till).startswith("10 02 04 0F")
        say(till, "80 00 00")
        assert hear(till) == COMPLETION
        say(till, "80 00 00")
        assert pt.wait_until_idle()
        assert [one.state for one in pt.books.batch] == ["stored"]
