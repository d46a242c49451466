"""Layout, dots, bytes: what stands on paper."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from counter_app.domain.money import Money
from counter_app.domain.papers import Mark, Pair, Slip, StationName, Table, Text
from counter_app.errors import Reason, Refusal
from printers import collection
from printers.codes import drawn, read_picture
from printers.compose import Composer
from printers.escpos import REAL_TIME, guarded, paper_bytes
from printers.flow import balanced, wrap
from printers.fonts import FontBook
from printers.interpreter import Events, Interpreter
from printers.profiles import PROFILES, profile_named
from printers.raster import Raster
from printers.text import clean
from printers.words import Words
from tests.unit.printers.samples import CODE, DUPLICATE, ENGLISH, LONG, PAPERS, RESOURCES, SLEEPER

COMPOSER = Composer(RESOURCES)
FONTS = COMPOSER.fonts
wild = st.text(st.characters(), max_size=60)


class Drawing:
    """What an interpreter makes of bytes."""

    def __init__(self, data: bytes, width: int) -> None:
        self.sheets: list[Raster] = []
        self.unknown: list[bytes] = []
        self.said: list[str] = []
        self.kicks = 0
        self.real_time = 0
        events = Events(
            sheet=self.sheets.append, unknown=self.unknown.append, command=self.said.append,
            drawer=self._kick, real_time=self._real_time,
        )  # fmt: skip
        self.interpreter = Interpreter(width, events)
        self.interpreter.feed(data)

    def _kick(self, *_: int) -> None:
        self.kicks += 1

    def _real_time(self, *_: int) -> None:
        self.real_time += 1


@given(wild, wild, wild, wild)
@settings(max_examples=60, deadline=None)
def test_no_field_puts_a_control_byte_on_the_wire(name: str, station: str, rule: str, clerk: str) -> None:
    """A passenger named ESC p 0 would open the drawer."""
    evil = "\x1bp\x00\x19\xff\x10\x14\x01\x00\x05\x9b"
    face = replace(
        SLEEPER,
        passenger_name=evil + name,
        origin=StationName(native=station + evil, latin=name),
        rules=(rule, evil),
        clerk=clerk + evil,
        operator=evil + rule,
        service="Z2" + evil,
        check_gate=evil + "A",
    )
    for profile in (PROFILES["thermal-58"], PROFILES["epson-80"]):
        data = paper_bytes(COMPOSER.compose(face, width=profile.width), profile, token=16)
        drawing = Drawing(data, profile.width)
        assert (drawing.kicks, drawing.real_time, drawing.unknown) == (0, 0, [])
        assert len(drawing.sheets) == 1
        assert {said.split()[0] for said in drawing.said} <= {"ESC", "FS", "GS"}


@given(wild)
@settings(max_examples=200, deadline=None)
def test_cleaned_text_has_no_control_and_no_direction_marks(text: str) -> None:
    """A direction mark would turn 19.90 into 09.91 for the eye."""
    plain = clean(text + "\u202e\u2066\x00\x1b\x9b\u200b")
    assert all(char.isprintable() or char == "\u3000" for char in plain)
    assert clean(plain) == plain


@given(st.binary(min_size=48 * 40, max_size=48 * 40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_picture_holds_a_real_time_command(noise: bytes, dense: bool) -> None:
    """Two bytes of a picture would clear the buffer or kick the drawer in the middle of a ticket."""
    rows = noise if dense else bytes((0x10, 0x04, 0x10, 0x05, 0x10, 0x14))[: len(noise)] * (len(noise) // 6)
    raster = guarded(Raster(384, len(rows) // 48, rows[: len(rows) // 48 * 48]))
    assert not REAL_TIME.search(raster.rows)
    for name in ("thermal-58", "epson-58"):
        drawing = Drawing(paper_bytes(raster, PROFILES[name], token=1), 384)
        assert drawing.real_time == 0
        assert drawing.sheets[0].rows[: len(raster.rows)] == raster.rows


def test_the_guard_leaves_codes_alone() -> None:
    """A doubled dot in the code could make it unreadable."""
    for room, dots in ((384, 6), (576, 5), (160, 3)):
        code = drawn(CODE, room=room, dots_max=dots)
        width = (code.width + 7) // 8 * 8
        paper = Image.new("L", (width, code.height), 0)
        paper.paste(code, (0, 0))
        raster = Raster(width, code.height, paper.point([0] * 128 + [255] * 128, "1").tobytes())
        assert guarded(raster) == raster


def test_a_long_ticket_has_no_black_band() -> None:
    """python-escpos' centring prints a black band above 960 rows, over the code."""
    face = replace(LONG, rules=tuple(f"第{n}条 限乘当日当次车，中途下车失效。" for n in range(40)))
    raster = COMPOSER.compose(face, width=384)
    assert raster.height > 1200
    drawing = Drawing(paper_bytes(raster, PROFILES["thermal-58"], token=1), 384)
    assert drawing.sheets[0].rows[: len(raster.rows)] == raster.rows
    assert all(int(said.split()[-2]) + 256 * int(said.split()[-1]) <= 200 for said in drawing.said if "v 0" in said)
    black = [n for n in range(raster.height) if sum(map(int.bit_count, raster.row(n))) > 370]
    assert not any({*range(n, n + 5)} <= {*black} for n in black)  # lines are two rows, no band


