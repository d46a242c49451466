"""A profile's file, read strictly: every key known, every value in its range; what is wrong has file, line, reason."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from counter_app.errors import Reason, Refusal
from printers.escpos import REAL_TIME, drawer_bytes
from printers.profiles import (
    Confirm,
    Cut,
    Density,
    Profile,
    RasterMode,
    StatusBy,
    Symbology,
    TextAbility,
)

FILE_BYTES_MAX: Final = 64 * 1024
NAME: Final = re.compile(r"^[a-z0-9][a-z0-9._-]{0,59}$")
HANZI: Final = ("", "gb2312", "gbk", "gb18030")
# Code pages in which a byte is a character, ASCII is itself and no byte above it is a command.
PAGES: Final = (
    "cp437", "cp720", "cp737", "cp775", "cp850", "cp852", "cp855", "cp857", "cp858", "cp860", "cp862", "cp863",
    "cp864", "cp865", "cp866", "cp869", "cp874", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp1257", "cp1258",
)  # fmt: skip
_SECTIONS: Final = ("paper", "raster", "cut", "drawer", "answers", "text", "speed", "density")
# What a test page sends unasked must not cut, kick or feed. GS ( K (function 49), GS |, ESC 7 and DC2 # are the makers'
# ways to say how dark: Epson's reference, and the manuals of the small mechanisms.
_DENSITY: Final = re.compile(rb"\x1d\(K\x02\x00\x31[\x00-\xff]|\x1d\|[\x00-\xff]|\x1b7[\x00-\xff]{3}|\x12#[\x00-\xff]")
_DENSITY_WORDS: Final = "1D284B020031nn, 1D7Cnn, 1B37nnnnnn or 1223nn"
_Word = TypeVar("_Word", RasterMode, Cut, StatusBy, Confirm)


def read_profile(path: Path) -> Profile:
    """Raises ``Refusal(BAD_SETTING, key=file, detail=line and reason)``."""
    if path.exists() and not path.is_file():  # a pipe would never end
        raise Refusal(Reason.BAD_SETTING, key=str(path), detail="not a file")
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as trouble:
        raise Refusal(Reason.BAD_SETTING, key=str(path), detail=str(trouble.strerror)) from trouble
    if len(data) > FILE_BYTES_MAX:
        raise Refusal(Reason.BAD_SETTING, key=str(path), detail=f"more than {FILE_BYTES_MAX // 1024} kB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as trouble:
        line = data[: trouble.start].count(b"\n") + 1
        raise Refusal(Reason.BAD_SETTING, key=str(path), detail=f"line {line}: not UTF-8") from trouble
    return parse_profile(text, name=path.stem, file=str(path))


def parse_profile(text: str, *, name: str, file: str) -> Profile:
    """``name``: the file's, which is the profile's. Raises as :func:`read_profile`."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as trouble:  # "... (at line 3, column 8)"; a number of 5,000 digits; nesting
        raise Refusal(Reason.BAD_SETTING, key=file, detail=str(trouble)) from trouble
    return _Reader(document, text, name, file).profile()


