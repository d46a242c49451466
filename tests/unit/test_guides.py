"""What the guides tell a clerk to type is typed here, on the demonstration's timetable."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from counter_app.domain.entryline import LineContext, read_line
from counter_app.domain.stations import Station, StationIndex

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def context(invented_feed: Path) -> LineContext:
    def rows(name: str) -> list[dict[str, str]]:
        with zipfile.ZipFile(invented_feed) as zipped, zipped.open(name) as raw:
            return list(csv.DictReader(io.TextIOWrapper(raw, "utf-8", newline="")))

    index = StationIndex([
        Station(
            station_id=row["stop_id"],
            name=row["stop_name"],
            code=row["stop_code"],
            pinyin=row["stop_pinyin"],
            initials=row["stop_initials"],
            english="",
        )
        for row in rows("stops.txt")
    ])  # fmt: skip
    calls: dict[str, set[str]] = defaultdict(set)
    for row in rows("stop_times.txt"):
        calls[row["trip_id"]].add(row["stop_id"])
    return LineContext(
        today=TODAY,
        index=index,
        home=index.named("长沙南"),
        service_named=lambda text: text.upper() if text.upper() in calls else None,
        stations_of=lambda service: frozenset(calls[service]),
        services_like=lambda text, limit: [name for name in calls if name.startswith(text.upper())][:limit],
    )


def _examples() -> list[str]:
    """The lines of the guide's block on the entry line, and the README's first ticket, without the comments."""
    found = []
    for name in ("docs/clerk-guide.md", "docs/clerk-guide.zh-CN.md"):
        (block,) = re.findall(r"^```\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)
        found += [re.split(r"\s{2,}", line)[0] for line in block.splitlines()]
    for name in ("README.md", "README.zh-CN.md"):
        found += re.findall(r"`((?:csn|gzn) [^`]+)`", (ROOT / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("line", dict.fromkeys(_examples()))
def test_every_line_that_a_guide_shows_is_understood_whole(line: str, context: LineContext) -> None:
    """A newcomer types the guide's own example, and the program does not know what is meant."""
    read = read_line(line, context)
    assert [part.word for part in read.parts if not part.ok] == []
    assert read.origin is not None
    assert read.origin.name == "长沙南"
    assert read.destination is not None
    assert read.departing_on is not None
    assert read.departing_on > TODAY


def test_the_guides_show_lines_at_all() -> None:
    """The test above would hold for a guide without a single example."""
    assert len(dict.fromkeys(_examples())) >= 5
