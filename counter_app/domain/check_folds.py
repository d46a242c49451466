"""What TICKET_REDEEMED, TRUST_CHANGED and TRUST_IMPORTED make of the tables (``domain.projection``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counter_app.domain.journal import Entry, Kind, timestamp
from counter_app.domain.projection import Fold, Projection


def _redeemed(p: Projection, entry: Entry) -> None:
    """Once for a number: the second time nobody is let through."""
    body: dict[str, Any] = dict(entry.body)
    if ("redemption", body["number"]) in p.rows:
        raise ValueError("redeemed twice")
    p.put(
        "redemption",
        body["number"],
        {
            **{name: body[name] for name in ("copy", "run_id", "service_date", "key_id")},
            "at": timestamp(entry.at),
            "clerk": entry.actor,
            "journal_seq": entry.seq,
        },
    )


def _trust_changed(p: Projection, entry: Entry) -> None:
    """Another statement in its place, an older one say, would make revoked keys good again."""
    p.put("trust", "statement", {"sha256": entry.body["sha256"]})


def _trust_imported(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    p.put("trust", body["operator_key"], {"sha256": body["sha256"]})


FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.TICKET_REDEEMED: _redeemed,
    Kind.TRUST_CHANGED: _trust_changed,
    Kind.TRUST_IMPORTED: _trust_imported,
}
TABLES: Final = frozenset({"redemption", "trust"})
