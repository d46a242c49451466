"""What a printer can do: its width, how it feeds, cuts, and gives its word that a job is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from counter_app.errors import Reason, Refusal

Symbology = Literal["aztec", "qr"]


class Confirm(StrEnum):
    """How the printer itself says that a job is done (printing.md, 3)."""

    PROCESS_ID = "process_id"  # GS ( H fn 48: echoes our token once everything before it is printed
    STATUS = "status"  # GS r 1: answered in the order of the data, once the buffer before it is worked off
    NOTHING = "nothing"  # a printer that only listens: its jobs end unknown, and the clerk is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``width`` in dots, a multiple of 8."""

    name: str
    width: int
    dpi: int = 203
    band_rows: int = 200  # printers crash on images beyond their buffer; at most 200
    blank_feed: bool = False  # blank rows are fed by ESC J: saves two thirds of the bytes where the printer keeps to it
    cutter: bool = True
    feed_rows: int = 0  # fed beyond the cutting position before the cut; without a cutter: to the tear bar
    drawer_pin: int = 0  # 0: pin 2, 1: pin 5
    confirm: Confirm = Confirm.STATUS
    symbology: Symbology = "aztec"

    def __post_init__(self) -> None:
        assert self.width % 8 == 0
        assert 0 < self.band_rows <= 200
        assert 0 <= self.feed_rows <= 255


_ALL: Final = (
    Profile(name="thermal-80", width=576),
    Profile(name="thermal-58", width=384),
    Profile(name="thermal-80-512", width=512, dpi=180),
    Profile(name="thermal-80-fast", width=576, blank_feed=True),
    Profile(name="thermal-58-tear", width=384, cutter=False, feed_rows=60),
    Profile(name="epson-80", width=576, confirm=Confirm.PROCESS_ID, blank_feed=True),
    Profile(name="epson-80-512", width=512, dpi=180, confirm=Confirm.PROCESS_ID, blank_feed=True),
    Profile(name="epson-58", width=384, confirm=Confirm.PROCESS_ID, blank_feed=True),
    Profile(name="listening-80", width=576, confirm=Confirm.NOTHING),
)
PROFILES: Final[dict[str, Profile]] = {profile.name: profile for profile in _ALL}
DEFAULT: Final = "thermal-80"


def profile_named(name: str) -> Profile:
    """Ours by name, or ``escpos:TM-T88V``: width and cutter from python-escpos' collection.

    Raises ``Refusal(BAD_SETTING)``.
    """
    if name.startswith("escpos:"):
        return _of_collection(name)
    profile = PROFILES.get(name or DEFAULT)
    if profile is None:
        raise Refusal(Reason.BAD_SETTING, setting="printer profile", value=name, known=", ".join(PROFILES))
    return profile


def _of_collection(name: str) -> Profile:
    from printers.collection import media_of  # noqa: PLC0415 - python-escpos takes 0.3 s to import

    media = media_of(name.removeprefix("escpos:"))
    if media is None:
        raise Refusal(Reason.BAD_SETTING, setting="printer profile", value=name, known="names of python-escpos")
    return replace(PROFILES[DEFAULT], name=name, width=media.width // 8 * 8, dpi=media.dpi, cutter=media.cutter)
