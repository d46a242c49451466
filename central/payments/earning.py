"""Members' points for what a sale was paid in money: when its entry is judged, and less of them when it goes back.

The member is known by the points that paid a part of the sale. Nothing here fails an entry: it is about a bonus.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from central.journal.facts import RefundedFact, SoldFact, Told
from central.journal.ledger import Ledger
from central.journal.payment_facts import Leg
from central.payments.funds import Funds, points_rule
from central.services import Services
from central.tx import Tx
from counter_app.domain.payments import Tender


def earn(tx: Tx, services: Services, ledger: Ledger) -> None:
    """In the transaction that judges; an entry that is judged again earns nothing again."""
    for told in ledger.told:
        match told.fact:
            case SoldFact() as sold if _with_points(sold.legs) and told.seq not in ledger.findings.found:
                _earned(tx, services, ledger, sold)
            case RefundedFact() as refunded if refunded.ticket_id in ledger.tickets:
                if told.seq not in ledger.findings.found:
                    _unearned(tx, services, ledger, told, refunded)
            case _:
                pass


def _earned(tx: Tx, services: Services, ledger: Ledger, sold: SoldFact) -> None:
    fund_id = tx.scalar(
        "SELECT fund_id FROM payment_order WHERE order_id = %s AND device_id = %s AND method = 'points'"
        " AND state = 'approved' ORDER BY sent_at LIMIT 1",
        (sold.order_id, ledger.device.device_id),
    )
    points = _money(sold.legs) // points_rule(tx).earn_every_minor
    if fund_id is None or points <= 0:
        return
    funds = Funds(services)
    funds.post(tx, funds.lock(tx, fund_id), "earned", points, once=f"earned/{sold.order_id}", order_id=sold.order_id)


def _unearned(tx: Tx, services: Services, ledger: Ledger, told: Told, refunded: RefundedFact) -> None:
    """As many as that money earned; not more than that order did, nor than the member has left."""
    order_id: UUID = ledger.tickets[refunded.ticket_id].order_id
    fund_id = tx.scalar("SELECT fund_id FROM fund_posting WHERE once = %s", (f"earned/{order_id}",))
    if fund_id is None:
        return
    funds = Funds(services)
    fund = funds.lock(tx, fund_id)
    earned = tx.scalar(
        "SELECT sum(amount) FROM fund_posting WHERE fund_id = %s AND order_id = %s AND kind IN ('earned', 'unearned')",
        (fund_id, order_id),
    )
    points = min(-_money(refunded.legs) // points_rule(tx).earn_every_minor, int(earned), fund.balance)
    if points > 0:
        once = f"unearned/{ledger.device.device_id}/{ledger.epoch}/{told.seq}"
        funds.post(tx, fund, "unearned", -points, once=once, order_id=order_id)


def _with_points(legs: Iterable[Leg]) -> bool:
    return any(leg.tender == Tender.POINTS.value and leg.amount_minor > 0 for leg in legs)


def _money(legs: Iterable[Leg]) -> int:
    """What was paid by anything but points."""
    return sum(leg.amount_minor for leg in legs if leg.tender != Tender.POINTS.value)
