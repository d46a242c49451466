"""ISO 4217: the numbers that ZVT sends, and the letters that the core uses."""

from __future__ import annotations

from typing import Final

_NUMBERS: Final[dict[str, int]] = {
    "ALL": 8, "AMD": 51, "AUD": 36, "BAM": 977, "BYN": 933, "CAD": 124, "CHF": 756, "CNY": 156,
    "CZK": 203, "DKK": 208, "EUR": 978, "GBP": 826, "GEL": 981, "HKD": 344, "HUF": 348, "ILS": 376,
    "INR": 356, "ISK": 352, "JPY": 392, "KRW": 410, "KZT": 398, "MDL": 498, "MKD": 807, "MOP": 446,
    "NOK": 578, "NZD": 554, "PLN": 985, "RON": 946, "RSD": 941, "RUB": 643, "SEK": 752, "SGD": 702,
    "THB": 764, "TRY": 949, "TWD": 901, "UAH": 980, "USD": 840, "UZS": 860, "VND": 704, "ZAR": 710,
}  # fmt: skip
_LETTERS: Final = {number: letters for letters, number in _NUMBERS.items()}


def number_of(letters: str) -> int | None:
    return _NUMBERS.get(letters)


def letters_of(number: int) -> str:
    """``?999`` for a number that we do not know: equal to no currency."""
    return _LETTERS.get(number, f"?{number:03d}")
