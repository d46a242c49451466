"""Papers of an order at the keyboard, and the refund of a ticket whose reimbursement slip is out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from counter_app.application.order_papers import PaperOffer
from counter_app.domain.money import Money
from counter_app.errors import Reason
from counter_app.ports.prints import JobKind
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.fake_desk import FakeDesk
from tests.ui.stage import Stage
from tests.ui.test_sell import ID
from ui.presenters.refund import Stage as Step
from ui.screens.orders import OrdersScreen
from ui.screens.papers_pane import PapersPane
from ui.screens.refund import RefundScreen
from ui.screens.shift import ShiftScreen

Key = Qt.Key


def at_orders(stage: Stage, login: str = "wang") -> tuple[Clerk, PapersPane]:
    """A ticket is sold; whoever is signed in looks at its order and has opened its papers."""
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    clerk.type("王小明")
    clerk.press(ENTER)
    clerk.type(ID)
    clerk.press(ENTER, Key.Key_F2, ENTER, ENTER)
    if login != "wang":
        stage.sign_in(login)
    screen = stage.show("orders")
    assert isinstance(screen, OrdersScreen)
    clerk.press(Key.Key_F6)
    assert screen.papers.isVisible()
    return clerk, screen.papers


def ticket_of(desk: FakeDesk) -> UUID:
    return desk.orders()[0].tickets[0].ticket_id


def row(pane: PapersPane, kind: JobKind) -> int:
    return [offer.kind for offer in pane.menu.offers].index(kind)


def go_to(clerk: Clerk, pane: PapersPane, kind: JobKind) -> None:
    clerk.press(*[Key.Key_Up] * len(pane.menu.offers), *[Key.Key_Down] * row(pane, kind))
    chosen = pane.table.chosen()
    assert chosen is not None
    assert chosen.kind is kind


def step(screen: RefundScreen) -> Step:
    return screen.presenter.stage


def kinds(desk: FakeDesk) -> list[str]:
    return [job.kind for job in desk.print_jobs()]


def test_a_reimbursement_slip_is_printed_with_two_keys_and_then_only_copied(stage: Stage) -> None:
    """Lost otherwise: a second original, by pressing Enter twice."""
    clerk, pane = at_orders(stage)
    go_to(clerk, pane, JobKind.REIMBURSEMENT)
    clerk.press(ENTER)
    assert stage.desk.slips
    assert kinds(stage.desk).count("reimbursement") == 1
    go_to(clerk, pane, JobKind.REIMBURSEMENT)
    clerk.press(ENTER)
    assert kinds(stage.desk).count("reimbursement") == 1
    assert pane.menu.chosen is None
    assert stage.window.notice_code == Reason.NOT_ALLOWED.value  # a clerk is told why
    clerk.press(ESC, ESC)
    assert not pane.isVisible()


def test_a_supervisor_gives_a_reason_for_a_copy(stage: Stage) -> None:
    """Lost otherwise: copies that nobody answers for."""
    clerk, pane = at_orders(stage, "li")
    for _ in range(2):
        go_to(clerk, pane, JobKind.RECEIPT)
        clerk.press(ENTER)
    assert pane.menu.chosen is not None
    clerk.press(ENTER)  # without a word
    assert stage.desk.copies == []
    clerk.type("torn in the cutter")
    clerk.press(ENTER)
    ((kind, _, reason),) = stage.desk.copies
    assert (kind, reason) == (JobKind.RECEIPT, "torn in the cutter")
    assert pane.table.hasFocus()


def test_what_came_out_meanwhile_is_said_in_the_open_list(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: "not settled yet" stands beside a paper that lies in the tray, until the list is opened anew."""
    _clerk, pane = at_orders(stage)
    real = stage.desk.order_papers

    def waiting(order_id: UUID, ticket_id: UUID | None = None) -> list[PaperOffer]:
        return [replace(one, refused=Reason.JOB_NOT_OPEN.value) for one in real(order_id, ticket_id)]

    monkeypatch.setattr(stage.desk, "order_papers", waiting)
    pane.menu.look_again()
    stage.until(lambda: all(one.refused for one in pane.menu.offers))
    monkeypatch.setattr(stage.desk, "order_papers", real)
    stage.window.printed.emit(stage.desk.print_jobs()[0])
    stage.until(lambda: not any(one.refused for one in pane.menu.offers))
    assert pane.table.hasFocus()


