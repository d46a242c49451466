"""Profiles as files: the shipped ones, an operator's own, and what is refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.errors import Reason, Refusal
from printers.compose import Composer
from printers.escpos import REAL_TIME, WRONG_YEN, guarded, raster_bytes
from printers.interpreter import Events, Interpreter
from printers.jobs import job_bytes
from printers.opening import check_printer_url, profile_at
from printers.profilefile import parse_profile, read_profile
from printers.profiles import (
    PROFILES,
    SHIPPED,
    Confirm,
    Cut,
    RasterMode,
    StatusBy,
    profile_named,
    profile_names,
)
from printers.raster import Raster
from tests.unit.printers.samples import PAPERS, RESOURCES

COMPOSER = Composer(RESOURCES)
GENERIC = {
    "thermal-80", "thermal-58", "thermal-80-512", "thermal-80-fast", "thermal-58-tear", "epson-80", "epson-80-512",
    "epson-58", "listening-80",
}  # fmt: skip
GOOD = """
format = 1
label = "Ours"
[paper]
width_dots = 576
[text]
columns = 48
hanzi = "gb18030"
"""


def test_ten_models_and_the_generic_ones() -> None:
    """A station's printer would have to be guessed at."""
    models = [name for name in PROFILES if PROFILES[name].sources]
    assert len(models) >= 10
    assert set(PROFILES) - set(models) == GENERIC
    for name in models:
        profile = PROFILES[name]
        assert profile.label
        assert profile.unconfirmed, "a value that nobody has tried is named"
        assert profile.text is not None
        # Only what is documented for the very model may confirm by number; the rest is asked in order.
        assert profile.confirm is Confirm.STATUS or name == "epson-tm-t88vi"
        assert profile.status is StatusBy.DLE_EOT


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_profile_draws_each_paper_dot_for_dot_and_cuts_once(name: str) -> None:
    """A model's ticket would differ from the preview, or hang together with the next."""
    profile = PROFILES[name]
    for which, paper in list(PAPERS.items())[-3:]:
        sheets, unknown, commands = drawn(job_bytes(paper, profile, COMPOSER, token=1), profile.width)
        assert unknown == []
        assert sum(said.startswith("GS V") for said in commands) == (1 if profile.cutter else 0)
        paper_dots = COMPOSER.compose(paper, width=profile.width)
        assert starts_with(sheets[0], paper_dots), which


@pytest.mark.parametrize("mode", list(RasterMode))
@pytest.mark.parametrize("blank_feed", [False, True])
def test_each_way_of_pictures_draws_the_same(mode: RasterMode, blank_feed: bool) -> None:
    """Bands that overlap, or leave a white line through the code."""
    for name in ("thermal-80", "thermal-58", "thermal-80-512"):
        profile = replace(PROFILES[name], raster=mode, blank_feed=blank_feed)
        for paper in list(PAPERS.values())[:2]:
            sheets, unknown, _ = drawn(job_bytes(paper, profile, COMPOSER, token=1), profile.width)
            assert unknown == []
            assert starts_with(sheets[0], COMPOSER.compose(paper, width=profile.width))


@pytest.mark.parametrize("mode", list(RasterMode))
def test_1200_rows_come_out_without_a_black_band(mode: RasterMode) -> None:
    """A long report would be black from the 960th row on."""
    rows = bytearray()
    for row in range(1200):
        line = bytearray(72)
        line[row % 72] = 0x81
        rows += line if row % 50 else bytes(72)
    picture = guarded(Raster(576, 1200, bytes(rows)))
    for blank_feed in (False, True):
        profile = replace(PROFILES["thermal-80"], raster=mode, blank_feed=blank_feed)
        parts = raster_bytes(picture, profile)
        printer = Interpreter(576)
        printer.feed(b"".join(parts))
        assert printer.unfinished == picture
        assert max(len(part) for part in parts) < 200 * 72 + 40


