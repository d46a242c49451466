"""Is what central holds whole: chains, verdicts, tickets, places, money, and its own journal of acts.

Reads only; changes may go on meanwhile, so what compares several tables looks at one snapshot of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

from central.acts import verify_acts
from central.heads import Head
from central.journal.chain import Item, Piece, Standing, examine, is_signed_by
from central.journal.facts import CashFact, RefundedFact, SoldFact, Told, read_told
from central.journal.payment_facts import PaidOutFact, by_tender
from central.journal.payments_told import wrong_payments
from central.journal.reading import Unreadable
from central.payments.check import check_payments
from central.retention import kept_from
from central.services import Services
from central.tx import Connection, Tx
from counter_app.domain.journal import GENESIS, Json
from counter_app.domain.verdicts import Why

BATCH: Final = 1_000  # entries that one signature is checked for
FINDINGS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``what``: a stable code; ``where``: window, epoch and number of an entry, or run and place."""

    what: str
    where: str
    detail: str = ""

    def fields(self) -> dict[str, Json]:
        return {"what": self.what, "where": self.where, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``counts``: what was looked at, and what stands open (a conflict is no fault of the records)."""

    ok: bool
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    more: int  # findings beyond those listed

    def fields(self) -> dict[str, Json]:
        return {
            "ok": self.ok,
            "counts": dict(self.counts),
            "findings": [one.fields() for one in self.findings],
            "more": self.more,
        }


class CheckCells(Protocol):
    """The stock's own check: one line of text for each thing that is wrong."""

    def __call__(self, connection: Connection) -> Iterable[object]: ...


@dataclass(slots=True)
class _Looking:
    tx: Tx
    kept_from: date  # tickets and places of service dates before it were dropped
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    def found(self, what: str, where: str, detail: str = "") -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(what=what, where=where, detail=detail))
        else:
            self.more += 1

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def verify_central(
    connection: Connection,
    services: Services,
    *,
    check_cells: CheckCells | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Everything. ``check_cells``: ``central.stock``'s. ``progress`` hears how many entries were read."""
    # Before the snapshot: the file may be ahead of what a transaction sees that began earlier.
    incarnation = Tx(connection).scalar("SELECT incarnation FROM central")
    head = None if incarnation is None else services.heads.last(incarnation)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        looking = _Looking(Tx(connection), kept_from(Tx(connection)))
        _chains(looking, services, progress)
        _strays(looking)
        _open(looking)
        _tickets_and_cells(looking)
        for kind, where, what in check_payments(looking.tx, looking.count):
            looking.found(kind, where, what)
        _acts(looking, connection, services, head)
        if check_cells is not None:
            for problem in check_cells(connection):
                looking.found("cells", "", str(problem))
    return Report(
        ok=not looking.findings,
        counts=dict(sorted(looking.counts.items())),
        findings=tuple(looking.findings),
        more=looking.more,
    )


# ---- chains, verdicts, what entries say ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chain:
    window: str
    device_id: UUID
    epoch: int
    first_seq: int
    seq: int
    hash: bytes
    judged_seq: int
    key: bytes

    def at(self, seq: int) -> str:
        return f"{self.window}/{self.epoch}/{seq}"


def _chains(looking: _Looking, services: Services, progress: Callable[[int], None]) -> None:
    rows = looking.tx.rows(
        "SELECT d.station_code || '/' || d.counter, c.device_id, c.epoch, c.first_seq, c.seq, c.hash, c.judged_seq,"
        " coalesce(k.public_key, ''::bytea) FROM chain c JOIN device d ON d.device_id = c.device_id"
        " LEFT JOIN device_key k ON k.device_id = c.device_id AND k.epoch = c.epoch"
        " ORDER BY d.station_code, d.counter, c.epoch"
    )
    for row in rows:
        window, device_id, epoch, first_seq, seq, digest, judged_seq, key = row
        chain = _Chain(window, device_id, epoch, first_seq, seq, bytes(digest), judged_seq, bytes(key))
        looking.count("chains")
        looking.count("not_judged_yet", chain.seq - chain.judged_seq)
        if chain.judged_seq > chain.seq:
            looking.found("judged_beyond_the_end", chain.at(chain.judged_seq))
        before = _first_link(looking, chain)
        expected = chain.first_seq
        while batch := looking.tx.rows(
            "SELECT seq, hash, raw, signature FROM entry"
            " WHERE device_id = %s AND epoch = %s AND seq >= %s ORDER BY seq LIMIT %s",
            (chain.device_id, chain.epoch, expected, BATCH),
        ):
            entries = [(seq, bytes(digest), bytes(raw), bytes(signature)) for seq, digest, raw, signature in batch]
            before, expected = _batch(looking, services, chain, entries, before, expected)
            progress(len(entries))
        if expected != chain.seq + 1 or (expected > chain.first_seq and before != chain.hash):
            looking.found("anchor", chain.at(chain.seq), "the chain does not end where its anchor says")


def _first_link(looking: _Looking, chain: _Chain) -> bytes | None:
    """The hash that the first entry must follow; None: said to be unknown by its verdict."""
    if chain.first_seq == 1:
        return GENESIS
    broken = looking.tx.scalar(
        "SELECT 1 FROM verdict WHERE device_id = %s AND epoch = %s AND seq = %s AND (reason = %s OR facts LIKE %s)",
        (chain.device_id, chain.epoch, chain.first_seq, Why.BROKEN_HISTORY.value, f'%"{Why.BROKEN_HISTORY.value}"%'),
    )
    if broken:
        return None
    raw = looking.tx.scalar(
        "SELECT raw FROM entry WHERE device_id = %s AND epoch = %s AND seq = %s",
        (chain.device_id, chain.epoch, chain.first_seq),
    )
    if raw is None:
        return None
    known = looking.tx.rows(
        "SELECT hash FROM entry WHERE device_id = %s AND epoch < %s AND seq = %s"
        " UNION ALL SELECT hash FROM stray WHERE device_id = %s AND epoch < %s AND seq = %s",
        (chain.device_id, chain.epoch, chain.first_seq - 1) * 2,
    )
    said = _said_before(bytes(raw))
    matching = [bytes(digest) for (digest,) in known if said in {None, bytes(digest)}]
    if not matching:
        looking.found("first_link", chain.at(chain.first_seq), "no entry of an earlier epoch is the one it follows")
        return None
    return matching[0]


def _said_before(raw: bytes) -> bytes | None:
    (piece,) = examine([Item(raw, bytes(64))], lambda *_: False)
    return piece.prev


def _batch(
    looking: _Looking,
    services: Services,
    chain: _Chain,
    entries: Sequence[tuple[int, bytes, bytes, bytes]],
    before: bytes | None,
    expected: int,
) -> tuple[bytes | None, int]:
    last = entries[-1][0]
    quarantined: dict[int, str] = dict(
        looking.tx.rows(
            "SELECT seq, reason FROM verdict WHERE device_id = %s AND epoch = %s AND seq BETWEEN %s AND %s"
            " AND judgement = 'quarantined'",
            (chain.device_id, chain.epoch, entries[0][0], last),
        )
    )
    pieces = examine(
        [Item(raw, signature) for _, _, raw, signature in entries], is_signed_by(chain.key, services.verify)
    )
    told: list[Told] = []
    for (seq, digest, raw, _), piece in zip(entries, pieces, strict=True):
        looking.count("entries")
        if seq != expected:
            looking.found("gap", chain.at(expected), f"{seq} comes next")
        spoilt = quarantined.get(seq) in {Why.CORRUPT.value, Why.BAD_SIGNATURE.value}
        _piece(looking, chain, seq, digest, piece, before, spoilt=spoilt)
        before, expected = digest, seq + 1
        if seq > chain.judged_seq or spoilt:
            continue
        try:
            one = read_told(raw, epoch=chain.epoch, seq=seq)
        except Unreadable as error:
            if seq not in quarantined:
                looking.found("no_verdict", chain.at(seq), error.why.value)
            continue
        if quarantined.get(seq, Why.FORKED.value) == Why.FORKED.value:  # a fork's verdict is its stray's
            told.append(one)
    _compare(looking, chain, told, entries[0][0], last)
    return before, expected


def _piece(
    looking: _Looking, chain: _Chain, seq: int, digest: bytes, piece: Piece, before: bytes | None, *, spoilt: bool
) -> None:
    if piece.digest != digest:
        if not spoilt:
            looking.found("hash", chain.at(seq), "the bytes are not those of the hash")
        return
    if spoilt:
        return
    if piece.standing is not Standing.WHOLE:
        looking.found("signature", chain.at(seq))
    if before is not None and piece.prev is not None and piece.prev != before:
        looking.found("link", chain.at(seq), "does not follow the entry before it")


def _compare(looking: _Looking, chain: _Chain, told: Sequence[Told], first: int, last: int) -> None:
    """What the entries say, beside the tickets and the money that central made of them."""
    _compare_money(looking, chain, told, first, last)
    for seq in wrong_payments(looking.tx, chain.device_id, chain.epoch, told, first, last):
        looking.found("payment_entry", chain.at(seq), "is not what the entry says")
    _compare_tickets(looking, chain, told)


def _compare_money(looking: _Looking, chain: _Chain, told: Sequence[Told], first: int, last: int) -> None:
    stored: dict[int, dict[str, int]] = {}
    for seq, tender, amount in looking.tx.rows(
        "SELECT seq, tender, amount_minor FROM money WHERE device_id = %s AND epoch = %s AND seq BETWEEN %s AND %s",
        (chain.device_id, chain.epoch, first, last),
    ):
        stored.setdefault(seq, {})[tender] = int(amount)
    for one in told:
        match one.fact:
            case SoldFact(legs=legs) | RefundedFact(legs=legs) | PaidOutFact(legs=legs):
                moved = by_tender(legs)
            case CashFact(amount_minor=amount):
                moved = {"cash": amount}
            case _:
                continue
        looking.count("money")
        if stored.pop(one.seq, {}) != moved:
            looking.found("money", chain.at(one.seq), "is not what the entry says")
    for seq in stored:
        looking.found("money", chain.at(seq), "of no entry")


def _compare_tickets(looking: _Looking, chain: _Chain, told: Sequence[Told]) -> None:
    sold = [
        (one, ticket)
        for one in told
        if isinstance(one.fact, SoldFact) and one.fact.run.service_date >= looking.kept_from
        for ticket in one.fact.tickets
    ]
    if not sold:
        return
    twice = {
        seq
        for (seq,) in looking.tx.rows(
            "SELECT seq FROM verdict WHERE device_id = %s AND epoch = %s AND seq = ANY(%s)"
            " AND (reason = %s OR facts LIKE %s)",
            (
                chain.device_id,
                chain.epoch,
                list({one.seq for one, _ in sold}),
                Why.DUPLICATE_TICKET.value,
                f'%"{Why.DUPLICATE_TICKET.value}"%',
            ),
        )
    }
    stored = {
        row[0]: row[1:]
        for row in looking.tx.rows(
            "SELECT t.ticket_id, t.number, t.price_minor, t.currency, t.place, t.device_id, t.epoch, t.seq"
            " FROM ticket t"
            " JOIN unnest(%s::date[], %s::uuid[], %s::uuid[]) AS k (service_date, run_id, ticket_id)"
            " ON t.service_date = k.service_date AND t.run_id = k.run_id AND t.ticket_id = k.ticket_id",
            (
                [_sale(one).run.service_date for one, _ in sold],
                [_sale(one).run.run_id for one, _ in sold],
                [ticket.ticket_id for _, ticket in sold],
            ),
        )
    }
    for one, ticket in sold:
        if one.seq in twice:
            continue
        looking.count("tickets")
        expected: tuple[Any, ...] = (
            ticket.number,
            ticket.price_minor,
            _sale(one).currency,
            ticket.place,
            chain.device_id,
            chain.epoch,
            one.seq,
        )
        if stored.get(ticket.ticket_id) != expected:
            looking.found("ticket", chain.at(one.seq), f"{ticket.number} is not as the entry says")


def _sale(told: Told) -> SoldFact:
    assert isinstance(told.fact, SoldFact)
    return told.fact


# ---- strays, what stands open, tickets and cells, acts ----------------------------------------------------------


def _strays(looking: _Looking) -> None:
    for window, epoch, seq in looking.tx.rows(
        "SELECT d.station_code || '/' || d.counter, s.epoch, s.seq FROM stray s"
        " JOIN device d ON d.device_id = s.device_id"
        " LEFT JOIN verdict v ON v.device_id = s.device_id AND v.epoch = s.epoch AND v.seq = s.seq"
        " WHERE v.seq IS NULL AND s.reason = %s ORDER BY 1, 2, 3 LIMIT 1000",
        (Why.FORKED.value,),
    ):
        looking.found("no_verdict", f"{window}/{epoch}/{seq}", "of a stray")
    looking.count("strays", looking.tx.scalar("SELECT count(*) FROM stray"))


def _open(looking: _Looking) -> None:
    for judgement, number in looking.tx.rows(
        "SELECT judgement, count(*) FROM verdict WHERE resolved_at IS NULL AND judgement <> 'accepted' GROUP BY 1"
    ):
        looking.count(f"open_{judgement}", number)
    looking.count("open_incidents", looking.tx.scalar("SELECT count(*) FROM incident WHERE resolved_at IS NULL"))


_NOT_SETTLED: Final = [Why.UNKNOWN_RUN.value, Why.RUN_CHANGED.value]


def _tickets_and_cells(looking: _Looking) -> None:
    """Each ticket in force has its cells, each sold cell its ticket; of units, as many of each."""
    for number, service_date, run_id, place, legs, have in looking.tx.rows(
        "SELECT t.number, t.service_date, t.run_id, t.place, t.alight - t.board, count(p.leg) FROM ticket t"
        " LEFT JOIN place_leg p ON p.service_date = t.service_date AND p.run_id = t.run_id AND p.place = t.place"
        " AND p.leg >= t.board AND p.leg < t.alight AND p.state = 'SOLD' AND p.claim_id = t.claim_id"
        " WHERE t.state = 'FULFILLED' AND t.place IS NOT NULL"
        # What could not be settled, by its verdict, has no cells of its own.
        " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.device_id = t.device_id AND v.epoch = t.epoch"
        " AND v.seq = t.seq AND (v.reason = ANY(%s) OR v.facts LIKE '%%\"run_changed\"%%'"
        " OR v.facts LIKE '%%\"unknown_run\"%%'))"
        " GROUP BY t.service_date, t.run_id, t.ticket_id HAVING count(p.leg) <> t.alight - t.board LIMIT 1000",
        (_NOT_SETTLED,),
    ):
        looking.found("ticket_without_cells", f"{service_date} {run_id} {place}", f"{number}: {have} of {legs} legs")
    for service_date, run_id, place, leg in looking.tx.rows(
        "SELECT p.service_date, p.run_id, p.place, p.leg FROM place_leg p WHERE p.state = 'SOLD' AND NOT EXISTS ("
        "SELECT 1 FROM ticket t WHERE t.service_date = p.service_date AND t.run_id = p.run_id AND t.place = p.place"
        " AND t.claim_id = p.claim_id AND p.leg >= t.board AND p.leg < t.alight AND t.state <> 'REFUNDED') LIMIT 1000"
    ):
        looking.found("cell_without_ticket", f"{service_date} {run_id} {place}", f"leg {leg}")
    for service_date, run_id, travel_class, leg, sold, tickets in looking.tx.rows(
        "WITH told AS (SELECT t.service_date, t.run_id, t.travel_class, t.board, t.alight,"
        # What no timetable explained may have none, and an older central left its legs as they were told.
        " EXISTS (SELECT 1 FROM verdict v WHERE v.device_id = t.device_id AND v.epoch = t.epoch"
        ' AND v.seq = t.seq AND (v.reason = %s OR v.facts LIKE \'%%"trouble":""%%\''
        " OR v.facts LIKE '%%\"unknown_run\"%%')) AS loose"
        " FROM ticket t WHERE t.state = 'FULFILLED' AND t.place IS NULL),"
        " units AS (SELECT service_date, run_id, travel_class, leg, count(*) FILTER (WHERE NOT loose) AS n,"
        " count(*) FILTER (WHERE loose) AS m FROM told, generate_series(board, alight - 1) AS leg GROUP BY 1, 2, 3, 4)"
        " SELECT c.service_date, c.run_id, c.travel_class, c.leg, c.sold, coalesce(u.n, 0) FROM capacity_leg c"
        " LEFT JOIN units u ON u.service_date = c.service_date AND u.run_id = c.run_id"
        " AND u.travel_class = c.travel_class AND u.leg = c.leg"
        " WHERE c.sold < coalesce(u.n, 0) OR c.sold > coalesce(u.n, 0) + coalesce(u.m, 0) LIMIT 1000",
        (Why.UNKNOWN_RUN.value,),
    ):
        looking.found("units", f"{service_date} {run_id} {travel_class}", f"leg {leg}: {sold} sold, {tickets} tickets")
    for number, other in looking.tx.rows(
        "SELECT n.number, n.ticket_id FROM ticket_number n LEFT JOIN ticket t ON t.service_date = n.service_date"
        " AND t.run_id = n.run_id AND t.ticket_id = n.ticket_id"
        " WHERE n.service_date >= %s AND t.number IS DISTINCT FROM n.number LIMIT 1000",
        (looking.kept_from,),
    ):
        looking.found("number", number, f"ticket {other} has another")


def _acts(looking: _Looking, connection: Connection, services: Services, head: Head | None) -> None:
    count, bad = verify_acts(connection, services.operator.public, services.verify)
    looking.count("acts", count)
    for one in bad:
        looking.found("act", str(one.seq), one.reason)
    if head is not None:
        there = looking.tx.scalar("SELECT hash FROM act WHERE seq = %s", (head.seq,))
        if there is None:
            looking.found("act", str(head.seq), "cut_off")
        elif bytes(there) != head.hash:
            looking.found("act", str(head.seq), "replaced")
