"""What the operator says of all its keys (``domain.trust_statement``), published with every change of one of them.

The last statement is the item ``trust`` of the operator's shard, or, where the database was put back from a backup, the
newer one in the file beside the operator's key: what it says of refused keys is carried on from there. Its number is
taken under the shard's lock, and is the time where that is higher: a restored database says nothing that a counter
takes for older than what it has heard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.acts import ActKind, Acts
from central.feed import News, advance, publish
from central.request import Refusing
from central.services import Services
from central.staff import Right, demand
from central.tx import Connection, Tx, in_transaction
from central.windows import lock_window
from counter_app.domain.barcode import VALID_AFTER
from counter_app.domain.journal import Json, timestamp
from counter_app.domain.policy import HORIZON_DAYS_MAX
from counter_app.domain.staff import Actor
from counter_app.domain.trust import Certificate, TrustBundle, certificates_digest, in_order, read_certificate
from counter_app.domain.trust_statement import (
    ACCEPTED_MAX,
    BadTrust,
    Revocation,
    Rule,
    Statement,
    first_operator_key,
    issue,
    next_sequence,
    read_statement,
)
from counter_app.errors import Reason, Refusal
from counter_app.wire.messages import OPERATOR_SHARD, FeedKind, Refused

KEY: Final = "trust"
SOLD_AHEAD: Final = timedelta(days=HORIZON_DAYS_MAX)  # no window sells longer ahead
PAGE: Final = 1_000  # entries that are read at once
SHA256_BYTES: Final = 32


def trust_news(tx: Tx, services: Services, refused: Mapping[bytes, Revocation | None] | None = None) -> News:
    """The statement as things stand in this transaction: with ``publish`` its last act.

    ``refused``: keys whose tickets are refused from now on, or (None) are good again.
    """
    statement = _statement(tx, services, refused or {})
    return News(kind=FeedKind.TRUST, key=KEY, body=statement.envelope())


def _statement(tx: Tx, services: Services, refused: Mapping[bytes, Revocation | None]) -> Statement:
    advance(tx, OPERATOR_SHARD, 0)  # from here on nobody else publishes a certificate or a statement
    known = _newer(last_statement(tx), services.said.last())
    row = tx.row("SELECT operator_name, created_at FROM central")
    if row is None:
        raise Refusing(Refused.NOT_ALLOWED, "no operator")
    name, created_at = row
    ended: dict[bytes, Revocation] = {}
    for certificate, ended_at in _keys(tx):
        if ended_at is not None:
            ended[certificate.key_id] = Revocation(
                key_id=certificate.key_id, rule=Rule.ENDED, since=ended_at, last_valid=ended_at + SOLD_AHEAD
            )
    kept = [] if known is None else [one for one in known.revocations if one.rule is Rule.REFUSED]
    ended |= {one.key_id: one for one in kept if one.key_id not in refused}
    ended |= {key_id: one for key_id, one in refused.items() if one is not None}
    if sum(len(one.accepted) for one in ended.values()) > ACCEPTED_MAX:
        raise Refusing(Refused.NOT_ALLOWED, "too many tickets")
    operator = services.operator
    first = first_operator_key(operator.public, _whole(created_at), operator.sign)
    now = services.clock.now()
    return issue(
        operator_name=name,
        sequence=next_sequence(0 if known is None else known.sequence, now),
        issued_at=max(now, first.since),
        operator_keys=[first],
        certificates=certificates_digest(one for one, _ in _keys(tx)),
        revocations=tuple(replace(one, since=_whole(one.since), last_valid=_maybe(one)) for one in ended.values()),
        signed_by=first.key_id,
        sign=operator.sign,
    )


def _maybe(one: Revocation) -> datetime | None:
    return None if one.last_valid is None else _whole(one.last_valid)


def _whole(at: datetime) -> datetime:
    """Milliseconds, as a statement spells it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _newer(one: Statement | None, other: Statement | None) -> Statement | None:
    return max((said for said in (one, other) if said is not None), key=lambda said: said.sequence, default=None)