class _Reader:
    def __init__(self, document: Mapping[str, object], text: str, name: str, file: str) -> None:
        self._top: dict[str, object] = dict(document)
        self._lines = text.splitlines()
        self._name = name
        self._file = file
        self._sections: dict[str, dict[str, object]] = {}

    def profile(self) -> Profile:
        if not NAME.match(self._name):
            raise self._bad("", "", "the file's name is of a-z, 0-9, point, dash and underscore")
        self._one("", "format", self._top.pop("format", None), (1,))
        for section in _SECTIONS:
            found = self._top.pop(section, {})
            if not isinstance(found, dict):
                raise self._bad("", section, "must be a section")
            self._sections[section] = dict(found)
        label = self._text("", "label", 80)
        sources, unconfirmed = self._strings("sources"), self._strings("unconfirmed")
        for key in self._top:
            raise self._bad("", key, "unknown key")
        status = self._word("answers", "status", StatusBy, StatusBy.DLE_EOT)
        confirm = self._word("answers", "confirm", Confirm, Confirm.STATUS)
        text = self._text_ability()
        native = self._flag("text", "native_slips", default=False)
        if native and text is None:
            raise self._bad("text", "native_slips", "needs columns, and hanzi or code pages")
        profile = Profile(
            name=self._name,
            label=label,
            width=self._eights("paper", "width_dots", 384, 1024),
            dpi=self._number("paper", "dpi", 90, 600, 203),
            symbology=self._symbology(),
            raster=self._word("raster", "mode", RasterMode, RasterMode.GS_V_0),
            band_rows=self._number("raster", "band_rows", 8, 200, 200),
            blank_feed=self._flag("raster", "blank_feed", default=False),
            cut=self._word("cut", "kind", Cut, Cut.PARTIAL),
            feed_rows=self._number("cut", "feed_rows", 0, 255, 0),
            drawer_pin={2: 0, 5: 1}[self._one("drawer", "pin", self._take("drawer", "pin", 2), (2, 5))],
            drawer_on_ms=self._number("drawer", "on_ms", 2, 510, 100),
            drawer_off_ms=self._number("drawer", "off_ms", 2, 510, 500),
            status=status,
            confirm=confirm,
            recovers=self._flag("answers", "recovers", default=False),
            text=text,
            native_slips=native,
            mm_per_s=self._number("speed", "mm_per_s", 0, 1000, 0),
            baud=self._number("speed", "baud", 1200, 921_600, 115_200),
            density=self._density(),
            sources=sources,
            unconfirmed=unconfirmed,
        )
        if REAL_TIME.search(drawer_bytes(profile, token=1)):
            raise self._bad("drawer", "on_ms", "with off_ms its pulse reads as a real-time command: take 2 ms more")
        for section, values in self._sections.items():
            for key in values:
                raise self._bad(section, key, "unknown key")
        return profile

    def _text_ability(self) -> TextAbility | None:
        if not any(key in self._sections["text"] for key in ("columns", "hanzi", "pages")):
            return None
        columns = self._number("text", "columns", 24, 80, None)
        hanzi = self._take("text", "hanzi", "")
        if not isinstance(hanzi, str) or hanzi not in HANZI:
            raise self._bad("text", "hanzi", f"one of {', '.join(HANZI[1:])}")
        pages = self._take("text", "pages", {})
        if not isinstance(pages, dict):
            raise self._bad("text", "pages", "a table: code page = its number for ESC t")
        for page, number in pages.items():
            if page not in PAGES or codecs.lookup(page) is None:
                raise self._bad("text", "pages", f"{page} is none of {', '.join(PAGES)}")
            if type(number) is not int or not 0 <= number <= 255:
                raise self._bad("text", "pages", f"{page}: 0 to 255")
        if not hanzi and not pages:
            raise self._bad("text", "columns", "text needs hanzi or code pages")
        return TextAbility(columns=columns, hanzi=hanzi, pages=tuple(pages.items()))

    def _density(self) -> Density | None:
        steps = self._take("density", "steps", None)
        if steps is None:
            return None
        if not isinstance(steps, list) or not 2 <= len(steps) <= 16:
            raise self._bad("density", "steps", "2 to 16 texts of hexadecimal bytes, from light to dark")
        found = []
        for step in steps:
            try:
                command = bytes.fromhex(step)
            except (TypeError, ValueError):
                raise self._bad("density", "steps", f"{step!r} is not hexadecimal") from None
            if not _DENSITY.fullmatch(command):
                raise self._bad("density", "steps", f"{step!r} is no command for the density: {_DENSITY_WORDS}")
            if REAL_TIME.search(command):
                raise self._bad("density", "steps", f"{step!r} holds a real-time command (10 04, 10 05, 10 14)")
            found.append(command)
        return Density(steps=tuple(found))

    def _symbology(self) -> Symbology:
        value = self._take("paper", "code", "aztec")
        match value:
            case "aztec":
                return "aztec"
            case "qr":
                return "qr"
        raise self._bad("paper", "code", "aztec or qr")

    # ---- values

    def _take(self, section: str, key: str, default: object) -> object:
        return self._sections[section].pop(key, default)

    def _number(self, section: str, key: str, low: int, high: int, default: int | None) -> int:
        value = self._take(section, key, default)
        if value is None:
            raise self._bad(section, key, "is missing")
        if type(value) is not int or not low <= value <= high:
            raise self._bad(section, key, f"{low} to {high}")
        return value

    def _eights(self, section: str, key: str, low: int, high: int) -> int:
        value = self._number(section, key, low, high, None)
        if value % 8:
            raise self._bad(section, key, "a multiple of 8")
        return value

    def _flag(self, section: str, key: str, *, default: bool) -> bool:
        value = self._take(section, key, default)
        if not isinstance(value, bool):
            raise self._bad(section, key, "true or false")
        return value

    def _word(self, section: str, key: str, words: type[_Word], default: _Word) -> _Word:
        value = self._take(section, key, default.value)
        known = [word.value for word in words]
        if not isinstance(value, str) or value not in known:
            raise self._bad(section, key, f"one of {', '.join(known)}")
        return words(value)

    def _one(self, section: str, key: str, value: object, allowed: tuple[int, ...]) -> int:
        if type(value) is not int or value not in allowed:
            raise self._bad(section, key, f"{' or '.join(map(str, allowed))}")
        return value

    def _text(self, section: str, key: str, longest: int) -> str:
        value = self._top.pop(key, "")
        if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= longest:
            raise self._bad(section, key, f"a text of 1 to {longest} characters")
        return value

    def _strings(self, key: str) -> tuple[str, ...]:
        value = self._top.pop(key, [])
        if not isinstance(value, list) or len(value) > 50 or not all(isinstance(one, str) for one in value):
            raise self._bad("", key, "a list of texts")
        return tuple(str(one) for one in value)

    # ---- what is wrong, and where

    def _bad(self, section: str, key: str, why: str) -> Refusal:
        where = f"{section}.{key}".strip(".")
        line = self._line_of(section, key)
        detail = f"line {line}: {where}: {why}" if line else f"{where}: {why}".removeprefix(": ")
        return Refusal(Reason.BAD_SETTING, key=self._file, detail=detail)

    def _line_of(self, section: str, key: str) -> int:
        """1-based; the section's head where the key is missing; 0 where there is neither."""
        inside, head = section == "", 0
        name = re.compile(rf"^\s*\"?{re.escape(key)}\"?\s*[=.]")
        for number, line in enumerate(self._lines, start=1):
            found = re.match(r"^\s*\[+\s*([^\]]*?)\s*\]", line)
            if found:
                title = found.group(1).strip("\"'")
                if title in {f"{section}.{key}".strip("."), *([key] if not section else [])}:
                    return number
                inside = title == section
                head = number if inside else head
            elif inside and name.match(line):
                return number
        return head
