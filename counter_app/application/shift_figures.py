"""A shift's figures: gathered from what was written, and as the canonical JSON that a Z freezes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from counter_app.application.shift_views import shift_view
from counter_app.application.views import CarriedPayment, ShiftReport, ShiftView, TotalsLine
from counter_app.domain.journal import Json, Kind, parse_timestamp, timestamp
from counter_app.domain.money import Money
from counter_app.domain.shifts import expected_cash
from counter_app.ports.orders import Credited, Tally
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.shifts import CashKind, CashMovement, ShiftRecord
from counter_app.ports.store import Reading, Writing

CASH_LINES: dict[CashKind, str] = {
    CashKind.FLOAT: "float",
    CashKind.SALE: "cash_sales",
    CashKind.REFUND: "cash_refunds",
    CashKind.PAID_IN: "paid_in",
    CashKind.PAID_OUT: "paid_out",
    CashKind.DROP: "drops",
}
CASH_TENDER = "cash"
ROLLS_MAX = 16  # those in printers come first, and there are fewer printers


def gather(
    shift: ShiftRecord,
    books: Reading | Writing,
    profile: ProfileInfo,
    *,
    kind: str,
    made_at: datetime,
    blind: bool,
    journal_last: int,
) -> ShiftReport:
    """``blind`` leaves out every line that tells what should be in the drawer (decisions 15)."""
    currency = profile.currency
    sales = books.orders.sales_of_shift(shift.shift_id)
    movements = books.shifts.movements(shift.shift_id)
    unsynced = books.sync.unsynced()
    rolls = books.blanks.rolls(ROLLS_MAX)
    blanks = books.blanks.count(shift.opened_at, made_at) if rolls else None
    journal_first = min((one.journal_seq for one in movements), default=0)  # its float
    return ShiftReport(
        kind=kind,
        shift=shift_view(shift, books, currency),
        z_number=shift.z_number,
        made_at=made_at,
        station=profile.station_name,
        counter=profile.counter,
        operator=profile.operator,
        first_ticket=sales.first_ticket,
        last_ticket=sales.last_ticket,
        tickets_sold=sales.tickets_sold,
        tickets_refunded=sales.tickets_refunded - sales.credited.tickets,
        tickets_exchanged=sales.credited.tickets,
        tickets_spoiled=sales.tickets_spoiled,
        papers_issued=sales.papers_issued,
        sales=Money(sales.sales_minor, currency),
        refunds=Money(sales.refunds_minor - sales.credited.amount_minor, currency),
        fees=Money(sales.fees_minor, currency),
        by_tender=tuple(
            line for line in _lines(sales.by_tender, currency) if not (blind and line.label.startswith(CASH_TENDER))
        ),
        by_passenger_type=_lines(sales.by_passenger_type, currency),
        by_class=_lines(sales.by_class, currency),
        cash=() if blind else _cash(shift, movements, currency, sales.credited),
        denominations=tuple((shift.declared_count or {}).items()),
        perpetual_total=Money(_perpetual_before(shift, books) + sales.sales_minor, currency),
        # A stand-alone counter owes nobody its entries: there is no central that has not seen them.
        unsynced_count=unsynced.entries,
        unsynced=Money(unsynced.value_minor, currency),
        blind=blind,
        journal_first=journal_first,
        journal_last=journal_last,
        carried=tuple(
            CarriedPayment(
                intent_id=one.intent_id,
                direction=one.direction.value,
                tender=one.tender.value,
                state=one.state.value,
                amount=one.amount,
                clerk=one.clerk,
                at=one.sent_at or one.created_at,
                note=one.carried,
            )
            for one in books.payments.unsettled_of_shift(shift.shift_id)
        ),
        blanks_issued=None if blanks is None else blanks.issued,
        blanks_spoiled=None if blanks is None else blanks.spoiled,
        blanks_left=None if blanks is None else sum(roll.left for roll in rolls if roll.ended_at is None),
        no_sales=books.journal.count(Kind.DRAWER_OPENED, after_seq=journal_first),
    )


def _lines(tallies: Iterable[Tally], currency: str) -> tuple[TotalsLine, ...]:
    return tuple(
        TotalsLine(label=one.code, count=one.count, amount=Money(one.amount_minor, currency)) for one in tallies
    )


def _cash(
    shift: ShiftRecord, movements: list[CashMovement], currency: str, credited: Credited
) -> tuple[TotalsLine, ...]:
    """Without what exchanges booked out and in again: nobody had it in hand, and the sum is the same."""
    lines = []
    for kind, label in CASH_LINES.items():
        amounts = [one.amount_minor for one in movements if one.kind is kind]
        count, amount = len(amounts), sum(amounts)
        if kind is CashKind.SALE:
            count, amount = count - credited.sales, amount - credited.amount_minor
        elif kind is CashKind.REFUND:
            count, amount = count - credited.refunds, amount + credited.amount_minor
        lines.append(TotalsLine(label=label, count=count, amount=Money(amount, currency)))
    expected = shift.expected_minor
    if expected is None:
        expected = expected_cash(one.amount_minor for one in movements)
    lines.append(TotalsLine(label="expected", count=None, amount=Money(expected, currency)))
    if shift.declared_minor is not None:
        declared = Money(shift.declared_minor, currency)
        lines.append(TotalsLine(label="declared", count=None, amount=declared))
        lines.append(TotalsLine(label="over_short", count=None, amount=declared - Money(expected, currency)))
    return tuple(lines)


def _perpetual_before(shift: ShiftRecord, books: Reading | Writing) -> int:
    """Gross sales of all shifts closed before: what the Z before this one says. It is never set back."""
    number = (shift.z_number or books.shifts.last_z() + 1) - 1
    before = books.shifts.by_z(number) if number else None
    if before is None or before.z_report is None:
        return 0
    return thawed(before.z_report).perpetual_total.minor


# ------------------------------------------------------------------------------------ figures as canonical JSON


def frozen(report: ShiftReport) -> dict[str, Json]:
    """Every figure of a Z: amounts in minor units of ``currency``, instants as in the journal."""
    return {
        "currency": report.sales.currency,
        **{name: _freeze(getattr(report, name)) for name in ShiftReport.__dataclass_fields__},
    }


def _freeze(value: Any) -> Json:
    if isinstance(value, Money):
        return value.minor
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return [_freeze(one) for one in value]
    if isinstance(value, ShiftView | TotalsLine | CarriedPayment):
        return {name: _freeze(getattr(value, name)) for name in type(value).__dataclass_fields__}
    assert value is None or isinstance(value, str | int), value
    return value


def thawed(text: str) -> ShiftReport:
    """A closed shift's figures as they were frozen, whatever the tables say today."""
    fields: dict[str, Any] = json.loads(text)
    currency: str = fields.pop("currency")

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    def lines(name: str) -> tuple[TotalsLine, ...]:
        return tuple(TotalsLine(label=x["label"], count=x["count"], amount=money(x["amount"])) for x in fields[name])

    shift = fields["shift"]
    view = ShiftView(
        **{
            **shift,
            "shift_id": UUID(shift["shift_id"]),
            "opened_at": parse_timestamp(shift["opened_at"]),
            **{name: money(shift[name]) for name in ("float_amount", "declared", "expected", "over_short")},
        }
    )
    return ShiftReport(
        **{
            **fields,
            "shift": view,
            "made_at": parse_timestamp(fields["made_at"]),
            **{name: money(fields[name]) for name in ("sales", "refunds", "fees", "perpetual_total", "unsynced")},
            **{name: lines(name) for name in ("by_tender", "by_passenger_type", "by_class", "cash")},
            # Not there in a Z of before payments were.
            "carried": tuple(_carried(one, currency) for one in fields.get("carried", ())),
            "denominations": tuple((value, pieces) for value, pieces in fields["denominations"]),
        }
    )


def _carried(fields: dict[str, Any], currency: str) -> CarriedPayment:
    return CarriedPayment(
        **{
            **fields,
            "intent_id": UUID(fields["intent_id"]),
            "amount": Money(fields["amount"], currency),
            "at": parse_timestamp(fields["at"]),
        }
    )
