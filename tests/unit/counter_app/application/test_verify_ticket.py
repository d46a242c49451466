"""A ticket code checked with the trust bundle alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counter_app import security
from counter_app.application.verify_ticket import VerifyTicket
from counter_app.domain.barcode import code_text, seal_ticket
from counter_app.domain.ids import TicketNumber
from counter_app.domain.trust import TrustBundle, certify, parse_bundle
from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.domain.test_barcode import BODY

OPERATOR, COUNTER, STRANGER = (security.SigningKey.generate(bytes([n]) * 32) for n in (1, 2, 3))
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
BUNDLE = TrustBundle(
    operator_name="中国铁路",
    operator_key=OPERATOR.public,
    certificates=(
        certify(
            public_key=COUNTER.public,
            station="CSQ",
            counter=1,
            epoch=1,
            not_before=datetime(2026, 11, 21, tzinfo=UTC),
            not_after=datetime(2028, 11, 21, tzinfo=UTC),
            sign=OPERATOR.sign,
        ),
    ),
)
# As a gate has it: written by the counter, read and checked from the file.
VERIFY = VerifyTicket(parse_bundle(BUNDLE.to_bytes(), security.verify), security.verify)


def code(key: security.SigningKey = COUNTER, **changes: object) -> str:
    return code_text(seal_ticket(replace(BODY, **changes), key_id=key.key_id, sign=key.sign))  # type: ignore[arg-type]


def refusal(text: str, at: datetime = NOW) -> Reason:
    with pytest.raises(Refusal) as refused:
        VERIFY(text, at=at)
    return refused.value.reason


def test_a_genuine_ticket_is_told_with_what_it_says() -> None:
    """A traveller with a good ticket would be turned away."""
    found = VERIFY(code() + "\n", at=NOW)
    assert found.body == BODY
    assert not found.not_yet
    assert found.fields()["ticket"] == "CSQ-01-1-000042-7"
    assert found.fields()["operator"] == "中国铁路"
    assert VERIFY(code(), at=BODY.valid_from - timedelta(days=3)).not_yet


def test_each_wrong_code_is_refused_for_its_own_reason() -> None:
    """A forged ticket would travel, or an expired one be called forged before its holder."""
    genuine = code()
    assert refusal(genuine, BODY.valid_until + timedelta(minutes=1)) is Reason.CODE_EXPIRED
    assert refusal(genuine[:-1]) is Reason.BAD_CODE
    assert refusal("CSQ-01-1-000042-7") is Reason.BAD_CODE
    assert refusal(code(STRANGER)) is Reason.UNKNOWN_KEY
    other = TicketNumber(station_code="CSQ", counter=2, epoch=1, serial=42)
    assert refusal(code(ticket=other)) is Reason.FORGED_CODE
    altered = genuine[:70] + ("A" if genuine[70] != "A" else "B") + genuine[71:]
    assert refusal(altered) in {Reason.FORGED_CODE, Reason.BAD_CODE}


def test_a_ticket_from_before_its_key_is_forged() -> None:
    """A counter's new key could be used to make old tickets."""
    old = datetime(2026, 1, 1, tzinfo=UTC)
    assert refusal(code(valid_from=old, valid_until=old), old) is Reason.FORGED_CODE


def test_training_tickets_are_of_an_unknown_key() -> None:
    """A trainee's exercise would open a gate."""
    training = TicketNumber(station_code="CSQ", counter=1, epoch=1, serial=1, training=True)
    assert refusal(code(STRANGER, ticket=training)) is Reason.UNKNOWN_KEY


def test_its_last_minute_is_a_whole_one_and_its_first_begins_at_once() -> None:
    """Times in a code are whole minutes: who comes within the last of them has a good ticket."""
    last = BODY.valid_until + timedelta(seconds=59, milliseconds=999)
    assert VERIFY(code(), at=last).body == BODY
    assert refusal(code(), at=BODY.valid_until + timedelta(minutes=1)) is Reason.CODE_EXPIRED
    assert not VERIFY(code(), at=BODY.valid_from).not_yet
    assert VERIFY(code(), at=BODY.valid_from - timedelta(milliseconds=1)).not_yet


def test_a_clock_and_a_code_at_the_end_of_all_times() -> None:
    end = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert VERIFY(code(valid_until=end), at=datetime.max.replace(tzinfo=UTC)).body.valid_until == end
    assert refusal(code(), at=datetime.max.replace(tzinfo=UTC)) is Reason.CODE_EXPIRED
    assert VERIFY(code(), at=datetime.min.replace(tzinfo=UTC)).not_yet
