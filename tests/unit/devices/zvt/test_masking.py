"""Card numbers: four digits at most, however they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.zvt.apdu import Apdu
from devices.zvt.masking import masked_number, passes_luhn, scrubbed
from devices.zvt.messages import read_intermediate, read_printing, read_status


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("41 11 11 11 11 11 11 11", "**** 1111"),
        ("EE EE EE EE EE EE 47 71", "**** 4771"),
        ("67 99 99 89 00 00 00 00 01 9F", "**** 0019"),  # 19 digits, padded
        ("41 11 11 11 11 11 11 11 D2 91 21", "**** 1111"),  # with what follows on the stripe
        ("EE EE EE EE EE EE EE EE", ""),
        ("EE EE EE EE EE EE EE 71", ""),  # fewer than four left
        ("67 26 29 55 07 01 23 45 67 81 29 12", ""),  # longer than any number: an EF_ID
        ("12 34", ""),
        ("", ""),
    ],
)
def test_a_card_field_shows_its_last_four_digits(data: str, shown: str) -> None:
    """More of it must be nowhere."""
    assert masked_number(bytes.fromhex(data)) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Karte 4111111111111111", "Karte ************1111"),
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("4111-1111-1111-1111 12/29", "****-****-****-1111 12/29"),
        ("4111  1111  1111  1111", "****  ****  ****  1111"),
        ("PAN4111111111111111X", "PAN************1111X"),
        ("1 4111 1111 1111 1111", "1 **** **** **** 1111"),
        ("378282246310005", "***********0005"),
        ("6304000000000000", "************0000"),
        ("4111111111111112", "4111111111111112"),  # not by Luhn
        ("AID: A0000000041010", "AID: A0000000041010"),
        ("AID: A0000000031010", "AID: A0000000031010"),
        ("Terminal-ID:    28004869", "Terminal-ID:    28004869"),
        ("21.11.2026         13:30:04", "21.11.2026         13:30:04"),
        ("0000013    0004      000001", "0000013    0004      000001"),
        ("Nr: **** **** **** 4821", "Nr: **** **** **** 4821"),
    ],
)
def test_a_text_is_searched_for_card_numbers(line: str, shown: str) -> None:
    """The terminal's own slip is printed verbatim, but for that; the columns stay."""
    assert scrubbed(line) == shown


def with_check_digit(digits: str) -> str:
    return next(digits + str(n) for n in range(10) if passes_luhn(digits + str(n)))


NUMBERS = st.from_regex(r"[1-9][0-9]{10,17}", fullmatch=True).map(with_check_digit)


@given(NUMBERS, st.sampled_from(["", " ", "-", "  "]), st.text("AB:*/ ", max_size=6), st.text("AB:*/", max_size=6))
def test_no_number_survives_in_a_text(number: str, gap: str, before: str, after: str) -> None:
    """Whatever stands around it and however it is spaced."""
    written = gap.join(number[at : at + 4] for at in range(0, len(number), 4))
    shown = scrubbed(before + written + after)
    assert len(shown) == len(before + written + after)
    assert number not in "".join(mark for mark in shown if mark.isdigit())


@given(NUMBERS)
def test_no_number_survives_in_a_message(number: str) -> None:
    """Card and track fields, texts, tags of the stripe, print lines, display texts: nothing that leaves has it."""
    packed = bytes.fromhex(number + "F" * (len(number) % 2))
    marks = bytes([0xF0 | len(packed) // 10, 0xF0 | len(packed) % 10])
    ascii_ = number.encode()
    long = bytes([0xF0, 0xF0 | len(ascii_) // 10, 0xF0 | len(ascii_) % 10])
    tags = b"".join(tag + bytes([len(packed)]) + packed for tag in (b"\x1f\x08", b"\x1f\x09", b"\x1f\x0a"))
    shown = b"\x24" + bytes([len(ascii_) + 2]) + b"\x07" + bytes([len(ascii_)]) + ascii_
    body = b"\x27\x00\x22" + marks + packed + b"\x23" + marks + packed + b"\x24\xf0" + marks + packed
    body += b"\x2d" + long[1:] + ascii_ + b"\x3c" + long + ascii_ + b"\x8b" + long[1:] + ascii_
    container = tags + shown
    body += b"\x06\x81" + bytes([len(container)]) + container
    read = [
        read_status(Apdu(0x040F, body)),
        read_intermediate(Apdu(0x04FF, b"\x0a\x01\x06" + bytes([len(shown)]) + shown)),
        read_printing(Apdu(0x06D1, b"\x00" + ascii_)),
        *read_printing(Apdu(0x06D1, b"\x00" + ascii_)).lines,
        Apdu(0x040F, body),
    ]
    assert number not in "".join(map(repr, read))
    assert packed.hex() not in "".join(map(repr, read))
