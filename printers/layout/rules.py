"""What a document must show, it shows on every width, in every language, whichever of its other fields are empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from counter_app.domain.paper_contents import CONTENTS, SLIPS_MUST, TICKETS
from counter_app.domain.papers import Document
from printers.layout.fields import COMES_WITH, STANDS_FOR, always_there, parts_of
from printers.layout.model import (
    Box,
    CodeOf,
    Columns,
    Common,
    Element,
    Grid,
    ListOf,
    MarksOf,
    PartOf,
    Sheet,
    Sides,
    TextOf,
)
from printers.layout.source import Source
from printers.layout.template import Template

_CONDITIONS_MAX: Final = 10  # beside one obligatory field


@dataclass(frozen=True, slots=True)
class _Shown:
    """``name`` stands on the paper where all of ``there`` and none of ``missing`` has a value."""

    name: str
    there: frozenset[str]
    missing: frozenset[str]


def check_contents(sheet: Sheet, source: Source) -> None:
    """Raises Refusal(LAYOUT_REFUSED, code="obligatory", detail=what, why=…)."""
    must = dict(CONTENTS[sheet.document].must)
    if sheet.document not in TICKETS:
        must |= SLIPS_MUST
    for name in sheet.leave_out & must.keys():
        raise source.refusal(("paper", "leave_out"), "obligatory", name, why=must[name])
    shown = list(_shown(sheet.elements, frozenset(), frozenset(), sheet))
    always = always_there(sheet.document) | {"marks", "code"}
    for name, why in must.items():
        ways = [one for one in shown if one.name in STANDS_FOR.get(name, (name,))]
        verdict = _covered(name, ways, always)
        if verdict == "too_many":
            raise source.refusal((), "too_many_conditions", name)
        if verdict:
            code = "obligatory" if not ways else "obligatory_if"
            raise source.refusal((), code, name, why=why, without=verdict)


def _covered(name: str, ways: Iterable[_Shown], always: frozenset[str]) -> str:
    """Empty if it is; else the fields whose lack takes it away ("–" where none does)."""
    given = always | _with([name])
    left = [
        (one.there - given, one.missing) for one in ways if not (one.missing & given) and not (one.missing & one.there)
    ]
    asked = sorted(frozenset().union(*(there | missing for there, missing in left)) if left else frozenset())
    if len(asked) > _CONDITIONS_MAX:
        return "too_many"
    for count in range(len(asked) + 1):
        for absent in combinations(asked, count):
            present = frozenset(asked) - frozenset(absent)
            if _with(present) & frozenset(absent):
                continue  # no paper has the one without the other
            if not any(there <= present and not missing & present for there, missing in left):
                return ", ".join(absent) or "–"
    return ""


def _with(names: Iterable[str]) -> frozenset[str]:
    found = set(names)
    for name in names:
        found |= set(COMES_WITH.get(name, ()))
    return frozenset(found)


def _shown(
    elements: Iterable[Element], there: frozenset[str], missing: frozenset[str], sheet: Sheet
) -> Iterator[_Shown]:
    for element in elements:
        assert isinstance(element, Common)
        within, without = there | set(element.when), missing | set(element.unless)
        match element:
            case TextOf():
                yield from _said([element.template], within, without)
            case Sides():
                yield from _said([element.left], within, without)
                yield from _said([element.right], within, without)
            case Grid():
                for row in element.rows:
                    yield from _said(row, within, without)
            case ListOf():
                yield _Shown(element.of, within, without)
            case CodeOf():
                yield _Shown("code", within, without)
            case MarksOf():
                yield _Shown("marks", within, without)
            case PartOf():
                names = element.names or tuple({*parts_of(sheet.document)} - sheet.placed())
                for name in names:
                    yield _Shown(name, within - {name}, without)
            case Columns():
                for column in element.columns:
                    yield from _shown(column.elements, within, without, sheet)
            case Box():
                yield from _shown(element.elements, within, without, sheet)
            case _:
                pass


def _said(templates: Iterable[Template], there: frozenset[str], missing: frozenset[str]) -> Iterator[_Shown]:
    """Templates that are drawn together or not at all."""
    templates = list(templates)
    needed = there.union(*(template.needed() for template in templates))
    for name in needed - there:
        yield _Shown(name, needed - {name}, missing)
    for name in there & frozenset().union(*(template.needed() for template in templates)):
        yield _Shown(name, needed - {name}, missing)
    for template in templates:
        for group in template.groups():
            for name in group:
                yield _Shown(name, (needed | group) - {name}, missing)


def obligatory(document: Document) -> dict[str, str]:
    """Names and reasons, for the documentation of a layout."""
    must = dict(CONTENTS[document].must)
    return must if document in TICKETS else {**must, **SLIPS_MUST}
