"""Tickets that are shown: let through once, whatever paper is shown the second time."""

from __future__ import annotations

import json
import shutil
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.check_ticket import CheckTicket
from counter_app.application.e_tickets import IssueETickets
from counter_app.application.manage_trust import ImportTrust, RevokeKey, RotateKeys
from counter_app.domain.checking import CheckedTicket, RunFilter, Verdict
from counter_app.domain.journal import Kind
from counter_app.domain.papers import TicketFace
from counter_app.domain.staff import Actor, Role
from counter_app.domain.trust import parse_bundle
from counter_app.domain.trust_statement import Rule
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome
from counter_app.security import verify
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import DAY, LI, Counter, SeededEntropy
from tests.unit.counter_app.application.test_sale import STATUS

ADMIN = Actor(user_id=UUID(int=9), login="root", display_name="Root", role=Role.ADMINISTRATOR)


class Elsewhere(Counter):
    """Of another operator, with keys of its own."""

    def _create(self) -> None:
        self.entropy = SeededEntropy(2)
        super()._create()


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    made = Counter(tmp_path / "counter")
    made.open_shift()
    return made


def checker(counter: Counter) -> CheckTicket:
    return CheckTicket(store=counter.store, clock=counter.clock, verify=verify)


def printed(counter: Counter, job: UUID, *, delivery: Delivery = Delivery.CONFIRMED) -> str:
    """The code on the paper."""
    paper = counter.start_job(job)
    counter.finish_job(job, DeliveryOutcome(delivery=delivery, detail="", status=STATUS))
    assert isinstance(paper, TicketFace)
    return paper.code


def sold(counter: Counter) -> tuple[UUID, str]:
    """A ticket's id and its code; the clock goes on to the day of its train."""
    made = counter.sold(LI)
    code = printed(counter, made.jobs[1])
    counter.clock.at = made.order.tickets[0].depart - timedelta(minutes=30)
    return made.order.tickets[0].ticket_id, code


def check(counter: Counter, code: str, wanted: RunFilter | None = None, *, redeem: bool = True) -> CheckedTicket:
    return checker(counter)(counter.clerk, code, redeem=redeem, wanted=wanted or RunFilter())


def refused(reason: Reason) -> AbstractContextManager[object]:
    return pytest.raises(Refusal, match=f"^{reason.value}")


def test_the_first_time_it_is_let_through_and_the_second_time_not(counter: Counter) -> None:
    """A photograph of a ticket travels as often as it is printed."""
    _, code = sold(counter)
    first = check(counter, code)
    assert (first.verdict, first.redeemed, first.seen) == (Verdict.GENUINE, True, 1)
    counter.clock.go(seconds=40)
    second, third = check(counter, code), check(counter, code)
    assert (second.verdict, second.seen, third.seen) == (Verdict.REDEEMED_BEFORE, 2, 3)
    assert (second.first_at, second.first_clerk, second.redeemed) == (first.checked_at, "li", False)
    with counter.store.reading() as books:
        entries = [one for one in books.journal.entries() if one.kind is Kind.TICKET_REDEEMED]
        (kept,) = books.redemptions.latest(10)
    assert len(entries) == 1, "nobody was let through the second time"
    assert (kept.seen, kept.copy_number) == (3, 0)
    assert verify_profile(counter.folder).ok


def test_a_scanner_that_beeps_twice_does_not_stop_the_passenger(counter: Counter) -> None:
    """An honest passenger is stopped, because the scanner read her ticket twice."""
    _, code = sold(counter)
    check(counter, code)
    for _ in range(3):
        counter.clock.go(milliseconds=300)
        again = check(counter, code)
        assert (again.verdict, again.same_reading, again.redeemed) == (Verdict.GENUINE, True, True)
    counter.clock.go(milliseconds=300)
    assert check(counter, code).verdict is Verdict.REDEEMED_BEFORE, "a row of readings does not stretch the moment"


def test_what_no_scanner_read_is_not_read_twice_by_itself(counter: Counter) -> None:
    """Two people with one picture, one behind the other."""
    _, code = sold(counter)
    found = [checker(counter)(counter.clerk, code, scanned=False).verdict for _ in range(2)]
    assert found == [Verdict.GENUINE, Verdict.REDEEMED_BEFORE]


def test_looking_does_not_let_through(counter: Counter) -> None:
    _, code = sold(counter)
    for _ in range(2):
        assert check(counter, code, redeem=False).verdict is Verdict.GENUINE
    check(counter, code)
    assert check(counter, code, redeem=False).verdict is Verdict.REDEEMED_BEFORE


