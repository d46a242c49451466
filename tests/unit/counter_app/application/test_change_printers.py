"""The settings file is changed whole or not at all, and the one before it can be put back."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.change_printers import BEFORE, ChangePrinters
from counter_app.domain.settings import SETTINGS_FILE, default_text, parse_settings
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Reason, Refusal

CLERK = Actor(user_id=UUID(int=7), login="wang", display_name="Wang", role=Role.CLERK)


def _check(url: str, profile: str) -> None:
    if profile == "nope":
        raise Refusal(Reason.BAD_SETTING, setting="printer profile", value=profile, url=url)


@pytest.fixture
def change(tmp_path: Path) -> ChangePrinters:
    (tmp_path / SETTINGS_FILE).write_text(default_text("virtual:"), "utf-8")
    (tmp_path / SETTINGS_FILE).chmod(0o640)
    return ChangePrinters(folder=tmp_path, check_url=_check)


def test_a_printer_is_saved_and_the_file_before_is_kept(change: ChangePrinters, tmp_path: Path) -> None:
    """A wrong printer is saved, and nobody knows what stood there before."""
    path, before = tmp_path / SETTINGS_FILE, (tmp_path / SETTINGS_FILE).read_bytes()
    change.put(SYSTEM, "receipt", url="usb://04b8:0e28", profile="thermal-58", drawer=True)
    settings = parse_settings(path.read_text("utf-8"))
    assert (settings.printers["receipt"].url, settings.drawer) == ("usb://04b8:0e28", "receipt")
    assert (tmp_path / BEFORE).read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o640
    change.put(SYSTEM, "main", url="tcp://10.0.0.5", profile="epson-80", drawer=True)
    assert parse_settings(path.read_text("utf-8")).drawer == "main"
    change.remove(SYSTEM, "receipt")
    assert not parse_settings(path.read_text("utf-8")).printers
    assert sorted(one.name for one in tmp_path.iterdir()) == [SETTINGS_FILE, BEFORE]


@pytest.mark.parametrize(
    ("actor", "name", "profile", "reason"),
    [
        (CLERK, "main", "thermal-80", Reason.NOT_ALLOWED),
        (SYSTEM, "kitchen", "thermal-80", Reason.BAD_SETTING),
        (SYSTEM, "main", "nope", Reason.BAD_SETTING),
        (SYSTEM, "main", "bad profile!", Reason.BAD_SETTING),
    ],
)
def test_what_is_refused_changes_nothing(
    change: ChangePrinters, tmp_path: Path, actor: Actor, name: str, profile: str, reason: Reason
) -> None:
    """The window does not start with what somebody saved yesterday."""
    before = (tmp_path / SETTINGS_FILE).read_bytes()
    with pytest.raises(Refusal) as refused:
        change.put(actor, name, url="virtual:", profile=profile)
    assert refused.value.reason is reason
    assert (tmp_path / SETTINGS_FILE).read_bytes() == before
    assert not (tmp_path / BEFORE).exists()


def test_the_main_printer_stays(change: ChangePrinters) -> None:
    """Tickets would have no printer at all."""
    with pytest.raises(Refusal):
        change.remove(SYSTEM, "main")


def test_without_a_file_one_is_made(tmp_path: Path) -> None:
    """A window that ran on defaults could never be given a printer."""
    ChangePrinters(folder=tmp_path, check_url=_check).put(SYSTEM, "main", url="tcp://10.0.0.5", profile="epson-80")
    assert parse_settings((tmp_path / SETTINGS_FILE).read_text("utf-8")).printer.url == "tcp://10.0.0.5"
