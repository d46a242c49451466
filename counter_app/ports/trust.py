"""Keys that tickets are checked with, as this counter keeps them; and who holds the operator's key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from counter_app.domain.staff import Actor
from counter_app.domain.trust import Certificate, TrustBundle
from counter_app.domain.trust_statement import Revocation, Statement


class TrustReader(Protocol):
    def certificate(self, key_id: bytes) -> Certificate | None:
        """Of this operator: this window's own, or another's as central told it."""
        ...

    def statement(self) -> Statement | None:
        """What this operator last said; None: nothing yet. It was checked when it came."""
        ...

    def others(self) -> list[TrustBundle]:
        """Bundles of other operators that were imported here."""
        ...

    def sold_payloads(
        self, epoch: int, *, arriving_after: datetime, sold_before: datetime | None, limit: int
    ) -> list[bytes]:
        """Codes of this counter's tickets of an epoch that are not given back and arrive after that, by serial.

        ``sold_before`` (None: whenever): by the order of the journal. What stands in it after the first sale of that
        time or later is not from before it, whatever its own time says.
        """
        ...


class TrustBook(TrustReader, Protocol):
    def put_statement(self, statement: Statement) -> None:
        """One that was checked, and that follows the one before."""
        ...

    def put_other(self, bundle: TrustBundle) -> None:
        """Takes the place of what was known of the same operator (by its first key)."""
        ...


class TrustKeeper(Protocol):
    """The store of a stand-alone profile, which holds its operator's key. Else each raises Refusal(ONLY_CENTRAL)."""

    def change_trust(
        self,
        actor: Actor,
        *,
        revoke: Sequence[Revocation] = (),
        restore: Sequence[bytes] = (),
        rotate_at: datetime | None = None,
        reason: str,
    ) -> Statement:
        """A new statement, journaled as TRUST_CHANGED. ``restore``: ids of keys whose revocation is taken back;

        ``rotate_at``: a new operator key signs from then on.
        """
        ...

    def rotate_epoch(self, actor: Actor, *, ended_valid_for: timedelta, reason: str) -> int:
        """A new epoch as ``EpochKeeper.start_epoch`` begins it, and in the same commit the word that the key before it

        ended regularly: tickets of that one are good that are valid no longer than ``ended_valid_for`` from now.
        Returns the epoch.
        """
        ...

    def fresh_bundle(self) -> TrustBundle:
        """To be handed out: whole, and signed now (by central, of an enrolled counter). Raises Refusal(TRUST_BEHIND)

        where what central told does not fit together yet.
        """
        ...
