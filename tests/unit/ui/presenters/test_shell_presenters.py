from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.money import Money, parse_amount
from counter_app.errors import DeviceTrouble, OutcomeUnknown
from counter_app.ports.prints import Delivery, JobState, PaperState
from counter_app.texts import Texts
from tests.ui.fake_desk import NOTES, READY, FakeDesk
from ui.presenters import jobs, journal, status, words
from ui.presenters.guide import sections
from ui.presenters.lane import CancelToken, InlineLanes, Lane, Trouble
from ui.presenters.printing import PrintPump
from ui.presenters.shift import Act, allowed, difference_words, needs_reason, standard_float, total
from ui.presenters.staff import missing
from ui.shell.navigation import SCREENS

RESOURCES = Path(__file__).resolve().parents[4] / "resources"
T = Texts(RESOURCES / "i18n", "en")


class _Pumped:
    def __init__(self, desk: FakeDesk, lanes: InlineLanes | None = None) -> None:
        self.lanes = lanes or InlineLanes()
        self.done: list[JobState] = []
        self.troubles: list[Trouble] = []
        self.pump = PrintPump(
            desk,
            self.lanes,
            changed=lambda job: self.done.append(job.state),
            troubled=self.troubles.append,
        )


class TestPrintPump:
    def test_a_job_is_recorded_before_and_after_its_bytes(self) -> None:
        """After a power cut it is known of each paper whether it was begun: intent, bytes, outcome, in this order."""
        desk = FakeDesk()
        run = _Pumped(desk)
        run.pump.enqueue([desk.print_test(desk.people["li"])])
        # Where it goes, that it begins, its bytes, what became of it.
        assert run.lanes.ran == [Lane.DATABASE, Lane.DATABASE, Lane.PRINTER, Lane.DATABASE]
        assert run.done == [JobState.CONFIRMED]
        assert run.pump.idle

    def test_jobs_print_one_after_the_other(self) -> None:
        """Two tickets never interleave on one printer."""
        desk = FakeDesk()
        run = _Pumped(desk, InlineLanes(hold=True))
        run.pump.enqueue([desk.print_test(desk.people["li"]) for _ in range(3)])
        assert len(run.lanes.waiting) == 1
        run.lanes.flush()
        assert run.done == [JobState.CONFIRMED] * 3

    def test_what_was_not_sent_prints_when_the_printer_is_back(self) -> None:
        """Paper put in again: the waiting ticket comes out by itself, once."""
        desk = FakeDesk()
        desk.status = replace(READY, ready=False, paper=PaperState.OUT, error="paper_out")
        run = _Pumped(desk)
        run.pump.enqueue([desk.print_test(desk.people["li"])])
        assert run.done == [JobState.FAILED_BEFORE_SEND]
        assert run.pump.waiting == 1
        desk.status = READY
        run.pump.printer_ready()
        run.pump.printer_ready()
        assert run.done == [JobState.FAILED_BEFORE_SEND, JobState.CONFIRMED]

    def test_unknown_is_never_sent_again(self) -> None:
        """A ticket that may have come out is not printed twice by the program."""
        desk = FakeDesk()
        desk.delivery = Delivery.UNKNOWN
        run = _Pumped(desk)
        run.pump.enqueue([desk.print_test(desk.people["li"])])
        desk.delivery = Delivery.CONFIRMED
        run.pump.printer_ready()
        assert run.done == [JobState.UNKNOWN]

    @pytest.mark.parametrize(
        ("trouble", "state"),
        [
            (DeviceTrouble("printer", "not_reachable"), JobState.FAILED_BEFORE_SEND),
            (OutcomeUnknown("print"), JobState.UNKNOWN),
        ],
    )
    def test_a_broken_send_is_judged_by_what_is_known(self, trouble: Exception, state: JobState) -> None:
        """Only what surely did not reach the printer counts as not sent."""

        class Broken(FakeDesk):
            def send_job(self, job_id: object, paper: object) -> None:  # type: ignore[override] # raises
                del job_id, paper
                raise trouble

        desk = Broken()
        run = _Pumped(desk)
        run.pump.enqueue([desk.print_test(desk.people["li"])])
        assert run.done == [state]

    def test_a_job_that_cannot_begin_does_not_block_the_next(self) -> None:
        """One settled job in the queue does not keep the customer's ticket from printing."""
        desk = FakeDesk()
        first, second = (desk.print_test(desk.people["li"]) for _ in range(2))
        desk.start_job(first)
        run = _Pumped(desk)
        run.pump.enqueue([first, second])
        assert not run.troubles, "somebody else has it: nothing is wrong"
        assert run.done == [JobState.CONFIRMED]

    def test_the_same_job_is_queued_once(self) -> None:
        """A clerk who presses twice gets one paper."""
        desk = FakeDesk()
        run = _Pumped(desk, InlineLanes(hold=True))
        job = desk.print_test(desk.people["li"])
        run.pump.enqueue([job])
        run.pump.enqueue([job])
        run.lanes.flush()
        assert run.done == [JobState.CONFIRMED]
        assert not run.troubles


