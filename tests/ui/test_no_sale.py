"""The drawer opened without a sale, at the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.clerk import Clerk
from tests.ui.test_sell import selling  # noqa: F401 - a fixture
from ui.screens import shift as shift_screen


@pytest.mark.parametrize(("typed", "reasons"), [("change for a customer", ["change for a customer"]), ("", [])])
def test_the_drawer_opens_with_a_reason_and_not_without(
    selling: Clerk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    reasons: list[str],
) -> None:
    """Lost otherwise: a drawer that opens without a name and a reason in the journal."""
    desk = selling.stage.desk
    opened: list[str] = []
    real = desk.open_drawer

    def open_drawer(actor: object, *, reason: str) -> object:
        opened.append(reason)
        return real(actor, reason=reason)  # type: ignore[arg-type]

    monkeypatch.setattr(desk, "open_drawer", open_drawer)
    monkeypatch.setattr(shift_screen, "ask_line", lambda *_args: typed)
    printed: list[object] = []
    monkeypatch.setattr(selling.stage.window, "print_jobs", printed.extend)
    selling.stage.show("shift")
    selling.press(Qt.Key.Key_F8)
    assert opened == reasons
    assert len(printed) == len(reasons)
