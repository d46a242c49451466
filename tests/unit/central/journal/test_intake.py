"""Entries come in whole, spoilt, twice, with gaps, from copies. What is lost here is lost money."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.journal.chain import Item, Standing, examine, is_signed_by
from central.journal.intake import JUDGED_AT_ONCE_MAX
from central.request import Refusing
from counter_app.domain.journal import Kind
from counter_app.security import SigningKey, verify
from counter_app.wire.messages import Push, Refused, WireEntry
from tests.unit.central.journal.counter import Counter, enrol, wire
from tests.unit.central.stock.world import World


@pytest.fixture
def counter(world: World) -> Counter:
    return enrol(world)


def stored(counter: Counter, epoch: int = 1) -> list[tuple[int, bytes, bytes]]:
    rows = counter.world.connection.execute(
        "SELECT seq, hash, raw FROM entry WHERE device_id = %s AND epoch = %s ORDER BY seq",
        (counter.device.device_id, epoch),
    ).fetchall()
    return [(seq, bytes(digest), bytes(raw)) for seq, digest, raw in rows]


def strays(counter: Counter) -> list[tuple[int, str]]:
    return list(
        counter.world.connection.execute(
            "SELECT seq, reason FROM stray WHERE device_id = %s ORDER BY seq, reason", (counter.device.device_id,)
        ).fetchall()
    )


def chain(counter: Counter, epoch: int = 1) -> tuple[int, bytes, int]:
    row = counter.world.connection.execute(
        "SELECT seq, hash, judged_seq FROM chain WHERE device_id = %s AND epoch = %s",
        (counter.device.device_id, epoch),
    ).fetchone()
    assert row is not None
    return row[0], bytes(row[1]), row[2]


def is_forked(counter: Counter) -> bool:
    row = counter.world.connection.execute(
        "SELECT forked FROM device WHERE device_id = %s", (counter.device.device_id,)
    ).fetchone()
    assert row is not None
    return bool(row[0])


def spoil(one: WireEntry, at: int) -> WireEntry:
    """One other byte."""
    raw = one.raw
    at %= len(raw)
    return replace(one, raw=raw[:at] + ("x" if raw[at] != "x" else "y") + raw[at + 1 :])


def test_a_push_is_stored_anchored_and_judged(counter: Counter) -> None:
    """Otherwise a sale would be on a counter's disk only."""
    for _ in range(5):
        counter.log_in()
    answer = counter.push()
    assert (answer.stored_seq, answer.judged_seq, answer.forked, answer.verdicts) == (5, 5, False, ())
    assert [(seq, digest) for seq, digest, _ in stored(counter)] == [(e.seq, e.hash) for e in counter.entries]
    assert [raw for _, _, raw in stored(counter)] == [entry.raw for entry in counter.entries]
    assert chain(counter) == (5, counter.link.hash, 5)


def test_the_same_again_gets_the_same_receipt(counter: Counter) -> None:
    """C1: the answer was lost on the way; the counter asks again, and nothing is doubled."""
    for _ in range(4):
        counter.write(Kind.CASH_MOVED, cash(counter, 100))
    first = counter.push(1, 3)
    assert first.stored_seq == 3
    again = counter.push(1, 3)
    assert (again.stored_seq, again.judged_seq, again.forked, again.verdicts) == (3, 3, False, ())
    assert counter.push(2, 4).stored_seq == 4
    assert counter.cash() == 400
    assert len(stored(counter)) == 4
    assert strays(counter) == []


def test_a_gap_is_refused_with_what_is_missing(counter: Counter) -> None:
    """The counter still has the entries: it must send them, or the chain would end here for ever."""
    for _ in range(6):
        counter.log_in()
    counter.push(1, 2)
    with pytest.raises(Refusing) as told:
        counter.push(5, 6)
    assert told.value.code is Refused.GAP
    assert told.value.facts == {"epoch": 1, "expected": 3}
    assert chain(counter)[0] == 2
    with pytest.raises(Refusing) as told:
        enrol_with_entries(counter.world, 3).push(2, 3)
    assert told.value.facts == {"epoch": 1, "expected": 1}


