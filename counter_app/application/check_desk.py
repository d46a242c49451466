"""The desk's part about keys and the tickets that are shown: checked, let through once."""

from __future__ import annotations

from typing import Protocol

from counter_app.application.check_ticket import CheckTicket
from counter_app.application.manage_trust import ImportTrust, RevokeKey, RotateKeys, TrustStore
from counter_app.application.rights import demand
from counter_app.domain.checking import NO_FILTER, CheckedTicket, RunFilter
from counter_app.domain.staff import Actor, Right
from counter_app.ports.clock import Clock
from counter_app.ports.redemptions import Redemption

REDEMPTIONS_MAX = 500


class CheckDesk(Protocol):
    def check_ticket(
        self, actor: Actor, code: str, *, redeem: bool = True, wanted: RunFilter = NO_FILTER, scanned: bool = True
    ) -> CheckedTicket:
        """WRITE (READ without ``redeem``), CHECK. The verdict on a code, and, where it is good, let through.

        ``scanned`` False: not from a scanner, which may read one paper twice.
        """
        ...

    def redemptions(self, actor: Actor, *, limit: int = 100) -> list[Redemption]:
        """READ, CHECK. The newest first."""
        ...


class CounterChecking:
    """``CheckDesk``, and what only the command line asks for."""

    def __init__(self, *, store: TrustStore, clock: Clock) -> None:
        self._checked_books = store
        self._check_ticket = CheckTicket(store=store, clock=clock, verify=store.holds)
        self.revoke_key = RevokeKey(store=store, clock=clock)
        self.rotate_keys = RotateKeys(store=store, clock=clock)
        self.import_trust = ImportTrust(store=store)

    def check_ticket(
        self, actor: Actor, code: str, *, redeem: bool = True, wanted: RunFilter = NO_FILTER, scanned: bool = True
    ) -> CheckedTicket:
        return self._check_ticket(actor, code, redeem=redeem, wanted=wanted, scanned=scanned)

    def redemptions(self, actor: Actor, *, limit: int = 100) -> list[Redemption]:
        demand(actor, Right.CHECK)
        with self._checked_books.reading() as books:
            return books.redemptions.latest(min(limit, REDEMPTIONS_MAX))
