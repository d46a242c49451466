"""One file of a feed as rows: strict UTF-8, bounded lines, and only the columns that are asked for."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from db.catalogue import limits
from db.catalogue.container import Archive, refuse
from db.catalogue.faults import Faults
from db.catalogue.text import SUSPECT, clean

# A blank beside a comma, a quotation mark or a line's end: such a file has its values stripped.
_PADDED: Final = re.compile(r'(?m)(?:^|[,"]) | (?:$|[,"])')

Row = tuple[str, ...]


class Table:
    """Rows of one file. Iterating yields ``(line, fields)``: the physical line on which the row starts (the heading
    is 1) and the fields in the order of ``columns``; a column that the file lacks is "".

    Rows that cannot be read are listed and left out; what must not stand in a text is removed and listed.
    Raises Refusal for damage of the file: not_utf8, nul_byte, bad_csv, field_too_long, missing_column, ...
    """

    def __init__(
        self,
        archive: Archive,
        name: str,
        columns: Sequence[str],
        *,
        required: Sequence[str],
        faults: Faults,
        tick: Callable[[str, int], None],
    ) -> None:
        self.name = name
        self._faults = faults
        self._tick = tick
        self._odd = False  # a block so far held something that each field must now be searched for
        self._padded = False
        self._lines = self._read_lines(archive)
        self._reader = csv.reader(self._lines, strict=True, skipinitialspace=True)
        heading = self._heading()
        self.width = len(heading)
        self.has = frozenset(heading)
        missing = [column for column in required if column not in self.has]
        if missing:
            raise refuse("missing_column", f"{name} {missing[0]}")
        twice = [column for column in columns if heading.count(column) > 1]
        if twice:
            raise refuse("duplicate_column", f"{name} {twice[0]}")
        # One past the end stands for a column that is not there: each row gets an empty field appended.
        self._picks = tuple(heading.index(c) if c in self.has else self.width for c in columns)

    def _heading(self) -> list[str]:
        with _csv_limits():
            try:
                heading = next(self._reader, None)
            except csv.Error as error:
                raise refuse(*self._csv_trouble(error)) from None
        if heading is None or not any(name.strip() for name in heading):
            raise refuse("missing_column", f"{self.name} is empty")
        if len(heading) > limits.COLUMNS:
            raise refuse("too_many_columns", self.name)
        return [clean(name)[0] for name in heading]

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        reader, width, picks, faults = self._reader, self.width, self._picks, self._faults
        with _csv_limits():
            while True:
                line = reader.line_num + 1
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    code, detail = self._csv_trouble(error)
                    if code != "bad_row":
                        raise refuse(code, detail) from None
                    faults.add(self.name, line, "bad_csv", detail)
                    continue
                if len(row) != width:
                    if not row or (len(row) == 1 and not row[0].strip()):
                        continue  # an empty line
                    if len(row) < width or any(row[width:]):
                        faults.add(self.name, line, "ragged_row", f"{len(row)} of {width}")
                        continue
                    del row[width:]
                row.append("")
                fields: Row = tuple([row[i] for i in picks])
                if self._odd or reader.line_num > line:
                    fields = self._cleaned(line, fields)
                elif self._padded:
                    fields = tuple([field.strip() for field in fields])
                yield line, fields

    def _cleaned(self, line: int, fields: Row) -> Row:
        earned: dict[str, None] = {}
        kept = []
        for field in fields:
            value, codes = clean(field)
            kept.append(value)
            earned.update(dict.fromkeys(codes))
        for code in earned:
            self._faults.add(self.name, line, code, " ".join(kept[:3]))
        return tuple(kept)

    def _csv_trouble(self, error: csv.Error) -> tuple[str, str]:
        line = self._reader.line_num
        if "field larger" in str(error):
            return "field_too_long", f"{self.name} line {line}"
        if "unexpected end" in str(error):
            return "bad_csv", f"{self.name}: a quotation mark is never closed"
        return "bad_row", str(error)

    def _read_lines(self, archive: Archive) -> Iterator[str]:
        """Lines, each ending with a line feed, whatever the file's own convention. ``csv`` counts what it pulls."""
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        rest = ""
        count = 0
        first = True
        for piece in archive.read(self.name):
            self._tick(self.name, len(piece))
            text = self._decode(decoder, piece, final=False)
            if first and text:
                first = False
                text = text.removeprefix("\ufeff")
            text = rest + text
            # A carriage return at the very end may be half of a pair: it waits for the next piece.
            end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
            block, rest = text[:end], text[end:]
            if len(rest) > limits.LINE_BYTES:
                raise refuse("field_too_long", f"{self.name} line {count + 1}")
            lines = self._split(block)
            count += len(lines)
            if count > limits.LINES:
                raise refuse("too_large", f"{self.name}: more than {limits.LINES} lines")
            yield from lines
        yield from self._split(rest + self._decode(decoder, b"", final=True))

    def _decode(self, decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool) -> str:
        try:
            return decoder.decode(piece, final)
        except UnicodeDecodeError:
            raise refuse("not_utf8", self.name) from None

    def _split(self, block: str) -> list[str]:
        if not block:
            return []
        if "\x00" in block:
            raise refuse("nul_byte", self.name)
        if "\r" in block:
            block = block.replace("\r\n", "\n").replace("\r", "\n")
        if not self._odd:
            self._odd = SUSPECT.search(block) is not None
        if not self._padded:
            self._padded = _PADDED.search(block) is not None
        lines = block.split("\n")
        last = lines.pop()
        whole = [line + "\n" for line in lines]
        return [*whole, last] if last else whole


@contextmanager
def _csv_limits() -> Iterator[None]:
    """``csv`` keeps one limit for the whole process: lent while a table is read."""
    before = csv.field_size_limit(limits.FIELD_CHARS)
    try:
        yield
    finally:
        csv.field_size_limit(before)
