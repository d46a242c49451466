"""What goes to central of a journal that somebody spoiled: numbers without gaps, epochs that hold, nothing unproven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from counter_app.domain.journal import START, Json, Kind, Link, write_entry
from counter_app.domain.outgoing import DAMAGED_MAX, Outgoing, Row, outgoing, sendable

AT = datetime(2026, 12, 1, tzinfo=UTC)
EPOCHS = (3, 4)


def _sign(epoch: int, digest: bytes) -> bytes:
    return sha256(b"%d" % epoch + digest).digest() * 2


def _signed(epoch: int, digest: bytes, signature: bytes) -> bool:
    return epoch in EPOCHS and signature == _sign(epoch, digest)


def _journal(*epochs: int) -> list[Row]:
    """An entry of each epoch; the second, and the first of a later epoch, says that it begins."""
    link: Link = START
    rows: list[Row] = []
    for epoch in epochs:
        begins = link.seq == 1 or (link.seq > 1 and epoch != link.epoch)
        body: dict[str, Json] = {}
        entry = write_entry(
            link,
            epoch=epoch,
            at=AT,
            kind=Kind.EPOCH_STARTED if begins else Kind.TRUST_EXPORTED,
            actor="li",
            body=body,
            sign=lambda _, digest, epoch=epoch: _sign(epoch, digest),  # type: ignore[misc]
        )
        link = Link(epoch=epoch, seq=entry.seq, hash=entry.hash)
        rows.append(Row(seq=entry.seq, epoch=epoch, raw=entry.raw, hash=entry.hash, signature=entry.signature))
    return rows


def _out(rows: list[Row], *, after: int = 0, limit: int = 100) -> list[Outgoing]:
    before = next((row for row in rows if row.seq == after), None)
    later = [row for row in rows if row.seq > after]
    return outgoing(later, before=before, after_seq=after, limit=limit, signed=_signed, epochs=EPOCHS)


def _brief(found: list[Outgoing]) -> list[tuple[int, int, bool]]:
    return [(one.seq, one.epoch, one.whole) for one in found]


def _spoil(row: Row, **more: object) -> Row:
    return replace(row, raw=b"\xff", hash=b"", signature=b"", **more)  # type: ignore[arg-type]


def test_a_whole_journal_goes_as_it_is() -> None:
    rows = _journal(3, 3, 3, 4, 4)
    found = _out(rows)
    assert _brief(found) == [(1, 3, True), (2, 3, True), (3, 3, True)], "of one epoch"
    assert [(one.raw, one.hash, one.signature) for one in found] == [
        (row.raw, row.hash, row.signature) for row in rows[:3]
    ]
    assert _brief(_out(rows, after=3)) == [(4, 4, True), (5, 4, True)]
    assert _brief(_out(rows, after=1, limit=1)) == [(2, 3, True)]
    assert _out(rows, after=5) == []


@pytest.mark.parametrize("column", [None, 1, 3, 4, 7])
@pytest.mark.parametrize("lost", [0, 1, 2, 3, 4, 5])
def test_a_damaged_entry_is_of_the_epoch_of_its_neighbours(lost: int, column: int | None) -> None:
    """Under another one central would refuse it and all that follow. What its column says is anybody's word."""
    epochs = (3, 3, 3, 4, 4, 4)
    rows = _journal(*epochs)
    rows[lost] = _spoil(rows[lost], epoch=column)
    found = [*_out(rows), *_out(rows, after=3)]
    wanted = [(seq, epoch, seq != lost + 1) for seq, epoch in enumerate(epochs, 1)]
    assert _brief(found) == wanted


@pytest.mark.parametrize("gone", [{2}, {3}, {4}, {3, 4}, {4, 5}, {3, 4, 5}])
def test_missing_ones_keep_their_places(gone: set[int]) -> None:
    epochs = (3, 3, 3, 4, 4, 4)
    rows = [row for row in _journal(*epochs) if row.seq not in gone]
    first = _out(rows)
    found = [*first, *_out(rows, after=first[-1].seq)]
    assert [one.seq for one in found] == [1, 2, 3, 4, 5, 6]
    assert {one.seq for one in found if not one.whole} == gone
    assert [one.epoch for one in found] == sorted(one.epoch for one in found)
    assert found[-1].epoch == 4


def test_a_number_that_nothing_proves_fills_no_gap() -> None:
    """Somebody writes the number a thousand million: central is not sent as many placeholders."""
    rows = _journal(3, 3, 3)
    far = Row(seq=10**9, epoch=3, raw=rows[2].raw, hash=rows[2].hash, signature=rows[2].signature)
    assert _brief(_out([*rows, far])) == [(1, 3, True), (2, 3, True), (3, 3, True)]
    assert _out([*rows, far], after=3) == []


def test_many_missing_ones_go_in_bounded_batches() -> None:
    rows = _journal(*[3] * 40)
    kept = [rows[0], rows[1], rows[39]]
    found: list[Outgoing] = []
    while len(found) < 40:
        batch = _out(kept, after=len(found), limit=7)
        assert 0 < len(batch) <= 7
        found += batch
    assert [one.seq for one in found] == list(range(1, 41))


def test_an_entry_in_anothers_place_is_not_signed_for_it() -> None:
    """Well signed at the wrong number it would be refused with all that goes along."""
    rows = _journal(3, 3, 3, 3, 3)
    two, three = rows[2], rows[3]
    rows[2], rows[3] = replace(three, seq=3), replace(two, seq=4)
    found = _out(rows)
    assert _brief(found) == [(1, 3, True), (2, 3, True), (3, 3, False), (4, 3, False), (5, 3, True)]
    assert {one.signature for one in found if not one.whole} == {bytes(64)}


def test_what_it_was_signed_with_is_said_of_damaged_bytes() -> None:
    """So central keeps the place of the whole ones, should they come one day. Not of another entry's hash."""
    rows = _journal(3, 3, 3, 3)
    was = rows[3]
    assert _out([*rows[:3], replace(was, raw=b"{}")])[3].hash == was.hash
    swapped = replace(was, raw=b"{}", hash=rows[2].hash, signature=rows[2].signature)
    assert _out([*rows[:3], swapped])[3].hash is None


def test_what_is_sent_for_damaged_bytes_is_text_that_the_line_takes() -> None:
    for raw in (b"", b"x", b"\xff", bytes(100), b"\xff" * (DAMAGED_MAX + 9), "票".encode()[:2] + b"abc"):
        text = sendable(raw, 5)
        assert 2 <= len(text) <= DAMAGED_MAX
        assert "\0" not in text
        assert text.encode().decode() == text
