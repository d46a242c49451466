"""A layout that was checked: what stands on a document of one width form in one language. Measures are dots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from counter_app.domain.papers import Document
from printers.layout.source import Path, Source
from printers.layout.template import Template

SIZE_MIN, SIZE_MAX = 20, 96  # below 20 dots (2.5 mm) a thermal head clogs hanzi
CODE_ROOM_MIN: Final = 210  # 61 modules, quiet zone included, at three dots each: below that scanners fail

Align = Literal["left", "center", "right"]
ALIGNS: Final[tuple[Align, ...]] = ("left", "center", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """``sizes``: from the largest; a text takes the first in which it is one line, else it wraps in the last.

    ``two_lines_below``: before it gets smaller than this, a text takes two lines. ``leading``: percent of the size.
    """

    name: str
    sizes: tuple[int, ...]
    bold: bool
    leading: int
    two_lines_below: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """``when``: fields (or parts) that must be there, ``unless``: one that must not."""

    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    above: int = 0
    below: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOf(Common):
    template: Template
    style: Style
    align: Align


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides(Common):
    """Two texts on one baseline."""

    left: Template
    right: Template
    left_style: Style
    right_style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``width`` in dots, or 0: what is left, shared by ``weight``."""

    width: int
    weight: int
    valign: Literal["top", "middle", "bottom"]
    keep: bool  # its room too where nothing stands in it
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns(Common):
    """``aligned``: the first elements of all columns share a baseline, then the second ones, and so on."""

    columns: tuple[Column, ...]
    gap: int
    aligned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Common):
    """One line for each entry of a list; ``{item}`` is the entry."""

    of: str
    template: Template
    style: Style
    align: Align


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid(Common):
    """A table of texts; a row whose first field is empty is left out. ``align``: l, c or r a column."""

    rows: tuple[tuple[Template, ...], ...]
    align: str
    style: Style
    first_style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Common):
    kind: Literal["solid", "dashed", "double", "thick"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOf(Common):
    dots_max: int  # a module
    align: Align


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoOf(Common):
    align: Align


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksOf(Common):
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Space(Common):
    dots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow(Common):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Common):
    """A frame, or white on black, around elements."""

    elements: tuple[Element, ...]
    pad: int
    line: int
    inverted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOf(Common):
    """``names``: empty for all that no other element places. ``line``: above each part. ``sign``: room to sign on."""

    names: tuple[str, ...]
    styles: Mapping[str, Style]  # by strength
    line: Literal["", "solid", "dashed", "double", "thick"]
    sign: int
    align: Align


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords(Common):
    """The operator's words under this name."""

    of: str
    style: Style
    align: Align


Element = (
    TextOf
    | Sides
    | Columns
    | ListOf
    | Grid
    | Line
    | CodeOf
    | LogoOf
    | MarksOf
    | Space
    | Arrow
    | Box
    | PartOf
    | OwnWords
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """``file``: a PNG beside the layouts; ``dither``: grey becomes a pattern, else black or white."""

    file: str
    width: int
    height: int
    dither: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all documents share: styles, blocks of elements, the operator's logo and words."""

    styles: Mapping[str, Style]
    blocks: Mapping[str, tuple[Source, dict[str, Any], Path]]  # read anew for each document: fields differ
    logo: Logo | None
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    document: Document
    margin: int
    top: int
    bottom: int
    leave_out: frozenset[str]
    elements: tuple[Element, ...]
    house: House

    def placed(self) -> frozenset[str]:
        """Parts that an element names, or that are left out on purpose."""
        return frozenset(_placed(self.elements)) | self.leave_out


def _placed(elements: tuple[Element, ...]) -> list[str]:
    names: list[str] = []
    for element in elements:
        match element:
            case PartOf():
                names += element.names
            case Box():
                names += _placed(element.elements)
            case Columns():
                for column in element.columns:
                    names += _placed(column.elements)
            case _:
                pass
    return names
