"""What the entries of an enrolled counter make of its tables (``domain.projection``): leases, the inbox, accounts.

How far the journal got, what central said is taken and what its feed holds is no fact of this journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from counter_app.domain.journal import Entry, Kind, canonical
from counter_app.domain.leases import LeaseState
from counter_app.domain.projection import ANYTHING, RECORD_FOLDS, Fold, Projection

_GRANTED: Final = ("run_id", "service_date", "travel_class", "board", "alight", "count", "holder_epoch")


def _lease_taken(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    p.put(
        "lease",
        body["lease_id"],
        {
            **{name: body[name] for name in _GRANTED},
            "places": canonical(body["places"]).decode(),
            "state": LeaseState.ACTIVE.value,
            "journal_seq": entry.seq,
            "genuine": True,
        },
    )


def _lease_returned(p: Projection, entry: Entry) -> None:
    """What is left of it may be listed by several entries: its cells over each span."""
    _lease_over(p, entry, LeaseState.RETURNED)


def _lease_ended(p: Projection, entry: Entry) -> None:
    _lease_over(p, entry, LeaseState.ENDED)


def _lease_over(p: Projection, entry: Entry, state: LeaseState) -> None:
    body: dict[str, Any] = dict(entry.body)
    p.change("lease", body["lease_id"], state=state.value)


def _epoch_started(p: Projection, entry: Entry) -> None:
    """The leases of the epoch before have ended: what was sold of them may be in entries that are lost."""
    RECORD_FOLDS[Kind.EPOCH_STARTED](p, entry)
    for (table, key), row in list(p.rows.items()):
        if table == "lease" and row.fields["state"] == LeaseState.ACTIVE.value:
            p.change(table, key, state=LeaseState.ENDED.value)


def _verdict_settled(p: Projection, entry: Entry) -> None:
    body: dict[str, Any] = dict(entry.body)
    fields = {"state": "settled", "settled_by": entry.actor, "note": body.get("note", ANYTHING)}
    p.put("inbox", f"{body['epoch']}/{body['seq']}", fields)


def _accounts_received(p: Projection, entry: Entry) -> None:
    """``accounts``: as ``domain.accounts.account_fact`` writes them, in the order in which they were put."""
    body: dict[str, Any] = dict(entry.body)
    for account in body["accounts"]:
        known = p.rows.get(("user", account["user_id"]))
        tries = known.fields if known is not None else {"failed_tries": 0, "locked_until": None}
        p.put(
            "user",
            account["user_id"],
            {
                **{name: account[name] for name in ("login", "role", "active", "commitment")},
                **{name: tries[name] for name in ("failed_tries", "locked_until")},
            },
        )


FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.EPOCH_STARTED: _epoch_started,
    Kind.LEASE_TAKEN: _lease_taken,
    Kind.LEASE_RETURNED: _lease_returned,
    Kind.LEASE_ENDED: _lease_ended,
    Kind.VERDICT_SETTLED: _verdict_settled,
    Kind.ACCOUNTS_RECEIVED: _accounts_received,
}
TABLES: Final = frozenset({"lease", "inbox"})
