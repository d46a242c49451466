"""The simulated terminal's parts: messages, blocks, books, faults, control lines."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.terminal import apdu
from devices.simulators.terminal.books import BATCH_MAX, RECEIPT_MAX, Books, BooksFullError, Entry
from devices.simulators.terminal.cards import CARDS, packed
from devices.simulators.terminal.control import obey
from devices.simulators.terminal.faults import FAULTS, Faults, parse, parse_plan
from devices.simulators.terminal.framing import Block, Deframer, crc, framed
from devices.simulators.terminal.settings import ANY, Settings
from tests.unit.devices.simulators.till import AT, REGISTER, Till, terminal

ENTRY = Entry(
    kind="payment", state="pending", result=0, receipt=0, trace=1, amount_minor=100, currency=978, at=AT.isoformat()
)
MESSAGES = st.builds(apdu.Apdu, st.integers(0, 0xFFFF), st.binary(max_size=600))


@given(st.lists(MESSAGES, max_size=5), st.integers(1, 50))
def test_messages_survive_any_cutting(messages: list[apdu.Apdu], size: int) -> None:
    """A command that arrives in pieces is the same command."""
    stream = b"".join(one.encoded for one in messages)
    splitter = apdu.Splitter()
    found = [one for at in range(0, len(stream), size) for one in splitter.feed(stream[at : at + size])]
    assert found == messages
    assert not splitter.halfway


@given(st.lists(st.binary(max_size=300), max_size=4), st.binary(max_size=20))
def test_blocks_survive_doubling_and_noise_between(messages: list[bytes], noise: bytes) -> None:
    """10 inside an amount must come out as one 10."""
    quiet = bytes(byte for byte in noise if byte not in {0x06, 0x10, 0x15})
    deframer = Deframer()
    found = deframer.feed(quiet + quiet.join(framed(one) for one in messages))
    assert found == [Block(one, True) for one in messages]


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_readers_down(data: bytes) -> None:
    """Whatever a till sends is refused in order."""
    Deframer().feed(data)
    for read in (apdu.read_fields, apdu.read_tlv, apdu.decoded):
        try:
            read(data)
        except (apdu.MalformedError, apdu.UnknownFieldError):
            continue


def test_the_check_sum() -> None:
    """The published check value of CRC-16/KERMIT."""
    assert crc(b"123456789") == 0x2189


def test_fields_and_containers() -> None:
    """Lengths of three kinds stand in one message: fixed, counted in decimals, and the container's own."""
    assert apdu.read_fields(bytes.fromhex("04000000001010 22F0F3123456 0609 1F100102 2503070141")) == {
        0x04: bytes.fromhex("000000001010"),
        0x22: bytes.fromhex("123456"),
        0x06: bytes.fromhex("1F100102 2503070141"),
    }
    container = apdu.tlv(0x25, apdu.tlv(0x07, b"x" * 200) + apdu.tlv(0x1F07, b"\x01"))
    assert container[:6] == bytes.fromhex("2581CF0781C8")
    ((tag, inside),) = apdu.read_tlv(container)
    assert (tag, [one for one, _ in apdu.read_tlv(inside)]) == (0x25, [0x07, 0x1F07])
    assert apdu.field(0x3C, b"x" * 123)[:4] == bytes.fromhex("3CF1F2F3")


def test_card_numbers_are_packed_as_the_document_has_it() -> None:
    """Masked digits are E, an odd number ends in F."""
    assert packed("*********0005").hex() == "eeeeeeeee0005f"
    assert packed("12D3").hex() == "12d3"
    for card in CARDS.values():
        assert card.number not in card.masked
        assert card.masked.endswith(card.number[-4:])
    with pytest.raises(apdu.MalformedError):
        packed("12A4")


def approved(books: Books, entry: Entry = ENTRY) -> Entry:
    books.approve(entry)
    return books.store()


def test_receipt_numbers_begin_anew_after_9999() -> None:
    """A driver that orders by receipt number is wrong once in 9999 payments."""
    books = Books(None)
    for _ in range(RECEIPT_MAX):
        books.approve(ENTRY)
        books.store()
        if books.full:
            books.close_batch(books.totals("2026-11-21T13:14:15", books.next_trace()))
    assert books.last is not None
    assert books.last.receipt == RECEIPT_MAX
    assert approved(books).receipt == 1


