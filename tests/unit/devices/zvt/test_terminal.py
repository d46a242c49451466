"""What the terminal's report says to the core, where a terminal answers oddly: over a socket, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from counter_app.domain.money import Money
from counter_app.ports.payments import Approved, TerminalStatus, TerminalTrouble
from devices.links import TcpOpener
from devices.zvt.apdu import Apdu, Splitter
from devices.zvt.connection import ZvtConfig
from devices.zvt.terminal import ZvtTerminal
from devices.zvt.transport import Times
from tests.unit.devices.simulators.till import StandingClock
from tests.unit.devices.zvt.scripted import Watcher

REGISTER, ENQUIRE, REPEAT, PAY = 0x0600, 0x0501, 0x0620, 0x0601
PAID = "04 0F 11 27 00 04 00 00 00 00 10 10 29 52 50 00 38 87 00 08"
PLAIN = {
    REGISTER: ["06 0F 07 19 00 29 52 50 00 38"],
    ENQUIRE: ["06 0F 01 00"],
    REPEAT: [PAID, "06 0F 00"],
    PAY: [PAID, "06 0F 00"],
}


class Parrot:
    """Answers each command with 80 00 00 and what stands for it, each word after the answer to the one before."""

    def __init__(self) -> None:
        self.says: dict[int, list[str]] = {key: list(value) for key, value in PLAIN.items()}
        self.heard: list[int] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        splitter, left = Splitter(), list[str]()
        while data := connection.recv(4096):
            for apdu in splitter.feed(data):
                if apdu.control >> 8 not in {0x80, 0x84}:
                    self.heard.append(apdu.control)
                    left = list(self.says[apdu.control])
                    if left and left[0].startswith("84"):
                        connection.sendall(bytes.fromhex(left.pop(0)))
                        continue
                    connection.sendall(Apdu(0x8000).encode())
                if left:
                    connection.sendall(bytes.fromhex(left.pop(0)))


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    made = Parrot()
    yield made
    made.close()


@pytest.fixture
def card(parrot: Parrot) -> Iterator[ZvtTerminal]:
    times = Times(t3_s=5.0, t4_s=5.0, query_s=5.0, longest_s=10.0)
    made = ZvtTerminal(TcpOpener("127.0.0.1", parrot.port), ZvtConfig(name="card", times=times), StandingClock())
    yield made
    made.close()


def last_receipt(status: TerminalStatus) -> int | None:
    assert status.report is not None
    return status.report.last.receipt if status.report.last is not None else None


def test_a_plain_terminal_says_what_its_last_one_was(parrot: Parrot, card: ZvtTerminal) -> None:
    """The baseline of the next payment; registered once for both questions."""
    assert last_receipt(card.status()) == 8
    assert card.status().ready
    assert parrot.heard == [REGISTER, ENQUIRE, REPEAT, ENQUIRE, REPEAT]


@pytest.mark.parametrize(
    ("repeat", "ready"),
    [
        (["06 1E 01 83"], True),  # there is none yet
        (["84 83 00"], True),
        (["06 1E 01 9C"], False),  # it cannot tell now
        (["84 9C 00"], False),
        (["06 1E 00"], False),
        (["06 0F 00"], False),  # it does not know what we asked for
    ],
)
def test_no_last_transaction_is_told_from_no_answer(
    parrot: Parrot, card: ZvtTerminal, repeat: list[str], ready: bool
) -> None:
    """Taken for "none", a silence would later prove that nothing was paid."""
    parrot.says[REPEAT] = repeat
    status = card.status()
    assert status.ready is ready
    assert status.report is not None
    assert status.report.last is None


def test_a_terminal_that_denies_what_it_just_sold_is_not_believed(parrot: Parrot, card: ZvtTerminal) -> None:
    """It refuses the question, whatever happened: it can prove nothing."""
    assert isinstance(card.charge(Money(1_010, "EUR"), Watcher()), Approved)
    parrot.says[REPEAT] = ["06 1E 01 83"]
    assert not card.status().ready


def test_a_refused_transaction_does_not_hide_the_last_receipt(parrot: Parrot, card: ZvtTerminal) -> None:
    """With the same amount as a sale before, it would pass for the next payment."""
    refused = ["04 0F 07 27 05 29 52 50 00 38", "06 0F 00"]
    parrot.says[REPEAT] = refused
    assert card.status().report is not None
    assert last_receipt(card.status()) is None
    parrot.says[REPEAT] = PLAIN[REPEAT]
    card.status()
    parrot.says[REPEAT] = refused
    status = card.status()
    assert last_receipt(status) == 8
    assert status.report is not None
    assert status.report.last is not None
    assert status.report.last.result == "05"


def test_a_terminal_at_work_is_not_asked_for_its_last_one(parrot: Parrot, card: ZvtTerminal) -> None:
    """Its answer would be of before."""
    parrot.says[ENQUIRE] = ["06 0F 01 9C"]
    status = card.status()
    assert (status.ready, status.trouble) == (False, TerminalTrouble.BUSY)
    assert REPEAT not in parrot.heard


@pytest.mark.parametrize(("byte", "commands"), [("01", [0x0693]), ("02", [0x0670]), ("03", [0x0693, 0x0670])])
def test_what_a_registration_demands_is_done_once(
    parrot: Parrot, card: ZvtTerminal, byte: str, commands: list[int]
) -> None:
    """A terminal that waits for its initialisation takes no card."""
    parrot.says[REGISTER] = [f"06 0F 07 19 {byte} 29 52 50 00 38"]
    parrot.says |= {0x0693: ["06 0F 00"], 0x0670: ["06 1E 01 A1"]}
    assert card.status().ready
    assert card.status().ready
    assert [one for one in parrot.heard if one in {0x0693, 0x0670}] == commands


def test_a_state_that_demands_something_is_asked_again(parrot: Parrot, card: ZvtTerminal) -> None:
    """C2: diagnosis. It may help, and may not."""
    parrot.says |= {ENQUIRE: ["06 0F 01 C2"], 0x0670: ["06 0F 00"]}
    assert not card.status().ready
    assert parrot.heard.count(0x0670) == 1
    assert parrot.heard.count(ENQUIRE) == 2


def test_a_registration_that_ends_badly_is_told(parrot: Parrot, card: ZvtTerminal) -> None:
    """Password and currency are the operator's; "please wait" is not."""
    parrot.says[REGISTER] = ["84 9C 00"]
    assert card.status().trouble is TerminalTrouble.BUSY
    parrot.says[REGISTER] = ["84 6F 02 09 78"]
    assert card.status().trouble is TerminalTrouble.NOT_REGISTERED
    parrot.says[REGISTER] = ["06 1E 01 6C"]
    assert card.status().trouble is TerminalTrouble.NOT_REGISTERED
    parrot.says = {key: list(value) for key, value in PLAIN.items()}
    assert card.status().ready


def test_closing_while_it_works_waits_for_the_end(parrot: Parrot, card: ZvtTerminal) -> None:
    """The window is shut while the customer pays: the outcome must still be heard."""
    watch = Watcher(on_result=card.close)
    assert isinstance(card.charge(Money(1_010, "EUR"), watch), Approved)
