"""A drawer from float to Z: every sum to the cent, two people at its end, and a Z that never changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counter_app.application.close_shift import CloseShift
from counter_app.application.credentials import Credentials
from counter_app.application.declare_shift import DeclareShift
from counter_app.application.move_cash import MoveCash
from counter_app.application.open_shift import OpenShift
from counter_app.application.report_paper import ReportPaper, slip_text, width
from counter_app.application.shift_figures import frozen, thawed
from counter_app.application.shift_report import PrintReport, ReportX, ReportZ
from counter_app.application.shift_views import CurrentShift, ListShifts
from counter_app.domain.journal import canonical
from counter_app.domain.money import Money
from counter_app.domain.papers import Pair, Table
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import Reason, Refusal
from counter_app.ports.shifts import CashKind
from counter_app.texts import Texts
from db.store import SqlMoneyStore
from db.verify import verify_profile
from tests.conftest import ROOT
from tests.unit.db.station import LIGHT, PASSWORD, Station, people

FLOAT = {10_000: 2, 1_000: 10}  # 300.00


class Drawer:
    """The use cases of a shift, wired to one store."""

    def __init__(self, station: Station, store: SqlMoneyStore) -> None:
        self.station, self.store = station, store
        self.clerk, self.supervisor = people(store, station)
        self.open = OpenShift(store, station.clock, station.ids)
        self.move = MoveCash(store, station.clock, station.ids)
        self.declare = DeclareShift(store)
        self.close = CloseShift(store, station.clock, Credentials(store, station.clock, LIGHT), store)
        self.x = ReportX(store, station.clock)
        self.z = ReportZ(store)
        self.print = PrintReport(store, station.ids)

    def cash(self, kind: CashKind, minor: int, by: Actor | None = None) -> None:
        self.move(by or self.clerk, kind, Money(minor, "CNY"), "reason")


@pytest.fixture
def drawer(station: Station, store: SqlMoneyStore) -> Drawer:
    return Drawer(station, store)


def why(refused: pytest.ExceptionInfo[Refusal]) -> Reason:
    return refused.value.reason


def test_a_whole_shift_to_the_cent(drawer: Drawer) -> None:
    """The clerk answers for every fen of the drawer with their own money."""
    assert CurrentShift(drawer.store)() is None
    opened = drawer.open(drawer.clerk, FLOAT)
    assert (opened.state, opened.float_amount, opened.expected) == ("open", Money(30_000, "CNY"), None)
    drawer.cash(CashKind.PAID_IN, 5_000)
    drawer.cash(CashKind.PAID_OUT, 1_000)
    drawer.cash(CashKind.DROP, 20_000)
    declared = drawer.declare(drawer.clerk, {10_000: 1, 1_000: 3, 500: 1})  # 135.00 of 140.00
    assert (declared.declared, declared.expected) == (Money(13_500, "CNY"), Money(14_000, "CNY"))
    assert declared.over_short == Money(-500, "CNY")
    with pytest.raises(Refusal) as refused:
        drawer.close(drawer.clerk, reason="", supervisor="wang", supervisor_password=PASSWORD)
    assert why(refused) is Reason.REASON_NEEDED
    z = drawer.close(drawer.clerk, reason="找零差错", supervisor="wang", supervisor_password=PASSWORD)
    lines = {line.label: line.amount.minor for line in z.cash if line.amount is not None}
    assert lines == {
        "float": 30_000,
        "cash_sales": 0,
        "cash_refunds": 0,
        "paid_in": 5_000,
        "paid_out": -1_000,
        "drops": -20_000,
        "expected": 14_000,
        "declared": 13_500,
        "over_short": -500,
    }
    assert (z.kind, z.z_number, z.blind, z.shift.reason) == ("z", 1, False, "找零差错")
    assert CurrentShift(drawer.store)() is None
    assert drawer.z(drawer.clerk) == drawer.z(drawer.supervisor, 1) == z
    drawer.store.close()
    assert verify_profile(drawer.station.directory).ok


def test_z_numbers_have_no_gaps(drawer: Drawer) -> None:
    """A missing Z is the first thing that a tax auditor asks about."""
    for number in (1, 2, 3):
        drawer.open(drawer.clerk, {})
        drawer.declare(drawer.clerk, {})
        z = drawer.close(drawer.supervisor, reason="", supervisor_password=PASSWORD)
        assert (z.z_number, z.shift.number) == (number, number)
    assert [one.z_number for one in ListShifts(drawer.store)(drawer.clerk)] == [3, 2, 1]
    with pytest.raises(Refusal) as refused:
        drawer.z(drawer.clerk, 4)
    assert why(refused) is Reason.NO_REPORT


def test_one_drawer_one_shift(drawer: Drawer) -> None:
    """Two clerks in one drawer: nobody could say who is short."""
    drawer.open(drawer.clerk, FLOAT)
    with pytest.raises(Refusal) as refused:
        drawer.open(drawer.supervisor, FLOAT)
    assert why(refused) is Reason.SHIFT_ALREADY_OPEN
    assert refused.value.facts["login"] == "li"


def test_the_count_is_blind(drawer: Drawer) -> None:
    """A clerk who knows what should be there counts until it is there, and keeps the rest."""
    drawer.open(drawer.clerk, FLOAT)
    drawer.cash(CashKind.PAID_IN, 12_300)
    for blind in (drawer.x(drawer.clerk), drawer.x(SYSTEM)):
        assert blind.blind
        assert blind.cash == ()
        assert blind.shift.expected is None
    seen = drawer.x(drawer.supervisor)
    assert not seen.blind
    assert {line.label: line.amount for line in seen.cash}["expected"] == Money(42_300, "CNY")
    with pytest.raises(Refusal) as refused:
        drawer.cash(CashKind.DROP, 42_301)
    assert why(refused) is Reason.DRAWER_SHORT
    assert not refused.value.facts  # nor does the refusal tell it
    drawer.declare(drawer.clerk, {})
    assert not drawer.x(drawer.clerk).blind
    with pytest.raises(Refusal) as refused:
        drawer.declare(drawer.clerk, FLOAT)
    assert why(refused) is Reason.SHIFT_COUNTED  # a second count would not be blind


def test_a_supervisors_own_drawer_is_blind_too(drawer: Drawer) -> None:
    """Rank does not make a count honest."""
    drawer.open(drawer.supervisor, FLOAT)
    assert drawer.x(drawer.supervisor).blind


@pytest.mark.parametrize(
    ("by", "supervisor", "password", "reason"),
    [
        ("clerk", "li", PASSWORD, Reason.SECOND_PERSON_NEEDED),
        ("clerk", "", PASSWORD, Reason.SECOND_PERSON_NEEDED),
        ("clerk", "wang", "", Reason.SECOND_PERSON_NEEDED),
        ("clerk", "wang", "wrong", Reason.BAD_CREDENTIALS),
        ("clerk", "admin", PASSWORD, Reason.SECOND_PERSON_NEEDED),
        ("supervisor", "", "", Reason.SECOND_PERSON_NEEDED),
        ("supervisor", "li", PASSWORD, Reason.SECOND_PERSON_NEEDED),
    ],
)
def test_closing_takes_a_second_person_with_a_password(
    by: str, supervisor: str, password: str, reason: Reason, drawer: Drawer
) -> None:
    """Who counts and who signs for the count are two people, or the count proves nothing."""
    drawer.open(drawer.clerk, {})
    actor = drawer.clerk if by == "clerk" else drawer.supervisor
    with pytest.raises(Refusal) as refused:
        drawer.close(actor, reason="", supervisor="wang", supervisor_password=PASSWORD)
    assert why(refused) is Reason.SHIFT_NOT_DECLARED
    drawer.declare(drawer.clerk, {})
    with pytest.raises(Refusal) as refused:
        drawer.close(actor, reason="", supervisor=supervisor, supervisor_password=password)
    assert why(refused) is reason


def test_who_counted_does_not_sign(drawer: Drawer) -> None:
    """A supervisor who counts for a clerk that fell ill needs another one to sign."""
    drawer.open(drawer.clerk, {})
    drawer.declare(drawer.supervisor, {})
    with pytest.raises(Refusal) as refused:
        drawer.close(drawer.supervisor, reason="", supervisor_password=PASSWORD)
    assert why(refused) is Reason.SECOND_PERSON_NEEDED


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        ({7: 1}, Reason.BAD_INPUT),
        ({100: -1}, Reason.BAD_INPUT),
        ({100: 100_001}, Reason.BAD_INPUT),
    ],
)
def test_counts_that_cannot_be(count: dict[int, int], reason: Reason, drawer: Drawer) -> None:
    """A note that does not exist is a slip of the finger, not money."""
    with pytest.raises(Refusal) as refused:
        drawer.open(drawer.clerk, count)
    assert why(refused) is reason
    assert CurrentShift(drawer.store)() is None


@pytest.mark.parametrize("minor", [0, -1])
def test_amounts_that_cannot_be(minor: int, drawer: Drawer) -> None:
    """A negative paid-in would be a drop without the name."""
    drawer.open(drawer.clerk, {})
    with pytest.raises(Refusal) as refused:
        drawer.cash(CashKind.PAID_IN, minor)
    assert why(refused) is Reason.AMOUNT_OUT_OF_RANGE


def test_a_clerk_keeps_out_of_anothers_drawer(drawer: Drawer) -> None:
    """Money moved by somebody else is still the clerk's shortage."""
    drawer.open(drawer.supervisor, FLOAT)
    for act in (
        lambda: drawer.cash(CashKind.DROP, 100),
        lambda: drawer.declare(drawer.clerk, {}),
        lambda: drawer.x(drawer.clerk),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert why(refused) is Reason.NOT_ALLOWED


def test_reports_are_queued_and_copies_of_a_z_numbered(drawer: Drawer) -> None:
    """A second Z on paper that looks like the first could be handed in twice."""
    drawer.open(drawer.clerk, {})
    drawer.print(drawer.clerk, drawer.x(drawer.clerk))
    drawer.declare(drawer.clerk, {})
    z = drawer.close(drawer.clerk, reason="", supervisor="wang", supervisor_password=PASSWORD)
    jobs = [drawer.print(drawer.supervisor, z) for _ in range(2)]
    with drawer.store.reading() as books:
        found = [books.prints.get(job) for job in jobs]
    assert [job and job.copy_number for job in found] == [0, 1]
    drawer.store.close()
    assert verify_profile(drawer.station.directory).ok


def test_a_frozen_z_thaws_to_the_same_figures(drawer: Drawer) -> None:
    """The Z printed in five years must be the Z that was signed."""
    drawer.open(drawer.clerk, FLOAT)
    drawer.declare(drawer.clerk, FLOAT)
    z = drawer.close(drawer.clerk, reason="", supervisor="wang", supervisor_password=PASSWORD)
    assert thawed(canonical(frozen(z)).decode()) == z
    assert thawed(canonical(frozen(replace(z, blind=True))).decode()) != z


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_z_in_words(language: str, drawer: Drawer) -> None:
    """It is signed by two people: what they sign must be complete, and line up on an 80 mm roll."""
    drawer.open(drawer.clerk, FLOAT)
    drawer.cash(CashKind.PAID_IN, 5_000)
    drawer.declare(drawer.clerk, FLOAT)
    z = drawer.close(drawer.clerk, reason="遗漏", supervisor="wang", supervisor_password=PASSWORD)
    paper = ReportPaper(lambda words: Texts(ROOT / "resources/i18n", words), drawer.store.profile)
    slip = paper(z, language)
    words = " ".join(
        [block.label for block in slip.blocks if isinstance(block, Pair)]
        + [
            cell
            for block in slip.blocks
            if isinstance(block, Table)
            for row in (block.head, *block.rows)
            for cell in row
        ]
    )
    assert "350.00" in words
    assert "-50.00" in words
    latin = sum(char.isascii() and char.isalpha() for char in words)
    assert (latin == 0) if language == "zh" else (latin > 100)
    text = slip_text(slip)
    assert max(map(width, text.splitlines())) <= 48
    assert "遗漏" in text