def test_full_books_take_nothing_more() -> None:
    books = Books(None)
    for _ in range(BATCH_MAX):
        approved(books)
    books.decline(ENTRY)
    with pytest.raises(BooksFullError):
        books.approve(ENTRY)
    for _ in range(BATCH_MAX + 5):
        books.decline(ENTRY)
    assert sum(one.state == "stored" for one in books.batch) == BATCH_MAX  # refusals push no payment out


def test_totals_count_what_was_paid_and_not_taken_back() -> None:
    books = Books(None)
    approved(books)
    approved(books, replace(ENTRY, trace=2))
    payment = books.payment(1)
    assert payment is not None
    approved(books, replace(ENTRY, kind="reversal", trace=9, original_trace=payment.trace))
    approved(books, replace(ENTRY, kind="refund", amount_minor=30, bucket="visa"))
    books.approve(ENTRY)
    books.auto_reverse()
    totals = books.totals("2026-11-21T13:14:15", 5)
    sums = {name: (count, amount) for name, count, amount in totals.buckets}
    assert sums["other"] == (1, 100)  # the one that was neither reversed nor taken back
    assert sums["visa"] == (1, 0)  # a refund without a payment: a total can't be negative
    assert totals.total_minor == 100
    assert books.auto_reverse() is None


def test_faults_take_only_what_they_know() -> None:
    """A fault that was mistyped and quietly ignored would make a test pass that tests nothing."""
    assert parse("decline", "05") == 5
    assert parse("drop", "off") is None
    assert parse("clock", "-3600") == -3600
    assert parse_plan(["unmasked", "drop=ack"]) == {"unmasked": True, "drop": "ack"}
    for name, value in (
        ("fire", "on"),
        ("unmasked", "5"),
        ("decline", "5"),
        ("decline", "zz"),
        ("drop", "nowhere"),
        ("slow", "-1"),
        ("slow", "nan"),
        ("busy", "-1"),
        ("long", "9999999"),
        ("terminal_id", "123"),
    ):
        with pytest.raises(ValueError, match=f"{name}|no fault"):
            parse(name, value)


def test_a_plan_lies_over_what_holds_for_good() -> None:
    base = Faults()
    base.set("busy", "1")
    base.set("decline", "05")
    plan = Faults({"decline": 0x33}, base)
    assert plan.code("decline") == 0x33
    assert plan.take("busy")
    assert not plan.take("busy")
    assert str(base) == "decline=05"
    assert str(Faults({"unmasked": True})) == "unmasked=on"


def test_settings_that_cannot_be() -> None:
    for wrong in ({"terminal_id": "1"}, {"password": "x"}, {"currency": 0}, {"card": "none"}, {"pace": -1.0}):
        with pytest.raises(ValueError, match=r"terminal|password|currency|card|pace"):
            Settings(**wrong)


def test_the_control_lines() -> None:
    """The demonstration and whoever sets a counter up without a terminal work it by these words."""
    with terminal(card="visa") as pt, Till(pt.serve_tcp()) as till:
        till.do(REGISTER)

        def told(*lines: str) -> list[str]:
            out = StringIO()
            assert obey(pt, lines, out) == (lines[-1] == "quit")
            return out.getvalue().splitlines()

        assert told("status") == ["ok idle registered=yes stored=0 last=0000 no faults"]
        assert told("decline 05", "unmasked", "clear") == ["ok decline=05", "ok decline=05,unmasked=on", "ok no faults"]
        assert told("next decline=33 drop=status") == ["ok for one transaction"]
        assert told("", "last", "show") == ["ok none", "ok READY"]
        wrong = ("fire", "drop nowhere", "press insert", "pin ok", "a b c", "next fire=1", "press x")
        assert [line[:6] for line in told(*wrong)] == ["error "] * len(wrong)
        assert told("clear", "next")[1] == "ok for one transaction"
        pt.plan("")
        till.do("06 01 07 04 00 00 00 00 10 10")
        assert told("help")[0].startswith("ok FAULT")
        assert told("books")[0].startswith("ok payment declined receipt=0000 trace=000001 amount=10.10 result=33")
        assert told("power", "quit") == ["ok"]


def test_every_fault_is_documented() -> None:
    page = (Path(__file__).parents[4] / "docs" / "terminal-simulator.md").read_text("utf-8")
    assert [name for name in FAULTS if f"`{name}`" not in page] == []


def test_a_till_with_another_password_is_let_in_where_any_will_do() -> None:
    """A till that others made has its own from the factory: it is tried without a word on the command line."""
    assert Settings(password=ANY).knows(bytes.fromhex("123456"))
    assert Settings().knows(bytes(3))
    assert not Settings().knows(bytes.fromhex("123456"))