@pytest.mark.parametrize("mode", list(RasterMode))
@pytest.mark.parametrize("bad", [b"\x10\x14\x01\x00\x05", b"\x10\x04\x01", b"\x10\x05\x02", WRONG_YEN])
def test_no_picture_holds_a_command(mode: RasterMode, bad: bytes) -> None:
    """A logo would open the drawer, clear the buffer, or look like a wrong price to whoever reads the bytes."""
    profile = replace(PROFILES["thermal-80"], raster=mode)
    by_rows = Raster(576, 96, (bad * 3000)[: 72 * 96])
    turned = bytearray(72 * 96)
    for column, byte in enumerate((bad * 3000)[: 576 * 3]):  # the same bytes where columns are sent
        for bit in range(8):
            if byte & 0x80 >> bit:
                turned[(column % 3 * 8 + bit) * 72 + column // 3 // 8] |= 0x80 >> column // 3 % 8
    for picture in (by_rows, Raster(576, 96, bytes(turned))):
        data = b"".join(raster_bytes(guarded(picture), profile))
        assert not REAL_TIME.search(data)
        assert WRONG_YEN not in data
        obeyed: list[tuple[int, ...]] = []
        printer = Interpreter(576, Events(drawer=note(obeyed), real_time=note(obeyed)))
        printer.feed(data)
        assert obeyed == []
        assert printer.unfinished == guarded(picture), "what the preview shows"


def note(what: list[tuple[int, ...]]) -> Callable[..., None]:
    return lambda *said: what.append(said)


def drawn(data: bytes, width: int) -> tuple[list[Raster], list[bytes], list[str]]:
    sheets: list[Raster] = []
    unknown: list[bytes] = []
    commands: list[str] = []
    printer = Interpreter(width, Events(sheet=sheets.append, unknown=unknown.append, command=commands.append))
    printer.feed(data)
    if not sheets:
        printer.tear()
    assert printer.clipped == 0
    assert len(sheets) == 1
    return sheets, unknown, commands


def starts_with(sheet: Raster, paper: Raster) -> bool:
    return sheet.rows[: len(paper.rows)] == paper.rows and not any(sheet.rows[len(paper.rows) :])


# ---------------------------------------------------------------- files


def test_an_operators_own_profile_wins(tmp_path: Path) -> None:
    """A station could not describe the printer that it has."""
    (tmp_path / "window-3.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "thermal-80.toml").write_text(GOOD.replace("576", "512"), encoding="utf-8")
    assert profile_named("window-3", tmp_path).label == "Ours"
    assert profile_named("thermal-80", tmp_path).width == 512
    assert profile_named("thermal-80").width == 576
    assert profile_names(tmp_path)[:2] == ["thermal-80", "window-3"]
    assert profile_at("tcp://host?profile=window-3&text=native", own=tmp_path).native_slips
    check_printer_url("virtual:?profile=window-3", tmp_path)
    with pytest.raises(Refusal) as refused:
        profile_named("window-4", tmp_path)
    assert "window-3" in str(refused.value.facts["known"])
    with pytest.raises(Refusal):
        profile_named("../window-3", tmp_path)


def test_defaults_are_the_careful_ones() -> None:
    """What a profile leaves out would be taken for an ability."""
    profile = parse_profile('format = 1\nlabel = "x"\n[paper]\nwidth_dots = 384\n', name="x", file="x.toml")
    assert (profile.confirm, profile.status, profile.raster) == (Confirm.STATUS, StatusBy.DLE_EOT, RasterMode.GS_V_0)
    assert (profile.blank_feed, profile.recovers, profile.text, profile.cut) == (False, False, None, Cut.PARTIAL)


BAD: list[tuple[str, str]] = [
    ("format = 1\nlabel = 'x'\n[paper]\nwidth_dots = 577\n", "line 4: paper.width_dots: a multiple of 8"),
    ("format = 1\nlabel = 'x'\n[paper]\nwidth_dots = 8\n", "line 4: paper.width_dots: 384 to 1024"),
    ("format = 1\nlabel = 'x'\n[paper]\n", "line 3: paper.width_dots: is missing"),
    ("format = 2\nlabel = 'x'\n", "line 1: format: 1"),
    ("label = 'x'\n", "format: 1"),
    ("format = 1\nlabel = ''\n", "line 2: label: a text of 1 to 80 characters"),
    (GOOD + "colour = 1\n", "line 9: text.colour: unknown key"),
    (GOOD + "[paint]\n", "line 9: paint: unknown key"),
    (GOOD.replace("gb18030", "big5"), "line 8: text.hanzi: one of gb2312, gbk, gb18030"),
    (GOOD + "pages = { cp437 = 300 }\n", "line 9: text.pages: cp437: 0 to 255"),
    (GOOD + "pages = { utf8 = 1 }\n", "line 9: text.pages: utf8 is none of"),
    (GOOD + "[raster]\nmode = 'laser'\n", "line 10: raster.mode: one of gs_v_0"),
    (GOOD + "[raster]\nband_rows = 4000\n", "line 10: raster.band_rows: 8 to 200"),
    (GOOD + "[raster]\nblank_feed = 1\n", "line 10: raster.blank_feed: true or false"),
    (GOOD + "[drawer]\npin = 3\n", "line 10: drawer.pin: 2 or 5"),
    (GOOD + "[answers]\nconfirm = 'hope'\n", "line 10: answers.confirm: one of process_id, status, nothing"),
    (GOOD + "[density]\nsteps = ['1D7C04', 'xx']\n", "line 10: density.steps: 'xx' is not hexadecimal"),
    (GOOD + "[density]\nsteps = ['4142', '1D28']\n", "line 10: density.steps: '4142' is no command"),
    (GOOD + "[density]\nsteps = ['1b700019fa', '1D7C04']\n", "line 10: density.steps: '1b700019fa' is no command"),
    (GOOD + "[density]\nsteps = ['1d5600', '1D7C04']\n", "line 10: density.steps: '1d5600' is no command"),
    (
        GOOD + "[density]\nsteps = ['1B37101401', '1D7C04']\n",
        "line 10: density.steps: '1B37101401' holds a real-time",
    ),
    (GOOD + "[drawer]\non_ms = 32\noff_ms = 40\n", "line 10: drawer.on_ms: with off_ms its pulse reads as a real-time"),
    (GOOD + "[cut]\nkind = 'partial'\nkind = 'full'\n", "line 11"),
    ("format = = 1", "line 1"),
    (GOOD.replace('hanzi = "gb18030"\n', ""), "line 7: text.columns: text needs hanzi or code pages"),
    (GOOD.replace("columns = 48", "native_slips = true").replace('hanzi = "gb18030"\n', ""), "text.native_slips"),
    ("format = 1\nlabel = 'x'\npaper = 3\n", "line 3: paper: must be a section"),
    ("sources = [1]\n" + GOOD, "line 1: sources: a list of texts"),
]


@pytest.mark.parametrize(("text", "why"), BAD, ids=[why for _, why in BAD])
def test_a_wrong_profile_is_refused_with_line_and_reason(tmp_path: Path, text: str, why: str) -> None:
    """The operator would search the whole file, or print with half of it."""
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        read_profile(path)
    assert refused.value.reason is Reason.BAD_SETTING
    assert why in str(refused.value.facts["detail"])
    assert str(path) == refused.value.facts["key"]


def test_what_is_no_profile_at_all_is_refused(tmp_path: Path) -> None:
    """A picture by that name, or a folder, would crash the start."""
    (tmp_path / "a.toml").write_bytes(b"format = 1\n\xff\xfe")
    (tmp_path / "b.toml").write_bytes(b"#" * 70_000)
    (tmp_path / "c.toml").mkdir()
    (tmp_path / "D E.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "f.toml").write_text("format = " + "1" * 5000, encoding="utf-8")
    (tmp_path / "g.toml").write_text("format = " + "[" * 9000 + "]" * 9000, encoding="utf-8")
    for name in ("a", "b", "c", "D E", "e", "f", "g"):
        with pytest.raises(Refusal) as refused:
            read_profile(tmp_path / f"{name}.toml")
        assert refused.value.reason is Reason.BAD_SETTING


def test_the_shipped_files_are_all_read() -> None:
    """One with a typing error would show itself at the station that needs it."""
    assert len(list(SHIPPED.glob("*"))) == len(PROFILES)
    for name in PROFILES:
        assert read_profile(SHIPPED / f"{name}.toml") == PROFILES[name]
