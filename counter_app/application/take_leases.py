"""Leases come in, and end: by central's word, signed for this device, each journaled as it is taken over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from counter_app.domain.journal import Json, Kind
from counter_app.domain.leases import LeaseGrant, LeaseState
from counter_app.domain.staff import SYSTEM
from counter_app.ports.store import Writing
from counter_app.ports.sync import Lease

Verify = Callable[[bytes, str, bytes, bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeLeases:
    """``operator_key``: central's; ``device_id``: ours."""

    device_id: UUID
    operator_key: bytes
    verify: Verify

    def genuine(self, grant: LeaseGrant) -> bool:
        well_formed = (
            grant.board < grant.alight
            and grant.count > 0
            and len(grant.places) in {0, grant.count}
            and len(set(grant.places)) == len(grant.places)
        )
        return well_formed and grant.device_id == self.device_id and grant.holds(self.operator_key, self.verify)

    @staticmethod
    def take(books: Writing, grant: LeaseGrant) -> bool:
        """False: it is known. The caller has seen that it is genuine."""
        known = books.sync.lease(grant.lease_id)
        if known is not None and known.grant.holder_epoch >= grant.holder_epoch:
            return False
        body: dict[str, Json] = {
            **lease_fact(grant),
            "travel_class": grant.travel_class,
            "board": grant.board,
            "alight": grant.alight,
            "places": list(grant.places),
            "count": grant.count,
        }
        entry = books.journal.append(Kind.LEASE_TAKEN, body, actor=SYSTEM)
        books.sync.put_lease(grant, journal_seq=entry.seq)
        return True

    @staticmethod
    def end(books: Writing, lease: Lease) -> None:
        """Central settled it, or wrote it off."""
        books.journal.append(Kind.LEASE_ENDED, lease_fact(lease.grant), actor=SYSTEM)
        books.sync.end_lease(lease.grant.lease_id, LeaseState.ENDED)


def lease_fact(grant: LeaseGrant) -> dict[str, Json]:
    return {
        "lease_id": str(grant.lease_id),
        "holder_epoch": grant.holder_epoch,
        "run_id": str(grant.run_id),
        "service_date": grant.service_date.isoformat(),
    }
