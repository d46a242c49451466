"""APDUs, fields and containers: whatever comes is read or refused, in whatever pieces it comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.zvt import commands, fields, tlv
from devices.zvt.apdu import Apdu, Splitter, decode
from devices.zvt.messages import (
    read_abort,
    read_completion,
    read_intermediate,
    read_printing,
    read_state,
    read_status,
    refusal_of,
)
from devices.zvt.numbers import Garbled, bcd, digits_of, from_bcd, var_length
from devices.zvt.tlv import Element

READERS: list[Callable[[Apdu], object]] = [
    read_status,
    read_intermediate,
    read_completion,
    read_state,
    read_abort,
    read_printing,
]
# Beginnings that lead somewhere, so that chance gets past the first byte.
LIKELY = st.lists(
    st.sampled_from(
        [bytes.fromhex(part) for part in ("27 00", "04 00 00 00 00 10 10", "87 00 01", "29 52 50 00 38", "49 09 78")]
        + [
            bytes.fromhex(part)
            for part in ("22 F0 F3 12 34 56", "3C F0 F0 F2 41 42", "8B F0 F2 56 00", "06 03 14 01 FF")
        ]
        + [bytes.fromhex(part) for part in ("06 05 25 03 07 01 41", "06 82 01", "F0 F0 F7", "1F 07 01 01", "FF", "06")]
    )
    | st.binary(max_size=6),
    max_size=8,
).map(b"".join)


def test_a_length_of_255_and_more_has_three_bytes_low_one_first() -> None:
    """The longer slips would be cut at 254 bytes, or read from the middle."""
    assert Apdu(0x06D3, bytes(254)).encode()[:4] == bytes.fromhex("06 D3 FE 00")
    assert Apdu(0x06D3, bytes(255)).encode()[:5] == bytes.fromhex("06 D3 FF FF 00")
    assert Apdu(0x06D3, bytes(300)).encode()[:5] == bytes.fromhex("06 D3 FF 2C 01")
    # A short message may use the long form.
    assert decode(bytes.fromhex("04 0F FF 02 00 27 00")) == Apdu(0x040F, b"\x27\x00")


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=400)), max_size=4), st.data())
def test_apdus_come_in_any_pieces(sent: list[tuple[int, bytes]], data: st.DataObject) -> None:
    """One byte at a time, two in one read, cut in the length: a message that is missed is a payment that is missed."""
    apdus = [Apdu(control, body) for control, body in sent]
    stream = b"".join(one.encode() for one in apdus)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    splitter, found = Splitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    assert found == apdus
    assert not splitter.within
    bytewise = Splitter()
    assert [one for byte in stream for one in bytewise.feed(bytes([byte]))] == apdus


@given(LIKELY)
def test_no_bytes_raise_anything_but_garbled(data: bytes) -> None:
    """A terminal that sends nonsense would end the window's program, in the middle of a payment."""
    for reader in READERS:
        for control in (0x040F, 0x06D1, 0x06D3):
            try:
                reader(Apdu(control, data))
            except Garbled:
                continue


@given(st.binary(max_size=64))
def test_any_bytes_at_all(data: bytes) -> None:
    """The same, by chance alone; and the framing around it."""
    for reader in READERS:
        try:
            reader(Apdu(0x06D3, data))
        except Garbled:
            continue
    for apdu in Splitter().feed(data):
        assert len(apdu.data) <= len(data)


def test_our_commands_byte_by_byte() -> None:
    """The order that charges a card; PA00P015 2.1, 2.2.1, 2.9, 2.15, 2.16, 2.20, 2.56, 2.23."""
    said = {
        commands.register(123_456, 0xBE, 978, width=None): "06 00 0E 12 34 56 BE 09 78 06 06 26 04 0A 02 06 D3",
        commands.register(0, 0x38, 978, width=32): "06 00 11 00 00 00 38 09 78 06 09 12 01 32 26 04 0A 02 06 D3",
        commands.pay(1_010, 978): "06 01 0A 04 00 00 00 00 10 10 49 09 78",
        commands.reverse(123_456, 607, 1_010, 978): "06 30 10 12 34 56 87 06 07 04 00 00 00 00 10 10 49 09 78",
        commands.refund(0, 1, 756): "06 31 0D 00 00 00 04 00 00 00 00 00 01 49 07 56",
        commands.end_of_day(123_456): "06 50 03 12 34 56",
        commands.repeat_receipt(123_456): "06 20 05 12 34 56 03 03",
        commands.enquire(0): "05 01 05 00 00 00 03 02",
        commands.initialise(123_456): "06 93 03 12 34 56",
        commands.DIAGNOSE: "06 70 00",
        commands.ABORT: "06 B0 00",
        commands.DONE: "80 00 00",
        commands.WAIT: "84 9C 00",
    }
    for apdu, bytes_ in said.items():
        assert apdu.encode() == bytes.fromhex(bytes_)