def enrol_with_entries(world: World, count: int) -> Counter:
    counter = enrol(world)
    for _ in range(count):
        counter.log_in()
    return counter


def cash(counter: Counter, amount: int) -> dict[str, str | int | bool | list | dict | None]:  # type: ignore[type-arg]
    new = counter.world.numbers.new
    return {
        "movement_id": str(new()),
        "shift_id": str(counter.shift_id),
        "kind": "paid_in",
        "amount_minor": amount,
        "reason": "change",
        "job_id": str(new()),
    }


def test_an_entry_of_an_epoch_without_a_key_is_refused(counter: Counter) -> None:
    counter.log_in()
    with pytest.raises(Refusing) as told:
        counter.push(epoch=7)
    assert told.value.code is Refused.NOT_FOUND


def test_whole_entries_must_stand_where_they_say(counter: Counter) -> None:
    counter.log_in()
    counter.log_in()
    with pytest.raises(Refusing) as told:
        counter.push(1, wires=[wire(counter.entries[1])])
    assert told.value.code is Refused.BAD_MESSAGE


# ---- forks -----------------------------------------------------------------------------------------------------


def test_a_cloned_counter_is_a_fork_and_nothing_of_it_is_dropped(counter: Counter) -> None:
    """C1: two machines with one key. Both sold; central keeps both histories and stops both."""
    for _ in range(3):
        counter.log_in()
    counter.push()
    other = counter.clone()
    for one in (counter, other):
        for _ in range(3):
            one.log_in()
    assert not counter.push(4, 6).forked
    answer = other.push(4, 6)
    assert answer.forked
    assert answer.stored_seq == 6
    assert answer.stop_selling == "forked"
    assert {(v.seq, v.reason, v.owner, v.next_step) for v in answer.verdicts} == {
        (seq, "forked", "administrator", "new_epoch") for seq in (4, 5, 6)
    }
    assert is_forked(counter)
    assert chain(counter) == (6, counter.link.hash, 6)
    assert strays(counter) == [(4, "forked"), (5, "forked"), (6, "forked")]
    # It goes on, and asks again: kept once.
    other.log_in()
    assert other.push(7, 7).stored_seq == 7
    other.push(4, 7)
    assert strays(counter) == [(seq, "forked") for seq in (4, 5, 6, 7)]


def test_a_stray_that_comes_again_is_no_news(counter: Counter) -> None:
    """A superseded copy that asks after its last entry would undo what a person resolved, every few seconds."""
    counter.log_in()
    counter.push()
    other = counter.clone()
    counter.log_in()
    other.log_in()
    counter.push(2, 2)
    answer = other.push(2, 2)
    assert (answer.stored_seq, answer.judged_seq) == (2, 2)
    connection = counter.world.connection
    connection.execute(
        "UPDATE verdict SET resolved_by = 'wang', resolved_at = judged_at, resolution = 'the copy is off'"
    )
    head = connection.execute("SELECT sum(position) FROM feed_head").fetchone()
    again = other.push(2, 2)
    assert [verdict.reason for verdict in again.verdicts] == ["forked"]
    assert connection.execute("SELECT resolved_by FROM verdict").fetchall() == [("wang",)]
    assert connection.execute("SELECT sum(position) FROM feed_head").fetchone() == head


def test_a_fork_after_the_last_entry_shows_by_its_link(counter: Counter) -> None:
    """The copy's first own entry has a number that central does not know yet: only its ``prev`` gives it away."""
    for _ in range(3):
        counter.log_in()
    counter.push(1, 2)
    other = counter.clone()
    counter.push(3, 3)
    other.entries = other.entries[:2]
    other.link = replace(other.link, seq=2, hash=other.entries[-1].hash)
    other.log_in()
    other.log_in()
    assert missing(other, 4, 4) == 3, "how it began never came"
    answer = other.push(3, 4)
    assert answer.forked
    assert strays(counter) == [(3, "forked"), (4, "forked")]


