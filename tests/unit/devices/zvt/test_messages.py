"""What terminals say: the standard's messages, and what makes in the field do with them."""

from __future__ import annotations

import pytest

from devices.zvt import codes, tlv
from devices.zvt.apdu import decode
from devices.zvt.currencies import letters_of, number_of
from devices.zvt.messages import (
    Abort,
    Intermediate,
    Printing,
    State,
    TotalsRow,
    read_abort,
    read_completion,
    read_intermediate,
    read_printing,
    read_state,
    read_status,
)
from devices.zvt.numbers import Garbled
from devices.zvt.slips import Slips
from devices.zvt.texts import text
from devices.zvt.transport import LineTrouble

PAID = (
    "27 00 04 00 00 00 00 10 10 0B 00 00 16 0C 13 05 59 0D 11 21 0E 29 12 17 00 01 19 70 "
    "22 F0 F8 41 11 11 11 11 11 11 11 29 52 50 00 38 3B 31 32 33 34 35 36 00 00 49 09 78 87 00 10 88 00 00 10 "
    "8A 0A 8B F0 F5 56 49 53 41 00"
)


def apdu(control: str, body: str) -> bytes:
    data = bytes.fromhex(body)
    size = bytes([len(data)]) if len(data) < 255 else b"\xff" + len(data).to_bytes(2, "little")
    return bytes.fromhex(control) + size + data


def test_a_status_says_what_was_paid() -> None:
    """Result, amount, receipt, terminal: what the money is judged by."""
    said = read_status(decode(apdu("04 0F", PAID)))
    assert (said.result, said.amount_minor, said.currency) == (0, 1_010, "EUR")
    assert (said.receipt, said.trace, said.terminal_id) == (10, 16, "52500038")
    assert (said.card, said.card_name) == ("**** 1111", "VISA")
    assert not said.reversal


def test_a_reversal_names_the_trace_of_what_it_reverses() -> None:
    """Its receipt is its own at many terminals."""
    said = read_status(decode(apdu("04 0F", "27 00 04 00 00 00 00 01 00 0B 00 06 07 37 00 06 06 87 06 07")))
    assert said.reversal
    assert (said.original_trace, said.receipt) == (606, 607)


def test_an_old_status_with_the_fields_in_another_order_is_read() -> None:
    """A stripe's number with its separator; fields in any order, the payment type after the card."""
    body = (
        "27 00 04 00 00 00 00 40 00 49 09 78 0C 09 38 48 0D 04 25 22 F1 F1 59 66 66 66 66 D2 00 21 22 01 00 17 00 01 "
    )
    body += "87 01 75 0B 61 39 95 19 40 29 60 09 99 14 0E 05 12 8A 02"
    said = read_status(decode(apdu("04 0F", body)))
    assert (said.amount_minor, said.receipt, said.trace, said.terminal_id) == (4_000, 175, 613_995, "60099914")
    assert said.card == "**** 6666"


def test_a_long_trace_stands_in_the_container() -> None:
    """Field 0B is zero then."""
    said = read_status(decode(apdu("04 0F", "27 00 0B 00 00 00 06 07 1F 2B 04 10 01 50 08")))
    assert said.trace == 10_015_008


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("27 6C 29 28 00 48 69 3C F0 F0 F7 41 62 62 72 75 63 68", 0x6C, "Abbruch"),
        ("27 05 29 29 00 02 74 8A 06 06 0D 24 0B 07 09 41 62 67 65 6C 65 68 6E 74", 0x05, "Abgelehnt"),
        ("27 FF 06 09 1F 17 06 46 65 68 6C 65 72", 0xFF, "Fehler"),
        ("27 6C 22 F0 F0 8B F0 F1 00", 0x6C, ""),
    ],
)
def test_a_refusal_has_the_terminals_own_words(body: str, code: int, words: str) -> None:
    """Field 3C, a display text, or an extended error; what the clerk reads to the customer."""
    said = read_status(decode(apdu("04 0F", body)))
    assert (said.result, said.words) == (code, words)


