"""Scanners: whole codes only, over a real pseudo-terminal and, piece by piece, without one."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.device_settings import SerialAddress
from counter_app.ports.customer_display import DeviceState
from counter_app.ports.scanner import Misread, Scanned, ScanTrouble
from counter_app.system import SystemClock
from devices.links import opener_of
from devices.scanners.framing import SUSPECT_MS, Framed, Framer
from devices.scanners.reader import SerialScanner
from devices.simulators.scanner.serve import SimulatedScanner

WITHIN_S = 20.0
CODES = st.text(alphabet="ABCDEF0123456789-_", min_size=1, max_size=40)


def _fed(framer: Framer, pieces: list[bytes], at_ms: int = 0) -> list[Framed]:
    return [one for piece in pieces for one in framer.feed(piece, at_ms)]


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(data)) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


@given(codes=st.lists(CODES, max_size=5), cuts=st.lists(st.integers(0, 250), max_size=20))
@pytest.mark.parametrize(("prefix", "suffix"), [(b"", b"\r"), (b"", b"\r\n"), (b"\x02", b"\x03"), (b"~", b"\r")])
def test_codes_come_whole_however_they_are_split_and_glued(
    prefix: bytes, suffix: bytes, codes: list[str], cuts: list[int]
) -> None:
    """A half ticket number would find another ticket; half a payment code would be asked of the gateway."""
    data = b"".join(prefix + code.encode() + suffix for code in codes)
    assert _fed(Framer(prefix=prefix, suffix=suffix), _cut(data, cuts)) == codes


@given(code=CODES, end=st.integers(1, 40), pause_ms=st.integers(500, SUSPECT_MS))
def test_neither_half_of_a_code_is_ever_a_code(code: str, end: int, pause_ms: int) -> None:
    """A plug that makes bad contact: what came before the silence and what comes after are no codes."""
    framer = Framer()
    data = code.encode() + b"\r"
    at = min(end, len(data) - 1)
    found = framer.feed(data[:at], 0) + framer.idle(pause_ms) + framer.feed(data[at:], pause_ms + 1)
    assert all(isinstance(one, ScanTrouble) for one in found)
    assert ScanTrouble.HALF in found
    assert framer.feed(b"NEXT\r", pause_ms + 2) == ["NEXT"]


def test_a_half_and_then_silence_is_dropped_and_said_and_the_next_code_is_whole() -> None:
    """It would be glued to the front of the next code, and that one would find nothing."""
    framer = Framer(silence_ms=500)
    assert framer.feed(b"HALF", 0) == []
    assert framer.idle(499) == []
    assert framer.idle(500) == [ScanTrouble.HALF]
    assert framer.idle(10_000) == []
    assert framer.feed(b"WHOLE\r", 10_000) == ["WHOLE"]


def test_silence_counts_even_when_nobody_looked_meanwhile() -> None:
    """A busy thread would glue a half to the code after it."""
    framer = Framer(silence_ms=500)
    framer.feed(b"HALF", 0)
    assert framer.feed(b"WHOLE\r", 9_000) == [ScanTrouble.HALF, ScanTrouble.HALF]
    assert framer.feed(b"AGAIN\r", 9_100) == ["AGAIN"]


def test_with_a_prefix_a_code_after_a_half_is_whole_at_once() -> None:
    """The clerk would scan everything twice."""
    framer = Framer(prefix=b"\x02", suffix=b"\x03")
    assert framer.feed(b"\x02HA", 0) == []
    assert framer.idle(600) == [ScanTrouble.HALF]
    assert framer.feed(b"LF\x03\x02WHOLE\x03", 700) == [ScanTrouble.NO_PREFIX, "WHOLE"]
    assert framer.feed(b"\x02HALF\x02WHOLE\x03", 800) == ["WHOLE"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\r\r\n\r", []),
        (b"CODE\r\n", ["CODE"]),
        (b"A\x00B\r", [ScanTrouble.CONTROL]),
        (b"A\x1b[2JB\r", [ScanTrouble.CONTROL]),
        (b"\xff\xfe\r", [ScanTrouble.ENCODING]),
        ("车票\r".encode(), ["车票"]),
        (b"A" * 64 + b"\r", ["A" * 64]),
        (b"A" * 65 + b"\r", [ScanTrouble.TOO_LONG]),
        (b"A" * 5000 + b"\rNEXT\r", [ScanTrouble.TOO_LONG, "NEXT"]),
        (b"  \r", []),
    ],
)
def test_what_no_code_has_is_dropped_by_name(data: bytes, found: list[Framed]) -> None:
    """Noise of a wrong speed would be looked for as a ticket, or fill the memory."""
    assert _fed(Framer(length_max=64), [data]) == found
    assert _fed(Framer(length_max=64), [bytes([byte]) for byte in data]) == found


@given(st.binary(max_size=300), st.integers(0, 5000))
def test_any_bytes_give_printable_codes_or_troubles(data: bytes, at_ms: int) -> None:
    """Whatever a cable brings, a text field gets no control character of it."""
    framer = Framer(length_max=64)
    for one in framer.feed(data, at_ms) + framer.idle(at_ms + 10_000):
        assert isinstance(one, ScanTrouble) or (one.isprintable() and 0 < len(one) <= 64)
    assert not framer.in_code


# ---- over a line
Heard = queue.Queue[Scanned | Misread]


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[SimulatedScanner]:
    with SimulatedScanner(tmp_path / "scanner") as scanner:
        yield scanner


@pytest.fixture
def heard() -> Heard:
    return queue.Queue()


@pytest.fixture
def scanner(simulated: SimulatedScanner, heard: Heard) -> Iterator[SerialScanner]:
    # Half a minute of silence: on a busy machine a piece may come late, and that is not what these tests ask.
    driver = SerialScanner(
        opener_of(SerialAddress(simulated.device), baud=9600),
        Framer(silence_ms=30_000),
        clock=SystemClock(),
        name="scanner",
        source="scanner",
        retry_delays_s=(0.01,),
    )
    driver.start(heard.put)
    _becomes(driver, DeviceState.CONNECTED)
    yield driver
    driver.close()


def _becomes(driver: SerialScanner, state: DeviceState) -> None:
    import threading

    pause = threading.Event()
    assert any(driver.status().state is state or pause.wait(0.01) for _ in range(2000))


def _texts(heard: Heard, count: int) -> list[str]:
    found = [heard.get(timeout=WITHIN_S) for _ in range(count)]
    return [one.text if isinstance(one, Scanned) else one.trouble.value for one in found]


def test_split_and_glued_codes_arrive_whole_over_a_line(
    simulated: SimulatedScanner, scanner: SerialScanner, heard: Heard
) -> None:
    """The same as above, through the system's own buffers."""
    for byte in b"zwE-ONE\r":
        simulated.send(bytes([byte]))
    simulated.scan("TWO", "THREE")
    simulated.send_split(b"FOUR\rFI", 2, lambda: None)
    simulated.send(b"VE\r")
    assert _texts(heard, 5) == ["zwE-ONE", "TWO", "THREE", "FOUR", "FIVE"]
    assert heard.empty()


