"""The serial block: what is sent byte by byte, and what comes out of a noisy line."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.zvt import commands
from devices.zvt.apdu import Apdu
from devices.zvt.block import Bad, Block, Receiver, Sign, crc, frame

APDUS = st.builds(Apdu, st.integers(0, 0xFFFF), st.binary(max_size=300))


def test_blocks_byte_by_byte() -> None:
    """The check sum is KERMIT's; ``binascii.crc_hqx``, which looks like it, would be refused by every terminal."""
    said = {
        Apdu(0x0600, bytes.fromhex("12 34 56 BA 09 78")): "10 02 06 00 06 12 34 56 BA 09 78 10 03 24 C3",
        commands.initialise(123_456): "10 02 06 93 03 12 34 56 10 03 CA A4",
        commands.DIAGNOSE: "10 02 06 70 00 10 03 D9 F9",
        commands.DONE: "10 02 80 00 00 10 03 F5 1F",
        commands.WAIT: "10 02 84 9C 00 10 03 C3 41",
        # 110.00: a 10 in the amount is doubled on the line, and counted once.
        commands.pay(11_000, 978): "10 02 06 01 0A 04 00 00 00 01 10 10 00 49 09 78 10 03 F2 FF",
        # 10.10: two of them.
        commands.pay(1_010, 978): "10 02 06 01 0A 04 00 00 00 00 10 10 10 10 49 09 78 10 03 "
        + crc(commands.pay(1_010, 978).encode()).to_bytes(2, "little").hex(),
    }
    for apdu, bytes_ in said.items():
        assert frame(apdu) == bytes.fromhex(bytes_)
    assert crc(b"12345678") != binascii.crc_hqx(b"12345678\x03", 0)


@given(st.lists(APDUS, max_size=4), st.data())
def test_blocks_come_in_any_pieces(apdus: list[Apdu], data: st.DataObject) -> None:
    """With signs between them, cut anywhere, a length of 10 and a check sum of 10 10 among them."""
    stream = b"".join(b"\x06" + frame(one) for one in apdus)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    receiver, found = Receiver(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += receiver.feed(stream[start:end])
    assert found == [event for one in apdus for event in (Sign(positive=True), Block(one))]
    assert not receiver.within


@given(st.binary(max_size=200))
def test_no_noise_raises(data: bytes) -> None:
    """A plug that is pulled sends anything."""
    receiver = Receiver()
    for event in receiver.feed(data):
        assert isinstance(event, (Block, Sign, Bad))


@given(APDUS, st.data())
def test_one_wrong_bit_is_never_a_right_block_of_something_else(apdu: Apdu, data: st.DataObject) -> None:
    """An amount that was changed on the way must not be charged."""
    stream = bytearray(frame(apdu))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= 1 << data.draw(st.integers(0, 7))
    blocks = [event.apdu for event in Receiver().feed(bytes(stream)) if isinstance(event, Block)]
    assert blocks in ([], [apdu])


@pytest.mark.parametrize(
    ("bytes_", "events"),
    [
        ("06", [Sign(positive=True)]),
        ("15", [Sign(positive=False)]),
        ("55 AA 00 06", [Sign(positive=True)]),
        ("10 02 80 00 00 10 03 F5 1E", [Bad("crc")]),
        ("10 02 80 00 00 10 05", [Bad("escape")]),
        ("10 02 80 00 10 02 80 00 00 10 03 F5 1F", [Block(Apdu(0x8000))]),  # begun anew
        ("10 10 02 80 00 00 10 03 F5 1F", [Block(Apdu(0x8000))]),
        ("10 06 10 02 80 00 00 10 03 F5 1F", [Block(Apdu(0x8000))]),
    ],
)
def test_what_stands_between_blocks(bytes_: str, events: list[object]) -> None:
    """Signs are heard, noise is passed over, a wrong block is told from none."""
    assert Receiver().feed(bytes.fromhex(bytes_)) == events


def test_a_block_whose_length_lies_is_bad() -> None:
    """The check sum is right, the APDU is not one."""
    raw = bytes.fromhex("80 00 05")
    stream = b"\x10\x02" + raw + b"\x10\x03" + crc(raw).to_bytes(2, "little")
    assert Receiver().feed(stream) == [Bad("length")]
