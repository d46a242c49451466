from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.stations import FUZZY_BELOW, Station, StationIndex, fold, one_edit, sound


def station(
    name: str, code: str = "", pinyin: str = "", initials: str = "", english: str = "", **more: object
) -> Station:
    return Station(
        station_id=str(more.get("station_id", f"id0{name}")),
        name=name,
        code=code,
        pinyin=pinyin,
        initials=initials,
        english=english,
        city=str(more.get("city", "")),
        weight=int(str(more.get("weight", 0))),
    )


STATIONS = [
    station("北京", "BJP", "beijing", "bj", weight=300),
    station("北京南", "VNP", "beijingnan", "bjn", weight=250, city="北京"),
    station("北京西", "BXP", "beijingxi", "bjx", weight=350, city="北京"),
    station("宝鸡", "BJY", "baoji", "bj", weight=120),
    station("上海", "SHH", "shanghai", "sh", weight=200),
    station("上海虹桥", "AOH", "shanghaihongqiao", "shhq", weight=400),
    station("长沙", "CSQ", "changsha", "cs", weight=150),
    station("长沙南", "CWQ", "changshanan", "csn", weight=332),
    station("潮汕", "CBQ", "chaoshan", "cs", weight=90),
    station("当阳", "DYN", "dangyang", "dy", weight=20),
    station("东营南", "DOK", "dongyingnan", "dyn", weight=10),
    station("西安", "XAY", "xian", "xa", weight=210),
    station("吕梁", "LHV", "lvliang", "ll", weight=30),
    station("郑州", "ZZF", "zhengzhou", "zz", weight=310),
    station("Žilina", english="Zilina", weight=60),
    station("Bratislava hl.st.", weight=90),
    station("Bratislava-Petržalka", english="Bratislava-Petrzalka", weight=40),
    station("Kraków Główny", weight=50),
    station("Praha hlavní nádraží", weight=45),
    station("Praha-Libeň", weight=15),
]
INDEX = StationIndex(STATIONS)


def names(text: str, limit: int = 10) -> list[str]:
    return [match.station.name for match in INDEX.match(text, limit)]


@pytest.mark.parametrize(
    ("text", "wanted", "how"),
    [
        ("长沙南", "长沙南", "name"),
        ("长沙南站", "长沙南", "name"),
        ("沙南", "长沙南", "name"),
        ("changshanan", "长沙南", "pinyin"),
        ("chang sha nan", "长沙南", "pinyin"),
        ("CHANGSHA'NAN", "长沙南", "pinyin"),
        ("chángshānán", "长沙南", "pinyin"),
        ("changshan", "长沙南", "pinyin"),
        ("csn", "长沙南", "initials"),
        ("shh", "上海", "code"),
        ("BJP", "北京", "code"),
        ("ｂｊｐ", "北京", "code"),
        ("xi'an", "西安", "pinyin"),
        ("lüliang", "吕梁", "pinyin"),
        ("luliang", "吕梁", "pinyin"),
        ("lv", "吕梁", "pinyin"),
        ("Zilina", "Žilina", "name"),
        ("žil", "Žilina", "name"),
        ("Bratislava hl.st.", "Bratislava hl.st.", "name"),
        ("bratislava hl", "Bratislava hl.st.", "name"),
        ("praha hl", "Praha hlavní nádraží", "name"),
        ("Praha hl.n.", "Praha hlavní nádraží", "name"),
        ("petrzalka", "Bratislava-Petržalka", "name"),
        ("krakow glowny", "Kraków Główny", "name"),
    ],
)
def test_every_way_to_name_a_station_leads_to_it(text: str, wanted: str, how: str) -> None:
    """A clerk types what comes to hand: a way that fails sends the queue to another window."""
    best = INDEX.match(text)[0]
    assert (best.station.name, best.how) == (wanted, how)
    assert best.quality >= FUZZY_BELOW


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("shanghia", "上海"),  # changed over
        ("shnghai", "上海"),  # missing
        ("shamghai", "上海"),  # wrong
        ("shangghai", "上海"),  # too many
        ("sanghai", "上海"),  # s for sh
        ("zenzou", "郑州"),  # z for zh, n for ng
        ("cangsanan", "长沙南"),
        ("常沙南", "长沙南"),
        ("zlina", "Žilina"),
        ("bratsilava", "Bratislava hl.st."),
    ],
)
def test_one_slip_of_the_finger_is_forgiven_and_never_believed(text: str, wanted: str) -> None:
    """Forgiven: the station is offered. Never believed: it is not exact, so nothing is sold to it unseen."""
    best = INDEX.match(text)[0]
    assert best.station.name == wanted
    assert best.how == "fuzzy"
    assert best.quality < FUZZY_BELOW
    assert not best.exact