def note_statement(connection: Connection, services: Services) -> None:
    """Keeps the last one outside the database, after its commit."""
    said = last_statement(Tx(connection))
    if said is not None:
        services.said.keep(said)


def say_again(connection: Connection, services: Services) -> None:
    """What a restored database has forgotten to say; at the start, before anybody is answered."""
    kept = services.said.last()

    def work(tx: Tx) -> None:
        said = last_statement(tx)
        if kept is not None and (said is None or said.sequence < kept.sequence):
            publish(tx, OPERATOR_SHARD, [trust_news(tx, services)])

    if kept is not None:
        in_transaction(connection, work)
    note_statement(connection, services)


def last_statement(tx: Tx) -> Statement | None:
    body = tx.scalar("SELECT body FROM feed_item WHERE shard = %s AND key = %s", (OPERATOR_SHARD, KEY))
    if body is None:
        return None
    try:
        return read_statement(json.loads(body))
    except BadTrust:  # of a newer central: said anew, of what this one understands
        return None


def _keys(tx: Tx) -> list[tuple[Certificate, datetime | None]]:
    rows = tx.rows("SELECT certificate, ended_at FROM device_key")
    return [(read_certificate(json.loads(text)), ended_at) for text, ended_at in rows]


@dataclass(frozen=True, slots=True)
class TrustOffice:
    """What people decide about tickets of keys that ended, and the bundle that gates without a line are given."""

    services: Services

    def refuse(
        self,
        connection: Connection,
        by: Actor,
        window: tuple[str, int],
        reason: str,
        *,
        since: datetime | None = None,
    ) -> Statement:
        """Tickets of the window's ended keys are refused, but for those that its journal here sold, that were not given

        back, and that are not over: somebody else may have the keys, and can date tickets back. ``since``: and but for
        those that came here from then on, by central's own clock; whoever has the device sends its journal too.
        Without it, asked again, it brings in what came since. Raises Refusal: NOT_ALLOWED, REASON_NEEDED,
        BAD_INPUT(field: window | since) where no key of it has ended, or too many tickets would stay good.
        """
        if since is not None and since > self.services.clock.now():
            raise Refusal(Reason.BAD_INPUT, field="since")
        return self._say(connection, by, window, reason, ActKind.TICKETS_REFUSED, since)

    def accept(self, connection: Connection, by: Actor, window: tuple[str, int], reason: str) -> Statement:
        """They are good again. Raises as ``refuse``."""
        return self._say(connection, by, window, reason, ActKind.TICKETS_ACCEPTED, None)

    def _say(
        self,
        connection: Connection,
        by: Actor,
        window: tuple[str, int],
        reason: str,
        kind: ActKind,
        since: datetime | None,
    ) -> Statement:
        demand(by, Right.MANAGE)
        plain = reason.strip()
        if not plain:
            raise Refusal(Reason.REASON_NEEDED)
        if len(plain) > 200 or not plain.isprintable():
            raise Refusal(Reason.BAD_INPUT, field="reason")

        def work(tx: Tx) -> Statement:
            lock_window(tx, window[0])
            now = _whole(self.services.clock.now())
            rows = tx.rows(
                "SELECT k.device_id, k.epoch, k.certificate FROM device_key k JOIN device d USING (device_id)"
                " WHERE d.station_code = %s AND d.counter = %s AND k.ended_at IS NOT NULL",
                window,
            )
            if not rows:
                raise Refusal(Reason.BAD_INPUT, field="window")
            changes: dict[bytes, Revocation | None] = {}
            told: list[Json] = []
            for device_id, epoch, text in rows:
                key_id = read_certificate(json.loads(text)).key_id
                accepted = (
                    sold_codes(tx, device_id, epoch, now=now, received_before=since)
                    if kind is ActKind.TICKETS_REFUSED
                    else frozenset()
                )
                changes[key_id] = (
                    Revocation(key_id=key_id, rule=Rule.REFUSED, since=since or now, accepted=accepted)
                    if kind is ActKind.TICKETS_REFUSED
                    else None
                )
                told.append([key_id.hex(), len(accepted)])
            body: dict[str, Json] = {"window": f"{window[0]}/{window[1]}", "keys": told, "reason": plain}
            Acts(self.services).append(tx, kind, body, by=by)
            try:
                news = trust_news(tx, self.services, changes)
            except Refusing as refusing:
                raise Refusal(Reason.BAD_INPUT, field="window", detail=refusing.detail) from refusing
            publish(tx, OPERATOR_SHARD, [news])
            return read_statement(news.body)

        said = in_transaction(connection, work)
        self.services.said.keep(said)
        return said

    def listed(self, connection: Connection) -> TrustBundle | None:
        """As last said; None: nothing was yet."""
        tx = Tx(connection)
        said = last_statement(tx)
        return None if said is None else self._bundle(tx, said)

    def bundle(self, connection: Connection) -> TrustBundle:
        """As a file: whole, and said now."""

        def work(tx: Tx) -> TrustBundle:
            news = trust_news(tx, self.services)
            publish(tx, OPERATOR_SHARD, [news])
            return self._bundle(tx, read_statement(news.body))

        made = in_transaction(connection, work)
        assert made.statement is not None, "just said"
        self.services.said.keep(made.statement)
        return made

    @staticmethod
    def _bundle(tx: Tx, said: Statement) -> TrustBundle:
        return TrustBundle(
            operator_name=said.operator_name,
            operator_key=said.operator_keys[0].public_key,
            certificates=in_order(one for one, _ in _keys(tx)),
            statement=said,
        )


