"""A second person looks at the count, signs for it, and locks the shift: from here on its Z is history."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counter_app.application.credentials import Credentials
from counter_app.application.shift_figures import frozen, gather
from counter_app.application.shift_views import demand_shift
from counter_app.application.views import ShiftReport
from counter_app.domain.journal import Json, Kind, canonical, timestamp
from counter_app.domain.shifts import check_reason, over_short
from counter_app.domain.staff import RIGHTS, Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.epochs import WitnessKeeper
from counter_app.ports.shifts import ShiftRecord, ShiftState
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.ports.users import UserRecord


@dataclass(frozen=True, slots=True)
class CloseShift:
    store: MoneyStore
    clock: Clock
    credentials: Credentials
    witness: WitnessKeeper

    def __call__(
        self, actor: Actor, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> ShiftReport:
        """``supervisor`` "": the actor, who then is the second person. The password is theirs, always asked for.

        Raises Refusal: SHIFT_CLOSED, SHIFT_NOT_DECLARED, NOT_ALLOWED, REASON_NEEDED (over or short without one),
        SECOND_PERSON_NEEDED (the clerk, or who counted, or no supervisor), BAD_CREDENTIALS, ACCOUNT_LOCKED,
        PAYMENTS_UNSETTLED(count): those that no supervisor has carried over (decisions 15).
        """
        with self.store.reading() as books:
            shift = demand_shift(actor, books.shifts)
            self._check(shift, reason)
            _demand_settled(books, shift)
        login = supervisor.strip() or actor.login
        if login in {shift.login, shift.declared_by} or not supervisor_password:
            raise Refusal(Reason.SECOND_PERSON_NEEDED)
        verifier = self.credentials.check(login, supervisor_password)
        if Right.OTHERS_SHIFTS not in RIGHTS[verifier.role] or verifier.user_id == shift.user_id:
            raise Refusal(Reason.SECOND_PERSON_NEEDED)
        report = self._close(actor, verifier, reason)
        self.witness.sync_witness()
        return report

    @staticmethod
    def _check(shift: ShiftRecord, reason: str) -> str:
        """The reason, "" where none is needed."""
        if shift.state is not ShiftState.DECLARED:
            raise Refusal(Reason.SHIFT_NOT_DECLARED)
        assert shift.declared_minor is not None
        assert shift.expected_minor is not None
        return check_reason(reason) if over_short(shift.declared_minor, shift.expected_minor) or reason.strip() else ""

    def _close(self, actor: Actor, verifier: UserRecord, reason: str) -> ShiftReport:
        with self.store.writing() as books:
            standing = demand_shift(actor, books.shifts)
            plain = self._check(standing, reason)
            _demand_settled(books, standing)
            now, head = self.clock.now(), books.journal.head()
            closed = replace(
                standing,
                state=ShiftState.CLOSED,
                over_short_reason=plain,
                closed_at=now,
                closed_by=verifier.login,
                z_number=books.shifts.last_z() + 1,
            )
            report = gather(
                closed,
                books,
                self.store.profile,
                kind="z",
                made_at=now,
                blind=False,
                journal_last=head.seq + 1,
            )
            figures = frozen(report)
            body: dict[str, Json] = {
                "shift_id": str(closed.shift_id),
                "z_number": closed.z_number,
                "closed_at": timestamp(now),
                "reason": plain,
                "verified_by": verifier.login,
                "verifier_id": str(verifier.user_id),
                "figures": figures,
            }
            entry = books.journal.append(Kind.SHIFT_CLOSED, body, actor=actor)
            assert entry.seq == report.journal_last
            books.shifts.put(replace(closed, z_report=canonical(figures).decode()))
            return report


def _demand_settled(books: Reading | Writing, shift: ShiftRecord) -> None:
    open_ones = [one for one in books.payments.unsettled_of_shift(shift.shift_id) if not one.carried]
    if open_ones:
        raise Refusal(Reason.PAYMENTS_UNSETTLED, count=len(open_ones))
