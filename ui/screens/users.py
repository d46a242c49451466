"""Accounts: who may work here, and adding one."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from counter_app.domain.staff import Actor, Role
from ui.presenters import line
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.presenters.staff import ROLE_RIGHTS, ROLE_WORDS, missing
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Choice, Edit, Field, Label
from ui.widgets.table import Column, DataTable


class UsersScreen(Screen):
    name = "users"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._table = DataTable[Actor](
            [
                Column(title=lambda: self.t("Name"), text=lambda a: a.display_name),
                Column(title=lambda: self.t("Login"), text=lambda a: a.login, width=130),
                Column(title=lambda: self.t("Role"), text=lambda a: self.t(ROLE_WORDS[a.role]), width=130),
            ],
            shell.theme,
        )
        self._head, self._said = Label(role="title"), Label(role="muted", wrap=True)
        self._login, self._name = Edit(limit=32), Edit(limit=60)
        self._password = Edit(limit=256)
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._role = Choice()
        self._add = Button("primary", self._do_add)
        self._fields = [Field(widget) for widget in (self._login, self._name, self._role, self._password)]
        self._own = not line.enrolled(shell.line)  # else central says who works here
        self._centrals_head, self._centrals = Label(role="title"), Label(role="muted", wrap=True)
        card = Card(margin=24, spacing=12)
        card.setFixedWidth(380)
        card.body.addWidget(self._head)
        for field in self._fields:
            card.body.addWidget(field)
        card.body.addWidget(self._said)
        card.body.addWidget(self._add)
        card.body.addStretch(1)
        page = QHBoxLayout(self)
        page.setContentsMargins(24, 12, 24, 16)
        page.setSpacing(16)
        page.addWidget(self._table, 1)
        side = QVBoxLayout()
        centrals = self._centrals_card()
        for one in (card, centrals):
            side.addWidget(one)
        page.addLayout(side)
        (centrals if self._own else card).hide()  # placed first: else it would flash up
        side.addStretch(1)
        self._role.currentIndexChanged.connect(lambda _index: self._say_rights())
        self._password.returnPressed.connect(self._do_add)
        self._login.returnPressed.connect(self._name.setFocus)
        self._name.returnPressed.connect(self._role.setFocus)
        self._role.returnPressed.connect(self._password.setFocus)

    def _centrals_card(self) -> Card:
        card = Card(margin=24, spacing=8)
        card.setFixedWidth(380)
        card.body.addWidget(self._centrals_head)
        card.body.addWidget(self._centrals)
        return card

    def title(self) -> str:
        return self.t("Accounts")

    def retranslate(self) -> None:
        t = self.t
        self._table.retranslate()
        self._head.setText(t("New account"))
        self._centrals_head.setText(t("Accounts come from central"))
        self._centrals.setText(
            t(
                "Whoever administers central adds, changes and locks them. A change arrives here by itself, and "
                "signing in works without the line too."
            )
        )
        captions = (t("Login"), t("Name"), t("Role"), t("First password"))
        for field, words in zip(self._fields, captions, strict=True):
            field.set_caption(words)
        self._add.setText(t("Add account"))
        chosen = max(0, self._role.currentIndex())
        self._role.clear()
        for role in Role:
            self._role.addItem(t(ROLE_WORDS[role]), role)
        self._role.setCurrentIndex(chosen)

    def fkeys(self) -> list[FKey]:
        return [
            *([FKey("F2", self.t("New account"), self._begin)] if self._own else []),
            FKey("F5", self.t("Refresh"), self._read),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._read()
        self._table.setFocus()

    def on_leave(self) -> None:
        self._password.clear()

    def _begin(self) -> None:
        for edit in (self._login, self._name, self._password):
            edit.clear()
        self._login.setFocus()

    def _read(self) -> None:
        desk, actor = self.shell.desk, self.shell.actor
        self.run(Lane.READ, lambda: desk.users(actor), self._have)

    def _have(self, users: list[Actor]) -> None:
        self._table.set_rows(users, keep=lambda user: user.user_id)

    def _say_rights(self) -> None:
        role = self._role.currentData()
        self._said.setText(self.t(ROLE_RIGHTS[Role(role)]) if role else "")

    def _do_add(self) -> None:
        login, name, password = self._login.text().strip(), self._name.text().strip(), self._password.text()
        role = Role(self._role.currentData())
        lacks = missing(login, name, password)
        for edit, key in ((self._login, "login"), (self._name, "name"), (self._password, "password")):
            edit.set_invalid(key in lacks)
        if lacks or self.busy:
            return
        desk, actor = self.shell.desk, self.shell.actor

        def done(added: Actor) -> None:
            self._begin()
            self._read()
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Account added: {login}", login=added.login),
                    what_to_do=self.t("Hand over the first password in person."),
                    mood="ok",
                    code="user_added",
                )
            )

        self.run(
            Lane.DATABASE,
            lambda: desk.add_user(actor, login=login, display_name=name, role=role, password=password),
            done,
            busy=self.t("Recording …"),
        )
