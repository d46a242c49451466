"""``counterfoil demo``: an invented station, ready to be sold at."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

from counter_app.application.desk import Desk
from counter_app.domain.staff import SYSTEM, Role
from counter_app.errors import Reason, Refusal
from resources.demo.invent import invent
from ui.shell.parts import DemoAccount

# The demonstration's passwords are meant to be known: its papers say DEMONSTRATION, its codes too.
ACCOUNTS: Final = (
    DemoAccount(login="clerk", password="clerk-demo", role=Role.CLERK.value),  # noqa: S106
    DemoAccount(login="supervisor", password="supervisor-demo", role=Role.SUPERVISOR.value),  # noqa: S106
    DemoAccount(login="admin", password="admin-demo", role=Role.ADMINISTRATOR.value),  # noqa: S106
)
NAMES: Final = {"clerk": "李芳", "supervisor": "王强", "admin": "管理员"}
_DAYS: Final = 400
_RENEW_WITHIN: Final = timedelta(days=40)  # a demonstration that is started a year later has trains all the same
_MARKER: Final = "DEMONSTRATION"


class CreateProfile(Protocol):
    def __call__(
        self, folder: Path, wanted: dict[str, object], *, admin: str, password: str, admin_name: str = ...
    ) -> None: ...


def prepare_demo(
    folder: Path,
    *,
    reset: bool,
    create: CreateProfile,
    opened: Callable[[Path], AbstractContextManager[Desk]],
    exists: Callable[[Path], bool],
) -> None:
    """Makes what is missing and says so; quick when all is there. ``reset`` removes a demonstration, nothing else."""
    if reset and folder.exists():
        if not (folder / _MARKER).is_file():
            raise Refusal(Reason.BAD_INPUT, detail=f"{folder} is not a demonstration: nothing is removed")
        shutil.rmtree(folder)
    if not exists(folder):
        _say("making the demonstration station 长沙南 (Changsha South), window 1")
        admin = ACCOUNTS[-1]
        wanted: dict[str, object] = {
            "name": "长沙南",
            "latin": "Changshanan",
            "station_code": "CWQ",
            "operator": "演示铁路 Demonstration Railway",
            "policy": "demonstration",
            "demonstration": True,
        }
        create(folder, wanted, admin=admin.login, password=admin.password, admin_name=NAMES[admin.login])
    (folder / _MARKER).touch()
    with opened(folder) as desk:
        _add_missing_users(desk)
        today = desk.today()
        issue = desk.timetable()
        if issue is None or issue.last_date - today < _RENEW_WITHIN:
            _say("inventing a timetable of a few hundred services around real station names")
            feed = folder / "invented.gtfs.zip"
            invent(feed, first_date=today - timedelta(days=2), days=_DAYS)
            _say("importing it")
            desk.import_timetable(SYSTEM, feed, progress=lambda _: None, cancelled=lambda: False)
            with contextlib.suppress(OSError):
                feed.unlink()


def _add_missing_users(desk: Desk) -> None:
    known = {user.login for user in desk.users(SYSTEM)}
    for account in ACCOUNTS:
        if account.login not in known:
            desk.add_user(
                SYSTEM,
                login=account.login,
                display_name=NAMES[account.login],
                role=Role(account.role),
                password=account.password,
            )


def _say(text: str) -> None:
    sys.stderr.write(f"counterfoil demo: {text}\n")
    sys.stderr.flush()