def test_a_code_that_never_ends_is_said(tmp_path: Path, heard: Heard) -> None:
    """The clerk would scan again and again, and nothing would tell her that the scanner is set up wrongly."""
    with SimulatedScanner(tmp_path / "other") as simulated:
        driver = SerialScanner(
            opener_of(SerialAddress(simulated.device), baud=9600),
            Framer(silence_ms=50),
            clock=SystemClock(),
            name="scanner",
            source="scanner",
        )
        driver.start(heard.put)
        _becomes(driver, DeviceState.CONNECTED)
        simulated.send(b"NO SUFFIX")
        one = heard.get(timeout=WITHIN_S)
        driver.close()
    assert one == Misread(trouble=ScanTrouble.HALF, source="scanner")


def test_a_scanner_that_is_pulled_out_and_put_in_again_goes_on(
    simulated: SimulatedScanner, scanner: SerialScanner, heard: Heard
) -> None:
    """The window would have to be started anew, in the middle of a queue."""
    simulated.scan("BEFORE")
    assert _texts(heard, 1) == ["BEFORE"]
    simulated.unplug()
    _becomes(scanner, DeviceState.LOST)
    assert scanner.status().detail
    simulated.plug()
    _becomes(scanner, DeviceState.CONNECTED)
    simulated.scan("AFTER")
    assert _texts(heard, 1) == ["AFTER"]


def test_what_was_scanned_stands_in_no_representation() -> None:
    """A passport number would stand in a trouble report."""
    assert "E12345678" not in repr(Scanned(text="E12345678", at=SystemClock().now(), source="id_reader"))
