"""The driver against the simulated terminal, which has a codec of its own: over real TCP and a real pseudo-terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from counter_app.domain.money import Money
from counter_app.domain.payments import CardResult
from counter_app.ports.payments import (
    Approved,
    CardOutcome,
    CardTerminal,
    Declined,
    NotSent,
    Slip,
    TerminalTrouble,
    Unknown,
)
from devices.links import Opener, SerialOpener, TcpOpener
from devices.simulators.terminal.serve import TerminalSimulator
from devices.zvt.connection import ZvtConfig
from devices.zvt.terminal import ZvtTerminal
from devices.zvt.transport import Times
from tests.unit.devices.simulators.till import StandingClock, terminal

LINES = ["tcp", pytest.param("pty", marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX"))]
TIMES = Times(t3_s=3.0, t4_s=4.0, query_s=6.0, longest_s=12.0)
NUMBER = "4111111111111111"


def euro(minor: int) -> Money:
    return Money(minor, "EUR")


@dataclass
class Clerk:
    """Keeps what the terminal says; ``durable`` False: the store could not commit it."""

    durable: bool = True
    said: list[str] = field(default_factory=list)
    results: list[CardResult] = field(default_factory=list)
    on_word: Callable[[str], None] = lambda _: None

    def says(self, text: str) -> None:
        self.said.append(text)
        self.on_word(text)

    def answered(self, result: CardResult) -> bool:
        self.results.append(result)
        return self.durable


@dataclass
class Bench:
    line: str
    simulator: TerminalSimulator
    opener: Opener

    def driver(self, times: Times = TIMES) -> ZvtTerminal:
        return ZvtTerminal(self.opener, ZvtConfig(name="card", times=times), StandingClock(), pause=lambda _: None)

    def fault(self, name: str, value: str = "on") -> None:
        self.simulator.faults.set(name, value)


@pytest.fixture(params=LINES)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with terminal(card="visa") as simulator:
        opener: Opener = (
            TcpOpener("127.0.0.1", simulator.serve_tcp())
            if request.param == "tcp"
            else SerialOpener(simulator.serve_pty())
        )
        yield Bench(request.param, simulator, opener)


@pytest.fixture
def card(bench: Bench) -> Iterator[ZvtTerminal]:
    made = bench.driver()
    yield made
    made.close()


def paid(card: CardTerminal, minor: int = 1_010) -> Approved:
    assert card.status().ready
    outcome = card.charge(euro(minor), Clerk())
    assert isinstance(outcome, Approved)
    return outcome


def last(card: CardTerminal) -> CardResult | None:
    status = card.status()
    assert status.ready
    assert status.report is not None
    return status.report.last


# ---- what goes well


def test_a_payment_is_committed_printed_and_known_to_the_terminal(bench: Bench, card: ZvtTerminal) -> None:
    """10.10 is 10 10 on the line, each byte doubled there: another amount would be charged, or none."""
    assert last(card) is None
    clerk = Clerk()
    outcome = card.charge(euro(1_010), clerk)
    assert isinstance(outcome, Approved)
    assert outcome.completed
    assert outcome.result == clerk.results[0]
    assert (outcome.result.amount_minor, outcome.result.currency, outcome.result.receipt) == (1_010, "EUR", 1)
    assert (outcome.result.kind, outcome.result.terminal_id) == ("payment", bench.simulator.settings.terminal_id)
    assert {slip.whose for slip in outcome.slips} == {"merchant", "customer"}
    assert all(any("10.10" in line for line in slip.lines) for slip in outcome.slips)
    assert clerk.said
    found = last(card)
    assert found is not None
    assert (found.receipt, found.amount_minor, found.result) == (1, 1_010, "00")


@pytest.mark.parametrize("minor", [1, 10, 1_010, 1_616, 101_010, 1_010_101_010])
def test_every_amount_with_sixteen_in_it_is_charged_exactly(card: ZvtTerminal, minor: int) -> None:
    """DLE in the amount, in the receipt, in a length: a byte lost there is money lost."""
    assert paid(card, minor).result.amount_minor == minor
    found = last(card)
    assert found is not None
    assert found.amount_minor == minor


def test_a_reversal_names_what_it_takes_back_and_a_second_one_is_no_refusal(card: ZvtTerminal) -> None:
    """A reversal of another payment must show; and "already reversed" must not count as "still paid"."""
    payment = paid(card).result
    assert payment.receipt is not None
    clerk = Clerk()
    outcome = card.reverse(payment.receipt, euro(1_010), clerk)
    assert isinstance(outcome, Approved)
    assert (outcome.result.kind, outcome.result.original_trace) == ("reversal", payment.trace)
    again = card.reverse(payment.receipt, euro(1_010), Clerk())
    assert isinstance(again, Unknown)
    assert again.reason == "already_reversed"


def test_a_reversal_of_a_wrong_amount_or_an_unknown_receipt_is_refused(card: ZvtTerminal) -> None:
    """The terminal itself refuses what does not belong together; nothing was reversed."""
    payment = paid(card).result
    assert payment.receipt is not None
    for receipt, minor in ((payment.receipt, 1_011), (payment.receipt + 1, 1_010)):
        assert isinstance(card.reverse(receipt, euro(minor), Clerk()), Declined)
    found = last(card)
    assert found is not None
    assert found.kind == ""


def test_a_refund_and_the_end_of_the_day_come_with_their_paper(card: ZvtTerminal) -> None:
    """The totals that the journal is compared with, and the slips that the law wants."""
    paid(card)
    paid(card, 2_500)
    refund = card.refund(euro(500), Clerk())
    assert isinstance(refund, Approved)
    assert refund.result.kind == "refund"
    closing = card.end_of_day(Clerk())
    assert (closing.done, closing.unknown, closing.reason) == (True, False, "")
    assert closing.total is not None
    assert closing.lines
    assert [slip.whose for slip in closing.slips] == ["merchant"]


@pytest.mark.parametrize("bytes_", ["single", "glue", "long=300"])
def test_bytes_come_one_by_one_glued_and_by_the_hundred(bench: Bench, card: ZvtTerminal, bytes_: str) -> None:
    """A network cuts messages where it likes; a status of 300 bytes has a length of three."""
    name, _, value = bytes_.partition("=")
    bench.fault(name, value or "on")
    assert paid(card).result.amount_minor == 1_010


@pytest.mark.parametrize("bench", ["pty"], indirect=True)
@pytest.mark.parametrize("fault", ["bad_crc=2", "nak=2", "mute_ack=1", "twice=3", "garbage=20"])
def test_a_noisy_serial_line_is_repeated_until_it_is_right(bench: Bench, fault: str) -> None:
    """A dirty plug would stop the sale, or book it twice."""
    card = bench.driver(Times(t2_s=0.6, t3_s=3.0, t4_s=4.0, query_s=6.0, longest_s=12.0))
    assert card.status().ready
    bench.simulator.plan(fault)
    outcome = card.charge(euro(1_010), Clerk())
    assert isinstance(outcome, Approved), outcome
    found = last(card)
    assert found is not None
    assert found.receipt == 1
    card.close()


# ---- what is refused


@pytest.mark.parametrize("plan", ["decline=05", "wrong_pin=3", "customer_aborts", "card_removed"])
def test_a_refusal_in_the_terminals_own_words_is_one(bench: Bench, card: ZvtTerminal, plan: str) -> None:
    """Nothing else is; and this one must not leave the terminal blocked."""
    assert card.status().ready
    bench.simulator.plan(plan)
    outcome = card.charge(euro(1_010), Clerk())
    assert isinstance(outcome, Declined), outcome
    assert outcome.words
    assert last(card) is None


@pytest.mark.parametrize(
    ("plan", "code"),
    [("abort_code=05", "05"), ("abort_code=6c", "6C"), ("reject=83", "83"), ("reject=6f", "6F")],
)
def test_an_explicit_code_alone_is_a_refusal(bench: Bench, card: ZvtTerminal, plan: str, code: str) -> None:
    """06 1E without 04 0F, and 84 xx to the order itself."""
    assert card.status().ready
    bench.simulator.plan(plan)
    outcome = card.charge(euro(1_010), Clerk())
    assert isinstance(outcome, Declined), outcome
    assert outcome.code == code
    assert last(card) is None


@pytest.mark.parametrize("plan", ["bare_abort", "abort_code=ff", "abort_code=66", "abort_code=cd", "abort_code=9c"])
def test_an_abort_that_explains_nothing_is_unknown(bench: Bench, card: ZvtTerminal, plan: str) -> None:
    """Money may have moved before it broke."""
    assert card.status().ready
    bench.simulator.plan(plan)
    outcome = card.charge(euro(1_010), Clerk())
    assert isinstance(outcome, Unknown), outcome


# ---- what is lost on the way

BEFORE = ["start", "ack", "intermediate", "pin", "host"]


@pytest.mark.parametrize("bench", ["tcp"], indirect=True)
@pytest.mark.parametrize("how", ["drop", "power_cut"])
@pytest.mark.parametrize("point", BEFORE)
def test_a_line_that_is_cut_before_the_status_is_unknown(bench: Bench, card: ZvtTerminal, how: str, point: str) -> None:
    """Never "no": the customer may have typed the PIN meanwhile."""
    assert card.status().ready
    bench.simulator.plan(f"{how}={point}")
    clerk = Clerk()
    outcome = card.charge(euro(1_010), clerk)
    assert isinstance(outcome, Unknown), outcome
    assert not clerk.results or clerk.results[0].result == "00"


@pytest.mark.parametrize("point", ["start", "ack", "intermediate", "host"])
def test_silence_is_unknown(bench: Bench, point: str) -> None:
    """After its time, and after the terminal was asked to stop."""
    card = bench.driver(Times(t2_s=0.5, t3_s=0.5, t4_s=0.6, query_s=6.0, longest_s=1.5))
    assert card.status().ready
    bench.simulator.plan(f"silence={point}")
    outcome = card.charge(euro(1_010), Clerk())
    assert isinstance(outcome, Unknown), outcome
    card.close()


@pytest.mark.parametrize("point", ["acknowledged", "print", "completion"])
def test_a_completion_that_is_lost_after_the_acknowledgement_is_asked_for(bench: Bench, point: str) -> None:
    """One ticket: the terminal stored it, and says so when it is asked."""
    card = bench.driver(Times(t2_s=0.5, t3_s=2.0, t4_s=1.0, query_s=6.0, longest_s=1.5))
    assert card.status().ready
    bench.simulator.plan(f"drop={point}")
    clerk = Clerk()
    outcome = card.charge(euro(1_010), clerk)
    assert isinstance(outcome, Approved), outcome
    assert not outcome.completed
    assert len(clerk.results) == 1
    found = last(card)
    assert found is not None
    assert found.receipt == 1
    card.close()


def test_what_could_not_be_committed_is_not_acknowledged(bench: Bench, card: ZvtTerminal) -> None:
    """The terminal would keep money that nobody here knows of."""
    assert card.status().ready
    outcome = card.charge(euro(1_010), Clerk(durable=False))
    assert isinstance(outcome, Unknown), outcome
    assert outcome.reason == "not_committed"
    assert bench.simulator.wait_until_idle()
    assert last(card) is None  # taken back


@pytest.mark.parametrize(
    ("fault", "amount", "receipt"), [("other_amount", 1_110, 1), ("stale", 2_500, 1), ("phantom", 1_010, 1)]
)
def test_a_status_of_something_else_is_handed_over_as_it_is(
    bench: Bench, card: ZvtTerminal, fault: str, amount: int, receipt: int
) -> None:
    """The core judges by terminal, amount and receipt: it must see what the terminal said, not what was hoped."""
    if fault != "other_amount":
        paid(card, 2_500)
    assert card.status().ready
    bench.simulator.plan(fault)
    clerk = Clerk(durable=False)
    outcome = card.charge(euro(1_010), clerk)
    assert isinstance(outcome, Unknown), outcome
    assert (clerk.results[0].amount_minor, clerk.results[0].receipt) == (amount, receipt)


def test_a_reversal_of_another_payment_is_reported(bench: Bench, card: ZvtTerminal) -> None:
    """Some terminals take back the last payment, whichever was named: an alarm, and a person."""
    first = paid(card, 1_010).result
    paid(card, 2_500)
    assert first.receipt is not None
    bench.simulator.plan("reverses_last")
    outcome = card.reverse(first.receipt, euro(1_010), Clerk(durable=False))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "other_result"
    assert outcome.result is not None
    assert outcome.result.amount_minor == 2_500


# ---- asked at the wrong time


def test_a_terminal_at_work_is_not_ready_and_says_nothing_of_before(bench: Bench, card: ZvtTerminal) -> None:
    """Asked while the customer types the PIN, "not performed" would be wrong three seconds later."""
    paid(card)
    bench.fault("enquiry", "9c")
    status = card.status()
    assert not status.ready
    assert status.trouble is TerminalTrouble.BUSY
    bench.fault("enquiry", "dc")
    status = card.status()
    assert not status.ready
    assert status.report is not None
    bench.fault("enquiry", "off")
    assert card.status().ready


def test_an_initialisation_that_is_demanded_is_done(bench: Bench, card: ZvtTerminal) -> None:
    """After a power cut a terminal may want it, and a station has nobody who knows its menu."""
    bench.fault("uninitialised")
    card.status()
    assert any("06 93" in note for note in bench.simulator.notes)


def test_a_wrong_password_and_nobody_there_are_told_apart(bench: Bench) -> None:
    """The clerk is sent to the cable, or to the settings."""
    wrong = ZvtTerminal(bench.opener, ZvtConfig(name="card", password=123_456, times=TIMES), StandingClock())
    assert wrong.status().trouble is TerminalTrouble.NOT_REGISTERED
    assert wrong.charge(euro(100), Clerk()) == NotSent(trouble=TerminalTrouble.NOT_REGISTERED)
    wrong.close()
    nobody = TcpOpener("127.0.0.1", 1) if bench.line == "tcp" else SerialOpener("/dev/counterfoil-nobody")
    gone = ZvtTerminal(nobody, ZvtConfig(name="card", times=TIMES), StandingClock())
    assert gone.status().trouble is TerminalTrouble.NOT_REACHABLE
    assert gone.charge(euro(100), Clerk()) == NotSent(trouble=TerminalTrouble.NOT_REACHABLE)


@pytest.mark.parametrize("bench", ["tcp"], indirect=True)
def test_a_line_that_died_while_idle_is_made_anew(bench: Bench, card: ZvtTerminal) -> None:
    """A terminal hangs up after a quiet hour; the next sale must not be unknown for that."""
    paid(card)
    bench.simulator.power_cut()
    assert bench.simulator.wait_until_idle()
    assert isinstance(card.charge(euro(2_000), Clerk()), Approved)


# ---- the clerk's hand


@pytest.mark.parametrize("line", LINES)
def test_the_clerk_stops_a_payment_that_waits_for_a_card(line: str) -> None:
    """The customer changed her mind. That it was stopped is the terminal's word, not ours."""
    with terminal(card="visa", manual=True) as simulator:
        opener: Opener = (
            TcpOpener("127.0.0.1", simulator.serve_tcp()) if line == "tcp" else SerialOpener(simulator.serve_pty())
        )
        card = ZvtTerminal(opener, ZvtConfig(name="card", times=TIMES), StandingClock())
        assert card.status().ready
        clerk = Clerk(on_word=lambda _: card.abort())
        outcome = card.charge(euro(1_010), clerk)
        assert isinstance(outcome, Declined), outcome
        assert outcome.code == "6C"
        assert last(card) is None
        card.close()


