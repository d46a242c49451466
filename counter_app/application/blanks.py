"""Stock control: rolls of numbered blanks in printers, blanks that are spoiled, and blanks that papers take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from counter_app.application.payments.settle_payment import SecondPerson
from counter_app.application.print_views import RollView
from counter_app.application.rights import demand
from counter_app.domain.journal import Json, Kind
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.shifts import check_reason
from counter_app.domain.staff import Actor, Right
from counter_app.domain.stocknumbers import StockControl, stock_range, stock_text
from counter_app.errors import Reason, Refusal
from counter_app.ports.blanks import BlankRoll, SpoiledBlank
from counter_app.ports.clock import Ids
from counter_app.ports.prints import Printers
from counter_app.ports.store import MoneyStore, Reading, Writing

USED_UP: Final = "used_up"
ROLLS_SHOWN: Final = 100


def take_blanks(books: Writing, printer: str, count: int, control: StockControl, *, anyhow: bool = False) -> list[str]:
    """Numbers for so many tickets: of the roll in the printer, what is missing of the counter's own count.

    Raises Refusal(BLANKS_SHORT, left, needed) where only numbered blanks will do, unless ``anyhow``.
    """
    if control is StockControl.NONE:
        return books.prints.next_stock_numbers(count)
    taken = books.blanks.take(printer, count)
    missing = count - len(taken)
    if missing and control is StockControl.REQUIRED and not anyhow:
        raise Refusal(Reason.BLANKS_SHORT, left=len(taken), needed=count)
    return [*taken, *books.prints.next_stock_numbers(missing)] if missing else taken


def spoil(
    books: Writing, roll: BlankRoll, first_n: int, last_n: int, *, reason: str, actor: Actor, at: datetime, seq: int
) -> None:
    """Blanks that no paper has, written down by the entry ``seq``."""
    shift = books.shifts.open_any()
    books.blanks.spoil(
        [
            SpoiledBlank(
                n=n,
                roll_id=roll.roll_id,
                reason=reason,
                at=at,
                clerk=actor.display_name,
                shift_id=None if shift is None else shift.shift_id,
                journal_seq=seq,
            )
            for n in range(first_n, last_n + 1)
        ]
    )


def roll_view(roll: BlankRoll) -> RollView:
    return RollView(
        roll_id=roll.roll_id,
        printer=roll.printer,
        first=stock_text(roll.first_n),
        last=stock_text(roll.last_n),
        next=stock_text(roll.next_n) if roll.left else "",
        left=roll.left,
        loaded_at=roll.loaded_at,
        clerk=roll.clerk,
        inside=roll.ended_at is None,
    )


def _demand_handling(actor: Actor) -> None:
    """Whoever sells loads paper; whoever manages the station may do it for them."""
    if not actor.may(Right.MANAGE):
        demand(actor, Right.SELL)


def _shift_id(books: Reading | Writing) -> UUID | None:
    shift = books.shifts.open_any()
    return None if shift is None else shift.shift_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandBlanks:
    """Before money is taken: whether the tickets' printer has enough, where only numbered blanks will do."""

    store: MoneyStore
    control: StockControl

    def __call__(self, order_id: UUID) -> None:
        """Raises Refusal(BLANKS_SHORT, left, needed)."""
        if self.control is not StockControl.REQUIRED:
            return
        with self.store.reading() as books:
            claim = books.stock.claim_of(order_id)
            roll = books.blanks.inside(MAIN_PRINTER)
        left = 0 if roll is None else roll.left
        if claim is not None and left < claim.count:
            raise Refusal(Reason.BLANKS_SHORT, left=left, needed=claim.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRoll:
    store: MoneyStore
    ids: Ids
    printers: Printers
    control: StockControl
    renumber: Callable[[Writing, str, Actor], None]

    def __call__(self, actor: Actor, printer: str, first: str, last: str) -> RollView:
        """One that was used up is ended with it. Tickets that wait for this printer take blanks of the new roll.

        Raises Refusal: NOT_ALLOWED, UNKNOWN_PRINTER, BAD_BLANKS, ROLL_INSIDE(left), BLANKS_USED(first),
        BLANKS_SHORT where more tickets wait than it has, and BAD_SETTING where the policy has no stock control.
        """
        _demand_handling(actor)
        self.printers.named(printer)
        if self.control is StockControl.NONE:
            raise Refusal(Reason.BAD_SETTING, key="desk.stock_control", detail=self.control.value)
        first_n, last_n = stock_range(first, last)
        with self.store.writing() as books:
            before = books.blanks.inside(printer)
            if before is not None and before.left:
                raise Refusal(Reason.ROLL_INSIDE, printer=printer, left=before.left)
            if before is not None:
                end(books, before, USED_UP, actor)
            used = books.blanks.used(first_n, last_n)
            if used is not None:
                raise Refusal(Reason.BLANKS_USED, first=stock_text(used))
            roll_id, shift_id = self.ids.new(), _shift_id(books)
            body: dict[str, Json] = {
                "roll_id": str(roll_id),
                "printer": printer,
                "first": stock_text(first_n),
                "last": stock_text(last_n),
                "shift_id": None if shift_id is None else str(shift_id),
            }
            entry = books.journal.append(Kind.ROLL_LOADED, body, actor=actor)
            roll = BlankRoll(
                roll_id=roll_id,
                printer=printer,
                first_n=first_n,
                last_n=last_n,
                next_n=first_n,
                loaded_at=entry.at,
                clerk=actor.display_name,
                shift_id=shift_id,
                ended_at=None,
                journal_seq=entry.seq,
            )
            books.blanks.put(roll)
            self.renumber(books, printer, actor)
            roll = _inside(books, printer)
        return roll_view(roll)


def end(books: Writing, roll: BlankRoll, reason: str, actor: Actor, verifier_id: UUID | None = None) -> BlankRoll:
    body: dict[str, Json] = {
        "roll_id": str(roll.roll_id),
        "printer": roll.printer,
        "next": stock_text(roll.next_n) if roll.left else "",
        "left": roll.left,
        "reason": reason,
        "verifier_id": None if verifier_id is None else str(verifier_id),
    }
    entry = books.journal.append(Kind.ROLL_ENDED, body, actor=actor)
    ended = replace(roll, ended_at=entry.at)
    books.blanks.put(ended)
    return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRoll:
    store: MoneyStore
    second: SecondPerson

    def __call__(
        self, actor: Actor, printer: str, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> RollView:
        """Taken out. What is left may be loaded again; that there is something left, two people have seen.

        Raises Refusal: NOT_ALLOWED, NO_ROLL, REASON_NEEDED, SECOND_PERSON_NEEDED, BAD_CREDENTIALS.
        """
        _demand_handling(actor)
        plain = check_reason(reason)
        with self.store.reading() as books:
            left = _inside(books, printer).left
        verifier = self.second(actor, supervisor, supervisor_password) if left else None
        with self.store.writing() as books:
            roll = _inside(books, printer)
            if roll.left and verifier is None:
                raise Refusal(Reason.SECOND_PERSON_NEEDED)
            return roll_view(end(books, roll, plain, actor, None if verifier is None else verifier.user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoilBlanks:
    store: MoneyStore
    second: SecondPerson

    def __call__(
        self,
        actor: Actor,
        printer: str,
        first: str,
        last: str,
        *,
        reason: str,
        supervisor: str,
        supervisor_password: str,
    ) -> RollView:
        """The next blanks of the roll, the first of the range being the one in the printer.

        Raises Refusal: NOT_ALLOWED, NO_ROLL, REASON_NEEDED, BAD_BLANKS(expected), SECOND_PERSON_NEEDED,
        BAD_CREDENTIALS.
        """
        _demand_handling(actor)
        plain = check_reason(reason)
        first_n, last_n = stock_range(first, last)
        with self.store.reading() as books:
            _demand_next(_inside(books, printer), first_n, last_n)
        verifier = self.second(actor, supervisor, supervisor_password)
        with self.store.writing() as books:
            roll = _inside(books, printer)
            _demand_next(roll, first_n, last_n)
            body: dict[str, Json] = {
                "roll_id": str(roll.roll_id),
                "printer": printer,
                "first": stock_text(first_n),
                "last": stock_text(last_n),
                "reason": plain,
                "verifier_id": str(verifier.user_id),
            }
            entry = books.journal.append(Kind.BLANKS_SPOILED, body, actor=actor)
            spoil(books, roll, first_n, last_n, reason=plain, actor=actor, at=entry.at, seq=entry.seq)
            roll = replace(roll, next_n=last_n + 1)
            books.blanks.put(roll)
        return roll_view(roll)


def _inside(books: Reading | Writing, printer: str) -> BlankRoll:
    roll = books.blanks.inside(printer)
    if roll is None:
        raise Refusal(Reason.NO_ROLL, printer=printer)
    return roll


def _demand_next(roll: BlankRoll, first_n: int, last_n: int) -> None:
    if first_n != roll.next_n or last_n > roll.last_n:
        expected = f"{stock_text(roll.next_n)}-{stock_text(roll.last_n)}" if roll.left else "-"
        raise Refusal(Reason.BAD_BLANKS, expected=expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRolls:
    store: MoneyStore

    def __call__(self) -> list[RollView]:
        with self.store.reading() as books:
            return [roll_view(roll) for roll in books.blanks.rolls(ROLLS_SHOWN)]
