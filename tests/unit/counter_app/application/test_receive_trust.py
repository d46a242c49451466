"""What central says of keys, as a window takes it: never an older word, never another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.domain.trust import certificates_digest
from counter_app.domain.trust_statement import (
    Revocation,
    Rule,
    Statement,
    first_operator_key,
    issue,
    next_operator_key,
)
from counter_app.errors import Reason, Refusal
from counter_app.security import SigningKey
from counter_app.wire import messages as m
from tests.unit.counter_app.application.central_stand_in import EnrolledCounter

THIEF = SigningKey(bytes([9]) * 32)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path)
    yield made
    made.close()


def statement(counter: EnrolledCounter, sequence: int, *, signer: SigningKey | None = None, **more: Any) -> Statement:
    operator = counter.central.operator
    now = counter.clock.now()
    key = signer or operator
    fields: dict[str, Any] = {
        "operator_keys": [first_operator_key(operator.public, now - timedelta(days=9), operator.sign)],
        "revocations": (),
        "signed_by": key.key_id,
        "certificates": certificates_digest(counter.store.trust_bundle().certificates),
        **more,
    }
    return issue(operator_name="Test Railway", sequence=sequence, issued_at=now, sign=key.sign, **fields)


def tell(counter: EnrolledCounter, said: Statement) -> Statement | None:
    """What the window holds after it has heard it."""
    counter.central.shard("operator").put(m.FeedKind.TRUST, "trust", said.envelope())
    counter.settle()
    with counter.store.reading() as books:
        return books.trust.statement()


def test_a_newer_word_is_taken_an_older_one_is_not(counter: EnrolledCounter) -> None:
    """Last month's list, in which the stolen key is still good."""
    revoked = Revocation(key_id=bytes(8), rule=Rule.REFUSED, since=counter.clock.now(), accepted=frozenset({bytes(32)}))
    newer = statement(counter, 20, revocations=(revoked,))
    assert tell(counter, newer) == newer
    assert tell(counter, statement(counter, 19)) == newer
    assert tell(counter, statement(counter, 20)) == newer
    newest = statement(counter, 21)
    assert tell(counter, newest) == newest


def trouble(counter: EnrolledCounter) -> str:
    """What stands on the Sync screen and in ``counterfoil sync``."""
    return counter.desk.sync_status().last_error


def test_an_older_word_is_said_until_a_newer_one_comes(counter: EnrolledCounter) -> None:
    """Central was put back from a backup: whatever it revokes from now on no window hears, and nobody knows."""
    revoked = Revocation(key_id=bytes(8), rule=Rule.REFUSED, since=counter.clock.now(), accepted=frozenset({bytes(32)}))
    newer = statement(counter, 20, revocations=(revoked,))
    tell(counter, newer)
    assert trouble(counter) == ""
    assert tell(counter, statement(counter, 19)) == newer
    assert trouble(counter) == "trust_older: 19 < 20"
    counter.close()
    counter.open()
    assert trouble(counter) == "trust_older: 19 < 20", "after a restart too"
    assert tell(counter, newer) == newer
    assert trouble(counter) == "", "the same word again is no trouble"


def test_a_word_that_is_not_the_operators_or_not_understood_is_said(counter: EnrolledCounter) -> None:
    first = statement(counter, 20)
    tell(counter, first)
    tell(counter, statement(counter, 21, signer=THIEF))
    assert trouble(counter) == "trust_not_signed: 21"
    counter.central.shard("operator").put(
        m.FeedKind.TRUST, "trust", {**statement(counter, 22).envelope(), "signature": 5}
    )
    counter.settle()
    assert trouble(counter) == "trust_not_read"
    with counter.store.reading() as books:
        assert books.trust.statement() == first
    last = statement(counter, 23)
    assert tell(counter, last) == last
    assert trouble(counter) == ""


def test_nobody_else_speaks_for_the_operator(counter: EnrolledCounter) -> None:
    """Whoever can write into the line makes a key of their own good."""
    first = statement(counter, 20)
    tell(counter, first)
    operator = counter.central.operator
    now = counter.clock.now()
    own = first_operator_key(THIEF.public, now - timedelta(days=9), THIEF.sign)
    known = first_operator_key(operator.public, now - timedelta(days=9), operator.sign)
    added = next_operator_key(THIEF.public, now - timedelta(days=1), THIEF.sign)
    for forged in (
        statement(counter, 21, signer=THIEF),
        statement(counter, 22, signer=THIEF, operator_keys=[own]),
        statement(counter, 23, signer=THIEF, operator_keys=[known, added]),
    ):
        assert tell(counter, forged) == first


def test_a_snapshot_without_it_does_not_make_it_forgotten(counter: EnrolledCounter) -> None:
    """Revocations would end with central's next accident."""
    said = statement(counter, 20)
    tell(counter, said)
    counter.central.incarnation = UUID(int=1001)
    counter.central.shards["operator"].items.pop("trust")
    counter.settle()
    with counter.store.reading() as books:
        assert books.trust.statement() == said


def test_the_exported_bundle_is_central_s_own_or_none(counter: EnrolledCounter, tmp_path: Path) -> None:
    """A gate would get certificates without the revocations that go with them."""
    said = statement(counter, 20)
    tell(counter, said)
    assert counter.store.fresh_bundle().statement == said
    tell(counter, statement(counter, 21, certificates=bytes(32)))
    with pytest.raises(Refusal) as refused:
        counter.store.fresh_bundle()
    assert refused.value.reason is Reason.TRUST_BEHIND
