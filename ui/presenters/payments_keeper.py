"""What is not settled is looked at in the background, and asked about again: a clerk with a queue forgets. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.payment_views import PaymentLeg, SettleItem, TerminalView
from counter_app.domain.payments import IN_FLIGHT, PaymentState
from ui.presenters.lane import Lane, Lanes, Trouble

ASK_MS: Final = 20_000
TERMINAL_EVERY: Final = 3  # times ``due``: whether the terminal answers is no question of seconds
# With nobody paying, what is under way was left there by a commit of which nobody knew.
_LEFT: Final = IN_FLIGHT - {PaymentState.CREATED}
_UNKNOWN: Final = frozenset({PaymentState.UNKNOWN, PaymentState.REVERSE_UNKNOWN}) | _LEFT


class PaymentsKeeper:
    """``look`` as often as one likes; ``due`` every ``ASK_MS``. ``changed``: another count; ``told``: how one ended.

    The TERMINAL lane is never made to wait for it: with somebody paying, nothing is asked.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        *,
        idle: Callable[[], bool],
        at_checkout: Callable[[], UUID | None],
        changed: Callable[[], None],
        told: Callable[[PaymentLeg], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._idle = idle
        self._at_checkout = at_checkout
        self._changed = changed
        self._told = told
        self._looking = self._asking = False
        self._at_start = True
        self._until_terminal = 0
        self.items: Sequence[SettleItem] = ()
        self.terminal: TerminalView | None = None  # as last asked

    @property
    def count(self) -> int:
        """Of those that somebody has to do something about: not what is being paid at the checkout just now."""
        here = self._at_checkout()
        return sum(1 for item in self.items if item.leg.order_id != here or item.leg.state in _UNKNOWN)

    def look(self) -> None:
        if self._looking:
            return
        self._looking = True
        self._lanes.run(Lane.READ, lambda: self._desk().payments_to_settle(), done=self._seen, failed=self._not_seen)

    def due(self) -> None:
        """Asks about what is unknown, where nobody is paying."""
        unknown = any(item.leg.state in _UNKNOWN for item in self.items)
        if not unknown or self._asking or not self._idle():
            self.look()
            self._look_at_terminal()
            return
        self._asking = True
        before = {item.leg.intent_id: item.leg.state for item in self.items}

        def asked(legs: list[PaymentLeg]) -> None:
            self._asking = False
            for leg in legs:
                if before.get(leg.intent_id) is not leg.state:
                    self._told(leg)
            self.look()
            self._look_at_terminal()  # one that was unplugged in mid-payment must not stand there as ready

        self._lanes.run(
            Lane.TERMINAL, lambda: self._desk().recover_payments(lambda _text: None), done=asked, failed=self._not_asked
        )

    def _look_at_terminal(self) -> None:
        """Now and then, where nobody is paying. Without one there is nothing to ask again."""
        self._until_terminal -= 1
        none = self.terminal is not None and not self.terminal.configured
        if none or self._until_terminal > 0 or self._asking or not self._idle():
            return
        self._until_terminal = TERMINAL_EVERY
        self._asking = True

        def have(view: TerminalView) -> None:
            self._asking = False
            changed, self.terminal = view != self.terminal, view
            if changed:
                self._changed()

        self._lanes.run(Lane.TERMINAL, lambda: self._desk().terminal_view(), done=have, failed=self._not_asked)

    def _seen(self, items: list[SettleItem]) -> None:
        self._looking = False
        changed = [item.leg for item in items] != [item.leg for item in self.items]
        self.items = tuple(items)
        if changed:
            self._changed()
        if self._at_start:  # what a crash left is asked about at once
            self._at_start = False
            self.due()

    def _not_seen(self, _trouble: Trouble) -> None:
        self._looking = False

    def _not_asked(self, _trouble: Trouble) -> None:
        self._asking = False
