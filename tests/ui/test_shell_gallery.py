from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.ui.fake_desk import FakeDesk
from tests.ui.stage import ACCOUNTS, make_parts
from ui.gallery import Gallery
from ui.screens_command import render_screens
from ui.shell.parts import Parts

# One moment of every screen: `make screens` is what people look at before they commit.
WANTED = {
    "login", "login-refused", "open-shift", "home-empty", "sell-empty", "sell-results", "sell-places",
    "sell-passengers", "parked", "checkout", "checkout-done", "orders", "refund-quote", "refund-done", "devices",
    "help", "locked", "shift", "shift-paid-out", "shift-x-report", "shift-count", "shift-close", "shift-z-report",
    "journal", "timetable", "timetable-importing", "timetable-refused", "accounts",
    "line-online", "line-slow-results", "line-offline-results", "line-not-held", "line-stopped", "sync-inbox-empty",
    "sync-inbox", "sync-outbox", "sync-held", "sync-new-epoch", "central-ticket", "central-ticket-offline",
    "accounts-of-central", "timetable-of-central",
    "waiting-offered", "waiting-joined", "waiting-list", "waiting-served", "waiting-called",
    "checkout-ways-to-pay", "checkout-wallet", "checkout-voucher", "checkout-part-paid", "checkout-card-under-way",
    "checkout-not-known", "checkout-done-by-legs", "payments-to-settle", "payments-alarm", "payments-refund-owed",
    "payments-differences", "refund-quote-by-legs",
    "devices-printers", "devices-test-print", "devices-move", "blanks", "blanks-load", "printer-log", "checkup",
    "find-printers",
    "customer-closed", "customer-idle", "customer-advert", "customer-itinerary", "customer-paying",
    "customer-paying-part", "customer-paying-change", "customer-paid", "customer-thanks",
}  # fmt: skip


def test_the_story_takes_every_picture(qapp: Any, tmp_path: Path) -> None:
    """Whoever changes a screen finds its picture: all screens, two languages, none blank, none twice the same."""
    made = Gallery(make_parts(FakeDesk(), tmp_path), tmp_path, ACCOUNTS, themes=("light",))
    made.run()
    names = {path.name.removesuffix(".light.png") for path in made.made}
    assert {f"{name}.{language}" for name in WANTED for language in ("zh", "en")} <= names
    seen: dict[bytes, str] = {}
    for path in made.made:
        image = QImage(str(path))
        assert (image.width(), image.height()) == (1280, 800)
        sample = {image.pixel(x, y) for x, y in itertools.product(range(0, 1280, 64), range(0, 800, 50))}
        assert len(sample) > 2, f"{path.name} shows nothing"
        twin = seen.setdefault(path.read_bytes(), path.name)
        assert twin == path.name, f"{path.name} is the same picture as {twin}"


def test_the_command_renders_what_was_asked_for(qapp: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``counterfoil screens OUT --only login`` makes only these, in every theme, and says where they are."""

    @contextmanager
    def stage() -> Iterator[Parts]:
        yield make_parts(FakeDesk(), tmp_path)

    assert render_screens(tmp_path / "out", stage=stage, accounts=ACCOUNTS, only="login-refused") == 0
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == sorted(
        f"login-refused.{language}.{theme}.png" for language in ("zh", "en") for theme in ("light", "dark", "contrast")
    )
    assert len(capsys.readouterr().out.splitlines()) == 6
