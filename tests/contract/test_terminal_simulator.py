"""The simulated card terminal against the protocol's document: what is said, byte by byte, over a real socket."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.simulators.terminal.serve import TerminalSimulator
from tests.unit.devices.simulators.till import OK, QUICK, REGISTER, Till, terminal

PAY = "06 01 0A 04 00 00 00 00 10 10 49 09 78"
ENQUIRE = "05 01 05 00 00 00 03 02"
REPEAT = "06 20 05 00 00 00 03 03"
APPROVED = (
    "04 0F 6B 27 00 04 00 00 00 00 10 10 0B 00 00 01 0C 13 14 15 0D 11 21 0E 99 12 17 00 01 19 70 "
    "22 F0 F8 EE EE EE EE EE EE 11 11 29 52 50 00 38 2A 31 30 30 30 30 30 30 30 30 31 20 20 20 20 20 "
    "3B 30 30 30 30 30 31 00 00 3C F0 F1 F4 47 45 4E 2E 4E 52 2E 3A 30 30 30 30 30 31 49 09 78 87 00 01 "
    "88 00 00 01 8A 0A 8B F0 F5 56 69 73 61 00"
)


@pytest.fixture
def pt() -> Iterator[TerminalSimulator]:
    with terminal(card="visa") as made:
        yield made


@pytest.fixture
def till(pt: TerminalSimulator) -> Iterator[Till]:
    with Till(pt.serve_tcp()) as made:
        assert made.do(REGISTER)[0] == OK
        yield made


def states(pt: TerminalSimulator) -> list[str]:
    return [one.state for one in pt.books.batch]


def refusal(code: str) -> list[str]:
    """What a refused payment says, but for the text."""
    return [OK, f"04 0F 27 {code}", f"06 1E 01 {code}"]


def shortened(said: list[str]) -> list[str]:
    """Without 04 FF; of 04 0F only the result."""
    kept = [one for one in said if not one.startswith("04 FF")]
    return [f"04 0F {one[9:14]}" if one.startswith("04 0F") else one for one in kept]


# ---- conversations of the document


def test_registration_as_the_document_has_it() -> None:
    """PA00P015, 5.1: text blocks, yes; message numbers, no. A till decides by it what it may send."""
    with terminal(terminal_id="65000028") as pt, Till(pt.serve_tcp()) as till:
        assert till.do("06 00 14 00 00 00 9E 09 78 06 0C 26 04 0A 02 06 D3 1F 73 03 00 00 00") == [
            OK,
            "06 0F 12 19 00 29 65 00 00 28 49 09 78 06 06 26 04 0A 02 06 D3",
        ]


def test_a_payment_byte_by_byte(pt: TerminalSimulator, till: Till) -> None:
    """A driver is built on these bytes: were they not the document's, it would fail at the first real terminal."""
    assert till.do(PAY) == [OK, "04 FF 01 0A", "04 FF 01 01", "04 FF 01 04", "04 FF 01 0B", APPROVED, "06 0F 00"]
    assert till.do(ENQUIRE) == [OK, "06 0F 01 00"]
    assert till.do("05 01 00")[1].endswith("43 4F 55 4E 54 45 52 46 4F 49 4C 2D 53 49 4D 20 31 00")  # with the version
    (entry,) = pt.books.batch
    assert (entry.state, entry.amount_minor, entry.receipt, entry.trace) == ("stored", 1010, 1, 1)
    assert (entry.card_number, entry.terminal_id, entry.at) == (
        "************1111",
        "52500038",
        "2026-11-21T13:14:15+00:00",
    )


def test_no_intermediate_status_where_none_was_asked_for(pt: TerminalSimulator, till: Till) -> None:
    till.do("06 00 06 00 00 00 00 09 78")
    assert [one[:5] for one in till.do(PAY)] == ["80 00", "04 0F", "06 0F"]


def test_no_currency_is_named_where_the_till_named_none(till: Till) -> None:
    status = till.do("06 01 07 04 00 00 00 00 10 10")[-2]
    assert "49 09 78" not in status


def test_the_last_transaction_is_repeated(pt: TerminalSimulator, till: Till) -> None:
    """Resynchronisation stands on this: a lost answer is found again by 06 20 alone."""
    assert till.do(REPEAT) == [OK, "06 1E 01 83"]  # there was none
    till.do(PAY)
    assert till.do(REPEAT) == [OK, APPROVED, "06 0F 00"]


