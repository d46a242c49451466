"""What a screen is to the shell: a page with a title, function keys and a way in and out.

A screen draws and listens; what it decides lives in its presenter (``ui/presenters``), which knows no Qt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Protocol, TypeVar
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from counter_app.application.desk import Desk
from counter_app.application.views import ShiftView, SyncStatus
from counter_app.domain.papers import Paper
from counter_app.domain.scans import ScanKind
from counter_app.domain.staff import Actor
from counter_app.ports.catalogue import IssueInfo
from counter_app.ports.prints import PrinterStatus
from counter_app.ports.scanner import Scanned
from counter_app.texts import Texts
from ui.presenters.customer import CustomerView
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble
from ui.presenters.refusals import Notice
from ui.theme import Theme

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FKey:
    """One function key as it is now. ``key``: "F2" to "F9" (F1, F10, F11, F12 are the shell's), or "Enter", "Esc", ...

    "Enter" and "Esc" are shown in the bar, but caught only where the focused widget does not use them.
    """

    key: str
    label: str
    action: Callable[[], None]
    enabled: bool = True
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedDocument:
    """What a reader saw, checked by its own digits. ``name`` "": the number alone. ``cut``: the name may go on."""

    document_type: str  # cn_id | passport | other
    number: str = field(repr=False)
    name: str = field(default="", repr=False)
    cut: bool = False
    expires: date | None = None


class Shell(Protocol):
    """The main window as screens see it."""

    @property
    def desk(self) -> Desk:
        """Call it on a lane only."""
        ...

    @property
    def lanes(self) -> Lanes: ...

    @property
    def t(self) -> Texts: ...

    @property
    def theme(self) -> Theme: ...

    @property
    def actor(self) -> Actor:
        """Who is signed in. Asserts that someone is."""
        ...

    @property
    def shift(self) -> ShiftView | None:
        """The drawer's shift as last read."""
        ...

    @property
    def printer(self) -> PrinterStatus | None:
        """As last polled; None: not asked yet."""
        ...

    @property
    def issue(self) -> IssueInfo | None:
        """The timetable in force, as last read."""
        ...

    @property
    def line(self) -> SyncStatus | None:
        """How the counter stands with central, as last read; None: not asked yet."""
        ...

    def try_line(self) -> None:
        """Tries the line to central now, whatever the patience of the background is."""
        ...

    def now(self) -> datetime:
        """From the one clock: aware, UTC."""
        ...

    def show_screen(self, name: str, **kwargs: object) -> None:
        """Leaves the present screen, enters ``name`` with ``on_enter(**kwargs)``."""
        ...

    def back(self) -> None:
        """To the screen before this one, else home."""
        ...

    def notify(self, notice: Notice | Callable[[], Notice]) -> None:
        """Shows it in the bar above the screen until the next one, Esc or a change of screen.

        A function is asked again at a change of language: prefer it to a notice that is already words.
        """
        ...

    def clear_notice(self) -> None: ...

    def refuse(self, trouble: Trouble) -> None:
        """Explains a trouble in the notice bar: the usual ``failed``."""
        ...

    def print_jobs(self, jobs: Sequence[UUID]) -> None:
        """Sends them in order, in the background; the status bar and a notice tell how it went."""
        ...

    def payment_ended(self, jobs: Sequence[UUID]) -> None:
        """Prints its slips, and looks at once what is left to settle."""
        ...

    def refresh_shift(self) -> None:
        """Reads the shift again, as after a change to it."""
        ...

    def draw_paper(self, paper: Paper, done: Callable[[bytes], None]) -> None:
        """The paper as PNG bytes, drawn on a lane; ``done`` is not called when nothing here can draw."""
        ...

    def refresh_timetable(self) -> None:
        """Reads the timetable in force again, as after an import."""
        ...

    def ask(self, title: str, text: str, yes: str, no: str, *, danger: bool = False) -> bool:
        """A question in plain text. The safe answer (``no``) is the default."""
        ...


class Screen(QWidget):
    """Base of every screen. Build widgets in ``__init__``, words in :meth:`retranslate`, data in :meth:`on_enter`."""

    name: ClassVar[str]
    needs_sign_in: ClassVar[bool] = True
    needs_width: ClassVar[bool] = False  # on a small screen the paper roll makes room
    fkeys_changed = Signal()
    busy_changed = Signal(str)  # what is going on, "" when nothing

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self._busy = ""
        self.setProperty("role", "page")

    @property
    def t(self) -> Texts:
        return self.shell.t

    # ---- to override
    def title(self) -> str:
        raise NotImplementedError

    def retranslate(self) -> None:
        """Sets every word anew. Called once before the first show and at each change of language."""

    def fkeys(self) -> list[FKey]:
        return []

    def on_enter(self, **kwargs: object) -> None:
        """Shown now. Put the focus where the clerk types first."""

    def on_leave(self) -> None:
        """Left: cancel what is still asked."""

    def on_sign_out(self) -> None:
        """The clerk signs out, and the screen goes with her. Let go what only she could go on with."""

    def customer_view(self) -> CustomerView | None:
        """What the customer sees while this screen shows; asked again with each ``fkeys_changed``.

        None: that the window is open, no more.
        """
        return None

    @property
    def waits_for_code(self) -> bool:
        """Whether a payment code is waited for: 18 digits may be one, or a resident number."""
        return False

    def take_scan(self, scanned: Scanned, kind: ScanKind) -> bool:
        """A code was scanned while this screen shows. False: it is not for this screen."""
        del scanned, kind
        return False

    def take_document(self, document: ScannedDocument) -> bool:
        """A document was read. False: it is not for this screen."""
        del document
        return False

    def paying_order(self) -> UUID | None:
        """The sale that is being paid here just now."""
        return None

    def may_leave(self) -> bool:
        """False keeps the clerk here (an unpaid sale in tender, say). Tell why."""
        return True

    def under_way(self) -> bool:
        """Whether something runs that must come to its end first, also where the window is locked. Tell why."""
        return False

    def unfinished(self) -> bool:
        """Whether the window must not be closed over it, locked or not. Tell why; nothing else is done."""
        return self.under_way()

    # ---- helpers
    @property
    def busy(self) -> bool:
        return bool(self._busy)

    def set_busy(self, words: str) -> None:
        """``words`` in the clerk's language, "" to end. Shows progress and disables the function keys."""
        self._busy = words
        self.busy_changed.emit(words)
        self.fkeys_changed.emit()

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Trouble], None] | None = None,
        cancel: CancelToken | None = None,
        *,
        busy: str = "",
    ) -> CancelToken:
        """:meth:`Lanes.run` with the usual ends: busy words while it lasts, troubles in the notice bar."""
        if busy:
            self.set_busy(busy)

        def on_done(answer: T) -> None:
            if busy:
                self.set_busy("")
            done(answer)

        def on_failed(trouble: Trouble) -> None:
            if busy:
                self.set_busy("")
            (failed or self.shell.refuse)(trouble)

        return self.shell.lanes.run(lane, work, done=on_done, failed=on_failed, cancel=cancel)


ScreenFactory = Callable[[Shell], Screen]
ScreenTable = Mapping[str, ScreenFactory]
