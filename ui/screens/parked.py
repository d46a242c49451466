"""Parked sales: what waits, for how long its places are held, and back to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from counter_app.application.views import ParkedSale
from ui.presenters import words
from ui.presenters.lane import Lane, Trouble
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.table import Column, DataTable


class ParkedScreen(Screen):
    name = "parked"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.table: DataTable[ParkedSale] = DataTable(
            self._columns(), shell.theme, on_choose=lambda _sale: self.fkeys_changed.emit(), on_open=self._recall
        )
        self.table.set_empty(lambda: self.t("No sale is parked. F7 in a sale parks it."))
        page = QVBoxLayout(self)
        page.setContentsMargins(20, 8, 20, 12)
        page.addWidget(self.table)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.table.viewport().update)

    def _columns(self) -> list[Column[ParkedSale]]:
        t = self.t
        return [
            Column(title=lambda: t("Parked as"), text=lambda s: s.label, width=170, strong=True),
            Column(title=lambda: t("Service"), text=lambda s: s.service, width=90),
            Column(title=lambda: t("Route"), text=lambda s: f"{s.origin} → {s.destination}"),
            Column(title=lambda: t("Departure"), text=lambda s: f"{s.depart:%m-%d %H:%M}", width=130),
            Column(title=lambda: t("Class"), text=lambda s: words.travel_class(s.hold.travel_class, t), width=130),
            Column(title=lambda: t("Passengers"), text=lambda s: str(s.count), width=100, right=True),
            Column(
                title=lambda: t("Held for"), text=self._left, width=110, right=True, strong=True, mood=self._left_mood
            ),
        ]

    def _seconds(self, sale: ParkedSale) -> int | None:
        if sale.expires_at is None:
            return None
        return max(0, int((sale.expires_at - self.shell.now()).total_seconds()))

    def _left(self, sale: ParkedSale) -> str:
        left = self._seconds(sale)
        if left is None:
            return "—"
        return f"{left // 60}:{left % 60:02d}" if left else self.t("ran out")

    def _left_mood(self, sale: ParkedSale) -> str:
        left = self._seconds(sale)
        return "bad" if left is not None and left < 60 else "ok"

    def title(self) -> str:
        return self.t("Parked sales")

    def retranslate(self) -> None:
        self.table.retranslate()

    def fkeys(self) -> list[FKey]:
        chosen = self.table.chosen()
        return [
            FKey("F4", self.t("Give up"), self._give_up, enabled=chosen is not None),
            FKey("F9", self.t("Recall"), self._recall_chosen, enabled=chosen is not None, primary=True),
            FKey("Esc", self.t("Back"), self.shell.back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._tick.start()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._read()

    def on_leave(self) -> None:
        self._tick.stop()

    def _read(self) -> None:
        self.run(Lane.READ, self.shell.desk.parked, self._have)

    def _have(self, sales: list[ParkedSale]) -> None:
        self.table.set_rows(sales, keep=lambda sale: sale.order_id)
        self.fkeys_changed.emit()

    def _recall_chosen(self) -> None:
        sale = self.table.chosen()
        if sale is not None:
            self._recall(sale)

    def _recall(self, sale: ParkedSale) -> None:
        actor = self.shell.actor

        def failed(trouble: Trouble) -> None:
            self.shell.refuse(trouble)
            self._read()

        self.run(
            Lane.DATABASE,
            lambda: self.shell.desk.recall(actor, sale.order_id),
            lambda back: self.shell.show_screen("sell", recalled=back),
            failed,
            busy=self.t("Recalling …"),
        )

    def _give_up(self) -> None:
        sale = self.table.chosen()
        if sale is None or not self.shell.ask(
            self.t("Give up this sale?"),
            self.t("Its places are let go and what was typed is lost."),
            self.t("Give up"),
            self.t("Keep"),
        ):
            return
        actor = self.shell.actor
        self.run(Lane.DATABASE, lambda: self.shell.desk.release(actor, sale.order_id), lambda _none: self._read())
