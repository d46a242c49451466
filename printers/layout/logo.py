"""The operator's logo: a PNG beside the layouts, as dots."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from printers.layout.model import Logo

BYTES_MAX: Final = 1 << 20
SIDE_MAX: Final = 4000


class BadLogo(Exception):  # noqa: N818 - becomes a Refusal where the line is known
    """``code`` and ``detail`` as in ``source.refusal``."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


def read_logo(logo: Logo, folder: Path, *, most: int) -> Image.Image:
    """Dots of 0 and 255 (255 burns), made smaller to fit ``logo`` and ``most`` dots, never larger.

    Raises BadLogo.
    """
    if (folder / logo.file).exists() and not (folder / logo.file).is_file():  # a pipe would never end
        raise BadLogo("logo_missing", f"{logo.file}: not a file")
    try:
        with (folder / logo.file).open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise BadLogo("logo_missing", f"{logo.file}: {error.strerror}") from error
    if len(content) > BYTES_MAX:
        raise BadLogo("logo_large", f"{BYTES_MAX >> 10} KiB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a bomb is refused by its size below
            with Image.open(BytesIO(content), formats=("PNG",)) as picture:
                if max(picture.size) > SIDE_MAX:
                    raise BadLogo("logo_large", f"{SIDE_MAX} × {SIDE_MAX}")
                whole = picture.convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as trouble:
        raise BadLogo("logo_no_png", logo.file) from trouble
    paper = Image.new("RGBA", whole.size, (255, 255, 255, 255))
    paper.alpha_composite(whole)
    grey = paper.convert("L")
    scale = min(1.0, min(logo.width, most) / grey.width, logo.height / grey.height)
    if scale < 1:
        size = (max(1, int(grey.width * scale)), max(1, int(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    if logo.dither:
        grey = grey.convert("1", dither=Image.Dither.FLOYDSTEINBERG).convert("L")
    dots = ImageOps.invert(grey).point([0] * 128 + [255] * 128)
    if dots.getbbox() is None:
        raise BadLogo("logo_white", logo.file)
    return dots
