"""APDUs over a line that loses, repeats and cuts: ACK, NAK, two repeats, T1 to T3."""

from __future__ import annotations

import pytest

from devices.zvt import commands
from devices.zvt.apdu import Apdu
from devices.zvt.block import frame
from devices.zvt.transport import LineTrouble, SerialTransport, TcpTransport, Times
from tests.unit.devices.zvt.scripted import GONE, ScriptedLink, SteppingClock

ACK, NAK = "06", "15"
DONE = frame(commands.DONE).hex(" ").upper()
TEXT = frame(Apdu(0x04FF, b"\x0a")).hex(" ").upper()
LINE = frame(Apdu(0x06D1, b"\x00")).hex(" ").upper()
BAD = TEXT[:-2] + ("00" if TEXT[-2:] != "00" else "01")
PAY = commands.pay(1_010, 978)
ORDER = frame(PAY).hex(" ").upper()


def serial(*steps: str | Exception | None) -> tuple[SerialTransport, ScriptedLink]:
    clock = SteppingClock()
    link = ScriptedLink(clock, steps)
    return SerialTransport(link, Times(), clock), link


def tcp(*steps: str | Exception | None) -> TcpTransport:
    clock = SteppingClock()
    return TcpTransport(ScriptedLink(clock, steps), Times(), clock)


def test_a_block_is_acknowledged() -> None:
    """Sent once."""
    transport, link = serial(ACK)
    assert not transport.send(PAY)
    assert link.written == [ORDER]


def test_a_block_is_repeated_twice_and_not_more() -> None:
    """Then it is trouble, and the payment unknown."""
    transport, link = serial(NAK, NAK, ACK)
    assert transport.send(PAY)
    assert link.written == [ORDER] * 3
    transport, link = serial(NAK, NAK, NAK)
    with pytest.raises(LineTrouble) as trouble:
        transport.send(PAY)
    assert trouble.value.sent
    assert link.written == [ORDER] * 3
    transport, link = serial()  # nothing at all, thrice T2
    with pytest.raises(LineTrouble):
        transport.send(PAY)
    assert link.written == [ORDER] * 3


def test_an_answer_in_place_of_its_ack_counts_as_both() -> None:
    """The ACK was lost on the way; the order must not be sent a second time."""
    transport, link = serial(DONE)
    assert not transport.send(PAY)
    assert transport.receive(1.0) == commands.DONE
    assert link.written == [ORDER, ACK]


def test_ack_and_answer_in_one_read() -> None:
    """A fast terminal; the answer equal to the one before is a new one."""
    transport, link = serial(f"{ACK} {LINE}", f"{ACK} {LINE}", f"{ACK} {LINE}")
    for _ in range(3):
        transport.send(commands.DONE)
        assert transport.receive(1.0) == Apdu(0x06D1, b"\x00")
    assert link.written == [DONE, ACK] * 3


def test_a_block_that_comes_once_more_is_dropped() -> None:
    """The terminal missed our ACK: acknowledged again, and not taken for its answer."""
    transport, link = serial(TEXT, TEXT, ACK, LINE)
    assert transport.receive(1.0) == Apdu(0x04FF, b"\x0a")
    transport.send(commands.DONE)
    assert transport.receive(1.0) == Apdu(0x06D1, b"\x00")
    assert link.written == [ACK, DONE, ACK, ACK]


def test_a_bad_block_is_refused_thrice_and_then_it_is_trouble() -> None:
    """NAK, two repeats, unknown."""
    transport, link = serial(BAD, BAD, TEXT)
    assert transport.receive(10.0) == Apdu(0x04FF, b"\x0a")
    assert link.written == [NAK, NAK, ACK]
    transport, link = serial(BAD, BAD, BAD)
    with pytest.raises(LineTrouble) as trouble:
        transport.receive(10.0)
    assert trouble.value.why == "garbled"
    assert link.written == [NAK, NAK, NAK]


def test_a_block_that_stops_in_its_middle_is_refused_after_t1() -> None:
    """And the whole one that follows is taken."""
    transport, link = serial(TEXT[:11], None, TEXT)
    assert transport.receive(10.0) == Apdu(0x04FF, b"\x0a")
    assert link.written == [NAK, ACK]


def test_a_block_byte_by_byte() -> None:
    """9600 baud."""
    transport, link = serial(*TEXT.split())
    assert transport.receive(10.0) == Apdu(0x04FF, b"\x0a")
    assert link.written == [ACK]


def test_an_adapter_that_is_pulled_out_is_a_reset() -> None:
    """By SerialException or OSError alike."""
    transport, _ = serial(GONE)
    with pytest.raises(LineTrouble) as trouble:
        transport.receive(1.0)
    assert trouble.value.why == "reset"


def test_tcp_takes_glued_and_split_messages() -> None:
    """Two in one read, one in five."""
    transport = tcp("80 00 00 04 FF 01 0A", "06", "0F", "00")
    found = [transport.receive(1.0) for _ in range(3)]
    assert found == [commands.DONE, Apdu(0x04FF, b"\x0a"), Apdu(0x060F)]


def test_tcp_gives_up_half_a_message_after_t3() -> None:
    """The rest will not come; what comes later would be read from its middle."""
    transport = tcp("04 0F 05 27", None, None)
    with pytest.raises(LineTrouble) as trouble:
        transport.receive(20.0)
    assert trouble.value.why == "garbled"
    assert tcp().receive(0.0) is None
