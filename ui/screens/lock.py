"""Covers the screen until the same person types her password again. What was being done stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from counter_app.domain.staff import Actor
from ui.presenters.lane import Lane, Trouble
from ui.presenters.refusals import explain
from ui.shell.screen import Screen, Shell
from ui.widgets.basic import Button, Card, Edit, Field, Label, row

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class LockScreen(Screen):
    name = "lock"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._head = Label(role="display", mood="accent")
        self._who = Label(role="lead")
        self._hint = Label(role="muted", wrap=True)
        self._password = Edit(limit=256)
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._field = Field(self._password)
        self._said = Label(role="small", mood="bad", wrap=True)
        self._go = Button("primary", self._unlock)
        self._other = Button("quiet", self._sign_out)
        card = Card(margin=32, spacing=12)
        card.setFixedWidth(460)
        for label in (self._head, self._who, self._hint):
            card.body.addWidget(label)
        card.body.addSpacing(4)
        card.body.addWidget(self._field)
        card.body.addWidget(self._said)
        card.body.addWidget(self._go)
        card.body.addLayout(row(None, self._other, None))
        page = QVBoxLayout(self)
        page.addStretch(1)
        page.addLayout(row(None, card, None))  # not by alignment: wrapped words need their height
        page.addStretch(2)
        self._password.returnPressed.connect(self._unlock)

    def title(self) -> str:
        return self.t("Locked")

    def retranslate(self) -> None:
        self._head.setText(self.t("Locked"))
        self._hint.setText(self.t("The sale behind this stays as it is, for as long as its places are held."))
        self._field.set_caption(self.t("Password"))
        self._go.setText(self.t("Unlock"))
        self._other.setText(self.t("Sign out"))

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        actor = self.shell.actor
        self._who.setText(f"{actor.display_name} · {actor.login}")
        self._password.clear()
        self._said.hide()
        self._password.setFocus()

    def _unlock(self) -> None:
        desk, login, password = self.shell.desk, self.shell.actor.login, self._password.text()
        if self.busy or not password:
            return
        self.run(Lane.DATABASE, lambda: desk.log_in(login, password), self._in, self._refused, busy=" ")

    def _in(self, _actor: Actor) -> None:
        self._password.clear()
        self._window.unlock()

    def _refused(self, trouble: Trouble) -> None:
        notice = explain(trouble, self.t)
        self._said.setText(f"{notice.what_happened} {notice.what_to_do}")
        self._said.show()
        self._password.selectAll()
        self._password.setFocus()

    def _sign_out(self) -> None:
        sure = self.shell.ask(
            self.t("Sign out?"),
            self.t("A sale that is not paid and not parked is let go. The shift stays open."),
            self.t("Sign out"),
            self.t("Stay signed in"),
        )
        if sure:
            self._window.sign_out()
