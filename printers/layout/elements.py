"""The elements of a layout, read strictly: what each may have, and whether it fits its room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, cast

from counter_app.domain.papers import Document, Strength
from counter_app.errors import Refusal
from printers.layout.fields import ITEM, TICKET_LISTS, fields_of, parts_of
from printers.layout.model import (
    ALIGNS,
    CODE_ROOM_MIN,
    Align,
    Arrow,
    Box,
    CodeOf,
    Column,
    Columns,
    Element,
    Grid,
    House,
    Line,
    ListOf,
    LogoOf,
    MarksOf,
    OwnWords,
    PartOf,
    Sides,
    Space,
    Style,
    TextOf,
)
from printers.layout.reading import FORMS, PAPER_LANGUAGES, Table
from printers.layout.template import BadTemplate, Template, parse_template

_LINES: Final = ("solid", "dashed", "double", "thick")
_DEPTH_MAX: Final = 5
_COLUMNS_MAX: Final = 6
_INSIDE_MAX: Final = 30
_ROWS_MAX: Final = 20
_LineKind = Literal["solid", "dashed", "double", "thick"]


class ElementReader:
    """For one document; ``parts``: the names of its parts."""

    def __init__(self, document: Document, house: House) -> None:
        self.fields = fields_of(document)
        self.parts = parts_of(document)
        self._lists = TICKET_LISTS if not self.parts else ()
        self._house = house
        self._inverted = False  # within an inverted box
        self._kinds: dict[str, Callable[[Table, int, int], Element]] = {
            "text": self._text,
            "sides": self._sides,
            "columns": self._columns,
            "list": self._list,
            "table": self._grid,
            "rule": self._rule,
            "code": self._code,
            "logo": self._logo,
            "marks": self._marks,
            "space": self._space,
            "arrow": self._arrow,
            "box": self._box,
            "words": self._words,
        }
        if self.parts:
            self._kinds["part"] = self._part
            self._kinds["rest"] = self._rest

    def kinds(self) -> tuple[str, ...]:
        """Of elements that this document may have."""
        return (*self._kinds, "use")

    def elements(self, table: Table, key: str, room: int, count_max: int, depth: int = 0) -> tuple[Element, ...]:
        """Those for this width and language; the others are read too by their own variant. ``room`` in dots."""
        found: list[Element] = []
        for one in table.tables(key, count_max):
            only = one.words("only", FORMS)
            languages = one.words("languages", PAPER_LANGUAGES)
            if (only and one.variant.form not in only) or (languages and one.variant.language not in languages):
                continue
            kind = one.word("type", self.kinds())
            if kind == "use":
                found += self._use(one, room, depth)
            else:
                found.append(self._kinds[kind](one, room, depth))
            one.done()
        return tuple(found)

    def _use(self, table: Table, room: int, depth: int) -> tuple[Element, ...]:
        """The elements of a block that all documents share; a mistake in it is told with its own file and line."""
        self._deeper(table, depth)
        name = table.word("block", tuple(self._house.blocks))
        source, values, path = self._house.blocks[name]
        block = Table(values, source, path, table.variant)
        try:
            found = self.elements(block, "element", room, _INSIDE_MAX, depth + 1)
            block.done()
        except Refusal as refused:
            if not source.shipped or table.source.shipped:
                raise
            # The block is sound: it does not go with this document, or is not used where it fits.
            raise table.refusal("unfit_block", "type", name) from refused
        return found

    # ---- what several kinds have

    def _when(self, table: Table) -> dict[str, tuple[str, ...] | int]:
        known = (*self.fields, *self.parts, *self._lists)
        return {
            "when": self._conditions(table, "when", known),
            "unless": self._conditions(table, "unless", known),
            "above": table.whole("above", 0, 200, 0),
            "below": table.whole("below", 0, 200, 0),
        }

    @staticmethod
    def _conditions(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        names = table.words(key)
        for name in names:
            if name not in known:
                raise table.refusal("unknown_field", key, name)
        return names

    def _style(self, table: Table, room: int, default: str, key: str = "style") -> Style:
        name = default
        if table.has(key):
            given = table.take(key)
            name = given if isinstance(given, str) else ""
        if name not in self._house.styles:
            raise table.refusal("unknown_style", key, name or key)
        style = self._house.styles[name]
        if style.sizes[-1] > room:
            raise table.refusal("no_room", key, name, size=style.sizes[-1], room=room)
        return style

    @staticmethod
    def _align(table: Table, default: Align = "left") -> Align:
        return cast("Align", table.word("align", ALIGNS, default))

    def _template(self, table: Table, key: str, *more: str) -> Template:
        text = table.text(key)
        try:
            return parse_template(text, (*self.fields, *more))
        except BadTemplate as bad:
            raise table.refusal(bad.code, key, bad.detail) from bad

    # ---- the kinds

    def _text(self, table: Table, room: int, _depth: int) -> Element:
        return TextOf(
            template=self._template(table, "text"),
            style=self._style(table, room, "body"),
            align=self._align(table),
            **self._when(table),  # type: ignore[arg-type]
        )

    def _sides(self, table: Table, room: int, _depth: int) -> Element:
        style = self._style(table, room, "body")
        return Sides(
            left=self._template(table, "left"),
            right=self._template(table, "right"),
            left_style=self._style(table, room, style.name, "left_style"),
            right_style=self._style(table, room, style.name, "right_style"),
            **self._when(table),  # type: ignore[arg-type]
        )

    def _columns(self, table: Table, room: int, depth: int) -> Element:
        self._deeper(table, depth)
        gap = table.whole("gap", 0, 100, 10)
        parts = table.tables("column", _COLUMNS_MAX)
        if len(parts) < 2:
            raise table.refusal("wrong_value", "column", "column", wanted=f"2 … {_COLUMNS_MAX}")
        widths = [one.whole("width", 0, 1000, 0) for one in parts]
        weights = [one.whole("weight", 1, 100, 1) for one in parts]
        rooms = shares(widths, weights, room - gap * (len(parts) - 1))
        if rooms is None:
            at = max(range(len(parts)), key=widths.__getitem__)
            raise parts[at].refusal("too_wide", "width", "width", most=room - gap * (len(parts) - 1))
        columns: list[Column] = []
        for one, width, weight, own_room in zip(parts, widths, weights, rooms, strict=True):
            columns.append(
                Column(
                    width=width,
                    weight=weight,
                    valign=cast("Literal['top']", one.word("valign", ("top", "middle", "bottom"), "top")),
                    keep=one.flag("keep"),
                    elements=self.elements(one, "element", own_room, _INSIDE_MAX, depth + 1),
                )
            )
            one.done()
        aligned = table.flag("aligned")
        return Columns(columns=tuple(columns), gap=gap, aligned=aligned, **self._when(table))  # type: ignore[arg-type]

    @staticmethod
    def _deeper(table: Table, depth: int) -> None:
        if depth >= _DEPTH_MAX:
            raise table.refusal("too_deep", "type", str(_DEPTH_MAX))

    def _list(self, table: Table, room: int, _depth: int) -> Element:
        return ListOf(
            of=table.word("of", self._lists),
            template=self._template(table, "text", ITEM) if table.has("text") else parse_template("{item}", (ITEM,)),
            style=self._style(table, room, "small"),
            align=self._align(table),
            **self._when(table),  # type: ignore[arg-type]
        )

    def _grid(self, table: Table, room: int, _depth: int) -> Element:
        align = table.take("align")
        if not isinstance(align, str) or not 1 <= len(align) <= _COLUMNS_MAX or set(align) - set("lcr"):
            raise table.refusal("wrong_value", "align", "align", wanted="lr, lcr, …")
        rows: list[tuple[Template, ...]] = []
        for row in table.tables("row", _ROWS_MAX):
            cells = row.tables("cell", _COLUMNS_MAX)
            if len(cells) != len(align):
                raise row.refusal("wrong_value", "cell", "cell", wanted=str(len(align)))
            rows.append(tuple(self._template(cell, "text") for cell in cells))
            for cell in cells:
                cell.done()
            row.done()
        style = self._style(table, room // len(align), "small")
        return Grid(
            rows=tuple(rows),
            align=align,
            style=style,
            first_style=self._style(table, room // len(align), style.name, "first_style"),
            **self._when(table),  # type: ignore[arg-type]
        )

    def _rule(self, table: Table, _room: int, _depth: int) -> Element:
        kind = cast("_LineKind", table.word("line", _LINES, "solid"))
        return Line(kind=kind, **self._when(table))  # type: ignore[arg-type]

    def _code(self, table: Table, room: int, _depth: int) -> Element:
        if self._inverted:
            raise table.refusal("code_inverted", "type")
        if room < CODE_ROOM_MIN:
            raise table.refusal("code_room", "type", str(CODE_ROOM_MIN), room=room)
        dots_max = table.whole("dots_max", 3, 10, 6)
        return CodeOf(dots_max=dots_max, align=self._align(table, "center"), **self._when(table))  # type: ignore[arg-type]

    def _logo(self, table: Table, _room: int, _depth: int) -> Element:
        return LogoOf(align=self._align(table, "center"), **self._when(table))  # type: ignore[arg-type]

    def _marks(self, table: Table, room: int, _depth: int) -> Element:
        return MarksOf(style=self._style(table, room, "mark"), **self._when(table))  # type: ignore[arg-type]

    def _space(self, table: Table, _room: int, _depth: int) -> Element:
        return Space(dots=table.whole("dots", 1, 400), **self._when(table))  # type: ignore[arg-type]

    def _arrow(self, table: Table, room: int, _depth: int) -> Element:
        if room < 40:
            raise table.refusal("no_room", "type", "arrow", size=40, room=room)
        return Arrow(**self._when(table))  # type: ignore[arg-type]

    def _box(self, table: Table, room: int, depth: int) -> Element:
        self._deeper(table, depth)
        pad = table.whole("pad", 0, 60, 8)
        line = table.whole("line", 0, 12, 2)
        inside = room - 2 * (pad + line)
        if inside < 40:
            raise table.refusal("no_room", "pad", "pad", size=40, room=inside)
        inverted, outer = table.flag("inverted"), self._inverted
        self._inverted = inverted or outer
        elements = self.elements(table, "element", inside, _INSIDE_MAX, depth + 1)
        self._inverted = outer
        return Box(elements=elements, pad=pad, line=line, inverted=inverted, **self._when(table))  # type: ignore[arg-type]

    def _part(self, table: Table, room: int, _depth: int) -> Element:
        names = table.words("of", self.parts)
        if not names:
            raise table.refusal("missing_key", "", "of")
        return self._parts(table, room, names)

    def _rest(self, table: Table, room: int, _depth: int) -> Element:
        """What no other element names."""
        return self._parts(table, room, ())

    def _parts(self, table: Table, room: int, names: tuple[str, ...]) -> Element:
        styles = {strength.value: self._style(table, room, strength.value, strength.value) for strength in Strength}
        line = cast("_LineKind", table.word("line", (*_LINES, "none"), "none"))
        return PartOf(
            names=names,
            styles=styles,
            line="" if line == cast("_LineKind", "none") else line,
            sign=table.whole("sign", 0, 300, 0),
            align=self._align(table),
            **self._when(table),  # type: ignore[arg-type]
        )

    def _words(self, table: Table, room: int, _depth: int) -> Element:
        return OwnWords(
            of=table.word("of", tuple(self._house.words)),
            style=self._style(table, room, "small"),
            align=self._align(table, "center"),
            **self._when(table),  # type: ignore[arg-type]
        )


def shares(widths: list[int], weights: list[int], room: int) -> list[int] | None:
    """Dots of each column: fixed ones as they are, the others by weight. None: they don't fit."""
    left = room - sum(widths)
    free = sum(weight for width, weight in zip(widths, weights, strict=True) if not width)
    if left < 0 or (free and left < free):
        return None
    return [width or left * weight // free for width, weight in zip(widths, weights, strict=True)]
