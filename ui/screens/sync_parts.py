"""The three parts of the Sync screen: the inbox, the outbox, what is held here for an outage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QSplitter, QVBoxLayout, QWidget

from counter_app.application.views import InboxItem, LeaseLine, OutboxItem
from ui.presenters import sync, verdicts, words
from ui.shell.screen import Shell
from ui.widgets.basic import Card, Label, Rule, Scroll, discard, row
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable


class InboxPart(QWidget):
    """What central said of entries of this counter, open ones first; on the right the chosen one whole."""

    def __init__(self, shell: Shell, chosen: Callable[[], None]) -> None:
        super().__init__()
        self._shell = shell
        self._told = chosen
        t, zone = shell.t, shell.desk.profile.zone
        self.table = DataTable[InboxItem](
            [
                Column(
                    title=lambda: t("Received"),
                    text=lambda i: words.short_moment(i.received_at, zone),
                    width=104,
                    mood=_muted_when_settled,
                ),
                Column(
                    title=lambda: t("About"),
                    text=lambda i: verdicts.subject(i, t),
                    width=150,
                    mood=_muted_when_settled,
                ),
                Column(title=lambda: t("Central says"), text=lambda i: verdicts.reason(i, t), mood=verdicts.mood),
                Column(
                    title=lambda: t("Who"),
                    text=lambda i: verdicts.whose(i, t),
                    width=118,
                    mood=lambda i: "text_muted" if i.settled else "warn",
                ),
            ],
            shell.theme,
            on_choose=self._chosen,
        )
        self.table.set_empty(
            lambda: t("Nothing to deal with. When central cannot simply accept something, it is listed here.")
        )
        self._head, self._reason = Label(role="field"), Label(role="lead", wrap=True)
        self._step_caption, self._step = Label(role="field"), Label(role="strong", wrap=True)
        self._owner = Label(role="badge", mood="warn")
        self._note_caption, self._note = Label(role="field"), Label(wrap=True)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(18)
        self._facts.setVerticalSpacing(4)
        self._facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._fact_labels: list[Label] = []
        self._rule = Rule()
        self._card = Card(margin=16, spacing=4)
        self._card.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Tab from the list, then arrow keys: what is long scrolls
        self._card.body.addLayout(row(self._head, None, self._owner))
        self._card.body.addWidget(self._reason)
        for widget in (self._step_caption, self._step):
            self._card.body.addWidget(widget)
        self._card.body.addSpacing(6)
        self._card.body.addWidget(self._rule)
        self._card.body.addSpacing(2)
        self._card.body.addLayout(self._facts)
        for widget in (self._note_caption, self._note):
            self._card.body.addWidget(widget)
        self._card.body.addStretch(1)
        self._side = side = Scroll()
        side.body.addWidget(self._card)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(side)
        split.setSizes([650, 390])
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(split)

    def show_items(self, items: Sequence[InboxItem]) -> None:
        self.table.set_rows(items, keep=lambda item: (item.epoch, item.seq))

    def retranslate(self) -> None:
        t = self._shell.t
        self._step_caption.setText(t("What to do"))
        self.table.retranslate()
        self._show(self.table.chosen())

    def _chosen(self, item: InboxItem | None) -> None:
        self._show(item)
        self._told()

    def _show(self, item: InboxItem | None) -> None:
        self._side.setVisible(item is not None)
        for label in self._fact_labels:
            self._facts.removeWidget(label)
            discard(label)
        self._fact_labels = []
        if item is None:
            return
        t = self._shell.t
        self._head.setText(t("{judgement}, entry {seq}", judgement=verdicts.judgement(item, t), seq=item.seq))
        self._reason.setText(verdicts.reason(item, t))
        self._reason.set_mood("" if item.settled else MOODS.get(verdicts.mood(item), ""))
        self._step.setText(verdicts.next_step(item, t))
        self._owner.setText(verdicts.whose(item, t))
        self._owner.setVisible(bool(item.owner) or item.settled)
        self._owner.set_mood("" if item.settled else "warn")
        facts = verdicts.fact_lines(item, self._shell.desk.profile.currency, t)
        self._rule.setVisible(bool(facts) or item.settled)
        for caption, value in facts:
            name, said = Label(caption, role="field"), Label(value, wrap=True)
            self._facts.addRow(name, said)
            self._fact_labels += [name, said]
        self._note_caption.setVisible(item.settled)
        self._note.setVisible(item.settled)
        self._note_caption.setText(t("Dealt with by {login}", login=item.settled_by))
        self._note.setText(item.note)
        spoken = (self._head, self._reason, self._owner, self._step_caption, self._step)
        self._card.setAccessibleName(". ".join(label.text() for label in spoken))
        self._side.verticalScrollBar().setValue(0)


class OutboxPart(QWidget):
    """Every entry on its way to central, newest first, each with its own state."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        t, zone = shell.t, shell.desk.profile.zone
        self.table = DataTable[OutboxItem](
            [
                Column(title=lambda: t("No."), text=lambda i: f"{i.seq}", width=70, right=True),
                Column(title=lambda: t("Time"), text=lambda i: words.short_moment(i.at, zone), width=104),
                Column(title=lambda: t("Entry"), text=lambda i: sync.outbox_entry(i, t)),
                Column(
                    title=lambda: t("Amount"),
                    text=lambda i: words.money(i.amount) if i.amount is not None else "",
                    width=104,
                    right=True,
                ),
                Column(
                    title=lambda: t("State"),
                    text=lambda i: sync.outbox_state(i, t),
                    width=184,
                    mood=sync.outbox_mood,
                ),
                Column(
                    title=lambda: t("Waiting for"),
                    text=lambda i: sync.waiting_for(i, shell.now(), t),
                    width=100,
                    right=True,
                ),
            ],
            shell.theme,
        )
        self.table.set_empty(lambda: t("Nothing has been recorded yet. What this counter records is sent to central."))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.table)

    def show_items(self, items: Sequence[OutboxItem]) -> None:
        self.table.set_rows(items, keep=lambda item: (item.epoch, item.seq))

    def retranslate(self) -> None:
        self.table.retranslate()


