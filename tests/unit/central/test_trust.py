"""What central says of all keys: with every change, in a row, and what people decide about tickets of ended keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import pytest

from central import trust as central_trust
from central.acts import list_acts
from central.devices import Devices
from central.trust import KEY, TrustOffice
from central.trust_file import SaidFile
from central.tx import Tx
from counter_app.domain.barcode import VALID_AFTER
from counter_app.domain.journal import timestamp
from counter_app.domain.staff import SYSTEM
from counter_app.domain.trust import parse_bundle
from counter_app.domain.trust_statement import Rule, Statement, check_statement, follows, read_statement
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from counter_app.wire import messages as m
from tests.conftest import LogWatch
from tests.unit.central.office import Office, Window
from tests.unit.central.test_devices import grant


def said(office: Office, by: Window) -> Statement:
    """The newest statement in a window's feed, checked as the window does."""
    (item,) = [one for one in office.page(by, "operator").items if one.kind == m.FeedKind.TRUST]
    assert item.key == KEY
    statement = read_statement(item.body)
    check_statement(statement, verify)
    return statement


def told(office: Office, window: Window, seq: int, *, arrive: datetime, number: int = 0, **body: object) -> bytes:
    """An entry of its journal that sold a ticket, as central keeps it; the digest of the ticket's code."""
    number = number or seq
    code = sha256(b"code %d" % number)
    ticket = {"ticket_id": str(UUID(int=number)), "code_sha256": code.hexdigest()}
    entry = {"kind": "sold", "body": {"run": {"arrive": timestamp(arrive)}, "tickets": [ticket], **body}}
    raw = json.dumps(entry, separators=(",", ":")).encode()
    office.connection.execute(
        "INSERT INTO entry (device_id, epoch, seq, hash, raw, signature, received_at)"
        " VALUES (%s, 1, %s, %s, %s, %s, %s)",
        (window.device_id, seq, sha256(raw).digest(), raw, bytes(64), office.clock.now()),
    )
    return code.digest()


def given_back(office: Office, window: Window, number: int) -> None:
    """In central's own books, by whatever window."""
    execute, day = office.connection.execute, date(2026, 12, 1)
    ticket_id, run_id, digits = UUID(int=number), UUID(int=77), f"CSQ-{number}"
    execute("INSERT INTO ticket_place VALUES (%s, %s, %s)", (ticket_id, day, run_id))
    execute(
        "INSERT INTO ticket (service_date, run_id, ticket_id, order_id, claim_id, number, device_id, epoch, seq, state,"
        " board, alight, travel_class, price_minor, currency, fact, sold_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, 'REFUNDED', 0, 1, 'second', 1, 'CNY', '{}', %s)",
        (day, run_id, ticket_id, ticket_id, ticket_id, digits, window.device_id, number, office.clock.now()),
    )


def test_every_change_of_a_key_is_said(office: Office) -> None:
    """A counter would not know which keys there are, or would go on trusting one that ended."""
    window, other = office.window(1), office.window(2)
    first = said(office, other)
    assert first.revocations == ()
    old = window.key
    grant(office, window)
    second = said(office, other)
    assert follows(second, first)
    assert not follows(first, second)
    (ended,) = second.revocations
    assert (ended.key_id, ended.rule, ended.last_valid is not None) == (old.key_id, Rule.ENDED, True)
    office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "closed")
    third = said(office, other)
    assert third.sequence > second.sequence
    assert {one.key_id for one in third.revocations} == {old.key_id, window.key.key_id}


def test_the_bundle_is_whole_and_signed(office: Office, tmp_path: Path) -> None:
    window, other = office.window(1), office.window(2)
    grant(office, window)
    bundle = parse_bundle(TrustOffice(office.services).bundle(office.connection).to_bytes(), verify)
    assert bundle.statement is not None
    assert {one.key_id for one in bundle.certificates} >= {window.key.key_id, other.key.key_id}
    assert len(bundle.certificates) == 3
    assert bundle.statement == said(office, other), "the counters have the same word"


