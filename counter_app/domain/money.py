"""Money in integer minor units, and the named rules by which it is rounded.

There is no float anywhere: a rate is a pair of integers, a rounding has the name of what it serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# ISO 4217 (2024): the number of minor digits. Every active national currency; funds and metals left out.
_TWO: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR "
    "IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
    "NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
    "STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_ZERO: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS: Final[dict[str, int]] = (
    dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_ZERO.split(), 0) | dict.fromkeys(_THREE.split(), 3)
)

# Beyond this no ticket, drawer or shift total is real; it also keeps every sum below 2**53 (canonical JSON).
MINOR_MAX: Final = 10**13


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """``minor`` units (fen, cents) of an ISO 4217 ``currency``. Amounts of two currencies never mix."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        assert type(self.minor) is int, "money is an integer"
        assert self.currency in MINOR_DIGITS, self.currency
        assert abs(self.minor) <= MINOR_MAX, "beyond any real amount"

    def _same(self, other: Money) -> None:
        assert self.currency == other.currency, f"{self.currency} with {other.currency}"

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def plain(self) -> str:
        """Digits and a point, no symbol and no grouping: ``553.00``. For paper, files and code pages."""
        digits = MINOR_DIGITS[self.currency]
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**digits)
        return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


def zero(currency: str) -> Money:
    return Money(0, currency)


def permille_of(amount: Money, permille: int) -> tuple[int, int]:
    """An exact share as a fraction ``(numerator, denominator)`` of minor units: round it by a named rule."""
    return amount.minor * permille, 1000


def round_half_up(numerator: int, denominator: int) -> int:
    """To the nearest minor unit, halves away from zero (the commercial rule)."""
    assert denominator > 0
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def round_to_step_half_up(numerator: int, denominator: int, step_minor: int) -> int:
    """To the nearest multiple of ``step_minor``, halves up: with 50 fen this is China Railway's refund-fee rule

    (under 0.25 down, 0.25 to under 0.75 to 0.5, from 0.75 up).
    """
    assert step_minor > 0
    return round_half_up(numerator, denominator * step_minor) * step_minor


def parse_amount(text: str, currency: str) -> Money:
    """``553``, ``553.5``, ``553.50``, also with full-width digits and a comma: an amount as a clerk types it.

    Raises ``ValueError`` for anything else (too many decimals, signs, words, beyond ``MINOR_MAX``).
    """
    digits = MINOR_DIGITS[currency]
    plain = text.strip().translate(_FULL_WIDTH)
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    whole, _, part = plain.partition(".")
    if (
        not whole.isascii()
        or not (whole or part)
        or not (whole + part).isdigit()
        or len(part) > digits
        or len(whole) > 12
    ):
        raise ValueError(text)
    minor = int(whole or "0") * 10**digits + int(part.ljust(digits, "0") or "0")
    if minor > MINOR_MAX:
        raise ValueError(text)
    return Money(minor, currency)


_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．，。", "0123456789.,.")