def test_paper_and_e_ticket_are_one(counter: Counter) -> None:
    """She prints it at home, and her friend has the paper."""
    ticket_id, paper = sold(counter)
    (face,) = IssueETickets(store=counter.store, compose=counter.compose)(counter.chief, [ticket_id])
    assert check(counter, face.code).verdict is Verdict.GENUINE
    counter.clock.go(seconds=40)
    assert check(counter, paper).verdict is Verdict.REDEEMED_BEFORE
    copy = printed(counter, counter.reprint(counter.chief, ticket_id, reason="lost"))
    (face,) = IssueETickets(store=counter.store, compose=counter.compose)(counter.chief, [ticket_id])
    for code in (copy, face.code, paper):
        assert not check(counter, code).verdict.good


def test_it_is_known_after_a_restart_a_restore_and_in_a_new_epoch(counter: Counter, tmp_path: Path) -> None:
    """The second traveller waits until the window has been started again."""
    _, code = sold(counter)
    assert check(counter, code).verdict is Verdict.GENUINE
    counter.close()
    backup = tmp_path / "backup"
    shutil.copytree(counter.folder, backup)
    counter.open()
    counter.clock.go(seconds=40)
    assert check(counter, code).verdict is Verdict.REDEEMED_BEFORE
    RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="yearly")
    assert check(counter, code).verdict is Verdict.REDEEMED_BEFORE
    counter.close()
    (backup / "counterfoil.sqlite").replace(counter.folder / "counterfoil.sqlite")
    counter.open()
    with refused(Reason.STORE_BEHIND_WITNESS):
        check(counter, code)
    assert check(counter, code, redeem=False).verdict is Verdict.REDEEMED_BEFORE
    assert counter.store.start_epoch(ADMIN, reason="restored") > 1
    assert check(counter, code).verdict is Verdict.REDEEMED_BEFORE


def test_a_store_from_before_the_passage_lets_nobody_through_by_itself(counter: Counter, tmp_path: Path) -> None:
    """Who puts this morning's backup back lets its passengers travel twice: somebody has to answer for it."""
    _, code = sold(counter)
    counter.close()
    before = tmp_path / "before"
    shutil.copytree(counter.folder, before)
    counter.open()
    assert check(counter, code).verdict is Verdict.GENUINE
    counter.close()
    (before / "counterfoil.sqlite").replace(counter.folder / "counterfoil.sqlite")
    counter.open()
    with refused(Reason.STORE_BEHIND_WITNESS):
        check(counter, code)


def test_keys_that_typed_a_code_wrongly_are_named(counter: Counter) -> None:
    """The clerk sends an honest passenger away, and Caps Lock is on."""
    _, code = sold(counter)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    german = code.translate(str.maketrans("zyZY-_", "yzYZß?"))
    for text in (code.swapcase(), code.upper(), code.lower(), wide, german, f"\u3000{code}"):
        found = check(counter, text)
        assert (found.verdict, found.mistyped, found.body) == (Verdict.NOT_A_CODE, True, None), text
    for text in (
        code[:-1],
        code[:60],
        "11010519491231002X",
        "x" * 150,
        "zwE" + "é" * 5000,
        code[:99] + " " + code[99:],
    ):
        assert check(counter, text).verdict in {Verdict.NOT_A_CODE, Verdict.FORGED}
    assert not check(counter, "what is this").mistyped
    assert check(counter, f"\t{code}\r\n").verdict is Verdict.GENUINE


def test_a_copy_is_the_same_ticket(counter: Counter) -> None:
    """Original and copy would travel as two passengers."""
    ticket_id, code = sold(counter)
    check(counter, code)
    copy = printed(counter, counter.reprint(counter.chief, ticket_id, reason="lost"))
    assert copy != code
    found = check(counter, copy)
    assert (found.verdict, found.first_copy) == (Verdict.REDEEMED_BEFORE, 0)
    assert found.body is not None
    assert found.body.copy_number == 1


def test_the_lost_original_is_refused_once_its_copy_came_out(counter: Counter) -> None:
    """Who found the lost ticket travels, and who paid for it does not."""
    ticket_id, code = sold(counter)
    job = counter.reprint(counter.chief, ticket_id, reason="lost")
    assert check(counter, code, redeem=False).verdict is Verdict.GENUINE, "the copy has not come out yet"
    copy = printed(counter, job)
    found = check(counter, code)
    assert (found.verdict, found.newest_copy) == (Verdict.SUPERSEDED, 1)
    assert check(counter, copy).verdict is Verdict.GENUINE


def test_a_ticket_that_was_given_back_is_refused(counter: Counter) -> None:
    """The money is back in the pocket, and so is the seat."""
    made = counter.sold(LI)
    code = printed(counter, made.jobs[1])
    counter.refund(counter.clerk, counter.quote_refund(made.order.tickets[0].ticket_id))
    counter.clock.at = made.order.tickets[0].depart - timedelta(minutes=30)
    assert check(counter, code).verdict is Verdict.REFUNDED