def missing(counter: Counter, first: int, last: int) -> object:
    """What central asks for when these come."""
    with pytest.raises(Refusing) as refused:
        counter.push(first, last)
    assert refused.value.code is Refused.GAP
    return refused.value.facts["expected"]


def test_a_restored_central_asks_how_another_history_began(counter: Counter) -> None:
    """Of a copy there was nothing in the chain to show that it was lost: its sales would be nowhere but on its disk."""
    for _ in range(3):
        counter.log_in()
    counter.push()
    other = counter.clone()
    for one in (counter, other):
        for _ in range(5):
            one.log_in()
    counter.push(4, 8)
    other.push(4, 8)
    for table in ("stray", "verdict"):
        counter.world.connection.execute(f"DELETE FROM {table}")
    other.log_in()
    assert missing(other, 9, 9) == 8
    assert missing(other, 8, 9) == 7
    assert missing(other, 5, 9) == 3
    assert other.push(3, 9).stored_seq == 9
    assert strays(counter) == [(seq, "forked") for seq in range(4, 10)]
    other.log_in()
    assert other.push(10, 10).stored_seq == 10


def test_a_restored_central_does_not_take_one_copys_history_for_anothers(counter: Counter) -> None:
    """Of two copies one was known under these numbers: the sales of the other one would be nowhere but on its disk."""
    for _ in range(3):
        counter.log_in()
    counter.push()
    second, third = counter.clone(), counter.clone()
    for one in (counter, second, third):
        for _ in range(5):
            one.log_in()
        one.push(4, 8)
    lost = [entry.hash for entry in third.entries[3:8]]
    connection = counter.world.connection
    connection.execute("DELETE FROM stray WHERE hash = ANY(%s)", (lost,))
    assert len(strays(counter)) == 5, "those of the second copy"
    third.log_in()
    assert missing(third, 9, 9) == 8
    assert missing(third, 5, 9) == 3
    assert third.push(3, 9).stored_seq == 9
    found = connection.execute("SELECT count(*) FROM stray WHERE hash = ANY(%s)", (lost,)).fetchone()
    assert found == (5,)


def test_both_copies_go_on_in_epochs_of_their_own(counter: Counter) -> None:
    """The one that central knew as a stray links its new epoch to the stray."""
    for _ in range(2):
        counter.log_in()
    counter.push()
    other = counter.clone()
    counter.log_in()
    counter.push(3)
    other.log_in()
    assert other.push(3).forked
    other.next_epoch()
    answer = other.push(4)
    assert (answer.stored_seq, answer.judged_seq, answer.forked, answer.verdicts) == (4, 4, False, ())
    assert not is_forked(other)
    assert chain(other, 2) == (4, other.link.hash, 4)


def test_a_copy_that_begins_the_same_epoch_later_is_a_fork(counter: Counter) -> None:
    """A key that was copied while central was being asked: refused as a gap, the copy would send the same for ever."""
    counter.log_in()
    counter.push()
    counter.next_epoch()
    other = counter.clone()
    other.entries, other.link = other.entries[:1], replace(counter.link, epoch=1, seq=1, hash=counter.entries[0].hash)
    for _ in range(3):
        other.log_in()
    counter.push(2, epoch=2)
    assert other.push(2, 4, epoch=1).stored_seq == 4
    other.write(Kind.EPOCH_STARTED, {"certificate": other.certificate, "reason": "test"}, epoch=2)
    answer = other.push(5, 5, epoch=2)
    assert (answer.stored_seq, answer.forked) == (5, True)
    other.log_in()
    assert other.push(6, 6, epoch=2).stored_seq == 6


