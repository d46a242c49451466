"""The line to central: how it is, what central said, what waits for it, what is held here for an outage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from counter_app.application.views import InboxItem, LeaseLine, OutboxItem
from counter_app.domain.staff import Right
from ui.presenters import line, sync
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.presenters.sync import Part
from ui.screens.sync_parts import HeldPart, InboxPart, OutboxPart
from ui.shell.dialogs import ask_line
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Fact, Label, column, row
from ui.widgets.chrome import MOODS

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

LIMIT = 500


class SyncScreen(Screen):
    name = "sync"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = shell.desk.profile.zone
        self.part = Part.INBOX
        self._word, self._means = Label(role="title"), Label(role="muted", wrap=True)
        self._facts = [Fact() for _ in range(5)]
        self._try = Button("", self._try_now)
        self._loading, self._bar = Label(role="small"), QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self.inbox = InboxPart(shell, self.fkeys_changed.emit)
        self.outbox = OutboxPart(shell)
        self.held = HeldPart(shell, self.fkeys_changed.emit)
        self._open_items = 0
        self._cut = Label(role="muted")
        self._full: set[Part] = set()  # of which there is more than is shown
        self._tabs: dict[Part, Button] = {}
        self._stack = QStackedWidget()
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(12)
        page.addWidget(self._head())
        page.addLayout(self._tab_row())
        for part in (self.inbox, self.outbox, self.held):
            self._stack.addWidget(part)
        page.addWidget(self._stack, 1)
        watch = cast("MainWindow", shell).line_watch
        watch.changed.connect(self._line_changed)
        watch.refreshed.connect(self._refreshed)

    def _head(self) -> Card:
        card = Card(margin=20, spacing=8)
        said = column(self._word, self._means, spacing=2)
        top = QHBoxLayout()
        top.setSpacing(20)
        top.addLayout(said, 1)
        top.addWidget(self._loading)
        top.addWidget(self._bar)
        top.addWidget(self._try, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        card.body.addLayout(row(*self._facts, None, spacing=36))
        return card

    def _tab_row(self) -> QHBoxLayout:
        group = QButtonGroup(self)
        for part in Part:
            tab = Button("", self._turner(part))
            tab.setCheckable(True)
            tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # F2 to F4; Tab leads from table to table
            group.addButton(tab)
            self._tabs[part] = tab
        self._tabs[self.part].setChecked(True)
        return row(*self._tabs.values(), None, self._cut)

    # ---- the shell's
    def title(self) -> str:
        return self.t("Sync with central")

    def retranslate(self) -> None:
        self._try.setText(self.t("Try the line now  F6"))
        for part in (self.inbox, self.outbox, self.held):
            part.retranslate()
        self._show_tabs()
        self._show_line()

    def fkeys(self) -> list[FKey]:
        t, actor, status = self.t, self.shell.actor, self.shell.line
        keys = [
            FKey("F2", t("Inbox"), self._turner(Part.INBOX)),
            FKey("F3", t("Outbox"), self._turner(Part.OUTBOX)),
            FKey("F4", t("Held here"), self._turner(Part.HELD)),
            FKey("F5", t("Refresh"), self._read),
            FKey("F6", t("Try the line now"), self._try_now),
        ]
        if self.part is Part.INBOX:
            able = sync.may_settle(actor, self.inbox.table.chosen())
            keys.append(FKey("F8", t("Dealt with …"), self._settle, able, primary=True))
        elif self.part is Part.HELD:
            able = sync.may_return(actor, self.held.table.chosen())
            keys.append(FKey("F8", t("Give back …"), self._give_back, able))
        if status is not None and status.epoch_needed:
            keys.append(FKey("F9", t("New epoch …"), self._new_epoch, actor.may(Right.MANAGE), primary=True))
        return keys

    def on_enter(self, **kwargs: object) -> None:
        wanted = kwargs.get("part")
        self._turn_to(wanted if isinstance(wanted, Part) else Part.INBOX)
        self._read()

    # ---- what the clerk does
    def _turner(self, part: Part) -> Callable[[], None]:
        return lambda: self._turn_to(part)

    def _turn_to(self, part: Part) -> None:
        self.part = part
        self._tabs[part].setChecked(True)
        match part:
            case Part.INBOX:
                self._stack.setCurrentWidget(self.inbox)
                table: QWidget = self.inbox.table
            case Part.OUTBOX:
                self._stack.setCurrentWidget(self.outbox)
                table = self.outbox.table
            case Part.HELD:
                self._stack.setCurrentWidget(self.held)
                table = self.held.table
        table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_tabs()
        self.fkeys_changed.emit()

    def _try_now(self) -> None:
        self.shell.try_line()
        self.shell.notify(
            lambda: Notice(
                title=self.t("Trying the line"),
                what_to_do=self.t("The status line tells when central answers."),
                mood="info",
                code="line_tried",
            )
        )

    def _settle(self) -> None:
        item = self.inbox.table.chosen()
        if item is None:
            return
        note = ask_line(
            self,
            self.t,
            self.t("This is dealt with"),
            self.t("The item leaves the list of open ones. Your name and what you did go into the journal."),
            self.t("What was done"),
            self.t("Dealt with"),
        )
        if not note:
            return
        desk, actor = self.shell.desk, self.shell.actor

        def done(_none: None) -> None:
            self.shell.notify(lambda: Notice(title=self.t("Recorded as dealt with"), mood="ok", code="settled"))
            self._read()

        self.run(
            Lane.DATABASE,
            lambda: desk.settle_inbox(actor, item.epoch, item.seq, note=note),
            done,
            busy=self.t("Recording …"),
        )

    def _give_back(self) -> None:
        lease = self.held.table.chosen()
        if lease is None or not self.shell.ask(
            self.t("Give these places back?"),
            self.t(
                "{left} places of {service} ({held}) go back to central, where every window can sell them. Without the "
                "line this window cannot sell them any more.",
                left=lease.left,
                service=lease.service,
                held=sync.lease_class(lease, self.t),
            ),
            self.t("Give back"),
            self.t("Keep"),
        ):
            return
        desk, actor = self.shell.desk, self.shell.actor

        def done(_none: None) -> None:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("The places of {service} go back", service=lease.service), mood="ok", code="given_back"
                )
            )
            self._read()

        self.run(Lane.DATABASE, lambda: desk.return_lease(actor, lease.lease_id), done, busy=self.t("Recording …"))

    def _new_epoch(self) -> None:
        reason = ask_line(
            self,
            self.t,
            self.t("Ask central for a new epoch"),
            self.t(
                "This counter goes on under a new key. What the old one holds for an outage is cleared up at central. "
                "Make sure that no copy of this counter is running elsewhere."
            ),
            self.t("Reason"),
            self.t("Ask central"),
        )
        if not reason:
            return
        desk, actor = self.shell.desk, self.shell.actor

        def done(epoch: int) -> None:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Epoch {n} has begun", n=epoch),
                    what_to_do=self.t("Selling can go on."),
                    mood="ok",
                    code="epoch_begun",
                )
            )
            self.shell.try_line()
            self._read()

        self.run(
            Lane.SYNC,
            lambda: desk.request_epoch(actor, reason=reason),
            done,
            busy=self.t("Asking central …"),
        )

    # ---- what is shown
    def _read(self) -> None:
        desk, actor = self.shell.desk, self.shell.actor

        def work() -> tuple[list[InboxItem], list[OutboxItem], list[LeaseLine]]:
            return desk.sync_inbox(actor, limit=LIMIT), desk.outbox(actor, limit=LIMIT), desk.leases()

        self.run(Lane.READ, work, self._have)

    def _have(self, found: tuple[list[InboxItem], list[OutboxItem], list[LeaseLine]]) -> None:
        items, entries, leases = found
        self.inbox.show_items(items)
        self.outbox.show_items(entries)
        self.held.show_items(leases)
        self._open_items = sum(not item.settled for item in items)
        self._full = {part for part, rows in ((Part.INBOX, items), (Part.OUTBOX, entries)) if len(rows) >= LIMIT}
        self._show_tabs()
        self._show_line()
        self.fkeys_changed.emit()

    def _refreshed(self) -> None:
        if self.isVisible():
            self._read()

    def _line_changed(self) -> None:
        if self.isVisible():
            self._show_line()
            self._read()

    def _show_tabs(self) -> None:
        t = self.t
        status = self.shell.line
        still_open = max(self._open_items, status.inbox_open if status is not None else 0)
        inbox = t("Inbox ({n})", n=still_open) if still_open else t("Inbox")
        self._cut.setText(t("The newest {n} are shown.", n=LIMIT) if self.part in self._full else "")
        for part, said in ((Part.INBOX, inbox), (Part.OUTBOX, t("Outbox")), (Part.HELD, t("Held here"))):
            self._tabs[part].setText(said)

    def _show_line(self) -> None:
        status, t, now = self.shell.line, self.t, self.shell.now()
        if status is None:
            return
        title, mood, body = line.line_sentence(status, self._zone, now, t)
        self._word.setText(title)
        self._word.set_mood(MOODS.get(mood, ""))
        trouble = line.trouble_words(status.last_error, t)
        self._means.setText(f"{body}\n{t('Last trouble: {detail}', detail=trouble)}" if trouble else body)
        for fact, (caption, value, said_mood) in zip(self._facts, sync.head_facts(status, self._zone, t), strict=True):
            fact.set(caption, value, MOODS.get(said_mood, ""))
        said, per_mille = line.loading_words(status.loading, t)
        self._loading.setText(said)
        self._loading.setVisible(bool(said))
        self._bar.setVisible(bool(said))
        self._bar.setRange(0, 1000 if per_mille is not None and per_mille >= 0 else 0)
        self._bar.setValue(max(0, per_mille or 0))
