"""The overview: what is open, what waits, the last sales, and one key to each."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from counter_app.application.views import OrderView
from counter_app.domain.staff import Right
from ui.presenters import jobs, words
from ui.presenters.lane import Lane
from ui.presenters.shift import STATE_MOODS, STATE_WORDS, clerk_words
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Label, row
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable


class HomeScreen(Screen):
    name = "home"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = shell.desk.profile.zone
        self._cards = {name: _Tile() for name in ("shift", "printer", "timetable")}
        self._sell = Button("primary", lambda: shell.show_screen("sell"))
        self._open = Button("primary", lambda: shell.show_screen("open_shift"))
        self._to_shift = Button("", lambda: shell.show_screen("shift"))
        self._cards["shift"].foot.addLayout(row(self._sell, self._open, self._to_shift, None))
        self._to_devices = Button("", lambda: shell.show_screen("devices"))
        self._cards["printer"].foot.addLayout(row(self._to_devices, None))
        self._to_timetable = Button("", lambda: shell.show_screen("timetable"))
        self._cards["timetable"].foot.addLayout(row(self._to_timetable, None))
        tiles = QHBoxLayout()
        tiles.setSpacing(12)
        for tile in self._cards.values():
            tiles.addWidget(tile, 1)
        self._latest_title = Label(role="lead")
        self._latest = DataTable[OrderView](
            [
                Column(title=lambda: self.t("Time"), text=lambda o: words.clock(o.created_at, self._zone), width=80),
                Column(title=lambda: self.t("Journey"), text=jobs.order_route),
                Column(title=lambda: self.t("Qty"), text=lambda o: str(len(o.tickets)), width=80, right=True),
                Column(title=lambda: self.t("Amount"), text=jobs.order_amount, width=120, right=True),
                Column(
                    title=lambda: self.t("State"),
                    text=lambda o: jobs.order_state(o.state, self.t),
                    mood=lambda o: jobs.order_mood(o.state),
                    width=120,
                ),
            ],
            shell.theme,
            on_open=lambda order: shell.show_screen("orders", order_id=order.order_id),
        )
        self._latest.set_empty(lambda: self.t("Nothing has been sold in this shift yet. F2 starts a sale."))
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 12, 24, 16)
        page.setSpacing(12)
        page.addLayout(tiles)
        page.addSpacing(4)
        page.addWidget(self._latest_title)
        page.addWidget(self._latest, 1)

    def title(self) -> str:
        return self.t("Overview")

    def retranslate(self) -> None:
        t = self.t
        self._sell.setText(t("Sell"))
        self._open.setText(t("Open shift"))
        self._to_shift.setText(t("Shift"))
        self._to_devices.setText(t("Devices"))
        self._to_timetable.setText(t("Timetable"))
        self._latest_title.setText(t("Latest sales"))
        self._latest.retranslate()
        self._show_tiles()

    def fkeys(self) -> list[FKey]:
        actor = self.shell.actor
        return [
            FKey("F2", self.t("Sell"), lambda: self.shell.show_screen("sell"), self._may_sell(), primary=True),
            FKey("F3", self.t("Refund"), lambda: self.shell.show_screen("refund"), actor.may(Right.REFUND)),
            FKey("F5", self.t("Refresh"), self._read),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._read()
        self._latest.setFocus()

    def _read(self) -> None:
        self.shell.refresh_shift()
        self.run(Lane.READ, lambda: self.shell.desk.orders(limit=30), self._have_orders)

    def _have_orders(self, orders: list[OrderView]) -> None:
        self._latest.set_rows(orders, keep=lambda order: order.order_id)
        self._show_tiles()
        self.fkeys_changed.emit()

    def _may_sell(self) -> bool:
        shift = self.shell.shift
        return self.shell.actor.may(Right.SELL) and shift is not None and shift.state == "open"

    def _show_tiles(self) -> None:
        t, shift, actor = self.t, self.shell.shift, self.shell.actor
        tile = self._cards["shift"]
        tile.head.setText(t("Shift"))
        if shift is None:
            tile.value.setText(t("No shift is open"))
            tile.more.setText(t("Count the float to begin.") if actor.may(Right.OWN_SHIFT) else "")
        else:
            tile.value.setText(t("Shift {number}", number=shift.number) + " · " + t(STATE_WORDS[shift.state]))
            tile.value.set_mood(MOODS.get(STATE_MOODS[shift.state], ""))
            since = words.moment(shift.opened_at, self._zone, t)
            tile.more.setText(t("{clerk}, since {time}", clerk=clerk_words(shift), time=since))
        if shift is None:
            tile.value.set_mood("warn")
        self._sell.setVisible(self._may_sell())
        self._open.setVisible(shift is None and actor.may(Right.OWN_SHIFT))
        said, mood = jobs.printer_sentence(self.shell.printer, t)
        tile = self._cards["printer"]
        tile.head.setText(t("Printer"))
        tile.value.setText(said)
        tile.value.set_mood(MOODS.get(mood, ""))
        status = self.shell.printer
        tile.more.setText(t("Paper: {state}", state=t(jobs.PAPER_WORDS[status.paper])) if status else "")
        tile = self._cards["timetable"]
        issue = self.shell.issue
        tile.head.setText(t("Timetable"))
        tile.value.setText(t("{count} trains", count=f"{issue.trips:,}") if issue else t("No timetable"))
        tile.value.set_mood("" if issue else "bad")
        tile.more.setText(
            t("{first} to {last}", first=issue.first_date.isoformat(), last=issue.last_date.isoformat())
            if issue
            else t("Nothing can be sold without one.")
        )


class _Tile(Card):
    def __init__(self) -> None:
        super().__init__(margin=18, spacing=4)
        self.head, self.value, self.more = Label(role="field"), Label(role="title", wrap=True), Label(role="muted")
        self.more.setWordWrap(True)
        for label in (self.head, self.value, self.more):
            self.body.addWidget(label)
        self.body.addStretch(1)
        self.body.addSpacing(8)
        self.foot = QVBoxLayout()
        self.body.addLayout(self.foot)
