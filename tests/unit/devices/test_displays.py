"""Customer displays: what the customer reads, over a real pseudo-terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.device_settings import SerialAddress
from counter_app.ports.customer_display import DeviceState
from devices.displays.display import SerialDisplay
from devices.displays.protocols import PROTOCOLS
from devices.displays.spelling import COLUMNS, ENCODINGS, line_bytes, width
from devices.links import opener_of
from devices.simulators.display.machine import DisplayMachine
from devices.simulators.display.serve import SimulatedDisplay


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[SimulatedDisplay]:
    with SimulatedDisplay(tmp_path / "display") as display:
        yield display


def _driver(simulated: SimulatedDisplay, kind: str, encoding: str = "ascii") -> SerialDisplay:
    return SerialDisplay(
        opener_of(SerialAddress(simulated.device), baud=9600),
        PROTOCOLS[kind],
        name=kind,
        encoding=encoding,
        retry_delays_s=(0.01,),
        look_every_s=0.02,
    )


@pytest.mark.parametrize("kind", sorted(PROTOCOLS))
def test_both_lines_are_shown_and_the_next_message_leaves_nothing_of_the_last(
    simulated: SimulatedDisplay, kind: str
) -> None:
    """The customer would pay the sum of the one before her, or one with its digits mixed."""
    driver = _driver(simulated, kind)
    try:
        driver.show(["G1 Beijing -> Tianjin", "TOTAL      CNY 553.00"])
        assert simulated.wait_for(lambda m: m.lines("ascii") == ("G1 Beijing -> Tianji", "TOTAL      CNY 553.0"))
        driver.show(["DUE", "5.00"])
        assert simulated.wait_for(lambda m: m.lines("ascii") == ("DUE", "5.00"))
        driver.clear()
        assert simulated.wait_for(lambda m: m.lines("ascii") == ("", ""))
        driver.show(["LAST", "WORDS"])
        assert simulated.wait_for(lambda m: m.lines("ascii") == ("LAST", "WORDS"))
        assert not simulated.machine.strange
        assert driver.status().state is DeviceState.CONNECTED
    finally:
        driver.close()
    assert driver.status().state is DeviceState.CLOSED
    assert simulated.wait_for(lambda m: m.begun == 2 and m.lines("ascii") == ("", ""))


@pytest.mark.parametrize("kind", sorted(PROTOCOLS))
def test_a_display_that_was_unplugged_shows_the_newest_message_when_it_is_back(
    simulated: SimulatedDisplay, kind: str
) -> None:
    """It would stay dark until the program is started again, or show what is long over."""
    driver = _driver(simulated, kind)
    try:
        driver.show(["first", ""])
        assert simulated.wait_for(lambda m: m.lines("ascii")[0] == "first")
        simulated.unplug()
        assert _becomes(driver, DeviceState.LOST)
        driver.show(["second", ""])
        driver.show(["third", ""])
        simulated.plug()
        assert simulated.wait_for(lambda m: m.lines("ascii")[0] == "third")
        assert _becomes(driver, DeviceState.CONNECTED)
    finally:
        driver.close()


def test_a_display_that_is_not_there_is_said_and_blocks_nobody(tmp_path: Path) -> None:
    """A sale would wait for a display."""
    driver = SerialDisplay(
        opener_of(SerialAddress(str(tmp_path / "nothing")), baud=9600),
        PROTOCOLS["cd5220"],
        name="none",
        retry_delays_s=(0.01,),
    )
    for number in range(1000):
        driver.show([str(number)])
    assert _becomes(driver, DeviceState.LOST)
    assert driver.status().detail
    driver.close()


def _becomes(driver: SerialDisplay, state: DeviceState) -> bool:
    import threading

    pause = threading.Event()
    return any(driver.status().state is state or pause.wait(0.01) for _ in range(2000))


@given(
    text=st.text(max_size=60),
    kind=st.sampled_from(sorted(PROTOCOLS)),
    encoding=st.sampled_from(ENCODINGS),
)
@settings(max_examples=300, deadline=None)
def test_no_text_is_a_command(text: str, kind: str, encoding: str) -> None:
    """A name with an escape in it would clear the display or switch it into another mode."""
    machine = DisplayMachine()
    protocol = PROTOCOLS[kind]
    machine.take(protocol.begin(encoding) + protocol.lines([text, text[::-1]], encoding))
    assert not machine.strange
    assert machine.begun == 1
    upper, lower = machine.rows()
    assert upper == line_bytes(text, encoding)
    assert lower == line_bytes(text[::-1], encoding)
    assert len(upper) == len(lower) == COLUMNS


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("张伟", "ascii", "Zhang Wei"),
        ("重庆北→长沙南", "ascii", "Chong Qing Bei->Chang"),
        ("G1次 北京西", "ascii", "G1 Ci Bei Jing Xi"),
        ("Müller-Lüdenscheidt", "ascii", "Muller-Ludenscheidt"),
        ("Müller", "cp437", "Müller"),
        ("合计 ¥553.00", "ascii", "He Ji CNY 553.00"),
        ("合计 553.00", "gbk", "合计 553.00"),
        ("𠮷野", "gbk", "*野"),
        ("12 €", "cp858", "12 €"),
        ("Łódź Øst Straße", "ascii", "Lodz Ost Strasse"),
        ("a\x1b@\x0cb\r\nc", "ascii", "a@ b  c"),
        ("☃", "ascii", "*"),
    ],
)
def test_what_the_display_cannot_show_is_spelled(text: str, encoding: str, shown: str) -> None:
    """The customer would read ??? where her own name stands."""
    expected = shown[:COLUMNS].rstrip()
    python = "gbk" if encoding == "gbk" else encoding
    assert line_bytes(text, encoding).decode(python).rstrip() == expected
    assert "?" not in shown


def test_a_wide_character_is_not_cut_in_half() -> None:
    """Half of one would take the byte after it with it, and the line would end in rubbish."""
    text = "合计一二三四五六七八九十"
    assert width(text, "gbk") == 24
    assert line_bytes("a" + text, "gbk").decode("gbk") == "a合计一二三四五六七 "
