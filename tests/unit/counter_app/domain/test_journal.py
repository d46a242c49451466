"""The journal's bytes: one way to write them, and every other way found out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.journal import (
    INTEGER_LIMIT,
    START,
    BadEntry,
    Entry,
    Json,
    Kind,
    Link,
    canonical,
    check_link,
    parse_canonical,
    parse_timestamp,
    read_entry,
    timestamp,
    write_entry,
)

AT = datetime(2026, 12, 1, 1, 2, 3, 4000, tzinfo=UTC)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_LIMIT + 1, INTEGER_LIMIT - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def sign(purpose: str, message: bytes) -> bytes:
    return sha256(purpose.encode() + message).digest() * 2


def check(_: int, purpose: str, message: bytes, signature: bytes) -> bool:
    return signature == sign(purpose, message)


def entry(
    after: Link = START, *, kind: Kind = Kind.DRAWER_OPENED, epoch: int = 1, body: dict[str, Json] | None = None
) -> Entry:
    return write_entry(after, epoch=epoch, at=AT, kind=kind, actor="li", body=body or {"名": 1}, sign=sign)


def link(of: Entry) -> Link:
    return Link(epoch=of.epoch, seq=of.seq, hash=of.hash)


@given(value=VALUES)
def test_canonical_bytes_say_the_value_and_only_one_way(value: Json) -> None:
    """Two spellings of one fact would have two hashes, and a dispute could not be settled."""
    raw = canonical(value)
    assert parse_canonical(raw) == value
    assert canonical(parse_canonical(raw)) == raw
    assert json.loads(raw) == value


def test_canonical_form_to_the_byte() -> None:
    """Another program follows the documented form; this is it."""
    assert (
        canonical({"b": [1, True, None], "a": '名"\n', "B": {}}) == '{"B":{},"a":"名\\"\\n","b":[1,true,null]}'.encode()
    )
    assert canonical("e\u0301") == '"e\u0301"'.encode()  # as typed: not normalised


@pytest.mark.parametrize("value", [1.0, INTEGER_LIMIT, -INTEGER_LIMIT, {1: 2}, (1,), b"x", {"a": [0.5]}])
def test_what_has_no_canonical_form_is_our_mistake(value: Any) -> None:
    """Money as a float would round differently on another machine."""
    with pytest.raises(AssertionError):
        canonical(value)


@pytest.mark.parametrize(
    "raw",
    [b'{"a": 1}', b'{"b":1,"a":1}', b"1.0", b"NaN", b"9007199254740992", b'"\\u4e00"', b"", b"\xff", b'{"a":1,"a":1}'],
)
def test_other_spellings_are_refused(raw: bytes) -> None:
    """A tool that rewrites an entry "the same" has rewritten it."""
    with pytest.raises(BadEntry):
        parse_canonical(raw)


@given(at=st.integers(0, 2**42).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us * 997)))
def test_timestamps_round_to_milliseconds_and_back(at: datetime) -> None:
    """An entry's time is read again for ever."""
    assert at - parse_timestamp(timestamp(at)) < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["2026-12-01T01:02:03Z", "2026-12-01T01:02:03.004+00:00", "2026-12-01", "x"])
def test_other_times_are_refused(text: str) -> None:
    """One instant, one spelling."""
    with pytest.raises(ValueError, match=r".*"):
        parse_timestamp(text)


def test_a_chain_of_epochs_holds() -> None:
    """After a restored backup the new epoch continues the numbers: nothing is sold under an old one."""
    at = START
    for kind, epoch in (
        (Kind.PROFILE_CREATED, 1),
        (Kind.EPOCH_STARTED, 1),
        (Kind.LOGGED_IN, 1),
        (Kind.EPOCH_STARTED, 2),
        (Kind.LOGGED_IN, 2),
    ):
        made = entry(at, kind=kind, epoch=epoch)
        assert read_entry(made.raw, made.hash, made.signature) == made
        at = check_link(at, made, check)
    assert (at.epoch, at.seq) == (2, 5)