def test_a_restored_counter_begins_a_new_epoch_before_the_last_one_ends(counter: Counter) -> None:
    """Last week's database: central has more of the old epoch than the counter has."""
    for _ in range(6):
        counter.log_in()
    counter.push()
    counter.entries = counter.entries[:4]
    counter.link = replace(counter.link, seq=4, hash=counter.entries[-1].hash)
    counter.next_epoch()
    counter.log_in()
    answer = counter.push(5)
    assert (answer.epoch, answer.stored_seq, answer.forked, answer.verdicts) == (2, 6, False, ())
    assert chain(counter)[0] == 6
    assert chain(counter, 2)[0] == 6


def test_a_new_epoch_waits_for_the_entries_before_it(counter: Counter) -> None:
    for _ in range(4):
        counter.log_in()
    counter.push(1, 2)
    counter.next_epoch()
    with pytest.raises(Refusing) as told:
        counter.push(5)
    assert told.value.code is Refused.GAP
    assert told.value.facts == {"epoch": 1, "expected": 3}
    counter.push(3, 4)
    assert counter.push(5).stored_seq == 5


def test_a_new_epoch_on_a_history_that_central_never_saw_is_kept_and_said(counter: Counter) -> None:
    for _ in range(4):
        counter.log_in()
    counter.push()
    other = counter.clone()
    other.entries = other.entries[:2]
    other.link = replace(other.link, seq=2, hash=other.entries[-1].hash)
    other.log_in()
    other.log_in()
    other.next_epoch()
    answer = other.push(5)
    assert answer.stored_seq == 5
    assert other.verdicts() == {5: ("conflict", "broken_history")}


def test_entries_under_a_key_that_was_replaced_are_kept_and_said(counter: Counter) -> None:
    """A copy that goes on with the old key, after the other one got a new epoch."""
    for _ in range(2):
        counter.log_in()
    counter.push()
    other = counter.clone()
    counter.next_epoch()
    counter.push(3)
    other.write(Kind.CASH_MOVED, cash(other, 700))
    other.device = replace(other.device, current_epoch=2)
    answer = other.push(3)
    assert answer.stored_seq == 3
    assert answer.stop_selling == "epoch_superseded"
    assert other.verdicts() == {3: ("conflict", "superseded_epoch")}
    assert not is_forked(counter)
    assert counter.cash() == 700


def test_two_histories_in_one_batch(counter: Counter) -> None:
    """An outbox that was put together from two disks: what follows is kept, the rest is a fork."""
    for _ in range(3):
        counter.log_in()
    other = counter.clone()
    counter.log_in()
    for _ in range(3):
        other.log_in()
    wires = [wire(entry) for entry in (*counter.entries, *other.entries[4:])]
    answer = counter.push(1, wires=wires)
    assert (answer.stored_seq, answer.forked) == (6, True)
    assert chain(counter)[0] == 4
    assert strays(counter) == [(5, "forked"), (6, "forked")]


def test_two_copies_begin_one_epoch_at_different_places(counter: Counter) -> None:
    """The machine was copied after central granted the epoch and before it was begun."""
    for _ in range(4):
        counter.log_in()
    counter.push()
    copy = counter.clone()
    copy.entries = copy.entries[:2]
    copy.link = replace(copy.link, seq=2, hash=copy.entries[-1].hash)
    counter.next_epoch()
    counter.push(5)
    copy.keys, copy.certificate, copy.device = dict(counter.keys), counter.certificate, counter.device
    copy.write(Kind.EPOCH_STARTED, {"certificate": copy.certificate, "reason": "test"}, epoch=2)
    answer = copy.push(3)
    assert (answer.stored_seq, answer.forked) == (3, True)
    assert strays(counter) == [(3, "forked")]