def test_tags_are_asked_for_by_number(stage: Stage) -> None:
    """Lost otherwise: a hundred tags for a typing mistake."""
    clerk, pane = at_orders(stage)
    go_to(clerk, pane, JobKind.LUGGAGE_TAG)
    clerk.press(ENTER)
    for wrong in ("0", "21", "two"):
        clerk.type(wrong)
        clerk.press(ENTER)
        assert stage.desk.pieces == {}, wrong
        pane.answer.clear()
    clerk.press(ESC)
    assert pane.menu.chosen is None
    clerk.press(Key.Key_F9)
    clerk.type("3")
    clerk.press(Key.Key_F9)
    assert stage.desk.pieces == {ticket_of(stage.desk): 3}
    assert kinds(stage.desk).count("luggage_tag") == 3


def test_a_group_list_is_printed_and_esc_gives_the_order_back(stage: Stage) -> None:
    clerk, pane = at_orders(stage)
    go_to(clerk, pane, JobKind.GROUP_LIST)
    clerk.press(ENTER, ESC)
    assert "group_list" in kinds(stage.desk)
    assert isinstance(stage.screen, OrdersScreen)
    assert not pane.isVisible()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_says_what_to_know_in_both_languages(make_stage: object, language: str) -> None:
    """Lost otherwise: an English list for a Chinese clerk."""
    stage: Stage = make_stage(language=language)  # type: ignore[operator]
    _, pane = at_orders(stage)
    shown = [pane.table.model().index(n, 0).data() for n in range(len(pane.menu.offers))]
    assert ("报销凭证" in shown) is (language == "zh")
    assert ("Reimbursement slip" in shown) is (language == "en")


def test_a_ticket_with_a_slip_is_refunded_only_after_the_question(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: the fare, paid back by us and by an employer."""
    clerk, pane = at_orders(stage)
    go_to(clerk, pane, JobKind.REIMBURSEMENT)
    clerk.press(ENTER)
    asked: list[str] = []
    answers = [False, True]

    def ask(title: str, text: str, yes: str, no: str, *, danger: bool = False) -> bool:
        del yes, no, danger
        asked.append(f"{title} {text}")
        return answers.pop(0)

    monkeypatch.setattr(stage.window, "ask", ask)
    screen = stage.show("refund", text=stage.desk.orders()[0].tickets[0].number)
    assert isinstance(screen, RefundScreen)
    assert step(screen) is Step.QUOTE
    assert screen._slip.isVisible()
    clerk.press(Key.Key_F9)
    assert step(screen) is Step.QUOTE
    clerk.press(Key.Key_F9)
    assert step(screen) is Step.DONE
    assert len(asked) == 2
    assert "CWQ-03-1-R000001" in asked[0]


def test_a_drop_is_counted_note_by_note(stage: Stage) -> None:
    """Lost otherwise: a bag for the safe, and nobody knows which notes were in it."""
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    stage.show("shift")
    clerk.press(Key.Key_F4, Key.Key_F6)
    clerk.type("2")
    clerk.press(ENTER)
    clerk.type("1")
    screen = stage.screen
    assert isinstance(screen, ShiftScreen)
    assert screen._moves.amount.money() == Money(250_00, "CNY")
    screen._moves.reason.setFocus()
    clerk.type("safe")
    clerk.press(Key.Key_F5)
    assert stage.desk.cash_count == {100_00: 2, 50_00: 1}
    clerk.press(Key.Key_F4, Key.Key_F6, Key.Key_F6)  # thought better of it: the sum is typed
    clerk.type("20")
    screen._moves.reason.setFocus()
    clerk.type("safe")
    clerk.press(Key.Key_F5)
    assert stage.desk.cash_count == {}


def test_e_tickets_of_the_order_go_into_one_file(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a file the traveller photographs the screen; without the right the code would leave unnoticed."""
    saved: list[Path] = []
    stage.window.parts = replace(stage.window.parts, save_e_tickets=lambda _faces, path: saved.append(path))
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda _parent, _title, name, _kinds: (str(tmp_path / name), "")
    )
    clerk, _pane = at_orders(stage)
    clerk.press(ESC, Key.Key_F8)
    stage.settle()
    assert saved == []
    stage.sign_in("li")
    stage.show("orders")
    clerk.press(Key.Key_F8)
    number = stage.desk.orders()[0].tickets[0].number
    stage.until(lambda: saved == [tmp_path / f"{number}.pdf"])
    told = stage.desk.journal_page(stage.desk.people["li"])
    assert [(one.kind, one.actor) for one in told if one.kind == "e_ticket_issued"] == [("e_ticket_issued", "li")]
