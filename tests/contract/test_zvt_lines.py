"""Lines that end: an adapter that is pulled out, a terminal that hangs up, nobody there. Each call ends by its time."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable

import pytest

from counter_app.domain.device_settings import SerialAddress, TcpAddress, TerminalSettings
from counter_app.domain.money import Money
from counter_app.errors import Refusal
from counter_app.ports.payments import NotSent, TerminalTrouble, Unknown
from devices.links import LinkBroken, NotReachable, SerialOpener, TcpOpener
from devices.zvt.apdu import Apdu, Splitter
from devices.zvt.block import Block, Receiver, frame
from devices.zvt.connection import ZvtConfig
from devices.zvt.opening import open_terminal
from devices.zvt.terminal import ZvtTerminal
from devices.zvt.transport import Times
from tests.contract.test_zvt_terminal import Clerk
from tests.unit.devices.simulators.till import StandingClock

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
TIMES = Times(t2_s=1.0, t3_s=2.0, t4_s=3.0, query_s=3.0, longest_s=6.0)
OK, REGISTERED = Apdu(0x8000), Apdu(0x060F, bytes.fromhex("19 00 29 52 50 00 38"))


@posix
def test_an_adapter_that_is_pulled_out_while_the_customer_pays_is_unknown() -> None:
    """pyserial raises its own exception, or a plain OSError; and the same port must work again when it is back."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    device = os.ttyname(slave)
    os.close(slave)
    heard: list[int] = []

    def terminal() -> None:
        receiver = Receiver()
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:  # nobody has opened the other side yet
                continue
            for event in receiver.feed(data):
                if isinstance(event, Block):
                    heard.append(event.apdu.control)
                    os.write(master, b"\x06")
                    if event.apdu.control == 0x0601:
                        os.write(master, frame(OK))
                        os.close(master)
                        return
                    if event.apdu.control == 0x0600:
                        os.write(master, frame(OK) + frame(REGISTERED))

    lane = threading.Thread(target=terminal, daemon=True)
    lane.start()
    card = ZvtTerminal(SerialOpener(device), ZvtConfig(name="card", times=TIMES), StandingClock())
    outcome = card.charge(Money(1_010, "EUR"), Clerk())
    lane.join(20)
    assert isinstance(outcome, Unknown), outcome
    assert outcome.reason == "reset"
    assert heard[0] == 0x0600
    assert 0x0601 in heard
    assert card.charge(Money(1_010, "EUR"), Clerk()) == NotSent(trouble=TerminalTrouble.NOT_REACHABLE)
    card.close()


@posix
def test_a_serial_line_that_ends_is_broken_in_every_call() -> None:
    """Reading, writing and closing: none may raise anything else."""
    master, slave = os.openpty()
    link = SerialOpener(os.ttyname(slave)).open(2.0)
    link.write(b"\x06", 1.0)
    assert os.read(master, 1) == b"\x06"
    os.close(slave)
    os.close(master)
    with pytest.raises(LinkBroken):
        link.read(1.0)
    with pytest.raises(LinkBroken):
        link.write(b"\x06", 1.0)
    link.close()
    link.close()


def hung_up_by(deaf: Callable[[socket.socket], None]) -> ZvtTerminal:
    server = socket.create_server(("127.0.0.1", 0))

    def terminal() -> None:
        with server:
            connection, _ = server.accept()
            with connection:
                deaf(connection)

    threading.Thread(target=terminal, daemon=True).start()
    opener = TcpOpener("127.0.0.1", server.getsockname()[1])
    return ZvtTerminal(opener, ZvtConfig(name="card", times=TIMES), StandingClock())


def test_a_terminal_that_hangs_up_at_once_was_sent_nothing() -> None:
    """The registration failed: no order was given."""
    card = hung_up_by(lambda connection: None)
    assert card.charge(Money(1_010, "EUR"), Clerk()) == NotSent(trouble=TerminalTrouble.NOT_REACHABLE)
    card.close()


def test_a_terminal_that_takes_and_never_answers_is_silent() -> None:
    """By T3, not by the clerk's patience."""
    over = threading.Event()

    def deaf(connection: socket.socket) -> None:
        over.wait(20)

    card = hung_up_by(deaf)
    assert card.status().trouble is TerminalTrouble.SILENT
    over.set()
    card.close()


def test_another_protocol_on_that_port_is_garbled_or_gone_and_never_money() -> None:
    """Somebody typed the printer's address."""

    def web_server(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    card = hung_up_by(web_server)
    assert isinstance(card.charge(Money(1_010, "EUR"), Clerk()), NotSent)
    card.close()


def test_a_terminal_that_registers_and_then_resets_is_unknown() -> None:
    """The order was sent."""

    def terminal(connection: socket.socket) -> None:
        splitter, seen = Splitter(), 0
        while seen != 0x0601:
            for apdu in splitter.feed(connection.recv(4096)):
                seen = apdu.control
                if seen == 0x0600:
                    connection.sendall(OK.encode() + REGISTERED.encode())

    card = hung_up_by(terminal)
    outcome = card.charge(Money(1_010, "EUR"), Clerk())
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "reset"
    card.close()


def test_names_that_no_address_can_have() -> None:
    """A typing mistake in the settings is one, and no crash."""
    for host in ("", "no such host.invalid", "." * 300):
        with pytest.raises(NotReachable):
            TcpOpener(host, 1).open(2.0)


def test_a_terminal_of_the_settings() -> None:
    """Its times, its currency, who prints; a currency that no terminal knows is refused at once."""
    clock = StandingClock()
    card = open_terminal(TerminalSettings(address=TcpAddress(host="127.0.0.1", port=1)), currency="EUR", clock=clock)
    assert card.name == "card"
    assert card.longest.total_seconds() > 180
    assert card.status().trouble is TerminalTrouble.NOT_REACHABLE
    serial = TerminalSettings(
        address=SerialAddress(device="/dev/counterfoil-nobody"), prints="terminal", currency="CHF"
    )
    assert open_terminal(serial, currency="CHF", clock=clock).status().trouble is TerminalTrouble.NOT_REACHABLE
    with pytest.raises(Refusal):
        open_terminal(serial, currency="EUR", clock=clock)
    with pytest.raises(Refusal):
        open_terminal(TerminalSettings(address=TcpAddress(host="h", port=1)), currency="XAF", clock=clock)
