"""A store that takes long: the terminal is asked to wait, and answered when it says its status again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from counter_app.domain.money import Money
from counter_app.domain.payments import CardResult
from counter_app.ports.payments import Approved, Unknown
from devices.links import TcpOpener
from devices.zvt import commands
from devices.zvt.connection import ZvtConfig
from devices.zvt.dialogue import Dialogue
from devices.zvt.order import Order, OrderRun
from devices.zvt.transport import TcpTransport, Times
from tests.unit.devices.simulators.till import StandingClock

PAY = Order(kind="payment", command=commands.pay(1_010, 978), amount=Money(1_010, "EUR"))
PAID = bytes.fromhex("04 0F 11 27 00 04 00 00 00 00 10 10 29 52 50 00 38 87 00 08")
OTHER = bytes.fromhex("04 0F 11 27 00 04 00 00 00 00 10 11 29 52 50 00 38 87 00 08")
OK, WAIT = b"\x80\x00\x00", b"\x84\x9c\x00"


class SlowWatch:
    """Commits only when it is told to."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.count = 0

    def says(self, text: str) -> None:
        raise AssertionError(text)

    def answered(self, result: CardResult) -> bool:
        self.count += 1
        assert self.may.wait(20)
        return True


@pytest.fixture
def ends() -> Iterator[tuple[Dialogue, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = TcpOpener("127.0.0.1", server.getsockname()[1]).open(5.0)
        terminal, _ = server.accept()
        terminal.settimeout(20)
        clock = StandingClock()
        transport = TcpTransport(link, Times(), clock)
        with terminal:
            yield Dialogue(transport, Times(), clock, t4_s=20.0, all_s=60.0), terminal
        transport.close()


def heard(terminal: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += terminal.recv(count - len(data))
    return data


@pytest.mark.parametrize("again", [PAID, OTHER])
def test_the_terminal_waits_while_we_commit(ends: tuple[Dialogue, socket.socket], again: bytes) -> None:
    """Without a word it takes the payment back after some seconds; it must say the same again, or is not believed."""
    dialogue, terminal = ends
    watch, outcomes = SlowWatch(), []
    run = OrderRun(PAY, ZvtConfig(name="card", times=Times(stall_after_s=0.05)), watch, terminal_id="")
    lane = threading.Thread(target=lambda: outcomes.append(run.play(dialogue)))
    lane.start()
    heard(terminal, len(PAY.command.encode()))
    terminal.sendall(OK + PAID)
    assert heard(terminal, 3) == WAIT
    terminal.sendall(PAID)
    assert heard(terminal, 3) == WAIT
    watch.may.set()
    terminal.sendall(again)
    if again == PAID:
        answer = heard(terminal, 3)
        while answer == WAIT:  # it was put off once more before the commit was through
            terminal.sendall(PAID)
            answer = heard(terminal, 3)
        assert answer == OK
        terminal.sendall(b"\x06\x0f\x00")
        assert heard(terminal, 3) == OK
    lane.join(20)
    assert len(outcomes) == 1
    if again == PAID:
        assert isinstance(outcomes[0], Approved)
    else:
        assert outcomes[0] == Unknown(reason="garbled")
    assert watch.count == 1