def test_tickets_of_a_stolen_key_but_for_those_that_the_journal_knows(office: Office) -> None:
    """The thief dates tickets back; the operator can tell only by its journal which ones it sold."""
    window, other = office.window(1), office.window(2)
    trust = TrustOffice(office.services)
    with pytest.raises(Refusal) as nothing:
        trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    assert nothing.value.reason is Reason.BAD_INPUT, "its key is in use"
    office.devices.mark_lost(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    with pytest.raises(Refusal):
        trust.refuse(office.connection, SYSTEM, ("CSQ", 1), " ")
    now = office.clock.now()
    good = told(office, window, 1, arrive=now.replace(year=now.year + 1))
    told(office, window, 2, arrive=now - VALID_AFTER)
    trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    (refused,) = said(office, other).revocations
    assert (refused.rule, refused.accepted) == (Rule.REFUSED, frozenset({good}))
    grant(office, other)
    assert said(office, other).revocation(window.key.key_id) == refused, "it stays so with whatever is said next"
    trust.accept(office.connection, SYSTEM, ("CSQ", 1), "found again")
    again = said(office, other).revocation(window.key.key_id)
    assert again is not None
    assert again.rule is Rule.ENDED
    kinds = [act.kind for act in list_acts(office.connection)]
    assert {"tickets_refused", "tickets_accepted"} <= {str(kind) for kind in kinds}


def test_a_restored_database_says_nothing_older(office: Office) -> None:
    """Counters would not listen to central any more, for as long as its numbers are behind."""
    window = office.window(1)
    kept = office.connection.execute("SELECT body FROM feed_item WHERE key = %s", (KEY,)).fetchone()
    assert kept is not None
    for _ in range(3):
        grant(office, window)
    newest = said(office, window)
    office.connection.execute("UPDATE feed_item SET body = %s WHERE key = %s", (kept[0], KEY))
    office.clock.pass_(minutes=5)
    grant(office, window)
    assert said(office, window).sequence > newest.sequence


def lost(office: Office) -> tuple[Window, Window]:
    """Window 1, which is lost, and another."""
    window, other = office.window(1), office.window(2)
    office.devices.mark_lost(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    return window, other


def test_a_long_journal_is_read_in_pages_and_what_was_given_back_is_not_good(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket whose money was paid back travels; or central reads a year of sales into its memory at once."""
    window, other = lost(office)
    arrive = office.clock.now() + timedelta(days=3)
    codes = [told(office, window, seq, arrive=arrive) for seq in range(1, 8)]
    for seq, number in ((8, 1), (9, 2)):  # entries without a meaning between them
        told(office, window, seq, arrive=arrive, number=number, tickets=[{"ticket_id": 5}, "x"])
    office.connection.execute('UPDATE entry SET raw = \'"kind":"sold"\' WHERE seq = 9')
    given_back(office, window, 4)
    pages: list[int] = []
    rows = Tx.rows

    def counted(tx: Tx, sql: LiteralString, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found = rows(tx, sql, parameters)
        if "FROM entry" in sql:
            pages.append(len(found))
        return found

    monkeypatch.setattr(central_trust, "PAGE", 2)
    monkeypatch.setattr(Tx, "rows", counted)
    TrustOffice(office.services).refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    (refused,) = said(office, other).revocations
    assert refused.accepted == frozenset(codes) - {codes[3]}
    assert pages == [2, 2, 2, 2, 1]


def test_more_tickets_than_a_statement_holds_are_refused_with_a_reason(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that no window reads would stop every later one, too."""
    window, other = lost(office)
    before = said(office, other)
    for seq in range(1, 5):
        told(office, window, seq, arrive=office.clock.now() + timedelta(days=3))
    monkeypatch.setattr(central_trust, "ACCEPTED_MAX", 3)
    with pytest.raises(Refusal) as refused:
        TrustOffice(office.services).refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    assert refused.value.reason is Reason.BAD_INPUT
    assert said(office, other) == before


def test_what_came_after_the_theft_is_not_good(office: Office) -> None:
    """Whoever has the device sends its journal too, with sales of his own, dated as he likes."""
    window, other = lost(office)
    arrive = office.clock.now() + timedelta(days=3)
    honest = told(office, window, 1, arrive=arrive)
    office.clock.pass_(minutes=5)
    stolen_at = office.clock.now()
    told(office, window, 2, arrive=arrive)
    office.clock.pass_(minutes=5)
    trust = TrustOffice(office.services)
    trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen", since=stolen_at)
    (refused,) = said(office, other).revocations
    assert (refused.accepted, refused.since) == (frozenset({honest}), stolen_at)
    later = office.clock.now() + timedelta(seconds=1)
    with pytest.raises(Refusal):
        trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen", since=later)


class TestPutBack:
    """The database is one of before the theft; the file beside the operator's key is not."""

    @pytest.fixture
    def kept(self, office: Office, tmp_path: Path) -> SaidFile:
        made = SaidFile(tmp_path / "said.json", office.services.operator.public, verify)
        office.services = replace(office.services, said=made)
        office.devices = Devices(office.services, office.stock)
        office.central = office.process()
        return made

    def test_a_refused_key_stays_refused(self, office: Office, kept: SaidFile) -> None:
        """Every window would take the newer number, and with it the thief's tickets."""
        window, other = lost(office)
        before = office.connection.execute("TABLE feed_item").fetchall()
        trust = TrustOffice(office.services)
        trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        newest = said(office, other)
        office.connection.execute("DELETE FROM feed_item")
        for row in before:
            office.connection.execute("INSERT INTO feed_item VALUES (%s, %s, %s, %s, %s)", row)
        assert said(office, other).revocation(window.key.key_id) != newest.revocation(window.key.key_id)
        office.devices.end_again(office.connection)
        again = said(office, other)
        assert follows(again, newest)
        assert again.revocation(window.key.key_id) == newest.revocation(window.key.key_id)
        assert kept.last() == again
        office.devices.end_again(office.connection)
        assert said(office, other) == again, "said once"

    def test_what_was_taken_back_stays_taken_back(self, office: Office, kept: SaidFile) -> None:
        window, other = lost(office)
        trust = TrustOffice(office.services)
        trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        refused = office.connection.execute("SELECT body FROM feed_item WHERE key = %s", (KEY,)).fetchone()
        trust.accept(office.connection, SYSTEM, ("CSQ", 1), "found again")
        assert refused is not None
        office.connection.execute("UPDATE feed_item SET body = %s WHERE key = %s", (refused[0], KEY))
        office.devices.end_again(office.connection)
        now = said(office, other).revocation(window.key.key_id)
        assert now is not None
        assert now.rule is Rule.ENDED

    def test_a_file_that_somebody_wrote_into_is_none(self, office: Office, kept: SaidFile, log_watch: LogWatch) -> None:
        log_watch.expect("cannot be believed")
        lost(office)
        TrustOffice(office.services).refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        whole = kept.path.read_bytes()
        assert kept.path.stat().st_mode & 0o077 == 0
        for altered in (
            whole.replace(b"refused", b"ended"),
            whole[:-9],
            b"",
            b"[" * 100_000,
            b"\xff" + whole,
        ):
            kept.path.write_bytes(altered)
            assert kept.last() is None
        kept.path.write_bytes(whole)
        assert replace(kept, operator_key=bytes(32)).last() is None, "of another operator"
        kept.path.write_bytes(b"")
        office.devices.end_again(office.connection)
        assert kept.last() is not None, "written anew"