class TestInlineLanes:
    def test_cancelled_answers_are_dropped(self) -> None:
        """A screen that was left is not written into by an answer that comes late."""
        heard: list[object] = []
        lanes, token = InlineLanes(hold=True), CancelToken()
        lanes.run(Lane.READ, lambda: 1, done=heard.append, failed=heard.append, cancel=token)
        token.cancel()
        lanes.flush()
        assert heard == []


class TestShift:
    def test_a_clerk_acts_on_her_own_open_shift_only(self) -> None:
        """Nobody takes cash out of another's drawer; an auditor only reads."""
        desk = FakeDesk()
        wang, li, audit = (desk.people[name] for name in ("wang", "li", "audit"))
        assert allowed(wang, None) == {Act.Z}
        shift = desk.open_shift(wang, {10000: 1})
        assert allowed(wang, shift) == {Act.PAID_IN, Act.PAID_OUT, Act.DROP, Act.NO_SALE, Act.X, Act.COUNT, Act.Z}
        assert allowed(li, shift) == {Act.X, Act.COUNT, Act.Z}
        assert allowed(audit, shift) == {Act.Z}
        declared = desk.declare_shift(wang, {10000: 1})
        assert allowed(wang, declared) == {Act.X, Act.CLOSE, Act.Z}

    @pytest.mark.parametrize(("pieces", "said"), [(1, "Exact"), (2, "Over"), (0, "Short")])
    def test_over_and_short_have_words(self, pieces: int, said: str) -> None:
        """The clerk reads long or short in a word, not only a sign; a difference asks for a reason."""
        desk = FakeDesk()
        desk.open_shift(desk.people["wang"], {10000: 1})
        shift = desk.declare_shift(desk.people["wang"], {10000: pieces})
        assert difference_words(shift, T)[0] == said
        assert needs_reason(shift) is (said != "Exact")

    def test_nothing_is_said_of_a_difference_before_the_count(self) -> None:
        """The count stays blind."""
        desk = FakeDesk()
        assert difference_words(desk.open_shift(desk.people["wang"], {}), T) == ("", "")

    def test_the_standard_float_is_small_notes(self) -> None:
        """A newcomer opens a shift with one key and can give change."""
        pieces = standard_float(NOTES, "CNY")
        assert 0 < total(pieces, "CNY").minor <= 100_000
        assert all(100 <= value <= 5000 for value in pieces)


class TestWords:
    def test_money(self) -> None:
        """A sum reads alike everywhere: sign, mark, groups, two digits."""
        assert words.money(Money(123450, "CNY")) == "¥1,234.50"
        assert words.money(Money(-50, "CNY")) == "−¥0.50"
        assert words.money(Money(50, "CNY"), sign=True) == "+¥0.50"
        assert words.money(Money(5000, "JPY")) == "¥5,000"
        assert words.money(Money(5, "NOK")) == "NOK 0.05"
        assert words.money(None) == "—"

    @given(st.integers(-(10**12), 10**12))
    def test_money_read_back_is_the_same(self, minor: int) -> None:
        """No figure on the screen differs from the one that is booked."""
        shown = words.money(Money(minor, "CNY"), symbol=False).replace(",", "").replace("−", "")
        assert parse_amount(shown, "CNY").minor == abs(minor)

    def test_denominations_are_called_as_people_call_them(self) -> None:
        """A Chinese clerk counts 角, not ¥0.1."""
        zh = Texts(RESOURCES / "i18n", "zh")
        assert [words.denomination(v, "CNY", zh) for v in (10000, 100, 50, 1)] == ["100 元", "1 元", "5 角", "1 分"]
        assert [words.denomination(v, "CNY", T) for v in (10000, 50)] == ["¥100", "¥0.5"]

    def test_days_and_times(self) -> None:
        """The weekday stands beside the date: clerks and passengers speak in weekdays."""
        zh = Texts(RESOURCES / "i18n", "zh")
        assert words.day(date(2026, 12, 5), zh) == "12月5日 周六"
        assert words.day(date(2026, 12, 5), T, year=True) == "Sat 2026-12-05"
        instant = datetime(2026, 12, 5, 16, 5, tzinfo=UTC)
        assert words.moment(instant, "Asia/Shanghai", T) == "2026-12-06 00:05"
        assert words.short_moment(instant, "Asia/Shanghai") == "12-06 00:05"
        assert words.clock(instant, "Asia/Shanghai") == "00:05"
        assert words.duration(271, zh) == "4小时31分"
        assert words.duration(45, T) == "45 min"

    def test_unknown_codes_of_a_feed_are_shown_as_they_are(self) -> None:
        """A feed with its own class names is sold, not hidden."""
        assert words.travel_class("panorama_lounge", T) == "panorama lounge"
        assert words.passenger_type("dog", T) == "dog"