def test_what_was_travelled_on_is_given_back_by_a_supervisor_only(counter: Counter) -> None:
    """Through the gate, and back to the window for the money."""
    made = counter.sold(LI)
    code = printed(counter, made.jobs[1])
    counter.clock.at = made.order.tickets[0].depart - timedelta(hours=3)
    assert check(counter, code).verdict is Verdict.GENUINE
    quote = counter.quote_refund(made.order.tickets[0].ticket_id)
    with refused(Reason.TICKET_REDEEMED):
        counter.refund(counter.clerk, quote)
    with refused(Reason.TICKET_REDEEMED):
        counter.refund.check(counter.clerk, quote)


@pytest.mark.parametrize(
    ("wanted", "verdict"),
    [
        (RunFilter(service="g1"), Verdict.GENUINE),
        (RunFilter(service="G3"), Verdict.WRONG_RUN),
        (RunFilter(service_date=DAY + timedelta(days=1)), Verdict.WRONG_RUN),
        (RunFilter(run_id=UUID(int=5)), Verdict.WRONG_RUN),
    ],
)
def test_only_this_train(counter: Counter, wanted: RunFilter, verdict: Verdict) -> None:
    _, code = sold(counter)
    found = check(counter, code, wanted)
    assert found.verdict is verdict
    with counter.store.reading() as books:
        assert len(books.redemptions.latest(9)) == int(found.redeemed)


def test_time_forgery_and_strangers_are_told_apart(counter: Counter) -> None:
    _, code = sold(counter)
    forged = code[:100] + ("A" if code[100] != "A" else "B") + code[101:]
    assert check(counter, forged).verdict in {Verdict.FORGED, Verdict.NOT_A_CODE}
    assert check(counter, "what is this").verdict is Verdict.NOT_A_CODE
    assert check(counter, "what is this").body is None
    counter.clock.go(days=-2)
    assert check(counter, code, redeem=False).verdict is Verdict.NOT_YET
    counter.clock.go(days=9)
    late = check(counter, code)
    assert late.verdict is Verdict.EXPIRED
    assert late.body is not None
    with counter.store.reading() as books:
        assert books.redemptions.latest(9) == []


def test_nothing_personal_is_kept_or_told(counter: Counter, tmp_path: Path) -> None:
    """A list of who went where, in a file that nobody watches."""
    _, code = sold(counter)
    found = check(counter, code)
    assert found.masked_name == "李*"
    told = json.dumps(found.fields(), ensure_ascii=False)
    with counter.store.reading() as books:
        kept = repr(books.redemptions.latest(9))
        entry = [one for one in books.journal.entries() if one.kind is Kind.TICKET_REDEEMED][-1].raw.decode()
    for text in (told, kept, entry):
        for secret in ("李", LI.document, LI.document[-6:], code[:40]):
            assert secret not in text


def test_who_may(counter: Counter) -> None:
    auditor = Actor(user_id=UUID(int=8), login="a", display_name="A", role=Role.AUDITOR)
    with refused(Reason.NOT_ALLOWED):
        checker(counter)(auditor, "x")


class TestKeys:
    def test_a_stolen_key_and_the_tickets_that_were_sold_with_it(self, counter: Counter) -> None:
        """The thief dates tickets back; and a hall of honest travellers must not pay for it."""
        _, code = sold(counter)
        thief = counter.store.signer
        stolen = thief.key_id
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="stolen laptop")
        assert check(counter, code, redeem=False).verdict is Verdict.GENUINE, "ended, not refused"
        done = RevokeKey(store=counter.store, clock=counter.clock)(
            ADMIN, 1, rule=Rule.REFUSED, reason="stolen laptop", accept_sold=True
        )
        assert (done.accepted, done.certificate.key_id) == (1, stolen)
        assert check(counter, code).verdict is Verdict.GENUINE, "the journal knows that it was sold"
        RevokeKey(store=counter.store, clock=counter.clock)(
            ADMIN, 1, rule=Rule.REFUSED, reason="all of them", accept_sold=False
        )
        assert check(counter, code).verdict is Verdict.REVOKED
        assert verify_profile(counter.folder).ok

    def test_the_key_in_use_is_not_revoked(self, counter: Counter) -> None:
        revoke = RevokeKey(store=counter.store, clock=counter.clock)
        for epoch in (1, 5):
            with refused(Reason.BAD_INPUT):
                revoke(ADMIN, epoch, rule=Rule.REFUSED, reason="x", accept_sold=False)
        with refused(Reason.NOT_ALLOWED):
            revoke(counter.chief, 1, rule=Rule.REFUSED, reason="x", accept_sold=False)

    def test_a_new_operator_key_certifies_the_next_window_key(self, counter: Counter) -> None:
        rotate = RotateKeys(store=counter.store, clock=counter.clock)
        before = counter.store.fresh_bundle()
        said = rotate.operator(ADMIN, at=counter.clock.now() + timedelta(days=1), reason="yearly")
        assert before.statement is not None
        assert said.signed_by == before.statement.signed_by
        with refused(Reason.BAD_INPUT):
            rotate.operator(ADMIN, at=None, reason="again, while one is to come")
        counter.clock.go(days=1, seconds=1)
        rotate.station(ADMIN, reason="yearly")
        bundle = parse_bundle(counter.store.fresh_bundle().to_bytes(), verify)
        assert bundle.statement is not None
        assert bundle.statement.signed_by == said.operator_keys[1].key_id
        assert bundle.operator_key == before.operator_key
        counter.close()
        counter.open()
        _, code = sold(counter)
        assert check(counter, code).verdict is Verdict.GENUINE
        assert verify_profile(counter.folder).ok
        assert verify_profile(counter.folder, trust=bundle.to_bytes()).ok

    def test_another_operators_tickets_once_its_bundle_is_here(self, counter: Counter, tmp_path: Path) -> None:
        other = Elsewhere(tmp_path / "other")
        other.open_shift()
        _, code = sold(other)
        counter.clock.at = other.clock.at
        bundle = other.store.fresh_bundle()
        take = ImportTrust(store=counter.store)
        assert check(counter, code).verdict is Verdict.UNKNOWN_KEY
        with refused(Reason.BAD_INPUT):
            take(ADMIN, bundle.to_bytes())
        with refused(Reason.BAD_INPUT):
            take(ADMIN, bundle.to_bytes(), operator_key=bytes(32))
        take(ADMIN, bundle.to_bytes(), operator_key=bundle.operator_key)
        take(ADMIN, bundle.to_bytes())
        assert check(counter, code).verdict is Verdict.GENUINE
        RotateKeys(store=other.store, clock=other.clock).station(ADMIN, reason="x")
        other.clock.go(minutes=5)
        RevokeKey(store=other.store, clock=other.clock)(ADMIN, 1, rule=Rule.REFUSED, reason="x", accept_sold=False)
        take(ADMIN, other.store.fresh_bundle().to_bytes())
        with refused(Reason.TRUST_OLDER):
            take(ADMIN, bundle.to_bytes())
        assert check(counter, code, redeem=False).verdict is Verdict.REVOKED
        assert verify_profile(counter.folder).ok

    def test_another_operators_ticket_of_the_same_number_uses_up_none_of_ours(
        self, counter: Counter, tmp_path: Path
    ) -> None:
        """Both have a window 1 at a station CSQ: whoever travels with the other one would lock ours out."""
        other = Elsewhere(tmp_path / "other")
        other.open_shift()
        _, theirs = sold(other)
        other.close()
        ours_id, ours = sold(counter)
        counter.clock.at = other.clock.at
        bundle = Elsewhere(tmp_path / "other").store.fresh_bundle()
        ImportTrust(store=counter.store)(ADMIN, bundle.to_bytes(), operator_key=bundle.operator_key)
        shown = check(counter, theirs)
        assert shown.body is not None
        assert (shown.verdict, shown.foreign, shown.masked_name) == (Verdict.GENUINE, True, "")
        with counter.store.reading() as books:
            ticket = books.orders.ticket(ours_id)
        assert ticket is not None
        assert str(shown.body.ticket) == ticket.number
        counter.clock.go(seconds=40)
        assert check(counter, ours).verdict is Verdict.GENUINE
        counter.clock.go(seconds=40)
        assert [check(counter, code).verdict for code in (ours, theirs)] == [Verdict.REDEEMED_BEFORE] * 2
        assert verify_profile(counter.folder).ok

    def test_somebody_puts_back_an_older_statement(self, counter: Counter) -> None:
        """With a database tool, the thief's key is good again."""
        RotateKeys(store=counter.store, clock=counter.clock).station(ADMIN, reason="x")
        with counter.store.reading() as books:
            older = books.trust.statement()
        assert older is not None
        RevokeKey(store=counter.store, clock=counter.clock)(ADMIN, 1, rule=Rule.REFUSED, reason="x", accept_sold=False)
        with counter.store.writing() as books:
            books.trust.put_statement(older)
        found = verify_profile(counter.folder)
        assert (found.ok, found.reason) == (False, "table_mismatch:trust")

    def test_a_redemption_that_is_taken_out_is_missed(self, counter: Counter) -> None:
        _, code = sold(counter)
        check(counter, code)
        with counter.store.writing() as books:
            books.context.run("DELETE FROM redemption")
        found = verify_profile(counter.folder)
        assert (found.ok, found.reason) == (False, "table_mismatch:redemption")
