"""What no single run of a command shows: interrupts at the wrong moment, terminals, widths."""

from __future__ import annotations

import io
import signal
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from counter_app.application.desk import Desk
from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.catalogue import Fault, ImportReport, IssueInfo, Progress
from ui.commandline import commands

ISSUE = IssueInfo(
    issue_id="0" * 64,
    feed_name="f.zip",
    feed_namespace="f",
    stations=2,
    trips=1,
    first_date=date(2026, 1, 1),
    last_date=date(2026, 12, 31),
    currency=None,
    invented=False,
)
REPORT = ImportReport(
    issue=ISSUE,
    trips=1,
    faults=(Fault(file="stops.txt", line=2, fault="bad_value", detail="x"),),
    fault_count=1,
    catalogue=Path("c"),
)


class _Importer:
    """A desk that imports. ``act``: what happens while it does, told whether it was asked to stop."""

    def __init__(self, act: Callable[[Callable[[], bool]], None]) -> None:
        self._act = act

    def import_timetable(
        self, _actor: object, _feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> ImportReport:
        progress(Progress(stage="reading", done=1, total=2))
        progress(Progress(stage="reading", done=7, total=0))
        self._act(cancelled)
        return REPORT


def _import(act: Callable[[Callable[[], bool]], None]) -> int:
    return commands.import_timetable(cast("Desk", _Importer(act)), Path("feed.zip"), as_json=False)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As a terminal starts us. A shell starts what it puts into the background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_stops_an_import_where_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C, "nothing was changed", and the new timetable is in force all the same."""

    def polled(cancelled: Callable[[], bool]) -> None:
        signal.raise_signal(signal.SIGINT)
        if cancelled():
            raise Cancelled

    with pytest.raises(Cancelled):
        _import(polled)

    def child_died(_cancelled: Callable[[], bool]) -> None:
        signal.raise_signal(signal.SIGINT)
        raise Refusal(Reason.FILE_REFUSED, code="import_crashed")

    with pytest.raises(Cancelled):
        _import(child_died)

    def too_late(_cancelled: Callable[[], bool]) -> None:
        signal.raise_signal(signal.SIGINT)

    assert _import(too_late) == 0
    assert capsys.readouterr().out == "stops.txt:2: bad_value x\naccepted: 1 trips, 2 stations, 1 faults\n"
    # To the end of the program: what is done is done, and closing the store must not be called a failure.
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_refusal_without_an_interrupt_stays_one() -> None:
    """Every damaged feed is "cancelled"."""

    def refuse(_cancelled: Callable[[], bool]) -> None:
        raise Refusal(Reason.FILE_REFUSED, code="not_a_zip")

    with pytest.raises(Refusal):
        _import(refuse)


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log full of progress; or a minute in front of an empty screen."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    assert _import(lambda _: None) == 0
    assert "reading  50 %" in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("text", "width"), [("长沙", 4), ("Košice", 6), ("", 0)])
def test_columns_line_up(text: str, width: int) -> None:
    """Codes under names in the list of stations, Chinese or not."""
    assert commands.pad(text, 8) == text + " " * (8 - width)
    assert commands.pad(text, 0) == text


@pytest.mark.parametrize(("verdict", "line"), [((3, "bad_hash"), "entry 3: bad_hash"), ((None, "witness"), "witness")])
def test_a_bad_journal_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], verdict: tuple[int | None, str], line: str
) -> None:
    """The words Entry None for a witness that is lost."""
    first_bad, reason = verdict
    told: Any = SimpleNamespace(ok=False, entries=9, head="", first_bad=first_bad, reason=reason)
    assert commands.verify_journal(lambda: told, as_json=False) == 3
    assert capsys.readouterr().err == f"counterfoil: journal: {line}\n"