def test_reversal_and_refund(pt: TerminalSimulator, till: Till) -> None:
    """A till that was told yes to a reversal of nothing would hand out a ticket for nothing."""
    till.do(PAY)
    reversal = "06 30 0D 00 00 00 87 00 01 04 00 00 00 00 10 10"
    said = till.do(reversal)
    assert shortened(said) == [OK, "04 0F 27 00", "06 0F 00"]
    assert " 37 00 00 01 3B" in said[-2]  # the payment's trace
    assert " 87 00 02 88" in said[-2]  # a receipt of its own
    assert shortened(till.do(reversal)) == refusal("B4")
    assert shortened(till.do("06 31 0A 00 00 00 04 00 00 00 00 05 00")) == [OK, "04 0F 27 00", "06 0F 00"]
    assert [(one.kind, one.state) for one in pt.books.batch] == [
        ("payment", "reversed"),
        ("reversal", "stored"),
        ("reversal", "declined"),
        ("refund", "stored"),
    ]


def test_end_of_day_with_the_totals_of_every_card(pt: TerminalSimulator, till: Till) -> None:
    """A reconciliation against totals that miss a card would blame the till's books for it."""
    till.do(PAY)
    till.do(PAY)
    till.do("06 30 06 00 00 00 87 00 01")
    empty = "00 00 00 00 00 00 00"
    said = till.do("06 50 03 00 00 00")
    assert said[:2] == [OK, "04 FF 01 0E"]
    assert said[2] == (
        "04 0F 50 27 00 04 00 00 00 00 10 10 0B 00 00 04 0C 13 14 15 0D 11 21 49 09 78 60 F0 F5 F3 00 02 00 03 "
        f"{empty} {empty} {empty} {empty} 01 00 00 00 00 10 10 {empty} {empty}"
    )
    assert said[3] == "06 0F 00"
    assert pt.books.batch == []
    assert pt.books.closed[0]["total_minor"] == 1010
    assert shortened(till.do("06 30 06 00 00 00 87 00 02")) == refusal("B5")  # handed over: no reversal any more
    assert till.do(REPEAT)[0] == OK


def test_an_end_of_day_that_is_not_acknowledged_closes_nothing(pt: TerminalSimulator, till: Till) -> None:
    till.do(PAY)
    assert till.do("06 50 03 00 00 00", to_status="84 66 00")[-1] == "06 1E 01 77"
    assert states(pt) == ["stored"]


def test_the_till_prints_what_the_terminal_composed(pt: TerminalSimulator, till: Till) -> None:
    """The card schemes' text must reach the customer's paper as it is."""
    till.do("06 00 06 00 00 00 8E 09 78")
    lines = [bytes.fromhex(one)[4:].decode("cp437") for one in till.do(PAY) if one.startswith("06 D1")]
    assert lines.count("") == 6  # two empty ones on each, and the last of each
    assert "MERCHANT RECEIPT" in lines[:4]
    assert "Amount EUR         10.10" in lines
    assert any("************1111" in line for line in lines)
    till.do("06 00 0E 00 00 00 8E 09 78 06 06 26 04 0A 02 06 D3")
    blocks = [one for one in till.do(PAY) if one.startswith("06 D3")]
    assert len(blocks) == 2
    assert bytes.fromhex(blocks[0])[2] == 0xFF  # longer than one length byte can say
    assert blocks[0].endswith("09 01 81")
    assert [bytes.fromhex(block)[9:13].hex(" ") for block in blocks] == ["1f 07 01 01", "1f 07 01 02"]


def test_the_other_commands(pt: TerminalSimulator, till: Till) -> None:
    assert till.do("06 70 00") == [OK, "04 FF 01 0E", "04 01 08 AA 26 11 21 0C 13 14 15", "06 0F 00"]
    assert till.do("06 93 03 00 00 00") == [OK, "04 FF 01 0E", "06 0F 00"]
    assert till.do("06 10 03 00 00 00")[-1] == "06 0F 00"
    assert till.do("06 91 0B 00 00 00 AA 26 11 21 0C 13 14 15") == [OK, "06 0F 00"]
    assert till.do("08 01 00") == [OK, "04 FF 01 1A", "06 0F 00"]
    till.send("06 B0 00")
    assert till.take() == OK
    till.send("06 E0 08 F1 F0 F5 48 65 6C 6C 6F")
    assert till.take() == OK
    assert pt.showing == ("Hello",)
    till.send("06 02 00")
    assert till.take() == OK
    assert till.do(PAY) == ["84 6B 00"]  # logged off
    till.send("08 02 01 01")
    assert till.take() == "84 6B 00"


