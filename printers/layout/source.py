"""A layout's text with the line of each of its keys: tomllib says what a file holds, but not where."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any, Final

from counter_app.errors import Reason, Refusal

Path = tuple[str | int, ...]
BYTES_MAX: Final = 64 * 1024
DOTS_MAX: Final = 200
_AT: Final = re.compile(r" ?\(at line (\d+), column \d+\)$")
_LONG_NUMBER: Final = re.compile(r"[0-9_]{4000}")  # Python reads no more than 4,300 digits
_KEY: Final = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")
_SKIP: Final = re.compile(r"(?:\s+|#[^\n]*)*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\]|\\.)*"|' + r"'[^']*'", re.DOTALL
)
_BARE: Final = re.compile(r"[^,\]}\n#]*")


@dataclass(frozen=True, slots=True)
class Source:
    """``file``: its name as the user knows it; ``shipped``: it came with the program."""

    file: str
    values: dict[str, Any]
    lines: dict[Path, int]
    shipped: bool = False

    def line(self, path: Path) -> int:
        """Of the key, or of the nearest table around it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def refusal(self, path: Path, code: str, detail: str = "", **facts: str | int) -> Refusal:
        return refusal(self.file, self.line(path), code, detail, **facts)


def refusal(file: str, line: int, code: str, detail: str = "", **facts: str | int) -> Refusal:
    """``code`` has a sentence in the user's language (``ui.presenters.layout_words``), ``detail`` fills it."""
    return Refusal(Reason.LAYOUT_REFUSED, file=file, line=line, code=code, detail=detail, **facts)


def read_source(text: str, file: str, *, shipped: bool = False) -> Source:
    """Raises Refusal(LAYOUT_REFUSED) for what is no TOML."""
    if len(text.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        raise refusal(file, 1, "too_long", f"{BYTES_MAX >> 10} KiB")
    text = text.replace("\r\n", "\n")
    for number, one in enumerate(text.split("\n"), 1):
        if one.count(".") > DOTS_MAX:  # a key of thousands of parts takes tomllib, and so the start, many seconds
            raise refusal(file, number, "syntax", f"more than {DOTS_MAX} dots in one line")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise refusal(file, line, "syntax", _AT.sub("", str(error))) from error
    except ValueError as error:
        long = _LONG_NUMBER.search(text)
        raise refusal(file, text.count("\n", 0, long.start()) + 1 if long else 1, "syntax", str(error)) from error
    except RecursionError as error:
        raise refusal(file, 1, "syntax", "nested too deeply") from error
    return Source(file, values, _Scan(text).lines, shipped)


class _Scan:
    """Walks through a text that tomllib has accepted, so that it need not be checked again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._arrays: dict[Path, int] = {}  # of tables: the last index
        self.lines: dict[Path, int] = {}
        table: Path = ()
        while self._skip():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._assignment(table)

    def _skip(self) -> bool:
        found = _SKIP.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return self._at < len(self._text)

    def _note(self, path: Path) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self.lines.setdefault(path, self._line)

    def _header(self) -> Path:
        many = self._text.startswith("[[", self._at)
        start, self._at = self._at, self._at + (2 if many else 1)
        keys = self._keys()
        path: Path = ()
        for key in keys[:-1]:
            path = self._inside((*path, key))
        path = (*path, keys[-1])
        if many:
            self._arrays[path] = self._arrays.get(path, -1) + 1
            path = self._inside(path)
        end, self._at = self._at + (2 if many else 1), start
        if many:
            self._note(path[:-1])
        self._note(path)
        self._at = end
        return path

    def _inside(self, path: Path) -> Path:
        return (*path, self._arrays[path]) if path in self._arrays else path

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            found = _KEY.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            keys.append(found[1].strip("\"'"))
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _assignment(self, table: Path) -> None:
        self._note(table)
        start = self._at
        path = (*table, *self._keys())
        end, self._at = self._at + 1, start  # beyond the sign "="
        self._note(path)
        self._at = end
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        self._note(path)
        opening = self._text[self._at]
        if opening in "[{":
            self._at += 1
            index = 0
            while self._skip() and self._text[self._at] not in "]}":
                if self._text[self._at] == ",":
                    self._at += 1
                elif opening == "[":
                    self._value((*path, index))
                    index += 1
                else:
                    self._assignment(path)
            self._at += 1
            return
        found = (_STRING if opening in "\"'" else _BARE).match(self._text, self._at)
        assert found is not None
        self._at = found.end()
