"""One payment under way: at the terminal or in the customer's wallet; what it says meanwhile, and how it ended. No Qt.

The work is done on the TERMINAL lane, one at a time. Nothing here decides about money: it shows what the desk did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.payment_desk import Says
from counter_app.application.payment_views import PaymentLeg
from counter_app.application.views import PassengerInput, Refunded
from counter_app.domain.money import Money
from counter_app.domain.payments import Tender
from counter_app.domain.staff import Actor
from counter_app.ports.orders import AgreedExchange
from ui.presenters.lane import Lane, Lanes, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """``what``: charge | refund | reverse | ask. ``says``: the last word of the terminal, a code or its own text."""

    what: str
    tender: Tender
    amount: Money
    says: str = ""
    stopping: bool = False


Ended = Callable[[PaymentLeg], None]


class Paying:
    """``changed`` at each word; ``ended`` is the caller's, once. A trouble ends it too: then ``troubled`` is called.

    ``printed``: it ended, with the slips that the terminal wants on paper, if any.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        troubled: Callable[[Trouble], None],
        printed: Callable[[Sequence[UUID]], None],
    ) -> None:
        self._desk = desk
        self._printed = printed
        self._lanes = lanes
        self._actor = actor
        self._changed = changed
        self._troubled = troubled
        self.running: Running | None = None

    # ---- beginning
    def charge(
        self,
        order_id: UUID,
        tender: Tender,
        amount: Money,
        *,
        passengers: Sequence[PassengerInput],
        quoted: Money,
        exchange: AgreedExchange | None = None,
        code: str,
        ended: Ended,
    ) -> bool:
        """The intent is made durable first, then run. False: another one is under way."""
        if not self._begin(Running(what="charge", tender=tender, amount=amount)):
            return False
        actor = self._actor()
        self._lanes.run(
            Lane.DATABASE,
            lambda: self._desk().start_payment(
                actor, order_id, tender, amount, passengers=passengers, quoted=quoted, exchange=exchange
            ),
            done=lambda intent_id: self._go(lambda says: self._desk().run_payment(intent_id, says, code=code), ended),
            failed=self._failed,
        )
        return True

    def pay_back(self, leg: PaymentLeg, ended: Ended) -> bool:
        """A refund's leg that is durable already."""
        if not self._begin(Running(what="refund", tender=leg.tender, amount=leg.amount)):
            return False
        self._go(lambda says: self._desk().run_payment(leg.intent_id, says), ended)
        return True

    def pay_back_all(self, refunded: Refunded, *, each: Ended, done: Callable[[], None]) -> None:
        """Its legs, one after the other; it stands whatever becomes of them: what fails is owed, and listed.

        ``done`` is not called where it stopped at a trouble.
        """

        def next_of(legs: Sequence[PaymentLeg]) -> None:
            if not legs:
                done()
                return

            def ended(leg: PaymentLeg) -> None:
                each(leg)
                next_of(legs[1:])

            self.pay_back(legs[0], ended)

        self._lanes.run(Lane.READ, lambda: self._desk().refund_payments(refunded), done=next_of, failed=self._troubled)

    def pay_back_again(self, intent_id: UUID, leg: PaymentLeg, ended: Ended) -> bool:
        """As ``pay_back``, by a new intent in the place of ``leg``."""
        if not self._begin(Running(what="refund", tender=leg.tender, amount=leg.amount)):
            return False
        self._go(lambda says: self._desk().run_payment(intent_id, says), ended)
        return True

    def reverse(self, leg: PaymentLeg, ended: Ended) -> bool:
        if not self._begin(Running(what="reverse", tender=leg.tender, amount=leg.amount)):
            return False
        actor = self._actor()
        self._go(lambda says: self._desk().reverse_payment(actor, leg.intent_id, says), ended)
        return True

    def ask(self, leg: PaymentLeg, ended: Ended) -> bool:
        if not self._begin(Running(what="ask", tender=leg.tender, amount=leg.amount)):
            return False
        self._go(lambda says: self._desk().ask_payment(leg.intent_id, says), ended)
        return True

    def stop(self) -> None:
        """Asks for it; how it ends is still what the terminal or central says."""
        if self.running is None or self.running.stopping:
            return
        self._show(stopping=True)
        self._lanes.run(
            Lane.READ,  # the TERMINAL lane is the one that waits
            lambda: self._desk().abort_payment(),
            done=lambda _nothing: None,
            failed=self._troubled,
        )

    # ---- on the way
    def _begin(self, running: Running) -> bool:
        if self.running is not None:
            return False
        self.running = running
        self._changed()
        return True

    def _go(self, work: Callable[[Says], PaymentLeg], ended: Ended) -> None:
        def says(text: str) -> None:
            self._lanes.post(lambda: self._heard(text))

        def done(leg: PaymentLeg) -> None:
            self.running = None
            self._printed(leg.jobs)
            ended(leg)

        self._lanes.run(Lane.TERMINAL, lambda: work(says), done=done, failed=self._failed)

    def _heard(self, text: str) -> None:
        if self.running is not None:
            self._show(says=text)

    def _show(self, *, says: str | None = None, stopping: bool | None = None) -> None:
        now = self.running
        assert now is not None
        self.running = Running(
            what=now.what,
            tender=now.tender,
            amount=now.amount,
            says=now.says if says is None else says,
            stopping=now.stopping if stopping is None else stopping,
        )
        self._changed()

    def _failed(self, trouble: Trouble) -> None:
        self.running = None
        self._troubled(trouble)
        self._changed()
