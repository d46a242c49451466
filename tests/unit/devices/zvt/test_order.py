"""One order from its first byte to the terminal's last word: approved, refused, not sent, or unknown."""

from __future__ import annotations

import pytest

from counter_app.domain.money import Money
from counter_app.ports.payments import Approved, CardOutcome, Declined, NotSent, TerminalTrouble, Unknown
from devices.zvt import commands
from devices.zvt.connection import ZvtConfig
from devices.zvt.dialogue import Dialogue
from devices.zvt.order import Order, OrderRun
from devices.zvt.transport import LineTrouble, Times
from tests.unit.devices.zvt.scripted import ScriptedTransport, Step, SteppingClock, Watcher

OK = "80 00 00"
AMOUNT = Money(1_010, "EUR")
CONFIG = ZvtConfig(name="card")
PAY = Order(kind="payment", command=commands.pay(1_010, 978), amount=AMOUNT)
REVERSE = Order(kind="reversal", command=commands.reverse(0, 7, 1_010, 978), amount=AMOUNT, receipt=7)
DONE, ABORTED = "06 0F 00", "06 1E 01 6C"
PAID = "04 0F 11 27 00 04 00 00 00 00 10 10 29 52 50 00 38 87 00 08"
REFUSED = "04 0F 07 27 05 29 52 50 00 38"
RESET = LineTrouble("reset")


def play(
    steps: list[Step],
    *,
    order: Order = PAY,
    watch: Watcher | None = None,
    repeated: bool = False,
    refuses: dict[int, LineTrouble] | None = None,
) -> tuple[CardOutcome, ScriptedTransport, OrderRun]:
    clock = SteppingClock()
    transport = ScriptedTransport(clock, steps, repeated=repeated, refuses=refuses)
    times = Times(t3_s=5.0, t4_s=180.0)
    run = OrderRun(order, CONFIG, watch or Watcher(), terminal_id="52500038")
    return run.play(Dialogue(transport, times, clock, t4_s=180.0, all_s=300.0)), transport, run


def test_the_status_is_committed_before_it_is_acknowledged() -> None:
    """The other way round, a power cut between the two is a payment that nobody knows of."""
    watch = Watcher()
    order: list[int] = []
    clock = SteppingClock()
    transport = ScriptedTransport(clock, [OK, "04 FF 01 0A", PAID, DONE])
    watch.on_result = lambda: order.append(len(transport.heard))
    run = OrderRun(PAY, CONFIG, watch, terminal_id="52500038")
    outcome = run.play(Dialogue(transport, Times(), clock, t4_s=180.0, all_s=300.0))
    assert isinstance(outcome, Approved)
    assert outcome.completed
    assert order == [2]  # the order and the answer to the intermediate text; not yet the acknowledgement
    assert transport.heard == [commands.pay(1_010, 978).encode().hex(" ").upper(), OK, OK, OK]
    assert watch.said == ["Insert the card"]
    assert run.keep_line


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([], "timeout"),
        ([OK], "timeout"),
        ([OK, RESET], "reset"),
        ([OK, "04 FF 01 0A", RESET], "reset"),
        ([OK, LineTrouble("garbled")], "garbled"),
        ([OK, REFUSED, RESET], "reset"),  # a wrong PIN may be followed by a right one
        ([OK, DONE], "no_status"),
        ([OK, "06 1E 00"], "aborted"),
        ([OK, "06 1E 01 FF"], "aborted_system_error"),
        ([OK, "06 1E 01 66"], "aborted_processing_error"),
        ([OK, "06 1E 01 CD"], "aborted_cashback_not_possible"),
        ([OK, "06 1E 01 00"], "aborted_done"),
        ([OK, "04 0F 02 27 CD", "06 1E 01 CD"], "aborted_cashback_not_possible"),
        ([OK, "04 0F 02 27"], "garbled"),
        ([OK, "04 0F 06 29 52 50 00 38 11"], "garbled"),  # no result in it
        ([OK, "04 0F 0D 27 00 04 00 00 00 00 10 10 04 00 00 00"], "garbled"),
        (["06 D1 02 00 41"], "garbled"),  # it is at something of its own
        ([OK, PAID, RESET], "acknowledgement_lost"),
        ([OK, PAID], "acknowledgement_lost"),
        ([OK, PAID, ABORTED], "aborted_after_status"),
        ([OK, PAID, REFUSED, DONE], "contradiction"),
        ([OK, PAID, PAID.replace("87 00 08", "87 00 09"), DONE], "contradiction"),
    ],
)
def test_what_is_lost_late_broken_or_contradictory_is_unknown(steps: list[Step], reason: str) -> None:
    """Never a refusal: then it would be asked for once more, and paid twice."""
    outcome, _, run = play(steps)
    assert isinstance(outcome, Unknown), outcome
    assert outcome.reason == reason
    assert not run.keep_line


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (["84 83 00"], "83"),
        (["84 9C 00"], "9C"),
        ([OK, ABORTED], "6C"),
        ([OK, "06 1E 01 05"], "05"),
        ([OK, REFUSED, "06 1E 01 05"], "05"),
        ([OK, REFUSED, "06 1E 01 FF"], "05"),
        ([OK, REFUSED, DONE], "05"),
        ([OK, "04 0F 02 27 37", "04 0F 02 27 05", "06 1E 01 05"], "05"),
    ],
)
def test_an_explicit_refusal_is_one(steps: list[Step], code: str) -> None:
    """A terminal that stays blocked after each refused card sells nothing."""
    outcome, _, _ = play(steps)
    assert isinstance(outcome, Declined), outcome
    assert outcome.code == code


