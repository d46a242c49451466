"""Every fault of the simulated terminal, switched on and met by a till of bare bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.simulators.terminal.faults import POINTS
from devices.simulators.terminal.serve import TerminalSimulator
from tests.contract.test_terminal_simulator import ENQUIRE, PAY, REPEAT, refusal, shortened, states
from tests.unit.devices.simulators.till import OK, REGISTER, Till, terminal

NUMBER = "41 11 11 11 11 11 11 11"
BEFORE_APPROVAL = {"start", "ack", "intermediate", "pin"}
BEFORE_STORED = {"host", "status"}


@pytest.fixture
def pt() -> Iterator[TerminalSimulator]:
    with terminal(card="visa") as made:
        yield made


@pytest.fixture
def till(pt: TerminalSimulator) -> Iterator[Till]:
    with Till(pt.serve_tcp()) as made:
        assert made.do(REGISTER)[0] == OK
        yield made


@pytest.fixture
def by_hand() -> Iterator[TerminalSimulator]:
    """Somebody plays the customer."""
    with terminal(card="visa", manual=True) as made:
        yield made


def pay_by_hand(pt: TerminalSimulator, till: Till) -> None:
    """Up to the moment in which the customer is to enter the PIN."""
    till.send(PAY)
    till.until("04 FF")  # insert card
    assert pt.press("insert")
    till.send(OK)
    till.until("04 FF")
    till.send(OK)
    assert pt.showing == ("Please watch PIN-Pad",)


# ---- refusals


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("decline=05", refusal("05")),
        ("decline=33", refusal("33")),
        ("abort_code=6c", [OK, "06 1E 01 6C"]),
        ("abort_code=ff", [OK, "06 1E 01 FF"]),
        ("bare_abort", [OK, "06 1E 00"]),
        ("reject=9c", ["84 9C 00"]),
        ("wrong_pin=3", refusal("4B")),
        ("customer_aborts", refusal("6C")),
        ("no_card", refusal("6C")),
        ("card_removed", refusal("64")),
        ("uninitialised", refusal("51")),
    ],
)
def test_refusals(pt: TerminalSimulator, till: Till, plan: str, said: list[str]) -> None:
    """Each way to say no; and the plan is for one transaction alone."""
    pt.plan(plan)
    assert shortened(till.do(PAY)) == said
    assert "stored" not in states(pt)
    assert shortened(till.do(PAY)) == [OK, "04 0F 27 00", "06 0F 00"]
    assert states(pt)[-1] == "stored"


def test_a_wrong_pin_and_then_the_right_one(pt: TerminalSimulator, till: Till) -> None:
    pt.plan("wrong_pin=1")
    said = till.do(PAY)
    assert [one for one in said if one.startswith("04 FF")][:4] == [
        "04 FF 01 0A",
        "04 FF 01 01",
        "04 FF 01 15",
        "04 FF 01 04",
    ]
    assert said[-1] == "06 0F 00"


# ---- the line, at every point


@pytest.mark.parametrize("keeps", ["", "keeps"])
@pytest.mark.parametrize("fault", ["drop", "power_cut"])
@pytest.mark.parametrize("point", POINTS)
def test_dropped_at_every_point(fault: str, point: str, keeps: str) -> None:
    """The till hears nothing more; the books say what is true, and the next connection can ask for it."""
    with terminal(card="visa", script=[f"{fault}={point} {keeps}".strip()]) as pt, Till(pt.serve_tcp()) as till:
        till.do("06 00 06 00 00 00 8E 09 78")
        said = till.do(PAY)
        assert said[-1] == ("06 0F 00" if point == "completed" else "gone")
        assert ("06 0F 00" in said) == (point == "completed")
        assert any(one.startswith("04 0F") for one in said) == (point not in BEFORE_APPROVAL | {"host"})
        assert pt.wait_until_idle()
        if fault == "power_cut":
            expected = [] if point in BEFORE_APPROVAL else ["auto-reversed"]
        else:
            unheard = point in BEFORE_APPROVAL | BEFORE_STORED
            expected = ["auto-reversed"] if unheard and not keeps else ["stored"]
        if point in BEFORE_APPROVAL | BEFORE_STORED:
            assert states(pt) == expected
        else:
            assert states(pt) == ["stored"]
        with Till(pt.serve_tcp()) as again:
            assert again.do(ENQUIRE) == [OK, "06 0F 01 00"]
            found = again.do(REPEAT)
            assert found[1].startswith("04 0F" if "stored" in states(pt) else "06 1E")


@pytest.mark.parametrize("point", ["ack", "status", "acknowledged", "completion"])
def test_silent_from_a_point_on(pt: TerminalSimulator, till: Till, point: str) -> None:
    """The connection stands and nothing comes: only the till's own deadlines end it."""
    pt.plan(f"silence={point}")
    till.send(PAY)
    if point == "ack":
        assert till.take() == OK
    else:
        till.until("04 0F")
        till.send(OK)
    assert pt.wait_until_idle()
    assert till.quiet()
    assert states(pt) == ["stored" if point in {"acknowledged", "completion"} else "auto-reversed"]
    assert till.do(ENQUIRE) == [OK, "06 0F 01 00"]


