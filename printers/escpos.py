"""Dots → ESC/POS bytes. Sources: Epson, ESC/POS command reference (GS v 0, ESC J, GS P, GS V, GS ( H, GS r, ESC p)."""

from __future__ import annotations

import re
from typing import Final

from printers.profiles import Confirm, Profile
from printers.raster import Raster

INIT: Final = b"\x1b@\x1c."  # ESC @; FS . leaves the Chinese mode in which many printers wake up
NO_AUTOMATIC_STATUS: Final = b"\x1da\x00"  # GS a 0: nothing unasked between our questions and their answers
# Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are obeyed even inside image data: two bytes of a picture could kick
# the drawer or clear the buffer.
REAL_TIME: Final = re.compile(rb"\x10(?=[\x04\x05\x14])")


def guarded(raster: Raster) -> Raster:
    """The same picture without any pair of bytes that a printer would obey: the lone dot of the first is doubled.

    No 2D code is touched: its modules are at least three dots wide, and the byte in question holds a single dot.
    """
    return Raster(raster.width, raster.height, REAL_TIME.sub(b"\x18", raster.rows))


def paper_bytes(raster: Raster, profile: Profile, *, token: int) -> bytes:
    """One whole paper: set-up, bands, one cut, and the question whether all that was printed.

    ``raster`` is guarded already, so that a preview shows what is sent.
    """
    assert raster.width == profile.width, (raster.width, profile.width)
    parts = [INIT, NO_AUTOMATIC_STATUS]
    if profile.blank_feed:
        parts.append(bytes((0x1D, 0x50, profile.dpi, profile.dpi)))  # GS P: a unit of ESC J is one dot
    parts += _bands(raster, profile)
    parts += [_end_of_paper(profile), question(profile, token)]
    data = b"".join(parts)
    assert not REAL_TIME.search(data), "a real-time command among the data"
    return data


def flush_bytes(profile: Profile, *, cut: bool) -> bytes:
    """Ends what an interrupted job left half said: zeros fill its last band and are nothing else, then a reset.

    ``cut``: what came out of it is known to be spoiled, and must not hang on the next ticket.
    """
    rest = bytes(profile.band_rows * profile.width // 8 + 8)
    return rest + INIT + (_end_of_paper(profile) if cut else b"")


def drawer_bytes(profile: Profile, *, token: int) -> bytes:
    """ESC p m t1 t2: 100 ms on, 500 ms off (units of 2 ms)."""
    return b"\x1bp" + bytes((profile.drawer_pin, 50, 250)) + question(profile, token)


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


def _bands(raster: Raster, profile: Profile) -> list[bytes]:
    stride = raster.width // 8
    blank = bytes(stride)
    parts: list[bytes] = []
    row = 0
    while row < raster.height:
        if profile.blank_feed and raster.row(row) == blank:
            first = row
            while row < raster.height and raster.row(row) == blank:
                row += 1
            parts += _feed(row - first)
            continue
        last = row
        while last < raster.height and last - row < profile.band_rows:
            if profile.blank_feed and _is_gap(raster, last, blank):
                break
            last += 1
        head = b"\x1dv0\x00" + stride.to_bytes(2, "little") + (last - row).to_bytes(2, "little")
        parts.append(head + raster.rows[row * stride : last * stride])
        row = last
    return parts


def _is_gap(raster: Raster, row: int, blank: bytes) -> bool:
    """Four blank rows or more: below that a new band costs as much as the rows, and the motor stops."""
    stride = raster.width // 8
    return raster.rows[row * stride : (row + 4) * stride] == blank * 4


def _feed(rows: int) -> list[bytes]:
    return [bytes((0x1B, 0x4A, min(255, rows - at))) for at in range(0, rows, 255)]


def _end_of_paper(profile: Profile) -> bytes:
    if profile.cutter:
        return bytes((0x1D, 0x56, 0x42, profile.feed_rows))  # GS V 66: feed to the cutter and cut, one point left
    return b"".join(_feed(profile.feed_rows))
