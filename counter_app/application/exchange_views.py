"""What an exchange shows before it is posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counter_app.application.payment_views import BackLegView
from counter_app.application.views import SaleQuote, TicketView
from counter_app.domain.money import Money
from counter_app.ports.orders import AgreedExchange


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeQuote:
    """``due`` is to be paid, ``back`` is given back: one of them is zero. Both with the fee in it."""

    agreed: AgreedExchange
    ticket: TicketView  # that is given in
    sale: SaleQuote  # of the new one
    rule_words: Mapping[str, str]  # language -> sentence
    fee: Money
    credit: Money  # of the old fare, less the fee, what goes into the new ticket
    due: Money
    back: Money
    back_legs: tuple[BackLegView, ...]
    valid_until: datetime