def test_the_totals_of_a_day_are_seven_counts_and_sums() -> None:
    """What the journal is compared with."""
    rows = "02 00 00 00 00 50 00" + " 00 00 00 00 00 00 00" * 3 + " 01 00 00 00 00 12 34" + " 00 00 00 00 00 00 00" * 2
    said = read_status(decode(apdu("04 0F", f"27 00 04 00 00 00 00 62 34 60 F0 F5 F3 00 01 00 03 {rows}")))
    assert [row for row in said.totals if row.count] == [
        TotalsRow(name="girocard", count=2, total_minor=5_000),
        TotalsRow(name="Visa", count=1, total_minor=1_234),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("0A", Intermediate(code=0x0A, timeout_min=None, words="Insert the card")),
        ("4A", Intermediate(code=0x4A, timeout_min=None, words="Insert the card. Please remove the card")),
        ("0E 05", Intermediate(code=0x0E, timeout_min=5, words="Please wait")),
        ("0A 00", Intermediate(code=0x0A, timeout_min=None, words="Insert the card")),
        ("0A 01 06 06 24 04 07 02 48 69", Intermediate(code=0x0A, timeout_min=1, words="Insert the card\nHi")),
        (
            "0A 06 06 24 04 07 02 48 69",
            Intermediate(code=0x0A, timeout_min=None, words="Insert the card\nHi"),
        ),  # without the timeout
        ("FF 10 06 09 24 07 07 01 41 07 02 42 43", Intermediate(code=0xFF, timeout_min=10, words="Please wait\nA BC")),
        ("77", Intermediate(code=0x77, timeout_min=None, words="Please wait")),
        ("", Intermediate(code=0x0E, timeout_min=None, words="Please wait")),
    ],
)
def test_intermediate_texts_are_the_standards_with_the_terminals_own_below(body: str, said: Intermediate) -> None:
    """The clerk sees what the customer is asked for."""
    assert read_intermediate(decode(apdu("04 FF", body))) == said


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("00", State(code=0x00)),
        ("DC", State(code=0xDC)),
        ("F0 F0 F7 32 2E 31 34 2E 31 35 00", State(code=0x00)),  # with the software's version
        ("F0 F0 F2 31 32 9C", State(code=0x9C)),
        ("F0", State(code=0xF0)),
        ("27 E0", State(code=0xE0)),
        ("00 06 07 1F 44 04 52 50 00 38", State(code=0x00, terminal_id="52500038")),
        ("", State(code=None)),
    ],
)
def test_a_state_is_the_byte_after_the_version(body: str, state: State) -> None:
    """Version bytes taken for the state, a busy terminal looks ready."""
    assert read_state(decode(apdu("06 0F", body))) == state


def test_a_registration_demands_and_names() -> None:
    """What must be done first, and which terminal it is."""
    said = read_completion(decode(apdu("06 0F", "19 03 29 29 00 10 06 49 09 78")))
    assert (said.status, said.terminal_id) == (3, "29001006")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("6C", Abort(code=0x6C)),
        ("", Abort(code=None)),
        ("6F 09 78", Abort(code=0x6F)),
        ("6F 09 78 06 06 1F 17 03 45 55 52", Abort(code=0x6F, words="EUR")),
        ("6C FF FF", Abort(code=0x6C)),
        ("B8 87 FF FF", Abort(code=0xB8)),
        ("05 06 07", Abort(code=0x05)),  # what follows is cut: the code holds
    ],
)
def test_an_abort_is_its_code(body: str, said: Abort) -> None:
    """Whether it is a refusal hangs on that byte."""
    assert read_abort(decode(apdu("06 1E", body))) == said


def test_which_codes_alone_are_a_refusal() -> None:
    """One too many here, and money that was taken counts as not taken."""
    believed = {0x01, 0x05, 0x37, 0x63, 0x64, 0x6B, 0x6C, 0x6E, 0x6F, 0x71, 0x78, 0x83, 0xC3, 0xC5, 0xC8, 0xF0}
    assert all(codes.is_refusal(code) for code in believed)
    not_believed = {0x00, 0x66, 0x72, 0x75, 0x7D, 0x9A, 0x9B, 0x9C, 0xA0, 0xA1, 0xA3, 0xB1, 0xB2, 0xB4, 0xB5, 0xB7}
    not_believed |= {0xCC, 0xCD, 0xDC, 0xE2, 0xF1, 0xFA, 0xFB, 0xFC, 0xFF, 0xBB}
    assert not any(codes.is_refusal(code) for code in not_believed)
    assert codes.is_refusal(0xB5, reversal=True)
    assert not codes.is_refusal(0xB4, reversal=True)


