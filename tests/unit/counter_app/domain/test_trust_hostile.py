"""Bundles that another reader would understand otherwise, or that stop the program that reads them."""

from __future__ import annotations

import json

import pytest

from counter_app.domain.trust import BadTrust, parse_bundle
from counter_app.security import verify
from tests.golden.ticket_vectors import BUNDLE, FIRST_FORMAT

WHOLE = BUNDLE.to_bytes()
TEXT = WHOLE.decode()


def reason(content: bytes) -> str:
    with pytest.raises(BadTrust) as refused:
        parse_bundle(content, verify)
    return refused.value.reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "gb18030"])
def test_another_encoding_is_refused(encoding: str) -> None:
    """The page says UTF-8; a gate of a stranger would refuse what ours takes."""
    assert parse_bundle(WHOLE, verify) == BUNDLE
    assert reason(TEXT.encode(encoding)) in {"not_json", "bad_field"}


@pytest.mark.parametrize("whole", [WHOLE, FIRST_FORMAT.to_bytes()], ids=["second", "first"])
def test_half_a_character_is_refused(whole: bytes) -> None:
    """It has no bytes: the program would end with an error of its own."""
    for spelled in (b"\\ud800", b"\\udfff", b"\\udc00\\ud800"):
        assert reason(whole.replace("测试".encode(), spelled)) == "bad_field"
    assert reason(whole.replace("测试".encode(), b"\xed\xa0\x80")) == "not_json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"counter": 1,', '"counter": 1, "counter": 2,'),
        ('"sequence":', '"sequence": 1, "sequence":'),
        ('"station": "CSQ"', '"station": "CSQ", "station": "CSQ"'),
        ('"counter": 1,', '"counter": 1.0,'),
        ('"counter": 1,', '"counter": true,'),
        ('"counter": 1,', '"counter": 1e0,'),
        ('"counter": 1,', '"counter": "1",'),
        ('"counter": 1,', '"counter": NaN,'),
        ('"sequence": 1798800000', '"sequence": ' + "9" * 5000),
        ('"station": "CSQ"', '"station": "CS\uff31"'),
        ('"station": "CSQ"', '"station": "csq"'),
        ('"station": "CSQ"', '"station": "CSQ\\n"'),
    ],
)
def test_a_field_that_two_readers_read_differently_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    assert reason(TEXT.replace(old, new).encode()) in {"bad_field", "not_json"}


def test_a_key_of_small_order_signs_nothing() -> None:
    """With such a key a signature fits any message."""
    for y in (0, 1, 2**255 - 20, 2**255 - 18):
        point = y.to_bytes(32, "little")
        for signature in (point + bytes(32), bytes([1]) + bytes(63)):
            assert not verify(point, "trust", b"x", signature)
            told = json.loads(WHOLE)
            told["statement"]["operator_keys"][0].update(public_key=point.hex(), signature=signature.hex())
            assert reason(json.dumps(told).encode()) in {"bad_operator_key", "bad_signer", "bad_statement"}