def test_what_does_not_follow_is_named() -> None:
    """The reason tells an operator whether something was cut, swapped, or forged."""
    first = entry()
    second, third = entry(link(first)), entry(link(entry(link(first))))
    stranger = entry(Link(epoch=1, seq=1, hash=bytes([1]) * 32))
    for after, wrong, reason in (
        (link(first), third, "wrong_seq"),
        (link(second), second, "wrong_seq"),
        (link(first), stranger, "broken_chain"),
        (link(first), entry(link(first), epoch=2), "wrong_epoch"),
        (link(first), entry(link(first), kind=Kind.EPOCH_STARTED, epoch=3), "wrong_epoch"),
        (START, entry(epoch=2), "wrong_epoch"),
    ):
        with pytest.raises(BadEntry) as bad:
            check_link(after, wrong, check)
        assert bad.value.reason == reason
    with pytest.raises(BadEntry) as bad:
        check_link(link(first), second, lambda *_: False)
    assert bad.value.reason == "bad_signature"


def test_an_enrolled_journals_epochs_are_centrals_to_count() -> None:
    """The window had another device before, and an epoch may pass while a device is being restored."""
    at = START
    for kind, epoch in (
        (Kind.PROFILE_CREATED, 4),
        (Kind.EPOCH_STARTED, 4),
        (Kind.LOGGED_IN, 4),
        (Kind.EPOCH_STARTED, 7),
        (Kind.LOGGED_IN, 7),
    ):
        at = check_link(at, entry(at, kind=kind, epoch=epoch, body={"enrolled": True}), check)
    assert (at.epoch, at.seq, at.enrolled) == (7, 5, True)
    for kind, epoch in (
        (Kind.EPOCH_STARTED, 7),
        (Kind.EPOCH_STARTED, 6),
        (Kind.LOGGED_IN, 8),
        (Kind.PROFILE_CREATED, 9),
    ):
        with pytest.raises(BadEntry) as bad:
            check_link(at, entry(at, kind=kind, epoch=epoch, body={"enrolled": True}), check)
        assert bad.value.reason == "wrong_epoch"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Kind.PROFILE_CREATED, {"enrolled": False}),
        (Kind.PROFILE_CREATED, {"enrolled": 1}),
        (Kind.PROFILE_CREATED, {"x": 1}),
        (Kind.LOGGED_IN, {"enrolled": True}),
    ],
)
def test_only_a_profile_that_says_so_may_begin_above_one(kind: Kind, body: dict[str, Json]) -> None:
    """In a stand-alone journal a missing first epoch is a missing journal."""
    with pytest.raises(BadEntry) as bad:
        check_link(START, entry(kind=kind, epoch=2, body=body), check)
    assert bad.value.reason == "wrong_epoch"
    first = check_link(START, entry(kind=kind, epoch=1, body={**body, "enrolled": None}), check)
    second = entry(first, kind=Kind.EPOCH_STARTED)
    third = check_link(check_link(first, second, check), entry(check_link(first, second, check)), check)
    with pytest.raises(BadEntry):
        check_link(third, entry(third, kind=Kind.EPOCH_STARTED, epoch=3), check)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("v", 2, "unknown_version"),
        ("kind", "stolen", "unknown_kind"),
        ("at", "yesterday", "bad_field"),
        ("seq", "1", "bad_field"),
        ("body", [], "bad_field"),
        ("actor", None, "bad_field"),
        ("more", 1, "bad_field"),
    ],
)
def test_a_form_that_is_not_an_entrys(field: str, value: Any, reason: str) -> None:
    """A journal of a newer program, or of a forger, is refused by name and not by a crash."""
    raw = canonical({**json.loads(entry().raw), field: value})
    with pytest.raises(BadEntry) as bad:
        read_entry(raw, sha256(raw).digest(), bytes(64))
    assert bad.value.reason == reason


@pytest.mark.parametrize("prev", [None, 5, "x" * 64, "00", "AA" * 32])
def test_a_previous_hash_that_is_none(prev: Any) -> None:
    """Upper case hex would be a second spelling of one chain."""
    raw = canonical({**json.loads(entry().raw), "prev": prev})
    with pytest.raises(BadEntry) as bad:
        check_link(START, read_entry(raw, sha256(raw).digest(), bytes(64)), check)
    assert bad.value.reason == "bad_field"