def test_nothing_that_resembles_nothing() -> None:
    """A list of random stations for nonsense invites a wrong ticket."""
    assert names("qqqqq") == []
    assert names("?!") == []


def test_order_is_code_and_name_then_beginning_then_inside() -> None:
    """The first line of the list is what Enter takes."""
    assert names("北京")[:3] == ["北京", "北京西", "北京南"]
    assert names("shh")[:2] == ["上海", "上海虹桥"]
    assert names("BJP")[0] == "北京"
    assert names("hongqiao") == ["上海虹桥"]


def test_what_this_window_sells_comes_first_among_equals() -> None:
    """Each window has its own customers: the station sold ten times an hour must not hide behind a bigger one."""
    assert names("bj")[:2] == ["北京", "宝鸡"]
    ranked = INDEX.ranked_by({"id0宝鸡": 5})
    assert [match.station.name for match in ranked.match("bj", 2)] == ["宝鸡", "北京"]
    assert ranked.match("beijing", 1)[0].station.name == "北京", "but never before a better text"
    assert [match.station.name for match in ranked.match("", 1)] == ["宝鸡"]


def test_a_score_falls_as_the_list_does() -> None:
    """A screen that sorts by score would otherwise show another order than the one that Enter takes."""
    for text in ("b", "bj", "sh", "c", "北京", "bratsilava"):
        scores = [match.score for match in INDEX.ranked_by({"id0宝鸡": 3}).match(text)]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("bjn", "北京南"),
        ("csn", "长沙南"),
        ("北京", "北京"),
        ("BJP", "北京"),
        ("bjp", "北京"),
        ("bj", None),  # two stations' initials
        ("cs", None),
        ("dyn", None),  # one's code, another's initials
        ("DYN", "当阳"),  # in capitals: the code
        ("beij", None),
        ("beijing", "北京"),
    ],
)
def test_exact_is_one_station_and_no_other(text: str, exact: str | None) -> None:
    """The command line and the entry line sell on the word of this flag."""
    found = [match.station.name for match in INDEX.match(text) if match.exact]
    assert found == ([exact] if exact else [])


def test_two_stations_of_one_name_are_never_exact() -> None:
    """Feeds have two stations 'Bang Sue': the clerk must choose."""
    twins = StationIndex([station("Nove Mesto", station_id="1"), station("Nove Mesto", station_id="2", weight=3)])
    assert [(match.station.station_id, match.exact) for match in twins.match("nove mesto")] == [
        ("2", False),
        ("1", False),
    ]
    assert twins.named("nove mesto") is None
    assert [match.exact for match in twins.match("2")] == [True], "the feed's id is the last resort"


def test_no_stations_and_long_texts_do_no_harm() -> None:
    """A paste of a page into the search field must not hold the window up."""
    assert StationIndex([]).match("bj") == []
    assert StationIndex([]).match("") == []
    assert INDEX.match("a" * 100_000) == []


@given(st.sampled_from(STATIONS), st.data())
def test_every_beginning_of_a_name_finds_its_station(target: Station, data: st.DataObject) -> None:
    """While a clerk types, the station must not vanish from the list between two keys."""
    text = data.draw(
        st.sampled_from([key for key in (target.name, target.pinyin, target.initials, target.code) if key])
    )
    start = text[: data.draw(st.integers(1, len(text)))]
    assert target.name in names(start, 50)


@given(st.text(alphabet="abcn", max_size=7), st.text(alphabet="abcn", max_size=7))
def test_one_edit_agrees_with_trying_every_edit(typed: str, key: str) -> None:
    """The forgiving match would miss stations, or forgive two errors and offer too much."""
    letters = "abcn"
    edited = {typed[:at] + typed[at + 1 :] for at in range(len(typed))}
    edited |= {typed[:at] + letter + typed[at:] for at in range(len(typed) + 1) for letter in letters}
    edited |= {typed[:at] + letter + typed[at + 1 :] for at in range(len(typed)) for letter in letters}
    edited |= {typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(len(typed) - 1)}
    edited.add(typed)
    if typed != key and key in edited:
        assert one_edit(typed, key) == 2
    elif any(key.startswith(form) for form in edited):
        assert one_edit(typed, key) >= 1
    else:
        assert one_edit(typed, key) == 0


@given(st.text(max_size=30))
def test_any_text_is_folded_the_same_twice(text: str) -> None:
    """A key folded at import and again at the keyboard must meet itself."""
    assert fold(fold(text)) == fold(text)
    INDEX.match(text)


def test_sounds_that_speakers_do_not_tell_apart_are_one() -> None:
    """Half of the country says s for sh."""
    assert sound("shangrao") == sound("sanrao")
    assert sound("lvliang") == sound("luliang") == sound("lyuliang")
    assert sound("changsha") == sound("cansa")
