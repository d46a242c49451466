"""Printer URLs, and the answers of printers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import PaperState
from printers.answers import Answer, AnswerReader, Automatic, InOrder, ProcessId, RealTime, read_status
from printers.opening import check_printer_url

GOOD = [
    "tcp://192.168.1.20:9100",
    "tcp://printer",
    "tcp://[::1]:9100?profile=epson-80",
    "serial:///dev/ttyS0?baud=19200&flow=rtscts",
    "serial://COM3",
    "file:///tmp/roll.bin",
    "file:///tmp/a%20b?code=qr",
    "virtual:",
    "virtual:?profile=thermal-58",
    "usb://04b8:0e15",
    "usb://04B8:0E15/J5K%20012?profile=epson-tm-t20iii",
    "cups:ticket_3",
    "cups:ticket?profile=epson-80&text=dots",
    "ipp://printserver/printers/ticket",
    "ipp://[::1]:6310/printers/ticket?code=qr",
    "serial:///dev/ttyUSB0?text=native&profile=gprinter-gp-l80180",
]
BAD = [
    "", "printer", "http://x", "tcp://", "tcp://host:0", "tcp://host:99999", "tcp://host:x", "tcp://host/path",
    "tcp://u:p@host:1", "tcp://host?profile=nope", "tcp://host?baud=9600", "tcp://host?code=pdf417", "tcp://host#x",
    "tcp://host?profile=thermal-80&profile=thermal-58", "tcp://host?nonsense", "tcp://[::1:9100",
    "tcp://a..b:9100", f"tcp://{'a' * 70}.local:9100",
    "serial://", "serial:///", "serial:///dev/ttyS0?baud=fast", "serial:///dev/ttyS0?baud=12345",
    "serial:///dev/x%00y", "file:///tmp/a%00b",
    "serial:///dev/ttyS0?flow=maybe", "file://", "file:///tmp/", "file://elsewhere/x", "virtual:roll", "virtual://x",
    "usb://", "usb://4b8:e15", "usb://04b8", "usb://04b8:0e15/a/b", "usb://04b8:0e15/%00", "usb://04b8:0e15?baud=9600",
    "cups:", "cups:a b", "cups://host/x", "cups:a/b", "ipp://", "ipp://host", "ipp://host/printers/", "ipp://host:0/p/x",
    "ipp://host/printers/../x y", "tcp://host?text=loud", "tcp://host?profile=escpos:TM-T88V&text=native",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_good_urls(url: str) -> None:
    """A printer in the settings' own words would be refused."""
    check_printer_url(url)


@pytest.mark.parametrize("url", BAD)
def test_bad_urls_are_refused_with_their_reason(url: str) -> None:
    """A typing error would show itself at the first ticket, after the money."""
    with pytest.raises(Refusal) as refused:
        check_printer_url(url)
    assert refused.value.reason is Reason.BAD_SETTING
    assert refused.value.facts.get("why") or refused.value.facts.get("known")


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    """A broken settings file would crash the start."""
    try:
        check_printer_url(text)
    except Refusal as refused:
        assert refused.reason is Reason.BAD_SETTING  # noqa: PT017 - or it is accepted


ANSWERS: list[tuple[bytes, Answer]] = [
    (b"\x12", RealTime(0x12)),
    (b"\x7e", RealTime(0x7E)),
    (b"\x10\x00\x00\x00", Automatic(b"\x10\x00\x00\x00")),
    (b"\x3c\x00\x0c\x0f", Automatic(b"\x3c\x00\x0c\x0f")),
    (b"\x00", InOrder(0)),
    (b"\x0f", InOrder(0x0F)),
    (b"\x37\x220042\x00", ProcessId(b"0042")),
]


@given(st.lists(st.sampled_from(ANSWERS), max_size=12), st.integers(1, 7))
def test_answers_are_told_apart_however_they_are_cut(parts: list[tuple[bytes, Answer]], size: int) -> None:
    """A status block would count as "the printer is on-line", or as "printed"."""
    stream = b"".join(data for data, _ in parts)
    reader = AnswerReader()
    got = [answer for at in range(0, len(stream), size) for answer in reader.feed(stream[at : at + size])]
    assert got == [answer for _, answer in parts]
    assert reader.garbage == 0


@given(st.binary(max_size=100))
def test_noise_never_stops_the_reader(noise: bytes) -> None:
    """A broken line would freeze the printer's lane."""
    reader = AnswerReader()
    reader.feed(noise)
    assert RealTime(0x12) in reader.feed(b"\xff" * 8 + b"\x12")


def test_status_bits() -> None:
    """Paper out would be taken for ready."""
    fine = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
    assert read_status(fine).ready
    assert read_status({**fine, 4: 0x1E}).paper is PaperState.NEAR_END
    assert read_status({**fine, 4: 0x1E}).ready
    wrong = {
        "cover_open": {2: 0x16}, "paper_out": {4: 0x72}, "cutter": {3: 0x1A}, "unrecoverable": {3: 0x32},
        "error": {2: 0x52}, "offline": {1: 0x1A},
    }  # fmt: skip
    for error, bits in wrong.items():
        status = read_status({**fine, **bits})
        assert (status.ready, status.error) == (False, error)
    assert read_status({**fine, 2: 0x32}).paper is PaperState.OUT
