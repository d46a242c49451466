"""``counterfoil report x|z``: the figures as text, JSON or PDF. A Z is printed from what was frozen at its close."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.report_paper import slip_text
from counter_app.application.views import ShiftReport
from counter_app.domain.money import Money
from counter_app.domain.papers import Paper, Slip
from counter_app.domain.staff import SYSTEM


def report_output(
    desk: Desk, kind: str, number: int | None, form: str, language: str, pdf: Callable[[Paper], bytes]
) -> bytes:
    """Raises Refusal: SHIFT_CLOSED where no shift is open (x) or none was closed (z)."""
    report = desk.report_x(SYSTEM) if kind == "x" else desk.report_z(SYSTEM, number)
    if form == "json":
        return (json.dumps(_plain(report), ensure_ascii=False, indent=2) + "\n").encode()
    paper = desk.report_paper(report, language)
    if form == "pdf":
        return pdf(paper)
    assert isinstance(paper, Slip)
    return slip_text(paper).encode()


def _plain(report: ShiftReport) -> object:
    return _value(asdict(report, dict_factory=_fields))


def _fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = {name for name, _ in pairs}
    if names == {"minor", "currency"}:
        return {"minor": dict(pairs)["minor"], "currency": dict(pairs)["currency"]}
    return dict(pairs)


def _value(value: object) -> object:
    match value:
        case dict():
            return {str(key): _value(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_value(inner) for inner in value]
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case UUID():
            return str(value)
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case _:
            return value