def test_a_central_that_lost_how_an_epoch_began_asks_for_it(counter: Counter) -> None:
    """Central was restored from a backup of before the epoch: the counter's last batch alone would leave a hole."""
    for _ in range(9):
        counter.log_in()
    counter.push()
    counter.entries = counter.entries[:4]
    counter.link = replace(counter.link, seq=4, hash=counter.entries[-1].hash)
    counter.next_epoch()
    for _ in range(3):
        counter.log_in()
    with pytest.raises(Refusing) as told:
        counter.push(8)
    assert told.value.code is Refused.GAP
    expected = told.value.facts["expected"]
    assert isinstance(expected, int)
    assert expected <= 5
    counter.push(expected, 4)
    assert counter.push(5).stored_seq == 8


# ---- spoilt bytes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 5, 40, 120, -3, -60, -120])
@pytest.mark.parametrize("which", [0, 3, 6])
def test_a_corrupt_byte_costs_its_entry_and_no_other(counter: Counter, which: int, at: int) -> None:
    """Wherever it is: a failing disk must not keep the takings of the rest from central."""
    for _ in range(7):
        counter.write(Kind.CASH_MOVED, cash(counter, 10))
    wires = [wire(entry) for entry in counter.entries]
    wires[which] = spoil(wires[which], at)
    answer = counter.push(wires=wires)
    assert answer.stored_seq == 7
    assert answer.judged_seq == 7
    assert not answer.forked
    # The next batch follows.
    for _ in range(2):
        counter.write(Kind.CASH_MOVED, cash(counter, 10))
    assert counter.push(8).stored_seq == 9
    assert counter.verdicts() == {which + 1: ("quarantined", "corrupt")}
    assert counter.cash() == 80
    assert [digest for _, digest, _ in stored(counter)] == [entry.hash for entry in counter.entries]
    assert strays(counter) == []
    # Sent again as it is: nothing new. Sent whole: it is healed, and its money counts.
    counter.push(wires=wires)
    assert counter.verdicts() == {which + 1: ("quarantined", "corrupt")}
    counter.push(1, 7)
    assert counter.cash() == 90
    assert counter.verdicts()[which + 1][0] == "accepted"
    assert strays(counter) == [(which + 1, "corrupt")]


@pytest.mark.parametrize("which", [0, 2, 4])
def test_a_spoilt_signature_inside_a_batch_is_covered_by_the_last(counter: Counter, which: int) -> None:
    for _ in range(5):
        counter.write(Kind.CASH_MOVED, cash(counter, 10))
    wires = [wire(entry) for entry in counter.entries]
    wires[which] = replace(wires[which], signature=bytes(64))
    answer = counter.push(wires=wires)
    assert answer.stored_seq == 5
    if which == 4:
        assert counter.verdicts() == {5: ("quarantined", "bad_signature")}
        assert counter.cash() == 40
    counter.write(Kind.CASH_MOVED, cash(counter, 10))
    counter.push(6)
    assert counter.cash() == 60
    assert {judgement for judgement, _ in counter.verdicts().values()} <= {"accepted"}


def test_nothing_signed_is_kept_and_counts_for_nothing(counter: Counter) -> None:
    """Somebody with the request key alone cannot put money into the books."""
    stranger = SigningKey(bytes(32))
    for _ in range(3):
        counter.write(Kind.CASH_MOVED, cash(counter, 10))
    wires = [replace(wire(e), signature=stranger.sign("journal", e.hash)) for e in counter.entries]
    answer = counter.push(wires=wires)
    assert {verdict.reason for verdict in answer.verdicts} == {"bad_signature"}
    assert len(answer.verdicts) == 3
    assert counter.cash() == 0
    # Nobody can talk them in by asking again.
    for seq in (1, 2, 3):
        verdict = counter.judge.rejudge(counter.world.connection, counter.device.device_id, 1, seq)
        assert verdict is not None
        assert verdict.reason == "bad_signature"
    assert counter.cash() == 0


