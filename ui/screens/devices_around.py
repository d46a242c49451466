"""The part of the Devices screen that tells of what stands around the till: one line a device."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout

from counter_app.application.payment_views import TerminalView
from ui.customer.board import CustomerBoard
from ui.presenters.devices import DeviceLine, device_lines
from ui.shell.scans import ScanRouter
from ui.shell.screen import Shell
from ui.widgets.basic import Button, Card, Label, Mood, discard, row

LOOK_MS = 1000
MOODS: dict[str, Mood] = {"ok": "ok", "warn": "warn", "bad": "bad", "info": "info"}


class AroundCard(Card):
    """Looks at the devices' states while it shows: they are kept in memory, and nothing is asked of a device."""

    def __init__(
        self, shell: Shell, board: CustomerBoard, scans: ScanRouter, terminal: Callable[[], TerminalView | None]
    ) -> None:
        super().__init__(margin=14, spacing=8)
        self._shell = shell
        self._terminal = terminal
        self._zone = shell.desk.profile.zone
        self._board = board
        self._scans = scans
        self._lines: list[DeviceLine] | None = None
        self._brief = False
        self._head = Label(role="field")
        self.switch = Button("", board.toggle_window)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(2, 1)
        self.body.addLayout(row(self._head, None, self.switch))
        self.body.addLayout(self._grid)
        self.body.addStretch(1)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.look)
        board.changed.connect(self.look)

    def watch(self, *, on: bool) -> None:
        if on:
            self.look()
            self._look.start()
        else:
            self._look.stop()

    def be_brief(self, *, brief: bool) -> None:
        """On a small screen: of what works the details stand in the tool tip."""
        if brief != self._brief:
            self._brief = brief
            self._show(self._lines or [])

    def retranslate(self) -> None:
        self._head.setText(self._shell.t("Around the till"))
        self._lines = None
        self.look()

    @property
    def window_words(self) -> str:
        t = self._shell.t
        return t("Open the customer window") if self._board.window is None else t("Shut the customer window")

    def look(self) -> None:
        around, board = self._board.parts, self._board
        lines = device_lines(
            around.settings,
            self._shell.t,
            display=around.display.status() if around.display is not None else None,
            readers=[(scanner.name, scanner.status()) for scanner in self._scans.scanners],
            window_open=board.window is not None,
            terminal=self._terminal(),
            zone=self._zone,
            refused=board.adverts.refused,
        )
        self.switch.setText(self.window_words)
        if lines != self._lines:
            self._lines = lines
            self._show(lines)

    def _show(self, lines: list[DeviceLine]) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                discard(widget)
        for number, line in enumerate(lines):
            self._grid.addWidget(Label(line.name, role="strong"), 2 * number, 0)
            badge = Label(line.state, role="badge", mood=MOODS.get(line.mood, ""))
            self._grid.addWidget(badge, 2 * number, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            if self._brief and line.mood not in {"warn", "bad"}:
                badge.setToolTip(line.detail)
            elif line.detail:  # below it: beside it a narrow card would break every word
                self._grid.addWidget(Label(line.detail, role="caption", wrap=True), 2 * number + 1, 0, 1, 3)