class HeldPart(QWidget):
    """What this window may sell without asking, by departure."""

    def __init__(self, shell: Shell, chosen: Callable[[], None]) -> None:
        super().__init__()
        self._shell = shell
        t, zone = shell.t, shell.desk.profile.zone
        self.table = DataTable[LeaseLine](
            [
                Column(title=lambda: t("Departure"), text=lambda h: f"{h.depart:%m-%d %H:%M}", width=108),
                Column(
                    title=lambda: t("Journey"), text=lambda h: f"{h.service}  {h.origin} → {h.destination}", strong=True
                ),
                Column(title=lambda: t("Class"), text=lambda h: sync.lease_class(h, t), width=170),
                Column(
                    title=lambda: t("Left"),
                    text=lambda h: t("{left} of {total}", left=h.left, total=h.total),
                    width=96,
                    right=True,
                    mood=lambda h: "" if h.left else "text_muted",
                ),
                Column(
                    title=lambda: t("Until"),
                    text=lambda h: sync.lease_end(h, zone, shell.now()),
                    width=110,
                    right=True,
                ),
                Column(
                    title=lambda: t("State"), text=lambda h: sync.lease_state(h, t), width=130, mood=sync.lease_mood
                ),
            ],
            shell.theme,
            on_choose=lambda _lease: chosen(),
        )
        self.table.set_empty(
            lambda: t("Nothing is held here. While central answers, places are taken in advance for an outage.")
        )
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.table)

    def show_items(self, items: Sequence[LeaseLine]) -> None:
        self.table.set_rows(items, keep=lambda lease: lease.lease_id)

    def retranslate(self) -> None:
        self.table.retranslate()


def _muted_when_settled(item: InboxItem) -> str:
    return "text_muted" if item.settled else ""
