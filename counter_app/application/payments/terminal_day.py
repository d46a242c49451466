"""The end of a terminal's day: its totals beside the journal's, and what they do not agree on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from counter_app.application.payment_views import ClosingView, TerminalView
from counter_app.application.payments.tenders import blocks_terminal
from counter_app.application.rights import demand
from counter_app.domain.journal import Kind
from counter_app.domain.money import Money
from counter_app.domain.payment_facts import closed_fact, difference_fact, difference_resolved_fact
from counter_app.domain.payments import Direction, PaymentIntent, PaymentState, Tender
from counter_app.domain.staff import Actor, Right
from counter_app.domain.terminal_days import Card, day_totals
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock, Ids
from counter_app.ports.payments import (
    CardTerminal,
    Closing,
    Difference,
    DifferenceState,
    TerminalTrouble,
)
from counter_app.ports.store import MoneyStore, Writing

NOTE_MAX: Final = 200
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Quiet:
    """A closing has nothing to commit before it is acknowledged."""

    tell: Callable[[str], None]
    results: list[object] = field(default_factory=list)

    def says(self, text: str) -> None:
        self.tell(text)

    def answered(self, result: object) -> bool:
        self.results.append(result)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalDay:
    store: MoneyStore
    terminal: CardTerminal | None
    clock: Clock
    ids: Ids

    def view(self) -> TerminalView:
        if self.terminal is None:
            return TerminalView(
                name="",
                configured=False,
                ready=False,
                trouble=TerminalTrouble.NOT_CONFIGURED.value,
                terminal_id="",
                last_receipt=None,
                blocked_by=None,
                last_closing=None,
            )
        status = self.terminal.status()
        report = status.report
        with self.store.reading() as books:
            blocked = [one for one in books.payments.unresolved() if blocks_terminal(one, self.terminal.name)]
            last = books.payments.last_closing(self.terminal.name)
        return TerminalView(
            name=self.terminal.name,
            configured=True,
            ready=status.ready,
            trouble=status.trouble.value,
            terminal_id=report.terminal_id if report is not None else "",
            last_receipt=report.last.receipt if report is not None and report.last is not None else None,
            blocked_by=blocked[0].intent_id if blocked else None,
            last_closing=last,
        )

    def end(self, actor: Actor, says: Callable[[str], None]) -> ClosingView:
        """Raises Refusal: NOT_ALLOWED, TERMINAL_NOT_READY, TERMINAL_BLOCKED."""
        demand(actor, Right.OWN_SHIFT)
        terminal = self.terminal
        if terminal is None:
            raise Refusal(Reason.TERMINAL_NOT_READY, trouble="not_configured")
        with self.store.reading() as books:
            if any(blocks_terminal(one, terminal.name) for one in books.payments.unresolved()):
                raise Refusal(Reason.TERMINAL_BLOCKED)
        status = terminal.status()
        if not status.ready:
            raise Refusal(Reason.TERMINAL_NOT_READY, trouble=status.trouble.value or "busy")
        closing = terminal.end_of_day(_Quiet(says))
        with self.store.writing() as books:
            return self._booked(books, actor, terminal.name, closing)

    def _booked(self, books: Writing, actor: Actor, name: str, closing: Closing) -> ClosingView:
        now, currency = self.clock.now(), self.store.profile.currency
        since = books.payments.last_closing(name) or _BEGINNING
        totals = day_totals(
            Card(
                key=one.intent_id,
                minor=_signed(one),
                known=one.state is PaymentState.APPROVED,
                takes_back=None if one.reverses is None else one.charge_id,
            )
            for one in books.payments.at_device(name, since)
            # By when it was sent: one whose reversal was refused since stands in the closing before.
            if one.sent_at is not None and one.sent_at > since and one.live
        )
        ours_count, ours = totals.count, Money(totals.minor, currency)
        entry_body = closed_fact(
            device=name,
            done=closing.done,
            unknown=closing.unknown,
            reason=closing.reason,
            ours_count=ours_count,
            ours=ours,
            theirs_count=closing.count,
            theirs=closing.total,
            at=now,
            job_id=None,
        )
        books.journal.append(Kind.TERMINAL_CLOSED, entry_body, actor=actor)
        differences: list[Difference] = []
        if closing.done:
            books.payments.put_closing(name, now)
            differences = [
                self._difference(books, actor, name, kind, ours=mine, theirs=theirs, now=now)
                for kind, mine, theirs in totals.differences(closing.count, _minor(closing.total))
            ]
        return ClosingView(
            done=closing.done,
            unknown=closing.unknown,
            reason=closing.reason,
            ours_count=ours_count,
            ours=ours,
            theirs_count=closing.count,
            theirs=closing.total,
            differences=tuple(differences),
            job=None,
        )

    def _difference(
        self, books: Writing, actor: Actor, source: str, kind: str, *, ours: int, theirs: int, now: datetime
    ) -> Difference:
        made = Difference(
            difference_id=self.ids.new(),
            source=source,
            found_at=now,
            kind=kind,
            tender=Tender.CARD,
            ours_minor=ours,
            theirs_minor=theirs,
            intent_id=None,
            detail="end_of_day",
            state=DifferenceState.OPEN,
            owner="",
            note="",
        )
        body = difference_fact(
            difference_id=made.difference_id,
            source=source,
            kind=kind,
            tender=made.tender,
            ours_minor=ours,
            theirs_minor=theirs,
            intent_id=None,
            detail=made.detail,
            found_at=now,
        )
        books.journal.append(Kind.DIFFERENCE_FOUND, body, actor=actor)
        books.payments.put_difference(made)
        return made

    # ---- what they do not agree on

    def differences(self, *, limit: int) -> list[Difference]:
        with self.store.reading() as books:
            return books.payments.differences(limit)

    def resolve(self, actor: Actor, difference_id: UUID, *, note: str) -> None:
        """Raises Refusal: NOT_ALLOWED, REASON_NEEDED, PAYMENT_NOT_OPEN."""
        demand(actor, Right.OTHERS_SHIFTS)
        plain = " ".join(note.split())[:NOTE_MAX]
        if not plain or not plain.isprintable():
            raise Refusal(Reason.REASON_NEEDED)
        with self.store.writing() as books:
            found = next((one for one in books.payments.differences(1_000) if one.difference_id == difference_id), None)
            if found is None or found.state is not DifferenceState.OPEN:
                raise Refusal(Reason.PAYMENT_NOT_OPEN)
            body = difference_resolved_fact(difference_id=difference_id, owner=actor.login, note=plain)
            books.journal.append(Kind.DIFFERENCE_RESOLVED, body, actor=actor)
            books.payments.put_difference(replace(found, state=DifferenceState.RESOLVED, owner=actor.login, note=plain))


def _signed(intent: PaymentIntent) -> int:
    return intent.amount.minor if intent.direction is Direction.CHARGE else -intent.amount.minor


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor
