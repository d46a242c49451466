"""Sell: one line or a form, the list, the seat map, the passengers, the read-back. Then the checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from counter_app.application.views import ExchangeStart, HoldView, ParkedSale, RunOffer
from counter_app.application.waiting_desk import WaitingView
from counter_app.domain.timetable import RunRef
from counter_app.errors import Reason, Refusal
from ui.presenters import waiting, words
from ui.presenters.checkout import Basket
from ui.presenters.customer import CustomerView, itinerary
from ui.presenters.lane import Trouble
from ui.presenters.line import by_lease, enrolled
from ui.presenters.refusals import Notice
from ui.presenters.sell import SellPresenter
from ui.presenters.waiting import may_wait
from ui.screens.sell_find import FindPane
from ui.screens.sell_party import PartyPane
from ui.shell.screen import FKey, ScannedDocument, Screen, Shell
from ui.widgets.basic import Label, Pages

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

TICK_MS = 500


class SellScreen(Screen):
    name = "sell"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.presenter = SellPresenter(
            lambda: shell.desk,
            shell.lanes,
            lambda: shell.actor,
            changed=self._changed,
            troubled=self._troubled,
            by_lease=lambda: by_lease(shell.line),
        )
        window = cast("MainWindow", shell)
        window.line_watch.changed.connect(self._line_changed)
        self._waiting = window.waiting_watch
        presenter = self.presenter  # the screen itself goes when the clerk does
        self._waiting.in_sale = lambda: presenter.hold is not None
        self._waiting.changed.connect(self._say_waiting)
        self.finder = FindPane(shell, self.presenter)
        self.party = PartyPane(shell, self.presenter)
        self._stack = Pages()
        self._stack.addWidget(self.finder)
        self._stack.addWidget(self.party)
        self._given_in = Label(role="lead", mood="info", elide=True)
        line = QVBoxLayout(self)
        line.setContentsMargins(20, 8, 20, 12)
        line.setSpacing(4)
        line.addWidget(self._given_in)
        line.addWidget(self._stack, 1)
        self._given_in.hide()
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._second)
        self._pay_when_priced = False  # Enter was quicker than the price
        self._refused: tuple[RunRef, str, int] | None = None  # what central had not enough of when it was asked last
        self._land = False  # the next hold puts the focus where the clerk goes on
        self.finder.opened.connect(self._open)
        self.finder.table.moved.connect(self.fkeys_changed)
        self.party.pay.connect(self._pay)
        self.party.touched.connect(self._not_yet)

    # ---- the shell's
    def title(self) -> str:
        return self.t("Sell")

    def retranslate(self) -> None:
        self.finder.retranslate()
        self.party.retranslate()
        self._say_waiting()
        self._show_given_in()

    def fkeys(self) -> list[FKey]:
        t, held, exchanging = self.t, self.presenter.hold is not None, self.presenter.exchanging is not None
        if self.in_party:
            return [
                FKey("F2", t("Seat map"), self.party.focus_map, enabled=self.presenter.choice is not None),
                FKey("F3", t("Passenger list"), self.party.focus_first),
                FKey("F6", t("New"), self._anew),
                FKey("F7", t("Park"), self._park, enabled=held and not exchanging),
                FKey(
                    "F9",
                    t("Exchange") if exchanging else t("Take payment"),
                    self._pay,
                    enabled=self.presenter.choice_complete,
                    primary=True,
                ),
                FKey("Esc", t("Back"), self._back),
            ]
        able = self.presenter.query.on is not None
        return [
            FKey("F2", t("◀ Day"), lambda: self.presenter.step_day(-1), enabled=able),
            FKey("F3", t("Day ▶"), lambda: self.presenter.step_day(1), enabled=able),
            FKey("F4", t("Sort"), self._sort, enabled=bool(self.presenter.offers.found)),
            FKey("F5", t("Filter"), self._filter, enabled=bool(self.presenter.offers.found)),
            FKey("F6", t("New"), self._anew),
            *self._put_aside_keys(),
            FKey("F8", t("Recall"), lambda: self.shell.show_screen("parked")),
            *([FKey("F9", t("Go on"), self._forward, primary=True)] if held else []),
            FKey("Esc", t("Back"), self._back),
        ]

    def _put_aside_keys(self) -> list[FKey]:
        """An exchange is neither parked nor waited for: its customer stands there with the old ticket."""
        if self.presenter.exchanging is not None:
            return []
        return [FKey("F7", self.t("Park"), self._park)] if self.presenter.hold is not None else self._wait_key()

    def customer_view(self) -> CustomerView | None:
        """The read-back, from the moment that places are held."""
        presenter = self.presenter
        offer, hold, form = presenter.offer, presenter.hold, presenter.form
        if offer is None or hold is None or not self.in_party:
            return None
        total = presenter.quote.total if presenter.quote is not None else None
        if presenter.exchange is not None:
            total = presenter.exchange.due
        return itinerary(offer, hold.travel_class, hold.count, form.inputs() if form is not None else (), total)

    def take_document(self, document: ScannedDocument) -> bool:
        """Into the passenger's line where the keyboard is, else the first that has none yet."""
        if not self.in_party or self.presenter.form is None:
            return False
        self.party.put_document(document)
        return True

    def on_enter(self, **kwargs: object) -> None:
        """``recalled``: a ParkedSale; ``hold``: back from checkout with a HoldView, None when the places are gone;

        ``exchange``: an ExchangeStart, the ticket that is given in for this sale.
        """
        self._tick.start()
        if isinstance(start := kwargs.get("exchange"), ExchangeStart):
            self._begin_exchange(start)
        elif isinstance(sale := kwargs.get("recalled"), ParkedSale):
            self._land = True
            self.presenter.recall(sale)
            self._show(party=True)
        elif "hold" in kwargs:
            hold = kwargs["hold"]
            if isinstance(hold, HoldView):
                self.presenter.tender_ended(hold)
                self._show(party=True)
            else:
                self._ran_out()
        else:
            self._show(party=self.in_party and self.presenter.hold is not None)
        (self.party if self.in_party else self.finder).focus_first()

    def on_leave(self) -> None:
        self._not_yet()
        self._tick.stop()

    def on_sign_out(self) -> None:
        self.presenter.start_anew()  # a sale that was not parked ends: its places go back at once

    # ---- steps
    @property
    def in_party(self) -> bool:
        return self._stack.currentWidget() is self.party

    def _show(self, *, party: bool) -> None:
        self._stack.setCurrentWidget(self.party if party else self.finder)
        if not party:
            self._not_yet()
        self._second()
        self.fkeys_changed.emit()

    def _open(self, run: RunOffer, travel_class: str) -> None:
        self._land = True
        self.presenter.open_run(run, travel_class)

    def _forward(self) -> None:
        if self.presenter.hold is not None:
            self._show(party=True)
            self.party.focus_first()

    def _back(self) -> None:
        if self.in_party:
            self._show(party=False)
            self.finder.focus_first()
        elif self.finder.line.hasFocus():
            self.shell.back()
        else:
            self.finder.focus_first()

    def _anew(self) -> None:
        if self.presenter.hold is not None and not self._give_up():
            return
        self.finder.line.clear()
        self.presenter.start_anew()
        self._show(party=False)
        self.finder.focus_first()

    def _give_up(self) -> bool:
        return self.shell.ask(
            self.t("Give up this sale?"),
            self.t("Its places are let go and what was typed is lost."),
            self.t("Give up"),
            self.t("Keep"),
        )

    def _begin_exchange(self, start: ExchangeStart) -> None:
        if self.presenter.hold is not None and not self._give_up():
            return
        self.finder.line.clear()
        self.presenter.begin_exchange(start)
        self._show(party=False)

    def _show_given_in(self) -> None:
        """The old ticket, in the head of what is sold for it."""
        t, start = self.t, self.presenter.exchanging
        self._given_in.setVisible(start is not None)
        if start is not None:
            ticket = start.ticket
            when = f"{words.day(ticket.depart.date(), t)} {ticket.depart:%H:%M}"
            self._given_in.setText(
                t(
                    "Exchange of {number}: {service} {origin} → {destination}, {when}, {price}",
                    number=ticket.number,
                    service=ticket.service,
                    origin=ticket.origin.name,
                    destination=ticket.destination.name,
                    when=when,
                    price=words.money(ticket.price),
                )
            )

    def _sort(self) -> None:
        self.presenter.offers.next_sort()
        self.finder.show_offers()

    def _filter(self) -> None:
        self.presenter.offers.next_filter()
        self.finder.show_offers()

    def _park(self) -> None:
        form, offer = self.presenter.form, self.presenter.offer
        if offer is None:
            return
        named = next((line.name.strip() for line in form.lines if line.name.strip()), "") if form else ""
        label = f"{offer.service} {named[:1]}".strip()  # the family name tells parties apart; more is not needed

        def parked(sale: ParkedSale) -> None:
            self.finder.line.clear()
            self._show(party=False)
            self.finder.focus_first()
            self.shell.notify(
                Notice(
                    title=self.t("Sale parked: {label}", label=sale.label),
                    what_to_do=self.t("F8 brings it back while its places are held."),
                    mood="ok",
                )
            )

        self.presenter.park(label, parked)

    def _pay(self) -> None:
        presenter = self.presenter
        form = presenter.form
        if not presenter.choice_complete:
            self.party.focus_map()
            return
        if presenter.offer is None or presenter.hold is None or form is None:
            return
        if presenter.quote is None or presenter.busy:  # other places are being held: those are paid, not the old ones
            self._pay_when_priced = form.complete and presenter.quote_trouble is None
            self.party.focus_first()
            return
        self._pay_when_priced = False
        basket = Basket(
            offer=presenter.offer,
            hold=presenter.hold,
            passengers=form.inputs(),
            quote=presenter.quote,
            sold=self._sold,
            exchange=presenter.exchange,
        )
        self.shell.show_screen("checkout", basket=basket)

    # ---- places that there are not enough of
    def _may_wait(self) -> bool:
        chosen = self.finder.table.chosen()
        if chosen is None or self.presenter.hold is not None or self.presenter.exchanging is not None:
            return False
        refused = self._refused == (chosen[0].run, chosen[1], self.presenter.offers.count)
        return may_wait(self.shell.line, self.presenter.offers, *chosen, refused=refused)

    def _wait_key(self) -> list[FKey]:
        if not enrolled(self.shell.line):
            return []
        return [FKey("F7", self.t("Wait for places"), self._wait, enabled=self._may_wait())]

    def _troubled(self, trouble: Trouble) -> None:
        chosen = self.finder.table.chosen()
        short = isinstance(trouble, Refusal) and trouble.reason is Reason.NOT_ENOUGH_PLACES
        if short and chosen is not None:
            self._refused = (chosen[0].run, chosen[1], self.presenter.offers.count)
        if short and self._may_wait():
            self.shell.notify(lambda: waiting.offer_to_wait(trouble, self.shell.t))
        else:
            self.shell.refuse(trouble)

    def _wait(self) -> None:
        chosen = self.finder.table.chosen()
        if chosen is None or self.presenter.busy or self.busy:
            return

        def joined(one: WaitingView) -> None:
            self.set_busy("")
            zone = one.depart.tzinfo
            self.finder.line.clear()
            self.presenter.start_anew()
            self._show(party=False)
            self.finder.focus_first()
            self.shell.notify(lambda: waiting.joined(one, lambda at: at.astimezone(zone), self.shell.t))

        def failed(trouble: Trouble) -> None:
            self.set_busy("")
            self.shell.notify(lambda: waiting.not_joined(trouble, self.shell.t))

        self.set_busy(self.t("Asking central …"))
        self._waiting.room.join(*chosen, self.presenter.query, done=joined, failed=failed)

    def _say_waiting(self) -> None:
        self.finder.show_waiting(*waiting.badge(self._waiting.room.parties, self.shell.t))

    def _not_yet(self) -> None:
        self._pay_when_priced = False

    def _sold(self) -> None:
        """The checkout took the money: the next sale begins with an empty line."""
        self.finder.line.clear()
        self.presenter.sold()
        self._stack.setCurrentWidget(self.finder)

    # ---- what changed
    def _line_changed(self) -> None:
        self.presenter.line_changed()

    def _changed(self, what: str) -> None:
        if what in {"reading", "all"}:
            self.finder.show_reading()
            self._show_given_in()
        if what in {"reading", "offers", "all"}:
            self.finder.show_offers()
        if what in {"hold", "all"}:
            self._hold_changed()
        if what == "map":
            self.party.show_hold()
        if what == "passengers":
            self.party.show_people()
            self._land_now()
        if what == "quote":
            self.party.show_quote()
            if self.presenter.quote_trouble is not None:
                self._not_yet()
            elif self._pay_when_priced and self.presenter.quote is not None and self.in_party and self.isVisible():
                self._pay()
        if what == "busy":
            self.set_busy(self.t("Holding places …") if self.presenter.busy == "hold" else "")
        self.fkeys_changed.emit()

    def _hold_changed(self) -> None:
        if self.presenter.hold is None:
            if self.in_party:
                self._show(party=False)
            return
        self.party.show_hold()
        if self._land or not self.in_party:
            self._land = True
            self._show(party=True)

    def _land_now(self) -> None:
        if self._land and self.in_party:
            self._land = False
            self.party.focus_first()

    def _second(self) -> None:
        left = self.party.show_time(self.shell.now())
        if left == 0 and self.isVisible():
            self._ran_out()

    def _ran_out(self) -> None:
        self.presenter.hold_ran_out()
        self.shell.refuse(Refusal(Reason.HOLD_EXPIRED))
        self._show(party=False)
        self.finder.focus_first()
