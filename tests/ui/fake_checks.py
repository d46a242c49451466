"""The fake desk's part about tickets that are shown: codes are words here, verdicts are told beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from counter_app.domain.checking import NO_FILTER, CheckedTicket, RunFilter, Verdict, same_reading
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.redemptions import Redemption
from tests.golden.ticket_vectors import BODY


class FakeChecks:
    """``verdicts``: by code; what is not named is no code. A good one is let through once."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.checked: list[tuple[str, RunFilter]] = []
        self.mistyped = False
        self._through: dict[str, CheckedTicket] = {}

    def check_ticket(
        self, actor: Actor, code: str, *, redeem: bool = True, wanted: RunFilter = NO_FILTER, scanned: bool = True
    ) -> CheckedTicket:
        if not actor.may(Right.CHECK):
            raise Refusal(Reason.NOT_ALLOWED)
        self.checked.append((code, wanted))
        now: datetime = self.clock.now()  # type: ignore[attr-defined]  # of the desk
        verdict = self.verdicts.get(code, Verdict.NOT_A_CODE)
        found = CheckedTicket(
            verdict=verdict,
            checked_at=now,
            body=None if verdict in {Verdict.NOT_A_CODE, Verdict.FORGED, Verdict.UNKNOWN_KEY} else BODY,
            origin="长沙南",
            destination="北京西",
            masked_name="李*",
            mistyped=self.mistyped and verdict is Verdict.NOT_A_CODE,
        )
        if not verdict.good or not redeem:
            return found
        before = self._through.get(code)
        if before is None:
            found = replace(found, redeemed=True, first_at=now, first_clerk=actor.login, seen=1)
            self._through[code] = found
            return found
        assert before.first_at is not None
        if scanned and same_reading(before.first_at, now):
            return replace(before, same_reading=True)
        again = replace(before, verdict=Verdict.REDEEMED_BEFORE, checked_at=now, redeemed=False, seen=before.seen + 1)
        self._through[code] = replace(before, seen=again.seen)
        return again

    def redemptions(self, actor: Actor, *, limit: int = 100) -> list[Redemption]:
        del actor, limit
        return []
