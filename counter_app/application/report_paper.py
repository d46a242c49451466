"""X and Z in words: for 80 mm paper and PDF as a slip, for the command line as plain text of the same lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from counter_app.application.fare_words import CLASS_WORDS, TYPE_WORDS
from counter_app.application.tender_words import TENDER_WORDS
from counter_app.application.views import ShiftReport, TotalsLine
from counter_app.domain.money import Money
from counter_app.domain.papers import Block, Document, Mark, Pair, Part, Rule, Slip, Strength, Table, Text, Verbatim
from counter_app.ports.profile import ProfileInfo
from counter_app.texts import Texts, mark

_CASH: Final = {
    "float": mark("Float"),
    "cash_sales": mark("Cash sales"),
    "cash_refunds": mark("Cash refunds"),
    "paid_in": mark("Paid in"),
    "paid_out": mark("Paid out"),
    "drops": mark("Cash drops"),
    "expected": mark("Expected"),
    "declared": mark("Counted"),
    "over_short": mark("Over / short"),
}
_TEXT_COLUMNS: Final = 48  # of 80 mm paper in its own fixed font


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """``texts(language)`` gives the words of that language."""

    texts: Callable[[str], Texts]
    profile: ProfileInfo

    def __call__(self, report: ShiftReport, language: str, *, copy_number: int = 0) -> Slip:
        t = self.texts(language)
        zone = ZoneInfo(self.profile.zone)
        number = report.z_number
        title = t("Z report {number}", number=number) if report.kind == "z" else t("X report")
        marks: list[Mark] = [Mark.DUPLICATE] if copy_number else []
        if self.profile.training:
            marks.append(Mark.TRAINING)
        if self.profile.demonstration:
            marks.append(Mark.DEMONSTRATION)
        return Slip(
            language=language,
            title=title,
            subtitle=t("{station}, window {counter}", station=report.station, counter=report.counter),
            marks=tuple(marks),
            document=Document.Z_REPORT if report.kind == "z" else Document.X_REPORT,
            parts=_parts(report, t, zone),
            facts={
                "operator": report.operator,
                "station": report.station,
                "window": f"{report.counter:02d}",
                "clerk": report.shift.clerk,
                "made_at": _when(report.made_at, zone),
                "number": str(number or ""),
            },
            copy_number=copy_number,
        )


def _parts(report: ShiftReport, t: Texts, zone: ZoneInfo) -> tuple[Part, ...]:
    found = {
        "shift": _head(report, t, zone),
        "sales": _sales(report, t),
        "passengers": _totals(t("By passenger"), report.by_passenger_type, TYPE_WORDS, t),
        "classes": _totals(t("By class"), report.by_class, CLASS_WORDS, t),
        "tenders": _totals(t("By tender"), report.by_tender, TENDER_WORDS, t),
        "carried": _carried(report, t, zone),
        "drawer": _drawer(report, t),
        "close": _foot(report, t),
        "signatures": _signatures(report, t),
    }
    parts = (Part(name, tuple(blocks)) for name, blocks in found.items())
    return tuple(part for part in parts if part.blocks)


def _head(report: ShiftReport, t: Texts, zone: ZoneInfo) -> Iterable[Block]:
    shift = report.shift
    yield Pair(t("Shift"), str(shift.number))
    yield Pair(t("Clerk"), f"{shift.clerk} ({shift.login})" if shift.clerk != shift.login else shift.login)
    yield Pair(t("Opened"), _when(shift.opened_at, zone))
    yield Pair(t("Closed") if report.kind == "z" else t("As of"), _when(report.made_at, zone))


def _sales(report: ShiftReport, t: Texts) -> Iterable[Block]:
    yield Pair(t("First ticket"), report.first_ticket or "—")
    yield Pair(t("Last ticket"), report.last_ticket or "—")
    yield Pair(t("Tickets sold"), str(report.tickets_sold), Strength.STRONG)
    yield Pair(t("Tickets refunded"), str(report.tickets_refunded))
    if report.tickets_exchanged:
        yield Pair(t("Tickets exchanged"), str(report.tickets_exchanged))
    yield Pair(t("Papers issued"), str(report.papers_issued))
    yield Pair(t("Papers spoiled"), str(report.tickets_spoiled))
    if report.blanks_issued is not None:
        yield Pair(t("Numbered blanks used"), str(report.blanks_issued))
        yield Pair(t("Numbered blanks spoiled"), str(report.blanks_spoiled))
        yield Pair(t("Numbered blanks left"), str(report.blanks_left))
    yield Pair(t("Sales"), report.sales.plain(), Strength.STRONG)
    yield Pair(t("Refunds paid out"), report.refunds.plain())
    yield Pair(t("Refund fees kept"), report.fees.plain())


def _totals(head: str, lines: tuple[TotalsLine, ...], words: Mapping[str, str], t: Texts) -> Iterable[Block]:
    if lines:
        yield _table(head, lines, words, t)


def _carried(report: ShiftReport, t: Texts, zone: ZoneInfo) -> Iterable[Block]:
    """Every payment of the shift that is not settled, by name: whoever has the next shift looks for them."""
    if not report.carried:
        return
    yield Text(t("Payments carried over") if report.kind == "z" else t("Payments not settled"), Strength.STRONG)
    for one in report.carried:
        word = one.tender if one.direction == "charge" else f"{one.tender}_refund"
        yield Pair(f"{t(TENDER_WORDS[word])}  {_when(one.at, zone)}", one.amount.plain())
        yield Pair(one.clerk, str(one.intent_id)[-12:], Strength.FAINT)
        if one.note:
            yield Text(one.note, Strength.FAINT)


def _table(head: str, lines: Iterable[TotalsLine], words: Mapping[str, str], t: Texts) -> Table:
    return Table(
        (head, t("Count"), t("Amount")),
        tuple((t(words.get(one.label, one.label)), _count(one), _amount(one.amount)) for one in lines),
        "lrr",
    )


def _drawer(report: ShiftReport, t: Texts) -> Iterable[Block]:
    if report.no_sales is not None:
        yield Pair(t("Drawer opened without a sale"), str(report.no_sales))
    if report.blind:
        yield Text(t("Cash is shown once the drawer has been counted."), Strength.FAINT)
        return
    yield _table(t("Drawer"), report.cash, _CASH, t)
    if report.denominations:
        currency = report.sales.currency
        yield Table(
            (t("Value"), t("Pieces"), t("Amount")),
            tuple(
                (Money(value, currency).plain(), str(pieces), Money(value * pieces, currency).plain())
                for value, pieces in report.denominations
            ),
            "rrr",
        )
    if report.shift.reason:
        yield Pair(t("Reason"), report.shift.reason)


def _foot(report: ShiftReport, t: Texts) -> Iterable[Block]:
    yield Pair(t("Grand total since set-up"), report.perpetual_total.plain(), Strength.STRONG)
    yield Pair(
        t("Not yet sent"), t("{count} entries, {value}", count=report.unsynced_count, value=report.unsynced.plain())
    )
    yield Pair(t("Journal"), f"{report.journal_first}–{report.journal_last}")
    yield Pair(t("Currency"), report.sales.currency)


def _signatures(report: ShiftReport, t: Texts) -> Iterable[Block]:
    if report.kind == "z":
        yield Pair(t("Signed, clerk"), "______________")
        yield Pair(t("Signed, supervisor"), "______________")


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _count(line: TotalsLine) -> str:
    return "" if line.count is None else str(line.count)


def _amount(amount: Money | None) -> str:
    return "" if amount is None else amount.plain()


# -------------------------------------------------------------------------------------------------- plain text


def slip_text(slip: Slip, columns: int = _TEXT_COLUMNS) -> str:
    """The slip's lines for a terminal: fixed width, a Chinese character counting two."""
    head = (slip.facts.get("operator", ""), slip.title, slip.subtitle)
    lines = [_aligned(line, columns, "c") for line in head if line]
    for part in slip.named():
        lines.append("-" * columns)
        for block in part.blocks:
            lines += _block_lines(block, columns)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _block_lines(block: Block, columns: int) -> list[str]:
    match block:
        case Rule():
            return ["-" * columns]
        case Text(text=text, align=align):
            return [_aligned(text, columns, align[0])]
        case Pair(label=label, value=value):
            return [label + " " * max(1, columns - width(label) - width(value)) + value]
        case Table():
            return _table_lines(block, columns)
        case Verbatim():
            return list(block.lines)
        case _:
            return [block.content]


def _table_lines(table: Table, columns: int) -> list[str]:
    rows = [table.head, *table.rows]
    widths = [max(width(row[column]) for row in rows) for column in range(len(table.head))]
    # The first column takes what the figures leave.
    widths[0] = max(widths[0], columns - sum(widths[1:]) - 2 * (len(widths) - 1))
    return [
        "  ".join(_aligned(cell, wide, align) for cell, wide, align in zip(row, widths, table.align, strict=True))
        for row in rows
    ]


def _aligned(text: str, columns: int, align: str) -> str:
    left = max(0, columns - width(text))
    if align == "r":
        return " " * left + text
    if align == "c":
        return " " * (left // 2) + text + " " * (left - left // 2)
    return text + " " * left


def width(text: str) -> int:
    """Columns of a terminal (Unicode annex 11: wide and full-width characters take two, combining ones none)."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
