from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.entryline import Line, LineContext, read_line
from counter_app.domain.stations import Station, StationIndex


def station(name: str, code: str, pinyin: str, initials: str, weight: int = 0) -> Station:
    return Station(station_id=name, name=name, code=code, pinyin=pinyin, initials=initials, english="", weight=weight)


STATIONS = [
    station("北京", "BJP", "beijing", "bj", 300),
    station("北京南", "VNP", "beijingnan", "bjn", 250),
    station("宝鸡", "BJY", "baoji", "bj", 120),
    station("上海", "SHH", "shanghai", "sh", 200),
    station("上海虹桥", "AOH", "shanghaihongqiao", "shhq", 400),
    station("长沙", "CSQ", "changsha", "cs", 150),
    station("长沙南", "CWQ", "changshanan", "csn", 332),
    station("潮汕", "CBQ", "chaoshan", "cs", 90),
    station("遵义", "ZIW", "zunyi", "zy", 60),
    station("义乌", "YWH", "yiwu", "yw", 70),
    station("当阳", "DYN", "dangyang", "dy", 20),
    station("东营南", "DOK", "dongyingnan", "dyn", 10),
    Station(station_id="BA", name="Bratislava hl.st.", code="", pinyin="", initials="", english="", weight=9),
]
CALLS = {
    "G1": ("北京南", "长沙南", "上海虹桥"),
    "EC 120": ("Bratislava hl.st.", "上海"),
    "1205": ("长沙", "潮汕"),
    "G105": ("北京南", "上海虹桥"),
}
INDEX = StationIndex(STATIONS)


def _service(text: str) -> str | None:
    plain = "".join(text.split()).casefold()
    return next((name for name in CALLS if "".join(name.split()).casefold() == plain), None)


CONTEXT = LineContext(
    today=date(2026, 11, 21),
    index=INDEX,
    home=INDEX.named("长沙"),
    service_named=_service,
    stations_of=lambda service: frozenset("BA" if name.isascii() else name for name in CALLS[service]),
    services_like=lambda text, limit: [name for name in CALLS if name.casefold().startswith(text.casefold())][:limit],
)


Told = tuple[str | None, str | None, str | None, str | None, str | None, dict[str, int], list[str]]


def told(line: str) -> Told:
    read = read_line(line, CONTEXT)
    assert all(part.ok for part in read.parts), read.parts
    return (
        read.service,
        read.origin.name if read.origin else None,
        read.destination.name if read.destination else None,
        read.departing_on.isoformat() if read.departing_on else None,
        read.travel_class,
        read.passengers,
        read.preferences,
    )


def roles(line: str) -> list[tuple[str, str, bool]]:
    return [(part.word, part.role, part.ok) for part in read_line(line, CONTEXT).parts]


WHOLE: Told = ("G1", "北京南", "上海虹桥", "2026-12-05", "second", {"adult": 2, "child": 1}, [])


@pytest.mark.parametrize(
    "line",
    [
        "G1 bjn shhq 1205 2 2a1c",
        "g1 BJN shhq 1205 ze 2a1c",
        "bjn shhq G1 2a1c 12-5 二等座",
        "2a1c 二等 12月5日 北京南 上海虹桥 g1",
        "北京南到上海虹桥 G1 1205 2 2成1童",
        "bjn-shhq g1 1205 second 2a1c",
        "G1, VNP → AOH，+14 二等座 2大1小",
        "bei jing nan shang hai hong qiao g1 20261205 2 2a1c",
        '"北京南" "上海虹桥" G1 1205 2 2a1c',
        "　G1　bjn　shhq　1205　2　2a1c　",
    ],
)
def test_one_journey_said_in_many_ways(line: str) -> None:
    """Every clerk has an order of their own; each must sell the same journey."""
    assert told(line) == WHOLE


@pytest.mark.parametrize(
    ("line", "origin", "destination"),
    [
        ("bjn", "长沙", "北京南"),
        ("长沙 bjn", "长沙", "北京南"),
        ("bjn 长沙", "北京南", "长沙"),
        ("CSQ", "长沙", None),
        ("G1 bj", "北京南", None),  # G1 does not call at this window's station
        ("G1 bj sh", "北京南", "上海虹桥"),  # the calls of G1 leave one of each
        ("G1 bjn shh", "北京南", "上海虹桥"),
        ("长沙 南 上海", "长沙南", "上海"),
        ("Bratislava hl.st. 上海", "Bratislava hl.st.", "上海"),
        ("brat hl st 上海", "Bratislava hl.st.", "上海"),
    ],
)
def test_from_where_to_where(line: str, origin: str | None, destination: str | None) -> None:
    """Origin and destination changed over is the commonest wrong ticket."""
    assert told(line)[1:3] == (origin, destination)


def test_a_number_of_four_digits_is_a_service_first_and_a_date_elsewhere() -> None:
    """Trains without a letter have numbers that are dates as well: where it stands decides, and the line shows it."""
    assert told("1205 潮汕")[0] == "1205"
    assert told("潮汕 1205")[:4] == (None, "长沙", "潮汕", "2026-12-05")
    assert told("1206 潮汕")[3] == "2026-12-06", "no such service: a date in any place"
    assert told("1205")[:4] == (None, "长沙", None, "2026-12-05"), "alone, as in a field for the date"


