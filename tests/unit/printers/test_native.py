"""Slips as text commands: the right price, nothing but what was meant, and dots for what a printer has not."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.papers import Code, Mark, Pair, Paper, Rule, Slip, Strength, Table, Text, Verbatim
from counter_app.ports.prints import Delivery
from printers.codes import read_picture
from printers.compose import Composer
from printers.escpos import WRONG_YEN, paper_bytes
from printers.glyphs import TextMode
from printers.interpreter import Events, Interpreter
from printers.jobs import job_bytes
from printers.native import HANZI_OFF, HANZI_ON, spoken
from printers.profiles import PROFILES, Profile, TextAbility
from printers.raster import Raster
from printers.transports.base import LinkBroken
from tests.unit.printers.samples import PAPERS, RESOURCES, SLEEPER

COMPOSER = Composer(RESOURCES)
CHINESE = replace(PROFILES["gprinter-gp-l80180"], native_slips=True)
WESTERN = replace(PROFILES["epson-tm-t20iii"], native_slips=True)
NARROW = replace(PROFILES["thermal-58"], native_slips=True)
# The only commands that a native slip may hold; everything else would have come out of a name.
MEANT = {"ESC @", "FS .", "FS &", "ESC t", "ESC R", "ESC E", "GS !", "GS a", "GS P", "ESC J", "GS V", "GS v 0", "GS r"}


def slip(*blocks: Text | Pair | Table | Rule | Code | Verbatim, title: str = "购票凭证") -> Slip:
    return Slip(language="zh", title=title, subtitle="长沙南 3号窗口", marks=(), blocks=blocks)


class Read:
    """What a printer makes of a job."""

    def __init__(self, job: bytes, profile: Profile, *, hanzi: str = "gbk", wakes_chinese: bool = False) -> None:
        self.lines: list[str] = []
        self.commands: set[str] = set()
        self.unknown: list[bytes] = []
        self.sheets: list[Raster] = []
        self.real_time: list[int] = []
        self.kicks = 0
        events = Events(
            sheet=self.sheets.append,
            text=self.lines.append,
            command=self.commands.add,
            unknown=self.unknown.append,
            real_time=lambda command, _: self.real_time.append(command),
            drawer=self._kick,
        )
        printer = Interpreter(profile.width, events, fonts=COMPOSER.fonts, text=TextMode(hanzi, wakes_chinese))
        printer.feed(job)
        if not profile.cutter:
            printer.tear()
        self.clipped = printer.clipped

    def _kick(self, _pin: int, _on: int, _off: int) -> None:
        self.kicks += 1

    @property
    def meant(self) -> bool:
        names = {next((name for name in MEANT if said.startswith(name)), said) for said in self.commands}
        return names <= MEANT and not self.unknown and not self.real_time and not self.kicks


def said(paper: Slip, profile: Profile, *, hanzi: str = "gbk", wakes_chinese: bool = False) -> Read:
    job = job_bytes(paper, profile, COMPOSER, token=7)
    assert WRONG_YEN not in job
    read = Read(job, profile, hanzi=hanzi, wakes_chinese=wakes_chinese)
    assert read.meant, read.commands
    assert len(read.sheets) == 1
    return read


@pytest.mark.parametrize("sign", ["¥", "￥"])
@pytest.mark.parametrize("profile", [CHINESE, NARROW], ids=["80", "58"])
def test_a_gbk_printer_shows_the_right_price(sign: str, profile: Profile) -> None:
    """The receipt would say "?0?6128.50": another price than was paid."""
    for wakes_chinese in (False, True):
        lines = said(slip(Pair("票价", f"{sign}128.50")), profile, wakes_chinese=wakes_chinese).lines
        assert any(line.startswith("票价") and line.endswith("￥128.50") for line in lines), lines


@pytest.mark.parametrize("wakes_chinese", [False, True])
def test_a_western_printer_has_its_own_yen(wakes_chinese: bool) -> None:
    """In Chinese mode two bytes of a code page would be read as one hanzi, and the next letter lost."""
    read = said(slip(Pair("Fare", "¥128.50"), Pair("Café", "Übergröße"), title="Receipt"), WESTERN, hanzi="")
    assert any(line.endswith("¥128.50") for line in read.lines)
    assert any("Café" in line and "Übergröße" in line for line in read.lines)
    same = said(
        slip(Pair("Fare", "¥128.50"), Pair("Café", "Übergröße"), title="Receipt"), WESTERN, wakes_chinese=wakes_chinese
    )
    assert any(line.endswith("¥128.50") for line in same.lines)


def test_what_a_careless_sender_would_print() -> None:
    """The simulated printer shows the fault that this is about: else the tests above would prove nothing."""
    careless = b"\x1b@\x1c&" + "¥6".encode("gb18030") + b"\n"
    assert careless[4:8] == WRONG_YEN
    assert Read(careless, CHINESE, hanzi="gbk").lines == ["?0?66"]
    assert Read(careless, CHINESE, hanzi="gb18030").lines == ["¥6"]
    forgot = "票价".encode("gbk") + b"\n"
    assert Read(forgot, CHINESE).lines != ["票价"]
    assert Read(forgot, CHINESE, wakes_chinese=True).lines == ["票价"]


@pytest.mark.parametrize("char", ["𠮷", "㛃", "ไ", "😀", "ế"])
def test_what_a_printer_lacks_becomes_dots_and_never_a_question_mark(char: str) -> None:
    """A passenger's name would stand on the receipt as "张?昌"."""
    plain = said(slip(Text("旅客：张昌")), CHINESE)
    read = said(slip(Text(f"旅客：张{char}昌")), CHINESE)
    assert not any("?" in line or "张" in line for line in read.lines)
    assert len(read.lines) == len(plain.lines) - 1  # the whole line went as dots
    assert any(name.startswith("GS v 0") for name in read.commands)


