"""The desk's part about exchanges (``desk.Desk`` includes it): before the sale that an exchange is. Lanes as there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.views import ExchangeStart, HoldView, PassengerInput
from counter_app.domain.staff import Actor


class ExchangeDesk(Protocol):
    def start_exchange(self, actor: Actor, ticket_id: UUID) -> ExchangeStart:
        """READ. Whether the ticket may be exchanged at all, and its passenger.

        Raises NOT_ALLOWED, UNKNOWN_TICKET, ALREADY_REFUNDED, EXCHANGED_BEFORE, NOT_EXCHANGEABLE(rule), TICKET_REDEEMED.
        """
        ...

    def quote_exchange(
        self, hold: HoldView, passengers: Sequence[PassengerInput], start: ExchangeStart
    ) -> ExchangeQuote:
        """READ. As ``quote``, with the rule, the fee and the difference; its ``agreed`` goes into payments and sale.

        Raises besides EXCHANGE_OTHER_ROUTE, EXCHANGE_OTHER_PASSENGER, NOT_EXCHANGEABLE(rule).
        """
        ...
