"""Why a layout was refused, in the user's language: one sentence a code (``printers.layout``). No Qt."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Final

from counter_app.texts import Texts, mark

_SENTENCES: Final = {
    "syntax": mark("this is not well-formed TOML: {detail}"),
    "too_long": mark("the file is longer than {detail}"),
    "not_utf8": mark("the file is not UTF-8 text"),
    "unreadable": mark("the file cannot be read: {detail}"),
    "unknown_key": mark("there is no such key: “{detail}”"),
    "missing_key": mark("the key “{detail}” is missing"),
    "wrong_value": mark("the value of “{detail}” cannot be used; possible: {wanted}"),
    "sizes_order": mark("sizes stand from the largest to the smallest, each once"),
    "unknown_field": mark("this document has no such field: “{detail}”"),
    "unknown_style": mark("there is no style “{detail}”"),
    "brackets": mark("braces or brackets are not closed, or hold no field: {detail}"),
    "no_room": mark("“{detail}” needs {size} dots and has {room}: no text could fit"),
    "too_wide": mark("“{detail}” is wider than the paper: at most {most} dots"),
    "code_room": mark("a code needs {detail} dots and has {room}: no scanner could read it"),
    "code_inverted": mark("a code cannot stand in an inverted box: no scanner could read it"),
    "too_deep": mark("boxes, columns and blocks stand more than {detail} deep in each other"),
    "obligatory": mark("“{detail}” is missing and must be there: {why}"),
    "obligatory_if": mark("“{detail}” would be missing on papers without {without}: {why}"),
    "too_many_conditions": mark("“{detail}” hangs on too many conditions"),
    "twice": mark("another file lays out “{detail}” already"),
    "other_document": mark("this is the layout of another document, not of “{detail}”"),
    "unfit_block": mark("the block “{detail}” does not fit here, or does not belong to this document"),
    "unfit_shared": mark("with this change the layout of “{document}” lacks “{detail}”: {why}"),
    "unfit_style": mark("with this change the layout of “{document}” does not fit any more: “{detail}”"),
    "logo_missing": mark("the logo cannot be read: {detail}"),
    "logo_large": mark("the logo is larger than {detail}"),
    "logo_no_png": mark("the logo is not a PNG picture: {detail}"),
    "logo_white": mark("the logo has no black dot: {detail}"),
}
_UNKNOWN: Final = mark("it cannot be used: {detail}")


def layout_reason(code: str, facts: Mapping[str, object], t: Texts) -> str:
    """``facts`` as the refusal has them; the reason of an obligatory part is said in the user's language too."""
    sentence = _SENTENCES.get(code, _UNKNOWN)
    known = {**facts, "why": t(str(facts["why"]))} if "why" in facts else dict(facts)
    names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name]
    return t(sentence, **{name: known.get(name, "–") for name in names})
