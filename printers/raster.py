"""A picture of dots as a thermal head burns it, and the canvas that it is composed on."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

from printers.fonts import FontBook


@dataclass(frozen=True, slots=True)
class Raster:
    """``width`` dots (a multiple of 8), ``height`` rows; ``rows`` packs 8 dots a byte, left dot highest, 1 burns."""

    width: int
    height: int
    rows: bytes

    def __post_init__(self) -> None:
        assert self.width % 8 == 0
        assert len(self.rows) == self.width // 8 * self.height

    def row(self, index: int) -> bytes:
        stride = self.width // 8
        return self.rows[index * stride : (index + 1) * stride]

    def picture(self) -> Image.Image:
        """8-bit grey, black dots on white."""
        if not self.height:
            return Image.new("L", (self.width, 1), 255)
        return Image.frombytes("1", (self.width, self.height), bytes(255 - byte for byte in self.rows)).convert("L")

    def png(self) -> bytes:
        file = BytesIO()
        self.picture().save(file, "PNG", compress_level=1)
        return file.getvalue()


class Canvas:
    """White paper of a fixed width that grows downwards. All measures in dots."""

    def __init__(self, width: int, fonts: FontBook) -> None:
        assert width % 8 == 0
        self.width = width
        self.fonts = fonts
        self.y = 0
        self._ink = Image.new("L", (width, 1024), 0)

    def need(self, bottom: int) -> None:
        """Makes room down to row ``bottom``."""
        if bottom > self._ink.height:
            taller = Image.new("L", (self.width, max(bottom, self._ink.height * 2)), 0)
            taller.paste(self._ink, (0, 0))
            self._ink = taller

    def text(self, left: int, baseline: int, text: str, size: int, *, bold: bool = False) -> int:
        """Draws and returns the width. Beyond the paper's edge is our own mistake: callers fit first."""
        drawn = self.fonts.draw(text, size, bold=bold)
        assert left >= 0, (text, left)
        assert left + drawn.advance <= self.width, (text, left, drawn.advance)
        top = baseline - drawn.ascent
        self.need(top + drawn.ink.height)
        self._ink.paste(255, (left, max(0, top)), drawn.ink if top >= 0 else drawn.ink.crop((0, -top, *drawn.ink.size)))
        return drawn.advance

    def box(self, left: int, top: int, right: int, bottom: int) -> None:
        """Black; ``right`` and ``bottom`` are the first dots outside."""
        self.need(bottom)
        self._ink.paste(255, (left, top, right, bottom))

    def frame(self, left: int, top: int, right: int, bottom: int, thickness: int = 2) -> None:
        self.need(bottom)
        ImageDraw.Draw(self._ink).rectangle((left, top, right - 1, bottom - 1), outline=255, width=thickness)

    def arrow(self, left: int, right: int, y: int, *, thickness: int = 3) -> None:
        """To the right, with a solid head."""
        self.need(y + 12)
        pen = ImageDraw.Draw(self._ink)
        pen.rectangle((left, y - thickness // 2, right - 12, y - thickness // 2 + thickness - 1), fill=255)
        pen.polygon([(right - 16, y - 8), (right - 1, y), (right - 16, y + 8)], fill=255)

    def dashes(self, y: int, *, left: int = 0, right: int | None = None) -> None:
        self.need(y + 2)
        edge = self.width if right is None else right
        for x in range(left, edge, 12):
            self._ink.paste(255, (x, y, min(x + 7, edge), y + 2))

    def invert(self, left: int, top: int, right: int, bottom: int) -> None:
        """White on black: for marks."""
        self.need(bottom)
        area = (left, top, right, bottom)
        self._ink.paste(ImageChops.invert(self._ink.crop(area)), area)

    def paste(self, left: int, top: int, dots: Image.Image) -> None:
        """A picture of 0 and 255 (255 burns) at whole dots, unscaled: codes stay exact."""
        self.need(top + dots.height)
        self._ink.paste(dots, (left, top))

    def finished(self, height: int) -> Raster:
        self.need(height)
        burnt = self._ink.crop((0, 0, self.width, height)).point([0] * 128 + [255] * 128, "1")
        return Raster(self.width, height, burnt.tobytes())
