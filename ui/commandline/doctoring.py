"""``counterfoil doctor``: what a technician looks at first, in words. It reads; it changes nothing."""

from __future__ import annotations

import importlib
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from counter_app.application.desk import Desk
from counter_app.domain.settings import Settings
from counter_app.errors import DeviceTrouble, Refusal
from counter_app.ports.clock import Signer

_FREE_BYTES_MIN: Final = 1 << 30
_FONTS: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "RareHanzi-Regular.ttf")


class SigningStore(Protocol):
    @property
    def signer(self) -> Signer: ...

    @property
    def behind_witness(self) -> bool: ...


class OpenCounter(Protocol):
    @property
    def desk(self) -> Desk: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def store(self) -> SigningStore: ...

    def close(self) -> None: ...


Finding = dict[str, str]


def look(folder: Path, resources: Path, opened: Callable[[], OpenCounter]) -> list[Finding]:
    findings = [*_system(folder, resources)]
    try:
        counter = opened()
    except Refusal as refusal:
        findings.append(_found("profile", "trouble", f"{folder}: {refusal}"))
        return findings
    try:
        findings.extend(_profile(counter))
    finally:
        counter.close()
    return findings


def _found(what: str, state: str, detail: str) -> Finding:
    return {"what": what, "state": state, "detail": detail}


def _system(folder: Path, resources: Path) -> Iterator[Finding]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield _found("python", "ok" if good else "warning", platform.python_version())
    try:
        window = importlib.import_module("PySide6.QtWidgets")
        yield _found("window system", "ok", f"{window.__name__} loads")
    except ImportError as error:
        yield _found("window system", "trouble", f"Qt does not load: {error}")
    missing = [name for name in _FONTS if not (resources / "fonts" / name).is_file()]
    yield _found("fonts", "trouble" if missing else "ok", "missing: " + ", ".join(missing) if missing else "all there")
    place = folder if folder.exists() else folder.parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    yield _found("disk", "ok" if free >= _FREE_BYTES_MIN else "warning", f"{free >> 20} MiB free at {place}")


def _profile(counter: OpenCounter) -> Iterator[Finding]:
    desk = counter.desk
    profile = desk.profile
    yield _found("profile", "ok", f"{profile.station_name} {profile.station_code}, window {profile.counter}")
    yield _found("money", "ok", f"{profile.currency}, policy {profile.policy}, zone {profile.zone}")
    issue = desk.timetable()
    if issue is None:
        yield _found("timetable", "warning", "none: import one")
    else:
        over = issue.last_date < desk.today()
        detail = f"{issue.trips} trips, {issue.first_date} to {issue.last_date}, from {issue.feed_name}"
        yield _found("timetable", "trouble" if over else "ok", detail)
    verdict = desk.verify_journal()
    detail = f"{verdict.entries} entries" if verdict.ok else f"entry {verdict.first_bad}: {verdict.reason}"
    yield _found("journal", "ok" if verdict.ok else "trouble", detail)
    yield _keys(counter)
    if counter.store.behind_witness:
        yield _found("witness", "trouble", "the store is behind it, or it is lost: start-epoch")
    else:
        yield _found("witness", "ok", "nothing is missing at the journal's end")
    waiting = desk.open_print_jobs()
    yield _found("print jobs", "warning" if waiting else "ok", f"{len(waiting)} not settled")
    try:
        status = desk.printer_status()
        detail = f"{counter.settings.printer.url}: " + (status.error or f"ready, paper {status.paper.value}")
        yield _found("printer", "ok" if status.ready else "trouble", detail)
    except (DeviceTrouble, OSError) as error:
        yield _found("printer", "trouble", str(error))


def _keys(counter: OpenCounter) -> Finding:
    """A counter that cannot sign opens and searches, and fails at its first sale."""
    try:
        counter.store.signer.sign("doctor", b"")
    except (Refusal, OSError) as trouble:
        return _found("keys", "trouble", str(trouble))
    return _found("keys", "ok", f"the counter signs as {counter.store.signer.key_id.hex()}")
