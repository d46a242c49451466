"""A new epoch of this counter's journal and tickets (decisions 10), and the new profile's first."""

from __future__ import annotations

from typing import Protocol

from counter_app.domain.staff import Actor
from counter_app.domain.trust import TrustBundle
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.users import UserRecord


class EpochKeeper(Protocol):
    @property
    def behind_witness(self) -> bool: ...

    def start_epoch(self, actor: Actor, *, reason: str) -> int:
        """Journaled, with a new certified key; the witness starts afresh. Returns the epoch."""
        ...


class TrustSource(Protocol):
    def trust_bundle(self) -> TrustBundle: ...


class WitnessKeeper(Protocol):
    def sync_witness(self) -> None:
        """At a shift's close: makes the witness durable. Never raises."""
        ...


class ProfileCreator(Protocol):
    def exists(self) -> bool: ...

    def create(self, info: ProfileInfo, *, first_user: UserRecord) -> None:
        """All or nothing. Raises Refusal(PROFILE_EXISTS)."""
        ...
