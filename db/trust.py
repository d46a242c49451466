"""Statements and other operators' bundles, kept as they came among the feed's values; certificates in their tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from counter_app.domain.journal import canonical
from counter_app.domain.projection import Fact
from counter_app.domain.trust import BadTrust, Certificate, TrustBundle, parse_bundle, read_certificate
from counter_app.domain.trust_statement import Statement, check_statement, read_statement
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from db.context import Context, to_ms

STATEMENT: Final = "trust/statement"
OTHERS: Final = "trust/operator/"
OTHERS_MAX: Final = 32


class SqlTrust:
    """``ports.trust.TrustBook``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def certificate(self, key_id: bytes) -> Certificate | None:
        found = self._context.scalar("SELECT body FROM trusted WHERE key_id = ?", (key_id.hex(),))
        if found is not None:
            return _certificate(bytes(found))
        for (body,) in self._context.rows("SELECT body FROM certificate ORDER BY epoch DESC"):
            own = _certificate(bytes(body))
            if own.key_id == key_id:
                return own
        return None

    def statement(self) -> Statement | None:
        found = self._context.scalar("SELECT body FROM feed_value WHERE key = ?", (STATEMENT,))
        return None if found is None else _statement(bytes(found))

    def others(self) -> list[TrustBundle]:
        return [
            _bundle(bytes(body))
            for (body,) in self._context.rows(
                "SELECT body FROM feed_value WHERE substr(key, 1, ?) = ? ORDER BY key", (len(OTHERS), OTHERS)
            )
        ]

    def sold_payloads(
        self, epoch: int, *, arriving_after: datetime, sold_before: datetime | None, limit: int
    ) -> list[bytes]:
        later = None
        if sold_before is not None:
            later = self._context.scalar(
                "SELECT min(journal_seq) FROM ticket WHERE sold_at >= ?", (to_ms(sold_before),)
            )
        return [
            bytes(payload)
            for (payload,) in self._context.rows(
                "SELECT payload FROM ticket WHERE epoch = ? AND state = 'FULFILLED' AND arrive > ?"
                " AND (? IS NULL OR journal_seq < ?) ORDER BY serial LIMIT ?",
                (epoch, to_ms(arriving_after), later, later, limit),
            )
        ]

    def put_statement(self, statement: Statement) -> None:
        self._put(STATEMENT, canonical(statement.envelope()))

    def put_other(self, bundle: TrustBundle) -> None:
        key = f"{OTHERS}{bundle.operator_key.hex()}"
        if self._context.row("SELECT 1 FROM feed_value WHERE key = ?", (key,)) is None:
            count = self._context.scalar(
                "SELECT count(*) FROM feed_value WHERE substr(key, 1, ?) = ?", (len(OTHERS), OTHERS)
            )
            if count >= OTHERS_MAX:
                raise Refusal(Reason.BAD_INPUT, field="trust", detail=f"more than {OTHERS_MAX} operators")
        self._put(key, canonical(bundle.fields()))

    def _put(self, key: str, body: bytes) -> None:
        self._context.run(
            "INSERT INTO feed_value (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
            (key, body),
        )


def trust_facts(context: Context) -> Iterator[Fact]:
    """What the journal tells of: this window's own statement (central's is no entry of ours), imported bundles."""
    trust = SqlTrust(context)
    if context.row("SELECT 1 FROM central") is None and (own := trust.statement()) is not None:
        check_statement(own, verify)
        yield "trust", "statement", {"sha256": own.digest.hex()}
    for bundle in trust.others():
        yield "trust", bundle.operator_key.hex(), {"sha256": bundle_digest(bundle)}


def bundle_digest(bundle: TrustBundle) -> str:
    assert bundle.statement is not None, "only such are imported"
    return bundle.statement.digest.hex()


# What was parsed of the same bytes is the same: a gate asks with every ticket.


@lru_cache(maxsize=256)
def _certificate(body: bytes) -> Certificate:
    """Raises Refusal(STORE_DAMAGED)."""
    try:
        return read_certificate(json.loads(body))
    except (BadTrust, ValueError, TypeError) as error:
        raise Refusal(Reason.STORE_DAMAGED, part="certificate") from error


@lru_cache(maxsize=4)
def _statement(body: bytes) -> Statement:
    try:
        return read_statement(json.loads(body))
    except (BadTrust, ValueError, TypeError) as error:
        raise Refusal(Reason.STORE_DAMAGED, part="trust") from error


@lru_cache(maxsize=OTHERS_MAX)
def _bundle(body: bytes) -> TrustBundle:
    try:
        return parse_bundle(body, verify)
    except (BadTrust, ValueError, TypeError) as error:
        raise Refusal(Reason.STORE_DAMAGED, part="trust") from error