def test_a_lost_line_may_end_the_payment(by_hand: TerminalSimulator) -> None:
    """PA00P016, 5.2.5: a socket that closes early ends the whole. Not every make does it."""
    by_hand.faults.set("aborts_on_loss", "on")
    with Till(by_hand.serve_tcp()) as till:
        till.do(REGISTER)
        pay_by_hand(by_hand, till)
    assert by_hand.wait_until_idle()
    assert states(by_hand) == ["declined"]


# ---- while a customer acts


def test_asked_while_the_pin_is_typed(by_hand: TerminalSimulator) -> None:
    """The trap of recovery: whoever takes "wait" for "no" gives the ticket away, or charges twice."""
    by_hand.plan("keeps")
    port = by_hand.serve_tcp()
    with Till(port) as till:
        till.do(REGISTER)
        pay_by_hand(by_hand, till)
    with Till(port) as again:
        assert again.do(ENQUIRE) == [OK, "06 0F 01 9C"]
        assert again.do(REPEAT) == ["84 9C 00"]
        assert again.do(PAY) == ["84 9C 00"]
        assert again.do("06 99 00") == ["84 83 00"]
        assert again.do(REGISTER)[-1].startswith("06 0F")
        assert by_hand.press("pin-ok")
        assert by_hand.wait_until_idle()
        assert again.do(ENQUIRE) == [OK, "06 0F 01 00"]
        assert " 87 00 01 88" in again.do(REPEAT)[1]
    assert states(by_hand) == ["stored"]


def test_a_terminal_that_says_ready_while_the_pin_is_typed(by_hand: TerminalSimulator) -> None:
    """Some say the last transaction, and take the money three seconds later."""
    port = by_hand.serve_tcp()
    with Till(port) as till:
        till.do(REGISTER)
        by_hand.plan("")
        till.send(PAY)
        till.until("04 FF")
        by_hand.press("tap")
        till.send(OK)
        till.until("06 0F")
        till.send(OK)
        assert by_hand.wait_until_idle()
        by_hand.plan("keeps says_ready")
        pay_by_hand(by_hand, till)
    with Till(port) as again:
        assert again.do(ENQUIRE) == [OK, "06 0F 01 00"]
        assert " 87 00 01 88" in again.do(REPEAT)[1]
        by_hand.press("pin-ok")
        assert by_hand.wait_until_idle()
        assert " 87 00 02 88" in again.do(REPEAT)[1]


