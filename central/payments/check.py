"""What ``central verify`` looks at of payments: every balance is the sum of its postings, no charge went back twice."""

from __future__ import annotations

from collections.abc import Iterator

from central.tx import Tx


def check_payments(tx: Tx) -> Iterator[tuple[str, str, str]]:
    """Kind, where, what is wrong."""
    for last4, balance, posted in tx.rows(
        "SELECT f.code_last4, f.balance, coalesce(sum(p.amount), 0) FROM fund f"
        " LEFT JOIN fund_posting p ON p.fund_id = f.fund_id GROUP BY f.fund_id"
        " HAVING f.balance <> coalesce(sum(p.amount), 0)"
    ):
        yield "fund", f"…{last4}", f"balance {balance}, postings {posted}"
    for number, amount, back in tx.rows(
        "SELECT o.number, o.amount_minor, sum(r.amount_minor) FROM payment_order o"
        " JOIN payment_refund r ON r.charge_id = o.intent_id WHERE r.state = 'paid_back'"
        " GROUP BY o.intent_id HAVING sum(r.amount_minor) > o.amount_minor OR o.state <> 'approved'"
    ):
        yield "payment", str(number), f"charged {amount}, paid back {back}"
