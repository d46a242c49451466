"""A supervisor accepts the wall clock after it went back: what the entries before say is later than now."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.application.rights import demand
from counter_app.domain.journal import Kind, timestamp, went_back
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.store import MoneyStore

_REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class AcceptClock:
    store: MoneyStore
    clock: Clock

    def __call__(self, actor: Actor, *, reason: str) -> bool:
        """Journaled as CLOCK_ACCEPTED; False where the clock is not behind, and nothing is to be accepted.

        Raises Refusal: NOT_ALLOWED, REASON_NEEDED.
        """
        if not actor.may(Right.MANAGE):
            demand(actor, Right.OVERRULE)
        plain = reason.strip()[:_REASON_MAX]
        if not plain:
            raise Refusal(Reason.REASON_NEEDED)
        with self.store.writing() as books:
            (last,) = books.journal.latest(limit=1)
            now = self.clock.now()
            if not went_back(last.at, now):
                return False
            body = {"before": timestamp(last.at), "accepted": timestamp(now), "reason": plain}
            books.journal.append(Kind.CLOCK_ACCEPTED, dict(body), actor=actor)
        return True
