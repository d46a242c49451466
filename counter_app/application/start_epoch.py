"""An administrator lets a counter sell again whose store was restored, or whose witness was lost (decisions 10)."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.application.rights import demand
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.epochs import EpochKeeper

_REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class StartEpoch:
    keeper: EpochKeeper

    def __call__(self, actor: Actor, *, reason: str) -> int:
        """Journaled as EPOCH_STARTED. Raises Refusal: NOT_ALLOWED, REASON_NEEDED."""
        demand(actor, Right.MANAGE)
        if not reason.strip():
            raise Refusal(Reason.REASON_NEEDED)
        return self.keeper.start_epoch(actor, reason=reason.strip()[:_REASON_MAX])
