"""A layout's text → the checked sheets that it means, one a width form and language.

What is wrong is refused with file, line and reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from counter_app.domain.papers import Document
from printers.layout.elements import ElementReader
from printers.layout.model import SIZE_MAX, SIZE_MIN, House, Logo, Sheet, Style
from printers.layout.reading import FORMS, PAPER_LANGUAGES, WIDTHS, Table, Variant
from printers.layout.rules import check_contents
from printers.layout.source import Path, Source, read_source, refusal

COMMON: Final = "common"  # the file of what all documents share
OWN_WORDS: Final = ("header", "footer", "rules")
_ELEMENTS_MAX: Final = 80
_STEPS_MAX: Final = 12
_NAMES_MAX: Final = 40
_LOGO_FILE_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class LayoutFile:
    """A file that was read; ``document`` is None for the common one."""

    source: Source
    document: Document | None


def read_layout(text: str, file: str, *, shipped: bool = False) -> LayoutFile:
    """TOML with a known document; its contents are checked by :func:`sheets` and :func:`house`."""
    source = read_source(text, file, shipped=shipped)
    name = source.values.get("document")
    if name == COMMON:
        return LayoutFile(source, None)
    if not isinstance(name, str) or name not in set(Document):
        if name is None:
            raise refusal(file, 1, "missing_key", "document")
        wanted = ", ".join([*Document, COMMON])
        raise source.refusal(("document",), "wrong_value", "document", wanted=wanted)
    return LayoutFile(source, Document(name))


# ------------------------------------------------------------------------------------------- what all documents share


def house(shipped: Source, own: Source | None, variant: Variant) -> House:
    """The shipped styles with the operator's changes; logo and words are the operator's alone."""
    styles: dict[str, Style] = {}
    logo: Logo | None = None
    words: dict[str, tuple[str, ...]] = dict.fromkeys(OWN_WORDS, ())
    blocks: dict[str, tuple[Source, dict[str, Any], Path]] = {}
    for source in (shipped, own):
        if source is None:
            continue
        top = Table(source.values, source, (), variant)
        top.take("document")
        _styles(top.table("styles"), styles)
        # Both forms are read, so that a mistake in the other one is found too.
        for form in FORMS:
            differing = top.table(form)
            changed: dict[str, Style] = dict(styles)
            _styles(differing.table("styles"), changed)
            differing.done()
            if form == variant.form:
                styles = changed
        operator = top.table("operator")
        if operator.has("logo"):
            logo = _logo(operator.table("logo"))
        for name in OWN_WORDS:
            words[name] = operator.texts(name, 20) or words[name]
        operator.done()
        for name, values in top.table("block").subtables().items():
            blocks[name] = (source, values, ("block", name))
        top.done()
    return House(styles=styles, blocks=blocks, logo=logo, words=words)


def _styles(table: Table, styles: dict[str, Style]) -> None:
    """Adds to ``styles``: a style that is there already is changed key by key."""
    for name in table.names():
        if len(styles) >= _NAMES_MAX or not (name.isascii() and name.replace("_", "a").isalnum()):
            raise table.refusal("wrong_value", name, name, wanted=f"a-z _, 1 … {_NAMES_MAX}")
        style = table.table(name)
        base = styles.get(name)
        sizes = base.sizes if base is not None and not style.has("size") else _sizes(style)
        styles[name] = Style(
            name=name,
            sizes=sizes,
            bold=style.flag("bold", default=base.bold if base is not None else False),
            leading=style.whole("leading", 100, 250, base.leading if base is not None else 132),
            two_lines_below=style.whole(
                "two_lines_below", 0, SIZE_MAX, base.two_lines_below if base is not None else 0
            ),
        )
        style.done()


def _sizes(style: Table) -> tuple[int, ...]:
    sizes = style.numbers("size", SIZE_MIN, SIZE_MAX, _STEPS_MAX)
    if list(sizes) != sorted(set(sizes), reverse=True):
        raise style.refusal("sizes_order", "size")
    return sizes


def _logo(table: Table) -> Logo:
    file = table.take("file")
    plain = isinstance(file, str) and 0 < len(file) <= _LOGO_FILE_MAX and not {*"/\\:\0"} & {*file}
    if not plain or not file.lower().endswith(".png"):
        raise table.refusal("wrong_value", "file", "file", wanted="name.png")
    logo = Logo(
        file=file,
        width=table.whole("width", 16, 576, 240),
        height=table.whole("height", 16, 400, 120),
        dither=table.flag("dither", default=True),
    )
    if logo.width > WIDTHS[table.variant.form]:
        raise table.refusal("too_wide", "width", "width", most=WIDTHS[table.variant.form])
    table.done()
    return logo


# -------------------------------------------------------------------------------------------------------- documents


def sheet(file: LayoutFile, shared: House, variant: Variant) -> Sheet:
    """Raises Refusal(LAYOUT_REFUSED)."""
    document = file.document
    assert document is not None
    top = Table(file.source.values, file.source, (), variant)
    top.take("document")
    paper = top.table("paper")
    margin = paper.whole("margin", 0, 100, 4)
    reader = ElementReader(document, shared)
    found = Sheet(
        document=document,
        margin=margin,
        top=paper.whole("top", 0, 200, 4),
        bottom=paper.whole("bottom", 0, 400, 20),  # the knife stands some dots off where it should
        leave_out=frozenset(paper.words("leave_out", reader.parts)),
        elements=reader.elements(top, "element", WIDTHS[variant.form] - 2 * margin, _ELEMENTS_MAX),
        house=shared,
    )
    paper.done()
    top.done()
    check_contents(found, file.source)
    return found


def sheets(file: LayoutFile, shared: Mapping[Variant, House]) -> dict[Variant, Sheet]:
    """All of them: a mistake that shows on one width or in one language only is found at once."""
    return {variant: sheet(file, shared[variant], variant) for variant in variants()}


def houses(shipped: Source, own: Source | None) -> dict[Variant, House]:
    return {variant: house(shipped, own, variant) for variant in variants()}


def variants() -> list[Variant]:
    return [Variant(form, language) for form in FORMS for language in PAPER_LANGUAGES]
