"""Who waits for places at this window: their number, where in the line they stand, and what is held for them now."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from counter_app.application.views import ParkedSale
from counter_app.application.waiting_desk import WaitingView, WaitingWord
from ui.presenters import waiting
from ui.presenters.lane import Trouble
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class WaitingScreen(Screen):
    name = "waiting"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._watch = cast("MainWindow", shell).waiting_watch
        self._watch.changed.connect(self._show_list)
        self.table: DataTable[WaitingView] = DataTable(
            self._columns(), shell.theme, on_choose=lambda _one: self.fkeys_changed.emit(), on_open=self._take
        )
        self.table.set_empty(
            lambda: self.t("Nobody waits at this window. F7 on a sold-out class of the sell screen lets a party wait.")
        )
        page = QVBoxLayout(self)
        page.setContentsMargins(20, 8, 20, 12)
        page.addWidget(self.table)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.table.viewport().update)

    def _columns(self) -> list[Column[WaitingView]]:
        t, shell = self.t, self.shell
        return [
            Column(title=lambda: t("Call number"), text=lambda w: str(w.number), width=84, right=True, strong=True),
            Column(title=lambda: t("Service"), text=lambda w: w.service, width=90),
            Column(title=lambda: t("Route"), text=lambda w: f"{w.origin} → {w.destination}"),
            Column(title=lambda: t("Departure"), text=lambda w: f"{w.depart:%m-%d %H:%M}", width=120),
            Column(title=lambda: t("Places wanted"), text=lambda w: waiting.wanted(w, t), width=180),
            Column(title=lambda: t("Waits since"), text=lambda w: f"{w.since:%H:%M}", width=80),
            Column(
                title=lambda: t("Queue"),
                text=lambda w: waiting.standing(w, shell.now(), t),
                width=170,
                strong=True,
                mood=lambda w: waiting.mood(w, shell.now()),
            ),
        ]

    # ---- the shell's
    def title(self) -> str:
        return self.t("Waiting for places")

    def retranslate(self) -> None:
        self.table.retranslate()

    def fkeys(self) -> list[FKey]:
        chosen = self.table.chosen()
        served = chosen is not None and chosen.word is WaitingWord.SERVED
        return [
            FKey("F4", self.t("Leave"), self._leave, enabled=chosen is not None),
            FKey("F9", self.t("Take into a sale"), self._take_chosen, enabled=served, primary=True),
            FKey("Esc", self.t("Back"), self.shell.back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._tick.start()
        self._show_list()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._watch.look()

    def on_leave(self) -> None:
        self._tick.stop()

    def _show_list(self) -> None:
        parties = self._watch.room.parties
        self.table.set_rows(parties, keep=lambda one: one.claim_id)
        chosen = self.table.chosen()
        if (
            parties
            and parties[0].word is WaitingWord.SERVED
            and (chosen is None or chosen.word is not WaitingWord.SERVED)
        ):
            self.table.selectRow(0)  # one key away
        self.fkeys_changed.emit()

    # ---- what the clerk does
    def _take_chosen(self) -> None:
        one = self.table.chosen()
        if one is not None:
            self._take(one)

    def _take(self, one: WaitingView) -> None:
        if one.word is not WaitingWord.SERVED or self.busy:
            return
        if self._watch.in_sale() and not self.shell.ask(
            self.t("Give up the sale that is open?"),
            self.t("Places are held for another customer. F7 in that sale parks it; given up, they are let go."),
            self.t("Give up"),
            self.t("Keep"),
        ):
            return

        def taken(sale: ParkedSale) -> None:
            self.set_busy("")
            self.shell.show_screen("sell", recalled=sale)

        self.set_busy(self.t("Asking central …"))
        self._watch.room.take(one, done=taken, failed=self._failed)

    def _failed(self, trouble: Trouble) -> None:
        self.set_busy("")
        self.shell.refuse(trouble)

    def _leave(self) -> None:
        one = self.table.chosen()
        if one is None or self.busy:
            return
        if one.word in {WaitingWord.WAITING, WaitingWord.SERVED} and not self.shell.ask(
            self.t("No. {number} does not wait any more?", number=one.number),
            self.t("The place in the line is lost, and what is held for them is let go."),
            self.t("Leave"),
            self.t("Keep"),
        ):
            return
        self.set_busy(self.t("Asking central …"))
        self._watch.room.leave(one, done=self._left, failed=self._failed)

    def _left(self) -> None:
        self.set_busy("")
        self.shell.try_line()  # central hears of it with the turn that begins now