def test_names_of_codes_are_stable_and_none_is_missing() -> None:
    """They are stored and compared."""
    assert {codes.result_name(code) for code in (0x6C, 0x05, 0xBB)} == {"aborted", "host_05", "code_BB"}
    assert codes.state_name(0xDC) == "card_inserted"
    assert all(codes.result_name(code) for code in range(256))
    assert all(codes.intermediate_words(code) for code in range(256))


# ---- paper


def lines(control: str, *bodies: str) -> Slips:
    slips = Slips(24)
    for body in bodies:
        slips.add(read_printing(decode(apdu(control, body))))
    return slips


def test_print_lines_become_slips_with_their_attributes() -> None:
    """Verbatim: centred, indented, empty; two slips told apart by the last line's mark."""
    slips = lines(
        "06 D1",
        "40 2A 2A 20 4B 55 4E 44 45 4E 42 45 4C 45 47 20 2A 2A",  # centred: ** KUNDENBELEG **
        "03 41 42",  # indented by three
        "00",
        "00 31 30 2C 31 30",
        "FF 02",  # two empty lines
        "00 43",
        "81",
        "40 48 8E 4E 44 4C 45 52 42 45 4C 45 47",  # HÄNDLERBELEG in CP437
        "81",
    ).finish()
    assert [slip.whose for slip in slips] == ["customer", "merchant"]
    assert slips[0].lines == ("   ** KUNDENBELEG **", "   AB", "", "10,10", "", "", "C")
    assert slips[1].lines == ("      HÄNDLERBELEG",)


def test_a_type_that_hangs_on_the_text_is_taken_off() -> None:
    """Some terminals send field 06 behind the text; it must not be printed, and tells whose slip it is."""
    slips = lines("06 D1", "00 41 42 06 04 1F 07 01 02", "00 43 06 04 1F 07 01 01", "81 06 04 1F 07 01 02").finish()
    assert slips[0].whose == "customer"
    assert slips[0].lines == ("AB", "C")


def test_a_block_has_lines_attributes_and_a_type() -> None:
    """06 D3: the attribute holds until the next one; the last one ends the slip."""
    inner = [
        tlv.primitive(0x1F07, b"\x01"),
        tlv.primitive(0x14, b"\x01"),
        tlv.constructed(
            0x25,
            [
                tlv.primitive(0x09, b"\x40"),
                tlv.primitive(0x07, "HÄNDLERBELEG".encode("latin-1")),
                tlv.primitive(0x09, b"\x00"),
                tlv.primitive(0x07, b"x" * 20),
                tlv.primitive(0x07, b""),
                tlv.primitive(0x07, b"y"),
                tlv.primitive(0x09, b"\x81"),
            ],
        ),
    ]
    slips = lines("06 D3", tlv.container(inner).hex()).finish()
    assert slips[0].whose == "merchant"
    assert slips[0].lines == ("      HÄNDLERBELEG", "x" * 20, "", "y")


def add_many(slips: Slips, printing: Printing) -> None:
    for _ in range(2_000):
        slips.add(printing)


def test_a_slip_that_is_cut_off_is_kept_and_one_without_end_is_refused() -> None:
    """The merchant's half of it may be all that is left; but no terminal prints for ever."""
    assert lines("06 D1", "00 41").finish()[0].lines == ("A",)
    endless = Slips(24)
    line = read_printing(decode(apdu("06 D1", "00 41")))
    for _ in range(900):
        endless.add(line)
    with pytest.raises(LineTrouble):
        add_many(endless, line)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"H\x8eNDLER", "HÄNDLER"),  # CP437, the default
        (b"H\xc4NDLER", "HÄNDLER"),  # Latin 1, though nobody said so
        (b"\xc4\xc4\xc4\xc4", "────"),  # a ruler in CP437
        (b"Gr\xfc\xdfe", "Grüße"),
        (b"A\x00\x1b@\x0dB", "A@B"),  # no command of a printer gets through
    ],
)
def test_texts_are_read_in_their_code_page(raw: bytes, shown: str) -> None:
    """The slip is printed as the terminal meant it, and cannot drive our printer."""
    assert text(raw) == shown


def test_currencies_go_by_number() -> None:
    """EUR 978 taken for something else is no match; an unknown number is no currency."""
    assert number_of("EUR") == 978
    assert letters_of(978) == "EUR"
    assert letters_of(999) == "?999"
    assert number_of("XXX") is None


def test_a_status_that_is_cut_is_refused() -> None:
    """Half an approval is none."""
    with pytest.raises(Garbled):
        read_status(decode(apdu("04 0F", "27 00 04 00 00")))