def test_wire_version_1_tells_the_hash_of_a_corrupt_last_entry(counter: Counter) -> None:
    for _ in range(3):
        counter.log_in()
    wires = [wire(entry, version_1=True) for entry in counter.entries]
    wires[2] = spoil(wires[2], 30)
    counter.push(wires=wires)
    assert counter.verdicts() == {3: ("quarantined", "corrupt")}
    assert chain(counter)[1] == counter.entries[2].hash


@settings(max_examples=80)
@given(
    count=st.integers(1, 7),
    spoilt=st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 400), st.booleans()), max_size=4),
)
def test_examined_pieces_are_whole_exactly_where_nothing_was_spoilt(
    count: int, spoilt: dict[int, tuple[int, bool]]
) -> None:
    """Whatever is spoilt: no whole entry is doubted for it, and no spoilt one is believed."""
    from counter_app.domain.journal import START, Link, write_entry
    from tests.unit.central.stock.world import START as NOON

    key = SigningKey(bytes(range(32)))
    link, wires, hashes = START, [], []
    for n in range(count):
        entry = write_entry(link, epoch=1, at=NOON, kind=Kind.LOGGED_IN, actor="w", body={"n": n}, sign=key.sign)
        link = Link(epoch=1, seq=entry.seq, hash=entry.hash)
        hashes.append(entry.hash)
        one = wire(entry)
        if n in spoilt:
            at, also_signature = spoilt[n]
            one = spoil(one, at)
            if also_signature:
                one = replace(one, signature=bytes(64))
        wires.append(one)
    pieces = examine([Item(one.raw.encode(), one.signature) for one in wires], is_signed_by(key.public, verify))
    for n, piece in enumerate(pieces):
        assert (piece.standing is Standing.WHOLE) == (n not in spoilt)
        assert piece.digest == sha256(wires[n].raw.encode()).digest()
        if n not in spoilt or n + 1 in set(range(count)) - set(spoilt):
            assert piece.hash == hashes[n]


def test_a_batch_costs_one_signature(counter: Counter) -> None:
    for _ in range(50):
        counter.log_in()
    asked = []

    def count(digest: bytes, signature: bytes) -> bool:
        asked.append(digest)
        return is_signed_by(counter.keys[1].public, verify)(digest, signature)

    pieces = examine([Item(entry.raw, entry.signature) for entry in counter.entries], count)
    assert all(piece.standing is Standing.WHOLE for piece in pieces)
    assert asked == [counter.entries[-1].hash]


# ---- large ------------------------------------------------------------------------------------------------------


def test_thirty_days_offline_come_in_as_large_batches_and_are_judged_behind(counter: Counter) -> None:
    """A drain's answer does not wait for the judging; ``tend`` does it, in order, and misses none."""
    total, size = 1_200, 400
    for _ in range(total):
        counter.write(Kind.CASH_MOVED, cash(counter, 1))
    for first in range(1, total, size):
        answer = counter.push(first, first + size - 1)
        assert answer.stored_seq == first + size - 1
        assert answer.judged_seq < answer.stored_seq
    assert size > JUDGED_AT_ONCE_MAX
    done = 0
    while judged := counter.intake.tend(counter.world.connection, entries_max=500):
        assert judged <= 500
        done += judged
    assert done == total
    assert counter.cash() == total
    assert chain(counter) == (total, counter.link.hash, total)
    assert counter.push(total).judged_seq == total


def test_an_entry_is_read_by_its_end_and_falls_back_to_its_whole(counter: Counter) -> None:
    """Keys after ``v`` (a later version) do not make an entry unreadable."""
    raw = b'{"body":{},"epoch":1,"kind":"new","prev":"' + b"0" * 64 + b'","seq":1,"v":9,"zz":1}'
    digest = sha256(raw).digest()
    one = WireEntry(raw=raw.decode(), signature=counter.keys[1].sign("journal", digest))
    answer = counter.intake.push(counter.device, Push(epoch=1, first_seq=1, entries=(one,)), counter.world.connection)
    assert answer.stored_seq == 1
    assert [verdict.reason for verdict in answer.verdicts] == ["bad_field"]