@pytest.mark.parametrize("line", LINES)
def test_an_abort_that_comes_too_late_changes_nothing(line: str) -> None:
    """The customer typed the PIN first: sold, and the clerk sees it."""
    with terminal(card="visa", manual=True) as simulator:
        opener: Opener = (
            TcpOpener("127.0.0.1", simulator.serve_tcp()) if line == "tcp" else SerialOpener(simulator.serve_pty())
        )
        card = ZvtTerminal(opener, ZvtConfig(name="card", times=TIMES), StandingClock())
        assert card.status().ready

        def customer(text: str) -> None:
            if "nsert" in text:
                simulator.press("insert")
            elif "PIN" in text:
                simulator.press("pin-ok")
            elif "FEP" in text:
                card.abort()

        outcome = card.charge(euro(1_010), Clerk(on_word=customer))
        assert isinstance(outcome, Approved), outcome
        card.close()


def test_a_status_enquiry_during_the_pin_proves_nothing_and_then_it_is_found() -> None:
    """The line is lost while the PIN is typed. Asked at once the terminal is busy; a little later it has the money."""
    with terminal(card="visa", manual=True) as simulator:
        simulator.faults.set("keeps", "on")
        port = simulator.serve_tcp()
        first = ZvtTerminal(TcpOpener("127.0.0.1", port), ZvtConfig(name="card", times=TIMES), StandingClock())
        assert first.status().ready
        typing = threading.Event()

        def customer(text: str) -> None:
            if "nsert" in text:
                simulator.press("insert")
            elif "PIN" in text:
                typing.set()
                raise KeyboardInterrupt  # the program dies here

        with pytest.raises(KeyboardInterrupt):
            first.charge(euro(1_010), Clerk(on_word=customer))
        assert typing.is_set()
        again = ZvtTerminal(TcpOpener("127.0.0.1", port), ZvtConfig(name="card", times=TIMES), StandingClock())
        assert not again.status().ready
        simulator.press("pin-ok")
        assert simulator.wait_until_idle()
        found = last(again)
        assert found is not None
        assert (found.receipt, found.amount_minor) == (1, 1_010)
        again.close()


# ---- card numbers


def _texts(outcome: CardOutcome, clerk: Clerk) -> str:
    slips: tuple[Slip, ...] = () if isinstance(outcome, NotSent) else outcome.slips
    return repr(outcome) + repr(clerk.results) + "".join(clerk.said) + "\n".join(ln for s in slips for ln in s.lines)


def test_a_card_number_in_clear_goes_nowhere(bench: Bench, card: ZvtTerminal, caplog: pytest.LogCaptureFixture) -> None:
    """The terminal sends it whole, with its tracks: not in a file, not in the log, not on paper."""
    caplog.set_level(0)
    assert card.status().ready
    bench.simulator.plan("unmasked tracks")
    clerk = Clerk()
    outcome = card.charge(euro(1_010), clerk)
    assert isinstance(outcome, Approved)
    assert outcome.result.card == "**** 1111"
    everything = _texts(outcome, clerk) + caplog.text + repr(card.status())
    assert NUMBER not in everything
    assert NUMBER[:12] not in everything.replace(" ", "")
