"""The signed ticket code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain import barcode
from counter_app.domain.barcode import TicketBody, TicketKey, code_text, open_ticket, parse_code_text, seal_ticket
from counter_app.domain.ids import TicketNumber
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal

SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
KEY_ID = sha256(KEY.public_key().public_bytes_raw()).digest()[:8]


def sign(purpose: str, message: bytes) -> bytes:
    return KEY.sign(b"counterfoil/" + purpose.encode() + b"\x00" + message)


def verify(purpose: str, message: bytes, signature: bytes) -> bool:
    try:
        KEY.public_key().verify(signature, b"counterfoil/" + purpose.encode() + b"\x00" + message)
    except InvalidSignature:
        return False
    return True


def find_key(key_id: bytes) -> TicketKey | None:
    return TicketKey(station="CSQ", counter=1, epoch=1, verify=verify) if key_id == KEY_ID else None


BODY = TicketBody(
    ticket=TicketNumber(station_code="CSQ", counter=1, epoch=1, serial=42),
    run_id=UUID("0198c0de-0000-5000-8000-0000000000aa"),
    service_date=date(2026, 12, 1),
    span=Span(0, 7),
    origin_code="CSQ",
    destination_code="BJP",
    service="Z2",
    coach="12",
    place="03M",
    travel_class="hard_sleeper_middle",
    passenger_type="student",
    document_digest=0xBEEF,
    valid_from=datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
    valid_until=datetime(2026, 12, 2, 16, 0, tzinfo=UTC),
)


def seal(body: TicketBody) -> bytes:
    return seal_ticket(body, key_id=KEY_ID, sign=sign)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
labels = st.none() | st.text("0123456789ABCFM卧铺é", min_size=1, max_size=2)
bodies = st.builds(
    TicketBody,
    ticket=st.builds(
        TicketNumber,
        station_code=st.from_regex(r"[A-Z0-9]{1,5}", fullmatch=True),
        counter=st.integers(1, 999),
        epoch=st.integers(1, 999),
        serial=st.integers(1, 10**8 - 1),
        training=st.booleans(),
    ),
    run_id=st.uuids(),
    service_date=st.dates(date(1970, 1, 1), date(2149, 1, 1)),
    span=st.integers(0, 600).map(lambda board: Span(board, board + 61)),
    origin_code=words,
    destination_code=words,
    service=words,
    coach=labels,
    place=labels,
    travel_class=st.sampled_from(barcode.CLASS_CODES) | words,
    passenger_type=st.sampled_from(barcode.TYPE_CODES) | words,
    document_digest=st.none() | st.integers(0, 65535),
    valid_from=st.just(BODY.valid_from),
    valid_until=st.integers(0, 10**6).map(lambda minutes: BODY.valid_from + timedelta(minutes=minutes)),
    copy_number=st.integers(0, 255),
    demonstration=st.booleans(),
    offline=st.booleans(),
)


def test_a_ticket_is_read_back_as_it_was_sealed() -> None:
    """A gate would let the wrong person onto the wrong train."""
    payload = seal(BODY)
    assert len(payload) == 140
    assert open_ticket(parse_code_text(code_text(payload)), find_key=find_key) == BODY


def test_vector_of_the_documentation() -> None:
    """A stranger's verifier, written from docs/ticket-payload.md, would no longer read our tickets."""
    text = code_text(seal(BODY))
    words_of_page = (Path(__file__).parents[4] / "docs" / "ticket-payload.md").read_text(encoding="utf-8")
    assert text in words_of_page.split()
    assert seal(BODY).hex() in "".join(words_of_page.split())


