from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counter_app.application.views import LineWord, OutboxItem, OutboxState
from counter_app.domain.money import Money
from counter_app.texts import Texts
from tests.ui.fake_desk import FakeDesk
from ui.presenters import sync

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "i18n"
ZONE = "Asia/Shanghai"
NOW = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)
EN = Texts(FOLDER, "en")


def entry(state: OutboxState = OutboxState.WAITING, *, minutes: int = 0, subject: str = "T1") -> OutboxItem:
    at = NOW - timedelta(minutes=minutes)
    return OutboxItem(epoch=1, seq=1, at=at, kind="sold", subject=subject, amount=None, state=state)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_of_an_entry_has_words(language: str) -> None:
    """The clerk never reads a code in the outbox."""
    t = Texts(FOLDER, language)
    said = {sync.outbox_state(entry(state), t) for state in OutboxState}
    assert len(said) == len(OutboxState)
    assert not any("_" in words for words in said)


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (59, "59 min"), (125, "2 h 05 min"), (47 * 60, "47 h 00 min"), (3000, "2 days")]
)
def test_how_long_an_entry_waits(minutes: int, said: str) -> None:
    """A supervisor sees how old the debt to central is; an entry that arrived has none."""
    assert sync.waiting_for(entry(minutes=minutes), NOW, EN) == said
    assert sync.waiting_for(entry(OutboxState.STORED, minutes=minutes), NOW, EN) == ""


def test_a_clock_that_went_back_shows_no_negative_time() -> None:
    """An entry from the future waits for nothing yet."""
    assert sync.waiting_for(entry(minutes=-90), NOW, EN) == "0 min"


def test_an_entry_without_a_ticket_does_not_repeat_its_kind() -> None:
    """What the column before says is not said again as a code."""
    assert sync.outbox_entry(entry(subject="sold"), EN) == "Sale"
    assert sync.outbox_entry(entry(), EN) == "Sale · T1"


def test_the_head_says_what_a_supervisor_asks_first() -> None:
    """How much is not at central, since when, and what can still be sold."""
    desk = FakeDesk()
    desk.line.enrol(LineWord.OFFLINE)
    desk.line.note_entry("sold", NOW, "T1", Money(342_000, "CNY"))
    facts = {caption: value for caption, value, _mood in sync.head_facts(desk.sync_status(), ZONE, EN)}
    assert facts == {
        "Not sent yet": "1 · ¥3,420",
        "Oldest of it": "12-01 14:05",
        "Places held here": "25",
        "First of them ends": "12-02 10:05",
        "Last answer": "12-01 10:42",
    }
    calm = replace(desk.sync_status(), line=LineWord.ONLINE, unsynced_entries=0, unsynced_oldest=None, leases_end=None)
    assert [value for _caption, value, _mood in sync.head_facts(calm, ZONE, EN)] == [
        "nothing",
        "—",
        "25",
        "—",
        "just now",
    ]
    never = replace(calm, line=LineWord.OFFLINE, last_answer=None)
    assert sync.head_facts(never, ZONE, EN)[-1][1] == "never"


def test_who_may_give_back_and_settle() -> None:
    """A clerk can neither give her window's places away nor close what a supervisor has to look at."""
    desk = FakeDesk()
    desk.line.enrol()
    lease = desk.leases()[0]
    people = desk.people
    assert [sync.may_return(people[login], lease) for login in ("wang", "li", "admin", "audit")] == [
        False,
        True,
        False,
        False,
    ]
    assert not sync.may_return(people["li"], replace(lease, left=0))
    assert not sync.may_return(people["li"], replace(lease, sells=False))
    assert not sync.may_return(people["li"], None)
    assert not sync.may_settle(people["li"], None)


def test_the_end_of_a_lease_is_a_time_today_and_a_date_later() -> None:
    """Nobody takes tomorrow's ten o'clock for today's."""
    desk = FakeDesk()
    desk.line.enrol()
    lease = desk.leases()[0]
    assert sync.lease_end(replace(lease, expires_at=NOW + timedelta(hours=2)), ZONE, NOW) == "16:05"
    assert sync.lease_end(replace(lease, expires_at=NOW + timedelta(hours=20)), ZONE, NOW) == "12-02 10:05"


def test_what_a_lease_is_good_for_is_said() -> None:
    """Sells, sold out here, or on its way back: three different answers to "can I have one?"."""
    desk = FakeDesk()
    desk.line.enrol()
    lease = desk.leases()[0]
    said = [
        (sync.lease_state(one, EN), sync.lease_mood(one))
        for one in (lease, replace(lease, left=0), replace(lease, sells=False))
    ]
    assert said == [("Sells", "ok"), ("Sold out here", "text_muted"), ("On its way back", "warn")]
