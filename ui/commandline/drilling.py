"""The profile that a drill sells at: made from a feed, finished after a kill in mid-making, or simply opened."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, Protocol

from counter_app.application.desk import Desk
from counter_app.application.views import LineWord
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Reason, Refusal
from ui.commandline.drill import Drill

_CLERK: Final = "drill"
_LOAD_S: Final = 60.0


class OpenCounter(Protocol):
    @property
    def desk(self) -> Desk: ...

    def close(self) -> None: ...


def run_drill(
    feed: Path | None,
    folder: Path,
    sales: int,
    seed: int,
    *,
    exists: Callable[[Path], bool],
    create: Callable[[Path], None],
    opened: Callable[[Path], OpenCounter],
    discard: Callable[[Path], None],
) -> int:
    """Raises Refusal(NO_PROFILE) where there is neither a profile nor a feed to make one from.

    A feed that is refused leaves no profile behind where this call made it: ``discard`` removes it.
    """
    if sales < 0:
        raise Refusal(Reason.BAD_INPUT, detail="--sales: 0 or more")
    made = not exists(folder)
    if made:
        if feed is None:
            raise Refusal(Reason.NO_PROFILE, folder=str(folder))
        create(folder)
    try:
        _drill_at(feed, folder, sales, seed, opened)
    except Refusal as refusal:
        if made and refusal.reason is Reason.FILE_REFUSED:
            discard(folder)
        raise
    return 0


def _drill_at(feed: Path | None, folder: Path, sales: int, seed: int, opened: Callable[[Path], OpenCounter]) -> None:
    counter = opened(folder)
    try:
        desk = counter.desk
        if desk.sync_status().line is not LineWord.STAND_ALONE:
            _load(desk)
        elif desk.timetable() is None:
            if feed is None:
                raise Refusal(Reason.NO_TIMETABLE)
            desk.import_timetable(SYSTEM, feed, progress=lambda _: None, cancelled=lambda: False)
        clerk = _clerk(desk)
        Drill(desk, clerk, sales, Random(seed), sys.stdout).run()  # noqa: S311 - the seed must repeat the day
    finally:
        counter.close()


def _load(desk: Desk) -> None:
    """What central has for a window that has just enrolled. Raises Refusal(NO_TIMETABLE)."""
    deadline = time.monotonic() + _LOAD_S
    desk.sync_now()
    while desk.timetable() is None or not desk.users(SYSTEM):
        if time.monotonic() > deadline:
            raise Refusal(Reason.NO_TIMETABLE)
        turn = desk.sync_turn()
        if not turn.changed:
            time.sleep(min(turn.next_ms, 500) / 1000)


def _clerk(desk: Desk) -> Actor:
    """Who owns the profile's files may drill (decisions 21); nobody knows this account's password."""
    users = desk.users(SYSTEM)
    for user in users:
        if user.login == _CLERK:
            return user
    if desk.sync_status().line is not LineWord.STAND_ALONE:  # accounts are central's: any clerk will do
        for user in users:
            if user.role is Role.CLERK:
                return user
        raise Refusal(Reason.NOT_ALLOWED, detail="central knows no clerk")
    return desk.add_user(
        SYSTEM, login=_CLERK, display_name="Drill", role=Role.CLERK, password=secrets.token_urlsafe(24)
    )