@given(bodies)
@settings(max_examples=300, deadline=None)
def test_every_ticket_fits_and_keeps_what_admits(body: TicketBody) -> None:
    """A long service name or class would make a ticket that can't be printed, after the money was taken."""
    payload = seal(body)
    assert len(payload) <= barcode.PAYLOAD_BYTES_MAX
    assert len(code_text(payload)) <= barcode.CODE_CHARS_MAX
    opened, key_id = barcode.read_unverified(payload)
    assert key_id == KEY_ID
    kept = ("ticket", "run_id", "service_date", "span", "coach", "place", "document_digest", "valid_from",
            "valid_until", "copy_number", "demonstration", "offline")  # fmt: skip
    for name in kept:
        assert getattr(opened, name) == getattr(body, name), name
    if body.travel_class in barcode.CLASS_CODES:
        assert opened.travel_class == body.travel_class


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_altered_codes_are_never_accepted(data: st.DataObject) -> None:
    """A forger could move a berth, a date or a student's reduction onto his own ticket."""
    payload = bytearray(seal(BODY))
    for _ in range(data.draw(st.integers(1, 3))):
        kind = data.draw(st.sampled_from(("flip", "cut", "add", "swap")))
        at = data.draw(st.integers(0, len(payload) - 1))
        if kind == "flip":
            payload[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del payload[at]
        elif kind == "add":
            payload.insert(at, data.draw(st.integers(0, 255)))
        else:
            payload[at], payload[0] = payload[0], payload[at]
    if bytes(payload) == seal(BODY):
        return
    with pytest.raises(Refusal) as refused:
        open_ticket(bytes(payload), find_key=find_key)
    assert refused.value.reason in {Reason.BAD_CODE, Reason.FORGED_CODE, Reason.UNKNOWN_KEY}


def test_every_single_bit_counts() -> None:
    """One bit that isn't covered is one field that can be changed."""
    payload = seal(BODY)
    for bit in range(len(payload) * 8):
        altered = bytearray(payload)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refusal):
            open_ticket(bytes(altered), find_key=find_key)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_noise_is_refused(noise: bytes) -> None:
    """A gate's verifier would crash on a crumpled or foreign code."""
    with pytest.raises(Refusal):
        open_ticket(noise, find_key=find_key)


@given(st.text(max_size=220))
@settings(max_examples=200, deadline=None)
def test_any_scanned_text_is_read_or_refused(text: str) -> None:
    """A scanner's stray text would break the refund screen."""
    try:
        payload = parse_code_text(text)
    except Refusal as refused:
        assert refused.reason is Reason.BAD_CODE  # noqa: PT017 - or it is read
    else:
        assert code_text(payload) == text.strip()


def test_a_code_has_one_spelling() -> None:
    """Two texts of one ticket would pass a gate's "already used" list twice."""
    text = code_text(seal(BODY))
    last = text[-1]
    others = [text[:-1] + chr(ord(last) + 1), text + "=", text[:50] + "\n" + text[50:], text + "A"]
    for other in others:
        with pytest.raises(Refusal):
            open_ticket(parse_code_text(other), find_key=find_key)
    assert open_ticket(parse_code_text(f"  {text}\r\n"), find_key=find_key) == BODY
    assert barcode.looks_like_code(text)
    assert not barcode.looks_like_code("CSQ-01-1-000042-7")


def test_a_window_cannot_sign_for_another() -> None:
    """A stolen key of one counter would make tickets of every counter."""
    other = replace(BODY, ticket=TicketNumber(station_code="CSQ", counter=2, epoch=1, serial=42))
    with pytest.raises(Refusal) as refused:
        open_ticket(seal(other), find_key=find_key)
    assert refused.value.reason is Reason.FORGED_CODE


def test_an_uncertified_key_is_named_as_such() -> None:
    """Training tickets would look like forgeries, or worse, like tickets."""
    with pytest.raises(Refusal) as refused:
        open_ticket(seal_ticket(BODY, key_id=bytes(8), sign=sign), find_key=find_key)
    assert refused.value.reason is Reason.UNKNOWN_KEY


def test_an_endless_place_label_is_refused_before_the_sale() -> None:
    """A shortened place would be another passenger's."""
    with pytest.raises(Refusal) as refused:
        seal(replace(BODY, place="upper deck 12A"))
    assert refused.value.reason is Reason.BAD_INPUT


def test_the_document_digest_depends_on_the_ticket_and_not_on_blanks() -> None:
    """The same digest on two tickets would tell that one person holds both."""
    one = barcode.document_digest(BODY.ticket, "430102 19900101 123x")
    assert one == barcode.document_digest(BODY.ticket, "43010219900101123X")
    assert one == 0x5AE2
    other = TicketNumber(station_code="CSQ", counter=1, epoch=1, serial=43)
    assert one != barcode.document_digest(other, "43010219900101123X")