def test_stopped_by_the_till_and_by_the_customer(by_hand: TerminalSimulator) -> None:
    """06 B0 while the customer thinks ends it; later it comes too late."""
    port = by_hand.serve_tcp()
    with Till(port) as till, Till(port) as other:
        till.do(REGISTER)
        pay_by_hand(by_hand, till)
        till.send("06 B0 00")
        assert till.take() == OK
        assert till.until("04 0F").startswith("04 0F")
        till.send(OK)
        assert till.until("06 1E") == "06 1E 01 6C"
        till.send(OK)
        assert by_hand.wait_until_idle()
        pay_by_hand(by_hand, till)
        assert by_hand.press("abort")
        assert till.until("04 0F")[9:14] == "27 6C"
        till.send(OK)
        till.until("06 1E")
        till.send(OK)
        assert by_hand.wait_until_idle()
        pay_by_hand(by_hand, till)
        by_hand.press("pin-ok")
        till.until("04 0F")
        other.send("06 B0 00")
        assert other.take() == "84 9C 00"
        till.send(OK)
        till.until("06 0F")
        till.send(OK)
        assert by_hand.wait_until_idle()
        pay_by_hand(by_hand, till)
        other.send("06 B0 00")
        assert other.take() == OK
        assert till.until("04 0F")[9:14] == "27 6C"
        till.send(OK)
        till.until("06 1E")
        till.send(OK)
        assert by_hand.wait_until_idle()
    assert states(by_hand) == ["declined", "declined", "stored", "declined"]
    assert not by_hand.press("abort")


def test_a_card_pulled_out_and_a_pin_mistyped_by_hand(by_hand: TerminalSimulator) -> None:
    with Till(by_hand.serve_tcp()) as till:
        till.do(REGISTER)
        pay_by_hand(by_hand, till)
        by_hand.press("pin-wrong")
        assert till.until("04 FF") == "04 FF 01 15"
        till.send(OK)
        by_hand.press("remove")
        assert till.until("04 0F")[9:14] == "27 64"


# ---- untrue messages


def test_whole_card_numbers(pt: TerminalSimulator, till: Till) -> None:
    """Terminals that send them exist: a till must throw them away. The terminal's own notes never have them."""
    pt.plan("unmasked tracks")
    status = till.do(PAY)[-2]
    assert f"22 F0 F8 {NUMBER}" in status
    assert "23 F1 F2 41 11" in status
    assert "24 F0 F1 F2 41 11" in status
    pt.faults.set("unmasked", "on")
    assert NUMBER in till.do(REPEAT)[1]
    assert "4111111111" not in " ".join(pt.notes) + str(pt.books.batch)


def test_statuses_of_something_else(pt: TerminalSimulator, till: Till) -> None:
    """Approvals that approve nothing: an amount that matches is never proof."""
    first = till.do(PAY)[-2]
    for plan, receipt, trace in (("stale", "00 01", "00 00 01"), ("phantom", "00 01", "00 00 01")):
        pt.plan(plan)
        said = till.do("06 01 0A 04 00 00 00 00 20 00 49 09 78")
        assert f" 87 {receipt} 88" in said[-2]
        assert f" 0B {trace} 0C" in said[-2]
        assert ("10 10" in said[-2]) == (plan == "stale")
        assert said[-1] == "06 0F 00"
        assert states(pt) == ["stored"]
    pt.plan("drop=ack unperformed")
    assert till.do(PAY) == [OK, "gone"]
    assert pt.wait_until_idle()
    with Till(pt.serve_tcp()) as again:
        assert again.do(REPEAT)[1] == first
    assert states(pt) == ["stored"]


def test_reversals_of_something_else(pt: TerminalSimulator, till: Till) -> None:
    """Some terminals reverse the last payment whatever was named: that must end as an alarm, never as a refund done."""
    till.do(PAY)
    till.do("06 01 0A 04 00 00 00 00 20 00 49 09 78")
    reversal = "06 30 0D 00 00 00 87 00 01 04 00 00 00 00 10 10"
    pt.plan("reverses_last")
    status = till.do(reversal)[-2]
    assert " 04 00 00 00 00 20 00 0B" in status
    assert " 37 00 00 02 3B" in status
    assert states(pt) == ["stored", "reversed", "stored"]
    pt.plan("other_amount other_receipt echoes_receipt")
    status = till.do(reversal)[-2]
    assert " 04 00 00 00 00 11 10 0B" in status
    assert " 87 99 99 88" in status
    assert states(pt)[0] == "reversed"


