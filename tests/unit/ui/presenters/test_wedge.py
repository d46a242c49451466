"""A scanner that types: its codes reach the screen that they are for, and no text field; a clerk's keys all arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.device_settings import ReaderSettings
from counter_app.ports.scanner import ScanTrouble
from ui.presenters.wedge import SUSPECT_MS, Verdict, WedgeReader

BURST_MS = 30


class Keyboard:
    """Both hands and the scanner, at a text field: ``field`` is what stands in it, a Return as ``\\r``."""

    def __init__(self, prefix: str = "", length_max: int = 64) -> None:
        self.field = ""
        self.codes: list[str] = []
        self.misread: list[ScanTrouble] = []
        self.at_ms = 1000
        self.reader: WedgeReader[str] = WedgeReader(
            ReaderSettings(kind="wedge", prefix=prefix, burst_ms=BURST_MS, length_max=length_max),
            release=lambda keys: self._type("".join(keys)),
            scanned=self.codes.append,
            misread=self.misread.append,
        )

    def press(self, text: str, *, every_ms: int) -> None:
        for char in text:
            self.at_ms += every_ms
            if every_ms > BURST_MS:
                self.reader.paused()
            if self.reader.key(char, char, self.at_ms) is Verdict.PASS:
                self._type(char)

    def rest(self, ms: int = 3000) -> None:
        self.at_ms += ms
        self.reader.paused()

    def _type(self, text: str) -> None:
        self.field += text


TYPED = st.text(alphabet="abcdefGHI0123 -<", max_size=30)
CODES = st.text(alphabet="ABCDEF0123456789-_<", min_size=4, max_size=40)


@given(text=TYPED, every_ms=st.integers(BURST_MS + 1, 400), prefix=st.sampled_from(["", "~", "]C"]))
def test_what_a_hand_types_arrives_in_its_order(text: str, every_ms: int, prefix: str) -> None:
    """A letter of a passenger's name would be missing, or stand in the wrong place."""
    keys = Keyboard(prefix)
    keys.press(text + "\r", every_ms=every_ms)
    keys.rest()
    assert keys.field == text + "\r"
    assert not keys.codes
    assert not keys.misread


@given(pairs=st.lists(st.text(alphabet="abc1", min_size=1, max_size=2), max_size=10))
def test_two_keys_at_once_are_still_a_hand(pairs: list[str]) -> None:
    """A quick clerk rolls over two keys: they would be taken for a scanner."""
    keys = Keyboard()
    for pair in pairs:
        keys.press(pair[:1], every_ms=120)
        keys.press(pair[1:], every_ms=8)
    keys.press("\r", every_ms=10)
    keys.rest()
    assert keys.field == "".join(pairs) + "\r"
    assert not keys.misread


@given(
    codes=st.lists(CODES, min_size=1, max_size=4), every_ms=st.integers(0, BURST_MS), prefix=st.sampled_from(["", "~"])
)
def test_a_code_goes_to_the_screen_and_not_a_key_of_it_into_the_field(
    codes: list[str], every_ms: int, prefix: str
) -> None:
    """A payment code would stand in the field of a name."""
    keys = Keyboard(prefix)
    for code in codes:
        keys.press(prefix + code + "\r", every_ms=every_ms)
        keys.rest(300)
    assert keys.codes == codes
    assert keys.field == ""
    assert not keys.misread


@given(code=CODES, place=st.integers(3, 39), pause_ms=st.integers(BURST_MS + 1, SUSPECT_MS - 5))
def test_neither_half_of_a_code_is_a_code_or_typing(code: str, place: int, pause_ms: int) -> None:
    """A system that stalls in the middle of a scan: half a ticket number would be looked for."""
    cut = min(place, len(code))
    keys = Keyboard()
    keys.press(code[:cut], every_ms=5)
    keys.rest(pause_ms)
    keys.press(code[cut:] + "\r", every_ms=5)
    keys.rest(300)
    assert keys.codes == []
    assert ScanTrouble.HALF in keys.misread
    # What is left of the other half is too short to be told from a hand.
    assert len(keys.field.rstrip("\r")) <= 2
    keys.rest()
    keys.press("ABCD1234\r", every_ms=5)
    assert keys.codes == ["ABCD1234"]


def test_a_code_whose_first_keys_were_taken_for_typing_is_no_code() -> None:
    """It would be looked up without its first letter, and find somebody else's."""
    keys = Keyboard()
    keys.press("A", every_ms=5)
    keys.rest(50)
    keys.press("BCD1234\r", every_ms=5)
    assert keys.codes == []
    assert keys.misread == [ScanTrouble.HALF]


@pytest.mark.parametrize("key", ["", "\x1b", "\t"])
def test_a_key_that_no_code_has_ends_it(key: str) -> None:
    """An arrow or Esc would wait behind a scan, or be part of it."""
    keys = Keyboard()
    keys.press("ab", every_ms=5)
    assert keys.reader.key(key, key, keys.at_ms + 1) is Verdict.PASS
    assert keys.field == "ab"
    keys.rest()
    keys.press("ABCDEF", every_ms=5)
    assert keys.reader.key(key, key, keys.at_ms + 1) is Verdict.PASS
    assert keys.misread == [ScanTrouble.HALF]
    assert keys.field == "ab"


def test_a_scanner_that_never_ends_fills_nothing() -> None:
    """A wrong suffix, or a cat on the scanner: the memory would fill."""
    keys = Keyboard(length_max=64)
    keys.press("A" * 5000 + "\r", every_ms=5)
    assert keys.codes == []
    assert keys.misread == [ScanTrouble.TOO_LONG]
    assert keys.field == ""


def test_what_only_begins_like_the_prefix_is_typing() -> None:
    """A bracket in a name would be swallowed."""
    keys = Keyboard(prefix="]C")
    keys.press("a]b]", every_ms=10)
    keys.rest()
    assert keys.field == "a]b]"
    keys.press("]C1234\r", every_ms=10)
    assert keys.codes == ["1234"]
