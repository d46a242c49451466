"""2D codes: drawn at whole dots, and read back from pictures (zxing-cpp)."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, cast

import zxingcpp
from PIL import Image, UnidentifiedImageError

from counter_app.errors import Reason, Refusal
from printers.profiles import Symbology

QUIET_MODULES: Final[dict[str, int]] = {"aztec": 2, "qr": 4}  # Aztec needs none (ISO/IEC 24778); two against smudge
_PICTURE_BYTES_MAX: Final = 30_000_000
_PICTURE_DOTS_MAX: Final = 60_000_000


@lru_cache(maxsize=64)
def modules(content: str, symbology: Symbology = "aztec") -> Image.Image:
    """The code at one dot a module without its quiet zone: 8-bit, 255 where it burns.

    Aztec with 23 % of error correction (the standard's own advice), QR at level M (15 %).
    """
    if symbology == "aztec":
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Aztec, ec_level="23%")
    else:
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    view = memoryview(cast("Any", code.to_image(scale=1, add_quiet_zones=False)))
    height, width = view.shape or (0, 0)
    return Image.frombytes("L", (width, height), bytes(255 - level for level in view.tobytes()))


def drawn(content: str, *, room: int, dots_max: int = 6, symbology: Symbology = "aztec") -> Image.Image:
    """The code with its quiet zone, at most ``room`` dots wide, at a whole number of dots a module."""
    plain = modules(content, symbology)
    quiet = QUIET_MODULES[symbology]
    dots = min(dots_max, room // (plain.width + 2 * quiet))
    assert dots >= 3, f"{plain.width} modules don't fit {room} dots"  # below 3 dots (0.375 mm) scanners fail
    side = (plain.width + 2 * quiet) * dots
    picture = Image.new("L", (side, side), 0)
    picture.paste(
        plain.resize((plain.width * dots, plain.height * dots), Image.Resampling.NEAREST), (quiet * dots,) * 2
    )
    return picture


def read_picture(source: Path | bytes) -> list[str]:
    """Texts of all Aztec and QR codes in a PNG or JPEG (a scan, a photo, a printed roll), from top to bottom.

    Raises ``Refusal(FILE_REFUSED)`` for what is no picture or too large, ``BAD_CODE`` where no code is found.
    """
    try:
        if isinstance(source, Path):
            if source.stat().st_size > _PICTURE_BYTES_MAX:
                raise Refusal(Reason.FILE_REFUSED, detail="picture too large")
            source = source.read_bytes()
        with Image.open(BytesIO(source), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > _PICTURE_DOTS_MAX:
                raise Refusal(Reason.FILE_REFUSED, detail="picture too large")
            grey = picture.convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as trouble:
        raise Refusal(Reason.FILE_REFUSED, detail="not a PNG or JPEG picture") from trouble
    texts = _read(grey)
    if not texts:
        raise Refusal(Reason.BAD_CODE, detail="no code in the picture")
    return texts


def _read(grey: Image.Image) -> list[str]:
    wanted = cast("Any", (zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.QRCode))  # 3.1 deprecates |
    # A printed roll is framed in white: zxing wants light around a code that touches the picture's edge.
    framed = Image.new("L", (grey.width + 40, grey.height + 40), 255)
    framed.paste(grey, (20, 20))
    found = zxingcpp.read_barcodes(framed, formats=wanted)
    found = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return list(dict.fromkeys(code.text for code in found if code.valid))
