"""Payments to settle: what nobody knows yet or somebody has to decide, with the next step in words; and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFormLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from counter_app.application.payment_views import ClosingView, PaymentLeg, SettleAction, SettleItem
from counter_app.application.views import Sold
from counter_app.domain.money import Money
from counter_app.domain.payments import PaymentState
from counter_app.ports.payments import Difference, DifferenceState
from counter_app.texts import mark
from ui.presenters import payment_words, words
from ui.presenters.checkout import Basket
from ui.presenters.refusals import Notice
from ui.presenters.settle import Part, SettlePresenter
from ui.shell.dialogs import ask_line
from ui.shell.screen import FKey, Screen, Shell
from ui.shell.second_person import ask_second_person
from ui.widgets.basic import Button, Card, Label, Rule, Scroll, discard, row
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

KEYS = {
    SettleAction.ASK: "F2",
    SettleAction.FINISH_SALE: "F3",
    SettleAction.CONTINUE_SALE: "F3",
    SettleAction.REVERSE: "F4",
    SettleAction.TRY_AGAIN: "F2",
    SettleAction.PAY_OUT_CASH: "F5",
    SettleAction.DECIDE: "F6",
    SettleAction.CARRY: "F7",
}
SIGNED = {
    SettleAction.DECIDE: mark("Decide what became of it"),
    SettleAction.CARRY: mark("Carry it past the end of the shift"),
    SettleAction.PAY_OUT_CASH: mark("Pay it out in cash"),
}
SIGNED_HINTS = {
    SettleAction.DECIDE: mark(
        "By the terminal's own paper or the gateway's records, never by guess. It is journaled with both names."
    ),
    SettleAction.CARRY: mark("It stays on this list and stands on the Z report. The terminal is free again."),
    SettleAction.PAY_OUT_CASH: mark("The drawer opens and a slip prints. The card or wallet gets nothing any more."),
}
KINDS = {
    "count": mark("Number of payments"),
    "amount": mark("Sum of payments"),
    "missing_here": mark("Not in the journal"),
    "missing_there": mark("Not at the terminal"),
}


class PaymentsScreen(Screen):
    name = "payments"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = shell.desk.profile.zone
        self.presenter = SettlePresenter(
            lambda: shell.desk,
            shell.lanes,
            lambda: shell.actor,
            changed=self._changed,
            troubled=shell.refuse,
            printed=shell.payment_ended,
            ended=self._ended,
            sold=self._sold,
            checkout=self._to_checkout,
            closed=self._closed,
        )
        self._terminal = Label(role="strong")
        self.table: DataTable[SettleItem] = DataTable(self._columns(), shell.theme, on_choose=self._chosen)
        self.differences: DataTable[Difference] = DataTable(
            self._difference_columns(), shell.theme, on_choose=lambda _one: self.fkeys_changed.emit()
        )
        self.table.set_empty(lambda: self.t("Everything is settled: no payment is open."))
        self.differences.set_empty(lambda: self.t("No difference was found."))
        self._alarm = Label(role="lead", mood="bad", wrap=True)
        self._head, self._state = Label(role="lead", wrap=True), Label(role="badge")
        self._why = Label(role="muted", wrap=True)
        self._step_caption, self._step = Label(role="field"), Label(role="strong", wrap=True)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(18)
        self._facts.setVerticalSpacing(4)
        self._facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._fact_labels: list[Label] = []
        self._buttons = [Button("", self._presser(n)) for n in range(4)]
        self._side = self._detail()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._split())
        self._stack.addWidget(self.differences)
        self._tabs: dict[Part, Button] = {}
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(12)
        page.addLayout(row(*self._tab_row(), None, self._terminal, spacing=8))
        page.addWidget(self._stack, 1)
        cast("MainWindow", shell).payments_changed.connect(self._settled_elsewhere)

    # ---- made of
    def _tab_row(self) -> list[Button]:
        group = QButtonGroup(self)
        for part in Part:
            tab = Button("", self._turner(part))
            tab.setCheckable(True)
            tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            group.addButton(tab)
            self._tabs[part] = tab
        self._tabs[Part.OPEN].setChecked(True)
        return list(self._tabs.values())

    def _columns(self) -> list[Column[SettleItem]]:
        t = self.t
        return [
            Column(title=lambda: t("Since"), text=lambda i: words.short_moment(i.since, self._zone), width=104),
            Column(
                title=lambda: t("Payment"), text=lambda i: payment_words.leg_title(i.leg, t), width=190, strong=True
            ),
            Column(title=lambda: t("Amount"), text=lambda i: words.money(i.leg.amount), width=110, right=True),
            Column(title=lambda: t("About"), text=lambda i: payment_words.about(i.about, short=True)),
            Column(
                title=lambda: t("State"),
                text=lambda i: t("carried over") if i.carried else payment_words.state(i.leg, t)[0],
                width=124,
                mood=lambda i: payment_words.state(i.leg, t)[1],
            ),
        ]

    def _difference_columns(self) -> list[Column[Difference]]:
        t = self.t
        return [
            Column(title=lambda: t("Found"), text=lambda d: words.short_moment(d.found_at, self._zone), width=104),
            Column(title=lambda: t("Where"), text=lambda d: payment_words.device(d.source, t), width=140),
            Column(title=lambda: t("What"), text=lambda d: t(KINDS.get(d.kind, d.kind)), strong=True),
            Column(title=lambda: t("Here"), text=lambda d: self._figure(d, d.ours_minor), width=110, right=True),
            Column(title=lambda: t("There"), text=lambda d: self._figure(d, d.theirs_minor), width=110, right=True),
            Column(title=lambda: t("Note"), text=lambda d: f"{d.owner}: {d.note}" if d.note else ""),
            Column(
                title=lambda: t("State"),
                text=lambda d: t("unresolved") if d.state is DifferenceState.OPEN else t("resolved"),
                width=124,
                mood=lambda d: "warn" if d.state is DifferenceState.OPEN else "text_muted",
            ),
        ]

    def _figure(self, one: Difference, minor: int) -> str:
        return str(minor) if one.kind == "count" else words.money(Money(minor, self.shell.desk.profile.currency))

    def _detail(self) -> Scroll:
        card = Card(margin=20, spacing=6)
        card.body.addWidget(self._alarm)
        card.body.addWidget(self._head)
        card.body.addLayout(row(self._state, None))
        card.body.addWidget(self._why)
        card.body.addSpacing(8)
        card.body.addWidget(self._step_caption)
        card.body.addWidget(self._step)
        card.body.addSpacing(8)
        for button in self._buttons:
            card.body.addWidget(button)
        card.body.addSpacing(8)
        card.body.addWidget(Rule())
        card.body.addLayout(self._facts)
        card.body.addStretch(1)
        side = Scroll()
        side.body.addWidget(card)
        return side

    def _split(self) -> QWidget:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self._side)
        split.setSizes([780, 320])
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        return split

    # ---- the shell's
    def title(self) -> str:
        return self.t("Payments to settle")

    def retranslate(self) -> None:
        self._step_caption.setText(self.t("What to do"))
        self.table.retranslate()
        self.differences.retranslate()
        self._changed()

    def fkeys(self) -> list[FKey]:
        t, presenter = self.t, self.presenter
        if presenter.part is Part.DIFFERENCES:
            able = presenter.may_resolve(self.differences.chosen())
            return [
                FKey("F2", t("To settle"), self._turner(Part.OPEN)),
                FKey("F8", t("End of day at the terminal"), self._end_day, not presenter.busy),
                FKey("F9", t("Resolved …"), self._resolve, able, primary=True),
            ]
        item = self.table.chosen()
        actions = item.actions if item is not None else ()
        keys = [
            FKey(KEYS[one], t(payment_words.ACTIONS[one]), self._actor_of(one), presenter.may(one, item), n == 0)
            for n, one in enumerate(actions)
        ]
        return [
            *sorted(keys, key=lambda key: key.key),
            FKey("F8", t("Differences"), self._turner(Part.DIFFERENCES)),
            FKey("F9", t("Ask all again"), presenter.ask_all, bool(presenter.items) and not presenter.busy),
        ]

    def on_enter(self, **kwargs: object) -> None:  # noqa: ARG002
        self.presenter.read()
        self.presenter.look_at_terminal()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _settled_elsewhere(self) -> None:
        if self.isVisible() and not self.presenter.busy:
            self.presenter.read()

    # ---- what the clerk does
    def _turner(self, part: Part) -> Callable[[], None]:
        def turn() -> None:
            self.presenter.part = part
            self._tabs[part].setChecked(True)
            shown: QWidget = self.table if part is Part.OPEN else self.differences
            self._stack.setCurrentIndex(0 if part is Part.OPEN else 1)
            shown.setFocus(Qt.FocusReason.OtherFocusReason)
            self.fkeys_changed.emit()

        return turn

    def _presser(self, place: int) -> Callable[[], None]:
        def press() -> None:
            item = self.table.chosen()
            if item is not None and place < len(item.actions):
                self._act(item.actions[place])

        return press

    def _actor_of(self, action: SettleAction) -> Callable[[], None]:
        return lambda: self._act(action)

    def _act(self, action: SettleAction) -> None:
        item = self.table.chosen()
        if item is None or not self.presenter.may(action, item):
            return
        if action in SIGNED:
            signed = ask_second_person(
                self,
                self.t,
                self.t(SIGNED[action]),
                f"{payment_words.leg_title(item.leg, self.t)}   {words.money(item.leg.amount)}",
                self.t(SIGNED_HINTS[action]),
                verdict=action is SettleAction.DECIDE,
            )
            if signed is not None:
                self.presenter.act(action, item, signed)
        else:
            self.presenter.act(action, item)

    def _end_day(self) -> None:
        self.presenter.end_day()

    def _resolve(self) -> None:
        one = self.differences.chosen()
        if one is None or not self.presenter.may_resolve(one):
            return
        t = self.t
        note = ask_line(
            self,
            t,
            t("Resolved"),
            t("What was found, and what was done about it. It is journaled with your name."),
            t("Note"),
            t("Resolved"),
        )
        if note:
            self.presenter.resolve(one, note)

    def _ended(self, leg: PaymentLeg) -> None:
        still = leg.state in {PaymentState.UNKNOWN, PaymentState.REVERSE_UNKNOWN}
        self.shell.notify(lambda: payment_words.no_news(self.t) if still else payment_words.ended(leg, self.t))

    def _sold(self, sale: Sold) -> None:
        self.shell.print_jobs(sale.jobs)
        self.shell.refresh_shift()
        self.shell.notify(
            lambda: Notice(
                title=self.t("The sale is made"),
                what_happened=self.t("Its tickets are being printed."),
                mood="ok",
                code="sale_finished",
            )
        )

    def _to_checkout(self, basket: Basket) -> None:
        self.shell.show_screen("checkout", basket=basket)

    def _closed(self, view: ClosingView) -> None:
        t = self.t
        if view.done and not view.differences:
            title, mood, todo = t("The terminal's day is ended; all agrees"), "ok", ""
        elif view.done:
            title, mood = t("The terminal's day is ended, and does not agree with the journal"), "warn"
            todo = t("Look at the differences; a supervisor resolves them.")
        else:
            title, mood = t("The terminal's day was not ended"), "warn"
            todo = t("Look at the terminal, then try again.")
        self.shell.notify(Notice(title=title, what_to_do=todo, mood=mood, code="terminal_day"))

    # ---- what is shown
    def _chosen(self, item: SettleItem | None) -> None:
        self._show(item)
        self.fkeys_changed.emit()

    def _changed(self) -> None:
        t, presenter = self.t, self.presenter
        self.table.set_rows(presenter.items, keep=lambda item: item.leg.intent_id)
        self.differences.set_rows(presenter.differences, keep=lambda one: one.difference_id)
        unresolved = sum(1 for one in presenter.differences if one.state is DifferenceState.OPEN)
        self._tabs[Part.OPEN].setText(t("To settle: {n}", n=len(presenter.items)))
        self._tabs[Part.DIFFERENCES].setText(t("Differences: {n}", n=unresolved))
        view = presenter.terminal
        self._terminal.setText("" if view is None else payment_words.terminal(view, t))
        self._terminal.set_mood("" if view is None or view.ready else "warn")
        running = presenter.paying.running
        busy = ""
        if running is not None:
            busy = payment_words.says(running.says, t)[0] or t("Please wait …")
        elif presenter.asking_all:
            busy = t("Asking …")
        elif presenter.closing:
            busy = t("The terminal ends its day …")
        self.set_busy(busy)
        self._show(self.table.chosen())
        self.fkeys_changed.emit()

    def _show(self, item: SettleItem | None) -> None:
        self._side.setVisible(item is not None)
        for label in self._fact_labels:
            self._facts.removeWidget(label)
            discard(label)
        self._fact_labels = []
        if item is None:
            return
        t = self.t
        self._alarm.setVisible(item.alarm)
        self._alarm.setText(t("Money may have gone to or from the wrong person."))
        self._head.setText(f"{payment_words.leg_title(item.leg, t)}   {words.money(item.leg.amount)}")
        said, mood = payment_words.state(item.leg, t)
        self._state.setText(said)
        self._state.set_mood(MOODS.get(mood, ""))
        why = payment_words.reason(item.leg, t)
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self._step.setText(payment_words.next_step(item, t))
        for place, button in enumerate(self._buttons):
            shown = place < len(item.actions)
            button.setVisible(shown)
            if shown:
                action = item.actions[place]
                button.setText(f"{KEYS[action]}   {t(payment_words.ACTIONS[action])}")
                button.setEnabled(self.presenter.may(action, item))
        facts = [
            (t("About"), payment_words.about(item.about)),
            (t("Clerk"), item.clerk),
            (t("Since"), words.moment(item.since, self._zone, t)),
            (t("Device"), payment_words.device(item.device, t)),
            (t("Carried over"), item.carried),
        ]
        for caption, value in facts:
            if value:
                left, right = Label(caption, role="muted"), Label(value, wrap=True)
                self._facts.addRow(left, right)
                self._fact_labels += [left, right]