def test_a_second_pin_that_is_right_is_an_approval() -> None:
    """The status came once with "wrong PIN", and once more with the money."""
    watch = Watcher()
    outcome, _, _ = play([OK, "04 0F 02 27 37", PAID, DONE], watch=watch)
    assert isinstance(outcome, Approved)
    assert [result.result for result in watch.results] == ["37", "00"]


def test_nothing_left_is_not_sent() -> None:
    """Only then may the clerk try again at once."""
    refused = {1: LineTrouble("reset", sent=False)}
    assert play([], refuses=refused)[0] == NotSent(trouble=TerminalTrouble.NOT_REACHABLE)
    assert isinstance(play([], refuses={1: LineTrouble("reset", sent=True)})[0], Unknown)


def test_a_refusal_of_an_order_that_was_sent_twice_proves_nothing() -> None:
    """Serial: the ACK was lost, the block repeated; "busy" may be said of the second while the first is played."""
    outcome, _, _ = play(["84 9C 00"], repeated=True)
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "repeated"


def test_what_is_not_durable_is_given_back_to_the_terminal() -> None:
    """84 66: it takes the payment back. What became of it is asked, not assumed."""
    outcome, transport, _ = play([OK, PAID, "04 0F 02 27 6C", ABORTED], watch=Watcher(commits=[False]))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "not_committed"
    assert transport.heard[1] == "84 66 00"


def test_a_fault_of_ours_acknowledges_nothing() -> None:
    """A bug while committing must not count as committed."""
    with pytest.raises(ZeroDivisionError):
        play([OK, PAID, DONE], watch=Watcher(commits=[ZeroDivisionError()]))


def test_another_amount_or_currency_is_handed_over_and_unknown() -> None:
    """Even if somebody commits it: it is not what was asked for."""
    for status in (
        PAID.replace("10 10", "10 11"),
        "04 0F 14 27 00 04 00 00 00 00 10 10 29 52 50 00 38 87 00 08 49 07 56",
    ):
        outcome, _, _ = play([OK, status, DONE])
        assert isinstance(outcome, Unknown)
        assert outcome.reason == "other_result"
        assert outcome.result is not None


def test_a_status_that_comes_again_is_answered_again_and_committed_once() -> None:
    """The terminal missed our answer."""
    watch = Watcher()
    outcome, transport, _ = play([OK, PAID, PAID, DONE], watch=watch)
    assert isinstance(outcome, Approved)
    assert len(watch.results) == 1
    assert transport.heard[1:] == [OK, OK, OK]


def test_an_acknowledgement_that_could_not_be_sent_is_not_an_approval() -> None:
    """It is asked for; the standard leaves open what the terminal does."""
    outcome, _, run = play([OK, PAID], refuses={2: RESET})
    assert isinstance(outcome, Unknown)
    assert run.acknowledged is not None
    # The terminal, asked anew, reports it: then it stands. Another receipt, amount or result: it does not.
    settled = run.settled_by(run.acknowledged)
    assert isinstance(settled, Approved)
    assert not settled.completed


def test_the_last_word_may_go_unanswered() -> None:
    """06 0F was heard; that the line broke while we answered changes nothing."""
    outcome, _, _ = play([OK, PAID, DONE], refuses={3: RESET})
    assert isinstance(outcome, Approved)
    assert outcome.completed


def test_commands_that_we_do_not_serve_are_refused_politely() -> None:
    """A dial-up over our modem, a menu on our screen."""
    outcome, transport, _ = play([OK, "06 D8 00", "04 0E 00", "04 01 08 AA 26 11 21 0C 13 14 15", PAID, DONE])
    assert isinstance(outcome, Approved)
    assert transport.heard[1:4] == ["84 83 00", "84 83 00", OK]


def test_already_reversed_is_no_refusal() -> None:
    """The money went back by an earlier reversal; "still paid" would be wrong."""
    for steps in (["84 B4 00"], [OK, "06 1E 01 B4"], [OK, "04 0F 02 27 B4", "06 1E 01 B4"]):
        outcome, _, _ = play(list(steps), order=REVERSE)
        assert isinstance(outcome, Unknown)
    refused, _, _ = play([OK, "06 1E 01 B5"], order=REVERSE)
    assert isinstance(refused, Declined)


def test_a_reversal_of_another_receipt_is_reported_with_it() -> None:
    """An alarm, not a refund."""
    outcome, _, _ = play([OK, PAID, DONE], order=REVERSE)
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "other_result"
    assert outcome.result is not None
    assert outcome.result.receipt == 8


def test_a_terminal_that_talks_for_ever_is_given_up() -> None:
    """04 FF restarts T4; not for ever. It is told to stop first."""
    clock = SteppingClock()
    transport = ScriptedTransport(clock, [OK, *["04 FF 01 0E"] * 20_000])
    run = OrderRun(PAY, CONFIG, Watcher(), terminal_id="")
    outcome = run.play(Dialogue(transport, Times(), clock, t4_s=180.0, all_s=300.0))
    assert isinstance(outcome, Unknown)


def test_t4_begins_anew_with_each_word_and_may_be_longer() -> None:
    """A software update of ten minutes is announced; a silence is not."""
    silence: list[Step] = [None] * 1_700  # 100 ms each: under T4
    outcome, _, _ = play([OK, "04 FF 01 0A", *silence[:1_700], "04 FF 01 01", PAID, DONE])
    assert isinstance(outcome, Approved)
    outcome, _, _ = play([OK, "04 FF 02 0A 04", *[None] * 2_300, PAID, DONE])
    assert isinstance(outcome, Approved)
    outcome, _, _ = play([OK, "04 FF 01 0A", *[None] * 1_900, PAID, DONE])
    assert isinstance(outcome, Unknown)
