"""The window's part on payments that are not settled: when they are asked about, and who hears how one ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from counter_app.application.payment_views import PaymentLeg
from ui.presenters import payment_words
from ui.presenters.lane import Lane
from ui.presenters.payments_keeper import ASK_MS, PaymentsKeeper

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class PaymentsWatch(QObject):
    """``changed``: what is not settled is another."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.keeper = PaymentsKeeper(
            lambda: window.desk,
            window.lanes,
            idle=lambda: window.lanes.pending(Lane.TERMINAL) == 0,
            at_checkout=lambda: window.current.paying_order() if window.current is not None else None,
            changed=self.changed.emit,
            told=self._told,
        )
        self._timer = QTimer(self, interval=ASK_MS)
        self._timer.timeout.connect(self.keeper.due)

    def begin(self) -> None:
        self._timer.start()
        self.keeper.look()

    def end(self) -> None:
        self._timer.stop()

    def _told(self, leg: PaymentLeg) -> None:
        """It was settled in the background. Only said where somebody is signed in."""
        if self._window.signed_in:
            self._window.notify(lambda: payment_words.ended(leg, self._window.t))
