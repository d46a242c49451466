"""Keys that are revoked and rotated: which tickets stay good, and nothing half done."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from counter_app.application.manage_trust import RevokeKey, RotateKeys
from counter_app.application.views import PassengerInput
from counter_app.domain.barcode import VALID_AFTER
from counter_app.domain.checking import Verdict
from counter_app.domain.journal import Kind
from counter_app.domain.trust_statement import Rule
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.orders import TicketRecord
from db.store import SqlMoneyStore
from db.trust import SqlTrust
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI, Counter
from tests.unit.counter_app.application.test_check_ticket import ADMIN, check, printed

ZHAO = PassengerInput(name="赵六", document_type="passport", document="E99999999")


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    made = Counter(tmp_path / "counter")
    made.open_shift()
    return made


def refused(reason: Reason) -> AbstractContextManager[object]:
    return pytest.raises(Refusal, match=f"^{reason.value}")


def sale(counter: Counter, passenger: PassengerInput) -> str:
    made = counter.sold(passenger)
    return printed(counter, made.jobs[1])


def first_ticket(counter: Counter) -> TicketRecord:
    with counter.store.reading() as books:
        return books.orders.latest_tickets(9)[-1]


def to_the_train(counter: Counter) -> None:
    counter.clock.at = first_ticket(counter).depart - timedelta(minutes=30)


class TestSince:
    """``trust revoke --since``: the thief had the key from then on."""

    def test_what_the_journal_sold_from_then_on_is_not_among_the_good(self, counter: Counter) -> None:
        """The thief sells with the machine itself, and turns its clock back a little."""
        honest = sale(counter, LI)
        counter.clock.go(minutes=10)
        stolen_at = counter.clock.now()
        theirs = sale(counter, HAN)
        counter.clock.go(minutes=-4)
        dated_back = sale(counter, ZHAO)
        assert counter.clock.now() < stolen_at + timedelta(minutes=1)
        counter.clock.go(minutes=9)
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="stolen")
        done = RevokeKey(store=counter.store, clock=counter.clock)(
            ADMIN, 1, rule=Rule.REFUSED, reason="stolen", since=stolen_at - timedelta(minutes=3), accept_sold=True
        )
        assert done.accepted == 1
        to_the_train(counter)
        found = [check(counter, code, redeem=False).verdict for code in (honest, theirs, dated_back)]
        assert found == [Verdict.GENUINE, Verdict.REVOKED, Verdict.REVOKED]
        assert verify_profile(counter.folder).ok

    def test_without_it_all_that_was_sold_stays_good(self, counter: Counter) -> None:
        codes = [sale(counter, LI), sale(counter, HAN)]
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="stolen")
        done = RevokeKey(store=counter.store, clock=counter.clock)(
            ADMIN, 1, rule=Rule.REFUSED, reason="stolen", accept_sold=True
        )
        assert done.accepted == 2
        to_the_train(counter)
        assert [check(counter, code).verdict for code in codes] == [Verdict.GENUINE] * 2

    def test_a_time_that_is_to_come_is_refused(self, counter: Counter) -> None:
        """Whoever types it expects that the key is good until then; gates refuse it at once."""
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="stolen")
        with refused(Reason.BAD_INPUT):
            RevokeKey(store=counter.store, clock=counter.clock)(
                ADMIN,
                1,
                rule=Rule.REFUSED,
                reason="x",
                since=counter.clock.now() + timedelta(seconds=1),
                accept_sold=True,
            )

    def test_travellers_of_a_late_train_are_let_out(self, counter: Counter) -> None:
        """The train should have been there an hour ago; a gate takes its tickets for hours yet."""
        code = sale(counter, LI)
        counter.clock.at = first_ticket(counter).arrive + timedelta(hours=1)
        assert timedelta(hours=1) < VALID_AFTER
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="stolen")
        RevokeKey(store=counter.store, clock=counter.clock)(
            ADMIN, 1, rule=Rule.REFUSED, reason="stolen", accept_sold=True
        )
        assert check(counter, code).verdict is Verdict.GENUINE


def test_a_key_that_is_to_come_comes_within_a_year(counter: Counter) -> None:
    """A slip of the keys, and the operator's key cannot be rotated for eight thousand years."""
    rotate = RotateKeys(store=counter.store, clock=counter.clock)
    for at in (datetime(9999, 12, 31, tzinfo=UTC), counter.clock.now() + timedelta(days=367)):
        with refused(Reason.BAD_INPUT):
            rotate.operator(ADMIN, at=at, reason="yearly")
    said = rotate.operator(ADMIN, at=counter.clock.now() + timedelta(days=366), reason="yearly")
    assert len(said.operator_keys) == 2


