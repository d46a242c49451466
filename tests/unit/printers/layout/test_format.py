"""The format of layouts: what is refused, with which line and reason; what templates and conditions mean."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.papers import Document
from counter_app.errors import Reason, Refusal
from counter_app.texts import Texts
from printers.compose import Composer
from printers.layout.library import LayoutLibrary
from printers.layout.source import read_source
from printers.layout.template import BadTemplate, parse_template
from printers.layout_preview import LayoutPreview
from tests.unit.printers.samples import RESOURCES
from ui.presenters.layout_words import _SENTENCES, layout_reason

PREVIEW = LayoutPreview(Composer(RESOURCES))
LIBRARY = LayoutLibrary(RESOURCES / "layouts")
RECEIPT = """\
document = "receipt"

[[element]]
type = "marks"
[[element]]
type = "text"
text = "{title}"
[[element]]
type = "rest"
"""
TICKET = PREVIEW.text("ticket")


def refused(text: str, file: str = "own.toml") -> Refusal:
    with pytest.raises(Refusal) as caught:
        PREVIEW.check(text, file)
    assert caught.value.reason is Reason.LAYOUT_REFUSED
    assert caught.value.facts["file"] == file
    return caught.value


def test_the_smallest_layout_is_taken() -> None:
    """An operator could not begin with something simple."""
    PREVIEW.check(RECEIPT, "own.toml")


@pytest.mark.parametrize(
    ("change", "line", "code", "detail"),
    [
        (('[[element]]\ntype = "marks"', '[[element]]\ntype = "marks"\ncolour = "red"'), 5, "unknown_key", "colour"),
        (('type = "marks"', 'type = "picture"'), 4, "wrong_value", "type"),
        (('type = "marks"', 'style = "mark"'), 3, "missing_key", "type"),
        (('"{title}"', '"{titel}"'), 7, "unknown_field", "titel"),
        (('"{title}"', '"{title} {price}"'), 7, "unknown_field", "price"),
        (('"{title}"', '"{title"'), 7, "brackets", "{title"),
        (('"{title}"', '"[title]"'), 7, "brackets", "[title]"),
        (('"{title}"', "17"), 7, "wrong_value", "text"),
        (('"{title}"', '{ zh = "票" }'), 7, "missing_key", "text.en"),
        (('"{title}"', '{ zh = "票", en = "x", de = "y" }'), 7, "unknown_key", "de"),
        (('text = "{title}"', 'text = "{title}"\nstyle = "hugest"'), 8, "unknown_style", "hugest"),
        (('text = "{title}"', 'text = "{title}"\nabove = 900'), 8, "wrong_value", "above"),
        (('text = "{title}"', 'text = "{title}"\nabove = true'), 8, "wrong_value", "above"),
        (('text = "{title}"', 'text = "{title}"\nabove = { wide = 3 }'), 8, "missing_key", "above.narrow"),
        (('text = "{title}"', 'text = "{title}"\nwhen = "gate"'), 8, "unknown_field", "gate"),
        (('text = "{title}"', 'text = "{title}"\nalign = "middle"'), 8, "wrong_value", "align"),
        (('type = "marks"\n[[element]]', 'type = "space"\ndots = 4\n[[element]]'), 1, "obligatory", "marks"),
        (('"{title}"', '"{operator}"'), 1, "obligatory", "title"),
        (('"{title}"', '"{title} {operator}"'), 1, "obligatory_if", "title"),
        (('text = "{title}"', 'text = "{title}"\nonly = "wide"'), 1, "obligatory", "title"),
        (('text = "{title}"', 'text = "{title}"\nlanguages = ["zh", "en"]'), 1, "obligatory", "title"),
        (('text = "{title}"', 'text = "{title}"\nunless = "total"'), 1, "obligatory_if", "title"),
        (('type = "rest"', 'type = "part"\nof = "items"'), 1, "obligatory", "total"),
        (('type = "rest"', 'type = "part"\nof = "drawer"'), 10, "wrong_value", "of"),
        (('type = "rest"', 'type = "part"'), 8, "missing_key", "of"),
        (("\n\n[[", '\n\n[paper]\nleave_out = "total"\n[['), 4, "obligatory", "total"),
        (("\n\n[[", "\n\n[paper]\nwidth = 80\n[["), 4, "unknown_key", "width"),
        (('"receipt"', '"recipe"'), 1, "wrong_value", "document"),
        (('document = "receipt"', "# nothing"), 1, "missing_key", "document"),
        (("[[element]]\n", "[[element]\n"), 3, "syntax", "Expected ']]' at the end of an array declaration"),
        (('type = "rest"', 'type = "rest'), 9, "syntax", "Illegal character '\\n'"),
        (('type = "rest"', ".".join("x" * 9000) + " = 1"), 9, "syntax", "more than 200 dots in one line"),
        (('type = "rest"', "x = " + "[" * 9000 + "]" * 9000), 1, "syntax", "nested too deeply"),
        (('type = "rest"', 'type = "code"\ndots_max = 2'), 10, "wrong_value", "dots_max"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(change: tuple[str, str], line: int, code: str, detail: str) -> None:
    """Somebody who is no programmer would search a hundred lines for a typing error."""
    text = RECEIPT.replace(*change, 1)
    assert text != RECEIPT
    refusal = refused(text)
    assert (refusal.facts["line"], refusal.facts["code"], refusal.facts["detail"]) == (line, code, detail)


def test_a_number_too_long_to_read_is_refused_with_its_line() -> None:
    """The start of the program would end with a traceback."""
    refusal = refused(RECEIPT.replace('type = "rest"', 'type = "space"\ndots = ' + "1" * 5000))
    assert (refusal.facts["line"], refusal.facts["code"]) == (10, "syntax")


_COLUMNS = 'type = "columns"\n[[element.column]]\n'
_BOX = 'type = "box"\npad = 60\nline = 12\n'
_TABLE = 'type = "table"\nalign = "lr"\nrow = [\n  { cell = [ { text = "a" }, { text = "b" } ] },\n'
_SMALL = 'width = 20\n[[element.column.element]]\ntype = "text"\ntext = "x"\nstyle = "large"\n[[element.column]]'


@pytest.mark.parametrize(
    ("element", "line", "code"),
    [
        (_COLUMNS + "width = 300\n[[element.column]]\nwidth = 300", 13, "too_wide"),
        (_COLUMNS, 12, "wrong_value"),
        (_COLUMNS + _SMALL, 17, "no_room"),
        (_COLUMNS + '[[element.column.element]]\ntype = "code"\n[[element.column]]', 14, "code_room"),
        ('type = "box"\ninverted = true\n[[element.element]]\ntype = "code"', 14, "code_inverted"),
        (f"{_BOX}[[element.element]]\n{_BOX}[[element.element.element]]\n{_BOX}", 20, "no_room"),
        ('type = "use"\nblock = "nothing"', 12, "wrong_value"),
        ('type = "list"\nof = "rules"', 12, "wrong_value"),
        ('type = "table"\nalign = "lx"', 12, "wrong_value"),
        (_TABLE + '  { cell = [ { text = "a" } ] },\n]', 15, "wrong_value"),
        (_TABLE + '  { cell = [ { text = "a" }, { text = "{b}" } ] },\n]', 15, "unknown_field"),
    ],
)
def test_what_does_not_fit_is_told_before_it_is_printed(element: str, line: int, code: str) -> None:
    """A column wider than the paper would be cut off on the first ticket of the day."""
    refusal = refused(f"{RECEIPT}[[element]]\n{element}\n")
    assert (refusal.facts["line"], refusal.facts["code"]) == (line, code), refusal


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        (("{price}", "{service}"), "obligatory", "price"),
        (('block = "ticket_foot"', 'block = "foot"'), "unfit_block", "foot"),
        (("{place_number}", "{coach_number}"), "obligatory", "place"),
        (("{passenger_type}", "{operator}"), "obligatory", "passenger_type"),
        (('left = "{passenger_name}"', 'left = "{passenger_name} {document}"'), "obligatory_if", "passenger_name"),
        (('block = "ticket_head"', 'block = "ticket_foot"'), "obligatory", "ticket_number"),
    ],
)  # fmt: skip
def test_a_ticket_shows_what_it_must(change: tuple[str, str], code: str, detail: str) -> None:
    """A ticket without its price, code or place is refused at the gate, and nobody knows why."""
    text = TICKET.replace(*change)
    refusal = refused(text)
    assert (refusal.facts["code"], refusal.facts["detail"]) == (code, detail)
    if code.startswith("obligatory"):
        assert refusal.facts["why"]


def test_a_field_of_several_ways_is_enough() -> None:
    """An operator who writes the place in words would be refused for not writing its number."""
    text = TICKET.replace("{place_number}[ {berth}]", "{place}").replace("{place_number.zh}[ {berth.zh}]", "{place.zh}")
    PREVIEW.check(text, "own.toml")
    box = '[[element]]\ntype = "text"\nunless = "place"\ntext = "{class}"\n'
    PREVIEW.check(f"{TICKET}\n{box}", "own.toml")


@pytest.mark.parametrize(
    ("style", "code", "line"),
    [
        ("station = { size = 12 }", "wrong_value", 4),
        ("station = { size = 400 }", "wrong_value", 4),
        ("station = { size = [20, 40] }", "sizes_order", 4),
        ("station = { size = [] }", "wrong_value", 4),
        ("station = { colour = 3 }", "unknown_key", 4),
        ("own = { bold = true }", "missing_key", 4),
        ("value = { size = 96 }", "unfit_style", 4),
        ("[operator]\nheadline = []", "unknown_key", 5),
        ("[operator]\nheader = [3]", "wrong_value", 5),
        ('[operator.logo]\nfile = "../secret.png"', "wrong_value", 5),
        ('[operator.logo]\nfile = "logo.jpg"', "wrong_value", 5),
        ("[narrow.styles]\nstation = { size = 7 }", "wrong_value", 5),
        ("[narrow]\nmargin = 7", "unknown_key", 5),
    ],
)  # fmt: skip
def test_what_all_documents_share_is_checked_too(style: str, code: str, line: int) -> None:
    """One wrong size would spoil every document at once."""
    refusal = refused(f'document = "common"\n\n[styles]\n{style}\n', "common.toml")
    assert (refusal.facts["code"], refusal.facts["line"]) == (code, line), refusal


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    """The operator would read a code instead of a reason."""
    sources = "".join(path.read_text("utf-8") for path in (RESOURCES.parent / "printers" / "layout").glob("*.py"))
    for code in _SENTENCES:
        assert f'"{code}"' in sources or f'"{code}"' in (RESOURCES.parent / "printers/layout_preview.py").read_text()
    refusal = refused(TICKET.replace("{price}", "{service}"))
    zh, en = (Texts(RESOURCES / "i18n", language) for language in ("zh", "en"))
    assert layout_reason(str(refusal.facts["code"]), refusal.facts, zh) == "缺少必须有的“price”：车票上必须有票价"
    assert "must stand on a ticket" in layout_reason(str(refusal.facts["code"]), refusal.facts, en)


def test_the_layout_of_another_document_is_not_previewed_as_this_one() -> None:
    """The preview would show a receipt and the operator would take it for his ticket."""
    with pytest.raises(Refusal) as caught:
        PREVIEW.png(Document.TICKET, RECEIPT, 576, "zh")
    assert caught.value.facts["code"] == "other_document"
    assert PREVIEW.png(Document.RECEIPT, RECEIPT, 576, "zh").startswith(b"\x89PNG")


# ------------------------------------------------------------------------------------------------------ templates

FIELDS = ("a", "b", "c")


def filled(text: str, **values: str) -> str:
    return parse_template(text, FIELDS).fill(lambda name, language: values.get(name, "") + language)


def test_templates() -> None:
    """A line would stand there with a hole in it, or be lost with its price."""
    assert filled("x {a} y", a="1") == "x 1 y"
    assert filled("x {a} y") == ""
    assert filled("{a}[ · {b}]", a="1") == "1"
    assert filled("{a}[ · {b}]", a="1", b="2") == "1 · 2"
    assert filled("{b|none} {a}", a="1") == "none 1"
    assert filled("{a.zh}", a="1") == "1zh"
    assert filled("{{a}} [[b]]") == "{a} [b]"
    for wrong in ("{", "}", "[", "]", "[x]", "{d}", "{a.de}", "{}", "[{a} [{b}]]", "{a}}"):
        with pytest.raises(BadTemplate):
            parse_template(wrong, FIELDS)


@given(st.text("ab{}[]|. c·", max_size=20))
@settings(deadline=None)
def test_any_text_is_a_template_or_is_refused(text: str) -> None:
    """A bracket too many would stop the program at its start."""
    code = ""
    try:
        parse_template(text, FIELDS).fill(lambda *_: "1")
    except BadTemplate as bad:
        code = bad.code
    assert code in {"", "brackets", "unknown_field"}


# ---------------------------------------------------------------------------------------------------------- lines


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _paths(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found += _paths(inner, (*path, at))
    return found


@pytest.mark.parametrize("file", sorted((RESOURCES / "layouts").glob("*.toml")), ids=lambda file: file.stem)
def test_every_value_of_the_shipped_layouts_has_its_line(file: Path) -> None:
    """A fault in a long file would be told with the line of something else."""
    text = file.read_text("utf-8")
    source = read_source(text, file.name)
    lines = text.splitlines()
    for path, value in _paths(tomllib.loads(text)):
        if path and isinstance(path[-1], str) and not isinstance(value, dict | list):
            assert path in source.lines, path
            assert path[-1] in lines[source.lines[path] - 1], path


HARD = '''\
a = """
[[element]]
b = 1
"""
"quoted key" = 'x # no comment'  # comment [x]
[table."in quotes"]
c.d = { e = [1, # one
  2], f = "}]" }
[[list]]
[[list.inner]]
g = 1979-05-27T07:32:00Z
[[list]]
[list.sub]
h = \'\'\'
]]
\'\'\'
i = [
  { j = 1 },
  { j = 2, k = "\\"" },
]
'''


def test_lines_of_hard_toml() -> None:
    """Brackets within a text would move all lines below it."""
    found = read_source(HARD, "x").lines
    assert found["a",] == 1
    assert found["quoted key",] == 5
    assert found["table", "in quotes", "c", "d"] == 7
    assert found["table", "in quotes", "c", "d", "e", 1] == 8
    assert found["list", 0, "inner", 0, "g"] == 11
    assert found["list", 1, "sub", "h"] == 14
    assert found["list", 1, "sub", "i", 1, "k"] == 19


_BITS = [*"[]{}=\n\"'#.,a1 é", "[[element]]\n", 'type = "text"\n', 'text = "x"\n', 'style = "large"\n']


@given(st.lists(st.sampled_from(_BITS), max_size=60).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_file_stops_the_program(text: str) -> None:
    """A file that a text editor mangled would keep the counter from opening."""
    line = 1
    try:
        LIBRARY.check(f'document = "test"\n{text}', "x.toml")
    except Refusal as refusal:
        line = int(refusal.facts["line"])
    assert 1 <= line <= text.count("\n") + 2
