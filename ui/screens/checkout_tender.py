"""The checkout while money is waited for: what is due and what of it is paid; the ways of paying, and the change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout

from counter_app.domain.payments import Tender
from ui.presenters import payment_words, words
from ui.presenters.checkout import CheckoutPresenter, Stage
from ui.presenters.offers import run_times
from ui.presenters.status import printer_item
from ui.screens.checkout_parts import OTHERS, WALLETS, LegsView
from ui.shell.screen import Shell
from ui.widgets.basic import Button, Card, Label, Rule
from ui.widgets.chrome import MOODS
from ui.widgets.money import MoneyEdit

QUICK_KEYS = ("F2", "F3", "F4")


class DueCard(Card):
    """The journey, its sum, the legs so far, what is left; and whether a ticket can be printed."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(margin=20, spacing=8)
        self._shell = shell
        self._route = [Label(role="lead"), Label(), Label(role="muted", wrap=True)]
        self._caption, self.total = Label(role="field"), Label(role="figure")
        self.legs = LegsView(shell)
        self._left_caption, self._left = Label(role="field"), Label(role="title")
        self._rounding = Label(role="small")
        self._printer_caption, self._printer = Label(role="field"), Label(role="strong", wrap=True)
        for label in self._route:
            self.body.addWidget(label)
        self.body.addWidget(Rule())
        for widget in (self._caption, self.total, self.legs, self._left_caption, self._left, self._rounding):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.addWidget(self._printer_caption)
        self.body.addWidget(self._printer)

    def retranslate(self) -> None:
        self._printer_caption.setText(self._shell.t("Ticket printer"))
        self._left_caption.setText(self._shell.t("Left to pay"))

    def show_sale(self, presenter: CheckoutPresenter) -> None:
        t, basket = self._shell.t, presenter.basket
        assert basket is not None
        offer = basket.offer
        depart, arrive = run_times(offer)
        self._route[0].setText(f"{offer.service}  {offer.origin.name} → {offer.destination.name}")
        self._route[1].setText(f"{words.day(offer.depart.date(), t)}  {depart} – {arrive}")
        held = words.travel_class(basket.hold.travel_class, t)
        self._route[2].setText(f"{held} · " + t("Passengers: {n}", n=basket.hold.count))
        gives_back = presenter.gives_back
        self._caption.setText(t("To pay") if gives_back is None else t("To give back"))
        self.total.setText(words.money(presenter.total if gives_back is None else gives_back))
        self.legs.show_legs(presenter.legs)
        partly = bool(presenter.approved) and presenter.open_leg is None
        self._left_caption.setVisible(partly)
        self._left.setVisible(partly)
        self._left.setText(words.money(presenter.left))
        checkout = presenter.checkout
        rounded = checkout is not None and bool(checkout.cash.rounding)
        self._rounding.setVisible(rounded)
        if checkout is not None and rounded:
            self._rounding.setText(t("In cash, rounded: {due}", due=words.money(checkout.cash.due)))
        item = printer_item(presenter.printer, t, name=presenter.troubled_printer)
        self._printer.setText(item.text)
        self._printer.set_mood(MOODS.get(item.mood, ""))


class TenderCard(Card):
    """Cash with its quick sums, the other ways, the change, and the button that ends it."""

    def __init__(
        self,
        shell: Shell,
        currency: str,
        *,
        quick: Callable[[int], Callable[[], None]],
        pay_by_card: Callable[[], None],
        ask_wallet: Callable[[], None],
        ask_other: Callable[[], None],
        go_on: Callable[[], None],
    ) -> None:
        super().__init__(margin=20, spacing=10)
        self._shell = shell
        self._received_caption = Label(role="field")
        self.received = MoneyEdit(currency, large=True)
        self._quick_caption = Label(role="field")
        self._quick = [Button("large", quick(place)) for place in range(len(QUICK_KEYS))]
        self._tender_caption = Label(role="field")
        self.card = Button("large", pay_by_card)
        self.wallet = Button("large", ask_wallet)
        self.other = Button("large", ask_other)
        self.why = Label(role="small", wrap=True)
        self._change_caption = Label(role="lead")
        self._change = Label(role="huge")
        self._confirm = Button("primary", go_on)
        self.body.addWidget(self._received_caption)
        self.body.addWidget(self.received)
        self.body.addWidget(self._quick_caption)
        self._in_threes(*self._quick)
        self.body.addWidget(self._tender_caption)
        self._in_threes(self.card, self.wallet, self.other)
        self.body.addWidget(self.why)
        self.body.addStretch(1)
        self.body.addWidget(self._change_caption)
        self.body.addWidget(self._change)
        self.body.addStretch(1)
        self.body.addWidget(self._confirm)

    def _in_threes(self, *buttons: Button) -> None:
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, button in enumerate(buttons):
            grid.addWidget(button, place // 3, place % 3)
        self.body.addLayout(grid)

    def retranslate(self) -> None:
        t = self._shell.t
        self._received_caption.setText(t("Cash received"))
        self.received.setAccessibleName(t("Cash received"))
        self._quick_caption.setText(t("Quick sums"))
        self._tender_caption.setText(t("Or by another way (a sum typed above is a part of it)"))
        self._confirm.setText(t("Confirm and print  Enter"))
        self.card.setText("F5   " + t("Card"))
        self.wallet.setText("F6   " + t("Wallet"))
        self.other.setText("F7   " + t("Others"))

    def show_sale(self, presenter: CheckoutPresenter) -> None:
        self._show_ways(presenter)
        for place, button in enumerate(self._quick):
            shown = place < len(presenter.quick)
            button.setVisible(shown)
            if shown:
                button.setText(f"{QUICK_KEYS[place]}   {words.money(presenter.quick[place])}")
        self._show_change(presenter)
        ready = presenter.stage is Stage.TENDER
        refused = presenter.stage is Stage.REFUSED
        # Refused: no sum is taken, but the keyboard stays here; given away it would go to the list of screens.
        self.received.setEnabled(ready or refused or presenter.stage is Stage.BEGINNING)
        self.received.setReadOnly(refused)
        self._confirm.setEnabled(ready and presenter.short is None)

    def _show_ways(self, presenter: CheckoutPresenter) -> None:
        t = self._shell.t
        tenders = (Tender.CARD, *WALLETS, *OTHERS)
        taken = [one for one in (presenter.option(tender) for tender in tenders) if one is not None]
        for button, group in ((self.card, (Tender.CARD,)), (self.wallet, WALLETS), (self.other, OTHERS)):
            button.setVisible(any(one.tender in group for one in taken))
            button.setEnabled(any(presenter.usable(one) for one in group))
        self._tender_caption.setVisible(bool(taken))
        whys = dict.fromkeys(
            f"{payment_words.tender(one.tender, t)}: {t(payment_words.WHY[one.why])}" for one in taken if one.why
        )
        self.why.setText(" · ".join(whys))
        self.why.setVisible(bool(whys))

    def _show_change(self, presenter: CheckoutPresenter) -> None:
        t = self._shell.t
        if presenter.stage is Stage.UNKNOWN:
            self._change_caption.setText(t("It is not known whether this sale was made"))
            self._change.setText("?")
            return
        if presenter.short is not None:
            self._change_caption.setText(t("Still missing"))
            self._change.setText(words.money(presenter.short))
            self._change.set_mood("bad")
            return
        self._change_caption.setText(t("Change"))
        self._change.setText(words.money(presenter.change) if presenter.change is not None else "")
        self._change.set_mood("accent" if presenter.change else "")
