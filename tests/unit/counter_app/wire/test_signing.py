"""The seal of a request: every part of it counts, and it is read strictly."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from counter_app.domain.trust import certify
from counter_app.security import SigningKey, verify
from counter_app.wire import signing
from counter_app.wire.routes import BY_NAME, BY_PATH, ROUTES, Access
from counter_app.wire.signing import CERTIFICATES_MAX, PURPOSE, Seal, certificates_header, read_seal, seal, signed_text

KEY = SigningKey(bytes(range(32)))
PARTS: dict[str, Any] = {
    "method": "POST",
    "path": "/v1/claims",
    "body": b"{}",
    "device_id": UUID(int=7),
    "epoch": 1,
    "sequence": 5,
    "at": datetime(2026, 12, 1, 1, 2, 3, 4_000, tzinfo=UTC),
    "wire": 2,
}


def lower(one: Seal) -> dict[str, str]:
    return {name.lower(): value for name, value in one.headers().items()}


def test_there_and_back() -> None:
    made = seal(**PARTS, sign=KEY.sign)
    assert read_seal(lower(made)) == made
    assert verify(KEY.public, PURPOSE, signed_text(**PARTS), made.signature)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "GET"),
        ("path", "/v1/claims?x=1"),
        ("body", b"{ }"),
        ("device_id", UUID(int=8)),
        ("epoch", 2),
        ("sequence", 6),
        ("at", PARTS["at"] + timedelta(milliseconds=1)),
        ("wire", 1),
    ],
)
def test_every_part_is_signed(name: str, value: object) -> None:
    """That part could be changed on the way."""
    made = seal(**PARTS, sign=KEY.sign)
    assert not verify(KEY.public, PURPOSE, signed_text(**{**PARTS, name: value}), made.signature)


def test_the_purpose_is_signed() -> None:
    """A signature made for something else, a journal entry, would pass for a request."""
    made = seal(**PARTS, sign=lambda _, text: KEY.sign("journal", text))
    assert not verify(KEY.public, PURPOSE, signed_text(**PARTS), made.signature)


@pytest.mark.parametrize("name", sorted(lower(seal(**PARTS, sign=KEY.sign))))
def test_each_header_is_needed(name: str) -> None:
    headers = lower(seal(**PARTS, sign=KEY.sign))
    del headers[name]
    with pytest.raises(ValueError, match=r".*"):
        read_seal(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (signing.DEVICE, "x"),
        (signing.DEVICE, str(UUID(int=7)).upper().replace("0", "A")),
        (signing.EPOCH, "01"),
        (signing.EPOCH, ""),
        (signing.EPOCH, "+1"),
        (signing.SEQUENCE, str(2**53)),
        (signing.SEQUENCE, "１"),
        (signing.SEQUENCE, "1" * 17),
        (signing.VERSION, "-1"),
        (signing.TIME, "2026-12-01T01:02:03Z"),
        (signing.SIGNATURE, "ab" * 63),
        (signing.SIGNATURE, "zz" * 64),
    ],
)
def test_odd_headers(name: str, value: str) -> None:
    headers = lower(seal(**PARTS, sign=KEY.sign))
    with pytest.raises(ValueError, match=r".*"):
        read_seal({**headers, name.lower(): value})


def test_proofs_cover_what_they_prove() -> None:
    """A proof could be used for another device or key."""
    one, two = UUID(int=1), UUID(int=2)
    enrolling = {
        signing.enrol_text("CODE", one, b"k" * 32),
        signing.enrol_text("CODE", two, b"k" * 32),
        signing.enrol_text("CODE", one, b"l" * 32),
        signing.enrol_text("CODES", one, b"k" * 32),
    }
    renewing = {
        signing.epoch_text(one, b"k" * 32, b"h" * 32),
        signing.epoch_text(two, b"k" * 32, b"h" * 32),
        signing.epoch_text(one, b"l" * 32, b"h" * 32),
        signing.epoch_text(one, b"k" * 32, b"i" * 32),
    }
    assert len(enrolling) == len(renewing) == 4


def test_zero_is_a_number() -> None:
    headers = lower(seal(**{**PARTS, "sequence": 0}, sign=KEY.sign))
    assert read_seal(headers).sequence == 0


def test_certificates_newest_first_and_bounded() -> None:
    """A device with many epochs would send a header that nobody takes."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [
        certify(
            public_key=bytes([n]) * 32,
            station="CSQ",
            counter=1,
            epoch=n,
            not_before=start,
            not_after=start + timedelta(days=1),
            sign=KEY.sign,
        )
        for n in range(1, 13)
    ]
    parts = certificates_header(made).split(",")
    epochs = [json.loads(base64.b64decode(part))["epoch"] for part in parts]
    assert epochs == list(range(12, 12 - CERTIFICATES_MAX, -1))
    assert len(certificates_header(made)) < 12 * 1024
    assert certificates_header([]) == ""


def test_routes_are_one_table() -> None:
    assert len(BY_NAME) == len(BY_PATH) == len(ROUTES)
    for route in ROUTES:
        assert (route.method == "GET") == (route.request is None)
        assert not (route.query and route.request)
        assert route.path.startswith("/v1/")
    assert {route.name for route in ROUTES if route.access is Access.ANYONE} == {"time", "enrol"}
    assert BY_NAME["push"].access is Access.ALSO_REVOKED
