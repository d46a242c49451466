"""Dots → ESC/POS bytes. Sources: Epson, ESC/POS command reference (GS v 0, GS ( L, GS 8 L, ESC *, ESC J, GS P, GS V,
GS ( H, GS r, ESC p).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from PIL import Image

from printers.profiles import Confirm, Cut, Profile, RasterMode
from printers.raster import Raster

INIT: Final = b"\x1b@\x1c."  # ESC @; FS . leaves the Chinese mode in which many printers wake up
NO_AUTOMATIC_STATUS: Final = b"\x1da\x00"  # GS a 0: nothing unasked between our questions and their answers
# Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are obeyed even inside image data: two bytes of a picture could kick
# the drawer or clear the buffer.
REAL_TIME: Final = re.compile(rb"\x10(?=[\x04\x05\x14])")
# GB 18030's four bytes for U+00A5, which other printers show as another price: not even dots may look like them.
WRONG_YEN: Final = b"\x81\x30\x84\x36"
_COLUMN_ROWS: Final = 24


def guarded(raster: Raster) -> Raster:
    """The same picture without any pair of bytes that a printer would obey: the lone dot of the first is doubled.

    No 2D code is touched: its modules are at least three dots wide, and the byte in question holds a single dot.
    """
    rows = REAL_TIME.sub(b"\x18", raster.rows).replace(WRONG_YEN, b"\xc1" + WRONG_YEN[1:])
    return Raster(raster.width, raster.height, rows)


def paper_bytes(raster: Raster, profile: Profile, *, token: int) -> bytes:
    """One whole paper: set-up, bands, one cut, and the question whether all that was printed.

    ``raster`` is guarded already, so that a preview shows what is sent.
    """
    return whole_paper([set_up(profile), *raster_bytes(raster, profile)], profile, token=token)


def whole_paper(parts: list[bytes], profile: Profile, *, token: int) -> bytes:
    """``parts`` with the end of a paper and the question."""
    data = b"".join([*parts, _end_of_paper(profile), question(profile, token)])
    assert not REAL_TIME.search(data), "a real-time command among the data"
    return data


def set_up(profile: Profile) -> bytes:
    # GS P: a unit of ESC J and ESC 3 is one dot.
    units = profile.blank_feed or profile.raster is RasterMode.ESC_STAR
    unit = bytes((0x1D, 0x50, min(255, profile.dpi), min(255, profile.dpi))) if units else b""
    return INIT + NO_AUTOMATIC_STATUS + unit


def flush_bytes(profile: Profile, *, cut: bool) -> bytes:
    """Ends what an interrupted job left half said: zeros fill its last band and are nothing else, then a reset.

    ``cut``: what came out of it is known to be spoiled, and must not hang on the next ticket.
    """
    rest = bytes(profile.band_rows * profile.width // 8 + 24)
    return rest + INIT + (_end_of_paper(profile) if cut else b"")


def drawer_bytes(profile: Profile, *, token: int) -> bytes:
    """ESC p m t1 t2, in units of 2 ms."""
    pulse = bytes((profile.drawer_pin, profile.drawer_on_ms // 2, profile.drawer_off_ms // 2))
    return b"\x1bp" + pulse + question(profile, token)


def question(profile: Profile, token: int) -> bytes:
    match profile.confirm:
        case Confirm.PROCESS_ID:
            return b"\x1d(H\x06\x00\x30\x30" + token_bytes(token)
        case Confirm.STATUS:
            return b"\x1dr\x01"
        case Confirm.NOTHING:
            return b""


def token_bytes(token: int) -> bytes:
    """Four digits: GS ( H allows the bytes 32 to 126. 0 is the driver's own question before a job."""
    assert 0 <= token < 10_000
    return f"{token:04d}".encode()


# ---------------------------------------------------------------- pictures


def raster_bytes(raster: Raster, profile: Profile) -> list[bytes]:
    """The picture in bands, as the profile's printer takes pictures; blank rows are fed where it feeds to the dot."""
    assert raster.width == profile.width, (raster.width, profile.width)
    parts: list[bytes] = []
    row = 0
    for top, bottom in _bands(raster, profile):
        parts += _feed(top - row)
        rows = raster.rows[top * (raster.width // 8) : bottom * (raster.width // 8)]
        head, tail = _frame(profile.raster, raster.width, bottom - top, len(rows))
        dots = _columns(rows, raster.width) if profile.raster is RasterMode.ESC_STAR else rows
        parts.append(head + dots + tail)
        row = bottom
    return [*parts, *_feed(raster.height - row)]


def _bands(raster: Raster, profile: Profile) -> Iterator[tuple[int, int]]:
    """First row and the one after the last, of each band; what lies between bands is blank and is fed."""
    stride = raster.width // 8
    blank = bytes(stride)
    highest = _COLUMN_ROWS if profile.raster is RasterMode.ESC_STAR else profile.band_rows
    row = 0
    while row < raster.height:
        if profile.blank_feed and raster.row(row) == blank:
            row += 1
            continue
        last = row
        while last < raster.height and last - row < highest:
            if profile.blank_feed and _is_gap(raster, last, blank):
                break
            last += 1
        while last - row > 1 and _is_a_command(raster, row, last, profile):
            last -= 1
        yield row, last
        row = last


def _is_a_command(raster: Raster, row: int, last: int, profile: Profile) -> bool:
    """A band's head, by itself or with its first dots, could be a real-time command: with a row less it is none.

    Columns hold other bytes than the rows that are guarded. Their dots stay as they are: a band of 8 rows has two empty
    bytes in each column, and can be no command.
    """
    stride = raster.width // 8
    head, _ = _frame(profile.raster, raster.width, last - row, (last - row) * stride)
    if profile.raster is RasterMode.ESC_STAR:
        columns = _columns(raster.rows[row * stride : last * stride], raster.width)
        return REAL_TIME.search(head + columns) is not None or WRONG_YEN in columns
    return REAL_TIME.search(head + raster.rows[row * stride : row * stride + 1]) is not None


def _frame(mode: RasterMode, width: int, rows: int, count: int) -> tuple[bytes, bytes]:
    """What stands before and after the dots of a band."""
    across, down = width.to_bytes(2, "little"), rows.to_bytes(2, "little")
    match mode:
        case RasterMode.GS_V_0:
            return b"\x1dv0\x00" + (width // 8).to_bytes(2, "little") + down, b""
        case RasterMode.GS_L:
            store = (count + 10).to_bytes(2, "little")
            return b"\x1d(L" + store + b"\x30\x70\x30\x01\x01\x31" + across + down, _PRINT_STORED
        case RasterMode.GS_8_L:
            store = (count + 10).to_bytes(4, "little")
            return b"\x1d8L" + store + b"\x30\x70\x30\x01\x01\x31" + across + down, _PRINT_STORED
        case RasterMode.ESC_STAR:
            return b"\x1b*\x21" + across, bytes((0x1B, 0x4A, rows))  # ESC J prints the line and feeds


_PRINT_STORED: Final = b"\x1d(L\x02\x00\x30\x32"


def _columns(rows: bytes, width: int) -> bytes:
    """At most 24 rows as columns of three bytes, the top dot highest."""
    whole = rows.ljust(_COLUMN_ROWS * width // 8, b"\x00")
    turned = Image.frombytes("1", (width, _COLUMN_ROWS), whole).transpose(Image.Transpose.TRANSPOSE)
    return turned.tobytes()


def _is_gap(raster: Raster, row: int, blank: bytes) -> bool:
    """Four blank rows or more: below that a new band costs as much as the rows, and the motor stops."""
    stride = raster.width // 8
    return raster.rows[row * stride : (row + 4) * stride] == blank * 4


def _feed(rows: int) -> list[bytes]:
    return [bytes((0x1B, 0x4A, min(255, rows - at))) for at in range(0, rows, 255)]


def _end_of_paper(profile: Profile) -> bytes:
    match profile.cut:
        case Cut.PARTIAL:
            return bytes((0x1D, 0x56, 0x42, profile.feed_rows))  # GS V 66: feed to the cutter and cut, one point left
        case Cut.FULL:
            return bytes((0x1D, 0x56, 0x41, profile.feed_rows))
        case Cut.NONE:
            return b"".join(_feed(profile.feed_rows))
