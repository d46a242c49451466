from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter_app.application.views import LineWord, LoadingView, SyncStatus
from counter_app.domain.money import Money
from counter_app.texts import Texts
from tests.ui.fake_desk import FakeDesk
from ui.presenters import line
from ui.presenters.line import LINE_WORDS, LOADING_WORDS

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "i18n"
ZONE = "Asia/Shanghai"
NOW = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)


@pytest.fixture(params=["en", "zh"])
def t(request: pytest.FixtureRequest) -> Texts:
    return Texts(FOLDER, request.param)


EN = Texts(FOLDER, "en")
ZH = Texts(FOLDER, "zh")


def status(word: LineWord | None = LineWord.ONLINE) -> SyncStatus:
    desk = FakeDesk()
    if word is not None:
        desk.line.enrol(word)
    return desk.sync_status()


def test_a_stand_alone_counter_says_nothing_of_a_line() -> None:
    """No clerk wonders about a central that is not there."""
    assert line.line_item(status(None), ZONE, NOW, EN) is None
    assert not line.enrolled(status(None))
    assert line.standing(status(None), None, EN) is None


@pytest.mark.parametrize("word", [word for word in LineWord if word is not LineWord.STAND_ALONE])
def test_each_state_of_the_line_has_words_and_a_sentence(word: LineWord, t: Texts) -> None:
    """The clerk reads what the line is like and what that means for her, in her language."""
    item = line.line_item(status(word), ZONE, NOW, t)
    assert item is not None
    title, _mood, body = line.line_sentence(status(word), ZONE, NOW, t)
    assert title
    assert body
    assert title in item.spoken
    if t.language == "zh":
        assert any("一" <= c <= "鿿" for c in item.word)
    assert LINE_WORDS.keys() == set(LineWord)


def test_offline_says_since_when() -> None:
    """A supervisor sees how long the line has been down; from another day on, which day."""
    item = line.line_item(status(LineWord.OFFLINE), ZONE, NOW, EN)
    assert item is not None
    assert item.word == "Offline since 10:42"
    assert line.since_words(datetime(2026, 11, 30, 6, 5, tzinfo=UTC), ZONE, NOW) == "11-30"


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("timeout", "应答超时"),
        ("no connection: [Errno 111] Connection refused", "无法连接"),
        ("rate_limited", "rate_limited"),
        ("entry_damaged:17", "本窗口第 17 条流水已损坏；其余均照常上传，中央的裁定见收件箱"),
        ("outbox_note:stored_seq", "“中央已收到何处”的记录已损坏：全部流水已重新上传"),
        ("", ""),
    ],
)
def test_the_last_trouble_is_said_in_the_clerks_language(detail: str, said: str) -> None:
    assert line.trouble_words(detail, ZH) == said


def test_what_is_unsynced_is_a_number_and_a_sum() -> None:
    """The till knows what hangs in the air: how many entries, how much money."""
    waiting = replace(status(LineWord.OFFLINE), unsynced_entries=12, unsynced_value=Money(342_000, "CNY"))
    item = line.line_item(waiting, ZONE, NOW, EN)
    assert item is not None
    assert item.unsynced == "12 unsynced, ¥3,420"
    assert item.waiting
    paper = replace(waiting, unsynced_entries=1, unsynced_value=Money(0, "CNY"))
    alone = line.line_item(paper, ZONE, NOW, EN)
    assert alone is not None
    assert alone.unsynced == "1 unsynced"
    assert line.round_money(Money(342_050, "CNY")) == "¥3,420.50"
    assert line.round_money(Money(3_420, "JPY")) == "¥3,420"


@pytest.mark.parametrize(
    ("word", "expected"), [(LineWord.ONLINE, False), (LineWord.SLOW, True), (LineWord.OFFLINE, True)]
)
def test_sales_go_by_what_is_held_while_central_is_not_asked(word: LineWord, expected: bool) -> None:
    """A slow line is sold through like a dead one: the customer does not wait."""
    assert line.by_lease(status(word)) is expected


def test_loading_has_words_and_a_share(t: Texts) -> None:
    """A bar that moves tells that the timetable is on its way, and how far."""
    for what in LOADING_WORDS:
        said, per_mille = line.loading_words(LoadingView(what=what, done=250, total=1000), t)
        assert said
        assert per_mille == 250
    assert line.loading_words(LoadingView(what="stock", done=3, total=0), t)[1] == -1
    assert line.loading_words(LoadingView(what="stock", done=9, total=3), t)[1] == 1000
    assert line.loading_words(None, t) == ("", None)


class TestStandingNotice:
    def test_nothing_stands_there_while_selling_is_allowed(self) -> None:
        """An outage is no alarm: the line alone never raises the red bar."""
        assert line.standing(status(LineWord.OFFLINE), None, EN) is None

    def test_stopped_says_why_and_who_can_help(self, t: Texts) -> None:
        """The clerk knows whom to call."""
        notice = line.standing(replace(status(LineWord.STOPPED), stopped="outdated"), None, t)
        assert notice is not None
        assert notice.mood == "bad"
        assert notice.what_happened
        assert "outdated" not in notice.what_happened
        assert notice.what_to_do

    def test_only_an_administrator_is_told_to_ask_for_an_epoch(self) -> None:
        """A clerk is not sent to a key that she may not press."""
        people = FakeDesk().people
        needed = replace(status(LineWord.STOPPED), epoch_needed=True)
        for login, own in (("wang", False), ("li", False), ("admin", True)):
            notice = line.standing(needed, people[login], EN)
            assert notice is not None
            assert ("F9" in notice.what_to_do) is own


def test_the_sentence_of_a_stand_alone_counter_and_of_an_outage_without_a_beginning() -> None:
    """Whatever is not known is left out of the sentence; nothing is made up."""
    title, mood, body = line.line_sentence(status(None), ZONE, NOW, EN)
    assert (title, mood) == ("Stand-alone", "")
    assert body
    since = replace(status(LineWord.OFFLINE), since=None)
    assert line.line_sentence(since, ZONE, NOW, EN)[0] == "Offline"
    item = line.line_item(since, ZONE, NOW, EN)
    assert item is not None
    assert item.word == "Offline"
