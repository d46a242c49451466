"""Keys that tickets are checked with, as this counter keeps them; and who holds the operator's key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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

    def sold_payloads(self, epoch: int, *, valid_after: datetime) -> list[bytes]:
        """Codes of this counter's tickets of an epoch that are not given back and arrive after that."""
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

    def fresh_bundle(self) -> TrustBundle:
        """To be handed out: whole, and signed now (by central, of an enrolled counter). Raises Refusal(TRUST_BEHIND)

        where what central told does not fit together yet.
        """
        ...
