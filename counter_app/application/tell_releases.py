"""Claims that central may still hold for this counter, and that nobody wants any more: told when the line allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counter_app.application.lock_tickets import TicketLocks
from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import SYSTEM
from counter_app.errors import CentralSaidNo
from counter_app.ports.line import Line
from counter_app.ports.stock import ClaimOrigin
from counter_app.ports.store import MoneyStore
from counter_app.ports.sync import PendingRelease
from counter_app.wire import messages as m

RELEASE_MS: Final = 5_000
AT_ONCE_MAX: Final = 20
# Central has no such claim to release, whatever is asked again.
_SETTLED: Final = frozenset({m.Refused.UNKNOWN_RUN.value, m.Refused.NOT_FOUND.value, m.Refused.BAD_MESSAGE.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReleases:
    store: MoneyStore
    line: Line
    locks: TicketLocks

    def __call__(self) -> bool:
        """Locks of after-sales that were given up as well. Whether more are waiting. Raises NoAnswer, CentralSaidNo."""
        with self.store.reading() as books:
            waiting = books.sync.releases()
        for one in waiting[:AT_ONCE_MAX]:
            self._tell(one)
        more = self.locks.release_forgotten()
        return more or len(waiting) > AT_ONCE_MAX

    def _tell(self, one: PendingRelease) -> None:
        request = m.ClaimAct(claim_id=one.claim_id, run_id=one.run.run_id, service_date=one.run.service_date)
        leased = False
        try:
            answer = self.line.release(request, deadline_ms=RELEASE_MS)
            leased = answer.status is m.ClaimStatus.LEASED
        except CentralSaidNo as no:
            if no.code not in _SETTLED:
                raise
        with self.store.writing() as books:
            if leased:  # then the journal settles it, and nothing else
                body: dict[str, Json] = {
                    "order_id": None,
                    "claim_id": str(one.claim_id),
                    "run_id": str(one.run.run_id),
                    "service_date": one.run.service_date.isoformat(),
                    "origin": ClaimOrigin.CENTRAL.value,
                }
                books.journal.append(Kind.SALE_ABANDONED, body, actor=SYSTEM)
            books.sync.drop_release(one.claim_id)
