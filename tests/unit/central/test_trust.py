"""What central says of all keys: with every change, in a row, and what people decide about tickets of ended keys."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from central.acts import list_acts
from central.trust import KEY, TrustOffice
from counter_app.domain.journal import timestamp
from counter_app.domain.staff import SYSTEM
from counter_app.domain.trust import parse_bundle
from counter_app.domain.trust_statement import Rule, Statement, check_statement, follows, read_statement
from counter_app.errors import Reason, Refusal
from counter_app.security import verify
from counter_app.wire import messages as m
from tests.unit.central.office import Office, Window
from tests.unit.central.test_devices import grant


def said(office: Office, by: Window) -> Statement:
    """The newest statement in a window's feed, checked as the window does."""
    (item,) = [one for one in office.page(by, "operator").items if one.kind == m.FeedKind.TRUST]
    assert item.key == KEY
    statement = read_statement(item.body)
    check_statement(statement, verify)
    return statement


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
    good, over = sha256(b"good").hexdigest(), sha256(b"over").hexdigest()
    now = office.clock.now()
    for seq, (code, arrive) in enumerate(((good, now.replace(year=now.year + 1)), (over, now)), 1):
        entry = {
            "kind": "sold",
            "body": {"run": {"arrive": timestamp(arrive)}, "tickets": [{"code_sha256": code}]},
        }
        raw = json.dumps(entry, separators=(",", ":")).encode()
        office.connection.execute(
            "INSERT INTO entry (device_id, epoch, seq, hash, raw, signature, received_at)"
            " VALUES (%s, 1, %s, %s, %s, %s, %s)",
            (window.device_id, seq, sha256(raw).digest(), raw, bytes(64), now),
        )
    trust.refuse(office.connection, SYSTEM, ("CSQ", 1), "stolen")
    (refused,) = said(office, other).revocations
    assert (refused.rule, refused.accepted) == (Rule.REFUSED, frozenset({bytes.fromhex(good)}))
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
