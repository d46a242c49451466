"""What the customer sees while money is taken, of what the clerk's checkout knows. No Qt."""

from __future__ import annotations

from dataclasses import replace

from counter_app.domain.money import Money
from counter_app.domain.payments import Tender
from ui.presenters import customer
from ui.presenters.checkout import CheckoutPresenter, Stage
from ui.presenters.customer import CustomerView, WaitingFor


def checkout_view(presenter: CheckoutPresenter, *, code_wanted: bool) -> CustomerView | None:
    """Legs that are approved count as received; the change is that of the cash, rounded as cash is."""
    basket, sale = presenter.basket, presenter.sale
    if basket is None:
        return None
    offer, travel_class, people, total = basket.offer, basket.hold.travel_class, basket.passengers, presenter.total
    if sale is not None:
        return customer.paid(offer, travel_class, people, total, received=sale.received, change=sale.change)
    zero = Money(0, total.currency)
    by_legs = sum((leg.amount for leg in presenter.approved), zero)
    cash = presenter.received or zero
    waiting = _waiting(presenter, code_wanted)
    received = by_legs + cash or None
    view = customer.paying(offer, travel_class, people, total, received=received, waiting_for=waiting)
    if presenter.received is None:
        return view
    return replace(view, due=presenter.short or zero, change=presenter.change or None)


def _waiting(presenter: CheckoutPresenter, code_wanted: bool) -> WaitingFor:
    running = presenter.paying.running
    if presenter.stage in {Stage.UNKNOWN, Stage.OPEN}:
        return WaitingFor.PATIENCE
    if running is not None:
        return WaitingFor.CARD if running.tender is Tender.CARD and running.what == "charge" else WaitingFor.PATIENCE
    return WaitingFor.CODE if code_wanted else WaitingFor.NOTHING