def sold_codes(
    tx: Tx, device_id: UUID, epoch: int, *, now: datetime, received_before: datetime | None = None
) -> frozenset[bytes]:
    """SHA-256 of the codes that a device's journal here sold in an epoch, that were not given back anywhere, and that a

    gate still takes. A page of entries at a time. Raises Refusal(BAD_INPUT, field="window"): more than a statement
    holds.
    """
    found: set[bytes] = set()
    over, after = timestamp(now - VALID_AFTER), 0
    while True:
        rows = tx.rows(
            "SELECT seq, raw FROM entry WHERE device_id = %s AND epoch = %s AND seq > %s"
            " AND (%s::timestamptz IS NULL OR received_at < %s)"
            ' AND position(\'"kind":"sold"\'::bytea in raw) > 0 ORDER BY seq LIMIT %s',
            (device_id, epoch, after, received_before, received_before, PAGE),
        )
        page: dict[str, bytes] = {}
        for _, raw in rows:
            page |= _tickets_in(bytes(raw), over)
        back = _given_back(tx, list(page))
        found |= {code for ticket_id, code in page.items() if ticket_id not in back}
        if len(found) > ACCEPTED_MAX:
            raise Refusal(Reason.BAD_INPUT, field="window", detail=f"more than {ACCEPTED_MAX} tickets")
        if len(rows) < PAGE:
            return frozenset(found)
        after = rows[-1][0]


def _tickets_in(raw: bytes, over: str) -> dict[str, bytes]:
    """Ticket id to its code's SHA-256. An entry that has no meaning sells nothing."""
    try:
        fields: dict[str, Any] = json.loads(raw)
        if fields["kind"] != "sold" or fields["body"]["run"]["arrive"] <= over:
            return {}
        return {str(UUID(one["ticket_id"])): _digest(one["code_sha256"]) for one in fields["body"]["tickets"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _digest(text: str) -> bytes:
    digest = bytes.fromhex(text)
    if len(digest) != SHA256_BYTES:  # a statement that lists it would be refused as a whole
        raise ValueError(text)
    return digest


def _given_back(tx: Tx, ticket_ids: Sequence[str]) -> set[str]:
    if not ticket_ids:
        return set()
    rows = tx.rows(
        "SELECT p.ticket_id FROM ticket_place p JOIN ticket t ON t.service_date = p.service_date"
        " AND t.run_id = p.run_id AND t.ticket_id = p.ticket_id"
        " WHERE p.ticket_id = ANY(%s::uuid[]) AND t.state = 'REFUNDED'",
        (list(ticket_ids),),
    )
    return {str(ticket_id) for (ticket_id,) in rows}


__all__ = ["KEY", "TrustOffice", "last_statement", "note_statement", "say_again", "sold_codes", "trust_news"]