# ---- what a terminal refuses


def test_refused_before_a_registration(pt: TerminalSimulator) -> None:
    with Till(pt.serve_tcp()) as till:
        assert till.do(PAY) == ["84 6B 00"]
        assert till.do(ENQUIRE) == [OK, "06 0F 01 00"]
        assert till.do("06 00 06 12 34 56 08 09 78") == ["84 37 00"]
        assert till.do("06 00 06 00 00 00 08 08 40") == ["84 1E 03 6F 09 78"]
        assert till.do("06 00 02 00 00") == ["84 9A 00"]
        assert not pt.is_registered


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("06 99 00", ["84 83 00"]),
        ("0F 10 03 00 00 00", ["84 83 00"]),
        ("06 01 08 04 00 00 00 00 10 10 9F", ["84 83 00"]),  # a field that the document does not list
        ("06 01 05 04 00 00 10 10", ["84 9A 00"]),  # a field cut short
        ("06 01 03 49 09 78", ["84 9A 00"]),  # no amount
        ("06 01 07 04 00 00 00 00 0A 00", ["84 9A 00"]),  # no decimals
        ("06 01 0E 04 00 00 00 00 10 10 04 00 00 00 00 10 10", ["84 9A 00"]),  # twice
        ("06 30 03 00 00 00", ["84 9A 00"]),
        ("06 30 06 12 34 56 87 00 01", ["84 37 00"]),
        ("06 50 03 12 34 56", ["84 37 00"]),
        ("06 20 02 00 00", ["84 9A 00"]),
        ("05 01 03 12 34 56", ["84 37 00"]),
        ("06 01 0A 04 00 00 00 00 00 00 49 09 78", refusal("C8")),
        ("06 01 0A 04 00 00 00 00 10 10 49 08 40", [OK, "04 0F 27 6F", "06 1E 03 6F 09 78"]),
        ("06 30 06 00 00 00 87 00 77", refusal("B5")),
    ],
)
def test_refused(pt: TerminalSimulator, till: Till, command: str, said: list[str]) -> None:
    """A terminal that took what real ones refuse would hide a driver's fault until the first day at a station."""
    assert shortened(till.do(command)) == said
    assert "stored" not in states(pt)
    assert till.do(ENQUIRE)[0] == OK


def test_a_reversal_with_another_amount_is_refused(pt: TerminalSimulator, till: Till) -> None:
    till.do(PAY)
    assert shortened(till.do("06 30 0D 00 00 00 87 00 01 04 00 00 00 00 10 11")) == refusal("B7")
    assert states(pt) == ["stored", "declined"]


# ---- bytes


def test_one_byte_at_a_time_and_two_commands_in_one(pt: TerminalSimulator, till: Till) -> None:
    """TCP promises bytes, not messages."""
    for byte in PAY.split():
        till.send(byte)
    assert till.take() == OK
    till.until("06 0F")
    till.send(OK + ENQUIRE)
    assert till.take() == OK
    assert till.take() == "06 0F 01 00"
    pt.faults.set("single", "on")
    till.send(OK)
    status = till.do(PAY)[-2]
    assert status.startswith("04 0F 6B 27 00 04 00 00 00 00 10 10 0B 00 00 02")
    assert status.endswith("87 00 02 88 00 00 02 8A 0A 8B F0 F5 56 69 73 61 00")


def test_half_a_command_ends_the_connection() -> None:
    """PA00P016, 5.2.5: what comes too slowly is not waited for, and the next connection finds the terminal in order."""
    with terminal(timers=replace(QUICK, reply_s=0.3)) as pt, Till(pt.serve_tcp()) as till:
        till.send(PAY[:20])
        assert till.take() is None
        with Till(pt.serve_tcp()) as again:
            assert again.do(ENQUIRE) == [OK, "06 0F 01 00"]