def ink_width(raster: Raster) -> tuple[int, int]:
    box = ImageChops.invert(raster.picture()).getbbox()
    assert box is not None
    return box[0], box[2]


@pytest.mark.parametrize("width", [384, 512, 576])
@given(
    name=st.text("迪丽热巴·木拉提𠮷㛃é北京 ABCxyz-žก", min_size=1, max_size=80),
    service=st.text("GDZ0123/ ", max_size=30),
)
@settings(max_examples=25, deadline=None)
def test_long_names_shrink_and_wrap_and_are_never_cut(width: int, name: str, service: str) -> None:
    """A passenger's name cut at the edge is another passenger's."""
    face = replace(
        SLEEPER,
        passenger_name=name,
        origin=StationName(native=name, latin=name),
        destination=StationName(native=name[::-1], latin=""),
        service=service,
        operator=name,
        coach="123456",
        place="ABCDEFGH",
        price=Money(10**13, "CNY"),
    )
    COMPOSER.compose(face, width=width)  # Canvas.text asserts that nothing passes the edge
    lines = wrap(FONTS, name, 120, 24)
    assert "".join(lines).replace(" ", "") == clean(name).replace(" ", "")
    assert all(FONTS.width(line, 24) <= 120 for line in lines)


@given(
    text=st.text(alphabet="abcdef 长沙北京西站-", min_size=1, max_size=60),
    width=st.integers(60, 300),
    size=st.sampled_from([20, 27, 36]),
)
def test_balanced_lines_are_as_few_and_say_the_same(text: str, width: int, size: int) -> None:
    """A station's name in the middle of the ticket would lose a word or run over its neighbour."""
    plain = wrap(COMPOSER.fonts, text, width, size)
    lines = balanced(COMPOSER.fonts, text, width, size)
    assert len(lines) <= len(plain)
    assert "".join("".join(lines).split()) == "".join("".join(plain).split())
    assert all(COMPOSER.fonts.width(line, size) <= width or len(line) == 1 for line in lines)


def test_a_station_of_two_words_stands_large_in_two_lines() -> None:
    """Bratislava hl. st. in small print is misread at the barrier, and "st." alone on a line looks broken."""
    fonts = COMPOSER.fonts
    assert balanced(fonts, "Bratislava hl. st.", 230, 36, bold=True) == ["Bratislava", "hl. st."]
    assert balanced(fonts, "呼和浩特东南开发区新城站", 210, 31, bold=True) == ["呼和浩特东南", "开发区新城站"]


@given(st.lists(st.tuples(wild, wild, wild), max_size=6), wild)
@settings(max_examples=40, deadline=None)
def test_any_report_fits_its_paper(rows: list[tuple[str, str, str]], label: str) -> None:
    """A shift could not be closed for a long reason in its report."""
    slip = Slip(
        language="zh",
        title=label,
        subtitle=label,
        marks=(Mark.TRAINING,),
        blocks=(Table(("项目", "张数", "金额"), tuple(rows), "lrc"), Pair(label, label[::-1]), Text(label)),
    )
    for width in (384, 576):
        assert COMPOSER.compose(slip, width=width).width == width


def test_every_sample_uses_the_paper_and_carries_its_code() -> None:
    """A ticket would be printed off its blank, or without its proof."""
    for width in (384, 512, 576):
        for name, paper in PAPERS.items():
            raster = COMPOSER.compose(paper, width=width)
            left, right = ink_width(raster)
            assert 0 <= left <= 12, name
            assert right <= width
            if name != "z_report":
                assert read_picture(raster.png()) == [CODE], name


def test_words_of_a_ticket() -> None:
    """Class, berth and price in words that no railway clerk uses would be asked about at every gate."""
    zh, en = Words(RESOURCES / "i18n", "zh"), Words(RESOURCES / "i18n", "en")
    assert zh.travel_class("hard_sleeper_middle") == "硬卧"
    assert zh.travel_class("second") == "二等座"
    assert zh.place("03M", "berth_middle") == "03 号 中铺"
    assert zh.place("12A", "seat") == "12A 号"
    assert zh.coach("5") == "05 车"
    assert zh.price(Money(33250, "CNY")) == "￥332.50 元"
    assert zh.passenger_type("student") == "学生票"
    assert zh.day(SLEEPER.depart) == "2026年12月01日 周二"
    assert en.travel_class("hard_sleeper_middle") == "Hard sleeper"
    assert en.travel_class("couchette_6") == "Couchette 6"
    assert en.place("03M", "berth_middle") == "Middle berth 03"
    assert en.price(Money(1990, "EUR")) == "19.90 EUR"
    assert en.day(ENGLISH.depart) == "Tue 1 Dec 2026"
    for source in [*zh.t._tables["zh"]]:
        assert source


