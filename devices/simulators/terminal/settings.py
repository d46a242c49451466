"""What kind of terminal it is: its number, password, currency, its pace, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from devices.simulators.terminal.cards import CARDS

PORT: Final = 20_007
ANY: Final = "any"  # a password: tills come with different ones from the factory, and none is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Real seconds, never scaled: both ends of a line must agree on them (PA00P016, 3.4 and 5.2)."""

    pause_s: float = 0.2  # T1: between two bytes of a block
    block_s: float = 5.0  # T2: until a block is acknowledged
    reply_s: float = 5.0  # T3: until a command is answered
    delivery_s: float = 30.0  # until 04 0F is answered, where the till sends no field 01
    again_s: float = 2.0  # after 84 9C 00
    refresh_s: float = 5.0  # an intermediate status again, so that the till's T4 begins anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``pace``: how many times faster than life the customer, the bank and the start are; 0: at once.

    ``manual``: somebody plays the customer by keys, else it is played. ``patience_s``: how long the terminal waits for
    a card or a PIN, in real seconds.
    """

    terminal_id: str = "52500038"
    password: str = "000000"  # noqa: S105 - as terminals come; it protects nothing
    currency: int = 978
    card: str = "girocard"
    merchant: str = "COUNTERFOIL TEST TERMINAL"
    software: str = "COUNTERFOIL-SIM 1"
    pace: float = 1.0
    manual: bool = False
    patience_s: float = 60.0
    boot_s: float = 3.0
    width: int = 24
    timers: Timers = field(default_factory=Timers)

    def __post_init__(self) -> None:
        if not (len(self.terminal_id) == 8 and self.terminal_id.isascii() and self.terminal_id.isdigit()):
            raise ValueError("the terminal's number has 8 digits")
        if self.password != ANY and not (
            len(self.password) == 6 and self.password.isascii() and self.password.isdigit()
        ):
            raise ValueError("the password has 6 digits")
        if not 0 < self.currency <= 999:
            raise ValueError("the currency is an ISO 4217 number: 978, 156")
        if self.card not in CARDS:
            raise ValueError(f"the card is one of {', '.join(CARDS)}")
        if self.pace < 0 or self.patience_s <= 0:
            raise ValueError("pace and patience are not negative")

    def knows(self, password: bytes) -> bool:
        """Three bytes BCD, as a command carries it."""
        return self.password == ANY or password.hex() == self.password