def test_services_of_several_words_and_longer_numbers() -> None:
    """EC 120 is one train, and G10 is not G1."""
    assert told("EC 120 上海")[0] == "EC 120"
    assert told("ec120 上海")[0] == "EC 120"
    assert roles("G10 bjn") == [("G10", "service", False), ("bjn", "destination", True)]
    assert read_line("G10 bjn", CONTEXT).parts[0].candidates == ("G105",)
    assert roles("G999 bjn")[0] == ("G999", "service", False)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("bjn shhq zy", "first"),
        ("zy bjn shhq", "first"),  # two other stations: it can only be the class
        ("shhq 一等", "first"),
        ("shhq yw lower", "hard_sleeper_lower"),
        ("bjn shhq yw 下铺", "hard_sleeper_lower"),
        ("bjn shhq ywx", "hard_sleeper_lower"),
        ("bjn hard sleeper upper", "hard_sleeper_upper"),
        ("bjn soft seat", "soft_seat"),
        ("bjn 硬卧中", "hard_sleeper_middle"),
        ("bjn 1", "first"),
    ],
)
def test_classes(line: str, wanted: str) -> None:
    """The berth's deck is part of the price."""
    read = read_line(line, CONTEXT)
    if line == "shhq yw lower":  # 义乌 or hard sleeper: in doubt, and said so
        assert [part.candidates[:2] for part in read.parts if not part.ok] == [("hard_sleeper", "义乌")]
        assert read.travel_class is None
    else:
        assert told(line)[4] == wanted


@pytest.mark.parametrize(
    ("line", "word", "candidates"),
    [
        ("bj", "bj", {"北京", "宝鸡", "北京南"}),
        ("cs bjn", "cs", {"长沙", "潮汕", "长沙南"}),
        ("dyn", "dyn", {"当阳", "东营南"}),
        ("shanghia", "shanghia", {"上海", "上海虹桥"}),
        ("shhq zy", "zy", {"first", "遵义"}),
        ("bjn yw", "yw", {"hard_sleeper", "义乌"}),
        ("bjn shhq yw", "yw", {"hard_sleeper_upper", "hard_sleeper_middle", "hard_sleeper_lower"}),
        ("bjn 硬", "硬", {"hard_seat", "hard_sleeper_upper", "hard_sleeper_middle", "hard_sleeper_lower"}),
    ],
)
def test_doubt_is_named_and_nothing_is_chosen(line: str, word: str, candidates: set[str]) -> None:
    """Never guessed silently: a guess is right nine times, and the tenth passenger is in the wrong town."""
    read = read_line(line, CONTEXT)
    doubtful = [part for part in read.parts if not part.ok]
    assert [part.word for part in doubtful] == [word]
    assert set(doubtful[0].candidates) == candidates
    assert all(name in doubtful[0].meaning for name in doubtful[0].candidates), "and shown"
    assert doubtful[0].station is None


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("bjn xyzzyq", "xyzzyq"),
        ("bjn 20260231", "20260231"),
        ("bjn 20260101", "20260101"),  # past
        ("bjn 1205 1206", "1206"),
        ("bjn 2a 1c", "1c"),
        ("bjn 二等 一等", "一等"),
        ("bjn shhq 长沙南", "长沙南"),
        ("bjn 7", "7"),
    ],
)
def test_what_makes_no_sense_is_marked(line: str, wrong: str) -> None:
    """A word that is dropped in silence is a wish that the passenger paid for and does not get."""
    read = read_line(line, CONTEXT)
    assert [part.word for part in read.parts if not part.ok] == [wrong]
    assert next(part for part in read.parts if not part.ok).candidates == ()


def test_wishes_are_kept_in_order() -> None:
    """A window seat asked for is a window seat proposed."""
    assert told("bjn 靠窗 连座")[6] == ["window", "together"]
    assert told("bjn window aisle")[6] == ["window", "aisle"]


def test_from_here_to_here_is_no_journey() -> None:
    """The search would be empty, and the clerk would look for the reason elsewhere."""
    assert read_line("长沙南 长沙南", CONTEXT).same_station
    assert not read_line("长沙南 长沙", CONTEXT).same_station


@given(
    st.lists(
        st.sampled_from(["G1", "bjn", "shhq", "1205", "2", "2a1c", "周五", "yw", "zy", "下铺", "xyz", "hard"]),
        max_size=9,
    )
)
def test_every_word_has_a_part_where_it_stands(words: list[str]) -> None:
    """The line under the entry shows what each word was taken for: one without a part would be ignored unseen."""
    line = "  ".join(words)
    read = read_line(line, CONTEXT)
    covered = "".join(line[part.start : part.start + len(part.word)] for part in read.parts)
    assert "".join(covered.split()) == "".join(words)
    assert [part.start for part in read.parts] == sorted(part.start for part in read.parts)
    assert read_line(line, CONTEXT) == read, "the same line, the same reading"


@given(st.text(max_size=60))
def test_any_text_can_be_typed(line: str) -> None:
    """A cat on the keyboard must not close the window."""
    read: Line = read_line(line, CONTEXT)
    for part in read.parts:
        assert line[part.start : part.start + len(part.word)] == part.word


def test_a_page_pasted_into_the_line_is_cut() -> None:
    """A bound on everything: a megabyte in the clipboard must not hold up the queue."""
    assert len(read_line("bjn " * 100_000, CONTEXT).parts) <= 24
