"""The terminal of ``devices.toml``, built and not yet connected."""

from __future__ import annotations

from counter_app.domain.device_settings import TcpAddress, TerminalSettings
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.payments import CardTerminal
from devices.links import Opener, SerialOpener, TcpOpener
from devices.zvt.connection import ZvtConfig
from devices.zvt.currencies import number_of
from devices.zvt.terminal import ZvtTerminal
from devices.zvt.transport import Times

_BESIDES_T4_S = 120.0  # a payment in all: the customer's time once, and what host and slips take besides


def open_terminal(settings: TerminalSettings, *, currency: str, clock: Clock, width: int = 32) -> CardTerminal:
    """``currency``: the profile's, in which everything is sold. ``width``: characters in a line of our slips.

    Raises ``Refusal(BAD_SETTING)`` for a currency that no terminal knows, or another one in the settings.
    """
    letters = settings.currency or currency
    if number_of(letters) is None or letters != currency:
        raise Refusal(Reason.BAD_SETTING, setting="terminal.currency", value=letters)
    address = settings.address
    opener: Opener = (
        TcpOpener(address.host, address.port)
        if isinstance(address, TcpAddress)
        else SerialOpener(address.device, address.baud or 9600, stop_bits=2)  # PA00P016, 2.1
    )
    times = Times(
        t1_s=settings.t1_ms / 1000,
        t2_s=settings.t2_ms / 1000,
        t3_s=settings.t3_ms / 1000,
        t4_s=settings.t4_ms / 1000,
        longest_s=settings.t4_ms / 1000 + _BESIDES_T4_S,
    )
    config = ZvtConfig(
        name=settings.name,
        password=int(settings.password),
        currency=letters,
        prints_here=settings.prints == "counter",
        width=width,
        times=times,
    )
    return ZvtTerminal(opener, config, clock)