def test_whatever_comes_is_answered(pt: TerminalSimulator, till: Till) -> None:
    """A terminal that falls over a strange command would be blamed on the till that sent it."""
    chance = random.Random(20261121)
    with_end = [0x0501, 0x0600, 0x0601, 0x0610, 0x0612, 0x0620, 0x0630, 0x0631, 0x0650, 0x0691, 0x0693, 0x06C0, 0x0F10]
    likely = (0x04, 0x06, 0x22, 0x49, 0x87)
    for _ in range(300):
        control = chance.choice(with_end)
        size = chance.randrange(12)
        data = bytes(3) + bytes(chance.choice((*likely, chance.randrange(256))) for _ in range(size))
        assert till.do(f"{control:04X}{len(data):02X}{data.hex()}")[-1] != "gone"
        till.do(REGISTER)
    assert till.do(PAY)[-1] == "06 0F 00"


def test_long_messages_both_ways(pt: TerminalSimulator, till: Till) -> None:
    """FF lo hi: a driver that reads one length byte would lose its place in the conversation."""
    text = "41" * 300
    said = till.do(f"06 01 FF 3D 01 04 00 00 00 00 10 10 49 09 78 3C F3 F0 F3 {text} 42 42 42")
    assert said[-1] == "06 0F 00"
    pt.faults.set("long", "300")
    status = next(one for one in till.do(PAY) if one.startswith("04 0F"))
    assert status.startswith("04 0F FF 2C 01 27 00")
    assert len(bytes.fromhex(status)) == 305


# ---- the acknowledgement decides


@pytest.mark.parametrize(
    ("replies", "state", "amount", "end"),
    [
        ([OK], "stored", 1010, "06 0F 00"),
        (["84 00 00"], "stored", 1010, "06 0F 00"),
        (["84 9C 00", "84 9C 00", OK], "stored", 1010, "06 0F 00"),
        (["84 9D 07 04 00 00 00 00 05 00"], "stored", 500, "06 0F 00"),
        (["84 66 00"], "auto-reversed", 1010, "06 1E 01 6C"),
        (["84 9D 07 04 00 00 00 00 20 00"], "auto-reversed", 1010, "06 1E 01 6C"),  # more than all of it
        (["84 9D 07 04 00 00 00 00 0A 00"], "auto-reversed", 1010, "06 1E 01 6C"),
        (["84 9D 00"], "auto-reversed", 1010, "06 1E 01 6C"),
        (["84 9C 00", "84 CC 00"], "auto-reversed", 1010, "06 1E 01 6C"),
    ],
)
def test_the_answer_to_the_status_decides(
    pt: TerminalSimulator, till: Till, replies: list[str], state: str, amount: int, end: str
) -> None:
    """PA00P015, 2.2.6 and 2.2.8: from it on the customer has paid, and not before."""
    till.send(PAY)
    for reply in replies:
        till.until("04 0F")
        assert pt.books.last is None
        till.send(reply)
    assert till.until(end[:5]) == end
    till.send(OK)
    assert pt.wait_until_idle()
    assert [(one.state, one.amount_minor) for one in pt.books.batch] == [(state, amount)]
    assert (pt.books.last is not None) == (state == "stored")


def test_more_waiting_than_the_command_allowed(pt: TerminalSimulator, till: Till) -> None:
    """PA00P015, 2.2.6: 02 allows one repeat; the second 84 9C reverses, and 04 0F 02 27 6C says so."""
    till.send("06 01 0C 04 00 00 00 00 10 10 49 09 78 02 01")
    for _ in range(2):
        assert till.until("04 0F")
        till.send("84 9C 00")
    assert till.until("04 0F") == "04 0F 02 27 6C"
    till.send(OK)
    assert till.take() == "06 1E 01 6C"
    till.send(OK)
    assert pt.wait_until_idle()
    assert states(pt) == ["auto-reversed"]


@pytest.mark.parametrize(("keeps", "state"), [("off", "auto-reversed"), ("on", "stored")])
def test_a_status_that_nobody_acknowledges(pt: TerminalSimulator, till: Till, keeps: str, state: str) -> None:
    """Two makes of terminal, both allowed (2.2.8 and 4.2): a till must cope with either."""
    pt.faults.set("keeps", keeps)
    till.send(PAY)
    till.until("04 0F")
    till.close()
    assert pt.wait_until_idle()
    assert states(pt) == [state]
    with Till(pt.serve_tcp()) as again:
        assert again.do(REPEAT)[1] == (APPROVED if state == "stored" else "06 1E 01 83")