def test_rare_four_byte_characters_are_not_sent_even_to_gb18030_printers() -> None:
    """Whether the printer has them is not known: two bytes or dots."""
    ability = TextAbility(columns=48, hanzi="gb18030")
    for char in ("𠮷", "㛃", "¥", "é"):
        found = spoken(char, ability)
        assert found is None or len(found.data) == 2
    assert spoken("€", ability) is not None


def test_every_line_fits_and_nothing_is_lost() -> None:
    """A long name would be cut, or push the price into the next line."""
    name = "阿卜杜热合曼·买买提依明 Abdurahman Muhammad-Imin " * 3
    table = Table(("项目", "金额"), ((name, "¥1298.00"), ("保险", "¥6.00")), "lr")
    for profile in (CHINESE, NARROW):
        read = said(slip(Text(name), table, Pair(name, "¥1298.00"), Verbatim(("  MERCHANT COPY", "x" * 70))), profile)
        assert profile.text is not None
        for line in read.lines:
            assert sum(len(char.encode("gbk")) for char in line) <= profile.text.columns
        everything = "".join(read.lines).replace(" ", "")
        assert everything.count("Abdurahman") == 9
        assert everything.count("￥1298.00") == 2
        assert "  MERCHANT COPY" in read.lines
        assert everything.count("x") >= 70
        assert read.clipped == 0


@pytest.mark.parametrize("symbology", ["aztec", "qr"])
@pytest.mark.parametrize("profile", [CHINESE, NARROW], ids=["80", "58"])
def test_a_code_in_a_native_slip_is_read_back(profile: Profile, symbology: str) -> None:
    """The customer's phone could not open the receipt."""
    content = "https://example.org/r/" + "0123456789abcdef" * 6
    read = said(slip(Code(content)), replace(profile, symbology=symbology))  # type: ignore[arg-type]
    assert read_picture(read.sheets[0].png()) == [content]


def test_marks_stand_large_on_a_native_slip() -> None:
    """A copy would pass for the original."""
    paper = replace(slip(Text("x")), marks=(Mark.DUPLICATE, Mark.TRAINING), copy_number=2)
    lines = said(paper, CHINESE).lines
    assert any("补打 2 DUPLICATE" in line for line in lines)
    assert any("TRAINING" in line for line in lines)


def test_tickets_are_dots_whatever_the_profile_says() -> None:
    """A gate could not read the code, nor a person the layout."""
    assert job_bytes(SLEEPER, CHINESE, COMPOSER, token=1) == paper_bytes(
        COMPOSER.compose(SLEEPER, width=CHINESE.width), CHINESE, token=1
    )


@pytest.mark.parametrize("profile", [CHINESE, WESTERN, NARROW], ids=["chinese", "western", "narrow"])
def test_native_slips_are_shorter_than_dots(profile: Profile) -> None:
    """On a slow line the customer would wait for half a minute."""
    for paper in PAPERS.values():
        if isinstance(paper, Slip):
            native = job_bytes(paper, profile, COMPOSER, token=1)
            dots = job_bytes(paper, replace(profile, native_slips=False), COMPOSER, token=1)
            assert len(native) <= len(dots)
            assert len(native) < len(dots) * 0.7 or profile is WESTERN  # it has no hanzi: dots are as good
            said(paper, profile)


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from([*"\x1b\x1d\x1c\x10\x04\x05\x14\x00p¥￥éü0"]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, st.sampled_from(list(Strength)))
def test_no_field_says_anything_to_the_printer(one: str, two: str, three: str, strength: Strength) -> None:
    """A passenger's name would open the drawer."""
    paper = slip(
        Text(one, strength),
        Pair(two, three, strength),
        Table((one, two), ((three, one),), "lr"),
        Verbatim((three,)),
        title=two or "x",
    )
    for profile in (CHINESE, WESTERN):
        said(paper, profile)


def test_the_wrong_yen_made_of_letters_is_dots() -> None:
    """In a code page those four bytes are letters; a printer left in Chinese mode would show another price."""
    assert said(slip(Text("ü0ä6"), title="x"), WESTERN, hanzi="").lines.count("ü0ä6") == 0


class Recorder:
    """A line that keeps what is said and answers as a ready printer does."""

    keeps_answers = False
    where = "recorder"

    def __init__(self) -> None:
        self.data = b""
        self._answers = b""

    def open(self, within_s: float, stop: Event) -> Recorder:
        return self

    def write(self, data: bytes, within_s: float) -> None:
        self.data += data
        self._answers += b"\x12" * data.count(b"\x10\x04") + b"\x00" * data.count(b"\x1dr\x01")

    def read(self, within_s: float) -> bytes:
        said, self._answers = self._answers, b""
        if not said and within_s > 30:
            raise LinkBroken("stalled")
        return said

    def port_error(self) -> str:
        return ""

    def close(self) -> None:
        pass

    def seconds_for(self, count: int) -> float:
        return 0.0


def test_the_driver_sends_native_slips_and_confirms_them() -> None:
    """The setting would change nothing."""
    from printers.driver import EscposPrinter

    line = Recorder()
    printer = EscposPrinter(line, CHINESE, COMPOSER, half_sent=False)
    papers: list[Paper] = [slip(Pair("票价", "¥128.50")), SLEEPER]
    for paper in papers:
        assert printer.deliver(paper, token=1).delivery is Delivery.CONFIRMED
    assert HANZI_ON + "票价".encode("gbk") in line.data
    assert line.data.count(HANZI_OFF) >= 3
    assert line.data.count(b"\x1dVB") == 2
