"""An amount in Chinese capital figures (大写金额), which nobody changes with a stroke of a pen: 壹佰贰拾叁元肆角伍分.

Source: 支付结算办法 (People's Bank of China, 1997), annex 1, 正确填写票据和结算凭证的基本规定, at second hand: 整
after yuan and jiao, not after fen; zeros between figures are one 零; 元 is left out where there is none; a jiao of zero
before fen is 零. Where the rule leaves the 零 open (a zero in the place of 万 or 元 alone) it is not written.
"""

from __future__ import annotations

from typing import Final

from counter_app.domain.money import Money

_FIGURES: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_GROUPS: Final = ("亿", "万", "")


def capital_figures(amount: Money) -> str:
    """Of yuan only; empty for another currency: its units have no such words."""
    assert amount.minor >= 0, "what is paid is not negative"
    if amount.currency != "CNY":
        return ""
    yuan, fen = divmod(amount.minor, 100)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not fen:
        return f"{words or '零元'}整"
    jiao, rest = divmod(fen, 10)
    if jiao:
        words += f"{_FIGURES[jiao]}角"
    elif words:
        words += "零"
    return f"{words}{_FIGURES[rest]}分" if rest else f"{words}整"


def _whole(number: int) -> str:
    words, skipped = "", False
    for exponent, unit in zip((8, 4, 0), _GROUPS, strict=True):
        group = number // 10**exponent % 10_000
        assert exponent < 8 or number < 10**12, "Money ends before"
        if not group:
            skipped = bool(words)
            continue
        if words and (skipped or group < 1_000):
            words += "零"
        words, skipped = f"{words}{_group(group)}{unit}", False
    return words


def _group(group: int) -> str:
    """1 to 9,999."""
    words, zeros = "", False
    for digit, place in zip(f"{group:04d}", _PLACES, strict=True):
        if digit == "0":
            zeros = bool(words)
            continue
        words += ("零" if zeros else "") + _FIGURES[int(digit)] + place
        zeros = False
    return words
