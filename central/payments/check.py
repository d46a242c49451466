"""What ``central verify`` looks at of payments: every balance is the sum of its postings, no charge went back twice.

And everything that was paid has its sale, every sale its payment, unless somebody has resolved why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from central.payments.differences import Difference, resolved_keys
from central.payments.journal_look import JournalLook, days_with_payments
from central.payments.reconcile import zone_of
from central.payments.terminal_look import TerminalLook
from central.tx import Tx


def check_payments(tx: Tx, count: Callable[[str, int], None]) -> Iterator[tuple[str, str, str]]:
    """Kind, where, what is wrong. ``count`` hears what was looked at."""
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
    yield from _journals(tx, count)


def _journals(tx: Tx, count: Callable[[str, int], None]) -> Iterator[tuple[str, str, str]]:
    look = JournalLook(tx, zone_of(tx))
    terminals = TerminalLook(tx, look.zone)
    resolved = resolved_keys(tx)
    for day in days_with_payments(tx, look.zone):
        looked = look.days([day])
        count("payments", looked.matched)
        count("payments_not_told_yet", sum(len(amounts) for amounts in looked.waiting.values()))
        for one in [*looked.found, *terminals.day(day)]:
            if one.key not in resolved and not one.note:
                yield "not_reconciled", f"{one.at_window} {one.method} {one.number}", _in_words(one)


def _in_words(one: Difference) -> str:
    return f"{one.day} {one.what} {one.kind}: {one.ours_minor} {one.ours_state} / {one.theirs_minor} {one.theirs_state}"
