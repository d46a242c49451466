"""Bundles of other operators who mean harm: they speak for themselves alone."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counter_app.application.manage_trust import ImportTrust
from counter_app.domain.trust import Certificate, TrustBundle, certificates_digest, certify, in_order
from counter_app.domain.trust_statement import OperatorKey, first_operator_key, issue, next_operator_key
from counter_app.errors import Reason, Refusal
from counter_app.security import SigningKey
from tests.unit.counter_app.application.counter import Counter
from tests.unit.counter_app.application.test_check_ticket import ADMIN

X, Y, X_WINDOW, Y_WINDOW = (SigningKey(bytes([n]) * 32) for n in (61, 62, 63, 64))


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path / "counter")


def bundle(counter: Counter, operator: SigningKey, of: bytes, *, number: int = 1, **more: Any) -> bytes:
    now = counter.clock.now()
    certificate = certify(
        public_key=of,
        station="CSQ",
        counter=1,
        epoch=1,
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=99),
        sign=operator.sign,
    )
    return signed(counter, operator, [certificate], number=number, **more)


def signed(
    counter: Counter,
    operator: SigningKey,
    certificates: list[Certificate],
    *,
    number: int,
    name: str = "Other Railway",
    keys: list[OperatorKey] | None = None,
) -> bytes:
    now = counter.clock.now()
    listed = in_order(certificates)
    said = issue(
        operator_name=name,
        sequence=number,
        issued_at=now,
        operator_keys=keys or [first(counter, operator)],
        certificates=certificates_digest(listed),
        revocations=(),
        signed_by=operator.key_id,
        sign=operator.sign,
    )
    return TrustBundle(
        operator_name=name, operator_key=said.operator_keys[0].public_key, certificates=listed, statement=said
    ).to_bytes()


def first(counter: Counter, operator: SigningKey) -> OperatorKey:
    return first_operator_key(operator.public, counter.clock.now() - timedelta(days=9), operator.sign)


def refused(field: str) -> AbstractContextManager[object]:
    return pytest.raises(Refusal, match=rf"^{Reason.BAD_INPUT.value}.*field=.?{field}")


def test_nobody_certifies_our_windows_or_a_third_ones(counter: Counter) -> None:
    """A stolen key that its operator refuses would be good again by another's word."""
    take = ImportTrust(store=counter.store)
    take(ADMIN, bundle(counter, X, X_WINDOW.public), operator_key=X.public)
    for key in (counter.store.own_bundle().certificates[0].public_key, X_WINDOW.public):
        with refused("trust"):
            take(ADMIN, bundle(counter, Y, key), operator_key=Y.public)
    take(ADMIN, bundle(counter, Y, Y_WINDOW.public), operator_key=Y.public)
    take(ADMIN, bundle(counter, X, X_WINDOW.public, number=2))
    with counter.store.reading() as books:
        assert {one.operator_key for one in books.trust.others()} == {X.public, Y.public}


def test_who_lists_another_operators_key_does_not_keep_its_revocations_away(counter: Counter) -> None:
    """One bundle names the other's key as its own, and from then on nothing new of the other is taken."""
    take = ImportTrust(store=counter.store)
    now = counter.clock.now()
    claims = [first(counter, Y), next_operator_key(X.public, now - timedelta(days=8), Y.sign)]
    take(ADMIN, bundle(counter, Y, Y_WINDOW.public, keys=claims), operator_key=Y.public)
    take(ADMIN, bundle(counter, X, X_WINDOW.public), operator_key=X.public)
    take(ADMIN, bundle(counter, X, X_WINDOW.public, number=2))
    with refused("operator_key"):  # now that the other is known here
        take(ADMIN, bundle(counter, Y, Y_WINDOW.public, keys=claims, number=9))
    with counter.store.reading() as books:
        found = {one.operator_key: one.statement.sequence for one in books.trust.others() if one.statement}
    assert found == {X.public: 2, Y.public: 1}


def test_who_lists_our_key_is_not_us(counter: Counter) -> None:
    take = ImportTrust(store=counter.store)
    ours = counter.store.own_bundle().operator_key
    now = counter.clock.now()
    claims = [first(counter, Y), next_operator_key(ours, now - timedelta(days=8), Y.sign)]
    with refused("trust"):
        take(ADMIN, bundle(counter, Y, Y_WINDOW.public, keys=claims), operator_key=Y.public)


@pytest.mark.parametrize("name", ["", " ", "Test\x1b[2J", "a\u202eb", "a\nb", " x", "\ue000"])
def test_what_an_operator_calls_itself_does_nothing_to_a_screen(counter: Counter, name: str) -> None:
    with refused("trust"):
        ImportTrust(store=counter.store)(ADMIN, bundle(counter, Y, Y_WINDOW.public, name=name), operator_key=Y.public)