def test_a_theft_before_the_first_ticket_leaves_none_good(counter: Counter) -> None:
    code = sale(counter, LI)
    RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="stolen")
    done = RevokeKey(store=counter.store, clock=counter.clock)(
        ADMIN, 1, rule=Rule.REFUSED, reason="x", since=datetime(1, 1, 1, tzinfo=UTC), accept_sold=True
    )
    assert done.accepted == 0
    to_the_train(counter)
    assert check(counter, code).verdict is Verdict.REVOKED


class Cut(BaseException):
    """The power, or the process."""


def standing(folder: Path, counter: Counter) -> tuple[int, bool]:
    """Of a profile as it lies there: its epoch, and whether the first key is said to have ended."""
    store = SqlMoneyStore(
        folder, clock=counter.clock, ids=counter.ids, entropy=counter.entropy, writable=True, key_choice="file"
    )
    try:
        with store.reading() as books:
            said = books.trust.statement()
            epoch = books.journal.head().epoch
        assert not store.behind_witness
        with store.writing() as books:  # and goes on
            books.journal.append(Kind.RECOVERED, {}, actor=ADMIN)
    finally:
        store.close()
    assert verify_profile(folder).ok
    ended = () if said is None else tuple(one.rule for one in said.revocations)
    assert ended in {(), (Rule.ENDED,)}
    return epoch, bool(ended)


class TestRotation:
    def test_a_rotation_is_whole_wherever_it_is_cut_off(
        self, counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A new key, and the old one goes on being good for whatever a thief sells with it next year."""
        sale(counter, LI)
        found: list[tuple[int, bool]] = []

        looking: list[None] = []

        def look() -> None:
            if looking:  # into the copy, whose own commits are no news
                return
            looking.append(None)
            copy = tmp_path / f"cut-{len(found)}"
            shutil.copytree(counter.folder, copy)
            found.append(standing(copy, counter))
            looking.clear()

        def watched(owner: type, name: str) -> None:
            original = getattr(owner, name)

            def around(*args: Any, **kwargs: Any) -> Any:
                look()
                made = original(*args, **kwargs)
                look()
                return made

            monkeypatch.setattr(owner, name, around)

        for owner, name in (
            (SqlMoneyStore, "_enter_epoch"),
            (SqlMoneyStore, "_say_commit"),
            (SqlMoneyStore, "_renew_witness"),
        ):
            watched(owner, name)
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="yearly")
        monkeypatch.undo()
        assert set(found) == {(1, False), (2, True)}, "never a new epoch whose former key has not ended"
        assert found == sorted(found)

    def test_what_fails_in_the_middle_leaves_all_as_it_was(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The window would sign with a key that nobody certified, or could sell no more."""

        def put(book: SqlTrust, statement: object) -> None:
            raise Cut

        monkeypatch.setattr(SqlTrust, "put_statement", put)
        with pytest.raises(Cut):
            RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="yearly")
        monkeypatch.undo()
        code = sale(counter, LI)
        to_the_train(counter)
        assert check(counter, code, redeem=False).verdict is Verdict.GENUINE
        assert RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="yearly") == 2
        assert check(counter, code).verdict is Verdict.GENUINE
        assert verify_profile(counter.folder).ok

    @pytest.mark.parametrize("there", [True, False])
    def test_a_commit_that_nobody_knows_of(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch, *, there: bool
    ) -> None:
        """The disk answers with an error, and the rows may be there all the same."""
        say = SqlMoneyStore._say_commit

        def commit(store: SqlMoneyStore, writer: Any) -> None:
            if there:
                say(store, writer)
            raise OutcomeUnknown("commit", "disk I/O error")

        monkeypatch.setattr(SqlMoneyStore, "_say_commit", commit)
        with pytest.raises(OutcomeUnknown):
            RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="yearly")
        monkeypatch.undo()
        made = counter.sold(LI)
        with counter.store.reading() as books:
            epoch = books.journal.head().epoch
            ticket = books.orders.ticket(made.order.tickets[0].ticket_id)
            said = books.trust.statement()
        assert ticket is not None
        assert (epoch, said is not None, ticket.epoch) == ((2, True, 2) if there else (1, False, 1))
        assert check(counter, printed(counter, made.jobs[1]), redeem=False).verdict is Verdict.NOT_YET
        counter.close()
        assert verify_profile(counter.folder).ok
