"""What a printer can do: its width, how it draws, feeds and cuts, what it answers, and which texts it has.

A profile is a file, ``resources/printers/NAME.toml`` or ``DIR/printers/NAME.toml`` (docs/printing.md); these are its
values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Literal

from counter_app.errors import Reason, Refusal

Symbology = Literal["aztec", "qr"]


class Confirm(StrEnum):
    """How the printer itself says that a job is done (printing.md, 3)."""

    PROCESS_ID = "process_id"  # GS ( H fn 48: echoes our token once everything before it is printed
    STATUS = "status"  # GS r 1: answered in the order of the data, once the buffer before it is worked off
    NOTHING = "nothing"  # a printer that only listens: its jobs end unknown, and the clerk is asked


class StatusBy(StrEnum):
    """How it says how it is, before a job."""

    DLE_EOT = "dle_eot"  # real-time: answered even when it is off-line
    ASB = "asb"  # GS a: the automatic block, asked for once and switched off again
    NONE = "none"  # it cannot answer, or nobody listens: ready is then no more than "not known to be in trouble"


class RasterMode(StrEnum):
    GS_V_0 = "gs_v_0"
    GS_L = "gs_l"  # GS ( L: store and print graphics
    GS_8_L = "gs_8_l"  # the same with a long head
    ESC_STAR = "esc_star"  # ESC * 33: bands of 24 rows, column by column


class Cut(StrEnum):
    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """How its darkness is set: the bytes to send for each step from light to dark, the middle one is the usual."""

    steps: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAbility:
    """Native text: ``columns`` half-width characters a line.

    ``hanzi``: a Chinese double-byte set (gb2312, gbk, gb18030) or "". ``pages``: code pages by Python's name, with
    the number that ``ESC t`` takes, in the order of liking.
    """

    columns: int
    hanzi: str = ""
    pages: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``width`` in dots, a multiple of 8."""

    name: str
    width: int
    label: str = ""
    dpi: int = 203
    raster: RasterMode = RasterMode.GS_V_0
    band_rows: int = 200  # printers crash on images beyond their buffer; at most 200
    blank_feed: bool = False  # blank rows are fed by ESC J: saves two thirds of the bytes where the printer keeps to it
    cut: Cut = Cut.PARTIAL
    feed_rows: int = 0  # fed beyond the cutting position before the cut; without a cutter: to the tear bar
    drawer_pin: int = 0  # 0: pin 2, 1: pin 5
    drawer_on_ms: int = 100
    drawer_off_ms: int = 500
    status: StatusBy = StatusBy.DLE_EOT
    confirm: Confirm = Confirm.STATUS
    recovers: bool = False  # DLE ENQ 2 clears an error whose cause is gone, and the buffers
    text: TextAbility | None = None
    native_slips: bool = False  # receipts as text commands: for slow lines; tickets are always dots
    mm_per_s: int = 0  # 0: not known
    baud: int = 115_200
    density: Density | None = None
    symbology: Symbology = "aztec"
    sources: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.width % 8 == 0
        assert 0 < self.band_rows <= 200
        assert 0 <= self.feed_rows <= 255
        assert self.text or not self.native_slips

    @property
    def cutter(self) -> bool:
        return self.cut is not Cut.NONE

    @property
    def bytes_per_s(self) -> int:
        """What the head takes while the buffer is full: deadlines are reckoned from a third of its pace."""
        rows_per_s = (self.mm_per_s or 50) * self.dpi / 25.4
        return max(2_000, int(rows_per_s * self.width / 8 / 3))


DEFAULT: Final = "thermal-80"
SHIPPED: Final = Path(__file__).parents[1] / "resources" / "printers"


class _Shipped(Mapping[str, Profile]):
    """The profiles that come with the program, each read when it is first asked for."""

    def __getitem__(self, name: str) -> Profile:
        if name not in _names(SHIPPED):
            raise KeyError(name)
        return _read(SHIPPED / f"{name}.toml")

    def __iter__(self) -> Iterator[str]:
        return iter(_names(SHIPPED))

    def __len__(self) -> int:
        return len(_names(SHIPPED))


PROFILES: Final[Mapping[str, Profile]] = _Shipped()


@cache
def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


@cache
def _read(path: Path) -> Profile:
    from printers.profilefile import read_profile  # noqa: PLC0415 - it knows this module

    return read_profile(path)


def profile_named(name: str, own: Path | None = None) -> Profile:
    """The operator's own in the folder ``own``, ours, or ``escpos:TM-T88V``: width and cutter from python-escpos.

    Raises ``Refusal(BAD_SETTING)``: no such profile, or a file that is wrong, with its line and reason.
    """
    if name.startswith("escpos:"):
        return _of_collection(name)
    name = name or DEFAULT
    if own is not None and "/" not in name and "\\" not in name and (own / f"{name}.toml").is_file():
        from printers.profilefile import read_profile  # noqa: PLC0415

        return read_profile(own / f"{name}.toml")
    if name not in PROFILES:
        known = ", ".join([*PROFILES, *(_names_now(own) if own is not None else ())])
        raise Refusal(Reason.BAD_SETTING, setting="printer profile", value=name, known=known)
    return PROFILES[name]


def profile_names(own: Path | None = None) -> list[str]:
    """All that can be named, the operator's own first."""
    theirs = _names_now(own) if own is not None else ()
    return [*theirs, *(name for name in PROFILES if name not in theirs)]


def _names_now(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.toml"))) if folder.is_dir() else ()


def _of_collection(name: str) -> Profile:
    from printers.collection import media_of  # noqa: PLC0415 - python-escpos takes 0.3 s to import

    media = media_of(name.removeprefix("escpos:"))
    if media is None:
        raise Refusal(Reason.BAD_SETTING, setting="printer profile", value=name, known="names of python-escpos")
    cut = Cut.PARTIAL if media.cutter else Cut.NONE
    width = media.width // 8 * 8
    return replace(PROFILES[DEFAULT], name=name, label=name, width=width, dpi=media.dpi, cut=cut, text=None)