def test_an_answer_is_positive_or_a_code() -> None:
    """84 00 is positive too; taken for a refusal, a payment that runs would be given up."""
    assert refusal_of(Apdu(0x8000)) is None
    assert refusal_of(Apdu(0x8400)) is None
    assert refusal_of(Apdu(0x849C)) == 0x9C


def test_packed_decimals_keep_their_digits() -> None:
    """1A in an amount is no digit; read as one it is money that nobody asked for."""
    assert bcd(1_010, 6) == bytes.fromhex("00 00 00 00 10 10")
    assert from_bcd(bytes.fromhex("99 99 99 99 99 99")) == 10**12 - 1
    assert digits_of(bytes.fromhex("05 25 00 38")) == "05250038"
    for wrong in ("1A", "A1", "00 00 00 00 0F 00"):
        with pytest.raises(Garbled):
            from_bcd(bytes.fromhex(wrong))


def test_variable_lengths_are_counted_in_f_digits() -> None:
    """The field after it would be read from the wrong place."""
    assert var_length(bytes.fromhex("F1 F2"), 0, 2) == 12
    assert var_length(bytes.fromhex("F0 F1 F2"), 0, 3) == 12
    for wrong in ("F1", "12 F1", "FA F1"):
        with pytest.raises(Garbled):
            var_length(bytes.fromhex(wrong), 0, 2)


def test_a_field_that_we_do_not_know_ends_the_reading_and_says_so() -> None:
    """What stands before it holds; what follows cannot be measured."""
    found = fields.read(bytes.fromhex("27 00 5F 01 02 04 00 00 00 00 10 10"))
    assert found.get(fields.RESULT) == b"\x00"
    assert found.get(fields.AMOUNT) is None
    assert not found.whole


@pytest.mark.parametrize(
    "data",
    [
        "04 00 00 00 10",  # cut
        "04 00 00 00 00 10 10 04 00 00 00 00 20 20",  # two amounts
        "87 00 01 87 00 02",
        "27 00 27 6C",
        "22 F0",
        "22 F0 F9 12",
        "06",
        "06 80",
        "06 83 00 00 01",
        "06 05 14 01",
        "06 02 14 05",
    ],
)
def test_what_is_cut_or_says_two_things_is_refused(data: str) -> None:
    """An amount that is said twice and differently is none."""
    with pytest.raises(Garbled):
        fields.read(bytes.fromhex(data))


def test_the_same_said_twice_is_said_once() -> None:
    """Some terminals repeat a field; only a contradiction is one."""
    assert fields.read(bytes.fromhex("87 00 01 87 00 01")).get(fields.RECEIPT) == bytes.fromhex("00 01")


def test_containers_are_read_to_their_depth() -> None:
    """Long tags, long lengths, containers in containers."""
    inner = tlv.primitive(0x1F07, b"\x02") + tlv.constructed(0x25, [tlv.primitive(0x07, b"x" * 300)])
    found = tlv.read(inner)
    assert [one.tag for one in found] == [0x1F07, 0x25]
    assert found[1].inner == (Element(0x07, b"x" * 300),)
    assert tlv.read(bytes.fromhex("1F 82 02 12 34")) == (Element(0x1F82, b"\x12\x34"),)
    assert tlv.read(bytes.fromhex("9F 81 01 01 AA")) == (Element(0x9F8101, b"\xaa"),)
    assert tlv.container([b"\x14\x01\xff"]) == bytes.fromhex("06 03 14 01 FF")


def test_containers_have_bounds() -> None:
    """A terminal that nests for ever, or sends thousands of empty elements, would hold the window."""
    deep = b""
    for _ in range(12):
        deep = tlv.primitive(0x25, deep)
    with pytest.raises(Garbled):
        tlv.read(deep)
    with pytest.raises(Garbled):
        tlv.read(b"\x07\x00" * (tlv.ELEMENTS_MAX + 1))


def test_card_data_in_a_container_is_not_kept() -> None:
    """1F08 to 1F0A are the magnetic stripe."""
    for tag in (0x1F08, 0x1F09, 0x1F0A, 0x1F1A):
        assert tlv.read(tlv.primitive(tag, b"\x41\x11\x11\x11\x11\x11\x11\x11")) == (Element(tag),)
