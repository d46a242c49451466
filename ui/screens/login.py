"""Sign in: the first thing a clerk sees, drawn before the store is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from counter_app.domain.staff import Actor
from ui.presenters.lane import Lane, Trouble
from ui.presenters.login import LoginPresenter
from ui.presenters.refusals import explain
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Edit, Field, Label, Rule, row

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class LoginScreen(Screen):
    name = "login"
    needs_sign_in = False

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._presenter = LoginPresenter()
        self._login = Edit(limit=64)
        self._password = Edit(limit=256)
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._login_field, self._password_field = Field(self._login), Field(self._password)
        self._brand = Label(role="display", mood="accent")
        self._where = Label(role="muted")
        self._said = Label(role="small", mood="bad", wrap=True)
        self._go = Button("primary", self._sign_in)
        self._language = Button("quiet", self._window.switch_language)
        self._theme = Button("quiet", self._window.switch_theme)
        self._demo_title = Label(role="field")
        self._demo = [Button("", self._filler(a.login, a.password)) for a in self._window.parts.demo_accounts]
        self._demo_rule = Rule()
        self._trouble: Trouble | None = None  # what the refusal says, in whatever language
        card = Card(margin=32, spacing=14)
        card.setFixedWidth(460)
        card.body.addWidget(self._brand)
        card.body.addWidget(self._where)
        card.body.addSpacing(8)
        for widget in (self._login_field, self._password_field, self._said, self._go):
            card.body.addWidget(widget)
        if self._demo:
            card.body.addSpacing(4)
            card.body.addWidget(self._demo_rule)
            card.body.addWidget(self._demo_title)
            for start in range(0, len(self._demo), 2):
                card.body.addLayout(row(*self._demo[start : start + 2]))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._language)
        foot.addWidget(self._theme)
        foot.addStretch(1)
        page = QVBoxLayout(self)
        page.addStretch(1)
        page.addLayout(row(None, card, None))  # not by alignment: wrapped words need their height
        page.addLayout(foot)
        page.addStretch(2)
        self._login.returnPressed.connect(self._to_password)
        self._login.textEdited.connect(self._demonstration_password)
        self._password.returnPressed.connect(self._sign_in)
        self._login.textChanged.connect(lambda _text: self._say(""))
        self._password.textChanged.connect(lambda _text: self._say(""))
        self._window.desk_opened.connect(self._show)
        self._window.desk_failed.connect(self._not_opened)

    def title(self) -> str:
        return self.t("Sign in")

    def retranslate(self) -> None:
        self._brand.setText(self.t("Counterfoil"))
        self._login_field.set_caption(self.t("Login"))
        self._password_field.set_caption(self.t("Password"))
        self._demo_title.setText(self.t("Demonstration accounts: press one, then Enter"))
        roles = {
            "clerk": self.t("Clerk"),
            "supervisor": self.t("Supervisor"),
            "administrator": self.t("Administrator"),
            "auditor": self.t("Auditor"),
        }
        for button, account in zip(self._demo, self._window.parts.demo_accounts, strict=True):
            button.setText(f"{roles.get(account.role, account.role)} · {account.login}")
        self._language.setText("English" if self.t.language == "zh" else "中文")
        self._theme.setText(self.t("Theme"))
        if self._trouble is not None:
            self._refused(self._trouble)
        self._show()

    def fkeys(self) -> list[FKey]:
        return []

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._password.clear()
        self._say("")
        self._login.setText(self._window.parts.settings.values.last_login)
        (self._password if self._login.text() else self._login).setFocus()
        self._fill_demonstration()
        self._show()

    def on_leave(self) -> None:
        self._password.clear()

    def _to_password(self) -> None:
        self._password.setFocus()
        self._password.selectAll()

    def _show(self) -> None:
        ready = self._window.desk_is_open
        profile = self._window.profile
        self._where.setText(
            self.t("{station} · window {number}", station=profile.station_name, number=f"{profile.counter:02d}")
            if profile is not None
            else self.t("Opening the counter's data …")
        )
        self._go.setText(self.t("Signing in …") if self.busy else self.t("Sign in"))
        self._go.setEnabled(ready and not self.busy)
        if ready and self._presenter.waiting:
            self._sign_in()

    def _not_opened(self, trouble: Trouble) -> None:
        self._where.setText(explain(trouble, self.t).title)

    def _fill_demonstration(self) -> None:
        """In a demonstration Enter is enough: who was here last, at first the clerk, stands there already."""
        accounts = self._window.parts.demo_accounts
        if not accounts:
            return
        if not self._login.text():
            self._login.setText(accounts[0].login)
        self._demonstration_password(self._login.text())
        self._login.setFocus()
        self._login.selectAll()

    def _demonstration_password(self, login: str) -> None:
        """Its passwords are no secret: they stand there with the login."""
        accounts = self._window.parts.demo_accounts
        if accounts:
            self._password.setText(next((a.password for a in accounts if a.login == login.strip()), ""))

    def _filler(self, login: str, password: str) -> Callable[[], None]:
        def fill() -> None:
            self._login.setText(login)
            self._password.setText(password)
            self._password.setFocus()

        return fill

    def _sign_in(self) -> None:
        login, password = self._login.text().strip(), self._password.text()
        if self.busy:
            return
        missing = self._presenter.missing(login, password)
        if missing:
            self._say(self.t("Type login and password."))
            (self._login if missing == "login" else self._password).setFocus()
            return
        if not self._window.desk_is_open:
            self._presenter.waiting = True  # Enter was pressed before the store was open: done as soon as it is
            return
        self._presenter.waiting = False
        desk = self.shell.desk
        self.set_busy(self.t("Signing in …"))
        self._show()
        self.run(Lane.DATABASE, lambda: desk.log_in(login, password), self._in, self._refused)

    def _in(self, actor: Actor) -> None:
        self.set_busy("")
        self._password.clear()
        self._show()
        self._window.sign_in(actor)

    def _refused(self, trouble: Trouble) -> None:
        self.set_busy("")
        self._show()
        notice = explain(trouble, self.t)
        self._say(f"{notice.what_happened} {notice.what_to_do}")
        self._trouble = trouble
        self._password.selectAll()
        self._password.setFocus()

    def _say(self, words: str) -> None:
        self._trouble = None
        self._said.setText(words)
        self._said.setVisible(bool(words))