class TestStatus:
    def test_a_paper_in_doubt_outranks_a_ready_printer(self) -> None:
        """The clerk sees that she has to look at the printer even when it is ready again."""
        assert status.printer_item(READY, T, to_settle=1).mood == "bad"
        assert status.printer_item(READY, T).mood == "ok"
        assert status.printer_item(None, T).mood == ""

    def test_each_trouble_has_its_words(self) -> None:
        """Paper out, cover open and silence are told apart at a glance."""
        said = {
            status.printer_item(replace(READY, ready=False, error=error), T).text
            for error in ("paper_out", "cover_open", "silent", "not_reachable", "something_new")
        }
        assert len(said) == 5

    def test_demonstration_and_training_are_marked(self) -> None:
        """Nobody takes an invented train for a real one."""
        profile = replace(FakeDesk().profile, training=True)
        texts = [item.text for item in status.right_items(profile, None, READY, T, asked=True)]
        assert texts[:2] == ["TRAINING", "DEMO"]
        assert "No timetable" in texts

    def test_nothing_is_claimed_before_the_store_is_open(self) -> None:
        """The bar does not say "no shift" or "no timetable" before anyone has looked."""
        assert status.right_items(None, None, None, T, asked=False) == []
        assert len(status.left_items(None, None, None, T)) == 1


class TestJournal:
    def test_a_verdict_is_read_from_the_command_line(self) -> None:
        """The check in the child process says to the window what it says on the command line."""
        whole = journal.verdict_from_json('{"ok": true, "entries": 12, "head": "ab"}')
        assert whole is not None
        assert journal.verdict_notice(whole, T).mood == "ok"
        broken = journal.verdict_from_json('{"ok": false, "first_bad": 7, "reason": "hash_mismatch"}')
        assert broken is not None
        notice = journal.verdict_notice(broken, T)
        assert "7" in notice.what_happened
        assert "content was changed" in notice.what_happened
        assert journal.verdict_from_json("Traceback") is None
        assert journal.verdict_from_json("[]") is None


def test_orders_and_jobs_have_words_for_every_state() -> None:
    """No state of a paper is shown as a code."""
    assert set(jobs.JOB_STATES) == set(JobState)
    assert set(jobs.PAPER_WORDS) == set(PaperState)
    assert jobs.order_state("FULFILLED", T) == "Issued"
    assert jobs.order_state("NEW_WORD", T) == "NEW_WORD"


def test_a_copy_is_called_a_copy() -> None:
    """The list of jobs tells the second paper of a ticket from the first."""
    desk = FakeDesk()
    desk.print_test(desk.people["li"])
    job = replace(desk.print_jobs()[0], copy_number=2)
    assert jobs.kind_words(job, T) == "Test page, copy 2"


def test_a_new_account_needs_a_plain_login() -> None:
    """A login that cannot be typed on another keyboard is refused before it is made."""
    assert missing("王", "王芳", "x") == {"login"}
    assert missing("", "", "") == {"login", "name", "password"}
    assert missing("wang", "王芳", "x") == frozenset()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_screen_has_its_help(language: str) -> None:
    """F1 shows something on every screen, in the clerk's language."""
    found = sections(RESOURCES / "help", language)
    assert set(SCREENS) - {"help"} <= set(found)
    assert all(text.startswith("# ") and len(text) > 20 for text in found.values())
