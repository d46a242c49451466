"""What the entries make of rolls of numbered blanks (``domain.projection``), and of papers that were moved.

Which roll a paper's blank came from no entry says: it is the one that had the number next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counter_app.domain.journal import Entry, Kind
from counter_app.domain.projection import ANYTHING, Fold, OneOf, Projection
from counter_app.domain.stocknumbers import stock_number, stock_range
from counter_app.errors import Refusal

_UNDER_WAY: Final = OneOf(frozenset({"queued", "sending"}))
_WAITING: Final = ("", "inside")  # of a table that is not compared: the rolls that are in printers


def _inside(p: Projection) -> dict[str, str]:
    """Printer to roll."""
    return dict(p.get(*_WAITING)) if _WAITING in p.rows else {}


def _range(first: str, last: str) -> tuple[int, int]:
    try:
        return stock_range(first, last)
    except Refusal as refusal:
        raise ValueError(first) from refusal


def _loaded(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    first_n, last_n = _range(body["first"], body["last"])
    inside = _inside(p)
    if body["printer"] in inside:
        raise ValueError("printer")
    fields = {
        "printer": body["printer"],
        "first_n": first_n,
        "last_n": last_n,
        "next_n": first_n,
        "ended": False,
        "shift_id": body["shift_id"],
        "journal_seq": entry.seq,
    }
    p.put("blank_roll", body["roll_id"], fields)
    p.put(*_WAITING, {**inside, body["printer"]: body["roll_id"]})


def _ended(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    roll = p.get("blank_roll", body["roll_id"])
    if roll["last_n"] - roll["next_n"] + 1 != body["left"]:
        raise ValueError("left")
    inside = _inside(p)
    if inside.pop(roll["printer"]) != body["roll_id"]:
        raise ValueError("roll_id")
    p.change("blank_roll", body["roll_id"], ended=True)
    p.put(*_WAITING, inside)


def _spoiled(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    first_n, last_n = _range(body["first"], body["last"])
    roll = p.get("blank_roll", body["roll_id"])
    if roll["next_n"] != first_n or roll["last_n"] < last_n:
        raise ValueError("first")
    p.change("blank_roll", body["roll_id"], next_n=last_n + 1)
    for n in range(first_n, last_n + 1):
        _put_spoiled(p, entry, n, body["roll_id"], body["reason"])


def _put_spoiled(p: Projection, entry: Entry, n: int, roll_id: str, reason: str) -> None:
    p.put("spoiled_blank", str(n), {"roll_id": roll_id, "reason": reason, "journal_seq": entry.seq})


def _moved(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    stock = body["stock_number"]
    if body["unused"]:
        n, _ = _range(body["unused"], body["unused"])
        roll = p.get("blank_roll", body["roll_id"])
        if not roll["first_n"] <= n < roll["next_n"]:
            raise ValueError("unused")
        _put_spoiled(p, entry, n, body["roll_id"], "moved")
    known = p.rows.get(("print_job", body["job_id"]))
    if known is None or known.fields["stock"] != (stock or None):
        take_blank(p, stock)
    if known is not None:
        told = known.fields["state"] is not ANYTHING
        p.change("print_job", body["job_id"], stock=stock or None, state=_UNDER_WAY if told else ANYTHING)


def take_blank(p: Projection, stock: str) -> None:
    """A paper took it: the roll that had it next goes on. The counter's own numbers lie in no roll."""
    inside = _inside(p)
    if not stock or not inside:
        return
    try:
        n = stock_number(stock)
    except Refusal as refusal:
        raise ValueError(stock) from refusal
    for roll_id in inside.values():
        roll = p.get("blank_roll", roll_id)
        if roll["next_n"] == n:
            p.change("blank_roll", roll_id, next_n=n + 1)
        elif roll["next_n"] < n <= roll["last_n"]:
            raise ValueError(stock)


FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.ROLL_LOADED: _loaded,
    Kind.ROLL_ENDED: _ended,
    Kind.BLANKS_SPOILED: _spoiled,
    Kind.PAPER_MOVED: _moved,
}
TABLES: Final = frozenset({"blank_roll", "spoiled_blank"})