def test_marks_stand_out() -> None:
    """A copy would pass for the original, training paper for a ticket."""
    plain, marked = COMPOSER.compose(replace(DUPLICATE, marks=()), width=576), COMPOSER.compose(DUPLICATE, width=576)

    def bars(raster: Raster) -> list[int]:
        """Rows within bars: black at both margins, and for several rows on end."""
        edges = [n for n in range(raster.height) if raster.row(n)[2] == raster.row(n)[-3] == 0xFF]
        return [n for n in edges if {*range(n, n + 6)} <= {*edges}]

    assert len(bars(marked)) > 60
    assert bars(plain) == []


# ---------------------------------------------------------------- fonts


def test_what_no_font_has_is_told_before_payment() -> None:
    """A passenger would pay for a ticket that lacks his name."""
    assert FONTS.undrawable("张𠮷㛃 é čžšľ ￥ ¥ กรุงเทพ Ж Ω") == []
    assert FONTS.undrawable("a𓀀b𓀀\x1b") == ["𓀀"]


def test_a_missing_glyph_is_seen_and_not_left_out() -> None:
    """Without a sign in its place a name would be another name."""
    assert [run.text for run in FONTS.runs("a𓀀b")] == ["a", "〓", "b"] or "〓" in "".join(
        run.text for run in FONTS.runs("a𓀀b")
    )
    assert FONTS.width("a𓀀b", 24) > FONTS.width("ab", 24)


def test_a_word_keeps_to_one_font() -> None:
    """Košice in two fonts looks forged."""
    assert {run.file for run in FONTS.runs("Košice")} == {"NotoSans-Regular.ttf"}
    assert {run.file for run in FONTS.runs("长沙 Changsha")} == {"NotoSansSC-Regular.ttf"}
    assert FONTS.runs("𠮷", bold=True)[0].thicken


def test_names_are_drawn_and_not_boxes() -> None:
    """Two rare names that print the same box are one passenger."""

    def dots(char: str) -> bytes:
        return FONTS.draw(char, 32).ink.tobytes()

    assert len({dots(char) for char in "𠮷㛃éč￥¥𓀀"}) == 7


def test_fonts_are_shared_between_threads_and_bounded() -> None:
    """A day of names would fill the memory."""
    book = FontBook(RESOURCES / "fonts")
    for number in range(300):
        book.draw(f"旅客{number} 的很长很长的名字", 100)
    assert book._bytes <= 6_000_000 + 200 * 2000


# ---------------------------------------------------------------- pictures and settings


def test_pictures_of_codes(tmp_path: Path) -> None:
    """A customer's photo of a ticket could not be checked."""
    roll = COMPOSER.compose(SLEEPER, width=384).picture().rotate(7, expand=True, fillcolor=255)
    file = tmp_path / "photo.jpg"
    roll.resize((roll.width * 2, roll.height * 2)).save(file, quality=70)
    assert read_picture(file) == [CODE]
    empty = BytesIO()
    Image.new("L", (50, 50), 255).save(empty, "PNG")
    with pytest.raises(Refusal) as refused:
        read_picture(empty.getvalue())
    assert refused.value.reason is Reason.BAD_CODE
    for noise in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 50, empty.getvalue()[:40]):
        with pytest.raises(Refusal) as refused:
            read_picture(noise)
        assert refused.value.reason is Reason.FILE_REFUSED
    with pytest.raises(Refusal):
        read_picture(tmp_path / "nothing.png")


def test_the_collection_of_profiles_is_used_and_contained() -> None:
    """python-escpos would write its own lines over the program's log and output."""
    code = (
        "import logging, sys; before = list(logging.getLogger().handlers), logging.getLogger().level\n"
        "from printers.profiles import profile_named; p = profile_named('escpos:TM-T88V')\n"
        "assert (list(logging.getLogger().handlers), logging.getLogger().level) == before\n"
        "print(p.width, p.dpi, p.cutter)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "512 180 True\n"
    assert done.stderr == ""


def test_a_profile_without_width_or_name_is_refused() -> None:
    """A typing error in the settings would print on the wrong width."""
    for name in ("escpos:default", "escpos:no such", "thermal-81"):
        with pytest.raises(Refusal) as refused:
            profile_named(name)
        assert refused.value.reason is Reason.BAD_SETTING
    before = logging.getLogger().handlers
    assert collection.media_of("no such") is None
    assert logging.getLogger().handlers == before