def test_another_terminal_another_time_another_status(pt: TerminalSimulator, till: Till) -> None:
    pt.plan("terminal_id=12345678 clock=-3600")
    status = till.do(PAY)[-2]
    assert " 29 12 34 56 78 2A" in status
    assert " 0C 12 14 15 0D" in status
    pt.faults.set("card_left", "on")
    assert till.do(ENQUIRE)[-1] == "06 0F 01 DC"
    till.send("06 B0 00")
    assert till.take() == OK
    assert till.do(ENQUIRE)[-1] == "06 0F 01 00"
    pt.faults.set("enquiry", "df")
    assert till.do(ENQUIRE)[-1] == "06 0F 01 DF"
    pt.faults.set("enquiry", "off")
    pt.faults.set("uninitialised", "on")
    assert till.do(ENQUIRE)[-1] == "06 0F 01 51"
    assert till.do("06 93 03 00 00 00")[-1] == "06 0F 00"
    assert till.do(ENQUIRE)[-1] == "06 0F 01 00"


def test_busy_for_some_commands(pt: TerminalSimulator, till: Till) -> None:
    pt.faults.set("busy", "2")
    assert [till.do(PAY)[0] for _ in range(3)] == ["84 9C 00", "84 9C 00", OK]


# ---- bytes


def test_glued_and_noisy(pt: TerminalSimulator, till: Till) -> None:
    """80 00 00 and the next message in one packet; noise makes the stream unreadable, and that is to be noticed."""
    pt.plan("glue")
    till.send(PAY)
    assert till.take() == OK
    assert till.take() == "04 FF 01 0A"
    till.send(OK)
    till.until("06 0F")
    till.send(OK)
    assert pt.wait_until_idle()
    pt.faults.set("glue", "on")
    assert till.do(ENQUIRE) == [OK, "06 0F 01 00"]
    till.send("06 B0 00")
    assert till.take() == OK  # nothing follows it: it is not held back
    pt.faults.set("glue", "off")
    pt.faults.set("garbage", "3")
    till.send(ENQUIRE)
    noise = till.bytes(6)
    assert noise.startswith("00 00 ")
    assert noise.endswith(OK)
    assert not pt.faults.on("garbage")


def test_slow(pt: TerminalSimulator, till: Till) -> None:
    pt.faults.set("slow", "0.01")
    assert till.do(ENQUIRE) == [OK, "06 0F 01 00"]


def test_power_is_cut_by_hand(by_hand: TerminalSimulator) -> None:
    """The demonstration pulls the plug while the customer types: nothing is charged, and the terminal starts again."""
    with Till(by_hand.serve_tcp()) as till:
        till.do(REGISTER)
        pay_by_hand(by_hand, till)
        by_hand.cut_power()
        assert till.take() is None
    assert by_hand.wait_until_idle()
    assert states(by_hand) == []
    assert by_hand.is_registered
    by_hand.cut_power()
    assert by_hand.wait_until_idle()


def test_a_reset_from_the_till(pt: TerminalSimulator, till: Till) -> None:
    assert till.do("06 18 00") == [OK, "06 0F 00"]
    assert till.take() is None
    with Till(pt.serve_tcp()) as again:
        assert again.do(PAY)[-1] == "06 0F 00"


def test_zvt_switched_off(pt: TerminalSimulator, till: Till) -> None:
    """08 02: deaf from then on, until its power was cut."""
    till.send("08 02 01 01")
    assert till.take() == OK
    till.send(ENQUIRE)
    assert till.quiet()
    pt.cut_power()
    assert pt.wait_until_idle()
    with Till(pt.serve_tcp()) as again:
        assert again.do(ENQUIRE)[-1] == "06 0F 01 00"