def test_unprinted_means_unpaid_at_some_makes(pt: TerminalSimulator, till: Till) -> None:
    pt.faults.set("commits_on_print", "on")
    till.do("06 00 06 00 00 00 8E 09 78")
    till.send(PAY)
    till.until("06 D1")
    till.send("84 CC 00")
    till.until("06 1E")
    till.send(OK)
    assert pt.wait_until_idle()
    assert states(pt) == ["auto-reversed"]


# ---- time


def test_patience_ends() -> None:
    """No card, no PIN: the payment ends by itself, and nothing is charged."""
    with (
        terminal(manual=True, timers=replace(QUICK, refresh_s=0.05), patience_s=0.3) as pt,
        Till(pt.serve_tcp()) as till,
    ):
        till.do(REGISTER)
        said = till.do(PAY)
        assert said[1:4] == ["04 FF 01 0A"] * 3  # told again and again, so that the till waits on
        assert said[-1] == "06 1E 01 6C"
        till.send(PAY)
        till.until("04 FF")
        pt.press("insert")
        till.send(OK)
        assert till.until("04 0F")[9:14] == "27 6C"
        till.send(OK)
        assert till.take() == "06 1E 01 6C"


def test_at_a_pace() -> None:
    """Customer and bank take their time, and the line is heard meanwhile."""
    with terminal(pace=100.0) as pt, Till(pt.serve_tcp()) as till:
        till.do(REGISTER)
        assert till.do(PAY)[-1] == "06 0F 00"
        pt.cut_power()
        assert pt.wait_until_idle()
        assert pt.is_registered


def test_a_till_that_answers_nothing() -> None:
    """It is as if it were not there: told all, and then the payment is taken back."""
    quick = replace(QUICK, reply_s=0.05, delivery_s=0.1)
    with terminal(timers=quick) as pt, Till(pt.serve_tcp()) as till:
        till.send(REGISTER)
        assert till.take() == OK
        assert pt.wait_for(lambda: "  no answer" in pt.notes)
        till.send(PAY)
        assert pt.wait_for(lambda: len(pt.books.batch) == 1)
        assert states(pt) == ["auto-reversed"]


def test_receipts_again(pt: TerminalSimulator, till: Till) -> None:
    """A torn slip is printed again, and says that it is a copy."""
    till.do("06 00 06 00 00 00 86 09 78")
    till.do(PAY)
    till.do(PAY)
    for command, copies in (
        ("06 20 03 00 00 00", 2),
        ("06 12 05 00 00 00 00 01", 2),
        ("06 12 07 00 00 00 00 01 00 02", 4),
        ("06 12 05 00 00 00 00 09", 0),
    ):
        lines = [bytes.fromhex(one)[4:].decode("cp437") for one in till.do(command) if one.startswith("06 D1")]
        assert lines.count("** COPY **") == copies
    assert till.do("06 12 04 00 00 00 01") == ["84 9A 00"]
    assert till.do("06 12 05 00 00 00 0A 01") == ["84 9A 00"]


def test_a_full_turnover_file(pt: TerminalSimulator, till: Till) -> None:
    """It must be closed first; until then no money is taken that could not be written down."""
    till.do(PAY)
    assert pt.wait_until_idle()
    (entry,) = pt.books.batch
    while not pt.books.full:
        pt.books.approve(replace(entry, receipt=0))
        pt.books.store()
    assert shortened(till.do(PAY)) == refusal("6A")
    assert till.do("06 50 03 00 00 00")[-1] == "06 0F 00"
    assert shortened(till.do(PAY))[-1] == "06 0F 00"


# ---- over a restart


def test_books_outlive_the_terminal(tmp_path: Path) -> None:
    """A demonstration that forgot its card sales over night could not be reconciled."""
    books = tmp_path / "books.json"
    with terminal(books, card="visa") as pt, Till(pt.serve_tcp()) as till:
        till.do(REGISTER)
        till.do(PAY)
        till.send(PAY)
        till.until("04 0F")
        half_way = books.read_bytes()  # as a kill at this moment would leave it
    books.write_bytes(half_way)
    assert b"4111111111111111" not in half_way
    with terminal(books, card="visa") as pt, Till(pt.serve_tcp()) as till:
        assert states(pt) == ["stored", "auto-reversed"]
        assert pt.is_registered
        assert till.do(REPEAT)[1] == APPROVED
        assert " 87 00 03 88" in till.do(PAY)[-2]


def test_books_of_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "books.json").write_text('{"version": 7}', "utf-8")
    with pytest.raises(ValueError, match="not the books"):
        terminal(tmp_path / "books.json")
